/* Dragging tickets from the map, and onto the engineers on it. */
#define G_LOG_DOMAIN "uch-app"

#include "app/map/uch-map-private.h"
#include "app/uch-drag.h"

#define UCH_MAP_PIN_HOT_X 16
#define UCH_MAP_PIN_HOT_Y 16

/* What dropping would mean; asks the board. */
static char *
dup_meaning (UchMap *self, const char *engineer_id, gboolean *out_allowed)
{
  *out_allowed = TRUE;
  if (self->drop_func == NULL || self->dragged == NULL)
    return NULL;
  return self->drop_func (self, (const char *const *) self->dragged, engineer_id, out_allowed,
                          self->drop_data);
}

/**
 * uch_map_set_dragged:
 * @self: the map
 * @ticket_ids: (nullable) (array zero-terminated=1): what is being dragged anywhere on the board;
 *   %NULL when it is over
 *
 * While something is dragged, engineers who cannot take it stand back.
 */
void
uch_map_set_dragged (UchMap *self, const char *const *ticket_ids)
{
  GPtrArray  *engineers = uch_map_overlay_get_engineers (self->overlay);
  GHashTable *forbidden;

  if (ticket_ids != NULL && self->dragged != NULL
      && g_strv_equal (ticket_ids, (const char *const *) self->dragged))
    return;
  g_strfreev (self->dragged);
  self->dragged = g_strdupv ((char **) ticket_ids);
  if (ticket_ids == NULL)
    {
      uch_map_overlay_set_hints (self->overlay, NULL);
      uch_map_overlay_set_bubble (self->overlay, NULL, NULL, FALSE);
      return;
    }
  forbidden = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  for (guint i = 0; i < engineers->len; i++)
    {
      const UchMapEngineer *engineer = g_ptr_array_index (engineers, i);
      gboolean              allowed;
      g_autofree char      *text = dup_meaning (self, engineer->id, &allowed);

      if (!allowed)
        g_hash_table_add (forbidden, g_strdup (engineer->id));
    }
  uch_map_overlay_set_hints (self->overlay, forbidden);
}

static GdkContentProvider *
prepare_cb (GtkDragSource *source, double x, double y, UchMap *self)
{
  UchMapPick          pick = uch_map_overlay_pick (self->overlay, x, y);
  const char         *ids[2] = { pick.id, NULL };
  UchDragTickets     *payload;
  GdkContentProvider *provider;
  g_autoptr (GdkPaintable) icon = NULL;

  if (self->past || (pick.kind != UCH_MAP_PICK_TICKET && pick.kind != UCH_MAP_PICK_STACK))
    return NULL;
  icon = uch_map_overlay_dup_icon (self->overlay, pick.id);
  if (icon != NULL)
    gtk_drag_source_set_icon (source, icon, UCH_MAP_PIN_HOT_X, UCH_MAP_PIN_HOT_Y);
  payload = uch_drag_tickets_new (ids);
  provider = gdk_content_provider_new_typed (UCH_TYPE_DRAG_TICKETS, payload);
  uch_drag_tickets_free (payload);
  uch_map_set_dragged (self, ids);
  return provider;
}

static void
drag_end_cb (GtkDragSource *source, GdkDrag *drag, gboolean delete_data, UchMap *self)
{
  uch_map_set_dragged (self, NULL);
}

static gboolean
drag_cancel_cb (GtkDragSource *source, GdkDrag *drag, GdkDragCancelReason reason, UchMap *self)
{
  uch_map_set_dragged (self, NULL);
  return FALSE;
}

static void
value_cb (GtkDropTarget *target, GParamSpec *pspec, UchMap *self)
{
  const GValue *value = gtk_drop_target_get_value (target);

  if (value != NULL && G_VALUE_HOLDS (value, UCH_TYPE_DRAG_TICKETS))
    {
      const UchDragTickets *payload = g_value_get_boxed (value);

      uch_map_set_dragged (self, (const char *const *) payload->ticket_ids);
    }
}

static GdkDragAction
motion_cb (GtkDropTarget *target, double x, double y, UchMap *self)
{
  UchMapPick       pick;
  gboolean         allowed = FALSE;
  g_autofree char *text = NULL;

  /* Those at one place stand apart for what is in the hand. */
  uch_map_overlay_point (self->overlay, x, y);
  pick = uch_map_overlay_pick (self->overlay, x, y);
  if (pick.kind != UCH_MAP_PICK_ENGINEER)
    {
      uch_map_overlay_set_bubble (self->overlay, NULL, NULL, FALSE);
      return 0;
    }
  text = dup_meaning (self, pick.id, &allowed);
  uch_map_overlay_set_bubble (self->overlay, pick.id, text, allowed);
  return allowed ? GDK_ACTION_MOVE : 0;
}

static void
leave_cb (GtkDropTarget *target, UchMap *self)
{
  uch_map_overlay_point (self->overlay, -1, -1);
  uch_map_overlay_set_bubble (self->overlay, NULL, NULL, FALSE);
}

static gboolean
drop_cb (GtkDropTarget *target, const GValue *value, double x, double y, UchMap *self)
{
  UchMapPick            pick = uch_map_overlay_pick (self->overlay, x, y);
  const UchDragTickets *payload = g_value_get_boxed (value);
  g_autofree char      *engineer_id = g_strdup (pick.id);
  gboolean              allowed = FALSE;
  g_autofree char      *text = NULL;

  if (self->past || pick.kind != UCH_MAP_PICK_ENGINEER || payload == NULL)
    return FALSE;
  uch_map_set_dragged (self, (const char *const *) payload->ticket_ids);
  text = dup_meaning (self, engineer_id, &allowed);
  uch_map_set_dragged (self, NULL);
  if (!allowed)
    return FALSE;
  uch_map_emit_dropped (self, (const char *const *) payload->ticket_ids, engineer_id);
  return TRUE;
}

void
uch_map_init_drag (UchMap *self)
{
  GtkDragSource *source = gtk_drag_source_new ();
  GtkDropTarget *target = gtk_drop_target_new (UCH_TYPE_DRAG_TICKETS, GDK_ACTION_MOVE);

  gtk_drag_source_set_actions (source, GDK_ACTION_MOVE);
  gtk_event_controller_set_name (GTK_EVENT_CONTROLLER (source), "uch");
  g_signal_connect (source, "prepare", G_CALLBACK (prepare_cb), self);
  g_signal_connect (source, "drag-end", G_CALLBACK (drag_end_cb), self);
  g_signal_connect (source, "drag-cancel", G_CALLBACK (drag_cancel_cb), self);
  gtk_widget_add_controller (GTK_WIDGET (self->map), GTK_EVENT_CONTROLLER (source));

  gtk_drop_target_set_preload (target, TRUE);
  gtk_event_controller_set_name (GTK_EVENT_CONTROLLER (target), "uch");
  g_signal_connect (target, "notify::value", G_CALLBACK (value_cb), self);
  g_signal_connect (target, "enter", G_CALLBACK (motion_cb), self);
  g_signal_connect (target, "motion", G_CALLBACK (motion_cb), self);
  g_signal_connect (target, "leave", G_CALLBACK (leave_cb), self);
  g_signal_connect (target, "drop", G_CALLBACK (drop_cb), self);
  gtk_widget_add_controller (GTK_WIDGET (self->map), GTK_EVENT_CONTROLLER (target));
}

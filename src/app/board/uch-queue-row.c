#include "app/board/uch-queue-row.h"

#include <adwaita.h>
#include <glib/gi18n.h>

#include "app/uch-format.h"
#include "core/uch-people.h"

/* Rows are as tall as this, so that scrolling and dragging are even. Logical pixels. */
#define ROW_HEIGHT 64
#define ROW_HEIGHT_DENSE 48
#define ZONE_BAR_WIDTH 4

struct _UchQueueRow
{
  GtkWidget parent;

  /* template */
  GtkBox   *box;
  GtkLabel *number;
  GtkLabel *chip;
  GtkImage *presence;
  GtkLabel *clock;
  GtkLabel *address;
  GtkBox   *third;
  GtkLabel *what;
  GtkLabel *who;

  /* owned */
  UchSession   *session;
  UchQueueItem *item;      /* (nullable) */
  char         *css_class; /* (nullable) of the clock */

  gboolean has_zone;
  GdkRGBA  zone_color;
};

G_DEFINE_FINAL_TYPE (UchQueueRow, uch_queue_row, GTK_TYPE_WIDGET)

static void
set_text (GtkLabel *label, const char *text)
{
  if (g_strcmp0 (gtk_label_get_text (label), text) != 0)
    gtk_label_set_text (label, text);
}

/* "waiting 25 min" for one that has no time, the promise's clock otherwise. */
static char *
format_clock (UchQueueRow *self, const char **out_css_class)
{
  const UchTicket *ticket = self->item->ticket;
  const UchVisit  *visit = self->item->visit;
  UchTime          now = uch_session_now (self->session);
  g_autofree char *text = NULL;

  *out_css_class = NULL;
  if (!uch_ticket_is_open (ticket))
    return uch_format_day_time (MAX (ticket->resolved_at, ticket->closed_at), now);
  if (ticket->state == UCH_TICKET_ON_HOLD && ticket->wake_at != 0)
    {
      text = uch_format_day_time (ticket->wake_at, now);
      return g_strdup_printf (_ ("until %s"), text);
    }
  if (visit != NULL && uch_visit_is_open (visit) && visit->mode != UCH_VISIT_MODE_NONE)
    {
      *out_css_class = uch_promise_css_class (uch_session_get_promise (self->session, visit, now));
      return uch_format_clock (visit, now);
    }
  text = uch_format_duration (MAX (0, now - ticket->created_at));
  return g_strdup_printf (_ ("waits %s"), text);
}

static void
show_clock (UchQueueRow *self)
{
  const char      *css_class;
  g_autofree char *text = NULL;

  if (self->item == NULL)
    return;
  text = format_clock (self, &css_class);
  set_text (self->clock, text);
  if (g_strcmp0 (css_class, self->css_class) == 0)
    return;
  if (self->css_class != NULL)
    gtk_widget_remove_css_class (GTK_WIDGET (self->clock), self->css_class);
  if (css_class != NULL)
    gtk_widget_add_css_class (GTK_WIDGET (self->clock), css_class);
  g_free (self->css_class);
  self->css_class = g_strdup (css_class);
}

static void
show_presence (UchQueueRow *self)
{
  UchReplica *replica = uch_session_get_replica (self->session);
  g_autoptr (GPtrArray) others = NULL;
  const UchPresence *other;
  g_autofree char   *name = NULL;
  g_autofree char   *text = NULL;
  gboolean           drags;

  if (self->item == NULL)
    return;
  others = uch_sync_client_list_presence (uch_session_get_sync (self->session),
                                          self->item->ticket->parent.id);
  gtk_widget_set_visible (GTK_WIDGET (self->presence), others != NULL && others->len != 0);
  if (others == NULL || others->len == 0)
    return;
  other = g_ptr_array_index (others, 0);
  drags = g_strcmp0 (other->act, "drag") == 0;
  name = uch_format_staff (replica, other->staff_id);
  text = g_strdup_printf (drags ? _ ("%s is moving it now") : _ ("%s has it open"), name);
  gtk_image_set_from_icon_name (self->presence,
                                drags ? "uch-hand-symbolic" : "view-reveal-symbolic");
  gtk_widget_set_tooltip_text (GTK_WIDGET (self->presence), text);
  gtk_accessible_update_property (GTK_ACCESSIBLE (self->presence), GTK_ACCESSIBLE_PROPERTY_LABEL,
                                  text, -1);
}

static void
show_zone (UchQueueRow *self)
{
  UchReplica *replica = uch_session_get_replica (self->session);
  const char *zone_id = self->item->ticket->zone_id;
  UchZone    *zone = zone_id != NULL ? uch_replica_peek (replica, UCH_TABLE_ZONE, zone_id) : NULL;

  self->has_zone = zone != NULL;
  if (zone != NULL)
    uch_zone_get_rgba (zone, adw_style_manager_get_dark (adw_style_manager_get_default ()),
                       &self->zone_color);
  gtk_widget_queue_draw (GTK_WIDGET (self));
}

static void
show_who (UchQueueRow *self)
{
  UchReplica      *replica = uch_session_get_replica (self->session);
  const UchTicket *ticket = self->item->ticket;
  const UchVisit  *visit = self->item->visit;
  UchZone         *zone = ticket->zone_id != NULL
                              ? uch_replica_peek (replica, UCH_TABLE_ZONE, ticket->zone_id)
                              : NULL;
  g_autofree char *text = NULL;

  if (visit != NULL && visit->engineer_id != NULL && uch_visit_is_open (visit))
    text = uch_format_staff (replica, visit->engineer_id);
  else if (zone != NULL)
    text = g_strdup_printf (_ ("zone %d"), (int) zone->number);
  set_text (self->who, text != NULL ? text : "");
}

static void
show_chip (UchQueueRow *self)
{
  const UchTicket *ticket = self->item->ticket;
  const UchVisit  *visit = self->item->visit;
  gboolean         is_quiet
      = ticket->state == UCH_TICKET_NEW && (visit == NULL || !uch_visit_is_open (visit));

  gtk_widget_set_visible (GTK_WIDGET (self->chip), !is_quiet);
  set_text (self->chip, uch_format_chip (ticket, visit));
}

static void
show_item (UchQueueRow *self)
{
  UchReplica      *replica = uch_session_get_replica (self->session);
  const UchTicket *ticket;
  g_autofree char *number = NULL;
  g_autofree char *what = NULL;
  g_autofree char *label = NULL;
  UchRefused      *refused;

  if (self->item == NULL)
    return;
  ticket = self->item->ticket;
  refused = self->item->refused;
  number = uch_format_number (ticket);
  if (refused != NULL)
    what = uch_format_refusal (replica, uch_refused_get_refusal (refused), NULL,
                               uch_refused_get_current (refused));
  else if (ticket->client_name != NULL)
    what = g_strdup_printf ("%s · %s", uch_format_category (ticket->category), ticket->client_name);
  else
    what = g_strdup (uch_format_category (ticket->category));
  set_text (self->number, number);
  set_text (self->address, ticket->address != NULL ? ticket->address : _ ("No address"));
  set_text (self->what, what);
  if (refused != NULL)
    gtk_widget_add_css_class (GTK_WIDGET (self), "conflict");
  else
    gtk_widget_remove_css_class (GTK_WIDGET (self), "conflict");
  show_zone (self);
  show_who (self);
  show_chip (self);
  show_clock (self);
  show_presence (self);
  gtk_widget_set_tooltip_text (GTK_WIDGET (self), ticket->description);
  label = g_strjoin (", ", number, gtk_label_get_text (self->address), what, NULL);
  gtk_accessible_update_property (GTK_ACCESSIBLE (self), GTK_ACCESSIBLE_PROPERTY_LABEL, label, -1);
}

static void
dense_changed_cb (GSettings *settings, const char *key, gpointer user_data)
{
  UchQueueRow *self = user_data;

  gtk_widget_set_visible (GTK_WIDGET (self->third), !g_settings_get_boolean (settings, "dense"));
  gtk_widget_queue_resize (GTK_WIDGET (self));
}

static void
uch_queue_row_measure (GtkWidget     *widget,
                       GtkOrientation orientation,
                       int            for_size,
                       int           *minimum,
                       int           *natural,
                       int           *minimum_baseline,
                       int           *natural_baseline)
{
  UchQueueRow *self = UCH_QUEUE_ROW (widget);
  gboolean     dense = !gtk_widget_get_visible (GTK_WIDGET (self->third));

  gtk_widget_measure (GTK_WIDGET (self->box), orientation, for_size, minimum, natural, NULL, NULL);
  if (orientation == GTK_ORIENTATION_VERTICAL)
    {
      *minimum = MAX (*minimum, dense ? ROW_HEIGHT_DENSE : ROW_HEIGHT);
      *natural = *minimum;
    }
}

static void
uch_queue_row_size_allocate (GtkWidget *widget, int width, int height, int baseline)
{
  gtk_widget_allocate (GTK_WIDGET (UCH_QUEUE_ROW (widget)->box), width, height, baseline, NULL);
}

static void
uch_queue_row_snapshot (GtkWidget *widget, GtkSnapshot *snapshot)
{
  UchQueueRow    *self = UCH_QUEUE_ROW (widget);
  graphene_rect_t bar;

  GTK_WIDGET_CLASS (uch_queue_row_parent_class)->snapshot (widget, snapshot);
  if (!self->has_zone)
    return;
  graphene_rect_init (&bar, 0, 2, ZONE_BAR_WIDTH, (float) gtk_widget_get_height (widget) - 4);
  gtk_snapshot_append_color (snapshot, &self->zone_color, &bar);
}

static void
uch_queue_row_dispose (GObject *object)
{
  UchQueueRow *self = UCH_QUEUE_ROW (object);

  uch_queue_row_set_item (self, NULL);
  g_clear_object (&self->session);
  g_clear_pointer (&self->css_class, g_free);
  g_clear_pointer ((GtkWidget **) &self->box, gtk_widget_unparent);
  G_OBJECT_CLASS (uch_queue_row_parent_class)->dispose (object);
}

static void
uch_queue_row_class_init (UchQueueRowClass *klass)
{
  GObjectClass   *object_class = G_OBJECT_CLASS (klass);
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  object_class->dispose = uch_queue_row_dispose;
  widget_class->measure = uch_queue_row_measure;
  widget_class->size_allocate = uch_queue_row_size_allocate;
  widget_class->snapshot = uch_queue_row_snapshot;
  gtk_widget_class_set_css_name (widget_class, "queuerow");
  gtk_widget_class_set_accessible_role (widget_class, GTK_ACCESSIBLE_ROLE_GROUP);
  gtk_widget_class_set_template_from_resource (widget_class,
                                               "/org/uchastok/Desk/board/uch-queue-row.ui");
  gtk_widget_class_bind_template_child (widget_class, UchQueueRow, box);
  gtk_widget_class_bind_template_child (widget_class, UchQueueRow, number);
  gtk_widget_class_bind_template_child (widget_class, UchQueueRow, chip);
  gtk_widget_class_bind_template_child (widget_class, UchQueueRow, presence);
  gtk_widget_class_bind_template_child (widget_class, UchQueueRow, clock);
  gtk_widget_class_bind_template_child (widget_class, UchQueueRow, address);
  gtk_widget_class_bind_template_child (widget_class, UchQueueRow, third);
  gtk_widget_class_bind_template_child (widget_class, UchQueueRow, what);
  gtk_widget_class_bind_template_child (widget_class, UchQueueRow, who);
}

static void
uch_queue_row_init (UchQueueRow *self)
{
  gtk_widget_init_template (GTK_WIDGET (self));
}

/**
 * uch_queue_row_new:
 * @session: the office
 *
 * Returns: (transfer floating): an empty row
 */
GtkWidget *
uch_queue_row_new (UchSession *session)
{
  UchQueueRow *self = g_object_new (UCH_TYPE_QUEUE_ROW, NULL);
  GSettings   *settings = uch_session_get_settings (session);

  self->session = g_object_ref (session);
  g_signal_connect_object (session, "tick", G_CALLBACK (show_clock), self, G_CONNECT_SWAPPED);
  g_signal_connect_object (uch_session_get_sync (session), "presence", G_CALLBACK (show_presence),
                           self, G_CONNECT_SWAPPED);
  g_signal_connect_object (adw_style_manager_get_default (), "notify::dark", G_CALLBACK (show_item),
                           self, G_CONNECT_SWAPPED);
  g_signal_connect_object (settings, "changed::dense", G_CALLBACK (dense_changed_cb), self, 0);
  dense_changed_cb (settings, "dense", self);
  return GTK_WIDGET (self);
}

/**
 * uch_queue_row_set_item:
 * @self: a row
 * @item: (nullable): the line it shows and follows from now on
 */
void
uch_queue_row_set_item (UchQueueRow *self, UchQueueItem *item)
{
  if (self->item == item)
    return;
  if (self->item != NULL)
    g_signal_handlers_disconnect_by_data (self->item, self);
  g_set_object (&self->item, item);
  if (item != NULL)
    g_signal_connect_swapped (item, "changed", G_CALLBACK (show_item), self);
  if (item != NULL && self->box != NULL)
    show_item (self);
}

/**
 * uch_queue_row_get_item:
 * @self: a row
 *
 * Returns: (transfer none) (nullable): what it shows
 */
UchQueueItem *
uch_queue_row_get_item (UchQueueRow *self)
{
  return self->item;
}

/**
 * uch_queue_row_set_away:
 * @self: a row
 * @away: whether its ticket belongs to another tab by now and only waits to leave
 */
void
uch_queue_row_set_away (UchQueueRow *self, gboolean away)
{
  if (away)
    gtk_widget_add_css_class (GTK_WIDGET (self), "away");
  else
    gtk_widget_remove_css_class (GTK_WIDGET (self), "away");
}

#define G_LOG_DOMAIN "uch-app"

#include "app/uch-search-popover.h"

#include <glib/gi18n.h>

#include "app/uch-format.h"
#include "core/uch-fold.h"
#include "replica/uch-ticket-query.h"

#define FOUND_MAX 8 /* of each kind: more is what the page Tickets is for */

struct _UchSearchPopover
{
  GtkPopover parent_instance;

  /* template */
  GtkWidget  *entry;
  GtkWidget  *scroller;
  GtkListBox *list;
  GtkWidget  *nothing;

  /* owned */
  UchSession   *session;     /* nullable */
  GCancellable *cancellable; /* of the search under way; nullable */
};

G_DEFINE_FINAL_TYPE (UchSearchPopover, uch_search_popover, GTK_TYPE_POPOVER)

static GtkWidget *
make_label (const char *text, const char *css_class)
{
  GtkWidget *label = gtk_label_new (text);

  gtk_label_set_xalign (GTK_LABEL (label), 0);
  gtk_label_set_ellipsize (GTK_LABEL (label), PANGO_ELLIPSIZE_END);
  if (css_class != NULL)
    gtk_widget_add_css_class (label, css_class);
  return label;
}

static void
append_row (UchSearchPopover *self,
            const char       *kind,
            const char       *icon,
            const char       *title,
            const char       *subtitle,
            const char       *action,
            const char       *target)
{
  GtkWidget *row = gtk_list_box_row_new ();
  GtkWidget *box = gtk_box_new (GTK_ORIENTATION_HORIZONTAL, 12);
  GtkWidget *lines = gtk_box_new (GTK_ORIENTATION_VERTICAL, 0);

  gtk_widget_set_hexpand (lines, TRUE);
  gtk_box_append (GTK_BOX (lines), make_label (title, NULL));
  if (subtitle != NULL && *subtitle != '\0')
    {
      GtkWidget *second = make_label (subtitle, "dim-label");

      gtk_widget_add_css_class (second, "caption");
      gtk_box_append (GTK_BOX (lines), second);
    }
  gtk_box_append (GTK_BOX (box), gtk_image_new_from_icon_name (icon));
  gtk_box_append (GTK_BOX (box), lines);
  gtk_list_box_row_set_child (GTK_LIST_BOX_ROW (row), box);
  gtk_actionable_set_action_name (GTK_ACTIONABLE (row), NULL);
  g_object_set_data (G_OBJECT (row), "kind", (gpointer) kind);
  g_object_set_data (G_OBJECT (row), "action", (gpointer) action);
  g_object_set_data_full (G_OBJECT (row), "target", g_strdup (target), g_free);
  gtk_list_box_append (self->list, row);
}

static void
append_ticket (UchSearchPopover *self, const UchTicket *ticket)
{
  UchReplica      *replica = uch_session_get_replica (self->session);
  const UchVisit  *visit = uch_replica_peek_visit_of (replica, ticket);
  g_autofree char *number = uch_format_number (ticket);
  g_autofree char *title = g_strdup_printf ("%s · %s", number, uch_format_chip (ticket, visit));
  g_autofree char *subtitle = g_strjoin (
      " · ", ticket->address != NULL ? ticket->address : uch_format_category (ticket->category),
      ticket->client_name, NULL);

  append_row (self, C_ ("search", "Tickets"), "uch-ticket-symbolic", title, subtitle,
              "win.show-ticket", UCH_ENTITY (ticket)->id);
}

static void
append_client (UchSearchPopover *self, const UchClient *client)
{
  UchReplica      *replica = uch_session_get_replica (self->session);
  const UchHouse  *house = client->house_id != NULL
                               ? uch_replica_peek (replica, UCH_TABLE_HOUSE, client->house_id)
                               : NULL;
  g_autofree char *phone = uch_phone_format (client->phone != NULL ? client->phone : "");
  g_autofree char *address
      = house != NULL ? uch_address_format (house, client->apartment, FALSE) : NULL;
  g_autofree char *subtitle = g_strjoin (" · ", phone, address, NULL);

  append_row (self, C_ ("search", "Clients"), "avatar-default-symbolic",
              client->name != NULL ? client->name : phone, subtitle,
              house != NULL ? "win.show-house" : NULL, client->house_id);
}

static void
append_house (UchSearchPopover *self, const UchHouse *house)
{
  UchReplica    *replica = uch_session_get_replica (self->session);
  const UchZone *zone
      = house->zone_id != NULL ? uch_replica_peek (replica, UCH_TABLE_ZONE, house->zone_id) : NULL;
  g_autofree char *address = uch_address_format (house, NULL, TRUE);

  append_row (self, C_ ("search", "Houses"), "uch-house-symbolic", address,
              zone != NULL ? zone->name : NULL, "win.show-house", UCH_ENTITY (house)->id);
}

static void
clear (UchSearchPopover *self)
{
  GtkWidget *row = NULL;

  while ((row = gtk_widget_get_first_child (GTK_WIDGET (self->list))) != NULL)
    gtk_list_box_remove (self->list, row);
}

static void
show_found (UchSearchPopover *self, UchFound *found)
{
  gboolean any = found->tickets->len + found->clients->len + found->houses->len > 0;

  clear (self);
  /* What is being worked on first; within that, as the replica found it. */
  for (int open = 1; open >= 0; open--)
    for (guint i = 0; i < found->tickets->len; i++)
      if (uch_ticket_is_open (g_ptr_array_index (found->tickets, i)) == open)
        append_ticket (self, g_ptr_array_index (found->tickets, i));
  for (guint i = 0; i < found->clients->len; i++)
    append_client (self, g_ptr_array_index (found->clients, i));
  for (guint i = 0; i < found->houses->len; i++)
    append_house (self, g_ptr_array_index (found->houses, i));
  gtk_widget_set_visible (self->scroller, any);
  gtk_widget_set_visible (self->nothing, !any);
  if (any)
    gtk_list_box_select_row (self->list, gtk_list_box_get_row_at_index (self->list, 0));
}

static void
found_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (UchSearchPopover) self = user_data;
  g_autoptr (GError) error = NULL;
  g_autoptr (UchFound) found = uch_replica_search_finish (UCH_REPLICA (source), result, &error);

  if (found != NULL && self->session != NULL)
    show_found (self, found);
  else if (error != NULL && !g_error_matches (error, G_IO_ERROR, G_IO_ERROR_CANCELLED))
    g_warning ("search failed: %s", error->message);
}

static void
search_cb (UchSearchPopover *self)
{
  const char *text = gtk_editable_get_text (GTK_EDITABLE (self->entry));

  g_cancellable_cancel (self->cancellable);
  g_clear_object (&self->cancellable);
  if (*text == '\0' || self->session == NULL)
    {
      clear (self);
      gtk_widget_set_visible (self->scroller, FALSE);
      gtk_widget_set_visible (self->nothing, FALSE);
      return;
    }
  self->cancellable = g_cancellable_new ();
  uch_replica_search_async (uch_session_get_replica (self->session), text, FOUND_MAX,
                            self->cancellable, found_cb, g_object_ref (self));
}

static void
row_activated_cb (UchSearchPopover *self, GtkListBoxRow *row)
{
  const char      *action = g_object_get_data (G_OBJECT (row), "action");
  g_autofree char *target = g_strdup (g_object_get_data (G_OBJECT (row), "target"));

  if (action == NULL || target == NULL)
    return;
  gtk_popover_popdown (GTK_POPOVER (self));
  gtk_widget_activate_action (GTK_WIDGET (self), action, "s", target);
}

static void
activate_cb (UchSearchPopover *self)
{
  GtkListBoxRow *row = gtk_list_box_get_selected_row (self->list);

  if (row != NULL)
    row_activated_cb (self, row);
}

static void
move_selection (UchSearchPopover *self, int step)
{
  GtkListBoxRow *row = gtk_list_box_get_selected_row (self->list);
  GtkListBoxRow *next = NULL;

  if (row == NULL)
    return;
  next = gtk_list_box_get_row_at_index (self->list, gtk_list_box_row_get_index (row) + step);
  if (next == NULL)
    return;
  gtk_list_box_select_row (self->list, next);
  /* The focus stays where one types; the list follows. */
  gtk_widget_grab_focus (GTK_WIDGET (next));
  gtk_widget_grab_focus (self->entry);
  gtk_editable_set_position (GTK_EDITABLE (self->entry), -1);
}

static void
next_cb (UchSearchPopover *self)
{
  move_selection (self, 1);
}

static void
previous_cb (UchSearchPopover *self)
{
  move_selection (self, -1);
}

static gboolean
key_pressed_cb (UchSearchPopover *self, guint keyval, guint keycode, GdkModifierType state)
{
  if (keyval == GDK_KEY_Down || keyval == GDK_KEY_KP_Down)
    move_selection (self, 1);
  else if (keyval == GDK_KEY_Up || keyval == GDK_KEY_KP_Up)
    move_selection (self, -1);
  else
    return GDK_EVENT_PROPAGATE;
  return GDK_EVENT_STOP;
}

static void
set_header_cb (GtkListBoxRow *row, GtkListBoxRow *before, gpointer user_data)
{
  const char *kind = g_object_get_data (G_OBJECT (row), "kind");
  GtkWidget  *label = NULL;

  if (before != NULL && g_str_equal (kind, g_object_get_data (G_OBJECT (before), "kind")))
    {
      gtk_list_box_row_set_header (row, NULL);
      return;
    }
  label = make_label (kind, "heading");
  gtk_widget_set_margin_start (label, 12);
  gtk_widget_set_margin_top (label, 6);
  gtk_list_box_row_set_header (row, label);
}

static void
uch_search_popover_map (GtkWidget *widget)
{
  UchSearchPopover *self = UCH_SEARCH_POPOVER (widget);

  GTK_WIDGET_CLASS (uch_search_popover_parent_class)->map (widget);
  gtk_widget_grab_focus (self->entry);
  gtk_editable_select_region (GTK_EDITABLE (self->entry), 0, -1);
}

static void
uch_search_popover_dispose (GObject *object)
{
  UchSearchPopover *self = UCH_SEARCH_POPOVER (object);

  g_cancellable_cancel (self->cancellable);
  g_clear_object (&self->cancellable);
  g_clear_object (&self->session);
  G_OBJECT_CLASS (uch_search_popover_parent_class)->dispose (object);
}

static void
uch_search_popover_class_init (UchSearchPopoverClass *klass)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  G_OBJECT_CLASS (klass)->dispose = uch_search_popover_dispose;
  widget_class->map = uch_search_popover_map;
  gtk_widget_class_set_template_from_resource (widget_class,
                                               "/org/uchastok/Desk/uch-search-popover.ui");
  gtk_widget_class_bind_template_child (widget_class, UchSearchPopover, entry);
  gtk_widget_class_bind_template_child (widget_class, UchSearchPopover, scroller);
  gtk_widget_class_bind_template_child (widget_class, UchSearchPopover, list);
  gtk_widget_class_bind_template_child (widget_class, UchSearchPopover, nothing);
  gtk_widget_class_bind_template_callback (widget_class, search_cb);
  gtk_widget_class_bind_template_callback (widget_class, activate_cb);
  gtk_widget_class_bind_template_callback (widget_class, next_cb);
  gtk_widget_class_bind_template_callback (widget_class, previous_cb);
  gtk_widget_class_bind_template_callback (widget_class, row_activated_cb);
  gtk_widget_class_bind_template_callback (widget_class, gtk_popover_popdown);
}

static void
uch_search_popover_init (UchSearchPopover *self)
{
  GtkEventController *keys = gtk_event_controller_key_new ();

  gtk_widget_init_template (GTK_WIDGET (self));
  gtk_list_box_set_header_func (self->list, set_header_cb, NULL, NULL);
  gtk_event_controller_set_propagation_phase (keys, GTK_PHASE_CAPTURE);
  g_signal_connect_swapped (keys, "key-pressed", G_CALLBACK (key_pressed_cb), self);
  gtk_widget_add_controller (self->entry, keys);
}

/**
 * uch_search_popover_set_session:
 * @session: (nullable)
 */
void
uch_search_popover_set_session (UchSearchPopover *self, UchSession *session)
{
  g_cancellable_cancel (self->cancellable);
  g_set_object (&self->session, session);
  gtk_editable_set_text (GTK_EDITABLE (self->entry), "");
  clear (self);
}

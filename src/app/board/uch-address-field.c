#include "app/board/uch-address-field.h"

#include <glib/gi18n.h>

#include "core/uch-fold.h"

#define MATCHES_MAX 6

struct _UchAddressField
{
  GObject parent;

  /* borrowed: the owner's template */
  GtkEditable *entry;
  GtkRevealer *revealer;
  GtkListBox  *list;
  GtkLabel    *said;

  /* owned */
  UchSession      *session;
  UchAddressIndex *houses;
  GPtrArray       *matches; /* of UchAddressMatch: what the list shows */

  int      meant; /* index into matches; −1: none */
  gboolean is_picking;
};

enum
{
  SIGNAL_CHANGED,
  N_SIGNALS,
};

static guint signals[N_SIGNALS];

G_DEFINE_FINAL_TYPE (UchAddressField, uch_address_field, G_TYPE_OBJECT)

static char *
format_match (UchAddressField *self, const UchAddressMatch *match, gboolean with_zone)
{
  UchReplica      *replica = uch_session_get_replica (self->session);
  UchZone         *zone = match->house->zone_id != NULL
                              ? uch_replica_peek (replica, UCH_TABLE_ZONE, match->house->zone_id)
                              : NULL;
  g_autofree char *address = uch_address_format (match->house, match->apartment, TRUE);

  if (!with_zone || zone == NULL)
    return g_steal_pointer (&address);
  return g_strdup_printf (_ ("%s · zone %d"), address, (int) zone->number);
}

static void
fill_list (UchAddressField *self)
{
  GtkWidget *child;

  while ((child = gtk_widget_get_first_child (GTK_WIDGET (self->list))) != NULL)
    gtk_list_box_remove (self->list, child);
  for (guint i = 0; i < self->matches->len; i++)
    {
      g_autofree char *text = format_match (self, g_ptr_array_index (self->matches, i), TRUE);
      GtkWidget       *label = gtk_label_new (text);

      gtk_label_set_xalign (GTK_LABEL (label), 0);
      gtk_label_set_ellipsize (GTK_LABEL (label), PANGO_ELLIPSIZE_END);
      gtk_list_box_append (self->list, label);
    }
  gtk_list_box_select_row (self->list, gtk_list_box_get_row_at_index (self->list, 0));
}

static void
show_meant (UchAddressField *self)
{
  g_autofree char *text = NULL;

  gtk_widget_set_visible (GTK_WIDGET (self->said), self->meant >= 0);
  if (self->meant < 0)
    return;
  text = format_match (self, g_ptr_array_index (self->matches, (guint) self->meant), TRUE);
  gtk_label_set_text (self->said, text);
}

/* Arrows move in the list while the focus stays in the entry. */
static gboolean
key_cb (GtkEventControllerKey *key, guint keyval, guint code, GdkModifierType state, gpointer data)
{
  UchAddressField *self = data;
  GtkListBoxRow   *row = gtk_list_box_get_selected_row (self->list);
  int              index = row != NULL ? gtk_list_box_row_get_index (row) : -1;
  GtkListBoxRow   *next;

  if (!gtk_revealer_get_reveal_child (self->revealer))
    return GDK_EVENT_PROPAGATE;
  if (keyval == GDK_KEY_Tab && (state & GDK_SHIFT_MASK) == 0)
    {
      uch_address_field_pick (self);
      return GDK_EVENT_PROPAGATE;
    }
  if (keyval != GDK_KEY_Down && keyval != GDK_KEY_Up)
    return GDK_EVENT_PROPAGATE;
  next = gtk_list_box_get_row_at_index (self->list, index + (keyval == GDK_KEY_Down ? 1 : -1));
  if (next != NULL)
    gtk_list_box_select_row (self->list, next);
  return GDK_EVENT_STOP;
}

static void
uch_address_field_finalize (GObject *object)
{
  UchAddressField *self = UCH_ADDRESS_FIELD (object);

  g_clear_pointer (&self->matches, g_ptr_array_unref);
  g_clear_object (&self->houses);
  g_clear_object (&self->session);
  G_OBJECT_CLASS (uch_address_field_parent_class)->finalize (object);
}

static void
uch_address_field_class_init (UchAddressFieldClass *klass)
{
  G_OBJECT_CLASS (klass)->finalize = uch_address_field_finalize;
  signals[SIGNAL_CHANGED] = g_signal_new ("changed", UCH_TYPE_ADDRESS_FIELD, G_SIGNAL_RUN_LAST, 0,
                                          NULL, NULL, NULL, G_TYPE_NONE, 0);
}

static void
uch_address_field_init (UchAddressField *self)
{
  self->matches = g_ptr_array_new ();
  self->meant = -1;
}

/**
 * uch_address_field_new:
 * @session: the office
 * @entry: where the address is typed; it, and the other widgets, must outlive the field's use
 * @revealer: around @list
 * @list: shows the houses that fit
 * @said: says which house is meant
 *
 * Returns: (transfer full): the field
 */
UchAddressField *
uch_address_field_new (UchSession  *session,
                       GtkEditable *entry,
                       GtkRevealer *revealer,
                       GtkListBox  *list,
                       GtkLabel    *said)
{
  UchAddressField    *self = g_object_new (UCH_TYPE_ADDRESS_FIELD, NULL);
  GtkEventController *key = gtk_event_controller_key_new ();

  self->session = g_object_ref (session);
  self->houses = uch_address_index_new (
      uch_replica_list (uch_session_get_replica (session), UCH_TABLE_HOUSE));
  self->entry = entry;
  self->revealer = revealer;
  self->list = list;
  self->said = said;
  gtk_event_controller_set_propagation_phase (key, GTK_PHASE_CAPTURE);
  g_signal_connect_object (key, "key-pressed", G_CALLBACK (key_cb), self, 0);
  gtk_widget_add_controller (GTK_WIDGET (entry), key);
  return self;
}

/**
 * uch_address_field_changed:
 * @self: the field
 *
 * To be called after every change of the entry's text.
 */
void
uch_address_field_changed (UchAddressField *self)
{
  const char      *text = gtk_editable_get_text (self->entry);
  UchAddressMatch *first;
  gboolean         is_plain;

  if (self->is_picking)
    return;
  g_ptr_array_unref (self->matches);
  self->matches = uch_address_index_find (self->houses, text, MATCHES_MAX);
  first = self->matches->len != 0 ? g_ptr_array_index (self->matches, 0) : NULL;
  /* Only one house has this number: no more choosing. With more, the first one is only a guess. */
  is_plain = first != NULL && first->is_exact
             && (self->matches->len == 1
                 || !((UchAddressMatch *) g_ptr_array_index (self->matches, 1))->is_exact);
  self->meant = is_plain ? 0 : -1;
  fill_list (self);
  gtk_revealer_set_reveal_child (self->revealer,
                                 self->matches->len > 1 || (self->matches->len == 1 && !is_plain));
  show_meant (self);
  g_signal_emit (self, signals[SIGNAL_CHANGED], 0);
}

/**
 * uch_address_field_pick:
 * @self: the field
 *
 * Takes the selected house of the list and writes it into the entry.
 */
void
uch_address_field_pick (UchAddressField *self)
{
  GtkListBoxRow   *row = gtk_list_box_get_selected_row (self->list);
  g_autofree char *text = NULL;

  if (row == NULL || !gtk_revealer_get_reveal_child (self->revealer))
    return;
  self->meant = gtk_list_box_row_get_index (row);
  text = format_match (self, g_ptr_array_index (self->matches, (guint) self->meant), FALSE);
  self->is_picking = TRUE;
  gtk_editable_set_text (self->entry, text);
  gtk_editable_set_position (self->entry, -1);
  self->is_picking = FALSE;
  gtk_revealer_set_reveal_child (self->revealer, FALSE);
  show_meant (self);
  g_signal_emit (self, signals[SIGNAL_CHANGED], 0);
}

/**
 * uch_address_field_close:
 * @self: the field
 *
 * Hides the list; what is meant stays.
 */
void
uch_address_field_close (UchAddressField *self)
{
  gtk_revealer_set_reveal_child (self->revealer, FALSE);
}

/**
 * uch_address_field_get:
 * @self: the field
 *
 * Returns: (transfer none) (nullable): the house that is meant, and the apartment
 */
const UchAddressMatch *
uch_address_field_get (UchAddressField *self)
{
  return self->meant >= 0 ? g_ptr_array_index (self->matches, (guint) self->meant) : NULL;
}

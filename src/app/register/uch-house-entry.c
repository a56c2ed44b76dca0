#include "app/register/uch-house-entry.h"

#include <glib/gi18n.h>

#include "app/register/uch-register-text.h"
#include "core/uch-fold.h"
#include "core/uch-place.h"

#define OFFERS_MAX 8

struct _UchHouseEntry
{
  GtkWidget parent;

  GtkWidget  *entry;
  GtkWidget  *popover;
  GtkListBox *offers;

  UchReplica *replica; /* owned */
  char       *id;      /* owned, nullable */
  gboolean    is_setting;
};

enum
{
  SIGNAL_CHANGED,
  N_SIGNALS
};

static guint signals[N_SIGNALS];

G_DEFINE_FINAL_TYPE (UchHouseEntry, uch_house_entry, GTK_TYPE_WIDGET)

static void
take (UchHouseEntry *self, const char *id, gboolean tell)
{
  g_autofree char *copy = g_strdup (id);
  gboolean         changed = g_strcmp0 (self->id, copy) != 0;

  g_free (self->id);
  self->id = g_steal_pointer (&copy);
  if (tell && changed)
    g_signal_emit (self, signals[SIGNAL_CHANGED], 0);
}

static void
offer (UchHouseEntry *self, const UchHouse *house)
{
  GtkWidget       *row = gtk_list_box_row_new ();
  g_autofree char *address = uch_address_format (house, NULL, TRUE);
  GtkWidget       *label = gtk_label_new (address);

  gtk_label_set_xalign (GTK_LABEL (label), 0);
  gtk_list_box_row_set_child (GTK_LIST_BOX_ROW (row), label);
  g_object_set_data_full (G_OBJECT (row), "uch-house", g_strdup (house->parent.id), g_free);
  gtk_list_box_append (self->offers, row);
}

/* Fills the offers; returns how many fit. */
static guint
fill_offers (UchHouseEntry *self, const char *text)
{
  const UchRegister *houses = uch_register_get (UCH_TABLE_HOUSE);
  GListModel        *rows = uch_replica_list (self->replica, UCH_TABLE_HOUSE);
  g_autofree char   *words = uch_fold (text);
  GtkWidget         *row;
  guint              n = 0;

  while ((row = gtk_widget_get_first_child (GTK_WIDGET (self->offers))) != NULL)
    gtk_list_box_remove (self->offers, row);
  for (guint i = 0; *words != '\0' && n < OFFERS_MAX && i < g_list_model_get_n_items (rows); i++)
    {
      g_autoptr (UchHouse) house = g_list_model_get_item (rows, i);

      if (!uch_fold_matches (uch_register_peek_folded (houses, self->replica, house), words))
        continue;
      offer (self, house);
      n++;
    }
  return n;
}

static void
typed_cb (UchHouseEntry *self)
{
  guint n;

  if (self->is_setting)
    return;
  n = fill_offers (self, gtk_editable_get_text (GTK_EDITABLE (self->entry)));
  take (self, NULL, TRUE);
  if (n > 0)
    gtk_popover_popup (GTK_POPOVER (self->popover));
  else
    gtk_popover_popdown (GTK_POPOVER (self->popover));
}

static void
chosen_cb (UchHouseEntry *self, GtkListBoxRow *row)
{
  g_autofree char *id = g_strdup (g_object_get_data (G_OBJECT (row), "uch-house"));

  gtk_popover_popdown (GTK_POPOVER (self->popover));
  uch_house_entry_set_id (self, id);
  g_signal_emit (self, signals[SIGNAL_CHANGED], 0);
}

/* Enter takes the first offer. */
static void
activate_cb (UchHouseEntry *self)
{
  GtkListBoxRow *first = gtk_list_box_get_row_at_index (self->offers, 0);

  if (first != NULL && gtk_widget_get_visible (self->popover))
    chosen_cb (self, first);
}

static gboolean
key_cb (UchHouseEntry *self, guint keyval)
{
  GtkListBoxRow *first = gtk_list_box_get_row_at_index (self->offers, 0);

  if (!gtk_widget_get_visible (self->popover))
    return FALSE;
  if (keyval == GDK_KEY_Escape)
    gtk_popover_popdown (GTK_POPOVER (self->popover));
  else if (keyval == GDK_KEY_Down && first != NULL)
    gtk_widget_grab_focus (GTK_WIDGET (first));
  else
    return FALSE;
  return TRUE;
}

static void
uch_house_entry_size_allocate (GtkWidget *widget, int width, int height, int baseline)
{
  UchHouseEntry *self = UCH_HOUSE_ENTRY (widget);

  gtk_widget_size_allocate (self->entry, &(GtkAllocation){ 0, 0, width, height }, baseline);
  gtk_popover_present (GTK_POPOVER (self->popover));
}

static void
uch_house_entry_measure (GtkWidget     *widget,
                         GtkOrientation orientation,
                         int            for_size,
                         int           *minimum,
                         int           *natural,
                         int           *minimum_baseline,
                         int           *natural_baseline)
{
  gtk_widget_measure (UCH_HOUSE_ENTRY (widget)->entry, orientation, for_size, minimum, natural,
                      minimum_baseline, natural_baseline);
}

static void
uch_house_entry_dispose (GObject *object)
{
  UchHouseEntry *self = UCH_HOUSE_ENTRY (object);

  g_clear_pointer (&self->popover, gtk_widget_unparent);
  g_clear_pointer (&self->entry, gtk_widget_unparent);
  g_clear_object (&self->replica);
  g_clear_pointer (&self->id, g_free);
  G_OBJECT_CLASS (uch_house_entry_parent_class)->dispose (object);
}

static void
uch_house_entry_class_init (UchHouseEntryClass *klass)
{
  G_OBJECT_CLASS (klass)->dispose = uch_house_entry_dispose;
  GTK_WIDGET_CLASS (klass)->size_allocate = uch_house_entry_size_allocate;
  GTK_WIDGET_CLASS (klass)->measure = uch_house_entry_measure;

  /**
   * UchHouseEntry::changed:
   *
   * Another house, or none.
   */
  signals[SIGNAL_CHANGED] = g_signal_new ("changed", G_TYPE_FROM_CLASS (klass), G_SIGNAL_RUN_LAST,
                                          0, NULL, NULL, NULL, G_TYPE_NONE, 0);
}

static void
uch_house_entry_init (UchHouseEntry *self)
{
  GtkEventController *keys = gtk_event_controller_key_new ();
  GtkWidget          *offers = gtk_list_box_new ();

  self->entry = gtk_entry_new ();
  self->popover = gtk_popover_new ();
  self->offers = GTK_LIST_BOX (offers);
  gtk_widget_set_parent (self->entry, GTK_WIDGET (self));
  gtk_widget_set_parent (self->popover, GTK_WIDGET (self));
  gtk_popover_set_autohide (GTK_POPOVER (self->popover), FALSE);
  gtk_popover_set_has_arrow (GTK_POPOVER (self->popover), FALSE);
  gtk_popover_set_position (GTK_POPOVER (self->popover), GTK_POS_BOTTOM);
  gtk_popover_set_child (GTK_POPOVER (self->popover), offers);
  gtk_list_box_set_selection_mode (self->offers, GTK_SELECTION_NONE);
  gtk_accessible_update_property (GTK_ACCESSIBLE (offers), GTK_ACCESSIBLE_PROPERTY_LABEL,
                                  _ ("Houses that fit"), -1);
  gtk_entry_set_placeholder_text (GTK_ENTRY (self->entry), _ ("Street and number"));
  g_signal_connect_swapped (self->entry, "changed", G_CALLBACK (typed_cb), self);
  g_signal_connect_swapped (self->entry, "activate", G_CALLBACK (activate_cb), self);
  g_signal_connect_swapped (offers, "row-activated", G_CALLBACK (chosen_cb), self);
  gtk_event_controller_set_propagation_phase (keys, GTK_PHASE_CAPTURE);
  g_signal_connect_swapped (keys, "key-pressed", G_CALLBACK (key_cb), self);
  gtk_widget_add_controller (self->entry, keys);
}

/**
 * uch_house_entry_new:
 *
 * Returns: (transfer floating): an empty one
 */
GtkWidget *
uch_house_entry_new (UchReplica *replica)
{
  UchHouseEntry *self = g_object_new (UCH_TYPE_HOUSE_ENTRY, NULL);

  self->replica = g_object_ref (replica);
  return GTK_WIDGET (self);
}

/**
 * uch_house_entry_get_id:
 *
 * Returns: (nullable): the house that was chosen
 */
const char *
uch_house_entry_get_id (UchHouseEntry *self)
{
  return self->id;
}

/**
 * uch_house_entry_set_id:
 * @id: (nullable)
 *
 * Shows a house; "changed" is not emitted.
 */
void
uch_house_entry_set_id (UchHouseEntry *self, const char *id)
{
  g_autofree char *address = uch_register_dup_ref (self->replica, UCH_TABLE_HOUSE, id);

  self->is_setting = TRUE;
  gtk_editable_set_text (GTK_EDITABLE (self->entry), address);
  gtk_editable_set_position (GTK_EDITABLE (self->entry), -1);
  self->is_setting = FALSE;
  take (self, id, FALSE);
}

/**
 * uch_house_entry_is_unknown:
 *
 * Whether something is typed that is no house yet.
 */
gboolean
uch_house_entry_is_unknown (UchHouseEntry *self)
{
  return self->id == NULL && *gtk_editable_get_text (GTK_EDITABLE (self->entry)) != '\0';
}

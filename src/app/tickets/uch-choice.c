#include "app/tickets/uch-choice.h"

#define SEARCH_FROM_N_ROWS 12 /* a list that fits on the screen needs no search */

#define UCH_TYPE_CHOICE (uch_choice_get_type ())
G_DECLARE_FINAL_TYPE (UchChoice, uch_choice, UCH, CHOICE, GObject)

struct _UchChoice
{
  GObject parent;
  char   *id;   /* owned, nullable: "any" or "none" */
  char   *name; /* owned */
};

enum
{
  PROP_0,
  PROP_NAME,
};

G_DEFINE_FINAL_TYPE (UchChoice, uch_choice, G_TYPE_OBJECT)

static void
uch_choice_get_property (GObject *object, guint id, GValue *value, GParamSpec *pspec)
{
  g_value_set_string (value, UCH_CHOICE (object)->name);
}

static void
uch_choice_finalize (GObject *object)
{
  UchChoice *self = UCH_CHOICE (object);

  g_free (self->id);
  g_free (self->name);
  G_OBJECT_CLASS (uch_choice_parent_class)->finalize (object);
}

static void
uch_choice_class_init (UchChoiceClass *klass)
{
  G_OBJECT_CLASS (klass)->get_property = uch_choice_get_property;
  G_OBJECT_CLASS (klass)->finalize = uch_choice_finalize;
  g_object_class_install_property (
      G_OBJECT_CLASS (klass), PROP_NAME,
      g_param_spec_string ("name", NULL, NULL, NULL, G_PARAM_READABLE | G_PARAM_STATIC_STRINGS));
}

static void
uch_choice_init (UchChoice *self)
{
}

static void
setup_cb (GtkSignalListItemFactory *factory, GtkListItem *item, gpointer user_data)
{
  GtkWidget *label = gtk_label_new (NULL);

  gtk_label_set_xalign (GTK_LABEL (label), 0);
  gtk_label_set_ellipsize (GTK_LABEL (label), PANGO_ELLIPSIZE_END);
  gtk_label_set_width_chars (GTK_LABEL (label), 4);
  gtk_list_item_set_child (item, label);
}

static void
bind_cb (GtkSignalListItemFactory *factory, GtkListItem *item, gpointer user_data)
{
  const UchChoice *choice = gtk_list_item_get_item (item);

  gtk_label_set_label (GTK_LABEL (gtk_list_item_get_child (item)), choice->name);
}

static int
compare (gconstpointer a, gconstpointer b, gpointer user_data)
{
  return g_utf8_collate (((const UchChoice *) a)->name, ((const UchChoice *) b)->name);
}

/**
 * uch_choices_new:
 *
 * Returns: (transfer full): an empty list of rows
 */
GListStore *
uch_choices_new (void)
{
  return g_list_store_new (UCH_TYPE_CHOICE);
}

/**
 * uch_choices_add:
 * @id: (nullable): NULL for "any" or "none"
 * @name: as shown
 */
void
uch_choices_add (GListStore *choices, const char *id, const char *name)
{
  g_autoptr (UchChoice) choice = g_object_new (UCH_TYPE_CHOICE, NULL);

  choice->id = g_strdup (id);
  choice->name = g_strdup (name != NULL ? name : "");
  g_list_store_append (choices, choice);
}

/**
 * uch_choices_sort:
 * @first: how many rows at the top keep their place
 *
 * Sorts by name.
 */
void
uch_choices_sort (GListStore *choices, guint first)
{
  guint n = g_list_model_get_n_items (G_LIST_MODEL (choices));
  g_autoptr (GPtrArray) head = g_ptr_array_new_with_free_func (g_object_unref);

  for (guint i = 0; i < MIN (first, n); i++)
    g_ptr_array_add (head, g_list_model_get_item (G_LIST_MODEL (choices), i));
  g_list_store_splice (choices, 0, head->len, NULL, 0);
  g_list_store_sort (choices, compare, NULL);
  g_list_store_splice (choices, 0, 0, head->pdata, head->len);
}

/**
 * uch_choice_setup:
 *
 * Makes a drop-down show choices; its button may become narrower than its widest row.
 */
void
uch_choice_setup (GtkDropDown *drop_down)
{
  g_autoptr (GtkListItemFactory) factory = gtk_signal_list_item_factory_new ();
  GtkExpression *name = gtk_property_expression_new (UCH_TYPE_CHOICE, NULL, "name");

  g_signal_connect (factory, "setup", G_CALLBACK (setup_cb), NULL);
  g_signal_connect (factory, "bind", G_CALLBACK (bind_cb), NULL);
  gtk_drop_down_set_expression (drop_down, name);
  gtk_drop_down_set_factory (drop_down, factory);
  gtk_expression_unref (name);
}

/**
 * uch_choice_set_rows:
 *
 * Offers other rows; what was chosen stays chosen where it is still there.
 */
void
uch_choice_set_rows (GtkDropDown *drop_down, GListStore *choices)
{
  g_autofree char *id = g_strdup (uch_choice_get (drop_down));

  g_object_freeze_notify (G_OBJECT (drop_down));
  gtk_drop_down_set_model (drop_down, G_LIST_MODEL (choices));
  gtk_drop_down_set_enable_search (drop_down, g_list_model_get_n_items (G_LIST_MODEL (choices))
                                                  > SEARCH_FROM_N_ROWS);
  uch_choice_set (drop_down, id);
  g_object_thaw_notify (G_OBJECT (drop_down));
}

/**
 * uch_choice_get:
 *
 * Returns: (nullable): the id of the chosen row
 */
const char *
uch_choice_get (GtkDropDown *drop_down)
{
  const UchChoice *choice = gtk_drop_down_get_selected_item (drop_down);

  return choice != NULL ? choice->id : NULL;
}

/**
 * uch_choice_set:
 * @id: (nullable)
 *
 * Chooses the row. One that is not on the list is added under its id, so that a value which this
 * desk cannot name is not lost.
 */
void
uch_choice_set (GtkDropDown *drop_down, const char *id)
{
  GListModel *model = gtk_drop_down_get_model (drop_down);
  guint       n = model != NULL ? g_list_model_get_n_items (model) : 0;

  for (guint i = 0; i < n; i++)
    {
      g_autoptr (UchChoice) choice = g_list_model_get_item (model, i);

      if (g_strcmp0 (choice->id, id) == 0)
        {
          gtk_drop_down_set_selected (drop_down, i);
          return;
        }
    }
  if (id == NULL || model == NULL)
    {
      gtk_drop_down_set_selected (drop_down, n > 0 ? 0 : GTK_INVALID_LIST_POSITION);
      return;
    }
  uch_choices_add (G_LIST_STORE (model), id, id);
  gtk_drop_down_set_selected (drop_down, n);
}

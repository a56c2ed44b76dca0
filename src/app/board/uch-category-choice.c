#include "app/board/uch-category-choice.h"

#include <glib/gi18n.h>

#include "app/uch-format.h"
#include "core/uch-category.h"

#define N_COLUMNS 3

/* The categories of a day's most calls, in the order of their keys. */
static const char *const quick_codes[UCH_N_QUICK_CATEGORIES] = {
  "connect.new",      "support.no_access", "support.slow", "support.wifi", "support.tv",
  "support.settings", "connect.return",    "mc.access",    "thanks",
};

struct _UchCategoryChoice
{
  GtkWidget parent;

  /* template */
  GtkWidget   *box;
  GtkGrid     *grid;
  GtkDropDown *list;

  /* borrowed */
  GtkToggleButton *keys[UCH_N_QUICK_CATEGORIES];

  gboolean is_choosing;
};

enum
{
  SIGNAL_CHANGED,
  N_SIGNALS,
};

static guint signals[N_SIGNALS];

G_DEFINE_FINAL_TYPE (UchCategoryChoice, uch_category_choice, GTK_TYPE_WIDGET)

static void
list_changed_cb (UchCategoryChoice *self)
{
  const char *code = uch_category_choice_get (self);

  self->is_choosing = TRUE;
  for (guint i = 0; i < UCH_N_QUICK_CATEGORIES; i++)
    gtk_toggle_button_set_active (self->keys[i], g_strcmp0 (quick_codes[i], code) == 0);
  self->is_choosing = FALSE;
  g_signal_emit (self, signals[SIGNAL_CHANGED], 0);
}

static void
toggled_cb (GtkToggleButton *key, UchCategoryChoice *self)
{
  if (self->is_choosing)
    return;
  for (guint i = 0; i < UCH_N_QUICK_CATEGORIES; i++)
    if (self->keys[i] == key)
      uch_category_choice_set (self, gtk_toggle_button_get_active (key) ? quick_codes[i] : NULL);
}

static gboolean
uch_category_choice_grab_focus (GtkWidget *widget)
{
  return gtk_widget_grab_focus (GTK_WIDGET (UCH_CATEGORY_CHOICE (widget)->keys[0]));
}

static void
uch_category_choice_dispose (GObject *object)
{
  g_clear_pointer (&UCH_CATEGORY_CHOICE (object)->box, gtk_widget_unparent);
  G_OBJECT_CLASS (uch_category_choice_parent_class)->dispose (object);
}

static void
uch_category_choice_class_init (UchCategoryChoiceClass *klass)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  G_OBJECT_CLASS (klass)->dispose = uch_category_choice_dispose;
  widget_class->grab_focus = uch_category_choice_grab_focus;
  signals[SIGNAL_CHANGED] = g_signal_new ("changed", UCH_TYPE_CATEGORY_CHOICE, G_SIGNAL_RUN_LAST, 0,
                                          NULL, NULL, NULL, G_TYPE_NONE, 0);
  gtk_widget_class_set_template_from_resource (widget_class,
                                               "/org/uchastok/Desk/board/uch-category-choice.ui");
  gtk_widget_class_bind_template_child (widget_class, UchCategoryChoice, box);
  gtk_widget_class_bind_template_child (widget_class, UchCategoryChoice, grid);
  gtk_widget_class_bind_template_child (widget_class, UchCategoryChoice, list);
}

static void
add_key (UchCategoryChoice *self, guint i)
{
  const char      *name = uch_format_category (quick_codes[i]);
  g_autofree char *text = g_strdup_printf ("%u %s", i + 1, name);
  GtkWidget       *key = gtk_toggle_button_new ();
  GtkWidget       *label = gtk_label_new (text);

  gtk_label_set_ellipsize (GTK_LABEL (label), PANGO_ELLIPSIZE_END);
  gtk_label_set_xalign (GTK_LABEL (label), 0);
  gtk_button_set_child (GTK_BUTTON (key), label);
  gtk_widget_add_css_class (key, "quick");
  gtk_widget_set_tooltip_text (key, name);
  g_signal_connect (key, "toggled", G_CALLBACK (toggled_cb), self);
  self->keys[i] = GTK_TOGGLE_BUTTON (key);
  gtk_grid_attach (self->grid, key, (int) (i % N_COLUMNS), (int) (i / N_COLUMNS), 1, 1);
}

static void
uch_category_choice_init (UchCategoryChoice *self)
{
  g_autoptr (GtkStringList) names = gtk_string_list_new (NULL);
  guint              n_categories;
  const UchCategory *categories = uch_category_list (&n_categories);

  gtk_widget_init_template (GTK_WIDGET (self));
  for (guint i = 0; i < UCH_N_QUICK_CATEGORIES; i++)
    add_key (self, i);
  gtk_string_list_append (names, _ ("Another category…"));
  for (guint i = 0; i < n_categories; i++)
    gtk_string_list_append (names, uch_format_category (categories[i].code));
  gtk_drop_down_set_model (self->list, G_LIST_MODEL (names));
  g_signal_connect_swapped (self->list, "notify::selected", G_CALLBACK (list_changed_cb), self);
}

/**
 * uch_category_choice_get:
 * @self: the choice
 *
 * Returns: (nullable): code of the category; %NULL: none yet; static
 */
const char *
uch_category_choice_get (UchCategoryChoice *self)
{
  guint              n_categories;
  const UchCategory *categories = uch_category_list (&n_categories);
  guint              selected = gtk_drop_down_get_selected (self->list);

  /* The first line of the list says "choose". */
  return selected >= 1 && selected <= n_categories ? categories[selected - 1].code : NULL;
}

/**
 * uch_category_choice_set:
 * @self: the choice
 * @code: (nullable): code of a category
 */
void
uch_category_choice_set (UchCategoryChoice *self, const char *code)
{
  guint              n_categories;
  const UchCategory *categories = uch_category_list (&n_categories);
  guint              selected = 0;

  for (guint i = 0; i < n_categories; i++)
    if (g_strcmp0 (categories[i].code, code) == 0)
      selected = i + 1;
  gtk_drop_down_set_selected (self->list, selected);
}

/**
 * uch_category_choice_choose:
 * @self: the choice
 * @key: one of the keys, from 0
 */
void
uch_category_choice_choose (UchCategoryChoice *self, guint key)
{
  if (key < UCH_N_QUICK_CATEGORIES)
    uch_category_choice_set (self, quick_codes[key]);
}

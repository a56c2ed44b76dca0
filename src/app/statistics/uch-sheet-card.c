#define G_LOG_DOMAIN "uch-app"

#include "app/statistics/uch-sheet-card.h"

#include <glib/gi18n.h>

#include "app/statistics/uch-chart-area.h"
#include "app/statistics/uch-sheet-save.h"
#include "app/statistics/uch-sheet-table.h"
#include "app/uch-window.h"

struct _UchSheetCard
{
  GtkWidget parent_instance;

  /* template */
  GtkWidget *box;
  GtkLabel  *question;
  GtkLabel  *answer;
  GtkBox    *charts;
  GtkLabel  *told;
  GtkLabel  *foot;

  /* owned */
  UchSheetKind          kind;
  UchSheet             *sheet;   /* nullable */
  GtkFileChooserNative *chooser; /* nullable */
};

enum
{
  SIGNAL_PICKED,
  N_SIGNALS,
};
static guint signals[N_SIGNALS];

G_DEFINE_FINAL_TYPE (UchSheetCard, uch_sheet_card, GTK_TYPE_WIDGET)

static void
picked_cb (UchChartArea *area, guint series, guint index, UchSheetCard *self)
{
  guint chart;

  if (self->sheet != NULL
      && g_ptr_array_find (self->sheet->charts, uch_chart_area_get_chart (area), &chart))
    g_signal_emit (self, signals[SIGNAL_PICKED], 0, chart, series, index);
}

static void
told_cb (UchSheetCard *self, const char *tip)
{
  g_autofree char *line = tip != NULL ? g_strdelimit (g_strdup (tip), "\n", ' ') : NULL;
  g_auto (GStrv) parts = tip != NULL ? g_strsplit (tip, "\n", -1) : NULL;

  if (parts != NULL)
    {
      g_free (line);
      line = g_strjoinv (" · ", parts);
    }
  gtk_label_set_label (self->told, line != NULL ? line : "");
}

static void
remove_charts (UchSheetCard *self)
{
  GtkWidget *child;

  while ((child = gtk_widget_get_first_child (GTK_WIDGET (self->charts))) != NULL)
    gtk_box_remove (self->charts, child);
}

/* The same pictures as before keep their widgets, so that nothing jumps while a filter changes. */
static gboolean
refill_charts (UchSheetCard *self)
{
  guint n = 0;

  for (GtkWidget *child = gtk_widget_get_first_child (GTK_WIDGET (self->charts)); child != NULL;
       child = gtk_widget_get_next_sibling (child))
    n += UCH_IS_CHART_AREA (child);
  if (n != self->sheet->charts->len)
    return FALSE;
  n = 0;
  for (GtkWidget *child = gtk_widget_get_first_child (GTK_WIDGET (self->charts)); child != NULL;
       child = gtk_widget_get_next_sibling (child))
    {
      const UchChart *chart
          = n < self->sheet->charts->len ? g_ptr_array_index (self->sheet->charts, n) : NULL;

      if (UCH_IS_CHART_AREA (child))
        {
          uch_chart_area_set_chart (UCH_CHART_AREA (child), chart);
          n++;
        }
      else
        gtk_label_set_label (GTK_LABEL (child), chart->title);
    }
  return TRUE;
}

static void
add_charts (UchSheetCard *self)
{
  remove_charts (self);
  for (guint i = 0; i < self->sheet->charts->len; i++)
    {
      const UchChart *chart = g_ptr_array_index (self->sheet->charts, i);
      GtkWidget      *title = gtk_label_new (chart->title);
      GtkWidget      *area = uch_chart_area_new ();

      gtk_label_set_xalign (GTK_LABEL (title), 0);
      gtk_widget_add_css_class (title, "dim-label");
      gtk_widget_add_css_class (title, "caption");
      gtk_box_append (self->charts, title);
      uch_chart_area_set_chart (UCH_CHART_AREA (area), chart);
      g_signal_connect (area, "picked", G_CALLBACK (picked_cb), self);
      g_signal_connect_swapped (area, "told", G_CALLBACK (told_cb), self);
      gtk_box_append (self->charts, area);
    }
}

static void
table_action (GtkWidget *widget, const char *name, GVariant *parameter)
{
  UchSheetCard *self = UCH_SHEET_CARD (widget);
  GtkRoot      *root = gtk_widget_get_root (widget);

  if (self->sheet != NULL && GTK_IS_WINDOW (root))
    uch_sheet_table_present (GTK_WINDOW (root), self->sheet);
}

static void
chosen_cb (UchSheetCard *self, int response)
{
  g_autoptr (GFile) file = NULL;
  g_autoptr (GError) error = NULL;
  g_autofree char *text = NULL;
  GtkRoot         *root = gtk_widget_get_root (GTK_WIDGET (self));

  if (response == GTK_RESPONSE_ACCEPT)
    file = gtk_file_chooser_get_file (GTK_FILE_CHOOSER (self->chooser));
  g_clear_object (&self->chooser);
  if (file == NULL || self->sheet == NULL)
    return;
  if (uch_sheet_save (self->sheet, file, &error))
    text = g_strdup (_ ("Saved"));
  else
    text = g_strdup_printf (_ ("Not saved: %s"), error->message);
  if (UCH_IS_WINDOW (root))
    uch_window_tell (UCH_WINDOW (root), text, NULL);
}

static void
save_action (GtkWidget *widget, const char *name, GVariant *parameter)
{
  UchSheetCard    *self = UCH_SHEET_CARD (widget);
  GtkRoot         *root = gtk_widget_get_root (widget);
  g_autofree char *file_name = g_strdup_printf ("uchastok-%s.%s", uch_sheet_get_nick (self->kind),
                                                g_variant_get_string (parameter, NULL));

  g_clear_object (&self->chooser);
  self->chooser = gtk_file_chooser_native_new (_ ("Save the chart"),
                                               GTK_IS_WINDOW (root) ? GTK_WINDOW (root) : NULL,
                                               GTK_FILE_CHOOSER_ACTION_SAVE, _ ("_Save"), NULL);
  gtk_native_dialog_set_modal (GTK_NATIVE_DIALOG (self->chooser), TRUE);
  gtk_file_chooser_set_current_name (GTK_FILE_CHOOSER (self->chooser), file_name);
  g_signal_connect_swapped (self->chooser, "response", G_CALLBACK (chosen_cb), self);
  gtk_native_dialog_show (GTK_NATIVE_DIALOG (self->chooser));
}

static void
uch_sheet_card_dispose (GObject *object)
{
  UchSheetCard *self = UCH_SHEET_CARD (object);

  g_clear_object (&self->chooser);
  if (self->charts != NULL)
    remove_charts (self);
  g_clear_pointer (&self->box, gtk_widget_unparent);
  g_clear_pointer (&self->sheet, uch_sheet_free);
  G_OBJECT_CLASS (uch_sheet_card_parent_class)->dispose (object);
}

static void
uch_sheet_card_class_init (UchSheetCardClass *klass)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  G_OBJECT_CLASS (klass)->dispose = uch_sheet_card_dispose;
  signals[SIGNAL_PICKED]
      = g_signal_new ("picked", G_TYPE_FROM_CLASS (klass), G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL,
                      G_TYPE_NONE, 3, G_TYPE_UINT, G_TYPE_UINT, G_TYPE_UINT);
  gtk_widget_class_set_layout_manager_type (widget_class, GTK_TYPE_BIN_LAYOUT);
  gtk_widget_class_set_accessible_role (widget_class, GTK_ACCESSIBLE_ROLE_GROUP);
  gtk_widget_class_set_template_from_resource (widget_class,
                                               "/org/uchastok/Desk/statistics/uch-sheet-card.ui");
  gtk_widget_class_bind_template_child (widget_class, UchSheetCard, box);
  gtk_widget_class_bind_template_child (widget_class, UchSheetCard, question);
  gtk_widget_class_bind_template_child (widget_class, UchSheetCard, answer);
  gtk_widget_class_bind_template_child (widget_class, UchSheetCard, charts);
  gtk_widget_class_bind_template_child (widget_class, UchSheetCard, told);
  gtk_widget_class_bind_template_child (widget_class, UchSheetCard, foot);
  gtk_widget_class_install_action (widget_class, "sheet.table", NULL, table_action);
  gtk_widget_class_install_action (widget_class, "sheet.save", "s", save_action);
}

static void
uch_sheet_card_init (UchSheetCard *self)
{
  gtk_widget_init_template (GTK_WIDGET (self));
}

GtkWidget *
uch_sheet_card_new (UchSheetKind kind)
{
  UchSheetCard *self = g_object_new (UCH_TYPE_SHEET_CARD, NULL);

  self->kind = kind;
  return GTK_WIDGET (self);
}

/**
 * uch_sheet_card_set_sheet:
 * @sheet: (transfer full)
 */
void
uch_sheet_card_set_sheet (UchSheetCard *self, UchSheet *sheet)
{
  g_autoptr (UchSheet) before = self->sheet; /* until the areas have let go of its charts */

  self->sheet = sheet;
  gtk_label_set_label (self->question, sheet->question);
  gtk_label_set_label (self->answer, sheet->answer);
  gtk_label_set_label (self->foot, sheet->foot);
  gtk_label_set_label (self->told, "");
  gtk_accessible_update_property (GTK_ACCESSIBLE (self), GTK_ACCESSIBLE_PROPERTY_LABEL,
                                  sheet->question, GTK_ACCESSIBLE_PROPERTY_DESCRIPTION,
                                  sheet->answer, -1);
  if (!refill_charts (self))
    add_charts (self);
}

/**
 * uch_sheet_card_get_sheet:
 *
 * Returns: (transfer none) (nullable): none yet
 */
const UchSheet *
uch_sheet_card_get_sheet (UchSheetCard *self)
{
  return self->sheet;
}

UchSheetKind
uch_sheet_card_get_kind (UchSheetCard *self)
{
  return self->kind;
}

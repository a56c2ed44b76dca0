#define G_LOG_DOMAIN "uch-app"

#include "app/statistics/uch-sheet-table.h"

#include <adwaita.h>

static GtkWidget *
make_label (const char *text, gboolean is_number, const char *css_class)
{
  GtkWidget *label = gtk_label_new (text);

  gtk_label_set_xalign (GTK_LABEL (label), is_number ? 1 : 0);
  if (is_number)
    gtk_widget_add_css_class (label, "numeric");
  if (css_class != NULL)
    gtk_widget_add_css_class (label, css_class);
  return label;
}

static GtkWidget *
make_table (const UchChart *chart)
{
  GtkWidget *grid = gtk_grid_new ();

  gtk_grid_set_column_spacing (GTK_GRID (grid), 18);
  gtk_grid_set_row_spacing (GTK_GRID (grid), 3);
  for (guint c = 0; c < uch_chart_get_n_columns (chart); c++)
    {
      g_autofree char *header = uch_chart_dup_header (chart, c);

      gtk_grid_attach (GTK_GRID (grid), make_label (header, c > 0, "caption-heading"), (int) c, 0,
                       1, 1);
    }
  for (guint r = 0; r < uch_chart_get_n (chart); r++)
    for (guint c = 0; c < uch_chart_get_n_columns (chart); c++)
      {
        double           number;
        g_autofree char *cell = uch_chart_dup_cell (chart, r, c, &number);

        gtk_grid_attach (GTK_GRID (grid), make_label (cell, c > 0, NULL), (int) c, (int) r + 1, 1,
                         1);
      }
  return grid;
}

/**
 * uch_sheet_table_present:
 *
 * Shows the figures of all charts of @sheet as they are now.
 */
void
uch_sheet_table_present (GtkWindow *parent, const UchSheet *sheet)
{
  GtkWidget *window = adw_window_new ();
  GtkWidget *box = gtk_box_new (GTK_ORIENTATION_VERTICAL, 0);
  GtkWidget *bar = adw_header_bar_new ();
  GtkWidget *scrolled = gtk_scrolled_window_new ();
  GtkWidget *column = gtk_box_new (GTK_ORIENTATION_VERTICAL, 12);

  gtk_window_set_title (GTK_WINDOW (window), sheet->question);
  gtk_window_set_transient_for (GTK_WINDOW (window), parent);
  gtk_window_set_default_size (GTK_WINDOW (window), 720, 560);
  gtk_widget_add_css_class (column, "sheet");
  for (guint i = 0; i < sheet->charts->len; i++)
    {
      const UchChart *chart = g_ptr_array_index (sheet->charts, i);

      gtk_box_append (GTK_BOX (column), make_label (chart->title, FALSE, "heading"));
      gtk_box_append (GTK_BOX (column), make_table (chart));
    }
  gtk_scrolled_window_set_child (GTK_SCROLLED_WINDOW (scrolled), column);
  gtk_widget_set_vexpand (scrolled, TRUE);
  gtk_box_append (GTK_BOX (box), bar);
  gtk_box_append (GTK_BOX (box), scrolled);
  adw_window_set_content (ADW_WINDOW (window), box);
  gtk_window_present (GTK_WINDOW (window));
}

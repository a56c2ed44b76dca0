#define G_LOG_DOMAIN "uch-app"

#include "app/statistics/uch-sheet-save.h"

#include <math.h>

#include "chart/uch-sheet-paper.h"
#include "exchange/uch-csv.h"

/* Semicolons and a byte order mark: what spreadsheets here open by themselves. Cells that would run
 * as formulas are guarded by the writer of CSV. */
static GBytes *
write_csv (const UchSheet *sheet)
{
  GString *text = g_string_new ("\xef\xbb\xbf");

  for (guint i = 0; i < sheet->charts->len; i++)
    {
      const UchChart *chart = g_ptr_array_index (sheet->charts, i);
      guint           n_columns = uch_chart_get_n_columns (chart);
      g_autoptr (GPtrArray) title = g_ptr_array_new ();

      g_ptr_array_add (title, chart->title);
      uch_csv_append_row (text, ';', title);
      for (guint r = 0; r <= uch_chart_get_n (chart); r++)
        {
          g_autoptr (GPtrArray) cells = g_ptr_array_new_with_free_func (g_free);

          for (guint c = 0; c < n_columns; c++)
            {
              double number;

              g_ptr_array_add (cells, r == 0 ? uch_chart_dup_header (chart, c)
                                             : uch_chart_dup_cell (chart, r - 1, c, &number));
            }
          uch_csv_append_row (text, ';', cells);
        }
    }
  return g_string_free_to_bytes (text);
}

/**
 * uch_sheet_save:
 * @file: its name ends with .csv, .png, .svg or .pdf
 *
 * Writes the figures, or the answer with its pictures.
 */
gboolean
uch_sheet_save (const UchSheet *sheet, GFile *file, GError **error)
{
  g_autofree char *name = g_file_get_basename (file);
  g_autoptr (GBytes) bytes = NULL;
  gsize         len;
  gconstpointer data;

  if (g_str_has_suffix (name, ".csv"))
    bytes = write_csv (sheet);
  else
    bytes = uch_sheet_paper_draw (sheet,
                                  g_str_has_suffix (name, ".svg")   ? UCH_PAPER_SVG
                                  : g_str_has_suffix (name, ".pdf") ? UCH_PAPER_PDF
                                                                    : UCH_PAPER_PNG,
                                  error);
  if (bytes == NULL)
    return FALSE;
  data = g_bytes_get_data (bytes, &len);
  return g_file_replace_contents (file, data, len, NULL, FALSE, G_FILE_CREATE_REPLACE_DESTINATION,
                                  NULL, NULL, error);
}

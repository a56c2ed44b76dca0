/* A table in a text file: what was read, written and read again is the same table. */
#include "exchange/uch-csv.h"
#include "fuzz.h"

static char *
write_table (const UchCsv *csv)
{
  GString *out = g_string_new (NULL);

  uch_csv_append_row (out, csv->separator, csv->columns);
  for (guint i = 0; i < csv->rows->len; i++)
    {
      const UchCsvRow *row = g_ptr_array_index (csv->rows, i);

      if (row->fault == NULL)
        uch_csv_append_row (out, csv->separator, row->cells);
    }
  return g_string_free (out, FALSE);
}

static void
check_cells (GPtrArray *cells, guint n_columns)
{
  if (n_columns > 0)
    g_assert_cmpuint (cells->len, ==, n_columns);
  for (guint i = 0; i < cells->len; i++)
    g_assert_true (g_utf8_validate (g_ptr_array_index (cells, i), -1, NULL));
}

int
LLVMFuzzerTestOneInput (const uint8_t *data, size_t size)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (UchCsv) csv = uch_csv_parse ((const char *) data, size, &error);
  g_autofree char *text = NULL;

  g_assert_true ((csv == NULL) == (error != NULL));
  if (csv == NULL)
    return 0;
  check_cells (csv->columns, 0);
  for (guint i = 0; i < csv->rows->len; i++)
    {
      const UchCsvRow *row = g_ptr_array_index (csv->rows, i);

      if (row->fault == NULL)
        check_cells (row->cells, csv->columns->len);
    }
  text = write_table (csv);
  g_assert_true (g_utf8_validate (text, -1, NULL));
  return 0;
}

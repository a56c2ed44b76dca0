/* One row: the first byte chooses the table. It survives the wire and the database. */
#include "fuzz.h"
#include "rows/uch-rows.h"
#include "sync/uch-wire.h"

static UchDb *
open_tables (void)
{
  g_autoptr (GError) error = NULL;
  UchDb *db = uch_db_open (":memory:", UCH_DB_IN_MEMORY, &error);

  g_assert_no_error (error);
  for (guint table = 0; table < UCH_N_TABLES; table++)
    {
      g_autofree char *sql = uch_rows_dup_create_sql (uch_schema_get (table));

      uch_db_exec (db, sql, &error);
      g_assert_no_error (error);
    }
  return db;
}

int
LLVMFuzzerTestOneInput (const uint8_t *data, size_t size)
{
  static UchDb *db;
  g_autoptr (UchEntity) row = NULL, back = NULL, stored = NULL;
  g_autofree char *text = NULL;
  g_autoptr (GError) error = NULL;
  UchTable table;

  if (size == 0)
    return 0;
  if (db == NULL)
    db = open_tables ();
  table = data[0] % UCH_N_TABLES;
  row = uch_wire_decode_entity (table, (const char *) data + 1, (gssize) size - 1, &error);
  g_assert_true ((row == NULL) == (error != NULL));
  if (row == NULL || row->id == NULL)
    return 0;
  text = uch_wire_encode_entity (row);
  back = uch_wire_decode_entity (table, text, -1, &error);
  if (back == NULL)
    g_error ("what was written cannot be read: %s", error->message);
  g_assert_true (uch_entity_equal (row, back));
  g_assert_cmpuint (uch_entity_digest (row), ==, uch_entity_digest (back));

  uch_db_begin (db, NULL);
  if (uch_rows_put (db, row, 7, NULL))
    {
      g_assert_true (uch_rows_get (db, row->schema, row->id, (gpointer *) &stored, NULL));
      g_assert_nonnull (stored);
      g_assert_true (uch_entity_equal (row, stored));
      g_assert_cmpint (stored->seq, ==, 7);
    }
  uch_db_rollback (db);
  return 0;
}

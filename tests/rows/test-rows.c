#include "core/uch-place.h"
#include "core/uch-work.h"
#include "rows/uch-rows.h"

static UchDb *
open_office (void)
{
  UchDb *db = uch_db_open (NULL, UCH_DB_IN_MEMORY, NULL);

  for (guint i = 0; i < UCH_N_TABLES; i++)
    {
      g_autoptr (GError) error = NULL;
      g_autofree char *create = uch_rows_dup_create_sql (uch_schema_get (i));
      g_autofree char *index = uch_rows_dup_index_sql (uch_schema_get (i));
      g_autofree char *sql = g_strconcat (create, index, NULL);

      uch_db_exec (db, sql, &error);
      g_assert_no_error (error);
    }
  return db;
}

/* A row with something different in every field. */
static UchEntity *
full_row (UchTable table, const char *id, guint salt)
{
  UchEntity *row = uch_entity_new (table, id);

  uch_entity_set_text (row, &row->rev, "rev-1");
  for (guint i = 0; i < row->schema->n_fields; i++)
    {
      const UchField  *field = &row->schema->fields[i];
      g_autofree char *text = g_strdup_printf ("%s «Ё'\"%u»", field->name, i + salt);
      guint            n_nicks = field->nicks != NULL ? g_strv_length ((char **) field->nicks) : 1;

      switch (field->kind)
        {
        case UCH_FIELD_TEXT:
          uch_field_set_text (field, row, text);
          break;
        case UCH_FIELD_REAL:
          uch_field_set_real (field, row, 45.0428 + i + salt);
          break;
        case UCH_FIELD_BOOL:
          uch_field_set_int (field, row, TRUE);
          break;
        case UCH_FIELD_ENUM:
          uch_field_set_int (field, row, (i + salt) % n_nicks);
          break;
        default:
          uch_field_set_int (field, row, G_MAXINT64 - i - salt);
          break;
        }
    }
  return row;
}

static void
assert_same (gconstpointer a, gconstpointer b)
{
  g_assert_true (uch_entity_equal (a, b));
  g_assert_cmpstr (((UchEntity *) a)->rev, ==, ((UchEntity *) b)->rev);
  g_assert_cmpuint (uch_entity_digest (a), ==, uch_entity_digest (b));
}

static void
test_every_table_comes_back (void)
{
  g_autoptr (UchDb) db = open_office ();

  for (guint i = 0; i < UCH_N_TABLES; i++)
    {
      g_autoptr (GError) error = NULL;
      g_autoptr (UchEntity) empty = uch_entity_new (i, "empty");
      g_autoptr (UchEntity) first = full_row (i, "id", 0);
      g_autoptr (UchEntity) second = full_row (i, "id", 1);
      g_autoptr (UchEntity) found = NULL;
      g_autoptr (UchEntity) replaced = NULL;
      g_autoptr (UchEntity) nothing = NULL;
      g_autoptr (UchEntity) gone = NULL;

      g_assert_true (uch_rows_check (db, uch_schema_get (i), &error));
      g_assert_true (uch_rows_put (db, first, 17, &error));
      g_assert_true (uch_rows_get (db, first->schema, "id", (gpointer *) &found, &error));
      g_assert_no_error (error);
      assert_same (first, found);
      g_assert_cmpint (found->seq, ==, 17);

      g_assert_true (uch_rows_put (db, second, 18, &error));
      g_assert_true (uch_rows_get (db, first->schema, "id", (gpointer *) &replaced, &error));
      assert_same (second, replaced);
      g_assert_cmpuint (uch_entity_digest (first), !=, uch_entity_digest (second));

      g_assert_true (uch_rows_put (db, empty, 19, &error));
      g_assert_true (uch_rows_get (db, first->schema, "empty", (gpointer *) &nothing, &error));
      assert_same (empty, nothing);

      g_assert_true (uch_rows_delete (db, first->schema, "id", &error));
      g_assert_true (uch_rows_get (db, first->schema, "id", (gpointer *) &gone, &error));
      g_assert_null (gone);
      g_assert_true (uch_rows_delete (db, first->schema, "id", &error));
      g_assert_no_error (error);
    }
}

static void
test_find_by_key (void)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (UchDb) db = open_office ();
  g_autoptr (GPtrArray) found = NULL;
  g_autoptr (GPtrArray) none = NULL;
  g_autoptr (GPtrArray) later = NULL;
  g_autoptr (UchDbStmt) stmt = NULL;

  for (guint i = 0; i < 6; i++)
    {
      g_autofree char *id = g_strdup_printf ("v%u", 6 - i);
      g_autoptr (UchVisit) visit = uch_entity_new (UCH_TABLE_VISIT, id);

      uch_entity_set_text (visit, &visit->ticket_id, i % 2 ? "odd" : "even");
      g_assert_true (uch_rows_put (db, visit, i, &error));
    }
  found = uch_rows_find (db, &uch_visit_schema, "ticket_id", "odd", &error);
  g_assert_cmpuint (found->len, ==, 3);
  g_assert_cmpstr (UCH_ENTITY (found->pdata[0])->id, ==, "v1");
  g_assert_cmpstr (UCH_ENTITY (found->pdata[2])->id, ==, "v5");
  none = uch_rows_find (db, &uch_visit_schema, "ticket_id", NULL, &error);
  g_assert_cmpuint (none->len, ==, 0);

  stmt = uch_rows_prepare (db, &uch_visit_schema, "WHERE seq > ? ORDER BY seq", &error);
  uch_db_stmt_bind_int64 (stmt, 1, 3);
  later = uch_rows_read_all (stmt, &uch_visit_schema, &error);
  g_assert_cmpuint (later->len, ==, 2);
  g_assert_cmpstr (UCH_ENTITY (later->pdata[0])->id, ==, "v2");
}

static void
test_unknown_word_is_an_error (void)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (UchDb) db = open_office ();
  g_autoptr (UchVisit) visit = uch_entity_new (UCH_TABLE_VISIT, "v");
  gpointer found;

  g_assert_true (uch_rows_put (db, visit, 1, NULL));
  g_assert_true (uch_db_exec (db, "UPDATE visit SET state = 'teleported'", NULL));
  g_assert_false (uch_rows_get (db, &uch_visit_schema, "v", &found, &error));
  g_assert_error (error, UCH_DB_ERROR, UCH_DB_ERROR_CORRUPT);
  g_assert_nonnull (strstr (error->message, "teleported"));
}

static void
test_table_that_does_not_fit (void)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (UchDb) db = open_office ();

  g_assert_true (uch_db_exec (db, "ALTER TABLE zone RENAME COLUMN color TO colour", NULL));
  g_assert_false (uch_rows_check (db, &uch_zone_schema, &error));
  g_assert_nonnull (strstr (error->message, "color"));
  g_assert_nonnull (strstr (error->message, "missing"));
}

int
main (int argc, char *argv[])
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/rows/every-table-comes-back", test_every_table_comes_back);
  g_test_add_func ("/rows/find-by-key", test_find_by_key);
  g_test_add_func ("/rows/unknown-word-is-an-error", test_unknown_word_is_an_error);
  g_test_add_func ("/rows/table-that-does-not-fit", test_table_that_does_not_fit);
  return g_test_run ();
}

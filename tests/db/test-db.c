#include <glib/gstdio.h>

#include "db/uch-db-backup.h"
#include "db/uch-db.h"

static UchDb *
open_people (void)
{
  g_autoptr (GError) error = NULL;
  UchDb *db = uch_db_open (NULL, UCH_DB_IN_MEMORY, &error);

  g_assert_no_error (error);
  uch_db_exec (db,
               "CREATE TABLE person (id INTEGER PRIMARY KEY, name TEXT NOT NULL, score REAL,"
               " data BLOB) STRICT",
               &error);
  g_assert_no_error (error);
  return db;
}

static void
add_person (UchDb *db, const char *name)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (UchDbStmt) stmt = uch_db_prepare (db, "INSERT INTO person (name) VALUES (?)", &error);

  g_assert_no_error (error);
  uch_db_stmt_bind_text (stmt, 1, name);
  g_assert_true (uch_db_stmt_run (stmt, &error));
  g_assert_no_error (error);
}

static gint64
count_people (UchDb *db)
{
  gint64 n = -1;

  g_assert_true (uch_db_get_int64 (db, "SELECT count(*) FROM person", &n, NULL));
  return n;
}

static void
test_values_come_back (void)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (UchDb) db = open_people ();
  g_autoptr (UchDbStmt) insert = NULL;
  g_autoptr (UchDbStmt) select = NULL;
  gsize len;

  insert = uch_db_prepare (db, "INSERT INTO person VALUES (?, ?, ?, ?), (?5, 'b', NULL, NULL)",
                           &error);
  g_assert_no_error (error);
  uch_db_stmt_bind_int64 (insert, 1, G_MAXINT64);
  uch_db_stmt_bind_text (insert, 2, "Ёлка 🎄");
  uch_db_stmt_bind_double (insert, 3, 45.0428);
  uch_db_stmt_bind_blob (insert, 4, "\0\1\2", 3);
  uch_db_stmt_bind_int64 (insert, 5, 7);
  g_assert_true (uch_db_stmt_run (insert, &error));
  g_assert_cmpint (uch_db_get_changes (db), ==, 2);

  select = uch_db_prepare (db, "SELECT id, name, score, data FROM person ORDER BY id DESC", &error);
  g_assert_no_error (error);
  g_assert_cmpint (uch_db_stmt_n_columns (select), ==, 4);
  g_assert_cmpstr (uch_db_stmt_column_name (select, 1), ==, "name");
  g_assert_cmpint (uch_db_stmt_step (select, &error), ==, UCH_DB_STEP_ROW);
  g_assert_cmpint (uch_db_stmt_get_int64 (select, 0), ==, G_MAXINT64);
  g_assert_cmpstr (uch_db_stmt_get_text (select, 1), ==, "Ёлка 🎄");
  g_assert_cmpfloat (uch_db_stmt_get_double (select, 2), ==, 45.0428);
  g_assert_cmpmem (uch_db_stmt_get_blob (select, 3, &len), 3, "\0\1\2", 3);
  g_assert_cmpint (len, ==, 3);
  g_assert_cmpint (uch_db_stmt_step (select, &error), ==, UCH_DB_STEP_ROW);
  g_assert_true (uch_db_stmt_is_null (select, 2));
  g_assert_null (uch_db_stmt_get_blob (select, 3, &len));
  g_assert_cmpint (uch_db_stmt_step (select, &error), ==, UCH_DB_STEP_DONE);
}

static void
test_statement_is_reused_clean (void)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (UchDb) db = open_people ();
  const char *sql = "SELECT ?1, ?2";
  UchDbStmt  *first = uch_db_prepare (db, sql, NULL);
  UchDbStmt  *again;
  UchDbStmt  *second;

  uch_db_stmt_bind_text (first, 1, "left over");
  g_assert_cmpint (uch_db_stmt_step (first, NULL), ==, UCH_DB_STEP_ROW);

  /* The same text in hand twice: two statements that do not disturb each other. */
  second = uch_db_prepare (db, sql, NULL);
  g_assert_true (second != first);
  g_assert_cmpint (uch_db_stmt_step (second, NULL), ==, UCH_DB_STEP_ROW);
  g_assert_true (uch_db_stmt_is_null (second, 0));
  g_assert_cmpstr (uch_db_stmt_get_text (first, 0), ==, "left over");
  uch_db_stmt_release (second);
  uch_db_stmt_release (first);

  again = uch_db_prepare (db, sql, NULL);
  g_assert_true (again == first);
  g_assert_cmpint (uch_db_stmt_step (again, &error), ==, UCH_DB_STEP_ROW);
  g_assert_true (uch_db_stmt_is_null (again, 0));
  uch_db_stmt_release (again);
}

static void
test_cache_is_bounded (void)
{
  g_autoptr (UchDb) db = open_people ();
  UchDbStmt *held = uch_db_prepare (db, "SELECT 'held'", NULL);

  g_assert_cmpint (uch_db_stmt_step (held, NULL), ==, UCH_DB_STEP_ROW);
  for (guint i = 0; i < 1000; i++)
    {
      g_autofree char *sql = g_strdup_printf ("SELECT %u", i);
      gint64           value;

      g_assert_true (uch_db_get_int64 (db, sql, &value, NULL));
      g_assert_cmpint (value, ==, i);
    }
  g_assert_cmpstr (uch_db_stmt_get_text (held, 0), ==, "held");
  uch_db_stmt_release (held);
}

static void
test_failed_bind_is_told (void)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (UchDb) db = open_people ();
  g_autoptr (UchDbStmt) stmt = uch_db_prepare (db, "SELECT ?", NULL);

  uch_db_stmt_bind_int64 (stmt, 2, 1);
  g_assert_cmpint (uch_db_stmt_step (stmt, &error), ==, UCH_DB_STEP_ERROR);
  g_assert_error (error, UCH_DB_ERROR, UCH_DB_ERROR_FAILED);
}

static void
test_constraint_has_its_code (void)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (UchDb) db = open_people ();

  g_assert_false (uch_db_exec (db, "INSERT INTO person (name) VALUES (NULL)", &error));
  g_assert_error (error, UCH_DB_ERROR, UCH_DB_ERROR_CONSTRAINT);
}

static void
test_rollback_and_savepoints (void)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (UchDb) db = open_people ();

  g_assert_true (uch_db_begin (db, &error));
  add_person (db, "kept");
  g_assert_true (uch_db_savepoint (db, &error));
  add_person (db, "outer, taken back");
  g_assert_true (uch_db_savepoint (db, &error));
  add_person (db, "inner, kept for now");
  g_assert_true (uch_db_release (db, &error));
  g_assert_cmpint (count_people (db), ==, 3);
  g_assert_true (uch_db_rollback_to (db, &error));
  g_assert_cmpint (count_people (db), ==, 1);
  g_assert_true (uch_db_commit (db, &error));
  g_assert_false (uch_db_in_transaction (db));

  g_assert_true (uch_db_begin (db, &error));
  add_person (db, "taken back");
  uch_db_rollback (db);
  g_assert_cmpint (count_people (db), ==, 1);
  uch_db_rollback (db);
}

static char *
shout (const char *text)
{
  return g_utf8_strup (text, -1);
}

static void
test_own_function (void)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (UchDb) db = open_people ();
  g_autoptr (UchDbStmt) stmt = NULL;

  g_assert_true (uch_db_add_function (db, "shout", shout, &error));
  uch_db_exec (db, "CREATE INDEX person_loud ON person (shout (name))", &error);
  g_assert_no_error (error);
  add_person (db, "ёж");
  stmt = uch_db_prepare (db, "SELECT name, shout (NULL) FROM person WHERE shout (name) = 'ЁЖ'",
                         NULL);
  g_assert_cmpint (uch_db_stmt_step (stmt, &error), ==, UCH_DB_STEP_ROW);
  g_assert_true (uch_db_stmt_is_null (stmt, 1));
}

static void
test_file_settings (void)
{
  g_autoptr (GError) error = NULL;
  g_autofree char *dir = g_dir_make_tmp ("uch-db-XXXXXX", NULL);
  g_autofree char *path = g_build_filename (dir, "a.db", NULL);
  g_autoptr (UchDb) db = NULL;
  static const struct
  {
    const char *sql;
    gint64      value;
  } settings[] = {
    { "SELECT * FROM pragma_journal_mode WHERE journal_mode = 'wal'", 0 },
    { "PRAGMA foreign_keys", 1 },
    { "PRAGMA trusted_schema", 0 },
    { "PRAGMA secure_delete", 1 },
    { "PRAGMA synchronous", 2 },
    { "PRAGMA busy_timeout", 5000 },
  };
  GStatBuf st;

  g_assert_null (uch_db_open (path, 0, &error));
  g_assert_error (error, UCH_DB_ERROR, UCH_DB_ERROR_IO);
  g_clear_error (&error);

  db = uch_db_open (path, UCH_DB_CREATE | UCH_DB_SYNC_FULL, &error);
  g_assert_no_error (error);
  for (guint i = 0; i < G_N_ELEMENTS (settings); i++)
    {
      gint64 value = -1;

      g_assert_true (uch_db_get_int64 (db, settings[i].sql, &value, &error));
      g_assert_cmpint (value, ==, settings[i].value);
    }
  g_assert_cmpint (g_stat (path, &st), ==, 0);
  g_assert_cmpint (st.st_mode & 0777, ==, 0600);
}

static void
test_backup_of_a_living_database (void)
{
  g_autoptr (GError) error = NULL;
  g_autofree char *dir = g_dir_make_tmp ("uch-db-XXXXXX", NULL);
  g_autofree char *path = g_build_filename (dir, "a.db", NULL);
  g_autofree char *copy_path = g_build_filename (dir, "copy.db", NULL);
  g_autoptr (GCancellable) cancelled = g_cancellable_new ();
  g_autoptr (UchDb) db = uch_db_open (path, UCH_DB_CREATE, NULL);
  g_autoptr (UchDb) copy = NULL;

  uch_db_exec (db, "CREATE TABLE person (id INTEGER PRIMARY KEY, name TEXT)", NULL);
  for (guint i = 0; i < 100; i++)
    add_person (db, "somebody");

  g_cancellable_cancel (cancelled);
  g_assert_false (uch_db_backup (db, copy_path, NULL, NULL, NULL, cancelled, &error));
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_CANCELLED);
  g_clear_error (&error);
  g_assert_false (g_file_test (copy_path, G_FILE_TEST_EXISTS));

  g_assert_true (uch_db_backup (db, copy_path, NULL, NULL, NULL, NULL, &error));
  g_assert_no_error (error);
  add_person (db, "later");

  copy = uch_db_open (copy_path, UCH_DB_READ_ONLY, &error);
  g_assert_no_error (error);
  g_assert_true (uch_db_check (copy, &error));
  g_assert_cmpint (count_people (copy), ==, 100);

  g_assert_false (uch_db_exec (copy, "DELETE FROM person", &error));
  g_assert_error (error, UCH_DB_ERROR, UCH_DB_ERROR_READ_ONLY);
}

static gpointer
stranger_main (gpointer db)
{
  count_people (db);
  return NULL;
}

static void
test_locked_is_busy (void)
{
  g_autoptr (GError) error = NULL;
  g_autofree char *dir = g_dir_make_tmp ("uch-db-XXXXXX", NULL);
  g_autofree char *path = g_build_filename (dir, "a.db", NULL);
  g_autoptr (UchDb) one = uch_db_open (path, UCH_DB_CREATE, NULL);
  g_autoptr (UchDb) two = uch_db_open (path, 0, NULL);

  g_assert_true (uch_db_exec (two, "PRAGMA busy_timeout = 0", NULL));
  g_assert_true (uch_db_begin (one, NULL));
  g_assert_true (uch_db_begin_read (two, NULL));
  uch_db_rollback (two);
  g_assert_false (uch_db_begin (two, &error));
  g_assert_error (error, UCH_DB_ERROR, UCH_DB_ERROR_BUSY);
  g_assert_true (uch_db_commit (one, NULL));
  g_assert_true (uch_db_begin (two, NULL));
}

static void
use_db_wrongly (void)
{
  g_autoptr (UchDb) db = open_people ();
  GThread *thread = g_thread_new ("stranger", stranger_main, db);

  g_thread_join (thread);
}

static void
test_other_thread_is_caught (void)
{
  if (g_test_subprocess ())
    {
      use_db_wrongly ();
      return;
    }
  g_test_trap_subprocess (NULL, 0, 0);
  g_test_trap_assert_failed ();
  g_test_trap_assert_stderr ("*owner*");
}

int
main (int argc, char *argv[])
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/db/values-come-back", test_values_come_back);
  g_test_add_func ("/db/statement-is-reused-clean", test_statement_is_reused_clean);
  g_test_add_func ("/db/cache-is-bounded", test_cache_is_bounded);
  g_test_add_func ("/db/failed-bind-is-told", test_failed_bind_is_told);
  g_test_add_func ("/db/constraint-has-its-code", test_constraint_has_its_code);
  g_test_add_func ("/db/rollback-and-savepoints", test_rollback_and_savepoints);
  g_test_add_func ("/db/own-function", test_own_function);
  g_test_add_func ("/db/file-settings", test_file_settings);
  g_test_add_func ("/db/backup-of-a-living-database", test_backup_of_a_living_database);
  g_test_add_func ("/db/locked-is-busy", test_locked_is_busy);
  g_test_add_func ("/db/other-thread-is-caught", test_other_thread_is_caught);
  return g_test_run ();
}

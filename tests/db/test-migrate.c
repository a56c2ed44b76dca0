#include <glib/gstdio.h>

#include "db/uch-db-migrate.h"

#define OURS 0x55636800u

static const char *const TWO_STEPS[]
    = { "CREATE TABLE a (x); INSERT INTO a VALUES (1)",
        "ALTER TABLE a ADD COLUMN y; UPDATE a SET y = x + 1", NULL };
static const char *const ONE_STEP[] = { "CREATE TABLE a (x); INSERT INTO a VALUES (1)", NULL };
static const char *const BAD_STEP[]
    = { "CREATE TABLE a (x)", "CREATE TABLE b (x); INSERT INTO nowhere VALUES (1)", NULL };

static gint64
number (UchDb *db, const char *sql)
{
  g_autoptr (GError) error = NULL;
  gint64 value = -1;

  uch_db_get_int64 (db, sql, &value, &error);
  g_assert_no_error (error);
  return value;
}

static void
test_steps_follow_each_other (void)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (UchDb) db = uch_db_open (NULL, UCH_DB_IN_MEMORY, NULL);

  g_assert_true (uch_db_migrate (db, OURS, ONE_STEP, &error));
  g_assert_cmpint (number (db, "PRAGMA user_version"), ==, 1);
  g_assert_true (uch_db_migrate (db, OURS, TWO_STEPS, &error));
  g_assert_cmpint (number (db, "SELECT y FROM a"), ==, 2);
  g_assert_true (uch_db_migrate (db, OURS, TWO_STEPS, &error));
  g_assert_cmpint (number (db, "SELECT count(*) FROM a"), ==, 1);
  g_assert_cmpint (number (db, "PRAGMA application_id"), ==, OURS);
}

static void
test_failed_step_leaves_a_whole_version (void)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (UchDb) db = uch_db_open (NULL, UCH_DB_IN_MEMORY, NULL);

  g_assert_false (uch_db_migrate (db, OURS, BAD_STEP, &error));
  g_assert_error (error, UCH_DB_ERROR, UCH_DB_ERROR_FAILED);
  g_assert_cmpint (number (db, "PRAGMA user_version"), ==, 1);
  g_assert_cmpint (number (db, "SELECT count(*) FROM sqlite_schema WHERE name = 'b'"), ==, 0);
}

static void
test_newer_is_refused_untouched (void)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (UchDb) db = uch_db_open (NULL, UCH_DB_IN_MEMORY, NULL);

  g_assert_true (uch_db_migrate (db, OURS, TWO_STEPS, &error));
  g_assert_false (uch_db_migrate (db, OURS, ONE_STEP, &error));
  g_assert_error (error, UCH_DB_ERROR, UCH_DB_ERROR_NEWER);
  g_assert_nonnull (strstr (error->message, "its version is 2, this program knows 1"));
  g_assert_cmpint (number (db, "PRAGMA user_version"), ==, 2);
}

static void
test_foreign_is_refused_untouched (void)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (UchDb) db = uch_db_open (NULL, UCH_DB_IN_MEMORY, NULL);

  g_assert_true (uch_db_exec (db, "CREATE TABLE photo (x)", NULL));
  g_assert_false (uch_db_migrate (db, OURS, ONE_STEP, &error));
  g_assert_error (error, UCH_DB_ERROR, UCH_DB_ERROR_FOREIGN);
  g_clear_error (&error);

  g_assert_true (uch_db_exec (db, "PRAGMA application_id = 42", NULL));
  g_assert_false (uch_db_migrate (db, OURS, ONE_STEP, &error));
  g_assert_error (error, UCH_DB_ERROR, UCH_DB_ERROR_FOREIGN);
  g_assert_cmpint (number (db, "SELECT count(*) FROM sqlite_schema"), ==, 1);
}

static void
test_missing_resource_is_an_error (void)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (UchDb) db = uch_db_open (NULL, UCH_DB_IN_MEMORY, NULL);

  g_assert_false (uch_db_migrate_resource (db, OURS, "/nowhere", &error));
  g_assert_error (error, UCH_DB_ERROR, UCH_DB_ERROR_FAILED);
}

int
main (int argc, char *argv[])
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/db/migrate/steps-follow-each-other", test_steps_follow_each_other);
  g_test_add_func ("/db/migrate/failed-step-leaves-a-whole-version",
                   test_failed_step_leaves_a_whole_version);
  g_test_add_func ("/db/migrate/newer-is-refused-untouched", test_newer_is_refused_untouched);
  g_test_add_func ("/db/migrate/foreign-is-refused-untouched", test_foreign_is_refused_untouched);
  g_test_add_func ("/db/migrate/missing-resource-is-an-error", test_missing_resource_is_an_error);
  return g_test_run ();
}

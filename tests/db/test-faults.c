#include <glib/gstdio.h>

#include "db/uch-db-backup.h"
#include "db/uch-db.h"
#include "support/uch-fault-vfs.h"

typedef struct
{
  char *dir;
  char *path;
} Fixture;

static void
set_up (Fixture *f, gconstpointer data)
{
  uch_fault_vfs_install ();
  f->dir = g_dir_make_tmp ("uch-faults-XXXXXX", NULL);
  f->path = g_build_filename (f->dir, "a.db", NULL);
}

static void
tear_down (Fixture *f, gconstpointer data)
{
  g_autofree char *command = g_strdup_printf ("rm -rf %s", f->dir);

  uch_fault_vfs_set (UCH_FAULT_NONE, 0);
  g_assert_true (g_spawn_command_line_sync (command, NULL, NULL, NULL, NULL));
  g_free (f->dir);
  g_free (f->path);
}

static UchDb *
open_with_rows (Fixture *f)
{
  g_autoptr (GError) error = NULL;
  UchDb *db = uch_db_open (f->path, UCH_DB_CREATE | UCH_DB_SYNC_FULL, &error);

  g_assert_no_error (error);
  uch_db_exec (db,
               "CREATE TABLE note (x TEXT); CREATE INDEX note_x ON note (x);"
               "WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 2000)"
               " INSERT INTO note SELECT printf ('%0200d', i) FROM n",
               &error);
  g_assert_no_error (error);
  return db;
}

static gint64
count (UchDb *db)
{
  gint64 n = -1;

  g_assert_true (uch_db_get_int64 (db, "SELECT count(*) FROM note", &n, NULL));
  return n;
}

/* A disk that fails in the middle of a commit: told with its code, nothing half done, and all goes
 * on once the disk is well. */
static void
check_fault_in_commit (Fixture *f, UchFault fault, UchDbError code)
{
  g_autoptr (UchDb) db = open_with_rows (f);

  for (guint n_writes = 0; n_writes < 4; n_writes++)
    {
      g_autoptr (GError) error = NULL;

      g_assert_true (uch_db_begin (db, NULL));
      uch_fault_vfs_set (fault, n_writes);
      if (uch_db_exec (db, "UPDATE note SET x = 'y' || x", &error))
        g_assert_false (uch_db_commit (db, &error));
      g_assert_error (error, UCH_DB_ERROR, (int) code);
      uch_db_rollback (db);
      uch_fault_vfs_set (UCH_FAULT_NONE, 0);
      g_assert_false (uch_db_in_transaction (db));
    }

  g_assert_cmpint (count (db), ==, 2000);
  g_assert_true (uch_db_check (db, NULL));
  g_assert_true (uch_db_exec (db, "UPDATE note SET x = 'y' || x", NULL));
}

static void
test_full_disk (Fixture *f, gconstpointer data)
{
  check_fault_in_commit (f, UCH_FAULT_FULL, UCH_DB_ERROR_FULL);
}

static void
test_broken_disk (Fixture *f, gconstpointer data)
{
  check_fault_in_commit (f, UCH_FAULT_IO, UCH_DB_ERROR_IO);
}

static void
test_read_only_disk (Fixture *f, gconstpointer data)
{
  g_autoptr (GError) error = NULL;
  UchDb *db = open_with_rows (f);

  uch_db_close (db);
  uch_fault_vfs_set (UCH_FAULT_READ_ONLY, 0);
  g_assert_null (uch_db_open (f->path, UCH_DB_CREATE, &error));
  g_assert_error (error, UCH_DB_ERROR, UCH_DB_ERROR_READ_ONLY);
}

static void
test_no_database_at_all (Fixture *f, gconstpointer data)
{
  g_autoptr (GError) error = NULL;
  g_autofree char *text = g_strnfill (9000, 'z');

  g_assert_true (g_file_set_contents (f->path, text, -1, NULL));
  g_assert_null (uch_db_open (f->path, UCH_DB_CREATE, &error));
  g_assert_error (error, UCH_DB_ERROR, UCH_DB_ERROR_CORRUPT);
}

static void
test_damaged_pages_are_found (Fixture *f, gconstpointer data)
{
  g_autoptr (GError) error = NULL;
  g_autofree char *bytes = NULL;
  g_autofree char *copy_path = g_build_filename (f->dir, "copy.db", NULL);
  gsize            len;
  UchDb           *db = open_with_rows (f);

  g_assert_true (uch_db_check (db, NULL));
  g_assert_true (uch_db_checkpoint (db, NULL));
  uch_db_close (db);

  g_assert_true (g_file_get_contents (f->path, &bytes, &len, NULL));
  for (gsize i = len / 2; i < len / 2 + 8192; i++)
    bytes[i] = (char) (i * 31);
  g_assert_true (g_file_set_contents (f->path, bytes, (gssize) len, NULL));

  db = uch_db_open (f->path, 0, &error);
  g_assert_no_error (error);
  g_assert_false (uch_db_check (db, &error));
  g_assert_error (error, UCH_DB_ERROR, UCH_DB_ERROR_CORRUPT);
  g_clear_error (&error);

  /* A backup of damaged data is not passed off as a backup. */
  g_assert_false (uch_db_backup (db, copy_path, NULL, NULL, NULL, NULL, &error));
  g_assert_error (error, UCH_DB_ERROR, UCH_DB_ERROR_CORRUPT);
  g_assert_false (g_file_test (copy_path, G_FILE_TEST_EXISTS));
  uch_db_close (db);
}

static void
test_backup_on_a_full_disk_leaves_nothing (Fixture *f, gconstpointer data)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (UchDb) db = open_with_rows (f);
  g_autoptr (GDir) dir = NULL;
  g_autofree char *copy_path = g_build_filename (f->dir, "copy.db", NULL);
  const char      *name;

  uch_fault_vfs_set (UCH_FAULT_FULL, 20);
  g_assert_false (uch_db_backup (db, copy_path, NULL, NULL, NULL, NULL, &error));
  g_assert_error (error, UCH_DB_ERROR, UCH_DB_ERROR_FULL);
  uch_fault_vfs_set (UCH_FAULT_NONE, 0);

  dir = g_dir_open (f->dir, 0, NULL);
  while ((name = g_dir_read_name (dir)) != NULL)
    g_assert_false (g_str_has_prefix (name, "copy"));
}

static void
add_test (const char *name, void (*func) (Fixture *, gconstpointer))
{
  g_autofree char *path = g_strconcat ("/db/faults/", name, NULL);

  g_test_add (path, Fixture, NULL, set_up, func, tear_down);
}

int
main (int argc, char *argv[])
{
  g_test_init (&argc, &argv, NULL);
  add_test ("full-disk", test_full_disk);
  add_test ("broken-disk", test_broken_disk);
  add_test ("read-only-disk", test_read_only_disk);
  add_test ("no-database-at-all", test_no_database_at_all);
  add_test ("damaged-pages-are-found", test_damaged_pages_are_found);
  add_test ("backup-on-a-full-disk-leaves-nothing", test_backup_on_a_full_disk_leaves_nothing);
  return g_test_run ();
}

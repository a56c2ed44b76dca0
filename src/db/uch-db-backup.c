#define G_LOG_DOMAIN "uch-db"

#include "db/uch-db-backup.h"

#include <errno.h>
#include <fcntl.h>
#include <glib/gstdio.h>
#include <unistd.h>

#include "db/uch-db-private.h"

/* One step of the copy: short enough (1 MiB) that a writer need not wait for it. */
#define PAGES_PER_STEP 256

static gboolean
copy_pages (UchDb            *db,
            UchDb            *copy,
            UchDbProgressFunc progress,
            gpointer          user_data,
            GCancellable     *cancellable,
            GError          **error)
{
  sqlite3_backup *backup = sqlite3_backup_init (copy->handle, "main", db->handle, "main");
  gint64          page_len = 0;
  int             rc;

  if (backup != NULL && !uch_db_get_int64 (db, "PRAGMA page_size", &page_len, error))
    {
      sqlite3_backup_finish (backup);
      return FALSE;
    }
  if (backup == NULL)
    return uch_db_fail (copy->handle, sqlite3_errcode (copy->handle), "Cannot begin the backup",
                        error);

  do
    {
      if (g_cancellable_set_error_if_cancelled (cancellable, error))
        {
          sqlite3_backup_finish (backup);
          return FALSE;
        }
      rc = sqlite3_backup_step (backup, PAGES_PER_STEP);
      if (progress != NULL)
        {
          gint64 n_total = sqlite3_backup_pagecount (backup);
          gint64 n_done = n_total - sqlite3_backup_remaining (backup);

          progress (n_done * page_len, n_total * page_len, user_data);
        }
      if (rc == SQLITE_BUSY || rc == SQLITE_LOCKED)
        sqlite3_sleep (20);
    }
  while (rc == SQLITE_OK || rc == SQLITE_BUSY || rc == SQLITE_LOCKED);

  sqlite3_backup_finish (backup);
  return rc == SQLITE_DONE || uch_db_fail (copy->handle, rc, "Cannot write the backup", error);
}

static gboolean
sync_path (const char *path, GError **error)
{
  int fd = g_open (path, O_RDONLY | O_CLOEXEC, 0);
  int saved_errno;

  if (fd >= 0 && fsync (fd) == 0)
    return g_close (fd, error);

  saved_errno = errno;
  if (fd >= 0)
    close (fd);
  g_set_error (error, UCH_DB_ERROR, UCH_DB_ERROR_IO, "Cannot make “%s” durable: %s", path,
               g_strerror (saved_errno));
  return FALSE;
}

static gboolean
publish (const char *part, const char *path, GError **error)
{
  g_autofree char *dir = g_path_get_dirname (path);

  if (!sync_path (part, error))
    return FALSE;
  if (g_rename (part, path) != 0)
    {
      int saved_errno = errno;

      g_set_error (error, UCH_DB_ERROR, UCH_DB_ERROR_IO, "Cannot name the backup “%s”: %s", path,
                   g_strerror (saved_errno));
      return FALSE;
    }
  return sync_path (dir, error);
}

static void
remove_part (const char *part)
{
  g_autofree char *wal = g_strconcat (part, "-wal", NULL);
  g_autofree char *shm = g_strconcat (part, "-shm", NULL);

  g_unlink (part);
  g_unlink (wal);
  g_unlink (shm);
}

/**
 * uch_db_backup:
 * @db: a connection; other connections go on writing meanwhile
 * @path: the file to make; an existing one is replaced in one step, at the very end
 * @mark_sql: (nullable): run on the copy, so that it can be told from what it was made of
 * @progress: (nullable) (scope call): told how far it is
 * @user_data: for @progress
 * @cancellable: (nullable): stops it, leaving nothing behind
 * @error: return location
 *
 * Copies the whole database as it stands at one moment, checks the copy and only then gives it
 * its name. The copy is one file, in no need of a `-wal` beside it.
 *
 * Returns: whether a checked copy stands at @path
 */
gboolean
uch_db_backup (UchDb            *db,
               const char       *path,
               const char       *mark_sql,
               UchDbProgressFunc progress,
               gpointer          user_data,
               GCancellable     *cancellable,
               GError          **error)
{
  g_autofree char *part = g_strconcat (path, ".part", NULL);
  g_autoptr (UchDb) copy = NULL;
  gboolean done;

  uch_db_assert_owner (db);
  remove_part (part);
  copy = uch_db_open (part, UCH_DB_CREATE | UCH_DB_SYNC_FULL, error);
  done = copy != NULL && copy_pages (db, copy, progress, user_data, cancellable, error)
         && (mark_sql == NULL || uch_db_exec (copy, mark_sql, error)) && uch_db_check (copy, error)
         && uch_db_exec (copy, "PRAGMA journal_mode = DELETE", error);
  g_clear_pointer (&copy, uch_db_close);

  done = done && publish (part, path, error);
  if (!done)
    remove_part (part);
  return done;
}

/**
 * uch_db_check:
 * @db: a connection
 * @error: return location
 *
 * Reads the whole database and checks its structure, its indexes and its foreign keys.
 *
 * Returns: whether all is well, else %UCH_DB_ERROR_CORRUPT with the first finding
 */
gboolean
uch_db_check (UchDb *db, GError **error)
{
  g_autoptr (UchDbStmt) integrity = uch_db_prepare (db, "PRAGMA integrity_check(1)", error);
  g_autoptr (UchDbStmt) keys = NULL;
  UchDbStep step;

  if (integrity == NULL)
    return FALSE;
  step = uch_db_stmt_step (integrity, error);
  if (step == UCH_DB_STEP_ERROR)
    return FALSE;
  if (step != UCH_DB_STEP_ROW || !g_str_equal (uch_db_stmt_get_text (integrity, 0), "ok"))
    {
      g_set_error (error, UCH_DB_ERROR, UCH_DB_ERROR_CORRUPT, "The database “%s” is damaged: %s",
                   uch_db_get_path (db),
                   step == UCH_DB_STEP_ROW ? uch_db_stmt_get_text (integrity, 0) : "no answer");
      return FALSE;
    }

  keys = uch_db_prepare (db, "PRAGMA foreign_key_check", error);
  if (keys == NULL)
    return FALSE;
  step = uch_db_stmt_step (keys, error);
  if (step == UCH_DB_STEP_ROW)
    g_set_error (error, UCH_DB_ERROR, UCH_DB_ERROR_CORRUPT,
                 "The database “%s” is damaged: a row of “%s” points at nothing",
                 uch_db_get_path (db), uch_db_stmt_get_text (keys, 0));
  return step == UCH_DB_STEP_DONE;
}

/* Adds a sentence per row of the answer. */
static gboolean
collect_damage (
    UchDb *db, const char *sql, int column, const char *prefix, GPtrArray *faults, GError **error)
{
  g_autoptr (UchDbStmt) stmt = uch_db_prepare (db, sql, error);
  UchDbStep step;

  if (stmt == NULL)
    return FALSE;
  while ((step = uch_db_stmt_step (stmt, error)) == UCH_DB_STEP_ROW)
    {
      const char *text = uch_db_stmt_get_text (stmt, column);

      if (text != NULL && !g_str_equal (text, "ok"))
        g_ptr_array_add (faults, g_strconcat (prefix, text, NULL));
    }
  return step == UCH_DB_STEP_DONE;
}

/**
 * uch_db_list_damage:
 * @db: a connection
 * @faults: (element-type utf8): gets a sentence for each finding, a hundred at most of each kind
 * @error: return location: what keeps it from being read at all
 *
 * As uch_db_check(), to the end.
 *
 * Returns: whether it could be looked for
 */
gboolean
uch_db_list_damage (UchDb *db, GPtrArray *faults, GError **error)
{
  g_autoptr (GError) local = NULL;

  uch_db_assert_owner (db);
  if (collect_damage (db, "PRAGMA integrity_check(100)", 0, "The database is damaged: ", faults,
                      &local)
      && collect_damage (db,
                         "SELECT \"table\" || ' ' || ifnull (rowid, '') || ' → ' || parent"
                         " FROM pragma_foreign_key_check LIMIT 100",
                         0, "A row points at nothing: ", faults, &local))
    return TRUE;
  if (!g_error_matches (local, UCH_DB_ERROR, UCH_DB_ERROR_CORRUPT))
    {
      g_propagate_error (error, g_steal_pointer (&local));
      return FALSE;
    }
  g_ptr_array_add (faults, g_strdup (local->message));
  return TRUE;
}

/**
 * uch_db_checkpoint:
 * @db: a connection
 * @error: return location
 *
 * Moves the write-ahead log into the database and empties it, as far as readers allow.
 *
 * Returns: whether nothing failed
 */
gboolean
uch_db_checkpoint (UchDb *db, GError **error)
{
  return uch_db_exec (db, "PRAGMA wal_checkpoint(TRUNCATE)", error);
}

#define G_LOG_DOMAIN "uch-db"

#include "db/uch-db.h"

#include <errno.h>
#include <fcntl.h>
#include <glib/gstdio.h>
#include <unistd.h>

#include "db/uch-db-private.h"

/* How long a statement waits for another process before it gives BUSY. */
#define BUSY_TIMEOUT_MS 5000

G_DEFINE_QUARK (uch - db - error - quark, uch_db_error)

void
uch_db_assert_owner (UchDb *db)
{
  g_assert (db->owner == g_thread_self ());
}

static UchDbError
error_from_sqlite (sqlite3 *handle, int rc)
{
  switch (rc & 0xff)
    {
    case SQLITE_BUSY:
    case SQLITE_LOCKED:
      return UCH_DB_ERROR_BUSY;
    case SQLITE_FULL:
      return UCH_DB_ERROR_FULL;
    case SQLITE_READONLY:
      return UCH_DB_ERROR_READ_ONLY;
    case SQLITE_CORRUPT:
    case SQLITE_NOTADB:
      return UCH_DB_ERROR_CORRUPT;
    case SQLITE_CONSTRAINT:
      return UCH_DB_ERROR_CONSTRAINT;
    case SQLITE_IOERR:
    case SQLITE_CANTOPEN:
      if (handle != NULL && sqlite3_system_errno (handle) == ENOSPC)
        return UCH_DB_ERROR_FULL;
      if (handle != NULL && sqlite3_system_errno (handle) == EROFS)
        return UCH_DB_ERROR_READ_ONLY;
      return UCH_DB_ERROR_IO;
    case SQLITE_PERM:
    case SQLITE_AUTH:
    case SQLITE_NOLFS:
      return UCH_DB_ERROR_IO;
    default:
      return UCH_DB_ERROR_FAILED;
    }
}

/* Sets @error from the state of the connection and returns FALSE. */
gboolean
uch_db_fail (sqlite3 *handle, int rc, const char *doing, GError **error)
{
  /* A failed bind or open may leave no message on the connection itself. */
  const char *said = handle != NULL && (sqlite3_errcode (handle) & 0xff) == (rc & 0xff)
                         ? sqlite3_errmsg (handle)
                         : sqlite3_errstr (rc);

  g_set_error (error, UCH_DB_ERROR, error_from_sqlite (handle, rc), "%s: %s", doing, said);
  return FALSE;
}

/* A database holds people's data: the file is made for the owner alone before SQLite sees it. */
static gboolean
create_private_file (const char *path, GError **error)
{
  int fd = g_open (path, O_CREAT | O_EXCL | O_RDWR | O_CLOEXEC, 0600);
  int saved_errno = errno;

  if (fd >= 0)
    return g_close (fd, error);
  if (saved_errno == EEXIST)
    return TRUE;

  g_set_error (error, UCH_DB_ERROR,
               saved_errno == ENOSPC                           ? UCH_DB_ERROR_FULL
               : saved_errno == EROFS || saved_errno == EACCES ? UCH_DB_ERROR_READ_ONLY
                                                               : UCH_DB_ERROR_IO,
               "Cannot make the database “%s”: %s", path, g_strerror (saved_errno));
  return FALSE;
}

static gboolean
configure (UchDb *db, UchDbFlags flags, GError **error)
{
  g_autofree char *settings = NULL;

  sqlite3_busy_timeout (db->handle, BUSY_TIMEOUT_MS);
  sqlite3_extended_result_codes (db->handle, 1);
  sqlite3_db_config (db->handle, SQLITE_DBCONFIG_DEFENSIVE, 1, NULL);
  sqlite3_db_config (db->handle, SQLITE_DBCONFIG_DQS_DML, 0, NULL);
  sqlite3_db_config (db->handle, SQLITE_DBCONFIG_DQS_DDL, 0, NULL);

  settings = g_strdup_printf ("PRAGMA trusted_schema = OFF;"
                              "PRAGMA cell_size_check = ON;"
                              "PRAGMA foreign_keys = ON;"
                              "PRAGMA cache_size = -16384;"
                              "PRAGMA temp_store = MEMORY;"
                              "%s"
                              "PRAGMA synchronous = %s;",
                              (flags & UCH_DB_READ_ONLY)   ? ""
                              : (flags & UCH_DB_IN_MEMORY) ? "PRAGMA secure_delete = ON;"
                                                           : "PRAGMA secure_delete = ON;"
                                                             "PRAGMA journal_mode = WAL;",
                              (flags & UCH_DB_SYNC_FULL) ? "FULL" : "NORMAL");
  if (!uch_db_exec (db, settings, error))
    return FALSE;

  /* The first read of the file: here a file that is no database shows itself. */
  return uch_db_get_int64 (db, "SELECT count(*) FROM sqlite_schema", NULL, error);
}

/**
 * uch_db_open:
 * @path: a file name, ignored with %UCH_DB_IN_MEMORY
 * @flags: how to open it
 * @error: return location
 *
 * Opens a connection in WAL mode with foreign keys on, deleted content overwritten and nothing
 * trusted that stands in the file. The calling thread becomes its owner, see uch_db_adopt().
 *
 * Errors: %UCH_DB_ERROR_READ_ONLY when the file cannot be written and %UCH_DB_READ_ONLY was not
 * asked for, %UCH_DB_ERROR_CORRUPT when it is no database, and those of opening a file.
 *
 * Returns: (transfer full) (nullable): the connection
 */
UchDb *
uch_db_open (const char *path, UchDbFlags flags, GError **error)
{
  g_autoptr (UchDb) db = NULL;
  g_autofree char *doing = NULL;
  int              open_flags = SQLITE_OPEN_NOMUTEX | SQLITE_OPEN_EXRESCODE;
  int              rc;

  if (flags & UCH_DB_IN_MEMORY)
    path = ":memory:";
  g_return_val_if_fail (path != NULL, NULL);

  if (flags & UCH_DB_READ_ONLY)
    open_flags |= SQLITE_OPEN_READONLY;
  else
    open_flags |= SQLITE_OPEN_READWRITE;
  if (flags & UCH_DB_IN_MEMORY)
    open_flags |= SQLITE_OPEN_MEMORY | SQLITE_OPEN_CREATE;
  else if ((flags & UCH_DB_CREATE) && !create_private_file (path, error))
    return NULL;

  db = g_new0 (UchDb, 1);
  db->path = g_strdup (path);
  db->owner = g_thread_self ();
  db->cache = g_hash_table_new (g_str_hash, g_str_equal);
  db->known = g_hash_table_new (NULL, NULL);
  g_queue_init (&db->by_use);

  doing = g_strdup_printf ("Cannot open the database “%s”", path);
  rc = sqlite3_open_v2 (path, &db->handle, open_flags, NULL);
  if (rc != SQLITE_OK)
    {
      uch_db_fail (db->handle, rc, doing, error);
      return NULL;
    }
  if (!(flags & UCH_DB_READ_ONLY) && sqlite3_db_readonly (db->handle, "main") == 1)
    {
      g_set_error (error, UCH_DB_ERROR, UCH_DB_ERROR_READ_ONLY,
                   "%s for writing: the file or its disk is read-only", doing);
      return NULL;
    }
  if (!configure (db, flags, error))
    {
      g_prefix_error (error, "%s: ", doing);
      return NULL;
    }

  return g_steal_pointer (&db);
}

/**
 * uch_db_close:
 * @db: (transfer full) (nullable): a connection
 *
 * Closes the connection. No statement may be in hand and an open transaction is rolled back.
 */
void
uch_db_close (UchDb *db)
{
  if (db == NULL)
    return;

  g_assert (db->n_in_hand == 0);
  while (db->by_use.head != NULL)
    uch_db_stmt_free (db->by_use.head->data);
  g_hash_table_unref (db->known);
  g_hash_table_unref (db->cache);
  sqlite3_close_v2 (db->handle);
  g_free (db->path);
  g_free (db);
}

/**
 * uch_db_get_path:
 * @db: a connection
 *
 * Returns: the path it was opened with, or ":memory:"
 */
const char *
uch_db_get_path (UchDb *db)
{
  return db->path;
}

/**
 * uch_db_adopt:
 * @db: a connection
 *
 * Makes the calling thread the owner. The former owner must have stopped using it.
 */
void
uch_db_adopt (UchDb *db)
{
  g_assert (db->n_in_hand == 0);
  db->owner = g_thread_self ();
}

static void
text_func_cb (sqlite3_context *context, int n_values, sqlite3_value **values)
{
  UchDbTextFunc func = (UchDbTextFunc) sqlite3_user_data (context);
  const char   *text = (const char *) sqlite3_value_text (values[0]);
  char         *result = text != NULL ? func (text) : NULL;

  if (result != NULL)
    sqlite3_result_text (context, result, -1, g_free);
  else
    sqlite3_result_null (context);
}

/**
 * uch_db_add_function:
 * @db: a connection
 * @name: the name in SQL
 * @func: a pure function: indexes and triggers may use it
 * @error: return location
 *
 * Returns: whether it was added
 */
gboolean
uch_db_add_function (UchDb *db, const char *name, UchDbTextFunc func, GError **error)
{
  int rc;

  uch_db_assert_owner (db);
  rc = sqlite3_create_function_v2 (db->handle, name, 1,
                                   SQLITE_UTF8 | SQLITE_DETERMINISTIC | SQLITE_INNOCUOUS,
                                   (gpointer) func, text_func_cb, NULL, NULL, NULL);
  return rc == SQLITE_OK || uch_db_fail (db->handle, rc, name, error);
}

/**
 * uch_db_interrupt:
 * @db: a connection
 *
 * Stops the statement that runs now. The one function that any thread may call.
 */
void
uch_db_interrupt (UchDb *db)
{
  sqlite3_interrupt (db->handle);
}

/**
 * uch_db_exec:
 * @db: a connection
 * @sql: one or several statements without parameters; rows they give are thrown away
 * @error: return location
 *
 * Returns: whether all of them ran
 */
gboolean
uch_db_exec (UchDb *db, const char *sql, GError **error)
{
  int rc;

  uch_db_assert_owner (db);
  rc = sqlite3_exec (db->handle, sql, NULL, NULL, NULL);
  return rc == SQLITE_OK || uch_db_fail (db->handle, rc, "Cannot run SQL", error);
}

/**
 * uch_db_get_int64:
 * @db: a connection
 * @sql: a statement without parameters
 * @out_value: (out) (optional): the first column of the first row; 0 when there is no row
 * @error: return location
 *
 * Returns: whether it ran
 */
gboolean
uch_db_get_int64 (UchDb *db, const char *sql, gint64 *out_value, GError **error)
{
  g_autoptr (UchDbStmt) stmt = uch_db_prepare (db, sql, error);
  UchDbStep step;

  if (stmt == NULL)
    return FALSE;
  step = uch_db_stmt_step (stmt, error);
  if (step == UCH_DB_STEP_ERROR)
    return FALSE;
  if (out_value != NULL)
    *out_value = step == UCH_DB_STEP_ROW ? uch_db_stmt_get_int64 (stmt, 0) : 0;
  return TRUE;
}

/**
 * uch_db_get_changes:
 * @db: a connection
 *
 * Returns: how many rows the last INSERT, UPDATE or DELETE touched
 */
gint64
uch_db_get_changes (UchDb *db)
{
  uch_db_assert_owner (db);
  return sqlite3_changes64 (db->handle);
}

static gboolean
run_cached (UchDb *db, const char *sql, GError **error)
{
  g_autoptr (UchDbStmt) stmt = uch_db_prepare (db, sql, error);

  return stmt != NULL && uch_db_stmt_run (stmt, error);
}

/**
 * uch_db_begin:
 * @db: a connection
 * @error: return location
 *
 * Begins a transaction that writes: the write lock is taken here (%UCH_DB_ERROR_BUSY), so that no
 * later statement can fail for want of it.
 *
 * Returns: whether it began
 */
gboolean
uch_db_begin (UchDb *db, GError **error)
{
  return run_cached (db, "BEGIN IMMEDIATE", error);
}

/**
 * uch_db_begin_read:
 * @db: a connection
 * @error: return location
 *
 * Begins a transaction that only reads: all its statements see one state of the database.
 *
 * Returns: whether it began
 */
gboolean
uch_db_begin_read (UchDb *db, GError **error)
{
  return run_cached (db, "BEGIN DEFERRED", error);
}

/**
 * uch_db_commit:
 * @db: a connection
 * @error: return location
 *
 * Commits. If that fails the transaction is rolled back: it is over either way.
 *
 * Returns: whether the changes are kept
 */
gboolean
uch_db_commit (UchDb *db, GError **error)
{
  gboolean done = run_cached (db, "COMMIT", error);

  if (!done)
    uch_db_rollback (db);
  db->depth = 0;
  return done;
}

/**
 * uch_db_rollback:
 * @db: a connection
 *
 * Takes the open transaction back, if there is one. Cannot fail: SQLite has then already done it.
 */
void
uch_db_rollback (UchDb *db)
{
  uch_db_assert_owner (db);
  if (!sqlite3_get_autocommit (db->handle))
    run_cached (db, "ROLLBACK", NULL);
  db->depth = 0;
}

/**
 * uch_db_in_transaction:
 * @db: a connection
 *
 * Returns: whether a transaction is open; a full disk or an I/O error may have ended it
 */
gboolean
uch_db_in_transaction (UchDb *db)
{
  uch_db_assert_owner (db);
  return !sqlite3_get_autocommit (db->handle);
}

/**
 * uch_db_savepoint:
 * @db: a connection with an open transaction
 * @error: return location
 *
 * Opens a savepoint; they nest.
 *
 * Returns: whether it was opened
 */
gboolean
uch_db_savepoint (UchDb *db, GError **error)
{
  g_return_val_if_fail (uch_db_in_transaction (db), FALSE);
  if (!run_cached (db, "SAVEPOINT uch", error))
    return FALSE;
  db->depth++;
  return TRUE;
}

/**
 * uch_db_release:
 * @db: a connection
 * @error: return location
 *
 * Keeps what was done since the innermost savepoint and closes it.
 *
 * Returns: whether it was closed
 */
gboolean
uch_db_release (UchDb *db, GError **error)
{
  g_return_val_if_fail (db->depth > 0, FALSE);
  if (!run_cached (db, "RELEASE uch", error))
    return FALSE;
  db->depth--;
  return TRUE;
}

/**
 * uch_db_rollback_to:
 * @db: a connection
 * @error: return location
 *
 * Takes back what was done since the innermost savepoint and closes it.
 *
 * Returns: whether it was closed
 */
gboolean
uch_db_rollback_to (UchDb *db, GError **error)
{
  g_return_val_if_fail (db->depth > 0, FALSE);
  if (!run_cached (db, "ROLLBACK TO uch", error) || !run_cached (db, "RELEASE uch", error))
    return FALSE;
  db->depth--;
  return TRUE;
}

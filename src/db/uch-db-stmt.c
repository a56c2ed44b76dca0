#define G_LOG_DOMAIN "uch-db"

#include "db/uch-db.h"

#include "db/uch-db-private.h"

/* More than the program has distinct statements; the least recently used go first. */
#define CACHE_LEN_MAX 256

/* Frees a statement, cached or not. */
void
uch_db_stmt_free (UchDbStmt *stmt)
{
  if (stmt->known_as != NULL)
    g_hash_table_remove (stmt->db->known, stmt->known_as);
  if (stmt->cached)
    {
      g_hash_table_remove (stmt->db->cache, stmt->sql);
      g_queue_unlink (&stmt->db->by_use, &stmt->link);
    }
  sqlite3_finalize (stmt->handle);
  g_free (stmt->sql);
  g_free (stmt);
}

static void
make_room (UchDb *db)
{
  GList *link = db->by_use.tail;

  while (link != NULL && db->by_use.length >= CACHE_LEN_MAX)
    {
      UchDbStmt *oldest = link->data;

      link = link->prev;
      if (!oldest->in_hand)
        uch_db_stmt_free (oldest);
    }
}

/**
 * uch_db_prepare:
 * @db: a connection
 * @sql: one statement
 * @error: return location
 *
 * Hands out a statement, from the cache if this text was prepared before. The same text may be in
 * hand several times at once.
 *
 * Returns: (transfer full) (nullable): the statement; give it back with uch_db_stmt_release()
 */
UchDbStmt *
uch_db_prepare (UchDb *db, const char *sql, GError **error)
{
  UchDbStmt    *stmt;
  sqlite3_stmt *handle = NULL;
  int           rc;

  uch_db_assert_owner (db);

  stmt = g_hash_table_lookup (db->cache, sql);
  if (stmt != NULL && !stmt->in_hand)
    {
      g_queue_unlink (&db->by_use, &stmt->link);
      g_queue_push_head_link (&db->by_use, &stmt->link);
    }
  else
    {
      gboolean cached = stmt == NULL;

      rc = sqlite3_prepare_v3 (db->handle, sql, -1, cached ? SQLITE_PREPARE_PERSISTENT : 0, &handle,
                               NULL);
      if (rc != SQLITE_OK || handle == NULL)
        {
          uch_db_fail (db->handle, rc != SQLITE_OK ? rc : SQLITE_MISUSE, "Cannot prepare SQL",
                       error);
          return NULL;
        }
      stmt = g_new0 (UchDbStmt, 1);
      stmt->db = db;
      stmt->handle = handle;
      stmt->sql = g_strdup (sql);
      stmt->link.data = stmt;
      if (cached)
        {
          make_room (db);
          stmt->cached = TRUE;
          g_hash_table_insert (db->cache, stmt->sql, stmt);
          g_queue_push_head_link (&db->by_use, &stmt->link);
        }
    }

  stmt->in_hand = TRUE;
  db->n_in_hand++;
  return stmt;
}

/**
 * uch_db_prepare_lasting:
 * @db: a connection
 * @sql: one statement, in memory that stays as it is as long as the connection
 * @error: return location
 *
 * As uch_db_prepare(), but knows the text by its address: the long statements of whole rows are not
 * read through each time.
 *
 * Returns: (transfer full) (nullable): the statement; give it back with uch_db_stmt_release()
 */
UchDbStmt *
uch_db_prepare_lasting (UchDb *db, const char *sql, GError **error)
{
  UchDbStmt *stmt;

  uch_db_assert_owner (db);
  stmt = g_hash_table_lookup (db->known, sql);
  if (stmt == NULL || stmt->in_hand)
    {
      stmt = uch_db_prepare (db, sql, error);
      if (stmt != NULL && stmt->cached && stmt->known_as == NULL)
        {
          stmt->known_as = sql;
          g_hash_table_insert (db->known, (gpointer) sql, stmt);
        }
      return stmt;
    }
  g_queue_unlink (&db->by_use, &stmt->link);
  g_queue_push_head_link (&db->by_use, &stmt->link);
  stmt->in_hand = TRUE;
  db->n_in_hand++;
  return stmt;
}

/**
 * uch_db_stmt_release:
 * @stmt: (transfer full) (nullable): a statement
 *
 * Resets it, forgets what was bound and gives it back to the cache.
 */
void
uch_db_stmt_release (UchDbStmt *stmt)
{
  if (stmt == NULL)
    return;

  uch_db_assert_owner (stmt->db);
  stmt->db->n_in_hand--;
  stmt->in_hand = FALSE;
  if (!stmt->cached)
    {
      uch_db_stmt_free (stmt);
      return;
    }
  uch_db_stmt_reset (stmt);
  sqlite3_clear_bindings (stmt->handle);
}

/**
 * uch_db_stmt_reset:
 * @stmt: a statement
 *
 * Makes it ready to run again, with what is bound left as it is.
 */
void
uch_db_stmt_reset (UchDbStmt *stmt)
{
  /* The code sqlite3_reset() returns was told by the step already. */
  sqlite3_reset (stmt->handle);
  stmt->bind_rc = SQLITE_OK;
}

static void
note_bind (UchDbStmt *stmt, int rc)
{
  if (stmt->bind_rc == SQLITE_OK)
    stmt->bind_rc = rc;
}

/**
 * uch_db_stmt_bind_text:
 * @stmt: a statement
 * @index: the parameter, from 1
 * @value: (nullable): UTF-8, copied; %NULL binds SQL's NULL
 *
 * A bind that fails is told by the next step.
 */
void
uch_db_stmt_bind_text (UchDbStmt *stmt, int index, const char *value)
{
  note_bind (stmt, sqlite3_bind_text (stmt->handle, index, value, -1, SQLITE_TRANSIENT));
}

/**
 * uch_db_stmt_bind_lasting_text:
 * @stmt: a statement
 * @index: the parameter, from 1
 * @value: (nullable): UTF-8, not copied: it must stand until the statement is released or bound
 * anew
 */
void
uch_db_stmt_bind_lasting_text (UchDbStmt *stmt, int index, const char *value)
{
  note_bind (stmt, sqlite3_bind_text (stmt->handle, index, value, -1, SQLITE_STATIC));
}

/**
 * uch_db_stmt_bind_int64:
 * @stmt: a statement
 * @index: the parameter, from 1
 * @value: the value
 */
void
uch_db_stmt_bind_int64 (UchDbStmt *stmt, int index, gint64 value)
{
  note_bind (stmt, sqlite3_bind_int64 (stmt->handle, index, value));
}

/**
 * uch_db_stmt_bind_double:
 * @stmt: a statement
 * @index: the parameter, from 1
 * @value: the value
 */
void
uch_db_stmt_bind_double (UchDbStmt *stmt, int index, double value)
{
  note_bind (stmt, sqlite3_bind_double (stmt->handle, index, value));
}

/**
 * uch_db_stmt_bind_null:
 * @stmt: a statement
 * @index: the parameter, from 1
 */
void
uch_db_stmt_bind_null (UchDbStmt *stmt, int index)
{
  note_bind (stmt, sqlite3_bind_null (stmt->handle, index));
}

/**
 * uch_db_stmt_bind_blob:
 * @stmt: a statement
 * @index: the parameter, from 1
 * @data: (nullable): bytes, copied; %NULL binds SQL's NULL
 * @len: how many
 */
void
uch_db_stmt_bind_blob (UchDbStmt *stmt, int index, const void *data, gsize len)
{
  note_bind (stmt, sqlite3_bind_blob64 (stmt->handle, index, data, len, SQLITE_TRANSIENT));
}

/**
 * uch_db_stmt_step:
 * @stmt: a statement
 * @error: return location
 *
 * Returns: whether there is a row, it is over, or it failed
 */
UchDbStep
uch_db_stmt_step (UchDbStmt *stmt, GError **error)
{
  int rc;

  uch_db_assert_owner (stmt->db);
  rc = stmt->bind_rc != SQLITE_OK ? stmt->bind_rc : sqlite3_step (stmt->handle);
  if (rc == SQLITE_ROW)
    return UCH_DB_STEP_ROW;
  if (rc == SQLITE_DONE)
    return UCH_DB_STEP_DONE;

  uch_db_fail (stmt->db->handle, rc, "Cannot run SQL", error);
  return UCH_DB_STEP_ERROR;
}

/**
 * uch_db_stmt_run:
 * @stmt: a statement
 * @error: return location
 *
 * Steps to the end, throws rows away and resets, ready for the next binds.
 *
 * Returns: whether it ran
 */
gboolean
uch_db_stmt_run (UchDbStmt *stmt, GError **error)
{
  UchDbStep step;

  do
    step = uch_db_stmt_step (stmt, error);
  while (step == UCH_DB_STEP_ROW);
  uch_db_stmt_reset (stmt);
  return step == UCH_DB_STEP_DONE;
}

/**
 * uch_db_stmt_n_columns:
 * @stmt: a statement
 *
 * Returns: how many columns its rows have
 */
int
uch_db_stmt_n_columns (UchDbStmt *stmt)
{
  return sqlite3_column_count (stmt->handle);
}

/**
 * uch_db_stmt_column_name:
 * @stmt: a statement
 * @column: the column, from 0
 *
 * Returns: its name
 */
const char *
uch_db_stmt_column_name (UchDbStmt *stmt, int column)
{
  return sqlite3_column_name (stmt->handle, column);
}

/**
 * uch_db_stmt_is_null:
 * @stmt: a statement that stands on a row
 * @column: the column, from 0
 *
 * Returns: whether the column is SQL's NULL
 */
gboolean
uch_db_stmt_is_null (UchDbStmt *stmt, int column)
{
  return sqlite3_column_type (stmt->handle, column) == SQLITE_NULL;
}

/**
 * uch_db_stmt_get_text:
 * @stmt: a statement that stands on a row
 * @column: the column, from 0
 *
 * Returns: (nullable): the text, valid until the next step
 */
const char *
uch_db_stmt_get_text (UchDbStmt *stmt, int column)
{
  return (const char *) sqlite3_column_text (stmt->handle, column);
}

/**
 * uch_db_stmt_get_int64:
 * @stmt: a statement that stands on a row
 * @column: the column, from 0
 *
 * Returns: the value, 0 for NULL
 */
gint64
uch_db_stmt_get_int64 (UchDbStmt *stmt, int column)
{
  return sqlite3_column_int64 (stmt->handle, column);
}

/**
 * uch_db_stmt_get_double:
 * @stmt: a statement that stands on a row
 * @column: the column, from 0
 *
 * Returns: the value, 0 for NULL
 */
double
uch_db_stmt_get_double (UchDbStmt *stmt, int column)
{
  return sqlite3_column_double (stmt->handle, column);
}

/**
 * uch_db_stmt_get_blob:
 * @stmt: a statement that stands on a row
 * @column: the column, from 0
 * @out_len: (out): how many bytes
 *
 * Returns: (nullable): the bytes, valid until the next step
 */
gconstpointer
uch_db_stmt_get_blob (UchDbStmt *stmt, int column, gsize *out_len)
{
  gconstpointer data = sqlite3_column_blob (stmt->handle, column);

  *out_len = (gsize) sqlite3_column_bytes (stmt->handle, column);
  return data;
}

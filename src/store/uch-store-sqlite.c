/* The SQLite backend: one file, WAL, one writing connection, synchronous=FULL. */

#define G_LOG_DOMAIN "uch-store"

#include "store/uch-store-backend.h"

#include "db/uch-db-backup.h"
#include "db/uch-db-migrate.h"
#include "db/uch-db.h"
#include "rows/uch-rows.h"
#include "store/uch-store-resources.h"
#include "store/uch-store-sql.h"
#include "store/uch-store-sqlite-private.h"

/* "Uch" and the kind of file: S for store. */
#define APPLICATION_ID 0x55636853u

static inline UchDb *
db_of (UchStoreBackend *backend)
{
  return ((UchStoreSqlite *) backend)->db;
}

static UchStoreError
store_error_from (UchDbError code)
{
  switch (code)
    {
    case UCH_DB_ERROR_BUSY:
    case UCH_DB_ERROR_FULL:
    case UCH_DB_ERROR_IO:
      return UCH_STORE_ERROR_UNAVAILABLE;
    case UCH_DB_ERROR_READ_ONLY:
      return UCH_STORE_ERROR_READ_ONLY;
    case UCH_DB_ERROR_CORRUPT:
      return UCH_STORE_ERROR_CORRUPT;
    case UCH_DB_ERROR_NEWER:
      return UCH_STORE_ERROR_NEWER;
    case UCH_DB_ERROR_FOREIGN:
      return UCH_STORE_ERROR_NOT_A_STORE;
    case UCH_DB_ERROR_CONSTRAINT:
      return UCH_STORE_ERROR_EXISTS;
    case UCH_DB_ERROR_FAILED:
    default:
      return UCH_STORE_ERROR_FAILED;
    }
}

/* Turns what the database said into the store's own words; returns @done. */
gboolean
uch_store_sqlite_said (gboolean done, GError **error)
{
  if (!done && error != NULL && *error != NULL && (*error)->domain == UCH_DB_ERROR)
    {
      (*error)->code = store_error_from ((*error)->code);
      (*error)->domain = UCH_STORE_ERROR;
    }
  return done;
}

static gpointer
said_pointer (gpointer result, GError **error)
{
  uch_store_sqlite_said (result != NULL, error);
  return result;
}

static void
sqlite_free (UchStoreBackend *backend)
{
  UchStoreSqlite *self = (UchStoreSqlite *) backend;

  uch_db_close (self->db);
  g_free (self->marks_sql);
  g_free (self);
}

static void
sqlite_adopt (UchStoreBackend *backend)
{
  uch_db_adopt (db_of (backend));
}

static gboolean
sqlite_begin (UchStoreBackend *backend, gboolean write, GError **error)
{
  return uch_store_sqlite_said (write ? uch_db_begin (db_of (backend), error)
                                      : uch_db_begin_read (db_of (backend), error),
                                error);
}

static gboolean
sqlite_commit (UchStoreBackend *backend, GError **error)
{
  return uch_store_sqlite_said (uch_db_commit (db_of (backend), error), error);
}

static void
sqlite_rollback (UchStoreBackend *backend)
{
  uch_db_rollback (db_of (backend));
}

static gboolean
sqlite_savepoint (UchStoreBackend *backend, GError **error)
{
  return uch_store_sqlite_said (uch_db_savepoint (db_of (backend), error), error);
}

static gboolean
sqlite_release (UchStoreBackend *backend, GError **error)
{
  return uch_store_sqlite_said (uch_db_release (db_of (backend), error), error);
}

static gboolean
sqlite_rollback_to (UchStoreBackend *backend, GError **error)
{
  return uch_store_sqlite_said (uch_db_rollback_to (db_of (backend), error), error);
}

static gboolean
sqlite_get_number (UchStoreBackend *backend, UchStoreNumber which, gint64 *out, GError **error)
{
  g_autoptr (UchDbStmt) stmt
      = uch_db_prepare (db_of (backend), "SELECT value FROM number WHERE name = ?", error);
  UchDbStep step;

  if (stmt == NULL)
    return uch_store_sqlite_said (FALSE, error);
  uch_db_stmt_bind_text (stmt, 1, uch_store_number_names[which]);
  step = uch_db_stmt_step (stmt, error);
  if (step == UCH_DB_STEP_DONE)
    g_set_error (error, UCH_STORE_ERROR, UCH_STORE_ERROR_CORRUPT,
                 "The store has lost count of its %s", uch_store_number_names[which]);
  else if (step == UCH_DB_STEP_ROW)
    *out = uch_db_stmt_get_int64 (stmt, 0);
  return uch_store_sqlite_said (step == UCH_DB_STEP_ROW, error);
}

static gboolean
sqlite_set_number (UchStoreBackend *backend, UchStoreNumber which, gint64 value, GError **error)
{
  g_autoptr (UchDbStmt) stmt
      = uch_db_prepare (db_of (backend), "UPDATE number SET value = ? WHERE name = ?", error);

  if (stmt == NULL)
    return uch_store_sqlite_said (FALSE, error);
  uch_db_stmt_bind_int64 (stmt, 1, value);
  uch_db_stmt_bind_text (stmt, 2, uch_store_number_names[which]);
  return uch_store_sqlite_said (uch_db_stmt_run (stmt, error), error);
}

static gboolean
sqlite_get_uuid (UchStoreBackend *backend, char **out_uuid, GError **error)
{
  g_autoptr (UchDbStmt) stmt
      = uch_db_prepare (db_of (backend), "SELECT uuid FROM epoch WHERE one = 1", error);
  UchDbStep step;

  if (stmt == NULL)
    return uch_store_sqlite_said (FALSE, error);
  step = uch_db_stmt_step (stmt, error);
  *out_uuid = step == UCH_DB_STEP_ROW ? g_strdup (uch_db_stmt_get_text (stmt, 0)) : NULL;
  return uch_store_sqlite_said (step != UCH_DB_STEP_ERROR, error);
}

static gboolean
sqlite_set_uuid (UchStoreBackend *backend, const char *uuid, GError **error)
{
  g_autoptr (UchDbStmt) stmt
      = uch_db_prepare (db_of (backend), "REPLACE INTO epoch (one, uuid) VALUES (1, ?)", error);

  if (stmt == NULL)
    return uch_store_sqlite_said (FALSE, error);
  uch_db_stmt_bind_text (stmt, 1, uuid);
  return uch_store_sqlite_said (uch_db_stmt_run (stmt, error), error);
}

static gboolean
sqlite_get_row (UchStoreBackend *backend,
                const UchSchema *schema,
                const char      *id,
                gpointer        *out_row,
                GError         **error)
{
  return uch_store_sqlite_said (uch_rows_get (db_of (backend), schema, id, out_row, error), error);
}

static GPtrArray *
sqlite_find_rows (UchStoreBackend *backend,
                  const UchSchema *schema,
                  const char      *field,
                  const char      *value,
                  GError         **error)
{
  return said_pointer (uch_rows_find (db_of (backend), schema, field, value, error), error);
}

static UchDbStmt *
prepare_page (UchStoreBackend *backend,
              const UchSchema *schema,
              const char      *after_id,
              guint            limit,
              GError         **error)
{
  UchDbStmt *stmt
      = uch_rows_prepare (db_of (backend), schema, "WHERE id > ? ORDER BY id LIMIT ?", error);

  if (stmt == NULL)
    return NULL;
  uch_db_stmt_bind_text (stmt, 1, after_id != NULL ? after_id : "");
  uch_db_stmt_bind_int64 (stmt, 2, limit);
  return stmt;
}

static GPtrArray *
sqlite_page_rows (UchStoreBackend *backend,
                  const UchSchema *schema,
                  const char      *after_id,
                  guint            limit,
                  GError         **error)
{
  g_autoptr (UchDbStmt) stmt = prepare_page (backend, schema, after_id, limit, error);

  return said_pointer (stmt != NULL ? uch_rows_read_all (stmt, schema, error) : NULL, error);
}

static gboolean
sqlite_look_at_page (UchStoreBackend  *backend,
                     const UchSchema  *schema,
                     const char       *after_id,
                     guint             limit,
                     UchEntityViewFunc func,
                     gpointer          user_data,
                     GError          **error)
{
  g_autoptr (UchDbStmt) stmt = prepare_page (backend, schema, after_id, limit, error);

  return uch_store_sqlite_said (
      stmt != NULL && uch_rows_look_at_all (stmt, schema, func, user_data, error), error);
}

static GPtrArray *
sqlite_list_due (
    UchStoreBackend *backend, UchStoreDue due, UchTime until, guint limit, GError **error)
{
  const UchSchema *schema = uch_schema_get (uch_store_dues[due].table);
  g_autoptr (UchDbStmt) stmt
      = uch_rows_prepare (db_of (backend), schema, uch_store_dues[due].rest, error);

  if (stmt == NULL)
    return said_pointer (NULL, error);
  uch_db_stmt_bind_int64 (stmt, 1, until);
  uch_db_stmt_bind_int64 (stmt, 2, limit);
  return said_pointer (uch_rows_read_all (stmt, schema, error), error);
}

static GPtrArray *
sqlite_list_work (UchStoreBackend *backend,
                  UchStoreWork     which,
                  const char      *id,
                  UchTime          since,
                  guint            limit,
                  GError         **error)
{
  const UchSchema *schema = uch_schema_get (uch_store_works[which].table);
  g_autoptr (UchDbStmt) stmt
      = uch_rows_prepare (db_of (backend), schema, uch_store_works[which].rest, error);

  if (stmt == NULL)
    return said_pointer (NULL, error);
  uch_db_stmt_bind_text (stmt, 1, id);
  uch_db_stmt_bind_int64 (stmt, 2, since);
  uch_db_stmt_bind_int64 (stmt, 3, limit);
  return said_pointer (uch_rows_read_all (stmt, schema, error), error);
}

static GPtrArray *
sqlite_list_shifts_at (UchStoreBackend *backend, const char *staff_id, UchTime at, GError **error)
{
  const UchSchema *schema = uch_schema_get (UCH_TABLE_SHIFT);
  g_autoptr (UchDbStmt) stmt = uch_rows_prepare (
      db_of (backend), schema, "WHERE staff_id = ?1 AND starts_at <= ?2 AND ends_at > ?2", error);

  if (stmt == NULL)
    return said_pointer (NULL, error);
  uch_db_stmt_bind_text (stmt, 1, staff_id);
  uch_db_stmt_bind_int64 (stmt, 2, at);
  return said_pointer (uch_rows_read_all (stmt, schema, error), error);
}

static gboolean
sqlite_put_row (UchStoreBackend *backend, gconstpointer row, gint64 seq, GError **error)
{
  return uch_store_sqlite_said (uch_rows_put (db_of (backend), row, seq, error), error);
}

static gboolean
sqlite_delete_row (UchStoreBackend *backend,
                   const UchSchema *schema,
                   const char      *id,
                   GError         **error)
{
  return uch_store_sqlite_said (uch_rows_delete (db_of (backend), schema, id, error), error);
}

static gboolean
sqlite_put_deletion (UchStoreBackend *backend,
                     const UchSchema *schema,
                     const char      *id,
                     gint64           seq,
                     UchTime          now,
                     GError         **error)
{
  g_autoptr (UchDbStmt) stmt = uch_db_prepare (
      db_of (backend), "REPLACE INTO deletion (table_name, id, seq, made_at) VALUES (?, ?, ?, ?)",
      error);

  if (stmt == NULL)
    return uch_store_sqlite_said (FALSE, error);
  uch_db_stmt_bind_text (stmt, 1, schema->name);
  uch_db_stmt_bind_text (stmt, 2, id);
  uch_db_stmt_bind_int64 (stmt, 3, seq);
  uch_db_stmt_bind_int64 (stmt, 4, now);
  return uch_store_sqlite_said (uch_db_stmt_run (stmt, error), error);
}

/* One SELECT over the seq indexes of all tables, which SQLite merges without sorting. */
static char *
write_marks_sql (void)
{
  GString *sql = g_string_new (NULL);

  for (guint i = 0; i < UCH_N_TABLES; i++)
    {
      const char *name = uch_schema_get (i)->name;

      g_string_append_printf (sql, "SELECT seq, %u FROM \"%s\" WHERE seq > ?1 UNION ALL ", i, name);
    }
  g_string_append_printf (sql,
                          "SELECT seq, %d FROM deletion WHERE seq > ?1"
                          " ORDER BY 1 LIMIT ?2",
                          UCH_N_TABLES);
  return g_string_free (sql, FALSE);
}

static GArray *
sqlite_list_marks (UchStoreBackend *backend, gint64 after, guint limit, GError **error)
{
  UchStoreSqlite *self = (UchStoreSqlite *) backend;
  g_autoptr (UchDbStmt) stmt = uch_db_prepare (self->db, self->marks_sql, error);
  g_autoptr (GArray) marks = g_array_new (FALSE, FALSE, sizeof (UchStoreMark));
  UchDbStep step;

  if (stmt == NULL)
    return said_pointer (NULL, error);
  uch_db_stmt_bind_int64 (stmt, 1, after);
  uch_db_stmt_bind_int64 (stmt, 2, limit);
  while ((step = uch_db_stmt_step (stmt, error)) == UCH_DB_STEP_ROW)
    {
      UchStoreMark mark = { .seq = uch_db_stmt_get_int64 (stmt, 0),
                            .table = (UchTable) uch_db_stmt_get_int64 (stmt, 1) };

      g_array_append_val (marks, mark);
    }
  if (step == UCH_DB_STEP_ERROR)
    return said_pointer (NULL, error);
  return g_steal_pointer (&marks);
}

static GPtrArray *
sqlite_list_changed (
    UchStoreBackend *backend, const UchSchema *schema, gint64 after, gint64 to, GError **error)
{
  g_autoptr (UchDbStmt) stmt = uch_rows_prepare (
      db_of (backend), schema, "WHERE seq > ? AND seq <= ? ORDER BY seq, id", error);

  if (stmt == NULL)
    return said_pointer (NULL, error);
  uch_db_stmt_bind_int64 (stmt, 1, after);
  uch_db_stmt_bind_int64 (stmt, 2, to);
  return said_pointer (uch_rows_read_all (stmt, schema, error), error);
}

static GPtrArray *
sqlite_list_deletions (UchStoreBackend *backend, gint64 after, gint64 to, GError **error)
{
  g_autoptr (UchDbStmt) stmt
      = uch_db_prepare (db_of (backend),
                        "SELECT table_name, id, seq, made_at FROM deletion"
                        " WHERE seq > ? AND seq <= ? ORDER BY seq, table_name, id",
                        error);
  g_autoptr (GPtrArray) rows = g_ptr_array_new_with_free_func ((GDestroyNotify) uch_store_row_free);
  UchDbStep step;

  if (stmt == NULL)
    return said_pointer (NULL, error);
  uch_db_stmt_bind_int64 (stmt, 1, after);
  uch_db_stmt_bind_int64 (stmt, 2, to);
  while ((step = uch_db_stmt_step (stmt, error)) == UCH_DB_STEP_ROW)
    {
      const UchSchema *schema = uch_schema_by_name (uch_db_stmt_get_text (stmt, 0));
      UchStoreRow     *row;

      if (schema == NULL)
        continue;
      row = g_new0 (UchStoreRow, 1);
      row->table = schema->table;
      row->id = g_strdup (uch_db_stmt_get_text (stmt, 1));
      row->seq = uch_db_stmt_get_int64 (stmt, 2);
      row->made_at = uch_db_stmt_get_int64 (stmt, 3);
      g_ptr_array_add (rows, row);
    }
  if (step == UCH_DB_STEP_ERROR)
    return said_pointer (NULL, error);
  return g_steal_pointer (&rows);
}

static gboolean
sqlite_count_ops (UchStoreBackend *backend, gint64 *out_n, gint64 *out_last, GError **error)
{
  return uch_store_sqlite_said (
      uch_db_get_int64 (db_of (backend), "SELECT count(*) FROM op", out_n, error)
          && uch_db_get_int64 (db_of (backend), "SELECT ifnull (max (seq), 0) FROM op", out_last,
                               error),
      error);
}

static gboolean
sqlite_max_row_seq (UchStoreBackend *backend,
                    const UchSchema *schema,
                    gint64          *out_seq,
                    GError         **error)
{
  g_autofree char *sql = g_strdup_printf ("SELECT ifnull (max (seq), 0) FROM \"%s\"", schema->name);

  return uch_store_sqlite_said (uch_db_get_int64 (db_of (backend), sql, out_seq, error), error);
}

static gboolean
sqlite_count_rows (UchStoreBackend *backend, const char *table, gint64 *out_n, GError **error)
{
  g_autofree char *sql = g_strdup_printf ("SELECT count(*) FROM \"%s\"", table);

  return uch_store_sqlite_said (uch_db_get_int64 (db_of (backend), sql, out_n, error), error);
}

static gboolean
sqlite_backup (UchStoreBackend     *backend,
               const char          *path,
               UchStoreProgressFunc progress,
               gpointer             user_data,
               GCancellable        *cancellable,
               GError             **error)
{
  const char *mark = "UPDATE epoch SET uuid = uuid || '" UCH_STORE_BACKUP_MARK "'"
                     " WHERE uuid NOT LIKE '%" UCH_STORE_BACKUP_MARK "'";

  return uch_store_sqlite_said (
      uch_db_backup (db_of (backend), path, mark, progress, user_data, cancellable, error), error);
}

static gboolean
sqlite_check (UchStoreBackend *backend, GError **error)
{
  return uch_store_sqlite_said (uch_db_check (db_of (backend), error), error);
}

static gboolean
sqlite_list_damage (UchStoreBackend *backend, GPtrArray *faults, GError **error)
{
  return uch_store_sqlite_said (uch_db_list_damage (db_of (backend), faults, error), error);
}

static gboolean
sqlite_get_size (UchStoreBackend *backend, gint64 *out_bytes, GError **error)
{
  return uch_store_sqlite_said (
      uch_db_get_int64 (db_of (backend),
                        "SELECT page_count * page_size FROM pragma_page_count, pragma_page_size",
                        out_bytes, error),
      error);
}

static gboolean
sqlite_shrink (UchStoreBackend *backend, gboolean alone, GError **error)
{
  UchDb *db = db_of (backend);

  return uch_store_sqlite_said (
      uch_db_exec (db, "PRAGMA optimize", error)
          && (!alone || (uch_db_exec (db, "VACUUM", error) && uch_db_checkpoint (db, error))),
      error);
}

static const UchStoreBackendClass sqlite_class = {
  .free = sqlite_free,
  .adopt = sqlite_adopt,
  .begin = sqlite_begin,
  .commit = sqlite_commit,
  .rollback = sqlite_rollback,
  .savepoint = sqlite_savepoint,
  .release = sqlite_release,
  .rollback_to = sqlite_rollback_to,
  .get_number = sqlite_get_number,
  .set_number = sqlite_set_number,
  .get_uuid = sqlite_get_uuid,
  .set_uuid = sqlite_set_uuid,
  .get_row = sqlite_get_row,
  .find_rows = sqlite_find_rows,
  .page_rows = sqlite_page_rows,
  .look_at_page = sqlite_look_at_page,
  .list_due = sqlite_list_due,
  .list_work = sqlite_list_work,
  .list_shifts_at = sqlite_list_shifts_at,
  .put_row = sqlite_put_row,
  .delete_row = sqlite_delete_row,
  .put_deletion = sqlite_put_deletion,
  .list_marks = sqlite_list_marks,
  .list_changed = sqlite_list_changed,
  .list_deletions = sqlite_list_deletions,
  .count_ops = sqlite_count_ops,
  .max_row_seq = sqlite_max_row_seq,
  .put_position = uch_store_sqlite_put_position,
  .get_last_position = uch_store_sqlite_get_last_position,
  .count_fate = uch_store_sqlite_count_fate,
  .get_fates = uch_store_sqlite_get_fates,
  .page_positions = uch_store_sqlite_page_positions,
  .list_fates = uch_store_sqlite_list_fates,
  .put_fate = uch_store_sqlite_put_fate,
  .count_rows = sqlite_count_rows,
  .prune = uch_store_sqlite_prune,
  .backup = sqlite_backup,
  .check = sqlite_check,
  .list_damage = sqlite_list_damage,
  .get_size = sqlite_get_size,
  .shrink = sqlite_shrink,
};

static gboolean
check_tables (UchDb *db, GError **error)
{
  guint                   n_own;
  const UchSchema *const *own = uch_store_list_own_schemas (&n_own);

  for (guint i = 0; i < UCH_N_TABLES; i++)
    if (!uch_rows_check (db, uch_schema_get (i), error))
      return FALSE;
  for (guint i = 0; i < n_own; i++)
    if (!uch_rows_check (db, own[i], error))
      return FALSE;
  return TRUE;
}

/**
 * uch_store_sqlite_open:
 * @path: a file, or ":memory:"
 * @flags: how
 * @error: return location
 *
 * Opens the file and brings its schema up to date. A read-only connection changes nothing and
 * wants a current file.
 *
 * Returns: (transfer full) (nullable): the backend
 */
UchStoreBackend *
uch_store_sqlite_open (const char *path, UchStoreFlags flags, GError **error)
{
  gboolean   in_memory = g_str_equal (path, ":memory:");
  UchDbFlags db_flags = UCH_DB_SYNC_FULL | (in_memory ? UCH_DB_IN_MEMORY : 0)
                        | (flags & UCH_STORE_READ_ONLY ? UCH_DB_READ_ONLY : 0)
                        | (flags & UCH_STORE_CREATE ? UCH_DB_CREATE : 0);
  g_autoptr (UchDb) db = NULL;
  UchStoreSqlite *self;

  if (!in_memory && !(flags & UCH_STORE_CREATE) && !g_file_test (path, G_FILE_TEST_EXISTS))
    {
      g_set_error (error, UCH_STORE_ERROR, UCH_STORE_ERROR_NOT_A_STORE,
                   "There is no store at “%s”: make one with “init”", path);
      return NULL;
    }

  g_resources_register (uch_store_get_resource ());
  db = uch_db_open (path, db_flags, error);
  if (db == NULL
      || (!(flags & UCH_STORE_READ_ONLY)
          && !uch_db_migrate_resource (db, APPLICATION_ID, "/org/uchastok/schema/store", error))
      || !check_tables (db, error))
    return said_pointer (NULL, error);

  self = g_new0 (UchStoreSqlite, 1);
  self->parent.klass = &sqlite_class;
  self->db = g_steal_pointer (&db);
  self->marks_sql = write_marks_sql ();
  return &self->parent;
}

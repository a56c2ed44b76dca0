/* The PostgreSQL backend: one database that several processes may serve. A writing transaction
 * holds the row of the head from its beginning, at READ COMMITTED: whatever is read after that lock
 * was got is the latest, and stays so until the commit. */

#define G_LOG_DOMAIN "uch-store"

#include "store/uch-store-backend.h"

#include "pg/uch-pg-migrate.h"
#include "rows/uch-pg-rows.h"
#include "store/uch-store-postgres-private.h"
#include "store/uch-store-resources.h"
#include "store/uch-store-sql.h"

#define STEPS "/org/uchastok/schema/postgres"

static inline UchPg *
pg_of (UchStoreBackend *backend)
{
  return ((UchStorePostgres *) backend)->pg;
}

static UchStoreError
store_error_from (UchPgError code)
{
  switch (code)
    {
    case UCH_PG_ERROR_RETRY:
    case UCH_PG_ERROR_BUSY:
    case UCH_PG_ERROR_UNAVAILABLE:
    case UCH_PG_ERROR_FULL:
      return UCH_STORE_ERROR_UNAVAILABLE;
    case UCH_PG_ERROR_READ_ONLY:
      return UCH_STORE_ERROR_READ_ONLY;
    case UCH_PG_ERROR_CORRUPT:
      return UCH_STORE_ERROR_CORRUPT;
    case UCH_PG_ERROR_NEWER:
      return UCH_STORE_ERROR_NEWER;
    case UCH_PG_ERROR_FOREIGN:
      return UCH_STORE_ERROR_NOT_A_STORE;
    case UCH_PG_ERROR_CONSTRAINT:
      return UCH_STORE_ERROR_EXISTS;
    case UCH_PG_ERROR_BAD_ADDRESS:
      return UCH_STORE_ERROR_BAD_ADDRESS;
    case UCH_PG_ERROR_FAILED:
    default:
      return UCH_STORE_ERROR_FAILED;
    }
}

/* Turns what the database said into the store's own words; returns @done. @backend may be NULL. */
gboolean
uch_store_postgres_said (UchStoreBackend *backend, gboolean done, GError **error)
{
  if (!done && error != NULL && *error != NULL && (*error)->domain == UCH_PG_ERROR)
    {
      if (backend != NULL)
        backend->gave_way = (*error)->code == UCH_PG_ERROR_RETRY;
      (*error)->code = store_error_from ((*error)->code);
      (*error)->domain = UCH_STORE_ERROR;
    }
  return done;
}

static gpointer
said_pointer (UchStoreBackend *backend, gpointer pointer, GError **error)
{
  uch_store_postgres_said (backend, pointer != NULL, error);
  return pointer;
}

static void
postgres_free (UchStoreBackend *backend)
{
  UchStorePostgres *self = (UchStorePostgres *) backend;

  uch_pg_close (self->pg);
  g_hash_table_unref (self->memory);
  g_free (self->uuid);
  g_free (self->channel);
  g_free (self->marks_sql);
  g_free (self);
}

static void
postgres_adopt (UchStoreBackend *backend)
{
  uch_pg_adopt (pg_of (backend));
}

/* Takes the lock of the order, then reads what it protects. */
static gboolean
lock_order (UchStorePostgres *self, GError **error)
{
  g_autoptr (UchPgStmt) lock
      = uch_pg_prepare (self->pg, "SELECT 1 FROM number WHERE name = 'head' FOR UPDATE");
  g_autoptr (UchPgStmt) read
      = uch_pg_prepare (self->pg, "SELECT (SELECT value FROM number WHERE name = 'head'),"
                                  " (SELECT value FROM number WHERE name = 'floor'),"
                                  " (SELECT value FROM number WHERE name = 'ticket_number'),"
                                  " (SELECT uuid FROM epoch)");

  if (!uch_pg_begin (self->pg, error))
    return FALSE;
  if (!uch_pg_stmt_send (lock, error) || uch_pg_stmt_step (read, error) != UCH_PG_STEP_ROW)
    {
      uch_pg_rollback (self->pg);
      return FALSE;
    }
  for (guint i = 0; i < UCH_N_STORE_NUMBERS; i++)
    self->numbers[i] = uch_pg_stmt_get_int64 (read, (int) i);
  g_free (self->uuid);
  self->uuid = g_strdup (uch_pg_stmt_get_text (read, UCH_N_STORE_NUMBERS));
  return TRUE;
}

static gboolean
postgres_begin (UchStoreBackend *backend, gboolean write, GError **error)
{
  UchStorePostgres *self = (UchStorePostgres *) backend;
  g_autoptr (GError) local_error = NULL;

  backend->gave_way = FALSE;
  if (!write)
    return uch_store_postgres_said (backend, uch_pg_begin_read (self->pg, error), error);
  if (!lock_order (self, &local_error))
    {
      /* A connection that died while nobody used it is nobody's failure: once more. */
      if (g_error_matches (local_error, UCH_PG_ERROR, UCH_PG_ERROR_UNAVAILABLE))
        {
          g_clear_error (&local_error);
          lock_order (self, &local_error);
        }
      if (local_error != NULL)
        {
          g_propagate_error (error, g_steal_pointer (&local_error));
          return uch_store_postgres_said (backend, FALSE, error);
        }
    }
  self->writing = TRUE;
  g_hash_table_remove_all (self->memory);
  self->told_head = self->numbers[UCH_STORE_HEAD];
  return TRUE;
}

/* Tells the other processes: a hint, that may get lost. */
static void
tell_head (UchStorePostgres *self)
{
  g_autoptr (UchPgStmt) stmt = uch_pg_prepare (self->pg, "SELECT pg_notify ($1, $2)");
  g_autofree char *payload
      = g_strdup_printf (UCH_STORE_LINE_HEAD "%" G_GINT64_FORMAT, self->told_head);

  uch_pg_stmt_bind_text (stmt, 1, self->channel);
  uch_pg_stmt_bind_text (stmt, 2, payload);
  uch_pg_stmt_hint (stmt, NULL);
}

static gboolean
postgres_commit (UchStoreBackend *backend, GError **error)
{
  UchStorePostgres *self = (UchStorePostgres *) backend;

  self->writing = FALSE;
  g_hash_table_remove_all (self->memory);
  if (!uch_store_postgres_said (backend, uch_pg_commit (self->pg, error), error))
    return FALSE;
  if (self->numbers[UCH_STORE_HEAD] != self->told_head)
    {
      self->told_head = self->numbers[UCH_STORE_HEAD];
      tell_head (self);
    }
  return TRUE;
}

static void
postgres_rollback (UchStoreBackend *backend)
{
  UchStorePostgres *self = (UchStorePostgres *) backend;

  self->writing = FALSE;
  g_hash_table_remove_all (self->memory);
  uch_pg_rollback (self->pg);
}

static gboolean
postgres_savepoint (UchStoreBackend *backend, GError **error)
{
  UchStorePostgres *self = (UchStorePostgres *) backend;

  self->saved_ticket_number = self->numbers[UCH_STORE_TICKET_NUMBER];
  return uch_store_postgres_said (backend, uch_pg_savepoint (self->pg, error), error);
}

static gboolean
postgres_release (UchStoreBackend *backend, GError **error)
{
  return uch_store_postgres_said (backend, uch_pg_release (pg_of (backend), error), error);
}

static gboolean
postgres_rollback_to (UchStoreBackend *backend, GError **error)
{
  UchStorePostgres *self = (UchStorePostgres *) backend;

  self->numbers[UCH_STORE_TICKET_NUMBER] = self->saved_ticket_number;
  g_hash_table_remove_all (self->memory);
  return uch_store_postgres_said (backend, uch_pg_rollback_to (self->pg, error), error);
}

static gboolean
postgres_get_number (UchStoreBackend *backend, UchStoreNumber which, gint64 *out, GError **error)
{
  UchStorePostgres *self = (UchStorePostgres *) backend;
  g_autoptr (UchPgStmt) stmt = NULL;
  UchPgStep step;

  if (self->writing)
    {
      *out = self->numbers[which];
      return TRUE;
    }
  stmt = uch_pg_prepare (self->pg, "SELECT value FROM number WHERE name = $1");
  uch_pg_stmt_bind_text (stmt, 1, uch_store_number_names[which]);
  step = uch_pg_stmt_step (stmt, error);
  if (step == UCH_PG_STEP_DONE)
    g_set_error (error, UCH_STORE_ERROR, UCH_STORE_ERROR_CORRUPT,
                 "The store has lost count of its %s", uch_store_number_names[which]);
  else if (step == UCH_PG_STEP_ROW)
    *out = uch_pg_stmt_get_int64 (stmt, 0);
  return uch_store_postgres_said (backend, step == UCH_PG_STEP_ROW, error);
}

static gboolean
postgres_set_number (UchStoreBackend *backend, UchStoreNumber which, gint64 value, GError **error)
{
  UchStorePostgres *self = (UchStorePostgres *) backend;
  g_autoptr (UchPgStmt) stmt
      = uch_pg_prepare (self->pg, "UPDATE number SET value = $1 WHERE name = $2");

  if (self->numbers[which] == value)
    return TRUE;
  uch_pg_stmt_bind_int64 (stmt, 1, value);
  uch_pg_stmt_bind_text (stmt, 2, uch_store_number_names[which]);
  if (!uch_store_postgres_said (backend, uch_pg_stmt_send (stmt, error), error))
    return FALSE;
  self->numbers[which] = value;
  return TRUE;
}

static gboolean
postgres_get_uuid (UchStoreBackend *backend, char **out_uuid, GError **error)
{
  UchStorePostgres *self = (UchStorePostgres *) backend;

  if (self->writing)
    {
      *out_uuid = g_strdup (self->uuid);
      return TRUE;
    }
  return uch_store_postgres_said (
      backend, uch_pg_get_text (self->pg, "SELECT uuid FROM epoch", out_uuid, error), error);
}

static gboolean
postgres_set_uuid (UchStoreBackend *backend, const char *uuid, GError **error)
{
  UchStorePostgres *self = (UchStorePostgres *) backend;
  g_autoptr (UchPgStmt) stmt
      = uch_pg_prepare (self->pg, "INSERT INTO epoch (one, uuid) VALUES (1, $1)"
                                  " ON CONFLICT (one) DO UPDATE SET uuid = excluded.uuid");

  uch_pg_stmt_bind_text (stmt, 1, uuid);
  if (!uch_store_postgres_said (backend, uch_pg_stmt_run (stmt, error), error))
    return FALSE;
  g_free (self->uuid);
  self->uuid = g_strdup (uuid);
  return TRUE;
}

static UchPgStmt *
prepare_page (UchStoreBackend *backend, const UchSchema *schema, const char *after_id, guint limit)
{
  UchPgStmt *stmt
      = uch_pg_rows_prepare (pg_of (backend), schema, "WHERE id > $1 ORDER BY id LIMIT $2");

  uch_pg_stmt_bind_text (stmt, 1, after_id != NULL ? after_id : "");
  uch_pg_stmt_bind_int64 (stmt, 2, limit);
  return stmt;
}

static GPtrArray *
postgres_page_rows (UchStoreBackend *backend,
                    const UchSchema *schema,
                    const char      *after_id,
                    guint            limit,
                    GError         **error)
{
  g_autoptr (UchPgStmt) stmt = prepare_page (backend, schema, after_id, limit);

  return said_pointer (backend, uch_pg_rows_read_all (stmt, schema, error), error);
}

static gboolean
postgres_look_at_page (UchStoreBackend  *backend,
                       const UchSchema  *schema,
                       const char       *after_id,
                       guint             limit,
                       UchEntityViewFunc func,
                       gpointer          user_data,
                       GError          **error)
{
  g_autoptr (UchPgStmt) stmt = prepare_page (backend, schema, after_id, limit);

  return uch_store_postgres_said (
      backend, uch_pg_rows_look_at_all (stmt, schema, func, user_data, error), error);
}

static GPtrArray *
postgres_list_due (
    UchStoreBackend *backend, UchStoreDue due, UchTime until, guint limit, GError **error)
{
  const UchSchema *schema = uch_schema_get (uch_store_dues[due].table);
  g_autoptr (UchPgStmt) stmt
      = uch_pg_rows_prepare (pg_of (backend), schema, uch_store_dues[due].rest);

  uch_pg_stmt_bind_int64 (stmt, 1, until);
  uch_pg_stmt_bind_int64 (stmt, 2, limit);
  return said_pointer (backend, uch_pg_rows_read_all (stmt, schema, error), error);
}

static GPtrArray *
postgres_list_work (UchStoreBackend *backend,
                    UchStoreWork     which,
                    const char      *id,
                    UchTime          since,
                    guint            limit,
                    GError         **error)
{
  const UchSchema *schema = uch_schema_get (uch_store_works[which].table);
  g_autoptr (UchPgStmt) stmt
      = uch_pg_rows_prepare (pg_of (backend), schema, uch_store_works[which].rest);

  uch_pg_stmt_bind_text (stmt, 1, id);
  uch_pg_stmt_bind_int64 (stmt, 2, since);
  uch_pg_stmt_bind_int64 (stmt, 3, limit);
  return said_pointer (backend, uch_pg_rows_read_all (stmt, schema, error), error);
}

static GPtrArray *
postgres_list_shifts_at (UchStoreBackend *backend, const char *staff_id, UchTime at, GError **error)
{
  const UchSchema *schema = uch_schema_get (UCH_TABLE_SHIFT);
  g_autoptr (UchPgStmt) stmt = uch_pg_rows_prepare (
      pg_of (backend), schema, "WHERE staff_id = $1 AND starts_at <= $2 AND ends_at > $2");

  uch_pg_stmt_bind_text (stmt, 1, staff_id);
  uch_pg_stmt_bind_int64 (stmt, 2, at);
  return said_pointer (backend, uch_pg_rows_read_all (stmt, schema, error), error);
}

static gboolean
postgres_put_deletion (UchStoreBackend *backend,
                       const UchSchema *schema,
                       const char      *id,
                       gint64           seq,
                       UchTime          now,
                       GError         **error)
{
  g_autoptr (UchPgStmt) stmt = uch_pg_prepare (
      pg_of (backend),
      "INSERT INTO deletion (table_name, id, seq, made_at) VALUES ($1, $2, $3, $4)"
      " ON CONFLICT (table_name, id) DO UPDATE SET seq = excluded.seq, made_at = excluded.made_at");

  uch_pg_stmt_bind_text (stmt, 1, schema->name);
  uch_pg_stmt_bind_text (stmt, 2, id);
  uch_pg_stmt_bind_int64 (stmt, 3, seq);
  uch_pg_stmt_bind_int64 (stmt, 4, now);
  return uch_store_postgres_said (backend, uch_pg_stmt_send (stmt, error), error);
}

static gboolean
postgres_count_rows (UchStoreBackend *backend, const char *table, gint64 *out_n, GError **error)
{
  g_autofree char *sql = g_strdup_printf ("SELECT count(*) FROM \"%s\"", table);

  return uch_store_postgres_said (backend, uch_pg_get_int64 (pg_of (backend), sql, out_n, error),
                                  error);
}

static gboolean
postgres_get_size (UchStoreBackend *backend, gint64 *out_bytes, GError **error)
{
  return uch_store_postgres_said (
      backend,
      uch_pg_get_int64 (pg_of (backend),
                        "SELECT coalesce (sum (pg_total_relation_size (oid)), 0)::bigint"
                        " FROM pg_class WHERE relkind = 'r'"
                        " AND relnamespace = current_schema ()::regnamespace",
                        out_bytes, error),
      error);
}

/* VACUUM FULL locks every table for long; without it the space is used again by this database. */
static gboolean
postgres_shrink (UchStoreBackend *backend, gboolean alone, GError **error)
{
  return uch_store_postgres_said (
      backend,
      uch_pg_exec (pg_of (backend), alone ? "VACUUM (FULL, ANALYZE)" : "VACUUM (ANALYZE)", error),
      error);
}

static const UchStoreBackendClass postgres_class = {
  .free = postgres_free,
  .adopt = postgres_adopt,
  .begin = postgres_begin,
  .commit = postgres_commit,
  .rollback = postgres_rollback,
  .savepoint = postgres_savepoint,
  .release = postgres_release,
  .rollback_to = postgres_rollback_to,
  .get_number = postgres_get_number,
  .set_number = postgres_set_number,
  .get_uuid = postgres_get_uuid,
  .set_uuid = postgres_set_uuid,
  .get_row = uch_store_postgres_get_row,
  .find_rows = uch_store_postgres_find_rows,
  .page_rows = postgres_page_rows,
  .look_at_page = postgres_look_at_page,
  .list_due = postgres_list_due,
  .list_work = postgres_list_work,
  .list_shifts_at = postgres_list_shifts_at,
  .put_row = uch_store_postgres_put_row,
  .delete_row = uch_store_postgres_delete_row,
  .put_deletion = postgres_put_deletion,
  .list_marks = uch_store_postgres_list_marks,
  .list_changed = uch_store_postgres_list_changed,
  .list_deletions = uch_store_postgres_list_deletions,
  .count_ops = uch_store_postgres_count_ops,
  .max_row_seq = uch_store_postgres_max_row_seq,
  .put_position = uch_store_postgres_put_position,
  .get_last_position = uch_store_postgres_get_last_position,
  .count_fate = uch_store_postgres_count_fate,
  .get_fates = uch_store_postgres_get_fates,
  .page_positions = uch_store_postgres_page_positions,
  .list_fates = uch_store_postgres_list_fates,
  .put_fate = uch_store_postgres_put_fate,
  .count_rows = postgres_count_rows,
  .prune = uch_store_postgres_prune,
  .check = uch_store_postgres_check,
  .get_size = postgres_get_size,
  .shrink = postgres_shrink,
  .open_line = uch_store_postgres_open_line,
};

static gboolean
check_tables (UchPg *pg, GError **error)
{
  guint                   n_own;
  const UchSchema *const *own = uch_store_list_own_schemas (&n_own);

  for (guint i = 0; i < UCH_N_TABLES; i++)
    if (!uch_pg_rows_check (pg, uch_schema_get (i), error))
      return FALSE;
  for (guint i = 0; i < n_own; i++)
    if (!uch_pg_rows_check (pg, own[i], error))
      return FALSE;
  return TRUE;
}

/* A server that comes back may carry newer tables, or none. */
static gboolean
greet (UchPg *pg, gpointer user_data, GError **error)
{
  return uch_pg_check_version (pg, UCH_STORE_POSTGRES_PRODUCT, STEPS, error);
}

static gboolean
prepare_tables (UchPg *pg, UchStoreFlags flags, GError **error)
{
  gboolean has_tables;

  if (!uch_pg_has_tables (pg, &has_tables, error))
    return FALSE;
  if (!has_tables && !(flags & UCH_STORE_CREATE))
    {
      g_set_error (error, UCH_STORE_ERROR, UCH_STORE_ERROR_NOT_A_STORE,
                   "There is no store at “%s”: make one with “init”", uch_pg_get_name (pg));
      return FALSE;
    }
  return flags & UCH_STORE_READ_ONLY
             ? uch_pg_check_version (pg, UCH_STORE_POSTGRES_PRODUCT, STEPS, error)
             : uch_pg_migrate_resource (pg, UCH_STORE_POSTGRES_PRODUCT, STEPS, error);
}

/* As uch_store_postgres_open(), in a schema of the database; NULL: in the role's own. */
UchStoreBackend *
uch_store_postgres_open_in (const char   *url,
                            const char   *schema,
                            UchStoreFlags flags,
                            GError      **error)
{
  g_autoptr (UchPg) pg = NULL;
  g_autofree char  *channel = NULL;
  UchStorePostgres *self;

  g_resources_register (uch_store_get_resource ());
  pg = uch_pg_open (url, flags & UCH_STORE_READ_ONLY ? UCH_PG_READ_ONLY : 0, error);
  if (pg == NULL || (schema != NULL && !uch_pg_use_schema (pg, schema, error))
      || !prepare_tables (pg, flags, error) || !check_tables (pg, error)
      || !uch_pg_get_text (pg, "SELECT 'uchastok_' || current_schema ()::regnamespace::oid",
                           &channel, error))
    return said_pointer (NULL, NULL, error);

  self = g_new0 (UchStorePostgres, 1);
  self->parent.klass = &postgres_class;
  self->pg = g_steal_pointer (&pg);
  self->channel = g_steal_pointer (&channel);
  self->memory = uch_store_postgres_memory_new ();
  self->marks_sql = uch_store_postgres_write_marks_sql ();
  uch_pg_set_greeting (self->pg, greet, NULL);
  return &self->parent;
}

/**
 * uch_store_postgres_open:
 * @url: `postgresql://…`
 * @flags: how
 * @error: return location
 *
 * Connects and brings the schema up to date; several processes may do so at once.
 *
 * Returns: (transfer full) (nullable): the backend
 */
UchStoreBackend *
uch_store_postgres_open (const char *url, UchStoreFlags flags, GError **error)
{
  return uch_store_postgres_open_in (url, NULL, flags, error);
}

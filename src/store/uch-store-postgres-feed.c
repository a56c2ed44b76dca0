/* The order in PostgreSQL, and what must be true of it. */

#define G_LOG_DOMAIN "uch-store"

#include "rows/uch-pg-rows.h"
#include "store/uch-store-postgres-private.h"

static inline UchPg *
pg_of (UchStoreBackend *backend)
{
  return ((UchStorePostgres *) backend)->pg;
}

/* Each table gives no more than the page holds, by its seq index; then they are merged. */
char *
uch_store_postgres_write_marks_sql (void)
{
  GString *sql = g_string_new ("SELECT seq, i FROM (");

  for (guint i = 0; i < UCH_N_TABLES; i++)
    g_string_append_printf (sql,
                            "(SELECT seq, %u AS i FROM \"%s\" WHERE seq > $1"
                            " ORDER BY seq LIMIT $2) UNION ALL ",
                            i, uch_schema_get (i)->name);
  g_string_append_printf (sql,
                          "(SELECT seq, %d AS i FROM deletion WHERE seq > $1"
                          " ORDER BY seq LIMIT $2)) AS mark ORDER BY seq LIMIT $2",
                          UCH_N_TABLES);
  return g_string_free (sql, FALSE);
}

GArray *
uch_store_postgres_list_marks (UchStoreBackend *backend, gint64 after, guint limit, GError **error)
{
  UchStorePostgres *self = (UchStorePostgres *) backend;
  g_autoptr (UchPgStmt) stmt = uch_pg_prepare (self->pg, self->marks_sql);
  g_autoptr (GArray) marks = g_array_new (FALSE, FALSE, sizeof (UchStoreMark));
  UchPgStep step;

  uch_pg_stmt_bind_int64 (stmt, 1, after);
  uch_pg_stmt_bind_int64 (stmt, 2, limit);
  while ((step = uch_pg_stmt_step (stmt, error)) == UCH_PG_STEP_ROW)
    {
      UchStoreMark mark = { .seq = uch_pg_stmt_get_int64 (stmt, 0),
                            .table = (UchTable) uch_pg_stmt_get_int64 (stmt, 1) };

      g_array_append_val (marks, mark);
    }
  if (!uch_store_postgres_said (backend, step == UCH_PG_STEP_DONE, error))
    return NULL;
  return g_steal_pointer (&marks);
}

GPtrArray *
uch_store_postgres_list_changed (
    UchStoreBackend *backend, const UchSchema *schema, gint64 after, gint64 to, GError **error)
{
  g_autoptr (UchPgStmt) stmt = uch_pg_rows_prepare (
      pg_of (backend), schema, "WHERE seq > $1 AND seq <= $2 ORDER BY seq, id");
  GPtrArray *rows;

  uch_pg_stmt_bind_int64 (stmt, 1, after);
  uch_pg_stmt_bind_int64 (stmt, 2, to);
  rows = uch_pg_rows_read_all (stmt, schema, error);
  uch_store_postgres_said (backend, rows != NULL, error);
  return rows;
}

GPtrArray *
uch_store_postgres_list_deletions (UchStoreBackend *backend,
                                   gint64           after,
                                   gint64           to,
                                   GError         **error)
{
  g_autoptr (UchPgStmt) stmt = uch_pg_prepare (
      pg_of (backend), "SELECT table_name, id, seq, made_at FROM deletion"
                       " WHERE seq > $1 AND seq <= $2 ORDER BY seq, table_name, id");
  g_autoptr (GPtrArray) rows = g_ptr_array_new_with_free_func ((GDestroyNotify) uch_store_row_free);
  UchPgStep step;

  uch_pg_stmt_bind_int64 (stmt, 1, after);
  uch_pg_stmt_bind_int64 (stmt, 2, to);
  while ((step = uch_pg_stmt_step (stmt, error)) == UCH_PG_STEP_ROW)
    {
      const UchSchema *schema = uch_schema_by_name (uch_pg_stmt_get_text (stmt, 0));
      UchStoreRow     *row;

      if (schema == NULL)
        continue;
      row = g_new0 (UchStoreRow, 1);
      row->table = schema->table;
      row->id = g_strdup (uch_pg_stmt_get_text (stmt, 1));
      row->seq = uch_pg_stmt_get_int64 (stmt, 2);
      row->made_at = uch_pg_stmt_get_int64 (stmt, 3);
      g_ptr_array_add (rows, row);
    }
  if (!uch_store_postgres_said (backend, step == UCH_PG_STEP_DONE, error))
    return NULL;
  return g_steal_pointer (&rows);
}

gboolean
uch_store_postgres_count_ops (UchStoreBackend *backend,
                              gint64          *out_n,
                              gint64          *out_last,
                              GError         **error)
{
  UchPg *pg = pg_of (backend);

  return uch_store_postgres_said (
      backend,
      uch_pg_get_int64 (pg, "SELECT count(*) FROM op", out_n, error)
          && uch_pg_get_int64 (pg, "SELECT coalesce (max (seq), 0) FROM op", out_last, error),
      error);
}

gboolean
uch_store_postgres_max_row_seq (UchStoreBackend *backend,
                                const UchSchema *schema,
                                gint64          *out_seq,
                                GError         **error)
{
  g_autofree char *sql
      = g_strdup_printf ("SELECT coalesce (max (seq), 0) FROM \"%s\"", schema->name);

  return uch_store_postgres_said (backend, uch_pg_get_int64 (pg_of (backend), sql, out_seq, error),
                                  error);
}

static gboolean
read_table (UchPg *pg, const char *name, GError **error)
{
  g_autofree char *sql = g_strdup_printf (
      "SELECT coalesce (sum (hashtext (t::text)), 0)::bigint FROM \"%s\" AS t", name);
  gint64 ignored;

  return uch_pg_get_int64 (pg, sql, &ignored, error);
}

/* Every byte of every row is read: a page that is damaged shows itself, and with the cluster's data
 * checksums (initdb --data-checksums) also one that is only wrong. */
gboolean
uch_store_postgres_check (UchStoreBackend *backend, GError **error)
{
  static const char *const others[]
      = { "number", "epoch", "deletion", "position", "position_fate" };
  UchPg                  *pg = pg_of (backend);
  guint                   n_own;
  const UchSchema *const *own = uch_store_list_own_schemas (&n_own);
  gboolean                done = TRUE;

  for (guint i = 0; done && i < UCH_N_TABLES; i++)
    done = read_table (pg, uch_schema_get (i)->name, error);
  for (guint i = 0; done && i < n_own; i++)
    done = read_table (pg, own[i]->name, error);
  for (guint i = 0; done && i < G_N_ELEMENTS (others); i++)
    done = read_table (pg, others[i], error);
  return uch_store_postgres_said (backend, done, error);
}

#define G_LOG_DOMAIN "uch-rows"

#include "rows/uch-pg-rows.h"

#include <string.h>

/* The driver's functions take any statement. */
#define DRIVE(func) ((gpointer) (func))

/* COLLATE "C": pages go by id, and the order must be the same in every database. */
static const UchRowsDriver driver = {
  .text_type = "TEXT COLLATE \"C\"",
  .real_type = "DOUBLE PRECISION",
  .integer_type = "BIGINT",
  .table_end = "",
  .get_text = DRIVE (uch_pg_stmt_get_text),
  .get_int64 = DRIVE (uch_pg_stmt_get_int64),
  .get_double = DRIVE (uch_pg_stmt_get_double),
  .bind_text = DRIVE (uch_pg_stmt_bind_text),
  .bind_int64 = DRIVE (uch_pg_stmt_bind_int64),
  .bind_double = DRIVE (uch_pg_stmt_bind_double),
};

/**
 * uch_pg_rows_dup_create_sql:
 * @schema: a description
 *
 * Returns: (transfer full): the table as it should be in a numbered step
 */
char *
uch_pg_rows_dup_create_sql (const UchSchema *schema)
{
  return uch_rows_dup_create_table (&driver, schema);
}

/**
 * uch_pg_rows_dup_index_sql:
 * @schema: a description
 *
 * Returns: (transfer full): an index for every field marked %UCH_FIELD_KEY and one for the order
 */
char *
uch_pg_rows_dup_index_sql (const UchSchema *schema)
{
  GString *sql = g_string_new (NULL);

  for (guint i = 0; i < schema->n_fields; i++)
    if (schema->fields[i].flags & UCH_FIELD_KEY)
      g_string_append_printf (sql,
                              "CREATE INDEX \"%s_%s\" ON \"%s\" (\"%s\")\n"
                              "  WHERE \"%s\" IS NOT NULL;\n",
                              schema->name, schema->fields[i].name, schema->name,
                              schema->fields[i].name, schema->fields[i].name);
  g_string_append_printf (sql, "CREATE INDEX \"%s_seq\" ON \"%s\" (\"seq\");\n", schema->name,
                          schema->name);
  return g_string_free (sql, FALSE);
}

static gboolean
check_column (GHashTable      *columns,
              const UchSchema *schema,
              const char      *name,
              const char      *type,
              GError         **error)
{
  const char *found = g_hash_table_lookup (columns, name);

  /* What PostgreSQL calls the type stands first in ours, in other letters. */
  if (found != NULL && g_ascii_strncasecmp (found, type, strlen (found)) == 0)
    return TRUE;
  g_set_error (error, UCH_PG_ERROR, UCH_PG_ERROR_FAILED,
               "The column “%s” of the table “%s” is %s and should be %s", name, schema->name,
               found != NULL ? found : "missing", type);
  return FALSE;
}

/**
 * uch_pg_rows_check:
 * @pg: a connection
 * @schema: a description
 * @error: return location
 *
 * Proves that the table has a column of the right type for every field. It may have others.
 *
 * Returns: whether it fits
 */
gboolean
uch_pg_rows_check (UchPg *pg, const UchSchema *schema, GError **error)
{
  g_autoptr (GHashTable) columns = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, g_free);
  g_autoptr (UchPgStmt) stmt = uch_pg_prepare (
      pg, "SELECT attname::text, format_type (atttypid, atttypmod) FROM pg_attribute"
          " WHERE attrelid = to_regclass (quote_ident ($1)) AND attnum > 0 AND NOT attisdropped");
  UchPgStep step;

  uch_pg_stmt_bind_text (stmt, 1, schema->name);
  while ((step = uch_pg_stmt_step (stmt, error)) == UCH_PG_STEP_ROW)
    g_hash_table_insert (columns, g_strdup (uch_pg_stmt_get_text (stmt, 0)),
                         g_strdup (uch_pg_stmt_get_text (stmt, 1)));
  if (step == UCH_PG_STEP_ERROR || !check_column (columns, schema, "id", driver.text_type, error)
      || !check_column (columns, schema, "rev", driver.text_type, error)
      || !check_column (columns, schema, "seq", driver.integer_type, error))
    return FALSE;
  for (guint i = 0; i < schema->n_fields; i++)
    if (!check_column (columns, schema, schema->fields[i].name,
                       uch_rows_get_type (&driver, &schema->fields[i]), error))
      return FALSE;
  return TRUE;
}

/**
 * uch_pg_rows_prepare:
 * @pg: a connection
 * @schema: a description
 * @rest: (nullable): what follows "SELECT columns FROM table": WHERE, ORDER BY, LIMIT
 *
 * Returns: (transfer full): a statement for uch_pg_rows_read_all(), parameters not yet bound
 */
UchPgStmt *
uch_pg_rows_prepare (UchPg *pg, const UchSchema *schema, const char *rest)
{
  g_autofree char *sql = uch_rows_dup_select_sql (schema, rest);

  return uch_pg_prepare (pg, sql);
}

static gpointer
read_row (UchPgStmt *stmt, const UchSchema *schema, GError **error)
{
  g_autofree char *problem = NULL;
  gpointer         row = uch_rows_build (&driver, stmt, schema, &problem);

  if (row == NULL)
    g_set_error_literal (error, UCH_PG_ERROR, UCH_PG_ERROR_CORRUPT, problem);
  return row;
}

/**
 * uch_pg_rows_read_all:
 * @stmt: a statement of uch_pg_rows_prepare() with its parameters bound
 * @schema: its description
 * @error: return location
 *
 * Returns: (transfer full) (nullable) (element-type UchEntity): the rows; frees with
 *   g_object_unref()
 */
GPtrArray *
uch_pg_rows_read_all (UchPgStmt *stmt, const UchSchema *schema, GError **error)
{
  g_autoptr (GPtrArray) rows = g_ptr_array_new_with_free_func (g_object_unref);
  UchPgStep step;

  while ((step = uch_pg_stmt_step (stmt, error)) == UCH_PG_STEP_ROW)
    {
      gpointer row = read_row (stmt, schema, error);

      if (row == NULL)
        return NULL;
      g_ptr_array_add (rows, row);
    }
  return step == UCH_PG_STEP_DONE ? g_steal_pointer (&rows) : NULL;
}

/**
 * uch_pg_rows_look_at_all:
 * @stmt: a statement of uch_pg_rows_prepare() with its parameters bound
 * @schema: its description
 * @func: is shown every row; the view is the caller's again when it returns
 * @user_data: for @func
 * @error: return location
 *
 * Steps to the end.
 *
 * Returns: whether all of them could be read
 */
gboolean
uch_pg_rows_look_at_all (UchPgStmt        *stmt,
                         const UchSchema  *schema,
                         UchEntityViewFunc func,
                         gpointer          user_data,
                         GError          **error)
{
  g_autofree UchEntity *view = uch_entity_view_new (schema);
  UchPgStep             step;

  while ((step = uch_pg_stmt_step (stmt, error)) == UCH_PG_STEP_ROW)
    {
      g_autofree char *problem = NULL;

      if (!uch_rows_look (&driver, stmt, view, &problem))
        {
          g_set_error_literal (error, UCH_PG_ERROR, UCH_PG_ERROR_CORRUPT, problem);
          return FALSE;
        }
      func (view, user_data);
    }
  return step == UCH_PG_STEP_DONE;
}

/**
 * uch_pg_rows_get:
 * @pg: a connection
 * @schema: a description
 * @id: of the row
 * @out_entity: (out) (transfer full) (nullable) (type UchEntity): the row, %NULL when there is none
 * @error: return location
 *
 * Returns: whether the question could be answered
 */
gboolean
uch_pg_rows_get (
    UchPg *pg, const UchSchema *schema, const char *id, gpointer *out_entity, GError **error)
{
  g_autoptr (UchPgStmt) stmt = uch_pg_prepare (pg, uch_rows_get_sql (schema)->get);
  UchPgStep step;

  *out_entity = NULL;
  uch_pg_stmt_bind_text (stmt, 1, id);
  step = uch_pg_stmt_step (stmt, error);
  if (step == UCH_PG_STEP_ROW)
    return (*out_entity = read_row (stmt, schema, error)) != NULL;
  return step == UCH_PG_STEP_DONE;
}

/**
 * uch_pg_rows_find:
 * @pg: a connection
 * @schema: a description
 * @field: a text field marked %UCH_FIELD_KEY
 * @value: (nullable): %NULL finds nothing
 * @error: return location
 *
 * Returns: (transfer full) (nullable) (element-type UchEntity): the rows whose @field is @value,
 *   in the order of their ids
 */
GPtrArray *
uch_pg_rows_find (
    UchPg *pg, const UchSchema *schema, const char *field, const char *value, GError **error)
{
  const UchField *found = uch_schema_find_field (schema, field);
  g_autoptr (UchPgStmt) stmt = NULL;

  g_return_val_if_fail (found != NULL, NULL);
  stmt = uch_pg_prepare (pg, uch_rows_get_sql (schema)->find[found - schema->fields]);
  uch_pg_stmt_bind_text (stmt, 1, value);
  return uch_pg_rows_read_all (stmt, schema, error);
}

/**
 * uch_pg_rows_put:
 * @pg: a connection within a transaction
 * @entity: (type UchEntity): the row as it should stand
 * @seq: its place in the store's order, taken instead of the entity's own
 * @error: return location
 *
 * Inserts the row, or overwrites the one with its id. It is sent, not waited for: see
 * uch_pg_stmt_send().
 *
 * Returns: whether it is on its way
 */
gboolean
uch_pg_rows_put (UchPg *pg, gconstpointer entity, gint64 seq, GError **error)
{
  const UchEntity *row = entity;
  g_autoptr (UchPgStmt) stmt = uch_pg_prepare (pg, uch_rows_get_sql (row->schema)->put);

  uch_rows_bind (&driver, stmt, row, seq);
  return uch_pg_stmt_send (stmt, error);
}

/**
 * uch_pg_rows_delete:
 * @pg: a connection within a transaction
 * @schema: a description
 * @id: of the row; that there is none is no error
 * @error: return location
 *
 * Sent, not waited for, as uch_pg_rows_put().
 *
 * Returns: whether it is on its way
 */
gboolean
uch_pg_rows_delete (UchPg *pg, const UchSchema *schema, const char *id, GError **error)
{
  g_autoptr (UchPgStmt) stmt = uch_pg_prepare (pg, uch_rows_get_sql (schema)->delete);

  uch_pg_stmt_bind_text (stmt, 1, id);
  return uch_pg_stmt_send (stmt, error);
}

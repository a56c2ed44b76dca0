#define G_LOG_DOMAIN "uch-rows"

#include "rows/uch-rows.h"

/* The driver's functions take any statement. */
#define DRIVE(func) ((gpointer) (func))

static const UchRowsDriver driver = {
  .text_type = "TEXT",
  .real_type = "REAL",
  .integer_type = "INTEGER",
  .table_end = " STRICT",
  .get_text = DRIVE (uch_db_stmt_get_text),
  .get_int64 = DRIVE (uch_db_stmt_get_int64),
  .get_double = DRIVE (uch_db_stmt_get_double),
  .bind_text = DRIVE (uch_db_stmt_bind_lasting_text),
  .bind_int64 = DRIVE (uch_db_stmt_bind_int64),
  .bind_double = DRIVE (uch_db_stmt_bind_double),
};

/**
 * uch_rows_dup_create_sql:
 * @schema: a description
 *
 * Writes CREATE TABLE: for files that are rebuilt whenever the description changes. A file that is
 * migrated has its own numbered steps.
 *
 * Returns: (transfer full): SQL
 */
char *
uch_rows_dup_create_sql (const UchSchema *schema)
{
  return uch_rows_dup_create_table (&driver, schema);
}

/**
 * uch_rows_dup_index_sql:
 * @schema: a description
 *
 * Writes CREATE INDEX for every field marked %UCH_FIELD_KEY. On a table that is filled at one go
 * they are cheaper made afterwards.
 *
 * Returns: (transfer full): SQL
 */
char *
uch_rows_dup_index_sql (const UchSchema *schema)
{
  GString *sql = g_string_new (NULL);

  for (guint i = 0; i < schema->n_fields; i++)
    if (schema->fields[i].flags & UCH_FIELD_KEY)
      g_string_append_printf (sql, "CREATE INDEX \"%s_%s\" ON \"%s\" (\"%s\");\n", schema->name,
                              schema->fields[i].name, schema->name, schema->fields[i].name);
  return g_string_free (sql, FALSE);
}

static gboolean
find_column (UchDb *db, const UchSchema *schema, const char *name, char **out_type, GError **error)
{
  g_autoptr (UchDbStmt) stmt
      = uch_db_prepare (db, "SELECT type FROM pragma_table_info (?) WHERE name = ?", error);
  UchDbStep step;

  if (stmt == NULL)
    return FALSE;
  uch_db_stmt_bind_text (stmt, 1, schema->name);
  uch_db_stmt_bind_text (stmt, 2, name);
  step = uch_db_stmt_step (stmt, error);
  *out_type = step == UCH_DB_STEP_ROW ? g_strdup (uch_db_stmt_get_text (stmt, 0)) : NULL;
  return step != UCH_DB_STEP_ERROR;
}

static gboolean
check_column (
    UchDb *db, const UchSchema *schema, const char *name, const char *type, GError **error)
{
  g_autofree char *found = NULL;

  if (!find_column (db, schema, name, &found, error))
    return FALSE;
  if (g_strcmp0 (found, type) == 0)
    return TRUE;
  g_set_error (error, UCH_DB_ERROR, UCH_DB_ERROR_FAILED,
               "The column “%s” of the table “%s” is %s and should be %s", name, schema->name,
               found != NULL ? found : "missing", type);
  return FALSE;
}

/**
 * uch_rows_check:
 * @db: a connection
 * @schema: a description
 * @error: return location
 *
 * Proves that the table has a column of the right type for every field. It may have others.
 *
 * Returns: whether it fits
 */
gboolean
uch_rows_check (UchDb *db, const UchSchema *schema, GError **error)
{
  if (!check_column (db, schema, "id", "TEXT", error)
      || !check_column (db, schema, "rev", "TEXT", error)
      || !check_column (db, schema, "seq", "INTEGER", error))
    return FALSE;
  for (guint i = 0; i < schema->n_fields; i++)
    if (!check_column (db, schema, schema->fields[i].name,
                       uch_rows_get_type (&driver, &schema->fields[i]), error))
      return FALSE;
  return TRUE;
}

/**
 * uch_rows_prepare:
 * @db: a connection
 * @schema: a description
 * @rest: (nullable): what follows "SELECT columns FROM table": WHERE, ORDER BY, LIMIT
 * @error: return location
 *
 * Returns: (transfer full) (nullable): a statement for uch_rows_read(), parameters not yet bound
 */
UchDbStmt *
uch_rows_prepare (UchDb *db, const UchSchema *schema, const char *rest, GError **error)
{
  g_autofree char *sql = uch_rows_dup_select_sql (schema, rest);

  return uch_db_prepare (db, sql, error);
}

/**
 * uch_rows_read:
 * @stmt: a statement that stands on a row whose first columns are UchRowsSql.columns
 * @schema: their description
 * @error: return location
 *
 * Returns: (transfer full) (nullable) (type UchEntity): the row; %NULL, with
 *   %UCH_DB_ERROR_CORRUPT, when a word in it is none that the program knows
 */
gpointer
uch_rows_read (UchDbStmt *stmt, const UchSchema *schema, GError **error)
{
  g_autofree char *problem = NULL;
  gpointer         row = uch_rows_build (&driver, stmt, schema, &problem);

  if (row == NULL)
    g_set_error_literal (error, UCH_DB_ERROR, UCH_DB_ERROR_CORRUPT, problem);
  return row;
}

/**
 * uch_rows_read_all:
 * @stmt: a statement of uch_rows_prepare() with its parameters bound
 * @schema: its description
 * @error: return location
 *
 * Steps to the end.
 *
 * Returns: (transfer full) (nullable) (element-type UchEntity): the rows; frees with
 *   g_object_unref()
 */
GPtrArray *
uch_rows_read_all (UchDbStmt *stmt, const UchSchema *schema, GError **error)
{
  g_autoptr (GPtrArray) rows = g_ptr_array_new_with_free_func (g_object_unref);
  UchDbStep step;

  while ((step = uch_db_stmt_step (stmt, error)) == UCH_DB_STEP_ROW)
    {
      gpointer row = uch_rows_read (stmt, schema, error);

      if (row == NULL)
        return NULL;
      g_ptr_array_add (rows, row);
    }
  return step == UCH_DB_STEP_DONE ? g_steal_pointer (&rows) : NULL;
}

/**
 * uch_rows_look_at_all:
 * @stmt: a statement of uch_rows_prepare() with its parameters bound
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
uch_rows_look_at_all (UchDbStmt        *stmt,
                      const UchSchema  *schema,
                      UchEntityViewFunc func,
                      gpointer          user_data,
                      GError          **error)
{
  g_autofree UchEntity *view = uch_entity_view_new (schema);
  UchDbStep             step;

  while ((step = uch_db_stmt_step (stmt, error)) == UCH_DB_STEP_ROW)
    {
      g_autofree char *problem = NULL;

      if (!uch_rows_look (&driver, stmt, view, &problem))
        {
          g_set_error_literal (error, UCH_DB_ERROR, UCH_DB_ERROR_CORRUPT, problem);
          return FALSE;
        }
      func (view, user_data);
    }
  return step == UCH_DB_STEP_DONE;
}

/**
 * uch_rows_get:
 * @db: a connection
 * @schema: a description
 * @id: of the row
 * @out_entity: (out) (transfer full) (nullable) (type UchEntity): the row, %NULL when there is none
 * @error: return location
 *
 * Returns: whether the question could be answered
 */
gboolean
uch_rows_get (
    UchDb *db, const UchSchema *schema, const char *id, gpointer *out_entity, GError **error)
{
  g_autoptr (UchDbStmt) stmt = uch_db_prepare_lasting (db, uch_rows_get_sql (schema)->get, error);
  UchDbStep step;

  *out_entity = NULL;
  if (stmt == NULL)
    return FALSE;
  uch_db_stmt_bind_text (stmt, 1, id);
  step = uch_db_stmt_step (stmt, error);
  if (step == UCH_DB_STEP_ROW)
    return (*out_entity = uch_rows_read (stmt, schema, error)) != NULL;
  return step == UCH_DB_STEP_DONE;
}

/**
 * uch_rows_find:
 * @db: a connection
 * @schema: a description
 * @field: a text field marked %UCH_FIELD_KEY
 * @value: (nullable): %NULL finds nothing
 * @error: return location
 *
 * Returns: (transfer full) (nullable) (element-type UchEntity): the rows whose @field is @value,
 *   in the order of their ids
 */
GPtrArray *
uch_rows_find (
    UchDb *db, const UchSchema *schema, const char *field, const char *value, GError **error)
{
  const UchField *found = uch_schema_find_field (schema, field);
  g_autoptr (UchDbStmt) stmt = NULL;

  g_return_val_if_fail (found != NULL, NULL);
  stmt
      = uch_db_prepare_lasting (db, uch_rows_get_sql (schema)->find[found - schema->fields], error);
  if (stmt == NULL)
    return NULL;
  uch_db_stmt_bind_text (stmt, 1, value);
  return uch_rows_read_all (stmt, schema, error);
}

/**
 * uch_rows_put:
 * @db: a connection
 * @entity: (type UchEntity): the row as it should stand
 * @seq: its place in the store's order, taken instead of the entity's own
 * @error: return location
 *
 * Inserts the row, or overwrites the one with its id.
 *
 * Returns: whether it stands
 */
gboolean
uch_rows_put (UchDb *db, gconstpointer entity, gint64 seq, GError **error)
{
  const UchEntity *row = entity;
  g_autoptr (UchDbStmt) stmt
      = uch_db_prepare_lasting (db, uch_rows_get_sql (row->schema)->put, error);

  if (stmt == NULL)
    return FALSE;
  uch_rows_bind (&driver, stmt, row, seq);
  return uch_db_stmt_run (stmt, error);
}

/**
 * uch_rows_delete:
 * @db: a connection
 * @schema: a description
 * @id: of the row; that there is none is no error
 * @error: return location
 *
 * Returns: whether it is gone
 */
gboolean
uch_rows_delete (UchDb *db, const UchSchema *schema, const char *id, GError **error)
{
  g_autoptr (UchDbStmt) stmt
      = uch_db_prepare_lasting (db, uch_rows_get_sql (schema)->delete, error);

  if (stmt == NULL)
    return FALSE;
  uch_db_stmt_bind_text (stmt, 1, id);
  return uch_db_stmt_run (stmt, error);
}

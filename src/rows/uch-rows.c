#define G_LOG_DOMAIN "uch-rows"

#include "rows/uch-rows.h"

#include <string.h>

/* Every table begins with these; the fields follow in the order of the description. */
enum
{
  COLUMN_ID,
  COLUMN_REV,
  COLUMN_SEQ,
  N_OWN_COLUMNS,
};

/* SQL of one description, written once and kept for the life of the program. */
typedef struct
{
  char *columns;
  char *put;
  char *get;
  char *delete;
  char **find; /* by the place of the field in the description */
} Sql;

static const char *
sql_type (const UchField *field)
{
  switch (field->kind)
    {
    case UCH_FIELD_TEXT:
    case UCH_FIELD_ENUM:
      return "TEXT";
    case UCH_FIELD_REAL:
      return "REAL";
    default:
      return "INTEGER";
    }
}

static Sql *
write_sql (const UchSchema *schema)
{
  GString *columns = g_string_new ("\"id\",\"rev\",\"seq\"");
  GString *marks = g_string_new ("?,?,?");
  GString *sets = g_string_new ("\"rev\"=excluded.\"rev\",\"seq\"=excluded.\"seq\"");
  Sql     *sql = g_new0 (Sql, 1);

  for (guint i = 0; i < schema->n_fields; i++)
    {
      const char *name = schema->fields[i].name;

      g_string_append_printf (columns, ",\"%s\"", name);
      g_string_append (marks, ",?");
      g_string_append_printf (sets, ",\"%s\"=excluded.\"%s\"", name, name);
    }
  sql->put = g_strdup_printf (
      "INSERT INTO \"%s\" (%s) VALUES (%s) ON CONFLICT (\"id\") DO UPDATE SET %s", schema->name,
      columns->str, marks->str, sets->str);
  sql->columns = g_string_free (columns, FALSE);
  sql->get = g_strdup_printf ("SELECT %s FROM \"%s\" WHERE \"id\" = ?", sql->columns, schema->name);
  sql->delete = g_strdup_printf ("DELETE FROM \"%s\" WHERE \"id\" = ?", schema->name);
  sql->find = g_new0 (char *, schema->n_fields);
  for (guint i = 0; i < schema->n_fields; i++)
    sql->find[i] = g_strdup_printf ("SELECT %s FROM \"%s\" WHERE \"%s\" = ? ORDER BY \"id\"",
                                    sql->columns, schema->name, schema->fields[i].name);
  g_string_free (marks, TRUE);
  g_string_free (sets, TRUE);
  return sql;
}

static const Sql *
get_sql (const UchSchema *schema)
{
  static GMutex      lock;
  static GHashTable *all; /* UchSchema → Sql */
  Sql               *sql;

  g_mutex_lock (&lock);
  if (all == NULL)
    all = g_hash_table_new (NULL, NULL);
  sql = g_hash_table_lookup (all, schema);
  if (sql == NULL)
    {
      sql = write_sql (schema);
      g_hash_table_insert (all, (gpointer) schema, sql);
    }
  g_mutex_unlock (&lock);
  return sql;
}

/**
 * uch_rows_get_columns:
 * @schema: a description
 *
 * Returns: the quoted column names, comma separated, in the order uch_rows_read() expects; static
 */
const char *
uch_rows_get_columns (const UchSchema *schema)
{
  return get_sql (schema)->columns;
}

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
  GString *sql = g_string_new (NULL);

  g_string_append_printf (sql,
                          "CREATE TABLE \"%s\" (\n  \"id\" TEXT NOT NULL PRIMARY KEY,\n"
                          "  \"rev\" TEXT,\n  \"seq\" INTEGER NOT NULL DEFAULT 0",
                          schema->name);
  for (guint i = 0; i < schema->n_fields; i++)
    {
      const UchField *field = &schema->fields[i];

      g_string_append_printf (sql, ",\n  \"%s\" %s", field->name, sql_type (field));
      if (field->kind == UCH_FIELD_ENUM)
        g_string_append_printf (sql, " NOT NULL DEFAULT '%s'", field->nicks[0]);
      else if (field->kind != UCH_FIELD_TEXT)
        g_string_append (sql, " NOT NULL DEFAULT 0");
    }
  g_string_append (sql, "\n) STRICT;\n");
  return g_string_free (sql, FALSE);
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
    if (!check_column (db, schema, schema->fields[i].name, sql_type (&schema->fields[i]), error))
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
  g_autofree char *sql = g_strconcat ("SELECT ", get_sql (schema)->columns, " FROM \"",
                                      schema->name, "\" ", rest, NULL);

  return uch_db_prepare (db, sql, error);
}

static gboolean
read_enum (UchDbStmt       *stmt,
           int              column,
           const UchSchema *schema,
           const UchField  *field,
           gpointer         entity,
           GError         **error)
{
  const char *nick = uch_db_stmt_get_text (stmt, column);
  int         value = uch_nick_index (field->nicks, nick);

  if (value < 0)
    {
      g_set_error (error, UCH_DB_ERROR, UCH_DB_ERROR_CORRUPT,
                   "The row “%s” of the table “%s” has the unknown %s “%s”",
                   ((UchEntity *) entity)->id, schema->name, field->name,
                   nick != NULL ? nick : "NULL");
      return FALSE;
    }
  uch_field_set_int (field, entity, value);
  return TRUE;
}

/**
 * uch_rows_read:
 * @stmt: a statement that stands on a row whose first columns are uch_rows_get_columns()
 * @schema: their description
 * @error: return location
 *
 * Returns: (transfer full) (nullable) (type UchEntity): the row; %NULL, with
 *   %UCH_DB_ERROR_CORRUPT, when a word in it is none that the program knows
 */
gpointer
uch_rows_read (UchDbStmt *stmt, const UchSchema *schema, GError **error)
{
  UchEntity *entity = uch_entity_new_of (schema, uch_db_stmt_get_text (stmt, COLUMN_ID));

  uch_entity_set_text (entity, &entity->rev, uch_db_stmt_get_text (stmt, COLUMN_REV));
  entity->seq = uch_db_stmt_get_int64 (stmt, COLUMN_SEQ);
  for (guint i = 0; i < schema->n_fields; i++)
    {
      const UchField *field = &schema->fields[i];
      int             column = N_OWN_COLUMNS + (int) i;

      switch (field->kind)
        {
        case UCH_FIELD_TEXT:
          uch_field_set_text (field, entity, uch_db_stmt_get_text (stmt, column));
          break;
        case UCH_FIELD_REAL:
          uch_field_set_real (field, entity, uch_db_stmt_get_double (stmt, column));
          break;
        case UCH_FIELD_ENUM:
          if (!read_enum (stmt, column, schema, field, entity, error))
            {
              g_object_unref (entity);
              return NULL;
            }
          break;
        default:
          uch_field_set_int (field, entity, uch_db_stmt_get_int64 (stmt, column));
          break;
        }
    }
  return entity;
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
  g_autoptr (UchDbStmt) stmt = uch_db_prepare_lasting (db, get_sql (schema)->get, error);
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
  stmt = uch_db_prepare_lasting (db, get_sql (schema)->find[found - schema->fields], error);
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
  g_autoptr (UchDbStmt) stmt = uch_db_prepare_lasting (db, get_sql (row->schema)->put, error);

  if (stmt == NULL)
    return FALSE;
  /* the row stands longer than the statement is in hand */
  uch_db_stmt_bind_lasting_text (stmt, COLUMN_ID + 1, row->id);
  uch_db_stmt_bind_lasting_text (stmt, COLUMN_REV + 1, row->rev);
  uch_db_stmt_bind_int64 (stmt, COLUMN_SEQ + 1, seq);
  for (guint i = 0; i < row->schema->n_fields; i++)
    {
      const UchField *field = &row->schema->fields[i];
      int             index = N_OWN_COLUMNS + (int) i + 1;

      switch (field->kind)
        {
        case UCH_FIELD_TEXT:
        case UCH_FIELD_ENUM:
          uch_db_stmt_bind_lasting_text (stmt, index, uch_field_get_text (field, row));
          break;
        case UCH_FIELD_REAL:
          uch_db_stmt_bind_double (stmt, index, uch_field_get_real (field, row));
          break;
        default:
          uch_db_stmt_bind_int64 (stmt, index, uch_field_get_int (field, row));
          break;
        }
    }
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
  g_autoptr (UchDbStmt) stmt = uch_db_prepare_lasting (db, get_sql (schema)->delete, error);

  if (stmt == NULL)
    return FALSE;
  uch_db_stmt_bind_text (stmt, 1, id);
  return uch_db_stmt_run (stmt, error);
}

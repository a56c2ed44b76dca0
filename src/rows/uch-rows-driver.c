#define G_LOG_DOMAIN "uch-rows"

#include "rows/uch-rows-driver.h"

static UchRowsSql *
write_sql (const UchSchema *schema)
{
  GString    *columns = g_string_new ("\"id\",\"rev\",\"seq\"");
  GString    *marks = g_string_new ("$1,$2,$3");
  GString    *sets = g_string_new ("\"rev\"=excluded.\"rev\",\"seq\"=excluded.\"seq\"");
  UchRowsSql *sql = g_new0 (UchRowsSql, 1);

  for (guint i = 0; i < schema->n_fields; i++)
    {
      const char *name = schema->fields[i].name;

      g_string_append_printf (columns, ",\"%s\"", name);
      g_string_append_printf (marks, ",$%u", UCH_ROWS_N_OWN_COLUMNS + i + 1);
      g_string_append_printf (sets, ",\"%s\"=excluded.\"%s\"", name, name);
    }
  sql->put = g_strdup_printf (
      "INSERT INTO \"%s\" (%s) VALUES (%s) ON CONFLICT (\"id\") DO UPDATE SET %s", schema->name,
      columns->str, marks->str, sets->str);
  sql->columns = g_string_free (columns, FALSE);
  sql->get
      = g_strdup_printf ("SELECT %s FROM \"%s\" WHERE \"id\" = $1", sql->columns, schema->name);
  sql->delete = g_strdup_printf ("DELETE FROM \"%s\" WHERE \"id\" = $1", schema->name);
  sql->find = g_new0 (char *, schema->n_fields);
  for (guint i = 0; i < schema->n_fields; i++)
    sql->find[i] = g_strdup_printf ("SELECT %s FROM \"%s\" WHERE \"%s\" = $1 ORDER BY \"id\"",
                                    sql->columns, schema->name, schema->fields[i].name);
  g_string_free (marks, TRUE);
  g_string_free (sets, TRUE);
  return sql;
}

/**
 * uch_rows_get_sql:
 * @schema: a description
 *
 * Returns: its SQL; static
 */
const UchRowsSql *
uch_rows_get_sql (const UchSchema *schema)
{
  static GMutex      lock;
  static GHashTable *all; /* UchSchema → UchRowsSql */
  UchRowsSql        *sql;

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
 * uch_rows_dup_select_sql:
 * @schema: a description
 * @rest: (nullable): what follows "SELECT columns FROM table": WHERE, ORDER BY, LIMIT
 *
 * Returns: (transfer full): SQL
 */
char *
uch_rows_dup_select_sql (const UchSchema *schema, const char *rest)
{
  return g_strconcat ("SELECT ", uch_rows_get_sql (schema)->columns, " FROM \"", schema->name,
                      "\" ", rest, NULL);
}

/**
 * uch_rows_get_type:
 * @driver: of the database
 * @field: of a description
 *
 * Returns: the type of the field's column
 */
const char *
uch_rows_get_type (const UchRowsDriver *driver, const UchField *field)
{
  switch (field->kind)
    {
    case UCH_FIELD_TEXT:
    case UCH_FIELD_ENUM:
      return driver->text_type;
    case UCH_FIELD_REAL:
      return driver->real_type;
    default:
      return driver->integer_type;
    }
}

/**
 * uch_rows_dup_create_table:
 * @driver: of the database
 * @schema: a description
 *
 * Returns: (transfer full): CREATE TABLE, without indexes
 */
char *
uch_rows_dup_create_table (const UchRowsDriver *driver, const UchSchema *schema)
{
  GString *sql = g_string_new (NULL);

  g_string_append_printf (sql,
                          "CREATE TABLE \"%s\" (\n  \"id\" %s NOT NULL PRIMARY KEY,\n"
                          "  \"rev\" %s,\n  \"seq\" %s NOT NULL DEFAULT 0",
                          schema->name, driver->text_type, driver->text_type, driver->integer_type);
  for (guint i = 0; i < schema->n_fields; i++)
    {
      const UchField *field = &schema->fields[i];

      g_string_append_printf (sql, ",\n  \"%s\" %s", field->name,
                              uch_rows_get_type (driver, field));
      if (field->kind == UCH_FIELD_ENUM)
        g_string_append_printf (sql, " NOT NULL DEFAULT '%s'", field->nicks[0]);
      else if (field->kind != UCH_FIELD_TEXT)
        g_string_append (sql, " NOT NULL DEFAULT 0");
    }
  g_string_append_printf (sql, "\n)%s;\n", driver->table_end);
  return g_string_free (sql, FALSE);
}

/**
 * uch_rows_bind:
 * @driver: of the database
 * @stmt: a statement of UchRowsSql.put
 * @row: the row as it should stand; it must outlive the use of @stmt
 * @seq: its place in the store's order, taken instead of the row's own
 */
void
uch_rows_bind (const UchRowsDriver *driver, gpointer stmt, const UchEntity *row, gint64 seq)
{
  driver->bind_text (stmt, UCH_ROWS_COLUMN_ID + 1, row->id);
  driver->bind_text (stmt, UCH_ROWS_COLUMN_REV + 1, row->rev);
  driver->bind_int64 (stmt, UCH_ROWS_COLUMN_SEQ + 1, seq);
  for (guint i = 0; i < row->schema->n_fields; i++)
    {
      const UchField *field = &row->schema->fields[i];
      int             index = UCH_ROWS_N_OWN_COLUMNS + (int) i + 1;

      switch (field->kind)
        {
        case UCH_FIELD_TEXT:
        case UCH_FIELD_ENUM:
          driver->bind_text (stmt, index, uch_field_get_text (field, row));
          break;
        case UCH_FIELD_REAL:
          driver->bind_double (stmt, index, uch_field_get_real (field, row));
          break;
        default:
          driver->bind_int64 (stmt, index, uch_field_get_int (field, row));
          break;
        }
    }
}

static gboolean
build_enum (const UchField *field, UchEntity *row, const char *nick, char **out_problem)
{
  int value = uch_nick_index (field->nicks, nick);

  if (value < 0)
    {
      *out_problem
          = g_strdup_printf ("The row “%s” of the table “%s” has the unknown %s “%s”", row->id,
                             row->schema->name, field->name, nick != NULL ? nick : "NULL");
      return FALSE;
    }
  uch_field_set_int (field, row, value);
  return TRUE;
}

/* Everything but texts, and these by @set_text. */
static inline gboolean
fill (const UchRowsDriver *driver,
      gpointer             stmt,
      UchEntity           *row,
      void (*set_text) (const UchField *field, gpointer row, const char *value),
      char **out_problem)
{
  const UchSchema *schema = row->schema;

  row->seq = driver->get_int64 (stmt, UCH_ROWS_COLUMN_SEQ);
  for (guint i = 0; i < schema->n_fields; i++)
    {
      const UchField *field = &schema->fields[i];
      int             column = UCH_ROWS_N_OWN_COLUMNS + (int) i;

      switch (field->kind)
        {
        case UCH_FIELD_TEXT:
          set_text (field, row, driver->get_text (stmt, column));
          break;
        case UCH_FIELD_REAL:
          uch_field_set_real (field, row, driver->get_double (stmt, column));
          break;
        case UCH_FIELD_ENUM:
          if (!build_enum (field, row, driver->get_text (stmt, column), out_problem))
            return FALSE;
          break;
        default:
          uch_field_set_int (field, row, driver->get_int64 (stmt, column));
          break;
        }
    }
  return TRUE;
}

/**
 * uch_rows_build:
 * @driver: of the database
 * @stmt: a statement that stands on a row whose first columns are UchRowsSql.columns
 * @schema: their description
 * @out_problem: (out) (transfer full): what is wrong with the row
 *
 * Returns: (transfer full) (nullable) (type UchEntity): the row; %NULL when a word in it is none
 *   that the program knows
 */
gpointer
uch_rows_build (const UchRowsDriver *driver,
                gpointer             stmt,
                const UchSchema     *schema,
                char               **out_problem)
{
  g_autoptr (UchEntity) row
      = uch_entity_new_of (schema, driver->get_text (stmt, UCH_ROWS_COLUMN_ID));

  uch_entity_set_text (row, &row->rev, driver->get_text (stmt, UCH_ROWS_COLUMN_REV));
  return fill (driver, stmt, row, uch_field_set_text, out_problem) ? g_steal_pointer (&row) : NULL;
}

/**
 * uch_rows_look:
 * @driver: of the database
 * @stmt: a statement that stands on a row whose first columns are UchRowsSql.columns
 * @view: of their description; what it showed before is forgotten
 * @out_problem: (out) (transfer full): what is wrong with the row
 *
 * As uch_rows_build(), but nothing is copied: the view holds until the next step.
 *
 * Returns: whether it could be understood
 */
gboolean
uch_rows_look (const UchRowsDriver *driver, gpointer stmt, UchEntity *view, char **out_problem)
{
  const char *rev = driver->get_text (stmt, UCH_ROWS_COLUMN_REV);

  view->id = (char *) driver->get_text (stmt, UCH_ROWS_COLUMN_ID);
  view->rev = rev != NULL && *rev != '\0' ? (char *) rev : NULL;
  return fill (driver, stmt, view, uch_field_lend_text, out_problem);
}

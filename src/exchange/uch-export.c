#define G_LOG_DOMAIN "uch-exchange"

#include "exchange/uch-export.h"

#include <string.h>

#include <glib/gi18n-lib.h>

#include "exchange/uch-columns.h"

/* What Russian spreadsheets open by themselves. */
#define SEPARATOR ';'

struct _UchExport
{
  const UchSchema *schema;
  GPtrArray       *fields; /* of const UchField * (unowned) */
  UchExportLookup  lookup;
  gpointer         user_data;
  GString         *text;
};

/**
 * uch_export_may:
 *
 * Returns: whether the field may be exported at all: never a sensitive one, and none that means
 *     nothing outside
 */
gboolean
uch_export_may (const UchField *field)
{
  static const char *const inner[] = { "key", "before", "outline", NULL };

  return (field->flags & UCH_FIELD_SENSITIVE) == 0 && !g_strv_contains (inner, field->name);
}

/* The name that an import of the same table knows the field by, translated. */
static const char *
get_header (UchTable table, const UchField *field)
{
  static const struct
  {
    UchTable      table;
    UchImportKind kind;
  } kinds[] = { { UCH_TABLE_HOUSE, UCH_IMPORT_HOUSES },
                { UCH_TABLE_CENTRE, UCH_IMPORT_CENTRES },
                { UCH_TABLE_STAFF, UCH_IMPORT_STAFF },
                { UCH_TABLE_CLIENT, UCH_IMPORT_CLIENTS } };
  g_autofree char *name = g_strdup (field->name);

  if (g_str_has_suffix (name, "_id"))
    name[strlen (name) - 3] = '\0';
  for (guint k = 0; k < G_N_ELEMENTS (kinds); k++)
    {
      guint            n_columns;
      const UchColumn *columns = uch_columns_list (kinds[k].kind, &n_columns);

      for (guint i = 0; kinds[k].table == table && i < n_columns; i++)
        if (strcmp (columns[i].name, name) == 0)
          return g_dgettext (GETTEXT_PACKAGE, columns[i].label);
    }
  return field->name;
}

/**
 * uch_export_new:
 * @fields: (nullable) (array zero-terminated=1): names of fields in the order of the columns; NULL
 *     takes all that may be exported. One that may not is left out.
 * @lookup: (nullable): turns ids into what people read
 *
 * Begins a CSV in UTF-8 with a byte order mark and semicolons. Cells that a spreadsheet would run
 * as formulas are guarded.
 *
 * Returns: (transfer full)
 */
UchExport *
uch_export_new (UchTable           table,
                const char *const *fields,
                UchExportLookup    lookup,
                gpointer           user_data)
{
  UchExport *self = g_new0 (UchExport, 1);
  g_autoptr (GPtrArray) header = g_ptr_array_new ();

  self->schema = uch_schema_get (table);
  self->fields = g_ptr_array_new ();
  self->lookup = lookup;
  self->user_data = user_data;
  self->text = g_string_new ("\xef\xbb\xbf");
  for (guint i = 0; i < self->schema->n_fields && fields == NULL; i++)
    if (uch_export_may (&self->schema->fields[i]))
      g_ptr_array_add (self->fields, (gpointer) &self->schema->fields[i]);
  for (guint i = 0; fields != NULL && fields[i] != NULL; i++)
    {
      const UchField *field = uch_schema_find_field (self->schema, fields[i]);

      if (field != NULL && uch_export_may (field))
        g_ptr_array_add (self->fields, (gpointer) field);
    }
  for (guint i = 0; i < self->fields->len; i++)
    g_ptr_array_add (header, (gpointer) get_header (table, g_ptr_array_index (self->fields, i)));
  uch_csv_append_row (self->text, SEPARATOR, header);
  return self;
}

static char *
print_time (UchTime at)
{
  g_autoptr (GDateTime) moment = at != 0 ? g_date_time_new_from_unix_local (at / 1000) : NULL;

  return moment != NULL ? g_date_time_format (moment, "%Y-%m-%d %H:%M:%S") : NULL;
}

static char *
print_value (UchExport *self, const UchField *field, gconstpointer entity)
{
  char        digits[G_ASCII_DTOSTR_BUF_SIZE];
  const char *text;
  char       *shown = NULL;

  switch (field->kind)
    {
    case UCH_FIELD_TEXT:
    case UCH_FIELD_ENUM:
      text = uch_field_get_text (field, entity);
      if (text != NULL && self->lookup != NULL)
        shown = self->lookup (self->schema->table, field->name, text, self->user_data);
      return shown != NULL ? shown : g_strdup (text);
    case UCH_FIELD_REAL:
      if (uch_field_get_real (field, entity) == 0)
        return NULL;
      return g_strdup (
          g_ascii_formatd (digits, sizeof digits, "%.7g", uch_field_get_real (field, entity)));
    case UCH_FIELD_TIME:
      return print_time (uch_field_get_int (field, entity));
    case UCH_FIELD_BOOL:
      return g_strdup (uch_field_get_int (field, entity) != 0 ? "1" : NULL);
    default:
      if (uch_field_get_int (field, entity) == 0)
        return NULL;
      return g_strdup_printf ("%" G_GINT64_FORMAT, uch_field_get_int (field, entity));
    }
}

/**
 * uch_export_add:
 * @entity: (type UchEntity): a row of the table
 */
void
uch_export_add (UchExport *self, gconstpointer entity)
{
  for (guint i = 0; i < self->fields->len; i++)
    {
      g_autofree char *value = print_value (self, g_ptr_array_index (self->fields, i), entity);

      if (i > 0)
        g_string_append_c (self->text, SEPARATOR);
      uch_csv_append_cell (self->text, SEPARATOR, value);
    }
  g_string_append (self->text, "\r\n");
}

/**
 * uch_export_finish:
 *
 * Returns: (transfer full): the whole file; the export can only be freed afterwards
 */
GBytes *
uch_export_finish (UchExport *self)
{
  return g_string_free_to_bytes (g_steal_pointer (&self->text));
}

void
uch_export_free (UchExport *self)
{
  if (self == NULL)
    return;
  if (self->text != NULL)
    g_string_free (self->text, TRUE);
  g_ptr_array_unref (self->fields);
  g_free (self);
}

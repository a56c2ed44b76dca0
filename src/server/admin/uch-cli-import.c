/* import: a file into the store, after a look at what it would do. */
#define G_LOG_DOMAIN "uch-server"

#include <stdio.h>
#include <string.h>

#include <glib/gi18n.h>

#include "core/uch-place.h"
#include "exchange/uch-import.h"
#include "server/admin/uch-cli.h"
#include "server/uch-log.h"

/* The office in memory, with houses found by their key at once. */
#define UCH_TYPE_CLI_OFFICE (uch_cli_office_get_type ())
G_DECLARE_FINAL_TYPE (UchCliOffice, uch_cli_office, UCH, CLI_OFFICE, GObject)

struct _UchCliOffice
{
  GObject     parent_instance;
  GHashTable *rows[UCH_N_TABLES]; /* id (unowned) → row (owned) */
  GHashTable *houses;             /* key (unowned) → UchHouse (unowned) */
};

static gpointer
office_get (UchSnapshot *snapshot, UchTable table, const char *id)
{
  UchCliOffice *self = UCH_CLI_OFFICE (snapshot);
  gpointer      row = g_hash_table_lookup (self->rows[table], id);

  return row != NULL ? g_object_ref (row) : NULL;
}

/* An import looks for nothing but houses. */
static GPtrArray *
office_find (UchSnapshot *snapshot, UchTable table, const char *field, const char *value)
{
  UchCliOffice *self = UCH_CLI_OFFICE (snapshot);
  GPtrArray    *found = g_ptr_array_new_with_free_func (g_object_unref);
  UchHouse     *house;

  g_return_val_if_fail (table == UCH_TABLE_HOUSE && strcmp (field, "key") == 0, found);
  house = g_hash_table_lookup (self->houses, value);
  if (house != NULL)
    g_ptr_array_add (found, g_object_ref (house));
  return found;
}

static gint64
office_next_number (UchSnapshot *snapshot)
{
  return 0;
}

static void
office_iface_init (UchSnapshotInterface *iface)
{
  iface->get = office_get;
  iface->find = office_find;
  iface->next_number = office_next_number;
}

G_DEFINE_FINAL_TYPE_WITH_CODE (UchCliOffice,
                               uch_cli_office,
                               G_TYPE_OBJECT,
                               G_IMPLEMENT_INTERFACE (UCH_TYPE_SNAPSHOT, office_iface_init))

static void
uch_cli_office_finalize (GObject *object)
{
  UchCliOffice *self = UCH_CLI_OFFICE (object);

  g_hash_table_unref (self->houses);
  for (guint i = 0; i < UCH_N_TABLES; i++)
    g_hash_table_unref (self->rows[i]);
  G_OBJECT_CLASS (uch_cli_office_parent_class)->finalize (object);
}

static void
uch_cli_office_class_init (UchCliOfficeClass *klass)
{
  G_OBJECT_CLASS (klass)->finalize = uch_cli_office_finalize;
}

static void
uch_cli_office_init (UchCliOffice *self)
{
  self->houses = g_hash_table_new (g_str_hash, g_str_equal);
  for (guint i = 0; i < UCH_N_TABLES; i++)
    self->rows[i] = g_hash_table_new_full (g_str_hash, g_str_equal, NULL, g_object_unref);
}

/* The whole table, also as a list. */
static gboolean
office_load (
    UchCliOffice *self, UchStore *store, UchTable table, GPtrArray **out_list, GError **error)
{
  g_autoptr (GPtrArray) rows = uch_cli_list (store, table, error);

  if (rows == NULL)
    return FALSE;
  for (guint i = 0; i < rows->len; i++)
    {
      UchEntity *row = g_ptr_array_index (rows, i);

      g_hash_table_replace (self->rows[table], row->id, g_object_ref (row));
      if (table == UCH_TABLE_HOUSE && ((UchHouse *) row)->key != NULL)
        g_hash_table_replace (self->houses, ((UchHouse *) row)->key, row);
    }
  if (out_list != NULL)
    *out_list = g_steal_pointer (&rows);
  return TRUE;
}

/* What --help offers; the strings are owned. */
typedef struct
{
  char   **mapping, *errors;
  gboolean dry_run;
} Options;

static void
options_clear (Options *options)
{
  g_strfreev (options->mapping);
  g_free (options->errors);
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Options, options_clear)

static gboolean
write_errors (const UchImport *import, const char *path, GError **error)
{
  g_autofree char *text = path != NULL ? uch_import_errors_csv (import) : NULL;

  return text == NULL || g_file_set_contents (path, text, -1, error);
}

/* The same for a program. */
static void
tell (const UchImport *import, gboolean trial)
{
  static const char *const  kinds[] = { "warning", "duplicate", "error" };
  static const UchCliColumn columns[] = { { "line", "line", UCH_CLI_NUMBER },
                                          { "kind", "kind", UCH_CLI_TEXT },
                                          { "text", "text", UCH_CLI_TEXT } };
  g_autoptr (UchCliReport) report = NULL;

  if (!uch_cli_is_json ())
    return;
  report = uch_cli_report_new ();
  uch_cli_report_add_bool (report, "written", NULL, !trial);
  uch_cli_report_add_int (report, "new", NULL, import->n_new);
  uch_cli_report_add_int (report, "changed", NULL, import->n_changed);
  uch_cli_report_add_int (report, "same", NULL, import->n_same);
  uch_cli_report_add_int (report, "duplicates", NULL, import->n_duplicates);
  uch_cli_report_add_int (report, "errors", NULL, import->n_errors);
  uch_cli_report_add_int (report, "warnings", NULL, import->n_warnings);
  uch_cli_report_add_table (report, "issues", NULL, columns, G_N_ELEMENTS (columns));
  for (guint i = 0; i < import->issues->len; i++)
    {
      const UchIssue  *issue = g_ptr_array_index (import->issues, i);
      g_autofree char *line = g_strdup_printf ("%u", issue->line);
      const char      *cells[] = { line, kinds[issue->kind], issue->text };

      uch_cli_report_add_row (report, cells);
    }
  uch_cli_report_print (report);
}

static gboolean
import_file (
    UchStore *store, UchImportKind kind, const char *path, const Options *options, GError **error)
{
  g_autoptr (UchCliOffice) snapshot = g_object_new (UCH_TYPE_CLI_OFFICE, NULL);
  g_autoptr (GPtrArray) zones = NULL;
  g_autoptr (GPtrArray) centres = NULL;
  g_autoptr (GPtrArray) staff = NULL;
  g_autoptr (GPtrArray) houses = NULL;
  g_autoptr (UchImport) import = NULL;
  g_autofree char *bytes = NULL;
  g_autofree char *report = NULL;
  gsize            len;
  UchImportOffice  office
      = { .snapshot = UCH_SNAPSHOT (snapshot), .now = uch_cli_now (), .make_id = uch_cli_make_id };

  if (!g_file_get_contents (path, &bytes, &len, error)
      || !office_load (snapshot, store, UCH_TABLE_SETTING, NULL, error)
      || !office_load (snapshot, store, UCH_TABLE_ZONE, &zones, error)
      || !office_load (snapshot, store, UCH_TABLE_CENTRE, &centres, error)
      || !office_load (snapshot, store, UCH_TABLE_STAFF, &staff, error)
      || !office_load (snapshot, store, UCH_TABLE_HOUSE, &houses, error)
      || (kind == UCH_IMPORT_CLIENTS
          && !office_load (snapshot, store, UCH_TABLE_CLIENT, NULL, error))
      || (kind == UCH_IMPORT_TICKETS
          && !office_load (snapshot, store, UCH_TABLE_TICKET, NULL, error))
      || (kind == UCH_IMPORT_CALENDAR
          && !office_load (snapshot, store, UCH_TABLE_CALENDAR_DAY, NULL, error)))
    return FALSE;
  office.zones = zones;
  office.centres = centres;
  office.staff = staff;
  office.houses = houses;
  import
      = uch_import_plan (kind, bytes, len, (const char *const *) options->mapping, &office, error);
  if (import == NULL)
    return FALSE;
  report = uch_import_report (import);
  if (!uch_cli_is_json ())
    fputs (report, stdout);
  uch_cli_progress_begin (_ ("Writing"), UCH_CLI_ROWS);
  if (!write_errors (import, options->errors, error)
      || (!options->dry_run && !uch_cli_push (store, import->commands, "import", error)))
    return FALSE;
  if (options->dry_run)
    uch_cli_say ("%s", _ ("This was a trial: nothing was written."));
  else
    uch_log_event (UCH_LOG_ADMIN, NULL, "a file was imported");
  tell (import, options->dry_run);
  return TRUE;
}

/**
 * uch_cli_import:
 *
 * "import KIND FILE": reads a CSV, for zones a GeoJSON; --dry-run only says what would happen.
 */
int
uch_cli_import (int argc, char *argv[])
{
  g_auto (UchCliPlace) place = { 0 };
  g_auto (Options) options = { 0 };
  g_autoptr (UchStore) store = NULL;
  GError            *error = NULL;
  int                kind;
  const GOptionEntry entries[] = {
    { "dry-run", 0, 0, G_OPTION_ARG_NONE, &options.dry_run, N_ ("Only say what would happen"),
      NULL },
    { "map", 0, 0, G_OPTION_ARG_STRING_ARRAY, &options.mapping,
      N_ ("Which column is which field; may be said again"), N_ ("COLUMN=FIELD") },
    { "errors", 0, 0, G_OPTION_ARG_FILENAME, &options.errors,
      N_ ("Write the rows that were left out here, with the reason"), N_ ("FILE") },
    { NULL },
  };

  if (!uch_cli_parse (argc, argv,
                      _ ("import houses|zones|centres|staff|clients|tickets|calendar FILE: reads a "
                         "CSV, for zones a GeoJSON, for the calendar the XML of xmlcalendar.ru. "
                         "Import zones before houses."),
                      entries, &place))
    return UCH_CLI_REFUSED;
  if (place.rest == NULL || g_strv_length (place.rest) != 2)
    return uch_cli_refuse ("%s", _ ("Say what and from where: import "
                                    "houses|zones|centres|staff|clients|tickets|calendar FILE"));
  kind = uch_nick_index (uch_import_nicks, place.rest[0]);
  if (kind < 0)
    return uch_cli_refuse (
        _ ("“%s” cannot be imported: houses, zones, centres, staff, clients or tickets"),
        place.rest[0]);
  store = uch_cli_open (place.folder, 0, &error);
  if (store == NULL || !import_file (store, (UchImportKind) kind, place.rest[1], &options, &error))
    return uch_cli_fail (error);
  return 0;
}

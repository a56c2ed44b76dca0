/* export: the whole office as files that a spreadsheet and a map open. */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include <glib/gi18n.h>
#include <glib/gstdio.h>
#include <json-glib/json-glib.h>

#include "core/uch-place.h"
#include "exchange/uch-export.h"
#include "server/admin/uch-cli.h"
#include "server/uch-log.h"

#define FOLDER_MODE 0700
#define FILE_MODE 0600
#define ZONES_FILE "zone.geojson"

/* How to export; all is the caller's. */
typedef struct
{
  UchStore     *store;
  UchSession   *session;
  gboolean      personal; /* also what tells who a client is */
  gboolean      replace;
  UchCliReport *report;
  gint64        n_done;
} Export;

static gboolean
is_personal (UchTable table, const char *name)
{
  const UchField *field = uch_schema_find_field (uch_schema_get (table), name);

  return field != NULL && (field->flags & UCH_FIELD_PERSONAL) != 0;
}

/* Staff is told apart here: the office's own lists show a colleague's phone, a file that leaves the
 * house does not. */
static gboolean
is_masked (UchTable table, const char *name)
{
  return is_personal (table, name) || (table == UCH_TABLE_STAFF && strcmp (name, "phone") == 0);
}

/* Stands in the place of what is nobody's business. */
static char *
mask_cb (UchTable table, const char *field, const char *value, gpointer user_data)
{
  const Export *self = user_data;

  return !self->personal && is_masked (table, field) ? g_strdup (UCH_FIELD_MASK) : NULL;
}

/* A table may hold what tells who a client is. */
static gboolean
has_personal (const UchSchema *schema)
{
  for (guint i = 0; i < schema->n_fields; i++)
    if (is_masked (schema->table, schema->fields[i].name) && uch_export_may (&schema->fields[i]))
      return TRUE;
  return FALSE;
}

static gboolean
save (const Export *self, const char *path, GBytes *bytes, GError **error)
{
  gsize       len;
  const char *data = g_bytes_get_data (bytes, &len);

  if (!self->replace && g_file_test (path, G_FILE_TEST_EXISTS))
    {
      g_set_error (error, G_FILE_ERROR, G_FILE_ERROR_EXIST,
                   _ ("There is a file %s already; --replace writes over it"), path);
      return FALSE;
    }
  return g_file_set_contents_full (path, data, (gssize) len, G_FILE_SET_CONTENTS_CONSISTENT,
                                   FILE_MODE, error);
}

static void
tell (Export *self, const char *table, const char *path, guint n_rows)
{
  g_autofree char *rows = g_strdup_printf ("%u", n_rows);
  const char      *cells[] = { table, rows, path };

  uch_cli_report_add_row (self->report, cells);
}

/* Whoever takes personal data along leaves a trace of it first (152-FZ). */
static gboolean
log_look (const Export *self, const UchSchema *schema, GError **error)
{
  return !self->personal || !has_personal (schema)
         || uch_store_log_export (self->store, self->session, schema->table, uch_cli_now (), error);
}

static gboolean
export_table (Export *self, const UchSchema *schema, const char *path, GError **error)
{
  g_autoptr (UchExport) text = uch_export_new (schema->table, NULL, mask_cb, self);
  g_autoptr (GPtrArray) rows = NULL;
  g_autoptr (GBytes) bytes = NULL;

  if (!log_look (self, schema, error))
    return FALSE;
  rows = uch_cli_list (self->store, schema->table, error);
  if (rows == NULL)
    return FALSE;
  for (guint i = 0; i < rows->len; i++)
    uch_export_add (text, g_ptr_array_index (rows, i));
  bytes = uch_export_finish (text);
  if (!save (self, path, bytes, error))
    return FALSE;
  self->n_done += rows->len;
  uch_cli_progress (self->n_done, 0, NULL);
  tell (self, schema->name, path, rows->len);
  return TRUE;
}

static void
add_feature (JsonBuilder *builder, const UchZone *zone, JsonNode *outline)
{
  json_builder_begin_object (builder);
  json_builder_set_member_name (builder, "type");
  json_builder_add_string_value (builder, "Feature");
  json_builder_set_member_name (builder, "properties");
  json_builder_begin_object (builder);
  json_builder_set_member_name (builder, "number");
  json_builder_add_int_value (builder, zone->number);
  json_builder_set_member_name (builder, "name");
  json_builder_add_string_value (builder, zone->name != NULL ? zone->name : "");
  json_builder_set_member_name (builder, "color");
  json_builder_add_string_value (builder, zone->color != NULL ? zone->color : "");
  json_builder_end_object (builder);
  json_builder_set_member_name (builder, "geometry");
  json_builder_add_value (builder, outline);
  json_builder_end_object (builder);
}

/* The zones as GeoJSON (RFC 7946), which “import zones” reads back. */
static gboolean
export_zones (Export *self, const char *path, GError **error)
{
  g_autoptr (GPtrArray) zones = uch_cli_list (self->store, UCH_TABLE_ZONE, error);
  g_autoptr (JsonBuilder) builder = json_builder_new ();
  g_autoptr (JsonNode) root = NULL;
  g_autoptr (GBytes) bytes = NULL;
  char *text;
  guint n_zones = 0;

  if (zones == NULL)
    return FALSE;
  json_builder_begin_object (builder);
  json_builder_set_member_name (builder, "type");
  json_builder_add_string_value (builder, "FeatureCollection");
  json_builder_set_member_name (builder, "features");
  json_builder_begin_array (builder);
  for (guint i = 0; i < zones->len; i++)
    {
      const UchZone *zone = g_ptr_array_index (zones, i);
      JsonNode *outline = zone->outline != NULL ? json_from_string (zone->outline, NULL) : NULL;

      if (outline == NULL)
        continue;
      add_feature (builder, zone, outline);
      n_zones++;
    }
  json_builder_end_array (builder);
  json_builder_end_object (builder);
  root = json_builder_get_root (builder);
  text = json_to_string (root, TRUE);
  bytes = g_bytes_new_take (text, strlen (text));
  if (!save (self, path, bytes, error))
    return FALSE;
  tell (self, "zone", path, n_zones);
  return TRUE;
}

static gboolean
export_all (Export *self, const char *folder, GError **error)
{
  g_autofree char *zones = g_build_filename (folder, ZONES_FILE, NULL);

  if (g_mkdir_with_parents (folder, FOLDER_MODE) != 0)
    {
      int code = errno;

      g_set_error (error, G_FILE_ERROR, g_file_error_from_errno (code),
                   _ ("The folder %s cannot be made: %s"), folder, g_strerror (code));
      return FALSE;
    }
  for (guint i = 0; i < UCH_N_TABLES; i++)
    {
      const UchSchema *schema = uch_schema_get (i);
      g_autofree char *name = g_strconcat (schema->name, ".csv", NULL);
      g_autofree char *path = g_build_filename (folder, name, NULL);

      if (!export_table (self, schema, path, error))
        return FALSE;
    }
  return export_zones (self, zones, error);
}

/* What --help offers; the strings are owned. */
typedef struct
{
  char    *to, *table;
  gboolean personal, replace;
} Options;

static void
options_clear (Options *options)
{
  g_free (options->to);
  g_free (options->table);
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Options, options_clear)

static int export(UchStore *store, const Options *options, const UchSchema *only)
{
  const UchCliColumn columns[] = { { "table", _ ("Table"), UCH_CLI_TEXT },
                                   { "rows", _ ("Rows"), UCH_CLI_NUMBER },
                                   { "file", _ ("File"), UCH_CLI_TEXT } };
  g_autoptr (UchSession) session = uch_session_new_local (UCH_ROLE_STORE, NULL, "uchastok-store");
  g_autoptr (UchCliReport) report = uch_cli_report_new ();
  Export   self = { .store = store,
                    .session = session,
                    .personal = options->personal,
                    .replace = options->replace,
                    .report = report };
  GError  *error = NULL;
  gboolean done;

  uch_cli_report_add_bool (report, "personal", NULL, options->personal);
  uch_cli_report_add_table (report, "files", NULL, columns, G_N_ELEMENTS (columns));
  uch_cli_progress_begin (_ ("Exporting"), UCH_CLI_ROWS);
  done = only == NULL ? export_all (&self, options->to, &error)
         : g_str_has_suffix (options->to, ".geojson")
             ? export_zones (&self, options->to, &error)
             : export_table (&self, only, options->to, &error);
  if (!done)
    return uch_cli_fail (error);
  uch_log_event (UCH_LOG_ADMIN, NULL, "the office was exported %s personal data",
                 options->personal ? "with" : "without");
  uch_cli_report_print (report);
  return 0;
}

/**
 * uch_cli_export:
 *
 * "export": all tables into a folder, or one into a file.
 */
int
uch_cli_export (int argc, char *argv[])
{
  g_auto (UchCliPlace) place = { 0 };
  g_auto (Options) options = { 0 };
  g_autoptr (UchStore) store = NULL;
  const UchSchema   *only = NULL;
  GError            *error = NULL;
  const GOptionEntry entries[] = {
    { "to", 0, 0, G_OPTION_ARG_FILENAME, &options.to, N_ ("A folder; with --table a file"),
      N_ ("DIR|FILE") },
    { "table", 0, 0, G_OPTION_ARG_STRING, &options.table, N_ ("Only this table"), N_ ("TABLE") },
    { "personal", 0, 0, G_OPTION_ARG_NONE, &options.personal,
      N_ ("Also what tells who a client is; this is logged"), NULL },
    { "replace", 0, 0, G_OPTION_ARG_NONE, &options.replace, N_ ("Write over older files"), NULL },
    { NULL },
  };

  if (!uch_cli_parse (argc, argv,
                      _ ("Writes every table as CSV and the zones as GeoJSON too. What tells who a "
                         "client is is masked unless --personal is given; codes of intercoms and "
                         "the like are never written."),
                      entries, &place))
    return UCH_CLI_REFUSED;
  if (options.to == NULL)
    return uch_cli_refuse ("%s", _ ("Say where to: --to DIR"));
  if (options.table != NULL && (only = uch_schema_by_name (options.table)) == NULL)
    return uch_cli_refuse (_ ("There is no table “%s”"), options.table);
  if (g_str_has_suffix (options.to, ".geojson") && g_strcmp0 (options.table, "zone") != 0)
    return uch_cli_refuse ("%s", _ ("Only zones become GeoJSON: --table zone"));
  store = uch_cli_open (place.folder, 0, &error);
  if (store == NULL)
    return uch_cli_fail (error);
  return export(store, &options, only);
}

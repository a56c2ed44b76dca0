/* report: the week for management as a PDF, without a screen. */
#include <string.h>

#include <glib/gi18n.h>

#include "chart/uch-report.h"
#include "core/uch-office.h"
#include "exchange/uch-demo-town.h"
#include "server/admin/uch-cli.h"

#define FILE_MODE 0600

typedef void (*AddRow) (UchFacts *facts, gconstpointer row);

static gboolean
add_table (UchStore *store, UchTable table, UchFacts *facts, AddRow add, GError **error)
{
  g_autoptr (GPtrArray) rows = uch_cli_list (store, table, error);

  for (guint i = 0; rows != NULL && i < rows->len; i++)
    add (facts, g_ptr_array_index (rows, i));
  return rows != NULL;
}

static UchFacts *
read_facts (UchStore *store, GError **error)
{
  static const struct
  {
    UchTable table;
    AddRow   add;
  } tables[] = { { UCH_TABLE_ZONE, (AddRow) (void (*) (void)) uch_facts_add_zone },
                 { UCH_TABLE_STAFF, (AddRow) (void (*) (void)) uch_facts_add_staff },
                 { UCH_TABLE_HOUSE, (AddRow) (void (*) (void)) uch_facts_add_house },
                 { UCH_TABLE_TICKET, (AddRow) (void (*) (void)) uch_facts_add_ticket },
                 { UCH_TABLE_VISIT, (AddRow) (void (*) (void)) uch_facts_add_visit } };
  g_autoptr (GTimeZone) local = g_time_zone_new_local ();
  g_autoptr (UchFacts) facts = uch_facts_new (local, uch_cli_now ());

  for (guint i = 0; i < G_N_ELEMENTS (tables); i++)
    if (!add_table (store, tables[i].table, facts, tables[i].add, error))
      return NULL;
  uch_facts_finish (facts);
  return g_steal_pointer (&facts);
}

/* The office's name, and whether it is the demo town's. */
static gboolean
read_office (UchStore *store, char **out_name, gboolean *out_invented, GError **error)
{
  g_autoptr (GPtrArray) settings = uch_cli_list (store, UCH_TABLE_SETTING, error);

  for (guint i = 0; settings != NULL && i < settings->len; i++)
    {
      const UchSetting *setting = g_ptr_array_index (settings, i);

      if (strcmp (setting->parent.id, UCH_SETTING_OFFICE_NAME) == 0)
        {
          g_free (*out_name);
          *out_name = g_strdup (setting->value);
        }
      else if (strcmp (setting->parent.id, UCH_DEMO_INVENTED_SETTING) == 0)
        *out_invented = TRUE;
    }
  return settings != NULL;
}

static gboolean
write_report (UchStore *store, const char *week, const char *path, char **out_week, GError **error)
{
  g_autoptr (UchFacts) facts = read_facts (store, error);
  g_autoptr (UchReport) report = NULL;
  g_autoptr (GBytes) bytes = NULL;
  g_autofree char *office = NULL;
  gboolean         is_invented = FALSE;
  UchTime          monday;
  gsize            len;
  gint64           day;

  if (facts == NULL || !read_office (store, &office, &is_invented, error))
    return FALSE;
  day = uch_facts_get_day (facts, uch_facts_get_now (facts));
  monday = uch_facts_get_day_start (facts, day - (day + 3) % 7 - 7); /* the last that is over */
  if (week != NULL)
    uch_report_parse_week (facts, week, &monday);
  report = uch_report_new (facts, monday, office, is_invented);
  bytes = uch_report_write_pdf (report, error);
  if (bytes == NULL)
    return FALSE;
  *out_week = uch_report_dup_week (report);
  len = g_bytes_get_size (bytes);
  return g_file_set_contents_full (path, g_bytes_get_data (bytes, NULL), (gssize) len,
                                   G_FILE_SET_CONTENTS_CONSISTENT, FILE_MODE, error);
}

/* Whether the words name a week at all: asked before anything is opened. */
static gboolean
is_week (const char *week)
{
  g_autoptr (GTimeZone) utc = g_time_zone_new_utc ();
  g_autoptr (UchFacts) none = uch_facts_new (utc, uch_cli_now ());
  UchTime monday;

  return uch_report_parse_week (none, week, &monday);
}

/**
 * uch_cli_report:
 *
 * "report": two pages about a week. The store may be served meanwhile.
 */
int
uch_cli_report (int argc, char *argv[])
{
  g_auto (UchCliPlace) place = { 0 };
  g_autoptr (UchStore) store = NULL;
  g_autofree char   *week = NULL, *path = NULL, *done = NULL;
  const GOptionEntry entries[]
      = { { "week", 0, 0, G_OPTION_ARG_STRING, &week,
            N_ ("Which week; otherwise the last one that is over"), "2026-W38" },
          { "pdf", 0, 0, G_OPTION_ARG_FILENAME, &path, N_ ("Where to write the two pages"),
            N_ ("FILE") },
          { NULL } };
  GError *error = NULL;

  if (!uch_cli_parse (argc, argv, _ ("Writes the week's report for management as a PDF."), entries,
                      &place))
    return UCH_CLI_REFUSED;
  if (path == NULL)
    return uch_cli_refuse (_ ("--pdf FILE says where to write it"));
  if (week != NULL && !is_week (week))
    return uch_cli_refuse (_ ("“%s” is not a week: write it as 2026-W38"), week);
  store = uch_cli_open (place.folder, UCH_STORE_READ_ONLY, &error);
  if (store == NULL || !write_report (store, week, path, &done, &error))
    return uch_cli_fail (error);
  g_print ("%s\t%s\n", done, path);
  return 0;
}

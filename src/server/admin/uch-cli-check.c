/* verify: everything is read and proved. compact: what grew old is forgotten. */
#include <unistd.h>

#include <glib/gi18n.h>

#include "server/admin/uch-cli-lock.h"
#include "server/admin/uch-cli.h"
#include "server/uch-log.h"

static int
report_faults (UchStore *store, GPtrArray *faults)
{
  const UchCliColumn column = { "fault", _ ("Fault"), UCH_CLI_TEXT };
  g_autoptr (UchCliReport) report = uch_cli_report_new ();
  gint64 head = 0;

  if (store != NULL && uch_store_get_head (store, &head, NULL, NULL))
    uch_cli_report_add_int (report, "head", _ ("Head"), head);
  uch_cli_report_add_bool (report, "sound", NULL, faults->len == 0);
  uch_cli_report_add_table (report, "faults", NULL, &column, 1);
  for (guint i = 0; i < faults->len; i++)
    {
      const char *cell = g_ptr_array_index (faults, i);

      uch_cli_report_add_row (report, &cell);
    }
  uch_cli_report_print (report);
  if (faults->len == 0)
    uch_cli_say ("%s", _ ("All is well."));
  return faults->len == 0 ? 0 : UCH_CLI_FAILED;
}

/* A store that cannot even be opened, as it is damaged, is a finding. */
static int
report_unopened (GError *error)
{
  g_autoptr (GPtrArray) faults = g_ptr_array_new ();

  if (!g_error_matches (error, UCH_STORE_ERROR, UCH_STORE_ERROR_CORRUPT))
    return uch_cli_fail (error);
  g_ptr_array_add (faults, error->message);
  report_faults (NULL, faults);
  g_error_free (error);
  return UCH_CLI_FAILED;
}

/**
 * uch_cli_verify:
 *
 * "verify": reads everything; exit status 1 and a list when something is wrong.
 */
int
uch_cli_verify (int argc, char *argv[])
{
  g_auto (UchCliPlace) place = { 0 };
  g_autoptr (UchStore) store = NULL;
  g_autoptr (GPtrArray) faults = NULL;
  GError *error = NULL;

  if (!uch_cli_parse (argc, argv,
                      _ ("Reads the whole store and proves that it is sound: the database, the "
                         "order of the operations, each client's count, each row's operation. The "
                         "store may go on working meanwhile. Exit status 1: faults were found."),
                      NULL, &place))
    return UCH_CLI_REFUSED;
  store = uch_cli_open (place.folder, 0, &error);
  if (store == NULL)
    return report_unopened (error);
  uch_cli_progress_begin (_ ("Reading"), UCH_CLI_ROWS);
  faults = uch_store_list_faults (store, uch_cli_progress, NULL, &error);
  return faults != NULL ? report_faults (store, faults) : uch_cli_fail (error);
}

typedef struct
{
  gint64 n_bytes, head, floor;
} Extent;

static gboolean
measure (UchStore *store, Extent *out, GError **error)
{
  return uch_store_get_size (store, &out->n_bytes, error)
         && uch_store_get_head (store, &out->head, &out->floor, error);
}

/**
 * uch_cli_compact:
 *
 * "compact": what grew old is forgotten; the disk gets its space back when nobody serves.
 */
int
uch_cli_compact (int argc, char *argv[])
{
  g_auto (UchCliPlace) place = { 0 };
  g_autoptr (UchStore) store = NULL;
  g_autoptr (UchCliReport) report = uch_cli_report_new ();
  GError *error = NULL;
  Extent  before, after;
  int     lock;

  if (!uch_cli_parse (
          argc, argv,
          _ ("Forgets what grew old: deletions (90 days), positions (thinned after 72 hours, 30 "
             "days), sessions, failed sign-ins. While the store is served, the space is kept for "
             "new rows; else the disk gets it back."),
          NULL, &place))
    return UCH_CLI_REFUSED;
  store = uch_cli_open (place.folder, 0, &error);
  if (store == NULL)
    return uch_cli_fail (error);
  lock = uch_cli_lock_alone (place.folder, NULL);
  if (!measure (store, &before, &error) || !uch_store_compact (store, uch_cli_now (), &error)
      || !uch_store_shrink (store, lock >= 0, &error) || !measure (store, &after, &error))
    return uch_cli_fail (error);
  if (lock >= 0)
    close (lock);
  uch_log_event (UCH_LOG_ADMIN, NULL, "the store was compacted");
  uch_cli_report_add_bytes (report, "bytes_before", _ ("Size before"), before.n_bytes);
  uch_cli_report_add_bytes (report, "bytes_after", _ ("Size after"), after.n_bytes);
  uch_cli_report_add_int (report, "floor_before", _ ("Floor before"), before.floor);
  uch_cli_report_add_int (report, "floor_after", _ ("Floor after"), after.floor);
  uch_cli_report_add_bool (report, "rewritten", _ ("Space given back"), lock >= 0);
  uch_cli_report_print (report);
  return 0;
}

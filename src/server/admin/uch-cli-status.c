/* status: how the store is, on one page: what the daemon says of itself, what the database tells.
 */
#include <math.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include <glib/gi18n.h>

#include "server/admin/uch-cli-keepsake.h"
#include "server/admin/uch-cli-lock.h"
#include "server/admin/uch-cli-scrape.h"
#include "server/admin/uch-cli.h"
#include "store/uch-store-positions.h"

#define INTERVAL_DEFAULT_S 2

/* What --help offers; the strings are owned. */
typedef struct
{
  char    *at, *token_file, *fingerprint;
  char    *token; /* from the file */
  gboolean watch;
  int      interval_s;
} Options;

static void
options_clear (Options *options)
{
  g_free (options->at);
  g_free (options->token_file);
  g_free (options->fingerprint);
  g_free (options->token);
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Options, options_clear)

/* The last look, so that a rate can be told. */
typedef struct
{
  gint64 at_us;
  double pushes, operations;
} Look;

static char *
dup_ms (double seconds)
{
  return isnan (seconds) ? NULL : g_strdup_printf ("%.1f", seconds * 1000);
}

static void
add_latency (UchCliReport *report,
             GHashTable   *samples,
             const char   *what,
             const char   *name,
             const char   *labels)
{
  g_autofree char *count
      = g_strdup_printf ("%s_count%s%s%s", name, labels != NULL ? "{" : "",
                         labels != NULL ? labels : "", labels != NULL ? "}" : "");
  g_autofree char *n = g_strdup_printf ("%.0f", uch_cli_scrape_get (samples, count));
  g_autofree char *p50 = dup_ms (uch_cli_scrape_get_quantile (samples, name, labels, 0.5));
  g_autofree char *p99 = dup_ms (uch_cli_scrape_get_quantile (samples, name, labels, 0.99));
  const char      *cells[] = { what, n, p50, p99 };

  uch_cli_report_add_row (report, cells);
}

static void
add_latencies (UchCliReport *report, GHashTable *samples)
{
  static UchCliColumn      columns[] = { { "what", NULL, UCH_CLI_TEXT },
                                         { "n", NULL, UCH_CLI_NUMBER },
                                         { "p50_ms", NULL, UCH_CLI_NUMBER },
                                         { "p99_ms", NULL, UCH_CLI_NUMBER } };
  static const char *const groups[] = { "push", "feed", "track", "session" };

  columns[0].label = _ ("What");
  columns[1].label = _ ("Number");
  columns[2].label = _ ("p50, ms");
  columns[3].label = _ ("p99, ms");
  uch_cli_report_add_table (report, "latency", _ ("Since the daemon started"), columns,
                            G_N_ELEMENTS (columns));
  for (guint i = 0; i < G_N_ELEMENTS (groups); i++)
    {
      g_autofree char *labels = g_strdup_printf ("group=\"%s\"", groups[i]);

      add_latency (report, samples, groups[i], "request_duration_seconds", labels);
    }
  add_latency (report, samples, "commit", "store_commit_seconds", NULL);
}

/* Pushes and operations a second: since the last look, else since the start. */
static void
add_rates (UchCliReport *report, GHashTable *samples, Look *last)
{
  Look   now = { g_get_monotonic_time (), uch_cli_scrape_get (samples, "pushes_total"),
                 uch_cli_scrape_get (samples, "operations_total") };
  double seconds = last->at_us > 0 ? (double) (now.at_us - last->at_us) / G_USEC_PER_SEC
                                   : uch_cli_scrape_get (samples, "uptime_seconds");

  seconds = MAX (seconds, 0.001);
  uch_cli_report_add_real (report, "pushes_per_s", _ ("Pushes per second"),
                           MAX (now.pushes - last->pushes, 0) / seconds);
  uch_cli_report_add_real (report, "operations_per_s", _ ("Operations per second"),
                           MAX (now.operations - last->operations, 0) / seconds);
  *last = now;
}

static void
add_daemon (UchCliReport *report, GHashTable *samples, Look *last)
{
  const struct
  {
    const char *name, *label, *sample;
  } numbers[] = {
    { "live_clients", _ ("Desks connected"), "live_clients" },
    { "connections", _ ("Connections"), "connections" },
    { "long_polls", NULL, "long_polls" },
    { "write_queue", _ ("Waiting to write"), "store_queue" },
    { "read_queue", _ ("Waiting to read"), "read_queue" },
    { "password_queue", _ ("Waiting to sign in"), "password_queue" },
    { "errors", _ ("Errors"), "errors_total" },
    { "refused_auth", _ ("Refused: no good token"), "refused_auth_total" },
    { "refused_rate", _ ("Refused: too fast"), "refused_rate_total" },
    { "refused_connections", _ ("Refused: too many"), "connections_refused_total" },
    { "descriptors", _ ("File descriptors"), "process_open_fds" },
  };
  gint64           uptime_s = (gint64) uch_cli_scrape_get (samples, "uptime_seconds");
  g_autofree char *uptime = g_strdup_printf (_ ("%d d %02d:%02d:%02d"), (int) (uptime_s / 86400),
                                             (int) (uptime_s / 3600 % 24),
                                             (int) (uptime_s / 60 % 60), (int) (uptime_s % 60));

  uch_cli_report_add_int (report, "uptime_s", NULL, uptime_s);
  if (!uch_cli_is_json ())
    uch_cli_report_add_text (report, "uptime", _ ("Runs for"), uptime);
  add_rates (report, samples, last);
  for (guint i = 0; i < G_N_ELEMENTS (numbers); i++)
    uch_cli_report_add_int (report, numbers[i].name, numbers[i].label,
                            (gint64) uch_cli_scrape_get (samples, numbers[i].sample));
  uch_cli_report_add_bytes (report, "memory", _ ("Memory"),
                            (gint64) uch_cli_scrape_get (samples, "process_resident_memory_bytes"));
}

static gboolean
count_sessions (UchStore *store, gint64 *out_accounts, gint64 *out_sessions, GError **error)
{
  g_autoptr (UchSession) by = uch_session_new_local (UCH_ROLE_STORE, NULL, NULL);
  g_autoptr (GPtrArray) accounts = uch_store_list_accounts (store, by, uch_cli_now (), error);

  if (accounts == NULL)
    return FALSE;
  *out_accounts = accounts->len;
  *out_sessions = 0;
  for (guint i = 0; i < accounts->len; i++)
    {
      const UchEntity *account = g_ptr_array_index (accounts, i);
      g_autoptr (GPtrArray) sessions
          = uch_store_list_sessions (store, by, account->id, uch_cli_now (), error);

      if (sessions == NULL)
        return FALSE;
      *out_sessions += sessions->len;
    }
  return TRUE;
}

/* What the database tells, whether somebody serves it or not. */
static gboolean
add_store (UchCliReport *report, UchStore *store, GError **error)
{
  static UchCliColumn columns[] = { { "fate", NULL, UCH_CLI_TEXT }, { "n", NULL, UCH_CLI_NUMBER } };
  gint64              head, floor, n_bytes, n_accounts, n_sessions;
  gint64              fates[UCH_N_POSITION_FATES] = { 0 };

  if (!uch_store_get_head (store, &head, &floor, error)
      || !uch_store_get_size (store, &n_bytes, error)
      || !count_sessions (store, &n_accounts, &n_sessions, error)
      || !uch_store_get_position_fates (store, fates, error))
    return FALSE;
  uch_cli_report_add_text (report, "store", _ ("Epoch"), uch_store_get_uuid (store));
  uch_cli_report_add_int (report, "head", _ ("Head"), head);
  uch_cli_report_add_int (report, "floor", _ ("Floor"), floor);
  uch_cli_report_add_bytes (report, "bytes", _ ("Size"), n_bytes);
  uch_cli_report_add_int (report, "accounts", _ ("Accounts"), n_accounts);
  uch_cli_report_add_int (report, "sessions", _ ("Signed in"), n_sessions);
  columns[0].label = _ ("Fate");
  columns[1].label = _ ("Number");
  uch_cli_report_add_table (report, "positions", _ ("What became of positions"), columns,
                            G_N_ELEMENTS (columns));
  for (guint i = 0; i < UCH_N_POSITION_FATES; i++)
    {
      g_autofree char *n = g_strdup_printf ("%" G_GINT64_FORMAT, fates[i]);
      const char      *cells[] = { uch_position_fate_nicks[i], n };

      if (fates[i] > 0)
        uch_cli_report_add_row (report, cells);
    }
  return TRUE;
}

static void
add_backup (UchCliReport *report, const char *folder)
{
  g_auto (UchCliKeepsake) last = { 0 };
  gboolean         known = uch_cli_keepsake_load (&last, folder);
  gint64           age_s = known ? (uch_cli_now () - last.at) / 1000 : -1;
  g_autofree char *when = known ? uch_cli_dup_time (last.at) : NULL;
  g_autofree char *age
      = !known ? g_strdup (_ ("never"))
        : age_s < 48 * 60 * 60
            ? g_strdup_printf (_ ("%d h %02d min ago (%s), %s"), (int) (age_s / 3600),
                               (int) (age_s / 60 % 60), when, last.path)
            : g_strdup_printf (_ ("%d days ago (%s), %s"), (int) (age_s / 86400), when, last.path);

  uch_cli_report_add_time (report, "backup_at", NULL, last.at);
  if (known)
    uch_cli_report_add_int (report, "backup_age_s", NULL, age_s);
  uch_cli_report_add_text (report, "backup_file", NULL, last.path);
  if (!uch_cli_is_json ())
    uch_cli_report_add_text (report, "backup", _ ("Last backup"), age);
}

/* One page. */
static int
look (const UchCliPlace *place, const Options *options, Look *last)
{
  g_autoptr (UchCliReport) report = uch_cli_report_new ();
  g_autofree char *noted
      = place->folder != NULL ? uch_cli_lock_find_reachable (place->folder) : NULL;
  const char  *address = options->at != NULL ? options->at : noted;
  UchCliScrape whom = { address, options->token, options->fingerprint };
  g_autoptr (GHashTable) samples = NULL;
  g_autoptr (UchStore) store = NULL;
  g_autoptr (GError) silent = NULL;
  g_autofree char *state = NULL;
  GError          *error = NULL;

  if (place->folder != NULL)
    {
      store = uch_cli_open (place->folder, UCH_STORE_READ_ONLY, &error);
      if (store == NULL)
        return uch_cli_fail (error);
    }
  if (address != NULL)
    samples = uch_cli_scrape (&whom, &silent);
  state = samples != NULL ? g_strdup_printf (_ ("runs at %s"), address)
          : address != NULL
              ? g_strdup_printf (_ ("does not answer at %s: %s"), address, silent->message)
              : g_strdup (_ ("does not run"));
  uch_cli_report_add_bool (report, "running", NULL, address != NULL);
  uch_cli_report_add_bool (report, "answers", NULL, samples != NULL);
  uch_cli_report_add_text (report, "address", NULL, address);
  if (!uch_cli_is_json ())
    uch_cli_report_add_text (report, "state", _ ("Daemon"), state);
  else if (silent != NULL)
    uch_cli_report_add_text (report, "trouble", NULL, silent->message);
  if (samples != NULL)
    add_daemon (report, samples, last);
  if (place->folder != NULL)
    add_backup (report, place->folder);
  if (store != NULL && !add_store (report, store, &error))
    return uch_cli_fail (error);
  if (samples != NULL)
    add_latencies (report, samples);
  if (options->watch && !uch_cli_is_json () && isatty (STDOUT_FILENO))
    fputs ("\033[H\033[2J", stdout);
  uch_cli_report_print (report);
  fflush (stdout);
  return address != NULL && samples == NULL ? UCH_CLI_FAILED : 0;
}

/**
 * uch_cli_status:
 *
 * "status": a plain page; --watch shows it again and again.
 */
int
uch_cli_status (int argc, char *argv[])
{
  g_auto (UchCliPlace) place = { 0 };
  g_auto (Options) options = { 0 };
  Look               last = { 0 };
  int                status;
  const GOptionEntry entries[] = {
    { "watch", 0, 0, G_OPTION_ARG_NONE, &options.watch, N_ ("Show it again and again"), NULL },
    { "interval", 0, 0, G_OPTION_ARG_INT, &options.interval_s, N_ ("Seconds between two looks (2)"),
      N_ ("N") },
    { "at", 0, 0, G_OPTION_ARG_STRING, &options.at, N_ ("Ask the daemon there"),
      N_ ("https://HOST:PORT") },
    { "token-file", 0, 0, G_OPTION_ARG_FILENAME, &options.token_file,
      N_ ("An admin's token, for a daemon elsewhere"), N_ ("FILE") },
    { "fingerprint", 0, 0, G_OPTION_ARG_STRING, &options.fingerprint,
      N_ ("SHA-256 of its certificate, when nobody has signed it"), N_ ("HEX") },
    { NULL },
  };

  if (!uch_cli_parse (argc, argv,
                      _ ("Shows how the store is: the daemon's own figures when it runs, and what "
                         "the database tells in any case."),
                      entries, &place))
    return UCH_CLI_REFUSED;
  if (place.folder == NULL && options.at == NULL)
    return uch_cli_refuse ("%s", _ ("Say which folder: --data DIR"));
  if (options.interval_s < 0)
    return uch_cli_refuse (_ ("“%d” is no number of seconds"), options.interval_s);
  if (options.token_file != NULL
      && (options.token = uch_cli_read_password (options.token_file)) == NULL)
    return uch_cli_refuse (_ ("There is no token in %s"), options.token_file);
  do
    {
      status = look (&place, &options, &last);
      if (options.watch && status != UCH_CLI_REFUSED)
        g_usleep ((gulong) (options.interval_s > 0 ? options.interval_s : INTERVAL_DEFAULT_S)
                  * G_USEC_PER_SEC);
    }
  while (options.watch && status != UCH_CLI_REFUSED);
  return status;
}

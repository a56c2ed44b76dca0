/* "simulate": a demo town in which somebody works. */
#include <stdio.h>
#include <string.h>

#include <glib/gi18n.h>

#include "server/admin/uch-certificate.h"
#include "server/admin/uch-cli-lock.h"
#include "server/admin/uch-cli.h"
#include "server/crew/uch-crew.h"

#define SPEED_MAX 60.0
#define TICKETS_PER_DAY_DEFAULT 100
#define TICKETS_PER_DAY_MAX 10000
#define LOSSES_DEFAULT 4

/* What --help offers; the strings are owned. */
typedef struct
{
  char    *at, *fingerprint, *logins, *roads;
  int      n_engineers, seed, n_tickets, n_minutes;
  double   speed, losses;
  gboolean dispatches;
} Options;

static void
options_clear (Options *options)
{
  g_free (options->at);
  g_free (options->fingerprint);
  g_free (options->logins);
  g_free (options->roads);
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Options, options_clear)

static void
login_free (gpointer data)
{
  UchCrewLogin *login = data;

  if (login == NULL)
    return;
  g_free (login->login);
  g_free (login->password);
  g_free (login);
}

/* As "demo" printed them: login, password, role and name with tabs between them. The last
 * dispatcher is taken: the first one is for whoever looks. */
static gboolean
read_logins (const char *path, GPtrArray *engineers, UchCrewLogin **out_dispatcher, GError **error)
{
  g_autofree char *text = NULL;
  g_auto (GStrv) lines = NULL;

  if (!g_file_get_contents (path, &text, NULL, error))
    return FALSE;
  lines = g_strsplit (text, "\n", -1);
  for (guint i = 0; lines[i] != NULL; i++)
    {
      g_auto (GStrv) words = g_strsplit (lines[i], "\t", -1);
      UchCrewLogin *login;
      int           role;

      if (g_strv_length (words) < 3)
        continue;
      role = uch_nick_index (uch_role_nicks, words[2]);
      if (role != UCH_ROLE_ENGINEER && role != UCH_ROLE_DISPATCHER)
        continue;
      login = g_new0 (UchCrewLogin, 1);
      login->login = g_strdup (words[0]);
      login->password = g_strdup (words[1]);
      if (role == UCH_ROLE_ENGINEER)
        g_ptr_array_add (engineers, login);
      else
        {
          login_free (*out_dispatcher);
          *out_dispatcher = login;
        }
    }
  return TRUE;
}

static void
ready_cb (gpointer user_data)
{
  const UchCrewOptions *options = user_data;

  uch_cli_say (_ ("%u engineers are at work in %s; Ctrl+C ends it"), options->engineers->len,
               options->address);
  fflush (stdout);
}

#define N_COLUMNS 2

static void
add_counts (UchCliReport       *report,
            const char         *name,
            const char         *title,
            const UchCliColumn *columns,
            GHashTable         *counts)
{
  g_autoptr (GList) keys = g_list_sort (g_hash_table_get_keys (counts), (GCompareFunc) strcmp);

  uch_cli_report_add_table (report, name, title, columns, N_COLUMNS);
  for (GList *key = keys; key != NULL; key = key->next)
    {
      g_autofree char *n
          = g_strdup_printf ("%u", GPOINTER_TO_UINT (g_hash_table_lookup (counts, key->data)));
      const char *cells[] = { key->data, n };

      uch_cli_report_add_row (report, cells);
    }
}

static void
print_tally (const UchCrewTally *tally)
{
  const UchCliColumn columns[N_COLUMNS]
      = { { "what", _ ("What"), UCH_CLI_TEXT }, { "n", _ ("Number"), UCH_CLI_NUMBER } };
  g_autoptr (UchCliReport) report = uch_cli_report_new ();

  uch_cli_report_add_int (report, "accepted", _ ("Acts accepted"), tally->accepted);
  uch_cli_report_add_int (report, "resent", _ ("Acts sent again"), tally->resent);
  uch_cli_report_add_int (report, "points", _ ("Positions told"), tally->points);
  uch_cli_report_add_int (report, "offline", _ ("Times without a network"), tally->n_offline);
  uch_cli_report_add_int (report, "cut", _ ("Connections that broke"), tally->n_cut);
  uch_cli_report_add_int (report, "failed", _ ("Requests without an answer"), tally->n_failed);
  add_counts (report, "done", _ ("What was done"), columns, tally->done);
  add_counts (report, "refused", _ ("What was refused"), columns, tally->refused);
  uch_cli_report_print (report);
}

static int
live (const UchCrewOptions *options)
{
  GError  *error = NULL;
  UchCrew *crew = uch_crew_new (options, &error);
  gboolean done;

  uch_cli_begin ();
  if (crew == NULL)
    return uch_cli_fail (error);
  done = uch_crew_run (crew, G_CALLBACK (ready_cb), (gpointer) options, &error);
  if (done)
    print_tally (uch_crew_get_tally (crew));
  uch_crew_free (crew);
  return done ? 0 : uch_cli_fail (error);
}

/* One sentence when the words make no sense, else NULL. */
static const char *
find_mistake (const UchCliPlace *place, const Options *options)
{
  if (place->folder == NULL && options->at == NULL)
    return _ ("Say which folder: --data DIR");
  if (place->folder == NULL && options->logins == NULL)
    return _ ("Say who works: --logins FILE, as “demo” printed it");
  if (!(options->speed >= 1 && options->speed <= SPEED_MAX))
    return _ ("--speed is from 1 to 60");
  if (!(options->losses >= 0 && options->losses <= 100))
    return _ ("--losses is from 0 to 100");
  if (options->n_tickets < 0 || options->n_tickets > TICKETS_PER_DAY_MAX)
    return _ ("--tickets-per-day is from 0 to 10000");
  if (options->n_engineers < 0 || options->n_minutes < 0)
    return _ ("A number of engineers or minutes is not negative");
  return NULL;
}

/* Where the store is, and who it must be. */
static gboolean
find_store (const UchCliPlace *place, Options *options, GError **error)
{
  if (options->at == NULL)
    {
      g_autoptr (GTlsCertificate) certificate = NULL;

      options->at = uch_cli_lock_find_reachable (place->folder);
      if (options->at == NULL)
        {
          g_set_error (
              error, G_IO_ERROR, G_IO_ERROR_NOT_FOUND,
              _ ("The store in %s is not being served: start “uchastok-store serve” first"),
              place->folder);
          return FALSE;
        }
      certificate = uch_folder_load_certificate (place->folder, error);
      if (certificate == NULL)
        return FALSE;
      if (options->fingerprint == NULL)
        options->fingerprint = uch_certificate_dup_fingerprint (certificate);
    }
  if (options->logins == NULL)
    options->logins = g_build_filename (place->folder, "logins", NULL);
  return TRUE;
}

static int
simulate (const UchCliPlace *place, Options *options)
{
  GError *error = NULL;
  g_autoptr (GPtrArray) engineers = g_ptr_array_new_with_free_func (login_free);
  g_autoptr (UchRoads) roads = NULL;
  UchCrewLogin  *dispatcher = NULL;
  UchCrewOptions crew = { 0 };
  int            status;

  if (!find_store (place, options, &error)
      || !read_logins (options->logins, engineers, &dispatcher, &error))
    return uch_cli_fail (error);
  if (engineers->len == 0)
    {
      login_free (dispatcher);
      return uch_cli_refuse (_ ("There is no engineer in %s"), options->logins);
    }
  if (options->roads != NULL && (roads = uch_roads_load (options->roads, &error)) == NULL)
    {
      login_free (dispatcher);
      return uch_cli_fail (error);
    }
  if (options->n_engineers > 0 && (guint) options->n_engineers < engineers->len)
    g_ptr_array_set_size (engineers, options->n_engineers);
  crew = (UchCrewOptions){ .address = options->at,
                           .fingerprint = options->fingerprint,
                           .engineers = engineers,
                           .dispatcher = dispatcher,
                           .tickets_per_day = (guint) options->n_tickets,
                           .dispatches = options->dispatches,
                           .seed = (guint32) options->seed,
                           .speed = options->speed,
                           .losses_percent = options->losses,
                           .roads = roads,
                           .for_ms = (gint64) ((double) (options->n_minutes * UCH_MINUTE_MS)
                                               / options->speed),
                           .make_id = uch_cli_make_id_at };
  status = live (&crew);
  login_free (dispatcher);
  return status;
}

/**
 * uch_cli_simulate:
 *
 * "simulate": engineers with phones, clients who call and a dispatcher, as clients of a store that
 * is being served, until they are told to stop.
 */
int
uch_cli_simulate (int argc, char *argv[])
{
  g_auto (UchCliPlace) place = { 0 };
  g_auto (Options) options
      = { .seed = 1, .speed = 1, .n_tickets = TICKETS_PER_DAY_DEFAULT, .losses = LOSSES_DEFAULT };
  const char        *mistake;
  const GOptionEntry entries[] = {
    { "logins", 0, 0, G_OPTION_ARG_FILENAME, &options.logins,
      N_ ("Who works there, as “demo” printed it (DIR/logins)"), N_ ("FILE") },
    { "engineers", 0, 0, G_OPTION_ARG_INT, &options.n_engineers,
      N_ ("How many engineers (all of them)"), N_ ("N") },
    { "speed", 0, 0, G_OPTION_ARG_DOUBLE, &options.speed,
      N_ ("How many times as fast as life, 1 to 60 (1)"), N_ ("N") },
    { "seed", 0, 0, G_OPTION_ARG_INT, &options.seed, N_ ("Another number makes another day (1)"),
      N_ ("N") },
    { "tickets-per-day", 0, 0, G_OPTION_ARG_INT, &options.n_tickets,
      N_ ("How many clients call in a day (100)"), N_ ("N") },
    { "dispatch", 0, 0, G_OPTION_ARG_NONE, &options.dispatches,
      N_ ("Give the tickets to engineers, too"), NULL },
    { "losses", 0, 0, G_OPTION_ARG_DOUBLE, &options.losses,
      N_ ("How often a connection is lost, in percent (4)"), N_ ("N") },
    { "minutes", 0, 0, G_OPTION_ARG_INT, &options.n_minutes,
      N_ ("End after so many minutes of their time"), N_ ("N") },
    { "roads", 0, 0, G_OPTION_ARG_FILENAME, &options.roads,
      N_ ("Drive on these roads instead of the demo town's own"), N_ ("FILE") },
    { "at", 0, 0, G_OPTION_ARG_STRING, &options.at, N_ ("Where the store is"),
      N_ ("https://HOST:PORT") },
    { "fingerprint", 0, 0, G_OPTION_ARG_STRING, &options.fingerprint,
      N_ ("SHA-256 of its certificate, when nobody has signed it"), N_ ("HEX") },
    { NULL },
  };

  if (!uch_cli_parse (argc, argv,
                      _ ("Lets engineers and clients of a demo town live in a store that is being "
                         "served: they call, drive, work and lose their connection. Only the "
                         "people of a demo town; nothing is invented in a real office."),
                      entries, &place))
    return UCH_CLI_REFUSED;
  mistake = find_mistake (&place, &options);
  if (mistake != NULL)
    return uch_cli_refuse ("%s", mistake);
  return simulate (&place, &options);
}

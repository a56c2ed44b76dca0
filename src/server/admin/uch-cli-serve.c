/* serve: the daemon. */
#define G_LOG_DOMAIN "uch-server"

#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include <glib-unix.h>

#include <glib/gi18n.h>

#include "server/admin/uch-certificate.h"
#include "server/admin/uch-cli-lock.h"
#include "server/admin/uch-cli.h"
#include "server/admin/uch-notify.h"
#include "server/uch-log.h"
#include "server/uch-server.h"

#define LISTEN_DEFAULT "127.0.0.1:8443"
#define PORT_DEFAULT 8443
/* GLib's own choice still knows TLS 1.1, and offers no function to say otherwise. */
#define TLS_PRIORITY "NORMAL:%COMPAT:-VERS-ALL:+VERS-TLS1.3:+VERS-TLS1.2"
/* From then on every day's log says that the certificate runs out. */
#define DAYS_LEFT_MIN 30

/* What --help offers; the strings are owned. */
typedef struct
{
  char    *listen_at, *certificate, *key;
  char   **proxies;
  gboolean plain;
  int      connections_per_address, requests_per_second;
  int      schema; /* a test may pretend that the store is of another time */
} Options;

static void
options_clear (Options *options)
{
  g_free (options->listen_at);
  g_free (options->certificate);
  g_free (options->key);
  g_strfreev (options->proxies);
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Options, options_clear)

static GTlsCertificate *
load (const char *folder, const Options *options, GError **error)
{
  g_autofree char *certificate = options->certificate != NULL
                                     ? g_strdup (options->certificate)
                                     : g_build_filename (folder, UCH_FOLDER_CERTIFICATE, NULL);
  g_autofree char *key = options->key != NULL ? g_strdup (options->key)
                                              : g_build_filename (folder, UCH_FOLDER_KEY, NULL);

  return uch_certificate_load (certificate, key, uch_cli_now (), error);
}

static GSocketAddress *
parse_address (const char *text)
{
  g_autoptr (GError) parse_error = NULL;
  g_autoptr (GSocketConnectable) connectable
      = g_network_address_parse (text, PORT_DEFAULT, &parse_error);
  g_autoptr (GSocketAddressEnumerator) addresses = NULL;
  GSocketAddress *address = NULL;

  if (connectable != NULL)
    {
      addresses = g_socket_connectable_enumerate (connectable);
      address = g_socket_address_enumerator_next (addresses, NULL, &parse_error);
    }
  if (address == NULL)
    uch_cli_refuse (_ ("“%s” is no ADDRESS:PORT to listen at: %s"), text,
                    parse_error != NULL ? parse_error->message : _ ("there is no such address"));
  return address;
}

/* The daemon while it runs; all of it is the caller's. */
typedef struct
{
  GMainLoop       *loop;
  UchServer       *server;
  const char      *folder;
  const Options   *options;
  GTlsCertificate *certificate; /* (owned) (nullable) */
  int              lock;        /* on the folder */
} Daemon;

static gboolean
quit_cb (gpointer user_data)
{
  g_main_loop_quit (((Daemon *) user_data)->loop);
  return G_SOURCE_CONTINUE;
}

static void
say (const char *state)
{
  g_autoptr (GError) error = NULL;

  if (!uch_notify_say (state, &error))
    g_message ("systemd cannot be told “%s”: %s", state, error->message);
}

static gboolean
alive_cb (gpointer user_data)
{
  say ("WATCHDOG=1");
  return G_SOURCE_CONTINUE;
}

static gboolean
remind_cb (gpointer user_data)
{
  Daemon *daemon = user_data;
  int     days = daemon->certificate != NULL
                     ? uch_certificate_get_days_left (daemon->certificate, uch_cli_now ())
                     : G_MAXINT;

  if (days < DAYS_LEFT_MIN)
    g_warning ("the certificate runs out in %d days: put a new one in its place and reload", days);
  return G_SOURCE_CONTINUE;
}

/* SIGHUP: another certificate lies in the old one's place. A bad one changes nothing. */
static gboolean
reload_cb (gpointer user_data)
{
  Daemon *daemon = user_data;
  g_autoptr (GError) error = NULL;
  g_autoptr (GTlsCertificate) certificate = NULL;

  if (daemon->certificate == NULL)
    return G_SOURCE_CONTINUE;
  certificate = load (daemon->folder, daemon->options, &error);
  if (certificate == NULL)
    g_warning ("the old certificate stays: %s", error->message);
  else
    {
      uch_server_set_certificate (daemon->server, certificate);
      g_set_object (&daemon->certificate, certificate);
      g_message ("new connections get the certificate that was put in place");
      remind_cb (daemon);
    }
  return G_SOURCE_CONTINUE;
}

static void
take_limits (const Options *options, UchServerLimits *out_limits)
{
  uch_server_limits_init (out_limits);
  if (options->connections_per_address > 0)
    out_limits->connection.connections_per_address_max = (guint) options->connections_per_address;
  if (options->schema > 0)
    out_limits->versions = (UchWireVersions){ options->schema - 1, options->schema };
  if (options->requests_per_second > 0)
    {
      out_limits->requests_per_s = (guint) options->requests_per_second;
      out_limits->requests_burst_max = 3 * out_limits->requests_per_s;
    }
}

/* From "ready" to the signal that ends it. */
static void
run (Daemon *daemon, GSocketAddress *address, guint16 port)
{
  g_autofree char *host = g_inet_address_to_string (
      g_inet_socket_address_get_address (G_INET_SOCKET_ADDRESS (address)));
  gboolean is_v6 = strchr (host, ':') != NULL;
  guint    watchdog_ms = uch_notify_get_watchdog_ms ();
  guint    ids[]
      = { g_unix_signal_add (SIGTERM, quit_cb, daemon), g_unix_signal_add (SIGINT, quit_cb, daemon),
          g_unix_signal_add (SIGHUP, reload_cb, daemon),
          g_timeout_add_seconds (24 * 60 * 60, remind_cb, daemon),
          watchdog_ms > 0 ? g_timeout_add (watchdog_ms, alive_cb, daemon) : 0 };

  g_autofree char *at
      = g_strdup_printf ("%s://%s%s%s:%d", daemon->certificate != NULL ? "https" : "http",
                         is_v6 ? "[" : "", host, is_v6 ? "]" : "", port);
  g_autoptr (GError) error = NULL;

  if (!uch_cli_lock_note (daemon->lock, at, &error))
    g_message ("status will not find this daemon: %s", error->message);
  printf ("uchastok-store: ready on %s\n", at);
  fflush (stdout);
  say ("READY=1");
  uch_log_event (UCH_LOG_READY, NULL, "ready");
  remind_cb (daemon);
  g_main_loop_run (daemon->loop);
  say ("STOPPING=1");
  uch_log_event (UCH_LOG_STOPPED, NULL, "told to stop");
  for (guint i = 0; i < G_N_ELEMENTS (ids); i++)
    g_clear_handle_id (&ids[i], g_source_remove);
}

static gboolean
serve (UchStoreAsync   *store,
       const char      *folder,
       GTlsCertificate *certificate,
       GSocketAddress  *address,
       const Options   *options,
       int              lock,
       GError         **error)
{
  g_autoptr (GMainLoop) loop = g_main_loop_new (NULL, FALSE);
  g_autoptr (UchServer) server = NULL;
  Daemon          daemon = { .loop = loop, .folder = folder, .options = options, .lock = lock };
  UchServerLimits limits;
  guint16         port;

  take_limits (options, &limits);
  server = uch_server_new (store, certificate, &limits);
  if ((options->proxies != NULL
       && !uch_server_set_proxies (server, (const char *const *) options->proxies, error))
      || !uch_server_listen (server, address, &port, error))
    return FALSE;
  daemon.server = server;
  g_set_object (&daemon.certificate, certificate);
  run (&daemon, address, port);
  uch_server_stop (server);
  uch_store_async_stop (store);
  g_clear_object (&daemon.certificate);
  return TRUE;
}

/**
 * uch_cli_serve:
 *
 * "serve": the daemon, until SIGTERM or SIGINT.
 */
int
uch_cli_serve (int argc, char *argv[])
{
  g_auto (UchCliPlace) place = { 0 };
  g_auto (Options) options = { 0 };
  g_autoptr (GTlsCertificate) certificate = NULL;
  g_autoptr (GSocketAddress) address = NULL;
  g_autoptr (UchStoreAsync) store = NULL;
  g_autofree char   *url = NULL;
  GError            *error = NULL;
  int                lock;
  const GOptionEntry entries[] = {
    { "listen", 0, 0, G_OPTION_ARG_STRING, &options.listen_at,
      N_ ("Where to listen (127.0.0.1:8443); port 0: the system chooses"), N_ ("ADDRESS:PORT") },
    { "certificate", 0, 0, G_OPTION_ARG_FILENAME, &options.certificate,
      N_ ("Another certificate, PEM"), N_ ("FILE") },
    { "key", 0, 0, G_OPTION_ARG_FILENAME, &options.key, N_ ("Its key, PEM"), N_ ("FILE") },
    { "proxy", 0, 0, G_OPTION_ARG_STRING_ARRAY, &options.proxies,
      N_ ("Believe this proxy, or network of proxies, when it says for whom it asks "
          "(X-Forwarded-For); several times for several"),
      N_ ("ADDRESS") },
    { "plain-http", 0, 0, G_OPTION_ARG_NONE, &options.plain,
      N_ ("No TLS: only on a loopback address, behind a proxy"), NULL },
    { "connections-per-address", 0, 0, G_OPTION_ARG_INT, &options.connections_per_address,
      N_ ("Connections from one address at once (64)"), N_ ("N") },
    { "requests-per-second", 0, 0, G_OPTION_ARG_INT, &options.requests_per_second,
      N_ ("Requests of one sign-in (20, three times as many at one stroke)"), N_ ("N") },
    { "schema", 0, G_OPTION_FLAG_HIDDEN, G_OPTION_ARG_INT, &options.schema, NULL, NULL },
    { NULL },
  };

  if (!uch_cli_parse (argc, argv, _ ("Serves the desks over HTTPS until it is told to stop."),
                      entries, &place))
    return UCH_CLI_REFUSED;
  g_setenv ("G_TLS_GNUTLS_PRIORITY", TLS_PRIORITY, FALSE); /* before there is any thread */
  address = parse_address (options.listen_at != NULL ? options.listen_at : LISTEN_DEFAULT);
  if (address == NULL)
    return UCH_CLI_REFUSED;
  if (options.plain
      && !g_inet_address_get_is_loopback (
          g_inet_socket_address_get_address (G_INET_SOCKET_ADDRESS (address))))
    return uch_cli_refuse ("%s", _ ("Plain HTTP is only served on a loopback address: everybody on "
                                    "the way could read the passwords"));
  lock = uch_cli_lock_share (place.folder, &error); /* until the process ends */
  if (g_error_matches (error, G_FILE_ERROR, G_FILE_ERROR_AGAIN))
    return uch_cli_fail (error);
  g_clear_error (&error); /* what is wrong with the folder is told when the store is opened */
  url = uch_folder_dup_store_url (place.folder, &error);
  if (url != NULL)
    store = uch_store_async_open (url, 0, uch_cli_random, NULL, uch_cli_now (), &error);
  if (store == NULL)
    return uch_cli_fail (error);
  if (!options.plain)
    {
      certificate = load (place.folder, &options, &error);
      if (certificate == NULL)
        return uch_cli_fail (error);
    }
  signal (SIGPIPE, SIG_IGN);
  signal (SIGXFSZ, SIG_IGN); /* a file that may not grow is an error to answer, as a full disk is */
  return serve (store, place.folder, certificate, address, &options, lock, &error)
             ? 0
             : uch_cli_fail (error);
}

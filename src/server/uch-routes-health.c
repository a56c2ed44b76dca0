/* Is it there, can it work, and how much. */
#define G_LOG_DOMAIN "uch-server"

#include <string.h>

#include "server/uch-server-private.h"

static void
answer_text (UchRequest *request, guint status, char *text)
{
  g_autoptr (GBytes) body = g_bytes_new_take (text, strlen (text));

  uch_request_answer (request, status, "text/plain; version=0.0.4; charset=utf-8", body);
}

static void
get_healthz (UchRequest *request)
{
  answer_text (request, SOUP_STATUS_OK, g_strdup ("ok\n"));
}

static gpointer
head_func (UchStore *store, gpointer data, GError **error)
{
  gint64 head;

  return uch_store_get_head (store, &head, NULL, error) ? g_memdup2 (&head, sizeof head) : NULL;
}

static void
ready_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (UchRequest) request = user_data;
  g_autoptr (GError) error = NULL;
  g_autofree gint64 *head = uch_store_async_finish (UCH_STORE_ASYNC (source), result, &error);

  if (head != NULL)
    answer_text (request, SOUP_STATUS_OK, g_strdup ("ready\n"));
  else
    uch_request_fail (request, error);
}

/* Through the thread that writes: ready means that it is not stuck. */
static void
get_readyz (UchRequest *request)
{
  uch_store_async_write (request->server->store, head_func, NULL, NULL, g_free, NULL, ready_cb,
                         uch_request_ref (request));
}

static void
append (GString *text, const char *name, const char *type, const char *help, guint64 value)
{
  g_string_append_printf (text, "# HELP uchastok_%s %s\n# TYPE uchastok_%s %s\n", name, help, name,
                          type);
  g_string_append_printf (text, "uchastok_%s %" G_GUINT64_FORMAT "\n", name, value);
}

static void
get_metrics (UchRequest *request)
{
  static const char *const fates[UCH_N_POSITION_FATES]
      = { "shown", "kept", "known", "impossible", "future", "old", "off_shift" };
  UchServer        *server = request->server;
  const UchMetrics *m = &server->metrics;
  GString          *text;

  if (!uch_origins_is_local (server->origins, request->message))
    {
      uch_request_refuse (request, SOUP_STATUS_FORBIDDEN, "not_allowed", NULL,
                          "Metrics are told on this machine only");
      return;
    }
  text = g_string_new (NULL);
  append (text, "uptime_seconds", "gauge", "Since the daemon started.",
          (guint64) (uch_server_now () - server->started_at) / 1000);
  append (text, "head", "gauge", "The last place in the store's order.", (guint64) server->head);
  append (text, "connections", "gauge", "Open connections.",
          uch_listener_get_n_connections (server->listener));
  append (text, "connections_refused_total", "counter", "Connections over a limit.",
          uch_listener_get_n_refused (server->listener));
  append (text, "live_clients", "gauge", "Open WebSockets.",
          server->live != NULL ? uch_live_get_n_clients (server->live) : 0);
  append (text, "live_dropped_total", "counter", "WebSockets dropped as too slow.",
          m->live_dropped);
  append (text, "long_polls", "gauge", "Requests that wait for changes.", server->waiters->len);
  append (text, "store_queue", "gauge", "Jobs that wait to write.",
          uch_store_async_get_n_queued (server->store));
  append (text, "requests_total", "counter", "Requests.", m->requests);
  append (text, "pushes_total", "counter", "Pushes that were decided.", m->pushes);
  append (text, "operations_total", "counter", "Operations that were decided.", m->operations);
  append (text, "refused_auth_total", "counter", "Requests without a good token.", m->refused_auth);
  append (text, "refused_rate_total", "counter", "Requests that came too fast.", m->refused_rate);
  append (text, "refused_body_total", "counter", "Bodies that were too long.", m->refused_body);
  append (text, "errors_total", "counter", "Faults of the store.", m->errors);
  append (text, "positions_malformed_total", "counter", "Reports that made no sense.",
          m->positions_malformed);
  g_string_append (text, "# HELP uchastok_positions_total What became of positions.\n"
                         "# TYPE uchastok_positions_total counter\n");
  for (guint i = 0; i < UCH_N_POSITION_FATES; i++)
    g_string_append_printf (text, "uchastok_positions_total{fate=\"%s\"} %" G_GUINT64_FORMAT "\n",
                            fates[i], m->positions[i]);
  answer_text (request, SOUP_STATUS_OK, g_string_free (text, FALSE));
}

const UchRoute uch_routes_health[] = {
  { "GET", "/healthz", UCH_ROUTE_OPEN, get_healthz },
  { "GET", "/readyz", UCH_ROUTE_OPEN, get_readyz },
  { "GET", "/metrics", UCH_ROUTE_OPEN, get_metrics },
  { NULL },
};

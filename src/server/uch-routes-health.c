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
append_traffic (GString *text, UchServer *server)
{
  const UchMetrics *m = &server->metrics;

  uch_metrics_one (text, "requests_total", "counter", "Requests.", (double) m->requests);
  uch_metrics_one (text, "pushes_total", "counter", "Pushes that were decided.",
                   (double) m->pushes);
  uch_metrics_one (text, "operations_total", "counter", "Operations that were decided.",
                   (double) m->operations);
  uch_metrics_one (text, "feed_pages_total", "counter", "Pages of changes and of whole tables.",
                   (double) m->feed_pages);
  uch_metrics_one (text, "received_bytes_total", "counter", "Bytes of requests' bodies.",
                   (double) m->bytes_in);
  uch_metrics_one (text, "sent_bytes_total", "counter", "Bytes of answers' bodies.",
                   (double) m->bytes_out);
  uch_metrics_one (text, "refused_auth_total", "counter", "Requests without a good token.",
                   (double) m->refused_auth);
  uch_metrics_one (text, "refused_rate_total", "counter", "Requests that came too fast.",
                   (double) m->refused_rate);
  uch_metrics_one (text, "refused_body_total", "counter", "Bodies that were too long.",
                   (double) m->refused_body);
  uch_metrics_one (text, "errors_total", "counter", "Faults of the store.", (double) m->errors);
}

static void
append_clients (GString *text, UchServer *server)
{
  uch_metrics_one (text, "connections", "gauge", "Open connections.",
                   uch_listener_get_n_connections (server->listener));
  uch_metrics_one (text, "connections_refused_total", "counter", "Connections over a limit.",
                   (double) uch_listener_get_n_refused (server->listener));
  uch_metrics_one (text, "live_clients", "gauge", "Open WebSockets.",
                   server->live != NULL ? uch_live_get_n_clients (server->live) : 0);
  uch_metrics_one (text, "live_dropped_total", "counter", "WebSockets dropped as too slow.",
                   (double) server->metrics.live_dropped);
  uch_metrics_one (text, "long_polls", "gauge", "Requests that wait for changes.",
                   server->waiters->len);
}

static void
append_queues (GString *text, UchServer *server)
{
  guint n_writing = uch_store_async_get_n_queued (server->store), n_reading, n_hashing;

  uch_store_async_get_queues (server->store, &n_reading, &n_hashing);
  uch_metrics_one (text, "store_queue", "gauge", "Jobs that wait to write.", n_writing);
  uch_metrics_one (text, "read_queue", "gauge", "Jobs that wait to read.", n_reading);
  uch_metrics_one (text, "password_queue", "gauge",
                   "Sign-ins that wait for the check of a password.", n_hashing);
}

static void
append_positions (GString *text, const UchMetrics *metrics)
{
  uch_metrics_one (text, "positions_malformed_total", "counter", "Reports that made no sense.",
                   (double) metrics->positions_malformed);
  uch_metrics_head (text, "positions_total", "counter", "What became of positions.");
  for (guint i = 0; i < UCH_N_POSITION_FATES; i++)
    {
      g_autofree char *labels = g_strdup_printf ("fate=\"%s\"", uch_position_fate_nicks[i]);

      uch_metrics_sample (text, "positions_total", labels, (double) metrics->positions[i]);
    }
}

static void
answer_metrics (UchRequest *request)
{
  UchServer *server = request->server;
  GString   *text = g_string_sized_new (16 * 1024);

  uch_metrics_head (text, "build_info", "gauge", "The version that runs.");
  uch_metrics_sample (text, "build_info", "version=\"" UCH_VERSION "\"", 1);
  uch_metrics_one (text, "uptime_seconds", "gauge", "Since the daemon started.",
                   (double) (uch_server_now () - server->started_at) / 1000);
  uch_metrics_one (text, "head", "gauge", "The last place in the store's order.",
                   (double) server->head);
  append_clients (text, server);
  append_queues (text, server);
  append_traffic (text, server);
  uch_metrics_requests (text, &server->metrics);
  uch_metrics_store (text, &server->metrics.store);
  append_positions (text, &server->metrics);
  uch_metrics_process (text);
  answer_text (request, SOUP_STATUS_OK, g_string_free (text, FALSE));
}

static void
refuse_metrics (UchRequest *request)
{
  uch_request_refuse (request, SOUP_STATUS_FORBIDDEN, "not_allowed", NULL,
                      "Metrics are told on this machine, or to an admin's token");
}

static gpointer
authenticate_func (UchStore *store, gpointer token, GError **error)
{
  return uch_store_authenticate (store, token, uch_server_now (), error);
}

static void
authenticated_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (UchRequest) request = user_data;
  g_autoptr (GError) error = NULL;
  g_autoptr (UchSession) session
      = uch_store_async_finish (UCH_STORE_ASYNC (source), result, &error);

  if (session == NULL)
    {
      request->server->metrics.refused_auth++;
      uch_rate_take (request->server->strangers, request->from, 1, g_get_monotonic_time ());
      uch_request_fail (request, error);
    }
  else if (session->role == UCH_ROLE_ADMIN)
    answer_metrics (request);
  else
    refuse_metrics (request);
}

/* A collector on this machine needs no token; one elsewhere, or behind the proxy, an admin's. */
static void
get_metrics (UchRequest *request)
{
  SoupMessageHeaders *headers = soup_server_message_get_request_headers (request->message);
  const char         *said = soup_message_headers_get_one (headers, "Authorization");

  if (uch_origins_is_local (request->server->origins, request->message))
    answer_metrics (request);
  else if (!uch_rate_has (request->server->strangers, request->from, g_get_monotonic_time ()))
    uch_entry_refuse_too_fast (request);
  else if (said != NULL && g_ascii_strncasecmp (said, "Bearer ", 7) == 0 && strlen (said) < 256)
    uch_store_async_read (request->server->store, authenticate_func,
                          g_strstrip (g_strdup (said + 7)), g_free, g_object_unref, NULL,
                          authenticated_cb, uch_request_ref (request));
  else
    refuse_metrics (request);
}

/* The description of all of this, for who writes another client. */
static void
get_description (UchRequest *request)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GBytes) text
      = g_resources_lookup_data ("/org/uchastok/server/openapi.yaml", 0, &error);

  if (text != NULL)
    uch_request_answer (request, SOUP_STATUS_OK, "application/yaml", text);
  else
    uch_request_fail (request, error);
}

const UchRoute uch_routes_health[] = {
  { "GET", "/v1/openapi.yaml", UCH_ROUTE_OPEN, get_description },
  { "GET", "/healthz", UCH_ROUTE_OPEN, get_healthz },
  { "GET", "/readyz", UCH_ROUTE_OPEN, get_readyz },
  { "GET", "/metrics", UCH_ROUTE_OPEN, get_metrics },
  { NULL },
};

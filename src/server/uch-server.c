#define G_LOG_DOMAIN "uch-server"

#include "server/uch-server.h"

#include <string.h>

#include <gio/gunixsocketaddress.h>
#include <glib/gstdio.h>

#include "server/uch-log.h"
#include "server/uch-server-private.h"
#include "server/uch-server-resources.h"
#include "sync/uch-wire.h"

/* A body that is too long is read on and thrown away up to so many times its limit, so that its
 * sender can be told why; beyond that the connection is cut. */
#define DISCARD_FACTOR 4

G_DEFINE_FINAL_TYPE (UchServer, uch_server, G_TYPE_OBJECT)

static const struct
{
  const UchRoute *routes;
  UchGroup        group;
} route_groups[] = {
  { uch_routes_push, UCH_GROUP_PUSH },       { uch_routes_feed, UCH_GROUP_FEED },
  { uch_routes_track, UCH_GROUP_TRACK },     { uch_routes_live, UCH_GROUP_LIVE },
  { uch_routes_session, UCH_GROUP_SESSION }, { uch_routes_health, UCH_GROUP_HEALTH },
  { uch_routes_phone, UCH_GROUP_OTHER },     { uch_routes_invite, UCH_GROUP_OTHER },
  { uch_routes_trace, UCH_GROUP_OTHER },     { uch_routes_photo, UCH_GROUP_OTHER },
};

/* The store's clock, milliseconds since the Unix epoch. */
UchTime
uch_server_now (void)
{
  return g_get_real_time () / 1000;
}

/**
 * uch_server_list_routes:
 * @group: which group, from 0
 *
 * Returns: (nullable) (transfer none): its routes, ended by one without a path
 */
const UchRoute *
uch_server_list_routes (guint group)
{
  return group < G_N_ELEMENTS (route_groups) ? route_groups[group].routes : NULL;
}

/* The route; or NULL, and in @allowed the methods that the path has. */
static const UchRoute *
find_route (const char *method, const char *path, GString *allowed, UchGroup *out_group)
{
  for (guint g = 0; g < G_N_ELEMENTS (route_groups); g++)
    for (const UchRoute *route = route_groups[g].routes; route->path != NULL; route++)
      {
        gboolean fits = (route->flags & UCH_ROUTE_PREFIX) != 0
                            ? g_str_has_prefix (path, route->path)
                            : strcmp (path, route->path) == 0;

        if (!fits)
          continue;
        g_string_append_printf (allowed, "%s%s", allowed->len > 0 ? ", " : "", route->method);
        *out_group = route_groups[g].group;
        if (strcmp (method, route->method) == 0)
          return route;
      }
  return NULL;
}

static void
chunk_cb (SoupServerMessage *message, GBytes *chunk, UchRequest *request)
{
  gsize       len;
  const void *data = g_bytes_get_data (chunk, &len);

  request->len += len;
  if (request->len > DISCARD_FACTOR * request->len_max)
    {
      request->gone = TRUE;
      request->server->metrics.refused_body++;
      uch_listener_cut (message);
    }
  else if (request->len > request->len_max)
    g_byte_array_set_size (request->body, 0);
  else
    g_byte_array_append (request->body, data, len);
}

/* The request is over: once, whichever of its ends is told first. */
static void
end (UchRequest *request, SoupServerMessage *message, gboolean answered)
{
  guint  status = answered ? soup_server_message_get_status (message) : 0;
  gint64 took_us = g_get_monotonic_time () - request->started_us;

  request->gone = TRUE;
  if (request->over)
    return;
  request->over = TRUE;
  request->server->n_open--;
  uch_metrics_note (&request->server->metrics, request->group, status, took_us, request->len,
                    (gsize) soup_server_message_get_response_body (message)->length);
  uch_log_request (request->route != NULL ? request->route->method : "-",
                   request->route != NULL ? request->route->path : NULL, request->group, status,
                   took_us, request->session != NULL ? request->session->parent.id : NULL);
}

static void
finished_cb (SoupServerMessage *message, UchRequest *request)
{
  end (request, message, !request->gone);
  g_byte_array_set_size (request->body, 0);
  if (request->route == NULL || (request->route->flags & UCH_ROUTE_SOCKET) == 0
      || soup_server_message_get_status (message) != SOUP_STATUS_SWITCHING_PROTOCOLS)
    uch_listener_enter (message, UCH_PHASE_IDLE);
}

/* libsoup 3.2 takes a 204 for an answer that only the end of the connection ends. */
static void
wrote_headers_cb (SoupServerMessage *message, UchRequest *request)
{
  if (soup_server_message_get_status (message) == SOUP_STATUS_NO_CONTENT)
    soup_message_headers_set_encoding (soup_server_message_get_response_headers (message),
                                       SOUP_ENCODING_NONE);
}

static void
disconnected_cb (SoupServerMessage *message, UchRequest *request)
{
  end (request, message, FALSE);
}

/* Nothing new is begun while the server stops. */
static gboolean
refuse_at_the_end (UchRequest *request)
{
  SoupMessageHeaders *headers = soup_server_message_get_response_headers (request->message);

  if (!g_cancellable_is_cancelled (request->server->stopping))
    return FALSE;
  soup_message_headers_replace (headers, "Retry-After", "1");
  soup_message_headers_replace (headers, "Connection", "close");
  uch_request_refuse (request, SOUP_STATUS_SERVICE_UNAVAILABLE, "unavailable", NULL,
                      "The store stops; ask again");
  return TRUE;
}

static gboolean
take_route (UchRequest *request, const char *path)
{
  g_autoptr (GString) allowed = g_string_new (NULL);
  gboolean is_path;

  request->route = find_route (soup_server_message_get_method (request->message), path, allowed,
                               &request->group);
  if (request->route != NULL)
    return TRUE;
  is_path = allowed->len > 0;
  if (is_path)
    soup_message_headers_replace (soup_server_message_get_response_headers (request->message),
                                  "Allow", allowed->str);
  uch_request_refuse (request, is_path ? SOUP_STATUS_METHOD_NOT_ALLOWED : SOUP_STATUS_NOT_FOUND,
                      is_path ? "no_such_method" : "no_such_path", NULL,
                      "There is nothing here that could be asked so");
  return FALSE;
}

/* The header is here: who asks for what, and may he? */
static void
early_cb (SoupServer        *soup,
          SoupServerMessage *message,
          const char        *path,
          GHashTable        *query,
          gpointer           user_data)
{
  UchServer          *self = user_data;
  UchRequest         *request = uch_request_new (self, message);
  SoupMessageHeaders *headers = soup_server_message_get_request_headers (message);
  goffset             len = soup_message_headers_get_content_length (headers);

  self->metrics.requests++;
  self->n_open++;
  uch_listener_enter (message, UCH_PHASE_BODY);
  request->len_max = self->limits.anonymous_len_max;
  soup_message_body_set_accumulate (soup_server_message_get_request_body (message), FALSE);
  g_signal_connect (message, "got-chunk", G_CALLBACK (chunk_cb), request);
  g_signal_connect (message, "wrote-headers", G_CALLBACK (wrote_headers_cb), request);
  g_signal_connect (message, "finished", G_CALLBACK (finished_cb), request);
  g_signal_connect (message, "disconnected", G_CALLBACK (disconnected_cb), request);
  if (!uch_entry_look_over (request) || refuse_at_the_end (request))
    return;
  if (!take_route (request, path) || !uch_request_check_schema (request))
    return;
  if (len > (goffset) self->limits.body_len_max * DISCARD_FACTOR)
    {
      self->metrics.refused_body++;
      request->gone = TRUE;
      uch_listener_cut (message);
      return;
    }
  if ((request->route->flags & UCH_ROUTE_OPEN) == 0)
    uch_entry_authenticate (request);
}

/* The body is here. */
static void
handler_cb (SoupServer        *soup,
            SoupServerMessage *message,
            const char        *path,
            GHashTable        *query,
            gpointer           user_data)
{
  UchServer  *self = user_data;
  UchRequest *request = uch_request_of (message);

  if (request == NULL || request->answered || request->gone || refuse_at_the_end (request))
    return;
  uch_listener_enter (message, UCH_PHASE_ANSWER);
  if (request->len > request->len_max)
    {
      self->metrics.refused_body++;
      uch_request_refuse (request, SOUP_STATUS_REQUEST_ENTITY_TOO_LARGE, "too_long", NULL,
                          "The body has %" G_GSIZE_FORMAT " bytes; %" G_GSIZE_FORMAT " are allowed",
                          request->len, request->len_max);
      return;
    }
  request->route->func (request);
  if (!request->answered)
    uch_request_pause (request);
}

/* Everybody who waits for changes is told that there are some. */
void
uch_server_announce (UchServer *self, gint64 head)
{
  if (head <= self->head || self->live == NULL) /* without: the server has stopped */
    return;
  self->head = head;
  uch_feed_wake (self);
  uch_live_poke (self->live, head);
}

/* Lets the store look at the clocks that may have run out. Several processes at one store each do
 * it: a step has an id made of the row's version, so it is taken once. */
static gpointer
tick_func (UchStore *store, gpointer data, GError **error)
{
  return uch_store_tick (store, uch_server_now (), NULL, error) ? store : NULL;
}

static void
ticked_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (UchServer) self = user_data;
  g_autoptr (GError) error = NULL;

  self->ticking = FALSE;
  if (uch_store_async_finish (UCH_STORE_ASYNC (source), result, &error) == NULL)
    g_warning ("the store's clocks stand still: %s", error->message);
}

static gboolean
tick_cb (gpointer user_data)
{
  UchServer *self = user_data;
  gint64     old_us = g_get_monotonic_time () - G_USEC_PER_SEC * 60;

  uch_rate_forget (self->tokens, old_us);
  uch_rate_forget (self->strangers, old_us);
  uch_server_check_sessions (self);
  if (self->ticking)
    return G_SOURCE_CONTINUE;
  self->ticking = TRUE;
  uch_store_async_write (self->store, tick_func, NULL, NULL, NULL, NULL, ticked_cb,
                         g_object_ref (self));
  return G_SOURCE_CONTINUE;
}

static void
uch_server_finalize (GObject *object)
{
  UchServer *self = UCH_SERVER (object);

  g_clear_pointer (&self->live, uch_live_free);
  g_clear_pointer (&self->relay, uch_relay_free);
  uch_rate_free (self->tokens);
  uch_rate_free (self->strangers);
  g_clear_pointer (&self->known, g_hash_table_unref);
  g_ptr_array_unref (self->waiters);
  g_clear_object (&self->listener);
  g_clear_object (&self->soup);
  g_clear_object (&self->store);
  g_clear_object (&self->stopping);
  uch_origins_free (self->origins);
  G_OBJECT_CLASS (uch_server_parent_class)->finalize (object);
}

static void
uch_server_class_init (UchServerClass *klass)
{
  G_OBJECT_CLASS (klass)->finalize = uch_server_finalize;
}

static void
uch_server_init (UchServer *self)
{
  self->waiters = g_ptr_array_new ();
  self->stopping = g_cancellable_new ();
  self->started_at = uch_server_now ();
}

/**
 * uch_server_limits_init:
 *
 * Sets the limits of the protocol: 64 connections per address, a header within 10 s, 16 KiB of body
 * from strangers and 512 KiB from who is known, 20 requests a second in bursts of 60.
 */
void
uch_server_limits_init (UchServerLimits *limits)
{
  *limits = (UchServerLimits){
    .connection = { .connections_max = 2000,
                    .connections_per_address_max = 64,
                    .header_ms = 10 * 1000,
                    .body_ms = 60 * 1000,
                    .idle_ms = 50 * 1000, /* before the silence */
                    .silent_s = 60 },
    .requests_per_s = 20,
    .requests_burst_max = 60,
    .anonymous_len_max = UCH_WIRE_ANON_BODY_LEN_MAX,
    .body_len_max = UCH_WIRE_BODY_LEN_MAX,
    .heartbeat_ms = 15 * 1000,
    .tick_ms = 2 * 1000,
    .drain_ms = 5 * 1000,
    .versions = { UCH_WIRE_VERSION_MIN, UCH_WIRE_VERSION },
  };
}

/* libsoup keeps a connection open after its first answer only while it listens somewhere itself:
 * it is given a socket that nobody can reach, since its name is taken away at once. */
static void
listen_nowhere (SoupServer *soup)
{
  g_autoptr (GError) error = NULL;
  g_autofree char *folder = g_dir_make_tmp ("uchastok-XXXXXX", &error);
  g_autofree char *path = folder != NULL ? g_build_filename (folder, "none", NULL) : NULL;
  g_autoptr (GSocketAddress) address = path != NULL ? g_unix_socket_address_new (path) : NULL;
  g_autoptr (GSocket) socket = address != NULL
                                   ? g_socket_new (G_SOCKET_FAMILY_UNIX, G_SOCKET_TYPE_STREAM,
                                                   G_SOCKET_PROTOCOL_DEFAULT, &error)
                                   : NULL;

  if (socket == NULL || !g_socket_bind (socket, address, FALSE, &error)
      || !g_socket_listen (socket, &error) || !soup_server_listen_socket (soup, socket, 0, &error))
    g_warning ("every request will need a connection of its own: %s", error->message);
  if (path != NULL)
    g_unlink (path);
  if (folder != NULL)
    g_rmdir (folder);
}

/**
 * uch_server_new:
 * @certificate: (nullable): NULL speaks plain HTTP: only on loopback, behind a proxy
 *
 * Returns: (transfer full): a server that does not listen yet
 */
UchServer *
uch_server_new (UchStoreAsync *store, GTlsCertificate *certificate, const UchServerLimits *limits)
{
  UchServer *self = g_object_new (UCH_TYPE_SERVER, NULL);

  self->store = g_object_ref (store);
  self->limits = *limits;
  self->tokens = uch_rate_new (limits->requests_per_s, limits->requests_burst_max);
  self->strangers = uch_rate_new (limits->requests_per_s, limits->requests_burst_max);
  self->origins = uch_origins_new (NULL, NULL);
  self->soup = soup_server_new ("server-header", "uchastok-store", NULL);
  g_resources_register (uch_server_get_resource ());
  listen_nowhere (self->soup);
  uch_store_async_set_meter (store, uch_metrics_meter, &self->metrics.store);
  self->listener = uch_listener_new (self->soup, certificate, &limits->connection);
  uch_listener_set_lane (self->listener, uch_track_take, self);
  self->live = uch_live_new (self);
  /* the WebSocket's path has handlers of its own: it needs the early one too */
  soup_server_add_early_handler (self->soup, NULL, early_cb, self, NULL);
  soup_server_add_early_handler (self->soup, "/v1/live", early_cb, self, NULL);
  soup_server_add_handler (self->soup, NULL, handler_cb, self, NULL);
  return self;
}

/**
 * uch_server_set_proxies:
 * @proxies: (array zero-terminated=1): addresses or networks, as in "10.0.0.0/8"
 * @error: %G_IO_ERROR_INVALID_ARGUMENT
 *
 * Believes these when they say in X-Forwarded-For for whom they ask. What counts per address then
 * counts for whom they name; how many connections one address may have is theirs to keep.
 */
gboolean
uch_server_set_proxies (UchServer *self, const char *const *proxies, GError **error)
{
  UchOrigins *origins = uch_origins_new (proxies, error);

  if (origins == NULL)
    return FALSE;
  uch_listener_set_origins (self->listener, origins);
  uch_origins_free (self->origins);
  self->origins = origins;
  return TRUE;
}

/**
 * uch_server_set_certificate:
 *
 * New connections get this one; those that are open keep what they began with.
 */
void
uch_server_set_certificate (UchServer *self, GTlsCertificate *certificate)
{
  uch_listener_set_certificate (self->listener, certificate);
}

/**
 * uch_server_listen:
 * @out_port: (out): the port, also where the kernel chose it
 */
gboolean
uch_server_listen (UchServer *self, GSocketAddress *address, guint16 *out_port, GError **error)
{
  if (!uch_listener_listen (self->listener, address, out_port, error))
    return FALSE;
  self->relay = uch_relay_new (self);
  tick_cb (self);
  self->tick_id = g_timeout_add (self->limits.tick_ms, tick_cb, self);
  return TRUE;
}

static gboolean
too_long_cb (gpointer user_data)
{
  *(gboolean *) user_data = TRUE;
  return G_SOURCE_REMOVE;
}

/* What was begun is answered: a person who pressed a key at that moment notices nothing. */
static void
drain (UchServer *self)
{
  gboolean too_long = FALSE;
  guint    id = g_timeout_add (self->limits.drain_ms, too_long_cb, &too_long);

  while (self->n_open > 0 && !too_long)
    g_main_context_iteration (NULL, TRUE);
  while (!too_long && g_main_context_iteration (NULL, FALSE))
    ; /* the last words to who is live */
  if (too_long)
    g_message ("%u requests were not answered in time", self->n_open);
  else
    g_source_remove (id);
}

/**
 * uch_server_stop:
 *
 * Takes nobody in any more, answers what was asked, tells who is connected, and closes. Blocks, for
 * some seconds at most. What was begun in the store is finished by uch_store_async_stop().
 */
void
uch_server_stop (UchServer *self)
{
  g_clear_handle_id (&self->tick_id, g_source_remove);
  uch_listener_stop (self->listener);
  g_cancellable_cancel (self->stopping);
  uch_feed_cancel (self);
  g_clear_pointer (&self->live, uch_live_free);
  drain (self);
  g_clear_pointer (&self->relay, uch_relay_free);
  soup_server_disconnect (self->soup);
}

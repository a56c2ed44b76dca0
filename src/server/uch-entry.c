/* Who may come in: from where, how fast, with which token. */
#define G_LOG_DOMAIN "uch-server"

#include <string.h>

#include "core/uch-work.h"
#include "server/uch-server-private.h"
#include "server/uch-token.h"

/* A read that follows a poke costs so little of a token's right to ask; see UCH_ROUTE_FREE. */
#define FOLLOWING_COST 0.1

/* How long it is remembered whose token one was, for requests that ask again when they write; and
 * of how many. */
#define KNOWN_US (10 * G_USEC_PER_SEC)
#define KNOWN_MAX 5000

/* Says that more was asked than may be; the answer to a stranger is the same. */
void
uch_entry_refuse_too_fast (UchRequest *request)
{
  UchServer *self = request->server;

  soup_message_headers_replace (soup_server_message_get_response_headers (request->message),
                                "Retry-After", "1");
  self->metrics.refused_rate++;
  uch_request_refuse (request, 429, "too_fast", NULL,
                      "More than %u requests a second; wait a second", self->limits.requests_per_s);
}

/* Notes where the request comes from, and refuses one that could be read in two ways. */
gboolean
uch_entry_look_over (UchRequest *request)
{
  SoupMessageHeaders *headers = soup_server_message_get_request_headers (request->message);
  const char         *twice = uch_origin_find_ambiguity (headers);
  g_autoptr (GInetAddress) from = uch_origins_find (request->server->origins, request->message);

  request->from = from != NULL ? uch_origin_dup_group (from) : g_strdup ("");
  if (twice == NULL)
    return TRUE;
  soup_message_headers_replace (soup_server_message_get_response_headers (request->message),
                                "Connection", "close");
  uch_request_refuse (request, SOUP_STATUS_BAD_REQUEST, "ambiguous", twice,
                      "The header %s says two things", twice);
  return FALSE;
}

static gpointer
authenticate_func (UchStore *store, gpointer data, GError **error)
{
  return uch_store_authenticate (store, data, uch_server_now (), error);
}

static gpointer
touch_func (UchStore *store, gpointer data, GError **error)
{
  uch_store_touch_session (store, data, uch_server_now (), error);
  return NULL;
}

static void
touched_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (GError) error = NULL;

  uch_store_async_finish (UCH_STORE_ASYNC (source), result, &error);
  if (error != NULL)
    g_message ("cannot note that a session is used: %s", error->message);
}

/* Counts the request against its token's right to ask; refuses it when that is used up. */
static gboolean
charge (UchRequest *request)
{
  UchServer *self = request->server;
  double     cost = (request->route->flags & UCH_ROUTE_FREE) != 0 ? FOLLOWING_COST : 1;

  if (uch_rate_take (self->tokens, request->token, cost, g_get_monotonic_time ()))
    return TRUE;
  uch_entry_refuse_too_fast (request);
  return FALSE;
}

/* Whose token it was a moment ago. */
typedef struct
{
  UchSession *session; /* (owned) */
  gint64      at_us;
} Known;

static void
known_free (gpointer data)
{
  g_object_unref (((Known *) data)->session);
  g_free (data);
}

static void
remember (UchServer *self, const char *token, UchSession *session)
{
  Known *known = g_new0 (Known, 1);

  if (self->known == NULL)
    self->known = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, known_free);
  if (g_hash_table_size (self->known) >= KNOWN_MAX)
    g_hash_table_remove_all (self->known);
  known->session = g_object_ref (session);
  known->at_us = g_get_monotonic_time ();
  g_hash_table_replace (self->known, g_strdup (token), known);
}

/* What a body may weigh now that it is known who sends it. */
static void
let_in (UchRequest *request)
{
  request->len_max = (request->route->flags & UCH_ROUTE_PICTURE) != 0
                         ? UCH_PHOTO_SIZE_MAX
                         : request->server->limits.body_len_max;
}

/* A push need not be held up by the question who sends it: the store asks that again, in the
 * transaction, before each operation. */
static gboolean
let_known_in (UchRequest *request)
{
  UchServer   *self = request->server;
  const Known *known
      = self->known != NULL ? g_hash_table_lookup (self->known, request->token) : NULL;

  if (known == NULL || (request->route->flags & UCH_ROUTE_CHECKED) == 0
      || g_get_monotonic_time () - known->at_us > KNOWN_US)
    return FALSE;
  request->session = g_object_ref (known->session);
  let_in (request);
  return TRUE;
}

/* What is no WebSocket is told so by us: libsoup would without a word. */
static gboolean
check_handshake (UchRequest *request)
{
  g_autoptr (GError) error = NULL;

  if ((request->route->flags & UCH_ROUTE_SOCKET) == 0
      || soup_websocket_server_check_handshake (request->message, NULL, NULL, NULL, &error))
    return TRUE;
  uch_request_refuse (request, SOUP_STATUS_BAD_REQUEST, "invalid", "Upgrade",
                      "Here is a WebSocket: %s", error->message);
  return FALSE;
}

static void
authenticated_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (UchRequest) request = user_data;
  g_autoptr (GError) error = NULL;
  UchServer *self = request->server;

  request->session = uch_store_async_finish (UCH_STORE_ASYNC (source), result, &error);
  if (request->session == NULL)
    {
      self->metrics.refused_auth++;
      if (g_error_matches (error, UCH_STORE_ERROR, UCH_STORE_ERROR_SIGNED_OUT))
        uch_rate_take (self->strangers, request->from, 1, g_get_monotonic_time ());
      uch_request_fail (request, error);
      return;
    }
  if (!uch_rate_knows (self->tokens, request->token) && !charge (request))
    return;
  if (uch_server_now () - request->session->used_at > UCH_MINUTE_MS)
    uch_store_async_write (self->store, touch_func, g_strdup (request->session->parent.id), g_free,
                           NULL, NULL, touched_cb, NULL);
  remember (self, request->token, request->session);
  if (!check_handshake (request))
    return;
  let_in (request);
  request->paused = FALSE;
  if (!request->gone)
    soup_server_message_unpause (request->message);
}

/* Finds out who asks. The answer comes later: until then no more of the body is read. */
void
uch_entry_authenticate (UchRequest *request)
{
  UchServer *self = request->server;

  if (!uch_token_take (request))
    {
      self->metrics.refused_auth++;
      return;
    }
  /* Only a token that was good has a right of its own: made-up ones count against where they come
   * from, and fill no memory. */
  if (uch_rate_knows (self->tokens, request->token))
    {
      if (!charge (request))
        return;
    }
  else if (!uch_rate_has (self->strangers, request->from, g_get_monotonic_time ()))
    {
      uch_entry_refuse_too_fast (request);
      return;
    }
  if (let_known_in (request))
    return;
  uch_request_pause (request);
  uch_store_async_read (self->store, authenticate_func, g_strdup (request->token), g_free,
                        g_object_unref, NULL, authenticated_cb, uch_request_ref (request));
}

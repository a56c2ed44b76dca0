/* Live connections: that there is news, where the engineers are, who looks at what. Everything here
 * may be lost: whoever missed it asks /v1/changes. */
#define G_LOG_DOMAIN "uch-server"

#include <string.h>

#include "server/uch-live-private.h"
#include "sync/uch-wire.h"

#define INCOMING_LEN_MAX 4096
#define PING_S 10
/* A client that says nothing for so long, not even a pong, does not read either: its queue in
 * libsoup has no bound of its own. */
#define SILENCE_MAX_US (35 * G_USEC_PER_SEC)
#define POSITIONS_MS 1000
#define PRESENCE_MS 50
/* Somebody who forgot to say that he looks no more. */
#define PRESENCE_MAX_US (15 * 60 * G_USEC_PER_SEC)
#define CLIENTS_MAX 1000
/* Positions older than this are of no use on the map. */
#define POSITIONS_AGE_MS (12 * UCH_HOUR_MS)

static void
client_free (gpointer data)
{
  UchLiveClient *client = data;

  g_signal_handlers_disconnect_by_data (client->connection, client);
  g_object_unref (client->connection);
  g_clear_object (&client->socket);
  g_object_unref (client->session);
  g_clear_pointer (&client->page, uch_live_page_unref);
  g_free (client->token);
  g_free (client);
}

void
uch_live_client_send (UchLiveClient *client, const char *text)
{
  if (soup_websocket_connection_get_state (client->connection) == SOUP_WEBSOCKET_STATE_OPEN)
    soup_websocket_connection_send_text (client->connection, text);
}

static gboolean
sees_work (const UchSession *session)
{
  return session->role == UCH_ROLE_DISPATCHER || session->role == UCH_ROLE_HEAD
         || session->role == UCH_ROLE_CLERK;
}

static gboolean
presence_cb (gpointer user_data)
{
  UchLive         *self = user_data;
  g_autofree char *text = uch_presence_list_print (self->presence);

  self->presence_id = 0;
  for (guint i = 0; i < self->clients->len; i++)
    {
      UchLiveClient *client = g_ptr_array_index (self->clients, i);

      if (sees_work (client->session))
        uch_live_client_send (client, text);
    }
  return G_SOURCE_REMOVE;
}

static void
tell_presence (UchLive *self)
{
  if (self->presence_id == 0)
    self->presence_id = g_timeout_add (PRESENCE_MS, presence_cb, self);
}

/* One session looks at one ticket per act; no ticket ends the act, no act ends all of them.
 * @connected: it said so on its live connection, and ends with it. */
static void
set_presence (UchLive          *self,
              const UchSession *session,
              const char       *ticket_id,
              const char       *act,
              gboolean          connected)
{
  UchRelay   *relay = self->server->relay;
  UchPresence presence = { .process = (char *) (connected ? uch_relay_get_name (relay) : ""),
                           .session_id = session->parent.id,
                           .staff_id = session->staff_id,
                           .ticket_id = (char *) ticket_id,
                           .act = (char *) act,
                           .at_us = g_get_monotonic_time () };

  if (!uch_presence_list_set (self->presence, &presence))
    return;
  tell_presence (self);
  uch_relay_tell_presence (relay, &presence);
}

/* What another process knows. */
void
uch_live_hear_presence (UchLive *self, const UchPresence *presence)
{
  if (uch_presence_list_set (self->presence, presence))
    tell_presence (self);
}

void
uch_live_hear_left (UchLive *self, const char *process, const char *session_id)
{
  if (uch_presence_list_leave (self->presence, process, session_id))
    tell_presence (self);
}

void
uch_live_forget_process (UchLive *self, const char *process)
{
  if (uch_presence_list_forget_process (self->presence, process))
    tell_presence (self);
}

UchPresenceList *
uch_live_get_presence (UchLive *self)
{
  return self->presence;
}

static void
remove_client (UchLiveClient *client)
{
  UchLive *self = client->live;

  for (guint i = 0; i < self->clients->len; i++)
    {
      const UchLiveClient *other = g_ptr_array_index (self->clients, i);

      if (other != client && strcmp (other->session->parent.id, client->session->parent.id) == 0)
        { /* the same desk is back already on another connection */
          g_ptr_array_remove_fast (self->clients, client);
          return;
        }
    }
  if (uch_presence_list_leave (self->presence, uch_relay_get_name (self->server->relay),
                               client->session->parent.id))
    {
      tell_presence (self);
      uch_relay_tell_left (self->server->relay, client->session->parent.id);
    }
  g_ptr_array_remove_fast (self->clients, client);
}

static void
closed_cb (SoupWebsocketConnection *connection, UchLiveClient *client)
{
  remove_client (client);
}

/* Ends a connection that does not read: a polite close would wait in the same full queue. */
static void
drop (UchLiveClient *client)
{
  client->live->server->metrics.live_dropped++;
  if (client->socket != NULL)
    g_socket_shutdown (client->socket, TRUE, TRUE, NULL);
  remove_client (client);
}

static void
pong_cb (SoupWebsocketConnection *connection, GBytes *bytes, UchLiveClient *client)
{
  client->heard_us = g_get_monotonic_time ();
}

/* The word, NULL when it is empty. */
static const char *
get_word (JsonObject *object, const char *name)
{
  const char *word = uch_member_get_text (object, name);

  return word != NULL && *word != '\0' ? word : NULL;
}

/* Says what was wrong in a message; nothing of it was taken. */
static void
send_error (UchLiveClient *client, const GError *error)
{
  g_autoptr (JsonBuilder) builder = json_builder_new ();
  g_autoptr (JsonNode) root = NULL;
  g_autofree char *text = NULL;
  const struct
  {
    const char *name, *value;
  } members[] = {
    { "type", "error" },
    { "code", uch_request_get_word (error) },
    { "field", uch_wire_error_get_field (error) },
    { "detail", error->message },
  };

  json_builder_begin_object (builder);
  for (guint i = 0; i < G_N_ELEMENTS (members); i++)
    if (members[i].value != NULL)
      {
        json_builder_set_member_name (builder, members[i].name);
        json_builder_add_string_value (builder, members[i].value);
      }
  json_builder_end_object (builder);
  root = json_builder_get_root (builder);
  text = uch_wire_print_json (root);
  uch_live_client_send (client, text);
}

static const UchMember at_members[]
    = { { "type", 's', TRUE, 64 }, { "seq", 'x', TRUE, 0 }, { NULL } };
static const UchMember presence_members[] = {
  { "type", 's', FALSE, 64 }, { "ticket", 's', FALSE, 64 }, { "act", 's', FALSE, 64 }, { NULL }
};

static gboolean
take_message (UchLiveClient *client, JsonObject *object, GError **error)
{
  const char *kind = uch_member_get_text (object, "type");

  if (g_strcmp0 (kind, "at") == 0)
    {
      if (!uch_members_check (object, at_members, NULL, error))
        return FALSE;
      uch_live_hear_cursor (client, json_object_get_int_member (object, "seq"));
    }
  else if (g_strcmp0 (kind, "presence") == 0)
    {
      if (!uch_members_check (object, presence_members, NULL, error))
        return FALSE;
      set_presence (client->live, client->session, get_word (object, "ticket"),
                    get_word (object, "act"), TRUE);
    }
  else
    { /* maybe of a newer desk: it is told that it was not understood */
      g_set_error_literal (error, UCH_WIRE_ERROR, UCH_WIRE_ERROR_INVALID,
                           "“type” is none that this store understands");
      uch_wire_error_set_field (*error, "type");
      return FALSE;
    }
  return TRUE;
}

static void
message_cb (SoupWebsocketConnection *connection,
            SoupWebsocketDataType    type,
            GBytes                  *bytes,
            UchLiveClient           *client)
{
  gsize       len;
  const char *text = g_bytes_get_data (bytes, &len);
  g_autoptr (JsonNode) root = NULL;
  g_autoptr (GError) error = NULL;

  client->heard_us = g_get_monotonic_time ();
  root = type == SOUP_WEBSOCKET_DATA_TEXT ? uch_wire_parse_json (text, (gssize) len, NULL) : NULL;
  if (root == NULL || !JSON_NODE_HOLDS_OBJECT (root))
    soup_websocket_connection_close (connection, SOUP_WEBSOCKET_CLOSE_BAD_DATA, "no JSON object");
  else if (!take_message (client, json_node_get_object (root), &error))
    send_error (client, error);
}

/* Signs of life both ways. */
static gboolean
heartbeat_cb (gpointer user_data)
{
  UchLive         *self = user_data;
  gint64           now_us = g_get_monotonic_time ();
  g_autofree char *text = g_strdup_printf ("{\"type\":\"hb\",\"time\":%" G_GINT64_FORMAT
                                           ",\"head\":%" G_GINT64_FORMAT "}",
                                           uch_server_now (), self->server->head);

  for (guint i = self->clients->len; i > 0; i--)
    {
      UchLiveClient *client = g_ptr_array_index (self->clients, i - 1);

      if (now_us - client->heard_us > SILENCE_MAX_US)
        drop (client);
      else
        uch_live_client_send (client, text);
    }
  if (uch_presence_list_forget_old (self->presence, now_us - PRESENCE_MAX_US))
    tell_presence (self);
  return G_SOURCE_CONTINUE;
}

static void
add_real (JsonBuilder *builder, const char *name, double value)
{
  if (value < 0 && strcmp (name, "lat") != 0 && strcmp (name, "lon") != 0)
    return; /* unknown */
  json_builder_set_member_name (builder, name);
  json_builder_add_double_value (builder, value);
}

static char *
print_positions (GPtrArray *positions)
{
  g_autoptr (JsonBuilder) builder = json_builder_new ();
  g_autoptr (JsonNode) root = NULL;

  json_builder_begin_object (builder);
  json_builder_set_member_name (builder, "type");
  json_builder_add_string_value (builder, "pos");
  json_builder_set_member_name (builder, "positions");
  json_builder_begin_array (builder);
  for (guint i = 0; i < positions->len; i++)
    {
      const UchLastPosition *last = g_ptr_array_index (positions, i);

      json_builder_begin_object (builder);
      json_builder_set_member_name (builder, "engineer");
      json_builder_add_string_value (builder, last->engineer_id);
      json_builder_set_member_name (builder, "at");
      json_builder_add_int_value (builder, last->position.at);
      add_real (builder, "lat", last->position.latitude);
      add_real (builder, "lon", last->position.longitude);
      add_real (builder, "acc", last->position.accuracy_m);
      add_real (builder, "spd", last->position.speed_mps);
      add_real (builder, "crs", last->position.course_deg);
      add_real (builder, "bat", last->position.battery_percent);
      json_builder_end_object (builder);
    }
  json_builder_end_array (builder);
  json_builder_end_object (builder);
  root = json_builder_get_root (builder);
  return json_to_string (root, FALSE);
}

static gpointer
positions_func (UchStore *store, gpointer data, GError **error)
{
  g_autoptr (GPtrArray) positions
      = uch_store_list_last_positions (store, data, uch_server_now () - POSITIONS_AGE_MS, error);

  return positions != NULL ? print_positions (positions) : NULL;
}

/* To all of one role: they see the same. */
typedef struct
{
  UchServer *server; /* (owned) */
  UchRole    role;
} Audience;

static void
positions_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  Audience *audience = user_data;
  g_autoptr (UchServer) server = audience->server;
  g_autoptr (GError) error = NULL;
  g_autofree char *text = uch_store_async_finish (UCH_STORE_ASYNC (source), result, &error);

  if (text == NULL)
    g_message ("cannot tell where the engineers are: %s", error->message);
  for (guint i = 0; text != NULL && server->live != NULL && i < server->live->clients->len; i++)
    {
      UchLiveClient *client = g_ptr_array_index (server->live->clients, i);

      if (client->session->role == audience->role)
        uch_live_client_send (client, text);
    }
  g_free (audience);
}

static gboolean
tell_positions_cb (gpointer user_data)
{
  UchLive *self = user_data;
  guint    told_roles = 0;

  self->positions_id = 0;
  for (guint i = 0; i < self->clients->len; i++)
    {
      UchLiveClient *client = g_ptr_array_index (self->clients, i);
      Audience      *audience;

      if (!sees_work (client->session) || (told_roles & 1u << client->session->role) != 0)
        continue;
      told_roles |= 1u << client->session->role;
      audience = g_new0 (Audience, 1);
      audience->server = g_object_ref (self->server);
      audience->role = client->session->role;
      uch_store_async_read (self->server->store, positions_func, g_object_ref (client->session),
                            g_object_unref, g_free, NULL, positions_cb, audience);
    }
  return G_SOURCE_REMOVE;
}

/* Another process has newer ones. At most once a second, however many phones report. */
void
uch_live_hear_positions (UchLive *self)
{
  if (self->positions_id == 0)
    self->positions_id = g_timeout_add (POSITIONS_MS, tell_positions_cb, self);
}

void
uch_live_set_positions_changed (UchLive *self)
{
  if (self->positions_id == 0)
    uch_relay_tell_positions (self->server->relay);
  uch_live_hear_positions (self);
}

static void
opened_cb (SoupServer              *soup,
           SoupServerMessage       *message,
           const char              *path,
           SoupWebsocketConnection *connection,
           gpointer                 user_data)
{
  UchLive       *self = user_data;
  UchRequest    *request = uch_request_of (message);
  UchLiveClient *client;

  if (self->clients->len >= CLIENTS_MAX || request == NULL || request->session == NULL)
    {
      soup_websocket_connection_close (connection, SOUP_WEBSOCKET_CLOSE_GOING_AWAY, "too many");
      return;
    }
  uch_listener_enter (message, UCH_PHASE_LIVE);
  client = g_new0 (UchLiveClient, 1);
  client->live = self;
  client->connection = g_object_ref (connection);
  client->socket = uch_listener_dup_socket (message);
  client->session = g_object_ref (request->session);
  client->token = g_strdup (request->token);
  client->heard_us = g_get_monotonic_time ();
  soup_websocket_connection_set_max_incoming_payload_size (connection, INCOMING_LEN_MAX);
  soup_websocket_connection_set_keepalive_interval (connection, PING_S);
  g_signal_connect (connection, "message", G_CALLBACK (message_cb), client);
  g_signal_connect (connection, "pong", G_CALLBACK (pong_cb), client);
  g_signal_connect (connection, "closed", G_CALLBACK (closed_cb), client);
  g_ptr_array_add (self->clients, client);
  client->cursor = -1;
  /* the first poke says where the store stands: news may have come before the connection did */
  uch_live_client_tell_news (client, self->server->head);
  uch_live_hear_positions (self);
  if (sees_work (client->session) && uch_presence_list_get_n (self->presence) > 0)
    tell_presence (self);
}

UchLive *
uch_live_new (UchServer *server)
{
  UchLive *self = g_new0 (UchLive, 1);

  self->server = server;
  self->clients = g_ptr_array_new_with_free_func (client_free);
  self->presence = uch_presence_list_new ();
  self->news = g_ptr_array_new_with_free_func (uch_live_page_unref);
  self->heartbeat_id = g_timeout_add (server->limits.heartbeat_ms, heartbeat_cb, self);
  soup_server_add_websocket_handler (server->soup, "/v1/live", NULL, NULL, opened_cb, self, NULL);
  return self;
}

/* Says good-bye to everybody. */
void
uch_live_free (UchLive *self)
{
  if (self == NULL)
    return;
  g_clear_handle_id (&self->heartbeat_id, g_source_remove);
  g_clear_handle_id (&self->positions_id, g_source_remove);
  g_clear_handle_id (&self->presence_id, g_source_remove);
  soup_server_remove_handler (self->server->soup, "/v1/live");
  for (guint i = 0; i < self->clients->len; i++)
    {
      UchLiveClient *client = g_ptr_array_index (self->clients, i);

      g_signal_handlers_disconnect_by_data (client->connection, client);
      if (soup_websocket_connection_get_state (client->connection) == SOUP_WEBSOCKET_STATE_OPEN)
        soup_websocket_connection_close (client->connection, SOUP_WEBSOCKET_CLOSE_GOING_AWAY,
                                         "the store stops");
    }
  g_ptr_array_unref (self->clients);
  g_ptr_array_unref (self->news);
  uch_presence_list_free (self->presence);
  g_free (self);
}

/* A session that has ended keeps no connection. */
void
uch_live_end_session (UchLive *self, const char *session_id)
{
  for (guint i = 0; i < self->clients->len; i++)
    {
      UchLiveClient *client = g_ptr_array_index (self->clients, i);

      if (strcmp (client->session->parent.id, session_id) == 0
          && soup_websocket_connection_get_state (client->connection) == SOUP_WEBSOCKET_STATE_OPEN)
        soup_websocket_connection_close (client->connection, 4401, "signed out");
    }
}

/* Adds to @ids and @tokens those of at most @n clients, the @skip first ones left out. */
void
uch_live_list_sessions (UchLive *self, guint skip, guint n, GPtrArray *ids, GPtrArray *tokens)
{
  for (guint i = skip; i < self->clients->len && i - skip < n; i++)
    {
      const UchLiveClient *client = g_ptr_array_index (self->clients, i);

      g_ptr_array_add (ids, g_strdup (client->session->parent.id));
      g_ptr_array_add (tokens, g_strdup (client->token));
    }
}

/* What the session's account may see now. */
void
uch_live_refresh_session (UchLive *self, const UchSession *session)
{
  for (guint i = 0; i < self->clients->len; i++)
    {
      UchLiveClient *client = g_ptr_array_index (self->clients, i);

      if (strcmp (client->session->parent.id, session->parent.id) == 0)
        g_set_object (&client->session, (gpointer) session);
    }
}

guint
uch_live_get_n_clients (UchLive *self)
{
  return self->clients->len;
}

static const UchMember posted_members[]
    = { { "ticket", 's', FALSE, 64 }, { "act", 's', FALSE, 64 }, { NULL } };

static void
post_presence (UchRequest *request)
{
  g_autoptr (JsonNode) root = NULL;
  JsonObject *body = uch_request_read_object (request, posted_members, &root);

  if (body == NULL)
    return;
  if (request->session->staff_id == NULL)
    {
      uch_request_refuse (request, SOUP_STATUS_FORBIDDEN, "not_allowed", NULL,
                          "This account is no member of staff: nobody would know who it is");
      return;
    }
  if (request->server->live != NULL)
    set_presence (request->server->live, request->session, get_word (body, "ticket"),
                  get_word (body, "act"), FALSE);
  uch_request_answer_nothing (request);
}

const UchRoute uch_routes_live[] = {
  { "GET", "/v1/live", UCH_ROUTE_SOCKET, NULL },
  { "POST", "/v1/presence", UCH_ROUTE_FREE, post_presence },
  { NULL },
};

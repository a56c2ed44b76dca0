/* The live connection: hints that there is news, where the engineers are, who looks at what. Who
 * misses all of it loses nothing: the feed is read by its cursor. */
#define G_LOG_DOMAIN "uch-replica"

#include <string.h>

#include "replica/uch-sync-client-private.h"

/* The store's heartbeat comes about every fifteen seconds: two of them missed. */
#define SILENCE_MAX_S 35
#define KEEPALIVE_S 15
#define PRESENCE_AGAIN_S 300
#define INCOMING_LEN_MAX (1024 * 1024)
#define RETRY_MAX_S 60
/* After so many failures in a row it is long polls: something on the way takes no WebSocket. */
#define FAILURES_BEFORE_POLLS 2
#define CLOSE_SIGNED_OUT 4401

/* Behind by more than this the store pokes; and so long it may take to send. */
#define NEAR_MAX 64
#define NEWS_MS 500

static void lost_live (UchSyncClient *self);

gboolean
uch_sync_live_should_poll (UchSyncClient *self)
{
  return self->live == NULL && self->n_live_failures >= FAILURES_BEFORE_POLLS
         && self->replica != NULL && uch_replica_get_status (self->replica)->ready;
}

static void
send_object (UchSyncClient *self, const char *type, const char *rest)
{
  g_autofree char *text = g_strdup_printf ("{\"type\":\"%s\"%s}", type, rest);

  if (self->live != NULL
      && soup_websocket_connection_get_state (self->live) == SOUP_WEBSOCKET_STATE_OPEN)
    soup_websocket_connection_send_text (self->live, text);
}

/* Says how far we are: the store answers with a poke if it knows more. */
void
uch_sync_live_tell_cursor (UchSyncClient *self)
{
  g_autofree char *rest = NULL;

  if (self->live == NULL || self->replica == NULL)
    return;
  rest = g_strdup_printf (",\"seq\":%" G_GINT64_FORMAT,
                          MAX (uch_replica_get_status (self->replica)->cursor, 0));
  send_object (self, "at", rest);
}

static gboolean
news_cb (gpointer user_data)
{
  UchSyncClient *self = user_data;

  self->news_id = 0;
  if (self->replica != NULL && self->known_head > uch_replica_get_status (self->replica)->cursor)
    uch_sync_tracks_fetch (self);
  return G_SOURCE_REMOVE;
}

/* What the store has just accepted it also sends by itself, to whoever is connected and near. */
gboolean
uch_sync_live_expect_news (UchSyncClient *self)
{
  if (self->live == NULL || self->fetching
      || self->known_head - uch_replica_get_status (self->replica)->cursor > NEAR_MAX)
    return FALSE;
  if (self->news_id == 0)
    self->news_id = g_timeout_add (NEWS_MS, news_cb, self);
  return TRUE;
}

static gboolean
watchdog_cb (gpointer user_data)
{
  UchSyncClient *self = user_data;

  self->watchdog_id = 0;
  lost_live (self);
  return G_SOURCE_REMOVE;
}

static void
feed_watchdog (UchSyncClient *self)
{
  g_clear_handle_id (&self->watchdog_id, g_source_remove);
  self->watchdog_id = g_timeout_add_seconds (SILENCE_MAX_S, watchdog_cb, self);
}

static void
live_position_free (UchLivePosition *position)
{
  g_free (position->engineer_id);
  g_free (position);
}

static double
get_real (JsonObject *object, const char *name, double fallback)
{
  JsonNode *node = json_object_get_member (object, name);

  return node != NULL && JSON_NODE_HOLDS_VALUE (node)
                 && (json_node_get_value_type (node) == G_TYPE_DOUBLE
                     || json_node_get_value_type (node) == G_TYPE_INT64)
             ? json_node_get_double (node)
             : fallback;
}

static gint64
get_int (JsonObject *object, const char *name)
{
  return (gint64) get_real (object, name, 0);
}

static const char *
get_text (JsonObject *object, const char *name)
{
  JsonNode *node = json_object_get_member (object, name);

  return node != NULL && json_node_get_value_type (node) == G_TYPE_STRING
             ? json_node_get_string (node)
             : NULL;
}

static void
take_position (UchSyncClient *self, JsonObject *object)
{
  UchLivePosition *position;

  if (get_text (object, "engineer") == NULL)
    return;
  if (self->positions == NULL)
    self->positions = g_hash_table_new_full (g_str_hash, g_str_equal, NULL,
                                             (GDestroyNotify) live_position_free);
  position = g_new0 (UchLivePosition, 1);
  position->engineer_id = g_strdup (get_text (object, "engineer"));
  position->at = get_int (object, "at");
  position->latitude = get_real (object, "lat", 0);
  position->longitude = get_real (object, "lon", 0);
  position->accuracy_m = get_real (object, "acc", -1);
  position->speed_mps = get_real (object, "spd", -1);
  position->course_deg = get_real (object, "crs", -1);
  position->battery_percent = (int) get_real (object, "bat", -1);
  g_hash_table_replace (self->positions, position->engineer_id, position);
}

static void
take_presence (UchSyncClient *self, JsonObject *object)
{
  UchPresence *presence;

  if (get_text (object, "staff") == NULL || get_text (object, "ticket") == NULL
      || g_strcmp0 (get_text (object, "staff"), self->staff_id) == 0)
    return;
  presence = g_new0 (UchPresence, 1);
  presence->staff_id = g_strdup (get_text (object, "staff"));
  presence->ticket_id = g_strdup (get_text (object, "ticket"));
  presence->act = g_strdup (get_text (object, "act"));
  g_ptr_array_add (self->presence, presence);
}

static void
take_list (UchSyncClient *self,
           JsonObject    *message,
           const char    *name,
           void (*take) (UchSyncClient *, JsonObject *))
{
  JsonNode  *node = json_object_get_member (message, name);
  JsonArray *array
      = node != NULL && JSON_NODE_HOLDS_ARRAY (node) ? json_node_get_array (node) : NULL;

  for (guint i = 0; array != NULL && i < json_array_get_length (array); i++)
    {
      JsonNode *item = json_array_get_element (array, i);

      if (JSON_NODE_HOLDS_OBJECT (item))
        take (self, json_node_get_object (item));
    }
}

static void
note_head (UchSyncClient *self, gint64 head)
{
  self->known_head = MAX (self->known_head, head);
  if (self->known_head > uch_replica_get_status (self->replica)->cursor)
    uch_sync_tracks_fetch (self);
  else
    uch_sync_live_tell_cursor (self);
}

static void
message_cb (SoupWebsocketConnection *live,
            SoupWebsocketDataType    data_type,
            GBytes                  *bytes,
            UchSyncClient           *self)
{
  gsize       len;
  const char *text = g_bytes_get_data (bytes, &len);
  g_autoptr (JsonNode) root = NULL;
  JsonObject *message;
  const char *type;

  feed_watchdog (self);
  if (data_type == SOUP_WEBSOCKET_DATA_TEXT)
    root = uch_wire_parse_json (text, (gssize) len, NULL);
  if (root == NULL || !JSON_NODE_HOLDS_OBJECT (root) || self->replica == NULL)
    return;
  uch_sync_client_note_success (self);
  message = json_node_get_object (root);
  type = get_text (message, "type");
  if (g_strcmp0 (type, "poke") == 0)
    note_head (self, get_int (message, "head"));
  else if (g_strcmp0 (type, "chg") == 0)
    uch_sync_tracks_take_changes (self, bytes);
  else if (g_strcmp0 (type, "hb") == 0)
    {
      uch_sync_client_note_time (self, get_int (message, "time"));
      self->known_head = MAX (self->known_head, get_int (message, "head"));
      if (self->known_head > uch_replica_get_status (self->replica)->cursor)
        uch_sync_tracks_fetch (self);
    }
  else if (g_strcmp0 (type, "pos") == 0)
    {
      g_clear_pointer (&self->positions, g_hash_table_unref);
      take_list (self, message, "positions", take_position);
      g_signal_emit_by_name (self, "positions");
    }
  else if (g_strcmp0 (type, "presence") == 0)
    {
      g_ptr_array_set_size (self->presence, 0);
      take_list (self, message, "present", take_presence);
      g_signal_emit_by_name (self, "presence");
    }
  /* Anything else is of a newer store. */
}

static void
pong_cb (SoupWebsocketConnection *live, GBytes *bytes, UchSyncClient *self)
{
  feed_watchdog (self);
}

static void
closed_cb (SoupWebsocketConnection *live, UchSyncClient *self)
{
  if (soup_websocket_connection_get_close_code (live) == CLOSE_SIGNED_OUT)
    {
      g_autoptr (GError) error = g_error_new_literal (UCH_SYNC_ERROR, UCH_SYNC_ERROR_SIGNED_OUT,
                                                      "The store asks to sign in again");

      uch_sync_live_disconnect (self);
      uch_sync_client_note_failure (self, error, 0);
      return;
    }
  lost_live (self);
}

static gboolean
retry_cb (gpointer user_data)
{
  UchSyncClient *self = user_data;

  self->live_retry_id = 0;
  uch_sync_live_connect (self);
  return G_SOURCE_REMOVE;
}

static void
schedule (UchSyncClient *self)
{
  guint delay_s = MIN (1u << MIN (self->n_live_failures, 10), RETRY_MAX_S);

  if (self->replica == NULL || self->refused || self->live_retry_id != 0)
    return;
  self->live_retry_id = g_timeout_add (
      delay_s * 500 + uch_sources_pick (&uch_sources_system, delay_s * 500), retry_cb, self);
}

/* What the live connection showed is no longer known to be true. */
static void
forget_live (UchSyncClient *self)
{
  g_clear_handle_id (&self->watchdog_id, g_source_remove);
  g_clear_handle_id (&self->news_id, g_source_remove);
  if (self->live != NULL)
    {
      g_signal_handlers_disconnect_by_data (self->live, self);
      if (soup_websocket_connection_get_state (self->live) == SOUP_WEBSOCKET_STATE_OPEN)
        soup_websocket_connection_close (self->live, SOUP_WEBSOCKET_CLOSE_GOING_AWAY, NULL);
      g_clear_object (&self->live);
    }
  if (self->presence->len > 0)
    {
      g_ptr_array_set_size (self->presence, 0);
      g_signal_emit_by_name (self, "presence");
    }
}

/* The connection broke: is the store still there? The fetch will tell. */
static void
lost_live (UchSyncClient *self)
{
  forget_live (self);
  self->n_live_failures++;
  schedule (self);
  uch_sync_tracks_fetch (self);
}

void
uch_sync_live_disconnect (UchSyncClient *self)
{
  g_clear_handle_id (&self->live_retry_id, g_source_remove);
  g_clear_handle_id (&self->presence_id, g_source_remove);
  forget_live (self);
}

static void
say_presence (UchSyncClient *self)
{
  g_autoptr (JsonBuilder) builder = json_builder_new ();
  g_autoptr (JsonNode) root = NULL;
  g_autofree char *text = NULL;

  json_builder_begin_object (builder);
  json_builder_set_member_name (builder, "type");
  json_builder_add_string_value (builder, "presence");
  if (self->present_ticket != NULL)
    {
      json_builder_set_member_name (builder, "ticket");
      json_builder_add_string_value (builder, self->present_ticket);
    }
  if (self->present_act != NULL)
    {
      json_builder_set_member_name (builder, "act");
      json_builder_add_string_value (builder, self->present_act);
    }
  json_builder_end_object (builder);
  root = json_builder_get_root (builder);
  text = uch_wire_print_json (root);
  if (self->live != NULL
      && soup_websocket_connection_get_state (self->live) == SOUP_WEBSOCKET_STATE_OPEN)
    soup_websocket_connection_send_text (self->live, text);
}

static gboolean
presence_again_cb (gpointer user_data)
{
  UchSyncClient *self = user_data;

  if (self->present_ticket != NULL)
    say_presence (self);
  return G_SOURCE_CONTINUE;
}

typedef struct
{
  UchSyncClient *self;        /* (owned) */
  GCancellable  *cancellable; /* (owned): of the time between a start and a stop */
} Attempt;

static void
attempt_free (Attempt *attempt)
{
  g_object_unref (attempt->self);
  g_object_unref (attempt->cancellable);
  g_free (attempt);
}

G_DEFINE_AUTOPTR_CLEANUP_FUNC (Attempt, attempt_free)

static void
connected_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (Attempt) attempt = user_data;
  UchSyncClient *self = attempt->self;
  g_autoptr (GError) error = NULL;
  g_autoptr (SoupWebsocketConnection) live
      = soup_session_websocket_connect_finish (SOUP_SESSION (source), result, &error);

  /* Stopped since, and maybe started again: that one has an attempt of its own. */
  if (g_cancellable_is_cancelled (attempt->cancellable))
    return;
  self->connecting = FALSE;
  if (self->replica == NULL || self->refused)
    return;
  if (live == NULL)
    {
      self->n_live_failures++;
      schedule (self);
      /* From the second failure on the fetch polls. */
      uch_sync_tracks_fetch (self);
      return;
    }
  self->n_live_failures = 0;
  self->live = g_steal_pointer (&live);
  soup_websocket_connection_set_max_incoming_payload_size (self->live, INCOMING_LEN_MAX);
  soup_websocket_connection_set_keepalive_interval (self->live, KEEPALIVE_S);
  g_signal_connect (self->live, "message", G_CALLBACK (message_cb), self);
  g_signal_connect (self->live, "pong", G_CALLBACK (pong_cb), self);
  g_signal_connect (self->live, "closed", G_CALLBACK (closed_cb), self);
  feed_watchdog (self);
  uch_sync_live_tell_cursor (self);
  if (self->present_ticket != NULL)
    say_presence (self);
  if (self->presence_id == 0)
    self->presence_id = g_timeout_add_seconds (PRESENCE_AGAIN_S, presence_again_cb, self);
}

void
uch_sync_live_connect (UchSyncClient *self)
{
  g_autoptr (SoupMessage) message = NULL;
  Attempt *attempt;

  if (self->live != NULL || self->connecting || self->replica == NULL || self->refused
      || self->live_retry_id != 0 || self->retry_id != 0)
    return;
  message = uch_sync_http_new_message (self->http, "GET", "/v1/live");
  if (message == NULL)
    return;
  self->connecting = TRUE;
  attempt = g_new (Attempt, 1);
  *attempt = (Attempt){ g_object_ref (self), g_object_ref (self->cancellable) };
  soup_session_websocket_connect_async (self->http->session, message, NULL, NULL,
                                        G_PRIORITY_DEFAULT, self->cancellable, connected_cb,
                                        attempt);
}

/**
 * uch_sync_client_get_position:
 *
 * Returns: (transfer none) (nullable): the last position that the store has shown
 */
const UchLivePosition *
uch_sync_client_get_position (UchSyncClient *self, const char *engineer_id)
{
  return self->positions != NULL && engineer_id != NULL
             ? g_hash_table_lookup (self->positions, engineer_id)
             : NULL;
}

/**
 * uch_sync_client_list_positions:
 *
 * Returns: (transfer container) (element-type UchLivePosition): of everybody
 */
GPtrArray *
uch_sync_client_list_positions (UchSyncClient *self)
{
  GPtrArray     *list = g_ptr_array_new ();
  GHashTableIter iter;
  gpointer       position;

  if (self->positions == NULL)
    return list;
  g_hash_table_iter_init (&iter, self->positions);
  while (g_hash_table_iter_next (&iter, NULL, &position))
    g_ptr_array_add (list, position);
  return list;
}

/**
 * uch_sync_client_set_presence:
 * @ticket_id: (nullable): %NULL: no longer
 * @act: (nullable): "open" or "drag"; with no ticket, which act ends; %NULL: all
 *
 * Tells the others what this desk has open or in the hand.
 */
void
uch_sync_client_set_presence (UchSyncClient *self, const char *ticket_id, const char *act)
{
  g_free (self->present_ticket);
  self->present_ticket = g_strdup (ticket_id);
  g_free (self->present_act);
  self->present_act = g_strdup (act);
  say_presence (self);
}

/**
 * uch_sync_client_list_presence:
 *
 * Returns: (transfer container) (element-type UchPresence): the others who have this ticket open or
 *     in the hand
 */
GPtrArray *
uch_sync_client_list_presence (UchSyncClient *self, const char *ticket_id)
{
  GPtrArray *list = g_ptr_array_new ();

  for (guint i = 0; i < self->presence->len; i++)
    {
      UchPresence *presence = g_ptr_array_index (self->presence, i);

      if (g_strcmp0 (presence->ticket_id, ticket_id) == 0)
        g_ptr_array_add (list, presence);
    }
  return list;
}

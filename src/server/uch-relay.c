/* What several processes at one store say to each other: who looks at what, that engineers moved,
 * that a session has ended. Commits need no words: the store itself tells that its head moved. */
#define G_LOG_DOMAIN "uch-server"

#include <string.h>

#include "server/uch-server-private.h"
#include "sync/uch-wire.h"

/* A process says that it is there so often, and is given up when it was silent for so long. */
#define HERE_S 15
#define SILENCE_MAX_US (50 * G_USEC_PER_SEC)

/* What is talked about; HELLO: somebody came, or missed words: all say what he should know. */
#define HELLO "hello"
#define HERE "here"
#define BYE "bye"
#define PRESENCE "presence"
#define LEFT "left"
#define POSITIONS "positions"
#define SESSION "session"

struct _UchRelay
{
  UchServer  *server; /* (unowned) */
  char       *me;     /* this process, among the others */
  GHashTable *others; /* process (owned) → gint64 (owned): when it was heard, µs */
  guint       here_id;
};

static void
tell (UchRelay *self, const char *topic, const char *payload)
{
  if (!uch_store_async_tell (self->server->store, topic, payload))
    g_message ("a word about “%s” to the other processes was lost", topic);
}

static char *
print_presence (UchRelay *self, const UchPresence *presence)
{
  g_autoptr (JsonBuilder) builder = json_builder_new ();
  g_autoptr (JsonNode) root = NULL;
  const struct
  {
    const char *name, *value;
  } members[] = {
    { "from", self->me },
    { "at", presence->process },
    { "session", presence->session_id },
    { "staff", presence->staff_id },
    { "ticket", presence->ticket_id },
    { "act", presence->act },
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
  return json_to_string (root, FALSE);
}

static const char *
get_text (JsonObject *object, const char *name)
{
  return json_object_get_string_member_with_default (object, name, NULL);
}

/* Another process speaks: it is there. Returns its message, or NULL when it is our own. */
static JsonObject *
take_note (UchRelay *self, const char *payload, JsonNode **out_root)
{
  JsonObject *object;
  const char *from;
  gint64      now_us = g_get_monotonic_time ();

  *out_root = uch_wire_parse_json (payload, -1, NULL);
  if (*out_root == NULL || !JSON_NODE_HOLDS_OBJECT (*out_root))
    return NULL;
  object = json_node_get_object (*out_root);
  from = get_text (object, "from");
  if (from == NULL || strcmp (from, self->me) == 0)
    return NULL;
  g_hash_table_insert (self->others, g_strdup (from), g_memdup2 (&now_us, sizeof now_us));
  return object;
}

static void
hear_presence (UchRelay *self, JsonObject *object)
{
  UchPresence presence = { .process = (char *) get_text (object, "at"),
                           .session_id = (char *) get_text (object, "session"),
                           .staff_id = (char *) get_text (object, "staff"),
                           .ticket_id = (char *) get_text (object, "ticket"),
                           .act = (char *) get_text (object, "act"),
                           .at_us = g_get_monotonic_time () };

  if (presence.process != NULL && presence.session_id != NULL)
    uch_live_hear_presence (self->server->live, &presence);
}

/* Says all that is known here first-hand, and what desks said without a live connection. */
static void
tell_all (UchRelay *self)
{
  UchPresenceList *list = uch_live_get_presence (self->server->live);

  for (guint i = 0; i < uch_presence_list_get_n (list); i++)
    {
      const UchPresence *presence = uch_presence_list_get (list, i);

      if (strcmp (presence->process, self->me) == 0 || *presence->process == '\0')
        uch_relay_tell_presence (self, presence);
    }
}

static void
heard_cb (UchStoreAsync *store, const char *topic, const char *payload, gpointer user_data)
{
  UchServer *server = user_data;
  UchRelay  *self = server->relay;
  g_autoptr (JsonNode) root = NULL;
  JsonObject *object = self != NULL ? take_note (self, payload, &root) : NULL;

  if (object == NULL || server->live == NULL)
    return;
  if (strcmp (topic, HELLO) == 0)
    tell_all (self);
  else if (strcmp (topic, BYE) == 0)
    {
      uch_live_forget_process (server->live, get_text (object, "from"));
      g_hash_table_remove (self->others, get_text (object, "from"));
    }
  else if (strcmp (topic, PRESENCE) == 0)
    hear_presence (self, object);
  else if (strcmp (topic, LEFT) == 0 && get_text (object, "session") != NULL)
    uch_live_hear_left (server->live, get_text (object, "from"), get_text (object, "session"));
  else if (strcmp (topic, POSITIONS) == 0)
    uch_live_hear_positions (server->live);
  else if (strcmp (topic, SESSION) == 0 && get_text (object, "session") != NULL)
    uch_server_end_here (server, get_text (object, "session"));
}

static void
moved_cb (UchStoreAsync *store, gint64 head, gpointer user_data)
{
  uch_server_announce (user_data, head);
}

static void
tell_about (UchRelay *self, const char *topic, const char *session_id)
{
  UchPresence      about = { .session_id = (char *) session_id };
  g_autofree char *payload = print_presence (self, &about);

  tell (self, topic, payload);
}

/* Words were lost: whatever they were about is looked at anew. */
static void
lost_cb (UchStoreAsync *store, gpointer user_data)
{
  UchServer *server = user_data;

  if (server->relay == NULL || server->live == NULL)
    return;
  tell_about (server->relay, HELLO, NULL);
  tell_all (server->relay);
  uch_server_check_sessions (server);
  uch_live_hear_positions (server->live);
}

static gboolean
here_cb (gpointer user_data)
{
  UchRelay      *self = user_data;
  gint64         now_us = g_get_monotonic_time ();
  GHashTableIter iter;
  gpointer       process, heard_us;

  tell_about (self, HERE, NULL);
  g_hash_table_iter_init (&iter, self->others);
  while (g_hash_table_iter_next (&iter, &process, &heard_us))
    if (now_us - *(gint64 *) heard_us > SILENCE_MAX_US)
      {
        if (self->server->live != NULL)
          uch_live_forget_process (self->server->live, process);
        g_hash_table_iter_remove (&iter);
      }
  return G_SOURCE_CONTINUE;
}

static const UchStoreWatcher watcher = { moved_cb, heard_cb, lost_cb };

/**
 * uch_relay_new:
 *
 * Begins to listen to the store, and says so to the others.
 */
UchRelay *
uch_relay_new (UchServer *server)
{
  UchRelay *self = g_new0 (UchRelay, 1);

  self->server = server;
  self->me = g_uuid_string_random ();
  self->others = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, g_free);
  self->here_id = g_timeout_add_seconds (HERE_S, here_cb, self);
  uch_store_async_watch (server->store, &watcher, server);
  tell_about (self, HELLO, NULL);
  return self;
}

void
uch_relay_free (UchRelay *self)
{
  if (self == NULL)
    return;
  tell_about (self, BYE, NULL);
  g_source_remove (self->here_id);
  g_hash_table_unref (self->others);
  g_free (self->me);
  g_free (self);
}

/* This process's name among the others. */
const char *
uch_relay_get_name (UchRelay *self)
{
  return self->me;
}

void
uch_relay_tell_presence (UchRelay *self, const UchPresence *presence)
{
  g_autofree char *payload = print_presence (self, presence);

  tell (self, PRESENCE, payload);
}

/* The desk of this session is connected here no more. */
void
uch_relay_tell_left (UchRelay *self, const char *session_id)
{
  tell_about (self, LEFT, session_id);
}

/* Engineers moved; say it no more often than desks are told. */
void
uch_relay_tell_positions (UchRelay *self)
{
  tell_about (self, POSITIONS, NULL);
}

/* Nobody may go on with this session. */
void
uch_relay_tell_session_ended (UchRelay *self, const char *session_id)
{
  tell_about (self, SESSION, session_id);
}

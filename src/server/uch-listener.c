#define G_LOG_DOMAIN "uch-server"

#include "server/uch-listener.h"

#include <netinet/in.h>
#include <netinet/tcp.h>

#include "server/uch-greeting.h"

/* The kernel's queue of connections not yet taken in. */
#define BACKLOG 128
/* When no descriptor is left, one may be free again after so long. */
#define RETRY_MS 200
/* Taken in at one go, so that a flood does not starve those who are in. */
#define ACCEPTS_MAX 32

#define CONNECTION_KEY "uch-connection"

struct _UchListener
{
  GObject           parent_instance;
  SoupServer       *soup;        /* (owned) */
  GTlsCertificate  *certificate; /* (owned) (nullable): plain HTTP without it */
  UchOrigins       *origins;     /* (unowned) (nullable): through whom many people come */
  UchListenerLimits limits;
  GSocket          *socket;      /* (owned) (nullable) */
  GSource          *source;      /* (owned) (nullable): a connection waits */
  guint             retry_id;    /* a timeout: descriptors ran out */
  GHashTable       *by_address;  /* text (owned) → number of connections */
  GHashTable       *connections; /* of Connection (unowned) */
  UchGreetings     *greetings;   /* (owned): who has not agreed on TLS yet */
  guint64           n_refused;
  UchDoorFunc       lane; /* (nullable) */
  gpointer          lane_data;
};

G_DEFINE_FINAL_TYPE (UchListener, uch_listener, G_TYPE_OBJECT)

/* One connection; once libsoup has its stream, it lives as long as that. */
typedef struct
{
  UchListener    *listener; /* (unowned) (nullable): NULL once the listener is gone */
  GSocket        *socket;   /* (owned) */
  GSocketAddress *local;    /* (owned) */
  GSocketAddress *remote;   /* (owned): the address, by which a message finds its connection */
  char           *address;
  guint           deadline_id;
  UchPhase        phase;
  UchDoorStream  *stream; /* (unowned) (nullable): libsoup's */
} Connection;

static void
cut (Connection *connection)
{
  /* not a close: libsoup still holds the descriptor and sees an end of file */
  g_socket_shutdown (connection->socket, TRUE, TRUE, NULL);
}

static gboolean
deadline_cb (gpointer user_data)
{
  Connection *connection = user_data;

  connection->deadline_id = 0;
  g_debug ("a connection was too slow in phase %d", connection->phase);
  cut (connection);
  return G_SOURCE_REMOVE;
}

static void
enter (Connection *connection, UchPhase phase)
{
  const UchListenerLimits *limits;
  guint                    ms = 0;

  g_clear_handle_id (&connection->deadline_id, g_source_remove);
  connection->phase = phase;
  if (connection->stream != NULL)
    uch_door_stream_set_between (connection->stream, phase == UCH_PHASE_IDLE);
  if (connection->listener == NULL)
    return;
  limits = &connection->listener->limits;
  if (phase == UCH_PHASE_HEADER)
    ms = limits->header_ms;
  else if (phase == UCH_PHASE_BODY)
    ms = limits->body_ms;
  else if (phase == UCH_PHASE_IDLE)
    ms = limits->idle_ms;
  if (ms > 0)
    connection->deadline_id = g_timeout_add (ms, deadline_cb, connection);
}

static guint
count_of (UchListener *self, const char *address)
{
  return GPOINTER_TO_UINT (g_hash_table_lookup (self->by_address, address));
}

static void
connection_free (Connection *connection)
{
  UchListener *self = connection->listener;

  if (self != NULL)
    {
      guint count = count_of (self, connection->address);

      if (count > 1)
        g_hash_table_insert (self->by_address, g_strdup (connection->address),
                             GUINT_TO_POINTER (count - 1));
      else
        g_hash_table_remove (self->by_address, connection->address);
      g_hash_table_remove (self->connections, connection);
    }
  g_clear_handle_id (&connection->deadline_id, g_source_remove);
  g_object_set_data (G_OBJECT (connection->remote), CONNECTION_KEY, NULL);
  g_object_unref (connection->local);
  g_object_unref (connection->remote);
  g_object_unref (connection->socket);
  g_free (connection->address);
  g_free (connection);
}

/* libsoup has let go of the stream. */
static void
stream_gone_cb (gpointer user_data, GObject *stream)
{
  connection_free (user_data);
}

/* Something came between two requests: is it one that is answered past libsoup? */
static gboolean
lane_cb (UchDoorStream *stream, const char *bytes, gsize len, gpointer user_data)
{
  Connection  *connection = user_data;
  UchListener *self = connection->listener;

  if (self == NULL || self->lane == NULL || !self->lane (stream, bytes, len, self->lane_data))
    return FALSE;
  enter (connection, UCH_PHASE_IDLE);
  return TRUE;
}

/* Gives it to libsoup. */
static void
serve (Connection *connection, GIOStream *base)
{
  g_autoptr (GIOStream) stream = uch_door_stream_new (base, connection->socket);
  g_autoptr (GError) error = NULL;

  connection->stream = UCH_DOOR_STREAM (stream);
  uch_door_stream_set_func (connection->stream, lane_cb, connection);
  g_object_weak_ref (G_OBJECT (stream), stream_gone_cb, connection);
  if (!soup_server_accept_iostream (connection->listener->soup, stream, connection->local,
                                    connection->remote, &error))
    g_warning ("cannot serve a connection: %s", error->message);
}

static void
greeted_cb (GIOStream *stream, gpointer user_data)
{
  g_autoptr (GIOStream) tls = stream;
  Connection *connection = user_data;

  if (tls != NULL && connection->listener != NULL)
    serve (connection, tls);
  else
    connection_free (connection);
}

static gboolean
is_welcome (UchListener *self, const char *address, GSocketAddress *remote)
{
  return g_hash_table_size (self->connections) < self->limits.connections_max
         && (count_of (self, address) < self->limits.connections_per_address_max
             || (self->origins != NULL && uch_origins_trust (self->origins, remote)));
}

static void
take_in (UchListener *self, GSocket *socket)
{
  g_autoptr (GSocketAddress) remote = g_socket_get_remote_address (socket, NULL);
  g_autoptr (GSocketAddress) local = g_socket_get_local_address (socket, NULL);
  g_autoptr (GSocketConnection) plain = NULL;
  g_autofree char *address = NULL;
  Connection      *connection;

  if (remote == NULL || local == NULL || !G_IS_INET_SOCKET_ADDRESS (remote))
    return; /* gone again before it was taken in */
  address
      = uch_origin_dup_group (g_inet_socket_address_get_address (G_INET_SOCKET_ADDRESS (remote)));
  if (!is_welcome (self, address, remote))
    {
      self->n_refused++;
      g_socket_close (socket, NULL);
      return;
    }
  g_socket_set_timeout (socket, self->limits.silent_s);
  g_socket_set_option (socket, IPPROTO_TCP, TCP_NODELAY, 1, NULL);
  connection = g_new0 (Connection, 1);
  connection->listener = self;
  connection->socket = g_object_ref (socket);
  connection->local = g_steal_pointer (&local);
  connection->remote = g_steal_pointer (&remote);
  g_object_set_data (G_OBJECT (connection->remote), CONNECTION_KEY, connection);
  connection->address = g_steal_pointer (&address);
  g_hash_table_add (self->connections, connection);
  g_hash_table_insert (self->by_address, g_strdup (connection->address),
                       GUINT_TO_POINTER (count_of (self, connection->address) + 1));
  enter (connection, UCH_PHASE_HEADER);
  if (self->certificate != NULL)
    {
      uch_greetings_begin (self->greetings, socket, self->certificate, connection->address,
                           greeted_cb, connection);
      return;
    }
  plain = g_socket_connection_factory_create_connection (socket);
  serve (connection, G_IO_STREAM (plain));
}

static gboolean retry_cb (gpointer user_data);
static gboolean ready_cb (GSocket *socket, GIOCondition condition, gpointer user_data);

static void
watch (UchListener *self)
{
  self->source = g_socket_create_source (self->socket, G_IO_IN, NULL);
  g_source_set_callback (self->source, G_SOURCE_FUNC (ready_cb), self, NULL);
  g_source_attach (self->source, NULL);
}

static void
unwatch (UchListener *self)
{
  if (self->source == NULL)
    return;
  g_source_destroy (self->source);
  g_clear_pointer (&self->source, g_source_unref);
}

static gboolean
retry_cb (gpointer user_data)
{
  UchListener *self = user_data;

  self->retry_id = 0;
  watch (self);
  return G_SOURCE_REMOVE;
}

static gboolean
ready_cb (GSocket *socket, GIOCondition condition, gpointer user_data)
{
  UchListener *self = user_data;

  for (guint i = 0; i < ACCEPTS_MAX; i++)
    {
      g_autoptr (GError) error = NULL;
      g_autoptr (GSocket) accepted = g_socket_accept (socket, NULL, &error);

      if (accepted != NULL)
        {
          take_in (self, accepted);
          continue;
        }
      if (g_error_matches (error, G_IO_ERROR, G_IO_ERROR_WOULD_BLOCK))
        break;
      if (g_error_matches (error, G_IO_ERROR, G_IO_ERROR_CONNECTION_CLOSED))
        continue; /* that one hung up while it waited */
      /* no descriptor or no memory: the connection stays in the kernel's queue; come back */
      g_message ("cannot take a connection in, trying again: %s", error->message);
      self->retry_id = g_timeout_add (RETRY_MS, retry_cb, self);
      g_clear_pointer (&self->source, g_source_unref);
      return G_SOURCE_REMOVE;
    }
  return G_SOURCE_CONTINUE;
}

static void
uch_listener_finalize (GObject *object)
{
  UchListener   *self = UCH_LISTENER (object);
  GHashTableIter iter;
  gpointer       connection;

  uch_listener_stop (self);
  g_clear_pointer (&self->greetings, uch_greetings_free);
  g_hash_table_iter_init (&iter, self->connections);
  while (g_hash_table_iter_next (&iter, &connection, NULL))
    {
      ((Connection *) connection)->listener = NULL;
      g_clear_handle_id (&((Connection *) connection)->deadline_id, g_source_remove);
    }
  g_hash_table_unref (self->connections);
  g_hash_table_unref (self->by_address);
  g_clear_object (&self->certificate);
  g_clear_object (&self->soup);
  G_OBJECT_CLASS (uch_listener_parent_class)->finalize (object);
}

static void
uch_listener_class_init (UchListenerClass *klass)
{
  G_OBJECT_CLASS (klass)->finalize = uch_listener_finalize;
}

static void
uch_listener_init (UchListener *self)
{
  self->by_address = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  self->connections = g_hash_table_new (NULL, NULL);
  self->greetings = uch_greetings_new ();
}

/**
 * uch_listener_new:
 * @soup: who serves what is taken in
 * @certificate: (nullable): without one it speaks plain HTTP
 */
UchListener *
uch_listener_new (SoupServer *soup, GTlsCertificate *certificate, const UchListenerLimits *limits)
{
  UchListener *self = g_object_new (UCH_TYPE_LISTENER, NULL);

  self->soup = g_object_ref (soup);
  g_set_object (&self->certificate, certificate);
  self->limits = *limits;
  return self;
}

/**
 * uch_listener_set_certificate:
 *
 * What connections get from now on. One that speaks plain HTTP goes on doing so.
 */
void
uch_listener_set_certificate (UchListener *self, GTlsCertificate *certificate)
{
  if (self->certificate != NULL)
    g_set_object (&self->certificate, certificate);
}

/**
 * uch_listener_set_origins:
 * @origins: (transfer none): outlives the listener; these proxies may have any number of
 * connections
 */
void
uch_listener_set_origins (UchListener *self, UchOrigins *origins)
{
  self->origins = origins;
}

/**
 * uch_listener_set_lane:
 * @func: (scope forever): see #UchDoorFunc; called for whatever comes between two requests
 */
void
uch_listener_set_lane (UchListener *self, UchDoorFunc func, gpointer user_data)
{
  self->lane = func;
  self->lane_data = user_data;
}

/**
 * uch_listener_listen:
 * @address: where; port 0 lets the kernel choose
 * @out_port: (out): the port
 * @error: %G_IO_ERROR
 */
gboolean
uch_listener_listen (UchListener *self, GSocketAddress *address, guint16 *out_port, GError **error)
{
  g_autoptr (GSocketAddress) bound = NULL;
  g_autoptr (GSocket) socket = g_socket_new (g_socket_address_get_family (address),
                                             G_SOCKET_TYPE_STREAM, G_SOCKET_PROTOCOL_TCP, error);

  if (socket == NULL)
    return FALSE;
  g_socket_set_blocking (socket, FALSE);
  g_socket_set_listen_backlog (socket, BACKLOG);
  if (!g_socket_bind (socket, address, TRUE, error) || !g_socket_listen (socket, error))
    return FALSE;
  bound = g_socket_get_local_address (socket, error);
  if (bound == NULL)
    return FALSE;
  *out_port = g_inet_socket_address_get_port (G_INET_SOCKET_ADDRESS (bound));
  self->socket = g_steal_pointer (&socket);
  watch (self);
  return TRUE;
}

/**
 * uch_listener_stop:
 *
 * Takes no more connections in; those that are in stay.
 */
void
uch_listener_stop (UchListener *self)
{
  unwatch (self);
  g_clear_handle_id (&self->retry_id, g_source_remove);
  if (self->socket != NULL)
    g_socket_close (self->socket, NULL);
  g_clear_object (&self->socket);
}

guint
uch_listener_get_n_connections (UchListener *self)
{
  return g_hash_table_size (self->connections);
}

guint64
uch_listener_get_n_refused (UchListener *self)
{
  return self->n_refused;
}

static Connection *
connection_of (SoupServerMessage *message)
{
  GSocketAddress *remote = soup_server_message_get_remote_address (message);

  return remote != NULL ? g_object_get_data (G_OBJECT (remote), CONNECTION_KEY) : NULL;
}

/**
 * uch_listener_enter:
 *
 * Says what the message's connection is doing now, so that the right deadline runs.
 */
void
uch_listener_enter (SoupServerMessage *message, UchPhase phase)
{
  Connection *connection = connection_of (message);

  if (connection != NULL)
    enter (connection, phase);
}

/**
 * uch_listener_cut:
 *
 * Ends the message's connection at once, whatever is still on its way: libsoup would read a body
 * that was refused to its end.
 */
void
uch_listener_cut (SoupServerMessage *message)
{
  Connection *connection = connection_of (message);

  if (connection != NULL)
    cut (connection);
}

/**
 * uch_listener_dup_socket:
 *
 * Returns: (transfer full) (nullable): the socket, to shut it down when the message is long gone
 */
GSocket *
uch_listener_dup_socket (SoupServerMessage *message)
{
  Connection *connection = connection_of (message);

  return connection != NULL ? g_object_ref (connection->socket) : NULL;
}

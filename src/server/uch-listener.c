#define G_LOG_DOMAIN "uch-server"

#include "server/uch-listener.h"

#include <errno.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>

/* The kernel's queue of connections not yet taken in. */
#define BACKLOG 128
/* When no descriptor is left, one may be free again after so long. */
#define RETRY_MS 200
/* Taken in at one go, so that a flood does not starve those who are in. */
#define ACCEPTS_MAX 32

/* Types of TLS records (RFC 8446, section 5.1), and how long an encrypted alert is: two bytes, its
 * true type, sixteen bytes of tag. */
#define TLS_ALERT 0x15
#define TLS_DATA 0x17
#define TLS13_ALERT_LEN 19

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
  guint64           n_refused;
};

G_DEFINE_FINAL_TYPE (UchListener, uch_listener, G_TYPE_OBJECT)

/* One connection; it lives as long as libsoup holds its stream. */
typedef struct
{
  UchListener *listener; /* (unowned) (nullable): NULL once the listener is gone */
  GSocket     *socket;   /* (owned) */
  GObject     *remote;   /* (owned): the address, by which a message finds its connection */
  char        *address;
  guint        deadline_id;
  UchPhase     phase;

  /* While it idles: */
  SoupServerMessage *last;  /* (owned) (nullable): the message that was answered */
  GSource           *watch; /* (owned) (nullable): the client says something or hangs up */
} Connection;

static void
cut (Connection *connection)
{
  /* not a close: libsoup still holds the descriptor and sees an end of file */
  g_socket_shutdown (connection->socket, TRUE, TRUE, NULL);
}

/* The connection is doing something again, or is gone. */
static void
wake (Connection *connection)
{
  if (connection->watch != NULL)
    g_source_destroy (connection->watch);
  g_clear_pointer (&connection->watch, g_source_unref);
  g_clear_object (&connection->last);
}

/* Ends an idle connection. libsoup 3.2 forgets a connection whose client hangs up between two
 * requests, with its descriptor and all: it must not notice, so the stream is taken away first. */
static void
end_idle (Connection *connection)
{
  g_autoptr (SoupServerMessage) last = g_steal_pointer (&connection->last);
  g_autoptr (GIOStream) stream = NULL;

  wake (connection);
  g_clear_handle_id (&connection->deadline_id, g_source_remove);
  cut (connection);
  stream = soup_server_message_steal_connection (last);
}

static gboolean
deadline_cb (gpointer user_data)
{
  Connection *connection = user_data;

  connection->deadline_id = 0;
  g_debug ("a connection was too slow in phase %d", connection->phase);
  if (connection->last != NULL)
    end_idle (connection);
  else
    cut (connection);
  return G_SOURCE_REMOVE;
}

/* Whether what came is the end: of the stream, or TLS's alert that says so. In TLS 1.3 an alert
 * looks like data, but no request begins with a record of two bytes. */
static gboolean
is_end (Connection *connection)
{
  guint8  header[5];
  ssize_t n
      = recv (g_socket_get_fd (connection->socket), header, sizeof header, MSG_PEEK | MSG_DONTWAIT);

  if (n < 0)
    return errno != EAGAIN && errno != EINTR;
  if (n < (ssize_t) sizeof header || connection->listener == NULL
      || connection->listener->certificate == NULL)
    return n == 0;
  return header[0] == TLS_ALERT
         || (header[0] == TLS_DATA && header[3] == 0 && header[4] == TLS13_ALERT_LEN);
}

static gboolean
idle_cb (GSocket *socket, GIOCondition condition, gpointer user_data)
{
  Connection *connection = user_data;

  if (is_end (connection))
    end_idle (connection);
  else
    wake (connection); /* the next request: libsoup reads it */
  return G_SOURCE_REMOVE;
}

static void
enter (Connection *connection, UchPhase phase)
{
  const UchListenerLimits *limits;
  guint                    ms = 0;

  g_clear_handle_id (&connection->deadline_id, g_source_remove);
  wake (connection);
  connection->phase = phase;
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

/* libsoup has let go of the stream. */
static void
stream_gone_cb (gpointer user_data, GObject *stream)
{
  Connection  *connection = user_data;
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
  wake (connection);
  g_object_set_data (connection->remote, CONNECTION_KEY, NULL);
  g_object_unref (connection->remote);
  g_object_unref (connection->socket);
  g_free (connection->address);
  g_free (connection);
}

static GIOStream *
wrap (UchListener *self, GSocketConnection *plain, GError **error)
{
  GIOStream *tls;

  if (self->certificate == NULL)
    return g_object_ref (G_IO_STREAM (plain));
  tls = g_tls_server_connection_new (G_IO_STREAM (plain), self->certificate, error);
  /* a client that just hangs up, as phones do, loses nothing: lengths are in the header */
  if (tls != NULL)
    g_tls_connection_set_require_close_notify (G_TLS_CONNECTION (tls), FALSE);
  return tls;
}

static void
take_in (UchListener *self, GSocket *socket)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GSocketAddress) remote = g_socket_get_remote_address (socket, NULL);
  g_autoptr (GSocketAddress) local = g_socket_get_local_address (socket, NULL);
  g_autoptr (GSocketConnection) plain = NULL;
  g_autoptr (GIOStream) stream = NULL;
  g_autofree char *address = NULL;
  Connection      *connection;

  if (remote == NULL || local == NULL || !G_IS_INET_SOCKET_ADDRESS (remote))
    return; /* gone again before it was taken in */
  address
      = uch_origin_dup_group (g_inet_socket_address_get_address (G_INET_SOCKET_ADDRESS (remote)));
  if (g_hash_table_size (self->connections) >= self->limits.connections_max
      || (count_of (self, address) >= self->limits.connections_per_address_max
          && (self->origins == NULL || !uch_origins_trust (self->origins, remote))))
    {
      self->n_refused++;
      g_socket_close (socket, NULL);
      return;
    }
  g_socket_set_timeout (socket, self->limits.silent_s);
  g_socket_set_option (socket, IPPROTO_TCP, TCP_NODELAY, 1, NULL);
  plain = g_socket_connection_factory_create_connection (socket);
  stream = wrap (self, plain, &error);
  if (stream == NULL)
    {
      g_warning ("cannot begin TLS: %s", error->message);
      return;
    }
  connection = g_new0 (Connection, 1);
  connection->listener = self;
  connection->socket = g_object_ref (socket);
  connection->address = g_steal_pointer (&address);
  g_hash_table_add (self->connections, connection);
  g_hash_table_insert (self->by_address, g_strdup (connection->address),
                       GUINT_TO_POINTER (count_of (self, connection->address) + 1));
  g_object_weak_ref (G_OBJECT (stream), stream_gone_cb, connection);
  connection->remote = g_object_ref (G_OBJECT (remote));
  g_object_set_data (connection->remote, CONNECTION_KEY, connection);
  enter (connection, UCH_PHASE_HEADER);
  if (!soup_server_accept_iostream (self->soup, stream, local, remote, &error))
    g_warning ("cannot serve a connection: %s", error->message);
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
  g_hash_table_iter_init (&iter, self->connections);
  while (g_hash_table_iter_next (&iter, &connection, NULL))
    {
      ((Connection *) connection)->listener = NULL;
      wake (connection);
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

  if (connection == NULL)
    return;
  enter (connection, phase);
  if (phase != UCH_PHASE_IDLE || connection->listener == NULL)
    return;
  connection->last = g_object_ref (message);
  connection->watch = g_socket_create_source (connection->socket, G_IO_IN, NULL);
  /* before libsoup's own look at the socket */
  g_source_set_priority (connection->watch, G_PRIORITY_HIGH);
  g_source_set_callback (connection->watch, G_SOURCE_FUNC (idle_cb), connection, NULL);
  g_source_attach (connection->watch, NULL);
}

/**
 * uch_listener_forget:
 *
 * The message's connection is gone.
 */
void
uch_listener_forget (SoupServerMessage *message)
{
  Connection *connection = connection_of (message);

  if (connection != NULL)
    wake (connection);
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

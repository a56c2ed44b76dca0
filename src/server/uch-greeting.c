#define G_LOG_DOMAIN "uch-server"

#include "server/uch-greeting.h"

#include <errno.h>
#include <sys/ioctl.h>
#include <sys/socket.h>

/* A handshake occupies a thread of GLib's pool until it is through or its socket is shut. There are
 * ten of these at first and more come slowly: one address gets so many, its others wait in line. */
#define HANDSHAKES_PER_ADDRESS_MAX 4

/* A TLS record (RFC 8446, section 5.1): type, version, length. */
#define RECORD_HEADER_LEN 5
#define RECORD_LEN_MAX (16 * 1024 + 256)
#define RECORD_HANDSHAKE 0x16

struct _UchGreetings
{
  GHashTable *lines; /* address (owned) → Line (owned) */
  GHashTable *all;   /* of Greeting (unowned) */
};

/* Those of one address. */
typedef struct
{
  guint  n_handshakes;
  GQueue waiting; /* of Greeting (unowned): said hello */
} Line;

/* One connection until TLS is agreed on. */
typedef struct
{
  UchGreetings    *owner;       /* (unowned) (nullable): gone */
  GSocket         *socket;      /* (owned) */
  GTlsCertificate *certificate; /* (owned) */
  char            *address;
  UchGreetedFunc   func;
  gpointer         user_data;
  GSource         *source; /* (owned) (nullable): its hello comes, or it hangs up in line */
  gsize            needed_len;
} Greeting;

static Line *
line_of (UchGreetings *self, const char *address)
{
  Line *line = g_hash_table_lookup (self->lines, address);

  if (line == NULL)
    {
      line = g_new0 (Line, 1);
      g_queue_init (&line->waiting);
      g_hash_table_insert (self->lines, g_strdup (address), line);
    }
  return line;
}

static void
unwatch (Greeting *greeting)
{
  if (greeting->source != NULL)
    g_source_destroy (greeting->source);
  g_clear_pointer (&greeting->source, g_source_unref);
}

static void
watch (Greeting *greeting, GIOCondition condition, GSocketSourceFunc func)
{
  unwatch (greeting);
  greeting->source = g_socket_create_source (greeting->socket, condition, NULL);
  g_source_set_callback (greeting->source, G_SOURCE_FUNC (func), greeting, NULL);
  g_source_attach (greeting->source, NULL);
}

/* Hands over what came of it. */
static void
end (Greeting *greeting, GIOStream *stream)
{
  unwatch (greeting);
  if (greeting->owner != NULL)
    g_hash_table_remove (greeting->owner->all, greeting);
  greeting->func (stream, greeting->user_data);
  g_object_unref (greeting->certificate);
  g_object_unref (greeting->socket);
  g_free (greeting->address);
  g_free (greeting);
}

/* With no database of authorities: who connects shows no certificate, and GLib would read all of
 * the system's for each connection, 3.7 MB of them. */
static GIOStream *
begin_tls (Greeting *greeting, GError **error)
{
  g_autoptr (GSocketConnection) plain
      = g_socket_connection_factory_create_connection (greeting->socket);

  /* a client that just hangs up, as phones do, loses nothing: lengths are in the header */
  return g_initable_new (g_tls_backend_get_server_connection_type (g_tls_backend_get_default ()),
                         NULL, error, "base-io-stream", plain, "certificate", greeting->certificate,
                         "database", NULL, "require-close-notify", FALSE, NULL);
}

static void shake (Greeting *greeting, Line *line);

static void
shaken_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (GIOStream) stream = G_IO_STREAM (source);
  Greeting     *greeting = user_data;
  UchGreetings *self = greeting->owner;
  g_autoptr (GError) error = NULL;
  gboolean done = g_tls_connection_handshake_finish (G_TLS_CONNECTION (stream), result, &error);

  if (!done)
    g_debug ("no TLS with %s: %s", greeting->address, error->message);
  if (self != NULL)
    {
      Line *line = line_of (self, greeting->address);

      line->n_handshakes--;
      if (!g_queue_is_empty (&line->waiting))
        shake (g_queue_pop_head (&line->waiting), line);
      else if (line->n_handshakes == 0)
        g_hash_table_remove (self->lines, greeting->address);
    }
  end (greeting, done && self != NULL ? g_steal_pointer (&stream) : NULL);
}

static void
shake (Greeting *greeting, Line *line)
{
  g_autoptr (GError) error = NULL;
  GIOStream *stream = begin_tls (greeting, &error);

  unwatch (greeting);
  if (stream == NULL) /* no TLS library, or no memory: nobody gets in */
    g_error ("cannot begin TLS: %s", error->message);
  line->n_handshakes++;
  g_tls_connection_handshake_async (G_TLS_CONNECTION (stream), G_PRIORITY_DEFAULT, NULL, shaken_cb,
                                    greeting);
}

/* It hung up, or was cut, while it waited in line. */
static gboolean
left_cb (GSocket *socket, GIOCondition condition, gpointer user_data)
{
  Greeting *greeting = user_data;

  g_queue_remove (&line_of (greeting->owner, greeting->address)->waiting, greeting);
  end (greeting, NULL);
  return G_SOURCE_REMOVE;
}

/* Has the socket wake us when so much of the hello is there: the rest need not be looked at again
 * and again, byte by byte. */
static void
need (Greeting *greeting, gsize len)
{
  greeting->needed_len = len;
  g_socket_set_option (greeting->socket, SOL_SOCKET, SO_RCVLOWAT, (gint) len, NULL);
}

/* The first record is whole: TLS can begin without waiting for anything. */
static void
come_in (Greeting *greeting)
{
  Line *line = line_of (greeting->owner, greeting->address);

  need (greeting, 1);
  if (line->n_handshakes < HANDSHAKES_PER_ADDRESS_MAX)
    {
      shake (greeting, line);
      return;
    }
  g_queue_push_tail (&line->waiting, greeting);
  watch (greeting, G_IO_HUP, left_cb);
}

static gboolean
hello_cb (GSocket *socket, GIOCondition condition, gpointer user_data)
{
  Greeting *greeting = user_data;
  guint8    header[RECORD_HEADER_LEN];
  int       fd = g_socket_get_fd (socket), available = 0;
  ssize_t   n = recv (fd, header, sizeof header, MSG_PEEK | MSG_DONTWAIT);
  gsize     len;

  if (n < 0 && (errno == EAGAIN || errno == EINTR))
    return G_SOURCE_CONTINUE;
  if (n <= 0 || header[0] != RECORD_HANDSHAKE || ioctl (fd, FIONREAD, &available) != 0)
    {
      end (greeting, NULL);
      return G_SOURCE_REMOVE;
    }
  len = n < RECORD_HEADER_LEN
            ? RECORD_HEADER_LEN
            : RECORD_HEADER_LEN + MIN (header[3] << 8 | header[4], RECORD_LEN_MAX);
  if ((gsize) available >= len && n == RECORD_HEADER_LEN)
    {
      come_in (greeting);
      return G_SOURCE_REMOVE;
    }
  /* Woken with less than was asked for: no more will come. */
  if (len <= greeting->needed_len)
    {
      end (greeting, NULL);
      return G_SOURCE_REMOVE;
    }
  need (greeting, len);
  return G_SOURCE_CONTINUE;
}

/**
 * uch_greetings_new:
 *
 * Returns: (transfer full): nobody is there yet
 */
UchGreetings *
uch_greetings_new (void)
{
  UchGreetings *self = g_new0 (UchGreetings, 1);

  self->lines = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, g_free);
  self->all = g_hash_table_new (NULL, NULL);
  return self;
}

/**
 * uch_greetings_free:
 *
 * Sends away who has not come in yet; who is in the middle of a handshake is told of it later.
 */
void
uch_greetings_free (UchGreetings *self)
{
  GHashTableIter iter;
  Greeting      *greeting;

  g_hash_table_iter_init (&iter, self->all);
  while (g_hash_table_iter_next (&iter, (gpointer *) &greeting, NULL))
    {
      greeting->owner = NULL;
      g_socket_shutdown (greeting->socket, TRUE, TRUE, NULL);
      if (greeting->source != NULL)
        end (greeting, NULL);
    }
  g_hash_table_unref (self->all);
  g_hash_table_unref (self->lines);
  g_free (self);
}

/**
 * uch_greetings_begin:
 * @socket: just accepted; shut it down when its time is over, then @func is called
 * @address: whose others must wait in line
 * @func: called once
 *
 * Waits, with no thread, until the first record of TLS is whole; then does the handshake.
 */
void
uch_greetings_begin (UchGreetings    *self,
                     GSocket         *socket,
                     GTlsCertificate *certificate,
                     const char      *address,
                     UchGreetedFunc   func,
                     gpointer         user_data)
{
  Greeting *greeting = g_new0 (Greeting, 1);

  greeting->owner = self;
  greeting->socket = g_object_ref (socket);
  greeting->certificate = g_object_ref (certificate);
  greeting->address = g_strdup (address);
  greeting->func = func;
  greeting->user_data = user_data;
  g_hash_table_add (self->all, greeting);
  watch (greeting, G_IO_IN, hello_cb);
}

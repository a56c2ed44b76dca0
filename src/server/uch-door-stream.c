#define G_LOG_DOMAIN "uch-server"

#include "server/uch-door-stream.h"

#include <string.h>

/* Begins no request of HTTP: libsoup answers 400 to nobody and ends the connection. */
#define NO_REQUEST '\1'

#define UCH_TYPE_DOOR_INPUT (uch_door_input_get_type ())
G_DECLARE_FINAL_TYPE (UchDoorInput, uch_door_input, UCH, DOOR_INPUT, GFilterInputStream)

struct _UchDoorInput
{
  GFilterInputStream parent_instance;
  gboolean           between; /* two requests: the header of the next one is not whole */
  gboolean           begun;   /* some bytes of it have come */
  gboolean           ended;

  /* Requests that are answered past libsoup. */
  UchDoorStream *door;      /* (unowned) */
  UchDoorFunc    func;      /* (nullable) */
  gpointer       user_data; /* for @func */
  gboolean       busy;      /* one is not answered yet */
  gboolean       held;      /* more came meanwhile: it is read after the answer */
  GSource       *parked;    /* (owned) (nullable): by it libsoup is woken then */
};

struct _UchDoorStream
{
  GIOStream     parent_instance;
  GIOStream    *base;   /* (owned) */
  GSocket      *socket; /* (owned) */
  UchDoorInput *input;  /* (owned) */
};

static void pollable_init (GPollableInputStreamInterface *interface);

G_DEFINE_FINAL_TYPE_WITH_CODE (UchDoorInput,
                               uch_door_input,
                               G_TYPE_FILTER_INPUT_STREAM,
                               G_IMPLEMENT_INTERFACE (G_TYPE_POLLABLE_INPUT_STREAM, pollable_init))
G_DEFINE_FINAL_TYPE (UchDoorStream, uch_door_stream, G_TYPE_IO_STREAM)

static GPollableInputStream *
base_of (GPollableInputStream *stream)
{
  return G_POLLABLE_INPUT_STREAM (
      g_filter_input_stream_get_base_stream (G_FILTER_INPUT_STREAM (stream)));
}

static gboolean
is_readable (GPollableInputStream *stream)
{
  return UCH_DOOR_INPUT (stream)->ended || g_pollable_input_stream_is_readable (base_of (stream));
}

static GSource *
create_source (GPollableInputStream *stream, GCancellable *cancellable)
{
  UchDoorInput *self = UCH_DOOR_INPUT (stream);
  g_autoptr (GSource) base = NULL;

  if (self->busy && self->held)
    {
      g_clear_pointer (&self->parked, g_source_unref);
      self->parked = g_pollable_source_new_full (stream, NULL, cancellable);
      return g_source_ref (self->parked);
    }
  base = self->ended ? g_timeout_source_new (0)
                     : g_pollable_input_stream_create_source (base_of (stream), NULL);
  return g_pollable_source_new_full (stream, base, cancellable);
}

/* libsoup notices a leave between requests only as an end of the stream, and only after a byte. */
static gssize
take_leave (UchDoorInput *self, char *buffer)
{
  gboolean first = !self->ended && !self->begun;

  self->ended = TRUE;
  if (!first)
    return 0;
  *buffer = NO_REQUEST;
  return 1;
}

static gssize
would_block (GError **error)
{
  g_set_error_literal (error, G_IO_ERROR, G_IO_ERROR_WOULD_BLOCK, "It is answered past libsoup");
  return -1;
}

static gssize
read_nonblocking (GPollableInputStream *stream, void *buffer, gsize count, GError **error)
{
  UchDoorInput *self = UCH_DOOR_INPUT (stream);
  g_autoptr (GError) local_error = NULL;
  gssize n;

  if (self->busy)
    {
      self->held = TRUE;
      return would_block (error);
    }
  if (self->ended)
    return 0;
  n = g_pollable_input_stream_read_nonblocking (base_of (stream), buffer, count, NULL,
                                                &local_error);
  /* It may be answered at once. */
  self->busy = n > 0 && self->between && !self->begun && self->func != NULL;
  if (self->busy && self->func (self->door, buffer, (gsize) n, self->user_data))
    return would_block (error);
  self->busy = FALSE;
  if (n > 0)
    self->begun = TRUE;
  else if (self->between && count > 0
           && !g_error_matches (local_error, G_IO_ERROR, G_IO_ERROR_WOULD_BLOCK))
    return take_leave (self, buffer);
  if (local_error != NULL)
    g_propagate_error (error, g_steal_pointer (&local_error));
  return n;
}

static void
pollable_init (GPollableInputStreamInterface *interface)
{
  interface->is_readable = is_readable;
  interface->create_source = create_source;
  interface->read_nonblocking = read_nonblocking;
}

static void
uch_door_input_finalize (GObject *object)
{
  g_clear_pointer (&UCH_DOOR_INPUT (object)->parked, g_source_unref);
  G_OBJECT_CLASS (uch_door_input_parent_class)->finalize (object);
}

static void
uch_door_input_class_init (UchDoorInputClass *klass)
{
  G_OBJECT_CLASS (klass)->finalize = uch_door_input_finalize;
}

static void
uch_door_input_init (UchDoorInput *self)
{
}

static GInputStream *
get_input_stream (GIOStream *stream)
{
  return G_INPUT_STREAM (UCH_DOOR_STREAM (stream)->input);
}

static GOutputStream *
get_output_stream (GIOStream *stream)
{
  return g_io_stream_get_output_stream (UCH_DOOR_STREAM (stream)->base);
}

/* TLS says good-bye, on the main thread: for a client that does not read it must not wait. What is
 * on its way already still goes. */
static gboolean
close_stream (GIOStream *stream, GCancellable *cancellable, GError **error)
{
  UchDoorStream *self = UCH_DOOR_STREAM (stream);

  if (!g_socket_is_closed (self->socket)
      && (g_socket_condition_check (self->socket, G_IO_OUT) & G_IO_OUT) == 0)
    g_socket_shutdown (self->socket, FALSE, TRUE, NULL);
  return g_io_stream_close (self->base, cancellable, error);
}

static void
uch_door_stream_finalize (GObject *object)
{
  UchDoorStream *self = UCH_DOOR_STREAM (object);

  g_clear_object (&self->input);
  g_clear_object (&self->base);
  g_clear_object (&self->socket);
  G_OBJECT_CLASS (uch_door_stream_parent_class)->finalize (object);
}

static void
uch_door_stream_class_init (UchDoorStreamClass *klass)
{
  GIOStreamClass *stream_class = G_IO_STREAM_CLASS (klass);

  G_OBJECT_CLASS (klass)->finalize = uch_door_stream_finalize;
  stream_class->get_input_stream = get_input_stream;
  stream_class->get_output_stream = get_output_stream;
  stream_class->close_fn = close_stream;
}

static void
uch_door_stream_init (UchDoorStream *self)
{
}

/**
 * uch_door_stream_new:
 * @base: what the bytes go through; its input must be pollable
 * @socket: what is below
 *
 * Returns: (transfer full): for soup_server_accept_iostream()
 */
GIOStream *
uch_door_stream_new (GIOStream *base, GSocket *socket)
{
  UchDoorStream *self = g_object_new (UCH_TYPE_DOOR_STREAM, NULL);

  self->base = g_object_ref (base);
  self->socket = g_object_ref (socket);
  self->input
      = g_object_new (UCH_TYPE_DOOR_INPUT, "base-stream", g_io_stream_get_input_stream (base),
                      "close-base-stream", FALSE, NULL);
  return G_IO_STREAM (self);
}

/**
 * uch_door_stream_set_between:
 * @between: %TRUE when an answer is out; %FALSE when the header of the next request is whole
 */
void
uch_door_stream_set_between (UchDoorStream *self, gboolean between)
{
  self->input->between = between;
  self->input->begun = FALSE;
}

/**
 * uch_door_stream_set_func:
 * @func: (scope forever): looks at what comes between two requests
 */
void
uch_door_stream_set_func (UchDoorStream *self, UchDoorFunc func, gpointer user_data)
{
  self->input->door = self;
  self->input->func = func;
  self->input->user_data = user_data;
}

/**
 * uch_door_stream_answer:
 * @text: a whole answer, short
 *
 * Answers what the function took. Who does not even read that much is cut.
 */
void
uch_door_stream_answer (UchDoorStream *self, const char *text)
{
  UchDoorInput *input = self->input;
  gsize         len = strlen (text);
  gssize        n = g_io_stream_is_closed (self->base)
                        ? -1
                        : g_pollable_output_stream_write_nonblocking (
                            G_POLLABLE_OUTPUT_STREAM (g_io_stream_get_output_stream (self->base)), text,
                            len, NULL, NULL);

  if (n != (gssize) len && !g_socket_is_closed (self->socket))
    g_socket_shutdown (self->socket, TRUE, TRUE, NULL);
  input->busy = input->held = FALSE;
  if (input->parked != NULL)
    g_source_set_ready_time (input->parked, 0);
  g_clear_pointer (&input->parked, g_source_unref);
}

#include "bench/http.h"

#include <arpa/inet.h>
#include <errno.h>
#include <gnutls/gnutls.h>
#include <netinet/tcp.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

struct _BenchLink
{
  int              fd;
  int              shut; /* atomic */
  gnutls_session_t tls;
  char            *token; /* (nullable) */
  GString         *out;
  GByteArray      *in; /* what was read; its first @used bytes are done with */
  gsize            used;
  GString         *body;
};

static gnutls_certificate_credentials_t
get_credentials (void)
{
  static gsize                            once;
  static gnutls_certificate_credentials_t credentials; /* the store's certificate is self-made */

  if (g_once_init_enter (&once))
    {
      gnutls_certificate_allocate_credentials (&credentials);
      g_once_init_leave (&once, 1);
    }
  return credentials;
}

static void
must (gboolean done, const char *what)
{
  if (!done)
    g_error ("%s: %s", what, g_strerror (errno));
}

/* Connects to a store on this machine; @token may be NULL. */
BenchLink *
bench_link_new (guint16 port, const char *token)
{
  BenchLink         *self = g_new0 (BenchLink, 1);
  struct sockaddr_in address = { .sin_family = AF_INET, .sin_port = htons (port) };
  int                one = 1, rc;

  address.sin_addr.s_addr = htonl (INADDR_LOOPBACK);
  self->token = g_strdup (token);
  self->out = g_string_new (NULL);
  self->in = g_byte_array_new ();
  self->body = g_string_new (NULL);
  self->fd = socket (AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  must (self->fd >= 0, "socket");
  must (connect (self->fd, (struct sockaddr *) &address, sizeof address) == 0, "connect");
  setsockopt (self->fd, IPPROTO_TCP, TCP_NODELAY, &one, sizeof one);
  gnutls_init (&self->tls, GNUTLS_CLIENT);
  gnutls_set_default_priority (self->tls);
  gnutls_credentials_set (self->tls, GNUTLS_CRD_CERTIFICATE, get_credentials ());
  gnutls_transport_set_int (self->tls, self->fd);
  do
    rc = gnutls_handshake (self->tls);
  while (rc < 0 && !gnutls_error_is_fatal (rc));
  if (rc < 0)
    g_error ("handshake: %s", gnutls_strerror (rc));
  return self;
}

void
bench_link_free (BenchLink *self)
{
  gnutls_deinit (self->tls);
  close (self->fd);
  g_free (self->token);
  g_string_free (self->out, TRUE);
  g_byte_array_unref (self->in);
  g_string_free (self->body, TRUE);
  g_free (self);
}

static void
send_out (BenchLink *self)
{
  for (gsize done = 0; done < self->out->len;)
    {
      ssize_t n = gnutls_record_send (self->tls, self->out->str + done, self->out->len - done);

      if (n < 0 && gnutls_error_is_fatal ((int) n))
        g_error ("send: %s", gnutls_strerror ((int) n));
      done += n > 0 ? (gsize) n : 0;
    }
  g_string_truncate (self->out, 0);
}

/* Reads until @len bytes are there that are not done with. */
static const guint8 *
need (BenchLink *self, gsize len)
{
  while (self->in->len - self->used < len)
    {
      guint8  buffer[16384];
      ssize_t n;

      if (self->used > 0)
        {
          g_byte_array_remove_range (self->in, 0, (guint) self->used);
          self->used = 0;
        }
      n = gnutls_record_recv (self->tls, buffer, sizeof buffer);
      if (n <= 0 && g_atomic_int_get (&self->shut))
        return NULL;
      if (n == 0)
        g_error ("the store hung up");
      if (n < 0 && gnutls_error_is_fatal ((int) n))
        g_error ("receive: %s", gnutls_strerror ((int) n));
      if (n > 0)
        g_byte_array_append (self->in, buffer, (guint) n);
    }
  return self->in->data + self->used;
}

/* The whole header, without its empty line; the connection then stands on the body. */
static char *
take_header (BenchLink *self)
{
  for (gsize len = 16;; len = self->in->len - self->used + 1)
    {
      const guint8 *data = need (self, len);
      const guint8 *end = memmem (data, self->in->len - self->used, "\r\n\r\n", 4);
      char         *header;

      if (end == NULL)
        continue;
      header = g_strndup ((const char *) data, (gsize) (end - data));
      self->used += (gsize) (end - data) + 4;
      return header;
    }
}

/* Sends a request and waits for the answer; returns its status. */
guint
bench_link_ask (BenchLink *self, const char *method, const char *path, const char *body)
{
  g_autofree char *header = NULL;
  const char      *length;
  gsize            len = 0;

  g_string_append_printf (self->out, "%s %s HTTP/1.1\r\nHost: localhost\r\n", method, path);
  if (self->token != NULL)
    g_string_append_printf (self->out, "Authorization: Bearer %s\r\n", self->token);
  if (body != NULL)
    g_string_append_printf (self->out, "Content-Type: application/json\r\n");
  g_string_append_printf (self->out, "Content-Length: %zu\r\n\r\n%s",
                          body != NULL ? strlen (body) : 0, body != NULL ? body : "");
  send_out (self);

  header = take_header (self);
  length = strcasestr (header, "\r\nContent-Length:");
  if (length != NULL)
    len = g_ascii_strtoull (length + strlen ("\r\nContent-Length:"), NULL, 10);
  g_string_truncate (self->body, 0);
  if (len > 0)
    g_string_append_len (self->body, (const char *) need (self, len), (gssize) len);
  self->used += len;
  return (guint) g_ascii_strtoull (header + strlen ("HTTP/1.1 "), NULL, 10);
}

/* The body of the last answer. */
const char *
bench_link_get_body (BenchLink *self)
{
  return self->body->str;
}

/* Turns the connection into the live one (a WebSocket). */
void
bench_link_go_live (BenchLink *self)
{
  g_autofree char *header = NULL;

  g_string_append_printf (self->out,
                          "GET /v1/live HTTP/1.1\r\nHost: localhost\r\nUpgrade: websocket\r\n"
                          "Connection: Upgrade\r\nSec-WebSocket-Version: 13\r\n"
                          "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n"
                          "Authorization: Bearer %s\r\n\r\n",
                          self->token);
  send_out (self);
  header = take_header (self);
  if (!g_str_has_prefix (header, "HTTP/1.1 101"))
    g_error ("no live connection: %s", header);
}

static void
send_frame (BenchLink *self, guint8 opcode, const char *payload, gsize len)
{
  g_assert (len < 126);
  g_string_append_c (self->out, (char) (0x80 | opcode));
  g_string_append_c (self->out, (char) (0x80 | len)); /* masked with zeroes: as it stands */
  g_string_append_len (self->out, "\0\0\0\0", 4);
  g_string_append_len (self->out, payload, (gssize) len);
  send_out (self);
}

/* Reads one frame into the body; returns its opcode, 0 when the link was shut. */
static guint
read_frame (BenchLink *self)
{
  const guint8 *head = need (self, 2);
  gsize         len, head_len;
  guint         opcode;

  if (head == NULL)
    return 0;
  len = head[1] & 0x7f;
  opcode = head[0] & 0x0f;
  head_len = len == 126 ? 4 : len == 127 ? 10 : 2;
  head = need (self, head_len);
  if (head == NULL)
    return 0;
  if (head_len > 2)
    {
      len = 0;
      for (gsize i = 2; i < head_len; i++)
        len = len << 8 | head[i];
    }
  head = need (self, head_len + len);
  if (head == NULL)
    return 0;
  g_string_truncate (self->body, 0);
  g_string_append_len (self->body, (const char *) head + head_len, (gssize) len);
  self->used += head_len + len;
  return opcode;
}

/* The next message; NULL when the link was shut. Answers pings. */
const char *
bench_link_hear (BenchLink *self)
{
  guint opcode;

  while ((opcode = read_frame (self)) != 1)
    {
      if (opcode == 0)
        return NULL;
      if (opcode == 8)
        g_error ("the store closed the live connection: %s", self->body->str + 2);
      if (opcode == 9)
        send_frame (self, 10, self->body->str, self->body->len);
    }
  return self->body->str;
}

void
bench_link_shut (BenchLink *self)
{
  g_atomic_int_set (&self->shut, 1);
  shutdown (self->fd, SHUT_RDWR);
}

/* Sends a short message. */
void
bench_link_say (BenchLink *self, const char *text)
{
  send_frame (self, 1, text, strlen (text));
}

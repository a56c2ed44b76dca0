#include "support/uch-cut-proxy.h"

#include <poll.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

struct _UchCutProxy
{
  char       *here, *there;
  int         listener;
  GThread    *thread;
  GMutex      lock;
  guint       n_left;
  const char *answer;
  gboolean    has_cut;
  gboolean    stopped;
};

/* One line between the two. */
typedef struct
{
  UchCutProxy *proxy;
  int          program, server;
} Line;

static struct sockaddr_un
address_of (const char *path)
{
  struct sockaddr_un address = { .sun_family = AF_UNIX };

  g_strlcpy (address.sun_path, path, sizeof address.sun_path);
  return address;
}

static gboolean
is_stopped (UchCutProxy *self)
{
  gboolean stopped;

  g_mutex_lock (&self->lock);
  stopped = self->stopped;
  g_mutex_unlock (&self->lock);
  return stopped;
}

static gboolean
should_cut (UchCutProxy *self, gboolean from_server, const char *bytes, gsize len)
{
  gboolean cut = FALSE;

  g_mutex_lock (&self->lock);
  if (from_server)
    cut = self->answer != NULL && memmem (bytes, len, self->answer, strlen (self->answer)) != NULL;
  else if (self->n_left > 0)
    cut = --self->n_left == 0;
  if (cut)
    {
      self->has_cut = TRUE;
      self->answer = NULL;
    }
  g_mutex_unlock (&self->lock);
  return cut;
}

static gboolean
pass (Line *line, gboolean from_server)
{
  char   bytes[65536];
  int    from = from_server ? line->server : line->program;
  int    to = from_server ? line->program : line->server;
  gssize n = read (from, bytes, sizeof bytes);

  if (n <= 0 || should_cut (line->proxy, from_server, bytes, (gsize) n))
    return FALSE;
  for (gssize done = 0; done < n;)
    {
      gssize written = send (to, bytes + done, (gsize) (n - done), MSG_NOSIGNAL);

      if (written <= 0)
        return FALSE;
      done += written;
    }
  return TRUE;
}

static gpointer
line_main (gpointer data)
{
  g_autofree Line *line = data;
  gboolean         well = TRUE;

  while (well && !is_stopped (line->proxy))
    {
      struct pollfd fds[]
          = { { .fd = line->program, .events = POLLIN }, { .fd = line->server, .events = POLLIN } };

      poll (fds, 2, 50);
      if (fds[0].revents != 0)
        well = pass (line, FALSE);
      if (well && fds[1].revents != 0)
        well = pass (line, TRUE);
    }
  close (line->program);
  close (line->server);
  return NULL;
}

static void
join (gpointer thread)
{
  g_thread_join (thread);
}

static gpointer
proxy_main (gpointer data)
{
  UchCutProxy       *self = data;
  struct sockaddr_un there = address_of (self->there);
  g_autoptr (GPtrArray) threads = g_ptr_array_new_with_free_func (join);

  while (!is_stopped (self))
    {
      struct pollfd fd = { .fd = self->listener, .events = POLLIN };
      Line         *line;

      if (poll (&fd, 1, 50) <= 0)
        continue;
      line = g_new0 (Line, 1);
      line->proxy = self;
      line->program = accept (self->listener, NULL, NULL);
      line->server = socket (AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
      if (connect (line->server, (struct sockaddr *) &there, sizeof there) != 0)
        g_test_message ("the server behind the proxy does not answer");
      g_ptr_array_add (threads, g_thread_new ("cut-line", line_main, line));
    }
  return NULL;
}

UchCutProxy *
uch_cut_proxy_new (const char *here, const char *there)
{
  UchCutProxy       *self = g_new0 (UchCutProxy, 1);
  struct sockaddr_un address = address_of (here);

  self->here = g_strdup (here);
  self->there = g_strdup (there);
  g_mutex_init (&self->lock);
  self->listener = socket (AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
  g_assert_cmpint (bind (self->listener, (struct sockaddr *) &address, sizeof address), ==, 0);
  g_assert_cmpint (listen (self->listener, 16), ==, 0);
  self->thread = g_thread_new ("cut-proxy", proxy_main, self);
  return self;
}

void
uch_cut_proxy_free (UchCutProxy *self)
{
  g_mutex_lock (&self->lock);
  self->stopped = TRUE;
  g_mutex_unlock (&self->lock);
  g_thread_join (self->thread);
  close (self->listener);
  unlink (self->here);
  g_mutex_clear (&self->lock);
  g_free (self->here);
  g_free (self->there);
  g_free (self);
}

void
uch_cut_proxy_cut_before (UchCutProxy *self, guint n)
{
  g_mutex_lock (&self->lock);
  self->n_left = n;
  self->has_cut = FALSE;
  g_mutex_unlock (&self->lock);
}

void
uch_cut_proxy_cut_answer (UchCutProxy *self, const char *text)
{
  g_mutex_lock (&self->lock);
  self->answer = text;
  self->has_cut = FALSE;
  g_mutex_unlock (&self->lock);
}

gboolean
uch_cut_proxy_has_cut (UchCutProxy *self)
{
  gboolean has_cut;

  g_mutex_lock (&self->lock);
  has_cut = self->has_cut;
  g_mutex_unlock (&self->lock);
  return has_cut;
}

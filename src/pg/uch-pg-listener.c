/* LISTEN and NOTIFY on a connection and a thread of their own: a statement that runs long elsewhere
 * holds up no news. */

#define G_LOG_DOMAIN "uch-pg"

#include "pg/uch-pg-listener.h"

#include <poll.h>
#include <string.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include "pg/uch-pg-private.h"

/* Between two attempts to connect. */
#define RETRY_MS 1000
/* A server that does not answer a word for so long is taken for dead. */
#define PATIENCE_MS 10000
/* A line on which nothing was heard for so long is tried. */
#define SILENCE_MS 15000
/* Words that wait for the line to come back. */
#define WORDS_MAX 1000

struct _UchPgListener
{
  gatomicrefcount           ref_count;
  char                     *url; /* may hold a password */
  char                     *channel;
  const UchPgListenerFuncs *funcs;
  gpointer                  user_data;
  GMainContext             *context;
  GThread                  *thread;
  int                       wake_fd;
  gboolean                  freed; /* used in the main context only */
  GMutex                    lock;
  GQueue                    words;   /* of char *, guarded by the lock */
  gboolean                  stopped; /* guarded by the lock */
};

/* Something to be told in the main context. */
typedef struct
{
  UchPgListener *listener;
  char          *text; /* NULL: about the connection */
  gboolean       again;
} News;

static void
unref (UchPgListener *self)
{
  if (!g_atomic_ref_count_dec (&self->ref_count))
    return;
  close (self->wake_fd);
  memset (self->url, 0, strlen (self->url));
  g_free (self->url);
  g_free (self->channel);
  g_main_context_unref (self->context);
  g_queue_clear_full (&self->words, g_free);
  g_mutex_clear (&self->lock);
  g_free (self);
}

static void
news_free (gpointer data)
{
  News *news = data;

  unref (news->listener);
  g_free (news->text);
  g_free (news);
}

static gboolean
tell_cb (gpointer data)
{
  const News    *news = data;
  UchPgListener *self = news->listener;

  if (self->freed)
    return G_SOURCE_REMOVE;
  if (news->text != NULL)
    self->funcs->heard (news->text, self->user_data);
  else
    self->funcs->connected (news->again, self->user_data);
  return G_SOURCE_REMOVE;
}

static void
tell (UchPgListener *self, const char *text, gboolean again)
{
  g_autoptr (GSource) source = g_idle_source_new ();
  News *news = g_new0 (News, 1);

  g_atomic_ref_count_inc (&self->ref_count);
  news->listener = self;
  news->text = g_strdup (text);
  news->again = again;
  g_source_set_priority (source, G_PRIORITY_DEFAULT);
  g_source_set_callback (source, tell_cb, news, news_free);
  g_source_attach (source, self->context);
}

static gboolean
is_stopped (UchPgListener *self)
{
  gboolean stopped;

  g_mutex_lock (&self->lock);
  stopped = self->stopped;
  g_mutex_unlock (&self->lock);
  return stopped;
}

/* Until something comes from the server, or somebody wants something; FALSE: neither did. */
static gboolean
wait_for_something (UchPgListener *self, int socket, int timeout_ms)
{
  struct pollfd fds[]
      = { { .fd = self->wake_fd, .events = POLLIN }, { .fd = socket, .events = POLLIN } };
  guint64  count;
  gboolean happened = poll (fds, socket >= 0 ? 2 : 1, timeout_ms) != 0;

  if ((fds[0].revents & POLLIN) && read (self->wake_fd, &count, sizeof count) < 0)
    g_debug ("nobody woke the listener");
  return happened;
}

static void
pass_on (UchPgListener *self, PGconn *conn)
{
  PGnotify *notify;

  while ((notify = PQnotifies (conn)) != NULL)
    {
      tell (self, notify->extra, FALSE);
      PQfreemem (notify);
    }
}

/* Whether the statement was done; what is heard meanwhile is passed on. */
static gboolean
ask (UchPgListener *self, PGconn *conn, const char *sql, int n_values, const char *const *values)
{
  gint64    deadline = g_get_monotonic_time () + PATIENCE_MS * 1000;
  gboolean  done = TRUE;
  PGresult *result;

  if (!PQsendQueryParams (conn, sql, n_values, NULL, values, NULL, NULL, 0))
    return FALSE;
  for (;;)
    {
      while (PQisBusy (conn))
        {
          if (is_stopped (self) || g_get_monotonic_time () > deadline)
            return FALSE;
          wait_for_something (self, PQsocket (conn), 1000);
          if (!PQconsumeInput (conn))
            return FALSE;
        }
      result = PQgetResult (conn);
      if (result == NULL)
        break;
      done = done && PQresultStatus (result) != PGRES_FATAL_ERROR;
      PQclear (result);
    }
  pass_on (self, conn);
  return done;
}

static char *
next_word (UchPgListener *self)
{
  char *word;

  g_mutex_lock (&self->lock);
  word = self->stopped ? NULL : g_queue_pop_head (&self->words);
  g_mutex_unlock (&self->lock);
  return word;
}

/* Says what waits to be said; a word that could not be said waits for the next line. */
static gboolean
say_all (UchPgListener *self, PGconn *conn)
{
  char *word;

  while ((word = next_word (self)) != NULL)
    {
      const char *values[] = { self->channel, word };

      if (!ask (self, conn, "SELECT pg_notify ($1, $2)", 2, values))
        {
          g_mutex_lock (&self->lock);
          g_queue_push_head (&self->words, word);
          g_mutex_unlock (&self->lock);
          return FALSE;
        }
      g_free (word);
    }
  return TRUE;
}

/* Hears and speaks until the connection is lost. */
static void
attend (UchPgListener *self, PGconn *conn, gboolean again)
{
  char            *name = PQescapeIdentifier (conn, self->channel, strlen (self->channel));
  g_autofree char *listen = g_strconcat ("LISTEN ", name, NULL);
  gboolean         well;

  PQfreemem (name);
  well = ask (self, conn, listen, 0, NULL);
  if (well)
    tell (self, NULL, again);
  while (well && !is_stopped (self))
    {
      well = say_all (self, conn);
      if (!well)
        break;
      if (!wait_for_something (self, PQsocket (conn), SILENCE_MS))
        well = ask (self, conn, "SELECT 1", 0, NULL);
      else
        well = PQconsumeInput (conn);
      pass_on (self, conn);
    }
}

static gpointer
thread_main (gpointer data)
{
  UchPgListener *self = data;
  gboolean       again = FALSE;

  while (!is_stopped (self))
    {
      g_autofree char *problem = NULL;
      PGconn          *conn = uch_pg_connect (self->url, &problem);

      if (conn != NULL)
        {
          attend (self, conn, again);
          PQfinish (conn);
          again = TRUE;
        }
      if (!is_stopped (self))
        wait_for_something (self, -1, RETRY_MS);
    }
  unref (self);
  return NULL;
}

/**
 * uch_pg_listener_new:
 * @pg: a connection to the database; another one is made there
 * @channel: what to listen to
 * @funcs: (scope forever): what to call; static
 * @user_data: for @funcs
 *
 * Begins to listen. A line that breaks is made anew for ever.
 *
 * Returns: (transfer full): the listener
 */
UchPgListener *
uch_pg_listener_new (UchPg                    *pg,
                     const char               *channel,
                     const UchPgListenerFuncs *funcs,
                     gpointer                  user_data)
{
  UchPgListener *self = g_new0 (UchPgListener, 1);

  g_atomic_ref_count_init (&self->ref_count);
  g_atomic_ref_count_inc (&self->ref_count);
  self->url = g_strdup (pg->url);
  self->channel = g_strdup (channel);
  self->funcs = funcs;
  self->user_data = user_data;
  self->context = g_main_context_ref_thread_default ();
  self->wake_fd = eventfd (0, EFD_CLOEXEC | EFD_NONBLOCK);
  g_mutex_init (&self->lock);
  g_queue_init (&self->words);
  self->thread = g_thread_new ("pg-listener", thread_main, self);
  return self;
}

static void
wake (UchPgListener *self)
{
  guint64 one = 1;

  if (write (self->wake_fd, &one, sizeof one) < 0)
    g_debug ("the listener is awake");
}

/**
 * uch_pg_listener_say:
 * @self: a listener
 * @text: less than 8000 bytes
 *
 * Says something to everybody on the channel, oneself too, in the order of the calls. While the
 * line is down the words wait, up to a thousand of them.
 */
void
uch_pg_listener_say (UchPgListener *self, const char *text)
{
  g_mutex_lock (&self->lock);
  if (self->words.length < WORDS_MAX)
    g_queue_push_tail (&self->words, g_strdup (text));
  g_mutex_unlock (&self->lock);
  wake (self);
}

/**
 * uch_pg_listener_free:
 * @self: (transfer full) (nullable): a listener
 *
 * Nothing is told any more. To be called in its main context; waits for the thread, a connection
 * attempt at most.
 */
void
uch_pg_listener_free (UchPgListener *self)
{
  if (self == NULL)
    return;
  self->freed = TRUE;
  g_mutex_lock (&self->lock);
  self->stopped = TRUE;
  g_mutex_unlock (&self->lock);
  wake (self);
  g_thread_join (self->thread);
  unref (self);
}

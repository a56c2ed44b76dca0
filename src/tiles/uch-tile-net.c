#define G_LOG_DOMAIN "uch-tiles"

#include "tiles/uch-tile-net.h"

#include <string.h>

#include "tiles/uch-tile-cache.h"
#include "tiles/uch-tile-fetch.h"

#define TIMEOUT_DEFAULT_MS 15000
#define BACKOFF_FIRST_DEFAULT_MS 1000
#define BACKOFF_MAX_DEFAULT_MS (2 * 60 * 1000)
#define BYTES_DEFAULT_MAX (1024 * 1024)
#define CACHE_BYTES_DEFAULT_MAX (G_GINT64_CONSTANT (256) * 1024 * 1024)
#define CONNECTIONS_MAX 2
/* How long a picture is good: seven days when the server is silent, as OpenStreetMap's policy asks;
 * never over a month. */
#define FRESH_DEFAULT_S (7 * 24 * 3600)
#define FRESH_MAX_S (30 * 24 * 3600)

/* Everything below runs on the network thread, which owns the session and the cache. */
struct _UchTileNet
{
  gatomicrefcount ref_count;
  GWeakRef        owner; /* UchTileSource */
  GMainContext   *owner_context;
  GMainContext   *context;
  GMainLoop      *loop;

  char  *url;
  char  *user_agent;
  char  *cache_path;
  guint  timeout_ms, backoff_first_ms, backoff_max_ms, bytes_max;
  gint64 cache_bytes_max;

  SoupSession  *session;
  UchTileCache *cache;   /* nullable */
  GQueue        waiting; /* of Request, the newest first: it is what the person looks at now */
  guint         n_under_way;
  guint         n_failures; /* in a row */
  gboolean      down;       /* answer with errors until the pause is over */
  gboolean      probing;    /* the pause is over: one request at a time until one succeeds */
  gboolean      round_failed;
  guint         backoff_ms;
  GSource      *wake; /* end of the pause */

  GMutex lock;
  char  *problem; /* nullable: what went wrong last; under the lock */
};

typedef struct
{
  UchTileNet      *net;
  GTask           *task;
  UchTileKey       key;
  UchTileLoadFlags flags;
  UchTileCached   *cached; /* nullable: stale, but better than nothing */
  guint            n_attempts;
} Request;

static void pump (UchTileNet *net);

static guint
or_default (guint value, guint default_value)
{
  return value != 0 ? value : default_value;
}

static void
net_unref (gpointer data)
{
  UchTileNet *net = data;

  if (!g_atomic_ref_count_dec (&net->ref_count))
    return;
  g_weak_ref_clear (&net->owner);
  g_main_context_unref (net->owner_context);
  g_main_loop_unref (net->loop);
  g_main_context_unref (net->context);
  g_mutex_clear (&net->lock);
  g_free (net->url);
  g_free (net->user_agent);
  g_free (net->cache_path);
  g_free (net->problem);
  g_free (net);
}

static UchTileNet *
net_ref (UchTileNet *net)
{
  g_atomic_ref_count_inc (&net->ref_count);
  return net;
}

static void
set_problem (UchTileNet *net, const char *message)
{
  g_mutex_lock (&net->lock);
  if (g_strcmp0 (net->problem, message) != 0)
    {
      g_free (net->problem);
      net->problem = g_strdup (message);
    }
  g_mutex_unlock (&net->lock);
}

static void
request_free (gpointer data)
{
  Request *request = data;

  uch_tile_cached_free (request->cached);
  g_object_unref (request->task);
  net_unref (request->net);
  g_free (request);
}

static void
return_picture (Request *request, UchTilePicture *picture)
{
  g_task_return_pointer (request->task, picture, (GDestroyNotify) uch_tile_picture_unref);
  request_free (request);
}

/* Stale is better than nothing, nothing is better than a lie. */
static void
return_failure (Request *request, GError *error)
{
  UchTilePicture *stale
      = request->cached != NULL ? uch_tile_picture_decode (request->cached->bytes, NULL) : NULL;

  if (stale != NULL)
    {
      g_error_free (error);
      return_picture (request, stale);
      return;
    }
  g_task_return_error (request->task, error);
  request_free (request);
}

static gboolean
emit_available_cb (gpointer user_data)
{
  UchTileNet *net = user_data;
  g_autoptr (UchTileSource) owner = g_weak_ref_get (&net->owner);

  if (owner != NULL)
    uch_tile_source_emit_available (owner);
  return G_SOURCE_REMOVE;
}

static gboolean
wake_cb (gpointer user_data)
{
  UchTileNet *net = user_data;

  g_clear_pointer (&net->wake, g_source_unref);
  net->probing = net->down;
  net->down = FALSE;
  net->round_failed = FALSE;
  g_main_context_invoke_full (net->owner_context, G_PRIORITY_DEFAULT, emit_available_cb,
                              net_ref (net), net_unref);
  return G_SOURCE_REMOVE;
}

/* After any tile that failed for good: a pause, then whoever shows tiles hears that it is worth
 * asking again. Pauses double, with up to a quarter of jitter, until a round without failures. */
static void
schedule_wake (UchTileNet *net, guint retry_after_s)
{
  guint pause_ms;

  net->round_failed = TRUE;
  if (net->wake != NULL)
    return;
  pause_ms = MAX (net->backoff_ms, retry_after_s * 1000);
  pause_ms += (guint) g_random_int_range (0, (gint32) pause_ms / 4 + 1);
  net->backoff_ms = MIN (net->backoff_ms * 2, net->backoff_max_ms);
  net->wake = g_timeout_source_new (pause_ms);
  g_source_set_callback (net->wake, wake_cb, net, NULL);
  g_source_attach (net->wake, net->context);
}

static void
take_down (UchTileNet *net, const GError *error)
{
  Request *request;

  net->down = TRUE;
  net->probing = FALSE;
  while ((request = g_queue_pop_head (&net->waiting)) != NULL)
    return_failure (request, g_error_copy (error));
}

static void
note_success (UchTileNet *net)
{
  net->n_failures = 0;
  net->probing = FALSE;
  net->down = FALSE;
  if (!net->round_failed)
    net->backoff_ms = net->backoff_first_ms;
  set_problem (net, NULL);
}

/* What is no picture or is refused will not become better within a second: no further attempt. */
static void
handle_failure (Request *request, guint retry_after_s, GError *error)
{
  UchTileNet *net = request->net;
  gboolean    again = g_error_matches (error, UCH_TILE_ERROR, UCH_TILE_ERROR_UNAVAILABLE)
                   && ++request->n_attempts < UCH_TILE_HTTP_ATTEMPTS_MAX && retry_after_s == 0;
  gboolean hopeless = g_error_matches (error, UCH_TILE_ERROR, UCH_TILE_ERROR_REFUSED);

  if (g_error_matches (error, UCH_TILE_ERROR, UCH_TILE_ERROR_NOT_FOUND))
    {
      note_success (net);
      return_failure (request, error);
      return;
    }
  set_problem (net, error->message);
  net->n_failures++;
  if (net->probing || hopeless || retry_after_s > 0
      || net->n_failures >= UCH_TILE_HTTP_FAILURES_MAX)
    {
      schedule_wake (net, retry_after_s);
      take_down (net, error);
      return_failure (request, error);
    }
  else if (again)
    {
      g_error_free (error);
      g_queue_push_tail (&net->waiting, request);
    }
  else
    {
      schedule_wake (net, retry_after_s);
      return_failure (request, error);
    }
}

static gint64
expiry_us (const UchTileAnswer *answer)
{
  gint64 fresh_s = answer->fresh_s < 0 ? FRESH_DEFAULT_S : MIN (answer->fresh_s, FRESH_MAX_S);

  return g_get_real_time () + fresh_s * G_USEC_PER_SEC;
}

/* A cache that cannot be written costs speed, not pictures: it is told, not fatal. */
static void
note_cache_error (UchTileNet *net, GError *error)
{
  if (error == NULL)
    return;
  set_problem (net, error->message);
  g_error_free (error);
}

static void
handle_answer (Request *request, UchTileAnswer *answer)
{
  UchTileNet *net = request->net;
  GError     *error = NULL;
  GError     *cache_error = NULL;
  GBytes     *bytes
      = answer->not_modified && request->cached != NULL ? request->cached->bytes : answer->body;
  UchTilePicture *picture = NULL;

  if (bytes != NULL)
    picture = uch_tile_picture_decode (bytes, &error);
  else
    g_set_error_literal (&error, UCH_TILE_ERROR, UCH_TILE_ERROR_NOT_A_PICTURE,
                         "The tile server sends nothing");
  if (picture == NULL)
    {
      handle_failure (request, 0, error);
      return;
    }
  note_success (net);
  if (net->cache != NULL && answer->not_modified)
    uch_tile_cache_refresh (net->cache, request->key, expiry_us (answer), &cache_error);
  else if (net->cache != NULL && !answer->no_store)
    uch_tile_cache_put (net->cache, request->key, bytes, answer->etag, expiry_us (answer),
                        g_get_real_time (), &cache_error);
  note_cache_error (net, cache_error);
  return_picture (request, picture);
}

static void
fetched_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  Request    *request = user_data;
  UchTileNet *net = net_ref (request->net);
  GError     *error = NULL;
  guint       retry_after_s = 0;
  g_autoptr (UchTileAnswer) answer = uch_tile_fetch_finish (result, &retry_after_s, &error);

  net->n_under_way--;
  if (answer != NULL)
    handle_answer (request, answer);
  else if (g_error_matches (error, G_IO_ERROR, G_IO_ERROR_CANCELLED))
    return_failure (request, error);
  else
    handle_failure (request, retry_after_s, error);
  pump (net);
  net_unref (net);
}

static void
pump (UchTileNet *net)
{
  guint limit = net->probing ? 1 : UCH_TILE_HTTP_PARALLEL_MAX;

  while (net->n_under_way < limit && !g_queue_is_empty (&net->waiting))
    {
      Request         *request = g_queue_pop_head (&net->waiting);
      g_autofree char *url = NULL;

      if (g_task_return_error_if_cancelled (request->task))
        {
          request_free (request);
          continue;
        }
      url = uch_tile_http_expand_url (net->url, request->key);
      net->n_under_way++;
      uch_tile_fetch_async (
          net->session, url, request->cached != NULL ? request->cached->etag : NULL, net->bytes_max,
          net->timeout_ms, g_task_get_cancellable (request->task), fetched_cb, request);
    }
}

static gboolean
request_cb (gpointer user_data)
{
  Request    *request = user_data;
  UchTileNet *net = request->net;
  GError     *cache_error = NULL;

  if (g_task_return_error_if_cancelled (request->task))
    {
      request_free (request);
      return G_SOURCE_REMOVE;
    }
  if (net->cache != NULL)
    request->cached = uch_tile_cache_get (net->cache, request->key, &cache_error);
  note_cache_error (net, cache_error);
  if (request->cached != NULL
      && ((request->flags & UCH_TILE_LOAD_LOCAL)
          || request->cached->expires_us > g_get_real_time ()))
    {
      UchTilePicture *picture = uch_tile_picture_decode (request->cached->bytes, NULL);

      if (picture != NULL)
        {
          return_picture (request, picture);
          return G_SOURCE_REMOVE;
        }
      /* Damaged on disk: as if it had never been kept. */
      g_clear_pointer (&request->cached, uch_tile_cached_free);
      cache_error = NULL;
      uch_tile_cache_remove (net->cache, request->key, &cache_error);
      note_cache_error (net, cache_error);
    }
  if (request->flags & UCH_TILE_LOAD_LOCAL)
    return_failure (request, g_error_new_literal (UCH_TILE_ERROR, UCH_TILE_ERROR_NOT_FOUND,
                                                  "Not in the cache"));
  else if (net->down)
    return_failure (request, g_error_new_literal (UCH_TILE_ERROR, UCH_TILE_ERROR_UNAVAILABLE,
                                                  "The tile server is down"));
  else
    {
      g_queue_push_head (&net->waiting, request);
      if (g_queue_get_length (&net->waiting) > UCH_TILE_HTTP_WAITING_MAX)
        {
          schedule_wake (net, 0);
          return_failure (g_queue_pop_tail (&net->waiting),
                          g_error_new_literal (UCH_TILE_ERROR, UCH_TILE_ERROR_UNAVAILABLE,
                                               "Too many tiles at once"));
        }
      pump (net);
    }
  return G_SOURCE_REMOVE;
}

static void
open_cache (UchTileNet *net)
{
  g_autoptr (GError) error = NULL;

  if (net->cache_path == NULL)
    return;
  net->cache = uch_tile_cache_open (net->cache_path, &error);
  if (net->cache != NULL)
    uch_tile_cache_prune (net->cache, net->cache_bytes_max, &error);
  if (error != NULL)
    set_problem (net, error->message);
}

static gpointer
net_thread (gpointer data)
{
  UchTileNet *net = data;
  Request    *request;

  g_main_context_push_thread_default (net->context);
  open_cache (net);
  net->session = soup_session_new_with_options (
      "max-conns", CONNECTIONS_MAX, "max-conns-per-host", CONNECTIONS_MAX, "timeout",
      MAX (1, net->timeout_ms / 1000), "user-agent", net->user_agent, NULL);
  g_main_loop_run (net->loop);

  /* The owner is gone, and with it everybody who could wait for an answer. */
  soup_session_abort (net->session);
  while (net->n_under_way > 0)
    g_main_context_iteration (net->context, TRUE);
  while ((request = g_queue_pop_head (&net->waiting)) != NULL)
    return_failure (request, g_error_new_literal (G_IO_ERROR, G_IO_ERROR_CANCELLED, "Closed"));
  if (net->wake != NULL)
    g_source_destroy (net->wake);
  g_clear_pointer (&net->wake, g_source_unref);
  g_clear_object (&net->session);
  g_clear_pointer (&net->cache, uch_tile_cache_close);
  g_main_context_pop_thread_default (net->context);
  net_unref (net);
  return NULL;
}

/**
 * uch_tile_net_start:
 * @options: how to talk to the server; copied
 * @owner: who is told that the server may answer again; not kept alive
 *
 * Starts the network thread of a source.
 *
 * Returns: (transfer full): the thread's side
 */
UchTileNet *
uch_tile_net_start (const UchTileHttpOptions *options, UchTileSource *owner)
{
  UchTileNet *net = g_new0 (UchTileNet, 1);

  g_atomic_ref_count_init (&net->ref_count);
  g_weak_ref_init (&net->owner, owner);
  g_mutex_init (&net->lock);
  g_queue_init (&net->waiting);
  net->owner_context = g_main_context_ref_thread_default ();
  net->context = g_main_context_new ();
  net->loop = g_main_loop_new (net->context, FALSE);
  net->url = g_strdup (options->url);
  net->user_agent
      = g_strdup (options->user_agent != NULL ? options->user_agent : "Uchastok/" UCH_VERSION);
  net->cache_path = g_strdup (options->cache_path);
  net->timeout_ms = or_default (options->timeout_ms, TIMEOUT_DEFAULT_MS);
  net->backoff_first_ms = or_default (options->backoff_first_ms, BACKOFF_FIRST_DEFAULT_MS);
  net->backoff_max_ms = or_default (options->backoff_max_ms, BACKOFF_MAX_DEFAULT_MS);
  net->bytes_max = or_default (options->bytes_max, BYTES_DEFAULT_MAX);
  net->cache_bytes_max
      = options->cache_bytes_max != 0 ? options->cache_bytes_max : CACHE_BYTES_DEFAULT_MAX;
  net->backoff_ms = net->backoff_first_ms;
  g_thread_unref (g_thread_new ("uch-tile-net", net_thread, net_ref (net)));
  return net;
}

/**
 * uch_tile_net_stop:
 * @net: (transfer full) (nullable): the thread's side
 *
 * Lets the thread end. It is not waited for: this may be the thread itself, which held the last
 * request.
 */
void
uch_tile_net_stop (UchTileNet *net)
{
  if (net == NULL)
    return;
  g_main_loop_quit (net->loop);
  net_unref (net);
}

/**
 * uch_tile_net_request:
 * @net: the thread's side
 * @key: which tile
 * @flags: #UchTileLoadFlags
 * @task: (transfer full): gets the #UchTilePicture
 */
void
uch_tile_net_request (UchTileNet *net, UchTileKey key, UchTileLoadFlags flags, GTask *task)
{
  Request *request = g_new0 (Request, 1);

  request->net = net_ref (net);
  request->key = key;
  request->flags = flags;
  request->task = task;
  /* request_cb() takes it over. */
  g_main_context_invoke (net->context, request_cb, request);
  /* cppcheck-suppress memleak */
}

/**
 * uch_tile_net_dup_problem:
 * @net: the thread's side
 *
 * Returns: (transfer full) (nullable): what went wrong last
 */
char *
uch_tile_net_dup_problem (UchTileNet *net)
{
  char *problem;

  g_mutex_lock (&net->lock);
  problem = g_strdup (net->problem);
  g_mutex_unlock (&net->lock);
  return problem;
}

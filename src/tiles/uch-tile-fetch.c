#define G_LOG_DOMAIN "uch-tiles"

#include "tiles/uch-tile-fetch.h"

#include <string.h>

#define CHUNK_BYTES (32 * 1024)
#define RETRY_AFTER_MAX_S 3600
#define TOO_MANY_REQUESTS 429 /* RFC 6585; libsoup has no name for it */

typedef struct
{
  SoupMessage   *message;
  GInputStream  *stream; /* nullable until the headers are there */
  GByteArray    *body;
  GCancellable  *stop; /* of the caller's cancellable and of the time-out */
  GCancellable  *cancellable;
  gulong         cancelled_id;
  GSource       *timeout;
  UchTileAnswer *answer;
  guint          bytes_max;
  guint          retry_after_s;
  gboolean       timed_out;
} Fetch;

static void
fetch_free (gpointer data)
{
  Fetch *fetch = data;

  if (fetch->timeout != NULL)
    {
      g_source_destroy (fetch->timeout);
      g_source_unref (fetch->timeout);
    }
  g_cancellable_disconnect (fetch->cancellable, fetch->cancelled_id);
  g_clear_object (&fetch->cancellable);
  g_clear_object (&fetch->message);
  g_clear_object (&fetch->stream);
  g_clear_object (&fetch->stop);
  g_byte_array_unref (fetch->body);
  uch_tile_answer_free (fetch->answer);
  g_free (fetch);
}

/**
 * uch_tile_answer_free:
 * @answer: (transfer full) (nullable): an answer
 */
void
uch_tile_answer_free (UchTileAnswer *answer)
{
  if (answer == NULL)
    return;
  g_clear_pointer (&answer->body, g_bytes_unref);
  g_free (answer->etag);
  g_free (answer);
}

static gboolean
timeout_cb (gpointer user_data)
{
  Fetch *fetch = user_data;

  fetch->timed_out = TRUE;
  g_cancellable_cancel (fetch->stop);
  return G_SOURCE_REMOVE;
}

/* What the caller's thread needs to give a request up. */
typedef struct
{
  GCancellable *stop;
  GMainContext *context;
} Stopper;

static void
stopper_free (gpointer data)
{
  Stopper *stopper = data;

  g_object_unref (stopper->stop);
  g_main_context_unref (stopper->context);
  g_free (stopper);
}

static gboolean
stop_cb (gpointer user_data)
{
  g_cancellable_cancel (user_data);
  return G_SOURCE_REMOVE;
}

/* Comes on the caller's thread. GLib 2.74 loses a source now and then when a cancellable is
 * cancelled on one thread and waited for on another: so it is done where it is waited for. */
static void
cancelled_cb (GCancellable *cancellable, gpointer user_data)
{
  Stopper *stopper = user_data;
  GSource *source = g_idle_source_new ();

  g_source_set_priority (source, G_PRIORITY_DEFAULT);
  g_source_set_callback (source, stop_cb, g_object_ref (stopper->stop), g_object_unref);
  g_source_attach (source, stopper->context);
  g_source_unref (source);
}

/* Turns what the network said into what the caller can act on. */
static void
return_network_error (GTask *task, GError *error)
{
  Fetch *fetch = g_task_get_task_data (task);

  if (fetch->timed_out)
    g_task_return_new_error (task, UCH_TILE_ERROR, UCH_TILE_ERROR_UNAVAILABLE,
                             "The tile server does not answer in time");
  else if (g_error_matches (error, G_IO_ERROR, G_IO_ERROR_CANCELLED))
    {
      g_task_return_error (task, error);
      return;
    }
  else
    g_task_return_new_error (task, UCH_TILE_ERROR, UCH_TILE_ERROR_UNAVAILABLE,
                             "The tile server cannot be reached: %s", error->message);
  g_error_free (error);
}

static void
read_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (GTask) task = user_data;
  Fetch  *fetch = g_task_get_task_data (task);
  GError *error = NULL;
  g_autoptr (GBytes) chunk
      = g_input_stream_read_bytes_finish (G_INPUT_STREAM (source), result, &error);
  gsize size;

  if (chunk == NULL)
    {
      return_network_error (task, error);
      return;
    }
  size = g_bytes_get_size (chunk);
  if (size == 0)
    {
      fetch->answer->body = g_byte_array_free_to_bytes (g_steal_pointer (&fetch->body));
      fetch->body = g_byte_array_new ();
      g_task_return_pointer (task, g_steal_pointer (&fetch->answer),
                             (GDestroyNotify) uch_tile_answer_free);
      return;
    }
  if (fetch->body->len + size > fetch->bytes_max)
    {
      g_task_return_new_error (task, UCH_TILE_ERROR, UCH_TILE_ERROR_TOO_LARGE,
                               "The tile server sends more than %u KiB for one tile",
                               fetch->bytes_max / 1024);
      return;
    }
  g_byte_array_append (fetch->body, g_bytes_get_data (chunk, NULL), (guint) size);
  g_input_stream_read_bytes_async (fetch->stream, CHUNK_BYTES, G_PRIORITY_DEFAULT, fetch->stop,
                                   read_cb, g_steal_pointer (&task));
}

static void
parse_validity (Fetch *fetch, SoupMessageHeaders *headers)
{
  const char *control = soup_message_headers_get_list (headers, "Cache-Control");
  const char *expires = soup_message_headers_get_one (headers, "Expires");

  fetch->answer->etag = g_strdup (soup_message_headers_get_one (headers, "ETag"));
  fetch->answer->fresh_s = -1;
  if (control != NULL)
    {
      g_autoptr (GHashTable) params = soup_header_parse_param_list (control);
      const char *max_age = g_hash_table_lookup (params, "max-age");

      fetch->answer->no_store = g_hash_table_contains (params, "no-store");
      if (g_hash_table_contains (params, "no-cache"))
        fetch->answer->fresh_s = 0;
      else if (max_age != NULL)
        fetch->answer->fresh_s = MAX (0, g_ascii_strtoll (max_age, NULL, 10));
    }
  if (fetch->answer->fresh_s < 0 && expires != NULL)
    {
      /* Counted on the server's clock: ours may be wrong. */
      const char *date = soup_message_headers_get_one (headers, "Date");
      g_autoptr (GDateTime) until = soup_date_time_new_from_http_string (expires);
      g_autoptr (GDateTime) from = date != NULL ? soup_date_time_new_from_http_string (date) : NULL;

      if (until != NULL && from != NULL)
        fetch->answer->fresh_s = MAX (0, g_date_time_difference (until, from) / G_USEC_PER_SEC);
    }
}

/* Whether the status promises a picture; else the task has been answered. */
static gboolean
check_status (GTask *task, Fetch *fetch)
{
  guint               status = soup_message_get_status (fetch->message);
  SoupMessageHeaders *headers = soup_message_get_response_headers (fetch->message);
  const char         *retry_after = soup_message_headers_get_one (headers, "Retry-After");
  const char         *type = soup_message_headers_get_content_type (headers, NULL);

  if (retry_after != NULL)
    fetch->retry_after_s
        = (guint) CLAMP (g_ascii_strtoll (retry_after, NULL, 10), 0, RETRY_AFTER_MAX_S);
  if (status == SOUP_STATUS_NOT_MODIFIED)
    {
      fetch->answer->not_modified = TRUE;
      g_task_return_pointer (task, g_steal_pointer (&fetch->answer),
                             (GDestroyNotify) uch_tile_answer_free);
      return FALSE;
    }
  if (status == SOUP_STATUS_NOT_FOUND || status == SOUP_STATUS_GONE
      || status == SOUP_STATUS_NO_CONTENT)
    g_task_return_new_error (task, UCH_TILE_ERROR, UCH_TILE_ERROR_NOT_FOUND,
                             "The tile server has no such tile");
  else if (status == TOO_MANY_REQUESTS || status >= 500)
    g_task_return_new_error (task, UCH_TILE_ERROR, UCH_TILE_ERROR_UNAVAILABLE,
                             "The tile server answers with error %u", status);
  else if (status != SOUP_STATUS_OK)
    g_task_return_new_error (task, UCH_TILE_ERROR, UCH_TILE_ERROR_REFUSED,
                             "The tile server refuses with status %u", status);
  else if (type == NULL || !g_str_has_prefix (type, "image/"))
    g_task_return_new_error (task, UCH_TILE_ERROR, UCH_TILE_ERROR_NOT_A_PICTURE,
                             "The tile server answers with “%s” instead of a picture; "
                             "perhaps the network wants a sign-in page to be visited first",
                             type != NULL ? type : "");
  else if (soup_message_headers_get_content_length (headers) > fetch->bytes_max)
    g_task_return_new_error (task, UCH_TILE_ERROR, UCH_TILE_ERROR_TOO_LARGE,
                             "The tile server sends more than %u KiB for one tile",
                             fetch->bytes_max / 1024);
  else
    return TRUE;
  return FALSE;
}

static void
sent_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (GTask) task = user_data;
  Fetch  *fetch = g_task_get_task_data (task);
  GError *error = NULL;

  fetch->stream = soup_session_send_finish (SOUP_SESSION (source), result, &error);
  if (fetch->stream == NULL)
    {
      return_network_error (task, error);
      return;
    }
  parse_validity (fetch, soup_message_get_response_headers (fetch->message));
  if (!check_status (task, fetch))
    {
      /* The body is not worth reading: the connection is given up with it. */
      g_cancellable_cancel (fetch->stop);
      return;
    }
  g_input_stream_read_bytes_async (fetch->stream, CHUNK_BYTES, G_PRIORITY_DEFAULT, fetch->stop,
                                   read_cb, g_steal_pointer (&task));
}

/**
 * uch_tile_fetch_async:
 * @session: a session of the calling thread
 * @url: address of the tile
 * @etag: (nullable): validator of what we have already
 * @bytes_max: a longer answer is an error
 * @timeout_ms: for the whole answer, from now
 * @cancellable: (nullable): gives the request up
 * @callback: called in the thread-default main context
 * @user_data: for @callback
 *
 * Asks for one tile, once.
 */
void
uch_tile_fetch_async (SoupSession        *session,
                      const char         *url,
                      const char         *etag,
                      guint               bytes_max,
                      guint               timeout_ms,
                      GCancellable       *cancellable,
                      GAsyncReadyCallback callback,
                      gpointer            user_data)
{
  GTask              *task = g_task_new (session, NULL, callback, user_data);
  Fetch              *fetch = g_new0 (Fetch, 1);
  SoupMessageHeaders *headers;

  fetch->message = soup_message_new (SOUP_METHOD_GET, url);
  fetch->body = g_byte_array_new ();
  fetch->answer = g_new0 (UchTileAnswer, 1);
  fetch->stop = g_cancellable_new ();
  fetch->bytes_max = bytes_max;
  g_task_set_source_tag (task, uch_tile_fetch_async);
  g_task_set_task_data (task, fetch, fetch_free);
  if (fetch->message == NULL)
    {
      g_task_return_new_error (task, UCH_TILE_ERROR, UCH_TILE_ERROR_REFUSED,
                               "“%s” is not an address", url);
      g_object_unref (task);
      return;
    }
  headers = soup_message_get_request_headers (fetch->message);
  soup_message_headers_replace (headers, "Accept", "image/png,image/*;q=0.8");
  if (etag != NULL)
    soup_message_headers_replace (headers, "If-None-Match", etag);
  if (cancellable != NULL)
    {
      Stopper *stopper = g_new0 (Stopper, 1);

      stopper->stop = g_object_ref (fetch->stop);
      stopper->context = g_main_context_ref_thread_default ();
      fetch->cancellable = g_object_ref (cancellable);
      fetch->cancelled_id
          = g_cancellable_connect (cancellable, G_CALLBACK (cancelled_cb), stopper, stopper_free);
    }
  fetch->timeout = g_timeout_source_new (timeout_ms);
  g_source_set_callback (fetch->timeout, timeout_cb, fetch, NULL);
  g_source_attach (fetch->timeout, g_main_context_get_thread_default ());
  soup_session_send_async (session, fetch->message, G_PRIORITY_DEFAULT, fetch->stop, sent_cb, task);
}

/**
 * uch_tile_fetch_finish:
 * @result: what the callback got
 * @out_retry_after_s: (out): how long the server asks us to wait; 0: it did not say
 * @error: return location of a UCH_TILE_ERROR or G_IO_ERROR_CANCELLED
 *
 * Returns: (transfer full) (nullable): the answer
 */
UchTileAnswer *
uch_tile_fetch_finish (GAsyncResult *result, guint *out_retry_after_s, GError **error)
{
  Fetch *fetch = g_task_get_task_data (G_TASK (result));

  *out_retry_after_s = fetch->retry_after_s;
  return g_task_propagate_pointer (G_TASK (result), error);
}

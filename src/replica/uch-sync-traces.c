/* Where people were on a day: asked of the store, page by page; the desk keeps nothing of it. */
#define G_LOG_DOMAIN "uch-replica"

#include <string.h>

#include "core/uch-trace.h"
#include "replica/uch-sync-client-private.h"

/* So many pages are more than a hundred engineers report in a day. */
#define PAGES_MAX 200

typedef struct
{
  char       *engineer_id; /* (nullable) */
  UchTime     from, to;
  GHashTable *traces; /* engineer id → GArray of UchTracePoint */
  guint       n_pages;
} Ask;

static void
ask_free (gpointer data)
{
  Ask *ask = data;

  g_free (ask->engineer_id);
  g_clear_pointer (&ask->traces, g_hash_table_unref);
  g_free (ask);
}

static void ask_page (GTask *task, const char *after, UchTime after_at);

static double
get_number (JsonArray *array, guint i)
{
  JsonNode *node = json_array_get_element (array, i);

  return JSON_NODE_HOLDS_VALUE (node) ? json_node_get_double (node) : 0;
}

static void
take_points (Ask *ask, const char *engineer_id, JsonArray *array)
{
  GArray *points = g_hash_table_lookup (ask->traces, engineer_id);

  if (points == NULL)
    {
      points = g_array_new (FALSE, FALSE, sizeof (UchTracePoint));
      g_hash_table_insert (ask->traces, g_strdup (engineer_id), points);
    }
  for (guint i = 0; i < json_array_get_length (array); i++)
    {
      JsonNode     *node = json_array_get_element (array, i);
      JsonArray    *one = JSON_NODE_HOLDS_ARRAY (node) ? json_node_get_array (node) : NULL;
      UchTracePoint point;

      if (one == NULL || json_array_get_length (one) < 5)
        continue;
      point = (UchTracePoint){ .at = (UchTime) get_number (one, 0),
                               .received_at = (UchTime) get_number (one, 1),
                               .latitude = get_number (one, 2),
                               .longitude = get_number (one, 3),
                               .accuracy_m = get_number (one, 4) };
      g_array_append_val (points, point);
    }
}

static JsonArray *
get_array (JsonObject *object, const char *name)
{
  JsonNode *node = json_object_get_member (object, name);

  return node != NULL && JSON_NODE_HOLDS_ARRAY (node) ? json_node_get_array (node) : NULL;
}

static const char *
get_text (JsonObject *object, const char *name)
{
  JsonNode *node = json_object_get_member (object, name);

  return node != NULL && json_node_get_value_type (node) == G_TYPE_STRING
             ? json_node_get_string (node)
             : NULL;
}

/* Takes a page; returns what follows it: (nullable). */
static JsonObject *
take_page (Ask *ask, JsonObject *page)
{
  JsonArray *traces = get_array (page, "traces");
  JsonNode  *next = json_object_get_member (page, "next");

  for (guint i = 0; traces != NULL && i < json_array_get_length (traces); i++)
    {
      JsonNode   *node = json_array_get_element (traces, i);
      JsonObject *one = JSON_NODE_HOLDS_OBJECT (node) ? json_node_get_object (node) : NULL;
      JsonArray  *points = one != NULL ? get_array (one, "points") : NULL;

      if (points != NULL && get_text (one, "engineer") != NULL)
        take_points (ask, get_text (one, "engineer"), points);
    }
  return next != NULL && JSON_NODE_HOLDS_OBJECT (next) ? json_node_get_object (next) : NULL;
}

static void
finish (GTask *task)
{
  Ask           *ask = g_task_get_task_data (task);
  GHashTableIter iter;
  gpointer       points;

  g_hash_table_iter_init (&iter, ask->traces);
  while (g_hash_table_iter_next (&iter, NULL, &points))
    uch_trace_clean (points);
  g_task_return_pointer (task, g_steal_pointer (&ask->traces), (GDestroyNotify) g_hash_table_unref);
}

static void
page_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (GTask) task = user_data;
  Ask    *ask = g_task_get_task_data (task);
  GError *error = NULL;
  g_autoptr (UchSyncReply) reply = uch_sync_http_send_finish (result, &error);
  g_autoptr (JsonNode) root = NULL;
  JsonObject *page = NULL, *next;

  if (reply != NULL)
    error = uch_sync_reply_dup_error (reply);
  if (error == NULL)
    page = uch_sync_reply_parse (reply, &root, &error);
  if (page == NULL)
    {
      g_task_return_error (task, error);
      return;
    }
  next = take_page (ask, page);
  if (next == NULL || get_text (next, "after") == NULL)
    finish (task);
  else if (++ask->n_pages >= PAGES_MAX)
    g_task_return_new_error (task, UCH_SYNC_ERROR, UCH_SYNC_ERROR_NOT_A_STORE,
                             "The store does not come to an end");
  else
    ask_page (task, get_text (next, "after"),
              json_object_get_int_member_with_default (next, "after_at", 0));
}

static void
ask_page (GTask *task, const char *after, UchTime after_at)
{
  UchSyncClient   *self = g_task_get_source_object (task);
  Ask             *ask = g_task_get_task_data (task);
  g_autofree char *path
      = g_strdup_printf ("/v1/traces?from=%" G_GINT64_FORMAT "&to=%" G_GINT64_FORMAT
                         "%s%s%s%s&after_at=%" G_GINT64_FORMAT,
                         ask->from, ask->to, ask->engineer_id != NULL ? "&engineer=" : "",
                         ask->engineer_id != NULL ? ask->engineer_id : "",
                         after != NULL ? "&after=" : "", after != NULL ? after : "", after_at);

  uch_sync_http_send_async (self->http, "GET", path, NULL, g_task_get_cancellable (task), page_cb,
                            g_object_ref (task));
}

/**
 * uch_sync_client_load_traces_async:
 * @self: a client that is signed in
 * @engineer_id: (nullable): whose; %NULL: everybody's
 * @from: milliseconds
 * @to: not included; at most 26 hours later
 *
 * Asks where people were. The store logs that it was asked.
 */
void
uch_sync_client_load_traces_async (UchSyncClient      *self,
                                   const char         *engineer_id,
                                   UchTime             from,
                                   UchTime             to,
                                   GCancellable       *cancellable,
                                   GAsyncReadyCallback callback,
                                   gpointer            user_data)
{
  g_autoptr (GTask) task = g_task_new (self, cancellable, callback, user_data);
  Ask *ask = g_new0 (Ask, 1);

  g_task_set_source_tag (task, uch_sync_client_load_traces_async);
  ask->engineer_id = g_strdup (engineer_id);
  ask->from = from;
  ask->to = to;
  ask->traces
      = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, (GDestroyNotify) g_array_unref);
  g_task_set_task_data (task, ask, ask_free);
  ask_page (task, NULL, 0);
}

/**
 * uch_sync_client_load_traces_finish:
 *
 * Returns: (transfer full) (nullable) (element-type utf8 GArray): clean lines of UchTracePoint by
 *   the engineer's id; of who reported nothing there is none
 */
GHashTable *
uch_sync_client_load_traces_finish (UchSyncClient *self, GAsyncResult *result, GError **error)
{
  return g_task_propagate_pointer (G_TASK (result), error);
}

/* What has changed, from where the client left off; and whole tables for a first sync. */
#define G_LOG_DOMAIN "uch-server"

#include "core/uch-id.h"
#include "server/uch-server-private.h"
#include "sync/uch-wire.h"

#define CHANGES_DEFAULT 2000
#define SNAPSHOT_DEFAULT 5000
#define WAIT_MAX_S 25
/* Long polls at once; beyond that they are answered at once, with nothing. */
#define WAITERS_MAX 1000

typedef struct
{
  UchSession *session;
  gint64      since;
  guint       limit;
  UchTable    table;
  char       *after;
  char       *uuid;
} Ask;

/* What a read gives: the text that goes out, made on the reading thread. */
typedef struct
{
  char    *json; /* (nullable): the cursor is below the floor */
  gint64   head, floor;
  gboolean empty;
} Page;

static void
ask_free (gpointer data)
{
  Ask *ask = data;

  g_object_unref (ask->session);
  g_free (ask->after);
  g_free (ask->uuid);
  g_free (ask);
}

static void
page_free (gpointer data)
{
  g_free (((Page *) data)->json);
  g_free (data);
}

static Ask *
ask_new (UchRequest *request)
{
  Ask *ask = g_new0 (Ask, 1);

  ask->session = g_object_ref (request->session);
  ask->uuid = g_strdup (uch_store_async_get_uuid (request->server->store));
  return ask;
}

/* May be called on any thread. */
char *
uch_feed_print_page (const char *uuid, const UchStorePage *page)
{
  g_autoptr (GPtrArray) rows = g_ptr_array_new_full (page->rows->len, g_free);

  for (guint i = 0; i < page->rows->len; i++)
    { /* all in it is borrowed */
      const UchStoreRow *row = g_ptr_array_index (page->rows, i);
      UchWireRow        *wire = g_new0 (UchWireRow, 1);

      *wire = (UchWireRow){ row->table, row->seq, row->id, row->row };
      g_ptr_array_add (rows, wire);
    }
  return uch_wire_encode_changes (uuid, page->from, page->to, page->head, page->floor, page->more,
                                  rows);
}

static gpointer
changes_func (UchStore *store, gpointer data, GError **error)
{
  Ask *ask = data;
  g_autoptr (GError) local_error = NULL;
  g_autoptr (UchStorePage) page
      = uch_store_list_changes (store, ask->session, ask->since, ask->limit, &local_error);
  Page *out;

  if (g_error_matches (local_error, UCH_STORE_ERROR, UCH_STORE_ERROR_RESYNC))
    {
      out = g_new0 (Page, 1);
      if (uch_store_get_head (store, &out->head, &out->floor, error))
        return out;
      page_free (out);
      return NULL;
    }
  if (page == NULL)
    {
      g_propagate_error (error, g_steal_pointer (&local_error));
      return NULL;
    }
  out = g_new0 (Page, 1);
  out->json = uch_feed_print_page (ask->uuid, page);
  out->head = page->head;
  out->empty = page->to == page->from;
  return out;
}

static void read_changes (UchRequest *request);

static gboolean
waited_cb (gpointer user_data)
{
  UchRequest *request = user_data;

  request->timeout_id = 0;
  request->wait_until = 0;
  g_ptr_array_remove_fast (request->server->waiters, request);
  read_changes (request);
  uch_request_unref (request);
  return G_SOURCE_REMOVE;
}

/* Puts the request by until something changes; returns whether it waits. */
static gboolean
wait_for_changes (UchRequest *request, gint64 head)
{
  UchServer *server = request->server;
  gint64     left_ms = (request->wait_until - g_get_monotonic_time ()) / 1000;

  if (request->wait_until == 0 || left_ms <= 0 || request->gone || head < server->head
      || server->waiters->len >= WAITERS_MAX || g_cancellable_is_cancelled (server->stopping))
    return FALSE;
  request->group = UCH_GROUP_WAIT;
  g_ptr_array_add (server->waiters, uch_request_ref (request));
  request->timeout_id = g_timeout_add ((guint) left_ms, waited_cb, request);
  return TRUE;
}

/* Somebody committed: all who wait read again. */
void
uch_feed_wake (UchServer *self)
{
  g_autoptr (GPtrArray) waiters = g_steal_pointer (&self->waiters);

  self->waiters = g_ptr_array_new ();
  for (guint i = 0; i < waiters->len; i++)
    {
      UchRequest *request = g_ptr_array_index (waiters, i);

      g_clear_handle_id (&request->timeout_id, g_source_remove);
      if (!request->gone)
        read_changes (request);
      uch_request_unref (request);
    }
}

/* A session has ended: whoever waits with it waits for nothing. */
void
uch_feed_end_session (UchServer *self, const char *session_id)
{
  for (guint i = self->waiters->len; i > 0; i--)
    {
      UchRequest *request = g_ptr_array_index (self->waiters, i - 1);

      if (g_strcmp0 (request->session->parent.id, session_id) != 0)
        continue;
      g_ptr_array_remove_index_fast (self->waiters, i - 1);
      g_clear_handle_id (&request->timeout_id, g_source_remove);
      uch_request_refuse (request, SOUP_STATUS_UNAUTHORIZED, "signed_out", NULL,
                          "The session has ended: sign in again");
      uch_request_unref (request);
    }
}

/* The server stops: all who wait are answered with nothing. */
void
uch_feed_cancel (UchServer *self)
{
  uch_feed_wake (self);
}

static void
changes_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (UchRequest) request = user_data;
  g_autoptr (GError) error = NULL;
  Page *page = uch_store_async_finish (UCH_STORE_ASYNC (source), result, &error);

  if (g_error_matches (error, UCH_STORE_ERROR, UCH_STORE_ERROR_EPOCH))
    uch_request_refuse_epoch (request, "since", error->message);
  else if (page == NULL)
    uch_request_fail (request, error);
  else if (page->json == NULL)
    uch_request_refuse_with (request, SOUP_STATUS_GONE, "resync", "since",
                             "Deletions since then are forgotten: take a snapshot", "floor",
                             g_variant_new_int64 (page->floor), NULL);
  else if (!page->empty || !wait_for_changes (request, page->head))
    {
      request->server->metrics.feed_pages++;
      uch_request_answer_json (request, g_steal_pointer (&page->json));
    }
  g_clear_pointer (&page, page_free);
}

static void
read_changes (UchRequest *request)
{
  Ask *ask = ask_new (request);

  ask->since = request->since;
  ask->limit = request->limit;
  uch_store_async_read (request->server->store, changes_func, ask, ask_free, page_free, NULL,
                        changes_cb, uch_request_ref (request));
}

static void
get_changes (UchRequest *request)
{
  static const char *const names[] = { "since", "limit", "wait", NULL };
  const gint64             no_wait = 0, usual = CHANGES_DEFAULT;
  gint64                   wait_s, limit;

  if (!uch_request_read_query (request, names)
      || !uch_request_get_query_int (request, "since", 0, G_MAXINT64, NULL, &request->since)
      || !uch_request_get_query_int (request, "limit", 1, UCH_WIRE_PAGE_MAX, &usual, &limit)
      || !uch_request_get_query_int (request, "wait", 0, WAIT_MAX_S, &no_wait, &wait_s))
    return;
  request->limit = (guint) limit;
  if (wait_s > 0)
    request->wait_until = g_get_monotonic_time () + wait_s * G_USEC_PER_SEC;
  read_changes (request);
}

/* A page while it is read: every row is written down as it comes by. */
typedef struct
{
  GString *rows;
  guint    n;
  char    *last; /* (nullable): id */
} Sheet;

static void
write_row_cb (UchEntity *view, gpointer user_data)
{
  Sheet *sheet = user_data;

  if (sheet->n++ > 0)
    g_string_append_c (sheet->rows, ',');
  uch_wire_append_row (sheet->rows, view->schema->table, view->seq, view->id, view);
  g_free (sheet->last);
  sheet->last = g_strdup (view->id);
}

static gpointer
snapshot_func (UchStore *store, gpointer data, GError **error)
{
  Ask   *ask = data;
  Sheet  sheet = { .rows = g_string_new (NULL) };
  Page  *out = NULL;
  gint64 head = 0;

  if (uch_store_look_at_rows (store, ask->session, ask->table, ask->after, ask->limit, write_row_cb,
                              &sheet, &head, error))
    {
      out = g_new0 (Page, 1);
      out->json
          = uch_wire_finish_snapshot (ask->uuid, head, sheet.n == ask->limit ? sheet.last : NULL,
                                      g_steal_pointer (&sheet.rows));
    }
  if (sheet.rows != NULL)
    g_string_free (sheet.rows, TRUE);
  g_free (sheet.last);
  return out;
}

static void
snapshot_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (UchRequest) request = user_data;
  g_autoptr (GError) error = NULL;
  Page *page = uch_store_async_finish (UCH_STORE_ASYNC (source), result, &error);

  if (page == NULL)
    uch_request_fail (request, error);
  else
    {
      request->server->metrics.feed_pages++;
      uch_request_answer_json (request, g_steal_pointer (&page->json));
    }
  g_clear_pointer (&page, page_free);
}

static void
get_snapshot (UchRequest *request)
{
  static const char *const names[] = { "t", "after", "limit", NULL };
  const gint64             usual = SNAPSHOT_DEFAULT;
  const char              *name, *after;
  const UchSchema         *schema;
  gint64                   limit;
  Ask                     *ask;

  if (!uch_request_read_query (request, names)
      || !uch_request_get_query_int (request, "limit", 1, UCH_WIRE_PAGE_MAX, &usual, &limit))
    return;
  name = uch_request_get_query (request, "t");
  after = uch_request_get_query (request, "after");
  schema = name != NULL ? uch_schema_by_name (name) : NULL;
  if (schema == NULL || (after != NULL && !uch_id_is_valid (after)))
    {
      uch_request_refuse (request, SOUP_STATUS_BAD_REQUEST, name == NULL ? "missing" : "invalid",
                          schema == NULL ? "t" : "after",
                          schema == NULL ? "“t” must name a table" : "“after” is the id of a row");
      return;
    }
  ask = ask_new (request);
  ask->table = schema->table;
  ask->after = g_strdup (after);
  ask->limit = (guint) limit;
  uch_store_async_read (request->server->store, snapshot_func, ask, ask_free, page_free, NULL,
                        snapshot_cb, uch_request_ref (request));
}

const UchRoute uch_routes_feed[] = {
  { "GET", "/v1/changes", UCH_ROUTE_FREE, get_changes },
  { "GET", "/v1/snapshot", UCH_ROUTE_FREE, get_snapshot },
  { NULL },
};

/* The first sync, table by table. While a page is put down in SQLite the one after it is read from
 * JSON, and the one after that is on its way: each on a thread of its own, in their order. */
#define G_LOG_DOMAIN "uch-replica"

#include <string.h>

#include "replica/uch-sync-client-private.h"

#define PAGE_LEN 5000
/* Asked for and not yet put down: one on its way, one that is read, one that is put down. */
#define PAGES_MAX 3

/* One page from its request to its rows. */
typedef struct
{
  UchSyncClient   *self; /* (owned) */
  UchTable         table;
  char            *after; /* (nullable) */
  gboolean         ahead; /* others are before it */
  gboolean         stale; /* not the page that comes next */
  GBytes          *body;  /* (nullable) */
  UchWireSnapshot *rows;  /* (nullable) */
} Page;

static void
page_free (Page *page)
{
  g_object_unref (page->self);
  g_free (page->after);
  g_clear_pointer (&page->body, g_bytes_unref);
  g_clear_pointer (&page->rows, uch_wire_snapshot_free);
  g_free (page);
}

G_DEFINE_AUTOPTR_CLEANUP_FUNC (Page, page_free)

static void ask (UchSyncClient *self);

/* One page is done with, well or not. The last one ends the round: what could not be had ahead is
 * asked for again, and then its refusal counts. */
static void
end_page (Page *page, const GError *error)
{
  g_autoptr (UchSyncClient) self = g_object_ref (page->self);
  UchFirst *first = &self->first;
  g_autoptr (GError) first_error = NULL;

  page_free (page);
  first->n_pages--;
  if (error != NULL)
    {
      first->stopped = TRUE;
      if (first->error == NULL)
        first->error = g_error_copy (error);
    }
  ask (self);
  if (first->n_pages > 0)
    return;
  first_error = g_steal_pointer (&first->error);
  if (first_error == NULL)
    self->fetch_again = TRUE;
  uch_sync_tracks_end_fetch (self, first_error, 0);
}

static gboolean
apply_job (UchReplicaDb *db, UchJob *job, GError **error)
{
  Page    *page = job->input;
  gboolean done = uch_replica_db_apply_snapshot (db, page->table, page->after, page->rows,
                                                 job->changes, error);

  page->stale = g_error_matches (*error, UCH_REPLICA_ERROR, UCH_REPLICA_ERROR_STALE);
  return uch_sync_tracks_forgive_stale (done, error);
}

static void
applied_cb (GObject *object, GAsyncResult *result, gpointer user_data)
{
  Page *page = user_data;
  g_autoptr (GError) error = NULL;

  uch_replica_run_finish (UCH_REPLICA (object), result, &error);
  page->self->first.stopped |= page->stale;
  if (error == NULL && page->self->replica != NULL)
    {
      uch_sync_tracks_show_progress (page->self);
      if (uch_replica_get_status (page->self->replica)->n_waiting > 0)
        uch_sync_tracks_push (page->self);
    }
  end_page (page, error);
}

static void
read_job (UchDbWorker *worker, GTask *task, gpointer data)
{
  Page       *page = data;
  gsize       len;
  const char *text = g_bytes_get_data (page->body, &len);
  GError     *error = NULL;

  page->rows = uch_wire_decode_snapshot (text, (gssize) len, &error);
  if (page->rows != NULL)
    g_task_return_boolean (task, TRUE);
  else
    g_task_return_error (task, error);
}

static void
read_cb (GObject *object, GAsyncResult *result, gpointer user_data)
{
  Page          *page = user_data;
  UchSyncClient *self = page->self;
  g_autoptr (GError) error = NULL;
  UchJob *job;

  if (!g_task_propagate_boolean (G_TASK (result), &error) || uch_sync_tracks_is_over (self, NULL))
    {
      end_page (page, error);
      return;
    }
  job = uch_job_new (apply_job, page, NULL);
  job->writes = TRUE;
  uch_replica_run (self->replica, job, self->cancellable, applied_cb, page);
}

/* What comes after this page stands in its head, before its rows. */
static void
look_ahead (UchSyncClient *self, const Page *page)
{
  UchFirst   *first = &self->first;
  gsize       len;
  const char *text = g_bytes_get_data (page->body, &len);

  g_clear_pointer (&first->after, g_free);
  first->known = uch_wire_peek_next (text, len, &first->after);
  first->table = first->after != NULL ? page->table : page->table + 1;
}

static void
fetched_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (Page) page = user_data;
  UchSyncClient *self = page->self;
  g_autoptr (GError) error = NULL;
  g_autoptr (UchSyncReply) reply = uch_sync_http_send_finish (result, &error);

  if (reply == NULL || uch_sync_tracks_is_over (self, NULL))
    {
      end_page (g_steal_pointer (&page), error);
      return;
    }
  if (page->ahead && reply->status != SOUP_STATUS_OK)
    {
      self->first.stopped = TRUE;
      end_page (g_steal_pointer (&page), NULL);
      return;
    }
  if (!page->ahead && !uch_sync_tracks_is_page (self, reply))
    {
      self->first.n_pages--;
      return;
    }
  page->body = g_bytes_ref (reply->body);
  look_ahead (self, page);
  ask (self);
  uch_db_worker_run_async (self->first.reader, read_job, page, NULL, self->cancellable, read_cb,
                           page);
  g_steal_pointer (&page);
}

static void
request (UchSyncClient *self, UchTable table, const char *after, gboolean ahead)
{
  g_autofree char *escaped = after != NULL ? g_uri_escape_string (after, NULL, FALSE) : NULL;
  g_autofree char *path
      = g_strdup_printf ("/v1/snapshot?t=%s&limit=%d%s%s", uch_schema_get (table)->name, PAGE_LEN,
                         escaped != NULL ? "&after=" : "", escaped != NULL ? escaped : "");
  Page *page = g_new0 (Page, 1);

  page->self = g_object_ref (self);
  page->table = table;
  page->after = g_strdup (after);
  page->ahead = ahead;
  self->first.known = FALSE;
  self->first.n_pages++;
  uch_sync_http_send_async (self->http, "GET", path, NULL, self->cancellable, fetched_cb, page);
}

/* Asks for the next page, if it is known which that is and there is room for it. */
static void
ask (UchSyncClient *self)
{
  UchFirst        *first = &self->first;
  g_autofree char *after = NULL;

  if (!first->known || first->stopped || first->n_pages == 0 || first->n_pages >= PAGES_MAX
      || first->table >= UCH_N_TABLES || uch_sync_tracks_is_over (self, NULL))
    return;
  after = g_steal_pointer (&first->after);
  request (self, first->table, after, TRUE);
}

/**
 * uch_sync_first_begin:
 * @table: where the replica stands
 * @after: (nullable): the last key that it has of it
 *
 * Fetches page after page from there; uch_sync_tracks_end_fetch() is called once, at the end.
 */
void
uch_sync_first_begin (UchSyncClient *self, UchTable table, const char *after)
{
  if (self->first.reader == NULL)
    self->first.reader = uch_db_worker_new ("uch-page-reader");
  self->first.stopped = FALSE;
  g_clear_error (&self->first.error);
  request (self, table, after, FALSE);
}

/* Ends the thread. */
void
uch_sync_first_clear (UchSyncClient *self)
{
  if (self->first.reader != NULL)
    uch_db_worker_stop (self->first.reader);
  g_clear_object (&self->first.reader);
  g_clear_pointer (&self->first.after, g_free);
  g_clear_error (&self->first.error);
}

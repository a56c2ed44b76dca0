/* What goes up and what comes down. JSON is read and applied on the replica's worker. */
#define G_LOG_DOMAIN "uch-replica"

#include <string.h>

#include "replica/uch-sync-client-private.h"

#define CHANGES_LIMIT 2000
/* Shorter than the time after which a store that says nothing counts as gone. */
#define POLL_S 10
/* More than so many renumberings one after the other would mean two desks with one name. */
#define GAPS_MAX 3

/* How much of a first sync each table is, roughly, in percent. */
static const guint8 table_weights[UCH_N_TABLES] = {
  [UCH_TABLE_SETTING] = 1, [UCH_TABLE_REASON] = 1, [UCH_TABLE_ZONE] = 1,     [UCH_TABLE_CENTRE] = 1,
  [UCH_TABLE_COMPANY] = 1, [UCH_TABLE_HOUSE] = 4,  [UCH_TABLE_ENTRANCE] = 2, [UCH_TABLE_STAFF] = 1,
  [UCH_TABLE_SHIFT] = 2,   [UCH_TABLE_CLIENT] = 6, [UCH_TABLE_TICKET] = 30,  [UCH_TABLE_VISIT] = 20,
  [UCH_TABLE_NOTE] = 5,    [UCH_TABLE_CALL] = 5,   [UCH_TABLE_PHOTO] = 1,    [UCH_TABLE_EVENT] = 19,
};

/* One round of the push track. */
typedef struct
{
  UchSyncClient *self; /* (owned) */
  char          *client;
  GBytes        *body; /* on the way up, then on the way down */
  guint          n_max, n_ops, n_acks;
  gint64         first_mid;
  gint64         head;
  UchRefusal     refusal; /* of the only operation, which the store cannot read */
  char          *field;   /* (nullable) */
} Push;

static void
push_free (Push *push)
{
  g_object_unref (push->self);
  g_free (push->client);
  g_free (push->field);
  g_clear_pointer (&push->body, g_bytes_unref);
  g_free (push);
}

G_DEFINE_AUTOPTR_CLEANUP_FUNC (Push, push_free)

/* Whether nobody waits for the rest of what was under way. */
gboolean
uch_sync_tracks_is_over (UchSyncClient *self, const GError *error)
{
  return self->replica == NULL || g_error_matches (error, G_IO_ERROR, G_IO_ERROR_CANCELLED)
         || g_error_matches (error, G_IO_ERROR, G_IO_ERROR_CLOSED);
}

static void
end_push (UchSyncClient *self, const GError *error, gint64 retry_after_s)
{
  gboolean again = self->push_again;

  self->pushing = FALSE;
  self->push_again = FALSE;
  if (uch_sync_tracks_is_over (self, error))
    {
      /* stopped, and started again meanwhile */
      if (again)
        uch_sync_tracks_push (self);
      return;
    }
  if (error != NULL)
    uch_sync_client_note_failure (self, error, retry_after_s);
  else if (again)
    uch_sync_tracks_push (self);
}

static gboolean
resync_job (UchReplicaDb *db, UchJob *job, GError **error)
{
  return uch_replica_db_resync (db, error);
}

static gboolean
renumber_job (UchReplicaDb *db, UchJob *job, GError **error)
{
  return uch_replica_db_renumber (db, error);
}

static void
repaired_cb (GObject *object, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (Push) push = user_data;
  g_autoptr (GError) error = NULL;

  uch_replica_run_finish (UCH_REPLICA (object), result, &error);
  if (error == NULL)
    push->self->push_again = TRUE;
  end_push (push->self, error, 0);
  if (error == NULL && push->self->replica != NULL)
    uch_sync_tracks_fetch (push->self);
}

static void
run_repair (Push *push, UchJobFunc func)
{
  UchJob *job = uch_job_new (func, NULL, NULL);

  job->writes = TRUE;
  uch_replica_run (push->self->replica, job, NULL, repaired_cb, push);
}

static gboolean
acks_job (UchReplicaDb *db, UchJob *job, GError **error)
{
  Push       *push = job->input;
  gsize       len;
  const char *text = g_bytes_get_data (push->body, &len);
  g_autoptr (GPtrArray) acks = NULL, refused = NULL;
  gint64 last_mid;

  if (!uch_wire_decode_acks (text, (gssize) len, &acks, &last_mid, &push->head, error))
    return FALSE;
  push->n_acks = acks->len;
  if (!uch_replica_db_apply_acks (db, push->client, acks, job->changes, &refused, error))
    return FALSE;
  g_ptr_array_extend_and_steal (job->refused, g_steal_pointer (&refused));
  return TRUE;
}

static void
acked_cb (GObject *object, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (Push) push = user_data;
  UchSyncClient *self = push->self;
  g_autoptr (GError) error = NULL;

  uch_replica_run_finish (UCH_REPLICA (object), result, &error);
  if (error == NULL)
    {
      self->known_head = MAX (self->known_head, push->head);
      self->n_gaps = 0;
      if (self->push_max > 0 && (self->push_max *= 2) >= UCH_WIRE_BATCH_MAX)
        self->push_max = 0;
      /* Fewer answers than operations: the store stopped in the middle and will say why. */
      if (push->n_acks > 0)
        self->push_again = TRUE;
    }
  end_push (self, error, 0);
  if (error == NULL && self->replica != NULL
      && self->known_head > uch_replica_get_status (self->replica)->cursor
      && !uch_sync_live_expect_news (self))
    uch_sync_tracks_fetch (self);
}

/* The store does not fit us: gives the repair, or NULL. */
static UchJobFunc
find_repair (UchSyncClient *self, const UchSyncReply *reply)
{
  g_autoptr (JsonNode) root = NULL;
  const char *code;

  if (reply->status != SOUP_STATUS_CONFLICT && reply->status != SOUP_STATUS_GONE)
    return NULL;
  code = uch_sync_reply_get_code (reply, &root);
  if (g_strcmp0 (code, "epoch") == 0 || g_strcmp0 (code, "resync") == 0)
    return resync_job;
  if (g_strcmp0 (code, "mid_gap") == 0 && self->n_gaps++ < GAPS_MAX)
    return renumber_job;
  return NULL;
}

static gboolean
give_up_job (UchReplicaDb *db, UchJob *job, GError **error)
{
  Push *push = job->input;
  g_autoptr (GPtrArray) refused = NULL;

  if (!uch_replica_db_give_up (db, push->client, push->first_mid, push->refusal, push->field,
                               job->changes, &refused, error))
    return FALSE;
  g_ptr_array_extend_and_steal (job->refused, g_steal_pointer (&refused));
  return TRUE;
}

/* The store answers that it cannot read the push, and it will not tomorrow either: which operation
 * is it? Half of them go next, until it is one; that one is refused, and the others go on. */
static gboolean
narrow (Push *push, const UchSyncReply *reply)
{
  UchSyncClient *self = push->self;
  g_autoptr (JsonNode) root = NULL;
  const char *code;
  UchJob     *job;

  if (reply->status != SOUP_STATUS_BAD_REQUEST
      && reply->status != SOUP_STATUS_REQUEST_ENTITY_TOO_LARGE
      && reply->status != SOUP_STATUS_UNPROCESSABLE_ENTITY)
    return FALSE;
  code = uch_sync_reply_get_code (reply, &root);
  if (push->n_ops > 1)
    {
      self->push_max = push->n_ops / 2;
      self->push_again = TRUE;
      end_push (self, NULL, 0);
      push_free (push);
      return TRUE;
    }
  if (code == NULL) /* no word of a store's */
    return FALSE;
  uch_sync_client_note_success (self);
  push->refusal = strcmp (code, "too_long") == 0 ? UCH_REFUSAL_TOO_LONG : UCH_REFUSAL_BAD_ARGUMENT;
  push->field = g_strdup (uch_sync_reply_get_text (root, "field"));
  job = uch_job_new (give_up_job, push, NULL);
  job->writes = TRUE;
  uch_replica_run (self->replica, job, NULL, repaired_cb, push);
  return TRUE;
}

static void
pushed_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (Push) push = user_data;
  UchSyncClient *self = push->self;
  g_autoptr (GError) error = NULL;
  g_autoptr (UchSyncReply) reply = uch_sync_http_send_finish (result, &error);
  UchJobFunc repair;
  UchJob    *job;

  if (reply == NULL || uch_sync_tracks_is_over (self, NULL))
    {
      end_push (self, error, 0);
      return;
    }
  repair = find_repair (self, reply);
  if (repair != NULL)
    {
      run_repair (g_steal_pointer (&push), repair);
      return;
    }
  if (narrow (push, reply))
    {
      push = NULL;
      return;
    }
  error = uch_sync_reply_dup_error (reply);
  if (error != NULL)
    {
      end_push (self, error, reply->retry_after_s);
      return;
    }
  uch_sync_client_note_success (self);
  g_bytes_unref (push->body);
  push->body = g_bytes_ref (reply->body);
  job = uch_job_new (acks_job, push, NULL);
  job->writes = TRUE;
  uch_replica_run (self->replica, job, NULL, acked_cb, g_steal_pointer (&push));
}

/* Output: the body of a push, or nothing when nothing waits. */
static gboolean
list_push_job (UchReplicaDb *db, UchJob *job, GError **error)
{
  Push *push = job->input;
  g_autoptr (GPtrArray) ops = uch_replica_db_list_push (db, error);
  char *text;

  if (ops == NULL)
    return FALSE;
  if (ops->len == 0)
    return TRUE;
  if (push->n_max > 0 && ops->len > push->n_max)
    g_ptr_array_set_size (ops, (gint) push->n_max);
  push->n_ops = ops->len;
  push->first_mid = ((UchWireOp *) g_ptr_array_index (ops, 0))->mid;
  push->client = g_strdup (uch_replica_db_get_client (db));
  text = uch_wire_encode_push (uch_replica_db_get_store (db), push->client, ops);
  push->body = g_bytes_new_take (text, strlen (text) + 1);
  return TRUE;
}

static void
listed_cb (GObject *object, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (Push) push = user_data;
  UchSyncClient *self = push->self;
  const char    *body;
  g_autoptr (GError) error = NULL;

  uch_replica_run_finish (UCH_REPLICA (object), result, &error);
  if (error != NULL || push->body == NULL || uch_sync_tracks_is_over (self, NULL))
    {
      end_push (self, error, 0);
      return;
    }
  /* Taken before the call: the order in which arguments are evaluated is nobody's promise. */
  body = g_bytes_get_data (push->body, NULL);
  uch_sync_http_send_async (self->http, "POST", "/v1/push", body, self->cancellable, pushed_cb,
                            g_steal_pointer (&push));
}

/* Sends what waits, batch after batch, until nothing does. */
void
uch_sync_tracks_push (UchSyncClient *self)
{
  Push *push;

  if (self->replica == NULL || self->refused || self->retry_id != 0)
    return;
  if (self->pushing)
    {
      self->push_again = TRUE;
      return;
    }
  self->pushing = TRUE;
  push = g_new0 (Push, 1);
  push->self = g_object_ref (self);
  push->n_max = self->push_max;
  uch_replica_run (self->replica, uch_job_new (list_push_job, push, NULL), NULL, listed_cb, push);
}

/* One round of the fetch track. */
typedef struct
{
  UchSyncClient *self; /* (owned) */
  UchFetch       fetch;
  GBytes        *body;
  gint64         head;
  gboolean       more;
} Fetch;

static void
fetch_free (Fetch *round)
{
  g_object_unref (round->self);
  g_free (round->fetch.after);
  g_clear_pointer (&round->body, g_bytes_unref);
  g_free (round);
}

G_DEFINE_AUTOPTR_CLEANUP_FUNC (Fetch, fetch_free)

void
uch_sync_tracks_end_fetch (UchSyncClient *self, const GError *error, gint64 retry_after_s)
{
  gboolean again = self->fetch_again;

  self->fetching = FALSE;
  self->fetch_again = FALSE;
  if (uch_sync_tracks_is_over (self, error))
    {
      /* stopped, and started again meanwhile */
      if (again)
        uch_sync_tracks_fetch (self);
      return;
    }
  if (g_error_matches (error, UCH_REPLICA_ERROR, UCH_REPLICA_ERROR_OTHER_OFFICE))
    {
      g_autoptr (GError) other
          = g_error_new_literal (UCH_SYNC_ERROR, UCH_SYNC_ERROR_OTHER_OFFICE, error->message);

      uch_sync_client_note_failure (self, other, 0);
      return;
    }
  if (error != NULL)
    {
      uch_sync_client_note_failure (self, error, retry_after_s);
      return;
    }
  uch_sync_client_update_state (self);
  if (again)
    {
      uch_sync_tracks_fetch (self);
      return;
    }
  uch_sync_live_tell_cursor (self);
  uch_sync_live_connect (self);
}

void
uch_sync_tracks_show_progress (UchSyncClient *self)
{
  const UchReplicaStatus *status = uch_replica_get_status (self->replica);
  guint                   done = 0;

  if (status->cursor >= 0)
    {
      uch_sync_client_set_progress (self, 1.0);
      return;
    }
  for (guint i = 0; i < (guint) status->first_table; i++)
    done += table_weights[i];
  uch_sync_client_set_progress (self, done / 100.0);
}

/* A page that does not follow on what is here is no fault: another one was quicker. */
gboolean
uch_sync_tracks_forgive_stale (gboolean done, GError **error)
{
  if (done || !g_error_matches (*error, UCH_REPLICA_ERROR, UCH_REPLICA_ERROR_STALE))
    return done;
  g_clear_error (error);
  return TRUE;
}

static gboolean
changes_job (UchReplicaDb *db, UchJob *job, GError **error)
{
  Fetch      *round = job->input;
  gsize       len;
  const char *text = g_bytes_get_data (round->body, &len);
  g_autoptr (UchWireChanges) page = uch_wire_decode_changes (text, (gssize) len, error);

  if (page == NULL)
    return FALSE;
  round->head = page->head;
  if (!uch_sync_tracks_forgive_stale (uch_replica_db_apply_changes (db, page, job->changes, error),
                                      error))
    return FALSE;
  round->more = uch_replica_db_get_cursor (db) < round->head;
  return TRUE;
}

static void
applied_cb (GObject *object, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (Fetch) round = user_data;
  UchSyncClient *self = round->self;
  g_autoptr (GError) error = NULL;

  uch_replica_run_finish (UCH_REPLICA (object), result, &error);
  if (error == NULL && self->replica != NULL)
    {
      self->known_head = MAX (self->known_head, round->head);
      if (round->more || uch_sync_live_should_poll (self))
        self->fetch_again = TRUE;
      uch_sync_tracks_show_progress (self);
      if (uch_replica_get_status (self->replica)->n_waiting > 0)
        uch_sync_tracks_push (self);
    }
  uch_sync_tracks_end_fetch (self, error, 0);
}

static void
taken_cb (GObject *object, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (Fetch) round = user_data;
  UchSyncClient *self = round->self;
  g_autoptr (GError) error = NULL;

  uch_replica_run_finish (UCH_REPLICA (object), result, &error);
  if (uch_sync_tracks_is_over (self, error))
    return;
  self->known_head = MAX (self->known_head, round->head);
  /* What could not be taken so is fetched. */
  if (error != NULL || round->more)
    uch_sync_tracks_fetch (self);
  else
    uch_sync_live_tell_cursor (self);
}

/* A small page that the store sent without being asked. */
void
uch_sync_tracks_take_changes (UchSyncClient *self, GBytes *body)
{
  Fetch  *round = g_new0 (Fetch, 1);
  UchJob *job = uch_job_new (changes_job, round, NULL);

  round->self = g_object_ref (self);
  round->body = g_bytes_ref (body);
  job->writes = TRUE;
  uch_replica_run (self->replica, job, NULL, taken_cb, round);
}

static void
resynced_cb (GObject *object, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (UchSyncClient) self = user_data;
  g_autoptr (GError) error = NULL;

  uch_replica_run_finish (UCH_REPLICA (object), result, &error);
  self->known_head = 0;
  self->fetch_again = TRUE;
  uch_sync_tracks_end_fetch (self, error, 0);
}

/* An answer that is none of a page: repairs what can be, says the rest. Ends the round, unless it
 * is a page. */
gboolean
uch_sync_tracks_is_page (UchSyncClient *self, const UchSyncReply *reply)
{
  g_autoptr (GError) error = NULL;
  UchJob *job;

  if (find_repair (self, reply) == resync_job)
    {
      job = uch_job_new (resync_job, NULL, NULL);
      job->writes = TRUE;
      uch_replica_run (self->replica, job, NULL, resynced_cb, g_object_ref (self));
      return FALSE;
    }
  error = uch_sync_reply_dup_error (reply);
  if (error != NULL)
    {
      uch_sync_tracks_end_fetch (self, error, reply->retry_after_s);
      return FALSE;
    }
  uch_sync_client_note_success (self);
  return TRUE;
}

static void
fetched_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (Fetch) round = user_data;
  UchSyncClient *self = round->self;
  g_autoptr (GError) error = NULL;
  g_autoptr (UchSyncReply) reply = uch_sync_http_send_finish (result, &error);
  UchJob *job;

  if (reply == NULL || uch_sync_tracks_is_over (self, NULL))
    {
      uch_sync_tracks_end_fetch (self, error, 0);
      return;
    }
  if (!uch_sync_tracks_is_page (self, reply))
    return;
  round->body = g_bytes_ref (reply->body);
  job = uch_job_new (changes_job, round, NULL);
  job->writes = TRUE;
  uch_replica_run (self->replica, job, NULL, applied_cb, g_steal_pointer (&round));
}

static gboolean
next_fetch_job (UchReplicaDb *db, UchJob *job, GError **error)
{
  uch_replica_db_get_next_fetch (db, &((Fetch *) job->input)->fetch);
  return TRUE;
}

static char *
make_path (UchSyncClient *self, gint64 since)
{
  if (uch_sync_live_should_poll (self) && since >= self->known_head)
    return g_strdup_printf ("/v1/changes?since=%" G_GINT64_FORMAT "&limit=%d&wait=%d", since,
                            CHANGES_LIMIT, POLL_S);
  return g_strdup_printf ("/v1/changes?since=%" G_GINT64_FORMAT "&limit=%d", since, CHANGES_LIMIT);
}

static void
next_fetch_cb (GObject *object, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (Fetch) round = user_data;
  UchSyncClient *self = round->self;
  g_autoptr (GError) error = NULL;
  g_autofree char *path = NULL;

  uch_replica_run_finish (UCH_REPLICA (object), result, &error);
  if (error != NULL || uch_sync_tracks_is_over (self, NULL))
    {
      uch_sync_tracks_end_fetch (self, error, 0);
      return;
    }
  if (round->fetch.kind == UCH_FETCH_SNAPSHOT)
    {
      uch_sync_first_begin (self, round->fetch.table, round->fetch.after);
      return;
    }
  path = make_path (self, round->fetch.since);
  uch_sync_http_send_async (self->http, "GET", path, NULL, self->cancellable, fetched_cb,
                            g_steal_pointer (&round));
}

/* Fetches page after page until the replica is where the store is. */
void
uch_sync_tracks_fetch (UchSyncClient *self)
{
  Fetch *round;

  if (self->replica == NULL || self->refused || self->retry_id != 0)
    return;
  if (self->fetching)
    {
      self->fetch_again = TRUE;
      return;
    }
  self->fetching = TRUE;
  round = g_new0 (Fetch, 1);
  round->self = g_object_ref (self);
  uch_replica_run (self->replica, uch_job_new (next_fetch_job, round, NULL), NULL, next_fetch_cb,
                   round);
}

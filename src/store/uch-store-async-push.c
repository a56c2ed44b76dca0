/* Pushes from a main loop: those that wait at the same time are decided and committed together. */

#define G_LOG_DOMAIN "uch-store"

#include "store/uch-store-async-private.h"
#include "store/uch-store-private.h"

/* Operations in one commit: pushes that wait are taken along up to this sum. Beyond it the gain
 * per operation is small and the first in the queue only waits longer. */
#define GROUP_LEN_MAX 64

typedef struct
{
  UchStore   *store; /* (unowned) */
  UchSession *session;
  char       *client;
  GPtrArray  *ops;
  UchTime     now;
  GPtrArray  *acks; /* (nullable): the result */
  gint64      last_mid, head;
  GError     *error; /* (nullable) */
} Push;

static void
push_free (gpointer data)
{
  Push *push = data;

  g_object_unref (push->session);
  g_free (push->client);
  g_ptr_array_unref (push->ops);
  g_clear_pointer (&push->acks, g_ptr_array_unref);
  g_clear_error (&push->error);
  g_free (push);
}

/* Whether a push that failed so has written nothing, and the others of its group may go on. */
static gboolean
is_own_fault (const GError *error)
{
  return g_error_matches (error, UCH_STORE_ERROR, UCH_STORE_ERROR_MID_GAP)
         || g_error_matches (error, UCH_STORE_ERROR, UCH_STORE_ERROR_INVALID)
         || g_error_matches (error, UCH_STORE_ERROR, UCH_STORE_ERROR_SIGNED_OUT);
}

static gboolean
push_group_within (UchStore *store, GPtrArray *tasks, GError **error)
{
  for (guint i = 0; i < tasks->len; i++)
    {
      Push *push = g_task_get_task_data (g_ptr_array_index (tasks, i));

      push->acks = uch_store_push_within (store, push->session, push->client, push->ops, push->now,
                                          &push->last_mid, &push->error);
      if (push->acks == NULL && !is_own_fault (push->error))
        {
          g_propagate_error (error, g_error_copy (push->error));
          return FALSE;
        }
    }
  return TRUE;
}

static void push_job (UchDbWorker *worker, GTask *task, gpointer data);

/* The pushes that are decided and committed together with @task. */
static GPtrArray *
gather (UchDbWorker *worker, GTask *task)
{
  GPtrArray *tasks = g_ptr_array_new_with_free_func (g_object_unref);
  guint      n_ops = ((Push *) g_task_get_task_data (task))->ops->len;
  GTask     *next;

  g_ptr_array_add (tasks, g_object_ref (task));
  while (n_ops < GROUP_LEN_MAX && (next = uch_db_worker_take_next (worker, push_job)) != NULL)
    {
      n_ops += ((Push *) g_task_get_task_data (next))->ops->len;
      g_ptr_array_add (tasks, next);
    }
  return tasks;
}

static gboolean
push_group (UchStore *store, GPtrArray *tasks, GError **error)
{
  if (!uch_store_begin (store, error))
    return FALSE;
  if (push_group_within (store, tasks, error))
    return uch_store_commit (store, error);
  uch_store_rollback (store);
  return FALSE;
}

static void
forget_results (GPtrArray *tasks)
{
  for (guint i = 0; i < tasks->len; i++)
    {
      Push *push = g_task_get_task_data (g_ptr_array_index (tasks, i));

      g_clear_pointer (&push->acks, g_ptr_array_unref);
      g_clear_error (&push->error);
    }
}

static void
push_job (UchDbWorker *worker, GTask *task, gpointer data)
{
  UchStore *store = ((Push *) data)->store;
  g_autoptr (GPtrArray) tasks = gather (worker, task);
  g_autoptr (GError) error = NULL;
  guint    n_retries = 0;
  gboolean done;

  while (!(done = push_group (store, tasks, &error)) && uch_store_gave_way (store, &n_retries))
    {
      forget_results (tasks);
      g_clear_error (&error);
    }
  if (!done)
    forget_results (tasks);

  for (guint i = 0; i < tasks->len; i++)
    {
      GTask *each = g_ptr_array_index (tasks, i);
      Push  *push = g_task_get_task_data (each);

      push->head = store->head;
      if (!done)
        push->error = g_error_copy (error);
      g_task_return_pointer (each, each, NULL);
    }
}

/* Moves the result over to the task that the caller sees. */
static void
pushed_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (GTask) outer = user_data;
  Push          *push = g_task_get_task_data (G_TASK (result));
  Push          *told = g_task_get_task_data (outer);
  UchStoreAsync *self = g_task_get_source_object (outer);
  GError        *error = NULL;

  if (g_task_propagate_pointer (G_TASK (result), &error) == NULL)
    {
      g_task_return_error (outer, error);
      return;
    }
  if (push->acks != NULL && self->watch != NULL)
    uch_store_watch_note (self->watch, push->head);
  told->acks = g_steal_pointer (&push->acks);
  told->last_mid = push->last_mid;
  told->head = push->head;
  if (push->error != NULL)
    g_task_return_error (outer, g_steal_pointer (&push->error));
  else
    g_task_return_boolean (outer, TRUE);
}

static Push *
push_new (
    UchStore *store, const UchSession *session, const char *client, GPtrArray *ops, UchTime now)
{
  Push *push = g_new0 (Push, 1);

  push->store = store;
  push->session = g_object_ref ((gpointer) session);
  push->client = g_strdup (client);
  push->ops = g_ptr_array_ref (ops);
  push->now = now;
  return push;
}

/**
 * uch_store_async_push:
 * @self: a store
 * @session: who sends
 * @client: the name of the outbox
 * @ops: (element-type UchStoreOp): must not change any more
 * @now: the store's clock
 * @cancellable: (nullable): a push cancelled before its turn is not made
 * @callback: called in the caller's main context, after the commit
 * @user_data: for @callback
 *
 * As uch_store_push(); pushes that wait at the same time share one commit.
 */
void
uch_store_async_push (UchStoreAsync      *self,
                      const UchSession   *session,
                      const char         *client,
                      GPtrArray          *ops,
                      UchTime             now,
                      GCancellable       *cancellable,
                      GAsyncReadyCallback callback,
                      gpointer            user_data)
{
  GTask *outer = uch_store_async_outer_task (self, uch_store_async_push, NULL, cancellable,
                                             callback, user_data);

  g_task_set_task_data (outer, push_new (self->store, session, client, ops, now), push_free);
  uch_db_worker_run_async (self->writer, push_job,
                           push_new (self->store, session, client, ops, now), push_free,
                           cancellable, pushed_cb, outer);
}

/**
 * uch_store_async_push_finish:
 * @self: a store
 * @result: as given to the callback
 * @out_last_mid: (out): the last mid that is used up; also after a %UCH_STORE_ERROR_MID_GAP
 * @out_head: (out): the head after the commit
 * @error: return location
 *
 * Returns: (transfer full) (nullable) (element-type UchStoreAck): see uch_store_push()
 */
GPtrArray *
uch_store_async_push_finish (UchStoreAsync *self,
                             GAsyncResult  *result,
                             gint64        *out_last_mid,
                             gint64        *out_head,
                             GError       **error)
{
  Push *push = g_task_get_task_data (G_TASK (result));

  *out_last_mid = push->last_mid;
  *out_head = push->head;
  if (!g_task_propagate_boolean (G_TASK (result), error))
    return NULL;
  return g_steal_pointer (&push->acks);
}

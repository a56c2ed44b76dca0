#define G_LOG_DOMAIN "uch-store"

#include "store/uch-store-async.h"

#include <string.h>

#include "store/uch-store-async-private.h"
#include "store/uch-store-private.h"

/* Operations in one commit: pushes that wait are taken along up to this sum. Beyond it the gain
 * per operation is small and the first in the queue only waits longer. */
#define GROUP_LEN_MAX 64

struct _UchStoreAsync
{
  GObject        parent_instance;
  UchDbWorker   *writer; /* (owned) */
  UchDbWorker   *reader; /* (owned): the writer itself where there is only one connection */
  UchDbWorker   *hasher; /* (owned): passwords, one at a time */
  UchStore      *store;  /* (owned) used on the writer only */
  UchStore      *copy;   /* (owned) used on the reader only; the store itself in memory */
  UchStoreWatch *watch;  /* (owned) (nullable) until somebody watches */
};

G_DEFINE_FINAL_TYPE (UchStoreAsync, uch_store_async, G_TYPE_OBJECT)

static void
uch_store_async_finalize (GObject *object)
{
  UchStoreAsync *self = UCH_STORE_ASYNC (object);

  uch_store_async_stop (self);
  g_clear_object (&self->writer);
  g_clear_object (&self->reader);
  g_clear_object (&self->hasher);
  if (self->store != NULL)
    uch_store_adopt (self->store);
  if (self->copy != NULL)
    uch_store_adopt (self->copy);
  g_clear_object (&self->copy);
  g_clear_object (&self->store);
  G_OBJECT_CLASS (uch_store_async_parent_class)->finalize (object);
}

static void
uch_store_async_class_init (UchStoreAsyncClass *klass)
{
  G_OBJECT_CLASS (klass)->finalize = uch_store_async_finalize;
}

static void
uch_store_async_init (UchStoreAsync *self)
{
}

static void
adopt_job (UchDbWorker *worker, GTask *task, gpointer data)
{
  uch_store_adopt (data);
  g_task_return_boolean (task, TRUE);
}

/**
 * uch_store_async_open:
 * @url: see uch_store_open()
 * @flags: how
 * @random: (scope forever): a source of randomness that any thread may use
 * @random_data: for @random
 * @now: the store's clock
 * @error: return location
 *
 * Opens the store twice: one connection writes, one reads, each on a thread of its own. Blocks.
 *
 * Returns: (transfer full) (nullable): the store
 */
UchStoreAsync *
uch_store_async_open (const char   *url,
                      UchStoreFlags flags,
                      UchRandomFunc random,
                      gpointer      random_data,
                      UchTime       now,
                      GError      **error)
{
  g_autoptr (UchStoreAsync) self = g_object_new (UCH_TYPE_STORE_ASYNC, NULL);
  gboolean in_memory = g_str_has_suffix (url, ":memory:");

  self->store = uch_store_open (url, flags, random, random_data, now, error);
  if (self->store == NULL)
    return NULL;
  self->copy = in_memory
                   ? g_object_ref (self->store)
                   : uch_store_open (url, UCH_STORE_READ_ONLY, random, random_data, now, error);
  if (self->copy == NULL)
    return NULL;

  self->writer = uch_db_worker_new ("store-writer");
  self->reader = in_memory ? g_object_ref (self->writer) : uch_db_worker_new ("store-reader");
  self->hasher = uch_db_worker_new ("store-hasher");
  uch_db_worker_run_async (self->writer, adopt_job, self->store, NULL, NULL, NULL, NULL);
  uch_db_worker_run_async (self->reader, adopt_job, self->copy, NULL, NULL, NULL, NULL);
  return g_steal_pointer (&self);
}

/**
 * uch_store_async_get_uuid:
 * @self: a store
 *
 * Returns: the epoch, see uch_store_get_uuid()
 */
const char *
uch_store_async_get_uuid (UchStoreAsync *self)
{
  return uch_store_get_uuid (self->store);
}

/**
 * uch_store_async_get_n_queued:
 * @self: a store
 *
 * Returns: how many jobs wait to write: when there are too many, answer 503 instead of queueing
 */
guint
uch_store_async_get_n_queued (UchStoreAsync *self)
{
  return uch_db_worker_get_n_queued (self->writer);
}

/* Jobs that wait to read, and sign-ins that wait for their password to be checked. */
void
uch_store_async_get_queues (UchStoreAsync *self, guint *out_n_reading, guint *out_n_hashing)
{
  *out_n_reading = uch_db_worker_get_n_queued (self->reader);
  *out_n_hashing = uch_db_worker_get_n_queued (self->hasher);
}

/**
 * uch_store_async_set_meter:
 * @self: a store that was asked for nothing yet
 * @meter: (scope forever): called on the thread that writes
 * @user_data: for @meter; must live until uch_store_async_stop()
 *
 * See uch_store_set_meter().
 */
void
uch_store_async_set_meter (UchStoreAsync *self, UchStoreMeter meter, gpointer user_data)
{
  uch_store_set_meter (self->store, meter, user_data);
}

/**
 * uch_store_async_stop:
 * @self: a store
 *
 * Finishes what is queued and ends the threads. Nothing may be asked any more. Blocks.
 */
void
uch_store_async_stop (UchStoreAsync *self)
{
  g_clear_pointer (&self->watch, uch_store_watch_free);
  /* The hasher hands its jobs on to the writer. */
  if (self->hasher != NULL)
    uch_db_worker_stop (self->hasher);
  if (self->reader != NULL && self->reader != self->writer)
    uch_db_worker_stop (self->reader);
  if (self->writer != NULL)
    uch_db_worker_stop (self->writer);
}

/**
 * uch_store_async_watch:
 * @self: a store that nobody watches yet
 * @watcher: (scope forever): what to call; static
 * @user_data: for @watcher
 *
 * From now on tells when the head moves, whoever moved it, and what others say. A commit of this
 * process is told at once, one of another process as soon as the database passes it on (PostgreSQL:
 * NOTIFY), at the latest when the head is looked at (every 2 s). Call it where the store is used:
 * one thread, one main context.
 */
void
uch_store_async_watch (UchStoreAsync *self, const UchStoreWatcher *watcher, gpointer user_data)
{
  g_return_if_fail (self->watch == NULL);
  self->watch = uch_store_watch_new (self, watcher, user_data);
}

/**
 * uch_store_async_tell:
 * @self: a store that is watched
 * @topic: a word without spaces
 * @payload: text for whoever listens to that topic; nothing personal, administrators can read it
 *
 * Says something small to all processes at this database, this one too: "this session has ended",
 * "positions changed". It is a hint: who is not connected misses it, and is told so
 * (UchStoreWatcher.lost) when he is back. The order in which one process speaks is kept.
 *
 * Returns: %FALSE when it is longer than %UCH_STORE_TOLD_LEN_MAX, and not said
 */
gboolean
uch_store_async_tell (UchStoreAsync *self, const char *topic, const char *payload)
{
  g_return_val_if_fail (self->watch != NULL, FALSE);
  g_return_val_if_fail (*topic != '\0' && strpbrk (topic, " \n") == NULL, FALSE);
  if (strlen (topic) + strlen (payload) > UCH_STORE_TOLD_LEN_MAX)
    return FALSE;
  uch_store_watch_tell (self->watch, topic, payload);
  return TRUE;
}

/* The line is a connection of its own: it does not disturb the thread that writes. */
UchStoreLine *
uch_store_async_open_line (UchStoreAsync *self, const UchStoreLineFuncs *funcs, gpointer user_data)
{
  return uch_store_open_line (self->store, funcs, user_data);
}

/* Where passwords are checked. */
UchDbWorker *
uch_store_async_get_hasher (UchStoreAsync *self)
{
  return self->hasher;
}

typedef struct
{
  UchStore      *store; /* (unowned) */
  UchStoreFunc   func;
  gpointer       data;
  GDestroyNotify destroy_data;
  GDestroyNotify destroy_result;
  gint64         head; /* as far as this connection has brought it */
} Call;

static void
call_free (gpointer data)
{
  Call *call = data;

  if (call->destroy_data != NULL && call->data != NULL)
    call->destroy_data (call->data);
  g_free (call);
}

static void
call_job (UchDbWorker *worker, GTask *task, gpointer data)
{
  Call    *call = data;
  GError  *error = NULL;
  gpointer result = call->func (call->store, call->data, &error);

  call->head = uch_store_get_committed (call->store);
  if (error != NULL)
    {
      if (result != NULL && call->destroy_result != NULL)
        call->destroy_result (result);
      g_task_return_error (task, error);
    }
  else
    g_task_return_pointer (task, result, call->destroy_result);
}

/* A worker's task names the worker as its source; what the caller gets names the store. */
static void
relay_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (GTask) outer = user_data;
  GDestroyNotify destroy = g_object_get_data (G_OBJECT (outer), "destroy-result");
  GError        *error = NULL;
  gpointer       value = g_task_propagate_pointer (G_TASK (result), &error);
  UchStoreAsync *self = g_task_get_source_object (outer);

  if (self->watch != NULL)
    uch_store_watch_note (self->watch, ((Call *) g_task_get_task_data (G_TASK (result)))->head);
  if (error != NULL)
    g_task_return_error (outer, error);
  else
    g_task_return_pointer (outer, value, destroy);
}

static GTask *
outer_task (UchStoreAsync      *self,
            gpointer            tag,
            GDestroyNotify      destroy_result,
            GCancellable       *cancellable,
            GAsyncReadyCallback callback,
            gpointer            user_data)
{
  GTask *outer = g_task_new (self, cancellable, callback, user_data);

  g_task_set_source_tag (outer, tag);
  g_task_set_check_cancellable (outer, FALSE);
  g_object_set_data (G_OBJECT (outer), "destroy-result", (gpointer) destroy_result);
  return outer;
}

static void
run (UchStoreAsync      *self,
     gboolean            write,
     UchStoreFunc        func,
     gpointer            data,
     GDestroyNotify      destroy_data,
     GDestroyNotify      destroy_result,
     GCancellable       *cancellable,
     GAsyncReadyCallback callback,
     gpointer            user_data)
{
  Call *call = g_new0 (Call, 1);

  call->store = write ? self->store : self->copy;
  call->func = func;
  call->data = data;
  call->destroy_data = destroy_data;
  call->destroy_result = destroy_result;
  uch_db_worker_run_async (
      write ? self->writer : self->reader, call_job, call, call_free, cancellable, relay_cb,
      outer_task (self, uch_store_async_write, destroy_result, cancellable, callback, user_data));
}

/**
 * uch_store_async_write:
 * @self: a store
 * @func: (scope async): runs on the thread that writes
 * @data: (nullable): for @func
 * @destroy_data: (nullable): frees @data
 * @destroy_result: (nullable): frees a result that nobody takes
 * @cancellable: (nullable): a job cancelled before its turn does not run
 * @callback: called in the caller's main context
 * @user_data: for @callback
 *
 * Runs @func where the store may be written.
 */
void
uch_store_async_write (UchStoreAsync      *self,
                       UchStoreFunc        func,
                       gpointer            data,
                       GDestroyNotify      destroy_data,
                       GDestroyNotify      destroy_result,
                       GCancellable       *cancellable,
                       GAsyncReadyCallback callback,
                       gpointer            user_data)
{
  run (self, TRUE, func, data, destroy_data, destroy_result, cancellable, callback, user_data);
}

/**
 * uch_store_async_read:
 * @self: a store
 * @func: (scope async): runs on the thread that reads; it sees every commit that was answered
 * @data: (nullable): for @func
 * @destroy_data: (nullable): frees @data
 * @destroy_result: (nullable): frees a result that nobody takes
 * @cancellable: (nullable): a job cancelled before its turn does not run
 * @callback: called in the caller's main context
 * @user_data: for @callback
 *
 * Runs @func beside the writing thread.
 */
void
uch_store_async_read (UchStoreAsync      *self,
                      UchStoreFunc        func,
                      gpointer            data,
                      GDestroyNotify      destroy_data,
                      GDestroyNotify      destroy_result,
                      GCancellable       *cancellable,
                      GAsyncReadyCallback callback,
                      gpointer            user_data)
{
  run (self, FALSE, func, data, destroy_data, destroy_result, cancellable, callback, user_data);
}

/**
 * uch_store_async_finish:
 * @self: a store
 * @result: as given to the callback
 * @error: return location
 *
 * Returns: (transfer full) (nullable): what the function returned
 */
gpointer
uch_store_async_finish (UchStoreAsync *self, GAsyncResult *result, GError **error)
{
  return g_task_propagate_pointer (G_TASK (result), error);
}

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

static void
push_job (UchDbWorker *worker, GTask *task, gpointer data)
{
  UchStore *store = ((Push *) data)->store;
  g_autoptr (GPtrArray) tasks = gather (worker, task);
  g_autoptr (GError) error = NULL;
  gboolean done = uch_store_begin (store, &error);

  if (done && !push_group_within (store, tasks, &error))
    {
      uch_store_rollback (store);
      done = FALSE;
    }
  done = done && uch_store_commit (store, &error);

  for (guint i = 0; i < tasks->len; i++)
    {
      GTask *each = g_ptr_array_index (tasks, i);
      Push  *push = g_task_get_task_data (each);

      push->head = store->head;
      if (!done)
        {
          g_clear_pointer (&push->acks, g_ptr_array_unref);
          g_clear_error (&push->error);
          push->error = g_error_copy (error);
        }
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
  GTask *outer = outer_task (self, uch_store_async_push, NULL, cancellable, callback, user_data);

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

#define G_LOG_DOMAIN "uch-store"

#include "store/uch-store-async.h"

#include <string.h>

#include "store/uch-store-async-private.h"
#include "store/uch-store-private.h"

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

/* What the caller gets; the worker has a task of its own. */
GTask *
uch_store_async_outer_task (UchStoreAsync      *self,
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
  uch_db_worker_run_async (write ? self->writer : self->reader, call_job, call, call_free,
                           cancellable, relay_cb,
                           uch_store_async_outer_task (self, uch_store_async_write, destroy_result,
                                                       cancellable, callback, user_data));
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

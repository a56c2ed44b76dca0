#define G_LOG_DOMAIN "uch-db"

#include "db/uch-db-worker.h"

typedef struct
{
  UchDbWorkerFunc func;
  GTask          *task; /* (owned), its task data is the data of the job */
} Job;

/* What the thread and the object share; it outlives whichever of them goes first. */
typedef struct
{
  gatomicrefcount ref_count;
  GMutex          lock;
  GCond           wake;
  GQueue          jobs; /* of Job (owned) */
  gboolean        stopped;
} Queue;

struct _UchDbWorker
{
  GObject  parent_instance;
  Queue   *queue;  /* (owned) */
  GThread *thread; /* (owned) (nullable) once stopped */
};

G_DEFINE_FINAL_TYPE (UchDbWorker, uch_db_worker, G_TYPE_OBJECT)

static void
queue_unref (Queue *queue)
{
  if (!g_atomic_ref_count_dec (&queue->ref_count))
    return;
  g_assert (queue->jobs.length == 0);
  g_mutex_clear (&queue->lock);
  g_cond_clear (&queue->wake);
  g_free (queue);
}

static gpointer
thread_main (gpointer data)
{
  Queue *queue = data;

  for (;;)
    {
      Job *job;

      g_mutex_lock (&queue->lock);
      while (queue->jobs.length == 0 && !queue->stopped)
        g_cond_wait (&queue->wake, &queue->lock);
      job = g_queue_pop_head (&queue->jobs);
      g_mutex_unlock (&queue->lock);
      if (job == NULL)
        break;

      if (!g_task_return_error_if_cancelled (job->task))
        job->func (g_task_get_source_object (job->task), job->task,
                   g_task_get_task_data (job->task));
      g_object_unref (job->task);
      g_free (job);
    }
  queue_unref (queue);
  return NULL;
}

static void
uch_db_worker_finalize (GObject *object)
{
  UchDbWorker *self = UCH_DB_WORKER (object);

  uch_db_worker_stop (self);
  queue_unref (self->queue);
  G_OBJECT_CLASS (uch_db_worker_parent_class)->finalize (object);
}

static void
uch_db_worker_class_init (UchDbWorkerClass *klass)
{
  G_OBJECT_CLASS (klass)->finalize = uch_db_worker_finalize;
}

static void
uch_db_worker_init (UchDbWorker *self)
{
  self->queue = g_new0 (Queue, 1);
  g_atomic_ref_count_init (&self->queue->ref_count);
  g_mutex_init (&self->queue->lock);
  g_cond_init (&self->queue->wake);
  g_queue_init (&self->queue->jobs);
}

/**
 * uch_db_worker_new:
 * @name: of the thread, at most 15 bytes
 *
 * Starts a thread that runs jobs one after the other, in the order they were given.
 *
 * Returns: (transfer full): the worker
 */
UchDbWorker *
uch_db_worker_new (const char *name)
{
  UchDbWorker *self = g_object_new (UCH_TYPE_DB_WORKER, NULL);

  g_atomic_ref_count_inc (&self->queue->ref_count);
  self->thread = g_thread_new (name, thread_main, self->queue);
  return self;
}

/**
 * uch_db_worker_run_async:
 * @worker: a worker that is not stopped
 * @func: (scope async): runs on the worker's thread and returns a result on the task
 * @data: (nullable): for @func; it is also the task's data
 * @destroy: (nullable): frees @data, on either thread
 * @cancellable: (nullable): a job cancelled before its turn does not run
 * @callback: (nullable): called in the caller's main context
 * @user_data: for @callback
 *
 * Queues a job. Take its result in @callback with g_task_propagate_boolean() and its like.
 */
void
uch_db_worker_run_async (UchDbWorker        *worker,
                         UchDbWorkerFunc     func,
                         gpointer            data,
                         GDestroyNotify      destroy,
                         GCancellable       *cancellable,
                         GAsyncReadyCallback callback,
                         gpointer            user_data)
{
  Queue *queue = worker->queue;
  Job   *job = g_new0 (Job, 1);

  job->func = func;
  job->task = g_task_new (worker, cancellable, callback, user_data);
  g_task_set_source_tag (job->task, uch_db_worker_run_async);
  g_task_set_task_data (job->task, data, destroy);
  /* A commit that happened must be told as such, cancelled meanwhile or not. */
  g_task_set_check_cancellable (job->task, FALSE);

  g_mutex_lock (&queue->lock);
  g_assert (!queue->stopped);
  g_queue_push_tail (&queue->jobs, job);
  g_cond_signal (&queue->wake);
  g_mutex_unlock (&queue->lock);
}

/**
 * uch_db_worker_take_next:
 * @worker: a worker
 * @func: the function of the job that runs now
 *
 * For a running job: takes the next one over, if it has the same function. So a job can do the
 * work of many in one commit; it must then return a result on each task it took.
 *
 * Returns: (transfer full) (nullable): the task of the next job, its data in the task's data;
 *   %NULL when the next job is another one or there is none
 */
GTask *
uch_db_worker_take_next (UchDbWorker *worker, UchDbWorkerFunc func)
{
  Queue *queue = worker->queue;
  GTask *task = NULL;
  Job   *job;

  do
    {
      g_clear_object (&task);
      g_mutex_lock (&queue->lock);
      job = g_queue_peek_head (&queue->jobs);
      if (job != NULL && job->func == func)
        {
          g_queue_pop_head (&queue->jobs);
          task = g_steal_pointer (&job->task);
          g_free (job);
        }
      g_mutex_unlock (&queue->lock);
    }
  while (task != NULL && g_task_return_error_if_cancelled (task));
  return task;
}

/**
 * uch_db_worker_get_n_queued:
 * @worker: a worker
 *
 * Returns: how many jobs wait for their turn; to refuse more when there are too many
 */
guint
uch_db_worker_get_n_queued (UchDbWorker *worker)
{
  guint n;

  g_mutex_lock (&worker->queue->lock);
  n = worker->queue->jobs.length;
  g_mutex_unlock (&worker->queue->lock);
  return n;
}

/**
 * uch_db_worker_stop:
 * @worker: a worker
 *
 * Runs what is queued, then ends the thread and waits for it. Nothing may be queued any more.
 */
void
uch_db_worker_stop (UchDbWorker *worker)
{
  Queue *queue = worker->queue;

  if (worker->thread == NULL)
    return;
  g_mutex_lock (&queue->lock);
  queue->stopped = TRUE;
  g_cond_signal (&queue->wake);
  g_mutex_unlock (&queue->lock);

  /* The last reference may be dropped by the last job, on the thread itself. */
  if (g_thread_self () == worker->thread)
    g_thread_unref (g_steal_pointer (&worker->thread));
  else
    g_thread_join (g_steal_pointer (&worker->thread));
}

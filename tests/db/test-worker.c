#include "db/uch-db-worker.h"

typedef struct
{
  GString *order; /* written on the worker only */
  GThread *seen;  /* (unowned) */
  guint    n_answers;
  guint    n_cancelled;
} Fixture;

typedef struct
{
  Fixture *f;
  char     name;
  GMutex  *gate; /* (nullable) held by the test to keep the job running */
} Job;

static Job *
job (Fixture *f, char name)
{
  Job *self = g_new0 (Job, 1);

  self->f = f;
  self->name = name;
  return self;
}

static void
write_name (UchDbWorker *worker, GTask *task, gpointer data)
{
  Job *self = data;

  if (self->gate != NULL)
    {
      g_mutex_lock (self->gate);
      g_mutex_unlock (self->gate);
    }
  self->f->seen = g_thread_self ();
  g_string_append_c (self->f->order, self->name);
  g_task_return_int (task, self->name);
}

/* Does its own work and that of all that follow it, in one go. */
static void
write_together (UchDbWorker *worker, GTask *task, gpointer data)
{
  Fixture *f = ((Job *) data)->f;
  GTask   *next;

  g_string_append_c (f->order, '(');
  g_string_append_c (f->order, ((Job *) data)->name);
  while ((next = uch_db_worker_take_next (worker, write_together)) != NULL)
    {
      g_string_append_c (f->order, ((Job *) g_task_get_task_data (next))->name);
      g_task_return_int (next, ((Job *) g_task_get_task_data (next))->name);
      g_object_unref (next);
    }
  g_string_append_c (f->order, ')');
  g_task_return_int (task, ((Job *) data)->name);
}

static void
answered_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  Fixture *f = user_data;
  g_autoptr (GError) error = NULL;

  g_assert_true (f->seen != g_thread_self ());
  g_task_propagate_int (G_TASK (result), &error);
  if (error != NULL)
    {
      g_assert_error (error, G_IO_ERROR, G_IO_ERROR_CANCELLED);
      f->n_cancelled++;
    }
  f->n_answers++;
}

static void
wait_for (Fixture *f, guint n_answers)
{
  while (f->n_answers < n_answers)
    g_main_context_iteration (NULL, TRUE);
}

static void
test_jobs_run_in_order (void)
{
  Fixture      f = { .order = g_string_new (NULL) };
  UchDbWorker *worker = uch_db_worker_new ("test");

  for (char c = 'a'; c <= 'z'; c++)
    uch_db_worker_run_async (worker, write_name, job (&f, c), g_free, NULL, answered_cb, &f);
  wait_for (&f, 26);
  g_assert_cmpstr (f.order->str, ==, "abcdefghijklmnopqrstuvwxyz");
  g_object_unref (worker);
  g_string_free (f.order, TRUE);
}

static void
test_following_jobs_can_be_taken (void)
{
  Fixture      f = { .order = g_string_new (NULL) };
  UchDbWorker *worker = uch_db_worker_new ("test");
  GMutex       gate;
  Job         *first = job (&f, 'a');

  g_mutex_init (&gate);
  g_mutex_lock (&gate);
  first->gate = &gate;
  uch_db_worker_run_async (worker, write_name, first, g_free, NULL, answered_cb, &f);
  for (char c = 'b'; c <= 'd'; c++)
    uch_db_worker_run_async (worker, write_together, job (&f, c), g_free, NULL, answered_cb, &f);
  uch_db_worker_run_async (worker, write_name, job (&f, 'e'), g_free, NULL, answered_cb, &f);
  uch_db_worker_run_async (worker, write_together, job (&f, 'f'), g_free, NULL, answered_cb, &f);
  g_assert_cmpint (uch_db_worker_get_n_queued (worker), >=, 5);
  g_mutex_unlock (&gate);

  wait_for (&f, 6);
  g_assert_cmpstr (f.order->str, ==, "a(bcd)e(f)");
  g_object_unref (worker);
  g_mutex_clear (&gate);
  g_string_free (f.order, TRUE);
}

static void
test_cancelled_job_does_not_run (void)
{
  Fixture      f = { .order = g_string_new (NULL) };
  UchDbWorker *worker = uch_db_worker_new ("test");
  g_autoptr (GCancellable) cancelled = g_cancellable_new ();

  g_cancellable_cancel (cancelled);
  uch_db_worker_run_async (worker, write_name, job (&f, 'a'), g_free, cancelled, answered_cb, &f);
  uch_db_worker_run_async (worker, write_name, job (&f, 'b'), g_free, NULL, answered_cb, &f);
  wait_for (&f, 2);
  g_assert_cmpstr (f.order->str, ==, "b");
  g_assert_cmpint (f.n_cancelled, ==, 1);
  g_object_unref (worker);
  g_string_free (f.order, TRUE);
}

static void
test_stop_finishes_what_is_queued (void)
{
  Fixture      f = { .order = g_string_new (NULL) };
  UchDbWorker *worker = uch_db_worker_new ("test");

  for (char c = 'a'; c <= 'j'; c++)
    uch_db_worker_run_async (worker, write_name, job (&f, c), g_free, NULL, answered_cb, &f);
  uch_db_worker_stop (worker);
  g_assert_cmpstr (f.order->str, ==, "abcdefghij");
  wait_for (&f, 10);
  g_object_unref (worker);
  g_string_free (f.order, TRUE);
}

int
main (int argc, char *argv[])
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/db/worker/jobs-run-in-order", test_jobs_run_in_order);
  g_test_add_func ("/db/worker/following-jobs-can-be-taken", test_following_jobs_can_be_taken);
  g_test_add_func ("/db/worker/cancelled-job-does-not-run", test_cancelled_job_does_not_run);
  g_test_add_func ("/db/worker/stop-finishes-what-is-queued", test_stop_finishes_what_is_queued);
  return g_test_run ();
}

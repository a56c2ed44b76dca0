#pragma once

#include <gio/gio.h>

G_BEGIN_DECLS

#define UCH_TYPE_DB_WORKER (uch_db_worker_get_type ())
G_DECLARE_FINAL_TYPE (UchDbWorker, uch_db_worker, UCH, DB_WORKER, GObject)

/* Runs on the worker's thread and must return a result on @task (g_task_return_…) exactly once. */
typedef void (*UchDbWorkerFunc) (UchDbWorker *worker, GTask *task, gpointer data);

UchDbWorker *uch_db_worker_new (const char *name);
void         uch_db_worker_run_async (UchDbWorker        *worker,
                                      UchDbWorkerFunc     func,
                                      gpointer            data,
                                      GDestroyNotify      destroy,
                                      GCancellable       *cancellable,
                                      GAsyncReadyCallback callback,
                                      gpointer            user_data);
GTask       *uch_db_worker_take_next (UchDbWorker *worker, UchDbWorkerFunc func);
guint        uch_db_worker_get_n_queued (UchDbWorker *worker);
void         uch_db_worker_stop (UchDbWorker *worker);

G_END_DECLS

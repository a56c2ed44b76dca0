#pragma once

#include "db/uch-db-worker.h"
#include "store/uch-store-async.h"
#include "store/uch-store-backend.h"

typedef struct _UchStoreWatch UchStoreWatch;

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

GTask       *uch_store_async_outer_task (UchStoreAsync      *self,
                                         gpointer            tag,
                                         GDestroyNotify      destroy_result,
                                         GCancellable       *cancellable,
                                         GAsyncReadyCallback callback,
                                         gpointer            user_data);
UchDbWorker *uch_store_async_get_hasher (UchStoreAsync *self);

/* uch-store-watch.c: what a facade tells of movements of the head; used on the main context's
 * thread only. */
UchStoreLine *
uch_store_async_open_line (UchStoreAsync *self, const UchStoreLineFuncs *funcs, gpointer user_data);

UchStoreWatch      *
uch_store_watch_new (UchStoreAsync *store, const UchStoreWatcher *watcher, gpointer user_data);
void uch_store_watch_free (UchStoreWatch *self);
void uch_store_watch_note (UchStoreWatch *self, gint64 head);
void uch_store_watch_tell (UchStoreWatch *self, const char *topic, const char *payload);

#pragma once

#include "db/uch-db-worker.h"
#include "store/uch-store-async.h"
#include "store/uch-store-backend.h"

UchDbWorker *uch_store_async_get_hasher (UchStoreAsync *self);

/* uch-store-watch.c: what a facade tells of movements of the head; used on the main context's
 * thread only. */
typedef struct _UchStoreWatch UchStoreWatch;

UchStoreLine *
uch_store_async_open_line (UchStoreAsync *self, const UchStoreLineFuncs *funcs, gpointer user_data);

UchStoreWatch      *
uch_store_watch_new (UchStoreAsync *store, const UchStoreWatcher *watcher, gpointer user_data);
void uch_store_watch_free (UchStoreWatch *self);
void uch_store_watch_note (UchStoreWatch *self, gint64 head);
void uch_store_watch_tell (UchStoreWatch *self, const char *topic, const char *payload);

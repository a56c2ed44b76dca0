#pragma once

#include "db/uch-db-worker.h"
#include "store/uch-store-async.h"

UchDbWorker *uch_store_async_get_hasher (UchStoreAsync *self);

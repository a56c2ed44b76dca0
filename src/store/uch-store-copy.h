/* A whole store into an empty one, whatever the databases. */
#pragma once

#include "store/uch-store.h"

G_BEGIN_DECLS

/* What was copied of one table: the sum of a digest over its rows. */
typedef struct
{
  const char *table; /* static */
  gint64      n_rows;
  guint64     digest;
} UchStoreTally;

GArray   *uch_store_copy (UchStore            *from,
                          UchStore            *to,
                          UchStoreProgressFunc progress,
                          gpointer             user_data,
                          GCancellable        *cancellable,
                          GError             **error);
GArray   *uch_store_migrate (UchStore            *from,
                             UchStore            *to,
                             UchTime              now,
                             UchStoreProgressFunc progress,
                             gpointer             user_data,
                             GCancellable        *cancellable,
                             GError             **error);
UchStore *uch_store_restore (UchStore            *from,
                             const char          *url,
                             UchTime              now,
                             UchStoreProgressFunc progress,
                             gpointer             user_data,
                             char               **out_aside,
                             GError             **error);

G_END_DECLS

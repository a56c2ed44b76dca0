/* The store for a program with a main loop: one thread writes, one reads. */
#pragma once

#include "store/uch-store-accounts.h"
#include "store/uch-store-positions.h"

G_BEGIN_DECLS

#define UCH_TYPE_STORE_ASYNC (uch_store_async_get_type ())
G_DECLARE_FINAL_TYPE (UchStoreAsync, uch_store_async, UCH, STORE_ASYNC, GObject)

/* Runs on one of the store's threads; returns its result, or NULL with @error set. */
typedef gpointer (*UchStoreFunc) (UchStore *store, gpointer data, GError **error);

/* What others did, this process or another one at the same database. Told in the main context that
 * was the caller's default one at uch_store_async_watch(). */
typedef struct
{
  /* The order has grown to @head, whoever did it; several steps may come as one. */
  void (*moved) (UchStoreAsync *self, gint64 head, gpointer user_data);
  /* (nullable): somebody said it with uch_store_async_tell(); one hears one's own words, too. */
  void (*heard) (UchStoreAsync *self, const char *topic, const char *payload, gpointer user_data);
  /* (nullable): words may have been lost: what hangs on them must be looked at anew. */
  void (*lost) (UchStoreAsync *self, gpointer user_data);
} UchStoreWatcher;

/* Bytes of topic and payload together. */
#define UCH_STORE_TOLD_LEN_MAX 7800

UchStoreAsync *uch_store_async_open (const char   *url,
                                     UchStoreFlags flags,
                                     UchRandomFunc random,
                                     gpointer      random_data,
                                     UchTime       now,
                                     GError      **error);
const char    *uch_store_async_get_uuid (UchStoreAsync *self);
guint          uch_store_async_get_n_queued (UchStoreAsync *self);
void uch_store_async_get_queues (UchStoreAsync *self, guint *out_n_reading, guint *out_n_hashing);
void uch_store_async_set_meter (UchStoreAsync *self, UchStoreMeter meter, gpointer user_data);
void uch_store_async_stop (UchStoreAsync *self);

void
uch_store_async_watch (UchStoreAsync *self, const UchStoreWatcher *watcher, gpointer user_data);
gboolean uch_store_async_tell (UchStoreAsync *self, const char *topic, const char *payload);

void     uch_store_async_write (UchStoreAsync      *self,
                                UchStoreFunc        func,
                                gpointer            data,
                                GDestroyNotify      destroy_data,
                                GDestroyNotify      destroy_result,
                                GCancellable       *cancellable,
                                GAsyncReadyCallback callback,
                                gpointer            user_data);
void     uch_store_async_read (UchStoreAsync      *self,
                               UchStoreFunc        func,
                               gpointer            data,
                               GDestroyNotify      destroy_data,
                               GDestroyNotify      destroy_result,
                               GCancellable       *cancellable,
                               GAsyncReadyCallback callback,
                               gpointer            user_data);
gpointer uch_store_async_finish (UchStoreAsync *self, GAsyncResult *result, GError **error);

void       uch_store_async_push (UchStoreAsync      *self,
                                 const UchSession   *session,
                                 const char         *client,
                                 GPtrArray          *ops,
                                 UchTime             now,
                                 GCancellable       *cancellable,
                                 GAsyncReadyCallback callback,
                                 gpointer            user_data);
GPtrArray *uch_store_async_push_finish (UchStoreAsync *self,
                                        GAsyncResult  *result,
                                        gint64        *out_last_mid,
                                        gint64        *out_head,
                                        GError       **error);

void        uch_store_async_sign_in (UchStoreAsync      *self,
                                     const UchSignIn    *who,
                                     const char         *password,
                                     UchTime             now,
                                     GCancellable       *cancellable,
                                     GAsyncReadyCallback callback,
                                     gpointer            user_data);
UchSession *uch_store_async_sign_in_finish (UchStoreAsync *self,
                                            GAsyncResult  *result,
                                            char         **out_token,
                                            UchTime       *out_wait_ms,
                                            GError       **error);

G_END_DECLS

/* The store for a program with a main loop: one thread writes, one reads. */
#pragma once

#include "store/uch-store-accounts.h"
#include "store/uch-store-positions.h"

G_BEGIN_DECLS

#define UCH_TYPE_STORE_ASYNC (uch_store_async_get_type ())
G_DECLARE_FINAL_TYPE (UchStoreAsync, uch_store_async, UCH, STORE_ASYNC, GObject)

/* Runs on one of the store's threads; returns its result, or NULL with @error set. */
typedef gpointer (*UchStoreFunc) (UchStore *store, gpointer data, GError **error);

UchStoreAsync *uch_store_async_open (const char   *url,
                                     UchStoreFlags flags,
                                     UchRandomFunc random,
                                     gpointer      random_data,
                                     UchTime       now,
                                     GError      **error);
const char    *uch_store_async_get_uuid (UchStoreAsync *self);
guint          uch_store_async_get_n_queued (UchStoreAsync *self);
void           uch_store_async_stop (UchStoreAsync *self);

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

/* One HTTPS request to the store: pinning, and what went wrong in words a person can act on. */
#pragma once

#include <json-glib/json-glib.h>
#include <libsoup/soup.h>

#include "core/uch-types.h"
#include "replica/uch-sync-client.h"

G_BEGIN_DECLS

/* The state of the TLS side of one client; shared by its requests. */
typedef struct
{
  SoupSession *session;   /* owned */
  GUri        *base;      /* (owned) (nullable): the address was no address */
  char        *pinned;    /* (nullable) */
  char        *token;     /* (nullable) */
  char        *met;       /* (nullable): SHA-256 of the last certificate met, hex */
  guint        met_flags; /* what the system had against it */
  gboolean     at_home;   /* the store is on this machine: nothing is saved by compressing */
} UchSyncHttp;

UchSyncHttp *uch_sync_http_new (const char *store_url, const char *pinned);
void         uch_sync_http_free (UchSyncHttp *self);
SoupMessage *uch_sync_http_new_message (UchSyncHttp *self, const char *method, const char *path);

typedef struct
{
  guint   status;
  GBytes *body;
  UchTime date; /* of the header; 0: none */
  gint64  retry_after_s;
} UchSyncReply;
void uch_sync_reply_free (UchSyncReply *reply);

void          uch_sync_http_send_async (UchSyncHttp        *self,
                                        const char         *method,
                                        const char         *path,
                                        const char         *body,
                                        GCancellable       *cancellable,
                                        GAsyncReadyCallback callback,
                                        gpointer            user_data);
UchSyncReply *uch_sync_http_send_finish (GAsyncResult *result, GError **error);

/* The error that a status tells; the "code" of its body decides. NULL for 2xx. */
GError     *uch_sync_reply_dup_error (const UchSyncReply *reply);
const char *uch_sync_reply_get_code (const UchSyncReply *reply, JsonNode **out_root);
const char *uch_sync_reply_get_text (JsonNode *root, const char *name);
JsonObject *uch_sync_reply_parse (const UchSyncReply *reply, JsonNode **out_root, GError **error);
GError     *uch_sync_http_translate (UchSyncHttp *self, const GError *error);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (UchSyncReply, uch_sync_reply_free)

G_END_DECLS

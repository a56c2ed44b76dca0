/* Keeps a replica and the store together over HTTPS: signs in, pushes the outbox, follows the
 * changes, shows who is where. Main thread only. */
#pragma once

#include "replica/uch-replica.h"

G_BEGIN_DECLS

/* What the person can do about it. */
#define UCH_SYNC_ERROR (uch_sync_error_quark ())
typedef enum
{
  UCH_SYNC_ERROR_WRONG_PASSWORD,
  UCH_SYNC_ERROR_NO_SUCH_HOST,
  UCH_SYNC_ERROR_NO_CONNECTION,
  UCH_SYNC_ERROR_NOT_A_STORE,         /* something else answers there */
  UCH_SYNC_ERROR_UNKNOWN_CERTIFICATE, /* see uch_sync_client_get_fingerprint */
  UCH_SYNC_ERROR_CERTIFICATE_CHANGED, /* not the one that was pinned */
  UCH_SYNC_ERROR_EXPIRED_CERTIFICATE,
  UCH_SYNC_ERROR_CLOCK_WRONG,
  UCH_SYNC_ERROR_STORE_TOO_OLD,
  UCH_SYNC_ERROR_STORE_TOO_NEW,
  UCH_SYNC_ERROR_SIGNED_OUT, /* the token is no longer good */
  UCH_SYNC_ERROR_TOO_MANY,   /* asked to wait */
  UCH_SYNC_ERROR_BAD_ADDRESS,
  UCH_SYNC_ERROR_FAILED,
  UCH_SYNC_ERROR_OTHER_OFFICE, /* not the one that this folder is of: nothing was sent */
} UchSyncError;
GQuark uch_sync_error_quark (void);

#define UCH_TYPE_SYNC_CLIENT (uch_sync_client_get_type ())
G_DECLARE_FINAL_TYPE (UchSyncClient, uch_sync_client, UCH, SYNC_CLIENT, GObject)

/* Properties with notify: "state" (UchSyncState as int), "offline-since" (int64 UchTime),
 * "reason" (string, nullable), "progress" (double 0..1), "clock-offset" (int64 ms, store − here).
 * Signal "positions" (): the live positions changed. Signal "presence" (): who looks at what. */

/* @pinned: SHA-256 of the certificate that the person has agreed to, hex; NULL: only ones that the
 * system trusts. */
UchSyncClient             *
uch_sync_client_new (const char *store_url, const char *pinned, const char *device_id);
const char *uch_sync_client_get_fingerprint (UchSyncClient *self); /* of the last certificate met */
/* Signs in; finish gives the token (transfer full) for the keyring. Without a replica yet. */
void  uch_sync_client_sign_in_async (UchSyncClient      *self,
                                     const char         *login,
                                     const char         *password,
                                     GCancellable       *cancellable,
                                     GAsyncReadyCallback callback,
                                     gpointer            user_data);
char *uch_sync_client_sign_in_finish (UchSyncClient *self, GAsyncResult *result, GError **error);
void  uch_sync_client_sign_out_async (UchSyncClient      *self,
                                      GCancellable       *cancellable,
                                      GAsyncReadyCallback callback,
                                      gpointer            user_data);
gboolean
uch_sync_client_sign_out_finish (UchSyncClient *self, GAsyncResult *result, GError **error);
/* Who signed in, as the store said. */
const char  *uch_sync_client_get_staff_id (UchSyncClient *self);
UchRole      uch_sync_client_get_role (UchSyncClient *self);
void         uch_sync_client_start (UchSyncClient *self, UchReplica *replica, const char *token);
void         uch_sync_client_stop (UchSyncClient *self);
UchSyncState uch_sync_client_get_state (UchSyncClient *self);
int          uch_sync_client_get_reason_code (UchSyncClient *self); /* UchSyncError, or −1 */

/* Live, never kept in the log: where the engineers are. */
typedef struct
{
  char   *engineer_id;
  UchTime at;
  double  latitude, longitude, accuracy_m, speed_mps, course_deg;
  int     battery_percent; /* −1 unknown */
} UchLivePosition;
const UchLivePosition *uch_sync_client_get_position (UchSyncClient *self, const char *engineer_id);
GPtrArray *uch_sync_client_list_positions (UchSyncClient *self); /* (transfer container) */

/* Where people were on a day that is over: by engineer id a GArray of UchTracePoint. */
void uch_sync_client_load_traces_async (UchSyncClient      *self,
                                        const char         *engineer_id,
                                        UchTime             from,
                                        UchTime             to,
                                        GCancellable       *cancellable,
                                        GAsyncReadyCallback callback,
                                        gpointer            user_data);
GHashTable *
uch_sync_client_load_traces_finish (UchSyncClient *self, GAsyncResult *result, GError **error);

/* Who else has a ticket open ("open") or in the hand ("drag"); soft, shown, never a lock. */
typedef struct
{
  char *staff_id;
  char *ticket_id;
  char *act;
} UchPresence;
void uch_sync_client_set_presence (UchSyncClient *self, const char *ticket_id, const char *act);
GPtrArray *uch_sync_client_list_presence (UchSyncClient *self,
                                          const char    *ticket_id); /* (transfer container) */

/* Shows a sensitive field (intercom, access notes): the store logs the look. */
void  uch_sync_client_reveal_async (UchSyncClient      *self,
                                    UchTable            table,
                                    const char         *id,
                                    const char         *field,
                                    GCancellable       *cancellable,
                                    GAsyncReadyCallback callback,
                                    gpointer            user_data);
char *uch_sync_client_reveal_finish (UchSyncClient *self, GAsyncResult *result, GError **error);

/* The picture of a photo, from this computer's disk or from the store, which notes the look. What
 * was looked at stays on the disk until the person signs out. */
void uch_sync_client_look_at_photo_async (UchSyncClient      *self,
                                          const UchPhoto     *photo,
                                          GCancellable       *cancellable,
                                          GAsyncReadyCallback callback,
                                          gpointer            user_data);
GBytes *
uch_sync_client_look_at_photo_finish (UchSyncClient *self, GAsyncResult *result, GError **error);

/* A link that a phone opens by its camera. @modules: rows of the QR code without the quiet zone,
 * "1" is dark. */
typedef struct
{
  char   *url;
  char  **modules;
  UchTime until; /* 0: until there is another one */
} UchPhoneLink;
void uch_phone_link_free (UchPhoneLink *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (UchPhoneLink, uch_phone_link_free)

typedef enum
{
  UCH_PHONE_LINK_SIGN_IN, /* opens the phone page as that engineer, once, within ten minutes */
  UCH_PHONE_LINK_TRACKER, /* sets up Traccar Client; the one before opens nothing any more */
} UchPhoneLinkKind;

/* Asks the store for a link for an engineer's phone; for dispatchers and the head. */
void uch_sync_client_make_phone_link_async (UchSyncClient      *self,
                                            UchPhoneLinkKind    kind,
                                            const char         *staff_id,
                                            GCancellable       *cancellable,
                                            GAsyncReadyCallback callback,
                                            gpointer            user_data);
UchPhoneLink *
uch_sync_client_make_phone_link_finish (UchSyncClient *self, GAsyncResult *result, GError **error);

G_END_DECLS

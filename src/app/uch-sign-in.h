/* From an account to a session: asks the store, opens the replica, starts the sync. */
#pragma once

#include "app/uch-account.h"
#include "app/uch-session.h"

G_BEGIN_DECLS

typedef enum
{
  UCH_SIGN_IN_PASSWORD, /* the store must answer */
  UCH_SIGN_IN_RESUME,   /* with the keyring's token; the store may be away */
  UCH_SIGN_IN_OFFLINE,  /* with the copy on this computer alone; the password is tried later */
} UchSignInHow;

/* What a failed sign-in can still offer. */
typedef struct
{
  char    *fingerprint; /* of a certificate that nobody has agreed to yet; nullable */
  gboolean no_keyring;  /* nothing here keeps a token: the password is asked at each start */
  gboolean has_replica; /* this person can work without connection */
} UchSignInOffer;
void uch_sign_in_offer_clear (UchSignInOffer *offer);

void        uch_sign_in_async (UchSignInHow        how,
                               const UchAccount   *account,
                               const char         *password,
                               GSettings          *settings,
                               GCancellable       *cancellable,
                               GAsyncReadyCallback callback,
                               gpointer            user_data);
UchSession *uch_sign_in_finish (GAsyncResult *result, UchSignInOffer *out_offer, GError **error);
char       *uch_sign_in_describe_error (const GError *error);
const char *uch_sign_in_describe_reason (int code);
gboolean    uch_sign_in_is_network_error (const GError *error);

G_END_DECLS

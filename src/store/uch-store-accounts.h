/* Who may come in: accounts, sign-in, tokens. The admin's acts are allowed to an admin's session
 * and to the administration at the store's own machine. */
#pragma once

#include "store/uch-store.h"

G_BEGIN_DECLS

/* Bytes of randomness in a token; it travels as base64url, 43 characters. */
#define UCH_TOKEN_LEN 32
#define UCH_PASSWORD_LEN_MIN 8
#define UCH_PASSWORD_LEN_MAX 1024

/* argon2id, t = 2, m = 64 MiB: about a tenth of a second and 64 MiB each. Any thread. */
char    *uch_password_hash (const char *password, const guint8 salt[16], GError **error);
gboolean uch_password_verify (const char *password, const char *encoded);

UchAccount *uch_store_add_account (UchStore         *self,
                                   const UchSession *by,
                                   const char       *login,
                                   const char       *password,
                                   UchRole           role,
                                   const char       *staff_id,
                                   UchTime           now,
                                   GError          **error);
gboolean    uch_store_set_password (UchStore         *self,
                                    const UchSession *by,
                                    const char       *login,
                                    const char       *password,
                                    UchTime           now,
                                    GError          **error);
gboolean    uch_store_set_role (UchStore         *self,
                                const UchSession *by,
                                const char       *login,
                                UchRole           role,
                                UchTime           now,
                                GError          **error);
gboolean    uch_store_set_disabled (UchStore         *self,
                                    const UchSession *by,
                                    const char       *login,
                                    gboolean          disabled,
                                    UchTime           now,
                                    GError          **error);
GPtrArray *
uch_store_list_accounts (UchStore *self, const UchSession *by, UchTime now, GError **error);

/* Signing in, in one step; or in two, with the slow check of the password between them on
 * another thread. */
typedef struct
{
  const char    *login;
  const char    *address; /* where it comes from; NULL: not counted */
  UchSessionKind kind;
  const char    *device_id; /* nullable */
  const char    *device;    /* nullable: its name */
  const char    *app;       /* nullable */
} UchSignIn;

UchSession *uch_store_sign_in (UchStore        *self,
                               const UchSignIn *who,
                               const char      *password,
                               UchTime          now,
                               char           **out_token,
                               GError         **error);
char       *uch_store_begin_sign_in (
          UchStore *self, const UchSignIn *who, UchTime now, UchTime *out_wait_ms, GError **error);
UchSession *uch_store_finish_sign_in (UchStore        *self,
                                      const UchSignIn *who,
                                      gboolean         password_fits,
                                      UchTime          now,
                                      char           **out_token,
                                      GError         **error);

UchSession *uch_store_add_token (UchStore         *self,
                                 const UchSession *by,
                                 const char       *login,
                                 UchSessionKind    kind,
                                 const char       *name,
                                 UchTime           now,
                                 char            **out_token,
                                 GError          **error);
UchSession *uch_store_authenticate (UchStore *self, const char *token, UchTime now, GError **error);
gboolean
uch_store_touch_session (UchStore *self, const char *session_id, UchTime now, GError **error);
GPtrArray *uch_store_list_sessions (
    UchStore *self, const UchSession *by, const char *account_id, UchTime now, GError **error);
gboolean uch_store_end_session (
    UchStore *self, const UchSession *by, const char *session_id, UchTime now, GError **error);
GPtrArray *uch_store_list_looks (
    UchStore *self, const UchSession *by, const char *row_id, UchTime now, GError **error);
gboolean    uch_store_roles_see_the_same (UchRole a, UchRole b);
UchSession *uch_session_new_local (UchRole role, const char *staff_id, const char *device);

G_END_DECLS

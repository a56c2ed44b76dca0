/* Who signs in where: remembered in the settings, its token in the keyring. */
#pragma once

#include <gio/gio.h>

G_BEGIN_DECLS

typedef struct
{
  char *store_url;
  char *login;
  char *pinned; /* SHA-256 of the certificate the person agreed to, lower-case hex; nullable */
} UchAccount;

#define UCH_FINGERPRINT_LEN 64 /* hex digits of a SHA-256 */

UchAccount *uch_account_new (const char *store_url, const char *login, const char *pinned);
UchAccount *uch_account_copy (const UchAccount *self);
void        uch_account_free (UchAccount *self);
UchAccount *uch_account_load (GSettings *settings);
void        uch_account_save (const UchAccount *self, GSettings *settings);
void        uch_account_forget (GSettings *settings);
char       *uch_account_get_folder (const UchAccount *self);
char       *uch_account_dup_device (GSettings *settings);

char *uch_account_normalize_url (const char *text, const char **out_problem);
char *uch_fingerprint_normalize (const char *text);
char *uch_fingerprint_format (const char *fingerprint);

void     uch_account_lookup_token_async (const UchAccount   *self,
                                         GCancellable       *cancellable,
                                         GAsyncReadyCallback callback,
                                         gpointer            user_data);
char    *uch_account_lookup_token_finish (GAsyncResult *result, GError **error);
void     uch_account_store_token_async (const UchAccount   *self,
                                        const char         *token,
                                        GCancellable       *cancellable,
                                        GAsyncReadyCallback callback,
                                        gpointer            user_data);
gboolean uch_account_store_token_finish (GAsyncResult *result, GError **error);
void     uch_account_clear_token (const UchAccount *self);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (UchAccount, uch_account_free)

G_END_DECLS

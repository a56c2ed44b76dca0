/* Accounts: made and changed by an admin, or at the store's own machine. */

#define G_LOG_DOMAIN "uch-store"

#include "store/uch-store-accounts.h"

#include <string.h>

#include "core/uch-id.h"
#include "store/uch-store-private.h"

#define LOGIN_LEN_MAX 64

/* One spelling per login: "Иванова", "ИВАНОВА" and a decomposed "й" are the same. */
static char *
fold_login (const char *login, GError **error)
{
  g_autofree char *stripped = g_strstrip (g_strdup (login));
  g_autofree char *normal = NULL;
  g_autofree char *folded = NULL;

  if (g_utf8_validate (stripped, -1, NULL))
    normal = g_utf8_normalize (stripped, -1, G_NORMALIZE_NFKC);
  if (normal != NULL)
    folded = g_utf8_casefold (normal, -1);
  if (folded != NULL && *folded != '\0' && strlen (folded) <= LOGIN_LEN_MAX)
    {
      const char *p = folded;

      while (*p != '\0' && g_unichar_isgraph (g_utf8_get_char (p)))
        p = g_utf8_next_char (p);
      if (*p == '\0')
        return g_steal_pointer (&folded);
    }
  g_set_error (error, UCH_STORE_ERROR, UCH_STORE_ERROR_INVALID,
               "A login is 1 to %d bytes long and has no spaces", LOGIN_LEN_MAX);
  return NULL;
}

/* The account of @login, or NULL with UNKNOWN. */
UchAccount *
uch_store_find_account (UchStore *self, const char *login, GError **error)
{
  g_autofree char *folded = fold_login (login, error);
  g_autoptr (GPtrArray) found = NULL;

  if (folded == NULL)
    return NULL;
  found = BACKEND (self, find_rows, &uch_account_schema, "login", folded, error);
  if (found == NULL)
    return NULL;
  if (found->len > 0)
    return g_object_ref (g_ptr_array_index (found, 0));
  g_set_error (error, UCH_STORE_ERROR, UCH_STORE_ERROR_UNKNOWN, "There is no account “%s”", login);
  return NULL;
}

/* Whether @by may keep the accounts: an admin, or the administration on the spot. */
gboolean
uch_store_check_admin (UchStore *self, const UchSession *by, UchTime now, GError **error)
{
  g_autoptr (UchSession) who = uch_store_refresh_session (self, by, now, error);

  if (who == NULL)
    return FALSE;
  if (who->role == UCH_ROLE_ADMIN || who->role == UCH_ROLE_STORE)
    return TRUE;
  g_set_error_literal (error, UCH_STORE_ERROR, UCH_STORE_ERROR_NOT_ALLOWED,
                       "Only an admin may do this");
  return FALSE;
}

static gboolean
check_role (UchRole role, GError **error)
{
  if (role < UCH_ROLE_STORE)
    return TRUE;
  g_set_error_literal (error, UCH_STORE_ERROR, UCH_STORE_ERROR_INVALID,
                       "Nobody signs in as the store itself");
  return FALSE;
}

static char *
hash_password (UchStore *self, const char *password, GError **error)
{
  guint8 salt[16];

  self->random (salt, sizeof salt, self->random_data);
  return uch_password_hash (password, salt, error);
}

/* Ends a transaction of one row: commits it if @done, else rolls back. */
static gboolean
finish (UchStore *self, gboolean done, GError **error)
{
  if (done)
    return uch_store_commit (self, error);
  uch_store_rollback (self);
  return FALSE;
}

/**
 * uch_store_add_account:
 * @self: a store
 * @by: an admin
 * @login: folded before it is kept
 * @password: (nullable): %NULL for an account that only tokens open
 * @role: what it gives the right to
 * @staff_id: (nullable): the member of staff behind it, need not exist yet
 * @now: the store's clock
 * @error: return location: %UCH_STORE_ERROR_EXISTS when the login is taken
 *
 * Hashes the password on the calling thread: slow.
 *
 * Returns: (transfer full) (nullable): the account
 */
UchAccount *
uch_store_add_account (UchStore         *self,
                       const UchSession *by,
                       const char       *login,
                       const char       *password,
                       UchRole           role,
                       const char       *staff_id,
                       UchTime           now,
                       GError          **error)
{
  g_autofree char *id = uch_store_make_id (self, now);
  g_autoptr (UchAccount) account = uch_entity_new_of (&uch_account_schema, id);
  g_autoptr (GError) local_error = NULL;

  account->login = fold_login (login, error);
  if (account->login == NULL || !check_role (role, error))
    return NULL;
  if (password != NULL)
    {
      account->password = hash_password (self, password, error);
      if (account->password == NULL)
        return NULL;
    }
  account->role = role;
  account->staff_id = g_strdup (staff_id);
  account->created_at = now;

  if (!uch_store_begin (self, error))
    return NULL;
  if (finish (self,
              uch_store_check_admin (self, by, now, &local_error)
                  && BACKEND (self, put_row, account, 0, &local_error),
              &local_error))
    return g_steal_pointer (&account);
  if (g_error_matches (local_error, UCH_STORE_ERROR, UCH_STORE_ERROR_EXISTS))
    g_set_error (error, UCH_STORE_ERROR, UCH_STORE_ERROR_EXISTS, "The login “%s” is taken",
                 account->login);
  else
    g_propagate_error (error, g_steal_pointer (&local_error));
  return NULL;
}

/* Ends every session of an account but @keep_id. */
static gboolean
end_sessions (
    UchStore *self, const char *account_id, const char *keep_id, UchTime now, GError **error)
{
  g_autoptr (GPtrArray) sessions
      = BACKEND (self, find_rows, &uch_session_schema, "account_id", account_id, error);

  if (sessions == NULL)
    return FALSE;
  for (guint i = 0; i < sessions->len; i++)
    {
      UchSession *session = g_ptr_array_index (sessions, i);
      g_autoptr (UchSession) ended = NULL;

      if (session->ended_at != 0 || g_strcmp0 (UCH_ENTITY (session)->id, keep_id) == 0)
        continue;
      ended = uch_entity_copy (session);
      ended->ended_at = now;
      if (!BACKEND (self, put_row, ended, 0, error))
        return FALSE;
    }
  return TRUE;
}

static gboolean
set_password_within (UchStore         *self,
                     const UchSession *by,
                     const char       *login,
                     const char       *encoded,
                     UchTime           now,
                     GError          **error)
{
  g_autoptr (UchSession) who = uch_store_refresh_session (self, by, now, error);
  g_autoptr (UchAccount) account = NULL;
  g_autoptr (UchAccount) changed = NULL;
  gboolean own;

  if (who == NULL)
    return FALSE;
  account = uch_store_find_account (self, login, error);
  if (account == NULL)
    return FALSE;
  own = g_strcmp0 (who->account_id, UCH_ENTITY (account)->id) == 0;
  if (!own && !uch_store_check_admin (self, by, now, error))
    return FALSE;
  changed = uch_entity_copy (account);
  uch_entity_set_text (changed, &changed->password, encoded);
  return BACKEND (self, put_row, changed, 0, error)
         && end_sessions (self, UCH_ENTITY (account)->id, own ? UCH_ENTITY (by)->id : NULL, now,
                          error);
}

/**
 * uch_store_set_password:
 * @self: a store
 * @by: an admin, or the person himself
 * @login: whose
 * @password: the new one
 * @now: the store's clock
 * @error: return location
 *
 * Every session of the account ends, but for @by's own. Slow, as uch_store_add_account().
 *
 * Returns: whether it was set
 */
gboolean
uch_store_set_password (UchStore         *self,
                        const UchSession *by,
                        const char       *login,
                        const char       *password,
                        UchTime           now,
                        GError          **error)
{
  g_autofree char *encoded = hash_password (self, password, error);

  return encoded != NULL && uch_store_begin (self, error)
         && finish (self, set_password_within (self, by, login, encoded, now, error), error);
}

/* The account as it should be, changed by an admin; (transfer full) (nullable). */
static UchAccount *
edit_account (UchStore *self, const UchSession *by, const char *login, UchTime now, GError **error)
{
  g_autoptr (UchAccount) account = NULL;

  if (!uch_store_check_admin (self, by, now, error))
    return NULL;
  account = uch_store_find_account (self, login, error);
  return account != NULL ? uch_entity_copy (account) : NULL;
}

/**
 * uch_store_set_role:
 * @self: a store
 * @by: an admin
 * @login: whose
 * @role: what counts from the next operation on
 * @now: the store's clock
 * @error: return location
 *
 * Where the new role sees other tables the account's sessions end: at the next sign-in the desk
 * learns of it and reads everything anew.
 *
 * Returns: whether it was set
 */
gboolean
uch_store_set_role (UchStore         *self,
                    const UchSession *by,
                    const char       *login,
                    UchRole           role,
                    UchTime           now,
                    GError          **error)
{
  g_autoptr (UchAccount) account = NULL;
  gboolean done, sees_the_same = TRUE;

  if (!check_role (role, error) || !uch_store_begin (self, error))
    return FALSE;
  account = edit_account (self, by, login, now, error);
  if (account != NULL)
    {
      sees_the_same = uch_store_roles_see_the_same (account->role, role);
      account->role = role;
    }
  done = account != NULL && BACKEND (self, put_row, account, 0, error)
         && (sees_the_same || end_sessions (self, UCH_ENTITY (account)->id, NULL, now, error));
  return finish (self, done, error);
}

/**
 * uch_store_set_disabled:
 * @self: a store
 * @by: an admin
 * @login: whose
 * @disabled: whether it opens nothing any more; all its sessions end
 * @now: the store's clock
 * @error: return location
 *
 * Returns: whether it was set
 */
gboolean
uch_store_set_disabled (UchStore         *self,
                        const UchSession *by,
                        const char       *login,
                        gboolean          disabled,
                        UchTime           now,
                        GError          **error)
{
  g_autoptr (UchAccount) account = NULL;
  gboolean done;

  if (!uch_store_begin (self, error))
    return FALSE;
  account = edit_account (self, by, login, now, error);
  if (account != NULL)
    account->disabled = disabled;
  done = account != NULL && BACKEND (self, put_row, account, 0, error)
         && (!disabled || end_sessions (self, UCH_ENTITY (account)->id, NULL, now, error));
  return finish (self, done, error);
}

/**
 * uch_store_list_accounts:
 * @self: a store
 * @by: an admin
 * @now: the store's clock
 * @error: return location
 *
 * Returns: (transfer full) (nullable) (element-type UchAccount): all, without their passwords
 */
GPtrArray *
uch_store_list_accounts (UchStore *self, const UchSession *by, UchTime now, GError **error)
{
  g_autoptr (GPtrArray) accounts = NULL;

  if (!uch_store_check_admin (self, by, now, error))
    return NULL;
  accounts = BACKEND (self, page_rows, &uch_account_schema, NULL, G_MAXINT, error);
  for (guint i = 0; accounts != NULL && i < accounts->len; i++)
    {
      UchAccount *account = g_ptr_array_index (accounts, i);

      g_clear_pointer (&account->password, g_free);
    }
  return g_steal_pointer (&accounts);
}

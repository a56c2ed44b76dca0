/* Tokens, and the question who somebody is at this moment. */

#define G_LOG_DOMAIN "uch-store"

#include <sodium.h>
#include <string.h>

#include "store/uch-store-private.h"

/* Source: the protocol's security rules. A machine's token lives until it is revoked. */
static const struct
{
  gint64 idle_ms, absolute_ms;
} lives[] = {
  [UCH_SESSION_DESK] = { 12 * UCH_HOUR_MS, 30 * UCH_DAY_MS },
  [UCH_SESSION_PHONE] = { 30 * UCH_DAY_MS, 90 * UCH_DAY_MS },
  [UCH_SESSION_MACHINE] = { G_MAXINT64, G_MAXINT64 },
};

/* used_at is written at most this often: a request is a read, not a commit. */
#define TOUCH_MS UCH_MINUTE_MS

static gboolean
fail_signed_out (GError **error)
{
  g_set_error_literal (error, UCH_STORE_ERROR, UCH_STORE_ERROR_SIGNED_OUT,
                       "The session has ended: sign in again");
  return FALSE;
}

/* A new token: base64url, for the one who may have it; only its hash is kept. */
char *
uch_store_make_token (UchStore *self)
{
  guint8 bytes[UCH_TOKEN_LEN];
  char   text[sodium_base64_ENCODED_LEN (UCH_TOKEN_LEN, sodium_base64_VARIANT_URLSAFE_NO_PADDING)];

  self->random (bytes, sizeof bytes, self->random_data);
  sodium_bin2base64 (text, sizeof text, bytes, sizeof bytes,
                     sodium_base64_VARIANT_URLSAFE_NO_PADDING);
  sodium_memzero (bytes, sizeof bytes);
  return g_strdup (text);
}

/* BLAKE2b-256 of the token as it travels, hex. Plain and fast: the token is random, not a word. */
char *
uch_store_hash_token (const char *token)
{
  guint8 hash[crypto_generichash_BYTES];
  char   text[2 * sizeof hash + 1];

  crypto_generichash (hash, sizeof hash, (const guint8 *) token, strlen (token), NULL, 0);
  return g_strdup (sodium_bin2hex (text, sizeof text, hash, sizeof hash));
}

/**
 * uch_session_new_local:
 * @role: in whose name: %UCH_ROLE_STORE may do everything, also put rows as they were
 * @staff_id: (nullable): in whose name
 * @device: (nullable): shown in the history: "from where"
 *
 * A session of the administration at the store's own machine, or of the store itself. It is in no
 * table and asks for no password: whoever may open the file may do this.
 *
 * Returns: (transfer full): the session
 */
UchSession *
uch_session_new_local (UchRole role, const char *staff_id, const char *device)
{
  UchSession *session = uch_entity_new_of (&uch_session_schema, NULL);

  session->role = role;
  session->staff_id = g_strdup (staff_id);
  session->device = g_strdup (device);
  return session;
}

static gboolean
is_alive (const UchSession *session, UchTime now)
{
  if (session->ended_at != 0)
    return FALSE;
  /* A clock that was set back makes nobody older. */
  return now - session->used_at < lives[session->kind].idle_ms
         && now - session->created_at < lives[session->kind].absolute_ms;
}

/* Fills in what the account says now; fails when it opens nothing any more. */
static gboolean
fill_in (UchStore *self, UchSession *session, GError **error)
{
  g_autoptr (UchAccount) account = NULL;
  g_autoptr (UchStaff) staff = NULL;

  if (!BACKEND (self, get_row, &uch_account_schema, session->account_id, (gpointer *) &account,
                error))
    return FALSE;
  if (account == NULL || account->disabled)
    return fail_signed_out (error);
  if (account->staff_id != NULL
      && !BACKEND (self, get_row, &uch_staff_schema, account->staff_id, (gpointer *) &staff, error))
    return FALSE;
  if (staff != NULL && staff->dismissed)
    return fail_signed_out (error);

  session->role = account->role;
  uch_entity_set_text (session, &session->login, account->login);
  uch_entity_set_text (session, &session->staff_id, account->staff_id);
  return TRUE;
}

UchSession *
uch_store_refresh_session (UchStore *self, const UchSession *session, UchTime now, GError **error)
{
  g_autoptr (UchSession) stored = NULL;
  g_autoptr (UchSession) fresh = NULL;

  if (UCH_ENTITY (session)->id == NULL)
    return g_object_ref ((gpointer) session);
  if (!BACKEND (self, get_row, &uch_session_schema, UCH_ENTITY (session)->id, (gpointer *) &stored,
                error))
    return NULL;
  if (stored == NULL || !is_alive (stored, now))
    {
      fail_signed_out (error);
      return NULL;
    }
  fresh = uch_entity_copy (stored);
  return fill_in (self, fresh, error) ? g_steal_pointer (&fresh) : NULL;
}

UchSession *
uch_store_add_session (UchStore         *self,
                       const UchAccount *account,
                       const UchSignIn  *who,
                       UchTime           now,
                       char            **out_token,
                       GError          **error)
{
  g_autofree char *id = uch_store_make_id (self, now);
  g_autofree char *token = uch_store_make_token (self);
  g_autoptr (UchSession) session = uch_entity_new_of (&uch_session_schema, id);

  session->token_hash = uch_store_hash_token (token);
  session->account_id = g_strdup (UCH_ENTITY (account)->id);
  session->kind = who->kind;
  session->device_id = g_strdup (who->device_id);
  session->device = g_strdup (who->device);
  session->app = g_strdup (who->app);
  session->created_at = session->used_at = now;
  if (!fill_in (self, session, error) || !BACKEND (self, put_row, session, 0, error))
    return NULL;
  *out_token = g_steal_pointer (&token);
  return g_steal_pointer (&session);
}

/**
 * uch_store_add_token:
 * @self: a store
 * @by: an admin
 * @login: in whose name
 * @kind: how long it lives
 * @name: what it is for
 * @now: the store's clock
 * @out_token: (out) (transfer full): the token, told only here
 * @error: return location
 *
 * Makes a session without a password: for machines, and for tests.
 *
 * Returns: (transfer full) (nullable): the session
 */
UchSession *
uch_store_add_token (UchStore         *self,
                     const UchSession *by,
                     const char       *login,
                     UchSessionKind    kind,
                     const char       *name,
                     UchTime           now,
                     char            **out_token,
                     GError          **error)
{
  UchSignIn who = { .login = login, .kind = kind, .device = name };
  g_autoptr (UchAccount) account = NULL;
  g_autoptr (UchSession) session = NULL;

  *out_token = NULL;
  if (!uch_store_begin (self, error))
    return NULL;
  if (uch_store_check_admin (self, by, now, error))
    account = uch_store_find_account (self, login, error);
  if (account != NULL)
    session = uch_store_add_session (self, account, &who, now, out_token, error);
  if (session == NULL)
    uch_store_rollback (self);
  else if (!uch_store_commit (self, error))
    g_clear_object (&session);
  if (session == NULL)
    g_clear_pointer (out_token, g_free);
  return g_steal_pointer (&session);
}

/**
 * uch_store_authenticate:
 * @self: a store, may be the read-only one
 * @token: as it came
 * @now: the store's clock
 * @error: return location: %UCH_STORE_ERROR_SIGNED_OUT, whatever the reason
 *
 * Says who this is, with the role as it is at this moment. When used_at is more than a minute old,
 * call uch_store_touch_session() where the store is written.
 *
 * Returns: (transfer full) (nullable): the session
 */
UchSession *
uch_store_authenticate (UchStore *self, const char *token, UchTime now, GError **error)
{
  g_autofree char *hash = uch_store_hash_token (token);
  g_autoptr (GPtrArray) found
      = BACKEND (self, find_rows, &uch_session_schema, "token_hash", hash, error);

  if (found == NULL)
    return NULL;
  if (found->len == 0)
    {
      fail_signed_out (error);
      return NULL;
    }
  return uch_store_refresh_session (self, g_ptr_array_index (found, 0), now, error);
}

static UchSession *
get_session (UchStore *self, const char *session_id, GError **error)
{
  UchSession *session = NULL;

  if (!BACKEND (self, get_row, &uch_session_schema, session_id, (gpointer *) &session, error))
    return NULL;
  if (session == NULL)
    g_set_error_literal (error, UCH_STORE_ERROR, UCH_STORE_ERROR_UNKNOWN,
                         "There is no such session");
  return session;
}

/**
 * uch_store_touch_session:
 * @self: a store
 * @session_id: a session that was just used
 * @now: the store's clock
 * @error: return location
 *
 * Notes that it is in use, if that was more than a minute ago.
 *
 * Returns: whether it was noted
 */
gboolean
uch_store_touch_session (UchStore *self, const char *session_id, UchTime now, GError **error)
{
  g_autoptr (UchSession) session = get_session (self, session_id, error);
  g_autoptr (UchSession) touched = NULL;

  if (session == NULL)
    return FALSE;
  if (now - session->used_at < TOUCH_MS)
    return TRUE;
  touched = uch_entity_copy (session);
  touched->used_at = now;
  if (!uch_store_begin (self, error))
    return FALSE;
  if (BACKEND (self, put_row, touched, 0, error))
    return uch_store_commit (self, error);
  uch_store_rollback (self);
  return FALSE;
}

/**
 * uch_store_list_sessions:
 * @self: a store
 * @by: an admin, or the person himself
 * @account_id: (nullable): whose; %NULL: @by's own
 * @now: the store's clock
 * @error: return location
 *
 * Returns: (transfer full) (nullable) (element-type UchSession): those that are open
 */
GPtrArray *
uch_store_list_sessions (
    UchStore *self, const UchSession *by, const char *account_id, UchTime now, GError **error)
{
  g_autoptr (UchSession) who = uch_store_refresh_session (self, by, now, error);
  g_autoptr (GPtrArray) sessions = NULL;

  if (who == NULL)
    return NULL;
  if (account_id == NULL)
    account_id = who->account_id;
  if (g_strcmp0 (account_id, who->account_id) != 0 && !uch_store_check_admin (self, by, now, error))
    return NULL;
  sessions = BACKEND (self, find_rows, &uch_session_schema, "account_id", account_id, error);
  for (guint i = sessions != NULL ? sessions->len : 0; i-- > 0;)
    if (!is_alive (g_ptr_array_index (sessions, i), now))
      g_ptr_array_remove_index (sessions, i);
  return g_steal_pointer (&sessions);
}

/**
 * uch_store_end_session:
 * @self: a store
 * @by: an admin, or the person himself
 * @session_id: which
 * @now: the store's clock
 * @error: return location
 *
 * From the next question on the session is nobody. The caller closes its live connection.
 *
 * Returns: whether it has ended
 */
gboolean
uch_store_end_session (
    UchStore *self, const UchSession *by, const char *session_id, UchTime now, GError **error)
{
  g_autoptr (UchSession) who = NULL;
  g_autoptr (UchSession) session = NULL;
  g_autoptr (UchSession) ended = NULL;
  gboolean done = FALSE;

  if (!uch_store_begin (self, error))
    return FALSE;
  who = uch_store_refresh_session (self, by, now, error);
  session = who != NULL ? get_session (self, session_id, error) : NULL;
  if (session != NULL
      && (g_strcmp0 (session->account_id, who->account_id) == 0
          || uch_store_check_admin (self, by, now, error)))
    {
      ended = uch_entity_copy (session);
      ended->ended_at = now;
      done = BACKEND (self, put_row, ended, 0, error);
    }
  if (done)
    return uch_store_commit (self, error);
  uch_store_rollback (self);
  return FALSE;
}

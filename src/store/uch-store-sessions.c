/* Sign-in, tokens, and the question who somebody is at this moment. */

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

/* The first failures cost nothing, then each doubles the wait; never a hard lock. */
#define FREE_FAILURES 3
#define WAIT_MAX_MS (15 * UCH_MINUTE_MS)
#define FORGET_MS UCH_DAY_MS

/* Checked for a login that does not exist, so that the answer takes as long. No password fits. */
#define NOBODY                                                                                     \
  "$argon2id$v=19$m=65536,t=2,p=1$AAAAAAAAAAAAAAAAAAAAAA$"                                         \
  "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"

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

static char *
delay_id (const char *kind, const char *what)
{
  /* Hashed: a log of mistyped logins is a log of passwords typed into the wrong box. */
  g_autofree char *hash = g_compute_checksum_for_string (G_CHECKSUM_SHA256, what, -1);

  return g_strdup_printf ("%s:%.40s", kind, hash);
}

static gint64
get_wait_ms (const UchDelay *delay, UchTime now)
{
  gint64 n = delay->n_failures - FREE_FAILURES;
  gint64 wait_ms;

  if (n <= 0 || now - delay->failed_at > FORGET_MS)
    return 0;
  wait_ms = MIN (UCH_SECOND_MS << MIN (n - 1, 20), WAIT_MAX_MS);
  return MAX (delay->failed_at + wait_ms - now, 0);
}

/* The login as it is counted: what is no login at all is counted as well. */
static char *
login_delay_id (const char *login)
{
  g_autofree char *valid = g_utf8_make_valid (login, -1);
  g_autofree char *folded = g_utf8_casefold (valid, -1);

  return delay_id ("login", g_strstrip (folded));
}

static gboolean
look_up_wait (UchStore *self, const char *id, UchTime now, gint64 *wait_ms, GError **error)
{
  g_autoptr (UchDelay) delay = NULL;

  if (!BACKEND (self, get_row, &uch_delay_schema, id, (gpointer *) &delay, error))
    return FALSE;
  if (delay != NULL)
    *wait_ms = MAX (*wait_ms, get_wait_ms (delay, now));
  return TRUE;
}

/**
 * uch_store_begin_sign_in:
 * @self: a store
 * @who: the login, and where it comes from
 * @now: the store's clock
 * @out_wait_ms: (out): after %UCH_STORE_ERROR_WAIT: how long
 * @error: return location
 *
 * The first half of a sign-in. Check the password against the result with uch_password_verify(),
 * on another thread, then call uch_store_finish_sign_in(). A login that does not exist gives a
 * hash that nothing fits: whoever asks cannot tell.
 *
 * Returns: (transfer full) (nullable): the hash
 */
char *
uch_store_begin_sign_in (
    UchStore *self, const UchSignIn *who, UchTime now, UchTime *out_wait_ms, GError **error)
{
  g_autofree char *by_login = login_delay_id (who->login);
  g_autofree char *by_address = who->address != NULL ? delay_id ("address", who->address) : NULL;
  g_autoptr (UchAccount) account = NULL;
  g_autoptr (GError) local_error = NULL;

  *out_wait_ms = 0;
  if (!look_up_wait (self, by_login, now, out_wait_ms, error)
      || (by_address != NULL && !look_up_wait (self, by_address, now, out_wait_ms, error)))
    return NULL;
  if (*out_wait_ms > 0)
    {
      g_set_error (error, UCH_STORE_ERROR, UCH_STORE_ERROR_WAIT,
                   "Too many failed attempts: wait %" G_GINT64_FORMAT " s",
                   (*out_wait_ms + 999) / 1000);
      return NULL;
    }

  account = uch_store_find_account (self, who->login, &local_error);
  if (account == NULL && !g_error_matches (local_error, UCH_STORE_ERROR, UCH_STORE_ERROR_UNKNOWN)
      && !g_error_matches (local_error, UCH_STORE_ERROR, UCH_STORE_ERROR_INVALID))
    {
      g_propagate_error (error, g_steal_pointer (&local_error));
      return NULL;
    }
  return g_strdup (account != NULL && account->password != NULL ? account->password : NOBODY);
}

static gboolean
count_failure (UchStore *self, const char *id, UchTime now, GError **error)
{
  g_autoptr (UchDelay) delay = NULL;
  g_autoptr (UchDelay) next = NULL;

  if (!BACKEND (self, get_row, &uch_delay_schema, id, (gpointer *) &delay, error))
    return FALSE;
  next = delay != NULL ? uch_entity_copy (delay) : uch_entity_new_of (&uch_delay_schema, id);
  next->n_failures = now - next->failed_at > FORGET_MS ? 1 : next->n_failures + 1;
  next->failed_at = now;
  return BACKEND (self, put_row, next, 0, error);
}

static UchSession *
add_session (UchStore         *self,
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

static UchSession *
finish_within (UchStore        *self,
               const UchSignIn *who,
               gboolean         password_fits,
               UchTime          now,
               char           **out_token,
               gboolean        *out_failed,
               GError         **error)
{
  g_autofree char *by_login = login_delay_id (who->login);
  g_autofree char *by_address = who->address != NULL ? delay_id ("address", who->address) : NULL;
  g_autoptr (GError) local_error = NULL;

  if (password_fits)
    {
      g_autoptr (UchAccount) account = uch_store_find_account (self, who->login, &local_error);
      g_autoptr (UchSession) session = NULL;

      if (account != NULL)
        session = add_session (self, account, who, now, out_token, &local_error);
      if (session != NULL && BACKEND (self, delete_row, &uch_delay_schema, by_login, error))
        return g_steal_pointer (&session);
      /* Disabled, dismissed or gone meanwhile: to whoever asks the same as a wrong password. */
      if (local_error == NULL
          || (local_error->code != UCH_STORE_ERROR_SIGNED_OUT
              && local_error->code != UCH_STORE_ERROR_UNKNOWN))
        {
          if (local_error != NULL)
            g_propagate_error (error, g_steal_pointer (&local_error));
          return NULL;
        }
    }
  *out_failed = count_failure (self, by_login, now, error)
                && (by_address == NULL || count_failure (self, by_address, now, error));
  return NULL;
}

/**
 * uch_store_finish_sign_in:
 * @self: a store
 * @who: as in uch_store_begin_sign_in()
 * @password_fits: what uch_password_verify() said
 * @now: the store's clock
 * @out_token: (out) (transfer full): the token, told only here
 * @error: return location: %UCH_STORE_ERROR_WRONG_PASSWORD, whatever the reason
 *
 * Makes the session, or counts the failure.
 *
 * Returns: (transfer full) (nullable): the session
 */
UchSession *
uch_store_finish_sign_in (UchStore        *self,
                          const UchSignIn *who,
                          gboolean         password_fits,
                          UchTime          now,
                          char           **out_token,
                          GError         **error)
{
  g_autoptr (UchSession) session = NULL;
  gboolean failed = FALSE;

  *out_token = NULL;
  if (!uch_store_begin (self, error))
    return NULL;
  session = finish_within (self, who, password_fits, now, out_token, &failed, error);
  if (session == NULL && !failed)
    {
      uch_store_rollback (self);
      g_clear_pointer (out_token, g_free);
      return NULL;
    }
  if (!uch_store_commit (self, error))
    {
      g_clear_pointer (out_token, g_free);
      return NULL;
    }
  if (failed)
    g_set_error_literal (error, UCH_STORE_ERROR, UCH_STORE_ERROR_WRONG_PASSWORD,
                         "The login or the password is wrong");
  return g_steal_pointer (&session);
}

/**
 * uch_store_sign_in:
 * @self: a store
 * @who: the login, and where it comes from
 * @password: what was typed
 * @now: the store's clock
 * @out_token: (out) (transfer full): the token, told only here
 * @error: return location
 *
 * Both halves of a sign-in at once: slow.
 *
 * Returns: (transfer full) (nullable): the session
 */
UchSession *
uch_store_sign_in (UchStore        *self,
                   const UchSignIn *who,
                   const char      *password,
                   UchTime          now,
                   char           **out_token,
                   GError         **error)
{
  UchTime          wait_ms;
  g_autofree char *encoded = uch_store_begin_sign_in (self, who, now, &wait_ms, error);

  *out_token = NULL;
  if (encoded == NULL)
    return NULL;
  return uch_store_finish_sign_in (self, who, uch_password_verify (password, encoded), now,
                                   out_token, error);
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
    session = add_session (self, account, &who, now, out_token, error);
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

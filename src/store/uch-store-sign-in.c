/* Signing in: the password, and the time that wrong ones cost. */

#define G_LOG_DOMAIN "uch-store"

#include <string.h>

#include "store/uch-store-private.h"

/* The first failures cost nothing, then each doubles the wait; never a hard lock. From one address
 * may come a whole office. */
#define FREE_FAILURES 3
#define FREE_FAILURES_OF_ADDRESS 10
#define WAIT_MAX_MS (15 * UCH_MINUTE_MS)
#define FORGET_MS UCH_DAY_MS

/* What is counted; the first word of a delay's id. */
#define BY_ADDRESS "address"
#define BY_LOGIN "login"
#define BY_DEVICE "device"

/* Checked for a login that does not exist, so that the answer takes as long. No password fits. */
#define NOBODY                                                                                     \
  "$argon2id$v=19$m=65536,t=2,p=1$AAAAAAAAAAAAAAAAAAAAAA$"                                         \
  "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"

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
  gboolean is_address = g_str_has_prefix (UCH_ENTITY (delay)->id, BY_ADDRESS ":");
  gint64   n = delay->n_failures - (is_address ? FREE_FAILURES_OF_ADDRESS : FREE_FAILURES);
  gint64   wait_ms;

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

  return delay_id (BY_LOGIN, g_strstrip (folded));
}

/* Whether this account was signed in from this device before. Its id is random and known to it
 * alone: as good as a cookie that says "not a stranger". */
static gboolean
knows_device (UchStore         *self,
              const UchAccount *account,
              const char       *device_id,
              gboolean         *out_known,
              GError          **error)
{
  g_autoptr (GPtrArray) sessions = NULL;

  *out_known = FALSE;
  if (account == NULL || device_id == NULL)
    return TRUE;
  sessions = BACKEND (self, find_rows, &uch_session_schema, "account_id", UCH_ENTITY (account)->id,
                      error);
  for (guint i = 0; sessions != NULL && i < sessions->len; i++)
    if (g_strcmp0 (((UchSession *) g_ptr_array_index (sessions, i))->device_id, device_id) == 0)
      *out_known = TRUE;
  return sessions != NULL;
}

/* What failures are counted by: the login and the address, or the device alone where it is known.
 * So a stranger who guesses at a login does not keep its owner out, nor a colleague who mistypes
 * everybody behind the same router. Source: OWASP, "device cookies". */
typedef struct
{
  char *who, *address; /* ids of UchDelay; address: nullable */
} Counted;

static void
counted_clear (Counted *self)
{
  g_free (self->who);
  g_free (self->address);
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Counted, counted_clear)

static gboolean
find_counted (
    UchStore *self, const UchSignIn *who, const UchAccount *account, Counted *out, GError **error)
{
  gboolean known;

  if (!knows_device (self, account, who->device_id, &known, error))
    return FALSE;
  if (known)
    {
      g_autofree char *what = g_strdup_printf ("%s %s", UCH_ENTITY (account)->id, who->device_id);

      out->who = delay_id (BY_DEVICE, what);
      return TRUE;
    }
  out->who = login_delay_id (who->login);
  if (who->address != NULL)
    out->address = delay_id (BY_ADDRESS, who->address);
  return TRUE;
}

/* The account, or NULL without an error where there is none of that login. */
static gboolean
find_account_quietly (UchStore *self, const char *login, UchAccount **out_account, GError **error)
{
  g_autoptr (GError) local_error = NULL;

  *out_account = uch_store_find_account (self, login, &local_error);
  if (*out_account != NULL
      || g_error_matches (local_error, UCH_STORE_ERROR, UCH_STORE_ERROR_UNKNOWN)
      || g_error_matches (local_error, UCH_STORE_ERROR, UCH_STORE_ERROR_INVALID))
    return TRUE;
  g_propagate_error (error, g_steal_pointer (&local_error));
  return FALSE;
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

/* Fails with WAIT while one of the two has to wait. */
static gboolean
check_wait (
    UchStore *self, const Counted *counted, UchTime now, UchTime *out_wait_ms, GError **error)
{
  *out_wait_ms = 0;
  if (!look_up_wait (self, counted->who, now, out_wait_ms, error)
      || (counted->address != NULL
          && !look_up_wait (self, counted->address, now, out_wait_ms, error)))
    return FALSE;
  if (*out_wait_ms == 0)
    return TRUE;
  g_set_error (error, UCH_STORE_ERROR, UCH_STORE_ERROR_WAIT,
               "Too many failed attempts: wait %" G_GINT64_FORMAT " s",
               (*out_wait_ms + 999) / 1000);
  return FALSE;
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
  g_auto (Counted) counted = { 0 };
  g_autoptr (UchAccount) account = NULL;

  *out_wait_ms = 0;
  if (!find_account_quietly (self, who->login, &account, error))
    return NULL;
  if (!find_counted (self, who, account, &counted, error)
      || !check_wait (self, &counted, now, out_wait_ms, error))
    return NULL;
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
finish_within (UchStore        *self,
               const UchSignIn *who,
               gboolean         password_fits,
               UchTime          now,
               char           **out_token,
               gboolean        *out_failed,
               GError         **error)
{
  g_auto (Counted) counted = { 0 };
  g_autoptr (UchAccount) account = NULL;
  g_autoptr (UchSession) session = NULL;
  g_autoptr (GError) local_error = NULL;
  UchTime wait_ms;

  if (!find_account_quietly (self, who->login, &account, error))
    return NULL;
  /* Asked again: a hundred guesses at one moment were all begun before the first of them failed. */
  if (!find_counted (self, who, account, &counted, error)
      || !check_wait (self, &counted, now, &wait_ms, error))
    return NULL;
  if (password_fits && account != NULL)
    {
      session = uch_store_add_session (self, account, who, now, out_token, &local_error);
      if (session != NULL && BACKEND (self, delete_row, &uch_delay_schema, counted.who, error))
        return g_steal_pointer (&session);
      if (session != NULL)
        return NULL;
      /* Disabled or dismissed: to whoever asks the same as a wrong password. */
      if (!g_error_matches (local_error, UCH_STORE_ERROR, UCH_STORE_ERROR_SIGNED_OUT))
        {
          g_propagate_error (error, g_steal_pointer (&local_error));
          return NULL;
        }
    }
  *out_failed = count_failure (self, counted.who, now, error)
                && (counted.address == NULL || count_failure (self, counted.address, now, error));
  return NULL;
}

/**
 * uch_store_finish_sign_in:
 * @self: a store
 * @who: as in uch_store_begin_sign_in()
 * @password_fits: what uch_password_verify() said
 * @now: the store's clock
 * @out_token: (out) (transfer full): the token, told only here
 * @error: return location: %UCH_STORE_ERROR_WRONG_PASSWORD, whatever the reason;
 *     %UCH_STORE_ERROR_WAIT, also for the right password, when others failed meanwhile
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

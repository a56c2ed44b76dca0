/* One-time sign-in: a dispatcher lets an engineer's phone in, who then types no password. */

#define G_LOG_DOMAIN "uch-store"

#include "store/uch-store-phone.h"

#include "store/uch-store-private.h"

/* Who let whom in is known so long; then the row goes with the account's next invitation. */
#define KEPT_MS (90 * UCH_DAY_MS)

/* Who may let an engineer's phone in, or set up his tracking application. */
static gboolean
check_may_invite (const UchSession *session, GError **error)
{
  if (UCH_ENTITY (session)->id == NULL || session->role == UCH_ROLE_DISPATCHER
      || session->role == UCH_ROLE_HEAD || session->role == UCH_ROLE_ADMIN)
    return TRUE;
  g_set_error (error, UCH_STORE_ERROR, UCH_STORE_ERROR_NOT_ALLOWED, "The role “%s” lets nobody in",
               uch_role_nicks[session->role]);
  return FALSE;
}

/* The account with which the engineer @staff_id uses the phone page. */
static UchAccount *
find_engineer_account (UchStore *self, const char *staff_id, GError **error)
{
  g_autoptr (GPtrArray) found
      = BACKEND (self, find_rows, &uch_account_schema, "staff_id", staff_id, error);

  for (guint i = 0; found != NULL && i < found->len; i++)
    {
      const UchAccount *account = g_ptr_array_index (found, i);

      if (account->role == UCH_ROLE_ENGINEER && !account->disabled)
        return g_object_ref ((gpointer) account);
    }
  if (found != NULL)
    g_set_error_literal (error, UCH_STORE_ERROR, UCH_STORE_ERROR_UNKNOWN,
                         "There is no engineer's account of that member of staff");
  return NULL;
}

/* The invitations before this one open nothing any more; the old ones are forgotten. */
static gboolean
end_earlier (UchStore *self, const char *account_id, UchTime now, GError **error)
{
  g_autoptr (GPtrArray) found
      = BACKEND (self, find_rows, &uch_invite_schema, "account_id", account_id, error);

  for (guint i = 0; found != NULL && i < found->len; i++)
    {
      const UchInvite *invite = g_ptr_array_index (found, i);
      g_autoptr (UchInvite) ended = NULL;

      if (now - invite->created_at > KEPT_MS)
        {
          if (!BACKEND (self, delete_row, &uch_invite_schema, UCH_ENTITY (invite)->id, error))
            return FALSE;
          continue;
        }
      if (invite->used_at != 0)
        continue;
      ended = uch_entity_copy (invite);
      ended->used_at = now;
      if (!BACKEND (self, put_row, ended, 0, error))
        return FALSE;
    }
  return found != NULL;
}

static char *
invite_within (
    UchStore *self, const UchSession *by, const char *staff_id, UchTime now, GError **error)
{
  g_autofree char *id = uch_store_make_id (self, now);
  g_autofree char *secret = uch_store_make_token (self);
  g_autoptr (UchSession) who = uch_store_refresh_session (self, by, now, error);
  g_autoptr (UchAccount) account = NULL;
  g_autoptr (UchInvite) invite = uch_entity_new_of (&uch_invite_schema, id);

  if (who == NULL || !check_may_invite (who, error))
    return NULL;
  account = find_engineer_account (self, staff_id, error);
  if (account == NULL || !end_earlier (self, UCH_ENTITY (account)->id, now, error))
    return NULL;
  invite->secret_hash = uch_store_hash_token (secret);
  invite->account_id = g_strdup (UCH_ENTITY (account)->id);
  invite->created_by = g_strdup (who->account_id);
  invite->created_at = now;
  return BACKEND (self, put_row, invite, 0, error) ? g_steal_pointer (&secret) : NULL;
}

/**
 * uch_store_invite:
 * @self: a store
 * @by: a dispatcher, the head, an admin, or the administration at the store's own machine
 * @staff_id: an engineer with an account
 * @now: the store's clock
 * @error: return location: %UCH_STORE_ERROR_UNKNOWN when he has no account
 *
 * Lets one phone in as this engineer: once, within %UCH_INVITE_LIFE_MS. An earlier invitation that
 * was not used opens nothing any more. The row stays and tells who invited and which session it
 * opened.
 *
 * Returns: (transfer full) (nullable): the secret, told only here; only its hash is kept
 */
char *
uch_store_invite (
    UchStore *self, const UchSession *by, const char *staff_id, UchTime now, GError **error)
{
  g_autofree char *secret = NULL;

  if (!uch_store_begin (self, error))
    return NULL;
  secret = invite_within (self, by, staff_id, now, error);
  if (secret != NULL)
    return uch_store_commit (self, error) ? g_steal_pointer (&secret) : NULL;
  uch_store_rollback (self);
  return NULL;
}

static UchSession *
accept_within (UchStore        *self,
               const char      *secret,
               const UchSignIn *who,
               UchTime          now,
               char           **out_token,
               GError         **error)
{
  g_autofree char *hash = uch_store_hash_token (secret);
  g_autoptr (GPtrArray) found
      = BACKEND (self, find_rows, &uch_invite_schema, "secret_hash", hash, error);
  const UchInvite *invite;
  g_autoptr (UchInvite) used = NULL;
  g_autoptr (UchAccount) account = NULL;
  g_autoptr (UchSession) session = NULL;

  if (found == NULL)
    return NULL;
  invite = found->len > 0 ? g_ptr_array_index (found, 0) : NULL;
  if (invite == NULL || invite->used_at != 0 || now < invite->created_at
      || now - invite->created_at > UCH_INVITE_LIFE_MS)
    {
      g_set_error_literal (error, UCH_STORE_ERROR, UCH_STORE_ERROR_SIGNED_OUT,
                           "This link was used already, or its ten minutes are over");
      return NULL;
    }
  if (!BACKEND (self, get_row, &uch_account_schema, invite->account_id, (gpointer *) &account,
                error))
    return NULL;
  if (account == NULL || account->role != UCH_ROLE_ENGINEER)
    {
      g_set_error_literal (error, UCH_STORE_ERROR, UCH_STORE_ERROR_NOT_ALLOWED,
                           "The phone page is for service engineers");
      return NULL;
    }
  session = uch_store_add_session (self, account, who, now, out_token, error);
  if (session == NULL)
    return NULL;
  used = uch_entity_copy (invite);
  used->used_at = now;
  used->session_id = g_strdup (UCH_ENTITY (session)->id);
  return BACKEND (self, put_row, used, 0, error) ? g_steal_pointer (&session) : NULL;
}

/**
 * uch_store_accept_invite:
 * @self: a store
 * @secret: as it came
 * @who: the phone; its login is not asked for
 * @now: the store's clock
 * @out_token: (out) (transfer full): the session's token, told only here
 * @error: return location: %UCH_STORE_ERROR_SIGNED_OUT when the secret opens nothing, whatever the
 *   reason
 *
 * Signs in with an invitation, which is used up by it.
 *
 * Returns: (transfer full) (nullable): the session
 */
UchSession *
uch_store_accept_invite (UchStore        *self,
                         const char      *secret,
                         const UchSignIn *who,
                         UchTime          now,
                         char           **out_token,
                         GError         **error)
{
  g_autoptr (UchSession) session = NULL;

  *out_token = NULL;
  if (!uch_store_begin (self, error))
    return NULL;
  session = accept_within (self, secret, who, now, out_token, error);
  if (session == NULL)
    uch_store_rollback (self);
  else if (!uch_store_commit (self, error))
    g_clear_object (&session);
  if (session == NULL)
    g_clear_pointer (out_token, g_free);
  return g_steal_pointer (&session);
}

/* What was made for the person on the phone page or for him at a desk; an admin's have names of
 * their own. */
#define OWN_TRACKER "phone page"

static gboolean
end_own_trackers (UchStore *self, const char *staff_id, UchTime now, GError **error)
{
  g_autoptr (GPtrArray) trackers
      = BACKEND (self, find_rows, &uch_tracker_schema, "staff_id", staff_id, error);

  for (guint i = 0; trackers != NULL && i < trackers->len; i++)
    {
      const UchTracker *tracker = g_ptr_array_index (trackers, i);
      g_autoptr (UchTracker) ended = NULL;

      if (tracker->ended_at != 0 || g_strcmp0 (tracker->name, OWN_TRACKER) != 0)
        continue;
      ended = uch_entity_copy (tracker);
      ended->ended_at = now;
      if (!BACKEND (self, put_row, ended, 0, error))
        return FALSE;
    }
  return trackers != NULL;
}

/* The engineer himself, or whoever may invite him. */
static gboolean
check_may_track (UchStore *self, const UchSession *who, const char *staff_id, GError **error)
{
  g_autoptr (UchStaff) staff = NULL;

  if (who->role != UCH_ROLE_ENGINEER || UCH_ENTITY (who)->id == NULL)
    {
      if (!check_may_invite (who, error)
          || (staff_id != NULL
              && !BACKEND (self, get_row, &uch_staff_schema, staff_id, (gpointer *) &staff, error)))
        return FALSE;
      if (staff != NULL && staff->role == UCH_ROLE_ENGINEER && !staff->dismissed)
        return TRUE;
      if (staff == NULL && staff_id != NULL)
        {
          g_set_error_literal (error, UCH_STORE_ERROR, UCH_STORE_ERROR_UNKNOWN,
                               "There is no member of staff of that id");
          return FALSE;
        }
    }
  else if (staff_id != NULL && g_strcmp0 (who->staff_id, staff_id) == 0)
    return TRUE;
  g_set_error_literal (error, UCH_STORE_ERROR, UCH_STORE_ERROR_NOT_ALLOWED,
                       "This is for service engineers' phones");
  return FALSE;
}

/**
 * uch_store_renew_tracker:
 * @self: a store
 * @by: the engineer himself, a dispatcher, the head, or an admin
 * @staff_id: whose phone
 * @now: the store's clock
 * @error: return location: %UCH_STORE_ERROR_NOT_ALLOWED for anybody else
 *
 * Makes a secret for the tracking application on an engineer's phone; the one made so before opens
 * nothing any more.
 *
 * Returns: (transfer full) (nullable): the secret, told only here; see uch_store_add_tracker()
 */
char *
uch_store_renew_tracker (
    UchStore *self, const UchSession *by, const char *staff_id, UchTime now, GError **error)
{
  g_autofree char *id = uch_store_make_id (self, now);
  g_autofree char *secret = uch_store_make_token (self);
  g_autoptr (UchTracker) tracker = uch_entity_new_of (&uch_tracker_schema, id);
  g_autoptr (UchSession) who = NULL;

  if (!uch_store_begin (self, error))
    return NULL;
  who = uch_store_refresh_session (self, by, now, error);
  if (who != NULL && check_may_track (self, who, staff_id, error)
      && end_own_trackers (self, staff_id, now, error))
    {
      tracker->secret_hash = uch_store_hash_token (secret);
      tracker->staff_id = g_strdup (staff_id);
      tracker->name = g_strdup (OWN_TRACKER);
      tracker->created_at = now;
      if (BACKEND (self, put_row, tracker, 0, error))
        return uch_store_commit (self, error) ? g_steal_pointer (&secret) : NULL;
    }
  uch_store_rollback (self);
  return NULL;
}

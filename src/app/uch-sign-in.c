#define G_LOG_DOMAIN "uch-app"

#include "app/uch-sign-in.h"

#include <glib/gi18n.h>
#include <string.h>

#include "replica/uch-replica-db.h"

/* What one attempt carries from step to step. */
typedef struct
{
  UchSignInHow   how;
  UchAccount    *account;  /* owned */
  char          *password; /* owned, nullable; wiped when freed */
  char          *token;    /* owned, nullable */
  GSettings     *settings; /* owned */
  UchSyncClient *sync;     /* owned */
  UchSignInOffer offer;
} Attempt;

static void
wipe (char *secret)
{
  if (secret == NULL)
    return;
  explicit_bzero (secret, strlen (secret));
  g_free (secret);
}

static void
attempt_free (Attempt *attempt)
{
  uch_account_free (attempt->account);
  wipe (attempt->password);
  wipe (attempt->token);
  g_clear_object (&attempt->settings);
  g_clear_object (&attempt->sync);
  uch_sign_in_offer_clear (&attempt->offer);
  g_free (attempt);
}

/**
 * uch_sign_in_offer_clear:
 */
void
uch_sign_in_offer_clear (UchSignInOffer *offer)
{
  g_clear_pointer (&offer->fingerprint, g_free);
}

static void
fail (GTask *task, GError *error)
{
  Attempt         *attempt = g_task_get_task_data (task);
  g_autofree char *folder = uch_account_get_folder (attempt->account);

  attempt->offer.fingerprint = g_strdup (uch_sync_client_get_fingerprint (attempt->sync));
  attempt->offer.has_replica = g_file_test (folder, G_FILE_TEST_IS_DIR);
  g_task_return_error (task, error);
}

static void
token_stored_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (UchSession) session = user_data;
  g_autoptr (GError) error = NULL;

  if (!uch_account_store_token_finish (result, &error))
    {
      g_debug ("the keyring did not take the token: %s", error->message);
      uch_session_set_keyless (session);
    }
}

/* What is needed to sign in once more when the store is back; kept with the session. */
typedef struct
{
  char *login;    /* owned */
  char *password; /* owned, nullable once used; wiped */
  char *tried;    /* owned, nullable: being tried just now; wiped */
} Later;

static void
later_free (Later *later)
{
  g_free (later->login);
  wipe (later->password);
  wipe (later->tried);
  g_free (later);
}

static void
signed_in_later_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (UchSession) session = user_data;
  g_autoptr (GError) error = NULL;
  UchSyncClient *sync = UCH_SYNC_CLIENT (source);
  char          *token = uch_sync_client_sign_in_finish (sync, result, &error);
  UchReplica    *replica = uch_session_get_replica (session);

  if (token == NULL)
    {
      Later *later = g_object_get_data (G_OBJECT (session), "sign-in-later");

      /* Away again: from the beginning, with the same password. A wrong one is not tried twice. */
      if (uch_sign_in_is_network_error (error))
        {
          later->password = g_steal_pointer (&later->tried);
          uch_sync_client_start (sync, replica, "");
        }
      return;
    }
  uch_replica_set_actor (replica, uch_sync_client_get_staff_id (sync),
                         uch_sync_client_get_role (sync), g_get_host_name ());
  uch_sync_client_start (sync, replica, token);
  wipe (token);
}

/* The store answers again and wants to know who is there: the password typed while it was away. */
static void
state_changed_cb (UchSyncClient *sync, GParamSpec *pspec, UchSession *session)
{
  Later *later = g_object_get_data (G_OBJECT (session), "sign-in-later");
  char  *password = NULL;

  if (uch_sync_client_get_state (sync) != UCH_SYNC_REFUSED || later->password == NULL)
    return;
  password = g_steal_pointer (&later->password);
  uch_sync_client_sign_in_async (sync, later->login, password, NULL, signed_in_later_cb,
                                 g_object_ref (session));
  wipe (password);
}

static void
sign_in_later (Attempt *attempt, UchSession *session)
{
  Later *later = NULL;

  if (attempt->password == NULL)
    return;
  later = g_new0 (Later, 1);
  later->login = g_strdup (attempt->account->login);
  later->password = g_strdup (attempt->password);
  g_object_set_data_full (G_OBJECT (session), "sign-in-later", later, (GDestroyNotify) later_free);
  g_signal_connect_object (attempt->sync, "notify::state", G_CALLBACK (state_changed_cb), session,
                           0);
}

static void
opened_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (GTask) task = user_data;
  g_autoptr (UchReplica) replica = NULL;
  g_autoptr (UchSession) session = NULL;
  Attempt *attempt = g_task_get_task_data (task);
  GError  *error = NULL;

  replica = uch_replica_open_finish (result, &error);
  if (replica == NULL)
    {
      fail (task, error);
      return;
    }
  if (uch_sync_client_get_staff_id (attempt->sync) != NULL)
    uch_replica_set_actor (replica, uch_sync_client_get_staff_id (attempt->sync),
                           uch_sync_client_get_role (attempt->sync), g_get_host_name ());
  else if (uch_replica_get_actor (replica)->staff_id == NULL)
    {
      uch_replica_close (replica);
      fail (task, g_error_new_literal (UCH_SYNC_ERROR, UCH_SYNC_ERROR_SIGNED_OUT,
                                       "this desk has no copy of this person's office"));
      return;
    }
  uch_account_save (attempt->account, attempt->settings);
  session = uch_session_new (replica, attempt->sync, attempt->settings);
  if (attempt->how == UCH_SIGN_IN_OFFLINE)
    sign_in_later (attempt, session);
  /* Without a token the store will refuse, which says that it is there again. */
  uch_sync_client_start (attempt->sync, replica, attempt->token != NULL ? attempt->token : "");
  if (attempt->how == UCH_SIGN_IN_PASSWORD)
    uch_account_store_token_async (attempt->account, attempt->token, NULL, token_stored_cb,
                                   g_object_ref (session));
  g_task_return_pointer (task, g_steal_pointer (&session), g_object_unref);
}

static void
open_replica (GTask *task)
{
  Attempt         *attempt = g_task_get_task_data (task);
  g_autofree char *folder = uch_account_get_folder (attempt->account);

  uch_replica_open_async (folder, attempt->account->store_url, g_task_get_cancellable (task),
                          opened_cb, g_object_ref (task));
}

static void
signed_in_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (GTask) task = user_data;
  Attempt *attempt = g_task_get_task_data (task);
  GError  *error = NULL;

  attempt->token = uch_sync_client_sign_in_finish (UCH_SYNC_CLIENT (source), result, &error);
  if (attempt->token == NULL)
    fail (task, error);
  else
    open_replica (task);
}

static void
token_found_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (GTask) task = user_data;
  g_autoptr (GError) error = NULL;
  Attempt *attempt = g_task_get_task_data (task);

  attempt->token = uch_account_lookup_token_finish (result, &error);
  attempt->offer.no_keyring = error != NULL;
  if (attempt->token == NULL)
    fail (task, g_error_new_literal (UCH_SYNC_ERROR, UCH_SYNC_ERROR_SIGNED_OUT,
                                     error != NULL ? error->message : "no token is kept"));
  else
    open_replica (task);
}

/**
 * uch_sign_in_async:
 * @password: (nullable): needed for %UCH_SIGN_IN_PASSWORD
 * @settings: where the account is remembered when it has come to a session
 */
void
uch_sign_in_async (UchSignInHow        how,
                   const UchAccount   *account,
                   const char         *password,
                   GSettings          *settings,
                   GCancellable       *cancellable,
                   GAsyncReadyCallback callback,
                   gpointer            user_data)
{
  g_autoptr (GTask) task = g_task_new (NULL, cancellable, callback, user_data);
  g_autofree char *device_id = uch_account_dup_device (settings);
  Attempt         *attempt = g_new0 (Attempt, 1);

  attempt->how = how;
  attempt->account = uch_account_copy (account);
  attempt->password = g_strdup (password);
  attempt->settings = g_object_ref (settings);
  attempt->sync = uch_sync_client_new (account->store_url, account->pinned, device_id);
  g_task_set_task_data (task, attempt, (GDestroyNotify) attempt_free);
  switch (how)
    {
    case UCH_SIGN_IN_PASSWORD:
      uch_sync_client_sign_in_async (attempt->sync, account->login, password, cancellable,
                                     signed_in_cb, g_object_ref (task));
      break;
    case UCH_SIGN_IN_RESUME:
      uch_account_lookup_token_async (account, cancellable, token_found_cb, g_object_ref (task));
      break;
    case UCH_SIGN_IN_OFFLINE:
      open_replica (task);
      break;
    default:
      g_assert_not_reached ();
    }
}

/**
 * uch_sign_in_finish:
 * @out_offer: (out): what can be done about a failure; clear with uch_sign_in_offer_clear()
 * @error: of %UCH_SYNC_ERROR, or what opening the replica said
 *
 * Returns: (transfer full) (nullable): the signed-in office
 */
UchSession *
uch_sign_in_finish (GAsyncResult *result, UchSignInOffer *out_offer, GError **error)
{
  Attempt *attempt = g_task_get_task_data (G_TASK (result));

  *out_offer = attempt->offer;
  attempt->offer = (UchSignInOffer){ 0 };
  return g_task_propagate_pointer (G_TASK (result), error);
}

static const struct
{
  UchSyncError code;
  const char  *text;
} error_texts[] = {
  { UCH_SYNC_ERROR_WRONG_PASSWORD, N_ ("Login or password is wrong.") },
  { UCH_SYNC_ERROR_NO_SUCH_HOST, N_ ("There is no such address. Check how it is spelled.") },
  { UCH_SYNC_ERROR_NO_CONNECTION,
    N_ ("The store does not answer. Check the network, or ask whether the store is running.") },
  { UCH_SYNC_ERROR_NOT_A_STORE,
    N_ ("Something answers at this address, but it is not a store of Uchastok.") },
  { UCH_SYNC_ERROR_UNKNOWN_CERTIFICATE, N_ ("The store has its own certificate.") },
  { UCH_SYNC_ERROR_CERTIFICATE_CHANGED,
    N_ ("The store's certificate is not the one you agreed to. Somebody may be listening: ask the "
        "administrator before you go on.") },
  { UCH_SYNC_ERROR_EXPIRED_CERTIFICATE,
    N_ ("The store's certificate has expired. The administrator has to renew it.") },
  { UCH_SYNC_ERROR_CLOCK_WRONG,
    N_ ("The clock of this computer differs from the store's. Set date and time right.") },
  { UCH_SYNC_ERROR_STORE_TOO_OLD,
    N_ ("The store is older than this program. The administrator has to update it.") },
  { UCH_SYNC_ERROR_STORE_TOO_NEW, N_ ("The store is newer than this program. Update it.") },
  { UCH_SYNC_ERROR_SIGNED_OUT, N_ ("Please sign in again.") },
  { UCH_SYNC_ERROR_TOO_MANY, N_ ("Too many attempts. Wait a minute and try again.") },
  { UCH_SYNC_ERROR_BAD_ADDRESS,
    N_ ("This is not an address of a store, such as store.example:8443.") },
  { UCH_SYNC_ERROR_OTHER_OFFICE, N_ ("At this address is another office now. Nothing of yours was "
                                     "sent there; it is kept for the "
                                     "former one. Sign in again to work for the new one.") },
};

/**
 * uch_sign_in_describe_reason:
 * @code: of %UCH_SYNC_ERROR, or −1
 *
 * Returns: (nullable): what happened and what to do; static
 */
const char *
uch_sign_in_describe_reason (int code)
{
  for (guint i = 0; i < G_N_ELEMENTS (error_texts); i++)
    if ((int) error_texts[i].code == code)
      return _ (error_texts[i].text);
  return NULL;
}

/**
 * uch_sign_in_describe_error:
 *
 * Returns: (transfer full): what happened and what to do, a sentence or two
 */
char *
uch_sign_in_describe_error (const GError *error)
{
  if (error->domain == UCH_SYNC_ERROR && uch_sign_in_describe_reason (error->code) != NULL)
    return g_strdup (uch_sign_in_describe_reason (error->code));
  if (g_error_matches (error, UCH_REPLICA_ERROR, UCH_REPLICA_ERROR_IN_USE))
    return g_strdup (_ ("This person's desk is open on this computer already."));
  return g_strdup_printf (_ ("It did not work: %s"), error->message);
}

/**
 * uch_sign_in_is_network_error:
 *
 * Returns: whether it is only that the store can't be reached now; something else answering in its
 *     place (a captive portal, a proxy that hangs up) is the same to whoever has a copy here
 */
gboolean
uch_sign_in_is_network_error (const GError *error)
{
  return g_error_matches (error, UCH_SYNC_ERROR, UCH_SYNC_ERROR_NO_CONNECTION)
         || g_error_matches (error, UCH_SYNC_ERROR, UCH_SYNC_ERROR_NO_SUCH_HOST)
         || g_error_matches (error, UCH_SYNC_ERROR, UCH_SYNC_ERROR_NOT_A_STORE);
}

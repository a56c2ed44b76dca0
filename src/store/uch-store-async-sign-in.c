/* Signing in without holding up anybody: look up, check the password elsewhere, make the session.
 */

#define G_LOG_DOMAIN "uch-store"

#include <sodium.h>
#include <string.h>

#include "db/uch-db-worker.h"
#include "store/uch-store-async-private.h"

/* Passwords that wait to be checked: some seconds of work. Beyond that nobody would wait. */
#define QUEUE_MAX 40
#define QUEUE_WAIT_MS (3 * UCH_SECOND_MS)

typedef struct
{
  UchSignIn who; /* its strings are owned */
  char     *password;
  UchTime   now;
  UchTime   wait_ms;
  char     *encoded;
  gboolean  fits;
  char     *token; /* (nullable): the result */
} SignIn;

static void
sign_in_free (gpointer data)
{
  SignIn *self = data;

  g_free ((char *) self->who.login);
  g_free ((char *) self->who.address);
  g_free ((char *) self->who.device_id);
  g_free ((char *) self->who.device);
  g_free ((char *) self->who.app);
  sodium_memzero (self->password, strlen (self->password));
  g_free (self->password);
  g_free (self->encoded);
  g_free (self->token);
  g_free (self);
}

static gpointer
finish_func (UchStore *store, gpointer data, GError **error)
{
  SignIn *self = data;

  return uch_store_finish_sign_in (store, &self->who, self->fits, self->now, &self->token, error);
}

static void
finished_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (GTask) outer = user_data;
  GError     *error = NULL;
  UchSession *session = uch_store_async_finish (UCH_STORE_ASYNC (source), result, &error);

  if (error != NULL)
    g_task_return_error (outer, error);
  else
    g_task_return_pointer (outer, session, g_object_unref);
}

static void
verify_job (UchDbWorker *worker, GTask *task, gpointer data)
{
  SignIn *self = data;

  self->fits = uch_password_verify (self->password, self->encoded);
  g_task_return_boolean (task, TRUE);
}

static void
verified_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (GTask) outer = user_data;
  GError *error = NULL;

  if (!g_task_propagate_boolean (G_TASK (result), &error))
    {
      g_task_return_error (outer, error);
      return;
    }
  uch_store_async_write (g_task_get_source_object (outer), finish_func,
                         g_task_get_task_data (outer), NULL, g_object_unref,
                         g_task_get_cancellable (outer), finished_cb, g_object_ref (outer));
}

static gpointer
begin_func (UchStore *store, gpointer data, GError **error)
{
  SignIn *self = data;

  self->encoded = uch_store_begin_sign_in (store, &self->who, self->now, &self->wait_ms, error);
  return NULL;
}

static void
begun_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (GTask) outer = user_data;
  GError *error = NULL;

  uch_store_async_finish (UCH_STORE_ASYNC (source), result, &error);
  if (error != NULL)
    {
      g_task_return_error (outer, error);
      return;
    }
  if (uch_db_worker_get_n_queued (uch_store_async_get_hasher (UCH_STORE_ASYNC (source)))
      > QUEUE_MAX)
    {
      ((SignIn *) g_task_get_task_data (outer))->wait_ms = QUEUE_WAIT_MS;
      g_task_return_new_error (outer, UCH_STORE_ERROR, UCH_STORE_ERROR_WAIT,
                               "Too many people sign in at this moment: wait %d s",
                               (int) (QUEUE_WAIT_MS / UCH_SECOND_MS));
      return;
    }
  uch_db_worker_run_async (uch_store_async_get_hasher (UCH_STORE_ASYNC (source)), verify_job,
                           g_task_get_task_data (outer), NULL, g_task_get_cancellable (outer),
                           verified_cb, g_object_ref (outer));
}

/**
 * uch_store_async_sign_in:
 * @self: a store
 * @who: the login, and where it comes from; copied
 * @password: what was typed; copied, and overwritten afterwards
 * @now: the store's clock
 * @cancellable: (nullable): stops it between its steps
 * @callback: called in the caller's main context
 * @user_data: for @callback
 *
 * As uch_store_sign_in(), with the password checked on a thread of its own, one at a time: 64 MiB
 * each must not become gigabytes when everybody signs in at nine o'clock.
 */
void
uch_store_async_sign_in (UchStoreAsync      *self,
                         const UchSignIn    *who,
                         const char         *password,
                         UchTime             now,
                         GCancellable       *cancellable,
                         GAsyncReadyCallback callback,
                         gpointer            user_data)
{
  GTask  *outer = g_task_new (self, cancellable, callback, user_data);
  SignIn *data = g_new0 (SignIn, 1);

  data->who.login = g_strdup (who->login);
  data->who.address = g_strdup (who->address);
  data->who.kind = who->kind;
  data->who.device_id = g_strdup (who->device_id);
  data->who.device = g_strdup (who->device);
  data->who.app = g_strdup (who->app);
  data->password = g_strdup (password);
  data->now = now;
  g_task_set_source_tag (outer, uch_store_async_sign_in);
  g_task_set_check_cancellable (outer, FALSE);
  g_task_set_task_data (outer, data, sign_in_free);
  uch_store_async_read (self, begin_func, data, NULL, NULL, cancellable, begun_cb, outer);
}

/**
 * uch_store_async_sign_in_finish:
 * @self: a store
 * @result: as given to the callback
 * @out_token: (out) (transfer full) (nullable): the token, told only here
 * @out_wait_ms: (out): after %UCH_STORE_ERROR_WAIT: how long
 * @error: return location
 *
 * Returns: (transfer full) (nullable): the session
 */
UchSession *
uch_store_async_sign_in_finish (UchStoreAsync *self,
                                GAsyncResult  *result,
                                char         **out_token,
                                UchTime       *out_wait_ms,
                                GError       **error)
{
  SignIn     *data = g_task_get_task_data (G_TASK (result));
  UchSession *session = g_task_propagate_pointer (G_TASK (result), error);

  *out_wait_ms = data->wait_ms;
  *out_token = session != NULL ? g_steal_pointer (&data->token) : NULL;
  return session;
}

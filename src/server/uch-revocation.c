/* Sessions that end while somebody is connected: told here, told by another process, or found by
 * looking, since an administrator's command or the clock tells nobody. */
#define G_LOG_DOMAIN "uch-server"

#include <string.h>

#include "server/uch-server-private.h"

/* Sessions looked at in one tick; with more connections it takes several ticks to come round. */
#define LOOKS_MAX 200

/* What is asked: tokens; what is answered: for each the session as it is now, or NULL. */
typedef struct
{
  UchServer *server; /* (owned) */
  GPtrArray *ids;    /* of text: the sessions */
  GPtrArray *tokens; /* of text */
} Look;

static void
look_free (gpointer data)
{
  Look *look = data;

  g_object_unref (look->server);
  g_ptr_array_unref (look->ids);
  g_ptr_array_unref (look->tokens);
  g_free (look);
}

static void
unref_session (gpointer session)
{
  if (session != NULL)
    g_object_unref (session);
}

static gpointer
look_func (UchStore *store, gpointer data, GError **error)
{
  Look *look = data;
  g_autoptr (GPtrArray) found = g_ptr_array_new_with_free_func (unref_session);

  for (guint i = 0; i < look->tokens->len; i++)
    {
      g_autoptr (GError) local_error = NULL;
      UchSession *session = uch_store_authenticate (store, g_ptr_array_index (look->tokens, i),
                                                    uch_server_now (), &local_error);

      if (session == NULL
          && !g_error_matches (local_error, UCH_STORE_ERROR, UCH_STORE_ERROR_SIGNED_OUT))
        {
          g_propagate_error (error, g_steal_pointer (&local_error));
          return NULL;
        }
      g_ptr_array_add (found, session);
    }
  return g_steal_pointer (&found);
}

static void
looked_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  Look *look = user_data;
  g_autoptr (GError) error = NULL;
  g_autoptr (GPtrArray) found = uch_store_async_finish (UCH_STORE_ASYNC (source), result, &error);

  look->server->looking = FALSE;
  if (found == NULL)
    g_message ("cannot tell whose session has ended: %s", error->message);
  for (guint i = 0; found != NULL && i < found->len; i++)
    {
      const UchSession *session = g_ptr_array_index (found, i);

      if (session == NULL)
        uch_server_end_here (look->server, g_ptr_array_index (look->ids, i));
      else if (look->server->live != NULL)
        uch_live_refresh_session (look->server->live, session);
    }
  look_free (look);
}

/* Adds sessions that are connected, from the @skip-th on, in the order in which they came. */
static void
collect (UchServer *self, Look *look, guint skip)
{
  for (guint i = 0; i < self->waiters->len; i++)
    {
      const UchRequest *request = g_ptr_array_index (self->waiters, i);

      g_ptr_array_add (look->ids, g_strdup (request->session->parent.id));
      g_ptr_array_add (look->tokens, g_strdup (request->token));
    }
  uch_live_list_sessions (self->live, skip, LOOKS_MAX, look->ids, look->tokens);
}

/**
 * uch_server_check_sessions:
 *
 * Looks whether those who are connected still may be: their connection ends within a tick or two of
 * their session, whoever ended it.
 */
void
uch_server_check_sessions (UchServer *self)
{
  Look *look;

  if (self->looking || self->live == NULL)
    return;
  look = g_new0 (Look, 1);
  look->server = g_object_ref (self);
  look->ids = g_ptr_array_new_with_free_func (g_free);
  look->tokens = g_ptr_array_new_with_free_func (g_free);
  if (self->looked >= uch_live_get_n_clients (self->live))
    self->looked = 0;
  collect (self, look, self->looked);
  self->looked += LOOKS_MAX;
  if (look->tokens->len == 0)
    {
      look_free (look);
      return;
    }
  self->looking = TRUE;
  uch_store_async_read (self->store, look_func, look, NULL, (GDestroyNotify) g_ptr_array_unref,
                        NULL, looked_cb, look);
}

/**
 * uch_server_end_here:
 *
 * Nobody goes on with this session at this process: its live connection is closed, its long polls
 * are refused.
 */
void
uch_server_end_here (UchServer *self, const char *session_id)
{
  if (self->live != NULL)
    uch_live_end_session (self->live, session_id);
  uch_feed_end_session (self, session_id);
}

/**
 * uch_server_end_session:
 *
 * As uch_server_end_here(), at every process of this store.
 */
void
uch_server_end_session (UchServer *self, const char *session_id)
{
  uch_server_end_here (self, session_id);
  if (self->relay != NULL)
    uch_relay_tell_session_ended (self->relay, session_id);
}

/* Signing in and out, and the look at a sensitive field. */
#define G_LOG_DOMAIN "uch-replica"

#include <string.h>

#include "replica/uch-sync-client-private.h"

static void
add_text (JsonBuilder *builder, const char *name, const char *value)
{
  json_builder_set_member_name (builder, name);
  json_builder_add_string_value (builder, value != NULL ? value : "");
}

static char *
finish_object (JsonBuilder *builder)
{
  g_autoptr (JsonNode) root = NULL;

  json_builder_end_object (builder);
  root = json_builder_get_root (builder);
  return uch_wire_print_json (root);
}

static char *
make_sign_in (UchSyncClient *self, const char *login, const char *password)
{
  g_autoptr (JsonBuilder) builder = json_builder_new ();

  json_builder_begin_object (builder);
  add_text (builder, "login", login);
  add_text (builder, "password", password);
  json_builder_set_member_name (builder, "device");
  json_builder_begin_object (builder);
  add_text (builder, "id", self->device_id);
  add_text (builder, "name", g_get_host_name ());
  add_text (builder, "app", "uchastok " UCH_VERSION);
  json_builder_end_object (builder);
  return finish_object (builder);
}

static const char *
get_text (JsonObject *object, const char *name)
{
  JsonNode *node = json_object_get_member (object, name);

  return node != NULL && json_node_get_value_type (node) == G_TYPE_STRING
             ? json_node_get_string (node)
             : NULL;
}

static gint64
get_int (JsonObject *object, const char *name)
{
  JsonNode *node = object != NULL ? json_object_get_member (object, name) : NULL;

  return node != NULL && json_node_get_value_type (node) == G_TYPE_INT64 ? json_node_get_int (node)
                                                                         : 0;
}

static gboolean
check_schema (JsonObject *welcome, GError **error)
{
  JsonNode   *node = json_object_get_member (welcome, "schema");
  JsonObject *schema
      = node != NULL && JSON_NODE_HOLDS_OBJECT (node) ? json_node_get_object (node) : NULL;

  if (get_int (schema, "min") > UCH_WIRE_VERSION)
    {
      g_set_error_literal (error, UCH_SYNC_ERROR, UCH_SYNC_ERROR_STORE_TOO_NEW,
                           "The store is newer than this program: update the program");
      return FALSE;
    }
  if (get_int (schema, "cur") < UCH_WIRE_VERSION_MIN)
    {
      g_set_error_literal (error, UCH_SYNC_ERROR, UCH_SYNC_ERROR_STORE_TOO_OLD,
                           "The store is older than this program: update the store");
      return FALSE;
    }
  return TRUE;
}

/* Takes who has signed in; gives the token. */
static char *
take_welcome (UchSyncClient *self, const UchSyncReply *reply, GError **error)
{
  g_autoptr (JsonNode) root = NULL;
  JsonObject *welcome = uch_sync_reply_parse (reply, &root, error);
  const char *token, *role, *staff;
  int         index;

  if (welcome == NULL || !check_schema (welcome, error))
    return NULL;
  token = get_text (welcome, "token");
  role = get_text (welcome, "role");
  staff = get_text (welcome, "staff");
  index = role != NULL ? uch_nick_index (uch_role_nicks, role) : -1;
  if (token == NULL || index < 0)
    {
      g_set_error_literal (error, UCH_SYNC_ERROR, UCH_SYNC_ERROR_NOT_A_STORE,
                           "What answers there is no store of Uchastok");
      return NULL;
    }
  if (staff == NULL)
    {
      /* An administrator who is nobody's colleague acts under his login. */
      staff = get_text (welcome, "user");
    }
  g_free (self->staff_id);
  self->staff_id = g_strdup (staff);
  self->role = (UchRole) index;
  g_free (self->http->token);
  self->http->token = g_strdup (token);
  uch_sync_client_note_time (self, get_int (welcome, "time"));
  return g_strdup (token);
}

static void
signed_in_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (GTask) task = user_data;
  UchSyncClient *self = g_task_get_source_object (task);
  GError        *error = NULL;
  g_autoptr (UchSyncReply) reply = uch_sync_http_send_finish (result, &error);
  char *token;

  if (reply != NULL)
    error = uch_sync_reply_dup_error (reply);
  token = error == NULL ? take_welcome (self, reply, &error) : NULL;
  if (token != NULL)
    g_task_return_pointer (task, token, g_free);
  else
    g_task_return_error (task, error);
}

void
uch_sync_client_sign_in_async (UchSyncClient      *self,
                               const char         *login,
                               const char         *password,
                               GCancellable       *cancellable,
                               GAsyncReadyCallback callback,
                               gpointer            user_data)
{
  GTask           *task = g_task_new (self, cancellable, callback, user_data);
  g_autofree char *body = make_sign_in (self, login, password);

  g_task_set_source_tag (task, uch_sync_client_sign_in_async);
  g_clear_pointer (&self->http->token, g_free);
  uch_sync_http_send_async (self->http, "POST", "/v1/session", body, cancellable, signed_in_cb,
                            task);
}

/**
 * uch_sync_client_sign_in_finish:
 *
 * Errors: %UCH_SYNC_ERROR. With %UCH_SYNC_ERROR_UNKNOWN_CERTIFICATE the person may look at
 * uch_sync_client_get_fingerprint() and try again with a client that pins it; nothing was sent.
 *
 * Returns: (transfer full) (nullable): the token, for the keyring
 */
char *
uch_sync_client_sign_in_finish (UchSyncClient *self, GAsyncResult *result, GError **error)
{
  return g_task_propagate_pointer (G_TASK (result), error);
}

static void
signed_out_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (GTask) task = user_data;
  UchSyncClient *self = g_task_get_source_object (task);
  GError        *error = NULL;
  g_autoptr (UchSyncReply) reply = uch_sync_http_send_finish (result, &error);

  if (reply != NULL)
    error = uch_sync_reply_dup_error (reply);
  g_clear_pointer (&self->http->token, g_free);
  /* A token that the store no longer knows is what was wanted. */
  if (g_error_matches (error, UCH_SYNC_ERROR, UCH_SYNC_ERROR_SIGNED_OUT))
    g_clear_error (&error);
  if (error == NULL)
    g_task_return_boolean (task, TRUE);
  else
    g_task_return_error (task, error);
}

void
uch_sync_client_sign_out_async (UchSyncClient      *self,
                                GCancellable       *cancellable,
                                GAsyncReadyCallback callback,
                                gpointer            user_data)
{
  GTask *task = g_task_new (self, cancellable, callback, user_data);

  g_task_set_source_tag (task, uch_sync_client_sign_out_async);
  uch_sync_client_stop (self);
  uch_sync_photos_forget ();
  uch_sync_http_send_async (self->http, "DELETE", "/v1/session", NULL, cancellable, signed_out_cb,
                            task);
}

/**
 * uch_sync_client_sign_out_finish:
 *
 * The token is forgotten here in any case; on an error the store may still take it until it
 * expires.
 */
gboolean
uch_sync_client_sign_out_finish (UchSyncClient *self, GAsyncResult *result, GError **error)
{
  return g_task_propagate_boolean (G_TASK (result), error);
}

static void
revealed_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (GTask) task = user_data;
  GError *error = NULL;
  g_autoptr (UchSyncReply) reply = uch_sync_http_send_finish (result, &error);
  g_autoptr (JsonNode) root = NULL;
  JsonObject *object = NULL;

  if (reply != NULL)
    error = uch_sync_reply_dup_error (reply);
  if (error == NULL)
    object = uch_sync_reply_parse (reply, &root, &error);
  if (object != NULL)
    g_task_return_pointer (task, g_strdup (get_text (object, "value")), g_free);
  else
    g_task_return_error (task, error);
}

void
uch_sync_client_reveal_async (UchSyncClient      *self,
                              UchTable            table,
                              const char         *id,
                              const char         *field,
                              GCancellable       *cancellable,
                              GAsyncReadyCallback callback,
                              gpointer            user_data)
{
  GTask *task = g_task_new (self, cancellable, callback, user_data);
  g_autoptr (JsonBuilder) builder = json_builder_new ();
  g_autofree char *body = NULL;

  g_task_set_source_tag (task, uch_sync_client_reveal_async);
  json_builder_begin_object (builder);
  add_text (builder, "table", uch_schema_get (table)->name);
  add_text (builder, "id", id);
  add_text (builder, "field", field);
  body = finish_object (builder);
  uch_sync_http_send_async (self->http, "POST", "/v1/reveal", body, cancellable, revealed_cb, task);
}

/**
 * uch_sync_client_reveal_finish:
 *
 * Returns: (transfer full) (nullable): the value; %NULL without an error when it is empty
 */
char *
uch_sync_client_reveal_finish (UchSyncClient *self, GAsyncResult *result, GError **error)
{
  return g_task_propagate_pointer (G_TASK (result), error);
}

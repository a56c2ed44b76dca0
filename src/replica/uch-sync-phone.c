/* Links by which an engineer's phone comes to the store. */
#define G_LOG_DOMAIN "uch-replica"

#include <string.h>

#include "replica/uch-sync-client-private.h"

/* A QR code has at most 177 rows (ISO/IEC 18004, version 40). */
#define ROWS_MAX 177

void
uch_phone_link_free (UchPhoneLink *self)
{
  if (self == NULL)
    return;
  g_free (self->url);
  g_strfreev (self->modules);
  g_free (self);
}

/* The rows of a square of "0" and "1"; else NULL. */
static char **
read_modules (JsonObject *answer)
{
  JsonNode  *node = json_object_get_member (answer, "modules");
  JsonArray *array
      = node != NULL && JSON_NODE_HOLDS_ARRAY (node) ? json_node_get_array (node) : NULL;
  guint n = array != NULL ? json_array_get_length (array) : 0;
  g_autoptr (GStrvBuilder) rows = g_strv_builder_new ();

  if (n == 0 || n > ROWS_MAX)
    return NULL;
  for (guint i = 0; i < n; i++)
    {
      JsonNode   *one = json_array_get_element (array, i);
      const char *row
          = json_node_get_value_type (one) == G_TYPE_STRING ? json_node_get_string (one) : "";

      if (strlen (row) != n || strspn (row, "01") != n)
        return NULL;
      g_strv_builder_add (rows, row);
    }
  return g_strv_builder_end (rows);
}

static UchPhoneLink *
read_link (const UchSyncReply *reply, GError **error)
{
  g_autoptr (JsonNode) root = NULL;
  JsonObject *answer = uch_sync_reply_parse (reply, &root, error);
  g_auto (GStrv) modules = answer != NULL ? read_modules (answer) : NULL;
  const char   *url = uch_sync_reply_get_text (root, "url");
  UchPhoneLink *link;

  if (answer == NULL)
    return NULL;
  if (url == NULL || modules == NULL)
    {
      g_set_error_literal (error, UCH_SYNC_ERROR, UCH_SYNC_ERROR_NOT_A_STORE,
                           "What answers there is no store of Uchastok");
      return NULL;
    }
  link = g_new0 (UchPhoneLink, 1);
  link->url = g_strdup (url);
  link->modules = g_steal_pointer (&modules);
  link->until = json_object_get_int_member_with_default (answer, "until", 0);
  return link;
}

static void
linked_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (GTask) task = user_data;
  GError *error = NULL;
  g_autoptr (UchSyncReply) reply = uch_sync_http_send_finish (result, &error);
  UchPhoneLink *link = NULL;

  if (reply != NULL)
    error = uch_sync_reply_dup_error (reply);
  if (error == NULL)
    link = read_link (reply, &error);
  if (link != NULL)
    g_task_return_pointer (task, link, (GDestroyNotify) uch_phone_link_free);
  else
    g_task_return_error (task, error);
}

/**
 * uch_sync_client_make_phone_link_async:
 * @kind: what the phone is to do with it
 * @staff_id: an engineer; for %UCH_PHONE_LINK_SIGN_IN one with an account
 *
 * Needs a network: the store makes the secret and keeps its hash alone.
 */
void
uch_sync_client_make_phone_link_async (UchSyncClient      *self,
                                       UchPhoneLinkKind    kind,
                                       const char         *staff_id,
                                       GCancellable       *cancellable,
                                       GAsyncReadyCallback callback,
                                       gpointer            user_data)
{
  GTask *task = g_task_new (self, cancellable, callback, user_data);
  g_autoptr (JsonBuilder) builder = json_builder_new ();
  g_autoptr (JsonNode) root = NULL;
  g_autofree char *body = NULL;

  g_task_set_source_tag (task, uch_sync_client_make_phone_link_async);
  json_builder_begin_object (builder);
  json_builder_set_member_name (builder, "staff");
  json_builder_add_string_value (builder, staff_id);
  json_builder_end_object (builder);
  root = json_builder_get_root (builder);
  body = uch_wire_print_json (root);
  uch_sync_http_send_async (
      self->http, "POST", kind == UCH_PHONE_LINK_SIGN_IN ? "/v1/phone/invite" : "/v1/phone/tracker",
      body, cancellable, linked_cb, task);
}

/**
 * uch_sync_client_make_phone_link_finish:
 *
 * Errors: %UCH_SYNC_ERROR; %UCH_SYNC_ERROR_FAILED when he has no account or this role may not.
 *
 * Returns: (transfer full) (nullable): the link; shown once, kept nowhere
 */
UchPhoneLink *
uch_sync_client_make_phone_link_finish (UchSyncClient *self, GAsyncResult *result, GError **error)
{
  return g_task_propagate_pointer (G_TASK (result), error);
}

/* Operations in, verdicts out; and the look at a sensitive field. */
#define G_LOG_DOMAIN "uch-server"

#include <string.h>

#include "server/uch-server-private.h"
#include "sync/uch-wire.h"

/* Pushes that wait for the writer; beyond that the client keeps its own queue. */
#define QUEUE_MAX 512

static void
pushed_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (UchRequest) request = user_data;
  g_autoptr (GError) error = NULL;
  gint64 last_mid = 0, head = 0;
  g_autoptr (GPtrArray) acks
      = uch_store_async_push_finish (UCH_STORE_ASYNC (source), result, &last_mid, &head, &error);
  g_autoptr (GPtrArray) wire = NULL;

  if (g_error_matches (error, UCH_STORE_ERROR, UCH_STORE_ERROR_MID_GAP))
    {
      uch_request_refuse_with (request, SOUP_STATUS_CONFLICT, "mid_gap", "ops[0].mid",
                               error->message, "last_mid", g_variant_new_int64 (last_mid), NULL);
      return;
    }
  if (g_error_matches (error, UCH_STORE_ERROR, UCH_STORE_ERROR_INVALID))
    {
      uch_request_refuse (request, SOUP_STATUS_BAD_REQUEST, "invalid", "client", "%s",
                          error->message);
      return;
    }
  if (acks == NULL)
    {
      uch_request_fail (request, error);
      return;
    }
  wire = g_ptr_array_new_full (acks->len, g_free);
  for (guint i = 0; i < acks->len; i++)
    { /* all in it is borrowed */
      const UchStoreAck *ack = g_ptr_array_index (acks, i);
      UchWireAck        *out = g_new0 (UchWireAck, 1);

      out->mid = ack->mid;
      out->kind = ack->kind;
      out->seq = ack->seq;
      out->refusal = ack->refusal;
      out->field = ack->field;
      out->current = ack->current;
      g_ptr_array_add (wire, out);
    }
  request->server->metrics.pushes++;
  request->server->metrics.operations += acks->len;
  uch_request_answer_json (request, uch_wire_encode_acks (wire, last_mid, head));
  uch_server_announce (request->server, head);
}

static GPtrArray *
take_ops (GPtrArray *wire)
{
  GPtrArray *ops = g_ptr_array_new_full (wire->len, (GDestroyNotify) uch_store_op_free);

  for (guint i = 0; i < wire->len; i++)
    {
      UchWireOp *op = g_ptr_array_index (wire, i);

      g_ptr_array_add (ops, uch_store_op_new (op->mid, op->command));
    }
  return ops;
}

static void
post_push (UchRequest *request)
{
  UchServer       *server = request->server;
  g_autofree char *store = NULL;
  g_autofree char *client = NULL;
  g_autoptr (GPtrArray) wire = NULL;
  g_autoptr (GPtrArray) ops = NULL;
  g_autoptr (GError) error = NULL;

  if (!uch_wire_decode_push_within ((const char *) request->body->data, request->body->len,
                                    &server->limits.versions, &store, &client, &wire, &error))
    {
      uch_request_fail (request, error);
      return;
    }
  if (strcmp (store, uch_store_async_get_uuid (server->store)) != 0)
    {
      uch_request_refuse_epoch (request, "store",
                                "These operations are for another store, or for this one before it "
                                "was restored from a backup");
      return;
    }
  if (uch_store_async_get_n_queued (server->store) > QUEUE_MAX)
    {
      soup_message_headers_replace (soup_server_message_get_response_headers (request->message),
                                    "Retry-After", "1");
      uch_request_refuse (request, SOUP_STATUS_SERVICE_UNAVAILABLE, "busy", NULL,
                          "The store is busy; nothing was taken");
      return;
    }
  ops = take_ops (wire);
  uch_store_async_push (server->store, request->session, client, ops, uch_server_now (), NULL,
                        pushed_cb, uch_request_ref (request));
}

typedef struct
{
  UchSession *session;
  UchTable    table;
  char       *id, *field;
} Look;

static void
look_free (gpointer data)
{
  Look *look = data;

  g_object_unref (look->session);
  g_free (look->id);
  g_free (look->field);
  g_free (look);
}

static gpointer
reveal_func (UchStore *store, gpointer data, GError **error)
{
  Look *look = data;

  return uch_store_reveal (store, look->session, look->table, look->id, look->field,
                           uch_server_now (), error);
}

static void
revealed_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (UchRequest) request = user_data;
  g_autoptr (GError) error = NULL;
  g_autofree char *text = uch_store_async_finish (UCH_STORE_ASYNC (source), result, &error);
  g_autoptr (JsonBuilder) builder = json_builder_new ();
  g_autoptr (JsonNode) root = NULL;

  if (g_error_matches (error, UCH_STORE_ERROR, UCH_STORE_ERROR_UNKNOWN))
    {
      uch_request_refuse (request, SOUP_STATUS_NOT_FOUND, "unknown", "id", "%s", error->message);
      return;
    }
  if (text == NULL)
    {
      uch_request_fail (request, error);
      return;
    }
  json_builder_begin_object (builder);
  json_builder_set_member_name (builder, "value");
  json_builder_add_string_value (builder, text);
  json_builder_end_object (builder);
  root = json_builder_get_root (builder);
  uch_request_answer_json (request, uch_wire_print_json (root));
}

#define ID_LEN_MAX 64

static const UchMember reveal_members[] = {
  { "table", 's', TRUE, ID_LEN_MAX },
  { "id", 's', TRUE, ID_LEN_MAX },
  { "field", 's', TRUE, ID_LEN_MAX },
  { NULL },
};

static void
post_reveal (UchRequest *request)
{
  g_autoptr (JsonNode) root = NULL;
  JsonObject      *body = uch_request_read_object (request, reveal_members, &root);
  const UchSchema *schema;
  const UchField  *field;
  Look            *look;

  if (body == NULL)
    return;
  schema = uch_schema_by_name (uch_member_get_text (body, "table"));
  if (schema == NULL)
    {
      uch_request_refuse (request, SOUP_STATUS_BAD_REQUEST, "invalid", "table",
                          "There is no such table");
      return;
    }
  field = uch_schema_find_field (schema, uch_member_get_text (body, "field"));
  if (field == NULL || (field->flags & UCH_FIELD_SENSITIVE) == 0)
    {
      uch_request_refuse (request, SOUP_STATUS_BAD_REQUEST, "invalid", "field",
                          "“%s” has no such sensitive field", schema->name);
      return;
    }
  look = g_new0 (Look, 1);
  look->session = g_object_ref (request->session);
  look->table = schema->table;
  look->id = g_strdup (uch_member_get_text (body, "id"));
  look->field = g_strdup (field->name);
  uch_store_async_write (request->server->store, reveal_func, look, look_free, g_free, NULL,
                         revealed_cb, uch_request_ref (request));
}

const UchRoute uch_routes_push[] = {
  { "POST", "/v1/push", UCH_ROUTE_CHECKED, post_push },
  { "POST", "/v1/reveal", 0, post_reveal },
  { NULL },
};

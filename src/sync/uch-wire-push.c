/* Operations up, verdicts down. */
#define G_LOG_DOMAIN "uch-sync"

#include "sync/uch-wire.h"

#include <string.h>

#include "core/uch-id.h"
#include "sync/uch-wire-private.h"

static const char *const verdict_nicks[] = { "ok", "conflict", "rejected", NULL };

void
uch_wire_op_free (UchWireOp *op)
{
  if (op == NULL)
    return;
  uch_command_unref (op->command);
  g_free (op);
}

void
uch_wire_ack_free (UchWireAck *ack)
{
  if (ack == NULL)
    return;
  g_free (ack->field);
  g_clear_object (&ack->current);
  g_free (ack);
}

/**
 * uch_wire_encode_push:
 * @store: uuid of the store that this client follows
 * @client: id of the client, whose operations "mid" counts
 * @ops: (element-type UchWireOp): at most %UCH_WIRE_BATCH_MAX
 *
 * Returns: (transfer full): the body of a push
 */
char *
uch_wire_encode_push (const char *store, const char *client, GPtrArray *ops)
{
  GString *json = g_string_sized_new (256 * (gsize) (ops->len + 1));

  g_string_append (json, "{\"store\":");
  uch_json_append_text (json, store);
  g_string_append (json, ",\"client\":");
  uch_json_append_text (json, client);
  g_string_append_printf (json, ",\"schema\":%d,\"ops\":[", UCH_WIRE_VERSION);
  for (guint i = 0; i < ops->len; i++)
    {
      const UchWireOp *op = g_ptr_array_index (ops, i);

      g_string_append_printf (json, "%s{\"mid\":%" G_GINT64_FORMAT ",", i > 0 ? "," : "", op->mid);
      uch_wire_write_command (json, op->command);
      g_string_append_c (json, '}');
    }
  g_string_append (json, "]}");
  return g_string_free (json, FALSE);
}

static GPtrArray *
read_ops (UchJson *json, gboolean *out_too_many)
{
  g_autoptr (GPtrArray) ops = g_ptr_array_new_with_free_func ((GDestroyNotify) uch_wire_op_free);
  gint64 last_mid = 0;

  if (!uch_json_enter (json, UCH_JSON_ARRAY, "ops"))
    return NULL;
  while (uch_json_next_item (json))
    {
      gint64      mid = 0;
      UchCommand *command;
      UchWireOp  *op;

      g_autofree char *where = NULL;

      if (ops->len == UCH_WIRE_BATCH_MAX)
        {
          *out_too_many = TRUE;
          uch_json_fail (json, "ops", "“ops” holds more than %d operations", UCH_WIRE_BATCH_MAX);
          break;
        }
      command = uch_wire_read_command (json, &mid);
      if (command != NULL && ops->len > 0 && mid != last_mid + 1)
        {
          uch_json_fail (json, "mid", "the mids of a push must follow each other");
          g_clear_pointer (&command, uch_command_unref);
        }
      if (command == NULL)
        {
          where = g_strdup_printf ("ops[%u]", ops->len);
          uch_json_say_where (json, where);
          break;
        }
      op = g_new0 (UchWireOp, 1);
      op->mid = last_mid = mid;
      op->command = command;
      g_ptr_array_add (ops, op);
    }
  return json->error == NULL ? g_steal_pointer (&ops) : NULL;
}

/* Which version the sender speaks: asked first, for one that is too new may say what is not known
 * here. */
static gboolean
check_schema (UchJson *json, const UchWireVersions *versions, GError **error)
{
  const char *name;
  gint64      schema = versions->cur;

  while ((name = uch_json_next_member (json)) != NULL)
    if (strcmp (name, "schema") == 0)
      uch_json_read_int (json, "schema", &schema);
    else
      uch_json_skip (json);
  if (json->error != NULL || (schema >= versions->min && schema <= versions->cur))
    return TRUE;
  g_set_error (error, UCH_WIRE_ERROR, UCH_WIRE_ERROR_SCHEMA,
               "“schema” is %" G_GINT64_FORMAT ", this store speaks %d to %d", schema,
               versions->min, versions->cur);
  if (error != NULL)
    uch_wire_error_set_field (*error, "schema");
  return FALSE;
}

/**
 * uch_wire_decode_push_within:
 * @versions: what this side speaks
 * @out_ops: (out) (transfer full) (element-type UchWireOp): the operations, their mids in a row
 *
 * Errors: %UCH_WIRE_ERROR_SCHEMA when the client speaks another version,
 * %UCH_WIRE_ERROR_TOO_MANY, %UCH_WIRE_ERROR_MALFORMED, naming the field.
 *
 * Returns: whether it was right; if not, the out parameters are not set
 */
gboolean
uch_wire_decode_push_within (const char            *text,
                             gssize                 len,
                             const UchWireVersions *versions,
                             char                 **out_store,
                             char                 **out_client,
                             GPtrArray            **out_ops,
                             GError               **error)
{
  static const char *const names[] = { "schema", "store", "client", "ops", NULL };
  g_autofree char         *store = NULL;
  g_autofree char         *client = NULL;
  g_autoptr (GPtrArray) ops = NULL;
  UchJson  json;
  guint    at, seen = 0;
  int      which;
  gboolean too_many = FALSE;

  uch_json_init (&json, text, len);
  uch_json_enter (&json, UCH_JSON_OBJECT, "push");
  at = json.at;
  if (!check_schema (&json, versions, error))
    {
      uch_json_finish (&json, NULL);
      return FALSE;
    }
  json.at = at;
  while ((which = uch_json_next_known (&json, names, &seen)) >= 0)
    if (which == 0)
      uch_json_skip (&json);
    else if (which == 1)
      uch_json_dup_text (&json, names[which], &store);
    else if (which == 2)
      uch_json_dup_text (&json, names[which], &client);
    else
      ops = read_ops (&json, &too_many);
  for (guint i = 0; json.error == NULL && names[i] != NULL; i++)
    if ((seen & 1u << i) == 0)
      {
        uch_json_fail (&json, names[i], "“%s” is missing", names[i]);
        json.error->code = UCH_WIRE_ERROR_MISSING;
      }
  if (json.error == NULL && !uch_id_is_valid (client))
    uch_json_fail (&json, "client", "“client” is no id");
  if (too_many && json.error != NULL)
    json.error->code = UCH_WIRE_ERROR_TOO_MANY;
  if (!uch_json_finish (&json, error))
    return FALSE;
  *out_store = g_steal_pointer (&store);
  *out_client = g_steal_pointer (&client);
  *out_ops = g_steal_pointer (&ops);
  return TRUE;
}

/**
 * uch_wire_decode_push:
 *
 * The same for the versions that this program speaks.
 */
gboolean
uch_wire_decode_push (const char *text,
                      gssize      len,
                      char      **out_store,
                      char      **out_client,
                      GPtrArray **out_ops,
                      GError    **error)
{
  const UchWireVersions versions = { UCH_WIRE_VERSION_MIN, UCH_WIRE_VERSION };

  return uch_wire_decode_push_within (text, len, &versions, out_store, out_client, out_ops, error);
}

static void
write_ack (GString *json, const UchWireAck *ack)
{
  g_string_append_c (json, '[');
  uch_json_append_int (json, ack->mid);
  g_string_append_printf (json, ",\"%s\",", verdict_nicks[ack->kind]);
  uch_json_append_int (json, ack->seq);
  if (ack->kind != UCH_VERDICT_OK)
    {
      g_string_append (json, ",{\"code\":");
      uch_json_append_text (json, uch_refusal_get_nick (ack->refusal));
      if (ack->field != NULL)
        {
          g_string_append (json, ",\"field\":");
          uch_json_append_text (json, ack->field);
        }
      if (ack->current != NULL)
        {
          g_string_append (json, ",\"current\":");
          uch_wire_append_row (json, ack->current->schema->table, ack->current->seq,
                               ack->current->id, ack->current);
        }
      g_string_append_c (json, '}');
    }
  g_string_append_c (json, ']');
}

/**
 * uch_wire_encode_acks:
 * @acks: (element-type UchWireAck)
 * @last_mid: of the last operation of this client that the store has consumed
 *
 * Returns: (transfer full): the answer to a push
 */
char *
uch_wire_encode_acks (GPtrArray *acks, gint64 last_mid, gint64 head)
{
  GString *json = g_string_new ("{\"acks\":[");

  for (guint i = 0; i < acks->len; i++)
    {
      if (i > 0)
        g_string_append_c (json, ',');
      write_ack (json, g_ptr_array_index (acks, i));
    }
  g_string_append_printf (
      json, "],\"last_mid\":%" G_GINT64_FORMAT ",\"head\":%" G_GINT64_FORMAT "}", last_mid, head);
  return g_string_free (json, FALSE);
}

static void
read_refusal (UchJson *json, UchWireAck *ack)
{
  const char *name, *text;

  if (!uch_json_enter (json, UCH_JSON_OBJECT, "refusal"))
    return;
  while ((name = uch_json_next_member (json)) != NULL)
    if (strcmp (name, "code") == 0)
      {
        if (uch_json_read_text (json, "code", &text))
          ack->refusal = uch_refusal_from_nick (text);
      }
    else if (strcmp (name, "field") == 0)
      uch_json_dup_text (json, "field", &ack->field);
    else if (strcmp (name, "current") == 0 && ack->current == NULL
             && uch_json_peek (json) == UCH_JSON_ARRAY)
      {
        g_autoptr (UchWireRow) row = uch_wire_read_row (json);

        if (row != NULL)
          ack->current = g_steal_pointer (&row->row);
      }
    else
      uch_json_skip (json);
}

static UchWireAck *
read_ack (UchJson *json)
{
  g_autoptr (UchWireAck) ack = g_new0 (UchWireAck, 1);
  const char *text;
  int         kind;

  if (!uch_json_enter (json, UCH_JSON_ARRAY, "ack") || !uch_json_next_item (json)
      || !uch_json_read_int (json, "mid", &ack->mid) || !uch_json_next_item (json)
      || !uch_json_read_text (json, "verdict", &text))
    {
      uch_json_fail (json, "acks", "an ack is too short");
      return NULL;
    }
  kind = uch_nick_index (verdict_nicks, text);
  if (kind < 0)
    {
      uch_json_fail (json, "acks", "“verdict” has the unknown value “%s”", text);
      return NULL;
    }
  ack->kind = (UchVerdictKind) kind;
  if (!uch_json_next_item (json) || !uch_json_read_int (json, "seq", &ack->seq))
    {
      uch_json_fail (json, "acks", "an ack has no “seq”");
      return NULL;
    }
  if (uch_json_next_item (json))
    {
      read_refusal (json, ack);
      while (uch_json_next_item (json))
        uch_json_skip (json);
    }
  return json->error == NULL ? g_steal_pointer (&ack) : NULL;
}

/**
 * uch_wire_decode_acks:
 * @out_acks: (out) (transfer full) (element-type UchWireAck): the verdicts
 *
 * Returns: whether it was right; if not, the out parameters are not set
 */
gboolean
uch_wire_decode_acks (const char *text,
                      gssize      len,
                      GPtrArray **out_acks,
                      gint64     *out_last_mid,
                      gint64     *out_head,
                      GError    **error)
{
  g_autoptr (GPtrArray) acks = g_ptr_array_new_with_free_func ((GDestroyNotify) uch_wire_ack_free);
  UchJson     json;
  const char *name;
  gint64      last_mid = -1, head = -1;
  gboolean    has_acks = FALSE;

  uch_json_init (&json, text, len);
  uch_json_enter (&json, UCH_JSON_OBJECT, "answer");
  while ((name = uch_json_next_member (&json)) != NULL)
    if (strcmp (name, "last_mid") == 0)
      uch_json_read_int (&json, "last_mid", &last_mid);
    else if (strcmp (name, "head") == 0)
      uch_json_read_int (&json, "head", &head);
    else if (strcmp (name, "acks") == 0)
      {
        has_acks = uch_json_enter (&json, UCH_JSON_ARRAY, "acks");
        while (uch_json_next_item (&json))
          {
            UchWireAck *ack = read_ack (&json);

            if (ack != NULL)
              g_ptr_array_add (acks, ack);
          }
      }
    else
      uch_json_skip (&json);
  if (json.error == NULL && (!has_acks || last_mid < 0 || head < 0))
    uch_json_fail (&json, "acks", "“acks”, “last_mid” or “head” is missing");
  if (!uch_json_finish (&json, error))
    return FALSE;
  *out_acks = g_steal_pointer (&acks);
  *out_last_mid = last_mid;
  *out_head = head;
  return TRUE;
}

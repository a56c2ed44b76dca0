#define G_LOG_DOMAIN "uch-sync"

#include "sync/uch-wire.h"

#include <string.h>

#include "core/uch-id.h"
#include "sync/uch-wire-private.h"

G_DEFINE_QUARK (uch - wire - error - quark, uch_wire_error)

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

static void
write_variant (GString *json, GVariant *value)
{
  GVariantIter iter;
  const char  *word;
  gboolean     first = TRUE;

  if (g_variant_is_of_type (value, G_VARIANT_TYPE_STRING))
    uch_json_append_text (json, g_variant_get_string (value, NULL));
  else if (g_variant_is_of_type (value, G_VARIANT_TYPE_INT64))
    uch_json_append_int (json, g_variant_get_int64 (value));
  else if (g_variant_is_of_type (value, G_VARIANT_TYPE_DOUBLE))
    uch_json_append_real (json, g_variant_get_double (value));
  else if (g_variant_is_of_type (value, G_VARIANT_TYPE_BOOLEAN))
    g_string_append (json, g_variant_get_boolean (value) ? "true" : "false");
  else if (g_variant_is_of_type (value, G_VARIANT_TYPE_VARDICT))
    uch_wire_write_args (json, value);
  else if (g_variant_is_of_type (value, G_VARIANT_TYPE_STRING_ARRAY))
    {
      g_string_append_c (json, '[');
      g_variant_iter_init (&iter, value);
      while (g_variant_iter_next (&iter, "&s", &word))
        {
          if (!first)
            g_string_append_c (json, ',');
          first = FALSE;
          uch_json_append_text (json, word);
        }
      g_string_append_c (json, ']');
    }
  else
    g_error ("a command's argument of type %s cannot be sent", g_variant_get_type_string (value));
}

void
uch_wire_write_args (GString *json, GVariant *args)
{
  GVariantIter iter;
  const char  *name;
  GVariant    *value;
  gboolean     first = TRUE;

  g_string_append_c (json, '{');
  g_variant_iter_init (&iter, args);
  while (g_variant_iter_next (&iter, "{&sv}", &name, &value))
    {
      if (!first)
        g_string_append_c (json, ',');
      first = FALSE;
      uch_json_append_text (json, name);
      g_string_append_c (json, ':');
      write_variant (json, value);
      g_variant_unref (value);
    }
  g_string_append_c (json, '}');
}

static GVariant *
read_words (UchJson *json, const char *what)
{
  g_autoptr (GVariantBuilder) words = g_variant_builder_new (G_VARIANT_TYPE_STRING_ARRAY);
  const char *word;

  if (!uch_json_enter (json, UCH_JSON_ARRAY, what))
    return NULL;
  while (uch_json_next_item (json))
    if (uch_json_read_text (json, what, &word))
      g_variant_builder_add (words, "s", word);
  return json->error == NULL ? g_variant_builder_end (words) : NULL;
}

static GVariant *
read_variant (UchJson *json, const char *what)
{
  const char *text;
  gint64      whole;
  double      real;
  gboolean    flag;

  switch (uch_json_peek (json))
    {
    case UCH_JSON_OBJECT:
      return uch_wire_read_args (json, what);
    case UCH_JSON_ARRAY:
      return read_words (json, what);
    case UCH_JSON_TEXT:
      return uch_json_read_text (json, what, &text) ? g_variant_new_string (text) : NULL;
    case UCH_JSON_INT:
      return uch_json_read_int (json, what, &whole) ? g_variant_new_int64 (whole) : NULL;
    case UCH_JSON_REAL:
      return uch_json_read_real (json, what, &real) ? g_variant_new_double (real) : NULL;
    case UCH_JSON_BOOL:
      return uch_json_read_bool (json, what, &flag) ? g_variant_new_boolean (flag) : NULL;
    default:
      uch_json_fail (json, "“%s” has no value", what);
      return NULL;
    }
}

/* Returns (transfer floating), in the order they came. What an operation is not known to take is
 * kept: decide refuses it by name. */
GVariant *
uch_wire_read_args (UchJson *json, const char *what)
{
  g_autoptr (GVariantBuilder) args = NULL;
  g_autoptr (GHashTable) seen = NULL;
  const char *name;

  if (!uch_json_enter (json, UCH_JSON_OBJECT, what))
    return NULL;
  args = g_variant_builder_new (G_VARIANT_TYPE_VARDICT);
  seen = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  while ((name = uch_json_next_member (json)) != NULL)
    {
      char     *key = g_strdup (name);
      GVariant *value;

      if (!g_hash_table_add (seen, key))
        {
          uch_json_fail (json, "“%s” stands twice", name);
          break;
        }
      value = read_variant (json, key);
      if (value == NULL)
        break;
      g_variant_builder_add (args, "{sv}", key, value);
    }
  return json->error == NULL ? g_variant_builder_end (args) : NULL;
}

/* Without the braces, so that a push can put "mid" before it. */
static void
write_command (GString *json, const UchCommand *command)
{
  g_string_append (json, "\"id\":");
  uch_json_append_text (json, command->id);
  g_string_append (json, ",\"type\":");
  uch_json_append_text (json, command->type);
  g_string_append (json, ",\"at\":");
  uch_json_append_int (json, command->at);
  g_string_append (json, ",\"args\":");
  uch_wire_write_args (json, command->args);
}

/**
 * uch_wire_encode_command:
 *
 * Returns: (transfer full): {id, type, at, args}
 */
char *
uch_wire_encode_command (const UchCommand *command)
{
  GString *json = g_string_new ("{");

  write_command (json, command);
  g_string_append_c (json, '}');
  return g_string_free (json, FALSE);
}

/* {id, type, at, args, mid}; what else stands there is passed over. */
static UchCommand *
read_command (UchJson *json, gint64 *out_mid)
{
  g_autofree char *id = NULL;
  g_autofree char *type = NULL;
  g_autoptr (GVariant) args = NULL;
  const char *name;
  UchTime     at = 0;

  if (!uch_json_enter (json, UCH_JSON_OBJECT, "operation"))
    return NULL;
  while ((name = uch_json_next_member (json)) != NULL)
    if (strcmp (name, "id") == 0)
      uch_json_dup_text (json, "id", &id);
    else if (strcmp (name, "type") == 0)
      uch_json_dup_text (json, "type", &type);
    else if (strcmp (name, "at") == 0)
      uch_json_read_int (json, "at", &at);
    else if (strcmp (name, "mid") == 0 && out_mid != NULL)
      uch_json_read_int (json, "mid", out_mid);
    else if (strcmp (name, "args") == 0 && args == NULL)
      {
        args = uch_wire_read_args (json, "args");
        if (args != NULL)
          g_variant_ref_sink (args);
      }
    else
      uch_json_skip (json);
  if (json->error != NULL)
    return NULL;
  if (!uch_id_is_valid (id))
    uch_json_fail (json, "“id” of an operation is missing or bad");
  else if (type == NULL || *type == '\0')
    uch_json_fail (json, "“type” of an operation is missing");
  if (json->error != NULL)
    return NULL;
  if (args == NULL)
    args = g_variant_ref_sink (g_variant_new_parsed ("@a{sv} {}"));
  return uch_command_new (id, type, args, at);
}

/**
 * uch_wire_decode_command:
 *
 * Returns: (transfer full) (nullable): the command that uch_wire_encode_command() wrote
 */
UchCommand *
uch_wire_decode_command (const char *text, gssize len, GError **error)
{
  g_autoptr (UchCommand) command = NULL;
  UchJson json;

  uch_json_init (&json, text, len);
  command = read_command (&json, NULL);
  return uch_json_finish (&json, error) ? g_steal_pointer (&command) : NULL;
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
      write_command (json, op->command);
      g_string_append_c (json, '}');
    }
  g_string_append (json, "]}");
  return g_string_free (json, FALSE);
}

static GPtrArray *
read_ops (UchJson *json, gboolean *out_too_many)
{
  g_autoptr (GPtrArray) ops = g_ptr_array_new_with_free_func ((GDestroyNotify) uch_wire_op_free);

  if (!uch_json_enter (json, UCH_JSON_ARRAY, "ops"))
    return NULL;
  while (uch_json_next_item (json))
    {
      gint64      mid = 0;
      UchCommand *command;
      UchWireOp  *op;

      if (ops->len == UCH_WIRE_BATCH_MAX)
        {
          *out_too_many = TRUE;
          uch_json_fail (json, "“ops” holds more than %d operations", UCH_WIRE_BATCH_MAX);
          break;
        }
      command = read_command (json, &mid);
      if (command == NULL)
        break;
      op = g_new0 (UchWireOp, 1);
      op->mid = mid;
      op->command = command;
      g_ptr_array_add (ops, op);
      if (mid < 1)
        uch_json_fail (json, "“mid” of an operation is missing or bad");
    }
  return json->error == NULL ? g_steal_pointer (&ops) : NULL;
}

/**
 * uch_wire_decode_push:
 * @out_ops: (out) (transfer full) (element-type UchWireOp): the operations
 *
 * Errors: %UCH_WIRE_ERROR_SCHEMA when the client speaks another version,
 * %UCH_WIRE_ERROR_TOO_MANY, %UCH_WIRE_ERROR_MALFORMED, naming the field.
 *
 * Returns: whether it was right; if not, the out parameters are not set
 */
gboolean
uch_wire_decode_push (const char *text,
                      gssize      len,
                      char      **out_store,
                      char      **out_client,
                      GPtrArray **out_ops,
                      GError    **error)
{
  g_autofree char *store = NULL;
  g_autofree char *client = NULL;
  g_autoptr (GPtrArray) ops = NULL;
  UchJson     json;
  const char *name;
  gint64      schema = 0;
  gboolean    too_many = FALSE;

  uch_json_init (&json, text, len);
  uch_json_enter (&json, UCH_JSON_OBJECT, "push");
  while ((name = uch_json_next_member (&json)) != NULL)
    if (strcmp (name, "store") == 0)
      uch_json_dup_text (&json, "store", &store);
    else if (strcmp (name, "client") == 0)
      uch_json_dup_text (&json, "client", &client);
    else if (strcmp (name, "schema") == 0)
      uch_json_read_int (&json, "schema", &schema);
    else if (strcmp (name, "ops") == 0 && ops == NULL)
      ops = read_ops (&json, &too_many);
    else
      uch_json_skip (&json);
  if (json.error == NULL && (schema < UCH_WIRE_VERSION_MIN || schema > UCH_WIRE_VERSION))
    {
      uch_json_finish (&json, NULL);
      g_set_error (error, UCH_WIRE_ERROR, UCH_WIRE_ERROR_SCHEMA,
                   "“schema” is %" G_GINT64_FORMAT ", this program speaks %d to %d", schema,
                   UCH_WIRE_VERSION_MIN, UCH_WIRE_VERSION);
      return FALSE;
    }
  if (json.error == NULL && (!uch_id_is_valid (client) || store == NULL || ops == NULL))
    uch_json_fail (&json, "“%s” is missing or bad",
                   store == NULL ? "store"
                   : ops == NULL ? "ops"
                                 : "client");
  if (too_many && json.error != NULL)
    json.error->code = UCH_WIRE_ERROR_TOO_MANY;
  if (!uch_json_finish (&json, error))
    return FALSE;
  *out_store = g_steal_pointer (&store);
  *out_client = g_steal_pointer (&client);
  *out_ops = g_steal_pointer (&ops);
  return TRUE;
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
      uch_json_fail (json, "an ack is too short");
      return NULL;
    }
  kind = uch_nick_index (verdict_nicks, text);
  if (kind < 0)
    {
      uch_json_fail (json, "“verdict” has the unknown value “%s”", text);
      return NULL;
    }
  ack->kind = (UchVerdictKind) kind;
  if (!uch_json_next_item (json) || !uch_json_read_int (json, "seq", &ack->seq))
    {
      uch_json_fail (json, "an ack has no “seq”");
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
    uch_json_fail (&json, "“acks”, “last_mid” or “head” is missing");
  if (!uch_json_finish (&json, error))
    return FALSE;
  *out_acks = g_steal_pointer (&acks);
  *out_last_mid = last_mid;
  *out_head = head;
  return TRUE;
}

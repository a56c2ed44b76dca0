#define G_LOG_DOMAIN "uch-sync"

#include "sync/uch-wire.h"

#include <string.h>

#include "core/uch-id.h"
#include "sync/uch-wire-private.h"

/* An error of the wire also says which member it is about. */
typedef struct
{
  char *field;
} UchWireErrorPrivate;

static void
uch_wire_error_private_init (UchWireErrorPrivate *priv)
{
}

static void
uch_wire_error_private_copy (const UchWireErrorPrivate *from, UchWireErrorPrivate *to)
{
  to->field = g_strdup (from->field);
}

static void
uch_wire_error_private_clear (UchWireErrorPrivate *priv)
{
  g_free (priv->field);
}

G_DEFINE_EXTENDED_ERROR (UchWireError, uch_wire_error)

/**
 * uch_wire_error_get_field:
 * @error: any error
 *
 * Returns: (nullable): the member of the message that it is about, "ops[3].mid"
 */
const char *
uch_wire_error_get_field (const GError *error)
{
  return error->domain == UCH_WIRE_ERROR ? uch_wire_error_get_private (error)->field : NULL;
}

/**
 * uch_wire_error_set_field:
 * @error: of %UCH_WIRE_ERROR
 * @field: (nullable): the member that it is about
 */
void
uch_wire_error_set_field (GError *error, const char *field)
{
  UchWireErrorPrivate *priv = uch_wire_error_get_private (error);
  char                *copy = g_strdup (field);

  g_free (priv->field);
  priv->field = copy;
}

/* Longer than the name of any operation that there will be. */
#define TYPE_LEN_MAX 64

/**
 * uch_wire_is_same_office:
 *
 * Returns: whether two names of stores are of one office, at whatever epoch
 */
gboolean
uch_wire_is_same_office (const char *store, const char *other)
{
  gsize len = strcspn (store, ".");

  return len == strcspn (other, ".") && strncmp (store, other, len) == 0;
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
      {
        GVariant *args = uch_wire_read_args (json, what);

        if (args == NULL)
          uch_json_say_where (json, what);
        return args;
      }
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
      uch_json_fail (json, what, "“%s” has no value", what);
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
          uch_json_fail (json, name, "“%s” stands twice", name);
          break;
        }
      value = read_variant (json, key);
      if (value == NULL)
        break;
      g_variant_builder_add (args, "{sv}", key, value);
    }
  return json->error == NULL ? g_variant_builder_end (args) : NULL;
}

/* Returns (transfer full): the arguments; an error within them says so. */
static GVariant *
read_variant_dict (UchJson *json, const char *what)
{
  gboolean  is_object = uch_json_peek (json) == UCH_JSON_OBJECT;
  GVariant *args = uch_wire_read_args (json, what);

  if (args == NULL && is_object)
    uch_json_say_where (json, what);
  return args != NULL ? g_variant_ref_sink (args) : NULL;
}

/* Without the braces, so that a push can put "mid" before it. */
void
uch_wire_write_command (GString *json, const UchCommand *command)
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

  uch_wire_write_command (json, command);
  g_string_append_c (json, '}');
  return g_string_free (json, FALSE);
}

/* {id, type, at, args, mid} */
UchCommand *
uch_wire_read_command (UchJson *json, gint64 *out_mid)
{
  static const char *const names[] = { "id", "type", "at", "args", "mid", NULL };
  g_autofree char         *id = NULL;
  g_autofree char         *type = NULL;
  g_autoptr (GVariant) args = NULL;
  UchTime at = 0;
  gint64  mid = 0;
  guint   seen = 0;
  int     which;

  if (uch_json_peek (json) != UCH_JSON_OBJECT)
    uch_json_fail (json, NULL, "an operation must be an object");
  if (!uch_json_enter (json, UCH_JSON_OBJECT, "operation"))
    return NULL;
  while ((which = uch_json_next_known (json, names, &seen)) >= 0)
    switch (which)
      {
      case 0:
        uch_json_dup_text (json, names[which], &id);
        break;
      case 1:
        uch_json_dup_text (json, names[which], &type);
        break;
      case 2:
        uch_json_read_int (json, names[which], &at);
        break;
      case 3:
        args = read_variant_dict (json, names[which]);
        break;
      default:
        uch_json_read_int (json, names[which], &mid);
        break;
      }
  if (json->error != NULL)
    return NULL;
  if (!uch_id_is_valid (id))
    uch_json_fail (json, "id", "“id” of an operation is missing or bad");
  else if (type == NULL || *type == '\0' || strlen (type) > TYPE_LEN_MAX)
    uch_json_fail (json, "type", "“type” of an operation is missing or bad");
  else if (out_mid != NULL && mid < 1)
    uch_json_fail (json, "mid", "“mid” of an operation is missing or bad");
  if (json->error != NULL)
    return NULL;
  if (out_mid != NULL)
    *out_mid = mid;
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
  command = uch_wire_read_command (&json, NULL);
  return uch_json_finish (&json, error) ? g_steal_pointer (&command) : NULL;
}

/* The head of a page must lie within so many bytes. */
#define PAGE_HEAD_LEN_MAX 1024

/**
 * uch_wire_peek_next:
 * @text: a page of a table; only its head is looked at
 * @out_next: (out) (transfer full) (nullable): the key to ask the next page after; %NULL: this is
 *   the last one
 *
 * Says early how it goes on: the next page can be asked for while this one is read.
 *
 * Returns: %FALSE when that does not stand before the rows; then the whole page must be read
 */
gboolean
uch_wire_peek_next (const char *text, gsize len, char **out_next)
{
  static const char rows[] = ",\"rows\":[";
  const char       *end = memmem (text, MIN (len, PAGE_HEAD_LEN_MAX), rows, strlen (rows));
  g_autofree char  *head = end != NULL ? g_strdup_printf ("%.*s}", (int) (end - text), text) : NULL;
  gboolean          found = FALSE;
  const char       *name;
  UchJson           json;

  *out_next = NULL;
  if (head == NULL)
    return FALSE;
  uch_json_init (&json, head, -1);
  uch_json_enter (&json, UCH_JSON_OBJECT, "snapshot");
  while ((name = uch_json_next_member (&json)) != NULL)
    {
      gboolean is_next = strcmp (name, "next") == 0;

      if (is_next && uch_json_peek (&json) == UCH_JSON_TEXT)
        uch_json_dup_text (&json, "next", out_next);
      else
        uch_json_skip (&json);
      found |= is_next;
    }
  if (uch_json_finish (&json, NULL) && found)
    return TRUE;
  g_clear_pointer (out_next, g_free);
  return FALSE;
}

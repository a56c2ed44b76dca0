/* The edges to json-glib, for the small messages that are built and taken apart by hand. */
#define G_LOG_DOMAIN "uch-sync"

#include "sync/uch-wire.h"

#include "sync/uch-wire-private.h"

static JsonNode *read_node (UchJson *json);

static JsonNode *
read_object (UchJson *json)
{
  g_autoptr (JsonObject) object = json_object_new ();
  JsonNode   *node;
  const char *name;

  if (!uch_json_enter (json, UCH_JSON_OBJECT, "value"))
    return NULL;
  while ((name = uch_json_next_member (json)) != NULL)
    {
      g_autofree char *key = g_strdup (name);
      JsonNode        *value;

      if (json_object_has_member (object, key))
        {
          uch_json_fail (json, key, "“%.64s” stands twice", key);
          return NULL;
        }
      value = read_node (json);
      if (value == NULL)
        return NULL;
      json_object_set_member (object, key, value);
    }
  if (json->error != NULL)
    return NULL;
  node = json_node_new (JSON_NODE_OBJECT);
  json_node_set_object (node, object);
  return node;
}

static JsonNode *
read_array (UchJson *json)
{
  g_autoptr (JsonArray) array = json_array_new ();
  JsonNode *node;

  if (!uch_json_enter (json, UCH_JSON_ARRAY, "value"))
    return NULL;
  while (uch_json_next_item (json))
    {
      JsonNode *value = read_node (json);

      if (value == NULL)
        return NULL;
      json_array_add_element (array, value);
    }
  if (json->error != NULL)
    return NULL;
  node = json_node_new (JSON_NODE_ARRAY);
  json_node_set_array (node, array);
  return node;
}

static JsonNode *
read_node (UchJson *json)
{
  const char *text;
  gint64      whole;
  double      real;
  gboolean    flag;

  switch (uch_json_peek (json))
    {
    case UCH_JSON_OBJECT:
      return read_object (json);
    case UCH_JSON_ARRAY:
      return read_array (json);
    case UCH_JSON_TEXT:
      if (uch_json_read_text (json, "value", &text))
        return json_node_init_string (json_node_alloc (), text);
      return NULL;
    case UCH_JSON_INT:
      if (uch_json_read_int (json, "value", &whole))
        return json_node_init_int (json_node_alloc (), whole);
      return NULL;
    case UCH_JSON_REAL:
      if (uch_json_read_real (json, "value", &real))
        return json_node_init_double (json_node_alloc (), real);
      return NULL;
    case UCH_JSON_BOOL:
      if (uch_json_read_bool (json, "value", &flag))
        return json_node_init_boolean (json_node_alloc (), flag);
      return NULL;
    default:
      return uch_json_skip (json) ? json_node_init_null (json_node_alloc ()) : NULL;
    }
}

/**
 * uch_wire_parse_json:
 * @len: bytes, or -1
 *
 * Reads JSON from outside without json-glib's parser, which takes what is no JSON and recurses
 * as deep as the sender likes.
 *
 * Returns: (transfer full) (nullable): the value
 */
JsonNode *
uch_wire_parse_json (const char *text, gssize len, GError **error)
{
  g_autoptr (JsonNode) node = NULL;
  UchJson json;

  uch_json_init (&json, text, len);
  node = read_node (&json);
  return uch_json_finish (&json, error) ? g_steal_pointer (&node) : NULL;
}

static void
write_node (GString *json, JsonNode *node)
{
  JsonObjectIter iter;
  const char    *name;
  JsonNode      *value;
  GType          type;

  switch (json_node_get_node_type (node))
    {
    case JSON_NODE_OBJECT:
      g_string_append_c (json, '{');
      json_object_iter_init_ordered (&iter, json_node_get_object (node));
      for (guint i = 0; json_object_iter_next_ordered (&iter, &name, &value); i++)
        {
          if (i > 0)
            g_string_append_c (json, ',');
          uch_json_append_text (json, name);
          g_string_append_c (json, ':');
          write_node (json, value);
        }
      g_string_append_c (json, '}');
      return;
    case JSON_NODE_ARRAY:
      g_string_append_c (json, '[');
      for (guint i = 0; i < json_array_get_length (json_node_get_array (node)); i++)
        {
          if (i > 0)
            g_string_append_c (json, ',');
          write_node (json, json_array_get_element (json_node_get_array (node), i));
        }
      g_string_append_c (json, ']');
      return;
    case JSON_NODE_NULL:
      g_string_append (json, "null");
      return;
    case JSON_NODE_VALUE:
      break;
    }
  type = json_node_get_value_type (node);
  if (type == G_TYPE_STRING)
    uch_json_append_text (json, json_node_get_string (node));
  else if (type == G_TYPE_INT64)
    uch_json_append_int (json, json_node_get_int (node));
  else if (type == G_TYPE_DOUBLE)
    uch_json_append_real (json, json_node_get_double (node));
  else
    g_string_append (json, json_node_get_boolean (node) ? "true" : "false");
}

/**
 * uch_wire_print_json:
 *
 * Writes what a JsonBuilder built. json-glib 1.6 writes the character U+001F bare, which is no
 * JSON; and infinity as a word.
 *
 * Returns: (transfer full): the text
 */
char *
uch_wire_print_json (JsonNode *node)
{
  GString *json = g_string_new (NULL);

  write_node (json, node);
  return g_string_free (json, FALSE);
}

static void
build_from_text (JsonBuilder *builder, char *text)
{
  json_builder_add_value (builder, uch_wire_parse_json (text, -1, NULL));
  g_free (text);
}

/**
 * uch_wire_encode_args:
 *
 * Returns: (transfer full): a command's arguments as an object
 */
char *
uch_wire_encode_args (GVariant *args)
{
  GString *json = g_string_new (NULL);

  uch_wire_write_args (json, args);
  return g_string_free (json, FALSE);
}

/**
 * uch_wire_decode_args:
 *
 * Returns: (transfer full) (nullable): a{sv}
 */
GVariant *
uch_wire_decode_args (const char *text, gssize len, GError **error)
{
  g_autoptr (GVariant) args = NULL;
  UchJson json;

  uch_json_init (&json, text, len);
  args = uch_wire_read_args (&json, "args");
  if (args != NULL)
    g_variant_ref_sink (args);
  return uch_json_finish (&json, error) ? g_steal_pointer (&args) : NULL;
}

void
uch_wire_build_args (JsonBuilder *builder, GVariant *args)
{
  build_from_text (builder, uch_wire_encode_args (args));
}

/**
 * uch_wire_parse_args:
 *
 * Returns: (transfer full) (nullable): a{sv}
 */
GVariant *
uch_wire_parse_args (JsonNode *node, GError **error)
{
  g_autofree char *text = uch_wire_print_json (node);

  return uch_wire_decode_args (text, -1, error);
}

void
uch_wire_build_entity (JsonBuilder *builder, gconstpointer entity)
{
  build_from_text (builder, uch_wire_encode_entity (entity));
}

/**
 * uch_wire_parse_entity:
 *
 * Returns: (transfer full) (nullable) (type UchEntity): the row
 */
gpointer
uch_wire_parse_entity (UchTable table, JsonNode *node, GError **error)
{
  g_autofree char *text = uch_wire_print_json (node);

  return uch_wire_decode_entity (table, text, -1, error);
}

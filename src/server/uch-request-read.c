/* What a request says: its query and its body, each member known, of its kind, and there once. What
 * is not is refused by name: to pass it over would lose something that was meant. */
#define G_LOG_DOMAIN "uch-server"

#include <string.h>

#include "server/uch-server-private.h"
#include "sync/uch-wire.h"

/**
 * uch_request_check_schema:
 *
 * A client may say in the header Uchastok-Schema which version of the wire it speaks; a desk always
 * does.
 *
 * Returns: whether it may go on; if not, the request was refused
 */
gboolean
uch_request_check_schema (UchRequest *self)
{
  SoupMessageHeaders    *headers = soup_server_message_get_request_headers (self->message);
  const char            *said = soup_message_headers_get_one (headers, "Uchastok-Schema");
  const UchWireVersions *versions = &self->server->limits.versions;
  g_autofree char       *detail = NULL;
  gint64                 schema;

  if (said == NULL)
    return TRUE;
  if (!g_ascii_string_to_signed (said, 10, 0, G_MAXINT32, &schema, NULL))
    {
      uch_request_refuse (self, SOUP_STATUS_BAD_REQUEST, "invalid", "Uchastok-Schema",
                          "The header Uchastok-Schema must be a whole number");
      return FALSE;
    }
  if (schema >= versions->min && schema <= versions->cur)
    return TRUE;
  detail = g_strdup_printf ("The client speaks %d, this store %d to %d", (int) schema,
                            versions->min, versions->cur);
  uch_request_refuse_schema (self, detail);
  return FALSE;
}

/**
 * uch_request_read_query:
 * @names: (array zero-terminated=1): the parameters that this route knows
 *
 * Reads the query, for uch_request_get_query() and _int().
 *
 * Returns: whether it may go on; if not, the request was refused
 */
gboolean
uch_request_read_query (UchRequest *self, const char *const *names)
{
  const char *query = g_uri_get_query (soup_server_message_get_uri (self->message));
  g_autoptr (GError) error = NULL;
  GUriParamsIter iter;
  char          *name, *value;

  g_clear_pointer (&self->query, g_hash_table_unref);
  self->query = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, g_free);
  if (query == NULL)
    return TRUE;
  g_uri_params_iter_init (&iter, query, -1, "&", G_URI_PARAMS_WWW_FORM);
  while (g_uri_params_iter_next (&iter, &name, &value, &error))
    {
      gboolean is_known = g_strv_contains (names, name);

      if (!is_known || g_hash_table_contains (self->query, name))
        {
          uch_request_refuse (self, SOUP_STATUS_BAD_REQUEST, is_known ? "invalid" : "unknown_field",
                              name, is_known ? "“%.64s” stands twice" : "“%.64s” is not known here",
                              name);
          g_free (name);
          g_free (value);
          return FALSE;
        }
      g_hash_table_insert (self->query, name, value);
    }
  if (error == NULL)
    return TRUE;
  uch_request_refuse (self, SOUP_STATUS_BAD_REQUEST, "malformed", NULL, "The query: %s",
                      error->message);
  return FALSE;
}

/**
 * uch_request_get_query:
 *
 * Returns: (nullable): the parameter @name, after uch_request_read_query()
 */
const char *
uch_request_get_query (UchRequest *self, const char *name)
{
  return self->query != NULL ? g_hash_table_lookup (self->query, name) : NULL;
}

/**
 * uch_request_get_query_int:
 * @fallback: (nullable): what it is when it is absent; %NULL: it must be there
 * @out_value: (out): a whole number, @min … @max
 *
 * Returns: whether it may go on; if not, the request was refused
 */
gboolean
uch_request_get_query_int (UchRequest   *self,
                           const char   *name,
                           gint64        min,
                           gint64        max,
                           const gint64 *fallback,
                           gint64       *out_value)
{
  const char *text = uch_request_get_query (self, name);

  if (text == NULL && fallback != NULL)
    {
      *out_value = *fallback;
      return TRUE;
    }
  if (text != NULL && g_ascii_string_to_signed (text, 10, min, max, out_value, NULL))
    return TRUE;
  uch_request_refuse (self, SOUP_STATUS_BAD_REQUEST, text != NULL ? "invalid" : "missing", name,
                      "“%s” must be a whole number from %" G_GINT64_FORMAT " to %" G_GINT64_FORMAT,
                      name, min, max);
  return FALSE;
}

static gboolean
has_kind (JsonNode *node, char kind)
{
  GType type = json_node_get_value_type (node);

  switch (kind)
    {
    case 's':
      return type == G_TYPE_STRING;
    case 'x':
      return type == G_TYPE_INT64;
    case 'd':
      return type == G_TYPE_INT64 || type == G_TYPE_DOUBLE;
    case 'b':
      return type == G_TYPE_BOOLEAN;
    case 'o':
      return JSON_NODE_HOLDS_OBJECT (node);
    default:
      return JSON_NODE_HOLDS_ARRAY (node);
    }
}

static const char *
describe (char kind)
{
  return kind == 's'   ? "a text"
         : kind == 'x' ? "a whole number"
         : kind == 'd' ? "a number"
         : kind == 'b' ? "true or false"
         : kind == 'o' ? "an object"
                       : "a list";
}

static const UchMember *
find_member (const UchMember *members, const char *name)
{
  for (; members->name != NULL; members++)
    if (strcmp (members->name, name) == 0)
      return members;
  return NULL;
}

static gboolean
check_member (
    JsonNode *node, const UchMember *member, const char *name, const char *field, GError **error)
{
  const char *word = NULL;

  if (member == NULL)
    g_set_error (error, UCH_WIRE_ERROR, UCH_WIRE_ERROR_UNKNOWN, "“%.64s” is not known here", name);
  else if (!has_kind (node, member->kind))
    g_set_error (error, UCH_WIRE_ERROR, UCH_WIRE_ERROR_INVALID, "“%s” must be %s", name,
                 describe (member->kind));
  else if (member->kind == 's' && (word = json_node_get_string (node)) != NULL
           && strlen (word) > member->len_max)
    g_set_error (error, UCH_WIRE_ERROR, UCH_WIRE_ERROR_INVALID,
                 "“%s” is longer than %" G_GSIZE_FORMAT " bytes", name, member->len_max);
  else
    return TRUE;
  uch_wire_error_set_field (*error, field);
  return FALSE;
}

/**
 * uch_members_check:
 * @object: an object from outside
 * @members: (array zero-terminated=1): what it may hold
 * @where: (nullable): the member that it is itself, for the error
 * @error: (not nullable): return location: %UCH_WIRE_ERROR, with the field
 *
 * Returns: whether each of its members is known and of its kind, and what must be there is there
 */
gboolean
uch_members_check (JsonObject *object, const UchMember *members, const char *where, GError **error)
{
  JsonObjectIter iter;
  const char    *name;
  JsonNode      *node;

  json_object_iter_init_ordered (&iter, object);
  while (json_object_iter_next_ordered (&iter, &name, &node))
    {
      g_autofree char *field
          = where != NULL ? g_strdup_printf ("%s.%s", where, name) : g_strdup (name);

      if (!check_member (node, find_member (members, name), name, field, error))
        return FALSE;
    }
  for (; members->name != NULL; members++)
    if (members->required && !json_object_has_member (object, members->name))
      {
        g_autofree char *field = where != NULL ? g_strdup_printf ("%s.%s", where, members->name)
                                               : g_strdup (members->name);

        g_set_error (error, UCH_WIRE_ERROR, UCH_WIRE_ERROR_MISSING, "“%s” is missing",
                     members->name);
        uch_wire_error_set_field (*error, field);
        return FALSE;
      }
  return TRUE;
}

/**
 * uch_request_read_object:
 * @members: (array zero-terminated=1): what the body may hold
 * @out_root: (out) (transfer full): frees the object
 *
 * Returns: (transfer none) (nullable): the body, checked; or %NULL with the request refused
 */
JsonObject *
uch_request_read_object (UchRequest *self, const UchMember *members, JsonNode **out_root)
{
  g_autoptr (GError) error = NULL;
  JsonObject *object = NULL;

  *out_root = uch_wire_parse_json ((const char *) self->body->data, self->body->len, &error);
  if (*out_root != NULL && JSON_NODE_HOLDS_OBJECT (*out_root))
    object = json_node_get_object (*out_root);
  else if (error == NULL)
    g_set_error_literal (&error, UCH_WIRE_ERROR, UCH_WIRE_ERROR_MALFORMED,
                         "The body is no JSON object");
  if (object != NULL && uch_members_check (object, members, NULL, &error))
    return object;
  uch_request_fail (self, error);
  return NULL;
}

/**
 * uch_member_get_text:
 * @object: (nullable): checked
 *
 * Returns: (nullable): the text @name
 */
const char *
uch_member_get_text (JsonObject *object, const char *name)
{
  JsonNode *node = object != NULL ? json_object_get_member (object, name) : NULL;

  return node != NULL && json_node_get_value_type (node) == G_TYPE_STRING
             ? json_node_get_string (node)
             : NULL;
}

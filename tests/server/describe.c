/* Prints, as JSON, what the programs themselves know of the protocol: the server's routes, the
 * operations that decide knows, the tables and their fields, the words of refusals. What is written
 * about it in openapi.yaml is compared with this. */
#include "core/uch-decide.h"
#include "core/uch-entity.h"
#include "server/uch-server-private.h"
#include "sync/uch-wire.h"

static void
add_text (JsonBuilder *builder, const char *name, const char *value)
{
  json_builder_set_member_name (builder, name);
  json_builder_add_string_value (builder, value);
}

static void
add_flag (JsonBuilder *builder, const char *name, gboolean value)
{
  json_builder_set_member_name (builder, name);
  json_builder_add_boolean_value (builder, value);
}

static void
add_routes (JsonBuilder *builder)
{
  const UchRoute *route;

  json_builder_set_member_name (builder, "routes");
  json_builder_begin_array (builder);
  for (guint group = 0; (route = uch_server_list_routes (group)) != NULL; group++)
    for (; route->path != NULL; route++)
      {
        json_builder_begin_object (builder);
        add_text (builder, "method", route->method);
        add_text (builder, "path", route->path);
        add_flag (builder, "open", (route->flags & UCH_ROUTE_OPEN) != 0);
        add_flag (builder, "prefix", (route->flags & UCH_ROUTE_PREFIX) != 0);
        add_flag (builder, "socket", (route->flags & UCH_ROUTE_SOCKET) != 0);
        json_builder_end_object (builder);
      }
  json_builder_end_array (builder);
}

static void
add_args (JsonBuilder *builder, const UchArg *args)
{
  json_builder_begin_object (builder);
  for (; args->name != NULL; args++)
    {
      char kind[2] = { args->type, '\0' };

      json_builder_set_member_name (builder, args->name);
      json_builder_begin_object (builder);
      add_text (builder, "kind", kind);
      add_flag (builder, "required", args->required);
      json_builder_end_object (builder);
    }
  json_builder_end_object (builder);
}

static void
add_operations (JsonBuilder *builder)
{
  guint                 n;
  const UchCommandSpec *specs = uch_command_spec_list (&n);

  json_builder_set_member_name (builder, "operations");
  json_builder_begin_object (builder);
  for (guint i = 0; i < n; i++)
    {
      json_builder_set_member_name (builder, specs[i].type);
      json_builder_begin_object (builder);
      json_builder_set_member_name (builder, "roles");
      json_builder_begin_array (builder);
      for (guint role = 0; role < UCH_N_ROLES; role++)
        if ((specs[i].roles & 1u << role) != 0)
          json_builder_add_string_value (builder, uch_role_nicks[role]);
      json_builder_end_array (builder);
      json_builder_set_member_name (builder, "args");
      add_args (builder, specs[i].args);
      json_builder_end_object (builder);
    }
  json_builder_end_object (builder);
  json_builder_set_member_name (builder, "common_args");
  add_args (builder, uch_command_common_args);
}

static void
add_words (JsonBuilder *builder, const char *name, const char *const *words)
{
  json_builder_set_member_name (builder, name);
  json_builder_begin_array (builder);
  for (; *words != NULL; words++)
    json_builder_add_string_value (builder, *words);
  json_builder_end_array (builder);
}

static void
add_tables (JsonBuilder *builder)
{
  static const char *const kinds[] = { "text", "int", "real", "bool", "time", "enum" };

  json_builder_set_member_name (builder, "tables");
  json_builder_begin_object (builder);
  for (guint table = 0; table < UCH_N_TABLES; table++)
    {
      const UchSchema *schema = uch_schema_get (table);

      json_builder_set_member_name (builder, schema->name);
      json_builder_begin_object (builder);
      for (guint i = 0; i < schema->n_fields; i++)
        {
          const UchField *field = &schema->fields[i];

          json_builder_set_member_name (builder, field->name);
          json_builder_begin_object (builder);
          add_text (builder, "kind", kinds[field->kind]);
          add_flag (builder, "sensitive", (field->flags & UCH_FIELD_SENSITIVE) != 0);
          if (field->nicks != NULL)
            add_words (builder, "words", field->nicks);
          json_builder_end_object (builder);
        }
      json_builder_end_object (builder);
    }
  json_builder_end_object (builder);
}

int
main (void)
{
  g_autoptr (JsonBuilder) builder = json_builder_new ();
  g_autoptr (JsonNode) root = NULL;
  g_autofree char *text = NULL;

  json_builder_begin_object (builder);
  add_routes (builder);
  add_operations (builder);
  add_tables (builder);
  add_words (builder, "roles", uch_role_nicks);
  json_builder_set_member_name (builder, "refusals");
  json_builder_begin_array (builder);
  for (guint i = UCH_REFUSAL_NONE + 1; i <= UCH_REFUSAL_NOT_UNDOABLE; i++)
    json_builder_add_string_value (builder, uch_refusal_get_nick (i));
  json_builder_end_array (builder);
  json_builder_set_member_name (builder, "schema");
  json_builder_add_int_value (builder, UCH_WIRE_VERSION);
  json_builder_end_object (builder);
  root = json_builder_get_root (builder);
  text = uch_wire_print_json (root);
  g_print ("%s\n", text);
  return 0;
}

#include "server/crew/uch-crew-day.h"

#include "sync/uch-wire.h"

UchCrewDay *
uch_crew_day_new (void)
{
  UchCrewDay *self = g_new0 (UchCrewDay, 1);

  for (guint i = 0; i < UCH_N_TABLES; i++)
    self->rows[i] = g_hash_table_new_full (g_str_hash, g_str_equal, NULL, g_object_unref);
  self->shifts = g_ptr_array_new_with_free_func (g_object_unref);
  self->visits = g_ptr_array_new_with_free_func (g_object_unref);
  self->free = g_ptr_array_new_with_free_func (g_object_unref);
  return self;
}

void
uch_crew_day_free (UchCrewDay *self)
{
  if (self == NULL)
    return;
  for (guint i = 0; i < UCH_N_TABLES; i++)
    g_hash_table_unref (self->rows[i]);
  g_ptr_array_unref (self->shifts);
  g_ptr_array_unref (self->visits);
  g_ptr_array_unref (self->free);
  g_free (self->store);
  g_free (self->me);
  g_free (self);
}

/**
 * uch_crew_day_add:
 * @row: (transfer full): a #UchEntity
 */
void
uch_crew_day_add (UchCrewDay *self, gpointer row)
{
  UchTable table = UCH_ENTITY (row)->schema->table;

  g_hash_table_replace (self->rows[table], UCH_ENTITY (row)->id, row);
  if (table == UCH_TABLE_SHIFT)
    g_ptr_array_add (self->shifts, g_object_ref (row));
  else if (table == UCH_TABLE_VISIT)
    g_ptr_array_add (self->visits, g_object_ref (row));
}

/**
 * uch_crew_day_get:
 * @id: (nullable)
 *
 * Returns: (nullable) (transfer none): the row
 */
gpointer
uch_crew_day_get (const UchCrewDay *self, UchTable table, const char *id)
{
  return id != NULL ? g_hash_table_lookup (self->rows[table], id) : NULL;
}

/* [table, seq, id, {…}] */
static gpointer
parse_row (JsonNode *node, GError **error)
{
  JsonArray       *parts = json_node_get_array (node);
  const UchSchema *schema = uch_schema_by_name (json_array_get_string_element (parts, 0));

  if (schema == NULL)
    return NULL; /* of a newer store */
  json_object_set_string_member (json_array_get_object_element (parts, 3), "id",
                                 json_array_get_string_element (parts, 2));
  return uch_wire_parse_entity (schema->table, json_array_get_element (parts, 3), error);
}

/**
 * uch_crew_day_parse:
 * @json: the answer of /v1/phone/day
 *
 * Returns: (transfer full) (nullable): the day, or %NULL with @error of #UchWireError
 */
UchCrewDay *
uch_crew_day_parse (const char *json, gsize len, GError **error)
{
  g_autoptr (JsonNode) root = uch_wire_parse_json (json, (gssize) len, error);
  g_autoptr (UchCrewDay) self = NULL;
  JsonObject *object;
  JsonArray  *rows, *free;

  if (root == NULL)
    return NULL;
  self = uch_crew_day_new ();
  object = json_node_get_object (root);
  self->store = g_strdup (json_object_get_string_member (object, "store"));
  self->me = g_strdup (json_object_get_string_member (object, "me"));
  rows = json_object_get_array_member (object, "rows");
  free = json_object_get_array_member (object, "free");
  for (guint i = 0; i < json_array_get_length (rows) + json_array_get_length (free); i++)
    {
      gboolean  is_row = i < json_array_get_length (rows);
      JsonNode *node = is_row ? json_array_get_element (rows, i)
                              : json_array_get_element (free, i - json_array_get_length (rows));
      GError   *wrong = NULL;
      gpointer  row = parse_row (node, &wrong);

      if (wrong != NULL)
        {
          g_propagate_error (error, wrong);
          return NULL;
        }
      if (row != NULL && is_row)
        uch_crew_day_add (self, row);
      else if (row != NULL)
        g_ptr_array_add (self->free, row);
    }
  return g_steal_pointer (&self);
}

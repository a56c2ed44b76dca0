#define G_LOG_DOMAIN "uch-exchange"

#include <math.h>
#include <string.h>

#include <glib/gi18n-lib.h>
#include <json-glib/json-glib.h>

#include "core/uch-fold.h"
#include "exchange/uch-import-private.h"
#include "sync/uch-wire.h"

/* Seven decimals of a degree are a centimetre. */
#define COORDINATE_FORMAT "%.7f"

/* Prints coordinates compactly, so that the same outline is always the same text. */
static void
append_coordinates (GString *text, JsonNode *node)
{
  JsonArray *array;

  if (!JSON_NODE_HOLDS_ARRAY (node))
    {
      char  digits[G_ASCII_DTOSTR_BUF_SIZE];
      gsize len;

      g_ascii_formatd (digits, sizeof digits, COORDINATE_FORMAT, json_node_get_double (node));
      len = strlen (digits);
      while (len > 1 && digits[len - 1] == '0' && digits[len - 2] != '.')
        digits[--len] = '\0';
      g_string_append (text, digits);
      return;
    }
  array = json_node_get_array (node);
  g_string_append_c (text, '[');
  for (guint i = 0; i < json_array_get_length (array); i++)
    {
      if (i > 0)
        g_string_append_c (text, ',');
      append_coordinates (text, json_array_get_element (array, i));
    }
  g_string_append_c (text, ']');
}

static char *
print_geometry (JsonObject *geometry)
{
  GString *text = g_string_new ("{\"type\":\"");

  g_string_append (text, json_object_get_string_member (geometry, "type"));
  g_string_append (text, "\",\"coordinates\":");
  append_coordinates (text, json_object_get_member (geometry, "coordinates"));
  g_string_append_c (text, '}');
  return g_string_free (text, FALSE);
}

static const char *
get_text (JsonObject *object, const char *name)
{
  JsonNode *node = object != NULL ? json_object_get_member (object, name) : NULL;

  return node != NULL && json_node_get_value_type (node) == G_TYPE_STRING
             ? json_node_get_string (node)
             : NULL;
}

static gint64
get_number (JsonObject *object, const char *name)
{
  JsonNode   *node = object != NULL ? json_object_get_member (object, name) : NULL;
  const char *text;
  gint64      value = 0;

  if (node == NULL || !JSON_NODE_HOLDS_VALUE (node))
    return 0;
  text = get_text (object, name);
  if (text != NULL)
    return g_ascii_string_to_signed (text, 10, 1, 9999, &value, NULL) ? value : 0;
  return CLAMP (json_node_get_int (node), 0, 9999);
}

static gboolean
is_color (const char *text)
{
  gsize len = text != NULL ? strlen (text) : 0;

  if (len != 7 || text[0] != '#')
    return FALSE;
  for (gsize i = 1; i < len; i++)
    if (!g_ascii_isxdigit (text[i]))
      return FALSE;
  return TRUE;
}

/* Whether the points lie where the office works only when latitude and longitude change places. */
static gboolean
looks_swapped (UchImporter *self, const UchOutline *outline)
{
  guint n_straight = 0, n_swapped = 0;

  for (guint r = 0; r < outline->rings->len; r++)
    {
      GArray *ring = g_ptr_array_index (outline->rings, r);

      for (guint i = 0; i < ring->len; i++)
        {
          const UchPoint *point = &g_array_index (ring, UchPoint, i);

          n_straight += fabs (point->latitude - self->middle.latitude) <= UCH_IMPORT_REACH_DEG
                        && fabs (point->longitude - self->middle.longitude) <= UCH_IMPORT_REACH_DEG;
          n_swapped += fabs (point->longitude - self->middle.latitude) <= UCH_IMPORT_REACH_DEG
                       && fabs (point->latitude - self->middle.longitude) <= UCH_IMPORT_REACH_DEG;
        }
    }
  return self->has_middle && n_straight == 0 && n_swapped > 0;
}

static const UchZone *
find_zone (UchImporter *self, gint64 number, const char *folded)
{
  for (guint i = 0; i < self->zones->len; i++)
    {
      const UchZone   *zone = g_array_index (self->zones, UchImportZone, i).zone;
      g_autofree char *name = uch_fold (zone->name);

      if (number > 0 ? zone->number == number : strcmp (name, folded) == 0)
        return zone;
    }
  return NULL;
}

/* The outline of a feature, or NULL with the reason told. */
static UchOutline *
read_outline (UchImporter *self, JsonObject *feature, const char *name, char **out_text)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (UchOutline) outline = NULL;
  JsonNode   *node = json_object_get_member (feature, "geometry");
  JsonObject *geometry
      = node != NULL && JSON_NODE_HOLDS_OBJECT (node) ? json_node_get_object (node) : NULL;
  const char *type = get_text (geometry, "type");

  if ((g_strcmp0 (type, "Polygon") != 0 && g_strcmp0 (type, "MultiPolygon") != 0)
      || !json_object_has_member (geometry, "coordinates"))
    {
      uch_importer_fail (self, _ ("zone “%s”: its geometry is neither Polygon nor MultiPolygon"),
                         name);
      return NULL;
    }
  {
    g_autofree char *text = json_to_string (node, FALSE);

    outline = uch_wire_parse_outline (text, &error);
  }
  if (outline == NULL)
    uch_importer_fail (self, _ ("zone “%s”: its outline cannot be read: %s"), name, error->message);
  else if (uch_outline_crosses_itself (outline))
    uch_importer_fail (
        self, _ ("zone “%s”: its outline crosses itself; mend it where its lines meet"), name);
  else if (looks_swapped (self, outline))
    uch_importer_fail (
        self, _ ("zone “%s”: latitude and longitude look swapped; GeoJSON puts longitude first"),
        name);
  else
    {
      *out_text = print_geometry (geometry);
      return g_steal_pointer (&outline);
    }
  return NULL;
}

static void
plan_feature (UchImporter *self, JsonObject *feature, guint index, GArray *planned)
{
  JsonNode   *node = json_object_get_member (feature, "properties");
  JsonObject *properties
      = node != NULL && JSON_NODE_HOLDS_OBJECT (node) ? json_node_get_object (node) : NULL;
  const char      *name = get_text (properties, "name");
  const char      *color = get_text (properties, "color");
  gint64           number = get_number (properties, "number");
  g_autofree char *folded = uch_fold (name);
  g_autofree char *text = NULL;
  g_autofree char *id = NULL;
  g_autoptr (UchOutline) outline = NULL;
  UchZone       *zone;
  const UchZone *before;
  UchImportZone  entry;

  if (number == 0)
    number = get_number (properties, "id");
  if (number == 0)
    number = get_number (feature, "id");
  if (name == NULL || *folded == '\0')
    {
      uch_importer_fail (self, _ ("feature %u: its properties have no “name”"), index + 1);
      return;
    }
  outline = read_outline (self, feature, name, &text);
  if (outline == NULL)
    return;
  before = find_zone (self, number, folded);
  id = number > 0 ? g_strdup_printf ("zone-%" G_GINT64_FORMAT, number)
                  : uch_import_make_id ("zone", folded);
  if (uch_importer_is_repeated (self, before != NULL ? before->parent.id : id, name))
    return;
  zone = before != NULL ? uch_entity_copy (before) : uch_entity_new (UCH_TABLE_ZONE, id);
  if (number > 0)
    zone->number = number;
  else if (before == NULL)
    zone->number = index + 1;
  uch_entity_set_text (zone, &zone->name, name);
  uch_entity_set_text (zone, &zone->outline, text);
  if (is_color (color))
    uch_entity_set_text (zone, &zone->color, color);
  else if (color != NULL)
    uch_importer_warn (self, _ ("zone “%s”: “%s” is no colour like #33aa77"), name, color);
  uch_importer_put (self, before, zone);
  entry = (UchImportZone){ zone, g_steal_pointer (&outline) };
  g_array_append_val (planned, entry);
}

/* Houses take the zone that now contains them, unless a person has set it. */
static void
move_houses (UchImporter *self, GArray *planned)
{
  GPtrArray *houses = self->office->houses;
  GArray    *known = self->zones;
  g_autoptr (GArray) all = g_array_new (FALSE, FALSE, sizeof (UchImportZone));
  guint n_moved = 0, n_changed = self->result->n_changed, n_same = self->result->n_same;

  g_array_append_vals (all, planned->data, planned->len);
  for (guint i = 0; i < known->len; i++)
    {
      const UchImportZone *zone = &g_array_index (known, UchImportZone, i);
      gboolean             replaced = FALSE;

      for (guint j = 0; j < planned->len; j++)
        replaced |= strcmp (g_array_index (planned, UchImportZone, j).zone->parent.id,
                            zone->zone->parent.id)
                    == 0;
      if (!replaced)
        g_array_append_val (all, *zone);
    }
  self->zones = all;
  for (guint i = 0; houses != NULL && i < houses->len; i++)
    {
      const UchHouse *house = g_ptr_array_index (houses, i);
      UchPoint        point = { house->latitude, house->longitude };
      const UchZone  *zone = uch_importer_zone_at (self, &point);
      const char     *zone_id = zone != NULL ? zone->parent.id : NULL;

      if (!house->zone_by_hand && (house->latitude != 0 || house->longitude != 0)
          && g_strcmp0 (house->zone_id, zone_id) != 0)
        {
          g_autoptr (UchHouse) moved = uch_entity_copy (house);

          uch_entity_set_text (moved, &moved->zone_id, zone_id);
          uch_importer_put (self, house, moved);
          n_moved++;
        }
    }
  self->zones = known;
  /* the sums are of zones; the houses are told in a sentence */
  self->result->n_changed = n_changed;
  self->result->n_same = n_same;
  if (n_moved > 0)
    uch_importer_warn (self, _ ("houses that come into another zone: %u"), n_moved);
}

static void
clear_planned (gpointer data)
{
  UchImportZone *zone = data;

  g_object_unref ((gpointer) zone->zone);
  uch_outline_free (zone->outline);
}

/* Plans zones from a GeoJSON FeatureCollection (RFC 7946). */
gboolean
uch_import_zones (UchImporter *self, const char *bytes, gsize len, GError **error)
{
  g_autoptr (JsonNode) root = NULL;
  g_autoptr (GError) parse_error = NULL;
  g_autoptr (GArray) planned = g_array_new (FALSE, FALSE, sizeof (UchImportZone));
  JsonNode  *node = NULL;
  JsonArray *features;

  g_array_set_clear_func (planned, clear_planned);
  if (len >= 3 && memcmp (bytes, "\xef\xbb\xbf", 3) == 0)
    {
      bytes += 3;
      len -= 3;
    }
  root = len <= UCH_CSV_LEN_MAX ? uch_wire_parse_json (bytes, len, &parse_error) : NULL;
  if (root == NULL)
    {
      g_set_error (error, UCH_EXCHANGE_ERROR, UCH_EXCHANGE_ERROR_FORMAT,
                   _ ("The file is no GeoJSON: %s"),
                   parse_error != NULL ? parse_error->message : _ ("it is too large"));
      return FALSE;
    }
  if (JSON_NODE_HOLDS_OBJECT (root))
    node = json_object_get_member (json_node_get_object (root), "features");
  if (node == NULL || !JSON_NODE_HOLDS_ARRAY (node))
    {
      g_set_error_literal (error, UCH_EXCHANGE_ERROR, UCH_EXCHANGE_ERROR_FORMAT,
                           _ ("The file is no GeoJSON: it has no list of “features”."));
      return FALSE;
    }
  features = json_node_get_array (node);
  for (guint i = 0; i < json_array_get_length (features); i++)
    {
      JsonNode *feature = json_array_get_element (features, i);

      if (JSON_NODE_HOLDS_OBJECT (feature))
        plan_feature (self, json_node_get_object (feature), i, planned);
      else
        uch_importer_fail (self, _ ("feature %u is no object"), i + 1);
    }
  move_houses (self, planned);
  return TRUE;
}

#define G_LOG_DOMAIN "uch-sync"

#include "sync/uch-wire.h"

#include <string.h>

#include "sync/uch-wire-private.h"

/* A ring with fewer corners encloses nothing. */
#define RING_LEN_MIN 3
#define RING_LEN_MAX 100000

static gboolean
read_point (UchJson *json, UchPoint *point)
{
  /* GeoJSON (RFC 7946, section 3.1.1) says longitude first; further numbers are heights. */
  if (!uch_json_enter (json, UCH_JSON_ARRAY, "coordinates"))
    return FALSE;
  if (!uch_json_next_item (json) || !uch_json_read_real (json, "longitude", &point->longitude)
      || !uch_json_next_item (json) || !uch_json_read_real (json, "latitude", &point->latitude))
    return uch_json_fail (json, "coordinates", "a point has no longitude and latitude");
  while (uch_json_next_item (json))
    uch_json_skip (json);
  if (json->error == NULL
      && (point->latitude < -90 || point->latitude > 90 || point->longitude < -180
          || point->longitude > 180))
    return uch_json_fail (json, "coordinates",
                          "a point is not on the Earth: longitude %g, latitude %g",
                          point->longitude, point->latitude);
  return json->error == NULL;
}

static gboolean
read_ring (UchJson *json, UchOutline *outline)
{
  g_autoptr (GArray) points = g_array_new (FALSE, FALSE, sizeof (UchPoint));
  UchPoint point;

  if (!uch_json_enter (json, UCH_JSON_ARRAY, "ring"))
    return FALSE;
  while (uch_json_next_item (json) && read_point (json, &point))
    {
      if (points->len == RING_LEN_MAX)
        return uch_json_fail (json, "coordinates", "a ring has more than %d points", RING_LEN_MAX);
      g_array_append_val (points, point);
    }
  if (json->error != NULL)
    return FALSE;
  /* GeoJSON repeats the first point at the end, an outline does not. */
  if (points->len > 1)
    {
      const UchPoint *first = &g_array_index (points, UchPoint, 0);
      const UchPoint *last = &g_array_index (points, UchPoint, points->len - 1);

      if (first->latitude == last->latitude && first->longitude == last->longitude)
        g_array_set_size (points, points->len - 1);
    }
  if (points->len < RING_LEN_MIN)
    return uch_json_fail (json, "coordinates", "a ring has fewer than %d points", RING_LEN_MIN);
  uch_outline_add_ring (outline, (const UchPoint *) (gpointer) points->data, points->len);
  return TRUE;
}

static gboolean
read_polygon (UchJson *json, UchOutline *outline)
{
  if (!uch_json_enter (json, UCH_JSON_ARRAY, "polygon"))
    return FALSE;
  while (uch_json_next_item (json))
    if (!read_ring (json, outline))
      return FALSE;
  return json->error == NULL;
}

static gboolean
read_polygons (UchJson *json, UchOutline *outline)
{
  if (!uch_json_enter (json, UCH_JSON_ARRAY, "coordinates"))
    return FALSE;
  while (uch_json_next_item (json))
    if (!read_polygon (json, outline))
      return FALSE;
  return json->error == NULL;
}

/* The members of an object come in any order: first learn what it is and where the rest stands. */
static gboolean
read_geometry (UchJson *json, UchOutline *outline)
{
  g_autofree char *type = NULL;
  const char      *name;
  guint            inner = 0, end;

  if (!uch_json_enter (json, UCH_JSON_OBJECT, "geometry"))
    return FALSE;
  while ((name = uch_json_next_member (json)) != NULL)
    if (strcmp (name, "type") == 0)
      uch_json_dup_text (json, "type", &type);
    else
      {
        if (strcmp (name, "coordinates") == 0 || strcmp (name, "geometry") == 0)
          inner = json->at;
        uch_json_skip (json);
      }
  if (json->error != NULL)
    return FALSE;
  if (inner == 0)
    return uch_json_fail (json, "coordinates", "the outline has no “coordinates”");
  end = json->at;
  json->at = inner;
  if (g_strcmp0 (type, "Polygon") == 0)
    read_polygon (json, outline);
  else if (g_strcmp0 (type, "MultiPolygon") == 0)
    read_polygons (json, outline);
  else if (g_strcmp0 (type, "Feature") == 0)
    read_geometry (json, outline);
  else
    uch_json_fail (json, "type", "“type” must be Polygon or MultiPolygon, not “%s”",
                   type != NULL ? type : "");
  json->at = end;
  return json->error == NULL;
}

/**
 * uch_wire_parse_outline:
 * @geojson: a Polygon or MultiPolygon, or a Feature of one
 *
 * Errors: %UCH_WIRE_ERROR_MALFORMED. Whether the outline crosses itself is not asked here.
 *
 * Returns: (transfer full) (nullable): the outline
 */
UchOutline *
uch_wire_parse_outline (const char *geojson, GError **error)
{
  g_autoptr (UchOutline) outline = uch_outline_new ();
  UchJson json;

  uch_json_init (&json, geojson, -1);
  if (read_geometry (&json, outline) && outline->rings->len == 0)
    uch_json_fail (&json, "coordinates", "the outline has no ring");
  return uch_json_finish (&json, error) ? g_steal_pointer (&outline) : NULL;
}

/* From an OpenStreetMap extract (XML or PBF, read by ReadOSM) to the steps that a car can drive. */

#include <readosm.h>
#include <string.h>

#include "roads/uch-roads-private.h"

/* What a car really makes in a city by the kind of road, stops at lights and crossings included,
 * km/h. Prior only: what arrivals say is laid over it (uch-road-speeds.h). */
static const struct
{
  const char *highway;
  double      kmh;
} speeds[] = {
  { "motorway", 80 },      { "motorway_link", 45 },  { "trunk", 60 },
  { "trunk_link", 35 },    { "primary", 40 },        { "primary_link", 30 },
  { "secondary", 36 },     { "secondary_link", 28 }, { "tertiary", 32 },
  { "tertiary_link", 25 }, { "unclassified", 28 },   { "residential", 22 },
  { "living_street", 10 }, { "service", 12 },        { "road", 20 },
};

typedef struct
{
  double kmh;
  int    oneway; /* 1 along the points, -1 against them, 0 both */
  guint  first_ref, n_refs;
} Way;

typedef struct
{
  GCancellable *cancellable;
  GArray       *ways;  /* of Way */
  GArray       *refs;  /* of gint64 */
  GArray       *ids;   /* of gint64: nodes that ways use, sorted */
  GArray       *nodes; /* of UchRoadPoint, as @ids */
  GArray       *known; /* of gboolean, as @ids */
} Import;

static const char *
find_tag (const readosm_way *way, const char *key)
{
  for (int i = 0; i < way->tag_count; i++)
    if (strcmp (way->tags[i].key, key) == 0)
      return way->tags[i].value;
  return NULL;
}

static double
get_speed (const readosm_way *way)
{
  static const char *const keys[] = { "access", "vehicle", "motor_vehicle", "motorcar" };
  const char              *highway = find_tag (way, "highway");

  for (guint i = 0; i < G_N_ELEMENTS (keys); i++)
    {
      const char *value = find_tag (way, keys[i]);

      if (g_strcmp0 (value, "no") == 0)
        return 0;
    }
  for (guint i = 0; highway != NULL && i < G_N_ELEMENTS (speeds); i++)
    if (strcmp (highway, speeds[i].highway) == 0)
      return speeds[i].kmh;
  return 0;
}

static int
get_oneway (const readosm_way *way)
{
  static const char *const along[] = { "yes", "true", "1", NULL };
  static const char *const against[] = { "-1", "reverse", NULL };
  const char              *oneway = find_tag (way, "oneway");
  const char              *highway = find_tag (way, "highway");

  if (oneway != NULL)
    return g_strv_contains (along, oneway) ? 1 : g_strv_contains (against, oneway) ? -1 : 0;
  return g_strcmp0 (find_tag (way, "junction"), "roundabout") == 0
         || g_strcmp0 (highway, "motorway") == 0;
}

static int
way_cb (const void *user_data, const readosm_way *way)
{
  Import *self = (Import *) user_data;
  double  kmh = get_speed (way);

  if (g_cancellable_is_cancelled (self->cancellable))
    return READOSM_ABORT;
  if (kmh > 0 && way->node_ref_count > 1)
    {
      Way one = { .kmh = kmh,
                  .oneway = get_oneway (way),
                  .first_ref = self->refs->len,
                  .n_refs = (guint) way->node_ref_count };

      if (self->refs->len > UCH_ROADS_N_MAX - one.n_refs)
        return READOSM_ABORT;
      g_array_append_val (self->ways, one);
      for (int i = 0; i < way->node_ref_count; i++)
        {
          gint64 ref = way->node_refs[i];

          g_array_append_val (self->refs, ref);
        }
    }
  return READOSM_OK;
}

static int
compare_ids (gconstpointer a, gconstpointer b)
{
  gint64 x = *(const gint64 *) a, y = *(const gint64 *) b;

  return (x > y) - (x < y);
}

/* The index of a node that a way uses; -1: no way does. */
static gint64
find_node (Import *self, gint64 id)
{
  guint index;

  return g_array_binary_search (self->ids, &id, compare_ids, &index) ? (gint64) index : -1;
}

static int
node_cb (const void *user_data, const readosm_node *node)
{
  Import *self = (Import *) user_data;
  gint64  index = find_node (self, node->id);

  if (g_cancellable_is_cancelled (self->cancellable))
    return READOSM_ABORT;
  if (index >= 0 && node->latitude >= -90 && node->latitude <= 90 && node->longitude >= -180
      && node->longitude <= 180)
    {
      UchRoadPoint *point = &g_array_index (self->nodes, UchRoadPoint, index);

      point->lat_e7 = (gint32) (node->latitude * UCH_ROADS_E7);
      point->lon_e7 = (gint32) (node->longitude * UCH_ROADS_E7);
      g_array_index (self->known, gboolean, index) = TRUE;
    }
  return READOSM_OK;
}

static gboolean
fail_read (int code, const char *path, GError **error)
{
  UchRoadsError why = UCH_ROADS_ERROR_FORMAT;
  const char   *what = "is damaged, or no OpenStreetMap extract";

  switch (code)
    {
    case READOSM_INVALID_SUFFIX:
      what = "is no OpenStreetMap extract: its name must end in .osm or .osm.pbf";
      break;
    case READOSM_FILE_NOT_FOUND:
    case READOSM_READ_ERROR:
      why = UCH_ROADS_ERROR_READ;
      what = "cannot be read";
      break;
    case READOSM_INSUFFICIENT_MEMORY:
    case READOSM_ABORT:
      why = UCH_ROADS_ERROR_TOO_BIG;
      what = "is too large: cut the office's city out of it first";
      break;
    default:
      break;
    }
  g_set_error (error, UCH_ROADS_ERROR, why, "%s %s", path, what);
  return FALSE;
}

/* The ways stand behind the nodes in an extract: the file is read twice, so that only the nodes of
 * roads are held. */
static gboolean
parse (Import *self, const char *path, gboolean nodes, GError **error)
{
  const void *handle = NULL;
  int         code = readosm_open (path, &handle);

  if (code == READOSM_OK)
    code = readosm_parse (handle, self, nodes ? node_cb : NULL, nodes ? NULL : way_cb, NULL);
  if (handle != NULL)
    readosm_close (handle);
  if (g_cancellable_set_error_if_cancelled (self->cancellable, error))
    return FALSE;
  return code == READOSM_OK || fail_read (code, path, error);
}

static void
collect_ids (Import *self)
{
  guint n = 0;

  g_array_append_vals (self->ids, self->refs->data, self->refs->len);
  g_array_sort (self->ids, compare_ids);
  for (guint i = 0; i < self->ids->len; i++)
    if (i == 0 || g_array_index (self->ids, gint64, i) != g_array_index (self->ids, gint64, n - 1))
      g_array_index (self->ids, gint64, n++) = g_array_index (self->ids, gint64, i);
  g_array_set_size (self->ids, n);
  g_array_set_size (self->nodes, n);
  g_array_set_size (self->known, n);
}

static void
add_steps (Import *self, const Way *way, GArray *steps)
{
  gint64 before = -1;

  for (guint i = 0; i < way->n_refs; i++)
    {
      gint64 node = find_node (self, g_array_index (self->refs, gint64, way->first_ref + i));

      /* An extract is cut at its edge: nodes outside are missing. */
      if (!g_array_index (self->known, gboolean, node))
        {
          before = -1;
          continue;
        }
      if (before >= 0 && before != node)
        {
          double m = uch_road_points_distance_m (&g_array_index (self->nodes, UchRoadPoint, before),
                                                 &g_array_index (self->nodes, UchRoadPoint, node));
          guint32     ds = (guint32) MAX (m * 3.6 / way->kmh * UCH_ROADS_TENTHS + 0.5, 1);
          UchRoadStep step = { .from = (guint32) before,
                               .to = (guint32) node,
                               .forward_ds = way->oneway >= 0 ? ds : 0,
                               .backward_ds = way->oneway <= 0 ? ds : 0,
                               .length_dm = (guint32) MAX (m * 10 + 0.5, 1) };

          g_array_append_val (steps, step);
        }
      before = node;
    }
}

static void
import_clear (Import *self)
{
  g_array_unref (self->ways);
  g_array_unref (self->refs);
  g_array_unref (self->ids);
  g_array_unref (self->nodes);
  g_array_unref (self->known);
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Import, import_clear)

/**
 * uch_roads_import:
 * @path: an OpenStreetMap extract, `.osm` or `.osm.pbf`
 * @cancellable: (nullable): to give up
 * @error: return location
 *
 * Reads what cars may drive on, keeps the largest part of it in which every place can be reached
 * from every other, and makes the graph. Blocks: a city takes about a second.
 *
 * Returns: (transfer full) (nullable): the graph
 */
UchRoads *
uch_roads_import (const char *path, GCancellable *cancellable, GError **error)
{
  g_auto (Import) self = {
    .cancellable = cancellable,
    .ways = g_array_new (FALSE, FALSE, sizeof (Way)),
    .refs = g_array_new (FALSE, FALSE, sizeof (gint64)),
    .ids = g_array_new (FALSE, FALSE, sizeof (gint64)),
    .nodes = g_array_new (FALSE, TRUE, sizeof (UchRoadPoint)),
    .known = g_array_new (FALSE, TRUE, sizeof (gboolean)),
  };
  g_autoptr (GArray) steps = g_array_new (FALSE, FALSE, sizeof (UchRoadStep));
  g_autoptr (GArray) links = g_array_new (FALSE, FALSE, sizeof (UchRoadLink));
  g_autoptr (GArray) points = g_array_new (FALSE, FALSE, sizeof (UchRoadPoint));
  g_autoptr (GBytes) bytes = NULL;
  guint n_junctions;

  if (!parse (&self, path, FALSE, error))
    return NULL;
  collect_ids (&self);
  if (!parse (&self, path, TRUE, error))
    return NULL;
  for (guint i = 0; i < self.ways->len; i++)
    add_steps (&self, &g_array_index (self.ways, Way, i), steps);
  if (!uch_road_contract (self.nodes, steps, links, points, &n_junctions))
    {
      g_set_error (error, UCH_ROADS_ERROR, UCH_ROADS_ERROR_EMPTY,
                   "There is no road in %s that a car may take", path);
      return NULL;
    }
  bytes = uch_roads_build (n_junctions, links, points);
  return uch_roads_new_from_bytes (bytes, error);
}

#define G_LOG_DOMAIN "uch-tiles"

#include "tiles/uch-scene.h"

#include <math.h>

#include "tiles/uch-mercator.h"
#include "tiles/uch-scene-private.h"

/* A tile is divided into 8 × 8 cells when its neighbours' houses are collected. */
#define CELL_LEVELS 3

G_DEFINE_BOXED_TYPE (UchScene, uch_scene, uch_scene_ref, uch_scene_unref)

/**
 * uch_scene_new_empty:
 *
 * Returns: (transfer full): a scene without anything
 */
UchScene *
uch_scene_new_empty (void)
{
  return uch_scene_builder_end (uch_scene_builder_new ());
}

/**
 * uch_scene_ref:
 * @self: a scene
 *
 * Returns: (transfer full): @self
 */
UchScene *
uch_scene_ref (UchScene *self)
{
  g_atomic_ref_count_inc (&self->ref_count);
  return self;
}

/**
 * uch_scene_unref:
 * @self: (transfer full) (nullable): a scene
 */
void
uch_scene_unref (UchScene *self)
{
  if (self == NULL || !g_atomic_ref_count_dec (&self->ref_count))
    return;
  g_ptr_array_unref (self->zones);
  g_ptr_array_unref (self->centres);
  g_ptr_array_unref (self->streets);
  g_array_unref (self->places);
  g_free (self->houses);
  g_string_chunk_free (self->strings);
  g_free (self);
}

/**
 * uch_scene_get_n_houses:
 * @self: a scene
 *
 * Returns: how many houses have a place
 */
guint
uch_scene_get_n_houses (UchScene *self)
{
  return self->n_houses;
}

/**
 * uch_scene_get_houses:
 * @self: a scene
 *
 * Returns: (transfer none) (array): the houses, by zone, then by Morton code
 */
const UchSceneHouse *
uch_scene_get_houses (UchScene *self)
{
  return self->houses;
}

/**
 * uch_scene_get_zones:
 * @self: a scene
 *
 * Returns: (transfer none) (element-type UchSceneZone): the zones; the first is "no zone"
 */
GPtrArray *
uch_scene_get_zones (UchScene *self)
{
  return self->zones;
}

/**
 * uch_scene_get_centres:
 * @self: a scene
 *
 * Returns: (transfer none) (element-type UchSceneCentre): the service centres
 */
GPtrArray *
uch_scene_get_centres (UchScene *self)
{
  return self->centres;
}

/**
 * uch_scene_get_streets:
 * @self: a scene
 *
 * Returns: (transfer none) (element-type UchSceneStreet): pieces of streets
 */
GPtrArray *
uch_scene_get_streets (UchScene *self)
{
  return self->streets;
}

/**
 * uch_scene_get_places:
 * @self: a scene
 *
 * Returns: (transfer none) (element-type UchScenePlace): towns, the largest first
 */
GArray *
uch_scene_get_places (UchScene *self)
{
  return self->places;
}

/**
 * uch_scene_get_bounds:
 * @self: a scene
 * @out_min: (out): north-west corner
 * @out_max: (out): south-east corner
 *
 * Returns: %FALSE when there is no house
 */
gboolean
uch_scene_get_bounds (UchScene *self, UchScenePoint *out_min, UchScenePoint *out_max)
{
  guint32 x_min = G_MAXUINT32, y_min = G_MAXUINT32, x_max = 0, y_max = 0;

  if (self->n_houses == 0)
    return FALSE;
  for (guint i = 0; i < self->n_houses; i++)
    {
      x_min = MIN (x_min, self->houses[i].x);
      x_max = MAX (x_max, self->houses[i].x);
      y_min = MIN (y_min, self->houses[i].y);
      y_max = MAX (y_max, self->houses[i].y);
    }
  *out_min = (UchScenePoint){ x_min / UCH_SCENE_WORLD, y_min / UCH_SCENE_WORLD };
  *out_max = (UchScenePoint){ x_max / UCH_SCENE_WORLD, y_max / UCH_SCENE_WORLD };
  return TRUE;
}

static guint
first_at_or_after (UchScene *self, guint low, guint high, guint64 code)
{
  while (low < high)
    {
      guint middle = low + (high - low) / 2;

      if (self->houses[middle].code < code)
        low = middle + 1;
      else
        high = middle;
    }
  return low;
}

/* Appends the houses of one square cell of 2^-level of the world. */
static void
collect_cell (UchScene  *self,
              guint      level,
              gint64     x,
              gint64     y,
              guint      depth_max,
              guint64    hidden,
              GPtrArray *found)
{
  gint64  side = (gint64) 1 << level;
  guint   shift = 2 * (UCH_MERCATOR_DEPTH - level);
  guint64 from, to;

  if (x < 0 || y < 0 || x >= side || y >= side)
    return;
  from = uch_mercator_morton ((guint32) x, (guint32) y) << shift;
  to = from + ((guint64) 1 << shift);
  for (guint zone = 0; zone < self->zones->len; zone++)
    {
      guint high = self->zone_start[zone + 1];

      if (self->zone_start[zone] == high || (hidden >> zone & 1))
        continue;
      for (guint i = first_at_or_after (self, self->zone_start[zone], high, from);
           i < high && self->houses[i].code < to; i++)
        if (self->houses[i].depth <= depth_max)
          g_ptr_array_add (found, &self->houses[i]);
    }
}

static int
compare_addresses (gconstpointer a, gconstpointer b)
{
  const UchSceneHouse *ha = *(const UchSceneHouse *const *) a;
  const UchSceneHouse *hb = *(const UchSceneHouse *const *) b;

  return ha < hb ? -1 : ha > hb;
}

/**
 * uch_scene_collect:
 * @self: a scene
 * @key: a tile
 * @margin_cells: also what lies so many eighths of a tile around it
 * @depth_max: level of detail: at most one house of each zone in a cell of 2^-depth_max of the
 *   world; UCH_MERCATOR_DEPTH + 1 for all
 * @hidden_zones: set of zones to leave out, one bit each
 *
 * Returns: (transfer full) (element-type UchSceneHouse): the houses, always in the same order, so
 *   that what two tiles share looks the same in both
 */
GPtrArray *
uch_scene_collect (
    UchScene *self, UchTileKey key, guint margin_cells, guint depth_max, guint64 hidden_zones)
{
  GPtrArray *found = g_ptr_array_new ();
  int        cells = 1 << CELL_LEVELS;
  int        margin = (int) margin_cells;

  collect_cell (self, key.zoom, key.x, key.y, depth_max, hidden_zones, found);
  for (int row = -margin; row < cells + margin; row++)
    for (int column = -margin; column < cells + margin; column++)
      if (row < 0 || column < 0 || row >= cells || column >= cells)
        collect_cell (self, key.zoom + CELL_LEVELS, ((gint64) key.x << CELL_LEVELS) + column,
                      ((gint64) key.y << CELL_LEVELS) + row, depth_max, hidden_zones, found);
  g_ptr_array_sort (found, compare_addresses);
  return found;
}

/**
 * uch_scene_pick:
 * @self: a scene
 * @at: a place
 * @radius: how far a house may be, in parts of the world
 * @depth_max: level of detail, as in uch_scene_collect()
 * @hidden_zones: set of zones to leave out
 *
 * Returns: (transfer none) (nullable): the nearest house; of two in one place the one drawn last
 */
const UchSceneHouse *
uch_scene_pick (
    UchScene *self, UchScenePoint at, double radius, guint depth_max, guint64 hidden_zones)
{
  g_autoptr (GPtrArray) found = g_ptr_array_new ();
  const UchSceneHouse *best = NULL;
  double               best_distance = radius;
  /* The finest level whose cells are not smaller than the radius: 3 × 3 of them are enough. */
  int    level = CLAMP ((int) floor (-log2 (MAX (radius, 1e-12))), 0, UCH_MERCATOR_DEPTH);
  gint64 x = (gint64) floor (at.x * exp2 (level));
  gint64 y = (gint64) floor (at.y * exp2 (level));

  for (gint64 row = y - 1; row <= y + 1; row++)
    for (gint64 column = x - 1; column <= x + 1; column++)
      collect_cell (self, (guint) level, column, row, depth_max, hidden_zones, found);
  for (guint i = 0; i < found->len; i++)
    {
      const UchSceneHouse *house = g_ptr_array_index (found, i);
      double               d = hypot ((house->x + 0.5) / UCH_SCENE_WORLD - at.x,
                                      (house->y + 0.5) / UCH_SCENE_WORLD - at.y);

      if (d < best_distance || (d == best_distance && best != NULL && house > best))
        {
          best = house;
          best_distance = d;
        }
    }
  return best;
}

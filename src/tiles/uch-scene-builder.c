#define G_LOG_DOMAIN "uch-tiles"

#include "tiles/uch-scene.h"

#include <math.h>
#include <string.h>

#include "tiles/uch-mercator.h"
#include "tiles/uch-scene-private.h"

/* Below so many houses a town's name is not shown. */
#define PLACE_HOUSES_MIN 5

/* Where the houses of a street or a town are while the scene is being built. */
typedef struct
{
  const char *name;
  GArray     *points; /* UchScenePoint */
} Group;

struct _UchSceneBuilder
{
  UchScene   *scene;
  GArray     *houses;  /* UchSceneHouse */
  GHashTable *streets; /* "city\037street" → Group */
  GHashTable *cities;  /* city → Group */
};

static void
group_free (gpointer data)
{
  Group *group = data;

  g_array_unref (group->points);
  g_free (group);
}

static void
zone_free (gpointer data)
{
  UchSceneZone *zone = data;

  g_free (zone->id);
  g_free (zone->number);
  g_free (zone->name);
  g_ptr_array_unref (zone->rings);
  g_free (zone);
}

static void
centre_free (gpointer data)
{
  UchSceneCentre *centre = data;

  g_free (centre->id);
  g_free (centre->name);
  g_free (centre);
}

/**
 * uch_scene_builder_new:
 *
 * Begins a scene. It has the zone 0, "no zone", from the start. A builder belongs to one thread at
 * a time.
 *
 * Returns: (transfer full): an empty builder
 */
UchSceneBuilder *
uch_scene_builder_new (void)
{
  UchSceneBuilder *self = g_new0 (UchSceneBuilder, 1);
  UchScene        *scene = g_new0 (UchScene, 1);

  g_atomic_ref_count_init (&scene->ref_count);
  scene->strings = g_string_chunk_new (4096);
  scene->zones = g_ptr_array_new_with_free_func (zone_free);
  scene->centres = g_ptr_array_new_with_free_func (centre_free);
  scene->streets = g_ptr_array_new_with_free_func ((GDestroyNotify) uch_scene_street_free);
  scene->places = g_array_new (FALSE, FALSE, sizeof (UchScenePlace));
  self->scene = scene;
  self->houses = g_array_new (FALSE, FALSE, sizeof (UchSceneHouse));
  self->streets = g_hash_table_new_full (g_str_hash, g_str_equal, NULL, group_free);
  self->cities = g_hash_table_new_full (g_str_hash, g_str_equal, NULL, group_free);
  uch_scene_builder_add_zone (self, NULL, NULL, NULL, 0x77767b);
  return self;
}

/**
 * uch_scene_builder_free:
 * @self: (transfer full) (nullable): a builder that was not ended
 */
void
uch_scene_builder_free (UchSceneBuilder *self)
{
  if (self == NULL)
    return;
  g_clear_pointer (&self->scene, uch_scene_unref);
  g_array_unref (self->houses);
  g_hash_table_unref (self->streets);
  g_hash_table_unref (self->cities);
  g_free (self);
}

/**
 * uch_scene_builder_add_zone:
 * @self: a builder
 * @id: (nullable): id of the zone
 * @number: (nullable): what the legend calls it
 * @name: (nullable): its name
 * @rgb: 0xRRGGBB
 *
 * Returns: the index that its houses refer to; UCH_SCENE_NO_ZONE when there are too many
 */
guint
uch_scene_builder_add_zone (
    UchSceneBuilder *self, const char *id, const char *number, const char *name, guint32 rgb)
{
  UchSceneZone *zone;

  if (self->scene->zones->len > UCH_SCENE_ZONES_MAX)
    return UCH_SCENE_NO_ZONE;
  zone = g_new0 (UchSceneZone, 1);
  zone->id = g_strdup (id);
  zone->number = g_strdup (number);
  zone->name = g_strdup (name);
  zone->rgb = rgb & 0xffffff;
  zone->rings = g_ptr_array_new_with_free_func ((GDestroyNotify) g_array_unref);
  g_ptr_array_add (self->scene->zones, zone);
  return self->scene->zones->len - 1;
}

/**
 * uch_scene_builder_add_ring:
 * @self: a builder
 * @zone: index of its zone
 * @lat_lon: (array): degrees: latitude, longitude, latitude, …
 * @n_points: how many points; fewer than three are ignored
 *
 * Adds one ring of the outline of a zone. A repeated last point is dropped.
 */
void
uch_scene_builder_add_ring (UchSceneBuilder *self,
                            guint            zone,
                            const double    *lat_lon,
                            gsize            n_points)
{
  UchSceneZone *z;
  GArray       *ring;

  g_return_if_fail (zone < self->scene->zones->len);
  if (n_points > 1 && lat_lon[0] == lat_lon[2 * n_points - 2]
      && lat_lon[1] == lat_lon[2 * n_points - 1])
    n_points--;
  if (n_points < 3)
    return;
  z = g_ptr_array_index (self->scene->zones, zone);
  ring = g_array_sized_new (FALSE, FALSE, sizeof (UchScenePoint), (guint) n_points);
  for (gsize i = 0; i < n_points; i++)
    {
      UchScenePoint point
          = { uch_mercator_x (lat_lon[2 * i + 1]), uch_mercator_y (lat_lon[2 * i]) };

      g_array_append_val (ring, point);
    }
  g_ptr_array_add (z->rings, ring);
}

static void
add_to_group (
    UchSceneBuilder *self, GHashTable *groups, const char *key, const char *name, UchScenePoint at)
{
  Group *group = g_hash_table_lookup (groups, key);

  if (group == NULL)
    {
      group = g_new0 (Group, 1);
      group->name = g_string_chunk_insert_const (self->scene->strings, name);
      group->points = g_array_new (FALSE, FALSE, sizeof (UchScenePoint));
      g_hash_table_insert (groups, g_string_chunk_insert_const (self->scene->strings, key), group);
    }
  g_array_append_val (group->points, at);
}

/**
 * uch_scene_builder_add_house:
 * @self: a builder
 * @id: id of the house
 * @latitude: degrees north
 * @longitude: degrees east
 * @zone: index of its zone, UCH_SCENE_NO_ZONE for none
 * @status: how it is drawn
 * @city: (nullable): name of the town
 * @street: (nullable): name of the street as the map shows it
 * @number: (nullable): number as the map shows it
 *
 * Adds a house. A place that is no place (not finite, beyond the projection, or exactly 0° 0°) is
 * left out: such a house has not been located yet.
 */
void
uch_scene_builder_add_house (UchSceneBuilder *self,
                             const char      *id,
                             double           latitude,
                             double           longitude,
                             guint            zone,
                             UchSceneStatus   status,
                             const char      *city,
                             const char      *street,
                             const char      *number)
{
  UchSceneHouse house = { 0 };
  UchScenePoint at;

  if (!isfinite (latitude) || !isfinite (longitude) || (latitude == 0 && longitude == 0)
      || fabs (latitude) >= UCH_MERCATOR_LATITUDE_MAX || fabs (longitude) >= 180)
    return;
  at = (UchScenePoint){ uch_mercator_x (longitude), uch_mercator_y (latitude) };
  house.x = (guint32) (at.x * UCH_SCENE_WORLD);
  house.y = (guint32) (at.y * UCH_SCENE_WORLD);
  house.code = uch_mercator_morton (house.x, house.y);
  house.zone = zone < self->scene->zones->len ? (guint8) zone : UCH_SCENE_NO_ZONE;
  house.status = status;
  house.id = g_string_chunk_insert (self->scene->strings, id);
  house.number = g_string_chunk_insert_const (self->scene->strings, number != NULL ? number : "");
  g_array_append_val (self->houses, house);

  if (city != NULL && *city != '\0')
    add_to_group (self, self->cities, city, city, at);
  if (street != NULL && *street != '\0')
    {
      g_autofree char *key = g_strconcat (city != NULL ? city : "", "\037", street, NULL);

      add_to_group (self, self->streets, key, street, at);
    }
}

/**
 * uch_scene_builder_add_centre:
 * @self: a builder
 * @id: id of the service centre
 * @name: (nullable): its name
 * @latitude: degrees north
 * @longitude: degrees east
 */
void
uch_scene_builder_add_centre (
    UchSceneBuilder *self, const char *id, const char *name, double latitude, double longitude)
{
  UchSceneCentre *centre = g_new0 (UchSceneCentre, 1);

  centre->id = g_strdup (id);
  centre->name = g_strdup (name);
  centre->at = (UchScenePoint){ uch_mercator_x (longitude), uch_mercator_y (latitude) };
  g_ptr_array_add (self->scene->centres, centre);
}

static int
compare_houses (const void *a, const void *b)
{
  const UchSceneHouse *ha = a;
  const UchSceneHouse *hb = b;

  if (ha->zone != hb->zone)
    return ha->zone < hb->zone ? -1 : 1;
  if (ha->code != hb->code)
    return ha->code < hb->code ? -1 : 1;
  return strcmp (ha->id, hb->id); /* so that two of one place are always drawn in one order */
}

static int
compare_strings (gconstpointer a, gconstpointer b)
{
  return strcmp (*(const char *const *) a, *(const char *const *) b);
}

/* Level of detail: sorted by Morton code, a house is the first of its cell exactly in the cells
 * that are finer than what it has in common with the house before it. */
static void
rank_houses (UchScene *scene)
{
  guint n = 0;

  for (guint zone = 0; zone <= UCH_SCENE_ZONES_MAX; zone++)
    {
      guint  start = n;
      double x = 0, y = 0;

      scene->zone_start[zone] = start;
      for (; n < scene->n_houses && scene->houses[n].zone == zone; n++)
        {
          UchSceneHouse *house = &scene->houses[n];

          x += house->x / UCH_SCENE_WORLD;
          y += house->y / UCH_SCENE_WORLD;
          if (n == start)
            house->depth = 0;
          else
            {
              guint64 differ = house->code ^ scene->houses[n - 1].code;
              guint   common
                  = differ == 0 ? UCH_MERCATOR_DEPTH : (guint) ((__builtin_clzll (differ) - 2) / 2);

              house->depth = (guint8) (common + 1);
            }
        }
      if (n > start)
        {
          UchSceneZone *z = g_ptr_array_index (scene->zones, zone);

          z->n_houses = n - start;
          z->middle = (UchScenePoint){ x / (n - start), y / (n - start) };
        }
    }
  scene->zone_start[UCH_SCENE_ZONES_MAX + 1] = n;
}

static void
place_empty_zones (UchScene *scene)
{
  for (guint i = 1; i < scene->zones->len; i++)
    {
      UchSceneZone *zone = g_ptr_array_index (scene->zones, i);
      GArray       *ring;

      if (zone->n_houses > 0 || zone->rings->len == 0)
        continue;
      ring = g_ptr_array_index (zone->rings, 0);
      for (guint k = 0; k < ring->len; k++)
        {
          zone->middle.x += g_array_index (ring, UchScenePoint, k).x / ring->len;
          zone->middle.y += g_array_index (ring, UchScenePoint, k).y / ring->len;
        }
    }
}

static int
compare_places (gconstpointer a, gconstpointer b)
{
  const UchScenePlace *pa = a;
  const UchScenePlace *pb = b;

  return pa->n_houses != pb->n_houses ? (pa->n_houses > pb->n_houses ? -1 : 1)
                                      : strcmp (pa->name, pb->name);
}

static int
compare_doubles (gconstpointer a, gconstpointer b)
{
  double da = *(const double *) a;
  double db = *(const double *) b;

  return (da > db) - (da < db);
}

/* The median of each axis: one house with a wrong place does not pull the town away. */
static UchScenePoint
median_point (const GArray *points)
{
  g_autoptr (GArray) axis = g_array_sized_new (FALSE, FALSE, sizeof (double), points->len);
  UchScenePoint result;

  for (guint i = 0; i < points->len; i++)
    g_array_append_val (axis, g_array_index (points, UchScenePoint, i).x);
  g_array_sort (axis, compare_doubles);
  result.x = g_array_index (axis, double, axis->len / 2);
  for (guint i = 0; i < points->len; i++)
    g_array_index (axis, double, i) = g_array_index (points, UchScenePoint, i).y;
  g_array_sort (axis, compare_doubles);
  result.y = g_array_index (axis, double, axis->len / 2);
  return result;
}

static void
gather_places (UchSceneBuilder *self)
{
  GHashTableIter iter;
  gpointer       value;

  g_hash_table_iter_init (&iter, self->cities);
  while (g_hash_table_iter_next (&iter, NULL, &value))
    {
      Group        *group = value;
      UchScenePlace place = { .name = group->name, .n_houses = group->points->len };

      if (place.n_houses < PLACE_HOUSES_MIN)
        continue;
      place.at = median_point (group->points);
      g_array_append_val (self->scene->places, place);
    }
  g_array_sort (self->scene->places, compare_places);
}

/**
 * uch_scene_builder_end:
 * @self: (transfer full): a builder
 *
 * Sorts the houses, ranks them for the levels of detail and traces the streets. With 200,000
 * houses this takes a good part of a second: call it on a worker thread.
 *
 * Returns: (transfer full): the scene
 */
UchScene *
uch_scene_builder_end (UchSceneBuilder *self)
{
  UchScene         *scene = g_steal_pointer (&self->scene);
  g_autofree char **keys = NULL;
  guint             n_keys;

  self->scene = scene;
  scene->n_houses = self->houses->len;
  if (scene->n_houses > 0)
    qsort (self->houses->data, scene->n_houses, sizeof (UchSceneHouse), compare_houses);
  scene->houses = g_memdup2 (self->houses->data, scene->n_houses * sizeof (UchSceneHouse));
  rank_houses (scene);
  place_empty_zones (scene);
  gather_places (self);

  /* In the order of their names: two runs over the same register draw the same map. */
  keys = (char **) g_hash_table_get_keys_as_array (self->streets, &n_keys);
  if (n_keys > 0)
    qsort (keys, n_keys, sizeof *keys, compare_strings);
  for (guint i = 0; i < n_keys; i++)
    {
      Group *group = g_hash_table_lookup (self->streets, keys[i]);

      uch_scene_trace_street (scene->streets, group->name,
                              (const UchScenePoint *) (void *) group->points->data,
                              group->points->len);
    }
  self->scene = NULL;
  uch_scene_builder_free (self);
  return scene;
}

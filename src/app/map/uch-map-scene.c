#define G_LOG_DOMAIN "uch-app"

#include "app/map/uch-map-scene.h"

#include "app/uch-format.h"
#include "core/uch-geo.h"
#include "sync/uch-wire.h"

/* Entities are immutable: the worker may read them while the lists go on. */
typedef struct
{
  GPtrArray *zones, *centres, *houses;
} Registers;

static void
registers_free (gpointer data)
{
  Registers *registers = data;

  g_ptr_array_unref (registers->zones);
  g_ptr_array_unref (registers->centres);
  g_ptr_array_unref (registers->houses);
  g_free (registers);
}

static GPtrArray *
take_items (GListModel *model)
{
  guint      n = g_list_model_get_n_items (model);
  GPtrArray *items = g_ptr_array_new_full (n, g_object_unref);

  for (guint i = 0; i < n; i++)
    g_ptr_array_add (items, g_list_model_get_item (model, i));
  return items;
}

/**
 * uch_map_zone_rgb:
 * @zone: (nullable): a zone; %NULL for none
 *
 * Returns: its colour on light ground, 0xRRGGBB
 */
guint32
uch_map_zone_rgb (const UchZone *zone)
{
  GdkRGBA rgba;

  uch_zone_get_rgba (zone, FALSE, &rgba);
  return (guint32) (rgba.red * 255.0f + 0.5f) << 16 | (guint32) (rgba.green * 255.0f + 0.5f) << 8
         | (guint32) (rgba.blue * 255.0f + 0.5f);
}

static void
add_outline (UchSceneBuilder *builder, guint index, const UchZone *zone)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (UchOutline) outline
      = zone->outline != NULL ? uch_wire_parse_outline (zone->outline, &error) : NULL;

  if (error != NULL)
    g_warning ("The outline of zone “%s” cannot be read: %s", zone->name, error->message);
  for (guint r = 0; outline != NULL && r < outline->rings->len; r++)
    {
      const GArray      *ring = g_ptr_array_index (outline->rings, r);
      g_autofree double *lat_lon = g_new (double, 2 * ring->len);

      for (guint i = 0; i < ring->len; i++)
        {
          lat_lon[2 * i] = g_array_index (ring, UchPoint, i).latitude;
          lat_lon[2 * i + 1] = g_array_index (ring, UchPoint, i).longitude;
        }
      uch_scene_builder_add_ring (builder, index, lat_lon, ring->len);
    }
}

static int
compare_zones (gconstpointer a, gconstpointer b)
{
  const UchZone *za = *(const UchZone *const *) a;
  const UchZone *zb = *(const UchZone *const *) b;

  return (za->number > zb->number) - (za->number < zb->number);
}

static UchSceneStatus
scene_status (UchHouseStatus status)
{
  switch (status)
    {
    case UCH_HOUSE_PLANNED:
      return UCH_SCENE_PLANNED;
    case UCH_HOUSE_LOST:
      return UCH_SCENE_LOST;
    case UCH_HOUSE_CONNECTED:
    default:
      return UCH_SCENE_CONNECTED;
    }
}

static void
add_house (UchSceneBuilder *builder, const UchHouse *house, GHashTable *zone_indexes)
{
  g_autofree char *street = g_strdup_printf (
      "%s%s%s", house->street_type != NULL ? house->street_type : "",
      house->street_type != NULL ? " " : "", house->street != NULL ? house->street : "");
  g_autofree char *number
      = g_strconcat (house->number != NULL ? house->number : "", house->addition, NULL);
  guint zone = house->zone_id != NULL
                   ? GPOINTER_TO_UINT (g_hash_table_lookup (zone_indexes, house->zone_id))
                   : UCH_SCENE_NO_ZONE;

  uch_scene_builder_add_house (builder, house->parent.id, house->latitude, house->longitude, zone,
                               scene_status (house->status), house->city,
                               house->street != NULL ? street : NULL, number);
}

static void
build_in_thread (GTask *task, gpointer source, gpointer data, GCancellable *cancellable)
{
  Registers       *registers = data;
  UchSceneBuilder *builder = uch_scene_builder_new ();
  g_autoptr (GHashTable) zone_indexes = g_hash_table_new (g_str_hash, g_str_equal);

  g_ptr_array_sort (registers->zones, compare_zones);
  for (guint i = 0; i < registers->zones->len; i++)
    {
      const UchZone   *zone = g_ptr_array_index (registers->zones, i);
      g_autofree char *number = g_strdup_printf ("%" G_GINT64_FORMAT, zone->number);
      guint index = uch_scene_builder_add_zone (builder, zone->parent.id, number, zone->name,
                                                uch_map_zone_rgb (zone));

      g_hash_table_insert (zone_indexes, zone->parent.id, GUINT_TO_POINTER (index));
      if (index != UCH_SCENE_NO_ZONE)
        add_outline (builder, index, zone);
    }
  for (guint i = 0; i < registers->centres->len; i++)
    {
      const UchCentre *centre = g_ptr_array_index (registers->centres, i);

      uch_scene_builder_add_centre (builder, centre->parent.id, centre->name, centre->latitude,
                                    centre->longitude);
    }
  for (guint i = 0; i < registers->houses->len; i++)
    add_house (builder, g_ptr_array_index (registers->houses, i), zone_indexes);
  g_task_return_pointer (task, uch_scene_builder_end (builder), (GDestroyNotify) uch_scene_unref);
}

/**
 * uch_map_scene_build_async:
 * @zones: (element-type UchZone): the zones
 * @centres: (element-type UchCentre): the service centres
 * @houses: (element-type UchHouse): the houses
 * @cancellable: (nullable): gives it up
 * @callback: called in the main context
 * @user_data: for @callback
 *
 * Makes a scene of the registers as they are now.
 */
void
uch_map_scene_build_async (GListModel         *zones,
                           GListModel         *centres,
                           GListModel         *houses,
                           GCancellable       *cancellable,
                           GAsyncReadyCallback callback,
                           gpointer            user_data)
{
  g_autoptr (GTask) task = g_task_new (NULL, cancellable, callback, user_data);
  Registers *registers = g_new0 (Registers, 1);

  registers->zones = take_items (zones);
  registers->centres = take_items (centres);
  registers->houses = take_items (houses);
  g_task_set_source_tag (task, uch_map_scene_build_async);
  g_task_set_task_data (task, registers, registers_free);
  g_task_run_in_thread (task, build_in_thread);
}

/**
 * uch_map_scene_build_finish:
 * @result: what the callback got
 * @error: return location of G_IO_ERROR_CANCELLED
 *
 * Returns: (transfer full) (nullable): the scene
 */
UchScene *
uch_map_scene_build_finish (GAsyncResult *result, GError **error)
{
  return g_task_propagate_pointer (G_TASK (result), error);
}

#include "support/uch-city.h"

#include <json-glib/json-glib.h>
#include <math.h>
#include <string.h>

/* Okabe and Ito's colours, as the zones 1 … 5 have them. */
static const guint32 colors[] = { 0x0072b2, 0x009e73, 0xe69f00, 0xcc79a7, 0xd55e00 };

/* A file of the real city: in $UCHASTOK_DATA, or beside the project. NULL when it is not there. */
char *
uch_city_dup_file (const char *name)
{
  const char      *folder = g_getenv ("UCHASTOK_DATA");
  g_autofree char *path = NULL;

  if (folder != NULL)
    path = g_build_filename (folder, name, NULL);
  else if (g_getenv ("G_TEST_SRCDIR") != NULL)
    path = g_build_filename (g_getenv ("G_TEST_SRCDIR"), "..", "..", "shared", "stavropol", name,
                             NULL);
  else
    path = g_build_filename ("..", "shared", "stavropol", name, NULL);
  return g_file_test (path, G_FILE_TEST_EXISTS) ? g_steal_pointer (&path) : NULL;
}

static void
add_real_zones (UchSceneBuilder *builder, const char *path)
{
  g_autoptr (JsonParser) parser = json_parser_new ();
  JsonArray *features;

  if (!json_parser_load_from_file (parser, path, NULL))
    return;
  features = json_object_get_array_member (json_node_get_object (json_parser_get_root (parser)),
                                           "features");
  for (guint i = 0; i < json_array_get_length (features); i++)
    {
      JsonObject *feature = json_array_get_object_element (features, i);
      JsonObject *properties = json_object_get_object_member (feature, "properties");
      JsonArray  *rings = json_object_get_array_member (
           json_object_get_object_member (feature, "geometry"), "coordinates");
      g_autofree char *number
          = g_strdup_printf ("%d", (int) json_object_get_int_member (properties, "id"));
      guint zone = uch_scene_builder_add_zone (builder, number, number,
                                               json_object_get_string_member (properties, "name"),
                                               colors[i % G_N_ELEMENTS (colors)]);

      for (guint r = 0; r < json_array_get_length (rings); r++)
        {
          JsonArray         *ring = json_array_get_array_element (rings, r);
          guint              n = json_array_get_length (ring);
          g_autofree double *lat_lon = g_new (double, 2 * n);

          for (guint k = 0; k < n; k++)
            {
              JsonArray *point = json_array_get_array_element (ring, k);

              lat_lon[2 * k] = json_array_get_double_element (point, 1);
              lat_lon[2 * k + 1] = json_array_get_double_element (point, 0);
            }
          uch_scene_builder_add_ring (builder, zone, lat_lon, n);
        }
    }
}

/* Calls back with the fields of each line but the first. */
static void
read_csv (const char *path,
          void (*row) (UchSceneBuilder *, guint, char **, guint),
          UchSceneBuilder *builder)
{
  g_autofree char *text = NULL;
  g_auto (GStrv) lines = NULL;

  if (!g_file_get_contents (path, &text, NULL, NULL))
    return;
  lines = g_strsplit (text, "\n", -1);
  for (guint i = 1; lines[i] != NULL; i++)
    {
      g_auto (GStrv) fields = g_strsplit (g_strchomp (lines[i]), ";", -1);

      if (g_strv_length (fields) >= 4)
        row (builder, i, fields, g_strv_length (fields));
    }
}

static void
add_real_house (UchSceneBuilder *builder, guint line, char **fields, guint n_fields)
{
  char id[16];

  if (n_fields < 6)
    return;
  g_snprintf (id, sizeof id, "h%u", line);
  uch_scene_builder_add_house (builder, id, g_ascii_strtod (fields[3], NULL),
                               g_ascii_strtod (fields[4], NULL),
                               (guint) g_ascii_strtoull (fields[5], NULL, 10),
                               line % 23 == 0   ? UCH_SCENE_PLANNED
                               : line % 41 == 0 ? UCH_SCENE_LOST
                                                : UCH_SCENE_CONNECTED,
                               fields[0], fields[1], fields[2]);
}

static void
add_real_centre (UchSceneBuilder *builder, guint line, char **fields, guint n_fields)
{
  char id[16];

  g_snprintf (id, sizeof id, "c%u", line);
  uch_scene_builder_add_centre (builder, id, fields[0], g_ascii_strtod (fields[2], NULL),
                                g_ascii_strtod (fields[3], NULL));
}

/* The 2,000 houses of the real city; NULL when the files are not here. Some are given the status
 * planned or lost, so that every look is seen. */
UchScene *
uch_city_load_real (void)
{
  g_autofree char *houses = uch_city_dup_file ("houses.csv");
  g_autofree char *zones = uch_city_dup_file ("zones.geojson");
  g_autofree char *centres = uch_city_dup_file ("centres.csv");
  UchSceneBuilder *builder;

  if (houses == NULL || zones == NULL || centres == NULL)
    return NULL;
  builder = uch_scene_builder_new ();
  add_real_zones (builder, zones);
  read_csv (houses, add_real_house, builder);
  read_csv (centres, add_real_centre, builder);
  return uch_scene_builder_end (builder);
}

/* A made-up town of straight streets around the place of the real one. */
UchScene *
uch_city_make (guint n_houses, guint32 seed)
{
  UchSceneBuilder *builder = uch_scene_builder_new ();
  g_autoptr (GRand) rand = g_rand_new_with_seed (seed);
  guint n_streets = MAX (1, n_houses / 100);

  for (guint zone = 0; zone < G_N_ELEMENTS (colors); zone++)
    {
      char   number[8];
      double west = UCH_CITY_LONGITUDE - 0.1 + 0.04 * zone;
      double ring[]
          = { UCH_CITY_LATITUDE - 0.07, west,        UCH_CITY_LATITUDE + 0.07, west,
              UCH_CITY_LATITUDE + 0.07, west + 0.04, UCH_CITY_LATITUDE - 0.07, west + 0.04 };

      g_snprintf (number, sizeof number, "%u", zone + 1);
      uch_scene_builder_add_zone (builder, number, number, "Zone", colors[zone]);
      uch_scene_builder_add_ring (builder, zone + 1, ring, 4);
    }
  for (guint i = 0; i < n_houses; i++)
    {
      guint  street = i % n_streets;
      double angle = street % 2 == 0 ? 0.3 : 1.87;
      double along = g_rand_double_range (rand, -0.004, 0.004);
      double lat = UCH_CITY_LATITUDE + fmod (street * 0.754877666, 1.0) * 0.13 - 0.065
                   + along * sin (angle);
      double lon = UCH_CITY_LONGITUDE + fmod (street * 0.569840291, 1.0) * 0.19 - 0.095
                   + along * cos (angle) * 1.4 + (i / n_streets % 2 == 0 ? 0.0002 : -0.0002);
      char id[16], name[24], number[12];

      g_snprintf (id, sizeof id, "h%u", i);
      g_snprintf (name, sizeof name, "Street %u", street);
      g_snprintf (number, sizeof number, "%u", i / n_streets + 1);
      uch_scene_builder_add_house (
          builder, id, lat, lon, 1 + (guint) CLAMP ((lon - UCH_CITY_LONGITUDE + 0.1) / 0.04, 0, 4),
          i % 23 == 0 ? UCH_SCENE_PLANNED : UCH_SCENE_CONNECTED, "Town", name, number);
    }
  return uch_scene_builder_end (builder);
}

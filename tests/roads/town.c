#include <glib/gstdio.h>

#include "roads/town.h"

Town *
town_new (void)
{
  Town *self = g_new0 (Town, 1);

  self->nodes = g_string_new (NULL);
  self->ways = g_string_new (NULL);
  return self;
}

void
town_free (Town *self)
{
  g_string_free (self->nodes, TRUE);
  g_string_free (self->ways, TRUE);
  g_free (self);
}

void
town_add_node (Town *self, guint id, double latitude, double longitude)
{
  char lat[G_ASCII_DTOSTR_BUF_SIZE], lon[G_ASCII_DTOSTR_BUF_SIZE];

  g_string_append_printf (self->nodes, "<node id=\"%u\" lat=\"%s\" lon=\"%s\"/>\n", id,
                          g_ascii_formatd (lat, sizeof lat, "%.7f", latitude),
                          g_ascii_formatd (lon, sizeof lon, "%.7f", longitude));
}

/* @tags: "highway=residential oneway=yes" */
void
town_add_way (Town *self, const char *tags, const guint *nodes, guint n_nodes)
{
  g_auto (GStrv) pairs = g_strsplit (tags, " ", -1);

  g_string_append_printf (self->ways, "<way id=\"%u\">\n", ++self->n_ways);
  for (guint i = 0; i < n_nodes; i++)
    g_string_append_printf (self->ways, "<nd ref=\"%u\"/>\n", nodes[i]);
  for (guint i = 0; pairs[i] != NULL; i++)
    {
      g_auto (GStrv) pair = g_strsplit (pairs[i], "=", 2);

      g_string_append_printf (self->ways, "<tag k=\"%s\" v=\"%s\"/>\n", pair[0], pair[1]);
    }
  g_string_append (self->ways, "</way>\n");
}

/* Returns the path of an extract of its own. */
char *
town_save (Town *self)
{
  g_autofree char *folder = g_dir_make_tmp ("uch-town-XXXXXX", NULL);
  char            *path = g_build_filename (folder, "town.osm", NULL);
  g_autofree char *text = g_strdup_printf ("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n"
                                           "<osm version=\"0.6\">\n%s%s</osm>\n",
                                           self->nodes->str, self->ways->str);

  g_assert_true (g_file_set_contents (path, text, -1, NULL));
  return path;
}

UchRoads *
town_import (Town *self)
{
  g_autofree char *path = town_save (self);
  g_autofree char *folder = g_path_get_dirname (path);
  g_autoptr (GError) error = NULL;
  UchRoads *roads = uch_roads_import (path, NULL, &error);

  g_assert_no_error (error);
  g_unlink (path);
  g_rmdir (folder);
  return roads;
}

/* A crooked grid with missing streets and one-way ones: the same for the same seed. Node ids count
 * from 1, @out_points (of UchPoint) from 0. */
GArray *
town_list_random (guint32 seed, guint side, GArray **out_points)
{
  g_autoptr (GRand) rand = g_rand_new_with_seed (seed);
  GArray *streets = g_array_new (FALSE, FALSE, sizeof (TownStreet));

  *out_points = g_array_new (FALSE, FALSE, sizeof (UchPoint));
  for (guint i = 0; i < side * side; i++)
    {
      UchPoint point = { 45.0 + 0.002 * (i / side) + g_rand_double_range (rand, 0, 0.001),
                         42.0 + 0.003 * (i % side) + g_rand_double_range (rand, 0, 0.001) };

      g_array_append_val (*out_points, point);
    }
  for (guint i = 0; i < side * side; i++)
    for (guint way = 0; way < 2; way++)
      {
        guint      next = way == 0 ? i + 1 : i + side;
        TownStreet street = { i + 1, next + 1, g_rand_int_range (rand, -2, 4) };

        if ((way == 0 && next % side == 0) || next >= side * side
            || g_rand_int_range (rand, 0, 100) < 20)
          continue;
        street.oneway = street.oneway < 0 ? street.oneway + 1 : street.oneway == 1;
        g_array_append_val (streets, street);
      }
  return streets;
}

UchRoads *
town_make_random (guint32 seed, guint side)
{
  static const char *const words[] = { "-1", "no", "yes" };
  g_autoptr (GArray) points = NULL;
  g_autoptr (GArray) streets = town_list_random (seed, side, &points);
  g_autoptr (Town) town = town_new ();

  for (guint i = 0; i < points->len; i++)
    {
      const UchPoint *p = &g_array_index (points, UchPoint, i);

      town_add_node (town, i + 1, p->latitude, p->longitude);
    }
  for (guint i = 0; i < streets->len; i++)
    {
      const TownStreet *street = &g_array_index (streets, TownStreet, i);
      guint             nodes[2] = { street->from, street->to };
      g_autofree char  *tags
          = g_strdup_printf ("highway=residential oneway=%s", words[street->oneway + 1]);

      town_add_way (town, tags, nodes, 2);
    }
  return town_import (town);
}

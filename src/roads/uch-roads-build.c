/* The bytes of a graph's file: arcs by junction, and the grid in which places are looked up. */

#include <math.h>
#include <string.h>

#include "roads/uch-roads-private.h"

/* Of a cell of the grid, about: a place looks at a handful of cells with a handful of pieces. */
#define CELL_M 120.0
/* So large is no city; cells grow instead. */
#define N_CELLS_MAX (4u * 1024 * 1024)

static void
list_arcs (guint n_junctions, GArray *links, gboolean out, GArray *first, GArray *arcs)
{
  guint32 *fill;

  g_array_set_size (first, n_junctions + 1);
  for (int pass = 0; pass < 2; pass++)
    {
      fill = pass == 1 ? g_memdup2 (first->data, n_junctions * sizeof (guint32)) : NULL;
      for (guint i = 0; i < links->len; i++)
        {
          const UchRoadLink *link = &g_array_index (links, UchRoadLink, i);

          for (int way = 0; way < 2; way++)
            {
              guint32    ds = way == 0 ? link->forward_ds : link->backward_ds;
              guint32    from = way == 0 ? link->from : link->to;
              guint32    to = way == 0 ? link->to : link->from;
              UchRoadArc arc = { .junction = out ? to : from, .ds = ds, .link = i };

              if (ds == 0)
                continue;
              if (pass == 0)
                g_array_index (first, guint32, (out ? from : to) + 1)++;
              else
                g_array_index (arcs, UchRoadArc, fill[out ? from : to]++) = arc;
            }
        }
      if (pass == 0)
        {
          for (guint i = 0; i < n_junctions; i++)
            g_array_index (first, guint32, i + 1) += g_array_index (first, guint32, i);
          g_array_set_size (arcs, g_array_index (first, guint32, n_junctions));
        }
      g_free (fill);
    }
}

static void
measure (UchRoadsHeader *header, GArray *points)
{
  double cell_m = CELL_M;

  header->south_e7 = header->west_e7 = G_MAXINT32;
  header->north_e7 = header->east_e7 = G_MININT32;
  for (guint i = 0; i < points->len; i++)
    {
      const UchRoadPoint *p = &g_array_index (points, UchRoadPoint, i);

      header->south_e7 = MIN (header->south_e7, p->lat_e7);
      header->north_e7 = MAX (header->north_e7, p->lat_e7);
      header->west_e7 = MIN (header->west_e7, p->lon_e7);
      header->east_e7 = MAX (header->east_e7, p->lon_e7);
    }
  do
    {
      double middle = ((double) header->south_e7 + header->north_e7) / 2 / UCH_ROADS_E7;

      header->cell_lat_e7 = (gint32) (cell_m / UCH_ROADS_M_PER_DEGREE * UCH_ROADS_E7);
      header->cell_lon_e7 = (gint32) (cell_m / UCH_ROADS_M_PER_DEGREE
                                      / MAX (cos (middle * G_PI / 180), 0.01) * UCH_ROADS_E7);
      header->n_rows
          = (guint32) (((gint64) header->north_e7 - header->south_e7) / header->cell_lat_e7 + 1);
      header->n_columns
          = (guint32) (((gint64) header->east_e7 - header->west_e7) / header->cell_lon_e7 + 1);
      cell_m *= 2;
    }
  while ((guint64) header->n_rows * header->n_columns > N_CELLS_MAX);
}

typedef void (*CellFunc) (guint32 cell, const UchRoadPiece *piece, gpointer user_data);

/* Every cell that the box of a piece touches. */
static void
for_each_cell (
    const UchRoadsHeader *header, GArray *links, GArray *points, CellFunc func, gpointer user_data)
{
  for (guint32 i = 0; i < links->len; i++)
    {
      const UchRoadLink *link = &g_array_index (links, UchRoadLink, i);

      for (guint32 k = 0; k + 1 < link->n_points; k++)
        {
          UchRoadPiece        piece = { .link = i, .point = link->first_point + k };
          const UchRoadPoint *a = &g_array_index (points, UchRoadPoint, piece.point), *b = a + 1;
          guint32 row_0 = (guint32) ((MIN (a->lat_e7, b->lat_e7) - (gint64) header->south_e7)
                                     / header->cell_lat_e7);
          guint32 row_1 = (guint32) ((MAX (a->lat_e7, b->lat_e7) - (gint64) header->south_e7)
                                     / header->cell_lat_e7);
          guint32 column_0 = (guint32) ((MIN (a->lon_e7, b->lon_e7) - (gint64) header->west_e7)
                                        / header->cell_lon_e7);
          guint32 column_1 = (guint32) ((MAX (a->lon_e7, b->lon_e7) - (gint64) header->west_e7)
                                        / header->cell_lon_e7);

          for (guint32 row = row_0; row <= row_1; row++)
            for (guint32 column = column_0; column <= column_1; column++)
              func (row * header->n_columns + column, &piece, user_data);
        }
    }
}

static void
count_cb (guint32 cell, const UchRoadPiece *piece, gpointer user_data)
{
  g_array_index ((GArray *) user_data, guint32, cell + 1)++;
}

typedef struct
{
  guint32 *fill;
  GArray  *pieces;
} Grid;

static void
fill_cb (guint32 cell, const UchRoadPiece *piece, gpointer user_data)
{
  Grid *grid = user_data;

  g_array_index (grid->pieces, UchRoadPiece, grid->fill[cell]++) = *piece;
}

static void
list_cells (
    const UchRoadsHeader *header, GArray *links, GArray *points, GArray *first, GArray *pieces)
{
  guint n_cells = header->n_columns * header->n_rows;
  Grid  grid = { .pieces = pieces };

  g_array_set_size (first, n_cells + 1);
  for_each_cell (header, links, points, count_cb, first);
  for (guint i = 0; i < n_cells; i++)
    g_array_index (first, guint32, i + 1) += g_array_index (first, guint32, i);
  g_array_set_size (pieces, g_array_index (first, guint32, n_cells));
  grid.fill = g_memdup2 (first->data, n_cells * sizeof (guint32));
  for_each_cell (header, links, points, fill_cb, &grid);
  g_free (grid.fill);
}

static void
append (GByteArray *bytes, gconstpointer data, gsize len)
{
  static const guint8 zeros[8];

  g_byte_array_append (bytes, data, (guint) len);
  g_byte_array_append (bytes, zeros, (guint) (-bytes->len & 7));
}

static void
append_array (GByteArray *bytes, GArray *array)
{
  append (bytes, array->data, (gsize) array->len * g_array_get_element_size (array));
}

/* The bytes of the file: see UchRoadsHeader. */
GBytes *
uch_roads_build (guint n_junctions, GArray *links, GArray *points)
{
  g_autoptr (GArray) out_first = g_array_new (FALSE, TRUE, sizeof (guint32));
  g_autoptr (GArray) in_first = g_array_new (FALSE, TRUE, sizeof (guint32));
  g_autoptr (GArray) cell_first = g_array_new (FALSE, TRUE, sizeof (guint32));
  g_autoptr (GArray) out = g_array_new (FALSE, TRUE, sizeof (UchRoadArc));
  g_autoptr (GArray) in = g_array_new (FALSE, TRUE, sizeof (UchRoadArc));
  g_autoptr (GArray) pieces = g_array_new (FALSE, TRUE, sizeof (UchRoadPiece));
  GByteArray    *bytes = g_byte_array_new ();
  UchRoadsHeader header = { .version = UCH_ROADS_VERSION,
                            .n_junctions = n_junctions,
                            .n_links = links->len,
                            .n_points = points->len };

  memcpy (header.magic, UCH_ROADS_MAGIC, sizeof header.magic);
  list_arcs (n_junctions, links, TRUE, out_first, out);
  list_arcs (n_junctions, links, FALSE, in_first, in);
  measure (&header, points);
  list_cells (&header, links, points, cell_first, pieces);
  header.n_out = out->len;
  header.n_in = in->len;
  header.n_pieces = pieces->len;
  for (guint i = 0; i < out->len; i++)
    header.longest_ds = MAX (header.longest_ds, g_array_index (out, UchRoadArc, i).ds);

  append (bytes, &header, sizeof header);
  append_array (bytes, links);
  append_array (bytes, points);
  append_array (bytes, out_first);
  append_array (bytes, out);
  append_array (bytes, in_first);
  append_array (bytes, in);
  append_array (bytes, cell_first);
  append_array (bytes, pieces);
  return g_byte_array_free_to_bytes (bytes);
}

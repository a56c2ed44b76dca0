/* A graph in memory: its file, checked once so that searches need not, and places on it. */

#include <math.h>
#include <string.h>

#include "roads/uch-roads-private.h"

G_DEFINE_QUARK (uch - roads - error - quark, uch_roads_error)

#define END_DM 30

double
uch_road_points_distance_m (const UchRoadPoint *a, const UchRoadPoint *b)
{
  return uch_geo_distance_m (a->lat_e7 / UCH_ROADS_E7, a->lon_e7 / UCH_ROADS_E7,
                             b->lat_e7 / UCH_ROADS_E7, b->lon_e7 / UCH_ROADS_E7);
}

/* The next section of the file; NULL with @left < 0: it ends before it should. */
static gconstpointer
take (const guint8 **at, gint64 *left, gsize n, gsize size)
{
  gint64        len = (gint64) (n * size);
  gconstpointer section = *at;

  len += -len & 7;
  *left -= len;
  if (*left < 0)
    return NULL;
  *at += len;
  return section;
}

static gboolean
is_rising (const guint32 *first, guint32 n, guint32 last)
{
  if (first[0] != 0 || first[n] != last)
    return FALSE;
  for (guint32 i = 0; i < n; i++)
    if (first[i] > first[i + 1])
      return FALSE;
  return TRUE;
}

static gboolean
are_arcs_sound (const UchRoads *self, const UchRoadArc *arcs, guint32 n)
{
  for (guint32 i = 0; i < n; i++)
    if (arcs[i].junction >= self->header->n_junctions || arcs[i].link >= self->header->n_links
        || arcs[i].ds == 0 || arcs[i].ds > self->header->longest_ds)
      return FALSE;
  return TRUE;
}

/* Every number that is used as an index: a damaged file must not lead outside of it. */
static gboolean
is_sound (const UchRoads *self)
{
  const UchRoadsHeader *header = self->header;

  for (guint32 i = 0; i < header->n_links; i++)
    {
      const UchRoadLink *link = &self->links[i];

      if (link->from >= header->n_junctions || link->to >= header->n_junctions || link->n_points < 2
          || link->first_point > header->n_points
          || link->n_points > header->n_points - link->first_point
          || MAX (link->forward_ds, link->backward_ds) > header->longest_ds)
        return FALSE;
    }
  for (guint32 i = 0; i < header->n_pieces; i++)
    {
      const UchRoadPiece *piece = &self->pieces[i];
      const UchRoadLink  *link = &self->links[piece->link < header->n_links ? piece->link : 0];

      if (piece->link >= header->n_links || piece->point < link->first_point
          || piece->point + 1 >= link->first_point + link->n_points)
        return FALSE;
    }
  return is_rising (self->out_first, header->n_junctions, header->n_out)
         && is_rising (self->in_first, header->n_junctions, header->n_in)
         && is_rising (self->cell_first, header->n_columns * header->n_rows, header->n_pieces)
         && are_arcs_sound (self, self->out, header->n_out)
         && are_arcs_sound (self, self->in, header->n_in);
}

static gboolean
is_sane (const UchRoadsHeader *header)
{
  return header->n_junctions > 0 && header->n_junctions <= UCH_ROADS_N_MAX && header->n_links > 0
         && header->n_links <= UCH_ROADS_N_MAX && header->n_points <= UCH_ROADS_N_MAX
         && header->n_out <= UCH_ROADS_N_MAX && header->n_in <= UCH_ROADS_N_MAX
         && header->n_pieces <= UCH_ROADS_N_MAX && header->n_columns > 0 && header->n_rows > 0
         && (guint64) header->n_columns * header->n_rows <= UCH_ROADS_N_MAX
         && header->cell_lat_e7 > 0 && header->cell_lon_e7 > 0
         && header->longest_ds <= 24 * 3600 * UCH_ROADS_TENTHS;
}

/**
 * uch_roads_new_from_bytes:
 * @bytes: what uch_roads_get_bytes() gave
 * @error: return location
 *
 * Checks the bytes once, and uses them where they are.
 *
 * Returns: (transfer full) (nullable): the graph
 */
UchRoads *
uch_roads_new_from_bytes (GBytes *bytes, GError **error)
{
  g_autoptr (UchRoads) self = g_new0 (UchRoads, 1);
  gsize                 size;
  const guint8         *at = g_bytes_get_data (bytes, &size);
  gint64                left = (gint64) size;
  const UchRoadsHeader *header = take (&at, &left, 1, sizeof *header);

  self->ref_count = 1;
  self->bytes = g_bytes_ref (bytes);
  if (header == NULL || memcmp (header->magic, UCH_ROADS_MAGIC, sizeof header->magic) != 0)
    {
      g_set_error_literal (error, UCH_ROADS_ERROR, UCH_ROADS_ERROR_FORMAT, "This is no road graph");
      return NULL;
    }
  if (header->version != UCH_ROADS_VERSION)
    {
      g_set_error (
          error, UCH_ROADS_ERROR, UCH_ROADS_ERROR_NEWER,
          "The road graph is of version %u, this program reads %u: import the extract again",
          header->version, UCH_ROADS_VERSION);
      return NULL;
    }
  if (is_sane (header))
    {
      self->header = header;
      self->links = take (&at, &left, header->n_links, sizeof (UchRoadLink));
      self->points = take (&at, &left, header->n_points, sizeof (UchRoadPoint));
      self->out_first = take (&at, &left, header->n_junctions + 1, sizeof (guint32));
      self->out = take (&at, &left, header->n_out, sizeof (UchRoadArc));
      self->in_first = take (&at, &left, header->n_junctions + 1, sizeof (guint32));
      self->in = take (&at, &left, header->n_in, sizeof (UchRoadArc));
      self->cell_first
          = take (&at, &left, header->n_columns * header->n_rows + 1, sizeof (guint32));
      self->pieces = take (&at, &left, header->n_pieces, sizeof (UchRoadPiece));
      if (left == 0 && is_sound (self))
        return g_steal_pointer (&self);
    }
  g_set_error_literal (error, UCH_ROADS_ERROR, UCH_ROADS_ERROR_FORMAT,
                       "The road graph is damaged: import the extract again");
  return NULL;
}

GBytes *
uch_roads_map_file (const char *path, GError **error)
{
  g_autoptr (GError) local_error = NULL;
  g_autoptr (GMappedFile) file = g_mapped_file_new (path, FALSE, &local_error);

  if (file != NULL)
    return g_mapped_file_get_bytes (file);
  g_set_error (error, UCH_ROADS_ERROR, UCH_ROADS_ERROR_READ, "%s", local_error->message);
  return NULL;
}

/**
 * uch_roads_load:
 * @path: a file that uch_roads_save() wrote
 * @error: return location
 *
 * Maps the file into memory.
 *
 * Returns: (transfer full) (nullable): the graph
 */
UchRoads *
uch_roads_load (const char *path, GError **error)
{
  g_autoptr (GBytes) bytes = uch_roads_map_file (path, error);

  return bytes != NULL ? uch_roads_new_from_bytes (bytes, error) : NULL;
}

/**
 * uch_roads_save:
 * @self: a graph
 * @path: where to
 * @error: return location
 *
 * Writes the graph's file, as a whole or not at all.
 *
 * Returns: whether it is there
 */
gboolean
uch_roads_save (UchRoads *self, const char *path, GError **error)
{
  gsize         len;
  gconstpointer data = g_bytes_get_data (self->bytes, &len);

  return g_file_set_contents_full (path, data, (gssize) len, G_FILE_SET_CONTENTS_CONSISTENT, 0600,
                                   error);
}

/**
 * uch_roads_ref:
 * @self: a graph
 *
 * Returns: (transfer full): @self
 */
UchRoads *
uch_roads_ref (UchRoads *self)
{
  g_atomic_int_inc (&self->ref_count);
  return self;
}

/**
 * uch_roads_unref:
 * @self: (nullable) (transfer full): a graph
 */
void
uch_roads_unref (UchRoads *self)
{
  if (self == NULL || !g_atomic_int_dec_and_test (&self->ref_count))
    return;
  g_bytes_unref (self->bytes);
  g_free (self);
}

/**
 * uch_roads_get_bytes:
 * @self: a graph
 *
 * Returns: (transfer none): its file
 */
GBytes *
uch_roads_get_bytes (UchRoads *self)
{
  return self->bytes;
}

/**
 * uch_roads_get_summary:
 * @self: a graph
 * @out_summary: (out): how large it is and where
 */
void
uch_roads_get_summary (UchRoads *self, UchRoadsSummary *out_summary)
{
  const UchRoadsHeader *header = self->header;

  *out_summary = (UchRoadsSummary){ .n_junctions = header->n_junctions,
                                    .n_links = header->n_links,
                                    .n_points = header->n_points,
                                    .south = header->south_e7 / UCH_ROADS_E7,
                                    .west = header->west_e7 / UCH_ROADS_E7,
                                    .north = header->north_e7 / UCH_ROADS_E7,
                                    .east = header->east_e7 / UCH_ROADS_E7 };
  for (guint32 i = 0; i < header->n_links; i++)
    out_summary->length_km += self->links[i].length_dm / 10000.0;
}

typedef struct
{
  double  lat_e7, lon_e7;
  double  m_per_lat, m_per_lon; /* of a ten millionth of a degree, here */
  double  best_m;
  guint32 link, point;
  double  along; /* of the piece, 0 to 1 */
} Nearest;

/* How far the place is from a piece; the earth is flat within some hundred metres. */
static void
try_piece (const UchRoads *self, const UchRoadPiece *piece, Nearest *nearest)
{
  const UchRoadPoint *a = &self->points[piece->point], *b = a + 1;
  double              dx = (b->lon_e7 - a->lon_e7) * nearest->m_per_lon;
  double              dy = (b->lat_e7 - a->lat_e7) * nearest->m_per_lat;
  double              px = (nearest->lon_e7 - a->lon_e7) * nearest->m_per_lon;
  double              py = (nearest->lat_e7 - a->lat_e7) * nearest->m_per_lat;
  double              length_2 = dx * dx + dy * dy;
  double              along = length_2 > 0 ? CLAMP ((px * dx + py * dy) / length_2, 0, 1) : 0;
  double              m = hypot (px - along * dx, py - along * dy);

  if (m < nearest->best_m)
    {
      nearest->best_m = m;
      nearest->link = piece->link;
      nearest->point = piece->point;
      nearest->along = along;
    }
}

static void
try_cell (const UchRoads *self, gint64 column, gint64 row, Nearest *nearest)
{
  const UchRoadsHeader *header = self->header;

  if (column < 0 || row < 0 || column >= header->n_columns || row >= header->n_rows)
    return;
  for (guint32 k = self->cell_first[row * header->n_columns + column];
       k < self->cell_first[row * header->n_columns + column + 1]; k++)
    try_piece (self, &self->pieces[k], nearest);
}

/* A place next to a junction is at the junction: a metre past it on a one-way street would be
 * reached by a way round the block. */
static guint32
round_to_ends (double along_dm, guint32 length_dm)
{
  if (along_dm < END_DM)
    return 0;
  return along_dm + END_DM > length_dm ? length_dm : (guint32) (along_dm + 0.5);
}

/**
 * uch_roads_snap:
 * @self: a graph
 * @latitude: in degrees
 * @longitude: in degrees
 * @max_m: how far the road may be
 * @out_spot: (out): the nearest place on a road
 *
 * Returns: whether there is a road within @max_m
 */
gboolean
uch_roads_snap (
    UchRoads *self, double latitude, double longitude, double max_m, UchRoadSpot *out_spot)
{
  const UchRoadsHeader *header = self->header;
  Nearest               nearest
      = { .lat_e7 = latitude * UCH_ROADS_E7,
          .lon_e7 = longitude * UCH_ROADS_E7,
          .m_per_lat = UCH_ROADS_M_PER_DEGREE / UCH_ROADS_E7,
          .m_per_lon = UCH_ROADS_M_PER_DEGREE / UCH_ROADS_E7 * cos (latitude * G_PI / 180),
          .best_m = max_m };
  gint64 column, row, rings;
  double cell_m
      = MIN (header->cell_lat_e7 * nearest.m_per_lat, header->cell_lon_e7 * nearest.m_per_lon);
  double before_m = 0;

  if (!(fabs (latitude) <= 89) || !(fabs (longitude) <= 180) || !(cell_m > 0))
    return FALSE;
  column = (gint64) floor ((nearest.lon_e7 - header->west_e7) / header->cell_lon_e7);
  row = (gint64) floor ((nearest.lat_e7 - header->south_e7) / header->cell_lat_e7);
  rings = (gint64) (max_m / cell_m) + 1;
  nearest.link = G_MAXUINT32;
  /* Ring after ring, until what was found is nearer than the next ring can be. */
  for (gint64 ring = 0; ring <= rings && (ring - 1) * cell_m <= nearest.best_m; ring++)
    for (gint64 y = row - ring; y <= row + ring; y++)
      for (gint64 x = column - ring; x <= column + ring;
           x += ring == 0 || y == row - ring || y == row + ring ? 1 : 2 * ring)
        try_cell (self, x, y, &nearest);
  if (nearest.link == G_MAXUINT32)
    return FALSE;

  for (guint32 p = self->links[nearest.link].first_point; p < nearest.point; p++)
    before_m += uch_road_points_distance_m (&self->points[p], &self->points[p + 1]);
  before_m += nearest.along
              * uch_road_points_distance_m (&self->points[nearest.point],
                                            &self->points[nearest.point + 1]);
  *out_spot = (UchRoadSpot){
    .link = nearest.link,
    .along_dm = round_to_ends (before_m * 10, self->links[nearest.link].length_dm),
    .off_dm = (guint32) (nearest.best_m * 10 + 0.5),
  };
  return TRUE;
}

/**
 * uch_roads_get_point:
 * @self: a graph
 * @spot: a place on it
 *
 * Returns: where on the ground it is
 */
UchPoint
uch_roads_get_point (UchRoads *self, const UchRoadSpot *spot)
{
  const UchRoadLink  *link = &self->links[spot->link];
  const UchRoadPoint *p = &self->points[link->first_point];
  double              left_m = spot->along_dm / 10.0;

  for (guint32 i = 0; i + 1 < link->n_points; i++, p++)
    {
      double m = uch_road_points_distance_m (p, p + 1);
      double part = m > 0 ? MIN (left_m / m, 1) : 0;

      if (left_m <= m || i + 2 == link->n_points)
        return (
            UchPoint){ .latitude = (p->lat_e7 + part * (p[1].lat_e7 - p->lat_e7)) / UCH_ROADS_E7,
                       .longitude = (p->lon_e7 + part * (p[1].lon_e7 - p->lon_e7)) / UCH_ROADS_E7 };
      left_m -= m;
    }
  return (UchPoint){ .latitude = p->lat_e7 / UCH_ROADS_E7, .longitude = p->lon_e7 / UCH_ROADS_E7 };
}

/* How a graph lies in its file, and in memory: the file is mapped, not read. */
#pragma once

#include "roads/uch-roads.h"

G_BEGIN_DECLS

#define UCH_ROADS_MAGIC "UchRoads"
#define UCH_ROADS_VERSION 1u

/* Roads of a whole federal district fit; what is larger is a mistake. */
#define UCH_ROADS_N_MAX (64u * 1024 * 1024)

/* Seconds are counted in tenths: a search can then put them into buckets. */
#define UCH_ROADS_TENTHS 10

/* Degrees in ten millionths, as OpenStreetMap has them: about a centimetre. */
#define UCH_ROADS_E7 1e7

/* Of latitude, on the sphere that uch_geo_distance_m() measures on. */
#define UCH_ROADS_M_PER_DEGREE 111195.0

typedef struct
{
  gint32 lat_e7, lon_e7;
} UchRoadPoint;

/* A road between two junctions, with its bends. A time of 0: not allowed in that direction. */
typedef struct
{
  guint32 from, to; /* junctions */
  guint32 first_point, n_points;
  guint32 length_dm;
  guint32 forward_ds, backward_ds;
} UchRoadLink;

/* What may be driven from a junction (or, in the other list, towards it). */
typedef struct
{
  guint32 junction; /* at the other end */
  guint32 ds;
  guint32 link;
} UchRoadArc;

/* A piece between two points of a link, in the cell of a grid it touches. */
typedef struct
{
  guint32 link, point;
} UchRoadPiece;

/* All numbers little-endian; each section is aligned to eight bytes, in this order:
 * links, points, out_first, out, in_first, in, cell_first, pieces. */
typedef struct
{
  char    magic[8];
  guint32 version;
  guint32 n_junctions, n_links, n_points, n_out, n_in;
  guint32 n_columns, n_rows, n_pieces;
  guint32 longest_ds; /* the longest arc */
  gint32  south_e7, west_e7, north_e7, east_e7;
  gint32  cell_lat_e7, cell_lon_e7;
} UchRoadsHeader;

struct _UchRoads
{
  int                   ref_count;
  GBytes               *bytes;  /* (owned) */
  const UchRoadsHeader *header; /* all of these: into @bytes */
  const UchRoadLink    *links;
  const UchRoadPoint   *points;
  const guint32        *out_first; /* n_junctions + 1 */
  const UchRoadArc     *out;
  const guint32        *in_first; /* n_junctions + 1 */
  const UchRoadArc     *in;
  const guint32        *cell_first; /* n_columns * n_rows + 1 */
  const UchRoadPiece   *pieces;
};

/* uch-roads-build.c: links and their points, junctions numbered from 0, into a file's bytes */
GBytes *uch_roads_build (guint n_junctions, GArray *links, GArray *points);

/* uch-road-contract.c: see there */
typedef struct
{
  guint32 from, to; /* nodes */
  guint32 forward_ds, backward_ds, length_dm;
} UchRoadStep;
gboolean uch_road_contract (
    GArray *nodes, GArray *steps, GArray *out_links, GArray *out_points, guint *out_n_junctions);

/* uch-roads.c: the bytes of a file of ours, mapped */
GBytes *uch_roads_map_file (const char *path, GError **error);

double uch_road_points_distance_m (const UchRoadPoint *a, const UchRoadPoint *b);

G_END_DECLS

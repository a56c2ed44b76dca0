/* Dijkstra's algorithm with a ring of buckets (Dial 1969, CACM 12:632): times are whole tenths of a
 * second and no arc is longer than the ring, so a bucket is a time. */

#include <math.h>
#include <string.h>

#include "roads/uch-road-search.h"
#include "roads/uch-roads-private.h"

#define NONE G_MAXUINT32

/* From the kerb to a place beside the road, on foot or through a yard. */
#define OFF_ROAD_KMH 10.0

struct _UchRoadSearch
{
  UchRoads        *roads; /* (owned) */
  UchRoadDirection direction;
  UchRoadSpot      place;
  gboolean         has_run;
  guint32         *ds;     /* (owned) per junction; NONE: not reached */
  guint32         *before; /* (owned) per junction: the arc it was reached by, NONE at the ends */
  guint32         *next, *previous; /* (owned) per junction: in its bucket */
  guint32         *buckets;         /* (owned) ring: first junction, NONE: empty */
  guint32          ring_mask;
  guint            n_queued;
};

/**
 * uch_road_search_new:
 * @roads: a graph
 *
 * Returns: (transfer full): a search that can be run again and again, by one thread at a time
 */
UchRoadSearch *
uch_road_search_new (UchRoads *roads)
{
  UchRoadSearch *self = g_new0 (UchRoadSearch, 1);
  guint32        n = roads->header->n_junctions, ring = 1;

  /* The two ends of the first link may be a link apart on top. */
  while (ring <= 2 * roads->header->longest_ds)
    ring *= 2;
  self->roads = uch_roads_ref (roads);
  self->ds = g_new (guint32, n);
  self->before = g_new (guint32, n);
  self->next = g_new (guint32, n);
  self->previous = g_new (guint32, n);
  self->buckets = g_new (guint32, ring);
  memset (self->buckets, 0xff, ring * sizeof (guint32));
  self->ring_mask = ring - 1;
  return self;
}

/**
 * uch_road_search_free:
 * @self: (nullable) (transfer full): a search
 */
void
uch_road_search_free (UchRoadSearch *self)
{
  if (self == NULL)
    return;
  uch_roads_unref (self->roads);
  g_free (self->ds);
  g_free (self->before);
  g_free (self->next);
  g_free (self->previous);
  g_free (self->buckets);
  g_free (self);
}

static inline void
take_out (UchRoadSearch *self, guint32 junction)
{
  guint32 next = self->next[junction], previous = self->previous[junction];

  if (previous != NONE)
    self->next[previous] = next;
  else
    self->buckets[self->ds[junction] & self->ring_mask] = next;
  if (next != NONE)
    self->previous[next] = previous;
  self->n_queued--;
}

static inline void
put_in (UchRoadSearch *self, guint32 junction)
{
  guint32 *bucket = &self->buckets[self->ds[junction] & self->ring_mask];

  self->next[junction] = *bucket;
  self->previous[junction] = NONE;
  if (*bucket != NONE)
    self->previous[*bucket] = junction;
  *bucket = junction;
  self->n_queued++;
}

static inline void
reach (UchRoadSearch *self, guint32 junction, guint32 ds, guint32 arc)
{
  if (self->ds[junction] <= ds)
    return;
  if (self->ds[junction] != NONE)
    take_out (self, junction);
  self->ds[junction] = ds;
  self->before[junction] = arc;
  put_in (self, junction);
}

/* What of a link's time lies before, or behind, a place on it. */
static guint32
part_ds (guint32 whole_ds, guint32 part_dm, guint32 length_dm)
{
  return (guint32) ((guint64) whole_ds * MIN (part_dm, length_dm) / MAX (length_dm, 1));
}

/* From the place to the end of its link, and to its beginning: FALSE where that is not allowed.
 * Whoever is at the end already need not drive there. */
static gboolean
to_end_ds (const UchRoadLink *link, const UchRoadSpot *place, gboolean leaving, guint32 *out_ds)
{
  guint32 whole = leaving ? link->forward_ds : link->backward_ds;

  *out_ds = part_ds (whole, link->length_dm - place->along_dm, link->length_dm);
  return whole != 0 || place->along_dm == link->length_dm;
}

static gboolean
to_start_ds (const UchRoadLink *link, const UchRoadSpot *place, gboolean leaving, guint32 *out_ds)
{
  guint32 whole = leaving ? link->backward_ds : link->forward_ds;

  *out_ds = part_ds (whole, place->along_dm, link->length_dm);
  return whole != 0 || place->along_dm == 0;
}

/**
 * uch_road_search_run:
 * @self: a search
 * @place: where the ways begin, or end
 * @direction: which of the two
 *
 * Finds the time between @place and every junction.
 */
void
uch_road_search_run (UchRoadSearch *self, const UchRoadSpot *place, UchRoadDirection direction)
{
  const UchRoads    *roads = self->roads;
  gboolean           leaving = direction == UCH_ROAD_FROM;
  const guint32     *first = leaving ? roads->out_first : roads->in_first;
  const UchRoadArc  *arcs = leaving ? roads->out : roads->in;
  const UchRoadLink *link = &roads->links[place->link];
  guint32            ds;

  self->direction = direction;
  self->place = *place;
  self->has_run = TRUE;
  memset (self->ds, 0xff, roads->header->n_junctions * sizeof (guint32));
  if (to_end_ds (link, place, leaving, &ds))
    reach (self, link->to, ds, NONE);
  if (to_start_ds (link, place, leaving, &ds))
    reach (self, link->from, ds, NONE);

  for (guint32 now = 0; self->n_queued > 0; now++)
    {
      guint32 junction;

      while ((junction = self->buckets[now & self->ring_mask]) != NONE)
        {
          take_out (self, junction);
          for (guint32 k = first[junction]; k < first[junction + 1]; k++)
            reach (self, arcs[k].junction, now + arcs[k].ds, k);
        }
    }
}

/* The way along the link that both places are on, if that is allowed. */
static gboolean
along_ds (const UchRoadLink *link, const UchRoadSpot *from, const UchRoadSpot *to, guint32 *out_ds)
{
  gboolean forward = from->along_dm <= to->along_dm;
  guint32  whole = forward ? link->forward_ds : link->backward_ds;
  guint32  part_dm = forward ? to->along_dm - from->along_dm : from->along_dm - to->along_dm;

  *out_ds = part_ds (whole, part_dm, link->length_dm);
  return whole != 0 || part_dm == 0;
}

/* The shortest of the ways that end at @place: past the end of its link, past its beginning, or
 * without leaving it. *out_junction: NONE for the last. */
static guint32
best_ds (const UchRoadSearch *self, const UchRoadSpot *place, guint32 *out_junction)
{
  const UchRoadLink *link = &self->roads->links[place->link];
  gboolean           leaving = self->direction == UCH_ROAD_FROM;
  guint32            best = NONE, ds;

  *out_junction = NONE;
  /* Seen from the other place the ends are approached, not left. */
  if (to_end_ds (link, place, !leaving, &ds) && self->ds[link->to] != NONE)
    {
      best = self->ds[link->to] + ds;
      *out_junction = link->to;
    }
  if (to_start_ds (link, place, !leaving, &ds) && self->ds[link->from] != NONE
      && self->ds[link->from] + ds < best)
    {
      best = self->ds[link->from] + ds;
      *out_junction = link->from;
    }
  if (place->link == self->place.link
      && along_ds (link, leaving ? &self->place : place, leaving ? place : &self->place, &ds)
      && ds <= best)
    {
      best = ds;
      *out_junction = NONE;
    }
  return best;
}

/**
 * uch_road_search_get_s:
 * @self: a search that has run
 * @place: the other place
 *
 * Returns: the time between the two places in seconds, with what lies beside the road at both;
 *   infinity when there is no way
 */
double
uch_road_search_get_s (UchRoadSearch *self, const UchRoadSpot *place)
{
  guint32 junction, ds;

  g_return_val_if_fail (self->has_run, INFINITY);
  ds = best_ds (self, place, &junction);
  if (ds == NONE)
    return INFINITY;
  return (double) ds / UCH_ROADS_TENTHS
         + ((double) place->off_dm + self->place.off_dm) / 10 * 3.6 / OFF_ROAD_KMH;
}

static void
add_point (GArray *line, UchPoint point)
{
  g_array_append_val (line, point);
}

static void
add_points (UchRoads *roads, GArray *line, guint32 link, gboolean along)
{
  const UchRoadLink *one = &roads->links[link];

  for (guint32 i = 0; i < one->n_points; i++)
    {
      const UchRoadPoint *p
          = &roads->points[one->first_point + (along ? i : one->n_points - 1 - i)];

      add_point (line, (UchPoint){ p->lat_e7 / UCH_ROADS_E7, p->lon_e7 / UCH_ROADS_E7 });
    }
}

/* The piece of a link between a place on it and one of its ends, or another place. */
static void
add_part (UchRoads *roads, GArray *line, guint32 link, guint32 from_dm, guint32 to_dm)
{
  const UchRoadLink *one = &roads->links[link];
  UchRoadSpot        spot = { .link = link, .along_dm = from_dm };
  double             at_m = 0;
  g_autoptr (GArray) bends = g_array_new (FALSE, FALSE, sizeof (UchPoint));

  add_point (line, uch_roads_get_point (roads, &spot));
  for (guint32 i = 0; i < one->n_points; i++)
    {
      const UchRoadPoint *p = &roads->points[one->first_point + i];

      if (i > 0)
        at_m += uch_road_points_distance_m (p - 1, p);
      if (at_m * 10 > MIN (from_dm, to_dm) && at_m * 10 < MAX (from_dm, to_dm))
        add_point (bends, (UchPoint){ p->lat_e7 / UCH_ROADS_E7, p->lon_e7 / UCH_ROADS_E7 });
    }
  for (guint i = 0; i < bends->len; i++)
    add_point (line, g_array_index (bends, UchPoint, from_dm <= to_dm ? i : bends->len - 1 - i));
  spot.along_dm = to_dm;
  add_point (line, uch_roads_get_point (roads, &spot));
}

/* The links from the searched place's end to @junction, the nearest to @junction first; *out_end:
 * the junction at which the searched place's link was left. */
static GArray *
list_arcs_back (const UchRoadSearch *self, guint32 junction, guint32 *out_end)
{
  const UchRoadArc *arcs = self->direction == UCH_ROAD_FROM ? self->roads->out : self->roads->in;
  GArray           *back = g_array_new (FALSE, FALSE, sizeof (UchRoadArc));

  while (self->before[junction] != NONE)
    {
      UchRoadArc         arc = arcs[self->before[junction]];
      const UchRoadLink *link = &self->roads->links[arc.link];

      arc.junction = link->from == junction ? link->to : link->from;
      g_array_append_val (back, arc);
      junction = arc.junction;
    }
  *out_end = junction;
  return back;
}

/**
 * uch_road_search_get_path:
 * @self: a search that has run
 * @place: the other place
 *
 * Returns: (transfer full) (element-type UchPoint): the line of the way between the two places, in
 *   the direction in which it is driven; empty when there is none
 */
GArray *
uch_road_search_get_path (UchRoadSearch *self, const UchRoadSpot *place)
{
  UchRoads *roads = self->roads;
  GArray   *line = g_array_new (FALSE, FALSE, sizeof (UchPoint));
  guint32   junction, end;
  g_autoptr (GArray) back = NULL;

  g_return_val_if_fail (self->has_run, line);
  if (best_ds (self, place, &junction) == NONE)
    return line;
  if (junction == NONE)
    add_part (roads, line, place->link, self->place.along_dm, place->along_dm);
  else
    {
      const UchRoadLink *first, *last = &roads->links[place->link];

      back = list_arcs_back (self, junction, &end);
      first = &roads->links[self->place.link];
      add_part (roads, line, self->place.link, self->place.along_dm,
                first->to == end ? first->length_dm : 0);
      for (guint i = back->len; i > 0; i--)
        {
          const UchRoadArc *arc = &g_array_index (back, UchRoadArc, i - 1);

          add_points (roads, line, arc->link, roads->links[arc->link].from == arc->junction);
        }
      add_part (roads, line, place->link, last->to == junction ? last->length_dm : 0,
                place->along_dm);
    }
  if (self->direction == UCH_ROAD_TO)
    for (guint i = 0; i < line->len / 2; i++)
      {
        UchPoint swap = g_array_index (line, UchPoint, i);

        g_array_index (line, UchPoint, i) = g_array_index (line, UchPoint, line->len - 1 - i);
        g_array_index (line, UchPoint, line->len - 1 - i) = swap;
      }
  return line;
}

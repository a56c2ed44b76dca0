#include "core/uch-trace.h"

#include "core/uch-geo.h"

/* The same limits as for what is shown live. Source: the office's rules on positions. */
#define ACCURACY_MAX_M 200.0
#define SPEED_MAX_MPS (200 / 3.6)

static int
compare_points (gconstpointer a, gconstpointer b)
{
  const UchTracePoint *left = a, *right = b;

  if (left->at != right->at)
    return left->at < right->at ? -1 : 1;
  return left->received_at < right->received_at ? -1 : left->received_at > right->received_at;
}

static double
distance_m (const UchTracePoint *a, const UchTracePoint *b)
{
  return uch_geo_distance_m (a->latitude, a->longitude, b->latitude, b->longitude);
}

/* Nobody drives there and back within minutes: the point is a lie, not the road. */
static gboolean
is_leap (const UchTracePoint *from, const UchTracePoint *to)
{
  return distance_m (from, to) / ((double) (to->at - from->at) / 1000) > SPEED_MAX_MPS;
}

/**
 * uch_trace_clean:
 * @points: (element-type UchTracePoint): in the order they came
 *
 * Puts the points into the order of the phone's own clock, so that what came late takes its place
 * in the line; drops what is there twice, too inaccurate, or too far to have been reached.
 */
void
uch_trace_clean (GArray *points)
{
  guint n = 0;

  g_array_sort (points, compare_points);
  for (guint i = 0; i < points->len; i++)
    {
      const UchTracePoint *point = &g_array_index (points, UchTracePoint, i);
      const UchTracePoint *last = n > 0 ? &g_array_index (points, UchTracePoint, n - 1) : NULL;

      if (point->accuracy_m > ACCURACY_MAX_M)
        continue;
      if (last != NULL && (last->at == point->at || is_leap (last, point)))
        continue;
      g_array_index (points, UchTracePoint, n++) = *point;
    }
  g_array_set_size (points, n);
}

/**
 * uch_trace_find_stops:
 * @points: (element-type UchTracePoint): a clean line
 *
 * Returns: (transfer full) (element-type UchTraceStop): where he stayed for five minutes or longer
 *   within 80 m of the middle of that stay, in order
 */
GArray *
uch_trace_find_stops (GArray *points)
{
  GArray *stops = g_array_new (FALSE, FALSE, sizeof (UchTraceStop));
  guint   first = 0;

  while (first < points->len)
    {
      const UchTracePoint *begin = &g_array_index (points, UchTracePoint, first);
      UchTraceStop stop = { first, first, begin->at, begin->at, begin->latitude, begin->longitude };

      for (guint i = first + 1; i < points->len; i++)
        {
          const UchTracePoint *point = &g_array_index (points, UchTracePoint, i);
          double               n = i - first;

          if (uch_geo_distance_m (stop.latitude, stop.longitude, point->latitude, point->longitude)
              > UCH_TRACE_STOP_RADIUS_M)
            break;
          stop.latitude = (stop.latitude * n + point->latitude) / (n + 1);
          stop.longitude = (stop.longitude * n + point->longitude) / (n + 1);
          stop.last = i;
          stop.to_at = point->at;
        }
      if (stop.to_at - stop.from_at >= UCH_TRACE_STOP_MS)
        {
          g_array_append_val (stops, stop);
          first = stop.last + 1;
        }
      else
        first++;
    }
  return stops;
}

/**
 * uch_trace_get_length_m:
 * @points: (element-type UchTracePoint): a clean line
 * @stops: (element-type UchTraceStop): its stops
 *
 * What a phone that lies still wanders about is no way.
 *
 * Returns: metres along the line, without the trembling within stops
 */
double
uch_trace_get_length_m (GArray *points, GArray *stops)
{
  double length_m = 0;
  guint  stop = 0;

  for (guint i = 1; i < points->len; i++)
    {
      while (stop < stops->len && g_array_index (stops, UchTraceStop, stop).last < i)
        stop++;
      if (stop < stops->len && g_array_index (stops, UchTraceStop, stop).first < i)
        continue;
      length_m += distance_m (&g_array_index (points, UchTracePoint, i - 1),
                              &g_array_index (points, UchTracePoint, i));
    }
  return length_m;
}

/**
 * uch_trace_find_known:
 * @points: (element-type UchTracePoint): a clean line
 * @at: a moment
 *
 * Returns: (transfer none) (nullable): the latest place that was known then: a point that the store
 *   got only afterwards is not it
 */
const UchTracePoint *
uch_trace_find_known (GArray *points, UchTime at)
{
  for (guint i = points->len; i-- > 0;)
    {
      const UchTracePoint *point = &g_array_index (points, UchTracePoint, i);

      if (point->at <= at && point->received_at <= at)
        return point;
    }
  return NULL;
}

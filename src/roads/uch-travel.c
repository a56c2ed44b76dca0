/* Between houses: the matrix. From where an engineer is now: one search. Where no road leads: a
 * rule of thumb, marked as such. */

#include <math.h>
#include <string.h>

#include "roads/uch-road-search.h"
#include "roads/uch-travel.h"

/* Streets are a third longer than the straight line, and a car makes 24 km/h in a city. */
#define DETOUR 1.35
#define ESTIMATE_KMH 24.0
#define PLACES_MAX 4096

struct _UchTravel
{
  UchRoads      *roads;  /* (owned) (nullable) */
  UchRoadMatrix *matrix; /* (owned) (nullable) */
  UchRoadSpeeds *speeds; /* (unowned) (nullable) */
  UchRoadSearch *search; /* (owned) (nullable) */
};

/**
 * uch_travel_new:
 * @roads: (nullable): the graph; without it all times are estimates
 * @matrix: (nullable): the times between houses
 * @speeds: (nullable): what was learned; must outlive the object
 *
 * Returns: (transfer full): for one thread at a time
 */
UchTravel *
uch_travel_new (UchRoads *roads, UchRoadMatrix *matrix, UchRoadSpeeds *speeds)
{
  UchTravel *self = g_new0 (UchTravel, 1);

  self->roads = roads != NULL ? uch_roads_ref (roads) : NULL;
  self->matrix = matrix != NULL ? uch_road_matrix_ref (matrix) : NULL;
  self->speeds = speeds;
  self->search = roads != NULL ? uch_road_search_new (roads) : NULL;
  return self;
}

/**
 * uch_travel_free:
 * @self: (nullable) (transfer full): a travel
 */
void
uch_travel_free (UchTravel *self)
{
  if (self == NULL)
    return;
  uch_road_search_free (self->search);
  uch_road_matrix_unref (self->matrix);
  uch_roads_unref (self->roads);
  g_free (self);
}

/**
 * uch_travel_estimate_s:
 * @lat1: degrees
 * @lon1: degrees
 * @lat2: degrees
 * @lon2: degrees
 *
 * The rule of thumb for a place that no road leads to: the straight line × 1.35 at 24 km/h, and
 * two minutes to the door.
 *
 * Returns: seconds
 */
double
uch_travel_estimate_s (double lat1, double lon1, double lat2, double lon2)
{
  return uch_geo_distance_m (lat1, lon1, lat2, lon2) * DETOUR / (ESTIMATE_KMH / 3.6)
         + UCH_TRAVEL_DOOR_S;
}

/* What one filling works on. */
typedef struct
{
  UchTravel            *travel; /* (unowned) */
  const UchTravelPlace *places; /* (unowned) */
  guint                 n, hour;
  int                  *numbers; /* (owned) in the matrix, -1: not there */
  UchRoadSpot          *spots;   /* (owned) */
  gboolean             *on_road; /* (owned) */
  double               *driven;  /* (owned) n × n: seconds by road, NAN: not known yet */
} Filling;

static void
filling_clear (Filling *filling)
{
  g_free (filling->numbers);
  g_free (filling->spots);
  g_free (filling->on_road);
  g_free (filling->driven);
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Filling, filling_clear)

static void
filling_init (Filling *self)
{
  self->numbers = g_new0 (int, self->n);
  self->spots = g_new0 (UchRoadSpot, self->n);
  self->on_road = g_new0 (gboolean, self->n);
  self->driven = g_new (double, (gsize) self->n * self->n);
  for (gsize i = 0; i < (gsize) self->n * self->n; i++)
    self->driven[i] = NAN;
  for (guint i = 0; i < self->n; i++)
    {
      const UchTravelPlace *place = &self->places[i];

      self->numbers[i] = self->travel->matrix != NULL && place->house_id != NULL
                             ? uch_road_matrix_find (self->travel->matrix, place->house_id)
                             : -1;
      self->on_road[i] = self->travel->roads != NULL
                         && uch_roads_snap (self->travel->roads, place->latitude, place->longitude,
                                            UCH_ROADS_OFF_MAX_M, &self->spots[i]);
    }
}

static void
take_from_matrix (Filling *self)
{
  for (guint i = 0; i < self->n; i++)
    for (guint j = 0; self->numbers[i] >= 0 && j < self->n; j++)
      if (self->numbers[j] >= 0)
        {
          guint16 s = uch_road_matrix_get_s (self->travel->matrix, (guint) self->numbers[i],
                                             (guint) self->numbers[j]);

          self->driven[(gsize) i * self->n + j] = s == UCH_ROAD_MATRIX_NONE ? INFINITY : s;
        }
}

/* Whether something is still unknown from (or to) a place, so that a search is worth its time. */
static gboolean
is_wanted (const Filling *self, guint place, UchRoadDirection direction)
{
  if (!self->on_road[place] || (direction == UCH_ROAD_TO && self->places[place].start))
    return FALSE;
  for (guint other = 0; other < self->n; other++)
    {
      gsize    at = direction == UCH_ROAD_FROM ? (gsize) place * self->n + other
                                               : (gsize) other * self->n + place;
      gboolean pointless = direction == UCH_ROAD_FROM && self->places[other].start;

      if (other != place && self->on_road[other] && !pointless && isnan (self->driven[at]))
        return TRUE;
    }
  return FALSE;
}

static void
search_around (Filling *self, guint place, UchRoadDirection direction)
{
  uch_road_search_run (self->travel->search, &self->spots[place], direction);
  for (guint other = 0; other < self->n; other++)
    {
      gsize at = direction == UCH_ROAD_FROM ? (gsize) place * self->n + other
                                            : (gsize) other * self->n + place;

      if (self->on_road[other] && isnan (self->driven[at]))
        self->driven[at] = uch_road_search_get_s (self->travel->search, &self->spots[other]);
    }
}

static gboolean
search_all (Filling *self, GCancellable *cancellable, GError **error)
{
  /* First those that are in no matrix: they fill the rows and columns of the others. */
  for (int pass = 0; pass < 2; pass++)
    for (guint i = 0; i < self->n; i++)
      for (int direction = UCH_ROAD_FROM; direction <= UCH_ROAD_TO; direction++)
        {
          if ((pass == 0) != (self->numbers[i] < 0) || !is_wanted (self, i, direction))
            continue;
          if (g_cancellable_set_error_if_cancelled (cancellable, error))
            return FALSE;
          search_around (self, i, direction);
        }
  return TRUE;
}

static gboolean
is_same_house (const UchTravelPlace *a, const UchTravelPlace *b)
{
  if (a->house_id != NULL && b->house_id != NULL && !a->start)
    return strcmp (a->house_id, b->house_id) == 0;
  return a->latitude == b->latitude && a->longitude == b->longitude;
}

static void
write_out (const Filling *self, guint32 *out_s, guint8 *out_estimated)
{
  for (guint i = 0; i < self->n; i++)
    for (guint j = 0; j < self->n; j++)
      {
        const UchTravelPlace *a = &self->places[i], *b = &self->places[j];
        gsize                 at = (gsize) i * self->n + j;
        double                s = self->driven[at];
        gboolean              estimated = isnan (s) || isinf (s);

        if (i == j || is_same_house (a, b))
          {
            out_s[at] = 0;
            out_estimated[at] = FALSE;
            continue;
          }
        if (estimated)
          s = uch_travel_estimate_s (a->latitude, a->longitude, b->latitude, b->longitude)
              - UCH_TRAVEL_DOOR_S;
        if (self->travel->speeds != NULL)
          s *= uch_road_speeds_get_factor (self->travel->speeds, a->zone_id, b->zone_id, self->hour,
                                           NULL);
        out_s[at] = (guint32) (s + UCH_TRAVEL_DOOR_S + 0.5);
        out_estimated[at] = estimated;
      }
}

/**
 * uch_travel_fill:
 * @self: a travel
 * @places: (array length=n_places): where to and from; at most 4,096
 * @n_places: how many
 * @hour: local hour of the day, for what was learned about it
 * @out_s: (out caller-allocates): n × n seconds, row by row: from, to; to the client's door
 * @out_estimated: (out caller-allocates): n × n: not 0 where the rule of thumb was used
 * @cancellable: (nullable): to give up
 * @error: return location
 *
 * Fills a table of times. Between houses of the matrix that is looking up; each other place costs a
 * search in each direction.
 *
 * Returns: whether it is filled
 */
gboolean
uch_travel_fill (UchTravel            *self,
                 const UchTravelPlace *places,
                 guint                 n_places,
                 guint                 hour,
                 guint32              *out_s,
                 guint8               *out_estimated,
                 GCancellable         *cancellable,
                 GError              **error)
{
  g_auto (Filling) filling
      = { .travel = self, .places = places, .n = n_places, .hour = hour % UCH_ROAD_HOURS };

  if (n_places > PLACES_MAX)
    {
      g_set_error (error, UCH_ROADS_ERROR, UCH_ROADS_ERROR_TOO_BIG,
                   "%u places are too many for one plan: at most %d", n_places, PLACES_MAX);
      return FALSE;
    }
  filling_init (&filling);
  take_from_matrix (&filling);
  if (!search_all (&filling, cancellable, error))
    return FALSE;
  write_out (&filling, out_s, out_estimated);
  return TRUE;
}

/**
 * uch_travel_get_path:
 * @self: a travel
 * @from: a place
 * @to: a place
 *
 * Returns: (transfer full) (element-type UchPoint): the line to draw on the map: along the roads,
 *   or straight where they know no way
 */
GArray *
uch_travel_get_path (UchTravel *self, const UchTravelPlace *from, const UchTravelPlace *to)
{
  UchPoint    ends[2] = { { from->latitude, from->longitude }, { to->latitude, to->longitude } };
  UchRoadSpot a, b;
  GArray     *line = NULL;

  if (self->roads != NULL
      && uch_roads_snap (self->roads, from->latitude, from->longitude, UCH_ROADS_OFF_MAX_M, &a)
      && uch_roads_snap (self->roads, to->latitude, to->longitude, UCH_ROADS_OFF_MAX_M, &b))
    {
      uch_road_search_run (self->search, &a, UCH_ROAD_FROM);
      line = uch_road_search_get_path (self->search, &b);
    }
  if (line == NULL)
    line = g_array_new (FALSE, FALSE, sizeof (UchPoint));
  g_array_prepend_val (line, ends[0]);
  g_array_append_val (line, ends[1]);
  return line;
}

#include "core/uch-geo.h"

#include <math.h>

/* Mean radius of the Earth, IUGG. */
#define EARTH_RADIUS_M 6371008.8

/**
 * uch_geo_distance_m:
 *
 * Returns: metres along the great circle (haversine); degrees in
 */
double
uch_geo_distance_m (double lat1, double lon1, double lat2, double lon2)
{
  double rad = G_PI / 180;
  double dlat = (lat2 - lat1) * rad / 2, dlon = (lon2 - lon1) * rad / 2;
  double a
      = sin (dlat) * sin (dlat) + cos (lat1 * rad) * cos (lat2 * rad) * sin (dlon) * sin (dlon);

  return 2 * EARTH_RADIUS_M * asin (MIN (1.0, sqrt (a)));
}

UchOutline *
uch_outline_new (void)
{
  UchOutline *self = g_new0 (UchOutline, 1);

  self->rings = g_ptr_array_new_with_free_func ((GDestroyNotify) g_array_unref);
  return self;
}

void
uch_outline_free (UchOutline *self)
{
  if (self == NULL)
    return;
  g_ptr_array_unref (self->rings);
  g_free (self);
}

/**
 * uch_outline_add_ring:
 * @points: (array length=n_points): a last point equal to the first is dropped
 */
void
uch_outline_add_ring (UchOutline *self, const UchPoint *points, guint n_points)
{
  GArray *ring = g_array_new (FALSE, FALSE, sizeof (UchPoint));

  if (n_points > 1 && points[0].latitude == points[n_points - 1].latitude
      && points[0].longitude == points[n_points - 1].longitude)
    n_points--;
  g_array_append_vals (ring, points, n_points);
  g_ptr_array_add (self->rings, ring);
}

/**
 * uch_outline_contains:
 *
 * Even-odd rule over all rings: a ray to the east crosses an odd number of edges.
 */
gboolean
uch_outline_contains (const UchOutline *self, double latitude, double longitude)
{
  gboolean inside = FALSE;

  for (guint r = 0; r < self->rings->len; r++)
    {
      const GArray *ring = g_ptr_array_index (self->rings, r);

      for (guint i = 0, j = ring->len - 1; i < ring->len; j = i++)
        {
          const UchPoint *a = &g_array_index (ring, UchPoint, i);
          const UchPoint *b = &g_array_index (ring, UchPoint, j);

          if ((a->latitude > latitude) != (b->latitude > latitude)
              && longitude < (b->longitude - a->longitude) * (latitude - a->latitude)
                                     / (b->latitude - a->latitude)
                                 + a->longitude)
            inside = !inside;
        }
    }
  return inside;
}

static double
side (const UchPoint *a, const UchPoint *b, const UchPoint *p)
{
  return (b->longitude - a->longitude) * (p->latitude - a->latitude)
         - (b->latitude - a->latitude) * (p->longitude - a->longitude);
}

static gboolean
cross (const UchPoint *a, const UchPoint *b, const UchPoint *c, const UchPoint *d)
{
  return side (a, b, c) * side (a, b, d) < 0 && side (c, d, a) * side (c, d, b) < 0;
}

/**
 * uch_outline_crosses_itself:
 *
 * Returns: whether two edges of one ring cross; such an area has no inside that people agree on
 */
gboolean
uch_outline_crosses_itself (const UchOutline *self)
{
  for (guint r = 0; r < self->rings->len; r++)
    {
      const GArray *ring = g_ptr_array_index (self->rings, r);

      for (guint i = 0; i < ring->len; i++)
        for (guint j = i + 2; j < ring->len; j++)
          if (!(i == 0 && j == ring->len - 1)
              && cross (&g_array_index (ring, UchPoint, i), &g_array_index (ring, UchPoint, i + 1),
                        &g_array_index (ring, UchPoint, j),
                        &g_array_index (ring, UchPoint, (j + 1) % ring->len)))
            return TRUE;
    }
  return FALSE;
}

#include "server/crew/uch-crew-drive.h"

#include <math.h>

/**
 * uch_crew_drive_begin:
 * @path: (transfer full) (element-type UchPoint): at least one point
 * @mps: metres per second
 * @at: when he leaves
 */
void
uch_crew_drive_begin (UchCrewDrive *self, GArray *path, double mps, UchTime at)
{
  double along = 0;

  uch_crew_drive_clear (self);
  self->path = path;
  self->along = g_array_new (FALSE, FALSE, sizeof (double));
  self->mps = mps;
  self->starts_at = at;
  for (guint i = 0; i < path->len; i++)
    {
      const UchPoint *to = &g_array_index (path, UchPoint, i);
      const UchPoint *from = i > 0 ? to - 1 : to;

      along += uch_geo_distance_m (from->latitude, from->longitude, to->latitude, to->longitude);
      g_array_append_val (self->along, along);
    }
}

void
uch_crew_drive_clear (UchCrewDrive *self)
{
  g_clear_pointer (&self->path, g_array_unref);
  g_clear_pointer (&self->along, g_array_unref);
}

/**
 * uch_crew_drive_get_end:
 *
 * Returns: when he is there
 */
UchTime
uch_crew_drive_get_end (const UchCrewDrive *self)
{
  double length_m = g_array_index (self->along, double, self->along->len - 1);

  return self->starts_at + (UchTime) (length_m / self->mps * 1000);
}

/* Degrees from north, clockwise. */
static double
get_course (const UchPoint *from, const UchPoint *to)
{
  double east = (to->longitude - from->longitude) * cos (from->latitude * G_PI / 180);
  double course = atan2 (east, to->latitude - from->latitude) * 180 / G_PI;

  return course < 0 ? course + 360 : course;
}

/**
 * uch_crew_drive_get_place:
 * @at: before the end of the drive, or after it
 * @out_place: (out): where he is
 * @out_mps: (out): his speed; 0 at the end
 * @out_course_deg: (out): where to; -1 at the end
 */
void
uch_crew_drive_get_place (const UchCrewDrive *self,
                          UchTime             at,
                          UchPoint           *out_place,
                          double             *out_mps,
                          double             *out_course_deg)
{
  double metres = MAX (at - self->starts_at, 0) / 1000.0 * self->mps;
  guint  i = 1;

  while (i < self->path->len && g_array_index (self->along, double, i) <= metres)
    i++;
  if (i >= self->path->len)
    {
      *out_place = g_array_index (self->path, UchPoint, self->path->len - 1);
      *out_mps = 0;
      *out_course_deg = -1;
    }
  else
    {
      const UchPoint *from = &g_array_index (self->path, UchPoint, i - 1);
      const UchPoint *to = from + 1;
      double          before = g_array_index (self->along, double, i - 1);
      double          share = (metres - before) / (g_array_index (self->along, double, i) - before);

      out_place->latitude = from->latitude + share * (to->latitude - from->latitude);
      out_place->longitude = from->longitude + share * (to->longitude - from->longitude);
      *out_mps = self->mps;
      *out_course_deg = get_course (from, to);
    }
}

#define G_LOG_DOMAIN "uch-app"

#include "app/map/uch-map-motion.h"

#include <glib/gi18n.h>

#define FADED_MS (5 * UCH_MINUTE_MS)
#define LOST_MS (15 * UCH_MINUTE_MS)

/**
 * uch_map_motion_jump:
 * @self: a motion
 * @at: when the point was taken
 * @x: where
 * @y: where
 *
 * It stands there at once, also if the point is older: who looks at the past goes both ways.
 */
void
uch_map_motion_jump (UchMapMotion *self, UchTime at, double x, double y)
{
  *self = (UchMapMotion){ .at = at, .from_x = x, .from_y = y, .to_x = x, .to_y = y };
}

/**
 * uch_map_motion_aim:
 * @self: a motion
 * @at: when the point was taken
 * @x: where
 * @y: where
 * @now_us: the clock of frames
 * @glides: whether the way there is shown
 *
 * A point that is not newer than the one known says nothing new, however late it came: nobody is
 * ever drawn running back.
 *
 * Returns: whether it was newer
 */
gboolean
uch_map_motion_aim (
    UchMapMotion *self, UchTime at, double x, double y, gint64 now_us, gboolean glides)
{
  double from_x, from_y;

  if (self->at != 0 && at <= self->at)
    return FALSE;
  if (self->at == 0 || !glides)
    {
      uch_map_motion_jump (self, at, x, y);
      return TRUE;
    }
  uch_map_motion_get (self, now_us, &from_x, &from_y);
  *self = (UchMapMotion){ .at = at,
                          .from_x = from_x,
                          .from_y = from_y,
                          .to_x = x,
                          .to_y = y,
                          .began_us = now_us,
                          .lasts_us = UCH_MAP_MOTION_US };
  return TRUE;
}

/**
 * uch_map_motion_get:
 * @self: a motion
 * @now_us: the clock of frames
 * @out_x: (out): where it is drawn
 * @out_y: (out): where it is drawn
 *
 * Returns: whether it still moves
 */
gboolean
uch_map_motion_get (const UchMapMotion *self, gint64 now_us, double *out_x, double *out_y)
{
  double part = 1;

  if (self->lasts_us > 0)
    part = CLAMP ((double) (now_us - self->began_us) / (double) self->lasts_us, 0, 1);
  /* It starts and ends softly. */
  part = part * part * (3 - 2 * part);
  *out_x = self->from_x + (self->to_x - self->from_x) * part;
  *out_y = self->from_y + (self->to_y - self->from_y) * part;
  return part < 1;
}

/**
 * uch_map_freshness_get:
 * @at: when the position was taken; 0: unknown, taken as fresh
 * @now: the time
 *
 * Returns: how much it still says
 */
UchMapFreshness
uch_map_freshness_get (UchTime at, UchTime now)
{
  if (at == 0 || now - at < FADED_MS)
    return UCH_MAP_FRESH;
  return now - at < LOST_MS ? UCH_MAP_FADED : UCH_MAP_LOST;
}

/**
 * uch_map_dup_age:
 * @at: when a position was taken
 * @now: the time
 *
 * Returns: (transfer full) (nullable): "7 min ago", "no signal for 25 min"; %NULL while it is fresh
 */
char *
uch_map_dup_age (UchTime at, UchTime now)
{
  int minutes = (int) ((now - at) / UCH_MINUTE_MS), hours = minutes / 60;

  switch (uch_map_freshness_get (at, now))
    {
    case UCH_MAP_FADED:
      return g_strdup_printf (_ ("%d min ago"), minutes);
    case UCH_MAP_LOST:
      if (minutes < 60)
        return g_strdup_printf (_ ("no signal for %d min"), minutes);
      if (hours < 24)
        return g_strdup_printf (_ ("no signal for %d h"), hours);
      return g_strdup (_ ("no signal for over a day"));
    case UCH_MAP_FRESH:
    default:
      return NULL;
    }
}

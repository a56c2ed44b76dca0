#define G_LOG_DOMAIN "uch-app"

#include "app/map/uch-map-pins.h"

#include <glib/gi18n.h>
#include <math.h>

#include "core/uch-geo.h"
#include "tiles/uch-mercator.h"

/* Steps of a degree: tickets nearer than a metre stand in one place. */
#define ONE_PLACE 1e5
/* Engineers nearer than this are at one place, as at a service centre. */
#define ONE_PARKING_M 25.0
/* From here on they stand around it, each for himself; before that side by side, overlapping. */
#define FAN_ZOOM_MIN 16.0
#define ROW_STEP 26.0
#define SPREAD_RADIUS 44.0

/**
 * uch_map_urgency:
 * @promise: state of the clock
 *
 * Returns: how far in front a ticket stands; 4 burns
 */
int
uch_map_urgency (UchPromise promise)
{
  switch (promise)
    {
    case UCH_PROMISE_RED:
    case UCH_PROMISE_BROKEN:
      return 4;
    case UCH_PROMISE_ORANGE:
      return 3;
    case UCH_PROMISE_YELLOW:
      return 2;
    case UCH_PROMISE_RUNNING:
    case UCH_PROMISE_WAITING:
      return 1;
    case UCH_PROMISE_NONE:
    case UCH_PROMISE_KEPT:
    case UCH_PROMISE_EXEMPT:
    default:
      return 0;
    }
}

/**
 * uch_map_dup_minutes:
 * @left_ms: until it is due; negative: overdue
 *
 * Returns: (transfer full): "12 min", "−5 min"
 */
char *
uch_map_dup_minutes (gint64 left_ms)
{
  int minutes = (int) (ABS (left_ms) / UCH_MINUTE_MS);

  if (left_ms < 0)
    return g_strdup_printf (_ ("−%d min"), minutes);
  return g_strdup_printf (_ ("%d min"), minutes);
}

static gint64
place_code (double degrees, double steps)
{
  return (gint64) llround (degrees * steps);
}

/* The most urgent first; equal ones by place, so that a stack stands together. */
static int
compare_tickets (gconstpointer a, gconstpointer b)
{
  const UchMapTicket *ta = *(const UchMapTicket *const *) a;
  const UchMapTicket *tb = *(const UchMapTicket *const *) b;
  int                 difference = uch_map_urgency (tb->promise) - uch_map_urgency (ta->promise);

  if (difference != 0)
    return difference;
  if (ta->due_at != tb->due_at)
    return (ta->due_at == 0) - (tb->due_at == 0) ?: (ta->due_at < tb->due_at ? -1 : 1);
  return g_strcmp0 (ta->id, tb->id);
}

/**
 * uch_map_pins_build:
 * @pins: (element-type UchMapPin): filled
 * @tickets: (element-type UchMapTicket): sorted by urgency here
 *
 * Tickets of one place become a stack, which stands where its most urgent ticket would.
 */
void
uch_map_pins_build (GArray *pins, GPtrArray *tickets)
{
  g_autoptr (GHashTable) stacks = g_hash_table_new_full (g_int64_hash, g_int64_equal, g_free,
                                                         (GDestroyNotify) g_ptr_array_unref);
  g_autoptr (GPtrArray) order = g_ptr_array_new ();

  g_array_set_size (pins, 0);
  g_ptr_array_sort (tickets, compare_tickets);
  for (guint i = 0; i < tickets->len; i++)
    {
      UchMapTicket *ticket = g_ptr_array_index (tickets, i);
      gint64        code = place_code (ticket->latitude, ONE_PLACE) * G_GINT64_CONSTANT (100000007)
                    + place_code (ticket->longitude, ONE_PLACE);
      GPtrArray *stack = g_hash_table_lookup (stacks, &code);

      if (stack == NULL)
        {
          stack = g_ptr_array_new ();
          g_hash_table_insert (stacks, g_memdup2 (&code, sizeof code), stack);
          g_ptr_array_add (order, stack);
        }
      g_ptr_array_add (stack, ticket);
    }
  for (guint s = 0; s < order->len; s++)
    {
      GPtrArray *stack = g_ptr_array_index (order, s);
      guint      first = pins->len;

      for (guint i = 0; i < stack->len; i++)
        {
          UchMapTicket *ticket = g_ptr_array_index (stack, i);
          UchMapPin     pin = { .ticket = ticket,
                                .wx = uch_mercator_x (ticket->longitude),
                                .wy = uch_mercator_y (ticket->latitude),
                                .index = i,
                                .n = stack->len,
                                .first = first };

          g_array_append_val (pins, pin);
        }
    }
}

/* The motion of who was there before goes on. */
static UchMapMotion
find_motion (GArray *badges, const char *id)
{
  for (guint i = 0; i < badges->len; i++)
    {
      const UchMapBadge *badge = &g_array_index (badges, UchMapBadge, i);

      if (g_str_equal (badge->id, id))
        return badge->motion;
    }
  return (UchMapMotion){ 0 };
}

/* Who is near the first one of a place is at that place. */
static void
group_badges (GArray *badges)
{
  for (guint i = 0; i < badges->len; i++)
    {
      UchMapBadge *badge = &g_array_index (badges, UchMapBadge, i);

      badge->group = i;
      for (guint k = 0; k < i; k++)
        {
          const UchMapBadge *first = &g_array_index (badges, UchMapBadge, k);

          if (first->group == k
              && uch_geo_distance_m (uch_mercator_latitude (first->motion.to_y),
                                     uch_mercator_longitude (first->motion.to_x),
                                     uch_mercator_latitude (badge->motion.to_y),
                                     uch_mercator_longitude (badge->motion.to_x))
                     <= ONE_PARKING_M)
            {
              badge->group = k;
              break;
            }
        }
      badge->index = g_array_index (badges, UchMapBadge, badge->group).n++;
    }
  for (guint i = 0; i < badges->len; i++)
    {
      UchMapBadge *badge = &g_array_index (badges, UchMapBadge, i);

      badge->n = g_array_index (badges, UchMapBadge, badge->group).n;
    }
}

/**
 * uch_map_badges_build:
 * @badges: (element-type UchMapBadge): filled; what it held tells where everybody was drawn
 * @engineers: (element-type UchMapEngineer): the engineers
 * @now_us: the clock of frames
 * @pace: how they get to where they are
 */
void
uch_map_badges_build (GArray *badges, GPtrArray *engineers, gint64 now_us, UchMapPace pace)
{
  g_autoptr (GArray) old = g_array_copy (badges);

  g_array_set_size (badges, 0);
  for (guint i = 0; i < engineers->len; i++)
    {
      UchMapEngineer *engineer = g_ptr_array_index (engineers, i);
      UchMapBadge     badge = { .engineer = engineer };
      double          x = uch_mercator_x (engineer->longitude);
      double          y = uch_mercator_y (engineer->latitude);

      g_strlcpy (badge.id, engineer->id, sizeof badge.id);
      badge.motion = find_motion (old, badge.id);
      if (pace == UCH_MAP_PACE_JUMP)
        uch_map_motion_jump (&badge.motion, engineer->at, x, y);
      else if (!uch_map_motion_aim (&badge.motion, engineer->at, x, y, now_us,
                                    pace == UCH_MAP_PACE_GLIDE))
        /* What came late is not younger than what is known. */
        engineer->at = badge.motion.at;
      g_array_append_val (badges, badge);
    }
  group_badges (badges);
  uch_map_badges_move (badges, now_us);
}

/**
 * uch_map_badges_move:
 * @badges: (element-type UchMapBadge): all badges
 * @now_us: the clock of frames
 *
 * Returns: whether somebody is still on his way
 */
gboolean
uch_map_badges_move (GArray *badges, gint64 now_us)
{
  gboolean moving = FALSE;

  for (guint i = 0; i < badges->len; i++)
    {
      UchMapBadge *badge = &g_array_index (badges, UchMapBadge, i);

      moving = uch_map_motion_get (&badge->motion, now_us, &badge->wx, &badge->wy) || moving;
    }
  return moving;
}

/**
 * uch_map_pin_is_spread:
 * @pins: (element-type UchMapPin): all pins
 * @pin: one of them
 * @spread_id: (nullable): a ticket of the stack that is spread
 *
 * Returns: whether the pin stands apart from its stack
 */
gboolean
uch_map_pin_is_spread (GArray *pins, const UchMapPin *pin, const char *spread_id)
{
  if (spread_id == NULL || pin->n < 2)
    return FALSE;
  for (guint i = 0; i < pin->n; i++)
    if (g_str_equal (g_array_index (pins, UchMapPin, pin->first + i).ticket->id, spread_id))
      return TRUE;
  return FALSE;
}

/**
 * uch_map_pins_place:
 * @pins: (element-type UchMapPin): all pins
 * @spread_id: (nullable): a ticket of the stack that is spread
 * @screen: what is looked at
 *
 * Computes where each pin stands now.
 */
void
uch_map_pins_place (GArray *pins, const char *spread_id, const UchMapScreen *screen)
{
  for (guint i = 0; i < pins->len; i++)
    {
      UchMapPin *pin = &g_array_index (pins, UchMapPin, i);

      pin->x = (float) round (screen->x0 + pin->wx * screen->world);
      pin->y = (float) round (screen->y0 + pin->wy * screen->world);
      if (uch_map_pin_is_spread (pins, pin, spread_id))
        {
          double radius = MAX (SPREAD_RADIUS, 36.0 * pin->n / (2 * G_PI));
          double angle = 2 * G_PI * pin->index / pin->n - G_PI_2;

          pin->x += (float) round (cos (angle) * radius);
          pin->y += (float) round (sin (angle) * radius);
        }
      else if (pin->n > 1)
        {
          float step = (float) MIN (pin->index, UCH_MAP_STACK_SHOWN_MAX - 1);

          pin->x += 4 * step;
          pin->y -= 2 * step;
        }
    }
}

/**
 * uch_map_fan_radius:
 * @n: how many stand around one place
 *
 * Returns: pixels from the place to the middle of each badge
 */
double
uch_map_fan_radius (guint n)
{
  return MAX (30.0, 42.0 * n / (2 * G_PI));
}

/**
 * uch_map_badges_are_fanned:
 * @badge: one of those at a place
 * @fanned_id: (nullable): one of those whose place the pointer is at
 * @badges: (element-type UchMapBadge): all badges
 * @screen: what is looked at
 *
 * Returns: whether each of them stands apart, to be clicked or to drop on
 */
gboolean
uch_map_badges_are_fanned (const UchMapBadge  *badge,
                           const char         *fanned_id,
                           GArray             *badges,
                           const UchMapScreen *screen)
{
  if (badge->n < 2)
    return FALSE;
  if (screen->zoom >= FAN_ZOOM_MIN)
    return TRUE;
  for (guint i = 0; fanned_id != NULL && i < badges->len; i++)
    {
      const UchMapBadge *other = &g_array_index (badges, UchMapBadge, i);

      if (other->group == badge->group && g_str_equal (other->id, fanned_id))
        return TRUE;
    }
  return FALSE;
}

/**
 * uch_map_badges_place:
 * @badges: (element-type UchMapBadge): all badges
 * @fanned_id: (nullable): one of those whose place the pointer is at
 * @screen: what is looked at
 *
 * Computes where each badge stands now.
 */
void
uch_map_badges_place (GArray *badges, const char *fanned_id, const UchMapScreen *screen)
{
  for (guint i = 0; i < badges->len; i++)
    {
      UchMapBadge       *badge = &g_array_index (badges, UchMapBadge, i);
      const UchMapBadge *first = &g_array_index (badges, UchMapBadge, badge->group);

      badge->x = (float) round (screen->x0 + badge->wx * screen->world);
      badge->y = (float) round (screen->y0 + badge->wy * screen->world);
      if (badge->n < 2)
        continue;
      if (uch_map_badges_are_fanned (badge, fanned_id, badges, screen))
        {
          double radius = uch_map_fan_radius (badge->n);
          double angle = 2 * G_PI * badge->index / badge->n - G_PI_2;

          badge->x = (float) round (screen->x0 + first->wx * screen->world + cos (angle) * radius);
          badge->y = (float) round (screen->y0 + first->wy * screen->world + sin (angle) * radius);
        }
      else
        badge->x += (float) round ((badge->index - (badge->n - 1) / 2.0) * ROW_STEP);
    }
}

#define G_LOG_DOMAIN "uch-app"

#include "app/map/uch-map-pins.h"

#include <glib/gi18n.h>
#include <math.h>

#include "tiles/uch-mercator.h"

/* Steps of a degree: tickets nearer than a metre stand in one place, engineers nearer than 25 m
 * park together. */
#define ONE_PLACE 1e5
#define ONE_PARKING 4e3
/* Engineers of one place stand side by side up to here. */
#define BADGES_APART_ZOOM_MAX 17.5
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

/**
 * uch_map_dup_age:
 * @age_ms: how old a position is
 *
 * Returns: (transfer full): "7 min ago"
 */
char *
uch_map_dup_age (gint64 age_ms)
{
  if (age_ms < UCH_HOUR_MS)
    return g_strdup_printf (_ ("%d min ago"), (int) (age_ms / UCH_MINUTE_MS));
  if (age_ms < UCH_DAY_MS)
    return g_strdup_printf (_ ("%d h ago"), (int) (age_ms / UCH_HOUR_MS));
  return g_strdup (_ ("over a day ago"));
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

/**
 * uch_map_badges_build:
 * @badges: (element-type UchMapBadge): filled
 * @engineers: (element-type UchMapEngineer): the engineers
 */
void
uch_map_badges_build (GArray *badges, GPtrArray *engineers)
{
  g_array_set_size (badges, 0);
  for (guint i = 0; i < engineers->len; i++)
    {
      UchMapEngineer *engineer = g_ptr_array_index (engineers, i);
      UchMapBadge     badge = { .engineer = engineer,
                                .wx = uch_mercator_x (engineer->longitude),
                                .wy = uch_mercator_y (engineer->latitude) };

      for (guint k = 0; k < engineers->len; k++)
        {
          const UchMapEngineer *other = g_ptr_array_index (engineers, k);

          if (place_code (other->latitude, ONE_PARKING)
                  != place_code (engineer->latitude, ONE_PARKING)
              || place_code (other->longitude, ONE_PARKING)
                     != place_code (engineer->longitude, ONE_PARKING))
            continue;
          badge.n++;
          badge.index += k < i;
        }
      g_array_append_val (badges, badge);
    }
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
 * uch_map_badges_place:
 * @badges: (element-type UchMapBadge): all badges
 * @screen: what is looked at
 *
 * Computes where each badge stands now.
 */
void
uch_map_badges_place (GArray *badges, const UchMapScreen *screen)
{
  for (guint i = 0; i < badges->len; i++)
    {
      UchMapBadge *badge = &g_array_index (badges, UchMapBadge, i);

      badge->x = (float) round (screen->x0 + badge->wx * screen->world);
      badge->y = (float) round (screen->y0 + badge->wy * screen->world);
      if (badge->n > 1 && screen->zoom < BADGES_APART_ZOOM_MAX)
        badge->x += (float) round ((badge->index - (badge->n - 1) / 2.0) * 26);
    }
}

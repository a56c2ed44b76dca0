#define G_LOG_DOMAIN "uch-app"

#include "app/uch-format.h"

#include <glib/gi18n.h>
#include <math.h>

static const char *const month_names[]
    = { NC_ ("month", "Jan"), NC_ ("month", "Feb"), NC_ ("month", "Mar"), NC_ ("month", "Apr"),
        NC_ ("month", "May"), NC_ ("month", "Jun"), NC_ ("month", "Jul"), NC_ ("month", "Aug"),
        NC_ ("month", "Sep"), NC_ ("month", "Oct"), NC_ ("month", "Nov"), NC_ ("month", "Dec") };

static GDateTime *
to_local (UchTime at)
{
  g_autoptr (GDateTime) utc = g_date_time_new_from_unix_utc (at / 1000);

  return g_date_time_to_local (utc);
}

/* Days from @now to @at by the calendar: 0 today, 1 tomorrow. */
static int
count_days (GDateTime *at, GDateTime *now)
{
  GDate here, there;

  g_date_set_dmy (&there, (GDateDay) g_date_time_get_day_of_month (at),
                  (GDateMonth) g_date_time_get_month (at), (GDateYear) g_date_time_get_year (at));
  g_date_set_dmy (&here, (GDateDay) g_date_time_get_day_of_month (now),
                  (GDateMonth) g_date_time_get_month (now), (GDateYear) g_date_time_get_year (now));
  return g_date_days_between (&here, &there);
}

/**
 * uch_format_time:
 *
 * Returns: (transfer full): the time of day here, "14:25"
 */
char *
uch_format_time (UchTime at)
{
  g_autoptr (GDateTime) local = to_local (at);

  return g_date_time_format (local, "%H:%M");
}

/**
 * uch_format_day:
 *
 * Returns: (transfer full): "today", "tomorrow", "yesterday"; else "22 Nov", with its year when
 * that is not the one of @now
 */
char *
uch_format_day (UchTime at, UchTime now)
{
  g_autoptr (GDateTime) local = to_local (at);
  g_autoptr (GDateTime) local_now = to_local (now);

  switch (count_days (local, local_now))
    {
    case -1:
      return g_strdup (C_ ("day", "yesterday"));
    case 0:
      return g_strdup (C_ ("day", "today"));
    case 1:
      return g_strdup (C_ ("day", "tomorrow"));
    default:
      break;
    }
  return uch_format_date (at, now);
}

/**
 * uch_format_date:
 *
 * Returns: (transfer full): "22 Nov", with its year when that is not the one of @now
 */
char *
uch_format_date (UchTime at, UchTime now)
{
  g_autoptr (GDateTime) local = to_local (at);
  g_autoptr (GDateTime) local_now = to_local (now);
  const char *month = g_dpgettext2 (NULL, "month", month_names[g_date_time_get_month (local) - 1]);

  if (g_date_time_get_year (local) != g_date_time_get_year (local_now))
    /* Translators: a date: day, month, year */
    return g_strdup_printf (C_ ("date", "%d %s %d"), g_date_time_get_day_of_month (local), month,
                            g_date_time_get_year (local));
  /* Translators: a date of this year: day, month */
  return g_strdup_printf (C_ ("date", "%d %s"), g_date_time_get_day_of_month (local), month);
}

/**
 * uch_format_day_time:
 *
 * Returns: (transfer full): "14:25" when it is today, else with its day before it
 */
char *
uch_format_day_time (UchTime at, UchTime now)
{
  g_autoptr (GDateTime) local = to_local (at);
  g_autoptr (GDateTime) local_now = to_local (now);
  g_autofree char *time = uch_format_time (at);
  g_autofree char *day = NULL;

  if (count_days (local, local_now) == 0)
    return g_steal_pointer (&time);
  day = uch_format_day (at, now);
  return g_strdup_printf ("%s %s", day, time);
}

/**
 * uch_format_duration:
 * @duration_ms: its sign is not shown
 *
 * Returns: (transfer full): whole minutes, "25 min", "1 h 05 min", "2 d 3 h"
 */
char *
uch_format_duration (gint64 duration_ms)
{
  int minutes = (int) MIN (ABS (duration_ms) / UCH_MINUTE_MS, G_MAXINT);
  int hours = minutes / 60;

  if (hours >= 24)
    /* Translators: days and hours, short */
    return g_strdup_printf (_ ("%d d %d h"), hours / 24, hours % 24);
  if (hours > 0)
    /* Translators: hours and minutes, short */
    return g_strdup_printf (_ ("%d h %02d min"), hours, minutes % 60);
  return g_strdup_printf (_ ("%d min"), minutes);
}

/**
 * uch_format_window:
 * @visit: (nullable)
 *
 * Returns: (transfer full): the agreed time: "now", "18:00", "tomorrow 18:00–19:00", "no time
 * agreed"
 */
char *
uch_format_window (const UchVisit *visit, UchTime now)
{
  g_autofree char *from = NULL;
  g_autofree char *to = NULL;

  if (visit == NULL || visit->mode == UCH_VISIT_MODE_NONE)
    return g_strdup (_ ("no time agreed"));
  if (visit->mode == UCH_VISIT_MODE_NOW)
    return g_strdup (C_ ("agreed time", "now"));
  from = uch_format_day_time (visit->agreed_from, now);
  if (visit->agreed_to <= visit->agreed_from)
    return g_steal_pointer (&from);
  to = uch_format_time (visit->agreed_to);
  return g_strdup_printf ("%s–%s", from, to);
}

static char *
format_settled_clock (const UchVisit *visit, UchPromise promise)
{
  g_autofree char *late = NULL;

  if (promise == UCH_PROMISE_EXEMPT)
    return g_strdup (C_ ("clock", "exempt"));
  if (promise == UCH_PROMISE_KEPT)
    return g_strdup (C_ ("clock", "in time"));
  if (visit->arrived_at <= visit->due_at)
    return g_strdup (C_ ("clock", "missed"));
  late = uch_format_duration (visit->arrived_at - visit->due_at + UCH_MINUTE_MS - 1);
  return g_strdup_printf (C_ ("clock", "%s late"), late);
}

/**
 * uch_format_clock:
 * @visit: (nullable)
 *
 * Returns: (transfer full): what the promise's clock shows: "at 18:00", "in 12 min", "5 min late";
 * empty where there is no promise
 */
char *
uch_format_clock (const UchVisit *visit, UchTime now)
{
  UchPromise       promise = visit != NULL ? uch_promise_get (visit, now) : UCH_PROMISE_NONE;
  g_autofree char *text = NULL;

  switch (promise)
    {
    case UCH_PROMISE_WAITING:
      text = uch_format_day_time (uch_promise_get_start (visit), now);
      return g_strdup_printf (C_ ("clock", "at %s"), text);
    case UCH_PROMISE_RUNNING:
    case UCH_PROMISE_YELLOW:
    case UCH_PROMISE_ORANGE:
      /* A minute that has begun still counts: the last one reads "in 1 min", not "in 0". */
      text = uch_format_duration (visit->due_at - now + UCH_MINUTE_MS - 1);
      return g_strdup_printf (C_ ("clock", "in %s"), text);
    case UCH_PROMISE_RED:
      text = uch_format_duration (now - visit->due_at + UCH_MINUTE_MS - 1);
      return g_strdup_printf (C_ ("clock", "%s late"), text);
    case UCH_PROMISE_KEPT:
    case UCH_PROMISE_BROKEN:
    case UCH_PROMISE_EXEMPT:
      return format_settled_clock (visit, promise);
    case UCH_PROMISE_NONE:
    default:
      return g_strdup ("");
    }
}

/**
 * uch_format_foresight:
 * @arrives_at: when the engineer can be there; 0: nobody can tell
 *
 * Returns: (transfer full): the promise's clock, and what the engineer's positions say: when he can
 *     be there, or that he was
 */
char *
uch_format_foresight (const UchVisit *visit, UchTime arrives_at, UchTime now)
{
  g_autofree char *clock = uch_format_clock (visit, now);
  g_autofree char *time = NULL;

  if (visit->arrived_at != 0 && visit->arrived_geo_at != 0)
    /* Translators: %s is the promise's clock; the position of the phone confirms the arrival */
    return g_strdup_printf (C_ ("clock", "%s · position confirms"), clock);
  if (arrives_at == 0 || visit->state != UCH_VISIT_EN_ROUTE)
    return g_steal_pointer (&clock);
  time = uch_format_time (arrives_at);
  /* Translators: %1$s is the promise's clock, %2$s when the engineer can be there, an estimate */
  return g_strdup_printf (C_ ("clock", "%1$s · there ≈ %2$s"), clock, time);
}

/**
 * uch_format_number:
 *
 * Returns: (transfer full): "№ 2417"; "new" until the store has given a number
 */
char *
uch_format_number (const UchTicket *ticket)
{
  if (ticket->number == 0)
    return g_strdup (C_ ("ticket number", "new"));
  return g_strdup_printf ("№ %" G_GINT64_FORMAT, ticket->number);
}

/**
 * uch_format_distance:
 * @metres: negative: unknown
 *
 * Returns: (transfer full): "350 m", "1.2 km"; empty when it is not known
 */
char *
uch_format_distance (double metres)
{
  if (!isfinite (metres) || metres < 0)
    return g_strdup ("");
  if (metres < 995)
    return g_strdup_printf (_ ("%d m"), (int) (round (metres / 10) * 10));
  if (metres < 9950)
    return g_strdup_printf (_ ("%.1f km"), metres / 1000);
  return g_strdup_printf (_ ("%.0f km"), metres / 1000);
}

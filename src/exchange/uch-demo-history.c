/* Years of work behind the demo town's day, with what an office's years have: weekdays and hours,
 * a September and a December that are too much, growth, and what goes wrong. All of it is invented;
 * the town says so in a setting (UCH_DEMO_INVENTED_SETTING). */
#include <math.h>
#include <string.h>

#include "core/uch-category.h"
#include "exchange/uch-demo-private.h"

#define TICKETS_PER_DAY 106.0
#define GROWTH_PER_YEAR 0.04
/* The office's clocks: UTC+3. The town lies nowhere else. */
#define OFFSET_MS (3 * UCH_HOUR_MS)
/* Who calls again soon after he was helped. */
#define REPEAT_PERCENT 4
#define N_RECENT 1500
/* The last days hold nothing that takes days, the last hours nothing at all. */
#define FRESH_DAYS 4
#define LONGEST_VISIT_MS (6 * UCH_HOUR_MS)

/* Against the year's mean: students and schools in September, before New Year in December. */
static const double of_month[12]
    = { 0.86, 0.88, 0.93, 0.92, 0.86, 0.84, 0.84, 1.02, 1.42, 1.10, 1.00, 1.34 };
static const double of_weekday[7] = { 1.16, 1.08, 1.05, 1.04, 1.07, 0.86, 0.74 }; /* Monday first */
/* When people call: per mille of a day. */
static const guint of_hour[24]
    = { 2, 1, 0, 0, 0, 1, 4, 14, 42, 78, 92, 88, 74, 66, 62, 60, 64, 76, 88, 82, 58, 30, 13, 5 };

/* Per mille of connect, support, thanks and the rest; since the last autumn there is more support
 * than there was: a chart that never finds anything shows nothing. */
static const struct
{
  const char *category;
  guint       weight, later;
  guint       visit_percent;
} mix[] = {
  { "connect.new", 430, 372, 93 },  { "connect.return", 137, 122, 90 },
  { "connect.extra", 69, 62, 80 },  { "support.no_access", 58, 88, 70 },
  { "support.slow", 36, 54, 45 },   { "support.wifi", 30, 50, 55 },
  { "support.tv", 26, 34, 60 },     { "support.settings", 15, 22, 25 },
  { "support.lan", 6, 8, 85 },      { "support.voip", 5, 6, 35 },
  { "support.billing", 8, 10, 5 },  { "thanks", 92, 88, 0 },
  { "proactive.cpe", 30, 30, 15 },  { "proactive.port", 16, 16, 20 },
  { "incident.house", 10, 10, 60 }, { "mc.access", 18, 18, 30 },
  { "mc.riser", 7, 7, 40 },         { "mc.info", 7, 7, 5 },
};

/* Local: days since the epoch, and the month 0–11 in it. */
static int
get_month (UchTime local)
{
  g_autoptr (GDateTime) date = g_date_time_new_from_unix_utc (local / UCH_SECOND_MS);

  return g_date_time_get_month (date) - 1;
}

static UchTime
get_end (UchDemo *self)
{
  /* Today itself is made by hand. */
  return (self->options.now + OFFSET_MS) / UCH_DAY_MS * UCH_DAY_MS;
}

static double
get_mean (UchDemo *self, UchTime local_day)
{
  double years = (double) (get_end (self) - local_day) / (365.25 * UCH_DAY_MS);
  guint  weekday = (guint) ((local_day / UCH_DAY_MS + 3) % 7);

  return TICKETS_PER_DAY * pow (1 + GROWTH_PER_YEAR, -years) * of_month[get_month (local_day)]
         * of_weekday[weekday];
}

/* How many tickets the history will have, about. */
guint
uch_demo_history_get_n (UchDemo *self)
{
  return (guint) (self->options.n_days * TICKETS_PER_DAY);
}

/* A time that people agree on: a quarter of an hour between nine and eight in the evening. */
UchTime
uch_demo_history_round (UchTime at)
{
  gint64 quarter = 15 * UCH_MINUTE_MS, local = (at + OFFSET_MS) / quarter * quarter + quarter;
  gint64 hour = local / UCH_HOUR_MS % 24;

  if (hour < 9)
    local += (9 - hour) * UCH_HOUR_MS;
  else if (hour >= 20)
    local += (24 - hour + 9) * UCH_HOUR_MS;
  return local - OFFSET_MS;
}

/* How long until somebody calls back: at the peaks and in the evening it takes longer. */
gint64
uch_demo_history_delay_ms (UchDemo *self, UchTime at)
{
  int    month = get_month (at + OFFSET_MS);
  gint64 hour = (at + OFFSET_MS) / UCH_HOUR_MS % 24;
  double minutes = -9 * log (g_rand_double_range (self->rand, 0.001, 1)) * of_month[month];

  if (hour >= 18)
    minutes *= 1.5;
  if (hour < 8)
    minutes += (double) (8 - hour) * 60;
  return (gint64) (minutes * UCH_MINUTE_MS) + UCH_MINUTE_MS;
}

static gint64
pick_hour (UchDemo *self)
{
  gint64 dice = uch_demo_between (self, 0, 999);
  gint64 hour = 0;

  while (hour < 23 && dice >= (gint64) of_hour[hour])
    dice -= of_hour[hour++];
  return hour;
}

static guint
pick_mix (UchDemo *self, gboolean is_later)
{
  guint  total = 0, i = 0;
  gint64 dice;

  for (guint k = 0; k < G_N_ELEMENTS (mix); k++)
    total += is_later ? mix[k].later : mix[k].weight;
  dice = uch_demo_between (self, 0, total - 1);
  while (dice >= (gint64) (is_later ? mix[i].later : mix[i].weight))
    dice -= is_later ? mix[i].later : mix[i].weight, i++;
  return i;
}

static UchDemoFate
pick_fate (UchDemo *self, UchTime local, const char *category, gboolean has_visit)
{
  double peak = of_month[get_month (local)];
  gint64 hour = local / UCH_HOUR_MS % 24;
  gint64 late = (gint64) (55 * peak * peak) + (hour >= 17 && hour < 21 ? 35 : 0);
  gint64 dice = uch_demo_between (self, 0, 999);

  if (g_str_has_prefix (category, "connect."))
    {
      if ((dice -= 24) < 0)
        return UCH_DEMO_FATE_IMPOSSIBLE;
      if ((dice -= 45) < 0)
        return UCH_DEMO_FATE_CANCELLED;
    }
  if (!has_visit)
    return (dice -= 15) < 0 ? UCH_DEMO_FATE_REOPENED : UCH_DEMO_FATE_PLAIN;
  if ((dice -= late) < 0)
    return UCH_DEMO_FATE_LATE;
  if ((dice -= (gint64) (8 * peak * peak)) < 0)
    return UCH_DEMO_FATE_MISSED;
  if ((dice -= 45) < 0)
    return UCH_DEMO_FATE_FAILED;
  if ((dice -= g_str_has_prefix (category, "support.") ? 70 : 30) < 0)
    return UCH_DEMO_FATE_INCOMPLETE;
  return (dice -= 22) < 0 ? UCH_DEMO_FATE_REOPENED : UCH_DEMO_FATE_PLAIN;
}

static void
sketch_one (UchDemo *self,
            UchTime  local_day,
            gboolean is_later,
            gboolean is_fresh,
            GArray  *sketches,
            guint    first)
{
  guint   kind = pick_mix (self, is_later);
  UchTime local = local_day + pick_hour (self) * UCH_HOUR_MS
                  + uch_demo_between (self, 0, UCH_HOUR_MS / UCH_SECOND_MS - 1) * UCH_SECOND_MS;
  UchDemoSketch sketch = { local - OFFSET_MS, UCH_TICKET_CLOSED, UCH_DEMO_NO_VISIT,
                           UCH_VISIT_MODE_NOW, mix[kind].category };

  if (uch_demo_chance (self, mix[kind].visit_percent))
    sketch.visit_state = UCH_VISIT_DONE;
  if (sketch.visit_state != UCH_DEMO_NO_VISIT && uch_demo_chance (self, 45))
    sketch.mode = UCH_VISIT_MODE_TIME;
  sketch.is_history = TRUE;
  sketch.client = (guint) uch_demo_between (self, 1, self->clients->len);
  if (g_str_has_prefix (sketch.category, "connect.")) /* nobody is connected twice a month */
    sketch.client = 1 + self->n_connections++ % self->clients->len;
  if (g_str_has_prefix (sketch.category, "support.") && sketches->len > first + N_RECENT
      && uch_demo_chance (self, 5 * REPEAT_PERCENT))
    {
      /* the same trouble in the same flat, days later */
      const UchDemoSketch *before = &g_array_index (
          sketches, UchDemoSketch, sketches->len - (guint) uch_demo_between (self, 200, N_RECENT));

      if (g_str_has_prefix (before->category, "support."))
        sketch.client = before->client;
    }
  sketch.fate
      = strcmp (sketch.category, "thanks") == 0
            ? UCH_DEMO_FATE_PLAIN
            : pick_fate (self, local, sketch.category, sketch.visit_state != UCH_DEMO_NO_VISIT);
  if (sketch.fate == UCH_DEMO_FATE_CANCELLED || sketch.fate == UCH_DEMO_FATE_IMPOSSIBLE)
    {
      sketch.state = UCH_TICKET_CANCELLED;
      sketch.visit_state = UCH_DEMO_NO_VISIT;
    }
  if (is_fresh)
    {
      /* whatever takes days would end after now */
      sketch.mode = UCH_VISIT_MODE_NOW;
      if (sketch.fate >= UCH_DEMO_FATE_MISSED && sketch.fate <= UCH_DEMO_FATE_INCOMPLETE)
        sketch.fate = UCH_DEMO_FATE_PLAIN;
      if (sketch.created_at > self->options.now - LONGEST_VISIT_MS)
        return;
    }
  g_array_append_val (sketches, sketch);
}

/* Adds the history's tickets, the oldest first. */
void
uch_demo_history_sketch (UchDemo *self, GArray *sketches)
{
  UchTime end = get_end (self);
  guint   first = sketches->len;

  for (gint64 ago = self->options.n_days; ago > 0; ago--)
    {
      UchTime day = end - ago * UCH_DAY_MS;
      double  mean = get_mean (self, day);
      /* Poisson's spread, and the town's: a storm, a holiday. */
      double noise = 0;
      gint64 n;

      for (guint i = 0; i < 12; i++)
        noise += g_rand_double (self->rand) - 0.5;
      n = (gint64) MAX (mean + noise * sqrt (mean) * 1.25, 0);
      for (gint64 i = 0; i < n; i++)
        sketch_one (self, day, ago < 85, ago <= FRESH_DAYS, sketches, first);
    }
}

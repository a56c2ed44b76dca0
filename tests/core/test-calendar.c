/* The production calendar, and the dates of the contacts that are owed to clients.
 *
 * The calendars are those of the Government's decrees on transfers of days off in 2025 and 2026, as
 * published by xmlcalendar.ru; the dates were worked out by hand on a wall calendar. */
#include <string.h>

#include "core/uch-clockwork.h"
#include "moscow.h"
#include "office.h"

/* What differs from the week and the fixed holidays around the turn of 2025 and in 2026. */
static const struct
{
  const char *date;
  UchDayKind  kind;
} transfers[] = {
  { "2025-11-01", UCH_DAY_SHORT }, /* a Saturday that is worked */
  { "2025-11-03", UCH_DAY_OFF },   { "2025-12-31", UCH_DAY_OFF },   { "2026-01-09", UCH_DAY_OFF },
  { "2026-03-09", UCH_DAY_OFF },   { "2026-04-30", UCH_DAY_SHORT }, { "2026-05-08", UCH_DAY_SHORT },
  { "2026-05-11", UCH_DAY_OFF },   { "2026-06-11", UCH_DAY_SHORT }, { "2026-11-03", UCH_DAY_SHORT },
  { "2026-12-31", UCH_DAY_OFF },
};

static UchCalendar *
make_calendar (void)
{
  g_autoptr (GPtrArray) days = g_ptr_array_new_with_free_func (g_object_unref);

  for (guint i = 0; i < G_N_ELEMENTS (transfers); i++)
    {
      UchCalendarDay *day = uch_entity_new (UCH_TABLE_CALENDAR_DAY, transfers[i].date);

      day->kind = transfers[i].kind;
      g_ptr_array_add (days, day);
    }
  return uch_calendar_new (days);
}

static void
test_days (void)
{
  static const struct
  {
    const char *text;
    guint       weekday; /* 0: no such day */
  } cases[] = {
    { "1970-01-01", 4 }, { "2024-02-29", 4 }, { "2026-01-01", 4 },
    { "2026-05-11", 1 }, { "2026-11-22", 7 }, { "2025-02-29", 0 },
    { "2026-13-01", 0 }, { "2026-00-10", 0 }, { "20226-01-01", 0 },
    { "0000-01-01", 0 }, { "2026-1-01", 0 },  { "2026-01-01 ", 0 },
    { "", 0 },           { "2026-01-0x", 0 },
  };

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      UchDay day = uch_day_parse (cases[i].text);

      g_assert_cmpint (day != UCH_DAY_NONE, ==, cases[i].weekday != 0);
      if (day == UCH_DAY_NONE)
        continue;
      g_autofree char *back = uch_day_format (day);

      g_assert_cmpstr (back, ==, cases[i].text);
      g_assert_cmpuint (uch_day_get_weekday (day), ==, cases[i].weekday);
    }
  /* A day begins at midnight of the office, not of Greenwich. */
  g_assert_cmpint (uch_day_from_time (at ("2026-05-11 00:00"), MOSCOW_MS), ==,
                   uch_day_parse ("2026-05-11"));
  g_assert_cmpint (uch_day_from_time (at ("2026-05-11 00:00") - 1, MOSCOW_MS), ==,
                   uch_day_parse ("2026-05-10"));
  g_assert_cmpint (uch_day_from_time (-1, 0), ==, -1);
}

static void
test_calendar (void)
{
  static const struct
  {
    const char *first, *last;
    gboolean    working;
  } spans[] = {
    { "2025-12-29", "2025-12-30", TRUE }, { "2025-12-31", "2026-01-11", FALSE },
    { "2026-01-12", "2026-01-16", TRUE }, { "2026-02-21", "2026-02-23", FALSE },
    { "2026-02-24", "2026-02-27", TRUE }, { "2026-03-07", "2026-03-09", FALSE },
    { "2026-04-30", "2026-04-30", TRUE }, { "2026-05-01", "2026-05-03", FALSE },
    { "2026-05-04", "2026-05-08", TRUE }, { "2026-05-09", "2026-05-11", FALSE },
    { "2026-06-11", "2026-06-11", TRUE }, { "2026-06-12", "2026-06-14", FALSE },
    { "2025-11-01", "2025-11-01", TRUE }, { "2025-11-02", "2025-11-04", FALSE },
    { "2026-11-03", "2026-11-03", TRUE }, { "2026-11-04", "2026-11-04", FALSE },
    { "2026-12-30", "2026-12-30", TRUE }, { "2026-12-31", "2027-01-03", FALSE },
  };
  static const struct
  {
    const char *day;
    int         n;
    const char *expected;
  } steps[] = {
    { "2025-12-30", 1, "2026-01-12" },  { "2025-12-31", 1, "2026-01-12" },
    { "2026-01-12", -1, "2025-12-30" }, { "2026-02-20", 1, "2026-02-24" },
    { "2026-03-06", 2, "2026-03-11" },  { "2026-05-08", 1, "2026-05-12" },
    { "2026-04-30", 6, "2026-05-12" },  { "2026-05-12", -6, "2026-04-30" },
    { "2025-10-31", 1, "2025-11-01" },  { "2025-11-01", 1, "2025-11-05" },
    { "2026-09-05", 0, "2026-09-05" },  { "2026-09-05", -1, "2026-09-04" },
  };
  g_autoptr (UchCalendar) calendar = make_calendar ();

  for (guint i = 0; i < G_N_ELEMENTS (spans); i++)
    for (UchDay day = uch_day_parse (spans[i].first); day <= uch_day_parse (spans[i].last); day++)
      {
        g_autofree char *date = uch_day_format (day);

        if (uch_calendar_is_working (calendar, day) != spans[i].working)
          g_error ("%s should be %s", date, spans[i].working ? "worked" : "off");
      }
  for (guint i = 0; i < G_N_ELEMENTS (steps); i++)
    {
      g_autofree char *date = uch_day_format (
          uch_calendar_add_working (calendar, uch_day_parse (steps[i].day), steps[i].n));

      g_assert_cmpstr (date, ==, steps[i].expected);
    }
  /* 2026 has 247 working days. Source: the production calendar of 2026. */
  guint n_working = 0;
  for (UchDay day = uch_day_parse ("2026-01-01"); day <= uch_day_parse ("2026-12-31"); day++)
    n_working += uch_calendar_is_working (calendar, day);
  g_assert_cmpuint (n_working, ==, 247);
}

/* A year of nothing but days off ends the search all the same. */
static void
test_calendar_without_work (void)
{
  g_autoptr (GPtrArray) days = g_ptr_array_new_with_free_func (g_object_unref);
  UchDay first = uch_day_parse ("2026-01-01");
  g_autoptr (UchCalendar) calendar = NULL;

  for (UchDay day = first; day < first + 1000; day++)
    {
      g_autofree char *date = uch_day_format (day);

      g_ptr_array_add (days, uch_entity_new (UCH_TABLE_CALENDAR_DAY, date));
    }
  calendar = uch_calendar_new (days);
  g_assert_cmpint (uch_calendar_add_working (calendar, first, 3), <, first + 1000);
}

/* Each rule of the office's table of contacts, at the seams of the calendar. */
static void
test_dates (void)
{
  static const struct
  {
    UchFollowupKind kind;
    gboolean        merged;
    const char     *anchor, *not_before, *target, *deadline;
  } cases[] = {
    /* an ordinary Tuesday */
    { UCH_FOLLOWUP_QUALITY, FALSE, "2026-09-01 11:20", "2026-09-01 11:20", "2026-09-02 20:00",
      "2026-09-03 20:00" },
    { UCH_FOLLOWUP_WEEK, FALSE, "2026-09-01 11:20", "2026-09-02 09:00", "2026-09-04 20:00",
      "2026-09-07 20:00" },
    { UCH_FOLLOWUP_MONTH, FALSE, "2026-09-04 15:00", "2026-09-29 09:00", "2026-10-04 18:00",
      "2026-10-09 20:00" },
    /* Friday: the working days run over the weekend; T + 6 is a Thursday */
    { UCH_FOLLOWUP_QUALITY, FALSE, "2026-09-04 19:00", "2026-09-04 19:00", "2026-09-07 20:00",
      "2026-09-08 20:00" },
    { UCH_FOLLOWUP_WEEK, FALSE, "2026-09-04 19:00", "2026-09-07 09:00", "2026-09-09 20:00",
      "2026-09-10 20:00" },
    /* Monday: T + 6 is a Sunday, so the Friday before */
    { UCH_FOLLOWUP_WEEK, FALSE, "2026-09-07 10:00", "2026-09-08 09:00", "2026-09-10 20:00",
      "2026-09-11 20:00" },
    /* Saturday work: the next working day is Monday */
    { UCH_FOLLOWUP_QUALITY, FALSE, "2026-09-05 12:00", "2026-09-05 12:00", "2026-09-07 20:00",
      "2026-09-08 20:00" },
    { UCH_FOLLOWUP_WEEK, FALSE, "2026-09-05 12:00", "2026-09-07 09:00", "2026-09-09 20:00",
      "2026-09-11 20:00" },
    /* New Year: work on the last working day of 2025 … */
    { UCH_FOLLOWUP_QUALITY, FALSE, "2025-12-30 17:00", "2025-12-30 17:00", "2026-01-12 20:00",
      "2026-01-13 20:00" },
    /* … no working day is left in the week: it is kept on a day off, within its shorter hours */
    { UCH_FOLLOWUP_WEEK, FALSE, "2025-12-30 17:00", "2025-12-31 10:00", "2026-01-05 18:00",
      "2026-01-05 18:00" },
    { UCH_FOLLOWUP_WEEK, FALSE, "2026-01-02 12:00", "2026-01-03 10:00", "2026-01-08 18:00",
      "2026-01-08 18:00" },
    /* a week that ends when work begins again */
    { UCH_FOLLOWUP_WEEK, FALSE, "2026-01-07 12:00", "2026-01-12 09:00", "2026-01-13 20:00",
      "2026-01-13 20:00" },
    /* 23 February is a Monday */
    { UCH_FOLLOWUP_QUALITY, FALSE, "2026-02-20 12:00", "2026-02-20 12:00", "2026-02-24 20:00",
      "2026-02-25 20:00" },
    { UCH_FOLLOWUP_WEEK, FALSE, "2026-02-17 12:00", "2026-02-18 09:00", "2026-02-20 20:00",
      "2026-02-20 20:00" },
    { UCH_FOLLOWUP_WEEK, FALSE, "2026-02-20 12:00", "2026-02-24 09:00", "2026-02-26 20:00",
      "2026-02-26 20:00" },
    /* 9 March off by transfer */
    { UCH_FOLLOWUP_WEEK, FALSE, "2026-03-03 12:00", "2026-03-04 09:00", "2026-03-06 20:00",
      "2026-03-06 20:00" },
    { UCH_FOLLOWUP_QUALITY, FALSE, "2026-03-06 12:00", "2026-03-06 12:00", "2026-03-10 20:00",
      "2026-03-11 20:00" },
    /* May: 1 and 9 fixed, 11 off by transfer, 30 April and 8 May short but worked */
    { UCH_FOLLOWUP_QUALITY, FALSE, "2026-04-29 12:00", "2026-04-29 12:00", "2026-04-30 20:00",
      "2026-05-04 20:00" },
    { UCH_FOLLOWUP_WEEK, FALSE, "2026-05-05 12:00", "2026-05-06 09:00", "2026-05-08 20:00",
      "2026-05-08 20:00" },
    { UCH_FOLLOWUP_WEEK, FALSE, "2026-05-08 12:00", "2026-05-12 09:00", "2026-05-14 20:00",
      "2026-05-14 20:00" },
    /* a Saturday that is worked, and the Monday off instead */
    { UCH_FOLLOWUP_QUALITY, FALSE, "2025-10-31 12:00", "2025-10-31 12:00", "2025-11-01 20:00",
      "2025-11-05 20:00" },
    { UCH_FOLLOWUP_WEEK, FALSE, "2025-10-28 12:00", "2025-10-29 09:00", "2025-10-31 20:00",
      "2025-11-01 20:00" },
    /* a month that ends among days off: the hours are theirs */
    { UCH_FOLLOWUP_MONTH, FALSE, "2025-12-08 10:00", "2026-01-02 10:00", "2026-01-07 18:00",
      "2026-01-12 20:00" },
    /* one call for quality and week keeps both */
    { UCH_FOLLOWUP_QUALITY, TRUE, "2026-09-01 11:20", "2026-09-02 09:00", "2026-09-02 20:00",
      "2026-09-03 20:00" },
    { UCH_FOLLOWUP_QUALITY, TRUE, "2025-12-30 17:00", "2025-12-31 10:00", "2026-01-05 18:00",
      "2026-01-05 18:00" },
    /* work that ends late at night still belongs to its day */
    { UCH_FOLLOWUP_QUALITY, FALSE, "2026-09-01 23:59", "2026-09-01 23:59", "2026-09-02 20:00",
      "2026-09-03 20:00" },
    { UCH_FOLLOWUP_QUALITY, FALSE, "2026-09-02 00:00", "2026-09-02 00:00", "2026-09-03 20:00",
      "2026-09-04 20:00" },
  };
  g_autoptr (Office) office = office_new ();
  g_autoptr (UchCalendar) calendar = make_calendar ();
  UchFollowupPolicy policy;

  uch_followup_policy_read (&policy, UCH_SNAPSHOT (office->snapshot));
  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      UchFollowupDates dates;

      g_test_message ("%u: %s of %s", i, uch_followup_kind_nicks[cases[i].kind], cases[i].anchor);
      uch_followup_get_dates (cases[i].kind, cases[i].merged, at (cases[i].anchor), &policy,
                              calendar, &dates);
      assert_time (dates.not_before_at, cases[i].not_before);
      assert_time (dates.target_at, cases[i].target);
      assert_time (dates.deadline_at, cases[i].deadline);
    }
}

/* Whatever the day: in less than a week, in order, and the deadline never before the first try. */
static void
test_every_day_of_the_year (void)
{
  g_autoptr (Office) office = office_new ();
  g_autoptr (UchCalendar) calendar = make_calendar ();
  UchFollowupPolicy policy;
  UchDay            first = uch_day_parse ("2025-12-01");

  uch_followup_policy_read (&policy, UCH_SNAPSHOT (office->snapshot));
  for (UchDay day = first; day < first + 400; day++)
    for (guint kind = 0; kind < UCH_N_FOLLOWUP_KINDS; kind++)
      for (guint merged = 0; merged <= (kind == UCH_FOLLOWUP_QUALITY); merged++)
        {
          UchTime          work_at = uch_day_to_time (day, 12 * 60, MOSCOW_MS);
          UchFollowupDates dates;

          uch_followup_get_dates (kind, merged, work_at, &policy, calendar, &dates);
          g_assert_cmpint (dates.not_before_at, >=, work_at);
          g_assert_cmpint (dates.target_at, >, dates.not_before_at);
          g_assert_cmpint (dates.deadline_at, >=, dates.target_at);
          if (kind == UCH_FOLLOWUP_WEEK)
            g_assert_cmpint (dates.deadline_at, <, work_at + 7 * UCH_DAY_MS);
        }
}

static void
test_attempts (void)
{
  static const struct
  {
    const char *tries[5];
    gboolean    exhausted;
    const char *next;
  } cases[] = {
    { { "2026-09-01 10:00" }, FALSE, "2026-09-01 13:00" },
    { { "2026-09-01 14:00" }, FALSE, "2026-09-01 17:00" },
    { { "2026-09-01 18:00" }, FALSE, "2026-09-02 09:00" },
    /* two on one day: the last one on another, or it would not count */
    { { "2026-09-01 10:00", "2026-09-01 14:00" }, FALSE, "2026-09-02 09:00" },
    { { "2026-09-01 10:00", "2026-09-02 14:00" }, FALSE, "2026-09-02 17:00" },
    /* two mornings: the last one not in the morning */
    { { "2026-09-01 10:00", "2026-09-02 10:00" }, FALSE, "2026-09-02 13:00" },
    { { "2026-09-01 10:00", "2026-09-01 14:00", "2026-09-02 09:30" }, TRUE, NULL },
    { { "2026-09-01 10:00", "2026-09-01 14:00", "2026-09-01 18:00" }, FALSE, "2026-09-02 09:00" },
    { { "2026-09-01 10:00", "2026-09-02 10:00", "2026-09-03 10:00" }, FALSE, "2026-09-03 13:00" },
    { { "2026-09-01 10:00", "2026-09-02 10:00", "2026-09-03 10:00", "2026-09-03 13:00" },
      TRUE,
      NULL },
    /* Saturday closes at six */
    { { "2026-09-05 10:30" }, FALSE, "2026-09-05 13:00" },
    { { "2026-09-04 19:00" }, FALSE, "2026-09-05 10:00" },
  };
  g_autoptr (Office) office = office_new ();
  g_autoptr (UchCalendar) calendar = make_calendar ();
  UchFollowupPolicy policy;

  uch_followup_policy_read (&policy, UCH_SNAPSHOT (office->snapshot));
  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autoptr (GArray) tries = g_array_new (FALSE, FALSE, sizeof (UchTime));

      for (guint k = 0; cases[i].tries[k] != NULL; k++)
        {
          UchTime time = at (cases[i].tries[k]);

          g_array_append_val (tries, time);
        }
      g_test_message ("case %u", i);
      g_assert_cmpint (uch_followup_is_exhausted (tries, &policy), ==, cases[i].exhausted);
      if (cases[i].next != NULL)
        assert_time (uch_followup_get_next_try (tries, &policy, calendar), cases[i].next);
    }
}

static void
test_hours_as_people_write_them (void)
{
  static const struct
  {
    const char *text;
    gint64      from_min, to_min; /* -1: not understood */
  } cases[] = {
    { "после 18", 1080, 1440 },
    { "после 18:30", 1110, 1440 },
    { "до обеда", 0, 780 },
    { "до 12", 0, 720 },
    { "лучше до 12", 0, 720 },
    { "с 9 до 12", 540, 720 },
    { "9-20", 540, 1200 },
    { "10–18", 600, 1080 },
    { "Вечером", 1020, 1440 },
    { "утром", 0, 720 },
    { "днём", 720, 1020 },
    { "after 18", 1080, 1440 },
    { "", -1, 0 },
    { "когда угодно", -1, 0 },
    { "20-9", -1, 0 },
    { "25", -1, 0 },
    { "99999999999999999999", -1, 0 },
  };

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      gint64   from = -2, to = -2;
      gboolean found = uch_followup_parse_hours (cases[i].text, &from, &to);

      g_test_message ("%s", cases[i].text);
      g_assert_cmpint (found, ==, cases[i].from_min >= 0);
      if (!found)
        continue;
      g_assert_cmpint (from, ==, cases[i].from_min);
      g_assert_cmpint (to, ==, cases[i].to_min);
    }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
#define ADD(name) g_test_add_func ("/core/calendar/" #name, test_##name)
  ADD (days);
  ADD (calendar);
  ADD (calendar_without_work);
  ADD (dates);
  ADD (every_day_of_the_year);
  ADD (attempts);
  ADD (hours_as_people_write_them);
  return g_test_run ();
}

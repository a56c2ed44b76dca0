#include "moscow.h"

/* "2026-05-08 14:00" in Moscow */
UchTime
at (const char *text)
{
  g_autofree char *date = g_strndup (text, 10);
  guint            hour = (guint) g_ascii_strtoull (text + 11, NULL, 10);
  guint            minute = (guint) g_ascii_strtoull (text + 14, NULL, 10);
  UchDay           day = uch_day_parse (date);

  g_assert_cmpint (day, !=, UCH_DAY_NONE);
  return uch_day_to_time (day, hour * 60 + minute, MOSCOW_MS);
}

static char *
show (UchTime time)
{
  UchDay           day = uch_day_from_time (time, MOSCOW_MS);
  g_autofree char *date = uch_day_format (day);
  gint64           minute = (time - uch_day_to_time (day, 0, MOSCOW_MS)) / UCH_MINUTE_MS;

  return g_strdup_printf ("%s %02d:%02d", date, (int) (minute / 60), (int) (minute % 60));
}

void
assert_time (UchTime time, const char *expected)
{
  g_autofree char *shown = show (time);

  g_assert_cmpstr (shown, ==, expected);
}

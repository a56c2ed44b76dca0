#include "app/board/uch-time-text.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/uch-fold.h"

/* A time of today that has passed by less than this is still meant for today. */
#define JUST_PASSED_MS (15 * UCH_MINUTE_MS)

static const struct
{
  const char *word;
  int         days;
} day_words[] = {
  { "сегодня", 0 }, { "завтра", 1 }, { "послезавтра", 2 }, { "today", 0 }, { "tomorrow", 1 },
};

static const struct
{
  const char *word;
  int         weekday; /* as GDateTime counts: Monday is 1 */
} weekday_words[] = {
  { "пн", 1 },      { "понедельник", 1 }, { "вт", 2 }, { "вторник", 2 }, { "ср", 3 },
  { "среда", 3 },   { "среду", 3 },       { "чт", 4 }, { "четверг", 4 }, { "пт", 5 },
  { "пятница", 5 }, { "пятницу", 5 },     { "сб", 6 }, { "суббота", 6 }, { "субботу", 6 },
  { "вс", 7 },      { "воскресенье", 7 },
};

/* What the text says so far. */
typedef struct
{
  GDateTime *now; /* borrowed */
  gboolean   has_day;
  int        year, month, day;
  gboolean   has_time, has_end;
  int        from_min, to_min; /* of the day */
} Said;

static void
say_day (Said *said, int days)
{
  g_autoptr (GDateTime) day = g_date_time_add_days (said->now, days);

  said->has_day = TRUE;
  g_date_time_get_ymd (day, &said->year, &said->month, &said->day);
}

static gboolean
say_day_word (Said *said, const char *word)
{
  for (guint i = 0; i < G_N_ELEMENTS (day_words); i++)
    if (g_str_equal (word, day_words[i].word))
      {
        say_day (said, day_words[i].days);
        return TRUE;
      }
  for (guint i = 0; i < G_N_ELEMENTS (weekday_words); i++)
    if (g_str_equal (word, weekday_words[i].word))
      {
        int ahead = weekday_words[i].weekday - g_date_time_get_day_of_week (said->now);

        say_day (said, ahead < 0 ? ahead + 7 : ahead);
        return TRUE;
      }
  return FALSE;
}

/* "25.11": a day of this year, or of the next when it has passed long ago. */
static gboolean
say_date (Said *said, const char *word)
{
  int day, month, end = 0;
  g_autoptr (GDateTime) date = NULL;

  if (sscanf (word, "%2d.%2d%n", &day, &month, &end) != 2 || word[end] != '\0')
    return FALSE;
  said->year = g_date_time_get_year (said->now);
  date = g_date_time_new_local (said->year, month, day, 23, 59, 59);
  if (date == NULL)
    return FALSE;
  if (g_date_time_compare (date, said->now) < 0)
    said->year++;
  said->month = month;
  said->day = day;
  said->has_day = TRUE;
  return TRUE;
}

/* "18", "18:30", "1830"; gives minutes of the day, −1 when it is none. */
static int
read_time (const char *text, const char **out_end)
{
  int   hour, minute = 0;
  char *end;
  long  number = strtol (text, &end, 10);

  if (end == text || number < 0)
    return -1;
  if (end - text > 2)
    {
      hour = (int) (number / 100);
      minute = (int) (number % 100);
    }
  else
    hour = (int) number;
  if ((*end == ':' || *end == '.') && end - text <= 2 && g_ascii_isdigit (end[1]))
    minute = (int) strtol (end + 1, &end, 10);
  *out_end = end;
  return end - text <= 5 && hour < 24 && minute < 60 ? hour * 60 + minute : -1;
}

static gboolean
say_time (Said *said, const char *word)
{
  const char *end;
  int         from = read_time (word, &end);

  if (from < 0 || said->has_time)
    return FALSE;
  said->has_time = TRUE;
  said->from_min = from;
  if (*end == '\0')
    return TRUE;
  if (*end != '-')
    return FALSE;
  said->to_min = read_time (end + 1, &end);
  said->has_end = TRUE;
  return said->to_min >= from && *end == '\0';
}

/* "+2ч", "через 30 минут": a time from now on. */
static gboolean
read_ahead (const char *text, UchTime *out_ahead_ms)
{
  char *unit;
  long  number;

  if (g_str_has_prefix (text, "через "))
    text += strlen ("через ");
  else if (g_str_has_prefix (text, "in "))
    text += strlen ("in ");
  else if (*text == '+')
    text++;
  else
    return FALSE;
  while (*text == ' ')
    text++;
  if (g_str_has_prefix (text, "час") || g_str_has_prefix (text, "hour"))
    number = 1, unit = (char *) text;
  else
    number = strtol (text, &unit, 10);
  while (*unit == ' ')
    unit++;
  if (number <= 0 || number > 10000)
    return FALSE;
  if (g_str_has_prefix (unit, "ч") || g_str_has_prefix (unit, "h"))
    *out_ahead_ms = number * UCH_HOUR_MS;
  else if (g_str_has_prefix (unit, "дн") || g_str_has_prefix (unit, "д")
           || g_str_has_prefix (unit, "day"))
    *out_ahead_ms = number * UCH_DAY_MS;
  else if (*unit == '\0' || g_str_has_prefix (unit, "м") || g_str_has_prefix (unit, "min"))
    *out_ahead_ms = number * UCH_MINUTE_MS;
  else
    return FALSE;
  return TRUE;
}

/* Lower case, one kind of hyphen, no spaces around it. */
static char *
simplify (const char *text)
{
  g_autofree char *valid = g_utf8_make_valid (text != NULL ? text : "", -1);
  g_autofree char *lower = g_utf8_strdown (valid, -1);
  g_autoptr (GRegex) hyphen = g_regex_new ("\\s*[-–—]\\s*", 0, 0, NULL);
  char *simple = g_regex_replace_literal (hyphen, lower, -1, 0, "-", 0, NULL);

  return g_strstrip (simple);
}

static UchTime
to_time (const Said *said, int minutes)
{
  g_autoptr (GDateTime) at
      = g_date_time_new_local (said->year, said->month, said->day, minutes / 60, minutes % 60, 0);

  return at != NULL ? g_date_time_to_unix (at) * 1000 : 0;
}

/**
 * uch_time_text_parse:
 * @text: as typed: a time, a day and a time, a span of hours, or how long from now
 * @now: the office's clock; days and hours are those of this machine's time zone
 * @out_from_at: (out): when
 * @out_to_at: (out): until when; the same for a single time
 *
 * A time without a day is the next one of its kind: «10», said at 14:00, is tomorrow.
 *
 * Returns: %FALSE if the text is no time
 */
gboolean
uch_time_text_parse (const char *text, UchTime now, UchTime *out_from_at, UchTime *out_to_at)
{
  g_autofree char *simple = simplify (text);
  g_autoptr (GDateTime) local_now = g_date_time_new_from_unix_local (now / 1000);
  g_auto (GStrv) words = NULL;
  Said    said = { .now = local_now };
  UchTime ahead_ms;

  if (read_ahead (simple, &ahead_ms))
    {
      *out_from_at = *out_to_at = now + ahead_ms;
      return TRUE;
    }
  words = g_strsplit_set (simple, " ,", -1);
  for (guint i = 0; words[i] != NULL; i++)
    {
      const char *word = words[i];

      if (*word == '\0' || g_str_equal (word, "в") || g_str_equal (word, "во")
          || g_str_equal (word, "at") || g_str_equal (word, "к"))
        continue;
      if (!said.has_day && say_day_word (&said, word))
        continue;
      /* "25.11" is a date when a time follows or it can be no time. */
      if (!said.has_day && strchr (word, '.') != NULL
          && (words[i + 1] != NULL || read_time (word, &(const char *){ NULL }) < 0)
          && say_date (&said, word))
        continue;
      if (!say_time (&said, word))
        return FALSE;
    }
  if (!said.has_time)
    return FALSE;
  if (!said.has_day)
    {
      say_day (&said, 0);
      if (to_time (&said, said.has_end ? said.to_min : said.from_min) < now - JUST_PASSED_MS)
        say_day (&said, 1);
    }
  *out_from_at = to_time (&said, said.from_min);
  *out_to_at = said.has_end ? to_time (&said, said.to_min) : *out_from_at;
  return *out_from_at != 0;
}

/**
 * uch_time_text_is_now:
 *
 * Returns: whether it is the word for "come now"
 */
gboolean
uch_time_text_is_now (const char *text)
{
  g_autofree char *folded = uch_fold (text);

  return g_str_equal (folded, "сейчас") || g_str_equal (folded, "now");
}

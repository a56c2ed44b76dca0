#include "core/uch-calendar.h"

#include <string.h>

#include "core/uch-entity-private.h"
#include "core/uch-snapshot.h"

/* A calendar in which somebody marked everything as off must not keep us searching for ever. */
#define SEARCH_DAYS_MAX 400

/* g_date_get_julian (1970-01-01) */
#define EPOCH_JULIAN 719163

const char *const        uch_day_kind_nicks[] = { "off", "short", "working", NULL };
static const char *const day_source_nicks[] = { "hand", "import", NULL };

static const UchField calendar_day_fields[] = {
  UCH_FIELD_OF (UchCalendarDay, kind, uch_day_kind_nicks, UCH_FIELD_PLAIN),
  UCH_FIELD_OF (UchCalendarDay, source, day_source_nicks, UCH_FIELD_PLAIN),
  UCH_FIELD (UchCalendarDay, name, TEXT, UCH_FIELD_PLAIN),
};
UCH_DEFINE_ENTITY (CalendarDay, calendar_day, CALENDAR_DAY)

/* Source: Labour Code of the Russian Federation, article 112. */
static const struct
{
  guint8 month, first, last;
} fixed_holidays[] = {
  { 1, 1, 8 }, { 2, 23, 23 }, { 3, 8, 8 }, { 5, 1, 1 }, { 5, 9, 9 }, { 6, 12, 12 }, { 11, 4, 4 },
};

struct _UchCalendar
{
  UchSnapshot *snapshot; /* (unowned) (nullable): asked for what is not known yet */
  GHashTable  *kinds;    /* UchDay → UchDayKind + 1; 0: the day is as the week makes it */
};

/**
 * uch_day_from_date:
 *
 * Returns: the day, or %UCH_DAY_NONE when there is no such date
 */
UchDay
uch_day_from_date (guint year, guint month, guint day)
{
  GDate date;

  if (year < 1900 || year > 2200 || month > 12 || day > 31
      || !g_date_valid_dmy ((GDateDay) day, (GDateMonth) month, (GDateYear) year))
    return UCH_DAY_NONE;
  g_date_set_dmy (&date, (GDateDay) day, (GDateMonth) month, (GDateYear) year);
  return (UchDay) g_date_get_julian (&date) - EPOCH_JULIAN;
}

static gboolean
read_digits (const char *text, guint n_digits, guint *out_value)
{
  *out_value = 0;
  for (guint i = 0; i < n_digits; i++)
    {
      if (!g_ascii_isdigit (text[i]))
        return FALSE;
      *out_value = *out_value * 10 + (guint) g_ascii_digit_value (text[i]);
    }
  return TRUE;
}

/**
 * uch_day_parse:
 * @text: (nullable): "2026-05-11", nothing else
 *
 * Returns: the day, or %UCH_DAY_NONE
 */
UchDay
uch_day_parse (const char *text)
{
  guint year, month, day;

  if (text == NULL || strlen (text) != strlen ("2026-05-11") || text[4] != '-' || text[7] != '-'
      || !read_digits (text, 4, &year) || !read_digits (text + 5, 2, &month)
      || !read_digits (text + 8, 2, &day))
    return UCH_DAY_NONE;
  return uch_day_from_date (year, month, day);
}

/**
 * uch_day_format:
 *
 * Returns: (transfer full): "2026-05-11"
 */
char *
uch_day_format (UchDay day)
{
  GDate date;

  g_date_clear (&date, 1);
  g_date_set_julian (&date, (guint32) (day + EPOCH_JULIAN));
  return g_strdup_printf ("%04u-%02u-%02u", g_date_get_year (&date), g_date_get_month (&date),
                          g_date_get_day (&date));
}

/**
 * uch_day_from_time:
 * @offset_ms: of the office's clock from UTC
 *
 * Returns: the civil day at @at
 */
UchDay
uch_day_from_time (UchTime at, gint64 offset_ms)
{
  gint64 local = at + offset_ms;

  return (UchDay) (local >= 0 ? local / UCH_DAY_MS : -((-local + UCH_DAY_MS - 1) / UCH_DAY_MS));
}

/**
 * uch_day_to_time:
 * @minute: of the day, 0..1440
 * @offset_ms: of the office's clock from UTC
 */
UchTime
uch_day_to_time (UchDay day, guint minute, gint64 offset_ms)
{
  return day * UCH_DAY_MS + minute * UCH_MINUTE_MS - offset_ms;
}

/**
 * uch_day_get_weekday:
 *
 * Returns: 1 (Monday) to 7 (Sunday)
 */
guint
uch_day_get_weekday (UchDay day)
{
  return (guint) (((day + 3) % 7 + 7) % 7) + 1; /* 1970-01-01 was a Thursday */
}

/**
 * uch_day_is_fixed_holiday:
 *
 * Source: Labour Code of the Russian Federation, article 112. Where such a day falls on a weekend,
 * the government's yearly table of transfers moves it; that comes as #UchCalendarDay.
 */
gboolean
uch_day_is_fixed_holiday (UchDay day)
{
  GDate date;

  g_date_clear (&date, 1);
  g_date_set_julian (&date, (guint32) (day + EPOCH_JULIAN));
  for (guint i = 0; i < G_N_ELEMENTS (fixed_holidays); i++)
    if ((guint) g_date_get_month (&date) == fixed_holidays[i].month
        && g_date_get_day (&date) >= fixed_holidays[i].first
        && g_date_get_day (&date) <= fixed_holidays[i].last)
      return TRUE;
  return FALSE;
}

static UchCalendar *
calendar_new (void)
{
  UchCalendar *self = g_new0 (UchCalendar, 1);

  self->kinds = g_hash_table_new (NULL, NULL);
  return self;
}

/**
 * uch_calendar_new:
 * @days: (nullable) (element-type UchCalendarDay): what differs from the week and the holidays
 *
 * Returns: (transfer full): a calendar that has taken what it needs of @days
 */
UchCalendar *
uch_calendar_new (GPtrArray *days)
{
  UchCalendar *self = calendar_new ();

  for (guint i = 0; days != NULL && i < days->len; i++)
    {
      const UchCalendarDay *row = g_ptr_array_index (days, i);
      UchDay                day = uch_day_parse (UCH_ENTITY (row)->id);

      if (day != UCH_DAY_NONE)
        g_hash_table_insert (self->kinds, GINT_TO_POINTER (day), GINT_TO_POINTER (row->kind + 1));
    }
  return self;
}

/**
 * uch_calendar_new_for:
 * @snapshot: (transfer none): asked for a day's row when it is needed; must outlive the calendar
 *
 * Returns: (transfer full): a calendar for one decision
 */
UchCalendar *
uch_calendar_new_for (UchSnapshot *snapshot)
{
  UchCalendar *self = calendar_new ();

  self->snapshot = snapshot;
  return self;
}

void
uch_calendar_free (UchCalendar *self)
{
  if (self == NULL)
    return;
  g_hash_table_unref (self->kinds);
  g_free (self);
}

static int
look_up (UchCalendar *self, UchDay day)
{
  gpointer         value;
  g_autofree char *id = NULL;
  g_autoptr (UchCalendarDay) row = NULL;

  if (g_hash_table_lookup_extended (self->kinds, GINT_TO_POINTER (day), NULL, &value))
    return GPOINTER_TO_INT (value);
  if (self->snapshot == NULL)
    return 0;
  id = uch_day_format (day);
  row = uch_snapshot_get (self->snapshot, UCH_TABLE_CALENDAR_DAY, id);
  value = GINT_TO_POINTER (row != NULL ? row->kind + 1 : 0);
  g_hash_table_insert (self->kinds, GINT_TO_POINTER (day), value);
  return GPOINTER_TO_INT (value);
}

/**
 * uch_calendar_get_kind:
 *
 * A row for the day decides; else Saturday, Sunday and the fixed holidays are off.
 */
UchDayKind
uch_calendar_get_kind (UchCalendar *self, UchDay day)
{
  int known = look_up (self, day);

  if (known > 0)
    return (UchDayKind) (known - 1);
  return uch_day_get_weekday (day) > 5 || uch_day_is_fixed_holiday (day) ? UCH_DAY_OFF
                                                                         : UCH_DAY_WORKING;
}

gboolean
uch_calendar_is_working (UchCalendar *self, UchDay day)
{
  return uch_calendar_get_kind (self, day) != UCH_DAY_OFF;
}

/**
 * uch_calendar_add_working:
 * @n_days: how many working days on (or back, below 0); @day itself is never counted
 *
 * Returns: the working day that is @n_days after @day; @day for 0, be it working or not
 */
UchDay
uch_calendar_add_working (UchCalendar *self, UchDay day, int n_days)
{
  int step = n_days < 0 ? -1 : 1;

  for (guint searched = 0; n_days != 0; searched++)
    {
      day += step;
      /* The search gives up where no working day is left: then each day counts. */
      if (searched > SEARCH_DAYS_MAX || uch_calendar_is_working (self, day))
        n_days -= step;
    }
  return day;
}

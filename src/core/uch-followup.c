#include "core/uch-followup.h"

#include <stdlib.h>
#include <string.h>

#include "core/uch-category.h"
#include "core/uch-entity-private.h"
#include "core/uch-snapshot.h"

const char *const uch_followup_kind_nicks[] = { "quality", "week", "month", NULL };
const char *const uch_followup_state_nicks[] = { "open", "done", "unreachable", "cancelled", NULL };
const char *const uch_followup_outcome_nicks[]
    = { "none",        "no_answer",   "busy",      "wrong_number", "call_back",
        "refused",     "do_not_call", "satisfied", "partly",       "not_satisfied",
        "new_request", "thanks",      NULL };

/* «Что было не так?» */
const char *const uch_followup_reasons[]
    = { "not_fixed", "late",  "impolite", "untidy", "unexplained",
        "equipment", "price", "other",    NULL };

static const UchField followup_fields[] = {
  UCH_FIELD (UchFollowup, ticket_id, TEXT, UCH_FIELD_KEY | UCH_FIELD_REQUIRED),
  UCH_FIELD_OF (UchFollowup, kind, uch_followup_kind_nicks, UCH_FIELD_PLAIN),
  UCH_FIELD_OF (UchFollowup, state, uch_followup_state_nicks, UCH_FIELD_DERIVED),
  UCH_FIELD (UchFollowup, merged, BOOL, UCH_FIELD_DERIVED),
  UCH_FIELD (UchFollowup, number, INT, UCH_FIELD_DERIVED),
  UCH_FIELD (UchFollowup, category, TEXT, UCH_FIELD_DERIVED),
  UCH_FIELD (UchFollowup, house_id, TEXT, UCH_FIELD_PERSONAL | UCH_FIELD_DERIVED),
  UCH_FIELD (UchFollowup, zone_id, TEXT, UCH_FIELD_DERIVED),
  UCH_FIELD (UchFollowup, address, TEXT, UCH_FIELD_PERSONAL | UCH_FIELD_DERIVED),
  UCH_FIELD (UchFollowup, client_id, TEXT, UCH_FIELD_PERSONAL | UCH_FIELD_DERIVED),
  UCH_FIELD (UchFollowup, client_name, TEXT, UCH_FIELD_PERSONAL | UCH_FIELD_DERIVED),
  UCH_FIELD (UchFollowup, phone, TEXT, UCH_FIELD_KEY | UCH_FIELD_PERSONAL | UCH_FIELD_DERIVED),
  UCH_FIELD (UchFollowup, engineer_id, TEXT, UCH_FIELD_KEY | UCH_FIELD_DERIVED),
  UCH_FIELD (UchFollowup, work_at, TIME, UCH_FIELD_DERIVED),
  UCH_FIELD (UchFollowup, made_at, TIME, UCH_FIELD_DERIVED),
  UCH_FIELD (UchFollowup, not_before_at, TIME, UCH_FIELD_DERIVED),
  UCH_FIELD (UchFollowup, target_at, TIME, UCH_FIELD_DERIVED),
  UCH_FIELD (UchFollowup, deadline_at, TIME, UCH_FIELD_DERIVED),
  UCH_FIELD (UchFollowup, next_at, TIME, UCH_FIELD_DERIVED),
  UCH_FIELD (UchFollowup, prefers_from, INT, UCH_FIELD_DERIVED),
  UCH_FIELD (UchFollowup, prefers_to, INT, UCH_FIELD_DERIVED),
  UCH_FIELD (UchFollowup, call_back_at, TIME, UCH_FIELD_DERIVED),
  UCH_FIELD (UchFollowup, attempts, INT, UCH_FIELD_DERIVED),
  UCH_FIELD (UchFollowup, tried_at, TEXT, UCH_FIELD_DERIVED),
  UCH_FIELD (UchFollowup, taken_by, TEXT, UCH_FIELD_DERIVED),
  UCH_FIELD (UchFollowup, taken_until_at, TIME, UCH_FIELD_DERIVED),
  UCH_FIELD_OF (UchFollowup, outcome, uch_followup_outcome_nicks, UCH_FIELD_DERIVED),
  UCH_FIELD (UchFollowup, score, INT, UCH_FIELD_DERIVED),
  UCH_FIELD (UchFollowup, nps, INT, UCH_FIELD_DERIVED),
  UCH_FIELD (UchFollowup, nps_given, BOOL, UCH_FIELD_DERIVED),
  UCH_FIELD (UchFollowup, reasons, TEXT, UCH_FIELD_DERIVED),
  UCH_FIELD (UchFollowup, text, TEXT, UCH_FIELD_PERSONAL | UCH_FIELD_DERIVED),
  UCH_FIELD (UchFollowup, done_by, TEXT, UCH_FIELD_DERIVED),
  UCH_FIELD (UchFollowup, done_at, TIME, UCH_FIELD_DERIVED),
  UCH_FIELD (UchFollowup, call_id, TEXT, UCH_FIELD_DERIVED),
  UCH_FIELD (UchFollowup, result_id, TEXT, UCH_FIELD_DERIVED),
};
UCH_DEFINE_ENTITY (Followup, followup, FOLLOWUP)

/* Calendar days after which the month's call is meant, and how far around it. */
#define MONTH_DAYS 30
#define MONTH_SLACK_DAYS 5
#define WEEK_DAYS 6 /* "in less than a week" */

/* The parts of the day in which attempts are made: 9–13, 13–17, 17–20. */
static const guint part_begins_min[] = { 0, 13 * 60, 17 * 60 };

static guint
get_part (guint minute)
{
  guint part = 0;

  while (part + 1 < G_N_ELEMENTS (part_begins_min) && minute >= part_begins_min[part + 1])
    part++;
  return part;
}

static gboolean
read_span (const char *text, guint *out_from_min, guint *out_to_min)
{
  gint64 from, to;

  if (text == NULL || !uch_followup_parse_hours (text, &from, &to) || from >= to)
    return FALSE;
  *out_from_min = (guint) from;
  *out_to_min = (guint) to;
  return TRUE;
}

/**
 * uch_followup_policy_read:
 *
 * Reads the office's settings; what is missing or not understood is as in the office's rules:
 * Mon–Fri 9–20, days off 10–18, Moscow.
 */
void
uch_followup_policy_read (UchFollowupPolicy *self, UchSnapshot *snapshot)
{
  g_autofree char *hours = uch_snapshot_dup_setting (snapshot, UCH_SETTING_CALL_HOURS, NULL);
  g_autofree char *off = uch_snapshot_dup_setting (snapshot, UCH_SETTING_CALL_HOURS_OFF, NULL);
  g_autofree char *anchor = uch_snapshot_dup_setting (snapshot, UCH_SETTING_FOLLOWUP_ANCHOR, NULL);
  gint64 offset_min = uch_snapshot_get_setting_int (snapshot, UCH_SETTING_UTC_OFFSET, 180);

  *self = (UchFollowupPolicy){
    .offset_ms = offset_min * UCH_MINUTE_MS,
    .opens_min = { 9 * 60, 10 * 60 },
    .closes_min = { 20 * 60, 18 * 60 },
    .merge = uch_snapshot_get_setting_int (snapshot, UCH_SETTING_FOLLOWUP_MERGE, 0) == 1,
    .month_from_work = g_strcmp0 (anchor, "work") == 0,
  };
  read_span (hours, &self->opens_min[0], &self->closes_min[0]);
  read_span (off, &self->opens_min[1], &self->closes_min[1]);
}

static UchTime
get_opening (UchDay day, const UchFollowupPolicy *policy, UchCalendar *calendar)
{
  return uch_day_to_time (day, policy->opens_min[!uch_calendar_is_working (calendar, day)],
                          policy->offset_ms);
}

static UchTime
get_closing (UchDay day, const UchFollowupPolicy *policy, UchCalendar *calendar)
{
  return uch_day_to_time (day, policy->closes_min[!uch_calendar_is_working (calendar, day)],
                          policy->offset_ms);
}

/* T + 6 calendar days; if that is a day off, the last working day before it. Over the New Year
 * there may be none after T: calls are made on days off too, so it stays. */
static UchDay
get_week_deadline (UchDay work_day, UchCalendar *calendar)
{
  UchDay day = work_day + WEEK_DAYS, working;

  if (uch_calendar_is_working (calendar, day))
    return day;
  working = uch_calendar_add_working (calendar, day, -1);
  return working > work_day ? working : day;
}

static void
get_week_days (UchDay       work_day,
               UchCalendar *calendar,
               UchDay      *out_not_before,
               UchDay      *out_target,
               UchDay      *out_deadline)
{
  UchDay deadline = get_week_deadline (work_day, calendar);
  UchDay first = uch_calendar_add_working (calendar, work_day, 1);

  /* Where no working day is left before the deadline, the day after the work must do. */
  *out_not_before = first <= deadline ? first : work_day + 1;
  *out_target = MIN (uch_calendar_add_working (calendar, work_day, 3), deadline);
  *out_deadline = deadline;
}

/**
 * uch_followup_get_dates:
 * @merged: one call for quality and week; it keeps the earlier of both deadlines
 * @anchor_at: T: the end of the work; for the month what it runs from
 * @out_dates: (out)
 *
 * Source: the office's rules. Quality: from the end of the work, meant for the next working day, at
 * the latest T + 2 working days. Week: from T + 1 working day, meant for T + 3, at the latest T + 6
 * calendar days, and if that is a day off the last working day before it ("in less than a week").
 * Month: 30 days after its anchor, 5 days to either side. A day begins and ends with the hours in
 * which clients are called.
 */
void
uch_followup_get_dates (UchFollowupKind          kind,
                        gboolean                 merged,
                        UchTime                  anchor_at,
                        const UchFollowupPolicy *policy,
                        UchCalendar             *calendar,
                        UchFollowupDates        *out_dates)
{
  UchDay day = uch_day_from_time (anchor_at, policy->offset_ms);
  UchDay from = day, target = day, deadline = day;

  switch (kind)
    {
    case UCH_FOLLOWUP_QUALITY:
      target = uch_calendar_add_working (calendar, day, 1);
      deadline = uch_calendar_add_working (calendar, day, 2);
      if (merged)
        {
          UchDay week_target, week_deadline;

          get_week_days (day, calendar, &from, &week_target, &week_deadline);
          deadline = MIN (deadline, week_deadline);
          target = MIN (MAX (target, from), deadline);
        }
      break;
    case UCH_FOLLOWUP_WEEK:
      get_week_days (day, calendar, &from, &target, &deadline);
      break;
    case UCH_FOLLOWUP_MONTH:
      from = day + MONTH_DAYS - MONTH_SLACK_DAYS;
      target = day + MONTH_DAYS;
      deadline = day + MONTH_DAYS + MONTH_SLACK_DAYS;
      break;
    }
  out_dates->not_before_at = from == day ? anchor_at : get_opening (from, policy, calendar);
  out_dates->target_at = get_closing (target, policy, calendar);
  out_dates->deadline_at = get_closing (deadline, policy, calendar);
}

/**
 * uch_followup_get_row_dates:
 * @row: of whatever kind
 * @week: (nullable): the week's row of the same work, for the month's
 * @out_dates: (out)
 *
 * The month runs from the week's call, or from when that was due; by the office's setting from the
 * work.
 */
void
uch_followup_get_row_dates (const UchFollowup       *row,
                            const UchFollowup       *week,
                            const UchFollowupPolicy *policy,
                            UchCalendar             *calendar,
                            UchFollowupDates        *out_dates)
{
  UchTime anchor_at = row->work_at;

  if (row->kind == UCH_FOLLOWUP_MONTH && week != NULL && !policy->month_from_work)
    anchor_at = week->state == UCH_FOLLOWUP_DONE ? week->done_at : week->deadline_at;
  uch_followup_get_dates (row->kind, row->merged, anchor_at, policy, calendar, out_dates);
}

/**
 * uch_followup_get_first_try:
 *
 * Returns: @at, or when calls are next made if nobody calls at that hour
 */
UchTime
uch_followup_get_first_try (UchTime at, const UchFollowupPolicy *policy, UchCalendar *calendar)
{
  UchDay day = uch_day_from_time (at, policy->offset_ms);

  if (at >= get_closing (day, policy, calendar))
    return get_opening (day + 1, policy, calendar);
  return MAX (at, get_opening (day, policy, calendar));
}

gboolean
uch_followup_has_dates (const UchFollowup *row, const UchFollowupDates *dates)
{
  return row->not_before_at == dates->not_before_at && row->target_at == dates->target_at
         && row->deadline_at == dates->deadline_at;
}

/**
 * uch_followup_is_wanted:
 *
 * Contacts are owed for connections and support that staff has settled on site, remotely or by
 * phone; never for thanks, talks with companies, or what was mended before the client noticed.
 * Whether the client wants to be called is asked elsewhere.
 */
gboolean
uch_followup_is_wanted (const UchTicket *ticket)
{
  const UchCategory *category = uch_category_get (ticket->category);

  return (ticket->state == UCH_TICKET_RESOLVED || ticket->state == UCH_TICKET_CLOSED)
         && (ticket->resolution == UCH_RESOLUTION_ON_SITE
             || ticket->resolution == UCH_RESOLUTION_REMOTE
             || ticket->resolution == UCH_RESOLUTION_PHONE)
         && ticket->resolved_by != NULL && ticket->phone != NULL && category != NULL
         && (category->family == UCH_FAMILY_CONNECT || category->family == UCH_FAMILY_SUPPORT);
}

/**
 * uch_followup_make_id:
 * @work_at: when the ticket was resolved
 *
 * Returns: (transfer full): the id of the row of @kind for that work: the same for the same work,
 *     so that it is made once
 */
char *
uch_followup_make_id (const char *ticket_id, UchTime work_at, UchFollowupKind kind)
{
  g_autofree char *what = g_strdup_printf ("%s %s %" G_GINT64_FORMAT, uch_followup_kind_nicks[kind],
                                           ticket_id, work_at);
  g_autofree char *hash = g_compute_checksum_for_string (G_CHECKSUM_SHA256, what, -1);

  return g_strdup_printf ("followup-%.32s", hash);
}

/**
 * uch_followup_peek_week:
 * @lookup: gives the row with an id, (transfer none) (nullable)
 *
 * Returns: (nullable): the week's contact for the same work, which may be the quality's as well
 */
const UchFollowup *
uch_followup_peek_week (const UchFollowup *month, UchFollowupLookup lookup, gpointer user_data)
{
  static const UchFollowupKind kinds[] = { UCH_FOLLOWUP_WEEK, UCH_FOLLOWUP_QUALITY };

  for (guint i = 0; i < G_N_ELEMENTS (kinds); i++)
    {
      g_autofree char   *id = uch_followup_make_id (month->ticket_id, month->work_at, kinds[i]);
      const UchFollowup *row = lookup (id, user_data);

      if (row != NULL && (row->kind == UCH_FOLLOWUP_WEEK || row->merged))
        return row;
    }
  return NULL;
}

/**
 * uch_followup_is_taken:
 * @by_other_than: (nullable): staff whose own hold does not count
 *
 * Returns: whether somebody (else) is calling this client just now
 */
gboolean
uch_followup_is_taken (const UchFollowup *row, const char *by_other_than, UchTime now)
{
  return row->taken_by != NULL && row->taken_until_at > now
         && g_strcmp0 (row->taken_by, by_other_than) != 0;
}

/**
 * uch_followup_ends:
 *
 * Returns: whether nothing is left to call about after @outcome
 */
gboolean
uch_followup_ends (UchFollowupOutcome outcome)
{
  return outcome == UCH_FOLLOWUP_WRONG_NUMBER || outcome >= UCH_FOLLOWUP_REFUSED;
}

/**
 * uch_followup_list_tries:
 * @tried_at: (nullable): a row's list of times
 *
 * Returns: (transfer full) (element-type UchTime): in the order in which they were made
 */
GArray *
uch_followup_list_tries (const char *tried_at)
{
  GArray *tries = g_array_new (FALSE, FALSE, sizeof (UchTime));
  g_auto (GStrv) words = g_strsplit (tried_at != NULL ? tried_at : "", ",", -1);

  for (guint i = 0; words[i] != NULL; i++)
    {
      gint64 at;

      if (g_ascii_string_to_signed (words[i], 10, 1, G_MAXINT64, &at, NULL))
        g_array_append_val (tries, at);
    }
  return tries;
}

static void
place_try (UchTime at, const UchFollowupPolicy *policy, UchDay *out_day, guint *out_part)
{
  *out_day = uch_day_from_time (at, policy->offset_ms);
  *out_part = get_part (
      (guint) ((at - uch_day_to_time (*out_day, 0, policy->offset_ms)) / UCH_MINUTE_MS));
}

/* How many different days and parts of the day the attempts fell on, as far as two. */
static void
spread (GArray *tries, const UchFollowupPolicy *policy, guint *out_n_days, guint *out_n_parts)
{
  UchDay first_day, day;
  guint  first_part, part;

  *out_n_days = *out_n_parts = tries->len > 0;
  if (tries->len == 0)
    return;
  place_try (g_array_index (tries, UchTime, 0), policy, &first_day, &first_part);
  for (guint i = 1; i < tries->len; i++)
    {
      place_try (g_array_index (tries, UchTime, i), policy, &day, &part);
      if (day != first_day)
        *out_n_days = 2;
      if (part != first_part)
        *out_n_parts = 2;
    }
}

/**
 * uch_followup_is_exhausted:
 * @tries: (element-type UchTime)
 *
 * Source: the office's rules. Three attempts on two days and in two parts of the day are enough;
 * three in one afternoon are not.
 */
gboolean
uch_followup_is_exhausted (GArray *tries, const UchFollowupPolicy *policy)
{
  guint n_days, n_parts;

  spread (tries, policy, &n_days, &n_parts);
  return tries->len >= UCH_FOLLOWUP_ATTEMPTS_MAX && n_days >= 2 && n_parts >= 2;
}

/**
 * uch_followup_get_next_try:
 * @tries: (element-type UchTime): what failed so far
 *
 * The next attempt belongs into another part of the day, and when only one attempt is left and all
 * were made on one day, on another day: so that the last one makes the number complete.
 *
 * Returns: when that part begins, inside the hours of calls; 0 when nothing was tried
 */
UchTime
uch_followup_get_next_try (GArray *tries, const UchFollowupPolicy *policy, UchCalendar *calendar)
{
  UchTime last;
  UchDay  last_day;
  guint   last_part, n_days, n_parts;

  if (tries->len == 0)
    return 0;
  last = g_array_index (tries, UchTime, tries->len - 1);
  place_try (last, policy, &last_day, &last_part);
  spread (tries, policy, &n_days, &n_parts);
  for (UchDay day = last_day;; day++)
    {
      UchTime opens = get_opening (day, policy, calendar);
      UchTime closes = get_closing (day, policy, calendar);

      if (day == last_day && tries->len + 1 >= UCH_FOLLOWUP_ATTEMPTS_MAX && n_days < 2)
        continue;
      for (guint part = 0; part < G_N_ELEMENTS (part_begins_min); part++)
        {
          UchTime begins
              = MAX (opens, uch_day_to_time (day, part_begins_min[part], policy->offset_ms));

          if (begins > last && begins < closes && (part != last_part || n_parts >= 2))
            return begins;
        }
      /* A policy whose hours know one part only: better the same part than never. */
      if (day > last_day + 2)
        return MAX (opens, last + 1);
    }
}

static const struct
{
  const char *word; /* folded */
  gint64      from_min, to_min;
} day_words[] = {
  { "до обеда", 0, 13 * 60 },    { "после обеда", 13 * 60, 24 * 60 },
  { "before noon", 0, 12 * 60 }, { "afternoon", 12 * 60, 17 * 60 },
  { "утр", 0, 12 * 60 },         { "morning", 0, 12 * 60 },
  { "днём", 12 * 60, 17 * 60 },  { "днем", 12 * 60, 17 * 60 },
  { "вечер", 17 * 60, 24 * 60 }, { "evening", 17 * 60, 24 * 60 },
};

/* "9", "9:30" or "18.00" at *@text; moves it on. -1: no time of day. */
static gint64
read_clock (const char **text)
{
  char  *end;
  gint64 hours = g_ascii_strtoll (*text, &end, 10), minutes = 0;

  if ((*end == ':' || *end == '.') && g_ascii_isdigit (end[1]) && g_ascii_isdigit (end[2]))
    {
      minutes = (end[1] - '0') * 10 + end[2] - '0';
      end += 3;
    }
  *text = end;
  return hours <= 24 && minutes < 60 && hours * 60 + minutes <= 24 * 60 ? hours * 60 + minutes : -1;
}

/**
 * uch_followup_parse_hours:
 * @text: as somebody typed it: "9-20", "с 18 до 20", "после 18", "до 12", "вечером"
 *
 * Returns: whether it names hours of the day; minutes from midnight
 */
gboolean
uch_followup_parse_hours (const char *text, gint64 *out_from_min, gint64 *out_to_min)
{
  g_autofree char *lower = g_utf8_strdown (text, -1);
  gint64           clocks[2];
  guint            n_clocks = 0;
  gboolean         until;

  for (const char *at = lower; *at != '\0' && n_clocks < G_N_ELEMENTS (clocks);)
    {
      if (!g_ascii_isdigit (*at))
        {
          at++;
          continue;
        }
      clocks[n_clocks] = read_clock (&at);
      if (clocks[n_clocks] < 0)
        return FALSE;
      n_clocks++;
    }
  if (n_clocks == 2)
    {
      *out_from_min = clocks[0];
      *out_to_min = clocks[1];
      return clocks[0] < clocks[1];
    }
  until = g_str_has_prefix (lower, "до ") || strstr (lower, " до ") != NULL
          || strstr (lower, "before ") != NULL || strstr (lower, "until ") != NULL;
  if (n_clocks == 1)
    {
      *out_from_min = until ? 0 : clocks[0];
      *out_to_min = until ? clocks[0] : 24 * 60;
      return *out_from_min < *out_to_min;
    }
  for (guint i = 0; i < G_N_ELEMENTS (day_words); i++)
    if (strstr (lower, day_words[i].word) != NULL)
      {
        *out_from_min = day_words[i].from_min;
        *out_to_min = day_words[i].to_min;
        return TRUE;
      }
  return FALSE;
}

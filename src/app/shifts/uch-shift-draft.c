#include "app/shifts/uch-shift-draft.h"

#include <string.h>

#define DAY_MIN (24 * 60)
#define WEEK_DAYS 7
/* How finely gaps are looked for: shifts begin at quarters of an hour. */
#define GAP_STEP_MS (15 * UCH_MINUTE_MS)
/* When the office answers. Source: the office's rules, hours of calls. */
#define WATCH_FROM_H 9
#define WATCH_TO_H 20
#define WATCH_FROM_OFF_H 10
#define WATCH_TO_OFF_H 18
/* How long somebody works who goes on shift without a plan; the phone page does the same. */
#define UNPLANNED_MS (9 * UCH_HOUR_MS)

typedef struct
{
  const UchShift *was; /* (nullable): as it stands; NULL: a new one */
  UchShiftKind    kind;
  UchTime         from, to;
  char           *reason; /* owned, nullable */
} Span;

struct _UchShiftDraft
{
  GPtrArray *shifts; /* (owned): as they stand */
  GPtrArray *spans;  /* (owned) of Span, by time */
};

void
uch_shift_edit_free (UchShiftEdit *edit)
{
  if (edit == NULL)
    return;
  g_free (edit->id);
  g_free (edit->reason);
  g_free (edit);
}

static void
span_free (gpointer data)
{
  Span *span = data;

  g_free (span->reason);
  g_free (span);
}

static gint
compare_spans (gconstpointer a, gconstpointer b)
{
  const Span *left = *(const Span *const *) a, *right = *(const Span *const *) b;

  return (left->from > right->from) - (left->from < right->from);
}

static void
add_span (UchShiftDraft  *self,
          const UchShift *was,
          UchShiftKind    kind,
          UchTime         from,
          UchTime         to,
          const char     *reason)
{
  Span *span = g_new0 (Span, 1);

  span->was = was;
  span->kind = kind;
  span->from = from;
  span->to = to;
  span->reason = g_strdup (reason);
  g_ptr_array_add (self->spans, span);
  g_ptr_array_sort (self->spans, compare_spans);
}

/**
 * uch_shift_draft_new:
 * @shifts: (element-type UchShift): of anybody
 *
 * Returns: (transfer full): @staff_id's shifts and absences, as they stand
 */
UchShiftDraft *
uch_shift_draft_new (GPtrArray *shifts, const char *staff_id)
{
  UchShiftDraft *self = g_new0 (UchShiftDraft, 1);

  self->shifts = g_ptr_array_new_with_free_func (g_object_unref);
  self->spans = g_ptr_array_new_with_free_func (span_free);
  for (guint i = 0; i < shifts->len; i++)
    {
      const UchShift *shift = g_ptr_array_index (shifts, i);

      if (g_strcmp0 (shift->staff_id, staff_id) != 0)
        continue;
      g_ptr_array_add (self->shifts, g_object_ref ((UchShift *) shift));
      add_span (self, shift, shift->kind, shift->starts_at, shift->ends_at, shift->reason);
    }
  return self;
}

void
uch_shift_draft_free (UchShiftDraft *self)
{
  if (self == NULL)
    return;
  g_ptr_array_unref (self->spans);
  g_ptr_array_unref (self->shifts);
  g_free (self);
}

static gboolean
begins_on (const Span *span, UchTime midnight)
{
  return span->kind == UCH_SHIFT_WORK && span->from >= midnight
         && span->from < midnight + UCH_DAY_MS;
}

/**
 * uch_shift_draft_get_work:
 *
 * Returns: (transfer full) (element-type UchDayPart): the work that begins on that day, also what
 *     an absence lies upon
 */
GArray *
uch_shift_draft_get_work (UchShiftDraft *self, UchTime midnight)
{
  GArray *parts = g_array_new (FALSE, FALSE, sizeof (UchDayPart));

  for (guint i = 0; i < self->spans->len; i++)
    {
      const Span *span = g_ptr_array_index (self->spans, i);
      UchDayPart  part = { (int) ((span->from - midnight) / UCH_MINUTE_MS),
                           (int) ((span->to - midnight) / UCH_MINUTE_MS) };

      if (begins_on (span, midnight))
        g_array_append_val (parts, part);
    }
  return parts;
}

/**
 * uch_shift_draft_get_absence:
 *
 * Returns: (nullable): why he is absent on that day at noon; "" when nobody said why; %NULL: he is
 *     not
 */
const char *
uch_shift_draft_get_absence (UchShiftDraft *self, UchTime midnight)
{
  UchTime noon = midnight + UCH_DAY_MS / 2;

  for (guint i = 0; i < self->spans->len; i++)
    {
      const Span *span = g_ptr_array_index (self->spans, i);

      if (span->kind == UCH_SHIFT_ABSENCE && span->from <= noon && noon < span->to)
        return span->reason != NULL ? span->reason : "";
    }
  return NULL;
}

/* Takes a stretch out of every absence: what is left stays on either side. */
static void
cut_absences (UchShiftDraft *self, UchTime from, UchTime to)
{
  for (guint i = self->spans->len; i-- > 0;)
    {
      Span   *span = g_ptr_array_index (self->spans, i);
      UchTime end = span->to;

      if (span->kind != UCH_SHIFT_ABSENCE || span->from >= to || span->to <= from)
        continue;
      if (span->from >= from && span->to <= to)
        {
          g_ptr_array_remove_index (self->spans, i);
          continue;
        }
      if (span->from >= from)
        {
          span->from = to;
          continue;
        }
      span->to = from;
      if (end > to)
        add_span (self, NULL, UCH_SHIFT_ABSENCE, to, end, span->reason);
    }
}

static void
remove_work (UchShiftDraft *self, UchTime midnight)
{
  for (guint i = self->spans->len; i-- > 0;)
    if (begins_on (g_ptr_array_index (self->spans, i), midnight))
      g_ptr_array_remove_index (self->spans, i);
}

/**
 * uch_shift_draft_set_work:
 * @parts: (element-type UchDayPart): what he works on that day; an absence gives way
 */
void
uch_shift_draft_set_work (UchShiftDraft *self, UchTime midnight, GArray *parts)
{
  g_autoptr (GPtrArray) before = g_ptr_array_new ();

  for (guint i = 0; i < self->spans->len; i++)
    {
      const Span *span = g_ptr_array_index (self->spans, i);

      if (begins_on (span, midnight) && span->was != NULL)
        g_ptr_array_add (before, (gpointer) span->was);
    }
  if (parts->len > 0)
    cut_absences (self, midnight, midnight + UCH_DAY_MS);
  remove_work (self, midnight);
  /* A shift whose hours change stays the same row: the journal then tells of a change. */
  for (guint i = 0; i < parts->len; i++)
    {
      const UchDayPart *part = &g_array_index (parts, UchDayPart, i);
      const UchShift   *was = i < before->len ? g_ptr_array_index (before, i) : NULL;

      add_span (self, was, UCH_SHIFT_WORK, midnight + part->from_min * UCH_MINUTE_MS,
                midnight + part->to_min * UCH_MINUTE_MS, was != NULL ? was->reason : NULL);
    }
}

/**
 * uch_shift_draft_set_absence:
 * @reason: a word, such as %UCH_ABSENCE_SICK
 *
 * Planned work stays beneath: it counts again when the absence is taken away.
 */
void
uch_shift_draft_set_absence (UchShiftDraft *self, UchTime from, UchTime to, const char *reason)
{
  cut_absences (self, from, to);
  add_span (self, NULL, UCH_SHIFT_ABSENCE, from, to, reason);
}

/**
 * uch_shift_draft_clear:
 *
 * Makes it a day off: an absence goes first, the work beneath it with it.
 */
void
uch_shift_draft_clear (UchShiftDraft *self, UchTime midnight)
{
  cut_absences (self, midnight, midnight + UCH_DAY_MS);
  remove_work (self, midnight);
}

/* Midnight some days on: not each day has 24 hours everywhere. */
static UchTime
add_days (UchTime midnight, int days)
{
  return uch_day_start (midnight + UCH_HOUR_MS, days);
}

/**
 * uch_shift_draft_copy_week:
 *
 * Fills the days of the next week that are empty from the same days of this one; absences are not
 * copied, nor is anything laid upon one.
 *
 * Returns: whether anything was copied
 */
gboolean
uch_shift_draft_copy_week (UchShiftDraft *self, UchTime monday)
{
  gboolean copied = FALSE;

  for (int day = 0; day < WEEK_DAYS; day++)
    {
      UchTime to = add_days (monday, day + WEEK_DAYS);
      g_autoptr (GArray) parts = uch_shift_draft_get_work (self, add_days (monday, day));
      g_autoptr (GArray) there = uch_shift_draft_get_work (self, to);

      if (parts->len == 0 || there->len > 0 || uch_shift_draft_get_absence (self, to) != NULL)
        continue;
      uch_shift_draft_set_work (self, to, parts);
      copied = TRUE;
    }
  return copied;
}

static gboolean
holds (const Span *span, UchTime now)
{
  return span->from <= now && now < span->to;
}

/**
 * uch_shift_draft_switch:
 * @on: goes on shift, or off it
 *
 * What the phone page's switch does: a shift begins now, or the one that runs ends now. A shift
 * that is planned for later today begins now instead; an absence that runs ends.
 */
void
uch_shift_draft_switch (UchShiftDraft *self, gboolean on, UchTime now)
{
  Span   *later = NULL;
  UchTime midnight = uch_day_start (now, 0);

  for (guint i = self->spans->len; i-- > 0;)
    {
      Span *span = g_ptr_array_index (self->spans, i);

      if (!holds (span, now))
        {
          if (begins_on (span, midnight) && span->from > now)
            later = span;
          continue;
        }
      if (on && span->kind == UCH_SHIFT_WORK)
        later = span;
      if (on != (span->kind == UCH_SHIFT_ABSENCE))
        continue;
      if (span->from == now)
        g_ptr_array_remove_index (self->spans, i);
      else
        span->to = now;
    }
  if (!on)
    return;
  if (later == NULL)
    add_span (self, NULL, UCH_SHIFT_WORK, now, now + UNPLANNED_MS, NULL);
  else
    later->from = MIN (later->from, now);
}

static UchShiftEdit *
make_edit (const Span *span)
{
  UchShiftEdit *edit = g_new0 (UchShiftEdit, 1);

  edit->id = span->was != NULL ? g_strdup (UCH_ENTITY (span->was)->id) : NULL;
  edit->kind = span->kind;
  edit->starts_at = span->from;
  edit->ends_at = span->to;
  edit->reason = g_strdup (span->reason);
  return edit;
}

static const Span *
find_span (UchShiftDraft *self, const UchShift *was)
{
  for (guint i = 0; i < self->spans->len; i++)
    {
      const Span *span = g_ptr_array_index (self->spans, i);

      if (span->was == was)
        return span;
    }
  return NULL;
}

/**
 * uch_shift_draft_list_edits:
 *
 * Returns: (transfer full) (element-type UchShiftEdit): what leads from what stands to the draft;
 *     a shift that stays as it is is not touched
 */
GPtrArray *
uch_shift_draft_list_edits (UchShiftDraft *self)
{
  GPtrArray *edits = g_ptr_array_new_with_free_func ((GDestroyNotify) uch_shift_edit_free);

  for (guint i = 0; i < self->shifts->len; i++)
    {
      const UchShift *was = g_ptr_array_index (self->shifts, i);
      UchShiftEdit   *edit = NULL;

      if (find_span (self, was) != NULL)
        continue;
      edit = g_new0 (UchShiftEdit, 1);
      edit->id = g_strdup (UCH_ENTITY (was)->id);
      edit->removes = TRUE;
      g_ptr_array_add (edits, edit);
    }
  for (guint i = 0; i < self->spans->len; i++)
    {
      const Span *span = g_ptr_array_index (self->spans, i);

      if (span->was == NULL || span->from != span->was->starts_at || span->to != span->was->ends_at)
        g_ptr_array_add (edits, make_edit (span));
    }
  return edits;
}

/**
 * uch_shift_get_watch:
 * @out_from: (out): from when somebody must be there on that day
 * @out_to: (out): until when
 *
 * Returns: whether it is a working day
 */
gboolean
uch_shift_get_watch (UchTime midnight, UchTime *out_from, UchTime *out_to)
{
  g_autoptr (GDateTime) date = g_date_time_new_from_unix_local (midnight / 1000);
  gboolean works = g_date_time_get_day_of_week (date) < 6;

  *out_from = midnight + (works ? WATCH_FROM_H : WATCH_FROM_OFF_H) * UCH_HOUR_MS;
  *out_to = midnight + (works ? WATCH_TO_H : WATCH_TO_OFF_H) * UCH_HOUR_MS;
  return works;
}

static gboolean
is_anybody_there (GPtrArray *shifts, GPtrArray *staff_ids, UchTime at)
{
  for (guint i = 0; i < staff_ids->len; i++)
    if (uch_staff_is_on_shift (shifts, g_ptr_array_index (staff_ids, i), at))
      return TRUE;
  return FALSE;
}

/**
 * uch_shift_find_gaps:
 * @shifts: (element-type UchShift): of anybody
 * @staff_ids: (element-type utf8): who would count
 *
 * Returns: (transfer full) (element-type UchShiftGap): when none of them is there, to a quarter of
 *     an hour
 */
GArray *
uch_shift_find_gaps (GPtrArray *shifts, GPtrArray *staff_ids, UchTime from, UchTime to)
{
  GArray *gaps = g_array_new (FALSE, FALSE, sizeof (UchShiftGap));

  for (UchTime at = from; at < to; at += GAP_STEP_MS)
    {
      UchShiftGap  gap = { at, MIN (at + GAP_STEP_MS, to) };
      UchShiftGap *last = gaps->len > 0 ? &g_array_index (gaps, UchShiftGap, gaps->len - 1) : NULL;

      if (is_anybody_there (shifts, staff_ids, at))
        continue;
      if (last != NULL && last->to == at)
        last->to = gap.to;
      else
        g_array_append_val (gaps, gap);
    }
  return gaps;
}

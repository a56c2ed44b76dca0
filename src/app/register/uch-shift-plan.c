#include "app/register/uch-shift-plan.h"

#include <glib/gi18n.h>
#include <string.h>

#define DAY_MIN (24 * 60)
#define PARTS_MAX 4 /* of one day */

void
uch_shift_edit_free (UchShiftEdit *edit)
{
  g_free (edit->remove_id);
  g_free (edit);
}

/**
 * uch_day_start:
 * @days: from the day of @now
 *
 * Returns: midnight of that day on the wall clock of this place
 */
UchTime
uch_day_start (UchTime now, int days)
{
  g_autoptr (GDateTime) local = g_date_time_new_from_unix_local (now / 1000);
  g_autoptr (GDateTime) that = g_date_time_add_days (local, days);
  g_autoptr (GDateTime) start
      = g_date_time_new_local (g_date_time_get_year (that), g_date_time_get_month (that),
                               g_date_time_get_day_of_month (that), 0, 0, 0);

  return g_date_time_to_unix (start) * 1000;
}

/* Reads "9", "09:30" or "9.30" at *text and moves on; −1: no such thing. */
static int
take_clock (const char **text)
{
  char  *end;
  gint64 hours = g_ascii_strtoll (*text, &end, 10);
  gint64 minutes = 0;

  if (end == *text || hours < 0 || hours > 24)
    return -1;
  *text = end;
  if (**text == ':' || **text == '.')
    {
      if (!g_ascii_isdigit ((*text)[1]) || !g_ascii_isdigit ((*text)[2]))
        return -1;
      minutes = ((*text)[1] - '0') * 10 + (*text)[2] - '0';
      *text += 3;
    }
  return minutes < 60 && hours * 60 + minutes <= DAY_MIN ? (int) (hours * 60 + minutes) : -1;
}

static void
skip_spaces (const char **text)
{
  while (g_ascii_isspace (**text))
    (*text)++;
}

static gboolean
take_dash (const char **text)
{
  static const char *const dashes[] = { "-", "–", "—", "до" };

  for (guint i = 0; i < G_N_ELEMENTS (dashes); i++)
    if (g_str_has_prefix (*text, dashes[i]))
      {
        *text += strlen (dashes[i]);
        return TRUE;
      }
  return FALSE;
}

static gboolean
take_part (const char **text, UchDayPart *out_part)
{
  skip_spaces (text);
  out_part->from_min = take_clock (text);
  skip_spaces (text);
  if (out_part->from_min < 0 || !take_dash (text))
    return FALSE;
  skip_spaces (text);
  out_part->to_min = take_clock (text);
  skip_spaces (text);
  if (out_part->to_min < 0 || out_part->from_min >= DAY_MIN)
    return FALSE;
  /* "20-8" ends the next morning. */
  if (out_part->to_min <= out_part->from_min)
    out_part->to_min += DAY_MIN;
  return TRUE;
}

/**
 * uch_day_parts_parse:
 * @out_fault: (out) (transfer full): a few words, when this is no such thing
 *
 * Returns: (transfer full) (nullable) (element-type UchDayPart): the parts in their order; empty
 *     for a day off
 */
GArray *
uch_day_parts_parse (const char *text, char **out_fault)
{
  g_autoptr (GArray) parts = g_array_new (FALSE, FALSE, sizeof (UchDayPart));
  int end = 0;

  skip_spaces (&text);
  while (*text != '\0')
    {
      UchDayPart part;

      if (parts->len == PARTS_MAX || !take_part (&text, &part) || (*text != '\0' && *text != ','))
        {
          *out_fault = g_strdup (_ ("As 9-18 or 9:00-13:00, 14:00-18:00"));
          return NULL;
        }
      if (part.from_min < end)
        {
          *out_fault = g_strdup (_ ("The times overlap"));
          return NULL;
        }
      end = part.to_min;
      g_array_append_val (parts, part);
      if (*text == ',')
        text++;
      skip_spaces (&text);
    }
  return g_steal_pointer (&parts);
}

static gint
compare_starts (gconstpointer a, gconstpointer b)
{
  const UchShift *left = *(const UchShift **) a, *right = *(const UchShift **) b;

  return (left->starts_at > right->starts_at) - (left->starts_at < right->starts_at);
}

/**
 * uch_day_list:
 * @shifts: (element-type UchShift): of one person
 *
 * Returns: (transfer container) (element-type UchShift): those that begin on the day, in order
 */
GPtrArray *
uch_day_list (GPtrArray *shifts, UchTime midnight)
{
  GPtrArray *of_day = g_ptr_array_new ();

  for (guint i = 0; i < shifts->len; i++)
    {
      UchShift *shift = g_ptr_array_index (shifts, i);

      if (shift->starts_at >= midnight && shift->starts_at < midnight + UCH_DAY_MS)
        g_ptr_array_add (of_day, shift);
    }
  g_ptr_array_sort (of_day, compare_starts);
  return of_day;
}

/**
 * uch_day_print:
 * @shifts: (element-type UchShift): of one person
 *
 * Returns: (transfer full): "09:00-18:00"; "" for a day off
 */
char *
uch_day_print (GPtrArray *shifts, UchTime midnight)
{
  g_autoptr (GPtrArray) of_day = uch_day_list (shifts, midnight);
  GString *text = g_string_new (NULL);

  for (guint i = 0; i < of_day->len; i++)
    {
      const UchShift *shift = g_ptr_array_index (of_day, i);
      int             from = (int) ((shift->starts_at - midnight) / UCH_MINUTE_MS);
      int             to = (int) ((shift->ends_at - midnight) / UCH_MINUTE_MS);

      if (shift->kind != UCH_SHIFT_WORK)
        continue;
      if (to > DAY_MIN)
        to -= DAY_MIN;
      g_string_append_printf (text, "%s%02d:%02d-%02d:%02d", text->len > 0 ? ", " : "", from / 60,
                              from % 60, to / 60, to % 60);
    }
  return g_string_free (text, FALSE);
}

/**
 * uch_day_is_absent:
 * @shifts: (element-type UchShift): of one person
 *
 * Whether an absence covers noon of the day.
 */
gboolean
uch_day_is_absent (GPtrArray *shifts, UchTime midnight)
{
  UchTime noon = midnight + UCH_DAY_MS / 2;

  for (guint i = 0; i < shifts->len; i++)
    {
      const UchShift *shift = g_ptr_array_index (shifts, i);

      if (shift->kind == UCH_SHIFT_ABSENCE && shift->starts_at <= noon && noon < shift->ends_at)
        return TRUE;
    }
  return FALSE;
}

/* Whether @wanted holds the shift; takes it out of there, so that two equal ones need two. */
static gboolean
take_same (GArray *wanted, const UchShift *shift)
{
  for (guint i = 0; i < wanted->len; i++)
    {
      const UchShiftEdit *edit = &g_array_index (wanted, UchShiftEdit, i);

      if (edit->kind == shift->kind && edit->starts_at == shift->starts_at
          && edit->ends_at == shift->ends_at)
        {
          g_array_remove_index (wanted, i);
          return TRUE;
        }
    }
  return FALSE;
}

/**
 * uch_day_edit:
 * @of_day: (element-type UchShift): as uch_day_list() gives them
 * @parts: (element-type UchDayPart): the work that is wanted
 * @absent: whether an absence of the whole day is wanted
 *
 * Returns: (transfer full) (element-type UchShiftEdit): what to take away and what to add; a shift
 *     that stays as it is is not touched
 */
GPtrArray *
uch_day_edit (GPtrArray *of_day, GArray *parts, gboolean absent, UchTime midnight)
{
  GPtrArray *edits = g_ptr_array_new_with_free_func ((GDestroyNotify) uch_shift_edit_free);
  g_autoptr (GArray) wanted = g_array_new (FALSE, TRUE, sizeof (UchShiftEdit));

  for (guint i = 0; i < parts->len; i++)
    {
      const UchDayPart *part = &g_array_index (parts, UchDayPart, i);
      UchShiftEdit      edit = { NULL, UCH_SHIFT_WORK, midnight + part->from_min * UCH_MINUTE_MS,
                                 midnight + part->to_min * UCH_MINUTE_MS };

      g_array_append_val (wanted, edit);
    }
  if (absent)
    {
      UchShiftEdit edit = { NULL, UCH_SHIFT_ABSENCE, midnight, midnight + UCH_DAY_MS };

      g_array_append_val (wanted, edit);
    }
  for (guint i = 0; i < of_day->len; i++)
    {
      const UchShift *shift = g_ptr_array_index (of_day, i);
      UchShiftEdit    edit = { NULL, shift->kind, shift->starts_at, shift->ends_at };

      /* An absence of another length stays as long as the person is to be absent. */
      if (take_same (wanted, shift) || (absent && shift->kind == UCH_SHIFT_ABSENCE))
        continue;
      edit.remove_id = g_strdup (shift->parent.id);
      g_ptr_array_add (edits, g_memdup2 (&edit, sizeof edit));
    }
  for (guint i = 0; i < wanted->len; i++)
    g_ptr_array_add (edits,
                     g_memdup2 (&g_array_index (wanted, UchShiftEdit, i), sizeof (UchShiftEdit)));
  return edits;
}

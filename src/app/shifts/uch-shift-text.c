#include "app/shifts/uch-shift-text.h"

#include <glib/gi18n.h>
#include <string.h>

#define DAY_MIN (24 * 60)
#define PARTS_MAX 4 /* of one day */

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

/**
 * uch_day_parts_print:
 * @parts: (element-type UchDayPart)
 *
 * Returns: (transfer full): "9–18", "9–13, 14:30–18": as short as it can be read; "" for a day off
 */
char *
uch_day_parts_print (GArray *parts)
{
  GString *text = g_string_new (NULL);

  for (guint i = 0; i < parts->len; i++)
    {
      const UchDayPart *part = &g_array_index (parts, UchDayPart, i);
      int               minutes[] = { part->from_min, part->to_min };

      if (i > 0)
        g_string_append (text, ", ");
      for (guint end = 0; end < 2; end++)
        {
          /* Only what is beyond midnight is the next morning's. */
          int minute = minutes[end] > DAY_MIN ? minutes[end] - DAY_MIN : minutes[end];

          g_string_append_printf (text, "%s%d", end == 1 ? "–" : "", minute / 60);
          if (minute % 60 != 0)
            g_string_append_printf (text, ":%02d", minute % 60);
        }
    }
  return g_string_free (text, FALSE);
}

/* The yearly table of transfers of days off, as xmlcalendar.ru publishes the government's decree:
 * <calendar year="2026"><days><day d="01.09" t="1"/>…</days></calendar>, t: 1 day off, 2 short
 * working day, 3 working weekend. */
#define G_LOG_DOMAIN "uch-exchange"

#include <string.h>

#include <glib/gi18n-lib.h>

#include "core/uch-calendar.h"
#include "exchange/uch-import-private.h"

/* A year has 366 days: a longer file is none of a calendar. */
#define CALENDAR_LEN_MAX (256 * 1024)
#define YEAR_MIN 1992
#define YEAR_MAX 2100

typedef struct
{
  UchImporter         *importer; /* (unowned) */
  GMarkupParseContext *context;  /* (unowned) */
  guint                year;     /* 0: not known yet */
  GHashTable          *titles;   /* id of a holiday → its name */
  GHashTable          *named;    /* the days that the file names: id → itself */
} Reader;

/* "01.09", month and day. */
static UchDay
parse_month_day (guint year, const char *text)
{
  g_autofree char *date = NULL;

  if (text == NULL || strlen (text) != strlen ("01.09") || text[2] != '.')
    return UCH_DAY_NONE;
  date = g_strdup_printf ("%04u-%.2s-%.2s", year, text, text + 3);
  return uch_day_parse (date);
}

/* What the week and the fixed holidays make of the day needs no row. */
static gboolean
is_as_usual (UchDay day, UchDayKind kind)
{
  gboolean off = uch_day_get_weekday (day) > 5 || uch_day_is_fixed_holiday (day);

  return kind == (off ? UCH_DAY_OFF : UCH_DAY_WORKING);
}

static void
put_day (Reader *self, UchDay day, UchDayKind kind, const char *title)
{
  UchSnapshot     *snapshot = self->importer->office->snapshot;
  g_autofree char *id = uch_day_format (day);
  g_autoptr (UchCalendarDay) before = uch_snapshot_get (snapshot, UCH_TABLE_CALENDAR_DAY, id);
  g_autoptr (UchCalendarDay) after = NULL;

  if (uch_importer_is_repeated (self->importer, id, id))
    return;
  if (before != NULL && before->source == UCH_DAY_BY_HAND)
    {
      if (before->kind != kind)
        uch_importer_warn (self->importer, _ ("%s was set by hand to something else, that stands"),
                           id);
      g_hash_table_add (self->named, g_steal_pointer (&id));
      self->importer->result->n_same++;
      return;
    }
  if (is_as_usual (day, kind))
    return;
  after = before != NULL ? uch_entity_copy (before) : uch_entity_new (UCH_TABLE_CALENDAR_DAY, id);
  after->kind = kind;
  after->source = UCH_DAY_IMPORTED;
  uch_entity_set_text (after, &after->name, title);
  uch_importer_put (self->importer, before, after);
  g_hash_table_add (self->named, g_steal_pointer (&id));
}

static void
read_day (Reader *self, const char **names, const char **values)
{
  static const UchDayKind kinds[] = { UCH_DAY_OFF, UCH_DAY_SHORT, UCH_DAY_WORKING };
  const char             *d = NULL, *t = NULL, *h = NULL;
  UchDay                  day;

  for (guint i = 0; names[i] != NULL; i++)
    if (strcmp (names[i], "d") == 0)
      d = values[i];
    else if (strcmp (names[i], "t") == 0)
      t = values[i];
    else if (strcmp (names[i], "h") == 0)
      h = values[i];
  day = parse_month_day (self->year, d);
  if (day == UCH_DAY_NONE)
    uch_importer_fail (self->importer, _ ("“%s” is no day of %u (month.day, as 05.11)"),
                       d != NULL ? d : "", self->year);
  else if (t == NULL || strlen (t) != 1 || t[0] < '1' || t[0] > '3')
    uch_importer_fail (self->importer,
                       _ ("the kind of %s is “%s”, not 1 (off), 2 (short) or 3 (worked)"), d,
                       t != NULL ? t : "");
  else
    put_day (self, day, kinds[t[0] - '1'],
             h != NULL ? g_hash_table_lookup (self->titles, h) : NULL);
}

static void
read_year (Reader *self, const char **names, const char **values, GError **error)
{
  guint64 year;

  for (guint i = 0; names[i] != NULL; i++)
    if (strcmp (names[i], "year") == 0
        && g_ascii_string_to_unsigned (values[i], 10, YEAR_MIN, YEAR_MAX, &year, NULL))
      self->year = (guint) year;
  if (self->year == 0)
    g_set_error (error, G_MARKUP_ERROR, G_MARKUP_ERROR_INVALID_CONTENT,
                 _ ("the calendar does not say its year"));
}

static void
start_cb (GMarkupParseContext *context,
          const char          *element,
          const char         **names,
          const char         **values,
          gpointer             user_data,
          GError             **error)
{
  Reader *self = user_data;

  if (self->year == 0 && strcmp (element, "calendar") != 0)
    g_set_error (error, G_MARKUP_ERROR, G_MARKUP_ERROR_UNKNOWN_ELEMENT,
                 _ ("this is no production calendar: it begins with <%s>"), element);
  else if (strcmp (element, "calendar") == 0)
    read_year (self, names, values, error);
  else if (strcmp (element, "holiday") == 0)
    {
      const char *id = NULL, *title = NULL;

      for (guint i = 0; names[i] != NULL; i++)
        if (strcmp (names[i], "id") == 0)
          id = values[i];
        else if (strcmp (names[i], "title") == 0)
          title = values[i];
      if (id != NULL && title != NULL)
        g_hash_table_replace (self->titles, g_strdup (id), g_strdup (title));
    }
  else if (strcmp (element, "day") == 0)
    read_day (self, names, values);
}

/* What an earlier table said of the year and this one no longer does goes. */
static void
remove_others (Reader *self)
{
  UchDay first = uch_day_from_date (self->year, 1, 1);
  UchDay last = uch_day_from_date (self->year, 12, 31);

  for (UchDay day = first; day <= last; day++)
    {
      g_autofree char *id = uch_day_format (day);
      g_autoptr (UchCalendarDay) row
          = uch_snapshot_get (self->importer->office->snapshot, UCH_TABLE_CALENDAR_DAY, id);
      GVariantDict args;

      if (row == NULL || row->source != UCH_DAY_IMPORTED || g_hash_table_contains (self->named, id))
        continue;
      g_variant_dict_init (&args, NULL);
      g_variant_dict_insert (&args, "table", "s", uch_calendar_day_schema.name);
      g_variant_dict_insert (&args, "id", "s", id);
      uch_importer_add_command (self->importer, UCH_COMMAND_DELETE, g_variant_dict_end (&args));
      self->importer->result->n_changed++;
    }
}

/* Plans the days of one year. What somebody has set by hand is left as it is. */
gboolean
uch_import_calendar (UchImporter *self, const char *bytes, gsize len, GError **error)
{
  static const GMarkupParser parser = { .start_element = start_cb };
  Reader                     reader = { .importer = self };
  g_autoptr (GMarkupParseContext) context = NULL;
  g_autoptr (GError) local_error = NULL;
  gboolean done;

  if (len == 0)
    {
      g_set_error (error, UCH_EXCHANGE_ERROR, UCH_EXCHANGE_ERROR_EMPTY, _ ("The file is empty"));
      return FALSE;
    }
  reader.titles = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, g_free);
  reader.named = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  context = g_markup_parse_context_new (&parser, 0, &reader, NULL);
  done = len <= CALENDAR_LEN_MAX
         && g_markup_parse_context_parse (context, bytes, (gssize) len, &local_error)
         && g_markup_parse_context_end_parse (context, &local_error);
  if (done && self->result->n_errors == 0)
    remove_others (&reader);
  /* Half a year's calendar would move deadlines wrongly: all of it or nothing. */
  if (!done || self->result->n_errors > 0)
    {
      g_ptr_array_set_size (self->result->commands, 0);
      self->result->n_new = self->result->n_changed = 0;
    }
  g_hash_table_unref (reader.titles);
  g_hash_table_unref (reader.named);
  if (done)
    return TRUE;
  g_set_error (error, UCH_EXCHANGE_ERROR, UCH_EXCHANGE_ERROR_FORMAT,
               _ ("The file is no production calendar of xmlcalendar.ru: %s"),
               local_error != NULL ? local_error->message : _ ("it is too large"));
  return FALSE;
}

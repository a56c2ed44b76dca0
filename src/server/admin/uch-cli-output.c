#include "server/admin/uch-cli-output.h"

#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include <glib/gi18n.h>
#include <json-glib/json-glib.h>

/* Between two pictures of the moving line. */
#define PROGRESS_EVERY_US (G_USEC_PER_SEC / 10)

/* A value under its label, or a table. */
typedef struct
{
  char               *label;
  char               *value;   /* (nullable): a table */
  const UchCliColumn *columns; /* (unowned) (array length=n_columns) */
  guint               n_columns;
  GPtrArray          *cells; /* (owned) (nullable) of char *: row after row */
} Part;

struct _UchCliReport
{
  JsonBuilder *json;
  GPtrArray   *parts;    /* (owned) of Part */
  gboolean     in_table; /* its array is still open in @json */
};

static gboolean as_json;

static struct
{
  const char *what; /* (nullable): none goes on */
  UchCliUnit  unit;
  gint64      shown_us;
  gboolean    shown;
} progress;

/**
 * uch_cli_set_json:
 * @json: whether standard output gets one JSON object and nothing else
 */
void
uch_cli_set_json (gboolean json)
{
  as_json = json;
}

gboolean
uch_cli_is_json (void)
{
  return as_json;
}

/**
 * uch_cli_say:
 *
 * A sentence for a person, on standard output; a program is told nothing of it.
 */
void
uch_cli_say (const char *format, ...)
{
  va_list ap;

  uch_cli_progress_end ();
  if (as_json)
    return;
  va_start (ap, format);
  vprintf (format, ap);
  va_end (ap);
  putchar ('\n');
}

/**
 * uch_cli_complain:
 * @status: the exit status to come
 * @message: what is wrong, a sentence
 *
 * To a person on standard error; to a program as {"error", "status"} on standard output, which so
 * gets one object whatever happens.
 */
void
uch_cli_complain (int status, const char *message)
{
  g_autoptr (UchCliReport) report = NULL;

  uch_cli_progress_end ();
  if (!as_json)
    {
      g_printerr ("uchastok-store: %s\n", message);
      return;
    }
  report = uch_cli_report_new ();
  uch_cli_report_add_text (report, "error", NULL, message);
  uch_cli_report_add_int (report, "status", NULL, status);
  uch_cli_report_print (report);
}

/**
 * uch_cli_done:
 * @name: what it was done to
 * @value: which one
 *
 * A person needs no word about what went as it should; a program gets {"done": true, @name:
 * @value}.
 */
void
uch_cli_done (const char *name, const char *value)
{
  g_autoptr (UchCliReport) report = NULL;

  if (!as_json)
    return;
  report = uch_cli_report_new ();
  uch_cli_report_add_bool (report, "done", NULL, TRUE);
  uch_cli_report_add_text (report, name, NULL, value);
  uch_cli_report_print (report);
}

static void
part_free (gpointer data)
{
  Part *part = data;

  g_free (part->label);
  g_free (part->value);
  g_clear_pointer (&part->cells, g_ptr_array_unref);
  g_free (part);
}

/**
 * uch_cli_report_new:
 *
 * Returns: (transfer full): an empty report. Each value has a name for programs and a label for
 *     people; one without a label is for programs only.
 */
UchCliReport *
uch_cli_report_new (void)
{
  UchCliReport *self = g_new0 (UchCliReport, 1);

  self->json = json_builder_new ();
  self->parts = g_ptr_array_new_with_free_func (part_free);
  json_builder_begin_object (self->json);
  return self;
}

void
uch_cli_report_free (UchCliReport *self)
{
  if (self == NULL)
    return;
  g_object_unref (self->json);
  g_ptr_array_unref (self->parts);
  g_free (self);
}

static void
begin_member (UchCliReport *self, const char *name)
{
  if (self->in_table)
    json_builder_end_array (self->json);
  self->in_table = FALSE;
  json_builder_set_member_name (self->json, name);
}

/* Takes @value. */
static void
add_line (UchCliReport *self, const char *label, char *value)
{
  Part *part;

  if (label == NULL || value == NULL)
    {
      g_free (value);
      return;
    }
  part = g_new0 (Part, 1);
  part->label = g_strdup (label);
  part->value = value;
  g_ptr_array_add (self->parts, part);
}

/**
 * uch_cli_report_add_text:
 * @label: (nullable): for a person
 * @value: (nullable): null to a program, left out for a person
 */
void
uch_cli_report_add_text (UchCliReport *self, const char *name, const char *label, const char *value)
{
  begin_member (self, name);
  if (value != NULL)
    json_builder_add_string_value (self->json, value);
  else
    json_builder_add_null_value (self->json);
  add_line (self, label, g_strdup (value));
}

void
uch_cli_report_add_int (UchCliReport *self, const char *name, const char *label, gint64 value)
{
  begin_member (self, name);
  json_builder_add_int_value (self->json, value);
  add_line (self, label, g_strdup_printf ("%" G_GINT64_FORMAT, value));
}

/* With one digit for a person. */
void
uch_cli_report_add_real (UchCliReport *self, const char *name, const char *label, double value)
{
  begin_member (self, name);
  json_builder_add_double_value (self->json, value);
  add_line (self, label, g_strdup_printf ("%.1f", value));
}

/**
 * uch_cli_report_add_bytes:
 * @value: a size; a program gets the plain number
 */
void
uch_cli_report_add_bytes (UchCliReport *self, const char *name, const char *label, gint64 value)
{
  begin_member (self, name);
  json_builder_add_int_value (self->json, value);
  add_line (self, label, uch_cli_dup_bytes (value));
}

/**
 * uch_cli_report_add_time:
 * @value: a moment; a program gets milliseconds since 1970. 0: null, and no line for a person
 */
void
uch_cli_report_add_time (UchCliReport *self, const char *name, const char *label, UchTime value)
{
  begin_member (self, name);
  if (value != 0)
    json_builder_add_int_value (self->json, value);
  else
    json_builder_add_null_value (self->json);
  add_line (self, label, value != 0 ? uch_cli_dup_time (value) : NULL);
}

void
uch_cli_report_add_bool (UchCliReport *self, const char *name, const char *label, gboolean value)
{
  begin_member (self, name);
  json_builder_add_boolean_value (self->json, value);
  add_line (self, label, g_strdup (value ? _ ("yes") : _ ("no")));
}

/**
 * uch_cli_report_add_table:
 * @name: for a program, which gets an array of objects
 * @title: (nullable): for a person, above the table
 * @columns: (array length=n_columns): must live as long as the report
 *
 * Begins a table; the rows follow.
 */
void
uch_cli_report_add_table (UchCliReport       *self,
                          const char         *name,
                          const char         *title,
                          const UchCliColumn *columns,
                          guint               n_columns)
{
  Part *part = g_new0 (Part, 1);

  begin_member (self, name);
  json_builder_begin_array (self->json);
  self->in_table = TRUE;
  part->label = g_strdup (title);
  part->columns = columns;
  part->n_columns = n_columns;
  part->cells = g_ptr_array_new_with_free_func (g_free);
  g_ptr_array_add (self->parts, part);
}

static void
add_cell_json (JsonBuilder *json, const UchCliColumn *column, const char *cell)
{
  gint64 number;

  json_builder_set_member_name (json, column->name);
  if (cell == NULL)
    json_builder_add_null_value (json);
  else if (column->kind == UCH_CLI_TEXT)
    json_builder_add_string_value (json, cell);
  else if (g_ascii_string_to_signed (cell, 10, G_MININT64, G_MAXINT64, &number, NULL))
    json_builder_add_int_value (json, number);
  else
    json_builder_add_double_value (json, g_ascii_strtod (cell, NULL));
}

/**
 * uch_cli_report_add_row:
 * @cells: (array): one text per column of the table that was begun last; NULL: empty
 */
void
uch_cli_report_add_row (UchCliReport *self, const char *const *cells)
{
  Part *part = self->parts->len > 0 ? g_ptr_array_index (self->parts, self->parts->len - 1) : NULL;

  g_return_if_fail (self->in_table && part != NULL && part->cells != NULL);
  json_builder_begin_object (self->json);
  for (guint i = 0; i < part->n_columns; i++)
    {
      add_cell_json (self->json, &part->columns[i], cells[i]);
      g_ptr_array_add (part->cells, g_strdup (cells[i] != NULL ? cells[i] : ""));
    }
  json_builder_end_object (self->json);
}

static void
append_padded (GString *text, const char *cell, glong width, gboolean right)
{
  glong n_missing = width - g_utf8_strlen (cell, -1);

  for (glong i = 0; right && i < n_missing; i++)
    g_string_append_c (text, ' ');
  g_string_append (text, cell);
  for (glong i = 0; !right && i < n_missing; i++)
    g_string_append_c (text, ' ');
}

static void
trim_line (GString *text)
{
  while (text->len > 0 && text->str[text->len - 1] == ' ')
    g_string_truncate (text, text->len - 1);
  g_string_append_c (text, '\n');
}

/* Aligned for eyes. */
static void
append_table (GString *text, const Part *part)
{
  g_autofree glong *widths = g_new0 (glong, part->n_columns);
  guint             n_rows = part->cells->len / part->n_columns;

  for (guint c = 0; c < part->n_columns; c++)
    {
      widths[c] = g_utf8_strlen (part->columns[c].label, -1);
      for (guint r = 0; r < n_rows; r++)
        widths[c]
            = MAX (widths[c], g_utf8_strlen (part->cells->pdata[r * part->n_columns + c], -1));
    }
  if (part->label != NULL)
    g_string_append_printf (text, "%s%s\n", text->len > 0 ? "\n" : "", part->label);
  for (guint r = 0; r < n_rows + 1; r++)
    {
      for (guint c = 0; c < part->n_columns; c++)
        {
          const char *cell
              = r == 0 ? part->columns[c].label : part->cells->pdata[(r - 1) * part->n_columns + c];

          g_string_append (text, c > 0 ? "  " : part->label != NULL ? "  " : "");
          append_padded (text, cell, widths[c], part->columns[c].kind == UCH_CLI_NUMBER);
        }
      trim_line (text);
    }
}

/* Tabs for other programs, and no heading. */
static void
append_cells (GString *text, const Part *part)
{
  for (guint i = 0; i < part->cells->len; i++)
    {
      g_string_append (text, part->cells->pdata[i]);
      g_string_append_c (text, (i + 1) % part->n_columns == 0 ? '\n' : '\t');
    }
}

static char *
dup_text (UchCliReport *self, gboolean aligned)
{
  GString *text = g_string_new (NULL);
  glong    width = 0;

  for (guint i = 0; i < self->parts->len; i++)
    {
      const Part *part = g_ptr_array_index (self->parts, i);

      if (part->value != NULL)
        width = MAX (width, g_utf8_strlen (part->label, -1));
    }
  for (guint i = 0; i < self->parts->len; i++)
    {
      const Part *part = g_ptr_array_index (self->parts, i);

      if (part->value != NULL)
        {
          append_padded (text, part->label, width, FALSE);
          g_string_append_printf (text, "  %s\n", part->value);
        }
      else if (part->cells->len > 0 && (aligned || part->label != NULL))
        append_table (text, part);
      else if (part->cells->len > 0)
        append_cells (text, part);
    }
  return g_string_free (text, FALSE);
}

/**
 * uch_cli_report_print:
 *
 * Prints the report, once, on standard output. A table without a title has a heading and columns
 * at a terminal, elsewhere tabs between its cells.
 */
void
uch_cli_report_print (UchCliReport *self)
{
  g_autofree char *text = NULL;

  uch_cli_progress_end ();
  if (self->in_table)
    json_builder_end_array (self->json);
  self->in_table = FALSE;
  json_builder_end_object (self->json);
  if (as_json)
    {
      g_autoptr (JsonNode) root = json_builder_get_root (self->json);
      g_autofree char *json = json_to_string (root, FALSE);

      puts (json);
      return;
    }
  text = dup_text (self, isatty (STDOUT_FILENO));
  fputs (text, stdout);
}

/**
 * uch_cli_dup_bytes:
 *
 * Returns: (transfer full): a size as people read it
 */
char *
uch_cli_dup_bytes (gint64 n_bytes)
{
  return g_format_size ((guint64) MAX (n_bytes, 0));
}

/**
 * uch_cli_dup_time:
 *
 * Returns: (transfer full) (nullable): a moment in local time
 */
char *
uch_cli_dup_time (UchTime at)
{
  g_autoptr (GDateTime) moment = g_date_time_new_from_unix_local (at / 1000);

  return moment != NULL ? g_date_time_format (moment, "%Y-%m-%d %H:%M:%S %Z") : NULL;
}

/**
 * uch_cli_progress_begin:
 * @what: (nullable): translated, static; NULL: nothing is shown
 * @unit: of the numbers to come
 *
 * Long work begins: at a terminal one line on standard error tells how far it is. Nothing is
 * written where standard error is a file or a pipe.
 */
void
uch_cli_progress_begin (const char *what, UchCliUnit unit)
{
  uch_cli_progress_end ();
  progress.what = what != NULL && isatty (STDERR_FILENO) ? what : NULL;
  progress.unit = unit;
  progress.shown_us = 0;
}

/**
 * uch_cli_progress:
 * @n_total: 0: nobody knows
 *
 * As a #UchStoreProgressFunc: tells how far the work is.
 */
void
uch_cli_progress (gint64 n_done, gint64 n_total, gpointer unused)
{
  g_autofree char *done = NULL;
  g_autofree char *total = NULL;

  if (progress.what == NULL
      || (n_done != n_total && g_get_monotonic_time () - progress.shown_us < PROGRESS_EVERY_US))
    return;
  progress.shown_us = g_get_monotonic_time ();
  progress.shown = TRUE;
  done = progress.unit == UCH_CLI_BYTES ? uch_cli_dup_bytes (n_done)
                                        : g_strdup_printf ("%" G_GINT64_FORMAT, n_done);
  total = progress.unit == UCH_CLI_BYTES ? uch_cli_dup_bytes (n_total)
                                         : g_strdup_printf ("%" G_GINT64_FORMAT, n_total);
  if (n_total > 0)
    g_printerr ("\r\033[K%s: %s / %s (%d %%)", progress.what, done, total,
                (int) (n_done * 100 / n_total));
  else
    g_printerr ("\r\033[K%s: %s", progress.what, done);
}

/**
 * uch_cli_progress_end:
 *
 * Takes the moving line away; called also where there is none.
 */
void
uch_cli_progress_end (void)
{
  if (progress.shown)
    g_printerr ("\r\033[K");
  progress.shown = FALSE;
  progress.what = NULL;
}

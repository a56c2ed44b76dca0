#define G_LOG_DOMAIN "uch-exchange"

#include "exchange/uch-csv.h"

#include <string.h>

#include <csv.h>
#include <glib/gi18n-lib.h>

/* A quote that is still open after so many lines was never meant to open anything. */
#define QUOTED_LINES_MAX 100
/* A cell grows by so many bytes at a time; libcsv's own 128 make a note of 10 MB quadratic. */
#define CELL_GROWTH_LEN (64 * 1024)

G_DEFINE_QUARK (uch - exchange - error - quark, uch_exchange_error)

static void
uch_csv_row_free (UchCsvRow *row)
{
  g_ptr_array_unref (row->cells);
  g_free (row->fault);
  g_free (row);
}

void
uch_csv_free (UchCsv *self)
{
  if (self == NULL)
    return;
  g_clear_pointer (&self->columns, g_ptr_array_unref);
  g_ptr_array_unref (self->rows);
  g_free (self);
}

static UchCsvRow *
row_new (guint line)
{
  UchCsvRow *row = g_new0 (UchCsvRow, 1);

  row->line = line;
  row->cells = g_ptr_array_new_with_free_func (g_free);
  return row;
}

/* The end of the line that begins at @at: behind its line feed, or the end of all. */
static gsize
line_end (const char *text, gsize len, gsize at)
{
  const char *feed = memchr (text + at, '\n', len - at);

  return feed != NULL ? (gsize) (feed - text) + 1 : len;
}

static gboolean
has_high_bytes (const char *text, gsize len)
{
  for (gsize i = 0; i < len; i++)
    if ((guchar) text[i] >= 0x80)
      return TRUE;
  return FALSE;
}

/* A file is UTF-8 when more of its lines read as such than not: one damaged line must not turn all
 * others into nonsense. */
static gboolean
looks_like_utf8 (const char *text, gsize len)
{
  guint n_good = 0, n_bad = 0;

  for (gsize at = 0, end; at < len; at = end)
    {
      end = line_end (text, len, at);
      if (!has_high_bytes (text + at, end - at))
        continue;
      if (g_utf8_validate_len (text + at, end - at, NULL))
        n_good++;
      else
        n_bad++;
    }
  return n_good >= n_bad;
}

/* The bytes as they shall be read: UTF-16 is converted at once, the rest line by line. */
static char *
unwrap (const char *bytes, gsize len, const char **out_encoding, gsize *out_len, GError **error)
{
  g_autofree char *text = NULL;

  if (len >= 2 && (memcmp (bytes, "\xff\xfe", 2) == 0 || memcmp (bytes, "\xfe\xff", 2) == 0))
    {
      *out_encoding = "UTF-16";
      text = g_convert (bytes, len, "UTF-8", "UTF-16", NULL, out_len, NULL);
      if (text == NULL)
        g_set_error_literal (error, UCH_EXCHANGE_ERROR, UCH_EXCHANGE_ERROR_FORMAT,
                             _ ("The file begins like UTF-16 but cannot be read as such."));
      return g_steal_pointer (&text);
    }
  if (len >= 4 && memcmp (bytes, "PK\3\4", 4) == 0)
    {
      g_set_error_literal (error, UCH_EXCHANGE_ERROR, UCH_EXCHANGE_ERROR_FORMAT,
                           _ ("This is a workbook or an archive. Save the sheet as CSV first."));
      return NULL;
    }
  if (memchr (bytes, '\0', len) != NULL)
    {
      g_set_error_literal (error, UCH_EXCHANGE_ERROR, UCH_EXCHANGE_ERROR_FORMAT,
                           _ ("This is not a text file."));
      return NULL;
    }
  if (len >= 3 && memcmp (bytes, "\xef\xbb\xbf", 3) == 0)
    {
      bytes += 3;
      len -= 3;
      *out_encoding = "UTF-8";
    }
  else
    *out_encoding = looks_like_utf8 (bytes, len) ? "UTF-8" : "windows-1251";
  *out_len = len;
  text = g_strndup (bytes, len);
  for (gsize i = 0; i < len; i++) /* lines may end in a lone carriage return */
    if (text[i] == '\r' && text[i + 1] != '\n')
      text[i] = '\n';
  return g_steal_pointer (&text);
}

/* The separator is the one that the header has most of, outside quotes. */
static char
detect_separator (const char *text, gsize len)
{
  static const char candidates[] = { ';', '\t', ',' };
  guint             counts[G_N_ELEMENTS (candidates)] = { 0 };
  gboolean          quoted = FALSE;
  guint             best = 0;

  for (gsize i = 0; i < len && (quoted || text[i] != '\n'); i++)
    {
      quoted ^= text[i] == '"';
      for (guint c = 0; c < G_N_ELEMENTS (candidates) && !quoted; c++)
        counts[c] += text[i] == candidates[c];
    }
  for (guint c = 1; c < G_N_ELEMENTS (candidates); c++)
    if (counts[c] > counts[best])
      best = c;
  return candidates[best];
}

typedef struct
{
  UchCsvRow *row;      /* (owned): being read */
  gboolean   complete; /* its last cell was read */
} Reader;

static void
cell_cb (void *data, size_t len, void *user_data)
{
  Reader     *reader = user_data;
  const char *text = data;

  if (len > UCH_CSV_CELL_LEN_MAX && reader->row->fault == NULL)
    reader->row->fault
        = g_strdup_printf (_ ("a cell is longer than %d characters"), UCH_CSV_CELL_LEN_MAX);
  /* The apostrophe that uch_csv_append_cell() puts before what could run as a formula. */
  if (len >= 2 && text[0] == '\'' && strchr ("=+-@\t\r", text[1]) != NULL)
    {
      text++;
      len--;
    }
  g_ptr_array_add (reader->row->cells, g_strndup (text, MIN (len, UCH_CSV_CELL_LEN_MAX)));
}

static void
row_cb (int terminator, void *user_data)
{
  ((Reader *) user_data)->complete = TRUE;
}

/* Turns one row's lines into UTF-8. */
static char *
decode (const char *text, gsize len, const char *encoding, gsize *out_len)
{
  if (strcmp (encoding, "windows-1251") == 0)
    return g_convert (text, len, "UTF-8", "CP1251", NULL, out_len, NULL);
  if (!g_utf8_validate_len (text, len, NULL))
    return NULL;
  *out_len = len;
  return g_strndup (text, len);
}

static UchCsvRow *
broken_line (guint line, const char *text, gsize len, const char *reason)
{
  UchCsvRow       *row = row_new (line);
  g_autofree char *valid = g_utf8_make_valid (text, MIN (len, UCH_CSV_CELL_LEN_MAX));

  g_ptr_array_add (row->cells, g_strdup (g_strchomp (valid)));
  row->fault = g_strdup (reason);
  return row;
}

/* Reads one row that begins at @at. *out_end is where the next one begins, *out_n_lines how many
 * lines were taken. Returns NULL for an empty line. */
static UchCsvRow *
read_row (UchCsv     *self,
          const char *text,
          gsize       len,
          gsize       at,
          guint       line,
          gsize      *out_end,
          guint      *out_n_lines)
{
  struct csv_parser parser;
  Reader            reader = { row_new (line), FALSE };
  UchCsvRow        *row = NULL;
  const char       *reason = NULL;
  gsize             end = at;
  guint             n_lines = 0;

  if (csv_init (&parser, CSV_APPEND_NULL) != 0)
    g_error ("out of memory");
  csv_set_delim (&parser, self->separator);
  csv_set_blk_size (&parser, CELL_GROWTH_LEN);
  do
    {
      gsize            from = end, utf8_len = 0;
      g_autofree char *utf8 = NULL;

      end = line_end (text, len, from);
      n_lines++;
      utf8 = decode (text + from, end - from, self->encoding, &utf8_len);
      if (utf8 == NULL)
        reason = _ ("the characters cannot be read: neither UTF-8 nor Windows-1251");
      else
        csv_parse (&parser, utf8, utf8_len, cell_cb, row_cb, &reader);
      if (n_lines == 1 && !reader.complete && reader.row->cells->len == 0 && reason == NULL
          && strspn (utf8, "\r\n \t") == utf8_len)
        break;
    }
  while (!reader.complete && reason == NULL && end < len && n_lines < QUOTED_LINES_MAX);

  if (!reader.complete && reason == NULL)
    { /* the last line may end without a line feed, but a quote may not stay open */
      csv_set_opts (&parser, CSV_APPEND_NULL | CSV_STRICT | CSV_STRICT_FINI);
      if (csv_fini (&parser, cell_cb, row_cb, &reader) != 0)
        reason = _ ("a quotation mark is opened and never closed");
    }
  csv_free (&parser);

  if (reason != NULL)
    { /* only its first line is given up: what follows may be sound */
      *out_end = line_end (text, len, at);
      *out_n_lines = 1;
      row = broken_line (line, text + at, *out_end - at, reason);
    }
  else
    {
      *out_end = end;
      *out_n_lines = n_lines;
      if (reader.row->cells->len > 0)
        row = g_steal_pointer (&reader.row);
    }
  g_clear_pointer (&reader.row, uch_csv_row_free);
  return row;
}

/* Cells beyond the header's may be empty; anything else means that the cells have shifted. */
static void
check_width (UchCsv *self, UchCsvRow *row)
{
  guint n_cells = row->cells->len;

  while (n_cells > self->columns->len
         && *(char *) g_ptr_array_index (row->cells, n_cells - 1) == '\0')
    n_cells--;
  if (n_cells == self->columns->len)
    g_ptr_array_set_size (row->cells, n_cells);
  else if (row->fault == NULL)
    row->fault = g_strdup_printf (_ ("cells: %u, but the header has columns: %u"), row->cells->len,
                                  self->columns->len);
}

static gboolean
row_is_blank (const UchCsvRow *row)
{
  for (guint i = 0; i < row->cells->len; i++)
    if (*(char *) g_ptr_array_index (row->cells, i) != '\0')
      return FALSE;
  return TRUE;
}

static void
add_row (UchCsv *self, UchCsvRow *row)
{
  if (row_is_blank (row))
    uch_csv_row_free (row);
  else if (self->columns == NULL && row->fault == NULL)
    {
      self->columns = g_ptr_array_ref (row->cells);
      uch_csv_row_free (row);
    }
  else
    {
      if (self->columns != NULL && row->fault == NULL)
        check_width (self, row);
      g_ptr_array_add (self->rows, row);
    }
}

/**
 * uch_csv_parse:
 * @bytes: a whole file
 * @len: its length in bytes
 * @error: %UCH_EXCHANGE_ERROR
 *
 * Reads a table whose first row names the columns. The encoding (UTF-8 with or without a byte order
 * mark, Windows-1251, UTF-16 with a mark) and the separator (`;` `,` TAB) are found out. A broken
 * row never stops the reading: it stands among the rows with its fault.
 *
 * Returns: (transfer full): the table
 */
UchCsv *
uch_csv_parse (const char *bytes, gsize len, GError **error)
{
  g_autoptr (UchCsv) self = g_new0 (UchCsv, 1);
  g_autofree char *text = NULL;
  guint            line = 1;
  gsize            at = 0;

  self->rows = g_ptr_array_new_with_free_func ((GDestroyNotify) uch_csv_row_free);
  if (len > UCH_CSV_LEN_MAX)
    {
      g_set_error (error, UCH_EXCHANGE_ERROR, UCH_EXCHANGE_ERROR_TOO_LONG,
                   _ ("The file is larger than %d MiB."), UCH_CSV_LEN_MAX / 1024 / 1024);
      return NULL;
    }
  text = unwrap (bytes, len, &self->encoding, &len, error);
  if (text == NULL)
    return NULL;
  if (len >= 5 && g_ascii_strncasecmp (text, "sep=", 4) == 0)
    { /* a spreadsheet's own line that names the separator */
      self->separator = text[4];
      at = line_end (text, len, 0);
      line++;
    }
  else
    self->separator = detect_separator (text, len);

  while (at < len)
    {
      guint      n_lines;
      UchCsvRow *row = read_row (self, text, len, at, line, &at, &n_lines);

      line += n_lines;
      if (row != NULL)
        add_row (self, row);
    }
  if (self->columns == NULL)
    {
      g_set_error_literal (error, UCH_EXCHANGE_ERROR, UCH_EXCHANGE_ERROR_EMPTY,
                           _ ("The file is empty: its first row must name the columns."));
      return NULL;
    }
  if (self->columns->len > UCH_CSV_COLUMNS_MAX)
    {
      g_set_error (error, UCH_EXCHANGE_ERROR, UCH_EXCHANGE_ERROR_FORMAT,
                   _ ("The first row has %u columns; it does not look like a header."),
                   self->columns->len);
      return NULL;
    }
  return g_steal_pointer (&self);
}

/* What a spreadsheet would run as a formula; a plain negative number is none. Source: OWASP, "CSV
 * Injection". */
static gboolean
could_run (const char *text)
{
  char *end = NULL;

  if (*text == '\0' || strchr ("=+-@\t\r", *text) == NULL)
    return FALSE;
  g_ascii_strtod (text, &end);
  return *text != '-' || end == text || *end != '\0';
}

/**
 * uch_csv_append_cell:
 * @text: (nullable): NULL is an empty cell
 *
 * Appends one cell, quoted where it must be, and with an apostrophe before anything that a
 * spreadsheet would run as a formula; uch_csv_parse() takes that apostrophe away again.
 */
void
uch_csv_append_cell (GString *out, char separator, const char *text)
{
  gboolean guarded, quoted;

  if (text == NULL)
    return;
  guarded = could_run (text);
  quoted = strchr (text, separator) != NULL || strpbrk (text, "\"\r\n") != NULL || *text == ' '
           || g_str_has_suffix (text, " ");
  if (quoted)
    g_string_append_c (out, '"');
  if (guarded)
    g_string_append_c (out, '\'');
  for (; *text != '\0'; text++)
    {
      if (*text == '"' && quoted)
        g_string_append_c (out, '"');
      g_string_append_c (out, *text);
    }
  if (quoted)
    g_string_append_c (out, '"');
}

/**
 * uch_csv_append_row:
 * @cells: (element-type utf8): with NULL for an empty one
 */
void
uch_csv_append_row (GString *out, char separator, GPtrArray *cells)
{
  for (guint i = 0; i < cells->len; i++)
    {
      if (i > 0)
        g_string_append_c (out, separator);
      uch_csv_append_cell (out, separator, g_ptr_array_index (cells, i));
    }
  g_string_append (out, "\r\n");
}

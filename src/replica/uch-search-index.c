/* A plain scan of memory is enough: 220,000 lines are about 15 MB, which a processor reads in a few
 * milliseconds; a trigram index finds no words of two letters, triples the time of a first sync and
 * doubles the file. Letters are packed into one byte each, because half of the bytes of Cyrillic in
 * UTF-8 are the same two. */
#define G_LOG_DOMAIN "uch-replica"

#include "replica/uch-search-index.h"

#include <string.h>

#include "core/uch-fold.h"
#include "core/uch-people.h"
#include "core/uch-place.h"
#include "core/uch-work.h"

#define WORDS_MAX 8
/* Lines of a block; blocks are looked through from the newest. */
#define BLOCK_LEN 4096

typedef struct
{
  guint32 offset, len; /* in the bytes; 0: nothing, or a later line took its place */
  gint64  rowid;
} Line;

/* The lines of one table. */
typedef struct
{
  GByteArray *bytes;  /* each line ends with '\n' */
  GArray     *lines;  /* of Line, in the order of the bytes */
  GHashTable *moved;  /* rowid → place in lines + 1, of lines that were replaced */
  gint64      rowid;  /* of the last one read from the table */
  guint       n_read; /* the first lines, in the order of their rowids */
  gboolean    complete;
} Part;

typedef struct
{
  const guint8 *bytes;
  gsize         len;
} Word;

static const struct
{
  UchTable    table;
  const char *name;
  const char *columns[6];
} sources[] = {
  { UCH_TABLE_TICKET, "ticket", { "number", "client_name", "phone", "address" } },
  { UCH_TABLE_CLIENT, "client", { "name", "phone", "contract" } },
  { UCH_TABLE_HOUSE, "house", { "city", "street_type", "street", "number", "addition" } },
};
#define N_PARTS G_N_ELEMENTS (sources)

struct _UchSearchIndex
{
  Part    parts[N_PARTS];
  guint32 pairs[65536]; /* how often two letters follow each other: a word's rarest pair tells how
                         * much it narrows */
};

UchSearchIndex *
uch_search_index_new (void)
{
  UchSearchIndex *self = g_new0 (UchSearchIndex, 1);

  for (guint i = 0; i < N_PARTS; i++)
    {
      self->parts[i].bytes = g_byte_array_new ();
      self->parts[i].lines = g_array_new (FALSE, FALSE, sizeof (Line));
      self->parts[i].moved = g_hash_table_new_full (g_int64_hash, g_int64_equal, g_free, NULL);
    }
  return self;
}

void
uch_search_index_free (UchSearchIndex *self)
{
  if (self == NULL)
    return;
  for (guint i = 0; i < N_PARTS; i++)
    {
      g_byte_array_unref (self->parts[i].bytes);
      g_array_unref (self->parts[i].lines);
      g_hash_table_unref (self->parts[i].moved);
    }
  g_free (self);
}

gboolean
uch_search_index_is_complete (UchSearchIndex *self)
{
  for (guint i = 0; i < N_PARTS; i++)
    if (!self->parts[i].complete)
      return FALSE;
  return TRUE;
}

/* Letters of other scripts share bytes: they find too much at worst. */
static guint8
pack (gunichar c)
{
  if (c < 0x80)
    return (guint8) c;
  if (c >= 0x430 && c < 0x450)
    return (guint8) (0x80 + (c - 0x430));
  return (guint8) (0xa0 + c % 0x5f);
}

static void
append_space (GByteArray *bytes, guint start)
{
  if (bytes->len > start && bytes->data[bytes->len - 1] != ' ')
    g_byte_array_append (bytes, (const guint8 *) " ", 1);
}

static void
append_folded (GByteArray *bytes, guint start, const char *text)
{
  g_autofree char *folded = uch_fold (text);

  append_space (bytes, start);
  for (const char *p = folded; *p != '\0'; p = g_utf8_next_char (p))
    {
      guint8 byte = pack (g_utf8_get_char (p));

      g_byte_array_append (bytes, &byte, 1);
    }
}

/* What uch_fold() does, for the letters of nearly every line; −1: that one must do it. */
static int
fold_quickly (const guchar **text)
{
  const guchar *p = *text;
  guint         c;

  if (p[0] < 0x80)
    {
      *text = p + 1;
      return g_ascii_isalnum (p[0]) ? g_ascii_tolower (p[0]) : ' ';
    }
  if (p[0] != 0xd0 && p[0] != 0xd1)
    return -1;
  c = (guint) (p[0] & 0x1f) << 6 | (p[1] & 0x3f);
  *text = p + 2;
  if (c >= 0x410 && c < 0x430)
    c += 0x20;
  else if (c == 0x401 || c == 0x451)
    c = 0x435;
  return c >= 0x430 && c < 0x450 ? 0x80 + (int) (c - 0x430) : -1;
}

static void
append_text (GByteArray *bytes, guint start, const char *text)
{
  guint8        buffer[512];
  guint         len = 0;
  const guchar *p = (const guchar *) text;

  if (text == NULL || *text == '\0')
    return;
  while (*p != '\0' && len < sizeof buffer)
    {
      int byte = fold_quickly (&p);

      if (byte < 0)
        break;
      if (byte != ' ' || (len > 0 && buffer[len - 1] != ' '))
        buffer[len++] = (guint8) byte;
    }
  if (*p != '\0')
    {
      append_folded (bytes, start, text);
      return;
    }
  append_space (bytes, start);
  g_byte_array_append (bytes, buffer, len);
}

static void
count_pairs (UchSearchIndex *self, const guint8 *bytes, guint len)
{
  for (guint i = 1; i < len; i++)
    self->pairs[bytes[i - 1] << 8 | bytes[i]]++;
}

static char *
write_sql (guint part, const char *rest)
{
  GString *sql = g_string_new ("SELECT rowid");

  for (guint i = 0; sources[part].columns[i] != NULL; i++)
    g_string_append_printf (sql, ", \"%s\"", sources[part].columns[i]);
  g_string_append_printf (sql, " FROM \"%s\" %s", sources[part].name, rest);
  return g_string_free (sql, FALSE);
}

/* Appends the line of the row that @stmt stands on. */
static void
append_line (UchSearchIndex *self, Part *part, UchDbStmt *stmt)
{
  Line line = { .offset = part->bytes->len, .rowid = uch_db_stmt_get_int64 (stmt, 0) };

  for (int column = 1; column < uch_db_stmt_n_columns (stmt); column++)
    {
      const char *text = uch_db_stmt_get_text (stmt, column);

      /* A number that the store has not given yet. */
      if (g_strcmp0 (text, "0") != 0)
        append_text (part->bytes, line.offset, text);
    }
  line.len = part->bytes->len - line.offset;
  count_pairs (self, part->bytes->data + line.offset, line.len);
  g_byte_array_append (part->bytes, (const guint8 *) "\n", 1);
  g_array_append_val (part->lines, line);
}

/**
 * uch_search_index_read_some:
 * @n_max: rows to read at once, so that other work can go in between
 *
 * Reads on where it stopped; uch_search_index_is_complete() tells when there is no more.
 */
gboolean
uch_search_index_read_some (UchSearchIndex *self, UchDb *db, guint n_max, GError **error)
{
  for (guint i = 0; i < N_PARTS; i++)
    {
      Part            *part = &self->parts[i];
      g_autofree char *sql = write_sql (i, "WHERE rowid > ? ORDER BY rowid LIMIT ?");
      g_autoptr (UchDbStmt) stmt = NULL;
      UchDbStep step;
      guint     n = 0;

      if (part->complete)
        continue;
      stmt = uch_db_prepare (db, sql, error);
      if (stmt == NULL)
        return FALSE;
      uch_db_stmt_bind_int64 (stmt, 1, part->rowid);
      uch_db_stmt_bind_int64 (stmt, 2, n_max);
      while ((step = uch_db_stmt_step (stmt, error)) == UCH_DB_STEP_ROW)
        {
          append_line (self, part, stmt);
          part->rowid = uch_db_stmt_get_int64 (stmt, 0);
          n++;
        }
      if (step != UCH_DB_STEP_DONE)
        return FALSE;
      part->n_read = part->lines->len;
      part->complete = n < n_max;
      return TRUE;
    }
  return TRUE;
}

/* The living line of a row, or NULL. */
static Line *
find_line (Part *part, gint64 rowid)
{
  gpointer place = g_hash_table_lookup (part->moved, &rowid);
  guint    low = 0, high = part->n_read;

  if (place != NULL)
    return &g_array_index (part->lines, Line, GPOINTER_TO_UINT (place) - 1);
  while (low < high)
    {
      guint middle = (low + high) / 2;
      Line *line = &g_array_index (part->lines, Line, middle);

      if (line->rowid == rowid)
        return line;
      if (line->rowid < rowid)
        low = middle + 1;
      else
        high = middle;
    }
  return NULL;
}

static gboolean
update_row (UchSearchIndex *self, guint i, UchDb *db, const char *id, GError **error)
{
  Part            *part = &self->parts[i];
  g_autofree char *sql = write_sql (i, "WHERE id = ?");
  g_autoptr (UchDbStmt) stmt = uch_db_prepare (db, sql, error);
  UchDbStep step;
  gint64    rowid;
  Line     *old;

  if (stmt == NULL)
    return FALSE;
  uch_db_stmt_bind_text (stmt, 1, id);
  step = uch_db_stmt_step (stmt, error);
  /* The line of a row that is gone finds nothing: whoever reads the row sees that. */
  if (step != UCH_DB_STEP_ROW)
    return step == UCH_DB_STEP_DONE;
  rowid = uch_db_stmt_get_int64 (stmt, 0);
  if (!part->complete && rowid > part->rowid)
    return TRUE;
  old = find_line (part, rowid);
  append_line (self, part, stmt);
  /* The array may have moved. */
  old = old != NULL ? find_line (part, rowid) : NULL;
  if (old != NULL)
    {
      Line *last = &g_array_index (part->lines, Line, part->lines->len - 1);

      if (old->len == last->len
          && memcmp (part->bytes->data + old->offset, part->bytes->data + last->offset, old->len)
                 == 0)
        {
          g_byte_array_set_size (part->bytes, last->offset);
          g_array_set_size (part->lines, part->lines->len - 1);
          return TRUE;
        }
      memset (part->bytes->data + old->offset, '\n', old->len);
      old->len = 0;
    }
  g_hash_table_replace (part->moved, g_memdup2 (&rowid, sizeof rowid),
                        GUINT_TO_POINTER (part->lines->len));
  return TRUE;
}

/**
 * uch_search_index_apply:
 * @self: (nullable)
 * @changes: (element-type UchChange): already in the tables
 */
gboolean
uch_search_index_apply (UchSearchIndex *self, UchDb *db, GPtrArray *changes, GError **error)
{
  if (self == NULL)
    return TRUE;
  for (guint i = 0; i < changes->len; i++)
    {
      const UchChange *change = g_ptr_array_index (changes, i);

      for (guint j = 0; j < N_PARTS; j++)
        if (sources[j].table == change->table && change->after != NULL
            && !update_row (self, j, db, change->id, error))
          return FALSE;
    }
  return TRUE;
}

static guint32
rate_word (UchSearchIndex *self, const Word *word)
{
  guint32 rarest = G_MAXUINT32;

  for (gsize i = 1; i < word->len; i++)
    rarest = MIN (rarest, self->pairs[word->bytes[i - 1] << 8 | word->bytes[i]]);
  return rarest;
}

/* Splits what was typed into packed words, the one that narrows most first. */
static guint
split_words (UchSearchIndex *self, GByteArray *packed, Word *words)
{
  guint n = 0;

  for (guint i = 0; i < packed->len && n < WORDS_MAX;)
    {
      guint end = i;

      while (end < packed->len && packed->data[end] != ' ')
        end++;
      if (end > i)
        words[n++] = (Word){ packed->data + i, end - i };
      i = end + 1;
    }
  for (guint i = 1; i < n; i++)
    if (rate_word (self, &words[i]) < rate_word (self, &words[0]))
      {
        Word first = words[0];

        words[0] = words[i];
        words[i] = first;
      }
  return n;
}

static gboolean
line_matches (Part *part, const Line *line, const Word *words, guint n_words)
{
  for (guint i = 1; i < n_words; i++)
    if (memmem (part->bytes->data + line->offset, line->len, words[i].bytes, words[i].len) == NULL)
      return FALSE;
  return TRUE;
}

/* The line at or after @from that a byte at @offset stands in. */
static guint
line_at (Part *part, guint from, guint end, guint32 offset)
{
  guint low = from, high = end;

  while (low + 1 < high)
    {
      guint middle = (low + high) / 2;

      if (g_array_index (part->lines, Line, middle).offset <= offset)
        low = middle;
      else
        high = middle;
    }
  return low;
}

static void
find_in_block (Part *part, guint begin, guint end, const Word *words, guint n_words, GArray *rowids)
{
  const guint8 *at = part->bytes->data + g_array_index (part->lines, Line, begin).offset;
  const guint8 *stop = end < part->lines->len
                           ? part->bytes->data + g_array_index (part->lines, Line, end).offset
                           : part->bytes->data + part->bytes->len;

  while (at < stop && (at = memmem (at, (gsize) (stop - at), words[0].bytes, words[0].len)) != NULL)
    {
      guint       place = line_at (part, begin, end, (guint32) (at - part->bytes->data));
      const Line *line = &g_array_index (part->lines, Line, place);

      if (line->len > 0 && line_matches (part, line, words, n_words))
        g_array_append_val (rowids, line->rowid);
      begin = place;
      at = part->bytes->data + line->offset + MAX (line->len, 1);
      if (at > stop)
        break;
    }
}

/**
 * uch_search_index_find:
 * @table: ticket, client or house
 * @text: what was typed: pieces of words in any order
 * @n_max: stop when so many are found
 * @rowids: (element-type gint64): where found rows are added, the newest lines first
 *
 * A row may be gone meanwhile, and letters other than Latin and Cyrillic find too much: whoever
 * reads the rows should look again.
 */
void
uch_search_index_find (
    UchSearchIndex *self, UchTable table, const char *text, guint n_max, GArray *rowids)
{
  g_autoptr (GByteArray) packed = g_byte_array_new ();
  Word  words[WORDS_MAX];
  guint n_words, wanted = rowids->len + n_max;

  append_text (packed, 0, text);
  n_words = split_words (self, packed, words);
  if (n_words == 0 || rate_word (self, &words[0]) == 0)
    return;
  for (guint i = 0; i < N_PARTS; i++)
    {
      Part *part = &self->parts[i];

      if (sources[i].table != table)
        continue;
      for (guint end = part->lines->len; end > 0 && rowids->len < wanted;)
        {
          guint begin = end > BLOCK_LEN ? end - BLOCK_LEN : 0;
          guint first = rowids->len;

          find_in_block (part, begin, end, words, n_words, rowids);
          for (guint low = first, high = rowids->len; low + 1 < high; low++, high--)
            {
              gint64 swapped = g_array_index (rowids, gint64, low);

              g_array_index (rowids, gint64, low) = g_array_index (rowids, gint64, high - 1);
              g_array_index (rowids, gint64, high - 1) = swapped;
            }
          end = begin;
        }
    }
  if (rowids->len > wanted)
    g_array_set_size (rowids, wanted);
}

/* A spoiled outbox is read past its database: whatever page looks like one of a table's leaves is
 * taken apart by itself, in the file and in its journal, so that a broken header, index or inner
 * page loses nothing. What is found may be older than it seems (a page that was given back keeps
 * its rows): that does no harm, for the store knows an operation by its id and answers once more
 * what it answered then. Format: https://www.sqlite.org/fileformat2.html §1.6, §2.1, §4.1. */

#define G_LOG_DOMAIN "uch-replica"

#include "replica/uch-outbox-rescue.h"

#include <string.h>

#define HEADER_LEN 100
#define PAGE_LEN_DEFAULT 4096
#define LEAF_OF_TABLE 0x0d
#define WAL_HEADER_LEN 32
#define FRAME_HEADER_LEN 24
/* Rows of this file are commands and small texts. */
#define RECORD_LEN_MAX (4 * 1024 * 1024)
#define COLUMNS_MAX 10

/* Where a page's bytes are; the journal's are the later ones. */
typedef struct
{
  const guint8 *data;
  gsize         len;
  guint         page_len;
  GHashTable   *pages; /* number → bytes (unowned) */
  GPtrArray    *all;   /* every page there is, also those that have a later version */
} Pages;

typedef struct
{
  enum
  {
    CELL_NULL,
    CELL_INT,
    CELL_TEXT,
    CELL_OTHER,
  } kind;
  gint64 number;
  char  *text; /* owned */
} Cell;

typedef struct
{
  gint64 rowid;
  guint  n_cells;
  Cell   cells[COLUMNS_MAX];
} Record;

/* One act that was found. */
typedef struct
{
  gint64      n;
  UchActor    actor;
  char       *staff_id, *device;
  UchCommand *command;
} Found;

typedef struct
{
  GHashTable *acts;     /* id (unowned) → Found (owned) */
  GHashTable *refusals; /* id (owned) → the row's cells as GPtrArray of char * (owned) */
  GHashTable *meta;     /* key (owned) → value (owned) */
} Haul;

static void
record_clear (Record *self)
{
  for (guint i = 0; i < self->n_cells; i++)
    g_clear_pointer (&self->cells[i].text, g_free);
  self->n_cells = 0;
}

static void
found_free (gpointer data)
{
  Found *found = data;

  g_free (found->staff_id);
  g_free (found->device);
  uch_command_unref (found->command);
  g_free (found);
}

static guint32
read_be (const guint8 *at, guint len)
{
  guint32 value = 0;

  for (guint i = 0; i < len; i++)
    value = value << 8 | at[i];
  return value;
}

/* A number of 1 to 9 bytes; 0: it goes past @end. */
static guint
read_varint (const guint8 *at, const guint8 *end, gint64 *out_value)
{
  guint64 value = 0;

  for (guint i = 0; i < 9 && at + i < end; i++)
    {
      if (i == 8)
        value = value << 8 | at[i];
      else
        value = value << 7 | (at[i] & 0x7f);
      if (i == 8 || (at[i] & 0x80) == 0)
        {
          *out_value = (gint64) value;
          return i + 1;
        }
    }
  return 0;
}

static void
find_pages (Pages *self, const guint8 *file, gsize file_len, const guint8 *wal, gsize wal_len)
{
  guint len = file_len >= HEADER_LEN ? read_be (file + 16, 2) : 0;
  guint wal_page = wal_len >= WAL_HEADER_LEN ? read_be (wal + 8, 4) : 0;

  /* 1 stands for 65536; a header that is broken is not believed */
  len = len == 1 ? 65536 : len;
  self->page_len = len >= 512 && (len & (len - 1)) == 0 ? len : PAGE_LEN_DEFAULT;
  for (gsize at = 0; at + self->page_len <= file_len; at += self->page_len)
    {
      g_hash_table_insert (self->pages, GUINT_TO_POINTER ((guint) (at / self->page_len) + 1),
                           (gpointer) (file + at));
      g_ptr_array_add (self->all, (gpointer) (file + at));
    }
  if (wal_page != self->page_len)
    return;
  for (gsize at = WAL_HEADER_LEN; at + FRAME_HEADER_LEN + wal_page <= wal_len;
       at += FRAME_HEADER_LEN + wal_page)
    {
      g_hash_table_insert (self->pages, GUINT_TO_POINTER (read_be (wal + at, 4)),
                           (gpointer) (wal + at + FRAME_HEADER_LEN));
      g_ptr_array_add (self->all, (gpointer) (wal + at + FRAME_HEADER_LEN));
    }
}

/* A cell's payload with what of it lies on further pages; NULL: it is broken. */
static GByteArray *
read_payload (const Pages *self, const guint8 *at, const guint8 *end, gint64 len)
{
  g_autoptr (GByteArray) payload = g_byte_array_new ();
  gint64  usable = self->page_len, most = usable - 35, least = (usable - 12) * 32 / 255 - 23;
  gint64  here = least + (len - least) % (usable - 4);
  guint32 next;

  here = len <= most ? len : here <= most ? here : least;
  if (end - at < here + (here < len ? 4 : 0))
    return NULL;
  g_byte_array_append (payload, at, (guint) here);
  next = here < len ? read_be (at + here, 4) : 0;
  while (payload->len < len)
    {
      const guint8 *page = g_hash_table_lookup (self->pages, GUINT_TO_POINTER (next));

      if (page == NULL || next == 0)
        return NULL;
      g_byte_array_append (payload, page + 4, (guint) MIN (len - payload->len, usable - 4));
      next = read_be (page, 4);
    }
  return g_steal_pointer (&payload);
}

static guint
get_len (gint64 type)
{
  static const guint8 lens[] = { 0, 1, 2, 3, 4, 6, 8, 8, 0, 0 };

  return type >= 12 ? (guint) MIN ((type - 12) / 2, RECORD_LEN_MAX)
         : type >= 0 && type < (gint64) G_N_ELEMENTS (lens) ? lens[type]
                                                            : RECORD_LEN_MAX;
}

static gboolean
read_cell (Cell *cell, gint64 type, const guint8 *at, guint len)
{
  *cell = (Cell){ .kind = CELL_OTHER };
  if (type == 0)
    cell->kind = CELL_NULL;
  else if (type == 8 || type == 9)
    *cell = (Cell){ .kind = CELL_INT, .number = type - 8 };
  else if (type <= 6)
    {
      cell->kind = CELL_INT;
      cell->number = (at[0] & 0x80) != 0 ? -1 : 0;
      for (guint i = 0; i < len; i++)
        cell->number = (gint64) ((guint64) cell->number << 8 | at[i]);
    }
  else if (type >= 13 && type % 2 == 1)
    {
      cell->kind = CELL_TEXT;
      cell->text = g_strndup ((const char *) at, len);
      return g_utf8_validate_len (cell->text, len, NULL);
    }
  return TRUE;
}

static gboolean
read_record (const guint8 *data, gsize len, Record *out)
{
  const guint8 *end = data + len;
  gint64        header_len, type;
  guint         n = read_varint (data, end, &header_len);
  const guint8 *at = data + n, *body;

  if (n == 0 || header_len < n || header_len > (gint64) len)
    return FALSE;
  body = data + header_len;
  while (at < data + header_len)
    {
      guint cell_len;

      n = read_varint (at, data + header_len, &type);
      cell_len = get_len (type);
      if (n == 0 || out->n_cells == COLUMNS_MAX || (gsize) (end - body) < cell_len)
        return FALSE;
      if (!read_cell (&out->cells[out->n_cells++], type, body, cell_len))
        return FALSE;
      at += n;
      body += cell_len;
    }
  return body == end;
}

/* Whether the row has these kinds: "n" nothing, "i" a number, "t" a text, "?" a text or nothing. */
static gboolean
fits (const Record *record, const char *kinds)
{
  if (record->n_cells != strlen (kinds))
    return FALSE;
  for (guint i = 0; kinds[i] != '\0'; i++)
    {
      int kind = record->cells[i].kind;

      if (kinds[i] == 'n'   ? kind != CELL_NULL
          : kinds[i] == 'i' ? kind != CELL_INT
          : kinds[i] == 't' ? kind != CELL_TEXT
                            : kind != CELL_TEXT && kind != CELL_NULL)
        return FALSE;
    }
  return TRUE;
}

/* op (n, id, staff_id, role, device, mid, command, state, seq, answered_at); one that was refused
 * stands among the refusals. */
static void
take_act (Haul *haul, const Record *row)
{
  const Cell *cells = row->cells;
  g_autoptr (UchCommand) command = uch_wire_decode_command (cells[6].text, -1, NULL);
  Found *found;

  if (command == NULL || g_strcmp0 (command->id, cells[1].text) != 0 || cells[3].number < 0
      || cells[3].number >= UCH_N_ROLES || cells[7].number == UCH_OP_REFUSED)
    return;
  found = g_new0 (Found, 1);
  found->n = row->rowid;
  found->staff_id = g_strdup (cells[2].text);
  found->device = g_strdup (cells[4].text);
  found->actor = (UchActor){ .staff_id = found->staff_id,
                             .role = (UchRole) cells[3].number,
                             .device = found->device };
  found->command = g_steal_pointer (&command);
  g_hash_table_replace (haul->acts, found->command->id, found);
}

static void
take_row (Haul *haul, const Record *row)
{
  if (fits (row, "ntti?itiii"))
    take_act (haul, row);
  else if (fits (row, "tttit???i"))
    {
      GPtrArray *cells = g_ptr_array_new_with_free_func (g_free);

      for (guint i = 0; i < row->n_cells; i++)
        g_ptr_array_add (cells, row->cells[i].kind == CELL_INT
                                    ? g_strdup_printf ("%" G_GINT64_FORMAT, row->cells[i].number)
                                    : g_strdup (row->cells[i].text));
      g_hash_table_replace (haul->refusals, g_strdup (row->cells[0].text), cells);
    }
  else if (fits (row, "tt") && !g_str_equal (row->cells[0].text, UCH_OUTBOX_NEXT_STORE))
    g_hash_table_replace (haul->meta, g_strdup (row->cells[0].text), g_strdup (row->cells[1].text));
}

static void
take_page (Haul *haul, const Pages *pages, const guint8 *page)
{
  gboolean      is_first = page == pages->data;
  const guint8 *header = is_first ? page + HEADER_LEN : page, *end = page + pages->page_len;
  guint         n_cells = read_be (header + 3, 2);

  if (header[0] != LEAF_OF_TABLE || header + 8 + 2 * n_cells > end)
    return;
  for (guint i = 0; i < n_cells; i++)
    {
      const guint8 *at = page + read_be (header + 8 + 2 * i, 2);
      gint64        len, rowid;
      guint         n_len = at < end ? read_varint (at, end, &len) : 0;
      guint         n_rowid = n_len > 0 ? read_varint (at + n_len, end, &rowid) : 0;
      Record        record = { 0 };
      g_autoptr (GByteArray) payload = n_rowid > 0 && len > 0 && len <= RECORD_LEN_MAX
                                           ? read_payload (pages, at + n_len + n_rowid, end, len)
                                           : NULL;

      record.rowid = n_rowid > 0 ? rowid : 0;
      if (payload != NULL && read_record (payload->data, payload->len, &record))
        take_row (haul, &record);
      record_clear (&record);
    }
}

static int
compare_found (gconstpointer a, gconstpointer b)
{
  const Found *left = *(Found *const *) a, *right = *(Found *const *) b;

  return left->n < right->n ? -1 : left->n > right->n;
}

static gboolean
put_refusal (UchOutbox *to, GPtrArray *cells, GError **error)
{
  g_autoptr (UchDbStmt) stmt
      = uch_db_prepare (uch_outbox_get_db (to),
                        "INSERT OR REPLACE INTO refusal VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)", error);

  if (stmt == NULL)
    return FALSE;
  for (guint i = 0; i < cells->len; i++)
    if (i == 3 || i == 8)
      uch_db_stmt_bind_int64 (stmt, (int) i + 1,
                              g_ascii_strtoll (g_ptr_array_index (cells, i), NULL, 10));
    else
      uch_db_stmt_bind_text (stmt, (int) i + 1, g_ptr_array_index (cells, i));
  return uch_db_stmt_run (stmt, error);
}

/* Everything that was found waits to be sent, in the order it was done, under new counts. */
static gboolean
put_haul (const Haul *haul,
          UchOutbox  *to,
          char *(*make_id) (gpointer user_data),
          gpointer user_data,
          GError **error)
{
  g_autoptr (GPtrArray) acts = g_ptr_array_new ();
  GHashTableIter iter;
  gpointer       key, value;

  g_hash_table_iter_init (&iter, haul->meta);
  while (g_hash_table_iter_next (&iter, &key, &value))
    if (!uch_outbox_set_meta (to, key, value, error))
      return FALSE;
  g_hash_table_iter_init (&iter, haul->acts);
  while (g_hash_table_iter_next (&iter, NULL, &value))
    g_ptr_array_add (acts, value);
  g_ptr_array_sort (acts, compare_found);
  for (guint i = 0; i < acts->len; i++)
    {
      const Found     *found = g_ptr_array_index (acts, i);
      g_autofree char *new_id = make_id (user_data), *client = NULL;
      gint64           last_mid;

      if (!uch_outbox_get_client (to, found->staff_id, new_id, &client, &last_mid, error)
          || !uch_outbox_add (to, &found->actor, found->command, error))
        return FALSE;
    }
  g_hash_table_iter_init (&iter, haul->refusals);
  while (g_hash_table_iter_next (&iter, NULL, &value))
    if (!put_refusal (to, value, error))
      return FALSE;
  return TRUE;
}

/**
 * uch_outbox_rescue:
 * @path: (type filename): the spoiled file; its journal beside it is read too
 * @to: an empty outbox
 * @make_id: names for the outboxes of the people
 * @user_data: for @make_id
 * @out_n_saved: (out): acts that wait in @to now, to be sent again
 * @error: return location
 *
 * Puts into @to every act and every refusal that can still be read, in one transaction. Of a text
 * in which a bit has flipped nobody can tell; what no longer is a command is left out.
 *
 * Returns: whether what was found is durable in @to
 */
gboolean
uch_outbox_rescue (const char *path,
                   UchOutbox  *to,
                   char *(*make_id) (gpointer user_data),
                   gpointer user_data,
                   guint   *out_n_saved,
                   GError **error)
{
  g_autofree char *wal_path = g_strconcat (path, "-wal", NULL);
  g_autofree char *file = NULL, *wal = NULL;
  g_autoptr (GHashTable) table = g_hash_table_new (NULL, NULL);
  g_autoptr (GPtrArray) all = g_ptr_array_new ();
  g_autoptr (GHashTable) acts = g_hash_table_new_full (g_str_hash, g_str_equal, NULL, found_free);
  g_autoptr (GHashTable) refusals
      = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, (GDestroyNotify) g_ptr_array_unref);
  g_autoptr (GHashTable) meta = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, g_free);
  Haul     haul = { .acts = acts, .refusals = refusals, .meta = meta };
  Pages    pages = { .pages = table, .all = all };
  gsize    len = 0, wal_len = 0;
  gboolean done;

  if (!g_file_get_contents (path, &file, &len, error))
    return FALSE;
  g_file_get_contents (wal_path, &wal, &wal_len, NULL); /* mostly there is none */
  pages.data = (const guint8 *) file;
  find_pages (&pages, pages.data, len, (const guint8 *) wal, wal_len);
  for (guint i = 0; i < all->len; i++)
    take_page (&haul, &pages, g_ptr_array_index (all, i));
  *out_n_saved = g_hash_table_size (acts);
  done = uch_db_begin (uch_outbox_get_db (to), error);
  if (done)
    {
      done = put_haul (&haul, to, make_id, user_data, error)
             && uch_db_commit (uch_outbox_get_db (to), error);
      if (!done)
        uch_db_rollback (uch_outbox_get_db (to));
    }
  return done;
}

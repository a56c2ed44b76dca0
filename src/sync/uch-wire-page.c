/* Pages: of the feed, and of a table for a first sync. */
#define G_LOG_DOMAIN "uch-sync"

#include <string.h>

#include "sync/uch-wire-private.h"
#include "sync/uch-wire.h"

static GPtrArray *
read_rows (UchJson *json)
{
  g_autoptr (GPtrArray) rows = g_ptr_array_new_with_free_func ((GDestroyNotify) uch_wire_row_free);

  if (!uch_json_enter (json, UCH_JSON_ARRAY, "rows"))
    return NULL;
  while (uch_json_next_item (json))
    {
      UchWireRow *row = uch_wire_read_row (json);

      if (row != NULL)
        g_ptr_array_add (rows, row);
    }
  return json->error == NULL ? g_steal_pointer (&rows) : NULL;
}

static void
write_rows (GString *json, GPtrArray *rows)
{
  g_string_append (json, "\"rows\":[");
  for (guint i = 0; i < rows->len; i++)
    {
      const UchWireRow *row = g_ptr_array_index (rows, i);

      if (i > 0)
        g_string_append_c (json, ',');
      uch_wire_append_row (json, row->table, row->seq, row->id, row->row);
    }
  g_string_append_c (json, ']');
}

static void
write_int_member (GString *json, const char *name, gint64 value)
{
  g_string_append_printf (json, "\"%s\":%" G_GINT64_FORMAT ",", name, value);
}

/**
 * uch_wire_encode_changes:
 * @from: the cursor that was asked for
 * @to: the cursor after these rows
 * @rows: (element-type UchWireRow): in order of seq; one seq is never split over two pages
 *
 * Returns: (transfer full): a page of the feed
 */
char *
uch_wire_encode_changes (const char *store,
                         gint64      from,
                         gint64      to,
                         gint64      head,
                         gint64      floor,
                         gboolean    more,
                         GPtrArray  *rows)
{
  GString *json = g_string_sized_new (256 + 512 * (gsize) rows->len);

  g_string_append (json, "{\"store\":");
  uch_json_append_text (json, store);
  g_string_append_c (json, ',');
  write_int_member (json, "from", from);
  write_int_member (json, "to", to);
  write_int_member (json, "head", head);
  write_int_member (json, "floor", floor);
  g_string_append (json, more ? "\"more\":true," : "\"more\":false,");
  write_rows (json, rows);
  g_string_append_c (json, '}');
  return g_string_free (json, FALSE);
}

static gboolean
read_changes_member (UchJson *json, const char *name, UchWireChanges *self)
{
  const struct
  {
    const char *name;
    gint64     *value;
  } numbers[] = {
    { "from", &self->from }, { "to", &self->to }, { "head", &self->head }, { "floor", &self->floor }
  };

  for (guint i = 0; i < G_N_ELEMENTS (numbers); i++)
    if (strcmp (name, numbers[i].name) == 0)
      return uch_json_read_int (json, numbers[i].name, numbers[i].value);
  if (strcmp (name, "store") == 0)
    return uch_json_dup_text (json, "store", &self->store);
  if (strcmp (name, "more") == 0)
    return uch_json_read_bool (json, "more", &self->more);
  if (strcmp (name, "rows") == 0 && self->rows == NULL)
    return (self->rows = read_rows (json)) != NULL;
  return uch_json_skip (json);
}

static void
check_changes (UchJson *json, const UchWireChanges *self)
{
  gint64 last = self->from;

  if (json->error != NULL)
    return;
  if (self->store == NULL || self->rows == NULL)
    {
      uch_json_fail (json, self->store == NULL ? "store" : "rows", "“%s” is missing",
                     self->store == NULL ? "store" : "rows");
      return;
    }
  if (self->from < 0 || self->to < self->from || self->head < self->to)
    uch_json_fail (json, "to", "“from”, “to” and “head” are not in order");
  for (guint i = 0; i < self->rows->len; i++)
    {
      const UchWireRow *row = g_ptr_array_index (self->rows, i);

      /* Rows of one operation share its seq. */
      if (row->seq < last || row->seq <= self->from || row->seq > self->to)
        {
          uch_json_fail (json, "rows", "the rows' “seq” is out of order or outside of the page");
          return;
        }
      last = row->seq;
    }
}

/**
 * uch_wire_decode_changes:
 *
 * Errors: %UCH_WIRE_ERROR_MALFORMED, naming the field.
 *
 * Returns: (transfer full) (nullable): a page of the feed
 */
UchWireChanges *
uch_wire_decode_changes (const char *text, gssize len, GError **error)
{
  g_autoptr (UchWireChanges) self = g_new0 (UchWireChanges, 1);
  UchJson     json;
  const char *name;

  uch_json_init (&json, text, len);
  uch_json_enter (&json, UCH_JSON_OBJECT, "changes");
  while ((name = uch_json_next_member (&json)) != NULL)
    read_changes_member (&json, name, self);
  check_changes (&json, self);
  return uch_json_finish (&json, error) ? g_steal_pointer (&self) : NULL;
}

void
uch_wire_changes_free (UchWireChanges *self)
{
  if (self == NULL)
    return;
  g_free (self->store);
  g_clear_pointer (&self->rows, g_ptr_array_unref);
  g_free (self);
}

/**
 * uch_wire_encode_snapshot:
 * @h0: the head when the rows were read: catch up from there
 * @next: (nullable): the key to ask the next page after
 * @rows: (element-type UchWireRow): in order of their ids
 *
 * Returns: (transfer full): a page of a table
 */
char *
uch_wire_encode_snapshot (const char *store, gint64 h0, const char *next, GPtrArray *rows)
{
  GString *json = g_string_sized_new (256 + 512 * (gsize) rows->len);

  for (guint i = 0; i < rows->len; i++)
    {
      const UchWireRow *row = g_ptr_array_index (rows, i);

      if (i > 0)
        g_string_append_c (json, ',');
      uch_wire_append_row (json, row->table, row->seq, row->id, row->row);
    }
  return uch_wire_finish_snapshot (store, h0, next, json);
}

/**
 * uch_wire_finish_snapshot:
 * @h0: the head when the rows were read: catch up from there
 * @next: (nullable): the key to ask the next page after
 * @rows: (transfer full): what uch_wire_append_row() wrote, a comma between, in order of ids
 *
 * Returns: (transfer full): a page of a table
 */
char *
uch_wire_finish_snapshot (const char *store, gint64 h0, const char *next, GString *rows)
{
  g_autoptr (GString) head = g_string_new ("{\"store\":");

  uch_json_append_text (head, store);
  g_string_append_c (head, ',');
  write_int_member (head, "h0", h0);
  g_string_append (head, "\"next\":");
  if (next != NULL)
    uch_json_append_text (head, next);
  else
    g_string_append (head, "null");
  g_string_append (head, ",\"rows\":[");
  g_string_prepend_len (rows, head->str, (gssize) head->len);
  g_string_append (rows, "]}");
  return g_string_free (rows, FALSE);
}

/**
 * uch_wire_decode_snapshot:
 *
 * Returns: (transfer full) (nullable): a page of a table
 */
UchWireSnapshot *
uch_wire_decode_snapshot (const char *text, gssize len, GError **error)
{
  g_autoptr (UchWireSnapshot) self = g_new0 (UchWireSnapshot, 1);
  UchJson     json;
  const char *name;

  uch_json_init (&json, text, len);
  self->h0 = -1;
  uch_json_enter (&json, UCH_JSON_OBJECT, "snapshot");
  while ((name = uch_json_next_member (&json)) != NULL)
    if (strcmp (name, "store") == 0)
      uch_json_dup_text (&json, "store", &self->store);
    else if (strcmp (name, "h0") == 0)
      uch_json_read_int (&json, "h0", &self->h0);
    else if (strcmp (name, "next") == 0 && uch_json_peek (&json) != UCH_JSON_NULL)
      uch_json_dup_text (&json, "next", &self->next);
    else if (strcmp (name, "rows") == 0 && self->rows == NULL)
      self->rows = read_rows (&json);
    else
      uch_json_skip (&json);
  if (json.error == NULL && (self->store == NULL || self->rows == NULL || self->h0 < 0))
    uch_json_fail (&json, "rows", "“store”, “h0” or “rows” is missing");
  return uch_json_finish (&json, error) ? g_steal_pointer (&self) : NULL;
}

void
uch_wire_snapshot_free (UchWireSnapshot *self)
{
  if (self == NULL)
    return;
  g_free (self->store);
  g_free (self->next);
  g_clear_pointer (&self->rows, g_ptr_array_unref);
  g_free (self);
}

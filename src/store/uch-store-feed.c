/* What changed, in order; whole tables for a first sync; the digest that proves two copies equal.
 */

#define G_LOG_DOMAIN "uch-store"

#include <string.h>

#include "store/uch-store-private.h"

/* Rows read at once where a whole table is gone through. */
#define SWEEP_LEN 2000

static int
compare_rows (gconstpointer a, gconstpointer b)
{
  const UchStoreRow *left = *(const UchStoreRow *const *) a;
  const UchStoreRow *right = *(const UchStoreRow *const *) b;

  if (left->seq != right->seq)
    return left->seq < right->seq ? -1 : 1;
  if (left->table != right->table)
    return (int) left->table - (int) right->table;
  return strcmp (left->id, right->id);
}

/* How far the page reaches, and which tables (a bit each) have something in it. A page ends between
 * two operations, never within one: if the first alone has more rows than fit, it is longer. */
static gboolean
measure_page (UchStore *self, UchStorePage *page, guint limit, guint *out_tables, GError **error)
{
  for (;;)
    {
      g_autoptr (GArray) marks = BACKEND (self, list_marks, page->from, limit + 1, error);
      guint n;

      if (marks == NULL)
        return FALSE;
      n = marks->len;
      page->more = n > limit;
      page->to = page->head;
      if (page->more)
        {
          gint64 beyond = g_array_index (marks, UchStoreMark, limit).seq;

          if (g_array_index (marks, UchStoreMark, 0).seq == beyond)
            {
              limit *= 2;
              continue;
            }
          page->to = beyond - 1;
        }
      *out_tables = 0;
      for (guint i = 0; i < n; i++)
        if (g_array_index (marks, UchStoreMark, i).seq <= page->to)
          *out_tables |= 1u << g_array_index (marks, UchStoreMark, i).table;
      return TRUE;
    }
}

static gboolean
add_table (
    UchStore *self, const UchSession *session, UchTable table, UchStorePage *page, GError **error)
{
  g_autoptr (GPtrArray) changed = NULL;

  if (!uch_store_may_see_table (session, table))
    return TRUE;
  changed = BACKEND (self, list_changed, uch_schema_get (table), page->from, page->to, error);
  if (changed == NULL)
    return FALSE;
  for (guint i = 0; i < changed->len; i++)
    {
      UchEntity   *entity = g_ptr_array_index (changed, i);
      UchStoreRow *row = g_new0 (UchStoreRow, 1);

      row->table = table;
      row->seq = entity->seq;
      row->id = g_strdup (entity->id);
      row->row = uch_store_dup_seen (session, entity);
      g_ptr_array_add (page->rows, row);
    }
  return TRUE;
}

static gboolean
add_deletions (UchStore *self, const UchSession *session, UchStorePage *page, GError **error)
{
  g_autoptr (GPtrArray) deletions = BACKEND (self, list_deletions, page->from, page->to, error);

  if (deletions == NULL)
    return FALSE;
  for (guint i = 0; i < deletions->len; i++)
    {
      UchStoreRow *row = g_ptr_array_index (deletions, i);

      if (uch_store_may_see_table (session, row->table))
        g_ptr_array_add (page->rows, g_steal_pointer (&deletions->pdata[i]));
    }
  return TRUE;
}

static gboolean
check_cursor (UchStore *self, UchStorePage *page, GError **error)
{
  if (!uch_store_get_head (self, &page->head, &page->floor, error))
    return FALSE;
  if (page->from < 0 || page->from > page->head)
    {
      g_set_error (error, UCH_STORE_ERROR, UCH_STORE_ERROR_EPOCH,
                   "The store has only come to %" G_GINT64_FORMAT, page->head);
      return FALSE;
    }
  /* From 0 there is nothing to miss: what is gone was never seen. */
  if (page->from > 0 && page->from < page->floor)
    {
      g_set_error (error, UCH_STORE_ERROR, UCH_STORE_ERROR_RESYNC,
                   "The store remembers deletions from %" G_GINT64_FORMAT " on", page->floor);
      return FALSE;
    }
  return TRUE;
}

static gboolean
fill_page (
    UchStore *self, const UchSession *session, UchStorePage *page, guint limit, GError **error)
{
  guint tables = 0;

  if (!check_cursor (self, page, error) || !measure_page (self, page, limit, &tables, error))
    return FALSE;
  for (guint i = 0; i < UCH_N_TABLES; i++)
    if ((tables & 1u << i) != 0 && !add_table (self, session, i, page, error))
      return FALSE;
  if ((tables & 1u << UCH_N_TABLES) != 0 && !add_deletions (self, session, page, error))
    return FALSE;
  g_ptr_array_sort (page->rows, compare_rows);
  return TRUE;
}

/**
 * uch_store_list_changes:
 * @self: a store
 * @session: who asks; must be fresh, see uch_store_authenticate()
 * @after: the cursor: everything up to this seq is known
 * @limit: about how many rows; at least 1
 * @error: return location
 *
 * The latest version of every row that changed after @after, as @session may see it, ordered by
 * seq. All rows of one operation are on one page. The next cursor is the page's `to`. A row that
 * was removed and made again may come with its old tombstone before it.
 *
 * Errors: %UCH_STORE_ERROR_EPOCH when @after is beyond the head, %UCH_STORE_ERROR_RESYNC when it
 * is below the floor.
 *
 * Returns: (transfer full) (nullable): the page
 */
UchStorePage *
uch_store_list_changes (
    UchStore *self, const UchSession *session, gint64 after, guint limit, GError **error)
{
  g_autoptr (UchStorePage) page = g_new0 (UchStorePage, 1);
  gboolean done;

  g_return_val_if_fail (limit > 0, NULL);
  page->from = after;
  page->rows = g_ptr_array_new_with_free_func ((GDestroyNotify) uch_store_row_free);
  if (!BACKEND (self, begin, FALSE, error))
    return NULL;
  done = fill_page (self, session, page, limit, error);
  BACKEND (self, rollback);
  return done ? g_steal_pointer (&page) : NULL;
}

/* Leaves in @rows what @session may see of them. */
static GPtrArray *
filter_rows (const UchSession *session, GPtrArray *rows)
{
  GPtrArray *seen = g_ptr_array_new_full (rows->len, g_object_unref);

  for (guint i = 0; i < rows->len; i++)
    {
      UchEntity *row = uch_store_dup_seen (session, g_ptr_array_index (rows, i));

      if (row != NULL)
        g_ptr_array_add (seen, row);
    }
  return seen;
}

/**
 * uch_store_list_rows:
 * @self: a store
 * @session: who asks; must be fresh
 * @table: which
 * @after_id: (nullable): the last id of the page before
 * @limit: how many; fewer come back only at the end
 * @out_head: (out): the head as this page saw it. Keep that of the first page and go on from it
 *   with uch_store_list_changes(): pages of one table are not of one moment.
 * @error: return location
 *
 * Returns: (transfer full) (nullable) (element-type UchEntity): rows by id; none of a table that
 *   this role has no business with
 */
GPtrArray *
uch_store_list_rows (UchStore         *self,
                     const UchSession *session,
                     UchTable          table,
                     const char       *after_id,
                     guint             limit,
                     gint64           *out_head,
                     GError          **error)
{
  g_autoptr (GPtrArray) rows = NULL;

  if (!BACKEND (self, begin, FALSE, error))
    return NULL;
  if (BACKEND (self, get_number, UCH_STORE_HEAD, out_head, error))
    rows = uch_store_may_see_table (session, table)
               ? BACKEND (self, page_rows, uch_schema_get (table), after_id, limit, error)
               : g_ptr_array_new ();
  BACKEND (self, rollback);
  return rows != NULL ? filter_rows (session, rows) : NULL;
}

typedef struct
{
  const UchSession *session;
  UchEntityViewFunc func;
  gpointer          user_data;
} Show;

static void
show_cb (UchEntity *view, gpointer user_data)
{
  Show *show = user_data;

  uch_store_show (show->session, view, show->func, show->user_data);
}

/**
 * uch_store_look_at_rows:
 * @self: a store
 * @session: who asks; must be fresh
 * @table: which
 * @after_id: (nullable): the last id of the page before
 * @limit: how many; fewer come only at the end
 * @func: is shown every row, by id; the view is the store's again when it returns
 * @user_data: for @func
 * @out_head: (out): as uch_store_list_rows() gives it
 * @error: return location
 *
 * The same page as that of uch_store_list_rows(), for who only passes it on: a first sync.
 *
 * Returns: whether it could be read; what was shown before an error is of no use
 */
gboolean
uch_store_look_at_rows (UchStore         *self,
                        const UchSession *session,
                        UchTable          table,
                        const char       *after_id,
                        guint             limit,
                        UchEntityViewFunc func,
                        gpointer          user_data,
                        gint64           *out_head,
                        GError          **error)
{
  Show     show = { session, func, user_data };
  gboolean done;

  if (!BACKEND (self, begin, FALSE, error))
    return FALSE;
  done = BACKEND (self, get_number, UCH_STORE_HEAD, out_head, error)
         && (!uch_store_may_see_table (session, table)
             || BACKEND (self, look_at_page, uch_schema_get (table), after_id, limit, show_cb,
                         &show, error));
  BACKEND (self, rollback);
  return done;
}

static gboolean
digest_table (
    UchStore *self, const UchSession *session, UchTable table, guint64 *digest, GError **error)
{
  g_autofree char *after = NULL;

  for (;;)
    {
      g_autoptr (GPtrArray) rows
          = BACKEND (self, page_rows, uch_schema_get (table), after, SWEEP_LEN, error);

      if (rows == NULL)
        return FALSE;
      for (guint i = 0; i < rows->len; i++)
        {
          g_autoptr (UchEntity) row = uch_store_dup_seen (session, g_ptr_array_index (rows, i));

          *digest += uch_entity_digest (row);
        }
      if (rows->len < SWEEP_LEN)
        return TRUE;
      g_free (after);
      after = g_strdup (UCH_ENTITY (g_ptr_array_index (rows, rows->len - 1))->id);
    }
}

/**
 * uch_store_get_digest:
 * @self: a store
 * @session: whose copy is to be compared
 * @out_digest: (out): the sum of uch_entity_digest() over the rows that @session may see
 * @out_head: (out): the cursor at which it is true
 * @error: return location
 *
 * Invariant I7: an idle copy at the same cursor has the same digest. Reads every row.
 *
 * Returns: whether it could be read
 */
gboolean
uch_store_get_digest (UchStore         *self,
                      const UchSession *session,
                      guint64          *out_digest,
                      gint64           *out_head,
                      GError          **error)
{
  gboolean done;

  *out_digest = 0;
  if (!BACKEND (self, begin, FALSE, error))
    return FALSE;
  done = BACKEND (self, get_number, UCH_STORE_HEAD, out_head, error);
  for (guint i = 0; done && i < UCH_N_TABLES; i++)
    if (uch_store_may_see_table (session, i))
      done = digest_table (self, session, i, out_digest, error);
  BACKEND (self, rollback);
  return done;
}

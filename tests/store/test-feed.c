#include "suite.h"

#include <string.h>

static UchStorePage *
page_of (Suite *suite, const UchSession *session, gint64 after, guint limit)
{
  g_autoptr (GError) error = NULL;
  UchStorePage *page = uch_store_list_changes (suite->store, session, after, limit, &error);

  g_assert_no_error (error);
  return page;
}

/* Reads to the head page by page into a copy, and checks each page. */
static gint64
follow (
    Suite *suite, const UchSession *session, gint64 cursor, guint limit, UchMemorySnapshot *copy)
{
  gboolean more = TRUE;

  while (more)
    {
      g_autoptr (UchStorePage) page = page_of (suite, session, cursor, limit);
      gint64 seq = cursor;

      g_assert_cmpint (page->from, ==, cursor);
      g_assert_cmpint (page->to, >=, cursor);
      for (guint i = 0; i < page->rows->len; i++)
        {
          UchStoreRow *row = g_ptr_array_index (page->rows, i);

          g_assert_cmpint (row->seq, >=, seq);
          g_assert_cmpint (row->seq, >, cursor);
          g_assert_cmpint (row->seq, <=, page->to);
          seq = row->seq;
          if (row->row != NULL)
            uch_memory_snapshot_put (copy, row->row);
          else
            uch_memory_snapshot_remove (copy, row->table, row->id);
        }
      more = page->more;
      if (!more)
        g_assert_cmpint (page->to, ==, page->head);
      else
        g_assert_cmpint (page->to, >, cursor);
      cursor = page->to;
    }
  return cursor;
}

static guint64
digest_of (UchMemorySnapshot *copy)
{
  guint64 digest = 0;

  for (guint table = 0; table < UCH_N_TABLES; table++)
    {
      g_autoptr (GPtrArray) rows = uch_memory_snapshot_list (copy, table);

      for (guint i = 0; i < rows->len; i++)
        digest += uch_entity_digest (g_ptr_array_index (rows, i));
    }
  return digest;
}

static void
assert_same_as_store (Suite             *suite,
                      const UchSession  *session,
                      UchMemorySnapshot *copy,
                      gint64             cursor)
{
  g_autoptr (GError) error = NULL;
  guint64 digest;
  gint64  head;

  uch_store_get_digest (suite->store, session, &digest, &head, &error);
  g_assert_no_error (error);
  g_assert_cmpint (head, ==, cursor);
  g_assert_cmpuint (digest, ==, digest_of (copy));
}

/* A day's work: tickets, assignments, refusals, undone acts, removed shifts. */
static void
work (Suite *suite, Sender *sender, guint first, guint n)
{
  for (guint i = first; i < first + n; i++)
    {
      g_autofree char *ticket = g_strdup_printf ("t%u", i);
      g_autofree char *visit = g_strdup_printf ("v%u", i);
      g_autofree char *shift = g_strdup_printf ("s%u", i % 5);
      g_autoptr (UchCommand) create = suite_make_ticket (suite, ticket);
      g_autoptr (UchCommand) assign = suite_make_assign (suite, ticket, visit, "ivan", NULL);
      g_autoptr (UchCommand) remove
          = suite_command (suite, UCH_COMMAND_DELETE, "table", "shift", "id", shift, NULL);
      g_autoptr (UchCommand) put = NULL;
      g_autoptr (UchStoreAck) maybe = NULL;
      GVariantDict fields;

      g_variant_dict_init (&fields, NULL);
      g_variant_dict_insert (&fields, "staff_id", "s", "ivan");
      g_variant_dict_insert (&fields, "starts_at", "x", suite->now);
      g_variant_dict_insert (&fields, "ends_at", "x", suite->now + UCH_HOUR_MS + i);
      put = suite_make_put (suite, "shift", shift, g_variant_dict_end (&fields), NULL);
      sender_do (sender, create);
      sender_do (sender, assign);
      sender_do (sender, put);
      if (i % 3 == 0)
        sender_do (sender, remove);
      else if (i % 3 == 1)
        maybe = sender_push (sender, create);
    }
}

/* I5, I7: whoever follows page by page, however small, has what the store has. */
static void
test_i5_no_seq_is_skipped (Suite *suite, gconstpointer data)
{
  g_autoptr (Sender) dasha = suite_sender (suite, "dasha");
  static const guint limits[] = { 1, 2, 3, 7, 64, 10000 };

  for (guint i = 0; i < G_N_ELEMENTS (limits); i++)
    {
      g_autoptr (UchMemorySnapshot) copy = uch_memory_snapshot_new ();
      gint64 cursor;

      work (suite, dasha, i * 20, 10);
      cursor = follow (suite, dasha->session, 0, limits[i], copy);
      assert_same_as_store (suite, dasha->session, copy, cursor);
      work (suite, dasha, i * 20 + 10, 10);
      cursor = follow (suite, dasha->session, cursor, limits[i], copy);
      assert_same_as_store (suite, dasha->session, copy, cursor);
    }
}

/* All rows of one operation come on one page, also when they are more than fit. */
static void
test_page_never_splits_a_seq (Suite *suite, gconstpointer data)
{
  g_autoptr (Sender) dasha = suite_sender (suite, "dasha");
  g_autoptr (GHashTable) seen = g_hash_table_new_full (g_int64_hash, g_int64_equal, g_free, NULL);
  gint64   cursor = 0;
  gboolean more = TRUE;

  work (suite, dasha, 0, 10);
  while (more)
    {
      g_autoptr (UchStorePage) page = page_of (suite, dasha->session, cursor, 2);

      for (guint i = 0; i < page->rows->len; i++)
        {
          const UchStoreRow *row = g_ptr_array_index (page->rows, i);

          g_assert_false (g_hash_table_contains (seen, &row->seq));
        }
      for (guint i = 0; i < page->rows->len; i++)
        g_hash_table_add (seen,
                          g_memdup2 (&((UchStoreRow *) g_ptr_array_index (page->rows, i))->seq, 8));
      cursor = page->to;
      more = page->more;
    }
}

/* A first sync whose pages are of different moments, caught up from the first page's head. */
static void
test_fuzzy_snapshot_catches_up (Suite *suite, gconstpointer data)
{
  g_autoptr (Sender) dasha = suite_sender (suite, "dasha");
  g_autoptr (UchMemorySnapshot) copy = uch_memory_snapshot_new ();
  gint64 h0 = -1, cursor;
  guint  n_done = 20;

  work (suite, dasha, 0, 20);
  for (guint table = 0; table < UCH_N_TABLES; table++)
    {
      g_autofree char *after = NULL;

      for (;;)
        {
          g_autoptr (GError) error = NULL;
          gint64 head;
          g_autoptr (GPtrArray) rows
              = uch_store_list_rows (suite->store, dasha->session, table, after, 7, &head, &error);

          g_assert_no_error (error);
          if (h0 < 0)
            h0 = head;
          for (guint i = 0; i < rows->len; i++)
            uch_memory_snapshot_put (copy, g_ptr_array_index (rows, i));
          work (suite, dasha, n_done++, 1);
          if (rows->len < 7)
            break;
          g_free (after);
          after = g_strdup (UCH_ENTITY (g_ptr_array_index (rows, rows->len - 1))->id);
        }
    }
  cursor = follow (suite, dasha->session, h0, 50, copy);
  assert_same_as_store (suite, dasha->session, copy, cursor);
}

static void
keep_cb (UchEntity *view, gpointer user_data)
{
  g_ptr_array_add (user_data, uch_entity_copy (view));
}

/* What is shown row by row is what a list of the same page has, masks and all. */
static void
test_looks_like_the_list (Suite *suite, gconstpointer data)
{
  static const UchRole roles[] = { UCH_ROLE_STORE, UCH_ROLE_DISPATCHER, UCH_ROLE_ENGINEER };
  g_autoptr (Sender) dasha = suite_sender (suite, "dasha");
  g_autoptr (UchCommand) put
      = suite_make_put (suite, "house", "h1", suite_fields ("access", "новый ключ", NULL), NULL);
  guint n_seen = 0;

  work (suite, dasha, 0, 20);
  sender_do (dasha, put);
  for (guint i = 0; i < G_N_ELEMENTS (roles) * UCH_N_TABLES; i++)
    {
      g_autoptr (UchSession) who = uch_session_new_local (roles[i / UCH_N_TABLES], NULL, NULL);
      g_autoptr (GPtrArray) seen = g_ptr_array_new_with_free_func (g_object_unref);
      g_autoptr (GPtrArray) rows = NULL;
      g_autoptr (GError) error = NULL;
      UchTable table = i % UCH_N_TABLES;
      gint64   head, same;

      rows = uch_store_list_rows (suite->store, who, table, NULL, 15, &head, &error);
      g_assert_no_error (error);
      g_assert_true (uch_store_look_at_rows (suite->store, who, table, NULL, 15, keep_cb, seen,
                                             &same, &error));
      g_assert_no_error (error);
      g_assert_cmpint (head, ==, same);
      g_assert_cmpuint (rows->len, ==, seen->len);
      for (guint k = 0; k < rows->len; k++)
        {
          const UchEntity *listed = g_ptr_array_index (rows, k);
          const UchEntity *shown = g_ptr_array_index (seen, k);

          g_assert_true (uch_entity_equal (listed, shown));
          g_assert_cmpstr (listed->rev, ==, shown->rev);
          g_assert_cmpint (listed->seq, ==, shown->seq);
        }
      n_seen += seen->len;
    }
  g_assert_cmpuint (n_seen, >, 0);
}

static void
test_cursor_of_another_epoch (Suite *suite, gconstpointer data)
{
  g_autoptr (GError) error = NULL;
  g_autofree char *uuid = g_strdup (uch_store_get_uuid (suite->store));

  g_assert_null (
      uch_store_list_changes (suite->store, suite->local, suite_head (suite) + 1, 10, &error));
  g_assert_error (error, UCH_STORE_ERROR, UCH_STORE_ERROR_EPOCH);
  g_clear_error (&error);
  suite_restart (suite);
  g_assert_cmpstr (uch_store_get_uuid (suite->store), ==, uuid);
  g_assert_true (uch_store_renew (suite->store, suite->now, &error));
  g_assert_cmpstr (uch_store_get_uuid (suite->store), !=, uuid);
}

/* Deletions are forgotten after 90 days; who was away longer must begin anew. */
static void
test_floor_rises_with_forgotten_deletions (Suite *suite, gconstpointer data)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (Sender) dasha = suite_sender (suite, "dasha");
  g_autoptr (UchMemorySnapshot) fresh = uch_memory_snapshot_new ();
  gint64 before = suite_head (suite), cursor;

  work (suite, dasha, 0, 4);
  suite->now += 89 * UCH_DAY_MS;
  g_assert_true (uch_store_compact (suite->store, suite->now, &error));
  uch_store_page_free (page_of (suite, suite->local, before, 100));

  /* The tick does it by itself, once a day. */
  suite->now += 2 * UCH_DAY_MS;
  g_assert_true (uch_store_tick (suite->store, suite->now, NULL, &error));
  g_assert_no_error (error);
  g_assert_null (uch_store_list_changes (suite->store, suite->local, before, 100, &error));
  g_assert_error (error, UCH_STORE_ERROR, UCH_STORE_ERROR_RESYNC);
  cursor = follow (suite, suite->local, 0, 100, fresh);
  assert_same_as_store (suite, suite->local, fresh, cursor);
}

/* I14: a tombstone says which row, and nothing else. */
static void
test_i14_tombstones_are_bare (Suite *suite, gconstpointer data)
{
  g_autoptr (Sender) dasha = suite_sender (suite, "dasha");
  g_autoptr (UchStorePage) page = NULL;
  guint n_found = 0;

  work (suite, dasha, 0, 1);
  page = page_of (suite, dasha->session, 0, 1000);
  for (guint i = 0; i < page->rows->len; i++)
    {
      const UchStoreRow *row = g_ptr_array_index (page->rows, i);

      if (row->table == UCH_TABLE_SHIFT)
        {
          g_assert_null (row->row);
          g_assert_cmpstr (row->id, ==, "s0");
          n_found++;
        }
    }
  g_assert_cmpuint (n_found, ==, 1);
}

/* Who sees which tables at all: read both ways they can be read. */
static void
test_roles_see_their_tables (Suite *suite, gconstpointer data)
{
  static const struct
  {
    const char *login;
    gboolean    sees_work;
  } cases[] = {
    { "dasha", TRUE }, { "boss", TRUE }, { "katya", TRUE }, { "ivan", FALSE }, { "adam", FALSE }
  };
  g_autoptr (Sender) worker = suite_sender (suite, "dasha");

  work (suite, worker, 0, 3);
  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autoptr (Sender) who = suite_sender (suite, cases[i].login);
      g_autoptr (UchStorePage) page = page_of (suite, who->session, 0, 1000);
      g_autoptr (GPtrArray) tickets = NULL;
      g_autoptr (UchMemorySnapshot) copy = uch_memory_snapshot_new ();
      gboolean sees_work = FALSE, sees_house = FALSE;
      gint64   head;

      for (guint r = 0; r < page->rows->len; r++)
        {
          const UchStoreRow *row = g_ptr_array_index (page->rows, r);

          sees_work = sees_work || row->table >= UCH_TABLE_CLIENT;
          sees_house = sees_house || row->table == UCH_TABLE_HOUSE;
        }
      tickets = uch_store_list_rows (suite->store, who->session, UCH_TABLE_TICKET, NULL, 10, &head,
                                     NULL);
      g_assert_cmpint (sees_work, ==, cases[i].sees_work);
      g_assert_cmpint (tickets->len > 0, ==, cases[i].sees_work);
      g_assert_true (sees_house);
      assert_same_as_store (suite, who->session, copy, follow (suite, who->session, 0, 5, copy));
    }
}

/* Sensitive texts are masked in rows, in the journal and in refusals. */
static void
test_sensitive_texts_are_masked (Suite *suite, gconstpointer data)
{
  static const char secret[] = "ключ у консьержа";
  g_autoptr (Sender) dasha = suite_sender (suite, "dasha");
  g_autoptr (UchCommand) edit
      = suite_make_put (suite, "house", "h1", suite_fields ("access", "новый ключ", NULL), NULL);
  g_autoptr (UchCommand) late
      = suite_make_put (suite, "house", "h1", suite_fields ("technology", "PON", NULL),
                        suite_fields ("technology", "Ethernet", NULL));
  g_autoptr (UchCommand) undo = NULL;
  g_autoptr (UchStoreAck) ack = NULL;
  g_autoptr (UchStorePage) page = NULL;
  g_autoptr (UchHouse) house = NULL;
  guint n_masked = 0;

  sender_do (dasha, edit);
  page = page_of (suite, dasha->session, 0, 1000);
  for (guint i = 0; i < page->rows->len; i++)
    {
      const UchStoreRow *row = g_ptr_array_index (page->rows, i);

      for (guint f = 0; f < row->row->schema->n_fields; f++)
        {
          const UchField *field = &row->row->schema->fields[f];
          const char     *text
              = field->kind == UCH_FIELD_TEXT ? uch_field_get_text (field, row->row) : NULL;

          if (text == NULL)
            continue;
          g_assert_null (strstr (text, secret));
          if (strstr (text, UCH_FIELD_MASK) != NULL)
            n_masked++;
        }
    }
  g_assert_cmpuint (n_masked, ==, 2); /* the house, and what it was in the journal */

  ack = sender_push (dasha, late);
  g_assert_cmpint (ack->kind, ==, UCH_VERDICT_CONFLICT);
  g_assert_cmpstr (((UchHouse *) ack->current)->access, ==, UCH_FIELD_MASK);

  /* The store itself remembers: an undo brings the text back. */
  undo = suite_command (suite, UCH_COMMAND_UNDO, "event", edit->id, NULL);
  sender_do (dasha, undo);
  house = suite_get (suite, UCH_TABLE_HOUSE, "h1");
  g_assert_cmpstr (house->access, ==, secret);
}

static void
test_each_look_is_logged (Suite *suite, gconstpointer data)
{
  static const struct
  {
    const char *login;
    const char *id;
    const char *field;
    int         code; /* of the error, -1: none */
  } cases[] = {
    { "dasha", "h1", "access", -1 },
    { "ivan", "h1", "access", -1 },
    { "katya", "h1", "access", UCH_STORE_ERROR_NOT_ALLOWED },
    { "adam", "h1", "access", UCH_STORE_ERROR_NOT_ALLOWED },
    { "dasha", "h1", "street", UCH_STORE_ERROR_INVALID },
    { "dasha", "h9", "access", UCH_STORE_ERROR_UNKNOWN },
  };

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autoptr (GError) error = NULL;
      g_autoptr (Sender) who = suite_sender (suite, cases[i].login);
      g_autofree char *text = uch_store_reveal (suite->store, who->session, UCH_TABLE_HOUSE,
                                                cases[i].id, cases[i].field, suite->now, &error);
      g_autoptr (GPtrArray) looks = NULL;

      if (cases[i].code < 0)
        g_assert_cmpstr (text, ==, "ключ у консьержа");
      else
        g_assert_error (error, UCH_STORE_ERROR, cases[i].code);
      g_clear_error (&error);
      looks = uch_store_list_looks (suite->store, suite->local, "h1", suite->now, &error);
      g_assert_no_error (error);
      g_assert_cmpuint (looks->len, ==, MIN (i + 1, 2));
    }
}

int
main (int argc, char *argv[])
{
  g_test_init (&argc, &argv, NULL);
  suite_add ("/store/feed/i5-no-seq-is-skipped", test_i5_no_seq_is_skipped);
  suite_add ("/store/feed/page-never-splits-a-seq", test_page_never_splits_a_seq);
  suite_add ("/store/feed/looks-like-the-list", test_looks_like_the_list);
  suite_add ("/store/feed/fuzzy-snapshot-catches-up", test_fuzzy_snapshot_catches_up);
  suite_add ("/store/feed/cursor-of-another-epoch", test_cursor_of_another_epoch);
  suite_add ("/store/feed/floor-rises-with-forgotten-deletions",
             test_floor_rises_with_forgotten_deletions);
  suite_add ("/store/feed/i14-tombstones-are-bare", test_i14_tombstones_are_bare);
  suite_add ("/store/feed/roles-see-their-tables", test_roles_see_their_tables);
  suite_add ("/store/feed/sensitive-texts-are-masked", test_sensitive_texts_are_masked);
  suite_add ("/store/feed/each-look-is-logged", test_each_look_is_logged);
  return g_test_run ();
}

/* Hearing what others do: two facades at one database stand for two processes. */

#include "store/uch-store-async.h"
#include "suite.h"
#include "support/uch-test-postgres.h"

typedef struct
{
  UchStoreAsync *store;
  gint64         head; /* the last that was told */
  guint          n_moved, n_lost;
  GPtrArray     *words; /* "topic payload" */
} Ear;

static void
moved_cb (UchStoreAsync *store, gint64 head, gpointer user_data)
{
  Ear *ear = user_data;

  g_assert_cmpint (head, >, ear->head);
  ear->head = head;
  ear->n_moved++;
}

static void
heard_cb (UchStoreAsync *store, const char *topic, const char *payload, gpointer user_data)
{
  Ear *ear = user_data;

  g_ptr_array_add (ear->words, g_strconcat (topic, " ", payload, NULL));
}

static void
lost_cb (UchStoreAsync *store, gpointer user_data)
{
  ((Ear *) user_data)->n_lost++;
}

static const UchStoreWatcher watcher = { moved_cb, heard_cb, lost_cb };

static void
open_ear (Ear *ear, Suite *suite, guint64 *random)
{
  g_autoptr (GError) error = NULL;

  ear->words = g_ptr_array_new_with_free_func (g_free);
  ear->store = uch_store_async_open (suite->url, 0, suite_random, random, suite->now, &error);
  g_assert_no_error (error);
  uch_store_async_watch (ear->store, &watcher, ear);
}

static void
close_ear (Ear *ear)
{
  g_clear_object (&ear->store);
  g_ptr_array_unref (ear->words);
}

static void
wait_for_head (Ear *ear, gint64 head)
{
  while (ear->head < head)
    g_main_context_iteration (NULL, TRUE);
}

static void
pushed_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (GError) error = NULL;
  gint64 last_mid;
  g_autoptr (GPtrArray) acks = uch_store_async_push_finish (UCH_STORE_ASYNC (source), result,
                                                            &last_mid, user_data, &error);

  g_assert_no_error (error);
}

static gint64
push_ticket (Suite *suite, Ear *ear, Sender *sender, const char *id)
{
  g_autoptr (GPtrArray) ops = g_ptr_array_new_with_free_func ((GDestroyNotify) uch_store_op_free);
  g_autoptr (UchCommand) create = suite_make_ticket (suite, id);
  gint64 head = 0;

  g_ptr_array_add (ops, uch_store_op_new (++sender->mid, create));
  uch_store_async_push (ear->store, sender->session, sender->client, ops, suite->now, NULL,
                        pushed_cb, &head);
  while (head == 0)
    g_main_context_iteration (NULL, TRUE);
  return head;
}

static void
test_everybody_hears_of_a_commit (Suite *suite, gconstpointer data)
{
  g_autoptr (Sender) dasha = suite_sender (suite, "dasha");
  g_autoptr (Sender) dora = suite_sender (suite, "dora");
  Ear     here = { 0 }, there = { 0 };
  guint64 random = 7;
  gint64  head = suite_head (suite);

  open_ear (&here, suite, &suite->random);
  open_ear (&there, suite, &random);
  wait_for_head (&here, head); /* where the store stands is the first news */
  wait_for_head (&there, head);
  for (guint i = 0; i < 3; i++)
    {
      g_autofree char *id = g_strdup_printf ("t%u", i);

      head = push_ticket (suite, i % 2 ? &here : &there, i % 2 ? dasha : dora, id);
      wait_for_head (&here, head);
      wait_for_head (&there, head);
      g_assert_cmpint (here.head, ==, head);
    }
  close_ear (&there);
  close_ear (&here);
}

static void
test_words_are_heard_in_order (Suite *suite, gconstpointer data)
{
  Ear   ear = { 0 };
  char *long_text = g_strnfill (UCH_STORE_TOLD_LEN_MAX, 'x');

  open_ear (&ear, suite, &suite->random);
  g_assert_true (uch_store_async_tell (ear.store, "session", "s1"));
  g_assert_true (uch_store_async_tell (ear.store, "positions", "ivan 1"));
  g_assert_true (uch_store_async_tell (ear.store, "positions", ""));
  g_assert_false (uch_store_async_tell (ear.store, "positions", long_text));
  g_assert_cmpuint (ear.words->len, ==, 0); /* not from within */
  while (ear.words->len < 3)
    g_main_context_iteration (NULL, TRUE);
  g_assert_cmpstr (ear.words->pdata[0], ==, "session s1");
  g_assert_cmpstr (ear.words->pdata[1], ==, "positions ivan 1");
  g_assert_cmpstr (ear.words->pdata[2], ==, "positions ");
  g_free (long_text);
  close_ear (&ear);
}

static void
wait_for_words (Ear *ear, guint n)
{
  while (ear->words->len < n)
    g_main_context_iteration (NULL, TRUE);
}

/* What one process says the other one hears, and a commit is told by the database itself. */
static void
test_words_cross_processes (Suite *suite, gconstpointer data)
{
  g_autofree char *notify = NULL;
  Ear              here = { 0 }, there = { 0 };
  guint64          random = 7;

  open_ear (&here, suite, &suite->random);
  open_ear (&there, suite, &random);
  /* Who is not connected yet misses words: say some until they arrive. */
  while (here.words->len == 0 || there.words->len == 0)
    {
      g_assert_true (uch_store_async_tell (here.store, "hello", "слово за слово"));
      g_usleep (10000);
      while (g_main_context_iteration (NULL, FALSE))
        ;
    }
  g_assert_cmpstr (there.words->pdata[0], ==, "hello слово за слово");

  /* Nobody could find this head by looking. */
  notify = g_strdup_printf ("DO $$ BEGIN PERFORM pg_notify ('uchastok_' ||"
                            " current_schema ()::regnamespace::oid, 'head 1000000'); END $$");
  uch_test_postgres_exec (suite->url, notify, NULL);
  wait_for_head (&here, 1000000);
  wait_for_head (&there, 1000000);
  close_ear (&there);
  close_ear (&here);
}

/* A line that breaks comes back, and it is told that something may be missing. */
static void
test_broken_line_is_told (Suite *suite, gconstpointer data)
{
  Ear ear = { 0 };

  open_ear (&ear, suite, &suite->random);
  g_assert_true (uch_store_async_tell (ear.store, "session", "s1"));
  wait_for_words (&ear, 1);
  g_assert_cmpuint (ear.n_lost, ==, 0);
  uch_test_postgres_exec (suite->url,
                          "SELECT pg_terminate_backend (pid, 10000) FROM pg_stat_activity"
                          " WHERE datname = current_database () AND pid <> pg_backend_pid ()",
                          NULL);
  while (ear.n_lost == 0)
    g_main_context_iteration (NULL, TRUE);
  g_assert_true (uch_store_async_tell (ear.store, "session", "s2"));
  wait_for_words (&ear, 2);
  g_assert_cmpstr (ear.words->pdata[1], ==, "session s2");
  close_ear (&ear);
}

int
main (int argc, char *argv[])
{
  g_test_init (&argc, &argv, NULL);
  suite_add ("/store/watch/everybody-hears-of-a-commit", test_everybody_hears_of_a_commit);
  suite_add ("/store/watch/words-are-heard-in-order", test_words_are_heard_in_order);
  suite_add_for (SUITE_POSTGRES, "/store/watch/words-cross-processes", test_words_cross_processes);
  suite_add_for (SUITE_POSTGRES, "/store/watch/broken-line-is-told", test_broken_line_is_told);
  return g_test_run ();
}

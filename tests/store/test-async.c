#include "store/uch-store-async.h"
#include "suite.h"
#include "support/uch-fault-vfs.h"

typedef struct
{
  Suite         *suite;
  UchStoreAsync *store;
  guint          n_answers, n_ok, n_unavailable, n_gaps;
  gint64         last_seq;
} Office;

static Office
open_office (Suite *suite)
{
  g_autoptr (GError) error = NULL;
  Office office = { .suite = suite };

  /* One generator, and two threads that must not use it at once: the suite's store is closed. */
  g_clear_object (&suite->store);
  office.store
      = uch_store_async_open (suite->url, 0, suite_random, &suite->random, suite->now, &error);
  g_assert_no_error (error);
  return office;
}

static void
close_office (Office *office)
{
  g_clear_object (&office->store);
  suite_restart (office->suite);
}

static void
wait_for (Office *office, guint n_answers)
{
  while (office->n_answers < n_answers)
    g_main_context_iteration (NULL, TRUE);
}

static void
pushed_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  Office *office = user_data;
  g_autoptr (GError) error = NULL;
  gint64 last_mid, head;
  g_autoptr (GPtrArray) acks
      = uch_store_async_push_finish (UCH_STORE_ASYNC (source), result, &last_mid, &head, &error);

  office->n_answers++;
  if (g_error_matches (error, UCH_STORE_ERROR, UCH_STORE_ERROR_UNAVAILABLE))
    office->n_unavailable++;
  else if (g_error_matches (error, UCH_STORE_ERROR, UCH_STORE_ERROR_MID_GAP))
    office->n_gaps++;
  else
    g_assert_no_error (error);
  for (guint i = 0; acks != NULL && i < acks->len; i++)
    {
      const UchStoreAck *ack = g_ptr_array_index (acks, i);

      g_assert_cmpint (ack->kind, ==, UCH_VERDICT_OK);
      g_assert_cmpint (ack->seq, >, office->last_seq);
      g_assert_cmpint (ack->seq, <=, head);
      office->last_seq = ack->seq;
      office->n_ok++;
    }
}

static void
push_ticket (Office *office, Sender *sender, const char *id)
{
  g_autoptr (GPtrArray) ops = g_ptr_array_new_with_free_func ((GDestroyNotify) uch_store_op_free);
  g_autoptr (UchCommand) create = suite_make_ticket (office->suite, id);

  g_ptr_array_add (ops, uch_store_op_new (++sender->mid, create));
  uch_store_async_push (office->store, sender->session, sender->client, ops, office->suite->now,
                        NULL, pushed_cb, office);
}

/* Pushes that wait together share a commit; every one has its own verdict, in order. */
static void
test_waiting_pushes_share_a_commit (Suite *suite, gconstpointer data)
{
  g_autoptr (Sender) dasha = suite_sender (suite, "dasha");
  g_autoptr (Sender) dora = suite_sender (suite, "dora");
  g_autoptr (Sender) late = suite_sender (suite, "katya");
  Office office = open_office (suite);
  guint  n_writes = 0, n_alone;

  for (guint i = 0; i < 20; i++)
    {
      g_autofree char *id = g_strdup_printf ("alone%u", i);

      push_ticket (&office, dasha, id);
      wait_for (&office, i + 1);
      if (i == 0)
        n_writes = uch_fault_vfs_get_n_syncs ();
    }
  n_alone = uch_fault_vfs_get_n_syncs () - n_writes;
  n_writes = uch_fault_vfs_get_n_syncs ();
  late->mid = 7; /* its own fault: the others must not suffer */
  push_ticket (&office, late, "never");
  for (guint i = 0; i < 200; i++)
    {
      g_autofree char *id = g_strdup_printf ("together%u", i);

      push_ticket (&office, i % 2 ? dasha : dora, id);
    }
  wait_for (&office, 221);
  g_assert_cmpuint (office.n_ok, ==, 220);
  g_assert_cmpuint (office.n_gaps, ==, 1);
  if (suite->database == NULL)
    {
      g_assert_cmpuint (n_alone, >=, 19);
      g_assert_cmpuint (uch_fault_vfs_get_n_syncs () - n_writes, <=, 40);
    }
  close_office (&office);
  g_assert_true (uch_store_verify (suite->store, NULL));
}

/* I1: no acknowledgement before the commit. A disk that fails refuses the whole group. */
static void
test_i1_no_ack_without_commit (Suite *suite, gconstpointer data)
{
  g_autoptr (Sender) dasha = suite_sender (suite, "dasha");
  g_autoptr (Sender) dora = suite_sender (suite, "dora");
  Office office = open_office (suite);

  uch_fault_vfs_set (UCH_FAULT_FULL, 0);
  push_ticket (&office, dasha, "t1");
  push_ticket (&office, dora, "t2");
  wait_for (&office, 2);
  uch_fault_vfs_set (UCH_FAULT_NONE, 0);
  g_assert_cmpuint (office.n_unavailable, ==, 2);
  dasha->mid = dora->mid = 0;
  push_ticket (&office, dasha, "t1");
  push_ticket (&office, dora, "t2");
  wait_for (&office, 4);
  g_assert_cmpuint (office.n_ok, ==, 2);
  close_office (&office);
}

static gpointer
get_head (UchStore *store, gpointer data, GError **error)
{
  gint64 *head = g_new0 (gint64, 1);

  if (uch_store_get_head (store, head, NULL, error))
    return head;
  g_free (head);
  return NULL;
}

static gpointer
fail (UchStore *store, gpointer data, GError **error)
{
  return uch_store_list_changes (store, data, 1000000, 1, error);
}

static void
answered_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  Office *office = user_data;
  g_autoptr (GError) error = NULL;
  g_autofree gint64 *head = uch_store_async_finish (UCH_STORE_ASYNC (source), result, &error);

  office->n_answers++;
  if (head != NULL)
    office->last_seq = *head;
  else
    g_assert_error (error, UCH_STORE_ERROR, UCH_STORE_ERROR_EPOCH);
}

/* A store without a file has one connection: what reads and what writes take turns. */
static void
test_store_in_memory (Suite *suite, gconstpointer data)
{
  g_autoptr (GError) error = NULL;
  guint64 random = 7;
  Office  office = { .suite = suite };

  office.store = uch_store_async_open ("sqlite::memory:", UCH_STORE_CREATE, suite_random, &random,
                                       suite->now, &error);
  g_assert_no_error (error);
  uch_store_async_write (office.store, get_head, NULL, NULL, g_free, NULL, answered_cb, &office);
  uch_store_async_read (office.store, get_head, NULL, NULL, g_free, NULL, answered_cb, &office);
  wait_for (&office, 2);
  g_clear_object (&office.store);
}

static void
test_i8_reader_sees_what_was_acked (Suite *suite, gconstpointer data)
{
  g_autoptr (Sender) dasha = suite_sender (suite, "dasha");
  Office office = open_office (suite);

  for (guint i = 0; i < 10; i++)
    {
      g_autofree char *id = g_strdup_printf ("t%u", i);
      gint64           acked;

      push_ticket (&office, dasha, id);
      wait_for (&office, 2 * i + 1);
      acked = office.last_seq;
      uch_store_async_read (office.store, get_head, NULL, NULL, g_free, NULL, answered_cb, &office);
      wait_for (&office, 2 * i + 2);
      g_assert_cmpint (office.last_seq, ==, acked);
    }
  uch_store_async_read (office.store, fail, dasha->session, NULL, NULL, NULL, answered_cb, &office);
  wait_for (&office, 21);
  close_office (&office);
}

static void
signed_in_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  Office *office = user_data;
  g_autoptr (GError) error = NULL;
  g_autofree char *token = NULL;
  UchTime          wait_ms;
  g_autoptr (UchSession) session
      = uch_store_async_sign_in_finish (UCH_STORE_ASYNC (source), result, &token, &wait_ms, &error);

  office->n_answers++;
  if (session != NULL)
    {
      g_assert_nonnull (token);
      g_assert_cmpstr (session->device, ==, "стол 3");
      office->n_ok++;
    }
  else
    {
      g_assert_error (error, UCH_STORE_ERROR, UCH_STORE_ERROR_WRONG_PASSWORD);
      g_assert_null (token);
    }
}

static void
test_sign_in (Suite *suite, gconstpointer data)
{
  g_autoptr (UchAccount) account
      = uch_store_add_account (suite->store, suite->local, "olga", "верный пароль",
                               UCH_ROLE_DISPATCHER, NULL, suite->now, NULL);
  UchSignIn who = { .login = "olga", .address = "10.0.0.1", .device = "стол 3" };
  Office    office = open_office (suite);

  uch_store_async_sign_in (office.store, &who, "верный пароль", suite->now, NULL, signed_in_cb,
                           &office);
  uch_store_async_sign_in (office.store, &who, "неверный пароль", suite->now, NULL, signed_in_cb,
                           &office);
  wait_for (&office, 2);
  g_assert_cmpuint (office.n_ok, ==, 1);
  close_office (&office);
}

int
main (int argc, char *argv[])
{
  g_test_init (&argc, &argv, NULL);
  uch_fault_vfs_install ();
  suite_add ("/store/async/waiting-pushes-share-a-commit", test_waiting_pushes_share_a_commit);
  suite_add_for (SUITE_SQLITE, "/store/async/i1-no-ack-without-commit",
                 test_i1_no_ack_without_commit);
  suite_add ("/store/async/i8-reader-sees-what-was-acked", test_i8_reader_sees_what_was_acked);
  suite_add ("/store/async/store-in-memory", test_store_in_memory);
  suite_add ("/store/async/sign-in", test_sign_in);
  return g_test_run ();
}

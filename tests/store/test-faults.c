/* Bad disks and bad files. What is here of SQLite is named so; the rules hold for any backend. */

#include <signal.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "db/uch-db.h"
#include "suite.h"
#include "support/uch-fault-vfs.h"

static UchStore *
try_open (Suite *suite, const char *url, UchStoreFlags flags, GError **error)
{
  return uch_store_open (url, flags, suite_random, &suite->random, suite->now, error);
}

/* A disk that fails at any moment of a push: nothing is consumed, nothing is half done, and the
 * same push goes through once the disk is well. */
static void
push_through_fault (Suite *suite, UchFault fault)
{
  g_autoptr (Sender) dasha = suite_sender (suite, "dasha");
  guint n_failed = 0;

  for (guint n_writes = 0; n_writes < 12; n_writes++)
    {
      g_autoptr (GError) error = NULL;
      g_autofree char *id = g_strdup_printf ("t%u", n_writes);
      g_autoptr (UchCommand) create = suite_make_ticket (suite, id);
      g_autoptr (UchStoreAck) ack = NULL;
      gint64 head = suite_head (suite);

      uch_fault_vfs_set (fault, n_writes);
      ack = sender_push_at (dasha, dasha->mid + 1, create, &error);
      uch_fault_vfs_set (UCH_FAULT_NONE, 0);
      if (ack == NULL)
        {
          g_assert_error (error, UCH_STORE_ERROR, UCH_STORE_ERROR_UNAVAILABLE);
          g_assert_cmpint (suite_head (suite), ==, head);
          g_assert_null (suite_get (suite, UCH_TABLE_TICKET, id));
          n_failed++;
        }
      sender_do (dasha, create);
      g_assert_cmpint (suite_head (suite), ==, head + 1);
    }
  g_assert_cmpuint (n_failed, >=, 3);
  suite_restart (suite);
  g_assert_true (uch_store_verify (suite->store, NULL));
}

static void
test_full_disk_consumes_nothing (Suite *suite, gconstpointer data)
{
  push_through_fault (suite, UCH_FAULT_FULL);
}

static void
test_broken_disk_consumes_nothing (Suite *suite, gconstpointer data)
{
  push_through_fault (suite, UCH_FAULT_IO);
}

/* The child of test_i1_killed(): creates tickets for ever and tells the number of each that was
 * acknowledged. */
static void
push_until_killed (Suite *suite, guint round, int fd)
{
  g_autoptr (Sender) dasha = NULL;

  /* Nothing of this life is like the ones before. */
  suite->random += round + 1;
  suite->n_ids = (round + 1) * 100000;
  suite_restart (suite);
  dasha = suite_sender (suite, "dasha");
  for (guint i = 0;; i++)
    {
      g_autofree char *id = g_strdup_printf ("t%u-%u", round, i);
      g_autoptr (UchCommand) create = suite_make_ticket (suite, id);

      sender_do (dasha, create);
      if (write (fd, &i, sizeof i) != sizeof i)
        _exit (1);
    }
}

/* I1: killed at any moment, what was acknowledged is there, and the log is whole. */
static void
test_i1_killed (Suite *suite, gconstpointer data)
{
  g_clear_object (&suite->store);
  for (guint round = 0; round < 8; round++)
    {
      g_autofree char *last = NULL;
      g_autoptr (UchTicket) ticket = NULL;
      int   fds[2];
      guint n, last_n = 0;
      pid_t child;

      g_assert_cmpint (pipe (fds), ==, 0);
      child = fork ();
      if (child == 0)
        push_until_killed (suite, round, fds[1]);
      close (fds[1]);
      for (guint i = 0; i <= round * 7 && read (fds[0], &n, sizeof n) == sizeof n; i++)
        last_n = n;
      g_usleep (round * 300);
      kill (child, SIGKILL);
      while (read (fds[0], &n, sizeof n) == sizeof n)
        last_n = n;
      close (fds[0]);
      g_assert_cmpint (waitpid (child, NULL, 0), ==, child);

      suite_restart (suite);
      last = g_strdup_printf ("t%u-%u", round, last_n);
      ticket = suite_get (suite, UCH_TABLE_TICKET, last);
      g_assert_nonnull (ticket);
      g_assert_true (uch_store_verify (suite->store, NULL));
      g_clear_object (&suite->store);
    }
  suite_restart (suite);
}

/* A row that could not be read is not "unknown": no verdict is given on what was not seen. */
static void
test_unreadable_row_is_no_refusal (Suite *suite, gconstpointer data)
{
  g_autoptr (Sender) dasha = suite_sender (suite, "dasha");
  guint n_failed = 0, n_open = 0;

  for (guint n_reads = 0; n_reads < 60; n_reads++)
    {
      g_autoptr (GError) error = NULL;
      g_autofree char *id = g_strdup_printf ("t%u", n_reads);
      g_autoptr (UchCommand) create = suite_make_ticket (suite, id);
      g_autoptr (UchStoreAck) ack = NULL;

      suite_restart (suite); /* with nothing in the cache */
      uch_fault_vfs_set (UCH_FAULT_READ, n_reads);
      ack = sender_push_at (dasha, dasha->mid + 1, create, &error);
      uch_fault_vfs_set (UCH_FAULT_NONE, 0);
      if (ack == NULL)
        {
          g_assert_error (error, UCH_STORE_ERROR, UCH_STORE_ERROR_UNAVAILABLE);
          n_failed++;
        }
      else
        n_open++;
      sender_do (dasha, create);
    }
  g_assert_cmpuint (n_failed, >, 10);
  g_assert_cmpuint (n_open, >, 1);
}

static void
test_read_only_disk_is_said (Suite *suite, gconstpointer data)
{
  g_autoptr (GError) error = NULL;

  g_clear_object (&suite->store);
  uch_fault_vfs_set (UCH_FAULT_READ_ONLY, 0);
  g_assert_null (try_open (suite, suite->url, 0, &error));
  g_assert_error (error, UCH_STORE_ERROR, UCH_STORE_ERROR_READ_ONLY);
  uch_fault_vfs_set (UCH_FAULT_NONE, 0);
}

static void
test_newer_store_is_refused_untouched (Suite *suite, gconstpointer data)
{
  g_autoptr (GError) error = NULL;
  g_autofree char *before = NULL;
  g_autofree char *after = NULL;
  gsize            len_before, len_after;

  g_clear_object (&suite->store);
  suite_exec (suite->url, suite->database != NULL ? "UPDATE schema_version SET version = 99"
                                                  : "PRAGMA user_version = 99");
  before = suite_dump (suite, &len_before);

  g_assert_null (try_open (suite, suite->url, UCH_STORE_CREATE, &error));
  g_assert_error (error, UCH_STORE_ERROR, UCH_STORE_ERROR_NEWER);
  g_assert_nonnull (strstr (error->message, "update the program"));
  after = suite_dump (suite, &len_after);
  g_assert_cmpmem (before, len_before, after, len_after);
}

static void
test_bad_addresses (Suite *suite, gconstpointer data)
{
  static const struct
  {
    const char   *url;
    UchStoreFlags flags;
    UchStoreError code;
  } cases[] = {
    { "store.db", 0, UCH_STORE_ERROR_BAD_ADDRESS },
    { "sqlite:", 0, UCH_STORE_ERROR_BAD_ADDRESS },
    { "mysql://localhost", 0, UCH_STORE_ERROR_BAD_ADDRESS },
    { "postgresql:", 0, UCH_STORE_ERROR_BAD_ADDRESS },
    { "postgresql://localhost:port/", 0, UCH_STORE_ERROR_UNAVAILABLE },
    { "postgresql://[half/office", 0, UCH_STORE_ERROR_BAD_ADDRESS },
    { "postgresql:///office?host=/nowhere", 0, UCH_STORE_ERROR_UNAVAILABLE },
    { "sqlite:/nowhere/at/all.db", 0, UCH_STORE_ERROR_NOT_A_STORE },
    { "sqlite:/nowhere/at/all.db", UCH_STORE_CREATE, UCH_STORE_ERROR_UNAVAILABLE },
  };
  g_autofree char *text_path = g_build_filename (suite->dir, "notes.txt", NULL);
  g_autofree char *text_url = g_strconcat ("sqlite:", text_path, NULL);
  g_autofree char *other_path = g_build_filename (suite->dir, "other.db", NULL);
  g_autofree char *other_url = g_strconcat ("sqlite:", other_path, NULL);
  g_autoptr (GError) error = NULL;
  UchDb *db;

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_assert_null (try_open (suite, cases[i].url, cases[i].flags, &error));
      g_assert_error (error, UCH_STORE_ERROR, (int) cases[i].code);
      g_clear_error (&error);
    }
  g_assert_true (g_file_set_contents (text_path, "Купить молока.\n", -1, NULL));
  g_assert_null (try_open (suite, text_url, UCH_STORE_CREATE, &error));
  g_assert_error (error, UCH_STORE_ERROR, UCH_STORE_ERROR_CORRUPT);
  g_clear_error (&error);

  db = uch_db_open (other_path, UCH_DB_CREATE, NULL);
  g_assert_true (uch_db_exec (db, "CREATE TABLE photo (x)", NULL));
  uch_db_close (db);
  g_assert_null (try_open (suite, other_url, UCH_STORE_CREATE, &error));
  g_assert_error (error, UCH_STORE_ERROR, UCH_STORE_ERROR_NOT_A_STORE);
}

/* A backup made while the store goes on is a whole store of one moment. */
static void
test_backup_is_a_store (Suite *suite, gconstpointer data)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (Sender) dasha = suite_sender (suite, "dasha");
  g_autoptr (UchCommand) before = suite_make_ticket (suite, "before");
  g_autoptr (UchCommand) after = suite_make_ticket (suite, "after");
  g_autoptr (UchCommand) later = suite_make_ticket (suite, "later");
  g_autoptr (UchStoreAck) gap = NULL;
  g_autofree char *copy_path = g_build_filename (suite->dir, "copy.db", NULL);
  g_autofree char *uuid = g_strdup (uch_store_get_uuid (suite->store));
  gint64           head;

  sender_do (dasha, before);
  head = suite_head (suite);
  g_assert_true (uch_store_backup (suite->store, copy_path, NULL, NULL, NULL, &error));
  g_assert_no_error (error);
  sender_do (dasha, after);

  suite_restore (suite, copy_path);
  g_assert_true (uch_store_verify (suite->store, &error));
  g_assert_cmpint (suite_head (suite), ==, head);
  g_assert_true (uch_store_renew (suite->store, suite->now, &error));
  g_assert_cmpstr (uch_store_get_uuid (suite->store), !=, uuid);

  /* The desk has counted on; it is told from where on, and loses nothing. */
  gap = sender_push_at (dasha, 3, later, &error);
  g_assert_error (error, UCH_STORE_ERROR, UCH_STORE_ERROR_MID_GAP);
  dasha->mid = 1;
  sender_do (dasha, after);
  sender_do (dasha, later);
}

static void
test_second_connection_reads (Suite *suite, gconstpointer data)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (UchStore) copy = try_open (suite, suite->url, UCH_STORE_READ_ONLY, &error);
  g_autoptr (Sender) dasha = suite_sender (suite, "dasha");
  g_autoptr (UchCommand) create = suite_make_ticket (suite, "t1");
  g_autoptr (UchSession) session = NULL;
  gint64 head;

  g_assert_no_error (error);
  sender_do (dasha, create);
  g_assert_true (uch_store_get_head (copy, &head, NULL, &error));
  g_assert_cmpint (head, ==, suite_head (suite));
  session = uch_store_authenticate (copy, dasha->token, suite->now, &error);
  g_assert_no_error (error);
  g_assert_false (uch_store_tick (copy, suite->now, NULL, &error));
  g_assert_error (error, UCH_STORE_ERROR, UCH_STORE_ERROR_READ_ONLY);
}

/* What verify is for: a hole in the log, and a row later than the log. */
static void
test_verify_finds_what_is_wrong (Suite *suite, gconstpointer data)
{
  static const char *const damages[] = {
    "CREATE TABLE gone AS SELECT * FROM op WHERE seq = 2; DELETE FROM op WHERE seq = 2",
    "UPDATE house SET seq = seq + 100000",
    "UPDATE number SET value = value + 1 WHERE name = 'head'",
  };
  static const char *const repairs[] = {
    "INSERT INTO op SELECT * FROM gone; DROP TABLE gone",
    "UPDATE house SET seq = seq - 100000",
    "UPDATE number SET value = value - 1 WHERE name = 'head'",
  };
  g_autoptr (Sender) dasha = suite_sender (suite, "dasha");
  g_autoptr (UchCommand) edit
      = suite_make_put (suite, "house", "h1", suite_fields ("technology", "GPON", NULL), NULL);
  g_autoptr (UchCommand) undo = NULL; /* a row that was given back is no damage */

  suite_exec (suite->url,
              suite->database != NULL ? "DROP TRIGGER op_stands ON op" : "DROP TRIGGER op_stays");
  sender_do (dasha, edit);
  undo = suite_command (suite, UCH_COMMAND_UNDO, "event", edit->id, NULL);
  sender_do (dasha, undo);
  g_assert_true (uch_store_verify (suite->store, NULL));
  for (guint i = 0; i < G_N_ELEMENTS (damages); i++)
    {
      g_autoptr (GError) error = NULL;

      g_assert_true (suite_exec (suite->url, damages[i]));
      g_assert_false (uch_store_verify (suite->store, &error));
      g_assert_error (error, UCH_STORE_ERROR, UCH_STORE_ERROR_CORRUPT);
      g_test_message ("%s", error->message);
      g_assert_true (suite_exec (suite->url, repairs[i]));
      g_assert_true (uch_store_verify (suite->store, NULL));
    }
}

/* The log is not rewritten, not even by somebody with the file in his hands and a slip. */
static void
test_log_only_grows (Suite *suite, gconstpointer data)
{
  static const char *const slips[]
      = { "DELETE FROM op", "UPDATE op SET verdict = 'ok'", "DELETE FROM look" };
  g_autoptr (Sender) dasha = suite_sender (suite, "dasha");
  g_autofree char *text = uch_store_reveal (suite->store, dasha->session, UCH_TABLE_HOUSE, "h1",
                                            "access", suite->now, NULL);

  g_assert_nonnull (text);
  for (guint i = 0; i < G_N_ELEMENTS (slips); i++)
    g_assert_false (suite_exec (suite->url, slips[i]));
}

int
main (int argc, char *argv[])
{
  g_test_init (&argc, &argv, NULL);
  uch_fault_vfs_install ();
  suite_add_for (SUITE_SQLITE, "/store/faults/full-disk-consumes-nothing",
                 test_full_disk_consumes_nothing);
  suite_add_for (SUITE_SQLITE, "/store/faults/broken-disk-consumes-nothing",
                 test_broken_disk_consumes_nothing);
  suite_add ("/store/faults/i1-killed", test_i1_killed);
  suite_add_for (SUITE_SQLITE, "/store/faults/unreadable-row-is-no-refusal",
                 test_unreadable_row_is_no_refusal);
  suite_add_for (SUITE_SQLITE, "/store/faults/read-only-disk-is-said", test_read_only_disk_is_said);
  suite_add ("/store/faults/newer-store-is-refused-untouched",
             test_newer_store_is_refused_untouched);
  suite_add ("/store/faults/bad-addresses", test_bad_addresses);
  suite_add ("/store/faults/backup-is-a-store", test_backup_is_a_store);
  suite_add ("/store/faults/second-connection-reads", test_second_connection_reads);
  suite_add ("/store/faults/verify-finds-what-is-wrong", test_verify_finds_what_is_wrong);
  suite_add ("/store/faults/log-only-grows", test_log_only_grows);
  return g_test_run ();
}

/* What only a server can do to a store: go away, end a connection at any moment, choose a victim,
 * run full; and several processes at one database. */

#include <libpq-fe.h>
#include <signal.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <unistd.h>

#include "store/uch-store-async.h"
#include "suite.h"
#include "support/uch-cut-proxy.h"
#include "support/uch-test-postgres.h"

static UchStore *
open_at (const char *url, guint64 *random)
{
  g_autoptr (GError) error = NULL;
  UchStore *store = uch_store_open (url, UCH_STORE_CREATE, suite_random, random, SUITE_NOW, &error);

  g_assert_no_error (error);
  return store;
}

static gint64
count (Suite *suite, const char *sql)
{
  g_autofree char *answer = uch_test_postgres_ask (suite->url, sql);

  return g_ascii_strtoll (answer, NULL, 10);
}

/* Pushes until it is decided: what fails for the moment may be sent again, and is decided once. */
static UchStoreAck *
push_stubbornly (Sender *sender, UchCommand *command, guint *n_failed)
{
  for (;;)
    {
      g_autoptr (GError) error = NULL;
      UchStoreAck *ack = sender_push_at (sender, sender->mid + 1, command, &error);

      if (ack != NULL)
        {
          sender->mid++;
          return ack;
        }
      g_assert_error (error, UCH_STORE_ERROR, UCH_STORE_ERROR_UNAVAILABLE);
      (*n_failed)++;
    }
}

static void
check_whole (Suite *suite, gint64 head)
{
  g_autoptr (GError) error = NULL;

  g_assert_cmpint (suite_head (suite), ==, head);
  uch_store_verify (suite->store, &error);
  g_assert_no_error (error);
}

/* The server goes and comes, politely and as after a power cut: the store only waits for it. */
static void
test_server_restarts (Suite *suite, gconstpointer data)
{
  static const int signals[] = { SIGINT, SIGQUIT };
  g_autoptr (Sender) dasha = suite_sender (suite, "dasha");
  gint64 head = suite_head (suite);

  for (guint i = 0; i < 4; i++)
    {
      g_autoptr (GError) error = NULL;
      g_autofree char *before_id = g_strdup_printf ("before%u", i);
      g_autofree char *after_id = g_strdup_printf ("after%u", i);
      g_autoptr (UchCommand) before = suite_make_ticket (suite, before_id);
      g_autoptr (UchCommand) after = suite_make_ticket (suite, after_id);
      g_autoptr (UchStoreAck) ack = NULL;

      sender_do (dasha, before);
      uch_test_postgres_stop (signals[i % 2]);
      if (i < 2)
        { /* asked while it is away */
          ack = sender_push_at (dasha, dasha->mid + 1, after, &error);
          g_assert_null (ack);
          g_assert_error (error, UCH_STORE_ERROR, UCH_STORE_ERROR_UNAVAILABLE);
        }
      uch_test_postgres_start ();
      sender_do (dasha, after); /* a connection that died while nobody used it is no failure */
    }
  check_whole (suite, head + 8);
}

/* The line is cut before each message of a push in turn. */
static void
test_line_is_cut_anywhere (Suite *suite, gconstpointer data)
{
  g_autofree char *here = g_build_filename (suite->dir, ".s.PGSQL.5432", NULL);
  g_autofree char *there = g_build_filename (uch_test_postgres_get_dir (), ".s.PGSQL.5432", NULL);
  g_autofree char *name
      = g_strndup (strstr (suite->url, "@/") + 2, strcspn (strstr (suite->url, "@/") + 2, "?"));
  g_autofree char *url = g_strdup_printf ("postgresql://uchastok@/%s?host=%s", name, suite->dir);
  UchCutProxy     *proxy = uch_cut_proxy_new (here, there);
  guint            n_failed = 0, n_lost = 0;
  gint64           head;

  suite_move (suite, url);
  {
    g_autoptr (Sender) dasha = suite_sender (suite, "dasha");

    head = suite_head (suite);
    for (guint n = 1; n <= 12; n++)
      {
        g_autofree char *id = g_strdup_printf ("t%u", n);
        g_autoptr (UchCommand) create = suite_make_ticket (suite, id);
        g_autoptr (UchStoreAck) ack = NULL;

        uch_cut_proxy_cut_before (proxy, n);
        ack = push_stubbornly (dasha, create, &n_failed);
        uch_cut_proxy_cut_before (proxy, 0);
        g_assert_cmpint (ack->seq, ==, head + n);
      }
    g_assert_cmpuint (n_failed, >=, 2);

    /* The commit is made and its answer lost: asked again, the store knows. */
    for (guint i = 0; i < 3; i++)
      {
        g_autoptr (GError) error = NULL;
        g_autofree char *id = g_strdup_printf ("lost%u", i);
        g_autoptr (UchCommand) create = suite_make_ticket (suite, id);
        g_autoptr (UchStoreAck) none = NULL;
        g_autoptr (UchStoreAck) ack = NULL;

        uch_cut_proxy_cut_answer (proxy, "COMMIT");
        none = sender_push_at (dasha, dasha->mid + 1, create, &error);
        g_assert_null (none);
        g_assert_error (error, UCH_STORE_ERROR, UCH_STORE_ERROR_UNAVAILABLE);
        g_assert_true (uch_cut_proxy_has_cut (proxy));
        g_assert_cmpint (suite_head (suite), ==, head + 13 + i); /* it is there */
        ack = push_stubbornly (dasha, create, &n_lost);
        g_assert_cmpint (ack->kind, ==, UCH_VERDICT_OK);
        g_assert_cmpint (ack->seq, ==, head + 13 + i);
      }
    check_whole (suite, head + 15);
  }
  g_clear_object (&suite->store);
  uch_cut_proxy_free (proxy);
  suite_move (suite, suite->database);
}

/* Somebody else's session that takes the locks in the other order. */
typedef struct
{
  char    *url;
  char    *sql; /* takes the first lock */
  GMutex   lock;
  GCond    ready_cond;
  gboolean ready;
  gboolean was_victim;
} Foreigner;

static void
must (PGconn *conn, const char *sql)
{
  PGresult *result = PQexec (conn, sql);

  if (PQresultStatus (result) != PGRES_COMMAND_OK && PQresultStatus (result) != PGRES_TUPLES_OK)
    g_error ("%s: %s", sql, PQerrorMessage (conn));
  PQclear (result);
}

static gpointer
foreigner_main (gpointer data)
{
  Foreigner *self = data;
  PGconn    *conn = PQconnectdb (self->url);
  PGresult  *result;
  gboolean   waiting = FALSE;

  must (conn, "SET deadlock_timeout = '60s'"); /* the store shall be the victim */
  must (conn, "BEGIN");
  must (conn, self->sql);
  g_mutex_lock (&self->lock);
  self->ready = TRUE;
  g_cond_signal (&self->ready_cond);
  g_mutex_unlock (&self->lock);
  while (!waiting)
    {
      result = PQexec (conn, "SELECT 1 FROM pg_locks WHERE NOT granted");
      waiting = PQntuples (result) > 0;
      PQclear (result);
    }
  result = PQexec (conn, "SELECT 1 FROM number WHERE name = 'head' FOR UPDATE");
  self->was_victim = PQresultStatus (result) != PGRES_TUPLES_OK;
  PQclear (result);
  PQfinish (conn);
  return NULL;
}

/* The store is chosen as the victim of a deadlock in the middle of a push: it does the whole of it
 * again, and who pushed notices nothing. */
static void
test_deadlock_is_done_again (Suite *suite, gconstpointer data)
{
  g_autoptr (Sender) dasha = suite_sender (suite, "dasha");
  gint64 head;
  guint  n_given_way = 0;

  uch_test_postgres_exec (suite->url, "ALTER ROLE uchastok SET deadlock_timeout = '500ms'", NULL);
  suite_restart (suite);
  head = suite_head (suite);
  for (guint i = 0; n_given_way < 2; i++)
    {
      Foreigner        foreigner = { .url = suite->url };
      GThread         *thread;
      g_autofree char *ticket = g_strdup_printf ("t%u", i);
      g_autofree char *visit = g_strdup_printf ("v%u", i);
      g_autofree char *sql
          = g_strdup_printf ("SELECT 1 FROM ticket WHERE id = '%s' FOR UPDATE", ticket);
      g_autoptr (UchCommand) create = suite_make_ticket (suite, ticket);
      g_autoptr (UchCommand) take = suite_make_assign (suite, ticket, visit, "ivan", NULL);

      sender_do (dasha, create);
      foreigner.sql = sql;
      g_mutex_init (&foreigner.lock);
      g_cond_init (&foreigner.ready_cond);
      thread = g_thread_new ("foreigner", foreigner_main, &foreigner);
      g_mutex_lock (&foreigner.lock);
      while (!foreigner.ready)
        g_cond_wait (&foreigner.ready_cond, &foreigner.lock);
      g_mutex_unlock (&foreigner.lock);
      sender_do (dasha, take);
      g_thread_join (thread);
      n_given_way += !foreigner.was_victim;
      head += 2;
      g_mutex_clear (&foreigner.lock);
      g_cond_clear (&foreigner.ready_cond);
    }
  uch_test_postgres_exec (suite->url, "ALTER ROLE uchastok RESET deadlock_timeout", NULL);
  check_whole (suite, head);
}

/* Somebody holds the lock of the order for too long: that is said, and nothing is consumed. */
static void
test_lock_that_stays_is_said (Suite *suite, gconstpointer data)
{
  g_autoptr (Sender) dasha = suite_sender (suite, "dasha");
  g_autoptr (UchCommand) create = suite_make_ticket (suite, "t1");
  g_autoptr (GError) error = NULL;
  g_autoptr (UchStoreAck) none = NULL;
  gint64  head = suite_head (suite);
  PGconn *conn = PQconnectdb (suite->url);

  must (conn, "BEGIN; SELECT 1 FROM number WHERE name = 'head' FOR UPDATE");
  none = sender_push_at (dasha, 1, create, &error);
  g_assert_null (none);
  g_assert_error (error, UCH_STORE_ERROR, UCH_STORE_ERROR_UNAVAILABLE);
  PQfinish (conn);
  sender_do (dasha, create);
  check_whole (suite, head + 1);
}

/* A disk that is full in the middle of a push; needs the right to mount. */
static void
test_full_disk_consumes_nothing (Suite *suite, gconstpointer data)
{
  const char      *base = uch_test_postgres_get_dir ();
  g_autofree char *path = g_build_filename (base, "small", NULL);
  g_autofree char *sql = g_strdup_printf ("CREATE TABLESPACE small LOCATION '%s'", path);
  g_autofree char *text = g_strnfill (7000, 'x');
  g_autofree char *options = NULL;
  struct stat      status;
  g_autoptr (Sender) dasha = NULL;
  g_autoptr (UchCommand) last = NULL;
  gint64 head;

  if (geteuid () != 0)
    {
      g_test_skip ("only root can mount a small disk");
      return;
    }
  uch_test_postgres_make_dir ("small");
  g_assert_cmpint (stat (path, &status), ==, 0);
  options = g_strdup_printf ("size=1m,mode=0700,uid=%u,gid=%u", status.st_uid, status.st_gid);
  g_assert_cmpint (mount ("tmpfs", path, "tmpfs", 0, options), ==, 0);
  uch_test_postgres_exec (suite->url, sql, NULL);
  uch_test_postgres_exec (suite->url, "ALTER TABLE op SET TABLESPACE small", NULL);
  dasha = suite_sender (suite, "dasha");
  for (;;)
    {
      g_autoptr (GError) error = NULL;
      g_autofree char *id = suite_id (suite);
      g_autofree char *noise = g_strdup (text);
      g_autoptr (UchStoreAck) ack = NULL;

      for (char *c = noise; *c != '\0'; c++) /* nothing that packs well */
        *c = (char) ('a' + g_random_int_range (0, 26));
      g_clear_pointer (&last, uch_command_unref);
      last = suite_command (suite, UCH_COMMAND_NOTE_ADD, "note", id, "house", "h1", "text", noise,
                            NULL);
      head = suite_head (suite);
      ack = sender_push_at (dasha, dasha->mid + 1, last, &error);
      if (ack == NULL)
        {
          g_assert_error (error, UCH_STORE_ERROR, UCH_STORE_ERROR_UNAVAILABLE);
          g_test_message ("%s", error->message);
          break;
        }
      dasha->mid++;
    }
  g_assert_cmpint (suite_head (suite), ==, head);
  uch_test_postgres_exec (suite->url, "ALTER TABLE op SET TABLESPACE pg_default", NULL);
  uch_test_postgres_exec (suite->url, "DROP TABLESPACE small", NULL);
  g_assert_cmpint (umount (path), ==, 0);
  sender_do (dasha, last);
  check_whole (suite, head + 1);
}

typedef struct
{
  const char *url;
  guint64     random;
  char       *uuid;
} Starter;

static gpointer
starter_main (gpointer data)
{
  Starter *self = data;
  g_autoptr (UchStore) store = open_at (self->url, &self->random);

  self->uuid = g_strdup (uch_store_get_uuid (store));
  return NULL;
}

/* Several programs start at once on an empty database: one makes the tables and the epoch. */
static void
test_start_together (Suite *suite, gconstpointer data)
{
  for (guint round = 0; round < 3; round++)
    {
      g_autofree char *url = uch_test_postgres_add_database ();
      Starter          starters[4];
      GThread         *threads[G_N_ELEMENTS (starters)];

      for (guint i = 0; i < G_N_ELEMENTS (starters); i++)
        {
          starters[i] = (Starter){ .url = url, .random = round * 100 + i };
          threads[i] = g_thread_new ("starter", starter_main, &starters[i]);
        }
      for (guint i = 0; i < G_N_ELEMENTS (starters); i++)
        {
          g_thread_join (threads[i]);
          g_assert_cmpstr (starters[i].uuid, ==, starters[0].uuid);
        }
      for (guint i = 0; i < G_N_ELEMENTS (starters); i++)
        g_free (starters[i].uuid);
      uch_test_postgres_drop_database (url);
    }
}

#define N_PROCESSES 2
#define N_ROUNDS 60
#define N_TICKETS 15

/* One of several processes: a store of its own, a desk of its own. */
typedef struct
{
  Suite       suite;
  Sender     *sender;
  GHashTable *seqs; /* of what was accepted */
} Process;

static gpointer
process_main (gpointer data)
{
  Process *self = data;

  uch_store_adopt (self->suite.store);
  for (guint i = 0; i < N_ROUNDS; i++)
    {
      g_autofree char *ticket = g_strdup_printf ("t%u", i % N_TICKETS);
      g_autofree char *visit = g_strdup_printf ("v%u-%s", i, self->sender->client);
      g_autoptr (UchCommand) command = suite_make_assign (
          &self->suite, ticket, visit, self->suite.random % 2 ? "ivan" : "petr", NULL);
      g_autoptr (UchStoreAck) ack = sender_push (self->sender, command);

      if (ack->kind == UCH_VERDICT_OK)
        g_assert_true (g_hash_table_add (self->seqs, GSIZE_TO_POINTER ((gsize) ack->seq)));
    }
  return NULL;
}

/* I4, I5, I9: two processes push at once while a third follows. */
static void
test_processes_share_one_order (Suite *suite, gconstpointer data)
{
  Process  processes[N_PROCESSES] = { 0 };
  GThread *threads[N_PROCESSES];
  g_autoptr (GHashTable) seen = g_hash_table_new (NULL, NULL);
  g_autoptr (Sender) dora = suite_sender (suite, "dora");
  gint64 cursor, head, n_open;
  guint  n_running = N_PROCESSES, n_accepted = 0;

  for (guint i = 0; i < N_TICKETS; i++)
    {
      g_autofree char *id = g_strdup_printf ("t%u", i);
      g_autoptr (UchCommand) create = suite_make_ticket (suite, id);

      sender_do (dora, create);
    }
  cursor = head = suite_head (suite);
  for (guint i = 0; i < N_PROCESSES; i++)
    {
      Process *each = &processes[i];

      each->suite = *suite;
      each->suite.random = 1000 + i;
      each->suite.n_ids = 10000 * (i + 1);
      each->sender = suite_sender (suite, "dasha");
      each->sender->suite = &each->suite;
      each->seqs = g_hash_table_new (NULL, NULL);
      each->suite.store = open_at (suite->url, &each->suite.random);
    }
  for (guint i = 0; i < N_PROCESSES; i++)
    threads[i] = g_thread_new ("process", process_main, &processes[i]);
  while (n_running > 0 || cursor < head + N_PROCESSES * N_ROUNDS)
    {
      g_autoptr (GError) error = NULL;
      g_autoptr (UchStorePage) page
          = uch_store_list_changes (suite->store, dora->session, cursor, 7, &error);

      g_assert_no_error (error);
      for (guint i = 0; i < page->rows->len; i++)
        {
          const UchStoreRow *row = g_ptr_array_index (page->rows, i);

          g_assert_cmpint (row->seq, >, cursor);
          g_assert_cmpint (row->seq, <=, page->to);
          if (row->table == UCH_TABLE_EVENT) /* each accepted operation makes one, for ever */
            g_assert_true (g_hash_table_add (seen, GSIZE_TO_POINTER ((gsize) row->seq)));
        }
      cursor = page->to;
      if (cursor == head + N_PROCESSES * N_ROUNDS && n_running > 0)
        for (; n_running > 0; n_running--)
          g_thread_join (threads[n_running - 1]);
    }
  for (guint i = 0; i < N_PROCESSES; i++)
    {
      GHashTableIter iter;
      gpointer       seq;

      g_hash_table_iter_init (&iter, processes[i].seqs);
      while (g_hash_table_iter_next (&iter, &seq, NULL))
        {
          g_assert_true (g_hash_table_contains (seen, seq));
          n_accepted++;
        }
      g_hash_table_unref (processes[i].seqs);
      uch_store_adopt (processes[i].suite.store);
      g_object_unref (processes[i].suite.store);
      sender_free (processes[i].sender);
    }
  g_assert_cmpuint (g_hash_table_size (seen), ==, n_accepted);
  n_open = count (suite, "SELECT coalesce (max (n), 0) FROM (SELECT count(*) AS n FROM visit WHERE"
                         " state IN ('planned', 'assigned', 'accepted', 'en_route', 'on_site')"
                         " GROUP BY ticket_id) AS v");
  g_assert_cmpint (n_open, ==, 1);
  check_whole (suite, head + N_PROCESSES * N_ROUNDS);
}

int
main (int argc, char *argv[])
{
  g_test_init (&argc, &argv, NULL);
  suite_add ("/store/postgres/server-restarts", test_server_restarts);
  suite_add ("/store/postgres/line-is-cut-anywhere", test_line_is_cut_anywhere);
  suite_add ("/store/postgres/deadlock-is-done-again", test_deadlock_is_done_again);
  suite_add ("/store/postgres/lock-that-stays-is-said", test_lock_that_stays_is_said);
  suite_add ("/store/postgres/full-disk-consumes-nothing", test_full_disk_consumes_nothing);
  suite_add ("/store/postgres/start-together", test_start_together);
  suite_add ("/store/postgres/processes-share-one-order", test_processes_share_one_order);
  return g_test_run ();
}

/* What the rest relies on in PostgreSQL, against a real server: a statement that can be stopped,
 * commits that last whatever the server says, news that are never ahead of what can be read. */

#include "pg/uch-pg-listener.h"
#include "pg/uch-pg.h"
#include "support/uch-test-postgres.h"

/* Whatever is waited for comes long before this, or never. */
#define WAIT_MS 60000

typedef struct
{
  char  *url;
  UchPg *pg;
} Case;

static void
set_up (Case *self, gconstpointer data)
{
  g_autoptr (GError) error = NULL;

  self->url = uch_test_postgres_add_database ();
  self->pg = uch_pg_open (self->url, 0, &error);
  g_assert_no_error (error);
}

static void
tear_down (Case *self, gconstpointer data)
{
  uch_pg_close (self->pg);
  uch_test_postgres_drop_database (self->url);
  g_free (self->url);
}

/* Waits until @sql answers "t". */
static void
wait_for (Case *self, const char *sql)
{
  gint64 deadline = g_get_monotonic_time () + WAIT_MS * 1000;

  for (;;)
    {
      g_autofree char *answer = uch_test_postgres_ask (self->url, sql);

      if (g_strcmp0 (answer, "t") == 0)
        return;
      if (g_get_monotonic_time () > deadline)
        g_error ("never came true: %s", sql);
      g_usleep (10000);
    }
}

static gpointer
interrupt_main (gpointer data)
{
  Case *self = data;

  wait_for (self, "SELECT count(*) = 1 FROM pg_stat_activity WHERE state = 'active'"
                  " AND wait_event = 'PgSleep'");
  uch_pg_interrupt (self->pg);
  return NULL;
}

/* The statement ends with BUSY, its transaction with it; the connection goes on, and is the same.
 */
static void
test_interrupt_stops_the_statement (Case *self, gconstpointer data)
{
  g_autoptr (GError) error = NULL;
  gint64   one, pid, pid_before;
  GThread *thread;

  g_assert_true (uch_pg_get_int64 (self->pg, "SELECT pg_backend_pid ()", &pid_before, &error));
  g_assert_true (uch_pg_exec (self->pg, "CREATE TABLE t (n bigint)", &error));
  g_assert_true (uch_pg_begin (self->pg, &error));
  g_assert_true (uch_pg_get_int64 (self->pg, "INSERT INTO t VALUES (1) RETURNING n", &one, &error));
  thread = g_thread_new ("interrupt", interrupt_main, self);
  g_assert_false (uch_pg_get_int64 (self->pg, "SELECT 1 FROM pg_sleep (3600)", &one, &error));
  g_assert_error (error, UCH_PG_ERROR, UCH_PG_ERROR_BUSY);
  g_clear_error (&error);
  g_thread_join (thread);
  uch_pg_rollback (self->pg);

  g_assert_true (uch_pg_get_int64 (self->pg, "SELECT count(*) FROM t", &one, &error));
  g_assert_no_error (error);
  g_assert_cmpint (one, ==, 0);
  g_assert_true (uch_pg_get_int64 (self->pg, "SELECT pg_backend_pid ()", &pid, &error));
  g_assert_cmpint (pid, ==, pid_before);
}

/* An interrupt that finds nothing to stop, or no connection, does no harm to what comes later. */
static void
test_interrupt_of_nothing (Case *self, gconstpointer data)
{
  g_autoptr (GError) error = NULL;
  gint64 one;

  uch_pg_interrupt (self->pg);
  g_assert_true (uch_pg_get_int64 (self->pg, "SELECT 1", &one, &error)
                 || g_error_matches (error, UCH_PG_ERROR, UCH_PG_ERROR_BUSY));
  g_clear_error (&error);
  uch_test_postgres_exec (self->url,
                          "SELECT pg_terminate_backend (pid) FROM pg_stat_activity"
                          " WHERE pid <> pg_backend_pid () AND datname = current_database ()",
                          NULL);
  wait_for (self, "SELECT count(*) = 1 FROM pg_stat_activity WHERE datname = current_database ()");
  g_assert_false (uch_pg_get_int64 (self->pg, "SELECT 1", &one, &error));
  g_assert_error (error, UCH_PG_ERROR, UCH_PG_ERROR_UNAVAILABLE);
  g_clear_error (&error);
  uch_pg_interrupt (self->pg);
  g_assert_true (uch_pg_get_int64 (self->pg, "SELECT 1", &one, &error));
  g_assert_no_error (error);
}

/* Durable commits, whatever the database or the role has set; only more than that is respected. */
static void
test_commits_are_durable (Case *self, gconstpointer data)
{
  static const struct
  {
    const char *set, *expected;
  } cases[] = {
    { "off", "on" },
    { "local", "on" },
    { "remote_write", "on" },
    { "on", "on" },
    { "remote_apply", "remote_apply" },
  };

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    for (guint by_role = 0; by_role < 2; by_role++)
      {
        g_autoptr (GError) error = NULL;
        g_autoptr (UchPg) pg = NULL;
        g_autofree char *name = uch_test_postgres_ask (
            self->url, by_role ? "SELECT 'ROLE ' || quote_ident (current_user)"
                               : "SELECT 'DATABASE ' || quote_ident (current_database ())");
        g_autofree char *set
            = g_strdup_printf ("ALTER %s SET synchronous_commit = %s", name, cases[i].set);
        g_autofree char *reset = g_strdup_printf ("ALTER %s RESET synchronous_commit", name);
        g_autofree char *plain = NULL, *found = NULL, *again = NULL;

        uch_test_postgres_exec (self->url, set, NULL);
        plain = uch_test_postgres_ask (self->url, "SHOW synchronous_commit");
        g_assert_cmpstr (plain, ==, cases[i].set);
        pg = uch_pg_open (self->url, 0, &error);
        g_assert_no_error (error);
        g_assert_true (
            uch_pg_get_text (pg, "SELECT current_setting ('synchronous_commit')", &found, &error));
        g_assert_cmpstr (found, ==, cases[i].expected);

        /* and on the connection that is made anew */
        uch_test_postgres_exec (self->url,
                                "SELECT pg_terminate_backend (pid) FROM pg_stat_activity"
                                " WHERE pid <> pg_backend_pid () AND datname = current_database ()",
                                NULL);
        wait_for (self,
                  "SELECT count(*) = 1 FROM pg_stat_activity WHERE datname = current_database ()");
        g_assert_false (uch_pg_get_text (pg, "SELECT 'lost'", &again, NULL));
        g_assert_true (
            uch_pg_get_text (pg, "SELECT current_setting ('synchronous_commit')", &again, &error));
        g_assert_no_error (error);
        g_assert_cmpstr (again, ==, cases[i].expected);
        uch_test_postgres_exec (self->url, reset, NULL);
      }
}

/* Who listens, and looks at once at what he hears of. */
typedef struct
{
  Case    *test;
  UchPg   *reader;
  guint    n_heard;
  gboolean connected;
} Ear;

static void
heard_cb (const char *text, gpointer user_data)
{
  Ear             *ear = user_data;
  g_autofree char *sql = g_strdup_printf ("SELECT count(*) FROM t WHERE n = %s", text);
  g_autoptr (GError) error = NULL;
  gint64 n;

  g_assert_true (uch_pg_get_int64 (ear->reader, sql, &n, &error));
  g_assert_no_error (error);
  g_assert_cmpint (n, ==, 1);
  ear->n_heard++;
}

static void
connected_cb (gboolean again, gpointer user_data)
{
  ((Ear *) user_data)->connected = TRUE;
}

static const UchPgListenerFuncs ear_funcs = { heard_cb, connected_cb };

static void
note_and_tell (UchPg *pg, gint64 n)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (UchPgStmt) note = uch_pg_prepare (pg, "INSERT INTO t VALUES ($1)");
  g_autoptr (UchPgStmt) tell = uch_pg_prepare (pg, "SELECT pg_notify ('news', $1::text)");

  uch_pg_stmt_bind_int64 (note, 1, n);
  uch_pg_stmt_bind_int64 (tell, 1, n);
  g_assert_true (uch_pg_stmt_run (tell, &error));
  g_assert_true (uch_pg_stmt_run (note, &error));
  g_assert_no_error (error);
}

/* News are told when what they tell of can be read: not while the transaction is open, though they
 * were said at its beginning, and never when it was undone. */
static void
test_news_come_after_the_commit (Case *self, gconstpointer data)
{
  const gint64 n_rounds = 50;
  Ear          ear = { .test = self };
  g_autoptr (GError) error = NULL;
  UchPgListener *listener;

  g_assert_true (uch_pg_exec (self->pg, "CREATE TABLE t (n bigint)", &error));
  ear.reader = uch_pg_open (self->url, UCH_PG_READ_ONLY, &error);
  g_assert_no_error (error);
  listener = uch_pg_listener_new (self->pg, "news", &ear_funcs, &ear);
  while (!ear.connected)
    g_main_context_iteration (NULL, TRUE);
  for (gint64 i = 0; i < n_rounds; i++)
    {
      gboolean kept = i % 5 != 3;
      guint    n_before = ear.n_heard;

      g_assert_true (uch_pg_begin (self->pg, &error));
      note_and_tell (self->pg, i);
      /* a word of somebody else comes past the open transaction: so would ours, were it told */
      uch_test_postgres_exec (self->url,
                              "INSERT INTO t VALUES (-1);"
                              "SELECT pg_notify ('news', '-1')",
                              NULL);
      while (ear.n_heard == n_before)
        g_main_context_iteration (NULL, TRUE);
      g_assert_cmpuint (ear.n_heard, ==, n_before + 1);
      uch_test_postgres_exec (self->url, "DELETE FROM t WHERE n = -1", NULL);
      if (!kept)
        {
          uch_pg_rollback (self->pg);
          continue;
        }
      g_assert_true (uch_pg_commit (self->pg, &error));
      g_assert_no_error (error);
      while (ear.n_heard == n_before + 1)
        g_main_context_iteration (NULL, TRUE);
    }
  uch_pg_listener_free (listener);
  uch_pg_close (ear.reader);
  g_assert_cmpuint (ear.n_heard, ==, n_rounds + n_rounds * 4 / 5);
}

int
main (int argc, char *argv[])
{
  static const struct
  {
    const char *path;
    void (*run) (Case *, gconstpointer);
  } tests[] = {
    { "/pg/interrupt-stops-the-statement", test_interrupt_stops_the_statement },
    { "/pg/interrupt-of-nothing", test_interrupt_of_nothing },
    { "/pg/commits-are-durable", test_commits_are_durable },
    { "/pg/news-come-after-the-commit", test_news_come_after_the_commit },
  };

  g_test_init (&argc, &argv, NULL);
  for (guint i = 0; i < G_N_ELEMENTS (tests); i++)
    g_test_add (tests[i].path, Case, NULL, set_up, tests[i].run, tear_down);
  return g_test_run ();
}

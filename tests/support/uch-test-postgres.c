#include "support/uch-test-postgres.h"

#include <fcntl.h>
#include <glib/gstdio.h>
#include <grp.h>
#include <libpq-fe.h>
#include <pwd.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#define USER "uchastok"
/* How long a server may take to come up, also after a crash. */
#define START_MS 60000

static struct
{
  char    *dir; /* the socket, and "data" below */
  char    *bin;
  pid_t    owner; /* a fork of the test must not end the server */
  pid_t    pid;
  guint    n_databases;
  uid_t    uid; /* PostgreSQL refuses to run as root */
  gid_t    gid;
  gboolean drop;
} server;

static char *
find_bin (void)
{
  g_autofree char *best = NULL;
  const char      *root = "/usr/lib/postgresql";
  g_autoptr (GDir) dir = g_dir_open (root, 0, NULL);
  const char *name;

  while (dir != NULL && (name = g_dir_read_name (dir)) != NULL)
    if (best == NULL || atoi (name) > atoi (best))
      {
        g_free (best);
        best = g_strdup (name);
      }
  if (best == NULL)
    g_error ("PostgreSQL is not installed: ./dev setup");
  return g_build_filename (root, best, "bin", NULL);
}

static void
become_user (gpointer data)
{
  if (server.drop
      && (setgroups (0, NULL) != 0 || setgid (server.gid) != 0 || setuid (server.uid) != 0))
    _exit (126);
  prctl (PR_SET_PDEATHSIG, SIGQUIT);
}

static void
run (const char *const *argv)
{
  g_autoptr (GError) error = NULL;
  g_autofree char *said = NULL;
  int              status;

  if (!g_spawn_sync ("/", (char **) argv, NULL, G_SPAWN_STDOUT_TO_DEV_NULL, become_user, NULL, NULL,
                     &said, &status, &error)
      || !g_spawn_check_wait_status (status, &error))
    g_error ("%s: %s: %s", argv[0], error->message, said);
}

void
uch_test_postgres_start (void)
{
  g_autofree char  *program = g_build_filename (server.bin, "postgres", NULL);
  g_autofree char  *data = g_build_filename (server.dir, "data", NULL);
  g_autofree char  *url = g_strdup_printf ("postgresql:///postgres?host=%s", server.dir);
  g_autofree char  *log = g_build_filename (server.dir, "log", NULL);
  const char *const argv[] = { program,
                               "-D",
                               data,
                               "-k",
                               server.dir,
                               "-h",
                               "",
                               "-p",
                               "5432",
                               "-c",
                               "shared_buffers=16MB",
                               "-c",
                               "max_connections=40",
                               "-c",
                               "log_destination=stderr",
                               "-c",
                               "deadlock_timeout=100ms",
                               NULL };
  g_autoptr (GError) error = NULL;
  gint64 deadline = g_get_monotonic_time () + START_MS * 1000;
  int    fd = g_open (log, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600);
  GPid   pid;

  if (!g_spawn_async_with_fds ("/", (char **) argv, NULL, G_SPAWN_DO_NOT_REAP_CHILD, become_user,
                               NULL, &pid, -1, fd, fd, &error))
    g_error ("%s: %s", program, error->message);
  close (fd);
  server.pid = pid;
  while (PQping (url) != PQPING_OK)
    {
      g_autofree char *text = NULL;

      g_usleep (20000);
      g_file_get_contents (log, &text, NULL, NULL);
      if (g_get_monotonic_time () > deadline || waitpid (pid, NULL, WNOHANG) != 0)
        g_error ("the server does not come up: %s", text);
    }
}

void
uch_test_postgres_stop (int sig)
{
  kill (server.pid, sig);
  g_assert_cmpint (waitpid (server.pid, NULL, 0), ==, server.pid);
  server.pid = 0;
}

static void
clean_up (void)
{
  g_autofree char *command = g_strdup_printf ("rm -rf %s", server.dir);

  if (getpid () != server.owner)
    return;
  if (server.pid != 0)
    uch_test_postgres_stop (SIGQUIT);
  g_spawn_command_line_sync (command, NULL, NULL, NULL, NULL);
}

const char *
uch_test_postgres_get_dir (void)
{
  const char *parent = g_getenv ("UCH_TEST_POSTGRES_PARENT");
  g_autofree char *template
      = g_build_filename (parent != NULL ? parent : "/dev/shm", "uch-pg-XXXXXX", NULL);
  g_autofree char     *initdb = NULL, *data = NULL;
  const struct passwd *user;

  if (server.dir != NULL)
    return server.dir;
  server.bin = find_bin ();
  server.dir = g_mkdtemp (template) != NULL ? g_steal_pointer (&template)
                                            : g_dir_make_tmp ("uch-pg-XXXXXX", NULL);
  server.owner = getpid ();
  if (geteuid () == 0)
    {
      user = getpwnam ("postgres");
      if (user == NULL)
        user = getpwnam ("nobody");
      g_assert_nonnull (user);
      server.uid = user->pw_uid;
      server.gid = user->pw_gid;
      server.drop = TRUE;
      g_assert_cmpint (chown (server.dir, server.uid, server.gid), ==, 0);
    }
  initdb = g_build_filename (server.bin, "initdb", NULL);
  data = g_build_filename (server.dir, "data", NULL);
  run ((const char *const[]){ initdb, "-D", data, "-U", USER, "-A", "trust", "--encoding=UTF8",
                              "--locale=C.UTF-8", "--wal-segsize=1", "--data-checksums",
                              "--no-sync", NULL });
  atexit (clean_up);
  uch_test_postgres_start ();
  return server.dir;
}

void
uch_test_postgres_make_dir (const char *name)
{
  g_autofree char *path = g_build_filename (server.dir, name, NULL);

  g_assert_cmpint (g_mkdir (path, 0700), ==, 0);
  if (server.drop)
    g_assert_cmpint (chown (path, server.uid, server.gid), ==, 0);
}

static PGconn *
connect_to (const char *url)
{
  PGconn *conn = PQconnectdb (url);

  if (PQstatus (conn) != CONNECTION_OK)
    g_error ("%s", PQerrorMessage (conn));
  return conn;
}

static char *
url_of (const char *database)
{
  return g_strdup_printf ("postgresql://" USER "@/%s?host=%s", database, server.dir);
}

char *
uch_test_postgres_add_database (void)
{
  g_autofree char *name = NULL, *sql = NULL, *postgres = NULL;

  uch_test_postgres_get_dir ();
  name = g_strdup_printf ("d%u", ++server.n_databases);
  sql = g_strdup_printf ("CREATE DATABASE %s", name);
  postgres = url_of ("postgres");
  uch_test_postgres_exec (postgres, sql, NULL);
  return url_of (name);
}

void
uch_test_postgres_drop_database (const char *url)
{
  const char      *name = strstr (url, "@/") + 2;
  g_autofree char *postgres = url_of ("postgres");
  g_autofree char *sql
      = g_strdup_printf ("DROP DATABASE %.*s WITH (FORCE)", (int) strcspn (name, "?"), name);

  uch_test_postgres_exec (postgres, sql, NULL);
}

void
uch_test_postgres_exec (const char *url, const char *sql, char **out_state)
{
  PGconn   *conn = connect_to (url);
  PGresult *result = PQexec (conn, sql);
  gboolean  done
      = PQresultStatus (result) == PGRES_COMMAND_OK || PQresultStatus (result) == PGRES_TUPLES_OK;

  if (out_state != NULL)
    *out_state = done ? NULL : g_strdup (PQresultErrorField (result, PG_DIAG_SQLSTATE));
  else if (!done)
    g_error ("%s: %s", sql, PQerrorMessage (conn));
  PQclear (result);
  PQfinish (conn);
}

char *
uch_test_postgres_ask (const char *url, const char *sql)
{
  PGconn   *conn = connect_to (url);
  PGresult *result = PQexec (conn, sql);
  char     *answer;

  if (PQresultStatus (result) != PGRES_TUPLES_OK)
    g_error ("%s: %s", sql, PQerrorMessage (conn));
  answer = PQntuples (result) > 0 ? g_strdup (PQgetvalue (result, 0, 0)) : NULL;
  PQclear (result);
  PQfinish (conn);
  return answer;
}

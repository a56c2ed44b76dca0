#define G_LOG_DOMAIN "uch-pg"

#include "pg/uch-pg.h"

#include <string.h>

#include "pg/uch-pg-private.h"

/* How long a statement waits for somebody else's lock before it gives BUSY. */
#define LOCK_TIMEOUT_MS 5000
/* A process that stands still with a transaction open loses it: others wait for its locks. */
#define IDLE_IN_TRANSACTION_MS 15000

G_DEFINE_QUARK (uch - pg - error - quark, uch_pg_error)

static UchPgError
error_from_state (const char *state)
{
  static const struct
  {
    const char *prefix;
    UchPgError  code;
  } codes[] = {
    { "40001", UCH_PG_ERROR_RETRY },       /* serialization failure */
    { "40P01", UCH_PG_ERROR_RETRY },       /* deadlock detected */
    { "55P03", UCH_PG_ERROR_BUSY },        /* lock not available */
    { "57014", UCH_PG_ERROR_BUSY },        /* query canceled */
    { "57P", UCH_PG_ERROR_UNAVAILABLE },   /* shutdown, crash, cannot connect now, idle */
    { "25P03", UCH_PG_ERROR_UNAVAILABLE }, /* idle in transaction for too long */
    { "08", UCH_PG_ERROR_UNAVAILABLE },    /* connection */
    { "53300", UCH_PG_ERROR_UNAVAILABLE }, /* too many connections */
    { "53", UCH_PG_ERROR_FULL },           /* disk, memory, limits */
    { "25006", UCH_PG_ERROR_READ_ONLY },   /* read only transaction */
    { "42501", UCH_PG_ERROR_READ_ONLY },   /* no permission */
    { "XX001", UCH_PG_ERROR_CORRUPT },     /* data corrupted */
    { "XX002", UCH_PG_ERROR_CORRUPT },     /* index corrupted */
    { "58", UCH_PG_ERROR_UNAVAILABLE },    /* the server's own files */
    { "23", UCH_PG_ERROR_CONSTRAINT },     /* integrity */
    { "22", UCH_PG_ERROR_CONSTRAINT },     /* a value that cannot be */
    { "54", UCH_PG_ERROR_CONSTRAINT },     /* a value too long for an index */
  };

  for (guint i = 0; state != NULL && i < G_N_ELEMENTS (codes); i++)
    if (g_str_has_prefix (state, codes[i].prefix))
      return codes[i].code;
  return UCH_PG_ERROR_FAILED;
}

/* One line of what libpq says in several. */
static char *
dup_line (const char *said)
{
  g_auto (GStrv) lines = g_strsplit (said != NULL ? said : "", "\n", -1);
  g_autoptr (GStrvBuilder) builder = g_strv_builder_new ();
  g_auto (GStrv) kept = NULL;

  for (guint i = 0; lines[i] != NULL; i++)
    if (*g_strstrip (lines[i]) != '\0')
      g_strv_builder_add (builder, lines[i]);
  kept = g_strv_builder_end (builder);
  return g_strjoinv ("; ", kept);
}

static void
lose (UchPg *pg)
{
  g_mutex_lock (&pg->cancel_lock);
  g_clear_pointer (&pg->cancel, PQfreeCancel);
  g_mutex_unlock (&pg->cancel_lock);
  g_clear_pointer (&pg->conn, PQfinish);
  g_array_set_size (pg->sent, 0);
  pg->generation++;
}

/* The connection is of no use any more: drops it, sets @error and returns FALSE. */
gboolean
uch_pg_fail_lost (UchPg *pg, const char *said, GError **error)
{
  g_autofree char *line
      = dup_line (said != NULL ? said : (pg->conn != NULL ? PQerrorMessage (pg->conn) : NULL));

  g_set_error (error, UCH_PG_ERROR, UCH_PG_ERROR_UNAVAILABLE,
               "The connection to the database %s is lost: %s", pg->name, line);
  lose (pg);
  return FALSE;
}

/* Sets @error from a failed result and returns FALSE. The details are left out: they quote rows. */
gboolean
uch_pg_fail (UchPg *pg, const PGresult *result, GError **error)
{
  const char      *state = PQresultErrorField (result, PG_DIAG_SQLSTATE);
  const char      *severity = PQresultErrorField (result, PG_DIAG_SEVERITY_NONLOCALIZED);
  const char      *said = PQresultErrorField (result, PG_DIAG_MESSAGE_PRIMARY);
  g_autofree char *line = dup_line (said != NULL ? said : PQresultErrorMessage (result));

  if (PQstatus (pg->conn) == CONNECTION_BAD
      || (severity != NULL && !g_str_equal (severity, "ERROR")))
    return uch_pg_fail_lost (pg, line, error);
  g_set_error (error, UCH_PG_ERROR, error_from_state (state), "The database %s: %s (%s)", pg->name,
               line, state != NULL ? state : "no code");
  return FALSE;
}

static void
notice_cb (void *data, const char *message)
{
  g_debug ("%s", message);
}

/* The address as it may be shown: no password, no parameters. */
char *
uch_pg_dup_name (const char *url)
{
  g_autoptr (GUri) uri = g_uri_parse (
      url, G_URI_FLAGS_HAS_PASSWORD | G_URI_FLAGS_PARSE_RELAXED | G_URI_FLAGS_ENCODED, NULL);
  const char *user = uri != NULL ? g_uri_get_user (uri) : NULL;
  const char *host = uri != NULL ? g_uri_get_host (uri) : NULL;
  const char *path = uri != NULL ? g_uri_get_path (uri) : NULL;

  /* Several hosts, or another form that only libpq reads: say no more than what it is. */
  if (uri == NULL)
    return g_strdup ("postgresql:");
  return g_strconcat ("postgresql://", user != NULL ? user : "", user != NULL ? "@" : "",
                      host != NULL ? host : "", path != NULL ? path : "", NULL);
}

/* What the URL says wins over the first values and loses against the last ones. */
PGconn *
uch_pg_connect (const char *url, char **out_problem)
{
  static const char *const names[] = {
    "connect_timeout",           "keepalives_idle",
    "keepalives_interval",       "keepalives_count",
    "tcp_user_timeout",          "target_session_attrs",
    "fallback_application_name", "dbname",
    "client_encoding",           NULL,
  };
  const char *const values[]
      = { "5", "10", "5", "3", "20000", "read-write", "uchastok-store", url, "UTF8", NULL };
  PGconn *conn = PQconnectdbParams (names, values, 1);

  PQsetNoticeProcessor (conn, notice_cb, NULL);
  if (PQstatus (conn) == CONNECTION_OK)
    return conn;
  *out_problem = dup_line (PQerrorMessage (conn));
  PQfinish (conn);
  return NULL;
}

static gboolean
set_search_path (UchPg *pg, const char *schema, GError **error)
{
  g_autofree char *sql = g_strconcat ("SET search_path TO ", schema, NULL);

  return uch_pg_exec (pg, sql, error);
}

/* A commit that was answered survives a power cut, whatever the role or the database has set; an
 * administrator may ask for more than that. */
static gboolean
configure (UchPg *pg, GError **error)
{
  g_autofree char *settings = g_strdup_printf (
      "SELECT set_config ('synchronous_commit', CASE"
      " WHEN current_setting ('synchronous_commit') = 'remote_apply'"
      " THEN 'remote_apply' ELSE 'on' END, false);"
      "SET lock_timeout = %d;"
      "SET idle_in_transaction_session_timeout = %d;"
      "SET statement_timeout = 0;"
      "SET default_transaction_isolation = 'read committed';"
      "SET default_transaction_read_only = %s;"
      "SET extra_float_digits = 3;"
      "SET jit = off",
      LOCK_TIMEOUT_MS, IDLE_IN_TRANSACTION_MS, (pg->flags & UCH_PG_READ_ONLY) ? "on" : "off");

  if (!uch_pg_exec (pg, settings, error)
      || (pg->schema != NULL && !set_search_path (pg, pg->schema, error)))
    return FALSE;
  if (g_strcmp0 (PQparameterStatus (pg->conn, "server_encoding"), "UTF8") == 0)
    return TRUE;
  g_set_error (error, UCH_PG_ERROR, UCH_PG_ERROR_FOREIGN,
               "The database %s is not in UTF-8: make one with ENCODING 'UTF8'", pg->name);
  return FALSE;
}

static gboolean
connect_anew (UchPg *pg, GError **error)
{
  g_autofree char *problem = NULL;
  gboolean         done;

  pg->conn = uch_pg_connect (pg->url, &problem);
  if (pg->conn == NULL)
    {
      g_set_error (error, UCH_PG_ERROR, UCH_PG_ERROR_UNAVAILABLE,
                   "No connection to the database %s: %s", pg->name, problem);
      return FALSE;
    }
  pg->generation++;
  g_mutex_lock (&pg->cancel_lock);
  pg->cancel = PQgetCancel (pg->conn);
  g_mutex_unlock (&pg->cancel_lock);
  PQenterPipelineMode (pg->conn);

  pg->greeting = TRUE;
  done = configure (pg, error) && (pg->greet == NULL || pg->greet (pg, pg->greet_data, error));
  pg->greeting = FALSE;
  if (!done && pg->conn != NULL)
    lose (pg);
  return done;
}

/* There is a connection, if need be a new one; none is made within a transaction, whose beginning
 * it would not know. */
gboolean
uch_pg_ensure (UchPg *pg, GError **error)
{
  g_assert (pg->owner == g_thread_self ());
  if (pg->conn != NULL)
    return TRUE;
  if (pg->in_transaction || pg->greeting)
    return uch_pg_fail_lost (pg, "in the middle of a transaction", error);
  return connect_anew (pg, error);
}

/**
 * uch_pg_open:
 * @url: `postgresql://…` as libpq reads it; a password may stand in it, or in PGPASSFILE, or in
 *   a service file
 * @flags: how to open it
 * @error: return location
 *
 * Connects. A connection that is lost later is made anew at the next use outside a transaction.
 * Commits are durable (synchronous_commit) whatever the server's own setting. The calling thread
 * becomes the owner, see uch_pg_adopt().
 *
 * Errors: %UCH_PG_ERROR_BAD_ADDRESS, %UCH_PG_ERROR_UNAVAILABLE, %UCH_PG_ERROR_FOREIGN when the
 * database is not in UTF-8.
 *
 * Returns: (transfer full) (nullable): the connection
 */
UchPg *
uch_pg_open (const char *url, UchPgFlags flags, GError **error)
{
  g_autoptr (UchPg) pg = NULL;
  PQconninfoOption *options
      = g_str_has_prefix (url, "postgresql://") || g_str_has_prefix (url, "postgres://")
            ? PQconninfoParse (url, NULL)
            : NULL;

  /* What libpq has to say about it quotes the address, and the password with it. */
  if (options == NULL)
    {
      g_set_error_literal (error, UCH_PG_ERROR, UCH_PG_ERROR_BAD_ADDRESS,
                           "That is no address of a database: it should be"
                           " postgresql://USER@HOST:PORT/DATABASE");
      return NULL;
    }
  PQconninfoFree (options);

  pg = g_new0 (UchPg, 1);
  pg->url = g_strdup (url);
  pg->name = uch_pg_dup_name (url);
  pg->flags = flags;
  pg->owner = g_thread_self ();
  pg->cache
      = g_hash_table_new_full (g_str_hash, g_str_equal, NULL, (GDestroyNotify) uch_pg_stmt_free);
  pg->sent = g_array_new (FALSE, FALSE, sizeof (UchPgSent));
  g_mutex_init (&pg->cancel_lock);
  return connect_anew (pg, error) ? g_steal_pointer (&pg) : NULL;
}

/**
 * uch_pg_close:
 * @pg: (transfer full) (nullable): a connection
 *
 * Closes the connection; an open transaction is rolled back.
 */
void
uch_pg_close (UchPg *pg)
{
  if (pg == NULL)
    return;
  if (pg->conn != NULL && pg->sent->len > 0)
    uch_pg_collect (pg, NULL, NULL);
  lose (pg);
  g_hash_table_unref (pg->cache);
  g_array_unref (pg->sent);
  g_mutex_clear (&pg->cancel_lock);
  memset (pg->url, 0, strlen (pg->url));
  g_free (pg->url);
  g_free (pg->name);
  g_free (pg->schema);
  g_free (pg);
}

/**
 * uch_pg_get_name:
 * @pg: a connection
 *
 * Returns: the address without a password, for people
 */
const char *
uch_pg_get_name (UchPg *pg)
{
  return pg->name;
}

/**
 * uch_pg_adopt:
 * @pg: a connection
 *
 * Makes the calling thread the owner. The former owner must have stopped using it.
 */
void
uch_pg_adopt (UchPg *pg)
{
  pg->owner = g_thread_self ();
}

/**
 * uch_pg_set_greeting:
 * @pg: a connection
 * @greet: called on every later connection before it is used
 * @user_data: for @greet
 *
 * A server that comes back may be another one: @greet looks.
 */
void
uch_pg_set_greeting (UchPg *pg, UchPgGreetFunc greet, gpointer user_data)
{
  pg->greet = greet;
  pg->greet_data = user_data;
}

/**
 * uch_pg_use_schema:
 * @pg: a connection outside a transaction
 * @schema: quoted as SQL wants it
 * @error: return location
 *
 * Works in this schema from now on, also after a new connection.
 *
 * Returns: whether it does
 */
gboolean
uch_pg_use_schema (UchPg *pg, const char *schema, GError **error)
{
  if (!set_search_path (pg, schema, error))
    return FALSE;
  g_free (pg->schema);
  pg->schema = g_strdup (schema);
  return TRUE;
}

/**
 * uch_pg_interrupt:
 * @pg: a connection
 *
 * From any thread: makes the statement that runs now fail with %UCH_PG_ERROR_BUSY.
 */
void
uch_pg_interrupt (UchPg *pg)
{
  char problem[256];

  g_mutex_lock (&pg->cancel_lock);
  if (pg->cancel != NULL && !PQcancel (pg->cancel, problem, sizeof problem))
    g_debug ("cannot interrupt: %s", problem);
  g_mutex_unlock (&pg->cancel_lock);
}

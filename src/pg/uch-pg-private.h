#pragma once

#include <libpq-fe.h>

#include "pg/uch-pg.h"

/* One message on its way to the server whose answer is not read yet. */
typedef struct
{
  enum
  {
    UCH_PG_SENT_PARSE,
    UCH_PG_SENT_QUERY,
    UCH_PG_SENT_SYNC,
  } kind;
  UchPgStmt *stmt; /* (unowned) (nullable) */
  gboolean   hint; /* whether it succeeds is all the same */
} UchPgSent;

struct _UchPg
{
  PGconn        *conn;   /* (owned) (nullable) in pipeline mode; NULL: connect at the next use */
  char          *url;    /* (owned) may hold a password: shown to nobody */
  char          *name;   /* (owned) the same without it */
  char          *schema; /* (owned) (nullable): to work in, instead of the role's own; quoted */
  UchPgFlags     flags;
  UchPgGreetFunc greet;
  gpointer       greet_data;
  gboolean       greeting;
  GThread       *owner;      /* (unowned) the only thread that may use the connection */
  GHashTable    *cache;      /* sql (owned by the value) → UchPgStmt (owned) */
  GArray        *sent;       /* of UchPgSent, in order */
  guint          generation; /* of the connection: what was prepared on another one is not there */
  guint          n_names;
  guint          depth; /* open savepoints */
  gboolean       in_transaction;
  GMutex         cancel_lock;
  PGcancel      *cancel; /* (owned) (nullable) guarded by the lock */
};

gboolean uch_pg_fail (UchPg *pg, const PGresult *result, GError **error);
gboolean uch_pg_fail_lost (UchPg *pg, const char *said, GError **error);
gboolean uch_pg_ensure (UchPg *pg, GError **error);
gboolean uch_pg_collect (UchPg *pg, PGresult **out_result, GError **error);
void     uch_pg_stmt_free (UchPgStmt *stmt);
PGconn  *uch_pg_connect (const char *url, char **out_problem);
char    *uch_pg_dup_name (const char *url);

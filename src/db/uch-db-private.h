#pragma once

#include <sqlite3.h>

#include "db/uch-db.h"

struct _UchDb
{
  sqlite3    *handle;
  char       *path;
  GThread    *owner;  /* (unowned) the only thread that may use the connection */
  GHashTable *cache;  /* sql (owned by the value) → UchDbStmt (owned) */
  GHashTable *known;  /* text by its address (unowned) → UchDbStmt (unowned), all in the cache */
  GQueue      by_use; /* cached statements, the most recently used first */
  guint       n_in_hand; /* statements prepared and not yet released */
  guint       depth;     /* open savepoints */
};

struct _UchDbStmt
{
  UchDb        *db;
  sqlite3_stmt *handle;
  char         *sql;
  const char   *known_as; /* (unowned) (nullable): its key in UchDb.known */
  GList         link;     /* in UchDb.by_use */
  gboolean      cached;
  gboolean      in_hand;
  int           bind_rc; /* the first failure of a bind, told by the next step */
};

void     uch_db_assert_owner (UchDb *db);
gboolean uch_db_fail (sqlite3 *handle, int rc, const char *doing, GError **error);
void     uch_db_stmt_free (UchDbStmt *stmt);

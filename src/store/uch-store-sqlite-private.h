#pragma once

#include "db/uch-db.h"
#include "store/uch-store-backend.h"

typedef struct
{
  UchStoreBackend parent;
  UchDb          *db;        /* (owned) */
  char           *marks_sql; /* the order over all tables, see list_marks() */
} UchStoreSqlite;

gboolean uch_store_sqlite_said (gboolean done, GError **error);

/* uch-store-sqlite-positions.c */
gboolean uch_store_sqlite_put_position (UchStoreBackend       *backend,
                                        const UchLastPosition *position,
                                        gboolean               shown,
                                        gboolean              *out_known,
                                        GError               **error);
gboolean uch_store_sqlite_get_last_position (UchStoreBackend  *backend,
                                             const char       *engineer_id,
                                             UchLastPosition **out_position,
                                             GError          **error);
gboolean uch_store_sqlite_count_fate (UchStoreBackend *backend,
                                      const char      *engineer_id,
                                      UchPositionFate  fate,
                                      GError         **error);
gboolean uch_store_sqlite_get_fates (UchStoreBackend *backend, gint64 *out_counts, GError **error);
GPtrArray *uch_store_sqlite_page_positions (
    UchStoreBackend *backend, const char *engineer_id, UchTime at, guint limit, GError **error);
GPtrArray *uch_store_sqlite_list_fates (UchStoreBackend *backend, GError **error);
gboolean
uch_store_sqlite_put_fate (UchStoreBackend *backend, const UchStoreFate *fate, GError **error);
gboolean uch_store_sqlite_prune (UchStoreBackend *backend,
                                 UchStoreOld      what,
                                 UchTime          before,
                                 gint64          *out_last_seq,
                                 GError         **error);

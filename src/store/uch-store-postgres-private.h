#pragma once

#include "pg/uch-pg.h"
#include "store/uch-store-backend.h"

/* Marks the tables as a store's. */
#define UCH_STORE_POSTGRES_PRODUCT "uchastok-store"

typedef struct
{
  UchStoreBackend parent;
  UchPg          *pg;        /* (owned) */
  char           *uuid;      /* (owned) (nullable): the epoch, while writing */
  char           *channel;   /* (owned): where commits are told */
  char           *marks_sql; /* the order over all tables, see list_marks() */
  GHashTable     *memory;    /* (owned): rows that are known while writing */
  gboolean        writing;
  gint64          numbers[UCH_N_STORE_NUMBERS]; /* while writing: nobody else changes them */
  gint64          saved_ticket_number;          /* at the savepoint */
  gint64          told_head;
} UchStorePostgres;

UchStoreBackend *uch_store_postgres_open_in (const char   *url,
                                             const char   *schema,
                                             UchStoreFlags flags,
                                             GError      **error);
gboolean         uch_store_postgres_said (UchStoreBackend *backend, gboolean done, GError **error);

/* uch-store-postgres-rows.c */
GHashTable *uch_store_postgres_memory_new (void);
gboolean    uch_store_postgres_get_row (UchStoreBackend *backend,
                                        const UchSchema *schema,
                                        const char      *id,
                                        gpointer        *out_row,
                                        GError         **error);
GPtrArray  *uch_store_postgres_find_rows (UchStoreBackend *backend,
                                          const UchSchema *schema,
                                          const char      *field,
                                          const char      *value,
                                          GError         **error);
gboolean    uch_store_postgres_put_row (UchStoreBackend *backend,
                                        gconstpointer    row,
                                        gint64           seq,
                                        GError         **error);
gboolean    uch_store_postgres_delete_row (UchStoreBackend *backend,
                                           const UchSchema *schema,
                                           const char      *id,
                                           GError         **error);

/* uch-store-postgres-feed.c: the order, and what must be true of it */
GArray *
uch_store_postgres_list_marks (UchStoreBackend *backend, gint64 after, guint limit, GError **error);
char      *uch_store_postgres_write_marks_sql (void);
GPtrArray *uch_store_postgres_list_changed (
    UchStoreBackend *backend, const UchSchema *schema, gint64 after, gint64 to, GError **error);
GPtrArray *uch_store_postgres_list_deletions (UchStoreBackend *backend,
                                              gint64           after,
                                              gint64           to,
                                              GError         **error);
gboolean   uch_store_postgres_count_ops (UchStoreBackend *backend,
                                         gint64          *out_n,
                                         gint64          *out_last,
                                         GError         **error);
gboolean   uch_store_postgres_max_row_seq (UchStoreBackend *backend,
                                           const UchSchema *schema,
                                           gint64          *out_seq,
                                           GError         **error);
gboolean   uch_store_postgres_check (UchStoreBackend *backend, GError **error);

/* uch-store-postgres-positions.c */
gboolean uch_store_postgres_put_position (UchStoreBackend       *backend,
                                          const UchLastPosition *position,
                                          gboolean               shown,
                                          gboolean              *out_known,
                                          GError               **error);
gboolean uch_store_postgres_get_last_position (UchStoreBackend  *backend,
                                               const char       *engineer_id,
                                               UchLastPosition **out_position,
                                               GError          **error);
gboolean uch_store_postgres_count_fate (UchStoreBackend *backend,
                                        const char      *engineer_id,
                                        UchPositionFate  fate,
                                        GError         **error);
gboolean
uch_store_postgres_get_fates (UchStoreBackend *backend, gint64 *out_counts, GError **error);
GPtrArray *uch_store_postgres_page_positions (
    UchStoreBackend *backend, const char *engineer_id, UchTime at, guint limit, GError **error);
GPtrArray *uch_store_postgres_list_fates (UchStoreBackend *backend, GError **error);
gboolean
uch_store_postgres_put_fate (UchStoreBackend *backend, const UchStoreFate *fate, GError **error);
gboolean uch_store_postgres_prune (UchStoreBackend *backend,
                                   UchStoreOld      what,
                                   UchTime          before,
                                   gint64          *out_last_seq,
                                   GError         **error);

/* uch-store-postgres-line.c */
UchStoreLine *uch_store_postgres_open_line (UchStoreBackend         *backend,
                                            const UchStoreLineFuncs *funcs,
                                            gpointer                 user_data);

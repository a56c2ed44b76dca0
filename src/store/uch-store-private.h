#pragma once

#include "core/uch-snapshot.h"
#include "store/uch-store-accounts.h"
#include "store/uch-store-backend.h"
#include "store/uch-store-positions.h"

#define UCH_TYPE_STORE_SNAPSHOT (uch_store_snapshot_get_type ())
G_DECLARE_FINAL_TYPE (UchStoreSnapshot, uch_store_snapshot, UCH, STORE_SNAPSHOT, GObject)

struct _UchStore
{
  GObject           parent_instance;
  UchStoreBackend  *backend;  /* (owned) */
  UchStoreSnapshot *snapshot; /* (owned) */
  char             *uuid;     /* (owned) */
  UchRandomFunc     random;
  gpointer          random_data; /* (unowned) */
  gboolean          read_only;
  gboolean          in_transaction;
  gint64            head;        /* within a writing transaction */
  gint64            committed;   /* the last head that this connection made durable */
  gint64            head_before; /* when the transaction began */
  UchStoreMeter     meter;       /* (nullable) */
  gpointer          meter_data;  /* (unowned) */
  guint             n_staff_changes;
  UchTime           compacted_at;
  gboolean          dates_move;   /* what was moved last may move others */
  guint64           dates_digest; /* of the calendar by which all owed contacts are dated */
};

/* The outbox of the store's own operations. */
#define UCH_STORE_CLIENT "store"

/* Calls the backend: BACKEND (self, get_row, schema, id, &row, error) */
#define BACKEND(self, verb, ...) ((self)->backend->klass->verb ((self)->backend, ##__VA_ARGS__))

/* What decide sees while a writing transaction is open. A question that the database could not
 * answer is kept here: "there is no such row" would be a lie. */
struct _UchStoreSnapshot
{
  GObject          parent_instance;
  UchStoreBackend *backend; /* (unowned) */
  GError          *error;   /* (owned) (nullable) */
};

UchStoreSnapshot *uch_store_snapshot_new (UchStoreBackend *backend);
gboolean          uch_store_snapshot_check (UchStoreSnapshot *self, GError **error);

UchStore *uch_store_new_on (UchStoreBackend *backend,
                            gboolean         read_only,
                            UchRandomFunc    random,
                            gpointer         random_data,
                            UchTime          now,
                            GError         **error);

/* A writing transaction; commit and rollback end it. */
gboolean uch_store_begin (UchStore *self, GError **error);
gboolean uch_store_commit (UchStore *self, GError **error);
void     uch_store_rollback (UchStore *self);
gint64   uch_store_get_committed (UchStore *self);
/* A line to the other processes at this database; NULL where there can be none. */
UchStoreLine          *
uch_store_open_line (UchStore *self, const UchStoreLineFuncs *funcs, gpointer user_data);
gboolean uch_store_gave_way (UchStore *self, guint *n_retries);
char    *uch_store_make_id (UchStore *self, UchTime now);

/* uch-store-push.c: one push within a writing transaction */
GPtrArray *uch_store_push_within (UchStore         *self,
                                  const UchSession *session,
                                  const char       *client,
                                  GPtrArray        *ops,
                                  UchTime           now,
                                  gint64           *out_last_mid,
                                  GError          **error);

/* uch-store-sessions.c: who this is now, by what the database says; SIGNED_OUT when nobody */
UchSession *
uch_store_refresh_session (UchStore *self, const UchSession *session, UchTime now, GError **error);
gboolean uch_store_check_admin (UchStore *self, const UchSession *by, UchTime now, GError **error);
char    *uch_store_make_token (UchStore *self);
char    *uch_store_hash_token (const char *token);
UchSession *uch_store_add_session (UchStore         *self,
                                   const UchAccount *account,
                                   const UchSignIn  *who,
                                   UchTime           now,
                                   char            **out_token,
                                   GError          **error);
UchAccount *uch_store_find_account (UchStore *self, const char *login, GError **error);

/* uch-store-upkeep.c, uch-store-dates.c: what the store does by itself */
char *uch_store_make_tick_id (UchStoreDue due, const UchEntity *row);
gboolean
uch_store_collect_dates (UchStore *self, UchTime now, guint limit, GPtrArray *ops, GError **error);

/* uch-store-sight.c: what a role may see */
gboolean   uch_store_may_see_table (const UchSession *session, UchTable table);
UchEntity *uch_store_dup_seen (const UchSession *session, UchEntity *row);
UchEntity *uch_store_dup_masked (UchEntity *row);
gboolean   uch_store_log_look (UchStore         *self,
                               const UchSession *session,
                               const UchEntity  *row,
                               const char       *field,
                               UchTime           now,
                               GError          **error);
void
uch_store_show (const UchSession *session, UchEntity *view, UchEntityViewFunc func, gpointer data);

/* uch-store-copy.c */
gboolean uch_store_back_up_by_copy (UchStore            *self,
                                    const char          *path,
                                    UchStoreProgressFunc progress,
                                    gpointer             user_data,
                                    GCancellable        *cancellable,
                                    GError             **error);

/* uch-store-upkeep.c: operations of the store's own, within a writing transaction */
gboolean
uch_store_push_own (UchStore *self, GPtrArray *ops, UchTime now, guint *out_n_done, GError **error);

/* uch-store-arrivals.c: within the transaction that has recorded the positions */
gboolean uch_store_confirm_arrivals (UchStore              *self,
                                     const char            *engineer_id,
                                     const UchPosition     *positions,
                                     const UchPositionFate *fates,
                                     guint                  n_positions,
                                     UchTime                now,
                                     GError               **error);

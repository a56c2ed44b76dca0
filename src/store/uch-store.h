/* The central store: one ordered log of what was decided, and the rows it led to.
 *
 * Every function works at once and on the calling thread; one store belongs to one thread at a
 * time. The daemon goes through uch-store-async.h, the simulation calls these directly. */
#pragma once

#include <gio/gio.h>

#include "core/uch-command.h"
#include "core/uch-decide.h"
#include "store/uch-store-records.h"

G_BEGIN_DECLS

#define UCH_STORE_ERROR (uch_store_error_quark ())

/**
 * UchStoreError:
 * @UCH_STORE_ERROR_FAILED: a fault of the program
 * @UCH_STORE_ERROR_UNAVAILABLE: the database is busy, or its disk full or broken: nothing was
 *   consumed, the same may be asked again
 * @UCH_STORE_ERROR_READ_ONLY: the database may not be written
 * @UCH_STORE_ERROR_CORRUPT: the database is damaged: restore a backup
 * @UCH_STORE_ERROR_NEWER: the database was made by a newer program
 * @UCH_STORE_ERROR_NOT_A_STORE: there is none at that address, or it is something else
 * @UCH_STORE_ERROR_BAD_ADDRESS: no address of a store
 * @UCH_STORE_ERROR_MID_GAP: operations before this one are missing; see the last mid
 * @UCH_STORE_ERROR_EPOCH: the cursor is of another store, or of this one before it was restored
 * @UCH_STORE_ERROR_RESYNC: the cursor is older than the store's memory of deletions
 * @UCH_STORE_ERROR_SIGNED_OUT: the session has ended, or its account or person is no longer active
 * @UCH_STORE_ERROR_WRONG_PASSWORD: login and password do not fit, whichever of them it was
 * @UCH_STORE_ERROR_WAIT: too many failed sign-ins; the message says for how long
 * @UCH_STORE_ERROR_NOT_ALLOWED: not for this role
 * @UCH_STORE_ERROR_UNKNOWN: no such account, session, row or secret
 * @UCH_STORE_ERROR_EXISTS: that name is taken
 * @UCH_STORE_ERROR_INVALID: a value that cannot be; the message names it
 */
typedef enum
{
  UCH_STORE_ERROR_FAILED,
  UCH_STORE_ERROR_UNAVAILABLE,
  UCH_STORE_ERROR_READ_ONLY,
  UCH_STORE_ERROR_CORRUPT,
  UCH_STORE_ERROR_NEWER,
  UCH_STORE_ERROR_NOT_A_STORE,
  UCH_STORE_ERROR_BAD_ADDRESS,
  UCH_STORE_ERROR_MID_GAP,
  UCH_STORE_ERROR_EPOCH,
  UCH_STORE_ERROR_RESYNC,
  UCH_STORE_ERROR_SIGNED_OUT,
  UCH_STORE_ERROR_WRONG_PASSWORD,
  UCH_STORE_ERROR_WAIT,
  UCH_STORE_ERROR_NOT_ALLOWED,
  UCH_STORE_ERROR_UNKNOWN,
  UCH_STORE_ERROR_EXISTS,
  UCH_STORE_ERROR_INVALID,
} UchStoreError;

typedef enum
{
  UCH_STORE_CREATE = 1 << 0,    /* make a new one where there is none */
  UCH_STORE_READ_ONLY = 1 << 1, /* a second connection beside the one that writes */
} UchStoreFlags;

/* Where randomness comes from: fills @buffer with @len unpredictable bytes. */
typedef void (*UchRandomFunc) (guint8 *buffer, gsize len, gpointer user_data);

/* The moments of a writing transaction, for who measures them: the store reads no clock. Told on
 * the thread that writes. @n_ops: operations that the transaction puts into the order. */
typedef enum
{
  UCH_STORE_BEGUN,
  UCH_STORE_DECIDED, /* only the commit is left */
  UCH_STORE_COMMITTED,
  UCH_STORE_UNDONE,
} UchStoreMoment;
typedef void (*UchStoreMeter) (UchStoreMoment moment, guint n_ops, gpointer user_data);

#define UCH_TYPE_STORE (uch_store_get_type ())
G_DECLARE_FINAL_TYPE (UchStore, uch_store, UCH, STORE, GObject)

/* One operation as a client sends it, and what became of it. */
typedef struct
{
  gint64      mid;     /* counts per client, from 1, without gaps */
  UchCommand *command; /* (owned) */
} UchStoreOp;

typedef struct
{
  gint64         mid;
  UchVerdictKind kind;
  gint64         seq;
  UchRefusal     refusal;
  char          *field;   /* (owned) (nullable): the argument it is about */
  UchEntity     *current; /* (owned) (nullable): conflict: the row as it stands now */
} UchStoreAck;

/* A row of the feed: row == NULL says that it is gone. */
typedef struct
{
  UchTable   table;
  gint64     seq;
  char      *id;
  UchEntity *row;     /* (owned) (nullable) */
  UchTime    made_at; /* of a deletion */
} UchStoreRow;

typedef struct
{
  gint64     from, to, head, floor;
  gboolean   more; /* another page follows; show nothing before the last one */
  GPtrArray *rows; /* (owned) of UchStoreRow, ordered by seq */
} UchStorePage;

UchStoreOp *uch_store_op_new (gint64 mid, UchCommand *command);
void        uch_store_op_free (UchStoreOp *op);
void        uch_store_ack_free (UchStoreAck *ack);
void        uch_store_row_free (UchStoreRow *row);
void        uch_store_page_free (UchStorePage *page);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (UchStoreAck, uch_store_ack_free)
G_DEFINE_AUTOPTR_CLEANUP_FUNC (UchStorePage, uch_store_page_free)

GQuark      uch_store_error_quark (void);
UchStore   *uch_store_open (const char   *url,
                            UchStoreFlags flags,
                            UchRandomFunc random,
                            gpointer      random_data,
                            UchTime       now,
                            GError      **error);
void        uch_store_adopt (UchStore *self);
void        uch_store_set_meter (UchStore *self, UchStoreMeter meter, gpointer user_data);
const char *uch_store_get_uuid (UchStore *self);
gboolean    uch_store_is_backup (UchStore *self);
gboolean uch_store_get_head (UchStore *self, gint64 *out_head, gint64 *out_floor, GError **error);

GPtrArray *uch_store_push (UchStore         *self,
                           const UchSession *session,
                           const char       *client,
                           GPtrArray        *ops,
                           UchTime           now,
                           gint64           *out_last_mid,
                           gint64           *out_head,
                           GError          **error);
gboolean   uch_store_tick (UchStore *self, UchTime now, guint *out_n_done, GError **error);

UchStorePage *uch_store_list_changes (
    UchStore *self, const UchSession *session, gint64 after, guint limit, GError **error);
GPtrArray *uch_store_list_rows (UchStore         *self,
                                const UchSession *session,
                                UchTable          table,
                                const char       *after_id,
                                guint             limit,
                                gint64           *out_head,
                                GError          **error);
gboolean   uch_store_look_at_rows (UchStore         *self,
                                   const UchSession *session,
                                   UchTable          table,
                                   const char       *after_id,
                                   guint             limit,
                                   UchEntityViewFunc func,
                                   gpointer          user_data,
                                   gint64           *out_head,
                                   GError          **error);
gboolean   uch_store_get_digest (UchStore         *self,
                                 const UchSession *session,
                                 guint64          *out_digest,
                                 gint64           *out_head,
                                 GError          **error);
char      *uch_store_reveal (UchStore         *self,
                             const UchSession *session,
                             UchTable          table,
                             const char       *id,
                             const char       *field,
                             UchTime           now,
                             GError          **error);

gboolean uch_store_log_export (
    UchStore *self, const UchSession *session, UchTable table, UchTime now, GError **error);

typedef void (*UchStoreProgressFunc) (gint64 n_done, gint64 n_total, gpointer user_data);
gboolean   uch_store_backup (UchStore            *self,
                             const char          *path,
                             UchStoreProgressFunc progress,
                             gpointer             user_data,
                             GCancellable        *cancellable,
                             GError             **error);
GPtrArray *uch_store_list_faults (UchStore            *self,
                                  UchStoreProgressFunc progress,
                                  gpointer             user_data,
                                  GError             **error);
gboolean   uch_store_verify (UchStore *self, GError **error);
gboolean   uch_store_renew (UchStore *self, UchTime now, GError **error);
gboolean   uch_store_compact (UchStore *self, UchTime now, GError **error);
gboolean   uch_store_get_size (UchStore *self, gint64 *out_bytes, GError **error);
gboolean   uch_store_shrink (UchStore *self, gboolean alone, GError **error);

G_END_DECLS

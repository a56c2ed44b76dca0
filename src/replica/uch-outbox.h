/* outbox.db: what was done at this desk and what the store said about it. Durable, never dropped.
 * One thread. */
#pragma once

#include "core/uch-people.h"
#include "db/uch-db.h"
#include "sync/uch-wire.h"

G_BEGIN_DECLS

/* Answered operations are kept this long, for a store that comes back from a backup. */
#define UCH_OUTBOX_KEEP_MS (7 * UCH_DAY_MS)
/* Strokes that can be undone. */
#define UCH_OUTBOX_STROKES_MAX 200
/* Operations that may wait; about a month of a busy desk without network. */
#define UCH_OUTBOX_OPS_MAX 20000

typedef enum
{
  UCH_OP_PENDING, /* the store has not answered */
  UCH_OP_ACKED,   /* accepted as seq; its rows have not come yet */
  UCH_OP_DONE,    /* its rows are in the replica */
  UCH_OP_REFUSED,
} UchOpState;

typedef struct
{
  gint64      n, mid, seq;
  char       *staff_id;
  UchRole     role;
  char       *device;
  UchOpState  state;
  UchCommand *command; /* owned */
} UchOutboxOp;
void uch_outbox_op_free (UchOutboxOp *op);

typedef struct
{
  char          *staff_id;
  UchCommand    *command; /* owned */
  UchVerdictKind kind;
  UchRefusal     refusal;
  char          *field;
  UchEntity     *current; /* (owned) (nullable) */
  UchTime        at;
} UchOutboxRefusal;
void uch_outbox_refusal_free (UchOutboxRefusal *refusal);

/* One operation of a stroke. */
typedef struct
{
  UchCommand *command; /* owned */
  UchCommand *inverse; /* owned */
  char       *created;
} UchStrokeOp;
void uch_stroke_op_free (UchStrokeOp *op);

/* Remembered: the store of another office that was met; the folder is its at the next opening. */
#define UCH_OUTBOX_NEXT_STORE "next_store"

typedef struct _UchOutbox UchOutbox;

UchOutbox *uch_outbox_open (const char *path, GError **error);
gboolean   uch_outbox_check (UchOutbox *self, GError **error);
void       uch_outbox_close (UchOutbox *self);
UchDb     *uch_outbox_get_db (UchOutbox *self);

gboolean uch_outbox_get_meta (UchOutbox *self, const char *key, char **out_value, GError **error);
gboolean uch_outbox_set_meta (UchOutbox *self, const char *key, const char *value, GError **error);

/* @new_id: what to call the client if this person has none yet. */
gboolean uch_outbox_get_client (UchOutbox  *self,
                                const char *staff_id,
                                const char *new_id,
                                char      **out_id,
                                gint64     *out_last_mid,
                                GError    **error);
gboolean
uch_outbox_add (UchOutbox *self, const UchActor *actor, UchCommand *command, GError **error);
/* The operations whose effect stands above the base rows: pending and acked, in order. */
GPtrArray *uch_outbox_list_unsettled (UchOutbox *self, GError **error);
GPtrArray *uch_outbox_list_to_send (
    UchOutbox *self, const char *staff_id, guint n_max, gsize len_max, GError **error);
gboolean   uch_outbox_count (UchOutbox *self, const char *staff_id, guint *out_n, GError **error);
gboolean   uch_outbox_answer (UchOutbox         *self,
                              const char        *staff_id,
                              const UchWireAck  *ack,
                              UchTime            now,
                              UchOutboxRefusal **out_refused,
                              GError           **error);
gboolean   uch_outbox_close_gap (UchOutbox *self, const char *staff_id, gint64 mid, GError **error);
gboolean   uch_outbox_settle (UchOutbox *self, gint64 cursor, UchTime now, GError **error);
gboolean   uch_outbox_rewind (UchOutbox *self, gint64 cursor, GError **error);
gboolean   uch_outbox_renumber (UchOutbox  *self,
                                const char *staff_id,
                                const char *new_id,
                                gboolean    also_answered,
                                GError    **error);
GPtrArray *uch_outbox_list_authors (UchOutbox *self, GError **error);

GPtrArray *uch_outbox_list_refusals (UchOutbox *self, const char *staff_id, GError **error);
gboolean   uch_outbox_dismiss (UchOutbox *self, const char *id, GError **error);

gboolean uch_outbox_add_stroke (UchOutbox  *self,
                                const char *staff_id,
                                GPtrArray  *stroke_ops,
                                GError    **error);
/* The stroke that undo (or redo) is about; *out_n = 0: none. */
gboolean uch_outbox_peek_stroke (UchOutbox  *self,
                                 const char *staff_id,
                                 gboolean    undone,
                                 gint64     *out_n,
                                 GPtrArray **out_ops,
                                 GError    **error);
gboolean uch_outbox_set_stroke (
    UchOutbox *self, gint64 n, gboolean undone, GPtrArray *stroke_ops, GError **error);
gboolean uch_outbox_drop_stroke (UchOutbox *self, gint64 n, GError **error);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (UchOutbox, uch_outbox_close)
G_DEFINE_AUTOPTR_CLEANUP_FUNC (UchOutboxRefusal, uch_outbox_refusal_free)
G_DEFINE_AUTOPTR_CLEANUP_FUNC (UchOutboxOp, uch_outbox_op_free)

G_END_DECLS

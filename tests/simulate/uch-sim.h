/* One store and up to twenty desks in one process: the real store, the real replica core, the real
 * wire. The clock, the network, the disks, the randomness and everything that befalls them come
 * from a plan, and the plan from one seed. */
#pragma once

#include "replica/uch-replica-db.h"
#include "simulate/uch-sim-disk.h"
#include "simulate/uch-sim-plan.h"
#include "store/uch-store.h"

G_BEGIN_DECLS

#define UCH_SIM_HISTORY_MAX 60

/* Code broken on purpose, to see that the checks bite; see uch-sim-break.c. */
typedef enum
{
  UCH_SIM_WHOLE,
  UCH_SIM_FORGETTING_OUTBOX,
  UCH_SIM_SKIPPING_CURSOR,
  UCH_SIM_REPEATING_RETRY,
  UCH_SIM_LOST_UPDATE,
  UCH_SIM_SPLIT_SEQ,
  UCH_SIM_EARLY_ACK,
  UCH_SIM_LAZY_STORE,
  UCH_SIM_SILENT_REFUSAL,
  UCH_SIM_FLICKERING_ROW,
  UCH_SIM_TALKATIVE_LOG,
  UCH_SIM_N_BREAKAGES,
} UchSimBreakage;
extern const char *const uch_sim_breakage_nicks[];

/* What happened how often: a simulation in which nothing happens proves nothing. */
typedef enum
{
  UCH_SIM_N_ACTS,
  UCH_SIM_N_REFUSED_HERE,
  UCH_SIM_N_LOGGED,
  UCH_SIM_N_CONFLICTS,
  UCH_SIM_N_REJECTIONS,
  UCH_SIM_N_REASSIGNMENTS,
  UCH_SIM_N_UNDONE,
  UCH_SIM_N_REDONE,
  UCH_SIM_N_STORE_STEPS,
  UCH_SIM_N_KNOWN_AGAIN, /* an operation that was sent twice got its old verdict */
  UCH_SIM_N_PAGES,
  UCH_SIM_N_LONG_READS, /* a page with more to come */
  UCH_SIM_N_TOMBSTONES,
  UCH_SIM_N_STALE,
  UCH_SIM_N_FIRST_SYNCS,
  UCH_SIM_N_EPOCHS,
  UCH_SIM_N_RESYNCS, /* 410 */
  UCH_SIM_N_MID_GAPS,
  UCH_SIM_N_UNAVAILABLE, /* 503 */
  UCH_SIM_N_LOST,
  UCH_SIM_N_LATE,
  UCH_SIM_N_REPEATED,
  UCH_SIM_N_CUTS,
  UCH_SIM_N_STOPS,
  UCH_SIM_N_CRASHES,
  UCH_SIM_N_POWER_CUTS,
  UCH_SIM_N_MID_WRITE, /* crashes within a transaction */
  UCH_SIM_N_WRITES_LOST,
  UCH_SIM_N_REPLICAS_LOST,
  UCH_SIM_N_REPLICAS_OLD,
  UCH_SIM_N_REPLICAS_RUBBISH,
  UCH_SIM_N_OUTBOXES_OLD,
  UCH_SIM_N_DISK_DESK,
  UCH_SIM_N_DISK_STORE,
  UCH_SIM_N_CLOCK_DESK,
  UCH_SIM_N_CLOCK_STORE,
  UCH_SIM_N_STORE_CRASHES,
  UCH_SIM_N_STORE_POWER_CUTS,
  UCH_SIM_N_BACKUPS,
  UCH_SIM_N_RESTORES,
  UCH_SIM_N_HIDDEN, /* a pending act that no longer fitted */
  UCH_SIM_N_COUNTS,
} UchSimCount;
extern const char *const uch_sim_count_nicks[UCH_SIM_N_COUNTS];

typedef enum
{
  UCH_MESSAGE_PUSH,
  UCH_MESSAGE_FETCH,
  UCH_MESSAGE_PUSHED,
  UCH_MESSAGE_FETCHED,
} UchMessageKind;

typedef struct
{
  gint64         at; /* when it arrives */
  UchMessageKind kind;
  guint          desk;
  guint          number; /* of the request it is or answers */
  char          *text;   /* (nullable): an answer without one is a refusal: see code */
  char          *client; /* pushes */
  const char    *code;
  UchFetch       fetch;
} UchMessage;

typedef struct _UchView   UchView;
typedef struct _UchLedger UchLedger;

/* An act as its author's desk knows it. */
typedef struct
{
  char       *id;
  guint       index; /* acts of a desk, in the order they were made */
  gboolean    done;  /* its author was told that it is done: it may not be lost */
  gboolean    forgotten;
  UchCommand *command;
  gint64 floor; /* seqs up to here were acknowledged before it was first sent; −1: not sent */
} UchMade;

typedef struct
{
  guint         index;
  UchReplicaDb *db; /* (nullable): switched off */
  UchSimDisk   *disk;
  UchView      *view;
  char         *directory;
  char         *staff_id;
  UchRole       role;
  UchSession   *session;
  guint64       random; /* of its own ids */
  gint64        cut_until;
  gint64        off_until;
  gint64        disk_until;
  gint64        skew_ms;
  gint64        weather_until[UCH_N_WEATHERS];
  guint         weather_percent[UCH_N_WEATHERS];
  gint64        push_until, fetch_until; /* when to give up waiting for an answer */
  guint         push_number, fetch_number, n_messages;
  char         *seen_store; /* I6 */
  gint64        seen_cursor;
  GHashTable   *made; /* id → UchMade (owned) */
  guint         n_made, n_lost_undos;
  gboolean      has_rows_copy, has_outbox_copy;
  guint         n_refusals_at_copy, n_made_at_copy;
} UchDesk;

typedef struct
{
  const UchPlan *plan;
  UchSimBreakage breakage;
  gint64         now;
  guint          step, next_item;
  char          *directory;
  UchStore      *store;
  UchSimDisk    *store_disk;
  gint64         store_skew_ms, store_disk_until;
  guint64        store_random;
  guint          n_stores; /* files of the store so far; each after the first is a restored one */
  gboolean       has_backup;
  guint          snapshot_limit, changes_limit;
  UchLedger     *ledger;
  UchDesk        desks[UCH_SIM_DESKS_MAX];
  GPtrArray     *messages; /* of UchMessage (owned) */
  guint          n_requests;
  gboolean       calm; /* the storm is over: nothing is lost or broken any more */
  GQueue         history;
  guint          history_max;
  GChecksum     *trace;
  guint64        counts[UCH_SIM_N_COUNTS];
  char          *failure;
} UchSim;

UchSim  *uch_sim_new (const UchPlan *plan, UchSimBreakage breakage);
void     uch_sim_free (UchSim *self);
gboolean uch_sim_run (UchSim *self);

void     uch_sim_note (UchSim *self, const char *format, ...) G_GNUC_PRINTF (2, 3);
gboolean uch_sim_fail (UchSim *self, const char *format, ...) G_GNUC_PRINTF (2, 3);
gboolean uch_sim_has_desk (const UchSim *self, guint desk);
UchTime  uch_sim_store_now (const UchSim *self);

/* uch-sim-net.c */
void uch_sim_send (UchSim *self, UchMessage *message);
void uch_message_free (UchMessage *message);

/* uch-sim-desk.c */
gboolean uch_sim_desk_switch_on (UchSim *self, UchDesk *desk);
gboolean uch_sim_desk_switch_off (UchSim *self, UchDesk *desk, const UchPlanItem *item);
gboolean uch_sim_desk_act (UchSim *self, UchDesk *desk, const UchPlanItem *item);
gboolean uch_sim_desk_is_idle (UchSim *self, UchDesk *desk, gint64 head);
gboolean uch_sim_desk_suffers (UchSim *self, UchDesk *desk, const char *doing, const GError *error);
void     uch_made_free (UchMade *made);

/* uch-sim-talk.c: a desk's end of the conversation */
gboolean uch_sim_desk_talk (UchSim *self, UchDesk *desk);
gboolean uch_sim_desk_hear (UchSim *self, UchDesk *desk, UchMessage *message);

/* uch-sim-acts.c */
GPtrArray *uch_sim_make_acts (UchSim *self, UchDesk *desk, UchDice *dice);

/* uch-sim-store.c */
gboolean uch_sim_store_begin (UchSim *self);
gboolean uch_sim_store_answer (UchSim *self, UchMessage *message);
gboolean uch_sim_store_befall (UchSim *self, const UchPlanItem *item);
gboolean uch_sim_store_tick (UchSim *self);

/* uch-sim-view.c: the lists that a desk shows */
UchView *uch_view_new (void);
void     uch_view_free (UchView *self);
gboolean uch_view_load (UchView *self, UchSim *sim, UchDesk *desk);
gboolean uch_view_apply (UchView *self, UchSim *sim, UchDesk *desk, GPtrArray *changes);
gpointer uch_view_get (UchView *self, UchTable table, const char *id);
gpointer uch_view_pick (UchView *self, UchTable table, guint64 place);
gboolean uch_view_check (UchView *self, UchSim *sim, UchDesk *desk);
gboolean uch_view_is_loaded (UchView *self);
void     uch_view_unload (UchView *self);

/* uch-sim-ledger.c: the checker's own copy of the log, and what must be true of it at once */
UchLedger *uch_ledger_new (void);
void       uch_ledger_free (UchLedger *self);
gboolean   uch_ledger_read (UchLedger *self, UchSim *sim);
gboolean   uch_ledger_begin_again (UchLedger *self, UchSim *sim);
gboolean   uch_ledger_note_acks (UchLedger *self, UchSim *sim, GPtrArray *ops, GPtrArray *acks);
gint64     uch_ledger_get_acked (UchLedger *self);
gboolean   uch_ledger_was_accepted (UchLedger *self, const char *id);
gint64     uch_ledger_find (UchLedger *self, const char *id, gboolean *out_accepted);
gboolean
uch_ledger_check_shown (UchLedger *self, UchSim *sim, UchDesk *desk, gint64 from, gint64 to);
gboolean uch_ledger_check_text (UchSim *sim, const char *where, const char *text);

/* uch-sim-check.c */
gboolean uch_sim_check (UchSim *self);

/* uch-sim-break.c */
void uch_sim_break_for (UchSim *self);

G_END_DECLS

/* One store and up to twenty desks in one process: the real store, the real replica core, the real
 * wire; the clock, the network and all randomness come from one seed. */
#pragma once

#include "replica/uch-replica-db.h"
#include "store/uch-store.h"

G_BEGIN_DECLS

#define UCH_SIM_DESKS_MAX 20
#define UCH_SIM_HISTORY_MAX 60

/* Code broken on purpose, to see that the checks bite. */
typedef enum
{
  UCH_SIM_WHOLE,
  UCH_SIM_FORGETTING_OUTBOX, /* a restart loses what was not answered */
  UCH_SIM_SKIPPING_CURSOR,   /* a page is taken as read without its rows */
  UCH_SIM_REPEATING_RETRY,   /* what was not answered is sent again as another operation */
  UCH_SIM_EARLY_ACK,         /* the store answers before it has committed */
  UCH_SIM_SILENT_REFUSAL,    /* a refusal is not kept for its author */
  UCH_SIM_N_BREAKAGES,
} UchSimBreakage;
extern const char *const uch_sim_breakage_nicks[];

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

typedef struct
{
  guint         index;
  UchReplicaDb *db; /* (nullable): switched off */
  char         *directory;
  char         *staff_id;
  UchRole       role;
  UchSession   *session;
  gint64        cut_until; /* no network before */
  gint64        off_until;
  gint64        skew_ms;
  gint64        push_until, fetch_until; /* when to give up waiting for an answer */
  guint         push_number, fetch_number;
  char         *seen_store; /* I6 */
  gint64        seen_cursor;
  GPtrArray    *done; /* ids of the operations accepted here, in order */
  gboolean      has_copy;
} UchDesk;

typedef struct
{
  guint64        seed;
  UchSimBreakage breakage;
  GRand         *rand;
  gint64         now;
  char          *directory;
  UchStore      *store;
  char          *store_path;
  guint          n_stores; /* restored from a backup, and how often */
  gboolean       has_backup;
  gint64         n_setup; /* operations before the desks began */
  UchDesk        desks[UCH_SIM_DESKS_MAX];
  guint          n_desks;
  GPtrArray     *messages; /* of UchMessage (owned) */
  guint          n_requests;
  gboolean       calm; /* the storm is over: nothing is lost or broken any more */
  GQueue         history;
  guint          n_done, n_accepted_here;
  char          *failure;
} UchSim;

UchSim  *uch_sim_new (guint64 seed, UchSimBreakage breakage);
void     uch_sim_free (UchSim *self);
gboolean uch_sim_run (UchSim *self, guint n_steps);

void     uch_sim_note (UchSim *self, const char *format, ...) G_GNUC_PRINTF (2, 3);
gboolean uch_sim_fail (UchSim *self, const char *format, ...) G_GNUC_PRINTF (2, 3);
guint    uch_sim_below (UchSim *self, guint n);
gboolean uch_sim_chance (UchSim *self, double probability);
char    *uch_sim_make_id (UchSim *self);

/* uch-sim-desk.c */
gboolean uch_sim_desk_switch_on (UchSim *self, UchDesk *desk);
void     uch_sim_desk_switch_off (UchSim *self, UchDesk *desk, gint64 until);
gboolean uch_sim_desk_act (UchSim *self, UchDesk *desk);
gboolean uch_sim_desk_talk (UchSim *self, UchDesk *desk);
gboolean uch_sim_desk_hear (UchSim *self, UchDesk *desk, UchMessage *message);
gboolean uch_sim_desk_is_idle (UchSim *self, UchDesk *desk, gint64 head);

/* uch-sim-acts.c */
GPtrArray *uch_sim_make_acts (UchSim *self, UchDesk *desk);

/* uch-sim-store.c */
gboolean uch_sim_store_begin (UchSim *self);
gboolean uch_sim_store_answer (UchSim *self, UchMessage *message);
gboolean uch_sim_store_restore (UchSim *self);

/* uch-sim-check.c */
gboolean uch_sim_check (UchSim *self);

void uch_sim_send (UchSim *self, UchMessage *message);
void uch_message_free (UchMessage *message);

G_END_DECLS

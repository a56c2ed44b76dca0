/* The desktop's copy of the office: reads at once, writes through the outbox, follows the store.
 *
 * Everything here is called on the main thread. SQLite works on a thread of its own; answers and
 * changes of the lists come back in the main context that was the default when the replica was
 * opened. */
#pragma once

#include <gio/gio.h>

#include "core/uch-command.h"
#include "core/uch-decide.h"
#include "core/uch-people.h"

G_BEGIN_DECLS

typedef enum
{
  UCH_SYNC_NEVER,   /* no first sync yet */
  UCH_SYNC_FIRST,   /* first sync under way: progress is 0..1 */
  UCH_SYNC_IN_SYNC, /* nothing waits, the store answers */
  UCH_SYNC_WAITING, /* N acts wait to be sent, the store answers */
  UCH_SYNC_OFFLINE, /* no connection since "offline-since" */
  UCH_SYNC_REFUSED, /* the store does not let us in: "reason" says why */
} UchSyncState;

#define UCH_TYPE_REPLICA (uch_replica_get_type ())
G_DECLARE_FINAL_TYPE (UchReplica, uch_replica, UCH, REPLICA, GObject)

/* Properties, all readable with notify: "n-waiting" (uint: acts in the outbox), "n-refusals"
 * (uint), "undo-label", "redo-label" (string: event type of what Ctrl+Z would take back; NULL:
 * nothing), "ready" (boolean: the lists are filled).
 *
 * Signals: "changed" (GPtrArray of UchChange): after the lists have been brought up to date.
 *          "refused" (UchRefused*): an act was refused just now. */

void        uch_replica_open_async (const char         *directory,
                                    const char         *store_url,
                                    GCancellable       *cancellable,
                                    GAsyncReadyCallback callback,
                                    gpointer            user_data);
UchReplica *uch_replica_open_finish (GAsyncResult *result, GError **error);
void        uch_replica_close (UchReplica *self);
const char *uch_replica_get_outbox_aside (UchReplica *self, guint *out_n_rescued);

/* Who sits here; set after sign-in, remembered for work without network. */
void
uch_replica_set_actor (UchReplica *self, const char *staff_id, UchRole role, const char *device);
const UchActor *uch_replica_get_actor (UchReplica *self);

/* Whole tables, live, ordered by nothing: for registers that fit into memory.
 * SETTING REASON ZONE CENTRE COMPANY HOUSE STAFF SHIFT. */
GListModel *uch_replica_list (UchReplica *self, UchTable table);
/* Live: tickets that are open or changed within the last day, and the visits of these. */
GListModel *uch_replica_list_current_tickets (UchReplica *self);
GListModel *uch_replica_list_current_visits (UchReplica *self);
/* Live: the rows whose KEY field is VALUE: a ticket's visits, notes, calls, events; a house's
 * entrances, clients, tickets. Filled soon after; (transfer full). */
GListModel *
uch_replica_watch (UchReplica *self, UchTable table, const char *field, const char *value);
/* A row of the tables above, or a current ticket or visit; (transfer none) (nullable). */
gpointer uch_replica_peek (UchReplica *self, UchTable table, const char *id);
/* The open or last visit of a current ticket; (transfer none) (nullable). */
UchVisit *uch_replica_peek_visit_of (UchReplica *self, const UchTicket *ticket);
/* Any row, from disk; finish gives (transfer full). */
void     uch_replica_load_async (UchReplica         *self,
                                 UchTable            table,
                                 const char         *id,
                                 GCancellable       *cancellable,
                                 GAsyncReadyCallback callback,
                                 gpointer            user_data);
gpointer uch_replica_load_finish (UchReplica *self, GAsyncResult *result, GError **error);
/* What is in memory, as a snapshot for quick questions (uch_assignment_consider). */
UchSnapshot *uch_replica_get_snapshot (UchReplica *self);

/* Acts. */
typedef struct
{
  UchVerdictKind kind;
  UchRefusal     refusal;
  char          *command_id;
  char          *field;   /* the argument or field it is about; (nullable) */
  UchEntity     *current; /* (owned) (nullable) */
} UchOutcome;
void uch_outcome_free (UchOutcome *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (UchOutcome, uch_outcome_free)

/* Decides here and now, puts the command in the outbox, shows its effect; the outcome is what the
 * desk's own decide said. What the store says later comes through "refused". */
char *uch_replica_make_id (UchReplica *self);
UchCommand      *
uch_replica_make_command (UchReplica *self, const char *type, ...) G_GNUC_NULL_TERMINATED;
void uch_replica_submit_async (UchReplica         *self,
                               UchCommand         *command,
                               GCancellable       *cancellable,
                               GAsyncReadyCallback callback,
                               gpointer            user_data);
UchOutcome *uch_replica_submit_finish (UchReplica *self, GAsyncResult *result, GError **error);
/* Several at one stroke: undone together. */
void       uch_replica_submit_many_async (UchReplica         *self,
                                          GPtrArray          *commands,
                                          GCancellable       *cancellable,
                                          GAsyncReadyCallback callback,
                                          gpointer            user_data);
GPtrArray *uch_replica_submit_many_finish (UchReplica *self, GAsyncResult *result, GError **error);

/* Durable undo: the last stroke of this person at this desk. */
void       uch_replica_undo_async (UchReplica         *self,
                                   GCancellable       *cancellable,
                                   GAsyncReadyCallback callback,
                                   gpointer            user_data);
GPtrArray *uch_replica_undo_finish (UchReplica *self, GAsyncResult *result, GError **error);
void       uch_replica_redo_async (UchReplica         *self,
                                   GCancellable       *cancellable,
                                   GAsyncReadyCallback callback,
                                   gpointer            user_data);
GPtrArray *uch_replica_redo_finish (UchReplica *self, GAsyncResult *result, GError **error);
/* The first act of that stroke and how many it has; (transfer none) (nullable): nothing. */
UchCommand *uch_replica_get_undo (UchReplica *self, gboolean redo, guint *out_n_acts);

/* «Отказы»: acts that the store (or, after a rebase, the desk) refused; kept until dismissed. */
#define UCH_TYPE_REFUSED (uch_refused_get_type ())
G_DECLARE_FINAL_TYPE (UchRefused, uch_refused, UCH, REFUSED, GObject)
UchCommand    *uch_refused_get_command (UchRefused *self);
UchVerdictKind uch_refused_get_kind (UchRefused *self);
UchRefusal     uch_refused_get_refusal (UchRefused *self);
UchEntity     *uch_refused_get_current (UchRefused *self); /* (nullable) the row as it stands */
UchTime        uch_refused_get_at (UchRefused *self);
GListModel    *uch_replica_list_refusals (UchReplica *self);
void           uch_replica_dismiss (UchReplica *self, UchRefused *refused);

G_END_DECLS

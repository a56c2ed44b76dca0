/* The replica without threads, sockets or clocks: two files, what is read from them, and what the
 * protocol does to them. One thread at a time. The simulation drives it as it is. */
#pragma once

#include <gio/gio.h>

#include "core/uch-decide.h"
#include "replica/uch-outbox.h"
#include "sync/uch-wire.h"

G_BEGIN_DECLS

#define UCH_REPLICA_ERROR (uch_replica_error_quark ())

/**
 * UchReplicaError:
 * @UCH_REPLICA_ERROR_IN_USE: another desk works with these files
 * @UCH_REPLICA_ERROR_NO_ACTOR: nobody has signed in here yet
 * @UCH_REPLICA_ERROR_NOTHING: there is nothing to undo or redo
 * @UCH_REPLICA_ERROR_STALE: a page that does not follow on what is here: ask again
 * @UCH_REPLICA_ERROR_OTHER_OFFICE: the store is of another office than what is here; when this
 *   folder is opened next, it is that office's, and what is here waits beside
 */
typedef enum
{
  UCH_REPLICA_ERROR_IN_USE,
  UCH_REPLICA_ERROR_NO_ACTOR,
  UCH_REPLICA_ERROR_NOTHING,
  UCH_REPLICA_ERROR_STALE,
  UCH_REPLICA_ERROR_OTHER_OFFICE,
} UchReplicaError;
GQuark uch_replica_error_quark (void);

/* Where the clock and randomness come from. */
typedef struct
{
  UchTime (*now) (gpointer data);
  void (*random) (guint8 *buffer, gsize len, gpointer data);
  gpointer data;
} UchSources;
extern const UchSources uch_sources_system;
guint                   uch_sources_pick (const UchSources *sources, guint n);

#define UCH_TYPE_REPLICA_DB (uch_replica_db_get_type ())
G_DECLARE_FINAL_TYPE (UchReplicaDb, uch_replica_db, UCH, REPLICA_DB, GObject)

UchReplicaDb             *
uch_replica_db_open (const char *directory, const UchSources *sources, GError **error);
void        uch_replica_db_adopt (UchReplicaDb *self);
const char *uch_replica_db_get_set_aside (UchReplicaDb *self);
const char *uch_replica_db_get_outbox_aside (UchReplicaDb *self, guint *out_n_rescued);
char       *uch_replica_db_make_id (UchReplicaDb *self);

gboolean uch_replica_db_set_actor (UchReplicaDb *self, const UchActor *actor, GError **error);
const UchActor *uch_replica_db_get_actor (UchReplicaDb *self);
const char     *uch_replica_db_get_client (UchReplicaDb *self);
UchOutbox      *uch_replica_db_get_outbox (UchReplicaDb *self);

/* Acts. @changes collects UchChange: what a reader of the visible rows must know. */
typedef struct
{
  UchCommand *command; /* owned */
  UchVerdict *verdict; /* owned */
} UchDecided;
void     uch_decided_free (UchDecided *decided);
gboolean uch_replica_db_submit (UchReplicaDb *self,
                                GPtrArray    *commands,
                                GPtrArray    *changes,
                                GPtrArray   **out_decided,
                                GError      **error);
gboolean uch_replica_db_undo (
    UchReplicaDb *self, gboolean redo, GPtrArray *changes, GPtrArray **out_decided, GError **error);
UchCommand *uch_replica_db_dup_undo (UchReplicaDb *self, gboolean redo, guint *out_n_acts);

/* The protocol: what to ask for next, and what came of it. */
typedef enum
{
  UCH_FETCH_SNAPSHOT,
  UCH_FETCH_CHANGES,
} UchFetchKind;
typedef struct
{
  UchFetchKind kind;
  UchTable     table; /* snapshot */
  char        *after; /* snapshot; (owned) (nullable) */
  gint64       since; /* changes */
} UchFetch;
void        uch_replica_db_get_next_fetch (UchReplicaDb *self, UchFetch *out_fetch);
const char *uch_replica_db_get_store (UchReplicaDb *self);
gint64      uch_replica_db_get_cursor (UchReplicaDb *self);
gboolean    uch_replica_db_is_ready (UchReplicaDb *self);
gboolean    uch_replica_db_apply_snapshot (UchReplicaDb    *self,
                                           UchTable         table,
                                           const char      *after,
                                           UchWireSnapshot *page,
                                           GPtrArray       *changes,
                                           GError         **error);
gboolean    uch_replica_db_apply_changes (UchReplicaDb   *self,
                                          UchWireChanges *page,
                                          GPtrArray      *changes,
                                          GError        **error);
gboolean    uch_replica_db_resync (UchReplicaDb *self, GError **error);
GPtrArray  *uch_replica_db_list_push (UchReplicaDb *self, GError **error);
gboolean    uch_replica_db_apply_acks (UchReplicaDb *self,
                                       const char   *client,
                                       GPtrArray    *acks,
                                       GPtrArray    *changes,
                                       GPtrArray   **out_refused,
                                       GError      **error);
gboolean    uch_replica_db_give_up (UchReplicaDb *self,
                                    const char   *client,
                                    gint64        mid,
                                    UchRefusal    refusal,
                                    const char   *field,
                                    GPtrArray    *changes,
                                    GPtrArray   **out_refused,
                                    GError      **error);
gboolean    uch_replica_db_renumber (UchReplicaDb *self, GError **error);
gboolean    uch_replica_db_rebase (UchReplicaDb *self, GPtrArray *changes, GError **error);
gboolean    uch_replica_db_get_digest (UchReplicaDb *self, guint64 *out_digest, GError **error);

/* Reads. */
gboolean uch_replica_db_get (
    UchReplicaDb *self, UchTable table, const char *id, gpointer *out_row, GError **error);
GPtrArray *uch_replica_db_find (
    UchReplicaDb *self, UchTable table, const char *field, const char *value, GError **error);
GPtrArray *uch_replica_db_list (UchReplicaDb *self, UchTable table, GError **error);
GPtrArray *uch_replica_db_list_current (UchReplicaDb *self, UchTable table, GError **error);
gboolean   uch_replica_db_rebuild (UchReplicaDb *self, GError **error);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (UchDecided, uch_decided_free)

G_END_DECLS

/* Between the files of replica/ that make up UchReplica, and for the sync client. */
#pragma once

#include "db/uch-db-worker.h"
#include "replica/uch-live-list.h"
#include "replica/uch-replica-db.h"
#include "replica/uch-replica.h"

G_BEGIN_DECLS

/* What the main thread knows of the replica's state; each job that writes brings a fresh one. */
typedef struct
{
  guint       n_waiting;
  UchCommand *undo, *redo; /* (nullable): the first acts of these strokes */
  guint       n_undo, n_redo;
  gboolean    ready;
  gint64      cursor; /* −1: a first sync is under way */
  UchTable    first_table;
  char       *client; /* as the store counts */
  char       *store;
} UchReplicaStatus;

typedef struct _UchLists UchLists;

struct _UchReplica
{
  GObject          parent;
  UchDbWorker     *worker; /* (owned) (nullable) once closed */
  UchReplicaDb    *db;     /* (owned): touched by the worker's thread alone */
  UchLists        *lists;  /* owned */
  GListStore      *refusals;
  UchReplicaStatus status;
  gboolean         ready;
  char            *staff_id, *device;
  UchActor         actor; /* its strings stand above */
  guint            refresh_id;
  char            *outbox_aside; /* (nullable) */
  guint            n_rescued;
};

typedef struct _UchJob UchJob;
/* Runs on the worker. Sets job->output; appends to job->changes and job->refused. */
typedef gboolean (*UchJobFunc) (UchReplicaDb *db, UchJob *job, GError **error);

struct _UchJob
{
  UchJobFunc       func;
  gboolean         writes;
  gpointer         input; /* owned */
  GDestroyNotify   destroy_input;
  gpointer         output; /* owned until taken */
  GDestroyNotify   destroy_output;
  GPtrArray       *changes; /* of UchChange */
  GPtrArray       *refused; /* of UchOutboxRefusal */
  UchReplicaStatus status;
  GError          *error;
  gboolean         rebuilt; /* the rows were broken and had to be set aside */
  UchReplicaDb    *db;      /* borrowed */
};

UchJob  *uch_job_new (UchJobFunc func, gpointer input, GDestroyNotify destroy_input);
void     uch_replica_run (UchReplica         *self,
                          UchJob             *job,
                          GCancellable       *cancellable,
                          GAsyncReadyCallback callback,
                          gpointer            user_data);
gpointer uch_replica_run_finish (UchReplica *self, GAsyncResult *result, GError **error);

const UchReplicaStatus *uch_replica_get_status (UchReplica *self);

/* uch-replica-lists.c */
UchLists    *uch_lists_new (UchReplica *replica);
void         uch_lists_free (UchLists *self);
gboolean     uch_lists_read (UchReplicaDb *db, UchJob *job, GError **error);
void         uch_lists_fill (UchLists *self, gpointer read);
void         uch_lists_apply (UchLists *self, GPtrArray *changes);
void         uch_lists_refresh (UchLists *self);
gboolean     uch_lists_is_filled (UchLists *self);
UchLiveList *uch_lists_get (UchLists *self, UchTable table);
GListModel  *uch_lists_watch (UchLists *self, UchTable table, const char *field, const char *value);
UchSnapshot *uch_lists_get_snapshot (UchLists *self);

/* uch-replica-actor.c */
void uch_replica_fill_refusals (UchReplica *self, GPtrArray *refusals);

/* uch-replica-submit.c */
UchRefused *uch_refused_new (const UchOutboxRefusal *refusal);

/* The lists, which the object owns. */
UchLists *uch_replica_peek_lists (UchReplica *self);

G_END_DECLS

/* Between the files of replica/ that make up UchReplicaDb. */
#pragma once

#include "replica/uch-replica-db.h"
#include "replica/uch-search-index.h"

/* The first sync asks for the tables in their order; "table" == UCH_N_TABLES: it is through. */
typedef struct
{
  UchTable table;
  char    *after; /* (owned) (nullable) */
  gint64   h0;    /* of the first page; −1: none yet */
} UchFirstSync;

struct _UchReplicaDb
{
  GObject    parent;
  char      *directory; /* (nullable): in memory */
  int        lock_fd;   /* −1: none */
  UchSources sources;
  UchOutbox *outbox; /* owned */
  UchDb     *db;     /* owned: replica.db */
  char      *set_aside;
  char      *outbox_aside; /* (nullable): where the outbox went that was found damaged */
  guint      n_rescued;    /* acts that could be read of it */
  GError    *read_error;   /* (owned) (nullable): a snapshot's read that failed while deciding */

  UchActor actor; /* its strings stand in the next two */
  char    *staff_id, *device;
  char    *client;

  char        *store;  /* (nullable): none yet */
  gint64       cursor; /* −1: no first sync yet, or it is under way */
  gboolean     ready;  /* has been whole once: what is here may be shown */
  UchFirstSync first;
  GPtrArray   *staged; /* of UchWireRow: pages of a feed that is not at its end yet */
  gint64       staged_to;
  gboolean     overlay_stale; /* the overlay could not be written: lay it anew first */

  UchSearchIndex *search; /* (owned) (nullable): made at the first question */
};

/* In SQL. An index is made with these words, so that whoever asks with them finds it. */
#define UCH_REPLICA_OPEN_TICKETS "(state = 'new' OR state = 'in_work' OR state = 'on_hold')"

/* uch-replica-files.c */
gboolean uch_replica_files_open (UchReplicaDb *self, GError **error);
gboolean uch_replica_files_make_indexes (UchReplicaDb *self, GError **error);
gboolean uch_replica_files_tune (UchReplicaDb *self, GError **error);
gboolean uch_replica_files_save_state (UchReplicaDb *self, GError **error);

/* uch-replica-overlay.c: before and after of the rows that one piece of work touches. */
typedef struct _UchTouched UchTouched;
UchTouched                *uch_touched_new (UchReplicaDb *self);
void                       uch_touched_free (UchTouched *touched);
gboolean uch_touched_note (UchTouched *touched, UchTable table, const char *id, GError **error);
gboolean uch_touched_collect (UchTouched *touched, GPtrArray *changes, GError **error);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (UchTouched, uch_touched_free)

gboolean uch_replica_overlay_lift (UchReplicaDb *self, UchTouched *touched, GError **error);
gboolean uch_replica_overlay_lay (UchReplicaDb *self, UchTouched *touched, GError **error);
gboolean uch_replica_overlay_put (UchReplicaDb *self, GPtrArray *row_changes, GError **error);
gboolean uch_replica_overlay_check (UchReplicaDb *self, GPtrArray *changes, GError **error);

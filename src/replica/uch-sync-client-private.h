/* Between the files of replica/ that make up UchSyncClient. */
#pragma once

#include "replica/uch-replica-private.h"
#include "replica/uch-sync-http.h"

G_BEGIN_DECLS

/* A first sync: pages are fetched, read and put down beside each other, in their order. */
typedef struct
{
  UchDbWorker *reader;  /* (owned) (nullable): reads what came */
  guint        n_pages; /* asked for and not yet put down */
  UchTable     table;   /* what to ask for next, UCH_N_TABLES: nothing more */
  char        *after;
  gboolean     known; /* what to ask for next */
  gboolean     stopped;
  GError      *error; /* (owned) (nullable): the first one */
} UchFirst;

struct _UchSyncClient
{
  GObject       parent;
  UchSyncHttp  *http; /* owned */
  char         *device_id;
  UchReplica   *replica;     /* (owned) (nullable): while started */
  GCancellable *cancellable; /* (owned): of everything under way */

  /* Who signed in. */
  char   *staff_id;
  UchRole role;

  /* What is shown. */
  UchSyncState state;
  UchTime      offline_since; /* 0: the store answers */
  char        *reason;
  int          reason_code; /* of UchSyncError; −1: there is no reason */
  gboolean     refused;
  gboolean     answered; /* since the start */
  double       progress;
  gint64       clock_offset;

  /* The tracks: pushing and fetching go on beside each other. */
  gboolean pushing, push_again;
  guint    push_max; /* operations at one go, after a push that the store could not read; 0: all */
  gboolean fetching, fetch_again;
  UchFirst first;
  guint    n_gaps;     /* renumberings in a row */
  gint64   known_head; /* the newest that we have heard of */
  guint    n_failures;
  guint    retry_id;
  gulong   waiting_id, network_id;

  /* The live connection. */
  SoupWebsocketConnection *live; /* (owned) (nullable) */
  gboolean                 connecting;
  guint                    n_live_failures;
  guint                    live_retry_id, watchdog_id;
  guint                    news_id;     /* news that should come by itself is asked for then */
  GHashTable              *positions;   /* engineer id → UchLivePosition (owned) */
  GPtrArray               *presence;    /* of UchPresence (owned) */
  guint                    presence_id; /* what we said is said again from time to time */
  char                    *present_ticket, *present_act;
};

/* uch-sync-client.c */
void uch_sync_client_note_success (UchSyncClient *self);
void uch_sync_client_note_failure (UchSyncClient *self, const GError *error, gint64 retry_after_s);
void uch_sync_client_update_state (UchSyncClient *self);
void uch_sync_client_set_progress (UchSyncClient *self, double progress);
void uch_sync_client_note_time (UchSyncClient *self, UchTime store_time);

/* uch-sync-tracks.c */
void uch_sync_tracks_push (UchSyncClient *self);
void uch_sync_tracks_fetch (UchSyncClient *self);

gboolean uch_sync_tracks_is_over (UchSyncClient *self, const GError *error);
gboolean uch_sync_tracks_is_page (UchSyncClient *self, const UchSyncReply *reply);
gboolean uch_sync_tracks_forgive_stale (gboolean done, GError **error);
void     uch_sync_tracks_show_progress (UchSyncClient *self);
void     uch_sync_tracks_end_fetch (UchSyncClient *self, const GError *error, gint64 retry_after_s);

void uch_sync_tracks_take_changes (UchSyncClient *self, GBytes *body);

/* uch-sync-photos.c */
void uch_sync_photos_forget (void);

/* uch-sync-first.c */
void uch_sync_first_begin (UchSyncClient *self, UchTable table, const char *after);
void uch_sync_first_clear (UchSyncClient *self);

/* uch-sync-live.c */
void     uch_sync_live_connect (UchSyncClient *self);
void     uch_sync_live_disconnect (UchSyncClient *self);
void     uch_sync_live_tell_cursor (UchSyncClient *self);
gboolean uch_sync_live_should_poll (UchSyncClient *self);
gboolean uch_sync_live_expect_news (UchSyncClient *self);

G_END_DECLS

#pragma once

#include "server/uch-metrics.h"
#include "server/uch-origin.h"
#include "server/uch-presence.h"
#include "server/uch-rate.h"
#include "server/uch-request.h"
#include "server/uch-server.h"

G_BEGIN_DECLS

typedef struct _UchLive  UchLive;
typedef struct _UchRelay UchRelay;

struct _UchServer
{
  GObject         parent_instance;
  SoupServer     *soup;     /* (owned) */
  UchStoreAsync  *store;    /* (owned) */
  UchListener    *listener; /* (owned) */
  UchServerLimits limits;
  UchLive        *live;    /* (owned): who is connected */
  UchOrigins     *origins; /* (owned): whose word is taken for where a request comes from */
  UchRate        *tokens, *strangers; /* (owned): how fast a good token asks, a bad one's address */
  GHashTable     *known;              /* (owned) (nullable): see uch-entry.c */
  UchRelay       *relay;    /* (owned) (nullable): what other processes at the store say */
  GPtrArray      *waiters;  /* (owned) of UchRequest: long polls (see uch-routes-feed.c) */
  GCancellable   *stopping; /* (owned) */
  UchTime         started_at;
  gint64          head; /* the last one heard of */
  guint           tick_id;
  gboolean        ticking;
  guint           n_open; /* requests that are not answered yet */
  guint           looked; /* clients whose session was looked at in this round */
  gboolean        looking;
  UchMetrics      metrics;
};

UchTime uch_server_now (void);
/* Somebody committed: everybody who listens is told. */
void uch_server_announce (UchServer *self, gint64 head);

/* Who may come in. */
gboolean uch_entry_look_over (UchRequest *request);
void     uch_entry_authenticate (UchRequest *request);
void     uch_entry_refuse_too_fast (UchRequest *request);

/* A page of the feed as text. */
char *uch_feed_print_page (const char *uuid, const UchStorePage *page);
/* Long polls. */
void uch_feed_wake (UchServer *self);
void uch_feed_cancel (UchServer *self);
void uch_feed_end_session (UchServer *self, const char *session_id);

/* Live connections. */
UchLive *uch_live_new (UchServer *server);
void     uch_live_free (UchLive *self);
void     uch_live_poke (UchLive *self, gint64 head);
void     uch_live_set_positions_changed (UchLive *self);
void     uch_live_end_session (UchLive *self, const char *session_id);
void     uch_live_refresh_session (UchLive *self, const UchSession *session);
void uch_live_list_sessions (UchLive *self, guint skip, guint n, GPtrArray *ids, GPtrArray *tokens);
guint            uch_live_get_n_clients (UchLive *self);
UchPresenceList *uch_live_get_presence (UchLive *self);
/* What other processes say. */
void uch_live_hear_positions (UchLive *self);
void uch_live_hear_presence (UchLive *self, const UchPresence *presence);
void uch_live_hear_left (UchLive *self, const char *process, const char *session_id);
void uch_live_forget_process (UchLive *self, const char *process);

/* Words between processes. */
UchRelay   *uch_relay_new (UchServer *server);
void        uch_relay_free (UchRelay *self);
const char *uch_relay_get_name (UchRelay *self);
void        uch_relay_tell_presence (UchRelay *self, const UchPresence *presence);
void        uch_relay_tell_left (UchRelay *self, const char *session_id);
void        uch_relay_tell_positions (UchRelay *self);
void        uch_relay_tell_session_ended (UchRelay *self, const char *session_id);

/* Sessions that end. */
void uch_server_check_sessions (UchServer *self);
void uch_server_end_here (UchServer *self, const char *session_id);
void uch_server_end_session (UchServer *self, const char *session_id);

/* Reports of phones that are answered past libsoup: uch-routes-track.c. */
gboolean uch_track_take (UchDoorStream *door, const char *bytes, gsize len, gpointer server);

/* The routes, one file per group. */
const UchRoute       *uch_server_list_routes (guint group);
extern const UchRoute uch_routes_session[], uch_routes_push[], uch_routes_feed[],
    uch_routes_trace[], uch_routes_track[], uch_routes_live[], uch_routes_health[],
    uch_routes_phone[], uch_routes_invite[], uch_routes_photo[];

G_END_DECLS

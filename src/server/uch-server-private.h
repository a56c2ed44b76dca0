#pragma once

#include "server/uch-origin.h"
#include "server/uch-rate.h"
#include "server/uch-request.h"
#include "server/uch-server.h"

G_BEGIN_DECLS

typedef struct _UchLive UchLive;

/* What /metrics tells. */
typedef struct
{
  guint64 requests, refused_auth, refused_rate, refused_body, errors;
  guint64 pushes, operations, positions[UCH_N_POSITION_FATES], positions_malformed;
  guint64 live_dropped;
} UchMetrics;

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
  GPtrArray      *waiters;  /* (owned) of UchRequest: long polls (see uch-routes-feed.c) */
  GCancellable   *stopping; /* (owned) */
  UchTime         started_at;
  gint64          head; /* the last one heard of */
  guint           tick_id;
  gboolean        ticking;
  UchMetrics      metrics;
};

UchTime uch_server_now (void);
/* Somebody committed: everybody who listens is told. */
void uch_server_announce (UchServer *self, gint64 head);
void uch_server_refuse_too_fast (UchRequest *request);

/* Long polls. */
void uch_feed_wake (UchServer *self);
void uch_feed_cancel (UchServer *self);

/* Live connections. */
UchLive *uch_live_new (UchServer *server);
void     uch_live_free (UchLive *self);
void     uch_live_poke (UchLive *self, gint64 head);
void     uch_live_set_positions_changed (UchLive *self);
void     uch_live_set_presence (UchLive          *self,
                                const UchSession *session,
                                const char       *ticket_id,
                                const char       *act);
void     uch_live_end_session (UchLive *self, const char *session_id);
guint    uch_live_get_n_clients (UchLive *self);

/* The routes, one file per group. */
extern const UchRoute uch_routes_session[], uch_routes_push[], uch_routes_feed[],
    uch_routes_track[], uch_routes_live[], uch_routes_health[];

G_END_DECLS

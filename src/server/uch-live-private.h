/* Between the files of the live connections. */
#pragma once

#include "server/uch-server-private.h"

G_BEGIN_DECLS

/* A small page of the feed for all who stand at one place and see the same; made once. */
typedef struct _UchLivePage UchLivePage;

typedef struct
{
  UchLive                 *live;       /* (unowned) */
  SoupWebsocketConnection *connection; /* (owned) */
  GSocket                 *socket;     /* (owned) (nullable) */
  UchSession              *session;    /* (owned) */
  char                    *token;
  gboolean                 poked;  /* what it was told last is not answered yet */
  gint64                   head;   /* the newest it should hear of */
  gint64                   cursor; /* how far it said it is; −1: it did not say */
  UchLivePage             *page;   /* (owned) (nullable): being made for it */
  gint64                   heard_us;
} UchLiveClient;

struct _UchLive
{
  UchServer       *server;   /* (unowned) */
  GPtrArray       *clients;  /* of UchLiveClient (owned) */
  UchPresenceList *presence; /* (owned): who looks at what */
  GPtrArray       *news;     /* of UchLivePage (owned): the last ones, oldest first */
  guint            heartbeat_id, positions_id, presence_id;
  gboolean         positions_busy;
};

/* uch-routes-live.c */
void uch_live_client_send (UchLiveClient *client, const char *text);

/* uch-live-news.c */
void uch_live_client_tell_news (UchLiveClient *client, gint64 head);
void uch_live_hear_cursor (UchLiveClient *client, gint64 cursor);
void uch_live_page_unref (gpointer page);

G_END_DECLS

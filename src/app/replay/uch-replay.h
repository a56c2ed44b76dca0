/* "What did the board show at 14:05?": the map of a moment that is over, and who decided what. */
#pragma once

#include "app/map/uch-map.h"
#include "app/uch-session.h"

G_BEGIN_DECLS

#define UCH_TYPE_REPLAY (uch_replay_get_type ())
G_DECLARE_FINAL_TYPE (UchReplay, uch_replay, UCH, REPLAY, GtkWidget)

/* Signal "left" (): the person wants to see what is now. */
GtkWidget *uch_replay_new (UchSession *session);
void       uch_replay_begin (UchReplay *self, UchMap *like, UchTime at);
void       uch_replay_end (UchReplay *self);
void       uch_replay_show (UchReplay *self, UchTime at);

G_END_DECLS

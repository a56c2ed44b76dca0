/* One day of the office, to be looked at moment by moment: journal and positions together. */
#pragma once

#include "app/uch-session.h"
#include "core/uch-rewind.h"
#include "core/uch-trace.h"

G_BEGIN_DECLS

#define UCH_TYPE_REPLAY_DAY (uch_replay_day_get_type ())
G_DECLARE_FINAL_TYPE (UchReplayDay, uch_replay_day, UCH, REPLAY_DAY, GObject)

/* Signal "changed" (): the journal or the positions have come, or are not to be had. */
UchReplayDay *uch_replay_day_new (UchSession *session, UchTime from, UchTime to);
gboolean      uch_replay_day_is_ready (UchReplayDay *self);
const char   *uch_replay_day_get_problem (UchReplayDay *self);
UchTime       uch_replay_day_get_from (UchReplayDay *self);
GListModel   *uch_replay_day_list_events (UchReplayDay *self);
guint         uch_replay_day_count_events (UchReplayDay *self, UchTime at);
GPtrArray    *uch_replay_day_make_tickets (UchReplayDay *self, UchTime at);
GPtrArray    *uch_replay_day_make_engineers (UchReplayDay *self, UchTime at);

G_END_DECLS

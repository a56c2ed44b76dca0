/* The orange bar: an act of ours that was refused, what stands instead, and what to do. */
#pragma once

#include "app/uch-session.h"

G_BEGIN_DECLS

#define UCH_TYPE_CONFLICT_BAR (uch_conflict_bar_get_type ())
G_DECLARE_FINAL_TYPE (UchConflictBar, uch_conflict_bar, UCH, CONFLICT_BAR, GtkWidget)

void  uch_conflict_bar_set_session (UchConflictBar *self, UchSession *session);
void  uch_conflict_bar_set_refused (UchConflictBar *self, UchRefused *refused, guint n_refusals);
char *uch_refused_dup_ticket_id (UchReplica *replica, UchRefused *refused);

G_END_DECLS

/* The sync dot of the header: is the picture live, what waits, why not. */
#pragma once

#include "app/uch-session.h"

G_BEGIN_DECLS

#define UCH_TYPE_SYNC_BUTTON (uch_sync_button_get_type ())
G_DECLARE_FINAL_TYPE (UchSyncButton, uch_sync_button, UCH, SYNC_BUTTON, GtkWidget)

void  uch_sync_button_set_session (UchSyncButton *self, UchSession *session);
char *uch_sync_describe (UchSyncState state,
                         guint        n_waiting,
                         UchTime      offline_since,
                         double       progress,
                         const char  *reason);

G_END_DECLS

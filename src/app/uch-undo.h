/* Undo and redo of the desk: what would be taken back, and taking it back. */
#pragma once

#include "app/uch-window.h"

G_BEGIN_DECLS

void uch_undo_run (UchWindow *window, gboolean redo);
void uch_undo_fill_menu (GMenu *menu, UchSession *session);

G_END_DECLS

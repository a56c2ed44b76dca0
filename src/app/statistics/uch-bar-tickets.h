/* The tickets behind a bar, in a window of their own; one leads to the board. */
#pragma once

#include "app/uch-session.h"

G_BEGIN_DECLS

void
uch_bar_tickets_present (GtkWindow *parent, UchSession *session, const char *title, GPtrArray *ids);

G_END_DECLS

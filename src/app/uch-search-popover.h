/* Search over everything: tickets, clients, houses; as you type. */
#pragma once

#include "app/uch-session.h"

G_BEGIN_DECLS

#define UCH_TYPE_SEARCH_POPOVER (uch_search_popover_get_type ())
G_DECLARE_FINAL_TYPE (UchSearchPopover, uch_search_popover, UCH, SEARCH_POPOVER, GtkPopover)

void uch_search_popover_set_session (UchSearchPopover *self, UchSession *session);

G_END_DECLS

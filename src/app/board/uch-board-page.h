/* The main page: queue | map | engineers, and beside them the card, the new ticket, "assign to…".
 */
#pragma once

#include "app/uch-session.h"

G_BEGIN_DECLS

#define UCH_TYPE_BOARD_PAGE (uch_board_page_get_type ())
G_DECLARE_FINAL_TYPE (UchBoardPage, uch_board_page, UCH, BOARD_PAGE, GtkWidget)

GtkWidget *uch_board_page_new (UchSession *session);
void       uch_board_page_show_ticket (UchBoardPage *self, const char *ticket_id);
void       uch_board_page_show_house (UchBoardPage *self, const char *house_id);
void       uch_board_page_show_on_map (UchBoardPage *self, const char *house_id);
void       uch_board_page_new_ticket (UchBoardPage *self);
void       uch_board_page_assign (UchBoardPage *self, const char *const *ticket_ids);
void       uch_board_page_focus_search (UchBoardPage *self);

/* Actions of the page, for menus and shortcuts (also in the shortcuts window):
 * "board.open" Return, "board.assign" A, "board.unassign" Delete, "board.tab" (s: unassigned, risk,
 * today, all) Alt+1…4, "board.search" /, "board.close" Escape, "board.show-on-map" M. */

G_END_DECLS

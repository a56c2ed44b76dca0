/* Over the list: which tickets to show, and the saved filters. */
#pragma once

#include "app/tickets/uch-ticket-view.h"
#include "app/uch-session.h"

G_BEGIN_DECLS

#define UCH_TYPE_TICKET_FILTER_BAR (uch_ticket_filter_bar_get_type ())
G_DECLARE_FINAL_TYPE (UchTicketFilterBar, uch_ticket_filter_bar, UCH, TICKET_FILTER_BAR, GtkWidget)

/* Signals: "changed" (): the person wants to see other tickets.
 *          "saved-chosen" (string): a saved filter, written form; it may bring another order. */

GtkWidget *uch_ticket_filter_bar_new (UchSession *session);
void       uch_ticket_filter_bar_get_view (UchTicketFilterBar *self, UchTicketView *view);
void       uch_ticket_filter_bar_set_view (UchTicketFilterBar *self, const UchTicketView *view);
void       uch_ticket_filter_bar_focus_search (UchTicketFilterBar *self);
GtkWidget *uch_ticket_filter_bar_get_columns_button (UchTicketFilterBar *self);

G_END_DECLS

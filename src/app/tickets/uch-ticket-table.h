/* The long list: columns, their order, the sorting that the person asked for. */
#pragma once

#include "app/uch-session.h"
#include "replica/uch-ticket-query.h"

G_BEGIN_DECLS

#define UCH_TYPE_TICKET_TABLE (uch_ticket_table_get_type ())
G_DECLARE_FINAL_TYPE (UchTicketTable, uch_ticket_table, UCH, TICKET_TABLE, GtkWidget)

/* Signals: "sort-changed" (): the person clicked a header. */

GtkWidget *uch_ticket_table_new (UchSession *session, UchTicketQuery *query);
void
uch_ticket_table_get_sort (UchTicketTable *self, UchTicketSort *out_sort, gboolean *out_descending);
void uch_ticket_table_set_sort (UchTicketTable *self, UchTicketSort sort, gboolean descending);
GtkSelectionModel *uch_ticket_table_get_selection_model (UchTicketTable *self);
GPtrArray         *uch_ticket_table_list_columns (UchTicketTable *self);
void               uch_ticket_table_attach_menu (UchTicketTable *self, GtkMenuButton *button);
void               uch_ticket_table_scroll_to_top (UchTicketTable *self);

G_END_DECLS

/* The form of a new ticket: one column beside the map, made for the keyboard. */
#pragma once

#include "app/uch-session.h"

G_BEGIN_DECLS

/* Signal "made" (string id): the ticket stands. */
#define UCH_TYPE_NEW_TICKET (uch_new_ticket_get_type ())
G_DECLARE_FINAL_TYPE (UchNewTicket, uch_new_ticket, UCH, NEW_TICKET, GtkWidget)

GtkWidget *uch_new_ticket_new (UchSession *session);
void       uch_new_ticket_begin (UchNewTicket *self);
void       uch_new_ticket_set_house (UchNewTicket *self, const char *house_id);

G_END_DECLS

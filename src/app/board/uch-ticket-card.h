/* A ticket beside the map: who, where, what was done, and the next step. */
#pragma once

#include "app/uch-session.h"

G_BEGIN_DECLS

#define UCH_TYPE_TICKET_CARD (uch_ticket_card_get_type ())
G_DECLARE_FINAL_TYPE (UchTicketCard, uch_ticket_card, UCH, TICKET_CARD, GtkWidget)

GtkWidget  *uch_ticket_card_new (UchSession *session);
void        uch_ticket_card_set_ticket (UchTicketCard *self, const char *ticket_id);
const char *uch_ticket_card_get_ticket_id (UchTicketCard *self);

G_END_DECLS

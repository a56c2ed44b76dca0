/* The part of the card that tells who and where, edited in place, field by field. */
#pragma once

#include "app/board/uch-address-text.h"
#include "app/uch-session.h"

G_BEGIN_DECLS

#define UCH_TYPE_CARD_FIELDS (uch_card_fields_get_type ())
G_DECLARE_FINAL_TYPE (UchCardFields, uch_card_fields, UCH, CARD_FIELDS, GtkWidget)

void uch_card_fields_set_session (UchCardFields *self, UchSession *session);
void uch_card_fields_set_ticket (UchCardFields *self, UchTicket *ticket);

G_END_DECLS

/* The part of the card that grows: visits, notes and calls, history. */
#pragma once

#include "app/uch-session.h"

G_BEGIN_DECLS

#define UCH_TYPE_CARD_LOG (uch_card_log_get_type ())
G_DECLARE_FINAL_TYPE (UchCardLog, uch_card_log, UCH, CARD_LOG, GtkWidget)

void uch_card_log_set_session (UchCardLog *self, UchSession *session);
void uch_card_log_set_ticket (UchCardLog *self, const char *ticket_id);

G_END_DECLS

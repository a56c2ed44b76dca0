/* A house beside the map: what it is, who looks after it, who lives there, what happened. */
#pragma once

#include "app/uch-session.h"

G_BEGIN_DECLS

#define UCH_TYPE_HOUSE_CARD (uch_house_card_get_type ())
G_DECLARE_FINAL_TYPE (UchHouseCard, uch_house_card, UCH, HOUSE_CARD, GtkWidget)

GtkWidget *uch_house_card_new (UchSession *session);
void       uch_house_card_set_house (UchHouseCard *self, const char *house_id);

G_END_DECLS

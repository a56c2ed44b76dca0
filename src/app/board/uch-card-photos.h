/* The part of the card with what the engineer saw: a strip of small pictures, large when clicked.
 */
#pragma once

#include "app/uch-session.h"

G_BEGIN_DECLS

#define UCH_TYPE_CARD_PHOTOS (uch_card_photos_get_type ())
G_DECLARE_FINAL_TYPE (UchCardPhotos, uch_card_photos, UCH, CARD_PHOTOS, GtkWidget)

void uch_card_photos_set_session (UchCardPhotos *self, UchSession *session);
void uch_card_photos_set_ticket (UchCardPhotos *self, const char *ticket_id);

G_END_DECLS

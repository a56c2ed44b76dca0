/* «Телефон»: what an engineer needs on his phone, as codes for its camera. */
#pragma once

#include "app/uch-session.h"

G_BEGIN_DECLS

#define UCH_TYPE_PHONE_PANE (uch_phone_pane_get_type ())
G_DECLARE_FINAL_TYPE (UchPhonePane, uch_phone_pane, UCH, PHONE_PANE, GtkWidget)

gboolean   uch_phone_pane_may_use (UchSession *session);
GtkWidget *uch_phone_pane_new (UchSession *session);
void       uch_phone_pane_show (UchPhonePane *self, const char *staff_id);

G_END_DECLS

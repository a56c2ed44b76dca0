/* Beside the list: one row, its form, and what belongs to it. */
#pragma once

#include "app/register/uch-register.h"
#include "app/uch-session.h"

G_BEGIN_DECLS

#define UCH_TYPE_REGISTER_DETAIL (uch_register_detail_get_type ())
G_DECLARE_FINAL_TYPE (UchRegisterDetail, uch_register_detail, UCH, REGISTER_DETAIL, GtkWidget)

/* Signals: "saved" (string: id), "removed" (string: id), "opened" (UchEntity): of another
 * register. */

GtkWidget *uch_register_detail_new (UchSession *session, const UchRegister *of);
void       uch_register_detail_show (UchRegisterDetail *self, gpointer row);
void       uch_register_detail_refresh (UchRegisterDetail *self, gpointer row);
void       uch_register_detail_create (UchRegisterDetail *self);

G_END_DECLS

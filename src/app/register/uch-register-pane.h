/* One register: its rows left, the chosen one right, and what may be done with the whole. */
#pragma once

#include "app/register/uch-register.h"
#include "app/uch-session.h"

G_BEGIN_DECLS

#define UCH_TYPE_REGISTER_PANE (uch_register_pane_get_type ())
G_DECLARE_FINAL_TYPE (UchRegisterPane, uch_register_pane, UCH, REGISTER_PANE, GtkWidget)

/* Signal "opened" (UchEntity): a row of another register. */

GtkWidget *uch_register_pane_new (UchSession *session, const UchRegister *of);
void       uch_register_pane_open (UchRegisterPane *self, gpointer row);
void       uch_register_pane_focus_search (UchRegisterPane *self);

G_END_DECLS

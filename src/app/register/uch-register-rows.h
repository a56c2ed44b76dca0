/* The rows of one register: found by words, sorted by header, one chosen. */
#pragma once

#include "app/register/uch-register.h"
#include "app/uch-session.h"

G_BEGIN_DECLS

#define UCH_TYPE_REGISTER_ROWS (uch_register_rows_get_type ())
G_DECLARE_FINAL_TYPE (UchRegisterRows, uch_register_rows, UCH, REGISTER_ROWS, GtkWidget)

/* Signals: "chosen" (UchEntity, nullable): the person chose another row.
 *          "replaced" (UchEntity): the chosen row changed. */

GtkWidget  *uch_register_rows_new (UchSession *session, const UchRegister *of);
void        uch_register_rows_choose (UchRegisterRows *self, const char *id);
void        uch_register_rows_focus_search (UchRegisterRows *self);
GListModel *uch_register_rows_get_rows (UchRegisterRows *self);

G_END_DECLS

/* The form of one row of a register: made from its description, saved field by field. */
#pragma once

#include "app/register/uch-register.h"
#include "app/uch-session.h"

G_BEGIN_DECLS

#define UCH_TYPE_FORM (uch_form_get_type ())
G_DECLARE_FINAL_TYPE (UchForm, uch_form, UCH, FORM, GtkWidget)

/* Signals: "saved" (string: id): this desk accepted the row. "removed" (string: id). */

GtkWidget  *uch_form_new (UchSession *session, const UchRegister *of);
GtkWidget  *uch_form_new_scrolled (UchSession *session, const UchRegister *of);
GtkBox     *uch_form_get_content (UchForm *self);
void        uch_form_show (UchForm *self, gpointer row);
void        uch_form_create (UchForm *self, const char *parent_id);
void        uch_form_refresh (UchForm *self, gpointer row);
const char *uch_form_get_id (UchForm *self);
gboolean    uch_form_is_new (UchForm *self);
char       *uch_form_dup_keepers (const UchRegister *of);

G_END_DECLS

/* What belongs to a row, under its form: rows to open, or small forms of their own. */
#pragma once

#include "app/register/uch-register.h"
#include "app/uch-session.h"

G_BEGIN_DECLS

#define UCH_TYPE_RELATED (uch_related_get_type ())
G_DECLARE_FINAL_TYPE (UchRelated, uch_related, UCH, RELATED, GtkWidget)

/* Signal "opened" (UchEntity): the person wants to see one of them. */

GtkWidget      *
uch_related_new (UchSession *session, UchTable table, const char *field, const char *title);
void uch_related_show (UchRelated *self, const char *id);

G_END_DECLS

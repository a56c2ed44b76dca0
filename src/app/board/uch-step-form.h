/* What a step of the state machines asks for, inline: reason, time, how, text. One form for all. */
#pragma once

#include "app/uch-session.h"

G_BEGIN_DECLS

/* Signal "done" (): sent, or given up. */
#define UCH_TYPE_STEP_FORM (uch_step_form_get_type ())
G_DECLARE_FINAL_TYPE (UchStepForm, uch_step_form, UCH, STEP_FORM, GtkWidget)

void uch_step_form_set_session (UchStepForm *self, UchSession *session);
gboolean
uch_step_form_begin (UchStepForm *self, UchTicket *ticket, UchVisit *visit, const char *command);

G_END_DECLS

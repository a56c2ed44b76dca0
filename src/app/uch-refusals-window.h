/* «Отказы»: acts that were refused, kept until somebody has read them. */
#pragma once

#include <adwaita.h>

#include "app/uch-session.h"

G_BEGIN_DECLS

#define UCH_TYPE_REFUSALS_WINDOW (uch_refusals_window_get_type ())
G_DECLARE_FINAL_TYPE (UchRefusalsWindow, uch_refusals_window, UCH, REFUSALS_WINDOW, AdwWindow)

GtkWidget *uch_refusals_window_new (GtkWindow *parent, UchSession *session);

G_END_DECLS

/* The window: header, pages, toasts; before sign-in, what stands in their place. */
#pragma once

#include <adwaita.h>

#include "app/uch-session.h"

G_BEGIN_DECLS

#define UCH_TYPE_WINDOW (uch_window_get_type ())
G_DECLARE_FINAL_TYPE (UchWindow, uch_window, UCH, WINDOW, AdwApplicationWindow)

UchWindow  *uch_window_new (AdwApplication *application, GSettings *settings);
void        uch_window_set_session (UchWindow *self, UchSession *session);
UchSession *uch_window_get_session (UchWindow *self);
void        uch_window_set_start (UchWindow *self, GtkWidget *start);
void        uch_window_tell (UchWindow *self, const char *text, const char *action);

G_END_DECLS

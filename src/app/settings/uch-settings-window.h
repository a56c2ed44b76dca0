/* Settings of this desk. What the office decides for everybody stands in the store. */
#pragma once

#include <adwaita.h>

G_BEGIN_DECLS

#define UCH_TYPE_SETTINGS_WINDOW (uch_settings_window_get_type ())
G_DECLARE_FINAL_TYPE (
    UchSettingsWindow, uch_settings_window, UCH, SETTINGS_WINDOW, AdwPreferencesWindow)

GtkWidget *uch_settings_window_new (GtkWindow *parent, GSettings *settings);

G_END_DECLS

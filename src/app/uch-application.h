/* The program: its options, its one window, who is signed in. */
#pragma once

#include <adwaita.h>

G_BEGIN_DECLS

#define UCH_TYPE_APPLICATION (uch_application_get_type ())
G_DECLARE_FINAL_TYPE (UchApplication, uch_application, UCH, APPLICATION, AdwApplication)

UchApplication *uch_application_new (void);

G_END_DECLS

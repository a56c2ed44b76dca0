/* The page «Registers». */
#pragma once

#include "app/uch-session.h"

G_BEGIN_DECLS

#define UCH_TYPE_REGISTER_PAGE (uch_register_page_get_type ())
G_DECLARE_FINAL_TYPE (UchRegisterPage, uch_register_page, UCH, REGISTER_PAGE, GtkWidget)

GtkWidget *uch_register_page_new (UchSession *session);

G_END_DECLS

/* «Смены»: the week of everybody, with what stands around the grid. */
#pragma once

#include "app/uch-session.h"

G_BEGIN_DECLS

#define UCH_TYPE_SHIFT_PAGE (uch_shift_page_get_type ())
G_DECLARE_FINAL_TYPE (UchShiftPage, uch_shift_page, UCH, SHIFT_PAGE, GtkWidget)

GtkWidget *uch_shift_page_new (UchSession *session);
void       uch_shift_page_show_staff (UchShiftPage *self, const char *staff_id);

G_END_DECLS

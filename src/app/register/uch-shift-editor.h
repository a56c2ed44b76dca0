/* The shifts of one person for two weeks: a line per day. */
#pragma once

#include "app/uch-session.h"

G_BEGIN_DECLS

#define UCH_TYPE_SHIFT_EDITOR (uch_shift_editor_get_type ())
G_DECLARE_FINAL_TYPE (UchShiftEditor, uch_shift_editor, UCH, SHIFT_EDITOR, GtkWidget)

GtkWidget *uch_shift_editor_new (UchSession *session);
void       uch_shift_editor_show (UchShiftEditor *self, const char *staff_id);

G_END_DECLS

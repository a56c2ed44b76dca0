/* "Assign to…": the keyboard's way. Engineers sorted by fit; type, arrows, Enter. */
#pragma once

#include "app/board/uch-engineer-model.h"

G_BEGIN_DECLS

/* Signal "done" (): assigned, or given up. */
#define UCH_TYPE_ASSIGN_PANEL (uch_assign_panel_get_type ())
G_DECLARE_FINAL_TYPE (UchAssignPanel, uch_assign_panel, UCH, ASSIGN_PANEL, GtkWidget)

GtkWidget *uch_assign_panel_new (UchSession *session);
void       uch_assign_panel_begin (UchAssignPanel    *self,
                                   const char *const *ticket_ids,
                                   UchEngineerModel  *engineers);

G_END_DECLS

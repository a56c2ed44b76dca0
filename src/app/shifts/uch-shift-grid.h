/* A week of shifts: rows are people by zone, columns are days. Pointer and keyboard alike. */
#pragma once

#include "app/uch-session.h"

G_BEGIN_DECLS

/* Signal "notify::monday" (int64 UchTime): another week is shown. */
#define UCH_TYPE_SHIFT_GRID (uch_shift_grid_get_type ())
G_DECLARE_FINAL_TYPE (UchShiftGrid, uch_shift_grid, UCH, SHIFT_GRID, GtkWidget)

GtkWidget *uch_shift_grid_new (UchSession *session);
void       uch_shift_grid_show_week (UchShiftGrid *self, UchTime at);
UchTime    uch_shift_grid_get_monday (UchShiftGrid *self);
void       uch_shift_grid_set_template (UchShiftGrid *self, GArray *parts);
void       uch_shift_grid_show_staff (UchShiftGrid *self, const char *staff_id);

G_END_DECLS

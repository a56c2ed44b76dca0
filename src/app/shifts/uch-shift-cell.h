/* One day of one person: the hours in figures and as a bar over the day's 24 hours. */
#pragma once

#include <gtk/gtk.h>

#include "app/shifts/uch-shift-draft.h"

G_BEGIN_DECLS

#define UCH_TYPE_SHIFT_CELL (uch_shift_cell_get_type ())
G_DECLARE_FINAL_TYPE (UchShiftCell, uch_shift_cell, UCH, SHIFT_CELL, GtkWidget)

/* Where in a cell the pointer is. */
typedef enum
{
  UCH_SHIFT_SPOT_BODY,
  UCH_SHIFT_SPOT_START, /* the edge at which a part of the day begins */
  UCH_SHIFT_SPOT_END,
} UchShiftSpot;

GtkWidget   *uch_shift_cell_new (guint row, guint column);
void         uch_shift_cell_get_place (UchShiftCell *self, guint *out_row, guint *out_column);
void         uch_shift_cell_set_work (UchShiftCell *self, GArray *parts, const char *absence);
void         uch_shift_cell_set_preview (UchShiftCell *self, GArray *parts);
void         uch_shift_cell_set_selected (UchShiftCell *self, gboolean selected);
void         uch_shift_cell_set_label (UchShiftCell *self, const char *label);
UchShiftSpot uch_shift_cell_find_spot (UchShiftCell *self, double x, guint *out_part);
int          uch_shift_cell_get_minute (UchShiftCell *self, double x);
const char  *uch_shift_cell_get_absence (UchShiftCell *self);

G_END_DECLS

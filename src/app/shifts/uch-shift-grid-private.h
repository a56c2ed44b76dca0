/* Between the files of the grid: what is shown, what is chosen, what is done with it. */
#pragma once

#include "app/shifts/uch-shift-acts.h"
#include "app/shifts/uch-shift-cell.h"
#include "app/shifts/uch-shift-grid.h"

G_BEGIN_DECLS

#define UCH_SHIFT_DAYS 7

typedef struct
{
  UchStaff     *staff; /* owned */
  UchShiftCell *cells[UCH_SHIFT_DAYS];
} UchShiftRow;

/* What the pointer holds. */
typedef enum
{
  UCH_SHIFT_HAND_EMPTY,
  UCH_SHIFT_HAND_FILL,    /* the first cell's hours, laid upon all that it passes */
  UCH_SHIFT_HAND_STRETCH, /* an edge of a shift */
} UchShiftHand;

struct _UchShiftGrid
{
  GtkWidget parent;

  GtkWidget *box;
  GtkGrid   *head;
  GtkGrid   *grid;
  GtkWidget *scroller;
  GtkWidget *menu;   /* of a cell */
  GtkWidget *editor; /* popover with an entry */
  GtkEntry  *entry;
  GtkLabel  *fault;

  UchSession *session; /* owned */
  GPtrArray  *groups;  /* owned: of UchShiftGroup */
  GPtrArray  *rows;    /* owned: of UchShiftRow */
  GPtrArray  *sums;    /* owned: of GtkLabel (borrowed), seven per group */
  GtkLabel   *days[UCH_SHIFT_DAYS];
  GArray     *pattern; /* (owned) of UchDayPart: what a drag from an empty day sets */
  GArray     *clip;    /* (owned) (nullable): copied hours */
  UchTime     monday;
  guint       idle_id;
  UchTime     looked_at;
  gboolean    may_edit;

  guint anchor_row, anchor_column, row, column; /* the chosen rectangle's corners */

  UchShiftHand hand;
  UchShiftSpot spot;
  guint        part;
  gboolean     moved;
};

UchTime       uch_shift_grid_get_midnight (UchShiftGrid *self, guint column);
UchShiftRow  *uch_shift_grid_get_row (UchShiftGrid *self, guint row);
UchShiftCell *uch_shift_grid_get_cell (UchShiftGrid *self, guint row, guint column);
void          uch_shift_grid_choose (UchShiftGrid *self, guint row, guint column, gboolean extend);

/* uch-shift-grid-acts.c: upon the chosen rectangle, one stroke each */
void uch_shift_grid_set_work (UchShiftGrid *self, GArray *parts);
void uch_shift_grid_set_absence (UchShiftGrid *self, const char *reason);
void uch_shift_grid_clear (UchShiftGrid *self);
void uch_shift_grid_copy_week (UchShiftGrid *self);
void uch_shift_grid_install_acts (GtkWidgetClass *widget_class);
void uch_shift_grid_make_editor (UchShiftGrid *self);
void uch_shift_grid_edit (UchShiftGrid *self, const char *typed);
void uch_shift_grid_popup_menu (UchShiftGrid *self);

/* uch-shift-grid-input.c */
void uch_shift_grid_add_input (UchShiftGrid *self);

G_END_DECLS

/* One question on the page: the answer in words, its pictures, what may be done with them. */
#pragma once

#include <gtk/gtk.h>

#include "chart/uch-sheet.h"

G_BEGIN_DECLS

#define UCH_TYPE_SHEET_CARD (uch_sheet_card_get_type ())
G_DECLARE_FINAL_TYPE (UchSheetCard, uch_sheet_card, UCH, SHEET_CARD, GtkWidget)

/* Signals: "picked" (uint chart, uint series, uint index): a point was chosen.
 * Actions: "sheet.table", "sheet.save" (s: "csv", "png", "svg" or "pdf"). */

GtkWidget      *uch_sheet_card_new (UchSheetKind kind);
void            uch_sheet_card_set_sheet (UchSheetCard *self, UchSheet *sheet);
const UchSheet *uch_sheet_card_get_sheet (UchSheetCard *self);
UchSheetKind    uch_sheet_card_get_kind (UchSheetCard *self);

G_END_DECLS

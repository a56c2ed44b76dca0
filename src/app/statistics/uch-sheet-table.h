/* The table behind the charts of a sheet, in a window of its own. */
#pragma once

#include <gtk/gtk.h>

#include "chart/uch-sheet.h"

G_BEGIN_DECLS

void uch_sheet_table_present (GtkWindow *parent, const UchSheet *sheet);

G_END_DECLS

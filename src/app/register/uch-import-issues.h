/* The report of an import as a list. */
#pragma once

#include <gtk/gtk.h>

#include "exchange/uch-import.h"

G_BEGIN_DECLS

void uch_import_issues_show (GtkListView *view, const UchImport *plan);

G_END_DECLS

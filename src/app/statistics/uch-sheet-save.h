/* A sheet into a file: what the file's name ends with says how. */
#pragma once

#include <gio/gio.h>

#include "chart/uch-sheet.h"

G_BEGIN_DECLS

gboolean uch_sheet_save (const UchSheet *sheet, GFile *file, GError **error);

G_END_DECLS

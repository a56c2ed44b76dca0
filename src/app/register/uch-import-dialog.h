/* A register from a file: look at it, see what it would change, then do it. */
#pragma once

#include <adwaita.h>

#include "app/uch-session.h"

G_BEGIN_DECLS

#define UCH_TYPE_IMPORT_DIALOG (uch_import_dialog_get_type ())
G_DECLARE_FINAL_TYPE (UchImportDialog, uch_import_dialog, UCH, IMPORT_DIALOG, AdwWindow)

gboolean   uch_import_dialog_can (UchTable table);
GtkWidget *uch_import_dialog_new (UchSession *session, UchTable table);
void       uch_import_dialog_load (UchImportDialog *self, GFile *file);

G_END_DECLS

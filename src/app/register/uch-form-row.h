/* One field of a form: its label, what it is typed into, and the line under it that says why not.
 */
#pragma once

#include <gtk/gtk.h>

#include "app/register/uch-form-value.h"
#include "app/uch-session.h"

G_BEGIN_DECLS

typedef struct _UchFormRow UchFormRow;

typedef void (*UchFormRowFunc) (UchFormRow *row, gpointer user_data);

UchFormRow         *uch_form_row_new (UchSession         *session,
                                      const UchFormField *input,
                                      UchTable            table,
                                      UchFormRowFunc      changed,
                                      UchFormRowFunc      reveal,
                                      gpointer            user_data);
void                uch_form_row_free (UchFormRow *self);
void                uch_form_row_attach (UchFormRow *self, GtkGrid *grid, int line);
const UchFormField *uch_form_row_get_input (UchFormRow *self);
void                uch_form_row_show (UchFormRow *self, gconstpointer row, gboolean revealed);
gboolean            uch_form_row_read (UchFormRow *self, gpointer draft);
void                uch_form_row_set_message (UchFormRow *self, const char *text, gboolean bad);
void                uch_form_row_set_editable (UchFormRow *self, gboolean editable);
void                uch_form_row_focus (UchFormRow *self);

G_END_DECLS

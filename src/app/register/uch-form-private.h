/* For the files of the form: what a row's fields are shown by, and what is done with them. */
#pragma once

#include "app/register/uch-form-row.h"
#include "app/register/uch-form.h"

G_BEGIN_DECLS

struct _UchForm
{
  GtkWidget parent;

  GtkWidget *box;     /* all of it */
  GtkWidget *content; /* the fields, and what others add to them */
  GtkWidget *note;    /* why nothing may be changed here */
  GtkWidget *bar;
  GtkLabel  *status;
  GtkWidget *remove;

  UchSession        *session;  /* owned */
  const UchRegister *of;       /* borrowed, static */
  GPtrArray         *rows;     /* owned: of UchFormRow */
  UchEntity         *seen;     /* owned, nullable: as the person saw it; NULL: a new row */
  UchEntity         *draft;    /* owned, nullable: as it is being edited; NULL: no row at all */
  GHashTable        *revealed; /* owned: set of names of fields whose value was asked for */
  GHashTable        *drafts;   /* owned: id → Kept: what was left unsaved */
  gboolean           editable;
  gboolean           is_busy;
};

void        uch_form_update_actions (UchForm *self);
void        uch_form_show_all (UchForm *self);
UchFormRow *uch_form_find_row (UchForm *self, const char *field);
void        uch_form_emit_saved (UchForm *self, const char *id);
void        uch_form_emit_removed (UchForm *self, const char *id);

void uch_form_reveal (UchForm *self, UchFormRow *row);
void uch_form_save (UchForm *self);
void uch_form_remove (UchForm *self);

G_END_DECLS

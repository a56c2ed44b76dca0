/* A drop-down whose rows have ids: of a zone, an engineer, a category. */
#pragma once

#include <gtk/gtk.h>

G_BEGIN_DECLS

GListStore *uch_choices_new (void);
void        uch_choices_add (GListStore *choices, const char *id, const char *name);
void        uch_choices_sort (GListStore *choices, guint first);
void        uch_choice_setup (GtkDropDown *drop_down);
void        uch_choice_set_rows (GtkDropDown *drop_down, GListStore *choices);
const char *uch_choice_get (GtkDropDown *drop_down);
void        uch_choice_set (GtkDropDown *drop_down, const char *id);

G_END_DECLS

/* The choice of a category: the most usual ones as keys, the others in a list. */
#pragma once

#include <gtk/gtk.h>

G_BEGIN_DECLS

/* Signal "changed" (). Action "category.choose" (i): one of the keys, from 0. */
#define UCH_TYPE_CATEGORY_CHOICE (uch_category_choice_get_type ())
G_DECLARE_FINAL_TYPE (UchCategoryChoice, uch_category_choice, UCH, CATEGORY_CHOICE, GtkWidget)

#define UCH_N_QUICK_CATEGORIES 9

const char *uch_category_choice_get (UchCategoryChoice *self);
void        uch_category_choice_set (UchCategoryChoice *self, const char *code);
void        uch_category_choice_choose (UchCategoryChoice *self, guint key);

G_END_DECLS

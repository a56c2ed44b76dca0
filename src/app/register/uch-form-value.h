/* What is typed into a form, to and from the row. No widgets here. */
#pragma once

#include "app/register/uch-register.h"

G_BEGIN_DECLS

char    *uch_form_value_print (const UchFormField *input, gconstpointer row);
gboolean uch_form_value_parse (const UchFormField *input,
                               const char         *text,
                               const char         *area_code,
                               gpointer            row,
                               char              **out_fault);

/* Comma separated words, as UchStaff keeps zones and skills. */
char *uch_words_set (const char *words, const char *word, gboolean present);

/* What changed between two rows, as arguments of UCH_COMMAND_PUT; NULL: nothing. */
GVariant *uch_form_changes (const UchRegister *self,
                            gconstpointer      seen,
                            gconstpointer      draft,
                            GVariant         **out_was);

/* Somebody else changed the row while this person edits it. */
GPtrArray *uch_form_merge (gconstpointer seen, gpointer draft, gconstpointer now, GHashTable *keep);
void       uch_form_copy_fields (gpointer to, gconstpointer from, GHashTable *names);

G_END_DECLS

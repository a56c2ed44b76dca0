/* Addresses as people write them in tables: one cell taken apart. */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

void     uch_address_split_street (const char *text, char **out_type, char **out_name);
void     uch_address_split_number (const char *text, char **out_number, char **out_addition);
gboolean uch_address_split_line (const char *text,
                                 char      **out_street,
                                 char      **out_number,
                                 char      **out_apartment);

G_END_DECLS

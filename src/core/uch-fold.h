/* Text as people search it: without case, ё or punctuation. */
#pragma once

#include "core/uch-types.h"

G_BEGIN_DECLS

char    *uch_fold (const char *text);
gboolean uch_fold_matches (const char *folded, const char *folded_words);
char    *uch_phone_normalize (const char *raw, const char *area_code);
char    *uch_phone_format (const char *phone);
char    *uch_address_make_key (const char *city,
                               const char *street,
                               const char *number,
                               const char *addition);
char    *uch_address_format (const UchHouse *house, const char *apartment, gboolean with_city);

G_END_DECLS

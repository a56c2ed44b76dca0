/* Ids that sort by the time they were made. */
#pragma once

#include "core/uch-types.h"

G_BEGIN_DECLS

#define UCH_ID_RANDOM_LEN 10

char    *uch_id_new (UchTime now, const guint8 random[UCH_ID_RANDOM_LEN]);
gboolean uch_id_is_valid (const char *id);

G_END_DECLS

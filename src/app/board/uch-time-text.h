/* A time typed as people say it: "18", "18:30", "завтра 10", "25.11 14-15", "через 2 часа". */
#pragma once

#include "core/uch-types.h"

G_BEGIN_DECLS

gboolean
uch_time_text_parse (const char *text, UchTime now, UchTime *out_from_at, UchTime *out_to_at);
gboolean uch_time_text_is_now (const char *text);

G_END_DECLS

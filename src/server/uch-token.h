/* Whose request it is: the token in a header, or in the phone page's cookie. */
#pragma once

#include "server/uch-request.h"

G_BEGIN_DECLS

gboolean uch_token_take (UchRequest *request);
gboolean uch_token_check_page (UchRequest *request);
void     uch_token_set_cookie (UchRequest *request, const char *token);

G_END_DECLS

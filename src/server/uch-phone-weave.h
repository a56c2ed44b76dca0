/* The phone page's files as one document. */
#pragma once

#include <gio/gio.h>

G_BEGIN_DECLS

GBytes *uch_phone_weave (GHashTable *sources, GHashTable *woven, char **out_policy, GError **error);

G_END_DECLS

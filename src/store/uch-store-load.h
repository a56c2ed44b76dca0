/* History that was decided long ago: rows that go into a store as they are. */
#pragma once

#include "store/uch-store.h"

G_BEGIN_DECLS

gboolean
uch_store_load (UchStore *self, GPtrArray *rows, const char *client, UchTime now, GError **error);

G_END_DECLS

/* The pictures of photos: bytes under their hash, beside the office's tables. */
#pragma once

#include "store/uch-store.h"

G_BEGIN_DECLS

const char *uch_picture_get_mime (GBytes *bytes);

gboolean uch_store_put_picture (UchStore         *self,
                                const UchSession *session,
                                const char       *sha256,
                                GBytes           *bytes,
                                UchTime           now,
                                GError          **error);
GBytes  *uch_store_look_at_photo (UchStore         *self,
                                  const UchSession *session,
                                  const char       *photo_id,
                                  UchTime           now,
                                  char            **out_mime,
                                  GError          **error);

G_END_DECLS

/* One request to a tile server, with everything that a bad server can do taken care of. */
#pragma once

#include <libsoup/soup.h>

#include "tiles/uch-tile.h"

G_BEGIN_DECLS

typedef struct
{
  gboolean not_modified; /* what we have is still good: no body */
  GBytes  *body;
  char    *etag;
  gint64   fresh_s; /* how long it may be used without asking; -1: the server did not say */
  gboolean no_store;
} UchTileAnswer;

void uch_tile_fetch_async (SoupSession        *session,
                           const char         *url,
                           const char         *etag,
                           guint               bytes_max,
                           guint               timeout_ms,
                           GCancellable       *cancellable,
                           GAsyncReadyCallback callback,
                           gpointer            user_data);
UchTileAnswer      *
uch_tile_fetch_finish (GAsyncResult *result, guint *out_retry_after_s, GError **error);
void uch_tile_answer_free (UchTileAnswer *answer);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (UchTileAnswer, uch_tile_answer_free)

G_END_DECLS

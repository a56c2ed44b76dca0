/* Turns the office's registers into a scene, on a worker. */
#pragma once

#include <gio/gio.h>

#include "core/uch-place.h"
#include "tiles/uch-scene.h"

G_BEGIN_DECLS

void      uch_map_scene_build_async (GListModel         *zones,
                                     GListModel         *centres,
                                     GListModel         *houses,
                                     GCancellable       *cancellable,
                                     GAsyncReadyCallback callback,
                                     gpointer            user_data);
UchScene *uch_map_scene_build_finish (GAsyncResult *result, GError **error);
guint32   uch_map_zone_rgb (const UchZone *zone);

G_END_DECLS

/* The base map that the person or the office has chosen. */
#pragma once

#include <gio/gio.h>

#include "replica/uch-replica.h"
#include "tiles/uch-tile-source.h"

G_BEGIN_DECLS

gboolean    uch_map_base_open (GSettings      *settings,
                               UchReplica     *replica,
                               UchTileSource **out_source,
                               GError        **error);
const char *uch_map_base_describe_error (const GError *error);

G_END_DECLS

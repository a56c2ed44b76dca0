/* Base pictures from a server of XYZ tiles. */
#pragma once

#include "tiles/uch-tile-source.h"

G_BEGIN_DECLS

/* The tiles of the OpenStreetMap Foundation; its policy:
 * https://operations.osmfoundation.org/policies/tiles/ */
#define UCH_TILE_HTTP_OSM_URL "https://tile.openstreetmap.org/{z}/{x}/{y}.png"
#define UCH_TILE_HTTP_OSM_ATTRIBUTION "© OpenStreetMap contributors"
#define UCH_TILE_HTTP_OSM_MAX_ZOOM 19

#define UCH_TILE_HTTP_PARALLEL_MAX 4  /* requests under way at once */
#define UCH_TILE_HTTP_WAITING_MAX 256 /* requests in the queue; the oldest gives way */
#define UCH_TILE_HTTP_ATTEMPTS_MAX 2  /* of one tile before it counts as failed */
#define UCH_TILE_HTTP_FAILURES_MAX 4  /* in a row before the server counts as down */

/* How to talk to the server. Zero or NULL means the default. */
typedef struct
{
  const char *url;         /* http(s) address with {z}, {x} and {y} (or {-y}) */
  const char *attribution; /* plain text */
  const char *user_agent;  /* names the program and a contact, as tile servers demand */
  const char *cache_path;  /* file of the disk cache; NULL: no cache */
  guint       min_zoom, max_zoom;
  guint       timeout_ms;       /* for one whole answer; default 15 s */
  guint       backoff_first_ms; /* pause after a failure; doubles; default 1 s */
  guint       backoff_max_ms;   /* default 2 min */
  guint       bytes_max;        /* of one answer; default 1 MiB */
  gint64      cache_bytes_max;  /* default 256 MiB */
} UchTileHttpOptions;

#define UCH_TYPE_TILE_HTTP (uch_tile_http_get_type ())
G_DECLARE_FINAL_TYPE (UchTileHttp, uch_tile_http, UCH, TILE_HTTP, GObject)

UchTileHttp *uch_tile_http_new (const UchTileHttpOptions *options, GError **error);
gboolean     uch_tile_http_check_url (const char *url, GError **error);
char        *uch_tile_http_dup_problem (UchTileHttp *self);

G_END_DECLS

#define G_LOG_DOMAIN "uch-app"

#include "app/map/uch-map-base.h"

#include <glib/gi18n.h>
#include <string.h>

#include "core/uch-office.h"
#include "tiles/uch-tile-http.h"
#include "tiles/uch-tile-mbtiles.h"

/* Tile servers demand to know the program and whom to turn to: the office that runs it. */
static char *
dup_user_agent (UchReplica *replica)
{
  UchSnapshot     *snapshot = replica != NULL ? uch_replica_get_snapshot (replica) : NULL;
  g_autofree char *office
      = snapshot != NULL ? uch_snapshot_dup_setting (snapshot, UCH_SETTING_OFFICE_NAME, "") : NULL;
  g_autofree char *escaped
      = office != NULL && *office != '\0' ? g_uri_escape_string (office, " ", FALSE) : NULL;

  return g_strdup_printf ("Uchastok/%s (%s%s%s)", UCH_VERSION, UCH_APP_ID,
                          escaped != NULL ? "; office: " : "", escaped != NULL ? escaped : "");
}

static gboolean
open_server (UchReplica     *replica,
             const char     *url,
             const char     *attribution,
             UchTileSource **out_source,
             GError        **error)
{
  g_autofree char   *user_agent = dup_user_agent (replica);
  g_autofree char   *folder = g_build_filename (g_get_user_cache_dir (), "uchastok", "tiles", NULL);
  g_autofree char   *digest = g_compute_checksum_for_string (G_CHECKSUM_SHA256, url, -1);
  g_autofree char   *name = g_strdup_printf ("%.16s.mbtiles", digest);
  g_autofree char   *path = g_build_filename (folder, name, NULL);
  gboolean           has_folder = g_mkdir_with_parents (folder, 0700) == 0;
  UchTileHttpOptions options = { .url = url,
                                 .attribution = attribution,
                                 .user_agent = user_agent,
                                 /* Without a folder: slower, but it works. */
                                 .cache_path = has_folder ? path : NULL,
                                 .max_zoom = UCH_TILE_HTTP_OSM_MAX_ZOOM };

  *out_source = (UchTileSource *) uch_tile_http_new (&options, error);
  return *out_source != NULL;
}

static gboolean
open_policy (UchReplica *replica, UchTileSource **out_source, GError **error)
{
  UchSnapshot     *snapshot = replica != NULL ? uch_replica_get_snapshot (replica) : NULL;
  g_autofree char *url = NULL;
  g_autofree char *attribution = NULL;

  if (snapshot != NULL)
    {
      url = uch_snapshot_dup_setting (snapshot, UCH_SETTING_MAP_URL, "");
      attribution = uch_snapshot_dup_setting (snapshot, UCH_SETTING_MAP_ATTRIBUTION, "");
    }
  if (url == NULL || *url == '\0')
    return open_server (replica, UCH_TILE_HTTP_OSM_URL, UCH_TILE_HTTP_OSM_ATTRIBUTION, out_source,
                        error);
  if (strcmp (url, "schematic") == 0)
    return TRUE;
  return open_server (replica, url, attribution, out_source, error);
}

/**
 * uch_map_base_open:
 * @settings: the desk's settings
 * @replica: (nullable): the office's policy
 * @out_source: (out) (transfer full) (nullable): the source; %NULL for the schematic map
 * @error: return location of a UCH_TILE_ERROR
 *
 * Opens what "map-source" names: the office's policy (OpenStreetMap when it has none),
 * OpenStreetMap, an address, a file, or the schematic map.
 *
 * Returns: whether the choice could be followed
 */
gboolean
uch_map_base_open (GSettings      *settings,
                   UchReplica     *replica,
                   UchTileSource **out_source,
                   GError        **error)
{
  g_autofree char *kind = g_settings_get_string (settings, "map-source");

  *out_source = NULL;
  if (strcmp (kind, "schematic") == 0)
    return TRUE;
  if (strcmp (kind, "osm") == 0)
    return open_server (replica, UCH_TILE_HTTP_OSM_URL, UCH_TILE_HTTP_OSM_ATTRIBUTION, out_source,
                        error);
  if (strcmp (kind, "xyz") == 0)
    {
      g_autofree char *url = g_settings_get_string (settings, "map-xyz-url");
      g_autoptr (GUri) uri = g_uri_parse (url, G_URI_FLAGS_PARSE_RELAXED, NULL);

      /* Whose map it is is not known; the least that can be said is where it comes from. */
      return open_server (replica, url, uri != NULL ? g_uri_get_host (uri) : "", out_source, error);
    }
  if (strcmp (kind, "mbtiles") == 0)
    {
      g_autofree char *path = g_settings_get_string (settings, "map-mbtiles-path");

      *out_source = (UchTileSource *) uch_tile_mbtiles_open (path, error);
      return *out_source != NULL;
    }
  return open_policy (replica, out_source, error);
}

/**
 * uch_map_base_describe_error:
 * @error: of uch_map_base_open()
 *
 * Returns: (transfer none): a sentence for the person, in his language
 */
const char *
uch_map_base_describe_error (const GError *error)
{
  if (g_error_matches (error, UCH_TILE_ERROR, UCH_TILE_ERROR_VECTOR))
    return _ (
        "The map file holds vector tiles; drawing them needs a newer libshumate. Choose a file "
        "with raster tiles.");
  if (g_error_matches (error, UCH_TILE_ERROR, UCH_TILE_ERROR_BROKEN))
    return _ ("The map file cannot be read: choose another one in Settings.");
  if (g_error_matches (error, UCH_TILE_ERROR, UCH_TILE_ERROR_REFUSED))
    return _ ("The address of the map is not right: it must hold {z}, {x} and {y}.");
  return _ ("The base map cannot be opened.");
}

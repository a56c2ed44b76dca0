#define G_LOG_DOMAIN "uch-tiles"

#include "tiles/uch-tile-http.h"

#include <libsoup/soup.h>
#include <string.h>

#include "tiles/uch-tile-net.h"

struct _UchTileHttp
{
  GObject     parent_instance;
  UchTileNet *net; /* (owned) */
  char       *attribution;
  guint       min_zoom, max_zoom;
};

static void uch_tile_http_iface_init (UchTileSourceInterface *iface);

G_DEFINE_FINAL_TYPE_WITH_CODE (UchTileHttp,
                               uch_tile_http,
                               G_TYPE_OBJECT,
                               G_IMPLEMENT_INTERFACE (UCH_TYPE_TILE_SOURCE,
                                                      uch_tile_http_iface_init))

/**
 * uch_tile_http_expand_url:
 * @url: address with {z}, {x}, {y} or {-y}, perhaps {s}
 * @key: which tile
 *
 * Returns: (transfer full): the address of the tile
 */
char *
uch_tile_http_expand_url (const char *url, UchTileKey key)
{
  GString *result = g_string_new (url);
  char     number[16];

  g_snprintf (number, sizeof number, "%u", key.zoom);
  g_string_replace (result, "{z}", number, 0);
  g_snprintf (number, sizeof number, "%u", key.x);
  g_string_replace (result, "{x}", number, 0);
  g_snprintf (number, sizeof number, "%u", key.y);
  g_string_replace (result, "{y}", number, 0);
  g_snprintf (number, sizeof number, "%u", (1u << key.zoom) - 1 - key.y);
  g_string_replace (result, "{-y}", number, 0);
  g_string_replace (result, "{s}", "a", 0);
  return g_string_free (result, FALSE);
}

static void
uch_tile_http_load_async (UchTileSource      *source,
                          UchTileKey          key,
                          UchTileLoadFlags    flags,
                          GCancellable       *cancellable,
                          GAsyncReadyCallback callback,
                          gpointer            user_data)
{
  UchTileHttp *self = UCH_TILE_HTTP (source);
  GTask       *task = g_task_new (self, cancellable, callback, user_data);

  g_task_set_source_tag (task, uch_tile_http_load_async);
  uch_tile_net_request (self->net, key, flags, task);
}

static UchTilePicture *
uch_tile_http_load_finish (UchTileSource *source, GAsyncResult *result, GError **error)
{
  return g_task_propagate_pointer (G_TASK (result), error);
}

static guint
uch_tile_http_get_min_zoom (UchTileSource *source)
{
  return UCH_TILE_HTTP (source)->min_zoom;
}

static guint
uch_tile_http_get_max_zoom (UchTileSource *source)
{
  return UCH_TILE_HTTP (source)->max_zoom;
}

static const char *
uch_tile_http_get_attribution (UchTileSource *source)
{
  return UCH_TILE_HTTP (source)->attribution;
}

static gboolean
uch_tile_http_has_labels (UchTileSource *source)
{
  return TRUE;
}

static void
uch_tile_http_iface_init (UchTileSourceInterface *iface)
{
  iface->load_async = uch_tile_http_load_async;
  iface->load_finish = uch_tile_http_load_finish;
  iface->get_min_zoom = uch_tile_http_get_min_zoom;
  iface->get_max_zoom = uch_tile_http_get_max_zoom;
  iface->get_attribution = uch_tile_http_get_attribution;
  iface->has_labels = uch_tile_http_has_labels;
}

static void
uch_tile_http_finalize (GObject *object)
{
  UchTileHttp *self = UCH_TILE_HTTP (object);

  g_clear_pointer (&self->net, uch_tile_net_stop);
  g_free (self->attribution);
  G_OBJECT_CLASS (uch_tile_http_parent_class)->finalize (object);
}

static void
uch_tile_http_class_init (UchTileHttpClass *klass)
{
  G_OBJECT_CLASS (klass)->finalize = uch_tile_http_finalize;
}

static void
uch_tile_http_init (UchTileHttp *self)
{
}

/**
 * uch_tile_http_check_url:
 * @url: (nullable): what a person typed
 * @error: return location of UCH_TILE_ERROR_REFUSED
 *
 * Returns: whether it is an http or https address with {z}, {x} and {y} (or {-y}) in it
 */
gboolean
uch_tile_http_check_url (const char *url, GError **error)
{
  g_autofree char *example = NULL;
  g_autoptr (GUri) uri = NULL;
  const char *scheme;

  if (url == NULL || strstr (url, "{z}") == NULL || strstr (url, "{x}") == NULL
      || (strstr (url, "{y}") == NULL && strstr (url, "{-y}") == NULL))
    {
      g_set_error_literal (error, UCH_TILE_ERROR, UCH_TILE_ERROR_REFUSED,
                           "The address of tiles must hold {z}, {x} and {y}");
      return FALSE;
    }
  example = uch_tile_http_expand_url (url, (UchTileKey){ 0 });
  uri = g_uri_parse (example, SOUP_HTTP_URI_FLAGS, NULL);
  scheme = uri != NULL ? g_uri_get_scheme (uri) : NULL;
  if (scheme == NULL || (strcmp (scheme, "https") != 0 && strcmp (scheme, "http") != 0)
      || g_uri_get_host (uri) == NULL || *g_uri_get_host (uri) == '\0')
    {
      g_set_error_literal (error, UCH_TILE_ERROR, UCH_TILE_ERROR_REFUSED,
                           "The address of tiles must begin with https:// and a host");
      return FALSE;
    }
  return TRUE;
}

/**
 * uch_tile_http_new:
 * @options: how to talk to the server; copied
 * @error: return location of UCH_TILE_ERROR_REFUSED for an address that is none
 *
 * A source of its own network thread. It asks only for tiles that somebody looks at, at most
 * UCH_TILE_HTTP_PARALLEL_MAX at once over two connections, keeps what it got in its own cache for
 * as long as the server says, and leaves a failing server alone for growing pauses.
 *
 * Returns: (transfer full) (nullable): the source
 */
UchTileHttp *
uch_tile_http_new (const UchTileHttpOptions *options, GError **error)
{
  UchTileHttp *self;

  if (!uch_tile_http_check_url (options->url, error))
    return NULL;
  self = g_object_new (UCH_TYPE_TILE_HTTP, NULL);
  self->attribution = g_strdup (options->attribution != NULL ? options->attribution : "");
  self->min_zoom = options->min_zoom;
  self->max_zoom = options->max_zoom != 0 ? MIN (options->max_zoom, UCH_TILE_ZOOM_MAX)
                                          : UCH_TILE_HTTP_OSM_MAX_ZOOM;

  self->net = uch_tile_net_start (options, UCH_TILE_SOURCE (self));
  return self;
}

/**
 * uch_tile_http_dup_problem:
 * @self: a source
 *
 * Returns: (transfer full) (nullable): what went wrong last, in one English sentence; %NULL when
 *   all is well
 */
char *
uch_tile_http_dup_problem (UchTileHttp *self)
{
  return uch_tile_net_dup_problem (self->net);
}

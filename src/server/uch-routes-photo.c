/* Photos: the picture goes up under its hash before the act that names it, and comes down for who
 * may look. */
#define G_LOG_DOMAIN "uch-server"

#include <string.h>

#include "core/uch-work.h"
#include "server/uch-server-private.h"
#include "store/uch-store-pictures.h"

#define UP_PATH "/v1/pictures/"
#define DOWN_PATH "/v1/photos/"
#define HASH_LEN 64

typedef struct
{
  UchSession *session; /* (owned) */
  char       *id;      /* of the photo, or the picture's hash */
  GBytes     *bytes;   /* (owned) (nullable) */
} Ask;

static void
ask_free (gpointer data)
{
  Ask *ask = data;

  g_object_unref (ask->session);
  g_free (ask->id);
  g_clear_pointer (&ask->bytes, g_bytes_unref);
  g_free (ask);
}

static Ask *
ask_new (UchRequest *request, const char *prefix)
{
  const char *path = g_uri_get_path (soup_server_message_get_uri (request->message));
  Ask        *ask = g_new0 (Ask, 1);

  ask->session = g_object_ref (request->session);
  ask->id = g_strdup (path + strlen (prefix));
  return ask;
}

static gpointer
put_func (UchStore *store, gpointer data, GError **error)
{
  Ask *ask = data;

  return uch_store_put_picture (store, ask->session, ask->id, ask->bytes, uch_server_now (), error)
             ? g_strdup (ask->id)
             : NULL;
}

static void
put_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (UchRequest) request = user_data;
  g_autoptr (GError) error = NULL;
  g_autofree char *done = uch_store_async_finish (UCH_STORE_ASYNC (source), result, &error);

  if (done != NULL)
    uch_request_answer_nothing (request);
  else
    uch_request_fail (request, error);
}

static void
put_picture (UchRequest *request)
{
  static const char *const names[] = { NULL };
  Ask                     *ask;

  if (!uch_request_read_query (request, names))
    return;
  ask = ask_new (request, UP_PATH);
  if (strlen (ask->id) != HASH_LEN)
    {
      ask_free (ask);
      uch_request_refuse (request, SOUP_STATUS_BAD_REQUEST, "invalid", "id",
                          "A picture's name is its SHA-256");
      return;
    }
  ask->bytes = g_bytes_new (request->body->data, request->body->len);
  uch_store_async_write (request->server->store, put_func, ask, ask_free, g_free, NULL, put_cb,
                         uch_request_ref (request));
}

typedef struct
{
  GBytes *bytes; /* (owned) */
  char   *mime;
} Picture;

static void
picture_free (gpointer data)
{
  Picture *picture = data;

  if (picture == NULL)
    return;
  g_bytes_unref (picture->bytes);
  g_free (picture->mime);
  g_free (picture);
}

static gpointer
look_func (UchStore *store, gpointer data, GError **error)
{
  Ask    *ask = data;
  char   *mime = NULL;
  GBytes *bytes
      = uch_store_look_at_photo (store, ask->session, ask->id, uch_server_now (), &mime, error);
  Picture *picture;

  if (bytes == NULL)
    return NULL;
  picture = g_new0 (Picture, 1);
  picture->bytes = bytes;
  picture->mime = mime;
  return picture;
}

static void
looked_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (UchRequest) request = user_data;
  g_autoptr (GError) error = NULL;
  Picture *picture = uch_store_async_finish (UCH_STORE_ASYNC (source), result, &error);

  if (g_error_matches (error, UCH_STORE_ERROR, UCH_STORE_ERROR_UNKNOWN))
    uch_request_refuse (request, SOUP_STATUS_NOT_FOUND, "unknown", "id", "%s", error->message);
  else if (picture == NULL)
    uch_request_fail (request, error);
  else
    uch_request_answer (request, SOUP_STATUS_OK, picture->mime, picture->bytes);
  picture_free (picture);
}

static void
get_photo (UchRequest *request)
{
  static const char *const names[] = { NULL };

  if (!uch_request_read_query (request, names))
    return;
  uch_store_async_write (request->server->store, look_func, ask_new (request, DOWN_PATH), ask_free,
                         picture_free, NULL, looked_cb, uch_request_ref (request));
}

const UchRoute uch_routes_photo[] = {
  { "PUT", UP_PATH, UCH_ROUTE_PREFIX | UCH_ROUTE_PICTURE, put_picture },
  { "GET", DOWN_PATH, UCH_ROUTE_PREFIX, get_photo },
  { NULL },
};

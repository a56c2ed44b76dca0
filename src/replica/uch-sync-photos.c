/* Pictures of photos: asked for once, then kept on the disk under their hash until somebody signs
 * out. The store notes who looked when it is asked. */
#define G_LOG_DOMAIN "uch-replica"

#include <errno.h>
#include <glib/gstdio.h>
#include <string.h>

#include "core/uch-work.h"
#include "replica/uch-sync-client-private.h"

/* Pictures kept; the oldest go first. A hundred megabytes at a quarter of one each. */
#define KEPT_MAX 400

typedef struct
{
  char *id;
  char *sha256;
  char *path;
} Look;

static void
look_free (gpointer data)
{
  Look *look = data;

  g_free (look->id);
  g_free (look->sha256);
  g_free (look->path);
  g_free (look);
}

static char *
dup_folder (void)
{
  return g_build_filename (g_get_user_cache_dir (), "uchastok", "photos", NULL);
}

/* What is on the disk may be half of it, or something else. */
static gboolean
is_picture (GBytes *bytes, const char *sha256)
{
  g_autofree char *sum = g_compute_checksum_for_bytes (G_CHECKSUM_SHA256, bytes);

  return strcmp (sum, sha256) == 0;
}

static int
compare_age (gconstpointer a, gconstpointer b)
{
  g_autofree char *folder = dup_folder ();
  GStatBuf         info[2];
  const char      *names[] = { *(char *const *) a, *(char *const *) b };
  gint64           at[2] = { 0, 0 };

  for (guint i = 0; i < 2; i++)
    {
      g_autofree char *path = g_build_filename (folder, names[i], NULL);

      if (g_stat (path, &info[i]) == 0)
        at[i] = info[i].st_mtime;
    }
  return at[0] < at[1] ? -1 : at[0] > at[1];
}

/* Leaves the newest @n_max. */
static void
sweep (guint n_max)
{
  g_autofree char *folder = dup_folder ();
  g_autoptr (GDir) dir = g_dir_open (folder, 0, NULL);
  g_autoptr (GPtrArray) names = g_ptr_array_new_with_free_func (g_free);
  const char *name;

  while (dir != NULL && (name = g_dir_read_name (dir)) != NULL)
    g_ptr_array_add (names, g_strdup (name));
  if (names->len <= n_max)
    return;
  if (n_max > 0)
    g_ptr_array_sort (names, compare_age);
  for (guint i = 0; i < names->len - n_max; i++)
    {
      g_autofree char *path = g_build_filename (folder, g_ptr_array_index (names, i), NULL);

      if (g_unlink (path) != 0 && errno != ENOENT)
        g_warning ("a photo stays on the disk: %s", g_strerror (errno));
    }
}

/* Whoever signs in next at this computer asks for himself. */
void
uch_sync_photos_forget (void)
{
  sweep (0);
}

/* A cache: without it the picture is asked for again. */
static void
keep (const Look *look, GBytes *bytes)
{
  g_autofree char *folder = dup_folder ();
  g_autoptr (GError) error = NULL;

  if (g_mkdir_with_parents (folder, 0700) != 0
      || !g_file_set_contents_full (look->path, g_bytes_get_data (bytes, NULL),
                                    (gssize) g_bytes_get_size (bytes),
                                    G_FILE_SET_CONTENTS_CONSISTENT, 0600, &error))
    g_debug ("a photo is not kept: %s", error != NULL ? error->message : g_strerror (errno));
  sweep (KEPT_MAX);
}

static void
looked_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (GTask) task = user_data;
  const Look *look = g_task_get_task_data (task);
  GError     *error = NULL;
  g_autoptr (UchSyncReply) reply = uch_sync_http_send_finish (result, &error);

  if (reply != NULL)
    error = uch_sync_reply_dup_error (reply);
  if (error == NULL && !is_picture (reply->body, look->sha256))
    error = g_error_new_literal (UCH_SYNC_ERROR, UCH_SYNC_ERROR_FAILED,
                                 "The photo did not arrive whole");
  if (error != NULL)
    {
      g_task_return_error (task, error);
      return;
    }
  keep (look, reply->body);
  g_task_return_pointer (task, g_bytes_ref (reply->body), (GDestroyNotify) g_bytes_unref);
}

static void
loaded_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (GTask) task = user_data;
  UchSyncClient   *self = g_task_get_source_object (task);
  const Look      *look = g_task_get_task_data (task);
  g_autofree char *path = NULL;
  g_autoptr (GBytes) bytes = g_file_load_bytes_finish (G_FILE (source), result, NULL, NULL);

  if (g_task_return_error_if_cancelled (task))
    return;
  if (bytes != NULL && is_picture (bytes, look->sha256))
    {
      g_task_return_pointer (task, g_steal_pointer (&bytes), (GDestroyNotify) g_bytes_unref);
      return;
    }
  path = g_strconcat ("/v1/photos/", look->id, NULL);
  uch_sync_http_send_async (self->http, "GET", path, NULL, g_task_get_cancellable (task), looked_cb,
                            g_object_ref (task));
}

/**
 * uch_sync_client_look_at_photo_async:
 * @photo: a row of the table
 */
void
uch_sync_client_look_at_photo_async (UchSyncClient      *self,
                                     const UchPhoto     *photo,
                                     GCancellable       *cancellable,
                                     GAsyncReadyCallback callback,
                                     gpointer            user_data)
{
  GTask           *task = g_task_new (self, cancellable, callback, user_data);
  Look            *look = g_new0 (Look, 1);
  g_autofree char *folder = dup_folder ();
  g_autoptr (GFile) file = NULL;

  g_task_set_source_tag (task, uch_sync_client_look_at_photo_async);
  look->id = g_strdup (UCH_ENTITY (photo)->id);
  look->sha256 = g_strdup (photo->sha256 != NULL ? photo->sha256 : "");
  look->path = g_build_filename (folder, look->sha256, NULL);
  g_task_set_task_data (task, look, look_free);
  file = g_file_new_for_path (look->path);
  g_file_load_bytes_async (file, cancellable, loaded_cb, task);
}

/**
 * uch_sync_client_look_at_photo_finish:
 *
 * Errors: %UCH_SYNC_ERROR_NO_CONNECTION when it is not on the disk and the store cannot be asked.
 *
 * Returns: (transfer full) (nullable): the picture: JPEG, PNG or WebP
 */
GBytes *
uch_sync_client_look_at_photo_finish (UchSyncClient *self, GAsyncResult *result, GError **error)
{
  return g_task_propagate_pointer (G_TASK (result), error);
}

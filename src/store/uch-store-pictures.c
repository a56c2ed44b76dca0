/* A picture comes before the act that refers to it, and may come again: its hash is its name.
 * Whoever looks at one has been written down before. */

#define G_LOG_DOMAIN "uch-store"

#include "store/uch-store-pictures.h"

#include <string.h>

#include "core/uch-work.h"
#include "store/uch-store-private.h"

static const struct
{
  const char *mime;
  gsize       at;
  const char *bytes;
  gsize       len;
} magics[] = {
  { "image/jpeg", 0, "\xff\xd8\xff", 3 },
  { "image/png", 0, "\x89PNG\r\n\x1a\n", 8 },
  { "image/webp", 8, "WEBPVP8", 7 }, /* after "RIFF" and a length */
};

/**
 * uch_picture_get_mime:
 *
 * By the first bytes, whatever anybody says of them: what is no picture is not kept, and not given
 * to a browser as one.
 *
 * Returns: (nullable): one of uch_photo_mimes, or NULL
 */
const char *
uch_picture_get_mime (GBytes *bytes)
{
  gsize         len;
  const guint8 *data = g_bytes_get_data (bytes, &len);

  for (guint i = 0; i < G_N_ELEMENTS (magics); i++)
    if (len >= magics[i].at + magics[i].len
        && memcmp (data + magics[i].at, magics[i].bytes, magics[i].len) == 0
        && (magics[i].at == 0 || memcmp (data, "RIFF", 4) == 0))
      return magics[i].mime;
  return NULL;
}

static gboolean
fail_allowed (const UchSession *who, GError **error)
{
  g_set_error (error, UCH_STORE_ERROR, UCH_STORE_ERROR_NOT_ALLOWED,
               "The role “%s” has nothing to do with this photo", uch_role_nicks[who->role]);
  return FALSE;
}

static gboolean
is_field (const UchSession *who)
{
  return who->role == UCH_ROLE_ENGINEER || who->role == UCH_ROLE_DISPATCHER
         || who->role == UCH_ROLE_HEAD;
}

static UchPicture *
picture_new (const char *sha256, const char *mime, GBytes *bytes, UchTime now)
{
  UchPicture *picture = uch_entity_new_of (&uch_picture_schema, sha256);

  picture->mime = g_strdup (mime);
  picture->size = (gint64) g_bytes_get_size (bytes);
  picture->data = g_base64_encode (g_bytes_get_data (bytes, NULL), g_bytes_get_size (bytes));
  picture->created_at = now;
  return picture;
}

static gboolean
put_within (UchStore         *self,
            const UchSession *session,
            const UchPicture *picture,
            UchTime           now,
            GError          **error)
{
  g_autoptr (UchSession) who = uch_store_refresh_session (self, session, now, error);
  g_autoptr (UchPicture) known = NULL;

  if (who == NULL)
    return FALSE;
  if (!is_field (who))
    return fail_allowed (who, error);
  if (!BACKEND (self, get_row, &uch_picture_schema, UCH_ENTITY (picture)->id, (gpointer *) &known,
                error))
    return FALSE;
  /* One that lay here unused is fresh again: the upkeep must not take it from under the photo. */
  return (known != NULL && now - known->created_at < UCH_DAY_MS)
         || BACKEND (self, put_row, picture, 0, error);
}

/**
 * uch_store_put_picture:
 * @self: a store
 * @session: an engineer's, a dispatcher's or the head's
 * @sha256: of @bytes, 64 small hexadecimal digits
 * @bytes: JPEG, PNG or WebP, at most %UCH_PHOTO_SIZE_MAX
 * @now: the store's clock
 * @error: return location: %UCH_STORE_ERROR_INVALID when it is something else
 *
 * Keeps a picture that a "photo.add" is going to name. The same one again changes nothing. What no
 * photo names after some days is thrown away by the upkeep.
 *
 * Returns: whether it is durable
 */
gboolean
uch_store_put_picture (UchStore         *self,
                       const UchSession *session,
                       const char       *sha256,
                       GBytes           *bytes,
                       UchTime           now,
                       GError          **error)
{
  g_autofree char *sum = g_compute_checksum_for_bytes (G_CHECKSUM_SHA256, bytes);
  const char      *mime = uch_picture_get_mime (bytes);
  g_autoptr (UchPicture) picture = NULL;

  if (mime == NULL || g_bytes_get_size (bytes) > UCH_PHOTO_SIZE_MAX || strcmp (sum, sha256) != 0)
    {
      g_set_error_literal (error, UCH_STORE_ERROR, UCH_STORE_ERROR_INVALID,
                           mime == NULL ? "This is no JPEG, PNG or WebP"
                           : strcmp (sum, sha256) != 0
                               ? "The picture did not arrive whole: it has another SHA-256"
                               : "The picture is larger than a megabyte");
      return FALSE;
    }
  picture = picture_new (sha256, mime, bytes, now);
  if (!uch_store_begin (self, error))
    return FALSE;
  if (put_within (self, session, picture, now, error))
    return uch_store_commit (self, error);
  uch_store_rollback (self);
  return FALSE;
}

/* An engineer sees what belongs to his own visits and zones, and what he took himself. */
static gboolean
check_may_look (UchStore *self, const UchSession *who, const UchPhoto *photo, GError **error)
{
  g_autoptr (UchTicket) ticket = NULL;
  g_autoptr (UchStaff) staff = NULL;
  g_autoptr (GPtrArray) visits = NULL;

  if (!is_field (who))
    return fail_allowed (who, error);
  if (who->role != UCH_ROLE_ENGINEER || g_strcmp0 (photo->created_by, who->staff_id) == 0)
    return TRUE;
  if (!BACKEND (self, get_row, &uch_ticket_schema, photo->ticket_id, (gpointer *) &ticket, error)
      || !BACKEND (self, get_row, &uch_staff_schema, who->staff_id, (gpointer *) &staff, error))
    return FALSE;
  if (ticket != NULL && staff != NULL && uch_list_contains (staff->zones, ticket->zone_id))
    return TRUE;
  visits = BACKEND (self, find_rows, &uch_visit_schema, "ticket_id", photo->ticket_id, error);
  for (guint i = 0; visits != NULL && i < visits->len; i++)
    if (g_strcmp0 (UCH_VISIT (g_ptr_array_index (visits, i))->engineer_id, who->staff_id) == 0)
      return TRUE;
  return visits != NULL && fail_allowed (who, error);
}

static GBytes *
look_within (UchStore         *self,
             const UchSession *session,
             const char       *photo_id,
             UchTime           now,
             char            **out_mime,
             GError          **error)
{
  g_autoptr (UchSession) who = uch_store_refresh_session (self, session, now, error);
  g_autoptr (UchPhoto) photo = NULL;
  g_autoptr (UchPicture) picture = NULL;
  guint8 *data;
  gsize   len;

  if (who == NULL
      || !BACKEND (self, get_row, &uch_photo_schema, photo_id, (gpointer *) &photo, error))
    return NULL;
  if (photo != NULL
      && (!check_may_look (self, who, photo, error)
          || !BACKEND (self, get_row, &uch_picture_schema, photo->sha256, (gpointer *) &picture,
                       error)))
    return NULL;
  if (picture == NULL || photo->withdrawn)
    {
      g_set_error_literal (error, UCH_STORE_ERROR, UCH_STORE_ERROR_UNKNOWN,
                           "There is no such photo, or it was taken back");
      return NULL;
    }
  if (!uch_store_log_look (self, who, UCH_ENTITY (photo), "picture", now, error))
    return NULL;
  data = g_base64_decode (picture->data, &len);
  *out_mime = g_strdup (picture->mime);
  return g_bytes_new_take (data, len);
}

/**
 * uch_store_look_at_photo:
 * @self: a store
 * @session: who looks: a dispatcher, the head, or an engineer whose ticket or zone it is
 * @photo_id: a row of the table "photo"
 * @now: the store's clock
 * @out_mime: (out) (transfer full): what it is
 * @error: return location
 *
 * The look is in the log before the picture is shown (152-FZ), like uch_store_reveal().
 *
 * Returns: (transfer full) (nullable): the picture
 */
GBytes *
uch_store_look_at_photo (UchStore         *self,
                         const UchSession *session,
                         const char       *photo_id,
                         UchTime           now,
                         char            **out_mime,
                         GError          **error)
{
  GBytes *bytes;

  *out_mime = NULL;
  if (!uch_store_begin (self, error))
    return NULL;
  bytes = look_within (self, session, photo_id, now, out_mime, error);
  if (bytes == NULL)
    uch_store_rollback (self);
  else if (!uch_store_commit (self, error))
    g_clear_pointer (&bytes, g_bytes_unref);
  if (bytes == NULL)
    g_clear_pointer (out_mime, g_free);
  return bytes;
}

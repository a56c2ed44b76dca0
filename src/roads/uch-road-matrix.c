/* One search per house. The file: a header, the seconds row by row, the houses' ids. */

#include <math.h>
#include <string.h>

#include "roads/uch-road-matrix.h"
#include "roads/uch-road-search.h"
#include "roads/uch-roads-private.h"

#define MAGIC "UchTimes"
#define VERSION 1u
/* 20,000 houses are 800 MB; an office has a tenth of that. */
#define N_PLACES_MAX 20000u
#define DIGEST_LEN 32

typedef struct
{
  char    magic[8];
  guint32 version, n_places, n_off_road, ids_len;
  guint8  digest[DIGEST_LEN]; /* of the graph and the places it was made of */
} Header;

struct _UchRoadMatrix
{
  int            ref_count;
  GBytes        *bytes; /* (owned) */
  const Header  *header;
  const guint16 *seconds;   /* n_places × n_places */
  GHashTable    *number_of; /* (owned): id (into @bytes) → number + 1 */
};

static void
make_digest (UchRoads *roads, const UchRoadPlace *places, guint n_places, guint8 *out_digest)
{
  g_autoptr (GChecksum) sum = g_checksum_new (G_CHECKSUM_SHA256);
  gsize         len, digest_len = DIGEST_LEN;
  gconstpointer data = g_bytes_get_data (uch_roads_get_bytes (roads), &len);

  g_checksum_update (sum, data, (gssize) len);
  for (guint i = 0; i < n_places; i++)
    {
      double where[2] = { places[i].latitude, places[i].longitude };

      g_checksum_update (sum, (const guchar *) places[i].id, (gssize) strlen (places[i].id) + 1);
      g_checksum_update (sum, (const guchar *) where, sizeof where);
    }
  g_checksum_get_digest (sum, out_digest, &digest_len);
}

static void
fill_row (UchRoadSearch     *search,
          const UchRoadSpot *spots,
          const gboolean    *on_road,
          guint              n,
          guint              from,
          guint16           *row)
{
  if (on_road[from])
    uch_road_search_run (search, &spots[from], UCH_ROAD_FROM);
  for (guint to = 0; to < n; to++)
    {
      double s = to == from                     ? 0
                 : on_road[from] && on_road[to] ? uch_road_search_get_s (search, &spots[to])
                                                : INFINITY;

      row[to]
          = isinf (s) ? UCH_ROAD_MATRIX_NONE : (guint16) MIN (s + 0.5, UCH_ROAD_MATRIX_NONE - 1);
    }
}

/**
 * uch_road_matrix_build:
 * @roads: the graph
 * @places: (array length=n_places): the houses; their ids must differ
 * @n_places: how many
 * @progress: (nullable) (scope call): hears of each house
 * @user_data: for @progress
 * @cancellable: (nullable): to give up
 * @error: return location
 *
 * Makes the times from every place to every other. Blocks: one search per place.
 *
 * Returns: (transfer full) (nullable): the matrix
 */
UchRoadMatrix *
uch_road_matrix_build (UchRoads           *roads,
                       const UchRoadPlace *places,
                       guint               n_places,
                       UchRoadProgressFunc progress,
                       gpointer            user_data,
                       GCancellable       *cancellable,
                       GError            **error)
{
  g_autoptr (UchRoadSearch) search = NULL;
  g_autoptr (GByteArray) file = NULL;
  g_autoptr (GBytes) bytes = NULL;
  g_autofree UchRoadSpot *spots = g_new0 (UchRoadSpot, MAX (n_places, 1));
  g_autofree gboolean    *on_road = g_new0 (gboolean, MAX (n_places, 1));
  Header                  header = { .version = VERSION, .n_places = n_places };

  if (n_places > N_PLACES_MAX)
    {
      g_set_error (error, UCH_ROADS_ERROR, UCH_ROADS_ERROR_TOO_BIG,
                   "%u houses are too many for a table of times: at most %u", n_places,
                   N_PLACES_MAX);
      return NULL;
    }
  memcpy (header.magic, MAGIC, sizeof header.magic);
  make_digest (roads, places, n_places, header.digest);
  for (guint i = 0; i < n_places; i++)
    {
      on_road[i] = uch_roads_snap (roads, places[i].latitude, places[i].longitude,
                                   UCH_ROADS_OFF_MAX_M, &spots[i]);
      header.n_off_road += !on_road[i];
      header.ids_len += (guint32) strlen (places[i].id) + 1;
    }

  search = uch_road_search_new (roads);
  file = g_byte_array_new ();
  g_byte_array_set_size (file, (guint) (sizeof header + (gsize) n_places * n_places * 2));
  memcpy (file->data, &header, sizeof header);
  for (guint i = 0; i < n_places; i++)
    {
      if (g_cancellable_set_error_if_cancelled (cancellable, error))
        return NULL;
      fill_row (search, spots, on_road, n_places, i,
                (guint16 *) (file->data + sizeof header) + (gsize) i * n_places);
      if (progress != NULL)
        progress (i + 1, n_places, user_data);
    }
  for (guint i = 0; i < n_places; i++)
    g_byte_array_append (file, (const guint8 *) places[i].id, (guint) strlen (places[i].id) + 1);
  bytes = g_byte_array_free_to_bytes (g_steal_pointer (&file));
  return uch_road_matrix_new_from_bytes (bytes, error);
}

static gboolean
read_ids (UchRoadMatrix *self, const char *ids, gsize len)
{
  const char *end = ids + len;

  for (guint i = 0; i < self->header->n_places; i++)
    {
      const char *stop = memchr (ids, '\0', (gsize) (end - ids));

      if (stop == NULL
          || !g_hash_table_insert (self->number_of, (gpointer) ids, GUINT_TO_POINTER (i + 1)))
        return FALSE;
      ids = stop + 1;
    }
  return ids == end;
}

/**
 * uch_road_matrix_new_from_bytes:
 * @bytes: what uch_road_matrix_get_bytes() gave
 * @error: return location
 *
 * Returns: (transfer full) (nullable): the matrix, using the bytes where they are
 */
UchRoadMatrix *
uch_road_matrix_new_from_bytes (GBytes *bytes, GError **error)
{
  g_autoptr (UchRoadMatrix) self = g_new0 (UchRoadMatrix, 1);
  gsize         size, rows_len;
  const guint8 *data = g_bytes_get_data (bytes, &size);

  self->ref_count = 1;
  self->bytes = g_bytes_ref (bytes);
  self->number_of = g_hash_table_new (g_str_hash, g_str_equal);
  self->header = (const Header *) data;
  if (size < sizeof (Header)
      || memcmp (self->header->magic, MAGIC, sizeof self->header->magic) != 0)
    {
      g_set_error_literal (error, UCH_ROADS_ERROR, UCH_ROADS_ERROR_FORMAT,
                           "This is no table of driving times");
      return NULL;
    }
  if (self->header->version != VERSION)
    {
      g_set_error (error, UCH_ROADS_ERROR, UCH_ROADS_ERROR_NEWER,
                   "The table of driving times is of version %u, this program reads %u",
                   self->header->version, VERSION);
      return NULL;
    }
  rows_len = (gsize) self->header->n_places * self->header->n_places * 2;
  self->seconds = (const guint16 *) (data + sizeof (Header));
  if (self->header->n_places <= N_PLACES_MAX
      && size == sizeof (Header) + rows_len + self->header->ids_len
      && read_ids (self, (const char *) data + sizeof (Header) + rows_len, self->header->ids_len))
    return g_steal_pointer (&self);
  g_set_error_literal (error, UCH_ROADS_ERROR, UCH_ROADS_ERROR_FORMAT,
                       "The table of driving times is damaged: make it anew");
  return NULL;
}

/**
 * uch_road_matrix_load:
 * @path: a file that uch_road_matrix_save() wrote
 * @error: return location
 *
 * Returns: (transfer full) (nullable): the matrix, its file mapped
 */
UchRoadMatrix *
uch_road_matrix_load (const char *path, GError **error)
{
  g_autoptr (GBytes) bytes = uch_roads_map_file (path, error);

  return bytes != NULL ? uch_road_matrix_new_from_bytes (bytes, error) : NULL;
}

/**
 * uch_road_matrix_save:
 * @self: a matrix
 * @path: where to
 * @error: return location
 *
 * Returns: whether the file is there, as a whole
 */
gboolean
uch_road_matrix_save (UchRoadMatrix *self, const char *path, GError **error)
{
  gsize         len;
  gconstpointer data = g_bytes_get_data (self->bytes, &len);

  return g_file_set_contents_full (path, data, (gssize) len, G_FILE_SET_CONTENTS_CONSISTENT, 0600,
                                   error);
}

/**
 * uch_road_matrix_ref:
 * @self: a matrix
 *
 * Returns: (transfer full): @self
 */
UchRoadMatrix *
uch_road_matrix_ref (UchRoadMatrix *self)
{
  g_atomic_int_inc (&self->ref_count);
  return self;
}

/**
 * uch_road_matrix_unref:
 * @self: (nullable) (transfer full): a matrix
 */
void
uch_road_matrix_unref (UchRoadMatrix *self)
{
  if (self == NULL || !g_atomic_int_dec_and_test (&self->ref_count))
    return;
  g_hash_table_unref (self->number_of);
  g_bytes_unref (self->bytes);
  g_free (self);
}

/**
 * uch_road_matrix_get_bytes:
 * @self: a matrix
 *
 * Returns: (transfer none): its file
 */
GBytes *
uch_road_matrix_get_bytes (UchRoadMatrix *self)
{
  return self->bytes;
}

/**
 * uch_road_matrix_get_n_places:
 * @self: a matrix
 *
 * Returns: how many places it knows
 */
guint
uch_road_matrix_get_n_places (UchRoadMatrix *self)
{
  return self->header->n_places;
}

/**
 * uch_road_matrix_get_n_off_road:
 * @self: a matrix
 *
 * Returns: how many of its places are on no road
 */
guint
uch_road_matrix_get_n_off_road (UchRoadMatrix *self)
{
  return self->header->n_off_road;
}

/**
 * uch_road_matrix_find:
 * @self: a matrix
 * @id: of a place
 *
 * Returns: its number, or -1
 */
int
uch_road_matrix_find (UchRoadMatrix *self, const char *id)
{
  return (int) GPOINTER_TO_UINT (g_hash_table_lookup (self->number_of, id)) - 1;
}

/**
 * uch_road_matrix_get_s:
 * @self: a matrix
 * @from: number of a place
 * @to: number of a place
 *
 * Returns: seconds by road, or %UCH_ROAD_MATRIX_NONE
 */
guint16
uch_road_matrix_get_s (UchRoadMatrix *self, guint from, guint to)
{
  g_return_val_if_fail (from < self->header->n_places && to < self->header->n_places,
                        UCH_ROAD_MATRIX_NONE);
  return self->seconds[(gsize) from * self->header->n_places + to];
}

/**
 * uch_road_matrix_fits:
 * @self: a matrix
 * @roads: a graph
 * @places: (array length=n_places): the houses as they are now
 * @n_places: how many
 *
 * Returns: whether it was made of just these: else it is to be made anew
 */
gboolean
uch_road_matrix_fits (UchRoadMatrix      *self,
                      UchRoads           *roads,
                      const UchRoadPlace *places,
                      guint               n_places)
{
  guint8 digest[DIGEST_LEN];

  make_digest (roads, places, n_places, digest);
  return memcmp (digest, self->header->digest, DIGEST_LEN) == 0;
}

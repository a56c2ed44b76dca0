/* A whole store into an empty one, whatever the databases: row by row, proved by reading back. */

#define G_LOG_DOMAIN "uch-store"

#include <glib/gstdio.h>
#include <string.h>

#include "store/uch-store-copy.h"
#include "store/uch-store-private.h"

#define PAGE_LEN 2000
/* A picture may be a megabyte and a half. */
#define PICTURES_PAGE_LEN 16

/* One of the tables that are no entities. */
typedef enum
{
  PART_DELETIONS,
  PART_POSITIONS,
  PART_FATES,
  PART_COUNTS,
  N_PARTS,
} Part;

static const char *const part_names[N_PARTS]
    = { "deletion", "position", "position_fate", "number" };

/* One way through a store: what is met is added up, and written to @to when there is one. */
typedef struct
{
  UchStore            *from;
  UchStore            *to;      /* (nullable) */
  UchStore            *waits;   /* (nullable): has a transaction open and nothing to do */
  GArray              *tallies; /* of UchStoreTally, in the order of the way */
  gint64               n_done, n_total;
  UchStoreProgressFunc progress; /* (nullable) */
  gpointer             user_data;
  GCancellable        *cancellable; /* (nullable) */
} Way;

void
uch_store_position_free (UchStorePosition *self)
{
  g_free (self->position.engineer_id);
  g_free (self->position.source);
  g_free (self);
}

void
uch_store_fate_free (UchStoreFate *self)
{
  g_free (self->engineer_id);
  g_free (self);
}

/* FNV-1a with a final mix, as uch_entity_digest(): sums of these find mistakes, not attackers. */
static guint64
digest_text (const char *text)
{
  guint64 hash = G_GUINT64_CONSTANT (0xcbf29ce484222325);

  for (; *text != '\0'; text++)
    hash = (hash ^ (guint8) *text) * G_GUINT64_CONSTANT (0x100000001b3);
  return (hash ^ (hash >> 30)) * G_GUINT64_CONSTANT (0xbf58476d1ce4e5b9);
}

static guint64
digest_entity (const UchEntity *row)
{
  return (uch_entity_digest (row) ^ (guint64) row->seq) * G_GUINT64_CONSTANT (0x9e3779b97f4a7c15);
}

static gboolean
advance (Way *way, UchStoreTally *tally, guint64 digest, GError **error)
{
  tally->n_rows++;
  tally->digest += digest;
  way->n_done++;
  if (way->n_done % PAGE_LEN == 0)
    {
      gint64 one;

      if (way->progress != NULL)
        way->progress (way->n_done, way->n_total, way->user_data);
      /* A transaction that stands idle is ended by the server. */
      if (way->waits != NULL && !BACKEND (way->waits, count_rows, "epoch", &one, error))
        return FALSE;
    }
  return !g_cancellable_set_error_if_cancelled (way->cancellable, error);
}

static gboolean
walk_table (Way *way, const UchSchema *schema, GError **error)
{
  UchStoreTally    tally = { .table = schema->name };
  g_autofree char *after = NULL;
  const guint      limit = schema == &uch_picture_schema ? PICTURES_PAGE_LEN : PAGE_LEN;
  guint            n_read;

  do
    {
      g_autoptr (GPtrArray) rows = BACKEND (way->from, page_rows, schema, after, limit, error);

      if (rows == NULL)
        return FALSE;
      n_read = rows->len;
      for (guint i = 0; i < n_read; i++)
        {
          const UchEntity *row = g_ptr_array_index (rows, i);

          if ((way->to != NULL && !BACKEND (way->to, put_row, row, row->seq, error))
              || !advance (way, &tally, digest_entity (row), error))
            return FALSE;
        }
      g_free (after);
      after = n_read > 0 ? g_strdup (UCH_ENTITY (g_ptr_array_index (rows, n_read - 1))->id) : NULL;
    }
  while (n_read == limit);
  g_array_append_val (way->tallies, tally);
  return TRUE;
}

static gboolean
walk_deletions (Way *way, UchStoreTally *tally, GError **error)
{
  g_autoptr (GPtrArray) rows = BACKEND (way->from, list_deletions, 0, G_MAXINT64, error);

  for (guint i = 0; rows != NULL && i < rows->len; i++)
    {
      const UchStoreRow *row = g_ptr_array_index (rows, i);
      const UchSchema   *schema = uch_schema_get (row->table);
      g_autofree char   *text = g_strdup_printf ("%s %s %" G_GINT64_FORMAT " %" G_GINT64_FORMAT,
                                                 schema->name, row->id, row->seq, row->made_at);

      if ((way->to != NULL
           && !BACKEND (way->to, put_deletion, schema, row->id, row->seq, row->made_at, error))
          || !advance (way, tally, digest_text (text), error))
        return FALSE;
    }
  return rows != NULL;
}

static char *
dup_position_text (const UchStorePosition *one)
{
  const UchPosition *p = &one->position.position;
  const double reals[] = { p->latitude, p->longitude, p->accuracy_m, p->speed_mps, p->course_deg };
  GString     *text = g_string_new (one->position.engineer_id);
  char         number[G_ASCII_DTOSTR_BUF_SIZE];

  g_string_append_printf (text, " %" G_GINT64_FORMAT " %d %" G_GINT64_FORMAT " %d %s", p->at,
                          p->battery_percent, one->position.received_at, one->shown,
                          one->position.source != NULL ? one->position.source : "");
  for (guint i = 0; i < G_N_ELEMENTS (reals); i++)
    g_string_append_printf (text, " %s", g_ascii_dtostr (number, sizeof number, reals[i]));
  return g_string_free (text, FALSE);
}

static gboolean
walk_positions (Way *way, UchStoreTally *tally, GError **error)
{
  g_autofree char *engineer_id = g_strdup ("");
  UchTime          at = 0;
  guint            n_read;

  do
    {
      g_autoptr (GPtrArray) rows
          = BACKEND (way->from, page_positions, engineer_id, at, PAGE_LEN, error);

      if (rows == NULL)
        return FALSE;
      n_read = rows->len;
      for (guint i = 0; i < n_read; i++)
        {
          const UchStorePosition *one = g_ptr_array_index (rows, i);
          g_autofree char        *text = dup_position_text (one);
          gboolean                known;

          if ((way->to != NULL
               && !BACKEND (way->to, put_position, &one->position, one->shown, &known, error))
              || !advance (way, tally, digest_text (text), error))
            return FALSE;
          if (i == n_read - 1)
            {
              g_free (engineer_id);
              engineer_id = g_strdup (one->position.engineer_id);
              at = one->position.position.at;
            }
        }
    }
  while (n_read == PAGE_LEN);
  return TRUE;
}

static gboolean
walk_fates (Way *way, UchStoreTally *tally, GError **error)
{
  g_autoptr (GPtrArray) fates = BACKEND (way->from, list_fates, error);

  for (guint i = 0; fates != NULL && i < fates->len; i++)
    {
      const UchStoreFate *fate = g_ptr_array_index (fates, i);
      g_autofree char    *text = g_strdup_printf ("%s %d %" G_GINT64_FORMAT, fate->engineer_id,
                                                  (int) fate->fate, fate->n);

      if ((way->to != NULL && !BACKEND (way->to, put_fate, fate, error))
          || !advance (way, tally, digest_text (text), error))
        return FALSE;
    }
  return fates != NULL;
}

/* The numbers and the epoch: it is a move, so that every desk just goes on. */
static gboolean
walk_counts (Way *way, UchStoreTally *tally, GError **error)
{
  g_autofree char *uuid = NULL;

  for (guint i = 0; i < UCH_N_STORE_NUMBERS; i++)
    {
      g_autofree char *text = NULL;
      gint64           value;

      if (!BACKEND (way->from, get_number, i, &value, error)
          || (way->to != NULL && !BACKEND (way->to, set_number, i, value, error)))
        return FALSE;
      text = g_strdup_printf ("%u %" G_GINT64_FORMAT, i, value);
      if (!advance (way, tally, digest_text (text), error))
        return FALSE;
    }
  return BACKEND (way->from, get_uuid, &uuid, error)
         && (way->to == NULL || BACKEND (way->to, set_uuid, uuid, error))
         && advance (way, tally, digest_text (uuid), error);
}

static gboolean
walk_part (Way *way, Part part, GError **error)
{
  static gboolean (*const walks[N_PARTS]) (Way *, UchStoreTally *, GError **)
      = { walk_deletions, walk_positions, walk_fates, walk_counts };
  UchStoreTally tally = { .table = part_names[part] };

  if (!walks[part](way, &tally, error))
    return FALSE;
  g_array_append_val (way->tallies, tally);
  return TRUE;
}

/* Accounts before the sessions that point at them. */
static gboolean
walk (Way *way, GError **error)
{
  guint                   n_own;
  const UchSchema *const *own = uch_store_list_own_schemas (&n_own);

  for (guint i = 0; i < UCH_N_TABLES; i++)
    if (!walk_table (way, uch_schema_get (i), error))
      return FALSE;
  for (guint i = 0; i < n_own; i++)
    if (!walk_table (way, own[i], error))
      return FALSE;
  for (guint i = 0; i < N_PARTS; i++)
    if (!walk_part (way, i, error))
      return FALSE;
  return TRUE;
}

/* Rows in everything but the numbers. */
static gboolean
count_all (UchStore *store, gint64 *out_n, GError **error)
{
  guint                   n_own;
  const UchSchema *const *own = uch_store_list_own_schemas (&n_own);
  gint64                  n;

  *out_n = 0;
  for (guint i = 0; i < UCH_N_TABLES + n_own + PART_COUNTS; i++)
    {
      const char *table = i < UCH_N_TABLES           ? uch_schema_get (i)->name
                          : i < UCH_N_TABLES + n_own ? own[i - UCH_N_TABLES]->name
                                                     : part_names[i - UCH_N_TABLES - n_own];

      if (!BACKEND (store, count_rows, table, &n, error))
        return FALSE;
      *out_n += n;
    }
  return TRUE;
}

static gboolean
check_empty (UchStore *to, GError **error)
{
  gint64 n, head;

  if (!count_all (to, &n, error) || !BACKEND (to, get_number, UCH_STORE_HEAD, &head, error))
    return FALSE;
  if (n == 0 && head == 0)
    return TRUE;
  g_set_error (error, UCH_STORE_ERROR, UCH_STORE_ERROR_EXISTS,
               "The target is not empty: %" G_GINT64_FORMAT " rows stand there already", n);
  return FALSE;
}

static gboolean
compare (GArray *expected, GArray *found, GError **error)
{
  for (guint i = 0; i < expected->len; i++)
    {
      const UchStoreTally *a = &g_array_index (expected, UchStoreTally, i);
      const UchStoreTally *b = &g_array_index (found, UchStoreTally, i);

      if (a->n_rows == b->n_rows && a->digest == b->digest)
        continue;
      g_set_error (error, UCH_STORE_ERROR, UCH_STORE_ERROR_CORRUPT,
                   "The table “%s” did not arrive as it was: %" G_GINT64_FORMAT
                   " rows instead of %" G_GINT64_FORMAT ", digest %016" G_GINT64_MODIFIER
                   "x instead of %016" G_GINT64_MODIFIER "x",
                   a->table, b->n_rows, a->n_rows, b->digest, a->digest);
      return FALSE;
    }
  return TRUE;
}

/* Within a transaction of each. */
static gboolean
copy_within (Way *way, GError **error)
{
  g_autoptr (GArray) arrived = g_array_new (FALSE, FALSE, sizeof (UchStoreTally));
  Way    back = *way;
  gint64 n;

  if (!check_empty (way->to, error) || !count_all (way->from, &n, error))
    return FALSE;
  way->n_total = 2 * (n + UCH_N_STORE_NUMBERS + 1);
  if (!walk (way, error))
    return FALSE;
  back.from = way->to;
  back.to = NULL;
  back.waits = way->from;
  back.tallies = arrived;
  back.n_done = way->n_done;
  back.n_total = way->n_total;
  if (!walk (&back, error) || !compare (way->tallies, arrived, error))
    return FALSE;
  if (way->progress != NULL)
    way->progress (way->n_total, way->n_total, way->user_data);
  return TRUE;
}

/* What stands in the target after the commit, past everything that was remembered on the way. */
static gboolean
check_arrival (UchStore *from, UchStore *to, GError **error)
{
  g_autofree char *found = NULL;
  gint64           head, other;

  if (!BACKEND (from, get_number, UCH_STORE_HEAD, &head, error)
      || !BACKEND (to, get_number, UCH_STORE_HEAD, &other, error)
      || !BACKEND (to, get_uuid, &found, error))
    return FALSE;
  if (head == other && g_strcmp0 (from->uuid, found) == 0)
    return TRUE;
  g_set_error_literal (error, UCH_STORE_ERROR, UCH_STORE_ERROR_CORRUPT,
                       "The target has another head or epoch than it was given");
  return FALSE;
}

/* @new_uuid: nobody may write to the source meanwhile, and this is its epoch afterwards. */
static GArray *
copy (UchStore            *from,
      UchStore            *to,
      const char          *new_uuid,
      UchStoreProgressFunc progress,
      gpointer             user_data,
      GCancellable        *cancellable,
      GError             **error)
{
  g_autoptr (GArray) tallies = g_array_new (FALSE, FALSE, sizeof (UchStoreTally));
  Way      way = { .from = from,
                   .to = to,
                   .tallies = tallies,
                   .progress = progress,
                   .user_data = user_data,
                   .cancellable = cancellable };
  gboolean done;

  if (!BACKEND (from, begin, new_uuid != NULL, error))
    return NULL;
  if (!BACKEND (to, begin, TRUE, error))
    {
      BACKEND (from, rollback);
      return NULL;
    }
  done = copy_within (&way, error)
         && (new_uuid == NULL || BACKEND (from, set_uuid, new_uuid, error));
  if (!done)
    BACKEND (to, rollback);
  else
    done = BACKEND (to, commit, error) && check_arrival (from, to, error);
  if (!done || new_uuid == NULL)
    BACKEND (from, rollback);
  else if (!BACKEND (from, commit, error))
    {
      g_prefix_error (error, "Everything has arrived, but the old store could not be closed: ");
      done = FALSE;
    }
  if (!done)
    return NULL;
  g_free (to->uuid);
  to->uuid = g_strdup (from->uuid);
  return g_steal_pointer (&tallies);
}

/**
 * uch_store_copy:
 * @from: a store; it may be in use
 * @to: an empty one, opened with %UCH_STORE_CREATE
 * @progress: (nullable) (scope call): told how far it is
 * @user_data: for @progress
 * @cancellable: (nullable): stops it and leaves @to empty
 * @error: return location
 *
 * Copies everything as it stands at one moment, in one transaction: rows, log, deletions, numbers,
 * accounts, sessions, positions, the epoch. Then reads all of it back and compares, table by table.
 * A copy that is to be served beside the original needs uch_store_renew().
 *
 * Errors: %UCH_STORE_ERROR_EXISTS when @to is not empty, %UCH_STORE_ERROR_CORRUPT when something
 * arrived otherwise than it was.
 *
 * Returns: (transfer full) (nullable) (element-type UchStoreTally): what was copied, by table
 */
GArray *
uch_store_copy (UchStore            *from,
                UchStore            *to,
                UchStoreProgressFunc progress,
                gpointer             user_data,
                GCancellable        *cancellable,
                GError             **error)
{
  return copy (from, to, NULL, progress, user_data, cancellable, error);
}

/**
 * uch_store_migrate:
 * @from: a store; others may have it open
 * @to: an empty one, opened with %UCH_STORE_CREATE
 * @now: the store's clock
 * @progress: (nullable) (scope call): told how far it is
 * @user_data: for @progress
 * @cancellable: (nullable): stops it and changes nothing
 * @error: return location
 *
 * As uch_store_copy(), and nobody writes to @from meanwhile or afterwards: @to goes on with the
 * epoch, so that no desk notices, and @from begins another one in the same moment, which stops
 * whoever still serves it from accepting anything. It remains as it was otherwise.
 *
 * Returns: (transfer full) (nullable) (element-type UchStoreTally): what was moved, by table
 */
GArray *
uch_store_migrate (UchStore            *from,
                   UchStore            *to,
                   UchTime              now,
                   UchStoreProgressFunc progress,
                   gpointer             user_data,
                   GCancellable        *cancellable,
                   GError             **error)
{
  g_autofree char *new_uuid = uch_store_make_id (from, now);
  GArray          *tallies = copy (from, to, new_uuid, progress, user_data, cancellable, error);

  if (tallies != NULL)
    {
      g_free (from->uuid);
      from->uuid = g_steal_pointer (&new_uuid);
    }
  return tallies;
}

static void
remove_store (const char *path)
{
  static const char *const ends[] = { "", "-wal", "-shm" };

  for (guint i = 0; i < G_N_ELEMENTS (ends); i++)
    {
      g_autofree char *file = g_strconcat (path, ends[i], NULL);

      g_unlink (file);
    }
}

/* A backup of a database that has no file of its own to copy: a store of SQLite, copied row by row
 * and then as SQLite does it, so that a checked, closed file appears at one stroke. */
gboolean
uch_store_back_up_by_copy (UchStore            *self,
                           const char          *path,
                           UchStoreProgressFunc progress,
                           gpointer             user_data,
                           GCancellable        *cancellable,
                           GError             **error)
{
  g_autofree char *rows_path = g_strconcat (path, ".rows", NULL);
  g_autofree char *url = g_strconcat ("sqlite:", rows_path, NULL);
  g_autoptr (UchStore) rows = NULL;
  g_autoptr (GArray) tallies = NULL;
  gboolean done;

  remove_store (rows_path);
  rows = uch_store_open (url, UCH_STORE_CREATE, self->random, self->random_data, 0, error);
  if (rows != NULL)
    tallies = uch_store_copy (self, rows, progress, user_data, cancellable, error);
  done = tallies != NULL && uch_store_backup (rows, path, NULL, NULL, cancellable, error);
  g_clear_object (&rows);
  remove_store (rows_path);
  return done;
}

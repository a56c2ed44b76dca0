/* Factors by hour and by pair of zones, each drawn towards the one above it (whole city → hour →
 * pair of zones in that hour) as if the one above were PRIOR_N drives. The middle of the drives is
 * their median: one flat tyre does not make a street slow. */

#include <math.h>

#include "roads/uch-road-speeds.h"

#define PRIOR_N 12.0
/* A drive that took five times as long was no drive: lunch, a second house, a forgotten tap. */
#define RATIO_MAX 5.0
/* Below this the taps themselves are too coarse. */
#define PREDICTED_MIN_S 60.0
#define FACTOR_MIN 0.4
#define FACTOR_MAX 3.0

typedef struct
{
  GArray *logs; /* (owned) of double: ln (actual / predicted) */
  double  factor_log;
} Cell;

struct _UchRoadSpeeds
{
  Cell       *city;
  Cell       *hours[UCH_ROAD_HOURS];
  GHashTable *pairs; /* "hour|from|to" (owned) → Cell (owned) */
};

static Cell *
cell_new (void)
{
  Cell *cell = g_new0 (Cell, 1);

  cell->logs = g_array_new (FALSE, FALSE, sizeof (double));
  return cell;
}

static void
cell_free (gpointer data)
{
  Cell *cell = data;

  g_array_unref (cell->logs);
  g_free (cell);
}

/**
 * uch_road_speeds_new:
 *
 * Returns: (transfer full): factors of 1 everywhere
 */
UchRoadSpeeds *
uch_road_speeds_new (void)
{
  UchRoadSpeeds *self = g_new0 (UchRoadSpeeds, 1);

  self->city = cell_new ();
  for (guint hour = 0; hour < UCH_ROAD_HOURS; hour++)
    self->hours[hour] = cell_new ();
  self->pairs = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, cell_free);
  return self;
}

/**
 * uch_road_speeds_free:
 * @self: (nullable) (transfer full): factors
 */
void
uch_road_speeds_free (UchRoadSpeeds *self)
{
  if (self == NULL)
    return;
  cell_free (self->city);
  for (guint hour = 0; hour < UCH_ROAD_HOURS; hour++)
    cell_free (self->hours[hour]);
  g_hash_table_unref (self->pairs);
  g_free (self);
}

static char *
make_key (const char *from_zone, const char *to_zone, guint hour)
{
  return g_strdup_printf ("%u|%s|%s", hour, from_zone != NULL ? from_zone : "",
                          to_zone != NULL ? to_zone : "");
}

/**
 * uch_road_speeds_add:
 * @self: factors
 * @drive: a drive during a shift
 *
 * Takes note of a drive; it counts after the next uch_road_speeds_learn().
 *
 * Returns: whether it says anything about the roads
 */
gboolean
uch_road_speeds_add (UchRoadSpeeds *self, const UchRoadDrive *drive)
{
  double ratio = drive->actual_s / drive->predicted_s, log_ratio;
  char  *key;
  Cell  *cell;

  if (drive->hour >= UCH_ROAD_HOURS || !(drive->predicted_s >= PREDICTED_MIN_S)
      || !(ratio <= RATIO_MAX) || !(ratio >= 1 / RATIO_MAX))
    return FALSE;
  log_ratio = log (ratio);
  key = make_key (drive->from_zone, drive->to_zone, drive->hour);
  cell = g_hash_table_lookup (self->pairs, key);
  if (cell == NULL)
    {
      cell = cell_new ();
      g_hash_table_insert (self->pairs, g_steal_pointer (&key), cell);
    }
  g_free (key);
  g_array_append_val (cell->logs, log_ratio);
  g_array_append_val (self->hours[drive->hour]->logs, log_ratio);
  g_array_append_val (self->city->logs, log_ratio);
  return TRUE;
}

static int
compare_doubles (gconstpointer a, gconstpointer b)
{
  double x = *(const double *) a, y = *(const double *) b;

  return (x > y) - (x < y);
}

static void
learn_cell (Cell *cell, double above)
{
  guint  n = cell->logs->len;
  double median = 0;

  g_array_sort (cell->logs, compare_doubles);
  if (n > 0)
    median = (g_array_index (cell->logs, double, (n - 1) / 2)
              + g_array_index (cell->logs, double, n / 2))
             / 2;
  cell->factor_log = (n * median + PRIOR_N * above) / (n + PRIOR_N);
}

/**
 * uch_road_speeds_learn:
 * @self: factors
 *
 * Works the factors out from all drives.
 */
void
uch_road_speeds_learn (UchRoadSpeeds *self)
{
  GHashTableIter iter;
  gpointer       key, cell;

  learn_cell (self->city, 0);
  for (guint hour = 0; hour < UCH_ROAD_HOURS; hour++)
    learn_cell (self->hours[hour], self->city->factor_log);
  g_hash_table_iter_init (&iter, self->pairs);
  while (g_hash_table_iter_next (&iter, &key, &cell))
    learn_cell (cell, self->hours[g_ascii_strtoull (key, NULL, 10)]->factor_log);
}

/**
 * uch_road_speeds_get_factor:
 * @self: factors
 * @from_zone: (nullable): id of the zone where a drive begins
 * @to_zone: (nullable): and ends
 * @hour: of leaving, local
 * @out_n: (out) (optional): on how many drives between these zones in this hour it stands
 *
 * Returns: by what the time of the roads is to be multiplied, from 0.4 to 3
 */
double
uch_road_speeds_get_factor (
    UchRoadSpeeds *self, const char *from_zone, const char *to_zone, guint hour, guint *out_n)
{
  g_autofree char *key = make_key (from_zone, to_zone, hour % UCH_ROAD_HOURS);
  const Cell      *cell = g_hash_table_lookup (self->pairs, key);

  if (out_n != NULL)
    *out_n = cell != NULL ? cell->logs->len : 0;
  if (cell == NULL)
    cell = self->hours[hour % UCH_ROAD_HOURS];
  return CLAMP (exp (cell->factor_log), FACTOR_MIN, FACTOR_MAX);
}

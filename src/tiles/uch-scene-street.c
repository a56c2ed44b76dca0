#define G_LOG_DOMAIN "uch-tiles"

#include "tiles/uch-scene-private.h"

#include <math.h>

#include "tiles/uch-mercator.h"

/* Houses nearer than this stand for one point of the street. */
#define THIN_M 25.0
/* A wider gap means another street of the same name, or a wrong address. */
#define GAP_MAX_M 320.0
#define STEP_M 30.0
#define SMOOTH_M 75.0
#define LENGTH_MIN_M 60.0
/* The tree below is quadratic: beyond it a "street" is thinned to its first points. */
#define POINTS_MAX 600

/**
 * uch_scene_street_free:
 * @street: (transfer full) (nullable): a piece of a street
 */
void
uch_scene_street_free (UchSceneStreet *street)
{
  if (street == NULL)
    return;
  g_free (street->points);
  g_free (street);
}

/* Houses of one cell of THIN_M become their mean: both sides of a narrow street fall together. */
static GArray *
thin_points (const UchScenePoint *houses, guint n_houses, double metre)
{
  g_autoptr (GHashTable) cells = g_hash_table_new_full (g_int64_hash, g_int64_equal, g_free, NULL);
  GArray *points = g_array_new (FALSE, FALSE, sizeof (UchScenePoint));
  g_autoptr (GArray) counts = g_array_new (FALSE, FALSE, sizeof (guint));

  for (guint i = 0; i < n_houses; i++)
    {
      gint64 cell = ((gint64) (houses[i].x / (THIN_M * metre)) << 32)
                    ^ (gint64) (houses[i].y / (THIN_M * metre));
      guint index = GPOINTER_TO_UINT (g_hash_table_lookup (cells, &cell));

      if (index == 0)
        {
          guint one = 1;

          if (points->len >= POINTS_MAX)
            continue;
          g_array_append_val (points, houses[i]);
          g_array_append_val (counts, one);
          g_hash_table_insert (cells, g_memdup2 (&cell, sizeof cell),
                               GUINT_TO_POINTER (points->len));
        }
      else
        {
          UchScenePoint *point = &g_array_index (points, UchScenePoint, index - 1);
          guint          n = ++g_array_index (counts, guint, index - 1);

          point->x += (houses[i].x - point->x) / n;
          point->y += (houses[i].y - point->y) / n;
        }
    }
  return points;
}

static double
distance (const UchScenePoint *a, const UchScenePoint *b)
{
  return hypot (a->x - b->x, a->y - b->y);
}

/* Prim's minimum spanning tree; parents[i] is -1 for the root of each component. */
static void
span_tree (const UchScenePoint *points, guint n, double gap_max, int *parents)
{
  g_autofree double   *best = g_new (double, n);
  g_autofree gboolean *done = g_new0 (gboolean, n);

  for (guint i = 0; i < n; i++)
    {
      best[i] = INFINITY;
      parents[i] = -1;
    }
  for (guint round = 0; round < n; round++)
    {
      int next = -1;

      for (guint i = 0; i < n; i++)
        if (!done[i] && (next < 0 || best[i] < best[next]))
          next = (int) i;
      done[next] = TRUE;
      for (guint i = 0; i < n; i++)
        {
          double d = done[i] ? INFINITY : distance (&points[next], &points[i]);

          if (d <= gap_max && d < best[i])
            {
              best[i] = d;
              parents[i] = next;
            }
        }
    }
}

/* Farthest point of the tree from @from; distances walk over the edges. Fills @came_from. */
static int
walk_farthest (const UchScenePoint *points,
               guint                n,
               const int           *parents,
               int                  from,
               int                 *came_from,
               gboolean            *seen)
{
  g_autoptr (GArray) stack = g_array_new (FALSE, FALSE, sizeof (int));
  g_autofree double *walked = g_new0 (double, n);
  int                farthest = from;

  came_from[from] = -1;
  g_array_append_val (stack, from);
  while (stack->len > 0)
    {
      int at = g_array_index (stack, int, stack->len - 1);

      g_array_set_size (stack, stack->len - 1);
      seen[at] = TRUE;
      if (walked[at] > walked[farthest])
        farthest = at;
      for (int i = 0; i < (int) n; i++)
        {
          if (i == came_from[at] || (parents[i] != at && parents[at] != i))
            continue;
          walked[i] = walked[at] + distance (&points[at], &points[i]);
          came_from[i] = at;
          g_array_append_val (stack, i);
        }
    }
  return farthest;
}

static UchScenePoint
point_along (const GArray *path, double target, guint *segment, double *segment_start)
{
  for (; *segment + 1 < path->len; (*segment)++)
    {
      const UchScenePoint *a = &g_array_index (path, UchScenePoint, *segment);
      const UchScenePoint *b = &g_array_index (path, UchScenePoint, *segment + 1);
      double               length = distance (a, b);

      if (*segment_start + length >= target && length > 0)
        {
          double t = (target - *segment_start) / length;

          return (UchScenePoint){ a->x + (b->x - a->x) * t, a->y + (b->y - a->y) * t };
        }
      *segment_start += length;
    }
  return g_array_index (path, UchScenePoint, path->len - 1);
}

/* The path jumps from one side of the street to the other: an average along it finds the middle. */
static void
append_smoothed (GPtrArray *streets, const char *name, const GArray *path, double metre)
{
  double                    length = 0, start = 0;
  guint                     segment = 0, n;
  UchSceneStreet           *street;
  g_autofree UchScenePoint *raw = NULL;

  for (guint i = 0; i + 1 < path->len; i++)
    length += distance (&g_array_index (path, UchScenePoint, i),
                        &g_array_index (path, UchScenePoint, i + 1));
  if (length < LENGTH_MIN_M * metre)
    return;
  n = (guint) ceil (length / (STEP_M * metre)) + 1;
  raw = g_new (UchScenePoint, n);
  for (guint i = 0; i < n; i++)
    raw[i] = point_along (path, length * i / (n - 1), &segment, &start);

  street = g_new0 (UchSceneStreet, 1);
  street->name = name;
  street->n_points = n;
  street->points = g_new (UchScenePoint, n);
  street->x_min = street->y_min = INFINITY;
  street->x_max = street->y_max = -INFINITY;
  for (guint i = 0; i < n; i++)
    {
      double sum = 0, x = 0, y = 0;
      /* The window shrinks towards the ends, so that the ends stay where they are. */
      int reach = (int) MIN (MIN (i, n - 1 - i), (guint) ceil (2 * SMOOTH_M / STEP_M));

      for (int k = -reach; k <= reach; k++)
        {
          double weight = exp (-0.5 * pow (k * STEP_M / SMOOTH_M, 2));

          sum += weight;
          x += weight * raw[(int) i + k].x;
          y += weight * raw[(int) i + k].y;
        }
      street->points[i] = (UchScenePoint){ x / sum, y / sum };
      street->x_min = MIN (street->x_min, x / sum);
      street->x_max = MAX (street->x_max, x / sum);
      street->y_min = MIN (street->y_min, y / sum);
      street->y_max = MAX (street->y_max, y / sum);
    }
  g_ptr_array_add (streets, street);
}

/**
 * uch_scene_trace_street:
 * @streets: (element-type UchSceneStreet): where the pieces are added
 * @name: (transfer none): name of the street; must outlive @streets
 * @houses: (array length=n_houses): its houses
 * @n_houses: how many
 *
 * Guesses the course of a street from its houses: the longest path through their minimum spanning
 * tree, smoothed. It follows bends, which an order along one axis would not. Gaps of more than
 * 320 m divide a street into pieces.
 */
void
uch_scene_trace_street (GPtrArray           *streets,
                        const char          *name,
                        const UchScenePoint *houses,
                        guint                n_houses)
{
  double metre;
  g_autoptr (GArray) points = NULL;
  g_autofree int      *parents = NULL;
  g_autofree int      *came_from = NULL;
  g_autofree gboolean *seen = NULL;
  guint                n;

  if (n_houses < 2)
    return;
  metre = 1.0
          / (uch_mercator_metres_per_pixel (uch_mercator_latitude (houses[0].y), 0)
             * UCH_MERCATOR_TILE_SIZE);
  points = thin_points (houses, n_houses, metre);
  n = points->len;
  if (n < 2)
    return;
  parents = g_new (int, n);
  came_from = g_new (int, n);
  seen = g_new0 (gboolean, n);
  span_tree ((UchScenePoint *) (void *) points->data, n, GAP_MAX_M * metre, parents);

  for (guint root = 0; root < n; root++)
    {
      const UchScenePoint *p = (const UchScenePoint *) (void *) points->data;
      g_autoptr (GArray) path = NULL;
      int end;

      if (seen[root])
        continue;
      end = walk_farthest (p, n, parents, (int) root, came_from, seen);
      end = walk_farthest (p, n, parents, end, came_from, seen);
      path = g_array_new (FALSE, FALSE, sizeof (UchScenePoint));
      for (int at = end; at >= 0; at = came_from[at])
        g_array_append_val (path, p[at]);
      if (path->len >= 2)
        append_smoothed (streets, name, path, metre);
    }
}

/* Most nodes of a street only bend it. What is searched is the graph of its junctions. */

#include "roads/uch-roads-private.h"

typedef struct
{
  GArray  *nodes, *steps; /* (unowned) */
  guint32 *first;         /* of a node's steps in @around; n_nodes + 1 */
  guint32 *around;        /* steps at a node, whichever their direction */
  guint32 *part;          /* of a node: the strongly connected part it is in */
  guint32  largest;
} Net;

static inline const UchRoadStep *
step_at (const Net *net, guint32 step)
{
  return &g_array_index (net->steps, UchRoadStep, step);
}

static inline guint32
other_end (const UchRoadStep *step, guint32 node)
{
  return step->from == node ? step->to : step->from;
}

/* Whether one may drive along @step away from @node. */
static inline gboolean
leads_away (const UchRoadStep *step, guint32 node)
{
  return (step->from == node ? step->forward_ds : step->backward_ds) != 0;
}

static inline gboolean
leads_here (const UchRoadStep *step, guint32 node)
{
  return (step->from == node ? step->backward_ds : step->forward_ds) != 0;
}

static void
list_around (Net *net)
{
  guint    n = net->nodes->len;
  guint32 *fill;

  net->first = g_new0 (guint32, n + 1);
  net->around = g_new (guint32, MAX (net->steps->len * 2, 1));
  for (guint i = 0; i < net->steps->len; i++)
    {
      net->first[step_at (net, i)->from + 1]++;
      net->first[step_at (net, i)->to + 1]++;
    }
  for (guint i = 0; i < n; i++)
    net->first[i + 1] += net->first[i];
  fill = g_memdup2 (net->first, n * sizeof (guint32));
  for (guint i = 0; i < net->steps->len; i++)
    {
      net->around[fill[step_at (net, i)->from]++] = i;
      net->around[fill[step_at (net, i)->to]++] = i;
    }
  g_free (fill);
}

/* The order in which a walk along the arrows leaves the nodes (Kosaraju's first half). */
static guint32 *
order_by_leaving (const Net *net)
{
  guint    n = net->nodes->len, n_done = 0;
  guint32 *order = g_new (guint32, MAX (n, 1));
  guint32 *at = g_memdup2 (net->first, (n + 1) * sizeof (guint32));
  guint8  *seen = g_new0 (guint8, MAX (n, 1));
  g_autoptr (GArray) stack = g_array_new (FALSE, FALSE, sizeof (guint32));

  for (guint32 root = 0; root < n; root++)
    {
      if (seen[root])
        continue;
      seen[root] = 1;
      g_array_append_val (stack, root);
      while (stack->len > 0)
        {
          guint32 node = g_array_index (stack, guint32, stack->len - 1);

          if (at[node] == net->first[node + 1])
            {
              order[n_done++] = node;
              g_array_set_size (stack, stack->len - 1);
            }
          else
            {
              const UchRoadStep *step = step_at (net, net->around[at[node]++]);
              guint32            next = other_end (step, node);

              if (leads_away (step, node) && !seen[next])
                {
                  seen[next] = 1;
                  g_array_append_val (stack, next);
                }
            }
        }
    }
  g_free (at);
  g_free (seen);
  return order;
}

/* Its second half: against the arrows, from those left last. */
static void
find_parts (Net *net)
{
  guint    n = net->nodes->len;
  guint32 *order = order_by_leaving (net);
  guint32  n_parts = 0, n_largest = 0;
  g_autoptr (GArray) stack = g_array_new (FALSE, FALSE, sizeof (guint32));

  net->part = g_new0 (guint32, MAX (n, 1)); /* 0: in none yet */
  for (guint i = n; i > 0; i--)
    {
      guint32 root = order[i - 1], n_in_part = 0;

      if (net->part[root] != 0)
        continue;
      net->part[root] = ++n_parts;
      g_array_append_val (stack, root);
      while (stack->len > 0)
        {
          guint32 node = g_array_index (stack, guint32, stack->len - 1);

          g_array_set_size (stack, stack->len - 1);
          n_in_part++;
          for (guint32 k = net->first[node]; k < net->first[node + 1]; k++)
            {
              const UchRoadStep *step = step_at (net, net->around[k]);
              guint32            next = other_end (step, node);

              if (leads_here (step, node) && net->part[next] == 0)
                {
                  net->part[next] = n_parts;
                  g_array_append_val (stack, next);
                }
            }
        }
      if (n_in_part > n_largest)
        {
          n_largest = n_in_part;
          net->largest = n_parts;
        }
    }
  g_free (order);
}

static inline gboolean
is_kept (const Net *net, guint32 step)
{
  return net->part[step_at (net, step)->from] == net->largest
         && net->part[step_at (net, step)->to] == net->largest;
}

/* The kept steps at a node; at most three are told of. */
static guint
kept_around (const Net *net, guint32 node, guint32 out_steps[3])
{
  guint n = 0;

  for (guint32 k = net->first[node]; k < net->first[node + 1] && n < 3; k++)
    if (is_kept (net, net->around[k]))
      out_steps[n++] = net->around[k];
  return n;
}

/* A node that only bends the street: whoever comes in on one side goes out on the other. */
static gboolean
is_bend (const Net *net, guint32 node)
{
  guint32            s[3];
  const UchRoadStep *a, *b;

  if (kept_around (net, node, s) != 2 || s[0] == s[1])
    return FALSE;
  a = step_at (net, s[0]);
  b = step_at (net, s[1]);
  return other_end (a, node) != other_end (b, node) && leads_here (a, node) == leads_away (b, node)
         && leads_away (a, node) == leads_here (b, node);
}

static void
add_point (const Net *net, guint32 node, GArray *points)
{
  g_array_append_val (points, g_array_index (net->nodes, UchRoadPoint, node));
}

/* Follows the street from a junction through its bends to the next one. */
static void
follow (const Net     *net,
        const guint32 *junction_of, /* of a node, + 1; 0: a bend */
        guint8        *done,        /* of a step */
        guint32        node,
        guint32        step,
        GArray        *links,
        GArray        *points)
{
  UchRoadLink link = { .from = junction_of[node] - 1, .first_point = points->len };
  gboolean    forward = TRUE, backward = TRUE;

  add_point (net, node, points);
  for (;;)
    {
      const UchRoadStep *one = step_at (net, step);
      gboolean           along = one->from == node;
      guint32            ahead = along ? one->forward_ds : one->backward_ds;
      guint32            back = along ? one->backward_ds : one->forward_ds;
      guint32            s[3];

      done[step] = 1;
      forward = forward && ahead != 0;
      backward = backward && back != 0;
      link.forward_ds += ahead;
      link.backward_ds += back;
      link.length_dm += one->length_dm;
      node = other_end (one, node);
      add_point (net, node, points);
      if (junction_of[node] != 0)
        break;
      kept_around (net, node, s);
      step = s[0] == step ? s[1] : s[0];
    }
  link.to = junction_of[node] - 1;
  link.n_points = points->len - link.first_point;
  if (!forward)
    link.forward_ds = 0;
  if (!backward)
    link.backward_ds = 0;
  g_array_append_val (links, link);
}

/* Neighbours on the ground should be neighbours in memory: cells of a coarse grid, row by row. */
static guint64
place_key (const UchRoadPoint *point)
{
  guint32 x = (guint32) ((gint64) point->lon_e7 + 1800000000) >> 14,
          y = (guint32) ((gint64) point->lat_e7 + 900000000) >> 14;
  guint64 key = 0;

  for (guint bit = 0; bit < 18; bit++)
    key |= (guint64) (x >> bit & 1) << (2 * bit) | (guint64) (y >> bit & 1) << (2 * bit + 1);
  return key;
}

typedef struct
{
  guint64 key;
  guint32 node;
} Placed;

static int
compare_placed (gconstpointer a, gconstpointer b)
{
  const Placed *x = a, *y = b;

  return x->key != y->key ? (x->key > y->key) - (x->key < y->key)
                          : (x->node > y->node) - (x->node < y->node);
}

static guint32 *
number_junctions (const Net *net, guint *out_n)
{
  guint    n = net->nodes->len;
  guint32 *junction_of = g_new0 (guint32, MAX (n, 1));
  g_autoptr (GArray) placed = g_array_new (FALSE, FALSE, sizeof (Placed));

  for (guint32 node = 0; node < n; node++)
    {
      Placed  one = { .node = node };
      guint32 s[3];

      if (net->part[node] != net->largest || kept_around (net, node, s) == 0 || is_bend (net, node))
        continue;
      one.key = place_key (&g_array_index (net->nodes, UchRoadPoint, node));
      g_array_append_val (placed, one);
    }
  g_array_sort (placed, compare_placed);
  for (guint i = 0; i < placed->len; i++)
    junction_of[g_array_index (placed, Placed, i).node] = i + 1;
  *out_n = placed->len;
  return junction_of;
}

static void
follow_all (const Net *net, guint32 *junction_of, guint *n_junctions, GArray *links, GArray *points)
{
  guint8 *done = g_new0 (guint8, net->steps->len);

  for (int pass = 0; pass < 2; pass++)
    for (guint32 i = 0; i < net->steps->len; i++)
      {
        const UchRoadStep *step = step_at (net, i);

        if (done[i] || !is_kept (net, i))
          continue;
        /* What is left after the first pass is a ring without a junction: one is made. */
        if (pass == 1 && junction_of[step->from] == 0)
          junction_of[step->from] = ++*n_junctions;
        if (junction_of[step->from] != 0)
          follow (net, junction_of, done, step->from, i, links, points);
        else if (junction_of[step->to] != 0)
          follow (net, junction_of, done, step->to, i, links, points);
      }
  g_free (done);
}

/* From nodes and the steps between them (UchRoadPoint, UchRoadStep) to the junctions and links of
 * the largest strongly connected part. FALSE: there is none with a road in it. */
gboolean
uch_road_contract (
    GArray *nodes, GArray *steps, GArray *out_links, GArray *out_points, guint *out_n_junctions)
{
  Net      net = { .nodes = nodes, .steps = steps };
  guint32 *junction_of;

  list_around (&net);
  find_parts (&net);
  junction_of = number_junctions (&net, out_n_junctions);
  follow_all (&net, junction_of, out_n_junctions, out_links, out_points);
  g_free (junction_of);
  g_free (net.first);
  g_free (net.around);
  g_free (net.part);
  return out_links->len > 0;
}

/* The demo town's streets as an OpenStreetMap extract, so that whoever drives there drives along
 * them: lines cross where they meet, a street that ends in the open is led to the next one, and a
 * town apart gets a road. */
#include <math.h>

#include "exchange/uch-demo-private.h"

/* On the ground, in metres from the first point met; exact enough within a town. */
#define METRES_PER_DEGREE 111320.0
/* Two nodes closer than that are one. */
#define SAME_M 4.0
/* A street that ends so near to another one is meant to meet it. */
#define REACH_M 700.0

typedef struct
{
  double x, y;
} Spot;

/* Where a street is met: at @along (0 … 1) of a piece. */
typedef struct
{
  double along;
  guint  node;
} Stop;

typedef struct
{
  guint   street;
  guint   from, to; /* nodes */
  GArray *stops;    /* of Stop */
} Piece;

typedef struct
{
  guint from, to;
} Road;

typedef struct
{
  UchPoint origin;
  double   metres_east; /* per degree */
  GArray  *nodes;       /* of Spot */
  GArray  *pieces;      /* of Piece */
  GArray  *roads;       /* of Road: what is added */
} Plan;

static guint
add_node (Plan *self, Spot spot)
{
  for (guint i = 0; i < self->nodes->len; i++)
    {
      const Spot *known = &g_array_index (self->nodes, Spot, i);

      if (hypot (known->x - spot.x, known->y - spot.y) < SAME_M)
        return i;
    }
  g_array_append_val (self->nodes, spot);
  return self->nodes->len - 1;
}

static Spot
spot_of (const Plan *self, guint node)
{
  return g_array_index (self->nodes, Spot, node);
}

static Spot
spot_from_json (Plan *self, JsonArray *pair)
{
  double latitude = json_array_get_double_element (pair, 0);
  double longitude = json_array_get_double_element (pair, 1);

  if (self->metres_east == 0)
    {
      self->origin = (UchPoint){ latitude, longitude };
      self->metres_east = METRES_PER_DEGREE * cos (latitude * G_PI / 180);
    }
  return (Spot){ (longitude - self->origin.longitude) * self->metres_east,
                 (latitude - self->origin.latitude) * METRES_PER_DEGREE };
}

static void
piece_clear (gpointer piece)
{
  g_array_unref (((Piece *) piece)->stops);
}

static void
add_street (Plan *self, JsonArray *points, guint street)
{
  guint before = 0;

  for (guint i = 0; i < json_array_get_length (points); i++)
    {
      guint node = add_node (self, spot_from_json (self, json_array_get_array_element (points, i)));
      Piece piece = { street, before, node, NULL };

      if (i > 0 && node != before)
        {
          piece.stops = g_array_new (FALSE, FALSE, sizeof (Stop));
          g_array_append_val (self->pieces, piece);
        }
      before = node;
    }
}

static void
stop_at (Piece *piece, double along, guint node)
{
  Stop stop = { along, node };

  if (node != piece->from && node != piece->to)
    g_array_append_val (piece->stops, stop);
}

/* Two straight lines, solved for where on each they cross. */
static void
cross (Plan *self, Piece *one, Piece *other)
{
  Spot   a = spot_of (self, one->from), b = spot_of (self, one->to);
  Spot   c = spot_of (self, other->from), d = spot_of (self, other->to);
  double det = (b.x - a.x) * (d.y - c.y) - (b.y - a.y) * (d.x - c.x), s, t;
  guint  node;

  if (fabs (det) < 1e-6)
    return;
  s = ((c.x - a.x) * (d.y - c.y) - (c.y - a.y) * (d.x - c.x)) / det;
  t = ((c.x - a.x) * (b.y - a.y) - (c.y - a.y) * (b.x - a.x)) / det;
  if (s < 0 || s > 1 || t < 0 || t > 1)
    return;
  node = add_node (self, (Spot){ a.x + s * (b.x - a.x), a.y + s * (b.y - a.y) });
  stop_at (one, s, node);
  stop_at (other, t, node);
}

/* The nearest place of another street to a street's end. */
static void
reach (Plan *self, guint street, guint node)
{
  Spot   end = spot_of (self, node), best_spot = { 0, 0 };
  Piece *best = NULL;
  double best_m = REACH_M, best_along = 0;
  Road   road = { node, 0 };

  for (guint i = 0; i < self->pieces->len; i++)
    {
      Piece *piece = &g_array_index (self->pieces, Piece, i);
      Spot   a = spot_of (self, piece->from), b = spot_of (self, piece->to), foot;
      double dx = b.x - a.x, dy = b.y - a.y;
      double along
          = CLAMP (((end.x - a.x) * dx + (end.y - a.y) * dy) / (dx * dx + dy * dy), 0.0, 1.0);

      foot = (Spot){ a.x + along * dx, a.y + along * dy };
      if (piece->street == street || hypot (foot.x - end.x, foot.y - end.y) >= best_m)
        continue;
      best = piece;
      best_m = hypot (foot.x - end.x, foot.y - end.y);
      best_along = along;
      best_spot = foot;
    }
  if (best == NULL)
    return;
  road.to = add_node (self, best_spot);
  if (road.to == node)
    return;
  stop_at (best, best_along, road.to);
  g_array_append_val (self->roads, road);
}

static void
join_streets (Plan *self)
{
  guint n_pieces = self->pieces->len;

  for (guint i = 0; i < n_pieces; i++)
    for (guint j = i + 1; j < n_pieces; j++)
      {
        Piece *one = &g_array_index (self->pieces, Piece, i);
        Piece *other = &g_array_index (self->pieces, Piece, j);

        if (one->street != other->street)
          cross (self, one, other);
      }
  for (guint i = 0; i < n_pieces; i++)
    {
      const Piece *piece = &g_array_index (self->pieces, Piece, i);

      if (i == 0 || g_array_index (self->pieces, Piece, i - 1).street != piece->street)
        reach (self, piece->street, piece->from);
      if (i + 1 == n_pieces || g_array_index (self->pieces, Piece, i + 1).street != piece->street)
        reach (self, piece->street, piece->to);
    }
}

static int
compare_stops (gconstpointer a, gconstpointer b)
{
  double one = ((const Stop *) a)->along, other = ((const Stop *) b)->along;

  return one < other ? -1 : one > other;
}

/* From crossing to crossing. */
static void
cut (Plan *self)
{
  for (guint i = 0; i < self->pieces->len; i++)
    {
      Piece *piece = &g_array_index (self->pieces, Piece, i);
      Road   road = { piece->from, 0 };

      g_array_sort (piece->stops, compare_stops);
      for (guint k = 0; k <= piece->stops->len; k++)
        {
          road.to = k < piece->stops->len ? g_array_index (piece->stops, Stop, k).node : piece->to;
          if (road.to != road.from)
            g_array_append_val (self->roads, road);
          road.from = road.to;
        }
    }
}

static guint
find_root (guint *roots, guint node)
{
  while (roots[node] != node)
    node = roots[node] = roots[roots[node]];
  return node;
}

/* Adds roads until every place can be reached from every other. */
static void
connect_parts (Plan *self)
{
  guint             n = self->nodes->len;
  g_autofree guint *roots = g_new (guint, n);

  for (guint i = 0; i < n; i++)
    roots[i] = i;
  for (guint i = 0; i < self->roads->len; i++)
    {
      const Road *road = &g_array_index (self->roads, Road, i);

      roots[find_root (roots, road->from)] = find_root (roots, road->to);
    }
  for (;;)
    {
      Road   road = { 0, 0 };
      double best_m = G_MAXDOUBLE;

      for (guint i = 0; i < n; i++)
        for (guint j = 0; j < n; j++)
          {
            Spot a = spot_of (self, i), b = spot_of (self, j);

            if (find_root (roots, i) != find_root (roots, 0)
                || find_root (roots, j) == find_root (roots, 0)
                || hypot (a.x - b.x, a.y - b.y) >= best_m)
              continue;
            best_m = hypot (a.x - b.x, a.y - b.y);
            road = (Road){ i, j };
          }
      if (road.from == road.to)
        return;
      g_array_append_val (self->roads, road);
      roots[find_root (roots, road.to)] = find_root (roots, road.from);
    }
}

static char *
print (const Plan *self)
{
  GString *text
      = g_string_new ("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<osm version=\"0.6\">\n");
  char lat[G_ASCII_DTOSTR_BUF_SIZE], lon[G_ASCII_DTOSTR_BUF_SIZE];

  for (guint i = 0; i < self->nodes->len; i++)
    {
      Spot spot = spot_of (self, i);

      g_ascii_formatd (lat, sizeof lat, "%.6f", self->origin.latitude + spot.y / METRES_PER_DEGREE);
      g_ascii_formatd (lon, sizeof lon, "%.6f",
                       self->origin.longitude + spot.x / self->metres_east);
      g_string_append_printf (text, "<node id=\"%u\" lat=\"%s\" lon=\"%s\"/>\n", i + 1, lat, lon);
    }
  for (guint i = 0; i < self->roads->len; i++)
    {
      const Road *road = &g_array_index (self->roads, Road, i);

      g_string_append_printf (text,
                              "<way id=\"%u\"><nd ref=\"%u\"/><nd ref=\"%u\"/>"
                              "<tag k=\"highway\" v=\"secondary\"/></way>\n",
                              i + 1, road->from + 1, road->to + 1);
    }
  g_string_append (text, "</osm>\n");
  return g_string_free (text, FALSE);
}

/**
 * uch_demo_town_print_streets:
 *
 * The streets along which the demo town's houses stand, all of them connected.
 *
 * Returns: (transfer full): an OpenStreetMap extract (XML)
 */
char *
uch_demo_town_print_streets (void)
{
  g_autoptr (JsonParser) parser = uch_demo_load_town ();
  JsonObject *root = json_node_get_object (json_parser_get_root (parser));
  JsonArray  *towns = json_object_get_array_member (root, "towns");
  Plan        self = { .nodes = g_array_new (FALSE, FALSE, sizeof (Spot)),
                       .pieces = g_array_new (FALSE, FALSE, sizeof (Piece)),
                       .roads = g_array_new (FALSE, FALSE, sizeof (Road)) };
  guint       n_streets = 0;
  char       *text;

  g_array_set_clear_func (self.pieces, piece_clear);
  for (guint t = 0; t < json_array_get_length (towns); t++)
    {
      JsonArray *streets
          = json_object_get_array_member (json_array_get_object_element (towns, t), "streets");

      for (guint i = 0; i < json_array_get_length (streets); i++)
        add_street (
            &self,
            json_object_get_array_member (json_array_get_object_element (streets, i), "points"),
            n_streets++);
    }
  join_streets (&self);
  cut (&self);
  connect_parts (&self);
  text = print (&self);
  g_array_unref (self.roads);
  g_array_unref (self.pieces);
  g_array_unref (self.nodes);
  return text;
}

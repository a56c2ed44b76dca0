/* Zones, centres, companies, houses and entrances of the demo town. */
#include <math.h>

#include "core/uch-fold.h"
#include "exchange/uch-demo-private.h"

#define METRES_PER_DEGREE 111320.0
/* Houses stand on both sides of a street, and behind each other when they are many. */
#define HOUSE_SPACING_M 28.0
#define ROW_SETBACK_M 24.0
#define ROW_DEPTH_M 34.0
/* Beyond these the town is a load for benchmarks: entrances would only be bulk. */
#define HOUSES_WITH_ENTRANCES 2000

typedef struct
{
  const char *city, *kind, *name;
  JsonArray  *points;
  double      weight, length_m;
} Street;

static UchPoint
point_from_json (JsonArray *pair)
{
  return (UchPoint){ json_array_get_double_element (pair, 0),
                     json_array_get_double_element (pair, 1) };
}

static void
make_zone (UchDemo *self, JsonObject *object)
{
  g_autoptr (UchZone) zone = uch_demo_new_row (self, UCH_TABLE_ZONE, "zone-%d",
                                               (int) json_object_get_int_member (object, "number"));
  JsonArray           *polygon = json_object_get_array_member (object, "polygon");
  guint                n_points = json_array_get_length (polygon);
  UchOutline          *outline = uch_outline_new ();
  g_autofree UchPoint *points = g_new0 (UchPoint, n_points);
  g_autoptr (GString) geojson = g_string_new ("{\"type\":\"Polygon\",\"coordinates\":[[");

  for (guint i = 0; i <= n_points; i++)
    {
      UchPoint point = point_from_json (json_array_get_array_element (polygon, i % n_points));

      if (i < n_points)
        points[i] = point;
      /* GeoJSON (RFC 7946) writes the longitude first and closes the ring. */
      g_string_append_printf (geojson, "%s[%.3f,%.3f]", i > 0 ? "," : "", point.longitude,
                              point.latitude);
    }
  g_string_append (geojson, "]]}");
  uch_outline_add_ring (outline, points, n_points);
  g_ptr_array_add (self->outlines, outline);

  zone->number = json_object_get_int_member (object, "number");
  uch_entity_set_text (zone, &zone->name, json_object_get_string_member (object, "name"));
  uch_entity_set_text (zone, &zone->color, json_object_get_string_member (object, "color"));
  uch_entity_set_text (zone, &zone->outline, geojson->str);
  uch_demo_emit (self, zone);
  g_ptr_array_add (self->zones, g_steal_pointer (&zone));
}

static void
make_centre (UchDemo *self, JsonObject *object, guint index)
{
  g_autoptr (UchCentre) centre = uch_demo_new_row (self, UCH_TABLE_CENTRE, "centre-%u", index + 1);
  UchPoint point = point_from_json (json_object_get_array_member (object, "point"));

  uch_entity_set_text (centre, &centre->name, json_object_get_string_member (object, "name"));
  centre->latitude = point.latitude;
  centre->longitude = point.longitude;
  centre->zone_id
      = g_strdup_printf ("demo-zone-%d", (int) json_object_get_int_member (object, "zone"));
  uch_demo_emit (self, centre);
  g_ptr_array_add (self->centres, g_steal_pointer (&centre));
}

static void
make_company (UchDemo *self, const char *name, guint index)
{
  g_autoptr (UchCompany) company
      = uch_demo_new_row (self, UCH_TABLE_COMPANY, "company-%u", index + 1);

  company->name = g_strdup_printf ("УК «%s»", name);
  company->phones = uch_demo_dup_phone (self);
  company->contact = uch_demo_dup_name (self, 40);
  uch_entity_set_text (company, &company->hours, "пн–пт 8–17");
  uch_demo_emit (self, company);
  g_ptr_array_add (self->companies, g_steal_pointer (&company));
}

/* The zone whose outline contains the house; outside of all, the one whose middle is nearest. */
static const UchZone *
find_zone (UchDemo *self, double latitude, double longitude, gboolean *out_inside)
{
  guint  nearest = 0;
  double nearest_m = G_MAXDOUBLE;

  for (guint i = 0; i < self->outlines->len; i++)
    {
      const UchOutline *outline = g_ptr_array_index (self->outlines, i);
      GArray           *ring = g_ptr_array_index (outline->rings, 0);
      double            mean_latitude = 0, mean_longitude = 0, distance_m;

      *out_inside = uch_outline_contains (outline, latitude, longitude);
      if (*out_inside)
        return g_ptr_array_index (self->zones, i);
      for (guint k = 0; k < ring->len; k++)
        {
          mean_latitude += g_array_index (ring, UchPoint, k).latitude / ring->len;
          mean_longitude += g_array_index (ring, UchPoint, k).longitude / ring->len;
        }
      distance_m = uch_geo_distance_m (latitude, longitude, mean_latitude, mean_longitude);
      if (distance_m < nearest_m)
        {
          nearest = i;
          nearest_m = distance_m;
        }
    }
  return g_ptr_array_index (self->zones, nearest);
}

/* The place at @along metres of the street, @aside metres to its left. */
static UchPoint
walk (const Street *street, double along_m, double aside_m)
{
  UchPoint from = point_from_json (json_array_get_array_element (street->points, 0)), to = from;
  double   north_m = 0, east_m = 0, step_m = 1;
  guint    n_points = json_array_get_length (street->points);

  for (guint i = 1; i < n_points; i++)
    {
      to = point_from_json (json_array_get_array_element (street->points, i));
      north_m = (to.latitude - from.latitude) * METRES_PER_DEGREE;
      east_m
          = (to.longitude - from.longitude) * METRES_PER_DEGREE * cos (from.latitude * G_PI / 180);
      step_m = hypot (north_m, east_m);
      if (along_m <= step_m || i + 1 == n_points)
        break;
      along_m -= step_m;
      from = to;
    }
  from.latitude += (north_m * along_m + east_m * aside_m) / step_m / METRES_PER_DEGREE;
  from.longitude += (east_m * along_m - north_m * aside_m) / step_m
                    / (METRES_PER_DEGREE * cos (from.latitude * G_PI / 180));
  return from;
}

static void
make_entrances (UchDemo *self, const UchHouse *house)
{
  gint64 per_entrance = house->apartments / MAX (house->entrances, 1);

  for (gint64 i = 0; i < house->entrances; i++)
    {
      g_autoptr (UchEntrance) entrance = uch_demo_new_row (
          self, UCH_TABLE_ENTRANCE, "%s-entrance-%d", house->parent.id + 5, (int) i + 1);

      uch_entity_set_text (entrance, &entrance->house_id, house->parent.id);
      entrance->number = i + 1;
      entrance->apartment_from = i * per_entrance + 1;
      entrance->apartment_to = (i + 1) * per_entrance;
      if (uch_demo_chance (self, 60))
        entrance->intercom = g_strdup_printf ("%dК", (int) uch_demo_between (self, 1000, 99999));
      if (uch_demo_chance (self, 50))
        uch_entity_set_text (entrance, &entrance->riser,
                             uch_demo_chance (self, 50) ? "слева от лифта" : "у окна");
      if (uch_demo_chance (self, 40))
        uch_entity_set_text (entrance, &entrance->box,
                             uch_demo_chance (self, 50) ? "чердак" : "верхний этаж");
      uch_demo_emit (self, entrance);
    }
}

static void
furnish (UchDemo *self, UchHouse *house, const UchZone *zone)
{
  gboolean is_low = zone->number == 5;

  house->floors = is_low ? uch_demo_between (self, 2, 5) : uch_demo_between (self, 3, 16);
  if (!is_low && house->floors > 5 && house->floors < 9)
    house->floors = 9;
  house->entrances
      = house->floors >= 12 ? uch_demo_between (self, 1, 3) : uch_demo_between (self, 2, 6);
  house->apartments = house->entrances * house->floors * (uch_demo_chance (self, 70) ? 4 : 3);
  uch_entity_set_text (house, &house->technology, uch_demo_chance (self, 80) ? "FTTB" : "GPON");
  house->switches = g_strdup_printf ("sw-%u", self->houses->len + 1);
  uch_entity_set_text (house, &house->company_id,
                       UCH_ENTITY (uch_demo_pick_row (self, self->companies))->id);
  house->status = UCH_HOUSE_CONNECTED;
  if (uch_demo_chance (self, 7))
    house->status = uch_demo_chance (self, 70) ? UCH_HOUSE_PLANNED : UCH_HOUSE_LOST;
  if (uch_demo_chance (self, 15))
    {
      uch_entity_set_text (house, &house->access, uch_demo_pick_word (self, "access"));
      house->access_holder = uch_demo_dup_name (self, 30);
      house->access_phone = uch_demo_dup_phone (self);
    }
}

/* House @index of @n_houses on a street: odd numbers left, even right, further rows as корпус. */
static void
make_house (UchDemo *self, const Street *street, guint index, guint n_houses)
{
  g_autoptr (UchHouse) house
      = uch_demo_new_row (self, UCH_TABLE_HOUSE, "house-%u", self->houses->len + 1);
  guint    n_front = MAX ((guint) (street->length_m / HOUSE_SPACING_M) * 2, 2);
  guint    n_deep = (n_houses + n_front - 1) / n_front, column = index / n_deep;
  guint    row = index % n_deep, n_columns = (n_houses + n_deep - 1) / n_deep;
  double   side = column % 2 == 0 ? 1 : -1;
  guint    n_steps = MAX ((n_columns + 1) / 2, 1), step = column / 2;
  double   along_m = street->length_m * (step + 0.5) / n_steps;
  double   aside_m = ROW_SETBACK_M + row * ROW_DEPTH_M + (double) uch_demo_between (self, -4, 4);
  UchPoint point = walk (street, along_m + (double) uch_demo_between (self, -6, 6), side * aside_m);
  gboolean inside;
  const UchZone *zone = find_zone (self, point.latitude, point.longitude, &inside);

  uch_entity_set_text (house, &house->city, street->city);
  uch_entity_set_text (house, &house->street_type, street->kind);
  uch_entity_set_text (house, &house->street, street->name);
  house->number = g_strdup_printf ("%u", column + 1);
  if (row > 0)
    house->addition = g_strdup_printf ("к%u", row + 1);
  house->key = uch_address_make_key (house->city, house->street, house->number, house->addition);
  house->latitude = round (point.latitude * 1e6) / 1e6;
  house->longitude = round (point.longitude * 1e6) / 1e6;
  uch_entity_set_text (house, &house->zone_id, zone->parent.id);
  house->zone_by_hand = !inside;
  furnish (self, house, zone);
  uch_demo_emit (self, house);
  g_ptr_array_add (self->houses, g_steal_pointer (&house));
}

static GArray *
read_streets (UchDemo *self)
{
  GArray    *streets = g_array_new (FALSE, TRUE, sizeof (Street));
  JsonArray *towns = json_object_get_array_member (self->town, "towns");

  for (guint t = 0; t < json_array_get_length (towns); t++)
    {
      JsonObject *town = json_array_get_object_element (towns, t);
      JsonArray  *list = json_object_get_array_member (town, "streets");

      for (guint i = 0; i < json_array_get_length (list); i++)
        {
          JsonObject *object = json_array_get_object_element (list, i);
          Street      street = { json_object_get_string_member (town, "name"),
                                 json_object_get_string_member (object, "kind"),
                                 json_object_get_string_member (object, "name"),
                                 json_object_get_array_member (object, "points"),
                                 json_object_get_double_member (object, "weight"),
                                 0 };

          for (guint k = 1; k < json_array_get_length (street.points); k++)
            {
              UchPoint a = point_from_json (json_array_get_array_element (street.points, k - 1));
              UchPoint b = point_from_json (json_array_get_array_element (street.points, k));

              street.length_m
                  += uch_geo_distance_m (a.latitude, a.longitude, b.latitude, b.longitude);
            }
          g_array_append_val (streets, street);
        }
    }
  return streets;
}

/* Shares the houses out over the streets, by length and by how densely each is built up. */
static void
make_houses (UchDemo *self)
{
  g_autoptr (GArray) streets = read_streets (self);
  double total = 0, done = 0;
  guint  n_made = 0;

  for (guint i = 0; i < streets->len; i++)
    total
        += g_array_index (streets, Street, i).weight * g_array_index (streets, Street, i).length_m;
  for (guint i = 0; i < streets->len; i++)
    {
      const Street *street = &g_array_index (streets, Street, i);
      guint         until;

      done += street->weight * street->length_m;
      until = i + 1 == streets->len ? self->options.n_houses
                                    : (guint) (self->options.n_houses * done / total);
      for (guint k = 0, n = until - n_made; k < n; k++)
        make_house (self, street, k, n);
      n_made = until;
    }
}

void
uch_demo_make_places (UchDemo *self)
{
  JsonArray *zones = json_object_get_array_member (self->town, "zones");
  JsonArray *centres = json_object_get_array_member (self->town, "centres");
  JsonArray *companies = json_object_get_array_member (self->town, "companies");

  for (guint i = 0; i < json_array_get_length (zones); i++)
    make_zone (self, json_array_get_object_element (zones, i));
  for (guint i = 0; i < json_array_get_length (centres); i++)
    make_centre (self, json_array_get_object_element (centres, i), i);
  for (guint i = 0; i < json_array_get_length (companies); i++)
    make_company (self, json_array_get_string_element (companies, i), i);
  make_houses (self);
  for (guint i = 0; i < MIN (self->houses->len, HOUSES_WITH_ENTRANCES); i++)
    make_entrances (self, g_ptr_array_index (self->houses, i));
}

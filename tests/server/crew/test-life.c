/* An engineer's day lived in a moment, before a store that decides as the real one does. */
#include <glib/gstdio.h>
#include <math.h>
#include <string.h>

#include "core/uch-decide.h"
#include "core/uch-promise.h"
#include "exchange/uch-demo-town.h"
#include "server/crew/uch-crew-life.h"

#define NOW G_GINT64_CONSTANT (1788246000000)
#define STEP_MS 250
#define KMH_MAX 200.0
#define N_TICKETS 12

typedef struct
{
  UchMemorySnapshot *office;
  UchRoads          *roads;
  UchTravel         *travel;
  UchCrewLife       *life;
  GString           *story; /* what he did, one line each: the same whenever the same is lived */
  guint              n_ids;
  double             kmh_max;
} Life;

static char *
make_id (UchTime now, gpointer user_data)
{
  return g_strdup_printf ("id-%u", ++*(guint *) user_data);
}

static UchRoads *
import_streets (void)
{
  g_autofree char *folder = g_dir_make_tmp ("uch-life-XXXXXX", NULL);
  g_autofree char *path = g_build_filename (folder, "town.osm", NULL);
  g_autofree char *text = uch_demo_town_print_streets ();
  g_autoptr (GError) error = NULL;
  UchRoads *roads;

  g_assert_true (g_file_set_contents (path, text, -1, NULL));
  roads = uch_roads_import (path, NULL, &error);
  g_assert_no_error (error);
  g_unlink (path);
  g_rmdir (folder);
  return roads;
}

static void
put (Life *self, gpointer row)
{
  g_free (UCH_ENTITY (row)->rev);
  UCH_ENTITY (row)->rev = g_strdup ("first");
  uch_memory_snapshot_put (self->office, row);
  g_object_unref (row);
}

/* Houses around the centre of the first zone, a ticket at each, given to ivan. */
static void
put_work (Life *self, guint i)
{
  g_autofree char *number = g_strdup_printf ("%u", i);
  UchHouse        *house = uch_entity_new (UCH_TABLE_HOUSE, number);
  UchTicket       *ticket = uch_entity_new (UCH_TABLE_TICKET, number);
  UchVisit        *visit = uch_entity_new (UCH_TABLE_VISIT, number);

  house->latitude = 45.014 + 0.002 * (i % 4);
  house->longitude = 41.921 - 0.003 * (i / 4);
  uch_entity_set_text (house, &house->zone_id, "z1");
  put (self, house);
  uch_entity_set_text (ticket, &ticket->category, i % 2 == 0 ? "connect.new" : "support.wifi");
  uch_entity_set_text (ticket, &ticket->house_id, number);
  uch_entity_set_text (ticket, &ticket->zone_id, "z1");
  uch_entity_set_text (ticket, &ticket->visit_id, number);
  ticket->number = i + 1;
  ticket->created_at = NOW - UCH_HOUR_MS;
  put (self, ticket);
  uch_entity_set_text (visit, &visit->ticket_id, number);
  uch_entity_set_text (visit, &visit->house_id, number);
  uch_entity_set_text (visit, &visit->engineer_id, "ivan");
  visit->state = UCH_VISIT_ASSIGNED;
  visit->created_at = NOW - UCH_HOUR_MS + i;
  put (self, visit);
}

static void
begin (Life *self, guint32 seed, double speed, gint64 shift_ms)
{
  UchPoint     home = { 45.014, 41.921 };
  UchStaff    *ivan = uch_entity_new (UCH_TABLE_STAFF, "ivan");
  UchShift    *shift = uch_entity_new (UCH_TABLE_SHIFT, "shift");
  UchCrewWorld world = { .seed = seed, .speed = speed, .make_id = make_id };

  *self = (Life){ .office = uch_memory_snapshot_new (), .story = g_string_new (NULL) };
  ivan->role = UCH_ROLE_ENGINEER;
  uch_entity_set_text (ivan, &ivan->zones, "z1");
  put (self, ivan);
  uch_entity_set_text (shift, &shift->staff_id, "ivan");
  shift->starts_at = NOW;
  shift->ends_at = NOW + shift_ms;
  put (self, shift);
  for (guint i = 0; i < N_TICKETS; i++)
    put_work (self, i);
  self->roads = import_streets ();
  self->travel = world.travel = uch_travel_new (self->roads, NULL, NULL);
  world.id_data = &self->n_ids;
  self->life = uch_crew_life_new (&world, &home);
}

static void
end (Life *self)
{
  uch_crew_life_free (self->life);
  uch_travel_free (self->travel);
  uch_roads_unref (self->roads);
  g_object_unref (self->office);
  g_string_free (self->story, TRUE);
}

static UchCrewDay *
read_day (Life *self)
{
  static const UchTable tables[]
      = { UCH_TABLE_STAFF, UCH_TABLE_SHIFT, UCH_TABLE_HOUSE, UCH_TABLE_TICKET, UCH_TABLE_VISIT };
  UchCrewDay *day = uch_crew_day_new ();

  day->me = g_strdup ("ivan");
  for (guint t = 0; t < G_N_ELEMENTS (tables); t++)
    {
      g_autoptr (GPtrArray) rows = uch_memory_snapshot_list (self->office, tables[t]);

      for (guint i = 0; i < rows->len; i++)
        uch_crew_day_add (day, g_object_ref (g_ptr_array_index (rows, i)));
    }
  return day;
}

static void
decide (Life *self, const UchCommand *command, UchTime now)
{
  UchActor    ivan = { .staff_id = "ivan", .role = UCH_ROLE_ENGINEER };
  const char *about = uch_command_get_text (command, "visit");
  g_autoptr (UchVerdict) verdict
      = uch_command_decide (command, &ivan, UCH_SNAPSHOT (self->office), now);

  if (verdict->kind != UCH_VERDICT_OK)
    g_error ("%s was refused: %s %s", command->type, uch_refusal_get_nick (verdict->refusal),
             verdict->field);
  for (guint i = 0; i < verdict->changes->len; i++)
    {
      const UchChange *change = g_ptr_array_index (verdict->changes, i);

      if (change->table == UCH_TABLE_VISIT && UCH_VISIT (change->after)->needs_review)
        g_error ("%s came in an impossible order", command->type);
    }
  uch_memory_snapshot_apply (self->office, verdict->changes);
  g_string_append_printf (self->story, "%" G_GINT64_FORMAT " %s %s\n", now - NOW, command->type,
                          about != NULL ? about : uch_command_get_text (command, "ticket"));
}

/* Lives until @until; @offline_ms: every other stretch of so long his phone has no network. */
static void
live (Life *self, UchTime until, gint64 offline_ms)
{
  g_autoptr (UchCrewDay) day = read_day (self);
  g_autoptr (GPtrArray) unsent
      = g_ptr_array_new_with_free_func ((GDestroyNotify) uch_command_unref);
  UchCrewWhere before = { 0 };

  for (UchTime now = NOW; now < until; now += STEP_MS)
    {
      gboolean offline = offline_ms > 0 && (now - NOW) / offline_ms % 2 == 1;
      g_autoptr (GPtrArray) acts = uch_crew_life_live (self->life, day, now);
      UchCrewWhere where;

      for (guint i = 0; i < acts->len; i++)
        g_ptr_array_add (unsent, uch_command_ref (g_ptr_array_index (acts, i)));
      if (!offline && unsent->len > 0)
        {
          for (guint i = 0; i < unsent->len; i++)
            decide (self, g_ptr_array_index (unsent, i), now);
          g_ptr_array_set_size (unsent, 0);
          uch_crew_day_free (day);
          day = read_day (self);
          uch_crew_life_settle (self->life);
        }
      uch_crew_life_get_where (self->life, now, &where);
      if (before.place.latitude != 0)
        self->kmh_max
            = MAX (self->kmh_max, uch_geo_distance_m (before.place.latitude, before.place.longitude,
                                                      where.place.latitude, where.place.longitude)
                                      * 3.6 * 1000 / STEP_MS);
      before = where;
    }
}

static guint
count (Life *self, const char *what)
{
  guint n = 0;

  for (const char *at = self->story->str; (at = strstr (at, what)) != NULL; at++)
    n++;
  return n;
}

/* Every visit comes to an end, in a legal order, through all of its steps. */
static void
test_whole_day (void)
{
  Life  self;
  guint n_open = 0;

  begin (&self, 1, 10, UCH_DAY_MS);
  live (&self, NOW + 4 * UCH_HOUR_MS, 0);
  {
    g_autoptr (GPtrArray) visits = uch_memory_snapshot_list (self.office, UCH_TABLE_VISIT);

    for (guint i = 0; i < visits->len; i++)
      n_open += uch_visit_is_open (g_ptr_array_index (visits, i));
  }
  g_assert_cmpuint (n_open, ==, 0);
  g_assert_cmpuint (count (&self, "visit.finish"), >, N_TICKETS / 2);
  g_assert_cmpuint (count (&self, "visit.arrive"), ==, count (&self, "visit.depart"));
  g_assert_cmpuint (count (&self, "visit.arrive"), >=, count (&self, "visit.finish"));
  g_assert_cmpuint (count (&self, "call.log"), >=, N_TICKETS);
  end (&self);
}

static void
test_seeds_repeat (void)
{
  static const guint32 seeds[] = { 5, 5, 6 };
  char                *stories[G_N_ELEMENTS (seeds)];

  for (guint i = 0; i < G_N_ELEMENTS (seeds); i++)
    {
      Life self;

      begin (&self, seeds[i], 30, UCH_DAY_MS);
      live (&self, NOW + UCH_HOUR_MS / 2, 0);
      stories[i] = g_strdup (self.story->str);
      end (&self);
    }
  g_assert_cmpstr (stories[0], ==, stories[1]);
  g_assert_cmpstr (stories[0], !=, stories[2]);
  for (guint i = 0; i < G_N_ELEMENTS (seeds); i++)
    g_free (stories[i]);
}

/* However fast the town lives, the store believes the positions. */
static void
test_never_too_fast (void)
{
  static const double speeds[] = { 1, 6, 60 };

  for (guint i = 0; i < G_N_ELEMENTS (speeds); i++)
    {
      Life self;

      begin (&self, 3, speeds[i], UCH_DAY_MS);
      live (&self, NOW + 2 * UCH_HOUR_MS, 0);
      g_assert_cmpfloat (self.kmh_max, >, 20);
      g_assert_cmpfloat (self.kmh_max, <, KMH_MAX);
      end (&self);
    }
}

/* Without a network he works on; what he did is legal when it comes afterwards. */
static void
test_offline (void)
{
  Life self;

  begin (&self, 1, 10, UCH_DAY_MS);
  live (&self, NOW + 4 * UCH_HOUR_MS, 7 * UCH_MINUTE_MS);
  g_assert_cmpuint (count (&self, "visit.finish"), >, N_TICKETS / 2);
  end (&self);
}

/* Off shift he begins nothing. */
static void
test_off_shift (void)
{
  Life self;

  begin (&self, 1, 10, 0);
  live (&self, NOW + UCH_HOUR_MS, 0);
  g_assert_cmpstr (self.story->str, ==, "");
  end (&self);
}

/* The demo town's streets lead from every zone to every other, and not around the world. */
static void
test_streets (void)
{
  static const UchPoint places[] = { { 45.014, 41.921 },
                                     { 45.055, 41.928 },
                                     { 45.043, 41.974 },
                                     { 45.004, 41.94 },
                                     { 45.129, 42.028 } };
  UchRoads             *roads = import_streets ();
  g_autoptr (UchTravel) travel = uch_travel_new (roads, NULL, NULL);

  for (guint i = 0; i < G_N_ELEMENTS (places); i++)
    for (guint j = 0; j < G_N_ELEMENTS (places); j++)
      {
        UchTravelPlace from = { places[i].latitude, places[i].longitude, NULL, NULL, FALSE };
        UchTravelPlace to = { places[j].latitude, places[j].longitude, NULL, NULL, FALSE };
        g_autoptr (GArray) path = NULL;
        double straight_m
            = uch_geo_distance_m (from.latitude, from.longitude, to.latitude, to.longitude);
        double length_m = 0;

        if (i == j)
          continue;
        path = uch_travel_get_path (travel, &from, &to);
        for (guint k = 1; k < path->len; k++)
          {
            const UchPoint *a = &g_array_index (path, UchPoint, k - 1), *b = a + 1;

            length_m += uch_geo_distance_m (a->latitude, a->longitude, b->latitude, b->longitude);
          }
        g_assert_cmpuint (path->len, >, 4);
        g_assert_cmpfloat (length_m, <, straight_m * 2.5 + 1000);
      }
  uch_roads_unref (roads);
}

int
main (int argc, char *argv[])
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/crew/life/whole-day", test_whole_day);
  g_test_add_func ("/crew/life/seeds-repeat", test_seeds_repeat);
  g_test_add_func ("/crew/life/never-too-fast", test_never_too_fast);
  g_test_add_func ("/crew/life/offline", test_offline);
  g_test_add_func ("/crew/life/off-shift", test_off_shift);
  g_test_add_func ("/crew/streets", test_streets);
  return g_test_run ();
}

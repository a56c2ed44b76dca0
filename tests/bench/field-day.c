/* Days as the office has them: a third of the shifts in the evening, most calls in the morning, six
 * of ten want somebody now, the others two hours or more ahead; works last up to ±30 % of what is
 * expected; one in twenty clients calls off, one engineer in thirty is ill. */
#include "bench/field-day.h"

#include <math.h>
#include <string.h>

#include "roads/uch-travel.h"

#define HOUR 3600
#define PROMISE_S (40 * 60)
#define N_ENGINEERS 27
/* connection, support, television, network */
#define N_SKILLS 4

static char *
find_data (const char *name)
{
  const char      *said = g_getenv ("UCHASTOK_DATA");
  g_autofree char *beside
      = g_build_filename (g_getenv ("G_TEST_SRCDIR"), "..", "..", "shared", "stavropol", NULL);

  return g_build_filename (said != NULL ? said : beside, name, NULL);
}

/* Columns are counted from 0. */
static GArray *
load_places (const char *name, guint latitude, guint zone)
{
  g_autofree char *path = find_data (name);
  g_autofree char *text = NULL;
  g_auto (GStrv) lines = NULL;
  GArray *places = g_array_new (FALSE, TRUE, sizeof (FieldPlace));

  if (!g_file_get_contents (path, &text, NULL, NULL))
    return places;
  lines = g_strsplit (text, "\n", -1);
  for (guint i = 1; lines[i] != NULL && *lines[i] != '\0'; i++)
    {
      g_auto (GStrv) cells = g_strsplit (lines[i], ";", -1);
      guint      at = zone < latitude ? zone : latitude + 2;
      FieldPlace place = { g_ascii_strtod (cells[latitude], NULL),
                           g_ascii_strtod (cells[latitude + 1], NULL), atoi (cells[at]) - 1 };

      if (place.zone >= 0 && place.zone < FIELD_ZONES)
        g_array_append_val (places, place);
    }
  return places;
}

/* Gauss, by Box and Muller. */
static double
around (GRand *rand)
{
  return sqrt (-2 * log (1 - g_rand_double (rand))) * cos (2 * G_PI * g_rand_double (rand));
}

/* Six centres with houses around each, where the real ones are not to be had. */
static void
invent (FieldTown *town)
{
  static const FieldPlace centres[]
      = { { 45.008, 41.920, 0 }, { 45.019, 41.901, 0 }, { 45.066, 41.936, 1 },
          { 45.043, 41.969, 2 }, { 45.037, 42.032, 3 }, { 45.133, 42.026, 4 } };
  g_autoptr (GRand) rand = g_rand_new_with_seed (7);

  g_array_append_vals (town->centres, centres, G_N_ELEMENTS (centres));
  for (guint i = 0; i < 2000; i++)
    {
      const FieldPlace *centre = &centres[i % G_N_ELEMENTS (centres)];
      FieldPlace        house = { centre->latitude + 0.014 * around (rand),
                                  centre->longitude + 0.02 * around (rand), centre->zone };

      g_array_append_val (town->houses, house);
    }
}

static void
drive_everywhere (FieldTown *town)
{
  g_autofree char *path = find_data ("roads.osm.pbf");
  g_autoptr (GError) error = NULL;
  g_autoptr (UchRoads) roads = uch_roads_import (path, NULL, &error);
  guint                    n = town->houses->len + town->centres->len;
  g_autofree UchRoadPlace *places = g_new0 (UchRoadPlace, n);
  g_autoptr (GStringChunk) ids = g_string_chunk_new (4096);

  if (roads == NULL)
    return;
  for (guint i = 0; i < n; i++)
    {
      const FieldPlace *at = i < town->houses->len ? &g_array_index (town->houses, FieldPlace, i)
                                                   : &g_array_index (town->centres, FieldPlace,
                                                                     i - town->houses->len);
      g_autofree char  *id = g_strdup_printf ("%u", i);

      places[i] = (UchRoadPlace){ g_string_chunk_insert (ids, id), at->latitude, at->longitude };
    }
  town->matrix = uch_road_matrix_build (roads, places, n, NULL, NULL, NULL, &error);
  if (town->matrix == NULL)
    g_error ("%s", error->message);
}

/* The real town where its files are, else an invented one with straight roads. */
FieldTown *
field_town_load (void)
{
  FieldTown *town = g_new0 (FieldTown, 1);

  town->houses = load_places ("houses.csv", 3, 5);
  town->centres = load_places ("centres.csv", 2, 1);
  town->is_real = town->houses->len > 0 && town->centres->len > 0;
  if (town->is_real)
    drive_everywhere (town);
  else
    invent (town);
  return town;
}

void
field_town_free (FieldTown *town)
{
  g_array_unref (town->houses);
  g_array_unref (town->centres);
  if (town->matrix != NULL)
    uch_road_matrix_unref (town->matrix);
  g_free (town);
}

/* How long it takes from one place of the town to another; centres are numbered behind houses. */
static gint32
drive_s (const FieldTown *town, guint from, guint to)
{
  const FieldPlace *places[2];
  const guint       which[2] = { from, to };

  if (from == to)
    return UCH_TRAVEL_DOOR_S;
  if (town->matrix != NULL)
    {
      guint16 s = uch_road_matrix_get_s (town->matrix, from, to);

      if (s != UCH_ROAD_MATRIX_NONE)
        return s + UCH_TRAVEL_DOOR_S;
    }
  for (guint i = 0; i < 2; i++)
    places[i] = which[i] < town->houses->len
                    ? &g_array_index (town->houses, FieldPlace, which[i])
                    : &g_array_index (town->centres, FieldPlace, which[i] - town->houses->len);
  return (gint32) uch_travel_estimate_s (places[0]->latitude, places[0]->longitude,
                                         places[1]->latitude, places[1]->longitude);
}

static void
fill_ticket (FieldTown *town, GRand *rand, guint number, FieldTicket *ticket)
{
  static const double skill_until[N_SKILLS] = { 0.55, 0.75, 0.9, 1 };
  double              u = g_rand_double (rand), skill = g_rand_double (rand);
  UchPlanVisit       *visit = &ticket->visit;

  ticket->house = (guint) g_rand_int_range (rand, 0, (gint32) town->houses->len);
  /* busier in the morning: the mean of a uniform one and a smaller one */
  ticket->calls_s = (gint32) (HOUR * (8.5 + 10.5 * u * (0.7 + 0.3 * g_rand_double (rand))));
  ticket->now = g_rand_double (rand) < 0.6;
  *visit = (UchPlanVisit){ .place = (int) number,
                           .zone = g_array_index (town->houses, FieldPlace, ticket->house).zone,
                           .pinned_to = UCH_PLAN_NONE,
                           .pinned_rank = UCH_PLAN_NONE,
                           .announced_to = UCH_PLAN_NONE };
  if (ticket->now)
    visit->opens_s = ticket->calls_s + 300;
  else
    visit->opens_s
        = (gint32) (MIN (ticket->calls_s / (double) HOUR + 1.5 + 4 * g_rand_double (rand), 19) * 2)
          * (HOUR / 2);
  visit->due_s = (ticket->now ? ticket->calls_s : visit->opens_s) + PROMISE_S;
  for (guint i = N_SKILLS; i-- > 0;)
    if (skill < skill_until[i])
      visit->skills = G_GUINT64_CONSTANT (1) << i;
  visit->duration_s = (gint32) MIN (60 * (15 + exp (3.1 + 0.5 * around (rand))), 2 * HOUR);
  ticket->really_s = (gint32) (visit->duration_s * g_rand_double_range (rand, 0.7, 1.3));
  u = g_rand_double (rand);
  visit->priority = u < 0.1 ? 3 : u < 0.3 ? 2 : 1;
  if (g_rand_double (rand) < 0.05)
    ticket->cancelled_s = ticket->calls_s + g_rand_int_range (rand, 300, 2 * HOUR);
}

static void
fill_engineers (FieldTown *town, GRand *rand, FieldDay *day, guint *places)
{
  for (guint k = 0; k < day->n_engineers; k++)
    {
      guint            centre = k % town->centres->len;
      gboolean         evening = k % 5 >= 3;
      UchPlanEngineer *engineer = &day->engineers[k];

      places[day->n_tickets + k] = town->houses->len + centre;
      *engineer = (UchPlanEngineer){
        .place = (int) (day->n_tickets + k),
        .ends_s = (evening ? 21 : 18) * HOUR,
        .end_place = UCH_PLAN_NONE,
        .zones = G_GUINT64_CONSTANT (1) << g_array_index (town->centres, FieldPlace, centre).zone,
        .capacity = G_MAXINT32,
        .skills = 1u | (g_rand_double (rand) < 0.6 ? 2u : 0) | (g_rand_double (rand) < 0.6 ? 4u : 0)
                  | (g_rand_double (rand) < 0.35 ? 8u : 0),
        .off = g_rand_double (rand) < 1 / 30.0,
      };
      engineer->free_s = day->starts_s[k] = (evening ? 12 : 9) * HOUR;
    }
}

/* The same for the same seed. */
FieldDay *
field_day_make (FieldTown *town, guint32 seed, guint n_tickets)
{
  FieldDay *day = g_new0 (FieldDay, 1);
  g_autoptr (GRand) rand = g_rand_new_with_seed (seed);
  guint             n = n_tickets + N_ENGINEERS;
  g_autofree guint *places = g_new0 (guint, n);

  day->n_tickets = n_tickets;
  day->n_engineers = N_ENGINEERS;
  day->tickets = g_new0 (FieldTicket, n_tickets);
  day->engineers = g_new0 (UchPlanEngineer, N_ENGINEERS);
  day->starts_s = g_new0 (gint32, N_ENGINEERS);
  fill_engineers (town, rand, day, places);
  for (guint i = 0; i < n_tickets; i++)
    {
      fill_ticket (town, rand, i, &day->tickets[i]);
      places[i] = day->tickets[i].house;
    }
  day->travel_s = g_new0 (gint32, (gsize) n * n);
  for (guint from = 0; from < n; from++)
    for (guint to = 0; to < n_tickets; to++)
      if (from != to)
        day->travel_s[(gsize) from * n + to] = drive_s (town, places[from], places[to]);
  return day;
}

void
field_day_free (FieldDay *day)
{
  g_free (day->tickets);
  g_free (day->engineers);
  g_free (day->starts_s);
  g_free (day->travel_s);
  g_free (day);
}

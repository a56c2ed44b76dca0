/* The demo town is whole, believable and always the same. */
#include <string.h>

#include "core/uch-category.h"
#include "core/uch-office.h"
#include "core/uch-place.h"
#include "core/uch-promise.h"
#include "core/uch-work.h"
#include "exchange/uch-demo-town.h"

/* Monday 23 November 2026, 14:05 in Moscow. */
#define NOW G_GINT64_CONSTANT (1795345500000)

static GPtrArray *
make_town (guint32 seed, guint n_houses, guint n_tickets)
{
  UchDemoOptions options
      = { .seed = seed, .n_houses = n_houses, .n_tickets = n_tickets, .now = NOW };

  return uch_demo_town_list (&options);
}

static guint
count (GPtrArray *rows, UchTable table)
{
  guint n = 0;

  for (guint i = 0; i < rows->len; i++)
    n += UCH_ENTITY (g_ptr_array_index (rows, i))->schema->table == table;
  return n;
}

static void
test_has_the_office (void)
{
  static const struct
  {
    UchTable table;
    guint    n;
  } cases[] = { { UCH_TABLE_ZONE, 5 },    { UCH_TABLE_CENTRE, 6 },  { UCH_TABLE_HOUSE, 400 },
                { UCH_TABLE_STAFF, 27 },  { UCH_TABLE_COMPANY, 8 }, { UCH_TABLE_TICKET, 240 },
                { UCH_TABLE_CLIENT, 200 } };
  g_autoptr (GPtrArray) rows = make_town (1, 0, 0);

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    g_assert_cmpuint (count (rows, cases[i].table), ==, cases[i].n);
}

static void
test_same_seed_same_town (void)
{
  g_autoptr (GPtrArray) one = make_town (7, 60, 80);
  g_autoptr (GPtrArray) two = make_town (7, 60, 80);
  g_autoptr (GPtrArray) other = make_town (8, 60, 80);
  gboolean differs = one->len != other->len;

  g_assert_cmpuint (one->len, ==, two->len);
  for (guint i = 0; i < one->len; i++)
    {
      g_assert_true (uch_entity_equal (g_ptr_array_index (one, i), g_ptr_array_index (two, i)));
      differs
          = differs || !uch_entity_equal (g_ptr_array_index (one, i), g_ptr_array_index (other, i));
    }
  g_assert_true (differs);
}

/* Every id is used once, every required field is set, every reference leads somewhere. */
static void
test_is_consistent (void)
{
  g_autoptr (GPtrArray) rows = make_town (3, 500, 600);
  g_autoptr (GHashTable) ids = g_hash_table_new (g_str_hash, g_str_equal);

  for (guint i = 0; i < rows->len; i++)
    g_assert_true (g_hash_table_add (ids, UCH_ENTITY (g_ptr_array_index (rows, i))->id));
  for (guint i = 0; i < rows->len; i++)
    {
      const UchEntity *row = g_ptr_array_index (rows, i);

      g_assert_cmpstr (row->rev, ==, UCH_DEMO_REV);
      for (guint k = 0; k < row->schema->n_fields; k++)
        {
          const UchField *field = &row->schema->fields[k];
          const char *text = field->kind == UCH_FIELD_TEXT ? uch_field_get_text (field, row) : NULL;

          if ((field->flags & UCH_FIELD_REQUIRED) != 0 && field->kind == UCH_FIELD_TEXT)
            g_assert_nonnull (text);
          if (text != NULL && g_str_has_suffix (field->name, "_id"))
            g_assert_true (g_hash_table_contains (ids, text));
        }
    }
}

static void
test_houses_lie_in_their_zones (void)
{
  g_autoptr (GPtrArray) rows = make_town (1, 0, 0);
  g_autoptr (GHashTable) keys = g_hash_table_new (g_str_hash, g_str_equal);
  g_autoptr (GHashTable) per_zone = g_hash_table_new (g_str_hash, g_str_equal);
  guint n_by_hand = 0;

  for (guint i = 0; i < rows->len; i++)
    {
      const UchHouse *house = g_ptr_array_index (rows, i);

      if (house->parent.schema->table != UCH_TABLE_HOUSE)
        continue;
      g_assert_true (g_hash_table_add (keys, house->key));
      g_hash_table_add (per_zone, house->zone_id);
      g_assert_cmpfloat (house->latitude, >, 44.97);
      g_assert_cmpfloat (house->latitude, <, 45.17);
      g_assert_cmpfloat (house->longitude, >, 41.85);
      g_assert_cmpfloat (house->longitude, <, 42.09);
      n_by_hand += house->zone_by_hand;
    }
  g_assert_cmpuint (g_hash_table_size (per_zone), ==, 5);
  g_assert_cmpuint (n_by_hand, <, 20);
}

/* What the state says has happened has its moment in the past, in order. */
static void
test_time_runs_forward (void)
{
  g_autoptr (GPtrArray) rows = make_town (5, 100, 1000);
  gint64 last_number = 0;
  guint  n_at_risk = 0, n_states[UCH_N_VISIT_STATES] = { 0 };

  for (guint i = 0; i < rows->len; i++)
    {
      const UchEntity *row = g_ptr_array_index (rows, i);

      if (row->schema->table == UCH_TABLE_TICKET)
        {
          const UchTicket *ticket = UCH_TICKET (row);

          g_assert_cmpint (ticket->number, ==, ++last_number);
          g_assert_cmpint (ticket->created_at, <, NOW);
          g_assert_nonnull (uch_category_get (ticket->category));
          g_assert_true ((ticket->wake_at > NOW) == (ticket->state == UCH_TICKET_ON_HOLD));
          g_assert_true ((ticket->resolved_at != 0) == !uch_ticket_is_open (ticket));
          g_assert_cmpint (ticket->closed_at, <=, NOW);
        }
      else if (row->schema->table == UCH_TABLE_VISIT)
        {
          const UchVisit *visit = UCH_VISIT (row);
          const UchTime   moments[] = { visit->agreed_at,   visit->assigned_at, visit->accepted_at,
                                        visit->en_route_at, visit->arrived_at,  visit->ended_at };
          guint           n_past = MIN ((guint) visit->state, UCH_VISIT_DONE) + 1;

          for (guint k = 0; k < G_N_ELEMENTS (moments); k++)
            {
              if (k >= n_past)
                g_assert_cmpint (moments[k], ==, 0);
              else
                g_assert_cmpint (moments[k], <=, NOW);
              if (k > 0 && k < n_past)
                g_assert_cmpint (moments[k], >, moments[k - 1]);
            }
          g_assert_true ((visit->engineer_id == NULL) == (visit->state == UCH_VISIT_PLANNED));
          n_states[visit->state]++;
          n_at_risk += uch_promise_is_at_risk (uch_promise_get (visit, NOW));
        }
    }
  for (guint i = UCH_VISIT_PLANNED; i <= UCH_VISIT_DONE; i++)
    g_assert_cmpuint (n_states[i], >, 0);
  g_assert_cmpuint (n_at_risk, >, 0);
}

/* Nobody drives to two places at once, and who works today is on shift. */
static void
test_engineers_are_in_one_place (void)
{
  g_autoptr (GPtrArray) rows = make_town (9, 0, 0);
  g_autoptr (GPtrArray) shifts = g_ptr_array_new ();
  g_autoptr (GHashTable) busy = g_hash_table_new (g_str_hash, g_str_equal);

  for (guint i = 0; i < rows->len; i++)
    if (UCH_ENTITY (g_ptr_array_index (rows, i))->schema->table == UCH_TABLE_SHIFT)
      g_ptr_array_add (shifts, g_ptr_array_index (rows, i));
  for (guint i = 0; i < rows->len; i++)
    {
      const UchVisit *visit = g_ptr_array_index (rows, i);

      if (visit->parent.schema->table != UCH_TABLE_VISIT || visit->engineer_id == NULL
          || !uch_visit_is_open (visit))
        continue;
      g_assert_true (uch_staff_is_on_shift (shifts, visit->engineer_id, NOW));
      if (uch_visit_is_under_way (visit))
        g_assert_true (g_hash_table_add (busy, visit->engineer_id));
    }
}

static void
test_logins (void)
{
  g_autoptr (GPtrArray) rows = make_town (1, 10, 1);
  g_autoptr (UchStaff) stranger = uch_entity_new (UCH_TABLE_STAFF, "somebody");
  guint n_found = 0;

  for (guint i = 0; i < rows->len; i++)
    if (UCH_ENTITY (g_ptr_array_index (rows, i))->schema->table == UCH_TABLE_STAFF)
      n_found
          += g_strcmp0 (uch_demo_town_get_login (g_ptr_array_index (rows, i)), "dispatcher-1") == 0;
  g_assert_cmpuint (n_found, ==, 1);
  g_assert_null (uch_demo_town_get_login (stranger));
}

int
main (int argc, char *argv[])
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/demo-town/has-the-office", test_has_the_office);
  g_test_add_func ("/demo-town/same-seed-same-town", test_same_seed_same_town);
  g_test_add_func ("/demo-town/is-consistent", test_is_consistent);
  g_test_add_func ("/demo-town/houses-lie-in-their-zones", test_houses_lie_in_their_zones);
  g_test_add_func ("/demo-town/time-runs-forward", test_time_runs_forward);
  g_test_add_func ("/demo-town/engineers-are-in-one-place", test_engineers_are_in_one_place);
  g_test_add_func ("/demo-town/logins", test_logins);
  return g_test_run ();
}

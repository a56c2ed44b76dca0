/* The promise beyond its clock: what the last position foretells, what confirms an arrival, what
 * excuses us; and what is known beforehand of an assignment. */
#include <string.h>

#include "core/uch-assignment.h"
#include "core/uch-clockwork.h"
#include "core/uch-promise.h"
#include "office.h"

#define METRE (1.0 / 111195.08) /* of latitude, in degrees */
#define MINUTE(n) (OFFICE_NOW + (n) *UCH_MINUTE_MS)

/* Straight lines: 25 km/h over a detour of 1.4 make 297.6 m a minute. */
static const struct
{
  const char   *why;
  UchVisitState state;
  int           minute;   /* after the agreed start; due is at 40 */
  double        away_m;   /* of the engineer */
  int           seen_ago; /* minutes */
  int           arrives;  /* minute; -1: unknown */
  UchPromise    expected;
} estimates[] = {
  { "near", UCH_VISIT_EN_ROUTE, 10, 298, 0, 11, UCH_PROMISE_RUNNING },
  { "just in time", UCH_VISIT_EN_ROUTE, 10, 8900, 0, 39, UCH_PROMISE_RUNNING },
  { "too far", UCH_VISIT_EN_ROUTE, 10, 9300, 0, 41, UCH_PROMISE_ORANGE },
  { "too far, and still here", UCH_VISIT_ACCEPTED, 26, 5000, 0, 42, UCH_PROMISE_ORANGE },
  { "yellow by the clock alone", UCH_VISIT_ACCEPTED, 26, 1000, 0, 29, UCH_PROMISE_YELLOW },
  { "an old position", UCH_VISIT_EN_ROUTE, 10, 90000, 16, -1, UCH_PROMISE_RUNNING },
  { "not so old", UCH_VISIT_EN_ROUTE, 10, 90000, 15, 312, UCH_PROMISE_ORANGE },
  { "he is there", UCH_VISIT_ON_SITE, 10, 90000, 0, -1, UCH_PROMISE_RUNNING },
  { "red stays red", UCH_VISIT_EN_ROUTE, 41, 298, 0, 42, UCH_PROMISE_RED },
  { "not yet", UCH_VISIT_ACCEPTED, -30, 298, 0, 0, UCH_PROMISE_WAITING },
};

static UchVisit *
make_visit (UchVisitState state)
{
  UchVisit *visit = uch_entity_new (UCH_TABLE_VISIT, "v");

  uch_entity_set_text (visit, &visit->engineer_id, "ivan");
  visit->mode = UCH_VISIT_MODE_TIME;
  visit->agreed_from = OFFICE_NOW;
  visit->due_at = OFFICE_NOW + UCH_PROMISE_DEFAULT_MS;
  visit->state = state;
  return visit;
}

static void
test_estimate (void)
{
  g_autoptr (Office) office = office_new ();
  const UchHouse *house = office_peek (office, UCH_TABLE_HOUSE, "h1");

  for (guint i = 0; i < G_N_ELEMENTS (estimates); i++)
    {
      g_autoptr (UchVisit) visit = make_visit (estimates[i].state);
      UchTime now = MINUTE (estimates[i].minute);
      UchTime at = uch_promise_estimate_arrival (
          visit, house, house->latitude + estimates[i].away_m * METRE, house->longitude,
          now - estimates[i].seen_ago * UCH_MINUTE_MS, now);
      int minute = at == 0 ? -1 : (int) ((at - OFFICE_NOW) / UCH_MINUTE_MS);

      if (minute != estimates[i].arrives
          || uch_promise_expect (visit, now, at) != estimates[i].expected)
        g_error ("%s: minute %d instead of %d, light %d instead of %d", estimates[i].why, minute,
                 estimates[i].arrives, uch_promise_expect (visit, now, at), estimates[i].expected);
    }
}

static void
test_nobody_to_estimate (void)
{
  g_autoptr (UchVisit) visit = make_visit (UCH_VISIT_PLANNED);
  g_autoptr (UchHouse) nowhere = uch_entity_new (UCH_TABLE_HOUSE, "h");

  g_assert_cmpint (uch_promise_estimate_arrival (visit, NULL, 45, 42, OFFICE_NOW, OFFICE_NOW), ==,
                   0);
  g_assert_cmpint (uch_promise_estimate_arrival (visit, nowhere, 45, 42, OFFICE_NOW, OFFICE_NOW),
                   ==, 0);
  nowhere->latitude = 45;
  uch_entity_set_text (visit, &visit->engineer_id, NULL);
  g_assert_cmpint (uch_promise_estimate_arrival (visit, nowhere, 45, 42, OFFICE_NOW, OFFICE_NOW),
                   ==, 0);
}

static void
test_near (void)
{
  static const struct
  {
    double   away_m, accuracy_m;
    gboolean near;
  } cases[] = { { 0, 10, TRUE },      { 149.5, 100, TRUE }, { 150.5, 10, FALSE },
                { 10, 100.5, FALSE }, { 149.5, 0, TRUE },   { 10, -1, FALSE } };
  g_autoptr (Office) office = office_new ();
  const UchHouse *house = office_peek (office, UCH_TABLE_HOUSE, "h1");

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    g_assert_cmpint (uch_promise_is_near (house, house->latitude + cases[i].away_m * METRE,
                                          house->longitude, cases[i].accuracy_m),
                     ==, cases[i].near);
}

static UchVerdict *
confirm (Office *office, UchRole role, const char *seen_at)
{
  return office_try (
      office, role,
      office_command (office, "visit.confirm", "visit", "'v1'", "seen_at", seen_at, NULL));
}

/* Between departure and end, once, by the store alone; and nobody's step is disturbed by it. */
static void
test_confirm (void)
{
  g_autoptr (Office) office = office_new ();
  g_autofree char *before = g_strdup_printf ("int64 %" G_GINT64_FORMAT, OFFICE_NOW - 1);
  g_autofree char *then = g_strdup_printf ("int64 %" G_GINT64_FORMAT, OFFICE_NOW);
  g_autofree char *depart = NULL, *arrive = NULL;
  const UchVisit  *visit;
  const struct
  {
    const char *why, *seen_at;
    UchRole     role;
    UchRefusal  refusal;
  } cases[] = {
    { "an engineer says so", then, UCH_ROLE_ENGINEER, UCH_REFUSAL_NOT_ALLOWED },
    { "before he left", before, UCH_ROLE_STORE, UCH_REFUSAL_ILLEGAL_STEP },
    { "at the house", then, UCH_ROLE_STORE, UCH_REFUSAL_NONE },
  };

  office_put_visit (office, "v1", "t1", UCH_VISIT_ACCEPTED);
  depart = office_do (office, UCH_ROLE_ENGINEER,
                      office_command (office, "visit.depart", "visit", "'v1'", NULL));
  arrive = office_do (office, UCH_ROLE_ENGINEER,
                      office_command (office, "visit.arrive", "visit", "'v1'", NULL));
  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autoptr (UchVerdict) verdict = confirm (office, cases[i].role, cases[i].seen_at);

      g_assert_cmpstr (uch_refusal_get_nick (verdict->refusal), ==,
                       uch_refusal_get_nick (cases[i].refusal));
      uch_memory_snapshot_apply (office->snapshot, verdict->changes);
    }
  visit = office_peek (office, UCH_TABLE_VISIT, "v1");
  g_assert_cmpint (visit->arrived_geo_at, ==, OFFICE_NOW);
  g_assert_cmpint (visit->state, ==, UCH_VISIT_ON_SITE);
  g_assert_cmpstr (UCH_ENTITY (visit)->rev, ==, arrive);
  {
    g_autoptr (UchVerdict) again = confirm (office, UCH_ROLE_STORE, then);

    g_assert_cmpint (again->refusal, ==, UCH_REFUSAL_ILLEGAL_STEP);
  }
  /* A tap too early is taken back, whatever the position said meanwhile. */
  {
    g_autofree char *event = g_strdup_printf ("'%s'", arrive);

    g_free (office_do (office, UCH_ROLE_ENGINEER,
                       office_command (office, "act.undo", "event", event, NULL)));
  }
  visit = office_peek (office, UCH_TABLE_VISIT, "v1");
  g_assert_cmpint (visit->state, ==, UCH_VISIT_EN_ROUTE);
  g_assert_cmpint (visit->arrived_geo_at, ==, OFFICE_NOW);
}

static void
put_incident (Office *office, UchTicketState state)
{
  g_autoptr (UchTicket) incident = uch_entity_new (UCH_TABLE_TICKET, "outage");

  uch_entity_set_text (incident, &incident->category, "incident.house");
  uch_entity_set_text (incident, &incident->house_id, "h1");
  incident->state = state;
  uch_memory_snapshot_put (office->snapshot, incident);
}

/* Kept, broken or exempt, by the store's clock; the visit of the office was due 80 minutes ago. */
static void
test_mass_incident (void)
{
  static const struct
  {
    const char    *why, *type;
    UchRole        role;
    gboolean       incident, late;
    UchTicketState incident_state;
    UchPromise     expected;
  } cases[] = {
    { "late", "visit.arrive", UCH_ROLE_ENGINEER, FALSE, TRUE, 0, UCH_PROMISE_BROKEN },
    { "late, an outage", "visit.arrive", UCH_ROLE_ENGINEER, TRUE, TRUE, UCH_TICKET_IN_WORK,
      UCH_PROMISE_EXEMPT },
    { "late, after an outage", "visit.arrive", UCH_ROLE_ENGINEER, TRUE, TRUE, UCH_TICKET_RESOLVED,
      UCH_PROMISE_BROKEN },
    { "in time, an outage", "visit.arrive", UCH_ROLE_ENGINEER, TRUE, FALSE, UCH_TICKET_NEW,
      UCH_PROMISE_KEPT },
    { "missed", "visit.miss", UCH_ROLE_STORE, FALSE, TRUE, 0, UCH_PROMISE_BROKEN },
    { "missed, an outage", "visit.miss", UCH_ROLE_STORE, TRUE, TRUE, UCH_TICKET_NEW,
      UCH_PROMISE_EXEMPT },
  };

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autoptr (Office) office = office_new ();
      gboolean  miss = strcmp (cases[i].type, "visit.miss") == 0;
      UchVisit *visit;

      office_put_visit (office, "v1", "t1", UCH_VISIT_EN_ROUTE);
      visit = office_peek (office, UCH_TABLE_VISIT, "v1");
      if (!cases[i].late)
        office->now = visit->due_at;
      if (cases[i].incident)
        put_incident (office, cases[i].incident_state);
      g_free (office_do (office, cases[i].role,
                         miss ? office_command (office, cases[i].type, "visit", "'v1'", "reason",
                                                "'overload'", NULL)
                              : office_command (office, cases[i].type, "visit", "'v1'", NULL)));
      visit = office_peek (office, UCH_TABLE_VISIT, "v1");
      if (uch_promise_get (visit, office->now) != cases[i].expected)
        g_error ("%s: %d instead of %d", cases[i].why, uch_promise_get (visit, office->now),
                 cases[i].expected);
    }
}

static void
test_hold_for_a_mass_incident (void)
{
  g_autoptr (Office) office = office_new ();
  g_autofree char *wake_at = g_strdup_printf ("int64 %" G_GINT64_FORMAT, OFFICE_NOW + UCH_HOUR_MS);

  office_put_ticket (office, "t1", UCH_TICKET_IN_WORK);
  office_put_visit (office, "v1", "t1", UCH_VISIT_ASSIGNED);
  g_free (office_do (office, UCH_ROLE_DISPATCHER,
                     office_command (office, "ticket.hold", "ticket", "'t1'", "reason",
                                     "'mass_incident'", "wake_at", wake_at, NULL)));
  g_assert_cmpint (uch_promise_get (office_peek (office, UCH_TABLE_VISIT, "v1"), OFFICE_NOW), ==,
                   UCH_PROMISE_EXEMPT);
}

/* What is shown before somebody assigns: each warning alone, and together. */
static void
test_warnings (void)
{
  static const struct
  {
    const char *zones, *skills;
    gboolean    on_shift, absent;
    const char *expected; /* (nullable) */
  } cases[] = {
    { "z1", "connect,wifi", TRUE, FALSE, NULL },
    { "z2", "connect,wifi", TRUE, FALSE, "wrong_zone" },
    { "z2,z1", "wifi", TRUE, FALSE, NULL },
    { NULL, "wifi", TRUE, FALSE, "wrong_zone" },
    { "z1", "connect", TRUE, FALSE, "missing_skill" },
    { "z1", NULL, TRUE, FALSE, "missing_skill" },
    { "z1", "wifi", FALSE, FALSE, "off_shift" },
    { "z1", "wifi", TRUE, TRUE, "off_shift" },
    { "z2", "tv", FALSE, FALSE, "wrong_zone,missing_skill,off_shift" },
  };

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autoptr (Office) office = office_new ();
      UchStaff *ivan = office_peek (office, UCH_TABLE_STAFF, "ivan");
      g_autoptr (UchAssignment) assignment = NULL;
      g_autofree char *words = NULL;

      uch_entity_set_text (ivan, &ivan->zones, cases[i].zones);
      uch_entity_set_text (ivan, &ivan->skills, cases[i].skills);
      for (int kind = 0; kind < 2; kind++)
        {
          g_autoptr (UchShift) shift
              = uch_entity_new (UCH_TABLE_SHIFT, kind == UCH_SHIFT_WORK ? "s1" : "s2");

          uch_entity_set_text (shift, &shift->staff_id, "ivan");
          shift->kind = kind;
          shift->starts_at = OFFICE_NOW - UCH_HOUR_MS;
          shift->ends_at = OFFICE_NOW + UCH_HOUR_MS;
          if (kind == UCH_SHIFT_WORK ? cases[i].on_shift : cases[i].absent)
            uch_memory_snapshot_put (office->snapshot, shift);
        }
      assignment = uch_assignment_consider (UCH_SNAPSHOT (office->snapshot),
                                            office_peek (office, UCH_TABLE_TICKET, "t1"), NULL,
                                            ivan, NULL, NULL, office->now);
      words = uch_warnings_to_text (assignment->warnings);
      g_assert_cmpstr (words, ==, cases[i].expected);
      g_assert_cmpint (assignment->forbidden, ==, UCH_FORBIDDEN_NOTHING);
    }
}

int
main (int argc, char *argv[])
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/core/promise/estimate", test_estimate);
  g_test_add_func ("/core/promise/nobody-to-estimate", test_nobody_to_estimate);
  g_test_add_func ("/core/promise/near", test_near);
  g_test_add_func ("/core/promise/confirm", test_confirm);
  g_test_add_func ("/core/promise/mass-incident", test_mass_incident);
  g_test_add_func ("/core/promise/hold-for-a-mass-incident", test_hold_for_a_mass_incident);
  g_test_add_func ("/core/promise/warnings", test_warnings);
  return g_test_run ();
}

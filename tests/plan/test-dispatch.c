/* The office as a problem of the planner: who is offered, when he comes, who suffers. */
#include "core/office.h"
#include "core/uch-promise.h"
#include "plan/uch-dispatch.h"

typedef struct
{
  Office    *office;
  UchTravel *travel;
  GPtrArray *staff, *visits;
  GArray    *positions; /* of UchDispatchPosition */
} Fixture;

static void
put_shift (Fixture *f, const char *staff_id, UchShiftKind kind, UchTime from, UchTime to)
{
  g_autofree char *id = g_strdup_printf ("%s-%d", staff_id, kind);
  UchShift        *shift = uch_entity_new (UCH_TABLE_SHIFT, id);

  uch_entity_set_text (shift, &shift->staff_id, staff_id);
  shift->kind = kind;
  shift->starts_at = from;
  shift->ends_at = to;
  uch_memory_snapshot_put (f->office->snapshot, shift);
  g_object_unref (shift);
}

static void
set_up (Fixture *f, gconstpointer data)
{
  static const char *const engineers[] = { "ivan", "petr" };

  f->office = office_new ();
  f->travel = uch_travel_new (NULL, NULL, NULL);
  f->staff = uch_memory_snapshot_list (f->office->snapshot, UCH_TABLE_STAFF);
  f->visits = g_ptr_array_new_with_free_func (g_object_unref);
  f->positions = g_array_new (FALSE, FALSE, sizeof (UchDispatchPosition));
  for (guint i = 0; i < G_N_ELEMENTS (engineers); i++)
    {
      UchDispatchPosition at = { engineers[i], 45.045, 41.97, OFFICE_NOW };

      put_shift (f, engineers[i], UCH_SHIFT_WORK, OFFICE_NOW - UCH_HOUR_MS,
                 OFFICE_NOW + 8 * UCH_HOUR_MS);
      g_array_append_val (f->positions, at);
    }
}

static void
tear_down (Fixture *f, gconstpointer data)
{
  office_free (f->office);
  uch_travel_free (f->travel);
  g_ptr_array_unref (f->staff);
  g_ptr_array_unref (f->visits);
  g_array_unref (f->positions);
}

/* A visit of @engineer_id's at the house of t1, from @from_at on; for another ticket. */
static UchVisit *
put_visit (
    Fixture *f, const char *id, const char *engineer_id, UchVisitState state, UchTime from_at)
{
  g_autofree char *ticket_id = g_strconcat ("of-", id, NULL);
  UchVisit        *visit;

  office_put_ticket (f->office, ticket_id, UCH_TICKET_IN_WORK);
  office_put_visit (f->office, id, ticket_id, state);
  visit = uch_entity_copy (office_peek (f->office, UCH_TABLE_VISIT, id));
  uch_entity_set_text (visit, &visit->engineer_id, engineer_id);
  visit->agreed_from = from_at;
  visit->due_at = from_at + UCH_PROMISE_DEFAULT_MS;
  if (state == UCH_VISIT_ON_SITE)
    visit->arrived_at = from_at;
  g_ptr_array_add (f->visits, visit);
  return visit;
}

static GPtrArray *
rank (Fixture *f, GError **error)
{
  UchDispatchInput input
      = { .snapshot = UCH_SNAPSHOT (f->office->snapshot),
          .staff = f->staff,
          .visits = f->visits,
          .positions = (const UchDispatchPosition *) (gconstpointer) f->positions->data,
          .n_positions = f->positions->len,
          .now = OFFICE_NOW };
  g_autoptr (UchDispatch) dispatch = uch_dispatch_new (
      &input, office_peek (f->office, UCH_TABLE_TICKET, "t1"), f->travel, NULL, error);

  return dispatch != NULL ? uch_dispatch_rank (dispatch, error) : NULL;
}

static const UchDispatchOffer *
find (GPtrArray *offers, const char *staff_id)
{
  for (guint i = 0; i < offers->len; i++)
    {
      const UchDispatchOffer *offer = g_ptr_array_index (offers, i);

      if (g_str_equal (offer->staff_id, staff_id))
        return offer;
    }
  g_assert_not_reached ();
}

static void
test_free_beats_busy (Fixture *f, gconstpointer data)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GPtrArray) offers = NULL;

  put_visit (f, "v1", "ivan", UCH_VISIT_ON_SITE, OFFICE_NOW);
  offers = rank (f, &error);
  g_assert_no_error (error);
  g_assert_cmpuint (offers->len, ==, 2);
  g_assert_cmpstr (((UchDispatchOffer *) g_ptr_array_index (offers, 0))->staff_id, ==, "petr");
  g_assert_true (find (offers, "petr")->free_now);
  g_assert_false (find (offers, "ivan")->free_now);
  /* he works there for half an hour more: nearer, but hardly in time */
  g_assert_cmpint (find (offers, "ivan")->arrives_at, >=, OFFICE_NOW + 30 * UCH_MINUTE_MS);
  g_assert_cmpfloat (find (offers, "petr")->in_time, >, 0.99);
  g_assert_cmpfloat (find (offers, "ivan")->in_time, <, find (offers, "petr")->in_time);
  g_assert_true (find (offers, "petr")->estimated);
}

/* Whoever has an agreed visit soon makes it late by taking this one before; the offer says whom. */
static void
test_who_is_hurt (Fixture *f, gconstpointer data)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GPtrArray) offers = NULL;
  const UchDispatchOffer *ivan;

  for (guint i = 0; i < 3; i++)
    {
      g_autofree char *id = g_strdup_printf ("v%u", i);

      put_visit (f, id, "ivan", UCH_VISIT_ACCEPTED, OFFICE_NOW + i * 15 * UCH_MINUTE_MS);
    }
  offers = rank (f, &error);
  g_assert_no_error (error);
  ivan = find (offers, "ivan");
  g_assert_cmpstr (((UchDispatchOffer *) g_ptr_array_index (offers, 0))->staff_id, ==, "petr");
  g_assert_true (ivan->n_hurt > 0 || ivan->in_time < 0.5);
  if (ivan->n_hurt > 0)
    {
      g_assert_true (g_str_has_prefix (ivan->hurt_visit_id, "v"));
      g_assert_cmpint (ivan->hurt_ms, >, 0);
    }
  g_assert_cmpuint (find (offers, "petr")->n_hurt, ==, 0);
}

static void
test_absent_comes_last (Fixture *f, gconstpointer data)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GPtrArray) offers = NULL;

  put_shift (f, "petr", UCH_SHIFT_ABSENCE, OFFICE_NOW - UCH_HOUR_MS, OFFICE_NOW + UCH_DAY_MS);
  put_visit (f, "v1", "ivan", UCH_VISIT_ON_SITE, OFFICE_NOW - 5 * UCH_MINUTE_MS);
  offers = rank (f, &error);
  g_assert_no_error (error);
  g_assert_cmpuint (offers->len, ==, 2);
  g_assert_cmpstr (((UchDispatchOffer *) g_ptr_array_index (offers, 0))->staff_id, ==, "ivan");
}

/* Without a position his centre counts; without a centre nobody knows better than "here". */
static void
test_unknown_place (Fixture *f, gconstpointer data)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GPtrArray) offers = NULL;

  g_array_set_size (f->positions, 0);
  offers = rank (f, &error);
  g_assert_no_error (error);
  g_assert_cmpuint (offers->len, ==, 2);
}

static void
test_unknown_house (Fixture *f, gconstpointer data)
{
  g_autoptr (GError) error = NULL;
  UchTicket *ticket = uch_entity_copy (office_peek (f->office, UCH_TABLE_TICKET, "t1"));

  uch_entity_set_text (ticket, &ticket->house_id, "nowhere");
  uch_memory_snapshot_put (f->office->snapshot, ticket);
  g_object_unref (ticket);
  g_assert_null (rank (f, &error));
  g_assert_error (error, UCH_PLAN_ERROR, UCH_PLAN_ERROR_PROBLEM);
}

/* His own visit may be asked about: it counts for nobody meanwhile. */
static void
test_own_visit (Fixture *f, gconstpointer data)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GPtrArray) offers = NULL;
  UchTicket *ticket = uch_entity_copy (office_peek (f->office, UCH_TABLE_TICKET, "t1"));
  UchVisit  *visit = put_visit (f, "v1", "ivan", UCH_VISIT_ASSIGNED, OFFICE_NOW + UCH_HOUR_MS);

  uch_memory_snapshot_put (f->office->snapshot, visit);
  uch_entity_set_text (ticket, &ticket->visit_id, "v1");
  uch_memory_snapshot_put (f->office->snapshot, ticket);
  g_object_unref (ticket);
  offers = rank (f, &error);
  g_assert_no_error (error);
  for (guint i = 0; i < offers->len; i++)
    {
      const UchDispatchOffer *offer = g_ptr_array_index (offers, i);

      g_assert_true (offer->free_now);
      g_assert_cmpint (offer->arrives_at, ==, OFFICE_NOW + UCH_HOUR_MS);
      g_assert_cmpfloat (offer->in_time, >, 0.99);
    }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
#define ADD(path, func) g_test_add ("/plan/dispatch/" path, Fixture, NULL, set_up, func, tear_down)
  ADD ("free-beats-busy", test_free_beats_busy);
  ADD ("who-is-hurt", test_who_is_hurt);
  ADD ("absent-comes-last", test_absent_comes_last);
  ADD ("unknown-place", test_unknown_place);
  ADD ("unknown-house", test_unknown_house);
  ADD ("own-visit", test_own_visit);
  return g_test_run ();
}

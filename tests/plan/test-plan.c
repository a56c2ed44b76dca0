/* The search against the verifier, against every plan there is, and against nonsense. */
#include <string.h>

#include "plan/office.h"
#include "plan/uch-plan-solve.h"
#include "plan/uch-plan-tour.h"

static UchPlanCost
cost_of (const UchPlan *plan, const UchPlanProblem *problem)
{
  UchPlanCost cost;
  g_autoptr (GError) error = NULL;

  g_assert_true (uch_plan_check (plan, problem, &cost, &error));
  g_assert_no_error (error);
  return cost;
}

static UchPlan *
solve (const UchPlanProblem *problem, guint64 iterations, guint64 seed)
{
  UchPlanBudget budget = { .seed = seed, .iterations = iterations, .hot_s = 300, .cold_s = 5 };
  UchPlanRun    run;
  g_autoptr (GError) error = NULL;
  UchPlan *plan = uch_plan_solve (problem, NULL, &budget, NULL, &run, &error);

  g_assert_no_error (error);
  g_assert_cmpuint (run.iterations, ==, problem->n_engineers > 0 ? iterations : 0);
  return plan;
}

/* What the search thinks an insertion costs is what the verifier finds afterwards. */
static void
test_an_insertion_costs_what_it_says (void)
{
  guint n_pushed = 0;

  for (guint32 seed = 1; seed <= 40; seed++)
    {
      g_autoptr (Day) day = day_make (seed, 30, 4);
      g_autoptr (GRand) rand = g_rand_new_with_seed (seed);
      g_autoptr (UchTour) tour
          = uch_tour_new (&day->problem, NULL, day->problem.weights.unassigned);

      while (tour->n_absent > 0)
        {
          int    visit = tour->absent[--tour->n_absent], k, behind;
          gint64 told;
          g_autoptr (UchPlan) before = NULL;
          g_autoptr (UchPlan) after = NULL;
          UchPlanCost cost_before, cost_after;

          do
            k = g_rand_int_range (rand, 0, 4);
          while (!uch_tour_may (tour, visit, k));
          behind = g_rand_int_range (rand, 0, tour->routes[k].len + 1);
          told = uch_tour_get_insertion (tour, visit, k, behind);
          before = uch_tour_to_plan (tour);
          g_array_append_val (before->unassigned, visit);
          uch_tour_insert (tour, visit, k, behind);
          after = uch_tour_to_plan (tour);
          cost_before = cost_of (before, &day->problem);
          cost_after = cost_of (after, &day->problem);
          g_assert_cmpint (told - uch_tour_get_absence (tour, visit), ==,
                           cost_after.total - cost_before.total);
          g_assert_cmpint (tour->cost, ==, cost_after.total);
          n_pushed += cost_after.late > cost_before.late;
        }
    }
  g_assert_cmpuint (n_pushed, >, 200);
}

/* After a step that was not taken everything is as it was. */
static void
test_the_way_back_leads_back (void)
{
  g_autoptr (Day) day = day_make (3, 40, 5);
  g_autoptr (UchPlan) start = solve (&day->problem, 500, 1);
  g_autoptr (UchTour) tour = uch_tour_new (&day->problem, start, day->problem.weights.unassigned);
  g_autoptr (GRand) rand = g_rand_new_with_seed (1);
  gint64 cost = tour->cost;

  for (guint i = 0; i < 200; i++)
    {
      guint8 out[64];
      int    k = g_rand_int_range (rand, 0, 5);
      g_autoptr (UchPlan) plan = NULL;

      uch_tour_save (tour);
      memset (out, TRUE, sizeof out);
      if (tour->routes[k].len > 0)
        uch_tour_remove (tour, k, out, 1, g_rand_int_range (rand, 1, tour->routes[k].len + 1));
      while (tour->n_absent > 0 && g_rand_boolean (rand))
        {
          int visit = tour->absent[--tour->n_absent];

          for (k = 0; !uch_tour_may (tour, visit, k); k++)
            ;
          uch_tour_insert (tour, visit, k, 0);
        }
      uch_tour_go_back (tour);
      plan = uch_tour_to_plan (tour);
      g_assert_cmpint (tour->cost, ==, cost);
      g_assert_cmpint (cost_of (plan, &day->problem).total, ==, cost);
    }
}

/* Every plan there is, one visit after the other into every place. */
static void
try_all (UchPlan *plan, const UchPlanProblem *problem, int visit, gint64 *best)
{
  if (visit == (int) problem->n_visits)
    {
      UchPlanCost cost;

      if (uch_plan_check (plan, problem, &cost, NULL))
        *best = MIN (*best, cost.total);
      return;
    }
  for (guint k = 0; k < plan->n_routes; k++)
    for (guint at = 0; at <= plan->routes[k]->len; at++)
      {
        g_array_insert_val (plan->routes[k], at, visit);
        try_all (plan, problem, visit + 1, best);
        g_array_remove_index (plan->routes[k], at);
      }
  g_array_append_val (plan->unassigned, visit);
  try_all (plan, problem, visit + 1, best);
  g_array_set_size (plan->unassigned, plan->unassigned->len - 1);
}

static void
test_small_days_are_planned_as_well_as_can_be (void)
{
  for (guint32 seed = 1; seed <= 12; seed++)
    {
      g_autoptr (Day) day = day_make (seed, 6, 2);
      g_autoptr (UchPlan) empty = uch_plan_new (&day->problem);
      g_autoptr (UchPlan) plan = solve (&day->problem, 3000, seed);
      gint64 best = G_MAXINT64;

      try_all (empty, &day->problem, 0, &best);
      g_assert_cmpint (cost_of (plan, &day->problem).total, ==, best);
    }
}

static void
test_the_same_seed_makes_the_same_plan (void)
{
  g_autoptr (Day) day = day_make (9, 60, 6);
  g_autoptr (UchPlan) one = solve (&day->problem, 4000, 5);
  g_autoptr (UchPlan) two = solve (&day->problem, 4000, 5);
  g_autoptr (UchPlan) other = solve (&day->problem, 4000, 6);
  gboolean differs = FALSE;

  for (guint k = 0; k < one->n_routes; k++)
    {
      g_assert_cmpmem (one->routes[k]->data, one->routes[k]->len * sizeof (int),
                       two->routes[k]->data, two->routes[k]->len * sizeof (int));
      differs = differs || one->routes[k]->len != other->routes[k]->len;
    }
  g_assert_true (differs);
}

/* The longer, the better; and never worse than what was announced. */
static void
test_the_start_is_never_made_worse (void)
{
  for (guint32 seed = 1; seed <= 10; seed++)
    {
      g_autoptr (Day) day = day_make (seed, 80, 8);
      g_autoptr (UchPlan) announced = solve (&day->problem, 20, seed);
      g_autoptr (UchPlan) longer = NULL;
      UchPlanBudget budget = { .seed = 1, .iterations = 1, .hot_s = 300, .cold_s = 5 };
      gint64        before = cost_of (announced, &day->problem).total;

      longer = uch_plan_solve (&day->problem, announced, &budget, NULL, NULL, NULL);
      g_assert_cmpint (cost_of (longer, &day->problem).total, <=, before);
      g_clear_pointer (&longer, uch_plan_free);
      budget.iterations = 4000;
      longer = uch_plan_solve (&day->problem, announced, &budget, NULL, NULL, NULL);
      g_assert_cmpint (cost_of (longer, &day->problem).total, <, before);
    }
}

static void
test_pins_hold (void)
{
  g_autoptr (Day) day = day_make (4, 40, 5);
  g_autoptr (UchPlan) plan = NULL;

  /* two at the head of a route, one that the engineer has no skill for, one for a man without a
   * shift */
  for (guint i = 0; i < 4; i++)
    day->visits[i].pinned_to = (int) i % 2 + 1;
  day->visits[2].pinned_rank = 1;
  day->visits[0].pinned_rank = 2;
  day->visits[3].skills = 64;
  day->engineers[4].off = TRUE;
  day->visits[7].pinned_to = 4;
  plan = solve (&day->problem, 3000, 1);
  cost_of (plan, &day->problem);
  g_assert_cmpint (g_array_index (plan->routes[1], int, 0), ==, 2);
  g_assert_cmpint (g_array_index (plan->routes[1], int, 1), ==, 0);
  g_assert_cmpuint (plan->routes[4]->len, ==, 1);
  g_assert_cmpuint (plan->unassigned->len, ==, 0);
}

/* A second skill nobody has leaves its visit out; everything else is served, however late. */
static void
test_only_what_nobody_can_do_is_left_out (void)
{
  g_autoptr (Day) day = day_make (6, 120, 3);
  g_autoptr (UchPlan) plan = NULL;
  UchPlanCost cost;

  day->visits[11].skills = 128;
  plan = solve (&day->problem, 300, 1);
  cost = cost_of (plan, &day->problem);
  g_assert_cmpuint (cost.n_unassigned, ==, 1);
  g_assert_cmpint (g_array_index (plan->unassigned, int, 0), ==, 11);
  g_assert_cmpint (cost.late_s, >, 3600);
}

/* Each row breaks one thing. */
static const struct
{
  const char *what;
  int         field;
} nonsense[] = {
  { "a place beyond the table", 0 },     { "a time beyond all times", 1 },
  { "work of less than no time", 2 },    { "no priority", 3 },
  { "a zone beyond the last", 4 },       { "pinned to nobody there", 5 },
  { "an engineer beyond the table", 6 }, { "a shift beyond all times", 7 },
  { "a drive back in time", 8 },         { "too many visits", 9 },
};

static void
test_nonsense_is_refused_by_name (void)
{
  for (guint i = 0; i < G_N_ELEMENTS (nonsense); i++)
    {
      g_autoptr (Day) day = day_make (1, 10, 2);
      UchPlanBudget budget = { .iterations = 10 };
      g_autoptr (GError) error = NULL;
      int field = nonsense[i].field;

      day->visits[3].place = field == 0 ? 99 : day->visits[3].place;
      day->visits[3].due_s = field == 1 ? G_MAXINT32 : day->visits[3].due_s;
      day->visits[3].duration_s = field == 2 ? -1 : day->visits[3].duration_s;
      day->visits[3].priority = field == 3 ? 0 : day->visits[3].priority;
      day->visits[3].zone = field == 4 ? 64 : day->visits[3].zone;
      day->visits[3].pinned_to = field == 5 ? 2 : day->visits[3].pinned_to;
      day->engineers[1].place = field == 6 ? -1 : day->engineers[1].place;
      day->engineers[1].ends_s = field == 7 ? G_MININT32 : day->engineers[1].ends_s;
      day->travel[5] = field == 8 ? -1 : day->travel[5];
      day->problem.n_visits = field == 9 ? UCH_PLAN_VISITS_MAX + 1 : 10;
      g_test_message ("%s", nonsense[i].what);
      g_assert_null (uch_plan_solve (&day->problem, NULL, &budget, NULL, NULL, &error));
      g_assert_nonnull (error);
      g_assert_true (g_error_matches (error, UCH_PLAN_ERROR, UCH_PLAN_ERROR_PROBLEM)
                     || g_error_matches (error, UCH_PLAN_ERROR, UCH_PLAN_ERROR_TOO_BIG));
    }
}

/* Odd, but a day: a plan comes out, and soon. */
static void
test_odd_days_get_a_plan (void)
{
  for (guint odd = 0; odd < 6; odd++)
    {
      g_autoptr (Day) day = odd == 5 ? day_make (2, 500, 1) : day_make (2, 30, 3);
      g_autoptr (UchPlan) plan = NULL;

      for (guint i = 0; i < 30; i++)
        {
          if (odd == 0) /* all at one place */
            day->visits[i].place = 0;
          if (odd == 1) /* windows long past */
            day->visits[i].due_s = -86400;
          if (odd == 2) /* a window that closes before it opens */
            day->visits[i].due_s = day->visits[i].opens_s - 600;
        }
      for (guint k = 0; k < day->problem.n_engineers; k++)
        if (odd == 3) /* shifts of no length */
          day->engineers[k].ends_s = day->engineers[k].free_s;
      if (odd == 4) /* nobody at work at all */
        day->problem.n_engineers = 0;
      if (odd == 4)
        for (guint i = 0; i < 30; i++)
          day->visits[i].announced_to = UCH_PLAN_NONE;
      if (odd == 5)
        day->engineers[0].skills = 7;
      plan = solve (&day->problem, odd == 4 ? 1 : 50, 1);
      g_assert_cmpuint (cost_of (plan, &day->problem).n_unassigned, ==, odd == 4 ? 30 : 0);
    }
}

static void
test_a_cancelled_search_still_has_a_plan (void)
{
  g_autoptr (Day) day = day_make (2, 100, 10);
  g_autoptr (GCancellable) cancelled = g_cancellable_new ();
  UchPlanBudget budget = { .iterations = G_MAXUINT64 };
  UchPlanRun    run;
  g_autoptr (UchPlan) plan = NULL;

  g_cancellable_cancel (cancelled);
  plan = uch_plan_solve (&day->problem, NULL, &budget, cancelled, &run, NULL);
  g_assert_cmpuint (cost_of (plan, &day->problem).n_unassigned, ==, 0);
  g_assert_cmpuint (run.iterations, <, 100);
}

/* The verifier finds each kind of lie. */
static void
test_the_verifier_is_not_fooled (void)
{
  static const char *const lies[] = { "twice", "forgotten", "no such", "skill",
                                      "shift", "pinned to", "route",   "other engineers" };

  for (guint lie = 0; lie < G_N_ELEMENTS (lies); lie++)
    {
      g_autoptr (Day) day = day_make (2, 20, 3);
      g_autoptr (UchPlan) plan = solve (&day->problem, 200, 1);
      g_autoptr (GError) error = NULL;
      guint   k = plan->routes[0]->len > 1 ? 0 : plan->routes[1]->len > 1 ? 1 : 2;
      GArray *route = plan->routes[k];
      int     first = g_array_index (route, int, 0), nobody = 77;

      if (lie == 0)
        g_array_append_val (route, first);
      if (lie == 1)
        g_array_remove_index (route, 0);
      if (lie == 2)
        g_array_append_val (route, nobody);
      if (lie == 3)
        day->visits[first].skills = 128;
      if (lie == 4)
        day->engineers[k].off = TRUE;
      if (lie == 5)
        day->visits[first].pinned_to = (int) (k + 1) % 3;
      if (lie == 6)
        {
          int second = g_array_index (route, int, 1);

          day->visits[second].pinned_to = (int) k;
          day->visits[second].pinned_rank = 0;
        }
      if (lie == 7)
        plan->n_routes--;
      g_test_message ("%s", lies[lie]);
      g_assert_false (uch_plan_check (plan, &day->problem, NULL, &error));
      g_assert_error (error, UCH_PLAN_ERROR, UCH_PLAN_ERROR_PLAN);
      g_assert_nonnull (strstr (error->message, lies[lie]));
      if (lie == 7)
        plan->n_routes++;
    }
}

/* The mode of the benchmarks: windows and capacity hold, or the visit stays out. */
static void
test_hard_windows_hold (void)
{
  for (guint32 seed = 1; seed <= 6; seed++)
    {
      g_autoptr (Day) day = day_make (seed, 60, 12);
      g_autoptr (UchPlan) plan = NULL;
      UchPlanCost cost;

      day->problem.hard = TRUE;
      for (guint i = 0; i < 60; i++)
        day->visits[i].load = 10;
      for (guint k = 0; k < 12; k++)
        day->engineers[k].capacity = 60;
      plan = solve (&day->problem, 2000, seed);
      cost = cost_of (plan, &day->problem);
      g_assert_cmpint (cost.late_s, ==, 0);
      g_assert_cmpuint (cost.n_unassigned, <, 30);
      for (guint k = 0; k < 12; k++)
        g_assert_cmpuint (plan->routes[k]->len, <=, 6);
    }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/plan/an-insertion-costs-what-it-says", test_an_insertion_costs_what_it_says);
  g_test_add_func ("/plan/the-way-back-leads-back", test_the_way_back_leads_back);
  g_test_add_func ("/plan/small-days-are-planned-as-well-as-can-be",
                   test_small_days_are_planned_as_well_as_can_be);
  g_test_add_func ("/plan/the-same-seed-makes-the-same-plan",
                   test_the_same_seed_makes_the_same_plan);
  g_test_add_func ("/plan/the-start-is-never-made-worse", test_the_start_is_never_made_worse);
  g_test_add_func ("/plan/pins-hold", test_pins_hold);
  g_test_add_func ("/plan/only-what-nobody-can-do-is-left-out",
                   test_only_what_nobody_can_do_is_left_out);
  g_test_add_func ("/plan/nonsense-is-refused-by-name", test_nonsense_is_refused_by_name);
  g_test_add_func ("/plan/odd-days-get-a-plan", test_odd_days_get_a_plan);
  g_test_add_func ("/plan/a-cancelled-search-still-has-a-plan",
                   test_a_cancelled_search_still_has_a_plan);
  g_test_add_func ("/plan/the-verifier-is-not-fooled", test_the_verifier_is_not_fooled);
  g_test_add_func ("/plan/hard-windows-hold", test_hard_windows_hold);
  return g_test_run ();
}

/* Rankings against the verifier, and probabilities against dice. */
#include <math.h>

#include "plan/office.h"
#include "plan/uch-plan-rank.h"
#include "plan/uch-plan-solve.h"

static gint64
total_of (const UchPlan *plan, const UchPlanProblem *problem)
{
  UchPlanCost cost;

  return uch_plan_check (plan, problem, &cost, NULL) ? cost.total : G_MAXINT64;
}

static void
take_out (UchPlan *plan, int visit)
{
  for (guint k = 0; k <= plan->n_routes; k++)
    {
      GArray *list = k < plan->n_routes ? plan->routes[k] : plan->unassigned;

      for (guint i = 0; i < list->len; i++)
        if (g_array_index (list, int, i) == visit)
          g_array_remove_index (list, i);
    }
}

static UchPlan *
make_plan (Day *day, guint64 iterations)
{
  UchPlanBudget budget = { .seed = 1, .iterations = iterations, .hot_s = 300, .cold_s = 5 };

  return uch_plan_solve (&day->problem, NULL, &budget, NULL, NULL, NULL);
}

static GPtrArray *
rank (Day *day, const UchPlan *plan, int visit)
{
  UchPlanDoubt doubt;
  g_autoptr (UchPlanRanker) ranker = NULL;

  uch_plan_doubt_init (&doubt);
  ranker = uch_plan_ranker_new (&day->problem, plan, &doubt, NULL);
  return uch_plan_ranker_rank (ranker, visit);
}

/* For everybody who may: the told cost is that of the plan with the visit there, and no place in
 * his route is cheaper. */
static void
test_the_cost_is_that_of_the_plan (void)
{
  for (guint32 seed = 1; seed <= 8; seed++)
    {
      g_autoptr (Day) day = day_make (seed, 40, 6);
      g_autoptr (UchPlan) plan = make_plan (day, 300);

      for (int visit = 0; visit < 40; visit += 7)
        {
          g_autoptr (GPtrArray) candidates = rank (day, plan, visit);
          g_autoptr (UchPlan) without = uch_plan_copy (plan);
          gint64 before;

          take_out (without, visit);
          g_array_append_val (without->unassigned, visit);
          before = total_of (without, &day->problem)
                   - (gint64) day->problem.weights.unassigned * day->visits[visit].priority;
          take_out (without, visit);
          g_assert_cmpuint (candidates->len, ==, 6);
          for (guint i = 0; i < candidates->len; i++)
            {
              const UchPlanCandidate *candidate = g_ptr_array_index (candidates, i);
              GArray                 *route = without->routes[candidate->engineer];

              if (candidate->lacks != 0)
                continue;
              for (guint at = 0; at <= route->len; at++)
                {
                  gint64 total;

                  g_array_insert_val (route, at, visit);
                  total = total_of (without, &day->problem);
                  g_array_remove_index (route, at);
                  g_assert_cmpint (total - before, >=, candidate->cost);
                  if ((int) at == candidate->behind)
                    g_assert_cmpint (total - before, ==, candidate->cost);
                }
            }
        }
    }
}

static void
test_the_best_come_first (void)
{
  guint n_classes[3] = { 0 };

  for (guint32 seed = 1; seed <= 20; seed++)
    {
      g_autoptr (Day) day = day_make (seed, 50, 8);
      g_autoptr (UchPlan) plan = make_plan (day, 200);
      g_autoptr (GPtrArray) candidates = NULL;
      int    before = 0;
      gint64 cost = G_MININT64;

      day->engineers[2].off = TRUE;
      candidates = rank (day, plan, (int) seed);
      g_assert_cmpuint (candidates->len, ==, 8);
      for (guint i = 0; i < candidates->len; i++)
        {
          const UchPlanCandidate *c = g_ptr_array_index (candidates, i);
          int class = c->lacks != 0 || c->off ? 2 : c->late_s > 0 || c->hurt->len > 0 ? 1 : 0;

          g_assert_cmpint (class, >=, before);
          if (class > before)
            cost = G_MININT64;
          g_assert_cmpint (c->cost + c->risk, >=, cost);
          g_assert_cmpint (c->late_s, ==, MAX (c->starts_s - day->visits[seed].due_s, 0));
          cost = c->cost + c->risk;
          before = class;
          n_classes[class]++;
        }
    }
  g_assert_cmpuint (n_classes[0], >, 5);
  g_assert_cmpuint (n_classes[1], >, 5);
  g_assert_cmpuint (n_classes[2], >, 20);
}

/* The hurt are those who are later in the plan with the visit in it. */
static void
test_the_hurt_are_named (void)
{
  guint n_hurt = 0;

  for (guint32 seed = 1; seed <= 20; seed++)
    {
      g_autoptr (Day) day = day_make (seed, 40, 4);
      g_autoptr (UchPlan) plan = make_plan (day, 300);
      g_autoptr (GPtrArray) candidates = NULL;
      g_autoptr (UchPlan) without = uch_plan_copy (plan);

      take_out (without, 5);
      candidates = rank (day, plan, 5);
      for (guint i = 0; i < candidates->len; i++)
        {
          const UchPlanCandidate *c = g_ptr_array_index (candidates, i);
          gint64                  more = 0, told = 0;
          g_autoptr (UchPlan) with = uch_plan_copy (without);
          UchPlanCost cost_without, cost_with;
          const int   visit = 5;

          if (c->lacks != 0)
            continue;
          for (guint k = 0; k < c->hurt->len; k++)
            {
              const UchPlanHurt *hurt = &g_array_index (c->hurt, UchPlanHurt, k);

              g_assert_cmpint (hurt->late_after_s, >, hurt->late_before_s);
              told += hurt->late_after_s - hurt->late_before_s;
            }
          g_array_append_val (without->unassigned, visit);
          g_assert_true (uch_plan_check (without, &day->problem, &cost_without, NULL));
          g_array_set_size (without->unassigned, without->unassigned->len - 1);
          g_array_insert_val (with->routes[c->engineer], (guint) c->behind, visit);
          g_assert_true (uch_plan_check (with, &day->problem, &cost_with, NULL));
          more = cost_with.late_s - cost_without.late_s - c->late_s;
          g_assert_cmpint (told, ==, more);
          g_assert_cmpint (cost_with.overtime_s - cost_without.overtime_s, ==, c->extra_overtime_s);
          g_assert_cmpint (cost_with.travel - cost_without.travel, ==, c->extra_drive_s);
          n_hurt += c->hurt->len;
        }
    }
  g_assert_cmpuint (n_hurt, >, 30);
}

static double
draw (GRand *rand, double mean, double sd)
{
  double u = 1 - g_rand_double (rand), v = g_rand_double (rand);

  return mean + sd * sqrt (-2 * log (u)) * cos (2 * G_PI * v);
}

/* The share of days, thrown with dice, on which he is there in time. */
static void
test_the_probability_is_what_dice_say (void)
{
  g_autoptr (GRand) rand = g_rand_new_with_seed (1);
  double worst = 0, sum = 0;
  guint  n = 0;
  guint  n_between = 0;

  for (guint32 seed = 1; seed <= 30; seed++)
    {
      g_autoptr (Day) day = day_make (seed, 40, 6);
      g_autoptr (UchPlan) plan = make_plan (day, 300);
      g_autoptr (GPtrArray) candidates = rank (day, plan, 3);

      take_out (plan, 3);
      for (guint i = 0; i < candidates->len; i++)
        {
          const UchPlanCandidate *c = g_ptr_array_index (candidates, i);
          const UchPlanEngineer  *e = &day->engineers[c->engineer];
          const GArray           *route = plan->routes[c->engineer];
          guint                   n_in_time = 0, n_days = 4000;

          for (guint throw = 0; throw < n_days; throw ++)
            {
              double now = draw (rand, e->free_s, 300);
              int    at = e->place;

              for (int p = 0; p <= c->behind; p++)
                {
                  int                 visit = p < c->behind ? g_array_index (route, int, p) : 3;
                  const UchPlanVisit *v = &day->visits[visit];
                  double travel = day->travel[at * (int) day->problem.n_places + v->place];

                  now += draw (rand, travel, 0.25 * travel);
                  if (p == c->behind)
                    n_in_time += now <= v->due_s;
                  now = MAX (now, v->opens_s) + draw (rand, v->duration_s, 0.3 * v->duration_s);
                  at = v->place;
                }
            }
          sum += fabs ((double) n_in_time / n_days - c->in_time);
          worst = MAX (worst, fabs ((double) n_in_time / n_days - c->in_time));
          n++;
          n_between += c->in_time > 0.05 && c->in_time < 0.95;
        }
    }
  g_test_message ("mean difference %.4f, worst %.3f", sum / n, worst);
  g_assert_cmpuint (n_between, >, 15);
  /* what is not before a window is taken for normal afterwards, and is not quite */
  g_assert_cmpfloat (worst, <, 0.1);
  g_assert_cmpfloat (sum / n, <, 0.01);
}

/* What is dragged is looked at as if it were nowhere, and stands where it stood afterwards. */
static void
test_ranking_changes_nothing (void)
{
  g_autoptr (Day) day = day_make (2, 40, 5);
  g_autoptr (UchPlan) plan = NULL;
  g_autoptr (UchPlanRanker) ranker = NULL;
  UchPlanDoubt doubt;

  day->visits[4].pinned_to = 0;
  day->visits[4].pinned_rank = 0;
  plan = make_plan (day, 300);
  uch_plan_doubt_init (&doubt);
  ranker = uch_plan_ranker_new (&day->problem, plan, &doubt, NULL);
  for (int round = 0; round < 3; round++)
    for (int visit = 0; visit < 40; visit++)
      {
        g_autoptr (GPtrArray) one = uch_plan_ranker_rank (ranker, visit);
        g_autoptr (GPtrArray) fresh = rank (day, plan, visit);

        g_assert_cmpuint (one->len, ==, fresh->len);
        for (guint i = 0; i < one->len; i++)
          {
            const UchPlanCandidate *a = g_ptr_array_index (one, i),
                                   *b = g_ptr_array_index (fresh, i);

            g_assert_cmpint (a->engineer, ==, b->engineer);
            g_assert_cmpint (a->behind, ==, b->behind);
            g_assert_cmpint (a->cost, ==, b->cost);
          }
      }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/plan/rank/the-cost-is-that-of-the-plan", test_the_cost_is_that_of_the_plan);
  g_test_add_func ("/plan/rank/the-best-come-first", test_the_best_come_first);
  g_test_add_func ("/plan/rank/the-hurt-are-named", test_the_hurt_are_named);
  g_test_add_func ("/plan/rank/the-probability-is-what-dice-say",
                   test_the_probability_is_what_dice_say);
  g_test_add_func ("/plan/rank/ranking-changes-nothing", test_ranking_changes_nothing);
  return g_test_run ();
}

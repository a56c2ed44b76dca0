/* The planner on the published benchmarks, where their files are beside the project: mean gap to
 * the best known, one thread, CPU time; every plan is checked by uch_plan_check(). */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "bench/vrptw.h"
#include "plan/uch-plan-solve.h"

typedef struct
{
  char   name[32], family[32];
  guint  fleet_fixed;
  double distance_fixed; /* with the fewest vehicles, real-valued */
  double distance;       /* distance only, times ten, truncated; 0: not known */
} Known;

static gint64
cpu_us (gpointer unused)
{
  struct timespec now;

  clock_gettime (CLOCK_THREAD_CPUTIME_ID, &now);
  return (gint64) now.tv_sec * G_USEC_PER_SEC + now.tv_nsec / 1000;
}

static char *
find_data (const char *name)
{
  const char      *said = g_getenv ("UCHASTOK_PLANNER_DATA");
  g_autofree char *beside
      = g_build_filename (g_getenv ("G_TEST_SRCDIR"), "..", "..", "shared", "planner", NULL);

  return g_build_filename (said != NULL ? said : beside, name, NULL);
}

/* instance,class,customers,fleet_in_file,sintef_vehicles,sintef_distance,cvrplib_distance_dimacs,…
 */
static GArray *
load_known (void)
{
  g_autofree char *path = find_data ("bks.csv");
  g_autofree char *text = NULL;
  g_auto (GStrv) lines = NULL;
  GArray *known = g_array_new (FALSE, TRUE, sizeof (Known));

  if (!g_file_get_contents (path, &text, NULL, NULL))
    return known;
  lines = g_strsplit (text, "\n", -1);
  for (guint i = 1; lines[i] != NULL && *lines[i] != '\0'; i++)
    {
      g_auto (GStrv) cells = g_strsplit (lines[i], ",", -1);
      Known one = { .fleet_fixed = (guint) atoi (cells[4]),
                    .distance_fixed = g_ascii_strtod (cells[5], NULL),
                    .distance = g_ascii_strtod (cells[6], NULL) };

      g_strlcpy (one.name, cells[0], sizeof one.name);
      g_strlcpy (one.family, cells[1], sizeof one.family);
      g_array_append_val (known, one);
    }
  return known;
}

static void
solve (const Known *known,
       gboolean     fixed,
       double       seconds,
       guint64      seed,
       guint       *out_left,
       double      *out_gap)
{
  g_autofree char *file = g_strconcat (known->name, ".txt", NULL);
  g_autofree char *path = find_data (file);
  g_autoptr (Vrptw) instance
      = vrptw_load (path, fixed ? 1000 : 10, !fixed, fixed ? known->fleet_fixed : 0);
  double        best = fixed ? known->distance_fixed : known->distance, found;
  double        heat = instance->problem.n_visits > 400 ? 30 : 10;
  UchPlanBudget budget = { .seed = seed,
                           .time_us = (gint64) (seconds * G_USEC_PER_SEC),
                           .clock = cpu_us,
                           .hot_s = heat * instance->scale,
                           .cold_s = instance->scale };
  UchPlanRun    run;
  g_autoptr (GError) error = NULL;
  g_autoptr (UchPlan) plan = uch_plan_solve (&instance->problem, NULL, &budget, NULL, &run, &error);

  if (plan == NULL)
    g_error ("%s: %s", known->name, error->message);
  found = (double) run.cost.travel / instance->scale;
  *out_left = run.cost.n_unassigned;
  *out_gap = (found / best - 1) * 100;
  fprintf (stderr,
           "  %-10s %s seed %" G_GUINT64_FORMAT ": %.1f (best known %.1f, %+.2f %%), %u left over, "
           "%" G_GUINT64_FORMAT " steps, complete after %.3f s\n",
           known->name, fixed ? "fixed fleet" : "distance", seed, found, best, *out_gap, *out_left,
           run.iterations, (double) run.complete_us / 1e6);
}

static void
measure (
    GArray *known, const char *name, const char *const *families, gboolean fixed, double seconds)
{
  double sum = 0, worst = -100;
  guint  n = 0, n_left = 0;

  for (guint i = 0; i < known->len; i++)
    {
      const Known *one = &g_array_index (known, Known, i);
      guint        left;
      double       gap;

      if (!g_strv_contains (families, one->family) || (!fixed && one->distance <= 0))
        continue;
      solve (one, fixed, seconds, 1, &left, &gap);
      n_left += left;
      sum += gap;
      worst = MAX (worst, gap);
      n++;
    }
  if (n == 0)
    return;
  if (fixed)
    printf ("bench: %s.left %u customers\n", name, n_left);
  printf ("bench: %s.gap %.2f %%\nbench: %s.worst %.2f %%\n", name, sum / n, name, worst);
  fflush (stdout);
}

/* plan-bench NAME fixed|distance SECONDS SEED…: one instance, to look at closely */
static int
look (GArray *known, int argc, char **argv)
{
  for (int i = 4; i < argc; i++)
    for (guint k = 0; k < known->len; k++)
      {
        guint  left;
        double gap;

        if (strcmp (g_array_index (known, Known, k).name, argv[1]) == 0)
          solve (&g_array_index (known, Known, k), strcmp (argv[2], "fixed") == 0, atof (argv[3]),
                 (guint64) atoi (argv[i]), &left, &gap);
      }
  return 0;
}

int
main (int argc, char **argv)
{
  static const char *const solomon[] = { "solomon", NULL };
  static const char *const small[] = { "homberger_200", NULL };
  static const char *const large[] = { "homberger_1000", NULL };
  static const char *const both[] = { "solomon", "homberger_200", NULL };
  g_autoptr (GArray) known = load_known ();

  if (known->len == 0)
    {
      fprintf (stderr, "plan: the published benchmarks are not here\n");
      return 77;
    }
  if (argc > 4)
    return look (known, argc, argv);
  measure (known, "plan.solomon", solomon, FALSE, 1);
  measure (known, "plan.homberger200", small, FALSE, 1);
  measure (known, "plan.homberger1000", large, FALSE, 15);
  measure (known, "plan.fixed", both, TRUE, 1);
  return 0;
}

/* simulate [--seeds N] [--first S] [--steps N] [--break WHAT]: storms over the sync core. With
 * --break it succeeds only if some seed catches the breakage. */
#include <stdio.h>

#include "simulate/uch-sim.h"

static void
print_failure (UchSim *sim)
{
  printf ("seed %" G_GUINT64_FORMAT ": %s\n", sim->seed, sim->failure);
  for (GList *l = sim->history.head; l != NULL; l = l->next)
    printf ("  %s\n", (const char *) l->data);
}

int
main (int argc, char **argv)
{
  gint64           n_seeds = 20, first = 1;
  int              n_steps = 400, breakage = UCH_SIM_WHOLE;
  g_autofree char *broken = NULL;
  gboolean         verbose = FALSE;
  guint64          n_done = 0, n_accepted = 0;
  guint            n_caught = 0;
  gint64           started_us = g_get_monotonic_time ();
  g_autoptr (GError) error = NULL;
  const GOptionEntry entries[] = {
    { "seeds", 'n', 0, G_OPTION_ARG_INT64, &n_seeds, "how many storms (20)", "N" },
    { "first", 'f', 0, G_OPTION_ARG_INT64, &first, "the first seed (1)", "SEED" },
    { "steps", 's', 0, G_OPTION_ARG_INT, &n_steps, "how long each is (400)", "N" },
    { "break", 'b', 0, G_OPTION_ARG_STRING, &broken,
      "break the code so, and succeed if it is caught", "WHAT" },
    { "verbose", 'v', 0, G_OPTION_ARG_NONE, &verbose, "a line for each seed", NULL },
    { NULL },
  };
  g_autoptr (GOptionContext) context = g_option_context_new (NULL);

  g_option_context_add_main_entries (context, entries, NULL);
  if (!g_option_context_parse (context, &argc, &argv, &error))
    {
      fprintf (stderr, "%s\n", error->message);
      return 2;
    }
  for (breakage = 0; broken != NULL && uch_sim_breakage_nicks[breakage] != NULL; breakage++)
    if (g_str_equal (uch_sim_breakage_nicks[breakage], broken))
      break;
  if (breakage == UCH_SIM_N_BREAKAGES)
    {
      fprintf (stderr, "no such breakage: %s\n", broken);
      return 2;
    }
  for (gint64 seed = first; seed < first + n_seeds; seed++)
    {
      UchSim  *sim = uch_sim_new ((guint64) seed, (UchSimBreakage) breakage);
      gboolean holds = uch_sim_run (sim, (guint) n_steps);

      n_done += sim->n_done;
      n_accepted += sim->n_accepted_here;
      if (verbose)
        printf ("seed %" G_GINT64_FORMAT ": %u desks, %u acts, %u restores, %s\n", seed,
                sim->n_desks, sim->n_done, sim->n_stores, holds ? "holds" : sim->failure);
      if (!holds)
        {
          n_caught++;
          if (broken == NULL)
            print_failure (sim);
        }
      uch_sim_free (sim);
    }
  printf ("%" G_GINT64_FORMAT " storms, %" G_GUINT64_FORMAT " acts, %" G_GUINT64_FORMAT
          " accepted at the desk, %u failed, %.1f s\n",
          n_seeds, n_done, n_accepted, n_caught, (g_get_monotonic_time () - started_us) / 1e6);
  return (broken != NULL) == (n_caught > 0) ? 0 : 1;
}

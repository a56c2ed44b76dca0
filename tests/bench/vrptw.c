#include <math.h>
#include <stdio.h>
#include <string.h>

#include "bench/vrptw.h"

typedef struct
{
  double x, y, load, ready, due, service;
} Customer;

/* @scale: units per unit of the file; @truncate: distances are cut, not rounded (the convention of
 * the DIMACS challenge); @fleet: 0: as in the file. */
Vrptw *
vrptw_load (const char *path, double scale, gboolean truncate, guint fleet)
{
  g_autofree char *text = NULL;
  g_auto (GStrv) lines = NULL;
  g_autoptr (GArray) customers = g_array_new (FALSE, FALSE, sizeof (Customer));
  Vrptw   *self = g_new0 (Vrptw, 1);
  guint    n_vehicles = 0, n;
  int      capacity = 0;
  gboolean vehicles = FALSE;

  if (!g_file_get_contents (path, &text, NULL, NULL))
    g_error ("%s cannot be read", path);
  lines = g_strsplit (text, "\n", -1);
  self->name = g_path_get_basename (path);
  *strchrnul (self->name, '.') = '\0';
  for (guint i = 0; lines[i] != NULL; i++)
    {
      Customer c;
      double   id;

      if (strstr (lines[i], "NUMBER") != NULL)
        vehicles = TRUE;
      else if (vehicles && sscanf (lines[i], "%u %d", &n_vehicles, &capacity) == 2)
        vehicles = FALSE;
      else if (sscanf (lines[i], "%lf %lf %lf %lf %lf %lf %lf", &id, &c.x, &c.y, &c.load, &c.ready,
                       &c.due, &c.service)
               == 7)
        g_array_append_val (customers, c);
    }
  n = customers->len;
  g_assert (n > 1 && n_vehicles > 0);
  if (fleet == 0)
    fleet = n_vehicles;

  self->scale = scale;
  self->travel = g_new (gint32, n * n);
  for (guint i = 0; i < n; i++)
    for (guint j = 0; j < n; j++)
      {
        const Customer *a = &g_array_index (customers, Customer, i);
        const Customer *b = &g_array_index (customers, Customer, j);
        double          d = hypot (a->x - b->x, a->y - b->y) * scale;

        self->travel[i * n + j] = (gint32) (truncate ? d + 1e-9 : d + 0.5);
      }
  self->visits = g_new0 (UchPlanVisit, n - 1);
  for (guint i = 1; i < n; i++)
    {
      const Customer *c = &g_array_index (customers, Customer, i);

      self->visits[i - 1] = (UchPlanVisit){ .place = (int) i,
                                            .opens_s = (gint32) (c->ready * scale),
                                            .due_s = (gint32) (c->due * scale),
                                            .duration_s = (gint32) (c->service * scale),
                                            .load = (gint32) c->load,
                                            .priority = 1,
                                            .zone = UCH_PLAN_NONE,
                                            .pinned_to = UCH_PLAN_NONE,
                                            .pinned_rank = UCH_PLAN_NONE,
                                            .announced_to = UCH_PLAN_NONE };
    }
  self->engineers = g_new0 (UchPlanEngineer, fleet);
  for (guint k = 0; k < fleet; k++)
    {
      const Customer *depot = &g_array_index (customers, Customer, 0);

      self->engineers[k] = (UchPlanEngineer){ .place = 0,
                                              .free_s = (gint32) (depot->ready * scale),
                                              .ends_s = (gint32) (depot->due * scale),
                                              .end_place = 0,
                                              .zones = G_MAXUINT64,
                                              .capacity = capacity };
    }
  self->problem = (UchPlanProblem){ .travel_s = self->travel,
                                    .n_places = n,
                                    .visits = self->visits,
                                    .n_visits = n - 1,
                                    .engineers = self->engineers,
                                    .n_engineers = fleet,
                                    .hard = TRUE };
  uch_plan_weights_init (&self->problem.weights);
  return self;
}

void
vrptw_free (Vrptw *self)
{
  g_free (self->name);
  g_free (self->travel);
  g_free (self->visits);
  g_free (self->engineers);
  g_free (self);
}

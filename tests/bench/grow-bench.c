/* "store.grow": what a push, a look at the changes and a row of a first sync cost at 10⁴, 10⁵ and
 * 10⁶ tickets. The first two must not grow with the office; the third is told per row. 10⁶ takes
 * minutes and is asked for: grow-bench 1000000. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "bench/load.h"
#include "bench/office.h"

#define N_WRITERS 4
#define PUSH_S 3
#define N_LOOKS 300
#define PAGE_LEN 5000

static void
grow_push (Bench *bench, guint n_tickets)
{
  BenchLoad load;

  bench_load_run (bench, bench->token, N_WRITERS, PUSH_S, bench_push_thread, &load);
  printf ("bench: store.grow.push.%u %.0f us-of-processor/operation\n", n_tickets,
          load.cpu / load.per_second * 1e6);
  printf ("bench: store.grow.push.%u.p50 %.2f ms\n", n_tickets,
          bench_percentile_ms (load.took_us, 0.5));
  g_array_unref (load.took_us);
}

static void
grow_changes (Bench *bench, guint n_tickets)
{
  g_autoptr (BenchLink) link = bench_link_new (bench->port, bench->token);
  g_autoptr (GArray) took_us = g_array_new (FALSE, FALSE, sizeof (gint64));
  g_autofree char *head = NULL;
  double           cpu_s;

  bench_link_ask (link, "GET", "/v1/info", NULL);
  head = bench_find (bench_link_get_body (link), "$.head");
  cpu_s = bench_get_cpu_s (bench);
  for (guint i = 0; i < N_LOOKS; i++)
    {
      g_autofree char *path = g_strdup_printf ("/v1/changes?since=%" G_GINT64_FORMAT,
                                               g_ascii_strtoll (head, NULL, 10) - 10);
      gint64           began_us = g_get_monotonic_time (), one_us;

      if (bench_link_ask (link, "GET", path, NULL) != 200
          || strstr (bench_link_get_body (link), "\"note\"") == NULL)
        g_error ("no changes: %s", bench_link_get_body (link));
      one_us = g_get_monotonic_time () - began_us;
      g_array_append_val (took_us, one_us);
    }
  printf ("bench: store.grow.changes.%u %.0f us-of-processor/look\n", n_tickets,
          (bench_get_cpu_s (bench) - cpu_s) / N_LOOKS * 1e6);
  printf ("bench: store.grow.changes.%u.p50 %.2f ms\n", n_tickets,
          bench_percentile_ms (took_us, 0.5));
}

static void
grow_first_sync (Bench *bench, guint n_tickets)
{
  g_autoptr (BenchLink) link = bench_link_new (bench->port, bench->token);
  g_autofree char *next = NULL;
  double           cpu_s = bench_get_cpu_s (bench);

  do
    {
      g_autofree char *path
          = g_strdup_printf ("/v1/snapshot?t=ticket&limit=%d%s%s", PAGE_LEN,
                             next != NULL ? "&after=" : "", next != NULL ? next : "");
      const char *body, *at;

      if (bench_link_ask (link, "GET", path, NULL) != 200)
        g_error ("%s", bench_link_get_body (link));
      body = bench_link_get_body (link);
      at = strstr (body, "\"next\":");
      g_clear_pointer (&next, g_free);
      if (at[strlen ("\"next\":")] == '"')
        next = g_strndup (at + strlen ("\"next\":\""), strcspn (at + strlen ("\"next\":\""), "\""));
    }
  while (next != NULL);
  printf ("bench: store.grow.first.%u %.1f us-of-processor/row\n", n_tickets,
          (bench_get_cpu_s (bench) - cpu_s) / n_tickets * 1e6);
}

static void
run (guint n_tickets)
{
  Bench  bench = { 0 };
  gint64 began_us;

  bench_begin (&bench);
  bench_stop (&bench);
  began_us = g_get_monotonic_time ();
  bench_fill_office (bench.data, n_tickets, TRUE);
  fprintf (stderr, "%u tickets were put in within %.0f s\n", n_tickets,
           (double) (g_get_monotonic_time () - began_us) / G_USEC_PER_SEC);
  bench_start (&bench);
  grow_push (&bench, n_tickets);
  grow_changes (&bench, n_tickets);
  grow_first_sync (&bench, n_tickets);
  bench_end (&bench);
}

int
main (int argc, char **argv)
{
  if (argc > 1)
    run ((guint) atoi (argv[1]));
  else
    {
      run (10000);
      run (100000);
    }
  return 0;
}

/* "sync.initial": 50,000 tickets into a fresh replica over HTTPS: the real daemon, the desk's real
 * replica and sync client, from the first request until everything may be shown. Beside it PouchDB
 * replicates the same documents. "sync.initial.office" is the same for a whole office, with all
 * that belongs to so many tickets. */
#include <stdio.h>
#include <time.h>
#include <glib/gstdio.h>

#include "bench/bench.h"
#include "bench/office.h"
#include "replica/uch-sync-client.h"
#include "replica/uch-replica-db.h"

#define N_TICKETS 50000
#define RUNS 3

typedef struct
{
  GMainLoop  *loop;
  UchReplica *replica;
} Desk;

static void
opened_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  Desk   *desk = user_data;
  GError *error = NULL;

  desk->replica = uch_replica_open_finish (result, &error);
  if (desk->replica == NULL)
    g_error ("%s", error->message);
  g_main_loop_quit (desk->loop);
}

static void
state_cb (UchSyncClient *client, GParamSpec *pspec, Desk *desk)
{
  UchSyncState state = uch_sync_client_get_state (client);

  if (state == UCH_SYNC_REFUSED || state == UCH_SYNC_OFFLINE)
    {
      g_autofree char *reason = NULL;

      g_object_get (client, "reason", &reason, NULL);
      g_error ("the desk does not get in: %s", reason);
    }
  if (state == UCH_SYNC_IN_SYNC)
    g_main_loop_quit (desk->loop);
}

static double
get_own_cpu_s (void)
{
  return (double) clock () / CLOCKS_PER_SEC;
}

/* What a fresh desk needs until it is in sync, in seconds. */
static double
sync_once (Bench *bench, guint run, double *out_cpu_s)
{
  Desk             desk = { .loop = g_main_loop_new (NULL, FALSE) };
  g_autofree char *name = g_strdup_printf ("desk-%u", run);
  g_autofree char *folder = bench_dup_path (bench, name);
  g_autofree char *url = g_strdup_printf ("https://localhost:%u", bench->port);
  g_autofree char *print = bench_admin (bench, NULL, "fingerprint", NULL);
  g_autoptr (UchSyncClient) client = NULL;
  gint64 began_us;
  double took_s;

  uch_replica_open_async (folder, url, NULL, opened_cb, &desk);
  g_main_loop_run (desk.loop);
  uch_replica_set_actor (desk.replica, bench->staff, UCH_ROLE_HEAD, "bench");
  client = uch_sync_client_new (url, g_strstrip (print), "bench");
  g_signal_connect (client, "notify::state", G_CALLBACK (state_cb), &desk);

  *out_cpu_s = get_own_cpu_s ();
  began_us = g_get_monotonic_time ();
  uch_sync_client_start (client, desk.replica, bench->token);
  g_main_loop_run (desk.loop);
  took_s = (double) (g_get_monotonic_time () - began_us) / G_USEC_PER_SEC;
  *out_cpu_s = get_own_cpu_s () - *out_cpu_s;
  uch_sync_client_stop (client);
  uch_replica_close (desk.replica);
  g_object_unref (desk.replica);
  g_main_loop_unref (desk.loop);
  return took_s;
}

/* The best of some runs: what disturbs a run only ever makes it longer. */
static double
sync_best (Bench *bench, const char *name)
{
  double best = 0, client_cpu = 0, store_cpu = 0;

  for (guint run = 0; run < RUNS; run++)
    {
      double cpu, before = bench_get_cpu_s (bench), took = sync_once (bench, run, &cpu);

      if (run == 0 || took < best)
        {
          best = took;
          client_cpu = cpu;
          store_cpu = bench_get_cpu_s (bench) - before;
        }
    }
  printf ("bench: %s.cpu.desk %.2f s\nbench: %s.cpu.store %.2f s\n", name, client_cpu, name,
          store_cpu);
  return best;
}

static double
run_office (gboolean whole, const char *name, const char *documents)
{
  Bench  bench = { 0 };
  double took;

  bench_begin (&bench);
  bench_stop (&bench);
  bench_fill_office (bench.data, N_TICKETS, whole);
  if (documents != NULL)
    bench_write_documents (bench.data, documents);
  bench_start (&bench);
  took = sync_best (&bench, name);
  bench_end (&bench);
  return took;
}

int
main (int argc, char **argv)
{
  g_autofree char *documents = g_build_filename (g_get_tmp_dir (), "uchastok-XXXXXX.json", NULL);
  g_autofree char *peer = NULL;
  double           ours, office;

  g_close (g_mkstemp (documents), NULL);
  ours = run_office (FALSE, "sync.initial", documents);
  peer = argc > 1 ? NULL : bench_run_peer ("initial", documents);
  if (peer != NULL)
    {
      g_autofree char *took = bench_find (peer, "$.seconds");
      g_autofree char *batch = bench_find (peer, "$.batch");
      double           theirs = g_ascii_strtod (took, NULL);

      printf ("bench: sync.initial %.2f s peer=pouchdb-by-%s %.2f ratio=%.1f\n", ours, batch,
              theirs, theirs / ours);
    }
  else
    printf ("bench: sync.initial %.2f s\n", ours);
  office = run_office (TRUE, "sync.initial.office", NULL);
  printf ("bench: sync.initial.office %.2f s\n", office);
  remove (documents);
  return 0;
}

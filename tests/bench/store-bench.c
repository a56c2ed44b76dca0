/* The real daemon under load, over real HTTPS on connections that are kept open: "sync.push"
 * (writers with durable commits) and "positions.ingest" (phones). A thread of this program plays a
 * client; they share the machine with the daemon, so the figures are of both together, and the
 * daemon's own share of the processors stands beside them. */
#include <sqlite3.h>
#include <stdio.h>
#include <string.h>

#include "bench/bench.h"
#include "bench/load.h"

#define N_WRITERS 20
#define N_PHONES 64
#define PUSH_S 5
#define TRACK_S 5
#define GROUP_LEN 64

static void
report_once (BenchClient *self, guint count)
{
  /* each phone's points lie a second apart: none is the other's */
  gint64 at_ms = g_get_real_time () / 1000 - 3 * 86400000LL + (gint64) count * 64000
                 + (gint64) self->index * 1000;
  g_autofree char *path
      = g_strdup_printf ("/track/t?id=%s&timestamp=%" G_GINT64_FORMAT
                         "&lat=45.05&lon=41.95&speed=3&bearing=90&altitude=500&accuracy=10&batt=80",
                         self->bench->secret, at_ms);

  if (bench_link_ask (self->link, "POST", path, NULL) != 200)
    g_error ("a point was refused: %s", bench_link_get_body (self->link));
}

static gpointer
track_thread (gpointer data)
{
  BenchClient *self = data;

  for (guint count = 0; g_get_monotonic_time () < self->end_us; count++)
    {
      gint64 began_us = g_get_monotonic_time (), took_us;

      report_once (self, count);
      took_us = g_get_monotonic_time () - began_us;
      g_array_append_val (self->took_us, took_us);
    }
  return NULL;
}

/* The first column of the first row. */
static gint64
ask_int (sqlite3 *db, const char *sql)
{
  sqlite3_stmt *stmt = NULL;
  gint64        value = 0;

  if (sqlite3_prepare_v2 (db, sql, -1, &stmt, NULL) != SQLITE_OK)
    g_error ("%s: %s", sql, sqlite3_errmsg (db));
  if (sqlite3_step (stmt) == SQLITE_ROW)
    value = sqlite3_column_int64 (stmt, 0);
  sqlite3_finalize (stmt);
  return value;
}

static void
run_sql (sqlite3 *db, const char *sql)
{
  char *message = NULL;

  if (sqlite3_exec (db, sql, NULL, NULL, &message) != SQLITE_OK)
    g_error ("%s: %s", sql, message);
}

/* An empty database with the tables and indexes of the store's file, which is attached to it. */
static sqlite3 *
open_empty_copy (Bench *self)
{
  g_autofree char *path = bench_dup_path (self, "raw.db");
  g_autofree char *attach = g_strdup_printf ("ATTACH '%s/store.sqlite' AS office", self->data);
  sqlite3         *db;
  sqlite3_stmt    *stmt;

  if (sqlite3_open (path, &db) != SQLITE_OK)
    g_error ("%s", sqlite3_errmsg (db));
  run_sql (db, "PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL");
  run_sql (db, attach);
  sqlite3_prepare_v2 (db,
                      "SELECT sql FROM office.sqlite_schema WHERE sql IS NOT NULL AND name NOT LIKE"
                      " 'sqlite_%' ORDER BY type <> 'table'",
                      -1, &stmt, NULL);
  while (sqlite3_step (stmt) == SQLITE_ROW)
    run_sql (db, (const char *) sqlite3_column_text (stmt, 0));
  sqlite3_finalize (stmt);
  return db;
}

/* What SQLite itself can do with the rows of these very operations on this file system: nothing
 * asked, nothing decided, @group operations in each durable commit. */
static double
measure_raw_limit (Bench *self, guint group)
{
  static const char *const copies[]
      = { "INSERT INTO main.note SELECT * FROM office.note WHERE seq = ?",
          "INSERT INTO main.event SELECT * FROM office.event WHERE seq = ?",
          "INSERT INTO main.op SELECT * FROM office.op WHERE seq = ?" };
  g_autofree char *path = bench_dup_path (self, "raw.db");
  sqlite3         *db = open_empty_copy (self);
  sqlite3_stmt    *stmts[G_N_ELEMENTS (copies)];
  gint64           seq = ask_int (db, "SELECT min (seq) FROM office.note");
  gint64           last = ask_int (db, "SELECT max (seq) FROM office.note");
  gint64           began_us = g_get_monotonic_time ();
  guint            n = 0;

  for (guint i = 0; i < G_N_ELEMENTS (copies); i++)
    sqlite3_prepare_v2 (db, copies[i], -1, &stmts[i], NULL);
  while (seq + group <= last)
    {
      run_sql (db, "BEGIN");
      for (guint k = 0; k < group; k++, seq++, n++)
        for (guint i = 0; i < G_N_ELEMENTS (copies); i++)
          {
            sqlite3_bind_int64 (stmts[i], 1, seq);
            sqlite3_step (stmts[i]);
            if (sqlite3_reset (stmts[i]) != SQLITE_OK)
              g_error ("%s", sqlite3_errmsg (db));
          }
      run_sql (db, "COMMIT");
    }
  began_us = g_get_monotonic_time () - began_us;
  for (guint i = 0; i < G_N_ELEMENTS (copies); i++)
    sqlite3_finalize (stmts[i]);
  sqlite3_close (db);
  remove (path);
  return n / ((double) began_us / G_USEC_PER_SEC);
}

static void
run_push (Bench *self)
{
  BenchLoad        load;
  double           limit, same;
  g_autofree char *peer = NULL;

  bench_load_run (self, self->token, N_WRITERS, PUSH_S, bench_push_thread, &load);
  limit = measure_raw_limit (self, GROUP_LEN);
  same = measure_raw_limit (self, N_WRITERS);
  peer = bench_run_peer ("push", G_STRINGIFY (PUSH_S));
  if (peer != NULL)
    {
      g_autofree char *rate = bench_find (peer, "$.per_second");
      g_autofree char *p99 = bench_find (peer, "$.p99_ms");
      double           theirs = g_ascii_strtod (rate, NULL);

      printf ("bench: sync.push %.0f operations/s peer=pouchdb %.0f ratio=%.1f\n", load.per_second,
              theirs, load.per_second / theirs);
      printf ("bench: sync.push.p99 %.1f ms peer=pouchdb %.1f ratio=%.2f\n",
              bench_percentile_ms (load.took_us, 0.99), g_ascii_strtod (p99, NULL),
              bench_percentile_ms (load.took_us, 0.99) / g_ascii_strtod (p99, NULL));
    }
  else
    {
      printf ("bench: sync.push %.0f operations/s\n", load.per_second);
      printf ("bench: sync.push.p99 %.1f ms\n", bench_percentile_ms (load.took_us, 0.99));
    }
  printf ("bench: sync.push.p50 %.1f ms\n", bench_percentile_ms (load.took_us, 0.5));
  printf ("bench: sync.push.cpu %.2f processors\n", load.cpu);
  printf ("bench: sync.push.share %.2f of-limit peer=sqlite-by-%d %.0f ratio=%.2f\n",
          load.per_second / limit, GROUP_LEN, limit, load.per_second / limit);
  printf ("bench: sync.push.share20 %.2f of-limit peer=sqlite-by-%d %.0f ratio=%.2f\n",
          load.per_second / same, N_WRITERS, same, load.per_second / same);
  g_array_unref (load.took_us);
}

static void
run_positions (Bench *self)
{
  BenchLoad        load;
  gint64           n_stored;
  sqlite3         *db;
  g_autofree char *path = g_build_filename (self->data, "store.sqlite", NULL);

  bench_load_run (self, NULL, N_PHONES, TRACK_S, track_thread, &load);
  bench_stop (self);
  if (sqlite3_open_v2 (path, &db, SQLITE_OPEN_READONLY, NULL) != SQLITE_OK)
    g_error ("%s", sqlite3_errmsg (db));
  n_stored = ask_int (db, "SELECT count (*) FROM position");
  sqlite3_close (db);
  if (n_stored != load.took_us->len)
    g_error ("%u points were answered 200, %" G_GINT64_FORMAT " are stored", load.took_us->len,
             n_stored);
  printf ("bench: positions.ingest %.0f points/s\n", load.per_second);
  printf ("bench: positions.ingest.p99 %.1f ms\n", bench_percentile_ms (load.took_us, 0.99));
  printf ("bench: positions.ingest.cpu %.2f processors\n", load.cpu);
  printf ("bench: positions.ingest.lost %" G_GINT64_FORMAT " points\n",
          load.took_us->len - n_stored);
  g_array_unref (load.took_us);
}

int
main (int argc, char **argv)
{
  Bench self = { 0 };

  bench_begin (&self);
  if (argc < 2 || strcmp (argv[1], "push") == 0)
    run_push (&self);
  if (argc < 2 || strcmp (argv[1], "positions") == 0)
    run_positions (&self);
  bench_end (&self);
  return 0;
}

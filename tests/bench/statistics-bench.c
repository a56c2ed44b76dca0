/* The statistics over more than five years: the desk's copy on a disk, read, counted and drawn. Its
 * peer is the same question in plain SQL to the same file. */
#include <glib/gstdio.h>
#include <math.h>
#include <sqlite3.h>
#include <stdio.h>
#include <stdlib.h>

#include "chart/uch-chart-draw.h"
#include "chart/uch-sheet.h"
#include "exchange/uch-demo-town.h"
#include "replica/uch-replica-facts.h"
#include "sync/uch-wire.h"

#define N_DAYS 2080 /* of about a hundred tickets each: 200,000 and some */
#define PAGE_LEN 2000
#define HEAD 1000000
#define N_ROUNDS 5
#define WIDTH 900

static const char peer_sql[]
    = "SELECT agreed_from / 604800000, count(*), sum(arrived_at > 0 AND arrived_at <= due_at) "
      "FROM visit WHERE mode <> 'none' AND NOT exempt AND NOT uncounted AND "
      "(arrived_at > 0 OR state = 'missed') AND agreed_from >= 0 GROUP BY 1";

static void
must (gboolean done, GError *error)
{
  if (!done)
    g_error ("%s", error != NULL ? error->message : "failed");
}

static double
now_ms (void)
{
  return (double) g_get_monotonic_time () / 1000;
}

static void
collect_cb (UchEntity *row, gpointer user_data)
{
  GPtrArray **tables = user_data;
  UchTable    table = row->schema->table;

  if (table == UCH_TABLE_ZONE || table == UCH_TABLE_STAFF || table == UCH_TABLE_HOUSE
      || table == UCH_TABLE_TICKET || table == UCH_TABLE_VISIT)
    g_ptr_array_add (tables[table], g_object_ref (row));
}

static int
compare_ids (gconstpointer a, gconstpointer b)
{
  return g_strcmp0 ((*(UchEntity *const *) a)->id, (*(UchEntity *const *) b)->id);
}

static void
apply_page (UchReplicaDb *db, UchTable table, GPtrArray *rows, guint from, gint64 *seq)
{
  g_autoptr (UchWireSnapshot) page = g_new0 (UchWireSnapshot, 1);
  g_autoptr (GPtrArray) changes = g_ptr_array_new_with_free_func ((GDestroyNotify) uch_change_free);
  guint   to = MIN (from + PAGE_LEN, rows->len);
  GError *error = NULL;

  page->store = g_strdup ("bench");
  page->h0 = HEAD;
  page->rows = g_ptr_array_new_with_free_func ((GDestroyNotify) uch_wire_row_free);
  for (guint i = from; i < to; i++)
    {
      UchEntity *row = g_ptr_array_index (rows, i);

      g_ptr_array_add (page->rows, uch_wire_row_new (table, ++*seq, row->id, g_object_ref (row)));
    }
  if (to < rows->len)
    page->next = g_strdup (UCH_ENTITY (g_ptr_array_index (rows, to - 1))->id);
  must (uch_replica_db_apply_snapshot (
            db, table, from > 0 ? UCH_ENTITY (g_ptr_array_index (rows, from - 1))->id : NULL, page,
            changes, &error),
        error);
}

static void
fill (UchReplicaDb *db, UchTime now)
{
  UchDemoOptions options = { .seed = 1, .n_houses = 2000, .n_days = N_DAYS, .now = now };
  GPtrArray     *tables[UCH_N_TABLES];
  gint64         seq = 0;
  GError        *error = NULL;

  for (guint i = 0; i < UCH_N_TABLES; i++)
    tables[i] = g_ptr_array_new_with_free_func (g_object_unref);
  uch_demo_town_generate (&options, collect_cb, tables);
  must (uch_replica_db_set_actor (db, &(UchActor){ "head", UCH_ROLE_HEAD, "bench" }, &error),
        error);
  for (guint table = 0; table < UCH_N_TABLES; table++)
    {
      guint from = 0;

      g_ptr_array_sort (tables[table], compare_ids);
      do
        apply_page (db, table, tables[table], from, &seq);
      while ((from += PAGE_LEN) < tables[table]->len);
      g_ptr_array_unref (tables[table]);
    }
}

/* The chart as the page would show it, in a picture that is thrown away. */
static void
draw (const UchSheet *sheet)
{
  for (guint i = 0; i < sheet->charts->len; i++)
    {
      const UchChart *chart = g_ptr_array_index (sheet->charts, i);
      UchChartStyle   style
          = { WIDTH, uch_chart_get_good_height (chart, 13), 13, &uch_palette_light };
      cairo_surface_t *surface
          = cairo_image_surface_create (CAIRO_FORMAT_ARGB32, WIDTH, (int) style.height);
      cairo_t *cr = cairo_create (surface);

      uch_chart_draw (chart, cr, &style, (UchChartSpot){ -1, 0 });
      cairo_destroy (cr);
      cairo_surface_destroy (surface);
    }
}

/* The best of some rounds: other work of the machine only ever adds. */
static double
time_sheet (UchSheetKind kind, const UchFacts *facts, const UchFactFilter *filter)
{
  double best = INFINITY;

  for (guint i = 0; i < N_ROUNDS; i++)
    {
      double start = now_ms ();
      g_autoptr (UchSheet) sheet = uch_sheet_new (kind, facts, filter);

      draw (sheet);
      best = MIN (best, now_ms () - start);
    }
  return best;
}

static double
time_peer (const char *path)
{
  sqlite3      *db;
  sqlite3_stmt *stmt;
  double        best = INFINITY;

  if (sqlite3_open_v2 (path, &db, SQLITE_OPEN_READONLY, NULL) != SQLITE_OK
      || sqlite3_prepare_v2 (db, peer_sql, -1, &stmt, NULL) != SQLITE_OK)
    g_error ("%s", sqlite3_errmsg (db));
  for (guint i = 0; i < N_ROUNDS; i++)
    {
      double start = now_ms ();

      while (sqlite3_step (stmt) == SQLITE_ROW)
        continue;
      best = MIN (best, now_ms () - start);
      sqlite3_reset (stmt);
    }
  sqlite3_finalize (stmt);
  sqlite3_close (db);
  return best;
}

static void
measure (UchReplicaDb *db, const char *path, UchTime now)
{
  g_autoptr (GTimeZone) moscow = g_time_zone_new_identifier ("Europe/Moscow");
  g_autoptr (UchFacts) facts = NULL;
  UchFactFilter all = UCH_FACT_FILTER_INIT, zone = all;
  GError       *error = NULL;
  double        read_ms = INFINITY, cold_ms = 0, filter_ms = 0;
  guint         n_tickets, n_visits, slowest = 0;

  for (guint i = 0; i < N_ROUNDS; i++)
    {
      double start = now_ms ();

      g_clear_pointer (&facts, uch_facts_unref);
      facts = uch_replica_db_read_facts (db, moscow, now, &error);
      must (facts != NULL, error);
      read_ms = MIN (read_ms, now_ms () - start);
    }
  uch_facts_list_tickets (facts, &n_tickets);
  uch_facts_list_visits (facts, &n_visits);
  zone.zone = 1;
  for (guint kind = 0; kind < UCH_N_SHEETS; kind++)
    {
      double took_ms = time_sheet (kind, facts, &all);

      if (took_ms > cold_ms)
        cold_ms = took_ms, slowest = kind;
      filter_ms = MAX (filter_ms, time_sheet (kind, facts, &zone));
      if (g_getenv ("UCHASTOK_BENCH_EACH") != NULL)
        fprintf (stderr, "%s: %.1f ms\n", uch_sheet_get_nick (kind), took_ms);
    }
  printf ("bench: statistics.tickets %u\nbench: statistics.visits %u\n", n_tickets, n_visits);
  printf ("bench: statistics.read %.1f ms\n", read_ms);
  printf ("bench: statistics.cold %.1f ms\n", cold_ms);
  printf ("bench: statistics.cold.slowest %s\n", uch_sheet_get_nick (slowest));
  printf ("bench: statistics.filter %.1f ms\n", filter_ms);
  printf ("bench: statistics.promise %.1f ms\n", time_sheet (UCH_SHEET_PROMISE, facts, &all));
  printf ("bench: statistics.sqlite3.promise %.1f ms\n", time_peer (path));
}

int
main (void)
{
  GError          *error = NULL;
  g_autofree char *folder = g_dir_make_tmp ("uchastok-statistics-XXXXXX", &error);
  g_autofree char *path = folder != NULL ? g_build_filename (folder, "replica.db", NULL) : NULL;
  UchTime          now = G_GINT64_CONSTANT (1795345500000);
  UchReplicaDb    *db;
  GDir            *dir;
  const char      *name;

  must (folder != NULL, error);
  db = uch_replica_db_open (folder, &uch_sources_system, &error);
  must (db != NULL, error);
  fill (db, now);
  measure (db, path, now);
  g_object_unref (db);
  dir = g_dir_open (folder, 0, NULL);
  while ((name = g_dir_read_name (dir)) != NULL)
    {
      g_autofree char *file = g_build_filename (folder, name, NULL);

      g_remove (file);
    }
  g_dir_close (dir);
  g_rmdir (folder);
  return EXIT_SUCCESS;
}

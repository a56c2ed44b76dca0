/* desk.search: as-you-type over 200,000 tickets and 20,000 addresses, letter by letter. */
#include <glib/gstdio.h>
#include <stdio.h>
#include <stdlib.h>

#include "core/uch-place.h"
#include "core/uch-work.h"
#include "replica/uch-replica-read.h"

#define N_TICKETS 200000
#define N_HOUSES 20000
#define PAGE 5000
#define LIMIT 20

static const char *const streets[]
    = { "Ленина",         "Дзержинского", "Мира",    "Лермонтова",  "Пирогова",   "Тухачевского",
        "Доваторцев",     "50 лет ВЛКСМ", "Серова",  "Космонавтов", "Шпаковская", "Морозова",
        "Маршала Жукова", "Октябрьская",  "Пушкина", "Горького" };
static const char *const names[]
    = { "Семёнова Анна", "Петров Иван",    "Ёлкина Мария",  "Кузнецов Олег",    "Абросимова Зоя",
        "Громов Артём",  "Фёдорова Ирина", "Луговой Денис", "Белозёров Михаил", "Орлова Вера" };
/* What people type; each is asked for letter by letter. */
static const char *const typed[]
    = { "ленина 12", "семен",  "8962123",      "154321",           "доваторцев 7 анна",
        "абрс",      "жукова", "ёлкина мир",   "кузнецов пушк 99", "щщщ",
        "вера орл",  "50 лет", "космонавтов 3" };

static guint32 state = 1;

static guint32
below (guint32 n)
{
  state = state * 1664525 + 1013904223;
  return (state >> 8) % n;
}

static void
fill_ticket (UchTicket *ticket, guint i)
{
  g_autofree char *phone = g_strdup_printf ("+7962%07u", below (10000000));
  g_autofree char *address
      = g_strdup_printf ("ул. %s, %u, кв. %u", streets[below (G_N_ELEMENTS (streets))],
                         below (120) + 1, below (200) + 1);

  ticket->number = i + 1;
  ticket->state = i + 2000 < N_TICKETS ? UCH_TICKET_CLOSED : UCH_TICKET_IN_WORK;
  uch_entity_set_text (ticket, &ticket->category, "support.wifi");
  uch_entity_set_text (ticket, &ticket->client_name, names[below (G_N_ELEMENTS (names))]);
  uch_entity_set_text (ticket, &ticket->phone, phone);
  uch_entity_set_text (ticket, &ticket->address, address);
}

static void
fill_house (UchHouse *house, guint i)
{
  g_autofree char *number = g_strdup_printf ("%u", i / (guint) G_N_ELEMENTS (streets) + 1);

  uch_entity_set_text (house, &house->city, "Ставрополь");
  uch_entity_set_text (house, &house->street_type, "ул.");
  uch_entity_set_text (house, &house->street, streets[i % G_N_ELEMENTS (streets)]);
  uch_entity_set_text (house, &house->number, number);
}

static void
add_page (UchReplicaDb *db, UchTable table, guint first, guint n, const char **after, gboolean last)
{
  static char id[32], previous[32];
  g_autoptr (GPtrArray) rows = g_ptr_array_new_with_free_func ((GDestroyNotify) uch_wire_row_free);
  g_autoptr (GPtrArray) changes = g_ptr_array_new_with_free_func ((GDestroyNotify) uch_change_free);
  g_autoptr (GError) error = NULL;
  UchWireSnapshot page = { (char *) "bench", 1, NULL, rows };

  for (guint i = first; i < first + n; i++)
    {
      g_autoptr (UchEntity) row = NULL;

      g_snprintf (id, sizeof id, "row-%07u", i);
      row = uch_entity_new (table, id);
      if (table == UCH_TABLE_TICKET)
        fill_ticket (UCH_TICKET (row), i);
      else
        fill_house (UCH_HOUSE (row), i);
      g_ptr_array_add (rows, uch_wire_row_new (table, 1, id, row));
    }
  page.next = last ? NULL : id;
  if (!uch_replica_db_apply_snapshot (db, table, *after, &page, changes, &error))
    g_error ("%s", error->message);
  g_strlcpy (previous, id, sizeof previous);
  *after = last ? NULL : previous;
}

/* The page that ends a first sync: only then are the indexes made. */
static void
finish (UchReplicaDb *db)
{
  g_autoptr (GPtrArray) rows = g_ptr_array_new ();
  g_autoptr (GPtrArray) changes = g_ptr_array_new_with_free_func ((GDestroyNotify) uch_change_free);
  g_autoptr (GError) error = NULL;
  UchWireChanges page = { (char *) "bench", 1, 1, 1, 0, FALSE, rows };

  if (!uch_replica_db_apply_changes (db, &page, changes, &error))
    g_error ("%s", error->message);
}

static void
fill (UchReplicaDb *db)
{
  for (guint table = 0; table < UCH_N_TABLES; table++)
    {
      guint n = table == UCH_TABLE_TICKET ? N_TICKETS : table == UCH_TABLE_HOUSE ? N_HOUSES : 0;
      const char *after = NULL;

      if (n == 0)
        add_page (db, table, 0, 0, &after, TRUE);
      for (guint first = 0; first < n; first += PAGE)
        add_page (db, table, first, PAGE, &after, first + PAGE >= n);
    }
  finish (db);
}

static int
compare (gconstpointer a, gconstpointer b)
{
  double left = *(const double *) a, right = *(const double *) b;

  return (left > right) - (left < right);
}

static void
type_all (UchReplicaDb *db, GArray *times)
{
  for (guint i = 0; i < G_N_ELEMENTS (typed); i++)
    for (const char *p = typed[i]; *p != '\0';)
      {
        g_autofree char *text = NULL;
        gint64           begin_us;
        double           ms;

        p = g_utf8_next_char (p);
        text = g_strndup (typed[i], (gsize) (p - typed[i]));
        begin_us = g_get_monotonic_time ();
        uch_found_free (uch_replica_db_search (db, text, LIMIT, NULL));
        ms = (double) (g_get_monotonic_time () - begin_us) / 1000;
        g_array_append_val (times, ms);
      }
}

/* From opening the files to everything that the board's lists hold having been read. */
static double
time_lists (const char *directory)
{
  gint64 begin_us = g_get_monotonic_time ();
  g_autoptr (GError) error = NULL;
  g_autoptr (UchReplicaDb) db = uch_replica_db_open (directory, &uch_sources_system, &error);
  UchJob *job = uch_job_new (uch_lists_read, NULL, NULL);

  if (db == NULL || !uch_lists_read (db, job, &error))
    g_error ("%s", error->message);
  return (double) (g_get_monotonic_time () - begin_us) / 1000;
}

static void
remove_directory (const char *path)
{
  g_autoptr (GDir) dir = g_dir_open (path, 0, NULL);
  const char *name;

  while (dir != NULL && (name = g_dir_read_name (dir)) != NULL)
    {
      g_autofree char *child = g_build_filename (path, name, NULL);

      g_unlink (child);
    }
  g_rmdir (path);
}

int
main (void)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GArray) times = g_array_new (FALSE, FALSE, sizeof (double));
  g_autofree char *directory = g_dir_make_tmp ("uch-bench-XXXXXX", &error);
  g_autoptr (UchReplicaDb) db = uch_replica_db_open (directory, &uch_sources_system, &error);
  gint64   begin_us = g_get_monotonic_time ();
  gboolean complete = FALSE;

  if (db == NULL)
    g_error ("%s", error->message);
  fill (db);
  printf ("bench: sync.apply %.0f rows/s\n",
          (N_TICKETS + N_HOUSES) / ((double) (g_get_monotonic_time () - begin_us) / 1e6));
  begin_us = g_get_monotonic_time ();
  while (!complete)
    if (!uch_replica_db_prepare_search (db, 20000, &complete, &error))
      g_error ("%s", error->message);
  printf ("bench: desk.search.prepare %.0f ms\n",
          (double) (g_get_monotonic_time () - begin_us) / 1000);
  for (guint round = 0; round < 10; round++)
    type_all (db, times);
  g_array_sort (times, compare);
  printf ("bench: desk.search %.2f ms\n", g_array_index (times, double, times->len * 99 / 100));
  printf ("bench: desk.search.median %.2f ms\n", g_array_index (times, double, times->len / 2));
  g_clear_object (&db);
  printf ("bench: desk.lists %.0f ms\n", time_lists (directory));
  remove_directory (directory);
  return 0;
}

#include "exchange/uch-import.h"

#include <string.h>

#include "core/uch-decide.h"
#include "core/uch-calendar.h"
#include "core/uch-office.h"
#include "core/uch-place.h"
#include "core/uch-work.h"

#define NOW (G_GINT64_CONSTANT (1795000000000))

/* An office in memory that really decides what an import asks for. */
typedef struct
{
  UchMemorySnapshot *snapshot;
  UchImportOffice    office;
  guint              n_ids;
} Fixture;

static char *
make_id (gpointer user_data)
{
  return g_strdup_printf ("op-%u", ++((Fixture *) user_data)->n_ids);
}

static void
refresh (Fixture *fixture)
{
  g_clear_pointer (&fixture->office.zones, g_ptr_array_unref);
  g_clear_pointer (&fixture->office.centres, g_ptr_array_unref);
  g_clear_pointer (&fixture->office.staff, g_ptr_array_unref);
  g_clear_pointer (&fixture->office.houses, g_ptr_array_unref);
  fixture->office.zones = uch_memory_snapshot_list (fixture->snapshot, UCH_TABLE_ZONE);
  fixture->office.centres = uch_memory_snapshot_list (fixture->snapshot, UCH_TABLE_CENTRE);
  fixture->office.staff = uch_memory_snapshot_list (fixture->snapshot, UCH_TABLE_STAFF);
  fixture->office.houses = uch_memory_snapshot_list (fixture->snapshot, UCH_TABLE_HOUSE);
}

static void
set_up (Fixture *fixture, gconstpointer data)
{
  g_autoptr (UchSetting) city = uch_entity_new (UCH_TABLE_SETTING, UCH_SETTING_CITY);

  fixture->snapshot = uch_memory_snapshot_new ();
  uch_entity_set_text (city, &city->value, "Ставрополь");
  uch_memory_snapshot_put (fixture->snapshot, city);
  fixture->office.snapshot = UCH_SNAPSHOT (fixture->snapshot);
  fixture->office.now = NOW;
  fixture->office.make_id = make_id;
  fixture->office.make_id_data = fixture;
  refresh (fixture);
}

static void
tear_down (Fixture *fixture, gconstpointer data)
{
  g_ptr_array_unref (fixture->office.zones);
  g_ptr_array_unref (fixture->office.centres);
  g_ptr_array_unref (fixture->office.staff);
  g_ptr_array_unref (fixture->office.houses);
  g_object_unref (fixture->snapshot);
}

static UchImport *
plan (Fixture *fixture, UchImportKind kind, const char *text)
{
  g_autoptr (GError) error = NULL;
  UchImport *import = uch_import_plan (kind, text, strlen (text), NULL, &fixture->office, &error);

  g_assert_no_error (error);
  return import;
}

/* Does what the plan says, with the store's own rights. */
static void
apply (Fixture *fixture, UchImport *import)
{
  const UchActor actor = { NULL, UCH_ROLE_STORE, "import" };

  for (guint i = 0; i < import->commands->len; i++)
    {
      g_autoptr (UchVerdict) verdict = uch_command_decide (
          g_ptr_array_index (import->commands, i), &actor, UCH_SNAPSHOT (fixture->snapshot), NOW);

      if (verdict->kind != UCH_VERDICT_OK)
        g_error ("refused: %s %s", uch_refusal_get_nick (verdict->refusal), verdict->field);
      uch_memory_snapshot_apply (fixture->snapshot, verdict->changes);
    }
  refresh (fixture);
}

static void
import (Fixture *fixture, UchImportKind kind, const char *text)
{
  g_autoptr (UchImport) planned = plan (fixture, kind, text);

  g_assert_cmpuint (planned->n_errors, ==, 0);
  apply (fixture, planned);
}

static UchHouse *
find_house (Fixture *fixture, const char *key)
{
  g_autoptr (GPtrArray) found
      = uch_snapshot_find (UCH_SNAPSHOT (fixture->snapshot), UCH_TABLE_HOUSE, "key", key);

  g_assert_cmpuint (found->len, ==, 1);
  return g_object_ref (g_ptr_array_index (found, 0));
}

static const UchIssue *
only_issue (UchImport *import, UchIssueKind kind, guint line, const char *part)
{
  const UchIssue *issue;

  if (import->issues->len != 1)
    {
      g_autofree char *report = uch_import_report (import);

      g_error ("not one issue:\n%s", report);
    }
  issue = g_ptr_array_index (import->issues, 0);
  g_assert_cmpint (issue->kind, ==, kind);
  g_assert_cmpuint (issue->line, ==, line);
  if (strstr (issue->text, part) == NULL)
    g_error ("\"%s\" is not in: %s", part, issue->text);
  return issue;
}

#define SQUARE(w, s, e, n)                                                                         \
  "[[" #w "," #s "],[" #e "," #s "],[" #e "," #n "],[" #w "," #n "],[" #w "," #s "]]"
#define FEATURE(id, name, rings)                                                                   \
  "{\"type\":\"Feature\",\"properties\":{\"id\":" #id ",\"name\":\"" name                          \
  "\",\"color\":\"#3584e4\"},\"geometry\":{\"type\":\"Polygon\",\"coordinates\":[" rings "]}}"
#define FEATURES(f) "{\"type\":\"FeatureCollection\",\"features\":[" f "]}"
#define WEST FEATURE (1, "Запад", SQUARE (41.80, 45.00, 41.95, 45.10))
#define EAST FEATURE (2, "Восток", SQUARE (41.95, 45.00, 42.10, 45.10))
#define ZONES FEATURES (WEST "," EAST)
#define HEADER "город;улица;дом;широта;долгота;этажей\n"

static void
test_houses_take_the_zone_around_them (Fixture *fixture, gconstpointer data)
{
  g_autoptr (UchImport) planned = NULL;
  g_autoptr (UchHouse) west = NULL;
  g_autoptr (UchHouse) east = NULL;

  import (fixture, UCH_IMPORT_ZONES, ZONES);
  planned
      = plan (fixture, UCH_IMPORT_HOUSES,
              HEADER "Ставрополь;улица Мира;5 к2;45,05;41,90;9\n;пр-кт Кулакова;7;45.05;42.0;\n");
  g_assert_cmpuint (planned->n_new, ==, 2);
  g_assert_cmpuint (planned->issues->len, ==, 0);
  apply (fixture, planned);
  west = find_house (fixture, "ставрополь|мира|5|к2");
  east = find_house (fixture, "ставрополь|кулакова|7|");
  g_assert_cmpstr (west->zone_id, ==, "zone-1");
  g_assert_cmpstr (east->zone_id, ==, "zone-2");
  g_assert_false (west->zone_by_hand);
  g_assert_cmpstr (west->street_type, ==, "ул.");
  g_assert_cmpstr (west->street, ==, "Мира");
  g_assert_cmpstr (west->addition, ==, "к2");
  g_assert_cmpint (west->floors, ==, 9);
  g_assert_cmpfloat (west->latitude, ==, 45.05);
}

static void
test_a_second_import_changes_only_what_differs (Fixture *fixture, gconstpointer data)
{
  g_autoptr (UchImport) same = NULL;
  g_autoptr (UchImport) changed = NULL;
  g_autoptr (GVariant) fields = NULL;

  import (fixture, UCH_IMPORT_ZONES, ZONES);
  import (fixture, UCH_IMPORT_HOUSES, HEADER ";Мира;5;45.05;41.9;9\n;Мира;7;45.05;41.9;9\n");
  same = plan (fixture, UCH_IMPORT_HOUSES, HEADER ";ул. Мира;д. 5;45.05;41.9;9\n");
  g_assert_cmpuint (same->n_same, ==, 1);
  g_assert_cmpuint (same->commands->len, ==, 0);
  changed = plan (fixture, UCH_IMPORT_HOUSES, HEADER ";Мира;5;;;12\n;Мира;7;45.05;41.9;\n");
  g_assert_cmpuint (changed->n_changed, ==, 1);
  g_assert_cmpuint (changed->n_same, ==, 1);
  fields = uch_command_get_dict (g_ptr_array_index (changed->commands, 0), "fields");
  g_assert_cmpuint (g_variant_n_children (fields), ==, 1);
  g_assert_true (g_variant_lookup (fields, "floors", "x", NULL));
  apply (fixture, changed);
}

static void
test_a_zone_set_by_hand_wins (Fixture *fixture, gconstpointer data)
{
  g_autoptr (UchHouse) house = NULL;
  g_autoptr (UchImport) again = NULL;
  g_autoptr (UchImport) zones = NULL;
  g_autoptr (UchImport) named = NULL;

  import (fixture, UCH_IMPORT_ZONES, ZONES);
  named = plan (fixture, UCH_IMPORT_HOUSES,
                "улица;дом;широта;долгота;участок\nМира;5;45.05;41.9;Восток\n");
  only_issue (named, UCH_ISSUE_WARNING, 2, "Запад");
  apply (fixture, named);
  house = find_house (fixture, "ставрополь|мира|5|");
  g_assert_cmpstr (house->zone_id, ==, "zone-2");
  g_assert_true (house->zone_by_hand);
  again = plan (fixture, UCH_IMPORT_HOUSES, "улица;дом;широта;долгота\nМира;5;45.05;41.9\n");
  g_assert_cmpuint (again->n_same, ==, 1);
  zones = plan (fixture, UCH_IMPORT_ZONES, ZONES);
  g_assert_cmpuint (zones->commands->len, ==, 0);
}

static void
test_moved_zones_take_their_houses_along (Fixture *fixture, gconstpointer data)
{
  g_autoptr (UchImport) moved = NULL;
  g_autoptr (UchHouse) house = NULL;

  import (fixture, UCH_IMPORT_ZONES, ZONES);
  import (fixture, UCH_IMPORT_HOUSES, HEADER ";Мира;5;45.05;41.93;\n");
  moved = plan (fixture, UCH_IMPORT_ZONES,
                FEATURES (FEATURE (1, "Запад", SQUARE (41.80, 45.00, 41.92, 45.10)) "," FEATURE (
                    2, "Восток", SQUARE (41.92, 45.00, 42.10, 45.10))));
  g_assert_cmpuint (moved->n_changed, ==, 2);
  apply (fixture, moved);
  house = find_house (fixture, "ставрополь|мира|5|");
  g_assert_cmpstr (house->zone_id, ==, "zone-2");
  g_assert_false (house->zone_by_hand);
}

/* Every bad row of a house: what is said about it, and that its neighbour comes in. */
static void
test_bad_houses_are_reported (Fixture *fixture, gconstpointer data)
{
  static const struct
  {
    const char  *row;
    UchIssueKind kind;
    const char  *part;
  } cases[] = {
    { ";Мира;5;46.5;42.9;9", UCH_ISSUE_WARNING, "outside every zone" },
    { ";Мира;5;41.9;45.05;9", UCH_ISSUE_ERROR, "swapped" },
    { ";Мира;5;145.05;41.9;9", UCH_ISSUE_ERROR, "swapped" },
    { ";Мира;5;145.05;141.9;9", UCH_ISSUE_ERROR, "no place on Earth" },
    { ";Мира;5;север;41.9;9", UCH_ISSUE_ERROR, "no two numbers" },
    { ";Мира;5;45.05;;9", UCH_ISSUE_ERROR, "no two numbers" },
    { ";Мира;5;;;9", UCH_ISSUE_WARNING, "no coordinates" },
    { ";Мира;;45.05;41.9;9", UCH_ISSUE_ERROR, "number of the house" },
    { ";;5;45.05;41.9;9", UCH_ISSUE_ERROR, "street" },
    { ";Мира;5;45.05;41.9;девять", UCH_ISSUE_WARNING, "whole number" },
    { ";Мира;5;45.05;41.9;9;10", UCH_ISSUE_ERROR, "cells: 7" },
    { ";\"Мира;5;45.05;41.9;9", UCH_ISSUE_ERROR, "quotation mark" },
    { ";ул. Ленина;1;45.05;41.9;9", UCH_ISSUE_DUPLICATE, "as in line 2" },
    { "Москва;Мира;5;55.75;37.6;9", UCH_ISSUE_WARNING, "km from" },
  };

  import (fixture, UCH_IMPORT_ZONES, ZONES);
  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autofree char *text = g_strdup_printf (
          HEADER ";Ленина;1;45.05;41.9;9\n%s\n;Пушкина;3;45.05;41.9;9\n", cases[i].row);
      g_autoptr (UchImport) planned = plan (fixture, UCH_IMPORT_HOUSES, text);
      g_autofree char *errors = uch_import_errors_csv (planned);
      gboolean         far = strstr (cases[i].part, "km") != NULL;

      g_test_message ("%s", cases[i].row);
      if (far)
        { /* it is also outside every zone */
          g_assert_cmpuint (planned->issues->len, ==, 2);
          g_ptr_array_remove_index (planned->issues, 1);
        }
      only_issue (planned, cases[i].kind, 3, cases[i].part);
      g_assert_cmpuint (planned->n_new, ==, cases[i].kind == UCH_ISSUE_WARNING ? 3 : 2);
      g_assert_cmpuint (planned->commands->len, ==, planned->n_new);
      g_assert_true ((errors != NULL) == (cases[i].kind != UCH_ISSUE_WARNING));
    }
}

static void
test_swapped_coordinates_are_seen_without_zones (Fixture *fixture, gconstpointer data)
{
  g_autoptr (UchImport) planned
      = plan (fixture, UCH_IMPORT_HOUSES,
              HEADER ";Мира;1;45.05;41.9;\n;Мира;2;45.06;41.91;\n;Мира;3;41.92;45.04;\n"
                     ";Мира;4;45.04;41.93;\n");

  only_issue (planned, UCH_ISSUE_ERROR, 4, "swapped");
  g_assert_cmpuint (planned->n_new, ==, 3);
}

static void
test_the_file_of_errors_can_be_mended_and_read (Fixture *fixture, gconstpointer data)
{
  g_autoptr (UchImport) planned
      = plan (fixture, UCH_IMPORT_HOUSES, HEADER ";Мира;1;x;41.9;5\n;Мира;2;45.06;41.91;\n");
  g_autofree char *errors = uch_import_errors_csv (planned);
  g_autoptr (GString) mended = g_string_new (errors);
  g_autoptr (UchImport) again = NULL;

  g_assert_nonnull (strstr (errors, ";Reason\r\n"));
  g_assert_nonnull (strstr (errors, ";Мира;1;x;41.9;5;"));
  g_assert_null (strstr (errors, "Мира;2"));
  g_string_replace (mended, ";x;", ";45.05;", 0);
  again = plan (fixture, UCH_IMPORT_HOUSES, mended->str);
  g_assert_cmpuint (again->n_new, ==, 1);
  g_assert_cmpuint (again->issues->len, ==, 0);
}

static void
test_bad_zones_are_refused_alone (Fixture *fixture, gconstpointer data)
{
  static const struct
  {
    const char *feature, *part;
  } cases[] = {
    { FEATURE (3, "Бантик", "[[41.8,45],[41.9,45.1],[41.9,45],[41.8,45.1],[41.8,45]]"),
      "crosses itself" },
    { FEATURE (3, "Наоборот", SQUARE (45.00, 41.80, 45.10, 41.95)), "swapped" },
    { FEATURE (3, "Точка", "[[41.8,45]]"), "cannot be read" },
    { "{\"type\":\"Feature\",\"properties\":{\"name\":\"Линия\"},\"geometry\":"
      "{\"type\":\"LineString\",\"coordinates\":[[41.8,45],[41.9,45]]}}",
      "neither Polygon" },
    { "{\"type\":\"Feature\",\"properties\":{},\"geometry\":null}", "“name”" },
    { "{\"type\":\"Feature\",\"properties\":{\"name\":\"Пусто\"},\"geometry\":null}",
      "neither Polygon" },
    { "17", "no object" },
  };

  import (fixture, UCH_IMPORT_ZONES, ZONES);
  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autofree char *text
          = g_strdup_printf ("{\"features\":[%s,%s]}", cases[i].feature,
                             FEATURE (4, "Север", SQUARE (41.80, 45.10, 42.10, 45.20)));
      g_autoptr (UchImport) planned = plan (fixture, UCH_IMPORT_ZONES, text);

      g_test_message ("%s", cases[i].feature);
      only_issue (planned, UCH_ISSUE_ERROR, 0, cases[i].part);
      g_assert_cmpuint (planned->n_new, ==, 1);
    }
}

static void
test_what_is_no_geojson_is_refused (Fixture *fixture, gconstpointer data)
{
  static const char *const texts[] = { "", "{", "[]", "{\"type\":\"Feature\"}", "улица;дом\n" };

  for (guint i = 0; i < G_N_ELEMENTS (texts); i++)
    {
      g_autoptr (GError) error = NULL;

      g_assert_null (uch_import_plan (UCH_IMPORT_ZONES, texts[i], strlen (texts[i]), NULL,
                                      &fixture->office, &error));
      g_assert_error (error, UCH_EXCHANGE_ERROR, UCH_EXCHANGE_ERROR_FORMAT);
    }
}

static void
test_columns_are_found_or_said (Fixture *fixture, gconstpointer data)
{
  static const char        text[] = "Strasse;Nr;Bemerkung\nМира;5;x\n";
  static const char *const mapping[] = { "strasse=street", "NR=number", NULL };
  static const char *const wrong[] = { "strasse=colour", NULL };
  static const char *const twice[] = { "strasse=street", "nr=street", NULL };
  g_autoptr (GError) error = NULL;
  g_autoptr (UchImport) planned = NULL;

  g_assert_null (
      uch_import_plan (UCH_IMPORT_HOUSES, text, strlen (text), NULL, &fixture->office, &error));
  g_assert_error (error, UCH_EXCHANGE_ERROR, UCH_EXCHANGE_ERROR_COLUMNS);
  g_assert_nonnull (strstr (error->message, "“Street”, “House”"));
  g_clear_error (&error);
  planned
      = uch_import_plan (UCH_IMPORT_HOUSES, text, strlen (text), mapping, &fixture->office, &error);
  g_assert_no_error (error);
  g_assert_cmpuint (planned->n_new, ==, 1);
  g_assert_null (
      uch_import_plan (UCH_IMPORT_HOUSES, text, strlen (text), wrong, &fixture->office, &error));
  g_assert_nonnull (strstr (error->message, "colour"));
  g_clear_error (&error);
  g_assert_null (
      uch_import_plan (UCH_IMPORT_HOUSES, text, strlen (text), twice, &fixture->office, &error));
  g_assert_error (error, UCH_EXCHANGE_ERROR, UCH_EXCHANGE_ERROR_COLUMNS);
}

static void
test_centres_and_staff (Fixture *fixture, gconstpointer data)
{
  g_autoptr (UchImport) staff = NULL;
  UchStaff *person;

  import (fixture, UCH_IMPORT_ZONES, ZONES);
  import (fixture, UCH_IMPORT_CENTRES, "name;zone;latitude;longitude\nЗападный;1;45.05;41.9\n");
  g_assert_cmpuint (fixture->office.centres->len, ==, 1);
  g_assert_cmpstr (((UchCentre *) g_ptr_array_index (fixture->office.centres, 0))->zone_id, ==,
                   "zone-1");
  staff = plan (
      fixture, UCH_IMPORT_STAFF,
      "ФИО;Телефон;Должность;Участки;Навыки;Сервисный центр;Занятость\n"
      "Ёлкин Пётр Ильич;8 (962) 123-45-67;мастер;\"1, Восток\";тв, Wi-Fi;западный;подрядчик\n"
      "Елкин Петр Ильич;;;;;;\n"
      ";123456;;;;;\n"
      "Иванов;12;космонавт;9;пение;Южный;штат\n");
  g_assert_cmpuint (staff->n_new, ==, 2);
  g_assert_cmpuint (staff->n_duplicates, ==, 1);
  g_assert_cmpuint (staff->n_errors, ==, 1);
  g_assert_cmpuint (staff->n_warnings, ==, 5);
  apply (fixture, staff);
  person = g_ptr_array_index (fixture->office.staff, 0);
  if (strcmp (person->name, "Иванов") == 0)
    person = g_ptr_array_index (fixture->office.staff, 1);
  g_assert_cmpstr (person->phone, ==, "+79621234567");
  g_assert_cmpint (person->role, ==, UCH_ROLE_ENGINEER);
  g_assert_cmpstr (person->zones, ==, "zone-1,zone-2");
  g_assert_cmpstr (person->skills, ==, "tv,wifi");
  g_assert_nonnull (person->centre_id);
  g_assert_cmpint (person->employment, ==, UCH_EMPLOYMENT_CONTRACTOR);
}

static void
test_clients_find_their_house (Fixture *fixture, gconstpointer data)
{
  g_autoptr (UchImport) clients = NULL;
  g_autoptr (UchImport) again = NULL;
  g_autoptr (GPtrArray) found = NULL;
  UchClient *client;
  const char text[] = "ФИО;Телефон;Договор;Адрес;Вид;Не звонить\n"
                      "Ким;89621234567;100-1;\"ул. Мира, 5, кв. 12\";абонент;да\n"
                      "Цой;123456;;\"ул. Мира, 99\";абонент;\n"
                      "Никто;;;;;\n";

  import (fixture, UCH_IMPORT_HOUSES, HEADER ";Мира;5;45.05;41.9;9\n");
  clients = plan (fixture, UCH_IMPORT_CLIENTS, text);
  g_assert_cmpuint (clients->n_new, ==, 2);
  g_assert_cmpuint (clients->n_errors, ==, 1);
  g_assert_cmpuint (clients->n_warnings, ==, 1);
  apply (fixture, clients);
  found = uch_snapshot_find (UCH_SNAPSHOT (fixture->snapshot), UCH_TABLE_CLIENT, "phone",
                             "+79621234567");
  g_assert_cmpuint (found->len, ==, 1);
  client = g_ptr_array_index (found, 0);
  g_assert_nonnull (client->house_id);
  g_assert_cmpstr (client->apartment, ==, "12");
  g_assert_true (client->do_not_call);
  again = plan (fixture, UCH_IMPORT_CLIENTS, text);
  g_assert_cmpuint (again->n_same, ==, 2);
  g_assert_cmpuint (again->commands->len, ==, 0);
}

static void
test_tickets (Fixture *fixture, gconstpointer data)
{
  g_autoptr (UchImport) tickets = NULL;
  g_autoptr (UchImport) again = NULL;
  g_autoptr (GPtrArray) rows = NULL;
  UchTicket *ticket;
  const char text[] = "номер;категория;адрес;телефон;клиент;описание;срочность\n"
                      "A-1;Вайфай;\"ул. Мира, 5, кв. 12\";89621234567;Ким;не ловит "
                      "👩‍🔧 "
                      "שלום;срочно\n"
                      "A-2;нет интернета;\"ул. Мира, 99\";123456;;;\n"
                      "A-1;тв;\"ул. Мира, 5\";;;;\n"
                      "A-3;танцы;\"ул. Мира, 5\";;;;\n"
                      "A-4;тв;;;;;\n"
                      "A-5;;\"ул. Мира, 5\";;;;\n";

  import (fixture, UCH_IMPORT_HOUSES, HEADER ";Мира;5;45.05;41.9;9\n");
  tickets = plan (fixture, UCH_IMPORT_TICKETS, text);
  g_assert_cmpuint (tickets->n_new, ==, 1);
  g_assert_cmpuint (tickets->n_duplicates, ==, 1);
  g_assert_cmpuint (tickets->n_errors, ==, 4);
  g_assert_nonnull (
      strstr (((UchIssue *) g_ptr_array_index (tickets->issues, 0))->text, "no such house"));
  apply (fixture, tickets);
  rows = uch_memory_snapshot_list (fixture->snapshot, UCH_TABLE_TICKET);
  g_assert_cmpuint (rows->len, ==, 1);
  ticket = g_ptr_array_index (rows, 0);
  g_assert_cmpstr (ticket->category, ==, "support.wifi");
  g_assert_cmpstr (ticket->apartment, ==, "12");
  g_assert_cmpstr (ticket->phone, ==, "+79621234567");
  g_assert_cmpstr (ticket->description, ==, "не ловит 👩‍🔧 שלום");
  g_assert_cmpint (ticket->priority, ==, UCH_PRIORITY_URGENT);
  again = plan (fixture, UCH_IMPORT_TICKETS, text);
  g_assert_cmpuint (again->n_same, ==, 1);
  g_assert_cmpuint (again->commands->len, ==, 0);
}

/* The decree's table for 2026, as far as the test needs it. */
static const char calendar_2026[]
    = "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n"
      "<calendar year=\"2026\" lang=\"ru\" date=\"2025.10.01\" country=\"ru\">"
      "<holidays><holiday id=\"1\" title=\"Новогодние каникулы\"/>"
      "<holiday id=\"6\" title=\"День Победы\"/></holidays><days>"
      "<day d=\"01.01\" t=\"1\" h=\"1\"/><day d=\"01.09\" t=\"1\" f=\"01.03\"/>"
      "<day d=\"04.30\" t=\"2\"/><day d=\"05.08\" t=\"2\"/>"
      "<day d=\"05.11\" t=\"1\" h=\"6\"/><day d=\"09.05\" t=\"3\"/></days></calendar>";

static UchCalendarDay *
get_day (Fixture *fixture, const char *date)
{
  return uch_snapshot_get (UCH_SNAPSHOT (fixture->snapshot), UCH_TABLE_CALENDAR_DAY, date);
}

static void
test_transfers_of_days_off (Fixture *fixture, gconstpointer data)
{
  g_autoptr (UchImport) first = plan (fixture, UCH_IMPORT_CALENDAR, calendar_2026);
  g_autoptr (UchImport) again = NULL;
  g_autoptr (UchImport) shorter = NULL;
  g_autoptr (UchCalendarDay) ninth = NULL;
  g_autoptr (UchCalendarDay) victory = NULL;
  g_autoptr (UchCalendarDay) worked = NULL;
  g_autoptr (UchCalendarDay) gone = NULL;
  g_autoptr (UchCalendarDay) own = uch_entity_new (UCH_TABLE_CALENDAR_DAY, "2026-09-23");

  /* 1 January is off by law: it needs no row. */
  g_assert_cmpuint (first->n_new, ==, 5);
  apply (fixture, first);
  ninth = get_day (fixture, "2026-01-09");
  g_assert_cmpint (ninth->kind, ==, UCH_DAY_OFF);
  g_assert_cmpint (ninth->source, ==, UCH_DAY_IMPORTED);
  victory = get_day (fixture, "2026-05-11");
  g_assert_cmpstr (victory->name, ==, "День Победы");
  worked = get_day (fixture, "2026-09-05");
  g_assert_cmpint (worked->kind, ==, UCH_DAY_WORKING);
  again = plan (fixture, UCH_IMPORT_CALENDAR, calendar_2026);
  g_assert_cmpuint (again->commands->len, ==, 0);

  /* A later table has one day less; what was typed by hand stands. */
  uch_memory_snapshot_put (fixture->snapshot, own);
  shorter = plan (fixture, UCH_IMPORT_CALENDAR,
                  "<calendar year='2026'><days><day d='01.09' t='1'/><day d='04.30' t='2'/>"
                  "<day d='05.08' t='2'/><day d='05.11' t='1'/><day d='09.23' t='3'/></days>"
                  "</calendar>");
  g_assert_cmpuint (shorter->n_warnings, ==, 1);
  apply (fixture, shorter);
  gone = get_day (fixture, "2026-09-05");
  g_assert_null (gone);
  g_clear_object (&own);
  own = get_day (fixture, "2026-09-23");
  g_assert_cmpint (own->kind, ==, UCH_DAY_OFF);
}

/* All of a year or nothing of it. */
static void
test_bad_calendars (Fixture *fixture, gconstpointer data)
{
  static const struct
  {
    const char *text;
    guint       n_errors; /* 0: the whole file is refused */
  } cases[] = {
    { "", 0 },
    { "d;t\n01.09;1\n", 0 },
    { "<calendar><days/></calendar>", 0 },
    { "<calendar year='20226'><days/></calendar>", 0 },
    { "<html><body/></html>", 0 },
    { "<calendar year='2026'><days><day d='01.09' t='1'/>", 0 },
    { "<calendar year='2026'><days><day d='13.01' t='1'/><day d='01.09' t='1'/></days></calendar>",
      1 },
    { "<calendar year='2026'><days><day d='02.30' t='1'/><day d='5.1' t='1'/></days></calendar>",
      2 },
    { "<calendar year='2026'><days><day d='01.09' t='4'/><day t='1'/><day d='05.08'/></days>"
      "</calendar>",
      3 },
  };

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autoptr (GError) error = NULL;
      g_autoptr (UchImport) import
          = uch_import_plan (UCH_IMPORT_CALENDAR, cases[i].text, strlen (cases[i].text), NULL,
                             &fixture->office, &error);

      g_test_message ("case %u", i);
      g_assert_cmpint (import != NULL, ==, cases[i].n_errors > 0);
      g_assert_cmpint (error != NULL, ==, cases[i].n_errors == 0);
      if (import == NULL)
        continue;
      g_assert_cmpuint (import->n_errors, ==, cases[i].n_errors);
      g_assert_cmpuint (import->commands->len, ==, 0);
    }
}

int
main (int argc, char **argv)
{
#define ADD(path, test) g_test_add (path, Fixture, NULL, set_up, test, tear_down)
  g_test_init (&argc, &argv, NULL);
  ADD ("/import/houses/zone-around", test_houses_take_the_zone_around_them);
  ADD ("/import/houses/second-import", test_a_second_import_changes_only_what_differs);
  ADD ("/import/houses/zone-by-hand", test_a_zone_set_by_hand_wins);
  ADD ("/import/houses/bad-rows", test_bad_houses_are_reported);
  ADD ("/import/houses/swapped-without-zones", test_swapped_coordinates_are_seen_without_zones);
  ADD ("/import/houses/file-of-errors", test_the_file_of_errors_can_be_mended_and_read);
  ADD ("/import/zones/move-houses", test_moved_zones_take_their_houses_along);
  ADD ("/import/zones/bad-ones", test_bad_zones_are_refused_alone);
  ADD ("/import/zones/no-geojson", test_what_is_no_geojson_is_refused);
  ADD ("/import/columns", test_columns_are_found_or_said);
  ADD ("/import/centres-and-staff", test_centres_and_staff);
  ADD ("/import/clients", test_clients_find_their_house);
  ADD ("/import/tickets", test_tickets);
  ADD ("/import/calendar/transfers", test_transfers_of_days_off);
  ADD ("/import/calendar/bad-ones", test_bad_calendars);
  return g_test_run ();
#undef ADD
}

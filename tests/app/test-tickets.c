/* The long list of tickets: what a saved filter keeps, what stands in the exported file. */
#include <string.h>

#include "app/tickets/uch-ticket-column.h"
#include "app/tickets/uch-ticket-export.h"
#include "app/tickets/uch-ticket-view.h"
#include "core/uch-people.h"

#define NOON G_GINT64_CONSTANT (1795338000000) /* 2026-11-22 12:00 in Moscow */
#define DAY UCH_DAY_MS

static void
assert_same (const UchTicketView *a, const UchTicketView *b)
{
  g_assert_cmpstr (a->text, ==, b->text);
  g_assert_cmpstr (a->category, ==, b->category);
  g_assert_cmpstr (a->zone_id, ==, b->zone_id);
  g_assert_cmpstr (a->engineer_id, ==, b->engineer_id);
  g_assert_cmpuint (a->states, ==, b->states);
  g_assert_cmpint (a->period, ==, b->period);
  g_assert_cmpint (a->sort, ==, b->sort);
  g_assert_cmpint (a->descending, ==, b->descending);
}

static void
test_a_saved_filter_comes_back (void)
{
  UchTicketView cases[] = {
    { .sort = UCH_TICKET_SORT_CREATED, .descending = TRUE },
    { .text = (char *) "ул. Мира & 5=5 %41 \"кв\"", .sort = UCH_TICKET_SORT_NUMBER },
    { .category = (char *) "support.", .states = 1 << UCH_TICKET_NEW | 1 << UCH_TICKET_REJECTED },
    { .zone_id = (char *) "zone-1",
      .engineer_id = (char *) "staff:7",
      .period = UCH_PERIOD_YEAR,
      .sort = UCH_TICKET_SORT_DUE,
      .descending = TRUE },
  };

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autofree char *saved = uch_saved_view_print ("Мои\tсрочные", &cases[i]);
      g_autoptr (UchTicketView) view = NULL;
      g_autofree char *name = uch_saved_view_parse (saved, &view);

      g_assert_cmpstr (name, ==, "Мои срочные");
      assert_same (view, &cases[i]);
    }
}

static void
test_a_filter_of_a_newer_program_opens (void)
{
  g_autoptr (UchTicketView) view = uch_ticket_view_parse (
      "states=new,teleported&period=century&sort=mood&zone=zone-1&wings=2&order=up");
  g_autoptr (UchTicketView) broken = uch_ticket_view_parse ("states=%ZZ&&&=");

  g_assert_cmpuint (view->states, ==, 1 << UCH_TICKET_NEW);
  g_assert_cmpint (view->period, ==, UCH_PERIOD_ANY);
  g_assert_cmpint (view->sort, ==, UCH_TICKET_SORT_CREATED);
  g_assert_cmpstr (view->zone_id, ==, "zone-1");
  g_assert_false (view->descending);
  g_assert_true (uch_ticket_view_is_any (broken));
  g_assert_null (uch_saved_view_parse ("no tab here", NULL));
}

static void
test_saved_filters_are_replaced_and_deleted_by_name (void)
{
  const char *const none[] = { NULL };
  g_autoptr (UchTicketView) view = uch_ticket_view_new ();
  g_auto (GStrv) one = uch_saved_views_put (none, " Мои ", view);
  g_auto (GStrv) two = uch_saved_views_put ((const char *const *) one, "Риск", view);
  g_auto (GStrv) again = NULL;
  g_auto (GStrv) less = NULL;

  g_assert_cmpuint (g_strv_length (two), ==, 2);
  view->states = 1 << UCH_TICKET_NEW;
  again = uch_saved_views_put ((const char *const *) two, "Мои", view);
  g_assert_cmpuint (g_strv_length (again), ==, 2);
  g_assert_nonnull (strstr (again[0], "states=new"));
  less = uch_saved_views_put ((const char *const *) again, "Мои", NULL);
  g_assert_cmpuint (g_strv_length (less), ==, 1);
  g_assert_true (g_str_has_prefix (less[0], "Риск\t"));
}

static void
test_periods_follow_the_calendar (void)
{
  static const struct
  {
    UchPeriod period;
    UchTime   from, to;
  } cases[] = {
    { UCH_PERIOD_ANY, 0, 0 },
    { UCH_PERIOD_TODAY, NOON - DAY / 2, 0 },
    { UCH_PERIOD_YESTERDAY, NOON - DAY / 2 - DAY, NOON - DAY / 2 },
    { UCH_PERIOD_WEEK, NOON - DAY / 2 - 6 * DAY, 0 },
    { UCH_PERIOD_MONTH, NOON - DAY / 2 - 29 * DAY, 0 },
  };

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autoptr (UchTicketView) view = uch_ticket_view_new ();
      UchTicketFilter filter;

      view->period = cases[i].period;
      uch_ticket_view_fill (view, NOON, &filter);
      g_assert_cmpint (filter.created_from, ==, cases[i].from);
      g_assert_cmpint (filter.created_to, ==, cases[i].to);
    }
}

static void
test_columns_come_from_settings (void)
{
  const char *const some[] = { "phone", "number", "colour_of_hair", "phone", NULL };
  const char *const none[] = { NULL };
  g_autoptr (GPtrArray) chosen = uch_ticket_columns_from_settings (some);
  g_autoptr (GPtrArray) usual = uch_ticket_columns_from_settings (none);

  g_assert_cmpuint (chosen->len, ==, 2);
  g_assert_cmpstr (((const UchTicketColumn *) chosen->pdata[0])->id, ==, "phone");
  g_assert_cmpuint (usual->len, ==, 10);
}

static void
test_the_file_holds_whole_and_harmless_values (void)
{
  const char *const ids[]
      = { "number", "created", "phone", "client", "address", "due", "description", NULL };
  g_autoptr (GPtrArray) columns = uch_ticket_columns_from_settings (ids);
  g_autoptr (UchTicket) ticket = uch_entity_new (UCH_TABLE_TICKET, "t");
  g_autoptr (UchVisit) visit = uch_entity_new (UCH_TABLE_VISIT, "v");
  g_autoptr (GString) csv = g_string_new (NULL);

  ticket->number = 2417;
  ticket->created_at = NOON;
  uch_entity_set_text (ticket, &ticket->category, "support.wifi");
  uch_entity_set_text (ticket, &ticket->phone, "+79621234567");
  uch_entity_set_text (ticket, &ticket->client_name, "=HYPERLINK(\"http://x\")");
  uch_entity_set_text (ticket, &ticket->address, "ул. Мира, 280; кв. 7");
  uch_entity_set_text (ticket, &ticket->description, "две\nстроки \"в кавычках\"");
  visit->due_at = NOON + 40 * UCH_MINUTE_MS;
  uch_ticket_export_append_titles (csv, columns);
  g_assert_true (
      g_str_has_prefix (csv->str, "Number;Created;Phone;Client;Address;Due;Description"));
  g_string_truncate (csv, 0);
  uch_ticket_export_append (csv, columns, NULL, ticket, visit, NOON);
  g_assert_true (g_str_has_prefix (csv->str, "2417;2026-11-22 12:00;"));
  g_assert_nonnull (strstr (csv->str, ";8 (962) 123-45-67;"));
  g_assert_nonnull (strstr (csv->str, ";2026-11-22 12:40;"));
  g_assert_nonnull (strstr (csv->str, "\"ул. Мира, 280; кв. 7\""));
  g_assert_nonnull (strstr (csv->str, "\"две\nстроки \"\"в кавычках\"\"\""));
  /* A spreadsheet must not run what a client is called. */
  g_assert_null (strstr (csv->str, ";=HYPER"));
  g_assert_null (strstr (csv->str, ";\"=HYPER"));
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/tickets/a-saved-filter-comes-back", test_a_saved_filter_comes_back);
  g_test_add_func ("/tickets/a-filter-of-a-newer-program-opens",
                   test_a_filter_of_a_newer_program_opens);
  g_test_add_func ("/tickets/saved-filters-are-replaced-and-deleted-by-name",
                   test_saved_filters_are_replaced_and_deleted_by_name);
  g_test_add_func ("/tickets/periods-follow-the-calendar", test_periods_follow_the_calendar);
  g_test_add_func ("/tickets/columns-come-from-settings", test_columns_come_from_settings);
  g_test_add_func ("/tickets/the-file-holds-whole-and-harmless-values",
                   test_the_file_holds_whole_and_harmless_values);
  return g_test_run ();
}

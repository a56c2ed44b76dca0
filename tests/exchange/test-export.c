#include "exchange/uch-export.h"

#include <string.h>

#include "core/uch-place.h"
#include "core/uch-work.h"

static char *
look_up (UchTable table, const char *field, const char *value, gpointer user_data)
{
  return strcmp (field, "zone_id") == 0 ? g_strdup ("Центр") : NULL;
}

static char *export(UchTable table, const char *const *fields, gconstpointer row)
{
  g_autoptr (UchExport) out = uch_export_new (table, fields, look_up, NULL);
  g_autoptr (GBytes) bytes = NULL;

  uch_export_add (out, row);
  bytes = uch_export_finish (out);
  return g_strndup (g_bytes_get_data (bytes, NULL), g_bytes_get_size (bytes));
}

static void
test_sensitive_fields_stay_inside (void)
{
  static const char *const asked[] = { "number", "intercom", "riser", NULL };
  g_autoptr (UchHouse) house = uch_entity_new (UCH_TABLE_HOUSE, "h1");
  g_autoptr (UchEntrance) entrance = uch_entity_new (UCH_TABLE_ENTRANCE, "e1");
  g_autofree char *houses = NULL;
  g_autofree char *entrances = NULL;

  uch_entity_set_text (house, &house->street, "Мира");
  uch_entity_set_text (house, &house->access, "СЕКРЕТ");
  uch_entity_set_text (house, &house->access_holder, "СЕКРЕТ");
  uch_entity_set_text (house, &house->access_phone, "СЕКРЕТ");
  uch_entity_set_text (entrance, &entrance->intercom, "СЕКРЕТ");
  entrance->number = 2;
  uch_entity_set_text (entrance, &entrance->riser, "слева");
  houses = export(UCH_TABLE_HOUSE, NULL, house);
  entrances = export(UCH_TABLE_ENTRANCE, asked, entrance);
  g_assert_null (strstr (houses, "СЕКРЕТ"));
  g_assert_null (strstr (houses, "access"));
  g_assert_nonnull (strstr (houses, "Мира"));
  g_assert_cmpstr (entrances, ==, "\xef\xbb\xbfnumber;riser\r\n2;слева\r\n");
}

static void
test_values_are_what_people_read (void)
{
  static const char *const fields[]
      = { "number", "state", "priority", "zone_id", "description", "created_at", NULL };
  g_autoptr (UchTicket) ticket = uch_entity_new (UCH_TABLE_TICKET, "t1");
  g_autofree char *text = NULL;

  ticket->number = 1042;
  ticket->state = UCH_TICKET_IN_WORK;
  ticket->priority = UCH_PRIORITY_URGENT;
  ticket->created_at = G_GINT64_CONSTANT (1795000000000);
  uch_entity_set_text (ticket, &ticket->zone_id, "zone-3");
  uch_entity_set_text (ticket, &ticket->description, "=cmd|'/c calc'!A1");
  text = export(UCH_TABLE_TICKET, fields, ticket);
  g_assert_cmpstr (text, ==,
                   "\xef\xbb\xbfnumber;state;priority;zone_id;description;created_at\r\n"
                   "1042;in_work;urgent;Центр;'=cmd|'/c calc'!A1;2026-11-18 14:06:40\r\n");
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/export/sensitive", test_sensitive_fields_stay_inside);
  g_test_add_func ("/export/values", test_values_are_what_people_read);
  return g_test_run ();
}

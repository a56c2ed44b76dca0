/* The registers' forms: every field has its place, what is typed is checked, edits are merged. */
#include <string.h>

#include "app/register/uch-form-value.h"
#include "app/register/uch-register.h"
#include "core/uch-office.h"
#include "core/uch-people.h"
#include "core/uch-place.h"

static const UchTable tables[] = { UCH_TABLE_SETTING, UCH_TABLE_REASON,  UCH_TABLE_ZONE,
                                   UCH_TABLE_CENTRE,  UCH_TABLE_COMPANY, UCH_TABLE_HOUSE,
                                   UCH_TABLE_STAFF,   UCH_TABLE_SHIFT,   UCH_TABLE_CLIENT,
                                   UCH_TABLE_ENTRANCE };

/* A field added to a schema must be shown, or stand in the table as hidden with a reason. */
static void
test_forms_cover_every_field (void)
{
  for (guint t = 0; t < G_N_ELEMENTS (tables); t++)
    {
      const UchRegister *of = uch_register_get (tables[t]);
      const UchSchema   *schema = uch_schema_get (tables[t]);

      g_assert_nonnull (of);
      for (guint i = 0; i < schema->n_fields; i++)
        if (uch_register_find_field (of, schema->fields[i].name) == NULL)
          g_error ("the form of %s forgets %s", schema->name, schema->fields[i].name);
      for (guint i = 0; i < of->n_fields; i++)
        {
          const UchFormField *input = &of->fields[i];
          const UchField     *field = uch_schema_find_field (schema, input->name);

          g_assert_nonnull (field);
          g_assert_true ((input->label == NULL) == (input->input == UCH_INPUT_HIDDEN));
          g_assert_true ((input->input == UCH_INPUT_NICK) <= (field->kind == UCH_FIELD_ENUM));
          g_assert_true ((input->input == UCH_INPUT_FLAG) <= (field->kind == UCH_FIELD_BOOL));
          /* What core derives is never typed in. */
          g_assert_true ((field->flags & UCH_FIELD_DERIVED) == 0
                         || input->input == UCH_INPUT_HIDDEN);
          /* What is sensitive is masked, and nothing else is. */
          g_assert_cmpint ((field->flags & UCH_FIELD_SENSITIVE) != 0, ==,
                           input->input == UCH_INPUT_SECRET);
        }
    }
}

static void
test_lists_never_show_secrets (void)
{
  guint              n;
  const UchRegister *registers = uch_register_list (&n);

  for (guint r = 0; r < n; r++)
    for (guint i = 0; i < registers[r].n_columns; i++)
      {
        const UchField *field = uch_schema_find_field (uch_schema_get (registers[r].table),
                                                       registers[r].columns[i].id);

        g_assert_true (field == NULL || (field->flags & UCH_FIELD_SENSITIVE) == 0);
      }
}

static void
test_roles_see_and_edit_what_they_may (void)
{
  static const struct
  {
    UchTable table;
    UchRole  role;
    gboolean sees, edits;
  } cases[] = {
    { UCH_TABLE_CLIENT, UCH_ROLE_DISPATCHER, TRUE, TRUE },
    { UCH_TABLE_CLIENT, UCH_ROLE_CLERK, TRUE, TRUE },
    { UCH_TABLE_CLIENT, UCH_ROLE_ADMIN, FALSE, FALSE },
    { UCH_TABLE_HOUSE, UCH_ROLE_DISPATCHER, TRUE, TRUE },
    { UCH_TABLE_HOUSE, UCH_ROLE_CLERK, TRUE, FALSE },
    { UCH_TABLE_ZONE, UCH_ROLE_DISPATCHER, TRUE, FALSE },
    { UCH_TABLE_ZONE, UCH_ROLE_HEAD, TRUE, TRUE },
    { UCH_TABLE_STAFF, UCH_ROLE_DISPATCHER, TRUE, FALSE },
    { UCH_TABLE_REASON, UCH_ROLE_DISPATCHER, FALSE, FALSE },
    { UCH_TABLE_REASON, UCH_ROLE_HEAD, TRUE, TRUE },
    { UCH_TABLE_SETTING, UCH_ROLE_CLERK, FALSE, FALSE },
    { UCH_TABLE_SHIFT, UCH_ROLE_DISPATCHER, FALSE, TRUE }, /* shown inside the person */
  };

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      const UchRegister *of = uch_register_get (cases[i].table);

      g_test_message ("%s, role %d", of->name, cases[i].role);
      g_assert_cmpint (uch_register_may_see (of, cases[i].role), ==, cases[i].sees);
      g_assert_cmpint (uch_register_may_edit (of, cases[i].role), ==, cases[i].edits);
    }
}

static void
test_what_is_typed_is_checked (void)
{
  static const struct
  {
    UchTable    table;
    const char *field, *typed;
    const char *shown; /* as it stands in the form afterwards; NULL: refused */
  } cases[] = {
    { UCH_TABLE_HOUSE, "street", "  Ленина ", "Ленина" },
    { UCH_TABLE_HOUSE, "street", " ", NULL },
    { UCH_TABLE_HOUSE, "latitude", "45,0428", "45.0428" },
    { UCH_TABLE_HOUSE, "latitude", "45.0428", "45.0428" },
    { UCH_TABLE_HOUSE, "latitude", "", "" },
    { UCH_TABLE_HOUSE, "latitude", "91", NULL },
    { UCH_TABLE_HOUSE, "longitude", "-180", "-180." },
    { UCH_TABLE_HOUSE, "longitude", "180.5", NULL },
    { UCH_TABLE_HOUSE, "longitude", "41.9 в", NULL },
    { UCH_TABLE_HOUSE, "longitude", "nan", NULL },
    { UCH_TABLE_HOUSE, "floors", "9", "9" },
    { UCH_TABLE_HOUSE, "floors", "", "" },
    { UCH_TABLE_HOUSE, "floors", "-1", NULL },
    { UCH_TABLE_HOUSE, "floors", "9 этажей", NULL },
    { UCH_TABLE_HOUSE, "floors", "99999999999999999999", NULL },
    { UCH_TABLE_COMPANY, "inn", "2634051351", "2634051351" },
    { UCH_TABLE_COMPANY, "inn", "", "" },
    { UCH_TABLE_COMPANY, "inn", "26340", NULL },
    { UCH_TABLE_COMPANY, "inn", "26340513ab", NULL },
    { UCH_TABLE_ZONE, "color", "#0072B2", "#0072B2" },
    { UCH_TABLE_ZONE, "color", "", "" },
    { UCH_TABLE_ZONE, "color", "blue", NULL },
    { UCH_TABLE_ZONE, "color", "#0072", NULL },
    { UCH_TABLE_STAFF, "phone", "8 962 123-45-67", "+7 (962) 123-45-67" },
    { UCH_TABLE_STAFF, "phone", "23-45-67", "+7 (865) 223-45-67" },
    { UCH_TABLE_STAFF, "phone", "12", NULL },
    { UCH_TABLE_STAFF, "phone", "", "" },
    { UCH_TABLE_CLIENT, "phone_raw", "8 962 123-45-67", "8 962 123-45-67" },
    { UCH_TABLE_CLIENT, "phone_raw", "нет", NULL },
    { UCH_TABLE_CLIENT, "note", "две\nстроки", "две\nстроки" },
    { UCH_TABLE_REASON, "code", "wrong_skill", "wrong_skill" },
    { UCH_TABLE_REASON, "code", "Нет навыка", NULL },
    { UCH_TABLE_REASON, "code", "", NULL },
  };

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      const UchFormField *input
          = uch_register_find_field (uch_register_get (cases[i].table), cases[i].field);
      g_autoptr (UchEntity) row = uch_entity_new (cases[i].table, "x");
      g_autofree char *fault = NULL;
      g_autofree char *shown = NULL;
      gboolean         good = uch_form_value_parse (input, cases[i].typed, "8652", row, &fault);

      g_test_message ("%s: “%s”", cases[i].field, cases[i].typed);
      g_assert_cmpint (good, ==, cases[i].shown != NULL);
      g_assert_cmpint (fault == NULL, ==, good);
      shown = uch_form_value_print (input, row);
      g_assert_cmpstr (shown, ==, good ? cases[i].shown : "");
    }
}

static void
test_numbers_of_settings_are_numbers (void)
{
  const UchFormField *input
      = uch_register_find_field (uch_register_get (UCH_TABLE_SETTING), "value");
  g_autoptr (UchEntity) minutes = uch_entity_new (UCH_TABLE_SETTING, UCH_SETTING_PROMISE_MIN);
  g_autoptr (UchEntity) name = uch_entity_new (UCH_TABLE_SETTING, UCH_SETTING_OFFICE_NAME);
  g_autofree char *fault = NULL;

  g_assert_false (uch_form_value_parse (input, "сорок", "8652", minutes, &fault));
  g_clear_pointer (&fault, g_free);
  g_assert_true (uch_form_value_parse (input, "45", "8652", minutes, &fault));
  g_assert_true (uch_form_value_parse (input, "Сервисная служба", "8652", name, &fault));
}

static UchHouse *
make_house (const char *street, const char *number, gint64 floors)
{
  UchHouse *house = uch_entity_new (UCH_TABLE_HOUSE, "house-1");

  uch_entity_set_text (house, &house->street, street);
  uch_entity_set_text (house, &house->number, number);
  house->floors = floors;
  return house;
}

static void
test_only_what_changed_is_sent (void)
{
  const UchRegister *of = uch_register_get (UCH_TABLE_HOUSE);
  g_autoptr (UchHouse) seen = make_house ("Ленина", "12", 5);
  g_autoptr (UchHouse) draft = uch_entity_copy (seen);
  g_autoptr (GVariant) fields = NULL;
  g_autoptr (GVariant) was = NULL;
  gint64 floors = 0;

  g_assert_null (uch_form_changes (of, seen, draft, &was));
  g_assert_null (was);
  draft->floors = 9;
  uch_entity_set_text (draft, &draft->key, "derived|by|core|");
  uch_entity_set_text (draft, &draft->access, "ключ у старшей");
  fields = uch_form_changes (of, seen, draft, &was);
  g_assert_cmpint (g_variant_n_children (fields), ==, 2);
  g_assert_true (g_variant_lookup (fields, "floors", "x", &floors));
  g_assert_cmpint (floors, ==, 9);
  g_assert_true (g_variant_lookup (fields, "access", "s", NULL));
  /* A desk saw only the mask of what is sensitive: it has no old value to tell. */
  g_assert_cmpint (g_variant_n_children (was), ==, 1);
  g_assert_true (g_variant_lookup (was, "floors", "x", &floors));
  g_assert_cmpint (floors, ==, 5);
}

static void
test_a_new_row_sends_what_is_not_empty (void)
{
  g_autoptr (UchHouse) draft = make_house ("Мира", "280", 0);
  g_autoptr (GVariant) was = NULL;
  g_autoptr (GVariant) fields
      = uch_form_changes (uch_register_get (UCH_TABLE_HOUSE), NULL, draft, &was);

  g_assert_cmpint (g_variant_n_children (fields), ==, 2);
  g_assert_null (was);
}

static void
test_edits_of_two_people_are_merged (void)
{
  g_autoptr (UchHouse) seen = make_house ("Ленина", "12", 5);
  g_autoptr (UchHouse) draft = uch_entity_copy (seen);
  g_autoptr (UchHouse) now = uch_entity_copy (seen);
  g_autoptr (GPtrArray) clashes = NULL;

  draft->floors = 9;                                 /* only I */
  draft->apartments = 70;                            /* both, alike */
  uch_entity_set_text (draft, &draft->number, "14"); /* both, differently */
  now->entrances = 4;                                /* only the colleague */
  now->apartments = 70;
  uch_entity_set_text (now, &now->number, "16");
  clashes = uch_form_merge (seen, draft, now, NULL);
  g_assert_cmpint (clashes->len, ==, 1);
  g_assert_cmpstr (g_ptr_array_index (clashes, 0), ==, "number");
  g_assert_cmpint (draft->floors, ==, 9);
  g_assert_cmpint (draft->entrances, ==, 4);
  g_assert_cmpint (draft->apartments, ==, 70);
  g_assert_cmpstr (draft->number, ==, "14");
}

static void
test_a_revealed_secret_survives_a_merge (void)
{
  g_autoptr (UchHouse) seen = make_house ("Ленина", "12", 5);
  g_autoptr (UchHouse) draft = NULL;
  g_autoptr (UchHouse) now = uch_entity_copy (seen);
  g_autoptr (GHashTable) revealed = g_hash_table_new (g_str_hash, g_str_equal);
  g_autoptr (GPtrArray) clashes = NULL;

  uch_entity_set_text (seen, &seen->access, "код 1234");
  draft = uch_entity_copy (seen);
  uch_entity_set_text (now, &now->access, "•••");
  g_hash_table_add (revealed, "access");
  clashes = uch_form_merge (seen, draft, now, revealed);
  g_assert_cmpint (clashes->len, ==, 0);
  g_assert_cmpstr (draft->access, ==, "код 1234");
}

static void
test_words_are_set_one_by_one (void)
{
  static const struct
  {
    const char *words, *word;
    gboolean    present;
    const char *result;
  } cases[] = {
    { NULL, "a", TRUE, "a" },    { "", "a", FALSE, "" },
    { "a", "b", TRUE, "a,b" },   { "a, b ,c", "b", FALSE, "a,c" },
    { "a,b", "a", TRUE, "b,a" }, { "zone-10", "zone-1", FALSE, "zone-10" },
  };

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autofree char *result = uch_words_set (cases[i].words, cases[i].word, cases[i].present);

      g_assert_cmpstr (result, ==, cases[i].result);
    }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/registers/forms-cover-every-field", test_forms_cover_every_field);
  g_test_add_func ("/registers/lists-never-show-secrets", test_lists_never_show_secrets);
  g_test_add_func ("/registers/roles-see-and-edit-what-they-may",
                   test_roles_see_and_edit_what_they_may);
  g_test_add_func ("/registers/what-is-typed-is-checked", test_what_is_typed_is_checked);
  g_test_add_func ("/registers/numbers-of-settings-are-numbers",
                   test_numbers_of_settings_are_numbers);
  g_test_add_func ("/registers/only-what-changed-is-sent", test_only_what_changed_is_sent);
  g_test_add_func ("/registers/a-new-row-sends-what-is-not-empty",
                   test_a_new_row_sends_what_is_not_empty);
  g_test_add_func ("/registers/edits-of-two-people-are-merged",
                   test_edits_of_two_people_are_merged);
  g_test_add_func ("/registers/a-revealed-secret-survives-a-merge",
                   test_a_revealed_secret_survives_a_merge);
  g_test_add_func ("/registers/words-are-set-one-by-one", test_words_are_set_one_by_one);
  return g_test_run ();
}

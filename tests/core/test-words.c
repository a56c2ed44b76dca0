/* Addresses, phones and words as people write them; the promise's clock; what an assignment means.
 */
#include "core/uch-assignment.h"
#include "core/uch-fold.h"
#include "core/uch-geo.h"
#include "core/uch-id.h"
#include "core/uch-promise.h"
#include "office.h"

static void
test_fold (void)
{
  static const char *const cases[][2] = {
    { "Ёлочная  УЛИЦА, д. 5-а", "елочная улица д 5 а" },
    { "  «Уют»  ", "уют" },
    { "", "" },
    { "Café №7", "café 7" },
    { "и\xCC\x86од", "йод" },
    { "bad \xff byte", "bad byte" },
  };

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autofree char *folded = uch_fold (cases[i][0]);

      g_assert_cmpstr (folded, ==, cases[i][1]);
    }
  g_assert_true (uch_fold_matches ("ул мира 280 кв 7 петрова", "петр мир"));
  g_assert_false (uch_fold_matches ("ул мира 280 кв 7 петрова", "петр 281"));
}

static void
test_phone (void)
{
  static const char *const cases[][3] = {
    { "8 (962) 123-45-67", "+79621234567", "+7 (962) 123-45-67" },
    { "+7 962 123 45 67", "+79621234567", "+7 (962) 123-45-67" },
    { "9621234567", "+79621234567", "+7 (962) 123-45-67" },
    { "12-34-56", "+78652123456", "+7 (865) 212-34-56" },
    { "123", NULL, "" },
    { "звонить вечером 89621234567", "+79621234567", "+7 (962) 123-45-67" },
    { "8962123456789", NULL, "" },
    { "1-800-FLOWERS", NULL, "" },
    { NULL, NULL, "" },
  };

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autofree char *phone = uch_phone_normalize (cases[i][0], "8652");
      g_autofree char *shown = uch_phone_format (phone);

      g_assert_cmpstr (phone, ==, cases[i][1]);
      g_assert_cmpstr (shown, ==, cases[i][2]);
    }
}

static void
test_address_key (void)
{
  static const char *const same[][2][3] = {
    { { "улица Ленина", "12", "корпус 1" }, { "ул. Ленина", "12 к 1", NULL } },
    { { "ЛЕНИНА", "12", "корп. 1" }, { "Ленина ул", "12к1", "" } },
    { { "1-я Садовая", "5", NULL }, { "1 Садовая ул.", "5", NULL } },
    { { "Ёлочная", "3", "строение 2" }, { "елочная улица", "3 стр 2", NULL } },
    { { "пр-кт Кулакова", "8а", NULL }, { "проспект Кулакова", "8 А", NULL } },
    { { "«Мира»", "д. 7", NULL }, { "Мира", "7", NULL } },
  };
  static const char *const other[][2][3] = {
    { { "Ленина", "12", NULL }, { "Ленина", "12", "к1" } },
    { { "Ленина", "1", "к2" }, { "Ленина", "1", "с2" } },
    { { "1-я Садовая", "5", NULL }, { "2-я Садовая", "5", NULL } },
    { { "Мира", "28", NULL }, { "Мира", "2", "8" } },
  };

  for (guint i = 0; i < G_N_ELEMENTS (same); i++)
    {
      g_autofree char *a
          = uch_address_make_key ("Ставрополь", same[i][0][0], same[i][0][1], same[i][0][2]);
      g_autofree char *b
          = uch_address_make_key ("ставрополь", same[i][1][0], same[i][1][1], same[i][1][2]);

      g_assert_cmpstr (a, ==, b);
    }
  for (guint i = 0; i < G_N_ELEMENTS (other); i++)
    {
      g_autofree char *a
          = uch_address_make_key ("С", other[i][0][0], other[i][0][1], other[i][0][2]);
      g_autofree char *b
          = uch_address_make_key ("С", other[i][1][0], other[i][1][1], other[i][1][2]);

      g_assert_cmpstr (a, !=, b);
    }
}

static void
test_id (void)
{
  static const guint8 random[UCH_ID_RANDOM_LEN] = { 0xff, 1, 0xff, 3, 4, 5, 6, 7, 8, 9 };
  g_autofree char    *a = uch_id_new (OFFICE_NOW, random);
  g_autofree char    *b = uch_id_new (OFFICE_NOW + 1, random);

  g_assert_true (g_uuid_string_is_valid (a));
  g_assert_cmpint (a[14], ==, '7');
  g_assert_cmpint (a[19], ==, 'b');
  g_assert_cmpstr (a, <, b);
  g_assert_false (uch_id_is_valid ("../etc"));
  g_assert_false (uch_id_is_valid (""));
  g_assert_true (uch_id_is_valid (a));
}

static void
test_outline (void)
{
  static const UchPoint square[] = { { 0, 0 }, { 0, 2 }, { 2, 2 }, { 2, 0 }, { 0, 0 } };
  static const UchPoint hole[] = { { 0.5, 0.5 }, { 0.5, 1 }, { 1, 1 }, { 1, 0.5 } };
  static const UchPoint bow[] = { { 0, 0 }, { 2, 2 }, { 0, 2 }, { 2, 0 } };
  g_autoptr (UchOutline) area = uch_outline_new ();
  g_autoptr (UchOutline) crossed = uch_outline_new ();

  uch_outline_add_ring (area, square, 5);
  uch_outline_add_ring (area, hole, 4);
  g_assert_true (uch_outline_contains (area, 1.5, 1.5));
  g_assert_false (uch_outline_contains (area, 0.7, 0.7));
  g_assert_false (uch_outline_contains (area, 3, 1));
  g_assert_false (uch_outline_crosses_itself (area));
  uch_outline_add_ring (crossed, bow, 4);
  g_assert_true (uch_outline_crosses_itself (crossed));
}

static void
test_distance (void)
{
  /* One degree of latitude on the IUGG sphere: 2πR/360 */
  g_assert_cmpfloat_with_epsilon (uch_geo_distance_m (45, 41, 46, 41), 111195.08, 0.01);
  g_assert_cmpfloat (uch_geo_distance_m (45, 41, 45, 41), ==, 0);
}

static const struct
{
  UchVisitState state;
  int           minute; /* after the agreed start; due is at 40 */
  int           arrived;
  UchPromise    expected;
} promises[] = {
  { UCH_VISIT_ACCEPTED, -1, 0, UCH_PROMISE_WAITING },
  { UCH_VISIT_ACCEPTED, 0, 0, UCH_PROMISE_RUNNING },
  { UCH_VISIT_ACCEPTED, 24, 0, UCH_PROMISE_RUNNING },
  { UCH_VISIT_ACCEPTED, 25, 0, UCH_PROMISE_YELLOW },
  { UCH_VISIT_EN_ROUTE, 25, 0, UCH_PROMISE_RUNNING },
  { UCH_VISIT_EN_ROUTE, 30, 0, UCH_PROMISE_ORANGE },
  { UCH_VISIT_PLANNED, 40, 0, UCH_PROMISE_ORANGE },
  { UCH_VISIT_PLANNED, 41, 0, UCH_PROMISE_RED },
  { UCH_VISIT_ON_SITE, 90, 40, UCH_PROMISE_KEPT },
  { UCH_VISIT_DONE, 90, 41, UCH_PROMISE_BROKEN },
  { UCH_VISIT_MISSED, 200, 0, UCH_PROMISE_BROKEN },
};

static void
test_promise (void)
{
  for (guint i = 0; i < G_N_ELEMENTS (promises); i++)
    {
      g_autoptr (UchVisit) visit = uch_entity_new (UCH_TABLE_VISIT, "v");

      visit->mode = UCH_VISIT_MODE_TIME;
      visit->agreed_from = OFFICE_NOW;
      visit->due_at = OFFICE_NOW + UCH_PROMISE_DEFAULT_MS;
      visit->state = promises[i].state;
      visit->arrived_at
          = promises[i].arrived != 0 ? OFFICE_NOW + promises[i].arrived * UCH_MINUTE_MS : 0;
      g_assert_cmpint (uch_promise_get (visit, OFFICE_NOW + promises[i].minute * UCH_MINUTE_MS), ==,
                       promises[i].expected);
      visit->exempt = TRUE;
      g_assert_cmpint (uch_promise_get (visit, OFFICE_NOW), ==, UCH_PROMISE_EXEMPT);
      visit->uncounted = TRUE;
      g_assert_cmpint (uch_promise_get (visit, OFFICE_NOW), ==, UCH_PROMISE_NONE);
    }
}

static void
put_shift (Office *office, UchShiftKind kind, const char *id)
{
  UchShift *shift = uch_entity_new (UCH_TABLE_SHIFT, id);

  uch_entity_set_text (shift, &shift->staff_id, "ivan");
  shift->kind = kind;
  shift->starts_at = OFFICE_NOW - UCH_HOUR_MS;
  shift->ends_at = OFFICE_NOW + UCH_HOUR_MS;
  uch_memory_snapshot_put (office->snapshot, shift);
  g_object_unref (shift);
}

static UchAssignment *
consider (Office *office, const UchVisit *visit, const double *at)
{
  return uch_assignment_consider (
      UCH_SNAPSHOT (office->snapshot), office_peek (office, UCH_TABLE_TICKET, "t1"), visit,
      office_peek (office, UCH_TABLE_STAFF, "ivan"), at, at != NULL ? at + 1 : NULL, office->now);
}

static void
test_assignment (void)
{
  static const double here[] = { 45.04, 41.97 }, far[] = { 45.13, 42.05 };
  g_autoptr (Office) office = office_new ();
  g_autoptr (UchAssignment) off = consider (office, NULL, here);
  g_autoptr (UchAssignment) fine = NULL;
  g_autoptr (UchAssignment) distant = NULL;
  g_autoptr (UchAssignment) absent = NULL;
  g_autofree char *words = uch_warnings_to_text (UCH_WARNING_WRONG_ZONE | UCH_WARNING_FAR);

  g_assert_cmpint (off->warnings, ==, UCH_WARNING_OFF_SHIFT);
  put_shift (office, UCH_SHIFT_WORK, "s1");
  fine = consider (office, NULL, here);
  g_assert_cmpint (fine->warnings, ==, 0);
  g_assert_cmpint (fine->forbidden, ==, UCH_FORBIDDEN_NOTHING);
  distant = consider (office, NULL, far);
  g_assert_cmpint (distant->warnings, ==, UCH_WARNING_FAR);
  g_assert_cmpint (uch_assignment_compare (fine, distant), <, 0);
  put_shift (office, UCH_SHIFT_ABSENCE, "s2");
  absent = consider (office, NULL, here);
  g_assert_cmpint (absent->warnings, ==, UCH_WARNING_OFF_SHIFT);
  /* Who is there and busy elsewhere is still nearer than who is not there at all. */
  fine->warnings = UCH_WARNING_WRONG_ZONE | UCH_WARNING_OVERLAP;
  g_assert_cmpint (uch_assignment_compare (fine, absent), <, 0);
  g_assert_cmpstr (words, ==, "wrong_zone,far");
}

static void
test_overlap_and_obstacles (void)
{
  g_autoptr (Office) office = office_new ();
  g_autoptr (UchAssignment) overlap = NULL;
  g_autoptr (UchAssignment) same = NULL;
  g_autoptr (UchAssignment) under_way = NULL;
  g_autoptr (UchVisit) other = NULL;

  put_shift (office, UCH_SHIFT_WORK, "s1");
  office_put_ticket (office, "t2", UCH_TICKET_IN_WORK);
  office_put_visit (office, "v2", "t2", UCH_VISIT_ACCEPTED);
  other = uch_entity_copy (office_peek (office, UCH_TABLE_VISIT, "v2"));
  g_free (UCH_ENTITY (other)->id);
  UCH_ENTITY (other)->id = g_strdup ("v1");
  uch_entity_set_text (other, &other->engineer_id, "petr");
  overlap = consider (office, other, NULL);
  g_assert_cmpint (overlap->warnings & UCH_WARNING_OVERLAP, !=, 0);
  g_assert_cmpstr (overlap->overlaps_id, ==, "v2");
  g_assert_cmpuint (overlap->n_visits, ==, 1);

  office_put_visit (office, "v1", "t1", UCH_VISIT_ASSIGNED);
  same = consider (office, office_peek (office, UCH_TABLE_VISIT, "v1"), NULL);
  g_assert_cmpint (same->forbidden, ==, UCH_FORBIDDEN_SAME);
  office_put_visit (office, "v1", "t1", UCH_VISIT_ON_SITE);
  under_way = consider (office, office_peek (office, UCH_TABLE_VISIT, "v1"), NULL);
  g_assert_cmpint (under_way->forbidden, ==, UCH_FORBIDDEN_UNDER_WAY);
}

/* Every table copies, compares and takes values by its description alone. */
static void
test_entities (void)
{
  for (guint t = 0; t < UCH_N_TABLES; t++)
    {
      const UchSchema *schema = uch_schema_get (t);
      g_autoptr (UchEntity) row = uch_entity_new (t, "id");
      g_autoptr (UchEntity) copy = NULL;

      g_assert_true (uch_schema_by_name (schema->name) == schema);
      g_assert_cmpint (schema->table, ==, t);
      for (guint i = 0; i < schema->n_fields; i++)
        {
          const UchField *field = &schema->fields[i];
          g_autoptr (UchEntity) before = uch_entity_copy (row);
          g_autoptr (GVariant) value = NULL;
          g_autoptr (GVariant) back = NULL;

          switch (field->kind)
            {
            case UCH_FIELD_TEXT:
              value = g_variant_new_printf ("текст %u", i);
              break;
            case UCH_FIELD_ENUM:
              value = g_variant_new_string (field->nicks[1]);
              break;
            case UCH_FIELD_REAL:
              value = g_variant_new_double (i + 0.5);
              break;
            case UCH_FIELD_BOOL:
              value = g_variant_new_boolean (TRUE);
              break;
            default:
              value = g_variant_new_int64 (i + 1);
            }
          g_variant_ref_sink (value);
          g_assert_true (uch_field_set_variant (field, row, value));
          g_assert_false (uch_field_set_variant (field, row, g_variant_new ("()")));
          g_assert_false (uch_entity_equal (before, row));
          back = g_variant_ref_sink (uch_field_get_variant (field, row));
          g_assert_true (g_variant_equal (value, back));
        }
      copy = uch_entity_copy (row);
      g_assert_true (uch_entity_equal (copy, row));
    }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/core/words/fold", test_fold);
  g_test_add_func ("/core/words/phone", test_phone);
  g_test_add_func ("/core/words/address-key", test_address_key);
  g_test_add_func ("/core/words/id", test_id);
  g_test_add_func ("/core/place/outline", test_outline);
  g_test_add_func ("/core/place/distance", test_distance);
  g_test_add_func ("/core/promise/lights", test_promise);
  g_test_add_func ("/core/assignment/warnings", test_assignment);
  g_test_add_func ("/core/assignment/overlap-and-obstacles", test_overlap_and_obstacles);
  g_test_add_func ("/core/entity/every-table", test_entities);
  return g_test_run ();
}

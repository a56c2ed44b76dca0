/* The plan of shifts: typing hours, changing days, copying weeks, finding gaps. */
#include "app/shifts/uch-shift-draft.h"

#define MONDAY G_GINT64_CONSTANT (1795381200000) /* 2026-11-23 00:00 in Moscow */
#define DAY(n) (MONDAY + (n) *UCH_DAY_MS)
#define AT(n, hour) (DAY (n) + (hour) *UCH_HOUR_MS)

static void
add_shift (GPtrArray   *shifts,
           const char  *id,
           const char  *staff_id,
           UchShiftKind kind,
           UchTime      from,
           UchTime      to)
{
  UchShift *shift = uch_entity_new (UCH_TABLE_SHIFT, id);

  uch_entity_set_text (shift, &shift->staff_id, staff_id);
  shift->kind = kind;
  shift->starts_at = from;
  shift->ends_at = to;
  if (kind == UCH_SHIFT_ABSENCE)
    uch_entity_set_text (shift, &shift->reason, UCH_ABSENCE_VACATION);
  g_ptr_array_add (shifts, shift);
}

static GArray *
parse (const char *typed)
{
  g_autofree char *fault = NULL;
  GArray          *parts = uch_day_parts_parse (typed, &fault);

  g_assert_nonnull (parts);
  return parts;
}

static void
set_work (UchShiftDraft *draft, int day, const char *typed)
{
  g_autoptr (GArray) parts = parse (typed);

  uch_shift_draft_set_work (draft, DAY (day), parts);
}

/* "id+9-18 …": what is to be done, in hours of MONDAY's week; a new row has the id "new". */
static char *
print_edits (UchShiftDraft *draft)
{
  g_autoptr (GPtrArray) edits = uch_shift_draft_list_edits (draft);
  GString *text = g_string_new (NULL);

  for (guint i = 0; i < edits->len; i++)
    {
      const UchShiftEdit *edit = g_ptr_array_index (edits, i);
      const char         *id = edit->id != NULL ? edit->id : "new";

      if (text->len > 0)
        g_string_append_c (text, ' ');
      if (edit->removes)
        g_string_append_printf (text, "-%s", id);
      else
        g_string_append_printf (text, "%s%s%d-%d", id, edit->kind == UCH_SHIFT_ABSENCE ? "!" : ":",
                                (int) ((edit->starts_at - MONDAY) / UCH_HOUR_MS),
                                (int) ((edit->ends_at - MONDAY) / UCH_HOUR_MS));
    }
  return g_string_free (text, FALSE);
}

#define assert_edits(draft, expected)                                                              \
  G_STMT_START                                                                                     \
  {                                                                                                \
    g_autofree char *done = print_edits (draft);                                                   \
    g_assert_cmpstr (done, ==, expected);                                                          \
  }                                                                                                \
  G_STMT_END

/* Monday 9-13 and 14-18, a vacation from Wednesday to Friday with work planned on Thursday; a
 * colleague works on Monday. */
static GPtrArray *
make_week (void)
{
  GPtrArray *shifts = g_ptr_array_new_with_free_func (g_object_unref);

  add_shift (shifts, "b", "ivan", UCH_SHIFT_WORK, AT (0, 14), AT (0, 18));
  add_shift (shifts, "a", "ivan", UCH_SHIFT_WORK, AT (0, 9), AT (0, 13));
  add_shift (shifts, "v", "ivan", UCH_SHIFT_ABSENCE, DAY (2), DAY (5));
  add_shift (shifts, "t", "ivan", UCH_SHIFT_WORK, AT (3, 9), AT (3, 18));
  add_shift (shifts, "o", "olga", UCH_SHIFT_WORK, AT (0, 10), AT (0, 19));
  return shifts;
}

static void
test_days_are_typed_as_people_write_them (void)
{
  static const struct
  {
    const char *typed;
    guint       n_parts;          /* 99: refused */
    int         from_min, to_min; /* of the last part */
  } cases[] = {
    { "", 0 },
    { "  ", 0 },
    { "9-18", 1, 540, 1080 },
    { "09:00–18:00", 1, 540, 1080 },
    { "9.30 - 18", 1, 570, 1080 },
    { "9-13, 14:30-18", 2, 870, 1080 },
    { "9-13,14-18,", 2, 840, 1080 },
    { "20-8", 1, 1200, 1920 }, /* a night */
    { "0-24", 1, 0, 1440 },
    { "9 до 18", 1, 540, 1080 },
    { "9", 99 },
    { "9-", 99 },
    { "9-18 x", 99 },
    { "25-26", 99 },
    { "9:60-10", 99 },
    { "9-13, 12-18", 99 }, /* overlap */
    { "1-2,3-4,5-6,7-8,9-10", 99 },
    { "отпуск", 99 },
  };

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autofree char *fault = NULL;
      g_autoptr (GArray) parts = uch_day_parts_parse (cases[i].typed, &fault);

      g_test_message ("“%s”", cases[i].typed);
      g_assert_cmpint (parts == NULL, ==, cases[i].n_parts == 99);
      g_assert_cmpint (fault == NULL, ==, parts != NULL);
      if (parts == NULL)
        continue;
      g_assert_cmpint (parts->len, ==, cases[i].n_parts);
      if (parts->len > 0)
        {
          const UchDayPart *last = &g_array_index (parts, UchDayPart, parts->len - 1);

          g_assert_cmpint (last->from_min, ==, cases[i].from_min);
          g_assert_cmpint (last->to_min, ==, cases[i].to_min);
        }
    }
}

static void
test_hours_are_printed_as_they_are_typed (void)
{
  static const struct
  {
    const char *typed, *printed;
  } cases[] = {
    { "", "" },         { "9-18", "9–18" }, { "09:30-13, 14-18.15", "9:30–13, 14–18:15" },
    { "20-8", "20–8" }, { "0-24", "0–24" },
  };

  g_assert_cmpint (uch_day_start (AT (0, 5), 0), ==, MONDAY);
  g_assert_cmpint (uch_day_start (MONDAY, -7), ==, DAY (-7));
  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autoptr (GArray) parts = parse (cases[i].typed);
      g_autofree char *printed = uch_day_parts_print (parts);
      g_autoptr (GArray) again = parse (printed);

      g_assert_cmpstr (printed, ==, cases[i].printed);
      g_assert_cmpint (again->len, ==, parts->len);
    }
}

static void
test_a_day_changes_only_what_differs (void)
{
  static const struct
  {
    int         day;
    const char *typed, *edits;
  } cases[] = {
    { 0, "9-13, 14-18", "" },
    { 0, "9-13", "-b" },
    { 0, "9-13, 14-19", "b:14-19" },
    { 0, "", "-b -a" },
    { 0, "8-12", "-b a:8-12" },
    { 1, "9-18", "new:33-42" },
    { 0, "20-8", "-b a:20-32" },         /* a night is one shift */
    { 3, "9-18", "v!48-72 new!96-120" }, /* the vacation gives way for one day */
    { 2, "9-18", "new:57-66 v!72-120" },
    { 4, "9-18", "v!48-96 new:105-114" },
  };

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autoptr (GPtrArray) shifts = make_week ();
      g_autoptr (UchShiftDraft) draft = uch_shift_draft_new (shifts, "ivan");

      g_test_message ("day %d: “%s”", cases[i].day, cases[i].typed);
      set_work (draft, cases[i].day, cases[i].typed);
      assert_edits (draft, cases[i].edits);
    }
}

static void
test_an_absence_lies_upon_the_plan (void)
{
  g_autoptr (GPtrArray) shifts = make_week ();
  g_autoptr (UchShiftDraft) draft = uch_shift_draft_new (shifts, "ivan");
  g_autoptr (GArray) beneath = uch_shift_draft_get_work (draft, DAY (3));

  g_assert_cmpstr (uch_shift_draft_get_absence (draft, DAY (2)), ==, UCH_ABSENCE_VACATION);
  g_assert_cmpstr (uch_shift_draft_get_absence (draft, DAY (4)), ==, UCH_ABSENCE_VACATION);
  g_assert_null (uch_shift_draft_get_absence (draft, DAY (5)));
  g_assert_cmpuint (beneath->len, ==, 1);
  uch_shift_draft_set_absence (draft, DAY (0), DAY (3), UCH_ABSENCE_SICK);
  g_assert_cmpstr (uch_shift_draft_get_absence (draft, DAY (2)), ==, UCH_ABSENCE_SICK);
  assert_edits (draft, "new!0-72 v!72-120");
  uch_shift_draft_clear (draft, DAY (0));
  assert_edits (draft, "-b -a new!24-72 v!72-120");
}

static void
test_a_week_is_copied_onto_empty_days (void)
{
  g_autoptr (GPtrArray) shifts = make_week ();
  g_autoptr (UchShiftDraft) draft = NULL;

  add_shift (shifts, "n", "ivan", UCH_SHIFT_ABSENCE, DAY (10), DAY (11));
  draft = uch_shift_draft_new (shifts, "ivan");
  g_assert_true (uch_shift_draft_copy_week (draft, MONDAY));
  /* Thursday's plan meets an absence and stays away. */
  assert_edits (draft, "new:177-181 new:182-186");
  g_assert_false (uch_shift_draft_copy_week (draft, MONDAY));
}

static void
test_the_switch_is_the_phones (void)
{
  static const struct
  {
    const char *what;
    gboolean    on;
    UchTime     now;
    const char *edits;
  } cases[] = {
    { "ends the shift that runs", FALSE, AT (0, 10), "a:9-10" },
    { "nothing to end", FALSE, AT (0, 13), "" },
    { "at the very beginning it has not been", FALSE, AT (0, 9), "-a" },
    { "the planned one begins now", TRUE, AT (0, 13), "b:13-18" },
    { "none is planned", TRUE, AT (1, 9), "new:33-42" },
    { "comes back from a vacation", TRUE, AT (2, 9), "v!48-57 new:57-66" },
    { "works already", TRUE, AT (0, 10), "" },
  };

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autoptr (GPtrArray) shifts = make_week ();
      g_autoptr (UchShiftDraft) draft = uch_shift_draft_new (shifts, "ivan");

      g_test_message ("%s", cases[i].what);
      uch_shift_draft_switch (draft, cases[i].on, cases[i].now);
      assert_edits (draft, cases[i].edits);
    }
}

static void
test_gaps_are_when_nobody_is_there (void)
{
  g_autoptr (GPtrArray) shifts = make_week ();
  g_autoptr (GPtrArray) both = g_ptr_array_new ();
  g_autoptr (GArray) gaps = NULL, alone = NULL;
  UchTime from, to;

  g_ptr_array_add (both, (gpointer) "ivan");
  g_assert_true (uch_shift_get_watch (MONDAY, &from, &to));
  g_assert_cmpint (from, ==, AT (0, 9));
  g_assert_cmpint (to, ==, AT (0, 20));
  g_assert_false (uch_shift_get_watch (DAY (5), &from, &to));
  alone = uch_shift_find_gaps (shifts, both, AT (0, 9), AT (0, 20));
  g_assert_cmpuint (alone->len, ==, 2);
  g_assert_cmpint (g_array_index (alone, UchShiftGap, 0).from, ==, AT (0, 13));
  g_assert_cmpint (g_array_index (alone, UchShiftGap, 0).to, ==, AT (0, 14));
  g_ptr_array_add (both, (gpointer) "olga");
  gaps = uch_shift_find_gaps (shifts, both, AT (0, 9), AT (0, 20));
  g_assert_cmpuint (gaps->len, ==, 1);
  g_assert_cmpint (g_array_index (gaps, UchShiftGap, 0).from, ==, AT (0, 19));
  g_assert_cmpint (g_array_index (gaps, UchShiftGap, 0).to, ==, AT (0, 20));
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/shifts/days-are-typed-as-people-write-them",
                   test_days_are_typed_as_people_write_them);
  g_test_add_func ("/shifts/hours-are-printed-as-they-are-typed",
                   test_hours_are_printed_as_they_are_typed);
  g_test_add_func ("/shifts/a-day-changes-only-what-differs", test_a_day_changes_only_what_differs);
  g_test_add_func ("/shifts/an-absence-lies-upon-the-plan", test_an_absence_lies_upon_the_plan);
  g_test_add_func ("/shifts/a-week-is-copied-onto-empty-days",
                   test_a_week_is_copied_onto_empty_days);
  g_test_add_func ("/shifts/the-switch-is-the-phones", test_the_switch_is_the_phones);
  g_test_add_func ("/shifts/gaps-are-when-nobody-is-there", test_gaps_are_when_nobody_is_there);
  return g_test_run ();
}

/* What commands change besides the state, and what they refuse. */
#include <string.h>

#include "core/uch-duplicate.h"
#include "core/uch-clockwork.h"
#include "office.h"

#define assert_refused(verdict, code, name)                                                        \
  G_STMT_START                                                                                     \
  {                                                                                                \
    g_assert_cmpstr (uch_refusal_get_nick ((verdict)->refusal), ==, code);                         \
    g_assert_cmpstr ((verdict)->field, ==, name);                                                  \
    g_assert_cmpuint ((verdict)->changes->len, ==, 0);                                             \
  }                                                                                                \
  G_STMT_END

static UchCommand *
assign (Office *office, const char *visit, const char *engineer, const char *base)
{
  if (base == NULL)
    return office_command (office, "visit.assign", "ticket", "'t1'", "visit", visit, "engineer",
                           engineer, NULL);
  return office_command (office, "visit.assign", "ticket", "'t1'", "visit", visit, "engineer",
                         engineer, "base", base, NULL);
}

static void
test_create (void)
{
  g_autoptr (Office) office = office_new ();
  UchTicket *ticket;

  g_free (
      office_do (office, UCH_ROLE_DISPATCHER,
                 office_command (office, "ticket.create", "ticket", "'t2'", "fields",
                                 "{'category':<'support.tv'>,'house_id':<'h2'>,'apartment':<'7'>,"
                                 "'phone_raw':<'8 962 123-45-67'>,'client_name':<'Анна'>}",
                                 NULL)));
  ticket = office_peek (office, UCH_TABLE_TICKET, "t2");
  g_assert_cmpint (ticket->state, ==, UCH_TICKET_NEW);
  g_assert_cmpint (ticket->number, ==, 1);
  g_assert_cmpstr (ticket->phone, ==, "+79621234567");
  g_assert_cmpstr (ticket->address, ==, "ул. Мира, 20, кв. 7");
  g_assert_cmpstr (ticket->zone_id, ==, "z2");
  g_assert_cmpstr (ticket->created_by, ==, "dasha");
  g_assert_cmpint (ticket->created_at, ==, OFFICE_NOW);
  g_assert_cmpstr (UCH_ENTITY (ticket)->rev, ==, "c1");
}

static void
test_thanks_is_closed_at_once (void)
{
  g_autoptr (Office) office = office_new ();
  g_autoptr (UchVerdict) verdict = NULL;

  g_free (office_do (
      office, UCH_ROLE_CLERK,
      office_command (office, "ticket.create", "ticket", "'t2'", "fields",
                      "{'category':<'thanks'>,'house_id':<'h1'>,'engineer_id':<'ivan'>}", NULL)));
  g_assert_cmpint (((UchTicket *) office_peek (office, UCH_TABLE_TICKET, "t2"))->state, ==,
                   UCH_TICKET_CLOSED);
  verdict = office_try (office, UCH_ROLE_DISPATCHER,
                        office_command (office, "visit.assign", "ticket", "'t2'", "visit", "'v'",
                                        "engineer", "'ivan'", NULL));
  g_assert_cmpstr (uch_refusal_get_nick (verdict->refusal), ==, "illegal_step");
}

/* Somebody reassigns a visit that came to nothing: his first assignment was refused. */
static void
test_assign_what_never_was (void)
{
  g_autoptr (Office) office = office_new ();
  g_autoptr (UchVerdict) verdict
      = office_try (office, UCH_ROLE_DISPATCHER, assign (office, "'v'", "'ivan'", "'c0'"));

  assert_refused (verdict, "unknown_row", "visit");
}

#define HASH "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcde"
#define PICTURE(ticket, hash, mime, size, width)                                                   \
  "{'photo':<'p'>,'ticket':<'" ticket "'>,'sha256':<'" hash "'>,'mime':<'" mime                    \
  "'>,'size':<int64 " size ">,'width':<int64 " width ">,'height':<int64 600>}"

static const struct
{
  const char *type;
  const char *args; /* of a command by a dispatcher */
  const char *code;
  const char *field;
} refusals[] = {
  { "no.such", "{}", "unknown_operation", "no.such" },
  { "ticket.create", "{'ticket':<'t2'>}", "missing_argument", "fields" },
  { "ticket.create", "{'ticket':<'t2'>,'fields':<{'x':<1>}>}", "unknown_argument", "x" },
  { "ticket.create", "{'ticket':<'t2'>,'fields':<{'state':<'closed'>}>}", "not_allowed", "state" },
  { "ticket.create", "{'ticket':<'t2'>,'fields':<{'category':<true>}>}", "bad_argument",
    "category" },
  { "ticket.create", "{'ticket':<'t2'>,'fields':<{'category':<'beer'>,'house_id':<'h1'>}>}",
    "bad_argument", "category" },
  { "ticket.create", "{'ticket':<'t2'>,'fields':<{'category':<'support.tv'>}>}", "missing_argument",
    "house_id" },
  { "ticket.create",
    "{'ticket':<'t2'>,'fields':<{'category':<'support.tv'>,'house_id':<'nowhere'>}>}",
    "unknown_row", "house_id" },
  { "ticket.create", "{'ticket':<'t1'>,'fields':<{'category':<'support.tv'>,'house_id':<'h1'>}>}",
    "exists", "ticket" },
  { "ticket.take", "{'ticket':<'t9'>}", "unknown_row", "ticket" },
  { "ticket.take", "{'ticket':<'t1'>,'extra':<'x'>}", "unknown_argument", "extra" },
  { "ticket.take", "{'ticket':<'../t1'>}", "bad_argument", "ticket" },
  { "ticket.take", "{}", "missing_argument", "ticket" },
  { "ticket.hold", "{'ticket':<'t1'>,'reason':<'x'>}", "missing_argument", "wake_at" },
  { "ticket.hold", "{'ticket':<'t1'>,'reason':<''>,'wake_at':<int64 1>}", "missing_argument",
    "reason" },
  { "ticket.hold", "{'ticket':<'t1'>,'reason':<'x'>,'wake_at':<int64 1>}", "bad_argument",
    "wake_at" },
  { "ticket.resolve", "{'ticket':<'t1'>,'how':<'magic'>,'code':<'x'>}", "bad_argument", "how" },
  { "ticket.cancel", "{'ticket':<'t1'>,'reason':<'x'>,'linked':<'t9'>}", "unknown_row", "linked" },
  { "visit.assign", "{'ticket':<'t1'>,'visit':<'v'>,'engineer':<'dasha'>}", "not_engineer",
    "engineer" },
  { "visit.assign", "{'ticket':<'t1'>,'visit':<'v'>,'engineer':<'nobody'>}", "unknown_row",
    "engineer" },
  { "visit.plan", "{'ticket':<'t1'>,'visit':<'v'>,'mode':<'none'>}", "bad_argument", "mode" },
  { "visit.plan", "{'ticket':<'t1'>,'visit':<'v'>,'mode':<'time'>}", "bad_argument", "from_at" },
  { "note.add", "{'note':<'n'>,'text':<'x'>}", "missing_argument", "ticket" },
  { "call.log", "{'call':<'k'>,'ticket':<'t1'>,'outcome':<'sang'>}", "bad_argument", "outcome" },
  { "photo.add", PICTURE ("t9", HASH "f", "image/jpeg", "500", "600"), "unknown_row", "ticket" },
  { "photo.add", PICTURE ("t1", HASH, "image/jpeg", "500", "600"), "bad_argument", "sha256" },
  { "photo.add", PICTURE ("t1", HASH "F", "image/jpeg", "500", "600"), "bad_argument", "sha256" },
  { "photo.add", PICTURE ("t1", HASH "ff", "image/jpeg", "500", "600"), "bad_argument", "sha256" },
  { "photo.add", PICTURE ("t1", HASH "f", "image/svg+xml", "500", "600"), "bad_argument", "mime" },
  { "photo.add", PICTURE ("t1", HASH "f", "image/jpeg", "1048577", "9"), "bad_argument", "size" },
  { "photo.add", PICTURE ("t1", HASH "f", "image/jpeg", "0", "600"), "bad_argument", "size" },
  { "photo.add", PICTURE ("t1", HASH "f", "image/png", "500", "8193"), "bad_argument", "width" },
  { "row.put", "{'table':<'beer'>,'id':<'x'>,'fields':<@a{sv} {}>}", "bad_argument", "table" },
  { "row.put", "{'table':<'staff'>,'id':<'x'>,'fields':<@a{sv} {}>}", "not_allowed", "table" },
  { "row.put", "{'table':<'ticket'>,'id':<'x'>,'fields':<@a{sv} {}>}", "not_allowed", "table" },
  { "row.put", "{'table':<'house'>,'id':<'x'>,'fields':<{'number':<'1'>}>}", "missing_argument",
    "street" },
  { "row.put",
    "{'table':<'house'>,'id':<'x'>,'fields':<{'street':<'А'>,'number':<'1'>,'latitude':<95.0>}>}",
    "bad_argument", "latitude" },
  { "row.put",
    "{'table':<'house'>,'id':<'x'>,'fields':<{'city':<'Ставрополь'>,'street':<'улица "
    "МИРА'>,'number':<'10'>}>}",
    "exists", "number" },
  { "row.put",
    "{'table':<'shift'>,'id':<'x'>,'fields':<{'staff_id':<'ivan'>,'starts_at':<int64 "
    "5>,'ends_at':<int64 5>}>}",
    "bad_argument", "ends_at" },
  { "row.delete", "{'table':<'house'>,'id':<'h1'>}", "not_allowed", "table" },
  { "act.undo", "{'event':<'none'>}", "unknown_row", "event" },
};

static void
test_refusals (void)
{
  for (guint i = 0; i < G_N_ELEMENTS (refusals); i++)
    {
      g_autoptr (Office) office = office_new ();
      g_autoptr (UchVerdict) verdict = NULL;
      g_autoptr (GError) error = NULL;
      GVariant *args
          = g_variant_parse (G_VARIANT_TYPE_VARDICT, refusals[i].args, NULL, NULL, &error);

      g_assert_no_error (error);
      verdict = office_try (office, UCH_ROLE_DISPATCHER,
                            uch_command_new ("c", refusals[i].type, args, office->now));
      g_variant_unref (args);
      if (g_strcmp0 (uch_refusal_get_nick (verdict->refusal), refusals[i].code) != 0
          || g_strcmp0 (verdict->field, refusals[i].field) != 0)
        g_error ("%s %s: %s, field %s", refusals[i].type, refusals[i].args,
                 uch_refusal_get_nick (verdict->refusal), verdict->field);
      g_assert_cmpuint (verdict->changes->len, ==, 0);
    }
}

static void
test_long_text (void)
{
  g_autoptr (Office) office = office_new ();
  g_autofree char *text = g_strnfill (10 * 1024 * 1024, 'x');
  g_autoptr (UchVerdict) verdict
      = office_try (office, UCH_ROLE_DISPATCHER,
                    uch_command_new_with ("c", "note.add", office->now, "note", "s", "n", "ticket",
                                          "s", "t1", "text", "s", text, NULL));

  assert_refused (verdict, "too_long", "text");
}

static void
test_odd_text_is_kept (void)
{
  static const char *const text = "👋 שלום \xE2\x80\xAEназад\xE2\x80\xAC\n\ttab \"quote\" \\ Ё";
  g_autoptr (Office) office = office_new ();

  g_free (office_do (office, UCH_ROLE_DISPATCHER,
                     uch_command_new_with ("c", "note.add", office->now, "note", "s", "n", "ticket",
                                           "s", "t1", "text", "s", text, NULL)));
  g_assert_cmpstr (((UchNote *) office_peek (office, UCH_TABLE_NOTE, "n"))->text, ==, text);
}

/* I9: the first assignment wins, the second sees what stands. */
static void
test_second_assignment_conflicts (void)
{
  g_autoptr (Office) office = office_new ();
  g_autoptr (UchVerdict) fresh = NULL;
  g_autoptr (UchVerdict) stale = NULL;
  UchVisit *visit;

  g_free (office_do (office, UCH_ROLE_DISPATCHER, assign (office, "'v1'", "'ivan'", NULL)));
  visit = office_peek (office, UCH_TABLE_VISIT, "v1");
  g_assert_cmpint (visit->state, ==, UCH_VISIT_ASSIGNED);
  g_assert_cmpstr (visit->assigned_by, ==, "dasha");
  g_assert_cmpstr (((UchTicket *) office_peek (office, UCH_TABLE_TICKET, "t1"))->visit_id, ==,
                   "v1");

  fresh = office_try (office, UCH_ROLE_HEAD, assign (office, "'v2'", "'petr'", NULL));
  g_assert_cmpint (fresh->kind, ==, UCH_VERDICT_CONFLICT);
  g_assert_true (fresh->current == (gpointer) visit);
  stale = office_try (office, UCH_ROLE_HEAD, assign (office, "'v1'", "'petr'", "'old'"));
  g_assert_cmpint (stale->kind, ==, UCH_VERDICT_CONFLICT);

  g_free (office_do (office, UCH_ROLE_HEAD, assign (office, "'v1'", "'petr'", "'c1'")));
  visit = office_peek (office, UCH_TABLE_VISIT, "v1");
  g_assert_cmpstr (visit->engineer_id, ==, "petr");
  g_assert_cmpstr (((UchEvent *) office_peek (office, UCH_TABLE_EVENT, "c4"))->previous_id, ==,
                   "ivan");
}

/* An engineer takes what nobody has, for himself, first come first served. */
static void
test_engineer_takes_what_is_free (void)
{
  g_autoptr (Office) office = office_new ();
  g_autoptr (UchVerdict) another = NULL, late = NULL, foreign = NULL;
  g_autofree char *taken = NULL, *given = NULL;
  UchVisit        *visit;

  another = office_try (office, UCH_ROLE_ENGINEER, assign (office, "'v1'", "'petr'", NULL));
  assert_refused (another, "not_allowed", "engineer");
  g_free (office_do (office, UCH_ROLE_ENGINEER, assign (office, "'v1'", "'ivan'", NULL)));
  visit = office_peek (office, UCH_TABLE_VISIT, "v1");
  g_assert_cmpint (visit->state, ==, UCH_VISIT_ACCEPTED);
  g_assert_cmpint (visit->accepted_at, ==, OFFICE_NOW);
  g_assert_cmpstr (visit->engineer_id, ==, "ivan");
  g_assert_cmpint (((UchTicket *) office_peek (office, UCH_TABLE_TICKET, "t1"))->state, ==,
                   UCH_TICKET_IN_WORK);

  taken = g_strdup_printf ("'%s'", visit->parent.rev);
  g_free (office_do (office, UCH_ROLE_DISPATCHER, assign (office, "'v1'", "'petr'", taken)));
  late = office_try (office, UCH_ROLE_ENGINEER, assign (office, "'v2'", "'ivan'", NULL));
  g_assert_cmpint (late->kind, ==, UCH_VERDICT_CONFLICT);
  visit = office_peek (office, UCH_TABLE_VISIT, "v1");
  given = g_strdup_printf ("'%s'", visit->parent.rev);
  foreign = office_try (office, UCH_ROLE_ENGINEER, assign (office, "'v1'", "'ivan'", given));
  assert_refused (foreign, "illegal_step", "visit");
}

static void
test_plan_starts_the_promise (void)
{
  g_autoptr (Office) office = office_new ();
  UchVisit  *visit;
  UchTicket *ticket;

  g_free (office_do (office, UCH_ROLE_DISPATCHER,
                     office_command (office, "visit.plan", "ticket", "'t1'", "visit", "'v1'",
                                     "mode", "'now'", NULL)));
  visit = office_peek (office, UCH_TABLE_VISIT, "v1");
  ticket = office_peek (office, UCH_TABLE_TICKET, "t1");
  g_assert_cmpint (visit->due_at, ==, OFFICE_NOW + 40 * UCH_MINUTE_MS);
  g_assert_cmpint (ticket->state, ==, UCH_TICKET_IN_WORK);
  g_assert_cmpint (ticket->first_contact_at, ==, OFFICE_NOW);
}

static void
test_move (void)
{
  static const struct
  {
    const char *by;
    gint64      late_ms; /* when it is moved, after due */
    gboolean    uncounted;
  } cases[] = { { "'client'", -UCH_MINUTE_MS, TRUE },
                { "'client'", UCH_MINUTE_MS, FALSE },
                { "'us'", -UCH_MINUTE_MS, FALSE } };

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autoptr (Office) office = office_new ();
      UchVisit *old, *next;

      office_put_visit (office, "v1", "t1", UCH_VISIT_ACCEPTED);
      office->now
          = ((UchVisit *) office_peek (office, UCH_TABLE_VISIT, "v1"))->due_at + cases[i].late_ms;
      g_free (office_do (office, UCH_ROLE_DISPATCHER,
                         office_command (office, "visit.move", "visit", "'v1'", "next", "'v2'",
                                         "by", cases[i].by, "mode", "'time'", "from_at",
                                         "int64 1788332400000", NULL)));
      old = office_peek (office, UCH_TABLE_VISIT, "v1");
      next = office_peek (office, UCH_TABLE_VISIT, "v2");
      g_assert_cmpint (old->state, ==, UCH_VISIT_CANCELLED);
      g_assert_cmpint (old->uncounted, ==, cases[i].uncounted);
      g_assert_cmpstr (next->engineer_id, ==, "ivan");
      g_assert_cmpint (next->state, ==, UCH_VISIT_ASSIGNED);
      g_assert_cmpint (next->due_at, ==, 1788332400000 + 40 * UCH_MINUTE_MS);
    }
}

static void
test_failed_needs_a_call (void)
{
  g_autoptr (Office) office = office_new ();
  g_autoptr (UchVerdict) verdict = NULL;

  office_put_visit (office, "v1", "t1", UCH_VISIT_ON_SITE);
  verdict = office_try (
      office, UCH_ROLE_DISPATCHER,
      office_command (office, "visit.fail", "visit", "'v1'", "reason", "'absent'", NULL));
  g_assert_cmpstr (uch_refusal_get_nick (verdict->refusal), ==, "no_call");
}

static void
test_done_resolves (void)
{
  g_autoptr (Office) office = office_new ();
  UchTicket *ticket;

  office_put_visit (office, "v1", "t1", UCH_VISIT_ON_SITE);
  g_free (office_do (office, UCH_ROLE_ENGINEER,
                     office_command (office, "visit.finish", "visit", "'v1'", "result", "'done'",
                                     "code", "'cable'", NULL)));
  ticket = office_peek (office, UCH_TABLE_TICKET, "t1");
  g_assert_cmpint (ticket->state, ==, UCH_TICKET_RESOLVED);
  g_assert_cmpint (ticket->resolution, ==, UCH_RESOLUTION_ON_SITE);
  g_assert_cmpstr (ticket->resolved_by, ==, "ivan");
}

static void
test_engineer_keeps_to_his_zone (void)
{
  g_autoptr (Office) office = office_new ();
  g_autoptr (UchVerdict) own = NULL;
  g_autoptr (UchVerdict) other = NULL;
  UchTicket *ticket = uch_entity_copy (office_peek (office, UCH_TABLE_TICKET, "t1"));

  own = office_try (office, UCH_ROLE_ENGINEER,
                    office_command (office, "ticket.take", "ticket", "'t1'", NULL));
  g_assert_cmpint (own->kind, ==, UCH_VERDICT_OK);
  uch_entity_set_text (ticket, &ticket->zone_id, "z2");
  uch_memory_snapshot_put (office->snapshot, ticket);
  g_object_unref (ticket);
  other = office_try (office, UCH_ROLE_ENGINEER,
                      office_command (office, "ticket.take", "ticket", "'t1'", NULL));
  assert_refused (other, "not_allowed", "ticket");
}

static void
test_edit_is_per_field (void)
{
  g_autoptr (Office) office = office_new ();
  g_autoptr (UchVerdict) stale = NULL;
  UchTicket *ticket;

  g_free (office_do (office, UCH_ROLE_DISPATCHER,
                     office_command (office, "ticket.edit", "ticket", "'t1'", "fields",
                                     "{'apartment':<'7'>}", "was", "{'apartment':<''>}", NULL)));
  /* somebody who saw the row before that edits another field: both stand */
  g_free (office_do (office, UCH_ROLE_HEAD,
                     office_command (office, "ticket.edit", "ticket", "'t1'", "fields",
                                     "{'floor':<'2'>}", "was", "{'floor':<''>}", NULL)));
  ticket = office_peek (office, UCH_TABLE_TICKET, "t1");
  g_assert_cmpstr (ticket->apartment, ==, "7");
  g_assert_cmpstr (ticket->floor, ==, "2");
  g_assert_cmpstr (ticket->address, ==, "ул. Мира, 10, кв. 7");
  /* the same field: the second sees it */
  stale = office_try (office, UCH_ROLE_HEAD,
                      office_command (office, "ticket.edit", "ticket", "'t1'", "fields",
                                      "{'apartment':<'8'>}", "was", "{'apartment':<''>}", NULL));
  g_assert_cmpint (stale->kind, ==, UCH_VERDICT_CONFLICT);
  g_assert_cmpstr (stale->field, ==, "apartment");
}

static void
test_clock_is_believed_only_so_far (void)
{
  static const struct
  {
    gint64 off_ms;
    gint64 used_ms;
  } cases[] = { { -UCH_HOUR_MS, -UCH_HOUR_MS },
                { UCH_MINUTE_MS, UCH_MINUTE_MS },
                { UCH_HOUR_MS, 0 },
                { -30 * UCH_DAY_MS, 0 } };

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autoptr (Office) office = office_new ();

      g_free (
          office_do (office, UCH_ROLE_DISPATCHER,
                     uch_command_new_with ("c", "note.add", OFFICE_NOW + cases[i].off_ms, "note",
                                           "s", "n", "ticket", "s", "t1", "text", "s", "x", NULL)));
      g_assert_cmpint (((UchNote *) office_peek (office, UCH_TABLE_NOTE, "n"))->created_at, ==,
                       OFFICE_NOW + cases[i].used_ms);
      g_assert_cmpint (((UchEvent *) office_peek (office, UCH_TABLE_EVENT, "c"))->occurred_at, ==,
                       OFFICE_NOW + cases[i].off_ms);
    }
}

static void
test_zone_in_use_stays (void)
{
  g_autoptr (Office) office = office_new ();
  g_autoptr (UchVerdict) used
      = office_try (office, UCH_ROLE_HEAD,
                    office_command (office, "row.delete", "table", "'zone'", "id", "'z1'", NULL));

  assert_refused (used, "in_use", "id");
}

static void
test_duplicates (void)
{
  static const struct
  {
    const char *category, *apartment;
    gint64      age_ms;
    guint       n;
  } cases[] = { { "support.tv", NULL, 0, 1 },
                { "connect.new", NULL, 0, 0 },
                { "support.tv", "5", 0, 0 },
                { "support.tv", NULL, 25 * UCH_HOUR_MS, 0 } };

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autoptr (Office) office = office_new ();
      g_autoptr (UchTicket) ticket = uch_entity_new (UCH_TABLE_TICKET, "new");
      g_autoptr (GPtrArray) found = NULL;

      uch_entity_set_text (ticket, &ticket->house_id, "h1");
      uch_entity_set_text (ticket, &ticket->category, cases[i].category);
      uch_entity_set_text (ticket, &ticket->apartment, cases[i].apartment);
      found = uch_duplicate_find (UCH_SNAPSHOT (office->snapshot), ticket,
                                  office->now + cases[i].age_ms);
      g_assert_cmpuint (found->len, ==, cases[i].n);
    }
}

static void
test_clockwork (void)
{
  g_autoptr (Office) office = office_new ();
  g_autoptr (UchCommand) wake = NULL;
  g_autoptr (UchCommand) miss = NULL;
  g_autoptr (UchCommand) early = NULL;

  office_put_ticket (office, "t2", UCH_TICKET_ON_HOLD);
  office_put_visit (office, "v1", "t1", UCH_VISIT_ACCEPTED);
  wake = uch_clockwork_consider_ticket (office_peek (office, UCH_TABLE_TICKET, "t2"), office->now,
                                        "w");
  g_assert_cmpstr (wake->type, ==, "ticket.wake");
  early = uch_clockwork_consider_visit (office_peek (office, UCH_TABLE_VISIT, "v1"),
                                        OFFICE_NOW - UCH_HOUR_MS, "m");
  g_assert_null (early);
  miss = uch_clockwork_consider_visit (office_peek (office, UCH_TABLE_VISIT, "v1"), office->now,
                                       "m");
  g_assert_cmpstr (miss->type, ==, "visit.miss");
  g_free (office_do (office, UCH_ROLE_STORE, g_steal_pointer (&miss)));
  g_assert_cmpint (((UchVisit *) office_peek (office, UCH_TABLE_VISIT, "v1"))->state, ==,
                   UCH_VISIT_MISSED);
}

/* An engineer begins and ends a shift of his own, now; who works when is planned by others. */
static void
test_own_shift (void)
{
  static const struct
  {
    const char *id, *staff;
    gint64      starts_ms, ends_ms; /* after now; G_MAXINT64: not said */
    const char *code, *field;
  } cases[] = {
    { "s1", "ivan", 0, 9 * UCH_HOUR_MS, NULL, NULL },
    { "s1", "ivan", G_MAXINT64, UCH_SECOND_MS, NULL, NULL },
    { "s1", "ivan", UCH_HOUR_MS, 2 * UCH_HOUR_MS, "not_allowed", "starts_at" },
    { "s1", "ivan", G_MAXINT64, UCH_HOUR_MS, "bad_argument", "ends_at" },
    { "s2", "ivan", UCH_HOUR_MS, 9 * UCH_HOUR_MS, "bad_argument", "starts_at" },
    { "s2", "ivan", 0, 20 * UCH_HOUR_MS, "bad_argument", "ends_at" },
    { "s2", "petr", 0, 9 * UCH_HOUR_MS, "not_allowed", "staff_id" },
    { "s0", "ivan", G_MAXINT64, 0, "not_allowed", "staff_id" },
  };
  g_autoptr (Office) office = office_new ();
  g_autoptr (UchVerdict) removed = NULL;
  UchShift *others = uch_entity_new (UCH_TABLE_SHIFT, "s0");

  uch_entity_set_text (others, &others->staff_id, "petr");
  others->ends_at = OFFICE_NOW + UCH_HOUR_MS;
  uch_memory_snapshot_put (office->snapshot, others);
  g_object_unref (others);
  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autoptr (UchVerdict) verdict = NULL;
      GVariantDict fields;

      g_variant_dict_init (&fields, NULL);
      g_variant_dict_insert (&fields, "staff_id", "s", cases[i].staff);
      if (cases[i].starts_ms != G_MAXINT64)
        g_variant_dict_insert (&fields, "starts_at", "x", OFFICE_NOW + cases[i].starts_ms);
      g_variant_dict_insert (&fields, "ends_at", "x", OFFICE_NOW + cases[i].ends_ms);
      verdict = office_try (office, UCH_ROLE_ENGINEER,
                            uch_command_new_with ("c", UCH_COMMAND_PUT, OFFICE_NOW, "table", "s",
                                                  "shift", "id", "s", cases[i].id, "fields", "v",
                                                  g_variant_dict_end (&fields), NULL));
      if (cases[i].code != NULL)
        assert_refused (verdict, cases[i].code, cases[i].field);
      else
        {
          g_assert_cmpint (verdict->kind, ==, UCH_VERDICT_OK);
          uch_memory_snapshot_apply (office->snapshot, verdict->changes);
        }
    }
  removed
      = office_try (office, UCH_ROLE_ENGINEER,
                    office_command (office, "row.delete", "table", "'shift'", "id", "'s1'", NULL));
  assert_refused (removed, "not_allowed", "table");
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/core/decide/assign-what-never-was", test_assign_what_never_was);
  g_test_add_func ("/core/decide/create", test_create);
  g_test_add_func ("/core/decide/thanks-is-closed-at-once", test_thanks_is_closed_at_once);
  g_test_add_func ("/core/decide/refusals", test_refusals);
  g_test_add_func ("/core/decide/long-text", test_long_text);
  g_test_add_func ("/core/decide/odd-text-is-kept", test_odd_text_is_kept);
  g_test_add_func ("/core/decide/second-assignment-conflicts", test_second_assignment_conflicts);
  g_test_add_func ("/core/decide/engineer-takes-what-is-free", test_engineer_takes_what_is_free);
  g_test_add_func ("/core/decide/plan-starts-the-promise", test_plan_starts_the_promise);
  g_test_add_func ("/core/decide/move", test_move);
  g_test_add_func ("/core/decide/failed-needs-a-call", test_failed_needs_a_call);
  g_test_add_func ("/core/decide/done-resolves", test_done_resolves);
  g_test_add_func ("/core/decide/engineer-keeps-to-his-zone", test_engineer_keeps_to_his_zone);
  g_test_add_func ("/core/decide/edit-is-per-field", test_edit_is_per_field);
  g_test_add_func ("/core/decide/clock-is-believed-only-so-far",
                   test_clock_is_believed_only_so_far);
  g_test_add_func ("/core/decide/zone-in-use-stays", test_zone_in_use_stays);
  g_test_add_func ("/core/decide/duplicates", test_duplicates);
  g_test_add_func ("/core/decide/clockwork", test_clockwork);
  g_test_add_func ("/core/decide/own-shift", test_own_shift);
  return g_test_run ();
}

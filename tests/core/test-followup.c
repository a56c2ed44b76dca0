/* Commands about the contacts that are owed to clients after the work. */
#include "core/uch-followup.h"
#include "moscow.h"
#include "office.h"

static void
put_setting (Office *office, const char *key, const char *value)
{
  g_autoptr (UchSetting) setting = uch_entity_new (UCH_TABLE_SETTING, key);

  uch_entity_set_text (setting, &setting->value, value);
  uch_memory_snapshot_put (office->snapshot, setting);
}

/* A ticket that ivan has settled at a client's just now. */
static void
settle (Office *office, const char *id, const char *phone)
{
  UchTicket *ticket;

  office_put_ticket (office, id, UCH_TICKET_RESOLVED);
  office_put_visit (office, "visit", id, UCH_VISIT_DONE);
  ticket = uch_entity_copy (office_peek (office, UCH_TABLE_TICKET, id));
  ticket->resolution = UCH_RESOLUTION_ON_SITE;
  ticket->resolved_at = office->now;
  uch_entity_set_text (ticket, &ticket->resolved_by, "ivan");
  uch_entity_set_text (ticket, &ticket->phone, phone);
  uch_entity_set_text (ticket, &ticket->phone_raw, phone);
  uch_memory_snapshot_put (office->snapshot, ticket);
  g_object_unref (ticket);
}

static void
make (Office *office, const char *ticket)
{
  g_autofree char *quoted = g_strdup_printf ("'%s'", ticket);

  g_free (office_do (office, UCH_ROLE_STORE,
                     office_command (office, "followup.make", "ticket", quoted, NULL)));
}

static UchFollowup *
row_of (Office *office, const char *ticket, UchFollowupKind kind)
{
  UchTicket       *row = office_peek (office, UCH_TABLE_TICKET, ticket);
  g_autofree char *id
      = uch_followup_make_id (ticket, row->resolved_at != 0 ? row->resolved_at : OFFICE_NOW, kind);

  return office_peek (office, UCH_TABLE_FOLLOWUP, id);
}

static UchCommand *
command_for (Office *office, const char *type, const UchFollowup *row, const char *more)
{
  g_autoptr (GVariant) args = g_variant_ref_sink (g_variant_new_parsed (more));
  GVariantDict     dict;
  g_autofree char *id = g_strdup_printf ("c%u", ++office->n_commands);

  g_variant_dict_init (&dict, args);
  g_variant_dict_insert (&dict, "followup", "s", UCH_ENTITY (row)->id);
  return uch_command_new (id, type, g_variant_dict_end (&dict), office->now);
}

static char *
record (Office *office, UchRole role, const UchFollowup *row, const char *args)
{
  return office_do (office, role, command_for (office, "followup.record", row, args));
}

static void
test_made_once_for_work_done (void)
{
  g_autoptr (Office) office = office_new ();
  g_autoptr (UchVerdict) again = NULL;
  const UchFollowup *quality, *week, *month;

  settle (office, "t1", "+79621234567");
  make (office, "t1");
  quality = row_of (office, "t1", UCH_FOLLOWUP_QUALITY);
  week = row_of (office, "t1", UCH_FOLLOWUP_WEEK);
  month = row_of (office, "t1", UCH_FOLLOWUP_MONTH);
  g_assert_cmpstr (quality->engineer_id, ==, "ivan");
  g_assert_cmpstr (quality->phone, ==, "+79621234567");
  assert_time (quality->deadline_at, "2026-09-03 20:00");
  assert_time (week->deadline_at, "2026-09-07 20:00");
  /* the month runs from when the week's call is due */
  assert_time (month->target_at, "2026-10-07 20:00");
  again = office_try (office, UCH_ROLE_STORE,
                      office_command (office, "followup.make", "ticket", "'t1'", NULL));
  g_assert_cmpstr (uch_refusal_get_nick (again->refusal), ==, "exists");
}

static void
test_whom_nobody_calls (void)
{
  static const struct
  {
    const char   *category;
    UchResolution resolution;
    const char   *phone, *resolved_by;
    gboolean      do_not_call, wanted;
  } cases[] = {
    { "support.wifi", UCH_RESOLUTION_ON_SITE, "+7", "ivan", FALSE, TRUE },
    { "connect.new", UCH_RESOLUTION_REMOTE, "+7", "ivan", FALSE, TRUE },
    { "support.tv", UCH_RESOLUTION_PHONE, "+7", "dasha", FALSE, TRUE },
    { "support.wifi", UCH_RESOLUTION_SELF, "+7", "ivan", FALSE, FALSE },
    { "support.wifi", UCH_RESOLUTION_NETWORK, "+7", "ivan", FALSE, FALSE },
    { "support.wifi", UCH_RESOLUTION_ON_SITE, NULL, "ivan", FALSE, FALSE },
    { "support.wifi", UCH_RESOLUTION_REMOTE, "+7", NULL, FALSE, FALSE },
    { "support.wifi", UCH_RESOLUTION_ON_SITE, "+7", "ivan", TRUE, FALSE },
    { "mc.access", UCH_RESOLUTION_ON_SITE, "+7", "ivan", FALSE, FALSE },
    { "proactive.cpe", UCH_RESOLUTION_REMOTE, "+7", "ivan", FALSE, FALSE },
    { "incident.house", UCH_RESOLUTION_ON_SITE, "+7", "ivan", FALSE, FALSE },
    { "thanks", UCH_RESOLUTION_PHONE, "+7", "ivan", FALSE, FALSE },
  };

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autoptr (Office) office = office_new ();
      g_autoptr (UchVerdict) verdict = NULL;
      g_autoptr (UchTicket) ticket = NULL;
      g_autoptr (UchClient) client = uch_entity_new (UCH_TABLE_CLIENT, "k1");

      settle (office, "t1", cases[i].phone);
      ticket = uch_entity_copy (office_peek (office, UCH_TABLE_TICKET, "t1"));
      uch_entity_set_text (ticket, &ticket->category, cases[i].category);
      uch_entity_set_text (ticket, &ticket->resolved_by, cases[i].resolved_by);
      ticket->resolution = cases[i].resolution;
      uch_memory_snapshot_put (office->snapshot, ticket);
      uch_entity_set_text (client, &client->phone, "+7");
      client->do_not_call = cases[i].do_not_call;
      uch_memory_snapshot_put (office->snapshot, client);
      verdict = office_try (office, UCH_ROLE_STORE,
                            office_command (office, "followup.make", "ticket", "'t1'", NULL));
      g_test_message ("case %u", i);
      g_assert_cmpint (verdict->kind == UCH_VERDICT_OK, ==, cases[i].wanted);
    }
}

static void
test_merged_and_anchored_at_the_work (void)
{
  g_autoptr (Office) office = office_new ();

  put_setting (office, UCH_SETTING_FOLLOWUP_MERGE, "1");
  put_setting (office, UCH_SETTING_FOLLOWUP_ANCHOR, "work");
  settle (office, "t1", "+79621234567");
  make (office, "t1");
  g_assert_null (row_of (office, "t1", UCH_FOLLOWUP_WEEK));
  g_assert_true (row_of (office, "t1", UCH_FOLLOWUP_QUALITY)->merged);
  assert_time (row_of (office, "t1", UCH_FOLLOWUP_MONTH)->target_at, "2026-10-01 20:00");
}

/* The month runs from the week's call, not from when it was due. */
static void
test_week_call_moves_the_month (void)
{
  g_autoptr (Office) office = office_new ();

  settle (office, "t1", "+79621234567");
  make (office, "t1");
  office->now = at ("2026-09-03 12:00");
  g_free (record (office, UCH_ROLE_ENGINEER, row_of (office, "t1", UCH_FOLLOWUP_WEEK),
                  "{'outcome':<'satisfied'>}"));
  assert_time (row_of (office, "t1", UCH_FOLLOWUP_MONTH)->target_at, "2026-10-03 18:00");
  /* an engineer does not close his own ticket */
  g_assert_cmpint (UCH_TICKET (office_peek (office, UCH_TABLE_TICKET, "t1"))->state, ==,
                   UCH_TICKET_RESOLVED);
}

/* Whoever takes a row takes the client: all that is owed to him. */
static void
test_take_locks_the_client (void)
{
  g_autoptr (Office) office = office_new ();
  g_autoptr (UchVerdict) other = NULL;
  g_autoptr (UchVerdict) later = NULL;
#define ROW row_of (office, "t1", UCH_FOLLOWUP_QUALITY)

  settle (office, "t1", "+79621234567");
  make (office, "t1");
  g_free (
      office_do (office, UCH_ROLE_CLERK, command_for (office, "followup.take", ROW, "@a{sv} {}")));
  g_assert_cmpstr (row_of (office, "t1", UCH_FOLLOWUP_MONTH)->taken_by, ==, "clerk");
  other = office_try (office, UCH_ROLE_HEAD,
                      command_for (office, "followup.take",
                                   row_of (office, "t1", UCH_FOLLOWUP_MONTH), "@a{sv} {}"));
  g_assert_cmpint (other->kind, ==, UCH_VERDICT_CONFLICT);
  g_assert_cmpstr (other->field, ==, "taken_by");
  /* ten minutes later it is anybody's */
  office->now += UCH_FOLLOWUP_HOLD_MS;
  later
      = office_try (office, UCH_ROLE_HEAD, command_for (office, "followup.take", ROW, "@a{sv} {}"));
  g_assert_cmpint (later->kind, ==, UCH_VERDICT_OK);
  g_free (office_do (office, UCH_ROLE_CLERK,
                     command_for (office, "followup.release", ROW, "@a{sv} {}")));
  g_assert_null (row_of (office, "t1", UCH_FOLLOWUP_QUALITY)->taken_by);
#undef ROW
}

static void
test_not_satisfied_reopens (void)
{
  g_autoptr (Office) office = office_new ();
  UchTicket       *ticket;
  g_autofree char *event = NULL;
  g_autofree char *quoted = NULL;

  settle (office, "t1", "+79621234567");
  make (office, "t1");
  event = record (office, UCH_ROLE_CLERK, row_of (office, "t1", UCH_FOLLOWUP_QUALITY),
                  "{'outcome':<'not_satisfied'>,'score':<int64 2>,'reasons':<'late,untidy'>,"
                  "'text':<'не работает'>}");
  ticket = office_peek (office, UCH_TABLE_TICKET, "t1");
  g_assert_cmpint (ticket->state, ==, UCH_TICKET_IN_WORK);
  g_assert_cmpint (ticket->number, ==, 100);
  g_assert_cmpint (ticket->reopen_count, ==, 1);
  g_assert_cmpstr (ticket->reason, ==, "not_satisfied");
  g_assert_cmpint (row_of (office, "t1", UCH_FOLLOWUP_QUALITY)->score, ==, 2);
  /* nobody asks about the week of work that was not done */
  g_assert_cmpint (row_of (office, "t1", UCH_FOLLOWUP_WEEK)->state, ==, UCH_FOLLOWUP_CANCELLED);

  quoted = g_strdup_printf ("'%s'", event);
  g_free (office_do (office, UCH_ROLE_CLERK,
                     office_command (office, "act.undo", "event", quoted, NULL)));
  g_assert_cmpint (UCH_TICKET (office_peek (office, UCH_TABLE_TICKET, "t1"))->state, ==,
                   UCH_TICKET_RESOLVED);
  g_assert_cmpint (row_of (office, "t1", UCH_FOLLOWUP_QUALITY)->state, ==, UCH_FOLLOWUP_OPEN);
  g_assert_cmpint (row_of (office, "t1", UCH_FOLLOWUP_WEEK)->state, ==, UCH_FOLLOWUP_OPEN);
  g_assert_cmpint (row_of (office, "t1", UCH_FOLLOWUP_QUALITY)->score, ==, 0);
}

/* After more than 30 days it is a new ticket, linked to the old one. */
static void
test_not_satisfied_after_a_month (void)
{
  g_autoptr (Office) office = office_new ();
  g_autoptr (UchVerdict) without = NULL;
  const UchFollowup *month;
  const UchTicket   *ticket;

  settle (office, "t1", "+79621234567");
  make (office, "t1");
  month = row_of (office, "t1", UCH_FOLLOWUP_MONTH);
  office->now += 31 * UCH_DAY_MS;
  without = office_try (
      office, UCH_ROLE_CLERK,
      command_for (office, "followup.record", month, "{'outcome':<'not_satisfied'>}"));
  g_assert_cmpstr (without->field, ==, "ticket");
  g_free (record (office, UCH_ROLE_CLERK, month,
                  "{'outcome':<'not_satisfied'>,'nps':<int64 0>,'ticket':<'t2'>}"));
  ticket = office_peek (office, UCH_TABLE_TICKET, "t2");
  g_assert_cmpstr (ticket->linked_id, ==, "t1");
  g_assert_cmpstr (ticket->category, ==, "support.wifi");
  g_assert_cmpint (ticket->state, ==, UCH_TICKET_NEW);
  month = row_of (office, "t1", UCH_FOLLOWUP_MONTH);
  g_assert_true (month->nps_given);
  g_assert_cmpint (month->nps, ==, 0);
}

static void
test_satisfied_closes_and_also_counts (void)
{
  g_autoptr (Office) office = office_new ();
  g_autofree char *args = NULL;

  settle (office, "t1", "+79621234567");
  make (office, "t1");
  args = g_strdup_printf ("{'outcome':<'satisfied'>,'score':<int64 5>,'also':<'%s'>}",
                          UCH_ENTITY (row_of (office, "t1", UCH_FOLLOWUP_WEEK))->id);
  g_free (record (office, UCH_ROLE_CLERK, row_of (office, "t1", UCH_FOLLOWUP_QUALITY), args));
  g_assert_cmpint (UCH_TICKET (office_peek (office, UCH_TABLE_TICKET, "t1"))->state, ==,
                   UCH_TICKET_CLOSED);
  g_assert_cmpint (row_of (office, "t1", UCH_FOLLOWUP_WEEK)->state, ==, UCH_FOLLOWUP_DONE);
  g_assert_cmpint (row_of (office, "t1", UCH_FOLLOWUP_WEEK)->score, ==, 0); /* counted once */
  g_assert_cmpstr (row_of (office, "t1", UCH_FOLLOWUP_WEEK)->call_id, ==,
                   row_of (office, "t1", UCH_FOLLOWUP_QUALITY)->call_id);
}

static void
test_attempts_make_unreachable (void)
{
  static const char *const times[] = { "2026-09-01 11:00", "2026-09-01 14:00", "2026-09-02 10:00" };
  g_autoptr (Office) office = office_new ();

  settle (office, "t1", "+79621234567");
  make (office, "t1");
  for (guint i = 0; i < G_N_ELEMENTS (times); i++)
    {
      UchFollowup *row = row_of (office, "t1", UCH_FOLLOWUP_QUALITY);

      g_assert_cmpint (row->state, ==, UCH_FOLLOWUP_OPEN);
      g_assert_cmpint (row->next_at, <=, at (times[i]));
      office->now = at (times[i]);
      g_free (record (office, UCH_ROLE_CLERK, row, "{'outcome':<'no_answer'>}"));
    }
  g_assert_cmpint (row_of (office, "t1", UCH_FOLLOWUP_QUALITY)->state, ==,
                   UCH_FOLLOWUP_UNREACHABLE);
}

static void
test_do_not_call_is_kept (void)
{
  g_autoptr (Office) office = office_new ();
  g_autoptr (UchVerdict) next = NULL;
  g_autoptr (GPtrArray) clients = NULL;

  settle (office, "t1", "+79621234567");
  make (office, "t1");
  g_free (record (office, UCH_ROLE_CLERK, row_of (office, "t1", UCH_FOLLOWUP_QUALITY),
                  "{'outcome':<'do_not_call'>}"));
  g_assert_cmpint (row_of (office, "t1", UCH_FOLLOWUP_MONTH)->state, ==, UCH_FOLLOWUP_CANCELLED);
  clients = uch_snapshot_find (UCH_SNAPSHOT (office->snapshot), UCH_TABLE_CLIENT, "phone",
                               "+79621234567");
  g_assert_cmpuint (clients->len, ==, 1);
  office->now += UCH_HOUR_MS;
  settle (office, "t1", "+79621234567");
  next = office_try (office, UCH_ROLE_STORE,
                     office_command (office, "followup.make", "ticket", "'t1'", NULL));
  g_assert_cmpstr (uch_refusal_get_nick (next->refusal), ==, "illegal_step");
}

static void
test_linked_tickets (void)
{
  g_autoptr (Office) office = office_new ();
  const UchTicket *thanks, *request;

  settle (office, "t1", "+79621234567");
  make (office, "t1");
  g_free (record (office, UCH_ROLE_CLERK, row_of (office, "t1", UCH_FOLLOWUP_QUALITY),
                  "{'outcome':<'thanks'>,'score':<int64 5>,'ticket':<'t2'>,'text':<'вежливый'>}"));
  g_free (record (office, UCH_ROLE_CLERK, row_of (office, "t1", UCH_FOLLOWUP_WEEK),
                  "{'outcome':<'new_request'>,'ticket':<'t3'>,'category':<'connect.extra'>}"));
  thanks = office_peek (office, UCH_TABLE_TICKET, "t2");
  g_assert_cmpstr (thanks->engineer_id, ==, "ivan");
  g_assert_cmpint (thanks->state, ==, UCH_TICKET_CLOSED);
  g_assert_cmpstr (thanks->description, ==, "вежливый");
  request = office_peek (office, UCH_TABLE_TICKET, "t3");
  g_assert_cmpstr (request->phone, ==, "+79621234567");
  g_assert_cmpstr (request->linked_id, ==, "t1");
  g_assert_cmpint (request->state, ==, UCH_TICKET_NEW);
}

static void
test_refusals (void)
{
  static const struct
  {
    UchRole     role;
    const char *args;
    const char *code, *field;
  } cases[] = {
    { UCH_ROLE_CLERK, "{'outcome':<'gladly'>}", "bad_argument", "outcome" },
    { UCH_ROLE_CLERK, "{'outcome':<'none'>}", "bad_argument", "outcome" },
    { UCH_ROLE_CLERK, "{'outcome':<'satisfied'>,'score':<int64 6>}", "bad_argument", "score" },
    { UCH_ROLE_CLERK, "{'outcome':<'satisfied'>,'score':<int64 -1>}", "bad_argument", "score" },
    { UCH_ROLE_CLERK, "{'outcome':<'no_answer'>,'score':<int64 5>}", "bad_argument", "score" },
    { UCH_ROLE_CLERK, "{'outcome':<'satisfied'>,'nps':<int64 9>}", "bad_argument", "nps" },
    { UCH_ROLE_CLERK, "{'outcome':<'call_back'>}", "bad_argument", "call_back_at" },
    { UCH_ROLE_CLERK, "{'outcome':<'call_back'>,'call_back_at':<int64 576048394000000>}",
      "bad_argument", "call_back_at" }, /* the year 20226 */
    { UCH_ROLE_CLERK, "{'outcome':<'partly'>,'reasons':<'late,bored'>}", "bad_argument",
      "reasons" },
    { UCH_ROLE_CLERK, "{'outcome':<'thanks'>}", "missing_argument", "ticket" },
    { UCH_ROLE_CLERK, "{'outcome':<'satisfied'>,'also':<'nothing'>}", "unknown_row", "also" },
    { UCH_ROLE_ENGINEER, "{'outcome':<'satisfied'>}", "not_allowed", "followup" },
    { UCH_ROLE_DISPATCHER, "{'outcome':<'satisfied'>}", "not_allowed", NULL },
  };
  g_autoptr (Office) office = office_new ();
  g_autoptr (UchVerdict) own_marks = NULL;
  g_autoptr (UchVerdict) twice = NULL;

  settle (office, "t1", "+79621234567");
  make (office, "t1");
  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autoptr (UchVerdict) verdict
          = office_try (office, cases[i].role,
                        command_for (office, "followup.record",
                                     row_of (office, "t1", UCH_FOLLOWUP_QUALITY), cases[i].args));

      g_test_message ("case %u", i);
      g_assert_cmpstr (uch_refusal_get_nick (verdict->refusal), ==, cases[i].code);
      g_assert_cmpstr (verdict->field, ==, cases[i].field);
    }
  own_marks = office_try (office, UCH_ROLE_ENGINEER,
                          command_for (office, "followup.record",
                                       row_of (office, "t1", UCH_FOLLOWUP_WEEK),
                                       "{'outcome':<'satisfied'>,'score':<int64 5>}"));
  g_assert_cmpstr (own_marks->field, ==, "score");
  g_free (record (office, UCH_ROLE_CLERK, row_of (office, "t1", UCH_FOLLOWUP_QUALITY),
                  "{'outcome':<'refused'>}"));
  twice = office_try (office, UCH_ROLE_CLERK,
                      command_for (office, "followup.record",
                                   row_of (office, "t1", UCH_FOLLOWUP_QUALITY),
                                   "{'outcome':<'satisfied'>}"));
  g_assert_cmpint (twice->kind, ==, UCH_VERDICT_CONFLICT);
}

/* A day off that somebody types moves what is owed; the log says from when to when. */
static void
test_calendar_moves_deadlines (void)
{
  g_autoptr (Office) office = office_new ();
  g_autoptr (UchVerdict) bad = NULL;
  g_autofree char *quoted = NULL;
  g_autofree char *event = NULL;
  const UchEvent  *journal;

  settle (office, "t1", "+79621234567");
  make (office, "t1");
  assert_time (row_of (office, "t1", UCH_FOLLOWUP_QUALITY)->deadline_at, "2026-09-03 20:00");
  g_free (office_do (office, UCH_ROLE_HEAD,
                     office_command (office, "row.put", "table", "'calendar_day'", "id",
                                     "'2026-09-03'", "fields", "{'name':<'День города'>}", NULL)));
  quoted = g_strdup_printf ("'%s'", UCH_ENTITY (row_of (office, "t1", UCH_FOLLOWUP_QUALITY))->id);
  event = office_do (office, UCH_ROLE_STORE,
                     office_command (office, "followup.redate", "followup", quoted, NULL));
  assert_time (row_of (office, "t1", UCH_FOLLOWUP_QUALITY)->deadline_at, "2026-09-04 20:00");
  journal = office_peek (office, UCH_TABLE_EVENT, event);
  assert_time (journal->from_at, "2026-09-03 20:00");
  assert_time (journal->to_at, "2026-09-04 20:00");
  g_assert_cmpstr (journal->ticket_id, ==, "t1");
  bad = office_try (office, UCH_ROLE_HEAD,
                    office_command (office, "row.put", "table", "'calendar_day'", "id",
                                    "'20226-01-01'", "fields", "@a{sv} {}", NULL));
  g_assert_cmpstr (bad->field, ==, "id");
}

/* The undo of a resolution takes back what the store made of it; done again, it stands again. */
static void
test_undone_work_owes_nothing (void)
{
  g_autoptr (Office) office = office_new ();
  g_autofree char *resolve = NULL;
  g_autofree char *undo = NULL;
  g_autofree char *quoted = NULL;
  g_autofree char *again = NULL;
  UchTicket       *ticket = uch_entity_copy (office_peek (office, UCH_TABLE_TICKET, "t1"));
  UchTime          resolved_at;

  uch_entity_set_text (ticket, &ticket->phone, "+79621234567");
  uch_memory_snapshot_put (office->snapshot, ticket);
  g_object_unref (ticket);
  resolve = office_do (office, UCH_ROLE_DISPATCHER,
                       office_command (office, "ticket.resolve", "ticket", "'t1'", "how", "'phone'",
                                       "code", "'settings'", NULL));
  resolved_at = UCH_TICKET (office_peek (office, UCH_TABLE_TICKET, "t1"))->resolved_at;
  g_assert_cmpint (resolved_at, ==, OFFICE_NOW);
  make (office, "t1");
  g_assert_null (row_of (office, "t1", UCH_FOLLOWUP_WEEK)->engineer_id);
  quoted = g_strdup_printf ("'%s'", resolve);
  undo = office_do (office, UCH_ROLE_DISPATCHER,
                    office_command (office, "act.undo", "event", quoted, NULL));
  g_assert_cmpint (row_of (office, "t1", UCH_FOLLOWUP_WEEK)->state, ==, UCH_FOLLOWUP_CANCELLED);
  again = g_strdup_printf ("'%s'", undo);
  g_free (office_do (office, UCH_ROLE_DISPATCHER,
                     office_command (office, "act.undo", "event", again, NULL)));
  g_assert_cmpint (row_of (office, "t1", UCH_FOLLOWUP_WEEK)->state, ==, UCH_FOLLOWUP_OPEN);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
#define ADD(name) g_test_add_func ("/core/followup/" #name, test_##name)
  ADD (made_once_for_work_done);
  ADD (whom_nobody_calls);
  ADD (merged_and_anchored_at_the_work);
  ADD (week_call_moves_the_month);
  ADD (take_locks_the_client);
  ADD (not_satisfied_reopens);
  ADD (not_satisfied_after_a_month);
  ADD (satisfied_closes_and_also_counts);
  ADD (attempts_make_unreachable);
  ADD (do_not_call_is_kept);
  ADD (linked_tickets);
  ADD (refusals);
  ADD (calendar_moves_deadlines);
  ADD (undone_work_owes_nothing);
  return g_test_run ();
}

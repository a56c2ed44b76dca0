/* Undo is an act of its own: it restores, it is refused when others have built upon it, and it can
 * itself be taken back. */
#include "office.h"

static char *
undo (Office *office, UchRole role, const char *event)
{
  g_autofree char *quoted = g_strdup_printf ("'%s'", event);

  return office_do (office, role, office_command (office, "act.undo", "event", quoted, NULL));
}

static UchVerdict *
try_undo (Office *office, UchRole role, const char *event)
{
  g_autofree char *quoted = g_strdup_printf ("'%s'", event);

  return office_try (office, role, office_command (office, "act.undo", "event", quoted, NULL));
}

static char *
assign (Office *office, const char *visit, const char *engineer, const char *base)
{
  UchCommand *command
      = uch_command_new_with (NULL, "visit.assign", office->now, "ticket", "s", "t1", "visit", "s",
                              visit, "engineer", "s", engineer, "base", "s", base, NULL);

  command->id = g_strdup_printf ("c%u", ++office->n_commands);
  return office_do (office, UCH_ROLE_DISPATCHER, command);
}

static void
test_assign_undo_redo (void)
{
  g_autoptr (Office) office = office_new ();
  g_autofree char *first = assign (office, "v1", "ivan", NULL);
  g_autofree char *second = assign (office, "v1", "petr", first);
  g_autofree char *back = NULL;
  g_autofree char *again = NULL;
  g_autofree char *back_twice = NULL;
  g_autofree char *back_first = NULL;
  UchVisit        *visit;

  back = undo (office, UCH_ROLE_DISPATCHER, second);
  visit = office_peek (office, UCH_TABLE_VISIT, "v1");
  g_assert_cmpstr (visit->engineer_id, ==, "ivan");
  g_assert_cmpstr (UCH_ENTITY (visit)->rev, ==, first);
  g_assert_cmpstr (((UchEvent *) office_peek (office, UCH_TABLE_EVENT, second))->undone_by, ==,
                   back);

  again = undo (office, UCH_ROLE_DISPATCHER, back);
  visit = office_peek (office, UCH_TABLE_VISIT, "v1");
  g_assert_cmpstr (visit->engineer_id, ==, "petr");
  g_assert_null (((UchEvent *) office_peek (office, UCH_TABLE_EVENT, second))->undone_by);

  back_twice = undo (office, UCH_ROLE_DISPATCHER, second);
  back_first = undo (office, UCH_ROLE_DISPATCHER, first);
  visit = office_peek (office, UCH_TABLE_VISIT, "v1");
  g_assert_cmpint (visit->state, ==, UCH_VISIT_CANCELLED);
  g_assert_null (((UchTicket *) office_peek (office, UCH_TABLE_TICKET, "t1"))->visit_id);
}

static void
test_refused_when_others_acted (void)
{
  g_autoptr (Office) office = office_new ();
  g_autofree char *first = assign (office, "v1", "ivan", NULL);
  g_autoptr (UchVerdict) verdict = NULL;

  g_free (office_do (office, UCH_ROLE_ENGINEER,
                     office_command (office, "visit.accept", "visit", "'v1'", NULL)));
  verdict = try_undo (office, UCH_ROLE_DISPATCHER, first);
  g_assert_cmpint (verdict->kind, ==, UCH_VERDICT_CONFLICT);
  g_assert_cmpint (verdict->refusal, ==, UCH_REFUSAL_ACTED_SINCE);
  g_assert_true (verdict->current == office_peek (office, UCH_TABLE_VISIT, "v1"));
}

/* The end of a visit does not touch its ticket; what the ticket got since must. */
static void
test_no_second_open_visit (void)
{
  g_autoptr (Office) office = office_new ();
  g_autofree char *first = assign (office, "v1", "ivan", NULL);
  g_autofree char *ended
      = office_do (office, UCH_ROLE_DISPATCHER,
                   office_command (office, "visit.unassign", "visit", "'v1'", NULL));
  g_autofree char *second = assign (office, "v2", "petr", NULL);
  g_autoptr (UchVerdict) verdict = try_undo (office, UCH_ROLE_DISPATCHER, ended);

  g_assert_cmpint (((UchVisit *) office_peek (office, UCH_TABLE_VISIT, "v1"))->state, ==,
                   UCH_VISIT_CANCELLED);
  g_assert_cmpint (verdict->refusal, ==, UCH_REFUSAL_ACTED_SINCE);
  g_assert_true (verdict->current == office_peek (office, UCH_TABLE_TICKET, "t1"));
  /* Without the second one it goes. */
  g_free (undo (office, UCH_ROLE_DISPATCHER, second));
  g_free (undo (office, UCH_ROLE_DISPATCHER, ended));
  g_assert_cmpint (((UchVisit *) office_peek (office, UCH_TABLE_VISIT, "v1"))->state, ==,
                   UCH_VISIT_ASSIGNED);
}

static void
test_only_own_and_once (void)
{
  g_autoptr (Office) office = office_new ();
  g_autofree char *first = assign (office, "v1", "ivan", NULL);
  g_autoptr (UchVerdict) clerk = try_undo (office, UCH_ROLE_CLERK, first);
  g_autoptr (UchVerdict) twice = NULL;

  g_assert_cmpint (clerk->refusal, ==, UCH_REFUSAL_NOT_ALLOWED);
  g_free (undo (office, UCH_ROLE_HEAD, first));
  twice = try_undo (office, UCH_ROLE_DISPATCHER, first);
  g_assert_cmpint (twice->refusal, ==, UCH_REFUSAL_NOT_UNDOABLE);
}

static void
test_steps_only_for_five_minutes (void)
{
  g_autoptr (Office) office = office_new ();
  g_autofree char *taken = office_do (
      office, UCH_ROLE_DISPATCHER, office_command (office, "ticket.take", "ticket", "'t1'", NULL));
  g_autoptr (UchVerdict) late = NULL;

  office->now += 5 * UCH_MINUTE_MS + 1;
  late = try_undo (office, UCH_ROLE_DISPATCHER, taken);
  g_assert_cmpint (late->refusal, ==, UCH_REFUSAL_TOO_LATE);
  office->now -= 2;
  g_free (undo (office, UCH_ROLE_DISPATCHER, taken));
  g_assert_cmpint (((UchTicket *) office_peek (office, UCH_TABLE_TICKET, "t1"))->state, ==,
                   UCH_TICKET_NEW);
}

static void
test_created_rows_end (void)
{
  g_autoptr (Office) office = office_new ();
  g_autofree char *note = office_do (
      office, UCH_ROLE_DISPATCHER,
      office_command (office, "note.add", "note", "'n'", "ticket", "'t1'", "text", "'x'", NULL));
  g_autofree char *ticket
      = office_do (office, UCH_ROLE_DISPATCHER,
                   office_command (office, "ticket.create", "ticket", "'t2'", "fields",
                                   "{'category':<'support.tv'>,'house_id':<'h1'>}", NULL));
  g_autofree char *photo = office_do (
      office, UCH_ROLE_DISPATCHER,
      office_command (office, "photo.add", "photo", "'p'", "ticket", "'t1'", "sha256",
                      "'0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef'", "mime",
                      "'image/webp'", "size", "int64 1048576", "width", "int64 1280", "height",
                      "int64 960", NULL));
  g_autofree char *back = NULL;

  g_assert_cmpint (((UchPhoto *) office_peek (office, UCH_TABLE_PHOTO, "p"))->taken_at, !=, 0);
  g_free (undo (office, UCH_ROLE_DISPATCHER, photo));
  g_assert_true (((UchPhoto *) office_peek (office, UCH_TABLE_PHOTO, "p"))->withdrawn);
  g_free (undo (office, UCH_ROLE_DISPATCHER, note));
  g_assert_true (((UchNote *) office_peek (office, UCH_TABLE_NOTE, "n"))->withdrawn);
  back = undo (office, UCH_ROLE_DISPATCHER, ticket);
  g_assert_cmpint (((UchTicket *) office_peek (office, UCH_TABLE_TICKET, "t2"))->state, ==,
                   UCH_TICKET_CANCELLED);
  g_free (undo (office, UCH_ROLE_DISPATCHER, back));
  g_assert_cmpint (((UchTicket *) office_peek (office, UCH_TABLE_TICKET, "t2"))->state, ==,
                   UCH_TICKET_NEW);
}

static void
test_register_rows (void)
{
  g_autoptr (Office) office = office_new ();
  g_autofree char *put = office_do (office, UCH_ROLE_HEAD,
                                    office_command (office, "row.put", "table", "'company'", "id",
                                                    "'mc'", "fields", "{'name':<'Уют'>}", NULL));
  g_autofree char *removed = NULL;
  g_autofree char *back = NULL;

  removed
      = office_do (office, UCH_ROLE_HEAD,
                   office_command (office, "row.delete", "table", "'company'", "id", "'mc'", NULL));
  g_assert_null (office_peek (office, UCH_TABLE_COMPANY, "mc"));
  g_free (undo (office, UCH_ROLE_HEAD, removed));
  g_assert_cmpstr (((UchCompany *) office_peek (office, UCH_TABLE_COMPANY, "mc"))->name, ==, "Уют");
  back = undo (office, UCH_ROLE_HEAD, put);
  g_assert_null (office_peek (office, UCH_TABLE_COMPANY, "mc"));
  g_free (undo (office, UCH_ROLE_HEAD, back));
  g_assert_cmpstr (((UchCompany *) office_peek (office, UCH_TABLE_COMPANY, "mc"))->name, ==, "Уют");
}

static void
test_invert (void)
{
  g_autoptr (Office) office = office_new ();
  g_autoptr (UchCommand) take = office_command (office, "ticket.take", "ticket", "'t1'", NULL);
  g_autoptr (UchVerdict) verdict = office_try (office, UCH_ROLE_DISPATCHER, uch_command_ref (take));
  g_autoptr (UchCommand) inverse = uch_command_invert (take, verdict->changes, "i", office->now);

  g_assert_cmpstr (inverse->type, ==, "act.undo");
  g_assert_cmpstr (uch_command_get_text (inverse, "event"), ==, take->id);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/core/undo/assign-undo-redo", test_assign_undo_redo);
  g_test_add_func ("/core/undo/refused-when-others-acted", test_refused_when_others_acted);
  g_test_add_func ("/core/undo/no-second-open-visit", test_no_second_open_visit);
  g_test_add_func ("/core/undo/only-own-and-once", test_only_own_and_once);
  g_test_add_func ("/core/undo/steps-only-for-five-minutes", test_steps_only_for_five_minutes);
  g_test_add_func ("/core/undo/created-rows-end", test_created_rows_end);
  g_test_add_func ("/core/undo/register-rows", test_register_rows);
  g_test_add_func ("/core/undo/invert", test_invert);
  return g_test_run ();
}

/* Every step of both state machines, from every state, by every role: allowed exactly where the
 * table says so. The expectation is written here a second time, as the office's rules read. */
#include <string.h>

#include "core/uch-steps.h"
#include "office.h"

#define D (1u << UCH_ROLE_DISPATCHER)
#define H (1u << UCH_ROLE_HEAD)
#define C (1u << UCH_ROLE_CLERK)
#define E (1u << UCH_ROLE_ENGINEER)
#define S (1u << UCH_ROLE_STORE)

#define FROM(state) (1u << UCH_TICKET_##state)
#define OPEN (FROM (NEW) | FROM (IN_WORK) | FROM (ON_HOLD))

static const struct
{
  const char    *command;
  const char    *args;
  guint          from;
  guint          roles;
  UchTicketState to;
} ticket_cases[] = {
  { "ticket.take", "{}", FROM (NEW), D | H | E, UCH_TICKET_IN_WORK },
  { "ticket.hold", "{'reason':<'client_away'>,'wake_at':<int64 1788332400000>}",
    FROM (NEW) | FROM (IN_WORK), D | H | E, UCH_TICKET_ON_HOLD },
  { "ticket.wake", "{}", FROM (ON_HOLD), D | H | E | S, UCH_TICKET_IN_WORK },
  { "ticket.resolve", "{'how':<'remote'>,'code':<'settings'>}", OPEN, D | H | E | S,
    UCH_TICKET_RESOLVED },
  { "ticket.close", "{}", FROM (RESOLVED), C | H | S, UCH_TICKET_CLOSED },
  { "ticket.reopen", "{'reason':<'same_symptom'>}", FROM (RESOLVED) | FROM (CLOSED), D | H | C,
    UCH_TICKET_IN_WORK },
  { "ticket.cancel", "{'reason':<'spam'>}", OPEN, D | H, UCH_TICKET_CANCELLED },
  { "ticket.reject", "{'reason':<'spam'>}", OPEN, D | H, UCH_TICKET_REJECTED },
};

static void
check_ticket (guint i, UchTicketState from, UchRole role)
{
  g_autoptr (Office) office = office_new ();
  g_autoptr (GVariant) args
      = g_variant_parse (G_VARIANT_TYPE_VARDICT, ticket_cases[i].args, NULL, NULL, NULL);
  GVariantDict dict;
  g_autoptr (UchVerdict) verdict = NULL;
  gboolean allowed
      = (ticket_cases[i].from & 1u << from) != 0 && (ticket_cases[i].roles & 1u << role) != 0;

  office_put_ticket (office, "t1", from);
  g_variant_dict_init (&dict, args);
  g_variant_dict_insert (&dict, "ticket", "s", "t1");
  verdict = office_try (
      office, role,
      uch_command_new ("c", ticket_cases[i].command, g_variant_dict_end (&dict), office->now));
  if ((verdict->kind == UCH_VERDICT_OK) != allowed)
    g_error ("%s from %s by %s: %s", ticket_cases[i].command, uch_ticket_state_nicks[from],
             uch_role_nicks[role], uch_refusal_get_nick (verdict->refusal));
  if (allowed)
    {
      uch_memory_snapshot_apply (office->snapshot, verdict->changes);
      g_assert_cmpint (((UchTicket *) office_peek (office, UCH_TABLE_TICKET, "t1"))->state, ==,
                       ticket_cases[i].to);
      g_assert_nonnull (office_peek (office, UCH_TABLE_EVENT, "c"));
    }
  else
    g_assert_cmpuint (verdict->changes->len, ==, 0);
}

static void
test_ticket_steps (void)
{
  for (guint i = 0; i < G_N_ELEMENTS (ticket_cases); i++)
    for (int from = 0; from < UCH_N_TICKET_STATES; from++)
      for (int role = 0; role < UCH_N_ROLES; role++)
        check_ticket (i, from, role);
}

#undef FROM
#define FROM(state) (1u << UCH_VISIT_##state)
#define BEFORE (FROM (ASSIGNED) | FROM (ACCEPTED))

static const struct
{
  const char   *command;
  const char   *args;
  guint         from;
  guint         roles; /* the engineer's steps are another test: his are never refused */
  UchVisitState to;
} visit_cases[] = {
  { "visit.unassign", "{}", BEFORE, D | H, UCH_VISIT_PLANNED },
  { "visit.accept", "{}", FROM (ASSIGNED), D | H, UCH_VISIT_ACCEPTED },
  { "visit.decline", "{'reason':<'too_far'>}", BEFORE, D | H, UCH_VISIT_PLANNED },
  { "visit.depart", "{}", FROM (ACCEPTED), D | H, UCH_VISIT_EN_ROUTE },
  { "visit.arrive", "{}", FROM (EN_ROUTE), D | H, UCH_VISIT_ON_SITE },
  { "visit.finish", "{'result':<'done'>,'code':<'cable'>}", FROM (ON_SITE), D | H, UCH_VISIT_DONE },
  { "visit.finish", "{'result':<'incomplete'>}", FROM (ON_SITE), D | H, UCH_VISIT_INCOMPLETE },
  { "visit.fail", "{'reason':<'absent'>}",
    FROM (PLANNED) | BEFORE | FROM (EN_ROUTE) | FROM (ON_SITE), D | H, UCH_VISIT_FAILED },
  { "visit.miss", "{'reason':<'transport'>}", FROM (PLANNED) | BEFORE | FROM (EN_ROUTE), H | S,
    UCH_VISIT_MISSED },
  { "visit.cancel", "{'reason':<'spam'>}", FROM (PLANNED) | BEFORE | FROM (EN_ROUTE), D | H,
    UCH_VISIT_CANCELLED },
};

static void
check_visit (guint i, UchVisitState from, UchRole role)
{
  g_autoptr (Office) office = office_new ();
  g_autoptr (GVariant) args
      = g_variant_parse (G_VARIANT_TYPE_VARDICT, visit_cases[i].args, NULL, NULL, NULL);
  GVariantDict dict;
  g_autoptr (UchVerdict) verdict = NULL;
  gboolean allowed
      = (visit_cases[i].from & 1u << from) != 0 && (visit_cases[i].roles & 1u << role) != 0;

  office_put_ticket (office, "t1", UCH_TICKET_IN_WORK);
  office_put_visit (office, "v1", "t1", from);
  g_free (office_do (office, UCH_ROLE_DISPATCHER,
                     office_command (office, "call.log", "call", "'k1'", "ticket", "'t1'",
                                     "outcome", "'no_answer'", NULL)));
  g_variant_dict_init (&dict, args);
  g_variant_dict_insert (&dict, "visit", "s", "v1");
  verdict = office_try (
      office, role,
      uch_command_new ("c", visit_cases[i].command, g_variant_dict_end (&dict), office->now));
  if ((verdict->kind == UCH_VERDICT_OK) != allowed)
    g_error ("%s from %s by %s: %s", visit_cases[i].command, uch_visit_state_nicks[from],
             uch_role_nicks[role], uch_refusal_get_nick (verdict->refusal));
  if (!allowed)
    return;
  uch_memory_snapshot_apply (office->snapshot, verdict->changes);
  g_assert_cmpint (((UchVisit *) office_peek (office, UCH_TABLE_VISIT, "v1"))->state, ==,
                   visit_cases[i].to);
}

static void
test_visit_steps (void)
{
  for (guint i = 0; i < G_N_ELEMENTS (visit_cases); i++)
    for (int from = 0; from < UCH_N_VISIT_STATES; from++)
      for (int role = 0; role < UCH_N_ROLES; role++)
        if (role != UCH_ROLE_ENGINEER)
          check_visit (i, from, role);
}

/* What the engineer says happened: legal steps are taken, forward jumps too but marked, the rest
 * is kept and marked. Nothing of his own is refused. */
static void
test_engineer_is_never_refused (void)
{
  static const char *const steps[]
      = { "visit.accept", "visit.depart", "visit.arrive", "visit.finish" };

  for (guint i = 0; i < G_N_ELEMENTS (steps); i++)
    for (int from = UCH_VISIT_ASSIGNED; from < UCH_N_VISIT_STATES; from++)
      {
        g_autoptr (Office) office = office_new ();
        int         to = UCH_VISIT_ACCEPTED + (int) i;
        UchCommand *command;
        UchVisit   *visit;

        office_put_ticket (office, "t1", UCH_TICKET_IN_WORK);
        office_put_visit (office, "v1", "t1", from);
        command = i == 3 ? office_command (office, steps[i], "visit", "'v1'", "result", "'done'",
                                           "code", "'cable'", NULL)
                         : office_command (office, steps[i], "visit", "'v1'", NULL);
        g_free (office_do (office, UCH_ROLE_ENGINEER, command));
        visit = office_peek (office, UCH_TABLE_VISIT, "v1");
        g_assert_cmpint (visit->state, ==, from <= UCH_VISIT_ON_SITE && to > from ? to : from);
        g_assert_cmpint (visit->needs_review, ==, to != from + 1);
      }
}

/* The lists that the screens build their buttons from are the lists that decide uses. */
static void
test_lists_name_real_commands (void)
{
  guint                n_ticket, n_visit;
  const UchTicketStep *ticket = uch_ticket_step_list (&n_ticket);
  const UchVisitStep  *visit = uch_visit_step_list (&n_visit);

  for (guint i = 0; i < n_ticket; i++)
    g_assert_nonnull (uch_command_spec_get (ticket[i].command));
  for (guint i = 0; i < n_visit; i++)
    {
      const UchCommandSpec *spec = uch_command_spec_get (visit[i].command);

      g_assert_nonnull (spec);
      g_assert_cmpuint (visit[i].roles & ~spec->roles, ==, 0);
    }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/core/steps/ticket", test_ticket_steps);
  g_test_add_func ("/core/steps/visit", test_visit_steps);
  g_test_add_func ("/core/steps/engineer-is-never-refused", test_engineer_is_never_refused);
  g_test_add_func ("/core/steps/lists-name-real-commands", test_lists_name_real_commands);
  return g_test_run ();
}

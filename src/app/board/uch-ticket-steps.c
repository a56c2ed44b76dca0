#include "app/board/uch-ticket-steps.h"

#include <glib/gi18n.h>

#include "core/uch-category.h"
#include "core/uch-command.h"
#include "core/uch-steps.h"

/* What a button says, in the order of the menu. What leads on comes before what leads away. */
static const struct
{
  const char *command;
  const char *name;
  gboolean    leads_on; /* may be the next step, offered as the one primary button */
} names[] = {
  { UCH_COMMAND_TICKET_WAKE, N_ ("Back to work"), TRUE },
  { UCH_COMMAND_VISIT_PLAN, N_ ("Agree a time"), TRUE },
  { UCH_COMMAND_VISIT_ASSIGN, N_ ("Assign"), TRUE },
  { UCH_COMMAND_VISIT_ACCEPT, N_ ("Accepted by the engineer"), TRUE },
  { UCH_COMMAND_VISIT_DEPART, N_ ("On the way"), TRUE },
  { UCH_COMMAND_VISIT_ARRIVE, N_ ("Arrived"), TRUE },
  { UCH_COMMAND_VISIT_FINISH, N_ ("Finish the visit"), TRUE },
  { UCH_COMMAND_TICKET_CLOSE, N_ ("Close"), TRUE },
  { UCH_COMMAND_TICKET_TAKE, N_ ("Take into work"), TRUE },
  { UCH_COMMAND_TICKET_RESOLVE, N_ ("Resolve"), TRUE },
  { UCH_COMMAND_TICKET_HOLD, N_ ("Put aside"), FALSE },
  { UCH_COMMAND_VISIT_MOVE, N_ ("Move the time"), FALSE },
  { UCH_COMMAND_VISIT_UNASSIGN, N_ ("Take back the assignment"), FALSE },
  { UCH_COMMAND_VISIT_DECLINE, N_ ("Declined by the engineer"), FALSE },
  { UCH_COMMAND_VISIT_FAIL, N_ ("Visit failed"), FALSE },
  { UCH_COMMAND_VISIT_MISS, N_ ("Visit missed"), FALSE },
  { UCH_COMMAND_VISIT_CANCEL, N_ ("Cancel the visit"), FALSE },
  { UCH_COMMAND_VISIT_EXEMPT, N_ ("Exempt from the promise"), FALSE },
  { UCH_COMMAND_TICKET_REOPEN, N_ ("Reopen"), FALSE },
  { UCH_COMMAND_TICKET_CANCEL, N_ ("Cancel the ticket"), FALSE },
  { UCH_COMMAND_TICKET_REJECT, N_ ("Reject the ticket"), FALSE },
};

static gboolean
is_allowed (const char *command, UchRole role)
{
  const UchCommandSpec *spec = uch_command_spec_get (command);

  return spec != NULL && (spec->roles & (1u << role)) != 0;
}

/* Steps that make a visit where there is none stand in no table of the visit. */
static gboolean
can_take (const char *command, const UchTicket *ticket, const UchVisit *visit, UchRole role)
{
  const UchCategory *category = uch_category_get (ticket->category);
  gboolean           is_open = visit != NULL && uch_visit_is_open (visit);
  gboolean           takes_visits
      = uch_ticket_is_open (ticket) && (category == NULL || category->needs_visit);

  if (!is_allowed (command, role))
    return FALSE;
  if (g_str_has_prefix (command, "ticket."))
    return uch_ticket_step_find (ticket->state, command, role) != NULL;
  if (g_str_equal (command, UCH_COMMAND_VISIT_PLAN))
    return takes_visits && (!is_open || visit->mode == UCH_VISIT_MODE_NONE);
  if (g_str_equal (command, UCH_COMMAND_VISIT_ASSIGN) && !is_open)
    return takes_visits;
  if (visit == NULL)
    return FALSE;
  if (g_str_equal (command, UCH_COMMAND_VISIT_EXEMPT))
    return !visit->exempt && visit->due_at != 0;
  if (g_str_equal (command, UCH_COMMAND_VISIT_MOVE) && visit->mode == UCH_VISIT_MODE_NONE)
    return FALSE;
  return is_open && uch_visit_step_find (visit->state, command, role) != NULL;
}

/**
 * uch_ticket_steps_list:
 * @ticket: a ticket
 * @visit: (nullable): its open or last visit
 * @role: of the person at this desk
 *
 * Returns: (transfer full) (element-type utf8): types of commands in the order of the menu; the
 *     strings are static
 */
GPtrArray *
uch_ticket_steps_list (const UchTicket *ticket, const UchVisit *visit, UchRole role)
{
  GPtrArray *steps = g_ptr_array_new ();

  for (guint i = 0; i < G_N_ELEMENTS (names); i++)
    if (can_take (names[i].command, ticket, visit, role))
      g_ptr_array_add (steps, (gpointer) names[i].command);
  return steps;
}

/**
 * uch_ticket_steps_find_next:
 * @ticket: a ticket
 * @visit: (nullable): its open or last visit
 * @role: of the person at this desk
 *
 * Returns: (nullable): the type of the command that leads on from here; static
 */
const char *
uch_ticket_steps_find_next (const UchTicket *ticket, const UchVisit *visit, UchRole role)
{
  for (guint i = 0; i < G_N_ELEMENTS (names); i++)
    {
      /* To assign somebody else is no step on. */
      if (g_str_equal (names[i].command, UCH_COMMAND_VISIT_ASSIGN) && visit != NULL
          && uch_visit_is_open (visit) && visit->engineer_id != NULL)
        continue;
      /* Nor is it one to agree the time of a visit that somebody is on his way to. */
      if (g_str_equal (names[i].command, UCH_COMMAND_VISIT_PLAN) && visit != NULL
          && uch_visit_is_open (visit) && visit->engineer_id != NULL)
        continue;
      if (names[i].leads_on && can_take (names[i].command, ticket, visit, role))
        return names[i].command;
    }
  return NULL;
}

/**
 * uch_ticket_steps_name:
 * @command: type of a command
 *
 * Returns: what its button says, translated
 */
const char *
uch_ticket_steps_name (const char *command)
{
  for (guint i = 0; i < G_N_ELEMENTS (names); i++)
    if (g_str_equal (names[i].command, command))
      return _ (names[i].name);
  return command;
}

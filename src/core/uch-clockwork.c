#include "core/uch-clockwork.h"

/**
 * uch_clockwork_consider_ticket:
 * @id: of the command
 *
 * A ticket put off wakes at its time; a resolved one closes after 14 days.
 *
 * Returns: (transfer full) (nullable): what is due, for the actor %UCH_ROLE_STORE
 */
UchCommand *
uch_clockwork_consider_ticket (const UchTicket *ticket, UchTime now, const char *id)
{
  const char *type = NULL;

  if (ticket->state == UCH_TICKET_ON_HOLD && ticket->wake_at != 0 && ticket->wake_at <= now)
    type = UCH_COMMAND_TICKET_WAKE;
  else if (ticket->state == UCH_TICKET_RESOLVED
           && now - ticket->resolved_at >= UCH_TICKET_CLOSE_AFTER_MS)
    type = UCH_COMMAND_TICKET_CLOSE;
  if (type == NULL)
    return NULL;
  return uch_command_new_with (id, type, now, "ticket", "s", ((UchEntity *) ticket)->id, NULL);
}

/**
 * uch_clockwork_consider_visit:
 * @id: of the command
 *
 * A visit to which nobody came within an hour after it was due is missed.
 *
 * Returns: (transfer full) (nullable): what is due, for the actor %UCH_ROLE_STORE
 */
UchCommand *
uch_clockwork_consider_visit (const UchVisit *visit, UchTime now, const char *id)
{
  if (visit->state >= UCH_VISIT_ON_SITE || visit->arrived_at != 0 || visit->due_at == 0
      || now < visit->due_at + UCH_VISIT_MISSED_AFTER_MS)
    return NULL;
  return uch_command_new_with (
      id, UCH_COMMAND_VISIT_MISS, now, "visit", "s", ((UchEntity *) visit)->id, "reason", "s",
      visit->engineer_id == NULL ? "no_engineer" : "previous_overran", NULL);
}

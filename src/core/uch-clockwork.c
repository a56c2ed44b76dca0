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

/**
 * uch_clockwork_consider_work:
 * @ticket: without contacts for the work that it was resolved by
 * @id: of the command
 *
 * Work that was done lately owes the client contacts.
 *
 * Returns: (transfer full) (nullable): what is due, for the actor %UCH_ROLE_STORE
 */
UchCommand *
uch_clockwork_consider_work (const UchTicket *ticket, UchTime now, const char *id)
{
  if (!uch_followup_is_wanted (ticket) || now - ticket->resolved_at >= UCH_FOLLOWUP_MAKE_WITHIN_MS)
    return NULL;
  return uch_command_new_with (id, UCH_COMMAND_FOLLOWUP_MAKE, now, "ticket", "s",
                               ((UchEntity *) ticket)->id, NULL);
}

/**
 * uch_clockwork_consider_dates:
 * @row: a contact that is owed
 * @week: (nullable): the week's contact for the same work
 * @id: of the command
 *
 * When the production calendar or a setting has changed, the dates of what is owed move.
 *
 * Returns: (transfer full) (nullable): what is due, for the actor %UCH_ROLE_STORE
 */
UchCommand *
uch_clockwork_consider_dates (const UchFollowup       *row,
                              const UchFollowup       *week,
                              const UchFollowupPolicy *policy,
                              UchCalendar             *calendar,
                              UchTime                  now,
                              const char              *id)
{
  UchFollowupDates dates;

  if (row->state != UCH_FOLLOWUP_OPEN)
    return NULL;
  uch_followup_get_row_dates (row, week, policy, calendar, &dates);
  if (uch_followup_has_dates (row, &dates))
    return NULL;
  return uch_command_new_with (id, UCH_COMMAND_FOLLOWUP_REDATE, now, "followup", "s",
                               ((UchEntity *) row)->id, NULL);
}

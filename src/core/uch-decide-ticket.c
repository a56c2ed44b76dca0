/* Commands about tickets. */
#include <string.h>

#include "core/uch-category.h"
#include "core/uch-clockwork.h"
#include "core/uch-draft-private.h"
#include "core/uch-steps.h"

static gboolean
check_refers (UchDraft *draft, const UchTicket *ticket)
{
  if (uch_category_get (ticket->category) == NULL)
    return uch_draft_refuse (
        draft, ticket->category == NULL ? UCH_REFUSAL_MISSING_ARGUMENT : UCH_REFUSAL_BAD_ARGUMENT,
        "category");
  if (ticket->house_id == NULL && ticket->phone_raw == NULL)
    return uch_draft_refuse (draft, UCH_REFUSAL_MISSING_ARGUMENT, "house_id");
  if (ticket->house_id != NULL && uch_draft_peek (draft, UCH_TABLE_HOUSE, ticket->house_id) == NULL)
    return uch_draft_refuse (draft, UCH_REFUSAL_UNKNOWN_ROW, "house_id");
  if (ticket->client_id != NULL
      && uch_draft_peek (draft, UCH_TABLE_CLIENT, ticket->client_id) == NULL)
    return uch_draft_refuse (draft, UCH_REFUSAL_UNKNOWN_ROW, "client_id");
  return TRUE;
}

static void
note_ticket (UchDraft *draft, const UchTicket *ticket)
{
  uch_entity_set_text (draft->event, &draft->event->ticket_id, UCH_ENTITY (ticket)->id);
  uch_entity_set_text (draft->event, &draft->event->house_id, ticket->house_id);
  uch_entity_set_text (draft->event, &draft->event->state, uch_ticket_state_nicks[ticket->state]);
}

/* A new ticket from @fields, @argument naming its id; (transfer none) (nullable). */
UchTicket *
uch_draft_make_ticket (UchDraft *draft, const char *id, const char *argument, GVariant *fields)
{
  UchTicket         *ticket = uch_draft_create (draft, UCH_TABLE_TICKET, id, argument);
  const UchCategory *category;

  if (ticket == NULL || !uch_draft_set_fields (draft, ticket, fields)
      || !check_refers (draft, ticket))
    return NULL;
  uch_draft_derive_ticket (draft, ticket);
  ticket->number = uch_snapshot_next_number (draft->snapshot);
  ticket->created_at = draft->at;
  uch_entity_set_text (ticket, &ticket->created_by, draft->actor->staff_id);
  category = uch_category_get (ticket->category);
  if (category->family == UCH_FAMILY_THANKS) /* no clock, no visit */
    {
      ticket->state = UCH_TICKET_CLOSED;
      ticket->closed_at = draft->at;
    }
  return ticket;
}

gboolean
uch_decide_ticket_create (UchDraft *draft)
{
  g_autoptr (GVariant) fields = uch_command_get_dict (draft->command, "fields");
  UchTicket *ticket
      = uch_draft_make_ticket (draft, uch_draft_text (draft, "ticket"), "ticket", fields);

  if (ticket == NULL)
    return FALSE;
  note_ticket (draft, ticket);
  return TRUE;
}

gboolean
uch_decide_ticket_edit (UchDraft *draft)
{
  g_autoptr (GVariant) fields = uch_command_get_dict (draft->command, "fields");
  g_autoptr (GVariant) was = uch_command_get_dict (draft->command, "was");
  UchTicket *ticket = uch_draft_need (draft, UCH_TABLE_TICKET, "ticket");
  UchVisit  *visit;

  if (ticket == NULL || !uch_draft_check_engineer (draft, ticket)
      || !uch_draft_check_was (draft, ticket, fields, was))
    return FALSE;
  ticket = uch_draft_edit (draft, ticket);
  if (!uch_draft_set_fields (draft, ticket, fields) || !check_refers (draft, ticket))
    return FALSE;
  uch_draft_derive_ticket (draft, ticket);
  uch_draft_follow_ticket (draft, ticket);
  visit = uch_draft_peek_open_visit (draft, ticket);
  if (visit != NULL
      && (g_strcmp0 (visit->house_id, ticket->house_id) != 0
          || g_strcmp0 (visit->zone_id, ticket->zone_id) != 0))
    {
      visit = uch_draft_edit (draft, visit);
      uch_entity_set_text (visit, &visit->house_id, ticket->house_id);
      uch_entity_set_text (visit, &visit->zone_id, ticket->zone_id);
    }
  note_ticket (draft, ticket);
  draft->event->text = uch_draft_list_names (fields);
  return TRUE;
}

static gboolean
hold (UchDraft *draft, UchTicket *ticket, UchVisit *visit)
{
  if (visit != NULL && uch_visit_is_under_way (visit))
    return uch_draft_refuse (draft, UCH_REFUSAL_ILLEGAL_STEP, "visit");
  ticket->wake_at = uch_command_get_int (draft->command, "wake_at", 0);
  if (ticket->wake_at <= draft->at)
    return uch_draft_refuse (draft, UCH_REFUSAL_BAD_ARGUMENT, "wake_at");
  if (visit != NULL)
    {
      visit = uch_draft_edit (draft, visit);
      uch_draft_end_visit (draft, visit, UCH_VISIT_CANCELLED, uch_draft_text (draft, "reason"));
      uch_draft_excuse (draft, visit, ticket);
    }
  uch_entity_set_text (ticket, &ticket->reason, uch_draft_text (draft, "reason"));
  draft->event->to_at = ticket->wake_at;
  return TRUE;
}

static gboolean
resolve (UchDraft *draft, UchTicket *ticket, UchVisit *visit)
{
  int how = uch_nick_index (uch_resolution_nicks, uch_draft_text (draft, "how"));

  if (how <= UCH_RESOLUTION_NONE)
    return uch_draft_refuse (draft, UCH_REFUSAL_BAD_ARGUMENT, "how");
  if (visit != NULL)
    uch_draft_end_visit (draft, visit, UCH_VISIT_CANCELLED, "resolved");
  ticket->resolution = (UchResolution) how;
  ticket->resolved_at = draft->at;
  uch_entity_set_text (ticket, &ticket->resolved_by, draft->actor->staff_id);
  uch_entity_set_text (ticket, &ticket->resolution_code, uch_draft_text (draft, "code"));
  uch_entity_set_text (draft->event, &draft->event->reason, uch_draft_text (draft, "code"));
  uch_entity_set_text (draft->event, &draft->event->text, uch_draft_text (draft, "text"));
  return TRUE;
}

/* Brings @ticket, an edited copy, back into work under its number; nobody asks the client about
 * work that is not done. */
gboolean
uch_draft_reopen (UchDraft *draft, UchTicket *ticket, const char *reason)
{
  if (!uch_ticket_may_reopen (ticket, draft->at))
    return uch_draft_refuse (draft, UCH_REFUSAL_TOO_LATE, NULL);
  ticket->state = UCH_TICKET_IN_WORK;
  ticket->reopen_count++;
  ticket->reopened_at = draft->at;
  ticket->resolution = UCH_RESOLUTION_NONE;
  ticket->resolved_at = ticket->closed_at = 0;
  uch_entity_set_text (ticket, &ticket->resolution_code, NULL);
  uch_entity_set_text (ticket, &ticket->resolved_by, NULL);
  uch_entity_set_text (ticket, &ticket->visit_id, NULL);
  uch_entity_set_text (ticket, &ticket->reason, reason);
  uch_draft_drop_followups (draft, "ticket_id", UCH_ENTITY (ticket)->id);
  return TRUE;
}

static gboolean
abandon (UchDraft *draft, UchTicket *ticket, UchVisit *visit)
{
  const char *linked = uch_draft_text (draft, "linked");

  if (linked != NULL && uch_draft_peek (draft, UCH_TABLE_TICKET, linked) == NULL)
    return uch_draft_refuse (draft, UCH_REFUSAL_UNKNOWN_ROW, "linked");
  if (visit != NULL)
    uch_draft_end_visit (draft, visit, UCH_VISIT_CANCELLED, uch_draft_text (draft, "reason"));
  ticket->closed_at = draft->at;
  if (linked != NULL)
    uch_entity_set_text (ticket, &ticket->linked_id, linked);
  uch_entity_set_text (ticket, &ticket->reason, uch_draft_text (draft, "reason"));
  return TRUE;
}

/* What else changes with a step; @ticket is the edited copy, its state already the new one. */
static gboolean
take_step (UchDraft *draft, UchTicket *ticket, UchVisit *visit)
{
  const char *type = draft->command->type;

  ticket->wake_at = 0;
  if (strcmp (type, UCH_COMMAND_TICKET_HOLD) == 0)
    return hold (draft, ticket, visit);
  if (strcmp (type, UCH_COMMAND_TICKET_RESOLVE) == 0)
    return resolve (draft, ticket, visit);
  if (strcmp (type, UCH_COMMAND_TICKET_REOPEN) == 0)
    return uch_draft_reopen (draft, ticket, uch_draft_text (draft, "reason"));
  if (strcmp (type, UCH_COMMAND_TICKET_CANCEL) == 0
      || strcmp (type, UCH_COMMAND_TICKET_REJECT) == 0)
    return abandon (draft, ticket, visit);
  if (strcmp (type, UCH_COMMAND_TICKET_CLOSE) == 0)
    {
      if (draft->actor->role == UCH_ROLE_STORE
          && draft->now - ticket->resolved_at < UCH_TICKET_CLOSE_AFTER_MS)
        return uch_draft_refuse (draft, UCH_REFUSAL_ILLEGAL_STEP, NULL);
      ticket->closed_at = draft->at;
    }
  return TRUE;
}

gboolean
uch_decide_ticket_step (UchDraft *draft)
{
  UchTicket           *ticket = uch_draft_need (draft, UCH_TABLE_TICKET, "ticket");
  const UchTicketStep *step;

  if (ticket == NULL || !uch_draft_check_engineer (draft, ticket)
      || !uch_draft_check_base (draft, ticket))
    return FALSE;
  step = uch_ticket_step_find (ticket->state, draft->command->type, draft->actor->role);
  if (step == NULL)
    return uch_draft_conflict (draft, UCH_REFUSAL_ILLEGAL_STEP, NULL, ticket);
  if (strcmp (draft->command->type, UCH_COMMAND_TICKET_WAKE) == 0
      && draft->actor->role == UCH_ROLE_STORE && ticket->wake_at > draft->now)
    return uch_draft_refuse (draft, UCH_REFUSAL_ILLEGAL_STEP, "wake_at");
  ticket = uch_draft_edit (draft, ticket);
  ticket->state = step->to;
  if (!take_step (draft, ticket, uch_draft_peek_open_visit (draft, ticket)))
    return FALSE;
  note_ticket (draft, ticket);
  return TRUE;
}

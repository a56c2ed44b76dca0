/* Commands that only add: notes and logged calls. They commute, so they never conflict. */
#include "core/uch-draft-private.h"

gboolean
uch_decide_note (UchDraft *draft)
{
  const char *ticket_id = uch_draft_text (draft, "ticket");
  const char *house_id = uch_draft_text (draft, "house");
  UchNote    *note;

  if (ticket_id == NULL && house_id == NULL)
    return uch_draft_refuse (draft, UCH_REFUSAL_MISSING_ARGUMENT, "ticket");
  if (ticket_id != NULL && uch_draft_need (draft, UCH_TABLE_TICKET, "ticket") == NULL)
    return FALSE;
  if (house_id != NULL && uch_draft_need (draft, UCH_TABLE_HOUSE, "house") == NULL)
    return FALSE;
  note = uch_draft_create (draft, UCH_TABLE_NOTE, uch_draft_text (draft, "note"), "note");
  if (note == NULL)
    return FALSE;
  uch_entity_set_text (note, &note->ticket_id, ticket_id);
  uch_entity_set_text (note, &note->house_id, house_id);
  uch_entity_set_text (note, &note->text, uch_draft_text (draft, "text"));
  uch_entity_set_text (note, &note->created_by, draft->actor->staff_id);
  note->created_at = draft->at;
  uch_entity_set_text (draft->event, &draft->event->ticket_id, ticket_id);
  uch_entity_set_text (draft->event, &draft->event->house_id, house_id);
  uch_entity_set_text (draft->event, &draft->event->subject_id, UCH_ENTITY (note)->id);
  return TRUE;
}

gboolean
uch_decide_call (UchDraft *draft)
{
  UchTicket *ticket = uch_draft_need (draft, UCH_TABLE_TICKET, "ticket");
  int        outcome = uch_nick_index (uch_call_outcome_nicks, uch_draft_text (draft, "outcome"));
  UchCall   *call;

  if (ticket == NULL || !uch_draft_check_engineer (draft, ticket))
    return FALSE;
  if (outcome < 0)
    return uch_draft_refuse (draft, UCH_REFUSAL_BAD_ARGUMENT, "outcome");
  call = uch_draft_create (draft, UCH_TABLE_CALL, uch_draft_text (draft, "call"), "call");
  if (call == NULL)
    return FALSE;
  uch_entity_set_text (call, &call->ticket_id, UCH_ENTITY (ticket)->id);
  uch_entity_set_text (call, &call->phone,
                       ticket->phone != NULL ? ticket->phone : ticket->phone_raw);
  uch_entity_set_text (call, &call->text, uch_draft_text (draft, "text"));
  uch_entity_set_text (call, &call->created_by, draft->actor->staff_id);
  call->outcome = (UchCallOutcome) outcome;
  call->call_back_at = uch_command_get_int (draft->command, "call_back_at", 0);
  call->created_at = draft->at;
  if (uch_ticket_is_open (ticket))
    uch_draft_touch_contact (draft, ticket);
  uch_entity_set_text (draft->event, &draft->event->ticket_id, UCH_ENTITY (ticket)->id);
  uch_entity_set_text (draft->event, &draft->event->subject_id, UCH_ENTITY (call)->id);
  uch_entity_set_text (draft->event, &draft->event->text, uch_call_outcome_nicks[outcome]);
  draft->event->to_at = call->call_back_at;
  return TRUE;
}

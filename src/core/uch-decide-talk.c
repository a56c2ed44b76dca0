/* Commands that only add: notes, logged calls, photos. They commute, so they never conflict. */
#include <string.h>

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

static gboolean
check_number (UchDraft *draft, const char *name, gint64 max)
{
  gint64 value = uch_command_get_int (draft->command, name, 0);

  return (value >= 1 && value <= max) || uch_draft_refuse (draft, UCH_REFUSAL_BAD_ARGUMENT, name);
}

/* What is said of the picture is possible; that it is true the store saw when the picture came. */
static gboolean
check_picture (UchDraft *draft)
{
  const char *sha256 = uch_draft_text (draft, "sha256");

  if (strlen (sha256) != 64 || strspn (sha256, "0123456789abcdef") != 64)
    return uch_draft_refuse (draft, UCH_REFUSAL_BAD_ARGUMENT, "sha256");
  if (!g_strv_contains (uch_photo_mimes, uch_draft_text (draft, "mime")))
    return uch_draft_refuse (draft, UCH_REFUSAL_BAD_ARGUMENT, "mime");
  return check_number (draft, "size", UCH_PHOTO_SIZE_MAX)
         && check_number (draft, "width", UCH_PHOTO_SIDE_MAX)
         && check_number (draft, "height", UCH_PHOTO_SIDE_MAX);
}

gboolean
uch_decide_photo (UchDraft *draft)
{
  UchTicket *ticket = uch_draft_need (draft, UCH_TABLE_TICKET, "ticket");
  UchPhoto  *photo;

  if (ticket == NULL || !uch_draft_check_engineer (draft, ticket) || !check_picture (draft))
    return FALSE;
  photo = uch_draft_create (draft, UCH_TABLE_PHOTO, uch_draft_text (draft, "photo"), "photo");
  if (photo == NULL)
    return FALSE;
  uch_entity_set_text (photo, &photo->ticket_id, UCH_ENTITY (ticket)->id);
  uch_entity_set_text (photo, &photo->visit_id, ticket->visit_id);
  uch_entity_set_text (photo, &photo->text, uch_draft_text (draft, "text"));
  uch_entity_set_text (photo, &photo->sha256, uch_draft_text (draft, "sha256"));
  uch_entity_set_text (photo, &photo->mime, uch_draft_text (draft, "mime"));
  uch_entity_set_text (photo, &photo->created_by, draft->actor->staff_id);
  photo->size = uch_command_get_int (draft->command, "size", 0);
  photo->width = uch_command_get_int (draft->command, "width", 0);
  photo->height = uch_command_get_int (draft->command, "height", 0);
  photo->taken_at = uch_command_get_int (draft->command, "taken_at", draft->at);
  photo->created_at = draft->at;
  uch_entity_set_text (draft->event, &draft->event->ticket_id, UCH_ENTITY (ticket)->id);
  uch_entity_set_text (draft->event, &draft->event->visit_id, ticket->visit_id);
  uch_entity_set_text (draft->event, &draft->event->subject_id, UCH_ENTITY (photo)->id);
  return TRUE;
}

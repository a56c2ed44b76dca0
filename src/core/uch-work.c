#include "core/uch-work.h"

#include "core/uch-entity-private.h"

const char *const uch_ticket_state_nicks[]
    = { "new", "in_work", "on_hold", "resolved", "closed", "cancelled", "rejected", NULL };
const char *const uch_resolution_nicks[]
    = { "none", "on_site", "remote", "phone", "self", "network", NULL };
static const char *const priority_nicks[] = { "normal", "high", "urgent", NULL };
const char *const        uch_visit_state_nicks[]
    = { "planned",    "assigned", "accepted", "en_route",  "on_site", "done",
        "incomplete", "failed",   "missed",   "cancelled", NULL };
const char *const uch_visit_mode_nicks[] = { "none", "now", "time", NULL };
const char *const uch_call_outcome_nicks[]
    = { "talked", "no_answer", "busy", "wrong_number", "back", "refused", NULL };
const char *const uch_photo_mimes[] = { "image/jpeg", "image/png", "image/webp", NULL };

static const UchField ticket_fields[] = {
  UCH_FIELD (UchTicket, number, INT, UCH_FIELD_DERIVED),
  UCH_FIELD (UchTicket, category, TEXT, UCH_FIELD_REQUIRED),
  UCH_FIELD_OF (UchTicket, state, uch_ticket_state_nicks, UCH_FIELD_DERIVED),
  UCH_FIELD_OF (UchTicket, priority, priority_nicks, UCH_FIELD_PLAIN),
  UCH_FIELD (UchTicket, house_id, TEXT, UCH_FIELD_KEY | UCH_FIELD_PERSONAL),
  UCH_FIELD (UchTicket, zone_id, TEXT, UCH_FIELD_DERIVED),
  UCH_FIELD (UchTicket, address, TEXT, UCH_FIELD_PERSONAL | UCH_FIELD_DERIVED),
  UCH_FIELD (UchTicket, entrance, TEXT, UCH_FIELD_PERSONAL),
  UCH_FIELD (UchTicket, floor, TEXT, UCH_FIELD_PERSONAL),
  UCH_FIELD (UchTicket, apartment, TEXT, UCH_FIELD_PERSONAL),
  UCH_FIELD (UchTicket, client_id, TEXT, UCH_FIELD_KEY | UCH_FIELD_PERSONAL),
  UCH_FIELD (UchTicket, client_name, TEXT, UCH_FIELD_PERSONAL),
  UCH_FIELD (UchTicket, phone, TEXT, UCH_FIELD_KEY | UCH_FIELD_PERSONAL | UCH_FIELD_DERIVED),
  UCH_FIELD (UchTicket, phone_raw, TEXT, UCH_FIELD_PERSONAL),
  UCH_FIELD (UchTicket, description, TEXT, UCH_FIELD_PERSONAL),
  UCH_FIELD (UchTicket, source, TEXT, UCH_FIELD_PLAIN),
  UCH_FIELD (UchTicket, visit_id, TEXT, UCH_FIELD_DERIVED),
  UCH_FIELD (UchTicket, engineer_id, TEXT, UCH_FIELD_PLAIN),
  UCH_FIELD (UchTicket, linked_id, TEXT, UCH_FIELD_PLAIN),
  UCH_FIELD (UchTicket, created_at, TIME, UCH_FIELD_DERIVED),
  UCH_FIELD (UchTicket, created_by, TEXT, UCH_FIELD_DERIVED),
  UCH_FIELD (UchTicket, first_contact_at, TIME, UCH_FIELD_DERIVED),
  UCH_FIELD (UchTicket, wake_at, TIME, UCH_FIELD_DERIVED),
  UCH_FIELD (UchTicket, reason, TEXT, UCH_FIELD_DERIVED),
  UCH_FIELD_OF (UchTicket, resolution, uch_resolution_nicks, UCH_FIELD_DERIVED),
  UCH_FIELD (UchTicket, resolution_code, TEXT, UCH_FIELD_DERIVED),
  UCH_FIELD (UchTicket, resolved_at, TIME, UCH_FIELD_DERIVED),
  UCH_FIELD (UchTicket, resolved_by, TEXT, UCH_FIELD_DERIVED),
  UCH_FIELD (UchTicket, closed_at, TIME, UCH_FIELD_DERIVED),
  UCH_FIELD (UchTicket, reopen_count, INT, UCH_FIELD_DERIVED),
  UCH_FIELD (UchTicket, reopened_at, TIME, UCH_FIELD_DERIVED),
  UCH_FIELD (UchTicket, needs_review, BOOL, UCH_FIELD_DERIVED),
};
UCH_DEFINE_ENTITY (Ticket, ticket, TICKET)

static const UchField visit_fields[] = {
  UCH_FIELD (UchVisit, ticket_id, TEXT, UCH_FIELD_KEY | UCH_FIELD_REQUIRED),
  UCH_FIELD (UchVisit, house_id, TEXT, UCH_FIELD_DERIVED),
  UCH_FIELD (UchVisit, zone_id, TEXT, UCH_FIELD_DERIVED),
  UCH_FIELD (UchVisit, engineer_id, TEXT, UCH_FIELD_KEY),
  UCH_FIELD_OF (UchVisit, state, uch_visit_state_nicks, UCH_FIELD_DERIVED),
  UCH_FIELD_OF (UchVisit, mode, uch_visit_mode_nicks, UCH_FIELD_DERIVED),
  UCH_FIELD (UchVisit, agreed_from, TIME, UCH_FIELD_DERIVED),
  UCH_FIELD (UchVisit, agreed_to, TIME, UCH_FIELD_DERIVED),
  UCH_FIELD (UchVisit, agreed_at, TIME, UCH_FIELD_DERIVED),
  UCH_FIELD (UchVisit, agreed_by, TEXT, UCH_FIELD_DERIVED),
  UCH_FIELD (UchVisit, due_at, TIME, UCH_FIELD_DERIVED),
  UCH_FIELD (UchVisit, created_at, TIME, UCH_FIELD_DERIVED),
  UCH_FIELD (UchVisit, assigned_at, TIME, UCH_FIELD_DERIVED),
  UCH_FIELD (UchVisit, assigned_by, TEXT, UCH_FIELD_DERIVED),
  UCH_FIELD (UchVisit, accepted_at, TIME, UCH_FIELD_DERIVED),
  UCH_FIELD (UchVisit, en_route_at, TIME, UCH_FIELD_DERIVED),
  UCH_FIELD (UchVisit, arrived_at, TIME, UCH_FIELD_DERIVED),
  UCH_FIELD (UchVisit, ended_at, TIME, UCH_FIELD_DERIVED),
  UCH_FIELD (UchVisit, arrived_geo_at, TIME, UCH_FIELD_DERIVED),
  UCH_FIELD (UchVisit, reason, TEXT, UCH_FIELD_DERIVED),
  UCH_FIELD (UchVisit, exempt, BOOL, UCH_FIELD_DERIVED),
  UCH_FIELD (UchVisit, uncounted, BOOL, UCH_FIELD_DERIVED),
  UCH_FIELD (UchVisit, by_proxy, BOOL, UCH_FIELD_DERIVED),
  UCH_FIELD (UchVisit, needs_review, BOOL, UCH_FIELD_DERIVED),
};
UCH_DEFINE_ENTITY (Visit, visit, VISIT)

static const UchField note_fields[] = {
  UCH_FIELD (UchNote, ticket_id, TEXT, UCH_FIELD_KEY),
  UCH_FIELD (UchNote, house_id, TEXT, UCH_FIELD_KEY),
  UCH_FIELD (UchNote, text, TEXT, UCH_FIELD_PERSONAL),
  UCH_FIELD (UchNote, created_at, TIME, UCH_FIELD_PLAIN),
  UCH_FIELD (UchNote, created_by, TEXT, UCH_FIELD_PLAIN),
  UCH_FIELD (UchNote, withdrawn, BOOL, UCH_FIELD_PLAIN),
};
UCH_DEFINE_ENTITY (Note, note, NOTE)

static const UchField call_fields[] = {
  UCH_FIELD (UchCall, ticket_id, TEXT, UCH_FIELD_KEY),
  UCH_FIELD (UchCall, phone, TEXT, UCH_FIELD_PERSONAL),
  UCH_FIELD_OF (UchCall, outcome, uch_call_outcome_nicks, UCH_FIELD_PLAIN),
  UCH_FIELD (UchCall, call_back_at, TIME, UCH_FIELD_PLAIN),
  UCH_FIELD (UchCall, text, TEXT, UCH_FIELD_PERSONAL),
  UCH_FIELD (UchCall, created_at, TIME, UCH_FIELD_PLAIN),
  UCH_FIELD (UchCall, created_by, TEXT, UCH_FIELD_PLAIN),
  UCH_FIELD (UchCall, withdrawn, BOOL, UCH_FIELD_PLAIN),
};
UCH_DEFINE_ENTITY (Call, call, CALL)

static const UchField photo_fields[] = {
  UCH_FIELD (UchPhoto, ticket_id, TEXT, UCH_FIELD_KEY | UCH_FIELD_REQUIRED),
  UCH_FIELD (UchPhoto, visit_id, TEXT, UCH_FIELD_PLAIN),
  UCH_FIELD (UchPhoto, text, TEXT, UCH_FIELD_PERSONAL),
  UCH_FIELD (UchPhoto, sha256, TEXT, UCH_FIELD_KEY | UCH_FIELD_REQUIRED),
  UCH_FIELD (UchPhoto, mime, TEXT, UCH_FIELD_PLAIN),
  UCH_FIELD (UchPhoto, size, INT, UCH_FIELD_PLAIN),
  UCH_FIELD (UchPhoto, width, INT, UCH_FIELD_PLAIN),
  UCH_FIELD (UchPhoto, height, INT, UCH_FIELD_PLAIN),
  UCH_FIELD (UchPhoto, taken_at, TIME, UCH_FIELD_PLAIN),
  UCH_FIELD (UchPhoto, created_at, TIME, UCH_FIELD_PLAIN),
  UCH_FIELD (UchPhoto, created_by, TEXT, UCH_FIELD_PLAIN),
  UCH_FIELD (UchPhoto, withdrawn, BOOL, UCH_FIELD_PLAIN),
};
UCH_DEFINE_ENTITY (Photo, photo, PHOTO)

static const UchField event_fields[] = {
  UCH_FIELD (UchEvent, type, TEXT, UCH_FIELD_PLAIN),
  UCH_FIELD (UchEvent, ticket_id, TEXT, UCH_FIELD_KEY),
  UCH_FIELD (UchEvent, visit_id, TEXT, UCH_FIELD_PLAIN),
  UCH_FIELD (UchEvent, house_id, TEXT, UCH_FIELD_KEY),
  UCH_FIELD (UchEvent, subject_id, TEXT, UCH_FIELD_KEY),
  UCH_FIELD (UchEvent, actor_id, TEXT, UCH_FIELD_PLAIN),
  UCH_FIELD_OF (UchEvent, actor_role, uch_role_nicks, UCH_FIELD_PLAIN),
  UCH_FIELD (UchEvent, device, TEXT, UCH_FIELD_PLAIN),
  UCH_FIELD (UchEvent, occurred_at, TIME, UCH_FIELD_PLAIN),
  UCH_FIELD (UchEvent, received_at, TIME, UCH_FIELD_PLAIN),
  UCH_FIELD (UchEvent, state, TEXT, UCH_FIELD_PLAIN),
  UCH_FIELD (UchEvent, engineer_id, TEXT, UCH_FIELD_PLAIN),
  UCH_FIELD (UchEvent, previous_id, TEXT, UCH_FIELD_PLAIN),
  UCH_FIELD (UchEvent, from_at, TIME, UCH_FIELD_PLAIN),
  UCH_FIELD (UchEvent, to_at, TIME, UCH_FIELD_PLAIN),
  UCH_FIELD (UchEvent, reason, TEXT, UCH_FIELD_PLAIN),
  UCH_FIELD (UchEvent, text, TEXT, UCH_FIELD_PLAIN),
  UCH_FIELD (UchEvent, warnings, TEXT, UCH_FIELD_PLAIN),
  UCH_FIELD (UchEvent, by_proxy, BOOL, UCH_FIELD_PLAIN),
  UCH_FIELD (UchEvent, group_id, TEXT, UCH_FIELD_PLAIN),
  UCH_FIELD (UchEvent, before, TEXT, UCH_FIELD_PERSONAL),
  UCH_FIELD (UchEvent, undone_by, TEXT, UCH_FIELD_PLAIN),
};
UCH_DEFINE_ENTITY (Event, event, EVENT)

/**
 * uch_ticket_is_open:
 *
 * Open: somebody still has to do something for the client.
 */
gboolean
uch_ticket_is_open (const UchTicket *ticket)
{
  return ticket->state <= UCH_TICKET_ON_HOLD;
}

/**
 * uch_visit_is_open:
 *
 * Open: it can still take place or is taking place.
 */
gboolean
uch_visit_is_open (const UchVisit *visit)
{
  return visit->state <= UCH_VISIT_ON_SITE;
}

/**
 * uch_visit_is_under_way:
 *
 * Under way: the engineer drives to it or is there; it is no longer the dispatcher's to move.
 */
gboolean
uch_visit_is_under_way (const UchVisit *visit)
{
  return visit->state == UCH_VISIT_EN_ROUTE || visit->state == UCH_VISIT_ON_SITE;
}

/**
 * uch_ticket_may_reopen:
 *
 * Later than 30 days after it ended a ticket is no longer reopened: what the client says then is a
 * new one. Source: the office's rules.
 */
gboolean
uch_ticket_may_reopen (const UchTicket *ticket, UchTime now)
{
  UchTime ended = ticket->resolved_at != 0 ? ticket->resolved_at : ticket->closed_at;

  return now - ended <= UCH_TICKET_REOPEN_WITHIN_MS;
}

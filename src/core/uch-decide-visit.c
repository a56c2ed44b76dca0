/* Commands about visits: agree a time, assign, and the engineer's steps. */
#include <string.h>

#include "core/uch-category.h"
#include "core/uch-clockwork.h"
#include "core/uch-draft-private.h"
#include "core/uch-promise.h"
#include "core/uch-steps.h"

static UchVisit *
create_visit (UchDraft *draft, const UchTicket *ticket, const char *argument)
{
  UchVisit *visit
      = uch_draft_create (draft, UCH_TABLE_VISIT, uch_draft_text (draft, argument), argument);
  UchTicket *edited;

  if (visit == NULL)
    return NULL;
  uch_entity_set_text (visit, &visit->ticket_id, UCH_ENTITY (ticket)->id);
  uch_entity_set_text (visit, &visit->house_id, ticket->house_id);
  uch_entity_set_text (visit, &visit->zone_id, ticket->zone_id);
  visit->created_at = draft->at;
  edited = uch_draft_edit (draft, (gpointer) ticket);
  uch_entity_set_text (edited, &edited->visit_id, UCH_ENTITY (visit)->id);
  return visit;
}

/* Length of the promise for a ticket's category, by the office's policy. */
static gint64
get_promise_ms (UchDraft *draft, const UchTicket *ticket)
{
  g_autofree char *key = g_strconcat (UCH_SETTING_PROMISE_MIN, ".", ticket->category, NULL);
  gint64           usual = uch_snapshot_get_setting_int (draft->snapshot, UCH_SETTING_PROMISE_MIN,
                                                         UCH_PROMISE_DEFAULT_MS / UCH_MINUTE_MS);

  return uch_snapshot_get_setting_int (draft->snapshot, key, usual) * UCH_MINUTE_MS;
}

/* Writes the agreed time from the command's mode, from_at and to_at, and what is due by it. */
static gboolean
agree (UchDraft *draft, UchVisit *visit, const UchTicket *ticket)
{
  int mode = uch_nick_index (uch_visit_mode_nicks, uch_draft_text (draft, "mode"));

  if (mode != UCH_VISIT_MODE_NOW && mode != UCH_VISIT_MODE_TIME)
    return uch_draft_refuse (draft, UCH_REFUSAL_BAD_ARGUMENT, "mode");
  visit->mode = (UchVisitMode) mode;
  visit->agreed_at = draft->at;
  uch_entity_set_text (visit, &visit->agreed_by, draft->actor->staff_id);
  if (mode == UCH_VISIT_MODE_TIME)
    {
      visit->agreed_from = uch_command_get_int (draft->command, "from_at", 0);
      visit->agreed_to = uch_command_get_int (draft->command, "to_at", visit->agreed_from);
      if (visit->agreed_from < draft->at - UCH_DAY_MS)
        return uch_draft_refuse (draft, UCH_REFUSAL_BAD_ARGUMENT, "from_at");
      if (visit->agreed_to < visit->agreed_from)
        return uch_draft_refuse (draft, UCH_REFUSAL_BAD_ARGUMENT, "to_at");
    }
  else
    {
      visit->agreed_from = draft->at;
      visit->agreed_to = draft->at;
    }
  visit->due_at = uch_promise_get_start (visit) + get_promise_ms (draft, ticket);
  draft->event->from_at = visit->agreed_from;
  draft->event->to_at = visit->agreed_to;
  return TRUE;
}

static gboolean
check_ticket_takes_visit (UchDraft *draft, UchTicket *ticket)
{
  const UchCategory *category = uch_category_get (ticket->category);

  if (!uch_ticket_is_open (ticket))
    return uch_draft_conflict (draft, UCH_REFUSAL_ILLEGAL_STEP, "ticket", ticket);
  if (category != NULL && !category->needs_visit)
    return uch_draft_refuse (draft, UCH_REFUSAL_ILLEGAL_STEP, "category");
  return TRUE;
}

/* A ticket that was put off comes back into work when a visit is made of it. */
static void
wake (UchDraft *draft, UchTicket *ticket)
{
  UchTicket *edited;

  if (ticket->state != UCH_TICKET_ON_HOLD)
    return;
  edited = uch_draft_edit (draft, ticket);
  edited->state = UCH_TICKET_IN_WORK;
  edited->wake_at = 0;
}

gboolean
uch_decide_visit_plan (UchDraft *draft)
{
  UchTicket *ticket = uch_draft_need (draft, UCH_TABLE_TICKET, "ticket");
  UchVisit  *visit;

  if (ticket == NULL || !check_ticket_takes_visit (draft, ticket)
      || !uch_draft_check_engineer (draft, ticket))
    return FALSE;
  visit = uch_draft_peek_open_visit (draft, ticket);
  if (visit == NULL)
    visit = create_visit (draft, ticket, "visit");
  else if (visit->mode != UCH_VISIT_MODE_NONE
           || strcmp (UCH_ENTITY (visit)->id, uch_draft_text (draft, "visit")) != 0)
    return uch_draft_conflict (draft, UCH_REFUSAL_CHANGED, "visit", visit);
  if (visit == NULL)
    return FALSE;
  visit = uch_draft_edit (draft, visit);
  if (!agree (draft, visit, ticket))
    return FALSE;
  uch_draft_touch_contact (draft, ticket);
  wake (draft, ticket);
  uch_draft_note_visit (draft, visit);
  return TRUE;
}

/* The old visit ends, a new one with the same engineer takes its place: if we moved it, the old
 * promise is broken, if the client did, it is not counted (MEF 137). */
gboolean
uch_decide_visit_move (UchDraft *draft)
{
  UchVisit  *visit = uch_draft_need (draft, UCH_TABLE_VISIT, "visit");
  UchTicket *ticket
      = visit != NULL ? uch_draft_peek (draft, UCH_TABLE_TICKET, visit->ticket_id) : NULL;
  const char *by = uch_draft_text (draft, "by");
  gboolean    by_client = strcmp (by, "client") == 0;
  UchVisit   *old, *next;

  if (visit == NULL || ticket == NULL || !uch_draft_check_engineer (draft, ticket)
      || !uch_draft_check_base (draft, visit))
    return FALSE;
  if (!by_client && strcmp (by, "us") != 0)
    return uch_draft_refuse (draft, UCH_REFUSAL_BAD_ARGUMENT, "by");
  if (uch_visit_step_find (visit->state, draft->command->type, draft->actor->role) == NULL)
    return uch_draft_conflict (draft, UCH_REFUSAL_ILLEGAL_STEP, NULL, visit);
  next = create_visit (draft, ticket, "next");
  if (next == NULL || !agree (draft, next, ticket))
    return FALSE;
  old = uch_draft_edit (draft, visit);
  old->uncounted = by_client && draft->at <= old->due_at;
  uch_draft_end_visit (draft, old, UCH_VISIT_CANCELLED,
                       by_client ? "moved_by_client" : "moved_by_us");
  if (old->engineer_id != NULL)
    {
      uch_entity_set_text (next, &next->engineer_id, old->engineer_id);
      next->state = UCH_VISIT_ASSIGNED;
      next->assigned_at = draft->at;
      uch_entity_set_text (next, &next->assigned_by, draft->actor->staff_id);
    }
  uch_draft_note_visit (draft, next);
  uch_entity_set_text (draft->event, &draft->event->text, by);
  return TRUE;
}

/* First come, first served: the person must have seen the visit as it stands, or none where there
 * is none. */
static gboolean
check_unchanged (UchDraft *draft, UchTicket *ticket, UchVisit *open)
{
  const char *base = uch_draft_text (draft, "base");
  UchVisit   *named = uch_draft_peek (draft, UCH_TABLE_VISIT, uch_draft_text (draft, "visit"));

  if (open != NULL)
    return (open == named && g_strcmp0 (base, UCH_ENTITY (open)->rev) == 0)
           || uch_draft_conflict (draft, UCH_REFUSAL_CHANGED, "visit", open);
  if (named != NULL)
    return uch_draft_conflict (draft, UCH_REFUSAL_CHANGED, "visit", named);
  /* He saw a visit that came to nothing: it was refused, or went with a backup. */
  if (base != NULL)
    return uch_draft_refuse (draft, UCH_REFUSAL_UNKNOWN_ROW, "visit");
  return TRUE;
}

/* An engineer takes what nobody has in his zones, and for himself alone. */
static gboolean
check_taking (UchDraft *draft, const UchTicket *ticket, const UchStaff *engineer)
{
  if (draft->actor->role != UCH_ROLE_ENGINEER)
    return TRUE;
  if (g_strcmp0 (UCH_ENTITY (engineer)->id, draft->actor->staff_id) != 0)
    return uch_draft_refuse (draft, UCH_REFUSAL_NOT_ALLOWED, "engineer");
  return uch_draft_check_engineer (draft, ticket);
}

/* Who takes it has said yes by that: he need not accept it, too. */
static void
accept_taken (UchDraft *draft, UchVisit *visit, UchTicket *ticket)
{
  visit->state = UCH_VISIT_ACCEPTED;
  visit->accepted_at = draft->at;
  if (ticket->state == UCH_TICKET_NEW)
    ((UchTicket *) uch_draft_edit (draft, ticket))->state = UCH_TICKET_IN_WORK;
}

gboolean
uch_decide_visit_assign (UchDraft *draft)
{
  UchTicket *ticket = uch_draft_need (draft, UCH_TABLE_TICKET, "ticket");
  UchStaff  *engineer = uch_draft_need (draft, UCH_TABLE_STAFF, "engineer");
  UchVisit  *visit;

  if (ticket == NULL || engineer == NULL)
    return FALSE;
  if (engineer->role != UCH_ROLE_ENGINEER || engineer->dismissed)
    return uch_draft_refuse (draft, UCH_REFUSAL_NOT_ENGINEER, "engineer");
  if (!check_taking (draft, ticket, engineer) || !check_ticket_takes_visit (draft, ticket))
    return FALSE;
  visit = uch_draft_peek_open_visit (draft, ticket);
  if (!check_unchanged (draft, ticket, visit))
    return FALSE;
  if (visit == NULL)
    visit = create_visit (draft, ticket, "visit");
  else if (uch_visit_step_find (visit->state, draft->command->type, draft->actor->role) == NULL)
    return uch_draft_conflict (draft, UCH_REFUSAL_ILLEGAL_STEP, "visit", visit);
  if (visit == NULL)
    return FALSE;
  visit = uch_draft_edit (draft, visit);
  uch_entity_set_text (draft->event, &draft->event->previous_id, visit->engineer_id);
  uch_entity_set_text (visit, &visit->engineer_id, UCH_ENTITY (engineer)->id);
  uch_entity_set_text (visit, &visit->assigned_by, draft->actor->staff_id);
  uch_entity_set_text (visit, &visit->reason, NULL);
  visit->state = UCH_VISIT_ASSIGNED;
  visit->assigned_at = draft->at;
  visit->accepted_at = 0;
  wake (draft, ticket);
  if (draft->actor->role == UCH_ROLE_ENGINEER)
    accept_taken (draft, visit, ticket);
  uch_draft_note_visit (draft, visit);
  return TRUE;
}

/* Nobody has it any more. A visit whose time was never agreed has nothing left to be. */
static void
release (UchDraft *draft, UchVisit *visit)
{
  uch_entity_set_text (draft->event, &draft->event->previous_id, visit->engineer_id);
  uch_entity_set_text (visit, &visit->engineer_id, NULL);
  uch_entity_set_text (visit, &visit->assigned_by, NULL);
  uch_entity_set_text (visit, &visit->reason, uch_draft_text (draft, "reason"));
  visit->assigned_at = visit->accepted_at = 0;
}

static gboolean
check_called (UchDraft *draft, const UchVisit *visit)
{
  g_autoptr (GPtrArray) calls
      = uch_snapshot_find (draft->snapshot, UCH_TABLE_CALL, "ticket_id", visit->ticket_id);

  for (guint i = 0; i < calls->len; i++)
    if (!((UchCall *) g_ptr_array_index (calls, i))->withdrawn)
      return TRUE;
  return uch_draft_refuse (draft, UCH_REFUSAL_NO_CALL, NULL);
}

static gboolean
finish_visit (UchDraft *draft, UchVisit *visit, UchTicket *ticket)
{
  gboolean    done = strcmp (uch_draft_text (draft, "result"), "done") == 0;
  const char *code = uch_draft_text (draft, "code");

  if (!done && strcmp (uch_draft_text (draft, "result"), "incomplete") != 0)
    return uch_draft_refuse (draft, UCH_REFUSAL_BAD_ARGUMENT, "result");
  if (done && code == NULL)
    return uch_draft_refuse (draft, UCH_REFUSAL_MISSING_ARGUMENT, "code");
  visit->state = done ? UCH_VISIT_DONE : UCH_VISIT_INCOMPLETE;
  visit->ended_at = draft->at;
  uch_entity_set_text (visit, &visit->reason, uch_draft_text (draft, "reason"));
  uch_entity_set_text (draft->event, &draft->event->text, uch_draft_text (draft, "text"));
  if (!done || !uch_ticket_is_open (ticket))
    return TRUE;
  ticket = uch_draft_edit (draft, ticket);
  ticket->state = UCH_TICKET_RESOLVED;
  ticket->wake_at = 0;
  ticket->resolution = UCH_RESOLUTION_ON_SITE;
  ticket->resolved_at = draft->at;
  uch_entity_set_text (ticket, &ticket->resolution_code, code);
  uch_entity_set_text (ticket, &ticket->resolved_by,
                       visit->engineer_id != NULL ? visit->engineer_id : draft->actor->staff_id);
  uch_entity_set_text (draft->event, &draft->event->reason, code);
  return TRUE;
}

/* What a step writes besides the state; @visit is the edited copy. */
static gboolean
take_step (UchDraft *draft, UchVisit *visit, UchTicket *ticket)
{
  const char *type = draft->command->type;

  if (strcmp (type, UCH_COMMAND_VISIT_UNASSIGN) == 0
      || strcmp (type, UCH_COMMAND_VISIT_DECLINE) == 0)
    release (draft, visit);
  else if (strcmp (type, UCH_COMMAND_VISIT_ACCEPT) == 0)
    visit->accepted_at = draft->at;
  else if (strcmp (type, UCH_COMMAND_VISIT_DEPART) == 0)
    visit->en_route_at = draft->at;
  else if (strcmp (type, UCH_COMMAND_VISIT_ARRIVE) == 0)
    visit->arrived_at = draft->at;
  else if (strcmp (type, UCH_COMMAND_VISIT_FINISH) == 0)
    return finish_visit (draft, visit, ticket);
  else
    uch_draft_end_visit (draft, visit, visit->state, uch_draft_text (draft, "reason"));
  if (strcmp (type, UCH_COMMAND_VISIT_ACCEPT) == 0 && ticket->state == UCH_TICKET_NEW)
    ((UchTicket *) uch_draft_edit (draft, ticket))->state = UCH_TICKET_IN_WORK;
  return TRUE;
}

/* What the engineer says has happened, has happened: an impossible order is kept and marked for
 * review. A step forward takes effect, one that others have overtaken does not. */
static gboolean
record_impossible (UchDraft *draft, UchVisit *visit, UchTicket *ticket)
{
  static const struct
  {
    const char   *command;
    UchVisitState to;
  } forward[] = {
    { UCH_COMMAND_VISIT_ACCEPT, UCH_VISIT_ACCEPTED },
    { UCH_COMMAND_VISIT_DEPART, UCH_VISIT_EN_ROUTE },
    { UCH_COMMAND_VISIT_ARRIVE, UCH_VISIT_ON_SITE },
    { UCH_COMMAND_VISIT_FINISH, UCH_VISIT_DONE },
  };
  gboolean his = g_strcmp0 (visit->engineer_id, draft->actor->staff_id) == 0;

  visit = uch_draft_edit (draft, visit);
  visit->needs_review = TRUE;
  for (guint i = 0; i < G_N_ELEMENTS (forward); i++)
    if (his && strcmp (forward[i].command, draft->command->type) == 0
        && visit->state < forward[i].to && uch_visit_is_open (visit))
      {
        visit->state = forward[i].to;
        if (!take_step (draft, visit, ticket))
          return FALSE;
        break;
      }
  uch_draft_note_visit (draft, visit);
  return TRUE;
}

gboolean
uch_decide_visit_step (UchDraft *draft)
{
  UchVisit  *visit = uch_draft_need (draft, UCH_TABLE_VISIT, "visit");
  UchTicket *ticket
      = visit != NULL ? uch_draft_peek (draft, UCH_TABLE_TICKET, visit->ticket_id) : NULL;
  const char         *type = draft->command->type;
  gboolean            engineer = draft->actor->role == UCH_ROLE_ENGINEER;
  const UchVisitStep *step;

  if (visit == NULL)
    return FALSE;
  if (ticket == NULL)
    return uch_draft_refuse (draft, UCH_REFUSAL_UNKNOWN_ROW, "ticket");
  if (!engineer && !uch_draft_check_base (draft, visit))
    return FALSE;
  step = uch_visit_step_find (visit->state, type, draft->actor->role);
  if (engineer && (step == NULL || g_strcmp0 (visit->engineer_id, draft->actor->staff_id) != 0))
    return record_impossible (draft, visit, ticket);
  if (step == NULL)
    return uch_draft_conflict (draft, UCH_REFUSAL_ILLEGAL_STEP, NULL, visit);
  if (strcmp (type, UCH_COMMAND_VISIT_FAIL) == 0 && !check_called (draft, visit))
    return FALSE;
  if (strcmp (type, UCH_COMMAND_VISIT_MISS) == 0
      && (visit->due_at == 0 || visit->arrived_at != 0
          || draft->now < visit->due_at + UCH_VISIT_MISSED_AFTER_MS))
    return uch_draft_refuse (draft, UCH_REFUSAL_ILLEGAL_STEP, "due_at");
  visit = uch_draft_edit (draft, visit);
  visit->state = step->to;
  if (strcmp (type, UCH_COMMAND_VISIT_UNASSIGN) == 0
      || strcmp (type, UCH_COMMAND_VISIT_DECLINE) == 0)
    {
      if (visit->mode == UCH_VISIT_MODE_NONE)
        uch_draft_end_visit (draft, visit, UCH_VISIT_CANCELLED, uch_draft_text (draft, "reason"));
    }
  else if (!engineer && (step->roles & 1u << UCH_ROLE_ENGINEER) != 0)
    visit->by_proxy = draft->event->by_proxy = TRUE;
  if (!take_step (draft, visit, ticket))
    return FALSE;
  uch_draft_excuse (draft, visit, ticket);
  uch_draft_note_visit (draft, visit);
  return TRUE;
}

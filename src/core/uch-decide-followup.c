/* Commands about the contacts after the work: made and moved by the store, taken by people. */
#include <string.h>

#include "core/uch-decide-followup-private.h"

void
uch_followup_note (UchDraft *draft, const UchFollowup *row)
{
  UchEvent *event = draft->event;

  uch_entity_set_text (event, &event->ticket_id, row->ticket_id);
  uch_entity_set_text (event, &event->house_id, row->house_id);
  uch_entity_set_text (event, &event->engineer_id, row->engineer_id);
  uch_entity_set_text (event, &event->subject_id, UCH_ENTITY (row)->id);
  uch_entity_set_text (event, &event->state, uch_followup_state_nicks[row->state]);
}

/* Rows that stand open, among those whose @field is @value; as the draft has them. */
GPtrArray *
uch_followup_list_open (UchDraft *draft, const char *field, const char *value)
{
  g_autoptr (GPtrArray) found
      = value != NULL ? uch_snapshot_find (draft->snapshot, UCH_TABLE_FOLLOWUP, field, value)
                      : g_ptr_array_new ();
  GPtrArray *open = g_ptr_array_new ();

  for (guint i = 0; i < found->len; i++)
    {
      UchFollowup *row = uch_draft_peek (draft, UCH_TABLE_FOLLOWUP,
                                         UCH_ENTITY (g_ptr_array_index (found, i))->id);

      if (row != NULL && row->state == UCH_FOLLOWUP_OPEN)
        g_ptr_array_add (open, row);
    }
  return open;
}

void
uch_followup_let_go (UchFollowup *row)
{
  uch_entity_set_text (row, &row->taken_by, NULL);
  row->taken_until_at = 0;
}

/* Nobody is called about these any more. */
void
uch_draft_drop_followups (UchDraft *draft, const char *field, const char *value)
{
  g_autoptr (GPtrArray) rows = uch_followup_list_open (draft, field, value);

  for (guint i = 0; i < rows->len; i++)
    {
      UchFollowup *row = uch_draft_edit (draft, g_ptr_array_index (rows, i));

      row->state = UCH_FOLLOWUP_CANCELLED;
      uch_followup_let_go (row);
    }
}

static void
set_client (UchFollowup *row, const UchTicket *ticket)
{
  uch_entity_set_text (row, &row->category, ticket->category);
  uch_entity_set_text (row, &row->house_id, ticket->house_id);
  uch_entity_set_text (row, &row->zone_id, ticket->zone_id);
  uch_entity_set_text (row, &row->address, ticket->address);
  uch_entity_set_text (row, &row->client_id, ticket->client_id);
  uch_entity_set_text (row, &row->client_name, ticket->client_name);
  uch_entity_set_text (row, &row->phone, ticket->phone);
}

/* A ticket was corrected: whoever calls about it must know the right name and number. */
void
uch_draft_follow_ticket (UchDraft *draft, const UchTicket *ticket)
{
  g_autoptr (GPtrArray) rows = uch_followup_list_open (draft, "ticket_id", UCH_ENTITY (ticket)->id);

  for (guint i = 0; i < rows->len; i++)
    set_client (uch_draft_edit (draft, g_ptr_array_index (rows, i)), ticket);
}

/* The client of a ticket: the one it names, else who has its number; (transfer none) (nullable). */
UchClient *
uch_followup_peek_client (UchDraft *draft, const char *client_id, const char *phone)
{
  UchClient *client = uch_draft_peek (draft, UCH_TABLE_CLIENT, client_id);
  g_autoptr (GPtrArray) found = NULL;

  if (client != NULL || phone == NULL)
    return client;
  found = uch_snapshot_find (draft->snapshot, UCH_TABLE_CLIENT, "phone", phone);
  for (guint i = 0; i < found->len; i++)
    {
      UchEntity *row = g_ptr_array_index (found, i);

      client = uch_draft_peek (draft, UCH_TABLE_CLIENT, row->id);
      if (client != NULL && client->do_not_call)
        break;
    }
  return client;
}

/* Whoever went to the client, or settled it from his own place; NULL when it was the office. */
static const char *
find_engineer (UchDraft *draft, const UchTicket *ticket)
{
  const UchVisit *visit = uch_draft_peek (draft, UCH_TABLE_VISIT, ticket->visit_id);
  const UchStaff *staff;

  if (ticket->resolution == UCH_RESOLUTION_ON_SITE && visit != NULL && visit->engineer_id != NULL)
    return visit->engineer_id;
  staff = uch_draft_peek (draft, UCH_TABLE_STAFF, ticket->resolved_by);
  return staff != NULL && staff->role == UCH_ROLE_ENGINEER ? ticket->resolved_by : NULL;
}

void
uch_followup_set_dates (UchFollowup             *row,
                        const UchFollowupDates  *dates,
                        const UchFollowupPolicy *policy,
                        UchCalendar             *calendar)
{
  UchTime before = row->not_before_at;

  row->not_before_at = dates->not_before_at;
  row->target_at = dates->target_at;
  row->deadline_at = dates->deadline_at;
  /* What was agreed with the client, or follows from an attempt, stands. */
  if (row->next_at <= before || row->next_at < dates->not_before_at)
    row->next_at = uch_followup_get_first_try (dates->not_before_at, policy, calendar);
}

static UchFollowup *
make_row (UchDraft                *draft,
          const UchTicket         *ticket,
          const UchClient         *client,
          UchFollowupKind          kind,
          const UchFollowup       *week,
          const UchFollowupPolicy *policy,
          UchCalendar             *calendar)
{
  g_autofree char *id = uch_followup_make_id (UCH_ENTITY (ticket)->id, ticket->resolved_at, kind);
  UchFollowup     *row = uch_draft_create (draft, UCH_TABLE_FOLLOWUP, id, "ticket");
  UchFollowupDates dates;

  if (row == NULL)
    return NULL;
  row->kind = kind;
  row->merged = policy->merge && kind == UCH_FOLLOWUP_QUALITY;
  uch_entity_set_text (row, &row->ticket_id, UCH_ENTITY (ticket)->id);
  row->number = ticket->number;
  set_client (row, ticket);
  uch_entity_set_text (row, &row->engineer_id, find_engineer (draft, ticket));
  row->work_at = ticket->resolved_at;
  row->made_at = draft->now;
  if (client != NULL && client->preferred_time != NULL
      && !uch_followup_parse_hours (client->preferred_time, &row->prefers_from, &row->prefers_to))
    row->prefers_from = row->prefers_to = 0;
  uch_followup_get_row_dates (row, week, policy, calendar, &dates);
  uch_followup_set_dates (row, &dates, policy, calendar);
  return row;
}

/* The store saw that work was done: the contacts that are owed for it. */
gboolean
uch_decide_followup_make (UchDraft *draft)
{
  UchTicket        *ticket = uch_draft_need (draft, UCH_TABLE_TICKET, "ticket");
  const UchClient  *client;
  UchFollowupPolicy policy;
  g_autoptr (UchCalendar) calendar = uch_calendar_new_for (draft->snapshot);
  UchFollowup *week;

  if (ticket == NULL)
    return FALSE;
  client = uch_followup_peek_client (draft, ticket->client_id, ticket->phone);
  if (!uch_followup_is_wanted (ticket) || (client != NULL && client->do_not_call))
    return uch_draft_refuse (draft, UCH_REFUSAL_ILLEGAL_STEP, "ticket");
  uch_followup_policy_read (&policy, draft->snapshot);
  week = make_row (draft, ticket, client, UCH_FOLLOWUP_QUALITY, NULL, &policy, calendar);
  if (week != NULL && !policy.merge)
    week = make_row (draft, ticket, client, UCH_FOLLOWUP_WEEK, NULL, &policy, calendar);
  if (week == NULL
      || make_row (draft, ticket, client, UCH_FOLLOWUP_MONTH, week, &policy, calendar) == NULL)
    return FALSE;
  uch_followup_note (draft, week);
  draft->event->to_at = week->deadline_at;
  return TRUE;
}

static const UchFollowup *
look_up (const char *id, gpointer draft)
{
  return uch_draft_peek (draft, UCH_TABLE_FOLLOWUP, id);
}

/* The calendar or a setting changed: the row's dates are worked out anew. */
gboolean
uch_decide_followup_redate (UchDraft *draft)
{
  UchFollowup      *row = uch_draft_need (draft, UCH_TABLE_FOLLOWUP, "followup");
  UchFollowupPolicy policy;
  g_autoptr (UchCalendar) calendar = uch_calendar_new_for (draft->snapshot);
  UchFollowupDates dates;

  if (row == NULL)
    return FALSE;
  uch_followup_policy_read (&policy, draft->snapshot);
  uch_followup_get_row_dates (row, uch_followup_peek_week (row, look_up, draft), &policy, calendar,
                              &dates);
  if (row->state != UCH_FOLLOWUP_OPEN || uch_followup_has_dates (row, &dates))
    return uch_draft_refuse (draft, UCH_REFUSAL_ILLEGAL_STEP, "followup");
  row = uch_draft_edit (draft, row);
  draft->event->from_at = row->deadline_at;
  uch_followup_set_dates (row, &dates, &policy, calendar);
  draft->event->to_at = row->deadline_at;
  uch_followup_note (draft, row);
  uch_entity_set_text (draft->event, &draft->event->text, uch_followup_kind_nicks[row->kind]);
  return TRUE;
}

/* An engineer asks his own clients within the week; the rest is the clerk's. */
gboolean
uch_followup_may_call (UchDraft *draft, const UchFollowup *row)
{
  return draft->actor->role != UCH_ROLE_ENGINEER
         || (row->kind == UCH_FOLLOWUP_WEEK
             && g_strcmp0 (row->engineer_id, draft->actor->staff_id) == 0);
}

gboolean
uch_followup_check_open (UchDraft *draft, UchFollowup *row)
{
  if (!uch_followup_may_call (draft, row))
    return uch_draft_refuse (draft, UCH_REFUSAL_NOT_ALLOWED, "followup");
  if (row->state != UCH_FOLLOWUP_OPEN)
    return uch_draft_conflict (draft, UCH_REFUSAL_CHANGED, "followup", row);
  return TRUE;
}

/* followup.take and followup.release: all that is owed to the client, for he gets one call. */
gboolean
uch_decide_followup_take (UchDraft *draft)
{
  gboolean     take = strcmp (draft->command->type, UCH_COMMAND_FOLLOWUP_TAKE) == 0;
  UchFollowup *row = uch_draft_need (draft, UCH_TABLE_FOLLOWUP, "followup");
  const char  *me = draft->actor->staff_id;
  g_autoptr (GPtrArray) rows = NULL;

  if (row == NULL || !uch_followup_check_open (draft, row))
    return FALSE;
  rows = uch_followup_list_open (draft, "phone", row->phone);
  if (!g_ptr_array_find (rows, row, NULL))
    g_ptr_array_add (rows, row);
  for (guint i = 0; i < rows->len; i++)
    {
      UchFollowup *other = g_ptr_array_index (rows, i);

      if (take && uch_followup_is_taken (other, me, draft->now))
        return uch_draft_conflict (draft, UCH_REFUSAL_CHANGED, "taken_by", other);
    }
  for (guint i = 0; i < rows->len; i++)
    {
      UchFollowup *other = g_ptr_array_index (rows, i);
      gboolean     own = g_strcmp0 (other->taken_by, me) == 0;

      if (!uch_followup_may_call (draft, other)
          || (!take && !own && draft->actor->role != UCH_ROLE_HEAD))
        continue;
      other = uch_draft_edit (draft, other);
      uch_followup_let_go (other);
      if (!take)
        continue;
      uch_entity_set_text (other, &other->taken_by, me);
      other->taken_until_at = draft->at + UCH_FOLLOWUP_HOLD_MS;
    }
  uch_followup_note (draft, row);
  /* Lifting the receiver is no news of the ticket. */
  uch_entity_set_text (draft->event, &draft->event->ticket_id, NULL);
  uch_entity_set_text (draft->event, &draft->event->house_id, NULL);
  return TRUE;
}

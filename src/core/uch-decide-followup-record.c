/* The command that says what came of a follow-up call, and what follows from it. */
#include <string.h>

#include "core/uch-decide-followup-private.h"
#include "core/uch-steps.h"

/* A client who asks to be called back later than this means something else. */
#define CALL_BACK_MAX_MS (90 * UCH_DAY_MS)

/* One call that is being recorded. */
typedef struct
{
  UchFollowup       *row;    /* the edited copy of the row that the command names */
  GPtrArray         *rows;   /* (element-type UchFollowup): it and the others of this call */
  UchTicket         *ticket; /* of @row */
  UchFollowupOutcome outcome;
  UchFollowupPolicy  policy;
  UchCalendar       *calendar;
} Call;

/* The rows of "also": of the same client, and still open; what a colleague has done meanwhile is
 * left as it is. */
static gboolean
collect_rows (UchDraft *draft, Call *call)
{
  const char *also = uch_draft_text (draft, "also");
  g_auto (GStrv) ids = g_strsplit (also != NULL ? also : "", ",", -1);

  g_ptr_array_add (call->rows, call->row);
  for (guint i = 0; ids[i] != NULL; i++)
    {
      UchFollowup *row = uch_draft_peek (draft, UCH_TABLE_FOLLOWUP, ids[i]);

      if (row == NULL)
        return uch_draft_refuse (draft, UCH_REFUSAL_UNKNOWN_ROW, "also");
      if (g_strcmp0 (row->phone, call->row->phone) != 0)
        return uch_draft_refuse (draft, UCH_REFUSAL_BAD_ARGUMENT, "also");
      if (!uch_followup_may_call (draft, row))
        return uch_draft_refuse (draft, UCH_REFUSAL_NOT_ALLOWED, "also");
      if (row->state != UCH_FOLLOWUP_OPEN)
        continue;
      row = uch_draft_edit (draft, row);
      if (!g_ptr_array_find (call->rows, row, NULL))
        g_ptr_array_add (call->rows, row);
    }
  return TRUE;
}

static UchFollowup *
find_month (const Call *call)
{
  for (guint i = 0; i < call->rows->len; i++)
    if (((UchFollowup *) g_ptr_array_index (call->rows, i))->kind == UCH_FOLLOWUP_MONTH)
      return g_ptr_array_index (call->rows, i);
  return NULL;
}

static gboolean
check_reasons (const char *reasons)
{
  g_auto (GStrv) words = g_strsplit (reasons != NULL ? reasons : "", ",", -1);

  for (guint i = 0; words[i] != NULL; i++)
    if (!g_strv_contains (uch_followup_reasons, words[i]))
      return FALSE;
  return TRUE;
}

/* What the client answered: possible, and his to be asked. An engineer does not collect the marks
 * for his own work. */
static gboolean
check_answers (UchDraft *draft, const Call *call)
{
  gint64   score = uch_command_get_int (draft->command, "score", 0);
  gint64   nps = uch_command_get_int (draft->command, "nps", -1);
  gint64   call_back_at = uch_command_get_int (draft->command, "call_back_at", 0);
  gboolean engineer = draft->actor->role == UCH_ROLE_ENGINEER;
  gboolean talked = call->outcome >= UCH_FOLLOWUP_SATISFIED;

  if (score != 0 && engineer)
    return uch_draft_refuse (draft, UCH_REFUSAL_NOT_ALLOWED, "score");
  if (score < 0 || score > 5 || (score != 0 && !talked))
    return uch_draft_refuse (draft, UCH_REFUSAL_BAD_ARGUMENT, "score");
  if (nps != -1 && engineer)
    return uch_draft_refuse (draft, UCH_REFUSAL_NOT_ALLOWED, "nps");
  if (nps < -1 || nps > 10 || (nps != -1 && (!talked || find_month (call) == NULL)))
    return uch_draft_refuse (draft, UCH_REFUSAL_BAD_ARGUMENT, "nps");
  if (!check_reasons (uch_draft_text (draft, "reasons")))
    return uch_draft_refuse (draft, UCH_REFUSAL_BAD_ARGUMENT, "reasons");
  if (call->outcome == UCH_FOLLOWUP_CALL_BACK
      && (call_back_at <= draft->at || call_back_at > draft->at + CALL_BACK_MAX_MS))
    return uch_draft_refuse (draft, UCH_REFUSAL_BAD_ARGUMENT, "call_back_at");
  return TRUE;
}

static void
end_row (UchDraft *draft, UchFollowup *row, UchFollowupState state)
{
  row->state = state;
  row->done_at = draft->at;
  uch_entity_set_text (row, &row->done_by, draft->actor->staff_id);
}

/* Nobody came to the telephone. */
static void
count_attempt (UchDraft *draft, const Call *call, UchFollowup *row)
{
  g_autofree char *tried_at
      = g_strdup_printf ("%s%s%" G_GINT64_FORMAT, row->tried_at != NULL ? row->tried_at : "",
                         row->tried_at != NULL ? "," : "", draft->at);
  g_autoptr (GArray) tries = uch_followup_list_tries (tried_at);

  uch_entity_set_text (row, &row->tried_at, tried_at);
  row->attempts++;
  row->call_back_at = 0;
  if (uch_followup_is_exhausted (tries, &call->policy))
    end_row (draft, row, UCH_FOLLOWUP_UNREACHABLE);
  else
    row->next_at = uch_followup_get_next_try (tries, &call->policy, call->calendar);
}

static void
apply_outcome (UchDraft *draft, const Call *call, UchFollowup *row)
{
  row->outcome = call->outcome;
  uch_entity_set_text (row, &row->call_id, draft->command->id);
  uch_followup_let_go (row);
  if (call->outcome == UCH_FOLLOWUP_NO_ANSWER || call->outcome == UCH_FOLLOWUP_BUSY)
    count_attempt (draft, call, row);
  else if (call->outcome == UCH_FOLLOWUP_CALL_BACK)
    row->next_at = row->call_back_at = uch_command_get_int (draft->command, "call_back_at", 0);
  else
    end_row (draft, row,
             call->outcome == UCH_FOLLOWUP_WRONG_NUMBER ? UCH_FOLLOWUP_UNREACHABLE
                                                        : UCH_FOLLOWUP_DONE);
}

/* The week's call was made: the month runs from it. */
static void
move_month (UchDraft *draft, const Call *call)
{
  for (guint i = 0; i < call->rows->len; i++)
    {
      const UchFollowup *week = g_ptr_array_index (call->rows, i);
      g_autoptr (GPtrArray) rows = NULL;

      if (week->state != UCH_FOLLOWUP_DONE || (week->kind != UCH_FOLLOWUP_WEEK && !week->merged))
        continue;
      rows = uch_followup_list_open (draft, "ticket_id", week->ticket_id);
      for (guint k = 0; k < rows->len; k++)
        {
          UchFollowup     *month = g_ptr_array_index (rows, k);
          UchFollowupDates dates;

          if (month->kind != UCH_FOLLOWUP_MONTH || month->work_at != week->work_at)
            continue;
          month = uch_draft_edit (draft, month);
          uch_followup_get_row_dates (month, week, &call->policy, call->calendar, &dates);
          uch_followup_set_dates (month, &dates, &call->policy, call->calendar);
        }
    }
}

/* A new ticket of the same client: what he says now, or what he says of the engineer. */
static gboolean
make_linked (UchDraft *draft, const Call *call, const char *category)
{
  const char      *id = uch_draft_text (draft, "ticket");
  const char      *text = uch_draft_text (draft, "text");
  const UchTicket *from = call->ticket;
  GVariantDict     fields;
  g_autoptr (GVariant) built = NULL;

  if (id == NULL)
    return uch_draft_refuse (draft, UCH_REFUSAL_MISSING_ARGUMENT, "ticket");
  g_variant_dict_init (&fields, NULL);
  g_variant_dict_insert (&fields, "category", "s", category);
  g_variant_dict_insert (&fields, "source", "s", "followup");
  g_variant_dict_insert (&fields, "linked_id", "s", UCH_ENTITY (from)->id);
#define COPY(member, name)                                                                         \
  if (from->member != NULL)                                                                        \
  g_variant_dict_insert (&fields, name, "s", from->member)
  COPY (house_id, "house_id");
  COPY (entrance, "entrance");
  COPY (floor, "floor");
  COPY (apartment, "apartment");
  COPY (client_id, "client_id");
  COPY (client_name, "client_name");
  COPY (phone_raw, "phone_raw");
#undef COPY
  if (text != NULL)
    g_variant_dict_insert (&fields, "description", "s", text);
  if (strcmp (category, "thanks") == 0 && call->row->engineer_id != NULL)
    g_variant_dict_insert (&fields, "engineer_id", "s", call->row->engineer_id);
  built = g_variant_ref_sink (g_variant_dict_end (&fields));
  if (uch_draft_make_ticket (draft, id, "ticket", built) == NULL)
    return FALSE;
  uch_entity_set_text (call->row, &call->row->result_id, id);
  return TRUE;
}

/* Not satisfied: the work goes on under its number; when too long has passed, under a new one. */
static gboolean
bring_back (UchDraft *draft, const Call *call)
{
  UchTicket *ticket = call->ticket;

  if (ticket->state != UCH_TICKET_RESOLVED && ticket->state != UCH_TICKET_CLOSED)
    return TRUE; /* it is back already */
  if (!uch_ticket_may_reopen (ticket, draft->at))
    return make_linked (draft, call, ticket->category);
  uch_entity_set_text (draft->event, &draft->event->reason, "not_satisfied");
  uch_entity_set_text (call->row, &call->row->result_id, UCH_ENTITY (ticket)->id);
  return uch_draft_reopen (draft, uch_draft_edit (draft, ticket), "not_satisfied");
}

static void
close_tickets (UchDraft *draft, const Call *call)
{
  for (guint i = 0; i < call->rows->len; i++)
    {
      const UchFollowup *row = g_ptr_array_index (call->rows, i);
      UchTicket         *ticket = uch_draft_peek (draft, UCH_TABLE_TICKET, row->ticket_id);

      if (ticket == NULL
          || uch_ticket_step_find (ticket->state, UCH_COMMAND_TICKET_CLOSE, draft->actor->role)
                 == NULL)
        continue;
      ticket = uch_draft_edit (draft, ticket);
      ticket->state = UCH_TICKET_CLOSED;
      ticket->closed_at = draft->at;
    }
}

/* Nobody calls this client again: it is kept with him, be he known to us by name or not. */
static void
stop_calling (UchDraft *draft, const Call *call)
{
  const UchFollowup *row = call->row;
  UchClient         *client = uch_followup_peek_client (draft, row->client_id, row->phone);

  if (client != NULL)
    client = uch_draft_edit (draft, client);
  else
    {
      g_autofree char *id = g_strdup_printf ("client-%.48s", draft->command->id);

      client = uch_draft_create (draft, UCH_TABLE_CLIENT, id, "followup");
      if (client == NULL)
        return;
      uch_entity_set_text (client, &client->name, row->client_name);
      uch_entity_set_text (client, &client->phone_raw, row->phone);
      uch_entity_set_text (client, &client->house_id, row->house_id);
      uch_draft_derive_client (draft, client);
    }
  client->do_not_call = TRUE;
  uch_draft_drop_followups (draft, "phone", row->phone);
}

/* What follows from the outcome beyond the rows of the call. */
static gboolean
take_consequences (UchDraft *draft, const Call *call)
{
  const char *category = uch_draft_text (draft, "category");

  switch (call->outcome)
    {
    case UCH_FOLLOWUP_SATISFIED:
      close_tickets (draft, call);
      return TRUE;
    case UCH_FOLLOWUP_NOT_SATISFIED:
      return bring_back (draft, call);
    case UCH_FOLLOWUP_NEW_REQUEST:
      return make_linked (draft, call, category != NULL ? category : call->ticket->category);
    case UCH_FOLLOWUP_THANKS:
      return make_linked (draft, call, "thanks");
    case UCH_FOLLOWUP_DO_NOT_CALL:
      stop_calling (draft, call);
      return TRUE;
    default:
      return TRUE;
    }
}

/* The marks stand in one row of the call, so that they are counted once. */
static void
write_answers (UchDraft *draft, const Call *call)
{
  UchFollowup *row = call->row, *month = find_month (call);
  gint64       nps = uch_command_get_int (draft->command, "nps", -1);

  row->score = uch_command_get_int (draft->command, "score", 0);
  uch_entity_set_text (row, &row->reasons, uch_draft_text (draft, "reasons"));
  uch_entity_set_text (row, &row->text, uch_draft_text (draft, "text"));
  if (nps == -1)
    return;
  month->nps = nps;
  month->nps_given = TRUE;
}

static gboolean
record (UchDraft *draft, Call *call)
{
  if (!collect_rows (draft, call) || !check_answers (draft, call))
    return FALSE;
  for (guint i = 0; i < call->rows->len; i++)
    apply_outcome (draft, call, g_ptr_array_index (call->rows, i));
  write_answers (draft, call);
  move_month (draft, call);
  if (!take_consequences (draft, call))
    return FALSE;
  uch_followup_note (draft, call->row);
  uch_entity_set_text (draft->event, &draft->event->text,
                       uch_followup_outcome_nicks[call->outcome]);
  draft->event->to_at = call->row->call_back_at;
  return TRUE;
}

gboolean
uch_decide_followup_record (UchDraft *draft)
{
  UchFollowup *row = uch_draft_need (draft, UCH_TABLE_FOLLOWUP, "followup");
  int      outcome = uch_nick_index (uch_followup_outcome_nicks, uch_draft_text (draft, "outcome"));
  Call     call = { .outcome = (UchFollowupOutcome) outcome };
  gboolean done;

  if (row == NULL || !uch_followup_check_open (draft, row) || !uch_draft_check_base (draft, row))
    return FALSE;
  if (outcome <= UCH_FOLLOWUP_NONE)
    return uch_draft_refuse (draft, UCH_REFUSAL_BAD_ARGUMENT, "outcome");
  call.ticket = uch_draft_peek (draft, UCH_TABLE_TICKET, row->ticket_id);
  if (call.ticket == NULL)
    return uch_draft_refuse (draft, UCH_REFUSAL_UNKNOWN_ROW, "ticket");
  call.row = uch_draft_edit (draft, row);
  call.rows = g_ptr_array_new ();
  call.calendar = uch_calendar_new_for (draft->snapshot);
  uch_followup_policy_read (&call.policy, draft->snapshot);
  done = record (draft, &call);
  uch_calendar_free (call.calendar);
  g_ptr_array_unref (call.rows);
  return done;
}

#define G_LOG_DOMAIN "uch-app"

#include "app/uch-format.h"

#include <glib/gi18n.h>
#include <string.h>

#include "core/uch-fold.h"

/* An act's three forms: as a thing in "Undo: …", as what was meant, as what was done. */
typedef struct
{
  const char   *type;
  const char   *thing;
  const char   *meant;
  const char   *done;
  UchReasonKind reasons; /* of its reason, where it has one */
} ActWords;

#define NO_REASON ((UchReasonKind) -1)

static const ActWords act_words[] = {
  { UCH_COMMAND_PUT, NC_ ("act", "entry in a register"), NC_ ("meant", "write into a register"),
    NC_ ("done", "Entry changed"), NO_REASON },
  { UCH_COMMAND_DELETE, NC_ ("act", "deletion from a register"),
    NC_ ("meant", "delete from a register"), NC_ ("done", "Entry deleted"), NO_REASON },
  { UCH_COMMAND_UNDO, NC_ ("act", "undoing"), NC_ ("meant", "undo an act"), NC_ ("done", "Undone"),
    NO_REASON },
  { UCH_COMMAND_TICKET_CREATE, NC_ ("act", "new ticket"), NC_ ("meant", "create a ticket"),
    NC_ ("done", "Ticket created"), NO_REASON },
  { UCH_COMMAND_TICKET_EDIT, NC_ ("act", "change of the ticket"),
    NC_ ("meant", "change the ticket"), NC_ ("done", "Ticket changed"), NO_REASON },
  { UCH_COMMAND_TICKET_TAKE, NC_ ("act", "taking into work"), NC_ ("meant", "take into work"),
    NC_ ("done", "Taken into work"), NO_REASON },
  { UCH_COMMAND_TICKET_HOLD, NC_ ("act", "putting on hold"), NC_ ("meant", "put on hold"),
    NC_ ("done", "Put on hold"), UCH_REASON_HOLD },
  { UCH_COMMAND_TICKET_WAKE, NC_ ("act", "taking off hold"), NC_ ("meant", "take off hold"),
    NC_ ("done", "Taken off hold"), NO_REASON },
  { UCH_COMMAND_TICKET_RESOLVE, NC_ ("act", "resolution"), NC_ ("meant", "resolve"),
    NC_ ("done", "Resolved"), UCH_REASON_RESOLUTION },
  { UCH_COMMAND_TICKET_CLOSE, NC_ ("act", "closing"), NC_ ("meant", "close"),
    NC_ ("done", "Closed"), NO_REASON },
  { UCH_COMMAND_TICKET_REOPEN, NC_ ("act", "reopening"), NC_ ("meant", "reopen"),
    NC_ ("done", "Reopened"), UCH_REASON_REOPEN },
  { UCH_COMMAND_TICKET_CANCEL, NC_ ("act", "cancelling the ticket"),
    NC_ ("meant", "cancel the ticket"), NC_ ("done", "Ticket cancelled"), UCH_REASON_CANCEL },
  { UCH_COMMAND_TICKET_REJECT, NC_ ("act", "rejecting the ticket"),
    NC_ ("meant", "reject the ticket"), NC_ ("done", "Ticket rejected"), UCH_REASON_CANCEL },
  { UCH_COMMAND_VISIT_PLAN, NC_ ("act", "agreeing on a time"), NC_ ("meant", "agree on a time"),
    NC_ ("done", "Time agreed"), NO_REASON },
  { UCH_COMMAND_VISIT_MOVE, NC_ ("act", "moving the visit"), NC_ ("meant", "move the visit"),
    NC_ ("done", "Visit moved"), NO_REASON },
  { UCH_COMMAND_VISIT_ASSIGN, NC_ ("act", "assignment"), NC_ ("meant", "assign"),
    NC_ ("done", "Assigned"), NO_REASON },
  { UCH_COMMAND_VISIT_UNASSIGN, NC_ ("act", "taking the assignment back"),
    NC_ ("meant", "take the assignment back"), NC_ ("done", "Assignment taken back"), NO_REASON },
  { UCH_COMMAND_VISIT_ACCEPT, NC_ ("act", "accepting the visit"), NC_ ("meant", "accept the visit"),
    NC_ ("done", "Visit accepted"), NO_REASON },
  { UCH_COMMAND_VISIT_DECLINE, NC_ ("act", "declining the visit"),
    NC_ ("meant", "decline the visit"), NC_ ("done", "Visit declined"), UCH_REASON_DECLINE },
  { UCH_COMMAND_VISIT_DEPART, NC_ ("act", "departure"), NC_ ("meant", "depart"),
    NC_ ("done", "On the way"), NO_REASON },
  { UCH_COMMAND_VISIT_ARRIVE, NC_ ("act", "arrival"), NC_ ("meant", "arrive"),
    NC_ ("done", "Arrived"), NO_REASON },
  { UCH_COMMAND_VISIT_FINISH, NC_ ("act", "end of the visit"), NC_ ("meant", "finish the visit"),
    NC_ ("done", "Visit finished"), UCH_REASON_RESOLUTION },
  { UCH_COMMAND_VISIT_FAIL, NC_ ("act", "failure of the visit"),
    NC_ ("meant", "mark the visit as failed by the client"),
    NC_ ("done", "Visit failed by the client"), UCH_REASON_FAILED },
  { UCH_COMMAND_VISIT_MISS, NC_ ("act", "missing the visit"),
    NC_ ("meant", "mark the visit as missed by us"), NC_ ("done", "Visit missed by us"),
    UCH_REASON_MISSED },
  { UCH_COMMAND_VISIT_CANCEL, NC_ ("act", "cancelling the visit"),
    NC_ ("meant", "cancel the visit"), NC_ ("done", "Visit cancelled"), UCH_REASON_CANCEL },
  { UCH_COMMAND_VISIT_EXEMPT, NC_ ("act", "exempting the promise"),
    NC_ ("meant", "exempt the promise"), NC_ ("done", "Promise exempted"), NO_REASON },
  { UCH_COMMAND_VISIT_CONFIRM, NC_ ("act", "confirmed arrival"),
    NC_ ("meant", "confirm the arrival"), NC_ ("done", "Arrival confirmed by position"),
    NO_REASON },
  { UCH_COMMAND_NOTE_ADD, NC_ ("act", "note"), NC_ ("meant", "add a note"),
    NC_ ("done", "Note added"), NO_REASON },
  { UCH_COMMAND_CALL_LOG, NC_ ("act", "logged call"), NC_ ("meant", "log a call"),
    NC_ ("done", "Call logged"), NO_REASON },
  { UCH_COMMAND_PHOTO_ADD, NC_ ("act", "photo"), NC_ ("meant", "add a photo"),
    NC_ ("done", "Photo added"), NO_REASON },
  { UCH_COMMAND_FOLLOWUP_MAKE, NC_ ("act", "planning follow-up calls"),
    NC_ ("meant", "plan follow-up calls"), NC_ ("done", "Follow-up calls planned"), NO_REASON },
  { UCH_COMMAND_FOLLOWUP_REDATE, NC_ ("act", "moving a follow-up call"),
    NC_ ("meant", "move a follow-up call"), NC_ ("done", "Deadline moved by the calendar"),
    NO_REASON },
  { UCH_COMMAND_FOLLOWUP_TAKE, NC_ ("act", "taking a follow-up call"),
    NC_ ("meant", "take a follow-up call"), NC_ ("done", "Follow-up call taken"), NO_REASON },
  { UCH_COMMAND_FOLLOWUP_RELEASE, NC_ ("act", "releasing a follow-up call"),
    NC_ ("meant", "release a follow-up call"), NC_ ("done", "Follow-up call released"), NO_REASON },
  { UCH_COMMAND_FOLLOWUP_RECORD, NC_ ("act", "result of a follow-up call"),
    NC_ ("meant", "record a follow-up call"), NC_ ("done", "Follow-up call"), UCH_REASON_REOPEN },
};

static const ActWords *
find_words (const char *type)
{
  for (guint i = 0; i < G_N_ELEMENTS (act_words); i++)
    if (g_strcmp0 (act_words[i].type, type) == 0)
      return &act_words[i];
  return NULL;
}

/**
 * uch_format_act:
 * @type: of a command or event
 *
 * Returns: the act as a thing, for "Undo: assignment"; the type itself when it is not known
 */
const char *
uch_format_act (const char *type)
{
  const ActWords *words = find_words (type);

  return words != NULL ? g_dpgettext2 (NULL, "act", words->thing) : type;
}

/* The ticket a command is about, when this desk has it at hand. */
static const UchTicket *
find_ticket (UchReplica *replica, const UchCommand *command)
{
  const char     *ticket_id = uch_command_get_text (command, "ticket");
  const char     *visit_id = uch_command_get_text (command, "visit");
  const UchVisit *visit = NULL;

  if (replica == NULL)
    return NULL;
  if (ticket_id == NULL && visit_id != NULL)
    visit = uch_replica_peek (replica, UCH_TABLE_VISIT, visit_id);
  if (visit != NULL)
    ticket_id = visit->ticket_id;
  return ticket_id != NULL ? uch_replica_peek (replica, UCH_TABLE_TICKET, ticket_id) : NULL;
}

static char *
dup_row_name (UchReplica *replica, UchTable table, const char *id)
{
  gconstpointer   row = id != NULL ? uch_replica_peek (replica, table, id) : NULL;
  const UchField *field = NULL;
  const char     *name = NULL;

  if (row == NULL)
    return NULL;
  if (table == UCH_TABLE_HOUSE)
    return uch_address_format (row, NULL, FALSE);
  if (table == UCH_TABLE_STAFF)
    return uch_staff_dup_short_name (row);
  field = uch_schema_find_field (uch_schema_get (table), "name");
  name = field != NULL ? uch_field_get_text (field, row) : NULL;
  return g_strdup (name);
}

/* Whose row of a register a command writes or removes. */
static char *
dup_subject (UchReplica *replica, const UchCommand *command)
{
  const char      *table = uch_command_get_text (command, "table");
  const char      *id = uch_command_get_text (command, "id");
  const UchSchema *schema = table != NULL ? uch_schema_by_name (table) : NULL;
  const UchShift  *shift = NULL;
  const char      *staff_id = NULL;
  g_autoptr (GVariant) fields = NULL;

  if (replica == NULL || schema == NULL)
    return NULL;
  if (schema->table != UCH_TABLE_SHIFT)
    return dup_row_name (replica, schema->table, id);
  fields = uch_command_get_dict (command, "fields");
  shift = id != NULL ? uch_replica_peek (replica, UCH_TABLE_SHIFT, id) : NULL;
  if (fields == NULL || !g_variant_lookup (fields, "staff_id", "&s", &staff_id))
    staff_id = shift != NULL ? shift->staff_id : NULL;
  return dup_row_name (replica, UCH_TABLE_STAFF, staff_id);
}

static gboolean
is_of_shifts (const UchCommand *command)
{
  return g_strcmp0 (uch_command_get_text (command, "table"), uch_shift_schema.name) == 0;
}

/**
 * uch_format_stroke:
 * @act: the first act of a stroke
 * @n_acts: of the stroke
 *
 * Returns: (transfer full): a stroke as a thing: "assignment № 2417 → Иванов И. И. and 3 more"
 */
char *
uch_format_stroke (UchReplica *replica, const UchCommand *act, guint n_acts)
{
  const UchTicket *ticket = find_ticket (replica, act);
  const char      *engineer_id = uch_command_get_text (act, "engineer");
  g_autofree char *subject = dup_subject (replica, act);
  GString         *text = g_string_new (is_of_shifts (act) ? C_ ("act", "change of shifts")
                                                           : uch_format_act (act->type));

  if (ticket != NULL)
    {
      g_autofree char *number = uch_format_number (ticket);

      g_string_append_printf (text, " %s", number);
    }
  else if (subject != NULL)
    g_string_append_printf (text, ", %s", subject);
  if (engineer_id != NULL)
    {
      g_autofree char *engineer = uch_format_staff (replica, engineer_id);

      g_string_append_printf (text, " → %s", engineer);
    }
  if (n_acts > 1)
    /* Translators: follows what was done, of several acts: "assignment № 7 and 3 more" */
    g_string_append_printf (text, ngettext (" and %u more", " and %u more", n_acts - 1),
                            n_acts - 1);
  return g_string_free (text, FALSE);
}

/**
 * uch_format_command:
 * @replica: (nullable): for numbers and names
 *
 * Returns: (transfer full): what was meant: "assign № 2417: Иванов И. И."
 */
char *
uch_format_command (UchReplica *replica, const UchCommand *command)
{
  const ActWords  *words = find_words (command->type);
  const UchTicket *ticket = find_ticket (replica, command);
  const char      *engineer_id = uch_command_get_text (command, "engineer");
  const char      *text = uch_command_get_text (command, "text");
  g_autofree char *subject = dup_subject (replica, command);
  GString         *meant
      = g_string_new (words != NULL ? g_dpgettext2 (NULL, "meant", words->meant) : command->type);

  if (is_of_shifts (command))
    g_string_assign (meant, C_ ("meant", "change the shifts"));

  if (ticket != NULL)
    {
      g_autofree char *number = uch_format_number (ticket);

      g_string_append_printf (meant, " %s", number);
      if (ticket->address != NULL)
        g_string_append_printf (meant, " (%s)", ticket->address);
    }
  if (engineer_id != NULL)
    {
      g_autofree char *engineer = uch_format_staff (replica, engineer_id);

      g_string_append_printf (meant, ": %s", engineer);
    }
  else if (text != NULL)
    g_string_append_printf (meant, ": «%s»", text);
  else if (subject != NULL)
    g_string_append_printf (meant, ": %s", subject);
  return g_string_free (meant, FALSE);
}

static void
append (GString *sentence, const char *separator, const char *text)
{
  if (text != NULL && *text != '\0')
    g_string_append_printf (sentence, "%s%s", separator, text);
}

static void
append_times (GString *sentence, const UchEvent *event)
{
  g_autofree char *from = NULL;
  g_autofree char *to = NULL;

  if (g_str_equal (event->type, UCH_COMMAND_FOLLOWUP_REDATE))
    { /* two deadlines, not a span */
      from = uch_format_day_time (event->from_at, event->received_at);
      to = uch_format_day_time (event->to_at, event->received_at);
      g_string_append_printf (sentence, ": %s → %s", from, to);
      return;
    }
  if (event->from_at != 0)
    from = uch_format_day_time (event->from_at, event->received_at);
  if (event->to_at > event->from_at)
    to = from != NULL ? uch_format_time (event->to_at)
                      : uch_format_day_time (event->to_at, event->received_at);
  if (from != NULL)
    g_string_append_printf (sentence, ": %s%s%s", from, to != NULL ? "–" : "",
                            to != NULL ? to : "");
  else if (to != NULL && g_str_equal (event->type, UCH_COMMAND_TICKET_HOLD))
    /* Translators: follows "Put on hold" */
    g_string_append_printf (sentence, _ (" until %s"), to);
  else
    append (sentence, ", ", to);
}

static void
append_engineers (GString *sentence, UchReplica *replica, const UchEvent *event)
{
  g_autofree char *engineer = NULL;
  g_autofree char *previous = NULL;

  /* Every event of a visit names its engineer; only giving it away says whom. */
  if (event->engineer_id != NULL && g_str_equal (event->type, UCH_COMMAND_VISIT_ASSIGN))
    {
      engineer = uch_format_staff (replica, event->engineer_id);
      g_string_append_printf (sentence, ": %s", engineer);
    }
  if (event->previous_id != NULL && g_strcmp0 (event->previous_id, event->engineer_id) != 0)
    {
      previous = uch_format_staff (replica, event->previous_id);
      g_string_append_printf (sentence, _ (" (before: %s)"), previous);
    }
}

static void
append_reason (GString *sentence, UchReplica *replica, const UchEvent *event, const ActWords *words)
{
  gboolean incomplete = g_strcmp0 (event->state, uch_visit_state_nicks[UCH_VISIT_INCOMPLETE]) == 0;
  g_autofree char *reason = NULL;

  /* Of a follow-up call the outcome says it. */
  if (event->reason == NULL || g_str_equal (event->type, UCH_COMMAND_FOLLOWUP_RECORD))
    return;
  if (words == NULL || words->reasons == NO_REASON)
    reason = g_strdup (event->reason);
  else
    reason = uch_format_reason (replica, incomplete ? UCH_REASON_FAILED : words->reasons,
                                event->reason);
  append (sentence, ", ", reason);
}

/* Names of edited fields, as decide writes them, in the words of the forms. */
static char *
translate_fields (const char *text)
{
  g_auto (GStrv) names = g_strsplit (text, ",", -1);
  g_autoptr (GPtrArray) labels = g_ptr_array_new ();

  for (guint i = 0; names[i] != NULL; i++)
    {
      const char *label = uch_format_field (g_strstrip (names[i]));

      if (label != NULL && !g_ptr_array_find_with_equal_func (labels, label, g_str_equal, NULL))
        g_ptr_array_add (labels, (gpointer) label);
    }
  g_ptr_array_add (labels, NULL);
  return g_strjoinv (", ", (char **) labels->pdata);
}

static void
append_text (GString *sentence, const UchEvent *event)
{
  g_autofree char *fields = NULL;

  if (event->text == NULL)
    return;
  if (g_str_equal (event->type, UCH_COMMAND_TICKET_EDIT)
      || g_str_equal (event->type, UCH_COMMAND_PUT))
    {
      fields = translate_fields (event->text);
      append (sentence, ": ", fields);
    }
  else if (g_str_equal (event->type, UCH_COMMAND_CALL_LOG))
    {
      int outcome = uch_nick_index (uch_call_outcome_nicks, event->text);

      append (sentence, ": ", outcome >= 0 ? uch_format_call_outcome (outcome) : event->text);
    }
  else if (g_str_equal (event->type, UCH_COMMAND_FOLLOWUP_RECORD))
    {
      int outcome = uch_nick_index (uch_followup_outcome_nicks, event->text);

      append (sentence, ": ", outcome >= 0 ? uch_format_followup_outcome (outcome) : event->text);
    }
  else if (g_str_equal (event->type, UCH_COMMAND_FOLLOWUP_REDATE))
    {
      int kind = uch_nick_index (uch_followup_kind_nicks, event->text);

      append (sentence, ", ", kind >= 0 ? uch_format_followup_kind (kind) : event->text);
    }
  else if (g_str_equal (event->type, UCH_COMMAND_UNDO))
    append (sentence, ": ", uch_format_act (event->text));
  else if (g_str_equal (event->type, UCH_COMMAND_VISIT_MOVE))
    append (sentence, ", ",
            g_str_equal (event->text, "client") ? C_ ("moved", "asked for by the client")
                                                : C_ ("moved", "by us"));
  else
    append (sentence, ": ", event->text);
}

static void
append_warnings (GString *sentence, const char *warnings)
{
  GString *known = g_string_new (NULL);

  for (guint i = 0; i < UCH_N_WARNINGS; i++)
    if (uch_list_contains (warnings, uch_warning_get_nick (1u << i)))
      g_string_append_printf (known, "%s%s", known->len > 0 ? ", " : "",
                              uch_format_warning (1u << i));
  if (known->len > 0)
    /* Translators: warnings that a person accepted */
    g_string_append_printf (sentence, _ ("; known: %s"), known->str);
  g_string_free (known, TRUE);
}

/**
 * uch_format_event:
 * @replica: (nullable): for the names of people and reasons
 *
 * What was done, without who and when: these have their own places in a history.
 *
 * Returns: (transfer full): "Assigned: Иванов И. И.; known: another zone"
 */
char *
uch_format_event (UchReplica *replica, const UchEvent *event)
{
  const ActWords *words = find_words (event->type);
  GString        *sentence
      = g_string_new (words != NULL ? g_dpgettext2 (NULL, "done", words->done) : event->type);

  if (g_strcmp0 (event->state, uch_visit_state_nicks[UCH_VISIT_INCOMPLETE]) == 0)
    g_string_assign (sentence, uch_format_visit_state (UCH_VISIT_INCOMPLETE));
  append_engineers (sentence, replica, event);
  if (g_str_equal (event->type, UCH_COMMAND_CALL_LOG)
      || g_str_equal (event->type, UCH_COMMAND_FOLLOWUP_RECORD))
    {
      append_text (sentence, event);
      append_times (sentence, event);
    }
  else
    {
      append_times (sentence, event);
      append_reason (sentence, replica, event, words);
      append_text (sentence, event);
    }
  if (event->warnings != NULL)
    append_warnings (sentence, event->warnings);
  if (event->by_proxy)
    g_string_append (sentence, _ (" (for the engineer)"));
  if (event->undone_by != NULL)
    g_string_append (sentence, _ (" — undone"));
  return g_string_free (sentence, FALSE);
}

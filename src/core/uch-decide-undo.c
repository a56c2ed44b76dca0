/* Taking an accepted command back: an act of its own, nothing is deleted from the journal. */
#include <string.h>

#include "core/uch-draft-private.h"

/* Steps of the work may be taken back this long; assignments and edits as long as nobody has built
 * upon them. Source: the office's rules, "undo the own last step". */
#define STEP_MAX_MS (5 * UCH_MINUTE_MS)

static gboolean
is_step (const char *type)
{
  static const char *const lasting[] = { UCH_COMMAND_PUT,           UCH_COMMAND_DELETE,
                                         UCH_COMMAND_TICKET_CREATE, UCH_COMMAND_TICKET_EDIT,
                                         UCH_COMMAND_VISIT_ASSIGN,  UCH_COMMAND_VISIT_UNASSIGN,
                                         UCH_COMMAND_VISIT_PLAN,    NULL };

  return !g_strv_contains (lasting, type);
}

static gboolean
check_allowed (UchDraft *draft, const UchEvent *event)
{
  gboolean own = g_strcmp0 (event->actor_id, draft->actor->staff_id) == 0;

  if (event->undone_by != NULL || event->before == NULL || event->actor_role == UCH_ROLE_STORE)
    return uch_draft_refuse (draft, UCH_REFUSAL_NOT_UNDOABLE, "event");
  if (!own && draft->actor->role != UCH_ROLE_HEAD)
    return uch_draft_refuse (draft, UCH_REFUSAL_NOT_ALLOWED, "event");
  if (is_step (event->type) && draft->now - event->received_at > STEP_MAX_MS)
    return uch_draft_refuse (draft, UCH_REFUSAL_TOO_LATE, "event");
  return TRUE;
}

/* A row that the command made cannot vanish: others may have seen it. It ends instead. */
static gboolean
end_created (UchDraft *draft, gpointer row)
{
  UchTicket *ticket = row;

  switch (UCH_ENTITY (row)->schema->table)
    {
    case UCH_TABLE_TICKET:
      ticket->state = UCH_TICKET_CANCELLED;
      ticket->closed_at = draft->at;
      uch_entity_set_text (ticket, &ticket->reason, "created_by_mistake");
      return TRUE;
    case UCH_TABLE_VISIT:
      uch_draft_end_visit (draft, row, UCH_VISIT_CANCELLED, "created_by_mistake");
      return TRUE;
    case UCH_TABLE_NOTE:
      ((UchNote *) row)->withdrawn = TRUE;
      return TRUE;
    case UCH_TABLE_CALL:
      ((UchCall *) row)->withdrawn = TRUE;
      return TRUE;
    case UCH_TABLE_PHOTO:
      ((UchPhoto *) row)->withdrawn = TRUE;
      return TRUE;
    default:
      return FALSE;
    }
}

/* Puts one row back as it was before. @fields holds what differed, and its rev. */
static gboolean
restore (UchDraft *draft, UchTable table, const char *id, gboolean existed, GVariant *fields)
{
  UchEntity   *row = uch_draft_peek (draft, table, id);
  GVariantIter iter;
  const char  *left = NULL, *name;
  GVariant    *value;

  g_variant_lookup (fields, "left", "&s", &left);
  if ((row != NULL) != (left != NULL) || (row != NULL && g_strcmp0 (row->rev, left) != 0))
    return uch_draft_conflict (draft, UCH_REFUSAL_ACTED_SINCE, NULL, row);
  if (!existed)
    {
      UchEntity *edited = uch_draft_edit (draft, row);

      if (end_created (draft, edited))
        return TRUE;
      g_clear_object (&((UchChange *) g_ptr_array_index (draft->verdict->changes,
                                                         draft->verdict->changes->len - 1))
                           ->after);
      return TRUE;
    }
  row = row != NULL ? uch_draft_edit (draft, row) : uch_draft_create (draft, table, id, "event");
  g_variant_iter_init (&iter, fields);
  while (g_variant_iter_next (&iter, "{&sv}", &name, &value))
    {
      g_autoptr (GVariant) owned G_GNUC_UNUSED = value;
      const UchField            *field = uch_schema_find_field (row->schema, name);

      if (strcmp (name, "rev") == 0)
        {
          g_free (row->rev);
          row->rev = g_variant_dup_string (value, NULL);
          g_hash_table_add (draft->kept, row);
        }
      else if (field != NULL)
        uch_field_set_variant (field, row, value);
    }
  return TRUE;
}

/* The journal says of an act that it was taken back, and of one done again that it stands. */
static void
mark_undone (UchDraft *draft, UchEvent *event)
{
  UchEvent *again = strcmp (event->type, UCH_COMMAND_UNDO) == 0
                        ? uch_draft_peek (draft, UCH_TABLE_EVENT, event->subject_id)
                        : NULL;

  event = uch_draft_edit (draft, event);
  uch_entity_set_text (event, &event->undone_by, draft->command->id);
  if (again == NULL)
    return;
  again = uch_draft_edit (draft, again);
  uch_entity_set_text (again, &again->undone_by, NULL);
}

/* A visit ends without a change of its ticket, and the ticket may have got another one since, or
 * have ended: then the first cannot be open again (I9). */
static gboolean
check_open_visits (UchDraft *draft)
{
  for (guint i = 0; i < draft->verdict->changes->len; i++)
    {
      const UchChange *change = g_ptr_array_index (draft->verdict->changes, i);
      const UchVisit  *visit = change->table == UCH_TABLE_VISIT ? (UchVisit *) change->after : NULL;
      UchTicket       *ticket;

      if (visit == NULL || !uch_visit_is_open (visit))
        continue;
      ticket = uch_draft_peek (draft, UCH_TABLE_TICKET, visit->ticket_id);
      if (ticket == NULL || !uch_ticket_is_open (ticket)
          || g_strcmp0 (ticket->visit_id, change->id) != 0)
        return uch_draft_conflict (draft, UCH_REFUSAL_ACTED_SINCE, NULL, ticket);
    }
  return TRUE;
}

/* Work that was not done after all: nobody asks the client about it. */
static void
drop_followups (UchDraft *draft)
{
  guint n_changes = draft->verdict->changes->len;

  for (guint i = 0; i < n_changes; i++)
    {
      const UchChange *change = g_ptr_array_index (draft->verdict->changes, i);
      const UchTicket *before = (UchTicket *) change->before, *after = (UchTicket *) change->after;

      if (change->table == UCH_TABLE_TICKET && before != NULL && after != NULL
          && before->resolved_at != 0 && after->resolved_at != before->resolved_at)
        uch_draft_drop_followups (draft, "ticket_id", change->id);
    }
}

gboolean
uch_decide_undo (UchDraft *draft)
{
  UchEvent *event = uch_draft_need (draft, UCH_TABLE_EVENT, "event");
  g_autoptr (GVariant) before = NULL;
  GVariantIter iter;
  const char  *table, *id;
  gboolean     existed;
  GVariant    *fields;

  if (event == NULL || !check_allowed (draft, event))
    return FALSE;
  before = g_variant_parse (G_VARIANT_TYPE ("a(ssba{sv})"), event->before, NULL, NULL, NULL);
  if (before == NULL)
    return uch_draft_refuse (draft, UCH_REFUSAL_NOT_UNDOABLE, "event");
  g_variant_iter_init (&iter, before);
  while (g_variant_iter_next (&iter, "(&s&sb@a{sv})", &table, &id, &existed, &fields))
    {
      g_autoptr (GVariant) owned G_GNUC_UNUSED = fields;
      const UchSchema           *schema = uch_schema_by_name (table);

      if (schema == NULL)
        return uch_draft_refuse (draft, UCH_REFUSAL_NOT_UNDOABLE, "event");
      if (!restore (draft, schema->table, id, existed, fields))
        return FALSE;
    }
  if (!check_open_visits (draft))
    return FALSE;
  drop_followups (draft);
  uch_entity_set_text (draft->event, &draft->event->ticket_id, event->ticket_id);
  uch_entity_set_text (draft->event, &draft->event->visit_id, event->visit_id);
  uch_entity_set_text (draft->event, &draft->event->house_id, event->house_id);
  uch_entity_set_text (draft->event, &draft->event->subject_id, UCH_ENTITY (event)->id);
  uch_entity_set_text (draft->event, &draft->event->text, event->type);
  mark_undone (draft, event);
  return TRUE;
}

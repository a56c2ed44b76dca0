#include "core/uch-decide.h"

#include <string.h>

#include "core/uch-draft-private.h"
#include "core/uch-id.h"

/* A client's clock is believed this far; beyond it the decider's own clock counts. */
#define CLOCK_AHEAD_MAX_MS (2 * UCH_MINUTE_MS)
#define CLOCK_BEHIND_MAX_MS (7 * UCH_DAY_MS)

static const struct
{
  const char   *type;
  UchDecideFunc decide;
} deciders[] = {
  { UCH_COMMAND_PUT, uch_decide_put },
  { UCH_COMMAND_DELETE, uch_decide_delete },
  { UCH_COMMAND_UNDO, uch_decide_undo },
  { UCH_COMMAND_TICKET_CREATE, uch_decide_ticket_create },
  { UCH_COMMAND_TICKET_EDIT, uch_decide_ticket_edit },
  { UCH_COMMAND_TICKET_TAKE, uch_decide_ticket_step },
  { UCH_COMMAND_TICKET_HOLD, uch_decide_ticket_step },
  { UCH_COMMAND_TICKET_WAKE, uch_decide_ticket_step },
  { UCH_COMMAND_TICKET_RESOLVE, uch_decide_ticket_step },
  { UCH_COMMAND_TICKET_CLOSE, uch_decide_ticket_step },
  { UCH_COMMAND_TICKET_REOPEN, uch_decide_ticket_step },
  { UCH_COMMAND_TICKET_CANCEL, uch_decide_ticket_step },
  { UCH_COMMAND_TICKET_REJECT, uch_decide_ticket_step },
  { UCH_COMMAND_VISIT_PLAN, uch_decide_visit_plan },
  { UCH_COMMAND_VISIT_MOVE, uch_decide_visit_move },
  { UCH_COMMAND_VISIT_ASSIGN, uch_decide_visit_assign },
  { UCH_COMMAND_VISIT_UNASSIGN, uch_decide_visit_step },
  { UCH_COMMAND_VISIT_ACCEPT, uch_decide_visit_step },
  { UCH_COMMAND_VISIT_DECLINE, uch_decide_visit_step },
  { UCH_COMMAND_VISIT_DEPART, uch_decide_visit_step },
  { UCH_COMMAND_VISIT_ARRIVE, uch_decide_visit_step },
  { UCH_COMMAND_VISIT_FINISH, uch_decide_visit_step },
  { UCH_COMMAND_VISIT_FAIL, uch_decide_visit_step },
  { UCH_COMMAND_VISIT_MISS, uch_decide_visit_step },
  { UCH_COMMAND_VISIT_CANCEL, uch_decide_visit_step },
  { UCH_COMMAND_VISIT_EXEMPT, uch_decide_visit_exempt },
  { UCH_COMMAND_VISIT_CONFIRM, uch_decide_visit_confirm },
  { UCH_COMMAND_NOTE_ADD, uch_decide_note },
  { UCH_COMMAND_CALL_LOG, uch_decide_call },
  { UCH_COMMAND_PHOTO_ADD, uch_decide_photo },
  { UCH_COMMAND_FOLLOWUP_MAKE, uch_decide_followup_make },
  { UCH_COMMAND_FOLLOWUP_REDATE, uch_decide_followup_redate },
  { UCH_COMMAND_FOLLOWUP_TAKE, uch_decide_followup_take },
  { UCH_COMMAND_FOLLOWUP_RELEASE, uch_decide_followup_take },
  { UCH_COMMAND_FOLLOWUP_RECORD, uch_decide_followup_record },
};

static const char *const refusal_nicks[] = {
  "none",
  "changed",
  "acted_since",
  "not_allowed",
  "illegal_step",
  "unknown_row",
  "unknown_operation",
  "unknown_argument",
  "missing_argument",
  "bad_argument",
  "too_long",
  "exists",
  "not_engineer",
  "no_call",
  "too_late",
  "in_use",
  "not_undoable",
  NULL,
};

/**
 * uch_change_new:
 * @before: (nullable) (transfer none)
 * @after: (nullable) (transfer none)
 */
UchChange *
uch_change_new (UchTable table, const char *id, gpointer before, gpointer after)
{
  UchChange *change = g_new0 (UchChange, 1);

  change->table = table;
  change->id = g_strdup (id);
  change->before = before != NULL ? g_object_ref (before) : NULL;
  change->after = after != NULL ? g_object_ref (after) : NULL;
  return change;
}

void
uch_change_free (UchChange *change)
{
  if (change == NULL)
    return;
  g_free (change->id);
  g_clear_object (&change->before);
  g_clear_object (&change->after);
  g_free (change);
}

void
uch_verdict_free (UchVerdict *verdict)
{
  if (verdict == NULL)
    return;
  g_free (verdict->field);
  g_ptr_array_unref (verdict->changes);
  g_clear_object (&verdict->current);
  g_free (verdict);
}

/**
 * uch_refusal_get_nick:
 *
 * Returns: the code on the wire; static
 */
const char *
uch_refusal_get_nick (UchRefusal refusal)
{
  g_return_val_if_fail ((guint) refusal < G_N_ELEMENTS (refusal_nicks) - 1, NULL);
  return refusal_nicks[refusal];
}

/**
 * uch_refusal_from_nick:
 *
 * Returns: the refusal; a code of a newer store reads as %UCH_REFUSAL_UNKNOWN_OPERATION
 */
UchRefusal
uch_refusal_from_nick (const char *nick)
{
  int index = uch_nick_index (refusal_nicks, nick);

  return index >= 0 ? (UchRefusal) index : UCH_REFUSAL_UNKNOWN_OPERATION;
}

static const UchArg *
find_arg (const UchArg *args, const char *name)
{
  for (; args->name != NULL; args++)
    if (strcmp (args->name, name) == 0)
      return args;
  return NULL;
}

static gboolean
check_value (UchDraft *draft, const UchArg *arg, GVariant *value)
{
  static const struct
  {
    char        type;
    const char *format;
  } formats[] = { { 's', "s" }, { 'i', "s" }, { 'x', "x" }, { 'b', "b" }, { 'v', "a{sv}" } };

  for (guint i = 0; i < G_N_ELEMENTS (formats); i++)
    if (formats[i].type == arg->type
        && !g_variant_is_of_type (value, G_VARIANT_TYPE (formats[i].format)))
      return uch_draft_refuse (draft, UCH_REFUSAL_BAD_ARGUMENT, arg->name);
  if (arg->type == 's' && g_variant_get_size (value) > UCH_TEXT_LEN_MAX)
    return uch_draft_refuse (draft, UCH_REFUSAL_TOO_LONG, arg->name);
  if (arg->type == 'i' && !uch_id_is_valid (g_variant_get_string (value, NULL)))
    return uch_draft_refuse (draft, UCH_REFUSAL_BAD_ARGUMENT, arg->name);
  return TRUE;
}

/* Every argument is known and of its type; every required one is there. */
static gboolean
check_args (UchDraft *draft, const UchCommandSpec *spec)
{
  GVariantIter iter;
  const char  *name;
  GVariant    *value;

  g_variant_iter_init (&iter, draft->command->args);
  while (g_variant_iter_next (&iter, "{&sv}", &name, &value))
    {
      g_autoptr (GVariant) owned G_GNUC_UNUSED = value;
      const UchArg              *arg = find_arg (spec->args, name);

      if (arg == NULL)
        arg = find_arg (uch_command_common_args, name);
      if (arg == NULL)
        return uch_draft_refuse (draft, UCH_REFUSAL_UNKNOWN_ARGUMENT, name);
      if (!check_value (draft, arg, value))
        return FALSE;
    }
  for (const UchArg *arg = spec->args; arg->name != NULL; arg++)
    {
      g_autoptr (GVariant) given = g_variant_lookup_value (draft->command->args, arg->name, NULL);

      if (arg->required
          && (given == NULL
              || ((arg->type == 's' || arg->type == 'i')
                  && uch_draft_text (draft, arg->name) == NULL)))
        return uch_draft_refuse (draft, UCH_REFUSAL_MISSING_ARGUMENT, arg->name);
    }
  return TRUE;
}

static void
begin_event (UchDraft *draft)
{
  UchEvent *event = draft->event;

  uch_entity_set_text (event, &event->type, draft->command->type);
  uch_entity_set_text (event, &event->actor_id, draft->actor->staff_id);
  uch_entity_set_text (event, &event->device, draft->actor->device);
  uch_entity_set_text (event, &event->group_id, uch_draft_text (draft, "group"));
  uch_entity_set_text (event, &event->warnings, uch_draft_text (draft, "warnings"));
  uch_entity_set_text (event, &event->reason, uch_draft_text (draft, "reason"));
  event->actor_role = draft->actor->role;
  event->occurred_at = draft->command->at;
  event->received_at = draft->now;
}

/* A row that the store takes over from elsewhere is no act in this office: a hundred thousand old
 * tickets would make as many entries in a journal that every desk has to read. */
static gboolean
is_import (UchDraft *draft)
{
  GPtrArray *changes = draft->verdict->changes;

  return draft->actor->role == UCH_ROLE_STORE && strcmp (draft->command->type, UCH_COMMAND_PUT) == 0
         && changes->len == 1 && ((UchChange *) g_ptr_array_index (changes, 0))->before == NULL;
}

/* Drops rows that did not change after all, gives the others their new version, adds the event. */
static void
finish (UchDraft *draft)
{
  GPtrArray *changes = draft->verdict->changes;

  for (guint i = changes->len; i-- > 0;)
    {
      UchChange *change = g_ptr_array_index (changes, i);

      if (change->before != NULL && change->after != NULL
          && uch_entity_equal (change->before, change->after)
          && !g_hash_table_contains (draft->kept, change->after))
        g_ptr_array_remove_index (changes, i);
    }
  for (guint i = 0; i < changes->len; i++)
    {
      UchChange *change = g_ptr_array_index (changes, i);

      if (change->after != NULL && !g_hash_table_contains (draft->kept, change->after))
        {
          g_free (change->after->rev);
          change->after->rev = g_strdup (draft->command->id);
        }
    }
  if (is_import (draft))
    return;
  /* What the store does by itself is not for undo, but for who asks how things stood before. */
  draft->event->before = uch_draft_print_before (draft);
  UCH_ENTITY (draft->event)->rev = g_strdup (draft->command->id);
  g_ptr_array_add (changes,
                   uch_change_new (UCH_TABLE_EVENT, draft->command->id, NULL, draft->event));
}

static gboolean
decide (UchDraft *draft)
{
  const UchCommandSpec *spec = uch_command_spec_get (draft->command->type);

  if (spec == NULL)
    return uch_draft_refuse (draft, UCH_REFUSAL_UNKNOWN_OPERATION, draft->command->type);
  if (!uch_id_is_valid (draft->command->id))
    return uch_draft_refuse (draft, UCH_REFUSAL_BAD_ARGUMENT, "id");
  if ((spec->roles & 1u << draft->actor->role) == 0)
    return uch_draft_refuse (draft, UCH_REFUSAL_NOT_ALLOWED, NULL);
  if (!check_args (draft, spec))
    return FALSE;
  begin_event (draft);
  for (guint i = 0; i < G_N_ELEMENTS (deciders); i++)
    if (strcmp (deciders[i].type, spec->type) == 0)
      return deciders[i].decide (draft);
  return uch_draft_refuse (draft, UCH_REFUSAL_UNKNOWN_OPERATION, draft->command->type);
}

/**
 * uch_command_decide:
 * @now: the clock of whoever decides
 *
 * Says which rows @command changes, or why it may not. Pure: the same at the desk, which shows it
 * at once, and in the store, whose verdict counts. Every accepted command also makes its row of
 * the journal (table event), which comes last among the changes; only a row that the store takes
 * over from elsewhere does not. A time of the work is the client's clock unless that is more than
 * two minutes ahead or a week behind @now.
 *
 * Returns: (transfer full)
 */
UchVerdict *
uch_command_decide (const UchCommand *command,
                    const UchActor   *actor,
                    UchSnapshot      *snapshot,
                    UchTime           now)
{
  UchDraft draft = {
    .command = command,
    .actor = actor,
    .snapshot = snapshot,
    .now = now,
    .at = command->at,
    .verdict = g_new0 (UchVerdict, 1),
    .held = g_ptr_array_new_with_free_func (g_object_unref),
    .kept = g_hash_table_new (NULL, NULL),
    .event = uch_entity_new (UCH_TABLE_EVENT, command->id),
  };

  if (command->at > now + CLOCK_AHEAD_MAX_MS || command->at < now - CLOCK_BEHIND_MAX_MS)
    draft.at = now;
  draft.verdict->changes = g_ptr_array_new_with_free_func ((GDestroyNotify) uch_change_free);
  if (decide (&draft))
    finish (&draft);
  else
    g_ptr_array_set_size (draft.verdict->changes, 0);
  g_object_unref (draft.event);
  g_ptr_array_unref (draft.held);
  g_hash_table_unref (draft.kept);
  return draft.verdict;
}

/**
 * uch_command_invert:
 * @changes: (element-type UchChange): what @command changed
 * @id: of the inverse
 *
 * The inverse of an undo does the act again.
 *
 * Returns: (transfer full) (nullable): the command that takes @command back, or NULL when it
 * changed nothing
 */
UchCommand *
uch_command_invert (const UchCommand *command, GPtrArray *changes, const char *id, UchTime at)
{
  if (changes->len < 2)
    return NULL;
  return uch_command_new_with (id, UCH_COMMAND_UNDO, at, "event", "s", command->id, NULL);
}

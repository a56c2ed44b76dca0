/* Commands about the promise of a visit, and what excuses us from it. */
#include <string.h>

#include "core/uch-category.h"
#include "core/uch-draft-private.h"
#include "core/uch-promise.h"

/* What the journal says of a visit. */
void
uch_draft_note_visit (UchDraft *draft, const UchVisit *visit)
{
  UchEvent *event = draft->event;

  uch_entity_set_text (event, &event->ticket_id, visit->ticket_id);
  uch_entity_set_text (event, &event->visit_id, UCH_ENTITY (visit)->id);
  uch_entity_set_text (event, &event->house_id, visit->house_id);
  uch_entity_set_text (event, &event->engineer_id, visit->engineer_id);
  uch_entity_set_text (event, &event->state, uch_visit_state_nicks[visit->state]);
}

/* An outage of a whole house keeps everybody busy: whoever waits there meanwhile is exempt. */
static gboolean
has_incident (UchDraft *draft, const UchTicket *ticket)
{
  g_autoptr (GPtrArray) others = NULL;

  if (ticket->house_id == NULL)
    return FALSE;
  others = uch_snapshot_find (draft->snapshot, UCH_TABLE_TICKET, "house_id", ticket->house_id);
  for (guint i = 0; i < others->len; i++)
    {
      const UchTicket   *other = g_ptr_array_index (others, i);
      const UchCategory *category = uch_category_get (other->category);

      if (category != NULL && category->family == UCH_FAMILY_INCIDENT && uch_ticket_is_open (other)
          && strcmp (UCH_ENTITY (other)->id, UCH_ENTITY (ticket)->id) != 0)
        return TRUE;
    }
  return FALSE;
}

/* A promise that is broken by a step, or given up for a mass incident, is exempt when there is one:
 * counted beside the percentage, not inside it. @visit is an edited copy. */
void
uch_draft_excuse (UchDraft *draft, UchVisit *visit, const UchTicket *ticket)
{
  const char *reason = uch_draft_text (draft, "reason");

  if (visit->exempt || visit->uncounted || uch_promise_get_start (visit) == 0)
    return;
  if (g_strcmp0 (reason, "mass_incident") == 0)
    visit->exempt = TRUE;
  else if (uch_promise_get (visit, draft->now) == UCH_PROMISE_BROKEN
           && has_incident (draft, ticket))
    visit->exempt = TRUE;
}

gboolean
uch_decide_visit_exempt (UchDraft *draft)
{
  UchVisit *visit = uch_draft_need (draft, UCH_TABLE_VISIT, "visit");

  if (visit == NULL)
    return FALSE;
  visit = uch_draft_edit (draft, visit);
  visit->exempt = TRUE;
  uch_draft_note_visit (draft, visit);
  return TRUE;
}

/* Once, and beside what he said himself. The row keeps its rev: nobody who acts on the visit has to
 * have seen this, and what he did last can still be undone. */
gboolean
uch_decide_visit_confirm (UchDraft *draft)
{
  UchVisit *visit = uch_draft_need (draft, UCH_TABLE_VISIT, "visit");
  UchTime   seen_at = uch_command_get_int (draft->command, "seen_at", 0);

  if (visit == NULL)
    return FALSE;
  if (!uch_promise_may_confirm (visit, seen_at))
    return uch_draft_refuse (draft, UCH_REFUSAL_ILLEGAL_STEP, "seen_at");
  visit = uch_draft_edit (draft, visit);
  visit->arrived_geo_at = seen_at;
  g_hash_table_add (draft->kept, visit);
  uch_draft_note_visit (draft, visit);
  draft->event->to_at = seen_at;
  return TRUE;
}

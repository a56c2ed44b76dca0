#include "core/uch-duplicate.h"

#include "core/uch-category.h"

#define WITHIN_MS UCH_DAY_MS

static gboolean
is_duplicate (const UchTicket *old, const UchTicket *ticket, UchTime now)
{
  const UchCategory *a = uch_category_get (old->category);
  const UchCategory *b = uch_category_get (ticket->category);

  return g_strcmp0 (((UchEntity *) old)->id, ((UchEntity *) ticket)->id) != 0
         && uch_ticket_is_open (old) && now - old->created_at <= WITHIN_MS
         && (a == NULL || b == NULL || a->family == b->family);
}

static void
add_from (GPtrArray       *found,
          GPtrArray       *candidates,
          const UchTicket *ticket,
          gboolean         by_house,
          UchTime          now)
{
  for (guint i = 0; i < candidates->len; i++)
    {
      UchTicket *old = g_ptr_array_index (candidates, i);

      if (is_duplicate (old, ticket, now)
          && (!by_house || g_strcmp0 (old->apartment, ticket->apartment) == 0)
          && !g_ptr_array_find_with_equal_func (found, old, uch_entity_equal, NULL))
        g_ptr_array_add (found, g_object_ref (old));
    }
}

/**
 * uch_duplicate_find:
 * @ticket: perhaps not yet created; without a category every family fits
 *
 * Same house and apartment, or same phone; open; same family; made within 24 hours.
 *
 * Returns: (transfer full) (element-type UchTicket): those already there
 */
GPtrArray *
uch_duplicate_find (UchSnapshot *snapshot, const UchTicket *ticket, UchTime now)
{
  GPtrArray *found = g_ptr_array_new_with_free_func (g_object_unref);

  if (ticket->house_id != NULL)
    {
      g_autoptr (GPtrArray) here
          = uch_snapshot_find (snapshot, UCH_TABLE_TICKET, "house_id", ticket->house_id);

      add_from (found, here, ticket, TRUE, now);
    }
  if (ticket->phone != NULL)
    {
      g_autoptr (GPtrArray) callers
          = uch_snapshot_find (snapshot, UCH_TABLE_TICKET, "phone", ticket->phone);

      add_from (found, callers, ticket, FALSE, now);
    }
  return found;
}

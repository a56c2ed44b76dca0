/* The boxed payload of a drag. Strings are owned by the box. */
#include "app/uch-drag.h"

G_DEFINE_BOXED_TYPE (UchDragTickets, uch_drag_tickets, uch_drag_tickets_copy, uch_drag_tickets_free)

/**
 * uch_drag_tickets_new:
 * @ticket_ids: (array zero-terminated=1): ids, in the order in which they are shown
 *
 * Returns: (transfer full): the payload of a drag
 */
UchDragTickets *
uch_drag_tickets_new (const char *const *ticket_ids)
{
  UchDragTickets *self = g_new0 (UchDragTickets, 1);

  self->ticket_ids = g_strdupv ((char **) ticket_ids);
  return self;
}

/**
 * uch_drag_tickets_copy:
 * @self: a payload
 *
 * Returns: (transfer full): a deep copy
 */
UchDragTickets *
uch_drag_tickets_copy (const UchDragTickets *self)
{
  return uch_drag_tickets_new ((const char *const *) self->ticket_ids);
}

/**
 * uch_drag_tickets_free:
 * @self: (nullable) (transfer full): a payload
 */
void
uch_drag_tickets_free (UchDragTickets *self)
{
  if (self == NULL)
    return;
  g_strfreev (self->ticket_ids);
  g_free (self);
}

/* What is dragged on the board: tickets. */
#pragma once

#include <gtk/gtk.h>

G_BEGIN_DECLS

/* A boxed list of ticket ids; the payload of every drag on the board and the map. */
typedef struct
{
  char **ticket_ids; /* NULL-terminated */
} UchDragTickets;

#define UCH_TYPE_DRAG_TICKETS (uch_drag_tickets_get_type ())
GType           uch_drag_tickets_get_type (void) G_GNUC_CONST;
UchDragTickets *uch_drag_tickets_new (const char *const *ticket_ids);
UchDragTickets *uch_drag_tickets_copy (const UchDragTickets *self);
void            uch_drag_tickets_free (UchDragTickets *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (UchDragTickets, uch_drag_tickets_free)

G_END_DECLS

/* One line of the queue: a ticket, its visit, and what else the row tells. Lives as long as the
 * ticket is current, so that a row and its selection outlive every change of the ticket. */
#pragma once

#include "core/uch-promise.h"
#include "core/uch-work.h"
#include "replica/uch-replica.h"

G_BEGIN_DECLS

typedef enum
{
  UCH_QUEUE_UNASSIGNED, /* open, nobody goes there, not put aside */
  UCH_QUEUE_RISK,       /* the promise is about to be broken, or is */
  UCH_QUEUE_TODAY,      /* touches today: made, agreed, woken or finished */
  UCH_QUEUE_ALL,        /* everything open, and what was finished today */
} UchQueueTab;
#define UCH_N_QUEUE_TABS (UCH_QUEUE_ALL + 1)

/* Signal "changed": anything that a row shows is different now. */
#define UCH_TYPE_QUEUE_ITEM (uch_queue_item_get_type ())
G_DECLARE_FINAL_TYPE (UchQueueItem, uch_queue_item, UCH, QUEUE_ITEM, GObject)

struct _UchQueueItem
{
  GObject     parent;
  UchTicket  *ticket;  /* (owned) */
  UchVisit   *visit;   /* (owned) (nullable) the open or last one */
  UchRefused *refused; /* (owned) (nullable) an act of ours on it that was refused */
  char       *folded;  /* (owned) what the search looks through */
  guint       stamp;   /* used by the queue's model while it settles */
};

extern const char *const uch_queue_tab_nicks[];

UchQueueItem *uch_queue_item_new (UchTicket *ticket, UchVisit *visit);
gboolean      uch_queue_item_set (UchQueueItem *self, UchTicket *ticket, UchVisit *visit);
void          uch_queue_item_set_refused (UchQueueItem *self, UchRefused *refused);
gboolean      uch_queue_item_is_in (UchQueueItem *self, UchQueueTab tab, UchTime now);
int           uch_queue_item_compare (UchQueueItem *a, UchQueueItem *b, UchTime now);

G_END_DECLS

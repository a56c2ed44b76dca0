#include "app/board/uch-queue-item.h"

#include "core/uch-category.h"
#include "core/uch-fold.h"

/* Nobody has called a new ticket's client yet: it ranks as if it were due then. */
#define FIRST_CALL_MS (30 * UCH_MINUTE_MS)
/* How much earlier a ticket ranks for its priority. */
#define HIGH_MS (30 * UCH_MINUTE_MS)
#define URGENT_MS (120 * UCH_MINUTE_MS)

const char *const uch_queue_tab_nicks[] = { "unassigned", "risk", "today", "all", NULL };

enum
{
  SIGNAL_CHANGED,
  N_SIGNALS,
};

static guint signals[N_SIGNALS];

G_DEFINE_FINAL_TYPE (UchQueueItem, uch_queue_item, G_TYPE_OBJECT)

static void
fold_again (UchQueueItem *self)
{
  const UchTicket *ticket = self->ticket;
  g_autofree char *number = NULL;
  g_autofree char *phone = NULL;
  g_autofree char *text = NULL;

  if (ticket->number != 0)
    number = g_strdup_printf ("%" G_GINT64_FORMAT, ticket->number);
  if (ticket->phone != NULL)
    phone = uch_phone_format (ticket->phone);
  text = g_strjoin (" ", number != NULL ? number : "",
                    ticket->address != NULL ? ticket->address : "",
                    ticket->client_name != NULL ? ticket->client_name : "",
                    ticket->phone != NULL ? ticket->phone : "", phone != NULL ? phone : "",
                    ticket->description != NULL ? ticket->description : "", NULL);
  g_free (self->folded);
  self->folded = uch_fold (text);
}

static gboolean
is_same_local_day (UchTime a, UchTime b)
{
  g_autoptr (GDateTime) left = NULL;
  g_autoptr (GDateTime) right = NULL;

  if (a == 0 || b == 0)
    return FALSE;
  left = g_date_time_new_from_unix_local (a / 1000);
  right = g_date_time_new_from_unix_local (b / 1000);
  return g_date_time_get_year (left) == g_date_time_get_year (right)
         && g_date_time_get_day_of_year (left) == g_date_time_get_day_of_year (right);
}

static gboolean
is_unassigned (const UchTicket *ticket, const UchVisit *visit)
{
  const UchCategory *category = uch_category_get (ticket->category);

  if (ticket->state != UCH_TICKET_NEW && ticket->state != UCH_TICKET_IN_WORK)
    return FALSE;
  if (category != NULL && !category->needs_visit)
    return FALSE;
  return visit == NULL || !uch_visit_is_open (visit) || visit->engineer_id == NULL;
}

static gboolean
touches_today (const UchTicket *ticket, const UchVisit *visit, UchTime now)
{
  if (is_same_local_day (ticket->created_at, now) || is_same_local_day (ticket->wake_at, now)
      || is_same_local_day (ticket->resolved_at, now) || is_same_local_day (ticket->closed_at, now))
    return TRUE;
  if (visit == NULL)
    return FALSE;
  return is_same_local_day (visit->agreed_from, now) || is_same_local_day (visit->due_at, now)
         || is_same_local_day (visit->ended_at, now)
         || (uch_visit_is_open (visit) && visit->due_at != 0 && visit->due_at < now);
}

/* 0 burns, 1 waits, 2 is put aside, 3 is done with. */
static int
get_group (UchQueueItem *self, UchTime now)
{
  if (!uch_ticket_is_open (self->ticket))
    return 3;
  if (self->refused != NULL)
    return 0;
  if (self->visit != NULL && uch_promise_is_at_risk (uch_promise_get (self->visit, now)))
    return 0;
  return self->ticket->state == UCH_TICKET_ON_HOLD ? 2 : 1;
}

static UchTime
get_urgent_at (UchQueueItem *self)
{
  const UchTicket *ticket = self->ticket;
  UchTime          at = ticket->created_at + FIRST_CALL_MS;

  if (!uch_ticket_is_open (ticket))
    return -MAX (MAX (ticket->resolved_at, ticket->closed_at), ticket->created_at);
  if (ticket->state == UCH_TICKET_ON_HOLD && ticket->wake_at != 0)
    return ticket->wake_at;
  if (self->visit != NULL && uch_visit_is_open (self->visit) && self->visit->due_at != 0)
    at = self->visit->due_at;
  if (ticket->priority == UCH_PRIORITY_URGENT)
    at -= URGENT_MS;
  else if (ticket->priority == UCH_PRIORITY_HIGH)
    at -= HIGH_MS;
  return at;
}

static void
uch_queue_item_finalize (GObject *object)
{
  UchQueueItem *self = UCH_QUEUE_ITEM (object);

  g_clear_object (&self->ticket);
  g_clear_object (&self->visit);
  g_clear_object (&self->refused);
  g_free (self->folded);
  G_OBJECT_CLASS (uch_queue_item_parent_class)->finalize (object);
}

static void
uch_queue_item_class_init (UchQueueItemClass *klass)
{
  G_OBJECT_CLASS (klass)->finalize = uch_queue_item_finalize;
  signals[SIGNAL_CHANGED] = g_signal_new ("changed", UCH_TYPE_QUEUE_ITEM, G_SIGNAL_RUN_LAST, 0,
                                          NULL, NULL, NULL, G_TYPE_NONE, 0);
}

static void
uch_queue_item_init (UchQueueItem *self)
{
}

/**
 * uch_queue_item_new:
 * @ticket: a ticket
 * @visit: (nullable): its open or last visit
 *
 * Returns: (transfer full): a line of the queue
 */
UchQueueItem *
uch_queue_item_new (UchTicket *ticket, UchVisit *visit)
{
  UchQueueItem *self = g_object_new (UCH_TYPE_QUEUE_ITEM, NULL);

  self->ticket = g_object_ref (ticket);
  g_set_object (&self->visit, visit);
  fold_again (self);
  return self;
}

/**
 * uch_queue_item_set:
 * @self: a line
 * @ticket: the ticket as it is now
 * @visit: (nullable): its visit as it is now
 *
 * Tells its row, when one shows it, that something is different.
 *
 * Returns: %TRUE if anything was
 */
gboolean
uch_queue_item_set (UchQueueItem *self, UchTicket *ticket, UchVisit *visit)
{
  gboolean changed_ticket = g_set_object (&self->ticket, ticket);
  gboolean changed_visit = g_set_object (&self->visit, visit);

  if (changed_ticket)
    fold_again (self);
  if (changed_ticket || changed_visit)
    g_signal_emit (self, signals[SIGNAL_CHANGED], 0);
  return changed_ticket || changed_visit;
}

/**
 * uch_queue_item_set_refused:
 * @self: a line
 * @refused: (nullable): the act on this ticket that the store has refused
 */
void
uch_queue_item_set_refused (UchQueueItem *self, UchRefused *refused)
{
  if (g_set_object (&self->refused, refused))
    g_signal_emit (self, signals[SIGNAL_CHANGED], 0);
}

/**
 * uch_queue_item_is_in:
 * @self: a line
 * @tab: a tab of the queue
 * @now: the office's clock
 *
 * Returns: %TRUE if the tab shows the ticket
 */
gboolean
uch_queue_item_is_in (UchQueueItem *self, UchQueueTab tab, UchTime now)
{
  switch (tab)
    {
    case UCH_QUEUE_UNASSIGNED:
      return is_unassigned (self->ticket, self->visit);
    case UCH_QUEUE_RISK:
      return self->refused != NULL
             || (uch_ticket_is_open (self->ticket) && self->visit != NULL
                 && uch_promise_is_at_risk (uch_promise_get (self->visit, now)));
    case UCH_QUEUE_TODAY:
      return touches_today (self->ticket, self->visit, now);
    case UCH_QUEUE_ALL:
    default:
      return TRUE;
    }
}

/**
 * uch_queue_item_compare:
 * @a: a line
 * @b: another one
 * @now: the office's clock
 *
 * What burns comes first, by the time when it is due; then what waits, what is put aside, and what
 * is done with, the latest first. A new ticket without a visit ranks by its first call.
 *
 * Returns: as for sorting
 */
int
uch_queue_item_compare (UchQueueItem *a, UchQueueItem *b, UchTime now)
{
  int     group_a = get_group (a, now);
  int     group_b = get_group (b, now);
  UchTime at_a = get_urgent_at (a);
  UchTime at_b = get_urgent_at (b);

  if (group_a != group_b)
    return group_a - group_b;
  if (at_a != at_b)
    return at_a < at_b ? -1 : 1;
  return g_strcmp0 (a->ticket->parent.id, b->ticket->parent.id);
}

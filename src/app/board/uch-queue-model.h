/* What the queue shows: current tickets by tab, words and urgency, in an order that settles only
 * while nobody is pointing at it. */
#pragma once

#include "app/board/uch-queue-item.h"
#include "app/uch-session.h"

G_BEGIN_DECLS

/* A GListModel of UchQueueItem.
 * Properties with notify: "n-pending" (uint): lines that wait to be let in while it is held.
 * Signals: "counts-changed" (): the numbers of the tabs. "about-to-settle", "settled" (): around
 * changes of the order, so that a selection can be kept. */
#define UCH_TYPE_QUEUE_MODEL (uch_queue_model_get_type ())
G_DECLARE_FINAL_TYPE (UchQueueModel, uch_queue_model, UCH, QUEUE_MODEL, GObject)

UchQueueModel *uch_queue_model_new (UchSession *session);
void           uch_queue_model_set_tab (UchQueueModel *self, UchQueueTab tab);
UchQueueTab    uch_queue_model_get_tab (UchQueueModel *self);
void           uch_queue_model_set_words (UchQueueModel *self, const char *words);
void           uch_queue_model_hold (UchQueueModel *self, gboolean held);
void           uch_queue_model_settle (UchQueueModel *self);
guint          uch_queue_model_count (UchQueueModel *self, UchQueueTab tab);
guint          uch_queue_model_count_found (UchQueueModel *self, UchQueueTab tab);
UchQueueItem  *uch_queue_model_find (UchQueueModel *self, const char *ticket_id);
gboolean       uch_queue_model_is_here (UchQueueModel *self, UchQueueItem *item);

G_END_DECLS

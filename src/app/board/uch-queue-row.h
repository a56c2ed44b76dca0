/* A row of the queue: zone bar, number and clock, address, category and client. */
#pragma once

#include "app/board/uch-queue-item.h"
#include "app/uch-session.h"

G_BEGIN_DECLS

#define UCH_TYPE_QUEUE_ROW (uch_queue_row_get_type ())
G_DECLARE_FINAL_TYPE (UchQueueRow, uch_queue_row, UCH, QUEUE_ROW, GtkWidget)

GtkWidget    *uch_queue_row_new (UchSession *session);
void          uch_queue_row_set_item (UchQueueRow *self, UchQueueItem *item);
UchQueueItem *uch_queue_row_get_item (UchQueueRow *self);
void          uch_queue_row_set_away (UchQueueRow *self, gboolean away);

G_END_DECLS

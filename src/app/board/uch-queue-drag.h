/* Rows of the queue in the hand: the drag and the menu of a row. */
#pragma once

#include "app/board/uch-queue-row.h"
#include "app/board/uch-queue.h"

G_BEGIN_DECLS

void uch_queue_drag_attach (UchQueue *queue, UchQueueRow *row);

G_END_DECLS

/* The left pane: tabs with their counts, search, the rows, what waits, what to do when empty. */
#pragma once

#include "app/board/uch-queue-model.h"
#include "app/uch-session.h"

G_BEGIN_DECLS

/* Signal "ticket-activated" (string id): Enter or a double click on a row. */
#define UCH_TYPE_QUEUE (uch_queue_get_type ())
G_DECLARE_FINAL_TYPE (UchQueue, uch_queue, UCH, QUEUE, GtkWidget)

GtkWidget     *uch_queue_new (UchSession *session);
UchQueueModel *uch_queue_get_model (UchQueue *self);
char         **uch_queue_dup_selected (UchQueue *self);
void           uch_queue_select (UchQueue *self, const char *ticket_id);
void           uch_queue_popup_menu (UchQueue *self, int x, int y);
void           uch_queue_set_tab (UchQueue *self, UchQueueTab tab);
void           uch_queue_focus_search (UchQueue *self);
void           uch_queue_focus_list (UchQueue *self);

G_END_DECLS

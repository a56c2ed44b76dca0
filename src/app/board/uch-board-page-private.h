/* Between the files of the board's page. */
#pragma once

#include <adwaita.h>

#include "app/board/uch-board-page.h"
#include "app/board/uch-assign-panel.h"
#include "app/board/uch-engineers.h"
#include "app/board/uch-house-card.h"
#include "app/board/uch-new-ticket.h"
#include "app/board/uch-queue.h"
#include "app/board/uch-ticket-card.h"
#include "app/replay/uch-replay.h"

G_BEGIN_DECLS

struct _UchBoardPage
{
  GtkWidget parent_instance;

  /* template */
  GtkStack    *modes;
  GtkPaned    *outer;
  GtkPaned    *inner;
  AdwBin      *queue_slot;
  AdwBin      *map_slot;
  AdwBin      *engineers_slot;
  GtkRevealer *revealer;
  GtkStack    *side;

  /* borrowed: children */
  UchQueue       *queue;
  UchMap         *map;
  UchHouseCard   *house_card;
  UchEngineers   *engineers;
  UchTicketCard  *card;
  UchNewTicket   *form;
  UchAssignPanel *chooser;
  UchReplay      *replay;

  /* owned */
  UchSession *session;
  GdkDrag    *drag; /* (nullable) what is in the hand over this page */

  gboolean is_open; /* the side panel */
  gboolean is_wide;
  gboolean is_placed;
  gboolean was_shown;
  guint    remember_id;
};

/* uch-board-past.c */
void uch_board_past_enter (UchBoardPage *self);
void uch_board_past_leave (UchBoardPage *self);

G_END_DECLS

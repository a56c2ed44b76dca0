/* The board's other mode: what it showed at a moment that is over. */
#include "app/board/uch-board-page-private.h"

/* In the past nothing can be done: what the board's keys are for is switched off. */
static void
set_past (UchBoardPage *self, gboolean past)
{
  static const char *const acts[]
      = { "board.open", "board.assign", "board.unassign", "board.show-on-map",
          "board.tab",  "board.search", "board.close",    "board.replay" };

  for (guint i = 0; i < G_N_ELEMENTS (acts); i++)
    gtk_widget_action_set_enabled (GTK_WIDGET (self), acts[i], !past);
  gtk_stack_set_visible_child (self->modes,
                               past ? GTK_WIDGET (self->replay) : GTK_WIDGET (self->outer));
}

void
uch_board_past_enter (UchBoardPage *self)
{
  set_past (self, TRUE);
  uch_replay_begin (self->replay, self->map, uch_session_now (self->session));
}

/* Whatever asks for the present gets it. */
void
uch_board_past_leave (UchBoardPage *self)
{
  if (gtk_stack_get_visible_child (self->modes) != GTK_WIDGET (self->replay))
    return;
  set_past (self, FALSE);
  uch_replay_end (self->replay);
  uch_queue_focus_list (self->queue);
}

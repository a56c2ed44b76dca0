#include "app/board/uch-board-page.h"

struct _UchBoardPage
{
  GtkWidget parent_instance;

  UchSession *session; /* owned */
};

G_DEFINE_FINAL_TYPE (UchBoardPage, uch_board_page, GTK_TYPE_WIDGET)

static void
uch_board_page_dispose (GObject *object)
{
  UchBoardPage *self = UCH_BOARD_PAGE (object);

  g_clear_object (&self->session);
  G_OBJECT_CLASS (uch_board_page_parent_class)->dispose (object);
}

static void
uch_board_page_class_init (UchBoardPageClass *klass)
{
  G_OBJECT_CLASS (klass)->dispose = uch_board_page_dispose;
  gtk_widget_class_set_layout_manager_type (GTK_WIDGET_CLASS (klass), GTK_TYPE_BIN_LAYOUT);
}

static void
uch_board_page_init (UchBoardPage *self)
{
}

/**
 * uch_board_page_new:
 *
 * Returns: (transfer floating): the page
 */
GtkWidget *
uch_board_page_new (UchSession *session)
{
  UchBoardPage *self = g_object_new (UCH_TYPE_BOARD_PAGE, NULL);

  self->session = g_object_ref (session);
  return GTK_WIDGET (self);
}

void
uch_board_page_show_ticket (UchBoardPage *self, const char *ticket_id)
{
}

void
uch_board_page_show_house (UchBoardPage *self, const char *house_id)
{
}

void
uch_board_page_show_on_map (UchBoardPage *self, const char *house_id)
{
}

void
uch_board_page_new_ticket (UchBoardPage *self)
{
}

void
uch_board_page_assign (UchBoardPage *self, const char *const *ticket_ids)
{
}

void
uch_board_page_focus_search (UchBoardPage *self)
{
}

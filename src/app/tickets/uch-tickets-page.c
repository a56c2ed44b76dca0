#include "app/tickets/uch-tickets-page.h"

struct _UchTicketsPage
{
  GtkWidget parent_instance;

  UchSession *session; /* owned */
};

G_DEFINE_FINAL_TYPE (UchTicketsPage, uch_tickets_page, GTK_TYPE_WIDGET)

static void
uch_tickets_page_dispose (GObject *object)
{
  UchTicketsPage *self = UCH_TICKETS_PAGE (object);

  g_clear_object (&self->session);
  G_OBJECT_CLASS (uch_tickets_page_parent_class)->dispose (object);
}

static void
uch_tickets_page_class_init (UchTicketsPageClass *klass)
{
  G_OBJECT_CLASS (klass)->dispose = uch_tickets_page_dispose;
  gtk_widget_class_set_layout_manager_type (GTK_WIDGET_CLASS (klass), GTK_TYPE_BIN_LAYOUT);
}

static void
uch_tickets_page_init (UchTicketsPage *self)
{
}

/**
 * uch_tickets_page_new:
 *
 * Returns: (transfer floating): the page
 */
GtkWidget *
uch_tickets_page_new (UchSession *session)
{
  UchTicketsPage *self = g_object_new (UCH_TYPE_TICKETS_PAGE, NULL);

  self->session = g_object_ref (session);
  return GTK_WIDGET (self);
}

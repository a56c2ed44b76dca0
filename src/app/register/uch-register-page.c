#include "app/register/uch-register-page.h"

struct _UchRegisterPage
{
  GtkWidget parent_instance;

  UchSession *session; /* owned */
};

G_DEFINE_FINAL_TYPE (UchRegisterPage, uch_register_page, GTK_TYPE_WIDGET)

static void
uch_register_page_dispose (GObject *object)
{
  UchRegisterPage *self = UCH_REGISTER_PAGE (object);

  g_clear_object (&self->session);
  G_OBJECT_CLASS (uch_register_page_parent_class)->dispose (object);
}

static void
uch_register_page_class_init (UchRegisterPageClass *klass)
{
  G_OBJECT_CLASS (klass)->dispose = uch_register_page_dispose;
  gtk_widget_class_set_layout_manager_type (GTK_WIDGET_CLASS (klass), GTK_TYPE_BIN_LAYOUT);
}

static void
uch_register_page_init (UchRegisterPage *self)
{
}

/**
 * uch_register_page_new:
 *
 * Returns: (transfer floating): the page
 */
GtkWidget *
uch_register_page_new (UchSession *session)
{
  UchRegisterPage *self = g_object_new (UCH_TYPE_REGISTER_PAGE, NULL);

  self->session = g_object_ref (session);
  return GTK_WIDGET (self);
}

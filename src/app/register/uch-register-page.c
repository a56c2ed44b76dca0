#define G_LOG_DOMAIN "uch-app"

#include "app/register/uch-register-page.h"

#include <glib/gi18n.h>

#include "app/register/uch-register-pane.h"
#include "app/shifts/uch-shift-page.h"

struct _UchRegisterPage
{
  GtkWidget parent_instance;

  /* template */
  GtkWidget  *box;
  GtkListBox *sidebar;
  GtkStack   *panes;

  UchSession *session; /* owned */
};

G_DEFINE_FINAL_TYPE (UchRegisterPage, uch_register_page, GTK_TYPE_WIDGET)

static const UchRegister *
get_register (GtkListBoxRow *row)
{
  return g_object_get_data (G_OBJECT (row), "uch-register");
}

static void opened_cb (UchRegisterPage *self, UchEntity *row);

/* A pane is made when it is first looked at. */
static UchRegisterPane *
show_pane (UchRegisterPage *self, const UchRegister *of)
{
  GtkWidget *pane = gtk_stack_get_child_by_name (self->panes, of->name);

  if (pane == NULL)
    {
      pane = uch_register_pane_new (self->session, of);
      g_signal_connect_object (pane, "opened", G_CALLBACK (opened_cb), self, G_CONNECT_SWAPPED);
      gtk_stack_add_named (self->panes, pane, of->name);
    }
  gtk_stack_set_visible_child (self->panes, pane);
  return UCH_REGISTER_PANE (pane);
}

/* Shifts are no list with a form: they have a page of their own. */
static UchShiftPage *
show_shifts (UchRegisterPage *self, const UchRegister *of)
{
  GtkWidget *page = gtk_stack_get_child_by_name (self->panes, of->name);

  if (page == NULL)
    {
      page = uch_shift_page_new (self->session);
      gtk_stack_add_named (self->panes, page, of->name);
    }
  gtk_stack_set_visible_child (self->panes, page);
  return UCH_SHIFT_PAGE (page);
}

static void
register_chosen_cb (UchRegisterPage *self, GtkListBoxRow *row)
{
  if (row == NULL || self->session == NULL)
    return;
  if (get_register (row)->table == UCH_TABLE_SHIFT)
    show_shifts (self, get_register (row));
  else
    show_pane (self, get_register (row));
}

static void
show_shifts_action (GtkWidget *widget, const char *name, GVariant *parameter)
{
  UchRegisterPage *self = UCH_REGISTER_PAGE (widget);
  GtkListBoxRow   *line;

  for (int i = 0; (line = gtk_list_box_get_row_at_index (self->sidebar, i)) != NULL; i++)
    if (get_register (line)->table == UCH_TABLE_SHIFT)
      {
        gtk_list_box_select_row (self->sidebar, line);
        uch_shift_page_show_staff (show_shifts (self, get_register (line)),
                                   g_variant_get_string (parameter, NULL));
      }
}

static void
opened_cb (UchRegisterPage *self, UchEntity *row)
{
  GtkListBoxRow *line;

  for (int i = 0; (line = gtk_list_box_get_row_at_index (self->sidebar, i)) != NULL; i++)
    if (get_register (line)->table == row->schema->table)
      {
        gtk_list_box_select_row (self->sidebar, line);
        uch_register_pane_open (show_pane (self, get_register (line)), row);
      }
}

static void
find_action (GtkWidget *widget, const char *name, GVariant *parameter)
{
  UchRegisterPage *self = UCH_REGISTER_PAGE (widget);
  GtkWidget       *pane = gtk_stack_get_visible_child (self->panes);

  if (UCH_IS_REGISTER_PANE (pane))
    uch_register_pane_focus_search (UCH_REGISTER_PANE (pane));
}

static void
add_row (UchRegisterPage *self, const UchRegister *of)
{
  GtkWidget *row = gtk_list_box_row_new ();
  GtkWidget *box = gtk_box_new (GTK_ORIENTATION_HORIZONTAL, 12);
  GtkWidget *label = gtk_label_new (g_dpgettext2 (NULL, "register", of->title));

  gtk_label_set_xalign (GTK_LABEL (label), 0);
  gtk_label_set_ellipsize (GTK_LABEL (label), PANGO_ELLIPSIZE_END);
  gtk_box_append (GTK_BOX (box), gtk_image_new_from_icon_name (of->icon));
  gtk_box_append (GTK_BOX (box), label);
  gtk_list_box_row_set_child (GTK_LIST_BOX_ROW (row), box);
  g_object_set_data (G_OBJECT (row), "uch-register", (gpointer) of);
  gtk_list_box_append (self->sidebar, row);
}

static void
uch_register_page_dispose (GObject *object)
{
  UchRegisterPage *self = UCH_REGISTER_PAGE (object);

  g_clear_object (&self->session);
  g_clear_pointer (&self->box, gtk_widget_unparent);
  G_OBJECT_CLASS (uch_register_page_parent_class)->dispose (object);
}

static void
uch_register_page_class_init (UchRegisterPageClass *klass)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  G_OBJECT_CLASS (klass)->dispose = uch_register_page_dispose;
  gtk_widget_class_set_layout_manager_type (widget_class, GTK_TYPE_BIN_LAYOUT);
  gtk_widget_class_set_template_from_resource (widget_class,
                                               "/org/uchastok/Desk/register/uch-register-page.ui");
  gtk_widget_class_bind_template_child (widget_class, UchRegisterPage, box);
  gtk_widget_class_bind_template_child (widget_class, UchRegisterPage, sidebar);
  gtk_widget_class_bind_template_child (widget_class, UchRegisterPage, panes);
  gtk_widget_class_bind_template_callback (widget_class, register_chosen_cb);
  gtk_widget_class_install_action (widget_class, "register.find", NULL, find_action);
  gtk_widget_class_install_action (widget_class, "register.show-shifts", "s", show_shifts_action);
}

static void
uch_register_page_init (UchRegisterPage *self)
{
  gtk_widget_init_template (GTK_WIDGET (self));
}

/**
 * uch_register_page_new:
 *
 * Returns: (transfer floating): the registers that this person may see
 */
GtkWidget *
uch_register_page_new (UchSession *session)
{
  UchRegisterPage   *self = g_object_new (UCH_TYPE_REGISTER_PAGE, NULL);
  int                role = uch_replica_get_actor (uch_session_get_replica (session))->role;
  const UchRegister *registers;
  guint              n;

  self->session = g_object_ref (session);
  registers = uch_register_list (&n);
  for (guint i = 0; i < n; i++)
    if (registers[i].table == UCH_TABLE_SHIFT || uch_register_may_see (&registers[i], role))
      add_row (self, &registers[i]);
  gtk_list_box_select_row (self->sidebar, gtk_list_box_get_row_at_index (self->sidebar, 0));
  return GTK_WIDGET (self);
}

#include "app/board/uch-engineers.h"

#include <adwaita.h>
#include <glib/gi18n.h>

#include "app/board/uch-engineer-row.h"
#include "app/uch-format.h"

struct _UchEngineers
{
  GtkWidget parent;

  /* template */
  GtkStack    *stack;
  GtkListView *list;

  /* owned */
  UchSession       *session;
  UchEngineerModel *model;
};

enum
{
  SIGNAL_ENGINEER_ACTIVATED,
  N_SIGNALS,
};

static guint signals[N_SIGNALS];

G_DEFINE_FINAL_TYPE (UchEngineers, uch_engineers, GTK_TYPE_WIDGET)

static void
show_rows (UchEngineers *self)
{
  gboolean is_empty = g_list_model_get_n_items (G_LIST_MODEL (self->model)) == 0;

  gtk_stack_set_visible_child_name (self->stack, is_empty ? "empty" : "rows");
}

/* "▾ ① South-West 4/6": the head of a group is one label, its number in the zone's colour. */
static void
show_group (UchEngineerItem *item, GtkLabel *label)
{
  const char      *arrow = item->is_collapsed ? "▸" : "▾";
  g_autofree char *title = NULL;
  g_autofree char *markup = NULL;
  g_autofree char *name = NULL;

  if (item->zone == NULL)
    {
      title = g_markup_escape_text (
          g_str_has_suffix (item->group, "off") ? _ ("Off shift") : _ ("No zone"), -1);
      if (g_str_has_suffix (item->group, "off"))
        markup = g_strdup_printf ("%s %s  <b>%u</b>", arrow, title, item->n_engineers);
      else
        markup = g_strdup_printf ("%s %s  <b>%u</b>/%u", arrow, title, item->n_on_shift,
                                  item->n_engineers);
    }
  else
    {
      GdkRGBA color;
      int     r, g, b;

      uch_zone_get_rgba (item->zone, adw_style_manager_get_dark (adw_style_manager_get_default ()),
                         &color);
      r = (int) (color.red * 255);
      g = (int) (color.green * 255);
      b = (int) (color.blue * 255);
      name = g_markup_escape_text (item->zone->name != NULL ? item->zone->name : "", -1);
      markup = g_strdup_printf ("%s <span color=\"#%02x%02x%02x\">■</span> %d %s  <b>%u</b>/%u",
                                arrow, r, g, b, (int) item->zone->number, name, item->n_on_shift,
                                item->n_engineers);
    }
  gtk_label_set_markup (label, markup);
}

static void
group_changed_cb (UchEngineerItem *item, gpointer user_data)
{
  show_group (item, GTK_LABEL (user_data));
}

static void
group_clicked_cb (GtkGestureClick *gesture, int n_press, double x, double y, gpointer user_data)
{
  UchEngineers    *self = user_data;
  GtkWidget       *label = gtk_event_controller_get_widget (GTK_EVENT_CONTROLLER (gesture));
  UchEngineerItem *item = g_object_get_data (G_OBJECT (label), "uch-item");

  if (item != NULL)
    uch_engineer_model_toggle (self->model, item->group);
}

static GtkWidget *
make_group (UchEngineers *self, UchEngineerItem *item)
{
  GtkWidget  *label = gtk_label_new (NULL);
  GtkGesture *click = gtk_gesture_click_new ();

  gtk_label_set_xalign (GTK_LABEL (label), 0);
  gtk_label_set_ellipsize (GTK_LABEL (label), PANGO_ELLIPSIZE_END);
  gtk_widget_add_css_class (label, "engineer-group");
  g_object_set_data_full (G_OBJECT (label), "uch-item", g_object_ref (item), g_object_unref);
  g_signal_connect_object (item, "changed", G_CALLBACK (group_changed_cb), label, 0);
  g_signal_connect (click, "released", G_CALLBACK (group_clicked_cb), self);
  gtk_widget_add_controller (label, GTK_EVENT_CONTROLLER (click));
  show_group (item, GTK_LABEL (label));
  return label;
}

static void
bind_cb (GtkSignalListItemFactory *factory, GtkListItem *list_item, gpointer user_data)
{
  UchEngineers    *self = user_data;
  UchEngineerItem *item = gtk_list_item_get_item (list_item);
  GtkWidget       *child = gtk_list_item_get_child (list_item);

  gtk_list_item_set_selectable (list_item, item->staff != NULL);
  if (item->staff == NULL)
    {
      gtk_list_item_set_child (list_item, make_group (self, item));
      return;
    }
  if (!UCH_IS_ENGINEER_ROW (child))
    {
      child = uch_engineer_row_new (self->session, TRUE);
      gtk_list_item_set_child (list_item, child);
    }
  uch_engineer_row_set_item (UCH_ENGINEER_ROW (child), item);
}

static void
unbind_cb (GtkSignalListItemFactory *factory, GtkListItem *list_item, gpointer user_data)
{
  GtkWidget *child = gtk_list_item_get_child (list_item);

  if (UCH_IS_ENGINEER_ROW (child))
    uch_engineer_row_set_item (UCH_ENGINEER_ROW (child), NULL);
}

static void
activate_cb (GtkListView *list, guint position, UchEngineers *self)
{
  g_autoptr (UchEngineerItem) item = g_list_model_get_item (G_LIST_MODEL (self->model), position);

  if (item != NULL && item->staff == NULL)
    uch_engineer_model_toggle (self->model, item->group);
  else if (item != NULL)
    g_signal_emit (self, signals[SIGNAL_ENGINEER_ACTIVATED], 0, item->staff->parent.id);
}

static void
uch_engineers_dispose (GObject *object)
{
  UchEngineers *self = UCH_ENGINEERS (object);

  if (self->model != NULL)
    g_signal_handlers_disconnect_by_data (self->model, self);
  g_clear_pointer ((GtkWidget **) &self->stack, gtk_widget_unparent);
  g_clear_object (&self->model);
  g_clear_object (&self->session);
  G_OBJECT_CLASS (uch_engineers_parent_class)->dispose (object);
}

static void
uch_engineers_class_init (UchEngineersClass *klass)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  G_OBJECT_CLASS (klass)->dispose = uch_engineers_dispose;
  signals[SIGNAL_ENGINEER_ACTIVATED]
      = g_signal_new ("engineer-activated", UCH_TYPE_ENGINEERS, G_SIGNAL_RUN_LAST, 0, NULL, NULL,
                      NULL, G_TYPE_NONE, 1, G_TYPE_STRING);
  gtk_widget_class_set_css_name (widget_class, "engineers");
  gtk_widget_class_set_template_from_resource (widget_class,
                                               "/org/uchastok/Desk/board/uch-engineers.ui");
  gtk_widget_class_bind_template_child (widget_class, UchEngineers, stack);
  gtk_widget_class_bind_template_child (widget_class, UchEngineers, list);
  gtk_widget_class_bind_template_callback (widget_class, activate_cb);
}

static void
uch_engineers_init (UchEngineers *self)
{
  gtk_widget_init_template (GTK_WIDGET (self));
}

/**
 * uch_engineers_new:
 * @session: the office
 *
 * Returns: (transfer floating): the pane of the engineers
 */
GtkWidget *
uch_engineers_new (UchSession *session)
{
  UchEngineers       *self = g_object_new (UCH_TYPE_ENGINEERS, NULL);
  GtkListItemFactory *factory = gtk_signal_list_item_factory_new ();
  GtkSingleSelection *selection;

  self->session = g_object_ref (session);
  self->model = uch_engineer_model_new (session);
  selection = gtk_single_selection_new (G_LIST_MODEL (g_object_ref (self->model)));
  gtk_single_selection_set_autoselect (selection, FALSE);
  gtk_single_selection_set_can_unselect (selection, TRUE);
  gtk_single_selection_set_selected (selection, GTK_INVALID_LIST_POSITION);
  g_signal_connect (factory, "bind", G_CALLBACK (bind_cb), self);
  g_signal_connect (factory, "unbind", G_CALLBACK (unbind_cb), self);
  gtk_list_view_set_factory (self->list, factory);
  g_object_unref (factory);
  gtk_list_view_set_model (self->list, GTK_SELECTION_MODEL (selection));
  g_object_unref (selection);
  g_signal_connect_swapped (self->model, "items-changed", G_CALLBACK (show_rows), self);
  show_rows (self);
  return GTK_WIDGET (self);
}

/**
 * uch_engineers_get_model:
 * @self: the pane
 *
 * Returns: (transfer none): what it shows
 */
UchEngineerModel *
uch_engineers_get_model (UchEngineers *self)
{
  return self->model;
}

#include "app/board/uch-engineers.h"

#include <adwaita.h>
#include <glib/gi18n.h>

#include "app/board/uch-engineer-row.h"
#include "app/shifts/uch-shift-acts.h"
#include "app/uch-format.h"

struct _UchEngineers
{
  GtkWidget parent;

  /* template */
  GtkStack    *stack;
  GtkListView *list;

  GtkWidget *menu; /* (nullable): popover of a row */

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

/* ---- the menu of a row ---- */

static GMenuModel *
make_menu (UchEngineers *self, UchEngineerItem *item)
{
  GMenu      *menu = g_menu_new ();
  const char *id = UCH_ENTITY (item->staff)->id;
  GMenuItem  *shift = g_menu_item_new (
       item->is_on_shift ? _ ("End the shift now") : _ ("Begin a shift now"), NULL);
  GMenuItem *show = g_menu_item_new (_ ("Show on the map"), NULL);

  g_menu_item_set_action_and_target (shift, "engineers.switch", "(sb)", id, !item->is_on_shift);
  g_menu_item_set_action_and_target (show, "engineers.show", "s", id);
  if (uch_shift_may_edit (uch_session_get_replica (self->session)))
    g_menu_append_item (menu, shift);
  g_menu_append_item (menu, show);
  g_object_unref (shift);
  g_object_unref (show);
  return G_MENU_MODEL (menu);
}

static void
popup_menu (UchEngineers *self, UchEngineerRow *row, double x, double y)
{
  UchEngineerItem *item = uch_engineer_row_get_item (row);
  g_autoptr (GMenuModel) model = NULL;
  double at_x = 0, at_y = 0;

  if (item == NULL || item->staff == NULL)
    return;
  model = make_menu (self, item);
  g_clear_pointer (&self->menu, gtk_widget_unparent);
  self->menu = gtk_popover_menu_new_from_model (model);
  gtk_popover_set_has_arrow (GTK_POPOVER (self->menu), FALSE);
  gtk_widget_set_halign (self->menu, GTK_ALIGN_START);
  gtk_widget_set_parent (self->menu, GTK_WIDGET (self));
  gtk_widget_translate_coordinates (GTK_WIDGET (row), GTK_WIDGET (self), x, y, &at_x, &at_y);
  gtk_popover_set_pointing_to (GTK_POPOVER (self->menu),
                               &(GdkRectangle){ (int) at_x, (int) at_y, 1, 1 });
  gtk_popover_popup (GTK_POPOVER (self->menu));
}

static void
row_pressed_cb (GtkGestureClick *click, int n_press, double x, double y, UchEngineers *self)
{
  GtkWidget *row = gtk_event_controller_get_widget (GTK_EVENT_CONTROLLER (click));

  popup_menu (self, UCH_ENGINEER_ROW (row), x, y);
}

static gboolean
key_cb (
    GtkEventControllerKey *key, guint keyval, guint code, GdkModifierType state, UchEngineers *self)
{
  GtkWidget *focus = gtk_root_get_focus (gtk_widget_get_root (GTK_WIDGET (self)));
  GtkWidget *row = focus != NULL ? gtk_widget_get_first_child (focus) : NULL;

  if ((keyval != GDK_KEY_Menu && (keyval != GDK_KEY_F10 || (state & GDK_SHIFT_MASK) == 0))
      || !UCH_IS_ENGINEER_ROW (row))
    return GDK_EVENT_PROPAGATE;
  popup_menu (self, UCH_ENGINEER_ROW (row), 12, gtk_widget_get_height (row));
  return GDK_EVENT_STOP;
}

static void
switch_action (GtkWidget *widget, const char *name, GVariant *parameter)
{
  const char *id;
  gboolean    on;

  g_variant_get (parameter, "(&sb)", &id, &on);
  uch_shift_switch (UCH_ENGINEERS (widget)->session, widget, id, on);
}

static void
show_action (GtkWidget *widget, const char *name, GVariant *parameter)
{
  g_signal_emit (widget, signals[SIGNAL_ENGINEER_ACTIVATED], 0,
                 g_variant_get_string (parameter, NULL));
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
      GtkGesture *click = gtk_gesture_click_new ();

      child = uch_engineer_row_new (self->session, TRUE);
      gtk_gesture_single_set_button (GTK_GESTURE_SINGLE (click), GDK_BUTTON_SECONDARY);
      g_signal_connect (click, "pressed", G_CALLBACK (row_pressed_cb), self);
      gtk_widget_add_controller (child, GTK_EVENT_CONTROLLER (click));
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

  g_clear_pointer (&self->menu, gtk_widget_unparent);
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
  gtk_widget_class_install_action (widget_class, "engineers.switch", "(sb)", switch_action);
  gtk_widget_class_install_action (widget_class, "engineers.show", "s", show_action);
}

static void
uch_engineers_init (UchEngineers *self)
{
  GtkEventController *key = gtk_event_controller_key_new ();

  gtk_widget_init_template (GTK_WIDGET (self));
  g_signal_connect (key, "key-pressed", G_CALLBACK (key_cb), self);
  gtk_widget_add_controller (GTK_WIDGET (self), key);
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

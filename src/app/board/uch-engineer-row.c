#include "app/board/uch-engineer-row.h"

#include <adwaita.h>
#include <glib/gi18n.h>

#include "app/board/uch-badge.h"
#include "app/board/uch-ranking.h"
#include "app/uch-drag.h"
#include "app/uch-format.h"

struct _UchEngineerRow
{
  GtkWidget parent;

  /* template */
  GtkWidget     *box;
  UchBadge      *badge;
  GtkLabel      *name;
  UchLoadBlocks *load;
  GtkLabel      *count;
  GtkLabel      *doing;

  /* owned */
  UchSession      *session;
  UchEngineerItem *item; /* (nullable) */
};

G_DEFINE_FINAL_TYPE (UchEngineerRow, uch_engineer_row, GTK_TYPE_WIDGET)

static void
set_class (UchEngineerRow *self, const char *css_class, gboolean on)
{
  if (on)
    gtk_widget_add_css_class (GTK_WIDGET (self), css_class);
  else
    gtk_widget_remove_css_class (GTK_WIDGET (self), css_class);
}

static void
show_doing (UchEngineerRow *self)
{
  g_autofree char *doing = NULL;
  g_autofree char *why = NULL;

  if (self->item == NULL || self->item->staff == NULL)
    return;
  doing = uch_engineer_item_describe (self->item, uch_session_now (self->session));
  if (g_strcmp0 (doing, gtk_label_get_text (self->doing)) == 0)
    return;
  gtk_label_set_text (self->doing, doing);
  if (self->item->has_meaning)
    why = uch_ranking_explain (self->session, &self->item->meaning);
  gtk_widget_set_tooltip_text (GTK_WIDGET (self), why != NULL ? why : doing);
}

static void
show_item (UchEngineerRow *self)
{
  UchEngineerItem *item = self->item;
  g_autofree char *name = NULL;
  g_autofree char *count = NULL;
  g_autofree char *label = NULL;

  if (item == NULL || item->staff == NULL)
    return;
  name = uch_staff_dup_short_name (item->staff);
  count = g_strdup_printf ("%u", item->n_visits);
  uch_badge_set (self->badge, item->staff, item->zone);
  gtk_label_set_text (self->name, name);
  gtk_label_set_text (self->count, count);
  uch_load_blocks_set (self->load, item->n_visits);
  show_doing (self);
  set_class (self, "off-shift", !item->is_on_shift && !item->has_meaning);
  set_class (self, "forbidden", item->has_meaning && item->meaning.n_allowed == 0);
  set_class (self, "unfit",
             item->has_meaning && item->meaning.n_allowed != 0 && item->meaning.warnings != 0);
  set_class (self, "fit",
             item->has_meaning && item->meaning.n_allowed != 0 && item->meaning.warnings == 0);
  label = g_strjoin (", ", name, gtk_label_get_text (self->doing), NULL);
  gtk_accessible_update_property (GTK_ACCESSIBLE (self), GTK_ACCESSIBLE_PROPERTY_LABEL, label, -1);
}

/* The row itself says why something may not be dropped; the pointer says that it may not. */
static GdkDragAction
enter_cb (GtkDropTarget *target, double x, double y, gpointer user_data)
{
  UchEngineerRow *self = user_data;

  if (self->item == NULL || (self->item->has_meaning && self->item->meaning.n_allowed == 0))
    return 0;
  return GDK_ACTION_COPY;
}

static gboolean
drop_cb (GtkDropTarget *target, const GValue *value, double x, double y, gpointer user_data)
{
  UchEngineerRow       *self = user_data;
  const UchDragTickets *tickets = g_value_get_boxed (value);

  if (self->item == NULL || self->item->staff == NULL || tickets == NULL)
    return FALSE;
  uch_assign_give (self->session, GTK_WIDGET (self), (const char *const *) tickets->ticket_ids,
                   self->item->staff->parent.id);
  return TRUE;
}

static void
uch_engineer_row_dispose (GObject *object)
{
  UchEngineerRow *self = UCH_ENGINEER_ROW (object);

  uch_engineer_row_set_item (self, NULL);
  g_clear_object (&self->session);
  g_clear_pointer (&self->box, gtk_widget_unparent);
  G_OBJECT_CLASS (uch_engineer_row_parent_class)->dispose (object);
}

static void
uch_engineer_row_class_init (UchEngineerRowClass *klass)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  g_type_ensure (UCH_TYPE_BADGE);
  g_type_ensure (UCH_TYPE_LOAD_BLOCKS);
  G_OBJECT_CLASS (klass)->dispose = uch_engineer_row_dispose;
  gtk_widget_class_set_css_name (widget_class, "engineerrow");
  gtk_widget_class_set_accessible_role (widget_class, GTK_ACCESSIBLE_ROLE_GROUP);
  gtk_widget_class_set_template_from_resource (widget_class,
                                               "/org/uchastok/Desk/board/uch-engineer-row.ui");
  gtk_widget_class_bind_template_child (widget_class, UchEngineerRow, box);
  gtk_widget_class_bind_template_child (widget_class, UchEngineerRow, badge);
  gtk_widget_class_bind_template_child (widget_class, UchEngineerRow, name);
  gtk_widget_class_bind_template_child (widget_class, UchEngineerRow, load);
  gtk_widget_class_bind_template_child (widget_class, UchEngineerRow, count);
  gtk_widget_class_bind_template_child (widget_class, UchEngineerRow, doing);
}

static void
uch_engineer_row_init (UchEngineerRow *self)
{
  gtk_widget_init_template (GTK_WIDGET (self));
}

/**
 * uch_engineer_row_new:
 * @session: the office
 * @is_target: whether tickets may be dropped on it
 *
 * Returns: (transfer floating): an empty row
 */
GtkWidget *
uch_engineer_row_new (UchSession *session, gboolean is_target)
{
  UchEngineerRow *self = g_object_new (UCH_TYPE_ENGINEER_ROW, NULL);
  GtkDropTarget  *target;

  self->session = g_object_ref (session);
  g_signal_connect_object (session, "tick", G_CALLBACK (show_doing), self, G_CONNECT_SWAPPED);
  g_signal_connect_object (adw_style_manager_get_default (), "notify::dark", G_CALLBACK (show_item),
                           self, G_CONNECT_SWAPPED);
  if (!is_target)
    return GTK_WIDGET (self);
  target = gtk_drop_target_new (UCH_TYPE_DRAG_TICKETS, GDK_ACTION_COPY | GDK_ACTION_MOVE);
  g_signal_connect (target, "enter", G_CALLBACK (enter_cb), self);
  g_signal_connect (target, "motion", G_CALLBACK (enter_cb), self);
  g_signal_connect (target, "drop", G_CALLBACK (drop_cb), self);
  gtk_widget_add_controller (GTK_WIDGET (self), GTK_EVENT_CONTROLLER (target));
  return GTK_WIDGET (self);
}

/**
 * uch_engineer_row_set_item:
 * @self: a row
 * @item: (nullable): the engineer's line that it shows and follows from now on
 */
void
uch_engineer_row_set_item (UchEngineerRow *self, UchEngineerItem *item)
{
  if (self->item == item)
    return;
  if (self->item != NULL)
    g_signal_handlers_disconnect_by_data (self->item, self);
  g_set_object (&self->item, item);
  if (item != NULL)
    g_signal_connect_swapped (item, "changed", G_CALLBACK (show_item), self);
  if (item != NULL && self->box != NULL)
    show_item (self);
}

/**
 * uch_engineer_row_get_item:
 * @self: a row
 *
 * Returns: (transfer none) (nullable): what it shows
 */
UchEngineerItem *
uch_engineer_row_get_item (UchEngineerRow *self)
{
  return self->item;
}

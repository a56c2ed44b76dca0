#define G_LOG_DOMAIN "uch-app"

#include "app/shifts/uch-shift-page.h"

#include <adwaita.h>
#include <glib/gi18n.h>

#include "app/shifts/uch-shift-acts.h"
#include "app/shifts/uch-shift-grid-private.h"
#include "app/shifts/uch-shift-text.h"
#include "app/uch-format.h"

/* What a drag from an empty day sets until the person says otherwise. */
#define USUAL_HOURS "9-18"

struct _UchShiftPage
{
  GtkWidget parent;

  /* template */
  GtkWidget *box;
  GtkStack  *stack;
  AdwBin    *place;
  GtkLabel  *week;
  GtkEntry  *hours;
  GtkWidget *copy;
  GtkWidget *hint;

  UchSession   *session; /* owned */
  UchShiftGrid *grid;    /* borrowed: in @place */
};

G_DEFINE_FINAL_TYPE (UchShiftPage, uch_shift_page, GTK_TYPE_WIDGET)

static void
show_week (UchShiftPage *self)
{
  UchTime          monday = uch_shift_grid_get_monday (self->grid);
  UchTime          now = uch_session_now (self->session);
  UchTime          sunday = uch_day_start (monday + UCH_HOUR_MS, 6);
  g_autofree char *from = uch_format_date (monday, now);
  g_autofree char *to = uch_format_date (sunday, now);
  g_autofree char *text = g_strdup_printf ("%s – %s", from, to);

  gtk_label_set_label (self->week, text);
}

static void
show_people (UchShiftPage *self)
{
  g_autoptr (GPtrArray) groups = uch_shift_list_groups (uch_session_get_replica (self->session));

  gtk_stack_set_visible_child_name (self->stack, groups->len > 0 ? "grid" : "empty");
}

static void
hours_changed_cb (UchShiftPage *self)
{
  g_autofree char *fault = NULL;
  g_autoptr (GArray) parts
      = uch_day_parts_parse (gtk_editable_get_text (GTK_EDITABLE (self->hours)), &fault);

  gtk_widget_set_tooltip_text (GTK_WIDGET (self->hours), fault);
  if (parts == NULL)
    gtk_widget_add_css_class (GTK_WIDGET (self->hours), "error");
  else
    gtk_widget_remove_css_class (GTK_WIDGET (self->hours), "error");
  if (parts != NULL && self->grid != NULL)
    uch_shift_grid_set_template (self->grid, parts);
}

static void
turn_action (GtkWidget *widget, const char *name, GVariant *parameter)
{
  UchShiftPage *self = UCH_SHIFT_PAGE (widget);
  int           weeks = g_variant_get_int32 (parameter);
  UchTime       at = uch_session_now (self->session);

  if (weeks != 0)
    at = uch_day_start (uch_shift_grid_get_monday (self->grid) + UCH_HOUR_MS, weeks * 7 + 1);
  uch_shift_grid_show_week (self->grid, at);
}

static void
copy_action (GtkWidget *widget, const char *name, GVariant *parameter)
{
  uch_shift_grid_copy_week (UCH_SHIFT_PAGE (widget)->grid);
}

static void
uch_shift_page_dispose (GObject *object)
{
  UchShiftPage *self = UCH_SHIFT_PAGE (object);

  g_clear_object (&self->session);
  g_clear_pointer (&self->box, gtk_widget_unparent);
  G_OBJECT_CLASS (uch_shift_page_parent_class)->dispose (object);
}

static void
uch_shift_page_class_init (UchShiftPageClass *klass)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  G_OBJECT_CLASS (klass)->dispose = uch_shift_page_dispose;
  gtk_widget_class_set_template_from_resource (widget_class,
                                               "/org/uchastok/Desk/shifts/uch-shift-page.ui");
  gtk_widget_class_bind_template_child (widget_class, UchShiftPage, box);
  gtk_widget_class_bind_template_child (widget_class, UchShiftPage, stack);
  gtk_widget_class_bind_template_child (widget_class, UchShiftPage, place);
  gtk_widget_class_bind_template_child (widget_class, UchShiftPage, week);
  gtk_widget_class_bind_template_child (widget_class, UchShiftPage, hours);
  gtk_widget_class_bind_template_child (widget_class, UchShiftPage, copy);
  gtk_widget_class_bind_template_child (widget_class, UchShiftPage, hint);
  gtk_widget_class_bind_template_callback (widget_class, hours_changed_cb);
  gtk_widget_class_install_action (widget_class, "week.turn", "i", turn_action);
  gtk_widget_class_install_action (widget_class, "week.copy", NULL, copy_action);
}

static void
uch_shift_page_init (UchShiftPage *self)
{
  gtk_widget_init_template (GTK_WIDGET (self));
}

/**
 * uch_shift_page_new:
 *
 * Returns: (transfer floating): the shifts of this week
 */
GtkWidget *
uch_shift_page_new (UchSession *session)
{
  UchShiftPage *self = g_object_new (UCH_TYPE_SHIFT_PAGE, NULL);
  UchReplica   *replica = uch_session_get_replica (session);
  gboolean      may_edit = uch_shift_may_edit (replica);

  self->session = g_object_ref (session);
  self->grid = UCH_SHIFT_GRID (uch_shift_grid_new (session));
  adw_bin_set_child (self->place, GTK_WIDGET (self->grid));
  gtk_editable_set_text (GTK_EDITABLE (self->hours), USUAL_HOURS);
  gtk_widget_set_visible (gtk_widget_get_parent (GTK_WIDGET (self->hours)), may_edit);
  gtk_widget_set_visible (self->copy, may_edit);
  gtk_widget_set_visible (self->hint, may_edit);
  g_signal_connect_object (self->grid, "notify::monday", G_CALLBACK (show_week), self,
                           G_CONNECT_SWAPPED);
  g_signal_connect_object (uch_replica_list (replica, UCH_TABLE_STAFF), "items-changed",
                           G_CALLBACK (show_people), self, G_CONNECT_SWAPPED);
  show_week (self);
  show_people (self);
  return GTK_WIDGET (self);
}

/**
 * uch_shift_page_show_staff:
 * @staff_id: whose row is brought into view
 */
void
uch_shift_page_show_staff (UchShiftPage *self, const char *staff_id)
{
  uch_shift_grid_show_staff (self->grid, staff_id);
}

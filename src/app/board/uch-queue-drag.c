#include "app/board/uch-queue-drag.h"

#include <glib/gi18n.h>

#include "app/uch-drag.h"
#include "app/uch-format.h"

/* What a drag that starts on a row takes along: the selection when the row is part of it. */
static UchDragTickets *
get_dragged (UchQueue *self, UchQueueItem *item)
{
  g_auto (GStrv) ids = uch_queue_dup_selected (self);
  const char *own[] = { item->ticket->parent.id, NULL };

  if (g_strv_contains ((const char *const *) ids, own[0]))
    return uch_drag_tickets_new ((const char *const *) ids);
  return uch_drag_tickets_new (own);
}

static GdkContentProvider *
prepare_cb (GtkDragSource *source, double x, double y, gpointer user_data)
{
  UchQueueRow *row
      = UCH_QUEUE_ROW (gtk_event_controller_get_widget (GTK_EVENT_CONTROLLER (source)));
  UchQueue     *self = user_data;
  UchQueueItem *item = uch_queue_row_get_item (row);
  g_autoptr (UchDragTickets) tickets = NULL;

  if (item == NULL)
    return NULL;
  tickets = get_dragged (self, item);
  return gdk_content_provider_new_typed (UCH_TYPE_DRAG_TICKETS, tickets);
}

static void
drag_begin_cb (GtkDragSource *source, GdkDrag *drag, gpointer user_data)
{
  UchQueueRow *row
      = UCH_QUEUE_ROW (gtk_event_controller_get_widget (GTK_EVENT_CONTROLLER (source)));
  UchQueue     *self = user_data;
  UchQueueItem *item = uch_queue_row_get_item (row);
  GtkWidget    *label;
  g_autoptr (UchDragTickets) tickets = NULL;
  g_autofree char *number = NULL;
  g_autofree char *text = NULL;
  guint            n_tickets;

  gtk_widget_add_css_class (GTK_WIDGET (row), "dragged");
  if (item == NULL)
    return;
  tickets = get_dragged (self, item);
  n_tickets = g_strv_length (tickets->ticket_ids);
  number = uch_format_number (item->ticket);
  if (n_tickets == 1)
    text = g_strdup_printf ("%s · %s", number,
                            item->ticket->address != NULL ? item->ticket->address : "");
  else
    text = g_strdup_printf (ngettext ("%u ticket", "%u tickets", n_tickets), n_tickets);
  label = gtk_label_new (text);
  gtk_widget_add_css_class (label, "drag-label");
  gtk_drag_icon_set_child (GTK_DRAG_ICON (gtk_drag_icon_get_for_drag (drag)), label);
  gdk_drag_set_hotspot (drag, -12, -6);
}

static void
drag_end_cb (GtkDragSource *source, GdkDrag *drag, gboolean delete_data, gpointer user_data)
{
  GtkWidget *row = gtk_event_controller_get_widget (GTK_EVENT_CONTROLLER (source));

  gtk_widget_remove_css_class (row, "dragged");
  uch_queue_model_hold (uch_queue_get_model (UCH_QUEUE (user_data)), FALSE);
}

static void
menu_cb (GtkGestureClick *gesture, int n_press, double x, double y, gpointer user_data)
{
  UchQueue     *self = user_data;
  GtkWidget    *row = gtk_event_controller_get_widget (GTK_EVENT_CONTROLLER (gesture));
  UchQueueItem *item = uch_queue_row_get_item (UCH_QUEUE_ROW (row));
  g_auto (GStrv) ids = uch_queue_dup_selected (self);
  graphene_point_t at;

  if (item == NULL)
    return;
  if (!g_strv_contains ((const char *const *) ids, item->ticket->parent.id))
    uch_queue_select (self, item->ticket->parent.id);
  if (!gtk_widget_compute_point (row, GTK_WIDGET (self),
                                 &GRAPHENE_POINT_INIT ((float) x, (float) y), &at))
    return;
  uch_queue_popup_menu (self, (int) at.x, (int) at.y);
}

/**
 * uch_queue_drag_attach:
 * @queue: the pane
 * @row: one of its rows; must not outlive @queue
 *
 * Lets the row be dragged, with the rest of the selection when it is part of it, and offers a menu
 * on a right click.
 */
void
uch_queue_drag_attach (UchQueue *queue, UchQueueRow *row)
{
  GtkDragSource *source = gtk_drag_source_new ();
  GtkGesture    *click = gtk_gesture_click_new ();

  gtk_drag_source_set_actions (source, GDK_ACTION_COPY | GDK_ACTION_MOVE);
  g_signal_connect (source, "prepare", G_CALLBACK (prepare_cb), queue);
  g_signal_connect (source, "drag-begin", G_CALLBACK (drag_begin_cb), queue);
  g_signal_connect (source, "drag-end", G_CALLBACK (drag_end_cb), queue);
  gtk_widget_add_controller (GTK_WIDGET (row), GTK_EVENT_CONTROLLER (source));
  gtk_gesture_single_set_button (GTK_GESTURE_SINGLE (click), GDK_BUTTON_SECONDARY);
  g_signal_connect (click, "pressed", G_CALLBACK (menu_cb), queue);
  gtk_widget_add_controller (GTK_WIDGET (row), GTK_EVENT_CONTROLLER (click));
}

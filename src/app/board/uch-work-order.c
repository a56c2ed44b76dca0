#include "app/board/uch-work-order.h"

#include <glib/gi18n.h>
#include <pango/pangocairo.h>

#include "app/uch-format.h"
#include "core/uch-fold.h"
#include "core/uch-office.h"

/* All lengths are points. */
#define LABEL_WIDTH 120.0
#define ROW_GAP 6.0
#define BLANK_HEIGHT 22.0
#define FONT "Sans 10"
#define FONT_TITLE "Sans Bold 16"
#define FONT_LABEL "Sans 9"

/* A page that is being filled from the top down. */
typedef struct
{
  UchSession *session; /* borrowed */
  cairo_t    *cr;      /* borrowed */
  double      width, height;
  double      y;
} Page;

/* What is printed; lives as long as the operation. */
typedef struct
{
  UchSession *session; /* owned */
  UchTicket  *ticket;  /* owned */
  UchVisit   *visit;   /* owned, nullable */
} Order;

static void
order_free (gpointer data)
{
  Order *order = data;

  g_object_unref (order->session);
  g_object_unref (order->ticket);
  g_clear_object (&order->visit);
  g_free (order);
}

static double
draw_text (Page *page, const char *font, const char *text, double x, double width)
{
  g_autoptr (PangoLayout) layout = pango_cairo_create_layout (page->cr);
  PangoFontDescription *description = pango_font_description_from_string (font);
  int                   height;

  pango_layout_set_font_description (layout, description);
  pango_layout_set_width (layout, (int) (width * PANGO_SCALE));
  pango_layout_set_wrap (layout, PANGO_WRAP_WORD_CHAR);
  pango_layout_set_text (layout, text, -1);
  pango_layout_get_size (layout, NULL, &height);
  cairo_move_to (page->cr, x, page->y);
  pango_cairo_show_layout (page->cr, layout);
  pango_font_description_free (description);
  return (double) height / PANGO_SCALE;
}

static void
draw_line (Page *page, double x, double width, double y)
{
  cairo_set_line_width (page->cr, 0.5);
  cairo_move_to (page->cr, x, y);
  cairo_line_to (page->cr, x + width, y);
  cairo_stroke (page->cr);
}

/* A label and what stands beside it; nothing is left out silently: an empty value gets a dash. */
static void
draw_row (Page *page, const char *label, const char *text)
{
  double label_height = draw_text (page, FONT_LABEL, label, 0, LABEL_WIDTH - 6);
  double text_height = draw_text (page, FONT, text != NULL && *text != '\0' ? text : "—",
                                  LABEL_WIDTH, page->width - LABEL_WIDTH);

  page->y += MAX (label_height, text_height) + ROW_GAP;
}

/* A label and a line to write on by hand. */
static void
draw_blank (Page *page, const char *label, guint n_lines)
{
  draw_text (page, FONT_LABEL, label, 0, LABEL_WIDTH - 6);
  for (guint i = 0; i < n_lines; i++)
    {
      page->y += BLANK_HEIGHT;
      draw_line (page, LABEL_WIDTH, page->width - LABEL_WIDTH, page->y - 6);
    }
  page->y += ROW_GAP;
}

static void
draw_head (Page *page, const UchTicket *ticket)
{
  UchReplica      *replica = uch_session_get_replica (page->session);
  UchTime          now = uch_session_now (page->session);
  g_autofree char *number = uch_format_number (ticket);
  g_autofree char *title = g_strdup_printf (_ ("Work order %s"), number);
  g_autofree char *day = uch_format_day (now, 0);
  g_autofree char *time = uch_format_time (now);
  g_autofree char *printed = g_strdup_printf (_ ("Printed %s, %s"), day, time);
  g_autofree char *office
      = uch_snapshot_dup_setting (uch_replica_get_snapshot (replica), UCH_SETTING_OFFICE_NAME, "");

  if (*office != '\0')
    page->y += draw_text (page, FONT_LABEL, office, 0, page->width) + 2;
  page->y += draw_text (page, FONT_TITLE, title, 0, page->width) + 2;
  page->y += draw_text (page, FONT_LABEL, printed, 0, page->width) + 6;
  draw_line (page, 0, page->width, page->y);
  page->y += 10;
}

static char *
join_place (const UchTicket *ticket)
{
  g_autoptr (GString) text = g_string_new (ticket->address != NULL ? ticket->address : "");

  if (ticket->entrance != NULL)
    g_string_append_printf (text, _ (", entrance %s"), ticket->entrance);
  if (ticket->floor != NULL)
    g_string_append_printf (text, _ (", floor %s"), ticket->floor);
  return g_string_free (g_steal_pointer (&text), FALSE);
}

/**
 * uch_work_order_draw:
 * @session: the office
 * @cr: where to draw; one unit is a point
 * @width: of the page inside its margins
 * @height: of the page inside its margins
 * @ticket: the ticket
 * @visit: (nullable): the visit
 *
 * Draws the one page of a work order. Access codes are not on it: paper gets lost.
 */
void
uch_work_order_draw (UchSession      *session,
                     cairo_t         *cr,
                     double           width,
                     double           height,
                     const UchTicket *ticket,
                     const UchVisit  *visit)
{
  UchReplica      *replica = uch_session_get_replica (session);
  Page             page = { session, cr, width, height, 0 };
  g_autofree char *place = join_place (ticket);
  g_autofree char *phone
      = ticket->phone != NULL ? uch_phone_format (ticket->phone) : g_strdup (ticket->phone_raw);
  g_autofree char *window
      = visit != NULL && visit->mode != UCH_VISIT_MODE_NONE ? uch_format_window (visit, 0) : NULL;
  g_autofree char *due
      = visit != NULL && visit->due_at != 0 ? uch_format_day_time (visit->due_at, 0) : NULL;
  g_autofree char *name = visit != NULL && visit->engineer_id != NULL
                              ? uch_format_staff (replica, visit->engineer_id)
                              : NULL;

  cairo_set_source_rgb (cr, 0, 0, 0);
  draw_head (&page, ticket);
  draw_row (&page, _ ("Address"), place);
  draw_row (&page, _ ("Client"), ticket->client_name);
  draw_row (&page, _ ("Phone"), phone);
  draw_row (&page, _ ("Request"), uch_format_category (ticket->category));
  draw_row (&page, _ ("What the client says"), ticket->description);
  draw_row (&page, _ ("Agreed time"), window);
  draw_row (&page, _ ("To arrive by"), due);
  draw_row (&page, _ ("Engineer"), name);
  page.y += 6;
  draw_line (&page, 0, page.width, page.y);
  page.y += 10;
  draw_blank (&page, _ ("Arrived at"), 1);
  draw_blank (&page, _ ("Done"), 4);
  draw_blank (&page, _ ("Equipment, serial numbers"), 2);
  draw_blank (&page, _ ("Finished at"), 1);
  draw_blank (&page, _ ("Signature of the engineer"), 1);
  draw_blank (&page, _ ("The client has no objections, signature"), 1);
}

static void
draw_page_cb (GtkPrintOperation *operation, GtkPrintContext *context, int page, gpointer user_data)
{
  Order *order = user_data;

  uch_work_order_draw (order->session, gtk_print_context_get_cairo_context (context),
                       gtk_print_context_get_width (context),
                       gtk_print_context_get_height (context), order->ticket, order->visit);
}

static GtkPrintOperation *
make_operation (UchSession *session, UchTicket *ticket, UchVisit *visit)
{
  GtkPrintOperation *operation = gtk_print_operation_new ();
  g_autoptr (GtkPageSetup) setup = gtk_page_setup_new ();
  g_autofree char *number = uch_format_number (ticket);
  g_autofree char *name = g_strdup_printf (_ ("Work order %s"), number);
  Order           *order = g_new0 (Order, 1);

  order->session = g_object_ref (session);
  order->ticket = g_object_ref (ticket);
  g_set_object (&order->visit, visit);
  gtk_page_setup_set_top_margin (setup, 15, GTK_UNIT_MM);
  gtk_page_setup_set_bottom_margin (setup, 15, GTK_UNIT_MM);
  gtk_page_setup_set_left_margin (setup, 20, GTK_UNIT_MM);
  gtk_page_setup_set_right_margin (setup, 15, GTK_UNIT_MM);
  gtk_print_operation_set_default_page_setup (operation, setup);
  gtk_print_operation_set_unit (operation, GTK_UNIT_POINTS);
  gtk_print_operation_set_n_pages (operation, 1);
  gtk_print_operation_set_job_name (operation, name);
  g_object_set_data_full (G_OBJECT (operation), "uch-order", order, order_free);
  g_signal_connect (operation, "draw-page", G_CALLBACK (draw_page_cb), order);
  return operation;
}

static void
tell_error (GtkWidget *origin, const GError *error)
{
  GtkRoot   *root = gtk_widget_get_root (origin);
  GtkWidget *dialog = gtk_message_dialog_new (GTK_IS_WINDOW (root) ? GTK_WINDOW (root) : NULL,
                                              GTK_DIALOG_MODAL | GTK_DIALOG_DESTROY_WITH_PARENT,
                                              GTK_MESSAGE_ERROR, GTK_BUTTONS_CLOSE, "%s",
                                              _ ("The work order could not be printed"));

  gtk_message_dialog_format_secondary_text (GTK_MESSAGE_DIALOG (dialog), "%s", error->message);
  g_signal_connect (dialog, "response", G_CALLBACK (gtk_window_destroy), NULL);
  gtk_window_present (GTK_WINDOW (dialog));
}

/**
 * uch_work_order_print:
 * @session: the office
 * @origin: the widget on which the person acted
 * @ticket: the ticket
 * @visit: (nullable): the visit
 *
 * Opens the system's print dialog.
 */
void
uch_work_order_print (UchSession *session, GtkWidget *origin, UchTicket *ticket, UchVisit *visit)
{
  g_autoptr (GtkPrintOperation) operation = make_operation (session, ticket, visit);
  g_autoptr (GError) error = NULL;
  GtkRoot *root = gtk_widget_get_root (origin);

  if (gtk_print_operation_run (operation, GTK_PRINT_OPERATION_ACTION_PRINT_DIALOG,
                               GTK_IS_WINDOW (root) ? GTK_WINDOW (root) : NULL, &error)
      == GTK_PRINT_OPERATION_RESULT_ERROR)
    tell_error (origin, error);
}

static void
save_response_cb (GtkNativeDialog *dialog, int response, gpointer user_data)
{
  GtkWidget *origin = g_object_get_data (G_OBJECT (dialog), "uch-origin");
  Order     *order = user_data;
  g_autoptr (GFile) file = NULL;
  g_autoptr (GtkPrintOperation) operation = NULL;
  g_autoptr (GError) error = NULL;
  g_autofree char *path = NULL;

  if (response == GTK_RESPONSE_ACCEPT)
    {
      file = gtk_file_chooser_get_file (GTK_FILE_CHOOSER (dialog));
      path = g_file_get_path (file);
      operation = make_operation (order->session, order->ticket, order->visit);
      gtk_print_operation_set_export_filename (operation, path);
      if (gtk_print_operation_run (operation, GTK_PRINT_OPERATION_ACTION_EXPORT, NULL, &error)
          == GTK_PRINT_OPERATION_RESULT_ERROR)
        tell_error (origin, error);
    }
  g_object_unref (dialog);
}

static void
order_closed (gpointer data, GClosure *closure)
{
  order_free (data);
}

/**
 * uch_work_order_save:
 * @session: the office
 * @origin: the widget on which the person acted
 * @ticket: the ticket
 * @visit: (nullable): the visit
 *
 * Asks for a file and writes the work order into it as PDF.
 */
void
uch_work_order_save (UchSession *session, GtkWidget *origin, UchTicket *ticket, UchVisit *visit)
{
  GtkRoot              *root = gtk_widget_get_root (origin);
  GtkFileChooserNative *dialog = gtk_file_chooser_native_new (
      _ ("Save the work order"), GTK_IS_WINDOW (root) ? GTK_WINDOW (root) : NULL,
      GTK_FILE_CHOOSER_ACTION_SAVE, NULL, NULL);
  Order           *order = g_new0 (Order, 1);
  g_autofree char *name = g_strdup_printf (_ ("Work order %d.pdf"), (int) ticket->number);

  order->session = g_object_ref (session);
  order->ticket = g_object_ref (ticket);
  g_set_object (&order->visit, visit);
  gtk_file_chooser_set_current_name (GTK_FILE_CHOOSER (dialog), name);
  gtk_native_dialog_set_modal (GTK_NATIVE_DIALOG (dialog), TRUE);
  g_object_set_data_full (G_OBJECT (dialog), "uch-origin", g_object_ref (origin), g_object_unref);
  g_signal_connect_data (dialog, "response", G_CALLBACK (save_response_cb), order, order_closed, 0);
  gtk_native_dialog_show (GTK_NATIVE_DIALOG (dialog));
}

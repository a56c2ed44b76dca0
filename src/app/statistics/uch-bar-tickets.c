#define G_LOG_DOMAIN "uch-app"

#include "app/statistics/uch-bar-tickets.h"

#include <adwaita.h>
#include <glib/gi18n.h>

#include "app/uch-format.h"

/* The newest; more nobody reads one by one. */
#define N_SHOWN 200

typedef struct
{
  GtkWindow    *window; /* borrowed: it owns this */
  GtkWindow    *parent;
  UchSession   *session; /* owned */
  GtkListBox   *list;
  GCancellable *cancellable; /* owned */
} Listing;

static void
listing_free (Listing *listing)
{
  g_cancellable_cancel (listing->cancellable);
  g_object_unref (listing->cancellable);
  g_object_unref (listing->session);
  g_free (listing);
}

static void
activated_cb (Listing *listing, GtkListBoxRow *row)
{
  const char *id = g_object_get_data (G_OBJECT (row), "ticket");

  if (id == NULL)
    return;
  gtk_widget_activate_action (GTK_WIDGET (listing->parent), "win.show-ticket", "s", id);
  gtk_window_present (listing->parent);
}

/* Rows stand where their ticket will, so that nothing jumps while they are read. */
static void
fill_row (Listing *listing, GtkListBoxRow *row, const UchTicket *ticket)
{
  GtkWidget       *line = GTK_WIDGET (row);
  UchTime          now = uch_session_now (listing->session);
  g_autofree char *number = uch_format_number (ticket);
  g_autofree char *when = uch_format_day_time (ticket->created_at, now);
  g_autofree char *title
      = g_markup_escape_text (ticket->address != NULL ? ticket->address : "", -1);
  g_autofree char *under
      = g_strdup_printf ("%s · %s · %s", number, uch_format_category (ticket->category),
                         uch_format_ticket_state (ticket->state));
  g_autofree char *escaped = g_markup_escape_text (under, -1);
  GtkWidget       *label = gtk_label_new (when);

  adw_preferences_row_set_title (ADW_PREFERENCES_ROW (line), title);
  adw_action_row_set_subtitle (ADW_ACTION_ROW (line), escaped);
  gtk_widget_add_css_class (label, "dim-label");
  gtk_widget_add_css_class (label, "numeric");
  adw_action_row_add_suffix (ADW_ACTION_ROW (line), label);
}

typedef struct
{
  Listing       *listing; /* gone when cancelled */
  GtkListBoxRow *row;
} Load;

static void
loaded_cb (GObject *object, GAsyncResult *result, gpointer user_data)
{
  g_autofree Load *load = user_data;
  g_autoptr (GError) error = NULL;
  g_autoptr (UchTicket) ticket = uch_replica_load_finish (UCH_REPLICA (object), result, &error);

  if (g_error_matches (error, G_IO_ERROR, G_IO_ERROR_CANCELLED))
    return; /* the window is gone */
  if (error != NULL)
    g_warning ("a ticket could not be read: %s", error->message);
  if (ticket != NULL)
    fill_row (load->listing, load->row, ticket);
}

/**
 * uch_bar_tickets_present:
 * @title: what the bar said
 * @ids: (element-type utf8): tickets, the newest last
 */
void
uch_bar_tickets_present (GtkWindow *parent, UchSession *session, const char *title, GPtrArray *ids)
{
  GtkWidget       *window = adw_window_new ();
  GtkWidget       *box = gtk_box_new (GTK_ORIENTATION_VERTICAL, 0);
  GtkWidget       *bar = adw_header_bar_new ();
  GtkWidget       *scrolled = gtk_scrolled_window_new ();
  GtkWidget       *list = gtk_list_box_new ();
  guint            n_shown = MIN (ids->len, N_SHOWN);
  g_autofree char *count
      = ids->len > n_shown
            ? g_strdup_printf (_ ("the newest %1$u of %2$u tickets"), n_shown, ids->len)
            : g_strdup_printf (ngettext ("%u ticket", "%u tickets", ids->len), ids->len);
  Listing *listing = g_new0 (Listing, 1);

  listing->window = GTK_WINDOW (window);
  listing->parent = parent;
  listing->session = g_object_ref (session);
  listing->list = GTK_LIST_BOX (list);
  listing->cancellable = g_cancellable_new ();
  g_object_set_data_full (G_OBJECT (window), "listing", listing, (GDestroyNotify) listing_free);
  gtk_window_set_title (GTK_WINDOW (window), title);
  adw_header_bar_set_title_widget (ADW_HEADER_BAR (bar), adw_window_title_new (title, count));
  gtk_window_set_transient_for (GTK_WINDOW (window), parent);
  gtk_window_set_destroy_with_parent (GTK_WINDOW (window), TRUE);
  gtk_window_set_default_size (GTK_WINDOW (window), 620, 560);
  gtk_list_box_set_selection_mode (GTK_LIST_BOX (list), GTK_SELECTION_NONE);
  g_signal_connect_swapped (list, "row-activated", G_CALLBACK (activated_cb), listing);
  for (guint i = 0; i < n_shown; i++)
    {
      const char *id = g_ptr_array_index (ids, ids->len - 1 - i);
      GtkWidget  *row = adw_action_row_new ();
      Load       *load = g_new0 (Load, 1);

      gtk_list_box_row_set_activatable (GTK_LIST_BOX_ROW (row), TRUE);
      g_object_set_data_full (G_OBJECT (row), "ticket", g_strdup (id), g_free);
      gtk_list_box_append (GTK_LIST_BOX (list), row);
      load->listing = listing;
      load->row = GTK_LIST_BOX_ROW (row);
      uch_replica_load_async (uch_session_get_replica (session), UCH_TABLE_TICKET, id,
                              listing->cancellable, loaded_cb, load);
    }
  gtk_scrolled_window_set_child (GTK_SCROLLED_WINDOW (scrolled), list);
  gtk_widget_set_vexpand (scrolled, TRUE);
  gtk_box_append (GTK_BOX (box), bar);
  gtk_box_append (GTK_BOX (box), scrolled);
  adw_window_set_content (ADW_WINDOW (window), box);
  gtk_window_present (GTK_WINDOW (window));
}

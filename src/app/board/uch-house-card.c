#include "app/board/uch-house-card.h"

#include <adwaita.h>
#include <glib/gi18n.h>

#include "app/uch-format.h"
#include "core/uch-fold.h"

struct _UchHouseCard
{
  GtkWidget parent;

  /* template */
  GtkWidget    *box;
  GtkLabel     *address, *what;
  AdwActionRow *company, *access;
  GtkButton    *access_button;
  GtkListBox   *clients, *tickets;

  /* owned */
  UchSession   *session;
  char         *house_id;    /* (nullable) */
  GListModel   *shown;       /* (nullable): the tickets as they are listed */
  GCancellable *cancellable; /* (nullable) */
};

enum
{
  SIGNAL_NEW_TICKET,
  N_SIGNALS,
};

static guint signals[N_SIGNALS];

G_DEFINE_FINAL_TYPE (UchHouseCard, uch_house_card, GTK_TYPE_WIDGET)

static GtkWidget *
make_row (const char *title, const char *subtitle)
{
  GtkWidget *row = adw_action_row_new ();

  adw_preferences_row_set_use_markup (ADW_PREFERENCES_ROW (row), FALSE);
  adw_preferences_row_set_title (ADW_PREFERENCES_ROW (row), title);
  adw_action_row_set_subtitle (ADW_ACTION_ROW (row), subtitle);
  return row;
}

static GtkWidget *
make_client_cb (gpointer item, gpointer user_data)
{
  UchClient       *client = item;
  g_autofree char *phone = client->phone != NULL ? uch_phone_format (client->phone) : NULL;
  g_autofree char *apartment
      = client->apartment != NULL ? g_strdup_printf (_ ("apt. %s"), client->apartment) : NULL;
  g_autofree char *under = apartment != NULL && phone != NULL
                               ? g_strdup_printf ("%s · %s", apartment, phone)
                               : g_strdup (apartment != NULL ? apartment : phone);

  return make_row (client->name != NULL ? client->name : _ ("no name"), under);
}

static GtkWidget *
make_ticket_cb (gpointer item, gpointer user_data)
{
  UchHouseCard    *self = user_data;
  UchTicket       *ticket = item;
  UchTime          now = uch_session_now (self->session);
  g_autofree char *number = uch_format_number (ticket);
  g_autofree char *title
      = g_strdup_printf ("%s · %s", number, uch_format_category (ticket->category));
  g_autofree char *time = uch_format_day_time (ticket->created_at, now);
  g_autofree char *under
      = g_strdup_printf ("%s · %s", time, uch_format_ticket_state (ticket->state));
  GtkWidget *row = make_row (title, under);

  gtk_list_box_row_set_activatable (GTK_LIST_BOX_ROW (row), TRUE);
  return row;
}

static int
compare_tickets (gconstpointer a, gconstpointer b, gpointer user_data)
{
  const UchTicket *left = a;
  const UchTicket *right = b;

  if (left->created_at != right->created_at)
    return left->created_at > right->created_at ? -1 : 1;
  return 0;
}

static int
compare_clients (gconstpointer a, gconstpointer b, gpointer user_data)
{
  const UchClient *left = a;
  const UchClient *right = b;
  gint64 apartment_left = left->apartment != NULL ? g_ascii_strtoll (left->apartment, NULL, 10) : 0;
  gint64 apartment_right
      = right->apartment != NULL ? g_ascii_strtoll (right->apartment, NULL, 10) : 0;

  return apartment_left < apartment_right ? -1 : apartment_left > apartment_right;
}

static void
ticket_activated_cb (GtkListBox *list, GtkListBoxRow *row, UchHouseCard *self)
{
  g_autoptr (UchTicket) ticket
      = g_list_model_get_item (self->shown, (guint) gtk_list_box_row_get_index (row));

  if (ticket != NULL)
    gtk_widget_activate_action (GTK_WIDGET (self), "win.show-ticket", "s", ticket->parent.id);
}

static void
revealed_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (UchHouseCard) self = user_data;
  g_autoptr (GError) error = NULL;
  g_autofree char *text = uch_sync_client_reveal_finish (UCH_SYNC_CLIENT (source), result, &error);
  g_autofree char *escaped = NULL;

  if (g_error_matches (error, G_IO_ERROR, G_IO_ERROR_CANCELLED))
    return;
  if (error != NULL)
    {
      adw_action_row_set_subtitle (self->access, _ ("Can be shown only while the store answers"));
      gtk_widget_set_sensitive (GTK_WIDGET (self->access_button), TRUE);
      return;
    }
  escaped = g_markup_escape_text (text != NULL && *text != '\0' ? text : _ ("nothing written"), -1);
  adw_action_row_set_subtitle (self->access, escaped);
  gtk_widget_set_visible (GTK_WIDGET (self->access_button), FALSE);
}

static void
reveal_cb (GtkButton *button, UchHouseCard *self)
{
  gtk_widget_set_sensitive (GTK_WIDGET (button), FALSE);
  uch_sync_client_reveal_async (uch_session_get_sync (self->session), UCH_TABLE_HOUSE,
                                self->house_id, "access", self->cancellable, revealed_cb,
                                g_object_ref (self));
}

static void
new_ticket_action (GtkWidget *widget, const char *name, GVariant *parameter)
{
  UchHouseCard *self = UCH_HOUSE_CARD (widget);

  if (self->house_id != NULL)
    g_signal_emit (self, signals[SIGNAL_NEW_TICKET], 0, self->house_id);
}

static char *
describe (UchHouseCard *self, const UchHouse *house)
{
  UchReplica *replica = uch_session_get_replica (self->session);
  UchZone    *zone
      = house->zone_id != NULL ? uch_replica_peek (replica, UCH_TABLE_ZONE, house->zone_id) : NULL;
  g_autoptr (GString) text
      = g_string_new (house->status == UCH_HOUSE_CONNECTED ? _ ("Connected")
                      : house->status == UCH_HOUSE_PLANNED ? _ ("Planned")
                                                           : _ ("No longer connected"));

  if (zone != NULL)
    g_string_append_printf (text, _ (" · zone %d %s"), (int) zone->number,
                            zone->name != NULL ? zone->name : "");
  if (house->floors > 0)
    g_string_append_printf (text, _ (" · floors: %d"), (int) house->floors);
  if (house->entrances > 0)
    g_string_append_printf (text, _ (" · entrances: %d"), (int) house->entrances);
  if (house->apartments > 0)
    g_string_append_printf (text, _ (" · apartments: %d"), (int) house->apartments);
  if (house->technology != NULL)
    g_string_append_printf (text, " · %s", house->technology);
  return g_string_free (g_steal_pointer (&text), FALSE);
}

static void
show_company (UchHouseCard *self, const UchHouse *house)
{
  UchReplica      *replica = uch_session_get_replica (self->session);
  UchCompany      *company = house->company_id != NULL
                                 ? uch_replica_peek (replica, UCH_TABLE_COMPANY, house->company_id)
                                 : NULL;
  g_autofree char *text = NULL;
  g_autofree char *escaped = NULL;

  gtk_widget_set_visible (GTK_WIDGET (self->company), company != NULL);
  if (company == NULL)
    return;
  text = g_strjoin ("\n", company->name != NULL ? company->name : "—", company->phones,
                    company->hours, NULL);
  escaped = g_markup_escape_text (text, -1);
  adw_action_row_set_subtitle (self->company, escaped);
}

/* Takes ownership of @rows. */
static GListModel *
sort (GListModel *rows, GCompareDataFunc compare)
{
  GtkSorter *sorter = GTK_SORTER (gtk_custom_sorter_new (compare, NULL, NULL));

  return G_LIST_MODEL (gtk_sort_list_model_new (rows, sorter));
}

static void
show_lists (UchHouseCard *self)
{
  UchReplica *replica = uch_session_get_replica (self->session);
  g_autoptr (GListModel) clients = NULL;

  g_clear_object (&self->shown);
  if (self->house_id == NULL)
    {
      gtk_list_box_bind_model (self->clients, NULL, NULL, NULL, NULL);
      gtk_list_box_bind_model (self->tickets, NULL, NULL, NULL, NULL);
      return;
    }
  clients = sort (uch_replica_watch (replica, UCH_TABLE_CLIENT, "house_id", self->house_id),
                  compare_clients);
  self->shown = sort (uch_replica_watch (replica, UCH_TABLE_TICKET, "house_id", self->house_id),
                      compare_tickets);
  gtk_list_box_bind_model (self->clients, clients, make_client_cb, self, NULL);
  gtk_list_box_bind_model (self->tickets, self->shown, make_ticket_cb, self, NULL);
}

static void
uch_house_card_dispose (GObject *object)
{
  UchHouseCard *self = UCH_HOUSE_CARD (object);

  g_cancellable_cancel (self->cancellable);
  g_clear_object (&self->cancellable);
  g_clear_pointer (&self->box, gtk_widget_unparent);
  g_clear_object (&self->shown);
  g_clear_pointer (&self->house_id, g_free);
  g_clear_object (&self->session);
  G_OBJECT_CLASS (uch_house_card_parent_class)->dispose (object);
}

static void
uch_house_card_class_init (UchHouseCardClass *klass)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  G_OBJECT_CLASS (klass)->dispose = uch_house_card_dispose;
  signals[SIGNAL_NEW_TICKET] = g_signal_new ("new-ticket", UCH_TYPE_HOUSE_CARD, G_SIGNAL_RUN_LAST,
                                             0, NULL, NULL, NULL, G_TYPE_NONE, 1, G_TYPE_STRING);
  gtk_widget_class_set_template_from_resource (widget_class,
                                               "/org/uchastok/Desk/board/uch-house-card.ui");
  gtk_widget_class_bind_template_child (widget_class, UchHouseCard, box);
  gtk_widget_class_bind_template_child (widget_class, UchHouseCard, address);
  gtk_widget_class_bind_template_child (widget_class, UchHouseCard, what);
  gtk_widget_class_bind_template_child (widget_class, UchHouseCard, company);
  gtk_widget_class_bind_template_child (widget_class, UchHouseCard, access);
  gtk_widget_class_bind_template_child (widget_class, UchHouseCard, access_button);
  gtk_widget_class_bind_template_child (widget_class, UchHouseCard, clients);
  gtk_widget_class_bind_template_child (widget_class, UchHouseCard, tickets);
  gtk_widget_class_bind_template_callback (widget_class, reveal_cb);
  gtk_widget_class_bind_template_callback (widget_class, ticket_activated_cb);
  gtk_widget_class_install_action (widget_class, "house.new-ticket", NULL, new_ticket_action);
}

static void
uch_house_card_init (UchHouseCard *self)
{
  gtk_widget_init_template (GTK_WIDGET (self));
}

/**
 * uch_house_card_new:
 * @session: the office
 *
 * Returns: (transfer floating): an empty card; its signal "new-ticket" (string house id) asks for
 *     the form of a new ticket
 */
GtkWidget *
uch_house_card_new (UchSession *session)
{
  UchHouseCard *self = g_object_new (UCH_TYPE_HOUSE_CARD, NULL);

  self->session = g_object_ref (session);
  return GTK_WIDGET (self);
}

/**
 * uch_house_card_set_house:
 * @self: the card
 * @house_id: (nullable): what to show
 */
void
uch_house_card_set_house (UchHouseCard *self, const char *house_id)
{
  UchReplica *replica = uch_session_get_replica (self->session);
  UchHouse *house = house_id != NULL ? uch_replica_peek (replica, UCH_TABLE_HOUSE, house_id) : NULL;
  g_autofree char *address = NULL;
  g_autofree char *what = NULL;

  g_cancellable_cancel (self->cancellable);
  g_clear_object (&self->cancellable);
  self->cancellable = g_cancellable_new ();
  g_free (self->house_id);
  self->house_id = house != NULL ? g_strdup (house_id) : NULL;
  show_lists (self);
  if (house == NULL)
    return;
  address = uch_address_format (house, NULL, TRUE);
  what = describe (self, house);
  gtk_label_set_text (self->address, address);
  gtk_label_set_text (self->what, what);
  show_company (self, house);
  adw_action_row_set_subtitle (self->access, "••••");
  gtk_widget_set_visible (GTK_WIDGET (self->access_button), TRUE);
  gtk_widget_set_sensitive (GTK_WIDGET (self->access_button), TRUE);
}

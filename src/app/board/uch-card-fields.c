#include "app/board/uch-card-fields.h"

#include <adwaita.h>
#include <glib/gi18n.h>

#include "app/uch-format.h"
#include "core/uch-category.h"
#include "core/uch-fold.h"

struct _UchCardFields
{
  GtkWidget parent;

  /* template */
  GtkWidget    *box;
  GtkEditable  *client_name, *phone_raw, *address, *entrance, *floor, *description;
  AdwActionRow *client, *intercom, *access;
  GtkButton    *intercom_button, *access_button;
  AdwComboRow  *category, *priority;
  GtkLabel     *problem;

  /* owned */
  UchSession      *session;
  UchTicket       *ticket; /* (nullable) */
  UchAddressIndex *houses;
  GListModel      *entrances; /* (nullable): of the ticket's house */
  GCancellable    *cancellable;
  char            *entrance_id; /* (nullable): whose intercom is asked for */

  gboolean is_filling;
};

G_DEFINE_FINAL_TYPE (UchCardFields, uch_card_fields, GTK_TYPE_WIDGET)

static void
tell_problem (UchCardFields *self, const char *problem)
{
  gtk_label_set_text (self->problem, problem != NULL ? problem : "");
  gtk_widget_set_visible (GTK_WIDGET (self->problem), problem != NULL);
}

/* One field of the ticket, with what the person saw before: two who edit different fields do not
 * disturb each other. */
static void
add_change (
    UchCardFields *self, GVariantDict *fields, GVariantDict *was, const char *name, GVariant *value)
{
  const UchField *field = uch_schema_find_field (&uch_ticket_schema, name);

  g_variant_dict_insert_value (fields, name, value);
  g_variant_dict_insert_value (was, name, uch_field_get_variant (field, self->ticket));
}

static void
send (UchCardFields *self, GVariantDict *fields, GVariantDict *was)
{
  UchReplica *replica = uch_session_get_replica (self->session);
  UchCommand *command = uch_replica_make_command (
      replica, UCH_COMMAND_TICKET_EDIT, "ticket", "s", self->ticket->parent.id, "fields", "v",
      g_variant_dict_end (fields), "was", "v", g_variant_dict_end (was), NULL);

  uch_session_act_one (self->session, GTK_WIDGET (self), command, _ ("Changed"));
}

static void
send_text (UchCardFields *self, const char *name, const char *text)
{
  const UchField  *field = uch_schema_find_field (&uch_ticket_schema, name);
  g_autofree char *stripped = g_strstrip (g_strdup (text));
  const char      *before = uch_field_get_text (field, self->ticket);
  GVariantDict     fields, was;

  if (g_strcmp0 (before != NULL ? before : "", stripped) == 0)
    return;
  g_variant_dict_init (&fields, NULL);
  g_variant_dict_init (&was, NULL);
  add_change (self, &fields, &was, name, g_variant_new_string (stripped));
  send (self, &fields, &was);
}

static void
send_address (UchCardFields *self)
{
  g_autoptr (GPtrArray) matches
      = uch_address_index_find (self->houses, gtk_editable_get_text (self->address), 2);
  UchAddressMatch *match = matches->len != 0 ? g_ptr_array_index (matches, 0) : NULL;
  GVariantDict     fields, was;

  if (match == NULL || !match->is_exact)
    {
      gtk_widget_add_css_class (GTK_WIDGET (self->address), "error");
      tell_problem (self, _ ("The register has no such house"));
      return;
    }
  g_variant_dict_init (&fields, NULL);
  g_variant_dict_init (&was, NULL);
  add_change (self, &fields, &was, "house_id", g_variant_new_string (match->house->parent.id));
  if (g_strcmp0 (match->apartment, self->ticket->apartment) != 0)
    add_change (self, &fields, &was, "apartment",
                g_variant_new_string (match->apartment != NULL ? match->apartment : ""));
  send (self, &fields, &was);
}

static void
apply_cb (GtkEditable *row, UchCardFields *self)
{
  if (self->ticket == NULL)
    return;
  tell_problem (self, NULL);
  gtk_widget_remove_css_class (GTK_WIDGET (self->address), "error");
  if (row == self->address)
    send_address (self);
  else
    send_text (self,
               row == self->client_name ? "client_name"
               : row == self->phone_raw ? "phone_raw"
               : row == self->entrance  ? "entrance"
               : row == self->floor     ? "floor"
                                        : "description",
               gtk_editable_get_text (row));
}

static void
category_changed_cb (UchCardFields *self)
{
  guint              n_categories;
  const UchCategory *categories = uch_category_list (&n_categories);
  guint              selected = adw_combo_row_get_selected (self->category);

  if (!self->is_filling && self->ticket != NULL && selected < n_categories)
    send_text (self, "category", categories[selected].code);
}

static void
priority_changed_cb (UchCardFields *self)
{
  const UchField *field = uch_schema_find_field (&uch_ticket_schema, "priority");
  guint           selected = adw_combo_row_get_selected (self->priority);
  GVariantDict    fields, was;

  if (self->is_filling || self->ticket == NULL || selected == (guint) self->ticket->priority
      || selected == GTK_INVALID_LIST_POSITION)
    return;
  g_variant_dict_init (&fields, NULL);
  g_variant_dict_init (&was, NULL);
  add_change (self, &fields, &was, "priority", g_variant_new_string (field->nicks[selected]));
  send (self, &fields, &was);
}

static void
show_secret (AdwActionRow *row, GtkButton *button, const char *text)
{
  adw_action_row_set_subtitle (row, text != NULL && *text != '\0' ? text : _ ("nothing written"));
  gtk_widget_set_visible (GTK_WIDGET (button), FALSE);
}

static void
revealed_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (AdwActionRow) row = user_data;
  g_autoptr (GError) error = NULL;
  g_autofree char *text = uch_sync_client_reveal_finish (UCH_SYNC_CLIENT (source), result, &error);
  g_autofree char *escaped = NULL;
  GtkButton       *button = g_object_get_data (G_OBJECT (row), "uch-button");

  if (g_error_matches (error, G_IO_ERROR, G_IO_ERROR_CANCELLED))
    return;
  if (error != NULL)
    {
      /* Each look is logged by the store, so without it there is none. */
      adw_action_row_set_subtitle (row, _ ("Can be shown only while the store answers"));
      gtk_widget_set_sensitive (GTK_WIDGET (button), TRUE);
      return;
    }
  escaped = g_markup_escape_text (text != NULL ? text : "", -1);
  show_secret (row, button, escaped);
}

static void
reveal_cb (GtkButton *button, UchCardFields *self)
{
  UchSyncClient *sync = uch_session_get_sync (self->session);
  gboolean       is_intercom = button == self->intercom_button;
  AdwActionRow  *row = is_intercom ? self->intercom : self->access;

  if (self->ticket == NULL)
    return;
  gtk_widget_set_sensitive (GTK_WIDGET (button), FALSE);
  g_object_set_data (G_OBJECT (row), "uch-button", button);
  uch_sync_client_reveal_async (sync, is_intercom ? UCH_TABLE_ENTRANCE : UCH_TABLE_HOUSE,
                                is_intercom ? self->entrance_id : self->ticket->house_id,
                                is_intercom ? "intercom" : "access", self->cancellable, revealed_cb,
                                g_object_ref (row));
}

static void
hide_secret (AdwActionRow *row, GtkButton *button)
{
  adw_action_row_set_subtitle (row, "••••");
  gtk_widget_set_visible (GTK_WIDGET (button), TRUE);
  gtk_widget_set_sensitive (GTK_WIDGET (button), TRUE);
}

/* The entrance that the ticket names, or the one that the apartment lies in. */
static void
entrances_changed_cb (UchCardFields *self)
{
  gint64 number = 0;
  gint64 apartment = 0;

  g_clear_pointer (&self->entrance_id, g_free);
  if (self->ticket == NULL || self->entrances == NULL)
    return;
  if (self->ticket->entrance != NULL)
    number = g_ascii_strtoll (self->ticket->entrance, NULL, 10);
  if (self->ticket->apartment != NULL)
    apartment = g_ascii_strtoll (self->ticket->apartment, NULL, 10);
  for (guint i = 0; i < g_list_model_get_n_items (self->entrances); i++)
    {
      g_autoptr (UchEntrance) entrance = g_list_model_get_item (self->entrances, i);

      if (number != 0 ? entrance->number == number
                      : apartment >= entrance->apartment_from && apartment <= entrance->apartment_to
                            && apartment != 0)
        self->entrance_id = g_strdup (entrance->parent.id);
    }
  gtk_widget_set_visible (GTK_WIDGET (self->intercom), self->entrance_id != NULL);
}

static void
client_loaded_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (UchCardFields) self = user_data;
  g_autoptr (GError) error = NULL;
  g_autoptr (UchClient) client = uch_replica_load_finish (UCH_REPLICA (source), result, &error);
  g_autoptr (GString) text = NULL;

  if (client == NULL || self->ticket == NULL
      || g_strcmp0 (client->parent.id, self->ticket->client_id) != 0)
    return;
  text = g_string_new (client->kind == UCH_CLIENT_SUBSCRIBER ? _ ("Subscriber")
                       : client->kind == UCH_CLIENT_PROSPECT ? _ ("Wants to become a subscriber")
                                                             : _ ("Client of another provider"));
  if (client->contract != NULL)
    g_string_append_printf (text, _ (", contract %s"), client->contract);
  if (client->preferred_time != NULL)
    g_string_append_printf (text, "\n%s", client->preferred_time);
  if (client->note != NULL)
    g_string_append_printf (text, "\n%s", client->note);
  adw_preferences_row_set_use_markup (ADW_PREFERENCES_ROW (self->client), FALSE);
  adw_preferences_row_set_title (ADW_PREFERENCES_ROW (self->client), text->str);
  gtk_widget_set_visible (GTK_WIDGET (self->client), TRUE);
}

/* Never takes away what is being typed: a row with the focus keeps its text. */
static void
fill_text (GtkEditable *row, const char *text, gboolean is_new)
{
  const char *wanted = text != NULL ? text : "";
  gboolean    is_edited
      = (gtk_widget_get_state_flags (GTK_WIDGET (row)) & GTK_STATE_FLAG_FOCUS_WITHIN) != 0;

  if ((is_edited && !is_new) || g_strcmp0 (gtk_editable_get_text (row), wanted) == 0)
    return;
  /* The row takes every change for the person's unless its apply button is off meanwhile. */
  adw_entry_row_set_show_apply_button (ADW_ENTRY_ROW (row), FALSE);
  gtk_editable_set_text (row, wanted);
  adw_entry_row_set_show_apply_button (ADW_ENTRY_ROW (row), TRUE);
}

static void
fill_choices (UchCardFields *self)
{
  guint              n_categories;
  const UchCategory *categories = uch_category_list (&n_categories);
  const char        *code = self->ticket->category;

  for (guint i = 0; i < n_categories; i++)
    if (g_strcmp0 (categories[i].code, code) == 0)
      adw_combo_row_set_selected (self->category, i);
  adw_combo_row_set_selected (self->priority, (guint) self->ticket->priority);
}

static void
follow_house (UchCardFields *self)
{
  UchReplica *replica = uch_session_get_replica (self->session);

  if (self->entrances != NULL)
    g_signal_handlers_disconnect_by_data (self->entrances, self);
  g_clear_object (&self->entrances);
  gtk_widget_set_visible (GTK_WIDGET (self->intercom), FALSE);
  gtk_widget_set_visible (GTK_WIDGET (self->access), self->ticket->house_id != NULL);
  hide_secret (self->intercom, self->intercom_button);
  hide_secret (self->access, self->access_button);
  if (self->ticket->house_id == NULL)
    return;
  self->entrances
      = uch_replica_watch (replica, UCH_TABLE_ENTRANCE, "house_id", self->ticket->house_id);
  g_signal_connect_swapped (self->entrances, "items-changed", G_CALLBACK (entrances_changed_cb),
                            self);
  entrances_changed_cb (self);
}

static void
uch_card_fields_dispose (GObject *object)
{
  UchCardFields *self = UCH_CARD_FIELDS (object);

  g_cancellable_cancel (self->cancellable);
  if (self->entrances != NULL)
    g_signal_handlers_disconnect_by_data (self->entrances, self);
  g_clear_object (&self->entrances);
  g_clear_object (&self->cancellable);
  g_clear_pointer (&self->box, gtk_widget_unparent);
  g_clear_pointer (&self->entrance_id, g_free);
  g_clear_object (&self->ticket);
  g_clear_object (&self->houses);
  g_clear_object (&self->session);
  G_OBJECT_CLASS (uch_card_fields_parent_class)->dispose (object);
}

static void
uch_card_fields_class_init (UchCardFieldsClass *klass)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  G_OBJECT_CLASS (klass)->dispose = uch_card_fields_dispose;
  gtk_widget_class_set_template_from_resource (widget_class,
                                               "/org/uchastok/Desk/board/uch-card-fields.ui");
  gtk_widget_class_bind_template_child (widget_class, UchCardFields, box);
  gtk_widget_class_bind_template_child (widget_class, UchCardFields, client_name);
  gtk_widget_class_bind_template_child (widget_class, UchCardFields, phone_raw);
  gtk_widget_class_bind_template_child (widget_class, UchCardFields, client);
  gtk_widget_class_bind_template_child (widget_class, UchCardFields, address);
  gtk_widget_class_bind_template_child (widget_class, UchCardFields, entrance);
  gtk_widget_class_bind_template_child (widget_class, UchCardFields, floor);
  gtk_widget_class_bind_template_child (widget_class, UchCardFields, intercom);
  gtk_widget_class_bind_template_child (widget_class, UchCardFields, intercom_button);
  gtk_widget_class_bind_template_child (widget_class, UchCardFields, access);
  gtk_widget_class_bind_template_child (widget_class, UchCardFields, access_button);
  gtk_widget_class_bind_template_child (widget_class, UchCardFields, description);
  gtk_widget_class_bind_template_child (widget_class, UchCardFields, category);
  gtk_widget_class_bind_template_child (widget_class, UchCardFields, priority);
  gtk_widget_class_bind_template_child (widget_class, UchCardFields, problem);
  gtk_widget_class_bind_template_callback (widget_class, apply_cb);
  gtk_widget_class_bind_template_callback (widget_class, reveal_cb);
}

static void
uch_card_fields_init (UchCardFields *self)
{
  g_autoptr (GtkStringList) categories = gtk_string_list_new (NULL);
  g_autoptr (GtkStringList) priorities = gtk_string_list_new (NULL);
  guint              n_categories;
  const UchCategory *list = uch_category_list (&n_categories);

  gtk_widget_init_template (GTK_WIDGET (self));
  self->cancellable = g_cancellable_new ();
  for (guint i = 0; i < n_categories; i++)
    gtk_string_list_append (categories, uch_format_category (list[i].code));
  for (int i = UCH_PRIORITY_NORMAL; i <= UCH_PRIORITY_URGENT; i++)
    gtk_string_list_append (priorities, uch_format_priority (i));
  self->is_filling = TRUE;
  adw_combo_row_set_model (self->category, G_LIST_MODEL (categories));
  adw_combo_row_set_model (self->priority, G_LIST_MODEL (priorities));
  self->is_filling = FALSE;
  g_signal_connect_swapped (self->category, "notify::selected", G_CALLBACK (category_changed_cb),
                            self);
  g_signal_connect_swapped (self->priority, "notify::selected", G_CALLBACK (priority_changed_cb),
                            self);
}

/**
 * uch_card_fields_set_session:
 * @self: the part
 * @session: the office
 */
void
uch_card_fields_set_session (UchCardFields *self, UchSession *session)
{
  UchReplica *replica = uch_session_get_replica (session);

  g_set_object (&self->session, session);
  self->houses = uch_address_index_new (uch_replica_list (replica, UCH_TABLE_HOUSE));
}

/**
 * uch_card_fields_set_ticket:
 * @self: the part
 * @ticket: (nullable): what to show; another version of the same ticket leaves alone what is being
 *     typed
 */
void
uch_card_fields_set_ticket (UchCardFields *self, UchTicket *ticket)
{
  gboolean is_new = ticket == NULL || self->ticket == NULL
                    || g_strcmp0 (ticket->parent.id, self->ticket->parent.id) != 0;
  gboolean         moved = is_new || g_strcmp0 (ticket->house_id, self->ticket->house_id) != 0;
  g_autofree char *phone = NULL;

  g_set_object (&self->ticket, ticket);
  if (ticket == NULL)
    return;
  self->is_filling = TRUE;
  phone = ticket->phone != NULL ? uch_phone_format (ticket->phone) : g_strdup (ticket->phone_raw);
  fill_text (self->client_name, ticket->client_name, is_new);
  fill_text (self->phone_raw, phone, is_new);
  fill_text (self->address, ticket->address, is_new);
  fill_text (self->entrance, ticket->entrance, is_new);
  fill_text (self->floor, ticket->floor, is_new);
  fill_text (self->description, ticket->description, is_new);
  fill_choices (self);
  self->is_filling = FALSE;
  if (is_new)
    {
      tell_problem (self, NULL);
      gtk_widget_remove_css_class (GTK_WIDGET (self->address), "error");
      gtk_widget_set_visible (GTK_WIDGET (self->client), FALSE);
    }
  if (moved)
    follow_house (self);
  else
    entrances_changed_cb (self);
  if (is_new && ticket->client_id != NULL)
    uch_replica_load_async (uch_session_get_replica (self->session), UCH_TABLE_CLIENT,
                            ticket->client_id, self->cancellable, client_loaded_cb,
                            g_object_ref (self));
}

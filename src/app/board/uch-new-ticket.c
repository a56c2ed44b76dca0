#include "app/board/uch-new-ticket.h"

#include <glib/gi18n.h>

#include "app/board/uch-address-field.h"
#include "app/board/uch-category-choice.h"
#include "app/board/uch-ranking.h"
#include "app/board/uch-time-text.h"
#include "app/uch-format.h"
#include "core/uch-duplicate.h"
#include "core/uch-fold.h"
#include "core/uch-office.h"
#include "replica/uch-ticket-query.h"

#define FOUND_MAX 5

struct _UchNewTicket
{
  GtkWidget parent;

  /* template */
  GtkWidget         *box;
  GtkEditable       *phone, *address, *name, *time;
  GtkLabel          *client, *house_found, *duplicate, *time_meant, *offer, *problem;
  GtkRevealer       *houses_revealer;
  GtkListBox        *houses;
  GtkWidget         *duplicate_box;
  UchCategoryChoice *category;
  GtkTextView       *description;
  GtkButton         *save;

  /* owned */
  UchSession      *session;
  UchAddressField *field;
  UchClient       *found;        /* (nullable): the caller, by his number */
  GCancellable    *searching;    /* (nullable) */
  char            *duplicate_id; /* (nullable) */
  char            *filled_name;  /* (nullable): what we wrote, not the person */
  char            *filled_address;

  gboolean is_sending;
};

enum
{
  SIGNAL_MADE,
  N_SIGNALS,
};

static guint signals[N_SIGNALS];

G_DEFINE_FINAL_TYPE (UchNewTicket, uch_new_ticket, GTK_TYPE_WIDGET)

static void
tell_problem (UchNewTicket *self, const char *problem, GtkWidget *where)
{
  gtk_label_set_text (self->problem, problem != NULL ? problem : "");
  gtk_widget_set_visible (GTK_WIDGET (self->problem), problem != NULL);
  gtk_widget_remove_css_class (GTK_WIDGET (self->phone), "error");
  gtk_widget_remove_css_class (GTK_WIDGET (self->address), "error");
  gtk_widget_remove_css_class (GTK_WIDGET (self->time), "error");
  if (where == NULL)
    return;
  gtk_widget_add_css_class (where, "error");
  gtk_widget_grab_focus (where);
}

static char *
dup_description (UchNewTicket *self)
{
  GtkTextBuffer *buffer = gtk_text_view_get_buffer (self->description);
  GtkTextIter    start, end;

  gtk_text_buffer_get_bounds (buffer, &start, &end);
  return g_strstrip (gtk_text_buffer_get_text (buffer, &start, &end, FALSE));
}

static char *
dup_phone (UchNewTicket *self)
{
  UchSnapshot     *snapshot = uch_replica_get_snapshot (uch_session_get_replica (self->session));
  g_autofree char *area = uch_snapshot_dup_setting (snapshot, UCH_SETTING_AREA_CODE, "8652");

  return uch_phone_normalize (gtk_editable_get_text (self->phone), area);
}

/* Says at once when the same trouble is written down already. */
static void
look_for_duplicates (UchNewTicket *self)
{
  UchReplica            *replica = uch_session_get_replica (self->session);
  UchTime                now = uch_session_now (self->session);
  const UchAddressMatch *match = uch_address_field_get (self->field);
  g_autoptr (UchTicket) draft = uch_entity_new (UCH_TABLE_TICKET, "draft");
  g_autoptr (GPtrArray) found = NULL;
  g_autofree char *phone = dup_phone (self);

  g_clear_pointer (&self->duplicate_id, g_free);
  uch_entity_set_text (draft, &draft->phone, phone);
  uch_entity_set_text (draft, &draft->category, uch_category_choice_get (self->category));
  if (match != NULL && match->apartment != NULL)
    {
      uch_entity_set_text (draft, &draft->house_id, match->house->parent.id);
      uch_entity_set_text (draft, &draft->apartment, match->apartment);
    }
  if (draft->phone != NULL || draft->house_id != NULL)
    found = uch_duplicate_find (uch_replica_get_snapshot (replica), draft, now);
  gtk_widget_set_visible (self->duplicate_box, found != NULL && found->len != 0);
  if (found != NULL && found->len != 0)
    {
      UchTicket       *other = g_ptr_array_index (found, 0);
      g_autofree char *number = uch_format_number (other);
      g_autofree char *time = uch_format_day_time (other->created_at, now);
      g_autofree char *text = g_strdup_printf (_ ("There is %s already: %s, %s, %s"), number,
                                               other->address != NULL ? other->address : "",
                                               uch_format_category (other->category), time);

      self->duplicate_id = g_strdup (other->parent.id);
      gtk_label_set_text (self->duplicate, text);
    }
}

/* Fills in what the person has not written himself. */
static void
fill_in (GtkEditable *entry, char **filled, const char *text)
{
  const char *present = gtk_editable_get_text (entry);

  if (*present != '\0' && g_strcmp0 (present, *filled) != 0)
    return;
  g_free (*filled);
  *filled = g_strdup (text != NULL ? text : "");
  gtk_editable_set_text (entry, *filled);
}

static void
show_client (UchNewTicket *self)
{
  UchReplica      *replica = uch_session_get_replica (self->session);
  UchHouse        *house;
  g_autofree char *address = NULL;
  g_autofree char *text = NULL;

  gtk_widget_set_visible (GTK_WIDGET (self->client), self->found != NULL);
  if (self->found == NULL)
    return;
  house = self->found->house_id != NULL
              ? uch_replica_peek (replica, UCH_TABLE_HOUSE, self->found->house_id)
              : NULL;
  if (house != NULL)
    address = uch_address_format (house, self->found->apartment, FALSE);
  text = g_strjoin (" · ", self->found->name != NULL ? self->found->name : _ ("no name"),
                    address != NULL ? address : _ ("no address"), self->found->contract, NULL);
  gtk_label_set_text (self->client, text);
  fill_in (self->name, &self->filled_name, self->found->name);
  if (address != NULL)
    {
      fill_in (self->address, &self->filled_address, address);
      uch_address_field_close (self->field);
    }
}

static void
client_found_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (UchNewTicket) self = user_data;
  g_autoptr (GError) error = NULL;
  g_autoptr (UchFound) found = uch_replica_search_finish (UCH_REPLICA (source), result, &error);
  g_autofree char *phone = NULL;

  if (found == NULL)
    return;
  phone = dup_phone (self);
  g_clear_object (&self->found);
  for (guint i = 0; phone != NULL && self->found == NULL && i < found->clients->len; i++)
    {
      UchClient *client = g_ptr_array_index (found->clients, i);

      if (g_strcmp0 (client->phone, phone) == 0)
        self->found = g_object_ref (client);
    }
  show_client (self);
}

static void
phone_changed_cb (GtkEditable *entry, UchNewTicket *self)
{
  g_autofree char *phone = dup_phone (self);

  tell_problem (self, NULL, NULL);
  g_cancellable_cancel (self->searching);
  g_clear_object (&self->searching);
  look_for_duplicates (self);
  if (phone == NULL)
    {
      g_clear_object (&self->found);
      show_client (self);
      return;
    }
  self->searching = g_cancellable_new ();
  uch_replica_search_async (uch_session_get_replica (self->session), phone, FOUND_MAX,
                            self->searching, client_found_cb, g_object_ref (self));
}

/* Who could come at once, while the client is still on the phone. */
static void
look_for_offer (UchNewTicket *self)
{
  const UchAddressMatch *match = uch_address_field_get (self->field);
  const char            *category = uch_category_choice_get (self->category);
  g_autofree char       *text = NULL;

  if (match != NULL)
    text = uch_ranking_describe_best (self->session, match->house, category);
  gtk_label_set_text (self->offer, text != NULL ? text : "");
  gtk_widget_set_visible (GTK_WIDGET (self->offer), text != NULL);
}

static void
subject_changed_cb (UchNewTicket *self)
{
  tell_problem (self, NULL, NULL);
  look_for_duplicates (self);
  look_for_offer (self);
}

static void
time_changed_cb (GtkEditable *entry, UchNewTicket *self)
{
  const char      *text = gtk_editable_get_text (entry);
  UchTime          now = uch_session_now (self->session);
  UchTime          from_at, to_at;
  g_autofree char *from = NULL;
  g_autofree char *to = NULL;
  g_autofree char *meant = NULL;

  tell_problem (self, NULL, NULL);
  if (uch_time_text_is_now (text))
    meant = g_strdup (_ ("Now: the 40 minutes start at once"));
  else if (uch_time_text_parse (text, now, &from_at, &to_at))
    {
      from = uch_format_day_time (from_at, now);
      to = uch_format_time (to_at);
      meant = from_at != to_at ? g_strdup_printf ("%s–%s", from, to) : g_strdup (from);
    }
  gtk_label_set_text (self->time_meant, meant != NULL ? meant : "");
}

static void
address_changed_cb (GtkEditable *entry, UchNewTicket *self)
{
  if (self->field != NULL)
    uch_address_field_changed (self->field);
}

static void
address_activate_cb (GtkEditable *entry, UchNewTicket *self)
{
  uch_address_field_pick (self->field);
  gtk_widget_child_focus (GTK_WIDGET (self), GTK_DIR_TAB_FORWARD);
}

static void
house_activated_cb (GtkListBox *list, GtkListBoxRow *row, UchNewTicket *self)
{
  uch_address_field_pick (self->field);
}

static gboolean
check (UchNewTicket *self)
{
  const char      *phone = gtk_editable_get_text (self->phone);
  const char      *address = gtk_editable_get_text (self->address);
  const char      *time = gtk_editable_get_text (self->time);
  UchTime          from_at, to_at;
  g_autofree char *normal = dup_phone (self);

  if (*phone != '\0' && normal == NULL)
    tell_problem (self, _ ("This is no phone number"), GTK_WIDGET (self->phone));
  else if (*phone == '\0' && *address == '\0')
    tell_problem (self, _ ("A phone number or an address is needed"), GTK_WIDGET (self->phone));
  else if (*phone == '\0' && uch_address_field_get (self->field) == NULL)
    tell_problem (self, _ ("The register has no such house"), GTK_WIDGET (self->address));
  else if (uch_category_choice_get (self->category) == NULL)
    tell_problem (self, _ ("Choose a category"), GTK_WIDGET (self->category));
  else if (*time != '\0' && !uch_time_text_is_now (time)
           && !uch_time_text_parse (time, uch_session_now (self->session), &from_at, &to_at))
    tell_problem (self, _ ("Write a time: 18:00, tomorrow 10, 14-16, +2 h"),
                  GTK_WIDGET (self->time));
  else
    return TRUE;
  return FALSE;
}

static void
add_text (GVariantDict *fields, const char *name, const char *text)
{
  if (text != NULL && *text != '\0')
    g_variant_dict_insert (fields, name, "s", text);
}

static GVariant *
make_fields (UchNewTicket *self)
{
  const UchAddressMatch *match = uch_address_field_get (self->field);
  const char            *address = gtk_editable_get_text (self->address);
  g_autofree char       *description = dup_description (self);
  g_autofree char       *with_address = NULL;
  GVariantDict           fields;

  g_variant_dict_init (&fields, NULL);
  add_text (&fields, "category", uch_category_choice_get (self->category));
  add_text (&fields, "phone_raw", gtk_editable_get_text (self->phone));
  add_text (&fields, "client_name", gtk_editable_get_text (self->name));
  add_text (&fields, "source", "phone");
  if (self->found != NULL)
    add_text (&fields, "client_id", self->found->parent.id);
  if (match != NULL)
    {
      add_text (&fields, "house_id", match->house->parent.id);
      add_text (&fields, "apartment", match->apartment);
      add_text (&fields, "entrance", match->entrance);
      add_text (&fields, "floor", match->floor);
    }
  else if (*address != '\0')
    {
      g_autofree char *told = g_strdup_printf (_ ("Address as told: %s"), address);

      with_address = g_strjoin ("\n", told, *description != '\0' ? description : NULL, NULL);
    }
  add_text (&fields, "description", with_address != NULL ? with_address : description);
  return g_variant_dict_end (&fields);
}

static GPtrArray *
make_commands (UchNewTicket *self, const char *ticket_id)
{
  UchReplica      *replica = uch_session_get_replica (self->session);
  const char      *time = gtk_editable_get_text (self->time);
  GPtrArray       *commands = g_ptr_array_new_with_free_func ((GDestroyNotify) uch_command_unref);
  g_autofree char *group = uch_replica_make_id (replica);
  g_autofree char *visit_id = uch_replica_make_id (replica);
  UchTime          from_at = 0;
  UchTime          to_at = 0;

  g_ptr_array_add (commands, uch_replica_make_command (
                                 replica, UCH_COMMAND_TICKET_CREATE, "ticket", "s", ticket_id,
                                 "fields", "v", make_fields (self), "group", "s", group, NULL));
  if (uch_time_text_is_now (time))
    g_ptr_array_add (commands,
                     uch_replica_make_command (replica, UCH_COMMAND_VISIT_PLAN, "ticket", "s",
                                               ticket_id, "visit", "s", visit_id, "mode", "s",
                                               uch_visit_mode_nicks[UCH_VISIT_MODE_NOW], "group",
                                               "s", group, NULL));
  else if (uch_time_text_parse (time, uch_session_now (self->session), &from_at, &to_at))
    g_ptr_array_add (commands,
                     uch_replica_make_command (
                         replica, UCH_COMMAND_VISIT_PLAN, "ticket", "s", ticket_id, "visit", "s",
                         visit_id, "mode", "s", uch_visit_mode_nicks[UCH_VISIT_MODE_TIME],
                         "from_at", "x", from_at, "to_at", "x", to_at, "group", "s", group, NULL));
  return commands;
}

static void
clear (UchNewTicket *self)
{
  g_clear_pointer (&self->filled_name, g_free);
  g_clear_pointer (&self->filled_address, g_free);
  gtk_editable_set_text (self->phone, "");
  gtk_editable_set_text (self->address, "");
  gtk_editable_set_text (self->name, "");
  gtk_editable_set_text (self->time, "");
  gtk_text_buffer_set_text (gtk_text_view_get_buffer (self->description), "", 0);
  uch_category_choice_set (self->category, NULL);
  tell_problem (self, NULL, NULL);
}

/* A form in flight: which ticket it makes. */
typedef struct
{
  UchNewTicket *self; /* owned */
  char         *ticket_id;
} Flight;

static void
saved_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  Flight *flight = user_data;
  g_autoptr (UchNewTicket) self = flight->self;
  g_autofree char *ticket_id = flight->ticket_id;
  g_autoptr (GError) error = NULL;
  g_autoptr (GPtrArray) outcomes
      = uch_replica_submit_many_finish (UCH_REPLICA (source), result, &error);
  const UchOutcome *outcome
      = outcomes != NULL && outcomes->len != 0 ? g_ptr_array_index (outcomes, 0) : NULL;
  g_autofree char *reason = NULL;

  g_free (flight);
  self->is_sending = FALSE;
  gtk_widget_set_sensitive (GTK_WIDGET (self->save), TRUE);
  if (outcome == NULL)
    reason = g_strdup (error != NULL ? error->message : _ ("Could not be kept"));
  else if (outcome->kind != UCH_VERDICT_OK)
    reason = uch_format_refusal (UCH_REPLICA (source), outcome->refusal, outcome->field,
                                 outcome->current);
  if (reason != NULL)
    {
      tell_problem (self, reason, NULL);
      return;
    }
  clear (self);
  g_signal_emit (self, signals[SIGNAL_MADE], 0, ticket_id);
}

/* Not through uch_session_act(): the form must keep what was typed until the answer is yes. */
static void
save_action (GtkWidget *widget, const char *name, GVariant *parameter)
{
  g_autoptr (GPtrArray) commands = NULL;
  UchNewTicket *self = UCH_NEW_TICKET (widget);
  UchReplica   *replica = uch_session_get_replica (self->session);
  Flight       *flight;

  if (self->is_sending || !check (self))
    return;
  self->is_sending = TRUE;
  gtk_widget_set_sensitive (GTK_WIDGET (self->save), FALSE);
  flight = g_new0 (Flight, 1);
  flight->self = g_object_ref (self);
  flight->ticket_id = uch_replica_make_id (replica);
  commands = make_commands (self, flight->ticket_id);
  uch_replica_submit_many_async (replica, commands, NULL, saved_cb, flight);
}

/* The caller asks about what is written down already: his words become a note there. */
static void
join_action (GtkWidget *widget, const char *name, GVariant *parameter)
{
  UchNewTicket    *self = UCH_NEW_TICKET (widget);
  UchReplica      *replica = uch_session_get_replica (self->session);
  g_autofree char *ticket_id = g_strdup (self->duplicate_id);
  g_autofree char *note_id = uch_replica_make_id (replica);
  g_autofree char *text = dup_description (self);
  g_autofree char *note = NULL;

  if (ticket_id == NULL)
    return;
  note = *text != '\0' ? g_strdup_printf (_ ("Called again: %s"), text)
                       : g_strdup (_ ("The client called again"));
  uch_session_act_one (self->session, widget,
                       uch_replica_make_command (replica, UCH_COMMAND_NOTE_ADD, "note", "s",
                                                 note_id, "ticket", "s", ticket_id, "text", "s",
                                                 note, NULL),
                       _ ("Note added"));
  clear (self);
  g_signal_emit (self, signals[SIGNAL_MADE], 0, ticket_id);
}

static void
clear_action (GtkWidget *widget, const char *name, GVariant *parameter)
{
  clear (UCH_NEW_TICKET (widget));
  gtk_widget_grab_focus (GTK_WIDGET (UCH_NEW_TICKET (widget)->phone));
}

static void
category_action (GtkWidget *widget, const char *name, GVariant *parameter)
{
  uch_category_choice_choose (UCH_NEW_TICKET (widget)->category,
                              (guint) g_variant_get_int32 (parameter));
}

static void
uch_new_ticket_dispose (GObject *object)
{
  UchNewTicket *self = UCH_NEW_TICKET (object);

  g_cancellable_cancel (self->searching);
  g_clear_object (&self->searching);
  g_clear_object (&self->field);
  g_clear_pointer (&self->box, gtk_widget_unparent);
  g_clear_object (&self->found);
  g_clear_pointer (&self->duplicate_id, g_free);
  g_clear_pointer (&self->filled_name, g_free);
  g_clear_pointer (&self->filled_address, g_free);
  g_clear_object (&self->session);
  G_OBJECT_CLASS (uch_new_ticket_parent_class)->dispose (object);
}

static void
bind_template (GtkWidgetClass *widget_class)
{
  gtk_widget_class_set_template_from_resource (widget_class,
                                               "/org/uchastok/Desk/board/uch-new-ticket.ui");
  gtk_widget_class_bind_template_child (widget_class, UchNewTicket, box);
  gtk_widget_class_bind_template_child (widget_class, UchNewTicket, phone);
  gtk_widget_class_bind_template_child (widget_class, UchNewTicket, address);
  gtk_widget_class_bind_template_child (widget_class, UchNewTicket, name);
  gtk_widget_class_bind_template_child (widget_class, UchNewTicket, time);
  gtk_widget_class_bind_template_child (widget_class, UchNewTicket, client);
  gtk_widget_class_bind_template_child (widget_class, UchNewTicket, house_found);
  gtk_widget_class_bind_template_child (widget_class, UchNewTicket, duplicate);
  gtk_widget_class_bind_template_child (widget_class, UchNewTicket, time_meant);
  gtk_widget_class_bind_template_child (widget_class, UchNewTicket, offer);
  gtk_widget_class_bind_template_child (widget_class, UchNewTicket, problem);
  gtk_widget_class_bind_template_child (widget_class, UchNewTicket, houses_revealer);
  gtk_widget_class_bind_template_child (widget_class, UchNewTicket, houses);
  gtk_widget_class_bind_template_child (widget_class, UchNewTicket, duplicate_box);
  gtk_widget_class_bind_template_child (widget_class, UchNewTicket, category);
  gtk_widget_class_bind_template_child (widget_class, UchNewTicket, description);
  gtk_widget_class_bind_template_child (widget_class, UchNewTicket, save);
  gtk_widget_class_bind_template_callback (widget_class, phone_changed_cb);
  gtk_widget_class_bind_template_callback (widget_class, address_changed_cb);
  gtk_widget_class_bind_template_callback (widget_class, address_activate_cb);
  gtk_widget_class_bind_template_callback (widget_class, house_activated_cb);
  gtk_widget_class_bind_template_callback (widget_class, time_changed_cb);
}

static void
uch_new_ticket_class_init (UchNewTicketClass *klass)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  g_type_ensure (UCH_TYPE_CATEGORY_CHOICE);
  G_OBJECT_CLASS (klass)->dispose = uch_new_ticket_dispose;
  signals[SIGNAL_MADE] = g_signal_new ("made", UCH_TYPE_NEW_TICKET, G_SIGNAL_RUN_LAST, 0, NULL,
                                       NULL, NULL, G_TYPE_NONE, 1, G_TYPE_STRING);
  bind_template (widget_class);
  gtk_widget_class_install_action (widget_class, "form.save", NULL, save_action);
  gtk_widget_class_install_action (widget_class, "form.join", NULL, join_action);
  gtk_widget_class_install_action (widget_class, "form.clear", NULL, clear_action);
  gtk_widget_class_install_action (widget_class, "form.category", "i", category_action);
  gtk_widget_class_add_binding_action (widget_class, GDK_KEY_Return, GDK_CONTROL_MASK, "form.save",
                                       NULL);
  gtk_widget_class_add_binding_action (widget_class, GDK_KEY_j, GDK_CONTROL_MASK, "form.join",
                                       NULL);
  for (guint i = 0; i < UCH_N_QUICK_CATEGORIES; i++)
    gtk_widget_class_add_binding_action (widget_class, GDK_KEY_1 + i, GDK_ALT_MASK, "form.category",
                                         "i", (int) i);
}

static void
uch_new_ticket_init (UchNewTicket *self)
{
  gtk_widget_init_template (GTK_WIDGET (self));
}

/**
 * uch_new_ticket_new:
 * @session: the office
 *
 * Returns: (transfer floating): an empty form
 */
GtkWidget *
uch_new_ticket_new (UchSession *session)
{
  UchNewTicket *self = g_object_new (UCH_TYPE_NEW_TICKET, NULL);

  self->session = g_object_ref (session);
  self->field = uch_address_field_new (session, self->address, self->houses_revealer, self->houses,
                                       self->house_found);
  g_signal_connect_swapped (self->category, "changed", G_CALLBACK (subject_changed_cb), self);
  g_signal_connect_swapped (self->field, "changed", G_CALLBACK (subject_changed_cb), self);
  return GTK_WIDGET (self);
}

/**
 * uch_new_ticket_begin:
 * @self: the form
 *
 * Puts the focus where typing starts; what was typed before is still there.
 */
void
uch_new_ticket_begin (UchNewTicket *self)
{
  gtk_widget_grab_focus (GTK_WIDGET (self->phone));
}

/**
 * uch_new_ticket_set_house:
 * @self: the form
 * @house_id: a house of the register: written into the address unless the person has typed one
 */
void
uch_new_ticket_set_house (UchNewTicket *self, const char *house_id)
{
  UchHouse *house
      = uch_replica_peek (uch_session_get_replica (self->session), UCH_TABLE_HOUSE, house_id);
  g_autofree char *address = house != NULL ? uch_address_format (house, NULL, TRUE) : NULL;

  if (address == NULL)
    return;
  fill_in (self->address, &self->filled_address, address);
  uch_address_field_close (self->field);
}

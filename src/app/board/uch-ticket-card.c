#include "app/board/uch-ticket-card.h"

#include <glib/gi18n.h>

#include "app/board/uch-card-fields.h"
#include "app/board/uch-card-log.h"
#include "app/board/uch-conflict-bar.h"
#include "app/board/uch-step-form.h"
#include "app/board/uch-ticket-steps.h"
#include "app/board/uch-work-order.h"
#include "app/uch-format.h"

struct _UchTicketCard
{
  GtkWidget parent;

  /* template */
  GtkWidget         *box;
  GtkLabel          *number, *chip, *clock, *presence, *address, *what, *description;
  UchConflictBar    *conflict;
  GtkScrolledWindow *scroller;
  GtkButton         *next, *second, *map;
  GtkMenuButton     *more;
  GtkRevealer       *form_revealer;
  UchStepForm       *form;
  UchCardFields     *fields;
  UchCardLog        *log;

  /* owned */
  UchSession   *session;
  char         *ticket_id; /* (nullable) */
  UchTicket    *ticket;    /* (nullable): NULL also while it is being read */
  UchVisit     *visit;     /* (nullable) */
  GCancellable *cancellable;
  char         *css_class; /* (nullable) of the clock */
};

G_DEFINE_FINAL_TYPE (UchTicketCard, uch_ticket_card, GTK_TYPE_WIDGET)

static void
show_clock (UchTicketCard *self)
{
  UchTime          now = uch_session_now (self->session);
  const char      *css_class = NULL;
  g_autofree char *text = NULL;

  if (self->ticket == NULL)
    return;
  if (self->visit != NULL && uch_visit_is_open (self->visit)
      && self->visit->mode != UCH_VISIT_MODE_NONE)
    {
      UchTime arrives_at = uch_session_estimate_arrival (self->session, self->visit, now);

      css_class = uch_promise_css_class (uch_promise_expect (self->visit, now, arrives_at));
      text = uch_format_foresight (self->visit, arrives_at, now);
    }
  else
    text = uch_format_day_time (self->ticket->created_at, now);
  if (g_strcmp0 (text, gtk_label_get_text (self->clock)) != 0)
    gtk_label_set_text (self->clock, text);
  if (g_strcmp0 (css_class, self->css_class) == 0)
    return;
  if (self->css_class != NULL)
    gtk_widget_remove_css_class (GTK_WIDGET (self->clock), self->css_class);
  if (css_class != NULL)
    gtk_widget_add_css_class (GTK_WIDGET (self->clock), css_class);
  g_free (self->css_class);
  self->css_class = g_strdup (css_class);
}

static void
show_presence (UchTicketCard *self)
{
  UchReplica *replica = uch_session_get_replica (self->session);
  g_autoptr (GPtrArray) others = NULL;
  g_autoptr (GString) text = g_string_new (NULL);

  if (self->ticket_id == NULL)
    return;
  others = uch_sync_client_list_presence (uch_session_get_sync (self->session), self->ticket_id);
  for (guint i = 0; others != NULL && i < others->len; i++)
    {
      const UchPresence *other = g_ptr_array_index (others, i);
      g_autofree char   *name = uch_format_staff (replica, other->staff_id);

      if (text->len != 0)
        g_string_append (text, "; ");
      g_string_append_printf (text,
                              g_strcmp0 (other->act, "drag") == 0 ? _ ("%s is moving it now")
                                                                  : _ ("%s has it open"),
                              name);
    }
  gtk_label_set_text (self->presence, text->str);
  gtk_widget_set_visible (GTK_WIDGET (self->presence), text->len != 0);
}

static void
show_conflict (UchTicketCard *self)
{
  UchReplica *replica = uch_session_get_replica (self->session);
  GListModel *refusals = uch_replica_list_refusals (replica);
  g_autoptr (UchRefused) mine = NULL;
  guint n_mine = 0;

  for (guint i = 0; self->ticket_id != NULL && i < g_list_model_get_n_items (refusals); i++)
    {
      g_autoptr (UchRefused) refused = g_list_model_get_item (refusals, i);
      g_autofree char *ticket_id = uch_refused_dup_ticket_id (replica, refused);

      if (g_strcmp0 (ticket_id, self->ticket_id) == 0)
        {
          n_mine++;
          g_set_object (&mine, refused);
        }
    }
  uch_conflict_bar_set_refused (self->conflict, mine, n_mine);
}

/* One primary button, one beside it, the rest in the menu. */
static void
show_steps (UchTicketCard *self)
{
  const UchActor *actor = uch_replica_get_actor (uch_session_get_replica (self->session));
  const char     *next = uch_ticket_steps_find_next (self->ticket, self->visit, actor->role);
  const char     *second = NULL;
  g_autoptr (GPtrArray) steps = uch_ticket_steps_list (self->ticket, self->visit, actor->role);
  g_autoptr (GMenu) menu = g_menu_new ();

  for (guint i = 0; i < steps->len; i++)
    {
      const char *step = g_ptr_array_index (steps, i);

      if (g_strcmp0 (step, next) == 0)
        continue;
      if (second == NULL)
        second = step;
      else
        {
          g_autofree char *action = g_strdup_printf ("card.step::%s", step);

          g_menu_append (menu, uch_ticket_steps_name (step), action);
        }
    }
  gtk_widget_set_visible (GTK_WIDGET (self->next), next != NULL);
  gtk_widget_set_visible (GTK_WIDGET (self->second), second != NULL);
  gtk_widget_set_visible (GTK_WIDGET (self->more),
                          g_menu_model_get_n_items (G_MENU_MODEL (menu)) != 0);
  gtk_menu_button_set_menu_model (self->more, G_MENU_MODEL (menu));
  if (next != NULL)
    {
      gtk_button_set_label (self->next, uch_ticket_steps_name (next));
      gtk_actionable_set_action_target (GTK_ACTIONABLE (self->next), "s", next);
    }
  if (second != NULL)
    {
      gtk_button_set_label (self->second, uch_ticket_steps_name (second));
      gtk_actionable_set_action_target (GTK_ACTIONABLE (self->second), "s", second);
    }
}

static char *
describe_what (UchTicketCard *self)
{
  UchReplica *replica = uch_session_get_replica (self->session);
  UchZone    *zone = self->ticket->zone_id != NULL
                         ? uch_replica_peek (replica, UCH_TABLE_ZONE, self->ticket->zone_id)
                         : NULL;
  g_autoptr (GString) text = g_string_new (uch_format_category (self->ticket->category));

  if (zone != NULL)
    g_string_append_printf (text, _ (" · zone %d %s"), (int) zone->number,
                            zone->name != NULL ? zone->name : "");
  if (self->visit != NULL && self->visit->engineer_id != NULL && uch_visit_is_open (self->visit))
    {
      g_autofree char *name = uch_format_staff (replica, self->visit->engineer_id);

      g_string_append_printf (text, " · %s", name);
    }
  if (self->ticket->reopen_count != 0)
    g_string_append_printf (text, _ (" · reopened × %d"), (int) self->ticket->reopen_count);
  if (self->ticket->needs_review)
    g_string_append_printf (text, " · %s", _ ("needs review"));
  return g_string_free (g_steal_pointer (&text), FALSE);
}

static void
show_ticket (UchTicketCard *self)
{
  g_autofree char *number = NULL;
  g_autofree char *what = NULL;

  if (self->ticket == NULL)
    return;
  number = uch_format_number (self->ticket);
  what = describe_what (self);
  gtk_label_set_text (self->number, number);
  gtk_label_set_text (self->chip, uch_format_chip (self->ticket, self->visit));
  gtk_label_set_text (self->address,
                      self->ticket->address != NULL ? self->ticket->address : _ ("No address"));
  gtk_label_set_text (self->what, what);
  gtk_label_set_text (self->description,
                      self->ticket->description != NULL ? self->ticket->description : "");
  gtk_widget_set_visible (GTK_WIDGET (self->description), self->ticket->description != NULL);
  gtk_widget_set_sensitive (GTK_WIDGET (self->map), self->ticket->house_id != NULL);
  show_clock (self);
  show_steps (self);
  uch_card_fields_set_ticket (self->fields, self->ticket);
}

static void
visit_loaded_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (UchTicketCard) self = user_data;
  g_autoptr (GError) error = NULL;
  g_autoptr (UchVisit) visit = uch_replica_load_finish (UCH_REPLICA (source), result, &error);

  if (visit == NULL || self->ticket == NULL
      || g_strcmp0 (visit->parent.id, self->ticket->visit_id) != 0)
    return;
  g_set_object (&self->visit, visit);
  show_ticket (self);
}

static void
set_row (UchTicketCard *self, UchTicket *ticket)
{
  UchReplica *replica = uch_session_get_replica (self->session);

  g_set_object (&self->ticket, ticket);
  g_set_object (&self->visit, uch_replica_peek_visit_of (replica, ticket));
  show_ticket (self);
  if (self->visit == NULL && ticket->visit_id != NULL)
    uch_replica_load_async (replica, UCH_TABLE_VISIT, ticket->visit_id, self->cancellable,
                            visit_loaded_cb, g_object_ref (self));
}

static void
ticket_loaded_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (UchTicketCard) self = user_data;
  g_autoptr (GError) error = NULL;
  g_autoptr (UchTicket) ticket = uch_replica_load_finish (UCH_REPLICA (source), result, &error);

  if (ticket != NULL && g_strcmp0 (ticket->parent.id, self->ticket_id) == 0)
    set_row (self, ticket);
}

/* The replica's lists are up to date: is there a newer version of what is shown? */
static void
changed_cb (UchReplica *replica, GPtrArray *changes, UchTicketCard *self)
{
  UchTicket *ticket = self->ticket;
  gboolean   touched = FALSE;

  if (self->ticket_id == NULL)
    return;
  for (guint i = 0; i < changes->len; i++)
    {
      const UchChange *change = g_ptr_array_index (changes, i);

      if (change->table == UCH_TABLE_TICKET && g_str_equal (change->id, self->ticket_id)
          && change->after != NULL)
        {
          ticket = UCH_TICKET (change->after);
          touched = TRUE;
        }
      else if (change->table == UCH_TABLE_VISIT && change->after != NULL
               && g_strcmp0 (UCH_VISIT (change->after)->ticket_id, self->ticket_id) == 0)
        touched = TRUE;
    }
  if (touched && ticket != NULL)
    set_row (self, ticket);
}

static void
form_done_cb (UchTicketCard *self)
{
  gtk_revealer_set_reveal_child (self->form_revealer, FALSE);
  if (gtk_widget_get_visible (GTK_WIDGET (self->next)))
    gtk_widget_grab_focus (GTK_WIDGET (self->next));
}

/* A step that asks for nothing is sent as it is. */
static void
send_step (UchTicketCard *self, const char *command)
{
  UchReplica *replica = uch_session_get_replica (self->session);
  gboolean    is_visit = g_str_has_prefix (command, "visit.");
  UchEntity  *subject = is_visit ? UCH_ENTITY (self->visit) : UCH_ENTITY (self->ticket);

  if (subject == NULL)
    return;
  uch_session_act_one (self->session, GTK_WIDGET (self),
                       uch_replica_make_command (replica, command, is_visit ? "visit" : "ticket",
                                                 "s", subject->id, "base", "s", subject->rev, NULL),
                       uch_ticket_steps_name (command));
}

static void
step_action (GtkWidget *widget, const char *name, GVariant *parameter)
{
  UchTicketCard *self = UCH_TICKET_CARD (widget);
  const char    *command = g_variant_get_string (parameter, NULL);
  const char    *ids[] = { self->ticket_id, NULL };

  if (self->ticket == NULL)
    return;
  if (g_str_equal (command, UCH_COMMAND_VISIT_ASSIGN))
    gtk_widget_activate_action (widget, "win.assign", "^as", ids);
  else if (uch_step_form_begin (self->form, self->ticket, self->visit, command))
    {
      gtk_revealer_set_reveal_child (self->form_revealer, TRUE);
      gtk_adjustment_set_value (gtk_scrolled_window_get_vadjustment (self->scroller), 0);
    }
  else
    send_step (self, command);
}

static void
show_on_map_action (GtkWidget *widget, const char *name, GVariant *parameter)
{
  UchTicketCard *self = UCH_TICKET_CARD (widget);

  if (self->ticket != NULL && self->ticket->house_id != NULL)
    gtk_widget_activate_action (widget, "win.show-on-map", "s", self->ticket->house_id);
}

static void
print_action (GtkWidget *widget, const char *name, GVariant *parameter)
{
  UchTicketCard *self = UCH_TICKET_CARD (widget);

  if (self->ticket == NULL)
    return;
  if (g_str_equal (name, "card.print"))
    uch_work_order_print (self->session, widget, self->ticket, self->visit);
  else
    uch_work_order_save (self->session, widget, self->ticket, self->visit);
}

static void
uch_ticket_card_dispose (GObject *object)
{
  UchTicketCard *self = UCH_TICKET_CARD (object);

  g_cancellable_cancel (self->cancellable);
  g_clear_object (&self->cancellable);
  g_clear_pointer (&self->box, gtk_widget_unparent);
  g_clear_pointer (&self->ticket_id, g_free);
  g_clear_pointer (&self->css_class, g_free);
  g_clear_object (&self->ticket);
  g_clear_object (&self->visit);
  g_clear_object (&self->session);
  G_OBJECT_CLASS (uch_ticket_card_parent_class)->dispose (object);
}

static void
bind_template (GtkWidgetClass *widget_class)
{
  gtk_widget_class_set_template_from_resource (widget_class,
                                               "/org/uchastok/Desk/board/uch-ticket-card.ui");
  gtk_widget_class_bind_template_child (widget_class, UchTicketCard, box);
  gtk_widget_class_bind_template_child (widget_class, UchTicketCard, number);
  gtk_widget_class_bind_template_child (widget_class, UchTicketCard, chip);
  gtk_widget_class_bind_template_child (widget_class, UchTicketCard, clock);
  gtk_widget_class_bind_template_child (widget_class, UchTicketCard, presence);
  gtk_widget_class_bind_template_child (widget_class, UchTicketCard, address);
  gtk_widget_class_bind_template_child (widget_class, UchTicketCard, what);
  gtk_widget_class_bind_template_child (widget_class, UchTicketCard, description);
  gtk_widget_class_bind_template_child (widget_class, UchTicketCard, conflict);
  gtk_widget_class_bind_template_child (widget_class, UchTicketCard, scroller);
  gtk_widget_class_bind_template_child (widget_class, UchTicketCard, next);
  gtk_widget_class_bind_template_child (widget_class, UchTicketCard, second);
  gtk_widget_class_bind_template_child (widget_class, UchTicketCard, map);
  gtk_widget_class_bind_template_child (widget_class, UchTicketCard, more);
  gtk_widget_class_bind_template_child (widget_class, UchTicketCard, form_revealer);
  gtk_widget_class_bind_template_child (widget_class, UchTicketCard, form);
  gtk_widget_class_bind_template_child (widget_class, UchTicketCard, fields);
  gtk_widget_class_bind_template_child (widget_class, UchTicketCard, log);
}

static void
uch_ticket_card_class_init (UchTicketCardClass *klass)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  g_type_ensure (UCH_TYPE_CONFLICT_BAR);
  g_type_ensure (UCH_TYPE_STEP_FORM);
  g_type_ensure (UCH_TYPE_CARD_FIELDS);
  g_type_ensure (UCH_TYPE_CARD_LOG);
  G_OBJECT_CLASS (klass)->dispose = uch_ticket_card_dispose;
  bind_template (widget_class);
  gtk_widget_class_install_action (widget_class, "card.step", "s", step_action);
  gtk_widget_class_install_action (widget_class, "card.show-on-map", NULL, show_on_map_action);
  gtk_widget_class_install_action (widget_class, "card.print", NULL, print_action);
  gtk_widget_class_install_action (widget_class, "card.save-pdf", NULL, print_action);
  gtk_widget_class_add_binding_action (widget_class, GDK_KEY_l, GDK_CONTROL_MASK, "card.step", "s",
                                       UCH_COMMAND_CALL_LOG);
  gtk_widget_class_add_binding_action (widget_class, GDK_KEY_m, GDK_CONTROL_MASK, "card.step", "s",
                                       UCH_COMMAND_NOTE_ADD);
  gtk_widget_class_add_binding_action (widget_class, GDK_KEY_p, GDK_CONTROL_MASK, "card.print",
                                       NULL);
}

static void
uch_ticket_card_init (UchTicketCard *self)
{
  gtk_widget_init_template (GTK_WIDGET (self));
  self->cancellable = g_cancellable_new ();
  g_signal_connect_swapped (self->form, "done", G_CALLBACK (form_done_cb), self);
}

/**
 * uch_ticket_card_new:
 * @session: the office
 *
 * Returns: (transfer floating): an empty card
 */
GtkWidget *
uch_ticket_card_new (UchSession *session)
{
  UchTicketCard *self = g_object_new (UCH_TYPE_TICKET_CARD, NULL);
  UchReplica    *replica = uch_session_get_replica (session);

  self->session = g_object_ref (session);
  uch_conflict_bar_set_session (self->conflict, session);
  uch_step_form_set_session (self->form, session);
  uch_card_fields_set_session (self->fields, session);
  uch_card_log_set_session (self->log, session);
  g_signal_connect_object (session, "tick", G_CALLBACK (show_clock), self, G_CONNECT_SWAPPED);
  g_signal_connect_object (replica, "changed", G_CALLBACK (changed_cb), self, 0);
  g_signal_connect_object (uch_replica_list_refusals (replica), "items-changed",
                           G_CALLBACK (show_conflict), self, G_CONNECT_SWAPPED);
  g_signal_connect_object (uch_session_get_sync (session), "presence", G_CALLBACK (show_presence),
                           self, G_CONNECT_SWAPPED);
  return GTK_WIDGET (self);
}

/**
 * uch_ticket_card_set_ticket:
 * @self: the card
 * @ticket_id: (nullable): any ticket, current or old; %NULL closes it
 */
void
uch_ticket_card_set_ticket (UchTicketCard *self, const char *ticket_id)
{
  UchReplica *replica = uch_session_get_replica (self->session);
  UchTicket  *ticket;

  if (g_strcmp0 (ticket_id, self->ticket_id) == 0)
    return;
  g_cancellable_cancel (self->cancellable);
  g_set_object (&self->cancellable, g_cancellable_new ());
  g_object_unref (self->cancellable);
  g_free (self->ticket_id);
  self->ticket_id = g_strdup (ticket_id);
  g_clear_object (&self->ticket);
  g_clear_object (&self->visit);
  gtk_revealer_set_reveal_child (self->form_revealer, FALSE);
  gtk_adjustment_set_value (gtk_scrolled_window_get_vadjustment (self->scroller), 0);
  uch_card_log_set_ticket (self->log, ticket_id);
  uch_card_fields_set_ticket (self->fields, NULL);
  show_conflict (self);
  if (ticket_id == NULL)
    return;
  show_presence (self);
  ticket = uch_replica_peek (replica, UCH_TABLE_TICKET, ticket_id);
  if (ticket != NULL)
    set_row (self, ticket);
  else
    uch_replica_load_async (replica, UCH_TABLE_TICKET, ticket_id, self->cancellable,
                            ticket_loaded_cb, g_object_ref (self));
}

/**
 * uch_ticket_card_get_ticket_id:
 * @self: the card
 *
 * Returns: (nullable): what it shows
 */
const char *
uch_ticket_card_get_ticket_id (UchTicketCard *self)
{
  return self->ticket_id;
}

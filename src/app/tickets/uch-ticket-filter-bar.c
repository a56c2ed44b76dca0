#include "app/tickets/uch-ticket-filter-bar.h"

#include <string.h>

#include <glib/gi18n.h>

#include "app/tickets/uch-choice.h"
#include "app/uch-format.h"
#include "core/uch-category.h"
#include "core/uch-people.h"

struct _UchTicketFilterBar
{
  GtkWidget parent;

  GtkWidget   *box;
  GtkEditable *search;
  GtkWidget   *states_box;
  GtkLabel    *states_label;
  GtkDropDown *category;
  GtkDropDown *zone;
  GtkDropDown *engineer;
  GtkDropDown *period;
  GtkWidget   *reset;
  GtkWidget   *columns_button;
  GtkPopover  *saved_popover;
  GtkListBox  *saved_list;
  GtkWidget   *saved_empty;
  GtkEditable *saved_name;
  GtkWidget   *save;

  GtkCheckButton *states[UCH_N_TICKET_STATES];
  UchSession     *session; /* owned */
  UchTicketSort   sort;    /* of the list; saved along */
  gboolean        descending;
  gboolean        is_restoring;
};

enum
{
  SIGNAL_CHANGED,
  SIGNAL_SAVED_CHOSEN,
  N_SIGNALS
};

static guint signals[N_SIGNALS];

G_DEFINE_FINAL_TYPE (UchTicketFilterBar, uch_ticket_filter_bar, GTK_TYPE_WIDGET)

/* ---- the states ---- */

static guint
get_states (UchTicketFilterBar *self)
{
  guint states = 0;

  for (guint i = 0; i < UCH_N_TICKET_STATES; i++)
    if (gtk_check_button_get_active (self->states[i]))
      states |= 1u << i;
  return states;
}

static void
show_states (UchTicketFilterBar *self)
{
  guint            states = get_states (self);
  g_autofree char *text = NULL;
  guint            n = 0;
  guint            last = 0;

  for (guint i = 0; i < UCH_N_TICKET_STATES; i++)
    if (states & (1u << i))
      {
        n++;
        last = i;
      }
  if (n == 1)
    text = g_strdup (uch_format_ticket_state ((UchTicketState) last));
  else if (n > 1)
    text = g_strdup_printf (ngettext ("%u state", "%u states", n), n);
  gtk_label_set_label (self->states_label, text != NULL ? text : _ ("States"));
}

static void
emit_changed (UchTicketFilterBar *self)
{
  g_autoptr (UchTicketView) view = uch_ticket_view_new ();

  if (self->is_restoring || self->session == NULL)
    return;
  show_states (self);
  uch_ticket_filter_bar_get_view (self, view);
  gtk_widget_set_sensitive (self->reset, !uch_ticket_view_is_any (view));
  g_signal_emit (self, signals[SIGNAL_CHANGED], 0);
}

static void
changed_cb (UchTicketFilterBar *self)
{
  emit_changed (self);
}

static void
add_states (UchTicketFilterBar *self)
{
  for (guint i = 0; i < UCH_N_TICKET_STATES; i++)
    {
      GtkWidget *check
          = gtk_check_button_new_with_label (uch_format_ticket_state ((UchTicketState) i));

      self->states[i] = GTK_CHECK_BUTTON (check);
      g_signal_connect_swapped (check, "toggled", G_CALLBACK (changed_cb), self);
      gtk_box_append (GTK_BOX (self->states_box), check);
    }
}

/* ---- the drop-downs ---- */

static void
fill_categories (UchTicketFilterBar *self)
{
  static const struct
  {
    const char *prefix;
    const char *name;
  } families[] = {
    { "connect.", NC_ ("family", "Connections") },
    { "support.", NC_ ("family", "Support") },
    { "thanks", NC_ ("family", "Thanks") },
    { "mc.", NC_ ("family", "Management companies") },
    { "proactive.", NC_ ("family", "Prevention") },
    { "incident.", NC_ ("family", "Incidents") },
  };
  g_autoptr (GListStore) choices = uch_choices_new ();
  const UchCategory *categories;
  guint              n;

  categories = uch_category_list (&n);
  uch_choices_add (choices, NULL, _ ("Categories"));
  for (guint i = 0; i < G_N_ELEMENTS (families); i++)
    {
      uch_choices_add (choices, families[i].prefix,
                       g_dpgettext2 (NULL, "family", families[i].name));
      for (guint j = 0; j < n && strchr (families[i].prefix, '.') != NULL; j++)
        if (g_str_has_prefix (categories[j].code, families[i].prefix))
          {
            g_autofree char *name
                = g_strconcat ("    ", uch_format_category (categories[j].code), NULL);

            uch_choices_add (choices, categories[j].code, name);
          }
    }
  uch_choice_set_rows (self->category, choices);
}

static void
fill_periods (UchTicketFilterBar *self)
{
  static const char *const names[UCH_N_PERIODS] = {
    NC_ ("period", "Any time"),   NC_ ("period", "Today"),       NC_ ("period", "Yesterday"),
    NC_ ("period", "Seven days"), NC_ ("period", "Thirty days"), NC_ ("period", "A year"),
  };
  g_autoptr (GListStore) choices = uch_choices_new ();

  for (guint i = 0; i < UCH_N_PERIODS; i++)
    uch_choices_add (choices, i == 0 ? NULL : names[i], g_dpgettext2 (NULL, "period", names[i]));
  uch_choice_set_rows (self->period, choices);
}

static void
fill_zones (UchTicketFilterBar *self)
{
  GListModel *zones = uch_replica_list (uch_session_get_replica (self->session), UCH_TABLE_ZONE);
  g_autoptr (GListStore) choices = uch_choices_new ();
  gboolean was_restoring = self->is_restoring;

  uch_choices_add (choices, NULL, _ ("Zones"));
  for (guint i = 0; i < g_list_model_get_n_items (zones); i++)
    {
      g_autoptr (UchZone) zone = g_list_model_get_item (zones, i);
      g_autofree char *name
          = g_strdup_printf ("%" G_GINT64_FORMAT " · %s", zone->number, zone->name);

      uch_choices_add (choices, zone->parent.id, name);
    }
  uch_choices_sort (choices, 1);
  self->is_restoring = TRUE;
  uch_choice_set_rows (self->zone, choices);
  self->is_restoring = was_restoring;
}

static void
fill_engineers (UchTicketFilterBar *self)
{
  GListModel *staff = uch_replica_list (uch_session_get_replica (self->session), UCH_TABLE_STAFF);
  g_autoptr (GListStore) choices = uch_choices_new ();
  gboolean was_restoring = self->is_restoring;

  uch_choices_add (choices, NULL, _ ("Engineers"));
  for (guint i = 0; i < g_list_model_get_n_items (staff); i++)
    {
      g_autoptr (UchStaff) person = g_list_model_get_item (staff, i);
      g_autofree char *name = uch_staff_dup_short_name (person);

      if (person->role == UCH_ROLE_ENGINEER)
        uch_choices_add (choices, person->parent.id, name);
    }
  uch_choices_sort (choices, 1);
  self->is_restoring = TRUE;
  uch_choice_set_rows (self->engineer, choices);
  self->is_restoring = was_restoring;
}

/* ---- saved filters ---- */

static char **
get_saved (UchTicketFilterBar *self)
{
  return g_settings_get_strv (uch_session_get_settings (self->session), "saved-ticket-filters");
}

static void
put_saved (UchTicketFilterBar *self, const char *name, const UchTicketView *view)
{
  g_auto (GStrv) saved = get_saved (self);
  g_auto (GStrv) changed = uch_saved_views_put ((const char *const *) saved, name, view);

  g_settings_set_strv (uch_session_get_settings (self->session), "saved-ticket-filters",
                       (const char *const *) changed);
}

static void fill_saved (UchTicketFilterBar *self);

static void
delete_cb (GtkWidget *button, UchTicketFilterBar *self)
{
  put_saved (self, g_object_get_data (G_OBJECT (button), "uch-name"), NULL);
  fill_saved (self);
}

static GtkWidget *
make_saved_row (UchTicketFilterBar *self, const char *name, const char *saved)
{
  GtkWidget       *row = gtk_list_box_row_new ();
  GtkWidget       *box = gtk_box_new (GTK_ORIENTATION_HORIZONTAL, 6);
  GtkWidget       *label = gtk_label_new (name);
  GtkWidget       *button = gtk_button_new_from_icon_name ("user-trash-symbolic");
  g_autofree char *text = g_strdup_printf (_ ("Delete the filter “%s”"), name);

  gtk_label_set_xalign (GTK_LABEL (label), 0);
  gtk_label_set_ellipsize (GTK_LABEL (label), PANGO_ELLIPSIZE_END);
  gtk_widget_set_hexpand (label, TRUE);
  gtk_widget_add_css_class (button, "flat");
  gtk_widget_set_tooltip_text (button, text);
  gtk_accessible_update_property (GTK_ACCESSIBLE (button), GTK_ACCESSIBLE_PROPERTY_LABEL, text, -1);
  g_object_set_data_full (G_OBJECT (button), "uch-name", g_strdup (name), g_free);
  g_signal_connect (button, "clicked", G_CALLBACK (delete_cb), self);
  gtk_box_append (GTK_BOX (box), label);
  gtk_box_append (GTK_BOX (box), button);
  gtk_list_box_row_set_child (GTK_LIST_BOX_ROW (row), box);
  g_object_set_data_full (G_OBJECT (row), "uch-view", g_strdup (strchr (saved, '\t') + 1), g_free);
  return row;
}

static void
fill_saved (UchTicketFilterBar *self)
{
  g_auto (GStrv) saved = get_saved (self);
  GtkWidget *row;
  guint      n = 0;

  while ((row = gtk_widget_get_first_child (GTK_WIDGET (self->saved_list))) != NULL)
    gtk_list_box_remove (self->saved_list, row);
  for (guint i = 0; saved[i] != NULL; i++)
    {
      g_autofree char *name = uch_saved_view_parse (saved[i], NULL);

      if (name == NULL)
        continue;
      gtk_list_box_append (self->saved_list, make_saved_row (self, name, saved[i]));
      n++;
    }
  gtk_widget_set_visible (self->saved_empty, n == 0);
  gtk_widget_set_visible (GTK_WIDGET (self->saved_list), n > 0);
}

static void
saved_shown_cb (UchTicketFilterBar *self)
{
  fill_saved (self);
}

static void
saved_activated_cb (UchTicketFilterBar *self, GtkListBoxRow *row)
{
  g_autofree char *view = g_strdup (g_object_get_data (G_OBJECT (row), "uch-view"));

  gtk_popover_popdown (self->saved_popover);
  g_signal_emit (self, signals[SIGNAL_SAVED_CHOSEN], 0, view);
}

static gboolean
has_name (UchTicketFilterBar *self)
{
  g_autofree char *name = g_strdup (gtk_editable_get_text (self->saved_name));

  return *g_strstrip (name) != '\0';
}

static void
saved_name_changed_cb (UchTicketFilterBar *self)
{
  gtk_widget_set_sensitive (self->save, has_name (self));
}

static void
save_cb (UchTicketFilterBar *self)
{
  g_autoptr (UchTicketView) view = uch_ticket_view_new ();

  if (!has_name (self))
    return;
  uch_ticket_filter_bar_get_view (self, view);
  put_saved (self, gtk_editable_get_text (self->saved_name), view);
  gtk_editable_set_text (self->saved_name, "");
  fill_saved (self);
}

/* ---- the widget ---- */

static void
reset_cb (UchTicketFilterBar *self)
{
  g_autoptr (UchTicketView) any = uch_ticket_view_new ();

  any->sort = self->sort;
  any->descending = self->descending;
  uch_ticket_filter_bar_set_view (self, any);
  emit_changed (self);
}

static void
uch_ticket_filter_bar_dispose (GObject *object)
{
  UchTicketFilterBar *self = UCH_TICKET_FILTER_BAR (object);

  self->is_restoring = TRUE;
  g_clear_pointer (&self->box, gtk_widget_unparent);
  g_clear_object (&self->session);
  G_OBJECT_CLASS (uch_ticket_filter_bar_parent_class)->dispose (object);
}

static void
uch_ticket_filter_bar_class_init (UchTicketFilterBarClass *klass)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  G_OBJECT_CLASS (klass)->dispose = uch_ticket_filter_bar_dispose;
  gtk_widget_class_set_layout_manager_type (widget_class, GTK_TYPE_BIN_LAYOUT);
  gtk_widget_class_set_template_from_resource (
      widget_class, "/org/uchastok/Desk/tickets/uch-ticket-filter-bar.ui");
  gtk_widget_class_bind_template_child (widget_class, UchTicketFilterBar, box);
  gtk_widget_class_bind_template_child (widget_class, UchTicketFilterBar, search);
  gtk_widget_class_bind_template_child (widget_class, UchTicketFilterBar, states_box);
  gtk_widget_class_bind_template_child (widget_class, UchTicketFilterBar, states_label);
  gtk_widget_class_bind_template_child (widget_class, UchTicketFilterBar, category);
  gtk_widget_class_bind_template_child (widget_class, UchTicketFilterBar, zone);
  gtk_widget_class_bind_template_child (widget_class, UchTicketFilterBar, engineer);
  gtk_widget_class_bind_template_child (widget_class, UchTicketFilterBar, period);
  gtk_widget_class_bind_template_child (widget_class, UchTicketFilterBar, reset);
  gtk_widget_class_bind_template_child (widget_class, UchTicketFilterBar, columns_button);
  gtk_widget_class_bind_template_child (widget_class, UchTicketFilterBar, saved_popover);
  gtk_widget_class_bind_template_child (widget_class, UchTicketFilterBar, saved_list);
  gtk_widget_class_bind_template_child (widget_class, UchTicketFilterBar, saved_empty);
  gtk_widget_class_bind_template_child (widget_class, UchTicketFilterBar, saved_name);
  gtk_widget_class_bind_template_child (widget_class, UchTicketFilterBar, save);
  gtk_widget_class_bind_template_callback (widget_class, changed_cb);
  gtk_widget_class_bind_template_callback (widget_class, reset_cb);
  gtk_widget_class_bind_template_callback (widget_class, saved_shown_cb);
  gtk_widget_class_bind_template_callback (widget_class, saved_activated_cb);
  gtk_widget_class_bind_template_callback (widget_class, saved_name_changed_cb);
  gtk_widget_class_bind_template_callback (widget_class, save_cb);

  /**
   * UchTicketFilterBar::changed:
   *
   * The person wants to see other tickets.
   */
  signals[SIGNAL_CHANGED] = g_signal_new ("changed", G_TYPE_FROM_CLASS (klass), G_SIGNAL_RUN_LAST,
                                          0, NULL, NULL, NULL, G_TYPE_NONE, 0);
  /**
   * UchTicketFilterBar::saved-chosen:
   * @view: see uch_ticket_view_parse()
   */
  signals[SIGNAL_SAVED_CHOSEN]
      = g_signal_new ("saved-chosen", G_TYPE_FROM_CLASS (klass), G_SIGNAL_RUN_LAST, 0, NULL, NULL,
                      NULL, G_TYPE_NONE, 1, G_TYPE_STRING);
}

static void
uch_ticket_filter_bar_init (UchTicketFilterBar *self)
{
  self->is_restoring = TRUE;
  gtk_widget_init_template (GTK_WIDGET (self));
  uch_choice_setup (self->category);
  uch_choice_setup (self->zone);
  uch_choice_setup (self->engineer);
  uch_choice_setup (self->period);
  add_states (self);
  fill_categories (self);
  fill_periods (self);
}

/**
 * uch_ticket_filter_bar_new:
 *
 * Returns: (transfer floating): the bar; it lets every ticket through
 */
GtkWidget *
uch_ticket_filter_bar_new (UchSession *session)
{
  UchTicketFilterBar *self = g_object_new (UCH_TYPE_TICKET_FILTER_BAR, NULL);
  UchReplica         *replica = uch_session_get_replica (session);

  self->session = g_object_ref (session);
  fill_zones (self);
  fill_engineers (self);
  g_signal_connect_object (uch_replica_list (replica, UCH_TABLE_ZONE), "items-changed",
                           G_CALLBACK (fill_zones), self, G_CONNECT_SWAPPED);
  g_signal_connect_object (uch_replica_list (replica, UCH_TABLE_STAFF), "items-changed",
                           G_CALLBACK (fill_engineers), self, G_CONNECT_SWAPPED);
  self->is_restoring = FALSE;
  show_states (self);
  gtk_widget_set_sensitive (self->reset, FALSE);
  return GTK_WIDGET (self);
}

static void
put (char **place, const char *value)
{
  g_free (*place);
  *place = value != NULL && *value != '\0' ? g_strdup (value) : NULL;
}

/**
 * uch_ticket_filter_bar_get_view:
 * @view: gets what the person chose, its order too
 */
void
uch_ticket_filter_bar_get_view (UchTicketFilterBar *self, UchTicketView *view)
{
  g_autofree char *text = g_strdup (gtk_editable_get_text (self->search));

  put (&view->text, g_strstrip (text));
  put (&view->category, uch_choice_get (self->category));
  put (&view->zone_id, uch_choice_get (self->zone));
  put (&view->engineer_id, uch_choice_get (self->engineer));
  view->states = get_states (self);
  view->period = (UchPeriod) gtk_drop_down_get_selected (self->period);
  view->sort = self->sort;
  view->descending = self->descending;
}

/**
 * uch_ticket_filter_bar_set_view:
 *
 * Shows another choice; "changed" is not emitted.
 */
void
uch_ticket_filter_bar_set_view (UchTicketFilterBar *self, const UchTicketView *view)
{
  self->is_restoring = TRUE;
  gtk_editable_set_text (self->search, view->text != NULL ? view->text : "");
  uch_choice_set (self->category, view->category);
  uch_choice_set (self->zone, view->zone_id);
  uch_choice_set (self->engineer, view->engineer_id);
  for (guint i = 0; i < UCH_N_TICKET_STATES; i++)
    gtk_check_button_set_active (self->states[i], (view->states & (1u << i)) != 0);
  gtk_drop_down_set_selected (self->period, view->period);
  self->sort = view->sort;
  self->descending = view->descending;
  show_states (self);
  gtk_widget_set_sensitive (self->reset, !uch_ticket_view_is_any (view));
  self->is_restoring = FALSE;
}

void
uch_ticket_filter_bar_focus_search (UchTicketFilterBar *self)
{
  gtk_widget_grab_focus (GTK_WIDGET (self->search));
}

/**
 * uch_ticket_filter_bar_get_columns_button:
 *
 * Returns: (transfer none): a #GtkMenuButton that still needs its menu
 */
GtkWidget *
uch_ticket_filter_bar_get_columns_button (UchTicketFilterBar *self)
{
  return self->columns_button;
}

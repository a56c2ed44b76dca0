#define G_LOG_DOMAIN "uch-app"

#include "app/register/uch-register-detail.h"

#include <glib/gi18n.h>

#include "app/register/uch-form.h"
#include "app/register/uch-phone-pane.h"
#include "app/register/uch-register-text.h"
#include "app/register/uch-related.h"
#include "app/uch-format.h"

#define RELATED_MAX 3

struct _UchRegisterDetail
{
  GtkWidget parent;

  GtkWidget *top;
  GtkLabel  *title;
  GtkLabel  *detail;
  GtkWidget *show_on_map;
  UchForm   *form;

  UchSession        *session;              /* owned */
  const UchRegister *of;                   /* borrowed, static */
  UchRelated        *related[RELATED_MAX]; /* borrowed: in the box */
  guint              n_related;
  GtkWidget         *staff_bar;    /* borrowed, nullable: what a person has beside his form */
  GtkWidget         *shifts;       /* borrowed, nullable: the way to the person's week */
  GtkWidget         *phone_button; /* borrowed, nullable */
  GtkWidget         *phone;        /* borrowed, nullable: a revealer around the pane */
};

enum
{
  SIGNAL_SAVED,
  SIGNAL_REMOVED,
  SIGNAL_OPENED,
  N_SIGNALS
};

static guint signals[N_SIGNALS];

G_DEFINE_FINAL_TYPE (UchRegisterDetail, uch_register_detail, GTK_TYPE_WIDGET)

static UchReplica *
get_replica (UchRegisterDetail *self)
{
  return uch_session_get_replica (self->session);
}

static void
show_title (UchRegisterDetail *self, gconstpointer row)
{
  g_autofree char       *title = uch_register_dup_title (get_replica (self), row);
  const UchKnownSetting *setting = NULL;

  if (self->of->table == UCH_TABLE_SETTING)
    setting = uch_known_setting_find (UCH_ENTITY (row)->id);
  gtk_label_set_label (self->title, title);
  gtk_label_set_label (self->detail, setting != NULL ? _ (setting->hint) : "");
  gtk_widget_set_visible (GTK_WIDGET (self->detail), setting != NULL);
  gtk_widget_set_visible (self->show_on_map, self->of->table == UCH_TABLE_HOUSE);
  if (self->of->table == UCH_TABLE_HOUSE)
    {
      gtk_actionable_set_action_target (GTK_ACTIONABLE (self->show_on_map), "s",
                                        UCH_ENTITY (row)->id);
      gtk_widget_set_sensitive (self->show_on_map,
                                UCH_HOUSE (row)->latitude != 0 || UCH_HOUSE (row)->longitude != 0);
    }
}

/* A phone is an engineer's tool: nobody else has codes to be made for. */
static void
show_staff_bar (UchRegisterDetail *self, const char *id)
{
  const UchStaff *staff
      = id != NULL ? uch_replica_peek (get_replica (self), UCH_TABLE_STAFF, id) : NULL;
  gboolean has_phone = staff != NULL && staff->role == UCH_ROLE_ENGINEER && !staff->dismissed
                       && uch_phone_pane_may_use (self->session);

  gtk_widget_set_visible (self->staff_bar, staff != NULL);
  gtk_actionable_set_action_target (GTK_ACTIONABLE (self->shifts), "s", id != NULL ? id : "");
  gtk_widget_set_visible (self->phone_button, has_phone);
  if (!has_phone)
    gtk_toggle_button_set_active (GTK_TOGGLE_BUTTON (self->phone_button), FALSE);
  uch_phone_pane_show (UCH_PHONE_PANE (gtk_revealer_get_child (GTK_REVEALER (self->phone))),
                       has_phone ? id : NULL);
}

static void
show_related (UchRegisterDetail *self, const char *id)
{
  for (guint i = 0; i < self->n_related; i++)
    uch_related_show (self->related[i], id);
  if (self->staff_bar != NULL)
    show_staff_bar (self, id);
}

static void
saved_cb (UchRegisterDetail *self, const char *id)
{
  show_related (self, id);
  g_signal_emit (self, signals[SIGNAL_SAVED], 0, id);
}

static void
removed_cb (UchRegisterDetail *self, const char *id)
{
  g_signal_emit (self, signals[SIGNAL_REMOVED], 0, id);
}

static void
opened_cb (UchRegisterDetail *self, UchEntity *row)
{
  if (row->schema->table == UCH_TABLE_TICKET)
    gtk_widget_activate_action (GTK_WIDGET (self), "win.show-ticket", "s", row->id);
  else
    g_signal_emit (self, signals[SIGNAL_OPENED], 0, row);
}

static void
add_related (UchRegisterDetail *self, UchTable table, const char *field, const char *title)
{
  GtkWidget *related = uch_related_new (self->session, table, field, title);

  g_signal_connect_object (related, "opened", G_CALLBACK (opened_cb), self, G_CONNECT_SWAPPED);
  gtk_box_append (uch_form_get_content (self->form), related);
  self->related[self->n_related++] = UCH_RELATED (related);
}

static void
add_staff_bar (UchRegisterDetail *self)
{
  self->staff_bar = gtk_box_new (GTK_ORIENTATION_HORIZONTAL, 6);
  self->shifts = gtk_button_new_with_label (_ ("Shifts of the week"));
  self->phone_button = gtk_toggle_button_new_with_label (C_ ("staff", "Phone"));
  self->phone = gtk_revealer_new ();
  gtk_actionable_set_action_name (GTK_ACTIONABLE (self->shifts), "register.show-shifts");
  gtk_actionable_set_action_target (GTK_ACTIONABLE (self->shifts), "s", "");
  gtk_revealer_set_child (GTK_REVEALER (self->phone), uch_phone_pane_new (self->session));
  g_object_bind_property (self->phone_button, "active", self->phone, "reveal-child",
                          G_BINDING_DEFAULT);
  gtk_box_append (GTK_BOX (self->staff_bar), self->shifts);
  gtk_box_append (GTK_BOX (self->staff_bar), self->phone_button);
  gtk_box_append (GTK_BOX (self->top), self->staff_bar);
  gtk_box_append (GTK_BOX (self->top), self->phone);
}

static void
add_parts (UchRegisterDetail *self)
{
  int      role = uch_replica_get_actor (get_replica (self))->role;
  gboolean sees_clients = uch_register_may_see (uch_register_get (UCH_TABLE_CLIENT), role);

  switch (self->of->table)
    {
    case UCH_TABLE_HOUSE:
      add_related (self, UCH_TABLE_ENTRANCE, "house_id", _ ("Entrances"));
      if (sees_clients)
        {
          add_related (self, UCH_TABLE_CLIENT, "house_id", _ ("Subscribers"));
          add_related (self, UCH_TABLE_TICKET, "house_id", _ ("Tickets"));
        }
      break;
    case UCH_TABLE_CLIENT:
      add_related (self, UCH_TABLE_TICKET, "client_id", _ ("Tickets"));
      break;
    case UCH_TABLE_STAFF:
      add_staff_bar (self);
      break;
    default:
      break;
    }
}

static void
uch_register_detail_dispose (GObject *object)
{
  UchRegisterDetail *self = UCH_REGISTER_DETAIL (object);

  g_clear_pointer ((GtkWidget **) &self->form, gtk_widget_unparent);
  g_clear_object (&self->session);
  G_OBJECT_CLASS (uch_register_detail_parent_class)->dispose (object);
}

static guint
add_signal (GType type, const char *name, GType argument)
{
  return g_signal_new (name, type, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL, G_TYPE_NONE, 1,
                       argument);
}

static void
uch_register_detail_class_init (UchRegisterDetailClass *klass)
{
  G_OBJECT_CLASS (klass)->dispose = uch_register_detail_dispose;
  gtk_widget_class_set_layout_manager_type (GTK_WIDGET_CLASS (klass), GTK_TYPE_BIN_LAYOUT);
  signals[SIGNAL_SAVED] = add_signal (G_TYPE_FROM_CLASS (klass), "saved", G_TYPE_STRING);
  signals[SIGNAL_REMOVED] = add_signal (G_TYPE_FROM_CLASS (klass), "removed", G_TYPE_STRING);
  signals[SIGNAL_OPENED] = add_signal (G_TYPE_FROM_CLASS (klass), "opened", UCH_TYPE_ENTITY);
}

static void
uch_register_detail_init (UchRegisterDetail *self)
{
  GtkWidget *top = gtk_box_new (GTK_ORIENTATION_HORIZONTAL, 12);
  GtkWidget *title = gtk_label_new (NULL);
  GtkWidget *detail = gtk_label_new (NULL);

  self->top = gtk_box_new (GTK_ORIENTATION_VERTICAL, 6);
  self->title = GTK_LABEL (title);
  self->detail = GTK_LABEL (detail);
  self->show_on_map = gtk_button_new_with_label (_ ("Show on the map"));
  gtk_widget_add_css_class (title, "title-3");
  gtk_label_set_wrap (self->title, TRUE);
  gtk_label_set_xalign (self->title, 0);
  gtk_widget_set_hexpand (title, TRUE);
  gtk_label_set_wrap (self->detail, TRUE);
  gtk_label_set_xalign (self->detail, 0);
  gtk_widget_add_css_class (detail, "dim-label");
  gtk_widget_set_valign (self->show_on_map, GTK_ALIGN_CENTER);
  gtk_actionable_set_action_name (GTK_ACTIONABLE (self->show_on_map), "win.show-on-map");
  gtk_actionable_set_action_target (GTK_ACTIONABLE (self->show_on_map), "s", "");
  gtk_box_append (GTK_BOX (top), title);
  gtk_box_append (GTK_BOX (top), self->show_on_map);
  gtk_box_append (GTK_BOX (self->top), top);
  gtk_box_append (GTK_BOX (self->top), detail);
}

/**
 * uch_register_detail_new:
 *
 * Returns: (transfer floating): the pane of one register, showing no row yet
 */
GtkWidget *
uch_register_detail_new (UchSession *session, const UchRegister *of)
{
  UchRegisterDetail *self = g_object_new (UCH_TYPE_REGISTER_DETAIL, NULL);

  self->session = g_object_ref (session);
  self->of = of;
  self->form = UCH_FORM (uch_form_new_scrolled (session, of));
  g_signal_connect_object (self->form, "saved", G_CALLBACK (saved_cb), self, G_CONNECT_SWAPPED);
  g_signal_connect_object (self->form, "removed", G_CALLBACK (removed_cb), self, G_CONNECT_SWAPPED);
  gtk_widget_set_parent (GTK_WIDGET (self->form), GTK_WIDGET (self));
  gtk_box_prepend (uch_form_get_content (self->form), self->top);
  add_parts (self);
  return GTK_WIDGET (self);
}

/**
 * uch_register_detail_show:
 * @row: (type UchEntity)
 */
void
uch_register_detail_show (UchRegisterDetail *self, gpointer row)
{
  GtkWidget *scroller = gtk_widget_get_ancestor (GTK_WIDGET (self->top), GTK_TYPE_SCROLLED_WINDOW);

  show_title (self, row);
  uch_form_show (self->form, row);
  show_related (self, UCH_ENTITY (row)->id);
  gtk_adjustment_set_value (gtk_scrolled_window_get_vadjustment (GTK_SCROLLED_WINDOW (scroller)),
                            0);
}

/**
 * uch_register_detail_refresh:
 * @row: (type UchEntity): the shown row as it stands now
 */
void
uch_register_detail_refresh (UchRegisterDetail *self, gpointer row)
{
  if (g_strcmp0 (uch_form_get_id (self->form), UCH_ENTITY (row)->id) != 0)
    return;
  show_title (self, row);
  uch_form_refresh (self->form, row);
}

/**
 * uch_register_detail_create:
 *
 * Shows the form of a new row.
 */
void
uch_register_detail_create (UchRegisterDetail *self)
{
  gtk_label_set_label (self->title, _ (self->of->create));
  gtk_widget_set_visible (GTK_WIDGET (self->detail), FALSE);
  gtk_widget_set_visible (self->show_on_map, FALSE);
  show_related (self, NULL);
  uch_form_create (self->form, NULL);
}

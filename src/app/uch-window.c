#define G_LOG_DOMAIN "uch-app"

#include "app/uch-window.h"

#include <glib/gi18n.h>
#include <string.h>

#include "app/board/uch-board-page.h"
#include "app/register/uch-register-page.h"
#include "app/statistics/uch-statistics-page.h"
#include "app/tickets/uch-tickets-page.h"
#include "app/uch-refusals-window.h"
#include "app/uch-search-popover.h"
#include "app/uch-sync-button.h"
#include "app/uch-undo.h"

/* The first frame with the rows makes their widgets, the second has them all. */
#define FIRST_PAINTS 2

struct _UchWindow
{
  AdwApplicationWindow parent_instance;

  /* template */
  AdwToastOverlay  *toasts;
  GtkStack         *root;
  AdwBin           *start;
  AdwViewStack     *pages;
  UchSyncButton    *sync;
  GtkMenuButton    *search;
  UchSearchPopover *search_popover;
  GtkButton        *refusals;
  GMenu            *undo_menu;

  /* owned */
  GSettings  *settings;
  UchSession *session;  /* nullable: nobody is signed in */
  guint       n_paints; /* of the first board */
};

G_DEFINE_FINAL_TYPE (UchWindow, uch_window, ADW_TYPE_APPLICATION_WINDOW)

/* A page is made when it is first looked at: the board must not wait for the others. */
typedef struct
{
  const char *name;
  const char *title;
  const char *icon;
  GtkWidget *(*make) (UchSession *session);
  guint roles; /* 1 << UchRole: who is shown it */
} PageKind;

#define EVERYBODY (~0u)
#define ALL_BUT_ADMIN (~(1u << UCH_ROLE_ADMIN))
#define HEAD_ALONE (1u << UCH_ROLE_HEAD)

static const PageKind page_kinds[] = {
  { "board", NC_ ("page", "Board"), "uch-board-symbolic", uch_board_page_new, ALL_BUT_ADMIN },
  { "tickets", NC_ ("page", "Tickets"), "uch-ticket-symbolic", uch_tickets_page_new,
    ALL_BUT_ADMIN },
  { "statistics", NC_ ("page", "Statistics"), "uch-statistics-symbolic", uch_statistics_page_new,
    HEAD_ALONE },
  { "register", NC_ ("page", "Registers"), "uch-house-symbolic", uch_register_page_new, EVERYBODY },
};

static void
make_visible_page (UchWindow *self)
{
  GtkWidget  *bin = adw_view_stack_get_visible_child (self->pages);
  const char *name = adw_view_stack_get_visible_child_name (self->pages);

  if (bin == NULL || self->session == NULL || adw_bin_get_child (ADW_BIN (bin)) != NULL)
    return;
  for (guint i = 0; i < G_N_ELEMENTS (page_kinds); i++)
    if (strcmp (page_kinds[i].name, name) == 0)
      adw_bin_set_child (ADW_BIN (bin), page_kinds[i].make (self->session));
}

static void
remove_pages (UchWindow *self)
{
  GtkWidget *child = NULL;

  while ((child = gtk_widget_get_first_child (GTK_WIDGET (self->pages))) != NULL)
    adw_view_stack_remove (self->pages, child);
}

static void
add_pages (UchWindow *self)
{
  UchRole role = uch_replica_get_actor (uch_session_get_replica (self->session))->role;

  for (guint i = 0; i < G_N_ELEMENTS (page_kinds); i++)
    if ((page_kinds[i].roles & 1u << role) != 0)
      adw_view_stack_add_titled_with_icon (self->pages, adw_bin_new (), page_kinds[i].name,
                                           g_dpgettext2 (NULL, "page", page_kinds[i].title),
                                           page_kinds[i].icon);
}

/* What concerns tickets and houses is done by the board; NULL where the person has none. */
static UchBoardPage *
show_board (UchWindow *self)
{
  GtkWidget *bin = NULL;

  if (self->session == NULL || adw_view_stack_get_child_by_name (self->pages, "board") == NULL)
    return NULL;
  adw_view_stack_set_visible_child_name (self->pages, "board");
  bin = adw_view_stack_get_visible_child (self->pages);
  return UCH_BOARD_PAGE (adw_bin_get_child (ADW_BIN (bin)));
}

static void
show_ticket (GtkWidget *widget, const char *action_name, GVariant *parameter)
{
  UchBoardPage *board = show_board (UCH_WINDOW (widget));

  if (board != NULL)
    uch_board_page_show_ticket (board, g_variant_get_string (parameter, NULL));
}

static void
show_house (GtkWidget *widget, const char *action_name, GVariant *parameter)
{
  UchBoardPage *board = show_board (UCH_WINDOW (widget));

  if (board != NULL)
    uch_board_page_show_house (board, g_variant_get_string (parameter, NULL));
}

static void
show_on_map (GtkWidget *widget, const char *action_name, GVariant *parameter)
{
  UchBoardPage *board = show_board (UCH_WINDOW (widget));

  if (board != NULL)
    uch_board_page_show_on_map (board, g_variant_get_string (parameter, NULL));
}

static void
new_ticket (GtkWidget *widget, const char *action_name, GVariant *parameter)
{
  UchBoardPage *board = show_board (UCH_WINDOW (widget));

  if (board != NULL)
    uch_board_page_new_ticket (board);
}

static void
assign (GtkWidget *widget, const char *action_name, GVariant *parameter)
{
  UchBoardPage           *board = show_board (UCH_WINDOW (widget));
  g_autofree const char **ticket_ids = g_variant_get_strv (parameter, NULL);

  if (board != NULL)
    uch_board_page_assign (board, ticket_ids);
}

static void
show_page (GtkWidget *widget, const char *action_name, GVariant *parameter)
{
  UchWindow  *self = UCH_WINDOW (widget);
  const char *name = g_variant_get_string (parameter, NULL);

  if (adw_view_stack_get_child_by_name (self->pages, name) != NULL)
    adw_view_stack_set_visible_child_name (self->pages, name);
}

static void
undo (GtkWidget *widget, const char *action_name, GVariant *parameter)
{
  uch_undo_run (UCH_WINDOW (widget), FALSE);
}

static void
redo (GtkWidget *widget, const char *action_name, GVariant *parameter)
{
  uch_undo_run (UCH_WINDOW (widget), TRUE);
}

static void
search (GtkWidget *widget, const char *action_name, GVariant *parameter)
{
  UchWindow *self = UCH_WINDOW (widget);

  if (self->session != NULL)
    gtk_menu_button_popup (self->search);
}

static void
show_refusals (GtkWidget *widget, const char *action_name, GVariant *parameter)
{
  UchWindow *self = UCH_WINDOW (widget);

  if (self->session != NULL)
    gtk_window_present (GTK_WINDOW (uch_refusals_window_new (GTK_WINDOW (self), self->session)));
}

static void
update_undo (UchWindow *self)
{
  UchReplica      *replica = uch_session_get_replica (self->session);
  g_autofree char *undo_label = NULL;
  g_autofree char *redo_label = NULL;

  g_object_get (replica, "undo-label", &undo_label, "redo-label", &redo_label, NULL);
  uch_undo_fill_menu (self->undo_menu, self->session);
  gtk_widget_action_set_enabled (GTK_WIDGET (self), "win.undo", undo_label != NULL);
  gtk_widget_action_set_enabled (GTK_WIDGET (self), "win.redo", redo_label != NULL);
}

static void
update_refusals (UchWindow *self)
{
  guint            n_refusals = 0;
  g_autofree char *label = NULL;

  g_object_get (uch_session_get_replica (self->session), "n-refusals", &n_refusals, NULL);
  label = g_strdup_printf (ngettext ("%u refusal", "%u refusals", n_refusals), n_refusals);
  gtk_button_set_label (self->refusals, label);
  gtk_widget_set_visible (GTK_WIDGET (self->refusals), n_refusals > 0);
}

/* What could not be read of a spoiled outbox nobody else knows of: its person must look. */
static void
tell_of_rescue (UchWindow *self)
{
  guint       n_rescued;
  const char *aside
      = uch_replica_get_outbox_aside (uch_session_get_replica (self->session), &n_rescued);
  g_autofree char *counted = NULL, *body = NULL;
  GtkWidget       *dialog;

  if (aside == NULL)
    return;
  counted = g_strdup_printf (ngettext ("%u act of the last days could be read and is sent again.",
                                       "%u acts of the last days could be read and are sent again.",
                                       n_rescued),
                             n_rescued);
  body
      = g_strdup_printf (_ ("%s Please look whether your last acts are all there. The damaged file "
                            "is kept: %s"),
                         counted, aside);
  dialog = adw_message_dialog_new (GTK_WINDOW (self), _ ("Your unsent acts were in a damaged file"),
                                   body);
  adw_message_dialog_add_response (ADW_MESSAGE_DIALOG (dialog), "close", _ ("_Close"));
  gtk_window_present (GTK_WINDOW (dialog));
}

static void
follow_session (UchWindow *self)
{
  UchReplica *replica = uch_session_get_replica (self->session);

  g_signal_connect_object (replica, "notify::undo-label", G_CALLBACK (update_undo), self,
                           G_CONNECT_SWAPPED);
  g_signal_connect_object (replica, "notify::redo-label", G_CALLBACK (update_undo), self,
                           G_CONNECT_SWAPPED);
  g_signal_connect_object (replica, "notify::n-refusals", G_CALLBACK (update_refusals), self,
                           G_CONNECT_SWAPPED);
  update_undo (self);
  update_refusals (self);
  tell_of_rescue (self);
}

/* One line for whoever measures the start: the board has been painted with what the replica holds.
 */
static void
painted_cb (GdkFrameClock *clock, UchWindow *self)
{
  gboolean ready = FALSE;

  if (self->session != NULL)
    g_object_get (uch_session_get_replica (self->session), "ready", &ready, NULL);
  if (!ready || ++self->n_paints < FIRST_PAINTS)
    return;
  g_signal_handlers_disconnect_by_func (clock, painted_cb, self);
  g_debug ("the board is usable");
}

static void
follow_first_paint (UchWindow *self)
{
  GdkFrameClock *clock = gtk_widget_get_frame_clock (GTK_WIDGET (self));

  if (clock == NULL || self->n_paints > 0)
    return;
  g_signal_handlers_disconnect_by_func (clock, painted_cb, self);
  g_signal_connect_object (clock, "after-paint", G_CALLBACK (painted_cb), self, 0);
}

static void
unfollow_session (UchWindow *self)
{
  if (self->session != NULL)
    g_signal_handlers_disconnect_by_data (uch_session_get_replica (self->session), self);
}

static void
remember_size (UchWindow *self)
{
  int width = 0;
  int height = 0;

  gtk_window_get_default_size (GTK_WINDOW (self), &width, &height);
  g_settings_set_int (self->settings, "window-width", width);
  g_settings_set_int (self->settings, "window-height", height);
  g_settings_set_boolean (self->settings, "window-maximized",
                          gtk_window_is_maximized (GTK_WINDOW (self)));
}

static gboolean
uch_window_close_request (GtkWindow *window)
{
  remember_size (UCH_WINDOW (window));
  return GTK_WINDOW_CLASS (uch_window_parent_class)->close_request (window);
}

static void
uch_window_dispose (GObject *object)
{
  UchWindow *self = UCH_WINDOW (object);

  g_clear_object (&self->session);
  g_clear_object (&self->settings);
  G_OBJECT_CLASS (uch_window_parent_class)->dispose (object);
}

/* Bound here and not with the application: what is typed into an entry comes first. */
static void
add_shortcuts (GtkWidgetClass *widget_class)
{
  static const struct
  {
    guint           key;
    GdkModifierType modifiers;
    const char     *action;
    const char     *target;
  } shortcuts[] = {
    { GDK_KEY_n, GDK_CONTROL_MASK, "win.new-ticket", NULL },
    { GDK_KEY_f, GDK_CONTROL_MASK, "win.search", NULL },
    { GDK_KEY_z, GDK_CONTROL_MASK, "win.undo", NULL },
    { GDK_KEY_y, GDK_CONTROL_MASK, "win.redo", NULL },
    { GDK_KEY_z, GDK_CONTROL_MASK | GDK_SHIFT_MASK, "win.redo", NULL },
    { GDK_KEY_question, 0, "win.show-help-overlay", NULL },
    { GDK_KEY_question, GDK_CONTROL_MASK, "win.show-help-overlay", NULL },
    { GDK_KEY_comma, GDK_CONTROL_MASK, "app.settings", NULL },
    { GDK_KEY_q, GDK_CONTROL_MASK, "app.quit", NULL },
    { GDK_KEY_1, GDK_CONTROL_MASK, "win.page", "board" },
    { GDK_KEY_2, GDK_CONTROL_MASK, "win.page", "tickets" },
    { GDK_KEY_3, GDK_CONTROL_MASK, "win.page", "register" },
    { GDK_KEY_5, GDK_CONTROL_MASK, "win.page", "statistics" },
  };

  for (guint i = 0; i < G_N_ELEMENTS (shortcuts); i++)
    if (shortcuts[i].target != NULL)
      gtk_widget_class_add_binding_action (widget_class, shortcuts[i].key, shortcuts[i].modifiers,
                                           shortcuts[i].action, "s", shortcuts[i].target);
    else
      gtk_widget_class_add_binding_action (widget_class, shortcuts[i].key, shortcuts[i].modifiers,
                                           shortcuts[i].action, NULL);
}

static void
uch_window_class_init (UchWindowClass *klass)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  G_OBJECT_CLASS (klass)->dispose = uch_window_dispose;
  GTK_WINDOW_CLASS (klass)->close_request = uch_window_close_request;

  g_type_ensure (UCH_TYPE_SYNC_BUTTON);
  g_type_ensure (UCH_TYPE_SEARCH_POPOVER);
  gtk_widget_class_set_template_from_resource (widget_class, "/org/uchastok/Desk/uch-window.ui");
  gtk_widget_class_bind_template_child (widget_class, UchWindow, toasts);
  gtk_widget_class_bind_template_child (widget_class, UchWindow, root);
  gtk_widget_class_bind_template_child (widget_class, UchWindow, start);
  gtk_widget_class_bind_template_child (widget_class, UchWindow, pages);
  gtk_widget_class_bind_template_child (widget_class, UchWindow, sync);
  gtk_widget_class_bind_template_child (widget_class, UchWindow, search);
  gtk_widget_class_bind_template_child (widget_class, UchWindow, search_popover);
  gtk_widget_class_bind_template_child (widget_class, UchWindow, refusals);
  gtk_widget_class_bind_template_child (widget_class, UchWindow, undo_menu);

  gtk_widget_class_install_action (widget_class, "win.page", "s", show_page);
  gtk_widget_class_install_action (widget_class, "win.show-ticket", "s", show_ticket);
  gtk_widget_class_install_action (widget_class, "win.show-house", "s", show_house);
  gtk_widget_class_install_action (widget_class, "win.show-on-map", "s", show_on_map);
  gtk_widget_class_install_action (widget_class, "win.new-ticket", NULL, new_ticket);
  gtk_widget_class_install_action (widget_class, "win.assign", "as", assign);
  gtk_widget_class_install_action (widget_class, "win.undo", NULL, undo);
  gtk_widget_class_install_action (widget_class, "win.redo", NULL, redo);
  gtk_widget_class_install_action (widget_class, "win.search", NULL, search);
  gtk_widget_class_install_action (widget_class, "win.show-refusals", NULL, show_refusals);
  add_shortcuts (widget_class);
}

static void
uch_window_init (UchWindow *self)
{
  gtk_widget_init_template (GTK_WIDGET (self));
  g_signal_connect_object (self->pages, "notify::visible-child", G_CALLBACK (make_visible_page),
                           self, G_CONNECT_SWAPPED);
}

/**
 * uch_window_new:
 *
 * Returns: (transfer none): a window in which nobody is signed in yet; GTK owns it
 */
UchWindow *
uch_window_new (AdwApplication *application, GSettings *settings)
{
  UchWindow *self = g_object_new (UCH_TYPE_WINDOW, "application", application, NULL);

  self->settings = g_object_ref (settings);
  gtk_window_set_default_size (GTK_WINDOW (self), g_settings_get_int (settings, "window-width"),
                               g_settings_get_int (settings, "window-height"));
  if (g_settings_get_boolean (settings, "window-maximized"))
    gtk_window_maximize (GTK_WINDOW (self));
  return self;
}

/**
 * uch_window_set_session:
 * @session: (nullable): the signed-in office; NULL takes the pages away
 */
void
uch_window_set_session (UchWindow *self, UchSession *session)
{
  g_return_if_fail (UCH_IS_WINDOW (self));
  if (self->session == session)
    return;
  unfollow_session (self);
  remove_pages (self);
  g_set_object (&self->session, session);
  uch_sync_button_set_session (self->sync, session);
  uch_search_popover_set_session (self->search_popover, session);
  if (session != NULL)
    {
      follow_session (self);
      add_pages (self);
      make_visible_page (self);
      gtk_widget_action_set_enabled (GTK_WIDGET (self), "win.new-ticket",
                                     adw_view_stack_get_child_by_name (self->pages, "board")
                                         != NULL);
      follow_first_paint (self);
    }
  gtk_stack_set_visible_child_name (self->root, session != NULL ? "desk" : "start");
}

/**
 * uch_window_get_session:
 *
 * Returns: (transfer none) (nullable)
 */
UchSession *
uch_window_get_session (UchWindow *self)
{
  return self->session;
}

/**
 * uch_window_set_start:
 * @start: (nullable): what stands in the window while nobody is signed in
 */
void
uch_window_set_start (UchWindow *self, GtkWidget *start)
{
  adw_bin_set_child (self->start, start);
}

/**
 * uch_window_tell:
 * @text: a short sentence
 * @action: (nullable): "win.undo" offers to undo what was done
 */
void
uch_window_tell (UchWindow *self, const char *text, const char *action)
{
  AdwToast *toast = NULL;

  /* A toast's title is markup; names of people and streets are not. */
  g_autofree char *escaped = g_markup_escape_text (text, -1);

  toast = adw_toast_new (escaped);
  if (action != NULL)
    {
      adw_toast_set_button_label (toast, _ ("Undo"));
      adw_toast_set_action_name (toast, action);
    }
  adw_toast_overlay_add_toast (self->toasts, toast);
}

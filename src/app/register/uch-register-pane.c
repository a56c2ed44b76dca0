#define G_LOG_DOMAIN "uch-app"

#include "app/register/uch-register-pane.h"

#include <adwaita.h>
#include <glib/gi18n.h>

#include "app/register/uch-form.h"
#include "app/register/uch-import-dialog.h"
#include "app/register/uch-register-detail.h"
#include "app/register/uch-register-export.h"
#include "app/register/uch-register-rows.h"
#include "app/uch-window.h"
#include "core/uch-people.h"

#define DETAIL_WIDTH_PX 390

struct _UchRegisterPane
{
  GtkWidget parent;

  GtkWidget         *paned;
  UchRegisterRows   *rows; /* borrowed: they stand in the paned */
  UchRegisterDetail *detail;
  GtkStack          *stack;
  GtkWidget         *create;

  UchSession           *session; /* owned */
  const UchRegister    *of;      /* borrowed, static */
  GtkFileChooserNative *chooser; /* owned, nullable */
};

enum
{
  SIGNAL_OPENED,
  N_SIGNALS
};

static guint signals[N_SIGNALS];

G_DEFINE_FINAL_TYPE (UchRegisterPane, uch_register_pane, GTK_TYPE_WIDGET)

static void
tell (UchRegisterPane *self, const char *text)
{
  GtkRoot *root = gtk_widget_get_root (GTK_WIDGET (self));

  if (UCH_IS_WINDOW (root))
    uch_window_tell (UCH_WINDOW (root), text, NULL);
}

/* ---- rows and the form ---- */

static void
chosen_cb (UchRegisterPane *self, UchEntity *row)
{
  uch_register_detail_show (self->detail, row);
  gtk_stack_set_visible_child_name (self->stack, "detail");
}

static void
replaced_cb (UchRegisterPane *self, UchEntity *row)
{
  uch_register_detail_refresh (self->detail, row);
}

static void
saved_cb (UchRegisterPane *self, const char *id)
{
  uch_register_rows_choose (self->rows, id);
}

static void
removed_cb (UchRegisterPane *self, const char *id)
{
  uch_register_rows_choose (self->rows, NULL);
  gtk_stack_set_visible_child_name (self->stack, "none");
}

static void
opened_cb (UchRegisterPane *self, UchEntity *row)
{
  g_signal_emit (self, signals[SIGNAL_OPENED], 0, row);
}

static void
create_action (GtkWidget *widget, const char *name, GVariant *parameter)
{
  UchRegisterPane *self = UCH_REGISTER_PANE (widget);

  uch_register_rows_choose (self->rows, NULL);
  uch_register_detail_create (self->detail);
  gtk_stack_set_visible_child_name (self->stack, "detail");
}

/* ---- import and export ---- */

static void
import_action (GtkWidget *widget, const char *name, GVariant *parameter)
{
  UchRegisterPane *self = UCH_REGISTER_PANE (widget);
  GtkRoot         *root = gtk_widget_get_root (widget);
  GtkWidget       *dialog;

  dialog = uch_import_dialog_new (self->session, self->of->table);
  if (GTK_IS_WINDOW (root))
    gtk_window_set_transient_for (GTK_WINDOW (dialog), GTK_WINDOW (root));
  gtk_window_present (GTK_WINDOW (dialog));
}

static void
written_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (UchRegisterPane) self = user_data;
  g_autoptr (GError) error = NULL;
  g_autofree char *name = g_file_get_basename (G_FILE (source));
  g_autofree char *text = NULL;

  if (g_file_replace_contents_finish (G_FILE (source), result, NULL, &error))
    text = g_strdup_printf (_ ("Exported to %s"), name);
  else
    text = g_strdup_printf (_ ("Not exported: %s"), error->message);
  if (self->session != NULL)
    tell (self, text);
}

static void
file_chosen_cb (UchRegisterPane *self, int response)
{
  g_autoptr (GFile) file = NULL;
  g_autoptr (GBytes) bytes = NULL;

  if (response == GTK_RESPONSE_ACCEPT)
    file = gtk_file_chooser_get_file (GTK_FILE_CHOOSER (self->chooser));
  g_clear_object (&self->chooser);
  if (file == NULL)
    return;
  bytes = uch_register_export (self->of, uch_session_get_replica (self->session),
                               uch_register_rows_get_rows (self->rows));
  g_file_replace_contents_bytes_async (file, bytes, NULL, FALSE, G_FILE_CREATE_PRIVATE, NULL,
                                       written_cb, g_object_ref (self));
}

static void
export_action (GtkWidget *widget, const char *name, GVariant *parameter)
{
  UchRegisterPane *self = UCH_REGISTER_PANE (widget);
  GtkRoot         *root = gtk_widget_get_root (widget);
  g_autoptr (GDateTime) today
      = g_date_time_new_from_unix_local (uch_session_now (self->session) / 1000);
  g_autofree char *day = g_date_time_format (today, "%Y-%m-%d");
  g_autofree char *file_name
      = g_strdup_printf ("%s %s.csv", g_dpgettext2 (NULL, "register", self->of->title), day);

  g_clear_object (&self->chooser);
  self->chooser = gtk_file_chooser_native_new (_ ("Export the register"),
                                               GTK_IS_WINDOW (root) ? GTK_WINDOW (root) : NULL,
                                               GTK_FILE_CHOOSER_ACTION_SAVE, _ ("_Export"), NULL);
  gtk_native_dialog_set_modal (GTK_NATIVE_DIALOG (self->chooser), TRUE);
  gtk_file_chooser_set_current_name (GTK_FILE_CHOOSER (self->chooser), file_name);
  g_signal_connect_swapped (self->chooser, "response", G_CALLBACK (file_chosen_cb), self);
  gtk_native_dialog_show (GTK_NATIVE_DIALOG (self->chooser));
}

/* ---- the widget ---- */

static GtkWidget *
add_button (GtkWidget *bar, const char *label, const char *action, const char *tooltip)
{
  GtkWidget *button = gtk_button_new_with_label (label);

  gtk_actionable_set_action_name (GTK_ACTIONABLE (button), action);
  gtk_widget_set_tooltip_text (button, tooltip);
  gtk_box_append (GTK_BOX (bar), button);
  return button;
}

static void
add_export (GtkWidget *bar)
{
  GtkWidget *button = gtk_button_new_from_icon_name ("document-save-symbolic");

  gtk_widget_set_tooltip_text (button, _ ("Export as CSV, the rows shown above"));
  gtk_accessible_update_property (GTK_ACCESSIBLE (button), GTK_ACCESSIBLE_PROPERTY_LABEL,
                                  _ ("Export"), -1);
  gtk_actionable_set_action_name (GTK_ACTIONABLE (button), "pane.export");
  gtk_box_append (GTK_BOX (bar), button);
}

static GtkWidget *
make_bar (UchRegisterPane *self)
{
  GtkWidget       *bar = gtk_box_new (GTK_ORIENTATION_HORIZONTAL, 6);
  GtkWidget       *gap = gtk_box_new (GTK_ORIENTATION_HORIZONTAL, 0);
  int              role = uch_replica_get_actor (uch_session_get_replica (self->session))->role;
  gboolean         may_edit = uch_register_may_edit (self->of, role);
  g_autofree char *keepers = uch_form_dup_keepers (self->of);

  gtk_widget_add_css_class (bar, "toolbar");
  gtk_widget_set_hexpand (gap, TRUE);
  if (self->of->create != NULL)
    self->create = add_button (bar, _ (self->of->create), "pane.create", may_edit ? NULL : keepers);
  gtk_box_append (GTK_BOX (bar), gap);
  if (uch_import_dialog_can (self->of->table))
    add_button (bar, _ ("Import…"), "pane.import", may_edit ? NULL : keepers);
  add_export (bar);
  gtk_widget_action_set_enabled (GTK_WIDGET (self), "pane.create", may_edit);
  gtk_widget_action_set_enabled (GTK_WIDGET (self), "pane.import", may_edit);
  return bar;
}

static GtkWidget *
make_none (UchRegisterPane *self)
{
  GtkWidget *page = adw_status_page_new ();

  adw_status_page_set_icon_name (ADW_STATUS_PAGE (page), self->of->icon);
  adw_status_page_set_title (ADW_STATUS_PAGE (page), _ ("Nothing chosen"));
  adw_status_page_set_description (ADW_STATUS_PAGE (page), _ ("Choose a row to see all of it."));
  gtk_widget_add_css_class (page, "compact");
  return page;
}

static void
uch_register_pane_dispose (GObject *object)
{
  UchRegisterPane *self = UCH_REGISTER_PANE (object);

  g_clear_object (&self->chooser);
  g_clear_pointer (&self->paned, gtk_widget_unparent);
  g_clear_object (&self->session);
  G_OBJECT_CLASS (uch_register_pane_parent_class)->dispose (object);
}

static void
uch_register_pane_class_init (UchRegisterPaneClass *klass)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  G_OBJECT_CLASS (klass)->dispose = uch_register_pane_dispose;
  gtk_widget_class_set_layout_manager_type (widget_class, GTK_TYPE_BIN_LAYOUT);
  gtk_widget_class_install_action (widget_class, "pane.create", NULL, create_action);
  gtk_widget_class_install_action (widget_class, "pane.import", NULL, import_action);
  gtk_widget_class_install_action (widget_class, "pane.export", NULL, export_action);

  /**
   * UchRegisterPane::opened:
   * @row: a row of another register, that the person wants to see
   */
  signals[SIGNAL_OPENED] = g_signal_new ("opened", G_TYPE_FROM_CLASS (klass), G_SIGNAL_RUN_LAST, 0,
                                         NULL, NULL, NULL, G_TYPE_NONE, 1, UCH_TYPE_ENTITY);
}

static void
uch_register_pane_init (UchRegisterPane *self)
{
  GtkWidget *stack = gtk_stack_new ();

  self->paned = gtk_paned_new (GTK_ORIENTATION_HORIZONTAL);
  self->stack = GTK_STACK (stack);
  gtk_widget_set_parent (self->paned, GTK_WIDGET (self));
  gtk_widget_set_size_request (stack, DETAIL_WIDTH_PX, -1);
  gtk_paned_set_end_child (GTK_PANED (self->paned), stack);
  gtk_paned_set_resize_end_child (GTK_PANED (self->paned), FALSE);
  gtk_paned_set_shrink_start_child (GTK_PANED (self->paned), FALSE);
  gtk_paned_set_shrink_end_child (GTK_PANED (self->paned), FALSE);
}

/**
 * uch_register_pane_new:
 *
 * Returns: (transfer floating): the whole of one register
 */
GtkWidget *
uch_register_pane_new (UchSession *session, const UchRegister *of)
{
  UchRegisterPane *self = g_object_new (UCH_TYPE_REGISTER_PANE, NULL);
  GtkWidget       *start = gtk_box_new (GTK_ORIENTATION_VERTICAL, 0);

  self->session = g_object_ref (session);
  self->of = of;
  self->rows = UCH_REGISTER_ROWS (uch_register_rows_new (session, of));
  self->detail = UCH_REGISTER_DETAIL (uch_register_detail_new (session, of));
  gtk_widget_set_vexpand (GTK_WIDGET (self->rows), TRUE);
  gtk_box_append (GTK_BOX (start), GTK_WIDGET (self->rows));
  gtk_box_append (GTK_BOX (start), gtk_separator_new (GTK_ORIENTATION_HORIZONTAL));
  gtk_box_append (GTK_BOX (start), make_bar (self));
  gtk_paned_set_start_child (GTK_PANED (self->paned), start);
  gtk_stack_add_named (self->stack, make_none (self), "none");
  gtk_stack_add_named (self->stack, GTK_WIDGET (self->detail), "detail");
  g_signal_connect_swapped (self->rows, "chosen", G_CALLBACK (chosen_cb), self);
  g_signal_connect_swapped (self->rows, "replaced", G_CALLBACK (replaced_cb), self);
  g_signal_connect_swapped (self->detail, "saved", G_CALLBACK (saved_cb), self);
  g_signal_connect_swapped (self->detail, "removed", G_CALLBACK (removed_cb), self);
  g_signal_connect_swapped (self->detail, "opened", G_CALLBACK (opened_cb), self);
  return GTK_WIDGET (self);
}

/**
 * uch_register_pane_open:
 * @row: (type UchEntity): of this register
 */
void
uch_register_pane_open (UchRegisterPane *self, gpointer row)
{
  uch_register_rows_choose (self->rows, UCH_ENTITY (row)->id);
  chosen_cb (self, row);
}

void
uch_register_pane_focus_search (UchRegisterPane *self)
{
  uch_register_rows_focus_search (self->rows);
}

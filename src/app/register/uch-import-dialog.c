#define G_LOG_DOMAIN "uch-app"

#include "app/register/uch-import-dialog.h"

#include <glib/gi18n.h>
#include <string.h>

#include "app/register/uch-import-issues.h"
#include "app/register/uch-register.h"
#include "app/tickets/uch-choice.h"
#include "exchange/uch-import.h"

#define BATCH 100 /* commands in one stroke: between two the person can stop */

struct _UchImportDialog
{
  AdwWindow parent;

  /* template */
  AdwWindowTitle *title;
  GtkStack       *stack;
  AdwStatusPage  *file_page;
  GtkLabel       *file_label;
  GtkLabel       *counts;
  GtkWidget      *mapping_place;
  GtkGrid        *mapping;
  GtkStack       *issues_stack;
  GtkListView    *issues;
  GtkButton      *run;
  AdwStatusPage  *running_page;
  GtkProgressBar *progress;
  AdwStatusPage  *done_page;

  UchSession           *session; /* owned */
  UchImportKind         kind;
  GBytes               *bytes;       /* owned, nullable: of the file */
  char                 *name;        /* owned, nullable: of the file */
  UchCsv               *csv;         /* owned, nullable: the same, of a table */
  char                **fields;      /* owned, nullable: what each column is taken for */
  UchImport            *plan;        /* owned, nullable */
  GtkFileChooserNative *chooser;     /* owned, nullable */
  GCancellable         *cancellable; /* owned: the import that runs, or the reading */
  guint                 n_sent, n_refused;
  gboolean              is_filling;
};

G_DEFINE_FINAL_TYPE (UchImportDialog, uch_import_dialog, ADW_TYPE_WINDOW)

static const struct
{
  UchTable      table;
  UchImportKind kind;
} kinds[] = {
  { UCH_TABLE_HOUSE, UCH_IMPORT_HOUSES },   { UCH_TABLE_ZONE, UCH_IMPORT_ZONES },
  { UCH_TABLE_CENTRE, UCH_IMPORT_CENTRES }, { UCH_TABLE_STAFF, UCH_IMPORT_STAFF },
  { UCH_TABLE_CLIENT, UCH_IMPORT_CLIENTS },
};

static void make_plan (UchImportDialog *self, const char *const *mapping);

/* ---- planning ---- */

static GPtrArray *
dup_rows (UchImportDialog *self, UchTable table)
{
  GListModel *list = uch_replica_list (uch_session_get_replica (self->session), table);
  GPtrArray  *rows = g_ptr_array_new_with_free_func (g_object_unref);

  for (guint i = 0; i < g_list_model_get_n_items (list); i++)
    g_ptr_array_add (rows, g_list_model_get_item (list, i));
  return rows;
}

static char *
make_id_cb (gpointer user_data)
{
  return uch_replica_make_id (user_data);
}

static void
show_file (UchImportDialog *self)
{
  const UchCsv    *csv = self->csv;
  g_autofree char *file = NULL;

  if (csv != NULL)
    file = g_strdup_printf (_ ("%s: %u rows, %s, separated by %s"), self->name, csv->rows->len,
                            csv->encoding,
                            csv->separator == '\t'  ? _ ("tab")
                            : csv->separator == ',' ? _ ("comma")
                                                    : _ ("semicolon"));
  else
    file = g_strdup_printf (_ ("%s: GeoJSON"), self->name);
  gtk_label_set_label (self->file_label, file);
}

static void
show_counts (UchImportDialog *self)
{
  const UchImport *plan = self->plan;
  guint            n = plan->n_new + plan->n_changed;
  g_autoptr (GString) text = g_string_new (NULL);
  g_autofree char *label = g_strdup_printf (ngettext ("Import %u row", "Import %u rows", n), n);

  g_string_append_printf (text, _ ("new %u, changed %u, the same %u, twice %u, errors %u"),
                          plan->n_new, plan->n_changed, plan->n_same, plan->n_duplicates,
                          plan->n_errors);
  gtk_label_set_label (self->counts, text->str);
  gtk_button_set_label (self->run, label);
  gtk_widget_action_set_enabled (GTK_WIDGET (self), "import.run", plan->commands->len > 0);
  gtk_widget_action_set_enabled (GTK_WIDGET (self), "import.save-errors",
                                 plan->n_errors > 0 && plan->csv != NULL);
}

/* ---- which column is which ---- */

static void
mapped_cb (UchImportDialog *self)
{
  g_autoptr (GStrvBuilder) builder = g_strv_builder_new ();
  g_auto (GStrv) mapping = NULL;

  if (self->is_filling)
    return;
  for (guint i = 0; i < self->csv->columns->len; i++)
    {
      GtkWidget  *choice = gtk_grid_get_child_at (self->mapping, 1, (int) i);
      const char *field = uch_choice_get (GTK_DROP_DOWN (choice));

      g_strv_builder_add (builder, field != NULL ? field : "");
    }
  mapping = g_strv_builder_end (builder);
  make_plan (self, (const char *const *) mapping);
}

static GtkWidget *
make_choice (UchImportDialog *self, const char *title, const char *field)
{
  GtkWidget *choice = gtk_drop_down_new (NULL, NULL);
  g_autoptr (GListStore) rows = uch_choices_new ();
  const UchColumn *columns;
  guint            n;

  columns = uch_columns_list (self->kind, &n);
  uch_choices_add (rows, NULL, _ ("not used"));
  for (guint i = 0; i < n; i++)
    uch_choices_add (rows, columns[i].name, _ (columns[i].label));
  uch_choice_setup (GTK_DROP_DOWN (choice));
  uch_choice_set_rows (GTK_DROP_DOWN (choice), rows);
  uch_choice_set (GTK_DROP_DOWN (choice), field != NULL && *field != '\0' ? field : NULL);
  gtk_widget_set_hexpand (choice, TRUE);
  gtk_accessible_update_property (GTK_ACCESSIBLE (choice), GTK_ACCESSIBLE_PROPERTY_LABEL, title,
                                  -1);
  g_signal_connect_object (choice, "notify::selected", G_CALLBACK (mapped_cb), self,
                           G_CONNECT_SWAPPED);
  return choice;
}

static void
show_mapping (UchImportDialog *self)
{
  const UchCsv *csv = self->csv;
  GtkWidget    *child;

  while ((child = gtk_widget_get_first_child (GTK_WIDGET (self->mapping))) != NULL)
    gtk_grid_remove (self->mapping, child);
  gtk_widget_set_visible (self->mapping_place, csv != NULL);
  for (guint i = 0; csv != NULL && i < csv->columns->len; i++)
    {
      const char      *title = g_ptr_array_index (csv->columns, i);
      const UchCsvRow *first = csv->rows->len > 0 ? g_ptr_array_index (csv->rows, 0) : NULL;
      g_autofree char *label = NULL;
      GtkWidget       *name;

      label = g_strdup_printf ("%s\n%s", title,
                               first != NULL && first->cells != NULL && i < first->cells->len
                                   ? (char *) g_ptr_array_index (first->cells, i)
                                   : "");
      name = gtk_label_new (label);
      gtk_label_set_xalign (GTK_LABEL (name), 0);
      gtk_label_set_ellipsize (GTK_LABEL (name), PANGO_ELLIPSIZE_END);
      gtk_label_set_lines (GTK_LABEL (name), 2);
      gtk_label_set_max_width_chars (GTK_LABEL (name), 18);
      gtk_label_set_width_chars (GTK_LABEL (name), 14);
      gtk_grid_attach (self->mapping, name, 0, (int) i, 1, 1);
      gtk_grid_attach (self->mapping, make_choice (self, title, self->fields[i]), 1, (int) i, 1, 1);
    }
}

static void
refuse (UchImportDialog *self, const GError *error)
{
  adw_status_page_set_title (self->file_page, _ ("This file cannot be used"));
  adw_status_page_set_description (self->file_page, error->message);
  gtk_stack_set_visible_child_name (self->stack, "file");
}

/* @mapping: (nullable): what the person said; NULL: what the titles say. */
static void
make_plan (UchImportDialog *self, const char *const *mapping)
{
  UchReplica *replica = uch_session_get_replica (self->session);
  g_autoptr (GPtrArray) zones = dup_rows (self, UCH_TABLE_ZONE);
  g_autoptr (GPtrArray) centres = dup_rows (self, UCH_TABLE_CENTRE);
  g_autoptr (GPtrArray) staff = dup_rows (self, UCH_TABLE_STAFF);
  g_autoptr (GPtrArray) houses = dup_rows (self, UCH_TABLE_HOUSE);
  UchImportOffice office = { .snapshot = uch_replica_get_snapshot (replica),
                             .zones = zones,
                             .centres = centres,
                             .staff = staff,
                             .houses = houses,
                             .now = uch_session_now (self->session),
                             .make_id = make_id_cb,
                             .make_id_data = replica };
  g_autoptr (GError) error = NULL;
  gsize       len;
  const char *bytes = g_bytes_get_data (self->bytes, &len);
  UchImport  *plan = uch_import_plan (self->kind, bytes, len, mapping, &office, &error);

  gtk_widget_action_set_enabled (GTK_WIDGET (self), "import.run", FALSE);
  gtk_widget_action_set_enabled (GTK_WIDGET (self), "import.save-errors", FALSE);
  if (plan == NULL && self->csv == NULL)
    {
      refuse (self, error);
      return;
    }
  g_clear_pointer (&self->plan, uch_import_free);
  self->plan = plan;
  gtk_stack_set_visible_child_name (self->stack, "plan");
  if (plan == NULL) /* the person can still say which column is which */
    {
      gtk_label_set_label (self->counts, error->message);
      gtk_stack_set_visible_child_name (self->issues_stack, "unknown");
      return;
    }
  show_counts (self);
  uch_import_issues_show (self->issues, self->plan);
  gtk_stack_set_visible_child_name (self->issues_stack,
                                    self->plan->issues->len > 0 ? "issues" : "good");
}

/* Finds out what kind of table it is and which column is which; then plans. */
static void
begin (UchImportDialog *self)
{
  g_autoptr (GError) error = NULL;
  gsize       len;
  const char *bytes = g_bytes_get_data (self->bytes, &len);

  g_clear_pointer (&self->csv, uch_csv_free);
  g_clear_pointer (&self->fields, g_strfreev);
  if (self->kind != UCH_IMPORT_ZONES)
    {
      self->csv = uch_csv_parse (bytes, len, &error);
      if (self->csv == NULL)
        {
          refuse (self, error);
          return;
        }
      self->fields = uch_columns_guess (self->kind, self->csv->columns, NULL);
    }
  self->is_filling = TRUE;
  show_mapping (self);
  self->is_filling = FALSE;
  gtk_button_set_label (self->run, _ ("Import"));
  show_file (self);
  make_plan (self, NULL);
}

/* ---- the file ---- */

static void
loaded_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (UchImportDialog) self = user_data;
  g_autoptr (GError) error = NULL;
  g_autoptr (GBytes) bytes = g_file_load_bytes_finish (G_FILE (source), result, NULL, &error);

  if (self->session == NULL)
    return;
  if (bytes == NULL)
    {
      adw_status_page_set_title (self->file_page, _ ("The file cannot be read"));
      adw_status_page_set_description (self->file_page, error->message);
      return;
    }
  g_clear_pointer (&self->bytes, g_bytes_unref);
  self->bytes = g_steal_pointer (&bytes);
  begin (self);
}

/**
 * uch_import_dialog_load:
 *
 * Reads @file and shows what it would change.
 */
void
uch_import_dialog_load (UchImportDialog *self, GFile *file)
{
  g_free (self->name);
  self->name = g_file_get_basename (file);
  g_file_load_bytes_async (file, self->cancellable, loaded_cb, g_object_ref (self));
}

static void
open_cb (UchImportDialog *self, int response)
{
  g_autoptr (GFile) file = NULL;

  if (response == GTK_RESPONSE_ACCEPT)
    file = gtk_file_chooser_get_file (GTK_FILE_CHOOSER (self->chooser));
  g_clear_object (&self->chooser);
  if (file != NULL)
    uch_import_dialog_load (self, file);
}

static void
show_chooser (UchImportDialog *self, const char *title, gboolean save, GCallback callback)
{
  g_clear_object (&self->chooser);
  self->chooser = gtk_file_chooser_native_new (
      title, GTK_WINDOW (self), save ? GTK_FILE_CHOOSER_ACTION_SAVE : GTK_FILE_CHOOSER_ACTION_OPEN,
      NULL, NULL);
  gtk_native_dialog_set_modal (GTK_NATIVE_DIALOG (self->chooser), TRUE);
  g_signal_connect_swapped (self->chooser, "response", callback, self);
}

static void
choose_action (GtkWidget *widget, const char *name, GVariant *parameter)
{
  UchImportDialog *self = UCH_IMPORT_DIALOG (widget);

  show_chooser (self, _ ("Choose a file"), FALSE, G_CALLBACK (open_cb));
  gtk_native_dialog_show (GTK_NATIVE_DIALOG (self->chooser));
}

static void
errors_written_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (UchImportDialog) self = user_data;
  g_autoptr (GError) error = NULL;

  if (!g_file_replace_contents_finish (G_FILE (source), result, NULL, &error)
      && self->session != NULL)
    {
      g_autofree char *text = g_strdup_printf (_ ("Not saved: %s"), error->message);

      gtk_label_set_label (self->counts, text);
    }
}

static void
errors_file_cb (UchImportDialog *self, int response)
{
  g_autoptr (GFile) file = NULL;
  g_autoptr (GBytes) bytes = NULL;
  char *csv;

  if (response == GTK_RESPONSE_ACCEPT)
    file = gtk_file_chooser_get_file (GTK_FILE_CHOOSER (self->chooser));
  g_clear_object (&self->chooser);
  if (file == NULL)
    return;
  csv = uch_import_errors_csv (self->plan);
  bytes = g_bytes_new_take (csv, strlen (csv));
  g_file_replace_contents_bytes_async (file, bytes, NULL, FALSE, G_FILE_CREATE_PRIVATE, NULL,
                                       errors_written_cb, g_object_ref (self));
}

static void
save_errors_action (GtkWidget *widget, const char *name, GVariant *parameter)
{
  UchImportDialog *self = UCH_IMPORT_DIALOG (widget);
  g_autofree char *file_name = g_strdup_printf (_ ("errors of %s"), self->name);

  show_chooser (self, _ ("Save the error rows"), TRUE, G_CALLBACK (errors_file_cb));
  gtk_file_chooser_set_current_name (GTK_FILE_CHOOSER (self->chooser), file_name);
  gtk_native_dialog_show (GTK_NATIVE_DIALOG (self->chooser));
}

/* ---- the import ---- */

static void send_next (UchImportDialog *self);

static void
show_progress (UchImportDialog *self)
{
  guint            n = self->plan->commands->len;
  g_autofree char *text = g_strdup_printf (_ ("%'u of %'u"), self->n_sent, n);

  adw_status_page_set_description (self->running_page, text);
  gtk_progress_bar_set_fraction (self->progress, n > 0 ? (double) self->n_sent / n : 1);
}

static void
finish (UchImportDialog *self, const char *title, const char *trouble)
{
  g_autoptr (GString) text = g_string_new (NULL);
  guint n_done = self->n_sent - self->n_refused;

  g_string_append_printf (text, ngettext ("%u change made.", "%u changes made.", n_done), n_done);
  if (self->n_refused > 0)
    g_string_append_printf (
        text, ngettext (" %u was refused.", " %u were refused.", self->n_refused), self->n_refused);
  if (trouble != NULL)
    g_string_append_printf (text, "\n%s", trouble);
  adw_status_page_set_title (self->done_page, title);
  adw_status_page_set_description (self->done_page, text->str);
  gtk_stack_set_visible_child_name (self->stack, "done");
}

static void
sent_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (UchImportDialog) self = user_data;
  g_autoptr (GError) error = NULL;
  g_autoptr (GPtrArray) outcomes
      = uch_replica_submit_many_finish (UCH_REPLICA (source), result, &error);

  if (self->session == NULL)
    return;
  if (outcomes == NULL)
    {
      finish (self, _ ("Import stopped"), error->message);
      return;
    }
  for (guint i = 0; i < outcomes->len; i++)
    if (((const UchOutcome *) g_ptr_array_index (outcomes, i))->kind != UCH_VERDICT_OK)
      self->n_refused++;
  self->n_sent += outcomes->len;
  show_progress (self);
  if (g_cancellable_is_cancelled (self->cancellable))
    finish (self, _ ("Import cancelled"), _ ("What was done before stays; Undo takes it back."));
  else if (self->n_sent < self->plan->commands->len)
    send_next (self);
  else
    finish (self, _ ("Import done"), NULL);
}

static void
send_next (UchImportDialog *self)
{
  g_autoptr (GPtrArray) batch = g_ptr_array_new_with_free_func ((GDestroyNotify) uch_command_unref);
  guint end = MIN (self->n_sent + BATCH, self->plan->commands->len);

  for (guint i = self->n_sent; i < end; i++)
    g_ptr_array_add (batch, uch_command_ref (g_ptr_array_index (self->plan->commands, i)));
  uch_replica_submit_many_async (uch_session_get_replica (self->session), batch, NULL, sent_cb,
                                 g_object_ref (self));
}

static void
run_action (GtkWidget *widget, const char *name, GVariant *parameter)
{
  UchImportDialog *self = UCH_IMPORT_DIALOG (widget);

  g_clear_object (&self->cancellable);
  self->cancellable = g_cancellable_new ();
  self->n_sent = 0;
  self->n_refused = 0;
  show_progress (self);
  gtk_stack_set_visible_child_name (self->stack, "running");
  send_next (self);
}

static void
cancel_action (GtkWidget *widget, const char *name, GVariant *parameter)
{
  g_cancellable_cancel (UCH_IMPORT_DIALOG (widget)->cancellable);
}

/* ---- the window ---- */

static void
uch_import_dialog_dispose (GObject *object)
{
  UchImportDialog *self = UCH_IMPORT_DIALOG (object);

  if (self->cancellable != NULL)
    g_cancellable_cancel (self->cancellable);
  g_clear_object (&self->cancellable);
  g_clear_object (&self->chooser);
  g_clear_object (&self->session);
  g_clear_pointer (&self->bytes, g_bytes_unref);
  g_clear_pointer (&self->plan, uch_import_free);
  g_clear_pointer (&self->csv, uch_csv_free);
  g_clear_pointer (&self->fields, g_strfreev);
  g_clear_pointer (&self->name, g_free);
  G_OBJECT_CLASS (uch_import_dialog_parent_class)->dispose (object);
}

static void
uch_import_dialog_class_init (UchImportDialogClass *klass)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  G_OBJECT_CLASS (klass)->dispose = uch_import_dialog_dispose;
  gtk_widget_class_set_template_from_resource (widget_class,
                                               "/org/uchastok/Desk/register/uch-import-dialog.ui");
  gtk_widget_class_bind_template_child (widget_class, UchImportDialog, title);
  gtk_widget_class_bind_template_child (widget_class, UchImportDialog, stack);
  gtk_widget_class_bind_template_child (widget_class, UchImportDialog, file_page);
  gtk_widget_class_bind_template_child (widget_class, UchImportDialog, file_label);
  gtk_widget_class_bind_template_child (widget_class, UchImportDialog, counts);
  gtk_widget_class_bind_template_child (widget_class, UchImportDialog, mapping_place);
  gtk_widget_class_bind_template_child (widget_class, UchImportDialog, mapping);
  gtk_widget_class_bind_template_child (widget_class, UchImportDialog, issues_stack);
  gtk_widget_class_bind_template_child (widget_class, UchImportDialog, issues);
  gtk_widget_class_bind_template_child (widget_class, UchImportDialog, run);
  gtk_widget_class_bind_template_child (widget_class, UchImportDialog, running_page);
  gtk_widget_class_bind_template_child (widget_class, UchImportDialog, progress);
  gtk_widget_class_bind_template_child (widget_class, UchImportDialog, done_page);
  gtk_widget_class_install_action (widget_class, "import.choose", NULL, choose_action);
  gtk_widget_class_install_action (widget_class, "import.save-errors", NULL, save_errors_action);
  gtk_widget_class_install_action (widget_class, "import.run", NULL, run_action);
  gtk_widget_class_install_action (widget_class, "import.cancel", NULL, cancel_action);
}

static void
uch_import_dialog_init (UchImportDialog *self)
{
  gtk_widget_init_template (GTK_WIDGET (self));
  self->cancellable = g_cancellable_new ();
}

/**
 * uch_import_dialog_can:
 *
 * Returns: whether rows of @table can be imported from a file
 */
gboolean
uch_import_dialog_can (UchTable table)
{
  for (guint i = 0; i < G_N_ELEMENTS (kinds); i++)
    if (kinds[i].table == table)
      return TRUE;
  return FALSE;
}

/**
 * uch_import_dialog_new:
 * @table: one that uch_import_dialog_can() names
 *
 * Returns: (transfer none): the window; GTK owns it
 */
GtkWidget *
uch_import_dialog_new (UchSession *session, UchTable table)
{
  UchImportDialog *self = g_object_new (UCH_TYPE_IMPORT_DIALOG, NULL);
  const char      *name = g_dpgettext2 (NULL, "register", uch_register_get (table)->title);
  g_autofree char *title = g_strdup_printf (_ ("Import: %s"), name);

  self->session = g_object_ref (session);
  for (guint i = 0; i < G_N_ELEMENTS (kinds); i++)
    if (kinds[i].table == table)
      self->kind = kinds[i].kind;
  gtk_window_set_title (GTK_WINDOW (self), title);
  adw_window_title_set_title (self->title, title);
  adw_status_page_set_description (
      self->file_page,
      self->kind == UCH_IMPORT_ZONES
          ? _ ("A GeoJSON file with the areas of the zones. Nothing changes before you say so.")
          : _ ("A CSV file whose first row names the columns. Nothing changes before you say so."));
  return GTK_WIDGET (self);
}

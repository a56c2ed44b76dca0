#define G_LOG_DOMAIN "uch-app"

#include "app/register/uch-form-private.h"

#include <glib/gi18n.h>

#include "app/register/uch-register-text.h"
#include "app/uch-format.h"
#include "core/uch-decide.h"

/* An edited row that the person turned away from. */
typedef struct
{
  UchEntity *seen, *draft; /* owned */
} Kept;

enum
{
  SIGNAL_SAVED,
  SIGNAL_REMOVED,
  N_SIGNALS
};

static guint signals[N_SIGNALS];

G_DEFINE_FINAL_TYPE (UchForm, uch_form, GTK_TYPE_WIDGET)

static void
kept_free (Kept *kept)
{
  g_clear_object (&kept->seen);
  g_clear_object (&kept->draft);
  g_free (kept);
}

static UchReplica *
get_replica (UchForm *self)
{
  return uch_session_get_replica (self->session);
}

static gboolean
is_dirty (UchForm *self)
{
  g_autoptr (GVariant) was = NULL;
  g_autoptr (GVariant) fields = NULL;

  if (self->draft == NULL)
    return FALSE;
  fields = uch_form_changes (self->of, self->seen, self->draft, &was);
  return fields != NULL;
}

void
uch_form_update_actions (UchForm *self)
{
  gboolean dirty = is_dirty (self);

  gtk_widget_action_set_enabled (GTK_WIDGET (self), "form.save",
                                 self->editable && !self->is_busy && dirty);
  gtk_widget_action_set_enabled (GTK_WIDGET (self), "form.revert", !self->is_busy && dirty);
  gtk_widget_action_set_enabled (GTK_WIDGET (self), "form.remove",
                                 self->editable && !self->is_busy && self->seen != NULL);
  gtk_widget_set_visible (self->remove, self->editable && self->seen != NULL
                                            && uch_register_may_delete (self->of->table));
  gtk_widget_set_visible (self->bar, self->editable);
}

UchFormRow *
uch_form_find_row (UchForm *self, const char *field)
{
  for (guint i = 0; field != NULL && i < self->rows->len; i++)
    if (g_str_equal (uch_form_row_get_input (g_ptr_array_index (self->rows, i))->name, field))
      return g_ptr_array_index (self->rows, i);
  return NULL;
}

void
uch_form_show_all (UchForm *self)
{
  for (guint i = 0; i < self->rows->len; i++)
    {
      UchFormRow         *row = g_ptr_array_index (self->rows, i);
      const UchFormField *input = uch_form_row_get_input (row);

      uch_form_row_show (row, self->draft,
                         self->seen == NULL || g_hash_table_contains (self->revealed, input->name));
      uch_form_row_set_editable (row, self->editable && !(input->fixed && self->seen != NULL));
    }
  gtk_label_set_label (self->status, "");
  uch_form_update_actions (self);
}

static void
changed_cb (UchFormRow *row, gpointer user_data)
{
  UchForm *self = user_data;

  if (self->draft == NULL)
    return;
  uch_form_row_read (row, self->draft);
  gtk_label_set_label (self->status, "");
  uch_form_update_actions (self);
}

static void
reveal_cb (UchFormRow *row, gpointer user_data)
{
  uch_form_reveal (user_data, row);
}

static void
save_action (GtkWidget *widget, const char *name, GVariant *parameter)
{
  uch_form_save (UCH_FORM (widget));
}

static void
revert_action (GtkWidget *widget, const char *name, GVariant *parameter)
{
  UchForm   *self = UCH_FORM (widget);
  UchEntity *draft;

  if (self->draft == NULL)
    return;
  g_hash_table_remove (self->drafts, self->draft->id);
  if (self->seen != NULL)
    draft = uch_entity_copy (self->seen);
  else
    draft = uch_entity_new (self->of->table, self->draft->id);
  g_set_object (&self->draft, draft);
  g_object_unref (draft);
  uch_form_show_all (self);
}

static void
remove_action (GtkWidget *widget, const char *name, GVariant *parameter)
{
  uch_form_remove (UCH_FORM (widget));
}

void
uch_form_emit_saved (UchForm *self, const char *id)
{
  g_signal_emit (self, signals[SIGNAL_SAVED], 0, id);
}

void
uch_form_emit_removed (UchForm *self, const char *id)
{
  g_signal_emit (self, signals[SIGNAL_REMOVED], 0, id);
}

/* ---- the widget ---- */

static GtkWidget *
make_bar (UchForm *self)
{
  GtkWidget *bar = gtk_box_new (GTK_ORIENTATION_HORIZONTAL, 6);
  GtkWidget *revert = gtk_button_new_with_label (_ ("Revert"));
  GtkWidget *save = gtk_button_new_with_label (_ ("Save"));
  GtkWidget *status = gtk_label_new (NULL);

  self->remove = gtk_button_new_with_label (_ ("Delete"));
  self->status = GTK_LABEL (status);
  gtk_label_set_wrap (self->status, TRUE);
  gtk_label_set_xalign (self->status, 0);
  gtk_widget_set_hexpand (status, TRUE);
  gtk_widget_add_css_class (status, "error");
  gtk_widget_add_css_class (status, "caption");
  gtk_widget_add_css_class (save, "suggested-action");
  gtk_widget_set_tooltip_text (save, _ ("Save (Ctrl+S)"));
  gtk_actionable_set_action_name (GTK_ACTIONABLE (self->remove), "form.remove");
  gtk_actionable_set_action_name (GTK_ACTIONABLE (revert), "form.revert");
  gtk_actionable_set_action_name (GTK_ACTIONABLE (save), "form.save");
  gtk_box_append (GTK_BOX (bar), self->remove);
  gtk_box_append (GTK_BOX (bar), status);
  gtk_box_append (GTK_BOX (bar), revert);
  gtk_box_append (GTK_BOX (bar), save);
  return bar;
}

static void
make_rows (UchForm *self)
{
  GtkWidget *grid = NULL;
  int        line = 0;

  for (guint i = 0; i < self->of->n_fields; i++)
    {
      const UchFormField *input = &self->of->fields[i];
      UchFormRow         *row;

      if (input->input == UCH_INPUT_HIDDEN)
        continue;
      if (input->group != NULL)
        {
          GtkWidget *heading = gtk_label_new (g_dpgettext2 (NULL, "field group", input->group));

          gtk_label_set_xalign (GTK_LABEL (heading), 0);
          gtk_widget_add_css_class (heading, "heading");
          gtk_box_append (GTK_BOX (self->content), heading);
        }
      if (input->group != NULL || grid == NULL)
        {
          grid = gtk_grid_new ();
          gtk_grid_set_row_spacing (GTK_GRID (grid), 6);
          gtk_grid_set_column_spacing (GTK_GRID (grid), 12);
          gtk_box_append (GTK_BOX (self->content), grid);
        }
      row = uch_form_row_new (self->session, input, self->of->table, changed_cb, reveal_cb, self);
      uch_form_row_attach (row, GTK_GRID (grid), line);
      g_ptr_array_add (self->rows, row);
      line += 2;
    }
}

static void
uch_form_dispose (GObject *object)
{
  UchForm *self = UCH_FORM (object);

  g_clear_pointer (&self->box, gtk_widget_unparent);
  g_clear_pointer (&self->rows, g_ptr_array_unref);
  g_clear_object (&self->seen);
  g_clear_object (&self->draft);
  g_clear_pointer (&self->revealed, g_hash_table_unref);
  g_clear_pointer (&self->drafts, g_hash_table_unref);
  g_clear_object (&self->session);
  G_OBJECT_CLASS (uch_form_parent_class)->dispose (object);
}

static void
uch_form_class_init (UchFormClass *klass)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  G_OBJECT_CLASS (klass)->dispose = uch_form_dispose;
  gtk_widget_class_set_layout_manager_type (widget_class, GTK_TYPE_BIN_LAYOUT);
  gtk_widget_class_install_action (widget_class, "form.save", NULL, save_action);
  gtk_widget_class_install_action (widget_class, "form.revert", NULL, revert_action);
  gtk_widget_class_install_action (widget_class, "form.remove", NULL, remove_action);
  gtk_widget_class_add_binding_action (widget_class, GDK_KEY_s, GDK_CONTROL_MASK, "form.save",
                                       NULL);
  gtk_widget_class_add_binding_action (widget_class, GDK_KEY_Cyrillic_yeru, GDK_CONTROL_MASK,
                                       "form.save", NULL);

  /**
   * UchForm::saved:
   * @id: of the row
   */
  signals[SIGNAL_SAVED] = g_signal_new ("saved", G_TYPE_FROM_CLASS (klass), G_SIGNAL_RUN_LAST, 0,
                                        NULL, NULL, NULL, G_TYPE_NONE, 1, G_TYPE_STRING);
  /**
   * UchForm::removed:
   * @id: of the row
   */
  signals[SIGNAL_REMOVED] = g_signal_new ("removed", G_TYPE_FROM_CLASS (klass), G_SIGNAL_RUN_LAST,
                                          0, NULL, NULL, NULL, G_TYPE_NONE, 1, G_TYPE_STRING);
}

static void
uch_form_init (UchForm *self)
{
  self->box = gtk_box_new (GTK_ORIENTATION_VERTICAL, 12);
  self->content = gtk_box_new (GTK_ORIENTATION_VERTICAL, 12);
  gtk_widget_set_parent (self->box, GTK_WIDGET (self));
  self->rows = g_ptr_array_new_with_free_func ((GDestroyNotify) uch_form_row_free);
  self->revealed = g_hash_table_new (g_str_hash, g_str_equal);
  self->drafts
      = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, (GDestroyNotify) kept_free);
}

/**
 * uch_form_dup_keepers:
 *
 * Returns: (transfer full): who may edit the register, in a sentence
 */
char *
uch_form_dup_keepers (const UchRegister *of)
{
  g_autoptr (GString) names = g_string_new (NULL);

  for (guint role = 0; role < UCH_ROLE_SOURCE; role++)
    if (uch_register_may_edit (of, (int) role))
      g_string_append_printf (names, "%s%s", names->len > 0 ? ", " : "",
                              uch_format_role ((UchRole) role));
  /* Translators: %s is a list of roles */
  return g_strdup_printf (_ ("May be changed by: %s"), names->str);
}

static UchForm *
make_form (UchSession *session, const UchRegister *of)
{
  UchForm         *self = g_object_new (UCH_TYPE_FORM, NULL);
  g_autofree char *keepers = uch_form_dup_keepers (of);

  self->session = g_object_ref (session);
  self->of = of;
  self->editable = uch_register_may_edit (of, uch_replica_get_actor (get_replica (self))->role);
  self->note = gtk_label_new (keepers);
  gtk_label_set_xalign (GTK_LABEL (self->note), 0);
  gtk_label_set_wrap (GTK_LABEL (self->note), TRUE);
  gtk_widget_add_css_class (self->note, "dim-label");
  gtk_widget_set_visible (self->note, !self->editable);
  gtk_box_append (GTK_BOX (self->content), self->note);
  make_rows (self);
  self->bar = make_bar (self);
  uch_form_update_actions (self);
  return self;
}

/**
 * uch_form_new:
 *
 * Returns: (transfer floating): the form of rows of @of, showing none yet
 */
GtkWidget *
uch_form_new (UchSession *session, const UchRegister *of)
{
  UchForm *self = make_form (session, of);

  gtk_box_append (GTK_BOX (self->box), self->content);
  gtk_box_append (GTK_BOX (self->box), self->bar);
  return GTK_WIDGET (self);
}

/**
 * uch_form_new_scrolled:
 *
 * Returns: (transfer floating): the same; its fields scroll, its buttons are always in sight
 */
GtkWidget *
uch_form_new_scrolled (UchSession *session, const UchRegister *of)
{
  UchForm   *self = make_form (session, of);
  GtkWidget *scroller = gtk_scrolled_window_new ();

  gtk_scrolled_window_set_policy (GTK_SCROLLED_WINDOW (scroller), GTK_POLICY_NEVER,
                                  GTK_POLICY_AUTOMATIC);
  gtk_scrolled_window_set_child (GTK_SCROLLED_WINDOW (scroller), self->content);
  gtk_widget_set_vexpand (scroller, TRUE);
  gtk_widget_add_css_class (self->content, "register-detail");
  gtk_widget_add_css_class (self->bar, "toolbar");
  gtk_box_set_spacing (GTK_BOX (self->box), 0);
  gtk_box_append (GTK_BOX (self->box), scroller);
  gtk_box_append (GTK_BOX (self->box), gtk_separator_new (GTK_ORIENTATION_HORIZONTAL));
  gtk_box_append (GTK_BOX (self->box), self->bar);
  return GTK_WIDGET (self);
}

/**
 * uch_form_get_content:
 *
 * Returns: (transfer none): the fields, to put others before and after them
 */
GtkBox *
uch_form_get_content (UchForm *self)
{
  return GTK_BOX (self->content);
}

/* What is left unsaved waits until the person comes back to it. */
static void
keep_draft (UchForm *self)
{
  Kept *kept;

  if (!is_dirty (self))
    return;
  kept = g_new0 (Kept, 1);
  kept->seen = self->seen != NULL ? g_object_ref (self->seen) : NULL;
  kept->draft = g_object_ref (self->draft);
  g_hash_table_replace (self->drafts, g_strdup (self->seen != NULL ? self->draft->id : "new"),
                        kept);
}

/**
 * uch_form_show:
 * @row: (nullable) (type UchEntity): NULL: none
 *
 * Shows another row; an edit of it that was left unsaved is there again.
 */
void
uch_form_show (UchForm *self, gpointer row)
{
  Kept *kept;

  keep_draft (self);
  g_clear_object (&self->seen);
  g_clear_object (&self->draft);
  g_hash_table_remove_all (self->revealed);
  if (row == NULL)
    return;
  kept = g_hash_table_lookup (self->drafts, UCH_ENTITY (row)->id);
  self->seen = g_object_ref (kept != NULL ? kept->seen : row);
  self->draft = kept != NULL ? g_object_ref (kept->draft) : uch_entity_copy (row);
  uch_form_show_all (self);
  if (kept != NULL)
    uch_form_refresh (self, row);
}

/**
 * uch_form_create:
 * @parent_id: (nullable): the row that the new one belongs to
 *
 * Shows an empty row, or the one that was left unsaved.
 */
void
uch_form_create (UchForm *self, const char *parent_id)
{
  const UchSchema *schema = uch_schema_get (self->of->table);
  g_autofree char *id = uch_replica_make_id (get_replica (self));
  Kept            *kept;

  keep_draft (self);
  kept = g_hash_table_lookup (self->drafts, "new");
  g_clear_object (&self->seen);
  g_clear_object (&self->draft);
  g_hash_table_remove_all (self->revealed);
  self->draft = kept != NULL ? g_object_ref (kept->draft) : uch_entity_new (self->of->table, id);
  g_hash_table_remove (self->drafts, "new");
  if (parent_id != NULL && self->of->parent != NULL)
    uch_field_set_text (uch_schema_find_field (schema, self->of->parent), self->draft, parent_id);
  uch_form_show_all (self);
  if (self->rows->len > 0)
    uch_form_row_focus (g_ptr_array_index (self->rows, 0));
}

/**
 * uch_form_refresh:
 * @row: (type UchEntity): the shown row as it stands now
 *
 * Somebody else changed the row: takes over what this person has not touched, and says so where
 * both have.
 */
void
uch_form_refresh (UchForm *self, gpointer row)
{
  g_autoptr (GPtrArray) clashes = NULL;
  g_autoptr (UchEntity) seen = NULL;

  if (self->seen == NULL || g_strcmp0 (self->seen->id, UCH_ENTITY (row)->id) != 0
      || uch_entity_equal (self->seen, row))
    return;
  clashes = uch_form_merge (self->seen, self->draft, row, self->revealed);
  seen = uch_entity_copy (row);
  uch_form_copy_fields (seen, self->seen, self->revealed);
  g_set_object (&self->seen, seen);
  uch_form_show_all (self);
  for (guint i = 0; i < clashes->len; i++)
    {
      const char      *name = g_ptr_array_index (clashes, i);
      UchFormRow      *line = uch_form_find_row (self, name);
      g_autofree char *value = NULL;
      g_autofree char *text = NULL;

      if (line == NULL)
        continue;
      value
          = uch_register_dup_cell (get_replica (self), row, name, uch_session_now (self->session));
      text = g_strdup_printf (_ ("Changed by a colleague meanwhile: “%s”. Saving puts yours."),
                              value);
      uch_form_row_set_message (line, text, FALSE);
    }
}

/**
 * uch_form_get_id:
 *
 * Returns: (nullable): of the shown row
 */
const char *
uch_form_get_id (UchForm *self)
{
  return self->draft != NULL ? self->draft->id : NULL;
}

gboolean
uch_form_is_new (UchForm *self)
{
  return self->draft != NULL && self->seen == NULL;
}

#define G_LOG_DOMAIN "uch-app"

#include "app/register/uch-form-private.h"

#include <glib/gi18n.h>

#include "app/register/uch-register-text.h"
#include "app/uch-format.h"
#include "app/uch-window.h"

static UchReplica *
get_replica (UchForm *self)
{
  return uch_session_get_replica (self->session);
}

/* ---- masked fields ---- */

typedef struct
{
  UchForm    *form; /* owned */
  UchFormRow *row;  /* borrowed from the form */
  char       *id;   /* owned: of the row that was shown */
} Reveal;

static void
revealed_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  Reveal  *reveal = user_data;
  UchForm *self = reveal->form;
  g_autoptr (GError) error = NULL;
  g_autofree char *value = uch_sync_client_reveal_finish (UCH_SYNC_CLIENT (source), result, &error);

  if (self->draft != NULL && g_strcmp0 (self->draft->id, reveal->id) == 0)
    {
      const UchFormField *input = uch_form_row_get_input (reveal->row);
      const UchField     *field = uch_schema_find_field (self->draft->schema, input->name);

      if (error != NULL)
        uch_form_row_set_message (reveal->row, error->message, TRUE);
      else
        {
          UchEntity *seen = uch_entity_copy (self->seen);

          /* The value is what this person saw from now on: an edit starts from it. */
          uch_field_set_text (field, seen, value);
          g_set_object (&self->seen, seen);
          g_object_unref (seen);
          uch_field_set_text (field, self->draft, value);
          g_hash_table_add (self->revealed, (gpointer) input->name);
          uch_form_row_show (reveal->row, self->draft, TRUE);
          uch_form_row_set_editable (reveal->row, self->editable);
        }
    }
  g_object_unref (reveal->form);
  g_free (reveal->id);
  g_free (reveal);
}

/* Asks the store for the value of a masked field; the store writes down who asked. */
void
uch_form_reveal (UchForm *self, UchFormRow *row)
{
  Reveal *reveal;

  if (self->seen == NULL)
    return;
  reveal = g_new0 (Reveal, 1);
  reveal->form = g_object_ref (self);
  reveal->row = row;
  reveal->id = g_strdup (self->seen->id);
  uch_form_row_set_message (row, _ ("Asking the store…"), FALSE);
  uch_sync_client_reveal_async (uch_session_get_sync (self->session), self->of->table,
                                self->seen->id, uch_form_row_get_input (row)->name, NULL,
                                revealed_cb, reveal);
}

/* ---- saving ---- */

static void
tell (UchForm *self, const char *text)
{
  GtkRoot *root = gtk_widget_get_root (GTK_WIDGET (self));

  if (UCH_IS_WINDOW (root))
    uch_window_tell (UCH_WINDOW (root), text, "win.undo");
}

static void
set_busy (UchForm *self, gboolean busy)
{
  self->is_busy = busy;
  uch_form_update_actions (self);
}

/* Says why not: at the field that it is about, else beside the buttons. */
static void
show_refusal (UchForm *self, const UchOutcome *outcome)
{
  g_autofree char *text
      = uch_format_refusal (get_replica (self), outcome->refusal, outcome->field, outcome->current);
  UchFormRow *row = uch_form_find_row (self, outcome->field);

  if (outcome->refusal == UCH_REFUSAL_CHANGED && outcome->current != NULL && self->seen != NULL
      && outcome->current->schema == self->seen->schema)
    uch_form_refresh (self, outcome->current);
  if (row == NULL)
    {
      gtk_label_set_label (self->status, text);
      return;
    }
  uch_form_row_set_message (row, text, TRUE);
  uch_form_row_focus (row);
}

static void
accept_draft (UchForm *self)
{
  g_autofree char *id = g_strdup (self->draft->id);
  g_autofree char *title = uch_register_dup_title (get_replica (self), self->draft);
  g_autofree char *text = g_strdup_printf (_ ("Saved: %s"), title);
  UchEntity       *seen = uch_entity_copy (self->draft);

  g_set_object (&self->seen, seen);
  g_object_unref (seen);
  g_hash_table_remove (self->drafts, id);
  uch_form_show_all (self);
  tell (self, text);
  uch_form_emit_saved (self, id);
}

static void
saved_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (UchForm) self = user_data;
  g_autoptr (GError) error = NULL;
  g_autoptr (UchOutcome) outcome = uch_replica_submit_finish (UCH_REPLICA (source), result, &error);

  if (self->session == NULL || self->draft == NULL)
    return;
  set_busy (self, FALSE);
  if (outcome == NULL)
    gtk_label_set_label (self->status, error->message);
  else if (outcome->kind != UCH_VERDICT_OK)
    show_refusal (self, outcome);
  else
    accept_draft (self);
}

static gboolean
read_all (UchForm *self)
{
  UchFormRow *bad = NULL;

  for (guint i = 0; i < self->rows->len; i++)
    if (!uch_form_row_read (g_ptr_array_index (self->rows, i), self->draft) && bad == NULL)
      bad = g_ptr_array_index (self->rows, i);
  if (bad != NULL)
    uch_form_row_focus (bad);
  return bad == NULL;
}

/* Sends what has changed. */
void
uch_form_save (UchForm *self)
{
  g_autoptr (GVariant) was = NULL;
  g_autoptr (GVariant) fields = NULL;
  g_autoptr (UchCommand) command = NULL;
  const UchSchema *schema = uch_schema_get (self->of->table);

  if (self->draft == NULL || !read_all (self))
    return;
  if (self->seen == NULL && self->of->table == UCH_TABLE_REASON)
    {
      const UchReason *reason = UCH_REASON (self->draft);

      g_free (self->draft->id);
      self->draft->id = g_strconcat (uch_reason_kind_nicks[reason->kind], ".", reason->code, NULL);
    }
  fields = uch_form_changes (self->of, self->seen, self->draft, &was);
  if (fields == NULL)
    return;
  if (was != NULL)
    command = uch_replica_make_command (get_replica (self), UCH_COMMAND_PUT, "table", "s",
                                        schema->name, "id", "s", self->draft->id, "fields", "v",
                                        fields, "was", "v", was, NULL);
  else
    command
        = uch_replica_make_command (get_replica (self), UCH_COMMAND_PUT, "table", "s", schema->name,
                                    "id", "s", self->draft->id, "fields", "v", fields, NULL);
  set_busy (self, TRUE);
  uch_replica_submit_async (get_replica (self), command, NULL, saved_cb, g_object_ref (self));
}

static void
removed_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (UchForm) self = user_data;
  g_autoptr (GError) error = NULL;
  g_autoptr (UchOutcome) outcome = uch_replica_submit_finish (UCH_REPLICA (source), result, &error);

  if (self->session == NULL || self->seen == NULL)
    return;
  set_busy (self, FALSE);
  if (outcome == NULL)
    gtk_label_set_label (self->status, error->message);
  else if (outcome->kind != UCH_VERDICT_OK)
    show_refusal (self, outcome);
  else
    {
      g_autofree char *id = g_strdup (self->seen->id);
      g_autofree char *title = uch_register_dup_title (get_replica (self), self->seen);
      g_autofree char *text = g_strdup_printf (_ ("Deleted: %s"), title);

      g_hash_table_remove (self->drafts, id);
      tell (self, text);
      uch_form_emit_removed (self, id);
    }
}

/* Deletes the row; it can be undone. */
void
uch_form_remove (UchForm *self)
{
  g_autoptr (UchCommand) command = NULL;

  if (self->seen == NULL)
    return;
  command = uch_replica_make_command (get_replica (self), UCH_COMMAND_DELETE, "table", "s",
                                      uch_schema_get (self->of->table)->name, "id", "s",
                                      self->seen->id, "base", "s", self->seen->rev, NULL);
  set_busy (self, TRUE);
  uch_replica_submit_async (get_replica (self), command, NULL, removed_cb, g_object_ref (self));
}

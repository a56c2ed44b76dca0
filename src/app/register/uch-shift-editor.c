#include "app/register/uch-shift-editor.h"

#include <glib/gi18n.h>

#include "app/register/uch-register.h"
#include "app/register/uch-shift-plan.h"
#include "app/uch-format.h"
#include "core/uch-command.h"
#include "core/uch-decide.h"

#define N_DAYS 14

typedef struct
{
  GtkWidget *label, *entry, *absent;
  UchTime    midnight;
  gboolean   dirty; /* typed in and not saved yet */
} Day;

struct _UchShiftEditor
{
  GtkWidget parent;

  GtkWidget *box;
  GtkLabel  *status;
  Day        days[N_DAYS];

  UchSession *session;  /* owned */
  char       *staff_id; /* owned, nullable */
  gboolean    editable;
  gboolean    is_showing;
};

G_DEFINE_FINAL_TYPE (UchShiftEditor, uch_shift_editor, GTK_TYPE_WIDGET)

static GPtrArray *
list_shifts (UchShiftEditor *self)
{
  GListModel *all = uch_replica_list (uch_session_get_replica (self->session), UCH_TABLE_SHIFT);
  GPtrArray  *shifts = g_ptr_array_new_with_free_func (g_object_unref);

  for (guint i = 0; i < g_list_model_get_n_items (all); i++)
    {
      g_autoptr (UchShift) shift = g_list_model_get_item (all, i);

      if (g_strcmp0 (shift->staff_id, self->staff_id) == 0)
        g_ptr_array_add (shifts, g_steal_pointer (&shift));
    }
  return shifts;
}

static void
update_actions (UchShiftEditor *self)
{
  gboolean dirty = FALSE;

  for (guint i = 0; i < N_DAYS; i++)
    dirty = dirty || self->days[i].dirty;
  gtk_widget_action_set_enabled (GTK_WIDGET (self), "shifts.save", self->editable && dirty);
  gtk_widget_action_set_enabled (GTK_WIDGET (self), "shifts.copy", self->editable);
}

static void
show_day (UchShiftEditor *self, Day *day, GPtrArray *shifts)
{
  g_autofree char *text = uch_day_print (shifts, day->midnight);

  gtk_editable_set_text (GTK_EDITABLE (day->entry), text);
  gtk_widget_remove_css_class (day->entry, "error");
  gtk_check_button_set_active (GTK_CHECK_BUTTON (day->absent),
                               uch_day_is_absent (shifts, day->midnight));
}

static const char *const weekdays[]
    = { NC_ ("weekday", "Mon"), NC_ ("weekday", "Tue"), NC_ ("weekday", "Wed"),
        NC_ ("weekday", "Thu"), NC_ ("weekday", "Fri"), NC_ ("weekday", "Sat"),
        NC_ ("weekday", "Sun") };

/* What is typed and not saved stays; everything else follows the office. */
static void
show_days (UchShiftEditor *self)
{
  g_autoptr (GPtrArray) shifts = NULL;
  UchTime now;

  if (self->staff_id == NULL)
    return;
  shifts = list_shifts (self);
  now = uch_session_now (self->session);
  self->is_showing = TRUE;
  for (guint i = 0; i < N_DAYS; i++)
    {
      Day *day = &self->days[i];
      g_autoptr (GDateTime) date = NULL;
      g_autofree char *day_name = NULL;
      g_autofree char *name = NULL;

      if (day->dirty)
        continue;
      day->midnight = uch_day_start (now, (int) i);
      date = g_date_time_new_from_unix_local (day->midnight / 1000);
      day_name = uch_format_day (day->midnight, now);
      name = g_strdup_printf (
          "%s, %s",
          g_dpgettext2 (NULL, "weekday", weekdays[g_date_time_get_day_of_week (date) - 1]),
          day_name);
      gtk_label_set_label (GTK_LABEL (day->label), name);
      if (g_date_time_get_day_of_week (date) >= 6)
        gtk_widget_add_css_class (day->label, "dim-label");
      else
        gtk_widget_remove_css_class (day->label, "dim-label");
      gtk_accessible_update_property (GTK_ACCESSIBLE (day->entry), GTK_ACCESSIBLE_PROPERTY_LABEL,
                                      name, -1);
      show_day (self, day, shifts);
    }
  self->is_showing = FALSE;
  update_actions (self);
}

static Day *
find_day (UchShiftEditor *self, GtkWidget *widget)
{
  for (guint i = 0; i < N_DAYS; i++)
    if (self->days[i].entry == widget || self->days[i].absent == widget)
      return &self->days[i];
  return NULL;
}

static void
edited_cb (GtkWidget *widget, UchShiftEditor *self)
{
  Day             *day = find_day (self, widget);
  g_autofree char *fault = NULL;
  g_autoptr (GArray) parts = NULL;

  if (self->is_showing || day == NULL)
    return;
  day->dirty = TRUE;
  parts = uch_day_parts_parse (gtk_editable_get_text (GTK_EDITABLE (day->entry)), &fault);
  if (parts == NULL)
    gtk_widget_add_css_class (day->entry, "error");
  else
    gtk_widget_remove_css_class (day->entry, "error");
  gtk_label_set_label (self->status, fault != NULL ? fault : "");
  update_actions (self);
}

/* ---- acts ---- */

static UchCommand *
make_command (UchShiftEditor *self, const UchShiftEdit *edit)
{
  UchReplica      *replica = uch_session_get_replica (self->session);
  g_autofree char *id = NULL;
  GVariantDict     fields;

  if (edit->remove_id != NULL)
    return uch_replica_make_command (replica, UCH_COMMAND_DELETE, "table", "s",
                                     uch_shift_schema.name, "id", "s", edit->remove_id, NULL);
  id = uch_replica_make_id (replica);
  g_variant_dict_init (&fields, NULL);
  g_variant_dict_insert (&fields, "staff_id", "s", self->staff_id);
  g_variant_dict_insert (&fields, "kind", "s",
                         edit->kind == UCH_SHIFT_ABSENCE ? "absence" : "work");
  g_variant_dict_insert (&fields, "starts_at", "x", edit->starts_at);
  g_variant_dict_insert (&fields, "ends_at", "x", edit->ends_at);
  return uch_replica_make_command (replica, UCH_COMMAND_PUT, "table", "s", uch_shift_schema.name,
                                   "id", "s", id, "fields", "v", g_variant_dict_end (&fields),
                                   NULL);
}

static gboolean
add_edits (UchShiftEditor *self, Day *day, GPtrArray *shifts, GPtrArray *commands)
{
  g_autofree char *fault = NULL;
  g_autoptr (GArray) parts
      = uch_day_parts_parse (gtk_editable_get_text (GTK_EDITABLE (day->entry)), &fault);
  g_autoptr (GPtrArray) of_day = NULL;
  g_autoptr (GPtrArray) edits = NULL;

  if (parts == NULL)
    {
      gtk_label_set_label (self->status, fault);
      gtk_widget_grab_focus (day->entry);
      return FALSE;
    }
  of_day = uch_day_list (shifts, day->midnight);
  edits = uch_day_edit (of_day, parts, gtk_check_button_get_active (GTK_CHECK_BUTTON (day->absent)),
                        day->midnight);
  for (guint i = 0; i < edits->len; i++)
    g_ptr_array_add (commands, make_command (self, g_ptr_array_index (edits, i)));
  return TRUE;
}

static void
save_action (GtkWidget *widget, const char *name, GVariant *parameter)
{
  UchShiftEditor *self = UCH_SHIFT_EDITOR (widget);
  g_autoptr (GPtrArray) shifts = list_shifts (self);
  g_autoptr (GPtrArray) commands
      = g_ptr_array_new_with_free_func ((GDestroyNotify) uch_command_unref);

  for (guint i = 0; i < N_DAYS; i++)
    if (self->days[i].dirty && !add_edits (self, &self->days[i], shifts, commands))
      return;
  for (guint i = 0; i < N_DAYS; i++)
    self->days[i].dirty = FALSE;
  update_actions (self);
  if (commands->len > 0)
    uch_session_act (self->session, widget, g_steal_pointer (&commands), _ ("Shifts saved"));
}

/* Fills the days that are empty from the same day a week before, as the editor shows or knows it.
 */
static void
copy_action (GtkWidget *widget, const char *name, GVariant *parameter)
{
  UchShiftEditor *self = UCH_SHIFT_EDITOR (widget);
  g_autoptr (GPtrArray) shifts = list_shifts (self);
  guint n = 0;

  for (guint i = 0; i < N_DAYS; i++)
    {
      Day             *day = &self->days[i];
      g_autofree char *before = NULL;

      if (*gtk_editable_get_text (GTK_EDITABLE (day->entry)) != '\0'
          || gtk_check_button_get_active (GTK_CHECK_BUTTON (day->absent)))
        continue;
      if (i >= 7)
        before = g_strdup (gtk_editable_get_text (GTK_EDITABLE (self->days[i - 7].entry)));
      else
        before
            = uch_day_print (shifts, uch_day_start (uch_session_now (self->session), (int) i - 7));
      if (*before == '\0')
        continue;
      gtk_editable_set_text (GTK_EDITABLE (day->entry), before);
      n++;
    }
  if (n == 0)
    gtk_label_set_label (self->status, _ ("The week before has nothing for the empty days"));
}

/* ---- the widget ---- */

static void
add_days (UchShiftEditor *self)
{
  GtkWidget *grid = gtk_grid_new ();

  gtk_grid_set_row_spacing (GTK_GRID (grid), 3);
  gtk_grid_set_column_spacing (GTK_GRID (grid), 12);
  for (guint i = 0; i < N_DAYS; i++)
    {
      Day *day = &self->days[i];

      day->label = gtk_label_new (NULL);
      day->entry = gtk_entry_new ();
      day->absent = gtk_check_button_new_with_label (_ ("Absent"));
      gtk_label_set_xalign (GTK_LABEL (day->label), 0);
      gtk_label_set_width_chars (GTK_LABEL (day->label), 11);
      gtk_widget_add_css_class (day->label, "numeric");
      gtk_widget_add_css_class (day->entry, "numeric");
      gtk_widget_set_hexpand (day->entry, TRUE);
      gtk_editable_set_width_chars (GTK_EDITABLE (day->entry), 12);
      gtk_entry_set_placeholder_text (GTK_ENTRY (day->entry), _ ("day off"));
      gtk_grid_attach (GTK_GRID (grid), day->label, 0, (int) i, 1, 1);
      gtk_grid_attach (GTK_GRID (grid), day->entry, 1, (int) i, 1, 1);
      gtk_grid_attach (GTK_GRID (grid), day->absent, 2, (int) i, 1, 1);
      g_signal_connect_object (day->entry, "changed", G_CALLBACK (edited_cb), self, 0);
      g_signal_connect_object (day->absent, "toggled", G_CALLBACK (edited_cb), self, 0);
    }
  gtk_box_append (GTK_BOX (self->box), grid);
}

static void
add_bar (UchShiftEditor *self)
{
  GtkWidget *bar = gtk_box_new (GTK_ORIENTATION_HORIZONTAL, 6);
  GtkWidget *copy = gtk_button_new_with_label (_ ("Copy last week"));
  GtkWidget *save = gtk_button_new_with_label (_ ("Save shifts"));
  GtkWidget *status = gtk_label_new (NULL);

  self->status = GTK_LABEL (status);
  gtk_label_set_wrap (self->status, TRUE);
  gtk_label_set_xalign (self->status, 0);
  gtk_widget_set_hexpand (status, TRUE);
  gtk_widget_add_css_class (status, "caption");
  gtk_widget_set_tooltip_text (copy, _ ("Fills the empty days from the same days a week before"));
  gtk_actionable_set_action_name (GTK_ACTIONABLE (copy), "shifts.copy");
  gtk_actionable_set_action_name (GTK_ACTIONABLE (save), "shifts.save");
  gtk_box_append (GTK_BOX (bar), copy);
  gtk_box_append (GTK_BOX (bar), status);
  gtk_box_append (GTK_BOX (bar), save);
  gtk_box_append (GTK_BOX (self->box), bar);
}

static void
uch_shift_editor_dispose (GObject *object)
{
  UchShiftEditor *self = UCH_SHIFT_EDITOR (object);

  g_clear_pointer (&self->box, gtk_widget_unparent);
  g_clear_object (&self->session);
  g_clear_pointer (&self->staff_id, g_free);
  G_OBJECT_CLASS (uch_shift_editor_parent_class)->dispose (object);
}

static void
uch_shift_editor_class_init (UchShiftEditorClass *klass)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  G_OBJECT_CLASS (klass)->dispose = uch_shift_editor_dispose;
  gtk_widget_class_set_layout_manager_type (widget_class, GTK_TYPE_BIN_LAYOUT);
  gtk_widget_class_install_action (widget_class, "shifts.save", NULL, save_action);
  gtk_widget_class_install_action (widget_class, "shifts.copy", NULL, copy_action);
}

static void
uch_shift_editor_init (UchShiftEditor *self)
{
  self->box = gtk_box_new (GTK_ORIENTATION_VERTICAL, 12);
  gtk_widget_set_parent (self->box, GTK_WIDGET (self));
  add_days (self);
  add_bar (self);
}

/**
 * uch_shift_editor_new:
 *
 * Returns: (transfer floating): the editor, of nobody yet
 */
GtkWidget *
uch_shift_editor_new (UchSession *session)
{
  UchShiftEditor *self = g_object_new (UCH_TYPE_SHIFT_EDITOR, NULL);
  UchReplica     *replica = uch_session_get_replica (session);

  self->session = g_object_ref (session);
  self->editable = uch_register_may_edit (uch_register_get (UCH_TABLE_SHIFT),
                                          uch_replica_get_actor (replica)->role);
  for (guint i = 0; i < N_DAYS; i++)
    {
      gtk_editable_set_editable (GTK_EDITABLE (self->days[i].entry), self->editable);
      gtk_widget_set_sensitive (self->days[i].absent, self->editable);
    }
  g_signal_connect_object (uch_replica_list (replica, UCH_TABLE_SHIFT), "items-changed",
                           G_CALLBACK (show_days), self, G_CONNECT_SWAPPED);
  update_actions (self);
  return GTK_WIDGET (self);
}

/**
 * uch_shift_editor_show:
 * @staff_id: (nullable)
 *
 * Shows the shifts of another person.
 */
void
uch_shift_editor_show (UchShiftEditor *self, const char *staff_id)
{
  if (g_strcmp0 (self->staff_id, staff_id) == 0)
    return;
  g_free (self->staff_id);
  self->staff_id = g_strdup (staff_id);
  for (guint i = 0; i < N_DAYS; i++)
    self->days[i].dirty = FALSE;
  gtk_label_set_label (self->status, "");
  show_days (self);
}

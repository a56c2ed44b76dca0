/* What is done with the chosen days: each is one stroke, undone together. */
#define G_LOG_DOMAIN "uch-app"

#include <glib/gi18n.h>

#include "app/shifts/uch-shift-grid-private.h"
#include "core/uch-command.h"

/* Changes one chosen person's draft. */
typedef void (*ChangeFunc) (UchShiftGrid *self, UchShiftDraft *draft, gpointer data);

static guint
get_first_column (UchShiftGrid *self)
{
  return MIN (self->column, self->anchor_column);
}

static guint
get_last_column (UchShiftGrid *self)
{
  return MAX (self->column, self->anchor_column);
}

static void
act (UchShiftGrid *self, guint first, guint last, ChangeFunc change, gpointer data)
{
  UchReplica *replica = uch_session_get_replica (self->session);
  g_autoptr (GPtrArray) shifts = uch_shift_list (replica);
  g_autofree char *done = NULL;
  guint            n_people = 0;
  GPtrArray       *commands = g_ptr_array_new_with_free_func ((GDestroyNotify) uch_command_unref);

  for (guint i = first; self->may_edit && i <= last && i < self->rows->len; i++)
    {
      const char *staff_id = UCH_ENTITY (uch_shift_grid_get_row (self, i)->staff)->id;
      g_autoptr (UchShiftDraft) draft = uch_shift_draft_new (shifts, staff_id);
      guint n_before = commands->len;

      change (self, draft, data);
      uch_shift_add_commands (replica, staff_id, draft, commands);
      n_people += commands->len > n_before;
    }
  if (n_people == 1)
    done = g_strdup (_ ("Shifts changed"));
  else
    done = g_strdup_printf (
        ngettext ("Shifts of %u person changed", "Shifts of %u people changed", n_people),
        n_people);
  uch_session_act (self->session, GTK_WIDGET (self), commands, done);
}

static void
act_on_chosen (UchShiftGrid *self, ChangeFunc change, gpointer data)
{
  act (self, MIN (self->row, self->anchor_row), MAX (self->row, self->anchor_row), change, data);
}

static void
set_work (UchShiftGrid *self, UchShiftDraft *draft, gpointer data)
{
  for (guint column = get_first_column (self); column <= get_last_column (self); column++)
    uch_shift_draft_set_work (draft, uch_shift_grid_get_midnight (self, column), data);
}

/**
 * uch_shift_grid_set_work:
 * @parts: (element-type UchDayPart): what is worked on each of the chosen days
 */
void
uch_shift_grid_set_work (UchShiftGrid *self, GArray *parts)
{
  act_on_chosen (self, set_work, parts);
}

static void
set_absence (UchShiftGrid *self, UchShiftDraft *draft, gpointer data)
{
  UchTime from = uch_shift_grid_get_midnight (self, get_first_column (self));
  UchTime to = uch_shift_grid_get_midnight (self, get_last_column (self) + 1);

  uch_shift_draft_set_absence (draft, from, to, data);
}

void
uch_shift_grid_set_absence (UchShiftGrid *self, const char *reason)
{
  act_on_chosen (self, set_absence, (gpointer) reason);
}

static void
clear (UchShiftGrid *self, UchShiftDraft *draft, gpointer data)
{
  for (guint column = get_first_column (self); column <= get_last_column (self); column++)
    uch_shift_draft_clear (draft, uch_shift_grid_get_midnight (self, column));
}

/**
 * uch_shift_grid_clear:
 *
 * Makes the chosen days days off.
 */
void
uch_shift_grid_clear (UchShiftGrid *self)
{
  act_on_chosen (self, clear, NULL);
}

static void
copy_week (UchShiftGrid *self, UchShiftDraft *draft, gpointer data)
{
  gboolean *copied = data;

  *copied |= uch_shift_draft_copy_week (draft, self->monday);
}

/**
 * uch_shift_grid_copy_week:
 *
 * Fills everybody's empty days of the next week from this one, and shows that week.
 */
void
uch_shift_grid_copy_week (UchShiftGrid *self)
{
  gboolean copied = FALSE;

  act (self, 0, G_MAXUINT - 1, copy_week, &copied);
  if (copied)
    uch_shift_grid_show_week (self, self->monday + 10 * UCH_DAY_MS);
  else
    gtk_widget_error_bell (GTK_WIDGET (self));
}

/* ---- typing hours ---- */

static void
typed_cb (UchShiftGrid *self)
{
  g_autofree char *fault = NULL;
  g_autoptr (GArray) parts
      = uch_day_parts_parse (gtk_editable_get_text (GTK_EDITABLE (self->entry)), &fault);

  gtk_label_set_label (self->fault, fault != NULL ? fault : "");
  gtk_widget_set_visible (GTK_WIDGET (self->fault), fault != NULL);
}

static void
entered_cb (UchShiftGrid *self)
{
  g_autofree char *fault = NULL;
  g_autoptr (GArray) parts
      = uch_day_parts_parse (gtk_editable_get_text (GTK_EDITABLE (self->entry)), &fault);

  if (parts == NULL)
    {
      gtk_widget_error_bell (GTK_WIDGET (self));
      return;
    }
  gtk_popover_popdown (GTK_POPOVER (self->editor));
  uch_shift_grid_set_work (self, parts);
  gtk_widget_grab_focus (GTK_WIDGET (uch_shift_grid_get_cell (self, self->row, self->column)));
}

static void
point_at_cell (UchShiftGrid *self, GtkWidget *popover)
{
  UchShiftCell   *cell = uch_shift_grid_get_cell (self, self->row, self->column);
  graphene_rect_t bounds;

  if (cell == NULL || !gtk_widget_compute_bounds (GTK_WIDGET (cell), GTK_WIDGET (self), &bounds))
    return;
  gtk_popover_set_pointing_to (
      GTK_POPOVER (popover), &(GdkRectangle){ (int) bounds.origin.x, (int) bounds.origin.y,
                                              (int) bounds.size.width, (int) bounds.size.height });
}

void
uch_shift_grid_make_editor (UchShiftGrid *self)
{
  GtkWidget *box = gtk_box_new (GTK_ORIENTATION_VERTICAL, 6);
  GtkWidget *entry = gtk_entry_new ();
  GtkWidget *fault = gtk_label_new (NULL);

  self->editor = gtk_popover_new ();
  self->entry = GTK_ENTRY (entry);
  self->fault = GTK_LABEL (fault);
  gtk_entry_set_placeholder_text (self->entry, _ ("9-18 or 9-13, 14-18"));
  gtk_accessible_update_property (GTK_ACCESSIBLE (entry), GTK_ACCESSIBLE_PROPERTY_LABEL,
                                  _ ("Hours of the chosen days"), -1);
  gtk_widget_add_css_class (entry, "numeric");
  gtk_label_set_xalign (self->fault, 0);
  gtk_widget_add_css_class (fault, "caption");
  gtk_widget_add_css_class (fault, "error");
  gtk_widget_set_visible (fault, FALSE);
  gtk_box_append (GTK_BOX (box), entry);
  gtk_box_append (GTK_BOX (box), fault);
  gtk_popover_set_child (GTK_POPOVER (self->editor), box);
  gtk_widget_set_parent (self->editor, GTK_WIDGET (self));
  g_signal_connect_swapped (entry, "changed", G_CALLBACK (typed_cb), self);
  g_signal_connect_swapped (entry, "activate", G_CALLBACK (entered_cb), self);
}

/**
 * uch_shift_grid_edit:
 * @typed: (nullable): what was typed already; %NULL: what stands there
 *
 * Asks for the hours of the chosen days.
 */
void
uch_shift_grid_edit (UchShiftGrid *self, const char *typed)
{
  UchReplica  *replica = uch_session_get_replica (self->session);
  UchShiftRow *row = uch_shift_grid_get_row (self, self->row);
  g_autoptr (GPtrArray) shifts = uch_shift_list (replica);
  g_autoptr (UchShiftDraft) draft = NULL;
  g_autoptr (GArray) parts = NULL;
  g_autofree char *text = NULL;

  if (row == NULL || !self->may_edit)
    return;
  draft = uch_shift_draft_new (shifts, UCH_ENTITY (row->staff)->id);
  parts = uch_shift_draft_get_work (draft, uch_shift_grid_get_midnight (self, self->column));
  text = typed != NULL ? g_strdup (typed) : uch_day_parts_print (parts);
  gtk_editable_set_text (GTK_EDITABLE (self->entry), text);
  point_at_cell (self, self->editor);
  gtk_popover_popup (GTK_POPOVER (self->editor));
  gtk_widget_grab_focus (GTK_WIDGET (self->entry));
  if (typed != NULL)
    gtk_editable_set_position (GTK_EDITABLE (self->entry), -1);
}

/* ---- the menu ---- */

static gboolean
is_on_shift (UchShiftGrid *self, const UchStaff *staff)
{
  g_autoptr (GPtrArray) shifts = uch_shift_list (uch_session_get_replica (self->session));

  return uch_staff_is_on_shift (shifts, UCH_ENTITY (staff)->id, uch_session_now (self->session));
}

static void
append_section (GMenu *menu, GMenu *section)
{
  g_menu_append_section (menu, NULL, G_MENU_MODEL (section));
  g_object_unref (section);
}

static GMenuModel *
make_menu (UchShiftGrid *self)
{
  UchShiftRow *row = uch_shift_grid_get_row (self, self->row);
  GMenu       *menu = g_menu_new (), *hours = g_menu_new (), *absence = g_menu_new ();
  GMenu       *now = g_menu_new ();

  g_menu_append (hours, _ ("Hours…"), "shifts.edit");
  g_menu_append (hours, _ ("Day off"), "shifts.clear");
  g_menu_append (absence, _ ("Vacation"), "shifts.absent::" UCH_ABSENCE_VACATION);
  g_menu_append (absence, _ ("Sick"), "shifts.absent::" UCH_ABSENCE_SICK);
  g_menu_append (absence, _ ("Other absence"), "shifts.absent::" UCH_ABSENCE_OTHER);
  if (row != NULL && is_on_shift (self, row->staff))
    g_menu_append (now, _ ("End the shift now"), "shifts.switch(false)");
  else
    g_menu_append (now, _ ("Begin a shift now"), "shifts.switch(true)");
  append_section (menu, hours);
  append_section (menu, absence);
  append_section (menu, now);
  return G_MENU_MODEL (menu);
}

void
uch_shift_grid_popup_menu (UchShiftGrid *self)
{
  g_autoptr (GMenuModel) model = NULL;

  if (!self->may_edit || self->rows->len == 0)
    return;
  model = make_menu (self);
  g_clear_pointer (&self->menu, gtk_widget_unparent);
  self->menu = gtk_popover_menu_new_from_model (model);
  gtk_widget_set_parent (self->menu, GTK_WIDGET (self));
  point_at_cell (self, self->menu);
  gtk_popover_popup (GTK_POPOVER (self->menu));
}

static void
edit_action (GtkWidget *widget, const char *name, GVariant *parameter)
{
  uch_shift_grid_edit (UCH_SHIFT_GRID (widget), NULL);
}

static void
clear_action (GtkWidget *widget, const char *name, GVariant *parameter)
{
  uch_shift_grid_clear (UCH_SHIFT_GRID (widget));
}

static void
absent_action (GtkWidget *widget, const char *name, GVariant *parameter)
{
  uch_shift_grid_set_absence (UCH_SHIFT_GRID (widget), g_variant_get_string (parameter, NULL));
}

static void
switch_action (GtkWidget *widget, const char *name, GVariant *parameter)
{
  UchShiftGrid *self = UCH_SHIFT_GRID (widget);
  UchShiftRow  *row = uch_shift_grid_get_row (self, self->row);

  if (row != NULL && self->may_edit)
    uch_shift_switch (self->session, widget, UCH_ENTITY (row->staff)->id,
                      g_variant_get_boolean (parameter));
}

void
uch_shift_grid_install_acts (GtkWidgetClass *widget_class)
{
  gtk_widget_class_install_action (widget_class, "shifts.edit", NULL, edit_action);
  gtk_widget_class_install_action (widget_class, "shifts.clear", NULL, clear_action);
  gtk_widget_class_install_action (widget_class, "shifts.absent", "s", absent_action);
  gtk_widget_class_install_action (widget_class, "shifts.switch", "b", switch_action);
}

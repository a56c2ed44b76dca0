#include "app/register/uch-form-row.h"

#include <glib/gi18n.h>

#include "app/register/uch-house-entry.h"
#include "app/register/uch-register-text.h"
#include "app/tickets/uch-choice.h"
#include "core/uch-people.h"
#include "core/uch-place.h"

#define MASK "••••••"

struct _UchFormRow
{
  const UchFormField *input;   /* borrowed, static */
  const UchField     *field;   /* borrowed, static */
  UchSession         *session; /* owned */
  GtkWidget          *label;   /* owned by the grid, as the others below */
  GtkWidget          *editor;
  GtkWidget          *entry;  /* inside the editor, nullable */
  GtkWidget          *reveal; /* the button of a masked field, nullable */
  GtkWidget          *message;
  GPtrArray          *checks; /* owned: of GtkCheckButton, for words */
  gboolean            is_showing;
  gboolean            is_masked;
  UchFormRowFunc      changed, reveal_func;
  gpointer            user_data;
};

static void
changed_cb (UchFormRow *self)
{
  if (!self->is_showing)
    self->changed (self, self->user_data);
}

static void
reveal_cb (UchFormRow *self)
{
  self->reveal_func (self, self->user_data);
}

/* ---- editors ---- */

static GtkWidget *
make_entry (UchFormRow *self)
{
  GtkWidget      *entry = gtk_entry_new ();
  GtkInputPurpose purpose = GTK_INPUT_PURPOSE_FREE_FORM;

  if (self->input->input == UCH_INPUT_PHONE)
    purpose = GTK_INPUT_PURPOSE_PHONE;
  else if (self->input->input == UCH_INPUT_NUMBER || self->input->input == UCH_INPUT_DIGITS)
    purpose = GTK_INPUT_PURPOSE_DIGITS;
  gtk_entry_set_input_purpose (GTK_ENTRY (entry), purpose);
  gtk_editable_set_width_chars (GTK_EDITABLE (entry), 6);
  if (purpose != GTK_INPUT_PURPOSE_FREE_FORM)
    gtk_widget_add_css_class (entry, "numeric");
  g_signal_connect_swapped (entry, "changed", G_CALLBACK (changed_cb), self);
  self->entry = entry;
  return entry;
}

static GtkWidget *
make_secret (UchFormRow *self)
{
  GtkWidget *box = gtk_box_new (GTK_ORIENTATION_HORIZONTAL, 6);

  make_entry (self);
  gtk_widget_set_hexpand (self->entry, TRUE);
  self->reveal = gtk_button_new_with_label (_ ("Show"));
  gtk_widget_set_tooltip_text (self->reveal, _ ("Who looked, and when, is written down"));
  g_signal_connect_swapped (self->reveal, "clicked", G_CALLBACK (reveal_cb), self);
  gtk_box_append (GTK_BOX (box), self->entry);
  gtk_box_append (GTK_BOX (box), self->reveal);
  return box;
}

static GtkWidget *
make_lines (UchFormRow *self)
{
  GtkWidget *scroller = gtk_scrolled_window_new ();
  GtkWidget *view = gtk_text_view_new ();

  gtk_text_view_set_wrap_mode (GTK_TEXT_VIEW (view), GTK_WRAP_WORD_CHAR);
  gtk_text_view_set_accepts_tab (GTK_TEXT_VIEW (view), FALSE);
  gtk_text_view_set_left_margin (GTK_TEXT_VIEW (view), 6);
  gtk_text_view_set_top_margin (GTK_TEXT_VIEW (view), 6);
  gtk_scrolled_window_set_child (GTK_SCROLLED_WINDOW (scroller), view);
  gtk_scrolled_window_set_has_frame (GTK_SCROLLED_WINDOW (scroller), TRUE);
  gtk_widget_set_size_request (scroller, -1, 72);
  g_signal_connect_swapped (gtk_text_view_get_buffer (GTK_TEXT_VIEW (view)), "changed",
                            G_CALLBACK (changed_cb), self);
  self->entry = view;
  return scroller;
}

static GListStore *
make_nicks (UchFormRow *self, UchTable table)
{
  GListStore      *choices = uch_choices_new ();
  g_autofree char *name = g_strconcat (uch_schema_get (table)->name, ".", self->field->name, NULL);

  for (guint i = 0; self->field->nicks[i] != NULL; i++)
    /* Machines and the store itself are no staff. */
    if (self->field->nicks != uch_role_nicks || i < UCH_ROLE_SOURCE)
      uch_choices_add (choices, self->field->nicks[i],
                       uch_register_nick_name (name, self->field->nicks[i]));
  return choices;
}

static GListStore *
make_refs (UchFormRow *self)
{
  UchReplica *replica = uch_session_get_replica (self->session);
  GListModel *rows = uch_replica_list (replica, self->input->ref);
  GListStore *choices = uch_choices_new ();

  uch_choices_add (choices, NULL, C_ ("choice", "None"));
  for (guint i = 0; i < g_list_model_get_n_items (rows); i++)
    {
      g_autoptr (UchEntity) row = g_list_model_get_item (rows, i);
      g_autofree char *name = uch_register_dup_title (replica, row);

      uch_choices_add (choices, row->id, name);
    }
  uch_choices_sort (choices, 1);
  return choices;
}

static GtkWidget *
make_choice (UchFormRow *self, UchTable table)
{
  GtkWidget *drop_down = gtk_drop_down_new (NULL, NULL);
  g_autoptr (GListStore) choices
      = self->input->input == UCH_INPUT_NICK ? make_nicks (self, table) : make_refs (self);

  uch_choice_setup (GTK_DROP_DOWN (drop_down));
  uch_choice_set_rows (GTK_DROP_DOWN (drop_down), choices);
  g_signal_connect_swapped (drop_down, "notify::selected", G_CALLBACK (changed_cb), self);
  return drop_down;
}

static void
add_check (UchFormRow *self, GtkWidget *box, const char *word, const char *name)
{
  GtkWidget *check = gtk_check_button_new_with_label (name);

  g_object_set_data_full (G_OBJECT (check), "uch-word", g_strdup (word), g_free);
  g_signal_connect_swapped (check, "toggled", G_CALLBACK (changed_cb), self);
  g_ptr_array_add (self->checks, check);
  gtk_box_append (GTK_BOX (box), check);
}

static gint
compare_zones (gconstpointer a, gconstpointer b)
{
  const UchZone *left = *(const UchZone **) a, *right = *(const UchZone **) b;

  return (left->number > right->number) - (left->number < right->number);
}

/* Offers the words that there are now: zones come and go. */
static void
fill_words (UchFormRow *self)
{
  GListModel *list = uch_replica_list (uch_session_get_replica (self->session), UCH_TABLE_ZONE);
  GtkWidget  *child;
  g_autoptr (GPtrArray) skills = uch_register_list_skills ();
  g_autoptr (GPtrArray) zones = g_ptr_array_new_with_free_func (g_object_unref);

  g_ptr_array_set_size (self->checks, 0);
  while ((child = gtk_widget_get_first_child (self->editor)) != NULL)
    gtk_box_remove (GTK_BOX (self->editor), child);
  for (guint i = 0; self->input->input == UCH_INPUT_SKILLS && i < skills->len; i++)
    add_check (self, self->editor, g_ptr_array_index (skills, i),
               uch_register_skill_name (g_ptr_array_index (skills, i)));
  for (guint i = 0; i < g_list_model_get_n_items (list); i++)
    g_ptr_array_add (zones, g_list_model_get_item (list, i));
  g_ptr_array_sort (zones, compare_zones);
  for (guint i = 0; self->input->input == UCH_INPUT_ZONES && i < zones->len; i++)
    {
      const UchZone   *zone = g_ptr_array_index (zones, i);
      g_autofree char *name
          = uch_register_dup_title (uch_session_get_replica (self->session), zone);

      add_check (self, self->editor, zone->parent.id, name);
    }
}

static GtkWidget *
make_words (UchFormRow *self)
{
  self->checks = g_ptr_array_new ();
  return gtk_box_new (GTK_ORIENTATION_VERTICAL, 0);
}

static GtkWidget *
make_flag (UchFormRow *self)
{
  GtkWidget *check
      = gtk_check_button_new_with_label (g_dpgettext2 (NULL, "field", self->input->label));

  g_signal_connect_swapped (check, "toggled", G_CALLBACK (changed_cb), self);
  return check;
}

static GtkWidget *
make_house (UchFormRow *self)
{
  GtkWidget *entry = uch_house_entry_new (uch_session_get_replica (self->session));

  g_signal_connect_swapped (entry, "changed", G_CALLBACK (changed_cb), self);
  return entry;
}

static GtkWidget *
make_editor (UchFormRow *self, UchTable table)
{
  switch (self->input->input)
    {
    case UCH_INPUT_LINES:
      return make_lines (self);
    case UCH_INPUT_SECRET:
      return make_secret (self);
    case UCH_INPUT_FLAG:
      return make_flag (self);
    case UCH_INPUT_NICK:
    case UCH_INPUT_REF:
      return make_choice (self, table);
    case UCH_INPUT_HOUSE:
      return make_house (self);
    case UCH_INPUT_ZONES:
    case UCH_INPUT_SKILLS:
      return make_words (self);
    default:
      return make_entry (self);
    }
}

/* ---- public ---- */

/**
 * uch_form_row_new:
 * @changed: the person typed or chose something
 * @reveal: the person wants to see a masked field
 *
 * Returns: (transfer full): the row; its widgets belong to the grid that it is attached to
 */
UchFormRow *
uch_form_row_new (UchSession         *session,
                  const UchFormField *input,
                  UchTable            table,
                  UchFormRowFunc      changed,
                  UchFormRowFunc      reveal,
                  gpointer            user_data)
{
  UchFormRow *self = g_new0 (UchFormRow, 1);
  const char *name = g_dpgettext2 (NULL, "field", input->label);

  self->input = input;
  self->field = uch_schema_find_field (uch_schema_get (table), input->name);
  self->session = g_object_ref (session);
  self->changed = changed;
  self->reveal_func = reveal;
  self->user_data = user_data;
  self->editor = make_editor (self, table);
  gtk_widget_set_hexpand (self->editor, TRUE);
  self->label = gtk_label_new (input->input == UCH_INPUT_FLAG ? NULL : name);
  gtk_label_set_xalign (GTK_LABEL (self->label), 0);
  gtk_label_set_wrap (GTK_LABEL (self->label), TRUE);
  gtk_label_set_max_width_chars (GTK_LABEL (self->label), 18);
  gtk_label_set_width_chars (GTK_LABEL (self->label), 13);
  gtk_widget_set_valign (self->label, self->checks != NULL || input->input == UCH_INPUT_LINES
                                          ? GTK_ALIGN_START
                                          : GTK_ALIGN_CENTER);
  gtk_widget_add_css_class (self->label, "dim-label");
  self->message = gtk_label_new (NULL);
  gtk_label_set_xalign (GTK_LABEL (self->message), 0);
  gtk_label_set_wrap (GTK_LABEL (self->message), TRUE);
  gtk_label_set_max_width_chars (GTK_LABEL (self->message), 30);
  gtk_widget_add_css_class (self->message, "caption");
  gtk_widget_set_visible (self->message, FALSE);
  gtk_accessible_update_property (GTK_ACCESSIBLE (self->entry != NULL ? self->entry : self->editor),
                                  GTK_ACCESSIBLE_PROPERTY_LABEL, name, -1);
  return self;
}

void
uch_form_row_free (UchFormRow *self)
{
  if (self == NULL)
    return;
  g_clear_pointer (&self->checks, g_ptr_array_unref);
  g_object_unref (self->session);
  g_free (self);
}

/**
 * uch_form_row_attach:
 * @line: the row takes this line of @grid and the next one
 */
void
uch_form_row_attach (UchFormRow *self, GtkGrid *grid, int line)
{
  gtk_grid_attach (grid, self->label, 0, line, 1, 1);
  gtk_grid_attach (grid, self->editor, 1, line, 1, 1);
  gtk_grid_attach (grid, self->message, 1, line + 1, 1, 1);
}

const UchFormField *
uch_form_row_get_input (UchFormRow *self)
{
  return self->input;
}

static void
show_secret (UchFormRow *self, gconstpointer row, gboolean revealed)
{
  const char *value = uch_field_get_text (self->field, row);

  /* What a desk has is a mask or nothing; a value stands here only after a logged look. */
  self->is_masked = !revealed && value != NULL;
  gtk_editable_set_text (GTK_EDITABLE (self->entry), self->is_masked ? MASK
                                                     : value != NULL ? value
                                                                     : "");
  gtk_editable_set_editable (GTK_EDITABLE (self->entry), !self->is_masked);
  gtk_widget_set_visible (self->reveal, self->is_masked);
}

static void
show_refs (UchFormRow *self)
{
  g_autoptr (GListStore) choices = make_refs (self);

  uch_choice_set_rows (GTK_DROP_DOWN (self->editor), choices);
}

static void
show_words (UchFormRow *self, gconstpointer row)
{
  fill_words (self);
  for (guint i = 0; i < self->checks->len; i++)
    {
      GtkCheckButton *check = g_ptr_array_index (self->checks, i);

      gtk_check_button_set_active (
          check, uch_list_contains (uch_field_get_text (self->field, row),
                                    g_object_get_data (G_OBJECT (check), "uch-word")));
    }
}

/**
 * uch_form_row_show:
 * @revealed: whether a sensitive value may be seen
 *
 * Shows the field of @row.
 */
void
uch_form_row_show (UchFormRow *self, gconstpointer row, gboolean revealed)
{
  g_autofree char *text = NULL;

  self->is_showing = TRUE;
  switch (self->input->input)
    {
    case UCH_INPUT_SECRET:
      show_secret (self, row, revealed);
      break;
    case UCH_INPUT_FLAG:
      gtk_check_button_set_active (GTK_CHECK_BUTTON (self->editor),
                                   uch_field_get_int (self->field, row) != 0);
      break;
    case UCH_INPUT_REF:
      show_refs (self);
      uch_choice_set (GTK_DROP_DOWN (self->editor), uch_field_get_text (self->field, row));
      break;
    case UCH_INPUT_NICK:
      uch_choice_set (GTK_DROP_DOWN (self->editor), uch_field_get_text (self->field, row));
      break;
    case UCH_INPUT_HOUSE:
      uch_house_entry_set_id (UCH_HOUSE_ENTRY (self->editor),
                              uch_field_get_text (self->field, row));
      break;
    case UCH_INPUT_ZONES:
    case UCH_INPUT_SKILLS:
      show_words (self, row);
      break;
    case UCH_INPUT_LINES:
      text = uch_form_value_print (self->input, row);
      gtk_text_buffer_set_text (gtk_text_view_get_buffer (GTK_TEXT_VIEW (self->entry)), text, -1);
      break;
    default:
      text = uch_form_value_print (self->input, row);
      gtk_editable_set_text (GTK_EDITABLE (self->entry), text);
    }
  uch_form_row_set_message (self, NULL, FALSE);
  self->is_showing = FALSE;
}

static gboolean
read_text (UchFormRow *self, gpointer draft)
{
  UchReplica      *replica = uch_session_get_replica (self->session);
  g_autofree char *area_code = uch_register_dup_area_code (replica);
  g_autofree char *text = NULL;
  g_autofree char *fault = NULL;
  gboolean         good;

  if (self->input->input == UCH_INPUT_LINES)
    g_object_get (gtk_text_view_get_buffer (GTK_TEXT_VIEW (self->entry)), "text", &text, NULL);
  else
    text = g_strdup (gtk_editable_get_text (GTK_EDITABLE (self->entry)));
  good = uch_form_value_parse (self->input, text, area_code, draft, &fault);
  uch_form_row_set_message (self, fault, TRUE);
  return good;
}

static void
read_words (UchFormRow *self, gpointer draft)
{
  g_autofree char *words = g_strdup (uch_field_get_text (self->field, draft));

  for (guint i = 0; i < self->checks->len; i++)
    {
      GtkCheckButton  *check = g_ptr_array_index (self->checks, i);
      const char      *word = g_object_get_data (G_OBJECT (check), "uch-word");
      gboolean         active = gtk_check_button_get_active (check);
      g_autofree char *old = NULL;

      if (uch_list_contains (words, word) == active)
        continue;
      old = g_steal_pointer (&words);
      words = uch_words_set (old, word, active);
    }
  uch_field_set_text (self->field, draft, words);
}

/**
 * uch_form_row_read:
 *
 * Takes what was typed into @draft. A value that is none is told under the field.
 *
 * Returns: whether the value is good
 */
gboolean
uch_form_row_read (UchFormRow *self, gpointer draft)
{
  const char *nick;

  switch (self->input->input)
    {
    case UCH_INPUT_SECRET:
      return self->is_masked || read_text (self, draft);
    case UCH_INPUT_FLAG:
      uch_field_set_int (self->field, draft,
                         gtk_check_button_get_active (GTK_CHECK_BUTTON (self->editor)));
      return TRUE;
    case UCH_INPUT_NICK:
      nick = uch_choice_get (GTK_DROP_DOWN (self->editor));
      uch_field_set_int (self->field, draft, MAX (uch_nick_index (self->field->nicks, nick), 0));
      return TRUE;
    case UCH_INPUT_REF:
      uch_field_set_text (self->field, draft, uch_choice_get (GTK_DROP_DOWN (self->editor)));
      return TRUE;
    case UCH_INPUT_HOUSE:
      uch_field_set_text (self->field, draft,
                          uch_house_entry_get_id (UCH_HOUSE_ENTRY (self->editor)));
      if (!uch_house_entry_is_unknown (UCH_HOUSE_ENTRY (self->editor)))
        return TRUE;
      uch_form_row_set_message (self, _ ("Choose a house from the register"), TRUE);
      return FALSE;
    case UCH_INPUT_ZONES:
    case UCH_INPUT_SKILLS:
      read_words (self, draft);
      return TRUE;
    default:
      return read_text (self, draft);
    }
}

/**
 * uch_form_row_set_message:
 * @text: (nullable): a few words for under the field
 * @bad: whether it is an error
 */
void
uch_form_row_set_message (UchFormRow *self, const char *text, gboolean bad)
{
  GtkWidget *marked = self->entry != NULL ? self->entry : self->editor;

  gtk_label_set_label (GTK_LABEL (self->message), text != NULL ? text : "");
  gtk_widget_set_visible (self->message, text != NULL);
  if (text != NULL && bad)
    {
      gtk_widget_add_css_class (marked, "error");
      gtk_widget_add_css_class (self->message, "error");
    }
  else
    {
      gtk_widget_remove_css_class (marked, "error");
      gtk_widget_remove_css_class (self->message, "error");
    }
  gtk_accessible_update_state (
      GTK_ACCESSIBLE (marked), GTK_ACCESSIBLE_STATE_INVALID,
      text != NULL && bad ? GTK_ACCESSIBLE_INVALID_TRUE : GTK_ACCESSIBLE_INVALID_FALSE, -1);
}

void
uch_form_row_set_editable (UchFormRow *self, gboolean editable)
{
  if (GTK_IS_ENTRY (self->entry))
    {
      /* Text that may not be changed may still be read and copied. */
      gtk_editable_set_editable (GTK_EDITABLE (self->entry), editable && !self->is_masked);
      gtk_widget_set_can_focus (self->entry, TRUE);
    }
  else if (GTK_IS_TEXT_VIEW (self->entry))
    gtk_text_view_set_editable (GTK_TEXT_VIEW (self->entry), editable);
  else
    gtk_widget_set_sensitive (self->editor, editable);
}

void
uch_form_row_focus (UchFormRow *self)
{
  gtk_widget_grab_focus (self->entry != NULL ? self->entry : self->editor);
}

#define G_LOG_DOMAIN "uch-app"

#include "app/register/uch-related.h"

#include <glib/gi18n.h>

#include "app/register/uch-form.h"
#include "app/register/uch-register-text.h"
#include "app/uch-format.h"

#define ROWS_MAX 50 /* of a house with many tickets the newest ones */

struct _UchRelated
{
  GtkWidget parent;

  GtkWidget  *box;
  GtkWidget  *heading;
  GtkListBox *list;
  GtkWidget  *empty;
  GtkWidget  *add;

  UchSession        *session; /* owned */
  UchTable           table;
  const char        *field; /* borrowed, static: the KEY by which they belong */
  const UchRegister *of;    /* borrowed, static, nullable: edited here by forms */
  char              *id;    /* owned, nullable: of what they belong to */
  GListModel        *rows;  /* owned, nullable: live */
  GHashTable *forms; /* owned: id of a row → GtkListBoxRow (borrowed) that holds its form */
};

enum
{
  SIGNAL_OPENED,
  N_SIGNALS
};

static guint signals[N_SIGNALS];

G_DEFINE_FINAL_TYPE (UchRelated, uch_related, GTK_TYPE_WIDGET)

static UchReplica *
get_replica (UchRelated *self)
{
  return uch_session_get_replica (self->session);
}

/* The newest first, or by number; ids made by desks are in the order of time. */
static int
compare (gconstpointer a, gconstpointer b)
{
  const UchEntity *left = *(const UchEntity **) a, *right = *(const UchEntity **) b;

  if (left->schema->table == UCH_TABLE_ENTRANCE)
    return (UCH_ENTRANCE (left)->number > UCH_ENTRANCE (right)->number)
           - (UCH_ENTRANCE (left)->number < UCH_ENTRANCE (right)->number);
  if (left->schema->table == UCH_TABLE_TICKET)
    return (UCH_TICKET (left)->created_at < UCH_TICKET (right)->created_at)
           - (UCH_TICKET (left)->created_at > UCH_TICKET (right)->created_at);
  return g_utf8_collate (UCH_CLIENT (left)->apartment != NULL ? UCH_CLIENT (left)->apartment : "",
                         UCH_CLIENT (right)->apartment != NULL ? UCH_CLIENT (right)->apartment
                                                               : "");
}

/* ---- rows to open ---- */

static void
describe (UchRelated *self, const UchEntity *row, char **out_title, char **out_detail)
{
  UchTime now = uch_session_now (self->session);

  if (row->schema->table == UCH_TABLE_TICKET)
    {
      const UchTicket *ticket = UCH_TICKET (row);
      g_autofree char *number = uch_format_number (ticket);
      g_autofree char *when = uch_format_day_time (ticket->created_at, now);

      *out_title = g_strdup_printf ("%s · %s", number, uch_format_category (ticket->category));
      *out_detail = g_strdup_printf ("%s · %s", when, uch_format_ticket_state (ticket->state));
      return;
    }
  *out_title = uch_register_dup_title (get_replica (self), row);
  if (row->schema->table == UCH_TABLE_CLIENT)
    {
      g_autofree char *phone = uch_register_dup_cell (get_replica (self), row, "phone", now);
      const char      *apartment = UCH_CLIENT (row)->apartment;

      *out_detail = apartment != NULL ? g_strdup_printf (_ ("apt. %s · %s"), apartment, phone)
                                      : g_strdup (phone);
    }
}

static GtkWidget *
make_link (UchRelated *self, UchEntity *row)
{
  GtkWidget       *line = gtk_list_box_row_new ();
  GtkWidget       *box = gtk_box_new (GTK_ORIENTATION_VERTICAL, 0);
  g_autofree char *title = NULL;
  g_autofree char *detail = NULL;
  GtkWidget       *labels[2];

  describe (self, row, &title, &detail);
  labels[0] = gtk_label_new (title);
  labels[1] = gtk_label_new (detail);
  for (guint i = 0; i < 2; i++)
    {
      gtk_label_set_xalign (GTK_LABEL (labels[i]), 0);
      gtk_label_set_ellipsize (GTK_LABEL (labels[i]), PANGO_ELLIPSIZE_END);
      gtk_widget_add_css_class (labels[i], "numeric");
      gtk_box_append (GTK_BOX (box), labels[i]);
    }
  gtk_widget_add_css_class (labels[1], "dim-label");
  gtk_widget_add_css_class (labels[1], "caption");
  gtk_widget_set_margin_top (box, 6);
  gtk_widget_set_margin_bottom (box, 6);
  gtk_list_box_row_set_child (GTK_LIST_BOX_ROW (line), box);
  g_object_set_data_full (G_OBJECT (line), "uch-row", g_object_ref (row), g_object_unref);
  return line;
}

static void
activated_cb (UchRelated *self, GtkListBoxRow *line)
{
  UchEntity *row = g_object_get_data (G_OBJECT (line), "uch-row");

  if (row != NULL)
    g_signal_emit (self, signals[SIGNAL_OPENED], 0, row);
}

/* ---- rows with forms ---- */

static void
name_form (UchRelated *self, GtkWidget *line, UchEntity *row)
{
  GtkExpander     *expander = GTK_EXPANDER (gtk_list_box_row_get_child (GTK_LIST_BOX_ROW (line)));
  g_autofree char *title = NULL;
  g_autofree char *detail = NULL;
  g_autofree char *text = NULL;

  if (row == NULL)
    {
      gtk_expander_set_label (expander, _ (self->of->create));
      return;
    }
  title = uch_register_dup_title (get_replica (self), row);
  detail = uch_register_dup_cell (get_replica (self), row, "apartments", 0);
  text = *detail != '\0' ? g_strdup_printf (_ ("%s · apt. %s"), title, detail) : g_strdup (title);
  gtk_expander_set_label (expander, text);
}

static GtkWidget *
make_form (UchRelated *self, UchEntity *row)
{
  GtkWidget *line = gtk_list_box_row_new ();
  GtkWidget *expander = gtk_expander_new (NULL);
  GtkWidget *form = uch_form_new (self->session, self->of);

  gtk_widget_set_margin_top (form, 12);
  gtk_widget_set_margin_bottom (form, 6);
  gtk_widget_set_margin_top (expander, 6);
  gtk_widget_set_margin_bottom (expander, 6);
  gtk_expander_set_child (GTK_EXPANDER (expander), form);
  gtk_list_box_row_set_child (GTK_LIST_BOX_ROW (line), expander);
  gtk_list_box_row_set_activatable (GTK_LIST_BOX_ROW (line), FALSE);
  g_object_set_data (G_OBJECT (line), "uch-form", form);
  name_form (self, line, row);
  if (row != NULL)
    uch_form_show (UCH_FORM (form), row);
  else
    {
      uch_form_create (UCH_FORM (form), self->id);
      gtk_expander_set_expanded (GTK_EXPANDER (expander), TRUE);
    }
  g_hash_table_replace (self->forms, g_strdup (uch_form_get_id (UCH_FORM (form))), line);
  return line;
}

static void
add_cb (UchRelated *self)
{
  gtk_list_box_append (self->list, make_form (self, NULL));
  gtk_widget_set_visible (GTK_WIDGET (self->list), TRUE);
  gtk_widget_set_visible (self->empty, FALSE);
}

/* A form that somebody types into stays where it is; only what is new or gone moves. */
static void
update_forms (UchRelated *self, GPtrArray *rows)
{
  g_autoptr (GHashTable) present = g_hash_table_new (g_str_hash, g_str_equal);
  GHashTableIter iter;
  gpointer       id, line;

  for (guint i = 0; i < rows->len; i++)
    {
      UchEntity *row = g_ptr_array_index (rows, i);

      line = g_hash_table_lookup (self->forms, row->id);
      g_hash_table_add (present, row->id);
      if (line == NULL)
        gtk_list_box_append (self->list, make_form (self, row));
      else
        {
          uch_form_refresh (g_object_get_data (line, "uch-form"), row);
          name_form (self, line, row);
        }
    }
  g_hash_table_iter_init (&iter, self->forms);
  while (g_hash_table_iter_next (&iter, &id, &line))
    if (!g_hash_table_contains (present, id)
        && !uch_form_is_new (g_object_get_data (line, "uch-form")))
      {
        gtk_list_box_remove (self->list, line);
        g_hash_table_iter_remove (&iter);
      }
}

static void
clear (UchRelated *self)
{
  GtkWidget *line;

  g_hash_table_remove_all (self->forms);
  while ((line = gtk_widget_get_first_child (GTK_WIDGET (self->list))) != NULL)
    gtk_list_box_remove (self->list, line);
}

static void
rows_changed_cb (UchRelated *self)
{
  guint n = self->rows != NULL ? g_list_model_get_n_items (self->rows) : 0;
  g_autoptr (GPtrArray) rows = g_ptr_array_new_with_free_func (g_object_unref);
  gboolean has_any;

  for (guint i = 0; i < n; i++)
    g_ptr_array_add (rows, g_list_model_get_item (self->rows, i));
  g_ptr_array_sort (rows, compare);
  if (self->of != NULL)
    update_forms (self, rows);
  else
    {
      clear (self);
      for (guint i = 0; i < MIN (rows->len, ROWS_MAX); i++)
        gtk_list_box_append (self->list, make_link (self, g_ptr_array_index (rows, i)));
    }
  has_any = gtk_widget_get_first_child (GTK_WIDGET (self->list)) != NULL;
  gtk_widget_set_visible (GTK_WIDGET (self->list), has_any);
  gtk_widget_set_visible (self->empty, !has_any);
}

static void
uch_related_dispose (GObject *object)
{
  UchRelated *self = UCH_RELATED (object);

  g_clear_pointer (&self->box, gtk_widget_unparent);
  g_clear_object (&self->rows);
  g_clear_object (&self->session);
  g_clear_pointer (&self->id, g_free);
  g_clear_pointer (&self->forms, g_hash_table_unref);
  G_OBJECT_CLASS (uch_related_parent_class)->dispose (object);
}

static void
uch_related_class_init (UchRelatedClass *klass)
{
  G_OBJECT_CLASS (klass)->dispose = uch_related_dispose;
  gtk_widget_class_set_layout_manager_type (GTK_WIDGET_CLASS (klass), GTK_TYPE_BIN_LAYOUT);

  /**
   * UchRelated::opened:
   * @row: the row that the person wants to see
   */
  signals[SIGNAL_OPENED] = g_signal_new ("opened", G_TYPE_FROM_CLASS (klass), G_SIGNAL_RUN_LAST, 0,
                                         NULL, NULL, NULL, G_TYPE_NONE, 1, UCH_TYPE_ENTITY);
}

static void
uch_related_init (UchRelated *self)
{
  GtkWidget *list = gtk_list_box_new ();
  GtkWidget *top = gtk_box_new (GTK_ORIENTATION_HORIZONTAL, 6);

  self->forms = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  self->box = gtk_box_new (GTK_ORIENTATION_VERTICAL, 6);
  self->heading = gtk_label_new (NULL);
  self->list = GTK_LIST_BOX (list);
  self->empty = gtk_label_new (_ ("None"));
  self->add = gtk_button_new_from_icon_name ("list-add-symbolic");
  gtk_widget_set_parent (self->box, GTK_WIDGET (self));
  gtk_label_set_xalign (GTK_LABEL (self->heading), 0);
  gtk_widget_set_hexpand (self->heading, TRUE);
  gtk_widget_add_css_class (self->heading, "heading");
  gtk_widget_add_css_class (self->add, "flat");
  gtk_label_set_xalign (GTK_LABEL (self->empty), 0);
  gtk_widget_add_css_class (self->empty, "dim-label");
  gtk_list_box_set_selection_mode (self->list, GTK_SELECTION_NONE);
  gtk_widget_add_css_class (list, "related");
  gtk_box_append (GTK_BOX (top), self->heading);
  gtk_box_append (GTK_BOX (top), self->add);
  gtk_box_append (GTK_BOX (self->box), top);
  gtk_box_append (GTK_BOX (self->box), self->empty);
  gtk_box_append (GTK_BOX (self->box), list);
  g_signal_connect_swapped (self->list, "row-activated", G_CALLBACK (activated_cb), self);
  g_signal_connect_swapped (self->add, "clicked", G_CALLBACK (add_cb), self);
}

/**
 * uch_related_new:
 * @table: of the rows that are shown
 * @field: a field marked %UCH_FIELD_KEY; static
 * @title: translated
 *
 * Rows of a register that has a parent are edited here by forms; others are opened.
 *
 * Returns: (transfer floating): the list, of nothing yet
 */
GtkWidget *
uch_related_new (UchSession *session, UchTable table, const char *field, const char *title)
{
  UchRelated        *self = g_object_new (UCH_TYPE_RELATED, NULL);
  const UchRegister *of = uch_register_get (table);
  gboolean           may_edit = FALSE;

  self->session = g_object_ref (session);
  self->table = table;
  self->field = field;
  if (of != NULL && of->parent != NULL)
    {
      self->of = of;
      may_edit = uch_register_may_edit (of, uch_replica_get_actor (get_replica (self))->role);
      gtk_widget_set_tooltip_text (self->add, _ (of->create));
      gtk_accessible_update_property (GTK_ACCESSIBLE (self->add), GTK_ACCESSIBLE_PROPERTY_LABEL,
                                      _ (of->create), -1);
    }
  gtk_widget_set_visible (self->add, may_edit);
  gtk_label_set_label (GTK_LABEL (self->heading), title);
  gtk_accessible_update_property (GTK_ACCESSIBLE (self->list), GTK_ACCESSIBLE_PROPERTY_LABEL, title,
                                  -1);
  return GTK_WIDGET (self);
}

/**
 * uch_related_show:
 * @id: (nullable): of what they belong to
 */
void
uch_related_show (UchRelated *self, const char *id)
{
  if (g_strcmp0 (self->id, id) == 0)
    return;
  if (self->rows != NULL)
    g_signal_handlers_disconnect_by_data (self->rows, self);
  g_clear_object (&self->rows);
  clear (self);
  g_free (self->id);
  self->id = g_strdup (id);
  gtk_widget_set_visible (GTK_WIDGET (self), id != NULL);
  if (id == NULL)
    return;
  self->rows = uch_replica_watch (get_replica (self), self->table, self->field, id);
  g_signal_connect_object (self->rows, "items-changed", G_CALLBACK (rows_changed_cb), self,
                           G_CONNECT_SWAPPED);
  rows_changed_cb (self);
}

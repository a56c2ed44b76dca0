#define G_LOG_DOMAIN "uch-app"

#include "app/register/uch-register-rows.h"

#include <adwaita.h>
#include <glib/gi18n.h>

#include "app/register/uch-register-text.h"
#include "core/uch-fold.h"
#include "core/uch-office.h"
#include "core/uch-people.h"
#include "replica/uch-ticket-query.h"

#define FOUND_MAX 200 /* subscribers shown for some words: more means "type more" */

struct _UchRegisterRows
{
  GtkWidget parent;

  GtkWidget     *box;
  GtkWidget     *search;
  GtkStack      *stack;
  AdwStatusPage *nothing;
  GtkColumnView *view;
  GtkLabel      *count;

  UchSession         *session;   /* owned */
  const UchRegister  *of;        /* borrowed, static */
  GListStore         *found;     /* owned, nullable: rows that are not simply the table */
  GtkCustomFilter    *filter;    /* owned */
  GtkSingleSelection *selection; /* owned */
  GCancellable       *searching; /* owned, nullable */
  char               *words;     /* owned: folded */
  char               *chosen_id; /* owned, nullable */
  guint               restore_id;
  gboolean            is_restoring;
};

enum
{
  SIGNAL_CHOSEN,
  SIGNAL_REPLACED,
  N_SIGNALS
};

static guint signals[N_SIGNALS];

G_DEFINE_FINAL_TYPE (UchRegisterRows, uch_register_rows, GTK_TYPE_WIDGET)

static UchReplica *
get_replica (UchRegisterRows *self)
{
  return uch_session_get_replica (self->session);
}

/* ---- what is shown ---- */

static void
update_count (UchRegisterRows *self)
{
  guint            n = g_list_model_get_n_items (G_LIST_MODEL (self->selection));
  g_autofree char *text = g_strdup_printf (ngettext ("%'u row", "%'u rows", n), n);
  gboolean         searching = self->words != NULL && *self->words != '\0';

  if (self->of->by_search && n >= FOUND_MAX)
    gtk_label_set_label (self->count, _ ("The first ones; type more to see fewer"));
  else
    gtk_label_set_label (self->count, n > 0 ? text : "");
  if (searching)
    {
      adw_status_page_set_title (self->nothing, _ ("Nothing fits"));
      adw_status_page_set_description (self->nothing, _ ("Try fewer or other words."));
    }
  else
    {
      adw_status_page_set_title (self->nothing, g_dpgettext2 (NULL, "register", self->of->title));
      adw_status_page_set_description (self->nothing,
                                       self->of->empty != NULL ? _ (self->of->empty) : NULL);
    }
  gtk_stack_set_visible_child_name (self->stack, n > 0 ? "rows" : "nothing");
}

static gboolean
fits_cb (gpointer row, gpointer user_data)
{
  UchRegisterRows *self = user_data;

  /* Who has left is found by name, but stands in nobody's way. */
  if (self->of->table == UCH_TABLE_STAFF && UCH_STAFF (row)->dismissed
      && (self->words == NULL || *self->words == '\0'))
    return FALSE;
  return self->words == NULL || *self->words == '\0' || self->of->by_search
         || uch_fold_matches (uch_register_peek_folded (self->of, get_replica (self), row),
                              self->words);
}

static void
found_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (UchRegisterRows) self = user_data;
  g_autoptr (GError) error = NULL;
  g_autoptr (UchFound) found = uch_replica_search_finish (UCH_REPLICA (source), result, &error);

  if (self->session == NULL || g_error_matches (error, G_IO_ERROR, G_IO_ERROR_CANCELLED))
    return;
  if (found == NULL)
    {
      adw_status_page_set_title (self->nothing, _ ("The search failed"));
      adw_status_page_set_description (self->nothing, error->message);
      gtk_stack_set_visible_child_name (self->stack, "nothing");
      return;
    }
  g_list_store_splice (self->found, 0, g_list_model_get_n_items (G_LIST_MODEL (self->found)),
                       found->clients->pdata, found->clients->len);
  update_count (self);
}

static void
search_changed_cb (UchRegisterRows *self)
{
  const char *text = gtk_editable_get_text (GTK_EDITABLE (self->search));

  g_free (self->words);
  self->words = uch_fold (text);
  if (!self->of->by_search)
    {
      gtk_filter_changed (GTK_FILTER (self->filter), GTK_FILTER_CHANGE_DIFFERENT);
      update_count (self);
      return;
    }
  if (self->searching != NULL)
    g_cancellable_cancel (self->searching);
  g_clear_object (&self->searching);
  if (*self->words == '\0')
    {
      g_list_store_remove_all (self->found);
      update_count (self);
      return;
    }
  self->searching = g_cancellable_new ();
  uch_replica_search_async (get_replica (self), text, FOUND_MAX, self->searching, found_cb,
                            g_object_ref (self));
}

/* Every setting that the program knows is a row, set or not; then those that it does not know. */
static void
fill_settings (UchRegisterRows *self)
{
  GListModel            *settings = uch_replica_list (get_replica (self), UCH_TABLE_SETTING);
  const UchKnownSetting *known;
  guint                  n;
  g_autoptr (GPtrArray) rows = g_ptr_array_new_with_free_func (g_object_unref);

  known = uch_known_setting_list (&n);
  for (guint i = 0; i < n; i++)
    {
      UchEntity *row = uch_replica_peek (get_replica (self), UCH_TABLE_SETTING, known[i].key);

      g_ptr_array_add (rows, row != NULL ? g_object_ref (row)
                                         : uch_entity_new (UCH_TABLE_SETTING, known[i].key));
    }
  for (guint i = 0; i < g_list_model_get_n_items (settings); i++)
    {
      UchEntity *row = g_list_model_get_item (settings, i);

      if (uch_known_setting_find (row->id) == NULL)
        g_ptr_array_add (rows, row);
      else
        g_object_unref (row);
    }
  g_list_store_splice (self->found, 0, g_list_model_get_n_items (G_LIST_MODEL (self->found)),
                       rows->pdata, rows->len);
}

/* ---- choosing ---- */

static void
selected_cb (UchRegisterRows *self)
{
  UchEntity *row = gtk_single_selection_get_selected_item (self->selection);

  /* A row that vanishes while it is replaced by its next version was not given up by anybody. */
  if (self->is_restoring || row == NULL || g_strcmp0 (row->id, self->chosen_id) == 0)
    return;
  g_free (self->chosen_id);
  self->chosen_id = g_strdup (row->id);
  g_signal_emit (self, signals[SIGNAL_CHOSEN], 0, row);
}

static UchEntity *
find_shown (UchRegisterRows *self, const char *id, guint *out_position)
{
  guint n = g_list_model_get_n_items (G_LIST_MODEL (self->selection));

  for (guint i = 0; id != NULL && i < n; i++)
    {
      g_autoptr (UchEntity) row = g_list_model_get_item (G_LIST_MODEL (self->selection), i);

      *out_position = i;
      if (g_strcmp0 (row->id, id) == 0)
        return g_steal_pointer (&row);
    }
  return NULL;
}

static gboolean
restore_cb (gpointer user_data)
{
  UchRegisterRows *self = user_data;
  guint            position = 0;
  g_autoptr (UchEntity) row = find_shown (self, self->chosen_id, &position);

  self->restore_id = 0;
  update_count (self);
  if (row == NULL)
    return G_SOURCE_REMOVE;
  self->is_restoring = TRUE;
  gtk_single_selection_set_selected (self->selection, position);
  self->is_restoring = FALSE;
  g_signal_emit (self, signals[SIGNAL_REPLACED], 0, row);
  return G_SOURCE_REMOVE;
}

static void
rows_changed_cb (UchRegisterRows *self)
{
  if (self->restore_id == 0)
    self->restore_id = g_idle_add_full (G_PRIORITY_HIGH_IDLE, restore_cb, self, NULL);
}

/* ---- columns ---- */

static void
setup_cb (GtkSignalListItemFactory *factory, GtkListItem *item, gpointer user_data)
{
  GtkWidget *cell = gtk_inscription_new (NULL);

  gtk_inscription_set_text_overflow (GTK_INSCRIPTION (cell),
                                     GTK_INSCRIPTION_OVERFLOW_ELLIPSIZE_END);
  gtk_inscription_set_yalign (GTK_INSCRIPTION (cell), 0.5f);
  gtk_widget_add_css_class (cell, "numeric");
  gtk_list_item_set_child (item, cell);
}

static void
bind_cb (GtkSignalListItemFactory *factory, GtkListItem *item, UchRegisterRows *self)
{
  const UchRegisterColumn *column = g_object_get_data (G_OBJECT (factory), "uch-column");
  GtkInscription          *cell = GTK_INSCRIPTION (gtk_list_item_get_child (item));
  UchEntity               *row = gtk_list_item_get_item (item);
  g_autofree char         *text = uch_register_dup_cell (get_replica (self), row, column->id,
                                                         uch_session_now (self->session));

  gtk_inscription_set_text (cell, text);
  gtk_widget_set_tooltip_text (GTK_WIDGET (cell), column->expand ? text : NULL);
  if (row->schema->table == UCH_TABLE_STAFF && UCH_STAFF (row)->dismissed)
    gtk_widget_add_css_class (GTK_WIDGET (cell), "dim-label");
  else
    gtk_widget_remove_css_class (GTK_WIDGET (cell), "dim-label");
}

typedef struct
{
  UchReplica *replica; /* owned */
  const char *column;  /* borrowed, static */
} SortBy;

static void
sort_by_free (gpointer data, GClosure *closure)
{
  SortBy *by = data;

  g_object_unref (by->replica);
  g_free (by);
}

static char *
get_sort_key (gpointer row, gpointer user_data)
{
  const SortBy    *by = user_data;
  g_autofree char *text = uch_register_dup_cell (by->replica, row, by->column, 0);

  return uch_register_dup_sort_key (text);
}

static GtkSorter *
make_sorter (UchRegisterRows *self, const UchRegisterColumn *column)
{
  SortBy        *by = g_new0 (SortBy, 1);
  GtkExpression *key;

  by->replica = g_object_ref (get_replica (self));
  by->column = column->id;
  key = gtk_cclosure_expression_new (G_TYPE_STRING, NULL, 0, NULL, G_CALLBACK (get_sort_key), by,
                                     sort_by_free);
  return GTK_SORTER (gtk_string_sorter_new (key));
}

static void
add_columns (UchRegisterRows *self)
{
  for (guint i = 0; i < self->of->n_columns; i++)
    {
      const UchRegisterColumn *description = &self->of->columns[i];
      GtkListItemFactory      *factory = gtk_signal_list_item_factory_new ();
      g_autoptr (GtkColumnViewColumn) column = NULL;
      g_autoptr (GtkSorter) sorter = make_sorter (self, description);

      g_object_set_data (G_OBJECT (factory), "uch-column", (gpointer) description);
      g_signal_connect (factory, "setup", G_CALLBACK (setup_cb), NULL);
      g_signal_connect_object (factory, "bind", G_CALLBACK (bind_cb), self, 0);
      column
          = gtk_column_view_column_new (g_dpgettext2 (NULL, "field", description->title), factory);
      if (!description->expand)
        gtk_column_view_column_set_fixed_width (column, description->width_px);
      gtk_column_view_column_set_expand (column, description->expand);
      gtk_column_view_column_set_resizable (column, TRUE);
      gtk_column_view_column_set_sorter (column, sorter);
      gtk_column_view_append_column (self->view, column);
      if (i == 0 && self->of->table != UCH_TABLE_SETTING && !self->of->by_search)
        gtk_column_view_sort_by_column (self->view, column, GTK_SORT_ASCENDING);
    }
}

static void
set_model (UchRegisterRows *self)
{
  GListModel         *base;
  GtkFilterListModel *filtered;
  GtkSortListModel   *sorted;

  if (self->of->by_search || self->of->table == UCH_TABLE_SETTING)
    {
      self->found = g_list_store_new (UCH_TYPE_ENTITY);
      base = G_LIST_MODEL (g_object_ref (self->found));
    }
  else
    base = g_object_ref (uch_replica_list (get_replica (self), self->of->table));
  if (self->of->table == UCH_TABLE_SETTING)
    {
      fill_settings (self);
      g_signal_connect_object (uch_replica_list (get_replica (self), UCH_TABLE_SETTING),
                               "items-changed", G_CALLBACK (fill_settings), self,
                               G_CONNECT_SWAPPED);
    }
  self->filter = gtk_custom_filter_new (fits_cb, self, NULL);
  filtered = gtk_filter_list_model_new (base, GTK_FILTER (g_object_ref (self->filter)));
  sorted = gtk_sort_list_model_new (G_LIST_MODEL (filtered),
                                    g_object_ref (gtk_column_view_get_sorter (self->view)));
  self->selection = gtk_single_selection_new (G_LIST_MODEL (sorted));
  gtk_single_selection_set_autoselect (self->selection, FALSE);
  gtk_single_selection_set_can_unselect (self->selection, TRUE);
  gtk_single_selection_set_selected (self->selection, GTK_INVALID_LIST_POSITION);
  g_signal_connect_object (self->selection, "notify::selected-item", G_CALLBACK (selected_cb), self,
                           G_CONNECT_SWAPPED);
  g_signal_connect_object (self->selection, "items-changed", G_CALLBACK (rows_changed_cb), self,
                           G_CONNECT_SWAPPED);
  gtk_column_view_set_model (self->view, GTK_SELECTION_MODEL (self->selection));
}

static void
uch_register_rows_dispose (GObject *object)
{
  UchRegisterRows *self = UCH_REGISTER_ROWS (object);

  g_clear_handle_id (&self->restore_id, g_source_remove);
  if (self->searching != NULL)
    g_cancellable_cancel (self->searching);
  g_clear_object (&self->searching);
  if (self->view != NULL)
    gtk_column_view_set_model (self->view, NULL);
  self->view = NULL;
  g_clear_pointer (&self->box, gtk_widget_unparent);
  g_clear_object (&self->selection);
  g_clear_object (&self->filter);
  g_clear_object (&self->found);
  g_clear_object (&self->session);
  g_clear_pointer (&self->words, g_free);
  g_clear_pointer (&self->chosen_id, g_free);
  G_OBJECT_CLASS (uch_register_rows_parent_class)->dispose (object);
}

static void
uch_register_rows_class_init (UchRegisterRowsClass *klass)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  G_OBJECT_CLASS (klass)->dispose = uch_register_rows_dispose;
  gtk_widget_class_set_layout_manager_type (widget_class, GTK_TYPE_BIN_LAYOUT);
  gtk_widget_class_set_template_from_resource (widget_class,
                                               "/org/uchastok/Desk/register/uch-register-rows.ui");
  gtk_widget_class_bind_template_child (widget_class, UchRegisterRows, box);
  gtk_widget_class_bind_template_child (widget_class, UchRegisterRows, search);
  gtk_widget_class_bind_template_child (widget_class, UchRegisterRows, stack);
  gtk_widget_class_bind_template_child (widget_class, UchRegisterRows, nothing);
  gtk_widget_class_bind_template_child (widget_class, UchRegisterRows, view);
  gtk_widget_class_bind_template_child (widget_class, UchRegisterRows, count);
  gtk_widget_class_bind_template_callback (widget_class, search_changed_cb);

  /**
   * UchRegisterRows::chosen:
   * @row: the row that the person chose
   */
  signals[SIGNAL_CHOSEN] = g_signal_new ("chosen", G_TYPE_FROM_CLASS (klass), G_SIGNAL_RUN_LAST, 0,
                                         NULL, NULL, NULL, G_TYPE_NONE, 1, UCH_TYPE_ENTITY);
  /**
   * UchRegisterRows::replaced:
   * @row: the chosen row as it stands now
   */
  signals[SIGNAL_REPLACED] = g_signal_new ("replaced", G_TYPE_FROM_CLASS (klass), G_SIGNAL_RUN_LAST,
                                           0, NULL, NULL, NULL, G_TYPE_NONE, 1, UCH_TYPE_ENTITY);
}

static void
uch_register_rows_init (UchRegisterRows *self)
{
  gtk_widget_init_template (GTK_WIDGET (self));
}

/**
 * uch_register_rows_new:
 *
 * Returns: (transfer floating): the rows of @of, live
 */
GtkWidget *
uch_register_rows_new (UchSession *session, const UchRegister *of)
{
  UchRegisterRows *self = g_object_new (UCH_TYPE_REGISTER_ROWS, NULL);
  const char      *title = g_dpgettext2 (NULL, "register", of->title);

  self->session = g_object_ref (session);
  self->of = of;
  adw_status_page_set_icon_name (self->nothing, of->icon);
  gtk_accessible_update_property (GTK_ACCESSIBLE (self->view), GTK_ACCESSIBLE_PROPERTY_LABEL, title,
                                  -1);
  add_columns (self);
  set_model (self);
  update_count (self);
  return GTK_WIDGET (self);
}

/**
 * uch_register_rows_choose:
 * @id: (nullable): NULL: none
 *
 * Marks a row as the chosen one; "chosen" is not emitted.
 */
void
uch_register_rows_choose (UchRegisterRows *self, const char *id)
{
  guint position = 0;
  g_autoptr (UchEntity) row = find_shown (self, id, &position);

  g_free (self->chosen_id);
  self->chosen_id = g_strdup (id);
  self->is_restoring = TRUE;
  gtk_single_selection_set_selected (self->selection,
                                     row != NULL ? position : GTK_INVALID_LIST_POSITION);
  self->is_restoring = FALSE;
}

void
uch_register_rows_focus_search (UchRegisterRows *self)
{
  gtk_widget_grab_focus (self->search);
}

/**
 * uch_register_rows_get_rows:
 *
 * Returns: (transfer none): the shown rows, in their order
 */
GListModel *
uch_register_rows_get_rows (UchRegisterRows *self)
{
  return G_LIST_MODEL (self->selection);
}

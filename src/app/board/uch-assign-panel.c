#include "app/board/uch-assign-panel.h"

#include <glib/gi18n.h>

#include "app/board/uch-engineer-row.h"
#include "app/board/uch-ranking.h"
#include "app/uch-format.h"
#include "core/uch-fold.h"

struct _UchAssignPanel
{
  GtkWidget parent;

  /* template */
  GtkWidget   *box;
  GtkLabel    *title;
  GtkLabel    *what;
  GtkEditable *search;
  GtkListView *list;

  /* owned */
  UchSession         *session;
  GListStore         *engineers; /* of UchEngineerItem, the best fit first */
  GtkCustomFilter    *filter;
  GtkSingleSelection *selection;
  char              **ticket_ids;
  char               *words; /* (nullable) folded */
};

enum
{
  SIGNAL_DONE,
  N_SIGNALS,
};

static guint signals[N_SIGNALS];

G_DEFINE_FINAL_TYPE (UchAssignPanel, uch_assign_panel, GTK_TYPE_WIDGET)

static gboolean
fits_words (gpointer object, gpointer user_data)
{
  UchAssignPanel  *self = user_data;
  UchEngineerItem *item = object;
  g_autofree char *folded = NULL;

  if (self->words == NULL)
    return TRUE;
  folded = uch_fold (item->staff->name != NULL ? item->staff->name : "");
  return uch_fold_matches (folded, self->words);
}

static int
compare (gconstpointer a, gconstpointer b, gpointer user_data)
{
  const UchEngineerItem *left = a;
  const UchEngineerItem *right = b;

  return uch_assign_compare (&left->meaning, &right->meaning);
}

static void
give (UchAssignPanel *self)
{
  UchEngineerItem *item = gtk_single_selection_get_selected_item (self->selection);
  g_autofree char *engineer_id = NULL;
  g_auto (GStrv) ids = NULL;

  if (item == NULL || item->meaning.n_allowed == 0)
    {
      gtk_widget_error_bell (GTK_WIDGET (self));
      return;
    }
  engineer_id = g_strdup (item->staff->parent.id);
  ids = g_strdupv (self->ticket_ids);
  g_signal_emit (self, signals[SIGNAL_DONE], 0);
  uch_assign_give (self->session, GTK_WIDGET (self), (const char *const *) ids, engineer_id);
}

static void
search_changed_cb (GtkEditable *search, UchAssignPanel *self)
{
  const char *text = gtk_editable_get_text (search);

  g_free (self->words);
  self->words = *text != '\0' ? uch_fold (text) : NULL;
  gtk_filter_changed (GTK_FILTER (self->filter), GTK_FILTER_CHANGE_DIFFERENT);
  gtk_single_selection_set_selected (self->selection, 0);
}

static void
search_activate_cb (GtkEditable *search, UchAssignPanel *self)
{
  give (self);
}

static void
search_stop_cb (GtkEditable *search, UchAssignPanel *self)
{
  g_signal_emit (self, signals[SIGNAL_DONE], 0);
}

static void
activate_cb (GtkListView *list, guint position, UchAssignPanel *self)
{
  gtk_single_selection_set_selected (self->selection, position);
  give (self);
}

/* The focus stays in the entry: arrows move the selection, so that typing can go on. */
static gboolean
key_cb (GtkEventControllerKey *key, guint keyval, guint code, GdkModifierType state, gpointer data)
{
  UchAssignPanel *self = data;
  guint           selected = gtk_single_selection_get_selected (self->selection);
  guint           n_items = g_list_model_get_n_items (G_LIST_MODEL (self->selection));

  if (n_items == 0)
    return GDK_EVENT_PROPAGATE;
  if (keyval == GDK_KEY_Down && selected + 1 < n_items)
    gtk_single_selection_set_selected (self->selection, selected + 1);
  else if (keyval == GDK_KEY_Up && selected > 0 && selected != GTK_INVALID_LIST_POSITION)
    gtk_single_selection_set_selected (self->selection, selected - 1);
  else if (keyval != GDK_KEY_Down && keyval != GDK_KEY_Up)
    return GDK_EVENT_PROPAGATE;
  gtk_widget_activate_action (GTK_WIDGET (self->list), "list.scroll-to-item", "u",
                              gtk_single_selection_get_selected (self->selection));
  return GDK_EVENT_STOP;
}

static void
setup_cb (GtkSignalListItemFactory *factory, GtkListItem *list_item, gpointer user_data)
{
  UchAssignPanel *self = user_data;

  gtk_list_item_set_child (list_item, uch_engineer_row_new (self->session, FALSE));
}

static void
bind_cb (GtkSignalListItemFactory *factory, GtkListItem *list_item, gpointer user_data)
{
  uch_engineer_row_set_item (UCH_ENGINEER_ROW (gtk_list_item_get_child (list_item)),
                             gtk_list_item_get_item (list_item));
}

static void
unbind_cb (GtkSignalListItemFactory *factory, GtkListItem *list_item, gpointer user_data)
{
  uch_engineer_row_set_item (UCH_ENGINEER_ROW (gtk_list_item_get_child (list_item)), NULL);
}

static void
uch_assign_panel_dispose (GObject *object)
{
  UchAssignPanel *self = UCH_ASSIGN_PANEL (object);

  g_clear_pointer (&self->box, gtk_widget_unparent);
  g_clear_object (&self->selection);
  g_clear_object (&self->engineers);
  g_clear_object (&self->filter);
  g_clear_pointer (&self->ticket_ids, g_strfreev);
  g_clear_pointer (&self->words, g_free);
  g_clear_object (&self->session);
  G_OBJECT_CLASS (uch_assign_panel_parent_class)->dispose (object);
}

static void
uch_assign_panel_class_init (UchAssignPanelClass *klass)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  G_OBJECT_CLASS (klass)->dispose = uch_assign_panel_dispose;
  signals[SIGNAL_DONE] = g_signal_new ("done", UCH_TYPE_ASSIGN_PANEL, G_SIGNAL_RUN_LAST, 0, NULL,
                                       NULL, NULL, G_TYPE_NONE, 0);
  gtk_widget_class_set_template_from_resource (widget_class,
                                               "/org/uchastok/Desk/board/uch-assign-panel.ui");
  gtk_widget_class_bind_template_child (widget_class, UchAssignPanel, box);
  gtk_widget_class_bind_template_child (widget_class, UchAssignPanel, title);
  gtk_widget_class_bind_template_child (widget_class, UchAssignPanel, what);
  gtk_widget_class_bind_template_child (widget_class, UchAssignPanel, search);
  gtk_widget_class_bind_template_child (widget_class, UchAssignPanel, list);
  gtk_widget_class_bind_template_callback (widget_class, search_changed_cb);
  gtk_widget_class_bind_template_callback (widget_class, search_activate_cb);
  gtk_widget_class_bind_template_callback (widget_class, search_stop_cb);
  gtk_widget_class_bind_template_callback (widget_class, activate_cb);
}

static void
uch_assign_panel_init (UchAssignPanel *self)
{
  GtkEventController *key = gtk_event_controller_key_new ();

  gtk_widget_init_template (GTK_WIDGET (self));
  gtk_event_controller_set_propagation_phase (key, GTK_PHASE_CAPTURE);
  g_signal_connect (key, "key-pressed", G_CALLBACK (key_cb), self);
  gtk_widget_add_controller (GTK_WIDGET (self->search), key);
}

/**
 * uch_assign_panel_new:
 * @session: the office
 *
 * Returns: (transfer floating): the panel
 */
GtkWidget *
uch_assign_panel_new (UchSession *session)
{
  UchAssignPanel     *self = g_object_new (UCH_TYPE_ASSIGN_PANEL, NULL);
  GtkListItemFactory *factory = gtk_signal_list_item_factory_new ();
  GtkFilterListModel *filtered;

  self->session = g_object_ref (session);
  self->engineers = g_list_store_new (UCH_TYPE_ENGINEER_ITEM);
  self->filter = gtk_custom_filter_new (fits_words, self, NULL);
  filtered = gtk_filter_list_model_new (g_object_ref (G_LIST_MODEL (self->engineers)),
                                        g_object_ref (GTK_FILTER (self->filter)));
  self->selection = gtk_single_selection_new (G_LIST_MODEL (filtered));
  g_signal_connect (factory, "setup", G_CALLBACK (setup_cb), self);
  g_signal_connect (factory, "bind", G_CALLBACK (bind_cb), self);
  g_signal_connect (factory, "unbind", G_CALLBACK (unbind_cb), self);
  gtk_list_view_set_factory (self->list, factory);
  g_object_unref (factory);
  gtk_list_view_set_model (self->list, GTK_SELECTION_MODEL (self->selection));
  return GTK_WIDGET (self);
}

static void
show_what (UchAssignPanel *self)
{
  guint      n_tickets = g_strv_length (self->ticket_ids);
  UchTicket *ticket = uch_replica_peek (uch_session_get_replica (self->session), UCH_TABLE_TICKET,
                                        self->ticket_ids[0]);
  g_autofree char *title = NULL;
  g_autofree char *number = NULL;

  if (n_tickets > 1)
    title = g_strdup_printf (ngettext ("Assign %u ticket to…", "Assign %u tickets to…", n_tickets),
                             n_tickets);
  else if (ticket != NULL)
    {
      number = uch_format_number (ticket);
      title = g_strdup_printf (_ ("Assign %s to…"), number);
    }
  gtk_label_set_text (self->title, title != NULL ? title : "");
  gtk_label_set_text (self->what, n_tickets == 1 && ticket != NULL && ticket->address != NULL
                                      ? ticket->address
                                      : "");
  gtk_widget_set_visible (GTK_WIDGET (self->what), n_tickets == 1);
}

/**
 * uch_assign_panel_begin:
 * @self: the panel
 * @ticket_ids: (array zero-terminated=1): what is to be assigned
 * @engineers: everybody, and what each does
 */
void
uch_assign_panel_begin (UchAssignPanel    *self,
                        const char *const *ticket_ids,
                        UchEngineerModel  *engineers)
{
  g_autoptr (GPtrArray) all = uch_engineer_model_list (engineers);
  g_autoptr (UchRanking) ranking = uch_ranking_new_of (self->session, ticket_ids);

  g_strfreev (self->ticket_ids);
  self->ticket_ids = g_strdupv ((char **) ticket_ids);
  g_list_store_remove_all (self->engineers);
  gtk_editable_set_text (self->search, "");
  for (guint i = 0; i < all->len; i++)
    {
      g_autoptr (UchEngineerItem) item = uch_engineer_item_copy (g_ptr_array_index (all, i));
      UchAssignMeaning meaning;

      uch_assign_consider (self->session, ticket_ids, item->staff, &meaning);
      uch_ranking_fill (ranking, item->staff->parent.id, &meaning);
      uch_engineer_item_set_meaning (item, &meaning);
      g_list_store_append (self->engineers, item);
    }
  g_list_store_sort (self->engineers, compare, NULL);
  gtk_single_selection_set_selected (self->selection, 0);
  show_what (self);
  gtk_widget_grab_focus (GTK_WIDGET (self->search));
  /* The list keeps its place when its rows are replaced: Enter would choose what nobody sees. */
  gtk_widget_activate_action (GTK_WIDGET (self->list), "list.scroll-to-item", "u", 0);
}

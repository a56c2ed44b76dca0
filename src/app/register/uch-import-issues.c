#include "app/register/uch-import-issues.h"

#include <glib/gi18n.h>

/* One line of a report, for the list. */
#define UCH_TYPE_ISSUE_ITEM (uch_issue_item_get_type ())
G_DECLARE_FINAL_TYPE (UchIssueItem, uch_issue_item, UCH, ISSUE_ITEM, GObject)

struct _UchIssueItem
{
  GObject      parent;
  UchIssueKind kind;
  char        *text; /* owned */
};

G_DEFINE_FINAL_TYPE (UchIssueItem, uch_issue_item, G_TYPE_OBJECT)

static void
uch_issue_item_finalize (GObject *object)
{
  g_free (UCH_ISSUE_ITEM (object)->text);
  G_OBJECT_CLASS (uch_issue_item_parent_class)->finalize (object);
}

static void
uch_issue_item_class_init (UchIssueItemClass *klass)
{
  G_OBJECT_CLASS (klass)->finalize = uch_issue_item_finalize;
}

static void
uch_issue_item_init (UchIssueItem *self)
{
}

static void
issue_setup_cb (GtkSignalListItemFactory *factory, GtkListItem *item, gpointer user_data)
{
  GtkWidget *label = gtk_label_new (NULL);

  gtk_label_set_xalign (GTK_LABEL (label), 0);
  gtk_label_set_wrap (GTK_LABEL (label), TRUE);
  gtk_list_item_set_child (item, label);
  gtk_list_item_set_activatable (item, FALSE);
}

static void
issue_bind_cb (GtkSignalListItemFactory *factory, GtkListItem *item, gpointer user_data)
{
  GtkWidget          *label = gtk_list_item_get_child (item);
  const UchIssueItem *issue = gtk_list_item_get_item (item);

  gtk_label_set_label (GTK_LABEL (label), issue->text);
  if (issue->kind == UCH_ISSUE_ERROR)
    gtk_widget_add_css_class (label, "error");
  else
    gtk_widget_remove_css_class (label, "error");
}

static void
set_factory (GtkListView *view)
{
  g_autoptr (GtkListItemFactory) factory = gtk_signal_list_item_factory_new ();

  g_signal_connect (factory, "setup", G_CALLBACK (issue_setup_cb), NULL);
  g_signal_connect (factory, "bind", G_CALLBACK (issue_bind_cb), NULL);
  gtk_list_view_set_factory (view, factory);
}

/**
 * uch_import_issues_show:
 *
 * Fills @view with what is wrong with which row of the file.
 */
void
uch_import_issues_show (GtkListView *view, const UchImport *plan)
{
  static const char *const words[]
      = { NC_ ("issue", "look at it"), NC_ ("issue", "twice"), NC_ ("issue", "error") };
  g_autoptr (GListStore) store = g_list_store_new (UCH_TYPE_ISSUE_ITEM);
  g_autoptr (GtkNoSelection) selection = NULL;

  for (guint i = 0; i < plan->issues->len; i++)
    {
      const UchIssue *issue = g_ptr_array_index (plan->issues, i);
      g_autoptr (UchIssueItem) item = g_object_new (UCH_TYPE_ISSUE_ITEM, NULL);
      const char *word = g_dpgettext2 (NULL, "issue", words[issue->kind]);

      item->kind = issue->kind;
      item->text = issue->line > 0
                       ? g_strdup_printf (_ ("Line %u, %s: %s"), issue->line, word, issue->text)
                       : g_strdup_printf (_ ("The file, %s: %s"), word, issue->text);
      g_list_store_append (store, item);
    }
  selection = gtk_no_selection_new (G_LIST_MODEL (g_object_ref (store)));
  if (gtk_list_view_get_factory (view) == NULL)
    set_factory (view);
  gtk_list_view_set_model (view, GTK_SELECTION_MODEL (selection));
}

/* The long list of tickets. A filter is answered by the order of rows alone (200,000 numbers);
 * rows are read in pages when somebody looks at them. */
#define G_LOG_DOMAIN "uch-replica"

#include "replica/uch-ticket-query.h"

#include <string.h>

#include "core/uch-work.h"
#include "replica/uch-replica-private.h"
#include "replica/uch-replica-read.h"

#define PAGE_LEN 128
#define N_PAGES_MAX 64
/* Rows that change while a list is open are put in their new places this often at most. */
#define REQUERY_MS 250

/* A page that somebody looks at: read, or being read. */
typedef struct
{
  guint number;
  GList link; /* in by_use */
} Page;

struct _UchTicketQuery
{
  GObject       parent;
  UchReplica   *replica; /* owned */
  UchTicketSpec spec;    /* its strings are owned */
  GArray       *rowids;  /* of gint64 */
  GHashTable   *pages;   /* number → Page (owned) */
  GQueue        by_use;  /* of Page, the latest first */
  GHashTable   *known;   /* rowid → UchTicket (owned), of what was read */
  GHashTable   *visits;  /* ticket id → UchVisit (owned), of what was read */
  guint         generation;
  guint         requery_id;
  gulong        changed_id, ready_id;
  gboolean      loading;
};

enum
{
  PROP_N_TOTAL = 1,
  PROP_LOADING,
  N_PROPS,
};

static GParamSpec *properties[N_PROPS];

static void read_page (UchTicketQuery *self, guint number);

static GType
get_item_type (GListModel *model)
{
  return uch_ticket_get_type ();
}

static guint
get_n_items (GListModel *model)
{
  return UCH_TICKET_QUERY (model)->rowids->len;
}

static gint64
rowid_at (UchTicketQuery *self, guint position)
{
  return g_array_index (self->rowids, gint64, position);
}

static void
forget_page (UchTicketQuery *self, Page *page)
{
  guint first = page->number * PAGE_LEN;

  for (guint i = first; i < MIN (first + PAGE_LEN, self->rowids->len); i++)
    {
      gint64     rowid = rowid_at (self, i);
      UchEntity *ticket = g_hash_table_lookup (self->known, &rowid);

      if (ticket == NULL)
        continue;
      g_hash_table_remove (self->visits, ticket->id);
      g_hash_table_remove (self->known, &rowid);
    }
  g_queue_unlink (&self->by_use, &page->link);
  g_hash_table_remove (self->pages, GUINT_TO_POINTER (page->number));
}

static void
use_page (UchTicketQuery *self, guint number)
{
  Page *page = g_hash_table_lookup (self->pages, GUINT_TO_POINTER (number));

  if (page != NULL)
    {
      g_queue_unlink (&self->by_use, &page->link);
      g_queue_push_head_link (&self->by_use, &page->link);
      return;
    }
  while (self->by_use.length >= N_PAGES_MAX)
    forget_page (self, self->by_use.tail->data);
  page = g_new0 (Page, 1);
  page->number = number;
  page->link.data = page;
  g_hash_table_insert (self->pages, GUINT_TO_POINTER (number), page);
  g_queue_push_head_link (&self->by_use, &page->link);
  read_page (self, number);
}

static gpointer
get_item (GListModel *model, guint position)
{
  UchTicketQuery *self = UCH_TICKET_QUERY (model);
  gpointer        ticket;
  gint64          rowid;

  if (position >= self->rowids->len)
    return NULL;
  use_page (self, position / PAGE_LEN);
  rowid = rowid_at (self, position);
  ticket = g_hash_table_lookup (self->known, &rowid);
  /* A selection wonders about one object that stands in two places. */
  return ticket != NULL ? g_object_ref (ticket) : uch_entity_new (UCH_TABLE_TICKET, "");
}

static void
model_iface_init (GListModelInterface *iface)
{
  iface->get_item_type = get_item_type;
  iface->get_n_items = get_n_items;
  iface->get_item = get_item;
}

G_DEFINE_FINAL_TYPE_WITH_CODE (UchTicketQuery,
                               uch_ticket_query,
                               G_TYPE_OBJECT,
                               G_IMPLEMENT_INTERFACE (G_TYPE_LIST_MODEL, model_iface_init))

static void
set_loading (UchTicketQuery *self, gboolean loading)
{
  if (self->loading == loading)
    return;
  self->loading = loading;
  g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_LOADING]);
}

static void
keep (UchTicketQuery *self, UchTicketRows *rows, gboolean tickets_too)
{
  for (guint i = 0; i < rows->tickets->len; i++)
    {
      UchEntity *ticket = g_ptr_array_index (rows->tickets, i);
      gint64     rowid = g_array_index (rows->rowids, gint64, i);

      if (tickets_too)
        g_hash_table_replace (self->known, g_memdup2 (&rowid, sizeof rowid), g_object_ref (ticket));
      if (g_ptr_array_index (rows->visits, i) != NULL)
        g_hash_table_replace (self->visits, g_strdup (ticket->id),
                              g_object_ref (g_ptr_array_index (rows->visits, i)));
    }
}

/* Where a row stands by now: the order may have changed while it was read. */
static gboolean
find_rowid (UchTicketQuery *self, gint64 rowid, guint hint, guint *out_position)
{
  if (hint < self->rowids->len && rowid_at (self, hint) == rowid)
    {
      *out_position = hint;
      return TRUE;
    }
  for (guint i = 0; i < self->rowids->len; i++)
    if (rowid_at (self, i) == rowid)
      {
        *out_position = i;
        return TRUE;
      }
  return FALSE;
}

static void
page_cb (GObject *object, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (GTask) task = user_data;
  UchTicketQuery *self = g_task_get_source_object (task);
  guint           number = GPOINTER_TO_UINT (g_task_get_task_data (task));
  g_autoptr (UchTicketRows) rows = uch_replica_run_finish (UCH_REPLICA (object), result, NULL);
  guint first, n;

  if (rows == NULL || rows->tickets->len == 0)
    {
      Page *page = g_hash_table_lookup (self->pages, GUINT_TO_POINTER (number));

      if (page != NULL)
        forget_page (self, page);
      return;
    }
  keep (self, rows, TRUE);
  if (!find_rowid (self, g_array_index (rows->rowids, gint64, 0), number * PAGE_LEN, &first))
    return;
  n = MIN (rows->tickets->len, self->rowids->len - first);
  g_list_model_items_changed (G_LIST_MODEL (self), first, n, n);
}

static GArray *
slice (UchTicketQuery *self, guint first, guint n)
{
  GArray *some = g_array_new (FALSE, FALSE, sizeof (gint64));

  if (first < self->rowids->len)
    g_array_append_vals (some, &g_array_index (self->rowids, gint64, first),
                         MIN (n, self->rowids->len - first));
  return some;
}

static void
read_page (UchTicketQuery *self, guint number)
{
  GTask *task = g_task_new (self, NULL, NULL, NULL);

  g_task_set_task_data (task, GUINT_TO_POINTER (number), NULL);
  uch_replica_run (self->replica,
                   uch_job_new (uch_ticket_rows_job, slice (self, number * PAGE_LEN, PAGE_LEN),
                                (GDestroyNotify) g_array_unref),
                   NULL, page_cb, task);
}

static void
forget_pages (UchTicketQuery *self)
{
  g_queue_init (&self->by_use);
  g_hash_table_remove_all (self->pages);
  /* What is known stays, so that rows do not go blank while they are read again. */
  if (g_hash_table_size (self->known) <= 2 * N_PAGES_MAX * PAGE_LEN)
    return;
  g_hash_table_remove_all (self->known);
  g_hash_table_remove_all (self->visits);
}

/* Tells what differs between the two ends that are alike. */
static void
take_rowids (UchTicketQuery *self, GArray *rowids)
{
  GArray *old = self->rowids;
  guint   head = 0, tail = 0, shorter = MIN (old->len, rowids->len);

  while (head < shorter
         && g_array_index (old, gint64, head) == g_array_index (rowids, gint64, head))
    head++;
  while (tail < shorter - head
         && g_array_index (old, gint64, old->len - 1 - tail)
                == g_array_index (rowids, gint64, rowids->len - 1 - tail))
    tail++;
  if (head + tail == MAX (old->len, rowids->len))
    return;
  forget_pages (self);
  self->rowids = g_array_ref (rowids);
  g_list_model_items_changed (G_LIST_MODEL (self), head, old->len - head - tail,
                              rowids->len - head - tail);
  if (old->len != rowids->len)
    g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_N_TOTAL]);
  g_array_unref (old);
}

static void
order_cb (GObject *object, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (GTask) task = user_data;
  UchTicketQuery *self = g_task_get_source_object (task);
  g_autoptr (GArray) rowids = uch_replica_run_finish (UCH_REPLICA (object), result, NULL);

  if (GPOINTER_TO_UINT (g_task_get_task_data (task)) != self->generation)
    return;
  if (rowids != NULL)
    take_rowids (self, rowids);
  set_loading (self, FALSE);
}

static void
query (UchTicketQuery *self)
{
  GTask *task = g_task_new (self, NULL, NULL, NULL);

  g_clear_handle_id (&self->requery_id, g_source_remove);
  self->generation++;
  g_task_set_task_data (task, GUINT_TO_POINTER (self->generation), NULL);
  set_loading (self, TRUE);
  uch_replica_run (self->replica,
                   uch_job_new (uch_ticket_order_job, uch_ticket_spec_copy (&self->spec),
                                (GDestroyNotify) uch_ticket_spec_free),
                   NULL, order_cb, task);
}

static gboolean
requery_cb (gpointer user_data)
{
  UchTicketQuery *self = user_data;

  self->requery_id = 0;
  query (self);
  return G_SOURCE_REMOVE;
}

/* Shows the new row of a change where the old one is shown. */
static void
replace_row (UchTicketQuery *self, const UchChange *change)
{
  for (GList *l = self->by_use.head; l != NULL; l = l->next)
    {
      guint first = ((Page *) l->data)->number * PAGE_LEN;

      for (guint i = first; i < MIN (first + PAGE_LEN, self->rowids->len); i++)
        {
          gint64     rowid = rowid_at (self, i);
          UchEntity *ticket = g_hash_table_lookup (self->known, &rowid);

          if (ticket == NULL || strcmp (ticket->id, change->id) != 0)
            continue;
          g_hash_table_replace (self->known, g_memdup2 (&rowid, sizeof rowid),
                                g_object_ref (change->after));
          g_list_model_items_changed (G_LIST_MODEL (self), i, 1, 1);
          return;
        }
    }
}

static void
changed_cb (UchReplica *replica, GPtrArray *changes, UchTicketQuery *self)
{
  gboolean moved = FALSE;

  for (guint i = 0; i < changes->len; i++)
    {
      const UchChange *change = g_ptr_array_index (changes, i);

      if (change->table == UCH_TABLE_VISIT && change->after != NULL
          && g_hash_table_contains (self->visits, UCH_VISIT (change->after)->ticket_id))
        g_hash_table_replace (self->visits, g_strdup (UCH_VISIT (change->after)->ticket_id),
                              g_object_ref (change->after));
      if (change->table != UCH_TABLE_TICKET && change->table != UCH_TABLE_VISIT)
        continue;
      moved = TRUE;
      if (change->table == UCH_TABLE_TICKET && change->after != NULL)
        replace_row (self, change);
    }
  if (moved && self->requery_id == 0)
    self->requery_id = g_timeout_add (REQUERY_MS, requery_cb, self);
}

static void
ready_cb (UchTicketQuery *self)
{
  query (self);
}

static void
uch_ticket_query_dispose (GObject *object)
{
  UchTicketQuery *self = UCH_TICKET_QUERY (object);

  g_clear_handle_id (&self->requery_id, g_source_remove);
  if (self->replica != NULL)
    {
      g_clear_signal_handler (&self->changed_id, self->replica);
      g_clear_signal_handler (&self->ready_id, self->replica);
    }
  g_clear_object (&self->replica);
  G_OBJECT_CLASS (uch_ticket_query_parent_class)->dispose (object);
}

static void
uch_ticket_query_finalize (GObject *object)
{
  UchTicketQuery *self = UCH_TICKET_QUERY (object);

  g_hash_table_unref (self->pages);
  g_hash_table_unref (self->known);
  g_hash_table_unref (self->visits);
  g_array_unref (self->rowids);
  uch_ticket_spec_clear (&self->spec);
  G_OBJECT_CLASS (uch_ticket_query_parent_class)->finalize (object);
}

static void
uch_ticket_query_get_property (GObject *object, guint id, GValue *value, GParamSpec *pspec)
{
  UchTicketQuery *self = UCH_TICKET_QUERY (object);

  switch (id)
    {
    case PROP_N_TOTAL:
      g_value_set_uint (value, self->rowids->len);
      break;
    case PROP_LOADING:
      g_value_set_boolean (value, self->loading);
      break;
    default:
      G_OBJECT_WARN_INVALID_PROPERTY_ID (object, id, pspec);
    }
}

static void
uch_ticket_query_class_init (UchTicketQueryClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);
  GParamFlags   flags = G_PARAM_READABLE | G_PARAM_STATIC_STRINGS | G_PARAM_EXPLICIT_NOTIFY;

  object_class->dispose = uch_ticket_query_dispose;
  object_class->finalize = uch_ticket_query_finalize;
  object_class->get_property = uch_ticket_query_get_property;
  properties[PROP_N_TOTAL] = g_param_spec_uint ("n-total", NULL, NULL, 0, G_MAXUINT, 0, flags);
  properties[PROP_LOADING] = g_param_spec_boolean ("loading", NULL, NULL, FALSE, flags);
  g_object_class_install_properties (object_class, N_PROPS, properties);
}

static void
uch_ticket_query_init (UchTicketQuery *self)
{
  self->rowids = g_array_new (FALSE, FALSE, sizeof (gint64));
  self->pages = g_hash_table_new_full (NULL, NULL, NULL, g_free);
  self->known = g_hash_table_new_full (g_int64_hash, g_int64_equal, g_free, g_object_unref);
  self->visits = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, g_object_unref);
  g_queue_init (&self->by_use);
}

/**
 * uch_ticket_query_new:
 *
 * All tickets, by number; it follows what changes.
 *
 * Returns: (transfer full): the list. An item that is not read yet is a ticket with the id "" and
 *     is replaced (items-changed) when it comes.
 */
UchTicketQuery *
uch_ticket_query_new (UchReplica *replica)
{
  UchTicketQuery *self = g_object_new (UCH_TYPE_TICKET_QUERY, NULL);

  self->replica = g_object_ref (replica);
  self->changed_id = g_signal_connect (replica, "changed", G_CALLBACK (changed_cb), self);
  self->ready_id = g_signal_connect_swapped (replica, "notify::ready", G_CALLBACK (ready_cb), self);
  query (self);
  return self;
}

void
uch_ticket_query_set_filter (UchTicketQuery *self, const UchTicketFilter *filter)
{
  uch_ticket_spec_clear (&self->spec);
  uch_ticket_spec_set (&self->spec, filter);
  query (self);
}

/**
 * uch_ticket_query_peek_visit:
 *
 * Returns: (transfer none) (nullable): the open or last visit of a ticket of this list
 */
UchVisit *
uch_ticket_query_peek_visit (UchTicketQuery *self, const UchTicket *ticket)
{
  UchVisit *current = uch_replica_peek_visit_of (self->replica, ticket);

  return current != NULL ? current : g_hash_table_lookup (self->visits, UCH_ENTITY (ticket)->id);
}

static void
read_cb (GObject *object, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (GTask) task = user_data;
  UchTicketQuery *self = g_task_get_source_object (task);
  GError         *error = NULL;
  g_autoptr (UchTicketRows) rows = uch_replica_run_finish (UCH_REPLICA (object), result, &error);

  if (rows == NULL)
    {
      g_task_return_error (task, error);
      return;
    }
  keep (self, rows, FALSE);
  g_task_return_pointer (task, g_ptr_array_ref (rows->tickets), (GDestroyNotify) g_ptr_array_unref);
}

void
uch_ticket_query_read_async (UchTicketQuery     *self,
                             guint               first,
                             guint               n,
                             GCancellable       *cancellable,
                             GAsyncReadyCallback callback,
                             gpointer            user_data)
{
  GTask *task = g_task_new (self, cancellable, callback, user_data);

  g_task_set_source_tag (task, uch_ticket_query_read_async);
  uch_replica_run (
      self->replica,
      uch_job_new (uch_ticket_rows_job, slice (self, first, n), (GDestroyNotify) g_array_unref),
      cancellable, read_cb, task);
}

/**
 * uch_ticket_query_read_finish:
 *
 * Returns: (transfer full) (nullable) (element-type UchTicket): rows in the list's order; a row
 * that was deleted meanwhile is left out
 */
GPtrArray *
uch_ticket_query_read_finish (UchTicketQuery *self, GAsyncResult *result, GError **error)
{
  return g_task_propagate_pointer (G_TASK (result), error);
}

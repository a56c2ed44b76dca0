#include "app/board/uch-queue-model.h"

#include "core/uch-fold.h"

/* How often lines move from one tab to another by the clock alone. */
#define CLOCK_STEP_MS (10 * UCH_SECOND_MS)
/* With more lines to add and remove than this, the list is filled anew. */
#define STEPS_MAX 64

struct _UchQueueModel
{
  GObject parent;

  /* owned */
  UchSession *session;
  GListModel *tickets;
  GListModel *visits;
  GListModel *refusals;
  GPtrArray  *mirror;  /* of UchTicket: what @tickets held, to know what goes */
  GHashTable *items;   /* ticket id → UchQueueItem */
  GPtrArray  *shown;   /* of UchQueueItem */
  GHashTable *present; /* set of those in @shown, borrowed */
  char       *words;   /* (nullable) folded */

  UchQueueTab tab;
  gboolean    held;
  guint       n_pending;
  guint       counts[UCH_N_QUEUE_TABS];
  guint       found[UCH_N_QUEUE_TABS];
  guint       idle_id;
  guint       stamp;
  UchTime     looked_at;
};

enum
{
  PROP_N_PENDING = 1,
  N_PROPS,
};

enum
{
  SIGNAL_COUNTS,
  SIGNAL_ABOUT_TO_SETTLE,
  SIGNAL_SETTLED,
  N_SIGNALS,
};

static GParamSpec *props[N_PROPS];
static guint       signals[N_SIGNALS];

static void uch_queue_model_list_init (GListModelInterface *iface);

G_DEFINE_FINAL_TYPE_WITH_CODE (UchQueueModel,
                               uch_queue_model,
                               G_TYPE_OBJECT,
                               G_IMPLEMENT_INTERFACE (G_TYPE_LIST_MODEL, uch_queue_model_list_init))

static gboolean
matches (UchQueueModel *self, UchQueueItem *item)
{
  return self->words == NULL || uch_fold_matches (item->folded, self->words);
}

static int
compare (gconstpointer a, gconstpointer b, gpointer user_data)
{
  UchQueueItem *left = *(UchQueueItem *const *) a;
  UchQueueItem *right = *(UchQueueItem *const *) b;

  return uch_queue_item_compare (left, right, *(UchTime *) user_data);
}

/* Counts every tab and gives what the tab in front should show, in order. */
static GPtrArray *
find_wanted (UchQueueModel *self)
{
  g_autoptr (GPtrArray) wanted = g_ptr_array_new_with_free_func (g_object_unref);
  UchTime        now = uch_session_now (self->session);
  GHashTableIter iter;
  UchQueueItem  *item;
  guint          counts[UCH_N_QUEUE_TABS] = { 0 };
  guint          found[UCH_N_QUEUE_TABS] = { 0 };

  g_hash_table_iter_init (&iter, self->items);
  while (g_hash_table_iter_next (&iter, NULL, (gpointer *) &item))
    {
      gboolean fits = matches (self, item);

      for (guint i = 0; i < UCH_N_QUEUE_TABS; i++)
        if (uch_queue_item_is_in (item, i, now))
          {
            counts[i]++;
            if (fits)
              found[i]++;
            if (fits && i == self->tab)
              g_ptr_array_add (wanted, g_object_ref (item));
          }
    }
  g_ptr_array_sort_with_data (wanted, compare, &now);
  self->looked_at = now;
  if (memcmp (counts, self->counts, sizeof counts) != 0
      || memcmp (found, self->found, sizeof found) != 0)
    {
      memcpy (self->counts, counts, sizeof counts);
      memcpy (self->found, found, sizeof found);
      g_signal_emit (self, signals[SIGNAL_COUNTS], 0);
    }
  return g_steal_pointer (&wanted);
}

static void
set_n_pending (UchQueueModel *self, guint n_pending)
{
  if (self->n_pending == n_pending)
    return;
  self->n_pending = n_pending;
  g_object_notify_by_pspec (G_OBJECT (self), props[PROP_N_PENDING]);
}

static void
replace_all (UchQueueModel *self, GPtrArray *wanted)
{
  guint n_before = self->shown->len;

  g_ptr_array_set_size (self->shown, 0);
  g_hash_table_remove_all (self->present);
  for (guint i = 0; i < wanted->len; i++)
    {
      UchQueueItem *item = g_ptr_array_index (wanted, i);

      g_ptr_array_add (self->shown, g_object_ref (item));
      g_hash_table_add (self->present, item);
    }
  g_list_model_items_changed (G_LIST_MODEL (self), 0, n_before, self->shown->len);
}

static void
remove_shown (UchQueueModel *self, guint position)
{
  g_hash_table_remove (self->present, g_ptr_array_index (self->shown, position));
  g_ptr_array_remove_index (self->shown, position);
  g_list_model_items_changed (G_LIST_MODEL (self), position, 1, 0);
}

static void
insert_shown (UchQueueModel *self, guint position, UchQueueItem *item)
{
  g_ptr_array_insert (self->shown, (int) position, g_object_ref (item));
  g_hash_table_add (self->present, item);
  g_list_model_items_changed (G_LIST_MODEL (self), position, 0, 1);
}

/* Turns what is shown into what is wanted by the smallest steps: a line that stays is not touched,
 * so its row, its focus and the scroll position stay too. */
static void
make_shown (UchQueueModel *self, GPtrArray *wanted)
{
  guint stamp = ++self->stamp;
  guint n_kept = 0;

  for (guint i = 0; i < wanted->len; i++)
    {
      UchQueueItem *item = g_ptr_array_index (wanted, i);

      item->stamp = stamp;
      if (g_hash_table_contains (self->present, item))
        n_kept++;
    }
  if (wanted->len + self->shown->len - 2 * n_kept > STEPS_MAX)
    {
      replace_all (self, wanted);
      return;
    }
  for (guint i = self->shown->len; i-- > 0;)
    if (((UchQueueItem *) g_ptr_array_index (self->shown, i))->stamp != stamp)
      remove_shown (self, i);
  for (guint i = 0; i < wanted->len; i++)
    {
      UchQueueItem *item = g_ptr_array_index (wanted, i);
      guint         position;

      if (i < self->shown->len && g_ptr_array_index (self->shown, i) == item)
        continue;
      if (g_hash_table_contains (self->present, item)
          && g_ptr_array_find (self->shown, item, &position))
        {
          /* One line that sinks must not make all those under it move up one by one. */
          if (i + 1 < wanted->len && i < self->shown->len && i + 1 < self->shown->len
              && g_ptr_array_index (self->shown, i + 1) == item)
            {
              g_autoptr (UchQueueItem) sinks = g_object_ref (g_ptr_array_index (self->shown, i));

              remove_shown (self, i);
              if (!g_ptr_array_find (wanted, sinks, &position) || position >= self->shown->len)
                position = self->shown->len;
              insert_shown (self, position, sinks);
              continue;
            }
          remove_shown (self, position);
        }
      insert_shown (self, i, item);
    }
}

/* Also while it is held: lines whose ticket is gone for good must go. */
static void
drop_orphans (UchQueueModel *self)
{
  for (guint i = self->shown->len; i-- > 0;)
    {
      UchQueueItem *item = g_ptr_array_index (self->shown, i);

      if (g_hash_table_lookup (self->items, item->ticket->parent.id) != item)
        remove_shown (self, i);
    }
}

static void
look_again (UchQueueModel *self, gboolean settle)
{
  g_autoptr (GPtrArray) wanted = find_wanted (self);
  guint n_pending = 0;

  if (settle)
    {
      set_n_pending (self, 0);
      g_signal_emit (self, signals[SIGNAL_ABOUT_TO_SETTLE], 0);
      make_shown (self, wanted);
      g_signal_emit (self, signals[SIGNAL_SETTLED], 0);
      return;
    }
  for (guint i = 0; i < wanted->len; i++)
    if (!g_hash_table_contains (self->present, g_ptr_array_index (wanted, i)))
      n_pending++;
  drop_orphans (self);
  set_n_pending (self, n_pending);
}

static gboolean
look_again_cb (gpointer user_data)
{
  UchQueueModel *self = user_data;

  self->idle_id = 0;
  look_again (self, !self->held);
  return G_SOURCE_REMOVE;
}

/* Before the next frame, once for all changes of one stroke. */
static void
look_again_soon (UchQueueModel *self)
{
  if (self->idle_id == 0)
    self->idle_id = g_idle_add_full (G_PRIORITY_HIGH_IDLE, look_again_cb, self, NULL);
}

static void
tickets_changed_cb (
    GListModel *tickets, guint position, guint n_removed, guint n_added, gpointer user_data)
{
  UchQueueModel *self = user_data;
  UchReplica    *replica = uch_session_get_replica (self->session);
  g_autoptr (GHashTable) gone = g_hash_table_new (g_str_hash, g_str_equal);
  g_autoptr (GPtrArray) old = g_ptr_array_new_with_free_func (g_object_unref);
  GHashTableIter iter;
  const char    *id;

  for (guint i = 0; i < n_removed; i++)
    {
      UchTicket *ticket = g_object_ref (g_ptr_array_index (self->mirror, position + i));

      g_ptr_array_add (old, ticket);
      g_hash_table_add (gone, ticket->parent.id);
    }
  if (n_removed != 0)
    g_ptr_array_remove_range (self->mirror, position, n_removed);
  for (guint i = 0; i < n_added; i++)
    {
      UchTicket    *ticket = g_list_model_get_item (tickets, position + i);
      UchVisit     *visit = uch_replica_peek_visit_of (replica, ticket);
      UchQueueItem *item = g_hash_table_lookup (self->items, ticket->parent.id);

      g_ptr_array_insert (self->mirror, (int) (position + i), ticket);
      g_hash_table_remove (gone, ticket->parent.id);
      if (item != NULL)
        uch_queue_item_set (item, ticket, visit);
      else
        g_hash_table_insert (self->items, g_strdup (ticket->parent.id),
                             uch_queue_item_new (ticket, visit));
    }
  g_hash_table_iter_init (&iter, gone);
  while (g_hash_table_iter_next (&iter, (gpointer *) &id, NULL))
    g_hash_table_remove (self->items, id);
  look_again_soon (self);
}

static void
visits_changed_cb (
    GListModel *visits, guint position, guint n_removed, guint n_added, gpointer user_data)
{
  UchQueueModel *self = user_data;
  UchReplica    *replica = uch_session_get_replica (self->session);

  for (guint i = 0; i < n_added; i++)
    {
      g_autoptr (UchVisit) visit = g_list_model_get_item (visits, position + i);
      UchQueueItem *item = g_hash_table_lookup (self->items, visit->ticket_id);

      if (item != NULL)
        uch_queue_item_set (item, item->ticket, uch_replica_peek_visit_of (replica, item->ticket));
    }
  look_again_soon (self);
}

static void
refusals_changed_cb (
    GListModel *refusals, guint position, guint n_removed, guint n_added, gpointer user_data)
{
  UchQueueModel *self = user_data;
  g_autoptr (GHashTable) by_ticket = g_hash_table_new (g_str_hash, g_str_equal);
  g_autoptr (GPtrArray) all = g_ptr_array_new_with_free_func (g_object_unref);
  GHashTableIter iter;
  UchQueueItem  *item;

  for (guint i = 0; i < g_list_model_get_n_items (refusals); i++)
    {
      UchRefused *refused = g_list_model_get_item (refusals, i);
      const char *id = uch_command_get_text (uch_refused_get_command (refused), "ticket");

      g_ptr_array_add (all, refused);
      if (id != NULL)
        g_hash_table_insert (by_ticket, (gpointer) id, refused);
    }
  g_hash_table_iter_init (&iter, self->items);
  while (g_hash_table_iter_next (&iter, NULL, (gpointer *) &item))
    uch_queue_item_set_refused (item, g_hash_table_lookup (by_ticket, item->ticket->parent.id));
  look_again_soon (self);
}

static void
tick_cb (UchSession *session, gpointer user_data)
{
  UchQueueModel *self = user_data;
  UchTime        now = uch_session_now (session);

  if (now >= self->looked_at + CLOCK_STEP_MS || now < self->looked_at)
    look_again (self, !self->held);
}

static GType
uch_queue_model_get_item_type (GListModel *list)
{
  return UCH_TYPE_QUEUE_ITEM;
}

static guint
uch_queue_model_get_n_items (GListModel *list)
{
  return UCH_QUEUE_MODEL (list)->shown->len;
}

static gpointer
uch_queue_model_get_item (GListModel *list, guint position)
{
  UchQueueModel *self = UCH_QUEUE_MODEL (list);

  return position < self->shown->len ? g_object_ref (g_ptr_array_index (self->shown, position))
                                     : NULL;
}

static void
uch_queue_model_list_init (GListModelInterface *iface)
{
  iface->get_item_type = uch_queue_model_get_item_type;
  iface->get_n_items = uch_queue_model_get_n_items;
  iface->get_item = uch_queue_model_get_item;
}

static void
uch_queue_model_get_property (GObject *object, guint id, GValue *value, GParamSpec *pspec)
{
  if (id == PROP_N_PENDING)
    g_value_set_uint (value, UCH_QUEUE_MODEL (object)->n_pending);
  else
    G_OBJECT_WARN_INVALID_PROPERTY_ID (object, id, pspec);
}

static void
uch_queue_model_finalize (GObject *object)
{
  UchQueueModel *self = UCH_QUEUE_MODEL (object);

  g_clear_handle_id (&self->idle_id, g_source_remove);
  g_clear_object (&self->session);
  g_clear_object (&self->tickets);
  g_clear_object (&self->visits);
  g_clear_object (&self->refusals);
  g_clear_pointer (&self->present, g_hash_table_unref);
  g_clear_pointer (&self->shown, g_ptr_array_unref);
  g_clear_pointer (&self->items, g_hash_table_unref);
  g_clear_pointer (&self->mirror, g_ptr_array_unref);
  g_free (self->words);
  G_OBJECT_CLASS (uch_queue_model_parent_class)->finalize (object);
}

static void
uch_queue_model_class_init (UchQueueModelClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);

  object_class->get_property = uch_queue_model_get_property;
  object_class->finalize = uch_queue_model_finalize;
  props[PROP_N_PENDING]
      = g_param_spec_uint ("n-pending", NULL, NULL, 0, G_MAXUINT, 0,
                           G_PARAM_READABLE | G_PARAM_EXPLICIT_NOTIFY | G_PARAM_STATIC_STRINGS);
  g_object_class_install_properties (object_class, N_PROPS, props);
  for (guint i = 0; i < N_SIGNALS; i++)
    signals[i] = g_signal_new (
        (const char *[]){ "counts-changed", "about-to-settle", "settled" }[i], UCH_TYPE_QUEUE_MODEL,
        G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL, G_TYPE_NONE, 0);
}

static void
uch_queue_model_init (UchQueueModel *self)
{
  self->mirror = g_ptr_array_new_with_free_func (g_object_unref);
  self->shown = g_ptr_array_new_with_free_func (g_object_unref);
  self->present = g_hash_table_new (NULL, NULL);
  self->items = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, g_object_unref);
}

/**
 * uch_queue_model_new:
 * @session: the office
 *
 * Returns: (transfer full): the queue, following the replica's current tickets
 */
UchQueueModel *
uch_queue_model_new (UchSession *session)
{
  UchQueueModel *self = g_object_new (UCH_TYPE_QUEUE_MODEL, NULL);
  UchReplica    *replica = uch_session_get_replica (session);

  self->session = g_object_ref (session);
  self->tickets = g_object_ref (uch_replica_list_current_tickets (replica));
  self->visits = g_object_ref (uch_replica_list_current_visits (replica));
  self->refusals = g_object_ref (uch_replica_list_refusals (replica));
  g_signal_connect_object (self->tickets, "items-changed", G_CALLBACK (tickets_changed_cb), self,
                           0);
  g_signal_connect_object (self->visits, "items-changed", G_CALLBACK (visits_changed_cb), self, 0);
  g_signal_connect_object (self->refusals, "items-changed", G_CALLBACK (refusals_changed_cb), self,
                           0);
  g_signal_connect_object (session, "tick", G_CALLBACK (tick_cb), self, 0);
  tickets_changed_cb (self->tickets, 0, 0, g_list_model_get_n_items (self->tickets), self);
  refusals_changed_cb (self->refusals, 0, 0, 0, self);
  return self;
}

/**
 * uch_queue_model_set_tab:
 * @self: the queue
 * @tab: which tickets it shows
 *
 * A person chose it, so it is filled at once, also while the order is held.
 */
void
uch_queue_model_set_tab (UchQueueModel *self, UchQueueTab tab)
{
  g_autoptr (GPtrArray) wanted = NULL;

  if (self->tab == tab)
    return;
  self->tab = tab;
  wanted = find_wanted (self);
  set_n_pending (self, 0);
  replace_all (self, wanted);
}

/**
 * uch_queue_model_get_tab:
 * @self: the queue
 *
 * Returns: the tab in front
 */
UchQueueTab
uch_queue_model_get_tab (UchQueueModel *self)
{
  return self->tab;
}

/**
 * uch_queue_model_set_words:
 * @self: the queue
 * @words: (nullable): pieces of words as typed; a line must hold each of them
 */
void
uch_queue_model_set_words (UchQueueModel *self, const char *words)
{
  g_autofree char *folded = words != NULL && *words != '\0' ? uch_fold (words) : NULL;

  if (g_strcmp0 (folded, self->words) == 0)
    return;
  g_free (self->words);
  self->words = folded != NULL && *folded != '\0' ? g_steal_pointer (&folded) : NULL;
  look_again (self, TRUE);
}

/**
 * uch_queue_model_hold:
 * @self: the queue
 * @held: whether somebody points at the rows
 *
 * While it is held nothing moves: new lines wait and are counted in "n-pending", lines that belong
 * elsewhere by now stay where they are. It settles when it is let go.
 */
void
uch_queue_model_hold (UchQueueModel *self, gboolean held)
{
  if (self->held == held)
    return;
  self->held = held;
  if (!held)
    look_again (self, TRUE);
}

/**
 * uch_queue_model_settle:
 * @self: the queue
 *
 * Brings the order up to date now, also while it is held: the person asked for it.
 */
void
uch_queue_model_settle (UchQueueModel *self)
{
  look_again (self, TRUE);
}

/**
 * uch_queue_model_count:
 * @self: the queue
 * @tab: a tab
 *
 * Returns: how many tickets belong to the tab, whatever is searched for
 */
guint
uch_queue_model_count (UchQueueModel *self, UchQueueTab tab)
{
  return self->counts[tab];
}

/**
 * uch_queue_model_count_found:
 * @self: the queue
 * @tab: a tab
 *
 * Returns: how many tickets of the tab hold the words that are searched for
 */
guint
uch_queue_model_count_found (UchQueueModel *self, UchQueueTab tab)
{
  return self->found[tab];
}

/**
 * uch_queue_model_find:
 * @self: the queue
 * @ticket_id: id of a ticket
 *
 * Returns: (transfer none) (nullable): its line, shown or not
 */
UchQueueItem *
uch_queue_model_find (UchQueueModel *self, const char *ticket_id)
{
  return g_hash_table_lookup (self->items, ticket_id);
}

/**
 * uch_queue_model_is_here:
 * @self: the queue
 * @item: a line
 *
 * Returns: %FALSE for a line that is still shown but belongs to another tab by now
 */
gboolean
uch_queue_model_is_here (UchQueueModel *self, UchQueueItem *item)
{
  return uch_queue_item_is_in (item, self->tab, uch_session_now (self->session))
         && matches (self, item);
}

#include "app/board/uch-engineer-model.h"

#include "app/board/uch-ranking.h"
#include "core/uch-people.h"

/* Groups that are no zone. */
#define GROUP_NONE "-none"
#define GROUP_OFF "-off"
/* How often shifts begin and end by the clock alone. */
#define CLOCK_STEP_MS (30 * UCH_SECOND_MS)

struct _UchEngineerModel
{
  GObject parent;

  /* owned */
  UchSession *session;
  GHashTable *items;     /* staff id → UchEngineerItem */
  GHashTable *groups;    /* group id → UchEngineerItem */
  GHashTable *collapsed; /* set of group ids */
  GPtrArray  *shown;     /* of UchEngineerItem */
  char      **dragged;   /* (nullable) */

  guint   idle_id;
  UchTime looked_at;
};

static void uch_engineer_model_list_init (GListModelInterface *iface);

G_DEFINE_FINAL_TYPE_WITH_CODE (UchEngineerModel,
                               uch_engineer_model,
                               G_TYPE_OBJECT,
                               G_IMPLEMENT_INTERFACE (G_TYPE_LIST_MODEL,
                                                      uch_engineer_model_list_init))

static GListModel *
get_table (UchEngineerModel *self, UchTable table)
{
  return uch_replica_list (uch_session_get_replica (self->session), table);
}

/* The first of his home zones that exists. */
static UchZone *
find_home_zone (UchEngineerModel *self, const UchStaff *staff)
{
  g_auto (GStrv) ids = g_strsplit (staff->zones != NULL ? staff->zones : "", ",", -1);

  for (guint i = 0; ids[i] != NULL; i++)
    {
      UchZone *zone = uch_replica_peek (uch_session_get_replica (self->session), UCH_TABLE_ZONE,
                                        g_strstrip (ids[i]));

      if (zone != NULL)
        return zone;
    }
  return NULL;
}

static gboolean
is_today (UchTime at, UchTime now)
{
  g_autoptr (GDateTime) left = g_date_time_new_from_unix_local (at / 1000);
  g_autoptr (GDateTime) right = g_date_time_new_from_unix_local (now / 1000);

  return at != 0 && g_date_time_get_year (left) == g_date_time_get_year (right)
         && g_date_time_get_day_of_year (left) == g_date_time_get_day_of_year (right);
}

static gboolean
counts_today (const UchVisit *visit, UchTime now)
{
  if (uch_visit_is_open (visit))
    return visit->agreed_from == 0 || visit->agreed_from < now
           || is_today (visit->agreed_from, now);
  return (visit->state == UCH_VISIT_DONE || visit->state == UCH_VISIT_INCOMPLETE)
         && is_today (visit->ended_at, now);
}

/* The one under way, else the one that comes first. */
static gboolean
is_nearer (const UchVisit *visit, const UchVisit *than)
{
  gboolean under_way = uch_visit_is_under_way (visit);

  if (than == NULL)
    return TRUE;
  if (under_way != uch_visit_is_under_way (than))
    return under_way;
  if (visit->agreed_from != than->agreed_from)
    return visit->agreed_from != 0
           && (than->agreed_from == 0 || visit->agreed_from < than->agreed_from);
  return visit->assigned_at < than->assigned_at;
}

static void
read_visits (UchEngineerModel *self, UchTime now)
{
  UchReplica *replica = uch_session_get_replica (self->session);
  GListModel *visits = uch_replica_list_current_visits (replica);

  for (guint i = 0; i < g_list_model_get_n_items (visits); i++)
    {
      g_autoptr (UchVisit) visit = g_list_model_get_item (visits, i);
      UchEngineerItem *item = visit->engineer_id != NULL
                                  ? g_hash_table_lookup (self->items, visit->engineer_id)
                                  : NULL;

      if (item == NULL || !counts_today (visit, now))
        continue;
      item->n_visits++;
      if (uch_visit_is_open (visit) && is_nearer (visit, item->visit))
        {
          g_set_object (&item->visit, visit);
          g_set_object (&item->ticket, (UchTicket *) uch_replica_peek (replica, UCH_TABLE_TICKET,
                                                                       visit->ticket_id));
        }
    }
}

static void
read_shifts (UchEngineerModel *self, UchTime now)
{
  GListModel *shifts = get_table (self, UCH_TABLE_SHIFT);

  for (guint i = 0; i < g_list_model_get_n_items (shifts); i++)
    {
      g_autoptr (UchShift) shift = g_list_model_get_item (shifts, i);
      UchEngineerItem *item = g_hash_table_lookup (self->items, shift->staff_id);

      if (item == NULL || now < shift->starts_at || now >= shift->ends_at)
        continue;
      if (shift->kind == UCH_SHIFT_ABSENCE)
        item->shift_ends_at = -1;
      else if (item->shift_ends_at >= 0)
        item->shift_ends_at = MAX (item->shift_ends_at, shift->ends_at);
    }
}

static void
read_staff (UchEngineerModel *self)
{
  GListModel *staff = get_table (self, UCH_TABLE_STAFF);
  g_autoptr (GHashTable) known
      = g_hash_table_new_full (g_str_hash, g_str_equal, NULL, g_object_unref);
  GHashTableIter iter;
  const char    *id;

  for (guint i = 0; i < g_list_model_get_n_items (staff); i++)
    {
      UchStaff        *one = g_list_model_get_item (staff, i);
      UchZone         *zone = find_home_zone (self, one);
      UchEngineerItem *item = g_hash_table_lookup (self->items, one->parent.id);

      g_hash_table_insert (known, one->parent.id, one);
      if (one->role != UCH_ROLE_ENGINEER || one->dismissed)
        {
          g_hash_table_remove (self->items, one->parent.id);
          continue;
        }
      if (item == NULL)
        {
          item = uch_engineer_item_new (one, zone);
          g_hash_table_insert (self->items, g_strdup (one->parent.id), item);
        }
      g_set_object (&item->staff, one);
      g_set_object (&item->zone, zone);
      g_clear_object (&item->visit);
      g_clear_object (&item->ticket);
      item->n_visits = 0;
      item->shift_ends_at = 0;
    }
  g_hash_table_iter_init (&iter, self->items);
  while (g_hash_table_iter_next (&iter, (gpointer *) &id, NULL))
    if (!g_hash_table_contains (known, id))
      g_hash_table_iter_remove (&iter);
}

static UchEngineerItem *
get_group (UchEngineerModel *self, const char *id, UchZone *zone)
{
  UchEngineerItem *group = g_hash_table_lookup (self->groups, id);

  if (group == NULL)
    {
      group = uch_engineer_item_new_group (id, zone);
      g_hash_table_insert (self->groups, g_strdup (id), group);
    }
  g_set_object (&group->zone, zone);
  group->is_collapsed = g_hash_table_contains (self->collapsed, id);
  return group;
}

static int
compare_items (gconstpointer a, gconstpointer b)
{
  const UchEngineerItem *left = *(UchEngineerItem *const *) a;
  const UchEngineerItem *right = *(UchEngineerItem *const *) b;
  gint64                 number_left = left->zone != NULL ? left->zone->number : G_MAXINT64;
  gint64                 number_right = right->zone != NULL ? right->zone->number : G_MAXINT64;
  g_autofree char       *key_left = NULL;
  g_autofree char       *key_right = NULL;

  if (left->is_on_shift != right->is_on_shift)
    return left->is_on_shift ? -1 : 1;
  if (number_left != number_right)
    return number_left < number_right ? -1 : 1;
  key_left = g_utf8_collate_key (left->staff->name != NULL ? left->staff->name : "", -1);
  key_right = g_utf8_collate_key (right->staff->name != NULL ? right->staff->name : "", -1);
  return g_strcmp0 (key_left, key_right);
}

static GPtrArray *
arrange (UchEngineerModel *self)
{
  GPtrArray *wanted = g_ptr_array_new_with_free_func (g_object_unref);
  g_autoptr (GPtrArray) engineers = uch_engineer_model_list (self);
  UchEngineerItem *group = NULL;
  GHashTableIter   iter;

  g_hash_table_iter_init (&iter, self->groups);
  while (g_hash_table_iter_next (&iter, NULL, (gpointer *) &group))
    group->n_on_shift = group->n_engineers = 0;
  for (guint i = 0; i < engineers->len; i++)
    {
      UchEngineerItem *item = g_ptr_array_index (engineers, i);

      group = get_group (self, item->zone != NULL ? item->zone->parent.id : GROUP_NONE, item->zone);
      group->n_engineers++;
      group->n_on_shift += item->is_on_shift ? 1 : 0;
    }
  group = NULL;
  for (guint i = 0; i < engineers->len; i++)
    {
      UchEngineerItem *item = g_ptr_array_index (engineers, i);
      const char      *zone_group = item->zone != NULL ? item->zone->parent.id : GROUP_NONE;
      UchEngineerItem *own = get_group (self, item->is_on_shift ? zone_group : GROUP_OFF,
                                        item->is_on_shift ? item->zone : NULL);

      if (own != group)
        g_ptr_array_add (wanted, g_object_ref (own));
      group = own;
      if (!item->is_on_shift)
        own->n_engineers++;
      if (!own->is_collapsed)
        g_ptr_array_add (wanted, g_object_ref (item));
    }
  return wanted;
}

static void
show (UchEngineerModel *self, GPtrArray *wanted)
{
  guint n_same = 0;
  guint n_tail = 0;
  guint n_old = self->shown->len;

  while (n_same < n_old && n_same < wanted->len
         && g_ptr_array_index (self->shown, n_same) == g_ptr_array_index (wanted, n_same))
    n_same++;
  while (n_tail < n_old - n_same && n_tail < wanted->len - n_same
         && g_ptr_array_index (self->shown, n_old - 1 - n_tail)
                == g_ptr_array_index (wanted, wanted->len - 1 - n_tail))
    n_tail++;
  g_ptr_array_unref (self->shown);
  self->shown = g_ptr_array_ref (wanted);
  if (n_old != n_same + n_tail || wanted->len != n_same + n_tail)
    g_list_model_items_changed (G_LIST_MODEL (self), n_same, n_old - n_same - n_tail,
                                wanted->len - n_same - n_tail);
}

static void
consider (UchEngineerModel *self)
{
  g_autoptr (UchRanking) ranking
      = self->dragged != NULL
            ? uch_ranking_new_of (self->session, (const char *const *) self->dragged)
            : NULL;
  GHashTableIter   iter;
  UchEngineerItem *item;

  g_hash_table_iter_init (&iter, self->items);
  while (g_hash_table_iter_next (&iter, NULL, (gpointer *) &item))
    {
      UchAssignMeaning meaning;

      if (self->dragged != NULL)
        uch_assign_consider (self->session, (const char *const *) self->dragged, item->staff,
                             &meaning);
      if (self->dragged != NULL)
        uch_ranking_fill (ranking, item->staff->parent.id, &meaning);
      uch_engineer_item_set_meaning (item, self->dragged != NULL ? &meaning : NULL);
    }
}

static void
read_all (UchEngineerModel *self)
{
  UchTime          now = uch_session_now (self->session);
  GHashTableIter   iter;
  UchEngineerItem *item;
  g_autoptr (GPtrArray) wanted = NULL;

  self->looked_at = now;
  read_staff (self);
  read_shifts (self, now);
  read_visits (self, now);
  g_hash_table_iter_init (&iter, self->items);
  while (g_hash_table_iter_next (&iter, NULL, (gpointer *) &item))
    item->is_on_shift = item->shift_ends_at > 0;
  /* While something is in the hand the targets stay where they are. */
  if (self->dragged == NULL)
    {
      wanted = arrange (self);
      show (self, wanted);
    }
  for (guint i = 0; i < self->shown->len; i++)
    uch_engineer_item_tell_changed (g_ptr_array_index (self->shown, i));
}

static gboolean
read_all_cb (gpointer user_data)
{
  UchEngineerModel *self = user_data;

  self->idle_id = 0;
  read_all (self);
  return G_SOURCE_REMOVE;
}

static void
read_soon (UchEngineerModel *self)
{
  if (self->idle_id == 0)
    self->idle_id = g_idle_add_full (G_PRIORITY_HIGH_IDLE, read_all_cb, self, NULL);
}

static void
tick_cb (UchEngineerModel *self)
{
  UchTime now = uch_session_now (self->session);

  if (now >= self->looked_at + CLOCK_STEP_MS || now < self->looked_at)
    read_soon (self);
}

static GType
uch_engineer_model_get_item_type (GListModel *list)
{
  return UCH_TYPE_ENGINEER_ITEM;
}

static guint
uch_engineer_model_get_n_items (GListModel *list)
{
  return UCH_ENGINEER_MODEL (list)->shown->len;
}

static gpointer
uch_engineer_model_get_item (GListModel *list, guint position)
{
  UchEngineerModel *self = UCH_ENGINEER_MODEL (list);

  return position < self->shown->len ? g_object_ref (g_ptr_array_index (self->shown, position))
                                     : NULL;
}

static void
uch_engineer_model_list_init (GListModelInterface *iface)
{
  iface->get_item_type = uch_engineer_model_get_item_type;
  iface->get_n_items = uch_engineer_model_get_n_items;
  iface->get_item = uch_engineer_model_get_item;
}

static void
uch_engineer_model_finalize (GObject *object)
{
  UchEngineerModel *self = UCH_ENGINEER_MODEL (object);

  g_clear_handle_id (&self->idle_id, g_source_remove);
  g_clear_pointer (&self->shown, g_ptr_array_unref);
  g_clear_pointer (&self->items, g_hash_table_unref);
  g_clear_pointer (&self->groups, g_hash_table_unref);
  g_clear_pointer (&self->collapsed, g_hash_table_unref);
  g_clear_pointer (&self->dragged, g_strfreev);
  g_clear_object (&self->session);
  G_OBJECT_CLASS (uch_engineer_model_parent_class)->finalize (object);
}

static void
uch_engineer_model_class_init (UchEngineerModelClass *klass)
{
  G_OBJECT_CLASS (klass)->finalize = uch_engineer_model_finalize;
}

static void
uch_engineer_model_init (UchEngineerModel *self)
{
  self->items = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, g_object_unref);
  self->groups = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, g_object_unref);
  self->collapsed = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  self->shown = g_ptr_array_new_with_free_func (g_object_unref);
  g_hash_table_add (self->collapsed, g_strdup (GROUP_OFF));
}

/**
 * uch_engineer_model_new:
 * @session: the office
 *
 * Returns: (transfer full): the engineers, following staff, shifts, zones and visits
 */
UchEngineerModel *
uch_engineer_model_new (UchSession *session)
{
  UchEngineerModel *self = g_object_new (UCH_TYPE_ENGINEER_MODEL, NULL);
  GListModel       *sources[5];

  self->session = g_object_ref (session);
  sources[0] = get_table (self, UCH_TABLE_STAFF);
  sources[1] = get_table (self, UCH_TABLE_SHIFT);
  sources[2] = get_table (self, UCH_TABLE_ZONE);
  sources[3] = uch_replica_list_current_visits (uch_session_get_replica (session));
  sources[4] = uch_replica_list_current_tickets (uch_session_get_replica (session));
  for (guint i = 0; i < G_N_ELEMENTS (sources); i++)
    g_signal_connect_object (sources[i], "items-changed", G_CALLBACK (read_soon), self,
                             G_CONNECT_SWAPPED);
  g_signal_connect_object (session, "tick", G_CALLBACK (tick_cb), self, G_CONNECT_SWAPPED);
  read_all (self);
  return self;
}

/**
 * uch_engineer_model_list:
 * @self: the engineers
 *
 * Returns: (transfer full) (element-type UchEngineerItem): everybody, also in collapsed groups:
 *     those on shift first, by zone and name
 */
GPtrArray *
uch_engineer_model_list (UchEngineerModel *self)
{
  GPtrArray       *engineers = g_ptr_array_new_with_free_func (g_object_unref);
  GHashTableIter   iter;
  UchEngineerItem *item;

  g_hash_table_iter_init (&iter, self->items);
  while (g_hash_table_iter_next (&iter, NULL, (gpointer *) &item))
    g_ptr_array_add (engineers, g_object_ref (item));
  g_ptr_array_sort (engineers, compare_items);
  return engineers;
}

/**
 * uch_engineer_model_toggle:
 * @self: the engineers
 * @group: id of a group: opens or collapses it
 */
void
uch_engineer_model_toggle (UchEngineerModel *self, const char *group)
{
  g_autoptr (GPtrArray) wanted = NULL;
  UchEngineerItem *head = g_hash_table_lookup (self->groups, group);

  if (!g_hash_table_remove (self->collapsed, group))
    g_hash_table_add (self->collapsed, g_strdup (group));
  wanted = arrange (self);
  show (self, wanted);
  if (head != NULL)
    uch_engineer_item_tell_changed (head);
}

/**
 * uch_engineer_model_set_dragged:
 * @self: the engineers
 * @ticket_ids: (nullable) (array zero-terminated=1): what is in the hand; %NULL: nothing
 *
 * Every engineer's line then says what a drop on him would mean.
 */
void
uch_engineer_model_set_dragged (UchEngineerModel *self, const char *const *ticket_ids)
{
  if (self->dragged == NULL && ticket_ids == NULL)
    return;
  g_strfreev (self->dragged);
  self->dragged = g_strdupv ((char **) ticket_ids);
  consider (self);
  if (ticket_ids == NULL)
    read_soon (self);
}

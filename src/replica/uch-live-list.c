#define G_LOG_DOMAIN "uch-replica"

#include "replica/uch-live-list.h"

struct _UchLiveList
{
  GObject     parent;
  UchTable    table;
  GPtrArray  *rows;   /* of UchEntity (owned) */
  GHashTable *places; /* id (borrowed from the row) → place + 1 */
};

static GType
get_item_type (GListModel *model)
{
  return uch_schema_get (UCH_LIVE_LIST (model)->table)->get_type ();
}

static guint
get_n_items (GListModel *model)
{
  return UCH_LIVE_LIST (model)->rows->len;
}

static gpointer
get_item (GListModel *model, guint position)
{
  UchLiveList *self = UCH_LIVE_LIST (model);

  return position < self->rows->len ? g_object_ref (g_ptr_array_index (self->rows, position))
                                    : NULL;
}

static void
model_iface_init (GListModelInterface *iface)
{
  iface->get_item_type = get_item_type;
  iface->get_n_items = get_n_items;
  iface->get_item = get_item;
}

G_DEFINE_FINAL_TYPE_WITH_CODE (UchLiveList,
                               uch_live_list,
                               G_TYPE_OBJECT,
                               G_IMPLEMENT_INTERFACE (G_TYPE_LIST_MODEL, model_iface_init))

static void
uch_live_list_finalize (GObject *object)
{
  UchLiveList *self = UCH_LIVE_LIST (object);

  g_hash_table_unref (self->places);
  g_ptr_array_unref (self->rows);
  G_OBJECT_CLASS (uch_live_list_parent_class)->finalize (object);
}

static void
uch_live_list_class_init (UchLiveListClass *klass)
{
  G_OBJECT_CLASS (klass)->finalize = uch_live_list_finalize;
}

static void
uch_live_list_init (UchLiveList *self)
{
  self->rows = g_ptr_array_new_with_free_func (g_object_unref);
  self->places = g_hash_table_new (g_str_hash, g_str_equal);
}

UchLiveList *
uch_live_list_new (UchTable table)
{
  UchLiveList *self = g_object_new (UCH_TYPE_LIVE_LIST, NULL);

  self->table = table;
  return self;
}

UchTable
uch_live_list_get_table (UchLiveList *self)
{
  return self->table;
}

static guint
find_place (UchLiveList *self, const char *id)
{
  return GPOINTER_TO_UINT (g_hash_table_lookup (self->places, id));
}

/**
 * uch_live_list_peek:
 *
 * Returns: (transfer none) (nullable) (type UchEntity): the row
 */
gpointer
uch_live_list_peek (UchLiveList *self, const char *id)
{
  guint place = id != NULL ? find_place (self, id) : 0;

  return place > 0 ? g_ptr_array_index (self->rows, place - 1) : NULL;
}

static void
set_place (UchLiveList *self, guint position, UchEntity *row)
{
  g_hash_table_replace (self->places, row->id, GUINT_TO_POINTER (position + 1));
}

/* Puts @row at @position in place of what stands there; tells nobody. */
static void
replace (UchLiveList *self, guint position, UchEntity *row)
{
  UchEntity *old = g_ptr_array_index (self->rows, position);

  g_ptr_array_index (self->rows, position) = g_object_ref (row);
  set_place (self, position, row);
  g_object_unref (old);
}

/**
 * uch_live_list_put:
 * @row: (transfer none) (type UchEntity): takes the place of the row with its id, or comes last
 */
void
uch_live_list_put (UchLiveList *self, gpointer row)
{
  UchEntity *entity = row;
  guint      place = find_place (self, entity->id);

  if (place > 0)
    {
      if (g_ptr_array_index (self->rows, place - 1) == row)
        return;
      replace (self, place - 1, entity);
      g_list_model_items_changed (G_LIST_MODEL (self), place - 1, 1, 1);
      return;
    }
  g_ptr_array_add (self->rows, g_object_ref (entity));
  set_place (self, self->rows->len - 1, entity);
  g_list_model_items_changed (G_LIST_MODEL (self), self->rows->len - 1, 0, 1);
}

/**
 * uch_live_list_remove:
 *
 * The last row takes the place of the one that goes: the order means nothing.
 */
void
uch_live_list_remove (UchLiveList *self, const char *id)
{
  guint place = find_place (self, id);
  guint last = self->rows->len - 1;
  g_autoptr (UchEntity) gone = NULL;
  g_autoptr (UchEntity) moved = NULL;

  if (place == 0)
    return;
  gone = g_object_ref (g_ptr_array_index (self->rows, place - 1));
  moved = g_object_ref (g_ptr_array_index (self->rows, last));
  g_hash_table_remove (self->places, gone->id);
  if (place - 1 != last)
    replace (self, place - 1, moved);
  g_ptr_array_remove_index (self->rows, last);
  if (place - 1 != last)
    {
      /* Gone at the end first, then changed in the middle: each signal fits what is there. */
      g_list_model_items_changed (G_LIST_MODEL (self), last, 1, 0);
      g_list_model_items_changed (G_LIST_MODEL (self), place - 1, 1, 1);
    }
  else
    g_list_model_items_changed (G_LIST_MODEL (self), last, 1, 0);
}

/**
 * uch_live_list_set_all:
 * @rows: (element-type UchEntity): what the list holds from now on
 *
 * What is there already and did not change stays where it is.
 */
void
uch_live_list_set_all (UchLiveList *self, GPtrArray *rows)
{
  g_autoptr (GHashTable) wanted = g_hash_table_new (g_str_hash, g_str_equal);
  guint n_before;

  for (guint i = 0; i < rows->len; i++)
    g_hash_table_add (wanted, ((UchEntity *) g_ptr_array_index (rows, i))->id);
  for (guint i = self->rows->len; i-- > 0;)
    {
      const char *id = ((UchEntity *) g_ptr_array_index (self->rows, i))->id;

      if (!g_hash_table_contains (wanted, id))
        uch_live_list_remove (self, id);
    }
  for (guint i = 0; i < rows->len; i++)
    {
      UchEntity *row = g_ptr_array_index (rows, i);
      UchEntity *known = uch_live_list_peek (self, row->id);

      if (known != NULL
          && (known->seq != row->seq || g_strcmp0 (known->rev, row->rev) != 0
              || !uch_entity_equal (known, row)))
        uch_live_list_put (self, row);
    }
  n_before = self->rows->len;
  for (guint i = 0; i < rows->len; i++)
    {
      UchEntity *row = g_ptr_array_index (rows, i);

      if (find_place (self, row->id) > 0)
        continue;
      g_ptr_array_add (self->rows, g_object_ref (row));
      set_place (self, self->rows->len - 1, row);
    }
  if (self->rows->len > n_before)
    g_list_model_items_changed (G_LIST_MODEL (self), n_before, 0, self->rows->len - n_before);
}

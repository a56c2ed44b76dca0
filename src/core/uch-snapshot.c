#include "core/uch-snapshot.h"

#include "core/uch-decide.h"
#include "core/uch-office.h"

G_DEFINE_INTERFACE (UchSnapshot, uch_snapshot, G_TYPE_OBJECT)

static void
uch_snapshot_default_init (UchSnapshotInterface *iface)
{
}

/**
 * uch_snapshot_get:
 * @id: (nullable): NULL gives NULL
 *
 * Returns: (transfer full) (nullable) (type UchEntity): the row
 */
gpointer
uch_snapshot_get (UchSnapshot *self, UchTable table, const char *id)
{
  return id != NULL ? UCH_SNAPSHOT_GET_IFACE (self)->get (self, table, id) : NULL;
}

/**
 * uch_snapshot_find:
 * @field: a field marked %UCH_FIELD_KEY
 *
 * Returns: (transfer full) (element-type UchEntity): the rows whose @field is @value
 */
GPtrArray *
uch_snapshot_find (UchSnapshot *self, UchTable table, const char *field, const char *value)
{
  return UCH_SNAPSHOT_GET_IFACE (self)->find (self, table, field, value);
}

/**
 * uch_snapshot_next_number:
 *
 * Returns: the number of the next ticket, or 0 where only the store can know it
 */
gint64
uch_snapshot_next_number (UchSnapshot *self)
{
  return UCH_SNAPSHOT_GET_IFACE (self)->next_number (self);
}

/**
 * uch_snapshot_dup_setting:
 *
 * Returns: (transfer full) (nullable): the office's value of @key, else @fallback
 */
char *
uch_snapshot_dup_setting (UchSnapshot *self, const char *key, const char *fallback)
{
  g_autoptr (UchSetting) setting = uch_snapshot_get (self, UCH_TABLE_SETTING, key);

  return g_strdup (setting != NULL && setting->value != NULL ? setting->value : fallback);
}

gint64
uch_snapshot_get_setting_int (UchSnapshot *self, const char *key, gint64 fallback)
{
  g_autofree char *text = uch_snapshot_dup_setting (self, key, NULL);
  gint64           value;

  if (text != NULL && g_ascii_string_to_signed (text, 10, 0, G_MAXINT64, &value, NULL))
    return value;
  return fallback;
}

struct _UchMemorySnapshot
{
  GObject     parent;
  GHashTable *rows[UCH_N_TABLES]; /* id (borrowed from the row) → row (owned) */
  gint64      next_number;
};

static gpointer
memory_get (UchSnapshot *snapshot, UchTable table, const char *id)
{
  UchMemorySnapshot *self = UCH_MEMORY_SNAPSHOT (snapshot);
  gpointer           row = g_hash_table_lookup (self->rows[table], id);

  return row != NULL ? g_object_ref (row) : NULL;
}

static GPtrArray *
memory_find (UchSnapshot *snapshot, UchTable table, const char *field_name, const char *value)
{
  UchMemorySnapshot *self = UCH_MEMORY_SNAPSHOT (snapshot);
  const UchField    *field = uch_schema_find_field (uch_schema_get (table), field_name);
  GPtrArray         *found = g_ptr_array_new_with_free_func (g_object_unref);
  GHashTableIter     iter;
  gpointer           row;

  g_return_val_if_fail (field != NULL && (field->flags & UCH_FIELD_KEY) != 0, found);
  g_hash_table_iter_init (&iter, self->rows[table]);
  while (g_hash_table_iter_next (&iter, NULL, &row))
    if (g_strcmp0 (uch_field_get_text (field, row), value) == 0)
      g_ptr_array_add (found, g_object_ref (row));
  return found;
}

static gint64
memory_next_number (UchSnapshot *snapshot)
{
  return UCH_MEMORY_SNAPSHOT (snapshot)->next_number;
}

static void
memory_iface_init (UchSnapshotInterface *iface)
{
  iface->get = memory_get;
  iface->find = memory_find;
  iface->next_number = memory_next_number;
}

G_DEFINE_FINAL_TYPE_WITH_CODE (UchMemorySnapshot,
                               uch_memory_snapshot,
                               G_TYPE_OBJECT,
                               G_IMPLEMENT_INTERFACE (UCH_TYPE_SNAPSHOT, memory_iface_init))

static void
uch_memory_snapshot_finalize (GObject *object)
{
  UchMemorySnapshot *self = UCH_MEMORY_SNAPSHOT (object);

  for (guint i = 0; i < UCH_N_TABLES; i++)
    g_hash_table_unref (self->rows[i]);
  G_OBJECT_CLASS (uch_memory_snapshot_parent_class)->finalize (object);
}

static void
uch_memory_snapshot_class_init (UchMemorySnapshotClass *klass)
{
  G_OBJECT_CLASS (klass)->finalize = uch_memory_snapshot_finalize;
}

static void
uch_memory_snapshot_init (UchMemorySnapshot *self)
{
  for (guint i = 0; i < UCH_N_TABLES; i++)
    self->rows[i] = g_hash_table_new_full (g_str_hash, g_str_equal, NULL, g_object_unref);
}

UchMemorySnapshot *
uch_memory_snapshot_new (void)
{
  return g_object_new (UCH_TYPE_MEMORY_SNAPSHOT, NULL);
}

/**
 * uch_memory_snapshot_put:
 * @entity: (transfer none) (type UchEntity): takes the place of the row with its id
 */
void
uch_memory_snapshot_put (UchMemorySnapshot *self, gpointer entity)
{
  UchEntity *row = g_object_ref (entity);

  g_hash_table_replace (self->rows[row->schema->table], row->id, row);
}

void
uch_memory_snapshot_remove (UchMemorySnapshot *self, UchTable table, const char *id)
{
  g_hash_table_remove (self->rows[table], id);
}

/**
 * uch_memory_snapshot_apply:
 * @changes: (element-type UchChange)
 *
 * Applies what a command changed; a numbered ticket moves the next number on.
 */
void
uch_memory_snapshot_apply (UchMemorySnapshot *self, GPtrArray *changes)
{
  for (guint i = 0; i < changes->len; i++)
    {
      const UchChange *change = g_ptr_array_index (changes, i);

      if (change->after == NULL)
        uch_memory_snapshot_remove (self, change->table, change->id);
      else
        uch_memory_snapshot_put (self, change->after);
      if (change->table == UCH_TABLE_TICKET && change->before == NULL && self->next_number > 0)
        self->next_number++;
    }
}

/**
 * uch_memory_snapshot_set_next_number:
 * @number: of the next ticket; 0 (the default): unknown here
 */
void
uch_memory_snapshot_set_next_number (UchMemorySnapshot *self, gint64 number)
{
  self->next_number = number;
}

/**
 * uch_memory_snapshot_list:
 *
 * Returns: (transfer full) (element-type UchEntity): all rows of @table, in no order
 */
GPtrArray *
uch_memory_snapshot_list (UchMemorySnapshot *self, UchTable table)
{
  GPtrArray     *rows = g_ptr_array_new_with_free_func (g_object_unref);
  GHashTableIter iter;
  gpointer       row;

  g_hash_table_iter_init (&iter, self->rows[table]);
  while (g_hash_table_iter_next (&iter, NULL, &row))
    g_ptr_array_add (rows, g_object_ref (row));
  return rows;
}

#include "core/uch-rewind.h"

#include <string.h>

#define BEFORE_TYPE "a(ssba{sv})"

/* How a row stood from one event to the next that changed it. */
typedef struct
{
  guint      from; /* events that had been decided when it came to stand so */
  UchEntity *row;  /* (owned) (nullable): there was none */
} Version;

struct _UchRewind
{
  GPtrArray  *events;             /* of UchEvent, in the order of the store */
  GHashTable *rows[UCH_N_TABLES]; /* id → GArray of Version, the newest first */
  guint       n_gaps;
};

static void
version_clear (gpointer data)
{
  g_clear_object (&((Version *) data)->row);
}

/* What is not sent yet comes after all that the store has put in order. */
static int
compare_events (gconstpointer a, gconstpointer b)
{
  const UchEvent *left = *(const UchEvent *const *) a;
  const UchEvent *right = *(const UchEvent *const *) b;
  gint64          left_seq = left->parent.seq != 0 ? left->parent.seq : G_MAXINT64;
  gint64          right_seq = right->parent.seq != 0 ? right->parent.seq : G_MAXINT64;

  if (left_seq != right_seq)
    return left_seq < right_seq ? -1 : 1;
  if (left->received_at != right->received_at)
    return left->received_at < right->received_at ? -1 : 1;
  return g_strcmp0 (left->parent.id, right->parent.id);
}

static void
begin_row (UchRewind *self, UchTable table, const char *id, UchEntity *newest)
{
  GArray *versions = g_array_new (FALSE, FALSE, sizeof (Version));
  Version version = { .from = 0, .row = newest };

  g_array_set_clear_func (versions, version_clear);
  g_array_append_val (versions, version);
  g_hash_table_insert (self->rows[table], g_strdup (id), versions);
}

/* The row as an event found it: @after with the values that the event replaced. */
static UchEntity *
dup_before (
    const UchSchema *schema, const char *id, UchEntity *after, gboolean existed, GVariant *fields)
{
  UchEntity   *row;
  GVariantIter iter;
  const char  *name;
  GVariant    *value;

  if (!existed)
    return NULL;
  row = after != NULL ? uch_entity_copy (after) : uch_entity_new_of (schema, id);
  g_variant_iter_init (&iter, fields);
  while (g_variant_iter_next (&iter, "{&sv}", &name, &value))
    {
      g_autoptr (GVariant) owned G_GNUC_UNUSED = value;
      const UchField            *field = uch_schema_find_field (schema, name);

      if (field != NULL)
        uch_field_set_variant (field, row, value);
      else if (strcmp (name, "rev") == 0)
        {
          g_free (row->rev);
          row->rev = g_variant_dup_string (value, NULL);
        }
    }
  return row;
}

static void
undo_row (UchRewind       *self,
          UchSnapshot     *now,
          guint            index,
          const UchSchema *schema,
          const char      *id,
          gboolean         existed,
          GVariant        *fields)
{
  GArray     *versions;
  const char *left = NULL;
  Version    *newest;
  Version     older = { 0 };

  if (!g_hash_table_contains (self->rows[schema->table], id))
    begin_row (self, schema->table, id, uch_snapshot_get (now, schema->table, id));
  versions = g_hash_table_lookup (self->rows[schema->table], id);
  newest = &g_array_index (versions, Version, versions->len - 1);
  g_variant_lookup (fields, "left", "&s", &left);
  /* Somebody changed the row without a word in the journal, or the row is not to be had. */
  if ((newest->row != NULL) != (left != NULL)
      || (left != NULL && g_strcmp0 (newest->row->rev, left) != 0))
    self->n_gaps++;
  newest->from = index + 1;
  older.row = dup_before (schema, id, newest->row, existed, fields);
  g_array_append_val (versions, older);
}

static void
undo_event (UchRewind *self, UchSnapshot *now, guint index)
{
  const UchEvent *event = g_ptr_array_index (self->events, index);
  g_autoptr (GVariant) before = NULL;
  GVariantIter iter;
  const char  *table, *id;
  gboolean     existed;
  GVariant    *fields;

  if (event->before != NULL)
    before = g_variant_parse (G_VARIANT_TYPE (BEFORE_TYPE), event->before, NULL, NULL, NULL);
  if (before == NULL)
    {
      self->n_gaps++;
      return;
    }
  g_variant_iter_init (&iter, before);
  while (g_variant_iter_next (&iter, "(&s&sb@a{sv})", &table, &id, &existed, &fields))
    {
      g_autoptr (GVariant) owned G_GNUC_UNUSED = fields;
      const UchSchema           *schema = uch_schema_by_name (table);

      if (schema != NULL && schema->table < UCH_N_TABLES)
        undo_row (self, now, index, schema, id, existed, fields);
    }
}

/**
 * uch_rewind_new:
 * @now: the office after the last of @events; asked only here
 * @events: (element-type UchEvent): the journal from some moment on, without a gap, in any order
 *
 * Takes the acts back in thought, the last one first, and keeps how each row stood between them.
 * Nothing is guessed: what an act replaced stands in its entry of the journal.
 *
 * Returns: (transfer full): the office at every moment since the first of @events
 */
UchRewind *
uch_rewind_new (UchSnapshot *now, GPtrArray *events)
{
  UchRewind *self = g_new0 (UchRewind, 1);

  self->events = g_ptr_array_new_with_free_func (g_object_unref);
  for (guint i = 0; i < UCH_N_TABLES; i++)
    self->rows[i]
        = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, (GDestroyNotify) g_array_unref);
  for (guint i = 0; i < events->len; i++)
    g_ptr_array_add (self->events, g_object_ref (g_ptr_array_index (events, i)));
  g_ptr_array_sort (self->events, compare_events);
  for (guint i = self->events->len; i-- > 0;)
    undo_event (self, now, i);
  return self;
}

/**
 * uch_rewind_free:
 * @self: (transfer full) (nullable): what was rewound
 */
void
uch_rewind_free (UchRewind *self)
{
  if (self == NULL)
    return;
  g_ptr_array_unref (self->events);
  for (guint i = 0; i < UCH_N_TABLES; i++)
    g_hash_table_unref (self->rows[i]);
  g_free (self);
}

/**
 * uch_rewind_add:
 * @self: what was rewound
 * @row: (transfer none) (type UchEntity): a row of the office as it stands now
 *
 * Adds a row that no event may have touched, so that it is listed too.
 */
void
uch_rewind_add (UchRewind *self, gpointer row)
{
  UchEntity *entity = row;

  if (!g_hash_table_contains (self->rows[entity->schema->table], entity->id))
    begin_row (self, entity->schema->table, entity->id, g_object_ref (entity));
}

guint
uch_rewind_get_n_events (const UchRewind *self)
{
  return self->events->len;
}

/**
 * uch_rewind_get_event:
 * @self: what was rewound
 * @i: from 0, in the order of the store
 *
 * Returns: (transfer none): the event
 */
const UchEvent *
uch_rewind_get_event (const UchRewind *self, guint i)
{
  return g_ptr_array_index (self->events, i);
}

/**
 * uch_rewind_count_until:
 * @self: what was rewound
 * @at: a moment, by the clock of whoever decided
 *
 * The order of the store counts, not its clock, which may have been put back meanwhile.
 *
 * Returns: how many events had been decided by then, that moment included
 */
guint
uch_rewind_count_until (const UchRewind *self, UchTime at)
{
  for (guint i = self->events->len; i-- > 0;)
    if (((UchEvent *) g_ptr_array_index (self->events, i))->received_at <= at)
      return i + 1;
  return 0;
}

/**
 * uch_rewind_get_n_gaps:
 * @self: what was rewound
 *
 * Returns: how often the journal did not fit the rows: what is older is then not certain
 */
guint
uch_rewind_get_n_gaps (const UchRewind *self)
{
  return self->n_gaps;
}

static UchEntity *
find_version (GArray *versions, guint n_events)
{
  for (guint i = 0; i < versions->len; i++)
    {
      const Version *version = &g_array_index (versions, Version, i);

      if (version->from <= n_events)
        return version->row;
    }
  return NULL;
}

/**
 * uch_rewind_peek:
 * @self: what was rewound
 * @n_events: the moment, see uch_rewind_count_until()
 * @table: of the row
 * @id: (nullable): of the row
 *
 * Returns: (transfer none) (nullable) (type UchEntity): the row as it stood when so many events had
 *   been decided; %NULL when there was none, or none of the events nor uch_rewind_add() named it
 */
gpointer
uch_rewind_peek (const UchRewind *self, guint n_events, UchTable table, const char *id)
{
  GArray *versions = id != NULL ? g_hash_table_lookup (self->rows[table], id) : NULL;

  return versions != NULL ? find_version (versions, n_events) : NULL;
}

/**
 * uch_rewind_list:
 * @self: what was rewound
 * @n_events: the moment, see uch_rewind_count_until()
 * @table: which rows
 *
 * Returns: (transfer full) (element-type UchEntity): the rows that there were, in no order
 */
GPtrArray *
uch_rewind_list (const UchRewind *self, guint n_events, UchTable table)
{
  GPtrArray     *rows = g_ptr_array_new_with_free_func (g_object_unref);
  GHashTableIter iter;
  gpointer       versions;

  g_hash_table_iter_init (&iter, self->rows[table]);
  while (g_hash_table_iter_next (&iter, NULL, &versions))
    {
      UchEntity *row = find_version (versions, n_events);

      if (row != NULL)
        g_ptr_array_add (rows, g_object_ref (row));
    }
  return rows;
}

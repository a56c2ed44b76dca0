/* Rows in PostgreSQL. A writing transaction holds the lock of the order, so what it has read once
 * nobody else changes: it is remembered until the end, for the pushes that share the commit ask for
 * the same people, houses and settings again and again, and each question is a round trip. */

#define G_LOG_DOMAIN "uch-store"

#include "rows/uch-pg-rows.h"
#include "store/uch-store-postgres-private.h"

/* What is known of one table: rows by id (NULL: there is none), answers by "field=value". */
typedef struct
{
  GHashTable *rows;
  GHashTable *finds;
} Known;

static void
unref_row (gpointer row)
{
  if (row != NULL)
    g_object_unref (row);
}

static void
known_free (gpointer data)
{
  Known *known = data;

  g_hash_table_unref (known->rows);
  g_hash_table_unref (known->finds);
  g_free (known);
}

GHashTable *
uch_store_postgres_memory_new (void)
{
  return g_hash_table_new_full (NULL, NULL, NULL, known_free);
}

static Known *
know (UchStorePostgres *self, const UchSchema *schema)
{
  Known *known = g_hash_table_lookup (self->memory, schema);

  if (known == NULL)
    {
      known = g_new0 (Known, 1);
      known->rows = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, unref_row);
      known->finds = g_hash_table_new_full (g_str_hash, g_str_equal, g_free,
                                            (GDestroyNotify) g_ptr_array_unref);
      g_hash_table_insert (self->memory, (gpointer) schema, known);
    }
  return known;
}

/* A row is written: neither it nor what was found in its table is known any more. */
static void
forget (UchStorePostgres *self, const UchSchema *schema, const char *id)
{
  Known *known = g_hash_table_lookup (self->memory, schema);

  if (known == NULL)
    return;
  g_hash_table_remove (known->rows, id);
  g_hash_table_remove_all (known->finds);
}

gboolean
uch_store_postgres_get_row (UchStoreBackend *backend,
                            const UchSchema *schema,
                            const char      *id,
                            gpointer        *out_row,
                            GError         **error)
{
  UchStorePostgres *self = (UchStorePostgres *) backend;
  Known            *known = self->writing && id != NULL ? know (self, schema) : NULL;

  if (known != NULL && g_hash_table_lookup_extended (known->rows, id, NULL, out_row))
    {
      if (*out_row != NULL)
        g_object_ref (*out_row);
      return TRUE;
    }
  if (!uch_pg_rows_get (self->pg, schema, id, out_row, error))
    return uch_store_postgres_said (backend, FALSE, error);
  if (known != NULL)
    g_hash_table_insert (known->rows, g_strdup (id),
                         *out_row != NULL ? g_object_ref (*out_row) : NULL);
  return TRUE;
}

static GPtrArray *
copy_rows (GPtrArray *rows)
{
  GPtrArray *copy = g_ptr_array_new_full (rows->len, g_object_unref);

  for (guint i = 0; i < rows->len; i++)
    g_ptr_array_add (copy, g_object_ref (g_ptr_array_index (rows, i)));
  return copy;
}

GPtrArray *
uch_store_postgres_find_rows (UchStoreBackend *backend,
                              const UchSchema *schema,
                              const char      *field,
                              const char      *value,
                              GError         **error)
{
  UchStorePostgres *self = (UchStorePostgres *) backend;
  Known            *known = self->writing && value != NULL ? know (self, schema) : NULL;
  g_autofree char  *key = known != NULL ? g_strconcat (field, "=", value, NULL) : NULL;
  GPtrArray        *rows = known != NULL ? g_hash_table_lookup (known->finds, key) : NULL;

  if (rows != NULL)
    return copy_rows (rows);
  rows = uch_pg_rows_find (self->pg, schema, field, value, error);
  if (rows == NULL)
    {
      uch_store_postgres_said (backend, FALSE, error);
      return NULL;
    }
  if (known != NULL)
    g_hash_table_insert (known->finds, g_steal_pointer (&key), copy_rows (rows));
  return rows;
}

gboolean
uch_store_postgres_put_row (UchStoreBackend *backend, gconstpointer row, gint64 seq, GError **error)
{
  UchStorePostgres *self = (UchStorePostgres *) backend;

  forget (self, ((const UchEntity *) row)->schema, ((const UchEntity *) row)->id);
  return uch_store_postgres_said (backend, uch_pg_rows_put (self->pg, row, seq, error), error);
}

gboolean
uch_store_postgres_delete_row (UchStoreBackend *backend,
                               const UchSchema *schema,
                               const char      *id,
                               GError         **error)
{
  UchStorePostgres *self = (UchStorePostgres *) backend;

  forget (self, schema, id);
  return uch_store_postgres_said (backend, uch_pg_rows_delete (self->pg, schema, id, error), error);
}

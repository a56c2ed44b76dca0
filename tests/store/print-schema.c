/* Writes the tables as the descriptions want them: compare with resources/schema/store, and with
 * "postgres" as its argument with resources/schema/postgres. */

#include <string.h>

#include "rows/uch-pg-rows.h"
#include "rows/uch-rows.h"
#include "store/uch-store-records.h"

static void
print (const UchSchema *schema, gboolean postgres)
{
  g_autofree char *create
      = postgres ? uch_pg_rows_dup_create_sql (schema) : uch_rows_dup_create_sql (schema);
  g_autofree char *index
      = postgres ? uch_pg_rows_dup_index_sql (schema) : uch_rows_dup_index_sql (schema);
  g_autofree char *sql = g_strconcat (create, index, NULL);

  g_print ("%s\n", sql);
}

int
main (int argc, char *argv[])
{
  guint                   n_own;
  const UchSchema *const *own = uch_store_list_own_schemas (&n_own);
  gboolean                postgres = argc > 1 && strcmp (argv[1], "postgres") == 0;

  for (guint i = 0; i < UCH_N_TABLES; i++)
    print (uch_schema_get (i), postgres);
  for (guint i = 0; i < n_own; i++)
    print (own[i], postgres);
  return 0;
}

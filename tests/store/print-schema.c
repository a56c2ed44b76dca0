/* Writes the tables as the descriptions want them: compare with resources/schema/store. */

#include "rows/uch-rows.h"
#include "store/uch-store-records.h"

static void
print (const UchSchema *schema)
{
  g_autofree char *create = uch_rows_dup_create_sql (schema);
  g_autofree char *index = uch_rows_dup_index_sql (schema);
  g_autofree char *sql = g_strconcat (create, index, NULL);

  g_print ("%s\n", sql);
}

int
main (void)
{
  guint                   n_own;
  const UchSchema *const *own = uch_store_list_own_schemas (&n_own);

  for (guint i = 0; i < UCH_N_TABLES; i++)
    print (uch_schema_get (i));
  for (guint i = 0; i < n_own; i++)
    print (own[i]);
  return 0;
}

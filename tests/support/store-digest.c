/* What a dispatcher's copy of a store should be: store-digest URL → {"store","head","digest"}.
 * Nobody must write meanwhile. */
#include <stdio.h>

#include "core/uch-people.h"
#include "store/uch-store-accounts.h"
#include "store/uch-store.h"
#include "sync/uch-wire.h"

static void
no_random (guint8 *buffer, gsize len, gpointer user_data)
{
  g_error ("nothing is made here");
}

static guint64
add_up_table (UchStore *store, const UchSession *session, UchTable table)
{
  g_autofree char *after = NULL;
  guint64          digest = 0;
  guint            n_read;

  do
    {
      g_autoptr (GError) error = NULL;
      gint64 head;
      g_autoptr (GPtrArray) rows
          = uch_store_list_rows (store, session, table, after, UCH_WIRE_PAGE_MAX, &head, &error);

      if (rows == NULL)
        g_error ("%s", error->message);
      n_read = rows->len;
      for (guint i = 0; i < n_read; i++)
        digest += uch_wire_digest_row (g_ptr_array_index (rows, i));
      g_free (after);
      after = n_read > 0 ? g_strdup (UCH_ENTITY (g_ptr_array_index (rows, n_read - 1))->id) : NULL;
    }
  while (n_read == UCH_WIRE_PAGE_MAX);
  return digest;
}

int
main (int argc, char **argv)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (UchStore) store = NULL;
  g_autoptr (UchSession) session = uch_session_new_local (UCH_ROLE_DISPATCHER, NULL, NULL);
  guint64 digest = 0;
  gint64  head, floor;

  if (argc != 2)
    g_error ("store-digest URL");
  store = uch_store_open (argv[1], UCH_STORE_READ_ONLY, no_random, NULL, g_get_real_time () / 1000,
                          &error);
  if (store == NULL || !uch_store_get_head (store, &head, &floor, &error))
    g_error ("%s", error->message);
  for (UchTable table = 0; table < UCH_N_TABLES; table++)
    digest += add_up_table (store, session, table);
  printf ("{\"store\":\"%s\",\"head\":%" G_GINT64_FORMAT ",\"digest\":\"%016" G_GINT64_MODIFIER
          "x\"}\n",
          uch_store_get_uuid (store), head, digest);
  return 0;
}

/* What a dispatcher's copy of a store should be: store-digest URL → {"store","head","digest"}.
 * Nobody must write meanwhile. */
#include <stdio.h>

#include "core/uch-people.h"
#include "store/uch-store-accounts.h"
#include "store/uch-store.h"

static void
no_random (guint8 *buffer, gsize len, gpointer user_data)
{
  g_error ("nothing is made here");
}

int
main (int argc, char **argv)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (UchStore) store = NULL;
  g_autoptr (UchSession) session = uch_session_new_local (UCH_ROLE_DISPATCHER, NULL, NULL);
  guint64 digest;
  gint64  head;

  if (argc != 2)
    g_error ("store-digest URL");
  store = uch_store_open (argv[1], UCH_STORE_READ_ONLY, no_random, NULL, g_get_real_time () / 1000,
                          &error);
  if (store == NULL || !uch_store_get_digest (store, session, &digest, &head, &error))
    g_error ("%s", error->message);
  printf ("{\"store\":\"%s\",\"head\":%" G_GINT64_FORMAT ",\"digest\":\"%016" G_GINT64_MODIFIER
          "x\"}\n",
          uch_store_get_uuid (store), head, digest);
  return 0;
}

/* The same pushes into both databases, without HTTP: 20 outboxes with one operation on the way
 * each, durable commits on the same disk, SQLite and PostgreSQL in turn. */

#include <glib/gstdio.h>
#include <string.h>

#include "core/uch-command.h"
#include "core/uch-types.h"
#include "store/uch-store-async.h"
#include "support/uch-test-postgres.h"

#define N_OUTBOXES 20
#define RUN_S 3
#define N_ROUNDS 3

typedef struct
{
  UchStoreAsync *store;
  UchSession    *session;
  gint64         mids[N_OUTBOXES];
  guint          n_done, n_pending, n_ids;
  gboolean       stopped;
} Run;

typedef struct
{
  Run  *run;
  guint outbox;
} Push;

static void push_next (Run *run, guint outbox);

static void
random_cb (guint8 *buffer, gsize len, gpointer user_data)
{
  for (gsize i = 0; i < len; i++)
    buffer[i] = (guint8) g_random_int ();
}

static void
pushed_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autofree Push *push = user_data;
  Run             *run = push->run;
  g_autoptr (GError) error = NULL;
  gint64 last_mid, head;
  g_autoptr (GPtrArray) acks
      = uch_store_async_push_finish (UCH_STORE_ASYNC (source), result, &last_mid, &head, &error);

  if (acks == NULL || ((UchStoreAck *) acks->pdata[0])->kind != UCH_VERDICT_OK)
    g_error ("not accepted: %s",
             error != NULL ? error->message
                           : uch_refusal_get_nick (((UchStoreAck *) acks->pdata[0])->refusal));
  run->n_pending--;
  run->n_done++;
  if (!run->stopped)
    push_next (run, push->outbox);
}

static UchCommand *
make_command (Run *run, guint outbox)
{
  g_autofree char *id = g_strdup_printf ("c-%u-%u", outbox, run->n_ids);
  g_autofree char *ticket = g_strdup_printf ("t-%u", run->n_ids);
  GVariantDict     fields;

  g_variant_dict_init (&fields, NULL);
  if (run->n_ids++ == 0)
    { /* the house where all of it happens comes first */
      g_variant_dict_insert (&fields, "city", "s", "Ставрополь");
      g_variant_dict_insert (&fields, "street", "s", "Мира");
      g_variant_dict_insert (&fields, "number", "s", "10");
      return uch_command_new_with (id, UCH_COMMAND_PUT, 1788246000000, "table", "s", "house", "id",
                                   "s", "h1", "fields", "v", g_variant_dict_end (&fields), NULL);
    }
  g_variant_dict_insert (&fields, "category", "s", "support.wifi");
  g_variant_dict_insert (&fields, "client_name", "s", "Петрова");
  g_variant_dict_insert (&fields, "house_id", "s", "h1");
  return uch_command_new_with (id, UCH_COMMAND_TICKET_CREATE, 1788246000000, "ticket", "s", ticket,
                               "fields", "v", g_variant_dict_end (&fields), NULL);
}

static void
push_next (Run *run, guint outbox)
{
  g_autoptr (GPtrArray) ops = g_ptr_array_new_with_free_func ((GDestroyNotify) uch_store_op_free);
  g_autoptr (UchCommand) command = make_command (run, outbox);
  g_autofree char *client = g_strdup_printf ("outbox-%u", outbox);
  Push            *push = g_new0 (Push, 1);

  push->run = run;
  push->outbox = outbox;
  g_ptr_array_add (ops, uch_store_op_new (++run->mids[outbox], command));
  run->n_pending++;
  uch_store_async_push (run->store, run->session, client, ops, 1788246000000, NULL, pushed_cb,
                        push);
}

static gboolean
stop_cb (gpointer user_data)
{
  ((Run *) user_data)->stopped = TRUE;
  return G_SOURCE_REMOVE;
}

static double
measure (const char *url)
{
  g_autoptr (GError) error = NULL;
  Run    run = { .session = uch_session_new_local (UCH_ROLE_STORE, NULL, "bench") };
  gint64 begin;
  double seconds;

  run.store = uch_store_async_open (url, UCH_STORE_CREATE, random_cb, NULL, 1788246000000, &error);
  if (run.store == NULL)
    g_error ("%s", error->message);
  begin = g_get_monotonic_time ();
  g_timeout_add_seconds (RUN_S, stop_cb, &run);
  for (guint i = 0; i < N_OUTBOXES; i++)
    push_next (&run, i);
  while (!run.stopped || run.n_pending > 0)
    g_main_context_iteration (NULL, TRUE);
  seconds = (double) (g_get_monotonic_time () - begin) / G_USEC_PER_SEC;
  g_object_unref (run.store);
  g_object_unref (run.session);
  return run.n_done / seconds;
}

int
main (void)
{
  double sqlite = 0, postgres = 0;

  g_setenv ("UCH_TEST_POSTGRES_PARENT", g_get_tmp_dir (), TRUE); /* a disk, not memory */
  for (guint i = 0; i < N_ROUNDS; i++)
    {
      g_autofree char *dir = g_dir_make_tmp ("uch-bench-XXXXXX", NULL);
      g_autofree char *url = g_strdup_printf ("sqlite:%s/store.db", dir);
      g_autofree char *clean = g_strdup_printf ("rm -rf %s", dir);
      g_autofree char *database = uch_test_postgres_add_database ();

      sqlite = MAX (sqlite, measure (url));
      postgres = MAX (postgres, measure (database));
      g_spawn_command_line_sync (clean, NULL, NULL, NULL, NULL);
      uch_test_postgres_drop_database (database);
    }
  g_print ("bench: store.push.postgres %.0f operations/s peer=sqlite %.0f ratio=%.2f\n", postgres,
           sqlite, postgres / sqlite);
  return 0;
}

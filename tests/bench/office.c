#include "bench/office.h"

#include <stdio.h>

#include "core/uch-command.h"
#include "core/uch-work.h"
#include "exchange/uch-demo-town.h"
#include "store/uch-store-private.h"
#include "store/uch-store-records.h"
#include "sync/uch-wire.h"

#define N_HOUSES 2000
/* Tickets that are made by the town; the others are theirs under other names. */
#define N_MODELS 50000
#define ROWS_PER_COMMIT 20000
#define PAGE_LEN 5000

static void
random_bytes (guint8 *bytes, gsize len, gpointer user_data)
{
  for (gsize i = 0; i < len; i++)
    bytes[i] = (guint8) g_random_int ();
}

typedef struct
{
  UchStore  *store;
  gboolean   whole;
  UchTime    now;
  guint      n_rows;
  GPtrArray *models; /* of UchTicket and UchVisit: to be repeated */
} Fill;

static void
must (gboolean done, GError *error)
{
  if (!done)
    g_error ("%s", error->message);
}

static UchStore *
open_store (const char *data, gboolean read_only)
{
  g_autofree char *url = g_strconcat ("sqlite:", data, "/store.sqlite", NULL);
  GError          *error = NULL;
  UchStore *store = uch_store_open (url, read_only ? UCH_STORE_READ_ONLY : 0, random_bytes, NULL,
                                    g_get_real_time () / 1000, &error);

  must (store != NULL, error);
  return store;
}

/* A row and the operation that put it, as the log of a store has it. */
static void
put (Fill *self, UchEntity *row)
{
  g_autofree char *id = g_strconcat ("fill-", row->id, NULL);
  g_autoptr (UchOp) op = uch_entity_new_of (&uch_op_schema, id);
  GError *error = NULL;

  if (self->n_rows++ % ROWS_PER_COMMIT == 0)
    {
      must (self->n_rows == 1 || uch_store_commit (self->store, &error), error);
      must (uch_store_begin (self->store, &error), error);
    }
  g_free (row->rev);
  row->rev = g_strdup (id);
  op->client = g_strdup ("fill");
  op->mid = self->n_rows;
  op->type = g_strdup (UCH_COMMAND_PUT);
  op->at = op->received_at = self->now;
  op->role = UCH_ROLE_STORE;
  must (self->store->backend->klass->put_row (self->store->backend, row, self->store->head + 1,
                                              &error),
        error);
  must (self->store->backend->klass->put_row (self->store->backend, op, self->store->head + 1,
                                              &error),
        error);
  self->store->head++;
}

static void
row_cb (UchEntity *row, gpointer user_data)
{
  Fill    *self = user_data;
  UchTable table = row->schema->table;

  if (!self->whole && table > UCH_TABLE_SHIFT && table != UCH_TABLE_TICKET)
    return;
  put (self, row);
  if (self->models != NULL && (table == UCH_TABLE_TICKET || table == UCH_TABLE_VISIT))
    g_ptr_array_add (self->models, g_object_ref (row));
}

/* The @round-th repetition of a ticket or visit. */
static void
repeat (Fill *self, const UchEntity *model, guint round, gint64 first_number)
{
  g_autofree char *id = g_strdup_printf ("%s-%u", model->id, round);
  g_autoptr (UchEntity) copy = uch_entity_copy (model);

  g_free (copy->id);
  copy->id = g_strdup (id);
  if (model->schema->table == UCH_TABLE_TICKET)
    {
      UchTicket *ticket = UCH_TICKET (copy);

      ticket->number = first_number + (gint64) self->n_rows;
      ticket->state = UCH_TICKET_CLOSED; /* history: today's work does not grow with it */
      ticket->closed_at = MAX (ticket->created_at, 1);
    }
  else
    {
      UchVisit        *visit = UCH_VISIT (copy);
      g_autofree char *ticket_id = g_strdup_printf ("%s-%u", visit->ticket_id, round);

      uch_entity_set_text (visit, &visit->ticket_id, ticket_id);
      visit->state = UCH_VISIT_DONE;
    }
  put (self, copy);
}

void
bench_fill_office (const char *data, guint n_tickets, gboolean whole)
{
  Fill           self = { .whole = whole, .now = g_get_real_time () / 1000 };
  UchDemoOptions options = {
    .seed = 1, .n_houses = N_HOUSES, .n_tickets = MIN (n_tickets, N_MODELS), .now = self.now
  };
  GError *error = NULL;

  self.store = open_store (data, FALSE);
  if (n_tickets > N_MODELS)
    self.models = g_ptr_array_new_with_free_func (g_object_unref);
  uch_demo_town_generate (&options, row_cb, &self);
  for (guint round = 1; round < n_tickets / N_MODELS; round++)
    for (guint i = 0; i < self.models->len; i++)
      repeat (&self, g_ptr_array_index (self.models, i), round, n_tickets);
  must (uch_store_commit (self.store, &error), error);
  g_clear_pointer (&self.models, g_ptr_array_unref);
  g_object_unref (self.store);
}

void
bench_write_documents (const char *data, const char *path)
{
  UchStore        *store = open_store (data, TRUE);
  const UchSchema *schema = uch_schema_get (UCH_TABLE_TICKET);
  GString         *json = g_string_new ("[");
  g_autofree char *after = NULL;
  GError          *error = NULL;
  guint            n = PAGE_LEN;

  while (n == PAGE_LEN)
    {
      g_autoptr (GPtrArray) rows
          = store->backend->klass->page_rows (store->backend, schema, after, PAGE_LEN, &error);

      must (rows != NULL, error);
      n = rows->len;
      for (guint i = 0; i < n; i++)
        {
          UchEntity       *row = g_ptr_array_index (rows, i);
          g_autofree char *text = uch_wire_encode_entity (row);

          g_string_append_printf (json, "%s%s", json->len > 1 ? ",\n" : "", text);
          g_free (after);
          after = g_strdup (row->id);
        }
    }
  g_string_append_c (json, ']');
  must (g_file_set_contents (path, json->str, (gssize) json->len, &error), error);
  g_string_free (json, TRUE);
  g_object_unref (store);
}

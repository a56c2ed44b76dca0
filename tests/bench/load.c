#include "bench/load.h"

#include <string.h>

static void
push_once (BenchClient *self, guint mid)
{
  g_autofree char *body = g_strdup_printf (
      "{\"store\":\"%s\",\"client\":\"bench-%u\",\"schema\":1,\"ops\":[{\"mid\":%u,\"id\":"
      "\"bench-%u-%u\",\"type\":\"note.add\",\"at\":1,\"args\":{\"note\":\"n-%u-%u\",\"house\":"
      "\"%s\",\"text\":\"Клиент просит позвонить за час\"}}]}",
      self->bench->store, self->index, mid, self->index, mid, self->index, mid, self->bench->house);

  if (bench_link_ask (self->link, "POST", "/v1/push", body) != 200
      || strstr (bench_link_get_body (self->link), "\"ok\"") == NULL)
    g_error ("a push failed: %s", bench_link_get_body (self->link));
}

gpointer
bench_push_thread (gpointer data)
{
  BenchClient *self = data;

  for (guint mid = 1; g_get_monotonic_time () < self->end_us; mid++)
    {
      gint64 began_us = g_get_monotonic_time (), took_us;

      push_once (self, mid);
      took_us = g_get_monotonic_time () - began_us;
      g_array_append_val (self->took_us, took_us);
    }
  return NULL;
}

void
bench_load_run (
    Bench *bench, const char *token, guint n, guint seconds, GThreadFunc func, BenchLoad *out)
{
  g_autofree BenchClient *clients = g_new0 (BenchClient, n);
  g_autofree GThread    **threads = g_new0 (GThread *, n);
  double                  cpu_s, took_s;
  gint64                  began_us;

  for (guint i = 0; i < n; i++)
    clients[i] = (BenchClient){ .bench = bench,
                                .link = bench_link_new (bench->port, token),
                                .index = i,
                                .took_us = g_array_new (FALSE, FALSE, sizeof (gint64)) };
  cpu_s = bench_get_cpu_s (bench);
  began_us = g_get_monotonic_time ();
  for (guint i = 0; i < n; i++)
    {
      clients[i].end_us = began_us + seconds * G_USEC_PER_SEC;
      threads[i] = g_thread_new ("client", func, &clients[i]);
    }
  out->took_us = g_array_new (FALSE, FALSE, sizeof (gint64));
  for (guint i = 0; i < n; i++)
    {
      g_thread_join (threads[i]);
      g_array_append_vals (out->took_us, clients[i].took_us->data, clients[i].took_us->len);
      g_array_unref (clients[i].took_us);
      bench_link_free (clients[i].link);
    }
  took_s = (double) (g_get_monotonic_time () - began_us) / G_USEC_PER_SEC;
  out->per_second = out->took_us->len / took_s;
  out->cpu = (bench_get_cpu_s (bench) - cpu_s) / took_s;
}

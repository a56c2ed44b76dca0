/* "sync.fanout": from the moment a desk sends its act until the changed row has arrived at fifty
 * others, each with a live connection and a connection to ask on. "sync.live": what five hundred
 * live connections with five thousand messages a second cost the store. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "bench/bench.h"

#define N_LISTENERS 50
#define N_ACTS 200
#define N_CONNECTED 500
#define ACTS_PER_S 10
#define LIVE_S 5

typedef struct
{
  Bench     *bench;
  BenchLink *live, *feed; /* @feed: NULL: rows are not asked for */
  GThread   *thread;
  gint64     cursor;
} Listener;

static struct
{
  GMutex  lock;
  GCond   changed;
  gint64  sent_us[N_ACTS];
  guint   n_arrived; /* of the act under way */
  guint   n_messages;
  guint   n_ready;
  GArray *took_us; /* of gint64 */
} all;

static gint64
find_int (const char *text, const char *name)
{
  const char *at = strstr (text, name);

  if (at == NULL)
    g_error ("no %s in %s", name, text);
  return g_ascii_strtoll (at + strlen (name), NULL, 10);
}

/* Notes the acts whose rows are in @text. */
static void
note_rows (const char *text)
{
  gint64 now_us = g_get_monotonic_time ();

  for (const char *at = text; (at = strstr (at, "[\"note\",")) != NULL; at++)
    {
      const char *id = strstr (at, ",\"f-");
      gint64      took_us;

      if (id == NULL)
        break;
      g_mutex_lock (&all.lock);
      took_us = now_us - all.sent_us[atoi (id + strlen (",\"f-"))];
      g_array_append_val (all.took_us, took_us);
      all.n_arrived++;
      g_cond_signal (&all.changed);
      g_mutex_unlock (&all.lock);
    }
}

static void
take (Listener *self, const char *text)
{
  g_autofree char *at = NULL;

  if (strstr (text, "\"chg\"") != NULL)
    {
      self->cursor = find_int (text, "\"to\":");
      if (self->feed != NULL)
        note_rows (text);
    }
  else if (self->feed != NULL)
    {
      g_autofree char *path
          = g_strdup_printf ("/v1/changes?since=%" G_GINT64_FORMAT "&limit=2000", self->cursor);

      if (bench_link_ask (self->feed, "GET", path, NULL) != 200)
        g_error ("%s", bench_link_get_body (self->feed));
      self->cursor = find_int (bench_link_get_body (self->feed), "\"to\":");
      note_rows (bench_link_get_body (self->feed));
    }
  else
    self->cursor = find_int (text, "\"head\":");
  at = g_strdup_printf ("{\"type\":\"at\",\"seq\":%" G_GINT64_FORMAT "}", self->cursor);
  bench_link_say (self->live, at);
}

static gpointer
listen_thread (gpointer data)
{
  Listener   *self = data;
  const char *text;
  gboolean    ready = FALSE;

  while ((text = bench_link_hear (self->live)) != NULL)
    {
      if (strstr (text, "\"poke\"") == NULL && strstr (text, "\"chg\"") == NULL)
        continue;
      take (self, text);
      g_mutex_lock (&all.lock);
      all.n_messages++;
      all.n_ready += !ready;
      ready = TRUE;
      g_cond_signal (&all.changed);
      g_mutex_unlock (&all.lock);
    }
  return NULL;
}

/* Each is poked once when it comes. */
static Listener *
connect_listeners (Bench *bench, guint n, gboolean with_feed)
{
  Listener *listeners = g_new0 (Listener, n);

  all.n_ready = 0;
  for (guint i = 0; i < n; i++)
    {
      listeners[i].bench = bench;
      listeners[i].live = bench_link_new (bench->port, bench->token);
      if (with_feed)
        listeners[i].feed = bench_link_new (bench->port, bench->token);
      bench_link_go_live (listeners[i].live);
      listeners[i].thread = g_thread_new ("listener", listen_thread, &listeners[i]);
    }
  g_mutex_lock (&all.lock);
  while (all.n_ready < n)
    g_cond_wait (&all.changed, &all.lock);
  all.n_messages = 0;
  g_mutex_unlock (&all.lock);
  return listeners;
}

static void
disconnect_listeners (Listener *listeners, guint n)
{
  for (guint i = 0; i < n; i++)
    bench_link_shut (listeners[i].live);
  for (guint i = 0; i < n; i++)
    {
      g_thread_join (listeners[i].thread);
      bench_link_free (listeners[i].live);
      g_clear_pointer (&listeners[i].feed, bench_link_free);
    }
  g_free (listeners);
}

static void
act (Bench *bench, BenchLink *link, const char *client, guint i)
{
  g_autofree char *body = g_strdup_printf (
      "{\"store\":\"%s\",\"client\":\"%s\",\"schema\":1,\"ops\":[{\"mid\":%u,\"id\":\"%s-%u\","
      "\"type\":\"note.add\",\"at\":1,\"args\":{\"note\":\"%s-%u\",\"house\":\"%s\",\"text\":"
      "\"Клиент просит позвонить за час\"}}]}",
      bench->store, client, i + 1, client, i, client, i, bench->house);

  if (bench_link_ask (link, "POST", "/v1/push", body) != 200)
    g_error ("%s", bench_link_get_body (link));
}

static void
run_fanout (Bench *bench)
{
  Listener *listeners = connect_listeners (bench, N_LISTENERS, TRUE);
  g_autoptr (BenchLink) link = bench_link_new (bench->port, bench->token);

  all.took_us = g_array_new (FALSE, FALSE, sizeof (gint64));
  for (guint i = 0; i < N_ACTS; i++)
    {
      g_mutex_lock (&all.lock);
      all.n_arrived = 0;
      all.sent_us[i] = g_get_monotonic_time ();
      g_mutex_unlock (&all.lock);
      act (bench, link, "f", i);
      g_mutex_lock (&all.lock);
      while (all.n_arrived < N_LISTENERS)
        g_cond_wait (&all.changed, &all.lock);
      g_mutex_unlock (&all.lock);
    }
  disconnect_listeners (listeners, N_LISTENERS);
  printf ("bench: sync.fanout.p50 %.1f ms\n", bench_percentile_ms (all.took_us, 0.5));
  printf ("bench: sync.fanout.p99 %.1f ms\n", bench_percentile_ms (all.took_us, 0.99));
  g_array_unref (all.took_us);
}

static void
run_live (Bench *bench)
{
  Listener *listeners = connect_listeners (bench, N_CONNECTED, FALSE);
  g_autoptr (BenchLink) link = bench_link_new (bench->port, bench->token);
  double cpu_s = bench_get_cpu_s (bench), took_s;
  gint64 began_us = g_get_monotonic_time ();

  for (guint i = 0; i < ACTS_PER_S * LIVE_S; i++)
    {
      gint64 due_us = began_us + i * G_USEC_PER_SEC / ACTS_PER_S;

      act (bench, link, "g", i);
      if (due_us > g_get_monotonic_time ())
        g_usleep ((gulong) (due_us - g_get_monotonic_time ()));
    }
  took_s = (double) (g_get_monotonic_time () - began_us) / G_USEC_PER_SEC;
  cpu_s = bench_get_cpu_s (bench) - cpu_s;
  g_mutex_lock (&all.lock);
  printf ("bench: sync.live.messages %.0f messages/s\n", all.n_messages / took_s);
  g_mutex_unlock (&all.lock);
  printf ("bench: sync.live.cpu %.2f processors\n", cpu_s / took_s);
  disconnect_listeners (listeners, N_CONNECTED);
}

int
main (int argc, char **argv)
{
  Bench bench = { 0 };

  bench_begin (&bench);
  run_fanout (&bench);
  run_live (&bench);
  bench_end (&bench);
  return 0;
}

/* The real daemon under load, over real HTTPS on keep-alive connections:
 * "sync.push" (writers with durable commits), "sync.fanout" (a commit at one desk until fifty
 * others know), "positions.ingest" (phones). One thread of this program plays all clients: it
 * shares the machine with the daemon, so the figures are of both together. */
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <json-glib/json-glib.h>
#include <libsoup/soup.h>

#define N_WRITERS 20
#define N_LISTENERS 50
#define PUSH_S 5
#define TRACK_S 5
#define N_FANOUTS 200
#define PASSWORD "a long secret"

typedef struct
{
  char        *base; /* "https://127.0.0.1:PORT" */
  char        *folder;
  GSubprocess *daemon;
  SoupSession *http;
  char        *token, *store, *house, *secret;
  GMainLoop   *loop;
  gint64       end_us;
  GArray      *took_us; /* of gint64 */
  guint        n_open, n_done, n_failed;
} Bench;

static void
run_store (Bench *self, const char *input, char **out_text, const char *first, ...)
{
  g_autoptr (GPtrArray) argv = g_ptr_array_new ();
  g_autoptr (GSubprocess) process = NULL;
  g_autoptr (GError) error = NULL;
  const char *word;
  va_list     ap;

  g_ptr_array_add (argv, (gpointer) g_getenv ("UCHASTOK_STORE"));
  va_start (ap, first);
  for (word = first; word != NULL; word = va_arg (ap, const char *))
    g_ptr_array_add (argv, (gpointer) word);
  va_end (ap);
  g_ptr_array_add (argv, (gpointer) "--data");
  g_ptr_array_add (argv, self->folder);
  g_ptr_array_add (argv, NULL);
  process
      = g_subprocess_newv ((const char *const *) argv->pdata,
                           G_SUBPROCESS_FLAGS_STDIN_PIPE | G_SUBPROCESS_FLAGS_STDOUT_PIPE, &error);
  if (process == NULL
      || !g_subprocess_communicate_utf8 (process, input, NULL, out_text, NULL, &error))
    g_error ("%s", error->message);
  if (!g_subprocess_get_if_exited (process) || g_subprocess_get_exit_status (process) != 0)
    g_error ("uchastok-store %s failed", first);
}

static void
start (Bench *self)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GDataInputStream) said = NULL;
  g_autofree char *line = NULL;

  self->daemon = g_subprocess_new (G_SUBPROCESS_FLAGS_STDOUT_PIPE, &error,
                                   g_getenv ("UCHASTOK_STORE"), "serve", "--data", self->folder,
                                   "--listen", "127.0.0.1:0", "--connections-per-address", "1000",
                                   "--requests-per-second", "1000000", NULL);
  if (self->daemon == NULL)
    g_error ("%s", error->message);
  said = g_data_input_stream_new (g_subprocess_get_stdout_pipe (self->daemon));
  line = g_data_input_stream_read_line (said, NULL, NULL, NULL);
  if (line == NULL || strstr (line, "https://") == NULL)
    g_error ("the daemon does not start");
  self->base = g_strdup (strstr (line, "https://"));
}

static gboolean
accept_cb (SoupMessage         *message,
           GTlsCertificate     *certificate,
           GTlsCertificateFlags errors,
           gpointer             user_data)
{
  return TRUE;
}

static SoupMessage *
make_message (Bench *self, const char *method, const char *path, const char *body)
{
  g_autofree char *url = g_strconcat (self->base, path, NULL);
  SoupMessage     *message = soup_message_new (method, url);

  /* libsoup opens a new connection for every POST that may not be sent again; ours may */
  soup_message_add_flags (message, SOUP_MESSAGE_IDEMPOTENT);

  g_signal_connect (message, "accept-certificate", G_CALLBACK (accept_cb), NULL);
  if (self->token != NULL)
    {
      g_autofree char *bearer = g_strconcat ("Bearer ", self->token, NULL);

      soup_message_headers_replace (soup_message_get_request_headers (message), "Authorization",
                                    bearer);
    }
  if (body != NULL)
    {
      g_autoptr (GBytes) bytes = g_bytes_new (body, strlen (body));

      soup_message_set_request_body_from_bytes (message, "application/json", bytes);
    }
  return message;
}

/* A member of the answer, whatever its kind, as text. */
static char *
ask_for (Bench *self, const char *method, const char *path, const char *body, const char *query)
{
  g_autoptr (SoupMessage) message = make_message (self, method, path, body);
  g_autoptr (GError) error = NULL;
  g_autoptr (GBytes) bytes = soup_session_send_and_read (self->http, message, NULL, &error);
  g_autoptr (JsonParser) parser = json_parser_new ();
  g_autoptr (JsonNode) found = NULL;
  JsonArray *hits;

  if (bytes == NULL || soup_message_get_status (message) != 200
      || !json_parser_load_from_data (parser, g_bytes_get_data (bytes, NULL),
                                      (gssize) g_bytes_get_size (bytes), &error))
    g_error ("%s %s: %u %s", method, path, soup_message_get_status (message),
             error != NULL ? error->message : "");
  found = json_path_query (query, json_parser_get_root (parser), &error);
  if (found == NULL)
    g_error ("%s", error->message);
  hits = json_node_get_array (found);
  return g_strdup (json_array_get_string_element (hits, 0));
}

static int
compare (gconstpointer a, gconstpointer b)
{
  gint64 left = *(const gint64 *) a, right = *(const gint64 *) b;

  return left < right ? -1 : left > right;
}

static double
percentile_ms (GArray *took_us, double share)
{
  g_array_sort (took_us, compare);
  return took_us->len == 0
             ? 0
             : (double) g_array_index (took_us, gint64, (guint) (share * (took_us->len - 1)))
                   / 1000;
}

/* One client that asks again as soon as it is answered. */
typedef struct
{
  Bench *bench;
  guint  index;
  gint64 mid;
  gint64 sent_us;
  char  *client;
} Writer;

static void send_next (Writer *writer);

static void
answered_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  Writer *writer = user_data;
  Bench  *bench = writer->bench;
  g_autoptr (GError) error = NULL;
  SoupMessage *message = soup_session_get_async_result_message (SOUP_SESSION (source), result);
  guint        status = soup_message_get_status (message);
  gint64       took_us = g_get_monotonic_time () - writer->sent_us;
  g_autoptr (GBytes) bytes
      = soup_session_send_and_read_finish (SOUP_SESSION (source), result, &error);

  if (bytes == NULL || status != 200)
    bench->n_failed++;
  else
    {
      bench->n_done++;
      g_array_append_val (bench->took_us, took_us);
    }
  if (g_get_monotonic_time () < bench->end_us && bench->n_failed == 0)
    send_next (writer);
  else if (--bench->n_open == 0)
    g_main_loop_quit (bench->loop);
}

static void
send_next (Writer *writer)
{
  Bench           *bench = writer->bench;
  g_autofree char *text = NULL;
  g_autoptr (SoupMessage) message = NULL;

  writer->mid++;
  writer->sent_us = g_get_monotonic_time ();
  if (writer->client != NULL)
    {
      text = g_strdup_printf (
          "{\"store\":\"%s\",\"client\":\"%s\",\"schema\":1,\"ops\":[{\"mid\":%" G_GINT64_FORMAT
          ",\"id\":\"%s-%" G_GINT64_FORMAT "\",\"type\":\"note.add\",\"at\":1,\"args\":{\"note\":"
          "\"n-%u-%" G_GINT64_FORMAT "\",\"house\":\"%s\",\"text\":\"слово\"}}]}",
          bench->store, writer->client, writer->mid, writer->client, writer->mid, writer->index,
          writer->mid, bench->house);
      message = make_message (bench, "POST", "/v1/push", text);
    }
  else
    {
      text = g_strdup_printf (
          "/track/t?id=%s&timestamp=%" G_GINT64_FORMAT
          "&lat=45.05&lon=41.95&speed=3&accuracy=10&batt=80",
          bench->secret, g_get_real_time () / 1000 - 3600000 + writer->mid * 500 + writer->index);
      message = make_message (bench, "POST", text, NULL);
    }
  soup_session_send_and_read_async (bench->http, message, G_PRIORITY_DEFAULT, NULL, answered_cb,
                                    writer);
}

static void
run_writers (Bench *self, gboolean push, guint seconds)
{
  Writer writers[N_WRITERS] = { 0 };
  gint64 began_us = g_get_monotonic_time ();

  self->end_us = began_us + seconds * G_USEC_PER_SEC;
  self->n_open = N_WRITERS;
  self->n_done = self->n_failed = 0;
  g_array_set_size (self->took_us, 0);
  for (guint i = 0; i < N_WRITERS; i++)
    {
      writers[i].bench = self;
      writers[i].index = i;
      writers[i].client = push ? g_strdup_printf ("bench-%u", i) : NULL;
      send_next (&writers[i]);
    }
  g_main_loop_run (self->loop);
  if (self->n_failed > 0)
    g_error ("%u requests failed", self->n_failed);
  printf ("bench: %s %.0f %s/s\n", push ? "sync.push" : "positions.ingest",
          self->n_done / ((double) (g_get_monotonic_time () - began_us) / G_USEC_PER_SEC),
          push ? "operations" : "points");
  printf ("bench: %s.p99 %.1f ms\n", push ? "sync.push" : "positions.ingest",
          percentile_ms (self->took_us, 0.99));
  for (guint i = 0; i < N_WRITERS; i++)
    g_free (writers[i].client);
}

static void
poked_cb (SoupWebsocketConnection *live, SoupWebsocketDataType type, GBytes *bytes, Bench *bench)
{
  gsize            len;
  const char      *text = g_bytes_get_data (bytes, &len);
  g_autofree char *copy = g_strndup (text, len);
  const char      *head = strstr (copy, "\"head\":");
  gint64           took_us = g_get_monotonic_time () - bench->end_us;

  if (strstr (copy, "\"poke\"") == NULL)
    return;
  copy[strcspn (copy, "}")] = '\0';
  g_array_append_val (bench->took_us, took_us);
  bench->n_done++;
  {
    g_autofree char *at = g_strdup_printf ("{\"type\":\"at\",\"seq\":%s}", head + 7);

    soup_websocket_connection_send_text (live, at);
  }
}

static void
connected_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  Bench *bench = user_data;
  g_autoptr (GError) error = NULL;
  SoupWebsocketConnection *live
      = soup_session_websocket_connect_finish (SOUP_SESSION (source), result, &error);

  if (live == NULL)
    g_error ("%s", error->message);
  g_signal_connect (live, "message", G_CALLBACK (poked_cb), bench);
  bench->n_open++;
}

static void
ignore_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (GBytes) bytes
      = soup_session_send_and_read_finish (SOUP_SESSION (source), result, NULL);

  ((Bench *) user_data)->n_failed += bytes == NULL;
}

static void
run_fanout (Bench *self)
{
  Writer writer = { .bench = self, .index = 99, .client = (char *) "fanout" };

  self->n_open = self->n_done = self->n_failed = 0;
  for (guint i = 0; i < N_LISTENERS; i++)
    {
      g_autoptr (SoupMessage) message = make_message (self, "GET", "/v1/live", NULL);

      soup_session_websocket_connect_async (self->http, message, NULL, NULL, G_PRIORITY_DEFAULT,
                                            NULL, connected_cb, self);
    }
  while (self->n_open < N_LISTENERS || self->n_done < N_LISTENERS)
    g_main_context_iteration (NULL, TRUE); /* each is poked once when it comes */
  g_array_set_size (self->took_us, 0);
  for (guint i = 0; i < N_FANOUTS; i++)
    {
      g_autofree char *text = NULL;
      g_autoptr (SoupMessage) message = NULL;

      writer.mid++;
      text = g_strdup_printf (
          "{\"store\":\"%s\",\"client\":\"fanout\",\"schema\":1,\"ops\":[{\"mid\":%u,\"id\":"
          "\"fanout-%u\",\"type\":\"note.add\",\"at\":1,\"args\":{\"note\":\"f-%u\",\"house\":"
          "\"%s\",\"text\":\"слово\"}}]}",
          self->store, i + 1, i, i, self->house);
      message = make_message (self, "POST", "/v1/push", text);
      self->n_done = 0;
      self->end_us = g_get_monotonic_time ();
      soup_session_send_and_read_async (self->http, message, G_PRIORITY_DEFAULT, NULL, ignore_cb,
                                        self);
      while (self->n_done < N_LISTENERS)
        g_main_context_iteration (NULL, TRUE);
    }
  if (self->n_failed > 0)
    g_error ("%u pushes failed", self->n_failed);
  printf ("bench: sync.fanout.p50 %.1f ms\n", percentile_ms (self->took_us, 0.5));
  printf ("bench: sync.fanout.p99 %.1f ms\n", percentile_ms (self->took_us, 0.99));
}

static void
prepare (Bench *self)
{
  g_autofree char *csv = g_build_filename (self->folder, "rows.csv", NULL);
  g_autofree char *text = NULL;
  g_autofree char *body = NULL;
  g_autofree char *staff = NULL;

  run_store (self, PASSWORD "\n", NULL, "init", "--login", "head", "--name", "Пётр", NULL);
  g_file_set_contents (csv, "улица;дом;широта;долгота\nМира;5;45.05;41.95\n", -1, NULL);
  run_store (self, NULL, &text, "import", "houses", csv, NULL);
  g_clear_pointer (&text, g_free);
  run_store (self, NULL, &text, "token", "--engineer", "Пётр", NULL);
  self->secret = g_strndup (strstr (text, "id=") + 3, strcspn (strstr (text, "id=") + 3, "&"));
  start (self);
  staff = ask_for (self, "POST", "/v1/session",
                   "{\"login\":\"head\",\"password\":\"" PASSWORD "\"}", "$.token");
  self->token = g_steal_pointer (&staff);
  self->store = ask_for (self, "GET", "/v1/info", NULL, "$.store");
  staff = ask_for (self, "GET", "/v1/info", NULL, "$.staff");
  self->house = ask_for (self, "GET", "/v1/snapshot?t=house", NULL, "$.rows[0][2]");
  body = g_strdup_printf ("{\"store\":\"%s\",\"client\":\"shift\",\"schema\":1,\"ops\":[{\"mid\":1,"
                          "\"id\":\"shift\",\"type\":\"row.put\",\"at\":1,\"args\":{\"table\":"
                          "\"shift\",\"id\":\"s\",\"fields\":{\"staff_id\":\"%s\",\"starts_at\":"
                          "1,\"ends_at\":99999999999999}}}]}",
                          self->store, staff);
  g_free (ask_for (self, "POST", "/v1/push", body, "$.acks[0][1]"));
}

int
main (int argc, char **argv)
{
  Bench            self = { 0 };
  g_autofree char *remove = NULL;

  self.folder = g_dir_make_tmp ("uchastok-bench-XXXXXX", NULL);
  remove = g_strdup_printf ("rm -rf '%s'", self.folder);
  {
    g_autofree char *inner = g_build_filename (self.folder, "s", NULL);

    g_free (self.folder);
    self.folder = g_steal_pointer (&inner);
  }
  self.loop = g_main_loop_new (NULL, FALSE);
  self.took_us = g_array_new (FALSE, FALSE, sizeof (gint64));
  self.http
      = soup_session_new_with_options ("max-conns", 100, "max-conns-per-host", N_WRITERS, NULL);
  prepare (&self);
  if (argc < 2 || strcmp (argv[1], "positions") != 0)
    {
      run_writers (&self, TRUE, PUSH_S);
      run_fanout (&self);
    }
  if (argc < 2 || strcmp (argv[1], "sync") != 0)
    run_writers (&self, FALSE, TRACK_S);
  g_subprocess_send_signal (self.daemon, SIGTERM);
  g_subprocess_wait (self.daemon, NULL, NULL);
  return system (remove) != 0;
}

#include "bench/bench.h"

#include <json-glib/json-glib.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <unistd.h>

/* A name within the benchmark's own folder. */
char *
bench_dup_path (Bench *self, const char *name)
{
  return g_build_filename (self->folder, name, NULL);
}

/* Runs a command of uchastok-store on the office, with @input on its standard input; returns what
 * it printed. */
char *
bench_admin (Bench *self, const char *input, ...)
{
  g_autoptr (GPtrArray) argv = g_ptr_array_new ();
  g_autoptr (GSubprocess) process = NULL;
  g_autoptr (GError) error = NULL;
  char       *output = NULL;
  const char *word;
  va_list     ap;

  g_ptr_array_add (argv, (gpointer) g_getenv ("UCHASTOK_STORE"));
  va_start (ap, input);
  while ((word = va_arg (ap, const char *)) != NULL)
    g_ptr_array_add (argv, (gpointer) word);
  va_end (ap);
  g_ptr_array_add (argv, (gpointer) "--data");
  g_ptr_array_add (argv, self->data);
  g_ptr_array_add (argv, NULL);
  process
      = g_subprocess_newv ((const char *const *) argv->pdata,
                           G_SUBPROCESS_FLAGS_STDIN_PIPE | G_SUBPROCESS_FLAGS_STDOUT_PIPE, &error);
  if (process == NULL
      || !g_subprocess_communicate_utf8 (process, input, NULL, &output, NULL, &error))
    g_error ("%s", error->message);
  if (!g_subprocess_get_if_exited (process) || g_subprocess_get_exit_status (process) != 0)
    g_error ("uchastok-store %s failed", (const char *) argv->pdata[1]);
  return output;
}

/* The first hit of a JSONPath, as text. */
char *
bench_find (const char *json, const char *query)
{
  g_autoptr (JsonParser) parser = json_parser_new ();
  g_autoptr (JsonNode) found = NULL;
  g_autoptr (GError) error = NULL;
  JsonNode *hit;

  if (!json_parser_load_from_data (parser, json, -1, &error))
    g_error ("%s: %s", error->message, json);
  found = json_path_query (query, json_parser_get_root (parser), &error);
  if (found == NULL || json_array_get_length (json_node_get_array (found)) == 0)
    g_error ("no %s in %s", query, json);
  hit = json_array_get_element (json_node_get_array (found), 0);
  return json_node_get_value_type (hit) == G_TYPE_STRING ? json_node_dup_string (hit)
                                                         : json_to_string (hit, FALSE);
}

/* A benchmark that fails takes its daemon along. */
static void
die_with_parent (gpointer user_data)
{
  prctl (PR_SET_PDEATHSIG, SIGKILL);
}

/* Starts the daemon, with its limits on who asks how often out of the way. */
void
bench_start (Bench *self)
{
  g_autoptr (GSubprocessLauncher) launcher
      = g_subprocess_launcher_new (G_SUBPROCESS_FLAGS_STDOUT_PIPE);
  g_autoptr (GError) error = NULL;
  g_autoptr (GDataInputStream) said = NULL;
  g_autofree char *line = NULL;

  g_subprocess_launcher_set_child_setup (launcher, die_with_parent, NULL, NULL);
  self->daemon = g_subprocess_launcher_spawn (
      launcher, &error, g_getenv ("UCHASTOK_STORE"), "serve", "--data", self->data, "--listen",
      "127.0.0.1:0", "--connections-per-address", "1000", "--requests-per-second", "1000000", NULL);
  if (self->daemon == NULL)
    g_error ("%s", error->message);
  said = g_data_input_stream_new (g_subprocess_get_stdout_pipe (self->daemon));
  line = g_data_input_stream_read_line (said, NULL, NULL, NULL);
  if (line == NULL || strstr (line, "https://") == NULL)
    g_error ("the daemon does not start");
  self->port = (guint16) atoi (strrchr (line, ':') + 1);
}

void
bench_stop (Bench *self)
{
  g_subprocess_send_signal (self->daemon, SIGTERM);
  g_subprocess_wait (self->daemon, NULL, NULL);
  g_clear_object (&self->daemon);
}

static void
sign_in (Bench *self)
{
  g_autoptr (BenchLink) link = bench_link_new (self->port, NULL);

  if (bench_link_ask (link, "POST", "/v1/session",
                      "{\"login\":\"head\",\"password\":\"" BENCH_PASSWORD "\"}")
      != 200)
    g_error ("cannot sign in: %s", bench_link_get_body (link));
  self->token = bench_find (bench_link_get_body (link), "$.token");
  self->store = bench_find (bench_link_get_body (link), "$.store");
  self->staff = bench_find (bench_link_get_body (link), "$.staff");
}

/* One house, one person on a shift that never ends, and his phone's secret. */
static void
furnish (Bench *self)
{
  g_autoptr (BenchLink) link = bench_link_new (self->port, self->token);
  g_autofree char *shift = NULL;

  bench_link_ask (link, "GET", "/v1/snapshot?t=house", NULL);
  self->house = bench_find (bench_link_get_body (link), "$.rows[0][2]");
  shift
      = g_strdup_printf ("{\"store\":\"%s\",\"client\":\"shift\",\"schema\":1,\"ops\":[{\"mid\":1,"
                         "\"id\":\"shift\",\"type\":\"row.put\",\"at\":1,\"args\":{\"table\":"
                         "\"shift\",\"id\":\"s\",\"fields\":{\"staff_id\":\"%s\",\"starts_at\":"
                         "1,\"ends_at\":99999999999999}}}]}",
                         self->store, self->staff);
  if (bench_link_ask (link, "POST", "/v1/push", shift) != 200)
    g_error ("no shift: %s", bench_link_get_body (link));
}

/* Makes an office of one house and one person, starts the daemon and signs in. */
void
bench_begin (Bench *self)
{
  g_autofree char *csv = NULL;
  g_autofree char *text = NULL;

  self->folder = g_dir_make_tmp ("uchastok-bench-XXXXXX", NULL);
  self->data = bench_dup_path (self, "office");
  csv = bench_dup_path (self, "houses.csv");
  g_free (
      bench_admin (self, BENCH_PASSWORD "\n", "init", "--login", "head", "--name", "Пётр", NULL));
  g_file_set_contents (csv, "улица;дом;широта;долгота\nМира;5;45.05;41.95\n", -1, NULL);
  g_free (bench_admin (self, NULL, "import", "houses", csv, NULL));
  text = bench_admin (self, NULL, "token", "--engineer", "Пётр", NULL);
  self->secret = g_strndup (strstr (text, "id=") + 3, strcspn (strstr (text, "id=") + 3, "&"));
  bench_start (self);
  sign_in (self);
  furnish (self);
}

/* Stops the daemon and leaves nothing behind. */
void
bench_end (Bench *self)
{
  g_autofree char *remove = g_strdup_printf ("rm -rf '%s'", self->folder);

  if (self->daemon != NULL)
    bench_stop (self);
  if (system (remove) != 0)
    g_error ("cannot remove %s", self->folder);
  g_free (self->folder);
  g_free (self->data);
  g_free (self->token);
  g_free (self->store);
  g_free (self->house);
  g_free (self->staff);
  g_free (self->secret);
}

double
bench_get_cpu_s (Bench *self)
{
  g_autofree char *name
      = g_strdup_printf ("/proc/%s/stat", g_subprocess_get_identifier (self->daemon));
  g_autofree char *text = NULL;
  gulong           user = 0, system = 0;

  if (!g_file_get_contents (name, &text, NULL, NULL)
      || sscanf (strrchr (text, ')'), ") %*c %*d %*d %*d %*d %*d %*u %*u %*u %*u %*u %lu %lu",
                 &user, &system)
             != 2)
    g_error ("no %s", name);
  return (double) (user + system) / (double) sysconf (_SC_CLK_TCK);
}

static int
compare (gconstpointer a, gconstpointer b)
{
  gint64 left = *(const gint64 *) a, right = *(const gint64 *) b;

  return left < right ? -1 : left > right;
}

/* @took_us: of gint64, sorted here; @share: 0.5 is the median */
double
bench_percentile_ms (GArray *took_us, double share)
{
  g_array_sort (took_us, compare);
  return took_us->len == 0
             ? 0
             : (double) g_array_index (took_us, gint64, (guint) (share * (took_us->len - 1)))
                   / 1000;
}

char *
bench_run_peer (const char *what, const char *argument)
{
  const char *script = g_getenv ("UCHASTOK_PEER");
  g_autoptr (GSubprocess) process = NULL;
  g_autoptr (GError) error = NULL;
  char *output = NULL;

  process = g_subprocess_new (G_SUBPROCESS_FLAGS_STDOUT_PIPE, &error, script, what, argument, NULL);
  if (process == NULL
      || !g_subprocess_communicate_utf8 (process, NULL, NULL, &output, NULL, &error))
    g_error ("%s", error->message);
  if (g_subprocess_get_if_exited (process) && g_subprocess_get_exit_status (process) == 0)
    return output;
  fprintf (stderr, "the peer cannot run here: %s", output != NULL ? output : "\n");
  g_free (output);
  return NULL;
}

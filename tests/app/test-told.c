/* Each stage of a promise is told of once, over restarts too. */
#include "app/uch-told.h"

typedef struct
{
  const char *why;
  gboolean    restart; /* before it */
  UchPromise  promise;
  gboolean    told;
} Look;

static const Look worsening[] = {
  { "all in order", FALSE, UCH_PROMISE_RUNNING, FALSE },
  { "yellow", FALSE, UCH_PROMISE_YELLOW, TRUE },
  { "still yellow", FALSE, UCH_PROMISE_YELLOW, FALSE },
  { "he has left", FALSE, UCH_PROMISE_RUNNING, FALSE },
  { "yellow again", FALSE, UCH_PROMISE_YELLOW, FALSE },
  { "orange", FALSE, UCH_PROMISE_ORANGE, TRUE },
  { "orange after a restart", TRUE, UCH_PROMISE_ORANGE, FALSE },
  { "red while the desk was closed", TRUE, UCH_PROMISE_RED, TRUE },
  { "red", FALSE, UCH_PROMISE_RED, FALSE },
  { "red after a restart", TRUE, UCH_PROMISE_RED, FALSE },
};

static const Look unknown[] = {
  { "it burned before anybody looked", TRUE, UCH_PROMISE_ORANGE, FALSE },
  { "it becomes worse", FALSE, UCH_PROMISE_RED, TRUE },
};

static void
test_once_per_stage (gconstpointer data)
{
  const Look *looks = data == worsening ? worsening : unknown;
  guint       n = data == worsening ? G_N_ELEMENTS (worsening) : G_N_ELEMENTS (unknown);
  const char *nothing[] = { NULL };
  g_autoptr (UchTold) told = uch_told_new (nothing);

  for (guint i = 0; i < n; i++)
    {
      if (looks[i].restart)
        {
          g_auto (GStrv) kept = uch_told_print (told);

          uch_told_free (told);
          told = uch_told_new ((const char *const *) kept);
        }
      if (uch_told_take (told, "v1", looks[i].promise, looks[i].restart) != looks[i].told)
        g_error ("%s: %s", looks[i].why, looks[i].told ? "not told" : "told");
    }
}

static void
test_forgets_what_has_ended (void)
{
  const char *remembered[] = { "v1 red", "v2 orange", "nonsense", "v3 purple", NULL };
  g_autoptr (UchTold) told = uch_told_new (remembered);
  g_autoptr (GHashTable) open = g_hash_table_new (g_str_hash, g_str_equal);
  g_autoptr (GPtrArray) gone = g_ptr_array_new_with_free_func (g_free);
  g_auto (GStrv) kept = NULL;

  g_hash_table_add (open, (gpointer) "v2");
  g_assert_true (uch_told_keep (told, open, gone));
  g_assert_cmpuint (gone->len, ==, 1);
  g_assert_cmpstr (gone->pdata[0], ==, "v1");
  kept = uch_told_print (told);
  g_assert_cmpuint (g_strv_length (kept), ==, 1);
  g_assert_cmpstr (kept[0], ==, "v2 orange");
}

int
main (int argc, char *argv[])
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_data_func ("/app/told/once-per-stage", worsening, test_once_per_stage);
  g_test_add_data_func ("/app/told/burned-before", unknown, test_once_per_stage);
  g_test_add_func ("/app/told/forgets-what-has-ended", test_forgets_what_has_ended);
  return g_test_run ();
}

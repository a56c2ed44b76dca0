/* The real register of the town, where its data stands beside the project. */
#include <string.h>

#include "core/uch-decide.h"
#include "core/uch-place.h"
#include "exchange/uch-export.h"
#include "exchange/uch-import.h"

static char *
make_id (gpointer user_data)
{
  return g_strdup_printf ("op-%u", ++*(guint *) user_data);
}

/* Beside the checkout, or where $UCHASTOK_DATA says. */
static char *
find_data (const char *name)
{
  const char      *said = g_getenv ("UCHASTOK_DATA");
  g_autofree char *beside
      = g_build_filename (g_getenv ("G_TEST_SRCDIR"), "..", "..", "shared", "stavropol", NULL);
  g_autofree char *path = g_build_filename (said != NULL ? said : beside, name, NULL);
  char            *bytes = NULL;

  g_file_get_contents (path, &bytes, NULL, NULL);
  return bytes;
}

static void
import (UchMemorySnapshot *snapshot, UchImportKind kind, const char *name, guint n_expected)
{
  const UchActor   actor = { NULL, UCH_ROLE_STORE, "import" };
  g_autofree char *bytes = find_data (name);
  g_autoptr (GPtrArray) zones = uch_memory_snapshot_list (snapshot, UCH_TABLE_ZONE);
  g_autoptr (GError) error = NULL;
  guint                 n_ids = 0;
  const UchImportOffice office = { .snapshot = UCH_SNAPSHOT (snapshot),
                                   .zones = zones,
                                   .now = 1,
                                   .make_id = make_id,
                                   .make_id_data = &n_ids };
  g_autoptr (UchImport) plan = NULL;
  g_autofree char *report = NULL;

  g_assert_nonnull (bytes);
  plan = uch_import_plan (kind, bytes, strlen (bytes), NULL, &office, &error);
  g_assert_no_error (error);
  report = uch_import_report (plan);
  g_test_message ("%s: %s", name, report);
  /* a square and a street of one name may count as one (their types are not part of the key) */
  g_assert_cmpuint (plan->n_new + plan->n_duplicates, ==, n_expected);
  g_assert_cmpuint (plan->n_duplicates, <=, 2);
  g_assert_cmpuint (plan->n_errors, ==, 0);
  for (guint i = 0; i < plan->commands->len; i++)
    {
      g_autoptr (UchVerdict) verdict = uch_command_decide (g_ptr_array_index (plan->commands, i),
                                                           &actor, UCH_SNAPSHOT (snapshot), 1);

      g_assert_cmpint (verdict->kind, ==, UCH_VERDICT_OK);
      uch_memory_snapshot_apply (snapshot, verdict->changes);
    }
}

static void
test_the_town_comes_in_whole (void)
{
  static const guint expected[] = { 750, 253, 656, 147, 194 };
  guint              counts[G_N_ELEMENTS (expected)] = { 0 };
  g_autoptr (UchMemorySnapshot) snapshot = uch_memory_snapshot_new ();
  g_autofree char *bytes = find_data ("houses.csv");
  g_autoptr (GPtrArray) houses = NULL;

  if (bytes == NULL)
    {
      g_test_skip ("no real data: neither ../shared/stavropol nor $UCHASTOK_DATA has houses.csv");
      return;
    }
  import (snapshot, UCH_IMPORT_ZONES, "zones.geojson", 5);
  import (snapshot, UCH_IMPORT_CENTRES, "centres.csv", 6);
  import (snapshot, UCH_IMPORT_HOUSES, "houses.csv", 2000);
  houses = uch_memory_snapshot_list (snapshot, UCH_TABLE_HOUSE);
  for (guint i = 0; i < houses->len; i++)
    {
      const UchHouse *house = g_ptr_array_index (houses, i);

      g_assert_nonnull (house->zone_id);
      counts[house->zone_id[strlen ("zone-")] - '1']++;
    }
  for (guint i = 0; i < G_N_ELEMENTS (expected); i++)
    g_assert_cmpfloat_with_epsilon (counts[i], expected[i], 2.5);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/import/real-town", test_the_town_comes_in_whole);
  return g_test_run ();
}

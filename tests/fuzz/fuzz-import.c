/* A file that somebody imports: the first byte chooses the register, the rest is the file. */
#include "core/uch-id.h"
#include "exchange/uch-import.h"
#include "fuzz.h"

static char *
make_id (gpointer data)
{
  guint *n = data;

  return g_strdup_printf ("id-%u", (*n)++);
}

int
LLVMFuzzerTestOneInput (const uint8_t *data, size_t size)
{
  g_autoptr (UchMemorySnapshot) snapshot = uch_memory_snapshot_new ();
  guint           n_ids = 0;
  UchImportOffice office = { .snapshot = UCH_SNAPSHOT (snapshot),
                             .now = 1788246000000,
                             .make_id = make_id,
                             .make_id_data = &n_ids };
  g_autoptr (GError) error = NULL;
  g_autoptr (UchImport) import = NULL;
  g_autofree char *report = NULL;
  g_autofree char *errors = NULL;

  if (size == 0)
    return 0;
  import = uch_import_plan (data[0] % UCH_N_IMPORTS, (const char *) data + 1, size - 1, NULL,
                            &office, &error);
  g_assert_true ((import == NULL) == (error != NULL));
  if (import == NULL)
    return 0;
  report = uch_import_report (import);
  errors = uch_import_errors_csv (import);
  g_assert_true (g_utf8_validate (report, -1, NULL));
  return 0;
}

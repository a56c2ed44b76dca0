/* Which column of a table is which field: by its name in Russian or English, or as a person says.
 */
#pragma once

#include "core/uch-types.h"
#include "exchange/uch-csv.h"

G_BEGIN_DECLS

typedef enum
{
  UCH_IMPORT_HOUSES,
  UCH_IMPORT_ZONES, /* GeoJSON: it has no columns */
  UCH_IMPORT_CENTRES,
  UCH_IMPORT_STAFF,
  UCH_IMPORT_CLIENTS,
  UCH_IMPORT_TICKETS,
  UCH_IMPORT_CALENDAR, /* XML: it has none either */
} UchImportKind;
#define UCH_N_IMPORTS (UCH_IMPORT_CALENDAR + 1)

typedef struct
{
  const char *name;     /* of the field, "street" */
  const char *label;    /* untranslated; show it through g_dgettext() */
  const char *synonyms; /* further names in a header, folded, separated by "|" */
  gboolean    required;
} UchColumn;

extern const char *const uch_import_nicks[]; /* "houses", "zones", … */

const UchColumn *uch_columns_list (UchImportKind kind, guint *out_n_columns);
char   **uch_columns_guess (UchImportKind kind, GPtrArray *header, const char *const *mapping);
gboolean uch_columns_check (UchImportKind kind, const char *const *fields, GError **error);

G_END_DECLS

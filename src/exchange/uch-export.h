/* Registers and tickets as CSV for a spreadsheet. Sensitive fields never leave this way. */
#pragma once

#include "core/uch-entity.h"
#include "exchange/uch-csv.h"

G_BEGIN_DECLS

/* How a value is shown instead of an id: (transfer full) (nullable); NULL leaves the value. */
typedef char *(*UchExportLookup) (UchTable    table,
                                  const char *field,
                                  const char *value,
                                  gpointer    user_data);

typedef struct _UchExport UchExport;

UchExport *uch_export_new (UchTable           table,
                           const char *const *fields,
                           UchExportLookup    lookup,
                           gpointer           user_data);
void       uch_export_add (UchExport *self, gconstpointer entity);
GBytes    *uch_export_finish (UchExport *self);
void       uch_export_free (UchExport *self);
gboolean   uch_export_may (const UchField *field);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (UchExport, uch_export_free)

G_END_DECLS

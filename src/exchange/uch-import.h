/* From a file to commands: what would change, what is wrong with which row. Nothing is written
 * here; the same code works at the desk and in the store. */
#pragma once

#include "core/uch-command.h"
#include "core/uch-snapshot.h"
#include "exchange/uch-columns.h"

G_BEGIN_DECLS

/* What an import must know of the office. Arrays may be NULL where there is nothing yet. */
typedef struct
{
  UchSnapshot *snapshot; /* (unowned): to look single rows up */
  GPtrArray   *zones;    /* (unowned): of UchZone */
  GPtrArray   *centres;  /* (unowned): of UchCentre */
  GPtrArray   *staff;    /* (unowned): of UchStaff */
  GPtrArray   *houses;   /* (unowned): of UchHouse; only needed by an import of zones */
  UchTime      now;
  char *(*make_id) (gpointer user_data); /* of the next command */
  gpointer make_id_data;
} UchImportOffice;

typedef enum
{
  UCH_ISSUE_WARNING,   /* imported, but look at it */
  UCH_ISSUE_DUPLICATE, /* left out: the file has the same thing twice */
  UCH_ISSUE_ERROR,     /* left out */
} UchIssueKind;

typedef struct
{
  UchIssueKind kind;
  guint        line;  /* in the file; 0: the whole file */
  char        *text;  /* a sentence for a person */
  GPtrArray   *cells; /* (owned) (nullable): of the row, for the file of errors */
} UchIssue;

typedef struct
{
  UchImportKind kind;
  UchCsv       *csv;    /* (owned) (nullable): not of a GeoJSON */
  char        **fields; /* (owned) (nullable): field of every column, "" for an unused one */
  guint         n_new, n_changed, n_same, n_duplicates, n_errors, n_warnings;
  GPtrArray    *issues;   /* of UchIssue, as they stand in the file */
  GPtrArray    *commands; /* of UchCommand, in the order to push them */
} UchImport;

UchImport *uch_import_plan (UchImportKind          kind,
                            const char            *bytes,
                            gsize                  len,
                            const char *const     *mapping,
                            const UchImportOffice *office,
                            GError               **error);
void       uch_import_free (UchImport *self);
char      *uch_import_report (const UchImport *self);
char      *uch_import_errors_csv (const UchImport *self);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (UchImport, uch_import_free)

G_END_DECLS

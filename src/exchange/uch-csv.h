/* A table in a text file: bytes in memory to rows and back. */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

#define UCH_CSV_LEN_MAX (64 * 1024 * 1024) /* bytes of one file */
#define UCH_CSV_CELL_LEN_MAX                                                                       \
  (64 * 1024) /* bytes of one cell; a longer one makes its row broken                              \
               */
#define UCH_CSV_COLUMNS_MAX 200

#define UCH_EXCHANGE_ERROR (uch_exchange_error_quark ())
typedef enum
{
  UCH_EXCHANGE_ERROR_EMPTY,    /* nothing to read in it */
  UCH_EXCHANGE_ERROR_FORMAT,   /* not a file of this kind at all */
  UCH_EXCHANGE_ERROR_TOO_LONG, /* larger than UCH_CSV_LEN_MAX */
  UCH_EXCHANGE_ERROR_COLUMNS,  /* the columns that are needed are not there */
} UchExchangeError;
GQuark uch_exchange_error_quark (void);

typedef struct
{
  guint      line;  /* of its first line in the file, from 1 */
  GPtrArray *cells; /* of char *, as many as there are columns unless broken */
  char      *fault; /* (nullable): why the row cannot be used */
} UchCsvRow;

typedef struct
{
  char        separator; /* ';' ',' or TAB */
  const char *encoding;  /* "UTF-8", "UTF-16" or "windows-1251" */
  GPtrArray  *columns;   /* of char *: the first row */
  GPtrArray  *rows;      /* of UchCsvRow, broken ones with them */
} UchCsv;

UchCsv *uch_csv_parse (const char *bytes, gsize len, GError **error);
void    uch_csv_free (UchCsv *self);
void    uch_csv_append_cell (GString *out, char separator, const char *text);
void    uch_csv_append_row (GString *out, char separator, GPtrArray *cells);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (UchCsv, uch_csv_free)

G_END_DECLS

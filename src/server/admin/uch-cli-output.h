/* What a verb says: lines for a person or, with --json, one object for a program; and while long
 * work goes on a moving line for who watches it at a terminal. */
#pragma once

#include "core/uch-types.h"

G_BEGIN_DECLS

typedef enum
{
  UCH_CLI_TEXT,
  UCH_CLI_NUMBER, /* in JSON without quotes; in a table to the right */
} UchCliKind;

typedef struct
{
  const char *name;  /* in JSON */
  const char *label; /* for a person, translated */
  UchCliKind  kind;
} UchCliColumn;

typedef enum
{
  UCH_CLI_BYTES,
  UCH_CLI_ROWS,
} UchCliUnit;

typedef struct _UchCliReport UchCliReport;

void     uch_cli_set_json (gboolean json);
gboolean uch_cli_is_json (void);
void     uch_cli_say (const char *format, ...) G_GNUC_PRINTF (1, 2);
void     uch_cli_complain (int status, const char *message);

void uch_cli_done (const char *name, const char *value);

UchCliReport *uch_cli_report_new (void);
void          uch_cli_report_free (UchCliReport *self);
void          uch_cli_report_add_text (UchCliReport *self,
                                       const char   *name,
                                       const char   *label,
                                       const char   *value);
void uch_cli_report_add_int (UchCliReport *self, const char *name, const char *label, gint64 value);
void
uch_cli_report_add_real (UchCliReport *self, const char *name, const char *label, double value);
void
uch_cli_report_add_bytes (UchCliReport *self, const char *name, const char *label, gint64 value);
void
uch_cli_report_add_time (UchCliReport *self, const char *name, const char *label, UchTime value);
void
uch_cli_report_add_bool (UchCliReport *self, const char *name, const char *label, gboolean value);
void  uch_cli_report_add_table (UchCliReport       *self,
                                const char         *name,
                                const char         *title,
                                const UchCliColumn *columns,
                                guint               n_columns);
void  uch_cli_report_add_row (UchCliReport *self, const char *const *cells);
void  uch_cli_report_print (UchCliReport *self);
char *uch_cli_dup_bytes (gint64 n_bytes);
char *uch_cli_dup_time (UchTime at);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (UchCliReport, uch_cli_report_free)

void uch_cli_progress_begin (const char *what, UchCliUnit unit);
void uch_cli_progress (gint64 n_done, gint64 n_total, gpointer unused);
void uch_cli_progress_end (void);

G_END_DECLS

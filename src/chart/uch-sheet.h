/* The thirteen questions of the head, each with its answer in words and the pictures under it. What
 * the page, the report and the spreadsheet show is made here, so that they cannot disagree. */
#pragma once

#include "chart/uch-chart.h"

G_BEGIN_DECLS

typedef enum
{
  UCH_SHEET_TODAY,
  UCH_SHEET_MIX,
  UCH_SHEET_LOAD,
  UCH_SHEET_FORECAST,
  UCH_SHEET_PROMISE,
  UCH_SHEET_FIRST_CALL,
  UCH_SHEET_FIRST_FIX,
  UCH_SHEET_REOPENS,
  UCH_SHEET_FAIRNESS,
  UCH_SHEET_CONNECTIONS,
  UCH_SHEET_REMOTE,
  UCH_N_SHEETS,
} UchSheetKind;

typedef struct
{
  UchSheetKind  kind;
  UchFactFilter filter;
  char         *question;
  char         *answer;
  char         *foot;   /* n and period */
  GPtrArray    *charts; /* of UchChart */
} UchSheet;

UchSheet   *uch_sheet_new (UchSheetKind kind, const UchFacts *facts, const UchFactFilter *filter);
void        uch_sheet_free (UchSheet *self);
const char *uch_sheet_get_nick (UchSheetKind kind);
GArray     *uch_sheet_list_tickets (
        const UchSheet *self, const UchFacts *facts, guint chart, guint series, guint index);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (UchSheet, uch_sheet_free)

G_END_DECLS

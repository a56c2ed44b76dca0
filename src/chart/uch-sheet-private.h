/* Between the files that make sheets. */
#pragma once

#include "chart/uch-sheet.h"
#include "stats/uch-trend.h"

G_BEGIN_DECLS

typedef void (*UchSheetFill) (UchSheet *sheet, const UchFacts *facts);

char *uch_sheet_format_date (const UchFacts *facts, UchTime at, gboolean in_sentence);
char *uch_sheet_format_month (const UchFacts *facts, UchTime at, gboolean with_year);
void
uch_sheet_label_periods (UchSheet *self, const UchFacts *facts, UchChart *chart, UchSplit split);
void uch_sheet_label_names (
    UchSheet *self, const UchFacts *facts, UchChart *chart, UchSplit split, GArray *tallies);
UchChart *uch_sheet_add_chart (UchSheet *self, UchChartKind kind, UchUnit unit, const char *title);
UchChart *uch_sheet_add_control (UchSheet       *self,
                                 const UchFacts *facts,
                                 UchMeasure      measure,
                                 const char     *title,
                                 UchTrend       *out_trend);
UchChart *uch_sheet_add_shares (UchSheet       *self,
                                const UchFacts *facts,
                                UchMeasure      measure,
                                UchSplit        split,
                                UchChartKind    kind,
                                const char     *title);
UchChart *
uch_sheet_add_spreads (UchSheet *self, const UchFacts *facts, UchLapse lapse, const char *title);
void     uch_sheet_say_trend (UchSheet       *self,
                              const UchFacts *facts,
                              const UchTrend *trend,
                              const char     *share);
void     uch_sheet_say (UchSheet *self, const char *format, ...) G_GNUC_PRINTF (2, 3);
gboolean uch_sheet_is_last_open (const UchSheet *self, const UchFacts *facts);
char    *uch_sheet_format_share (double share);

void uch_sheet_fill_today (UchSheet *sheet, const UchFacts *facts);
void uch_sheet_fill_mix (UchSheet *sheet, const UchFacts *facts);
void uch_sheet_fill_load (UchSheet *sheet, const UchFacts *facts);
void uch_sheet_fill_forecast (UchSheet *sheet, const UchFacts *facts);
void uch_sheet_fill_promise (UchSheet *sheet, const UchFacts *facts);
void uch_sheet_fill_first_call (UchSheet *sheet, const UchFacts *facts);
void uch_sheet_fill_first_fix (UchSheet *sheet, const UchFacts *facts);
void uch_sheet_fill_reopens (UchSheet *sheet, const UchFacts *facts);
void uch_sheet_fill_fairness (UchSheet *sheet, const UchFacts *facts);
void uch_sheet_fill_connections (UchSheet *sheet, const UchFacts *facts);
void uch_sheet_fill_remote (UchSheet *sheet, const UchFacts *facts);

G_END_DECLS

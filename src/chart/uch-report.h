/* The week for management: two pages of A4. */
#pragma once

#include <cairo.h>

#include "chart/uch-sheet.h"

G_BEGIN_DECLS

/* A4 in points. */
#define UCH_REPORT_WIDTH 595.276
#define UCH_REPORT_HEIGHT 841.89
#define UCH_REPORT_N_PAGES 2

typedef struct _UchReport UchReport;

UchReport          *
uch_report_new (UchFacts *facts, UchTime monday, const char *office, gboolean is_invented);
void     uch_report_free (UchReport *self);
char    *uch_report_dup_week (const UchReport *self);
void     uch_report_draw_page (const UchReport *self, cairo_t *cr, guint page);
GBytes  *uch_report_write_pdf (const UchReport *self, GError **error);
gboolean uch_report_parse_week (const UchFacts *facts, const char *text, UchTime *out_monday);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (UchReport, uch_report_free)

G_END_DECLS

/* A chart on the screen: values under the pointer, the arrow keys, and a click to what stands
 * behind. */
#pragma once

#include <gtk/gtk.h>

#include "chart/uch-chart-draw.h"

G_BEGIN_DECLS

#define UCH_TYPE_CHART_AREA (uch_chart_area_get_type ())
G_DECLARE_FINAL_TYPE (UchChartArea, uch_chart_area, UCH, CHART_AREA, GtkWidget)

/* Signals: "picked" (uint series, uint index): clicked, or Enter pressed on it. "told" (string,
 * nullable): what the pointer or the focus stands on. */

GtkWidget      *uch_chart_area_new (void);
void            uch_chart_area_set_chart (UchChartArea *self, const UchChart *chart);
const UchChart *uch_chart_area_get_chart (UchChartArea *self);

G_END_DECLS

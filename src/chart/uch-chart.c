#include "chart/uch-chart.h"

#include <glib/gi18n-lib.h>
#include <math.h>

#include "stats/uch-trend.h"

static void
series_free (UchChartSeries *series)
{
  g_free (series->name);
  g_array_unref (series->points);
  g_free (series);
}

/**
 * uch_chart_new:
 * @title: (nullable): translated
 *
 * Returns: (transfer full): a chart without points
 */
UchChart *
uch_chart_new (UchChartKind kind, UchUnit unit, const char *title)
{
  UchChart *self = g_new0 (UchChart, 1);

  self->kind = kind;
  self->unit = unit;
  self->title = g_strdup (title);
  self->labels = g_ptr_array_new_with_free_func (g_free);
  self->names = g_ptr_array_new_with_free_func (g_free);
  self->buckets = g_array_new (FALSE, FALSE, sizeof (guint));
  self->series = g_ptr_array_new_with_free_func ((GDestroyNotify) series_free);
  self->limits = g_array_new (FALSE, FALSE, sizeof (UchInterval));
  self->mean = self->target = NAN;
  return self;
}

void
uch_chart_free (UchChart *self)
{
  if (self == NULL)
    return;
  g_free (self->title);
  g_free (self->target_name);
  g_ptr_array_unref (self->labels);
  g_ptr_array_unref (self->names);
  g_array_unref (self->buckets);
  g_ptr_array_unref (self->series);
  g_array_unref (self->limits);
  g_free (self);
}

/**
 * uch_chart_add_series:
 * @color: of the palette; −1: of its place
 *
 * Returns: (transfer none): a series without points
 */
UchChartSeries *
uch_chart_add_series (UchChart *self, const char *name, int color)
{
  UchChartSeries *series = g_new0 (UchChartSeries, 1);

  series->name = g_strdup (name);
  series->color = color >= 0 ? color : (int) self->series->len;
  series->measure = -1;
  series->points = g_array_new (FALSE, FALSE, sizeof (UchChartPoint));
  g_ptr_array_add (self->series, series);
  return series;
}

/**
 * uch_chart_add_label:
 * @label: short, for the axis
 * @name: in full, for tips and the table
 * @bucket: of the chart's split
 */
void
uch_chart_add_label (UchChart *self, const char *label, const char *name, guint bucket)
{
  g_ptr_array_add (self->labels, g_strdup (label));
  g_ptr_array_add (self->names, g_strdup (name));
  g_array_append_val (self->buckets, bucket);
}

void
uch_chart_add_point (UchChartSeries *series, double value, guint n)
{
  UchChartPoint point = { value, NAN, NAN, n };

  g_array_append_val (series->points, point);
}

/**
 * uch_chart_add_share:
 *
 * A share with Wilson's 95 % interval; NAN of nothing.
 */
void
uch_chart_add_share (UchChartSeries *series, UchTally tally)
{
  UchInterval   interval = uch_share_get_interval (tally.k, tally.n, UCH_Z_95);
  UchChartPoint point
      = { tally.n > 0 ? (double) tally.k / tally.n : NAN, interval.low, interval.high, tally.n };

  g_array_append_val (series->points, point);
}

guint
uch_chart_get_n (const UchChart *self)
{
  return self->labels->len;
}

/**
 * uch_chart_get_point:
 *
 * Returns: (transfer none) (nullable)
 */
const UchChartPoint *
uch_chart_get_point (const UchChart *self, guint series, guint index)
{
  const UchChartSeries *found
      = series < self->series->len ? g_ptr_array_index (self->series, series) : NULL;

  return found != NULL && index < found->points->len
             ? &g_array_index (found->points, UchChartPoint, index)
             : NULL;
}

/**
 * uch_chart_is_outside:
 *
 * Returns: whether a point of a control or funnel chart is beyond its limits: not chance
 */
gboolean
uch_chart_is_outside (const UchChart *self, guint index)
{
  const UchChartPoint *point = uch_chart_get_point (self, 0, index);
  const UchInterval   *limits;

  if (point == NULL || index >= self->limits->len || isnan (point->value) || point->n < UCH_N_DOTS)
    return FALSE;
  limits = &g_array_index (self->limits, UchInterval, index);
  return point->value < limits->low || point->value > limits->high;
}

/**
 * uch_chart_get_max:
 *
 * Returns: what the axis of values must hold: the highest value, interval, limit or target
 */
double
uch_chart_get_max (const UchChart *self)
{
  double max = 0;

  for (guint i = 0; i < uch_chart_get_n (self); i++)
    {
      double sum = 0;

      for (guint s = 0; s < self->series->len; s++)
        {
          const UchChartPoint *point = uch_chart_get_point (self, s, i);
          double               high = point == NULL || isnan (point->value) ? 0 : point->value;

          sum += high;
          max = MAX (max, self->kind == UCH_CHART_STACKED ? sum : high);
          /* whiskers of a handful are not worth the room of the whole chart */
          if (point != NULL && !isnan (point->high) && point->n >= UCH_N_DOTS
              && self->kind != UCH_CHART_STACKED)
            max = MAX (max, point->high);
        }
      if (i < self->limits->len && !isnan (g_array_index (self->limits, UchInterval, i).high)
          && uch_chart_get_point (self, 0, i)->n >= UCH_N_DOTS)
        max = MAX (max, g_array_index (self->limits, UchInterval, i).high);
    }
  if (!isnan (self->target))
    max = MAX (max, self->target);
  return self->unit == UCH_UNIT_SHARE ? MIN (max, 1) : max;
}

/**
 * uch_chart_format:
 *
 * Returns: (transfer full): the value with its unit, as people write it
 */
char *
uch_chart_format (UchUnit unit, double value)
{
  if (isnan (value))
    return g_strdup ("—");
  switch (unit)
    {
    case UCH_UNIT_SHARE:
      /* Translators: a share; there is a no-break space before the sign where the language has one
       */
      return g_strdup_printf (_ ("%.*f%%"), fabs (value) < 0.0995 && value != 0 ? 1 : 0,
                              value * 100);
    case UCH_UNIT_MINUTES:
      /* Translators: minutes of time */
      return g_strdup_printf (C_ ("chart", "%.0f min"), value);
    case UCH_UNIT_HOURS:
      /* Translators: hours of time */
      return g_strdup_printf (C_ ("chart", "%.1f h"), value);
    case UCH_UNIT_KM:
      /* Translators: kilometres */
      return g_strdup_printf (C_ ("chart", "%.0f km"), value);
    default:
      return g_strdup_printf (fabs (value - round (value)) < 1e-9 ? "%.0f" : "%.1f", value);
    }
}

/**
 * uch_chart_dup_tip:
 *
 * Returns: (transfer full) (nullable): what stands beside the pointer, and what a screen reader
 * says
 */
char *
uch_chart_dup_tip (const UchChart *self, guint series, guint index)
{
  const UchChartPoint *point = uch_chart_get_point (self, series, index);
  g_autofree char     *value = NULL, *low = NULL, *high = NULL;
  GString             *tip;

  if (point == NULL)
    return NULL;
  tip = g_string_new (g_ptr_array_index (self->names, index));
  if (self->series->len > 1)
    g_string_append_printf (tip, "\n%s",
                            ((UchChartSeries *) g_ptr_array_index (self->series, series))->name);
  value = uch_chart_format (self->unit, point->value);
  if (self->unit == UCH_UNIT_SHARE && point->n < UCH_N_DOTS && point->n > 0)
    g_string_append_printf (tip, "\n%s", _ ("too few for a share"));
  else
    g_string_append_printf (tip, "\n%s", value);
  if (!isnan (point->low) && point->n >= UCH_N_DOTS)
    {
      low = uch_chart_format (self->unit, point->low);
      high = uch_chart_format (self->unit, point->high);
      g_string_append_printf (tip, " (%s – %s)", low, high);
    }
  if (point->n > 0 && self->unit != UCH_UNIT_COUNT)
    g_string_append_printf (tip, "\nn = %u", point->n);
  if (uch_chart_is_outside (self, index))
    g_string_append_printf (tip, "\n%s", _ ("outside of what chance does"));
  if (self->last_is_open && index + 1 == uch_chart_get_n (self))
    g_string_append_printf (tip, "\n%s", _ ("not over yet"));
  return g_string_free (tip, FALSE);
}

/* Columns: the name; per series the value, and for shares and forecasts low, high and n. */
static guint
get_width (const UchChart *self)
{
  return self->unit == UCH_UNIT_SHARE && self->kind != UCH_CHART_HEATMAP ? 4 : 1;
}

guint
uch_chart_get_n_columns (const UchChart *self)
{
  return 1 + self->series->len * get_width (self);
}

/**
 * uch_chart_dup_header:
 *
 * Returns: (transfer full): the head of a column of the table
 */
char *
uch_chart_dup_header (const UchChart *self, guint column)
{
  guint                 width = get_width (self), part = (column - 1) % width;
  const UchChartSeries *series;
  const char *const     parts[] = { "", _ ("from"), _ ("to"), "n" };

  if (column == 0)
    return g_strdup ("");
  series = g_ptr_array_index (self->series, (column - 1) / width);
  if (part == 0)
    return g_strdup (series->name);
  return self->series->len == 1 ? g_strdup (parts[part])
                                : g_strdup_printf ("%s: %s", series->name, parts[part]);
}

/**
 * uch_chart_dup_cell:
 * @out_number: (out): the bare number for a spreadsheet; NAN: a text, or nothing
 *
 * Returns: (transfer full): what is read in the cell
 */
char *
uch_chart_dup_cell (const UchChart *self, guint row, guint column, double *out_number)
{
  guint                width = get_width (self), part = (column - 1) % width;
  const UchChartPoint *point;

  *out_number = NAN;
  if (column == 0)
    return g_strdup (g_ptr_array_index (self->names, row));
  point = uch_chart_get_point (self, (column - 1) / width, row);
  if (point == NULL)
    return g_strdup ("");
  *out_number = part == 0   ? point->value
                : part == 1 ? point->low
                : part == 2 ? point->high
                            : point->n;
  if (part == 3)
    return g_strdup_printf ("%u", point->n);
  /* Fewer than ten: no percentage, in the table no more than in the picture. */
  if (self->unit == UCH_UNIT_SHARE && point->n < UCH_N_DOTS)
    *out_number = NAN;
  return uch_chart_format (self->unit, *out_number);
}

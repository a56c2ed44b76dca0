#define G_LOG_DOMAIN "uch-app"

#include <adwaita.h>
#include <glib/gi18n.h>

#include "app/shifts/uch-shift-grid-private.h"
#include "app/uch-format.h"

#define NAME_WIDTH_PX 190
#define DAY_WIDTH_PX 72
/* How often "today" and the sums are looked at by the clock alone. */
#define CLOCK_STEP_MS UCH_MINUTE_MS

enum
{
  PROP_MONDAY = 1,
  N_PROPS
};

static GParamSpec *props[N_PROPS];

G_DEFINE_FINAL_TYPE (UchShiftGrid, uch_shift_grid, GTK_TYPE_WIDGET)

static const char *const weekdays[]
    = { NC_ ("weekday", "Mon"), NC_ ("weekday", "Tue"), NC_ ("weekday", "Wed"),
        NC_ ("weekday", "Thu"), NC_ ("weekday", "Fri"), NC_ ("weekday", "Sat"),
        NC_ ("weekday", "Sun") };

static void
row_free (gpointer data)
{
  UchShiftRow *row = data;

  g_object_unref (row->staff);
  g_free (row);
}

UchTime
uch_shift_grid_get_midnight (UchShiftGrid *self, guint column)
{
  return uch_day_start (self->monday + UCH_HOUR_MS, (int) column);
}

UchShiftRow *
uch_shift_grid_get_row (UchShiftGrid *self, guint row)
{
  return row < self->rows->len ? g_ptr_array_index (self->rows, row) : NULL;
}

UchShiftCell *
uch_shift_grid_get_cell (UchShiftGrid *self, guint row, guint column)
{
  UchShiftRow *line = uch_shift_grid_get_row (self, row);

  return line != NULL && column < UCH_SHIFT_DAYS ? line->cells[column] : NULL;
}

static gboolean
is_today (UchShiftGrid *self, guint column)
{
  return uch_day_start (uch_session_now (self->session), 0)
         == uch_shift_grid_get_midnight (self, column);
}

static void
set_class (GtkWidget *widget, const char *css_class, gboolean on)
{
  if (on)
    gtk_widget_add_css_class (widget, css_class);
  else
    gtk_widget_remove_css_class (widget, css_class);
}

/* ---- what stands in the cells ---- */

static char *
dup_day_name (UchShiftGrid *self, guint column)
{
  g_autofree char *day = uch_format_day (uch_shift_grid_get_midnight (self, column),
                                         uch_session_now (self->session));

  return g_strdup_printf ("%s, %s", g_dpgettext2 (NULL, "weekday", weekdays[column]), day);
}

static void
show_cell (UchShiftGrid *self, UchShiftRow *row, guint column, UchShiftDraft *draft)
{
  UchTime          midnight = uch_shift_grid_get_midnight (self, column);
  const char      *reason = uch_shift_draft_get_absence (draft, midnight);
  const char      *absence = reason != NULL ? uch_shift_describe_absence (reason) : NULL;
  g_autofree char *name = uch_staff_dup_short_name (row->staff);
  g_autofree char *day = dup_day_name (self, column);
  g_autofree char *hours = NULL;
  g_autofree char *label = NULL;
  g_autoptr (GArray) parts = uch_shift_draft_get_work (draft, midnight);

  hours = uch_day_parts_print (parts);
  if (absence != NULL && parts->len > 0)
    /* Translators: who, which day, why absent, the hours that were planned */
    label = g_strdup_printf (_ ("%s, %s: %s (planned %s)"), name, day, absence, hours);
  else
    label = g_strdup_printf ("%s, %s: %s", name, day,
                             absence != NULL  ? absence
                             : parts->len > 0 ? hours
                                              : _ ("day off"));
  uch_shift_cell_set_work (row->cells[column], parts, absence);
  uch_shift_cell_set_label (row->cells[column], label);
  set_class (GTK_WIDGET (row->cells[column]), "today", is_today (self, column));
  set_class (GTK_WIDGET (row->cells[column]), "weekend", column >= 5);
}

/* Who works on that day at all. */
static guint
count_works (UchShiftGrid *self, UchShiftGroup *group, guint column)
{
  guint n = 0;

  for (guint i = 0; i < self->rows->len; i++)
    {
      UchShiftRow *row = g_ptr_array_index (self->rows, i);

      if (g_ptr_array_find (group->staff, row->staff, NULL)
          && gtk_widget_has_css_class (GTK_WIDGET (row->cells[column]), "works"))
        n++;
    }
  return n;
}

/* "18–20" for what is left without anybody; %NULL: nothing is, or it has passed. */
static char *
dup_gaps (UchShiftGrid *self, UchShiftGroup *group, GPtrArray *shifts, guint column)
{
  UchTime midnight = uch_shift_grid_get_midnight (self, column), from, to;
  g_autoptr (GPtrArray) ids = g_ptr_array_new ();
  g_autoptr (GArray) gaps = NULL;
  g_autoptr (GArray) parts = g_array_new (FALSE, FALSE, sizeof (UchDayPart));

  uch_shift_get_watch (midnight, &from, &to);
  for (guint i = 0; i < group->staff->len; i++)
    g_ptr_array_add (ids, UCH_ENTITY (g_ptr_array_index (group->staff, i))->id);
  if (group->engineers && to > uch_session_now (self->session))
    gaps = uch_shift_find_gaps (shifts, ids, from, to);
  for (guint i = 0; gaps != NULL && i < gaps->len; i++)
    {
      const UchShiftGap *gap = &g_array_index (gaps, UchShiftGap, i);
      UchDayPart         part = { (int) ((gap->from - midnight) / UCH_MINUTE_MS),
                                  (int) ((gap->to - midnight) / UCH_MINUTE_MS) };

      g_array_append_val (parts, part);
    }
  return parts->len > 0 ? uch_day_parts_print (parts) : NULL;
}

static void
show_sum (UchShiftGrid *self, guint index, guint column, GPtrArray *shifts)
{
  UchShiftGroup   *group = g_ptr_array_index (self->groups, index);
  GtkLabel        *label = g_ptr_array_index (self->sums, index * UCH_SHIFT_DAYS + column);
  guint            n = count_works (self, group, column);
  g_autofree char *gaps = dup_gaps (self, group, shifts, column);
  g_autofree char *text = NULL;
  g_autofree char *hint = NULL;
  g_autofree char *day = dup_day_name (self, column);

  if (n == 0)
    text = g_strdup (gaps != NULL ? _ ("nobody") : "—");
  else if (gaps != NULL)
    /* Translators: so many on shift that day, but nobody at these hours; a line each */
    text = g_strdup_printf (ngettext ("%u on shift\nnone %s", "%u on shift\nnone %s", n), n, gaps);
  else
    text = g_strdup_printf (ngettext ("%u on shift", "%u on shift", n), n);
  hint = gaps != NULL ? g_strdup_printf (_ ("%s: nobody is on shift at %s"), day, gaps)
                      : g_strdup_printf ("%s: %s", day, text);
  gtk_label_set_label (label, text);
  gtk_widget_set_tooltip_text (GTK_WIDGET (label), hint);
  gtk_accessible_update_property (GTK_ACCESSIBLE (label), GTK_ACCESSIBLE_PROPERTY_LABEL, hint, -1);
  set_class (GTK_WIDGET (label), "gap", gaps != NULL);
  set_class (GTK_WIDGET (label), "dim-label", gaps == NULL);
}

static void
show_head (UchShiftGrid *self, guint column)
{
  g_autofree char *day = dup_day_name (self, column);
  g_autofree char *text = NULL;
  guint            n = 0;

  for (guint i = 0; i < self->groups->len; i++)
    n += count_works (self, g_ptr_array_index (self->groups, i), column);
  text = g_markup_printf_escaped (ngettext ("<b>%s</b>\n%u on shift", "<b>%s</b>\n%u on shift", n),
                                  day, n);
  gtk_label_set_markup (self->days[column], text);
  set_class (GTK_WIDGET (self->days[column]), "today", is_today (self, column));
  set_class (GTK_WIDGET (self->days[column]), "weekend", column >= 5);
}

static void
show_days (UchShiftGrid *self)
{
  g_autoptr (GPtrArray) shifts = uch_shift_list (uch_session_get_replica (self->session));

  self->looked_at = uch_session_now (self->session);
  for (guint i = 0; i < self->rows->len; i++)
    {
      UchShiftRow *row = g_ptr_array_index (self->rows, i);
      g_autoptr (UchShiftDraft) draft = uch_shift_draft_new (shifts, UCH_ENTITY (row->staff)->id);

      for (guint column = 0; column < UCH_SHIFT_DAYS; column++)
        show_cell (self, row, column, draft);
    }
  for (guint column = 0; column < UCH_SHIFT_DAYS; column++)
    {
      for (guint i = 0; i < self->groups->len; i++)
        show_sum (self, i, column, shifts);
      show_head (self, column);
    }
}

/* ---- who stands in the rows ---- */

static GtkWidget *
make_name (UchStaff *staff)
{
  GtkWidget       *box = gtk_box_new (GTK_ORIENTATION_HORIZONTAL, 6);
  g_autofree char *name = uch_staff_dup_short_name (staff);
  GtkWidget       *label = gtk_label_new (name);

  gtk_label_set_xalign (GTK_LABEL (label), 0);
  gtk_label_set_ellipsize (GTK_LABEL (label), PANGO_ELLIPSIZE_END);
  gtk_widget_set_tooltip_text (label, staff->name);
  gtk_widget_set_size_request (box, NAME_WIDTH_PX, -1);
  gtk_box_append (GTK_BOX (box), label);
  if (staff->employment != UCH_EMPLOYMENT_STAFF)
    {
      GtkWidget *chip = gtk_label_new (uch_format_employment (staff->employment));

      gtk_widget_add_css_class (chip, "chip");
      gtk_widget_set_valign (chip, GTK_ALIGN_CENTER);
      gtk_box_append (GTK_BOX (box), chip);
    }
  return box;
}

static GtkWidget *
make_group_name (UchShiftGroup *group)
{
  GtkWidget       *label = gtk_label_new (NULL);
  g_autofree char *name = NULL;
  g_autofree char *markup = NULL;
  GdkRGBA          color;

  if (group->zone == NULL)
    markup = g_markup_printf_escaped ("<b>%s</b>",
                                      group->engineers ? _ ("No zone") : C_ ("shifts", "Office"));
  else
    {
      uch_zone_get_rgba (group->zone, adw_style_manager_get_dark (adw_style_manager_get_default ()),
                         &color);
      name = g_markup_escape_text (group->zone->name != NULL ? group->zone->name : "", -1);
      markup = g_strdup_printf ("<span color=\"#%02x%02x%02x\">■</span> <b>%d %s</b>",
                                (int) (color.red * 255), (int) (color.green * 255),
                                (int) (color.blue * 255), (int) group->zone->number, name);
    }
  gtk_label_set_markup (GTK_LABEL (label), markup);
  gtk_label_set_xalign (GTK_LABEL (label), 0);
  gtk_label_set_ellipsize (GTK_LABEL (label), PANGO_ELLIPSIZE_END);
  gtk_widget_set_size_request (label, NAME_WIDTH_PX, -1);
  gtk_widget_add_css_class (label, "shift-group");
  return label;
}

/* As wide as every other day's, whatever stands in it. */
static GtkWidget *
make_day_label (void)
{
  GtkWidget *label = gtk_label_new (NULL);

  gtk_label_set_ellipsize (GTK_LABEL (label), PANGO_ELLIPSIZE_END);
  gtk_label_set_max_width_chars (GTK_LABEL (label), 1);
  gtk_label_set_justify (GTK_LABEL (label), GTK_JUSTIFY_CENTER);
  gtk_widget_set_size_request (label, DAY_WIDTH_PX, -1);
  gtk_widget_set_hexpand (label, TRUE);
  gtk_widget_add_css_class (label, "numeric");
  return label;
}

static void
add_group (UchShiftGrid *self, UchShiftGroup *group, int *line)
{
  gtk_grid_attach (self->grid, make_group_name (group), 0, *line, 1, 1);
  for (int column = 0; column < UCH_SHIFT_DAYS; column++)
    {
      GtkWidget *sum = make_day_label ();

      gtk_widget_add_css_class (sum, "shift-sum");
      gtk_grid_attach (self->grid, sum, column + 1, *line, 1, 1);
      g_ptr_array_add (self->sums, sum);
    }
  (*line)++;
  for (guint i = 0; i < group->staff->len; i++, (*line)++)
    {
      UchShiftRow *row = g_new0 (UchShiftRow, 1);

      row->staff = g_object_ref (g_ptr_array_index (group->staff, i));
      gtk_grid_attach (self->grid, make_name (row->staff), 0, *line, 1, 1);
      for (guint column = 0; column < UCH_SHIFT_DAYS; column++)
        {
          GtkWidget *cell = uch_shift_cell_new (self->rows->len, column);

          row->cells[column] = UCH_SHIFT_CELL (cell);
          gtk_grid_attach (self->grid, cell, (int) column + 1, *line, 1, 1);
        }
      g_ptr_array_add (self->rows, row);
    }
}

static void
show_rows (UchShiftGrid *self)
{
  GtkWidget *child;
  int        line = 0;

  while ((child = gtk_widget_get_first_child (GTK_WIDGET (self->grid))) != NULL)
    gtk_grid_remove (self->grid, child);
  g_ptr_array_set_size (self->rows, 0);
  g_ptr_array_set_size (self->sums, 0);
  g_clear_pointer (&self->groups, g_ptr_array_unref);
  self->groups = uch_shift_list_groups (uch_session_get_replica (self->session));
  for (guint i = 0; i < self->groups->len; i++)
    add_group (self, g_ptr_array_index (self->groups, i), &line);
  self->row = MIN (self->row, MAX (self->rows->len, 1) - 1);
  self->anchor_row = self->row;
  show_days (self);
}

static gboolean
show_soon_cb (gpointer user_data)
{
  UchShiftGrid *self = user_data;

  self->idle_id = 0;
  show_days (self);
  return G_SOURCE_REMOVE;
}

/* A week that is copied changes a hundred rows: they are shown once. */
static void
show_soon (UchShiftGrid *self)
{
  if (self->idle_id == 0)
    self->idle_id = g_idle_add (show_soon_cb, self);
}

static void
tick_cb (UchShiftGrid *self)
{
  if (uch_session_now (self->session) >= self->looked_at + CLOCK_STEP_MS
      && gtk_widget_get_mapped (GTK_WIDGET (self)))
    show_soon (self);
}

/* ---- what is chosen ---- */

static gboolean
is_chosen (UchShiftGrid *self, guint row, guint column)
{
  return row >= MIN (self->row, self->anchor_row) && row <= MAX (self->row, self->anchor_row)
         && column >= MIN (self->column, self->anchor_column)
         && column <= MAX (self->column, self->anchor_column);
}

/**
 * uch_shift_grid_choose:
 * @extend: keeps the other corner of the rectangle
 *
 * Chooses a cell and gives it the focus.
 */
void
uch_shift_grid_choose (UchShiftGrid *self, guint row, guint column, gboolean extend)
{
  UchShiftCell *cell = uch_shift_grid_get_cell (self, row, column);

  if (cell == NULL)
    return;
  self->row = row;
  self->column = column;
  if (!extend)
    {
      self->anchor_row = row;
      self->anchor_column = column;
    }
  for (guint i = 0; i < self->rows->len; i++)
    for (guint j = 0; j < UCH_SHIFT_DAYS; j++)
      uch_shift_cell_set_selected (uch_shift_grid_get_cell (self, i, j), is_chosen (self, i, j));
  gtk_widget_grab_focus (GTK_WIDGET (cell));
}

/* ---- the widget ---- */

static gboolean
uch_shift_grid_grab_focus (GtkWidget *widget)
{
  UchShiftGrid *self = UCH_SHIFT_GRID (widget);

  /* A menu or the entry gives the focus back: what was chosen stays chosen. */
  uch_shift_grid_choose (self, self->row, self->column, TRUE);
  return self->rows->len > 0;
}

static void
uch_shift_grid_get_property (GObject *object, guint id, GValue *value, GParamSpec *pspec)
{
  if (id == PROP_MONDAY)
    g_value_set_int64 (value, UCH_SHIFT_GRID (object)->monday);
  else
    G_OBJECT_WARN_INVALID_PROPERTY_ID (object, id, pspec);
}

static void
uch_shift_grid_dispose (GObject *object)
{
  UchShiftGrid *self = UCH_SHIFT_GRID (object);

  g_clear_handle_id (&self->idle_id, g_source_remove);
  g_clear_pointer (&self->menu, gtk_widget_unparent);
  g_clear_pointer (&self->editor, gtk_widget_unparent);
  g_clear_pointer (&self->box, gtk_widget_unparent);
  g_clear_object (&self->session);
  G_OBJECT_CLASS (uch_shift_grid_parent_class)->dispose (object);
}

static void
uch_shift_grid_finalize (GObject *object)
{
  UchShiftGrid *self = UCH_SHIFT_GRID (object);

  g_clear_pointer (&self->groups, g_ptr_array_unref);
  g_ptr_array_unref (self->rows);
  g_ptr_array_unref (self->sums);
  g_array_unref (self->pattern);
  g_clear_pointer (&self->clip, g_array_unref);
  G_OBJECT_CLASS (uch_shift_grid_parent_class)->finalize (object);
}

static void
uch_shift_grid_class_init (UchShiftGridClass *klass)
{
  GObjectClass   *object_class = G_OBJECT_CLASS (klass);
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  object_class->dispose = uch_shift_grid_dispose;
  object_class->finalize = uch_shift_grid_finalize;
  object_class->get_property = uch_shift_grid_get_property;
  widget_class->grab_focus = uch_shift_grid_grab_focus;
  props[PROP_MONDAY] = g_param_spec_int64 ("monday", NULL, NULL, G_MININT64, G_MAXINT64, 0,
                                           G_PARAM_READABLE | G_PARAM_STATIC_STRINGS);
  g_object_class_install_properties (object_class, N_PROPS, props);
  gtk_widget_class_set_css_name (widget_class, "shiftgrid");
  gtk_widget_class_set_layout_manager_type (widget_class, GTK_TYPE_BIN_LAYOUT);
  uch_shift_grid_install_acts (widget_class);
}

static void
uch_shift_grid_init (UchShiftGrid *self)
{
  GtkWidget *corner = gtk_label_new (NULL);

  self->rows = g_ptr_array_new_with_free_func (row_free);
  self->sums = g_ptr_array_new ();
  self->pattern = g_array_new (FALSE, FALSE, sizeof (UchDayPart));
  self->box = gtk_box_new (GTK_ORIENTATION_VERTICAL, 0);
  self->head = GTK_GRID (gtk_grid_new ());
  self->grid = GTK_GRID (gtk_grid_new ());
  self->scroller = gtk_scrolled_window_new ();
  gtk_widget_set_parent (self->box, GTK_WIDGET (self));
  gtk_widget_add_css_class (GTK_WIDGET (self->head), "shift-head");
  gtk_widget_add_css_class (GTK_WIDGET (self->grid), "shift-rows");
  gtk_widget_set_size_request (corner, NAME_WIDTH_PX, -1);
  gtk_grid_attach (self->head, corner, 0, 0, 1, 1);
  for (int column = 0; column < UCH_SHIFT_DAYS; column++)
    {
      GtkWidget *day = make_day_label ();

      self->days[column] = GTK_LABEL (day);
      gtk_grid_attach (self->head, day, column + 1, 0, 1, 1);
    }
  gtk_scrolled_window_set_policy (GTK_SCROLLED_WINDOW (self->scroller), GTK_POLICY_NEVER,
                                  GTK_POLICY_AUTOMATIC);
  gtk_scrolled_window_set_child (GTK_SCROLLED_WINDOW (self->scroller), GTK_WIDGET (self->grid));
  gtk_widget_set_vexpand (self->scroller, TRUE);
  gtk_accessible_update_property (GTK_ACCESSIBLE (self->grid), GTK_ACCESSIBLE_PROPERTY_LABEL,
                                  _ ("Shifts of the week"), -1);
  gtk_box_append (GTK_BOX (self->box), GTK_WIDGET (self->head));
  gtk_box_append (GTK_BOX (self->box), self->scroller);
  uch_shift_grid_make_editor (self);
  uch_shift_grid_add_input (self);
}

/**
 * uch_shift_grid_new:
 *
 * Returns: (transfer floating): this week's grid
 */
GtkWidget *
uch_shift_grid_new (UchSession *session)
{
  UchShiftGrid *self = g_object_new (UCH_TYPE_SHIFT_GRID, NULL);
  UchReplica   *replica = uch_session_get_replica (session);

  self->session = g_object_ref (session);
  self->may_edit = uch_shift_may_edit (replica);
  uch_shift_grid_show_week (self, uch_session_now (session));
  g_signal_connect_object (uch_replica_list (replica, UCH_TABLE_SHIFT), "items-changed",
                           G_CALLBACK (show_soon), self, G_CONNECT_SWAPPED);
  g_signal_connect_object (uch_replica_list (replica, UCH_TABLE_STAFF), "items-changed",
                           G_CALLBACK (show_rows), self, G_CONNECT_SWAPPED);
  g_signal_connect_object (uch_replica_list (replica, UCH_TABLE_ZONE), "items-changed",
                           G_CALLBACK (show_rows), self, G_CONNECT_SWAPPED);
  g_signal_connect_object (session, "tick", G_CALLBACK (tick_cb), self, G_CONNECT_SWAPPED);
  g_signal_connect_object (adw_style_manager_get_default (), "notify::dark", G_CALLBACK (show_rows),
                           self, G_CONNECT_SWAPPED);
  show_rows (self);
  return GTK_WIDGET (self);
}

/**
 * uch_shift_grid_show_week:
 * @at: some instant of the week
 */
void
uch_shift_grid_show_week (UchShiftGrid *self, UchTime at)
{
  g_autoptr (GDateTime) date = g_date_time_new_from_unix_local (at / 1000);

  self->monday = uch_day_start (at, 1 - g_date_time_get_day_of_week (date));
  if (self->groups != NULL)
    show_days (self);
  g_object_notify_by_pspec (G_OBJECT (self), props[PROP_MONDAY]);
}

UchTime
uch_shift_grid_get_monday (UchShiftGrid *self)
{
  return self->monday;
}

/**
 * uch_shift_grid_set_template:
 * @parts: (element-type UchDayPart): the hours that a drag from an empty day sets
 */
void
uch_shift_grid_set_template (UchShiftGrid *self, GArray *parts)
{
  g_array_ref (parts);
  g_array_unref (self->pattern);
  self->pattern = parts;
}

/**
 * uch_shift_grid_show_staff:
 * @staff_id: whose row is brought into view, today's cell chosen
 */
void
uch_shift_grid_show_staff (UchShiftGrid *self, const char *staff_id)
{
  guint today = 0;

  for (guint column = 0; column < UCH_SHIFT_DAYS; column++)
    if (is_today (self, column))
      today = column;
  for (guint i = 0; i < self->rows->len; i++)
    if (g_strcmp0 (UCH_ENTITY (uch_shift_grid_get_row (self, i)->staff)->id, staff_id) == 0)
      uch_shift_grid_choose (self, i, today, FALSE);
}

#define G_LOG_DOMAIN "uch-app"

#include "app/statistics/uch-statistics-page.h"

#include <adwaita.h>
#include <glib/gi18n.h>

#include "app/statistics/uch-bar-tickets.h"
#include "app/statistics/uch-sheet-card.h"
#include "app/tickets/uch-choice.h"
#include "app/uch-format.h"
#include "app/uch-window.h"
#include "chart/uch-report.h"
#include "core/uch-office.h"
#include "exchange/uch-demo-town.h"
#include "replica/uch-replica-facts.h"

/* What colleagues do is counted again at most so often; nobody watches a chart by the second. */
#define REFRESH_S 60

struct _UchStatisticsPage
{
  GtkWidget parent_instance;

  /* template */
  GtkWidget   *box;
  GtkDropDown *period;
  GtkDropDown *zone;
  GtkDropDown *engineer;
  GtkDropDown *employment;
  GtkSpinner  *spinner;
  GtkWidget   *invented;
  GtkStack    *stack;
  GtkBox      *cards;

  /* owned */
  UchSession           *session;
  UchFacts             *facts;    /* nullable: not read yet */
  GCancellable         *reading;  /* nullable */
  GtkFileChooserNative *chooser;  /* nullable */
  GtkPrintOperation    *printing; /* nullable */
  guint                 fill_id;  /* source: the sheets are made one after the other */
  guint                 refresh_id;
  guint                 next; /* sheet to be made */
  gboolean              stale;
  gboolean              filling; /* the choices are being set by the program */
};

G_DEFINE_FINAL_TYPE (UchStatisticsPage, uch_statistics_page, GTK_TYPE_WIDGET)

/* ---- the filter ---- */

static const struct
{
  const char *id;
  const char *name;
  guint       weeks;
} periods[] = {
  { "52", N_ ("a year"), 52 },        { "4", N_ ("4 weeks"), 4 },
  { "13", N_ ("13 weeks"), 13 },      { "26", N_ ("half a year"), 26 },
  { "156", N_ ("three years"), 156 }, { "all", N_ ("all time"), 0 },
};

static int
get_index (GtkDropDown *choice)
{
  const char *id = uch_choice_get (choice);

  return id != NULL ? (int) g_ascii_strtoll (id, NULL, 10) : -1;
}

/* Whole weeks up to now: a part of a week at the beginning would look like a fall. */
static void
get_filter (UchStatisticsPage *self, UchFactFilter *out_filter)
{
  const char *id = uch_choice_get (self->period);
  guint       weeks = id != NULL ? (guint) g_ascii_strtoull (id, NULL, 10) : 0;
  gint64      day = uch_facts_get_day (self->facts, uch_facts_get_now (self->facts));

  *out_filter = (UchFactFilter) UCH_FACT_FILTER_INIT;
  if (weeks > 0)
    out_filter->from = uch_facts_get_day_start (self->facts, day - (day + 3) % 7 - (weeks - 1) * 7);
  out_filter->zone = get_index (self->zone);
  out_filter->engineer = get_index (self->engineer);
  out_filter->employment = get_index (self->employment);
}

/* The old choice is kept where it still stands. */
static void
set_rows (GtkDropDown *drop_down, GListStore *rows)
{
  g_autofree char *before = g_strdup (uch_choice_get (drop_down));

  uch_choice_set_rows (drop_down, rows);
  if (before != NULL)
    uch_choice_set (drop_down, before);
}

static void
fill_choices (UchStatisticsPage *self)
{
  g_autoptr (GListStore) zones = uch_choices_new ();
  g_autoptr (GListStore) engineers = uch_choices_new ();

  self->filling = TRUE;
  uch_choices_add (zones, NULL, _ ("All zones"));
  uch_choices_add (engineers, NULL, _ ("All engineers"));
  for (guint i = 0; i < uch_facts_get_n_zones (self->facts); i++)
    {
      const UchFactName *zone = uch_facts_get_zone (self->facts, i);
      g_autofree char   *id = g_strdup_printf ("%u", i);
      g_autofree char *name = g_strdup_printf ("%" G_GINT64_FORMAT " %s", zone->number, zone->name);

      uch_choices_add (zones, id, name);
    }
  for (guint i = 0; i < uch_facts_get_n_staff (self->facts); i++)
    {
      const UchFactName *staff = uch_facts_get_staff (self->facts, i);
      g_autofree char   *id = g_strdup_printf ("%u", i);

      if (staff->role == UCH_ROLE_ENGINEER)
        uch_choices_add (engineers, id, staff->name);
    }
  uch_choices_sort (zones, 1);
  uch_choices_sort (engineers, 1);
  set_rows (self->zone, zones);
  set_rows (self->engineer, engineers);
  self->filling = FALSE;
}

static void
fill_constant_choices (UchStatisticsPage *self)
{
  g_autoptr (GListStore) rows = uch_choices_new ();
  g_autoptr (GListStore) employments = uch_choices_new ();

  for (guint i = 0; i < G_N_ELEMENTS (periods); i++)
    uch_choices_add (rows, periods[i].id, _ (periods[i].name));
  uch_choices_add (employments, NULL, _ ("Everybody"));
  for (guint i = 0; i <= UCH_EMPLOYMENT_CONTRACTOR; i++)
    {
      g_autofree char *id = g_strdup_printf ("%u", i);

      uch_choices_add (employments, id, uch_format_employment (i));
    }
  uch_choice_set_rows (self->period, rows);
  uch_choice_set_rows (self->employment, employments);
}

/* ---- the sheets ---- */

static GtkWidget *
get_card (UchStatisticsPage *self, guint index)
{
  GtkWidget *card = gtk_widget_get_first_child (GTK_WIDGET (self->cards));

  while (card != NULL && index-- > 0)
    card = gtk_widget_get_next_sibling (card);
  return card;
}

/* One sheet at a time, so that the first is on the screen at once and typing never waits. */
static gboolean
fill_one_cb (gpointer data)
{
  UchStatisticsPage *self = data;
  UchFactFilter      filter;
  GtkWidget         *card = get_card (self, self->next);

  if (card == NULL)
    {
      self->fill_id = 0;
      gtk_spinner_set_spinning (self->spinner, self->reading != NULL);
      return G_SOURCE_REMOVE;
    }
  get_filter (self, &filter);
  uch_sheet_card_set_sheet (
      UCH_SHEET_CARD (card),
      uch_sheet_new (uch_sheet_card_get_kind (UCH_SHEET_CARD (card)), self->facts, &filter));
  self->next++;
  return G_SOURCE_CONTINUE;
}

static void
fill_sheets (UchStatisticsPage *self)
{
  if (self->facts == NULL || self->filling)
    return;
  self->next = 0;
  gtk_spinner_set_spinning (self->spinner, TRUE);
  if (self->fill_id == 0)
    self->fill_id = g_idle_add_full (GDK_PRIORITY_REDRAW + 1, fill_one_cb, self, NULL);
}

static void
picked_cb (UchStatisticsPage *self, guint chart, guint series, guint index, UchSheetCard *card)
{
  const UchSheet *sheet = uch_sheet_card_get_sheet (card);
  GtkRoot        *root = gtk_widget_get_root (GTK_WIDGET (self));
  g_autoptr (GArray) listed = uch_sheet_list_tickets (sheet, self->facts, chart, series, index);
  g_autoptr (GPtrArray) ids = g_ptr_array_new ();
  const UchTicketFact *tickets;
  const UchChart      *picture = g_ptr_array_index (sheet->charts, chart);
  guint                n;

  if (listed == NULL || !GTK_IS_WINDOW (root))
    return;
  tickets = uch_facts_list_tickets (self->facts, &n);
  for (guint i = 0; i < listed->len; i++)
    g_ptr_array_add (ids, (gpointer) tickets[g_array_index (listed, guint32, i)].id);
  uch_bar_tickets_present (GTK_WINDOW (root), self->session,
                           g_ptr_array_index (picture->names, index), ids);
}

static void
add_cards (UchStatisticsPage *self)
{
  for (guint kind = 0; kind < UCH_N_SHEETS; kind++)
    {
      GtkWidget *card = uch_sheet_card_new (kind);

      g_signal_connect_object (card, "picked", G_CALLBACK (picked_cb), self, G_CONNECT_SWAPPED);
      gtk_box_append (self->cards, card);
    }
}

/* ---- reading ---- */

static void
read_cb (GObject *object, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (UchStatisticsPage) self = user_data;
  g_autoptr (GError) error = NULL;
  g_autoptr (UchFacts) facts = uch_replica_read_facts_finish (UCH_REPLICA (object), result, &error);
  UchSetting *invented;
  guint       n;

  if (self->session == NULL || g_error_matches (error, G_IO_ERROR, G_IO_ERROR_CANCELLED))
    return; /* the page is gone */
  g_clear_object (&self->reading);
  gtk_spinner_set_spinning (self->spinner, FALSE);
  if (facts == NULL)
    {
      GtkRoot *root = gtk_widget_get_root (GTK_WIDGET (self));

      g_warning ("the figures could not be read: %s", error->message);
      if (UCH_IS_WINDOW (root))
        uch_window_tell (UCH_WINDOW (root), _ ("The figures could not be read"), NULL);
      return;
    }
  g_clear_pointer (&self->facts, uch_facts_unref);
  self->facts = g_steal_pointer (&facts);
  uch_facts_list_tickets (self->facts, &n);
  gtk_stack_set_visible_child_name (self->stack, n > 0 ? "sheets" : "empty");
  gtk_widget_action_set_enabled (GTK_WIDGET (self), "statistics.save-report", n > 0);
  gtk_widget_action_set_enabled (GTK_WIDGET (self), "statistics.print-report", n > 0);
  invented = uch_replica_peek (UCH_REPLICA (object), UCH_TABLE_SETTING, UCH_DEMO_INVENTED_SETTING);
  gtk_widget_set_visible (self->invented, invented != NULL);
  fill_choices (self);
  if (n > 0)
    fill_sheets (self);
}

static void
read_facts (UchStatisticsPage *self)
{
  g_autoptr (GTimeZone) local = g_time_zone_new_local ();

  if (self->reading != NULL)
    return;
  self->stale = FALSE;
  self->reading = g_cancellable_new ();
  gtk_spinner_set_spinning (self->spinner, TRUE);
  uch_replica_read_facts_async (uch_session_get_replica (self->session), local,
                                uch_session_now (self->session), self->reading, read_cb,
                                g_object_ref (self));
}

static gboolean
refresh_cb (gpointer data)
{
  UchStatisticsPage *self = data;

  if (self->stale && gtk_widget_get_mapped (GTK_WIDGET (self)))
    read_facts (self);
  return G_SOURCE_CONTINUE;
}

static void
changed_cb (UchStatisticsPage *self)
{
  self->stale = TRUE;
}

/* ---- the weekly report ---- */

/* The last week that is over. */
static UchReport *
make_report (UchStatisticsPage *self)
{
  gint64      day = uch_facts_get_day (self->facts, uch_facts_get_now (self->facts));
  UchSetting *office = uch_replica_peek (uch_session_get_replica (self->session), UCH_TABLE_SETTING,
                                         UCH_SETTING_OFFICE_NAME);

  return uch_report_new (
      self->facts, uch_facts_get_day_start (self->facts, day - (day + 3) % 7 - 7),
      office != NULL ? office->value : NULL, gtk_widget_get_visible (self->invented));
}

static void
report_chosen_cb (UchStatisticsPage *self, int response)
{
  g_autoptr (GFile) file = NULL;
  g_autoptr (GError) error = NULL;
  g_autoptr (UchReport) report = NULL;
  g_autoptr (GBytes) bytes = NULL;
  g_autofree char *text = NULL;
  GtkRoot         *root = gtk_widget_get_root (GTK_WIDGET (self));
  gsize            len;
  gconstpointer    data;

  if (response == GTK_RESPONSE_ACCEPT)
    file = gtk_file_chooser_get_file (GTK_FILE_CHOOSER (self->chooser));
  g_clear_object (&self->chooser);
  if (file == NULL || self->facts == NULL)
    return;
  report = make_report (self);
  bytes = uch_report_write_pdf (report, &error);
  data = bytes != NULL ? g_bytes_get_data (bytes, &len) : NULL;
  if (data != NULL
      && g_file_replace_contents (file, data, len, NULL, FALSE, G_FILE_CREATE_REPLACE_DESTINATION,
                                  NULL, NULL, &error))
    text = g_strdup (_ ("Saved"));
  else
    text = g_strdup_printf (_ ("Not saved: %s"), error->message);
  if (UCH_IS_WINDOW (root))
    uch_window_tell (UCH_WINDOW (root), text, NULL);
}

static void
save_report_action (GtkWidget *widget, const char *name, GVariant *parameter)
{
  UchStatisticsPage *self = UCH_STATISTICS_PAGE (widget);
  GtkRoot           *root = gtk_widget_get_root (widget);
  g_autoptr (UchReport) report = make_report (self);
  g_autofree char *week = uch_report_dup_week (report);
  g_autofree char *file_name = g_strdup_printf ("uchastok-%s.pdf", week);

  g_clear_object (&self->chooser);
  self->chooser = gtk_file_chooser_native_new (_ ("Save the weekly report"),
                                               GTK_IS_WINDOW (root) ? GTK_WINDOW (root) : NULL,
                                               GTK_FILE_CHOOSER_ACTION_SAVE, _ ("_Save"), NULL);
  gtk_native_dialog_set_modal (GTK_NATIVE_DIALOG (self->chooser), TRUE);
  gtk_file_chooser_set_current_name (GTK_FILE_CHOOSER (self->chooser), file_name);
  g_signal_connect_swapped (self->chooser, "response", G_CALLBACK (report_chosen_cb), self);
  gtk_native_dialog_show (GTK_NATIVE_DIALOG (self->chooser));
}

static void
draw_page_cb (GtkPrintOperation *operation, GtkPrintContext *context, int page, UchReport *report)
{
  cairo_t *cr = gtk_print_context_get_cairo_context (context);
  double   scale = gtk_print_context_get_width (context) / UCH_REPORT_WIDTH;

  cairo_save (cr);
  cairo_scale (cr, scale, scale);
  uch_report_draw_page (report, cr, (guint) page);
  cairo_restore (cr);
}

static void
print_report_action (GtkWidget *widget, const char *name, GVariant *parameter)
{
  UchStatisticsPage *self = UCH_STATISTICS_PAGE (widget);
  GtkRoot           *root = gtk_widget_get_root (widget);
  g_autoptr (GtkPageSetup) setup = gtk_page_setup_new ();
  g_autoptr (GError) error = NULL;
  UchReport *report = make_report (self);

  g_clear_object (&self->printing);
  self->printing = gtk_print_operation_new ();
  gtk_print_operation_set_n_pages (self->printing, UCH_REPORT_N_PAGES);
  gtk_print_operation_set_use_full_page (self->printing, TRUE);
  gtk_print_operation_set_unit (self->printing, GTK_UNIT_POINTS);
  gtk_print_operation_set_default_page_setup (self->printing, setup);
  gtk_print_operation_set_job_name (self->printing, _ ("Weekly report"));
  g_object_set_data_full (G_OBJECT (self->printing), "report", report,
                          (GDestroyNotify) uch_report_free);
  g_signal_connect (self->printing, "draw-page", G_CALLBACK (draw_page_cb), report);
  if (gtk_print_operation_run (self->printing, GTK_PRINT_OPERATION_ACTION_PRINT_DIALOG,
                               GTK_IS_WINDOW (root) ? GTK_WINDOW (root) : NULL, &error)
          == GTK_PRINT_OPERATION_RESULT_ERROR
      && UCH_IS_WINDOW (root))
    uch_window_tell (UCH_WINDOW (root), error->message, NULL);
}

/* ---- the widget ---- */

static void
uch_statistics_page_dispose (GObject *object)
{
  UchStatisticsPage *self = UCH_STATISTICS_PAGE (object);

  if (self->reading != NULL)
    g_cancellable_cancel (self->reading);
  g_clear_object (&self->reading);
  g_clear_handle_id (&self->fill_id, g_source_remove);
  g_clear_handle_id (&self->refresh_id, g_source_remove);
  g_clear_object (&self->chooser);
  g_clear_object (&self->printing);
  g_clear_pointer (&self->box, gtk_widget_unparent);
  g_clear_pointer (&self->facts, uch_facts_unref);
  g_clear_object (&self->session);
  G_OBJECT_CLASS (uch_statistics_page_parent_class)->dispose (object);
}

static void
uch_statistics_page_class_init (UchStatisticsPageClass *klass)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  G_OBJECT_CLASS (klass)->dispose = uch_statistics_page_dispose;
  gtk_widget_class_set_layout_manager_type (widget_class, GTK_TYPE_BIN_LAYOUT);
  gtk_widget_class_set_template_from_resource (
      widget_class, "/org/uchastok/Desk/statistics/uch-statistics-page.ui");
  gtk_widget_class_bind_template_child (widget_class, UchStatisticsPage, box);
  gtk_widget_class_bind_template_child (widget_class, UchStatisticsPage, period);
  gtk_widget_class_bind_template_child (widget_class, UchStatisticsPage, zone);
  gtk_widget_class_bind_template_child (widget_class, UchStatisticsPage, engineer);
  gtk_widget_class_bind_template_child (widget_class, UchStatisticsPage, employment);
  gtk_widget_class_bind_template_child (widget_class, UchStatisticsPage, spinner);
  gtk_widget_class_bind_template_child (widget_class, UchStatisticsPage, invented);
  gtk_widget_class_bind_template_child (widget_class, UchStatisticsPage, stack);
  gtk_widget_class_bind_template_child (widget_class, UchStatisticsPage, cards);
  gtk_widget_class_install_action (widget_class, "statistics.save-report", NULL,
                                   save_report_action);
  gtk_widget_class_install_action (widget_class, "statistics.print-report", NULL,
                                   print_report_action);
}

static void
uch_statistics_page_init (UchStatisticsPage *self)
{
  gtk_widget_init_template (GTK_WIDGET (self));
  uch_choice_setup (self->period);
  uch_choice_setup (self->zone);
  uch_choice_setup (self->engineer);
  uch_choice_setup (self->employment);
}

/**
 * uch_statistics_page_new:
 *
 * Returns: (transfer floating): the page
 */
GtkWidget *
uch_statistics_page_new (UchSession *session)
{
  UchStatisticsPage *self = g_object_new (UCH_TYPE_STATISTICS_PAGE, NULL);
  GtkDropDown       *choices[] = { self->period, self->zone, self->engineer, self->employment };

  self->session = g_object_ref (session);
  fill_constant_choices (self);
  add_cards (self);
  gtk_widget_action_set_enabled (GTK_WIDGET (self), "statistics.save-report", FALSE);
  gtk_widget_action_set_enabled (GTK_WIDGET (self), "statistics.print-report", FALSE);
  for (guint i = 0; i < G_N_ELEMENTS (choices); i++)
    g_signal_connect_object (choices[i], "notify::selected", G_CALLBACK (fill_sheets), self,
                             G_CONNECT_SWAPPED);
  g_signal_connect_object (uch_session_get_replica (session), "changed", G_CALLBACK (changed_cb),
                           self, G_CONNECT_SWAPPED);
  self->refresh_id = g_timeout_add_seconds (REFRESH_S, refresh_cb, self);
  read_facts (self);
  return GTK_WIDGET (self);
}

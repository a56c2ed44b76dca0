#define G_LOG_DOMAIN "uch-app"

#include "app/replay/uch-replay.h"

#include <adwaita.h>
#include <glib/gi18n.h>

#include "app/map/uch-map-base.h"
#include "app/replay/uch-replay-day.h"
#include "app/uch-format.h"

/* So often the picture goes on while it plays. */
#define STEP_MS 200
/* So far back the journal is read: positions are kept for thirty days. */
#define DAYS_MAX 30

static const guint speeds[] = { 1, 10, 30, 60 };

struct _UchReplay
{
  GtkWidget parent_instance;

  /* template */
  GtkWidget       *box;
  GtkLabel        *title;
  AdwBin          *map_slot;
  GtkLabel        *problem;
  GtkSpinner      *spinner;
  GtkListView     *events;
  GtkMenuButton   *day_button;
  GtkCalendar     *calendar;
  GtkToggleButton *play;
  GtkScale        *slider;
  GtkLabel        *clock;
  GtkDropDown     *speed;

  /* owned */
  UchSession        *session;
  UchReplayDay      *day;   /* (nullable) */
  GtkSliceListModel *shown; /* what had been decided */

  /* borrowed */
  UchMap *map;

  UchTime  at;
  gint64   played_us; /* when the moment was moved on last */
  guint    play_id;
  gboolean setting; /* the controls follow, they were not moved by a person */
};

enum
{
  SIGNAL_LEFT,
  N_SIGNALS
};

static guint signals[N_SIGNALS];

G_DEFINE_FINAL_TYPE (UchReplay, uch_replay, GTK_TYPE_WIDGET)

static GDateTime *
begin_of_day (GDateTime *local)
{
  return g_date_time_new_local (g_date_time_get_year (local), g_date_time_get_month (local),
                                g_date_time_get_day_of_month (local), 0, 0, 0);
}

static UchTime
to_time (GDateTime *at)
{
  return g_date_time_to_unix (at) * UCH_SECOND_MS;
}

static void
show_controls (UchReplay *self)
{
  g_autofree char *time = uch_format_time (self->at);
  g_autofree char *day = uch_format_day (self->at, uch_session_now (self->session));
  g_autofree char *title = NULL;
  g_autoptr (GDateTime) local = g_date_time_new_from_unix_local (self->at / UCH_SECOND_MS);

  /* Translators: time and day: "Viewing the past: 14:05, 21 Nov" */
  title = g_strdup_printf (_ ("Viewing the past: %s, %s"), time, day);
  self->setting = TRUE;
  gtk_label_set_label (self->title, title);
  gtk_label_set_label (self->clock, time);
  gtk_menu_button_set_label (self->day_button, day);
  gtk_calendar_select_day (self->calendar, local);
  gtk_range_set_value (GTK_RANGE (self->slider),
                       (double) (self->at - uch_replay_day_get_from (self->day)) / UCH_MINUTE_MS);
  self->setting = FALSE;
}

static void
show_moment (UchReplay *self)
{
  guint n = uch_replay_day_count_events (self->day, self->at);

  show_controls (self);
  uch_map_set_now (self->map, self->at);
  uch_map_set_tickets (self->map, uch_replay_day_make_tickets (self->day, self->at));
  uch_map_set_engineers (self->map, uch_replay_day_make_engineers (self->day, self->at));
  gtk_slice_list_model_set_offset (
      self->shown, g_list_model_get_n_items (uch_replay_day_list_events (self->day)) - n);
  gtk_slice_list_model_set_size (self->shown, n);
}

static void
stop_playing (UchReplay *self)
{
  g_clear_handle_id (&self->play_id, g_source_remove);
  gtk_toggle_button_set_active (self->play, FALSE);
}

static void
day_changed_cb (UchReplay *self)
{
  const char *problem = uch_replay_day_get_problem (self->day);

  gtk_spinner_set_spinning (self->spinner, !uch_replay_day_is_ready (self->day));
  gtk_label_set_label (self->problem, problem != NULL ? problem : "");
  gtk_widget_set_visible (GTK_WIDGET (self->problem), problem != NULL);
  show_moment (self);
}

static void
close_day (UchReplay *self)
{
  if (self->day == NULL)
    return;
  gtk_slice_list_model_set_model (self->shown, NULL);
  g_signal_handlers_disconnect_by_data (self->day, self);
  g_object_run_dispose (G_OBJECT (self->day));
  g_clear_object (&self->day);
}

/* The day that holds the moment, however long it is: clocks are put forward and back. */
static void
open_day (UchReplay *self)
{
  g_autoptr (GDateTime) local = g_date_time_new_from_unix_local (self->at / UCH_SECOND_MS);
  g_autoptr (GDateTime) begin = begin_of_day (local);
  g_autoptr (GDateTime) next = g_date_time_add_days (begin, 1);
  UchTime from = to_time (begin), to = to_time (next);

  if (self->day != NULL && uch_replay_day_get_from (self->day) == from)
    return;
  close_day (self);
  self->day = uch_replay_day_new (self->session, from, to);
  self->setting = TRUE;
  gtk_range_set_range (GTK_RANGE (self->slider), 0, (double) (to - from) / UCH_MINUTE_MS - 1);
  self->setting = FALSE;
  gtk_slice_list_model_set_model (self->shown, uch_replay_day_list_events (self->day));
  g_signal_connect_swapped (self->day, "changed", G_CALLBACK (day_changed_cb), self);
  day_changed_cb (self);
}

/**
 * uch_replay_show:
 * @self: the replay
 * @at: a moment; what is not yet becomes now
 */
void
uch_replay_show (UchReplay *self, UchTime at)
{
  UchTime now = uch_session_now (self->session);

  if (at >= now)
    stop_playing (self);
  self->at = CLAMP (at, now - DAYS_MAX * UCH_DAY_MS, now);
  open_day (self);
  show_moment (self);
}

static gboolean
play_cb (gpointer user_data)
{
  UchReplay *self = user_data;
  gint64     now_us = g_get_monotonic_time ();
  guint  speed = speeds[MIN (gtk_drop_down_get_selected (self->speed), G_N_ELEMENTS (speeds) - 1)];
  gint64 step_ms = (now_us - self->played_us) / 1000 * speed;

  self->played_us = now_us;
  uch_replay_show (self, self->at + step_ms);
  /* At the present it has stopped itself. */
  return self->play_id != 0 ? G_SOURCE_CONTINUE : G_SOURCE_REMOVE;
}

static void
play_toggled_cb (UchReplay *self)
{
  gboolean playing = gtk_toggle_button_get_active (self->play);

  gtk_button_set_icon_name (GTK_BUTTON (self->play), playing ? "media-playback-pause-symbolic"
                                                             : "media-playback-start-symbolic");
  g_clear_handle_id (&self->play_id, g_source_remove);
  self->played_us = g_get_monotonic_time ();
  if (playing)
    self->play_id = g_timeout_add (STEP_MS, play_cb, self);
}

static void
slider_moved_cb (UchReplay *self)
{
  if (self->setting || self->day == NULL)
    return;
  uch_replay_show (self, uch_replay_day_get_from (self->day)
                             + (UchTime) (gtk_range_get_value (GTK_RANGE (self->slider))
                                          * (double) UCH_MINUTE_MS));
}

static void
day_picked_cb (UchReplay *self)
{
  g_autoptr (GDateTime) picked = gtk_calendar_get_date (self->calendar);
  g_autoptr (GDateTime) begin = begin_of_day (picked);

  if (self->setting || self->day == NULL)
    return;
  gtk_menu_button_popdown (self->day_button);
  /* The same time of that day. */
  uch_replay_show (self, to_time (begin) + self->at - uch_replay_day_get_from (self->day));
}

static void
move_action (GtkWidget *widget, const char *name, GVariant *parameter)
{
  UchReplay *self = UCH_REPLAY (widget);

  uch_replay_show (self, self->at + g_variant_get_int64 (parameter));
}

static void
play_action (GtkWidget *widget, const char *name, GVariant *parameter)
{
  UchReplay *self = UCH_REPLAY (widget);

  gtk_toggle_button_set_active (self->play, !gtk_toggle_button_get_active (self->play));
}

static void
leave_action (GtkWidget *widget, const char *name, GVariant *parameter)
{
  g_signal_emit (widget, signals[SIGNAL_LEFT], 0);
}

/* A row: when, who, which ticket; and what was decided. */
static void
setup_row_cb (GtkSignalListItemFactory *factory, GtkListItem *item, UchReplay *self)
{
  GtkWidget *box = gtk_box_new (GTK_ORIENTATION_VERTICAL, 0);
  GtkWidget *what = gtk_label_new (NULL), *who = gtk_label_new (NULL);

  gtk_label_set_xalign (GTK_LABEL (what), 0);
  gtk_label_set_wrap (GTK_LABEL (what), TRUE);
  gtk_label_set_wrap_mode (GTK_LABEL (what), PANGO_WRAP_WORD_CHAR);
  gtk_label_set_xalign (GTK_LABEL (who), 0);
  gtk_label_set_ellipsize (GTK_LABEL (who), PANGO_ELLIPSIZE_END);
  gtk_widget_add_css_class (who, "caption");
  gtk_widget_add_css_class (who, "dim-label");
  gtk_widget_add_css_class (who, "numeric");
  gtk_box_append (GTK_BOX (box), who);
  gtk_box_append (GTK_BOX (box), what);
  gtk_list_item_set_child (item, box);
  gtk_list_item_set_activatable (item, FALSE);
}

static void
bind_row_cb (GtkSignalListItemFactory *factory, GtkListItem *item, UchReplay *self)
{
  UchReplica      *replica = uch_session_get_replica (self->session);
  const UchEvent  *event = gtk_list_item_get_item (item);
  GtkWidget       *box = gtk_list_item_get_child (item);
  const UchTicket *ticket = event->ticket_id != NULL
                                ? uch_replica_peek (replica, UCH_TABLE_TICKET, event->ticket_id)
                                : NULL;
  g_autofree char *time = uch_format_time (event->received_at);
  g_autofree char *actor = uch_format_staff (replica, event->actor_id);
  g_autofree char *sentence = uch_format_event (replica, event);
  g_autofree char *number = ticket != NULL ? uch_format_number (ticket) : NULL;
  g_autofree char *head = g_strjoin (" · ", time, actor, number, NULL);

  gtk_label_set_label (GTK_LABEL (gtk_widget_get_first_child (box)), head);
  gtk_label_set_label (GTK_LABEL (gtk_widget_get_last_child (box)), sentence);
}

static void
uch_replay_dispose (GObject *object)
{
  UchReplay *self = UCH_REPLAY (object);

  uch_replay_end (self);
  g_clear_object (&self->shown);
  g_clear_object (&self->session);
  g_clear_pointer (&self->box, gtk_widget_unparent);
  G_OBJECT_CLASS (uch_replay_parent_class)->dispose (object);
}

static void
add_bindings (GtkWidgetClass *widget_class)
{
  static const struct
  {
    guint           key;
    GdkModifierType modifiers;
    gint64          step_ms;
  } moves[] = {
    { GDK_KEY_comma, 0, -UCH_MINUTE_MS },
    { GDK_KEY_period, 0, UCH_MINUTE_MS },
    /* As the slider itself takes them when it has the focus. */
    { GDK_KEY_Page_Up, 0, UCH_HOUR_MS },
    { GDK_KEY_Page_Down, 0, -UCH_HOUR_MS },
    { GDK_KEY_Page_Up, GDK_CONTROL_MASK, UCH_DAY_MS },
    { GDK_KEY_Page_Down, GDK_CONTROL_MASK, -UCH_DAY_MS },
  };

  for (guint i = 0; i < G_N_ELEMENTS (moves); i++)
    gtk_widget_class_add_binding_action (widget_class, moves[i].key, moves[i].modifiers,
                                         "replay.move", "x", moves[i].step_ms);
  gtk_widget_class_add_binding_action (widget_class, GDK_KEY_Escape, 0, "replay.leave", NULL);
  gtk_widget_class_add_binding_action (widget_class, GDK_KEY_space, 0, "replay.play", NULL);
}

static void
uch_replay_class_init (UchReplayClass *klass)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  G_OBJECT_CLASS (klass)->dispose = uch_replay_dispose;
  signals[SIGNAL_LEFT] = g_signal_new ("left", UCH_TYPE_REPLAY, G_SIGNAL_RUN_LAST, 0, NULL, NULL,
                                       NULL, G_TYPE_NONE, 0);
  gtk_widget_class_set_css_name (widget_class, "replay");
  gtk_widget_class_set_layout_manager_type (widget_class, GTK_TYPE_BIN_LAYOUT);
  gtk_widget_class_set_template_from_resource (widget_class,
                                               "/org/uchastok/Desk/replay/uch-replay.ui");
  gtk_widget_class_bind_template_child (widget_class, UchReplay, box);
  gtk_widget_class_bind_template_child (widget_class, UchReplay, title);
  gtk_widget_class_bind_template_child (widget_class, UchReplay, map_slot);
  gtk_widget_class_bind_template_child (widget_class, UchReplay, problem);
  gtk_widget_class_bind_template_child (widget_class, UchReplay, spinner);
  gtk_widget_class_bind_template_child (widget_class, UchReplay, events);
  gtk_widget_class_bind_template_child (widget_class, UchReplay, day_button);
  gtk_widget_class_bind_template_child (widget_class, UchReplay, calendar);
  gtk_widget_class_bind_template_child (widget_class, UchReplay, play);
  gtk_widget_class_bind_template_child (widget_class, UchReplay, slider);
  gtk_widget_class_bind_template_child (widget_class, UchReplay, clock);
  gtk_widget_class_bind_template_child (widget_class, UchReplay, speed);
  gtk_widget_class_bind_template_callback (widget_class, play_toggled_cb);
  gtk_widget_class_bind_template_callback (widget_class, slider_moved_cb);
  gtk_widget_class_bind_template_callback (widget_class, day_picked_cb);
  gtk_widget_class_bind_template_callback (widget_class, setup_row_cb);
  gtk_widget_class_bind_template_callback (widget_class, bind_row_cb);
  gtk_widget_class_install_action (widget_class, "replay.move", "x", move_action);
  gtk_widget_class_install_action (widget_class, "replay.play", NULL, play_action);
  gtk_widget_class_install_action (widget_class, "replay.leave", NULL, leave_action);
  add_bindings (widget_class);
}

static void
uch_replay_init (UchReplay *self)
{
  gtk_widget_init_template (GTK_WIDGET (self));
  for (guint hour = 0; hour < 24; hour += 3)
    {
      g_autofree char *mark = g_strdup_printf ("%02u", hour);

      gtk_scale_add_mark (self->slider, hour * 60, GTK_POS_BOTTOM, mark);
    }
}

/**
 * uch_replay_new:
 * @session: the office
 *
 * Returns: (transfer floating): a view that shows nothing before uch_replay_begin()
 */
GtkWidget *
uch_replay_new (UchSession *session)
{
  UchReplay      *self = g_object_new (UCH_TYPE_REPLAY, NULL);
  GtkNoSelection *selection;

  self->session = g_object_ref (session);
  self->shown = gtk_slice_list_model_new (NULL, 0, 0);
  selection = gtk_no_selection_new (G_LIST_MODEL (g_object_ref (self->shown)));
  gtk_list_view_set_model (self->events, GTK_SELECTION_MODEL (selection));
  g_object_unref (selection);
  return GTK_WIDGET (self);
}

/**
 * uch_replay_begin:
 * @self: the replay
 * @like: the live map: its houses and its view are taken over
 * @at: the moment to begin with
 */
void
uch_replay_begin (UchReplay *self, UchMap *like, UchTime at)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (UchTileSource) source = NULL;
  gboolean ok = uch_map_base_open (uch_session_get_settings (self->session),
                                   uch_session_get_replica (self->session), &source, &error);
  double   latitude, longitude, zoom;

  uch_replay_end (self);
  self->map = UCH_MAP (uch_map_new ());
  uch_map_set_past (self->map, TRUE);
  adw_bin_set_child (self->map_slot, GTK_WIDGET (self->map));
  uch_map_set_source (self->map, source);
  uch_map_set_problem (self->map, ok ? NULL : uch_map_base_describe_error (error));
  uch_map_get_view (like, &latitude, &longitude, &zoom);
  if (uch_map_has_view (like))
    uch_map_set_view (self->map, latitude, longitude, zoom);
  uch_map_set_scene (self->map, uch_map_get_scene (like));
  uch_replay_show (self, at);
  gtk_widget_grab_focus (GTK_WIDGET (self->play));
}

/**
 * uch_replay_end:
 * @self: the replay
 *
 * Lets go of the day and its map.
 */
void
uch_replay_end (UchReplay *self)
{
  if (self->day == NULL)
    return;
  stop_playing (self);
  close_day (self);
  adw_bin_set_child (self->map_slot, NULL);
  self->map = NULL;
}

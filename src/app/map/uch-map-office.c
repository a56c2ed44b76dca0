#define G_LOG_DOMAIN "uch-app"

#include "app/map/uch-map-office.h"

#include <glib/gi18n.h>
#include <string.h>

#include "app/map/uch-map-base.h"
#include "app/map/uch-map-motion.h"
#include "app/map/uch-map-scene.h"
#include "app/map/uch-map-values.h"
#include "app/uch-format.h"
#include "core/uch-fold.h"

/* Changes that come together are shown together. */
#define SCENE_DELAY_MS 150
#define PINS_DELAY_MS 30
/* Lights change by themselves as time goes. */
#define PINS_PERIOD_MS (10 * UCH_SECOND_MS)
/* An older position says nothing any more. */
#define POSITION_AGE_MAX_MS (12 * UCH_HOUR_MS)
/* Part of the map's data that keeps the feeder. */
#define DATA_KEY "uch-map-office"

struct _UchMapOffice
{
  GObject       parent_instance;
  UchMap       *map; /* borrowed: it owns us */
  UchSession   *session;
  GListModel   *houses, *zones, *centres, *staff, *shifts, *tickets, *visits;
  GCancellable *cancellable;
  guint         scene_id, pins_id;
  gboolean      building, scene_dirty;
  UchTime       pins_at;
};

G_DEFINE_FINAL_TYPE (UchMapOffice, uch_map_office, G_TYPE_OBJECT)

static void queue_scene (UchMapOffice *self);

static void
scene_built_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (UchMapOffice) self = user_data;
  g_autoptr (UchScene) scene = uch_map_scene_build_finish (result, NULL);

  self->building = FALSE;
  if (scene == NULL || g_cancellable_is_cancelled (self->cancellable))
    return;
  uch_map_set_scene (self->map, scene);
  if (self->scene_dirty)
    queue_scene (self);
}

static gboolean
build_scene_cb (gpointer user_data)
{
  UchMapOffice *self = user_data;

  self->scene_id = 0;
  self->scene_dirty = FALSE;
  self->building = TRUE;
  uch_map_scene_build_async (self->zones, self->centres, self->houses, self->cancellable,
                             scene_built_cb, g_object_ref (self));
  return G_SOURCE_REMOVE;
}

static void
queue_scene (UchMapOffice *self)
{
  self->scene_dirty = TRUE;
  if (!self->building && self->scene_id == 0)
    self->scene_id = g_timeout_add (SCENE_DELAY_MS, build_scene_cb, self);
}

static void
show_tickets (UchMapOffice *self, UchTime now)
{
  UchReplica *replica = uch_session_get_replica (self->session);
  GPtrArray  *pins = g_ptr_array_new_with_free_func ((GDestroyNotify) uch_map_ticket_free);

  for (guint i = 0; i < g_list_model_get_n_items (self->tickets); i++)
    {
      g_autoptr (UchTicket) ticket = g_list_model_get_item (self->tickets, i);
      const UchVisit *visit = uch_replica_peek_visit_of (replica, ticket);
      UchMapTicket   *pin = NULL;

      if (uch_map_shows_ticket (ticket))
        pin = uch_map_make_ticket (replica, ticket, visit, now);
      if (pin == NULL)
        continue;
      if (visit != NULL && uch_visit_is_open (visit))
        pin->promise = uch_session_get_promise (self->session, visit, now);
      g_ptr_array_add (pins, pin);
    }
  uch_map_set_tickets (self->map, pins);
}

static void
show_engineers (UchMapOffice *self, UchTime now)
{
  UchSyncClient *sync = uch_session_get_sync (self->session);
  GPtrArray     *badges = g_ptr_array_new_with_free_func ((GDestroyNotify) uch_map_engineer_free);
  g_autoptr (GPtrArray) visits = g_ptr_array_new_with_free_func (g_object_unref);
  g_autoptr (GHashTable) signs = NULL;
  g_autoptr (GPtrArray) shifts = g_ptr_array_new_with_free_func (g_object_unref);

  for (guint i = 0; i < g_list_model_get_n_items (self->shifts); i++)
    g_ptr_array_add (shifts, g_list_model_get_item (self->shifts, i));
  for (guint i = 0; i < g_list_model_get_n_items (self->visits); i++)
    g_ptr_array_add (visits, g_list_model_get_item (self->visits, i));
  signs = uch_map_gather_signs (visits);
  for (guint i = 0; sync != NULL && i < g_list_model_get_n_items (self->staff); i++)
    {
      g_autoptr (UchStaff) staff = g_list_model_get_item (self->staff, i);
      const UchLivePosition *position;
      UchMapEngineer        *badge;

      if (staff->role != UCH_ROLE_ENGINEER || staff->dismissed)
        continue;
      position = uch_sync_client_get_position (sync, staff->parent.id);
      if (position == NULL || now - position->at > POSITION_AGE_MAX_MS)
        continue;
      badge = uch_map_make_engineer (uch_session_get_replica (self->session), staff,
                                     position->latitude, position->longitude, position->at);
      badge->sign = uch_map_get_sign (signs, shifts, staff->parent.id, now);
      g_ptr_array_add (badges, badge);
    }
  uch_map_set_engineers (self->map, badges);
}

static gboolean
show_pins_cb (gpointer user_data)
{
  UchMapOffice *self = user_data;
  UchTime       now = uch_session_now (self->session);

  self->pins_id = 0;
  self->pins_at = now;
  uch_map_set_now (self->map, now);
  show_tickets (self, now);
  show_engineers (self, now);
  return G_SOURCE_REMOVE;
}

static void
queue_pins (UchMapOffice *self)
{
  if (self->pins_id == 0)
    self->pins_id = g_timeout_add (PINS_DELAY_MS, show_pins_cb, self);
}

static void
tick_cb (UchMapOffice *self)
{
  UchTime now = uch_session_now (self->session);

  uch_map_set_now (self->map, now);
  /* Backwards too: the clock may have been put right. */
  if (ABS (now - self->pins_at) >= PINS_PERIOD_MS)
    queue_pins (self);
}

static void
open_base (UchMapOffice *self)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (UchTileSource) source = NULL;
  gboolean ok = uch_map_base_open (uch_session_get_settings (self->session),
                                   uch_session_get_replica (self->session), &source, &error);

  uch_map_set_source (self->map, source);
  uch_map_set_problem (self->map, ok ? NULL : uch_map_base_describe_error (error));
}

static void
settings_changed_cb (UchMapOffice *self, const char *key)
{
  if (strcmp (key, "map-source") == 0 || strcmp (key, "map-xyz-url") == 0
      || strcmp (key, "map-mbtiles-path") == 0)
    open_base (self);
}

static void
policy_changed_cb (UchMapOffice *self)
{
  g_autofree char *kind
      = g_settings_get_string (uch_session_get_settings (self->session), "map-source");

  if (strcmp (kind, "policy") == 0)
    open_base (self);
}

static char *
house_text (UchMap *map, const char *house_id, gpointer user_data)
{
  UchMapOffice   *self = user_data;
  const UchHouse *house
      = uch_replica_peek (uch_session_get_replica (self->session), UCH_TABLE_HOUSE, house_id);

  return house != NULL ? uch_address_format (house, NULL, FALSE) : NULL;
}

static gboolean
is_same_day (UchTime at, UchTime now)
{
  g_autoptr (GDateTime) left = g_date_time_new_from_unix_local (at / 1000);
  g_autoptr (GDateTime) right = g_date_time_new_from_unix_local (now / 1000);

  return g_date_time_get_year (left) == g_date_time_get_year (right)
         && g_date_time_get_day_of_year (left) == g_date_time_get_day_of_year (right);
}

/* He came, or he is to come. */
static UchTime
get_visit_time (const UchVisit *visit)
{
  return visit->arrived_at != 0 ? visit->arrived_at : visit->agreed_from;
}

static int
compare_visits (gconstpointer a, gconstpointer b)
{
  UchTime left = get_visit_time (*(UchVisit *const *) a);
  UchTime right = get_visit_time (*(UchVisit *const *) b);

  return left < right ? -1 : left > right;
}

/* Today's visits of an engineer, in the order of their time. */
static GPtrArray *
list_visits_today (UchMapOffice *self, const char *engineer_id, UchTime now)
{
  GPtrArray *visits = g_ptr_array_new_with_free_func (g_object_unref);

  for (guint i = 0; i < g_list_model_get_n_items (self->visits); i++)
    {
      g_autoptr (UchVisit) visit = g_list_model_get_item (self->visits, i);
      UchTime at = get_visit_time (visit);

      if (g_strcmp0 (visit->engineer_id, engineer_id) != 0 || visit->state == UCH_VISIT_CANCELLED
          || (at != 0 ? !is_same_day (at, now) : !uch_visit_is_open (visit)))
        continue;
      g_ptr_array_add (visits, g_steal_pointer (&visit));
    }
  g_ptr_array_sort (visits, compare_visits);
  return visits;
}

static char *
engineer_text (UchMap *map, const char *engineer_id, gpointer user_data)
{
  UchMapOffice          *self = user_data;
  UchReplica            *replica = uch_session_get_replica (self->session);
  UchTime                now = uch_session_now (self->session);
  const UchLivePosition *position
      = uch_sync_client_get_position (uch_session_get_sync (self->session), engineer_id);
  const UchStaff  *staff = uch_replica_peek (replica, UCH_TABLE_STAFF, engineer_id);
  g_autofree char *seen = position != NULL ? uch_map_dup_age (position->at, now) : NULL;
  g_autoptr (GPtrArray) visits = list_visits_today (self, engineer_id, now);
  GString *text;

  if (staff == NULL)
    return NULL;
  text = g_string_new (staff->name);
  if (seen != NULL)
    g_string_append_printf (text, "\n%s", seen);
  for (guint i = 0; i < visits->len; i++)
    {
      const UchVisit  *visit = g_ptr_array_index (visits, i);
      const UchTicket *ticket = uch_replica_peek (replica, UCH_TABLE_TICKET, visit->ticket_id);
      UchTime          at = get_visit_time (visit);
      g_autofree char *time = at != 0 ? uch_format_time (at) : g_strdup ("—");

      g_string_append_printf (text, "\n%s  %s · %s", time,
                              ticket != NULL && ticket->address != NULL ? ticket->address : "",
                              uch_format_visit_state (visit->state));
    }
  if (visits->len == 0)
    g_string_append_printf (text, "\n%s", _ ("No visits today"));
  return g_string_free (text, FALSE);
}

static void
remember_view (UchMapOffice *self)
{
  GSettings *settings = uch_session_get_settings (self->session);
  double     latitude, longitude, zoom;

  if (!uch_map_has_view (self->map))
    return;
  uch_map_get_view (self->map, &latitude, &longitude, &zoom);
  g_settings_set_double (settings, "map-latitude", latitude);
  g_settings_set_double (settings, "map-longitude", longitude);
  g_settings_set_double (settings, "map-zoom", zoom);
}

static void
restore_view (UchMapOffice *self)
{
  GSettings *settings = uch_session_get_settings (self->session);
  g_autoptr (GVariant) remembered = g_settings_get_user_value (settings, "map-zoom");

  /* Never moved: the map shows all houses once they are there. */
  if (remembered == NULL)
    return;
  uch_map_set_view (self->map, g_settings_get_double (settings, "map-latitude"),
                    g_settings_get_double (settings, "map-longitude"),
                    g_settings_get_double (settings, "map-zoom"));
}

static void
uch_map_office_dispose (GObject *object)
{
  UchMapOffice *self = UCH_MAP_OFFICE (object);

  g_cancellable_cancel (self->cancellable);
  g_clear_handle_id (&self->scene_id, g_source_remove);
  g_clear_handle_id (&self->pins_id, g_source_remove);
  g_clear_object (&self->cancellable);
  g_clear_object (&self->houses);
  g_clear_object (&self->zones);
  g_clear_object (&self->centres);
  g_clear_object (&self->staff);
  g_clear_object (&self->shifts);
  g_clear_object (&self->tickets);
  g_clear_object (&self->visits);
  g_clear_object (&self->session);
  G_OBJECT_CLASS (uch_map_office_parent_class)->dispose (object);
}

static void
uch_map_office_class_init (UchMapOfficeClass *klass)
{
  G_OBJECT_CLASS (klass)->dispose = uch_map_office_dispose;
}

static void
uch_map_office_init (UchMapOffice *self)
{
  self->cancellable = g_cancellable_new ();
}

static GListModel *
follow (UchMapOffice *self, GListModel *model, void (*changed) (UchMapOffice *))
{
  g_signal_connect_object (model, "items-changed", G_CALLBACK (changed), self, G_CONNECT_SWAPPED);
  return g_object_ref (model);
}

/* The map goes: what hangs on it must not be called any more. */
static void
detach (gpointer data)
{
  UchMapOffice *self = data;

  g_cancellable_cancel (self->cancellable);
  g_object_run_dispose (G_OBJECT (self));
  g_object_unref (self);
}

/**
 * uch_map_office_attach:
 * @map: a map, not fed yet
 * @session: the signed-in office
 *
 * Feeds the map for as long as it lives. What a drop means is not told here: see
 * uch_map_set_drop_func().
 */
void
uch_map_office_attach (UchMap *map, UchSession *session)
{
  UchMapOffice  *self = g_object_new (UCH_TYPE_MAP_OFFICE, NULL);
  UchReplica    *replica = uch_session_get_replica (session);
  UchSyncClient *sync = uch_session_get_sync (session);

  self->map = map;
  self->session = g_object_ref (session);
  self->houses = follow (self, uch_replica_list (replica, UCH_TABLE_HOUSE), queue_scene);
  self->zones = follow (self, uch_replica_list (replica, UCH_TABLE_ZONE), queue_scene);
  self->centres = follow (self, uch_replica_list (replica, UCH_TABLE_CENTRE), queue_scene);
  self->staff = follow (self, uch_replica_list (replica, UCH_TABLE_STAFF), queue_pins);
  self->shifts = follow (self, uch_replica_list (replica, UCH_TABLE_SHIFT), queue_pins);
  self->tickets = follow (self, uch_replica_list_current_tickets (replica), queue_pins);
  self->visits = follow (self, uch_replica_list_current_visits (replica), queue_pins);
  g_signal_connect_object (uch_replica_list (replica, UCH_TABLE_SETTING), "items-changed",
                           G_CALLBACK (policy_changed_cb), self, G_CONNECT_SWAPPED);
  /* Houses say where the tickets are. */
  g_signal_connect_object (self->houses, "items-changed", G_CALLBACK (queue_pins), self,
                           G_CONNECT_SWAPPED);
  if (sync != NULL)
    g_signal_connect_object (sync, "positions", G_CALLBACK (queue_pins), self, G_CONNECT_SWAPPED);
  g_signal_connect_object (session, "tick", G_CALLBACK (tick_cb), self, G_CONNECT_SWAPPED);
  g_signal_connect_object (uch_session_get_settings (session), "changed",
                           G_CALLBACK (settings_changed_cb), self, G_CONNECT_SWAPPED);
  g_signal_connect_object (map, "unrealize", G_CALLBACK (remember_view), self, G_CONNECT_SWAPPED);
  uch_map_set_house_func (map, house_text, self);
  uch_map_set_engineer_func (map, engineer_text, self);
  restore_view (self);
  open_base (self);
  queue_scene (self);
  queue_pins (self);
  g_object_set_data_full (G_OBJECT (map), DATA_KEY, self, detach);
}

/* Positions: what is believed, what is kept, what is dropped; and the phones' secrets. */

#define G_LOG_DOMAIN "uch-store"

#include "store/uch-store-positions.h"

#include <math.h>
#include <string.h>

#include "core/uch-geo.h"
#include "store/uch-store-private.h"

/* Source: the protocol's rules on positions. */
#define FUTURE_MAX_MS (120 * UCH_SECOND_MS)
#define AGE_MAX_MS (7 * UCH_DAY_MS)
#define ACCURACY_MAX_M 200.0
#define SPEED_MAX_MPS (200.0 / 3.6)

/* What became of a position, in the words of metrics and reports. */
const char *const uch_position_fate_nicks[UCH_N_POSITION_FATES + 1]
    = { "shown", "kept", "known", "impossible", "future", "old", "off_shift", NULL };

void
uch_last_position_free (UchLastPosition *self)
{
  if (self == NULL)
    return;
  g_free (self->engineer_id);
  g_free (self->source);
  g_free (self);
}

static gboolean
is_possible (const UchPosition *p)
{
  return isfinite (p->latitude) && isfinite (p->longitude) && fabs (p->latitude) <= 90
         && fabs (p->longitude) <= 180 && (p->latitude != 0 || p->longitude != 0);
}

/* Later than the last one shown, precise, and reached at a speed a car can have. */
static gboolean
is_plausible (const UchPosition *p, const UchLastPosition *last)
{
  double distance_m;

  if (p->accuracy_m > ACCURACY_MAX_M)
    return FALSE;
  if (last == NULL)
    return TRUE;
  if (p->at <= last->position.at)
    return FALSE;
  distance_m = uch_geo_distance_m (last->position.latitude, last->position.longitude, p->latitude,
                                   p->longitude);
  return distance_m <= SPEED_MAX_MPS * (double) (p->at - last->position.at) / 1000.0;
}

static gboolean
is_on_shift (UchStore *self, const char *staff_id, UchTime at, gboolean *out_on, GError **error)
{
  g_autoptr (GPtrArray) shifts = BACKEND (self, list_shifts_at, staff_id, at, error);

  if (shifts == NULL)
    return FALSE;
  *out_on = uch_staff_is_on_shift (shifts, staff_id, at);
  return TRUE;
}

/* Numbers that a database and a wire can hold. */
static UchPosition
tidy (const UchPosition *p)
{
  UchPosition tidied = *p;

  tidied.accuracy_m = isfinite (p->accuracy_m) ? p->accuracy_m : -1;
  tidied.speed_mps = isfinite (p->speed_mps) ? p->speed_mps : -1;
  tidied.course_deg = isfinite (p->course_deg) ? p->course_deg : -1;
  tidied.battery_percent = p->battery_percent <= 100 ? p->battery_percent : -1;
  return tidied;
}

/* *last: the last one shown, moved on by a newer one. */
static gboolean
record_one (UchStore         *self,
            UchLastPosition  *position,
            UchTime           now,
            UchLastPosition **last,
            UchPositionFate  *out_fate,
            GError          **error)
{
  const UchPosition *p = &position->position;
  gboolean           on_shift = FALSE, known = FALSE, shown;

  if (!is_possible (p))
    *out_fate = UCH_POSITION_DROPPED_IMPOSSIBLE;
  else if (p->at > now + FUTURE_MAX_MS)
    *out_fate = UCH_POSITION_DROPPED_FUTURE;
  else if (p->at < now - AGE_MAX_MS)
    *out_fate = UCH_POSITION_DROPPED_OLD;
  else if (!is_on_shift (self, position->engineer_id, p->at, &on_shift, error))
    return FALSE;
  else if (!on_shift)
    *out_fate = UCH_POSITION_DROPPED_OFF_SHIFT;
  else
    {
      shown = is_plausible (p, *last);
      if (!BACKEND (self, put_position, position, shown, &known, error))
        return FALSE;
      *out_fate = known ? UCH_POSITION_KNOWN : shown ? UCH_POSITION_SHOWN : UCH_POSITION_KEPT;
      if (*out_fate == UCH_POSITION_SHOWN)
        {
          if (*last == NULL)
            *last = g_new0 (UchLastPosition, 1);
          (*last)->position = *p;
        }
      return TRUE;
    }
  return BACKEND (self, count_fate, position->engineer_id, *out_fate, error);
}

static gboolean
record_within (UchStore          *self,
               const char        *engineer_id,
               const char        *source,
               const UchPosition *positions,
               guint              n_positions,
               UchTime            now,
               UchPositionFate   *out_fates,
               GError           **error)
{
  g_autoptr (UchLastPosition) last = NULL;

  if (!BACKEND (self, get_last_position, engineer_id, &last, error))
    return FALSE;
  for (guint i = 0; i < n_positions; i++)
    {
      UchLastPosition position = { .engineer_id = (char *) engineer_id,
                                   .position = tidy (&positions[i]),
                                   .source = (char *) source,
                                   .received_at = now };

      if (!record_one (self, &position, now, &last, &out_fates[i], error))
        return FALSE;
    }
  return TRUE;
}

/**
 * uch_store_record_positions:
 * @self: a store
 * @engineer_id: whose
 * @source: what sent them: "traccar", "page", …
 * @positions: (array length=n_positions): in the order they came
 * @n_positions: how many
 * @now: the store's clock
 * @out_fates: (array length=n_positions): what became of each
 * @error: return location
 *
 * Keeps positions, in one commit; one near the house of a visit that he is on the way to, or at,
 * confirms his arrival there in the same. Dropped and counted: impossible ones, more than two
 * minutes ahead, older than a week, off shift. Kept but not shown: older than the last one, less
 * accurate than 200 m, faster than 200 km/h.
 *
 * Returns: whether they are durable; after an error the same may be sent again
 */
gboolean
uch_store_record_positions (UchStore          *self,
                            const char        *engineer_id,
                            const char        *source,
                            const UchPosition *positions,
                            guint              n_positions,
                            UchTime            now,
                            UchPositionFate   *out_fates,
                            GError           **error)
{
  if (!uch_store_begin (self, error))
    return FALSE;
  if (record_within (self, engineer_id, source, positions, n_positions, now, out_fates, error)
      && uch_store_confirm_arrivals (self, engineer_id, positions, out_fates, n_positions, now,
                                     error))
    return uch_store_commit (self, error);
  uch_store_rollback (self);
  return FALSE;
}

/**
 * uch_store_list_last_positions:
 * @self: a store
 * @session: who asks; must be fresh. An engineer sees himself, an admin and a machine nobody.
 * @since: nothing older than this
 * @error: return location
 *
 * Returns: (transfer full) (nullable) (element-type UchLastPosition): the last shown position of
 *   each engineer
 */
GPtrArray *
uch_store_list_last_positions (UchStore         *self,
                               const UchSession *session,
                               UchTime           since,
                               GError          **error)
{
  g_autoptr (GPtrArray) staff = BACKEND (self, page_rows, &uch_staff_schema, NULL, G_MAXINT, error);
  g_autoptr (GPtrArray) positions
      = g_ptr_array_new_with_free_func ((GDestroyNotify) uch_last_position_free);

  if (staff == NULL)
    return NULL;
  for (guint i = 0; i < staff->len; i++)
    {
      UchEntity       *person = g_ptr_array_index (staff, i);
      UchLastPosition *last = NULL;

      if (!uch_store_may_see_table (session, UCH_TABLE_VISIT)
          && (session->role != UCH_ROLE_ENGINEER || g_strcmp0 (session->staff_id, person->id) != 0))
        continue;
      if (!BACKEND (self, get_last_position, person->id, &last, error))
        return NULL;
      if (last != NULL && last->position.at >= since)
        g_ptr_array_add (positions, last);
      else
        uch_last_position_free (last);
    }
  return g_steal_pointer (&positions);
}

/**
 * uch_store_get_position_fates:
 * @self: a store, may be the read-only one
 * @out_counts: (out caller-allocates) (array fixed-size=7): how many positions were dropped for
 *   each reason so far, by #UchPositionFate; those that were kept are not counted
 * @error: return location
 *
 * Returns: whether it could be read
 */
gboolean
uch_store_get_position_fates (UchStore *self, gint64 *out_counts, GError **error)
{
  memset (out_counts, 0, UCH_N_POSITION_FATES * sizeof *out_counts);
  return BACKEND (self, get_fates, out_counts, error);
}

/* Ends a transaction of one row: commits it if @done, else rolls back. */
static gboolean
finish (UchStore *self, gboolean done, GError **error)
{
  if (done)
    return uch_store_commit (self, error);
  uch_store_rollback (self);
  return FALSE;
}

/**
 * uch_store_add_tracker:
 * @self: a store
 * @by: an admin
 * @staff_id: whose phone
 * @name: which phone
 * @now: the store's clock
 * @error: return location
 *
 * Returns: (transfer full) (nullable): the secret, told only here: 43 characters that may stand in
 *   a URL. It is good for delivering positions and nothing else.
 */
char *
uch_store_add_tracker (UchStore         *self,
                       const UchSession *by,
                       const char       *staff_id,
                       const char       *name,
                       UchTime           now,
                       GError          **error)
{
  g_autofree char *id = uch_store_make_id (self, now);
  g_autofree char *secret = uch_store_make_token (self);
  g_autoptr (UchTracker) tracker = uch_entity_new_of (&uch_tracker_schema, id);
  g_autoptr (UchStaff) staff = NULL;
  gboolean done;

  tracker->secret_hash = uch_store_hash_token (secret);
  tracker->staff_id = g_strdup (staff_id);
  tracker->name = g_strdup (name);
  tracker->created_at = now;
  if (!uch_store_begin (self, error))
    return NULL;
  done = uch_store_check_admin (self, by, now, error)
         && BACKEND (self, get_row, &uch_staff_schema, staff_id, (gpointer *) &staff, error);
  if (done && staff == NULL)
    {
      g_set_error (error, UCH_STORE_ERROR, UCH_STORE_ERROR_UNKNOWN,
                   "There is no member of staff “%s”", staff_id);
      done = FALSE;
    }
  done = done && BACKEND (self, put_row, tracker, 0, error);
  return finish (self, done, error) ? g_steal_pointer (&secret) : NULL;
}

/**
 * uch_store_find_tracker:
 * @self: a store, may be the read-only one
 * @secret: as it came
 * @error: return location: %UCH_STORE_ERROR_UNKNOWN
 *
 * Returns: (transfer full) (nullable): whose phone it is
 */
char *
uch_store_find_tracker (UchStore *self, const char *secret, GError **error)
{
  g_autofree char *hash = uch_store_hash_token (secret);
  g_autoptr (GPtrArray) found
      = BACKEND (self, find_rows, &uch_tracker_schema, "secret_hash", hash, error);
  const UchTracker *tracker;
  g_autoptr (UchStaff) staff = NULL;

  if (found == NULL)
    return NULL;
  tracker = found->len > 0 ? g_ptr_array_index (found, 0) : NULL;
  if (tracker != NULL && tracker->ended_at == 0)
    {
      if (!BACKEND (self, get_row, &uch_staff_schema, tracker->staff_id, (gpointer *) &staff,
                    error))
        return NULL;
      if (staff != NULL && !staff->dismissed)
        return g_strdup (tracker->staff_id);
    }
  g_set_error_literal (error, UCH_STORE_ERROR, UCH_STORE_ERROR_UNKNOWN,
                       "This secret opens nothing");
  return NULL;
}

/**
 * uch_store_end_tracker:
 * @self: a store
 * @by: an admin
 * @tracker_id: which
 * @now: the store's clock
 * @error: return location
 *
 * Returns: whether its secret opens nothing any more
 */
gboolean
uch_store_end_tracker (
    UchStore *self, const UchSession *by, const char *tracker_id, UchTime now, GError **error)
{
  g_autoptr (UchTracker) tracker = NULL;
  g_autoptr (UchTracker) ended = NULL;
  gboolean done;

  if (!uch_store_begin (self, error))
    return FALSE;
  done = uch_store_check_admin (self, by, now, error)
         && BACKEND (self, get_row, &uch_tracker_schema, tracker_id, (gpointer *) &tracker, error);
  if (done && tracker == NULL)
    {
      g_set_error_literal (error, UCH_STORE_ERROR, UCH_STORE_ERROR_UNKNOWN,
                           "There is no such phone");
      done = FALSE;
    }
  if (done)
    {
      ended = uch_entity_copy (tracker);
      ended->ended_at = now;
      done = BACKEND (self, put_row, ended, 0, error);
    }
  return finish (self, done, error);
}

/**
 * uch_store_list_trackers:
 * @self: a store
 * @by: an admin
 * @now: the store's clock
 * @error: return location
 *
 * Returns: (transfer full) (nullable) (element-type UchTracker): those that are not ended, without
 *   their secrets
 */
GPtrArray *
uch_store_list_trackers (UchStore *self, const UchSession *by, UchTime now, GError **error)
{
  g_autoptr (GPtrArray) trackers = NULL;

  if (!uch_store_check_admin (self, by, now, error))
    return NULL;
  trackers = BACKEND (self, page_rows, &uch_tracker_schema, NULL, G_MAXINT, error);
  for (guint i = trackers != NULL ? trackers->len : 0; i-- > 0;)
    {
      UchTracker *tracker = g_ptr_array_index (trackers, i);

      if (tracker->ended_at != 0)
        g_ptr_array_remove_index (trackers, i);
      else
        g_clear_pointer (&tracker->secret_hash, g_free);
    }
  return g_steal_pointer (&trackers);
}

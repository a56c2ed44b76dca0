#include "core/uch-assignment.h"

#include "core/uch-category.h"
#include "core/uch-geo.h"
#include "core/uch-promise.h"

/* How long a visit takes until durations are learned. */
#define VISIT_MS (60 * UCH_MINUTE_MS)

static const char *const warning_nicks[UCH_N_WARNINGS]
    = { "wrong_zone", "missing_skill", "off_shift", "overlap", "far" };

static UchForbidden
find_obstacle (const UchTicket *ticket, const UchVisit *visit, const UchStaff *engineer)
{
  const UchCategory *category = uch_category_get (ticket->category);

  if (engineer->role != UCH_ROLE_ENGINEER)
    return UCH_FORBIDDEN_NOT_ENGINEER;
  if (engineer->dismissed)
    return UCH_FORBIDDEN_DISMISSED;
  if (!uch_ticket_is_open (ticket))
    return UCH_FORBIDDEN_TICKET_CLOSED;
  if (category != NULL && !category->needs_visit)
    return UCH_FORBIDDEN_NO_VISIT;
  if (visit != NULL && uch_visit_is_under_way (visit))
    return UCH_FORBIDDEN_UNDER_WAY;
  if (visit != NULL && uch_visit_is_open (visit)
      && g_strcmp0 (visit->engineer_id, ((UchEntity *) engineer)->id) == 0)
    return UCH_FORBIDDEN_SAME;
  return UCH_FORBIDDEN_NOTHING;
}

/* When a visit takes its engineer's time: from its agreed start for as long as a visit lasts. */
static gboolean
get_span (const UchVisit *visit, UchTime *out_from, UchTime *out_to)
{
  *out_from = uch_promise_get_start (visit);
  *out_to = MAX (*out_from + VISIT_MS, visit->mode == UCH_VISIT_MODE_TIME ? visit->agreed_to : 0);
  return *out_from != 0;
}

/* Counts the engineer's visits of the day and finds one whose agreed time overlaps. */
static void
look_at_visits (
    UchAssignment *self, GPtrArray *visits, const UchVisit *visit, UchTime at, UchTime now)
{
  UchTime  from = 0, to = 0;
  gboolean timed = visit != NULL && get_span (visit, &from, &to);

  for (guint i = 0; i < visits->len; i++)
    {
      const UchVisit *other = g_ptr_array_index (visits, i);
      UchTime         other_from, other_to;
      gboolean        other_timed = get_span (other, &other_from, &other_to);
      UchTime         day = other_timed ? other_from : other->assigned_at;

      if (visit != NULL && g_strcmp0 (((UchEntity *) other)->id, ((UchEntity *) visit)->id) == 0)
        continue;
      if (uch_visit_is_open (other)
          || (other->state == UCH_VISIT_DONE && ABS (day - at) < UCH_DAY_MS / 2))
        self->n_visits++;
      if (timed && other_timed && uch_visit_is_open (other) && other_from < to && from < other_to
          && self->overlaps_id == NULL)
        {
          self->warnings |= UCH_WARNING_OVERLAP;
          self->overlaps_id = g_strdup (((UchEntity *) other)->id);
        }
    }
}

/**
 * uch_assignment_consider:
 * @visit: (nullable): the ticket's open visit
 * @latitude: (nullable): where the engineer is; else his home centre counts
 * @longitude: (nullable)
 *
 * Says what a person should know before @engineer gets @ticket. Warnings never forbid.
 *
 * Returns: (transfer full)
 */
UchAssignment *
uch_assignment_consider (UchSnapshot     *snapshot,
                         const UchTicket *ticket,
                         const UchVisit  *visit,
                         const UchStaff  *engineer,
                         const double    *latitude,
                         const double    *longitude,
                         UchTime          now)
{
  UchAssignment     *self = g_new0 (UchAssignment, 1);
  const UchCategory *category = uch_category_get (ticket->category);
  const char        *engineer_id = ((UchEntity *) engineer)->id;
  UchTime at = visit != NULL && uch_visit_is_open (visit) ? uch_promise_get_start (visit) : 0;
  g_autoptr (UchHouse) house = uch_snapshot_get (snapshot, UCH_TABLE_HOUSE, ticket->house_id);
  g_autoptr (UchCentre) centre = uch_snapshot_get (snapshot, UCH_TABLE_CENTRE, engineer->centre_id);
  g_autoptr (GPtrArray) shifts
      = uch_snapshot_find (snapshot, UCH_TABLE_SHIFT, "staff_id", engineer_id);
  g_autoptr (GPtrArray) visits
      = uch_snapshot_find (snapshot, UCH_TABLE_VISIT, "engineer_id", engineer_id);

  at = MAX (at, now);
  self->distance_m = -1;
  self->forbidden = find_obstacle (ticket, visit, engineer);
  if (ticket->zone_id != NULL && !uch_list_contains (engineer->zones, ticket->zone_id))
    self->warnings |= UCH_WARNING_WRONG_ZONE;
  if (category != NULL && category->skill != NULL
      && !uch_list_contains (engineer->skills, category->skill))
    self->warnings |= UCH_WARNING_MISSING_SKILL;
  if (!uch_staff_is_on_shift (shifts, engineer_id, at))
    self->warnings |= UCH_WARNING_OFF_SHIFT;
  look_at_visits (self, visits, visit, at, now);
  if (house != NULL && latitude != NULL && longitude != NULL)
    self->distance_m
        = uch_geo_distance_m (*latitude, *longitude, house->latitude, house->longitude);
  else if (house != NULL && centre != NULL)
    self->distance_m = uch_geo_distance_m (centre->latitude, centre->longitude, house->latitude,
                                           house->longitude);
  if (self->distance_m > UCH_FAR_M)
    self->warnings |= UCH_WARNING_FAR;
  return self;
}

void
uch_assignment_free (UchAssignment *self)
{
  if (self == NULL)
    return;
  g_free (self->overlaps_id);
  g_free (self);
}

static guint
count_warnings (UchWarnings warnings)
{
  guint n = 0;

  for (guint i = 0; i < UCH_N_WARNINGS; i++)
    n += (warnings >> i) & 1;
  return n;
}

/**
 * uch_assignment_compare:
 *
 * Orders by fit: possible before forbidden, on shift before off, then fewer warnings, fewer visits,
 * nearer.
 */
int
uch_assignment_compare (const UchAssignment *a, const UchAssignment *b)
{
  gboolean a_no = a->forbidden != UCH_FORBIDDEN_NOTHING,
           b_no = b->forbidden != UCH_FORBIDDEN_NOTHING;
  gboolean a_off = (a->warnings & UCH_WARNING_OFF_SHIFT) != 0,
           b_off = (b->warnings & UCH_WARNING_OFF_SHIFT) != 0;
  guint a_count = count_warnings (a->warnings), b_count = count_warnings (b->warnings);

  if (a_no != b_no)
    return a_no - b_no;
  if (a_off != b_off)
    return a_off - b_off;
  if (a_count != b_count)
    return a_count < b_count ? -1 : 1;
  if (a->n_visits != b->n_visits)
    return a->n_visits < b->n_visits ? -1 : 1;
  if (a->distance_m != b->distance_m)
    return a->distance_m < b->distance_m ? -1 : 1;
  return 0;
}

/**
 * uch_warning_get_nick:
 * @warning: one flag
 *
 * Returns: its word in events
 */
const char *
uch_warning_get_nick (UchWarnings warning)
{
  for (guint i = 0; i < UCH_N_WARNINGS; i++)
    if (warning == 1u << i)
      return warning_nicks[i];
  g_return_val_if_reached (NULL);
}

/**
 * uch_warnings_to_text:
 *
 * Returns: (transfer full) (nullable): the nicks, comma separated; NULL when there are none
 */
char *
uch_warnings_to_text (UchWarnings warnings)
{
  GString *text = g_string_new (NULL);

  for (guint i = 0; i < UCH_N_WARNINGS; i++)
    if ((warnings & 1u << i) != 0)
      g_string_append_printf (text, "%s%s", text->len > 0 ? "," : "", warning_nicks[i]);
  return g_string_free (text, text->len == 0);
}

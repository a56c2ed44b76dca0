#include "core/uch-promise.h"

#include "core/uch-geo.h"

/**
 * uch_promise_get_start:
 *
 * Returns: when the clock starts: the agreement for "now", the agreed time otherwise; 0: never
 */
UchTime
uch_promise_get_start (const UchVisit *visit)
{
  switch (visit->mode)
    {
    case UCH_VISIT_MODE_NOW:
      return visit->agreed_at;
    case UCH_VISIT_MODE_TIME:
      return visit->agreed_from;
    default:
      return 0;
    }
}

/* A visit that has ended, or where somebody has arrived. */
static UchPromise
settled (const UchVisit *visit)
{
  UchTime start = uch_promise_get_start (visit);

  if (visit->arrived_at != 0)
    return visit->arrived_at <= visit->due_at ? UCH_PROMISE_KEPT : UCH_PROMISE_BROKEN;
  switch (visit->state)
    {
    case UCH_VISIT_MISSED:
      return UCH_PROMISE_BROKEN;
    case UCH_VISIT_FAILED:
      return visit->ended_at > visit->due_at ? UCH_PROMISE_BROKEN : UCH_PROMISE_NONE;
    case UCH_VISIT_CANCELLED:
      /* We moved the time after its clock had started. */
      if (g_strcmp0 (visit->reason, "moved_by_us") == 0 && visit->ended_at >= start)
        return UCH_PROMISE_BROKEN;
      return visit->ended_at > visit->due_at ? UCH_PROMISE_BROKEN : UCH_PROMISE_NONE;
    default:
      return UCH_PROMISE_NONE;
    }
}

/**
 * uch_promise_get:
 *
 * The state of a visit's promise at @now: kept when somebody arrived by due, broken when later or
 * not at all; yellow 25 minutes after the start with nobody on the way, orange 10 minutes before
 * due, red after it.
 */
UchPromise
uch_promise_get (const UchVisit *visit, UchTime now)
{
  UchTime start = uch_promise_get_start (visit);

  if (start == 0 || visit->due_at == 0 || visit->uncounted)
    return UCH_PROMISE_NONE;
  if (visit->exempt)
    return UCH_PROMISE_EXEMPT;
  if (visit->arrived_at != 0 || !uch_visit_is_open (visit))
    return settled (visit);
  if (now > visit->due_at)
    return UCH_PROMISE_RED;
  if (now < start)
    return UCH_PROMISE_WAITING;
  if (now >= visit->due_at - UCH_PROMISE_ORANGE_BEFORE_MS)
    return UCH_PROMISE_ORANGE;
  if (now >= start + UCH_PROMISE_YELLOW_AFTER_MS && visit->state != UCH_VISIT_EN_ROUTE)
    return UCH_PROMISE_YELLOW;
  return UCH_PROMISE_RUNNING;
}

/**
 * uch_promise_expect:
 * @arrives_at: when he will be there as far as one can tell; 0: nobody can
 *
 * As uch_promise_get(), but orange already when he will come too late.
 */
UchPromise
uch_promise_expect (const UchVisit *visit, UchTime now, UchTime arrives_at)
{
  UchPromise promise = uch_promise_get (visit, now);

  if ((promise == UCH_PROMISE_RUNNING || promise == UCH_PROMISE_YELLOW)
      && visit->state < UCH_VISIT_ON_SITE && arrives_at > visit->due_at)
    return UCH_PROMISE_ORANGE;
  return promise;
}

/**
 * uch_promise_estimate_arrival:
 * @house: (nullable): of the visit
 * @latitude: where its engineer was seen last
 * @longitude: …
 * @seen_at: when
 *
 * An estimate until the way along the roads is known: the straight line × 1.4 at 25 km/h, from
 * where he is now. He arrives at the agreed time at the earliest: who has an hour left is not late.
 *
 * Returns: when he can be there; 0: there is nothing to tell it by, or he is there
 */
UchTime
uch_promise_estimate_arrival (const UchVisit *visit,
                              const UchHouse *house,
                              double          latitude,
                              double          longitude,
                              UchTime         seen_at,
                              UchTime         now)
{
  double drive_h;

  if (house == NULL || (house->latitude == 0 && house->longitude == 0) || visit->engineer_id == NULL
      || visit->arrived_at != 0 || visit->state >= UCH_VISIT_ON_SITE
      || now - seen_at > UCH_POSITION_STALE_MS)
    return 0;
  drive_h = uch_geo_distance_m (latitude, longitude, house->latitude, house->longitude)
            * UCH_DRIVE_DETOUR / 1000 / UCH_DRIVE_KMH;
  return MAX (now + (UchTime) (drive_h * UCH_HOUR_MS), uch_promise_get_start (visit));
}

/**
 * uch_promise_may_confirm:
 * @seen_at: when its engineer was seen at the house
 *
 * Returns: whether that confirms the arrival: for the first time, and between his departure and
 *     the end of the visit
 */
gboolean
uch_promise_may_confirm (const UchVisit *visit, UchTime seen_at)
{
  UchTime from_at = visit->en_route_at != 0 ? visit->en_route_at : visit->arrived_at;

  return visit->arrived_geo_at == 0 && from_at != 0 && seen_at >= from_at
         && (visit->ended_at == 0 || seen_at <= visit->ended_at);
}

/**
 * uch_promise_is_near:
 * @accuracy_m: negative: unknown
 *
 * Returns: whether somebody seen there is at the house
 */
gboolean
uch_promise_is_near (const UchHouse *house, double latitude, double longitude, double accuracy_m)
{
  return (house->latitude != 0 || house->longitude != 0) && accuracy_m >= 0
         && accuracy_m <= UCH_ARRIVAL_ACCURACY_MAX_M
         && uch_geo_distance_m (latitude, longitude, house->latitude, house->longitude)
                <= UCH_ARRIVAL_NEAR_M;
}

/**
 * uch_promise_is_at_risk:
 *
 * Returns: whether the visit belongs under «Под угрозой»
 */
gboolean
uch_promise_is_at_risk (UchPromise promise)
{
  return promise == UCH_PROMISE_YELLOW || promise == UCH_PROMISE_ORANGE
         || promise == UCH_PROMISE_RED;
}

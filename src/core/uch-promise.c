#include "core/uch-promise.h"

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

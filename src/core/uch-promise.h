/* The 40-minute promise: its clock and its lights. */
#pragma once

#include "core/uch-place.h"
#include "core/uch-work.h"

G_BEGIN_DECLS

#define UCH_PROMISE_DEFAULT_MS (40 * UCH_MINUTE_MS)

/* Lights, in time after the start and before due. Source: the office's rules of the promise. */
#define UCH_PROMISE_YELLOW_AFTER_MS (25 * UCH_MINUTE_MS)
#define UCH_PROMISE_ORANGE_BEFORE_MS (10 * UCH_MINUTE_MS)

/* A position that confirms an arrival: so near to the house, and known so well. Source: the same.
 */
#define UCH_ARRIVAL_NEAR_M 150.0
#define UCH_ARRIVAL_ACCURACY_MAX_M 100.0

/* Where no road is known: the straight line × 1.4, at 25 km/h. Source: the same. */
#define UCH_DRIVE_DETOUR 1.4
#define UCH_DRIVE_KMH 25.0

/* A position older than that says nothing about when somebody arrives. Source: the rules on
 * positions, "no connection". */
#define UCH_POSITION_STALE_MS (15 * UCH_MINUTE_MS)

typedef enum
{
  UCH_PROMISE_NONE,    /* no time agreed, or it no longer counts */
  UCH_PROMISE_WAITING, /* agreed, the clock has not started */
  UCH_PROMISE_RUNNING, /* started, all in order */
  UCH_PROMISE_YELLOW,  /* 25 minutes gone and nobody is on the way */
  UCH_PROMISE_ORANGE,  /* due in 10 minutes */
  UCH_PROMISE_RED,     /* overdue, nobody there */
  UCH_PROMISE_KEPT,
  UCH_PROMISE_BROKEN, /* arrived late, or missed */
  UCH_PROMISE_EXEMPT, /* counted beside the percentage */
} UchPromise;

UchPromise uch_promise_get (const UchVisit *visit, UchTime now);
UchTime    uch_promise_get_start (const UchVisit *visit);
UchPromise uch_promise_expect (const UchVisit *visit, UchTime now, UchTime arrives_at);
gboolean   uch_promise_is_at_risk (UchPromise promise);
UchTime    uch_promise_estimate_arrival (const UchVisit *visit,
                                         const UchHouse *house,
                                         double          latitude,
                                         double          longitude,
                                         UchTime         seen_at,
                                         UchTime         now);
gboolean   uch_promise_may_confirm (const UchVisit *visit, UchTime seen_at);
gboolean
uch_promise_is_near (const UchHouse *house, double latitude, double longitude, double accuracy_m);

G_END_DECLS

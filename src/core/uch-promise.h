/* The 40-minute promise: its clock and its lights. */
#pragma once

#include "core/uch-work.h"

G_BEGIN_DECLS

#define UCH_PROMISE_DEFAULT_MS (40 * UCH_MINUTE_MS)

/* Lights, in time after the start and before due. Source: the office's rules of the promise. */
#define UCH_PROMISE_YELLOW_AFTER_MS (25 * UCH_MINUTE_MS)
#define UCH_PROMISE_ORANGE_BEFORE_MS (10 * UCH_MINUTE_MS)

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
gboolean   uch_promise_is_at_risk (UchPromise promise);

G_END_DECLS

/* The demo town as facts, for tests and measurements. */
#pragma once

#include "stats/uch-facts.h"

/* @n_days of history behind Sunday 22 November 2026, 14:05 in Moscow. */
UchFacts *uch_demo_facts_new (guint n_days, guint32 seed);
#define UCH_DEMO_FACTS_NOW G_GINT64_CONSTANT (1795345500000)

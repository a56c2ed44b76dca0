/* Rows made up from the description of their fields, for tests that go over every table. */
#pragma once

#include "core/uch-entity.h"

/* 0: empty; 1: every field set; 2: emoji, right-to-left, control characters, extremes. */
#define UCH_N_SAMPLES 3

gpointer uch_sample_row (UchTable table, const char *id, guint variety);

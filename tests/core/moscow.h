/* Days and hours of Moscow, as tests write them. */
#pragma once

#include "core/uch-calendar.h"

#define MOSCOW_MS (3 * UCH_HOUR_MS)

UchTime at (const char *text);
void    assert_time (UchTime time, const char *expected);

/* A day's hours as one types and reads them: "9-13, 14:30-18". */
#pragma once

#include "core/uch-types.h"

G_BEGIN_DECLS

typedef struct
{
  int from_min, to_min; /* of the day; beyond 1440 is the next morning */
} UchDayPart;

UchTime uch_day_start (UchTime now, int days);
GArray *uch_day_parts_parse (const char *text, char **out_fault);
char   *uch_day_parts_print (GArray *parts);

G_END_DECLS

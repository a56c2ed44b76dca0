/* A day's shifts as one types them, "9-13, 14:30-18", and what must change to get there. */
#pragma once

#include "core/uch-people.h"

G_BEGIN_DECLS

typedef struct
{
  int from_min, to_min; /* of the day; beyond 1440 is the next morning */
} UchDayPart;

typedef struct
{
  char        *remove_id; /* (owned) (nullable): a shift to take away; else one to add */
  UchShiftKind kind;
  UchTime      starts_at, ends_at;
} UchShiftEdit;

UchTime    uch_day_start (UchTime now, int days);
GArray    *uch_day_parts_parse (const char *text, char **out_fault);
char      *uch_day_print (GPtrArray *shifts, UchTime midnight);
gboolean   uch_day_is_absent (GPtrArray *shifts, UchTime midnight);
GPtrArray *uch_day_list (GPtrArray *shifts, UchTime midnight);
GPtrArray *uch_day_edit (GPtrArray *of_day, GArray *parts, gboolean absent, UchTime midnight);
void       uch_shift_edit_free (UchShiftEdit *edit);

G_END_DECLS

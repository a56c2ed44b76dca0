/* The production calendar: which days people work. Days are civil days of the office. */
#pragma once

#include "core/uch-entity.h"

G_BEGIN_DECLS

typedef enum
{
  UCH_DAY_OFF,
  UCH_DAY_SHORT,   /* a working day that ends an hour earlier */
  UCH_DAY_WORKING, /* also a weekend that is worked */
} UchDayKind;

typedef enum
{
  UCH_DAY_BY_HAND,
  UCH_DAY_IMPORTED,
} UchDaySource;

/* A day that is not what the week and the fixed holidays make it. Its id is the date,
 * "2026-05-11". */
struct _UchCalendarDay
{
  UchEntity    parent;
  UchDayKind   kind;
  UchDaySource source;
  char        *name; /* why: "День города" */
};

UCH_DECLARE_ENTITY (CalendarDay, calendar_day, CALENDAR_DAY)

extern const UchSchema   uch_calendar_day_schema;
extern const char *const uch_day_kind_nicks[];

/* Days since 1970-01-01. */
typedef gint32 UchDay;
#define UCH_DAY_NONE G_MININT32

UchDay   uch_day_from_date (guint year, guint month, guint day);
UchDay   uch_day_parse (const char *text);
char    *uch_day_format (UchDay day);
UchDay   uch_day_from_time (UchTime at, gint64 offset_ms);
UchTime  uch_day_to_time (UchDay day, guint minute, gint64 offset_ms);
guint    uch_day_get_weekday (UchDay day);
gboolean uch_day_is_fixed_holiday (UchDay day);

typedef struct _UchCalendar UchCalendar;

UchCalendar *uch_calendar_new (GPtrArray *days);
UchCalendar *uch_calendar_new_for (UchSnapshot *snapshot);
void         uch_calendar_free (UchCalendar *self);
UchDayKind   uch_calendar_get_kind (UchCalendar *self, UchDay day);
gboolean     uch_calendar_is_working (UchCalendar *self, UchDay day);
UchDay       uch_calendar_add_working (UchCalendar *self, UchDay day, int n_days);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (UchCalendar, uch_calendar_free)

G_END_DECLS

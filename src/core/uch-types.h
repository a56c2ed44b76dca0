/* Forward declarations and the few types that every room shares. */
#pragma once

#include <glib-object.h>

G_BEGIN_DECLS

/* Milliseconds since the Unix epoch, UTC; 0 means "none". A duration ends in _ms and is a gint64.
 */
typedef gint64 UchTime;

#define UCH_SECOND_MS G_GINT64_CONSTANT (1000)
#define UCH_MINUTE_MS (60 * UCH_SECOND_MS)
#define UCH_HOUR_MS (60 * UCH_MINUTE_MS)
#define UCH_DAY_MS (24 * UCH_HOUR_MS)

typedef struct _UchEntity      UchEntity;
typedef struct _UchField       UchField;
typedef struct _UchSchema      UchSchema;
typedef struct _UchZone        UchZone;
typedef struct _UchCentre      UchCentre;
typedef struct _UchCompany     UchCompany;
typedef struct _UchHouse       UchHouse;
typedef struct _UchEntrance    UchEntrance;
typedef struct _UchStaff       UchStaff;
typedef struct _UchShift       UchShift;
typedef struct _UchClient      UchClient;
typedef struct _UchTicket      UchTicket;
typedef struct _UchVisit       UchVisit;
typedef struct _UchNote        UchNote;
typedef struct _UchCall        UchCall;
typedef struct _UchPhoto       UchPhoto;
typedef struct _UchEvent       UchEvent;
typedef struct _UchReason      UchReason;
typedef struct _UchSetting     UchSetting;
typedef struct _UchCalendarDay UchCalendarDay;
typedef struct _UchFollowup    UchFollowup;
typedef struct _UchSnapshot    UchSnapshot;
typedef struct _UchCommand     UchCommand;
typedef struct _UchChange      UchChange;
typedef struct _UchVerdict     UchVerdict;
typedef struct _UchActor       UchActor;
typedef struct _UchOutline     UchOutline;

/* The tables of the office, in the order in which a first sync fetches them:
 * what others refer to comes first. */
typedef enum
{
  UCH_TABLE_SETTING,
  UCH_TABLE_REASON,
  UCH_TABLE_CALENDAR_DAY,
  UCH_TABLE_ZONE,
  UCH_TABLE_CENTRE,
  UCH_TABLE_COMPANY,
  UCH_TABLE_HOUSE,
  UCH_TABLE_ENTRANCE,
  UCH_TABLE_STAFF,
  UCH_TABLE_SHIFT,
  UCH_TABLE_CLIENT,
  UCH_TABLE_TICKET,
  UCH_TABLE_VISIT,
  UCH_TABLE_NOTE,
  UCH_TABLE_CALL,
  UCH_TABLE_PHOTO,
  UCH_TABLE_FOLLOWUP,
  UCH_TABLE_EVENT,
} UchTable;
#define UCH_N_TABLES (UCH_TABLE_EVENT + 1)

G_END_DECLS

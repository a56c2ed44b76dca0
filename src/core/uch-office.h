/* How this office works: lists of reasons and settings that the head keeps. */
#pragma once

#include "core/uch-entity.h"

G_BEGIN_DECLS

typedef enum
{
  UCH_REASON_HOLD,
  UCH_REASON_DECLINE,
  UCH_REASON_FAILED,
  UCH_REASON_MISSED,
  UCH_REASON_CANCEL,
  UCH_REASON_REOPEN,
  UCH_REASON_RESOLUTION,
} UchReasonKind;

/* One choice of a reason list. Its id is "KIND.CODE". */
struct _UchReason
{
  UchEntity     parent;
  UchReasonKind kind;
  char         *code;
  char         *name; /* as the head named it; NULL: the program's own translation of the code */
  gint64        position;
  gboolean      retired; /* no longer offered, still readable in old tickets */
};

/* A policy of the office. Its id is the key. */
struct _UchSetting
{
  UchEntity parent;
  char     *value;
};

UCH_DECLARE_ENTITY (Reason, reason, REASON)
UCH_DECLARE_ENTITY (Setting, setting, SETTING)

extern const UchSchema   uch_reason_schema, uch_setting_schema;
extern const char *const uch_reason_kind_nicks[];

/* The seed of the reason lists: code and kind of each. */
typedef struct
{
  UchReasonKind kind;
  const char   *code;
} UchReasonSeed;

const UchReasonSeed *uch_reason_list_seeds (guint *out_n_seeds);

/* Keys of settings. */
#define UCH_SETTING_OFFICE_NAME "office.name"
#define UCH_SETTING_PROMISE_MIN "promise.minutes" /* default 40; "promise.minutes.CATEGORY" */
#define UCH_SETTING_MAP_URL "map.url"             /* XYZ template of the base map */
#define UCH_SETTING_MAP_ATTRIBUTION "map.attribution"
#define UCH_SETTING_CITY "office.city"           /* a new address without a city is here */
#define UCH_SETTING_AREA_CODE "office.area_code" /* of six-digit numbers; default 8652 */

G_END_DECLS

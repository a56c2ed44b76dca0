/* Contacts after the work: how the engineer did, whether all works, how it is a month later. */
#pragma once

#include "core/uch-calendar.h"
#include "core/uch-work.h"

G_BEGIN_DECLS

typedef enum
{
  UCH_FOLLOWUP_QUALITY, /* как справился инженер */
  UCH_FOLLOWUP_WEEK,    /* всё ли работает */
  UCH_FOLLOWUP_MONTH,   /* нет ли проблем */
} UchFollowupKind;
#define UCH_N_FOLLOWUP_KINDS (UCH_FOLLOWUP_MONTH + 1)

typedef enum
{
  UCH_FOLLOWUP_OPEN,
  UCH_FOLLOWUP_DONE,        /* the client was reached, or does not want to be */
  UCH_FOLLOWUP_UNREACHABLE, /* all attempts failed, or the number is wrong */
  UCH_FOLLOWUP_CANCELLED,   /* the ticket was reopened, or nobody may call any more */
} UchFollowupState;

typedef enum
{
  UCH_FOLLOWUP_NONE,
  UCH_FOLLOWUP_NO_ANSWER,
  UCH_FOLLOWUP_BUSY,
  UCH_FOLLOWUP_WRONG_NUMBER,
  UCH_FOLLOWUP_CALL_BACK,
  UCH_FOLLOWUP_REFUSED,
  UCH_FOLLOWUP_DO_NOT_CALL,
  UCH_FOLLOWUP_SATISFIED,
  UCH_FOLLOWUP_PARTLY,
  UCH_FOLLOWUP_NOT_SATISFIED,
  UCH_FOLLOWUP_NEW_REQUEST,
  UCH_FOLLOWUP_THANKS,
} UchFollowupOutcome;
#define UCH_N_FOLLOWUP_OUTCOMES (UCH_FOLLOWUP_THANKS + 1)

/* контрольный звонок: one contact that somebody owes a client */
struct _UchFollowup
{
  UchEntity        parent;
  char            *ticket_id;
  UchFollowupKind  kind;
  UchFollowupState state;
  gboolean         merged; /* this call is the week's as well */
  /* As they stood when the work was done. */
  gint64  number; /* of the ticket */
  char   *category;
  char   *house_id;
  char   *zone_id;
  char   *address;
  char   *client_id;
  char   *client_name;
  char   *phone;
  char   *engineer_id; /* who did the work; NULL: nobody in the field */
  UchTime work_at;     /* end of the work, T of the office's rules */
  UchTime made_at;
  /* When. */
  UchTime not_before_at, target_at, deadline_at;
  UchTime next_at;                  /* not worth trying before it: not_before_at, or later */
  gint64  prefers_from, prefers_to; /* minutes of the day; 0, 0: the client named no time */
  UchTime call_back_at;             /* the client asked for this time */
  /* Attempts that failed. */
  gint64 attempts;
  char  *tried_at; /* their times, comma separated */
  /* Who has it on the phone just now. */
  char   *taken_by;
  UchTime taken_until_at;
  /* What came of it. */
  UchFollowupOutcome outcome; /* of the last attempt */
  gint64             score;   /* 1..5; 0: not given */
  gint64             nps;     /* 0..10, if nps_given */
  gboolean           nps_given;
  char              *reasons; /* codes of uch_followup_reasons, comma separated */
  char              *text;
  char              *done_by;
  UchTime            done_at;
  char              *call_id;   /* the same for rows that one call did */
  char              *result_id; /* the ticket that came of it */
};

UCH_DECLARE_ENTITY (Followup, followup, FOLLOWUP)

extern const UchSchema   uch_followup_schema;
extern const char *const uch_followup_kind_nicks[];
extern const char *const uch_followup_state_nicks[];
extern const char *const uch_followup_outcome_nicks[];
extern const char *const uch_followup_reasons[];

/* Limits. Source: the office's rules. */
#define UCH_FOLLOWUP_HOLD_MS (10 * UCH_MINUTE_MS) /* a row is taken this long */
#define UCH_FOLLOWUP_ATTEMPTS_MAX 3
#define UCH_FOLLOWUP_LOW_SCORE 3 /* up to it the script asks what was wrong */

/* The office's settings that the dates depend on. Plain value. */
typedef struct
{
  gint64   offset_ms;    /* of the office's clock from UTC */
  guint    opens_min[2]; /* of the day: [0] working days, [1] days off */
  guint    closes_min[2];
  gboolean merge;           /* one call for quality and week */
  gboolean month_from_work; /* the month runs from the work, not from the week's call */
} UchFollowupPolicy;

#define UCH_SETTING_UTC_OFFSET "office.utc_offset"        /* minutes; default 180, Moscow */
#define UCH_SETTING_CALL_HOURS "followup.hours"           /* "9-20" on working days */
#define UCH_SETTING_CALL_HOURS_OFF "followup.hours_off"   /* "10-18" on days off */
#define UCH_SETTING_FOLLOWUP_MERGE "followup.merge"       /* "1": quality and week in one call */
#define UCH_SETTING_FOLLOWUP_ANCHOR "followup.month_from" /* "week" (default) or "work" */

typedef struct
{
  UchTime not_before_at, target_at, deadline_at;
} UchFollowupDates;

typedef const UchFollowup *(*UchFollowupLookup) (const char *id, gpointer user_data);

void uch_followup_policy_read (UchFollowupPolicy *self, UchSnapshot *snapshot);
void uch_followup_get_dates (UchFollowupKind          kind,
                             gboolean                 merged,
                             UchTime                  anchor_at,
                             const UchFollowupPolicy *policy,
                             UchCalendar             *calendar,
                             UchFollowupDates        *out_dates);
void uch_followup_get_row_dates (const UchFollowup       *row,
                                 const UchFollowup       *week,
                                 const UchFollowupPolicy *policy,
                                 UchCalendar             *calendar,
                                 UchFollowupDates        *out_dates);
UchTime
uch_followup_get_first_try (UchTime at, const UchFollowupPolicy *policy, UchCalendar *calendar);
gboolean uch_followup_has_dates (const UchFollowup *row, const UchFollowupDates *dates);

gboolean uch_followup_is_wanted (const UchTicket *ticket);
char    *uch_followup_make_id (const char *ticket_id, UchTime work_at, UchFollowupKind kind);
const UchFollowup *
uch_followup_peek_week (const UchFollowup *month, UchFollowupLookup lookup, gpointer user_data);
gboolean uch_followup_is_taken (const UchFollowup *row, const char *by_other_than, UchTime now);
gboolean uch_followup_ends (UchFollowupOutcome outcome);

GArray  *uch_followup_list_tries (const char *tried_at);
gboolean uch_followup_is_exhausted (GArray *tries, const UchFollowupPolicy *policy);
UchTime
uch_followup_get_next_try (GArray *tries, const UchFollowupPolicy *policy, UchCalendar *calendar);
gboolean uch_followup_parse_hours (const char *text, gint64 *out_from_min, gint64 *out_to_min);

G_END_DECLS

/* The work itself: tickets, visits, notes, calls, and the journal of what was done. */
#pragma once

#include "core/uch-entity.h"
#include "core/uch-people.h"

G_BEGIN_DECLS

typedef enum
{
  UCH_TICKET_NEW,
  UCH_TICKET_IN_WORK,
  UCH_TICKET_ON_HOLD,
  UCH_TICKET_RESOLVED,
  UCH_TICKET_CLOSED,
  UCH_TICKET_CANCELLED,
  UCH_TICKET_REJECTED,
} UchTicketState;
#define UCH_N_TICKET_STATES (UCH_TICKET_REJECTED + 1)

typedef enum
{
  UCH_RESOLUTION_NONE,
  UCH_RESOLUTION_ON_SITE,
  UCH_RESOLUTION_REMOTE,
  UCH_RESOLUTION_PHONE,
  UCH_RESOLUTION_SELF,
  UCH_RESOLUTION_NETWORK,
} UchResolution;

typedef enum
{
  UCH_PRIORITY_NORMAL,
  UCH_PRIORITY_HIGH,
  UCH_PRIORITY_URGENT,
} UchPriority;

/* заявка */
struct _UchTicket
{
  UchEntity      parent;
  gint64         number;   /* given by the store; 0 until it has answered */
  char          *category; /* a code of core/uch-category.h */
  UchTicketState state;
  UchPriority    priority;
  char          *house_id;
  char          *zone_id; /* derived from the house */
  char          *address; /* derived: the house's address and the apartment, as shown */
  char          *entrance, *floor, *apartment;
  char          *client_id;
  char          *client_name;
  char          *phone;     /* normalised */
  char          *phone_raw; /* as it was typed */
  char          *description;
  char          *source;      /* "phone", "office", "engineer", "alert", … */
  char          *visit_id;    /* the open visit, or the last one */
  char          *engineer_id; /* thanks: whom they praise */
  char          *linked_id;   /* the ticket this one came from, duplicates or praises */
  UchTime        created_at;
  char          *created_by;
  UchTime        first_contact_at; /* stops the clock "time to first call" */
  UchTime        wake_at;          /* on_hold only */
  char          *reason;           /* why on hold, cancelled, rejected or reopened */
  UchResolution  resolution;
  char          *resolution_code;
  UchTime        resolved_at;
  char          *resolved_by;
  UchTime        closed_at; /* also of cancelled and rejected */
  gint64         reopen_count;
  UchTime        reopened_at;
  gboolean       needs_review; /* an engineer's event came in an impossible order */
};

typedef enum
{
  UCH_VISIT_PLANNED,
  UCH_VISIT_ASSIGNED,
  UCH_VISIT_ACCEPTED,
  UCH_VISIT_EN_ROUTE,
  UCH_VISIT_ON_SITE,
  UCH_VISIT_DONE,
  UCH_VISIT_INCOMPLETE,
  UCH_VISIT_FAILED,
  UCH_VISIT_MISSED,
  UCH_VISIT_CANCELLED,
} UchVisitState;
#define UCH_N_VISIT_STATES (UCH_VISIT_CANCELLED + 1)

typedef enum
{
  UCH_VISIT_MODE_NONE, /* no time agreed yet: the engineer will call */
  UCH_VISIT_MODE_NOW,  /* «приезжайте сейчас» */
  UCH_VISIT_MODE_TIME, /* «в 18:00» */
} UchVisitMode;

/* выезд */
struct _UchVisit
{
  UchEntity     parent;
  char         *ticket_id;
  char         *house_id; /* of the ticket */
  char         *zone_id;  /* of the ticket */
  char         *engineer_id;
  UchVisitState state;
  UchVisitMode  mode;
  UchTime       agreed_from, agreed_to, agreed_at;
  char         *agreed_by;
  UchTime       due_at; /* derived: the 40-minute promise */
  UchTime       created_at;
  UchTime       assigned_at;
  char         *assigned_by;
  UchTime       accepted_at, en_route_at, arrived_at, ended_at;
  UchTime       arrived_geo_at; /* a position within 150 m confirms the arrival */
  char         *reason;         /* why failed, missed, cancelled, declined */
  gboolean      exempt;         /* counted beside the promise, never inside it */
  gboolean      uncounted;      /* the client moved the time before it was due */
  gboolean      by_proxy;       /* a dispatcher acted for the engineer */
  gboolean      needs_review;
};

/* заметка; of a ticket, or of a house */
struct _UchNote
{
  UchEntity parent;
  char     *ticket_id;
  char     *house_id;
  char     *text;
  UchTime   created_at;
  char     *created_by;
  gboolean  withdrawn; /* undone: kept, not shown */
};

typedef enum
{
  UCH_CALL_TALKED,
  UCH_CALL_NO_ANSWER,
  UCH_CALL_BUSY,
  UCH_CALL_WRONG_NUMBER,
  UCH_CALL_BACK,
  UCH_CALL_REFUSED,
} UchCallOutcome;

/* звонок: one attempt */
struct _UchCall
{
  UchEntity      parent;
  char          *ticket_id;
  char          *phone;
  UchCallOutcome outcome;
  UchTime        call_back_at;
  char          *text;
  UchTime        created_at;
  char          *created_by;
  gboolean       withdrawn;
};

/* What a photo may weigh, and how large it may be: the phone makes it smaller before it sends it.
 */
#define UCH_PHOTO_SIZE_MAX (1024 * 1024)
#define UCH_PHOTO_SIDE_MAX 8192

/* фото: what an engineer saw. The picture itself lies in the store, under its hash. */
struct _UchPhoto
{
  UchEntity parent;
  char     *ticket_id;
  char     *visit_id; /* the ticket's, when it was taken */
  char     *text;
  char     *sha256; /* of the picture's bytes, hex */
  char     *mime;   /* one of uch_photo_mimes */
  gint64    size;   /* bytes */
  gint64    width, height;
  UchTime   taken_at; /* by the phone's clock */
  UchTime   created_at;
  char     *created_by;
  gboolean  withdrawn;
};

/* журнал: one accepted command. Its id is the command's id. */
struct _UchEvent
{
  UchEntity parent;
  char     *type; /* of the command */
  char     *ticket_id;
  char     *visit_id;
  char     *house_id;
  char     *subject_id; /* the row acted on, when it is none of these */
  char     *actor_id;   /* NULL: the store itself */
  UchRole   actor_role;
  char     *device;
  UchTime   occurred_at; /* the clock of whoever acted; recorded, never trusted */
  UchTime   received_at; /* the clock of whoever decided */
  char     *state;       /* nick of the state it led to */
  char     *engineer_id;
  char     *previous_id; /* the engineer before */
  UchTime   from_at, to_at;
  char     *reason;
  char     *text;     /* what else a reader must know: names of edited fields, outcome */
  char     *warnings; /* nicks of what was known and accepted, comma separated */
  gboolean  by_proxy;
  char     *group_id;  /* acts made at one stroke */
  char     *before;    /* old values of what changed, for undo and rewind: a printed a(ssba{sv}) */
  char     *undone_by; /* event that took it back */
};

UCH_DECLARE_ENTITY (Ticket, ticket, TICKET)
UCH_DECLARE_ENTITY (Visit, visit, VISIT)
UCH_DECLARE_ENTITY (Note, note, NOTE)
UCH_DECLARE_ENTITY (Call, call, CALL)
UCH_DECLARE_ENTITY (Photo, photo, PHOTO)
UCH_DECLARE_ENTITY (Event, event, EVENT)

extern const UchSchema uch_ticket_schema, uch_visit_schema, uch_note_schema, uch_call_schema,
    uch_photo_schema, uch_event_schema;
extern const char *const uch_ticket_state_nicks[];
extern const char *const uch_visit_state_nicks[];
extern const char *const uch_visit_mode_nicks[];
extern const char *const uch_resolution_nicks[];
extern const char *const uch_call_outcome_nicks[];
extern const char *const uch_photo_mimes[];

#define UCH_TICKET_REOPEN_WITHIN_MS (30 * UCH_DAY_MS)

gboolean uch_ticket_is_open (const UchTicket *ticket);
gboolean uch_ticket_may_reopen (const UchTicket *ticket, UchTime now);
gboolean uch_visit_is_open (const UchVisit *visit);
gboolean uch_visit_is_under_way (const UchVisit *visit);

G_END_DECLS

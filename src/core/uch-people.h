/* Who works and who is served: staff, shifts, clients; and the actor of a command. */
#pragma once

#include "core/uch-entity.h"

G_BEGIN_DECLS

typedef enum
{
  UCH_ROLE_DISPATCHER,
  UCH_ROLE_HEAD,
  UCH_ROLE_CLERK,
  UCH_ROLE_ENGINEER,
  UCH_ROLE_ADMIN,
  UCH_ROLE_SOURCE, /* a machine that delivers alerts or positions */
  UCH_ROLE_STORE,  /* the store itself: clocks that ran out */
} UchRole;
#define UCH_N_ROLES (UCH_ROLE_STORE + 1)

typedef enum
{
  UCH_EMPLOYMENT_STAFF,
  UCH_EMPLOYMENT_HELPER,
  UCH_EMPLOYMENT_CONTRACTOR,
} UchEmployment;

struct _UchStaff
{
  UchEntity     parent;
  char         *name; /* "Фамилия Имя Отчество" */
  char         *phone;
  UchRole       role;
  char         *zones;  /* home zones: ids, comma separated */
  char         *skills; /* words of uch_category_skill(), comma separated */
  char         *centre_id;
  UchEmployment employment;
  gboolean      dismissed;
};

typedef enum
{
  UCH_SHIFT_WORK,
  UCH_SHIFT_ABSENCE,
} UchShiftKind;

/* смена, or an absence that cuts into one */
struct _UchShift
{
  UchEntity    parent;
  char        *staff_id;
  UchShiftKind kind;
  UchTime      starts_at, ends_at;
  char        *reason;
};

typedef enum
{
  UCH_CLIENT_SUBSCRIBER,
  UCH_CLIENT_PROSPECT,
  UCH_CLIENT_OTHER,
} UchClientKind;

/* абонент or потенциальный абонент */
struct _UchClient
{
  UchEntity     parent;
  UchClientKind kind;
  char         *name;
  char         *phone;     /* normalised: uch_phone_normalize() */
  char         *phone_raw; /* as it was typed */
  char         *contract;
  char         *house_id;
  char         *entrance, *floor, *apartment;
  gboolean      other_isp;
  gboolean      do_not_call;
  char         *preferred_time;
  char         *note;
};

UCH_DECLARE_ENTITY (Staff, staff, STAFF)
UCH_DECLARE_ENTITY (Shift, shift, SHIFT)
UCH_DECLARE_ENTITY (Client, client, CLIENT)

extern const UchSchema   uch_staff_schema, uch_shift_schema, uch_client_schema;
extern const char *const uch_role_nicks[];
extern const char *const uch_employment_nicks[];

/* Who acts: what the session of a desk, phone or machine proves. Plain value; strings borrowed. */
struct _UchActor
{
  const char *staff_id; /* NULL for the store and for machines */
  UchRole     role;
  const char *device; /* shown in the history: "from where" */
};

gboolean uch_list_contains (const char *list, const char *word);
char    *uch_staff_dup_short_name (const UchStaff *staff);
char    *uch_staff_dup_initials (const UchStaff *staff);
gboolean uch_staff_is_on_shift (GPtrArray *shifts, const char *staff_id, UchTime at);

G_END_DECLS

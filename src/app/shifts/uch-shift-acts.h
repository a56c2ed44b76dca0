/* Shifts of the office, and the commands that change them. */
#pragma once

#include "app/shifts/uch-shift-draft.h"
#include "app/uch-session.h"
#include "core/uch-place.h"

G_BEGIN_DECLS

/* Those who belong together in the plan. */
typedef struct
{
  UchZone   *zone;      /* (owned) (nullable) */
  gboolean   engineers; /* else the office: dispatchers, clerks, the head */
  GPtrArray *staff;     /* (owned) of UchStaff, by name */
} UchShiftGroup;

GPtrArray  *uch_shift_list_groups (UchReplica *replica);
GPtrArray  *uch_shift_list (UchReplica *replica);
gboolean    uch_shift_may_edit (UchReplica *replica);
const char *uch_shift_describe_absence (const char *reason);
void        uch_shift_add_commands (UchReplica    *replica,
                                    const char    *staff_id,
                                    UchShiftDraft *draft,
                                    GPtrArray     *commands);
void uch_shift_switch (UchSession *session, GtkWidget *origin, const char *staff_id, gboolean on);

G_END_DECLS

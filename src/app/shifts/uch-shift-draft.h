/* What one person works, as a draft that is changed freely and then compared with what stands. */
#pragma once

#include "app/shifts/uch-shift-text.h"
#include "core/uch-people.h"

G_BEGIN_DECLS

/* Why somebody is absent: the words of a shift's reason. Anything else is shown as it is. */
#define UCH_ABSENCE_VACATION "vacation"
#define UCH_ABSENCE_SICK "sick"
#define UCH_ABSENCE_OTHER "other"

/* One act that leads from what stands to the draft. */
typedef struct
{
  char        *id;      /* (owned) (nullable): what changes or goes; NULL: a new shift */
  gboolean     removes; /* else it is put */
  UchShiftKind kind;
  UchTime      starts_at, ends_at;
  char        *reason; /* (owned) (nullable) */
} UchShiftEdit;
void uch_shift_edit_free (UchShiftEdit *edit);

typedef struct _UchShiftDraft UchShiftDraft;

UchShiftDraft *uch_shift_draft_new (GPtrArray *shifts, const char *staff_id);
void           uch_shift_draft_free (UchShiftDraft *self);
GArray        *uch_shift_draft_get_work (UchShiftDraft *self, UchTime midnight);
const char    *uch_shift_draft_get_absence (UchShiftDraft *self, UchTime midnight);
void           uch_shift_draft_set_work (UchShiftDraft *self, UchTime midnight, GArray *parts);
void
uch_shift_draft_set_absence (UchShiftDraft *self, UchTime from, UchTime to, const char *reason);
void       uch_shift_draft_clear (UchShiftDraft *self, UchTime midnight);
gboolean   uch_shift_draft_copy_week (UchShiftDraft *self, UchTime monday);
void       uch_shift_draft_switch (UchShiftDraft *self, gboolean on, UchTime now);
GPtrArray *uch_shift_draft_list_edits (UchShiftDraft *self);

/* A stretch of time in which nobody is there. */
typedef struct
{
  UchTime from, to;
} UchShiftGap;

GArray  *uch_shift_find_gaps (GPtrArray *shifts, GPtrArray *staff_ids, UchTime from, UchTime to);
gboolean uch_shift_get_watch (UchTime midnight, UchTime *out_from, UchTime *out_to);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (UchShiftDraft, uch_shift_draft_free)

G_END_DECLS

/* One line of the list of engineers: the head of a group, or an engineer and what he does. */
#pragma once

#include "app/board/uch-assign.h"
#include "core/uch-place.h"
#include "core/uch-work.h"

G_BEGIN_DECLS

/* Signal "changed": anything that a row shows is different now. */
#define UCH_TYPE_ENGINEER_ITEM (uch_engineer_item_get_type ())
G_DECLARE_FINAL_TYPE (UchEngineerItem, uch_engineer_item, UCH, ENGINEER_ITEM, GObject)

struct _UchEngineerItem
{
  GObject parent;

  UchZone *zone; /* (owned) (nullable): his home zone, or the group's */

  /* the head of a group */
  char    *group; /* (owned) (nullable): id of the group; NULL for an engineer */
  guint    n_on_shift, n_engineers;
  gboolean is_collapsed;

  /* an engineer */
  UchStaff  *staff;    /* (owned) (nullable) */
  UchVisit  *visit;    /* (owned) (nullable): under way, or the next one */
  UchTicket *ticket;   /* (owned) (nullable): of @visit */
  guint      n_visits; /* open or done today */
  gboolean   is_on_shift;
  UchTime    shift_ends_at; /* 0: not on shift */

  gboolean         has_meaning; /* something is in the hand */
  UchAssignMeaning meaning;
};

UchEngineerItem *uch_engineer_item_new (UchStaff *staff, UchZone *zone);
UchEngineerItem *uch_engineer_item_new_group (const char *group, UchZone *zone);
UchEngineerItem *uch_engineer_item_copy (UchEngineerItem *self);
void             uch_engineer_item_tell_changed (UchEngineerItem *self);
void  uch_engineer_item_set_meaning (UchEngineerItem *self, const UchAssignMeaning *meaning);
char *uch_engineer_item_describe (UchEngineerItem *self, UchTime now);

G_END_DECLS

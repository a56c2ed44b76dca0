#include "app/board/uch-engineer-item.h"

#include <glib/gi18n.h>

#include "app/uch-format.h"

enum
{
  SIGNAL_CHANGED,
  N_SIGNALS,
};

static guint signals[N_SIGNALS];

G_DEFINE_FINAL_TYPE (UchEngineerItem, uch_engineer_item, G_TYPE_OBJECT)

static void
uch_engineer_item_finalize (GObject *object)
{
  UchEngineerItem *self = UCH_ENGINEER_ITEM (object);

  g_clear_object (&self->zone);
  g_clear_object (&self->staff);
  g_clear_object (&self->visit);
  g_clear_object (&self->ticket);
  g_free (self->group);
  G_OBJECT_CLASS (uch_engineer_item_parent_class)->finalize (object);
}

static void
uch_engineer_item_class_init (UchEngineerItemClass *klass)
{
  G_OBJECT_CLASS (klass)->finalize = uch_engineer_item_finalize;
  signals[SIGNAL_CHANGED] = g_signal_new ("changed", UCH_TYPE_ENGINEER_ITEM, G_SIGNAL_RUN_LAST, 0,
                                          NULL, NULL, NULL, G_TYPE_NONE, 0);
}

static void
uch_engineer_item_init (UchEngineerItem *self)
{
}

/**
 * uch_engineer_item_new:
 * @staff: an engineer
 * @zone: (nullable): his home zone
 *
 * Returns: (transfer full): his line
 */
UchEngineerItem *
uch_engineer_item_new (UchStaff *staff, UchZone *zone)
{
  UchEngineerItem *self = g_object_new (UCH_TYPE_ENGINEER_ITEM, NULL);

  self->staff = g_object_ref (staff);
  g_set_object (&self->zone, zone);
  return self;
}

/**
 * uch_engineer_item_new_group:
 * @group: id of the group
 * @zone: (nullable): its zone
 *
 * Returns: (transfer full): the head of a group
 */
UchEngineerItem *
uch_engineer_item_new_group (const char *group, UchZone *zone)
{
  UchEngineerItem *self = g_object_new (UCH_TYPE_ENGINEER_ITEM, NULL);

  self->group = g_strdup (group);
  g_set_object (&self->zone, zone);
  return self;
}

/**
 * uch_engineer_item_copy:
 * @self: an engineer's line
 *
 * Returns: (transfer full): another line of the same engineer, which means what it means by itself
 */
UchEngineerItem *
uch_engineer_item_copy (UchEngineerItem *self)
{
  UchEngineerItem *copy = uch_engineer_item_new (self->staff, self->zone);

  g_set_object (&copy->visit, self->visit);
  g_set_object (&copy->ticket, self->ticket);
  copy->n_visits = self->n_visits;
  copy->is_on_shift = self->is_on_shift;
  copy->shift_ends_at = self->shift_ends_at;
  return copy;
}

/**
 * uch_engineer_item_tell_changed:
 * @self: a line whose fields were changed
 */
void
uch_engineer_item_tell_changed (UchEngineerItem *self)
{
  g_signal_emit (self, signals[SIGNAL_CHANGED], 0);
}

/**
 * uch_engineer_item_set_meaning:
 * @self: an engineer's line
 * @meaning: (nullable): what a drop on him would mean; %NULL: nothing is in the hand
 */
void
uch_engineer_item_set_meaning (UchEngineerItem *self, const UchAssignMeaning *meaning)
{
  if (!self->has_meaning && meaning == NULL)
    return;
  self->has_meaning = meaning != NULL;
  if (meaning != NULL)
    self->meaning = *meaning;
  uch_engineer_item_tell_changed (self);
}

static char *
describe_visit (UchEngineerItem *self, UchTime now)
{
  const char      *address = self->ticket != NULL && self->ticket->address != NULL
                                 ? self->ticket->address
                                 : _ ("unknown address");
  g_autofree char *time = NULL;

  switch (self->visit->state)
    {
    case UCH_VISIT_EN_ROUTE:
      if (self->visit->due_at == 0)
        return g_strdup_printf (_ ("drives → %s"), address);
      time = uch_format_day_time (self->visit->due_at, now);
      return g_strdup_printf (_ ("drives, by %s → %s"), time, address);
    case UCH_VISIT_ON_SITE:
      time = uch_format_day_time (self->visit->arrived_at, now);
      return g_strdup_printf (_ ("works since %s: %s"), time, address);
    default:
      if (self->visit->mode == UCH_VISIT_MODE_NONE)
        return g_strdup_printf (_ ("next: %s"), address);
      time = uch_format_window (self->visit, now);
      return g_strdup_printf (_ ("%s → %s"), time, address);
    }
}

/**
 * uch_engineer_item_describe:
 * @self: an engineer's line
 * @now: the office's clock
 *
 * Returns: (transfer full): what he does now and until when, or what a drop on him would mean
 */
char *
uch_engineer_item_describe (UchEngineerItem *self, UchTime now)
{
  g_autofree char *time = NULL;

  if (self->has_meaning)
    return uch_assign_describe (&self->meaning);
  if (self->visit != NULL)
    return describe_visit (self, now);
  if (!self->is_on_shift)
    return g_strdup (_ ("off shift"));
  time = uch_format_time (self->shift_ends_at);
  return g_strdup_printf (_ ("free until %s"), time);
}

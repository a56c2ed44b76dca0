#include "simulate/uch-sim-plan.h"

#include "core/uch-id.h"

const char *const uch_plan_kind_nicks[]
    = { "act", "weather", "cut", "off", "disk", "clock", "crash", "backup", "restore" };

/* How likely something is to begin at a desk in one step. */
static const struct
{
  UchPlanKind kind;
  double      probability;
} desk_troubles[] = {
  { UCH_PLAN_WEATHER, 0.012 }, { UCH_PLAN_CUT, 0.004 },   { UCH_PLAN_OFF, 0.004 },
  { UCH_PLAN_DISK, 0.0015 },   { UCH_PLAN_CLOCK, 0.002 },
};
static const struct
{
  UchPlanKind kind;
  double      probability;
} store_troubles[] = {
  { UCH_PLAN_CRASH, 0.004 },   { UCH_PLAN_DISK, 0.003 },    { UCH_PLAN_CLOCK, 0.003 },
  { UCH_PLAN_BACKUP, 0.0025 }, { UCH_PLAN_RESTORE, 0.002 },
};

static guint64
mix (guint64 z)
{
  z = (z ^ (z >> 30)) * G_GUINT64_CONSTANT (0xbf58476d1ce4e5b9);
  z = (z ^ (z >> 27)) * G_GUINT64_CONSTANT (0x94d049bb133111eb);
  return z ^ (z >> 31);
}

UchDice
uch_dice_new (guint64 a, guint64 b, guint64 c)
{
  return (UchDice){ mix (mix (mix (a + 1) + b + 1) + c + 1) };
}

guint64
uch_dice_roll (UchDice *dice)
{
  dice->state += G_GUINT64_CONSTANT (0x9e3779b97f4a7c15);
  return mix (dice->state);
}

guint
uch_dice_below (UchDice *dice, guint n)
{
  return (guint) (((uch_dice_roll (dice) >> 32) * n) >> 32);
}

gboolean
uch_dice_chance (UchDice *dice, double probability)
{
  return (double) (uch_dice_roll (dice) >> 11) < probability * 9007199254740992.0;
}

char *
uch_dice_make_id (UchDice *dice, gint64 now)
{
  guint8 random[UCH_ID_RANDOM_LEN];

  for (guint i = 0; i < sizeof random; i++)
    random[i] = (guint8) uch_dice_roll (dice);
  return uch_id_new (now, random);
}

UchDice
uch_plan_item_dice (const UchPlanItem *item)
{
  return (UchDice){ item->entropy };
}

static void
add (UchPlan *plan, UchDice *dice, guint step, guint desk, UchPlanKind kind)
{
  UchPlanItem item = { step, desk, kind, uch_dice_roll (dice) };

  g_array_append_val (plan->items, item);
}

/* A desk has quiet hours and busy ones. */
static void
plan_desk (UchPlan *plan, UchDice *dice, guint step, guint desk)
{
  double busy = (step / 40 + desk) % 3 == 0 ? 0.6 : 0.2;

  for (guint i = 0; i < G_N_ELEMENTS (desk_troubles); i++)
    if (uch_dice_chance (dice, desk_troubles[i].probability))
      add (plan, dice, step, desk, desk_troubles[i].kind);
  if (uch_dice_chance (dice, busy))
    add (plan, dice, step, desk, UCH_PLAN_ACT);
}

/* The storm of a seed: from 2 to 20 desks. */
UchPlan *
uch_plan_new (guint64 seed, guint n_steps)
{
  UchPlan *plan = g_new0 (UchPlan, 1);
  UchDice  dice = uch_dice_new (seed, 0, 0);
  guint    some, others;

  plan->seed = seed;
  plan->n_steps = n_steps;
  some = uch_dice_below (&dice, UCH_SIM_DESKS_MAX - 1);
  others = uch_dice_below (&dice, UCH_SIM_DESKS_MAX - 8);
  plan->n_desks = 2 + MIN (some, others); /* small offices are more frequent */
  plan->n_prelude = 10 + uch_dice_below (&dice, 40);
  plan->items = g_array_new (FALSE, FALSE, sizeof (UchPlanItem));
  for (guint step = 0; step < n_steps; step++)
    {
      for (guint i = 0; i < G_N_ELEMENTS (store_troubles); i++)
        if (uch_dice_chance (&dice, store_troubles[i].probability))
          add (plan, &dice, step, UCH_PLAN_STORE, store_troubles[i].kind);
      for (guint desk = 0; desk < plan->n_desks; desk++)
        plan_desk (plan, &dice, step, desk);
    }
  return plan;
}

UchPlan *
uch_plan_copy (const UchPlan *plan)
{
  UchPlan *copy = g_memdup2 (plan, sizeof *plan);

  copy->items = g_array_copy (plan->items);
  return copy;
}

void
uch_plan_free (UchPlan *plan)
{
  if (plan == NULL)
    return;
  g_array_unref (plan->items);
  g_free (plan);
}

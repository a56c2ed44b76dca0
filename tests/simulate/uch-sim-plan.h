/* What will befall the office, and when: a list made from the seed before anything runs. Each entry
 * carries the randomness of its own outcome, so that leaving one out leaves the others as they
 * are: that is what shrinking lives on. */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

#define UCH_SIM_DESKS_MAX 20
#define UCH_PLAN_STORE G_MAXUINT /* instead of a desk */

/* SplitMix64: a stream of numbers from one. */
typedef struct
{
  guint64 state;
} UchDice;
UchDice  uch_dice_new (guint64 a, guint64 b, guint64 c);
guint64  uch_dice_roll (UchDice *dice);
guint    uch_dice_below (UchDice *dice, guint n);
gboolean uch_dice_chance (UchDice *dice, double probability);
char    *uch_dice_make_id (UchDice *dice, gint64 now);

typedef enum
{
  UCH_WEATHER_LOSSY,
  UCH_WEATHER_SLOW,
  UCH_WEATHER_DOUBLING,
} UchWeather;
#define UCH_N_WEATHERS (UCH_WEATHER_DOUBLING + 1)

typedef enum
{
  UCH_PLAN_ACT,
  UCH_PLAN_WEATHER,
  UCH_PLAN_CUT,
  UCH_PLAN_OFF, /* stopped, killed or without power, and what becomes of its files */
  UCH_PLAN_DISK,
  UCH_PLAN_CLOCK,
  UCH_PLAN_CRASH, /* of the store */
  UCH_PLAN_BACKUP,
  UCH_PLAN_RESTORE,
} UchPlanKind;
extern const char *const uch_plan_kind_nicks[];

typedef struct
{
  guint       step;
  guint       desk;
  UchPlanKind kind;
  guint64     entropy;
} UchPlanItem;

typedef struct
{
  guint64 seed;
  guint   n_desks, n_steps, n_prelude;
  guint32 without; /* desks that are left out, a bit each */
  GArray *items;   /* of UchPlanItem, by step */
} UchPlan;

UchPlan *uch_plan_new (guint64 seed, guint n_steps);
UchPlan *uch_plan_copy (const UchPlan *plan);
void     uch_plan_free (UchPlan *plan);
UchDice  uch_plan_item_dice (const UchPlanItem *item);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (UchPlan, uch_plan_free)

G_END_DECLS

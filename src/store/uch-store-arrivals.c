/* Arrivals that a position confirms, beside what the engineer tapped. */

#define G_LOG_DOMAIN "uch-store"

#include "core/uch-promise.h"
#include "store/uch-store-positions.h"
#include "store/uch-store-private.h"

/* Visits that a position may still belong to: a phone that was long without a network tells late.
 */
#define ENDED_AGO_MS UCH_DAY_MS
#define VISITS_MAX 50

/* The same for the same visit: of two processes only one confirms it. */
static UchStoreOp *
make_op (const UchVisit *visit, UchTime seen_at, UchTime now)
{
  g_autofree char *what
      = g_strdup_printf ("confirm %s %s", UCH_ENTITY (visit)->id, UCH_ENTITY (visit)->rev);
  g_autofree char *hash = g_compute_checksum_for_string (G_CHECKSUM_SHA256, what, -1);
  g_autofree char *id = g_strdup_printf ("store-%.32s", hash);
  g_autoptr (UchCommand) command
      = uch_command_new_with (id, UCH_COMMAND_VISIT_CONFIRM, now, "visit", "s",
                              UCH_ENTITY (visit)->id, "seen_at", "x", seen_at, NULL);

  return uch_store_op_new (0, command);
}

/* The first believed position that was taken at the visit's house; 0: none. */
static UchTime
find_seen (const UchVisit        *visit,
           const UchHouse        *house,
           const UchPosition     *positions,
           const UchPositionFate *fates,
           guint                  n_positions)
{
  for (guint i = 0; i < n_positions; i++)
    if (fates[i] == UCH_POSITION_SHOWN && uch_promise_may_confirm (visit, positions[i].at)
        && uch_promise_is_near (house, positions[i].latitude, positions[i].longitude,
                                positions[i].accuracy_m))
      return positions[i].at;
  return 0;
}

/* Whether any of them may confirm anything: most reports are of somebody at rest. */
static gboolean
is_worth_a_look (const UchPosition *positions, const UchPositionFate *fates, guint n_positions)
{
  for (guint i = 0; i < n_positions; i++)
    if (fates[i] == UCH_POSITION_SHOWN && positions[i].accuracy_m >= 0
        && positions[i].accuracy_m <= UCH_ARRIVAL_ACCURACY_MAX_M)
      return TRUE;
  return FALSE;
}

/* Within the transaction that has just recorded the positions of one engineer. */
gboolean
uch_store_confirm_arrivals (UchStore              *self,
                            const char            *engineer_id,
                            const UchPosition     *positions,
                            const UchPositionFate *fates,
                            guint                  n_positions,
                            UchTime                now,
                            GError               **error)
{
  g_autoptr (GPtrArray) visits = NULL;
  g_autoptr (GPtrArray) ops = g_ptr_array_new_with_free_func ((GDestroyNotify) uch_store_op_free);
  guint n_done = 0;

  if (!is_worth_a_look (positions, fates, n_positions))
    return TRUE;
  visits = BACKEND (self, list_work, UCH_STORE_WORK_OF_ENGINEER, engineer_id, now - ENDED_AGO_MS,
                    VISITS_MAX, error);
  if (visits == NULL)
    return FALSE;
  for (guint i = 0; i < visits->len; i++)
    {
      const UchVisit *visit = g_ptr_array_index (visits, i);
      g_autoptr (UchHouse) house = NULL;
      UchTime seen_at;

      if (!uch_promise_may_confirm (visit,
                                    visit->ended_at != 0 ? visit->ended_at : now + UCH_DAY_MS)
          || visit->house_id == NULL)
        continue;
      if (!BACKEND (self, get_row, &uch_house_schema, visit->house_id, (gpointer *) &house, error))
        return FALSE;
      seen_at = house != NULL ? find_seen (visit, house, positions, fates, n_positions) : 0;
      if (seen_at != 0)
        g_ptr_array_add (ops, make_op (visit, seen_at, now));
    }
  return ops->len == 0 || uch_store_push_own (self, ops, now, &n_done, error);
}

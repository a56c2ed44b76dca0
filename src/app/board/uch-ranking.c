#include "app/board/uch-ranking.h"

#include <glib/gi18n.h>
#include <math.h>

#include "app/uch-format.h"

struct _UchRanking
{
  GPtrArray *offers; /* of UchDispatchOffer, the best first */
};

static GPtrArray *
list_rows (GListModel *model)
{
  GPtrArray *rows = g_ptr_array_new_with_free_func (g_object_unref);

  for (guint i = 0; i < g_list_model_get_n_items (model); i++)
    g_ptr_array_add (rows, g_list_model_get_item (model, i));
  return rows;
}

/* Where engineers were last seen; ids are borrowed from the client. */
static GArray *
list_positions (UchSession *session)
{
  g_autoptr (GPtrArray) live = uch_sync_client_list_positions (uch_session_get_sync (session));
  GArray *positions = g_array_new (FALSE, FALSE, sizeof (UchDispatchPosition));

  for (guint i = 0; i < live->len; i++)
    {
      const UchLivePosition *one = g_ptr_array_index (live, i);
      UchDispatchPosition position = { one->engineer_id, one->latitude, one->longitude, one->at };

      g_array_append_val (positions, position);
    }
  return positions;
}

/**
 * uch_ranking_new:
 * @session: the office
 * @ticket: a ticket, also one that is only being written down
 *
 * Returns: (transfer full) (nullable): who should take it; %NULL when nobody knows where it is
 */
UchRanking *
uch_ranking_new (UchSession *session, UchTicket *ticket)
{
  UchReplica *replica = uch_session_get_replica (session);
  g_autoptr (GPtrArray) staff = list_rows (uch_replica_list (replica, UCH_TABLE_STAFF));
  g_autoptr (GPtrArray) visits = list_rows (uch_replica_list_current_visits (replica));
  g_autoptr (GArray) positions = list_positions (session);
  g_autoptr (UchTravel) travel = uch_travel_new (NULL, NULL, NULL);
  UchDispatchInput input
      = { .snapshot = uch_replica_get_snapshot (replica),
          .staff = staff,
          .visits = visits,
          .positions = (const UchDispatchPosition *) (gconstpointer) positions->data,
          .n_positions = positions->len,
          .now = uch_session_now (session) };
  g_autoptr (UchDispatch) dispatch = uch_dispatch_new (&input, ticket, travel, NULL, NULL);
  GPtrArray  *offers = dispatch != NULL ? uch_dispatch_rank (dispatch, NULL) : NULL;
  UchRanking *self;

  if (offers == NULL)
    return NULL;
  self = g_new0 (UchRanking, 1);
  self->offers = offers;
  return self;
}

/**
 * uch_ranking_new_of:
 * @ticket_ids: (array zero-terminated=1): what is in the hand
 *
 * Returns: (transfer full) (nullable): the ranking of the only one; several have none
 */
UchRanking *
uch_ranking_new_of (UchSession *session, const char *const *ticket_ids)
{
  UchTicket *ticket
      = ticket_ids[0] != NULL && ticket_ids[1] == NULL
            ? uch_replica_peek (uch_session_get_replica (session), UCH_TABLE_TICKET, ticket_ids[0])
            : NULL;

  return ticket != NULL ? uch_ranking_new (session, ticket) : NULL;
}

void
uch_ranking_free (UchRanking *self)
{
  if (self == NULL)
    return;
  g_ptr_array_unref (self->offers);
  g_free (self);
}

/**
 * uch_ranking_fill:
 * @self: (nullable): a ranking
 * @meaning: (inout): gets when he is there, how surely, who suffers, and his rank
 */
void
uch_ranking_fill (UchRanking *self, const char *staff_id, UchAssignMeaning *meaning)
{
  for (guint i = 0; self != NULL && i < self->offers->len; i++)
    {
      const UchDispatchOffer *offer = g_ptr_array_index (self->offers, i);

      if (g_strcmp0 (offer->staff_id, staff_id) != 0)
        continue;
      meaning->rank = i + 1;
      meaning->arrives_at = offer->arrives_at;
      meaning->in_time = offer->in_time;
      meaning->is_estimate = offer->estimated;
      meaning->extra_drive_ms = offer->extra_drive_ms;
      meaning->n_hurt = offer->n_hurt;
      meaning->hurt_ms = offer->hurt_ms;
    }
}

/* Nothing is that certain. */
static int
to_percent (double probability)
{
  return CLAMP ((int) lround (probability * 100), 1, 99);
}

/**
 * uch_ranking_describe:
 * @meaning: filled by uch_ranking_fill()
 *
 * Returns: (transfer full) (nullable): "≈ 14:25 · in time 93 %"; %NULL when nothing is known
 */
char *
uch_ranking_describe (const UchAssignMeaning *meaning)
{
  g_autofree char *time = NULL;
  g_autofree char *about = NULL;

  if (meaning->rank == 0)
    return NULL;
  time = uch_format_time (meaning->arrives_at);
  about = g_strconcat (meaning->is_estimate ? "≈ " : "", time, NULL);
  if (meaning->in_time < 0)
    return g_steal_pointer (&about);
  /* Translators: an hour, and how probably the promise is kept: "≈ 14:25 · in time 93 %" */
  return g_strdup_printf (_ ("%s · in time %d %%"), about, to_percent (meaning->in_time));
}

/**
 * uch_ranking_describe_best:
 * @session: the office
 * @house: where somebody is wanted
 * @category: (nullable): what for
 *
 * Returns: (transfer full) (nullable): what can be said to a client on the phone; %NULL when there
 *     is nobody to come
 */
char *
uch_ranking_describe_best (UchSession *session, const UchHouse *house, const char *category)
{
  g_autoptr (UchTicket) draft = uch_entity_new (UCH_TABLE_TICKET, "draft");
  g_autoptr (UchRanking) ranking = NULL;
  const UchDispatchOffer *best;
  UchAssignMeaning        meaning = { 0 };
  g_autofree char        *name = NULL;
  g_autofree char        *when = NULL;

  uch_entity_set_text (draft, &draft->category, category);
  uch_entity_set_text (draft, &draft->house_id, house->parent.id);
  uch_entity_set_text (draft, &draft->zone_id, house->zone_id);
  ranking = uch_ranking_new (session, draft);
  if (ranking == NULL || ranking->offers->len == 0)
    return NULL;
  best = g_ptr_array_index (ranking->offers, 0);
  uch_ranking_fill (ranking, best->staff_id, &meaning);
  name = uch_format_staff (uch_session_get_replica (session), best->staff_id);
  when = uch_ranking_describe (&meaning);
  /* Translators: who could come, and when: "If now: Ivanov I. I., ≈ 14:25 · in time 93 %" */
  return g_strdup_printf (_ ("If now: %s, %s"), name, when);
}

/**
 * uch_ranking_explain:
 * @session: the office
 * @meaning: filled by uch_ranking_fill()
 *
 * Returns: (transfer full) (nullable): why he, or why not, a sentence a line
 */
char *
uch_ranking_explain (UchSession *session, const UchAssignMeaning *meaning)
{
  g_autoptr (GString) text = NULL;
  UchTime          now = uch_session_now (session);
  g_autofree char *at = NULL;
  g_autofree char *drive = NULL;

  if (meaning->rank == 0)
    return NULL;
  text = g_string_new (NULL);
  at = uch_format_day_time (meaning->arrives_at, now);
  g_string_append_printf (text, _ ("Would be there at about %s."), at);
  if (meaning->in_time >= 0)
    g_string_append_printf (g_string_append_c (text, '\n'),
                            _ ("Keeps the promise with a probability of %d %%."),
                            to_percent (meaning->in_time));
  drive = uch_format_duration (ABS (meaning->extra_drive_ms));
  g_string_append_c (text, '\n');
  g_string_append_printf (text, _ ("Driving: %s more."), drive);
  if (meaning->n_hurt > 0)
    {
      g_autofree char *late = uch_format_duration (meaning->hurt_ms);

      g_string_append_c (text, '\n');
      g_string_append_printf (text,
                              ngettext ("%u other client would wait longer than promised, by %s.",
                                        "%u other clients would wait longer than promised, one "
                                        "of them by %s.",
                                        meaning->n_hurt),
                              meaning->n_hurt, late);
    }
  if (meaning->is_estimate)
    g_string_append (g_string_append_c (text, '\n'),
                     _ ("The way is estimated, not taken by the streets."));
  return g_string_free (g_steal_pointer (&text), FALSE);
}

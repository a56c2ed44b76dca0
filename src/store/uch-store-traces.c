/* Where people were on a day that is over, for whoever asks why. */

#define G_LOG_DOMAIN "uch-store"

#include "store/uch-store-positions.h"

#include <string.h>

#include "store/uch-store-private.h"

#define CHUNK 512

/* Where somebody was says a lot about him: only who sends him there may ask, and the log says who
 * asked for whom and when. Source: 152-FZ, and the office's rules on positions. */
static const gboolean may_look[UCH_N_ROLES] = {
  [UCH_ROLE_DISPATCHER] = TRUE,
  [UCH_ROLE_HEAD] = TRUE,
};

static gboolean
log_look (
    UchStore *self, const UchSession *who, const UchTraceQuery *query, UchTime now, GError **error)
{
  g_autofree char *id = uch_store_make_id (self, now);
  g_autoptr (UchLook) look = uch_entity_new_of (&uch_look_schema, id);

  look->at = now;
  look->account_id = g_strdup (who->account_id);
  look->session_id = g_strdup (UCH_ENTITY (who)->id);
  look->table_name = g_strdup ("position");
  look->row_id = g_strdup (query->engineer_id != NULL ? query->engineer_id : "*");
  look->field = g_strdup_printf ("%" G_GINT64_FORMAT "/%" G_GINT64_FORMAT, query->from, query->to);
  return BACKEND (self, put_row, look, 0, error);
}

/* Moves what is asked for over to @traces; returns whether there may be more of this person. */
static gboolean
take_page (const UchTraceQuery *query, const char *engineer_id, GPtrArray *page, GPtrArray *traces)
{
  for (guint i = 0; i < page->len; i++)
    {
      UchLastPosition *position = &((UchStorePosition *) g_ptr_array_index (page, i))->position;

      if (strcmp (position->engineer_id, engineer_id) != 0 || position->position.at >= query->to)
        return FALSE;
      g_ptr_array_add (traces, g_memdup2 (position, sizeof *position));
      memset (position, 0, sizeof *position);
    }
  return page->len > 0;
}

/* Adds what one person reported after @after, until the page is full. */
static gboolean
add_person (UchStore            *self,
            const UchTraceQuery *query,
            const char          *engineer_id,
            UchTime              after,
            GPtrArray           *traces,
            GError             **error)
{
  gboolean more = TRUE;

  while (more && traces->len < query->limit)
    {
      /* The backend does not stop at the end of the day, nor of the person: ask for a little. */
      g_autoptr (GPtrArray) page = BACKEND (self, page_positions, engineer_id, after,
                                            MIN (CHUNK, query->limit - traces->len), error);

      if (page == NULL)
        return FALSE;
      more = take_page (query, engineer_id, page, traces);
      if (more)
        after = ((UchLastPosition *) g_ptr_array_index (traces, traces->len - 1))->position.at;
    }
  return TRUE;
}

static GPtrArray *
list_within (UchStore            *self,
             const UchSession    *session,
             const UchTraceQuery *query,
             UchTime              now,
             GError             **error)
{
  g_autoptr (UchSession) who = uch_store_refresh_session (self, session, now, error);
  g_autoptr (GPtrArray) staff = NULL;
  g_autoptr (GPtrArray) traces
      = g_ptr_array_new_with_free_func ((GDestroyNotify) uch_last_position_free);

  if (who == NULL)
    return NULL;
  if (!may_look[who->role])
    {
      g_set_error (error, UCH_STORE_ERROR, UCH_STORE_ERROR_NOT_ALLOWED,
                   "The role “%s” may not look at where people were", uch_role_nicks[who->role]);
      return NULL;
    }
  if (!log_look (self, who, query, now, error))
    return NULL;
  staff = BACKEND (self, page_rows, &uch_staff_schema, NULL, G_MAXINT, error);
  for (guint i = 0; staff != NULL && i < staff->len; i++)
    {
      const char *id = UCH_ENTITY (g_ptr_array_index (staff, i))->id;
      int         place = query->after_id != NULL ? strcmp (id, query->after_id) : 1;

      if (place < 0 || (query->engineer_id != NULL && strcmp (id, query->engineer_id) != 0))
        continue;
      if (!add_person (self, query, id,
                       place == 0 ? MAX (query->after_at, query->from - 1) : query->from - 1,
                       traces, error))
        return NULL;
    }
  return staff != NULL ? g_steal_pointer (&traces) : NULL;
}

/**
 * uch_store_list_traces:
 * @self: a store
 * @session: who asks: a dispatcher or the head
 * @query: whose and when; the strings are borrowed
 * @now: the store's clock
 * @error: return location
 *
 * Positions as the phones reported them, by engineer and time, also those that came too late or
 * were too inaccurate to be shown. The look is in the log before anything is shown.
 *
 * Returns: (transfer full) (nullable) (element-type UchLastPosition): at most @limit; as many mean
 *   that there may be more
 */
GPtrArray *
uch_store_list_traces (UchStore            *self,
                       const UchSession    *session,
                       const UchTraceQuery *query,
                       UchTime              now,
                       GError             **error)
{
  g_autoptr (GPtrArray) traces = NULL;

  if (!uch_store_begin (self, error))
    return NULL;
  traces = list_within (self, session, query, now, error);
  if (traces == NULL)
    {
      uch_store_rollback (self);
      return NULL;
    }
  return uch_store_commit (self, error) ? g_steal_pointer (&traces) : NULL;
}

#define G_LOG_DOMAIN "uch-replica"

#include "replica/uch-replica-past.h"

#include "replica/uch-replica-db-private.h"
#include "replica/uch-replica-private.h"
#include "rows/uch-rows.h"

/* Entries of the journal that are read at once, the newest first. */
#define PAGE_LEN 1000

typedef struct
{
  char   *engineer_id;
  UchTime from, to;
} DayInput;

static void
day_input_free (gpointer data)
{
  g_free (((DayInput *) data)->engineer_id);
  g_free (data);
}

static void
day_visit_free (gpointer data)
{
  UchDayVisit *self = data;

  g_clear_object (&self->visit);
  g_clear_object (&self->ticket);
  g_free (self);
}

static GPtrArray *
read_page (UchReplicaDb *db, const char *rest, gint64 before_seq, GError **error)
{
  g_autoptr (UchDbStmt) stmt = uch_rows_prepare (db->db, &uch_event_schema, rest, error);

  if (stmt == NULL)
    return NULL;
  uch_db_stmt_bind_int64 (stmt, 1, before_seq);
  uch_db_stmt_bind_int64 (stmt, 2, PAGE_LEN);
  return uch_rows_read_all (stmt, &uch_event_schema, error);
}

/* The journal from @since on. The store's clock may have been put right meanwhile: only a whole
 * page of older entries is the end. */
static GPtrArray *
read_events (UchReplicaDb *db, UchTime since, GError **error)
{
  g_autoptr (GPtrArray) events
      = read_page (db, "WHERE seq = 0 AND ?1 > 0 ORDER BY id DESC LIMIT ?2", G_MAXINT64, error);
  gint64   before_seq = G_MAXINT64;
  gboolean newer = events != NULL;

  while (newer)
    {
      g_autoptr (GPtrArray) page = read_page (
          db, "WHERE seq > 0 AND seq < ?1 ORDER BY seq DESC LIMIT ?2", before_seq, error);

      newer = FALSE;
      if (page == NULL)
        return NULL;
      for (guint i = 0; i < page->len; i++)
        {
          UchEvent *event = g_ptr_array_index (page, i);

          newer = newer || event->received_at >= since;
          before_seq = event->parent.seq;
        }
      if (newer)
        g_ptr_array_extend_and_steal (events, g_steal_pointer (&page));
    }
  return g_steal_pointer (&events);
}

static gboolean
past_job (UchReplicaDb *db, UchJob *job, GError **error)
{
  const UchTime *since = job->input;
  const UchTable tables[] = { UCH_TABLE_TICKET, UCH_TABLE_VISIT };
  g_autoptr (GPtrArray) events = read_events (db, *since, error);
  g_autoptr (UchRewind) rewind = NULL;

  if (events == NULL)
    return FALSE;
  rewind = uch_rewind_new (UCH_SNAPSHOT (db), events);
  /* What was open then and was not touched since is open now. */
  for (guint t = 0; t < G_N_ELEMENTS (tables); t++)
    {
      g_autoptr (GPtrArray) rows = uch_replica_db_list_current (db, tables[t], error);

      if (rows == NULL)
        return FALSE;
      for (guint i = 0; i < rows->len; i++)
        uch_rewind_add (rewind, g_ptr_array_index (rows, i));
    }
  job->output = g_steal_pointer (&rewind);
  job->destroy_output = (GDestroyNotify) uch_rewind_free;
  return TRUE;
}

/**
 * uch_replica_load_past_async:
 * @self: the desk's copy
 * @since: the moment before which nobody will look
 *
 * Reads the journal back to @since, works on the replica's thread; needs no network.
 */
void
uch_replica_load_past_async (UchReplica         *self,
                             UchTime             since,
                             GCancellable       *cancellable,
                             GAsyncReadyCallback callback,
                             gpointer            user_data)
{
  uch_replica_run (self, uch_job_new (past_job, g_memdup2 (&since, sizeof since), g_free),
                   cancellable, callback, user_data);
}

/**
 * uch_replica_load_past_finish:
 *
 * Returns: (transfer full) (nullable): tickets and visits at every moment since
 */
UchRewind *
uch_replica_load_past_finish (UchReplica *self, GAsyncResult *result, GError **error)
{
  return uch_replica_run_finish (self, result, error);
}

/**
 * uch_day_visit_get_time:
 * @self: a visit of a day
 *
 * Returns: when it stands in the list: he arrived, set out, ended it, or was to come
 */
UchTime
uch_day_visit_get_time (const UchDayVisit *self)
{
  const UchVisit *visit = self->visit;

  if (visit->arrived_at != 0)
    return visit->arrived_at;
  if (visit->en_route_at != 0)
    return visit->en_route_at;
  return visit->ended_at != 0 ? visit->ended_at : visit->agreed_from;
}

static int
compare_visits (gconstpointer a, gconstpointer b)
{
  UchTime left = uch_day_visit_get_time (*(UchDayVisit *const *) a);
  UchTime right = uch_day_visit_get_time (*(UchDayVisit *const *) b);

  return left < right ? -1 : left > right;
}

static gboolean
day_job (UchReplicaDb *db, UchJob *job, GError **error)
{
  const DayInput *input = job->input;
  g_autoptr (UchDbStmt) stmt
      = uch_rows_prepare (db->db, &uch_visit_schema,
                          "WHERE engineer_id = ?1 AND ((agreed_from >= ?2 AND agreed_from < ?3) "
                          "OR (en_route_at >= ?2 AND en_route_at < ?3) "
                          "OR (arrived_at >= ?2 AND arrived_at < ?3) "
                          "OR (ended_at >= ?2 AND ended_at < ?3))",
                          error);
  g_autoptr (GPtrArray) rows = NULL;
  g_autoptr (GPtrArray) visits = g_ptr_array_new_with_free_func (day_visit_free);

  if (stmt == NULL)
    return FALSE;
  uch_db_stmt_bind_text (stmt, 1, input->engineer_id);
  uch_db_stmt_bind_int64 (stmt, 2, input->from);
  uch_db_stmt_bind_int64 (stmt, 3, input->to);
  rows = uch_rows_read_all (stmt, &uch_visit_schema, error);
  for (guint i = 0; rows != NULL && i < rows->len; i++)
    {
      UchDayVisit *day_visit = g_new0 (UchDayVisit, 1);

      day_visit->visit = g_object_ref (g_ptr_array_index (rows, i));
      g_ptr_array_add (visits, day_visit);
      if (!uch_replica_db_get (db, UCH_TABLE_TICKET, day_visit->visit->ticket_id,
                               (gpointer *) &day_visit->ticket, error))
        return FALSE;
    }
  g_ptr_array_sort (visits, compare_visits);
  job->output = rows != NULL ? g_steal_pointer (&visits) : NULL;
  job->destroy_output = (GDestroyNotify) g_ptr_array_unref;
  return rows != NULL;
}

/**
 * uch_replica_load_day_async:
 * @self: the desk's copy
 * @engineer_id: whose
 * @from: the day's beginning
 * @to: its end, not included
 *
 * Reads what he was to do or did in that time; needs no network.
 */
void
uch_replica_load_day_async (UchReplica         *self,
                            const char         *engineer_id,
                            UchTime             from,
                            UchTime             to,
                            GCancellable       *cancellable,
                            GAsyncReadyCallback callback,
                            gpointer            user_data)
{
  DayInput *input = g_new0 (DayInput, 1);

  input->engineer_id = g_strdup (engineer_id);
  input->from = from;
  input->to = to;
  uch_replica_run (self, uch_job_new (day_job, input, day_input_free), cancellable, callback,
                   user_data);
}

/**
 * uch_replica_load_day_finish:
 *
 * Returns: (transfer full) (nullable) (element-type UchDayVisit): his visits, in the order of time
 */
GPtrArray *
uch_replica_load_day_finish (UchReplica *self, GAsyncResult *result, GError **error)
{
  return uch_replica_run_finish (self, result, error);
}

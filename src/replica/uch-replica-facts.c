#define G_LOG_DOMAIN "uch-replica"

#include "replica/uch-replica-facts.h"

#include <string.h>

#include "core/uch-place.h"
#include "core/uch-work.h"
#include "replica/uch-replica-db-private.h"
#include "replica/uch-replica-private.h"

/* Columns in the order of read_ticket() and read_visit(): a third of the row, and no entity is made
 * of it, since there are hundreds of thousands. */
static const char tickets_sql[]
    = "SELECT id, category, state, house_id, zone_id, apartment, engineer_id, source, created_at, "
      "first_contact_at, resolved_at, resolution, reopen_count, reason FROM ticket";
static const char visits_sql[]
    = "SELECT ticket_id, house_id, zone_id, engineer_id, state, mode, agreed_from, agreed_at, "
      "due_at, en_route_at, arrived_at, ended_at, arrived_geo_at, exempt, uncounted, reason "
      "FROM visit ORDER BY rowid";

/* A borrowed text of the row that the statement stands on. */
static char *
peek (UchDbStmt *stmt, int column)
{
  return (char *) uch_db_stmt_get_text (stmt, column);
}

static guint
find_nick (const char *const *nicks, const char *nick)
{
  for (guint i = 0; nick != NULL && nicks[i] != NULL; i++)
    if (strcmp (nicks[i], nick) == 0)
      return i;
  return 0;
}

static void
read_ticket (UchDbStmt *stmt, UchFacts *facts)
{
  UchTicket ticket = { 0 };

  ticket.parent.id = peek (stmt, 0);
  ticket.category = peek (stmt, 1);
  ticket.state = find_nick (uch_ticket_state_nicks, peek (stmt, 2));
  ticket.house_id = peek (stmt, 3);
  ticket.zone_id = peek (stmt, 4);
  ticket.apartment = peek (stmt, 5);
  ticket.engineer_id = peek (stmt, 6);
  ticket.source = peek (stmt, 7);
  ticket.created_at = uch_db_stmt_get_int64 (stmt, 8);
  ticket.first_contact_at = uch_db_stmt_get_int64 (stmt, 9);
  ticket.resolved_at = uch_db_stmt_get_int64 (stmt, 10);
  ticket.resolution = find_nick (uch_resolution_nicks, peek (stmt, 11));
  ticket.reopen_count = uch_db_stmt_get_int64 (stmt, 12);
  ticket.reason = peek (stmt, 13);
  uch_facts_add_ticket (facts, &ticket);
}

static void
read_visit (UchDbStmt *stmt, UchFacts *facts)
{
  UchVisit visit = { 0 };

  visit.ticket_id = peek (stmt, 0);
  visit.house_id = peek (stmt, 1);
  visit.zone_id = peek (stmt, 2);
  visit.engineer_id = peek (stmt, 3);
  visit.state = find_nick (uch_visit_state_nicks, peek (stmt, 4));
  visit.mode = find_nick (uch_visit_mode_nicks, peek (stmt, 5));
  visit.agreed_from = uch_db_stmt_get_int64 (stmt, 6);
  visit.agreed_at = uch_db_stmt_get_int64 (stmt, 7);
  visit.due_at = uch_db_stmt_get_int64 (stmt, 8);
  visit.en_route_at = uch_db_stmt_get_int64 (stmt, 9);
  visit.arrived_at = uch_db_stmt_get_int64 (stmt, 10);
  visit.ended_at = uch_db_stmt_get_int64 (stmt, 11);
  visit.arrived_geo_at = uch_db_stmt_get_int64 (stmt, 12);
  visit.exempt = uch_db_stmt_get_int64 (stmt, 13) != 0;
  visit.uncounted = uch_db_stmt_get_int64 (stmt, 14) != 0;
  visit.reason = peek (stmt, 15);
  uch_facts_add_visit (facts, &visit);
}

static gboolean
read_all (UchReplicaDb *self,
          const char   *sql,
          void (*read) (UchDbStmt *stmt, UchFacts *facts),
          UchFacts *facts,
          GError  **error)
{
  g_autoptr (UchDbStmt) stmt = uch_db_prepare (self->db, sql, error);
  UchDbStep step = UCH_DB_STEP_ERROR;

  while (stmt != NULL && (step = uch_db_stmt_step (stmt, error)) == UCH_DB_STEP_ROW)
    read (stmt, facts);
  return step == UCH_DB_STEP_DONE;
}

static gboolean
read_registers (UchReplicaDb *self, UchFacts *facts, GError **error)
{
  g_autoptr (GPtrArray) zones = uch_replica_db_list (self, UCH_TABLE_ZONE, error);
  g_autoptr (GPtrArray) staff = NULL;
  g_autoptr (GPtrArray) houses = NULL;

  if (zones == NULL || (staff = uch_replica_db_list (self, UCH_TABLE_STAFF, error)) == NULL
      || (houses = uch_replica_db_list (self, UCH_TABLE_HOUSE, error)) == NULL)
    return FALSE;
  for (guint i = 0; i < zones->len; i++)
    uch_facts_add_zone (facts, g_ptr_array_index (zones, i));
  for (guint i = 0; i < staff->len; i++)
    uch_facts_add_staff (facts, g_ptr_array_index (staff, i));
  for (guint i = 0; i < houses->len; i++)
    uch_facts_add_house (facts, g_ptr_array_index (houses, i));
  return TRUE;
}

/**
 * uch_replica_db_read_facts:
 * @zone: the office's time zone
 *
 * Reads all tickets and visits of all time once; they are here, so the store need not be asked.
 *
 * Returns: (transfer full) (nullable)
 */
UchFacts *
uch_replica_db_read_facts (UchReplicaDb *self, GTimeZone *zone, UchTime now, GError **error)
{
  g_autoptr (UchFacts) facts = uch_facts_new (zone, now);

  if (!read_registers (self, facts, error)
      || !read_all (self, tickets_sql, read_ticket, facts, error)
      || !read_all (self, visits_sql, read_visit, facts, error))
    return NULL;
  uch_facts_finish (facts);
  return g_steal_pointer (&facts);
}

typedef struct
{
  GTimeZone *zone;
  UchTime    now;
} Input;

static void
input_free (Input *input)
{
  g_time_zone_unref (input->zone);
  g_free (input);
}

static gboolean
facts_job (UchReplicaDb *db, UchJob *job, GError **error)
{
  Input *input = job->input;

  job->output = uch_replica_db_read_facts (db, input->zone, input->now, error);
  job->destroy_output = (GDestroyNotify) uch_facts_unref;
  return job->output != NULL;
}

void
uch_replica_read_facts_async (UchReplica         *self,
                              GTimeZone          *zone,
                              UchTime             now,
                              GCancellable       *cancellable,
                              GAsyncReadyCallback callback,
                              gpointer            user_data)
{
  Input *input = g_new0 (Input, 1);

  input->zone = g_time_zone_ref (zone);
  input->now = now;
  uch_replica_run (self, uch_job_new (facts_job, input, (GDestroyNotify) input_free), cancellable,
                   callback, user_data);
}

/**
 * uch_replica_read_facts_finish:
 *
 * Returns: (transfer full) (nullable)
 */
UchFacts *
uch_replica_read_facts_finish (UchReplica *self, GAsyncResult *result, GError **error)
{
  return uch_replica_run_finish (self, result, error);
}

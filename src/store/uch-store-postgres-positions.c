/* Positions in PostgreSQL, and what grows old. */

#define G_LOG_DOMAIN "uch-store"

#include "store/uch-store-postgres-private.h"

/* Of old tracks one position in this time is kept. */
#define THIN_MS (5 * UCH_MINUTE_MS)

static inline UchPg *
pg_of (UchStoreBackend *backend)
{
  return ((UchStorePostgres *) backend)->pg;
}

gboolean
uch_store_postgres_put_position (UchStoreBackend       *backend,
                                 const UchLastPosition *position,
                                 gboolean               shown,
                                 gboolean              *out_known,
                                 GError               **error)
{
  const UchPosition *p = &position->position;
  g_autoptr (UchPgStmt) stmt = uch_pg_prepare (
      pg_of (backend),
      "INSERT INTO position (engineer_id, at, latitude, longitude, accuracy_m, speed_mps,"
      " course_deg, battery_percent, source, received_at, shown)"
      " VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11) ON CONFLICT DO NOTHING");

  uch_pg_stmt_bind_text (stmt, 1, position->engineer_id);
  uch_pg_stmt_bind_int64 (stmt, 2, p->at);
  uch_pg_stmt_bind_double (stmt, 3, p->latitude);
  uch_pg_stmt_bind_double (stmt, 4, p->longitude);
  uch_pg_stmt_bind_double (stmt, 5, p->accuracy_m);
  uch_pg_stmt_bind_double (stmt, 6, p->speed_mps);
  uch_pg_stmt_bind_double (stmt, 7, p->course_deg);
  uch_pg_stmt_bind_int64 (stmt, 8, p->battery_percent);
  uch_pg_stmt_bind_text (stmt, 9, position->source);
  uch_pg_stmt_bind_int64 (stmt, 10, position->received_at);
  uch_pg_stmt_bind_int64 (stmt, 11, shown);
  if (!uch_pg_stmt_run (stmt, error))
    return uch_store_postgres_said (backend, FALSE, error);
  *out_known = uch_pg_stmt_get_changes (stmt) == 0;
  return TRUE;
}

/* What read_position() reads. */
#define COLUMNS                                                                                    \
  "engineer_id, at, latitude, longitude, accuracy_m, speed_mps, course_deg, battery_percent,"      \
  " source, received_at"

static void
read_position (UchPgStmt *stmt, UchLastPosition *position)
{
  position->engineer_id = g_strdup (uch_pg_stmt_get_text (stmt, 0));
  position->position.at = uch_pg_stmt_get_int64 (stmt, 1);
  position->position.latitude = uch_pg_stmt_get_double (stmt, 2);
  position->position.longitude = uch_pg_stmt_get_double (stmt, 3);
  position->position.accuracy_m = uch_pg_stmt_get_double (stmt, 4);
  position->position.speed_mps = uch_pg_stmt_get_double (stmt, 5);
  position->position.course_deg = uch_pg_stmt_get_double (stmt, 6);
  position->position.battery_percent = (int) uch_pg_stmt_get_int64 (stmt, 7);
  position->source = g_strdup (uch_pg_stmt_get_text (stmt, 8));
  position->received_at = uch_pg_stmt_get_int64 (stmt, 9);
}

gboolean
uch_store_postgres_get_last_position (UchStoreBackend  *backend,
                                      const char       *engineer_id,
                                      UchLastPosition **out_position,
                                      GError          **error)
{
  g_autoptr (UchPgStmt) stmt = uch_pg_prepare (
      pg_of (backend), "SELECT " COLUMNS " FROM position WHERE engineer_id = $1 AND shown = 1"
                       " ORDER BY at DESC LIMIT 1");
  UchPgStep step;

  *out_position = NULL;
  uch_pg_stmt_bind_text (stmt, 1, engineer_id);
  step = uch_pg_stmt_step (stmt, error);
  if (step != UCH_PG_STEP_ROW)
    return uch_store_postgres_said (backend, step == UCH_PG_STEP_DONE, error);

  *out_position = g_new0 (UchLastPosition, 1);
  read_position (stmt, *out_position);
  return TRUE;
}

gboolean
uch_store_postgres_count_fate (UchStoreBackend *backend,
                               const char      *engineer_id,
                               UchPositionFate  fate,
                               GError         **error)
{
  g_autoptr (UchPgStmt) stmt = uch_pg_prepare (
      pg_of (backend), "INSERT INTO position_fate AS f (engineer_id, fate, n) VALUES ($1, $2, 1)"
                       " ON CONFLICT (engineer_id, fate) DO UPDATE SET n = f.n + 1");

  uch_pg_stmt_bind_text (stmt, 1, engineer_id);
  uch_pg_stmt_bind_int64 (stmt, 2, fate);
  return uch_store_postgres_said (backend, uch_pg_stmt_send (stmt, error), error);
}

gboolean
uch_store_postgres_get_fates (UchStoreBackend *backend, gint64 *out_counts, GError **error)
{
  g_autoptr (UchPgStmt) stmt = uch_pg_prepare (
      pg_of (backend), "SELECT fate, sum (n)::bigint FROM position_fate GROUP BY fate");
  UchPgStep step;

  while ((step = uch_pg_stmt_step (stmt, error)) == UCH_PG_STEP_ROW)
    {
      gint64 fate = uch_pg_stmt_get_int64 (stmt, 0);

      if (fate >= 0 && fate < UCH_N_POSITION_FATES)
        out_counts[fate] = uch_pg_stmt_get_int64 (stmt, 1);
    }
  return uch_store_postgres_said (backend, step == UCH_PG_STEP_DONE, error);
}

GPtrArray *
uch_store_postgres_page_positions (
    UchStoreBackend *backend, const char *engineer_id, UchTime at, guint limit, GError **error)
{
  g_autoptr (UchPgStmt) stmt = uch_pg_prepare (
      pg_of (backend), "SELECT " COLUMNS ", shown FROM position WHERE (engineer_id, at) > ($1, $2)"
                       " ORDER BY engineer_id, at LIMIT $3");
  g_autoptr (GPtrArray) positions
      = g_ptr_array_new_with_free_func ((GDestroyNotify) uch_store_position_free);
  UchPgStep step;

  uch_pg_stmt_bind_text (stmt, 1, engineer_id);
  uch_pg_stmt_bind_int64 (stmt, 2, at);
  uch_pg_stmt_bind_int64 (stmt, 3, limit);
  while ((step = uch_pg_stmt_step (stmt, error)) == UCH_PG_STEP_ROW)
    {
      UchStorePosition *position = g_new0 (UchStorePosition, 1);

      read_position (stmt, &position->position);
      position->shown = uch_pg_stmt_get_int64 (stmt, 10) != 0;
      g_ptr_array_add (positions, position);
    }
  if (!uch_store_postgres_said (backend, step == UCH_PG_STEP_DONE, error))
    return NULL;
  return g_steal_pointer (&positions);
}

GPtrArray *
uch_store_postgres_list_fates (UchStoreBackend *backend, GError **error)
{
  g_autoptr (UchPgStmt) stmt = uch_pg_prepare (
      pg_of (backend), "SELECT engineer_id, fate, n FROM position_fate ORDER BY engineer_id, fate");
  g_autoptr (GPtrArray) fates
      = g_ptr_array_new_with_free_func ((GDestroyNotify) uch_store_fate_free);
  UchPgStep step;

  while ((step = uch_pg_stmt_step (stmt, error)) == UCH_PG_STEP_ROW)
    {
      UchStoreFate *fate = g_new0 (UchStoreFate, 1);

      fate->engineer_id = g_strdup (uch_pg_stmt_get_text (stmt, 0));
      fate->fate = (UchPositionFate) uch_pg_stmt_get_int64 (stmt, 1);
      fate->n = uch_pg_stmt_get_int64 (stmt, 2);
      g_ptr_array_add (fates, fate);
    }
  if (!uch_store_postgres_said (backend, step == UCH_PG_STEP_DONE, error))
    return NULL;
  return g_steal_pointer (&fates);
}

gboolean
uch_store_postgres_put_fate (UchStoreBackend *backend, const UchStoreFate *fate, GError **error)
{
  g_autoptr (UchPgStmt) stmt = uch_pg_prepare (
      pg_of (backend), "INSERT INTO position_fate (engineer_id, fate, n) VALUES ($1, $2, $3)");

  uch_pg_stmt_bind_text (stmt, 1, fate->engineer_id);
  uch_pg_stmt_bind_int64 (stmt, 2, fate->fate);
  uch_pg_stmt_bind_int64 (stmt, 3, fate->n);
  return uch_store_postgres_said (backend, uch_pg_stmt_send (stmt, error), error);
}

/* *out_last_seq: for deletions, the highest seq that is forgotten; else left alone. */
gboolean
uch_store_postgres_prune (UchStoreBackend *backend,
                          UchStoreOld      what,
                          UchTime          before,
                          gint64          *out_last_seq,
                          GError         **error)
{
  static const char *const sql[] = {
    [UCH_STORE_OLD_DELETIONS] = "DELETE FROM deletion WHERE made_at < $1",
    [UCH_STORE_OLD_POSITIONS] = "DELETE FROM position WHERE received_at < $1",
    [UCH_STORE_DENSE_POSITIONS]
    = ("DELETE FROM position AS p WHERE received_at < $1 AND EXISTS (SELECT 1 FROM position AS q"
       " WHERE q.engineer_id = p.engineer_id AND q.at >= p.at - p.at % $2 AND q.at < p.at)"),
    [UCH_STORE_OLD_SESSIONS]
    = "DELETE FROM session WHERE greatest (used_at, ended_at) < $1 AND kind <> 'machine'",
    [UCH_STORE_OLD_DELAYS] = "DELETE FROM delay WHERE failed_at < $1",
    [UCH_STORE_OLD_PICTURES]
    = "DELETE FROM picture WHERE created_at < $1 AND NOT EXISTS (SELECT 1 FROM photo"
      " WHERE photo.sha256 = picture.id AND photo.withdrawn = 0)",
  };
  g_autoptr (UchPgStmt) stmt = uch_pg_prepare (pg_of (backend), sql[what]);

  if (what == UCH_STORE_OLD_DELETIONS)
    {
      g_autoptr (UchPgStmt) last = uch_pg_prepare (
          pg_of (backend), "SELECT coalesce (max (seq), 0) FROM deletion WHERE made_at < $1");

      uch_pg_stmt_bind_int64 (last, 1, before);
      if (uch_pg_stmt_step (last, error) != UCH_PG_STEP_ROW)
        return uch_store_postgres_said (backend, FALSE, error);
      *out_last_seq = uch_pg_stmt_get_int64 (last, 0);
    }

  uch_pg_stmt_bind_int64 (stmt, 1, before);
  if (what == UCH_STORE_DENSE_POSITIONS)
    uch_pg_stmt_bind_int64 (stmt, 2, THIN_MS);
  return uch_store_postgres_said (backend, uch_pg_stmt_run (stmt, error), error);
}

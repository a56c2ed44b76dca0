#define G_LOG_DOMAIN "uch-replica"

#include "replica/uch-replica-read.h"

#include <string.h>

#include "core/uch-fold.h"
#include "core/uch-place.h"
#include "core/uch-work.h"
#include "replica/uch-replica-db-private.h"
#include "rows/uch-rows.h"

/* Rows that are looked at when search has found candidates. */
#define CANDIDATES_PER_RESULT 4

void
uch_ticket_spec_set (UchTicketSpec *self, const UchTicketFilter *filter)
{
  self->filter = *filter;
  self->filter.text = self->text = g_strdup (filter->text);
  self->filter.category = self->category = g_strdup (filter->category);
  self->filter.zone_id = self->zone_id = g_strdup (filter->zone_id);
  self->filter.engineer_id = self->engineer_id = g_strdup (filter->engineer_id);
}

void
uch_ticket_spec_clear (UchTicketSpec *self)
{
  g_free (self->text);
  g_free (self->category);
  g_free (self->zone_id);
  g_free (self->engineer_id);
  memset (self, 0, sizeof *self);
}

UchTicketSpec *
uch_ticket_spec_copy (const UchTicketSpec *self)
{
  UchTicketSpec *copy = g_new0 (UchTicketSpec, 1);

  uch_ticket_spec_set (copy, &self->filter);
  return copy;
}

void
uch_ticket_spec_free (UchTicketSpec *self)
{
  uch_ticket_spec_clear (self);
  g_free (self);
}

void
uch_ticket_rows_free (UchTicketRows *self)
{
  if (self == NULL)
    return;
  g_ptr_array_unref (self->tickets);
  g_array_unref (self->rowids);
  g_ptr_array_unref (self->visits);
  g_free (self);
}

static void
object_unref0 (gpointer object)
{
  if (object != NULL)
    g_object_unref (object);
}

static const char *
sort_sql (UchTicketSort sort)
{
  switch (sort)
    {
    case UCH_TICKET_SORT_CREATED:
      return "t.created_at";
    case UCH_TICKET_SORT_STATE:
      return "CASE t.state WHEN 'new' THEN 0 WHEN 'in_work' THEN 1 WHEN 'on_hold' THEN 2 "
             "WHEN 'resolved' THEN 3 WHEN 'closed' THEN 4 WHEN 'cancelled' THEN 5 ELSE 6 END";
    case UCH_TICKET_SORT_ADDRESS:
      return "t.address";
    case UCH_TICKET_SORT_CATEGORY:
      return "t.category";
    case UCH_TICKET_SORT_ZONE:
      return "(SELECT number FROM zone WHERE id = t.zone_id)";
    case UCH_TICKET_SORT_DUE:
      return "v.due_at";
    default:
      /* A ticket that has no number yet is the newest one. */
      return "CASE t.number WHEN 0 THEN 1 ELSE 0 END, t.number";
    }
}

static gboolean
needs_visit (const UchTicketFilter *filter)
{
  return filter->engineer_id != NULL || filter->sort == UCH_TICKET_SORT_DUE;
}

static void
add_states (GString *sql, guint states)
{
  gboolean first = TRUE;

  /* As the index of open tickets says it. */
  g_string_append (sql, " AND (");
  for (guint i = 0; i < UCH_N_TICKET_STATES; i++)
    if (states & 1u << i)
      {
        g_string_append_printf (sql, "%st.state = '%s'", first ? "" : " OR ",
                                uch_ticket_state_nicks[i]);
        first = FALSE;
      }
  g_string_append_c (sql, ')');
}

/* ?1 category, ?2 its end, ?3 zone, ?4 engineer, ?5 and ?6 time */
static char *
order_sql (const UchTicketFilter *filter)
{
  GString    *sql = g_string_new ("SELECT t.rowid FROM ticket AS t");
  const char *way = filter->descending ? " DESC" : "";
  g_auto (GStrv) keys = NULL;

  if (needs_visit (filter))
    g_string_append (sql, " LEFT JOIN visit AS v ON v.id = t.visit_id");
  g_string_append (sql, " WHERE (?1 IS NULL OR t.category >= ?1 AND t.category < ?2)"
                        " AND (?3 IS NULL OR t.zone_id = ?3)");
  if (filter->engineer_id != NULL)
    g_string_append (sql, " AND (v.engineer_id = ?4 OR t.engineer_id = ?4)");
  else
    g_string_append (sql, " AND ?4 IS NULL");
  g_string_append (sql, filter->created_from != 0 ? " AND t.created_at >= ?5" : " AND ?5 = 0");
  g_string_append (sql, filter->created_to != 0 ? " AND t.created_at < ?6" : " AND ?6 = 0");
  if (filter->states != 0)
    add_states (sql, filter->states);
  g_string_append (sql, " ORDER BY ");
  if (filter->sort == UCH_TICKET_SORT_STATE || filter->sort == UCH_TICKET_SORT_ZONE)
    g_string_append_printf (sql, "%s%s", sort_sql (filter->sort), way);
  else
    {
      keys = g_strsplit (sort_sql (filter->sort), ", ", -1);
      for (guint i = 0; keys[i] != NULL; i++)
        g_string_append_printf (sql, "%s%s%s", i > 0 ? ", " : "", keys[i], way);
    }
  g_string_append_printf (sql, ", t.rowid%s", way);
  return g_string_free (sql, FALSE);
}

static int
compare_rowids (gconstpointer a, gconstpointer b)
{
  gint64 left = *(const gint64 *) a, right = *(const gint64 *) b;

  return (left > right) - (left < right);
}

/* The rowids that fit what was typed, in order; NULL text: NULL, any. */
static gboolean
list_fitting (UchReplicaDb *self, const char *text, GArray **out_rowids, GError **error)
{
  g_autofree char *folded = uch_fold (text);
  gboolean         complete = FALSE;

  *out_rowids = NULL;
  if (*folded == '\0')
    return TRUE;
  while (!complete)
    if (!uch_replica_db_prepare_search (self, G_MAXINT, &complete, error))
      return FALSE;
  *out_rowids = g_array_new (FALSE, FALSE, sizeof (gint64));
  uch_search_index_find (self->search, UCH_TABLE_TICKET, text, G_MAXINT, *out_rowids);
  g_array_sort (*out_rowids, compare_rowids);
  return TRUE;
}

static gboolean
contains (GArray *rowids, gint64 rowid)
{
  guint low = 0, high = rowids->len;

  while (low < high)
    {
      guint  middle = (low + high) / 2;
      gint64 there = g_array_index (rowids, gint64, middle);

      if (there == rowid)
        return TRUE;
      if (there < rowid)
        low = middle + 1;
      else
        high = middle;
    }
  return FALSE;
}

/**
 * uch_replica_db_order_tickets:
 *
 * Returns: (transfer full) (nullable) (element-type gint64): the rows that pass, in order
 */
GArray *
uch_replica_db_order_tickets (UchReplicaDb *self, const UchTicketFilter *filter, GError **error)
{
  g_autofree char *sql = order_sql (filter);
  g_autofree char *category_end = NULL;
  g_autoptr (GArray) fitting = NULL;
  g_autoptr (GArray) rowids = g_array_new (FALSE, FALSE, sizeof (gint64));
  g_autoptr (UchDbStmt) stmt = NULL;
  UchDbStep step;

  if (!list_fitting (self, filter->text, &fitting, error))
    return NULL;
  stmt = uch_db_prepare (self->db, sql, error);
  if (stmt == NULL)
    return NULL;
  /* "support." takes every code that begins so. */
  if (filter->category != NULL)
    category_end = g_strconcat (filter->category, "\xf4\x8f\xbf\xbf", NULL);
  uch_db_stmt_bind_text (stmt, 1, filter->category);
  uch_db_stmt_bind_text (stmt, 2, category_end);
  uch_db_stmt_bind_text (stmt, 3, filter->zone_id);
  uch_db_stmt_bind_text (stmt, 4, filter->engineer_id);
  uch_db_stmt_bind_int64 (stmt, 5, filter->created_from);
  uch_db_stmt_bind_int64 (stmt, 6, filter->created_to);
  while ((step = uch_db_stmt_step (stmt, error)) == UCH_DB_STEP_ROW)
    {
      gint64 rowid = uch_db_stmt_get_int64 (stmt, 0);

      if (fitting == NULL || contains (fitting, rowid))
        g_array_append_val (rowids, rowid);
    }
  return step == UCH_DB_STEP_DONE ? g_steal_pointer (&rowids) : NULL;
}

gboolean
uch_ticket_order_job (UchReplicaDb *db, UchJob *job, GError **error)
{
  UchTicketSpec *spec = job->input;

  job->output = uch_replica_db_order_tickets (db, &spec->filter, error);
  job->destroy_output = (GDestroyNotify) g_array_unref;
  return job->output != NULL;
}

static gboolean
read_at (UchReplicaDb *self, UchTable table, gint64 rowid, gpointer *out_row, GError **error)
{
  const UchSchema *schema = uch_schema_get (table);
  g_autoptr (UchDbStmt) stmt = uch_rows_prepare (self->db, schema, "WHERE rowid = ?", error);
  UchDbStep step;

  *out_row = NULL;
  if (stmt == NULL)
    return FALSE;
  uch_db_stmt_bind_int64 (stmt, 1, rowid);
  step = uch_db_stmt_step (stmt, error);
  if (step == UCH_DB_STEP_ROW)
    return (*out_row = uch_rows_read (stmt, schema, error)) != NULL;
  return step == UCH_DB_STEP_DONE;
}

gboolean
uch_ticket_rows_job (UchReplicaDb *db, UchJob *job, GError **error)
{
  GArray *rowids = job->input;
  g_autoptr (UchTicketRows) rows = g_new0 (UchTicketRows, 1);

  rows->tickets = g_ptr_array_new_with_free_func (g_object_unref);
  rows->rowids = g_array_new (FALSE, FALSE, sizeof (gint64));
  rows->visits = g_ptr_array_new_with_free_func (object_unref0);
  for (guint i = 0; i < rowids->len; i++)
    {
      gpointer ticket = NULL, visit = NULL;

      if (!read_at (db, UCH_TABLE_TICKET, g_array_index (rowids, gint64, i), &ticket, error))
        return FALSE;
      if (ticket == NULL)
        continue;
      g_ptr_array_add (rows->tickets, ticket);
      g_array_append_val (rows->rowids, g_array_index (rowids, gint64, i));
      if (UCH_TICKET (ticket)->visit_id != NULL
          && !uch_replica_db_get (db, UCH_TABLE_VISIT, UCH_TICKET (ticket)->visit_id, &visit,
                                  error))
        return FALSE;
      g_ptr_array_add (rows->visits, visit);
    }
  job->output = g_steal_pointer (&rows);
  job->destroy_output = (GDestroyNotify) uch_ticket_rows_free;
  return TRUE;
}

/**
 * uch_replica_db_prepare_search:
 * @n_max: rows to read now, so that other work can go in between
 *
 * Reads on what search looks through.
 */
gboolean
uch_replica_db_prepare_search (UchReplicaDb *self,
                               guint         n_max,
                               gboolean     *out_complete,
                               GError      **error)
{
  if (self->search == NULL)
    self->search = uch_search_index_new ();
  if (!uch_search_index_is_complete (self->search)
      && !uch_search_index_read_some (self->search, self->db, n_max, error))
    return FALSE;
  *out_complete = uch_search_index_is_complete (self->search);
  return TRUE;
}

/* The row's own folded text, to look again at what the index found. */
static char *
fold_row (gconstpointer row)
{
  const UchEntity *entity = row;
  GString         *text = g_string_new (NULL);

  for (guint i = 0; i < entity->schema->n_fields; i++)
    {
      const UchField *field = &entity->schema->fields[i];

      if (field->kind == UCH_FIELD_TEXT && uch_field_get_text (field, row) != NULL)
        g_string_append_printf (text, "%s ", uch_field_get_text (field, row));
      else if (strcmp (field->name, "number") == 0)
        g_string_append_printf (text, "%" G_GINT64_FORMAT " ", uch_field_get_int (field, row));
    }
  {
    char *folded = uch_fold (text->str);

    g_string_free (text, TRUE);
    return folded;
  }
}

static gboolean
has_id (GPtrArray *rows, const char *id)
{
  for (guint i = 0; i < rows->len; i++)
    if (strcmp (((UchEntity *) g_ptr_array_index (rows, i))->id, id) == 0)
      return TRUE;
  return FALSE;
}

/* Whether the index tells all letters of the folded words apart: then it need not be asked twice.
 */
static gboolean
is_exact (const char *words)
{
  for (const char *p = words; *p != '\0'; p = g_utf8_next_char (p))
    {
      gunichar c = g_utf8_get_char (p);

      if (c >= 0x80 && (c < 0x430 || c >= 0x450))
        return FALSE;
    }
  return TRUE;
}

static gboolean
search_table (UchReplicaDb *self,
              UchTable      table,
              const char   *text,
              guint         limit,
              GPtrArray    *found,
              GError      **error)
{
  g_autoptr (GArray) rowids = g_array_new (FALSE, FALSE, sizeof (gint64));
  g_autofree char *words = uch_fold (text);
  gboolean         exact = is_exact (words);

  uch_search_index_find (self->search, table, text, limit * CANDIDATES_PER_RESULT, rowids);
  for (guint i = 0; i < rowids->len && found->len < limit; i++)
    {
      g_autoptr (UchEntity) row = NULL;
      g_autofree char *folded = NULL;

      if (!read_at (self, table, g_array_index (rowids, gint64, i), (gpointer *) &row, error))
        return FALSE;
      if (row == NULL)
        continue;
      if (!exact)
        folded = fold_row (row);
      if ((exact || uch_fold_matches (folded, words)) && !has_id (found, row->id))
        g_ptr_array_add (found, g_steal_pointer (&row));
    }
  return TRUE;
}

/* Whoever types a whole number wants that ticket first. */
static gboolean
find_number (UchReplicaDb *self, const char *text, GPtrArray *tickets, GError **error)
{
  g_autoptr (UchDbStmt) stmt = NULL;
  UchDbStep step;
  gint64    number;

  if (!g_ascii_string_to_signed (text, 10, 1, G_MAXINT64, &number, NULL))
    return TRUE;
  stmt = uch_rows_prepare (self->db, &uch_ticket_schema, "WHERE number = ? LIMIT 1", error);
  if (stmt == NULL)
    return FALSE;
  uch_db_stmt_bind_int64 (stmt, 1, number);
  step = uch_db_stmt_step (stmt, error);
  if (step == UCH_DB_STEP_ROW)
    {
      gpointer ticket = uch_rows_read (stmt, &uch_ticket_schema, error);

      if (ticket == NULL)
        return FALSE;
      g_ptr_array_add (tickets, ticket);
    }
  return step != UCH_DB_STEP_ERROR;
}

/* 8 (962) … is written down as +7 962 …: as it was typed, else so. */
static char *
other_spelling (const char *text)
{
  g_autofree char *folded = uch_fold (text);

  return folded[0] == '8' && strlen (folded) >= 4
                 && strspn (folded, "0123456789 ") == strlen (folded)
             ? g_strconcat ("7", folded + 1, NULL)
             : NULL;
}

/**
 * uch_replica_db_search:
 * @limit: of each kind
 *
 * Returns: (transfer full) (nullable): tickets, clients and houses with all the pieces of words,
 * the newest first, a ticket of that very number before all
 */
UchFound *
uch_replica_db_search (UchReplicaDb *self, const char *text, guint limit, GError **error)
{
  g_autoptr (UchFound) found = g_new0 (UchFound, 1);
  g_autofree char *other = other_spelling (text);
  g_autoptr (GPtrArray) tickets = g_ptr_array_new_with_free_func (g_object_unref);
  gboolean complete = FALSE;

  found->tickets = g_ptr_array_new_with_free_func (g_object_unref);
  found->clients = g_ptr_array_new_with_free_func (g_object_unref);
  found->houses = g_ptr_array_new_with_free_func (g_object_unref);
  while (!complete)
    if (!uch_replica_db_prepare_search (self, G_MAXINT, &complete, error))
      return NULL;
  if (!find_number (self, text, found->tickets, error)
      || !search_table (self, UCH_TABLE_TICKET, text, limit, tickets, error)
      || !search_table (self, UCH_TABLE_CLIENT, text, limit, found->clients, error)
      || !search_table (self, UCH_TABLE_HOUSE, text, limit, found->houses, error))
    return NULL;
  if (other != NULL
      && (!search_table (self, UCH_TABLE_TICKET, other, limit, tickets, error)
          || !search_table (self, UCH_TABLE_CLIENT, other, limit, found->clients, error)))
    return NULL;
  for (guint i = 0; i < tickets->len && found->tickets->len < limit; i++)
    {
      UchEntity *ticket = g_ptr_array_index (tickets, i);

      if (!has_id (found->tickets, ticket->id))
        g_ptr_array_add (found->tickets, g_object_ref (ticket));
    }
  return g_steal_pointer (&found);
}

void
uch_found_free (UchFound *self)
{
  if (self == NULL)
    return;
  g_ptr_array_unref (self->tickets);
  g_ptr_array_unref (self->clients);
  g_ptr_array_unref (self->houses);
  g_free (self);
}

typedef struct
{
  char *text;
  guint limit;
} SearchInput;

static void
search_input_free (SearchInput *input)
{
  g_free (input->text);
  g_free (input);
}

static gboolean
search_job (UchReplicaDb *db, UchJob *job, GError **error)
{
  SearchInput *input = job->input;

  job->output = uch_replica_db_search (db, input->text, input->limit, error);
  job->destroy_output = (GDestroyNotify) uch_found_free;
  return job->output != NULL;
}

void
uch_replica_search_async (UchReplica         *self,
                          const char         *text,
                          guint               limit,
                          GCancellable       *cancellable,
                          GAsyncReadyCallback callback,
                          gpointer            user_data)
{
  SearchInput *input = g_new0 (SearchInput, 1);

  input->text = g_strdup (text);
  input->limit = limit;
  uch_replica_run (self, uch_job_new (search_job, input, (GDestroyNotify) search_input_free),
                   cancellable, callback, user_data);
}

/**
 * uch_replica_search_finish:
 *
 * Returns: (transfer full) (nullable): what was found
 */
UchFound *
uch_replica_search_finish (UchReplica *self, GAsyncResult *result, GError **error)
{
  return uch_replica_run_finish (self, result, error);
}

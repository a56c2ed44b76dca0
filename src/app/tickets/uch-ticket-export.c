#include "app/tickets/uch-ticket-export.h"

#include <glib/gi18n.h>

#include "exchange/uch-csv.h"

#define BATCH 512u    /* rows: some 5 ms of the main thread */
#define SEPARATOR ';' /* what a spreadsheet with a decimal comma expects */
#define BOM "\xef\xbb\xbf"

typedef struct
{
  UchReplica             *replica; /* owned */
  GPtrArray              *columns; /* owned */
  UchTime                 now;
  GFile                  *file;   /* owned */
  GFileOutputStream      *stream; /* owned */
  GString                *csv;    /* what is being written */
  gboolean                existed;
  guint                   n_done, n_total;
  UchTicketExportProgress progress;
  gpointer                progress_data;
} Export;

static void
export_free (Export *export)
{
  g_object_unref (export->replica);
  g_ptr_array_unref (export->columns);
  g_object_unref (export->file);
  g_clear_object (&export->stream);
  g_string_free (export->csv, TRUE);
  g_free (export);
}

static void read_next (GTask *task);

/* Takes the file back: half a table must not look like a whole one. */
static void
give_up (GTask *task, GError *error)
{
  Export *export = g_task_get_task_data (task);
  g_autoptr (GCancellable) cancelled = g_cancellable_new ();

  if (export->stream != NULL)
    {
      /* A cancelled close leaves the file that stood there before. */
      g_cancellable_cancel (cancelled);
      g_output_stream_close (G_OUTPUT_STREAM (export->stream), cancelled, NULL);
      if (!export->existed)
        g_file_delete (export->file, NULL, NULL);
    }
  g_task_return_error (task, error);
  g_object_unref (task);
}

static void
closed_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  GTask  *task = user_data;
  GError *error = NULL;

  if (!g_output_stream_close_finish (G_OUTPUT_STREAM (source), result, &error))
    {
      give_up (task, error);
      return;
    }
  g_task_return_boolean (task, TRUE);
  g_object_unref (task);
}

static void
written_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  GTask *task = user_data;
  Export *export = g_task_get_task_data (task);
  GError *error = NULL;

  if (!g_output_stream_write_all_finish (G_OUTPUT_STREAM (source), result, NULL, &error))
    {
      give_up (task, error);
      return;
    }
  g_string_truncate (export->csv, 0);
  if (export->progress != NULL)
    export->progress (export->n_done, export->n_total, export->progress_data);
  if (export->n_done < export->n_total)
    read_next (task);
  else
    g_output_stream_close_async (G_OUTPUT_STREAM (source), G_PRIORITY_DEFAULT,
                                 g_task_get_cancellable (task), closed_cb, task);
}

static void
write_out (GTask *task)
{
  Export *export = g_task_get_task_data (task);

  g_output_stream_write_all_async (G_OUTPUT_STREAM (export->stream), export->csv->str,
                                   export->csv->len, G_PRIORITY_LOW, g_task_get_cancellable (task),
                                   written_cb, task);
}

static void
read_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  GTask *task = user_data;
  Export *export = g_task_get_task_data (task);
  GError *error = NULL;
  g_autoptr (GPtrArray) tickets
      = uch_ticket_query_read_finish (UCH_TICKET_QUERY (source), result, &error);

  if (tickets == NULL)
    {
      give_up (task, error);
      return;
    }
  for (guint i = 0; i < tickets->len; i++)
    {
      const UchTicket *ticket = g_ptr_array_index (tickets, i);

      uch_ticket_export_append (export->csv, export->columns, export->replica, ticket,
                                uch_ticket_query_peek_visit (UCH_TICKET_QUERY (source), ticket),
                                export->now);
    }
  export->n_done += tickets->len;
  /* Rows may have left the list since it was counted. */
  if (tickets->len < BATCH)
    export->n_total = export->n_done;
  write_out (task);
}

static void
read_next (GTask *task)
{
  Export *export = g_task_get_task_data (task);

  uch_ticket_query_read_async (g_task_get_source_object (task), export->n_done, BATCH,
                               g_task_get_cancellable (task), read_cb, task);
}

static void
replaced_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  GTask *task = user_data;
  Export *export = g_task_get_task_data (task);
  GError *error = NULL;

  export->stream = g_file_replace_finish (G_FILE (source), result, &error);
  if (export->stream == NULL)
    {
      give_up (task, error);
      return;
    }
  g_string_append (export->csv, BOM);
  uch_ticket_export_append_titles (export->csv, export->columns);
  write_out (task);
}

/**
 * uch_ticket_export_append_titles:
 * @columns: (element-type UchTicketColumn)
 */
void
uch_ticket_export_append_titles (GString *csv, GPtrArray *columns)
{
  g_autoptr (GPtrArray) cells = g_ptr_array_new ();

  for (guint i = 0; i < columns->len; i++)
    {
      const UchTicketColumn *column = g_ptr_array_index (columns, i);

      g_ptr_array_add (cells, (gpointer) g_dpgettext2 (NULL, "column", column->title));
    }
  uch_csv_append_row (csv, SEPARATOR, cells);
}

/**
 * uch_ticket_export_append:
 * @columns: (element-type UchTicketColumn)
 * @visit: (nullable)
 *
 * Appends one ticket as a row of CSV.
 */
void
uch_ticket_export_append (GString         *csv,
                          GPtrArray       *columns,
                          UchReplica      *replica,
                          const UchTicket *ticket,
                          const UchVisit  *visit,
                          UchTime          now)
{
  g_autoptr (GPtrArray) cells = g_ptr_array_new_with_free_func (g_free);

  for (guint i = 0; i < columns->len; i++)
    g_ptr_array_add (cells, uch_ticket_column_dup_text (g_ptr_array_index (columns, i), replica,
                                                        ticket, visit, now, UCH_TICKET_TEXT_FILE));
  uch_csv_append_row (csv, SEPARATOR, cells);
}

/**
 * uch_ticket_export_async:
 * @columns: (element-type UchTicketColumn): in the order of the file
 * @progress: (nullable): called on the main thread after each batch
 *
 * Writes every ticket of @query as UTF-8 with a byte order mark. Cancelled or failed, it leaves
 * what stood in @file before.
 */
void
uch_ticket_export_async (UchTicketQuery         *query,
                         UchReplica             *replica,
                         GPtrArray              *columns,
                         UchTime                 now,
                         GFile                  *file,
                         GCancellable           *cancellable,
                         UchTicketExportProgress progress,
                         gpointer                progress_data,
                         GAsyncReadyCallback     callback,
                         gpointer                user_data)
{
  GTask *task = g_task_new (query, cancellable, callback, user_data);
  Export *export = g_new0 (Export, 1);

  export->replica = g_object_ref (replica);
  export->columns = g_ptr_array_ref (columns);
  export->now = now;
  export->file = g_object_ref (file);
  export->csv = g_string_new (NULL);
  export->n_total = g_list_model_get_n_items (G_LIST_MODEL (query));
  export->progress = progress;
  export->progress_data = progress_data;
  export->existed = g_file_query_exists (file, NULL);
  g_task_set_source_tag (task, uch_ticket_export_async);
  g_task_set_task_data (task, export, (GDestroyNotify) export_free);
  g_file_replace_async (file, NULL, FALSE, G_FILE_CREATE_PRIVATE, G_PRIORITY_DEFAULT, cancellable,
                        replaced_cb, task);
}

/**
 * uch_ticket_export_finish:
 * @out_n: (out) (optional): rows written
 */
gboolean
uch_ticket_export_finish (UchTicketQuery *query, GAsyncResult *result, guint *out_n, GError **error)
{
  Export *export = g_task_get_task_data (G_TASK (result));

  if (out_n != NULL)
    *out_n = export->n_done;
  return g_task_propagate_boolean (G_TASK (result), error);
}

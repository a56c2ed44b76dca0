/* The tickets of a query as a CSV file, row by row while the desk goes on working. */
#pragma once

#include "app/tickets/uch-ticket-column.h"

G_BEGIN_DECLS

typedef void (*UchTicketExportProgress) (guint n_done, guint n_total, gpointer user_data);

void     uch_ticket_export_append_titles (GString *csv, GPtrArray *columns);
void     uch_ticket_export_append (GString         *csv,
                                   GPtrArray       *columns,
                                   UchReplica      *replica,
                                   const UchTicket *ticket,
                                   const UchVisit  *visit,
                                   UchTime          now);
void     uch_ticket_export_async (UchTicketQuery         *query,
                                  UchReplica             *replica,
                                  GPtrArray              *columns,
                                  UchTime                 now,
                                  GFile                  *file,
                                  GCancellable           *cancellable,
                                  UchTicketExportProgress progress,
                                  gpointer                progress_data,
                                  GAsyncReadyCallback     callback,
                                  gpointer                user_data);
gboolean uch_ticket_export_finish (UchTicketQuery *query,
                                   GAsyncResult   *result,
                                   guint          *out_n,
                                   GError        **error);

G_END_DECLS

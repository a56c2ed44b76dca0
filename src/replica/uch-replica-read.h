/* Jobs that read tickets in order, and search. On the worker. */
#pragma once

#include "replica/uch-replica-private.h"
#include "replica/uch-ticket-query.h"

G_BEGIN_DECLS

/* A filter that owns its strings. */
typedef struct
{
  UchTicketFilter filter;
  char           *text, *category, *zone_id, *engineer_id;
} UchTicketSpec;

void           uch_ticket_spec_set (UchTicketSpec *self, const UchTicketFilter *filter);
void           uch_ticket_spec_clear (UchTicketSpec *self);
UchTicketSpec *uch_ticket_spec_copy (const UchTicketSpec *self);
void           uch_ticket_spec_free (UchTicketSpec *self);

typedef struct
{
  GPtrArray *tickets; /* of UchTicket */
  GArray    *rowids;  /* of gint64, beside them */
  GPtrArray *visits;  /* of UchVisit or NULL: the open or last one of each */
} UchTicketRows;
void uch_ticket_rows_free (UchTicketRows *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (UchTicketRows, uch_ticket_rows_free)

/* Input UchTicketSpec, output GArray of gint64: rowids in order. */
gboolean uch_ticket_order_job (UchReplicaDb *db, UchJob *job, GError **error);
/* Input GArray of gint64, output UchTicketRows. */
gboolean uch_ticket_rows_job (UchReplicaDb *db, UchJob *job, GError **error);

/* uch-replica-read.c, as functions of the replica without threads. */
GArray *
uch_replica_db_order_tickets (UchReplicaDb *self, const UchTicketFilter *filter, GError **error);
gboolean  uch_replica_db_prepare_search (UchReplicaDb *self,
                                         guint         n_max,
                                         gboolean     *out_complete,
                                         GError      **error);
UchFound *uch_replica_db_search (UchReplicaDb *self, const char *text, guint limit, GError **error);

G_END_DECLS

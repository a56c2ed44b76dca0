/* The long list of tickets: sorted and filtered in SQL, read page by page. */
#pragma once

#include "replica/uch-replica.h"

G_BEGIN_DECLS

typedef enum
{
  UCH_TICKET_SORT_NUMBER,
  UCH_TICKET_SORT_CREATED,
  UCH_TICKET_SORT_STATE,
  UCH_TICKET_SORT_ADDRESS,
  UCH_TICKET_SORT_CATEGORY,
  UCH_TICKET_SORT_ZONE,
  UCH_TICKET_SORT_DUE,
} UchTicketSort;

/* Plain value; NULL and 0 mean "any". Strings are copied by the query. */
typedef struct
{
  const char   *text;     /* number, name, phone or address, words in any order, folded */
  guint         states;   /* 1 << UchTicketState */
  const char   *category; /* a code or its prefix: "support." */
  const char   *zone_id;
  const char   *engineer_id;
  UchTime       created_from, created_to;
  UchTicketSort sort;
  gboolean      descending;
} UchTicketFilter;

/* A GListModel of UchTicket. Pages of 128 rows, least recently used first out; items that are not
 * read yet are fetched on demand. Property "n-total" (uint), "loading" (boolean). */
#define UCH_TYPE_TICKET_QUERY (uch_ticket_query_get_type ())
G_DECLARE_FINAL_TYPE (UchTicketQuery, uch_ticket_query, UCH, TICKET_QUERY, GObject)

UchTicketQuery *uch_ticket_query_new (UchReplica *replica);
void            uch_ticket_query_set_filter (UchTicketQuery *self, const UchTicketFilter *filter);
/* The visit that was read with a ticket of this query (list or read): the open or the last one;
 * newer when it is a current one. (transfer none) (nullable) */
UchVisit *uch_ticket_query_peek_visit (UchTicketQuery *self, const UchTicket *ticket);
/* CSV and print want every row, in order, in batches; callback on the main thread. */
void uch_ticket_query_read_async (UchTicketQuery     *self,
                                  guint               first,
                                  guint               n,
                                  GCancellable       *cancellable,
                                  GAsyncReadyCallback callback,
                                  gpointer            user_data);
GPtrArray *
uch_ticket_query_read_finish (UchTicketQuery *self, GAsyncResult *result, GError **error);

/* As-you-type: tickets, clients and houses that fit the words; best first. */
typedef struct
{
  GPtrArray *tickets; /* of UchTicket */
  GPtrArray *clients; /* of UchClient */
  GPtrArray *houses;  /* of UchHouse */
} UchFound;
void      uch_found_free (UchFound *self);
void      uch_replica_search_async (UchReplica         *self,
                                    const char         *text,
                                    guint               limit,
                                    GCancellable       *cancellable,
                                    GAsyncReadyCallback callback,
                                    gpointer            user_data);
UchFound *uch_replica_search_finish (UchReplica *self, GAsyncResult *result, GError **error);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (UchFound, uch_found_free)

G_END_DECLS

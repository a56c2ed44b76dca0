/* The columns of the long list of tickets: for the screen and for CSV. */
#pragma once

#include "app/uch-session.h"
#include "replica/uch-ticket-query.h"

G_BEGIN_DECLS

typedef struct
{
  const char *id;       /* in the setting "ticket-columns" */
  const char *title;    /* untranslated */
  int         width_px; /* fixed: a cell of a known width is the fast one */
  int         sort;     /* UchTicketSort; −1: not sorted by */
  gboolean    usual;    /* shown until the person chooses */
} UchTicketColumn;

typedef enum
{
  UCH_TICKET_TEXT_SCREEN, /* short: "tomorrow 14:25", "in 12 min" */
  UCH_TICKET_TEXT_FILE,   /* whole: "2026-11-23 14:25" */
} UchTicketTextStyle;

const UchTicketColumn *uch_ticket_column_list (guint *out_n_columns);
const UchTicketColumn *uch_ticket_column_find (const char *id);
char                  *uch_ticket_column_dup_text (const UchTicketColumn *column,
                                                   UchReplica            *replica,
                                                   const UchTicket       *ticket,
                                                   const UchVisit        *visit,
                                                   UchTime                now,
                                                   UchTicketTextStyle     style);
GPtrArray             *uch_ticket_columns_from_settings (const char *const *ids);

G_END_DECLS

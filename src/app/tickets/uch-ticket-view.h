/* Which tickets the person wants to see, and its written form: what a saved filter keeps. */
#pragma once

#include "core/uch-work.h"
#include "replica/uch-ticket-query.h"

G_BEGIN_DECLS

/* Relative, so that a saved filter means the same thing tomorrow. */
typedef enum
{
  UCH_PERIOD_ANY,
  UCH_PERIOD_TODAY,
  UCH_PERIOD_YESTERDAY,
  UCH_PERIOD_WEEK,  /* the last seven days, today with them */
  UCH_PERIOD_MONTH, /* the last thirty */
  UCH_PERIOD_YEAR,  /* the last 365 */
} UchPeriod;
#define UCH_N_PERIODS (UCH_PERIOD_YEAR + 1)

typedef struct
{
  char         *text; /* each nullable: any */
  char         *category;
  char         *zone_id;
  char         *engineer_id;
  guint         states; /* 1 << UchTicketState; 0: any */
  UchPeriod     period;
  UchTicketSort sort;
  gboolean      descending;
} UchTicketView;

UchTicketView *uch_ticket_view_new (void);
UchTicketView *uch_ticket_view_copy (const UchTicketView *self);
void           uch_ticket_view_free (UchTicketView *self);
gboolean       uch_ticket_view_is_any (const UchTicketView *self);
char          *uch_ticket_view_print (const UchTicketView *self);
UchTicketView *uch_ticket_view_parse (const char *text);
void uch_ticket_view_fill (const UchTicketView *self, UchTime now, UchTicketFilter *out_filter);

/* Saved ones, as the setting "saved-ticket-filters" keeps them: name, a tab, the written form. */
char  *uch_saved_view_print (const char *name, const UchTicketView *view);
char  *uch_saved_view_parse (const char *saved, UchTicketView **out_view);
char **uch_saved_views_put (const char *const *saved, const char *name, const UchTicketView *view);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (UchTicketView, uch_ticket_view_free)

G_END_DECLS

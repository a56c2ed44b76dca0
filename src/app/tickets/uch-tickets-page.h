/* The page «Tickets». */
#pragma once

#include "app/uch-session.h"

G_BEGIN_DECLS

#define UCH_TYPE_TICKETS_PAGE (uch_tickets_page_get_type ())
G_DECLARE_FINAL_TYPE (UchTicketsPage, uch_tickets_page, UCH, TICKETS_PAGE, GtkWidget)

GtkWidget *uch_tickets_page_new (UchSession *session);

G_END_DECLS

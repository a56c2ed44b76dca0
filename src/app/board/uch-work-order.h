/* наряд: the print-out of a visit, on paper or as PDF. */
#pragma once

#include "app/uch-session.h"
#include "core/uch-work.h"

G_BEGIN_DECLS

void uch_work_order_draw (UchSession      *session,
                          cairo_t         *cr,
                          double           width,
                          double           height,
                          const UchTicket *ticket,
                          const UchVisit  *visit);
void
uch_work_order_print (UchSession *session, GtkWidget *origin, UchTicket *ticket, UchVisit *visit);
void
uch_work_order_save (UchSession *session, GtkWidget *origin, UchTicket *ticket, UchVisit *visit);

G_END_DECLS

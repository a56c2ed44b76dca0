/* "Статистика": the head's questions, answered for a period, a zone, an engineer. */
#pragma once

#include "app/uch-session.h"

G_BEGIN_DECLS

#define UCH_TYPE_STATISTICS_PAGE (uch_statistics_page_get_type ())
G_DECLARE_FINAL_TYPE (UchStatisticsPage, uch_statistics_page, UCH, STATISTICS_PAGE, GtkWidget)

GtkWidget *uch_statistics_page_new (UchSession *session);

G_END_DECLS

/* The program's log: fields for journald when it listens, else one readable line on standard
 * error. Nothing personal, no query string, no token is ever written (I14). */
#pragma once

#include "server/uch-metrics.h"

G_BEGIN_DECLS

/* What happened; each has a MESSAGE_ID of its own in the journal. */
typedef enum
{
  UCH_LOG_READY,
  UCH_LOG_STOPPED,
  UCH_LOG_REQUEST,
  UCH_LOG_SLOW,
  UCH_LOG_SIGNED_IN,
  UCH_LOG_SIGN_IN_REFUSED,
  UCH_LOG_SIGNED_OUT,
  UCH_LOG_ADMIN, /* a verb at the store's own machine */
  UCH_LOG_INVITED,
} UchLogEvent;
#define UCH_N_LOG_EVENTS (UCH_LOG_INVITED + 1)

void uch_log_start (void);
void uch_log_event (UchLogEvent event, const char *session_id, const char *format, ...)
    G_GNUC_PRINTF (3, 4);
void uch_log_request (const char *method,
                      const char *route,
                      UchGroup    group,
                      guint       status,
                      gint64      took_us,
                      const char *session_id);

G_END_DECLS

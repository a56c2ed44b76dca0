/* One engineer's phone: the page of /m/ and Traccar Client beside it, as an HTTP client. */
#pragma once

#include "server/crew/uch-crew-life.h"
#include "server/crew/uch-crew-line.h"

G_BEGIN_DECLS

typedef struct _UchCrewPhone UchCrewPhone;

UchCrewPhone *uch_crew_phone_new (UchCrewLine        *line,
                                  const UchCrewWorld *world,
                                  double              losses_percent,
                                  guint               index,
                                  const char         *login,
                                  const char         *password);
void          uch_crew_phone_free (UchCrewPhone *self);
void          uch_crew_phone_tick (UchCrewPhone *self, UchTime now);
void          uch_crew_phone_sign_out (UchCrewPhone *self);
gboolean      uch_crew_phone_is_ready (UchCrewPhone *self);
const char   *uch_crew_phone_get_staff_id (UchCrewPhone *self);
const char   *uch_crew_phone_get_refusal (UchCrewPhone *self);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (UchCrewPhone, uch_crew_phone_free)

G_END_DECLS

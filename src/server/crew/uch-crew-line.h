/* HTTPS for what is simulated: as many clients as there are people, over one session of libsoup,
 * and the count of what happened to them. */
#pragma once

#include <gio/gio.h>

#include "core/uch-types.h"

G_BEGIN_DECLS

/* What came of it all. */
typedef struct
{
  gint64      accepted, resent;
  gint64      points, n_cut, n_offline, n_failed;
  GHashTable *done;    /* type of an accepted act → count */
  GHashTable *refused; /* "type code" → count */
} UchCrewTally;

typedef struct _UchCrewLine UchCrewLine;

typedef struct
{
  guint       status; /* 0: there was no answer */
  const char *body;
  gsize       len;
  const char *etag, *cookie; /* (nullable) */
  gint64      wait_ms;       /* as the store asks: Retry-After; 0 */
} UchCrewAnswer;

typedef void (*UchCrewAnsweredFunc) (const UchCrewAnswer *answer, gpointer user_data);

typedef struct
{
  const char   *method, *path, *body, *type; /* body, type (nullable) */
  const char   *token;                       /* (nullable): of a desk */
  const char   *cookie;                      /* (nullable): of a phone; "" before it has one */
  const char   *etag;                        /* (nullable): what it has already */
  GCancellable *cancellable;                 /* (nullable): the connection breaks */
} UchCrewAsk;

UchCrewLine  *uch_crew_line_new (const char *address, const char *fingerprint);
void          uch_crew_line_free (UchCrewLine *self);
void          uch_crew_line_ask (UchCrewLine        *self,
                                 const UchCrewAsk   *ask,
                                 UchCrewAnsweredFunc func,
                                 gpointer            user_data);
void          uch_crew_line_abort (UchCrewLine *self);
guint         uch_crew_line_get_n_open (UchCrewLine *self);
const char   *uch_crew_line_get_trouble (UchCrewLine *self);
UchCrewTally *uch_crew_line_get_tally (UchCrewLine *self);
void          uch_crew_tally_count (GHashTable *counts, const char *what, const char *code);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (UchCrewLine, uch_crew_line_free)

G_END_DECLS

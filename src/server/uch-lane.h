/* The short way: a whole small request that came in one piece, read without libsoup. Phones report
 * hundreds of times a second, each with a request of its own, and libsoup takes ten times as long
 * over it as the rest of the store. What is not as plain as can be goes the usual way. */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

typedef struct
{
  char       *query;        /* (owned) (nullable): of the address, not decoded */
  char       *content_type; /* (owned) (nullable): without parameters, in small letters */
  const char *body;         /* (unowned) */
  gsize       len;          /* of the body */
} UchLane;

gboolean uch_lane_read (
    const char *bytes, gsize len, const char *path, gsize body_len_max, UchLane *out_lane);
void  uch_lane_clear (UchLane *self);
char *uch_lane_print_answer (guint status, const char *problem);

G_END_DECLS

/* For the files of the demo town: what its parts share while it is made. */
#pragma once

#include <json-glib/json-glib.h>

#include "core/uch-geo.h"
#include "core/uch-office.h"
#include "core/uch-people.h"
#include "core/uch-place.h"
#include "core/uch-work.h"
#include "exchange/uch-demo-town.h"

G_BEGIN_DECLS

/* The office's own city: its addresses are written without it. */
#define UCH_DEMO_CITY "Ставрополь"

typedef struct
{
  UchDemoOptions options;
  GRand         *rand;
  JsonObject    *town; /* borrowed from the parser */
  UchDemoRowFunc func;
  gpointer       user_data;
  GPtrArray     *zones, *centres, *companies, *houses, *staff, *shifts, *clients; /* owned rows */
  GPtrArray     *outlines; /* of UchOutline, beside zones */
  GHashTable    *busy;     /* ids of engineers who are under way */
  guint          n_events, n_connections;
} UchDemo;

/* What went wrong with a piece of history, if anything did. */
typedef enum
{
  UCH_DEMO_FATE_PLAIN,
  UCH_DEMO_FATE_LATE,       /* the promise was broken */
  UCH_DEMO_FATE_MISSED,     /* nobody came; a second visit did it */
  UCH_DEMO_FATE_FAILED,     /* the client was not there; a second visit did it */
  UCH_DEMO_FATE_INCOMPLETE, /* a second visit was needed */
  UCH_DEMO_FATE_REOPENED,
  UCH_DEMO_FATE_CANCELLED,
  UCH_DEMO_FATE_IMPOSSIBLE, /* no technical possibility */
} UchDemoFate;

/* What a ticket will be, before all of them are sorted by age and numbered. */
typedef struct
{
  UchTime        created_at;
  UchTicketState state;
  int            visit_state; /* UCH_DEMO_NO_VISIT: none */
  UchVisitMode   mode;
  const char    *category; /* (nullable): drawn when it is made */
  UchDemoFate    fate;
  guint          client; /* index + 1; 0: any */
  gboolean       is_history;
} UchDemoSketch;
#define UCH_DEMO_NO_VISIT (-1)

JsonParser *uch_demo_load_town (void);
gpointer    uch_demo_new_row (UchDemo *self, UchTable table, const char *format, ...)
    G_GNUC_PRINTF (3, 4);
void        uch_demo_emit (UchDemo *self, gpointer row);
const char *uch_demo_pick_word (UchDemo *self, const char *list);
gpointer    uch_demo_pick_row (UchDemo *self, GPtrArray *rows);
gboolean    uch_demo_chance (UchDemo *self, guint percent);
gint64      uch_demo_between (UchDemo *self, gint64 low, gint64 high);
char       *uch_demo_dup_name (UchDemo *self, guint percent_of_men);
char       *uch_demo_dup_phone (UchDemo *self);

void uch_demo_make_places (UchDemo *self);
void uch_demo_make_people (UchDemo *self);
void uch_demo_make_work (UchDemo *self);

/* History: years of work behind the day. */
guint   uch_demo_history_get_n (UchDemo *self);
void    uch_demo_history_sketch (UchDemo *self, GArray *sketches);
UchTime uch_demo_history_round (UchTime at);
gint64  uch_demo_history_delay_ms (UchDemo *self, UchTime at);

G_END_DECLS

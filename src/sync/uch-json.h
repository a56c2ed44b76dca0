/* JSON read by yajl and handed out piece by piece, straight into rows; and written straight into a
 * string. Strict: what RFC 8259 does not allow is refused, and so are NUL in a text and deep
 * nesting. (json-glib 1.6 recurses without a limit and allows all of these.) */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

#define UCH_JSON_DEPTH_MAX 24

/* What comes next. */
typedef enum
{
  UCH_JSON_NOTHING, /* the end, or no JSON */
  UCH_JSON_OBJECT,
  UCH_JSON_ARRAY,
  UCH_JSON_TEXT,
  UCH_JSON_INT,
  UCH_JSON_REAL,
  UCH_JSON_BOOL,
  UCH_JSON_NULL,
} UchJsonKind;

typedef struct _UchJsonToken UchJsonToken;

/* Set "at" back to what it was before a value to read that value again. */
typedef struct
{
  UchJsonToken *tokens; /* (owned) */
  guint         n_tokens, n_room;
  char         *texts;                           /* (owned) */
  gsize         n_texts;                         /* bytes */
  guint         at;                              /* the token that comes next */
  guint         depth, open[UCH_JSON_DEPTH_MAX]; /* while reading */
  gsize         key;   /* while reading: where the last member's name stands in texts */
  gboolean      keyed; /* there was one */
  GError       *error; /* (owned) (nullable): the first one; it sticks */
} UchJson;

void        uch_json_init (UchJson *self, const char *text, gssize len);
gboolean    uch_json_finish (UchJson *self, GError **error);
UchJsonKind uch_json_peek (UchJson *self);
gboolean    uch_json_fail (UchJson *self, const char *field, const char *format, ...)
    G_GNUC_PRINTF (3, 4);
void uch_json_say_where (UchJson *self, const char *where);

gboolean    uch_json_enter (UchJson *self, UchJsonKind kind, const char *what);
gboolean    uch_json_next_item (UchJson *self);
const char *uch_json_next_member (UchJson *self);
int         uch_json_next_known (UchJson *self, const char *const *names, guint *seen);
gboolean    uch_json_read_text (UchJson *self, const char *what, const char **out_text);
gboolean    uch_json_dup_text (UchJson *self, const char *what, char **out_text);
gboolean    uch_json_read_int (UchJson *self, const char *what, gint64 *out_value);
gboolean    uch_json_read_real (UchJson *self, const char *what, double *out_value);
gboolean    uch_json_read_bool (UchJson *self, const char *what, gboolean *out_value);
gboolean    uch_json_skip (UchJson *self);

void uch_json_append_text (GString *json, const char *text);
void uch_json_append_int (GString *json, gint64 value);
void uch_json_append_real (GString *json, double value);

G_END_DECLS

#pragma once

#include "core/uch-geo.h"
#include "core/uch-place.h"
#include "exchange/uch-import.h"

G_BEGIN_DECLS

/* A town's office works within so many degrees of its own middle (some 150 km). */
#define UCH_IMPORT_REACH_DEG 1.5

typedef struct
{
  const UchZone *zone;    /* (unowned) */
  UchOutline    *outline; /* (owned) (nullable) */
} UchImportZone;

typedef struct
{
  UchImport             *result; /* (unowned) */
  const UchImportOffice *office;
  GHashTable            *seen;  /* key (owned) → line of the first row with it */
  GArray                *zones; /* of UchImportZone */
  char                  *city, *area_code;
  UchPoint               middle; /* of the office; valid if has_middle */
  gboolean               has_middle;
  const UchCsvRow       *row; /* the one being looked at */
} UchImporter;

/* The planner of one row. It counts the row, adds commands and issues. */
typedef void (*UchImportRowFunc) (UchImporter *self);

void     uch_import_house_row (UchImporter *self);
void     uch_import_centre_row (UchImporter *self);
void     uch_import_staff_row (UchImporter *self);
void     uch_import_client_row (UchImporter *self);
void     uch_import_ticket_row (UchImporter *self);
gboolean uch_import_zones (UchImporter *self, const char *bytes, gsize len, GError **error);
gboolean uch_import_calendar (UchImporter *self, const char *bytes, gsize len, GError **error);

const char *uch_importer_get (UchImporter *self, const char *field);
gboolean    uch_importer_get_int (UchImporter *self, const char *field, gint64 *out_value);
void        uch_importer_fail (UchImporter *self, const char *format, ...) G_GNUC_PRINTF (2, 3);
void        uch_importer_warn (UchImporter *self, const char *format, ...) G_GNUC_PRINTF (2, 3);
gboolean    uch_importer_is_repeated (UchImporter *self, const char *key, const char *what);

typedef enum
{
  UCH_COORDINATES_NONE,
  UCH_COORDINATES_GOOD,
  UCH_COORDINATES_BAD, /* the row has failed, the reason is told */
} UchCoordinates;
UchCoordinates uch_importer_get_coordinates (UchImporter *self, UchPoint *out_point);
const UchZone *uch_importer_zone_at (UchImporter *self, const UchPoint *point);
const UchZone *uch_importer_zone_named (UchImporter *self, const char *text);

gboolean uch_importer_find_house (UchImporter *self, UchHouse **out_house, char **out_apartment);
void     uch_importer_put (UchImporter *self, gconstpointer before, gconstpointer after);
void     uch_importer_add_command (UchImporter *self, const char *type, GVariant *args);
char    *uch_import_make_id (const char *prefix, const char *key);

G_END_DECLS

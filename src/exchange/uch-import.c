#define G_LOG_DOMAIN "uch-exchange"

#include "exchange/uch-import.h"

#include <math.h>
#include <string.h>

#include <glib/gi18n-lib.h>

#include "core/uch-fold.h"
#include "core/uch-office.h"
#include "exchange/uch-address-text.h"
#include "exchange/uch-import-private.h"
#include "sync/uch-wire.h"

static void
uch_issue_free (UchIssue *issue)
{
  g_clear_pointer (&issue->cells, g_ptr_array_unref);
  g_free (issue->text);
  g_free (issue);
}

void
uch_import_free (UchImport *self)
{
  if (self == NULL)
    return;
  uch_csv_free (self->csv);
  g_strfreev (self->fields);
  g_ptr_array_unref (self->issues);
  g_ptr_array_unref (self->commands);
  g_free (self);
}

static void
add_issue (UchImporter *self, UchIssueKind kind, char *text)
{
  UchIssue *issue = g_new0 (UchIssue, 1);

  issue->kind = kind;
  issue->line = self->row != NULL ? self->row->line : 0;
  issue->text = text;
  if (self->row != NULL && self->row->cells != NULL)
    issue->cells = g_ptr_array_ref (self->row->cells);
  g_ptr_array_add (self->result->issues, issue);
  if (kind == UCH_ISSUE_ERROR)
    self->result->n_errors++;
  else if (kind == UCH_ISSUE_DUPLICATE)
    self->result->n_duplicates++;
  else
    self->result->n_warnings++;
}

/* The row is left out: says why. */
void
uch_importer_fail (UchImporter *self, const char *format, ...)
{
  va_list ap;

  va_start (ap, format);
  add_issue (self, UCH_ISSUE_ERROR, g_strdup_vprintf (format, ap));
  va_end (ap);
}

/* The row is imported, but somebody should look at it. */
void
uch_importer_warn (UchImporter *self, const char *format, ...)
{
  va_list ap;

  va_start (ap, format);
  add_issue (self, UCH_ISSUE_WARNING, g_strdup_vprintf (format, ap));
  va_end (ap);
}

/* Whether a row above had the same @key; if so the row is a duplicate and said to be one. @what
 * names the thing for a person. */
gboolean
uch_importer_is_repeated (UchImporter *self, const char *key, const char *what)
{
  gpointer line;

  if (!g_hash_table_lookup_extended (self->seen, key, NULL, &line))
    {
      guint here = self->row != NULL ? self->row->line : 0;

      g_hash_table_insert (self->seen, g_strdup (key), GUINT_TO_POINTER (here));
      return FALSE;
    }
  add_issue (self, UCH_ISSUE_DUPLICATE,
             line != NULL
                 ? g_strdup_printf (_ ("%s: the same as in line %u"), what, GPOINTER_TO_UINT (line))
                 : g_strdup_printf (_ ("%s: stands twice in the file"), what));
  return TRUE;
}

/* The trimmed cell of @field; NULL when there is no such column or nothing in it. */
const char *
uch_importer_get (UchImporter *self, const char *field)
{
  const UchImport *import = self->result;

  for (guint i = 0; import->fields != NULL && import->fields[i] != NULL; i++)
    if (i < self->row->cells->len && strcmp (import->fields[i], field) == 0)
      {
        const char *text = g_strstrip (g_ptr_array_index (self->row->cells, i));

        return *text != '\0' ? text : NULL;
      }
  return NULL;
}

/* "45,0423" and "45.0423"; spaces, also the hard ones, between the digits. */
static gboolean
parse_real (const char *text, double *out_value)
{
  g_autoptr (GString) plain = g_string_new (NULL);
  char *end = NULL;

  for (const char *p = text; *p != '\0'; p = g_utf8_next_char (p))
    if (*p == ',')
      g_string_append_c (plain, '.');
    else if (!g_unichar_isspace (g_utf8_get_char (p)))
      g_string_append_unichar (plain, g_utf8_get_char (p));
  *out_value = g_ascii_strtod (plain->str, &end);
  return plain->len > 0 && *end == '\0' && isfinite (*out_value)
         && g_ascii_strncasecmp (plain->str, "0x", 2) != 0;
}

/* A whole number of at most a million. Anything else there is told and left out. */
gboolean
uch_importer_get_int (UchImporter *self, const char *field, gint64 *out_value)
{
  const char *text = uch_importer_get (self, field);
  double      value;

  if (text == NULL)
    return FALSE;
  if (!parse_real (text, &value) || value != floor (value) || value < 0 || value > 1e6)
    {
      uch_importer_warn (self, _ ("“%s” is no whole number, %s is left as it was"), text, field);
      return FALSE;
    }
  *out_value = (gint64) value;
  return TRUE;
}

static gboolean
within_reach (const UchImporter *self, double latitude, double longitude)
{
  return fabs (latitude - self->middle.latitude) <= UCH_IMPORT_REACH_DEG
         && fabs (longitude - self->middle.longitude) <= UCH_IMPORT_REACH_DEG;
}

/* The row's coordinates, checked against where the office works. */
UchCoordinates
uch_importer_get_coordinates (UchImporter *self, UchPoint *out_point)
{
  const char *latitude = uch_importer_get (self, "latitude");
  const char *longitude = uch_importer_get (self, "longitude");
  double      lat, lon;

  if (latitude == NULL && longitude == NULL)
    return UCH_COORDINATES_NONE;
  if (latitude == NULL || longitude == NULL || !parse_real (latitude, &lat)
      || !parse_real (longitude, &lon))
    {
      uch_importer_fail (self, _ ("the coordinates “%s”, “%s” are no two numbers"),
                         latitude != NULL ? latitude : "", longitude != NULL ? longitude : "");
      return UCH_COORDINATES_BAD;
    }
  if (lat == 0 && lon == 0)
    return UCH_COORDINATES_NONE;
  if ((self->has_middle && !within_reach (self, lat, lon) && within_reach (self, lon, lat))
      || (fabs (lat) > 90 && fabs (lon) <= 90))
    {
      uch_importer_fail (self, _ ("latitude and longitude look swapped: %s, %s"), latitude,
                         longitude);
      return UCH_COORDINATES_BAD;
    }
  if (fabs (lat) > 90 || fabs (lon) > 180)
    {
      uch_importer_fail (self, _ ("%s, %s is no place on Earth"), latitude, longitude);
      return UCH_COORDINATES_BAD;
    }
  if (self->has_middle && !within_reach (self, lat, lon))
    uch_importer_warn (self, _ ("%.0f km from where the office works"),
                       uch_geo_distance_m (lat, lon, self->middle.latitude, self->middle.longitude)
                           / 1000);
  *out_point = (UchPoint){ lat, lon };
  return UCH_COORDINATES_GOOD;
}

/* The zone whose outline contains @point; NULL when none does. */
const UchZone *
uch_importer_zone_at (UchImporter *self, const UchPoint *point)
{
  for (guint i = 0; i < self->zones->len; i++)
    {
      const UchImportZone *zone = &g_array_index (self->zones, UchImportZone, i);

      if (zone->outline != NULL
          && uch_outline_contains (zone->outline, point->latitude, point->longitude))
        return zone->zone;
    }
  return NULL;
}

/* The zone that a person calls "3", "№ 3", "Центр" or by its id. */
const UchZone *
uch_importer_zone_named (UchImporter *self, const char *text)
{
  g_autofree char *folded = uch_fold (text);

  for (guint i = 0; i < self->zones->len; i++)
    {
      const UchZone   *zone = g_array_index (self->zones, UchImportZone, i).zone;
      g_autofree char *name = uch_fold (zone->name);
      g_autofree char *number = g_strdup_printf ("%" G_GINT64_FORMAT, zone->number);

      if (strcmp (folded, name) == 0 || strcmp (folded, number) == 0
          || g_strcmp0 (text, zone->parent.id) == 0)
        return zone;
    }
  return NULL;
}

/* The house of a row that names it by city, street, house and block, or in one cell "address".
 * Returns FALSE when the row names no house; *out_house is NULL when there is no such house. */
gboolean
uch_importer_find_house (UchImporter *self, UchHouse **out_house, char **out_apartment)
{
  const char      *number = uch_importer_get (self, "number");
  const char      *street = uch_importer_get (self, "street");
  const char      *address = uch_importer_get (self, "address");
  const char      *city = uch_importer_get (self, "city");
  g_autofree char *line_street = NULL;
  g_autofree char *line_number = NULL;
  g_autofree char *apartment = NULL;
  g_autofree char *key = NULL;
  g_autoptr (GPtrArray) found = NULL;

  *out_house = NULL;
  *out_apartment = g_strdup (uch_importer_get (self, "apartment"));
  if (self->result->kind == UCH_IMPORT_TICKETS)
    number = uch_importer_get (self, "house");
  if (street == NULL && address != NULL)
    {
      if (!uch_address_split_line (address, &line_street, &line_number, &apartment))
        return TRUE;
      street = line_street;
      number = line_number;
      if (*out_apartment == NULL)
        *out_apartment = g_steal_pointer (&apartment);
    }
  if (street == NULL || number == NULL)
    return FALSE;
  key = uch_address_make_key (city != NULL ? city : self->city, street, number,
                              uch_importer_get (self, "addition"));
  found = uch_snapshot_find (self->office->snapshot, UCH_TABLE_HOUSE, "key", key);
  if (found->len > 0)
    *out_house = g_object_ref (g_ptr_array_index (found, 0));
  return TRUE;
}

/* An id that the same thing gets at every import, at every desk: a hash of what names it. */
char *
uch_import_make_id (const char *prefix, const char *key)
{
  g_autofree char *hash = g_compute_checksum_for_string (G_CHECKSUM_SHA256, key, -1);

  return g_strdup_printf ("%s-%.32s", prefix, hash);
}

void
uch_importer_add_command (UchImporter *self, const char *type, GVariant *args)
{
  g_autofree char *id = self->office->make_id (self->office->make_id_data);

  g_ptr_array_add (self->result->commands, uch_command_new (id, type, args, self->office->now));
}

/* One row of a register as it stands and as the file wants it: counts it, and makes the command for
 * the fields that differ. */
void
uch_importer_put (UchImporter *self, gconstpointer before, gconstpointer after)
{
  const UchEntity *row = after;
  g_autoptr (UchEntity) empty = NULL;
  GVariantDict fields, was, args;
  guint        n_fields = 0;

  if (before == NULL)
    empty = uch_entity_new (row->schema->table, row->id);
  g_variant_dict_init (&fields, NULL);
  g_variant_dict_init (&was, NULL);
  for (guint i = 0; i < row->schema->n_fields; i++)
    {
      const UchField *field = &row->schema->fields[i];

      if ((field->flags & UCH_FIELD_DERIVED) != 0
          || uch_field_equal (field, before != NULL ? before : empty, after))
        continue;
      g_variant_dict_insert_value (&fields, field->name, uch_field_get_variant (field, after));
      if (before != NULL)
        g_variant_dict_insert_value (&was, field->name, uch_field_get_variant (field, before));
      n_fields++;
    }
  if (n_fields == 0 && before != NULL)
    {
      g_variant_dict_clear (&fields);
      g_variant_dict_clear (&was);
      self->result->n_same++;
      return;
    }
  if (before == NULL)
    self->result->n_new++;
  else
    self->result->n_changed++;
  /* a zone without this word would count as set by hand */
  if (row->schema->table == UCH_TABLE_HOUSE && g_variant_dict_contains (&fields, "zone_id"))
    g_variant_dict_insert (&fields, "zone_by_hand", "b", ((const UchHouse *) after)->zone_by_hand);
  g_variant_dict_init (&args, NULL);
  g_variant_dict_insert (&args, "table", "s", row->schema->name);
  g_variant_dict_insert (&args, "id", "s", row->id);
  g_variant_dict_insert_value (&args, "fields", g_variant_dict_end (&fields));
  if (before != NULL)
    g_variant_dict_insert_value (&args, "was", g_variant_dict_end (&was));
  else
    g_variant_dict_clear (&was);
  uch_importer_add_command (self, UCH_COMMAND_PUT, g_variant_dict_end (&args));
}

static int
compare_doubles (gconstpointer a, gconstpointer b)
{
  double left = *(const double *) a, right = *(const double *) b;

  return left < right ? -1 : left > right;
}

/* The median of the file's own column: the best guess where the office has no zones yet. */
static gboolean
median_of (UchImporter *self, const char *field, double *out_value)
{
  g_autoptr (GArray) values = g_array_new (FALSE, FALSE, sizeof (double));

  for (guint i = 0; i < self->result->csv->rows->len; i++)
    {
      const char *text;
      double      value;

      self->row = g_ptr_array_index (self->result->csv->rows, i);
      text = self->row->fault == NULL ? uch_importer_get (self, field) : NULL;
      if (text != NULL && parse_real (text, &value) && value != 0)
        g_array_append_val (values, value);
    }
  self->row = NULL;
  if (values->len < 3)
    return FALSE;
  g_array_sort (values, compare_doubles);
  *out_value = g_array_index (values, double, values->len / 2);
  return TRUE;
}

/* Where the office works: the middle of its zones, else of its centres, else of the file. */
static void
find_middle (UchImporter *self)
{
  GPtrArray *centres = self->office->centres;
  UchPoint   sum = { 0, 0 };
  guint      n = 0;

  for (guint i = 0; i < self->zones->len; i++)
    {
      const UchOutline *outline = g_array_index (self->zones, UchImportZone, i).outline;

      for (guint r = 0; outline != NULL && r < outline->rings->len; r++)
        {
          GArray *ring = g_ptr_array_index (outline->rings, r);

          for (guint p = 0; p < ring->len; p++, n++)
            {
              sum.latitude += g_array_index (ring, UchPoint, p).latitude;
              sum.longitude += g_array_index (ring, UchPoint, p).longitude;
            }
        }
    }
  for (guint i = 0; n == 0 && centres != NULL && i < centres->len; i++)
    {
      const UchCentre *centre = g_ptr_array_index (centres, i);

      if (centre->latitude == 0)
        continue;
      self->middle = (UchPoint){ centre->latitude, centre->longitude };
      self->has_middle = TRUE;
      return;
    }
  if (n > 0)
    {
      self->middle = (UchPoint){ sum.latitude / n, sum.longitude / n };
      self->has_middle = TRUE;
    }
  else if (self->result->csv != NULL)
    self->has_middle = median_of (self, "latitude", &self->middle.latitude)
                       && median_of (self, "longitude", &self->middle.longitude);
}

static void
clear_zone (gpointer data)
{
  uch_outline_free (((UchImportZone *) data)->outline);
}

static void
learn_office (UchImporter *self)
{
  GPtrArray *zones = self->office->zones;

  self->seen = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  self->zones = g_array_new (FALSE, FALSE, sizeof (UchImportZone));
  g_array_set_clear_func (self->zones, clear_zone);
  for (guint i = 0; zones != NULL && i < zones->len; i++)
    {
      UchImportZone zone = { g_ptr_array_index (zones, i), NULL };

      /* an outline that cannot be read contains nothing: its houses are then told one by one */
      if (zone.zone->outline != NULL)
        zone.outline = uch_wire_parse_outline (zone.zone->outline, NULL);
      g_array_append_val (self->zones, zone);
    }
  self->city = uch_snapshot_dup_setting (self->office->snapshot, UCH_SETTING_CITY, NULL);
  self->area_code
      = uch_snapshot_dup_setting (self->office->snapshot, UCH_SETTING_AREA_CODE, "8652");
  find_middle (self);
}

static gboolean
plan_table (UchImporter *self, const char *const *mapping, GError **error)
{
  static const UchImportRowFunc planners[UCH_N_IMPORTS] = {
    [UCH_IMPORT_HOUSES] = uch_import_house_row,   [UCH_IMPORT_CENTRES] = uch_import_centre_row,
    [UCH_IMPORT_STAFF] = uch_import_staff_row,    [UCH_IMPORT_CLIENTS] = uch_import_client_row,
    [UCH_IMPORT_TICKETS] = uch_import_ticket_row,
  };
  UchImport *result = self->result;

  if (!uch_columns_check (result->kind, (const char *const *) result->fields, error))
    return FALSE;
  for (guint i = 0; i < result->csv->rows->len; i++)
    {
      self->row = g_ptr_array_index (result->csv->rows, i);
      if (self->row->fault != NULL)
        uch_importer_fail (self, "%s", self->row->fault);
      else
        planners[result->kind](self);
    }
  return TRUE;
}

/**
 * uch_import_plan:
 * @bytes: a whole file: CSV, GeoJSON for zones, or the XML of a production calendar
 * @mapping: (nullable) (array zero-terminated=1): see uch_columns_guess()
 * @error: %UCH_EXCHANGE_ERROR; a single bad row is no error but an issue
 *
 * Finds out what importing the file would do. To do it, push the commands in their order.
 *
 * Returns: (transfer full): the plan with its report
 */
UchImport *
uch_import_plan (UchImportKind          kind,
                 const char            *bytes,
                 gsize                  len,
                 const char *const     *mapping,
                 const UchImportOffice *office,
                 GError               **error)
{
  g_autoptr (UchImport) result = g_new0 (UchImport, 1);
  UchImporter importer = { .result = result, .office = office };
  gboolean    ok;

  result->kind = kind;
  result->issues = g_ptr_array_new_with_free_func ((GDestroyNotify) uch_issue_free);
  result->commands = g_ptr_array_new_with_free_func ((GDestroyNotify) uch_command_unref);
  if (kind != UCH_IMPORT_ZONES && kind != UCH_IMPORT_CALENDAR)
    {
      result->csv = uch_csv_parse (bytes, len, error);
      if (result->csv == NULL)
        return NULL;
      result->fields = uch_columns_guess (kind, result->csv->columns, mapping);
    }
  learn_office (&importer);
  ok = kind == UCH_IMPORT_ZONES      ? uch_import_zones (&importer, bytes, len, error)
       : kind == UCH_IMPORT_CALENDAR ? uch_import_calendar (&importer, bytes, len, error)
                                     : plan_table (&importer, mapping, error);
  g_hash_table_unref (importer.seen);
  g_array_unref (importer.zones);
  g_free (importer.city);
  g_free (importer.area_code);
  return ok ? g_steal_pointer (&result) : NULL;
}

/**
 * uch_import_report:
 *
 * Returns: (transfer full): the sums and every issue with its line, one per line, for a terminal
 */
char *
uch_import_report (const UchImport *self)
{
  const char *const kinds[] = { _ ("warning"), _ ("duplicate"), _ ("error") };
  GString          *text = g_string_new (NULL);

  g_string_printf (text,
                   _ ("new: %u, changed: %u, the same: %u, duplicates: %u, errors: %u, "
                      "warnings: %u\n"),
                   self->n_new, self->n_changed, self->n_same, self->n_duplicates, self->n_errors,
                   self->n_warnings);
  for (guint i = 0; i < self->issues->len; i++)
    {
      const UchIssue *issue = g_ptr_array_index (self->issues, i);

      if (issue->line > 0)
        g_string_append_printf (text, _ ("line %u, %s: %s\n"), issue->line, kinds[issue->kind],
                                issue->text);
      else
        g_string_append_printf (text, "%s: %s\n", kinds[issue->kind], issue->text);
    }
  return g_string_free (text, FALSE);
}

/**
 * uch_import_errors_csv:
 *
 * Returns: (transfer full) (nullable): the rows that were left out with the file's own columns and
 *     a last one that says why, to be mended and imported again; %NULL when nothing was left out
 */
char *
uch_import_errors_csv (const UchImport *self)
{
  g_autoptr (GString) text = g_string_new ("\xef\xbb\xbf");
  char     separator = self->csv != NULL ? self->csv->separator : ';';
  gboolean any = FALSE;

  for (guint i = 0; self->csv != NULL && i < self->csv->columns->len; i++)
    {
      uch_csv_append_cell (text, separator, g_ptr_array_index (self->csv->columns, i));
      g_string_append_c (text, separator);
    }
  uch_csv_append_cell (text, separator, _ ("Reason"));
  g_string_append (text, "\r\n");
  for (guint i = 0; i < self->issues->len; i++)
    {
      const UchIssue *issue = g_ptr_array_index (self->issues, i);
      guint           n_columns = self->csv != NULL ? self->csv->columns->len : 0;

      if (issue->kind == UCH_ISSUE_WARNING)
        continue;
      any = TRUE;
      n_columns = MAX (n_columns, issue->cells != NULL ? issue->cells->len : 0);
      for (guint c = 0; c < n_columns; c++)
        {
          if (issue->cells != NULL && c < issue->cells->len)
            uch_csv_append_cell (text, separator, g_ptr_array_index (issue->cells, c));
          g_string_append_c (text, separator);
        }
      uch_csv_append_cell (text, separator, issue->text);
      g_string_append (text, "\r\n");
    }
  return any ? g_string_free (g_steal_pointer (&text), FALSE) : NULL;
}

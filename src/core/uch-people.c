#include "core/uch-people.h"

#include <string.h>

#include "core/uch-entity-private.h"

const char *const uch_role_nicks[]
    = { "dispatcher", "head", "clerk", "engineer", "admin", "source", "store", NULL };
const char *const        uch_employment_nicks[] = { "staff", "helper", "contractor", NULL };
static const char *const shift_kind_nicks[] = { "work", "absence", NULL };
static const char *const client_kind_nicks[] = { "subscriber", "prospect", "other", NULL };

static const UchField staff_fields[] = {
  UCH_FIELD (UchStaff, name, TEXT, UCH_FIELD_REQUIRED),
  UCH_FIELD (UchStaff, phone, TEXT, UCH_FIELD_PLAIN),
  UCH_FIELD_OF (UchStaff, role, uch_role_nicks, UCH_FIELD_PLAIN),
  UCH_FIELD (UchStaff, zones, TEXT, UCH_FIELD_PLAIN),
  UCH_FIELD (UchStaff, skills, TEXT, UCH_FIELD_PLAIN),
  UCH_FIELD (UchStaff, centre_id, TEXT, UCH_FIELD_PLAIN),
  UCH_FIELD_OF (UchStaff, employment, uch_employment_nicks, UCH_FIELD_PLAIN),
  UCH_FIELD (UchStaff, dismissed, BOOL, UCH_FIELD_PLAIN),
};
UCH_DEFINE_ENTITY (Staff, staff, STAFF)

static const UchField shift_fields[] = {
  UCH_FIELD (UchShift, staff_id, TEXT, UCH_FIELD_KEY | UCH_FIELD_REQUIRED),
  UCH_FIELD_OF (UchShift, kind, shift_kind_nicks, UCH_FIELD_PLAIN),
  UCH_FIELD (UchShift, starts_at, TIME, UCH_FIELD_PLAIN),
  UCH_FIELD (UchShift, ends_at, TIME, UCH_FIELD_PLAIN),
  UCH_FIELD (UchShift, reason, TEXT, UCH_FIELD_PLAIN),
};
UCH_DEFINE_ENTITY (Shift, shift, SHIFT)

static const UchField client_fields[] = {
  UCH_FIELD_OF (UchClient, kind, client_kind_nicks, UCH_FIELD_PLAIN),
  UCH_FIELD (UchClient, name, TEXT, UCH_FIELD_PERSONAL),
  UCH_FIELD (UchClient, phone, TEXT, UCH_FIELD_KEY | UCH_FIELD_PERSONAL | UCH_FIELD_DERIVED),
  UCH_FIELD (UchClient, phone_raw, TEXT, UCH_FIELD_PERSONAL),
  UCH_FIELD (UchClient, contract, TEXT, UCH_FIELD_PERSONAL),
  UCH_FIELD (UchClient, house_id, TEXT, UCH_FIELD_KEY | UCH_FIELD_PERSONAL),
  UCH_FIELD (UchClient, entrance, TEXT, UCH_FIELD_PERSONAL),
  UCH_FIELD (UchClient, floor, TEXT, UCH_FIELD_PERSONAL),
  UCH_FIELD (UchClient, apartment, TEXT, UCH_FIELD_PERSONAL),
  UCH_FIELD (UchClient, other_isp, BOOL, UCH_FIELD_PLAIN),
  UCH_FIELD (UchClient, do_not_call, BOOL, UCH_FIELD_PLAIN),
  UCH_FIELD (UchClient, preferred_time, TEXT, UCH_FIELD_PLAIN),
  UCH_FIELD (UchClient, note, TEXT, UCH_FIELD_PERSONAL),
};
UCH_DEFINE_ENTITY (Client, client, CLIENT)

/**
 * uch_list_contains:
 * @list: (nullable): words, comma separated
 */
gboolean
uch_list_contains (const char *list, const char *word)
{
  g_auto (GStrv) words = NULL;

  if (list == NULL || word == NULL)
    return FALSE;
  words = g_strsplit (list, ",", -1);
  for (guint i = 0; words[i] != NULL; i++)
    if (strcmp (g_strstrip (words[i]), word) == 0)
      return TRUE;
  return FALSE;
}

/**
 * uch_staff_dup_short_name:
 *
 * Returns: (transfer full): "Фамилия И. О."
 */
char *
uch_staff_dup_short_name (const UchStaff *staff)
{
  g_auto (GStrv) words = g_strsplit (staff->name != NULL ? staff->name : "", " ", -1);
  GString *name = g_string_new (words[0]);

  for (guint i = 1; words[0] != NULL && words[i] != NULL; i++)
    if (*words[i] != '\0')
      {
        g_string_append (name, " ");
        g_string_append_unichar (name, g_utf8_get_char (words[i]));
        g_string_append_c (name, '.');
      }
  return g_string_free (name, FALSE);
}

/**
 * uch_staff_dup_initials:
 *
 * Returns: (transfer full): the first letters of family and first name, for a badge
 */
char *
uch_staff_dup_initials (const UchStaff *staff)
{
  g_auto (GStrv) words = g_strsplit (staff->name != NULL ? staff->name : "", " ", -1);
  GString *initials = g_string_new (NULL);

  for (guint i = 0, n = 0; words[i] != NULL && n < 2; i++)
    if (*words[i] != '\0')
      {
        g_string_append_unichar (initials, g_unichar_toupper (g_utf8_get_char (words[i])));
        n++;
      }
  return g_string_free (initials, FALSE);
}

/**
 * uch_staff_is_on_shift:
 * @shifts: (element-type UchShift): of anybody
 *
 * On shift means inside a working shift and outside every absence; the end is not inside.
 */
gboolean
uch_staff_is_on_shift (GPtrArray *shifts, const char *staff_id, UchTime at)
{
  gboolean works = FALSE;

  for (guint i = 0; i < shifts->len; i++)
    {
      const UchShift *shift = g_ptr_array_index (shifts, i);

      if (g_strcmp0 (shift->staff_id, staff_id) != 0 || at < shift->starts_at
          || at >= shift->ends_at)
        continue;
      if (shift->kind == UCH_SHIFT_ABSENCE)
        return FALSE;
      works = TRUE;
    }
  return works;
}

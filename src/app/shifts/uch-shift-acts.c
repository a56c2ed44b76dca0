#define G_LOG_DOMAIN "uch-app"

#include "app/shifts/uch-shift-acts.h"

#include <glib/gi18n.h>
#include <string.h>

#include "app/uch-format.h"
#include "core/uch-command.h"
#include "core/uch-decide.h"

static void
group_free (gpointer data)
{
  UchShiftGroup *group = data;

  g_clear_object (&group->zone);
  g_ptr_array_unref (group->staff);
  g_free (group);
}

/* The first of the home zones that exists. */
static UchZone *
find_home_zone (UchReplica *replica, const UchStaff *staff)
{
  g_auto (GStrv) ids = g_strsplit (staff->zones != NULL ? staff->zones : "", ",", -1);

  for (guint i = 0; ids[i] != NULL; i++)
    {
      UchZone *zone = uch_replica_peek (replica, UCH_TABLE_ZONE, g_strstrip (ids[i]));

      if (zone != NULL)
        return zone;
    }
  return NULL;
}

static UchShiftGroup *
take_group (GPtrArray *groups, UchZone *zone, gboolean engineers)
{
  UchShiftGroup *group = NULL;

  for (guint i = 0; i < groups->len; i++)
    {
      group = g_ptr_array_index (groups, i);
      if (group->zone == zone && group->engineers == engineers)
        return group;
    }
  group = g_new0 (UchShiftGroup, 1);
  g_set_object (&group->zone, zone);
  group->engineers = engineers;
  group->staff = g_ptr_array_new_with_free_func (g_object_unref);
  g_ptr_array_add (groups, group);
  return group;
}

static int
compare_groups (gconstpointer a, gconstpointer b)
{
  const UchShiftGroup *left = *(UchShiftGroup *const *) a, *right = *(UchShiftGroup *const *) b;
  gint64               number_left = left->zone != NULL ? left->zone->number : G_MAXINT64;
  gint64               number_right = right->zone != NULL ? right->zone->number : G_MAXINT64;

  if (left->engineers != right->engineers)
    return left->engineers ? -1 : 1;
  return (number_left > number_right) - (number_left < number_right);
}

static int
compare_staff (gconstpointer a, gconstpointer b)
{
  const UchStaff *left = *(UchStaff *const *) a, *right = *(UchStaff *const *) b;

  /* Who belongs to the office stands before those who help it out. */
  if (left->employment != right->employment)
    return left->employment < right->employment ? -1 : 1;
  return g_utf8_collate (left->name != NULL ? left->name : "",
                         right->name != NULL ? right->name : "");
}

/**
 * uch_shift_list_groups:
 *
 * Returns: (transfer full) (element-type UchShiftGroup): everybody who works shifts: engineers by
 *     zone, then the office
 */
GPtrArray *
uch_shift_list_groups (UchReplica *replica)
{
  GListModel *all = uch_replica_list (replica, UCH_TABLE_STAFF);
  GPtrArray  *groups = g_ptr_array_new_with_free_func (group_free);

  for (guint i = 0; i < g_list_model_get_n_items (all); i++)
    {
      UchStaff *staff = g_list_model_get_item (all, i);
      gboolean  engineer = staff->role == UCH_ROLE_ENGINEER;

      if (staff->dismissed || staff->role >= UCH_ROLE_ADMIN)
        g_object_unref (staff);
      else
        g_ptr_array_add (
            take_group (groups, engineer ? find_home_zone (replica, staff) : NULL, engineer)->staff,
            staff);
    }
  g_ptr_array_sort (groups, compare_groups);
  for (guint i = 0; i < groups->len; i++)
    g_ptr_array_sort (((UchShiftGroup *) g_ptr_array_index (groups, i))->staff, compare_staff);
  return groups;
}

/**
 * uch_shift_list:
 *
 * Returns: (transfer full) (element-type UchShift): all that the desk knows of
 */
GPtrArray *
uch_shift_list (UchReplica *replica)
{
  GListModel *all = uch_replica_list (replica, UCH_TABLE_SHIFT);
  guint       n = g_list_model_get_n_items (all);
  GPtrArray  *shifts = g_ptr_array_new_full (n, g_object_unref);

  for (guint i = 0; i < n; i++)
    g_ptr_array_add (shifts, g_list_model_get_item (all, i));
  return shifts;
}

/**
 * uch_shift_may_edit:
 *
 * Returns: whether who sits here plans shifts; an engineer only goes on and off his own
 */
gboolean
uch_shift_may_edit (UchReplica *replica)
{
  UchRole role = uch_replica_get_actor (replica)->role;

  return role != UCH_ROLE_ENGINEER && (uch_register_get_roles (UCH_TABLE_SHIFT) & 1u << role) != 0;
}

/**
 * uch_shift_describe_absence:
 * @reason: a word of core's, or whatever somebody wrote
 *
 * Returns: (transfer none): as people say it
 */
const char *
uch_shift_describe_absence (const char *reason)
{
  static const struct
  {
    const char *reason;
    const char *word;
  } words[] = {
    { UCH_ABSENCE_VACATION, NC_ ("absence", "vacation") },
    { UCH_ABSENCE_SICK, NC_ ("absence", "sick") },
    { UCH_ABSENCE_OTHER, NC_ ("absence", "absent") },
    { "", NC_ ("absence", "absent") },
  };

  for (guint i = 0; i < G_N_ELEMENTS (words); i++)
    if (strcmp (words[i].reason, reason) == 0)
      return g_dpgettext2 (NULL, "absence", words[i].word);
  return reason;
}

static UchCommand *
make_command (UchReplica *replica, const char *staff_id, const UchShiftEdit *edit)
{
  g_autofree char *made_id = edit->id == NULL ? uch_replica_make_id (replica) : NULL;
  const UchShift  *was
      = edit->id != NULL ? uch_replica_peek (replica, UCH_TABLE_SHIFT, edit->id) : NULL;
  GVariantDict fields, before;

  if (edit->removes)
    return uch_replica_make_command (replica, UCH_COMMAND_DELETE, "table", "s",
                                     uch_shift_schema.name, "id", "s", edit->id, "base", "s",
                                     was != NULL ? UCH_ENTITY (was)->rev : NULL, NULL);
  g_variant_dict_init (&fields, NULL);
  g_variant_dict_insert (&fields, "staff_id", "s", staff_id);
  g_variant_dict_insert (&fields, "starts_at", "x", edit->starts_at);
  g_variant_dict_insert (&fields, "ends_at", "x", edit->ends_at);
  g_variant_dict_init (&before, NULL);
  if (was != NULL)
    {
      /* Two people may plan one week: a shift that a colleague has moved is not moved back. */
      g_variant_dict_insert (&before, "starts_at", "x", was->starts_at);
      g_variant_dict_insert (&before, "ends_at", "x", was->ends_at);
      g_variant_dict_remove (&fields, "staff_id");
      return uch_replica_make_command (replica, UCH_COMMAND_PUT, "table", "s",
                                       uch_shift_schema.name, "id", "s", edit->id, "fields", "v",
                                       g_variant_dict_end (&fields), "was", "v",
                                       g_variant_dict_end (&before), NULL);
    }
  g_variant_dict_clear (&before);
  g_variant_dict_insert (&fields, "kind", "s",
                         edit->kind == UCH_SHIFT_ABSENCE ? "absence" : "work");
  if (edit->reason != NULL && *edit->reason != '\0')
    g_variant_dict_insert (&fields, "reason", "s", edit->reason);
  return uch_replica_make_command (replica, UCH_COMMAND_PUT, "table", "s", uch_shift_schema.name,
                                   "id", "s", made_id, "fields", "v", g_variant_dict_end (&fields),
                                   NULL);
}

/**
 * uch_shift_add_commands:
 * @commands: (element-type UchCommand): where what leads to the draft is added
 */
void
uch_shift_add_commands (UchReplica    *replica,
                        const char    *staff_id,
                        UchShiftDraft *draft,
                        GPtrArray     *commands)
{
  g_autoptr (GPtrArray) edits = uch_shift_draft_list_edits (draft);

  for (guint i = 0; i < edits->len; i++)
    g_ptr_array_add (commands, make_command (replica, staff_id, g_ptr_array_index (edits, i)));
}

/**
 * uch_shift_switch:
 * @origin: the widget on which the person acted
 * @on: goes on shift now, or off it
 *
 * For whoever cannot do it on his phone.
 */
void
uch_shift_switch (UchSession *session, GtkWidget *origin, const char *staff_id, gboolean on)
{
  UchReplica *replica = uch_session_get_replica (session);
  g_autoptr (GPtrArray) shifts = uch_shift_list (replica);
  g_autoptr (UchShiftDraft) draft = uch_shift_draft_new (shifts, staff_id);
  g_autofree char *name = uch_format_staff (replica, staff_id);
  g_autofree char *done = g_strdup_printf (on ? _ ("%s is on shift") : _ ("%s is off shift"), name);
  GPtrArray       *commands = g_ptr_array_new_with_free_func ((GDestroyNotify) uch_command_unref);

  uch_shift_draft_switch (draft, on, uch_session_now (session));
  uch_shift_add_commands (replica, staff_id, draft, commands);
  uch_session_act (session, origin, commands, done);
}

/* Staff, shifts and clients of the demo town. */
#include <string.h>

#include "core/uch-category.h"
#include "exchange/uch-demo-private.h"

/* Twenty-five of staff, and two helpers for the peak. */
static const struct
{
  UchRole       role;
  UchEmployment employment;
  guint         n;
} crew[] = {
  { UCH_ROLE_HEAD, UCH_EMPLOYMENT_STAFF, 1 },      { UCH_ROLE_DISPATCHER, UCH_EMPLOYMENT_STAFF, 3 },
  { UCH_ROLE_CLERK, UCH_EMPLOYMENT_STAFF, 2 },     { UCH_ROLE_ADMIN, UCH_EMPLOYMENT_STAFF, 1 },
  { UCH_ROLE_ENGINEER, UCH_EMPLOYMENT_STAFF, 18 }, { UCH_ROLE_ENGINEER, UCH_EMPLOYMENT_HELPER, 2 },
};

/* Home zones of the engineers, as the houses are spread. */
static const guint home_zones[] = { 1, 3, 1, 2, 3, 5, 4, 1, 3, 2, 1, 3, 5, 4, 1, 2, 3, 1, 1, 3 };

static char *
dup_skills (UchDemo *self, gboolean knows_all)
{
  guint              n_categories;
  const UchCategory *categories = uch_category_list (&n_categories);
  g_autoptr (GString) skills = g_string_new (NULL);

  for (guint i = 0; i < n_categories; i++)
    {
      const char *skill = categories[i].skill;

      if (skill == NULL || uch_list_contains (skills->str, skill))
        continue;
      if (knows_all || uch_demo_chance (self, 75))
        g_string_append_printf (skills, "%s%s", skills->len > 0 ? "," : "", skill);
    }
  return g_string_free (g_steal_pointer (&skills), FALSE);
}

static void
make_engineer (UchDemo *self, UchStaff *staff, guint index)
{
  guint zone = home_zones[index % G_N_ELEMENTS (home_zones)];

  staff->zones = g_strdup_printf ("demo-zone-%u", zone);
  staff->skills = dup_skills (self, index % 3 == 0);
  for (guint i = 0; i < self->centres->len && staff->centre_id == NULL; i++)
    {
      const UchCentre *centre = g_ptr_array_index (self->centres, i);

      if (strcmp (centre->zone_id, staff->zones) == 0)
        uch_entity_set_text (staff, &staff->centre_id, centre->parent.id);
    }
}

/* No two of the staff share a family name: on the board it tells them apart. */
static char *
dup_unused_name (UchDemo *self, guint percent_of_men, GHashTable *families)
{
  for (;;)
    {
      g_autofree char *name = uch_demo_dup_name (self, percent_of_men);

      if (g_hash_table_add (families, g_strndup (name, strcspn (name, " "))))
        return g_steal_pointer (&name);
    }
}

static void
make_staff (UchDemo *self)
{
  g_autoptr (GHashTable) families = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  guint n_of_role[UCH_N_ROLES] = { 0 };

  for (guint c = 0; c < G_N_ELEMENTS (crew); c++)
    for (guint i = 0; i < crew[c].n; i++)
      {
        guint     index = n_of_role[crew[c].role]++;
        UchStaff *staff = uch_demo_new_row (self, UCH_TABLE_STAFF, "staff-%s-%u",
                                            uch_role_nicks[crew[c].role], index + 1);
        gboolean  is_engineer = crew[c].role == UCH_ROLE_ENGINEER;

        staff->name = dup_unused_name (self, is_engineer ? 92 : 35, families);
        staff->phone = uch_demo_dup_phone (self);
        staff->role = crew[c].role;
        staff->employment = crew[c].employment;
        if (is_engineer)
          make_engineer (self, staff, index);
        uch_demo_emit (self, staff);
        g_ptr_array_add (self->staff, staff);
      }
}

static void
add_shift (UchDemo     *self,
           UchStaff    *staff,
           const char  *name,
           UchShiftKind kind,
           UchTime      starts_at,
           gint64       hours,
           const char  *reason)
{
  UchShift *shift = uch_demo_new_row (self, UCH_TABLE_SHIFT, "shift-%s-%s",
                                      uch_demo_town_get_login (staff), name);

  uch_entity_set_text (shift, &shift->staff_id, staff->parent.id);
  shift->kind = kind;
  shift->starts_at = starts_at;
  shift->ends_at = starts_at + hours * UCH_HOUR_MS;
  uch_entity_set_text (shift, &shift->reason, reason);
  uch_demo_emit (self, shift);
  g_ptr_array_add (self->shifts, shift);
}

/* Three of four engineers are on shift at any hour somebody looks; the others come tomorrow,
 * and one is on leave. */
static void
make_shifts (UchDemo *self)
{
  UchTime hour = self->options.now / UCH_HOUR_MS * UCH_HOUR_MS;
  guint   index = 0;

  for (guint i = 0; i < self->staff->len; i++)
    {
      UchStaff *staff = g_ptr_array_index (self->staff, i);
      UchTime   starts_at = hour - uch_demo_between (self, 2, 5) * UCH_HOUR_MS;

      if (staff->role == UCH_ROLE_ADMIN)
        continue;
      if (staff->role != UCH_ROLE_ENGINEER || index++ % 4 != 3)
        add_shift (self, staff, "today", UCH_SHIFT_WORK, starts_at, 12, NULL);
      if (staff->role == UCH_ROLE_ENGINEER && index == 4)
        add_shift (self, staff, "leave", UCH_SHIFT_ABSENCE, starts_at, 14 * 24, "vacation");
      else
        add_shift (self, staff, "tomorrow", UCH_SHIFT_WORK, starts_at + UCH_DAY_MS, 12, NULL);
    }
}

static void
make_client (UchDemo *self, guint index)
{
  UchClient      *client = uch_demo_new_row (self, UCH_TABLE_CLIENT, "client-%u", index + 1);
  const UchHouse *house = uch_demo_pick_row (self, self->houses);
  gint64          apartment = uch_demo_between (self, 1, MAX (house->apartments, 1));
  gint64          per_entrance = MAX (house->apartments / MAX (house->entrances, 1), 1);
  gint64          per_floor = MAX (per_entrance / MAX (house->floors, 1), 1);
  gint64          dice = uch_demo_between (self, 0, 99);

  client->kind = dice < 65   ? UCH_CLIENT_SUBSCRIBER
                 : dice < 92 ? UCH_CLIENT_PROSPECT
                             : UCH_CLIENT_OTHER;
  client->name = uch_demo_dup_name (self, 45);
  client->phone = uch_demo_dup_phone (self);
  client->phone_raw = g_strdup_printf ("8%s", client->phone + strlen ("+7"));
  if (client->kind == UCH_CLIENT_SUBSCRIBER)
    client->contract = g_strdup_printf ("Д-%06u", 100000 + index);
  uch_entity_set_text (client, &client->house_id, house->parent.id);
  client->entrance = g_strdup_printf ("%d", (int) ((apartment - 1) / per_entrance + 1));
  client->floor = g_strdup_printf ("%d", (int) ((apartment - 1) % per_entrance / per_floor + 1));
  client->apartment = g_strdup_printf ("%d", (int) apartment);
  client->other_isp = client->kind == UCH_CLIENT_OTHER;
  client->do_not_call = uch_demo_chance (self, 2);
  if (uch_demo_chance (self, 20))
    uch_entity_set_text (client, &client->preferred_time,
                         uch_demo_chance (self, 60) ? "после 18" : "до обеда");
  uch_demo_emit (self, client);
  g_ptr_array_add (self->clients, client);
}

void
uch_demo_make_people (UchDemo *self)
{
  guint n_clients = MAX ((self->options.n_tickets + uch_demo_history_get_n (self)) * 7 / 10, 200);

  make_staff (self);
  make_shifts (self);
  for (guint i = 0; i < n_clients; i++)
    make_client (self, i);
}

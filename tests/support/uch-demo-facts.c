#include "support/uch-demo-facts.h"

#include "exchange/uch-demo-town.h"

typedef struct
{
  UchFacts  *facts;
  GPtrArray *visits; /* they come after all tickets */
} Fill;

static void
row_cb (UchEntity *row, gpointer user_data)
{
  Fill *fill = user_data;

  switch (row->schema->table)
    {
    case UCH_TABLE_ZONE:
      uch_facts_add_zone (fill->facts, UCH_ZONE (row));
      break;
    case UCH_TABLE_STAFF:
      uch_facts_add_staff (fill->facts, UCH_STAFF (row));
      break;
    case UCH_TABLE_HOUSE:
      uch_facts_add_house (fill->facts, UCH_HOUSE (row));
      break;
    case UCH_TABLE_TICKET:
      uch_facts_add_ticket (fill->facts, UCH_TICKET (row));
      break;
    case UCH_TABLE_VISIT:
      g_ptr_array_add (fill->visits, g_object_ref (row));
      break;
    default:
      break;
    }
}

UchFacts *
uch_demo_facts_new (guint n_days, guint32 seed)
{
  g_autoptr (GTimeZone) moscow = g_time_zone_new_identifier ("Europe/Moscow");
  UchDemoOptions options = { .seed = seed, .n_days = n_days, .now = UCH_DEMO_FACTS_NOW };
  Fill           fill
      = { uch_facts_new (moscow, options.now), g_ptr_array_new_with_free_func (g_object_unref) };

  uch_demo_town_generate (&options, row_cb, &fill);
  for (guint i = 0; i < fill.visits->len; i++)
    uch_facts_add_visit (fill.facts, g_ptr_array_index (fill.visits, i));
  uch_facts_finish (fill.facts);
  g_ptr_array_unref (fill.visits);
  return fill.facts;
}

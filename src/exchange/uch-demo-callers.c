/* Clients of the demo town who call the office, one after the other. */
#include <math.h>
#include <string.h>

#include "core/uch-category.h"
#include "exchange/uch-demo-private.h"

/* Per mille of all calls. Source: the office's mix of 70 % connections, 20 % support, 10 % thanks.
 */
static const struct
{
  const char *category;
  guint       weight;
} mix[] = {
  { "connect.new", 480 }, { "connect.return", 150 },   { "connect.extra", 70 },
  { "support.slow", 40 }, { "support.no_access", 55 }, { "support.wifi", 40 },
  { "support.tv", 30 },   { "support.settings", 15 },  { "support.lan", 10 },
  { "support.voip", 5 },  { "support.billing", 5 },    { "thanks", 100 },
};

struct _UchDemoCallers
{
  JsonParser *parser;
  UchDemo     demo;
};

/**
 * uch_demo_callers_new:
 * @seed: the same seed and the same office: the same calls
 *
 * Returns: (transfer full)
 */
UchDemoCallers *
uch_demo_callers_new (guint32 seed)
{
  UchDemoCallers *self = g_new0 (UchDemoCallers, 1);

  self->parser = uch_demo_load_town ();
  self->demo.town = json_node_get_object (json_parser_get_root (self->parser));
  self->demo.rand = g_rand_new_with_seed (seed);
  return self;
}

void
uch_demo_callers_free (UchDemoCallers *self)
{
  if (self == NULL)
    return;
  g_rand_free (self->demo.rand);
  g_object_unref (self->parser);
  g_free (self);
}

static const char *
pick_category (UchDemo *demo)
{
  gint64 dice = uch_demo_between (demo, 0, 999);
  guint  i = 0;

  while (i + 1 < G_N_ELEMENTS (mix) && dice >= (gint64) mix[i].weight)
    dice -= mix[i++].weight;
  return mix[i].category;
}

static void
insert_text (GVariantDict *fields, const char *name, const char *value)
{
  if (value != NULL && *value != '\0')
    g_variant_dict_insert (fields, name, "s", value);
}

/* Somebody the office knows. */
static void
describe_client (GVariantDict *fields, const UchClient *client)
{
  insert_text (fields, "client_id", UCH_ENTITY (client)->id);
  insert_text (fields, "client_name", client->name);
  insert_text (fields, "phone_raw", client->phone_raw);
  insert_text (fields, "house_id", client->house_id);
  insert_text (fields, "entrance", client->entrance);
  insert_text (fields, "floor", client->floor);
  insert_text (fields, "apartment", client->apartment);
}

/* Somebody who wants to become a client. */
static void
describe_stranger (UchDemo *demo, GVariantDict *fields, GPtrArray *houses)
{
  const UchHouse  *house = uch_demo_pick_row (demo, houses);
  g_autofree char *name = uch_demo_dup_name (demo, 45);
  g_autofree char *phone = uch_demo_dup_phone (demo);
  g_autofree char *apartment
      = g_strdup_printf ("%d", (int) uch_demo_between (demo, 1, MAX (house->apartments, 1)));

  insert_text (fields, "client_name", name);
  insert_text (fields, "phone_raw", phone);
  insert_text (fields, "house_id", UCH_ENTITY (house)->id);
  insert_text (fields, "apartment", apartment);
}

/**
 * uch_demo_callers_call:
 * @houses: (element-type UchHouse): at least one
 * @clients: (element-type UchClient): those the office knows
 * @engineers: (element-type UchStaff): whom somebody may thank
 *
 * The next one who calls: 70 % want a connection, 20 % need help, 10 % say thanks.
 *
 * Returns: (transfer floating): fields of %UCH_COMMAND_TICKET_CREATE
 */
GVariant *
uch_demo_callers_call (UchDemoCallers *self,
                       GPtrArray      *houses,
                       GPtrArray      *clients,
                       GPtrArray      *engineers)
{
  UchDemo     *demo = &self->demo;
  const char  *category = pick_category (demo);
  JsonObject  *complaints = json_object_get_object_member (demo->town, "complaints");
  JsonArray   *words = json_object_get_array_member (complaints, category);
  guint        word = (guint) uch_demo_between (demo, 0, json_array_get_length (words) - 1);
  GVariantDict fields;

  g_variant_dict_init (&fields, NULL);
  insert_text (&fields, "category", category);
  insert_text (&fields, "description", json_array_get_string_element (words, word));
  insert_text (&fields, "source", "phone");
  if (clients->len == 0 || strcmp (category, "connect.new") == 0)
    describe_stranger (demo, &fields, houses);
  else
    describe_client (&fields, uch_demo_pick_row (demo, clients));
  if (strcmp (category, "thanks") == 0 && engineers->len > 0)
    insert_text (&fields, "engineer_id", UCH_ENTITY (uch_demo_pick_row (demo, engineers))->id);
  return g_variant_dict_end (&fields);
}

/**
 * uch_demo_callers_wait:
 *
 * Returns: how long until the next one calls, in mean waits: exponential, as calls that know
 *     nothing of each other come
 */
double
uch_demo_callers_wait (UchDemoCallers *self)
{
  return -log (1 - g_rand_double (self->demo.rand));
}

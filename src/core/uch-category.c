#include "core/uch-category.h"

#include <string.h>

static const UchCategory categories[] = {
  { "connect.new", UCH_FAMILY_CONNECT, "connect", TRUE },
  { "connect.return", UCH_FAMILY_CONNECT, "connect", TRUE },
  { "connect.extra", UCH_FAMILY_CONNECT, "connect", TRUE },
  { "support.no_access", UCH_FAMILY_SUPPORT, NULL, TRUE },
  { "support.slow", UCH_FAMILY_SUPPORT, NULL, TRUE },
  { "support.tv", UCH_FAMILY_SUPPORT, "tv", TRUE },
  { "support.voip", UCH_FAMILY_SUPPORT, "voip", TRUE },
  { "support.wifi", UCH_FAMILY_SUPPORT, "wifi", TRUE },
  { "support.settings", UCH_FAMILY_SUPPORT, NULL, TRUE },
  { "support.lan", UCH_FAMILY_SUPPORT, "cable", TRUE },
  { "support.billing", UCH_FAMILY_SUPPORT, NULL, TRUE },
  { "thanks", UCH_FAMILY_THANKS, NULL, FALSE },
  { "mc.access", UCH_FAMILY_COMPANY, NULL, TRUE },
  { "mc.riser", UCH_FAMILY_COMPANY, "cable", TRUE },
  { "mc.info", UCH_FAMILY_COMPANY, NULL, TRUE },
  { "proactive.cpe", UCH_FAMILY_PROACTIVE, NULL, TRUE },
  { "proactive.port", UCH_FAMILY_PROACTIVE, NULL, TRUE },
  { "incident.house", UCH_FAMILY_INCIDENT, NULL, TRUE },
};

/**
 * uch_category_get:
 * @code: (nullable)
 *
 * Returns: (nullable): the category; static
 */
const UchCategory *
uch_category_get (const char *code)
{
  for (guint i = 0; i < G_N_ELEMENTS (categories); i++)
    if (g_strcmp0 (categories[i].code, code) == 0)
      return &categories[i];
  return NULL;
}

/**
 * uch_category_list:
 *
 * Returns: (array length=out_n_categories): in the order of menus; static
 */
const UchCategory *
uch_category_list (guint *out_n_categories)
{
  *out_n_categories = G_N_ELEMENTS (categories);
  return categories;
}

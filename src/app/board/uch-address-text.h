/* An address typed in one field, "ленина 12 45", and the houses that it may mean. */
#pragma once

#include "core/uch-place.h"

#include <gio/gio.h>

G_BEGIN_DECLS

/* A house that the text may mean, and what the text says beyond the house. */
typedef struct
{
  UchHouse *house;     /* (owned) */
  char     *apartment; /* (owned) (nullable) */
  char     *entrance;  /* (owned) (nullable) */
  char     *floor;     /* (owned) (nullable) */
  gboolean  is_exact;  /* the number is this house's, not only its beginning */
} UchAddressMatch;

void uch_address_match_free (UchAddressMatch *match);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (UchAddressMatch, uch_address_match_free)

/* Looks houses up; follows the register. */
#define UCH_TYPE_ADDRESS_INDEX (uch_address_index_get_type ())
G_DECLARE_FINAL_TYPE (UchAddressIndex, uch_address_index, UCH, ADDRESS_INDEX, GObject)

UchAddressIndex *uch_address_index_new (GListModel *houses);
GPtrArray       *uch_address_index_find (UchAddressIndex *self, const char *text, guint limit);

G_END_DECLS

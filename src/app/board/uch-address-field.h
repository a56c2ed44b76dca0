/* An entry for an address and the list of houses under it. */
#pragma once

#include "app/board/uch-address-text.h"
#include "app/uch-session.h"

G_BEGIN_DECLS

/* Signal "changed" (): another house, or none, is meant. */
#define UCH_TYPE_ADDRESS_FIELD (uch_address_field_get_type ())
G_DECLARE_FINAL_TYPE (UchAddressField, uch_address_field, UCH, ADDRESS_FIELD, GObject)

UchAddressField       *uch_address_field_new (UchSession  *session,
                                              GtkEditable *entry,
                                              GtkRevealer *revealer,
                                              GtkListBox  *list,
                                              GtkLabel    *said);
void                   uch_address_field_changed (UchAddressField *self);
void                   uch_address_field_pick (UchAddressField *self);
void                   uch_address_field_close (UchAddressField *self);
const UchAddressMatch *uch_address_field_get (UchAddressField *self);

G_END_DECLS

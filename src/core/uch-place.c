#include "core/uch-place.h"

#include "core/uch-entity-private.h"

static const char *const house_status_nicks[] = { "connected", "planned", "lost", NULL };

static const UchField zone_fields[] = {
  UCH_FIELD (UchZone, number, INT, UCH_FIELD_PLAIN),
  UCH_FIELD (UchZone, name, TEXT, UCH_FIELD_REQUIRED),
  UCH_FIELD (UchZone, color, TEXT, UCH_FIELD_PLAIN),
  UCH_FIELD (UchZone, outline, TEXT, UCH_FIELD_PLAIN),
};
UCH_DEFINE_ENTITY (Zone, zone, ZONE)

static const UchField centre_fields[] = {
  UCH_FIELD (UchCentre, name, TEXT, UCH_FIELD_REQUIRED),
  UCH_FIELD (UchCentre, address, TEXT, UCH_FIELD_PLAIN),
  UCH_FIELD (UchCentre, latitude, REAL, UCH_FIELD_PLAIN),
  UCH_FIELD (UchCentre, longitude, REAL, UCH_FIELD_PLAIN),
  UCH_FIELD (UchCentre, zone_id, TEXT, UCH_FIELD_PLAIN),
};
UCH_DEFINE_ENTITY (Centre, centre, CENTRE)

static const UchField company_fields[] = {
  UCH_FIELD (UchCompany, name, TEXT, UCH_FIELD_REQUIRED),
  UCH_FIELD (UchCompany, inn, TEXT, UCH_FIELD_PLAIN),
  UCH_FIELD (UchCompany, phones, TEXT, UCH_FIELD_PLAIN),
  UCH_FIELD (UchCompany, contact, TEXT, UCH_FIELD_PLAIN),
  UCH_FIELD (UchCompany, hours, TEXT, UCH_FIELD_PLAIN),
  UCH_FIELD (UchCompany, agreement, TEXT, UCH_FIELD_PLAIN),
};
UCH_DEFINE_ENTITY (Company, company, COMPANY)

static const UchField house_fields[] = {
  UCH_FIELD (UchHouse, city, TEXT, UCH_FIELD_PLAIN),
  UCH_FIELD (UchHouse, street_type, TEXT, UCH_FIELD_PLAIN),
  UCH_FIELD (UchHouse, street, TEXT, UCH_FIELD_REQUIRED),
  UCH_FIELD (UchHouse, number, TEXT, UCH_FIELD_REQUIRED),
  UCH_FIELD (UchHouse, addition, TEXT, UCH_FIELD_PLAIN),
  UCH_FIELD (UchHouse, key, TEXT, UCH_FIELD_KEY | UCH_FIELD_DERIVED),
  UCH_FIELD (UchHouse, fias, TEXT, UCH_FIELD_PLAIN),
  UCH_FIELD (UchHouse, latitude, REAL, UCH_FIELD_PLAIN),
  UCH_FIELD (UchHouse, longitude, REAL, UCH_FIELD_PLAIN),
  UCH_FIELD (UchHouse, zone_id, TEXT, UCH_FIELD_KEY),
  UCH_FIELD (UchHouse, zone_by_hand, BOOL, UCH_FIELD_PLAIN),
  UCH_FIELD (UchHouse, floors, INT, UCH_FIELD_PLAIN),
  UCH_FIELD (UchHouse, entrances, INT, UCH_FIELD_PLAIN),
  UCH_FIELD (UchHouse, apartments, INT, UCH_FIELD_PLAIN),
  UCH_FIELD (UchHouse, technology, TEXT, UCH_FIELD_PLAIN),
  UCH_FIELD (UchHouse, switches, TEXT, UCH_FIELD_PLAIN),
  UCH_FIELD (UchHouse, company_id, TEXT, UCH_FIELD_KEY),
  UCH_FIELD_OF (UchHouse, status, house_status_nicks, UCH_FIELD_PLAIN),
  UCH_FIELD (UchHouse, access, TEXT, UCH_FIELD_SENSITIVE),
  UCH_FIELD (UchHouse, access_holder, TEXT, UCH_FIELD_SENSITIVE),
  UCH_FIELD (UchHouse, access_phone, TEXT, UCH_FIELD_SENSITIVE),
};
UCH_DEFINE_ENTITY (House, house, HOUSE)

static const UchField entrance_fields[] = {
  UCH_FIELD (UchEntrance, house_id, TEXT, UCH_FIELD_KEY | UCH_FIELD_REQUIRED),
  UCH_FIELD (UchEntrance, number, INT, UCH_FIELD_PLAIN),
  UCH_FIELD (UchEntrance, apartment_from, INT, UCH_FIELD_PLAIN),
  UCH_FIELD (UchEntrance, apartment_to, INT, UCH_FIELD_PLAIN),
  UCH_FIELD (UchEntrance, intercom, TEXT, UCH_FIELD_SENSITIVE),
  UCH_FIELD (UchEntrance, riser, TEXT, UCH_FIELD_PLAIN),
  UCH_FIELD (UchEntrance, box, TEXT, UCH_FIELD_PLAIN),
};
UCH_DEFINE_ENTITY (Entrance, entrance, ENTRANCE)

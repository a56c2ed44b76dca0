/* Where the work is: zones, service centres, houses, entrances, management companies. */
#pragma once

#include "core/uch-entity.h"

G_BEGIN_DECLS

/* участок */
struct _UchZone
{
  UchEntity parent;
  gint64    number;
  char     *name;
  char     *color;   /* "#rrggbb", or NULL for the palette's colour of its number */
  char     *outline; /* GeoJSON geometry: Polygon or MultiPolygon; nullable */
};

/* сервисный центр */
struct _UchCentre
{
  UchEntity parent;
  char     *name;
  char     *address;
  double    latitude, longitude;
  char     *zone_id;
};

/* управляющая компания */
struct _UchCompany
{
  UchEntity parent;
  char     *name;
  char     *inn;
  char     *phones;
  char     *contact;
  char     *hours;
  char     *agreement;
};

typedef enum
{
  UCH_HOUSE_CONNECTED,
  UCH_HOUSE_PLANNED,
  UCH_HOUSE_LOST,
} UchHouseStatus;

/* дом */
struct _UchHouse
{
  UchEntity parent;
  char     *city;
  char     *street_type; /* "ул.", "пр-кт", … */
  char     *street;
  char     *number;
  char     *addition; /* корпус, строение: "к1", "с2" */
  char     *key;      /* derived: uch_address_make_key() */
  char     *fias;     /* FIAS/GAR guid */
  double    latitude, longitude;
  char     *zone_id;
  gboolean  zone_by_hand; /* a zone set by hand wins over the outline that contains the house */
  gint64    floors, entrances, apartments;
  char     *technology;
  char     *switches; /* ids, comma separated */
  char     *company_id;
  UchHouseStatus status;
  char          *access;        /* keys, attic, basement; sensitive */
  char          *access_holder; /* who has the keys */
  char          *access_phone;
};

/* подъезд */
struct _UchEntrance
{
  UchEntity parent;
  char     *house_id;
  gint64    number;
  gint64    apartment_from, apartment_to;
  char     *intercom; /* code; sensitive */
  char     *riser;
  char     *box;
};

UCH_DECLARE_ENTITY (Zone, zone, ZONE)
UCH_DECLARE_ENTITY (Centre, centre, CENTRE)
UCH_DECLARE_ENTITY (Company, company, COMPANY)
UCH_DECLARE_ENTITY (House, house, HOUSE)
UCH_DECLARE_ENTITY (Entrance, entrance, ENTRANCE)

extern const UchSchema uch_zone_schema, uch_centre_schema, uch_company_schema, uch_house_schema,
    uch_entrance_schema;

G_END_DECLS

/* What moves on the map: tickets and engineers, as plain values. */
#pragma once

#include <glib-object.h>

#include "core/uch-promise.h"

G_BEGIN_DECLS

/* The symbol of a ticket's category. */
typedef enum
{
  UCH_MAP_SYMBOL_PLUG,   /* connect */
  UCH_MAP_SYMBOL_WRENCH, /* support */
  UCH_MAP_SYMBOL_WIFI,
  UCH_MAP_SYMBOL_SCREEN, /* TV */
  UCH_MAP_SYMBOL_PHONE,  /* calls */
  UCH_MAP_SYMBOL_CARD,   /* billing */
  UCH_MAP_SYMBOL_KEY,    /* management company */
  UCH_MAP_SYMBOL_BOLT,   /* alerts */
  UCH_MAP_SYMBOL_HEART,  /* thanks */
} UchMapSymbol;
#define UCH_MAP_N_SYMBOLS (UCH_MAP_SYMBOL_HEART + 1)

/* What an engineer does now. */
typedef enum
{
  UCH_MAP_SIGN_NONE,
  UCH_MAP_SIGN_CAR,
  UCH_MAP_SIGN_WRENCH,
  UCH_MAP_SIGN_PAUSE,
} UchMapSign;

typedef struct
{
  char        *id;
  char        *title; /* "№ 2417, ул. Мира, 280": for the tooltip and for a screen reader */
  double       latitude, longitude;
  UchMapSymbol symbol;
  UchPromise   promise;
  UchTime      due_at; /* 0: no clock */
  gboolean     assigned;
} UchMapTicket;

typedef struct
{
  char      *id;
  char      *name;
  char      *label; /* (nullable): the short name, written under the badge */
  char      *initials;
  double     latitude, longitude;
  guint32    rgb; /* of the home zone */
  UchMapSign sign;
  UchTime    at; /* when the position was taken */
} UchMapEngineer;

UchMapTicket      *
uch_map_ticket_new (const char *id, const char *title, double latitude, double longitude);
void uch_map_ticket_free (UchMapTicket *ticket);
UchMapEngineer *uch_map_engineer_new (
    const char *id, const char *name, const char *initials, double latitude, double longitude);
void         uch_map_engineer_free (UchMapEngineer *engineer);
UchMapSymbol uch_map_symbol_for_category (const char *category);

G_END_DECLS

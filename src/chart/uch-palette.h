/* The colours of charts. Series are told apart by everybody: Okabe and Ito's colours (2008), on
 * dark lightened; nothing is said by colour alone. */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

typedef struct
{
  double red, green, blue;
} UchInk;

typedef struct
{
  gboolean    is_dark;
  UchInk      paper, text, dim, grid;
  UchInk      series[8];
  UchInk      alarm, band;
  const char *font; /* a Pango family list */
} UchPalette;

extern const UchPalette uch_palette_light, uch_palette_dark, uch_palette_print;

UchInk uch_palette_get_series (const UchPalette *palette, int color);
UchInk uch_palette_get_heat (const UchPalette *palette, double share);

G_END_DECLS

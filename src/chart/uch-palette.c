#include "chart/uch-palette.h"

#define INK(hex)                                                                                   \
  {                                                                                                \
    ((hex) >> 16 & 0xff) / 255.0, ((hex) >> 8 & 0xff) / 255.0, ((hex) &0xff) / 255.0               \
  }

/* Okabe and Ito, "Color universal design" (2008): blue, orange, bluish green, reddish purple,
 * vermilion, sky, yellow; and grey for the rest. */
const UchPalette uch_palette_light = {
  .is_dark = FALSE,
  .paper = INK (0xffffff),
  .text = INK (0x2e3436),
  .dim = INK (0x6b7177),
  .grid = INK (0xe4e6e8),
  .series = { INK (0x0072b2), INK (0xe69f00), INK (0x009e73), INK (0xcc79a7), INK (0xd55e00),
              INK (0x56b4e9), INK (0xb8a600), INK (0x9aa0a6) },
  .alarm = INK (0xc01c28),
  .band = INK (0xdcebf5),
  .font = "Cantarell, Sans",
};

const UchPalette uch_palette_dark = {
  .is_dark = TRUE,
  .paper = INK (0x303030),
  .text = INK (0xf2f2f2),
  .dim = INK (0xb4b8bc),
  .grid = INK (0x474747),
  .series = { INK (0x4da6dd), INK (0xf0b73d), INK (0x35c29a), INK (0xdfa0c3), INK (0xf08a3c),
              INK (0x86ccf4), INK (0xf4ea6a), INK (0x9aa0a6) },
  .alarm = INK (0xff7b63),
  .band = INK (0x2c4556),
  .font = "Cantarell, Sans",
};

/* As the light one; thin greys that a printer would lose are darker. */
const UchPalette uch_palette_print = {
  .is_dark = FALSE,
  .paper = INK (0xffffff),
  .text = INK (0x000000),
  .dim = INK (0x4a4f54),
  .grid = INK (0xd0d3d6),
  .series = { INK (0x0072b2), INK (0xe69f00), INK (0x009e73), INK (0xcc79a7), INK (0xd55e00),
              INK (0x56b4e9), INK (0xb8a600), INK (0x8a9096) },
  .alarm = INK (0xb01020),
  .band = INK (0xdcebf5),
  .font = "Cantarell, DejaVu Sans, Sans",
};

UchInk
uch_palette_get_series (const UchPalette *palette, int color)
{
  return palette->series[(guint) color % G_N_ELEMENTS (palette->series)];
}

/**
 * uch_palette_get_heat:
 * @share: 0: nothing, 1: the most
 *
 * Returns: from the paper to the first series' colour: one hue, so that only lightness speaks
 */
UchInk
uch_palette_get_heat (const UchPalette *palette, double share)
{
  UchInk from = palette->paper, to = palette->series[0];
  double part = 0.04 + 0.96 * CLAMP (share, 0, 1);

  return (UchInk){ from.red + (to.red - from.red) * part,
                   from.green + (to.green - from.green) * part,
                   from.blue + (to.blue - from.blue) * part };
}

#define G_LOG_DOMAIN "uch-app"

#include "app/map/uch-map-symbols.h"

/* Symbols are drawn around 0, 0 within about ± 7. */
static void
draw_plug (cairo_t *cr)
{
  cairo_set_line_width (cr, 1.8);
  for (int side = -1; side <= 1; side += 2)
    {
      cairo_move_to (cr, side * 2.4, -6.5);
      cairo_line_to (cr, side * 2.4, -3);
    }
  cairo_move_to (cr, 0, 4);
  cairo_line_to (cr, 0, 7);
  cairo_stroke (cr);
  cairo_move_to (cr, -5, -3);
  cairo_line_to (cr, 5, -3);
  cairo_line_to (cr, 5, -0.5);
  cairo_arc (cr, 0, -0.5, 5, 0, G_PI);
  cairo_close_path (cr);
  cairo_fill (cr);
}

static void
draw_wrench (cairo_t *cr)
{
  cairo_set_line_width (cr, 2.8);
  cairo_move_to (cr, -5, 5);
  cairo_line_to (cr, 1.2, -1.2);
  cairo_stroke (cr);
  cairo_set_line_width (cr, 2.4);
  cairo_set_line_cap (cr, CAIRO_LINE_CAP_BUTT);
  cairo_arc (cr, 2.8, -2.8, 3.2, 0.05 * G_PI, 1.45 * G_PI);
  cairo_stroke (cr);
}

static void
draw_wifi (cairo_t *cr)
{
  cairo_set_line_width (cr, 1.9);
  for (int ring = 1; ring <= 2; ring++)
    {
      cairo_new_sub_path (cr);
      cairo_arc (cr, 0, 4.5, 1 + 4 * ring, -0.76 * G_PI, -0.24 * G_PI);
    }
  cairo_stroke (cr);
  cairo_arc (cr, 0, 4.3, 1.7, 0, 2 * G_PI);
  cairo_fill (cr);
}

static void
draw_screen (cairo_t *cr)
{
  cairo_set_line_width (cr, 1.8);
  cairo_rectangle (cr, -6.2, -5.2, 12.4, 8.4);
  cairo_move_to (cr, -3, 6.2);
  cairo_line_to (cr, 3, 6.2);
  cairo_stroke (cr);
}

static void
draw_phone (cairo_t *cr)
{
  cairo_set_line_width (cr, 2.6);
  cairo_move_to (cr, -4.4, -3.6);
  cairo_curve_to (cr, -4.2, 1.6, -1.6, 4.2, 3.6, 4.4);
  cairo_stroke (cr);
  cairo_set_line_width (cr, 3.6);
  cairo_move_to (cr, -4.6, -4.6);
  cairo_line_to (cr, -3.2, -2.2);
  cairo_move_to (cr, 4.6, 4.6);
  cairo_line_to (cr, 2.2, 3.2);
  cairo_stroke (cr);
}

static void
draw_card (cairo_t *cr)
{
  cairo_set_line_width (cr, 1.8);
  cairo_rectangle (cr, -6.4, -4.6, 12.8, 9.2);
  cairo_stroke (cr);
  cairo_rectangle (cr, -6.4, -2.4, 12.8, 2.6);
  cairo_fill (cr);
}

static void
draw_key (cairo_t *cr)
{
  cairo_set_line_width (cr, 2);
  cairo_arc (cr, -3.4, 0, 2.9, 0, 2 * G_PI);
  cairo_stroke (cr);
  cairo_move_to (cr, -0.4, 0);
  cairo_line_to (cr, 6.6, 0);
  cairo_line_to (cr, 6.6, 2.8);
  cairo_move_to (cr, 3.8, 0);
  cairo_line_to (cr, 3.8, 2.4);
  cairo_stroke (cr);
}

static void
draw_bolt (cairo_t *cr)
{
  cairo_move_to (cr, 1.4, -7);
  cairo_line_to (cr, -4.4, 1);
  cairo_line_to (cr, -0.6, 1);
  cairo_line_to (cr, -1.4, 7);
  cairo_line_to (cr, 4.4, -1.6);
  cairo_line_to (cr, 0.6, -1.6);
  cairo_close_path (cr);
  cairo_fill (cr);
}

static void
draw_heart (cairo_t *cr)
{
  cairo_move_to (cr, 0, 6);
  cairo_curve_to (cr, -9, -0.5, -5.5, -6.8, -2.6, -5.6);
  cairo_curve_to (cr, -1, -5, -0.2, -4, 0, -3);
  cairo_curve_to (cr, 0.2, -4, 1, -5, 2.6, -5.6);
  cairo_curve_to (cr, 5.5, -6.8, 9, -0.5, 0, 6);
  cairo_close_path (cr);
  cairo_fill (cr);
}

static void
draw_car (cairo_t *cr)
{
  cairo_move_to (cr, -6, 3);
  cairo_line_to (cr, -6, -0.4);
  cairo_line_to (cr, -3.6, -4);
  cairo_line_to (cr, 3.6, -4);
  cairo_line_to (cr, 6, -0.4);
  cairo_line_to (cr, 6, 3);
  cairo_close_path (cr);
  cairo_fill (cr);
  cairo_arc (cr, -3.4, 3.4, 1.8, 0, 2 * G_PI);
  cairo_new_sub_path (cr);
  cairo_arc (cr, 3.4, 3.4, 1.8, 0, 2 * G_PI);
  cairo_fill (cr);
}

static void
draw_pause (cairo_t *cr)
{
  cairo_rectangle (cr, -4, -5, 3, 10);
  cairo_rectangle (cr, 1, -5, 3, 10);
  cairo_fill (cr);
}

static void (*const draw_symbol[UCH_MAP_N_SYMBOLS]) (cairo_t *) = {
  [UCH_MAP_SYMBOL_PLUG] = draw_plug,   [UCH_MAP_SYMBOL_WRENCH] = draw_wrench,
  [UCH_MAP_SYMBOL_WIFI] = draw_wifi,   [UCH_MAP_SYMBOL_SCREEN] = draw_screen,
  [UCH_MAP_SYMBOL_PHONE] = draw_phone, [UCH_MAP_SYMBOL_CARD] = draw_card,
  [UCH_MAP_SYMBOL_KEY] = draw_key,     [UCH_MAP_SYMBOL_BOLT] = draw_bolt,
  [UCH_MAP_SYMBOL_HEART] = draw_heart,
};

/**
 * uch_map_symbol_draw:
 * @cr: where; the symbol is drawn around 0, 0 in the current colour
 * @symbol: which
 */
void
uch_map_symbol_draw (cairo_t *cr, UchMapSymbol symbol)
{
  draw_symbol[symbol](cr);
}

/**
 * uch_map_sign_draw:
 * @cr: where; the sign is drawn around 0, 0 in the current colour
 * @sign: which
 */
void
uch_map_sign_draw (cairo_t *cr, UchMapSign sign)
{
  if (sign == UCH_MAP_SIGN_CAR)
    draw_car (cr);
  else if (sign == UCH_MAP_SIGN_WRENCH)
    draw_wrench (cr);
  else if (sign == UCH_MAP_SIGN_PAUSE)
    draw_pause (cr);
}

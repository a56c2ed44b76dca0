#include "server/uch-qr.h"

#include <gio/gio.h>
#include <qrencode.h>

/* Empty modules around the symbol. Source: ISO/IEC 18004, "quiet zone". */
#define QUIET 4

/**
 * uch_qr_print_svg:
 * @text: what the code says
 * @error: %G_IO_ERROR_INVALID_ARGUMENT when it is too long for a QR code
 *
 * Draws a QR code, medium error correction: black on white whatever the page looks like, for
 * cameras want it so.
 *
 * Returns: (transfer full) (nullable): an SVG document
 */
char *
uch_qr_print_svg (const char *text, GError **error)
{
  QRcode  *code = QRcode_encodeString8bit (text, 0, QR_ECLEVEL_M);
  GString *svg;

  if (code == NULL)
    {
      g_set_error_literal (error, G_IO_ERROR, G_IO_ERROR_INVALID_ARGUMENT,
                           "The text is too long for a QR code");
      return NULL;
    }
  svg = g_string_new (NULL);
  g_string_append_printf (svg,
                          "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 %d %d\" "
                          "shape-rendering=\"crispEdges\"><path fill=\"#fff\" "
                          "d=\"M0 0h%dv%dH0z\"/><path d=\"",
                          code->width + 2 * QUIET, code->width + 2 * QUIET, code->width + 2 * QUIET,
                          code->width + 2 * QUIET);
  for (int y = 0; y < code->width; y++)
    for (int x = 0; x < code->width; x++)
      if ((code->data[y * code->width + x] & 1) != 0)
        g_string_append_printf (svg, "M%d %dh1v1h-1z", x + QUIET, y + QUIET);
  g_string_append (svg, "\"/></svg>");
  QRcode_free (code);
  return g_string_free (svg, FALSE);
}

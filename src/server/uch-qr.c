#include "server/uch-qr.h"

#include <gio/gio.h>
#include <qrencode.h>

/* Empty modules around the symbol. Source: ISO/IEC 18004, "quiet zone". */
#define QUIET 4

static QRcode *
encode (const char *text, GError **error)
{
  QRcode *code = QRcode_encodeString8bit (text, 0, QR_ECLEVEL_M);

  if (code == NULL)
    g_set_error_literal (error, G_IO_ERROR, G_IO_ERROR_INVALID_ARGUMENT,
                         "The text is too long for a QR code");
  return code;
}

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
  QRcode  *code = encode (text, error);
  GString *svg;

  if (code == NULL)
    return NULL;
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

/**
 * uch_qr_list_rows:
 * @text: what the code says
 * @error: %G_IO_ERROR_INVALID_ARGUMENT when it is too long for a QR code
 *
 * Returns: (transfer full) (nullable) (array zero-terminated=1): the modules for who draws them
 * himself, a string of "1" (dark) and "0" for each row, without the quiet zone
 */
char **
uch_qr_list_rows (const char *text, GError **error)
{
  QRcode *code = encode (text, error);
  char  **rows;

  if (code == NULL)
    return NULL;
  rows = g_new0 (char *, code->width + 1);
  for (int y = 0; y < code->width; y++)
    {
      rows[y] = g_strnfill (code->width, '0');
      for (int x = 0; x < code->width; x++)
        if ((code->data[y * code->width + x] & 1) != 0)
          rows[y][x] = '1';
    }
  QRcode_free (code);
  return rows;
}

/* Whether the module is dark; the quiet zone is light. */
static gboolean
is_dark (char **rows, int n, int x, int y)
{
  return x >= 0 && y >= 0 && x < n && y < n && rows[y][x] == '1';
}

/**
 * uch_qr_print_blocks:
 * @rows: (array zero-terminated=1): of uch_qr_list_rows()
 *
 * Returns: (transfer full): the code for a terminal, two rows of modules to a line, dark on light
 * whatever the terminal's colours are
 */
char *
uch_qr_print_blocks (char **rows)
{
  static const char *const blocks[] = { "█", "▄", "▀", " " }; /* light ink: what is dark is left */
  const int                n = (int) g_strv_length (rows);
  GString                 *text = g_string_new (NULL);

  for (int y = -QUIET; y < n + QUIET; y += 2)
    {
      g_string_append (text, "\033[97;40m");
      for (int x = -QUIET; x < n + QUIET; x++)
        g_string_append (text, blocks[is_dark (rows, n, x, y) + 2 * is_dark (rows, n, x, y + 1)]);
      g_string_append (text, "\033[0m\n");
    }
  return g_string_free (text, FALSE);
}

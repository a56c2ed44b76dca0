#include "app/register/uch-qr-view.h"

#include <string.h>

/* Empty modules around the symbol. Source: ISO/IEC 18004, "quiet zone". */
#define QUIET 4
/* Of a module: a phone reads it from an arm's length. */
#define MODULE_PX 5

struct _UchQrView
{
  GtkWidget parent;

  char **modules; /* (owned) (nullable): rows; '1' is dark */
  guint  size;    /* modules of a side, without the quiet zone */
};

G_DEFINE_FINAL_TYPE (UchQrView, uch_qr_view, GTK_TYPE_WIDGET)

/* Neighbours of a row are drawn as one bar: no seams between modules at any scale. */
static void
append_row (UchQrView *self, GtkSnapshot *snapshot, guint y)
{
  const char   *row = self->modules[y];
  const GdkRGBA black = { 0, 0, 0, 1 };

  for (guint x = 0; x < self->size; x++)
    {
      guint n = 0;

      while (x + n < self->size && row[x + n] == '1')
        n++;
      if (n == 0)
        continue;
      gtk_snapshot_append_color (snapshot, &black,
                                 &GRAPHENE_RECT_INIT ((x + QUIET) * MODULE_PX,
                                                      (y + QUIET) * MODULE_PX, n * MODULE_PX,
                                                      MODULE_PX));
      x += n;
    }
}

static void
uch_qr_view_snapshot (GtkWidget *widget, GtkSnapshot *snapshot)
{
  UchQrView    *self = UCH_QR_VIEW (widget);
  float         side = (float) (self->size + 2 * QUIET) * MODULE_PX;
  const GdkRGBA white = { 1, 1, 1, 1 };

  if (self->size == 0)
    return;
  gtk_snapshot_append_color (snapshot, &white, &GRAPHENE_RECT_INIT (0, 0, side, side));
  for (guint y = 0; y < self->size; y++)
    append_row (self, snapshot, y);
}

static void
uch_qr_view_measure (GtkWidget     *widget,
                     GtkOrientation orientation,
                     int            for_size,
                     int           *minimum,
                     int           *natural,
                     int           *minimum_baseline,
                     int           *natural_baseline)
{
  UchQrView *self = UCH_QR_VIEW (widget);

  *minimum = *natural = self->size == 0 ? 0 : ((int) self->size + 2 * QUIET) * MODULE_PX;
}

static void
uch_qr_view_finalize (GObject *object)
{
  g_strfreev (UCH_QR_VIEW (object)->modules);
  G_OBJECT_CLASS (uch_qr_view_parent_class)->finalize (object);
}

static void
uch_qr_view_class_init (UchQrViewClass *klass)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  G_OBJECT_CLASS (klass)->finalize = uch_qr_view_finalize;
  widget_class->snapshot = uch_qr_view_snapshot;
  widget_class->measure = uch_qr_view_measure;
  gtk_widget_class_set_accessible_role (widget_class, GTK_ACCESSIBLE_ROLE_IMG);
}

static void
uch_qr_view_init (UchQrView *self)
{
  gtk_widget_set_halign (GTK_WIDGET (self), GTK_ALIGN_START);
}

/**
 * uch_qr_view_new:
 *
 * Returns: (transfer floating): no code yet
 */
GtkWidget *
uch_qr_view_new (void)
{
  return g_object_new (UCH_TYPE_QR_VIEW, NULL);
}

/**
 * uch_qr_view_show:
 * @modules: (nullable) (array zero-terminated=1): rows of the code without its quiet zone, "1" is
 *     dark; %NULL: no code. Rows that are not as long as there are rows are no code either
 */
void
uch_qr_view_show (UchQrView *self, const char *const *modules)
{
  guint size = modules != NULL ? g_strv_length ((char **) modules) : 0;

  for (guint i = 0; i < size; i++)
    if (strlen (modules[i]) != size)
      size = 0;
  g_strfreev (self->modules);
  self->modules = size > 0 ? g_strdupv ((char **) modules) : NULL;
  self->size = size;
  gtk_widget_queue_resize (GTK_WIDGET (self));
}

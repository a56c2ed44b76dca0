#include "app/board/uch-badge.h"

#include <adwaita.h>
#include <glib/gi18n.h>

#include "app/uch-format.h"

/* Logical pixels. */
#define BADGE_SIZE 32
#define RIM_WIDTH 2.5f
#define N_BLOCKS 4
#define BLOCK_WIDTH 5
#define BLOCK_HEIGHT 10
#define BLOCK_GAP 2

struct _UchBadge
{
  GtkWidget  parent;
  GtkWidget *label; /* child */
  gboolean   has_zone;
  GdkRGBA    rim;
};

G_DEFINE_FINAL_TYPE (UchBadge, uch_badge, GTK_TYPE_WIDGET)

static void
uch_badge_measure (GtkWidget     *widget,
                   GtkOrientation orientation,
                   int            for_size,
                   int           *minimum,
                   int           *natural,
                   int           *minimum_baseline,
                   int           *natural_baseline)
{
  int ignored_minimum, ignored_natural;

  gtk_widget_measure (UCH_BADGE (widget)->label, orientation, -1, &ignored_minimum,
                      &ignored_natural, NULL, NULL);
  *minimum = *natural = BADGE_SIZE;
}

static void
uch_badge_size_allocate (GtkWidget *widget, int width, int height, int baseline)
{
  gtk_widget_allocate (UCH_BADGE (widget)->label, width, height, baseline, NULL);
}

static void
uch_badge_snapshot (GtkWidget *widget, GtkSnapshot *snapshot)
{
  UchBadge      *self = UCH_BADGE (widget);
  float          size = BADGE_SIZE;
  float          x = ((float) gtk_widget_get_width (widget) - size) / 2;
  float          y = ((float) gtk_widget_get_height (widget) - size) / 2;
  GskRoundedRect outline;
  GdkRGBA        fill;
  GdkRGBA        rim = self->rim;

  gtk_style_context_get_color (gtk_widget_get_style_context (widget), &fill);
  if (!self->has_zone)
    {
      rim = fill;
      rim.alpha *= 0.4f;
    }
  fill.alpha *= 0.08f;
  gsk_rounded_rect_init_from_rect (&outline, &GRAPHENE_RECT_INIT (x, y, size, size), size / 2);
  gtk_snapshot_push_rounded_clip (snapshot, &outline);
  gtk_snapshot_append_color (snapshot, &fill, &outline.bounds);
  gtk_snapshot_pop (snapshot);
  gtk_snapshot_append_border (snapshot, &outline,
                              (float[4]){ RIM_WIDTH, RIM_WIDTH, RIM_WIDTH, RIM_WIDTH },
                              (GdkRGBA[4]){ rim, rim, rim, rim });
  gtk_widget_snapshot_child (widget, self->label, snapshot);
}

static void
uch_badge_dispose (GObject *object)
{
  g_clear_pointer (&UCH_BADGE (object)->label, gtk_widget_unparent);
  G_OBJECT_CLASS (uch_badge_parent_class)->dispose (object);
}

static void
uch_badge_class_init (UchBadgeClass *klass)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  G_OBJECT_CLASS (klass)->dispose = uch_badge_dispose;
  widget_class->measure = uch_badge_measure;
  widget_class->size_allocate = uch_badge_size_allocate;
  widget_class->snapshot = uch_badge_snapshot;
  gtk_widget_class_set_css_name (widget_class, "badge");
  gtk_widget_class_set_accessible_role (widget_class, GTK_ACCESSIBLE_ROLE_PRESENTATION);
}

static void
uch_badge_init (UchBadge *self)
{
  self->label = gtk_label_new (NULL);
  gtk_widget_set_halign (self->label, GTK_ALIGN_CENTER);
  gtk_widget_set_valign (self->label, GTK_ALIGN_CENTER);
  gtk_widget_set_parent (self->label, GTK_WIDGET (self));
  gtk_widget_set_valign (GTK_WIDGET (self), GTK_ALIGN_CENTER);
}

/**
 * uch_badge_set:
 * @self: a badge
 * @staff: whose initials
 * @zone: (nullable): his home zone
 */
void
uch_badge_set (UchBadge *self, const UchStaff *staff, const UchZone *zone)
{
  g_autofree char *initials = uch_staff_dup_initials (staff);

  gtk_label_set_text (GTK_LABEL (self->label), initials);
  self->has_zone = zone != NULL;
  if (zone != NULL)
    uch_zone_get_rgba (zone, adw_style_manager_get_dark (adw_style_manager_get_default ()),
                       &self->rim);
  gtk_widget_queue_draw (GTK_WIDGET (self));
}

struct _UchLoadBlocks
{
  GtkWidget parent;
  guint     n_visits;
};

G_DEFINE_FINAL_TYPE (UchLoadBlocks, uch_load_blocks, GTK_TYPE_WIDGET)

static void
uch_load_blocks_measure (GtkWidget     *widget,
                         GtkOrientation orientation,
                         int            for_size,
                         int           *minimum,
                         int           *natural,
                         int           *minimum_baseline,
                         int           *natural_baseline)
{
  *minimum = *natural = orientation == GTK_ORIENTATION_HORIZONTAL
                            ? N_BLOCKS * BLOCK_WIDTH + (N_BLOCKS - 1) * BLOCK_GAP
                            : BLOCK_HEIGHT;
}

static void
uch_load_blocks_snapshot (GtkWidget *widget, GtkSnapshot *snapshot)
{
  UchLoadBlocks *self = UCH_LOAD_BLOCKS (widget);
  float          y = ((float) gtk_widget_get_height (widget) - BLOCK_HEIGHT) / 2;
  GdkRGBA        full, empty;

  gtk_style_context_get_color (gtk_widget_get_style_context (widget), &full);
  empty = full;
  full.alpha *= 0.65f;
  empty.alpha *= 0.18f;
  for (guint i = 0; i < N_BLOCKS; i++)
    gtk_snapshot_append_color (snapshot, i < self->n_visits ? &full : &empty,
                               &GRAPHENE_RECT_INIT ((float) (i * (BLOCK_WIDTH + BLOCK_GAP)), y,
                                                    BLOCK_WIDTH, BLOCK_HEIGHT));
}

static void
uch_load_blocks_class_init (UchLoadBlocksClass *klass)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  widget_class->measure = uch_load_blocks_measure;
  widget_class->snapshot = uch_load_blocks_snapshot;
  gtk_widget_class_set_accessible_role (widget_class, GTK_ACCESSIBLE_ROLE_PRESENTATION);
}

static void
uch_load_blocks_init (UchLoadBlocks *self)
{
  gtk_widget_set_valign (GTK_WIDGET (self), GTK_ALIGN_CENTER);
}

/**
 * uch_load_blocks_set:
 * @self: the blocks
 * @n_visits: how many visits the day holds; more than four fill all blocks
 */
void
uch_load_blocks_set (UchLoadBlocks *self, guint n_visits)
{
  if (self->n_visits == n_visits)
    return;
  self->n_visits = n_visits;
  gtk_widget_queue_draw (GTK_WIDGET (self));
}

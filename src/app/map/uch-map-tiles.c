#define G_LOG_DOMAIN "uch-app"

#include "app/map/uch-map-tiles.h"

#include <math.h>

#include "tiles/uch-mercator.h"

#define ANCESTORS_MAX 8
#define DESCENDANTS_MAX 3
/* How long a tile may be missing before a provisional one is made from memory. */
#define PATIENCE_MS 180
/* From this part of a level on the next one is drawn, made smaller: sharper than enlarging. */
#define NEXT_LEVEL_FROM 0.6

typedef struct
{
  UchTileKey    key;
  GdkTexture   *texture; /* (owned) (nullable) */
  guint         version; /* of the texture, or of what is pending */
  gboolean      provisional;
  GCancellable *pending; /* (owned) (nullable) */
  guint64       used;    /* number of the frame that last wanted it */
} Cell;

struct _UchMapTiles
{
  ShumateLayer  parent_instance;
  UchTileBaker *baker; /* (owned) */
  GHashTable   *cells; /* (owned): UchTileKey → Cell */
  guint64       frame;
  guint         n_pending;
  guint         patience_id;
  guint         notify_id;
  gboolean      degraded;
};

/* One request under way. The layer may be gone when it ends. */
typedef struct
{
  GWeakRef      layer;
  UchTileKey    key;
  guint         version;
  gboolean      quick;
  GCancellable *cancellable;
} Request;

enum
{
  PROP_DEGRADED = 1,
  N_PROPS
};

static GParamSpec *properties[N_PROPS];

G_DEFINE_FINAL_TYPE (UchMapTiles, uch_map_tiles, SHUMATE_TYPE_LAYER)

static void
cell_free (gpointer data)
{
  Cell *cell = data;

  g_cancellable_cancel (cell->pending);
  g_clear_object (&cell->pending);
  g_clear_object (&cell->texture);
  g_free (cell);
}

static void
request_free (Request *request)
{
  g_weak_ref_clear (&request->layer);
  g_object_unref (request->cancellable);
  g_free (request);
}

static gboolean
notify_degraded_cb (gpointer user_data)
{
  UchMapTiles *self = user_data;

  self->notify_id = 0;
  g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_DEGRADED]);
  return G_SOURCE_REMOVE;
}

/* Found out while drawing, when no widget may be shown or hidden: it is told afterwards. */
static void
set_degraded (UchMapTiles *self, gboolean degraded)
{
  if (self->degraded == degraded)
    return;
  self->degraded = degraded;
  if (self->notify_id == 0)
    self->notify_id = g_idle_add (notify_degraded_cb, self);
}

static void
baked_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  Request *request = user_data;
  g_autoptr (UchMapTiles) self = g_weak_ref_get (&request->layer);
  g_autoptr (UchTileBaked) baked
      = uch_tile_baker_bake_finish (UCH_TILE_BAKER (source), result, NULL);
  Cell *cell = self != NULL ? g_hash_table_lookup (self->cells, &request->key) : NULL;

  if (self != NULL && !request->quick)
    self->n_pending--;
  /* Given up, or overtaken by the better tile. */
  if (cell != NULL && baked != NULL && (!request->quick || cell->texture == NULL))
    {
      g_clear_object (&cell->texture);
      cell->texture = gdk_memory_texture_new (baked->side, baked->side, GDK_MEMORY_R8G8B8,
                                              baked->rgb, (gsize) baked->side * 3);
      cell->version = request->version;
      /* After a quick one the real one comes still. */
      cell->provisional = baked->provisional && !request->quick;
      gtk_widget_queue_draw (GTK_WIDGET (self));
    }
  if (cell != NULL && cell->pending == request->cancellable && !request->quick)
    g_clear_object (&cell->pending);
  request_free (request);
}

static void
bake_cell (UchMapTiles *self, Cell *cell, UchTileBakeFlags flags)
{
  Request *request = g_new0 (Request, 1);

  g_weak_ref_init (&request->layer, self);
  request->key = cell->key;
  request->version = uch_tile_baker_get_version (self->baker);
  request->quick = (flags & UCH_TILE_BAKE_QUICK) != 0;
  if (!request->quick)
    {
      g_cancellable_cancel (cell->pending);
      g_clear_object (&cell->pending);
      cell->pending = g_cancellable_new ();
      cell->version = request->version;
      self->n_pending++;
    }
  request->cancellable = g_object_ref (cell->pending);
  uch_tile_baker_bake_async (self->baker, cell->key, flags, request->cancellable, baked_cb,
                             request);
}

/* Whoever still sees nothing gets what can be drawn at once. */
static gboolean
patience_cb (gpointer user_data)
{
  UchMapTiles   *self = user_data;
  GHashTableIter iter;
  gpointer       value;

  self->patience_id = 0;
  g_hash_table_iter_init (&iter, self->cells);
  while (g_hash_table_iter_next (&iter, NULL, &value))
    {
      Cell *cell = value;

      if (cell->pending != NULL && cell->texture == NULL && cell->used == self->frame)
        bake_cell (self, cell, UCH_TILE_BAKE_QUICK);
    }
  return G_SOURCE_REMOVE;
}

static void
want_cell (UchMapTiles *self, UchTileKey key)
{
  Cell *cell = g_hash_table_lookup (self->cells, &key);

  if (cell == NULL)
    {
      cell = g_new0 (Cell, 1);
      cell->key = key;
      g_hash_table_insert (self->cells, &cell->key, cell);
    }
  cell->used = self->frame;
  if (cell->version == uch_tile_baker_get_version (self->baker)
      && (cell->texture != NULL || cell->pending != NULL))
    return;
  bake_cell (self, cell, UCH_TILE_BAKE_DEFAULT);
  if (cell->texture == NULL && self->patience_id == 0)
    self->patience_id = g_timeout_add (PATIENCE_MS, patience_cb, self);
}

static int
compare_use (gconstpointer a, gconstpointer b)
{
  const Cell *ca = *(const Cell *const *) a;
  const Cell *cb = *(const Cell *const *) b;

  return (ca->used > cb->used) - (ca->used < cb->used);
}

/* Gives up what is no longer wanted, and forgets what was not wanted for longest. */
static void
tidy_cells (UchMapTiles *self)
{
  g_autoptr (GPtrArray) idle = NULL;
  GHashTableIter iter;
  gpointer       value;
  gboolean       degraded = FALSE;

  g_hash_table_iter_init (&iter, self->cells);
  while (g_hash_table_iter_next (&iter, NULL, &value))
    {
      Cell *cell = value;

      if (cell->used == self->frame)
        {
          degraded = degraded || cell->provisional;
          continue;
        }
      if (cell->texture == NULL)
        g_hash_table_iter_remove (&iter);
      else if (cell->pending != NULL)
        {
          g_cancellable_cancel (cell->pending);
          g_clear_object (&cell->pending);
          cell->version = 0; /* its texture is of an older one */
        }
    }
  set_degraded (self, degraded);
  if (g_hash_table_size (self->cells) <= UCH_MAP_TILES_MAX)
    return;
  idle = g_ptr_array_sized_new (g_hash_table_size (self->cells));
  g_hash_table_iter_init (&iter, self->cells);
  while (g_hash_table_iter_next (&iter, NULL, &value))
    g_ptr_array_add (idle, value);
  g_ptr_array_sort (idle, compare_use);
  for (guint i = 0; i < idle->len && g_hash_table_size (self->cells) > UCH_MAP_TILES_MAX; i++)
    {
      Cell *cell = g_ptr_array_index (idle, i);

      if (cell->used == self->frame)
        break;
      g_hash_table_remove (self->cells, &cell->key);
    }
}

static GdkTexture *
peek_texture (UchMapTiles *self, UchTileKey key)
{
  Cell *cell = g_hash_table_lookup (self->cells, &key);

  return cell != NULL ? cell->texture : NULL;
}

/* The part of a tile further out, enlarged. */
static gboolean
append_ancestor (UchMapTiles           *self,
                 GtkSnapshot           *snapshot,
                 UchTileKey             key,
                 const graphene_rect_t *rect)
{
  for (guint up = 1; up <= ANCESTORS_MAX && up <= key.zoom; up++)
    {
      GdkTexture *texture = peek_texture (self, uch_tile_key_ancestor (key, up));
      guint       mask = (1u << up) - 1;

      if (texture == NULL)
        continue;
      gtk_snapshot_push_clip (snapshot, rect);
      gtk_snapshot_append_texture (
          snapshot, texture,
          &GRAPHENE_RECT_INIT (rect->origin.x - rect->size.width * (float) (key.x & mask),
                               rect->origin.y - rect->size.height * (float) (key.y & mask),
                               rect->size.width * (float) (1u << up),
                               rect->size.height * (float) (1u << up)));
      gtk_snapshot_pop (snapshot);
      return TRUE;
    }
  return FALSE;
}

/* Tiles further in, made smaller. */
static void
append_descendants (UchMapTiles           *self,
                    GtkSnapshot           *snapshot,
                    UchTileKey             key,
                    const graphene_rect_t *rect,
                    guint                  levels)
{
  float x = roundf (rect->size.width / 2);
  float y = roundf (rect->size.height / 2);

  for (guint i = 0; i < 4; i++)
    {
      UchTileKey      child = { key.x * 2 + i % 2, key.y * 2 + i / 2, (guint8) (key.zoom + 1) };
      GdkTexture     *texture = peek_texture (self, child);
      graphene_rect_t part = GRAPHENE_RECT_INIT (
          rect->origin.x + (i % 2 ? x : 0), rect->origin.y + (i / 2 ? y : 0),
          i % 2 ? rect->size.width - x : x, i / 2 ? rect->size.height - y : y);

      if (texture != NULL)
        gtk_snapshot_append_texture (snapshot, texture, &part);
      else if (levels > 1)
        append_descendants (self, snapshot, child, &part, levels - 1);
    }
}

/* Nothing of this level yet: what is known from the levels around it, and else paper, so that
 * zooming never shows an empty sheet. */
static void
append_substitute (UchMapTiles           *self,
                   GtkSnapshot           *snapshot,
                   UchTileKey             key,
                   const graphene_rect_t *rect)
{
  GdkRGBA paper;

  if (!append_ancestor (self, snapshot, key, rect))
    {
      guint32 rgb = uch_tile_baker_get_paper (self->baker);

      paper = (GdkRGBA){ (float) (rgb >> 16 & 0xff) / 255, (float) (rgb >> 8 & 0xff) / 255,
                         (float) (rgb & 0xff) / 255, 1 };
      gtk_snapshot_append_color (snapshot, &paper, rect);
    }
  append_descendants (self, snapshot, key, rect, DESCENDANTS_MAX);
}

/* The tiles in sight: first column and row, one past the last, and where they lie. */
typedef struct
{
  guint8 zoom;
  gint64 columns[2], rows[2];
  double side;   /* pixels of one tile at this zoom */
  double x0, y0; /* of the tile 0/0 in the widget */
} Grid;

static Grid
compute_grid (UchMapTiles *self)
{
  ShumateViewport *viewport = shumate_layer_get_viewport (SHUMATE_LAYER (self));
  double           zoom = shumate_viewport_get_zoom_level (viewport);
  double           width = gtk_widget_get_width (GTK_WIDGET (self));
  double           height = gtk_widget_get_height (GTK_WIDGET (self));
  Grid             grid = { .zoom = (guint8) uch_map_tiles_get_level (zoom) };
  double           world = UCH_MERCATOR_TILE_SIZE * exp2 (zoom);
  gint64           n = (gint64) 1 << grid.zoom;

  grid.side = world / (double) n;
  grid.x0 = width / 2
            - uch_mercator_x (shumate_location_get_longitude (SHUMATE_LOCATION (viewport))) * world;
  grid.y0 = height / 2
            - uch_mercator_y (shumate_location_get_latitude (SHUMATE_LOCATION (viewport))) * world;
  grid.columns[0] = CLAMP ((gint64) floor (-grid.x0 / grid.side), 0, n);
  grid.columns[1] = CLAMP ((gint64) floor ((width - grid.x0) / grid.side) + 1, 0, n);
  grid.rows[0] = CLAMP ((gint64) floor (-grid.y0 / grid.side), 0, n);
  grid.rows[1] = CLAMP ((gint64) floor ((height - grid.y0) / grid.side) + 1, 0, n);
  return grid;
}

/* Those in sight first, then one more all around, so that a move finds them ready. */
static void
want_grid (UchMapTiles *self, const Grid *grid)
{
  gint64 n = (gint64) 1 << grid->zoom;

  for (int ring = 0; ring <= 1; ring++)
    for (gint64 row = MAX (0, grid->rows[0] - ring); row < MIN (n, grid->rows[1] + ring); row++)
      for (gint64 column = MAX (0, grid->columns[0] - ring);
           column < MIN (n, grid->columns[1] + ring); column++)
        {
          gboolean inside = row >= grid->rows[0] && row < grid->rows[1]
                            && column >= grid->columns[0] && column < grid->columns[1];

          if (inside == (ring == 0))
            want_cell (self, (UchTileKey){ (guint32) column, (guint32) row, grid->zoom });
        }
}

static void
uch_map_tiles_snapshot (GtkWidget *widget, GtkSnapshot *snapshot)
{
  UchMapTiles *self = UCH_MAP_TILES (widget);
  Grid         grid = compute_grid (self);

  self->frame++;
  want_grid (self, &grid);
  tidy_cells (self);
  for (gint64 row = grid.rows[0]; row < grid.rows[1]; row++)
    for (gint64 column = grid.columns[0]; column < grid.columns[1]; column++)
      {
        UchTileKey  key = { (guint32) column, (guint32) row, grid.zoom };
        GdkTexture *texture = peek_texture (self, key);
        /* Edges on whole pixels: no seams, and at whole zoom levels no filtering. */
        double          x = round (grid.x0 + (double) column * grid.side);
        double          y = round (grid.y0 + (double) row * grid.side);
        double          right = round (grid.x0 + (double) (column + 1) * grid.side);
        double          bottom = round (grid.y0 + (double) (row + 1) * grid.side);
        graphene_rect_t rect
            = GRAPHENE_RECT_INIT ((float) x, (float) y, (float) (right - x), (float) (bottom - y));

        if (texture != NULL)
          gtk_snapshot_append_texture (snapshot, texture, &rect);
        else
          append_substitute (self, snapshot, key, &rect);
      }
}

static void
baker_changed_cb (UchMapTiles *self, gboolean provisional_only)
{
  GHashTableIter iter;
  gpointer       value;

  g_hash_table_iter_init (&iter, self->cells);
  while (g_hash_table_iter_next (&iter, NULL, &value))
    {
      Cell *cell = value;

      if (cell->provisional && cell->pending == NULL)
        cell->version = 0;
    }
  gtk_widget_queue_draw (GTK_WIDGET (self));
}

static void
uch_map_tiles_get_property (GObject *object, guint id, GValue *value, GParamSpec *pspec)
{
  if (id == PROP_DEGRADED)
    g_value_set_boolean (value, UCH_MAP_TILES (object)->degraded);
  else
    G_OBJECT_WARN_INVALID_PROPERTY_ID (object, id, pspec);
}

static void
uch_map_tiles_dispose (GObject *object)
{
  UchMapTiles *self = UCH_MAP_TILES (object);

  g_clear_handle_id (&self->patience_id, g_source_remove);
  g_clear_handle_id (&self->notify_id, g_source_remove);
  if (self->cells != NULL)
    g_hash_table_remove_all (self->cells);
  if (self->baker != NULL)
    g_signal_handlers_disconnect_by_data (self->baker, self);
  g_clear_object (&self->baker);
  G_OBJECT_CLASS (uch_map_tiles_parent_class)->dispose (object);
}

static void
uch_map_tiles_finalize (GObject *object)
{
  UchMapTiles *self = UCH_MAP_TILES (object);

  g_hash_table_unref (self->cells);
  G_OBJECT_CLASS (uch_map_tiles_parent_class)->finalize (object);
}

static void
uch_map_tiles_class_init (UchMapTilesClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);

  object_class->get_property = uch_map_tiles_get_property;
  object_class->dispose = uch_map_tiles_dispose;
  object_class->finalize = uch_map_tiles_finalize;
  GTK_WIDGET_CLASS (klass)->snapshot = uch_map_tiles_snapshot;

  /**
   * UchMapTiles:degraded:
   *
   * Whether something in sight stands for a base picture that could not be had.
   */
  properties[PROP_DEGRADED] = g_param_spec_boolean ("degraded", NULL, NULL, FALSE,
                                                    G_PARAM_READABLE | G_PARAM_STATIC_STRINGS);
  g_object_class_install_properties (object_class, N_PROPS, properties);
}

static void
uch_map_tiles_init (UchMapTiles *self)
{
  self->cells = g_hash_table_new_full (uch_tile_key_hash, uch_tile_key_equal, NULL, cell_free);
  gtk_widget_set_can_target (GTK_WIDGET (self), FALSE);
}

/**
 * uch_map_tiles_new:
 * @viewport: what is looked at
 * @baker: who makes the tiles
 *
 * Returns: (transfer floating): the layer
 */
UchMapTiles *
uch_map_tiles_new (ShumateViewport *viewport, UchTileBaker *baker)
{
  UchMapTiles *self = g_object_new (UCH_TYPE_MAP_TILES, "viewport", viewport, NULL);

  self->baker = g_object_ref (baker);
  g_signal_connect_object (baker, "changed", G_CALLBACK (baker_changed_cb), self,
                           G_CONNECT_SWAPPED);
  g_signal_connect_object (viewport, "notify", G_CALLBACK (gtk_widget_queue_draw), self,
                           G_CONNECT_SWAPPED);
  return self;
}

/**
 * uch_map_tiles_get_level:
 * @zoom: zoom of the viewport
 *
 * Returns: the zoom level whose tiles are drawn for it
 */
guint
uch_map_tiles_get_level (double zoom)
{
  return (guint) CLAMP (floor (zoom + 1 - NEXT_LEVEL_FROM), 0, UCH_MAP_TILES_LEVEL_MAX);
}

/**
 * uch_map_tiles_is_settled:
 * @self: the layer
 *
 * Returns: whether nothing is under way: what is seen will not change by itself
 */
gboolean
uch_map_tiles_is_settled (UchMapTiles *self)
{
  return self->n_pending == 0 && self->patience_id == 0;
}

/**
 * uch_map_tiles_is_degraded:
 * @self: the layer
 *
 * Returns: whether something in sight stands for a base picture that could not be had
 */
gboolean
uch_map_tiles_is_degraded (UchMapTiles *self)
{
  return self->degraded;
}

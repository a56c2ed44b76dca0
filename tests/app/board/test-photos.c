/* The card's strip of photos: what is shown, what was taken back, what is said without a network.
 */
#include <adwaita.h>

#include "app/board/board-fixture.h"
#include "app/board/uch-card-photos.h"
#include "core/uch-work.h"

/* Two by two points, PNG. */
#define PICTURE                                                                                    \
  "iVBORw0KGgoAAAANSUhEUgAAAAIAAAACCAIAAAD91JpzAAAAEUlEQVR4nGP4z8AARGDiPwMAHfAD/aAzCYkAAAAASUVORK" \
  "5CYII="

typedef struct
{
  BoardFixture office;
  GtkWidget   *window;
  GtkWidget   *photos;
} Fixture;

static void
set_up (Fixture *fixture, gconstpointer data)
{
  board_fixture_init (&fixture->office);
  board_fixture_fill_small (&fixture->office);
  fixture->window = gtk_window_new ();
  fixture->photos = g_object_new (UCH_TYPE_CARD_PHOTOS, NULL);
  uch_card_photos_set_session (UCH_CARD_PHOTOS (fixture->photos), fixture->office.session);
  gtk_window_set_child (GTK_WINDOW (fixture->window), fixture->photos);
  gtk_window_present (GTK_WINDOW (fixture->window));
  board_fixture_settle ();
}

static void
tear_down (Fixture *fixture, gconstpointer data)
{
  uch_fake_sync_set_picture (NULL);
  gtk_window_destroy (GTK_WINDOW (fixture->window));
  board_fixture_settle ();
  board_fixture_clear (&fixture->office);
}

static void
put (Fixture *fixture, const char *id, const char *ticket, gboolean withdrawn)
{
  g_autoptr (UchPhoto) photo = uch_entity_new (UCH_TABLE_PHOTO, id);

  photo->ticket_id = g_strdup (ticket);
  photo->sha256 = g_strdup ("0");
  photo->text = g_strdup ("щит");
  photo->taken_at = fixture->office.now;
  photo->withdrawn = withdrawn;
  uch_fake_replica_put (fixture->office.replica, photo);
}

static void
show (Fixture *fixture)
{
  uch_card_photos_set_ticket (UCH_CARD_PHOTOS (fixture->photos), NULL);
  uch_card_photos_set_ticket (UCH_CARD_PHOTOS (fixture->photos), "t1");
  board_fixture_settle ();
}

static void
test_strip (Fixture *fixture, gconstpointer data)
{
  gsize   len;
  guint8 *bytes = g_base64_decode (PICTURE, &len);
  g_autoptr (GBytes) picture = g_bytes_new_take (bytes, len);
  GtkWidget *tile;
  guint      n_windows;

  show (fixture);
  g_assert_false (gtk_widget_get_visible (fixture->photos));
  uch_fake_sync_set_picture (picture);
  put (fixture, "p1", "t1", FALSE);
  put (fixture, "p2", "t1", TRUE);
  put (fixture, "p3", "t2", FALSE);
  show (fixture);
  g_assert_true (gtk_widget_get_visible (fixture->photos));
  tile = board_fixture_find (fixture->photos, GTK_TYPE_BUTTON, 0);
  g_assert_true (GTK_IS_IMAGE (gtk_button_get_child (GTK_BUTTON (tile))));
  g_assert_nonnull (gtk_image_get_paintable (GTK_IMAGE (gtk_button_get_child (GTK_BUTTON (tile)))));
  g_assert_null (board_fixture_find (fixture->photos, GTK_TYPE_BUTTON, 1));
  n_windows = g_list_model_get_n_items (gtk_window_get_toplevels ());
  g_signal_emit_by_name (tile, "clicked");
  board_fixture_settle ();
  g_assert_cmpuint (g_list_model_get_n_items (gtk_window_get_toplevels ()), ==, n_windows + 1);
}

static void
test_offline (Fixture *fixture, gconstpointer data)
{
  gboolean said = FALSE;

  put (fixture, "p1", "t1", FALSE);
  show (fixture);
  for (guint i = 0;; i++)
    {
      GtkWidget *label = board_fixture_find (fixture->photos, GTK_TYPE_LABEL, i);

      if (label == NULL)
        break;
      said |= gtk_widget_get_mapped (label)
              && g_str_has_prefix (gtk_label_get_text (GTK_LABEL (label)), "Offline");
    }
  g_assert_true (said);
}

int
main (int argc, char *argv[])
{
  g_test_init (&argc, &argv, NULL);
  if (!gtk_init_check ())
    {
      g_print ("1..0 # SKIP no display\n");
      return 77;
    }
  adw_init ();
  g_test_add ("/board/photos/strip", Fixture, NULL, set_up, test_strip, tear_down);
  g_test_add ("/board/photos/offline", Fixture, NULL, set_up, test_offline, tear_down);
  return g_test_run ();
}

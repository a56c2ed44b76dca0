/* The form of a new ticket: what the keyboard does, and that nothing typed is lost. */
#include <adwaita.h>

#include "app/board/board-fixture.h"
#include "app/board/uch-category-choice.h"
#include "app/board/uch-new-ticket.h"
#include "core/uch-work.h"

typedef struct
{
  BoardFixture office;
  GtkWidget   *window;
  GtkWidget   *form;
  char        *made;
} Fixture;

static void
made_cb (UchNewTicket *form, const char *ticket_id, Fixture *fixture)
{
  g_free (fixture->made);
  fixture->made = g_strdup (ticket_id);
}

static void
set_up (Fixture *fixture, gconstpointer data)
{
  g_autoptr (UchClient) client = uch_entity_new (UCH_TABLE_CLIENT, "c1");

  board_fixture_init (&fixture->office);
  board_fixture_fill_small (&fixture->office);
  client->name = g_strdup ("Белов Иван");
  client->phone = g_strdup ("+79621234567");
  client->house_id = g_strdup ("h2");
  client->apartment = g_strdup ("7");
  uch_fake_replica_put (fixture->office.replica, client);
  fixture->window = gtk_window_new ();
  fixture->form = uch_new_ticket_new (fixture->office.session);
  g_signal_connect (fixture->form, "made", G_CALLBACK (made_cb), fixture);
  gtk_window_set_child (GTK_WINDOW (fixture->window), fixture->form);
  gtk_window_present (GTK_WINDOW (fixture->window));
  board_fixture_settle ();
}

static void
tear_down (Fixture *fixture, gconstpointer data)
{
  gtk_window_destroy (GTK_WINDOW (fixture->window));
  board_fixture_settle ();
  board_fixture_clear (&fixture->office);
  g_free (fixture->made);
}

/* By the label that a screen reader would read: the entries of the form stand in this order. */
enum
{
  PHONE,
  ADDRESS,
  NAME,
  TIME,
};

static GtkEditable *
get_entry (Fixture *fixture, guint index)
{
  return GTK_EDITABLE (board_fixture_find (fixture->form, GTK_TYPE_ENTRY, index));
}

static void
type (Fixture *fixture, guint index, const char *text)
{
  gtk_editable_set_text (get_entry (fixture, index), text);
  board_fixture_settle ();
}

static void
describe (Fixture *fixture, const char *text)
{
  GtkWidget *view = board_fixture_find (fixture->form, GTK_TYPE_TEXT_VIEW, 0);

  gtk_text_buffer_set_text (gtk_text_view_get_buffer (GTK_TEXT_VIEW (view)), text, -1);
}

static void
choose (Fixture *fixture, const char *code)
{
  uch_category_choice_set (
      UCH_CATEGORY_CHOICE (board_fixture_find (fixture->form, UCH_TYPE_CATEGORY_CHOICE, 0)), code);
}

static UchTicket *
save (Fixture *fixture)
{
  gtk_widget_activate_action (fixture->form, "form.save", NULL);
  board_fixture_settle ();
  return fixture->made != NULL
             ? uch_replica_peek (fixture->office.replica, UCH_TABLE_TICKET, fixture->made)
             : NULL;
}

static void
test_phone_finds_the_client (Fixture *fixture, gconstpointer data)
{
  UchTicket *ticket;
  UchVisit  *visit;

  type (fixture, PHONE, "8 (962) 123-45-67");
  g_assert_cmpstr (gtk_editable_get_text (get_entry (fixture, NAME)), ==, "Белов Иван");
  choose (fixture, "support.wifi");
  type (fixture, TIME, "сейчас");
  describe (fixture, "Пропадает вечером");
  ticket = save (fixture);
  g_assert_nonnull (ticket);
  g_assert_cmpstr (ticket->client_id, ==, "c1");
  g_assert_cmpstr (ticket->house_id, ==, "h2");
  g_assert_cmpstr (ticket->apartment, ==, "7");
  g_assert_cmpstr (ticket->phone, ==, "+79621234567");
  g_assert_cmpstr (ticket->category, ==, "support.wifi");
  g_assert_cmpstr (ticket->description, ==, "Пропадает вечером");
  visit = uch_replica_peek_visit_of (fixture->office.replica, ticket);
  g_assert_nonnull (visit);
  g_assert_cmpint (visit->mode, ==, UCH_VISIT_MODE_NOW);
  g_assert_cmpstr (gtk_editable_get_text (get_entry (fixture, PHONE)), ==, "");
}

/* What the person has written himself is not written over. */
static void
test_own_words_stay (Fixture *fixture, gconstpointer data)
{
  type (fixture, NAME, "Сосед");
  type (fixture, PHONE, "+79621234567");
  g_assert_cmpstr (gtk_editable_get_text (get_entry (fixture, NAME)), ==, "Сосед");
}

static const struct
{
  const char *phone, *address, *category, *time;
} refused[] = {
  { "", "", "support.tv", "" },
  { "12", "", "support.tv", "" },
  { "", "нет такой 5", "support.tv", "" },
  { "89621234500", "", NULL, "" },
  { "89621234500", "", "support.tv", "потом" },
};

static void
test_errors_keep_what_is_typed (Fixture *fixture, gconstpointer data)
{
  for (guint i = 0; i < G_N_ELEMENTS (refused); i++)
    {
      type (fixture, PHONE, refused[i].phone);
      type (fixture, ADDRESS, refused[i].address);
      type (fixture, TIME, refused[i].time);
      type (fixture, NAME, "Имя");
      choose (fixture, refused[i].category);
      g_test_message ("case %u", i);
      g_assert_null (save (fixture));
      g_assert_cmpstr (gtk_editable_get_text (get_entry (fixture, PHONE)), ==, refused[i].phone);
      g_assert_cmpstr (gtk_editable_get_text (get_entry (fixture, NAME)), ==, "Имя");
      g_assert_cmpuint (uch_fake_replica_list_acts (fixture->office.replica)->len, ==, 0);
    }
}

/* An address that the register does not have is kept in words. */
static void
test_unknown_address_is_kept (Fixture *fixture, gconstpointer data)
{
  UchTicket *ticket;

  type (fixture, PHONE, "89621234500");
  type (fixture, ADDRESS, "Дальняя 5");
  choose (fixture, "connect.new");
  describe (fixture, "Хочет интернет");
  ticket = save (fixture);
  g_assert_nonnull (ticket);
  g_assert_null (ticket->house_id);
  g_assert_nonnull (g_strrstr (ticket->description, "Дальняя 5"));
  g_assert_nonnull (g_strrstr (ticket->description, "Хочет интернет"));
}

static void
test_duplicate_is_joined (Fixture *fixture, gconstpointer data)
{
  g_autoptr (GPtrArray) notes = NULL;

  type (fixture, ADDRESS, "мира 280 7");
  choose (fixture, "support.wifi");
  g_assert_nonnull (save (fixture));
  g_clear_pointer (&fixture->made, g_free);
  type (fixture, ADDRESS, "мира 280 7");
  choose (fixture, "support.tv");
  describe (fixture, "Звонит ещё раз");
  gtk_widget_activate_action (fixture->form, "form.join", NULL);
  board_fixture_settle ();
  g_assert_nonnull (fixture->made);
  notes = uch_snapshot_find (uch_replica_get_snapshot (fixture->office.replica), UCH_TABLE_NOTE,
                             "ticket_id", fixture->made);
  g_assert_cmpuint (notes->len, ==, 1);
  g_assert_nonnull (g_strrstr (UCH_NOTE (g_ptr_array_index (notes, 0))->text, "Звонит ещё раз"));
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  if (!gtk_init_check ())
    {
      g_print ("1..0 # SKIP no display\n");
      return 77;
    }
  adw_init ();
#define ADD(name, func) g_test_add (name, Fixture, NULL, set_up, func, tear_down)
  ADD ("/board/form/phone-finds-the-client", test_phone_finds_the_client);
  ADD ("/board/form/own-words-stay", test_own_words_stay);
  ADD ("/board/form/errors-keep-what-is-typed", test_errors_keep_what_is_typed);
  ADD ("/board/form/unknown-address-is-kept", test_unknown_address_is_kept);
  ADD ("/board/form/duplicate-is-joined", test_duplicate_is_joined);
  return g_test_run ();
}

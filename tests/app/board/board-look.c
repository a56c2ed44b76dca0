/* Opens the board with the demo office behind it, without a store: for looking at.
 *
 * board-look [--small] [--card | --form | --assign | --house] [--dark] [--width N --height N] */
#include <adwaita.h>
#include <glib/gi18n.h>
#include <locale.h>

#include "app/board/board-fixture.h"
#include "app/board/uch-board-page.h"
#include "core/uch-work.h"

static gboolean is_small, shows_card, shows_form, chooses, shows_house, is_dark, conflicts;
static int      width = 1280, height = 720;

static const GOptionEntry entries[] = {
  { "small", 0, 0, G_OPTION_ARG_NONE, &is_small, "four tickets only", NULL },
  { "card", 0, 0, G_OPTION_ARG_NONE, &shows_card, "with a ticket's card", NULL },
  { "form", 0, 0, G_OPTION_ARG_NONE, &shows_form, "with the form of a new ticket", NULL },
  { "assign", 0, 0, G_OPTION_ARG_NONE, &chooses, "with \"assign to…\"", NULL },
  { "house", 0, 0, G_OPTION_ARG_NONE, &shows_house, "with a house's card", NULL },
  { "conflict", 0, 0, G_OPTION_ARG_NONE, &conflicts, "with an act that was refused", NULL },
  { "dark", 0, 0, G_OPTION_ARG_NONE, &is_dark, "in dark", NULL },
  { "width", 0, 0, G_OPTION_ARG_INT, &width, "pixels", "N" },
  { "height", 0, 0, G_OPTION_ARG_INT, &height, "pixels", "N" },
  { NULL },
};

/* A colleague was faster with the first ticket that somebody has. */
static void
refuse (BoardFixture *fixture)
{
  GListModel *visits = uch_replica_list_current_visits (fixture->replica);
  GListModel *staff = uch_replica_list (fixture->replica, UCH_TABLE_STAFF);
  g_autoptr (UchEntity) other = g_list_model_get_item (staff, g_list_model_get_n_items (staff) - 1);

  for (guint i = 0; i < g_list_model_get_n_items (visits); i++)
    {
      g_autoptr (UchVisit) visit = g_list_model_get_item (visits, i);
      g_autoptr (UchCommand) lost = NULL;

      if (!uch_visit_is_open (visit) || visit->engineer_id == NULL)
        continue;
      lost = uch_replica_make_command (fixture->replica, UCH_COMMAND_VISIT_ASSIGN, "ticket", "s",
                                       visit->ticket_id, "visit", "s", visit->parent.id, "engineer",
                                       "s", other->id, NULL);
      uch_fake_replica_refuse (fixture->replica, lost, UCH_VERDICT_CONFLICT, UCH_REFUSAL_CHANGED,
                               UCH_ENTITY (visit));
      return;
    }
}

static void
show_panel (UchBoardPage *page, BoardFixture *fixture)
{
  GListModel *tickets = uch_replica_list_current_tickets (fixture->replica);
  GListModel *houses = uch_replica_list (fixture->replica, UCH_TABLE_HOUSE);
  g_autoptr (UchEntity) house = g_list_model_get_item (houses, 0);
  const char *ids[] = { NULL, NULL };

  for (guint i = 0; i < g_list_model_get_n_items (tickets) && ids[0] == NULL; i++)
    {
      g_autoptr (UchTicket) ticket = g_list_model_get_item (tickets, i);

      if (uch_ticket_is_open (ticket) && (ticket->visit_id != NULL) == shows_card)
        ids[0] = ticket->parent.id;
    }
  if (conflicts)
    refuse (fixture);
  if (shows_card && ids[0] != NULL)
    uch_board_page_show_ticket (page, ids[0]);
  if (shows_form)
    uch_board_page_new_ticket (page);
  if (chooses && ids[0] != NULL)
    uch_board_page_assign (page, ids);
  if (shows_house && house != NULL)
    uch_board_page_show_house (page, house->id);
}

static void
activate_cb (GtkApplication *application, gpointer user_data)
{
  BoardFixture *fixture = user_data;
  GtkWidget    *window = adw_application_window_new (application);
  GtkWidget    *page;

  adw_style_manager_set_color_scheme (adw_style_manager_get_default (),
                                      is_dark ? ADW_COLOR_SCHEME_FORCE_DARK
                                              : ADW_COLOR_SCHEME_FORCE_LIGHT);
  board_fixture_init (fixture);
  if (is_small)
    board_fixture_fill_small (fixture);
  else
    board_fixture_fill_demo (fixture);
  page = uch_board_page_new (fixture->session);
  adw_application_window_set_content (ADW_APPLICATION_WINDOW (window), page);
  gtk_window_set_default_size (GTK_WINDOW (window), width, height);
  gtk_window_present (GTK_WINDOW (window));
  board_fixture_settle ();
  show_panel (UCH_BOARD_PAGE (page), fixture);
}

int
main (int argc, char **argv)
{
  g_autoptr (AdwApplication) application = NULL;
  g_autoptr (GOptionContext) context = g_option_context_new (NULL);
  g_autoptr (GError) error = NULL;
  BoardFixture fixture = { 0 };
  int          status;

  setlocale (LC_ALL, "");
  bindtextdomain (GETTEXT_PACKAGE, g_getenv ("UCH_LOOK_LOCALES") != NULL
                                       ? g_getenv ("UCH_LOOK_LOCALES")
                                       : UCH_LOCALEDIR);
  bind_textdomain_codeset (GETTEXT_PACKAGE, "UTF-8");
  textdomain (GETTEXT_PACKAGE);
  g_option_context_add_main_entries (context, entries, NULL);
  if (!g_option_context_parse (context, &argc, &argv, &error))
    {
      g_printerr ("%s\n", error->message);
      return 2;
    }
  application = adw_application_new (UCH_APP_ID, G_APPLICATION_NON_UNIQUE);
  g_signal_connect (application, "activate", G_CALLBACK (activate_cb), &fixture);
  status = g_application_run (G_APPLICATION (application), 1, argv);
  board_fixture_clear (&fixture);
  return status;
}

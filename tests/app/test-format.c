#include <glib/gi18n.h>
#include <locale.h>
#include <string.h>

#include "app/uch-format.h"

/* Tuesday, 24 November 2026, 14:05 in Moscow. */
#define NOW (G_GINT64_CONSTANT (1795518300) * 1000)
#define MINUTE UCH_MINUTE_MS

/* gettext notices another folder, not another LANGUAGE; there is no English catalogue anywhere. */
static void
use_language (const char *language)
{
  gboolean russian = g_str_equal (language, "ru");

  bindtextdomain (GETTEXT_PACKAGE, russian ? g_getenv ("UCHASTOK_LOCALEDIR") : "/nonexistent");
}

/* Both languages of one case: got_* are taken. */
static void
check (char *(*make) (gconstpointer), gconstpointer of, const char *en, const char *ru)
{
  g_autofree char *got_en = NULL;
  g_autofree char *got_ru = NULL;

  use_language ("en");
  got_en = make (of);
  use_language ("ru");
  got_ru = make (of);
  g_assert_cmpstr (got_en, ==, en);
  g_assert_cmpstr (got_ru, ==, ru);
}

static char *
make_day_time (gconstpointer at)
{
  return uch_format_day_time (*(const UchTime *) at, NOW);
}

static void
times_are_told_by_the_calendar (void)
{
  static const struct
  {
    UchTime     at;
    const char *en, *ru;
  } cases[] = {
    { NOW, "14:05", "14:05" },
    { NOW + 9 * UCH_HOUR_MS, "23:05", "23:05" },
    { NOW + 10 * UCH_HOUR_MS, "tomorrow 00:05", "завтра 00:05" },
    { NOW - 15 * UCH_HOUR_MS, "yesterday 23:05", "вчера 23:05" },
    { NOW - 2 * UCH_DAY_MS, "22 Nov 14:05", "22 ноя 14:05" },
    { NOW + 2 * UCH_DAY_MS, "26 Nov 14:05", "26 ноя 14:05" },
    { NOW - 365 * UCH_DAY_MS, "24 Nov 2025 14:05", "24 ноя 2025 14:05" },
  };

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    check (make_day_time, &cases[i].at, cases[i].en, cases[i].ru);
}

static char *
make_duration (gconstpointer duration_ms)
{
  return uch_format_duration (*(const gint64 *) duration_ms);
}

static void
durations_are_short (void)
{
  static const struct
  {
    gint64      duration_ms;
    const char *en, *ru;
  } cases[] = {
    { 0, "0 min", "0 мин" },
    { 25 * MINUTE, "25 min", "25 мин" },
    { 25 * MINUTE + MINUTE - 1, "25 min", "25 мин" },
    { -5 * MINUTE, "5 min", "5 мин" },
    { 65 * MINUTE, "1 h 05 min", "1 ч 05 мин" },
    { 23 * UCH_HOUR_MS, "23 h 00 min", "23 ч 00 мин" },
    { 51 * UCH_HOUR_MS, "2 d 3 h", "2 дн 3 ч" },
  };

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    check (make_duration, &cases[i].duration_ms, cases[i].en, cases[i].ru);
}

static char *
make_distance (gconstpointer metres)
{
  return uch_format_distance (*(const double *) metres);
}

static void
distances_are_rounded (void)
{
  static const struct
  {
    double      metres;
    const char *en, *ru;
  } cases[] = {
    { -1, "", "" },
    { 0, "0 m", "0 м" },
    { 347, "350 m", "350 м" },
    { 996, "1.0 km", "1.0 км" },
    { 1234, "1.2 km", "1.2 км" },
    { 12345, "12 km", "12 км" },
  };

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    check (make_distance, &cases[i].metres, cases[i].en, cases[i].ru);
}

typedef struct
{
  UchVisitMode  mode;
  UchVisitState state;
  gint64        from_ms, to_ms; /* from NOW */
  gint64        due_ms;         /* from NOW */
  gint64        arrived_ms;     /* from NOW; 0: nobody has */
  const char   *clock_en, *clock_ru;
  const char   *window_en, *window_ru;
} ClockCase;

static UchVisit *
make_visit (const ClockCase *of)
{
  UchVisit *visit = uch_entity_new (UCH_TABLE_VISIT, "v");

  visit->mode = of->mode;
  visit->state = of->state;
  visit->agreed_at = NOW + of->from_ms;
  visit->agreed_from = NOW + of->from_ms;
  visit->agreed_to = NOW + of->to_ms;
  visit->due_at = NOW + of->due_ms;
  visit->arrived_at = of->arrived_ms != 0 ? NOW + of->arrived_ms : 0;
  return visit;
}

static char *
make_clock (gconstpointer of)
{
  g_autoptr (UchVisit) visit = make_visit (of);

  return uch_format_clock (visit, NOW);
}

static char *
make_window (gconstpointer of)
{
  g_autoptr (UchVisit) visit = make_visit (of);

  return uch_format_window (visit, NOW);
}

static void
clocks_say_what_is_left_or_late (void)
{
  static const ClockCase cases[] = {
    { UCH_VISIT_MODE_NONE, UCH_VISIT_ASSIGNED, 0, 0, 0, 0, "", "", "no time agreed",
      "время не согласовано" },
    { UCH_VISIT_MODE_NOW, UCH_VISIT_ASSIGNED, -10 * MINUTE, -10 * MINUTE, 30 * MINUTE, 0,
      "in 30 min", "через 30 мин", "now", "сейчас" },
    { UCH_VISIT_MODE_NOW, UCH_VISIT_ASSIGNED, -40 * MINUTE, -40 * MINUTE, 1, 0, "in 1 min",
      "через 1 мин", "now", "сейчас" },
    { UCH_VISIT_MODE_NOW, UCH_VISIT_ASSIGNED, -45 * MINUTE, -45 * MINUTE, -5 * MINUTE, 0,
      "5 min late", "опоздание 5 мин", "now", "сейчас" },
    { UCH_VISIT_MODE_NOW, UCH_VISIT_ASSIGNED, -40 * MINUTE, -40 * MINUTE, -1, 0, "1 min late",
      "опоздание 1 мин", "now", "сейчас" },
    { UCH_VISIT_MODE_TIME, UCH_VISIT_PLANNED, 4 * UCH_HOUR_MS, 5 * UCH_HOUR_MS,
      4 * UCH_HOUR_MS + 40 * MINUTE, 0, "at 18:05", "в 18:05", "18:05–19:05", "18:05–19:05" },
    { UCH_VISIT_MODE_TIME, UCH_VISIT_PLANNED, UCH_DAY_MS, UCH_DAY_MS, UCH_DAY_MS + 40 * MINUTE, 0,
      "at tomorrow 14:05", "в завтра 14:05", "tomorrow 14:05", "завтра 14:05" },
    { UCH_VISIT_MODE_NOW, UCH_VISIT_ON_SITE, -60 * MINUTE, -60 * MINUTE, -20 * MINUTE, -30 * MINUTE,
      "in time", "вовремя", "now", "сейчас" },
    { UCH_VISIT_MODE_NOW, UCH_VISIT_DONE, -60 * MINUTE, -60 * MINUTE, -20 * MINUTE, -8 * MINUTE,
      "12 min late", "опоздание 12 мин", "now", "сейчас" },
    { UCH_VISIT_MODE_NOW, UCH_VISIT_MISSED, -60 * MINUTE, -60 * MINUTE, -20 * MINUTE, 0, "missed",
      "сорван", "now", "сейчас" },
  };

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      check (make_clock, &cases[i], cases[i].clock_en, cases[i].clock_ru);
      check (make_window, &cases[i], cases[i].window_en, cases[i].window_ru);
    }
}

static void
a_chip_tells_the_further_machine (void)
{
  static const struct
  {
    UchTicketState ticket;
    int            visit; /* -1: none */
    UchVisitMode   mode;
    const char    *chip;
  } cases[] = {
    { UCH_TICKET_NEW, -1, 0, "New" },
    { UCH_TICKET_NEW, UCH_VISIT_PLANNED, UCH_VISIT_MODE_NONE, "New" },
    { UCH_TICKET_IN_WORK, UCH_VISIT_PLANNED, UCH_VISIT_MODE_TIME, "Time agreed" },
    { UCH_TICKET_IN_WORK, UCH_VISIT_EN_ROUTE, UCH_VISIT_MODE_NOW, "En route" },
    { UCH_TICKET_IN_WORK, UCH_VISIT_INCOMPLETE, UCH_VISIT_MODE_NOW, "Another visit needed" },
    { UCH_TICKET_IN_WORK, UCH_VISIT_CANCELLED, UCH_VISIT_MODE_NOW, "In work" },
    { UCH_TICKET_ON_HOLD, UCH_VISIT_ASSIGNED, UCH_VISIT_MODE_TIME, "On hold" },
    { UCH_TICKET_RESOLVED, UCH_VISIT_DONE, UCH_VISIT_MODE_NOW, "Resolved" },
  };

  use_language ("en");
  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autoptr (UchTicket) ticket = uch_entity_new (UCH_TABLE_TICKET, "t");
      g_autoptr (UchVisit) visit = uch_entity_new (UCH_TABLE_VISIT, "v");

      ticket->state = cases[i].ticket;
      visit->state = (UchVisitState) MAX (cases[i].visit, 0);
      visit->mode = cases[i].mode;
      g_assert_cmpstr (uch_format_chip (ticket, cases[i].visit >= 0 ? visit : NULL), ==,
                       cases[i].chip);
    }
}

/* A word that fell out of a table shows as nothing, or in the wrong language. */
static void
assert_said (const char *en, const char *ru)
{
  g_assert_cmpstr (en, !=, "");
  g_assert_cmpstr (ru, !=, "");
  g_assert_cmpstr (en, !=, ru);
}

static void
every_category_and_act_has_words (void)
{
  guint                 n_categories = 0;
  guint                 n_specs = 0;
  const UchCategory    *categories = uch_category_list (&n_categories);
  const UchCommandSpec *specs = uch_command_spec_list (&n_specs);

  for (guint i = 0; i < n_categories; i++)
    {
      const char *en = NULL;

      use_language ("en");
      en = uch_format_category (categories[i].code);
      g_assert_cmpstr (en, !=, categories[i].code);
      use_language ("ru");
      if (g_strcmp0 (categories[i].code, "support.wifi") != 0)
        assert_said (en, uch_format_category (categories[i].code));
    }
  for (guint i = 0; i < n_specs; i++)
    {
      const char *en = NULL;

      use_language ("en");
      en = uch_format_act (specs[i].type);
      g_assert_cmpstr (en, !=, specs[i].type);
      use_language ("ru");
      assert_said (en, uch_format_act (specs[i].type));
    }
}

static void
every_reason_has_words (void)
{
  guint                n_seeds = 0;
  const UchReasonSeed *seeds = uch_reason_list_seeds (&n_seeds);

  for (guint i = 0; i < n_seeds; i++)
    {
      g_autofree char *en = NULL;
      g_autofree char *ru = NULL;

      use_language ("en");
      en = uch_format_reason (NULL, seeds[i].kind, seeds[i].code);
      use_language ("ru");
      ru = uch_format_reason (NULL, seeds[i].kind, seeds[i].code);
      assert_said (en, ru);
      g_assert_cmpstr (ru, !=, seeds[i].code);
    }
}

static void
every_refusal_has_words (void)
{
  g_autofree char *unknown = NULL;

  use_language ("ru");
  unknown = uch_format_refusal (NULL, (UchRefusal) 999, NULL, NULL);
  for (UchRefusal refusal = UCH_REFUSAL_CHANGED; refusal <= UCH_REFUSAL_NOT_UNDOABLE; refusal++)
    {
      g_autofree char *text = uch_format_refusal (NULL, refusal, NULL, NULL);

      g_assert_cmpstr (text, !=, unknown);
    }
}

static void
a_conflict_says_who_was_first (void)
{
  g_autoptr (UchVisit) visit = uch_entity_new (UCH_TABLE_VISIT, "v");
  g_autofree char *text = NULL;

  visit->state = UCH_VISIT_ASSIGNED;
  uch_entity_set_text (visit, &visit->engineer_id, "somebody");
  visit->assigned_at = NOW;
  use_language ("ru");
  text = uch_format_refusal (NULL, UCH_REFUSAL_CHANGED, NULL, UCH_ENTITY (visit));
  g_assert_true (g_str_has_prefix (text, "Уже назначено на кто-то (хранилище, "));
  g_assert_nonnull (strstr (text, "14:05"));
}

typedef struct
{
  const char *type, *state, *engineer, *previous, *reason, *text, *warnings;
  gint64      from_ms, to_ms; /* from NOW; 0: none */
  gboolean    by_proxy;
  const char *en, *ru;
} EventCase;

static char *
make_event (gconstpointer data)
{
  const EventCase *of = data;

  g_autoptr (UchEvent) event = uch_entity_new (UCH_TABLE_EVENT, "e");

  event->received_at = NOW;
  uch_entity_set_text (event, &event->type, of->type);
  uch_entity_set_text (event, &event->state, of->state);
  uch_entity_set_text (event, &event->engineer_id, of->engineer);
  uch_entity_set_text (event, &event->previous_id, of->previous);
  uch_entity_set_text (event, &event->reason, of->reason);
  uch_entity_set_text (event, &event->text, of->text);
  uch_entity_set_text (event, &event->warnings, of->warnings);
  event->from_at = of->from_ms != 0 ? NOW + of->from_ms : 0;
  event->to_at = of->to_ms != 0 ? NOW + of->to_ms : 0;
  event->by_proxy = of->by_proxy;
  return uch_format_event (NULL, event);
}

static void
the_journal_speaks_in_sentences (void)
{
  static const EventCase cases[] = {
    { .type = "visit.assign",
      .engineer = "a",
      .previous = "b",
      .warnings = "wrong_zone,far",
      .en = "Assigned: somebody (before: somebody); known: another zone, far away",
      .ru = "Назначено: кто-то (был: кто-то); учтено: чужой участок, далеко" },
    { .type = "visit.accept", .engineer = "a", .en = "Visit accepted", .ru = "Выезд принят" },
    { .type = "visit.arrive",
      .by_proxy = TRUE,
      .en = "Arrived (for the engineer)",
      .ru = "На месте (за инженера)" },
    { .type = "visit.plan",
      .from_ms = 4 * UCH_HOUR_MS,
      .to_ms = 5 * UCH_HOUR_MS,
      .en = "Time agreed: 18:05–19:05",
      .ru = "Время согласовано: 18:05–19:05" },
    { .type = "visit.move",
      .from_ms = UCH_DAY_MS,
      .to_ms = UCH_DAY_MS,
      .text = "client",
      .en = "Visit moved: tomorrow 14:05, asked for by the client",
      .ru = "Выезд перенесён: завтра 14:05, по просьбе клиента" },
    { .type = "ticket.hold",
      .reason = "waiting_parts",
      .to_ms = UCH_DAY_MS,
      .en = "Put on hold until tomorrow 14:05, waiting for parts",
      .ru = "Отложена до завтра 14:05, ждём оборудование" },
    { .type = "call.log",
      .text = "back",
      .to_ms = UCH_HOUR_MS,
      .en = "Call logged: Call back, 15:05",
      .ru = "Звонок: Перезвонить, 15:05" },
    { .type = "followup.record",
      .text = "not_satisfied",
      .reason = "not_satisfied",
      .en = "Follow-up call: Not satisfied",
      .ru = "Контрольный звонок: Недоволен" },
    { .type = "followup.record",
      .text = "call_back",
      .to_ms = UCH_HOUR_MS,
      .en = "Follow-up call: Call back, 15:05",
      .ru = "Контрольный звонок: Перезвонить, 15:05" },
    { .type = "followup.redate",
      .text = "week",
      .from_ms = UCH_DAY_MS,
      .to_ms = UCH_HOUR_MS,
      .en = "Deadline moved by the calendar: tomorrow 14:05 → 15:05, A week later",
      .ru = "Срок контрольного звонка сдвинут по календарю: завтра 14:05 → 15:05, Через неделю" },
    { .type = "ticket.edit",
      .text = "phone,phone_raw,description,rev",
      .en = "Ticket changed: phone, description",
      .ru = "Заявка изменена: телефон, описание" },
    { .type = "visit.finish",
      .state = "incomplete",
      .reason = "no_access",
      .en = "Another visit needed, no access",
      .ru = "Нужен повторный выезд, нет доступа" },
    { .type = "act.undo",
      .text = "visit.assign",
      .en = "Undone: assignment",
      .ru = "Действие отменено: назначение" },
    { .type = "from.the.future", .en = "from.the.future", .ru = "from.the.future" },
  };

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    check (make_event, &cases[i], cases[i].en, cases[i].ru);
}

static void
a_zone_has_a_colour_of_its_own (void)
{
  g_autoptr (UchZone) zone = uch_entity_new (UCH_TABLE_ZONE, "z");
  GdkRGBA first, second, dark, own;

  zone->number = 1;
  uch_zone_get_rgba (zone, FALSE, &first);
  uch_zone_get_rgba (zone, TRUE, &dark);
  zone->number = 2;
  uch_zone_get_rgba (zone, FALSE, &second);
  uch_entity_set_text (zone, &zone->color, "#ffffff");
  uch_zone_get_rgba (zone, FALSE, &own);
  g_assert_false (gdk_rgba_equal (&first, &second));
  g_assert_cmpfloat (dark.red, >, first.red);
  g_assert_cmpfloat_with_epsilon (own.red, 1, 0.001);
  uch_entity_set_text (zone, &zone->color, "no colour");
  uch_zone_get_rgba (zone, FALSE, &own);
  g_assert_true (gdk_rgba_equal (&own, &second));
}

int
main (int argc, char **argv)
{
  g_setenv ("LANGUAGE", "ru", TRUE);
  setlocale (LC_ALL, "");
  bind_textdomain_codeset (GETTEXT_PACKAGE, "UTF-8");
  textdomain (GETTEXT_PACKAGE);
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/format/times", times_are_told_by_the_calendar);
  g_test_add_func ("/format/durations", durations_are_short);
  g_test_add_func ("/format/distances", distances_are_rounded);
  g_test_add_func ("/format/clocks", clocks_say_what_is_left_or_late);
  g_test_add_func ("/format/chips", a_chip_tells_the_further_machine);
  g_test_add_func ("/format/words", every_category_and_act_has_words);
  g_test_add_func ("/format/reasons", every_reason_has_words);
  g_test_add_func ("/format/refusals", every_refusal_has_words);
  g_test_add_func ("/format/conflict", a_conflict_says_who_was_first);
  g_test_add_func ("/format/journal", the_journal_speaks_in_sentences);
  g_test_add_func ("/format/zones", a_zone_has_a_colour_of_its_own);
  return g_test_run ();
}

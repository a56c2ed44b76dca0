#include "exchange/uch-csv.h"

#include <string.h>

#include "exchange/uch-address-text.h"

static UchCsv *
parse (const char *text)
{
  g_autoptr (GError) error = NULL;
  UchCsv *csv = uch_csv_parse (text, strlen (text), &error);

  g_assert_no_error (error);
  return csv;
}

static const char *
cell (UchCsv *csv, guint row, guint column)
{
  UchCsvRow *it = g_ptr_array_index (csv->rows, row);

  return g_ptr_array_index (it->cells, column);
}

/* The same two rows in every dress that an office's programs give them. */
static void
test_reads_every_dress (void)
{
#define DRESS(n, b, e, s)                                                                          \
  {                                                                                                \
    n, b, e, sizeof b - 1, s                                                                       \
  }
  static const struct
  {
    const char *name, *bytes, *encoding;
    gsize       len;
    char        separator;
  } cases[] = {
    DRESS ("semicolons", "улица;дом\r\nМира;5\r\n", "UTF-8", ';'),
    DRESS ("byte order mark", "\xef\xbb\xbfулица;дом\nМира;5\n", "UTF-8", ';'),
    DRESS ("commas", "улица,дом\nМира,5", "UTF-8", ','),
    DRESS ("tabs", "улица\tдом\nМира\t5\n", "UTF-8", '\t'),
    DRESS ("old Mac", "улица;дом\rМира;5\r", "UTF-8", ';'),
    DRESS ("named separator", "sep=,\r\nулица,дом\r\nМира,5\r\n", "UTF-8", ','),
    DRESS ("quotes", "\"улица\";\"дом\"\n\"Мира\";\"5\"\n", "UTF-8", ';'),
    DRESS ("blank lines", "\n\nулица;дом\n\n ; \nМира;5\n;\n", "UTF-8", ';'),
    DRESS ("windows-1251", "\xf3\xeb\xe8\xf6\xe0;\xe4\xee\xec\n\xcc\xe8\xf0\xe0;5\n",
           "windows-1251", ';'),
    DRESS ("UTF-16",
           "\xff\xfe\x43\x04\x3b\x04\x38\x04\x46\x04\x30\x04;\0\x34\x04\x3e\x04\x3c\x04\n\0"
           "\x1c\x04\x38\x04\x40\x04\x30\x04;\0"
           "5\0\n\0",
           "UTF-16", ';'),
  };
#undef DRESS

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autoptr (GError) error = NULL;
      g_autoptr (UchCsv) csv = uch_csv_parse (cases[i].bytes, cases[i].len, &error);

      g_test_message ("%s", cases[i].name);
      g_assert_no_error (error);
      g_assert_cmpstr (csv->encoding, ==, cases[i].encoding);
      g_assert_cmpint (csv->separator, ==, cases[i].separator);
      g_assert_cmpuint (csv->columns->len, ==, 2);
      g_assert_cmpstr (g_ptr_array_index (csv->columns, 0), ==, "улица");
      g_assert_cmpuint (csv->rows->len, ==, 1);
      g_assert_null (((UchCsvRow *) g_ptr_array_index (csv->rows, 0))->fault);
      g_assert_cmpstr (cell (csv, 0, 0), ==, "Мира");
      g_assert_cmpstr (cell (csv, 0, 1), ==, "5");
    }
}

static void
test_a_broken_row_harms_no_other (void)
{
  static const struct
  {
    const char *bad, *fault;
  } cases[] = {
    { "Мира;5;6;7", "cells: 4" },
    { "Мира", "cells: 1" },
    { "\"Мира;5", "quotation mark" },
    { "\xd0\x9c\xff\xfeра;5", "cannot be read" },
  };

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autofree char *text
          = g_strdup_printf ("улица;дом\nЛенина;1\n%s\nПушкина;3\n", cases[i].bad);
      g_autoptr (UchCsv) csv = parse (text);
      UchCsvRow *bad = g_ptr_array_index (csv->rows, 1);
      UchCsvRow *after = g_ptr_array_index (csv->rows, 2);

      g_test_message ("%s", cases[i].fault);
      g_assert_cmpuint (csv->rows->len, ==, 3);
      g_assert_cmpuint (bad->line, ==, 3);
      g_assert_nonnull (bad->fault);
      g_assert_nonnull (strstr (bad->fault, cases[i].fault));
      g_assert_null (after->fault);
      g_assert_cmpuint (after->line, ==, 4);
      g_assert_cmpstr (cell (csv, 2, 0), ==, "Пушкина");
    }
}

static void
test_a_cell_may_hold_lines_and_quotes (void)
{
  g_autoptr (UchCsv) csv = parse ("a;b\n\"one\ntwo; \"\"three\"\"\";5\nx;y\n");

  g_assert_cmpuint (csv->rows->len, ==, 2);
  g_assert_cmpstr (cell (csv, 0, 0), ==, "one\ntwo; \"three\"");
  g_assert_cmpuint (((UchCsvRow *) g_ptr_array_index (csv->rows, 1))->line, ==, 4);
}

static void
test_emoji_and_right_to_left_pass (void)
{
  g_autoptr (UchCsv) csv = parse ("a;b\n👩‍🔧🏠;שלום مرحبا\n");

  g_assert_cmpstr (cell (csv, 0, 0), ==, "👩‍🔧🏠");
  g_assert_cmpstr (cell (csv, 0, 1), ==, "שלום مرحبا");
}

static void
test_a_note_of_ten_megabytes_is_a_broken_row (void)
{
  g_autofree char *huge = g_strnfill (10 * 1024 * 1024, 'x');
  g_autofree char *text = g_strconcat ("a;b\n1;", huge, "\n2;y\n", NULL);
  g_autoptr (UchCsv) csv = parse (text);

  g_assert_cmpuint (csv->rows->len, ==, 2);
  g_assert_nonnull (((UchCsvRow *) g_ptr_array_index (csv->rows, 0))->fault);
  g_assert_cmpstr (cell (csv, 1, 1), ==, "y");
}

static void
test_what_is_no_table_is_refused (void)
{
  static const struct
  {
    const char      *bytes;
    gsize            len;
    UchExchangeError code;
  } cases[] = {
    { "", 0, UCH_EXCHANGE_ERROR_EMPTY },
    { "\n\n \n", 4, UCH_EXCHANGE_ERROR_EMPTY },
    { "PK\3\4\0\0\0\0", 8, UCH_EXCHANGE_ERROR_FORMAT },
    { "a;b\0;c\n", 7, UCH_EXCHANGE_ERROR_FORMAT },
    { "\xff\xfe\x00", 3, UCH_EXCHANGE_ERROR_FORMAT },
  };

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autoptr (GError) error = NULL;

      g_assert_null (uch_csv_parse (cases[i].bytes, cases[i].len, &error));
      g_assert_error (error, UCH_EXCHANGE_ERROR, (int) cases[i].code);
    }
}

/* Random damage may make rows broken, never the program. */
static void
test_damage_is_survived (void)
{
  static const char sound[] = "улица;дом;этажей\n\"Мира\";5;9\nЛенина;\"7\n8\";1\nПушкина;3;2\n";
  g_autoptr (GRand) rand = g_rand_new_with_seed (7);

  for (guint i = 0; i < 5000; i++)
    {
      g_autofree char *bytes = g_memdup2 (sound, sizeof sound);
      g_autoptr (GError) error = NULL;
      g_autoptr (UchCsv) csv = NULL;
      gsize len = g_rand_int_range (rand, 0, sizeof sound);

      for (guint n = g_rand_int_range (rand, 0, 6); n > 0; n--)
        bytes[g_rand_int_range (rand, 0, sizeof sound)] = (char) g_rand_int_range (rand, 0, 256);
      csv = uch_csv_parse (bytes, len, &error);
      g_assert_true ((csv == NULL) == (error != NULL));
      for (guint r = 0; csv != NULL && r < csv->rows->len; r++)
        {
          UchCsvRow *row = g_ptr_array_index (csv->rows, r);

          g_assert_true (row->fault != NULL || row->cells->len == csv->columns->len);
          for (guint c = 0; c < row->cells->len; c++)
            g_assert_true (g_utf8_validate (g_ptr_array_index (row->cells, c), -1, NULL));
        }
    }
}

static void
test_what_is_written_reads_the_same (void)
{
  static const char *const texts[]
      = { "plain",  "",   "semi;colon", "quo\"te", "two\nlines", " edges ",     "=1+2",
          "+7 962", "-5", "-5+cmd",     "@SUM",    "\tx",        "'apostrophe", "ё, кв. 5" };
  g_autoptr (GString) text = g_string_new ("a;b\r\n");
  g_autoptr (UchCsv) csv = NULL;

  for (guint i = 0; i < G_N_ELEMENTS (texts); i++)
    {
      g_autoptr (GPtrArray) cells = g_ptr_array_new ();

      g_ptr_array_add (cells, (gpointer) texts[i]);
      g_ptr_array_add (cells, (gpointer) "end");
      uch_csv_append_row (text, ';', cells);
    }
  csv = parse (text->str);
  g_assert_cmpuint (csv->rows->len, ==, G_N_ELEMENTS (texts));
  for (guint i = 0; i < G_N_ELEMENTS (texts); i++)
    g_assert_cmpstr (cell (csv, i, 0), ==, texts[i]);
}

static void
test_formulas_are_guarded (void)
{
  static const struct
  {
    const char *text, *written;
  } cases[] = {
    { "=HYPERLINK(\"http://x\")", "\"'=HYPERLINK(\"\"http://x\"\")\"" },
    { "@x", "'@x" },
    { "+7 962", "'+7 962" },
    { "-2+3", "'-2+3" },
    { "-2.5", "-2.5" },
    { "Мира", "Мира" },
  };

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autoptr (GString) text = g_string_new (NULL);

      uch_csv_append_cell (text, ';', cases[i].text);
      g_assert_cmpstr (text->str, ==, cases[i].written);
    }
}

static void
test_streets_and_numbers_are_taken_apart (void)
{
  static const struct
  {
    const char *street, *type, *name;
  } streets[] = {
    { "улица Ленина", "ул.", "Ленина" },
    { "Архитектурная улица", "ул.", "Архитектурная" },
    { "пр-кт Кулакова", "пр-кт", "Кулакова" },
    { "ул. 50 лет ВЛКСМ", "ул.", "50 лет ВЛКСМ" },
    { "1-й Параллельный проезд", "пр-д", "1-й Параллельный" },
    { "Аллея", NULL, "Аллея" },
  };
  static const struct
  {
    const char *text, *number, *addition;
  } numbers[] = {
    { "4 к2", "4", "к2" },      { "12 корпус 1", "12", "к1" }, { "63Б", "63Б", NULL },
    { "429/2", "429/2", NULL }, { "д. 5 стр. 3", "5", "с3" },  { "38к6", "38", "к6" },
  };

  for (guint i = 0; i < G_N_ELEMENTS (streets); i++)
    {
      g_autofree char *type = NULL;
      g_autofree char *name = NULL;

      uch_address_split_street (streets[i].street, &type, &name);
      g_assert_cmpstr (type, ==, streets[i].type);
      g_assert_cmpstr (name, ==, streets[i].name);
    }
  for (guint i = 0; i < G_N_ELEMENTS (numbers); i++)
    {
      g_autofree char *number = NULL;
      g_autofree char *addition = NULL;

      uch_address_split_number (numbers[i].text, &number, &addition);
      g_assert_cmpstr (number, ==, numbers[i].number);
      g_assert_cmpstr (addition, ==, numbers[i].addition);
    }
}

static void
test_a_line_of_address_is_taken_apart (void)
{
  static const struct
  {
    const char *line, *street, *number, *apartment;
  } lines[] = {
    { "ул. Ленина, 12 к1, кв. 45", "ул. Ленина", "12 к1", "45" },
    { "улица 50 лет ВЛКСМ, 16", "улица 50 лет ВЛКСМ", "16", NULL },
    { "Мира 5", "Мира", "5", NULL },
    { "Мира, д. 5, кв 7", "Мира", "д. 5", "7" },
    { "Мира", NULL, NULL, NULL },
  };

  for (guint i = 0; i < G_N_ELEMENTS (lines); i++)
    {
      g_autofree char *street = NULL;
      g_autofree char *number = NULL;
      g_autofree char *apartment = NULL;

      g_assert_true (uch_address_split_line (lines[i].line, &street, &number, &apartment)
                     == (lines[i].street != NULL));
      g_assert_cmpstr (street, ==, lines[i].street);
      g_assert_cmpstr (number, ==, lines[i].number);
      g_assert_cmpstr (apartment, ==, lines[i].apartment);
    }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/csv/reads-every-dress", test_reads_every_dress);
  g_test_add_func ("/csv/a-broken-row-harms-no-other", test_a_broken_row_harms_no_other);
  g_test_add_func ("/csv/lines-and-quotes", test_a_cell_may_hold_lines_and_quotes);
  g_test_add_func ("/csv/emoji-and-right-to-left", test_emoji_and_right_to_left_pass);
  g_test_add_func ("/csv/ten-megabytes", test_a_note_of_ten_megabytes_is_a_broken_row);
  g_test_add_func ("/csv/no-table", test_what_is_no_table_is_refused);
  g_test_add_func ("/csv/damage", test_damage_is_survived);
  g_test_add_func ("/csv/round-trip", test_what_is_written_reads_the_same);
  g_test_add_func ("/csv/formulas-are-guarded", test_formulas_are_guarded);
  g_test_add_func ("/csv/streets-and-numbers", test_streets_and_numbers_are_taken_apart);
  g_test_add_func ("/csv/line-of-address", test_a_line_of_address_is_taken_apart);
  return g_test_run ();
}

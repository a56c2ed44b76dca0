#include "exchange/uch-address-text.h"

#include <string.h>

#include "core/uch-fold.h"

/* As the state's address register abbreviates them (order of the Ministry of Finance 171n). */
static const struct
{
  const char *full, *brief;
} types[] = {
  { "улица", "ул." },   { "ул", "ул." },          { "проспект", "пр-кт" }, { "пр-кт", "пр-кт" },
  { "просп", "пр-кт" }, { "переулок", "пер." },   { "пер", "пер." },       { "площадь", "пл." },
  { "пл", "пл." },      { "бульвар", "б-р" },     { "б-р", "б-р" },        { "шоссе", "ш." },
  { "ш", "ш." },        { "проезд", "пр-д" },     { "пр-д", "пр-д" },      { "тупик", "туп." },
  { "туп", "туп." },    { "микрорайон", "мкр." }, { "мкр", "мкр." },       { "набережная", "наб." },
  { "наб", "наб." },    { "аллея", "ал." },       { "линия", "линия" },
};

static const char *
find_type (const char *word)
{
  g_autofree char *lower = g_utf8_strdown (word, -1);

  if (g_str_has_suffix (lower, "."))
    lower[strlen (lower) - 1] = '\0';
  for (guint i = 0; i < G_N_ELEMENTS (types); i++)
    if (strcmp (types[i].full, lower) == 0)
      return types[i].brief;
  return NULL;
}

/**
 * uch_address_split_street:
 * @text: "улица Ленина", "Архитектурная улица", "пр-кт Кулакова"
 * @out_type: (out) (nullable): "ул.", or NULL when no type is named
 * @out_name: (out): "Ленина"
 *
 * The type may stand before or behind the name.
 */
void
uch_address_split_street (const char *text, char **out_type, char **out_name)
{
  g_auto (GStrv) words = g_strsplit (text, " ", -1);
  guint       n_words = g_strv_length (words);
  const char *first = n_words > 1 ? find_type (words[0]) : NULL;
  const char *last = n_words > 1 && first == NULL ? find_type (words[n_words - 1]) : NULL;

  *out_type = g_strdup (first != NULL ? first : last);
  if (first != NULL)
    *out_name = g_strjoinv (" ", words + 1);
  else
    {
      if (last != NULL)
        g_clear_pointer (&words[n_words - 1], g_free);
      *out_name = g_strjoinv (" ", words);
    }
  g_strstrip (*out_name);
}

/**
 * uch_address_split_number:
 * @text: "4 к2", "12 корпус 1", "63Б", "429/2"
 * @out_number: (out): "4", "12", "63Б", "429/2"
 * @out_addition: (out) (nullable): "к2", "к1"
 */
void
uch_address_split_number (const char *text, char **out_number, char **out_addition)
{
  g_autoptr (GRegex) regex
      = g_regex_new ("^(?:дом|д)?\\.?\\s*(\\d\\S*?)\\s*,?\\s*"
                     "(?:(корпус|корп|кор|к)|(строение|стр|с))\\.?\\s*(\\d\\S*)$",
                     G_REGEX_CASELESS | G_REGEX_OPTIMIZE, 0, NULL);
  g_autoptr (GRegex) house = g_regex_new ("^(?:дом|д)\\.?\\s*(?=\\d)", G_REGEX_CASELESS, 0, NULL);
  g_autoptr (GMatchInfo) match = NULL;

  *out_addition = NULL;
  if (g_regex_match (regex, text, 0, &match))
    {
      g_autofree char *block = g_match_info_fetch (match, 2);
      g_autofree char *rest = g_match_info_fetch (match, 4);

      *out_number = g_match_info_fetch (match, 1);
      *out_addition = g_strconcat (*block != '\0' ? "к" : "с", rest, NULL);
    }
  else
    *out_number = g_regex_replace_literal (house, text, -1, 0, "", 0, NULL);
}

/**
 * uch_address_split_line:
 * @text: "ул. Ленина, 12 к1, кв. 45"
 * @out_apartment: (out) (nullable)
 *
 * Returns: whether a street and a house number were found, separated by a comma or by the first
 *     word that begins with a digit
 */
gboolean
uch_address_split_line (const char *text,
                        char      **out_street,
                        char      **out_number,
                        char      **out_apartment)
{
  g_autoptr (GRegex) regex
      = g_regex_new ("^\\s*(.*?\\pL.*?)[,\\s]\\s*((?:д\\.?|дом)?\\s*\\d[^,]*?)"
                     "(?:[,\\s]\\s*(?:кв\\.?|квартира|оф\\.?)\\s*(\\S+))?\\s*$",
                     G_REGEX_CASELESS, 0, NULL);
  g_autoptr (GMatchInfo) match = NULL;

  *out_street = *out_number = *out_apartment = NULL;
  if (!g_regex_match (regex, text, 0, &match))
    return FALSE;
  *out_street = g_strstrip (g_match_info_fetch (match, 1));
  *out_number = g_strstrip (g_match_info_fetch (match, 2));
  *out_apartment = g_match_info_fetch (match, 3);
  if (*out_apartment != NULL && **out_apartment == '\0')
    g_clear_pointer (out_apartment, g_free);
  return TRUE;
}

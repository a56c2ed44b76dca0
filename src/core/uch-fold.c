#include "core/uch-fold.h"

#include <string.h>

#include "core/uch-place.h"

/* What a street may be, in full and short; none of these distinguishes two streets. */
static const char *const street_types[]
    = { "улица",      "ул",    "проспект", "пр кт",      "просп", "пр",    "переулок",   "пер",
        "площадь",    "пл",    "бульвар",  "б р",        "бул",   "шоссе", "ш",          "проезд",
        "пр д",       "тупик", "туп",      "квартал",    "кв л",  "кв",    "микрорайон", "мкр",
        "набережная", "наб",   "аллея",    "территория", "тер",   "линия", NULL };

/**
 * uch_fold:
 * @text: (nullable): UTF-8; broken bytes are replaced
 *
 * Text for searching and comparing: lower case, ё as е, everything that is neither letter nor
 * digit becomes one space, none at the ends. SQLite's own functions fold no Cyrillic.
 *
 * Returns: (transfer full)
 */
char *
uch_fold (const char *text)
{
  g_autofree char *valid = g_utf8_make_valid (text != NULL ? text : "", -1);
  g_autofree char *composed = g_utf8_normalize (valid, -1, G_NORMALIZE_DEFAULT_COMPOSE);
  GString         *folded = g_string_sized_new (strlen (composed));

  for (const char *p = composed; *p != '\0'; p = g_utf8_next_char (p))
    {
      gunichar c = g_unichar_tolower (g_utf8_get_char (p));

      if (c == 0x451) /* ё */
        c = 0x435;    /* е */
      if (g_unichar_isalnum (c))
        g_string_append_unichar (folded, c);
      else if (folded->len > 0 && folded->str[folded->len - 1] != ' ')
        g_string_append_c (folded, ' ');
    }
  if (folded->len > 0 && folded->str[folded->len - 1] == ' ')
    g_string_truncate (folded, folded->len - 1);
  return g_string_free (folded, FALSE);
}

/**
 * uch_fold_matches:
 * @folded: text given by uch_fold()
 * @folded_words: words given by uch_fold()
 *
 * Returns: whether every word stands somewhere in the text, also inside a word
 */
gboolean
uch_fold_matches (const char *folded, const char *folded_words)
{
  g_auto (GStrv) words = g_strsplit (folded_words, " ", -1);

  for (guint i = 0; words[i] != NULL; i++)
    if (strstr (folded, words[i]) == NULL)
      return FALSE;
  return TRUE;
}

/**
 * uch_phone_normalize:
 * @raw: (nullable): as typed
 * @area_code: of six-digit city numbers, "8652"
 *
 * 8XXXXXXXXXX, 7XXXXXXXXXX and 10 digits become +7XXXXXXXXXX; 6 digits get the city's code.
 *
 * Returns: (transfer full) (nullable): the number, or NULL when it is none of these
 */
char *
uch_phone_normalize (const char *raw, const char *area_code)
{
  g_autoptr (GString) digits = g_string_new (NULL);

  for (const char *p = raw != NULL ? raw : ""; *p != '\0'; p++)
    if (g_ascii_isdigit (*p))
      g_string_append_c (digits, *p);
    else if (strchr ("+-() .\t", *p) == NULL && (guchar) *p < 0x80)
      return NULL;
  if (digits->len == 11 && (digits->str[0] == '8' || digits->str[0] == '7'))
    return g_strconcat ("+7", digits->str + 1, NULL);
  if (digits->len == 10)
    return g_strconcat ("+7", digits->str, NULL);
  if (digits->len == 6)
    return g_strconcat ("+7", area_code, digits->str, NULL);
  return NULL;
}

/**
 * uch_phone_format:
 * @phone: (nullable): as uch_phone_normalize() gives it
 *
 * Returns: (transfer full): "+7 (962) 123-45-67"; anything else as it is
 */
char *
uch_phone_format (const char *phone)
{
  if (phone == NULL || strlen (phone) != 12 || !g_str_has_prefix (phone, "+7"))
    return g_strdup (phone != NULL ? phone : "");
  return g_strdup_printf ("+7 (%.3s) %.3s-%.2s-%.2s", phone + 2, phone + 5, phone + 8, phone + 10);
}

/* "1 я садовая улица" → "1 садовая" */
static char *
fold_street (const char *street)
{
  g_autofree char *folded = uch_fold (street);
  g_autofree char *padded = g_strconcat (" ", folded, " ", NULL);
  g_autoptr (GRegex) ordinal = g_regex_new ("(\\d) (?:я|й|ая|ый|ий|ой|е|ое)(?= )", 0, 0, NULL);
  g_autofree char *counted = g_regex_replace (ordinal, padded, -1, 0, "\\1", 0, NULL);
  g_autoptr (GString) text = g_string_new (counted);
  char *stripped;

  for (guint i = 0; street_types[i] != NULL; i++)
    {
      g_autofree char *word = g_strconcat (" ", street_types[i], " ", NULL);
      g_autofree char *without = NULL;
      const char      *at = strstr (text->str, word);

      if (at == NULL)
        continue;
      without = g_strdup (text->str);
      g_string_truncate (text, at - text->str);
      g_string_append (text, without + (at - text->str) + strlen (word) - 1);
      break;
    }
  stripped = g_strdup (g_strstrip (text->str));
  if (*stripped != '\0')
    return stripped;
  g_free (stripped); /* a street called "Аллея" */
  return g_steal_pointer (&folded);
}

/**
 * uch_address_make_key:
 *
 * The key by which two writings of one house are known as one: folded, without the street's type,
 * «1-я» as «1», «корпус 2» and «корп. 2» as «к2», «строение 2» as «с2».
 *
 * Returns: (transfer full): "city|street|number|addition"
 */
char *
uch_address_make_key (const char *city,
                      const char *street,
                      const char *number,
                      const char *addition)
{
  g_autofree char *folded_city = uch_fold (city);
  g_autofree char *folded_street = fold_street (street);
  g_autofree char *both = g_strconcat (number != NULL ? number : "", " ", addition, NULL);
  g_autofree char *folded = uch_fold (both);
  g_autoptr (GRegex) block
      = g_regex_new ("(?:^|(?<=[\\s\\d]))(?:корпус|корп|к)\\s*(?=\\d)", 0, 0, NULL);
  g_autoptr (GRegex) building
      = g_regex_new ("(?:^|(?<=[\\s\\d]))(?:строение|стр|с)\\s*(?=\\d)", 0, 0, NULL);
  g_autoptr (GRegex) house
      = g_regex_new ("(?<=\\d)\\s+(?=[^\\s\\dкс](?:\\s|$))|^(?:дом|д)\\s*(?=\\d)", 0, 0, NULL);
  g_autoptr (GRegex) parts = g_regex_new ("^(.*?)\\s*((?:[кс]\\d.*)?)$", 0, 0, NULL);
  g_autofree char *a = g_regex_replace_literal (block, folded, -1, 0, "к", 0, NULL);
  g_autofree char *b = g_regex_replace_literal (building, a, -1, 0, "с", 0, NULL);
  g_autofree char *c = g_regex_replace_literal (house, b, -1, 0, "", 0, NULL);
  g_autofree char *tail
      = g_regex_replace (parts, c, -1, 0, "\\1|\\2", G_REGEX_MATCH_ANCHORED, NULL);

  return g_strdup_printf ("%s|%s|%s", folded_city, folded_street, tail != NULL ? tail : c);
}

/**
 * uch_address_format:
 * @apartment: (nullable)
 * @with_city: whether the city stands before it
 *
 * Returns: (transfer full): "ул. Ленина, 12к1, кв. 45". Addresses are Russian in every language.
 */
char *
uch_address_format (const UchHouse *house, const char *apartment, gboolean with_city)
{
  GString *text = g_string_new (NULL);

  if (with_city && house->city != NULL)
    g_string_append_printf (text, "%s, ", house->city);
  if (house->street_type != NULL)
    g_string_append_printf (text, "%s ", house->street_type);
  g_string_append_printf (text, "%s, %s", house->street != NULL ? house->street : "",
                          house->number != NULL ? house->number : "");
  if (house->addition != NULL)
    g_string_append (text, house->addition);
  if (apartment != NULL && *apartment != '\0')
    g_string_append_printf (text, ", кв. %s", apartment);
  return g_string_free (text, FALSE);
}

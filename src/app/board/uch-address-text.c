#include "app/board/uch-address-text.h"

#include <string.h>

#include "core/uch-fold.h"

/* More words than this no address has; the rest is not looked at. */
#define WORDS_MAX 16

/* One house, ready to be compared. */
typedef struct
{
  UchHouse *house;  /* (owned) */
  char    **words;  /* (owned): of street, its type and city, folded */
  char     *number; /* (owned): "16/1", "12к1" */
} Entry;

/* What was typed, taken apart. */
typedef struct
{
  char *words[WORDS_MAX]; /* (owned) */
  guint n_words;
  char *apartment, *entrance, *floor; /* (owned) (nullable): named by their words */
} Typed;

struct _UchAddressIndex
{
  GObject     parent;
  GListModel *houses;  /* (owned) */
  GPtrArray  *entries; /* (owned) (nullable) of Entry; NULL: to be made anew */
};

G_DEFINE_FINAL_TYPE (UchAddressIndex, uch_address_index, G_TYPE_OBJECT)

static const char *const house_words[] = { "д", "дом", "г", "город", NULL };
static const char *const street_words[]
    = { "ул",    "улица",   "пр",   "просп",   "проспект", "пер",   "переулок",
        "пл",    "площадь", "бул",  "бульвар", "ш",        "шоссе", "пркт",
        "пр-кт", "пр-т",    "пр-д", "проезд",  NULL };
static const char *const apartment_words[] = { "кв", "квартира", NULL };
static const char *const entrance_words[] = { "под", "подъезд", "подьезд", NULL };
static const char *const floor_words[] = { "эт", "этаж", NULL };
static const char *const block_words[] = { "к", "корп", "корпус", NULL };
static const char *const building_words[] = { "с", "стр", "строение", NULL };

static void
entry_free (gpointer data)
{
  Entry *entry = data;

  g_object_unref (entry->house);
  g_strfreev (entry->words);
  g_free (entry->number);
  g_free (entry);
}

static void
typed_clear (Typed *typed)
{
  for (guint i = 0; i < typed->n_words; i++)
    g_free (typed->words[i]);
  g_free (typed->apartment);
  g_free (typed->entrance);
  g_free (typed->floor);
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Typed, typed_clear)

/**
 * uch_address_match_free:
 * @match: (nullable) (transfer full): a match
 */
void
uch_address_match_free (UchAddressMatch *match)
{
  if (match == NULL)
    return;
  g_object_unref (match->house);
  g_free (match->apartment);
  g_free (match->entrance);
  g_free (match->floor);
  g_free (match);
}

/* Lower case, ё as е; a slash and a hyphen stay, they tell houses apart. */
static char **
split (const char *text)
{
  g_autofree char *valid = g_utf8_make_valid (text != NULL ? text : "", -1);
  g_autoptr (GString) clean = g_string_new (NULL);

  for (const char *p = valid; *p != '\0'; p = g_utf8_next_char (p))
    {
      gunichar c = g_unichar_tolower (g_utf8_get_char (p));

      if (c == 0x451)
        c = 0x435;
      if (c == '\\')
        c = '/';
      if (g_unichar_isalnum (c) || c == '/' || c == '-')
        g_string_append_unichar (clean, c);
      else
        g_string_append_c (clean, ' ');
    }
  return g_strsplit (clean->str, " ", -1);
}

static gboolean
starts_with_digit (const char *word)
{
  return g_ascii_isdigit (*word);
}

/* "кв45" is "кв" and "45"; gives the part after the word, or NULL. */
static const char *
skip_word (const char *word, const char *const *words)
{
  for (guint i = 0; words[i] != NULL; i++)
    if (g_str_has_prefix (word, words[i]))
      {
        const char *rest = word + strlen (words[i]);

        if (*rest == '\0' || starts_with_digit (rest))
          return rest;
      }
  return NULL;
}

static void
add_word (Typed *typed, const char *word)
{
  if (typed->n_words < WORDS_MAX)
    typed->words[typed->n_words++] = g_strdup (word);
}

/* "корп 1" after "12" makes "12к1". */
static gboolean
append_to_number (Typed *typed, const char *letter, const char *value)
{
  char *last = typed->n_words != 0 ? typed->words[typed->n_words - 1] : NULL;

  if (last == NULL || !starts_with_digit (last) || !starts_with_digit (value))
    return FALSE;
  typed->words[typed->n_words - 1] = g_strconcat (last, letter, value, NULL);
  g_free (last);
  return TRUE;
}

/* A number as houses have it: "16-1" is "16/1", "1-я" is "1". */
static char *
fold_number (const char *word)
{
  const char *hyphen = strchr (word, '-');
  char       *folded;

  if (hyphen == NULL)
    return g_strdup (word);
  if (!g_ascii_isdigit (hyphen[1]))
    return g_strndup (word, (gsize) (hyphen - word));
  folded = g_strdup (word);
  folded[hyphen - word] = '/';
  return folded;
}

static void
add_plain (Typed *typed, const char *word)
{
  if (starts_with_digit (word))
    {
      g_autofree char *number = fold_number (word);

      add_word (typed, number);
    }
  else if (!g_strv_contains (street_words, word))
    {
      g_auto (GStrv) parts = g_strsplit (word, "-", -1);

      for (guint i = 0; parts[i] != NULL; i++)
        if (*parts[i] != '\0')
          add_word (typed, parts[i]);
    }
}

static void
take_apart (const char *text, Typed *out_typed)
{
  g_auto (GStrv) words = split (text);
  char      **wanted = NULL;
  const char *glued = NULL;

  for (guint i = 0; words[i] != NULL; i++)
    {
      const char *word = words[i];
      const char *rest;

      if (*word == '\0' || g_str_equal (word, "-") || g_str_equal (word, "/"))
        continue;
      if (wanted != NULL && starts_with_digit (word))
        {
          g_free (*wanted);
          *wanted = g_strdup (word);
          wanted = NULL;
          continue;
        }
      if (glued != NULL && append_to_number (out_typed, glued, word))
        {
          glued = NULL;
          continue;
        }
      wanted = NULL;
      glued = NULL;
      if ((rest = skip_word (word, apartment_words)) != NULL)
        wanted = &out_typed->apartment;
      else if ((rest = skip_word (word, entrance_words)) != NULL)
        wanted = &out_typed->entrance;
      else if ((rest = skip_word (word, floor_words)) != NULL)
        wanted = &out_typed->floor;
      else if ((rest = skip_word (word, block_words)) != NULL)
        glued = "к";
      else if ((rest = skip_word (word, building_words)) != NULL)
        glued = "с";
      else if ((rest = skip_word (word, house_words)) != NULL)
        {
          if (*rest != '\0')
            add_plain (out_typed, rest);
          continue;
        }
      if (rest == NULL)
        add_plain (out_typed, word);
      else if (*rest != '\0' && wanted != NULL)
        {
          g_free (*wanted);
          *wanted = g_strdup (rest);
          wanted = NULL;
        }
      else if (*rest != '\0' && glued != NULL && append_to_number (out_typed, glued, rest))
        glued = NULL;
    }
}

static char *
make_number (const UchHouse *house)
{
  g_autofree char *text = g_strconcat (house->number != NULL ? house->number : "", " ",
                                       house->addition != NULL ? house->addition : "", NULL);
  g_auto (Typed) typed = { 0 };
  g_autoptr (GString) number = g_string_new (NULL);

  take_apart (text, &typed);
  for (guint i = 0; i < typed.n_words; i++)
    g_string_append (number, typed.words[i]);
  return g_string_free (g_steal_pointer (&number), FALSE);
}

static Entry *
make_entry (UchHouse *house)
{
  Entry           *entry = g_new0 (Entry, 1);
  g_autofree char *text = g_strjoin (" ", house->street != NULL ? house->street : "",
                                     house->street_type != NULL ? house->street_type : "",
                                     house->city != NULL ? house->city : "", NULL);
  g_autofree char *folded = uch_fold (text);

  entry->house = g_object_ref (house);
  entry->words = g_strsplit (folded, " ", -1);
  entry->number = make_number (house);
  return entry;
}

/* A word of digits must be the whole word of the street: "5" is not "50 лет". */
static gboolean
fits_street (const Entry *entry, const char *word, guint *used)
{
  for (guint i = 0; i < 32 && entry->words[i] != NULL; i++)
    {
      gboolean fits = starts_with_digit (word) ? g_str_equal (entry->words[i], word)
                                               : g_str_has_prefix (entry->words[i], word);

      if (fits && (*used & (1u << i)) == 0)
        {
          *used |= 1u << i;
          return TRUE;
        }
    }
  return FALSE;
}

static UchAddressMatch *
match_entry (const Entry *entry, const Typed *typed)
{
  const char *apartment = typed->apartment;
  gboolean    has_street = FALSE;
  gboolean    has_number = FALSE;
  gboolean    is_exact = FALSE;
  /* The number may still be typed only when nothing comes after it. */
  gboolean is_open = typed->apartment == NULL && typed->entrance == NULL && typed->floor == NULL;
  guint    used = 0;
  UchAddressMatch *match;

  for (guint i = 0; i < typed->n_words; i++)
    {
      const char *word = typed->words[i];
      gboolean    is_last = i + 1 == typed->n_words;

      if (!has_number && fits_street (entry, word, &used))
        has_street = has_street || !starts_with_digit (word);
      else if (!starts_with_digit (word))
        return NULL;
      else if (!has_number && g_str_equal (entry->number, word))
        has_number = is_exact = TRUE;
      else if (!has_number && is_last && is_open && g_str_has_prefix (entry->number, word))
        has_number = TRUE;
      else if (is_exact && is_last && apartment == NULL)
        apartment = word;
      else
        return NULL;
    }
  if (!has_street)
    return NULL;
  match = g_new0 (UchAddressMatch, 1);
  match->house = g_object_ref (entry->house);
  match->apartment = g_strdup (apartment);
  match->entrance = g_strdup (typed->entrance);
  match->floor = g_strdup (typed->floor);
  match->is_exact = is_exact;
  return match;
}

static int
compare_matches (gconstpointer a, gconstpointer b)
{
  const UchAddressMatch *left = *(UchAddressMatch *const *) a;
  const UchAddressMatch *right = *(UchAddressMatch *const *) b;
  gint64                 number_left, number_right;
  int                    by_street;

  if (left->is_exact != right->is_exact)
    return left->is_exact ? -1 : 1;
  by_street = g_strcmp0 (left->house->street, right->house->street);
  if (by_street == 0)
    by_street = g_strcmp0 (left->house->city, right->house->city);
  if (by_street != 0)
    return by_street;
  number_left = g_ascii_strtoll (left->house->number != NULL ? left->house->number : "", NULL, 10);
  number_right
      = g_ascii_strtoll (right->house->number != NULL ? right->house->number : "", NULL, 10);
  if (number_left != number_right)
    return number_left < number_right ? -1 : 1;
  return g_strcmp0 (left->house->number, right->house->number);
}

static void
houses_changed_cb (UchAddressIndex *self)
{
  g_clear_pointer (&self->entries, g_ptr_array_unref);
}

static void
ensure_entries (UchAddressIndex *self)
{
  guint n_houses = g_list_model_get_n_items (self->houses);

  if (self->entries != NULL)
    return;
  self->entries = g_ptr_array_new_full (n_houses, entry_free);
  for (guint i = 0; i < n_houses; i++)
    {
      g_autoptr (UchHouse) house = g_list_model_get_item (self->houses, i);

      g_ptr_array_add (self->entries, make_entry (house));
    }
}

static void
uch_address_index_finalize (GObject *object)
{
  UchAddressIndex *self = UCH_ADDRESS_INDEX (object);

  g_clear_pointer (&self->entries, g_ptr_array_unref);
  g_clear_object (&self->houses);
  G_OBJECT_CLASS (uch_address_index_parent_class)->finalize (object);
}

static void
uch_address_index_class_init (UchAddressIndexClass *klass)
{
  G_OBJECT_CLASS (klass)->finalize = uch_address_index_finalize;
}

static void
uch_address_index_init (UchAddressIndex *self)
{
}

/**
 * uch_address_index_new:
 * @houses: the register: a model of UchHouse
 *
 * Returns: (transfer full): looks houses up, whatever changes in the register
 */
UchAddressIndex *
uch_address_index_new (GListModel *houses)
{
  UchAddressIndex *self = g_object_new (UCH_TYPE_ADDRESS_INDEX, NULL);

  self->houses = g_object_ref (houses);
  g_signal_connect_object (houses, "items-changed", G_CALLBACK (houses_changed_cb), self,
                           G_CONNECT_SWAPPED);
  return self;
}

/**
 * uch_address_index_find:
 * @self: the index
 * @text: as typed: street, house and apartment in this order, with or without the usual words
 *     («ул. Ленина, д. 12 корп. 1, кв. 45» or «ленина 12к1 45»)
 * @limit: how many at most
 *
 * Words may be cut short, the number only while it is the last thing typed.
 *
 * Returns: (transfer full) (element-type UchAddressMatch): whole numbers first, then by street and
 *     number; empty while no word of a street is there
 */
GPtrArray *
uch_address_index_find (UchAddressIndex *self, const char *text, guint limit)
{
  GPtrArray *matches = g_ptr_array_new_with_free_func ((GDestroyNotify) uch_address_match_free);
  g_auto (Typed) typed = { 0 };

  take_apart (text, &typed);
  ensure_entries (self);
  for (guint i = 0; typed.n_words != 0 && i < self->entries->len; i++)
    {
      UchAddressMatch *match = match_entry (g_ptr_array_index (self->entries, i), &typed);

      if (match != NULL)
        g_ptr_array_add (matches, match);
    }
  g_ptr_array_sort (matches, compare_matches);
  if (matches->len > limit)
    g_ptr_array_set_size (matches, (int) limit);
  return matches;
}

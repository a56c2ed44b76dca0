#include "sync/uch-wire.h"

#include <float.h>
#include <string.h>

#include "core/uch-work.h"
#include "support/uch-samples.h"

static void
check_same (gconstpointer a, gconstpointer b)
{
  g_assert_true (uch_entity_equal (a, b));
  g_assert_cmpstr (((const UchEntity *) a)->rev, ==, ((const UchEntity *) b)->rev);
  g_assert_cmpuint (uch_entity_digest (a), ==, uch_entity_digest (b));
}

static void
test_every_table_comes_back (void)
{
  for (guint table = 0; table < UCH_N_TABLES; table++)
    for (guint variety = 0; variety < UCH_N_SAMPLES; variety++)
      {
        g_autoptr (UchEntity) row = uch_sample_row (table, "id-1", variety);
        g_autoptr (UchEntity) alone = NULL, from_node = NULL;
        g_autoptr (GPtrArray) rows
            = g_ptr_array_new_with_free_func ((GDestroyNotify) uch_wire_row_free);
        g_autoptr (UchWireChanges) changes = NULL;
        g_autoptr (JsonNode) node = NULL;
        g_autofree char  *text = uch_wire_encode_entity (row);
        g_autofree char  *page = NULL;
        const UchWireRow *back;
        g_autoptr (GError) error = NULL;

        alone = uch_wire_decode_entity (table, text, -1, &error);
        g_assert_no_error (error);
        check_same (row, alone);

        node = uch_wire_parse_json (text, -1, &error);
        g_assert_no_error (error);
        from_node = uch_wire_parse_entity (table, node, &error);
        g_assert_no_error (error);
        check_same (row, from_node);

        g_ptr_array_add (rows, uch_wire_row_new (table, 7, "id-1", row));
        g_ptr_array_add (rows, uch_wire_row_new (table, 8, "gone", NULL));
        page = uch_wire_encode_changes ("store-1", 6, 8, 9, 2, TRUE, rows);
        changes = uch_wire_decode_changes (page, -1, &error);
        g_assert_no_error (error);
        g_assert_cmpstr (changes->store, ==, "store-1");
        g_assert_cmpint (changes->from, ==, 6);
        g_assert_cmpint (changes->to, ==, 8);
        g_assert_cmpint (changes->head, ==, 9);
        g_assert_cmpint (changes->floor, ==, 2);
        g_assert_true (changes->more);
        g_assert_cmpuint (changes->rows->len, ==, 2);
        back = g_ptr_array_index (changes->rows, 0);
        g_assert_cmpint (back->seq, ==, 7);
        g_assert_cmpint (back->row->seq, ==, 7);
        g_assert_cmpint (back->table, ==, table);
        check_same (row, back->row);
        back = g_ptr_array_index (changes->rows, 1);
        g_assert_cmpstr (back->id, ==, "gone");
        g_assert_null (back->row);
      }
}

static void
test_snapshot_page (void)
{
  g_autoptr (GPtrArray) rows = g_ptr_array_new_with_free_func ((GDestroyNotify) uch_wire_row_free);
  g_autoptr (UchEntity) house = uch_sample_row (UCH_TABLE_HOUSE, "h1", 1);
  g_autoptr (UchWireSnapshot) page = NULL, last = NULL;
  g_autofree char *text = NULL, *last_text = NULL;
  g_autoptr (GError) error = NULL;

  g_ptr_array_add (rows, uch_wire_row_new (UCH_TABLE_HOUSE, 3, "h1", house));
  text = uch_wire_encode_snapshot ("s", 12, "h1", rows);
  page = uch_wire_decode_snapshot (text, -1, &error);
  g_assert_no_error (error);
  g_assert_cmpint (page->h0, ==, 12);
  g_assert_cmpstr (page->next, ==, "h1");
  check_same (((UchWireRow *) g_ptr_array_index (page->rows, 0))->row, house);

  last_text = uch_wire_encode_snapshot ("s", 12, NULL, rows);
  last = uch_wire_decode_snapshot (last_text, -1, &error);
  g_assert_no_error (error);
  g_assert_null (last->next);
}

/* What comes after a page is told before its rows are read, or not at all. */
static void
test_peek_next (void)
{
  static const struct
  {
    const char *text;
    gboolean    known;
    const char *next;
  } cases[] = {
    { "{\"store\":\"s\",\"h0\":1,\"next\":\"h1\",\"rows\":[[\"house\",", TRUE, "h1" },
    { "{\"store\":\"s\",\"h0\":1,\"next\":null,\"rows\":[]}", TRUE, NULL },
    { "{\"store\":\"s\",\"next\":\"a\\\"b\",\"rows\":[]}", TRUE, "a\"b" },
    { "{\"store\":\"s\",\"h0\":1,\"rows\":[],\"next\":\"h1\"}", FALSE, NULL },
    { "{\"store\":\"s\",\"h0\":1,\"next\":\"h1\"", FALSE, NULL },
    { "{\"store\":\"s\" \"next\":\"h1\",\"rows\":[]}", FALSE, NULL },
    { "", FALSE, NULL },
  };

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autofree char *next = NULL;

      g_assert_cmpint (uch_wire_peek_next (cases[i].text, strlen (cases[i].text), &next), ==,
                       cases[i].known);
      g_assert_cmpstr (next, ==, cases[i].next);
    }
}

static void
test_a_newer_store (void)
{
  g_autoptr (UchTicket) ticket = NULL;
  g_autoptr (UchWireChanges) changes = NULL;
  g_autoptr (GError) error = NULL;

  ticket = uch_wire_decode_entity (
      UCH_TABLE_TICKET, "{\"id\":\"t\",\"colour\":{\"a\":[1,2,{}]},\"number\":5}", -1, &error);
  g_assert_no_error (error);
  g_assert_cmpint (ticket->number, ==, 5);

  changes
      = uch_wire_decode_changes ("{\"store\":\"s\",\"from\":0,\"to\":2,\"head\":2,\"floor\":0,"
                                 "\"more\":false,\"new\":1,\"rows\":[[\"drone\",1,\"d\",{\"x\":1}],"
                                 "[\"note\",2,\"n\",{\"text\":\"a\"}]]}",
                                 -1, &error);
  g_assert_no_error (error);
  g_assert_cmpuint (changes->rows->len, ==, 1);
}

static GPtrArray *
sample_ops (guint n)
{
  GPtrArray *ops = g_ptr_array_new_with_free_func ((GDestroyNotify) uch_wire_op_free);

  for (guint i = 0; i < n; i++)
    {
      UchWireOp       *op = g_new0 (UchWireOp, 1);
      g_autofree char *id = g_strdup_printf ("op-%u", i);
      const char      *words[] = { "а", "🛠", NULL };

      op->mid = i + 1;
      op->command = uch_command_new_with (
          id, UCH_COMMAND_NOTE_ADD, 1700000000123, "text", "s", "שלום\t\"\\\n\x01\x7f🙂",
          "number", "x", G_MAXINT64, "share", "d", 5.0, "tenth", "d", 0.1, "flag", "b", TRUE,
          "words", "v", g_variant_new_strv (words, -1), "fields", "v",
          g_variant_new_parsed ("@a{sv} {'name': <'Ёлкина'>, 'floors': <int64 -9>}"), NULL);
      g_ptr_array_add (ops, op);
    }
  return ops;
}

static void
test_push (void)
{
  g_autoptr (GPtrArray) ops = sample_ops (UCH_WIRE_BATCH_MAX);
  g_autoptr (GPtrArray) back = NULL;
  g_autofree char *text = uch_wire_encode_push ("store", "desk-1", ops);
  g_autofree char *store = NULL, *client = NULL;
  g_autoptr (GError) error = NULL;

  g_assert_true (uch_wire_decode_push (text, -1, &store, &client, &back, &error));
  g_assert_no_error (error);
  g_assert_cmpstr (store, ==, "store");
  g_assert_cmpstr (client, ==, "desk-1");
  g_assert_cmpuint (back->len, ==, UCH_WIRE_BATCH_MAX);
  for (guint i = 0; i < ops->len; i++)
    {
      const UchWireOp *a = g_ptr_array_index (ops, i), *b = g_ptr_array_index (back, i);

      g_assert_cmpint (a->mid, ==, b->mid);
      g_assert_cmpstr (a->command->id, ==, b->command->id);
      g_assert_cmpstr (a->command->type, ==, b->command->type);
      g_assert_cmpint (a->command->at, ==, b->command->at);
      g_assert_cmpvariant (a->command->args, b->command->args);
    }
}

static void
test_too_many_operations (void)
{
  g_autoptr (GPtrArray) ops = sample_ops (UCH_WIRE_BATCH_MAX + 1);
  g_autoptr (GPtrArray) back = NULL;
  g_autofree char *text = uch_wire_encode_push ("store", "desk-1", ops);
  g_autofree char *store = NULL, *client = NULL;
  g_autoptr (GError) error = NULL;

  g_assert_false (uch_wire_decode_push (text, -1, &store, &client, &back, &error));
  g_assert_error (error, UCH_WIRE_ERROR, UCH_WIRE_ERROR_TOO_MANY);
  g_assert_null (back);
}

static void
test_other_version (void)
{
  g_autoptr (GPtrArray) back = NULL;
  g_autofree char *store = NULL, *client = NULL;
  g_autoptr (GError) error = NULL;

  g_assert_false (
      uch_wire_decode_push ("{\"store\":\"s\",\"client\":\"c\",\"schema\":99,\"ops\":[]}", -1,
                            &store, &client, &back, &error));
  g_assert_error (error, UCH_WIRE_ERROR, UCH_WIRE_ERROR_SCHEMA);
}

static void
test_acks (void)
{
  g_autoptr (GPtrArray) acks = g_ptr_array_new_with_free_func ((GDestroyNotify) uch_wire_ack_free);
  g_autoptr (GPtrArray) back = NULL;
  g_autofree char *text = NULL;
  g_autoptr (GError) error = NULL;
  gint64      last_mid, head;
  UchWireAck *ack;

  for (guint i = 0; i < 3; i++)
    {
      ack = g_new0 (UchWireAck, 1);
      ack->mid = i + 1;
      ack->kind = (UchVerdictKind) i;
      ack->seq = 10 + i;
      if (i == 1)
        {
          ack->refusal = UCH_REFUSAL_CHANGED;
          ack->current = uch_sample_row (UCH_TABLE_VISIT, "v", 1);
          ack->current->seq = 4;
        }
      if (i == 2)
        {
          ack->refusal = UCH_REFUSAL_TOO_LONG;
          ack->field = g_strdup ("text");
        }
      g_ptr_array_add (acks, ack);
    }
  text = uch_wire_encode_acks (acks, 3, 20);
  g_assert_true (uch_wire_decode_acks (text, -1, &back, &last_mid, &head, &error));
  g_assert_no_error (error);
  g_assert_cmpint (last_mid, ==, 3);
  g_assert_cmpint (head, ==, 20);
  g_assert_cmpuint (back->len, ==, 3);
  ack = g_ptr_array_index (back, 0);
  g_assert_cmpint (ack->kind, ==, UCH_VERDICT_OK);
  g_assert_cmpint (ack->seq, ==, 10);
  ack = g_ptr_array_index (back, 1);
  g_assert_cmpint (ack->kind, ==, UCH_VERDICT_CONFLICT);
  g_assert_cmpint (ack->refusal, ==, UCH_REFUSAL_CHANGED);
  g_assert_cmpint (ack->current->seq, ==, 4);
  check_same (ack->current, ((UchWireAck *) g_ptr_array_index (acks, 1))->current);
  ack = g_ptr_array_index (back, 2);
  g_assert_cmpint (ack->kind, ==, UCH_VERDICT_REJECTED);
  g_assert_cmpint (ack->refusal, ==, UCH_REFUSAL_TOO_LONG);
  g_assert_cmpstr (ack->field, ==, "text");
}

#define CHANGES(rows)                                                                              \
  "{\"store\":\"s\",\"from\":4,\"to\":6,\"head\":9,\"floor\":0,\"more\":false,\"rows\":" rows "}"
#define PUSH(ops) "{\"store\":\"s\",\"client\":\"c\",\"schema\":1,\"ops\":[" ops "]}"

static const struct
{
  char        what; /* c changes, p push, a acks, j any JSON, o outline */
  const char *text;
  const char *names; /* what the message must name */
} malformed[] = {
  { 'j', "", "no JSON" },
  { 'j', "{", "no JSON" },
  { 'j', "[1,]", "no JSON" },
  { 'j', "[1 2]", "no JSON" },
  { 'j', "{\"a\" 1}", "no JSON" },
  { 'j', "{a:1}", "no JSON" },
  { 'j', "// no\n1", "no JSON" },
  { 'j', "01", "no JSON" },
  { 'j', "1.", "no JSON" },
  { 'j', "-", "no JSON" },
  { 'j', "1e999", "too large" },
  { 'j', "9223372036854775808", "too large" },
  { 'j', "nul", "no JSON" },
  { 'j', "\"\\u0000\"", "NUL" },
  { 'j', "\"\\udc00\"", "surrogate" },
  { 'j', "\"\\x\"", "no JSON" },
  { 'j', "\"\\u12", "no JSON" },
  { 'j', "\"a\nb\"", "no JSON" },
  { 'j', "\"abc", "no JSON" },
  { 'j', "\"\xff\"", "UTF-8" },
  { 'j', "\xed\xa0\x80", "UTF-8" },
  { 'j', "[[[[[[[[[[[[[[[[[[[[[[[[[1]]]]]]]]]]]]]]]]]]]]]]]]]", "deeply" },
  { 'j', "1 2", "no JSON" },
  { 'c', "[]", "changes" },
  { 'c', "{\"from\":0}", "“store”" },
  { 'c', "{\"store\":5}", "“store”" },
  { 'c', CHANGES ("{}"), "“rows”" },
  { 'c', CHANGES ("[[\"note\",5,\"n\"]]"), "“fields”" },
  { 'c', CHANGES ("[[\"note\",5,\"n\",{},1]]"), "too many" },
  { 'c', CHANGES ("[[\"note\",\"5\",\"n\",{}]]"), "“seq”" },
  { 'c', CHANGES ("[[\"note\",-5,\"n\",{}]]"), "“seq”" },
  { 'c', CHANGES ("[[\"note\",5,\"bad id\",{}]]"), "“id”" },
  { 'c', CHANGES ("[[\"note\",5,\"n\",{\"id\":\"m\"}]]"), "“id”" },
  { 'c', CHANGES ("[[\"note\",5,\"n\",{\"text\":1}]]"), "“text”" },
  { 'c', CHANGES ("[[\"note\",5,\"n\",{\"created_at\":1.5}]]"), "“created_at”" },
  { 'c', CHANGES ("[[\"note\",5,\"n\",{\"withdrawn\":1}]]"), "“withdrawn”" },
  { 'c', CHANGES ("[[\"ticket\",5,\"n\",{\"state\":\"lost\"}]]"), "“state”" },
  { 'c', CHANGES ("[[\"house\",5,\"n\",{\"latitude\":\"45\"}]]"), "“latitude”" },
  { 'c', CHANGES ("[[\"note\",6,\"n\",{}],[\"note\",5,\"m\",{}]]"), "“seq”" },
  { 'c', CHANGES ("[[\"note\",4,\"n\",{}]]"), "“seq”" },
  { 'c', CHANGES ("[[\"note\",7,\"n\",{}]]"), "“seq”" },
  { 'c', "{\"store\":\"s\",\"from\":4,\"to\":3,\"head\":9,\"floor\":0,\"more\":false,\"rows\":[]}",
    "“to”" },
  { 'p', PUSH ("{\"mid\":1,\"id\":\"a\",\"args\":{}}"), "“type”" },
  { 'p', PUSH ("{\"mid\":1,\"type\":\"x\",\"args\":{}}"), "“id”" },
  { 'p', PUSH ("{\"mid\":0,\"id\":\"a\",\"type\":\"x\"}"), "“mid”" },
  { 'p', PUSH ("{\"id\":\"a\",\"type\":\"x\"}"), "“mid”" },
  { 'p', PUSH ("{\"mid\":1,\"id\":\"a\",\"type\":\"x\",\"args\":[]}"), "“args”" },
  { 'p', PUSH ("{\"mid\":1,\"id\":\"a\",\"type\":\"x\",\"args\":{\"n\":null}}"), "“n”" },
  { 'p', PUSH ("{\"mid\":1,\"id\":\"a\",\"type\":\"x\",\"args\":{\"n\":[1]}}"), "“n”" },
  { 'p', PUSH ("{\"mid\":1,\"id\":\"a\",\"type\":\"x\",\"args\":{\"n\":1,\"n\":2}}"), "“n”" },
  { 'p', "{\"store\":\"s\",\"schema\":1,\"ops\":[]}", "“client”" },
  { 'p', "{\"store\":\"s\",\"client\":\"c\",\"schema\":1}", "“ops”" },
  { 'p', "{\"client\":\"c\",\"schema\":1,\"ops\":[]}", "“store”" },
  { 'a', "{\"acks\":[[1,\"maybe\",2]],\"last_mid\":1,\"head\":2}", "“verdict”" },
  { 'a', "{\"acks\":[[1,\"ok\"]],\"last_mid\":1,\"head\":2}", "“seq”" },
  { 'a', "{\"acks\":[[1]],\"last_mid\":1,\"head\":2}", "ack" },
  { 'a', "{\"acks\":[],\"head\":2}", "“last_mid”" },
  { 'o', "{\"type\":\"Point\",\"coordinates\":[1,2]}", "“type”" },
  { 'o', "{\"type\":\"Polygon\"}", "“coordinates”" },
  { 'o', "{\"type\":\"Polygon\",\"coordinates\":[]}", "ring" },
  { 'o', "{\"type\":\"Polygon\",\"coordinates\":[[[1,2],[3,4],[1,2]]]}", "fewer" },
  { 'o', "{\"type\":\"Polygon\",\"coordinates\":[[[1,200],[3,4],[5,6]]]}", "Earth" },
  { 'o', "{\"type\":\"Polygon\",\"coordinates\":[[[1],[3,4],[5,6]]]}", "latitude" },
  { 'o', "not geojson", "no JSON" },
};

/* What is wrong in a push is named as exactly as one can point at it. */
static const struct
{
  const char  *text;
  UchWireError code;
  const char  *field; /* NULL: nothing to point at */
} bad_pushes[] = {
  { "{\"store\":5}", UCH_WIRE_ERROR_MALFORMED, "store" },
  { "{\"store\":\"s\",\"store\":\"t\"}", UCH_WIRE_ERROR_MALFORMED, "store" },
  { "{}", UCH_WIRE_ERROR_MISSING, "schema" },
  { "{\"schema\":\"1\"}", UCH_WIRE_ERROR_MALFORMED, "schema" },
  { "{\"schema\":99,\"dance\":1}", UCH_WIRE_ERROR_SCHEMA, "schema" },
  { "{\"schema\":0}", UCH_WIRE_ERROR_SCHEMA, "schema" },
  { "{\"schema\":1,\"dance\":1}", UCH_WIRE_ERROR_UNKNOWN, "dance" },
  { PUSH ("7"), UCH_WIRE_ERROR_MALFORMED, "ops[0]" },
  { PUSH ("{\"mid\":1,\"id\":\"a\",\"type\":\"x\",\"v\":1}"), UCH_WIRE_ERROR_UNKNOWN, "ops[0].v" },
  { PUSH ("{\"mid\":1,\"mid\":2,\"id\":\"a\",\"type\":\"x\"}"), UCH_WIRE_ERROR_MALFORMED,
    "ops[0].mid" },
  { PUSH ("{\"mid\":1,\"id\":\"a\",\"type\":\"x\"},{\"mid\":3,\"id\":\"b\",\"type\":\"x\"}"),
    UCH_WIRE_ERROR_MALFORMED, "ops[1].mid" },
  { PUSH ("{\"mid\":1,\"id\":\"a\",\"type\":\"x\",\"args\":{\"fields\":{\"n\":null}}}"),
    UCH_WIRE_ERROR_MALFORMED, "ops[0].args.fields.n" },
  { PUSH ("{\"mid\":1,\"id\":\"a b\",\"type\":\"x\"}"), UCH_WIRE_ERROR_MALFORMED, "ops[0].id" },
  { PUSH ("{\"mid\":99999999999999999999,\"id\":\"a\"}"), UCH_WIRE_ERROR_MALFORMED, "mid" },
  { PUSH ("{\"mid\":1,\"id\":\"\\ud800\"}"), UCH_WIRE_ERROR_MALFORMED, NULL },
  { PUSH ("{\"mid\":1,\"id\":\"\\ud800\\u0041\"}"), UCH_WIRE_ERROR_MALFORMED, NULL },
  { PUSH ("{\"mid\":1,\"id\":\"\\udc00\\ud800\"}"), UCH_WIRE_ERROR_MALFORMED, NULL },
  { PUSH ("{\"mid\":1,\"id\":\"\\u0000\"}"), UCH_WIRE_ERROR_MALFORMED, "id" },
  { PUSH ("{\"mid\":NaN}"), UCH_WIRE_ERROR_MALFORMED, NULL },
  { "{\"store\":\"\xff\"}", UCH_WIRE_ERROR_MALFORMED, NULL },
};

static void
test_bad_pushes (void)
{
  for (guint i = 0; i < G_N_ELEMENTS (bad_pushes); i++)
    {
      g_autoptr (GError) error = NULL;
      g_autoptr (GPtrArray) list = NULL;
      g_autofree char *store = NULL, *client = NULL;

      g_assert_false (
          uch_wire_decode_push (bad_pushes[i].text, -1, &store, &client, &list, &error));
      g_test_message ("%s: %s", bad_pushes[i].text, error->message);
      g_assert_error (error, UCH_WIRE_ERROR, (int) bad_pushes[i].code);
      g_assert_cmpstr (uch_wire_error_get_field (error), ==, bad_pushes[i].field);
    }
}

static void
test_malformed (void)
{
  for (guint i = 0; i < G_N_ELEMENTS (malformed); i++)
    {
      g_autoptr (GError) error = NULL;
      g_autoptr (UchWireChanges) changes = NULL;
      g_autoptr (UchOutline) outline = NULL;
      g_autoptr (JsonNode) node = NULL;
      g_autoptr (GPtrArray) list = NULL;
      g_autofree char *store = NULL, *client = NULL;
      const char      *text = malformed[i].text;
      gint64           a, b;
      gboolean         done = FALSE;

      switch (malformed[i].what)
        {
        case 'c':
          done = (changes = uch_wire_decode_changes (text, -1, &error)) != NULL;
          break;
        case 'p':
          done = uch_wire_decode_push (text, -1, &store, &client, &list, &error);
          break;
        case 'a':
          done = uch_wire_decode_acks (text, -1, &list, &a, &b, &error);
          break;
        case 'o':
          done = (outline = uch_wire_parse_outline (text, &error)) != NULL;
          break;
        default:
          done = (node = uch_wire_parse_json (text, -1, &error)) != NULL;
          break;
        }
      if (done || error->domain != UCH_WIRE_ERROR
          || strstr (error->message, malformed[i].names) == NULL)
        g_error ("%s: %s", text, error != NULL ? error->message : "taken");
      g_assert_null (list);
    }
}

/* No cut of a good message is good, and none makes the reader look past its end. */
static void
test_every_truncation (void)
{
  g_autoptr (GPtrArray) ops = sample_ops (2);
  g_autofree char *text = uch_wire_encode_push ("store", "desk", ops);
  gsize            len = strlen (text);

  for (gsize cut = 0; cut < len; cut++)
    {
      g_autofree char *exact = g_memdup2 (text, MAX (cut, 1)); /* no NUL behind it */
      g_autofree char *store = NULL, *client = NULL;
      g_autoptr (GPtrArray) back = NULL;

      g_assert_false (uch_wire_decode_push (exact, (gssize) cut, &store, &client, &back, NULL));
    }
}

static void
test_numbers (void)
{
  const double reals[]
      = { 0.1, 45.044834, -1e-300, 1e300, 5.0, 1.0 / 3.0, DBL_MAX, 4.9406564584124654e-324, -0.5 };

  for (guint i = 0; i < G_N_ELEMENTS (reals); i++)
    {
      g_autoptr (GVariant) args = g_variant_ref_sink (
          g_variant_new_parsed ("{'r': <%d>, 'min': <%x>}", reals[i], G_MININT64));
      g_autofree char *text = uch_wire_encode_args (args);
      g_autoptr (GError) error = NULL;
      g_autoptr (GVariant) back = uch_wire_decode_args (text, -1, &error);

      g_assert_no_error (error);
      g_assert_cmpvariant (args, back);
    }
}

static void
test_digest_sees_each_field (void)
{
  for (guint table = 0; table < UCH_N_TABLES; table++)
    {
      const UchSchema *schema = uch_schema_get (table);
      g_autoptr (UchEntity) row = uch_sample_row (table, "id", 1);

      for (guint i = 0; i < schema->n_fields; i++)
        {
          const UchField *field = &schema->fields[i];
          g_autoptr (UchEntity) other = uch_entity_copy (row);

          if (field->kind == UCH_FIELD_TEXT)
            uch_field_set_text (field, other, "other");
          else if (field->kind == UCH_FIELD_REAL)
            uch_field_set_real (field, other, 99);
          else
            uch_field_set_int (field, other, 0);
          g_assert_cmpuint (uch_entity_digest (row), !=, uch_entity_digest (other));
        }
    }
}

static void
test_outline (void)
{
  const char      *square = "[[[41.9,45.0],[42.1,45.0],[42.1,45.1],[41.9,45.1],[41.9,45.0]]]";
  g_autofree char *polygon = g_strdup_printf ("{\"coordinates\":%s,\"type\":\"Polygon\"}", square);
  g_autofree char *many
      = g_strdup_printf ("{\"type\":\"MultiPolygon\",\"coordinates\":[%s,%s]}", square, square);
  g_autofree char *feature
      = g_strdup_printf ("{\"type\":\"Feature\",\"properties\":{},\"geometry\":%s}", polygon);
  const char *const texts[] = { polygon, many, feature };

  for (guint i = 0; i < G_N_ELEMENTS (texts); i++)
    {
      g_autoptr (GError) error = NULL;
      g_autoptr (UchOutline) outline = uch_wire_parse_outline (texts[i], &error);
      const GArray *ring;

      g_assert_no_error (error);
      g_assert_cmpuint (outline->rings->len, ==, i == 1 ? 2 : 1);
      ring = g_ptr_array_index (outline->rings, 0);
      g_assert_cmpuint (ring->len, ==, 4);
      g_assert_cmpfloat (g_array_index (ring, UchPoint, 0).latitude, ==, 45.0);
    }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/wire/every-table-comes-back", test_every_table_comes_back);
  g_test_add_func ("/wire/snapshot-page", test_snapshot_page);
  g_test_add_func ("/wire/peek-next", test_peek_next);
  g_test_add_func ("/wire/a-newer-store", test_a_newer_store);
  g_test_add_func ("/wire/push", test_push);
  g_test_add_func ("/wire/too-many-operations", test_too_many_operations);
  g_test_add_func ("/wire/other-version", test_other_version);
  g_test_add_func ("/wire/acks", test_acks);
  g_test_add_func ("/wire/malformed", test_malformed);
  g_test_add_func ("/wire/bad-pushes", test_bad_pushes);
  g_test_add_func ("/wire/every-truncation", test_every_truncation);
  g_test_add_func ("/wire/numbers", test_numbers);
  g_test_add_func ("/wire/digest-sees-each-field", test_digest_sees_each_field);
  g_test_add_func ("/wire/outline", test_outline);
  return g_test_run ();
}

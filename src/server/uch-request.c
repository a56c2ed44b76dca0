#define G_LOG_DOMAIN "uch-server"

#include "server/uch-request.h"

#include <string.h>

#include "core/uch-work.h"
#include "server/uch-server-private.h"
#include "sync/uch-wire.h"

/* A shorter body is not worth the time it takes to compress. */
#define GZIP_LEN_MIN (32 * 1024)
#define GZIP_LEVEL 1

#define REQUEST_KEY "uch-request"

static void
request_free (gpointer data)
{
  UchRequest *self = data;

  g_clear_handle_id (&self->timeout_id, g_source_remove);
  g_byte_array_unref (self->body);
  g_clear_object (&self->session);
  g_clear_pointer (&self->query, g_hash_table_unref);
  g_free (self->token);
  g_free (self->from);
  g_object_unref (self->server);
  g_free (self);
}

/* Begins a request; the message owns it. */
UchRequest *
uch_request_new (UchServer *server, SoupServerMessage *message)
{
  UchRequest *self = g_new0 (UchRequest, 1);

  self->server = g_object_ref (server);
  self->message = message;
  self->group = UCH_GROUP_OTHER;
  self->started_us = g_get_monotonic_time ();
  self->body = g_byte_array_new ();
  g_object_set_data_full (G_OBJECT (message), REQUEST_KEY, self, request_free);
  return self;
}

UchRequest *
uch_request_ref (UchRequest *self)
{
  g_object_ref (self->message);
  return self;
}

void
uch_request_unref (UchRequest *self)
{
  if (self != NULL)
    g_object_unref (self->message);
}

/* The request that a message carries. */
UchRequest *
uch_request_of (SoupServerMessage *message)
{
  return g_object_get_data (G_OBJECT (message), REQUEST_KEY);
}

/* The answer comes later. */
void
uch_request_pause (UchRequest *self)
{
  if (self->paused || self->gone)
    return;
  self->paused = TRUE;
  soup_server_message_pause (self->message);
}

static void
resume (UchRequest *self)
{
  if (!self->paused)
    return;
  self->paused = FALSE;
  if (!self->gone)
    soup_server_message_unpause (self->message);
}

/* Whether the answer may be compressed. */
gboolean
uch_request_takes_gzip (UchRequest *self)
{
  SoupMessageHeaders *headers = soup_server_message_get_request_headers (self->message);
  const char         *accepted = soup_message_headers_get_list (headers, "Accept-Encoding");
  g_autoptr (GSList) unacceptable = NULL;
  GSList *list = accepted != NULL ? soup_header_parse_quality_list (accepted, &unacceptable) : NULL;
  gboolean takes = FALSE;

  for (GSList *l = list; l != NULL; l = l->next)
    takes |= g_ascii_strcasecmp (l->data, "gzip") == 0;
  soup_header_free_list (list);
  soup_header_free_list (g_steal_pointer (&unacceptable));
  return takes;
}

static void
put_body (UchRequest *self, GBytes *body, gboolean gzipped)
{
  SoupMessageHeaders *headers = soup_server_message_get_response_headers (self->message);

  if (self->gone)
    return;
  if (gzipped)
    soup_message_headers_replace (headers, "Content-Encoding", "gzip");
  soup_message_body_append_bytes (soup_server_message_get_response_body (self->message), body);
  uch_listener_enter (self->message, UCH_PHASE_ANSWER);
  resume (self);
}

static void
gzip_thread (GTask *task, gpointer source, gpointer data, GCancellable *cancellable)
{
  g_autoptr (GConverter) gzip
      = G_CONVERTER (g_zlib_compressor_new (G_ZLIB_COMPRESSOR_FORMAT_GZIP, GZIP_LEVEL));
  g_autoptr (GInputStream) plain = g_memory_input_stream_new_from_bytes (data);
  g_autoptr (GOutputStream) memory = g_memory_output_stream_new_resizable ();
  g_autoptr (GOutputStream) out = g_converter_output_stream_new (memory, gzip);
  GError *error = NULL;

  if (g_output_stream_splice (out, plain, G_OUTPUT_STREAM_SPLICE_CLOSE_TARGET, NULL, &error) < 0)
    g_task_return_error (task, error);
  else
    g_task_return_pointer (task,
                           g_memory_output_stream_steal_as_bytes (G_MEMORY_OUTPUT_STREAM (memory)),
                           (GDestroyNotify) g_bytes_unref);
}

static void
gzipped_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (UchRequest) self = user_data;
  g_autoptr (GError) error = NULL;
  g_autoptr (GBytes) bytes = g_task_propagate_pointer (G_TASK (result), &error);

  if (bytes != NULL)
    put_body (self, bytes, TRUE);
  else
    {
      g_warning ("cannot compress an answer: %s", error->message);
      put_body (self, g_task_get_task_data (G_TASK (result)), FALSE);
    }
}

/* libsoup knows no later status than those of RFC 2616. */
static const char *
get_phrase (guint status)
{
  return status == 429   ? "Too Many Requests"
         : status == 426 ? "Upgrade Required"
                         : soup_status_get_phrase (status);
}

/* A photo is packed as well as it can be. */
static gboolean
is_worth_packing (const char *type, GBytes *body)
{
  return g_bytes_get_size (body) > GZIP_LEN_MIN && !g_strv_contains (uch_photo_mimes, type);
}

/* Answers once; a second answer to the same request is a fault of the program. */
void
uch_request_answer (UchRequest *self, guint status, const char *type, GBytes *body)
{
  SoupMessageHeaders *headers = soup_server_message_get_response_headers (self->message);

  g_return_if_fail (!self->answered);
  self->answered = TRUE;
  if (self->gone)
    return;
  soup_server_message_set_status (self->message, status, get_phrase (status));
  if (soup_message_headers_get_one (headers, "Cache-Control") == NULL)
    soup_message_headers_replace (headers, "Cache-Control", "no-store");
  soup_message_headers_replace (headers, "X-Content-Type-Options", "nosniff");
  soup_message_headers_replace (headers, "Strict-Transport-Security", "max-age=31536000");
  if (body == NULL)
    { /* an answer of unknown length would end the connection */
      if (status != SOUP_STATUS_NO_CONTENT)
        soup_message_headers_set_content_length (headers, 0);
      uch_listener_enter (self->message, UCH_PHASE_ANSWER);
      resume (self);
      return;
    }
  soup_message_headers_set_content_type (headers, type, NULL);
  if (is_worth_packing (type, body))
    soup_message_headers_replace (headers, "Vary", "Accept-Encoding");
  if (is_worth_packing (type, body) && uch_request_takes_gzip (self)
      && soup_message_headers_get_one (headers, "Content-Encoding") == NULL)
    {
      g_autoptr (GTask) task = g_task_new (NULL, NULL, gzipped_cb, uch_request_ref (self));

      uch_request_pause (self);
      g_task_set_task_data (task, g_bytes_ref (body), (GDestroyNotify) g_bytes_unref);
      g_task_run_in_thread (task, gzip_thread);
    }
  else
    put_body (self, body, FALSE);
}

/* Answers 200 with @json, which it takes. */
void
uch_request_answer_json (UchRequest *self, char *json)
{
  g_autoptr (GBytes) body = g_bytes_new_take (json, strlen (json));

  uch_request_answer (self, SOUP_STATUS_OK, "application/json", body);
}

void
uch_request_answer_nothing (UchRequest *self)
{
  uch_request_answer (self, SOUP_STATUS_NO_CONTENT, NULL, NULL);
}

static JsonBuilder *
begin_problem (guint status, const char *code, const char *field, const char *detail)
{
  JsonBuilder *builder = json_builder_new ();

  json_builder_begin_object (builder);
  json_builder_set_member_name (builder, "status");
  json_builder_add_int_value (builder, status);
  json_builder_set_member_name (builder, "title");
  json_builder_add_string_value (builder, get_phrase (status));
  json_builder_set_member_name (builder, "code");
  json_builder_add_string_value (builder, code);
  if (field != NULL)
    {
      json_builder_set_member_name (builder, "field");
      json_builder_add_string_value (builder, field);
    }
  json_builder_set_member_name (builder, "detail");
  json_builder_add_string_value (builder, detail);
  return builder;
}

static void
answer_problem (UchRequest *self, guint status, JsonBuilder *builder)
{
  g_autoptr (JsonNode) root = NULL;
  g_autoptr (GBytes) body = NULL;
  char *text;

  json_builder_end_object (builder);
  root = json_builder_get_root (builder);
  text = uch_wire_print_json (root);
  body = g_bytes_new_take (text, strlen (text));
  if (status == SOUP_STATUS_UNAUTHORIZED)
    soup_message_headers_replace (soup_server_message_get_response_headers (self->message),
                                  "WWW-Authenticate", "Bearer");
  uch_request_answer (self, status, "application/problem+json", body);
}

/* Refuses with an object of RFC 9457: @code for programs, @field it is about, a sentence. */
void
uch_request_refuse (
    UchRequest *self, guint status, const char *code, const char *field, const char *format, ...)
{
  g_autoptr (JsonBuilder) builder = NULL;
  g_autofree char *detail = NULL;
  va_list          ap;

  va_start (ap, format);
  detail = g_strdup_vprintf (format, ap);
  va_end (ap);
  builder = begin_problem (status, code, field, detail);
  answer_problem (self, status, builder);
}

/* The same with further members: pairs of a name and a GVariant, a text or a whole number. */
void
uch_request_refuse_with (
    UchRequest *self, guint status, const char *code, const char *field, const char *detail, ...)
{
  g_autoptr (JsonBuilder) builder = begin_problem (status, code, field, detail);
  const char *name;
  va_list     ap;

  va_start (ap, detail);
  while ((name = va_arg (ap, const char *)) != NULL)
    {
      g_autoptr (GVariant) value = g_variant_ref_sink (va_arg (ap, GVariant *));

      json_builder_set_member_name (builder, name);
      if (g_variant_is_of_type (value, G_VARIANT_TYPE_INT64))
        json_builder_add_int_value (builder, g_variant_get_int64 (value));
      else
        json_builder_add_string_value (builder, g_variant_get_string (value, NULL));
    }
  va_end (ap);
  answer_problem (self, status, builder);
}

/* The client speaks a version of the wire that this store does not: it or the store is old. */
void
uch_request_refuse_schema (UchRequest *self, const char *detail)
{
  const UchWireVersions *versions = &self->server->limits.versions;
  SoupMessageHeaders    *headers = soup_server_message_get_response_headers (self->message);
  g_autoptr (GString) spoken = g_string_new (NULL);

  /* RFC 9110 §15.5.22: what would do, the best first. */
  for (int version = versions->cur; version >= versions->min; version--)
    g_string_append_printf (spoken, "%suchastok/%d", spoken->len > 0 ? ", " : "", version);
  soup_message_headers_replace (headers, "Upgrade", spoken->str);
  soup_message_headers_replace (headers, "Connection", "Upgrade");
  uch_request_refuse_with (self, 426, "schema", "schema", detail, "schema_min",
                           g_variant_new_int64 (versions->min), "schema_cur",
                           g_variant_new_int64 (versions->cur), NULL);
}

/* What an error of the wire is in HTTP. */
static const struct
{
  guint       status;
  const char *word;
} wire_errors[] = {
  [UCH_WIRE_ERROR_MALFORMED] = { SOUP_STATUS_BAD_REQUEST, "malformed" },
  [UCH_WIRE_ERROR_TOO_MANY] = { SOUP_STATUS_REQUEST_ENTITY_TOO_LARGE, "too_many" },
  [UCH_WIRE_ERROR_MISSING] = { SOUP_STATUS_BAD_REQUEST, "missing" },
  [UCH_WIRE_ERROR_INVALID] = { SOUP_STATUS_BAD_REQUEST, "invalid" },
  [UCH_WIRE_ERROR_UNKNOWN] = { SOUP_STATUS_BAD_REQUEST, "unknown_field" },
};

/* The code for programs of an error of the wire. */
const char *
uch_request_get_word (const GError *error)
{
  return wire_errors[error->code].word;
}

/* A cursor, or operations, of another history. */
void
uch_request_refuse_epoch (UchRequest *self, const char *field, const char *detail)
{
  uch_request_refuse_with (self, SOUP_STATUS_CONFLICT, "epoch", field, detail, "store",
                           g_variant_new_string (uch_store_async_get_uuid (self->server->store)),
                           NULL);
}

/* What an error of the store is in HTTP. */
static const struct
{
  UchStoreError code;
  guint         status;
  const char   *word;
} store_errors[] = {
  { UCH_STORE_ERROR_FAILED, SOUP_STATUS_INTERNAL_SERVER_ERROR, "failed" },
  { UCH_STORE_ERROR_UNAVAILABLE, SOUP_STATUS_SERVICE_UNAVAILABLE, "unavailable" },
  { UCH_STORE_ERROR_READ_ONLY, SOUP_STATUS_SERVICE_UNAVAILABLE, "read_only" },
  { UCH_STORE_ERROR_CORRUPT, SOUP_STATUS_SERVICE_UNAVAILABLE, "corrupt" },
  { UCH_STORE_ERROR_MID_GAP, SOUP_STATUS_CONFLICT, "mid_gap" },
  { UCH_STORE_ERROR_EPOCH, SOUP_STATUS_CONFLICT, "epoch" },
  { UCH_STORE_ERROR_RESYNC, SOUP_STATUS_GONE, "resync" },
  { UCH_STORE_ERROR_SIGNED_OUT, SOUP_STATUS_UNAUTHORIZED, "signed_out" },
  { UCH_STORE_ERROR_WRONG_PASSWORD, SOUP_STATUS_UNAUTHORIZED, "wrong_password" },
  { UCH_STORE_ERROR_WAIT, 429, "wait" },
  { UCH_STORE_ERROR_NOT_ALLOWED, SOUP_STATUS_FORBIDDEN, "not_allowed" },
  { UCH_STORE_ERROR_UNKNOWN, SOUP_STATUS_NOT_FOUND, "unknown" },
  { UCH_STORE_ERROR_EXISTS, SOUP_STATUS_CONFLICT, "exists" },
  { UCH_STORE_ERROR_INVALID, SOUP_STATUS_BAD_REQUEST, "invalid" },
};

/* Refuses with what went wrong below. What only a fault of ours can be is logged, not told. */
void
uch_request_fail (UchRequest *self, const GError *error)
{
  SoupMessageHeaders *headers = soup_server_message_get_response_headers (self->message);

  if (g_error_matches (error, UCH_WIRE_ERROR, UCH_WIRE_ERROR_SCHEMA))
    {
      uch_request_refuse_schema (self, error->message);
      return;
    }
  if (error->domain == UCH_WIRE_ERROR)
    {
      uch_request_refuse (self, wire_errors[error->code].status, wire_errors[error->code].word,
                          uch_wire_error_get_field (error), "%s", error->message);
      return;
    }
  for (guint i = 0; error->domain == UCH_STORE_ERROR && i < G_N_ELEMENTS (store_errors); i++)
    if ((int) store_errors[i].code == error->code)
      {
        if (store_errors[i].status >= 500)
          {
            self->server->metrics.errors++;
            g_warning ("the store cannot answer: %s", error->message);
            soup_message_headers_replace (headers, "Retry-After", "2");
          }
        uch_request_refuse (self, store_errors[i].status, store_errors[i].word, NULL, "%s",
                            store_errors[i].status >= 500 ? "The store cannot do this now"
                                                          : error->message);
        return;
      }
  self->server->metrics.errors++;
  g_warning ("a request failed: %s", error->message);
  uch_request_refuse (self, SOUP_STATUS_INTERNAL_SERVER_ERROR, "failed", NULL,
                      "The store cannot do this now");
}

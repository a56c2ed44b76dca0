/* One target: libFuzzer's entry. In an ordinary build replay.c runs it over the kept corpus. */
#pragma once

#include <glib.h>
#include <stdint.h>

int LLVMFuzzerTestOneInput (const uint8_t *data, size_t size);

/* fuzz.c: for the targets of the wire */
void       fuzz_assert_same_rows (GPtrArray *a, GPtrArray *b);
GPtrArray *fuzz_decode_store_ops (const char *json, gssize len, char **out_client);

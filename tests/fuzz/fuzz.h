/* One target: libFuzzer's entry. In an ordinary build replay.c runs it over the kept corpus. */
#pragma once

#include <glib.h>
#include <stdint.h>

int LLVMFuzzerTestOneInput (const uint8_t *data, size_t size);

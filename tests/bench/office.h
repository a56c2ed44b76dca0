/* Offices of any size, put into a store's file without its daemon: the same rows and the same log
 * that the store itself would have written, many to a commit. */
#pragma once

#include "core/uch-entity.h"

/* @n_tickets of them; @whole: with clients, visits, notes, calls and the journal, else the
 * registers and the tickets alone. */
void bench_fill_office (const char *data, guint n_tickets, gboolean whole);

/* The tickets as an array of JSON objects. */
void bench_write_documents (const char *data, const char *path);

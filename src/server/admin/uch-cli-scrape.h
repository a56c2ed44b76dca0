/* Reads the metrics of a daemon that runs. */
#pragma once

#include <gio/gio.h>

G_BEGIN_DECLS

/* How to ask, and whom. */
typedef struct
{
  const char *address;     /* "https://HOST:PORT" */
  const char *token;       /* (nullable): an admin's; needed from elsewhere */
  const char *fingerprint; /* (nullable): SHA-256 of a certificate that nobody has signed */
} UchCliScrape;

/* Sample by its name and labels, as in the text → double. */
GHashTable *uch_cli_scrape (const UchCliScrape *self, GError **error);
double      uch_cli_scrape_get (GHashTable *samples, const char *name);
double
uch_cli_scrape_get_quantile (GHashTable *samples, const char *name, const char *labels, double q);

G_END_DECLS

/* The files of the phone page, as they go out. */
#pragma once

#include <gio/gio.h>

G_BEGIN_DECLS

typedef struct
{
  const char *type;
  GBytes     *plain;   /* (owned) */
  GBytes     *gzipped; /* (owned) (nullable): NULL where it would not be shorter */
  char       *etag;    /* (owned): quoted */
  char       *policy;  /* (owned) (nullable): of what stands in the page itself */
} UchPhoneFile;

GHashTable *uch_phone_files_new (void);

G_END_DECLS

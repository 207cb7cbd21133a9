/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What the configuration's files share: the table of keys. A new key is a field in HsServerConfig, its default in hs_server_config_new ()
 * and one row in hs-server-config-keys.c; data/server.conf and the manual page follow it (tests/server-program tells how). */
#pragma once

#include "hs-server-config.h"

typedef struct _HsServerConfigKey HsServerConfigKey;

/* How a value is read and written. */
typedef struct
{
  /* FALSE with a sentence that does not name the key; then @field is as it was. */
  gboolean (*read) (const HsServerConfigKey *key, const char *value, gpointer field, char **problem);
  char *(*write) (gconstpointer field); /* as it stands in the file */
  gboolean is_text; /* the field is a char *, owned */
} HsServerConfigKind;

struct _HsServerConfigKey
{
  const char *group, *name;
  const HsServerConfigKind *kind;
  gsize offset;
  gint64 min, max;
  gboolean live;        /* SIGHUP changes it; else it waits for the next start */
  const char *sentence; /* for people who write the file; translatable */
};

/* In the order of the file, each group in one piece. */
const HsServerConfigKey *hs_server_config_get_keys (guint *n_keys);

static inline gpointer
hs_server_config_field (const HsServerConfig *self, const HsServerConfigKey *key)
{
  return G_STRUCT_MEMBER_P (self, key->offset);
}

/* Text that may be shown as a name: your own, or this computer's. (transfer full) */
char *hs_server_config_make_default_name (void);

/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "hs-secret.h"

#include <string.h>

void
hs_secret_erase (char *secret)
{
  if (secret != NULL)
    explicit_bzero (secret, strlen (secret));
}

void
hs_secret_free (char *secret)
{
  hs_secret_erase (secret);
  g_free (secret);
}

void
hs_secret_set (char **field, const char *secret)
{
  char *copy = g_strdup (secret); /* first: it may be the one that is there */

  hs_secret_free (*field);
  *field = copy;
}

void
hs_secret_free_string (GString *secret)
{
  explicit_bzero (secret->str, secret->len);
  g_string_free (secret, TRUE);
}

/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What a server's certificate lacks, in words. */
#include "hs-tls-problems.h"

#include "hs-config.h"

#include <glib/gi18n-lib.h>

static const struct
{
  HsTlsProblems problem;
  const char *words;
} problems[] = {
  { HS_TLS_WRONG_HOST, N_("Its certificate was made for another name.") },
  { HS_TLS_EXPIRED, N_("Its certificate has expired.") },
  { HS_TLS_NOT_YET_VALID, N_("Its certificate is not valid yet: perhaps a clock is wrong.") },
  { HS_TLS_REVOKED, N_("Its certificate has been revoked.") },
  { HS_TLS_WEAK, N_("Its certificate or its key is too weak.") },
  { HS_TLS_BAD, N_("Its certificate is faulty.") },
  { HS_TLS_UNKNOWN_AUTHORITY, N_("No authority that this computer trusts vouches for it.") },
};

char *
hs_tls_problems_dup_words (HsTlsProblems found)
{
  GString *text = g_string_new (NULL);

  for (gsize i = 0; i < G_N_ELEMENTS (problems); i++)
    if ((found & problems[i].problem) != 0)
      {
        g_string_append (text, text->len > 0 ? "\n" : "");
        g_string_append (text, _(problems[i].words));
      }
  return g_string_free (text, text->len == 0);
}

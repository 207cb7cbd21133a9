/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What may help where it is done by another command, in words; what is done elsewhere hs-failure words itself. */
#include "hs-probe-words.h"

#include "hs-config.h"

#include <glib/gi18n.h>

/* None: what a terminal has no switch for. */
static const struct { HsFailureWay way; gboolean tls; const char *title, *text; } words[] = {
  { HS_FAILURE_WAY_PROTOCOL, FALSE, N_("Does it wait for something?"),
    N_("Say it with --send. A server that encrypts from the first byte understands nothing else: try --tls.") },
  { HS_FAILURE_WAY_PROTOCOL, TRUE, N_("Does it wait for something?"), N_("Say it with --send.") },
  { HS_FAILURE_WAY_AGAIN, FALSE, N_("Try again"), N_("If the network is back, the same command opens a new connection.") },
  { HS_FAILURE_WAY_AGAIN, TRUE, N_("Try again"), N_("If the network is back, the same command opens a new connection.") },
  { HS_FAILURE_WAY_BEGIN_TLS, FALSE, N_("Begin encrypted"), N_("Give the same command with --tls.") },
  { HS_FAILURE_WAY_UNENCRYPTED, TRUE, N_("If it need not be encrypted"),
    N_("Leave --tls away. Then everybody on the way can read what is said, and change it.") },
};

static gsize
find (const HsFailureHint *hint, gboolean tls)
{
  gsize i = 0;

  while (i < G_N_ELEMENTS (words) && (words[i].way != hint->way || !words[i].tls != !tls))
    i++;
  return i;
}

const char *
hs_probe_words_get_title (const HsFailureHint *hint, gboolean tls)
{
  gsize i = find (hint, tls);

  if (hint->title != NULL)
    return hint->title;
  return i < G_N_ELEMENTS (words) ? _(words[i].title) : NULL;
}

const char *
hs_probe_words_get_text (const HsFailureHint *hint, gboolean tls)
{
  gsize i = find (hint, tls);

  if (hint->title != NULL)
    return hint->text;
  return i < G_N_ELEMENTS (words) ? _(words[i].text) : NULL;
}

/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What may help where it is done by another command, in words; what is done elsewhere hs-failure words itself. */
#include "hs-probe-words.h"

#include "hs-config.h"

#include <glib/gi18n.h>

/* None: what a terminal has no switch for. */
static const struct { const char *title, *text; } words[HS_FAILURE_N_WAYS] = {
  [HS_FAILURE_WAY_PROTOCOL] = { N_("Does it wait for something?"), N_("Say it with --send.") },
  [HS_FAILURE_WAY_AGAIN] = { N_("Try again"), N_("If the network is back, the same command opens a new connection.") },
};

const char *
hs_probe_words_get_title (const HsFailureHint *hint)
{
  return hint->title != NULL ? hint->title : words[hint->way].title != NULL ? _(words[hint->way].title) : NULL;
}

const char *
hs_probe_words_get_text (const HsFailureHint *hint)
{
  return hint->title != NULL ? hint->text : words[hint->way].text != NULL ? _(words[hint->way].text) : NULL;
}

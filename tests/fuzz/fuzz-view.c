/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A fact that the other end tells: whatever is taken lies within what there can be, and is written as the same again. */
#include "hs-limits.h"
#include "hs-view.h"

#include <string.h>

#include "fuzz.h"

int
LLVMFuzzerTestOneInput (const guint8 *data, gsize len)
{
  g_autofree char *text = g_strndup ((const char *) data, len);
  g_autofree char *once = NULL, *twice = NULL;
  HsViewFact fact, back;

  if (!hs_view_fact_parse (text, &fact))
    return 0;
  FUZZ_CHECK (fact.kind <= HS_VIEW_FIRST && fact.state <= 10 && fact.flags <= 0x1f);
  FUZZ_CHECK (fact.time >= 0 && fact.time <= HS_VIEW_TIME_MAX && fact.window <= HS_VIEW_WINDOW_MAX && fact.sent <= HS_VIEW_COUNT_MAX);
  once = hs_view_fact_format (&fact);
  FUZZ_CHECK (strlen (once) <= HS_VIEW_FACT_MAX);
  FUZZ_CHECK (hs_view_fact_parse (once, &back));
  twice = hs_view_fact_format (&back);
  FUZZ_CHECK (strcmp (once, twice) == 0);
  return 0;
}

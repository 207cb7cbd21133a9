/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Once a dialect is judged, no further byte changes it; and the end always decides. */
#include "fuzz.h"
#include "hs-dialect.h"

#define MAX_SIZE 1024

static void
check (const char *data, gsize size, HsDialect (*judge) (const char *data, gsize len, gboolean final))
{
  HsDialect decided = HS_DIALECT_UNKNOWN;

  for (gsize len = 0; len <= size; len++)
    {
      HsDialect dialect = judge (data, len, FALSE);

      FUZZ_CHECK (decided == HS_DIALECT_UNKNOWN || dialect == decided);
      FUZZ_CHECK (judge (data, len, TRUE) == (dialect == HS_DIALECT_UNKNOWN ? HS_DIALECT_PLAIN : dialect));
      decided = dialect;
    }
  FUZZ_CHECK (judge (data, size, TRUE) != HS_DIALECT_UNKNOWN);
}

int
LLVMFuzzerTestOneInput (const guint8 *data, gsize size)
{
  check ((const char *) data, MIN (size, MAX_SIZE), hs_dialect_judge_guest);
  check ((const char *) data, MIN (size, MAX_SIZE), hs_dialect_judge_server);
  return 0;
}

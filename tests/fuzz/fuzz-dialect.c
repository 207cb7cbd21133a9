/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A judgement once made stands, whatever comes after; and in the end one is always made. */
#include "hs-dialect.h"

typedef HsDialect (*Judge) (const char *data, gsize len, gboolean final);

int
LLVMFuzzerTestOneInput (const guint8 *bytes, gsize len)
{
  static const Judge judges[] = { hs_dialect_judge_guest, hs_dialect_judge_server };

  for (guint i = 0; i < G_N_ELEMENTS (judges); i++)
    {
      HsDialect decided = HS_DIALECT_UNKNOWN;

      for (gsize n = 0; n <= MIN (len, 700); n++)
        {
          HsDialect now = judges[i] ((const char *) bytes, n, FALSE);

          if (decided != HS_DIALECT_UNKNOWN)
            g_assert_cmpint (now, ==, decided);
          decided = now;
        }
      g_assert_cmpint (judges[i] ((const char *) bytes, len, TRUE), !=, HS_DIALECT_UNKNOWN);
    }
  return 0;
}

/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What every fuzz target shares: libFuzzer's entry, and a check that holds in every build. */
#pragma once

#include <glib.h>

int LLVMFuzzerTestOneInput (const guint8 *data, gsize size);

#define FUZZ_CHECK(condition) \
  G_STMT_START \
  { \
    if (!(condition)) \
      g_error ("%s:%d: %s", __FILE__, __LINE__, #condition); \
  } \
  G_STMT_END

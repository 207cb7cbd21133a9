/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What every fuzz target shares: libFuzzer's entry, and a check that holds in every build. It ends by SIGABRT: SIGTRAP, as from
 * g_error (), libFuzzer does not catch, and the input would be lost. */
#pragma once

#include <glib.h>
#include <stdlib.h>

int LLVMFuzzerInitialize (int *argc, char ***argv); /* fuzz.c */
int LLVMFuzzerTestOneInput (const guint8 *data, gsize size);

#define FUZZ_CHECK(condition) \
  G_STMT_START \
  { \
    if (!(condition)) \
      { \
        g_printerr ("%s:%d: %s\n", __FILE__, __LINE__, #condition); \
        abort (); \
      } \
  } \
  G_STMT_END

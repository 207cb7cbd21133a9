/* SPDX-License-Identifier: GPL-3.0-or-later */
/* In a fuzz target a warning is a finding: it says that the mistake is ours. */
#include "fuzz.h"

static void
on_log (const char *domain, GLogLevelFlags level, const char *message, gpointer user_data)
{
  if ((level & (G_LOG_LEVEL_ERROR | G_LOG_LEVEL_CRITICAL | G_LOG_LEVEL_WARNING)) == 0)
    return;
  g_printerr ("%s: %s\n", domain, message);
  abort ();
}

/* libFuzzer calls it before the first input, and so does replay.c. */
int
LLVMFuzzerInitialize (int *argc, char ***argv)
{
  g_log_set_default_handler (on_log, NULL);
  return 0;
}

/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Feeds the files of the corpus to a fuzz target without a fuzzer: the regression test of every build. */
#include "fuzz.h"

static gboolean
replay_folder (const char *path)
{
  g_autoptr (GDir) folder = g_dir_open (path, 0, NULL);
  const char *name = NULL;
  guint n = 0;

  while (folder != NULL && (name = g_dir_read_name (folder)) != NULL)
    {
      g_autofree char *file = g_build_filename (path, name, NULL);
      g_autofree char *data = NULL;
      g_autofree guint8 *exact = NULL;
      gsize len = 0;

      if (!g_file_get_contents (file, &data, &len, NULL))
        continue;
      exact = g_memdup2 (data, len); /* without GLib's NUL behind it: a sanitizer sees reading too far */
      LLVMFuzzerTestOneInput (exact, len);
      n++;
    }
  g_print ("%s: %u inputs\n", path, n);
  return n > 0;
}

int
main (int argc, char *argv[])
{
  LLVMFuzzerInitialize (&argc, &argv);
  for (int i = 1; i < argc; i++)
    if (!replay_folder (argv[i]))
      return 1;
  return 0;
}

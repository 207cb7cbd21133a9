/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A configuration that is taken says the same when it is written down and read again; a mistake is named with its line. */
#include <string.h>

#include "fuzz.h"
#include "hs-server-config-private.h"

#define FUZZ_PATH "server.conf"

/* Every key as it would stand in the file. A path is left out: what it leads to is read. */
static char *
write_down (const HsServerConfig *config)
{
  GString *text = g_string_new (NULL);
  guint n_keys;
  const HsServerConfigKey *keys = hs_server_config_get_keys (&n_keys);

  for (guint i = 0; i < n_keys; i++)
    {
      g_autofree char *value = keys[i].kind->write (hs_server_config_field (config, &keys[i]));

      FUZZ_CHECK (g_utf8_validate (value, -1, NULL) && strchr (value, '\n') == NULL);
      if (strcmp (keys[i].name, "password-file") != 0)
        g_string_append_printf (text, "[%s]\n%s=%s\n", keys[i].group, keys[i].name, value);
    }
  return g_string_free (text, FALSE);
}

int
LLVMFuzzerTestOneInput (const guint8 *data, gsize size)
{
  g_autofree char *text = g_malloc (size + 1), *written = NULL, *written_again = NULL;
  g_autoptr (HsServerConfig) config = hs_server_config_new (), again = hs_server_config_new (), live = NULL;
  g_autoptr (GError) error = NULL;

  memcpy (text, data, size);
  text[size] = '\0';
  if (!hs_server_config_read (config, FUZZ_PATH, text, size, &error))
    {
      FUZZ_CHECK (g_str_has_prefix (error->message, FUZZ_PATH ":") && g_utf8_validate (error->message, -1, NULL));
      g_clear_error (&error);
    }

  /* What stood before a mistake is taken, and has to be as sound. */
  written = write_down (config);
  FUZZ_CHECK (hs_server_config_read (again, FUZZ_PATH, written, strlen (written), &error));
  written_again = write_down (again);
  FUZZ_CHECK (strcmp (written, written_again) == 0);
  live = hs_server_config_new ();
  g_free (hs_server_config_take_live (live, config));
  return 0;
}

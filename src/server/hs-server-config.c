/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The hosted server's configuration: a key file whose every mistake is named with file and line. What keys there are is said in
 * hs-server-config-keys.c. */
#include "hs-server-config-private.h"

#include <gio/gio.h>
#include "hs-config.h" /* GETTEXT_PACKAGE, before gi18n-lib.h */
#include <glib/gi18n-lib.h>
#include <string.h>

#include "hs-limits.h"
#include "hs-secret.h"
#include "hs-utf8.h"

HsServerConfig *
hs_server_config_new (void)
{
  HsServerConfig *self = g_new0 (HsServerConfig, 1);

  self->name = hs_server_config_make_default_name ();
  self->network = g_strdup ("Handshake");
  self->port = HS_PORT_DEFAULT;
  self->backlog = HS_BACKLOG_DEFAULT;
  self->plain_text = TRUE;
  self->default_room = g_strdup ("#lobby");
  self->flood_protection = TRUE;
  self->guests = HS_GUESTS_MAX;
  self->per_address = HS_GUESTS_PER_ADDRESS;
  self->unregistered = HS_UNREGISTERED_MAX;
  self->registration_timeout = HS_REGISTRATION_MS;
  self->ping_after = HS_PING_AFTER_MS;
  self->pong_within = HS_PONG_WITHIN_MS;
  self->send_queue = HS_SEND_QUEUE_MAX;
  self->receive_queue = HS_RECEIVE_QUEUE_MAX;
  self->commands_per_second = HS_COMMANDS_PER_SECOND;
  self->commands_burst = HS_COMMANDS_BURST;
  self->registration = TRUE;
  self->before_connect = TRUE;
  self->kdf_iterations = HS_KDF_ITERATIONS;
  self->sasl = HS_SASL_ALL;
  self->history = TRUE;
  self->history_days = HS_KEPT_DAYS;
  self->history_messages = HS_KEPT_MESSAGES;
  self->history_size = HS_KEPT_BYTES;
  self->delete_own = TRUE;
  return self;
}

void
hs_server_config_take_password (HsServerConfig *self, char *password)
{
  hs_secret_free (self->password);
  self->password = password;
}

HsServerConfig *
hs_server_config_copy (const HsServerConfig *self)
{
  HsServerConfig *copy = g_memdup2 (self, sizeof *self);
  guint n_keys;
  const HsServerConfigKey *keys = hs_server_config_get_keys (&n_keys);

  for (guint i = 0; i < n_keys; i++)
    if (keys[i].kind->is_text)
      {
        char **text = hs_server_config_field (copy, &keys[i]);

        *text = g_strdup (*text);
      }
  copy->data_dir = g_strdup (self->data_dir);
  copy->trace_file = g_strdup (self->trace_file);
  copy->password = g_strdup (self->password);
  return copy;
}

void
hs_server_config_free (HsServerConfig *self)
{
  guint n_keys;
  const HsServerConfigKey *keys = hs_server_config_get_keys (&n_keys);

  if (self == NULL)
    return;
  for (guint i = 0; i < n_keys; i++)
    if (keys[i].kind->is_text)
      hs_secret_free (*(char **) hs_server_config_field (self, &keys[i])); /* one of them is a password */
  g_free (self->data_dir);
  g_free (self->trace_file);
  hs_server_config_take_password (self, NULL);
  g_free (self);
}

/* ---- The file, line by line: GKeyFile does not know where a key stood ---- */

typedef struct
{
  HsServerConfig *config;
  const char *path;
  guint line;
  char *group; /* (nullable) */
} Reading;

static gboolean G_GNUC_PRINTF (3, 4)
fail (Reading *self, GError **error, const char *format, ...)
{
  g_autofree char *words = NULL;
  va_list args;

  va_start (args, format);
  words = g_strdup_vprintf (format, args);
  va_end (args);
  g_set_error (error, G_IO_ERROR, G_IO_ERROR_INVALID_DATA, "%s:%u: %s", self->path, self->line, words);
  return FALSE;
}

static gboolean
is_group (const char *group)
{
  guint n_keys;
  const HsServerConfigKey *keys = hs_server_config_get_keys (&n_keys);

  for (guint i = 0; i < n_keys; i++)
    if (strcmp (keys[i].group, group) == 0)
      return TRUE;
  return FALSE;
}

static const HsServerConfigKey *
find_key (const char *group, const char *name)
{
  guint n_keys;
  const HsServerConfigKey *keys = hs_server_config_get_keys (&n_keys);

  for (guint i = 0; i < n_keys; i++)
    if (strcmp (keys[i].group, group) == 0 && strcmp (keys[i].name, name) == 0)
      return &keys[i];
  return NULL;
}

static gboolean
read_group (Reading *self, const char *line, GError **error)
{
  gsize len = strlen (line);

  if (line[len - 1] != ']')
    return fail (self, error, _("The name of a group ends with ]."));
  g_free (self->group);
  self->group = g_strndup (line + 1, len - 2);
  if (is_group (self->group))
    return TRUE;
  return fail (self, error, _("There is no group [%s]."), self->group);
}

static gboolean
read_key (Reading *self, const char *name, const char *value, GError **error)
{
  const HsServerConfigKey *key = find_key (self->group, name);
  g_autofree char *problem = NULL;

  if (key == NULL)
    return fail (self, error, _("There is no key “%s” in [%s]."), name, self->group);
  if (key->kind->read (key, value, hs_server_config_field (self->config, key), &problem))
    return TRUE;
  return fail (self, error, "%s: %s", name, problem);
}

static gboolean
read_line (Reading *self, char *line, GError **error)
{
  char *equals;

  g_strstrip (line);
  if (*line == '\0' || *line == '#')
    return TRUE;
  if (*line == '[')
    return read_group (self, line, error);
  equals = strchr (line, '=');
  if (equals == NULL)
    return fail (self, error, _("A line is a [group], key=value, or begins with #."));
  if (self->group == NULL)
    return fail (self, error, _("A key must stand in a group such as [server]."));
  *equals = '\0';
  return read_key (self, g_strstrip (line), g_strstrip (equals + 1), error);
}

gboolean
hs_server_config_set (HsServerConfig *self, const char *group, const char *name, const char *value, char **problem)
{
  const HsServerConfigKey *key = find_key (group, name);

  g_return_val_if_fail (key != NULL, FALSE);
  return key->kind->read (key, value, hs_server_config_field (self, key), problem);
}

gboolean
hs_server_config_read (HsServerConfig *self, const char *path, const char *text, gsize len, GError **error)
{
  g_auto (GStrv) lines = NULL;
  Reading reading = { .config = self, .path = path };
  gboolean ok = TRUE;

  if (!hs_utf8_is_text (text, len))
    {
      g_set_error (error, G_IO_ERROR, G_IO_ERROR_INVALID_DATA, _("%s: This file is not UTF-8 text."), path);
      return FALSE;
    }
  lines = g_strsplit (text, "\n", -1);
  for (guint i = 0; ok && lines[i] != NULL; i++)
    {
      reading.line = i + 1;
      ok = read_line (&reading, lines[i], error);
    }
  g_free (reading.group);
  return ok;
}

gboolean
hs_server_config_load (HsServerConfig *self, const char *path, GError **error)
{
  g_autofree char *text = NULL;
  gsize len;

  return g_file_get_contents (path, &text, &len, error) && hs_server_config_read (self, path, text, len, error);
}

/* ---- While it runs, and for people ---- */

char *
hs_server_config_take_live (HsServerConfig *self, const HsServerConfig *wanted)
{
  g_autoptr (GString) waiting = g_string_new (NULL);
  guint n_keys;
  const HsServerConfigKey *keys = hs_server_config_get_keys (&n_keys);

  for (guint i = 0; i < n_keys; i++)
    {
      gpointer field = hs_server_config_field (self, &keys[i]);
      g_autofree char *old = keys[i].kind->write (field);
      g_autofree char *new = keys[i].kind->write (hs_server_config_field (wanted, &keys[i]));
      g_autofree char *problem = NULL;

      if (strcmp (old, new) == 0)
        continue;
      if (!keys[i].live)
        g_string_append_printf (waiting, "%s%s", waiting->len > 0 ? ", " : "", keys[i].name);
      else if (!keys[i].kind->read (&keys[i], new, field, &problem))
        g_warning ("%s: what was written cannot be read: %s", keys[i].name, problem);
    }
  /* The file may be the same and its content another. */
  hs_server_config_take_password (self, g_strdup (wanted->password));
  return waiting->len > 0 ? g_string_free (g_steal_pointer (&waiting), FALSE) : NULL;
}

char *
hs_server_config_make_example (void)
{
  g_autoptr (HsServerConfig) defaults = hs_server_config_new ();
  GString *text = g_string_new (NULL);
  guint n_keys;
  const HsServerConfigKey *keys = hs_server_config_get_keys (&n_keys);

  g_clear_pointer (&defaults->name, g_free); /* it depends on who starts the server, and where */
  g_string_append_printf (text, "# %s\n", _("The configuration of handshake-server (1). What is commented out is the default."));
  for (guint i = 0; i < n_keys; i++)
    {
      g_autofree char *value = keys[i].kind->write (hs_server_config_field (defaults, &keys[i]));

      if (i == 0 || strcmp (keys[i - 1].group, keys[i].group) != 0)
        g_string_append_printf (text, "\n[%s]\n", keys[i].group);
      g_string_append_printf (text, "# %s\n#%s=%s\n", _(keys[i].sentence), keys[i].name, value);
    }
  return g_string_free (text, FALSE);
}

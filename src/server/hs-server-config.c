/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The hosted server's configuration: a key file whose every mistake is named with file and line. */
#include "hs-server-config.h"

#include <gio/gio.h>
#include "hs-config.h" /* GETTEXT_PACKAGE, before gi18n-lib.h */
#include <glib/gi18n-lib.h>
#include <string.h>

#include "hs-limits.h"
#include "hs-name.h"
#include "hs-utf8.h"

static char *
make_default_name (void)
{
  const char *real = g_get_real_name ();

  if (real != NULL && *real != '\0' && strcmp (real, "Unknown") != 0 && g_utf8_validate (real, -1, NULL))
    return g_strdup (real);
  return g_strdup (g_get_host_name ());
}

HsServerConfig *
hs_server_config_new (void)
{
  HsServerConfig *self = g_new0 (HsServerConfig, 1);

  self->name = make_default_name ();
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
  return self;
}

HsServerConfig *
hs_server_config_copy (const HsServerConfig *self)
{
  HsServerConfig *copy = g_memdup2 (self, sizeof *self);

  copy->name = g_strdup (self->name);
  copy->network = g_strdup (self->network);
  copy->motd = g_strdup (self->motd);
  copy->address = g_strdup (self->address);
  copy->unix_path = g_strdup (self->unix_path);
  copy->default_room = g_strdup (self->default_room);
  return copy;
}

void
hs_server_config_free (HsServerConfig *self)
{
  if (self == NULL)
    return;
  g_free (self->name);
  g_free (self->network);
  g_free (self->motd);
  g_free (self->address);
  g_free (self->unix_path);
  g_free (self->default_room);
  g_free (self);
}

/* ---- Keys ---- */

typedef struct _Key Key;
struct _Key
{
  const char *group, *name;
  /* FALSE with a sentence that does not name the key. */
  gboolean (*read) (const Key *key, const char *value, gpointer field, char **problem);
  gsize offset;
  gint64 min, max;
};

static gboolean
read_text (const Key *key, const char *value, gpointer field, char **problem)
{
  char **text = field;

  if (*value == '\0')
    {
      *problem = g_strdup (_("it is empty"));
      return FALSE;
    }
  if (key->max > 0 && strlen (value) > (gsize) key->max)
    {
      *problem = g_strdup_printf (_("it is longer than %d bytes"), (int) key->max);
      return FALSE;
    }
  g_free (*text);
  *text = g_strdup (value);
  return TRUE;
}

static gboolean
read_motd (const Key *key, const char *value, gpointer field, char **problem)
{
  char **text = field;

  g_free (*text);
  *text = g_strcompress (value);
  if (hs_utf8_is_text (*text, strlen (*text)))
    return TRUE;
  *problem = g_strdup (_("it is not UTF-8"));
  return FALSE;
}

static gboolean
read_address (const Key *key, const char *value, gpointer field, char **problem)
{
  char **text = field;

  g_clear_pointer (text, g_free);
  if (strcmp (value, "*") == 0)
    return TRUE;
  if (g_hostname_is_ip_address (value))
    {
      *text = g_strdup (value);
      return TRUE;
    }
  *problem = g_strdup (_("it is not a numeric address of this computer, nor * for all"));
  return FALSE;
}

static gboolean
read_room (const Key *key, const char *value, gpointer field, char **problem)
{
  char **text = field;

  if (!hs_name_is_room (value))
    {
      *problem = g_strdup (_("it is not a room's name: # and letters, without a space or a comma"));
      return FALSE;
    }
  g_free (*text);
  *text = g_strdup (value);
  return TRUE;
}

static gboolean
read_boolean (const Key *key, const char *value, gpointer field, char **problem)
{
  gboolean *truth = field;

  *truth = strcmp (value, "true") == 0;
  if (*truth || strcmp (value, "false") == 0)
    return TRUE;
  *problem = g_strdup (_("it is neither true nor false"));
  return FALSE;
}

static gboolean
read_number (const Key *key, const char *value, gint64 *number, char **problem)
{
  g_autofree char *min = g_strdup_printf ("%" G_GINT64_FORMAT, key->min);
  g_autofree char *max = g_strdup_printf ("%" G_GINT64_FORMAT, key->max);

  if (g_ascii_string_to_signed (value, 10, key->min, key->max, number, NULL))
    return TRUE;
  *problem = g_strdup_printf (_("it is not a number from %s to %s"), min, max);
  return FALSE;
}

static gboolean
read_uint (const Key *key, const char *value, gpointer field, char **problem)
{
  gint64 number;

  if (!read_number (key, value, &number, problem))
    return FALSE;
  *(guint *) field = (guint) number;
  return TRUE;
}

static gboolean
read_seconds (const Key *key, const char *value, gpointer field, char **problem)
{
  if (!read_uint (key, value, field, problem))
    return FALSE;
  *(guint *) field *= 1000;
  return TRUE;
}

static gboolean
read_size (const Key *key, const char *value, gpointer field, char **problem)
{
  gint64 number;

  if (!read_number (key, value, &number, problem))
    return FALSE;
  *(gsize *) field = (gsize) number;
  return TRUE;
}

/* Who names a port means that one, and no other. */
static gboolean
read_port (const Key *key, const char *value, gpointer field, char **problem)
{
  HsServerConfig *config = (HsServerConfig *) (gpointer) ((char *) field - key->offset);
  gint64 number;

  if (!read_number (key, value, &number, problem))
    return FALSE;
  config->port = (guint16) number;
  config->port_exact = TRUE;
  return TRUE;
}

/* A key of a feature that is not built yet: it must not seem to work. */
static gboolean
read_later (const Key *key, const char *value, gpointer field, char **problem)
{
  *problem = g_strdup (_("this version does not know it yet"));
  return FALSE;
}

#define FIELD(name) G_STRUCT_OFFSET (HsServerConfig, name)

static const Key keys[] = {
  { "server", "name", read_text, FIELD (name), 0, HS_NAME_MAX_BYTES },
  { "server", "network", read_text, FIELD (network), 0, HS_NAME_MAX_BYTES },
  { "server", "motd", read_motd, FIELD (motd) },
  { "server", "address", read_address, FIELD (address) },
  { "server", "port", read_port, FIELD (port), 0, 65535 },
  { "server", "unix", read_text, FIELD (unix_path), 0, 107 }, /* unix (7): sun_path */
  { "server", "backlog", read_uint, FIELD (backlog), 1, 65535 },
  { "server", "plain-text", read_boolean, FIELD (plain_text) },
  { "server", "default-room", read_room, FIELD (default_room) },
  { "server", "password-file", read_later },
  { "server", "encrypted-only", read_later },
  { "server", "classroom", read_later },
  { "server", "tls-certificate", read_later },
  { "server", "tls-key", read_later },
  { "limits", "flood-protection", read_boolean, FIELD (flood_protection) },
  { "limits", "guests", read_uint, FIELD (guests), 1, 1000000 },
  { "limits", "per-address", read_uint, FIELD (per_address), 0, 1000000 },
  { "limits", "unregistered", read_uint, FIELD (unregistered), 1, 1000000 },
  { "limits", "registration-timeout", read_seconds, FIELD (registration_timeout), 1, 86400 },
  { "limits", "ping-after", read_seconds, FIELD (ping_after), 1, 86400 },
  { "limits", "pong-within", read_seconds, FIELD (pong_within), 1, 86400 },
  { "limits", "send-queue", read_size, FIELD (send_queue), 64 * 1024, G_MAXUINT32 },
  { "limits", "receive-queue", read_size, FIELD (receive_queue), HS_LINE_MAX, HS_READ_MAX },
  { "limits", "commands-per-second", read_uint, FIELD (commands_per_second), 1, 1000000 },
  { "limits", "commands-burst", read_uint, FIELD (commands_burst), 1, 1000000 },
};

static const char *const later_groups[] = { "accounts", "history", "operator", NULL };

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
read_group (Reading *self, const char *line, GError **error)
{
  gsize len = strlen (line);

  if (line[len - 1] != ']')
    return fail (self, error, _("The name of a group ends with ]."));
  g_free (self->group);
  self->group = g_strndup (line + 1, len - 2);
  if (g_strv_contains (later_groups, self->group))
    return fail (self, error, _("This version does not know the group [%s] yet."), self->group);
  for (guint i = 0; i < G_N_ELEMENTS (keys); i++)
    if (strcmp (keys[i].group, self->group) == 0)
      return TRUE;
  return fail (self, error, _("There is no group [%s]."), self->group);
}

static gboolean
read_key (Reading *self, const char *name, const char *value, GError **error)
{
  for (guint i = 0; i < G_N_ELEMENTS (keys); i++)
    {
      g_autofree char *problem = NULL;

      if (strcmp (keys[i].group, self->group) != 0 || strcmp (keys[i].name, name) != 0)
        continue;
      if (keys[i].read (&keys[i], value, G_STRUCT_MEMBER_P (self->config, keys[i].offset), &problem))
        return TRUE;
      return fail (self, error, "%s: %s", name, problem);
    }
  return fail (self, error, _("There is no key “%s” in [%s]."), name, self->group);
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
  for (guint i = 0; i < G_N_ELEMENTS (keys); i++)
    if (strcmp (keys[i].group, group) == 0 && strcmp (keys[i].name, name) == 0)
      return keys[i].read (&keys[i], value, G_STRUCT_MEMBER_P (self, keys[i].offset), problem);
  g_return_val_if_reached (FALSE);
}

gboolean
hs_server_config_load (HsServerConfig *self, const char *path, GError **error)
{
  g_autofree char *text = NULL;
  g_auto (GStrv) lines = NULL;
  Reading reading = { .config = self, .path = path };
  gboolean ok = TRUE;
  gsize len;

  if (!g_file_get_contents (path, &text, &len, error))
    return FALSE;
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

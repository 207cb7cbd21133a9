/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The table of the configuration's keys, and how the value of each kind is read and written. The file around them is hs-server-config.c's. */
#include "hs-server-config-private.h"

#include <errno.h>
#include <gio/gio.h>
#include "hs-config.h" /* GETTEXT_PACKAGE, before gi18n-lib.h */
#include <glib/gi18n-lib.h>
#include <glib/gstdio.h>
#include <string.h>

#include "hs-limits.h"
#include "hs-name.h"
#include "hs-utf8.h"

char *
hs_server_config_make_default_name (void)
{
  const char *real = g_get_real_name ();

  if (real != NULL && *real != '\0' && strcmp (real, "Unknown") != 0 && g_utf8_validate (real, -1, NULL))
    return g_strdup (real);
  return g_strdup (g_get_host_name ());
}

/* ---- Texts ---- */

static gboolean
fits (const HsServerConfigKey *key, const char *value, char **problem)
{
  if (key->max <= 0 || strlen (value) <= (gsize) key->max)
    return TRUE;
  *problem = g_strdup_printf (_("it is longer than %d bytes"), (int) key->max);
  return FALSE;
}

static gboolean
take (gpointer field, char *value)
{
  char **text = field;

  g_free (*text);
  *text = value;
  return TRUE;
}

static gboolean
read_text (const HsServerConfigKey *key, const char *value, gpointer field, char **problem)
{
  if (*value != '\0')
    return fits (key, value, problem) && take (field, g_strdup (value));
  *problem = g_strdup (_("it is empty"));
  return FALSE;
}

static gboolean
read_optional (const HsServerConfigKey *key, const char *value, gpointer field, char **problem)
{
  return fits (key, value, problem) && take (field, *value != '\0' ? g_strdup (value) : NULL);
}

static gboolean
read_name (const HsServerConfigKey *key, const char *value, gpointer field, char **problem)
{
  return fits (key, value, problem) && take (field, *value != '\0' ? g_strdup (value) : hs_server_config_make_default_name ());
}

static char *
write_text (gconstpointer field)
{
  const char *text = *(char *const *) field;

  return g_strdup (text != NULL ? text : "");
}

/* Of an odd number of \ at the end the last one escapes nothing. */
static gboolean
ends_in_escape (const char *value)
{
  gsize len = strlen (value), n = 0;

  while (n < len && value[len - 1 - n] == '\\')
    n++;
  return n % 2 != 0;
}

static gboolean
read_lines (const HsServerConfigKey *key, const char *value, gpointer field, char **problem)
{
  g_autofree char *text = NULL;

  if (ends_in_escape (value))
    {
      *problem = g_strdup (_("its last \\ has nothing after it"));
      return FALSE;
    }
  text = g_strcompress (value);
  if (hs_utf8_is_text (text, strlen (text)))
    return take (field, *text != '\0' ? g_steal_pointer (&text) : NULL);
  *problem = g_strdup (_("it is not UTF-8"));
  return FALSE;
}

/* Around a value blanks are dropped: its own first and last one are written as an escape. */
static char *
keep_blanks (const char *text)
{
  gsize len = strlen (text);
  gboolean first = text[0] == ' ', last = len > 1 && text[len - 1] == ' ';

  return g_strdup_printf ("%s%.*s%s", first ? "\\040" : "", (int) (len - first - last), text + first, last ? "\\040" : "");
}

static char *
write_lines (gconstpointer field)
{
  const char *text = *(char *const *) field;
  g_autofree char *escaped = NULL;
  char kept[0x80 + 1] = { 0 }; /* of UTF-8, every byte that is not ASCII */

  for (int i = 0; i < 0x80; i++)
    kept[i] = (char) (0x80 + i);
  escaped = g_strescape (text != NULL ? text : "", kept);
  return keep_blanks (escaped);
}

static gboolean
read_address (const HsServerConfigKey *key, const char *value, gpointer field, char **problem)
{
  if (strcmp (value, "*") == 0)
    return take (field, NULL);
  if (g_hostname_is_ip_address (value))
    return take (field, g_strdup (value));
  *problem = g_strdup (_("it is not a numeric address of this computer, nor * for all"));
  return FALSE;
}

static char *
write_address (gconstpointer field)
{
  const char *text = *(char *const *) field;

  return g_strdup (text != NULL ? text : "*");
}

static gboolean
read_room (const HsServerConfigKey *key, const char *value, gpointer field, char **problem)
{
  if (hs_name_is_room (value))
    return take (field, g_strdup (value));
  *problem = g_strdup (_("it is not a room's name: # and letters, without a space or a comma"));
  return FALSE;
}

static const HsServerConfigKind kind_text = { read_text, write_text, TRUE };
static const HsServerConfigKind kind_optional = { read_optional, write_text, TRUE };
static const HsServerConfigKind kind_name = { read_name, write_text, TRUE };
static const HsServerConfigKind kind_lines = { read_lines, write_lines, TRUE };
static const HsServerConfigKind kind_address = { read_address, write_address, TRUE };
static const HsServerConfigKind kind_room = { read_room, write_text, TRUE };

/* ---- Truth and numbers ---- */

static gboolean
read_boolean (const HsServerConfigKey *key, const char *value, gpointer field, char **problem)
{
  gboolean truth = strcmp (value, "true") == 0;

  if (!truth && strcmp (value, "false") != 0)
    {
      *problem = g_strdup (_("it is neither true nor false"));
      return FALSE;
    }
  *(gboolean *) field = truth;
  return TRUE;
}

static char *
write_boolean (gconstpointer field)
{
  return g_strdup (*(const gboolean *) field ? "true" : "false");
}

static gboolean
read_number (const HsServerConfigKey *key, const char *value, gint64 *number, char **problem)
{
  g_autofree char *min = g_strdup_printf ("%" G_GINT64_FORMAT, key->min);
  g_autofree char *max = g_strdup_printf ("%" G_GINT64_FORMAT, key->max);

  if (g_ascii_string_to_signed (value, 10, key->min, key->max, number, NULL))
    return TRUE;
  *problem = g_strdup_printf (_("it is not a number from %s to %s"), min, max);
  return FALSE;
}

static gboolean
read_uint (const HsServerConfigKey *key, const char *value, gpointer field, char **problem)
{
  gint64 number;

  if (!read_number (key, value, &number, problem))
    return FALSE;
  *(guint *) field = (guint) number;
  return TRUE;
}

static char *
write_uint (gconstpointer field)
{
  return g_strdup_printf ("%u", *(const guint *) field);
}

static gboolean
read_seconds (const HsServerConfigKey *key, const char *value, gpointer field, char **problem)
{
  if (!read_uint (key, value, field, problem))
    return FALSE;
  *(guint *) field *= 1000;
  return TRUE;
}

static char *
write_seconds (gconstpointer field)
{
  return g_strdup_printf ("%u", *(const guint *) field / 1000);
}

static gboolean
read_size (const HsServerConfigKey *key, const char *value, gpointer field, char **problem)
{
  gint64 number;

  if (!read_number (key, value, &number, problem))
    return FALSE;
  *(gsize *) field = (gsize) number;
  return TRUE;
}

static char *
write_size (gconstpointer field)
{
  return g_strdup_printf ("%" G_GSIZE_FORMAT, *(const gsize *) field);
}

/* Who names a port means that one, and no other. */
static gboolean
read_port (const HsServerConfigKey *key, const char *value, gpointer field, char **problem)
{
  HsServerConfig *config = (HsServerConfig *) (gpointer) ((char *) field - key->offset);
  gint64 number;

  if (!read_number (key, value, &number, problem))
    return FALSE;
  config->port = (guint16) number;
  config->port_exact = TRUE;
  return TRUE;
}

static char *
write_port (gconstpointer field)
{
  return g_strdup_printf ("%u", *(const guint16 *) field);
}

static const HsServerConfigKind kind_boolean = { read_boolean, write_boolean, FALSE };
static const HsServerConfigKind kind_uint = { read_uint, write_uint, FALSE };
static const HsServerConfigKind kind_seconds = { read_seconds, write_seconds, FALSE };
static const HsServerConfigKind kind_size = { read_size, write_size, FALSE };
static const HsServerConfigKind kind_port = { read_port, write_port, FALSE };

/* ---- The password that all need ---- */

static gboolean
is_password (const char *text, char **problem)
{
  gsize len = strlen (text);

  if (len == 0)
    *problem = g_strdup (_("that file is empty"));
  else if (len > HS_PASSWORD_MAX_BYTES)
    *problem = g_strdup_printf (_("the password in it is longer than %d bytes"), HS_PASSWORD_MAX_BYTES);
  else if (!hs_utf8_is_text (text, len) || strpbrk (text, "\r\n") != NULL)
    *problem = g_strdup (_("the password in it must be one line of UTF-8 text"));
  else
    return TRUE;
  return FALSE;
}

/* No more than could be one is read, whatever the path names. (nullable): a problem; (transfer full) */
static char *
read_password_text (const char *path, gsize *len, char **problem)
{
  g_autofree char *text = g_malloc (HS_PASSWORD_FILE_MAX + 2); /* one byte more tells that there is more; NUL */
  FILE *file = g_fopen (path, "re");
  int failed = file != NULL ? 0 : errno;

  if (file != NULL)
    {
      *len = fread (text, 1, HS_PASSWORD_FILE_MAX + 1, file);
      failed = ferror (file) ? errno : 0;
      fclose (file);
    }
  if (failed != 0)
    *problem = g_strdup_printf ("%s: %s", path, g_strerror (failed));
  else if (*len > HS_PASSWORD_FILE_MAX)
    *problem = g_strdup_printf (_("that file holds more than one line of at most %d bytes"), HS_PASSWORD_MAX_BYTES);
  if (*problem != NULL)
    return NULL;
  text[*len] = '\0';
  return g_steal_pointer (&text);
}

/* Read at once, so that whoever checks the configuration hears of a file that is not there. One line feed at its end is the editor's. */
static gboolean
read_password_file (const HsServerConfigKey *key, const char *value, gpointer field, char **problem)
{
  HsServerConfig *config = (HsServerConfig *) (gpointer) ((char *) field - key->offset);
  g_autofree char *text = NULL;
  gsize len = 0;

  if (*value == '\0')
    {
      hs_server_config_take_password (config, NULL);
      return take (field, NULL);
    }
  text = read_password_text (value, &len, problem);
  if (text == NULL)
    return FALSE;
  if (len > 0 && text[len - 1] == '\n')
    text[--len] = '\0';
  if (len > 0 && text[len - 1] == '\r')
    text[--len] = '\0';
  if (strlen (text) != len)
    {
      *problem = g_strdup (_("the password in it must be one line of UTF-8 text"));
      return FALSE;
    }
  if (!is_password (text, problem))
    return FALSE;
  hs_server_config_take_password (config, g_steal_pointer (&text));
  return take (field, g_strdup (value));
}

static const HsServerConfigKind kind_password_file = { read_password_file, write_text, TRUE };

/* ---- Mechanisms ---- */

static const struct
{
  const char *name;
  HsSaslMechanisms bit;
} sasl_names[] = {
  { "EXTERNAL", HS_SASL_EXTERNAL },
  { "SCRAM-SHA-256-PLUS", HS_SASL_SCRAM_SHA_256_PLUS },
  { "SCRAM-SHA-256", HS_SASL_SCRAM_SHA_256 },
  { "PLAIN", HS_SASL_PLAIN },
};

static gboolean
read_sasl (const HsServerConfigKey *key, const char *value, gpointer field, char **problem)
{
  g_auto (GStrv) words = g_strsplit_set (value, " ,", -1);
  guint bits = 0;

  for (guint i = 0; words[i] != NULL; i++)
    {
      guint j = 0;

      while (j < G_N_ELEMENTS (sasl_names) && g_ascii_strcasecmp (sasl_names[j].name, words[i]) != 0)
        j++;
      if (words[i][0] == '\0')
        continue;
      if (j == G_N_ELEMENTS (sasl_names))
        {
          *problem = g_strdup_printf (_("there is no mechanism %s here"), words[i]);
          return FALSE;
        }
      bits |= sasl_names[j].bit;
    }
  *(guint *) field = bits;
  return TRUE;
}

static char *
write_sasl (gconstpointer field)
{
  guint bits = *(const guint *) field;
  GString *list = g_string_new (NULL);

  for (guint i = 0; i < G_N_ELEMENTS (sasl_names); i++)
    if ((bits & sasl_names[i].bit) != 0)
      g_string_append_printf (list, "%s%s", list->len > 0 ? "," : "", sasl_names[i].name);
  return g_string_free (list, FALSE);
}

static const HsServerConfigKind kind_sasl = { read_sasl, write_sasl, FALSE };

/* ---- The table ---- */

#define FIELD(name) G_STRUCT_OFFSET (HsServerConfig, name)
#define LIVE TRUE
#define AT_START FALSE

static const HsServerConfigKey keys[] = {
  { "server", "name", &kind_name, FIELD (name), 0, HS_NAME_MAX_BYTES, LIVE,
    N_("How the server is called. Empty: the name of who starts it, or of this computer.") },
  { "server", "network", &kind_text, FIELD (network), 0, HS_NAME_MAX_BYTES, AT_START,
    N_("How the network is called that IRC programs show.") },
  { "server", "motd", &kind_lines, FIELD (motd), 0, 0, LIVE,
    N_("The message of the day; \\n begins a new line. Empty: none.") },
  { "server", "address", &kind_address, FIELD (address), 0, 0, AT_START,
    N_("The one address of this computer, as a number, that is listened on. *: all of them, IPv6 and IPv4.") },
  { "server", "port", &kind_port, FIELD (port), 0, 65535, AT_START,
    N_("The TCP port; 0: any that is free. Without this key the next free port is taken where 8000 is in use.") },
  { "server", "unix", &kind_optional, FIELD (unix_path), 0, HS_UNIX_PATH_MAX, AT_START,
    N_("The path of a local socket that is listened on besides; only the server's own user may connect to it. Empty: none.") },
  { "server", "backlog", &kind_uint, FIELD (backlog), 1, 65535, AT_START,
    N_("How many connections may wait to be accepted. The kernel's net.core.somaxconn caps it.") },
  { "server", "plain-text", &kind_boolean, FIELD (plain_text), 0, 0, LIVE,
    N_("Whether guests without a protocol are served: netcat, a bare socket.") },
  { "server", "password-file", &kind_password_file, FIELD (password_file), 0, 0, LIVE,
    N_("A file with one line: the password that everybody needs to come in. Who speaks plain text cannot come in then. Empty: none is needed.") },
  { "server", "encrypted-only", &kind_boolean, FIELD (encrypted_only), 0, 0, LIVE,
    N_("Whether only encrypted connections are taken.") },
  { "server", "classroom", &kind_boolean, FIELD (classroom), 0, 0, LIVE,
    N_("Whether nothing is encrypted, so that learners see their own bytes on the wire. It wins over encrypted-only.") },
  { "server", "tls-certificate", &kind_optional, FIELD (tls_certificate), 0, 4096, LIVE,
    N_("A certificate by an authority, with its chain (PEM). It is read again when it changes. Empty: the server’s own.") },
  { "server", "tls-key", &kind_optional, FIELD (tls_key), 0, 4096, LIVE,
    N_("The private key that the certificate was made for (PEM). Empty: it stands in the certificate’s file.") },
  { "server", "sts", &kind_uint, FIELD (sts), 0, 31536000, LIVE,
    N_("Seconds for which IRC programs are to come encrypted only (STS). They are told so where the certificate is by an authority and made for the server’s name. 0: they are not.") },
  { "server", "share-view", &kind_boolean, FIELD (share_view), 0, 0, LIVE,
    N_("Whether a guest that asks is told what this computer’s kernel knows of the connection between the two: states, segments, clock.") },
  { "server", "default-room", &kind_room, FIELD (default_room), 0, 0, AT_START,
    N_("The room that everybody joins on arrival.") },
  { "limits", "flood-protection", &kind_boolean, FIELD (flood_protection), 0, 0, LIVE,
    N_("Whether a guest that sends more than its share has to wait. Nobody is dropped for haste.") },
  { "limits", "guests", &kind_uint, FIELD (guests), 1, 1000000, LIVE,
    N_("How many guests there may be at once.") },
  { "limits", "per-address", &kind_uint, FIELD (per_address), 0, 1000000, LIVE,
    N_("How many of them may come from one address, this computer's own excepted. 0: any number.") },
  { "limits", "unregistered", &kind_uint, FIELD (unregistered), 1, 1000000, LIVE,
    N_("How many connections may be without a name at once. Over it the one that is silent for longest goes.") },
  { "limits", "registration-timeout", &kind_seconds, FIELD (registration_timeout), 1, 86400, LIVE,
    N_("Seconds within which a guest that speaks IRC must have given its name.") },
  { "limits", "ping-after", &kind_seconds, FIELD (ping_after), 1, 86400, LIVE,
    N_("Seconds of silence after which a guest that speaks IRC is asked whether it is still there.") },
  { "limits", "pong-within", &kind_seconds, FIELD (pong_within), 1, 86400, LIVE,
    N_("Seconds within which it must answer.") },
  { "limits", "send-queue", &kind_size, FIELD (send_queue), 64 * 1024, G_MAXUINT32, LIVE,
    N_("Bytes that may wait for a guest that does not read. With more it is dropped.") },
  { "limits", "receive-queue", &kind_size, FIELD (receive_queue), HS_LINE_MAX, HS_READ_MAX, LIVE,
    N_("Bytes of one guest that may wait for their turn. With more nothing is read from it until there is room.") },
  { "limits", "commands-per-second", &kind_uint, FIELD (commands_per_second), 1, 1000000, LIVE,
    N_("Commands that one guest may send each second, with flood-protection. 4 KiB of plain text count as one.") },
  { "limits", "commands-burst", &kind_uint, FIELD (commands_burst), 1, 1000000, LIVE,
    N_("Commands that one guest may send at once before that holds.") },
  { "accounts", "registration", &kind_boolean, FIELD (registration), 0, 0, LIVE,
    N_("Whether guests may make accounts, by which they keep their names.") },
  { "accounts", "before-connect", &kind_boolean, FIELD (before_connect), 0, 0, LIVE,
    N_("Whether they may do so before they have come in.") },
  { "accounts", "kdf-iterations", &kind_uint, FIELD (kdf_iterations), HS_KDF_ITERATIONS, HS_KDF_ITERATIONS_MAX, LIVE,
    N_("How often a new password is hashed: more make it slower to guess, and to log in. Those that exist stay as they are.") },
  { "accounts", "sasl", &kind_sasl, FIELD (sasl), 0, 0, LIVE,
    N_("By which mechanisms one may log in. Empty: by none.") },
  { "history", "enabled", &kind_boolean, FIELD (history), 0, 0, AT_START,
    N_("Whether what is said is kept, so that who comes later can read it. Rooms, topics and bans are kept in any case.") },
  { "history", "days", &kind_uint, FIELD (history_days), 0, 36500, LIVE,
    N_("After so many days it is deleted. 0: never.") },
  { "history", "messages", &kind_uint, FIELD (history_messages), 0, 100000000, LIVE,
    N_("So many messages are kept of a room, the newest. 0: any number.") },
  { "history", "size", &kind_size, FIELD (history_size), 0, G_MAXSSIZE, LIVE,
    N_("Bytes that all of it may take up in server.db. When it is more, the oldest of it is deleted. 0: any number.") },
  { "history", "delete-own", &kind_boolean, FIELD (delete_own), 0, 0, LIVE,
    N_("Whether guests may delete what they have said themselves.") },
  { "operator", "name", &kind_optional, FIELD (operator_name), 0, HS_NAME_MAX_BYTES, LIVE,
    N_("The name with which OPER makes an IRC guest an operator of the server. Empty: nobody.") },
  { "operator", "password", &kind_optional, FIELD (operator_password), 0, HS_PASSWORD_MAX_BYTES, LIVE,
    N_("The password that goes with it. Empty: nobody. Wrong guesses have to wait longer each time.") },
};

const HsServerConfigKey *
hs_server_config_get_keys (guint *n_keys)
{
  *n_keys = G_N_ELEMENTS (keys);
  return keys;
}

/* SPDX-License-Identifier: GPL-3.0-or-later */
/* handshake-server: the hosted server without a screen. Reads its options, starts the server on the main context, heeds signals. */
#include <locale.h>
#include <netinet/in.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <gio/gunixsocketaddress.h>
#include <glib-unix.h>
#include <glib/gstdio.h>

#include "hs-config.h"
#include <glib/gi18n.h>

#include "hs-server.h"
#include "hs-systemd.h"

typedef struct
{
  GMainLoop *loop;
  HsServer *server;
  HsServerConfig *config;
  /* The command line, which wins over the file */
  char *port, *address, *name, *config_path, *unix_option, *data_dir;
  char *tls_certificate, *tls_key, *password_file, *trace;
  gboolean no_plain_text, encrypted_only, classroom, check_config, print_config, version;
  /* State */
  char *unix_path; /* (nullable) owned; that is listened on */
  int status;
  gboolean given; /* its sockets were opened for it */
  gboolean started, stopping;
} Program;

/* ---- Options ---- */

static gboolean
parse_options (Program *self, int *argc, char ***argv, GError **error)
{
  const GOptionEntry entries[] = {
    { "port", 0, 0, G_OPTION_ARG_STRING, &self->port, N_("Listen on this port (0: any)"), "N" },
    { "address", 0, 0, G_OPTION_ARG_STRING, &self->address, N_("Listen on this address only"), "A" },
    { "name", 0, 0, G_OPTION_ARG_STRING, &self->name, N_("How the server is called"), "NAME" },
    { "config", 0, 0, G_OPTION_ARG_FILENAME, &self->config_path, N_("Read this configuration"), "FILE" },
    { "unix", 0, 0, G_OPTION_ARG_FILENAME, &self->unix_option, N_("Listen on this local socket too"), "PATH" },
    { "data-dir", 0, 0, G_OPTION_ARG_FILENAME, &self->data_dir, N_("Keep rooms, what is said and the server’s key in this folder"), "DIR" },
    { "tls-certificate", 0, 0, G_OPTION_ARG_STRING, &self->tls_certificate, N_("Show this certificate, by an authority"), "FILE" },
    { "tls-key", 0, 0, G_OPTION_ARG_STRING, &self->tls_key, N_("The private key of that certificate"), "FILE" },
    { "password-file", 0, 0, G_OPTION_ARG_STRING, &self->password_file, N_("Ask everybody for the password in this file"), "FILE" },
    { "encrypted-only", 0, 0, G_OPTION_ARG_NONE, &self->encrypted_only, N_("Take encrypted connections only"), NULL },
    { "classroom", 0, 0, G_OPTION_ARG_NONE, &self->classroom, N_("Encrypt nothing, so that learners see their own bytes on the wire"), NULL },
    { "no-plain-text", 0, 0, G_OPTION_ARG_NONE, &self->no_plain_text, N_("Take no guests without a protocol"), NULL },
    { "check-config", 0, 0, G_OPTION_ARG_NONE, &self->check_config, N_("Check the configuration and end"), NULL },
    { "print-config", 0, 0, G_OPTION_ARG_NONE, &self->print_config, N_("Print a configuration with every key, its default and what it means, and end"), NULL },
    { "version", 0, 0, G_OPTION_ARG_NONE, &self->version, N_("Tell the version and end"), NULL },
    { "trace", 0, 0, G_OPTION_ARG_FILENAME, &self->trace, N_("Write what the kernel tells of each connection to this file, as lines of JSON"), "FILE" },
    { NULL },
  };
  g_autoptr (GOptionContext) context = g_option_context_new (NULL);

  g_option_context_set_summary (context, _("A chat room that Handshake, every IRC program and every bare socket can join."));
  g_option_context_add_main_entries (context, entries, GETTEXT_PACKAGE);
  if (!g_option_context_parse (context, argc, argv, error))
    return FALSE;
  if (*argc > 1)
    {
      g_set_error (error, G_OPTION_ERROR, G_OPTION_ERROR_BAD_VALUE, _("%s: there are only options"), (*argv)[1]);
      return FALSE;
    }
  return TRUE;
}

/* systemd names the folder of a system service (systemd.exec (5), StateDirectory=). */
static char *
choose_data_dir (Program *self)
{
  const char *state = g_getenv ("STATE_DIRECTORY");

  if (self->data_dir != NULL)
    return g_strdup (self->data_dir);
  if (state != NULL && *state != '\0')
    return g_strndup (state, strcspn (state, ":"));
  return g_build_filename (g_get_user_data_dir (), "handshake-server", NULL);
}

static gboolean
overlay (HsServerConfig *config, const char *option, const char *key, const char *value, GError **error)
{
  g_autofree char *problem = NULL;

  if (value == NULL || hs_server_config_set (config, "server", key, value, &problem))
    return TRUE;
  g_set_error (error, G_OPTION_ERROR, G_OPTION_ERROR_BAD_VALUE, "%s: %s", option, problem);
  return FALSE;
}

static HsServerConfig *
read_config (Program *self, GError **error)
{
  g_autoptr (HsServerConfig) config = hs_server_config_new ();

  if (self->config_path != NULL && !hs_server_config_load (config, self->config_path, error))
    return NULL;
  if (!overlay (config, "--port", "port", self->port, error) ||
      !overlay (config, "--address", "address", self->address, error) ||
      !overlay (config, "--name", "name", self->name, error) ||
      !overlay (config, "--unix", "unix", self->unix_option, error) ||
      !overlay (config, "--tls-certificate", "tls-certificate", self->tls_certificate, error) ||
      !overlay (config, "--tls-key", "tls-key", self->tls_key, error) ||
      !overlay (config, "--password-file", "password-file", self->password_file, error))
    return NULL;
  if (self->no_plain_text)
    config->plain_text = FALSE;
  config->data_dir = choose_data_dir (self);
  config->trace_file = g_strdup (self->trace);
  config->encrypted_only |= self->encrypted_only;
  config->classroom |= self->classroom;
  return g_steal_pointer (&config);
}

/* ---- Life ---- */

/* A password that everybody on this computer can read is none. */
static void
warn_if_readable (const char *path)
{
  GStatBuf info;

  if (path != NULL && g_stat (path, &info) == 0 && (info.st_mode & S_IROTH) != 0)
    g_printerr (_("%s: This file holds a password, and everybody on this computer can read it.\n"), path);
}

static void
warn_of_readable_password (Program *self, const HsServerConfig *config)
{
  if (config->operator_password != NULL)
    warn_if_readable (self->config_path);
  warn_if_readable (config->password_file);
}

static void
on_stopped (GObject *source, GAsyncResult *result, gpointer data)
{
  Program *self = data;

  hs_server_stop_finish (HS_SERVER (source), result, NULL);
  g_main_loop_quit (self->loop);
}

static gboolean
on_terminate (gpointer data)
{
  Program *self = data;

  /* Asked twice: at once. */
  if (self->stopping || !hs_server_get_running (self->server))
    {
      g_main_loop_quit (self->loop);
      return G_SOURCE_CONTINUE;
    }
  self->stopping = TRUE;
  hs_systemd_notify ("STOPPING=1");
  hs_server_stop_async (self->server, on_stopped, self);
  return G_SOURCE_CONTINUE;
}

static gboolean
on_reload (gpointer data)
{
  Program *self = data;
  g_autoptr (GError) error = NULL;
  g_autoptr (HsServerConfig) config = NULL;
  g_autofree char *waiting = NULL;

  if (self->stopping || !hs_server_get_running (self->server))
    return G_SOURCE_CONTINUE;
  hs_systemd_notify_reloading ();
  config = read_config (self, &error);
  if (config != NULL)
    waiting = hs_server_set_config (self->server, config);
  if (config == NULL)
    g_printerr (_("%s\nThe old configuration stays.\n"), error->message);
  else if (waiting == NULL)
    g_printerr (_("The configuration was read again.\n"));
  else
    g_printerr (_("The configuration was read again. These wait for the next start: %s.\n"), waiting);
  if (config != NULL)
    warn_of_readable_password (self, config);
  hs_systemd_notify ("READY=1");
  return G_SOURCE_CONTINUE;
}

/* Only a low port is a reason, and systemd opens that for anybody. */
static void
warn_of_root (Program *self)
{
  if (geteuid () == 0 && (self->given || self->config->port == 0 || self->config->port >= IPPORT_RESERVED))
    g_printerr (_("This runs as root, which it has no need of: start it as an ordinary user, or by its systemd unit.\n"));
}

/* What is read by programs is never translated. */
static void
tell_address (Program *self)
{
  g_autofree char *address = NULL;
  g_autofree char *line = NULL;
  g_autofree char *state = NULL;
  guint16 port = hs_server_get_port (self->server);

  g_object_get (self->server, "address", &address, NULL);
  if (!self->given && self->config->port != 0 && port != self->config->port)
    g_printerr (_("Port %u is in use: taking %u.\n"), self->config->port, port);
  if (address != NULL)
    line = g_strdup_printf (strchr (address, ':') != NULL ? "listening on [%s]:%u" : "listening on %s:%u", address, port);
  else
    line = g_strdup_printf ("listening on unix:%s", self->unix_path);
  g_print ("%s\n", line);
  if (address != NULL && self->unix_path != NULL)
    g_print ("listening on unix:%s\n", self->unix_path);
  fflush (stdout);
  state = g_strdup_printf ("READY=1\nSTATUS=%s", line);
  hs_systemd_notify (state);
}

/* What guests can compare with what their own programs show. */
static void
tell_key (Program *self)
{
  if (hs_server_get_key (self->server) != NULL)
    g_printerr (_("Its key has the number %s (%s).\n"), hs_server_get_key_number (self->server), hs_server_get_key (self->server));
}

/* Translators: %s is an address, such as 203.0.113.7 */
#define PUBLIC_WARNING N_("This computer has a public address (%s), and anybody who finds it can come in: a password keeps them out (--password-file).\n")

static void
on_public_found (GObject *source, GAsyncResult *result, gpointer data)
{
  g_autofree char *address = hs_server_find_public_finish (HS_SERVER (source), result, NULL);

  if (address != NULL)
    g_printerr (_(PUBLIC_WARNING), address);
}

/* Not before it serves: it may not go on at all, for another reason. */
static void
on_store_error (HsServer *server, GParamSpec *pspec, gpointer data)
{
  Program *self = data;
  g_autofree char *text = NULL;

  if (!self->started)
    return;
  g_object_get (server, "store-error-text", &text, NULL);
  if (text != NULL)
    g_printerr (_("%s: %s. The server goes on, and forgets what is said when it ends.\n"), self->config->data_dir, text);
  else if (pspec != NULL)
    g_printerr (_("What is said can be kept again.\n"));
}

static void
on_started (GObject *source, GAsyncResult *result, gpointer data)
{
  Program *self = data;
  g_autoptr (GError) error = NULL;

  if (hs_server_start_finish (HS_SERVER (source), result, &error))
    {
      self->started = TRUE;
      tell_address (self);
      on_store_error (self->server, NULL, self);
      tell_key (self);
      warn_of_root (self);
      warn_of_readable_password (self, self->config);
      hs_server_find_public_async (self->server, NULL, on_public_found, NULL);
      return;
    }
  g_printerr ("%s\n", error->message);
  self->status = EXIT_FAILURE;
  g_main_loop_quit (self->loop);
}

/* The path of a local socket that was opened for us. (nullable) (transfer full) */
static char *
dup_socket_path (int fd)
{
  struct sockaddr_un name = { 0 };
  socklen_t len = sizeof name;
  g_autoptr (GSocketAddress) address = NULL;

  if (getsockname (fd, (struct sockaddr *) &name, &len) < 0 || name.sun_family != AF_UNIX)
    return NULL;
  address = g_socket_address_new_from_native (&name, len);
  return address != NULL ? g_strdup (g_unix_socket_address_get_path (G_UNIX_SOCKET_ADDRESS (address))) : NULL;
}

static void
take_sockets (Program *self)
{
  g_autoptr (GArray) sockets = hs_systemd_steal_sockets ();

  self->given = sockets->len > 0;
  self->unix_path = self->given ? NULL : g_strdup (self->config->unix_path);
  for (guint i = 0; i < sockets->len; i++)
    {
      int fd = g_array_index (sockets, int, i);

      if (self->unix_path == NULL)
        self->unix_path = dup_socket_path (fd);
      hs_server_take_socket (self->server, fd);
    }
}

static void
serve (Program *self)
{
  signal (SIGPIPE, SIG_IGN);
  self->loop = g_main_loop_new (NULL, FALSE);
  self->server = hs_server_new (self->config, FALSE);
  g_signal_connect (self->server, "notify::store-error-text", G_CALLBACK (on_store_error), self);
  take_sockets (self);
  g_unix_signal_add (SIGTERM, on_terminate, self);
  g_unix_signal_add (SIGINT, on_terminate, self);
  g_unix_signal_add (SIGHUP, on_reload, self);
  hs_server_start_async (self->server, NULL, on_started, self);
  g_main_loop_run (self->loop);
  g_object_unref (self->server);
  g_main_loop_unref (self->loop);
}

static void
program_clear (Program *self)
{
  g_clear_pointer (&self->config, hs_server_config_free);
  g_free (self->port);
  g_free (self->address);
  g_free (self->name);
  g_free (self->config_path);
  g_free (self->tls_certificate);
  g_free (self->tls_key);
  g_free (self->password_file);
  g_free (self->unix_option);
  g_free (self->unix_path);
  g_free (self->data_dir);
  g_free (self->trace);
}

static void
print_example (void)
{
  g_autofree char *example = hs_server_config_make_example ();

  g_print ("%s", example);
}

int
main (int argc, char **argv)
{
  Program program = { .status = EXIT_SUCCESS };
  g_autoptr (GError) error = NULL;

  setlocale (LC_ALL, "");
  bindtextdomain (GETTEXT_PACKAGE, HS_LOCALE_DIR);
  bind_textdomain_codeset (GETTEXT_PACKAGE, "UTF-8");
  textdomain (GETTEXT_PACKAGE);

  if (parse_options (&program, &argc, &argv, &error) && !program.version)
    program.config = read_config (&program, &error);
  if (program.config != NULL && program.check_config)
    hs_server_check_files (program.config, &error);
  if (error != NULL)
    {
      g_printerr ("%s\n", error->message);
      program.status = EXIT_FAILURE;
    }
  else if (program.version)
    g_print ("handshake-server " HS_VERSION "\n");
  else if (program.print_config)
    print_example ();
  else if (program.check_config)
    g_print (_("The configuration is good.\n"));
  else
    serve (&program);

  program_clear (&program);
  return program.status;
}

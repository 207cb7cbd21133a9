/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The configuration file: every key, and every mistake with its line. */
#include "hs-server-config.h"

#include <glib/gstdio.h>
#include <string.h>

static char *
write_file (const char *text)
{
  char *path = NULL;
  g_autoptr (GError) error = NULL;
  int fd = g_file_open_tmp ("handshake-XXXXXX.conf", &path, &error);

  g_assert_no_error (error);
  g_close (fd, NULL);
  g_file_set_contents (path, text, -1, &error);
  g_assert_no_error (error);
  return path;
}

static void
test_mistakes (void)
{
  static const struct
  {
    const char *text, *message; /* after FILE: */
  } rows[] = {
    { "[server]\nport=70000\n", "2: port: it is not a number from 0 to 65535" },
    { "[server]\nport=\n", "2: port: it is not a number from 0 to 65535" },
    { "[server]\n\nprot=8000\n", "3: There is no key “prot” in [server]." },
    { "[sever]\n", "1: There is no group [sever]." },
    { "[server\n", "1: The name of a group ends with ]." },
    { "port=1\n", "1: A key must stand in a group such as [server]." },
    { "[server]\nrubbish\n", "2: A line is a [group], key=value, or begins with #." },
    { "[server]\naddress=rubbish\n", "2: address: it is not a numeric address of this computer, nor * for all" },
    { "[server]\ndefault-room=lobby\n", "2: default-room: it is not a room's name: # and letters, without a space or a comma" },
    { "[server]\nplain-text=yes\n", "2: plain-text: it is neither true nor false" },
    { "[server]\nnetwork=\n", "2: network: it is empty" },
    { "[server]\nunix=/0123456789/0123456789/0123456789/0123456789/0123456789/0123456789/0123456789/0123456789/0123456789/0123456789\n",
      "2: unix: it is longer than 107 bytes" },
    { "[server]\nmotd=a\\377b\n", "2: motd: it is not UTF-8" },
    { "[server]\nmotd=a\\\\\\\n", "2: motd: its last \\ has nothing after it" },
    { "[limits]\nsend-queue=1\n", "2: send-queue: it is not a number from 65536 to 4294967295" },
    { "[limits]\nping-after=1.5\n", "2: ping-after: it is not a number from 1 to 86400" },
    { "[limits]\nguests=0\n", "2: guests: it is not a number from 1 to 1000000" },
    { "[limits]\nguests=-1\n", "2: guests: it is not a number from 1 to 1000000" },
    { "[limits]\nport=1\n", "2: There is no key “port” in [limits]." },
  };

  for (guint i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      g_autofree char *path = write_file (rows[i].text);
      g_autofree char *expected = g_strconcat (path, ":", rows[i].message, NULL);
      g_autoptr (HsServerConfig) config = hs_server_config_new ();
      g_autoptr (GError) error = NULL;

      g_assert_false (hs_server_config_load (config, path, &error));
      g_assert_cmpstr (error->message, ==, expected);
      g_unlink (path);
    }
}

static void
test_all_keys (void)
{
  g_autofree char *path = write_file ("# a comment\n[server]\nname = Ana María\nnetwork=Home\nmotd=one\\ntwo\naddress=::1\nport=9000\nunix=/tmp/x\n"
                                      "backlog=5\nplain-text=false\ndefault-room=#hall\n"
                                      "[limits]\nflood-protection=false\nguests=20000\nper-address=0\nunregistered=20000\nregistration-timeout=5\n"
                                      "ping-after=600\npong-within=7\nsend-queue=67108864\nreceive-queue=4096\ncommands-per-second=3\ncommands-burst=4\n");
  g_autoptr (HsServerConfig) loaded = hs_server_config_new ();
  g_autoptr (HsServerConfig) config = NULL;
  g_autoptr (GError) error = NULL;

  hs_server_config_load (loaded, path, &error);
  g_assert_no_error (error);
  config = hs_server_config_copy (loaded);
  g_assert_cmpstr (config->name, ==, "Ana María");
  g_assert_cmpstr (config->network, ==, "Home");
  g_assert_cmpstr (config->motd, ==, "one\ntwo");
  g_assert_cmpstr (config->address, ==, "::1");
  g_assert_cmpuint (config->port, ==, 9000);
  g_assert_cmpstr (config->unix_path, ==, "/tmp/x");
  g_assert_cmpint (config->backlog, ==, 5);
  g_assert_false (config->plain_text);
  g_assert_cmpstr (config->default_room, ==, "#hall");
  g_assert_false (config->flood_protection);
  g_assert_cmpuint (config->guests, ==, 20000);
  g_assert_cmpuint (config->per_address, ==, 0);
  g_assert_cmpuint (config->unregistered, ==, 20000);
  g_assert_cmpuint (config->registration_timeout, ==, 5000);
  g_assert_cmpuint (config->ping_after, ==, 600000);
  g_assert_cmpuint (config->pong_within, ==, 7000);
  g_assert_cmpuint (config->send_queue, ==, 67108864);
  g_assert_cmpuint (config->receive_queue, ==, 4096);
  g_assert_cmpuint (config->commands_per_second, ==, 3);
  g_assert_cmpuint (config->commands_burst, ==, 4);
  g_unlink (path);
}

/* Each key in turn, as SIGHUP meets it: taken, or named as waiting. */
static void
test_live (void)
{
  static const struct
  {
    const char *group, *name, *value;
    gboolean live;
  } rows[] = {
    { "server", "name", "Ana", TRUE },
    { "server", "network", "Home", FALSE },
    { "server", "motd", "with “quotes”,\\n\\\\ and \\t", TRUE },
    { "server", "address", "::1", FALSE },
    { "server", "port", "9", FALSE },
    { "server", "unix", "/tmp/x", FALSE },
    { "server", "backlog", "7", FALSE },
    { "server", "plain-text", "false", TRUE },
    { "server", "default-room", "#hall", FALSE },
    { "limits", "flood-protection", "false", TRUE },
    { "limits", "guests", "3", TRUE },
    { "limits", "registration-timeout", "3", TRUE },
    { "limits", "send-queue", "70000", TRUE },
  };

  for (guint i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      g_autoptr (HsServerConfig) running = hs_server_config_new ();
      g_autoptr (HsServerConfig) wanted = hs_server_config_new ();
      g_autofree char *problem = NULL;
      g_autofree char *waiting = NULL;
      g_autofree char *again = NULL;

      g_assert_true (hs_server_config_set (wanted, rows[i].group, rows[i].name, rows[i].value, &problem));
      waiting = hs_server_config_take_live (running, wanted);
      g_assert_cmpstr (waiting, ==, rows[i].live ? NULL : rows[i].name);
      /* What waits goes on waiting, what was taken is there. */
      again = hs_server_config_take_live (running, wanted);
      g_assert_cmpstr (again, ==, waiting);
      if (g_str_equal (rows[i].name, "motd"))
        g_assert_cmpstr (running->motd, ==, "with “quotes”,\n\\ and \t");
    }
}

static void
test_live_together (void)
{
  g_autoptr (HsServerConfig) running = hs_server_config_new ();
  g_autoptr (HsServerConfig) wanted = hs_server_config_new ();
  g_autofree char *waiting = NULL;

  wanted->port = 9000;
  wanted->backlog = 5;
  wanted->guests = 5;
  waiting = hs_server_config_take_live (running, wanted);
  g_assert_cmpstr (waiting, ==, "port, backlog");
  g_assert_cmpuint (running->guests, ==, 5);
  g_assert_cmpuint (running->port, ==, 8000);
}

/* With every # before a key taken away the example is a file that changes nothing. */
static void
test_example (void)
{
  g_autofree char *example = hs_server_config_make_example ();
  g_auto (GStrv) lines = g_strsplit (example, "\n", -1);
  g_autoptr (GString) text = g_string_new (NULL);
  g_autoptr (HsServerConfig) defaults = hs_server_config_new ();
  g_autoptr (HsServerConfig) config = hs_server_config_new ();
  g_autoptr (GError) error = NULL;
  g_autofree char *path = NULL;
  g_autofree char *waiting = NULL;
  guint n_keys = 0;

  for (guint i = 0; lines[i] != NULL; i++)
    {
      gboolean is_key = lines[i][0] == '#' && lines[i][1] != ' ';

      g_string_append_printf (text, "%s\n", lines[i] + (is_key ? 1 : 0));
      n_keys += is_key;
    }
  g_assert_cmpuint (n_keys, >, 0);
  path = write_file (text->str);
  hs_server_config_load (config, path, &error);
  g_assert_no_error (error);
  waiting = hs_server_config_take_live (config, defaults);
  g_assert_cmpstr (waiting, ==, NULL);
  g_unlink (path);
}

static void
test_missing (void)
{
  g_autoptr (HsServerConfig) config = hs_server_config_new ();
  g_autoptr (GError) error = NULL;

  g_assert_false (hs_server_config_load (config, "/nonexistent/handshake.conf", &error));
  g_assert_error (error, G_FILE_ERROR, G_FILE_ERROR_NOENT);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/server/config/mistakes", test_mistakes);
  g_test_add_func ("/server/config/all-keys", test_all_keys);
  g_test_add_func ("/server/config/live", test_live);
  g_test_add_func ("/server/config/live-together", test_live_together);
  g_test_add_func ("/server/config/example", test_example);
  g_test_add_func ("/server/config/missing", test_missing);
  return g_test_run ();
}

/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What an invitation tells, in a network of this test's own where that is allowed (root), else only by addresses every computer has. */
#include "hs-invitation.h"

#include <glib/gstdio.h>
#include <sched.h>
#include <string.h>
#include <sys/mount.h>

#include "hs-limits.h"

#define WAIT_US (20 * G_USEC_PER_SEC)

#define wait_until(condition) \
  G_STMT_START { \
    gint64 end_time_ = g_get_monotonic_time () + WAIT_US; \
    while (!(condition) && g_get_monotonic_time () < end_time_) \
      if (!g_main_context_iteration (NULL, FALSE)) \
        g_usleep (1000); \
    g_assert_true (condition); \
  } G_STMT_END

static gboolean own_network;

static void
run (const char *command)
{
  g_autoptr (GError) error = NULL;
  g_autofree char *words = NULL;
  int status = 0;

  g_assert_true (g_spawn_command_line_sync (command, NULL, &words, &status, &error));
  g_assert_no_error (error);
  if (!g_spawn_check_wait_status (status, &error))
    g_error ("%s: %s", command, words);
}

/* "host|note|text host|note|text → link" */
static char *
describe (HsInvitation *invitation)
{
  GListModel *model = hs_invitation_get_addresses (invitation);
  GString *text = g_string_new (NULL);

  for (guint i = 0; i < g_list_model_get_n_items (model); i++)
    {
      g_autoptr (HsInvitationAddress) address = g_list_model_get_item (model, i);

      g_string_append_printf (text, "%s|%s|%s ", hs_invitation_address_get_host (address), hs_invitation_address_get_note (address),
                              hs_invitation_address_get_text (address));
    }
  g_string_append_printf (text, "→ %s", hs_invitation_get_link (invitation) != NULL ? hs_invitation_get_link (invitation) : "-");
  return g_string_free (text, FALSE);
}

static gboolean
tells (HsInvitation *invitation, const char *expected)
{
  g_autofree char *text = describe (invitation);

  return strcmp (text, expected) == 0;
}

/* The key insists; a token goes with it, and comes and goes. */
static void
test_key (void)
{
  static const char key[] = "sha256:qqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqo";
  g_autoptr (HsInvitation) invitation = hs_invitation_new ("127.0.0.1", 8000, "#lobby", key);
  g_autoptr (HsInvitation) open = hs_invitation_new ("127.0.0.1", 8000, "#lobby", NULL);

  wait_until (hs_invitation_get_known (invitation) && hs_invitation_get_known (open));
  g_assert_cmpstr (hs_invitation_get_link (invitation), ==, "ircs://127.0.0.1:8000/lobby?key=sha256:qqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqo");
  hs_invitation_set_token (invitation, "AAAAAAAAAAAAAAAAAAAAAA");
  g_assert_cmpstr (hs_invitation_get_link (invitation), ==,
                   "ircs://127.0.0.1:8000/lobby?key=sha256:qqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqo&token=AAAAAAAAAAAAAAAAAAAAAA");
  hs_invitation_set_token (invitation, NULL);
  g_assert_true (g_str_has_suffix (hs_invitation_get_link (invitation), "qqo"));
  hs_invitation_set_token (open, "AAAAAAAAAAAAAAAAAAAAAA");
  g_assert_cmpstr (hs_invitation_get_link (open), ==, "irc://127.0.0.1:8000/lobby");
}

static void
test_bound (void)
{
  static const struct
  {
    const char *bound;
    guint16 port;
    const char *room, *expected;
  } rows[] = {
    { "127.0.0.1", 8000, "#lobby", "127.0.0.1|Only this computer · port 8000|127.0.0.1 → irc://127.0.0.1:8000/lobby" },
    { "127.0.0.1", 9000, "#大厅", "127.0.0.1|Only this computer · port 9000|127.0.0.1:9000 → irc://127.0.0.1:9000/大厅" },
    { "::1", 9000, "#lobby", "::1|Only this computer, IPv6 · port 9000|[::1]:9000 → irc://[::1]:9000/lobby" },
    { "203.0.113.99", 9000, "#lobby", "→ -" },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      g_autoptr (HsInvitation) invitation = hs_invitation_new (rows[i].bound, rows[i].port, rows[i].room, NULL);
      g_autofree char *text = NULL;

      g_assert_false (hs_invitation_get_known (invitation));
      g_assert_null (hs_invitation_get_link (invitation));
      wait_until (hs_invitation_get_known (invitation));
      text = describe (invitation);
      g_assert_cmpstr (text, ==, rows[i].expected);
    }
}

/* It may be closed at any moment of its reading. */
static void
test_dropped (void)
{
  for (guint i = 0; i < 20; i++)
    {
      g_autoptr (HsInvitation) invitation G_GNUC_UNUSED = hs_invitation_new (NULL, 8000, "#lobby", NULL);

      for (guint turn = 0; turn < i; turn++)
        g_main_context_iteration (NULL, FALSE);
    }
}

static void
count (guint *changes)
{
  ++*changes;
}

static void
test_follows (void)
{
  g_autoptr (HsInvitation) invitation = NULL;
  guint changes = 0;

  if (!own_network)
    {
      g_test_skip ("a network of the test's own needs root and ip");
      return;
    }
  invitation = hs_invitation_new ("::", HS_PORT_DEFAULT, "#lobby", NULL);
  g_signal_connect_swapped (hs_invitation_get_addresses (invitation), "items-changed", G_CALLBACK (count), &changes);
  wait_until (tells (invitation, "127.0.0.1|Only this computer · port 8000|127.0.0.1 ::1|Only this computer, IPv6 · port 8000|::1 "
                                 "→ irc://127.0.0.1:8000/lobby"));
  g_assert_cmpuint (changes, ==, 1);
  run ("ip link add cable type veth peer name other");
  run ("ip link set other up");
  run ("ip link set cable up");
  run ("ip address add 192.168.77.5/24 dev cable");
  wait_until (tells (invitation, "192.168.77.5|Virtual network · port 8000|192.168.77.5 → irc://192.168.77.5:8000/lobby"));
  run ("ip route add default via 192.168.77.1");
  run ("ip address add fd77::5/64 dev cable nodad");
  wait_until (tells (invitation, "192.168.77.5|Virtual network · port 8000|192.168.77.5 fd77::5|Virtual network, IPv6 · port 8000|fd77::5 "
                                 "→ irc://192.168.77.5:8000/lobby"));
  run ("ip address del 192.168.77.5/24 dev cable");
  wait_until (tells (invitation, "fd77::5|Virtual network, IPv6 · port 8000|fd77::5 → irc://[fd77::5]:8000/lobby"));
  run ("ip link del cable");
  wait_until (tells (invitation, "127.0.0.1|Only this computer · port 8000|127.0.0.1 ::1|Only this computer, IPv6 · port 8000|::1 "
                                 "→ irc://127.0.0.1:8000/lobby"));
}

/* A bridge over no device is the containers', and never told beside a network, though its address is the lower one. */
static void
test_devices (void)
{
  g_autoptr (HsInvitation) invitation = NULL;

  if (!own_network)
    {
      g_test_skip ("a network of the test's own needs root and ip");
      return;
    }
  run ("ip link add lan type veth peer name switch");
  run ("ip link set switch up");
  run ("ip link set lan up");
  run ("ip address add 192.168.77.5/24 dev lan");
  run ("ip route add default via 192.168.77.1");
  run ("ip link add name docked type bridge");
  run ("ip link add plug type veth peer name socket");
  run ("ip link set plug master docked up");
  run ("ip link set socket up");
  run ("ip link set docked up");
  run ("ip address add 172.17.0.1/16 dev docked");
  invitation = hs_invitation_new ("0.0.0.0", HS_PORT_DEFAULT, "#lobby", NULL);
  wait_until (tells (invitation, "192.168.77.5|Virtual network · port 8000|192.168.77.5 → irc://192.168.77.5:8000/lobby"));
  run ("ip link del lan");
  wait_until (tells (invitation, "172.17.0.1|Virtual network · port 8000|172.17.0.1 → irc://172.17.0.1:8000/lobby"));
  run ("ip link del docked");
  run ("ip link del plug");
}

/* Before any thread: threads share the network of whom started them. What /sys shows is that of whom mounted it. */
static gboolean
enter_own_network (void)
{
  g_autofree char *ip = g_find_program_in_path ("ip");

  return ip != NULL && unshare (CLONE_NEWNET | CLONE_NEWNS) == 0 && mount (NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL) == 0 &&
         mount ("sysfs", "/sys", "sysfs", 0, NULL) == 0;
}

static void
on_told (HsInvitation *invitation, GParamSpec *pspec, gboolean *told)
{
  *told = TRUE;
}

/* One that runs is told of, with the command for this port; not to who is bound to this computer alone. */
static void
test_firewall (void)
{
  g_autoptr (HsInvitation) open = NULL, own = NULL;
  gboolean told = FALSE;

  if (!own_network)
    {
      g_test_skip ("no network namespace of one's own");
      return;
    }
  g_assert_cmpint (mount ("tmpfs", "/run", "tmpfs", 0, NULL), ==, 0);
  g_assert_cmpint (g_mkdir ("/run/firewalld", 0755), ==, 0);
  open = hs_invitation_new ("::", 8001, "#lobby", NULL);
  own = hs_invitation_new ("127.0.0.1", 8001, "#lobby", NULL);
  g_assert_null (hs_invitation_get_firewall_command (open)); /* it is read in a thread, and told of */
  g_signal_connect (open, "notify::firewall-command", G_CALLBACK (on_told), &told);
  wait_until (told);
  wait_until (hs_invitation_get_known (own));
  g_assert_cmpint (umount ("/run"), ==, 0);
  g_assert_nonnull (hs_invitation_get_firewall_command (open)); /* ufw's, where that is on, too */
  g_assert_true (g_str_has_suffix (hs_invitation_get_firewall_command (open), "8001/tcp"));
  g_assert_null (hs_invitation_get_firewall_command (own));
}

int
main (int argc, char *argv[])
{
  g_test_init (&argc, &argv, NULL);
  own_network = enter_own_network ();
  if (own_network)
    run ("ip link set lo up");
  g_test_add_func ("/client/invitation/bound", test_bound);
  g_test_add_func ("/client/invitation/key", test_key);
  g_test_add_func ("/client/invitation/firewall", test_firewall);
  g_test_add_func ("/client/invitation/dropped", test_dropped);
  g_test_add_func ("/client/invitation/follows", test_follows);
  g_test_add_func ("/client/invitation/devices", test_devices);
  return g_test_run ();
}

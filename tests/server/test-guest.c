/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What a guest notifies, and what not. */
#include "hs-guest-private.h"

static void
on_notify (HsGuest *guest, GParamSpec *pspec, gpointer data)
{
  g_string_append_printf (data, "%s ", pspec->name);
}

static void
test_notifies (void)
{
  const HsGuestFacts rows[] = {
    { .id = 7, .nick = (char *) "anna", .dialect = "", .listener = TRUE },
    { .id = 7, .nick = (char *) "anna", .dialect = "", .listener = TRUE },
    { .id = 7, .nick = (char *) "berta", .dialect = "IRC", .registered = TRUE },
    { .id = 7, .nick = (char *) "berta", .dialect = "IRC", .registered = TRUE, .address = (char *) "10.0.0.2:5" },
    { .id = 7, .dialect = "Plain text", .plain = TRUE, .own = TRUE },
    { .id = 7, .dialect = "Plain text", .plain = TRUE, .own = TRUE, .account = (char *) "Anna", .key = (char *) "sha256:x", .wire_nick = (char *) "a" },
  };
  static const char *const expected[] = { "listener ", "", "nick dialect listener registered ", "address ", "nick plain dialect registered own ",
                                          "wire-nick account key " };
  const HsGuestFacts first = { .id = 7, .nick = (char *) "anna", .address = (char *) "10.0.0.1:5", .dialect = "", .since = 3 };
  g_autoptr (HsGuest) guest = hs_guest_new (&first);
  g_autoptr (GString) notified = g_string_new (NULL);

  g_signal_connect (guest, "notify", G_CALLBACK (on_notify), notified);
  for (guint i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      hs_guest_set_facts (guest, &rows[i]);
      g_assert_cmpstr (notified->str, ==, expected[i]);
      g_string_truncate (notified, 0);
    }
  g_assert_null (hs_guest_get_nick (guest));
  g_assert_cmpstr (hs_guest_get_address (guest), ==, "10.0.0.2:5");
  g_assert_true (hs_guest_is_own (guest) && hs_guest_is_plain (guest));

  g_assert_cmpint (hs_guest_get_state (guest), ==, HS_TCP_ESTABLISHED);
  hs_guest_set_state (guest, HS_TCP_TIME_WAIT, 0, 60);
  hs_guest_set_state (guest, HS_TCP_TIME_WAIT, 9, 60);
  g_assert_cmpint (hs_guest_get_expires (guest), ==, 60);
  hs_guest_set_traffic (guest, 3, 0, 0); /* it came then */
  hs_guest_set_traffic (guest, 8, 0, 21);
  hs_guest_set_traffic (guest, 8, 100, 21);
  g_assert_cmpuint (hs_guest_get_received (guest) + hs_guest_get_sent (guest), ==, 121);
  hs_guest_set_gone (guest);
  hs_guest_set_gone (guest);
  g_assert_cmpstr (notified->str, ==, "expires state rtt last-active sent received gone ");
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/server/guest/notifies", test_notifies);
  return g_test_run ();
}

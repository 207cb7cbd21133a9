/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "hs-member-private.h"

static void
count (GObject *object, GParamSpec *pspec, gpointer n)
{
  ++*(guint *) n;
}

static void
test_flags (void)
{
  static const struct
  {
    const char *name;
    void (*set) (HsMember *, gboolean);
    gboolean (*get) (HsMember *);
  } cases[] = {
    { "away", hs_member_set_away, hs_member_is_away },
    { "plain", hs_member_set_plain, hs_member_is_plain },
    { "secure", hs_member_set_secure, hs_member_is_secure },
    { "own", hs_member_set_own, hs_member_is_own },
    { "typing", hs_member_set_typing, hs_member_is_typing },
  };
  g_autoptr (HsMember) member = hs_member_new ("ana");

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autofree char *signal = g_strconcat ("notify::", cases[i].name, NULL);
      guint n = 0;
      gboolean value;
      gulong handler = g_signal_connect (member, signal, G_CALLBACK (count), &n);

      g_assert_false (cases[i].get (member));
      cases[i].set (member, 4);
      cases[i].set (member, TRUE);
      g_assert_cmpuint (n, ==, 1);
      g_object_get (member, cases[i].name, &value, NULL);
      g_assert_true (value && cases[i].get (member));
      cases[i].set (member, FALSE);
      g_assert_cmpuint (n, ==, 2);
      g_assert_false (cases[i].get (member));
      g_signal_handler_disconnect (member, handler);
    }
}

static void
test_names (void)
{
  g_autoptr (HsMember) member = hs_member_new ("ana");
  guint shown = 0, nick = 0, rank = 0;

  g_signal_connect (member, "notify::shown", G_CALLBACK (count), &shown);
  g_signal_connect (member, "notify::nick", G_CALLBACK (count), &nick);
  g_signal_connect (member, "notify::rank", G_CALLBACK (count), &rank);
  g_assert_cmpstr (hs_member_get_shown (member), ==, "ana");
  hs_member_set_nick (member, "ana2");
  g_assert_cmpstr (hs_member_get_shown (member), ==, "ana2");
  g_assert_cmpuint (shown, ==, 1);
  hs_member_set_shown (member, "Ana María");
  hs_member_set_shown (member, "Ana María");
  g_assert_cmpstr (hs_member_get_shown (member), ==, "Ana María");
  hs_member_set_nick (member, "ana3");
  g_assert_cmpuint (shown, ==, 2);
  g_assert_cmpuint (nick, ==, 2);
  hs_member_set_shown (member, "");
  g_assert_cmpstr (hs_member_get_shown (member), ==, "ana3");
  hs_member_set_rank (member, 2);
  hs_member_set_rank (member, 2);
  g_assert_cmpuint (rank, ==, 1);
  g_assert_cmpuint (hs_member_get_rank (member), ==, 2);
}

int
main (int argc, char *argv[])
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/model/member/flags", test_flags);
  g_test_add_func ("/model/member/names", test_names);
  return g_test_run ();
}

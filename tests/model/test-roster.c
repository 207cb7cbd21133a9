/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Members by nick, what their list tells who sorts it, and who types. */
#include "hs-roster.h"

#include "hs-room-private.h"

static void
test_find (void)
{
  HsRoster *roster = hs_roster_new ();
  HsMember *ana = hs_roster_add (roster, "Ana"), *li = hs_roster_add (roster, "ÉLI");

  g_assert_true (hs_roster_find (roster, "aNA") == ana);
  g_assert_true (hs_roster_find (roster, "ÉLi") == li);
  g_assert_null (hs_roster_find (roster, "éli")); /* casemapping ascii */
  hs_roster_rename (roster, ana, "Zoe");
  g_assert_null (hs_roster_find (roster, "ana"));
  g_assert_true (hs_roster_find (roster, "zoe") == ana);
  g_assert_cmpstr (hs_member_get_nick (ana), ==, "Zoe");
  hs_roster_rename (roster, ana, "ZOE"); /* only its case */
  g_assert_true (hs_roster_find (roster, "zoe") == ana);
  hs_roster_remove (roster, ana);
  g_assert_null (hs_roster_find (roster, "zoe"));
  hs_roster_clear (roster);
  g_assert_null (hs_roster_find (roster, "ÉLI"));
  g_assert_cmpuint (g_list_model_get_n_items (hs_roster_get_list (roster)), ==, 0);
  hs_roster_free (roster);
}

static void
note (GListModel *list, guint position, guint removed, guint added, GString *told)
{
  g_string_append_printf (told, " %u-%u+%u", position, removed, added);
}

/* Whoever sorts by rank or name looks at a member again when it is told as replaced; other news of it are no matter of the list. */
static void
test_told (void)
{
  HsRoster *roster = hs_roster_new ();
  g_autoptr (GListModel) list = g_object_ref (hs_roster_get_list (roster));
  g_autoptr (GString) told = g_string_new (NULL);
  g_autoptr (HsMember) ana = NULL, ben = NULL;

  g_signal_connect (list, "items-changed", G_CALLBACK (note), told);
  ana = g_object_ref (hs_roster_add (roster, "Ana"));
  ben = g_object_ref (hs_roster_add (roster, "Ben"));
  hs_member_set_rank (ben, 2);
  hs_member_set_plain (ana, TRUE);
  hs_member_set_away (ana, TRUE);
  hs_roster_rename (roster, ben, "Zoe");
  hs_roster_remove (roster, ana);
  hs_member_set_rank (ana, 1);
  g_assert_cmpstr (told->str, ==, " 0-0+1 1-0+1 1-1+1 0-1+1 1-1+1 0-1+0");
  hs_roster_free (roster);
  hs_member_set_rank (ben, 1); /* it outlives the roster, and reaches it no more */
  g_assert_cmpstr (told->str, ==, " 0-0+1 1-0+1 1-1+1 0-1+1 1-1+1 0-1+0");
}

static void
test_typing (void)
{
  static const struct { const char *nick, *expected; gboolean own, types; } rows[] = {
    { "Ana", NULL, FALSE, FALSE }, { "Me", NULL, TRUE, TRUE }, { "Ben", "Ben", FALSE, TRUE }, { "李伟", "Ben, 李伟", FALSE, TRUE },
    { "Cy", "Ben, 李伟, Cy", FALSE, TRUE }, { "Dan", "Ben, 李伟, Cy, …", FALSE, TRUE }, { "Eva", "Ben, 李伟, Cy, …", FALSE, TRUE },
  };
  HsRoster *roster = hs_roster_new ();

  for (guint i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      HsMember *member = hs_roster_add (roster, rows[i].nick);
      g_autofree char *typing = NULL;

      hs_member_set_own (member, rows[i].own);
      hs_member_set_typing (member, rows[i].types);
      typing = hs_roster_dup_typing (roster);
      g_assert_cmpstr (typing, ==, rows[i].expected);
    }
  hs_roster_free (roster);
}

int
main (int argc, char *argv[])
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/model/roster/find", test_find);
  g_test_add_func ("/model/roster/told", test_told);
  g_test_add_func ("/model/roster/typing", test_typing);
  return g_test_run ();
}

/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "hs-room-private.h"

static HsRoom *
make_room (void)
{
  g_autoptr (HsEntryList) entries = hs_entry_list_new (NULL, NULL);

  return hs_room_new ("#lobby", HS_ROOM_CHANNEL, entries);
}

static void
count (GObject *object, GParamSpec *pspec, gpointer n)
{
  ++*(guint *) n;
}

static void
test_properties (void)
{
  g_autoptr (HsRoom) room = make_room ();
  g_autoptr (GObject) session = g_object_new (G_TYPE_OBJECT, NULL);
  g_autofree char *title = NULL, *topic = NULL, *draft = NULL, *preview = NULL, *name = NULL;
  gboolean joined, hosted;
  GObject *got = NULL;
  guint unread, mentions, n = 0;
  gint64 last;
  int kind;

  g_assert_cmpstr (hs_room_get_title (room), ==, "#lobby");
  g_assert_nonnull (hs_room_get_entries (room));
  g_signal_connect (room, "notify", G_CALLBACK (count), &n);
  for (guint i = 0; i < 2; i++) /* the second time nothing differs */
    {
      hs_room_set_title (room, "Lobby");
      hs_room_set_topic (room, "话题");
      hs_room_set_unread (room, 3, 1);
      hs_room_set_joined (room, TRUE);
      hs_room_set_hosted (room, TRUE);
      hs_room_set_draft (room, "half a");
      hs_room_set_preview (room, "Ana: page 14", 1234);
      hs_room_set_session (room, session);
      g_assert_cmpuint (n, ==, 10);
    }
  g_object_get (room, "title", &title, "name", &name, "topic", &topic, "unread", &unread, "mentions", &mentions, "joined", &joined,
                "hosted", &hosted, "draft", &draft, "preview", &preview, "last-time", &last, "session", &got, "kind", &kind, NULL);
  g_assert_cmpstr (title, ==, "Lobby");
  g_assert_cmpstr (name, ==, "#lobby");
  g_assert_cmpstr (topic, ==, "话题");
  g_assert_cmpstr (draft, ==, "half a");
  g_assert_cmpstr (preview, ==, "Ana: page 14");
  g_assert_cmpuint (unread, ==, 3);
  g_assert_cmpuint (mentions, ==, 1);
  g_assert_true (joined && hosted);
  g_assert_cmpint (last, ==, 1234);
  g_assert_cmpint (kind, ==, HS_ROOM_CHANNEL);
  g_assert_true (got == session);
  g_object_unref (got);
  g_clear_object (&session);
  g_assert_null (hs_room_get_session (room));
}

static void
test_person_renamed (void)
{
  g_autoptr (HsRoom) room = hs_room_new ("ana", HS_ROOM_PERSON, NULL);
  guint n = 0;

  g_signal_connect (room, "notify::title", G_CALLBACK (count), &n);
  hs_room_set_name (room, "anna");
  g_assert_cmpstr (hs_room_get_title (room), ==, "anna");
  g_assert_cmpuint (n, ==, 1);
  hs_room_set_title (room, "Anna");
  hs_room_set_name (room, "anna_");
  g_assert_cmpstr (hs_room_get_title (room), ==, "Anna");
  g_assert_cmpuint (n, ==, 2);
}

static void
test_members (void)
{
  g_autoptr (HsRoom) room = make_room ();
  HsMember *ana = hs_room_add_member (room, "Ana");

  g_assert_true (hs_room_add_member (room, "aNA") == ana);
  hs_room_add_member (room, "李伟");
  g_assert_cmpuint (hs_room_get_n_members (room), ==, 2);
  g_assert_true (hs_room_find_member (room, "ANA") == ana);
  g_assert_null (hs_room_find_member (room, "ben"));
  g_assert_null (hs_room_find_member (room, NULL));
  hs_room_rename_member (room, "ana", "Anna");
  g_assert_null (hs_room_find_member (room, "ana"));
  g_assert_true (hs_room_find_member (room, "anna") == ana);
  g_assert_cmpstr (hs_member_get_nick (ana), ==, "Anna");
  hs_room_rename_member (room, "anna", "ANNA"); /* only its case */
  g_assert_true (hs_room_find_member (room, "anna") == ana);
  hs_room_rename_member (room, "nobody", "x");
  hs_room_rename_member (room, "ANNA", "李伟"); /* a name that is there: the one there was gone */
  g_assert_cmpuint (hs_room_get_n_members (room), ==, 1);
  g_assert_true (hs_room_find_member (room, "李伟") == ana);
  hs_room_remove_member (room, "nobody");
  hs_room_remove_member (room, "李伟");
  g_assert_cmpuint (hs_room_get_n_members (room), ==, 0);
  hs_room_add_member (room, "a");
  hs_room_clear_members (room);
  g_assert_cmpuint (g_list_model_get_n_items (hs_room_get_members (room)), ==, 0);
  g_assert_null (hs_room_find_member (room, "a"));
}

static void
on_items_changed (GListModel *model, guint position, guint removed, guint added, gpointer n)
{
  g_assert_cmpuint (removed, ==, 1);
  g_assert_cmpuint (added, ==, 1);
  ++*(guint *) n;
}

/* Sorted views look again when what they sort by changed. */
static void
test_resort (void)
{
  g_autoptr (HsRoom) room = make_room ();
  HsMember *ana = hs_room_add_member (room, "Ana");
  guint n = 0;

  hs_room_add_member (room, "Ben");
  g_signal_connect (hs_room_get_members (room), "items-changed", G_CALLBACK (on_items_changed), &n);
  hs_member_set_rank (ana, 2);
  g_assert_cmpuint (n, ==, 1);
  hs_room_rename_member (room, "ana", "Zoe");
  g_assert_cmpuint (n, ==, 2);
  g_signal_handlers_disconnect_by_func (hs_room_get_members (room), on_items_changed, &n);
}

/* A member that outlives its place in the room no longer reaches the room. */
static void
test_member_outlives (void)
{
  HsRoom *room = make_room ();
  g_autoptr (HsMember) ana = g_object_ref (hs_room_add_member (room, "Ana"));
  g_autoptr (HsMember) ben = g_object_ref (hs_room_add_member (room, "Ben"));

  hs_room_remove_member (room, "ana");
  hs_member_set_rank (ana, 1);
  g_object_unref (room);
  hs_member_set_rank (ana, 2);
  hs_member_set_rank (ben, 2);
}

static void
test_typing (void)
{
  static const char *const names[] = { "Ana", "Me", "李伟", "Ben", "Cy" };
  static const char *const expected[] = { "Ana", "Ana", "Ana, 李伟", "Ana, 李伟, Ben", "Ana, 李伟, Ben, …" };
  g_autoptr (HsRoom) room = make_room ();

  g_assert_null (hs_room_get_typing (room));
  for (guint i = 0; i < G_N_ELEMENTS (names); i++)
    {
      HsMember *member = hs_room_add_member (room, names[i]);

      hs_member_set_own (member, i == 1);
      hs_member_set_typing (member, TRUE);
      hs_room_update_typing (room);
      g_assert_cmpstr (hs_room_get_typing (room), ==, expected[i]);
    }
  hs_room_remove_member (room, "ana");
  g_assert_cmpstr (hs_room_get_typing (room), ==, "李伟, Ben, Cy");
  hs_room_clear_members (room);
  g_assert_null (hs_room_get_typing (room));
}

/* Settings come one by one, in any order, and some of them twice. */
static void
test_modes (void)
{
  static const struct { char mode; gboolean on; const char *argument; const char *modes; guint notified; } rows[] = {
    { 'm', TRUE, NULL, "m", 1 },  { 'i', TRUE, NULL, "im", 1 },   { 'i', TRUE, NULL, "im", 0 },  { 'k', TRUE, "open", "ikm", 2 },
    { 'k', TRUE, "other", "ikm", 1 }, { 'l', TRUE, "12", "iklm", 2 }, { 'l', TRUE, "x", "iklm", 1 }, { 'm', FALSE, NULL, "ikl", 1 },
    { 'k', FALSE, "*", "il", 2 },
  };
  g_autoptr (HsRoom) room = make_room ();
  guint n = 0;

  g_signal_connect (room, "notify", G_CALLBACK (count), &n);
  for (guint i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      n = 0;
      hs_room_set_mode (room, rows[i].mode, rows[i].on, rows[i].argument);
      g_assert_cmpstr (hs_room_get_modes (room), ==, rows[i].modes);
      g_assert_cmpuint (n, ==, rows[i].notified);
    }
  g_assert_true (hs_room_has_mode (room, 'i') && !hs_room_has_mode (room, 'm') && !hs_room_has_mode (room, '\0'));
  g_assert_null (hs_room_get_key (room));
  hs_room_set_mode (room, 'l', TRUE, "7");
  g_assert_cmpuint (hs_room_get_limit (room), ==, 7);
  hs_room_clear_modes (room);
  g_assert_cmpuint (hs_room_get_limit (room), ==, 0);
  g_assert_cmpstr (hs_room_get_modes (room), ==, "");
}

int
main (int argc, char *argv[])
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/model/room/properties", test_properties);
  g_test_add_func ("/model/room/person-renamed", test_person_renamed);
  g_test_add_func ("/model/room/members", test_members);
  g_test_add_func ("/model/room/resort", test_resort);
  g_test_add_func ("/model/room/member-outlives", test_member_outlives);
  g_test_add_func ("/model/room/typing", test_typing);
  g_test_add_func ("/model/room/modes", test_modes);
  return g_test_run ();
}

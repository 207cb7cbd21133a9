/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What a room offers to who rules it, and to who does not: menus, what they say to the server, and what is read afterwards. */
#include <string.h>

#include <adwaita.h>

#include "hs-completion.h"
#include "hs-member-list.h"
#include "hs-room-view-private.h"
#include "hs-session-private.h"

#define WAIT_US (10 * G_USEC_PER_SEC)

typedef struct
{
  GString *said; /* lines since it was last compared */
  guint64 offset;
  HsStore *store;
  HsSession *session;
  HsRoom *room;
  GtkWidget *window;
  HsRoomView *view;
  guint n_toasts;
  AdwToast *toast;
} Stage;

static guint64
on_send (HsSession *session, const char *data, gsize len, gpointer user_data)
{
  Stage *stage = user_data;

  g_string_append_len (stage->said, data, (gssize) len - 2);
  g_string_append_c (stage->said, '\n');
  return stage->offset += len;
}

static void
feed (Stage *stage, const char *line)
{
  g_autofree char *copy = g_strdup (line);

  hs_session_receive_irc (stage->session, copy, strlen (copy));
}

static gboolean
wait_for (Stage *stage, const char *expected)
{
  gint64 end = g_get_monotonic_time () + WAIT_US;

  while (g_strcmp0 (stage->said->str, expected) != 0 && g_get_monotonic_time () < end)
    if (!g_main_context_iteration (NULL, FALSE))
      g_usleep (1000);
  g_assert_cmpstr (stage->said->str, ==, expected);
  g_string_truncate (stage->said, 0);
  return TRUE;
}

static void
on_toast (HsRoomView *view, AdwToast *toast, Stage *stage)
{
  stage->n_toasts++;
  g_set_object (&stage->toast, toast);
}

static gboolean
has_room (Stage *stage)
{
  return hs_session_find_room (stage->session, "#a") != NULL;
}

static void
stage_init (Stage *stage)
{
  gint64 end = g_get_monotonic_time () + WAIT_US;

  memset (stage, 0, sizeof *stage);
  stage->said = g_string_new (NULL);
  stage->store = hs_store_new (":memory:");
  stage->session = hs_session_new (stage->store, "test", "irc.test", "Ana", FALSE);
  hs_session_set_send (stage->session, on_send, stage);
  hs_session_begin_irc (stage->session, NULL);
  feed (stage, ":s 001 Ana :Welcome");
  feed (stage, ":s 005 Ana PREFIX=(ov)@+ CHANMODES=bq,k,l,imnt :are supported");
  feed (stage, ":Ana!u@h JOIN #a");
  feed (stage, ":s 353 Ana = #a :@Ana +bo eva");
  feed (stage, ":s 352 Ana #a u 10.0.0.9 s bo H :0 bo");
  while (!has_room (stage) && g_get_monotonic_time () < end)
    g_main_context_iteration (NULL, FALSE);
  stage->room = hs_session_find_room (stage->session, "#a");
  stage->window = gtk_window_new ();
  stage->view = g_object_new (HS_TYPE_ROOM_VIEW, NULL);
  g_signal_connect (stage->view, "toast", G_CALLBACK (on_toast), stage);
  gtk_window_set_child (GTK_WINDOW (stage->window), GTK_WIDGET (stage->view));
  gtk_window_present (GTK_WINDOW (stage->window));
  hs_room_view_set_room (stage->view, stage->room, NULL);
  g_string_truncate (stage->said, 0);
}

static void
stage_clear (Stage *stage)
{
  hs_room_view_set_room (stage->view, NULL, NULL);
  gtk_window_destroy (GTK_WINDOW (stage->window));
  g_clear_object (&stage->toast);
  hs_store_close (stage->store);
  while (g_main_context_iteration (NULL, FALSE))
    ;
  g_object_unref (stage->session);
  g_object_unref (stage->store);
  g_string_free (stage->said, TRUE);
}

/* The actions of a menu and of its sections, one after the other. */
static void
append_actions (GMenuModel *menu, GString *all)
{
  for (int i = 0; i < g_menu_model_get_n_items (menu); i++)
    {
      g_autoptr (GMenuModel) section = g_menu_model_get_item_link (menu, i, G_MENU_LINK_SECTION);
      g_autofree char *action = NULL;

      if (section != NULL)
        append_actions (section, all);
      else if (g_menu_model_get_item_attribute (menu, i, G_MENU_ATTRIBUTE_ACTION, "s", &action))
        g_string_append_printf (all, "%s%s", all->len > 0 ? " " : "", action + strlen ("member."));
    }
}

static void
expect_menu (Stage *stage, const char *nick, const char *expected)
{
  g_autoptr (GMenuModel) menu = hs_room_view_make_member_menu (stage->view, hs_room_find_member (stage->room, nick));
  g_autoptr (GString) all = g_string_new (NULL);

  append_actions (menu, all);
  g_assert_cmpstr (all->str, ==, expected);
}

/* Who does not rule the room is offered to talk, and nothing to oneself. */
static void
test_menus (void)
{
  Stage stage;

  stage_init (&stage);
  expect_menu (&stage, "Ana", "who-is");
  expect_menu (&stage, "bo", "message who-is operator not-voice mute unmute kick ban-address ban-name");
  expect_menu (&stage, "eva", "message who-is operator voice mute unmute kick ban-name"); /* her address is not known */
  feed (&stage, ":Ana!u@h MODE #a +o bo");
  expect_menu (&stage, "bo", "message who-is not-operator mute unmute kick ban-address ban-name");
  feed (&stage, ":bo!u@h MODE #a -o Ana");
  expect_menu (&stage, "bo", "message who-is");
  stage_clear (&stage);
}

static const struct { const char *action, *said, *undone; } verbs[] = {
  { "member.operator", "MODE #a +o bo\n", "MODE #a -o bo\n" },
  { "member.not-voice", "MODE #a -v bo\n", "MODE #a +v bo\n" },
  { "member.mute", "MODE #a +q bo!*@*\n", "MODE #a -q bo!*@*\n" },
  { "member.ban-address", "MODE #a +b *!*@10.0.0.9\nKICK #a bo\n", "MODE #a -b *!*@10.0.0.9\n" },
  { "member.ban-name", "MODE #a +b bo!*@*\nKICK #a bo\n", "MODE #a -b bo!*@*\n" },
};

static void
test_verbs (void)
{
  Stage stage;

  stage_init (&stage);
  for (guint i = 0; i < G_N_ELEMENTS (verbs); i++)
    {
      gtk_widget_activate_action (GTK_WIDGET (stage.view), verbs[i].action, "s", "bo");
      wait_for (&stage, verbs[i].said);
      g_assert_cmpuint (stage.n_toasts, ==, i + 1);
      g_signal_emit_by_name (stage.toast, "button-clicked");
      wait_for (&stage, verbs[i].undone);
    }
  stage_clear (&stage);
}

/* Until the newest row begins with @start. */
static void
wait_for_entry (Stage *stage, const char *start)
{
  GListModel *entries = G_LIST_MODEL (hs_room_get_entries (stage->room));
  gint64 end = g_get_monotonic_time () + WAIT_US;

  while (g_get_monotonic_time () < end)
    {
      guint n = g_list_model_get_n_items (entries);
      g_autoptr (HsEntry) entry = n > 0 ? g_list_model_get_item (entries, n - 1) : NULL;

      if (entry != NULL && hs_entry_is_loaded (entry) && g_str_has_prefix (hs_entry_get_text (entry), start))
        return;
      if (!g_main_context_iteration (NULL, FALSE))
        g_usleep (1000);
    }
  g_error ("in vain: %s", start);
}

/* Every /word that a conversation knows, as /help tells them, is completed. */
static void
test_words (void)
{
  GListModel *entries = NULL;
  g_autoptr (HsEntry) entry = NULL;
  g_autofree char *list = NULL;
  g_auto (GStrv) words = NULL;
  Stage stage;
  guint n = 0;

  stage_init (&stage);
  g_assert_true (hs_session_say (stage.session, stage.room, "/help", NULL));
  wait_for_entry (&stage, "Commands, each after a slash: me, ");
  entries = G_LIST_MODEL (hs_room_get_entries (stage.room));
  entry = g_list_model_get_item (entries, g_list_model_get_n_items (entries) - 1);
  list = g_strndup (hs_entry_get_text (entry), strcspn (hs_entry_get_text (entry), "."));
  words = g_strsplit (strstr (list, ": ") + 2, ", ", -1);
  for (; words[n] != NULL; n++)
    {
      g_autofree char *command = g_strconcat ("/", words[n], NULL);
      gboolean found = FALSE;

      for (guint choice = 0; choice < 8 && !found; choice++)
        {
          gsize start;
          g_autofree char *done = hs_complete (command, NULL, TRUE, choice, &start);

          found = done != NULL && g_strcmp0 (g_strchomp (done), command) == 0;
        }
      g_test_message ("%s", command);
      g_assert_true (found);
    }
  g_assert_cmpuint (n, >, 20);
  stage_clear (&stage);
}

/* Whom one may not send away, one may still ask about. */
static void
test_who_is (void)
{
  Stage stage;

  stage_init (&stage);
  feed (&stage, ":bo!u@h MODE #a -o Ana");
  gtk_widget_activate_action (GTK_WIDGET (stage.view), "member.who-is", "s", "bo");
  wait_for (&stage, "WHOIS bo\n");
  feed (&stage, ":s 311 Ana bo u 10.0.0.9 * :Bo Li");
  feed (&stage, ":s 318 Ana bo :End");
  wait_for_entry (&stage, "About bo\n");
  stage_clear (&stage);
}

static gboolean
get_enabled (Stage *stage, const char *name)
{
  return g_action_group_get_action_enabled (G_ACTION_GROUP (stage->view->order), name);
}

static gboolean
get_state (Stage *stage, const char *name)
{
  g_autoptr (GVariant) state = g_action_group_get_action_state (G_ACTION_GROUP (stage->view->order), name);

  return g_variant_get_boolean (state);
}

/* The room's settings are asked for when its menu opens, once; what is shown as set is what the server has done. */
static void
test_settings (void)
{
  Stage stage;

  stage_init (&stage);
  hs_room_view_popup_menu (stage.view);
  wait_for (&stage, "MODE #a\n");
  hs_room_view_ask_order (stage.view);
  feed (&stage, ":s 324 Ana #a +mk secret");
  g_assert_true (get_state (&stage, "moderated") && !get_state (&stage, "invite-only"));
  g_action_group_activate_action (G_ACTION_GROUP (stage.view->order), "moderated", NULL);
  g_action_group_activate_action (G_ACTION_GROUP (stage.view->order), "invite-only", NULL);
  wait_for (&stage, "MODE #a -m\nMODE #a +i\n");
  g_assert_true (get_state (&stage, "moderated"));
  feed (&stage, ":Ana!u@h MODE #a -m+i");
  g_assert_true (!get_state (&stage, "moderated") && get_state (&stage, "invite-only"));
  g_assert_true (get_enabled (&stage, "key") && get_enabled (&stage, "topic"));
  feed (&stage, ":bo!u@h MODE #a -o Ana");
  hs_room_view_update_order (stage.view);
  g_assert_true (!get_enabled (&stage, "key") && get_enabled (&stage, "topic"));
  feed (&stage, ":bo!u@h KICK #a Ana :enough");
  g_assert_true (!get_enabled (&stage, "topic"));
  g_assert_cmpstr (gtk_label_get_text (stage.view->strip_title), ==, "bo removed you from the room: enough");
  stage_clear (&stage);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  adw_init ();
  g_test_add_func ("/ui/order/menus", test_menus);
  g_test_add_func ("/ui/order/verbs", test_verbs);
  g_test_add_func ("/ui/order/who-is", test_who_is);
  g_test_add_func ("/ui/order/words", test_words);
  g_test_add_func ("/ui/order/settings", test_settings);
  return g_test_run ();
}

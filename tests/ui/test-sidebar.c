/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What the sidebar calls its rows. */
#include "hs-sidebar.h"

#include <adwaita.h>

#include "hs-session.h"

static gboolean
has_label (GtkWidget *widget, const char *text)
{
  if (GTK_IS_LABEL (widget) && g_str_equal (gtk_label_get_text (GTK_LABEL (widget)), text))
    return TRUE;
  for (GtkWidget *child = gtk_widget_get_first_child (widget); child != NULL; child = gtk_widget_get_next_sibling (child))
    if (has_label (child, text))
      return TRUE;
  return FALSE;
}

static HsSession *
add_peer (GListStore *rooms, HsStore *store, const char *address, const char *title)
{
  HsSession *session = hs_session_new (store, address, address, "Ana", FALSE);

  g_list_store_append (rooms, hs_session_restore_room (session, title, HS_ROOM_PERSON, title, FALSE));
  return session;
}

/* Rows of one title say where they are; the others do not. */
static void
test_alike (void)
{
  HsStore *store = hs_store_new (":memory:");
  g_autoptr (GListStore) rooms = g_list_store_new (HS_TYPE_ROOM);
  GtkWidget *sidebar = g_object_ref_sink (g_object_new (HS_TYPE_SIDEBAR, NULL));
  HsSession *sessions[3];

  sessions[0] = add_peer (rooms, store, "tcp://127.0.0.1:9001", "127.0.0.1");
  hs_sidebar_set_rooms (HS_SIDEBAR (sidebar), g_object_ref (G_LIST_MODEL (rooms)));
  g_assert_true (has_label (sidebar, "127.0.0.1"));
  sessions[1] = add_peer (rooms, store, "tcp://127.0.0.1:9002", "127.0.0.1");
  sessions[2] = add_peer (rooms, store, "10.0.0.1", "Bea");
  g_assert_true (has_label (sidebar, "127.0.0.1:9001"));
  g_assert_true (has_label (sidebar, "127.0.0.1:9002"));
  g_assert_false (has_label (sidebar, "127.0.0.1"));
  g_assert_true (has_label (sidebar, "Bea"));
  g_list_store_append (rooms, hs_session_restore_room (sessions[0], "Bea", HS_ROOM_PERSON, "Bea", FALSE));
  g_assert_true (has_label (sidebar, "Bea · 10.0.0.1"));
  g_list_store_remove (rooms, 1);
  g_assert_true (has_label (sidebar, "127.0.0.1"));

  g_object_unref (sidebar);
  g_list_store_remove_all (rooms);
  for (guint i = 0; i < G_N_ELEMENTS (sessions); i++)
    g_object_unref (sessions[i]);
  hs_store_close (store);
  while (g_main_context_iteration (NULL, FALSE))
    ;
  g_object_unref (store);
}

/* What one wrote in a conversation and did not send is seen from the others, not where one is. */
static void
test_draft (void)
{
  HsStore *store = hs_store_new (":memory:");
  g_autoptr (GListStore) rooms = g_list_store_new (HS_TYPE_ROOM);
  GtkWidget *sidebar = g_object_ref_sink (g_object_new (HS_TYPE_SIDEBAR, NULL));
  HsSession *sessions[] = { add_peer (rooms, store, "10.0.0.1", "Ana"), add_peer (rooms, store, "10.0.0.2", "Bea") };
  HsRoom *ana = g_list_model_get_item (G_LIST_MODEL (rooms), 0), *bea = g_list_model_get_item (G_LIST_MODEL (rooms), 1);

  hs_sidebar_set_rooms (HS_SIDEBAR (sidebar), g_object_ref (G_LIST_MODEL (rooms)));
  hs_sidebar_select (HS_SIDEBAR (sidebar), ana);
  hs_session_set_draft (sessions[0], ana, "to be\nsent");
  g_assert_false (has_label (sidebar, "Draft: to be sent"));
  hs_sidebar_select (HS_SIDEBAR (sidebar), bea);
  g_assert_true (has_label (sidebar, "Draft: to be sent"));
  hs_session_set_draft (sessions[0], ana, NULL);
  g_assert_false (has_label (sidebar, "Draft: to be sent"));

  g_object_unref (sidebar);
  g_object_unref (ana);
  g_object_unref (bea);
  g_list_store_remove_all (rooms);
  for (guint i = 0; i < G_N_ELEMENTS (sessions); i++)
    g_object_unref (sessions[i]);
  hs_store_close (store);
  while (g_main_context_iteration (NULL, FALSE))
    ;
  g_object_unref (store);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  gtk_disable_setlocale ();
  adw_init ();
  g_test_add_func ("/ui/sidebar/alike", test_alike);
  g_test_add_func ("/ui/sidebar/draft", test_draft);
  return g_test_run ();
}

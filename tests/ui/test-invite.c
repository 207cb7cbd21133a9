/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The button, what it opens and the QR code, on a display, with a server that really listens. */
#include <string.h>

#include <adwaita.h>

#include "hs-copy-button.h"
#include "hs-invite-button.h"
#include "hs-invite-popover.h"
#include "hs-qr-code.h"

#define WAIT_US (10 * G_USEC_PER_SEC)

#define wait_until(condition) \
  G_STMT_START { \
    gint64 end_time_ = g_get_monotonic_time () + WAIT_US; \
    while (!(condition) && g_get_monotonic_time () < end_time_) \
      if (!g_main_context_iteration (NULL, FALSE)) \
        g_usleep (1000); \
    g_assert_true (condition); \
  } G_STMT_END

/* ---- The code ---- */

static void
test_code (void)
{
  static const struct
  {
    const char *text;
    gsize repeated;
    int side; /* px; 0: nothing is shown */
  } rows[] = {
    { NULL, 1, 0 },
    { "", 1, 0 },
    { "irc://10.0.0.1:1/a", 1, 5 * (25 + 8) }, /* version 2: 25 modules, and the quiet zone */
    { "irc://192.168.1.5:8000/lobby", 1, 4 * (29 + 8) },
    { "x", 213, 3 * (57 + 8) }, /* never below three pixels */
    { "x", 4000, 0 },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      g_autoptr (GtkWidget) code = g_object_ref_sink (g_object_new (HS_TYPE_QR_CODE, NULL));
      GString *text = g_string_new (NULL);
      int minimum, natural;

      for (gsize n = 0; rows[i].text != NULL && n < rows[i].repeated; n++)
        g_string_append (text, rows[i].text);
      hs_qr_code_set_text (HS_QR_CODE (code), rows[i].text != NULL ? text->str : NULL);
      g_assert_cmpint (gtk_widget_get_visible (code), ==, rows[i].side > 0);
      gtk_widget_set_visible (code, TRUE);
      gtk_widget_measure (code, GTK_ORIENTATION_HORIZONTAL, -1, &minimum, &natural, NULL, NULL);
      g_assert_cmpint (minimum, ==, rows[i].side);
      g_assert_cmpint (natural, ==, rows[i].side);
      g_string_free (text, TRUE);
    }
}

/* ---- A server, a room, a window ---- */

typedef struct
{
  HsServer *server;
  HsRoom *room;
  GtkWidget *window;
  HsInviteButton *button;
} Stage;

static void
on_started (GObject *source, GAsyncResult *result, gpointer data)
{
  g_autoptr (GError) error = NULL;

  hs_server_start_finish (HS_SERVER (source), result, &error);
  g_assert_no_error (error);
}

static void
on_stopped (GObject *source, GAsyncResult *result, gpointer data)
{
  *(gboolean *) data = TRUE;
}

static void
fetch_nothing (HsEntryList *list, guint first, guint count, gpointer data)
{
}

static void
stage_init (Stage *stage)
{
  g_autoptr (HsServerConfig) config = hs_server_config_new ();
  g_autofree char *problem = NULL;

  g_assert_true (hs_server_config_set (config, "server", "address", "127.0.0.1", &problem));
  g_assert_true (hs_server_config_set (config, "server", "port", "0", &problem));
  stage->server = hs_server_new (config, FALSE);
  stage->room = hs_room_new ("#lobby", HS_ROOM_CHANNEL, hs_entry_list_new (fetch_nothing, NULL));
  stage->window = gtk_window_new ();
  stage->button = g_object_new (HS_TYPE_INVITE_BUTTON, NULL);
  gtk_window_set_child (GTK_WINDOW (stage->window), GTK_WIDGET (stage->button));
  hs_invite_button_set_server (stage->button, stage->server);
}

static void
stage_start (Stage *stage)
{
  hs_server_start_async (stage->server, NULL, on_started, NULL);
  wait_until (hs_server_get_running (stage->server));
}

static void
stage_stop (Stage *stage)
{
  gboolean stopped = FALSE;

  hs_server_stop_async (stage->server, on_stopped, &stopped);
  wait_until (stopped);
}

/* Hidden, not destroyed: a tooltip that GTK 4.8 has begun to wait for would look for the window's surface. */
static void
stage_clear (Stage *stage)
{
  gtk_widget_set_visible (stage->window, FALSE);
  g_object_unref (stage->room);
  g_object_unref (stage->server);
}

static GtkMenuButton *
get_menu_button (Stage *stage)
{
  return GTK_MENU_BUTTON (gtk_widget_get_first_child (GTK_WIDGET (stage->button)));
}

static gboolean
has_label (GtkWidget *widget, const char *text)
{
  if (GTK_IS_LABEL (widget) && gtk_widget_get_mapped (widget) && strcmp (gtk_label_get_text (GTK_LABEL (widget)), text) == 0)
    return TRUE;
  for (GtkWidget *child = gtk_widget_get_first_child (widget); child != NULL; child = gtk_widget_get_next_sibling (child))
    if (has_label (child, text))
      return TRUE;
  return FALSE;
}

/* ---- The button ---- */

static void
test_shown (void)
{
  Stage stage = { 0 };
  GtkWidget *button;

  stage_init (&stage);
  button = GTK_WIDGET (stage.button);
  g_assert_false (gtk_widget_get_visible (button));
  hs_invite_button_set_room (stage.button, stage.room);
  g_assert_false (gtk_widget_get_visible (button)); /* nothing runs */
  stage_start (&stage);
  g_assert_true (gtk_widget_get_visible (button));
  hs_invite_button_set_room (stage.button, NULL);
  g_assert_false (gtk_widget_get_visible (button)); /* somebody else's room */
  hs_invite_button_set_room (stage.button, stage.room);
  g_assert_cmpstr (gtk_menu_button_get_label (get_menu_button (&stage)), ==, "Invite");
  hs_invite_button_set_narrow (stage.button, TRUE);
  g_assert_nonnull (gtk_menu_button_get_icon_name (get_menu_button (&stage)));
  hs_invite_button_set_narrow (stage.button, FALSE);
  g_assert_cmpstr (gtk_menu_button_get_label (get_menu_button (&stage)), ==, "Invite");
  stage_stop (&stage);
  g_assert_false (gtk_widget_get_visible (button));
  stage_clear (&stage);
}

static void
test_opened (void)
{
  Stage stage = { 0 };
  GtkWidget *popover;
  g_autofree char *note = NULL, *link = NULL;

  stage_init (&stage);
  hs_invite_button_set_room (stage.button, stage.room);
  stage_start (&stage);
  gtk_window_present (GTK_WINDOW (stage.window));
  wait_until (gtk_widget_get_mapped (GTK_WIDGET (get_menu_button (&stage))));
  g_assert_null (gtk_menu_button_get_popover (get_menu_button (&stage))); /* not made before it is wanted */

  for (guint round = 0; round < 2; round++)
    {
      gtk_widget_grab_focus (GTK_WIDGET (get_menu_button (&stage))); /* GTK 4.8 complains of a popover in a window without a focus */
      gtk_menu_button_popup (get_menu_button (&stage));
      popover = GTK_WIDGET (gtk_menu_button_get_popover (get_menu_button (&stage)));
      g_assert_nonnull (popover);
      note = g_strdup_printf ("Only this computer · port %u", hs_server_get_port (stage.server));
      link = g_strdup_printf ("ircs://127.0.0.1:%u/lobby?key=%s", hs_server_get_port (stage.server), hs_server_get_key (stage.server));
      wait_until (has_label (popover, link));
      g_assert_true (has_label (popover, "127.0.0.1"));
      g_assert_true (has_label (popover, note));
      gtk_menu_button_popdown (get_menu_button (&stage));
      wait_until (!gtk_widget_get_mapped (popover));
      /* Another port after another start. */
      stage_stop (&stage);
      stage_start (&stage);
      g_clear_pointer (&note, g_free);
      g_clear_pointer (&link, g_free);
    }
  /* A server that stops takes the open popover with it. */
  gtk_widget_grab_focus (GTK_WIDGET (get_menu_button (&stage)));
  gtk_menu_button_popup (get_menu_button (&stage));
  popover = GTK_WIDGET (gtk_menu_button_get_popover (get_menu_button (&stage)));
  wait_until (gtk_widget_get_mapped (popover));
  stage_stop (&stage);
  wait_until (!gtk_widget_get_mapped (popover));
  stage_clear (&stage);
}

/* A label that contains the text and can be seen. */
static gboolean
says (GtkWidget *widget, const char *text)
{
  if (GTK_IS_LABEL (widget) && gtk_widget_get_mapped (widget) && strstr (gtk_label_get_text (GTK_LABEL (widget)), text) != NULL)
    return TRUE;
  for (GtkWidget *child = gtk_widget_get_first_child (widget); child != NULL; child = gtk_widget_get_next_sibling (child))
    if (says (child, text))
      return TRUE;
  return FALSE;
}

static GtkWidget *
find_check (GtkWidget *widget)
{
  GtkWidget *found = NULL;

  if (GTK_IS_CHECK_BUTTON (widget))
    return widget;
  for (GtkWidget *child = gtk_widget_get_first_child (widget); child != NULL && found == NULL; child = gtk_widget_get_next_sibling (child))
    found = find_check (child);
  return found;
}

static void
open_popover (Stage *stage)
{
  gtk_widget_grab_focus (GTK_WIDGET (get_menu_button (stage)));
  gtk_menu_button_popup (get_menu_button (stage));
  wait_until (says (GTK_WIDGET (gtk_menu_button_get_popover (get_menu_button (stage))), "ircs://"));
}

/* Where a password is needed, the link can let one person in without it: as long as the host says so, and anew at each opening. */
static void
test_token (void)
{
  Stage stage;
  GtkWidget *popover, *check;
  g_autoptr (HsServerConfig) config = hs_server_config_new ();

  stage_init (&stage);
  hs_invite_button_set_room (stage.button, stage.room);
  stage_start (&stage);
  gtk_window_present (GTK_WINDOW (stage.window));
  wait_until (gtk_widget_get_mapped (GTK_WIDGET (get_menu_button (&stage))));
  open_popover (&stage);
  popover = GTK_WIDGET (gtk_menu_button_get_popover (get_menu_button (&stage)));
  check = find_check (popover);
  g_assert_false (gtk_widget_get_mapped (check)); /* there is no password */
  gtk_menu_button_popdown (get_menu_button (&stage));
  wait_until (!gtk_widget_get_mapped (popover));

  hs_server_config_take_password (config, g_strdup ("geheim"));
  g_free (hs_server_set_config (stage.server, config));
  for (guint round = 0; round < 2; round++)
    {
      open_popover (&stage);
      g_assert_true (gtk_widget_get_mapped (check));
      g_assert_false (says (popover, "&token="));
      gtk_check_button_set_active (GTK_CHECK_BUTTON (check), TRUE);
      g_assert_true (says (popover, "&token="));
      gtk_check_button_set_active (GTK_CHECK_BUTTON (check), round == 0);
      g_assert_cmpint (says (popover, "&token="), ==, round == 0);
      gtk_menu_button_popdown (get_menu_button (&stage));
      wait_until (!gtk_widget_get_mapped (popover));
    }
  stage_stop (&stage);
  stage_clear (&stage);
}

/* ---- Copying ---- */

static void
on_text (GObject *source, GAsyncResult *result, gpointer data)
{
  *(char **) data = gdk_clipboard_read_text_finish (GDK_CLIPBOARD (source), result, NULL);
}

static void
test_copy (void)
{
  GtkWidget *window = gtk_window_new (), *copy = hs_copy_button_new ("irc://[fe80::1%25eth0]:9000/大厅", "Copy Link");
  GtkWidget *button = gtk_widget_get_first_child (copy);
  g_autofree char *text = NULL;

  gtk_window_set_child (GTK_WINDOW (window), copy);
  gtk_window_present (GTK_WINDOW (window));
  g_assert_cmpstr (gtk_widget_get_tooltip_text (button), ==, "Copy Link");
  g_signal_emit_by_name (button, "clicked");
  g_assert_cmpstr (gtk_widget_get_tooltip_text (button), ==, "Copied");
  gdk_clipboard_read_text_async (gtk_widget_get_clipboard (copy), NULL, on_text, &text);
  wait_until (text != NULL);
  g_assert_cmpstr (text, ==, "irc://[fe80::1%25eth0]:9000/大厅");
  wait_until (strcmp (gtk_widget_get_tooltip_text (button), "Copy Link") == 0);
  hs_copy_button_set_text (HS_COPY_BUTTON (copy), NULL, "Copy Link");
  g_assert_false (gtk_widget_get_sensitive (button));
  gtk_widget_set_visible (window, FALSE);
}

int
main (int argc, char *argv[])
{
  g_test_init (&argc, &argv, NULL);
  adw_init ();
  g_test_add_func ("/ui/invite/token", test_token);
  g_test_add_func ("/ui/invite/code", test_code);
  g_test_add_func ("/ui/invite/shown", test_shown);
  g_test_add_func ("/ui/invite/opened", test_opened);
  g_test_add_func ("/ui/invite/copy", test_copy);
  return g_test_run ();
}

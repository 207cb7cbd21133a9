/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What people see of trust, on a display: the lock and its popover, both numbers of a changed key, and the known servers in the preferences. */
#include <string.h>

#include <adwaita.h>

#include "hs-known-server-row.h"
#include "hs-known-servers-private.h"
#include "hs-preferences-window.h"
#include "hs-security-button.h"
#include "hs-security-popover.h"
#include "hs-security-private.h"
#include "hs-stop-view.h"

#define WAIT_US (10 * G_USEC_PER_SEC)
#define NOW (g_get_real_time () / 1000)
#define LONG_AGO G_GINT64_CONSTANT (1767225600000)
#define NUMBER_A "49191 31752 98921 37642" /* of 32 times 0xaa */
#define NUMBER_B "54110 44928 28813 51406"

#define wait_until(condition) \
  G_STMT_START { \
    gint64 end_time_ = g_get_monotonic_time () + WAIT_US; \
    while (!(condition) && g_get_monotonic_time () < end_time_) \
      if (!g_main_context_iteration (NULL, FALSE)) \
        g_usleep (1000); \
    g_assert_true (condition); \
  } G_STMT_END

typedef struct
{
  HsStore *store;
  HsKnownServers *known;
  HsSecurity *security;
  GtkWidget *window;
} Stage;

static void
on_read (GObject *source, GAsyncResult *result, gpointer user_data)
{
  *(gboolean *) user_data = hs_known_servers_wait_finish (HS_KNOWN_SERVERS (source), result, NULL);
}

static void
set_up (Stage *stage, gconstpointer data)
{
  gboolean read = FALSE;

  stage->store = hs_store_new (":memory:");
  stage->known = hs_known_servers_new (stage->store);
  stage->security = hs_security_new (stage->known);
  stage->window = gtk_window_new ();
  hs_known_servers_wait_async (stage->known, NULL, on_read, &read);
  wait_until (read);
}

static void
tear_down (Stage *stage, gconstpointer data)
{
  gtk_window_destroy (GTK_WINDOW (stage->window));
  g_clear_object (&stage->security);
  g_clear_object (&stage->known);
  hs_store_close (stage->store);
  g_clear_object (&stage->store);
}

static void
judge_as (Stage *stage, const char *address_text, guint8 byte, gint64 now, HsTlsProblems problems)
{
  HsTlsFacts facts = { .version = "TLS 1.3", .cipher = "AES-256-GCM", .has_peer = TRUE, .problems = problems };
  g_autoptr (HsAddress) address = hs_address_parse (address_text, NULL);
  g_autofree char *binding = hs_trust_bind_address (address);
  const HsTrustQuestion question = { .address = address };

  memset (facts.peer.bytes, byte, sizeof facts.peer.bytes);
  hs_security_judge (stage->security, binding, &question, byte != 0 ? &facts : NULL, now);
}

static void
judge (Stage *stage, const char *address_text, guint8 byte, gint64 now)
{
  judge_as (stage, address_text, byte, now, HS_TLS_UNKNOWN_AUTHORITY);
}

/* Every label and button that can be seen, one a line. */
static void
describe (GtkWidget *widget, GString *text)
{
  if (!gtk_widget_get_child_visible (widget) || !gtk_widget_get_visible (widget))
    return;
  if (GTK_IS_LABEL (widget) && *gtk_label_get_text (GTK_LABEL (widget)) != '\0')
    g_string_append_printf (text, "%s\n", gtk_label_get_text (GTK_LABEL (widget)));
  for (GtkWidget *child = gtk_widget_get_first_child (widget); child != NULL; child = gtk_widget_get_next_sibling (child))
    describe (child, text);
}

static gboolean
says (GtkWidget *widget, const char *words)
{
  g_autoptr (GString) text = g_string_new (NULL);

  describe (widget, text);
  return strstr (text->str, words) != NULL;
}

static GtkWidget *
find_button (GtkWidget *widget, const char *label)
{
  GtkWidget *found = NULL;

  if (GTK_IS_BUTTON (widget) && g_strcmp0 (gtk_button_get_label (GTK_BUTTON (widget)), label) == 0)
    return widget;
  for (GtkWidget *child = gtk_widget_get_first_child (widget); child != NULL && found == NULL; child = gtk_widget_get_next_sibling (child))
    found = find_button (child, label);
  return found;
}

static GtkWidget *
find_type (GtkWidget *widget, GType type)
{
  GtkWidget *found = NULL;

  if (G_TYPE_CHECK_INSTANCE_TYPE (widget, type))
    return widget;
  for (GtkWidget *child = gtk_widget_get_first_child (widget); child != NULL && found == NULL; child = gtk_widget_get_next_sibling (child))
    found = find_type (child, type);
  return found;
}

/* ---- The lock ---- */

/* Logging in by one's key is offered wherever it is not done anyway, and is remembered. */
static void
test_key (Stage *stage, gconstpointer data)
{
  GtkWidget *lock = g_object_new (HS_TYPE_SECURITY_BUTTON, NULL), *popover, *button;

  gtk_window_set_child (GTK_WINDOW (stage->window), lock);
  gtk_window_present (GTK_WINDOW (stage->window));
  hs_security_button_set_security (HS_SECURITY_BUTTON (lock), stage->security);
  judge (stage, "10.0.0.1", 0xaa, NOW);
  hs_security_set_ours (stage->security);
  hs_security_remember (stage->security, NOW);
  button = find_type (lock, GTK_TYPE_MENU_BUTTON);
  gtk_menu_button_popup (GTK_MENU_BUTTON (button));
  popover = GTK_WIDGET (gtk_menu_button_get_popover (GTK_MENU_BUTTON (button)));
  wait_until (gtk_widget_get_mapped (popover));
  g_assert_false (says (popover, "Log in by your key here"));

  judge (stage, "10.0.0.2", 0xcc, NOW); /* none of ours */
  hs_security_remember (stage->security, NOW);
  judge (stage, "10.0.0.2", 0xcc, NOW);
  g_assert_true (says (popover, "Log in by your key here"));

  judge_as (stage, "ircs://irc.example.org", 0xbb, NOW, 0);
  hs_security_remember (stage->security, NOW);
  judge_as (stage, "ircs://irc.example.org", 0xbb, NOW, 0);
  g_assert_true (says (popover, "Log in by your key here"));
  g_assert_true (says (popover, "could know you again"));
  gtk_switch_set_active (GTK_SWITCH (find_type (popover, GTK_TYPE_SWITCH)), TRUE);
  g_assert_true (says (popover, "From the next time you join"));
  g_assert_true (hs_security_shows_key (stage->security));
  judge_as (stage, "ircs://irc.example.net", 0xbb, NOW, 0); /* another one */
  hs_security_remember (stage->security, NOW);
  judge_as (stage, "ircs://irc.example.net", 0xbb, NOW, 0);
  g_assert_false (gtk_switch_get_active (GTK_SWITCH (find_type (popover, GTK_TYPE_SWITCH))));
  judge_as (stage, "ircs://irc.example.org", 0xbb, NOW, 0);
  g_assert_true (gtk_switch_get_active (GTK_SWITCH (find_type (popover, GTK_TYPE_SWITCH))));
}

static void
test_lock (Stage *stage, gconstpointer data)
{
  GtkWidget *lock = g_object_new (HS_TYPE_SECURITY_BUTTON, NULL), *button;

  gtk_window_set_child (GTK_WINDOW (stage->window), lock);
  gtk_window_present (GTK_WINDOW (stage->window));
  button = gtk_widget_get_first_child (lock);
  hs_security_button_set_security (HS_SECURITY_BUTTON (lock), stage->security);
  g_assert_false (gtk_widget_get_visible (lock)); /* nothing is known yet */

  judge (stage, "10.0.0.1", 0, NOW);
  g_assert_true (gtk_widget_get_visible (lock));
  g_assert_true (gtk_widget_has_css_class (button, "warning"));
  gtk_test_accessible_assert_property (button, GTK_ACCESSIBLE_PROPERTY_LABEL, "Security: Not encrypted");
  judge (stage, "10.0.0.1", 0xaa, NOW);
  g_assert_false (gtk_widget_has_css_class (button, "warning"));
  gtk_test_accessible_assert_property (button, GTK_ACCESSIBLE_PROPERTY_LABEL, "Security: First seen today");
  hs_security_set_compared (stage->security);
  gtk_test_accessible_assert_property (button, GTK_ACCESSIBLE_PROPERTY_LABEL, "Security: Compared by you");
  hs_security_button_set_security (HS_SECURITY_BUTTON (lock), NULL);
  g_assert_false (gtk_widget_get_visible (lock));
}

static void
test_popover (Stage *stage, gconstpointer data)
{
  GtkWidget *button = gtk_menu_button_new (), *popover = hs_security_popover_new ();

  gtk_menu_button_set_popover (GTK_MENU_BUTTON (button), popover);
  gtk_window_set_child (GTK_WINDOW (stage->window), button);
  gtk_window_present (GTK_WINDOW (stage->window));
  hs_security_popover_set_security (HS_SECURITY_POPOVER (popover), stage->security);
  judge (stage, "10.0.0.1", 0xaa, NOW);
  hs_security_remember (stage->security, NOW);
  gtk_menu_button_popup (GTK_MENU_BUTTON (button));
  wait_until (gtk_widget_get_mapped (popover));

  g_assert_true (says (popover, "First seen today"));
  g_assert_true (says (popover, NUMBER_A));
  g_assert_true (says (popover, "TLS 1.3 · AES-256-GCM"));
  g_assert_false (says (popover, "No authority")); /* that is no news here, and would only frighten */
  g_assert_true (says (popover, "Compare it with the number your host shows"));
  g_signal_emit_by_name (find_button (popover, "The Numbers Are the Same"), "clicked");
  g_assert_true (says (popover, "Compared by you"));
  g_assert_false (says (popover, "The Numbers Are the Same"));
  g_autoptr (HsKnownServer) server = g_list_model_get_item (G_LIST_MODEL (stage->known), 0);
  g_assert_cmpint (hs_known_server_get_compared (server), >, 0);
  hs_known_servers_rename (stage->known, server, "<b>Ana</b>");
  g_assert_true (says (popover, "<b>Ana</b>"));

  judge (stage, "10.0.0.2", 0, NOW);
  g_assert_true (says (popover, "Whoever is on the way can read"));
  g_assert_false (says (popover, "TLS"));
  g_assert_false (says (popover, "The server’s number"));
}

/* ---- A changed key ---- */

static GtkWidget *
find_dialog (void)
{
  g_autoptr (GList) windows = gtk_window_list_toplevels ();

  for (GList *item = windows; item != NULL; item = item->next)
    if (ADW_IS_MESSAGE_DIALOG (item->data) && gtk_widget_get_visible (item->data))
      return item->data;
  return NULL;
}

/* As a click on one of its buttons does. */
static void
answer (GtkWidget *dialog, const char *response)
{
  adw_message_dialog_response (ADW_MESSAGE_DIALOG (dialog), response);
  gtk_window_destroy (GTK_WINDOW (dialog));
}

static void
on_accepted (GtkWidget *view, gpointer user_data)
{
  (*(guint *) user_data)++;
}

static void
test_changed (Stage *stage, gconstpointer data)
{
  static const struct
  {
    const char *typed;
    gboolean enabled, told;
  } rows[] = {
    { "", FALSE, FALSE },
    { NUMBER_A, FALSE, TRUE }, /* the old one is not it */
    { "54110 44928 28813 51407", FALSE, TRUE },
    { "54110 44928 28813 5140", FALSE, FALSE },
    { "54110449282881351406", TRUE, FALSE },
    { NUMBER_B "1", FALSE, TRUE },
    { "  54110-44928-28813-51406 ", TRUE, FALSE },
    { "٥٤١١٠ ٤٤٩٢٨ ٢٨٨١٣ ٥١٤٠٦", TRUE, FALSE }, /* as some keyboards write digits */
  };
  GtkWidget *view = hs_stop_view_new (), *dialog, *entry;
  guint accepted = 0;

  gtk_window_set_child (GTK_WINDOW (stage->window), view);
  gtk_window_present (GTK_WINDOW (stage->window));
  g_signal_connect (view, "accepted", G_CALLBACK (on_accepted), &accepted);
  hs_stop_view_set_security (HS_STOP_VIEW (view), stage->security);
  g_assert_false (gtk_widget_get_visible (view));

  judge (stage, "10.0.0.1", 0xaa, LONG_AGO);
  hs_security_remember (stage->security, LONG_AGO);
  judge (stage, "10.0.0.1", 0xbb, NOW);
  hs_stop_view_set_security (HS_STOP_VIEW (view), stage->security);
  g_assert_true (gtk_widget_get_visible (view));
  g_assert_true (says (view, NUMBER_A));
  g_assert_true (says (view, NUMBER_B));

  g_signal_emit_by_name (find_button (view, "Forget the Old Key…"), "clicked");
  wait_until ((dialog = find_dialog ()) != NULL);
  g_assert_cmpstr (adw_message_dialog_get_default_response (ADW_MESSAGE_DIALOG (dialog)), ==, "cancel");
  g_assert_false (says (dialog, NUMBER_B)); /* not to be copied from here */
  entry = find_type (dialog, GTK_TYPE_ENTRY);
  for (gsize i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      g_test_message ("“%s”", rows[i].typed);
      gtk_editable_set_text (GTK_EDITABLE (entry), rows[i].typed);
      g_assert_cmpint (adw_message_dialog_get_response_enabled (ADW_MESSAGE_DIALOG (dialog), "forget"), ==, rows[i].enabled);
      g_assert_cmpint (says (dialog, "This is not the number"), ==, rows[i].told);
    }
  answer (dialog, "cancel");
  g_assert_cmpuint (accepted, ==, 0);
  judge (stage, "10.0.0.1", 0xbb, NOW);
  g_assert_cmpint (hs_security_get_trust (stage->security), ==, HS_TRUST_CHANGED);

  wait_until (find_dialog () == NULL);
  g_signal_emit_by_name (find_button (view, "Forget the Old Key…"), "clicked");
  wait_until ((dialog = find_dialog ()) != NULL);
  gtk_editable_set_text (GTK_EDITABLE (find_type (dialog, GTK_TYPE_ENTRY)), NUMBER_B);
  answer (dialog, "forget");
  g_assert_cmpuint (accepted, ==, 1);
  judge (stage, "10.0.0.1", 0xbb, NOW);
  g_assert_cmpint (hs_security_get_trust (stage->security), ==, HS_TRUST_COMPARED);
}

/* The invite names a key: there is no way on. */
static void
test_not_invited (Stage *stage, gconstpointer data)
{
  GtkWidget *view = hs_stop_view_new ();

  gtk_window_set_child (GTK_WINDOW (stage->window), view);
  gtk_window_present (GTK_WINDOW (stage->window));
  judge (stage, "ircs://10.0.0.1:8000/lobby?key=sha256:qqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqo", 0xbb, NOW);
  hs_stop_view_set_security (HS_STOP_VIEW (view), stage->security);
  g_assert_true (says (view, NUMBER_A));
  g_assert_true (says (view, NUMBER_B));
  g_assert_false (says (view, "Forget"));
}

/* It was encrypted: the number that is to be asked for is shown, and there is nothing to accept. */
static void
test_no_longer_encrypted (Stage *stage, gconstpointer data)
{
  GtkWidget *view = hs_stop_view_new ();

  gtk_window_set_child (GTK_WINDOW (stage->window), view);
  gtk_window_present (GTK_WINDOW (stage->window));
  judge (stage, "10.0.0.1", 0xaa, LONG_AGO);
  hs_security_remember (stage->security, LONG_AGO);
  judge (stage, "10.0.0.1", 0, NOW);
  hs_stop_view_set_security (HS_STOP_VIEW (view), stage->security);
  g_assert_true (gtk_widget_get_visible (view));
  g_assert_true (says (view, "The server that was here before\n" NUMBER_A));
  g_assert_true (says (view, "shows no number"));
  g_assert_false (says (view, "The server that answered"));
  g_assert_false (says (view, "Forget"));
  g_assert_false (hs_stop_view_is_final (stage->security));
  judge (stage, "ircs://10.0.0.2", 0, NOW); /* promised by its address, and never seen */
  hs_stop_view_set_security (HS_STOP_VIEW (view), stage->security);
  g_assert_false (gtk_widget_get_visible (view));
}

/* What was here before cannot be read: the number of who answers, and the way on by it. */
static void
test_not_looked_up (Stage *stage, gconstpointer data)
{
  g_autoptr (HsAddress) address = hs_address_parse ("10.0.0.1", NULL);
  g_autofree char *binding = hs_trust_bind_address (address);
  const HsTrustQuestion question = { .address = address, .unread = TRUE };
  HsTlsFacts facts = { .version = "TLS 1.3", .cipher = "AES-256-GCM", .has_peer = TRUE, .problems = HS_TLS_UNKNOWN_AUTHORITY };
  GtkWidget *view = hs_stop_view_new (), *dialog;
  guint accepted = 0;

  memset (facts.peer.bytes, 0xbb, sizeof facts.peer.bytes);
  gtk_window_set_child (GTK_WINDOW (stage->window), view);
  gtk_window_present (GTK_WINDOW (stage->window));
  g_signal_connect (view, "accepted", G_CALLBACK (on_accepted), &accepted);
  hs_security_judge (stage->security, binding, &question, &facts, NOW);
  hs_stop_view_set_security (HS_STOP_VIEW (view), stage->security);
  g_assert_true (says (view, NUMBER_B));
  g_assert_false (says (view, "The server that was here before\n"));
  g_assert_true (hs_stop_view_is_final (stage->security));
  g_signal_emit_by_name (find_button (view, "Compare the Number…"), "clicked");
  wait_until ((dialog = find_dialog ()) != NULL);
  g_assert_false (says (dialog, NUMBER_B));
  g_assert_false (adw_message_dialog_get_response_enabled (ADW_MESSAGE_DIALOG (dialog), "forget"));
  gtk_editable_set_text (GTK_EDITABLE (find_type (dialog, GTK_TYPE_ENTRY)), NUMBER_B);
  g_assert_true (adw_message_dialog_get_response_enabled (ADW_MESSAGE_DIALOG (dialog), "forget"));
  answer (dialog, "forget");
  g_assert_cmpuint (accepted, ==, 1);
  g_assert_cmpint (hs_security_judge (stage->security, binding, &question, &facts, NOW), ==, HS_TRUST_COMPARED);
}

/* ---- The preferences ---- */

static HsKnownServerRow *
find_row (GtkWidget *window)
{
  GtkWidget *row = find_type (window, HS_TYPE_KNOWN_SERVER_ROW);

  return row != NULL ? HS_KNOWN_SERVER_ROW (row) : NULL;
}

static void
test_preferences (Stage *stage, gconstpointer data)
{
  g_autoptr (GSettings) settings = g_settings_new_with_path ("io.github.handshakechat.Handshake", "/io/github/handshakechat/Handshake/profiles/test/");
  g_autoptr (HsServerConfig) config = hs_server_config_new ();
  g_autoptr (HsServer) server = hs_server_new (config, TRUE);
  HsFingerprint key;
  GtkWidget *window, *dialog;

  memset (key.bytes, 0xaa, sizeof key.bytes);
  hs_known_servers_see (stage->known, "service:<i>Evil & Co</i>", &key, FALSE, LONG_AGO);
  gtk_window_present (GTK_WINDOW (stage->window));
  window = hs_preferences_window_new (GTK_WINDOW (stage->window), settings, server, stage->known, "Lívia", NULL);
  adw_preferences_window_set_visible_page_name (ADW_PREFERENCES_WINDOW (window), "security");
  gtk_window_present (GTK_WINDOW (window));
  wait_until (gtk_widget_get_mapped (window));
  g_assert_true (says (window, "It is made when you start a server."));
  g_assert_true (says (window, "<i>Evil & Co</i>"));
  g_assert_true (says (window, "Not compared"));

  hs_known_servers_rename (stage->known, hs_known_server_row_get_server (find_row (window)), "Ana");
  hs_known_servers_set_compared (stage->known, hs_known_server_row_get_server (find_row (window)), NOW);
  g_assert_true (says (window, "<i>Evil & Co</i> · Compared by you"));

  g_assert_true (says (window, "Click the lock above a conversation to log in by your key there."));
  g_assert_true (hs_known_servers_set_shows_key (stage->known, "service:<i>Evil & Co</i>", TRUE));
  wait_until (!says (window, "to log in by your key there."));
  g_signal_emit_by_name (find_button (window, "Stop"), "clicked");
  g_assert_null (hs_known_server_get_key_places (hs_known_server_row_get_server (find_row (window))));
  wait_until (says (window, "From the next time you join, your key is not shown to Ana."));
  wait_until (says (window, "to log in by your key there."));

  g_signal_emit_by_name (find_row (window), "forget");
  wait_until ((dialog = find_dialog ()) != NULL);
  g_assert_true (says (dialog, "Forget Ana?"));
  answer (dialog, "cancel");
  g_assert_cmpuint (g_list_model_get_n_items (G_LIST_MODEL (stage->known)), ==, 1);
  wait_until (find_dialog () == NULL);
  g_signal_emit_by_name (find_row (window), "forget");
  wait_until ((dialog = find_dialog ()) != NULL);
  answer (dialog, "forget");
  g_assert_cmpuint (g_list_model_get_n_items (G_LIST_MODEL (stage->known)), ==, 0);
  g_assert_null (find_row (window));
  g_assert_true (says (window, "None yet."));
  g_assert_false (gtk_widget_get_sensitive (find_button (window, "Forget Everything…")));

  adw_preferences_window_set_visible_page_name (ADW_PREFERENCES_WINDOW (window), "hosting");
  g_settings_set_string (settings, "who-may-join", "classroom");
  wait_until (says (window, "Nothing is encrypted, your own window neither"));
  g_settings_reset (settings, "who-may-join");
  /* One that the list does not offer stands there all the same. */
  g_assert_true (says (window, "90 days"));
  g_settings_set_int (settings, "keep-days", 14);
  wait_until (says (window, "14 days"));
  g_settings_set_boolean (settings, "keep-said", FALSE);
  wait_until (says (window, "From the next start on nothing is kept"));
  g_assert_cmpint (g_settings_get_int (settings, "keep-days"), ==, 14);
  g_settings_reset (settings, "keep-said");
  g_settings_reset (settings, "keep-days");
  gtk_window_destroy (GTK_WINDOW (window));
}

int
main (int argc, char *argv[])
{
  g_setenv ("GSETTINGS_BACKEND", "memory", TRUE);
  gtk_test_init (&argc, &argv, NULL);
  adw_init ();
#define ADD(path, func) g_test_add ("/ui/security/" path, Stage, NULL, set_up, func, tear_down)
  ADD ("lock", test_lock);
  ADD ("popover", test_popover);
  ADD ("key", test_key);
  ADD ("changed", test_changed);
  ADD ("not-invited", test_not_invited);
  ADD ("no-longer-encrypted", test_no_longer_encrypted);
  ADD ("not-looked-up", test_not_looked_up);
  ADD ("preferences", test_preferences);
  return g_test_run ();
}

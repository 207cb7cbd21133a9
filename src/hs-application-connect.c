/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Joining a conversation by its address, joining it again, and what is remembered of it. */
#include "hs-application-private.h"

#include <glib/gi18n.h>

#include "hs-address.h"
#include "hs-day.h"
#include "hs-limits.h"
#include "hs-open-rooms.h"
#include "hs-secret.h"

#define REQUEST "hs-request" /* on a connection: how to open it again */
#define WATCHES_KEPT 50      /* of past connections, in the panel's menu */

typedef struct
{
  char *address; /* without an invite's token: that is for once */
  char *password, *account, *account_password;
  gboolean kept_password, kept_account_password, remember;
  HsProtocol protocol;
  HsLineEnding line_ending;
  HsEncryption encryption;
} Request;

static void
request_free (gpointer data)
{
  Request *self = data;

  g_free (self->address);
  hs_secret_free (self->password);
  hs_secret_free (self->account_password);
  g_free (self->account);
  g_free (self);
}

static void
on_share_view (GSettings *settings, const char *key, HsConnection *connection)
{
  hs_connection_set_shares_view (connection, g_settings_get_boolean (settings, key));
}

static void
on_tell_reading (GSettings *settings, const char *key, HsSession *session)
{
  hs_session_set_tells_reading (session, g_settings_get_boolean (settings, key));
}

HsConnection *
hs_application_make_connection (HsApplication *self, HsSession *session, const HsConnectRequest *wish)
{
  HsConnection *connection = hs_connection_new (session, wish->address, wish->protocol, wish->line_ending);
  Request *request = g_new0 (Request, 1);
  const HsConnectionLogin login = {
    .password = wish->password, .account = wish->account, .account_password = wish->account_password,
    .kept_password = wish->kept_password, .kept_account_password = wish->kept_account_password, .remember = wish->remember,
  };

  *request = (Request) { .address = hs_address_drop_token (wish->address), .password = g_strdup (wish->password), .account = g_strdup (wish->account),
                         .account_password = g_strdup (wish->account_password), .kept_password = wish->kept_password,
                         .kept_account_password = wish->kept_account_password, .remember = wish->remember, .protocol = wish->protocol,
                         .line_ending = wish->line_ending, .encryption = wish->encryption };
  g_object_set_data_full (G_OBJECT (connection), REQUEST, request, request_free);
  hs_connection_set_login (connection, &login, self->keyring);
  hs_connection_set_encryption (connection, wish->encryption);
  hs_connection_set_trust (connection, self->known_servers, self->own_key);
  on_share_view (hs_profile_get_settings (self->profile), "share-view", connection);
  g_signal_connect_object (hs_profile_get_settings (self->profile), "changed::share-view", G_CALLBACK (on_share_view), connection, 0);
  on_tell_reading (hs_profile_get_settings (self->profile), "tell-reading", session);
  g_signal_handlers_disconnect_by_func (hs_profile_get_settings (self->profile), on_tell_reading, session); /* it may have had another connection */
  g_signal_connect_object (hs_profile_get_settings (self->profile), "changed::tell-reading", G_CALLBACK (on_tell_reading), session, 0);
  return connection;
}

/* ---- Who one is where ---- */

gboolean
hs_application_recall_login (HsApplication *self, const char *address, HsConnectRequest *request, char **account_to)
{
  g_autoptr (GVariant) logins = g_settings_get_value (hs_profile_get_settings (self->profile), "logins");
  g_autofree char *kept = hs_address_drop_token (address);
  GVariantIter iter;
  const char *there, *account;
  gboolean kept_password, kept_account_password;

  g_variant_iter_init (&iter, logins);
  while (g_variant_iter_next (&iter, "(&s&sbb)", &there, &account, &kept_password, &kept_account_password))
    if (g_str_equal (there, kept))
      {
        request->account = *account_to = *account != '\0' ? g_strdup (account) : NULL;
        request->kept_password = kept_password;
        request->kept_account_password = kept_account_password;
        request->remember = kept_password || kept_account_password;
        return TRUE;
      }
  return FALSE;
}

static void
remember_login (HsApplication *self, const Request *request)
{
  GSettings *settings = hs_profile_get_settings (self->profile);
  g_autoptr (GVariant) old = g_settings_get_value (settings, "logins");
  gboolean password = request->remember && (request->password != NULL || request->kept_password);
  gboolean account_password = request->remember && (request->account_password != NULL || request->kept_account_password);
  GVariantBuilder logins;
  GVariantIter iter;
  const char *address, *account;
  gboolean kept_password, kept_account_password;
  guint kept = 0;

  g_variant_builder_init (&logins, G_VARIANT_TYPE ("a(ssbb)"));
  if (request->account != NULL || password)
    {
      g_variant_builder_add (&logins, "(ssbb)", request->address, request->account != NULL ? request->account : "", password, account_password);
      kept++;
    }
  g_variant_iter_init (&iter, old);
  while (g_variant_iter_next (&iter, "(&s&sbb)", &address, &account, &kept_password, &kept_account_password))
    if (!g_str_equal (address, request->address) && kept++ < HS_LOGINS_MAX)
      g_variant_builder_add (&logins, "(ssbb)", address, account, kept_password, kept_account_password);
  g_settings_set_value (settings, "logins", g_variant_builder_end (&logins));
}

/* ---- Forgotten ---- */

/* @server (nullable): to any. */
static gboolean
leads_to (HsApplication *self, const char *address, HsKnownServer *server)
{
  return server == NULL || hs_known_servers_is_at (self->known_servers, server, address);
}

static void
forget_logins (HsApplication *self, HsKnownServer *server)
{
  GSettings *settings = hs_profile_get_settings (self->profile);
  g_autoptr (GVariant) old = g_settings_get_value (settings, "logins");
  GVariantBuilder logins;
  GVariantIter iter;
  const char *address, *account;
  gboolean kept_password, kept_account_password;

  g_variant_builder_init (&logins, G_VARIANT_TYPE ("a(ssbb)"));
  g_variant_iter_init (&iter, old);
  while (g_variant_iter_next (&iter, "(&s&sbb)", &address, &account, &kept_password, &kept_account_password))
    if (!leads_to (self, address, server))
      g_variant_builder_add (&logins, "(ssbb)", address, account, kept_password, kept_account_password);
  g_settings_set_value (settings, "logins", g_variant_builder_end (&logins));
}

static void
on_passwords_forgotten (GObject *source, GAsyncResult *result, gpointer data)
{
  g_autoptr (GError) error = NULL;

  hs_keyring_forget_finish (HS_KEYRING (source), result, &error);
  if (error != NULL) /* there is no keyring: then it has none */
    g_debug ("Keyring: %s", error->message);
}

void
hs_application_forget_server (HsApplication *self, HsKnownServer *server)
{
  g_autofree char *key = server != NULL ? hs_known_server_dup_key_text (server) : NULL;

  hs_keyring_forget_all_async (self->keyring, key, self->cancellable, on_passwords_forgotten, NULL);
  for (guint i = 0; i < g_list_model_get_n_items (G_LIST_MODEL (self->connections)); i++)
    {
      g_autoptr (HsConnection) connection = g_list_model_get_item (G_LIST_MODEL (self->connections), i);
      Request *request = g_object_get_data (G_OBJECT (connection), REQUEST);

      hs_session_forget_server (hs_connection_get_session (connection), key);
      if (request == NULL || !leads_to (self, request->address, server))
        continue;
      hs_secret_set (&request->password, NULL);
      hs_secret_set (&request->account_password, NULL);
      request->kept_password = request->kept_account_password = FALSE;
    }
  forget_logins (self, server);
}

/* ---- What is remembered ---- */

static void
remember (HsApplication *self, HsConnection *connection, const char *title)
{
  GSettings *settings = hs_profile_get_settings (self->profile);
  g_autoptr (GVariant) old = g_settings_get_value (settings, "recent");
  Request *request = g_object_get_data (G_OBJECT (connection), REQUEST);
  GVariantBuilder recent;
  GVariantIter iter;
  const char *address, *name;
  int protocol, line_ending;
  guint kept = 1;
  gint64 time;

  if (request == NULL)
    return;
  remember_login (self, request);
  hs_open_rooms_note_network (self->store, request->address, request->address, request->protocol, request->line_ending);
  g_variant_builder_init (&recent, G_VARIANT_TYPE ("a(ssiix)"));
  g_variant_builder_add (&recent, "(ssiix)", request->address, title, request->protocol, request->line_ending, g_get_real_time () / G_USEC_PER_SEC);
  g_variant_iter_init (&iter, old);
  while (g_variant_iter_next (&iter, "(&s&siix)", &address, &name, &protocol, &line_ending, &time))
    if (!g_str_equal (address, request->address) && kept++ < HS_RECENT_ADDRESSES)
      g_variant_builder_add (&recent, "(ssiix)", address, name, protocol, line_ending, time);
  g_settings_set_value (settings, "recent", g_variant_builder_end (&recent));
}

static void
offer_recent (HsApplication *self, HsConnectDialog *dialog)
{
  g_autoptr (GVariant) recent = g_settings_get_value (hs_profile_get_settings (self->profile), "recent");
  gint64 now = g_get_real_time () / 1000, time;
  const char *address, *title;
  int protocol, line_ending;
  GVariantIter iter;

  g_variant_iter_init (&iter, recent);
  while (g_variant_iter_next (&iter, "(&s&siix)", &address, &title, &protocol, &line_ending, &time))
    {
      g_autofree char *day = hs_day_format_day (time * 1000, now);
      g_autofree char *detail = g_strdup_printf ("%s · %s", address, day);

      hs_connect_dialog_add_recent (dialog, title, detail, address, CLAMP (protocol, HS_PROTOCOL_AUTOMATIC, HS_PROTOCOL_PLAIN),
                                    CLAMP (line_ending, HS_LINE_ENDING_AUTOMATIC, HS_LINE_ENDING_CRLF));
    }
}

/* ---- Connections and their rooms ---- */

static void
forget_old_watches (HsApplication *self)
{
  while (g_list_model_get_n_items (G_LIST_MODEL (self->watches)) > WATCHES_KEPT)
    g_list_store_remove (self->watches, 0);
}

static void
on_invited (HsSession *session, const char *room, const char *sentence, HsApplication *self)
{
  if (self->window != NULL)
    hs_window_offer_invitation (self->window, session, room, sentence);
}

static void
on_show_room (HsSession *session, HsRoom *room, HsApplication *self)
{
  if (self->window != NULL)
    hs_window_show_room (self->window, room);
}

/* It connects anew, encrypted: the panel shows the TCP connection in use. The one before stays in its menu. */
static void
on_watch_changed (HsConnection *connection, GParamSpec *pspec, HsApplication *self)
{
  g_list_store_append (self->watches, hs_connection_get_watch (connection));
  forget_old_watches (self);
  if (self->window != NULL)
    hs_window_refresh_panel (self->window);
}

void
hs_application_add_connection (HsApplication *self, HsConnection *connection)
{
  HsSession *session = hs_connection_get_session (connection);
  HsTcpWatch *watch = hs_connection_get_watch (connection);
  guint n = g_list_model_get_n_items (G_LIST_MODEL (self->connections)), at = n;

  for (guint i = 0; i < n; i++)
    {
      g_autoptr (HsConnection) other = g_list_model_get_item (G_LIST_MODEL (self->connections), i);

      if (hs_connection_get_session (other) == session)
        at = i;
    }
  g_signal_handlers_disconnect_by_func (session, on_show_room, self); /* it may have been here before */
  g_signal_connect_object (session, "show-room", G_CALLBACK (on_show_room), self, 0);
  g_signal_handlers_disconnect_by_func (session, on_invited, self);
  g_signal_connect_object (session, "invited", G_CALLBACK (on_invited), self, 0);
  if (watch != NULL && hs_connection_is_used (connection))
    g_list_store_append (self->watches, watch);
  forget_old_watches (self);
  g_signal_connect_object (connection, "notify::watch", G_CALLBACK (on_watch_changed), self, 0);
  g_list_store_splice (self->connections, at, at < n ? 1 : 0, (gpointer *) &connection, 1);
}

static void
on_first_room (GListModel *rooms, guint position, guint removed, guint added, HsApplication *self)
{
  g_autoptr (HsRoom) room = NULL;

  if (added == 0)
    return;
  room = g_list_model_get_item (rooms, position);
  g_signal_handlers_disconnect_by_func (rooms, on_first_room, self);
  if (self->window != NULL)
    hs_window_show_room (self->window, room);
}

static int
rank_room (HsRoom *room)
{
  return hs_room_get_kind (room) == HS_ROOM_CHANNEL && hs_room_is_joined (room) ? 2 : hs_room_get_kind (room) != HS_ROOM_SERVER;
}

void
hs_application_show_first_room (HsApplication *self, HsSession *session)
{
  GListModel *rooms = hs_session_get_rooms (session);
  guint n = g_list_model_get_n_items (rooms);
  g_autoptr (HsRoom) best = NULL;

  for (guint i = 0; i < n; i++)
    {
      g_autoptr (HsRoom) room = g_list_model_get_item (rooms, i);

      if (best == NULL || rank_room (room) > rank_room (best))
        g_set_object (&best, room);
    }
  /* A channel of before is joined again by itself. */
  if (best == NULL || hs_room_get_kind (best) != HS_ROOM_CHANNEL)
    g_signal_connect_object (rooms, "items-changed", G_CALLBACK (on_first_room), self, 0);
  if (best != NULL && self->window != NULL)
    hs_window_show_room (self->window, best);
}

/* ---- The dialog ---- */

static gboolean
is_same_place (const char *text, const char *other_text)
{
  g_autoptr (HsAddress) address = hs_address_parse (text, NULL), other = hs_address_parse (other_text, NULL);

  return address != NULL && other != NULL && hs_address_is_same_place (address, other);
}

/* One that was left, however its address was written then: its rooms are in the sidebar already. */
static HsSession *
find_session (HsApplication *self, const char *address)
{
  guint n = g_list_model_get_n_items (G_LIST_MODEL (self->connections));

  for (guint i = 0; i < n; i++)
    {
      g_autoptr (HsConnection) connection = g_list_model_get_item (G_LIST_MODEL (self->connections), i);
      HsSession *session = hs_connection_get_session (connection);

      if (!hs_session_is_hosted (session) && hs_session_get_state (session) == HS_SESSION_OFFLINE
          && is_same_place (hs_session_get_address (session), address))
        return session;
    }
  return NULL;
}

static HsConnection *
on_prepare (HsConnectDialog *dialog, HsConnectRequest *request, HsApplication *self)
{
  HsSession *known = find_session (self, request->address);
  g_autoptr (HsSession) session = NULL;
  g_autofree char *own_name = hs_profile_dup_shown_name (self->profile), *kept = hs_address_drop_token (request->address);

  if (!g_str_equal (own_name, request->shown_name))
    g_settings_set_string (hs_profile_get_settings (self->profile), "shown-name", request->shown_name);
  if (known != NULL)
    hs_session_set_shown_name (known, request->shown_name);
  session = known != NULL ? g_object_ref (known) : hs_session_new (self->store, kept, kept, request->shown_name, FALSE);
  return hs_application_make_connection (self, session, request);
}

static void
on_recall (HsConnectDialog *dialog, const char *address, HsApplication *self)
{
  HsConnectRequest known = { 0 };
  g_autofree char *account = NULL;

  hs_application_recall_login (self, address, &known, &account);
  hs_connect_dialog_set_login (dialog, known.account, known.kept_password, known.kept_account_password);
}

static void
on_connected (HsConnectDialog *dialog, HsConnection *connection, HsApplication *self)
{
  HsSession *session = hs_connection_get_session (connection);

  hs_application_add_connection (self, connection);
  remember (self, connection, hs_session_get_name (session) != NULL ? hs_session_get_name (session) : hs_session_get_address (session));
  hs_application_show_first_room (self, session);
}

/* Cancelled: the open is cancelled with its cancellable; one that stood already leaves in good order. */
static void
on_given_up (HsConnectDialog *dialog, HsConnection *connection, HsApplication *self)
{
  if (hs_connection_is_open (connection))
    hs_connection_leave (connection, TRUE);
}

static HsConnectDialog *
show_dialog (HsApplication *self, const char *address, HsProtocol protocol, HsLineEnding line_ending)
{
  g_autofree char *name = hs_profile_dup_shown_name (self->profile);
  HsConnectDialog *dialog = hs_connect_dialog_new (GTK_WINDOW (self->window), name);

  offer_recent (self, dialog);
  g_signal_connect_object (dialog, "recall", G_CALLBACK (on_recall), self, 0);
  if (address != NULL)
    hs_connect_dialog_set_address (dialog, address, protocol, line_ending);
  g_signal_connect_object (dialog, "prepare", G_CALLBACK (on_prepare), self, 0);
  g_signal_connect_object (dialog, "connected", G_CALLBACK (on_connected), self, 0);
  g_signal_connect_object (dialog, "given-up", G_CALLBACK (on_given_up), self, 0);
  gtk_window_present (GTK_WINDOW (dialog));
  return dialog;
}

void
hs_application_show_connect (HsApplication *self, const char *address)
{
  show_dialog (self, address, HS_PROTOCOL_AUTOMATIC, HS_LINE_ENDING_AUTOMATIC);
}

/* ---- Several, one after the other ---- */

#define MORE "hs-more" /* on a dialog: the addresses after its own */

typedef struct
{
  HsApplication *self;
  char **addresses;
} More;

static void
more_free (gpointer data)
{
  More *more = data;

  g_strfreev (more->addresses);
  g_object_unref (more->self);
  g_free (more);
}

static gboolean
show_more (gpointer data)
{
  More *more = data;

  if (more->self->window != NULL)
    hs_application_show_addresses (more->self, more->addresses);
  return G_SOURCE_REMOVE;
}

/* Not at once: it may close because the window does. */
static void
on_dialog_closed (GtkWidget *dialog)
{
  gpointer more = g_object_steal_data (G_OBJECT (dialog), MORE);

  if (more != NULL)
    g_idle_add_full (G_PRIORITY_DEFAULT_IDLE, show_more, more, more_free);
}

void
hs_application_show_addresses (HsApplication *self, char **addresses)
{
  HsConnectDialog *dialog = show_dialog (self, addresses[0], HS_PROTOCOL_AUTOMATIC, HS_LINE_ENDING_AUTOMATIC);
  More *more;

  if (addresses[1] == NULL)
    return;
  more = g_new0 (More, 1);
  *more = (More) { g_object_ref (self), g_strdupv (addresses + 1) };
  g_object_set_data_full (G_OBJECT (dialog), MORE, more, more_free);
  g_signal_connect (dialog, "destroy", G_CALLBACK (on_dialog_closed), NULL);
}

/* ---- Again ---- */

static void
on_opened_again (GObject *source, GAsyncResult *result, gpointer data)
{
  g_autoptr (HsApplication) self G_GNUC_UNUSED = data;
  g_autoptr (GError) error = NULL;

  /* What failed stands in the conversation's strip, told by the connection's failure. */
  if (!hs_connection_open_finish (HS_CONNECTION (source), result, &error) && !g_error_matches (error, G_IO_ERROR, G_IO_ERROR_CANCELLED))
    g_debug ("joining again: %s", error->message);
}

void
hs_application_join_again (HsApplication *self, HsRoom *room)
{
  guint n = g_list_model_get_n_items (G_LIST_MODEL (self->connections));
  HsSession *session = NULL;
  g_autoptr (HsConnection) old = NULL, connection = NULL;
  HsConnectRequest again = { 0 };
  Request *request;

  g_object_get (room, "session", &session, NULL);
  if (session == NULL)
    return;
  g_object_unref (session);
  if (hs_session_is_hosted (session))
    {
      hs_application_start_server (self);
      return;
    }
  for (guint i = 0; i < n && old == NULL; i++)
    {
      g_autoptr (HsConnection) other = g_list_model_get_item (G_LIST_MODEL (self->connections), i);

      if (hs_connection_get_session (other) == session)
        old = g_object_ref (other);
    }
  request = old != NULL ? g_object_get_data (G_OBJECT (old), REQUEST) : NULL;
  if (request == NULL)
    return;
  if (hs_connection_get_failure (old) != NULL && hs_failure_asks_for (hs_connection_get_failure (old)) != HS_FAILURE_ASKS_NOTHING)
    {
      hs_connect_dialog_ask_password (show_dialog (self, request->address, request->protocol, request->line_ending));
      return;
    }
  again = (HsConnectRequest) { .address = request->address, .password = request->password, .account = request->account,
                               .account_password = request->account_password, .kept_password = request->kept_password,
                               .kept_account_password = request->kept_account_password, .remember = request->remember, .protocol = request->protocol,
                               .line_ending = request->line_ending, .encryption = request->encryption };
  if (hs_connection_is_exception (old)) /* that was for once */
    again.encryption = HS_ENCRYPTION_AUTOMATIC;
  connection = hs_application_make_connection (self, session, &again);
  hs_connection_open_async (connection, self->cancellable, on_opened_again, g_object_ref (self));
  hs_application_add_connection (self, connection);
}

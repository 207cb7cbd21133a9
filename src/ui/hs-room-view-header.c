/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The title above a conversation, who is there, and the sentence that it begins with. */
#include "hs-room-view-private.h"

#include <glib/gi18n.h>

/* Who has said nothing yet, and hears the room. Nobody is told of them but the host: only a window that hosts knows how many. */
static guint
count_listeners (HsRoomView *self)
{
  guint n = 0;

  if (self->server != NULL && hs_session_is_hosted (self->session) &&
      g_strcmp0 (hs_room_get_name (self->room), hs_server_get_default_room (self->server)) == 0)
    g_object_get (self->server, "n-listeners", &n, NULL);
  return n;
}

/* Known to be: in plain text, or IRC without TLS. Where nobody can be encrypted, it is said of the connection. */
static guint
count_unencrypted (HsRoomView *self)
{
  GListModel *members = hs_room_get_members (self->room);
  HsSecurity *security = self->connection != NULL ? hs_connection_get_security (self->connection) : NULL;
  guint n = 0;

  if (security == NULL || !hs_security_is_encrypted (security))
    return 0;
  for (guint i = 0; i < g_list_model_get_n_items (members); i++)
    {
      g_autoptr (HsMember) member = g_list_model_get_item (members, i);

      n += hs_member_is_plain (member) || hs_member_is_unencrypted (member);
    }
  return n;
}

/* (nullable) (transfer full) */
static char *
format_tooltip (HsRoomView *self, const char *topic)
{
  guint n = g_list_model_get_n_items (hs_room_get_members (self->room)), unencrypted = count_unencrypted (self);
  g_autofree char *words = unencrypted > 0 ? g_strdup_printf (ngettext ("%u of %u here is unencrypted.", "%u of %u here are unencrypted.", unencrypted),
                                                              unencrypted, n) : NULL;

  if (words == NULL || topic == NULL)
    return words != NULL ? g_steal_pointer (&words) : g_strdup (topic);
  return g_strdup_printf ("%s\n%s", topic, words);
}

static char *
format_people (HsRoomView *self)
{
  GListModel *members = hs_room_get_members (self->room);
  guint n = g_list_model_get_n_items (members), plain = 0, unencrypted = count_unencrypted (self), listeners = count_listeners (self);
  g_autoptr (GString) people = g_string_new (NULL);

  for (guint i = 0; i < n; i++)
    {
      g_autoptr (HsMember) member = g_list_model_get_item (members, i);

      plain += hs_member_is_plain (member);
    }
  g_string_append_printf (people, ngettext ("%u person", "%u people", n), n);
  if (unencrypted > plain)
    {
      g_string_append (people, " · ");
      g_string_append_printf (people, ngettext ("%u unencrypted", "%u unencrypted", unencrypted), unencrypted);
    }
  else if (plain > 0)
    {
      g_string_append (people, " · ");
      g_string_append_printf (people, ngettext ("%u in plain text", "%u in plain text", plain), plain);
    }
  if (listeners > 0)
    {
      g_string_append (people, " · ");
      /* Translators: connections that have said nothing yet; they have no name, and hear the room. */
      g_string_append_printf (people, ngettext ("%u listening", "%u listening", listeners), listeners);
    }
  return g_string_free (g_steal_pointer (&people), FALSE);
}

static char *
format_hosted (const char *address)
{
  g_autoptr (GSocketConnectable) bound = g_network_address_parse (address, 0, NULL);
  guint port = bound != NULL ? g_network_address_get_port (G_NETWORK_ADDRESS (bound)) : 0;

  /* Its address is the one that its own client uses: nobody else's. */
  return port != 0 ? g_strdup_printf (_("You host this room. Others connect to this computer’s address, port %u."), port) : g_strdup (_("You host this room."));
}

/* (nullable) what is known of this connection's security. */
static HsSecurity *
get_security (HsRoomView *self)
{
  HsSecurity *security = self->connection != NULL ? hs_connection_get_security (self->connection) : NULL;

  return security != NULL && hs_security_is_known (security) ? security : NULL;
}

/* Of a sentence about where one is: the plain truth, or nothing where it is not known. (transfer full) */
static char *
add_encryption (HsRoomView *self, char *sentence)
{
  HsSecurity *security = get_security (self);
  g_autofree char *taken = sentence;

  if (security == NULL && !hs_session_is_plain (self->session))
    return g_steal_pointer (&taken);
  /* Translators: a sentence, and whether the connection is encrypted, as a second one */
  return g_strdup_printf (security != NULL && hs_security_is_encrypted (security) ? _("%s Encrypted as far as the server.") : _("%s Not encrypted."), taken);
}

static void
update_beginning (HsRoomView *self)
{
  /* A server that starts again may have another port. */
  const char *address = self->connection != NULL ? hs_connection_get_place (self->connection) : hs_session_get_place (self->session);
  const char *title = hs_room_get_title (self->room);
  g_autofree char *sentence = NULL;

  if (hs_session_is_plain (self->session))
    sentence = add_encryption (self, g_strdup_printf (_("Plain text with %s."), address));
  else if (hs_room_get_kind (self->room) == HS_ROOM_PERSON)
    sentence = add_encryption (self, g_strdup_printf (_("Only you and %s are here."), title));
  else if (hs_room_get_kind (self->room) == HS_ROOM_SERVER)
    sentence = g_strdup_printf (_("What the server %s itself says."), address);
  else if (hs_session_is_hosted (self->session))
    sentence = format_hosted (address);
  else
    sentence = add_encryption (self, g_strdup_printf (_("Hosted at %s."), address));
  hs_message_list_set_beginning (self->messages, title, sentence);
}

/* How far the server is known stands where its name does; that one's own is one's own need not be said. (nullable) */
static const char *
get_security_words (HsRoomView *self)
{
  HsSecurity *security = get_security (self);

  return security != NULL && hs_security_get_trust (security) != HS_TRUST_OWN ? hs_security_get_words (security) : NULL;
}

/* What is cut off where the window is narrow can be found elsewhere: how far the server is known in the lock. (transfer full) */
static char *
format_subtitle (HsRoomView *self, const char *topic)
{
  const char *words = get_security_words (self);
  gboolean channel = hs_room_get_kind (self->room) == HS_ROOM_CHANNEL;
  g_autofree char *who = channel ? format_people (self) : g_strdup (hs_session_get_place (self->session));
  g_autoptr (GString) text = g_string_new (who);

  if (words != NULL)
    g_string_append_printf (text, " · %s", words);
  if (channel && topic != NULL && *topic != '\0')
    g_string_append_printf (text, " · %s", topic);
  return g_string_free (g_steal_pointer (&text), FALSE);
}

void
hs_room_view_update_header (HsRoomView *self)
{
  static const char *const states[] = {
    [HS_SESSION_OFFLINE] = N_("Not connected"), [HS_SESSION_CONNECTING] = N_("Connecting…"), [HS_SESSION_REGISTERING] = N_("Connecting…"),
    [HS_SESSION_ONLINE] = NULL, [HS_SESSION_LEAVING] = N_("Leaving…"),
  };
  HsSessionState state;
  const char *topic;
  g_autofree char *subtitle = NULL, *tooltip = NULL;

  if (self->room == NULL)
    return;
  state = MIN ((guint) hs_session_get_state (self->session), G_N_ELEMENTS (states) - 1);
  topic = hs_room_get_topic (self->room);
  adw_window_title_set_title (self->title, hs_room_get_title (self->room));
  update_beginning (self);
  subtitle = states[state] != NULL ? g_strdup (_(states[state])) : format_subtitle (self, topic);
  adw_window_title_set_subtitle (self->title, subtitle);
  tooltip = states[state] == NULL ? format_tooltip (self, topic) : NULL;
  gtk_widget_set_tooltip_text (GTK_WIDGET (self->title), tooltip);
}

/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Our side of one conversation with one server: state, rooms and people. What comes in is in -events and -numerics, what goes out in -send and -verbs. */
#include "hs-session-impl.h"

#include "hs-config.h"

#include <glib/gi18n-lib.h>
#include <string.h>

#include "hs-address.h"
#include "hs-event-text.h"
#include "hs-name.h"
#include "hs-secret.h"
#include "hs-utf8.h"

G_DEFINE_FINAL_TYPE (HsSession, hs_session, G_TYPE_OBJECT)
G_DEFINE_QUARK (hs-session-error-quark, hs_session_error)

enum
{
  PROP_0,
  PROP_NAME,
  PROP_ADDRESS,
  PROP_NICK,
  PROP_STATE,
  PROP_ERROR_TEXT,
  PROP_LAG,
  PROP_PLAIN,
  PROP_ACCOUNT,
  PROP_HOSTED,
  PROP_ROOMS,
  N_PROPS
};
static GParamSpec *props[N_PROPS];

static void
conversation_free (gpointer data)
{
  HsConversation *conversation = data;

  g_object_unref (conversation->room);
  hs_room_history_unref (conversation->history);
  g_clear_pointer (&conversation->typing, g_hash_table_unref);
  g_free (conversation->removal);
  g_free (conversation->catchup_point);
  g_free (conversation->heard_id);
  g_free (conversation->marked_id);
  g_free (conversation);
}

static void
person_free (gpointer data)
{
  HsPerson *person = data;

  g_free (person->real);
  g_free (person->shown);
  g_free (person->host);
  g_free (person);
}

/* ---- GObject ---- */

static void
hs_session_get_property (GObject *object, guint id, GValue *value, GParamSpec *pspec)
{
  HsSession *self = HS_SESSION (object);

  switch (id)
    {
    case PROP_NAME: g_value_set_string (value, self->name); break;
    case PROP_ADDRESS: g_value_set_string (value, self->address); break;
    case PROP_NICK: g_value_set_string (value, self->nick); break;
    case PROP_STATE: g_value_set_int (value, self->state); break;
    case PROP_ERROR_TEXT: g_value_set_string (value, self->error_text); break;
    case PROP_LAG: g_value_set_int (value, self->lag); break;
    case PROP_PLAIN: g_value_set_boolean (value, self->plain); break;
    case PROP_ACCOUNT: g_value_set_string (value, hs_session_get_account (self)); break;
    case PROP_HOSTED: g_value_set_boolean (value, self->hosted); break;
    case PROP_ROOMS: g_value_set_object (value, self->rooms); break;
    default: G_OBJECT_WARN_INVALID_PROPERTY_ID (object, id, pspec);
    }
}

/* A room may outlive us in somebody's hands: it forgets us first. */
static void
hs_session_dispose (GObject *object)
{
  HsSession *self = HS_SESSION (object);
  guint n = self->rooms != NULL ? g_list_model_get_n_items (G_LIST_MODEL (self->rooms)) : 0;

  self->send = NULL;
  g_clear_handle_id (&self->typing_source, g_source_remove);
  g_clear_handle_id (&self->marker_source, g_source_remove);
  g_clear_handle_id (&self->who_source, g_source_remove);
  for (guint i = 0; i < n; i++)
    {
      g_autoptr (HsRoom) room = g_list_model_get_item (G_LIST_MODEL (self->rooms), i);

      hs_room_set_session (room, NULL);
    }
  hs_session_clear_outgoing (self);
  hs_session_clear_passages (self);
  hs_session_forget_whois (self);
  if (self->own != NULL)
    g_ptr_array_set_size (self->own, 0);
  G_OBJECT_CLASS (hs_session_parent_class)->dispose (object);
}

static void
hs_session_finalize (GObject *object)
{
  HsSession *self = HS_SESSION (object);

  g_ptr_array_unref (self->own);
  g_hash_table_unref (self->conversations);
  g_hash_table_unref (self->people);
  g_hash_table_unref (self->batches);
  g_hash_table_unref (self->histories);
  g_hash_table_unref (self->gathered);
  hs_secret_free (self->resume_token);
  g_free (self->server_key);
  g_hash_table_unref (self->asked);
  g_clear_pointer (&self->waiting_info, g_ptr_array_unref);
  hs_session_clear_motd (self);
  g_clear_pointer (&self->sent_as, g_bytes_unref);
  g_clear_object (&self->watch);
  g_clear_object (&self->rooms);
  g_clear_object (&self->store);
  g_free (self->network);
  g_free (self->address);
  g_free (self->place);
  g_free (self->shown_name);
  g_free (self->name);
  g_free (self->nick);
  g_free (self->error_text);
  g_free (self->source);
  g_free (self->asked_room);
  g_free (self->peer);
  g_free (self->sts);
  hs_session_sasl_free (self->sasl);
  hs_session_account_free (self->account);
  G_OBJECT_CLASS (hs_session_parent_class)->finalize (object);
}

static void
hs_session_class_init (HsSessionClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);
  const GParamFlags flags = G_PARAM_READABLE | G_PARAM_STATIC_STRINGS | G_PARAM_EXPLICIT_NOTIFY;

  object_class->get_property = hs_session_get_property;
  object_class->dispose = hs_session_dispose;
  object_class->finalize = hs_session_finalize;

  props[PROP_NAME] = g_param_spec_string ("name", NULL, NULL, NULL, flags);
  props[PROP_ADDRESS] = g_param_spec_string ("address", NULL, NULL, NULL, flags);
  props[PROP_NICK] = g_param_spec_string ("nick", NULL, NULL, NULL, flags);
  props[PROP_STATE] = g_param_spec_int ("state", NULL, NULL, HS_SESSION_OFFLINE, HS_SESSION_LEAVING, HS_SESSION_OFFLINE, flags);
  props[PROP_ERROR_TEXT] = g_param_spec_string ("error-text", NULL, NULL, NULL, flags);
  props[PROP_LAG] = g_param_spec_int ("lag", NULL, NULL, -1, G_MAXINT, -1, flags);
  props[PROP_PLAIN] = g_param_spec_boolean ("plain", NULL, NULL, FALSE, flags);
  props[PROP_ACCOUNT] = g_param_spec_string ("account", NULL, NULL, NULL, flags);
  props[PROP_HOSTED] = g_param_spec_boolean ("hosted", NULL, NULL, FALSE, flags);
  props[PROP_ROOMS] = g_param_spec_object ("rooms", NULL, NULL, G_TYPE_LIST_MODEL, flags);
  g_object_class_install_properties (object_class, N_PROPS, props);

  /* For hs-connection, once a connection: what the server can is known. Whether it offers TLS on this port; the value of IRCv3 sts (nullable). TRUE:
   * another connection is opened instead, and this one says no more. */
  g_signal_new ("capabilities-listed", G_TYPE_FROM_CLASS (klass), G_SIGNAL_RUN_LAST, 0, g_signal_accumulator_true_handled, NULL, NULL, G_TYPE_BOOLEAN,
                2, G_TYPE_BOOLEAN, G_TYPE_STRING);
  /* For hs-connection, once a connection or more often: the other end says that it is a Handshake server. */
  g_signal_new ("ours", G_TYPE_FROM_CLASS (klass), G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL, G_TYPE_NONE, 0);
  /* For hs-connection: HsLoginProblem, and a sentence. Nothing more is said there. */
  g_signal_new ("login-failed", G_TYPE_FROM_CLASS (klass), G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL, G_TYPE_NONE, 2, G_TYPE_INT, G_TYPE_STRING);
  /* For hs-connection: all that was said before is written; now close in good order. */
  g_signal_new ("leave-requested", G_TYPE_FROM_CLASS (klass), G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL, G_TYPE_NONE, 0);
  g_signal_new ("half-close-requested", G_TYPE_FROM_CLASS (klass), G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL, G_TYPE_NONE, 0);
  /* For the panel: a message that can be followed was said or heard in this room. */
  g_signal_new ("view-heard", G_TYPE_FROM_CLASS (klass), G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL, G_TYPE_NONE, 2, G_TYPE_INT, G_TYPE_POINTER);
  g_signal_new ("people-known", G_TYPE_FROM_CLASS (klass), G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL, G_TYPE_NONE, 0);
  g_signal_new ("passage-added", G_TYPE_FROM_CLASS (klass), G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL, G_TYPE_NONE, 1, HS_TYPE_ROOM);
  /* For the window: what came of a wish about one's account (done, sentence); the keys that open it. */
  g_signal_new ("account-answered", G_TYPE_FROM_CLASS (klass), G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL, G_TYPE_NONE, 2, G_TYPE_BOOLEAN, G_TYPE_STRING);
  g_signal_new ("account-keys", G_TYPE_FROM_CLASS (klass), G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL, G_TYPE_NONE, 1, G_TYPE_STRV);
  /* For the window: the person asked for this room (/join, /msg, /query) and wants to see it. */
  g_signal_new ("invited", G_TYPE_FROM_CLASS (klass), G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL, G_TYPE_NONE, 2, G_TYPE_STRING, G_TYPE_STRING);
  g_signal_new ("show-room", G_TYPE_FROM_CLASS (klass), G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL, G_TYPE_NONE, 1, HS_TYPE_ROOM);
}

static void
hs_session_init (HsSession *self)
{
  self->rooms = g_list_store_new (HS_TYPE_ROOM);
  self->conversations = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, conversation_free);
  self->people = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, person_free);
  self->batches = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, g_free);
  self->histories = hs_session_make_histories ();
  self->gathered = hs_session_make_gathered ();
  self->asked = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  self->own = g_ptr_array_new_with_free_func ((GDestroyNotify) hs_own_message_free);
  g_queue_init (&self->outgoing);
  g_queue_init (&self->passages);
  g_queue_init (&self->whois);
  self->lag = -1;
  hs_session_forget_caps (self);
}

HsSession *
hs_session_new (HsStore *store, const char *network, const char *address, const char *shown_name, gboolean hosted)
{
  HsSession *self = g_object_new (HS_TYPE_SESSION, NULL);

  self->store = g_object_ref (store);
  self->network = g_strdup (network);
  self->address = g_strdup (address);
  self->place = hs_address_format_place (address);
  self->name = g_strdup (self->place);
  self->shown_name = hs_name_make_shown (shown_name != NULL ? shown_name : "");
  self->nick = hs_name_make_nick (self->shown_name, FALSE);
  self->hosted = hosted;
  self->ours = hosted;
  return self;
}

void
hs_session_set_shown_name (HsSession *self, const char *shown_name)
{
  g_autofree char *nick = NULL;

  g_return_if_fail (self->state == HS_SESSION_OFFLINE);

  g_free (self->shown_name);
  self->shown_name = hs_name_make_shown (shown_name);
  nick = hs_name_make_nick (self->shown_name, FALSE);
  hs_session_set_own_nick (self, nick);
}

/* ---- Facts ---- */

const char *
hs_session_get_name (HsSession *self)
{
  return self->name;
}

const char *
hs_session_get_address (HsSession *self)
{
  return self->address;
}

const char *
hs_session_get_place (HsSession *self)
{
  return self->place;
}

const char *
hs_session_get_nick (HsSession *self)
{
  return self->nick;
}

HsSessionState
hs_session_get_state (HsSession *self)
{
  return self->state;
}

const char *
hs_session_get_error_text (HsSession *self)
{
  return self->error_text;
}

gboolean
hs_session_is_plain (HsSession *self)
{
  return self->plain;
}

gboolean
hs_session_is_hosted (HsSession *self)
{
  return self->hosted;
}

GListModel *
hs_session_get_rooms (HsSession *self)
{
  return G_LIST_MODEL (self->rooms);
}

HsRoom *
hs_session_find_room (HsSession *self, const char *name)
{
  HsConversation *conversation = hs_session_find_conversation (self, name);

  return conversation != NULL ? conversation->room : NULL;
}

gboolean
hs_session_is_me (HsSession *self, const char *nick)
{
  return self->nick != NULL && hs_name_equal (self->nick, nick);
}

gboolean
hs_session_is_channel (HsSession *self, const char *name)
{
  return *name != '\0' && strchr (self->chantypes, *name) != NULL;
}

static void
set_string (HsSession *self, char **field, const char *value, guint prop)
{
  if (g_strcmp0 (*field, value) == 0)
    return;
  g_free (*field);
  *field = g_strdup (value);
  g_object_notify_by_pspec (G_OBJECT (self), props[prop]);
}

void
hs_session_set_own_nick (HsSession *self, const char *nick)
{
  set_string (self, &self->nick, nick, PROP_NICK);
}

void
hs_session_set_name (HsSession *self, const char *name)
{
  set_string (self, &self->name, name, PROP_NAME);
}

void
hs_session_set_error_text (HsSession *self, const char *text)
{
  set_string (self, &self->error_text, text, PROP_ERROR_TEXT);
}

void
hs_session_set_lag (HsSession *self, int lag)
{
  if (self->lag == lag)
    return;
  self->lag = lag;
  g_object_notify_by_pspec (G_OBJECT (self), props[PROP_LAG]);
}

static void
set_plain (HsSession *self, gboolean plain)
{
  if (self->plain == plain)
    return;
  self->plain = plain;
  g_object_notify_by_pspec (G_OBJECT (self), props[PROP_PLAIN]);
}

/* ---- Lower edge ---- */

void
hs_session_set_send (HsSession *self, HsSessionSend send, gpointer user_data)
{
  self->send = send;
  self->send_data = user_data;
}

void
hs_session_set_state (HsSession *self, HsSessionState state, const char *error_text)
{
  hs_session_set_error_text (self, error_text);
  if (self->state == state)
    return;
  self->state = state;
  g_object_notify_by_pspec (G_OBJECT (self), props[PROP_STATE]);
}

void
hs_session_set_transport (HsSession *self, HsTcpTransport transport)
{
  self->transport = transport;
}

void
hs_session_set_line_end (HsSession *self, HsLineEnd line_end)
{
  self->line_end = line_end;
}

void
hs_session_begin_plain (HsSession *self, const char *peer)
{
  HsConversation *conversation;

  self->plain_heard = FALSE;
  g_free (self->peer);
  self->peer = g_strdup (peer);
  set_plain (self, TRUE);
  hs_session_set_name (self, peer);
  conversation = hs_session_get_conversation (self, peer, HS_ROOM_PERSON);
  hs_room_set_joined (conversation->room, TRUE);
  hs_session_set_state (self, HS_SESSION_ONLINE, NULL);
}

void
hs_session_turn_irc (HsSession *self)
{
  HsConversation *conversation = self->plain ? hs_session_find_conversation (self, self->peer) : NULL;

  if (!self->plain)
    return;
  set_plain (self, FALSE);
  if (conversation != NULL)
    hs_session_drop_conversation (self, conversation);
  hs_session_set_name (self, self->place);
  hs_session_set_state (self, HS_SESSION_CONNECTING, NULL);
}

void
hs_session_restart (HsSession *self)
{
  hs_session_turn_irc (self);
  hs_session_forget_caps (self);
  g_clear_pointer (&self->waiting_info, g_ptr_array_unref);
  self->n_waiting_lost = 0;
  hs_session_set_state (self, HS_SESSION_CONNECTING, NULL);
}

void
hs_session_begin_irc (HsSession *self, const char *pass)
{
  hs_session_turn_irc (self);
  hs_session_set_state (self, HS_SESSION_REGISTERING, NULL);
  hs_session_register (self, pass);
}

static const HsEventKind left_events[] = {
  [HS_TCP_TRANSPORT_TCP] = HS_EVENT_LEFT_ACKED,
  [HS_TCP_TRANSPORT_UDP] = HS_EVENT_LEFT_SENT,
  [HS_TCP_TRANSPORT_UNIX] = HS_EVENT_LEFT_HANDED,
};

/* Who leaves wants to know whether all of it arrived. The host's own conversations only pause. */
static void
note_leaving (HsSession *self, HsConversation *conversation, gboolean echoes)
{
  gboolean spoken = self->plain || hs_room_get_kind (conversation->room) == HS_ROOM_CHANNEL;
  g_autofree char *text = NULL, *count = NULL;
  guint n;

  if (self->hosted || !spoken || !hs_room_is_joined (conversation->room))
    return;
  n = hs_session_count_doubtful (self, conversation);
  count = g_strdup_printf ("%u", n);
  if (n > 0)
    text = hs_event_text_make (HS_EVENT_LEFT_DOUBT, count, NULL);
  else
    text = hs_event_text_make (echoes ? HS_EVENT_LEFT : left_events[self->transport], NULL);
  hs_session_add_row (self, conversation, HS_ENTRY_EVENT, 0, self->nick != NULL ? self->nick : "", text, NULL, 0, FALSE);
}

void
hs_session_ended (HsSession *self, const char *why)
{
  gboolean left = self->state == HS_SESSION_LEAVING && why == NULL, echoes = !self->plain && (self->caps & HS_CAP_ECHO) != 0;
  GHashTableIter iter;
  gpointer value;

  self->send = NULL;
  self->registered = FALSE;
  self->leaving = FALSE;
  self->full_told = FALSE;
  self->batches_told = FALSE;
  self->n_waiting_lost = 0;
  g_clear_pointer (&self->waiting_info, g_ptr_array_unref);
  hs_session_clear_motd (self);
  hs_session_forget_caps (self);
  hs_session_clear_outgoing (self);
  hs_session_doubt_own (self);
  hs_session_typing_clear (self);
  hs_session_forget_whois (self);
  g_hash_table_remove_all (self->batches);
  g_hash_table_remove_all (self->histories);
  g_hash_table_remove_all (self->gathered);
  self->resumed = FALSE;
  g_hash_table_remove_all (self->asked);
  g_hash_table_iter_init (&iter, self->conversations);
  while (g_hash_table_iter_next (&iter, NULL, &value))
    {
      HsConversation *conversation = value;

      conversation->was_here |= hs_room_is_joined (conversation->room);
      if (left)
        note_leaving (self, conversation, echoes);
      conversation->rejoin |= hs_room_get_kind (conversation->room) == HS_ROOM_CHANNEL && hs_room_is_joined (conversation->room);
      hs_room_set_joined (conversation->room, FALSE);
      hs_room_clear_members (conversation->room);
    }
  hs_session_set_lag (self, -1);
  hs_session_set_state (self, HS_SESSION_OFFLINE, why);
}

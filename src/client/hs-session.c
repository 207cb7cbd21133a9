/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Our side of one conversation with one server: state, rooms and people. What comes in is in -events and -numerics, what goes out in -send and -verbs. */
#include "hs-session-impl.h"

#include "hs-config.h"

#include <glib/gi18n-lib.h>
#include <string.h>

#include "hs-name.h"
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
  g_free (conversation);
}

static void
person_free (gpointer data)
{
  HsPerson *person = data;

  g_free (person->real);
  g_free (person->shown);
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
  for (guint i = 0; i < n; i++)
    {
      g_autoptr (HsRoom) room = g_list_model_get_item (G_LIST_MODEL (self->rooms), i);

      hs_room_set_session (room, NULL);
    }
  hs_session_clear_outgoing (self);
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
  g_clear_pointer (&self->offered, g_hash_table_unref);
  g_clear_pointer (&self->waiting_info, g_ptr_array_unref);
  if (self->motd != NULL)
    g_string_free (self->motd, TRUE);
  g_clear_object (&self->rooms);
  g_clear_object (&self->store);
  g_free (self->network);
  g_free (self->address);
  g_free (self->shown_name);
  g_free (self->name);
  g_free (self->nick);
  g_free (self->error_text);
  g_free (self->source);
  g_free (self->peer);
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
  props[PROP_HOSTED] = g_param_spec_boolean ("hosted", NULL, NULL, FALSE, flags);
  props[PROP_ROOMS] = g_param_spec_object ("rooms", NULL, NULL, G_TYPE_LIST_MODEL, flags);
  g_object_class_install_properties (object_class, N_PROPS, props);

  /* For hs-connection: all that was said before is written; now close in good order. */
  g_signal_new ("leave-requested", G_TYPE_FROM_CLASS (klass), G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL, G_TYPE_NONE, 0);
}

static void
hs_session_init (HsSession *self)
{
  self->rooms = g_list_store_new (HS_TYPE_ROOM);
  self->conversations = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, conversation_free);
  self->people = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, person_free);
  self->batches = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, g_free);
  self->own = g_ptr_array_new_with_free_func ((GDestroyNotify) hs_own_message_free);
  g_queue_init (&self->outgoing);
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
  self->name = g_strdup (address);
  self->shown_name = hs_name_make_shown (shown_name != NULL ? shown_name : "");
  self->nick = hs_name_make_nick (self->shown_name, FALSE);
  self->hosted = hosted;
  self->ours = hosted;
  return self;
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

/* ---- Rooms ---- */

/* On our servers a room is a title: "#lobby" is "Lobby". Elsewhere people know their channels by '#'. */
static char *
make_title (HsSession *self, const char *name)
{
  g_autofree char *first = NULL;
  const char *rest;

  if (!self->ours || *name != '#' || name[1] == '\0')
    return g_strdup (name);
  if (hs_name_equal (name, "#lobby"))
    return g_strdup (_("Lobby"));
  rest = g_utf8_next_char (name + 1);
  first = g_utf8_strup (name + 1, rest - name - 1);
  return g_strconcat (first, rest, NULL);
}

static void
update_titles (HsSession *self)
{
  GHashTableIter iter;
  gpointer value;

  g_hash_table_iter_init (&iter, self->conversations);
  while (g_hash_table_iter_next (&iter, NULL, &value))
    {
      HsConversation *conversation = value;
      g_autofree char *title = NULL;

      if (hs_room_get_kind (conversation->room) != HS_ROOM_CHANNEL)
        continue;
      title = make_title (self, hs_room_get_name (conversation->room));
      hs_room_set_title (conversation->room, title);
    }
}

void
hs_session_set_ours (HsSession *self)
{
  if (self->ours)
    return;
  self->ours = TRUE;
  update_titles (self);
}

HsConversation *
hs_session_find_conversation (HsSession *self, const char *name)
{
  g_autofree char *key = hs_name_fold (name);

  return g_hash_table_lookup (self->conversations, key);
}

HsConversation *
hs_session_conversation_of (HsSession *self, HsRoom *room)
{
  HsConversation *conversation = room != NULL ? hs_session_find_conversation (self, hs_room_get_name (room)) : NULL;

  return conversation != NULL && conversation->room == room ? conversation : NULL;
}

HsMember *
hs_session_member_here (HsSession *self, HsConversation *conversation, const char *nick)
{
  HsMember *member = hs_room_add_member (conversation->room, nick);
  HsPerson *person = hs_session_get_person (self, nick);

  hs_member_set_shown (member, person->shown);
  hs_member_set_away (member, person->away);
  hs_member_set_plain (member, person->plain || self->plain);
  hs_member_set_own (member, hs_session_is_me (self, nick));
  return member;
}

static char *
title_for (HsSession *self, const char *name, HsRoomKind kind)
{
  if (kind == HS_ROOM_SERVER)
    return g_strdup (self->name);
  if (kind == HS_ROOM_PERSON)
    return g_strdup (hs_session_get_shown (self, name));
  return make_title (self, name);
}

HsConversation *
hs_session_get_conversation (HsSession *self, const char *name, HsRoomKind kind)
{
  HsConversation *conversation = hs_session_find_conversation (self, name);
  g_autofree char *title = NULL;

  if (conversation != NULL)
    return conversation;

  conversation = g_new0 (HsConversation, 1);
  conversation->session = self;
  conversation->history = hs_room_history_new (self->store, self->network, name, kind, &conversation->room);
  title = title_for (self, name, kind);
  hs_room_set_title (conversation->room, title);
  hs_room_set_session (conversation->room, self);
  hs_room_set_hosted (conversation->room, self->hosted);
  if (kind != HS_ROOM_CHANNEL)
    hs_room_set_joined (conversation->room, TRUE);
  if (kind == HS_ROOM_PERSON)
    hs_session_member_here (self, conversation, name);
  g_hash_table_insert (self->conversations, hs_name_fold (name), conversation);
  g_list_store_append (self->rooms, conversation->room);
  return conversation;
}

static gboolean
is_own_of (gconstpointer own, gconstpointer conversation)
{
  return ((const HsOwnMessage *) own)->conversation == conversation;
}

void
hs_session_drop_conversation (HsSession *self, HsConversation *conversation)
{
  g_autofree char *key = hs_name_fold (hs_room_get_name (conversation->room));
  guint position;

  for (guint i = self->own->len; i > 0; i--)
    if (is_own_of (g_ptr_array_index (self->own, i - 1), conversation))
      g_ptr_array_remove_index (self->own, i - 1);
  if (g_list_store_find (self->rooms, conversation->room, &position))
    g_list_store_remove (self->rooms, position);
  hs_room_set_session (conversation->room, NULL);
  g_hash_table_remove (self->conversations, key);
}

static HsConversation *
first_channel (HsSession *self)
{
  guint n = g_list_model_get_n_items (G_LIST_MODEL (self->rooms));

  for (guint i = 0; i < n; i++)
    {
      g_autoptr (HsRoom) room = g_list_model_get_item (G_LIST_MODEL (self->rooms), i);

      if (hs_room_get_kind (room) == HS_ROOM_CHANNEL)
        return hs_session_conversation_of (self, room);
    }
  return NULL;
}

HsConversation *
hs_session_server_conversation (HsSession *self)
{
  if (self->plain)
    return hs_session_find_conversation (self, self->peer);
  if (self->ours)
    return first_channel (self);
  if (!self->registered)
    return hs_session_find_conversation (self, HS_SERVER_ROOM);
  return hs_session_get_conversation (self, HS_SERVER_ROOM, HS_ROOM_SERVER);
}

HsRoom *
hs_session_open_person (HsSession *self, const char *nick)
{
  return hs_session_get_conversation (self, nick, HS_ROOM_PERSON)->room;
}

/* ---- People ---- */

HsPerson *
hs_session_get_person (HsSession *self, const char *nick)
{
  char *key = hs_name_fold (nick);
  HsPerson *person = g_hash_table_lookup (self->people, key);

  if (person != NULL)
    {
      g_free (key);
      return person;
    }
  person = g_new0 (HsPerson, 1);
  person->plain = self->ours && hs_name_is_reserved (nick);
  g_hash_table_insert (self->people, key, person);
  return person;
}

/* "nick!plain@host" is how our servers name a guest that speaks plain text. */
void
hs_session_note_source (HsSession *self, const char *nick, const char *source)
{
  const char *user = source != NULL ? strchr (source, '!') : NULL;
  gboolean plain = self->ours && user != NULL && g_str_has_prefix (user, "!" HS_PLAIN_USER "@");

  if (plain)
    hs_session_get_person (self, nick)->plain = TRUE;
}

const char *
hs_session_get_shown (HsSession *self, const char *nick)
{
  g_autofree char *key = hs_name_fold (nick);
  HsPerson *person = g_hash_table_lookup (self->people, key);

  return person != NULL && person->shown != NULL ? person->shown : nick;
}

/* Is @nick what our kind of program makes of @shown, taken names numbered? Elsewhere a real name is as often a joke, "root", or somebody else's. */
static gboolean
is_derived (const char *nick, const char *shown)
{
  gsize len = strlen (nick);

  while (len > 1 && g_ascii_isdigit (nick[len - 1]))
    len--;
  for (guint ascii = 0; ascii <= 1; ascii++)
    {
      g_autofree char *whole = hs_name_make_nick (shown, ascii);
      g_autofree char *start = g_strndup (whole, len); /* servers with short nicks cut it */

      if (hs_name_equal (whole, nick))
        return TRUE;
      if (strncmp (start, nick, len) == 0 && (strlen (whole) == len || len >= HS_OLD_NICK_MAX - 1))
        return TRUE;
    }
  return FALSE;
}

static void
update_shown (HsSession *self, const char *nick, const char *shown)
{
  GHashTableIter iter;
  gpointer value;
  HsConversation *conversation;

  g_hash_table_iter_init (&iter, self->conversations);
  while (g_hash_table_iter_next (&iter, NULL, &value))
    {
      HsMember *member = hs_room_find_member (((HsConversation *) value)->room, nick);

      if (member != NULL)
        hs_member_set_shown (member, shown);
    }
  conversation = hs_session_find_conversation (self, nick);
  if (conversation != NULL)
    hs_room_set_title (conversation->room, hs_session_get_shown (self, nick));
}

/* The real name is shown where the nick is made of it; else what was shown before, where that still holds. */
static void
choose_shown (HsSession *self, const char *nick, HsPerson *person)
{
  const char *choice = NULL;
  g_autofree char *before = g_steal_pointer (&person->shown);

  if (person->real != NULL && is_derived (nick, person->real))
    choice = person->real;
  else if (before != NULL && is_derived (nick, before))
    choice = before;
  person->shown = g_strdup (choice);
  update_shown (self, nick, person->shown);
}

void
hs_session_set_shown (HsSession *self, const char *nick, const char *real)
{
  HsPerson *person = hs_session_get_person (self, nick);

  g_free (person->real);
  person->real = hs_name_make_shown (real);
  choose_shown (self, nick, person);
}

void
hs_session_rename_person (HsSession *self, const char *nick, const char *new_nick)
{
  HsPerson *person = hs_session_get_person (self, new_nick);
  HsPerson *before = hs_session_get_person (self, nick);

  if (person == before)
    return;
  g_free (person->real);
  g_free (person->shown);
  person->real = g_strdup (before->real);
  person->shown = g_strdup (before->shown);
  person->away = before->away;
  person->plain |= before->plain;
  choose_shown (self, new_nick, person);
}

void
hs_session_forget_absent (HsSession *self, const char *nick)
{
  g_autofree char *key = hs_name_fold (nick);
  GHashTableIter iter;
  gpointer value;

  g_hash_table_iter_init (&iter, self->conversations);
  while (g_hash_table_iter_next (&iter, NULL, &value))
    if (hs_room_find_member (((HsConversation *) value)->room, nick) != NULL)
      return;
  g_hash_table_remove (self->people, key);
}

/* ---- Rows ---- */

void
hs_session_add_row (HsSession *self, HsConversation *conversation, HsEntryKind kind, gint64 time, const char *sender, const char *text,
                    const char *msgid, guint flags, gboolean counts)
{
  HsHistoryRow *row = g_new0 (HsHistoryRow, 1);
  g_autofree char *key = hs_name_fold (sender);
  HsPerson *person = g_hash_table_lookup (self->people, key);

  row->time = time != 0 ? time : g_get_real_time () / 1000;
  row->kind = kind;
  row->flags = flags | (person != NULL && person->plain ? HS_ENTRY_PLAIN : 0);
  row->sender = g_strdup (sender);
  row->shown = person != NULL ? g_strdup (person->shown) : NULL;
  row->text = g_strdup (text);
  row->msgid = msgid != NULL && *msgid != '\0' ? g_strdup (msgid) : NULL;
  hs_room_history_add (conversation->history, row, counts);
}

typedef struct
{
  void (*func) (gpointer user_data);
  gpointer user_data;
} Fence;

static gpointer
work_nothing (HsHistory *history, gpointer data, GError **error)
{
  return NULL;
}

static void
done_fence (gpointer result, const GError *error, gpointer data)
{
  Fence *fence = data;

  fence->func (fence->user_data);
}

void
hs_session_when_stored (HsSession *self, void (*func) (gpointer user_data), gpointer user_data)
{
  Fence *fence = g_new0 (Fence, 1);

  fence->func = func;
  fence->user_data = user_data;
  hs_store_run (self->store, work_nothing, done_fence, fence, g_free);
}

void
hs_session_tell (HsSession *self, HsConversation *conversation, const char *text)
{
  if (conversation == NULL)
    conversation = hs_session_server_conversation (self);
  if (conversation != NULL)
    {
      hs_session_add_row (self, conversation, HS_ENTRY_INFO, 0, "", text, NULL, 0, FALSE);
      return;
    }
  if (self->waiting_info == NULL)
    self->waiting_info = g_ptr_array_new_with_free_func (g_free);
  g_ptr_array_add (self->waiting_info, g_strdup (text));
}

static gboolean
has_word (const char *text, const char *word)
{
  g_autofree char *folded = g_utf8_casefold (text, -1);
  g_autofree char *wanted = g_utf8_casefold (word, -1);
  gsize len = strlen (wanted);

  if (len == 0)
    return FALSE;
  for (const char *p = strstr (folded, wanted); p != NULL; p = strstr (p + 1, wanted))
    {
      gunichar before = p > folded ? g_utf8_get_char (g_utf8_prev_char (p)) : ' ';
      gunichar first = g_utf8_get_char (wanted);
      gunichar after = g_utf8_get_char (p + len);
      /* Scripts without spaces have no word edges: 李伟你好 names 李伟. */
      gboolean spaced = !g_unichar_iswide (first);

      if (!spaced || (!g_unichar_isalnum (before) && before != '_' && !g_unichar_isalnum (after) && after != '_'))
        return TRUE;
    }
  return FALSE;
}

gboolean
hs_session_is_mention (HsSession *self, const char *text)
{
  return has_word (text, self->nick) || has_word (text, self->shown_name);
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
hs_session_begin_irc (HsSession *self, const char *pass)
{
  /* A late answer: what looked like plain text was a slow server. Nobody has written anything there. */
  if (self->plain)
    {
      HsConversation *conversation = hs_session_find_conversation (self, self->peer);

      set_plain (self, FALSE);
      if (conversation != NULL)
        hs_session_drop_conversation (self, conversation);
      hs_session_set_name (self, self->address);
    }
  hs_session_set_state (self, HS_SESSION_REGISTERING, NULL);
  hs_session_register (self, pass);
}

void
hs_session_ended (HsSession *self, const char *why)
{
  GHashTableIter iter;
  gpointer value;

  self->send = NULL;
  self->registered = FALSE;
  self->leaving = FALSE;
  hs_session_forget_caps (self);
  hs_session_clear_outgoing (self);
  hs_session_doubt_own (self);
  hs_session_typing_clear (self);
  g_hash_table_remove_all (self->batches);
  g_hash_table_iter_init (&iter, self->conversations);
  while (g_hash_table_iter_next (&iter, NULL, &value))
    {
      HsConversation *conversation = value;

      conversation->rejoin |= hs_room_get_kind (conversation->room) == HS_ROOM_CHANNEL && hs_room_is_joined (conversation->room);
      hs_room_set_joined (conversation->room, FALSE);
      hs_room_clear_members (conversation->room);
    }
  hs_session_set_lag (self, -1);
  hs_session_set_state (self, HS_SESSION_OFFLINE, why);
}

/* SPDX-License-Identifier: GPL-3.0-or-later */
/* One conversation: its properties, its people and its list of entries. It talks to nobody. */
#include "hs-member-private.h"

#include <string.h>

#define TYPING_NAMES 3 /* how many names are told */

struct _HsRoom
{
  GObject parent_instance;

  /* Owned */
  char *name;
  char *title;
  char *topic;   /* (nullable) */
  char *modes;   /* letters, in the order of the alphabet */
  char *key;     /* (nullable) */
  char *draft;   /* (nullable) */
  char *typing;  /* (nullable) */
  char *preview; /* (nullable) */
  HsEntryList *entries;
  GListStore *members;
  GHashTable *by_nick; /* folded nick → HsMember of members */

  /* Borrowed */
  GObject *session; /* weak pointer */

  /* State */
  HsRoomKind kind;
  guint unread;
  guint mentions;
  guint limit;
  gint64 last_time;
  gboolean joined;
  gboolean hosted;
};

G_DEFINE_FINAL_TYPE (HsRoom, hs_room, G_TYPE_OBJECT)

enum
{
  PROP_0,
  PROP_NAME,
  PROP_TITLE,
  PROP_KIND,
  PROP_TOPIC,
  PROP_MODES,
  PROP_KEY,
  PROP_LIMIT,
  PROP_UNREAD,
  PROP_MENTIONS,
  PROP_JOINED,
  PROP_DRAFT,
  PROP_TYPING,
  PROP_PREVIEW,
  PROP_LAST_TIME,
  PROP_N_MEMBERS,
  PROP_HOSTED,
  PROP_SESSION,
  N_PROPS,
};

static GParamSpec *properties[N_PROPS];

static void
hs_room_get_property (GObject *object, guint id, GValue *value, GParamSpec *pspec)
{
  HsRoom *self = HS_ROOM (object);

  switch (id)
    {
    case PROP_NAME: g_value_set_string (value, self->name); break;
    case PROP_TITLE: g_value_set_string (value, hs_room_get_title (self)); break;
    case PROP_KIND: g_value_set_int (value, self->kind); break;
    case PROP_TOPIC: g_value_set_string (value, self->topic); break;
    case PROP_MODES: g_value_set_string (value, self->modes); break;
    case PROP_KEY: g_value_set_string (value, self->key); break;
    case PROP_LIMIT: g_value_set_uint (value, self->limit); break;
    case PROP_UNREAD: g_value_set_uint (value, self->unread); break;
    case PROP_MENTIONS: g_value_set_uint (value, self->mentions); break;
    case PROP_JOINED: g_value_set_boolean (value, self->joined); break;
    case PROP_DRAFT: g_value_set_string (value, self->draft); break;
    case PROP_TYPING: g_value_set_string (value, self->typing); break;
    case PROP_PREVIEW: g_value_set_string (value, self->preview); break;
    case PROP_LAST_TIME: g_value_set_int64 (value, self->last_time); break;
    case PROP_N_MEMBERS: g_value_set_uint (value, hs_room_get_n_members (self)); break;
    case PROP_HOSTED: g_value_set_boolean (value, self->hosted); break;
    case PROP_SESSION: g_value_set_object (value, self->session); break;
    default: G_OBJECT_WARN_INVALID_PROPERTY_ID (object, id, pspec);
    }
}

static void on_member_changed (HsMember *member, GParamSpec *pspec, gpointer user_data);

static void
forget_members (HsRoom *self)
{
  GHashTableIter iter;
  gpointer member;

  g_hash_table_iter_init (&iter, self->by_nick);
  while (g_hash_table_iter_next (&iter, NULL, &member))
    {
      g_signal_handlers_disconnect_by_func (member, on_member_changed, self);
      g_hash_table_iter_remove (&iter);
    }
}

static void
hs_room_dispose (GObject *object)
{
  HsRoom *self = HS_ROOM (object);

  forget_members (self);
  g_list_store_remove_all (self->members);
  g_clear_weak_pointer (&self->session);

  G_OBJECT_CLASS (hs_room_parent_class)->dispose (object);
}

static void
hs_room_finalize (GObject *object)
{
  HsRoom *self = HS_ROOM (object);

  g_clear_object (&self->entries);
  g_clear_object (&self->members);
  g_hash_table_unref (self->by_nick);
  g_free (self->name);
  g_free (self->title);
  g_free (self->topic);
  g_free (self->modes);
  g_free (self->key);
  g_free (self->draft);
  g_free (self->typing);
  g_free (self->preview);

  G_OBJECT_CLASS (hs_room_parent_class)->finalize (object);
}

static void
hs_room_class_init (HsRoomClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);
  const GParamFlags flags = G_PARAM_READABLE | G_PARAM_STATIC_STRINGS | G_PARAM_EXPLICIT_NOTIFY;

  object_class->get_property = hs_room_get_property;
  object_class->dispose = hs_room_dispose;
  object_class->finalize = hs_room_finalize;

  properties[PROP_NAME] = g_param_spec_string ("name", NULL, NULL, "", flags);
  properties[PROP_TITLE] = g_param_spec_string ("title", NULL, NULL, "", flags);
  properties[PROP_KIND] = g_param_spec_int ("kind", NULL, NULL, 0, G_MAXINT, HS_ROOM_CHANNEL, flags);
  properties[PROP_TOPIC] = g_param_spec_string ("topic", NULL, NULL, NULL, flags);
  properties[PROP_MODES] = g_param_spec_string ("modes", NULL, NULL, "", flags);
  properties[PROP_KEY] = g_param_spec_string ("key", NULL, NULL, NULL, flags);
  properties[PROP_LIMIT] = g_param_spec_uint ("limit", NULL, NULL, 0, G_MAXUINT, 0, flags);
  properties[PROP_UNREAD] = g_param_spec_uint ("unread", NULL, NULL, 0, G_MAXUINT, 0, flags);
  properties[PROP_MENTIONS] = g_param_spec_uint ("mentions", NULL, NULL, 0, G_MAXUINT, 0, flags);
  properties[PROP_JOINED] = g_param_spec_boolean ("joined", NULL, NULL, FALSE, flags);
  properties[PROP_DRAFT] = g_param_spec_string ("draft", NULL, NULL, NULL, flags);
  properties[PROP_TYPING] = g_param_spec_string ("typing", NULL, NULL, NULL, flags);
  properties[PROP_PREVIEW] = g_param_spec_string ("preview", NULL, NULL, NULL, flags);
  properties[PROP_LAST_TIME] = g_param_spec_int64 ("last-time", NULL, NULL, G_MININT64, G_MAXINT64, 0, flags);
  properties[PROP_N_MEMBERS] = g_param_spec_uint ("n-members", NULL, NULL, 0, G_MAXUINT, 0, flags);
  properties[PROP_HOSTED] = g_param_spec_boolean ("hosted", NULL, NULL, FALSE, flags);
  properties[PROP_SESSION] = g_param_spec_object ("session", NULL, NULL, G_TYPE_OBJECT, flags);
  g_object_class_install_properties (object_class, N_PROPS, properties);
}

static void
hs_room_init (HsRoom *self)
{
  self->members = g_list_store_new (HS_TYPE_MEMBER);
  self->modes = g_strdup ("");
  self->by_nick = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
}

HsRoom *
hs_room_new (const char *name, HsRoomKind kind, HsEntryList *entries)
{
  HsRoom *self = g_object_new (HS_TYPE_ROOM, NULL);

  self->name = g_strdup (name != NULL ? name : "");
  self->kind = kind;
  g_set_object (&self->entries, entries);
  return self;
}

/* ---- Reading ---- */

const char *
hs_room_get_name (HsRoom *self)
{
  g_return_val_if_fail (HS_IS_ROOM (self), "");
  return self->name;
}

const char *
hs_room_get_title (HsRoom *self)
{
  g_return_val_if_fail (HS_IS_ROOM (self), "");
  return self->title != NULL ? self->title : self->name;
}

HsRoomKind
hs_room_get_kind (HsRoom *self)
{
  g_return_val_if_fail (HS_IS_ROOM (self), HS_ROOM_CHANNEL);
  return self->kind;
}

const char *
hs_room_get_modes (HsRoom *self)
{
  g_return_val_if_fail (HS_IS_ROOM (self), "");
  return self->modes;
}

gboolean
hs_room_has_mode (HsRoom *self, char mode)
{
  g_return_val_if_fail (HS_IS_ROOM (self), FALSE);
  return mode != '\0' && strchr (self->modes, mode) != NULL;
}

const char *
hs_room_get_key (HsRoom *self)
{
  g_return_val_if_fail (HS_IS_ROOM (self), NULL);
  return self->key;
}

guint
hs_room_get_limit (HsRoom *self)
{
  g_return_val_if_fail (HS_IS_ROOM (self), 0);
  return self->limit;
}

const char *
hs_room_get_topic (HsRoom *self)
{
  g_return_val_if_fail (HS_IS_ROOM (self), NULL);
  return self->topic;
}

guint
hs_room_get_unread (HsRoom *self)
{
  g_return_val_if_fail (HS_IS_ROOM (self), 0);
  return self->unread;
}

guint
hs_room_get_mentions (HsRoom *self)
{
  g_return_val_if_fail (HS_IS_ROOM (self), 0);
  return self->mentions;
}

gboolean
hs_room_is_joined (HsRoom *self)
{
  g_return_val_if_fail (HS_IS_ROOM (self), FALSE);
  return self->joined;
}

const char *
hs_room_get_draft (HsRoom *self)
{
  g_return_val_if_fail (HS_IS_ROOM (self), NULL);
  return self->draft;
}

const char *
hs_room_get_typing (HsRoom *self)
{
  g_return_val_if_fail (HS_IS_ROOM (self), NULL);
  return self->typing;
}

const char *
hs_room_get_preview (HsRoom *self)
{
  g_return_val_if_fail (HS_IS_ROOM (self), NULL);
  return self->preview;
}

gint64
hs_room_get_last_time (HsRoom *self)
{
  g_return_val_if_fail (HS_IS_ROOM (self), 0);
  return self->last_time;
}

HsEntryList *
hs_room_get_entries (HsRoom *self)
{
  g_return_val_if_fail (HS_IS_ROOM (self), NULL);
  return self->entries;
}

GListModel *
hs_room_get_members (HsRoom *self)
{
  g_return_val_if_fail (HS_IS_ROOM (self), NULL);
  return G_LIST_MODEL (self->members);
}

guint
hs_room_get_n_members (HsRoom *self)
{
  g_return_val_if_fail (HS_IS_ROOM (self), 0);
  return g_list_model_get_n_items (G_LIST_MODEL (self->members));
}

gboolean
hs_room_is_hosted (HsRoom *self)
{
  g_return_val_if_fail (HS_IS_ROOM (self), FALSE);
  return self->hosted;
}

gpointer
hs_room_get_session (HsRoom *self)
{
  g_return_val_if_fail (HS_IS_ROOM (self), NULL);
  return self->session;
}

/* ---- Setters ---- */

static void
set_string (HsRoom *self, char **field, const char *value, guint property)
{
  if (g_strcmp0 (*field, value) == 0)
    return;
  g_free (*field);
  *field = g_strdup (value);
  g_object_notify_by_pspec (G_OBJECT (self), properties[property]);
}

static void
set_uint (HsRoom *self, guint *field, guint value, guint property)
{
  if (*field == value)
    return;
  *field = value;
  g_object_notify_by_pspec (G_OBJECT (self), properties[property]);
}

static void
set_boolean (HsRoom *self, gboolean *field, gboolean value, guint property)
{
  if (!*field == !value)
    return;
  *field = !!value;
  g_object_notify_by_pspec (G_OBJECT (self), properties[property]);
}

void
hs_room_set_name (HsRoom *self, const char *name)
{
  g_return_if_fail (HS_IS_ROOM (self));
  g_return_if_fail (name != NULL);

  if (g_str_equal (self->name, name))
    return;
  set_string (self, &self->name, name, PROP_NAME);
  if (self->title == NULL)
    g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_TITLE]);
}

void
hs_room_set_title (HsRoom *self, const char *title)
{
  g_return_if_fail (HS_IS_ROOM (self));
  set_string (self, &self->title, title, PROP_TITLE);
}

void
hs_room_set_topic (HsRoom *self, const char *topic)
{
  g_return_if_fail (HS_IS_ROOM (self));
  set_string (self, &self->topic, topic, PROP_TOPIC);
}

/* Letters in order: what is set reads the same whichever way it came about. */
void
hs_room_set_mode (HsRoom *self, char mode, gboolean on, const char *argument)
{
  g_autoptr (GString) modes = g_string_new (NULL);
  guint64 limit = 0;

  g_return_if_fail (HS_IS_ROOM (self) && g_ascii_isalpha (mode));
  for (char letter = 'A'; letter <= 'z'; letter++)
    if (letter == mode ? on : strchr (self->modes, letter) != NULL)
      g_string_append_c (modes, letter);
  g_object_freeze_notify (G_OBJECT (self));
  set_string (self, &self->modes, modes->str, PROP_MODES);
  if (mode == 'k')
    set_string (self, &self->key, on ? argument : NULL, PROP_KEY);
  if (mode == 'l')
    {
      if (on && argument != NULL)
        g_ascii_string_to_unsigned (argument, 10, 0, G_MAXUINT, &limit, NULL);
      set_uint (self, &self->limit, (guint) limit, PROP_LIMIT);
    }
  g_object_thaw_notify (G_OBJECT (self));
}

void
hs_room_clear_modes (HsRoom *self)
{
  g_return_if_fail (HS_IS_ROOM (self));
  set_string (self, &self->modes, "", PROP_MODES);
  set_string (self, &self->key, NULL, PROP_KEY);
  set_uint (self, &self->limit, 0, PROP_LIMIT);
}

void
hs_room_set_unread (HsRoom *self, guint unread, guint mentions)
{
  g_return_if_fail (HS_IS_ROOM (self));

  g_object_freeze_notify (G_OBJECT (self));
  set_uint (self, &self->unread, unread, PROP_UNREAD);
  set_uint (self, &self->mentions, mentions, PROP_MENTIONS);
  g_object_thaw_notify (G_OBJECT (self));
}

void
hs_room_set_joined (HsRoom *self, gboolean joined)
{
  g_return_if_fail (HS_IS_ROOM (self));
  set_boolean (self, &self->joined, joined, PROP_JOINED);
}

void
hs_room_set_hosted (HsRoom *self, gboolean hosted)
{
  g_return_if_fail (HS_IS_ROOM (self));
  set_boolean (self, &self->hosted, hosted, PROP_HOSTED);
}

void
hs_room_set_session (HsRoom *self, gpointer session)
{
  g_return_if_fail (HS_IS_ROOM (self));
  g_return_if_fail (session == NULL || G_IS_OBJECT (session));

  if (g_set_weak_pointer (&self->session, session))
    g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_SESSION]);
}

void
hs_room_set_draft (HsRoom *self, const char *draft)
{
  g_return_if_fail (HS_IS_ROOM (self));
  set_string (self, &self->draft, draft, PROP_DRAFT);
}

void
hs_room_set_preview (HsRoom *self, const char *preview, gint64 time)
{
  g_return_if_fail (HS_IS_ROOM (self));

  g_object_freeze_notify (G_OBJECT (self));
  set_string (self, &self->preview, preview, PROP_PREVIEW);
  if (self->last_time != time)
    {
      self->last_time = time;
      g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_LAST_TIME]);
    }
  g_object_thaw_notify (G_OBJECT (self));
}

/* ---- Members ---- */

/* Casemapping "ascii": what other bytes are is nobody's business here. wire/'s fold is the same, but
 * stands beside this layer. */
static char *
fold (const char *nick)
{
  return g_ascii_strdown (nick, -1);
}

HsMember *
hs_room_find_member (HsRoom *self, const char *nick)
{
  g_autofree char *key = NULL;

  g_return_val_if_fail (HS_IS_ROOM (self), NULL);

  if (nick == NULL)
    return NULL;
  key = fold (nick);
  return g_hash_table_lookup (self->by_nick, key);
}

/* GTK's sort and filter models look at an item again only when told that it was replaced. */
static void
resort (HsRoom *self, HsMember *member)
{
  guint position;

  if (g_list_store_find (self->members, member, &position))
    g_list_model_items_changed (G_LIST_MODEL (self->members), position, 1, 1);
}

static void
on_member_changed (HsMember *member, GParamSpec *pspec, gpointer user_data)
{
  resort (user_data, member);
}

HsMember *
hs_room_add_member (HsRoom *self, const char *nick)
{
  g_autoptr (HsMember) member = NULL;
  HsMember *known = hs_room_find_member (self, nick);

  g_return_val_if_fail (HS_IS_ROOM (self), NULL);
  g_return_val_if_fail (nick != NULL, NULL);

  if (known != NULL)
    return known;
  member = hs_member_new (nick);
  g_hash_table_insert (self->by_nick, fold (nick), member);
  g_signal_connect (member, "notify::rank", G_CALLBACK (on_member_changed), self);
  g_signal_connect (member, "notify::plain", G_CALLBACK (on_member_changed), self); /* the heading counts them */
  g_list_store_append (self->members, member);
  g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_N_MEMBERS]);
  return member; /* the list's */
}

void
hs_room_remove_member (HsRoom *self, const char *nick)
{
  HsMember *member = hs_room_find_member (self, nick);
  g_autofree char *key = NULL;
  gboolean typed;
  guint position;

  if (member == NULL)
    return;
  key = fold (nick);
  typed = hs_member_is_typing (member);
  g_hash_table_remove (self->by_nick, key);
  g_signal_handlers_disconnect_by_func (member, on_member_changed, self);
  if (g_list_store_find (self->members, member, &position))
    g_list_store_remove (self->members, position);
  g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_N_MEMBERS]);
  if (typed)
    hs_room_update_typing (self);
}

void
hs_room_rename_member (HsRoom *self, const char *nick, const char *new_nick)
{
  HsMember *member = hs_room_find_member (self, nick);
  HsMember *there = hs_room_find_member (self, new_nick);
  g_autofree char *key = NULL;

  if (member == NULL || new_nick == NULL)
    return;
  if (there != NULL && there != member)
    hs_room_remove_member (self, new_nick); /* the server says that this name is another's now */
  key = fold (nick);
  g_hash_table_remove (self->by_nick, key);
  g_hash_table_insert (self->by_nick, fold (new_nick), member);
  hs_member_set_nick (member, new_nick);
  resort (self, member);
  if (hs_member_is_typing (member))
    hs_room_update_typing (self);
}

void
hs_room_clear_members (HsRoom *self)
{
  g_return_if_fail (HS_IS_ROOM (self));

  if (hs_room_get_n_members (self) == 0)
    return;
  forget_members (self);
  g_list_store_remove_all (self->members);
  g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_N_MEMBERS]);
  hs_room_update_typing (self);
}

void
hs_room_update_typing (HsRoom *self)
{
  g_autoptr (GString) names = g_string_new (NULL);
  guint n = 0;

  g_return_if_fail (HS_IS_ROOM (self));

  for (guint i = 0; i < hs_room_get_n_members (self) && n <= TYPING_NAMES; i++)
    {
      g_autoptr (HsMember) member = g_list_model_get_item (G_LIST_MODEL (self->members), i);

      if (!hs_member_is_typing (member) || hs_member_is_own (member))
        continue;
      if (n++ > 0)
        g_string_append (names, ", ");
      g_string_append (names, n > TYPING_NAMES ? "…" : hs_member_get_shown (member));
    }
  set_string (self, &self->typing, n > 0 ? names->str : NULL, PROP_TYPING);
}

/* SPDX-License-Identifier: GPL-3.0-or-later */
/* One conversation: its properties, its people and its list of entries. It talks to nobody. */
#include "hs-room-private.h"

#include "hs-roster.h"

#include <string.h>

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
  HsRoster *roster;

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

static void
hs_room_dispose (GObject *object)
{
  HsRoom *self = HS_ROOM (object);

  hs_roster_clear (self->roster);
  g_clear_weak_pointer (&self->session);

  G_OBJECT_CLASS (hs_room_parent_class)->dispose (object);
}

static void
hs_room_finalize (GObject *object)
{
  HsRoom *self = HS_ROOM (object);

  g_clear_object (&self->entries);
  hs_roster_free (self->roster);
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
  self->roster = hs_roster_new ();
  self->modes = g_strdup ("");
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
  return hs_roster_get_list (self->roster);
}

guint
hs_room_get_n_members (HsRoom *self)
{
  g_return_val_if_fail (HS_IS_ROOM (self), 0);
  return g_list_model_get_n_items (hs_roster_get_list (self->roster));
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

HsMember *
hs_room_find_member (HsRoom *self, const char *nick)
{
  g_return_val_if_fail (HS_IS_ROOM (self), NULL);
  return nick != NULL ? hs_roster_find (self->roster, nick) : NULL;
}

static void
notify_n_members (HsRoom *self)
{
  g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_N_MEMBERS]);
}

HsMember *
hs_room_add_member (HsRoom *self, const char *nick)
{
  HsMember *member = hs_room_find_member (self, nick);

  g_return_val_if_fail (HS_IS_ROOM (self), NULL);
  g_return_val_if_fail (nick != NULL, NULL);

  if (member != NULL)
    return member;
  member = hs_roster_add (self->roster, nick);
  notify_n_members (self);
  return member;
}

void
hs_room_remove_member (HsRoom *self, const char *nick)
{
  HsMember *member = hs_room_find_member (self, nick);
  gboolean typed;

  if (member == NULL)
    return;
  typed = hs_member_is_typing (member);
  hs_roster_remove (self->roster, member);
  notify_n_members (self);
  if (typed)
    hs_room_update_typing (self);
}

void
hs_room_rename_member (HsRoom *self, const char *nick, const char *new_nick)
{
  HsMember *member = hs_room_find_member (self, nick);
  HsMember *there = hs_room_find_member (self, new_nick);

  if (member == NULL || new_nick == NULL)
    return;
  if (there != NULL && there != member)
    hs_room_remove_member (self, new_nick); /* the server says that this name is another's now */
  hs_roster_rename (self->roster, member, new_nick);
  if (hs_member_is_typing (member))
    hs_room_update_typing (self);
}

void
hs_room_clear_members (HsRoom *self)
{
  g_return_if_fail (HS_IS_ROOM (self));

  if (hs_room_get_n_members (self) == 0)
    return;
  hs_roster_clear (self->roster);
  notify_n_members (self);
  hs_room_update_typing (self);
}

void
hs_room_update_typing (HsRoom *self)
{
  g_autofree char *names = NULL;

  g_return_if_fail (HS_IS_ROOM (self));

  names = hs_roster_dup_typing (self->roster);
  set_string (self, &self->typing, names, PROP_TYPING);
}

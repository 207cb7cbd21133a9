/* SPDX-License-Identifier: GPL-3.0-or-later */
/* MODE of a room: one row a letter. What a line changes is gathered and told in as few lines as it fits. */
#include "hs-engine-private.h"

#include <stdlib.h>
#include <string.h>

/* One MODE line being carried out. */
typedef struct
{
  HsEngine *engine;
  HsPeer *peer;
  HsChannel *channel;
  const HsIrcMessage *message;
  guint next_param;
  guint n_with_param;
  gboolean on;
  gboolean may;         /* it rules the room */
  gboolean refused;     /* has been told that it does not */
  gboolean stays;       /* more than somebody's rank has changed */
  gboolean bars;        /* somebody may be barred now who was not */
  guint answered;       /* lists that have been shown: once is enough for one line */
  char source[HS_SOURCE_SIZE];
  GString *letters, *params; /* carried out, and not told yet */
  char sign;
} Change;

typedef struct _Mode Mode;
struct _Mode
{
  char letter;
  void (*apply) (Change *change, const Mode *mode);
  guint value;
};

/* ---- Parameters, and telling ---- */

static const char *
take_param (Change *self)
{
  if (self->next_param >= self->message->n_params || self->n_with_param >= HS_MODES_MAX)
    return NULL;
  self->n_with_param++;
  return self->message->params[self->next_param++];
}

static gboolean
may (Change *self)
{
  if (!self->may && !self->refused)
    hs_engine_reply (self->engine, self->peer, HS_ERR_CHANOPRIVSNEEDED, self->channel->name, "You're not channel operator", NULL);
  self->refused |= !self->may;
  return self->may;
}

static void
tell (Change *self)
{
  g_auto (GStrv) words = NULL;
  HsIrcMessage message;
  HsFanout fanout;

  if (self->letters->len == 0)
    return;
  words = g_strsplit (self->params->str, " ", -1); /* each has a space before it: the first is empty */
  hs_irc_message_set (&message, self->source, "MODE", self->channel->name, self->letters->str, NULL);
  for (guint i = 1; words[0] != NULL && words[i] != NULL; i++)
    message.params[message.n_params++] = words[i];
  message.params[message.n_params] = NULL;
  hs_fanout_init (&fanout, self->engine, &message, self->peer);
  hs_fanout_send_channel (&fanout, self->channel, NULL);
  hs_fanout_clear (&fanout);
  g_string_truncate (self->letters, 0);
  g_string_truncate (self->params, 0);
  self->sign = 0;
}

/* It is done: @param (nullable) goes with it. */
static void
done (Change *self, char letter, const char *param)
{
  gsize fixed = strlen (self->source) + strlen (self->channel->name) + strlen (": MODE   :\r\n");
  gsize more = param != NULL ? strlen (param) + 3 : 2;
  char sign = self->on ? '+' : '-';

  if (fixed + self->letters->len + self->params->len + more > HS_LINE_MAX)
    tell (self);
  if (self->sign != sign)
    g_string_append_c (self->letters, sign);
  self->sign = sign;
  self->stays |= letter != 'o' && letter != 'v';
  g_string_append_c (self->letters, letter);
  if (param != NULL)
    g_string_append_printf (self->params, " %s", param);
}

/* ---- Lists ---- */

static const struct
{
  const char *entry, *end, *words;
  gboolean names_mode;  /* 728 says which list it is (as solanum does) */
  gboolean rulers_only;
} lists[HS_N_LISTS] = {
  [HS_LIST_BAN] = { HS_RPL_BANLIST, HS_RPL_ENDOFBANLIST, "End of channel ban list" },
  [HS_LIST_EXCEPT] = { HS_RPL_EXCEPTLIST, HS_RPL_ENDOFEXCEPTLIST, "End of channel exception list", FALSE, TRUE },
  [HS_LIST_INVEX] = { HS_RPL_INVEXLIST, HS_RPL_ENDOFINVEXLIST, "End of Channel Invite Exception List", FALSE, TRUE },
  [HS_LIST_QUIET] = { HS_RPL_QUIETLIST, HS_RPL_ENDOFQUIETLIST, "End of Channel Quiet List", TRUE },
};

static void
reply_list (Change *self, const Mode *mode)
{
  const HsChannel *channel = self->channel;
  const GPtrArray *list = channel->lists[mode->value];
  const char letter[2] = { mode->letter };
  g_autoptr (GString) out = g_string_new (NULL);

  if (lists[mode->value].rulers_only && !may (self))
    return;
  for (guint i = 0; list != NULL && i < list->len; i++)
    {
      const HsListEntry *entry = g_ptr_array_index (list, i);
      g_autofree char *time = g_strdup_printf ("%" G_GINT64_FORMAT, entry->time / G_USEC_PER_SEC);

      if (lists[mode->value].names_mode)
        hs_engine_append_reply (self->engine, self->peer, out, lists[mode->value].entry, channel->name, letter, entry->mask, entry->by, time, NULL);
      else
        hs_engine_append_reply (self->engine, self->peer, out, lists[mode->value].entry, channel->name, entry->mask, entry->by, time, NULL);
    }
  if (lists[mode->value].names_mode)
    hs_engine_append_reply (self->engine, self->peer, out, lists[mode->value].end, channel->name, letter, lists[mode->value].words, NULL);
  else
    hs_engine_append_reply (self->engine, self->peer, out, lists[mode->value].end, channel->name, lists[mode->value].words, NULL);
  hs_engine_send_text (self->engine, self->peer, out->str, out->len);
}

static void
apply_list (Change *self, const Mode *mode)
{
  const char letter[2] = { mode->letter };
  const char *given = take_param (self);
  g_autofree char *mask = NULL;

  if (given == NULL || *given == '\0')
    {
      if (self->n_with_param < HS_MODES_MAX && (self->answered & 1u << mode->value) == 0)
        reply_list (self, mode);
      self->answered |= 1u << mode->value;
      return;
    }
  if (!may (self))
    return;
  mask = hs_mask_normalize (given);
  if (mask == NULL)
    hs_engine_reply (self->engine, self->peer, HS_ERR_INVALIDMODEPARAM, self->channel->name, letter, given, "This is no mask", NULL);
  else if (self->on && hs_channel_list_is_full (self->channel, mode->value))
    hs_engine_reply (self->engine, self->peer, HS_ERR_BANLISTFULL, self->channel->name, letter, "Channel list is full", NULL);
  else if (self->on ? hs_channel_add_to_list (self->channel, mode->value, mask, self->peer->nick, self->engine->now)
                    : hs_channel_remove_from_list (self->channel, mode->value, mask))
    {
      self->bars |= (mode->value == HS_LIST_BAN && self->on) || (mode->value == HS_LIST_EXCEPT && !self->on);
      done (self, mode->letter, mask);
    }
}

/* ---- Settings ---- */

static gboolean
is_key (const char *key)
{
  return *key != '\0' && *key != ':' && strpbrk (key, " ,") == NULL && strlen (key) <= HS_KEY_MAX_BYTES;
}

static void
apply_key (Change *self, const Mode *mode)
{
  const char *given = take_param (self);
  HsChannel *channel = self->channel;

  if (!may (self))
    return;
  if (!self->on)
    {
      if (channel->key == NULL)
        return;
      g_clear_pointer (&channel->key, g_free);
      done (self, mode->letter, "*"); /* the old key is nobody's business */
      return;
    }
  if (given == NULL)
    hs_engine_reply (self->engine, self->peer, HS_ERR_NEEDMOREPARAMS, "MODE", "Not enough parameters", NULL);
  else if (!is_key (given))
    hs_engine_reply (self->engine, self->peer, HS_ERR_INVALIDKEY, channel->name, "Key is not well-formed", NULL);
  else if (g_strcmp0 (channel->key, given) != 0)
    {
      g_free (channel->key);
      channel->key = g_strdup (given);
      self->bars = TRUE;
      done (self, mode->letter, given);
    }
}

static void
apply_limit (Change *self, const Mode *mode)
{
  const char *given = self->on ? take_param (self) : NULL;
  const char letter[2] = { mode->letter };
  g_autofree char *number = NULL;
  guint64 limit = 0;

  if (!may (self))
    return;
  if (self->on && given == NULL)
    {
      hs_engine_reply (self->engine, self->peer, HS_ERR_NEEDMOREPARAMS, "MODE", "Not enough parameters", NULL);
      return;
    }
  if (self->on && (!g_ascii_string_to_unsigned (given, 10, 1, G_MAXINT32, &limit, NULL)))
    {
      hs_engine_reply (self->engine, self->peer, HS_ERR_INVALIDMODEPARAM, self->channel->name, letter, given, "This is no number of people", NULL);
      return;
    }
  if (self->channel->limit == limit)
    return;
  self->channel->limit = (guint32) limit;
  number = g_strdup_printf ("%u", self->channel->limit);
  done (self, mode->letter, self->on ? number : NULL);
}

static void
apply_flag (Change *self, const Mode *mode)
{
  guint32 modes = self->on ? self->channel->modes | mode->value : self->channel->modes & ~mode->value;

  if (!may (self) || modes == self->channel->modes)
    return;
  self->channel->modes = modes;
  self->bars |= self->on && mode->value == HS_CHANNEL_INVITE_ONLY;
  done (self, mode->letter, NULL);
}

/* ---- Ranks ---- */

static void
set_rank (Change *self, const Mode *mode, HsMembership *member)
{
  gboolean had = mode->letter == 'o' ? member->op : member->voice;

  if (had == self->on)
    return;
  if (mode->letter == 'o')
    member->op = self->on;
  else
    member->voice = self->on;
  hs_engine_announce (self->engine, member);
  done (self, mode->letter, member->peer->nick);
}

static void
apply_rank (Change *self, const Mode *mode)
{
  const char *nick = take_param (self);
  HsPeer *peer = nick != NULL ? hs_engine_find_nick (self->engine, nick) : NULL;
  HsMembership *member = peer != NULL ? hs_peer_find_membership (peer, self->channel) : NULL;

  if (!may (self))
    return;
  if (nick == NULL)
    hs_engine_reply (self->engine, self->peer, HS_ERR_NEEDMOREPARAMS, "MODE", "Not enough parameters", NULL);
  else if (peer == NULL)
    hs_engine_reply (self->engine, self->peer, HS_ERR_NOSUCHNICK, nick, "No such nick", NULL);
  else if (member == NULL)
    hs_engine_reply (self->engine, self->peer, HS_ERR_USERNOTINCHANNEL, peer->nick, self->channel->name, "They aren't on that channel", NULL);
  else if (mode->letter == 'o' && !self->on && hs_engine_is_protected (self->engine, peer, self->channel) && peer != self->peer)
    hs_engine_reply (self->engine, self->peer, HS_ERR_CHANOPRIVSNEEDED, self->channel->name, "The host of this server rules this room", NULL);
  else
    set_rank (self, mode, member);
}

/* ---- The letters ---- */

static const Mode modes[] = {
  { 'I', apply_list, HS_LIST_INVEX },
  { 'R', apply_flag, HS_CHANNEL_ACCOUNTS_ONLY },
  { 'b', apply_list, HS_LIST_BAN },
  { 'e', apply_list, HS_LIST_EXCEPT },
  { 'i', apply_flag, HS_CHANNEL_INVITE_ONLY },
  { 'k', apply_key },
  { 'l', apply_limit },
  { 'm', apply_flag, HS_CHANNEL_MODERATED },
  { 'n', apply_flag, HS_CHANNEL_NO_EXTERNAL },
  { 'o', apply_rank },
  { 'p', apply_flag, HS_CHANNEL_PRIVATE },
  { 'q', apply_list, HS_LIST_QUIET },
  { 's', apply_flag, HS_CHANNEL_SECRET },
  { 't', apply_flag, HS_CHANNEL_TOPIC_LOCKED },
  { 'v', apply_rank },
};

static const Mode *
find_mode (char letter)
{
  for (guint i = 0; i < G_N_ELEMENTS (modes); i++)
    if (modes[i].letter == letter)
      return &modes[i];
  return NULL;
}

char *
hs_channel_dup_modes (const HsChannel *self, gboolean with_key)
{
  GString *out = g_string_new ("+");

  for (guint i = 0; i < G_N_ELEMENTS (modes); i++)
    if (modes[i].apply == apply_flag && (self->modes & modes[i].value) != 0)
      g_string_append_c (out, modes[i].letter);
  if (self->key != NULL)
    g_string_append_c (out, 'k');
  if (self->limit != 0)
    g_string_append_c (out, 'l');
  if (self->key != NULL)
    g_string_append_printf (out, " %s", with_key ? self->key : "*");
  if (self->limit != 0)
    g_string_append_printf (out, " %u", self->limit);
  return g_string_free (out, FALSE);
}

static void
reply_modes (HsEngine *self, HsPeer *peer, HsChannel *channel)
{
  g_autofree char *set = hs_channel_dup_modes (channel, hs_peer_find_membership (peer, channel) != NULL);
  g_autofree char *created = g_strdup_printf ("%" G_GINT64_FORMAT, channel->created / G_USEC_PER_SEC);
  g_auto (GStrv) words = g_strsplit (set, " ", 3);

  hs_engine_reply (self, peer, HS_RPL_CHANNELMODEIS, channel->name, words[0], words[1], words[1] != NULL ? words[2] : NULL, NULL);
  hs_engine_reply (self, peer, HS_RPL_CREATIONTIME, channel->name, created, NULL);
}

static void
change_modes (Change *self, const char *letters)
{
  for (; *letters != '\0' && !self->peer->leaving; letters = g_utf8_next_char (letters))
    {
      const Mode *mode = find_mode (*letters);
      g_autofree char *letter = g_strndup (letters, (gsize) (g_utf8_next_char (letters) - letters));

      if (*letters == '+' || *letters == '-')
        self->on = *letters == '+';
      else if (mode != NULL)
        mode->apply (self, mode);
      else
        hs_engine_reply (self->engine, self->peer, HS_ERR_UNKNOWNMODE, letter, "is unknown mode char to me", NULL);
    }
}

void
hs_engine_channel_mode (HsEngine *self, HsPeer *peer, HsChannel *channel, const HsIrcMessage *message)
{
  g_autoptr (GString) letters = g_string_new (NULL);
  g_autoptr (GString) params = g_string_new (NULL);
  Change change = { .engine = self, .peer = peer, .channel = channel, .message = message, .next_param = 2, .on = TRUE,
                    .letters = letters, .params = params };

  if (message->n_params == 1)
    {
      reply_modes (self, peer, channel);
      return;
    }
  change.may = hs_engine_rules (peer, channel);
  hs_peer_write_source (peer, change.source);
  change_modes (&change, message->params[1]);
  if (letters->len == 0)
    return;
  if (change.stays)
    hs_engine_room_changed (self, channel); /* kept before it is told, so that this is too */
  else
    hs_engine_fact (self, HS_FACT_ROOM_CHANGED, NULL, channel->name);
  tell (&change);
  if (change.bars)
    hs_engine_send_away_barred (self, channel);
}

/* SPDX-License-Identifier: GPL-3.0-or-later */
/* How a guest becomes known: NICK, USER, the welcome, the default room; and how it changes its names. */
#include "hs-engine-accounts-private.h"

#include <string.h>

#include "hs-config.h"
#include "hs-utf8.h"

/* ---- Nicks ---- */

HsPeer *
hs_engine_find_nick (HsEngine *self, const char *nick)
{
  HsPeer *peer = g_hash_table_lookup (self->nicks, nick);

  return peer != NULL && peer->registered ? peer : NULL;
}

/* A look that is the nick itself, but for its case, is found by the nick: most names cost nothing more. */
static void
add_looks (HsEngine *self, HsPeer *peer)
{
  g_auto (GStrv) looks = hs_name_list_looks (peer->nick);

  for (guint i = 0; looks[i] != NULL; i++)
    if (!hs_name_equal (looks[i], peer->nick) && !g_hash_table_contains (self->looks, looks[i]))
      g_hash_table_insert (self->looks, g_strdup (looks[i]), peer);
}

static void
remove_looks (HsEngine *self, HsPeer *peer)
{
  g_auto (GStrv) looks = hs_name_list_looks (peer->nick);

  for (guint i = 0; looks[i] != NULL; i++)
    if (g_hash_table_lookup (self->looks, looks[i]) == peer)
      g_hash_table_remove (self->looks, looks[i]);
}

/* (nullable) Another who could be taken for one called @nick. */
static HsPeer *
find_look_alike (HsEngine *self, const HsPeer *peer, const char *nick)
{
  g_auto (GStrv) looks = hs_name_list_looks (nick);

  for (guint i = 0; looks[i] != NULL; i++)
    {
      HsPeer *by_look = g_hash_table_lookup (self->looks, looks[i]);
      HsPeer *by_nick = g_hash_table_lookup (self->nicks, looks[i]);

      if (by_look != NULL && by_look != peer)
        return by_look;
      if (by_nick != NULL && by_nick != peer)
        return by_nick;
    }
  return NULL;
}

gboolean
hs_engine_is_reserved_name (const char *nick)
{
  g_auto (GStrv) looks = hs_name_list_looks (nick);

  for (guint i = 0; looks[i] != NULL; i++)
    if (g_str_has_prefix (looks[i], "guest-") && looks[i][6] != '\0' && looks[i][6 + strspn (looks[i] + 6, "lo0123456789")] == '\0')
      return TRUE;
  return hs_name_is_reserved (nick);
}

void
hs_engine_release_nick (HsEngine *self, HsPeer *peer)
{
  if (peer->nick != NULL && g_hash_table_lookup (self->nicks, peer->nick) == peer)
    {
      remove_looks (self, peer);
      g_hash_table_remove (self->nicks, peer->nick);
    }
  if (peer->guest_number != 0)
    self->first_free_guest = MIN (self->first_free_guest, peer->guest_number);
  peer->guest_number = 0;
}

void
hs_engine_take_nick (HsEngine *self, HsPeer *peer, const char *nick)
{
  hs_engine_release_nick (self, peer);
  g_free (peer->nick);
  peer->nick = g_strdup (nick);
  g_hash_table_insert (self->nicks, peer->nick, peer);
  add_looks (self, peer);
}

/* TRUE: it is another's, who has an account of this name, and @peer was told. */
static gboolean
is_kept (HsEngine *self, HsPeer *peer, const char *nick)
{
  if (hs_engine_find_owner (self, peer, nick) == NULL)
    return FALSE;
  hs_engine_reply (self, peer, HS_ERR_NICKNAMEINUSE, nick, "Nickname is kept for its owner: log in, or take another", NULL);
  return TRUE;
}

/* It was taken before it was known who comes: many clients send NICK first and log in then. */
static gboolean
may_keep_nick (HsEngine *self, HsPeer *peer)
{
  if (!is_kept (self, peer, peer->nick))
    return TRUE;
  hs_engine_release_nick (self, peer);
  g_clear_pointer (&peer->nick, g_free);
  return FALSE;
}

/* Who has registered, or is its owner, goes before one who has only said so. */
static void
take_from_unregistered (HsEngine *self, HsPeer *peer, const char *nick)
{
  HsPeer *holder = g_hash_table_lookup (self->nicks, nick);

  if (holder == NULL || holder == peer || holder->registered || hs_peer_get_account (peer) == NULL ||
      hs_engine_find_owner (self, peer, nick) != NULL || hs_engine_find_owner (self, holder, nick) == NULL)
    return;
  hs_engine_reply (self, holder, HS_ERR_NICKNAMEINUSE, nick, "Nickname is kept for its owner: log in, or take another", NULL);
  hs_engine_release_nick (self, holder);
  g_clear_pointer (&holder->nick, g_free);
}

#define NICK_EACH (HS_NICK_CHANGES_S / HS_NICK_CHANGES)

/* How long a change of name has to wait, in seconds. */
static guint
get_nick_wait (HsEngine *self, const HsPeer *peer)
{
  gint64 now = hs_engine_get_ticks (self) / G_USEC_PER_SEC;
  gint64 until = peer->extra != NULL ? MAX ((gint64) peer->extra->renamed_until, now) : now;

  return hs_peer_is_operator (peer) ? 0 : (guint) MAX (until + NICK_EACH - HS_NICK_CHANGES_S - now, 0);
}

static void
note_nick_change (HsEngine *self, HsPeer *peer)
{
  HsPeerExtra *extra = hs_peer_get_extra (peer);

  extra->renamed_until = MAX (extra->renamed_until, (guint32) (hs_engine_get_ticks (self) / G_USEC_PER_SEC)) + NICK_EACH;
}

static gboolean
is_too_fast (HsEngine *self, HsPeer *peer, const char *nick)
{
  guint wait = get_nick_wait (self, peer);
  g_autofree char *words = NULL;

  if (wait == 0)
    return FALSE;
  words = g_strdup_printf ("Nick change too fast. Please wait %u seconds.", wait);
  hs_engine_reply (self, peer, HS_ERR_NICKTOOFAST, nick, words, NULL);
  return TRUE;
}

static void
change_nick (HsEngine *self, HsPeer *peer, const char *nick)
{
  char source[HS_SOURCE_SIZE];
  HsIrcMessage message;
  HsFanout fanout;
  g_autofree char *former = g_strdup (peer->nick);

  hs_irc_message_set (&message, hs_peer_write_source (peer, source), "NICK", nick, NULL);
  hs_fanout_init (&fanout, self, &message, peer);
  note_nick_change (self, peer);
  if (!hs_name_equal (former, nick))
    hs_engine_remember_former (self, peer);
  hs_engine_take_nick (self, peer, nick);
  hs_peer_forget_silence (peer);
  if (peer->dialect == HS_DIALECT_IRC)
    hs_fanout_send (&fanout, peer);
  hs_fanout_send_neighbours (&fanout, peer, 0);
  hs_fanout_clear (&fanout);
  if (!hs_name_equal (former, nick))
    {
      hs_engine_tell_watchers (self, former, NULL);
      hs_engine_tell_watchers (self, nick, hs_peer_write_source (peer, source));
      hs_engine_tell_watchers_metadata (self, peer);
    }
  hs_engine_fact (self, HS_FACT_PEER_CHANGED, peer, NULL);
}

static gboolean
is_name_barred (HsEngine *self, const HsPeer *peer, const char *nick)
{
  char host[HS_HOST_SIZE];
  HsMaskSubject subject;

  hs_peer_init_subject (peer, nick, &subject, host);
  return hs_channel_forbids (self->door, FALSE, &subject);
}

void
hs_command_nick (HsEngine *self, HsPeer *peer, const HsIrcMessage *message)
{
  const char *nick = hs_irc_message_param (message, 0);
  HsPeer *holder;

  if (*nick == '\0')
    {
      hs_engine_reply (self, peer, HS_ERR_NONICKNAMEGIVEN, "No nickname given", NULL);
      return;
    }
  if (!hs_name_is_nick (nick))
    {
      hs_engine_reply (self, peer, HS_ERR_ERRONEUSNICKNAME, nick, "A name is made of letters and digits, and begins with a letter", NULL);
      return;
    }
  if (hs_engine_is_reserved_name (nick))
    {
      hs_engine_reply (self, peer, HS_ERR_ERRONEUSNICKNAME, nick, "guest-N is kept for plain-text guests", NULL);
      return;
    }
  if (peer->registered && g_strcmp0 (peer->nick, nick) != 0 && is_too_fast (self, peer, nick))
    return;
  if ((peer->registered || !peer->negotiating) && is_kept (self, peer, nick))
    return;
  take_from_unregistered (self, peer, nick);
  holder = g_hash_table_lookup (self->nicks, nick);
  if (holder != NULL && holder != peer)
    {
      hs_engine_reply (self, peer, HS_ERR_NICKNAMEINUSE, nick, "Nickname is already in use", NULL);
      return;
    }
  if (find_look_alike (self, peer, nick) != NULL)
    {
      hs_engine_reply (self, peer, HS_ERR_NICKNAMEINUSE, nick, "Nickname looks like one that is already in use", NULL);
      return;
    }
  if (g_strcmp0 (peer->nick, nick) == 0)
    return;
  if (peer->registered && !hs_peer_is_operator (peer) && is_name_barred (self, peer, nick))
    {
      hs_engine_reply (self, peer, HS_ERR_ERRONEUSNICKNAME, nick, "This name is banned from this server", NULL);
      return;
    }

  if (peer->registered)
    change_nick (self, peer, nick);
  else
    {
      hs_engine_take_nick (self, peer, nick);
      hs_engine_try_register (self, peer);
    }
}

/* ---- USER ---- */

/* The user name stands in every source: it is held short, and cannot contain what ends it there. */
static char *
make_user (const char *given)
{
  g_autofree char *cut = g_strndup (given, hs_utf8_split (given, strlen (given), HS_USER_MAX_BYTES));

  g_strdelimit (cut, "!@: ", '_');
  return *cut != '\0' ? g_steal_pointer (&cut) : g_strdup ("guest");
}

void
hs_command_user (HsEngine *self, HsPeer *peer, const HsIrcMessage *message)
{
  g_free (peer->user);
  g_free (peer->shown);
  peer->user = make_user (hs_irc_message_param (message, 0));
  peer->shown = hs_name_make_shown (hs_irc_message_param (message, 3));
  hs_engine_try_register (self, peer);
}

/* ---- The welcome ---- */

static void
welcome (HsEngine *self, HsPeer *peer)
{
  g_autoptr (GString) out = g_string_sized_new (1024);
  const char *network = self->config->network != NULL ? self->config->network : "Handshake";
  char source[HS_SOURCE_SIZE];
  g_autofree char *hello = g_strdup_printf ("Welcome to %s, %s", network, hs_peer_write_source (peer, source));
  g_autofree char *host = g_strdup_printf ("Your host is %s, running version handshake-" HS_VERSION, self->server_name);
  g_autofree char *created = g_strdup_printf ("This server was started %s", self->created_text);

  hs_engine_append_reply (self, peer, out, HS_RPL_WELCOME, hello, NULL);
  hs_engine_append_reply (self, peer, out, HS_RPL_YOURHOST, host, NULL);
  hs_engine_append_reply (self, peer, out, HS_RPL_CREATED, created, NULL);
  hs_engine_append_reply (self, peer, out, HS_RPL_MYINFO, self->server_name, "handshake-" HS_VERSION, "Biow", "IRbeiklmnopqstv", "Ibeklqov", NULL);
  hs_engine_append_isupport (self, peer, out);
  hs_engine_append_lusers (self, peer, out);
  hs_engine_send_text (self, peer, out->str, out->len);
  hs_engine_tell_own_metadata (self, peer);
  g_string_truncate (out, 0);
  hs_engine_append_motd (self, peer, out);
  hs_engine_send_text (self, peer, out->str, out->len);
}

/* Everybody is joined to the default room, unless it is barred to them: then they are told why. */
static void
arrive (HsEngine *self, HsPeer *peer)
{
  const HsBar *bar = self->lobby != NULL ? hs_engine_find_bar (peer, self->lobby, "") : NULL;

  if (bar != NULL)
    hs_engine_reply (self, peer, bar->numeric, self->lobby->name, bar->words, NULL);
  else if (self->lobby != NULL)
    hs_engine_join (self, peer, self->lobby, peer->own, TRUE);
}

void
hs_engine_try_register (HsEngine *self, HsPeer *peer)
{
  if (peer->registered || peer->nick == NULL || peer->user == NULL || peer->negotiating)
    return;
  hs_engine_abort_login (self, peer);
  if (!hs_engine_check_password (self, peer) || !may_keep_nick (self, peer))
    return;

  if (hs_engine_is_barred (self, peer))
    {
      hs_engine_reply (self, peer, HS_ERR_YOUREBANNEDCREEP, HS_BANNED_WORDS, NULL);
      hs_engine_dismiss (self, peer, HS_BANNED_WORDS, 0);
      return;
    }
  hs_engine_spend_invite (self, peer);
  hs_engine_set_registered (self, peer);
  hs_engine_expect_words (self, peer);
  welcome (self, peer);
  if ((peer->caps & HS_CAP_RESUME) != 0 && self->store != NULL)
    hs_engine_give_token (self, peer);
  hs_engine_fact (self, HS_FACT_PEER_CHANGED, peer, NULL);
  arrive (self, peer);
}

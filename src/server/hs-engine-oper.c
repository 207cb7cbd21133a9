/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What only the server's operators may: OPER, by which one becomes one, KILL, WALLOPS. */
#include "hs-engine-accounts-private.h"

#include <gio/gio.h>
#include <string.h>

/* ---- Guesses: each wrong one from an address doubles its wait, and many shut it out for a while; and what else an address has done lately ---- */

typedef struct
{
  guint n;
  gint64 until; /* Unix µs */
  guint n_made; /* accounts, since … */
  gint64 made_since;
  guint n_rooms; /* that are kept since then, since … */
  gint64 rooms_since;
} Guesses;

/* Whoever has one IPv6 address has the 2^64 beside it. */
static char *
make_origin (const HsPeer *peer)
{
  g_autoptr (GInetAddress) address = g_inet_address_new_from_string (peer->host->name);
  GString *origin = NULL;

  if (address == NULL || g_inet_address_get_family (address) != G_SOCKET_FAMILY_IPV6)
    return g_strdup (peer->host->name);
  origin = g_string_new (NULL);
  for (guint i = 0; i < 8; i++)
    g_string_append_printf (origin, "%02x", g_inet_address_to_bytes (address)[i]);
  return g_string_free (origin, FALSE);
}

static gboolean
is_over (gpointer key, gpointer value, gpointer user_data)
{
  const Guesses *guesses = value;
  const HsEngine *self = user_data;

  return guesses->until + HS_GUESS_FORGET_MS * G_TIME_SPAN_MILLISECOND < self->now &&
         guesses->made_since + HS_ACCOUNTS_SPAN_MS * G_TIME_SPAN_MILLISECOND < self->now &&
         guesses->rooms_since + HS_NEW_ROOMS_SPAN_MS * G_TIME_SPAN_MILLISECOND < self->now;
}

gboolean
hs_engine_must_wait_to_guess (HsEngine *self, HsPeer *peer, const char *command)
{
  g_autofree char *origin = make_origin (peer);
  const Guesses *guesses = self->guesses != NULL ? g_hash_table_lookup (self->guesses, origin) : NULL;

  if (guesses == NULL || guesses->until <= self->now)
    return FALSE;
  hs_engine_reply (self, peer, HS_RPL_TRYAGAIN, command, "Please wait a while and try again.", NULL);
  return TRUE;
}

static Guesses *
get_guesses (HsEngine *self, HsPeer *peer)
{
  g_autofree char *origin = make_origin (peer);
  Guesses *guesses;

  if (self->guesses == NULL)
    self->guesses = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, g_free);
  guesses = g_hash_table_lookup (self->guesses, origin);
  if (guesses != NULL && !is_over (origin, guesses, self))
    return guesses;
  g_hash_table_foreach_remove (self->guesses, is_over, self);
  guesses = g_new0 (Guesses, 1);
  g_hash_table_insert (self->guesses, g_steal_pointer (&origin), guesses);
  return guesses;
}

/* Who is right about one's own password could use that to go on guessing another's: only OPER's wipes the slate. */
void
hs_engine_note_guess (HsEngine *self, HsPeer *peer, gboolean right)
{
  Guesses *guesses = get_guesses (self, peer);
  gint64 wait;

  if (right)
    {
      guesses->n = 0;
      guesses->until = 0;
      return;
    }
  guesses->n++;
  wait = guesses->n < HS_GUESSES_MAX ? (gint64) HS_GUESS_WAIT_MS << MIN (guesses->n - 1, 6) : HS_GUESS_SHUT_OUT_MS;
  guesses->until = self->now + wait * G_TIME_SPAN_MILLISECOND;
}

gboolean
hs_engine_may_make_account (HsEngine *self, HsPeer *peer)
{
  const Guesses *guesses = get_guesses (self, peer);

  return peer->loopback || guesses->made_since + HS_ACCOUNTS_SPAN_MS * G_TIME_SPAN_MILLISECOND < self->now ||
         guesses->n_made < HS_ACCOUNTS_PER_SPAN;
}

void
hs_engine_note_account (HsEngine *self, HsPeer *peer)
{
  Guesses *guesses = get_guesses (self, peer);

  if (guesses->made_since + HS_ACCOUNTS_SPAN_MS * G_TIME_SPAN_MILLISECOND < self->now)
    {
      guesses->made_since = self->now;
      guesses->n_made = 0;
    }
  guesses->n_made++;
}

gboolean
hs_engine_may_make_room (HsEngine *self, HsPeer *peer)
{
  Guesses *guesses;

  if (peer->loopback || hs_peer_is_operator (peer))
    return TRUE;
  guesses = get_guesses (self, peer);
  if (guesses->rooms_since + HS_NEW_ROOMS_SPAN_MS * G_TIME_SPAN_MILLISECOND < self->now)
    {
      guesses->rooms_since = self->now;
      guesses->n_rooms = 0;
    }
  if (guesses->n_rooms >= HS_NEW_ROOMS_PER_SPAN)
    return FALSE;
  guesses->n_rooms++;
  return TRUE;
}

/* ---- OPER ---- */

gboolean
hs_engine_equal_in_constant_time (const char *a, const char *b, gsize len)
{
  volatile guchar difference = 0;

  for (gsize i = 0; i < len; i++)
    difference |= (guchar) a[i] ^ (guchar) b[i];
  return difference == 0;
}

/* In a time that does not tell how much of it is right. */
gboolean
hs_engine_is_same_secret (const char *a, const char *b)
{
  g_autofree char *hash_a = g_compute_checksum_for_string (G_CHECKSUM_SHA256, a, -1);
  g_autofree char *hash_b = g_compute_checksum_for_string (G_CHECKSUM_SHA256, b, -1);

  return hs_engine_equal_in_constant_time (hash_a, hash_b, strlen (hash_a));
}

static gboolean
is_operator_of (const HsServerConfig *config, const char *name, const char *password)
{
  gboolean name_is_right = hs_engine_is_same_secret (config->operator_name, name);
  gboolean password_is_right = hs_engine_is_same_secret (config->operator_password, password);

  return name_is_right & password_is_right;
}

void
hs_command_oper (HsEngine *self, HsPeer *peer, const HsIrcMessage *message)
{
  const HsServerConfig *config = self->config;

  if (config->operator_name == NULL || config->operator_password == NULL)
    {
      hs_engine_reply (self, peer, HS_ERR_NOOPERHOST, "No O-lines for your host", NULL);
      return;
    }
  if (hs_engine_must_wait_to_guess (self, peer, "OPER"))
    return;
  if (!is_operator_of (config, message->params[0], message->params[1]))
    {
      hs_engine_note_guess (self, peer, FALSE);
      hs_engine_reply (self, peer, HS_ERR_PASSWDMISMATCH, "Password incorrect", NULL);
      return;
    }
  hs_engine_note_guess (self, peer, TRUE);
  if (!hs_peer_is_operator (peer))
    {
      peer->oper = TRUE;
      self->n_operators++;
      hs_engine_tell_user_mode (self, peer, "+o");
    }
  hs_engine_reply (self, peer, HS_RPL_YOUREOPER, "You are now an IRC operator", NULL);
}

/* FALSE, and told so, who is none. */
static gboolean
is_operator (HsEngine *self, HsPeer *peer)
{
  if (hs_peer_is_operator (peer))
    return TRUE;
  hs_engine_reply (self, peer, HS_ERR_NOPRIVILEGES, "Permission Denied- You're not an IRC operator", NULL);
  return FALSE;
}

/* ---- KILL ---- */

static void
kill_peer (HsEngine *self, HsPeer *peer, HsPeer *victim, const char *comment)
{
  g_autofree char *reason = g_strdup_printf ("Killed (%s (%s))", peer->nick, comment);
  char source[HS_SOURCE_SIZE];
  HsIrcMessage message;
  HsFanout fanout;

  hs_irc_message_set (&message, hs_peer_write_source (peer, source), "KILL", victim->nick, comment, NULL);
  hs_fanout_init (&fanout, self, &message, peer);
  hs_fanout_send (&fanout, victim);
  hs_fanout_clear (&fanout);
  hs_engine_say_q (self, victim, reason);
}

void
hs_command_kill (HsEngine *self, HsPeer *peer, const HsIrcMessage *message)
{
  HsPeer *victim = hs_engine_find_nick (self, message->params[0]);
  g_autofree char *comment = hs_engine_cut (message->params[1], HS_KICK_MAX_BYTES);

  if (!is_operator (self, peer))
    return;
  if (victim == NULL)
    hs_engine_reply (self, peer, HS_ERR_NOSUCHNICK, message->params[0], "No such nick", NULL);
  else if (victim->own && victim != peer)
    hs_engine_reply (self, peer, HS_ERR_NOPRIVS, "KILL", "Insufficient oper privileges: this is the host of the server", NULL);
  else
    kill_peer (self, peer, victim, comment);
}

/* ---- WALLOPS ---- */

void
hs_command_wallops (HsEngine *self, HsPeer *peer, const HsIrcMessage *message)
{
  g_autofree char *words = hs_engine_cut (message->params[0], HS_REASON_MAX_BYTES);
  char source[HS_SOURCE_SIZE];
  HsIrcMessage told;
  HsFanout fanout;

  if (!is_operator (self, peer))
    return;
  hs_irc_message_set (&told, hs_peer_write_source (peer, source), "WALLOPS", words, NULL);
  hs_fanout_init (&fanout, self, &told, peer);
  for (GList *l = self->registered.head; l != NULL; l = l->next)
    if (((HsPeer *) l->data)->wallops)
      hs_fanout_send (&fanout, l->data);
  hs_fanout_clear (&fanout);
}

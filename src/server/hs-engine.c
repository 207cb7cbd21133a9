/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The engine's skeleton: peers come, lines are dispatched, deadlines pass, peers go. What commands do stands in the files beside it. */
#include "hs-engine-accounts-private.h"

#include <string.h>

#include "hs-secret.h"
#include "hs-utf8.h"

/* A prefix without a dot could be somebody's nick. */
static char *
make_server_name (const char *name)
{
  GString *out = g_string_new (NULL);

  for (const char *p = name; p != NULL && *p != '\0' && out->len < 63; p++)
    {
      if (g_ascii_isalnum (*p) || *p == '.' || *p == '-')
        g_string_append_c (out, *p);
      else if (*p == ' ' && out->len > 0)
        g_string_append_c (out, '-');
    }
  if (out->len == 0)
    g_string_assign (out, "handshake");
  if (strchr (out->str, '.') == NULL)
    g_string_append (out, ".local");

  return g_string_free (out, FALSE);
}

HsEngine *
hs_engine_new (const HsServerConfig *config, const HsEngineFuncs *funcs, gpointer user_data)
{
  HsEngine *self = g_new0 (HsEngine, 1);
  g_autoptr (GDateTime) now = NULL;

  self->config = hs_server_config_copy (config);
  self->funcs = funcs;
  self->user_data = user_data;
  self->server_name = make_server_name (config->name);
  self->isupport = hs_engine_make_isupport (config);
  self->commands = g_hash_table_new (g_str_hash, g_str_equal);
  self->nicks = g_hash_table_new (hs_name_hash, hs_name_equal);
  self->looks = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  self->channels = g_hash_table_new_full (hs_name_hash, hs_name_equal, NULL, (GDestroyNotify) hs_channel_free);
  self->hosts = g_hash_table_new (g_str_hash, g_str_equal);
  self->monitored = g_hash_table_new_full (hs_name_hash, hs_name_equal, NULL, (GDestroyNotify) hs_monitored_free);
  self->captured = g_ptr_array_new_with_free_func ((GDestroyNotify) hs_buf_unref);
  self->first_free_guest = 1;

  for (const HsCommand *command = hs_commands; command->name != NULL; command++)
    g_hash_table_insert (self->commands, (gpointer) command->name, (gpointer) command);

  self->now = funcs->now (user_data);
  funcs->random ((guint8 *) &self->run, sizeof self->run, user_data);
  self->salt = (guint32) self->run;
  hs_engine_make_door (self);
  self->accounts = hs_accounts_new (self);
  hs_engine_set_password (self);
  now = g_date_time_new_from_unix_utc (self->now / G_USEC_PER_SEC);
  self->created_text = g_date_time_format (now, "%Y-%m-%d %H:%M:%S UTC");
  if (config->default_room != NULL && *config->default_room != '\0')
    self->lobby = hs_engine_make_channel (self, config->default_room);

  return self;
}

static void
free_peer (HsEngine *self, HsPeer *peer)
{
  hs_engine_wait (self, peer, NULL, 0);
  hs_engine_set_place (self, peer, NULL);
  if (peer->settled_listener)
    peer->host->n_listeners--;
  if (--peer->host->n_peers == 0)
    {
      g_hash_table_remove (self->hosts, peer->host->name);
      g_free (peer->host);
    }
  g_free (peer->nick);
  g_free (peer->user);
  g_free (peer->shown);
  g_free (peer->away);
  hs_engine_forget_monitored (self, peer);
  hs_peer_free_extra (peer);
  g_free (peer);
}

static void
free_place (HsEngine *self, GQueue *place)
{
  while (place->head != NULL)
    {
      HsPeer *peer = place->head->data;

      while (peer->memberships != NULL)
        hs_engine_drop_membership (self, peer->memberships);
      free_peer (self, peer);
    }
}

void
hs_engine_free (HsEngine *self)
{
  if (self == NULL)
    return;

  hs_gate_clear (self);
  hs_engine_put_changed_rooms (self);
  hs_engine_drop_derivations (self);
  hs_engine_forget_asks (self, NULL);
  free_place (self, &self->unregistered);
  free_place (self, &self->registered);
  free_place (self, &self->leaving);
  hs_accounts_free (self->accounts);
  g_hash_table_unref (self->commands);
  g_hash_table_unref (self->nicks);
  g_hash_table_unref (self->looks);
  g_hash_table_unref (self->channels);
  hs_channel_free (self->door);
  g_hash_table_unref (self->hosts);
  g_hash_table_unref (self->monitored);
  g_ptr_array_unref (self->captured);
  g_clear_pointer (&self->guesses, g_hash_table_unref);
  g_clear_pointer (&self->renamed, g_hash_table_unref);
  g_clear_pointer (&self->readers, g_hash_table_unref);
  hs_engine_clear_former (self);
  hs_server_config_free (self->config);
  g_free (self->server_name);
  g_strfreev (self->isupport);
  g_free (self->created_text);
  hs_secret_free (self->host_token);
  g_free (self);
}

void
hs_engine_set_config (HsEngine *self, const HsServerConfig *config)
{
  g_autofree char *default_room = g_strdup (self->config->default_room);

  hs_server_config_free (self->config);
  self->config = hs_server_config_copy (config);
  g_free (self->config->default_room);
  self->config->default_room = g_steal_pointer (&default_room);
  self->now = self->funcs->now (self->user_data);
  hs_engine_set_password (self);
}

void
hs_engine_set_host_token (HsEngine *self, const char *token_hex)
{
  hs_secret_set (&self->host_token, token_hex);
  self->token_until = self->funcs->now (self->user_data) + HS_HOST_TOKEN_MS * G_TIME_SPAN_MILLISECOND;
}

/* ---- Where a peer stands ---- */

void
hs_engine_set_place (HsEngine *self, HsPeer *peer, GQueue *place)
{
  if (peer->place != NULL)
    g_queue_unlink (peer->place, &peer->place_link);
  peer->place = place;
  if (place != NULL)
    g_queue_push_tail_link (place, &peer->place_link);
}

void
hs_engine_fact (HsEngine *self, HsFactKind kind, HsPeer *peer, const char *room)
{
  if (self->funcs->fact != NULL)
    self->funcs->fact (kind, peer, room, self->user_data);
}

static void
set_listener (HsEngine *self, HsPeer *peer, gboolean listener)
{
  if (peer->listener == listener)
    return;
  peer->listener = listener;
  self->n_listeners += listener ? 1 : -1;
  self->lobby->crowd_age++;
  if (!listener && peer->settled_listener)
    {
      peer->settled_listener = FALSE;
      peer->host->n_listeners--;
    }
}

void
hs_engine_set_registered (HsEngine *self, HsPeer *peer)
{
  set_listener (self, peer, FALSE);
  peer->registered = TRUE;
  hs_engine_set_place (self, peer, &self->registered);
  self->max_registered = MAX (self->max_registered, self->registered.length);
  self->n_operators += hs_peer_is_operator (peer);
  if (peer->own)
    self->host = peer;
  if (g_hash_table_size (self->monitored) > 0)
    {
      char source[HS_SOURCE_SIZE];

      hs_engine_tell_watchers (self, peer->nick, hs_peer_write_source (peer, source));
      hs_engine_tell_watchers_metadata (self, peer);
    }
}

/* ---- Coming ---- */

static HsHost *
find_host (HsEngine *self, const char *name)
{
  HsHost *host = g_hash_table_lookup (self->hosts, name);

  if (host == NULL)
    {
      gsize size = strlen (name) + 1;

      host = g_malloc0 (sizeof (HsHost) + size);
      memcpy (host->name, name, size);
      g_hash_table_insert (self->hosts, host->name, host);
    }
  return host;
}

static char *
refuse (HsEngine *self, const char *host, gboolean loopback)
{
  const HsServerConfig *config = self->config;
  HsHost *known = g_hash_table_lookup (self->hosts, host);

  if (config->guests > 0 && hs_engine_get_n_peers (self) >= config->guests)
    return g_strdup_printf ("ERROR :Closing link: the server is full (%u guests)\r\n", config->guests);
  if (!loopback && config->per_address > 0 && known != NULL && known->n_peers >= config->per_address)
    return g_strdup_printf ("ERROR :Closing link: too many connections from your address (%u)\r\n", config->per_address);
  /* From this machine comes the host itself, which has not said so yet: others are asked when they have a name. */
  if (!loopback && hs_engine_is_barred_from (self, host))
    return g_strdup ("ERROR :Closing link: " HS_BANNED_WORDS "\r\n");
  return NULL;
}

/* The longest silent goes, never the newcomer. */
static void
make_room_for_newcomer (HsEngine *self)
{
  while (self->config->unregistered > 0 && self->unregistered.length >= self->config->unregistered)
    {
      HsPeer *peer = self->unregistered.head->data;

      hs_engine_turn_away (self, peer, "ERROR :Closing link: too many connections that say nothing\r\n");
    }
}

HsPeer *
hs_engine_add_peer (HsEngine *self, const char *host, gboolean loopback, gpointer owner, char **refusal)
{
  HsPeer *peer;

  self->now = self->funcs->now (self->user_data);
  *refusal = refuse (self, host, loopback);
  if (*refusal != NULL)
    return NULL;
  make_room_for_newcomer (self);

  peer = g_new0 (HsPeer, 1);
  peer->id = ++self->next_peer_id;
  peer->owner = owner;
  peer->host = find_host (self, host);
  peer->host->n_peers++;
  peer->loopback = loopback;
  peer->since = peer->last_active = self->now;
  peer->place_link.data = peer->deadline_link.data = peer;
  hs_engine_set_place (self, peer, &self->unregistered);
  hs_engine_wait (self, peer, &self->registering, self->config->registration_timeout);
  hs_engine_fact (self, HS_FACT_PEER_ADDED, peer, NULL);

  return peer;
}

void
hs_engine_set_dialect (HsEngine *self, HsPeer *peer, HsDialect dialect)
{
  if (peer->leaving)
    return;
  self->now = self->funcs->now (self->user_data);
  peer->dialect = dialect;
  if (dialect == HS_DIALECT_IRC)
    set_listener (self, peer, FALSE);
  hs_engine_fact (self, HS_FACT_PEER_CHANGED, peer, NULL);

  if (dialect == HS_DIALECT_HTTP)
    hs_engine_answer_http (self, peer);
  else if (dialect == HS_DIALECT_TLS)
    hs_engine_turn_away (self, peer, peer->encrypted ? "ERROR :This connection is encrypted already\r\n" : "");
  else if (dialect == HS_DIALECT_PLAIN && (hs_engine_turn_away_unencrypted (self, peer) || hs_engine_turn_away_without_password (self, peer)))
    return;
  else if (dialect == HS_DIALECT_PLAIN && !self->config->plain_text)
    hs_engine_turn_away (self, peer, "This room takes no plain text: join it with Handshake or an IRC program.\n");
}

void
hs_engine_set_listener (HsEngine *self, HsPeer *peer)
{
  if (peer->leaving || peer->registered || peer->dialect == HS_DIALECT_IRC)
    return;
  if (hs_engine_turn_away_unencrypted (self, peer) || hs_engine_turn_away_without_password (self, peer))
    return;
  if (!self->config->plain_text)
    {
      hs_engine_turn_away (self, peer, "This room takes no plain text: join it with Handshake or an IRC program.\n");
      return;
    }
  if (hs_engine_turn_away_barred (self, peer))
    return;
  set_listener (self, peer, TRUE);
  hs_engine_fact (self, HS_FACT_PEER_CHANGED, peer, NULL);
}

/* ---- Going ---- */

void
hs_engine_depart (HsEngine *self, HsPeer *peer, const char *reason)
{
  if (peer->leaving)
    return;
  peer->leaving = TRUE;
  if (self->host == peer)
    self->host = NULL;
  self->n_invisible -= peer->invisible;
  set_listener (self, peer, FALSE);
  hs_engine_wait (self, peer, NULL, 0);
  hs_engine_set_place (self, peer, &self->leaving);

  if (peer->registered)
    {
      char source[HS_SOURCE_SIZE];
      HsIrcMessage quit;
      HsFanout fanout;

      hs_irc_message_set (&quit, hs_peer_write_source (peer, source), "QUIT", reason, NULL);
      hs_fanout_init (&fanout, self, &quit, peer);
      hs_fanout_send_neighbours (&fanout, peer, 0);
      hs_fanout_clear (&fanout);
    }
  while (peer->memberships != NULL)
    hs_engine_drop_membership (self, peer->memberships);
  hs_engine_release_nick (self, peer);
  if (peer->registered)
    {
      hs_engine_tell_watchers (self, peer->nick, NULL);
      hs_engine_remember_former (self, peer);
      self->n_operators -= hs_peer_is_operator (peer);
    }
  hs_engine_forget_monitored (self, peer);
}

static void
close_peer (HsEngine *self, HsPeer *peer, guint fin_ms)
{
  if (peer->flushing)
    return;
  if (self->capturing == peer)
    hs_engine_end_label (self);
  peer->flushing = TRUE;
  if (peer->n_held > 0)
    hs_gate_push_close (self, peer, fin_ms);
  else
    self->funcs->close (peer, fin_ms, self->user_data);
}

void
hs_engine_dismiss (HsEngine *self, HsPeer *peer, const char *reason, guint fin_ms)
{
  if (peer->leaving)
    return;
  hs_engine_depart (self, peer, reason);
  if (peer->dialect == HS_DIALECT_IRC)
    {
      g_autofree char *line = g_strdup_printf ("ERROR :Closing link: %s\r\n", reason);

      hs_engine_send_text (self, peer, line, strlen (line));
    }
  close_peer (self, peer, fin_ms);
}

static void
break_write (HsEngine *self, HsPeer *peer)
{
  if (peer->n_held > 0)
    hs_gate_push_break (self, peer);
  else
    self->funcs->break_write (peer, self->user_data);
}

void
hs_engine_say_q (HsEngine *self, HsPeer *peer, const char *reason)
{
  if (!peer->leaving && (peer->dialect == HS_DIALECT_PLAIN || peer->dialect == HS_DIALECT_UNKNOWN))
    {
      break_write (self, peer);
      hs_engine_send_text (self, peer, "q", 1);
      break_write (self, peer);
    }
  hs_engine_dismiss (self, peer, reason, 0);
}

void
hs_engine_turn_away (HsEngine *self, HsPeer *peer, const char *line)
{
  if (peer->leaving)
    return;
  hs_engine_depart (self, peer, "");
  hs_engine_send_text (self, peer, line, strlen (line));
  close_peer (self, peer, 0);
}

gboolean
hs_engine_peer_eof (HsEngine *self, HsPeer *peer)
{
  if (peer->leaving)
    return FALSE;
  self->now = self->funcs->now (self->user_data);
  if (peer->registered && (peer->dialect == HS_DIALECT_PLAIN || peer->half_closes))
    {
      hs_engine_wait (self, peer, &self->half_closed, HS_HALF_CLOSED_MS);
      return TRUE;
    }
  hs_engine_depart (self, peer, "Connection closed");
  close_peer (self, peer, 0);
  return FALSE;
}

void
hs_engine_remove_peer (HsEngine *self, HsPeer *peer, const char *reason)
{
  self->now = self->funcs->now (self->user_data);
  if (self->capturing == peer)
    {
      self->capturing = NULL;
      self->label_taken = FALSE;
      g_ptr_array_set_size (self->captured, 0);
    }
  hs_engine_depart (self, peer, reason);
  hs_gate_forget_peer (self, peer);
  hs_engine_forget_asks (self, peer);
  hs_engine_forget_turns (self, peer);
  hs_engine_fact (self, HS_FACT_PEER_REMOVED, peer, NULL);
  free_peer (self, peer);
}

/* ---- Stopping ---- */

static void
stop_peer (HsEngine *self, HsPeer *peer, const char *reason)
{
  /* Nobody is told of the others' leaving: all leave. */
  while (peer->memberships != NULL)
    hs_engine_drop_membership (self, peer->memberships);
  hs_engine_say_q (self, peer, reason);
}

void
hs_engine_stop (HsEngine *self, const char *reason)
{
  self->now = self->funcs->now (self->user_data);
  while (self->registered.head != NULL)
    stop_peer (self, self->registered.head->data, reason);
  while (self->unregistered.head != NULL)
    stop_peer (self, self->unregistered.head->data, reason);
}

/* ---- Facts ---- */

guint
hs_engine_get_n_peers (HsEngine *self)
{
  return self->unregistered.length + self->registered.length;
}

guint
hs_engine_get_n_guests (HsEngine *self)
{
  return self->registered.length - (self->host != NULL);
}

guint
hs_engine_get_n_listeners (HsEngine *self)
{
  return self->n_listeners;
}

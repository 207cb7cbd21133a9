/* SPDX-License-Identifier: GPL-3.0-or-later */
/* MONITOR (IRCv3): who waits for whom. A word of somebody's coming is formatted once for all who wait. */
#include "hs-engine-private.h"

#include <string.h>

void
hs_monitored_free (HsMonitored *self)
{
  g_free (self->nick);
  g_ptr_array_unref (self->watchers);
  g_free (self);
}

/* ---- The lists ---- */

static HsMonitored *
find_own (const HsPeer *peer, const char *nick, guint *index)
{
  const GPtrArray *own = peer->extra != NULL ? peer->extra->monitored : NULL;

  for (*index = 0; own != NULL && *index < own->len; (*index)++)
    if (hs_name_equal (((HsMonitored *) g_ptr_array_index (own, *index))->nick, nick))
      return g_ptr_array_index (own, *index);
  return NULL;
}

static void
watch (HsEngine *self, HsPeer *peer, const char *nick)
{
  HsPeerExtra *extra = hs_peer_get_extra (peer);
  HsMonitored *monitored = g_hash_table_lookup (self->monitored, nick);

  if (monitored == NULL)
    {
      monitored = g_new0 (HsMonitored, 1);
      monitored->nick = g_strdup (nick);
      monitored->watchers = g_ptr_array_new ();
      g_hash_table_insert (self->monitored, monitored->nick, monitored);
    }
  g_ptr_array_add (monitored->watchers, peer);
  if (extra->monitored == NULL)
    extra->monitored = g_ptr_array_new ();
  g_ptr_array_add (extra->monitored, monitored);
}

static void
unwatch (HsEngine *self, HsPeer *peer, HsMonitored *monitored)
{
  g_ptr_array_remove_fast (monitored->watchers, peer);
  if (monitored->watchers->len == 0)
    g_hash_table_remove (self->monitored, monitored->nick);
}

void
hs_engine_forget_monitored (HsEngine *self, HsPeer *peer)
{
  if (peer->extra == NULL || peer->extra->monitored == NULL)
    return;
  for (guint i = 0; i < peer->extra->monitored->len; i++)
    unwatch (self, peer, g_ptr_array_index (peer->extra->monitored, i));
  g_clear_pointer (&peer->extra->monitored, g_ptr_array_unref);
}

/* ---- Telling ---- */

void
hs_engine_tell_watchers (HsEngine *self, const char *nick, const char *source)
{
  const HsMonitored *monitored = g_hash_table_lookup (self->monitored, nick);
  g_autofree char *line = NULL;
  g_autoptr (HsBuf) buf = NULL;

  if (monitored == NULL)
    return;
  /* "*" instead of each one's nick: one line serves all. */
  line = g_strdup_printf (":%s %s * :%s\r\n", self->server_name, source != NULL ? HS_RPL_MONONLINE : HS_RPL_MONOFFLINE, source != NULL ? source : nick);
  buf = hs_buf_new (line, strlen (line));
  for (guint i = 0; i < monitored->watchers->len; i++)
    hs_engine_send (self, g_ptr_array_index (monitored->watchers, i), buf);
}

void
hs_fanout_send_watchers (HsFanout *self, const HsPeer *peer, HsCap caps)
{
  const HsMonitored *monitored = peer->nick != NULL ? g_hash_table_lookup (self->engine->monitored, peer->nick) : NULL;
  HsCap needed = caps | HS_CAP_EXTENDED_MONITOR;

  for (guint i = 0; monitored != NULL && i < monitored->watchers->len; i++)
    {
      HsPeer *watcher = g_ptr_array_index (monitored->watchers, i);

      if (watcher->mark == self->engine->mark || (watcher->caps & needed) != needed)
        continue;
      watcher->mark = self->engine->mark;
      hs_fanout_send (self, watcher);
    }
}

/* Names with commas between them, in as many lines as they need. */
typedef struct
{
  const char *numeric;
  GString *names;
} Names;

static void
names_flush (Names *self, HsEngine *engine, HsPeer *peer, GString *out)
{
  if (self->names->len > 0)
    hs_engine_append_reply (engine, peer, out, self->numeric, self->names->str, NULL);
  g_string_truncate (self->names, 0);
}

static void
names_add (Names *self, HsEngine *engine, HsPeer *peer, GString *out, const char *name)
{
  gsize fixed = strlen (engine->server_name) + strlen (peer->nick) + strlen (":  730  :,\r\n");

  if (fixed + self->names->len + strlen (name) > HS_LINE_MAX)
    names_flush (self, engine, peer, out);
  g_string_append_printf (self->names, "%s%s", self->names->len > 0 ? "," : "", name);
}

/* @nicks as they stand, each where it belongs: here or not. */
static void
reply_presence (HsEngine *self, HsPeer *peer, const GPtrArray *nicks)
{
  g_autoptr (GString) here = g_string_new (NULL);
  g_autoptr (GString) gone = g_string_new (NULL);
  g_autoptr (GString) out = g_string_new (NULL);
  Names online = { HS_RPL_MONONLINE, here }, offline = { HS_RPL_MONOFFLINE, gone };
  char source[HS_SOURCE_SIZE];

  for (guint i = 0; i < nicks->len; i++)
    {
      const char *nick = g_ptr_array_index (nicks, i);
      HsPeer *one = hs_engine_find_nick (self, nick);

      if (one != NULL)
        names_add (&online, self, peer, out, hs_peer_write_source (one, source));
      else
        names_add (&offline, self, peer, out, nick);
    }
  names_flush (&online, self, peer, out);
  names_flush (&offline, self, peer, out);
  hs_engine_send_text (self, peer, out->str, out->len);
}

/* ---- The command ---- */

static void
reply_full (HsEngine *self, HsPeer *peer, char **targets)
{
  g_autofree char *limit = g_strdup_printf ("%d", HS_MONITOR_MAX);
  g_autofree char *rest = g_strjoinv (",", targets);
  g_autoptr (GString) out = g_string_new (NULL);
  HsIrcMessage message;

  hs_irc_message_set (&message, self->server_name, HS_ERR_MONLISTFULL, peer->nick, limit, rest, "Monitor list is full.", NULL);
  hs_irc_message_format (&message, out);
  hs_engine_send_text (self, peer, out->str, out->len);
}

static void
monitor_add (HsEngine *self, HsPeer *peer, char **targets)
{
  g_autoptr (GPtrArray) added = g_ptr_array_new ();
  guint index;

  for (; *targets != NULL; targets++)
    {
      if (!hs_name_is_nick (*targets))
        continue;
      if (find_own (peer, *targets, &index) == NULL)
        {
          if (index >= HS_MONITOR_MAX)
            break;
          watch (self, peer, *targets);
        }
      g_ptr_array_add (added, *targets);
    }
  reply_presence (self, peer, added);
  for (guint i = 0; i < added->len; i++)
    {
      const HsPeer *one = hs_engine_find_nick (self, g_ptr_array_index (added, i));

      if (one != NULL)
        hs_engine_tell_monitored_metadata (self, peer, one);
    }
  if (*targets != NULL)
    reply_full (self, peer, targets);
}

static void
monitor_remove (HsEngine *self, HsPeer *peer, char **targets)
{
  guint index;

  for (; *targets != NULL; targets++)
    {
      HsMonitored *monitored = find_own (peer, *targets, &index);

      if (monitored == NULL)
        continue;
      g_ptr_array_remove_index_fast (peer->extra->monitored, index);
      unwatch (self, peer, monitored);
    }
}

static void
monitor_clear (HsEngine *self, HsPeer *peer, char **targets)
{
  hs_engine_forget_monitored (self, peer);
}

static GPtrArray *
list_own (const HsPeer *peer)
{
  const GPtrArray *own = peer->extra != NULL ? peer->extra->monitored : NULL;
  GPtrArray *nicks = g_ptr_array_new ();

  for (guint i = 0; own != NULL && i < own->len; i++)
    g_ptr_array_add (nicks, ((HsMonitored *) g_ptr_array_index (own, i))->nick);
  return nicks;
}

static void
monitor_list (HsEngine *self, HsPeer *peer, char **targets)
{
  g_autoptr (GPtrArray) nicks = list_own (peer);
  g_autoptr (GString) list = g_string_new (NULL);
  g_autoptr (GString) out = g_string_new (NULL);
  Names names = { HS_RPL_MONLIST, list };

  for (guint i = 0; i < nicks->len; i++)
    names_add (&names, self, peer, out, g_ptr_array_index (nicks, i));
  names_flush (&names, self, peer, out);
  hs_engine_append_reply (self, peer, out, HS_RPL_ENDOFMONLIST, "End of MONITOR list", NULL);
  hs_engine_send_text (self, peer, out->str, out->len);
}

static void
monitor_status (HsEngine *self, HsPeer *peer, char **targets)
{
  g_autoptr (GPtrArray) nicks = list_own (peer);

  reply_presence (self, peer, nicks);
}

static const struct
{
  char letter;
  void (*func) (HsEngine *self, HsPeer *peer, char **targets);
  gboolean needs_targets;
} subcommands[] = {
  { '+', monitor_add, TRUE },
  { '-', monitor_remove, TRUE },
  { 'C', monitor_clear },
  { 'L', monitor_list },
  { 'S', monitor_status },
};

void
hs_command_monitor (HsEngine *self, HsPeer *peer, const HsIrcMessage *message)
{
  g_auto (GStrv) targets = g_strsplit (hs_irc_message_param (message, 1), ",", -1);

  for (guint i = 0; i < G_N_ELEMENTS (subcommands); i++)
    {
      if (g_ascii_toupper (message->params[0][0]) != subcommands[i].letter)
        continue;
      if (subcommands[i].needs_targets && message->n_params < 2)
        hs_engine_reply (self, peer, HS_ERR_NEEDMOREPARAMS, "MONITOR", "Not enough parameters", NULL);
      else
        subcommands[i].func (self, peer, targets);
      return;
    }
  hs_engine_reply (self, peer, HS_ERR_NEEDMOREPARAMS, "MONITOR", "Not enough parameters", NULL);
}

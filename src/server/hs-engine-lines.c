/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A line's way into the engine: whether it is one, whose command it is, and whether that may be given now. */
#include "hs-engine-private.h"

#include <string.h>

#include "hs-utf8.h"

/* Heard from: silence is counted from now. */
static void
touch (HsEngine *self, HsPeer *peer)
{
  self->now = self->funcs->now (self->user_data);
  peer->last_active = self->now;
  if (!peer->registered)
    hs_engine_set_place (self, peer, &self->unregistered);
  else if (peer->dialect == HS_DIALECT_IRC)
    hs_engine_expect_words (self, peer);
}

static void
carry_out (HsEngine *self, HsPeer *peer, const HsIrcMessage *message)
{
  const HsCommand *command = g_hash_table_lookup (self->commands, message->command);

  if (hs_engine_refuse_in_the_clear (self, peer, message) ||
      (peer->registered && hs_engine_take_draft_line (self, peer, message)))
    return;
  if (command == NULL)
    {
      if (peer->registered)
        hs_engine_reply (self, peer, HS_ERR_UNKNOWNCOMMAND, message->command, "Unknown command", NULL);
      else
        hs_engine_reply (self, peer, HS_ERR_NOTREGISTERED, "You have not registered", NULL);
    }
  else if (!peer->registered && (command->flags & (HS_COMMAND_EARLY | HS_COMMAND_ONLY_EARLY)) == 0)
    hs_engine_reply (self, peer, HS_ERR_NOTREGISTERED, "You have not registered", NULL);
  else if (peer->registered && (command->flags & HS_COMMAND_ONLY_EARLY) != 0)
    hs_engine_reply (self, peer, HS_ERR_ALREADYREGISTERED, "You are already registered", NULL);
  else if (message->n_params < command->min)
    hs_engine_reply (self, peer, HS_ERR_NEEDMOREPARAMS, command->name, "Not enough parameters", NULL);
  else if (message->n_params > command->max)
    {
      HsIrcMessage cut = *message;

      cut.n_params = command->max;
      cut.params[cut.n_params] = NULL;
      command->func (self, peer, &cut);
    }
  else
    command->func (self, peer, message);
}

void
hs_engine_dispatch (HsEngine *self, HsPeer *peer, const HsIrcMessage *message)
{
  HsPeer *acting = self->acting;

  if (acting == NULL)
    self->n_synced = 0;
  self->acting = peer;
  carry_out (self, peer, message);
  self->acting = acting;
}

static void
dispatch_labelled (HsEngine *self, HsPeer *peer, const HsIrcMessage *message)
{
  const guint needed = HS_CAP_LABELED_RESPONSE | HS_CAP_BATCH;
  g_autofree char *label = NULL;

  if (message->tags != NULL && (peer->caps & needed) == needed)
    label = hs_irc_message_dup_tag (message, "label");
  if (label == NULL || *label == '\0' || strlen (label) > HS_CAP_LABEL_MAX)
    {
      hs_engine_dispatch (self, peer, message);
      return;
    }

  hs_engine_begin_label (self, peer, label);
  hs_engine_dispatch (self, peer, message);
  hs_engine_end_label (self);
}

void
hs_engine_receive_irc (HsEngine *self, HsPeer *peer, char *line, gsize len)
{
  g_autoptr (GError) error = NULL;
  HsIrcMessage message;

  if (peer->leaving)
    return;
  touch (self, peer);

  if (memchr (line, '\0', len) != NULL)
    hs_engine_fail (self, peer, "*", "INVALID_NUL", "A line must not contain a NUL byte");
  else if (!hs_utf8_is_text (line, len))
    hs_engine_fail (self, peer, "*", "INVALID_UTF8", "Message rejected, your IRC software MUST use UTF-8 encoding on this network");
  else if (!hs_irc_message_parse (&message, line, len, &error))
    hs_engine_fail (self, peer, "*", "INVALID_LINE", "This line has no command");
  else if (message.tags != NULL && strlen (message.tags) > HS_TAGS_CLIENT_MAX)
    hs_engine_reply (self, peer, HS_ERR_INPUTTOOLONG, "Input line was too long", NULL);
  else
    dispatch_labelled (self, peer, &message);
}

void
hs_engine_receive_too_long (HsEngine *self, HsPeer *peer)
{
  if (peer->leaving)
    return;
  touch (self, peer);
  hs_engine_reply (self, peer, HS_ERR_INPUTTOOLONG, "Input line was too long", NULL);
}

void
hs_engine_receive_plain (HsEngine *self, HsPeer *peer, const char *data, gsize len)
{
  g_autofree char *text = NULL;

  if (peer->leaving)
    return;
  touch (self, peer);
  text = hs_utf8_make_text (data, len, !peer->registered, NULL);
  hs_engine_plain_line (self, peer, text);
}

/* SPDX-License-Identifier: GPL-3.0-or-later */
/* TCPVIEW (handshakechat.github.io/tcp-view): a guest and this server tell each other what their kernels see of the connection between them. What
 * is told is not looked into here: who wants it, does. Only the question for the clock is answered at once, for each moment would count. */
#include "hs-engine-private.h"

gboolean
hs_engine_can_view (HsPeer *peer)
{
  return (peer->caps & HS_CAP_TCP_VIEW) != 0 && peer->registered && !peer->leaving;
}

void
hs_engine_tell_view (HsEngine *self, HsPeer *peer, HsViewVerb verb, const char *const *arguments)
{
  guint n = hs_view_verb_get_n_parameters (verb);
  HsIrcMessage message;
  g_autoptr (GString) out = NULL;

  if (!hs_engine_can_view (peer))
    return;
  out = g_string_sized_new (HS_LINE_MAX);
  hs_irc_message_set (&message, self->server_name, HS_VIEW_COMMAND, hs_view_verb_get_name (verb), n > 0 ? arguments[0] : NULL,
                      n > 1 ? arguments[1] : NULL, n > 2 ? arguments[2] : NULL, NULL);
  hs_irc_message_format (&message, out);
  hs_engine_send_text (self, peer, out->str, out->len);
}

static void
answer_clock (HsEngine *self, HsPeer *peer, const char *asked)
{
  g_autofree char *came = g_strdup_printf ("%" G_GINT64_FORMAT, self->now);
  g_autofree char *left = g_strdup_printf ("%" G_GINT64_FORMAT, self->funcs->now (self->user_data));
  gint64 time;

  if (hs_view_time_parse (asked, &time))
    hs_engine_tell_view (self, peer, HS_VIEW_TIME, (const char *const[]){ asked, came, left });
}

void
hs_command_view (HsEngine *self, HsPeer *peer, const HsIrcMessage *message)
{
  HsViewVerb verb = hs_view_verb_parse (hs_irc_message_param (message, 0));

  if (verb == HS_VIEW_NOTHING || message->n_params < 1 + hs_view_verb_get_n_parameters (verb) || !hs_engine_can_view (peer))
    return;
  if (verb == HS_VIEW_CLOCK)
    answer_clock (self, peer, hs_irc_message_param (message, 1));
  else if (self->funcs->view != NULL)
    self->funcs->view (peer, verb, message, self->user_data);
}

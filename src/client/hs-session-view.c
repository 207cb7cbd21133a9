/* SPDX-License-Identifier: GPL-3.0-or-later */
/* TCPVIEW (handshakechat.github.io/tcp-view): the line that the ends of our connection tell each other by. What it says is the connection's affair. */
#include "hs-session-impl.h"

gboolean
hs_session_can_view (HsSession *self)
{
  return (self->caps & HS_CAP_VIEW) != 0 && self->registered;
}

void
hs_session_tell_view (HsSession *self, HsViewVerb verb, const char *const *arguments)
{
  guint n = hs_view_verb_get_n_parameters (verb);

  if (hs_session_can_view (self))
    hs_session_put (self, HS_VIEW_COMMAND, hs_view_verb_get_name (verb), n > 0 ? arguments[0] : NULL, n > 1 ? arguments[1] : NULL,
                    n > 2 ? arguments[2] : NULL, NULL);
}

void
hs_session_on_view (HsSession *self, const HsEvent *event)
{
  HsViewVerb verb = hs_view_verb_parse (HS_PARAM (event, 0));

  if (verb != HS_VIEW_NOTHING && event->message->n_params >= 1 + hs_view_verb_get_n_parameters (verb) && hs_session_can_view (self))
    g_signal_emit_by_name (self, "view-heard", (int) verb, event->message);
}

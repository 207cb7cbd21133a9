/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A conversation with a peer that speaks plain text: one room, no names, no commands but leaving. When bytes leave, and how, is hs-connection's affair. */
#include "hs-session-impl.h"

#include "hs-config.h"

#include <glib/gi18n-lib.h>
#include <string.h>

#include "hs-limits.h"
#include "hs-utf8.h"

static gboolean
is_datagrams (HsSession *self)
{
  return self->transport == HS_TCP_TRANSPORT_UDP;
}

void
hs_session_receive_plain (HsSession *self, const char *data, gsize len)
{
  HsConversation *conversation;
  guint n_replaced = 0;
  g_autofree char *text = NULL;
  g_autofree char *clean = NULL;

  if (!self->plain)
    return;
  conversation = hs_session_find_conversation (self, self->peer);
  if (conversation == NULL)
    return;
  text = hs_utf8_make_text (data, len, !self->plain_heard || is_datagrams (self), &n_replaced);
  self->plain_heard = TRUE;
  clean = hs_session_clean_text (text);
  hs_session_add_row (self, conversation, HS_ENTRY_MESSAGE, 0, self->peer, clean, NULL,
                      HS_ENTRY_PLAIN | (n_replaced > 0 ? HS_ENTRY_REPLACED : 0), TRUE);
}

/* As it would be sent, with its line ends: it would have to be cut, and nothing would put it together again. */
static gboolean
check_length (HsSession *self, const char *text, GError **error)
{
  g_autoptr (HsBuf) buf = hs_plain_client_format (text, self->line_end, FALSE);

  if (buf->len <= HS_DATAGRAM_MAX)
    return TRUE;
  g_set_error (error, HS_SESSION_ERROR, HS_SESSION_ERROR_USAGE, _("This has %u bytes, and one datagram carries %u at most. TCP would cut it and put it together again; UDP does not."),
               (guint) buf->len, HS_DATAGRAM_MAX);
  return FALSE;
}

gboolean
hs_session_plain_say (HsSession *self, HsConversation *conversation, const char *text, GError **error)
{
  g_auto (GStrv) lines = NULL;

  if ((strcmp (text, "q") == 0 && !is_datagrams (self)) || g_ascii_strcasecmp (text, "/quit") == 0)
    {
      hs_session_quit (self, NULL);
      return TRUE;
    }
  if (self->state != HS_SESSION_ONLINE || conversation == NULL)
    {
      g_set_error_literal (error, HS_SESSION_ERROR, HS_SESSION_ERROR_NOT_CONNECTED, hs_session_not_connected_text (self));
      return FALSE;
    }
  if (is_datagrams (self))
    {
      if (!check_length (self, text, error))
        return FALSE;
      hs_session_put_text (self, conversation, HS_ENTRY_MESSAGE, text);
      return TRUE;
    }
  lines = g_strsplit (text, "\n", -1);
  for (guint i = 0; lines[i] != NULL; i++)
    hs_session_put_text (self, conversation, HS_ENTRY_MESSAGE, lines[i]);
  return TRUE;
}

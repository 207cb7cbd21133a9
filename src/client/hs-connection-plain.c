/* SPDX-License-Identifier: GPL-3.0-or-later */
/* When plain texts and q leave, to a peer that may take whatever one recv () brings for one message. */
#include "hs-connection-impl.h"

#include "hs-config.h"

#include <glib/gi18n-lib.h>
#include <string.h>

#define OFFER "CAP LS 302" /* our own line come back frames nothing */

static void flush_texts (HsConnection *self);

static gboolean
on_spacing_due (gpointer user_data)
{
  HsConnection *self = user_data;

  self->spacing_source = 0;
  flush_texts (self);
  return G_SOURCE_REMOVE;
}

/* To a peer that does not frame, a moment has to pass after what went before. */
static gboolean
must_wait (HsConnection *self)
{
  gint64 left = self->text_sent + HS_PLAIN_SPACING_MS * 1000 - g_get_monotonic_time ();

  if (self->leave_now || self->text_sent == 0 || left <= 0 || self->peer_frames)
    return FALSE;
  if (self->spacing_source == 0)
    self->spacing_source = g_timeout_add ((guint) (left / 1000) + 1, on_spacing_due, self);
  return TRUE;
}

/* Alone in a write of its own. */
static void
send_alone (HsConnection *self, HsBuf *buf)
{
  hs_link_break_write (self->link);
  hs_link_send (self->link, buf);
  hs_link_break_write (self->link);
  self->text_sent = g_get_monotonic_time ();
}

static void
flush_texts (HsConnection *self)
{
  while (self->link != NULL && !g_queue_is_empty (&self->texts) && !must_wait (self))
    {
      g_autoptr (HsBuf) buf = g_queue_pop_head (&self->texts);

      send_alone (self, buf);
      self->owes_answer = TRUE;
    }
  if (self->leave_wanted)
    hs_connection_plain_leave (self);
}

guint64
hs_connection_plain_send (HsConnection *self, const char *text)
{
  HsBuf *buf = hs_plain_client_format (text, (HsLineEnd) self->line_ending, self->peer_frames);

  if (self->judging)
    {
      self->judging = FALSE;
      hs_link_set_framing (self->link, HS_FRAMING_PLAIN);
    }
  self->queued_end = MAX (self->queued_end, hs_link_get_lines_written (self->link) + hs_link_get_queued (self->link)) + buf->len;
  hs_session_sent_as (self->session, buf->data, buf->len);
  g_queue_push_tail (&self->texts, buf);
  flush_texts (self);
  return self->queued_end;
}

void
hs_connection_plain_heard (HsConnection *self, const HsLine *line)
{
  gboolean says_goodbye = line->len == 1 && line->data[0] == 'q';
  gboolean echoes = line->len == strlen (OFFER) && memcmp (line->data, OFFER, line->len) == 0;

  hs_session_receive_plain (self->session, line->data, line->len);
  if (self->link == NULL || hs_link_is_closing (self->link))
    return;
  self->owes_answer = FALSE;
  self->peer_frames |= line->framed && !echoes;
  if (says_goodbye) /* as the tutorial's client does */
    {
      hs_session_set_state (self->session, HS_SESSION_LEAVING, NULL);
      hs_link_close (self->link, 0);
    }
  else if (self->leave_wanted)
    hs_connection_plain_leave (self);
}

/* A q that ran together with the text before it would be no q: the peer would wait for ever. */
void
hs_connection_plain_leave (HsConnection *self)
{
  g_autoptr (HsBuf) q = NULL;
  g_autofree char *hint = NULL;

  self->leave_wanted = TRUE;
  if (self->link == NULL || hs_link_is_closing (self->link))
    return;
  if (!g_queue_is_empty (&self->texts))
    {
      if (self->leave_now && self->spacing_source != 0)
        {
          g_clear_handle_id (&self->spacing_source, g_source_remove);
          flush_texts (self);
        }
      return; /* they come back here */
    }
  if (self->owes_answer && !self->leave_now && !self->peer_frames)
    {
      hint = g_strdup_printf (_("Waits until %s has answered: a q right behind your last text might not be seen."),
                              self->address->host != NULL ? self->address->host : self->address->path);
      hs_connection_set_leaving_hint (self, hint);
      return;
    }
  if (must_wait (self))
    return;
  hs_connection_set_leaving_hint (self, NULL);
  hs_link_set_framing (self->link, HS_FRAMING_PLAIN);
  q = hs_buf_new ("q", 1);
  send_alone (self, q);
  hs_link_close (self->link, 0);
}

void
hs_connection_plain_clear (HsConnection *self)
{
  g_queue_clear_full (&self->texts, (GDestroyNotify) hs_buf_unref);
}

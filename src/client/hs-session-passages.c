/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The newest messages' passages over the wire, kept by number and by bytes: what was sent as which line, and what came in which. */
#include "hs-session-impl.h"

#include <string.h>

/* What the lines cost, and what stands around each. */
static gsize
weight (HsPassage *passage)
{
  const HsPassageFacts *facts = hs_passage_get_facts (passage);

  return 256 + facts->len + strlen (facts->text);
}

void
hs_session_keep_passage (HsSession *self, HsConversation *conversation, HsPassage *passage)
{
  gsize bytes = 0;
  guint n = 0;

  g_queue_push_head (&self->passages, g_object_ref (passage));
  for (GList *l = self->passages.head; l != NULL; l = l->next, n++)
    {
      bytes += weight (l->data);
      if (n >= HS_PASSAGES_MAX || bytes > HS_PASSAGES_BYTES_MAX)
        break;
    }
  while (self->passages.length > MAX (n, 1))
    g_object_unref (g_queue_pop_tail (&self->passages));
  g_signal_emit_by_name (self, "passage-added", conversation->room);
}

void
hs_session_clear_passages (HsSession *self)
{
  g_queue_clear_full (&self->passages, g_object_unref);
}

HsPassage *
hs_session_find_passage (HsSession *self, HsRoom *room, HsEntry *entry)
{
  for (GList *l = self->passages.head; l != NULL; l = l->next)
    if (hs_passage_is_of (l->data, room, entry))
      return l->data;
  return NULL;
}

HsPassage *
hs_session_get_newest_passage (HsSession *self, HsRoom *room)
{
  for (GList *l = self->passages.head; l != NULL; l = l->next)
    if (hs_passage_is_in (l->data, room) && hs_passage_get_facts (l->data)->own)
      return l->data;
  return NULL;
}

void
hs_session_redact_passages (HsSession *self, HsConversation *conversation, const char *msgid)
{
  for (GList *l = self->passages.head; l != NULL; l = l->next)
    if (hs_passage_is_in (l->data, conversation->room) && g_strcmp0 (hs_passage_get_msgid (l->data), msgid) == 0)
      hs_passage_redact (l->data);
}

void
hs_session_passages_read (HsSession *self, HsConversation *conversation, const char *msgid)
{
  gint64 now = g_get_monotonic_time ();
  gboolean reached = FALSE;

  for (GList *l = self->passages.head; l != NULL; l = l->next)
    {
      if (!hs_passage_is_in (l->data, conversation->room))
        continue;
      reached |= g_strcmp0 (hs_passage_get_msgid (l->data), msgid) == 0;
      if (reached && hs_passage_get_facts (l->data)->own && hs_passage_get_facts (l->data)->accepted != 0)
        {
          hs_passage_set_awaits_read (l->data, TRUE);
          hs_passage_read (l->data, now);
        }
    }
}

/* ---- What comes ---- */

void
hs_session_hear (HsSession *self, const HsHeard *heard)
{
  self->heard = heard;
}

/* The bytes as they came: the reader took the ending off, and counted it. */
void
hs_session_append_heard (const HsHeard *heard, GString *out)
{
  gsize ending = MIN (heard->stamp.length - MIN (heard->len, heard->stamp.length), 2);

  g_string_append_len (out, heard->line, (gssize) heard->len);
  g_string_append_len (out, ending == 2 ? "\r\n" : heard->framed ? "\n" : "\r", (gssize) ending);
}

HsPassage *
hs_session_make_heard_passage (HsSession *self, HsConversation *conversation, const char *text)
{
  g_autoptr (HsPassage) passage = NULL;
  g_autoptr (GString) line = NULL;

  if (self->heard == NULL)
    return NULL;
  passage = hs_passage_new (self->watch, text, FALSE);
  line = g_string_new (NULL);
  hs_session_append_heard (self->heard, line);
  hs_passage_received (passage, line->str, line->len, self->heard->stamp.offset, self->heard->stamp.reads, self->heard->stamp.time,
                         self->heard->tls);
  hs_passage_set_place (passage, conversation->room, NULL);
  hs_session_keep_passage (self, conversation, passage);
  return g_steal_pointer (&passage);
}

/* ---- What goes ---- */

void
hs_session_sent_as (HsSession *self, const char *data, gsize len)
{
  g_clear_pointer (&self->sent_as, g_bytes_unref);
  self->sent_as = g_bytes_new (data, len);
}

void
hs_session_passage_sent (HsSession *self, HsPassage *passage, const char *line, guint64 end, gint64 time)
{
  g_autoptr (GBytes) bytes = g_steal_pointer (&self->sent_as);
  gsize len = strlen (line);

  if (bytes != NULL)
    line = g_bytes_get_data (bytes, &len);
  if (end >= len)
    hs_passage_sent (passage, self->watch, line, len, end, time, !self->plain && (self->caps & HS_CAP_ECHO) != 0);
}

void
hs_session_set_watch (HsSession *self, HsTcpWatch *watch)
{
  g_set_object (&self->watch, watch);
}

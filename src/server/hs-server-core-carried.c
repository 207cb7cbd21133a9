/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What goes to a guest that a window shows, and what the guest says of that: read from the very lines, told to the main thread. */
#include "hs-server-core-private.h"

/* (nullable) */
static HsWatched *
get_shown (HsCarrier *carrier)
{
  return carrier->watched != NULL && carrier->watched->shown ? carrier->watched : NULL;
}

/* Takes @carried (nullable). */
static void
tell_carried (HsWatched *watched, HsServerCarried *carried)
{
  if (carried != NULL)
    hs_news_add (hs_core_gather (watched->core), HS_NEWS_WATCH_CARRIED, watched->watch_id)->carried = carried;
}

void
hs_core_note_carried (HsServerCore *self, HsCarrier *carrier, const HsBuf *buf, guint64 end)
{
  HsWatched *watched = get_shown (carrier);
  gsize taken = 0;

  if (watched == NULL || carrier->peer == NULL || end < buf->len)
    return;
  for (gsize at = 0; at < buf->len; at += taken)
    {
      HsServerCarried *carried;

      if (hs_peer_get_dialect (carrier->peer) == HS_DIALECT_IRC)
        carried = hs_server_carried_from_irc (buf->data + at, buf->len - at, hs_peer_get_nick (carrier->peer), &taken);
      else
        carried = hs_server_carried_from_plain (buf->data + at, buf->len - at, &taken);
      if (carried == NULL)
        continue;
      carried->end = end - buf->len + at + taken;
      carried->tells = hs_peer_tells_reading (carrier->peer);
      tell_carried (watched, carried);
    }
}

/* Also of guests that are not told, for their programs know no deleting: what is kept of them here goes all the same. */
void
hs_core_note_deleted (HsServerCore *self, const char *msgid)
{
  GHashTableIter iter;
  HsWatched *watched;

  g_hash_table_iter_init (&iter, self->watched);
  while (g_hash_table_iter_next (&iter, NULL, (gpointer *) &watched))
    if (!watched->hidden)
      tell_carried (watched, hs_server_carried_new_deleted (msgid));
}

void
hs_core_note_heard (HsServerCore *self, HsCarrier *carrier, const HsLine *line)
{
  HsWatched *watched = get_shown (carrier);

  if (watched != NULL && line->data != NULL && hs_link_get_framing (carrier->link) == HS_FRAMING_IRC)
    tell_carried (watched, hs_server_carried_from_guest (line->data, line->len));
}

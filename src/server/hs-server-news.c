/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What the server's thread tells the façade. It delivers nothing itself. */
#include "hs-server-news.h"

static void
news_item_free (gpointer data)
{
  HsNewsItem *self = data;

  hs_guest_facts_clear (&self->facts);
  g_clear_pointer (&self->event, hs_tcp_event_unref);
  g_free (self->listener);
  g_free (self->tally);
  g_clear_pointer (&self->carried, hs_server_carried_free);
  g_free (self->local);
  g_free (self->remote);
  g_free (self);
}

HsNews *
hs_news_new (void)
{
  HsNews *self = g_new0 (HsNews, 1);

  self->items = g_ptr_array_new_with_free_func (news_item_free);
  return self;
}

void
hs_news_free (HsNews *self)
{
  g_ptr_array_unref (self->items);
  g_free (self->key);
  g_strfreev (self->bans);
  g_free (self);
}

HsNewsItem *
hs_news_add (HsNews *self, HsNewsKind kind, guint64 id)
{
  HsNewsItem *item = g_new0 (HsNewsItem, 1);

  item->kind = kind;
  item->id = id;
  g_ptr_array_add (self->items, item);
  return item;
}

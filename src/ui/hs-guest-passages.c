/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What went to guests of ours, kept with their watches; see hs-guest-passages.h. */
#include "hs-guest-passages.h"

#define KEY "hs-guest-passages"
#define KEPT_MAX 64 /* messages a guest */

typedef struct
{
  HsPassage *passage;
  char *place;  /* (nullable) */
  gint64 said;  /* Unix ms; 0 not known */
} Item;

static void
item_free (gpointer data)
{
  Item *self = data;

  g_object_unref (self->passage);
  g_free (self->place);
  g_free (self);
}

static void
items_free (gpointer data)
{
  g_queue_free_full (data, item_free);
}

/* The newest first. */
static GQueue *
get_items (HsTcpWatch *watch)
{
  GQueue *items = g_object_get_data (G_OBJECT (watch), KEY);

  if (items == NULL)
    {
      items = g_queue_new ();
      g_object_set_data_full (G_OBJECT (watch), KEY, items, items_free);
    }
  return items;
}

static void
take_message (HsTcpWatch *watch, GQueue *items, const HsServerCarried *carried)
{
  Item *item = g_new0 (Item, 1);

  item->passage = hs_passage_new (watch, carried->text, TRUE);
  item->place = g_strdup (carried->place);
  item->said = carried->said;
  hs_passage_set_msgid (item->passage, carried->msgid);
  hs_passage_set_awaits_read (item->passage, carried->tells);
  hs_passage_sent (item->passage, watch, carried->line, carried->len, carried->end, carried->time, FALSE);
  g_queue_push_head (items, item);
  while (items->length > KEPT_MAX)
    item_free (g_queue_pop_tail (items));
}

/* Everything there up to then. */
static void
take_read (HsTcpWatch *watch, GQueue *items, const HsServerCarried *carried)
{
  for (GList *l = items->head; l != NULL; l = l->next)
    {
      Item *item = l->data;

      if (item->said != 0 && item->said <= carried->said && g_strcmp0 (item->place, carried->place) == 0)
        hs_passage_read (item->passage, carried->time);
    }
}

static void
take_deleted (HsTcpWatch *watch, GQueue *items, const HsServerCarried *carried)
{
  for (GList *l = items->head, *next; l != NULL; l = next)
    {
      Item *item = l->data;
      const char *msgid = hs_passage_get_msgid (item->passage);

      next = l->next;
      if (msgid != NULL && !g_str_equal (msgid, carried->msgid))
        continue;
      hs_passage_redact (item->passage);
      if (msgid != NULL)
        continue;
      g_queue_delete_link (items, l); /* it has no name, and may be that one: none of these is kept */
      item_free (item);
    }
}

static void (*const takers[]) (HsTcpWatch *watch, GQueue *items, const HsServerCarried *carried) = {
  [HS_CARRIED_MESSAGE] = take_message,
  [HS_CARRIED_READ] = take_read,
  [HS_CARRIED_DELETED] = take_deleted,
};

void
hs_guest_passages_take (HsTcpWatch *watch, const HsServerCarried *carried)
{
  takers[carried->kind] (watch, get_items (watch), carried);
}

/* By the server's name for it; a guest that gets no tags gets no names. */
static gboolean
is_same (HsPassage *passage, HsPassage *like)
{
  const char *msgid = hs_passage_get_msgid (passage), *other = hs_passage_get_msgid (like);

  if (msgid != NULL && other != NULL)
    return g_str_equal (msgid, other);
  return g_str_equal (hs_passage_get_facts (passage)->text, hs_passage_get_facts (like)->text);
}

HsPassage *
hs_guest_passages_find (HsTcpWatch *watch, HsPassage *like)
{
  GQueue *items = g_object_get_data (G_OBJECT (watch), KEY);

  if (items == NULL || items->head == NULL)
    return NULL;
  for (GList *l = items->head; l != NULL && like != NULL; l = l->next)
    if (is_same (((Item *) l->data)->passage, like))
      return ((Item *) l->data)->passage;
  return ((Item *) items->head->data)->passage;
}

/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The log of one connection: what is kept of its events, and what is dropped when it is full. */
#include "hs-tcp-log.h"

#define LOG_MAX  2000 /* events kept; brief story of a long chat */
#define LOG_TRIM 200  /* dropped at once when full, so that a full log still changes once per event */

GListStore *
hs_tcp_log_new (void)
{
  return g_list_store_new (HS_TYPE_TCP_LOG_ITEM);
}

/* How it began is what the ladder draws: what is dropped are the oldest events from the first data on. */
static void
trim (GListStore *log)
{
  guint first = 0;

  for (; first + LOG_TRIM < LOG_MAX; first++)
    {
      g_autoptr (HsTcpLogItem) item = g_list_model_get_item (G_LIST_MODEL (log), first);

      if (hs_tcp_log_item_get_event (item)->kind == HS_TCP_EVENT_DATA)
        break;
    }
  g_list_store_splice (log, first, LOG_TRIM, NULL, 0);
}

static gboolean
is_kept (const HsTcpEvent *event)
{
  return event->kind != HS_TCP_EVENT_DATA || (event->stage != HS_TCP_STAGE_QUEUED && event->stage != HS_TCP_STAGE_RECORD);
}

void
hs_tcp_log_add (GListStore *log, HsTcpEvent *event)
{
  g_autoptr (HsTcpLogItem) item = NULL;

  if (!is_kept (event))
    return;
  if (g_list_model_get_n_items (G_LIST_MODEL (log)) >= LOG_MAX)
    trim (log);
  item = hs_tcp_log_item_new (event);
  g_list_store_append (log, item);
}

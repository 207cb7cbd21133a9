/* SPDX-License-Identifier: GPL-3.0-or-later */
/* One line of a log: an event that lists can hold. */
#include "hs-tcp-log.h"

struct _HsTcpLogItem
{
  GObject parent_instance;

  HsTcpEvent *event;
};

G_DEFINE_FINAL_TYPE (HsTcpLogItem, hs_tcp_log_item, G_TYPE_OBJECT)

static void
hs_tcp_log_item_finalize (GObject *object)
{
  g_clear_pointer (&HS_TCP_LOG_ITEM (object)->event, hs_tcp_event_unref);
  G_OBJECT_CLASS (hs_tcp_log_item_parent_class)->finalize (object);
}

static void
hs_tcp_log_item_class_init (HsTcpLogItemClass *klass)
{
  G_OBJECT_CLASS (klass)->finalize = hs_tcp_log_item_finalize;
}

static void
hs_tcp_log_item_init (HsTcpLogItem *self)
{
}

HsTcpLogItem *
hs_tcp_log_item_new (HsTcpEvent *event)
{
  HsTcpLogItem *self = g_object_new (HS_TYPE_TCP_LOG_ITEM, NULL);

  self->event = hs_tcp_event_ref (event);
  return self;
}

const HsTcpEvent *
hs_tcp_log_item_get_event (HsTcpLogItem *self)
{
  g_return_val_if_fail (HS_IS_TCP_LOG_ITEM (self), NULL);
  return self->event;
}

/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What the kernel's answers by netlink (7) say, through libmnl; see hs-tcp-diag-private.h. */
#include "hs-tcp-diag-private.h"

#include <libmnl/libmnl.h>
#include <linux/inet_diag.h>
#include <linux/netlink.h>
#include <linux/sock_diag.h>
#include <netinet/in.h>
#include <string.h>
#include <sys/socket.h>

/* libmnl takes a length of 2 GiB and more for a negative one, and follows it. */
static gboolean
is_whole (const HsTcpDiagReply *reply)
{
  const guint8 *data = reply->data;
  gsize left = reply->len;

  while (left >= sizeof (struct nlmsghdr))
    {
      struct nlmsghdr header;
      gsize len;

      memcpy (&header, data, sizeof header);
      len = header.nlmsg_len;
      if (len < sizeof header || len > left)
        return FALSE;
      len = MIN (MNL_ALIGN (len), left);
      data += len;
      left -= len;
    }
  return TRUE;
}

static HsTcpDiagStatus
run (const HsTcpDiagReply *reply, mnl_cb_t func, gpointer data)
{
  int status = is_whole (reply) ? mnl_cb_run (reply->data, reply->len, reply->sequence, reply->port_id, func, data) : MNL_CB_ERROR;

  return status < MNL_CB_STOP ? HS_TCP_DIAG_ERROR : status == MNL_CB_STOP ? HS_TCP_DIAG_DONE : HS_TCP_DIAG_MORE;
}

/* (nullable) */
static const struct inet_diag_msg *
get_message (const struct nlmsghdr *header)
{
  const struct inet_diag_msg *message = mnl_nlmsg_get_payload (header);

  return header->nlmsg_type == SOCK_DIAG_BY_FAMILY && mnl_nlmsg_get_payload_len (header) >= sizeof *message ? message : NULL;
}

static guint64
get_cookie (const struct inet_diag_msg *message)
{
  return (guint64) message->id.idiag_cookie[1] << 32 | message->id.idiag_cookie[0];
}

/* ---- One socket ---- */

static int
take_entry (const struct nlmsghdr *header, void *data)
{
  HsTcpDiagEntry *entry = data;
  const struct inet_diag_msg *message = get_message (header);

  if (message == NULL)
    return MNL_CB_ERROR;
  entry->state = hs_tcp_state_from_linux (message->idiag_state);
  entry->expires_ms = message->idiag_expires;
  entry->cookie = get_cookie (message);
  entry->receive_queue = message->idiag_rqueue;
  entry->send_queue = message->idiag_wqueue;
  return MNL_CB_STOP;
}

HsTcpDiagStatus
hs_tcp_diag_read_entry (const HsTcpDiagReply *reply, HsTcpDiagEntry *entry)
{
  return run (reply, take_entry, entry);
}

typedef struct
{
  HsTcpDiagEntry *entry;
  void *info;
  gsize size, len;
} Other;

static int
take_info (const struct nlattr *attribute, void *data)
{
  Other *other = data;

  if (mnl_attr_get_type (attribute) != INET_DIAG_INFO)
    return MNL_CB_OK;
  other->len = MIN (other->size, mnl_attr_get_payload_len (attribute));
  memcpy (other->info, mnl_attr_get_payload (attribute), other->len);
  return MNL_CB_OK;
}

static int
take_other (const struct nlmsghdr *header, void *data)
{
  Other *other = data;

  if (take_entry (header, other->entry) == MNL_CB_ERROR)
    return MNL_CB_ERROR;
  mnl_attr_parse (header, sizeof (struct inet_diag_msg), take_info, other);
  return MNL_CB_STOP;
}

HsTcpDiagStatus
hs_tcp_diag_read_other (const HsTcpDiagReply *reply, HsTcpDiagEntry *entry, void *info, gsize size, gsize *len)
{
  Other other = { entry, info, size, 0 };
  HsTcpDiagStatus status = run (reply, take_other, &other);

  *len = other.len;
  return status;
}

/* ---- Those at the door ---- */

typedef struct
{
  guint16 port;
  GArray *entries; /* of HsTcpHalfOpen */
} HalfOpen;

static const guint8 mapped_prefix[12] = { [10] = 0xff, [11] = 0xff };

static void
read_guest (const struct inet_diag_msg *message, HsTcpHalfOpen *entry)
{
  const guint8 *bytes = (const guint8 *) message->id.idiag_dst;
  gboolean mapped = message->idiag_family == AF_INET6 && memcmp (bytes, mapped_prefix, sizeof mapped_prefix) == 0;

  entry->family = mapped ? AF_INET : message->idiag_family;
  memcpy (entry->address, mapped ? bytes + sizeof mapped_prefix : bytes, entry->family == AF_INET ? 4 : 16);
}

static int
list_entry (const struct nlmsghdr *header, void *data)
{
  HalfOpen *half_open = data;
  const struct inet_diag_msg *message = get_message (header);
  HsTcpHalfOpen entry = { 0 };

  if (message == NULL)
    return MNL_CB_ERROR;
  if ((message->idiag_family != AF_INET && message->idiag_family != AF_INET6) || message->id.idiag_sport != g_htons (half_open->port)
      || hs_tcp_state_from_linux (message->idiag_state) != HS_TCP_SYN_RECEIVED)
    return MNL_CB_OK;
  entry.cookie = get_cookie (message);
  entry.retransmits = message->idiag_retrans;
  entry.port = g_ntohs (message->id.idiag_dport);
  read_guest (message, &entry);
  g_array_append_val (half_open->entries, entry);
  return MNL_CB_OK;
}

HsTcpDiagStatus
hs_tcp_diag_read_half_open (const HsTcpDiagReply *reply, guint16 port, GArray *entries)
{
  HalfOpen half_open = { port, entries };

  return run (reply, list_entry, &half_open);
}

/* ---- Those that are gone ---- */

typedef struct
{
  HsTcpDiagGone func;
  gpointer user_data;
} Gone;

static int
tell_gone (const struct nlmsghdr *header, void *data)
{
  const Gone *gone = data;
  const struct inet_diag_msg *message = get_message (header);

  if (message != NULL)
    gone->func (get_cookie (message), gone->user_data);
  return MNL_CB_OK;
}

void
hs_tcp_diag_read_gone (const HsTcpDiagReply *reply, HsTcpDiagGone func, gpointer user_data)
{
  Gone gone = { func, user_data };

  run (reply, tell_gone, &gone);
}

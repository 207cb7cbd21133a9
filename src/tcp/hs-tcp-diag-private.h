/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What the kernel's answers by netlink (7) say: bytes in, plain structs out. It has no socket; hs-tcp-diag.c and hs-tcp-bell.c ask and listen. */
#pragma once

#include "hs-tcp-diag.h"

/* One datagram of the kernel's, aligned as struct nlmsghdr, and the question that it answers (0: any, netlink's own word for it). */
typedef struct
{
  const void *data;
  gsize len;
  guint sequence, port_id;
} HsTcpDiagReply;

typedef enum
{
  HS_TCP_DIAG_ERROR, /* the kernel refuses, it is not for us, or makes no sense */
  HS_TCP_DIAG_DONE,  /* all is said */
  HS_TCP_DIAG_MORE,  /* another datagram follows */
} HsTcpDiagStatus;

HsTcpDiagStatus hs_tcp_diag_read_entry (const HsTcpDiagReply *reply, HsTcpDiagEntry *entry);
/* ... and of its struct tcp_info at most @size bytes to @info: @len. */
HsTcpDiagStatus hs_tcp_diag_read_other (const HsTcpDiagReply *reply, HsTcpDiagEntry *entry, void *info, gsize size, gsize *len);
/* A dump: those that are half-open at @port are appended to @entries (element-type HsTcpHalfOpen). */
HsTcpDiagStatus hs_tcp_diag_read_half_open (const HsTcpDiagReply *reply, guint16 port, GArray *entries);
/* News of sockets that are gone, each by its cookie. */
typedef void (*HsTcpDiagGone) (guint64 cookie, gpointer user_data);
void hs_tcp_diag_read_gone (const HsTcpDiagReply *reply, HsTcpDiagGone func, gpointer user_data);

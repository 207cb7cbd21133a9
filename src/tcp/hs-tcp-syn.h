/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A guest's SYN as TCP_SAVED_SYN returns it (tcp (7)), decoded. A parser of bytes from the wire: trusts no length in it. */
#pragma once

#include <glib.h>

typedef struct
{
  guint32 seq;            /* x */
  guint16 window;
  guint16 mss;            /* 0: not offered */
  gint8 window_scale;     /* -1: not offered */
  gboolean sack;
  gboolean timestamps;
  guint8 ttl;             /* or hop limit */
  guint8 flags;           /* of byte 13: SYN 0x02, ECE 0x40, CWR 0x80 */
} HsTcpSyn;

gboolean hs_tcp_syn_decode (const guint8 *data, gsize len, HsTcpSyn *syn);
/* TCP_SAVED_SYN of an accepted descriptor, once. FALSE: not saved, or taken already. */
gboolean hs_tcp_syn_take (int fd, HsTcpSyn *syn);
/* Where the TCP header begins in an IP packet; 0: this is no TCP in IP. @total: the packet's own length by its header. */
gsize hs_tcp_syn_find_tcp (const guint8 *data, gsize len, guint8 *ttl, gsize *total);

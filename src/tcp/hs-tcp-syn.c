/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A guest's SYN as TCP_SAVED_SYN returns it (tcp (7)), decoded. A parser of bytes from the wire: trusts no length in it. */
#include "hs-tcp-syn.h"

#include <linux/tcp.h>
#include <netinet/in.h>
#include <string.h>
#include <sys/socket.h>

#define IPV4_HEADER_MIN 20  /* RFC 791 3.1 */
#define IPV6_HEADER     40  /* RFC 8200 3 */
#define TCP_HEADER_MIN  20  /* RFC 9293 3.1 */
#define SAVED_SYN_MAX   512 /* IPv6 with extension headers and TCP with all options: less than half of it */

/* RFC 9293 3.2, RFC 7323, RFC 2018 */
enum
{
  OPTION_END = 0,
  OPTION_NOP = 1,
  OPTION_MSS = 2,
  OPTION_WINDOW_SCALE = 3,
  OPTION_SACK = 4,
  OPTION_TIMESTAMPS = 8,
};

static guint16
read_u16 (const guint8 *data)
{
  return (guint16) (data[0] << 8 | data[1]);
}

static guint32
read_u32 (const guint8 *data)
{
  return (guint32) read_u16 (data) << 16 | read_u16 (data + 2);
}

/* RFC 8200 4: hop-by-hop, routing and destination options are told by their length in units of eight bytes. */
static gsize
skip_v6_extensions (const guint8 *data, gsize len)
{
  guint8 next = data[6];
  gsize at = IPV6_HEADER;

  while (next == IPPROTO_HOPOPTS || next == IPPROTO_ROUTING || next == IPPROTO_DSTOPTS)
    {
      if (at + 8 > len)
        return 0;
      next = data[at];
      at += 8 * ((gsize) data[at + 1] + 1);
    }
  return next == IPPROTO_TCP ? at : 0;
}

gsize
hs_tcp_syn_find_tcp (const guint8 *data, gsize len, guint8 *ttl, gsize *total)
{
  gsize header;

  if (len >= IPV4_HEADER_MIN && data[0] >> 4 == 4)
    {
      header = (gsize) (data[0] & 0x0f) * 4;
      *ttl = data[8];
      *total = read_u16 (data + 2);
      return header >= IPV4_HEADER_MIN && data[9] == IPPROTO_TCP ? header : 0;
    }
  if (len >= IPV6_HEADER && data[0] >> 4 == 6)
    {
      *ttl = data[7];
      *total = IPV6_HEADER + (gsize) read_u16 (data + 4);
      return skip_v6_extensions (data, len);
    }
  return 0;
}

static void
decode_option (const guint8 *option, guint8 size, HsTcpSyn *syn)
{
  if (option[0] == OPTION_MSS && size == 4)
    syn->mss = read_u16 (option + 2);
  else if (option[0] == OPTION_WINDOW_SCALE && size == 3)
    syn->window_scale = (gint8) MIN (option[2], 14); /* RFC 7323 2.3: more is taken for 14 */
  else if (option[0] == OPTION_SACK && size == 2)
    syn->sack = TRUE;
  else if (option[0] == OPTION_TIMESTAMPS && size == 10)
    syn->timestamps = TRUE;
}

static void
decode_options (const guint8 *data, gsize len, HsTcpSyn *syn)
{
  gsize at = 0;

  while (at < len && data[at] != OPTION_END)
    {
      if (data[at] == OPTION_NOP)
        {
          at++;
          continue;
        }
      if (at + 1 >= len || data[at + 1] < 2 || data[at + 1] > len - at)
        return;
      decode_option (data + at, data[at + 1], syn);
      at += data[at + 1];
    }
}

gboolean
hs_tcp_syn_decode (const guint8 *data, gsize len, HsTcpSyn *syn)
{
  gsize tcp, header, total;

  memset (syn, 0, sizeof *syn);
  syn->window_scale = -1;
  tcp = hs_tcp_syn_find_tcp (data, len, &syn->ttl, &total);
  if (tcp == 0 || tcp > len || len - tcp < TCP_HEADER_MIN)
    return FALSE;
  data += tcp;
  header = (gsize) (data[12] >> 4) * 4;
  if (header < TCP_HEADER_MIN || header > len - tcp || (data[13] & 0x02) == 0)
    return FALSE;

  syn->seq = read_u32 (data + 4);
  syn->flags = data[13];
  syn->window = read_u16 (data + 14);
  decode_options (data + TCP_HEADER_MIN, header - TCP_HEADER_MIN, syn);
  return TRUE;
}

gboolean
hs_tcp_syn_take (int fd, HsTcpSyn *syn)
{
  guint8 data[SAVED_SYN_MAX];
  socklen_t len = sizeof data;

  if (getsockopt (fd, IPPROTO_TCP, TCP_SAVED_SYN, data, &len) != 0 || len == 0)
    return FALSE;
  return hs_tcp_syn_decode (data, len, syn);
}

/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The kernel's socket table by sock_diag (7), through libmnl. Unprivileged. Each call is one exchange of a few µs with the kernel: never blocks. */
#include "hs-tcp-diag-private.h"

#include <errno.h>
#include <fcntl.h>
#include <libmnl/libmnl.h>
#include <linux/inet_diag.h>
#include <linux/netlink.h>
#include <linux/sock_diag.h>
#include <netinet/in.h>
#include <string.h>
#include <sys/socket.h>

/* linux: include/net/tcp_states.h. A half-open entry is asked for by either number and always answers SYN_RECV. */
#define LINUX_SYN_RECV     (1u << 3)
#define LINUX_NEW_SYN_RECV (1u << 12)
#define ALL_STATES         G_MAXUINT32
#define BUFFER_BYTES       (32 * 1024) /* netlink (7): what the kernel fills at most in one read of a dump */

struct _HsTcpDiag
{
  struct mnl_socket *socket;
  HsTcpBell *bell; /* (nullable) */
  guint port_id;
  guint sequence;
  char buffer[BUFFER_BYTES];
};

HsTcpDiag *
hs_tcp_diag_new (void)
{
  /* The answer is queued before send returns; non-blocking, so that a kernel that behaves otherwise cannot hang us. */
  struct mnl_socket *socket = mnl_socket_open2 (NETLINK_SOCK_DIAG, SOCK_CLOEXEC | SOCK_NONBLOCK);
  HsTcpDiag *self;

  if (socket == NULL)
    return NULL;
  if (mnl_socket_bind (socket, 0, MNL_SOCKET_AUTOPID) < 0)
    {
      mnl_socket_close (socket);
      return NULL;
    }

  self = g_new0 (HsTcpDiag, 1);
  self->socket = socket;
  self->port_id = mnl_socket_get_portid (socket);
  return self;
}

void
hs_tcp_diag_free (HsTcpDiag *self)
{
  if (self == NULL)
    return;
  hs_tcp_bell_free (self->bell);
  mnl_socket_close (self->socket);
  g_free (self);
}

/* An answer that was given up on must not be taken for the next one's. */
static void
drain (HsTcpDiag *self)
{
  while (mnl_socket_recvfrom (self->socket, self->buffer, sizeof self->buffer) > 0)
    ;
}

/* How an answer is read. */
typedef HsTcpDiagStatus (*Read) (const HsTcpDiagReply *reply, gpointer data);

static gboolean
exchange (HsTcpDiag *self, const struct inet_diag_req_v2 *request, guint flags, Read read, gpointer data)
{
  union
  {
    struct nlmsghdr header;
    guint8 bytes[MNL_ALIGN (sizeof (struct nlmsghdr)) + MNL_ALIGN (sizeof (struct inet_diag_req_v2))];
  } message = { .bytes = { 0 } };
  struct nlmsghdr *header = mnl_nlmsg_put_header (message.bytes);
  ssize_t n;
  HsTcpDiagStatus status = HS_TCP_DIAG_MORE;

  header->nlmsg_type = SOCK_DIAG_BY_FAMILY;
  header->nlmsg_flags = (guint16) (NLM_F_REQUEST | flags);
  header->nlmsg_seq = ++self->sequence;
  memcpy (mnl_nlmsg_put_extra_header (header, sizeof *request), request, sizeof *request);

  drain (self);
  if (mnl_socket_sendto (self->socket, header, header->nlmsg_len) < 0)
    return FALSE;
  while (status == HS_TCP_DIAG_MORE && (n = mnl_socket_recvfrom (self->socket, self->buffer, sizeof self->buffer)) > 0)
    {
      const HsTcpDiagReply reply = { self->buffer, (gsize) n, self->sequence, self->port_id };

      status = read (&reply, data);
      if ((flags & NLM_F_DUMP) == 0)
        break; /* one question, one message; no DONE follows */
    }
  return status != HS_TCP_DIAG_ERROR;
}

static void
put_address (GInetSocketAddress *address, __be32 words[4], __be16 *port)
{
  GInetAddress *inet = g_inet_socket_address_get_address (address);

  memcpy (words, g_inet_address_to_bytes (inet), g_inet_address_get_native_size (inet));
  *port = g_htons (g_inet_socket_address_get_port (address));
}

/* ::ffff:a.b.c.d */
static void
map_to_v6 (__be32 words[4])
{
  words[3] = words[0];
  words[2] = g_htonl (0xffff);
  words[1] = words[0] = 0;
}

static HsTcpDiagStatus
read_entry (const HsTcpDiagReply *reply, gpointer data)
{
  return hs_tcp_diag_read_entry (reply, data);
}

static gboolean
find (HsTcpDiag *self, struct inet_diag_req_v2 *request, guint64 cookie, HsTcpDiagEntry *entry)
{
  memset (entry, 0, sizeof *entry);
  return exchange (self, request, 0, read_entry, entry) && entry->cookie == cookie;
}

gboolean
hs_tcp_diag_find (HsTcpDiag *self, GInetSocketAddress *local, GInetSocketAddress *remote, guint64 cookie, HsTcpDiagEntry *entry)
{
  gboolean v4 = g_socket_address_get_family (G_SOCKET_ADDRESS (remote)) == G_SOCKET_FAMILY_IPV4;
  struct inet_diag_req_v2 request = {
    .sdiag_family = v4 ? AF_INET : AF_INET6,
    .sdiag_protocol = IPPROTO_TCP,
    .idiag_states = ALL_STATES,
  };

  if (g_socket_address_get_family (G_SOCKET_ADDRESS (local)) != g_socket_address_get_family (G_SOCKET_ADDRESS (remote)))
    return FALSE;

  put_address (local, request.id.idiag_src, &request.id.idiag_sport);
  put_address (remote, request.id.idiag_dst, &request.id.idiag_dport);
  request.id.idiag_if = v4 ? 0 : g_inet_socket_address_get_scope_id (remote);
  request.id.idiag_cookie[0] = (guint32) cookie;
  request.id.idiag_cookie[1] = (guint32) (cookie >> 32);

  if (find (self, &request, cookie, entry))
    return TRUE;
  if (!v4)
    return FALSE;
  /* The socket of a dual-stack listener's IPv4 peer is an IPv6 one. */
  request.sdiag_family = AF_INET6;
  map_to_v6 (request.id.idiag_src);
  map_to_v6 (request.id.idiag_dst);
  return find (self, &request, cookie, entry);
}

typedef struct
{
  HsTcpDiagEntry *entry;
  void *info;
  gsize size, len;
} Other;

static HsTcpDiagStatus
read_other (const HsTcpDiagReply *reply, gpointer data)
{
  Other *other = data;

  return hs_tcp_diag_read_other (reply, other->entry, other->info, other->size, &other->len);
}

/* Without a connection the kernel answers with who listens there. */
static gboolean
ask_other (HsTcpDiag *self, const struct inet_diag_req_v2 *request, Other *other)
{
  memset (other->entry, 0, sizeof *other->entry);
  if (exchange (self, request, 0, read_other, other) && other->entry->cookie != 0 && other->entry->state != HS_TCP_LISTEN)
    return TRUE;
  memset (other->entry, 0, sizeof *other->entry);
  other->len = 0;
  return FALSE;
}

gboolean
hs_tcp_diag_find_other (HsTcpDiag *self, GInetSocketAddress *local, GInetSocketAddress *remote, HsTcpDiagEntry *entry, void *info,
                        gsize size, gsize *len)
{
  GSocketFamily family = g_socket_address_get_family (G_SOCKET_ADDRESS (remote));
  struct inet_diag_req_v2 request = {
    .sdiag_family = family == G_SOCKET_FAMILY_IPV4 ? AF_INET : AF_INET6,
    .sdiag_protocol = IPPROTO_TCP,
    .idiag_states = ALL_STATES,
    .idiag_ext = 1 << (INET_DIAG_INFO - 1),
    .id.idiag_cookie = { INET_DIAG_NOCOOKIE, INET_DIAG_NOCOOKIE },
  };
  Other other = { entry, info, size, 0 };

  if (g_socket_address_get_family (G_SOCKET_ADDRESS (local)) != family)
    return FALSE;
  put_address (remote, request.id.idiag_src, &request.id.idiag_sport);
  put_address (local, request.id.idiag_dst, &request.id.idiag_dport);
  request.id.idiag_if = family == G_SOCKET_FAMILY_IPV4 ? 0 : g_inet_socket_address_get_scope_id (remote);
  if (!ask_other (self, &request, &other) && family == G_SOCKET_FAMILY_IPV4)
    {
      request.sdiag_family = AF_INET6; /* of a dual-stack listener */
      map_to_v6 (request.id.idiag_src);
      map_to_v6 (request.id.idiag_dst);
      ask_other (self, &request, &other);
    }
  *len = other.len;
  return entry->cookie != 0;
}

typedef struct
{
  guint16 port;
  GArray *entries; /* of HsTcpHalfOpen */
} HalfOpen;

static HsTcpDiagStatus
read_half_open (const HsTcpDiagReply *reply, gpointer data)
{
  const HalfOpen *half_open = data;

  return hs_tcp_diag_read_half_open (reply, half_open->port, half_open->entries);
}

GArray *
hs_tcp_diag_list_half_open (HsTcpDiag *self, guint16 port)
{
  static const guint8 families[] = { AF_INET, AF_INET6 };
  HalfOpen half_open = { port, g_array_new (FALSE, FALSE, sizeof (HsTcpHalfOpen)) };

  for (guint i = 0; i < G_N_ELEMENTS (families); i++)
    {
      struct inet_diag_req_v2 request = {
        .sdiag_family = families[i],
        .sdiag_protocol = IPPROTO_TCP,
        .idiag_states = LINUX_SYN_RECV | LINUX_NEW_SYN_RECV,
        .id.idiag_sport = g_htons (port),
      };

      exchange (self, &request, NLM_F_DUMP, read_half_open, &half_open);
    }
  return half_open.entries;
}

guint
hs_tcp_diag_count_half_open (HsTcpDiag *self, guint16 port)
{
  g_autoptr (GArray) entries = hs_tcp_diag_list_half_open (self, port);

  return entries->len;
}

HsTcpBell *
hs_tcp_diag_get_bell (HsTcpDiag *self)
{
  if (self->bell == NULL)
    self->bell = hs_tcp_bell_new ();
  return self->bell;
}

guint64
hs_tcp_socket_cookie (int fd)
{
  guint64 cookie = 0;
  socklen_t len = sizeof cookie;

  return getsockopt (fd, SOL_SOCKET, SO_COOKIE, &cookie, &len) == 0 ? cookie : 0;
}

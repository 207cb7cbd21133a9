/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A link over datagrams (UDP, connected): what one recv () brings is one message, what one send () takes is another. There is no stream, so nothing
 * is judged, held or cut, and no end: only ICMP messages, which say what became of one that was sent. */
#include "hs-link-private.h"

#include <errno.h>
#include <linux/errqueue.h>
#include <netdb.h>
#include <netinet/in.h>
#include <sys/socket.h>

#include "hs-tcp-tally.h"

#define ERRORS_PER_ROUND 64 /* messages read from the error queue at once: others get their turn */

static void
set_option (int fd, int level, int option)
{
  int on = 1;

  setsockopt (fd, level, option, &on, sizeof on);
}

/* Else an ICMP message is only a number that the next call returns, whichever that is. */
void
hs_link_datagram_prepare (HsLink *self, int domain)
{
  self->datagrams = TRUE;
  if (domain == AF_INET6)
    set_option (self->fd, IPPROTO_IPV6, IPV6_RECVERR);
  else
    set_option (self->fd, IPPROTO_IP, IP_RECVERR);
}

/* ---- What comes back ---- */

static void
tell_bounced (HsLink *self, const HsLinkBounce *bounce)
{
  if (self->funcs->bounced != NULL && self->phase == HS_LINK_PHASE_OPEN)
    self->funcs->bounced (self, bounce, self->user_data);
}

/* "3/3 · 192.168.1.5 · 5 B": type and code, who says so, how much of ours came back with it. */
static void
note_icmp (HsLink *self, const struct sock_extended_err *error, const char *from, gsize len)
{
  g_autofree char *detail = g_strdup_printf ("%u/%u%s%s · %" G_GSIZE_FORMAT " B", error->ee_type, error->ee_code,
                                             *from != '\0' ? " · " : "", from, len);

  if (self->tap != NULL)
    hs_tcp_tap_bounced (self->tap, hs_tcp_icmp_get_title (error->ee_origin == SO_EE_ORIGIN_ICMP6, error->ee_type, error->ee_code), detail);
}

static void
take_error (HsLink *self, const struct sock_extended_err *error, const char *data, gsize len)
{
  const struct sockaddr *offender = SO_EE_OFFENDER (error);
  char from[NI_MAXHOST] = "";
  socklen_t size = offender->sa_family == AF_INET6 ? sizeof (struct sockaddr_in6) : sizeof (struct sockaddr_in);
  HsLinkBounce bounce = { .error_no = (int) error->ee_errno, .icmp = TRUE, .data = data, .len = len };

  if (offender->sa_family == AF_INET || offender->sa_family == AF_INET6)
    getnameinfo (offender, size, from, sizeof from, NULL, 0, NI_NUMERICHOST);
  note_icmp (self, error, from, len);
  tell_bounced (self, &bounce);
}

static const struct sock_extended_err *
find_error (struct msghdr *message)
{
  for (struct cmsghdr *at = CMSG_FIRSTHDR (message); at != NULL; at = CMSG_NXTHDR (message, at))
    if ((at->cmsg_level == IPPROTO_IP && at->cmsg_type == IP_RECVERR) || (at->cmsg_level == IPPROTO_IPV6 && at->cmsg_type == IPV6_RECVERR))
      return (const struct sock_extended_err *) CMSG_DATA (at);
  return NULL;
}

void
hs_link_datagram_errors (HsLink *self)
{
  for (guint i = 0; i < ERRORS_PER_ROUND && self->fd >= 0; i++)
    {
      char *scratch = hs_poller_get_scratch (self->poller);
      _Alignas (struct cmsghdr) char control[512];
      struct iovec iov = { scratch, HS_READ_MAX };
      struct msghdr message = { .msg_iov = &iov, .msg_iovlen = 1, .msg_control = control, .msg_controllen = sizeof control };
      gssize n = recvmsg (self->fd, &message, MSG_ERRQUEUE | MSG_DONTWAIT);
      const struct sock_extended_err *error = n >= 0 ? find_error (&message) : NULL;

      if (n < 0)
        return;
      if (error != NULL && (error->ee_origin == SO_EE_ORIGIN_ICMP || error->ee_origin == SO_EE_ORIGIN_ICMP6)) /* else send () itself has said it */
        take_error (self, error, scratch, (gsize) n);
    }
  if (self->fd >= 0)
    hs_poller_mark_again (self->poller, &self->pollee);
}

/* ---- Up ---- */

static gboolean
may_hand_up (HsLink *self)
{
  return self->phase == HS_LINK_PHASE_OPEN && !self->paused && !self->held && !self->overflow;
}

/* A line end at its end is no part of what is said (netcat sends one), and stands in the stamp's length. */
static gsize
count_ending (const char *data, gsize len)
{
  if (len > 0 && data[len - 1] == '\n')
    return len > 1 && data[len - 2] == '\r' ? 2 : 1;
  return 0;
}

static void
hand_up (HsLink *self, char *data, gsize len)
{
  gsize ending = count_ending (data, len);
  HsLine line = { .data = data, .len = len - ending, .framed = ending > 0,
                  .stamp = { .offset = self->bytes_read, .length = (guint32) len, .reads = 1, .time = g_get_monotonic_time () } };

  data[line.len] = '\0';
  self->bytes_read += len;
  self->last_read = line.stamp.time;
  if (self->tap != NULL)
    hs_tcp_tap_received (self->tap, len, 1, NULL);
  self->funcs->line (self, HS_LINE_COMPLETE, &line, self->user_data);
}

void
hs_link_datagram_pump (HsLink *self)
{
  for (guint budget = HS_LINES_PER_ITERATION; may_hand_up (self); budget--)
    {
      char *scratch = hs_poller_get_scratch (self->poller);
      gssize n = 0;

      if (budget == 0)
        {
          hs_poller_mark_again (self->poller, &self->pollee);
          return;
        }
      n = recv (self->fd, scratch, HS_READ_MAX - 1, MSG_DONTWAIT);
      if (n < 0 && errno == EAGAIN)
        return;
      if (n < 0)
        hs_link_datagram_errors (self); /* what ICMP said before: the call has taken the number away */
      else
        hand_up (self, scratch, (gsize) n);
    }
}

/* ---- Down ---- */

/* TRUE: the number was an earlier datagram's, and this one did not leave yet. */
gboolean
hs_link_datagram_may_retry (HsLink *self, int error_no, gboolean first)
{
  static const int earlier[] = { ECONNREFUSED, EHOSTUNREACH, ENETUNREACH, EPROTO, EMSGSIZE, EACCES, EOPNOTSUPP, EHOSTDOWN };

  for (guint i = 0; first && i < G_N_ELEMENTS (earlier); i++)
    if (earlier[i] == error_no)
      {
        hs_link_datagram_errors (self);
        return TRUE;
      }
  return FALSE;
}

void
hs_link_datagram_failed (HsLink *self, int error_no, const char *data, gsize len)
{
  HsLinkBounce bounce = { .error_no = error_no, .data = data, .len = len };

  tell_bounced (self, &bounce);
}

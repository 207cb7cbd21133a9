/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The kernel's answers, made by hand: whole ones, and such as no kernel should send. */
#include "hs-tcp-diag-private.h"

#include <linux/inet_diag.h>
#include <linux/netlink.h>
#include <linux/sock_diag.h>
#include <netinet/in.h>
#include <string.h>
#include <sys/socket.h>

#define SEQUENCE 7
#define PORT_ID  9
#define COOKIE   G_GUINT64_CONSTANT (0x1122334455667788)

typedef struct
{
  union
  {
    struct nlmsghdr header;
    guint8 bytes[1024];
  } data;
  gsize len;
} Answer;

/* Appends a message with @len bytes of payload, zero; returns it. */
static gpointer
append (Answer *self, guint16 type, guint16 flags, gsize len)
{
  struct nlmsghdr header = { (guint32) NLMSG_LENGTH (len), type, flags, SEQUENCE, PORT_ID };
  guint8 *place = self->data.bytes + self->len;

  g_assert_cmpuint (self->len + NLMSG_SPACE (len), <=, sizeof self->data.bytes);
  memset (place, 0, NLMSG_SPACE (len));
  memcpy (place, &header, sizeof header);
  self->len += NLMSG_SPACE (len);
  return place + NLMSG_HDRLEN;
}

static struct inet_diag_msg *
append_socket (Answer *self, guint8 family, guint8 state, guint16 port, gsize more)
{
  struct inet_diag_msg *message = append (self, SOCK_DIAG_BY_FAMILY, NLM_F_MULTI, sizeof *message + more);

  message->idiag_family = family;
  message->idiag_state = state;
  message->id.idiag_sport = g_htons (port);
  message->id.idiag_cookie[0] = (guint32) COOKIE;
  message->id.idiag_cookie[1] = (guint32) (COOKIE >> 32);
  return message;
}

static HsTcpDiagReply
reply_of (const Answer *answer)
{
  return (HsTcpDiagReply) { &answer->data, answer->len, SEQUENCE, PORT_ID };
}

static void
test_entry (void)
{
  Answer answer = { 0 };
  struct inet_diag_msg *message = append_socket (&answer, AF_INET, 6 /* TCP_TIME_WAIT */, 8000, 0);
  HsTcpDiagReply reply = reply_of (&answer);
  HsTcpDiagEntry entry = { 0 };

  message->idiag_expires = 59000;
  message->idiag_rqueue = 3;
  message->idiag_wqueue = 4;
  g_assert_cmpint (hs_tcp_diag_read_entry (&reply, &entry), ==, HS_TCP_DIAG_DONE);
  g_assert_cmpint (entry.state, ==, HS_TCP_TIME_WAIT);
  g_assert_cmpuint (entry.cookie, ==, COOKIE);
  g_assert_cmpuint (entry.expires_ms, ==, 59000);
  g_assert_cmpuint (entry.receive_queue, ==, 3);
  g_assert_cmpuint (entry.send_queue, ==, 4);
}

/* What is no answer to the question, or is cut, leaves nothing. */
static void
test_refused (void)
{
  static const struct
  {
    const char *description;
    guint16 type;
    gsize payload, cut;
    guint sequence, port_id;
  } rows[] = {
    { "short", SOCK_DIAG_BY_FAMILY, sizeof (struct inet_diag_msg) - 1, 0, SEQUENCE, PORT_ID },
    { "empty", SOCK_DIAG_BY_FAMILY, 0, 0, SEQUENCE, PORT_ID },
    { "another type", SOCK_DIAG_BY_FAMILY + 1, sizeof (struct inet_diag_msg), 0, SEQUENCE, PORT_ID },
    { "another question's", SOCK_DIAG_BY_FAMILY, sizeof (struct inet_diag_msg), 0, SEQUENCE + 1, PORT_ID },
    { "another's", SOCK_DIAG_BY_FAMILY, sizeof (struct inet_diag_msg), 0, SEQUENCE, PORT_ID + 1 },
    { "an error of the kernel's", NLMSG_ERROR, sizeof (struct nlmsgerr) - 4, 0, SEQUENCE, PORT_ID },
  };

  for (guint i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      Answer answer = { 0 };
      HsTcpDiagEntry entry = { 0 };
      HsTcpDiagReply reply;

      append (&answer, rows[i].type, 0, rows[i].payload);
      reply = (HsTcpDiagReply) { &answer.data, answer.len, rows[i].sequence, rows[i].port_id };
      g_test_message ("%s", rows[i].description);
      g_assert_cmpint (hs_tcp_diag_read_entry (&reply, &entry), ==, HS_TCP_DIAG_ERROR);
      g_assert_cmpuint (entry.cookie, ==, 0);
    }
}

/* Cut anywhere, it is no entry. */
static void
test_cut (void)
{
  Answer answer = { 0 };

  append_socket (&answer, AF_INET, 1, 8000, 0);
  for (gsize len = 0; len < answer.len; len++)
    {
      g_autofree guint8 *exact = g_memdup2 (&answer.data, len); /* a sanitizer sees reading too far */
      HsTcpDiagReply reply = { exact, len, SEQUENCE, PORT_ID };
      HsTcpDiagEntry entry = { 0 };

      g_assert_cmpint (hs_tcp_diag_read_entry (&reply, &entry), !=, HS_TCP_DIAG_DONE);
      g_assert_cmpuint (entry.cookie, ==, 0);
    }
}

static void
test_other (void)
{
  static const char facts[] = "what TCP knows";
  struct nlattr attribute = { NLA_HDRLEN + sizeof facts, INET_DIAG_INFO };
  Answer answer = { 0 };
  struct inet_diag_msg *message = append_socket (&answer, AF_INET6, 1, 8000, NLA_ALIGN (attribute.nla_len));
  HsTcpDiagReply reply = reply_of (&answer);
  HsTcpDiagEntry entry = { 0 };
  char info[64] = { 0 };
  gsize len = 0;

  memcpy (message + 1, &attribute, sizeof attribute);
  memcpy ((guint8 *) (message + 1) + NLA_HDRLEN, facts, sizeof facts);
  g_assert_cmpint (hs_tcp_diag_read_other (&reply, &entry, info, sizeof info, &len), ==, HS_TCP_DIAG_DONE);
  g_assert_cmpmem (info, len, facts, sizeof facts);

  /* A kernel that knows more than we ask for. */
  memset (info, '.', sizeof info);
  g_assert_cmpint (hs_tcp_diag_read_other (&reply, &entry, info, 4, &len), ==, HS_TCP_DIAG_DONE);
  g_assert_cmpmem (info, 5, "what.", 5);
  g_assert_cmpuint (len, ==, 4);

  /* An attribute that says to be longer than the message. */
  attribute.nla_len = G_MAXUINT16;
  memcpy (message + 1, &attribute, sizeof attribute);
  g_assert_cmpint (hs_tcp_diag_read_other (&reply, &entry, info, sizeof info, &len), ==, HS_TCP_DIAG_DONE);
  g_assert_cmpuint (len, ==, 0);
}

static void
test_half_open (void)
{
  static const guint8 four[4] = { 192, 0, 2, 7 };
  g_autoptr (GArray) entries = g_array_new (FALSE, FALSE, sizeof (HsTcpHalfOpen));
  Answer answer = { 0 };
  struct inet_diag_msg *message = append_socket (&answer, AF_INET, 3 /* TCP_SYN_RECV */, 8000, 0);
  HsTcpDiagReply reply;
  const HsTcpHalfOpen *found;

  memcpy (message->id.idiag_dst, four, sizeof four);
  message->id.idiag_dport = g_htons (50000);
  message->idiag_retrans = 2;
  message = append_socket (&answer, AF_INET6, 3, 8000, 0); /* of a dual-stack listener */
  message->id.idiag_dst[2] = g_htonl (0xffff);
  memcpy (&message->id.idiag_dst[3], four, sizeof four);
  append_socket (&answer, AF_INET, 3, 8001, 0); /* at another's door */
  append_socket (&answer, AF_INET, 1, 8000, 0); /* through */
  append_socket (&answer, AF_UNIX, 3, 8000, 0); /* of no family that has guests */
  reply = reply_of (&answer);
  g_assert_cmpint (hs_tcp_diag_read_half_open (&reply, 8000, entries), ==, HS_TCP_DIAG_MORE);
  g_assert_cmpuint (entries->len, ==, 2);
  found = &g_array_index (entries, HsTcpHalfOpen, 0);
  g_assert_cmpuint (found->port, ==, 50000);
  g_assert_cmpuint (found->retransmits, ==, 2);
  for (guint i = 0; i < 2; i++)
    {
      g_assert_cmpuint (found[i].family, ==, AF_INET);
      g_assert_cmpmem (found[i].address, 4, four, 4);
      g_assert_cmpuint (found[i].cookie, ==, COOKIE);
    }

  append (&answer, NLMSG_DONE, NLM_F_MULTI, sizeof (int));
  reply = reply_of (&answer);
  g_assert_cmpint (hs_tcp_diag_read_half_open (&reply, 8000, entries), ==, HS_TCP_DIAG_DONE);
}

/* A message that says to be longer than all there is, by a little or so much that it looks negative. */
static void
test_lengths (void)
{
  static const guint32 lengths[] = { 0, 15, 89, 0x7fffffff, 0x80000000, 0xffffffff };

  for (guint i = 0; i < G_N_ELEMENTS (lengths); i++)
    {
      Answer answer = { 0 };
      HsTcpDiagEntry entry = { 0 };
      HsTcpDiagReply reply;

      append_socket (&answer, AF_INET, 1, 8000, 0);
      reply = reply_of (&answer);
      answer.data.header.nlmsg_len = lengths[i];
      g_assert_cmpint (hs_tcp_diag_read_entry (&reply, &entry), ==, HS_TCP_DIAG_ERROR);
      g_assert_cmpuint (entry.cookie, ==, 0);
    }
}

static void
on_gone (guint64 cookie, gpointer user_data)
{
  g_assert_cmpuint (cookie, ==, COOKIE);
  ++*(guint *) user_data;
}

static void
test_gone (void)
{
  Answer answer = { 0 };
  HsTcpDiagReply reply;
  guint n = 0;

  append_socket (&answer, AF_INET, 7, 8000, 0);
  append (&answer, SOCK_DIAG_BY_FAMILY, NLM_F_MULTI, 3); /* is passed over */
  append (&answer, SOCK_DIAG_BY_FAMILY + 1, NLM_F_MULTI, sizeof (struct inet_diag_msg));
  append_socket (&answer, AF_INET6, 7, 8000, 0);
  reply = (HsTcpDiagReply) { .data = &answer.data, .len = answer.len };
  hs_tcp_diag_read_gone (&reply, on_gone, &n);
  g_assert_cmpuint (n, ==, 2);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/tcp/diag-replies/entry", test_entry);
  g_test_add_func ("/tcp/diag-replies/refused", test_refused);
  g_test_add_func ("/tcp/diag-replies/cut", test_cut);
  g_test_add_func ("/tcp/diag-replies/lengths", test_lengths);
  g_test_add_func ("/tcp/diag-replies/other", test_other);
  g_test_add_func ("/tcp/diag-replies/half-open", test_half_open);
  g_test_add_func ("/tcp/diag-replies/gone", test_gone);
  return g_test_run ();
}

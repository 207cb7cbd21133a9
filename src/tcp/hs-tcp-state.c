/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The eleven states of RFC 9293 3.3.2 as a const table: names, sentences, legal transitions. Knows no socket. */
#include "hs-config.h"

#include "hs-tcp-state.h"

#include <glib/gi18n-lib.h>
#include <string.h>

#define TO(state) (1u << HS_TCP_##state)
#define N_ORDERLY 4

typedef struct
{
  const char *name;
  const char *short_name;
  const char *sentence;
  const char *explanation;
  guint16 next; /* RFC 9293 figure 5 and its notes; abort to CLOSED is legal everywhere */
  /* The usual way on, most usual first, HS_TCP_N_STATES ends: figure 5 without aborts and shortcuts. */
  guint8 orderly[N_ORDERLY];
} StateRow;

#define END HS_TCP_N_STATES

static const StateRow states[HS_TCP_N_STATES] = {
  [HS_TCP_CLOSED] = {
    "CLOSED", "CLOSED",
    N_("There is no connection."),
    N_("The beginning and the end: the kernel keeps nothing for this pair of addresses. A connection is opened by sending a SYN, or by "
       "listening for one."),
    TO (LISTEN) | TO (SYN_SENT), { HS_TCP_SYN_SENT, HS_TCP_LISTEN, END, END } },
  [HS_TCP_LISTEN] = {
    "LISTEN", "LISTEN",
    N_("Waiting for somebody to send a SYN."),
    N_("A server's socket listens on a port. Each SYN that arrives begins a connection of its own; the listening socket stays where it is."),
    TO (SYN_RECEIVED) | TO (SYN_SENT), { HS_TCP_SYN_RECEIVED, HS_TCP_SYN_SENT, END, END } },
  [HS_TCP_SYN_SENT] = {
    "SYN-SENT", "SYN-SENT",
    N_("The SYN is on its way; waiting for the answer."),
    N_("We have sent our first sequence number, x. When nothing comes back, the kernel sends the SYN again after 1, 2, 4 … seconds."),
    TO (ESTABLISHED) | TO (SYN_RECEIVED), { HS_TCP_ESTABLISHED, HS_TCP_SYN_RECEIVED, END, END } },
  [HS_TCP_SYN_RECEIVED] = {
    "SYN-RECEIVED", "SYN-RCVD",
    N_("A SYN arrived and was answered; the connection is half-open."),
    N_("The listener has answered with its own number y and has confirmed x + 1. One segment is missing: the ACK of y + 1. Many half-open "
       "connections at once are the mark of a SYN flood."),
    TO (ESTABLISHED) | TO (FIN_WAIT_1) | TO (LISTEN), { HS_TCP_ESTABLISHED, END, END, END } },
  [HS_TCP_ESTABLISHED] = {
    "ESTABLISHED", "ESTABLISHED",
    N_("Both sides may send at any time."),
    N_("The handshake is done: each side knows the other's first number, and has proved that it can be reached. From now on every byte is "
       "counted and acknowledged."),
    TO (FIN_WAIT_1) | TO (CLOSE_WAIT), { HS_TCP_FIN_WAIT_1, HS_TCP_CLOSE_WAIT, END, END } },
  [HS_TCP_FIN_WAIT_1] = {
    "FIN-WAIT-1", "FIN-WAIT-1",
    N_("We closed our side; our FIN is not acknowledged yet."),
    N_("FIN says: I have nothing more to send. It takes one sequence number, so that it is acknowledged like data. We still hear the other side."),
    TO (FIN_WAIT_2) | TO (CLOSING) | TO (TIME_WAIT), { HS_TCP_FIN_WAIT_2, HS_TCP_CLOSING, END, END } },
  [HS_TCP_FIN_WAIT_2] = {
    "FIN-WAIT-2", "FIN-WAIT-2",
    N_("Our side is closed and acknowledged; the other side may still send."),
    N_("The connection is half-closed. It stays so until the other side closes too. Once our program has let go of the socket, the kernel "
       "waits about a minute and then forgets it."),
    TO (TIME_WAIT), { HS_TCP_TIME_WAIT, END, END, END } },
  [HS_TCP_CLOSE_WAIT] = {
    "CLOSE-WAIT", "CLOSE-WAIT",
    N_("The other side closed; we have not closed ours yet."),
    N_("A FIN arrived and was acknowledged. We may still send. A program that leaves sockets here for long has forgotten to close them."),
    TO (LAST_ACK), { HS_TCP_LAST_ACK, END, END, END } },
  [HS_TCP_CLOSING] = {
    "CLOSING", "CLOSING",
    N_("Both sides closed at the same time; waiting for the last acknowledgement."),
    N_("The two FINs crossed on the way. This is rare: each side is the one that closed first, and both wait in TIME-WAIT."),
    TO (TIME_WAIT), { HS_TCP_TIME_WAIT, END, END, END } },
  [HS_TCP_LAST_ACK] = {
    "LAST-ACK", "LAST-ACK",
    N_("Both sides are closed; waiting for the acknowledgement of our FIN."),
    N_("The other side closed first and we followed. When its last ACK arrives, nothing is left here: the wait is the other side's."),
    0, { HS_TCP_CLOSED, END, END, END } },
  [HS_TCP_TIME_WAIT] = {
    "TIME-WAIT", "TIME-WAIT",
    N_("Late segments die out before this pair of ports is used again."),
    N_("Who closes first waits: the last ACK might be lost and asked for again, and old segments must not be taken for new ones. "
       "Linux waits 60 seconds."),
    0, { HS_TCP_CLOSED, END, END, END } },
};

/* linux: include/net/tcp_states.h */
static const guint8 from_linux[] = {
  [1] = HS_TCP_ESTABLISHED, [2] = HS_TCP_SYN_SENT,  [3] = HS_TCP_SYN_RECEIVED, [4] = HS_TCP_FIN_WAIT_1,
  [5] = HS_TCP_FIN_WAIT_2,  [6] = HS_TCP_TIME_WAIT, [7] = HS_TCP_CLOSED,       [8] = HS_TCP_CLOSE_WAIT,
  [9] = HS_TCP_LAST_ACK,    [10] = HS_TCP_LISTEN,   [11] = HS_TCP_CLOSING,     [12] = HS_TCP_SYN_RECEIVED,
};

static const StateRow *
row (HsTcpState state)
{
  return &states[(guint) state < HS_TCP_N_STATES ? state : HS_TCP_CLOSED];
}

const char *
hs_tcp_state_get_name (HsTcpState state)
{
  return row (state)->name;
}

const char *
hs_tcp_state_get_short_name (HsTcpState state)
{
  return row (state)->short_name;
}

const char *
hs_tcp_state_get_sentence (HsTcpState state)
{
  return row (state)->sentence;
}

const char *
hs_tcp_state_get_explanation (HsTcpState state)
{
  return row (state)->explanation;
}

gboolean
hs_tcp_state_may_follow (HsTcpState from, HsTcpState to)
{
  if ((guint) from >= HS_TCP_N_STATES || (guint) to >= HS_TCP_N_STATES || from == to)
    return FALSE;
  return to == HS_TCP_CLOSED || (row (from)->next & (1u << to)) != 0;
}

/* Who closed first decides the way out of ESTABLISHED. */
static gboolean
is_other_sides_way (HsTcpState from, HsTcpState to, gboolean began)
{
  return from == HS_TCP_ESTABLISHED && to == (began ? HS_TCP_CLOSE_WAIT : HS_TCP_FIN_WAIT_1);
}

/* Breadth first over the orderly ways; @came_from is filled. */
static gboolean
search (HsTcpState from, HsTcpState to, gboolean any_side, gboolean began, guint8 came_from[HS_TCP_N_STATES])
{
  guint8 queue[HS_TCP_N_STATES] = { from };
  guint n_queued = 1;

  memset (came_from, END, HS_TCP_N_STATES);
  came_from[from] = from;
  for (guint i = 0; i < n_queued; i++)
    {
      const guint8 *next = row (queue[i])->orderly;

      if (queue[i] == to)
        return TRUE;
      if (queue[i] == HS_TCP_CLOSED && i > 0)
        continue; /* what comes after is another connection */
      for (guint j = 0; j < N_ORDERLY && next[j] != END; j++)
        if (came_from[next[j]] == END && (any_side || !is_other_sides_way (queue[i], next[j], began)))
          {
            came_from[next[j]] = queue[i];
            queue[n_queued++] = next[j];
          }
    }
  return FALSE;
}

guint
hs_tcp_state_path (HsTcpState from, HsTcpState to, gboolean began, HsTcpState path[HS_TCP_N_STATES])
{
  guint8 came_from[HS_TCP_N_STATES];
  guint n = 0;

  if ((guint) from >= HS_TCP_N_STATES || (guint) to >= HS_TCP_N_STATES || from == to)
    return 0;
  if (!search (from, to, FALSE, began, came_from) && !search (from, to, TRUE, began, came_from))
    {
      path[0] = to;
      return hs_tcp_state_may_follow (from, to) ? 1 : 0;
    }

  for (HsTcpState state = to; state != from; state = came_from[state])
    n++;
  for (guint i = n; i > 0; i--, to = came_from[to])
    path[i - 1] = to;
  return n;
}

HsTcpState
hs_tcp_state_from_linux (guint8 value)
{
  return value < G_N_ELEMENTS (from_linux) ? from_linux[value] : HS_TCP_CLOSED;
}

/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What the files of the link share: hs-link.c (life and facts), -read (up), -write (down), -close (the end), -socket (the lowest
 * stage), -tls (the one over it), -datagram (where there is no stream). */
#pragma once

#include <sys/uio.h>

#include "hs-link.h"

/* A stage carries bytes between the descriptor and the line reader: the socket itself, or TLS over it. */
typedef struct
{
  /* Bytes read; 0 at the end of the stream; -1 with errno (EAGAIN: nothing now). */
  gssize (*read) (HsLink *self, char *data, gsize len);
  /* Bytes taken; -1 with errno. @more: something follows at once (our FIN), the segment may wait for it. */
  gssize (*writev) (HsLink *self, const struct iovec *iov, guint n, gboolean more);
} HsLinkStage;

extern const HsLinkStage hs_link_socket_stage;

typedef struct _HsLinkTls HsLinkTls;

typedef enum
{
  HS_LINK_PHASE_OPEN,
  HS_LINK_PHASE_FLUSHING, /* close () was asked for: the queue goes out */
  HS_LINK_PHASE_WAITING,  /* for the peer's FIN, so that TIME-WAIT is its */
  HS_LINK_PHASE_READING,  /* our FIN is out: read to the end */
  HS_LINK_PHASE_CLOSED,   /* no descriptor any more */
} HsLinkPhase;

typedef struct
{
  gsize bytes;
  guint32 first;  /* of bufs[first … end) */
  guint32 end;
  guint32 size;
  guint32 offset; /* of bufs[first] already taken by the kernel */
  HsBuf *bufs[];  /* NULL: a write ends here */
} HsLinkQueue;

struct _HsLink
{
  HsPollee pollee; /* first */
  HsLineReader reader;

  /* Owned */
  HsLinkQueue *queue; /* (nullable) NULL when empty */
  HsTcpTap *tap;      /* (nullable) */
  HsLinkTls *tls;     /* (nullable) encrypted, or about to be */

  /* Borrowed */
  HsPoller *poller;
  const HsLinkFuncs *funcs;
  const HsLinkStage *stage;
  gpointer user_data;

  /* State */
  guint64 bytes_read;     /* these two of lines: what TLS adds is not counted */
  guint64 bytes_written;  /* taken from the queue */
  gint64 last_read;       /* monotonic µs */
  gint64 owner_deadline;  /* 0 none */
  gint64 phase_deadline;  /* OPEN: when silence makes a listener; else the end of the phase */
  int fd;
  guint32 send_max;
  guint32 receive_max;
  guint32 fin_ms;
  guint16 error_no;       /* what broke the connection; 0 nothing */
  guint16 in_call;        /* depth of calls: the struct stays until the last returns */
  guint32 experiments : 8; /* HS_TCP_LAB_BIT */
  guint32 framing : 2;
  guint32 phase : 3;
  guint32 local : 1;       /* a Unix socket: no TCP to look at */
  guint32 datagrams : 1;   /* UDP: no stream */
  guint32 paused : 1;
  guint32 held : 1;        /* an experiment: nothing is read */
  guint32 blocked : 1;     /* the kernel takes no more; EPOLLOUT will come */
  guint32 eof : 1;         /* the peer's FIN was read */
  guint32 ended : 1;       /* nothing more can be read: FIN, or error_no */
  guint32 eof_told : 1;
  guint32 silent_told : 1;
  guint32 hello : 1;       /* a ClientHello waits, unread */
  guint32 judge_now : 1;   /* the time for judging is over */
  guint32 flush_plain : 1; /* what is held is a message */
  guint32 half : 1;        /* shutdown (WR) once the queue is empty */
  guint32 shut : 1;        /* shutdown (WR) was called */
  guint32 overflow : 1;
  guint32 peer_frames : 1;
  guint32 freed : 1;
};

/* Around everything that calls back. */
void hs_link_enter (HsLink *self);
void hs_link_leave (HsLink *self);
void hs_link_update_deadline (HsLink *self);

/* -socket */
void hs_link_socket_prepare (HsLink *self);
/* From now on the kernel finds out whether the peer is still there, for nobody pings it. */
void hs_link_socket_keep_alive (HsLink *self);
/* A ClientHello waits to be read: looks at one byte, takes none. */
gboolean hs_link_socket_peek_tls (HsLink *self);
/* The error the kernel keeps, and forgets thereby. */
int hs_link_socket_take_error (HsLink *self);
gboolean hs_link_socket_is_reset (HsLink *self);

/* -read: hands up, reads, hands up, … for one round */
void hs_link_pump (HsLink *self);
gboolean hs_link_is_judging (HsLink *self);
/* When held or missing input is due; 0 none. */
gint64 hs_link_get_input_deadline (HsLink *self);
void hs_link_input_due (HsLink *self);

/* -datagram */
void hs_link_datagram_prepare (HsLink *self, int domain);
void hs_link_datagram_pump (HsLink *self);
/* Reads the error queue: ICMP messages. The link may be closed inside. */
void hs_link_datagram_errors (HsLink *self);
/* send () failed. TRUE: try again; else the datagram is lost, and _failed () tells so. */
gboolean hs_link_datagram_may_retry (HsLink *self, int error_no, gboolean first);
void hs_link_datagram_failed (HsLink *self, int error_no, const char *data, gsize len);

/* -write */
void hs_link_write_queue (HsLink *self);
void hs_link_drop_queue (HsLink *self);
/* Something of ours has not reached the kernel yet. */
gboolean hs_link_has_unsent (HsLink *self);

/* -tls; all but -free with self->tls set */
void hs_link_tls_free (HsLink *self);
gboolean hs_link_tls_is_ready (HsLink *self);
gint64 hs_link_tls_get_deadline (HsLink *self);
/* One step of the handshake. FALSE: nothing can be done now. */
gboolean hs_link_tls_step (HsLink *self);
void hs_link_tls_time_out (HsLink *self);
/* Sends what it holds of the encrypted stream. FALSE: something is left, or error_no is set. */
gboolean hs_link_tls_flush (HsLink *self);
gboolean hs_link_tls_has_unsent (HsLink *self);
/* close_notify, before our FIN; @more: which follows at once. */
void hs_link_tls_say_goodbye (HsLink *self, gboolean more);
/* The stream ended without the peer's close_notify: somebody may have cut it. */
gboolean hs_link_tls_is_cut (HsLink *self);
/* The peer's close_notify came. */
gboolean hs_link_tls_has_goodbye (HsLink *self);
void hs_link_tls_tell_tap (HsLink *self);
GError *hs_link_tls_dup_error (HsLink *self); /* (nullable) */
guint64 hs_link_tls_get_wire_written (HsLink *self);
guint64 hs_link_tls_get_wire_read (HsLink *self);
guint64 hs_link_tls_get_lines_written (HsLink *self);
guint64 hs_link_tls_get_lines_at (HsLink *self, guint64 wire_bytes);

/* -close */
/* All is with the kernel, under TLS close_notify too. */
gboolean hs_link_is_flushed (HsLink *self);
void hs_link_shut_write (HsLink *self);
void hs_link_advance_close (HsLink *self);
void hs_link_close_descriptor (HsLink *self, gboolean reset);
/* Closes the descriptor and tells the end; nothing follows. */
void hs_link_finish (HsLink *self, HsLinkEnd end, gboolean reset);

/* There is a TCP to look at. */
static inline gboolean
hs_link_has_tcp (HsLink *self)
{
  return !self->local && !self->datagrams;
}

static inline gboolean
hs_link_is_over (HsLink *self)
{
  return self->phase == HS_LINK_PHASE_CLOSED;
}

/* SPDX-License-Identifier: GPL-3.0-or-later */
/* An established connection that speaks lines: its stages (socket → TLS or none → line reader), its write queue, the tap on
 * it, and the stamp on every line. Owns the descriptor. Knows neither IRC nor who is who. */
#pragma once

#include <gio/gio.h>

#include "hs-buf.h"
#include "hs-dialect.h"
#include "hs-limits.h"
#include "hs-line-reader.h"
#include "hs-poller.h"
#include "hs-tcp-lab.h"
#include "hs-tcp-tap.h"
#include "hs-tls.h"

typedef struct _HsLink HsLink; /* a plain struct: 216 bytes for an idle guest, no buffer; under TLS GnuTLS keeps 10 KiB more */

typedef enum
{
  HS_FRAMING_JUDGE_GUEST,  /* decides by hs_dialect_judge_guest, then becomes IRC or PLAIN */
  HS_FRAMING_JUDGE_SERVER, /* by hs_dialect_judge_server */
  HS_FRAMING_IRC,
  HS_FRAMING_PLAIN,
} HsFraming;

typedef enum
{
  HS_LINK_EOF,      /* the peer's FIN; our side can still send (half-close) */
  HS_LINK_ERROR,    /* reset, timed out, unreachable: @error says */
  HS_LINK_OVERFLOW, /* the send queue passed its limit; told at the end of the round, never inside hs_link_send () */
  HS_LINK_CLOSED,   /* our own orderly close is through: read to the end, or bounded; @error, if the peer reset it meanwhile */
} HsLinkEnd;

/* What became of a datagram that was sent: an ICMP message came back about it, or send () did not take it. */
typedef struct
{
  int error_no;
  gboolean icmp;
  const char *data; /* its bytes: of ICMP as many as came back with it, none perhaps */
  gsize len;
} HsLinkBounce;

typedef struct
{
  /* A whole line or message. IRC: TOO_LONG comes with data NULL. The link may be closed or freed inside. */
  void (*line) (HsLink *link, HsLineStatus status, const HsLine *line, gpointer user_data);
  /* The dialect is known (JUDGE framings). The line or message that decided follows by line(). HTTP: the owner answers and closes.
   * TLS (judging a guest, its first byte): the owner starts TLS here, or answers and closes; once inside TLS, it refuses. */
  void (*dialect) (HsLink *link, HsDialect dialect, gpointer user_data);
  /* Nothing came for HS_LISTENER_MS since the beginning (JUDGE framings): a listener, or a silent server. Once. */
  void (*silent) (HsLink *link, gpointer user_data);
  /* All that was read before is handed up first. EOF may be followed by CLOSED or ERROR; after the others nothing follows, and the descriptor is closed. */
  void (*end) (HsLink *link, HsLinkEnd end, const GError *error, gpointer user_data);
  /* (nullable) the owner's own deadline, set by hs_link_set_deadline () */
  void (*due) (HsLink *link, gpointer user_data);
  /* (nullable) the send queue has become empty, and the kernel has it all */
  void (*drained) (HsLink *link, gpointer user_data);
  /* (nullable) the handshake is through: hs_link_get_tls_facts () tells with whom. Lines follow. */
  void (*secured) (HsLink *link, gpointer user_data);
  /* (nullable) datagrams only. The link goes on: somebody may listen there later. It may be closed or freed inside. */
  void (*bounced) (HsLink *link, const HsLinkBounce *bounce, gpointer user_data);
} HsLinkFuncs;

/* Takes @fd (non-blocking, TCP or Unix; sets TCP_NODELAY). Or UDP, connected, with HS_FRAMING_PLAIN: then each HsBuf leaves as one datagram, each
 * that comes is one line (an empty one has length 0), and close () has nothing to wait for but the queue. @funcs is static, @user_data borrowed. */
HsLink *hs_link_new (HsPoller *poller, int fd, HsFraming framing, const HsLinkFuncs *funcs, gpointer user_data);
/* Closes at once (RST if unread data is there) when still open; the owner forgets it. Safe inside its own callbacks, where the line
 * that is handed up stays valid until the callback returns. */
void hs_link_free (HsLink *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (HsLink, hs_link_free)

/* ---- Down ---- */
/* Queues; written in one writev at the end of the loop iteration. Returns the stream offset of the byte after the last. */
guint64 hs_link_send (HsLink *self, HsBuf *buf);
guint64 hs_link_send_bytes (HsLink *self, const char *data, gsize len);
/* What is queued so far leaves in a write of its own before anything queued later (a bare q). */
void hs_link_break_write (HsLink *self);
/* Flush (at most HS_CLOSE_READ_MS, then reset), wait at most @fin_ms for the peer's FIN first (0: not), shutdown (WR), read to the end
 * (at most HS_CLOSE_READ_MS), close: then end (CLOSED). What comes meanwhile is thrown away: nothing but end is called any more. */
void hs_link_close (HsLink *self, guint fin_ms);
/* Closes at once with RST, unsent data is lost; then end (CLOSED). */
void hs_link_reset (HsLink *self);
/* Flush and shutdown (WR); goes on reading. */
void hs_link_half_close (HsLink *self);
/* Under TLS both send close_notify first, in the same segment. */
/* Stop reading (TCP holds the peer back) and go on. What was read already is handed up after resuming, and so is an end. */
void hs_link_set_paused (HsLink *self, gboolean paused);
void hs_link_set_framing (HsLink *self, HsFraming framing);
/* An experiment of the Lab, on a person's wish. Half-close and reset are these calls above, and have no end (@on TRUE). A link that does not
 * read is not read whatever hs_link_set_paused () says, until it closes. The tap is told. FALSE: it is so already, or cannot be had here. */
gboolean hs_link_experiment (HsLink *self, HsTcpLab experiment, gboolean on);
guint hs_link_get_experiments (HsLink *self); /* HS_TCP_LAB_BIT */
/* Plain: hands up whatever is held now. */
void hs_link_flush_plain (HsLink *self);
void hs_link_set_deadline (HsLink *self, gint64 monotonic_us);
void hs_link_set_send_queue_max (HsLink *self, gsize bytes);
/* One read takes at most so many bytes: the most that a paused peer's own haste makes us hold, beside a line begun before. */
void hs_link_set_receive_queue_max (HsLink *self, gsize bytes);
/* From now on the kernel finds out within HS_TCP_USER_TIMEOUT_MS and a probe whether the peer is still there, for nobody pings it.
 * Plain text has this by itself. */
void hs_link_keep_alive (HsLink *self);
void hs_link_set_user_data (HsLink *self, gpointer user_data);

/* ---- Facts ---- */
gsize hs_link_get_queued (HsLink *self);
HsFraming hs_link_get_framing (HsLink *self);
gboolean hs_link_peer_frames (HsLink *self);     /* it has once sent LF */
gboolean hs_link_is_eof (HsLink *self);
gboolean hs_link_is_datagrams (HsLink *self);
gboolean hs_link_is_closing (HsLink *self);      /* close () was asked for */
/* As the kernel counts: encrypted bytes under TLS. */
guint64 hs_link_get_bytes_read (HsLink *self);
guint64 hs_link_get_bytes_written (HsLink *self); /* taken by the kernel */
/* In the counting of hs_link_send (), which leaves out what TLS adds: how much of it the kernel has taken whole; how much lies within the first
 * @bytes_written that it took (a client's; @bytes_written never goes back). */
guint64 hs_link_get_lines_written (HsLink *self);
guint64 hs_link_get_lines_at (HsLink *self, guint64 bytes_written);
int hs_link_get_fd (HsLink *self);
/* Numeric address of the peer; "unix" for a local socket; "unknown" once it is gone (ask while it is new). (transfer full) */
char *hs_link_dup_peer_name (HsLink *self, gboolean with_port);
gboolean hs_link_is_loopback (HsLink *self);     /* the peer is on this machine: loopback, our own address, or a local socket */

/* ---- Encryption ---- */
/* From the next byte on, both ways. A client before anything was sent; a server in dialect (TLS). @server_name (nullable): what a client's
 * server must be called, and by which it is found again when resuming. What is sent meanwhile waits. Then secured (), or end (ERROR) with HS_TLS_ERROR. */
void hs_link_start_tls (HsLink *self, HsTlsContext *context, const char *server_name);
gboolean hs_link_is_secured (HsLink *self);
/* A fatal alert to a ClientHello that is not wanted (dialect (TLS)): any client understands it. Then close. */
void hs_link_refuse_tls (HsLink *self);
/* The peer's end of the stream came without its close_notify (EOF): what it said last may be cut off. */
gboolean hs_link_is_cut (HsLink *self);
/* FALSE: not secured. Takes a client a millisecond: the chain is verified. */
gboolean hs_link_get_tls_facts (HsLink *self, HsTlsFacts *facts);
/* DER, its own first. (transfer full) (element-type GBytes) */
GPtrArray *hs_link_dup_peer_chain (HsLink *self);
/* RFC 9266 tls-exporter: the same for both ends of this connection, and for nobody between. (nullable) (transfer full) */
GBytes *hs_link_dup_channel_binding (HsLink *self);

/* ---- The kernel's view ---- */
/* The link tells @tap of everything (looks, reads, writes, shutdown, close), but attaching it is the owner's. Owned by the link until it is
 * closed; then hs_link_steal_tap () (in end, CLOSED or ERROR or OVERFLOW) to let it follow the orphan, else it is freed. NULL frees the old one. */
void hs_link_set_tap (HsLink *self, HsTcpTap *tap);
HsTcpTap *hs_link_get_tap (HsLink *self);
HsTcpTap *hs_link_steal_tap (HsLink *self);

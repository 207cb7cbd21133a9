/* SPDX-License-Identifier: GPL-3.0-or-later */
/* How one message went over the wire in this run: the line that carried it, and where in the stream it lies. Filled by the session; what TCP
 * did with these bytes is the watch's to tell (hs_tcp_watch_get_way ()). */
#pragma once

#include "hs-entry.h"
#include "hs-tcp-watch.h"

#define HS_TYPE_PASSAGE (hs_passage_get_type ())
G_DECLARE_FINAL_TYPE (HsPassage, hs_passage, HS, PASSAGE, GObject)

typedef struct
{
  gboolean own;             /* we sent it */
  gboolean awaits_accepted; /* the server says what it has taken (echo-message) */
  gboolean redacted;        /* it was deleted: neither text nor line is kept */
  char *text;               /* what a person reads */
  HsTcpWatch *watch;        /* (nullable) of the connection that carried it */
  char *line;               /* (nullable) its bytes with the ending; NULL: not sent (yet) */
  gsize len;
  guint64 begin, end;       /* where they lie in the stream as hs_link_send () and the line reader count it: TLS is not in it */
  guint reads;              /* received: in how many reads they came, 0 unknown */
  gboolean tls;             /* received: inside TLS, so its place among TCP's bytes is not known */
  /* Monotonic µs, 0: not, or not known */
  gint64 sent, received;
  gint64 acknowledged;      /* no later than */
  gint64 accepted;
  gboolean awaits_read;     /* a guest's program says how far it has read */
  gint64 read;              /* it has said so */
  gint64 bounced;           /* a datagram: an ICMP message has brought it back */
} HsPassageFacts;

/* Signal "moved": one more of the times is known, or it was sent. */
const HsPassageFacts *hs_passage_get_facts (HsPassage *self);

/* ---- For the session ---- */
HsPassage *hs_passage_new (HsTcpWatch *watch, const char *text, gboolean own);
/* @room is only compared; @entry (nullable) while it has no id. */
void hs_passage_set_place (HsPassage *self, gpointer room, HsEntry *entry);
void hs_passage_set_id (HsPassage *self, gint64 id);
gboolean hs_passage_is_of (HsPassage *self, gpointer room, HsEntry *entry);
gboolean hs_passage_is_in (HsPassage *self, gpointer room);
/* As the server calls it. (nullable) */
void hs_passage_set_msgid (HsPassage *self, const char *msgid);
const char *hs_passage_get_msgid (HsPassage *self);
/* Forgets what it said, and the bytes that said it. */
void hs_passage_redact (HsPassage *self);
/* Sent: @end is the stream's offset behind it. Anew: what was known of the first time is forgotten. */
void hs_passage_sent (HsPassage *self, HsTcpWatch *watch, const char *line, gsize len, guint64 end, gint64 time, gboolean awaits_accepted);
void hs_passage_received (HsPassage *self, const char *line, gsize len, guint64 begin, guint reads, gint64 time, gboolean tls);
void hs_passage_acknowledged (HsPassage *self, gint64 time);
void hs_passage_accepted (HsPassage *self, gint64 time);
void hs_passage_bounced (HsPassage *self, gint64 time);
void hs_passage_set_awaits_read (HsPassage *self, gboolean awaits_read);
void hs_passage_read (HsPassage *self, gint64 time);

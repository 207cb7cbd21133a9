/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The connection from the inside: shared by its files (-open, -link, -plain), seen by nobody else. */
#pragma once

#include "hs-address.h"
#include "hs-connection.h"
#include "hs-link.h"
#include "hs-plain.h"
#include "hs-poller.h"
#include "hs-session-private.h"

enum { STEP_NAME, STEP_ADDRESS, STEP_SYN, STEP_PROTOCOL, STEP_WELCOME, N_STEPS };

struct _HsConnection
{
  GObject parent_instance;

  /* Owned */
  HsSession *session;
  char *address_text;
  HsAddress *address;       /* (nullable) once parsed */
  char *host_token, *password; /* (nullable) */
  HsTcpDiag *diag;          /* (nullable) */
  HsTcpWatch *watch;
  HsTcpTap *tap;            /* (nullable) while there is no link: before it stands, and for the orphan */
  HsPoller *poller;         /* (nullable) before there is a link. A connection of ours is one of few: each has its own epoll source */
  HsLink *link;             /* (nullable) */
  GListStore *steps;
  HsStep *step[N_STEPS];    /* (nullable) those this way of connecting has; the list owns them */
  HsFailure *failure;       /* (nullable) */
  char *leaving_hint;       /* (nullable) */
  GTask *task;              /* (nullable) open () under way */
  GCancellable *cancellable;/* of the dial; cancelled with the caller's */
  GSource *cancel_source;   /* (nullable) */
  GQueue texts;             /* HsBuf: plain texts that wait for their moment */
  GString *heard_line;      /* the line being received, as it came */
  guint ack_source, spacing_source, welcome_source;

  /* State */
  HsProtocol protocol;
  HsLineEnding line_ending;
  HsDialect found;
  guint8 used : 1;          /* open () was called: a connection is opened once */
  guint8 open : 1;          /* the conversation has begun and the link stands */
  guint8 judging : 1;       /* Automatic: nothing has decided yet but silence */
  guint8 finished : 1;
  guint8 leave_wanted : 1;  /* plain: q waits for its moment */
  guint8 leave_now : 1;
  guint8 peer_frames : 1;   /* plain: it has once sent LF, other than by echoing ours */
  guint8 owes_answer : 1;   /* plain: the peer has not spoken since our last text */
  guint8 stall_told : 1;    /* it was said that nothing is acknowledged; until something is */
  guint ack_delay;          /* ms */
  guint64 acked;            /* stream offset up to which the peer's TCP has acknowledged */
  gint64 acked_at;          /* monotonic µs when that was last seen to change, or nothing was waiting */
  guint unstored;           /* lines heard since the store was last known to have all */
  guint syns;               /* how often the SYN went out, 0 unknown */
  guint syn_at[8];          /* at which second */
  gint64 step_began[N_STEPS]; /* monotonic µs */
  gint64 text_sent;         /* monotonic µs of our last plain text */
  guint64 queued_end;       /* stream offset after all that was sent or waits in texts */
};

/* ---- hs-connection.c ---- */
void hs_connection_set_leaving_hint (HsConnection *self, const char *hint);
/* The end of it all: with @failure (taken, nullable), or in good order. */
void hs_connection_finish (HsConnection *self, HsFailure *failure);
void hs_connection_set_found (HsConnection *self, HsDialect dialect);
/* The conversation has begun. */
void hs_connection_begun (HsConnection *self);
/* Before it has begun: the open () fails with @failure (taken) and, (nullable) @error (taken). */
void hs_connection_fail_open (HsConnection *self, HsFailure *failure, GError *error);
void hs_connection_cancel_open (HsConnection *self);
void hs_connection_clear_sources (HsConnection *self);

/* ---- hs-connection-open.c: dial and steps ---- */
void hs_connection_start (HsConnection *self);
void hs_connection_step_running (HsConnection *self, guint step, const char *detail);
void hs_connection_step_done (HsConnection *self, guint step, const char *detail);
/* Whatever step is running has failed. */
void hs_connection_step_failed (HsConnection *self, const char *detail);

/* ---- hs-connection-link.c: what the link tells ---- */
void hs_connection_take_descriptor (HsConnection *self, int fd);
void hs_connection_drop_link (HsConnection *self);
void hs_connection_await_ack (HsConnection *self);

/* ---- hs-connection-plain.c ---- */
guint64 hs_connection_plain_send (HsConnection *self, const char *text);
void hs_connection_plain_heard (HsConnection *self, const HsLine *line);
void hs_connection_plain_leave (HsConnection *self);
void hs_connection_plain_clear (HsConnection *self);

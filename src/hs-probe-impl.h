/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What the files of handshake-probe share: probe-main.c (its life, which address, how it went), hs-probe-link.c (a connection that stands: TLS, words
 * and the close). */
#pragma once

#include "hs-failure.h"
#include "hs-link.h"
#include "hs-probe-options.h"
#include "hs-probe-story.h"

typedef struct
{
  /* Owned */
  HsProbeOptions options;
  HsProbeStory story;
  GMainLoop *loop;
  HsPoller *poller;
  HsLink *link;          /* (nullable) */
  HsTcpTap *tap;         /* (nullable) while there is no link */
  HsTcpDiag *diag;       /* (nullable) */
  GCancellable *cancellable;
  HsTlsContext *tls;     /* (nullable) */
  HsAddress *address;    /* (nullable) the one that is tried */
  GQueue routes;         /* of HsAddress: an invite's others, that may be tried yet */
  HsFailure *worst;      /* (nullable) of those that were tried */
  guint timer;           /* when to close, or to end */

  /* State */
  gboolean closing;      /* we have begun to close, or nothing is left to close */
  gboolean gone;
  gboolean told;         /* how it went */
  HsProbeTook took;
  gint64 tls_began;      /* monotonic µs */
  guint syns;
  gsize heard;
  guint64 sent;          /* the end of what was sent, in the link's stream */
  gboolean full;         /* by its window the other side takes no further segment */
  guint route, n_routes;
  int status;
} HsProbe;

/* ---- probe-main.c ---- */
void hs_probe_succeed (HsProbe *self);
/* Takes @failure. While an invite has further addresses it is no result. */
void hs_probe_fail (HsProbe *self, HsFailure *failure);
/* The descriptor is closed: the tap follows what is left. */
void hs_probe_follow_orphan (HsProbe *self);

/* ---- hs-probe-link.c ---- */
/* Takes @fd, which is connected. */
void hs_probe_take_descriptor (HsProbe *self, int fd);
/* Nothing more is waited for or said. */
void hs_probe_close_now (HsProbe *self);

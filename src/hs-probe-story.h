/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What handshake-probe prints: one connection's story, as text for a person or as lines of JSON. It opens nothing and decides nothing. */
#pragma once

#include "hs-address.h"
#include "hs-failure.h"
#include "hs-line-reader.h"
#include "hs-tcp-event.h"
#include "hs-tls.h"
#include "hs-trust.h"

typedef struct
{
  gboolean json, colour;
  gboolean tls;  /* what was asked for: hints go by it */
  gint64 began;  /* real time, µs */
} HsProbeStory;

/* µs; -1: there was no such step. */
typedef struct
{
  gint64 name, tcp, tls;
} HsProbeTook;

void hs_probe_story_event (HsProbeStory *self, const HsTcpEvent *event);
void hs_probe_story_numbers (HsProbeStory *self, const HsTcpNumbers *numbers);
void hs_probe_story_tally (HsProbeStory *self, const HsTcpTally *tally);
void hs_probe_story_heard (HsProbeStory *self, const HsLine *line);
void hs_probe_story_took (HsProbeStory *self, const HsProbeTook *took);

/* An invite's address @number (from 1) of @n is tried; it came to nothing. */
void hs_probe_story_route (HsProbeStory *self, const HsAddress *address, guint number, guint n);
void hs_probe_story_route_failed (HsProbeStory *self, const HsFailure *failure, const char *word);
/* The handshake is through; @address is the one that was connected to, with the invite's key where there is one. */
void hs_probe_story_tls (HsProbeStory *self, const HsAddress *address, const HsTlsFacts *facts, HsTrust trust);

/* @failure (nullable): it went well; @word: its kind in one. */
void hs_probe_story_result (HsProbeStory *self, int status, const HsFailure *failure, const char *word);

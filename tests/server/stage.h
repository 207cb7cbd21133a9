/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A stage for the engine: peers without sockets, time and chance in the test's hand. */
#pragma once

#include "hs-engine.h"
#include "hs-peer.h"
#include "hs-engine-store.h"

typedef struct
{
  HsServerConfig *config;
  HsEngine *engine;
  gint64 now;
  gint64 jumped; /* how far the clock has been set since, µs */
  guint n_facts[HS_N_FACTS];
  HsServerDb *db;    /* (nullable) */
  GQueue errands;    /* what the engine asked of it and nobody has done */
  gboolean disk_full;
  guint n_full;      /* how often the engine said that much has been stored */
  guint8 n_tokens;
  GQueue jobs;       /* what is done apart and nobody has done */
} Stage;

typedef struct
{
  Stage *stage;
  HsPeer *peer;
  GString *out;     /* what the engine sent and nobody has looked at */
  guint n_sends;
  guint n_breaks;
  gboolean closed;
  gboolean unsent;  /* it takes nothing */
  guint fin_ms;
} Guest;

void stage_init (Stage *self);
/* After the configuration has been changed. */
void stage_start (Stage *self);
/* With a store in memory, after stage_start (). It does nothing before stage_commit (). */
void stage_open_store (Stage *self);
/* The first of what has been handed over is done, and answered. */
void stage_answer_one (Stage *self);
/* All of it. */
void stage_answer (Stage *self);
/* The same with what has been gathered. */
void stage_commit (Stage *self);
/* The same for what is done apart from the engine. */
void stage_work (Stage *self);
/* As after kill -9: another engine over the same store. No guest may be there. */
void stage_restart (Stage *self);
void stage_clear (Stage *self);
void stage_wait (Stage *self, guint ms); /* time passes, deadlines are swept */

Guest *guest_connect_from (Stage *stage, const char *host, gboolean loopback);
Guest *guest_connect (Stage *stage);
/* Registered, and what the welcome said is forgotten. @caps (nullable). */
Guest *guest_join (Stage *stage, const char *nick, const char *caps);
Guest *guest_plain (Stage *stage);
void guest_free (Guest *self); /* its connection breaks */
G_DEFINE_AUTOPTR_CLEANUP_FUNC (Guest, guest_free)

void guest_says (Guest *self, const char *line);
void guest_writes (Guest *self, const char *text); /* plain */
/* All that was sent to it is exactly this (lines end in \n here, \r\n on the wire); then it is forgotten. */
#define guest_sees(guest, text) guest_check ((guest), (text), G_STRFUNC, __LINE__)
void guest_check (Guest *self, const char *text, const char *func, int line);
gboolean guest_saw (Guest *self, const char *part);
void guest_forget (Guest *self);

/* ---- A play: who says what, and all that anybody hears of it ----
 *   + anna CAPS…        joins the default room by IRC; what was said until then is forgotten. anna@ADDRESS: from there
 *   ! anna CAPS…        the same as the host of the server
 *   ~ name[@ADDRESS]    connects, speaks plain text
 *   ^ name[@ADDRESS]    connects, listens
 *   anna > LINE         says it; all that was said before must have been heard by name
 *   anna < LINE         hears it; "anna < …" forgets what it heard, whatever it was
 *   anna closed         is no longer connected
 *   wait MS             time passes
 *   # words             tell the reader why
 * Everything heard must be written down: a line that nobody expects fails the play. */
void stage_play (Stage *self, const char *script);
/* A stage of its own, as configured by default. */
void stage_perform (const char *script);

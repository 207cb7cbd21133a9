/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A stage for sessions: a store in memory, lines in the test's hand, and waiting with a bound. */
#pragma once

#include "hs-session-private.h"

/* Runs the main context until @condition holds; fails after ten seconds. */
#define stage_wait_until(condition) \
  G_STMT_START \
  { \
    gint64 stage_deadline = g_get_monotonic_time () + 10 * G_USEC_PER_SEC; \
    while (!(condition)) \
      { \
        if (g_get_monotonic_time () > stage_deadline) \
          g_error ("%s:%d: in vain: %s", __FILE__, __LINE__, #condition); \
        stage_iterate (); \
      } \
  } \
  G_STMT_END
void stage_iterate (void); /* waits at most 20 ms for something to happen */

/* Until what was queued to the store before is answered. */
void stage_fence (HsStore *store);

/* The server says a line. */
void stage_hear (HsSession *session, const char *line);
/* HsSessionSend: what a session says is appended to a GString. */
guint64 stage_gather (HsSession *session, const char *data, gsize len, gpointer out);

/* A session of Ana's that is online, with @caps granted, and in no room yet. */
typedef struct
{
  HsStore *store;
  GString *out; /* what it said */
  HsSession *session;
  HsRoom *room; /* (nullable) borrowed, the test's */
} StageScene;
void stage_scene_init (StageScene *self, const char *caps);
void stage_scene_clear (StageScene *self);

/* What a person sees: rooms with members and rows, one a line. (transfer full) */
char *stage_describe (HsSession *session);
/* Waits until stage_describe () is @expected, or fails with both. */
void stage_expect (HsSession *session, const char *expected);
/* The first row with @text in @room, NULL. (transfer full) */
HsEntry *stage_find_entry (HsRoom *room, const char *text);
HsEntry *stage_wait_for_entry (HsRoom *room, const char *text);

/* From now on every name leads to 127.0.0.1. */
void stage_lead_names_here (void);

/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What is stored of an event (a word and its arguments) and the sentence a person reads. Stored without a language, told in theirs. */
#pragma once

#include <glib.h>

typedef enum
{
  HS_EVENT_TOPIC,   /* who, topic */
  HS_EVENT_NO_TOPIC, /* who */
  HS_EVENT_KICK,    /* who, whom, why */
  HS_EVENT_OPERATOR, /* who, whom */
  HS_EVENT_NOT_OPERATOR,
  HS_EVENT_VOICE,
  HS_EVENT_NOT_VOICE,
  HS_EVENT_MODE,    /* who, modes */
  HS_EVENT_LEFT,    /* nothing: every message was accepted */
  HS_EVENT_LEFT_ACKED, /* nothing: where nobody accepts, in plain text or old IRC, TCP acknowledges */
  HS_EVENT_LEFT_DOUBT, /* how many messages are in doubt */
  HS_EVENT_KICK_BARE,  /* who, whom */
  HS_EVENT_KICKED,     /* it was us: who, why */
  HS_EVENT_KICKED_BARE, /* who */
  HS_EVENT_BAN,        /* who, whom */
  HS_EVENT_NOT_BAN,
  HS_EVENT_MUTE,
  HS_EVENT_NOT_MUTE,
  HS_EVENT_INVITE_ONLY, /* who */
  HS_EVENT_NOT_INVITE_ONLY,
  HS_EVENT_MODERATED,
  HS_EVENT_NOT_MODERATED,
  HS_EVENT_KEY,
  HS_EVENT_NOT_KEY,
  HS_EVENT_LIMIT,      /* who, how many */
  HS_EVENT_NOT_LIMIT,
  HS_EVENT_TOPIC_LOCKED,
  HS_EVENT_NOT_TOPIC_LOCKED,
  HS_EVENT_RENAME,     /* who, title */
  HS_EVENT_RENAME_WHY, /* who, title, why */
  HS_EVENT_LEFT_SENT,   /* datagrams: nobody acknowledges */
  HS_EVENT_LEFT_HANDED, /* a local socket: nobody has to */
} HsEventKind;

/* At most three arguments, NULL-terminated. (transfer full) */
char *hs_event_text_make (HsEventKind kind, ...) G_GNUC_NULL_TERMINATED;
/* The translated sentence; text that is no event comes back as it is. @time: of the event, Unix ms. (transfer full) */
char *hs_event_text_format (const char *stored, gint64 time);

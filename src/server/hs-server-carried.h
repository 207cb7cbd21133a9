/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What went to a guest that somebody looks at, or what it said about that: a message with its place in its stream, how far it has read, a message
 * that was deleted. Made from the lines themselves; knows neither engine nor link. */
#pragma once

#include <glib.h>

typedef enum
{
  HS_CARRIED_MESSAGE, /* all */
  HS_CARRIED_READ,    /* by the guest: place, said: everything up to then */
  HS_CARRIED_DELETED, /* msgid */
} HsServerCarriedKind;

typedef struct
{
  HsServerCarriedKind kind;
  char *text;       /* MESSAGE: what a person reads */
  char *line;       /* MESSAGE: the bytes */
  gsize len;
  guint64 end;      /* MESSAGE: of the link's own stream, after its last byte */
  char *place;      /* (nullable) the room, or who it is from; folded */
  char *msgid;      /* (nullable) where its tags say it */
  gint64 said;      /* Unix ms, as its tags say; 0: they do not */
  gint64 time;      /* monotonic µs, now */
  gboolean tells;   /* MESSAGE: this guest's program says how far it has read */
} HsServerCarried;

/* The first message of what is queued to @nick (nullable: it has none yet), which may be several at once: the next begins @taken bytes later.
 * NULL: these were no message of another person. (nullable) (transfer full) */
HsServerCarried *hs_server_carried_from_irc (const char *data, gsize len, const char *nick, gsize *taken);
HsServerCarried *hs_server_carried_from_plain (const char *data, gsize len, gsize *taken);
/* (transfer full) */
HsServerCarried *hs_server_carried_new_deleted (const char *msgid);
/* Of a line that a guest says; NULL: it is about something else. (nullable) (transfer full) */
HsServerCarried *hs_server_carried_from_guest (const char *data, gsize len);
void hs_server_carried_free (HsServerCarried *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (HsServerCarried, hs_server_carried_free)

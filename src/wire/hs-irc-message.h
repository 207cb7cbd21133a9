/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The only currency: one IRC message (RFC 2812 2.3.1, IRCv3 message-tags). A plain struct that borrows its strings. */
#pragma once

#include "hs-limits.h"
#include "hs-wire-error.h"

typedef struct
{
  const char *tags;    /* (nullable) raw, without '@' */
  const char *source;  /* (nullable) without ':' */
  const char *command; /* upper case after parsing */
  const char *params[HS_PARAMS_MAX + 1]; /* NULL-terminated */
  guint n_params;
} HsIrcMessage;

/* Parses @line in place (it is written to); @self borrows from it. NUL: HS_WIRE_ERROR_NUL. No command: _SYNTAX. Encoding is not judged here. */
gboolean hs_irc_message_parse (HsIrcMessage *self, char *line, gsize len, GError **error);

/* Appends the line with CR LF. The last parameter gets ':' where it needs one. CR, LF and NUL in a field are replaced by a space: nothing can inject a line. */
void hs_irc_message_format (const HsIrcMessage *self, GString *out);

/* HsIrcMessage from its parts: hs_irc_message (&m, source, "PRIVMSG", target, text, NULL). Borrows. */
void hs_irc_message_set (HsIrcMessage *self, const char *source, const char *command, ...) G_GNUC_NULL_TERMINATED;

/* A parameter or "" when it is not there. */
const char *hs_irc_message_param (const HsIrcMessage *self, guint i);

/* Unescaped value of a tag: "" for one without value; (nullable) (transfer full). Last one wins (IRCv3). */
char *hs_irc_message_dup_tag (const HsIrcMessage *self, const char *key);

/* Appends "key=value" or ";key=value", escaped. @value (nullable). */
void hs_irc_tags_append (GString *tags, const char *key, const char *value);

/* The client-only tags ("+…") of @tags, to be passed on; NULL when there are none. (transfer full) */
char *hs_irc_tags_dup_client_only (const char *tags);

/* nick of "nick!user@host". (transfer full) */
char *hs_irc_source_dup_nick (const char *source);

/* server-time tag (IRCv3) as µs of Unix time, 0 when absent or malformed. */
gint64 hs_irc_message_get_time (const HsIrcMessage *self);
/* "2026-01-02T03:04:05.678Z" into @out (25 bytes). */
void hs_irc_format_time (gint64 unix_us, char out[25]);

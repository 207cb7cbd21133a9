/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A typed or pasted address, parsed. Nothing is looked up here. */
#pragma once

#include "hs-wire-error.h"

typedef enum
{
  HS_SCHEME_NONE = 0, /* host, host:port: the protocol is found out */
  HS_SCHEME_IRC = 1,
  HS_SCHEME_IRCS = 2, /* also invites */
  HS_SCHEME_TCP = 3,  /* plain text */
  HS_SCHEME_UDP = 4,  /* plain text in datagrams */
  HS_SCHEME_UNIX = 5,
} HsScheme;

typedef struct _HsAddress HsAddress;
struct _HsAddress
{
  HsScheme scheme;
  char *host;         /* (nullable) name or number, without brackets; with "%zone" where given; NULL for unix: */
  guint16 port;       /* always set for network schemes: 8000, 6697 for ircs://, 6667 for irc:// to a name with a dot that is not .local */
  gboolean port_given;
  char *path;         /* (nullable) unix: */
  char *room;         /* (nullable) percent-decoded, without '#' */
  char *key;          /* (nullable) an invite's "sha256:…" */
  char *token;        /* (nullable) an invite's one-time token */
  char **also;        /* (nullable) an invite's further HOST:PORT */
};

/* Trims white space. Errors: HS_WIRE_ERROR_EMPTY, _SYNTAX, _PORT, _TOO_LONG, _UNSUPPORTED, each with a sentence for a person. */
HsAddress *hs_address_parse (const char *text, GError **error);
HsAddress *hs_address_copy (const HsAddress *self);
void hs_address_free (HsAddress *self);
/* Of a network scheme's address without a port. */
guint16 hs_address_get_default_port (const HsAddress *self);
/* Shortest text that parses to the same ("192.168.1.5", "[::1]:9000", "tcp://h:8000"). (transfer full) */
char *hs_address_to_string (const HsAddress *self);
/* Where it leads, for people to read: "host", "[::1]:9000", "tcp://h:8000", "unix:/path"; of a link neither scheme nor room, nor what only programs
 * and the invited one need to know. @text that is no address stays as it is. (transfer full) */
char *hs_address_format_place (const char *text);
/* What may be kept of it: an invite without its token, which is good for once and lets in whoever reads it. Anything else stays as it is. (transfer full) */
char *hs_address_drop_token (const char *text);
/* The link that invites to a room: "irc://HOST:PORT/ROOM", which every IRC program opens; with @key "ircs://…?key=…". @host: a name or number,
 * without brackets, a link-local one with its zone. @room (nullable): with or without '#'. @key (nullable): "sha256:…". Only beside a key, which
 * says that they lead to the same server, and that nobody else hears a secret: @also (nullable), further "HOST:PORT", and @token (nullable). It
 * parses to the same fields. (transfer full) */
char *hs_address_format_invite (const char *host, guint16 port, const char *room, const char *key, const char *const *also, const char *token);
gboolean hs_address_is_invite (const HsAddress *self);
/* Do both lead to the same program, however they are written? "tcp://" asks it for plain text, which is another conversation. */
gboolean hs_address_is_same_place (const HsAddress *self, const HsAddress *other);
/* Where it leads: of an invite each of its addresses, the likeliest first, all with its key; else itself alone. None has further ones.
 * (element-type HsAddress) (transfer full) */
GPtrArray *hs_address_list_routes (const HsAddress *self);
/* Whom a certificate has to be made for: the host without its zone, which means something on this computer only. NULL: a local socket. (transfer full) */
char *hs_address_dup_server_name (const HsAddress *self);
/* Is the host a number (then there is nothing to look up)? */
gboolean hs_address_is_numeric (const HsAddress *self);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (HsAddress, hs_address_free)

/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Why a connection failed, in words, and what to try. */
#pragma once

#include <gio/gio.h>

typedef struct _HsAddress HsAddress; /* hs-address.h */

typedef enum
{
  HS_FAILURE_NAME,          /* name not found */
  HS_FAILURE_REFUSED,       /* RST to our SYN */
  HS_FAILURE_NO_ANSWER,     /* SYN sent again and again */
  HS_FAILURE_UNREACHABLE,   /* EHOSTUNREACH, ENETUNREACH */
  HS_FAILURE_CLOSED_EARLY,  /* FIN or RST before a word (or with its one line) */
  HS_FAILURE_PROTOCOL,      /* something answers, but not as expected */
  HS_FAILURE_REFUSED_BY_SERVER, /* ERROR, 433 …: its own words */
  HS_FAILURE_NEEDS_ENCRYPTION, /* the address asks for it, the person forbade it */
  HS_FAILURE_NOT_TLS,       /* something answers a ClientHello, but not with TLS */
  HS_FAILURE_TLS_ONLY,      /* it answers our line with a TLS alert */
  HS_FAILURE_TLS_REFUSED,   /* a fatal alert */
  HS_FAILURE_TLS_SILENT,    /* connected, then TLS silent */
  HS_FAILURE_TLS_CUT,       /* FIN or RST in the middle of the handshake */
  HS_FAILURE_TLS_BROKEN,    /* whatever TLS forbids */
  HS_FAILURE_OFFER_FAILED,  /* TLS was offered, and then did not come about */
  HS_FAILURE_NO_LONGER_ENCRYPTED, /* it was, or was promised to be */
  HS_FAILURE_NOT_LOOKED_UP, /* what was known of its key cannot be read */
  HS_FAILURE_MAYBE_ENCRYPTED, /* it is not, and whether it was cannot be read */
  HS_FAILURE_KEY_CHANGED,   /* what was chosen had another key before */
  HS_FAILURE_NOT_INVITED,   /* the invite names another key */
  HS_FAILURE_NOT_VERIFIED,  /* no authority vouches for a public name, or its key is too weak to begin with */
  HS_FAILURE_PASSWORD_NEEDED, /* that everybody needs there, and none was given */
  HS_FAILURE_PASSWORD_WRONG,
  HS_FAILURE_PASSWORD_WITHHELD, /* one was given, and is not safe with this server */
  HS_FAILURE_PASSWORD_UNENCRYPTED, /* one is wanted, and none goes out in the clear */
  HS_FAILURE_PASSWORD_WAIT, /* too many wrong ones */
  HS_FAILURE_ACCOUNT_NEEDED,
  HS_FAILURE_ACCOUNT_WRONG, /* the account, or its password */
  HS_FAILURE_NO_LOGIN,      /* the server has no way to log in */
  HS_FAILURE_IMPOSTOR,      /* it does not know the password itself */
  HS_FAILURE_UNSUPPORTED,   /* udp://, and always encrypted */
  HS_FAILURE_ADDRESS,       /* cannot be parsed, unix path missing or not allowed */
  HS_FAILURE_LOST,          /* stood, then reset or timed out */
  HS_FAILURE_CLOSED,        /* stood, then the other side's FIN, after last words where the protocol has them */
  HS_FAILURE_CLOSED_SILENTLY, /* the same without the last words that IRC has: a program that was killed looks so */
  HS_FAILURE_OTHER,
} HsFailureKind;

typedef struct
{
  HsFailureKind kind;
  char *title;      /* "No answer from 192.168.1.77" (translated) */
  char *sentence;   /* what was observed (translated) */
  GPtrArray *hints; /* of HsFailureHint */
} HsFailure;

/* Where a way out lies. What is done on the other computer or in the network is the same for everybody, and worded here; what is done in the program
 * in front of one differs between a window and a terminal: whoever shows it has the words. */
typedef enum
{
  HS_FAILURE_WAY_ELSEWHERE,         /* title and text say it */
  HS_FAILURE_WAY_PROTOCOL,          /* choose what is spoken */
  HS_FAILURE_WAY_AGAIN,             /* open it again */
  HS_FAILURE_WAY_LET_ENCRYPT,       /* do not forbid encryption */
  HS_FAILURE_WAY_UNENCRYPTED,       /* do without it */
  HS_FAILURE_WAY_UNENCRYPTED_ONCE,  /* … though it was encrypted before: the host may have made it a classroom */
  HS_FAILURE_WAY_BEGIN_TLS,         /* encrypt from the first byte */
  HS_FAILURE_WAY_NO_ACCOUNT,        /* leave the account away */
  HS_FAILURE_WAY_NOT_ALWAYS,        /* do not insist on encryption where there is none */
  HS_FAILURE_N_WAYS,
} HsFailureWay;

typedef struct
{
  HsFailureWay way;
  char *title;      /* translated; NULL unless ELSEWHERE, and so are the others */
  char *text;       /* (nullable) translated */
  char *command;    /* (nullable) "sudo ufw allow 8000/tcp" */
} HsFailureHint;

/* From what GIO said. @syns: how often the SYN went out (1 + retransmissions), 0 unknown; @said (nullable): the server's own line. */
HsFailure *hs_failure_from_error (const HsAddress *address, const GError *error, guint syns, const char *said);
HsFailure *hs_failure_new (HsFailureKind kind, const HsAddress *address, const char *said);
/* TLS came to nothing. @error: HS_TLS_ERROR, or what the socket said in the middle of its handshake, or NULL. */
HsFailureKind hs_failure_kind_of_tls (const GError *error);
/* @kind: that, or what it means for this server; then what was observed stands before it. */
HsFailure *hs_failure_new_tls (HsFailureKind kind, const HsAddress *address, const GError *error);
/* It stood, and then no longer. @unread: what was sent filled every buffer on the way; @error (nullable): what the socket said. */
HsFailure *hs_failure_new_loss (const HsAddress *address, gboolean unread, const GError *error);
/* What a person may type to go on. */
typedef enum { HS_FAILURE_ASKS_NOTHING, HS_FAILURE_ASKS_PASSWORD, HS_FAILURE_ASKS_ACCOUNT } HsFailureAsks;
HsFailureAsks hs_failure_asks_for (const HsFailure *self);
void hs_failure_free (HsFailure *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (HsFailure, hs_failure_free)

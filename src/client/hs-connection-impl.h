/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The connection from the inside: shared by its files (-open, -watch, -view, -tls, -login, -link, -plain, -datagram), seen by nobody else. */
#pragma once

#include "hs-address.h"
#include "hs-connection.h"
#include "hs-keyring.h"
#include "hs-link.h"
#include "hs-own-key-private.h"
#include "hs-plain.h"
#include "hs-poller.h"
#include "hs-security-private.h"
#include "hs-session-private.h"
#include "hs-view.h"

enum { STEP_NAME, STEP_ADDRESS, STEP_SYN, STEP_TLS, STEP_PROTOCOL, STEP_WELCOME, N_STEPS };

enum { HS_PASSWORD_ROOM, HS_PASSWORD_ACCOUNT, HS_N_PASSWORDS };

/* Who one is at the other end. */
typedef struct
{
  char *account;                                        /* (nullable) */
  char *binding;                                        /* (nullable) where its passwords are found in the keyring */
  char *typed[HS_N_PASSWORDS], *found[HS_N_PASSWORDS];  /* (nullable) by the person; in the keyring */
  gboolean kept[HS_N_PASSWORDS];                        /* it should be there */
  gboolean remember;
  guint next;                                           /* which to look for */
  HsKeyring *keyring;                                   /* (nullable) */
} HsConnectionPasswords;

struct _HsConnection
{
  GObject parent_instance;

  /* Owned */
  HsSession *session;
  char *address_text, *place; /* as typed; for people to read */
  HsAddress *address;       /* (nullable) once parsed: of an invite's several the one that is tried */
  GQueue routes;            /* HsAddress: those to try after it */
  char *host_token;         /* (nullable) */
  HsConnectionPasswords login;
  HsKnownServers *known;    /* (nullable) */
  HsOwnKey *own_key;
  HsSecurity *security;
  HsTlsContext *tls;        /* (nullable) once it is needed */
  char *binding;            /* (nullable) what a pin of this address binds */
  HsFailure *route_failure; /* (nullable) what the worst of the routes before came to */
  HsTcpDiag *diag;          /* (nullable) */
  HsTcpWatch *watch;
  HsTcpTap *tap;            /* (nullable) while there is no link: before it stands, and for the orphan */
  HsPoller *poller;         /* (nullable) before there is a link. A connection of ours is one of few: each has its own epoll source */
  HsLink *link;             /* (nullable) */
  struct
  {
    HsTcpWatch *watch;      /* (nullable) */
    HsLink *link;           /* (nullable) is closed in good order */
    HsTcpTap *tap;          /* (nullable) of the orphan */
  } former;                 /* the TCP connection before this one, over which nobody has said who they are */
  GListStore *steps;
  HsStep *step[N_STEPS];    /* (nullable) those this way of connecting has; the list owns them */
  HsFailure *failure;       /* (nullable) */
  char *leaving_hint;       /* (nullable) */
  GTask *task;              /* (nullable) open () under way */
  GCancellable *cancellable;/* of the dial; cancelled with the caller's */
  GSource *cancel_source;   /* (nullable) */
  GQueue texts;             /* HsBuf: plain texts that wait for their moment */
  GString *heard_line;      /* the line being received, as it came */
  guint ack_source, spacing_source, welcome_source, offer_source, settle_source;

  struct
  {
    HsViewClock clock;      /* the server's, against ours */
    gint64 told_at;         /* monotonic µs: when the numbers were told last */
    gboolean asked;         /* the server looks, and is told */
    gboolean asking;        /* it was asked, for somebody looks */
  } view;

  /* State */
  HsProtocol protocol;
  HsLineEnding line_ending;
  HsEncryption encryption;
  HsDialect found;
  HsFingerprint own;        /* of our own server's key, if is_own */
  guint8 is_own : 1;
  guint8 encrypted : 1;     /* TLS from the first byte of this TCP connection */
  guint8 pinned : 1;        /* this address was encrypted before */
  guint8 unread : 1;        /* it may have been: what is known of servers cannot be read */
  guint8 shows_key : 1;     /* it is a host of ours, as far as is known, or the person says so */
  guint8 strict : 1;        /* strict transport security: an authority has to vouch for it */
  guint8 offered : 1;       /* it is encrypted because the server offered it */
  guint8 asking : 1;        /* whether it offers TLS, or to prove a password, is not known yet, and nothing else is said */
  guint8 used : 1;          /* open () was called: a connection is opened once */
  guint8 open : 1;          /* the conversation has begun and the link stands */
  guint8 judging : 1;       /* Automatic: nothing has decided yet but silence */
  guint8 finished : 1;
  guint8 leave_wanted : 1;  /* plain: q waits for its moment */
  guint8 leave_now : 1;
  guint8 peer_frames : 1;   /* plain: it has once sent LF, other than by echoing ours */
  guint8 owes_answer : 1;   /* plain: the peer has not spoken since our last text */
  guint8 shares_view : 1;   /* the person has agreed to tell the other end what our kernel sees, and to ask */
  guint8 stall_told : 1;    /* it was said that nothing is acknowledged; until something is */
  guint ack_delay;          /* ms */
  guint64 acked;            /* stream offset up to which the peer's TCP has acknowledged */
  gint64 acked_at;          /* monotonic µs when that was last seen to change, or nothing was waiting */
  int bounce_told;          /* datagrams: errno of what was told last; 0: nothing, or somebody has answered since */
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
/* It is being opened; or is open and connects anew, when a late answer has offered encryption. */
gboolean hs_connection_is_under_way (HsConnection *self);
void hs_connection_set_found (HsConnection *self, HsDialect dialect);
/* The conversation has begun. */
void hs_connection_begun (HsConnection *self);
/* Before it has begun: the open () fails with @failure (taken) and, (nullable) @error (taken). */
void hs_connection_fail_open (HsConnection *self, HsFailure *failure, GError *error);
void hs_connection_cancel_open (HsConnection *self);
void hs_connection_clear_sources (HsConnection *self);
void hs_connection_clear_ticks (HsConnection *self); /* those of one TCP connection */

/* ---- hs-connection-watch.c: between tap and watch ---- */
/* Of the TCP connection that is about to be dialled: until there is a link, which takes it. */
void hs_connection_make_tap (HsConnection *self);
/* The tap looks while a window does, or the other end. */
void hs_connection_show_tap (HsConnection *self);
HsTcpWatch *hs_connection_make_watch (HsConnection *self); /* (transfer full) */
void hs_connection_name_watch (HsConnection *self);
void hs_connection_notify_watch (HsConnection *self); /* another one is in use */
HsTcpTransport hs_connection_transport_of (const HsAddress *address);
void hs_connection_on_half_close_requested (HsSession *session, HsConnection *self);

/* ---- hs-connection-view.c: both ends in one picture ---- */
/* Who looks, what the server can, or whether there is a link, has changed. */
void hs_connection_view_update (HsConnection *self);
/* This TCP connection is over. */
void hs_connection_view_clear (HsConnection *self);
gboolean hs_connection_view_is_asked (HsConnection *self);
void hs_connection_on_view_heard (HsSession *session, int verb, const HsIrcMessage *message, HsConnection *self);

/* ---- hs-connection-open.c: dial and steps ---- */
void hs_connection_start (HsConnection *self);
/* Lets go of the TCP connection there is, in good order, and begins anew; @before and @detail (both nullable) become the first step. */
void hs_connection_start_anew (HsConnection *self, const char *before, const char *detail, gboolean failed);
/* This address leads nowhere, or to somebody else: FALSE, it was the last one. @failure is taken, if TRUE. */
gboolean hs_connection_try_next (HsConnection *self, HsFailure *failure);
void hs_connection_step_running (HsConnection *self, guint step, const char *detail);
void hs_connection_step_done (HsConnection *self, guint step, const char *detail);
/* Whatever step is running has failed. */
void hs_connection_step_failed (HsConnection *self, const char *detail);

/* ---- hs-connection-tls.c: whether it is encrypted, and with whom ---- */
void hs_connection_decide (HsConnection *self);  /* reads what is known of the address; then starts */
void hs_connection_begin_tls (HsConnection *self);
/* The conversation is to begin in the clear, and that must not be: TRUE, it is stopped. */
gboolean hs_connection_stops_unencrypted (HsConnection *self);
void hs_connection_on_secured (HsLink *link, gpointer user_data);
/* The handshake came to nothing. @error (nullable): the other side's FIN. */
void hs_connection_tls_failed (HsConnection *self, const GError *error);
gboolean hs_connection_on_listed (HsSession *session, gboolean tls, const char *sts, HsConnection *self);
/* The conversation begins: what was judged is remembered. */
void hs_connection_remember_key (HsConnection *self);
/* It says that it is a server of ours: remembered with its key. */
void hs_connection_on_ours (HsSession *session, HsConnection *self);
/* Has something to be known of the server before it is told who we are? */
gboolean hs_connection_has_to_ask (HsConnection *self);
/* (nullable) for PASS: our own server's token, or an invite's. (transfer full) */
char *hs_connection_dup_pass (HsConnection *self);

/* ---- hs-connection-login.c: by which passwords ---- */
/* Asks the keyring, where there is something to ask it for; then goes on with hs_connection_decide (). */
void hs_connection_find_passwords (HsConnection *self);
gboolean hs_connection_has_password (HsConnection *self); /* one that everybody needs, and that may be given */
void hs_connection_give_login (HsConnection *self);
void hs_connection_keep_passwords (HsConnection *self);
void hs_connection_on_login_failed (HsSession *session, int problem, const char *words, HsConnection *self);
void hs_connection_clear_login (HsConnectionPasswords *self);

/* ---- hs-connection-link.c: what the link tells ---- */
/* Nothing stands between any more: finds the protocol out, or speaks the one that is chosen. */
void hs_connection_speak (HsConnection *self);
void hs_connection_begin_irc (HsConnection *self);
void hs_connection_take_descriptor (HsConnection *self, int fd);
void hs_connection_drop_link (HsConnection *self);
void hs_connection_drop_former (HsConnection *self);
void hs_connection_await_ack (HsConnection *self);

/* ---- hs-connection-plain.c ---- */
guint64 hs_connection_plain_send (HsConnection *self, const char *text);
void hs_connection_plain_heard (HsConnection *self, const HsLine *line);
void hs_connection_plain_leave (HsConnection *self);
void hs_connection_plain_clear (HsConnection *self);

/* ---- hs-connection-datagram.c ---- */
gboolean hs_connection_is_datagrams (HsConnection *self);
guint64 hs_connection_datagram_send (HsConnection *self, const char *text);
void hs_connection_datagram_sent (HsConnection *self);
void hs_connection_datagram_heard (HsConnection *self, const HsLine *line);
void hs_connection_datagram_bounced (HsLink *link, const HsLinkBounce *bounce, gpointer user_data);

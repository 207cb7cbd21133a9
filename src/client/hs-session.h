/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Our side of one conversation with one server: the client half of IRC. Messages in, one send function out: it has no socket
 * (hs-connection.h gives it one) and no clock of its own, so that in memory it talks to an engine (tests/duet). */
#pragma once

#include "hs-passage.h"
#include "hs-room.h"
#include "hs-store.h"

#define HS_TYPE_SESSION (hs_session_get_type ())
G_DECLARE_FINAL_TYPE (HsSession, hs_session, HS, SESSION, GObject)

typedef enum
{
  HS_SESSION_OFFLINE,
  HS_SESSION_CONNECTING,  /* down to the kernel's handshake, then finding out the protocol */
  HS_SESSION_REGISTERING,
  HS_SESSION_ONLINE,
  HS_SESSION_LEAVING,     /* said goodbye, reading to the end */
} HsSessionState;

#define HS_SESSION_ERROR (hs_session_error_quark ())
GQuark hs_session_error_quark (void);
typedef enum
{
  HS_SESSION_ERROR_NOT_CONNECTED,
  HS_SESSION_ERROR_UNKNOWN_COMMAND,
  HS_SESSION_ERROR_USAGE,
  HS_SESSION_ERROR_REFUSED,        /* the server said no: its words */
  HS_SESSION_ERROR_NEEDS_ENCRYPTION,
  HS_SESSION_ERROR_UNSUPPORTED,
} HsSessionError;

/* Why we do not get in: "login-failed" tells it with a sentence. */
typedef enum
{
  HS_LOGIN_PASSWORD_NEEDED, /* everybody needs one, and none was given */
  HS_LOGIN_PASSWORD_WRONG,
  HS_LOGIN_ACCOUNT_NEEDED,
  HS_LOGIN_ACCOUNT_WRONG,   /* the account or its password */
  HS_LOGIN_WITHHELD,        /* one was given, and is not safe with this server */
  HS_LOGIN_UNENCRYPTED,     /* one is wanted, and none goes out in the clear */
  HS_LOGIN_NOT_OFFERED,     /* the server has no way to log in */
  HS_LOGIN_IMPOSTOR,        /* it does not know the password itself */
  HS_LOGIN_WAIT,            /* too many wrong ones */
} HsLoginProblem;

/* One line (IRC, with CR LF) or one text (plain dialect: @plain) is to go out; returns the stream offset after it (0: not connected). */
typedef guint64 (*HsSessionSend) (HsSession *self, const char *data, gsize len, gpointer user_data);

/* Properties (all notify): name (title of the server or room), address (text), nick, state (int), error-text (nullable), lag (ms, -1 unknown),
 * plain (speaks plain text), account (nullable), hosted (our own server), rooms (GListModel of HsRoom).
 * @network: key in history.db. @shown_name: what people see; the nick is derived from it. */
HsSession *hs_session_new (HsStore *store, const char *network, const char *address, const char *shown_name, gboolean hosted);

/* By which the server with this key (nullable: any) would find us again. */
void hs_session_forget_server (HsSession *self, const char *key);

const char *hs_session_get_name (HsSession *self);
/* As it was typed or pasted: of an invite all of it, with its key and token. */
const char *hs_session_get_address (HsSession *self);
/* Where that leads, for people to read. */
const char *hs_session_get_place (HsSession *self);
const char *hs_session_get_nick (HsSession *self);
HsSessionState hs_session_get_state (HsSession *self);
const char *hs_session_get_error_text (HsSession *self);
gboolean hs_session_is_plain (HsSession *self);
gboolean hs_session_is_hosted (HsSession *self);
GListModel *hs_session_get_rooms (HsSession *self);
HsRoom *hs_session_find_room (HsSession *self, const char *name);
/* FALSE at first. Whether the others in rooms of a Handshake server are told how far one has read (tag +handshakechat.github.io/read). */
void hs_session_set_tells_reading (HsSession *self, gboolean tells);

/* ---- Verbs (the one way down). Each fails with HS_SESSION_ERROR, and loses nothing. ---- */
/* Typed text: a message, or /me /nick /join /part /msg /topic /invite /kick /ban /mute /op /voice /mode /whois /quit … ("//x" says "/x"). In a plain session only /quit and q are commands. */
gboolean hs_session_say (HsSession *self, HsRoom *room, const char *text, GError **error);
gboolean hs_session_join (HsSession *self, const char *room, GError **error);
gboolean hs_session_part (HsSession *self, HsRoom *room, GError **error);
/* It goes from the list, and does not come back by itself; its history stays. A channel is parted from. The last conversation of a live
 * connection cannot be closed: one leaves it. */
gboolean hs_session_can_close (HsSession *self, HsRoom *room);
gboolean hs_session_close_room (HsSession *self, HsRoom *room, GError **error);
/* A conversation of an earlier run: its history is there, nobody is in it. A channel that was @joined is joined again with the session.
 * NULL when too many are open. Borrowed */
HsRoom *hs_session_restore_room (HsSession *self, const char *name, HsRoomKind kind, const char *title, gboolean joined);
/* It is the one a person looks at: it will be again. */
void hs_session_choose_room (HsSession *self, HsRoom *room);
void hs_session_set_shown_name (HsSession *self, const char *shown_name); /* for the next connection: only while offline */
gboolean hs_session_set_nick (HsSession *self, const char *nick, GError **error);
gboolean hs_session_set_topic (HsSession *self, HsRoom *room, const char *topic, GError **error);
/* @name as it is typed: a title, or a channel's name. Where the server has draft/channel-rename. */
gboolean hs_session_can_rename_room (HsSession *self, HsRoom *room);
gboolean hs_session_rename_room (HsSession *self, HsRoom *room, const char *name, GError **error);
HsRoom *hs_session_open_person (HsSession *self, const char *nick); /* the private conversation with @nick, made when new. Borrowed */
void hs_session_set_typing (HsSession *self, HsRoom *room, gboolean typing); /* at most one a 3 s (IRCv3 typing) */
void hs_session_mark_read (HsSession *self, HsRoom *room);
void hs_session_set_draft (HsSession *self, HsRoom *room, const char *draft);
/* ---- Keeping order in a room (hs-session-moderation.c). Whether one may is the server's to say: what it refuses it tells in the room. All fail when
 * not connected, in plain text, or outside a room of many (USAGE, NOT_CONNECTED, UNSUPPORTED); names and masks are one word each. ---- */
typedef enum
{
  HS_BAN_ADDRESS, /* whoever comes from there */
  HS_BAN_NAME,    /* whoever is called so */
} HsBanKind;
/* Is it worth offering: an operator there, or the host? */
gboolean hs_session_may_moderate (HsSession *self, HsRoom *room);
gboolean hs_session_has_rank_mode (HsSession *self, char mode); /* 'o', 'v', 'h' … (ISUPPORT PREFIX) */
gboolean hs_session_can_mute (HsSession *self);
/* (nullable) (transfer full): NULL when the address of @nick is not known. On other networks an "address" may be a name or a cloak. */
char *hs_session_make_mask (HsSession *self, const char *nick, HsBanKind kind);
gboolean hs_session_kick (HsSession *self, HsRoom *room, const char *nick, const char *reason, GError **error); /* @reason (nullable) */
gboolean hs_session_set_ban (HsSession *self, HsRoom *room, const char *mask, gboolean on, GError **error);
gboolean hs_session_set_mute (HsSession *self, HsRoom *room, const char *mask, gboolean on, GError **error);
gboolean hs_session_set_rank (HsSession *self, HsRoom *room, const char *nick, char mode, gboolean on, GError **error);
gboolean hs_session_invite (HsSession *self, HsRoom *room, const char *nick, GError **error);
/* Who is @nick? What the server answers is told in @room, in words. */
gboolean hs_session_ask_who_is (HsSession *self, HsRoom *room, const char *nick, GError **error);
/* A setting of the room: i, m, t, k KEY, l NUMBER … @argument (nullable). */
gboolean hs_session_set_mode (HsSession *self, HsRoom *room, char mode, gboolean on, const char *argument, GError **error);
/* The room's properties modes, key and limit are true from the answer on. Asked once. */
void hs_session_ask_modes (HsSession *self, HsRoom *room);
/* Who sent us away, and why: a sentence; NULL when nobody did. Borrowed until we are back. */
const char *hs_session_get_removal (HsSession *self, HsRoom *room);
/* Signal "invited" (name of the room, sentence): somebody asks us in. */

/* ---- One's account on a host of ours (hs-session-account.c). What comes of a wish is told by "account-answered" (done, sentence); a new one takes
 * the place of one that is not answered yet. Each fails with UNSUPPORTED elsewhere. Property account. ---- */
const char *hs_session_get_account (HsSession *self); /* (nullable) that we are logged in to */
gboolean hs_session_can_keep_account (HsSession *self);
/* Our name is kept for us. Passwords here: (nullable) NULL or "": by the key that this computer shows. */
gboolean hs_session_make_account (HsSession *self, const char *password, GError **error);
gboolean hs_session_change_password (HsSession *self, const char *current, const char *password, GError **error);
gboolean hs_session_give_up_account (HsSession *self, const char *password, GError **error);
/* Keys that open it, as text: told by "account-keys" (GStrv). */
gboolean hs_session_ask_account_keys (HsSession *self, GError **error);
gboolean hs_session_add_account_key (HsSession *self, const char *password, GError **error); /* that of this connection */
gboolean hs_session_remove_account_key (HsSession *self, const char *key, const char *password, GError **error);

/* Says QUIT (or a bare q) and asks the connection to close in good order: "leave-requested" is emitted. */
void hs_session_quit (HsSession *self, const char *reason);
/* What a room of our own servers is called where people read it: "#lobby" is "Lobby". (transfer full) */
char *hs_session_make_our_title (const char *name);
/* An experiment: nothing more is said, but all is heard. Once all before it went out, "half-close-requested" is emitted. */
void hs_session_half_close (HsSession *self);
/* An own message that failed or is in doubt. */
gboolean hs_session_send_again (HsSession *self, HsRoom *room, HsEntry *entry, GError **error);
/* May a person ask the server to delete it for everybody: an own message, or any where one rules the room (IRCv3 message-redaction)? */
gboolean hs_session_can_delete (HsSession *self, HsRoom *room, HsEntry *entry);
/* It loses its text when the server says so. */
gboolean hs_session_delete (HsSession *self, HsRoom *room, HsEntry *entry, GError **error);

/* Signal "people-known": WHO has told who is encrypted, who is away. */
/* ---- How messages of this run went over the wire (at most HS_PASSAGES_MAX of them). Signal "passage-added" (HsRoom). ---- */
/* (nullable): of an earlier run, or too long ago. Borrowed until the next message. */
HsPassage *hs_session_find_passage (HsSession *self, HsRoom *room, HsEntry *entry);
/* The newest message of ours in @room. (nullable) */
HsPassage *hs_session_get_newest_passage (HsSession *self, HsRoom *room);

/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The session from the inside: shared by its files (-rooms, -people, -delete, -events, -said, -marker, -presence, -numerics, -caps, -send, -own, -multiline, -passages, -verbs, -typing, -plain, -moderation, -refusals, -whois), seen by nobody else. */
#pragma once

#include "hs-room-history.h"
#include "hs-room-private.h"
#include "hs-session-private.h"

/* Capabilities we use, as bits of what the server granted. */
enum
{
  HS_CAP_TAGS = 1 << 0,
  HS_CAP_TIME = 1 << 1,
  HS_CAP_ECHO = 1 << 2,
  HS_CAP_BATCH = 1 << 3,
  HS_CAP_LABEL = 1 << 4,
  HS_CAP_MULTI_PREFIX = 1 << 5,
  HS_CAP_EXTENDED_JOIN = 1 << 6,
  HS_CAP_SETNAME = 1 << 7,
  HS_CAP_AWAY = 1 << 8,
  HS_CAP_CHATHISTORY = 1 << 9,
  HS_CAP_RESUME = 1 << 10,
  HS_CAP_REDACTION = 1 << 11,
  HS_CAP_READ_MARKER = 1 << 12,
  HS_CAP_MULTILINE = 1 << 13,
  HS_CAP_HALF_CLOSE = 1 << 14,
  HS_CAP_SASL = 1 << 15,
  HS_CAP_CHGHOST = 1 << 16,
  HS_CAP_CHANNEL_RENAME = 1 << 17,
  HS_CAP_VIEW = 1 << 18,
};

#define HS_TAG_ID "+handshakechat.github.io/id"
#define HS_LABEL_ASIDE "aside" /* labeled-response: of what nobody wrote; that it was refused is nothing to tell */
#define HS_PLAIN_USER "plain"
#define HS_OLD_NICK_MAX 9 /* RFC 2812 1.2.1: what every server takes */
#define HS_TAG_TYPING "+typing"
#define HS_TAG_READ "+handshakechat.github.io/read"
#define HS_SERVER_ROOM "*" /* name of the room of the server's own lines; no nick, no channel */

/* One room with what the session keeps beside the model. */
struct _HsConversation
{
  HsSession *session;     /* borrowed */
  HsRoom *room;
  HsRoomHistory *history;
  gint64 typing_sent;     /* monotonic µs of our last "active", 0: said done */
  GHashTable *typing;     /* (nullable) nick (folded) → gint64 monotonic µs until when; allocated on first use */
  gboolean naming;        /* NAMES are coming in */
  gboolean crowded;       /* said that not all members are listed */
  gboolean rejoin;        /* was joined when the connection went */
  gboolean was_here;      /* in this run, before: what was said since was missed */
  gboolean modes_asked;   /* the room's settings are known, or about to be */
  gboolean modes_wanted;  /* by a person: the answer is told */
  char *removal;          /* (nullable) a sentence: who sent us away, and why */
  gint64 catchup_from;    /* Unix ms of what we had before; 0: nothing */
  guint catchup_pages;
  char *catchup_point;    /* (nullable) before which more was asked for last */
  gint64 said;            /* Unix ms of the newest message that the server told the time of, 0 none */
  gint64 marker;          /* Unix ms until when all is read, as the server knows it */
  gboolean marking;       /* read, and the server is to be told, or the others */
  gint64 marked;          /* Unix ms of the newest message that there was when it was read */
  gint64 heard;           /* Unix ms of the newest message of somebody else, 0 none */
  char *heard_id;         /* (nullable) its msgid, if they have not been told that it was read */
  char *marked_id;        /* (nullable) and what it was when it was read */
  gboolean who_wanted;    /* some have come of whom little is known */
};

/* What is known of a person on this server, whichever room they are in. */
typedef struct
{
  char *real;  /* (nullable) as the server says it */
  char *shown; /* (nullable) what people see instead of the nick */
  char *host;  /* (nullable) as the server tells it: an address, a name, or a cloak */
  gboolean away, plain, secure, unencrypted; /* the last two: as WHO of our server says; neither, before it has */
} HsPerson;

/* An own message that has not found its final place. */
typedef struct
{
  HsConversation *conversation; /* borrowed */
  HsEntry *entry;
  HsPassage *passage;
  HsHistoryRow *row;
  char *label;                  /* (nullable) of labeled-response */
  char *line;                   /* what goes out: an IRC line, or the text of a plain session */
  gint64 outbox;                /* 0 until stored */
  guint64 offset;               /* of the stream after it; 0: not sent */
  gint64 sent;                  /* monotonic µs */
  HsDelivery delivery;
  gboolean stored;
  gboolean identified;          /* the server finds it again by our token */
  gboolean several;             /* it went out as a batch of lines */
} HsOwnMessage;

typedef struct _HsHistoryBatch HsHistoryBatch;
typedef struct _HsSessionSasl HsSessionSasl; /* hs-session-sasl.c */
typedef struct _HsSessionAccount HsSessionAccount;

struct _HsSession
{
  GObject parent_instance;

  /* Owned */
  HsStore *store;
  char *network, *address, *shown_name;
  char *place; /* where address leads, for people to read */
  char *name, *nick, *error_text;
  char *source;               /* (nullable) our own nick!user@host as others see it */
  char *asked_room;           /* (nullable) of the last /join, until it is answered */
  char *peer;                 /* (nullable) plain: who is at the other end */
  GListStore *rooms;
  GHashTable *conversations;  /* folded name → HsConversation */
  GHashTable *people;         /* folded nick → HsPerson */
  GHashTable *batches;        /* reference → label */
  GHashTable *histories;      /* reference → HsHistoryBatch, of CHATHISTORY */
  GHashTable *gathered;       /* reference → a message of several lines that is coming in */
  char *resume_token;         /* (nullable) of this run */
  char *server_key;           /* (nullable) of who gave it */
  GHashTable *asked;          /* folded names of rooms a person wished to join, until we are in */
  GPtrArray *own;             /* HsOwnMessage, in the order said */
  GQueue outgoing;            /* Outgoing: lines that wait for a message before them to be stored */
  GPtrArray *waiting_info;    /* (nullable) told before there was a room to tell it in; at most HS_SESSION_WAITING_MAX */
  GString *motd;              /* (nullable) coming in; not much over HS_SESSION_MOTD_MAX */
  GQueue whois;               /* who is asked about, in the order asked: hs-session-whois.c */
  GQueue passages;            /* HsPassage, the newest first */
  HsTcpWatch *watch;          /* (nullable) */
  GBytes *sent_as;            /* (nullable) within send () */
  char *sts;                  /* (nullable) the value of IRCv3 sts */
  HsSessionSasl *sasl;        /* (nullable) */
  HsSessionAccount *account;  /* (nullable) */

  /* Borrowed */
  HsSessionSend send;
  gpointer send_data;
  const HsHeard *heard;       /* (nullable) the line being received */

  /* State */
  HsSessionState state;
  int lag;
  guint offered, caps;        /* HS_CAP_*: by a CAP LS in pieces; granted */
  HsTcpTransport transport;
  HsLineEnd line_end;
  gboolean plain, hosted;
  gboolean plain_heard;       /* the peer has said something: a BOM can no longer stand there */
  gboolean tells_reading;     /* the others are told how far one has read */
  gboolean ours;              /* a Handshake server: rooms have titles, names may be of any script */
  gboolean cap_sent, cap_ending, registered, leaving;
  gboolean listed, tls_offered; /* what the server can is known to all of its list; TLS is on this same port */
  gboolean full_told;         /* said that a room does not open */
  gboolean motd_cut;          /* it was too long, is told, and goes on */
  gboolean batches_told;      /* said that batches do not end */
  guint n_waiting_lost;       /* lines that did not find a place in waiting_info */
  gboolean nick_ascii, nick_short;
  gboolean resumed;           /* our token was given to the server */
  guint history_max;          /* ISUPPORT CHATHISTORY; 0: any number */
  guint nick_attempt;
  gsize multiline_bytes;      /* of one message of several lines, as the server takes it */
  guint multiline_lines;
  guint next_label;
  guint typing_source, marker_source, who_source;
  gint64 request_answered;    /* monotonic µs, of CTCP; 0: none yet */
  char prefix_modes[16], prefix_chars[16]; /* ISUPPORT PREFIX, highest first */
  char chanmodes[3][32];                   /* ISUPPORT CHANMODES: lists, always with, with when set */
  char chantypes[8];
};

/* ---- hs-session.c, -rooms.c, -people.c ---- */
gboolean hs_session_is_me (HsSession *self, const char *nick);
gboolean hs_session_is_channel (HsSession *self, const char *name);
void hs_session_set_own_nick (HsSession *self, const char *nick);
void hs_session_set_name (HsSession *self, const char *name);
void hs_session_set_error_text (HsSession *self, const char *text);
void hs_session_set_ours (HsSession *self);
void hs_session_set_lag (HsSession *self, int lag);

HsConversation *hs_session_find_conversation (HsSession *self, const char *name);
HsConversation *hs_session_get_conversation (HsSession *self, const char *name, HsRoomKind kind); /* made when new */
/* As above where it is the server's doing, not a person's wish: (nullable) when new and HS_SESSION_ROOMS_MAX are open. */
HsConversation *hs_session_offer_conversation (HsSession *self, const char *name, HsRoomKind kind);
gboolean hs_session_is_full (HsSession *self); /* nothing opens unasked any more */
HsConversation *hs_session_conversation_of (HsSession *self, HsRoom *room);                       /* (nullable) */
void hs_session_drop_conversation (HsSession *self, HsConversation *conversation);
/* Where a line of the server itself is shown; (nullable) when there is no such place yet. */
HsConversation *hs_session_server_conversation (HsSession *self);

/* The member @nick of @conversation, made when new, as what is known of the person has it; (nullable) when
 * HS_SESSION_MEMBERS_MAX are listed, which is told there once. Borrowed */
HsMember *hs_session_member_here (HsSession *self, HsConversation *conversation, const char *nick);
HsPerson *hs_session_get_person (HsSession *self, const char *nick);
const char *hs_session_get_shown (HsSession *self, const char *nick); /* falls back to @nick */
void hs_session_set_shown (HsSession *self, const char *nick, const char *real);
void hs_session_rename_person (HsSession *self, const char *nick, const char *new_nick);
void hs_session_note_source (HsSession *self, const char *nick, const char *source); /* what a prefix tells of a person */
void hs_session_forget_absent (HsSession *self, const char *nick);    /* when in no room any more */

/* Before a line is looked at: no HsPerson is held then. */
void hs_session_limit_people (HsSession *self);

void hs_session_add_row (HsSession *self, HsConversation *conversation, HsEntryKind kind, gint64 time, const char *sender, const char *text,
                         const char *msgid, guint flags, gboolean counts);
/* Names as words in @text: ours. */
gboolean hs_session_is_mention (HsSession *self, const char *text);

/* Stands between an answer of the store and a room that may be gone by then: hs_session_conversation_of () tells. */
typedef struct
{
  HsSession *session; /* owned */
  HsRoom *room;       /* owned */
} HsRoomTicket;
HsRoomTicket *hs_room_ticket_new (HsSession *self, HsRoom *room);
void hs_room_ticket_free (gpointer data);

/* ---- hs-session-send.c: what goes out, in order ---- */
void hs_session_put (HsSession *self, const char *command, ...) G_GNUC_NULL_TERMINATED;
void hs_session_put_message (HsSession *self, const HsIrcMessage *message);
/* @kind MESSAGE, ACTION or NOTICE. Lines, and what is longer than one, are one message where the server takes batches, else one each. */
void hs_session_put_text (HsSession *self, HsConversation *conversation, HsEntryKind kind, const char *text);
const char *hs_session_not_connected_text (HsSession *self); /* translated */
void hs_session_put_leave (HsSession *self); /* "leave-requested" once all before it went out */
void hs_session_clear_outgoing (HsSession *self);
void hs_own_message_free (HsOwnMessage *own);
HsPassage *hs_session_make_own_passage (HsSession *self, HsOwnMessage *own); /* (transfer full) */
gboolean hs_session_can_put_again (HsSession *self, HsOwnMessage *own); /* FALSE: here it takes several messages */
void hs_session_put_again (HsSession *self, HsOwnMessage *own); /* one that failed, or is in doubt */

/* ---- hs-session-own.c: what becomes of it ---- */
HsOwnMessage *hs_session_find_own (HsSession *self, HsEntry *entry); /* (nullable) */
void hs_session_set_delivery (HsOwnMessage *own, HsDelivery delivery, gboolean store);
/* The server's copy of our own message; TRUE when it was one. */
gboolean hs_session_accept_echo (HsSession *self, const HsIrcMessage *message, const char *label, const char *target, const char *text, gint64 time);
/* A refusal of what we sent to @target (or with @label): TRUE when a message of ours was meant. */
gboolean hs_session_refuse_own (HsSession *self, const char *label, const char *target);
HsConversation *hs_session_refuse_lines (HsSession *self); /* (nullable) where it was said */
void hs_session_doubt_own (HsSession *self);
guint hs_session_count_doubtful (HsSession *self, HsConversation *conversation); /* failed or unconfirmed since the program started */
/* It is in the server's history: TRUE when it was one of ours (id and sender agree). */
gboolean hs_session_accept_remembered (HsSession *self, const HsIrcMessage *message, const char *nick, const char *text, gint64 time);

/* ---- hs-session-multiline.c: several lines, one message ---- */
GHashTable *hs_session_make_gathered (void);
gboolean hs_session_set_multiline (HsSession *self, const char *value); /* of the capability; FALSE: not to be asked for */
gboolean hs_session_takes_lines (HsSession *self, HsEntryKind kind);
/* How much of @text goes into one batch; @budget: bytes of text in a line. */
gsize hs_session_fill_batch (HsSession *self, const char *text, gsize len, gsize budget);
void hs_session_append_batch (HsSession *self, const HsIrcMessage *message, gsize budget, GString *out);

/* ---- hs-session-catchup.c ---- */
GHashTable *hs_session_make_histories (void);
/* We are in the room: reads what was said meanwhile, then sends again what is still in doubt. */
void hs_session_catch_up (HsSession *self, HsConversation *conversation);
void hs_session_begin_history (HsSession *self, const char *reference, const char *target);
HsHistoryBatch *hs_session_find_history (HsSession *self, const char *reference); /* (nullable) */
void hs_session_end_history (HsSession *self, const char *reference);
/* A line of it, whatever it says. */
void hs_session_note_history (HsHistoryBatch *self, const HsIrcMessage *message);
void hs_session_put_resume (HsSession *self); /* before CAP END */
/* Of private conversations, when we are online. */
void hs_session_send_doubtful_again (HsSession *self);

/* ---- hs-session-passages.c ---- */
void hs_session_keep_passage (HsSession *self, HsConversation *conversation, HsPassage *passage);
void hs_session_clear_passages (HsSession *self);
/* The message of that name in @conversation was deleted: nothing of what it said is kept. */
void hs_session_redact_passages (HsSession *self, HsConversation *conversation, const char *msgid);
/* Somebody has read up to the message @msgid: so are the own ones before it. */
void hs_session_passages_read (HsSession *self, HsConversation *conversation, const char *msgid);
/* Of the line being received, for a row of @conversation. (nullable) (transfer full) */
HsPassage *hs_session_make_heard_passage (HsSession *self, HsConversation *conversation, const char *text);
void hs_session_append_heard (const HsHeard *heard, GString *out); /* its bytes, with the ending */
void hs_session_passage_sent (HsSession *self, HsPassage *passage, const char *line, guint64 end, gint64 time);

/* ---- hs-session-events.c, -presence.c, -numerics.c, -caps.c, -plain.c, -typing.c ---- */
/* @nick has come there and is to be asked about. */
void hs_session_want_who (HsSession *self, HsConversation *conversation, const char *nick);
typedef struct
{
  const HsIrcMessage *message;
  const char *nick;  /* of the source, "" for none */
  const char *label; /* (nullable) of labeled-response */
  gboolean own;      /* the source is us */
  HsHistoryBatch *history; /* (nullable) was said before: part of this answer to CHATHISTORY */
  gint64 time;       /* Unix ms */
} HsEvent;

/* hs-session-multiline.c */
gboolean hs_session_begin_lines (HsSession *self, const HsEvent *event); /* FALSE: too many */
gboolean hs_session_gather_line (HsSession *self, const HsIrcMessage *message, const char *reference); /* TRUE: it is part of one */
void hs_session_end_lines (HsSession *self, const char *reference);

void hs_session_on_said (HsSession *self, const HsEvent *event); /* PRIVMSG, NOTICE */
void hs_session_on_tagmsg (HsSession *self, const HsEvent *event);
#define HS_PARAM(event, i) (hs_irc_message_param ((event)->message, (i)))

typedef struct
{
  const char *command;
  void (*func) (HsSession *self, const HsEvent *event);
  guint min_params;
} HsEventRow;

extern const HsEventRow hs_session_event_rows[];
extern const HsEventRow hs_session_numeric_rows[]; /* NULL-terminated tables */
extern const HsEventRow hs_session_sasl_rows[];
/* A numeric without a row: its last parameter is shown where it belongs. */
void hs_session_on_other_numeric (HsSession *self, const HsEvent *event);
void hs_session_on_join (HsSession *self, const HsEvent *event);
void hs_session_on_part (HsSession *self, const HsEvent *event);
void hs_session_on_quit (HsSession *self, const HsEvent *event);
void hs_session_on_kick (HsSession *self, const HsEvent *event);
void hs_session_on_nick (HsSession *self, const HsEvent *event);
void hs_session_on_setname (HsSession *self, const HsEvent *event);
void hs_session_on_away (HsSession *self, const HsEvent *event);
/* hs-session-marker.c (IRCv3 read-marker, and the tag +handshakechat.github.io/read) */
void hs_session_note_said (HsConversation *conversation, const HsIrcMessage *message, gint64 time);
/* Somebody else has said @msgid (nullable). @before: it comes from the history. */
void hs_session_note_heard (HsConversation *conversation, const char *msgid, gint64 time, gboolean before);
/* Somebody there has read up to the message @msgid. */
void hs_session_read_heard (HsSession *self, HsConversation *conversation, const char *msgid);
void hs_session_put_marker (HsSession *self, HsConversation *conversation); /* all is read: told soon, once for many */
void hs_session_flush_markers (HsSession *self);
void hs_session_ask_marker (HsSession *self, HsConversation *conversation); /* of private conversations: nobody tells it unasked */
void hs_session_on_markread (HsSession *self, const HsEvent *event);

/* hs-session-view.c */
void hs_session_on_view (HsSession *self, const HsEvent *event);
/* hs-session-moderation.c */
void hs_session_on_modes_are (HsSession *self, const HsEvent *event);
void hs_session_on_inviting (HsSession *self, const HsEvent *event);
void hs_session_on_invite (HsSession *self, const HsEvent *event);
#define HS_DECLARE_VERB(name) \
  gboolean hs_session_verb_##name (HsSession *self, HsConversation *conversation, const char *argument, GError **error)
HS_DECLARE_VERB (kick);
HS_DECLARE_VERB (ban);
HS_DECLARE_VERB (unban);
HS_DECLARE_VERB (mute);
HS_DECLARE_VERB (unmute);
HS_DECLARE_VERB (op);
HS_DECLARE_VERB (deop);
HS_DECLARE_VERB (voice);
HS_DECLARE_VERB (devoice);
HS_DECLARE_VERB (invite);
HS_DECLARE_VERB (mode);
/* How many bytes of @words are the shown name of somebody in @conversation (nullable), whose nick goes to @nick; 0: of nobody. */
gsize hs_session_find_shown (HsConversation *conversation, const char *words, char **nick);
/* Does a room's mode take a parameter (ISUPPORT CHANMODES=A,B,C,D)? */
gboolean hs_session_mode_takes_param (HsSession *self, char mode, gboolean on);
/* ---- hs-session-rename.c ---- */
void hs_session_on_rename (HsSession *self, const HsEvent *event);
/* FAIL JOIN CHANNEL_RENAMED: the room is called something else now, and joined by that. FALSE: it is something else. */
gboolean hs_session_follow_renamed (HsSession *self, const HsEvent *event);

/* ---- hs-session-account.c ---- */
void hs_session_account_free (HsSessionAccount *self);
void hs_session_set_account (HsSession *self, const char *name); /* (nullable) we are logged in, or no more */
/* FAIL and NOTE about what was wished. FALSE: it is something else. */
gboolean hs_session_account_note (HsSession *self, const HsEvent *event, const char *words);
gboolean hs_session_account_must_wait (HsSession *self, const char *command);
void hs_session_on_register (HsSession *self, const HsEvent *event);

char *hs_session_make_title (HsSession *self, const char *name); /* of a room. (transfer full) */
/* hs-session-refusals.c: what a refusal means, translated; NULL where only the server's own words are known. (transfer full) */
char *hs_session_explain_refusal (HsSession *self, const HsEvent *event);
const char *hs_session_explain_fail (const char *code); /* of FAIL; translated, NULL as above */
const char *hs_session_translate_farewell (const char *words); /* of ERROR, its beginning left out; @words where it is another's */
/* hs-session-whois.c. TRUE: the numeric is part of an answer that a person waits for */
gboolean hs_session_note_whois (HsSession *self, const HsEvent *event);
void hs_session_forget_whois (HsSession *self);
/* hs-session-delete.c */
void hs_session_on_redact (HsSession *self, const HsEvent *event);
void hs_session_on_redact_fail (HsSession *self, const HsEvent *event);
void hs_session_on_cap (HsSession *self, const HsEvent *event);
void hs_session_on_resume (HsSession *self, const HsEvent *event);
void hs_session_register (HsSession *self, const char *pass);
void hs_session_forget_caps (HsSession *self);
void hs_session_miss_caps (HsSession *self); /* it answers, and lists none */
void hs_session_end_caps (HsSession *self);
/* hs-session-sasl.c */
void hs_session_sasl_free (HsSessionSasl *self);
void hs_session_sasl_offered (HsSession *self, const char *list); /* (nullable) @list of mechanisms: of sasl-3.1 it is not known */
gboolean hs_session_sasl_is_wanted (HsSession *self); /* is there anything to prove? */
void hs_session_sasl_withdrawn (HsSession *self);
/* All capabilities are granted. FALSE: there is nothing to prove; else hs_session_end_caps () follows when it is, or "login-failed". */
gboolean hs_session_sasl_begin (HsSession *self);
/* (nullable) what goes by PASS: the password that everybody needs, where it cannot be proven in a better way and may be said. Borrowed */
const char *hs_session_sasl_choose_pass (HsSession *self);
gboolean hs_session_sasl_is_encrypted (HsSession *self);
void hs_session_sasl_tell_withheld (HsSession *self); /* once we are in */
/* TRUE: a standard reply or 263 that is about logging in, and told with what follows. */
gboolean hs_session_sasl_note_words (HsSession *self, const char *command, const char *code, const char *words);
void hs_session_clear_motd (HsSession *self);
char *hs_session_clean_text (const char *text); /* without formatting codes and controls; may be empty */
/* One word of NAMES: prefixes and a name. */
void hs_session_name_member (HsSession *self, HsConversation *conversation, const char *name);

/* TAGMSG with one tag: what nobody wrote. Whether it was taken is not told. */
void hs_session_put_aside (HsSession *self, HsRoom *room, const char *tag, const char *value);
void hs_session_typing_heard (HsSession *self, HsConversation *conversation, const char *nick, gboolean typing);
void hs_session_typing_clear (HsSession *self);

gboolean hs_session_plain_say (HsSession *self, HsConversation *conversation, const char *text, GError **error);

/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What the engine's own files share: its structs, and the functions by which commands answer and tell others. */
#pragma once

#include "hs-channel.h"
#include "hs-engine.h"
#include "hs-server-db.h"
#include "hs-limits.h"
#include "hs-metadata.h"
#include "hs-name.h"
#include "hs-numerics.h"
#include "hs-peer.h"

typedef guint32 HsCap;
enum
{
  HS_CAP_MESSAGE_TAGS = 1 << 0,
  HS_CAP_SERVER_TIME = 1 << 1,
  HS_CAP_ECHO_MESSAGE = 1 << 2,
  HS_CAP_BATCH = 1 << 3,
  HS_CAP_LABELED_RESPONSE = 1 << 4,
  HS_CAP_CAP_NOTIFY = 1 << 5,
  HS_CAP_MULTI_PREFIX = 1 << 6,
  HS_CAP_USERHOST_IN_NAMES = 1 << 7,
  HS_CAP_EXTENDED_JOIN = 1 << 8,
  HS_CAP_SETNAME = 1 << 9,
  HS_CAP_AWAY_NOTIFY = 1 << 10,
  HS_CAP_STANDARD_REPLIES = 1 << 11,
  HS_CAP_INVITE_NOTIFY = 1 << 12,
  HS_CAP_EXTENDED_MONITOR = 1 << 13,
  HS_CAP_RESUME = 1 << 14,
  HS_CAP_CHATHISTORY = 1 << 15,
  HS_CAP_EVENT_PLAYBACK = 1 << 16,
  HS_CAP_MESSAGE_REDACTION = 1 << 17,
  HS_CAP_ACCOUNT_TAG = 1 << 18,
  HS_CAP_ACCOUNT_NOTIFY = 1 << 19,
  HS_CAP_EXTENDED_ISUPPORT = 1 << 20,
  HS_CAP_NO_IMPLICIT_NAMES = 1 << 21,
  HS_CAP_PRE_AWAY = 1 << 22,
  HS_CAP_MULTILINE = 1 << 23,
  HS_CAP_SASL = 1 << 24,
  HS_CAP_ACCOUNT_REGISTRATION = 1 << 25,
  HS_CAP_READ_MARKER = 1 << 26,
  HS_CAP_CHGHOST = 1 << 27,
  HS_CAP_CHANNEL_RENAME = 1 << 28,
  HS_CAP_HALF_CLOSE = 1 << 29,
  HS_CAP_TCP_VIEW = 1 << 30,
  HS_CAP_METADATA = 1u << 31,
};

/* An address that guests come from, shared by them. */
typedef struct
{
  guint n_peers;
  guint n_listeners; /* past the registration timeout */
  char name[];
} HsHost;

/* One transaction of what is said, and what waits for it (hs-engine-gate.c). */
typedef struct _HsBatch HsBatch;
typedef struct _HsEngineStore HsEngineStore;

/* Client-only tag of a message of our client: 128 random bits (protocol.md, Delivery promise). */
#define HS_TAG_ID "+handshakechat.github.io/id"

/* The user name of a plain guest in every source; our own client knows it. */
#define HS_PLAIN_USER "plain"
/* Of the lists' age as many bits as a membership keeps. */
#define HS_LISTS_AGE_MASK 0x0fffffffu

/* What only few guests have. */
typedef struct _HsLogin HsLogin;
typedef struct _HsDraft HsDraft; /* a message of several lines that is being sent */
typedef struct
{
  GArray *invited;      /* (nullable) of guint64: ids of rooms */
  GPtrArray *monitored; /* (nullable) of HsMonitored */
  HsDraft *draft;       /* (nullable) */
  GBytes *token;        /* (nullable) hash of what its answered ids are found by */
  HsLogin *login;       /* (nullable) under way */
  HsFingerprint *key;   /* (nullable) of the key that it has shown over TLS, and signed with */
  HsServerAccount *account; /* (nullable) borrowed: whose it is */
  GBytes *invite;       /* (nullable) hash of the token that lets it in, until it is in */
  gint64 proven_until;  /* ticks: it has said its account's password once more */
  HsMetadata *metadata; /* (nullable) its own; who is logged in has the account's */
  GPtrArray *subscribed; /* (nullable) keys of metadata that it is told of */
  char *shown_host;     /* (nullable) what others see in place of its address */
  guint32 renamed_until; /* ticks in seconds up to which its changes of name have used up its allowance */
} HsPeerExtra;

struct _HsPeer
{
  /* Owned */
  char *nick;  /* (nullable); also the key in engine->nicks */
  char *user;  /* (nullable) */
  char *shown; /* (nullable) */
  char *away;  /* (nullable) */
  HsMembership *memberships;
  HsPeerExtra *extra; /* (nullable) */
  /* Borrowed */
  gpointer owner;
  HsHost *host;
  /* State */
  guint64 id;
  gint64 since;
  gint64 last_active;
  gint64 deadline;       /* of the queue it waits in */
  GQueue *deadlines;     /* (nullable) the queue it waits in */
  GList deadline_link;
  GQueue *place;         /* unregistered, registered or leaving */
  GList place_link;
  guint32 n_held;        /* lines that wait for the store */
  guint32 mark;
  guint32 guest_number;  /* of a plain guest who is still called guest-N */
  guint32 spoke;         /* seconds from when it came to when it said something last */
  guint32 caps;
  guint32 dialect : 3;
  guint32 registered : 1;
  guint32 negotiating : 1;
  guint32 listener : 1;
  guint32 settled_listener : 1;
  guint32 own : 1;       /* the host's client */
  guint32 loopback : 1;
  guint32 encrypted : 1;
  guint32 oper : 1;      /* by OPER */
  guint32 invisible : 1; /* user mode i: shown only to those it shares a room with */
  guint32 bot : 1;
  guint32 wallops : 1;
  guint32 leaving : 1;
  guint32 admitted : 1;  /* has given what everybody needs to come in */
  guint32 flushing : 1;  /* closing in good order */
  guint32 speaks_302 : 1; /* CAP 302 */
  guint32 half_closes : 1; /* it said so: the end of its stream is no leaving */
  guint32 makes_account : 1; /* REGISTER is not answered yet */
  guint32 proves : 1;    /* a key is being derived for its PASSWD or UNREGISTER */
};

struct _HsEngine
{
  /* Owned */
  HsServerConfig *config;
  char *server_name;     /* as the source of lines: no space, has a dot */
  char **isupport;       /* tokens of 005 */
  char *created_text;
  GHashTable *commands;  /* name → const HsCommand */
  GHashTable *nicks;     /* nick → HsPeer, casemapping ascii */
  GHashTable *looks;     /* what nicks look like → HsPeer; without those that look like themselves */
  GHashTable *channels;  /* name → HsChannel, casemapping ascii */
  GHashTable *hosts;     /* address → HsHost */
  GHashTable *monitored; /* nick → HsMonitored */
  GQueue unregistered;   /* longest silent first */
  GQueue registered;
  GQueue leaving;
  GQueue former;         /* for WHOWAS, the latest first */
  struct _HsAccounts *accounts;
  GHashTable *guesses;   /* (nullable) who has guessed wrong lately */
  GHashTable *readers;   /* (nullable) HsPeer → who reads the history just now (hs-engine-turns.c) */
  GHashTable *renamed;   /* (nullable) what rooms were called before → HsRenamed (hs-engine-rename.c) */
  GQueue registering;    /* deadlines: each queue has one length of time, so it is in order */
  GQueue heard;
  GQueue pinged;
  GQueue half_closed;
  char *host_token;      /* (nullable) */
  HsChannel *door;       /* whose list of bans is the server's; nobody is in it, and it is not among the channels */
  GPtrArray *captured;   /* lines of the labelled answer under way */
  GQueue batches;        /* of HsBatch, in order; the last may still be gathered */
  GQueue asks;           /* of HsAsk under way */
  /* Borrowed */
  HsChannel *lobby;
  HsPeer *host;          /* (nullable) the host's own client, while it is registered */
  const HsEngineFuncs *funcs;
  const HsEngineStore *store; /* (nullable) nothing is kept */
  gpointer store_data;
  gpointer user_data;
  HsPeer *acting;        /* (nullable) whose command is being carried out */
  HsPeer *capturing;     /* (nullable) whose command is being answered with a label */
  const char *label;
  /* State */
  gint64 token_until;
  gint64 now;            /* Unix µs, of this call */
  guint64 next_peer_id;
  guint64 next_channel_id;
  guint64 next_batch;
  guint64 run;           /* random: guests of this run are not those of others */
  guint64 stored_bytes;  /* about, since it was looked at whether it is too much */
  gint64 last_id;        /* order key of the last message */
  guint32 n_entries_before; /* of the batch that was committed last */
  guint32 mark;
  guint32 salt;          /* of msgids: those of this database differ from others' */
  guint32 first_free_guest;
  guint n_kept;          /* channels */
  guint n_synced;        /* lines of metadata that the command under way has been answered with */
  guint n_listeners;
  guint n_invisible;
  guint n_operators;     /* registered ones, the host's client among them */
  guint max_registered;
  guint sts_seconds;
  gint64 sts_until;      /* Unix s */
  guint16 sts_port;      /* 0: not offered */
  gboolean holding;      /* what is queued now waits for the store */
  gboolean passing;      /* what is queued now has been stored */
  gboolean label_taken;  /* the answer comes later, with it */
};

/* ---- The command table ---- */
typedef enum
{
  HS_COMMAND_EARLY = 1 << 0,      /* also before registration */
  HS_COMMAND_ONLY_EARLY = 1 << 1, /* only then */
} HsCommandFlags;

typedef struct
{
  const char *name;
  void (*func) (HsEngine *self, HsPeer *peer, const HsIrcMessage *message);
  HsCommandFlags flags;
  guint min, max; /* parameters; those beyond are passed over */
  const char *usage; /* for HELP */
} HsCommand;

extern const HsCommand hs_commands[]; /* ends with a row without name */

#define HS_DECLARE_COMMAND(name) void hs_command_##name (HsEngine *self, HsPeer *peer, const HsIrcMessage *message)
HS_DECLARE_COMMAND (admin);
HS_DECLARE_COMMAND (authenticate);
HS_DECLARE_COMMAND (away);
HS_DECLARE_COMMAND (batch);
HS_DECLARE_COMMAND (cap);
HS_DECLARE_COMMAND (cert);
HS_DECLARE_COMMAND (chathistory);
HS_DECLARE_COMMAND (chghost);
HS_DECLARE_COMMAND (half_close);
HS_DECLARE_COMMAND (help);
HS_DECLARE_COMMAND (info);
HS_DECLARE_COMMAND (invite);
HS_DECLARE_COMMAND (ison);
HS_DECLARE_COMMAND (isupport);
HS_DECLARE_COMMAND (join);
HS_DECLARE_COMMAND (kick);
HS_DECLARE_COMMAND (kill);
HS_DECLARE_COMMAND (links);
HS_DECLARE_COMMAND (list);
HS_DECLARE_COMMAND (lusers);
HS_DECLARE_COMMAND (markread);
HS_DECLARE_COMMAND (message); /* PRIVMSG, NOTICE, TAGMSG */
HS_DECLARE_COMMAND (metadata);
HS_DECLARE_COMMAND (mode);
HS_DECLARE_COMMAND (monitor);
HS_DECLARE_COMMAND (motd);
HS_DECLARE_COMMAND (names);
HS_DECLARE_COMMAND (nick);
HS_DECLARE_COMMAND (oper);
HS_DECLARE_COMMAND (part);
HS_DECLARE_COMMAND (pass);
HS_DECLARE_COMMAND (passwd);
HS_DECLARE_COMMAND (ping);
HS_DECLARE_COMMAND (pong);
HS_DECLARE_COMMAND (quit);
HS_DECLARE_COMMAND (redact);
HS_DECLARE_COMMAND (register);
HS_DECLARE_COMMAND (rename);
HS_DECLARE_COMMAND (resume);
HS_DECLARE_COMMAND (setname);
HS_DECLARE_COMMAND (time);
HS_DECLARE_COMMAND (topic);
HS_DECLARE_COMMAND (unregister);
HS_DECLARE_COMMAND (user);
HS_DECLARE_COMMAND (userhost);
HS_DECLARE_COMMAND (verify);
HS_DECLARE_COMMAND (version);
HS_DECLARE_COMMAND (view); /* TCPVIEW */
HS_DECLARE_COMMAND (wallops);
HS_DECLARE_COMMAND (who);
HS_DECLARE_COMMAND (whois);
HS_DECLARE_COMMAND (whowas);

/* ---- A peer's life (hs-engine.c) ---- */
/* Tells those who shared a room, takes it out of rooms and names. */
void hs_engine_depart (HsEngine *self, HsPeer *peer, const char *reason);
/* The same with an ERROR line to an IRC guest, then closes in good order. */
void hs_engine_dismiss (HsEngine *self, HsPeer *peer, const char *reason, guint fin_ms);
/* The same with a bare q in a write of its own to one who does not speak IRC: the tutorial's client ends on it. */
void hs_engine_say_q (HsEngine *self, HsPeer *peer, const char *reason);
/* One line to somebody whose dialect is not IRC or not known, then closes. */
void hs_engine_turn_away (HsEngine *self, HsPeer *peer, const char *line);

/* -encryption. TRUE: it has to be encrypted and is not, heard so, and leaves. */
gboolean hs_engine_turn_away_unencrypted (HsEngine *self, HsPeer *peer);
/* The same for one that speaks IRC: it may ask what there is to encrypt with, no more. */
gboolean hs_engine_refuse_in_the_clear (HsEngine *self, HsPeer *peer, const HsIrcMessage *message);
/* Is TLS among the capabilities shown to it, and is it all that is? */
gboolean hs_engine_offers_tls (HsEngine *self, HsPeer *peer, gboolean *nothing_else);

/* hs-engine.c */
void hs_engine_set_place (HsEngine *self, HsPeer *peer, GQueue *place);
/* Waits in @queue from now for @ms; NULL: for nothing. */
void hs_engine_wait (HsEngine *self, HsPeer *peer, GQueue *queue, guint ms);
/* µs that go on evenly when somebody sets the clock. */
gint64 hs_engine_get_ticks (HsEngine *self);
/* Waits until its silence is long enough for a PING. */
void hs_engine_expect_words (HsEngine *self, HsPeer *peer);
void hs_engine_fact (HsEngine *self, HsFactKind kind, HsPeer *peer, const char *room);
void hs_engine_set_registered (HsEngine *self, HsPeer *peer);
void hs_engine_dispatch (HsEngine *self, HsPeer *peer, const HsIrcMessage *message);

/* ---- Answers (hs-engine-send.c) ---- */
void hs_engine_send (HsEngine *self, HsPeer *peer, HsBuf *buf);
void hs_engine_send_text (HsEngine *self, HsPeer *peer, const char *text, gsize len);
/* :server NUMERIC nick PARAM … (NULL-terminated). To a plain guest what hs_plain_format () makes of it. */
void hs_engine_reply (HsEngine *self, HsPeer *peer, const char *numeric, ...) G_GNUC_NULL_TERMINATED;
/* Appends the same to @out. */
void hs_engine_append_reply (HsEngine *self, HsPeer *peer, GString *out, const char *numeric, ...) G_GNUC_NULL_TERMINATED;
/* FAIL COMMAND CODE :text (IRCv3 standard-replies). */
void hs_engine_fail (HsEngine *self, HsPeer *peer, const char *command, const char *code, const char *text);
/* FAIL COMMAND CODE first second :text. Guests' own words may be among them; (nullable) @label, @second. */
void hs_engine_fail_about (HsEngine *self, HsPeer *peer, const char *label, const char *command, const char *code, const char *first,
                           const char *second, const char *text);
/* Appends the same to @out. */
void hs_engine_append_fail (HsEngine *self, GString *out, const char *command, const char *code, const char *first, const char *text);
/* NOTE, the same way: what was asked for is done. */
void hs_engine_note_about (HsEngine *self, HsPeer *peer, const char *label, const char *command, const char *code, const char *first,
                           const char *second, const char *text);
void hs_engine_begin_label (HsEngine *self, HsPeer *peer, const char *label);
void hs_engine_end_label (HsEngine *self);
/* The answer to this command of @peer comes later, by send_labelled (). (nullable) (transfer full) */
char *hs_engine_take_label (HsEngine *self, const HsPeer *peer);
/* (nullable) @label, (nullable) @line: there is nothing to say (ACK). */
void hs_engine_send_labelled (HsEngine *self, HsPeer *peer, const char *label, HsBuf *line);
/* The first part of @text that fits @max bytes. (transfer full) */
char *hs_engine_cut (const char *text, gsize max);
/* nick!user@host into @out (HS_LINE_MAX bytes). */
const char *hs_peer_write_source (const HsPeer *self, char *out);
#define HS_SOURCE_SIZE (HS_NAME_MAX_BYTES + HS_USER_MAX_BYTES + 128)
/* The host as it stands there (HS_HOST_SIZE bytes): the address, unless an operator has set another. */
const char *hs_peer_write_host (const HsPeer *self, char *out);
#define HS_HOST_SIZE 120
/* The address, whatever others see (HS_HOST_SIZE bytes). */
const char *hs_peer_write_address (const HsPeer *self, char *out);
const char *hs_peer_get_user (const HsPeer *self);
/* The shown name, or the nick of one who has none. */
const char *hs_peer_get_realname (const HsPeer *self);

/* In what a message is not the same for all who hear it. */
enum
{
  HS_VARIANT_TIME = 1 << 0,
  HS_VARIANT_TAGS = 1 << 1,
  HS_VARIANT_MULTILINE = 1 << 2,
  HS_VARIANT_ACCOUNT = 1 << 3,
  HS_VARIANT_PLAIN = 1 << 4, /* and nothing else */
  HS_N_VARIANTS
};
/* What @self has negotiated of it. */
guint hs_peer_get_variant (const HsPeer *self);

/* A message as its hearers get it. */
typedef struct
{
  guint matters;              /* of the variants: the others make no difference to it */
  HsBuf *lines[HS_N_VARIANTS]; /* (nullable) nobody has needed it, or there is nothing to say in plain text */
} HsLines;
/* (nullable) Borrowed. */
HsBuf *hs_lines_get (const HsLines *self, guint variant);
void hs_lines_clear (HsLines *self);

/* One message for many: formatted once per set of negotiated capabilities that somebody present has. */
typedef struct
{
  HsEngine *engine;
  const HsIrcMessage *message;
  const HsPeer *sender;    /* (nullable) */
  const char *client_tags; /* (nullable) raw */
  gint64 id;   /* 0: it has none */
  gint64 time; /* Unix µs */
  HsLines lines;
} HsFanout;

/* @sender: whose doing it is; NULL: the server's. */
void hs_fanout_init (HsFanout *self, HsEngine *engine, const HsIrcMessage *message, const HsPeer *sender);
/* Gives it its msgid and time, and the sender's client-only tags. */
void hs_fanout_identify (HsFanout *self, gint64 id, const char *client_tags);
/* As those of @variant are to get it. (nullable) There is nothing to say in plain text. Borrowed. */
HsBuf *hs_fanout_get_line (HsFanout *self, guint variant);
void hs_fanout_send (HsFanout *self, HsPeer *peer);
/* To every member but @except (nullable); listeners too where it is the default room. */
void hs_fanout_send_channel (HsFanout *self, HsChannel *channel, HsPeer *except);
/* To everybody who shares a room with @peer and knows of it there, once each; not to itself. @caps: only to those who have them, and then
 * also to those who watch it (IRCv3 extended-monitor). */
void hs_fanout_send_neighbours (HsFanout *self, HsPeer *peer, HsCap caps);
/* To those who watch @peer and have @caps and extended-monitor, and have not been marked by the last send to neighbours. */
void hs_fanout_send_watchers (HsFanout *self, const HsPeer *peer, HsCap caps);
void hs_fanout_clear (HsFanout *self);

/* ---- Rooms (hs-engine-rooms.c) ---- */
HsChannel *hs_engine_find_channel (HsEngine *self, const char *name);
/* The same, if @peer may know that it is there: what is secret is answered like what there is not. */
HsChannel *hs_engine_find_seen (HsEngine *self, const HsPeer *peer, const char *name);
/* The one that had this id when it was called so; it may be called something else by now. @id: 0 for none. */
HsChannel *hs_engine_find_channel_again (HsEngine *self, const char *name, guint64 id);
HsChannel *hs_engine_make_channel (HsEngine *self, const char *name);
/* Something of it that people see, or that survives a restart, is not what it was. */
void hs_engine_room_changed (HsEngine *self, HsChannel *channel);
void hs_engine_join (HsEngine *self, HsPeer *peer, HsChannel *channel, gboolean op, gboolean arriving);
/* Without a word to anybody. */
void hs_engine_drop_membership (HsEngine *self, HsMembership *membership);
void hs_engine_part (HsEngine *self, HsMembership *membership, const char *reason);
/* A quiet member does something in the room: now others are told that it is there. */
void hs_engine_announce (HsEngine *self, HsMembership *membership);
/* It alone hears that it went (@former, @reason) and came into the room that it is in, as others call it now. */
void hs_engine_lead_over (HsEngine *self, HsMembership *membership, const char *former, const char *reason);
/* To those of its room who speak IRC and lack @lacking it is as if it had just come, with the ranks that it has. */
void hs_engine_repeat_arrival (HsEngine *self, HsMembership *membership, HsCap lacking);
void hs_engine_reply_topic (HsEngine *self, HsPeer *peer, HsChannel *channel);
/* How far its account has read there, where it wants to know (hs-engine-marker.c). */
void hs_engine_reply_marker (HsEngine *self, HsPeer *peer, const HsChannel *channel);
/* The room @former (folded) is called @name (folded) now. */
void hs_engine_move_markers (HsEngine *self, const char *former, const char *name);
/* Is @peer, who is @inside the room or not, told that this one is there? Of those whom it may know of. */
gboolean hs_membership_is_listed (const HsMembership *self, const HsPeer *peer, gboolean inside);
void hs_engine_reply_names (HsEngine *self, HsPeer *peer, HsChannel *channel);

/* ---- Renamed rooms (hs-engine-rename.c) ---- */
/* (nullable) The room that was called so, until somebody else may be. Borrowed. */
HsChannel *hs_engine_find_renamed (HsEngine *self, const char *former);
void hs_engine_remember_renamed (HsEngine *self, const char *former, const char *name, gint64 until_ms);

/* ---- Rights in rooms (hs-engine-rooms.c) ---- */
/* Its operators, and the server's. */
gboolean hs_engine_rules (const HsPeer *peer, const HsChannel *channel);
/* May it know who is there? */
gboolean hs_engine_can_see (const HsPeer *peer, const HsChannel *channel);
/* The host in the room that it rules: nobody kicks it there, nor takes its rank. */
gboolean hs_engine_is_protected (HsEngine *self, const HsPeer *peer, const HsChannel *channel);
/* Whom masks may name if it were called @nick (nullable). Borrows; @host: HS_HOST_SIZE bytes. */
void hs_peer_init_subject (const HsPeer *self, const char *nick, HsMaskSubject *subject, char *host);
gboolean hs_peer_is_banned (const HsPeer *self, const HsChannel *channel);
gboolean hs_peer_shares_room (const HsPeer *self, const HsPeer *other);
/* Banned or muted, and without a rank. */
gboolean hs_membership_is_silenced (HsMembership *self);
/* May it speak there? @membership (nullable): it is not in the room. */
gboolean hs_engine_may_speak (const HsPeer *peer, const HsChannel *channel, HsMembership *membership);
/* Its name is another now: what the lists say of it is asked anew. */
void hs_peer_forget_silence (HsPeer *self);
/* What keeps somebody out. */
typedef struct
{
  const char *numeric, *words;
} HsBar;
/* (nullable) NULL: it may join. */
const HsBar *hs_engine_find_bar (const HsPeer *peer, const HsChannel *channel, const char *key);
/* Listeners and plain guests go when they may not be there any more (hs-engine-moderation.c). */
void hs_engine_send_away_barred (HsEngine *self, HsChannel *channel);

/* ---- The door (hs-engine-host.c) ---- */
#define HS_DOOR_NAME "*" /* in server.db: a name that no room has */
#define HS_BANNED_WORDS "You are banned from this server"
void hs_engine_make_door (HsEngine *self);
/* Nothing but the address is known yet. */
gboolean hs_engine_is_barred_from (HsEngine *self, const char *host);
gboolean hs_engine_is_barred (HsEngine *self, const HsPeer *peer);

/* ---- Modes (hs-engine-modes.c, hs-engine-people.c) ---- */
void hs_engine_channel_mode (HsEngine *self, HsPeer *peer, HsChannel *channel, const HsIrcMessage *message);
/* "+ntk key 5"; with "*" for the key where it is not @with_key. (transfer full) */
char *hs_channel_dup_modes (const HsChannel *self, gboolean with_key);
char *hs_peer_dup_modes (const HsPeer *self);
/* "+o" to the guest itself. */
void hs_engine_tell_user_mode (HsEngine *self, HsPeer *peer, const char *change);

/* ---- A guest (hs-peer.c) ---- */
/* The host's own client, or by OPER. */
gboolean hs_peer_is_operator (const HsPeer *self);
HsPeerExtra *hs_peer_get_extra (HsPeer *self);
void hs_peer_free_extra (HsPeer *self);
gboolean hs_peer_is_invited (const HsPeer *self, const HsChannel *channel);
void hs_peer_add_invitation (HsPeer *self, const HsChannel *channel);
void hs_peer_forget_invitation (HsPeer *self, const HsChannel *channel);

/* ---- Names and arrival (hs-engine-registration.c) ---- */
/* guest-N, and what looks like it. */
gboolean hs_engine_is_reserved_name (const char *nick);
void hs_engine_take_nick (HsEngine *self, HsPeer *peer, const char *nick);
void hs_engine_release_nick (HsEngine *self, HsPeer *peer);
HsPeer *hs_engine_find_nick (HsEngine *self, const char *nick);
void hs_engine_try_register (HsEngine *self, HsPeer *peer);
void hs_engine_append_motd (HsEngine *self, HsPeer *peer, GString *out);
void hs_engine_append_lusers (HsEngine *self, HsPeer *peer, GString *out);
/* (transfer full) */
char **hs_engine_make_isupport (const HsServerConfig *config);
void hs_engine_append_isupport (HsEngine *self, HsPeer *peer, GString *out);

/* ---- Metadata (hs-engine-metadata-tell.c) ---- */
/* It is in, and hears what is kept of it. */
void hs_engine_tell_own_metadata (HsEngine *self, HsPeer *peer);
/* Others of the room hear what its new member has; it itself hears of them (or that it may ask later). */
void hs_engine_tell_room_metadata (HsEngine *self, const HsMembership *membership);
void hs_engine_sync_metadata (HsEngine *self, HsPeer *peer, HsChannel *channel);
/* Who waits for @peer hears it when it comes; @peer hears it of @one whom it waits for from now on. */
void hs_engine_tell_watchers_metadata (HsEngine *self, const HsPeer *peer);
void hs_engine_tell_monitored_metadata (HsEngine *self, HsPeer *peer, const HsPeer *one);
/* 760 of @peer to one who takes it. */
void hs_engine_append_whois_metadata (HsEngine *self, HsPeer *to, GString *out, const HsPeer *peer);

/* ---- MONITOR (hs-engine-monitor.c) ---- */
/* A name that somebody waits for. */
typedef struct
{
  char *nick;          /* as the first one wrote it */
  GPtrArray *watchers; /* of HsPeer */
} HsMonitored;
void hs_monitored_free (HsMonitored *self);
/* Who is called @nick has come (@source of it) or, NULL, gone. */
void hs_engine_tell_watchers (HsEngine *self, const char *nick, const char *source);
void hs_engine_forget_monitored (HsEngine *self, HsPeer *peer);

/* ---- Passwords (hs-engine-oper.c) ---- */
gboolean hs_engine_equal_in_constant_time (const char *a, const char *b, gsize len);
gboolean hs_engine_is_same_secret (const char *a, const char *b);
/* Its address has guessed wrong lately: told to wait. */
gboolean hs_engine_must_wait_to_guess (HsEngine *self, HsPeer *peer, const char *command);
void hs_engine_note_guess (HsEngine *self, HsPeer *peer, gboolean right);
/* One more room that is kept, and not too many lately from its address: then it counts. */
gboolean hs_engine_may_make_room (HsEngine *self, HsPeer *peer);

/* ---- WHOWAS (hs-engine-whowas.c) ---- */
/* It goes, or is about to take another name. */
void hs_engine_remember_former (HsEngine *self, const HsPeer *peer);
void hs_engine_clear_former (HsEngine *self);

/* ---- Several lines (hs-engine-multiline.c) ---- */
void hs_draft_free (HsDraft *self);
/* A line of a batch: it is gathered, or refused. FALSE: it is none. */
gboolean hs_engine_take_draft_line (HsEngine *self, HsPeer *peer, const HsIrcMessage *message);
/* A PRIVMSG or NOTICE whose text has line feeds, or is too long for a line. */
gboolean hs_engine_has_several_lines (const HsIrcMessage *message);
/* Appends @message, in as many lines as it needs. @first_tags: raw, "" for none, of the whole; @more_tags: of what of it comes in lines of their
 * own; @outer: (nullable) the batch that all stands in. @multiline: who gets it knows that kind of batch. */
void hs_engine_append_lines (HsEngine *self, const HsIrcMessage *message, const char *first_tags, const char *more_tags, const char *outer,
                             gboolean multiline, GString *out);
/* @text with line feeds (hs-engine-messages.c). */
void hs_engine_say_multiline (HsEngine *self, HsPeer *peer, const char *command, const char *target, const char *text, const char *tags);

/* ---- The plain dialect (hs-engine-plain.c) ---- */
void hs_engine_plain_line (HsEngine *self, HsPeer *peer, const char *line);
/* One who does not speak IRC cannot come into the default room as it is now: told so in one line. */
gboolean hs_engine_turn_away_barred (HsEngine *self, HsPeer *peer);
void hs_engine_answer_http (HsEngine *self, HsPeer *peer);

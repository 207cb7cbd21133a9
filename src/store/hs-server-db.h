/* SPDX-License-Identifier: GPL-3.0-or-later */
/* server.db: what the hosted server keeps: rooms and their lists, messages and events with their ids, tokens and the ids that were answered, read
 * markers, accounts. The synchronous core, one connection, used by one thread (hs-server-store.h is the thread in front of it).
 * A *place* is where something was said: a room's folded name ("#lobby"), or a private conversation's ("=" and both identities, see
 * hs_server_db_make_talk ()). An *identity* is whoever may read a private conversation: an account, the host, or one connection of a guest.
 * Order key: id = (Unix ms << 12) | sequence, given by the engine, ever growing; the time of a message is its id's. */
#pragma once

#include <glib.h>

#include "hs-store-error.h"

typedef struct _HsServerDb HsServerDb;

#define HS_SERVER_ID_TIME(id) ((gint64) (id) >> 12)             /* Unix ms */
#define HS_SERVER_ID_FIRST(ms) ((gint64) (ms) * (1 << 12))      /* of that millisecond; a clock may stand before 1970 */
#define HS_SERVER_ID_LAST(ms) (((gint64) (ms) << 12) | 0xfff)

typedef enum
{
  HS_SERVER_PRIVMSG = 0,
  HS_SERVER_NOTICE = 1,
  HS_SERVER_TAGMSG = 2,
  HS_SERVER_EVENT = 3,  /* text: a whole line without tags and source, "JOIN #lobby" */
  HS_SERVER_REDACT = 4, /* text: likewise */
} HsServerKind; /* stored; append only */

/* What the engine wants to be stored, and what is read back. */
typedef struct
{
  gint64 id;
  HsServerKind kind;
  char *place;
  char *source;    /* nick!user@host then */
  char *author;    /* identity of who said it */
  char *target;    /* (nullable) as it was said: the room's or the other's name */
  char *text;      /* (nullable) NULL: TAGMSG, or redacted */
  char *tags;      /* (nullable) client-only, raw */
  /* Only when storing */
  char *to;        /* (nullable) private: identity of the other; who told it */
  char *author_nick, *to_nick; /* (nullable) private: how each calls the other */
  GBytes *owner;   /* (nullable) hash of the sender's token */
  char *owner_name; /* (nullable) without a token: its account's identity */
  char *client_id; /* (nullable) +handshakechat.github.io/id */
  gboolean only_answer; /* history is off: nothing but its id is kept */
} HsServerMessage;

HsServerMessage *hs_server_message_new (void);
void hs_server_message_free (HsServerMessage *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (HsServerMessage, hs_server_message_free)

typedef enum
{
  HS_SERVER_APPENDED,
  HS_SERVER_REPEATED, /* from this owner with this id before: nothing stored, *first is that message's id */
  HS_SERVER_CONFLICT, /* the same id with another text or target */
  HS_SERVER_FAILED,   /* @error */
} HsServerAppended;

/* @path or ":memory:". As hs_history_open (). */
HsServerDb *hs_server_db_open (const char *path, GError **error);
void hs_server_db_close (HsServerDb *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (HsServerDb, hs_server_db_close)

/* The largest id that was ever given, 0 none; and a number of this database's own, which makes its msgids differ from others'. */
gboolean hs_server_db_get_state (HsServerDb *self, gint64 *last_id, guint32 *salt, GError **error);

/* ---- Messages ---- */
HsServerAppended hs_server_db_append (HsServerDb *self, const HsServerMessage *message, gint64 *first, GError **error);

/* The place of a private conversation of two identities. (transfer full) */
char *hs_server_db_make_talk (const char *identity, const char *other);
/* The place that @identity knows under @nick (the last one who was called so). (nullable) (transfer full) */
char *hs_server_db_find_talk (HsServerDb *self, const char *identity, const char *nick, GError **error);

typedef struct
{
  const char *place;
  gint64 after, before; /* exclusive; 0 and G_MAXINT64: open */
  gboolean newest;      /* of more than @limit those nearest to @before, else those nearest to @after */
  gboolean events;      /* kinds other than PRIVMSG and NOTICE too */
  gboolean redactions;
  guint limit;
  gsize bytes;          /* 0: any number. Of more that telling them takes only so many messages as that allows, one at least */
} HsServerQuery;
/* In ascending order; what was redacted is left out. (element-type HsServerMessage) (transfer full), NULL with @error. */
GPtrArray *hs_server_db_read (HsServerDb *self, const HsServerQuery *query, GError **error);

typedef struct
{
  char *name;   /* a room's name, or a nick */
  gint64 last_id;
} HsServerTarget;
void hs_server_target_free (HsServerTarget *self);
/* Of @rooms (NULL-terminated, folded) and of @identity's private conversations those whose last message lies between (exclusive), by its time.
 * @newest and @limit as above. (element-type HsServerTarget) */
GPtrArray *hs_server_db_list_targets (HsServerDb *self, const char *identity, const char *const *rooms, gint64 after, gint64 before,
                                      gboolean newest, guint limit, GError **error);

typedef enum
{
  HS_SERVER_REDACTED,
  HS_SERVER_UNKNOWN,
  HS_SERVER_FORBIDDEN,
} HsServerRedacted;
/* Takes text and tags out of the message @id, keeps its row. @author (nullable): only if it was theirs; NULL: anybody's. */
HsServerRedacted hs_server_db_redact (HsServerDb *self, const char *place, gint64 id, const char *author, GError **error);

/* ---- Rooms ---- */
typedef struct
{
  char mode;  /* 'b', 'e', 'I' … */
  char *mask, *by;
  gint64 time; /* Unix s */
} HsServerListEntry;

typedef struct
{
  char *name;     /* as it is shown; folded it is the key */
  char *topic;    /* (nullable) */
  char *topic_by; /* (nullable) */
  gint64 topic_time, created; /* Unix µs */
  char *modes;    /* (nullable) letters and parameters, "+knt key" */
  GPtrArray *list; /* of HsServerListEntry */
  GStrv metadata; /* (nullable) key, value, key, value … */
} HsServerRoom;
HsServerRoom *hs_server_room_new (const char *name);
void hs_server_room_add (HsServerRoom *self, char mode, const char *mask, const char *by, gint64 time);
void hs_server_room_free (HsServerRoom *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (HsServerRoom, hs_server_room_free)
/* (element-type HsServerRoom) */
GPtrArray *hs_server_db_list_rooms (HsServerDb *self, GError **error);
/* When it is new: what is there of an earlier room of this name is nobody's any more. */
gboolean hs_server_db_put_room (HsServerDb *self, const HsServerRoom *room, GError **error);
/* What was said in @former goes on under @name, and whoever looks for @former finds it until then (Unix ms). What was left of an earlier room
 * called @name is nobody's any more. */
gboolean hs_server_db_rename_room (HsServerDb *self, const char *former, const char *name, gint64 until, GError **error);
typedef struct
{
  char *former; /* folded */
  char *name;   /* as it is shown now */
  gint64 until; /* Unix ms */
} HsServerRenamed;
void hs_server_renamed_free (HsServerRenamed *self);
/* Those that hold after @now, the newest first. (element-type HsServerRenamed) (transfer full), NULL with @error */
GPtrArray *hs_server_db_list_renamed (HsServerDb *self, gint64 now, GError **error);
/* Rooms that were made before @created (Unix µs), in which nothing happened at or after the id @used (0: of what happened nothing is left), and
 * to which no former name leads. (element-type utf8) (transfer full), NULL with @error */
GPtrArray *hs_server_db_list_unused (HsServerDb *self, gint64 created, gint64 used, GError **error);
/* If it is one of these; what was said there is nobody's any more. FALSE without error: it is none. */
gboolean hs_server_db_drop_unused (HsServerDb *self, const char *name, gint64 created, gint64 used, GError **error);

/* ---- Resuming ---- */
/* From now on the ids of @old (nullable; or of nobody, when it is unknown or expired) are @token's. Hashes; times in Unix ms. TRUE: @old was known. */
gboolean hs_server_db_resume (HsServerDb *self, GBytes *old, GBytes *token, gint64 now, gint64 expires, GError **error);

/* ---- Read markers ---- */
/* The marker of @identity in @place: Unix ms, 0 none. */
gint64 hs_server_db_get_marker (HsServerDb *self, const char *identity, const char *place, GError **error);
/* Only ever grows; returns what holds then. */
gint64 hs_server_db_set_marker (HsServerDb *self, const char *identity, const char *place, gint64 time, GError **error);

/* Name: the place; last_id: Unix ms. (element-type HsServerTarget) (transfer full), NULL with @error */
GPtrArray *hs_server_db_list_markers (HsServerDb *self, const char *identity, GError **error);

/* ---- Accounts ---- */
typedef struct
{
  char *name;
  GBytes *salt;
  guint iterations;
  GBytes *stored_key, *server_key; /* RFC 5802; SHA-256 */
  gint64 created;                  /* Unix ms */
  gboolean locked;                 /* no password opens it, as far as is known */
  GStrv metadata;                  /* (nullable) key, value, key, value … */
} HsServerAccount;
void hs_server_account_free (HsServerAccount *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (HsServerAccount, hs_server_account_free)
HsServerAccount *hs_server_account_copy (const HsServerAccount *self);
/* @iterations of PBKDF2-HMAC-SHA-256 over @password and @salt. It costs time (0.6 ms for 4096), and may be done on any thread. (transfer full) */
HsServerAccount *hs_server_account_make (const char *name, const char *password, GBytes *salt, guint iterations, gint64 created);
/* One that no password opens, with HS_LOCKED_CHANCE random bytes in its place: who uses it has a key, or it is nobody's. (transfer full) */
#define HS_LOCKED_CHANCE (16 + 2 * 32)
HsServerAccount *hs_server_account_make_locked (const char *name, const guint8 *chance, guint iterations, gint64 created);
/* Made of the same password, with the same salt and iterations? In constant time. */
gboolean hs_server_account_equal (const HsServerAccount *self, const HsServerAccount *other);
gboolean hs_server_account_check (const HsServerAccount *self, const char *password); /* in constant time */
/* FALSE without error: there is one of this (folded) name. */
gboolean hs_server_db_add_account (HsServerDb *self, const HsServerAccount *account, GError **error);
gboolean hs_server_db_set_account (HsServerDb *self, const HsServerAccount *account, GError **error); /* a new password, or none */
/* All of it. */
gboolean hs_server_db_set_account_metadata (HsServerDb *self, const char *name, const char *const *metadata, GError **error);
HsServerAccount *hs_server_db_get_account (HsServerDb *self, const char *name, GError **error); /* (nullable) */
/* (element-type HsServerAccount) (transfer full), NULL with @error */
GPtrArray *hs_server_db_list_accounts (HsServerDb *self, GError **error);
/* With its keys and all that was kept for it alone. What it said stays, and under its identity: nobody else is ever given this name. */
gboolean hs_server_db_remove_account (HsServerDb *self, const char *name, GError **error);
/* The names of those that were removed, folded. (element-type utf8) (transfer full), NULL with @error */
GPtrArray *hs_server_db_list_gone_accounts (HsServerDb *self, GError **error);

/* A client's key that is as good as the account's password: the fingerprint's 32 bytes. One key is one account's. */
typedef struct
{
  GBytes *key;
  char *account; /* folded */
} HsServerAccountKey;
void hs_server_account_key_free (HsServerAccountKey *self);
/* What it opened before it opens no more. */
gboolean hs_server_db_add_account_key (HsServerDb *self, const char *account, GBytes *key, GError **error);
gboolean hs_server_db_remove_account_key (HsServerDb *self, GBytes *key, GError **error);
/* (element-type HsServerAccountKey) (transfer full), NULL with @error */
GPtrArray *hs_server_db_list_account_keys (HsServerDb *self, GError **error);
/* A random number of this database's own that nobody is told. "decoy": of it the salts of accounts are made that do not exist. (nullable) (transfer full) */
GBytes *hs_server_db_get_secret (HsServerDb *self, const char *name, GError **error);

/* ---- Invites: tokens that let one guest in each, by their hashes ---- */
typedef struct
{
  GBytes *token;
  gint64 until; /* Unix ms */
} HsServerInvite;
void hs_server_invite_free (HsServerInvite *self);
gboolean hs_server_db_add_invite (HsServerDb *self, GBytes *token, gint64 until, GError **error);
gboolean hs_server_db_remove_invite (HsServerDb *self, GBytes *token, GError **error);
/* Those that are good after @now, the first to end first. (element-type HsServerInvite) (transfer full), NULL with @error */
GPtrArray *hs_server_db_list_invites (HsServerDb *self, gint64 now, GError **error);

/* ---- Retention ---- */
/* One slice of what is older than @oldest (Unix ms), beyond @messages a room or, the oldest of all first, beyond @bytes of the database (0: any number), of tokens that have expired, of what is nobody's
 * any more, of private conversations that nobody can read (those of guests that are not of @run: their identities begin with it), and of places
 * that are no room's and where nothing is kept, with what points to them.
 * Returns the rows deleted: when some were, ask again. */
guint hs_server_db_trim (HsServerDb *self, gint64 now, gint64 oldest, guint messages, gint64 bytes, const char *run, GError **error);

gboolean hs_server_db_begin (HsServerDb *self, GError **error);
gboolean hs_server_db_commit (HsServerDb *self, GError **error);

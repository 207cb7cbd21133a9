/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A room of the engine, as plain structs. What survives a restart stands first in each; the rest is made anew. */
#pragma once

#include "hs-engine.h"
#include "hs-mask.h"
#include "hs-metadata.h"

/* Modes without a value. Stored: append only. */
typedef enum
{
  HS_CHANNEL_INVITE_ONLY = 1 << 0,  /* i */
  HS_CHANNEL_MODERATED = 1 << 1,    /* m */
  HS_CHANNEL_NO_EXTERNAL = 1 << 2,  /* n */
  HS_CHANNEL_PRIVATE = 1 << 3,      /* p */
  HS_CHANNEL_SECRET = 1 << 4,       /* s */
  HS_CHANNEL_TOPIC_LOCKED = 1 << 5, /* t */
  HS_CHANNEL_ACCOUNTS_ONLY = 1 << 6, /* R: only who is logged in, or invited, may join */
} HsChannelModes;

/* Lists of masks (modes of type A). Stored: append only. */
typedef enum
{
  HS_LIST_BAN = 0,    /* b: may neither join nor speak */
  HS_LIST_EXCEPT = 1, /* e: although a ban or a mute names them, they may */
  HS_LIST_INVEX = 2,  /* I: need no invitation */
  HS_LIST_QUIET = 3,  /* q: muted; they may join and hear */
  HS_N_LISTS
} HsListKind;

typedef struct
{
  char *mask;  /* as hs_mask_normalize () makes them */
  char *by;    /* nick of who set it */
  gint64 time; /* Unix µs */
} HsListEntry;

typedef struct _HsChannel HsChannel;
typedef struct _HsMembership HsMembership;

struct _HsChannel
{
  /* Survives a restart */
  char *name;
  char *topic;    /* (nullable) */
  char *topic_by; /* (nullable) */
  gint64 topic_time;
  gint64 created;
  guint32 modes;  /* HsChannelModes */
  guint32 limit;  /* 0: none */
  char *key;      /* (nullable) */
  GPtrArray *lists[HS_N_LISTS]; /* of HsListEntry; (nullable) when empty */
  HsMetadata *metadata; /* (nullable) */
  /* Owned */
  GPtrArray *members; /* of HsMembership; those others have been told of come first */
  /* State */
  guint64 id;         /* of this run */
  char *renaming;     /* (nullable) what the store has been asked to call it, and has not answered */
  gint64 renamed;     /* ticks: when it was last; 0: not in this run */
  gboolean kept;      /* by the store: it stays when nobody is in it */
  gboolean putting;   /* the store is being told what it is like; */
  gboolean dirty;     /* it has changed since */
  gboolean told_unkept; /* to those who are in it: that it is not */
  guint n_told;
  guint32 crowd_age;  /* changes with everybody who comes to hear, or goes */
  guint32 lists_age;  /* changes with every ban, mute and exception */
};

struct _HsMembership
{
  HsChannel *channel;
  HsPeer *peer;
  HsMembership *next; /* the peer's next room */
  guint32 index;      /* in channel->members */
  guint32 op : 1;
  guint32 voice : 1;
  guint32 quiet : 1;    /* arrived in a large default room and has not spoken: others have not been told */
  guint32 silenced : 1; /* banned or muted, as the lists were at lists_age */
  guint32 lists_age : 28;
};

/* What a room is unless somebody changes it. */
#define HS_CHANNEL_DEFAULT_MODES (HS_CHANNEL_NO_EXTERNAL | HS_CHANNEL_TOPIC_LOCKED)

void hs_channel_free (HsChannel *self);
/* What it is called, folded, in the store when this is asked for there: questions are answered one after the other. (transfer full) */
char *hs_channel_fold_place (const HsChannel *self);
/* It is not as every new room is. */
gboolean hs_channel_has_settings (const HsChannel *self);
HsMembership *hs_peer_find_membership (const HsPeer *self, const HsChannel *channel);
/* The members that @peer may know of: those of whom others are told, and itself. @i from 0; NULL after the last. */
const HsMembership *hs_channel_get_known (const HsChannel *self, const HsPeer *peer, guint i);
/* "@", "+" or "": with @all every rank it has (IRCv3 multi-prefix), else the highest. Static. */
const char *hs_membership_get_prefix (const HsMembership *self, gboolean all);

/* ---- Lists ---- */
/* FALSE: it is there already. Takes nothing. */
gboolean hs_channel_add_to_list (HsChannel *self, HsListKind kind, const char *mask, const char *by, gint64 time);
gboolean hs_channel_remove_from_list (HsChannel *self, HsListKind kind, const char *mask);
gboolean hs_channel_list_is_full (const HsChannel *self, HsListKind kind);
/* Does an entry name who is called so? Of a listener, who has no name, the nick is "". */
gboolean hs_channel_list_names (const HsChannel *self, HsListKind kind, const HsMaskSubject *subject);
/* Banned (or with @or_quiet also muted), and no exception says otherwise. */
gboolean hs_channel_forbids (const HsChannel *self, gboolean or_quiet, const HsMaskSubject *subject);

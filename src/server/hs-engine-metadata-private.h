/* SPDX-License-Identifier: GPL-3.0-or-later */
/* METADATA in the engine: whose it is, and who is told. */
#pragma once

#include "hs-engine-accounts-private.h"
#include "hs-metadata.h"

/* ---- Whose it is (hs-engine-metadata.c) ---- */
/* Of the account that it is logged in to, else its own. (nullable) */
HsMetadata *hs_engine_get_metadata (HsEngine *self, const HsPeer *peer);
/* It has logged in: what it brought along is the account's now, and both are told of. */
void hs_engine_merge_metadata (HsEngine *self, HsPeer *peer);

/* ---- Answers of several lines (hs-engine-metadata-tell.c) ---- */
typedef struct
{
  HsEngine *engine;
  HsPeer *peer;
  GString *out;
  char *reference; /* (nullable) it knows no batches */
  guint n;         /* lines of what is so already */
} HsMetadataBatch;
/* @target: (nullable). */
void hs_metadata_batch_begin (HsMetadataBatch *self, HsEngine *engine, HsPeer *peer, const char *type, const char *target);
/* A line is about to be appended to @out. */
void hs_metadata_batch_tag (HsMetadataBatch *self);
/* Sends all of it. */
void hs_metadata_batch_end (HsMetadataBatch *self);

/* ---- Telling (hs-engine-metadata-tell.c) ---- */
gboolean hs_peer_is_subscribed (const HsPeer *self, const char *key);
/* Of @peer (or @channel): @value (nullable: it has none any more). Whoever set it, @by, is not told. */
void hs_engine_tell_peer_metadata (HsEngine *self, HsPeer *peer, HsPeer *by, const char *key, const char *value);
void hs_engine_tell_channel_metadata (HsEngine *self, HsChannel *channel, HsPeer *by, const char *key, const char *value);
/* Of what @peer has subscribed to only @keys (of strings): the rooms that it is in, who is there with it, and whom it watches. */
void hs_engine_tell_subscriber (HsEngine *self, HsPeer *peer, const GPtrArray *keys);
/* METADATA SYNC; @one or @channel. */
void hs_engine_answer_sync (HsEngine *self, HsPeer *peer, HsPeer *one, HsChannel *channel);

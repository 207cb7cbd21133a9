/* SPDX-License-Identifier: GPL-3.0-or-later */
/* One row of a conversation, as a person sees it. Filled by client/; a row not loaded yet has loaded FALSE and empty text. */
#pragma once

#include <gio/gio.h>

typedef enum { HS_KIND_MESSAGE, HS_KIND_ACTION, HS_KIND_NOTICE, HS_KIND_PRESENCE, HS_KIND_EVENT, HS_KIND_INFO } HsKind; /* HsEntryKind of store/ */
typedef enum
{
  HS_SENT_NONE, HS_SENT_PENDING, HS_SENT_WRITTEN, HS_SENT_ACKNOWLEDGED, HS_SENT_ACCEPTED, HS_SENT_READ, HS_SENT_FAILED, HS_SENT_UNCONFIRMED,
  HS_SENT_SENT, HS_SENT_HANDED,
} HsSent; /* HsDelivery of store/ */

#define HS_TYPE_ENTRY (hs_entry_get_type ())
G_DECLARE_FINAL_TYPE (HsEntry, hs_entry, HS, ENTRY, GObject)

/* Properties (all notify): id (int64), kind (int), sender (nick), shown (name shown), text, time (int64, Unix ms), own, mention, plain, unencrypted,
 * delivery (int), loaded, redacted (it was deleted: no text); and what the row needs to know of its neighbours, kept by HsEntryList when pages are filled:
 * begins-day (first of its local day), begins-group (first of a run of one sender within 5 minutes), ends-group, first-unread (the New messages line stands before it). */
HsEntry *hs_entry_new (void);
gint64 hs_entry_get_id (HsEntry *self);
HsKind hs_entry_get_kind (HsEntry *self);
const char *hs_entry_get_sender (HsEntry *self);
const char *hs_entry_get_shown (HsEntry *self);  /* falls back to sender */
const char *hs_entry_get_text (HsEntry *self);
gint64 hs_entry_get_time (HsEntry *self);
gboolean hs_entry_is_own (HsEntry *self);
gboolean hs_entry_is_mention (HsEntry *self);
gboolean hs_entry_is_plain (HsEntry *self);
gboolean hs_entry_is_unencrypted (HsEntry *self);
HsSent hs_entry_get_delivery (HsEntry *self);
gboolean hs_entry_is_loaded (HsEntry *self);
gboolean hs_entry_is_redacted (HsEntry *self);
gboolean hs_entry_begins_day (HsEntry *self);
gboolean hs_entry_begins_group (HsEntry *self);
gboolean hs_entry_ends_group (HsEntry *self);
gboolean hs_entry_is_first_unread (HsEntry *self);

/* SPDX-License-Identifier: GPL-3.0-or-later */
/* How one message went over the wire in this run; see hs-passage.h. Reads no clock and no socket. */
#include "hs-passage.h"

#include <string.h>

struct _HsPassage
{
  GObject parent_instance;

  /* Owned */
  HsPassageFacts facts;
  char *msgid;    /* (nullable) */

  /* Borrowed */
  gpointer room;  /* weak */
  HsEntry *entry; /* weak */

  /* State */
  gint64 id;      /* of the stored row, 0 before */
};

G_DEFINE_FINAL_TYPE (HsPassage, hs_passage, G_TYPE_OBJECT)

enum { MOVED, N_SIGNALS };

static guint signals[N_SIGNALS];

static void
hs_passage_finalize (GObject *object)
{
  HsPassage *self = HS_PASSAGE (object);

  g_clear_weak_pointer (&self->room);
  g_clear_weak_pointer (&self->entry);
  g_clear_object (&self->facts.watch);
  g_free (self->facts.text);
  g_free (self->facts.line);
  g_free (self->msgid);
  G_OBJECT_CLASS (hs_passage_parent_class)->finalize (object);
}

static void
hs_passage_class_init (HsPassageClass *klass)
{
  G_OBJECT_CLASS (klass)->finalize = hs_passage_finalize;
  signals[MOVED] = g_signal_new ("moved", HS_TYPE_PASSAGE, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL, G_TYPE_NONE, 0);
}

static void
hs_passage_init (HsPassage *self)
{
}

HsPassage *
hs_passage_new (HsTcpWatch *watch, const char *text, gboolean own)
{
  HsPassage *self = g_object_new (HS_TYPE_PASSAGE, NULL);

  g_set_object (&self->facts.watch, watch);
  self->facts.text = g_strdup (text);
  self->facts.own = own;
  return self;
}

const HsPassageFacts *
hs_passage_get_facts (HsPassage *self)
{
  g_return_val_if_fail (HS_IS_PASSAGE (self), NULL);
  return &self->facts;
}

/* ---- Which message ---- */

void
hs_passage_set_place (HsPassage *self, gpointer room, HsEntry *entry)
{
  g_set_weak_pointer (&self->room, room);
  g_set_weak_pointer (&self->entry, entry);
}

void
hs_passage_set_id (HsPassage *self, gint64 id)
{
  self->id = id;
}

gboolean
hs_passage_is_in (HsPassage *self, gpointer room)
{
  return room != NULL && self->room == room;
}

/* A list lets go of entries that nobody looks at, and makes them anew: then the row's id tells. */
gboolean
hs_passage_is_of (HsPassage *self, gpointer room, HsEntry *entry)
{
  if (!hs_passage_is_in (self, room))
    return FALSE;
  return self->entry == entry || (self->id != 0 && self->id == hs_entry_get_id (entry));
}

void
hs_passage_set_msgid (HsPassage *self, const char *msgid)
{
  g_free (self->msgid);
  self->msgid = g_strdup (msgid);
}

const char *
hs_passage_get_msgid (HsPassage *self)
{
  return self->msgid;
}

/* ---- What happens to it ---- */

void
hs_passage_redact (HsPassage *self)
{
  if (self->facts.redacted)
    return;
  self->facts.redacted = TRUE;
  g_free (self->facts.text);
  self->facts.text = g_strdup ("");
  g_clear_pointer (&self->facts.line, g_free);
  self->facts.len = 0;
  g_signal_emit (self, signals[MOVED], 0);
}

static void
set_line (HsPassage *self, const char *line, gsize len)
{
  g_free (self->facts.line);
  self->facts.line = g_memdup2 (line, len);
  self->facts.len = len;
}

void
hs_passage_sent (HsPassage *self, HsTcpWatch *watch, const char *line, gsize len, guint64 end, gint64 time, gboolean awaits_accepted)
{
  g_return_if_fail (end >= len);

  g_set_object (&self->facts.watch, watch);
  set_line (self, line, len);
  self->facts.begin = end - len;
  self->facts.end = end;
  self->facts.sent = time;
  self->facts.awaits_accepted = awaits_accepted;
  self->facts.acknowledged = self->facts.accepted = self->facts.bounced = 0;
  g_signal_emit (self, signals[MOVED], 0);
}

void
hs_passage_received (HsPassage *self, const char *line, gsize len, guint64 begin, guint reads, gint64 time, gboolean tls)
{
  set_line (self, line, len);
  self->facts.begin = begin;
  self->facts.end = begin + len;
  self->facts.reads = reads;
  self->facts.tls = tls;
  self->facts.received = time;
  g_signal_emit (self, signals[MOVED], 0);
}

void
hs_passage_acknowledged (HsPassage *self, gint64 time)
{
  if (self->facts.acknowledged != 0)
    return;
  self->facts.acknowledged = time;
  g_signal_emit (self, signals[MOVED], 0);
}

void
hs_passage_accepted (HsPassage *self, gint64 time)
{
  if (self->facts.accepted != 0)
    return;
  self->facts.accepted = time;
  g_signal_emit (self, signals[MOVED], 0);
}

void
hs_passage_bounced (HsPassage *self, gint64 time)
{
  if (self->facts.bounced != 0)
    return;
  self->facts.bounced = time;
  g_signal_emit (self, signals[MOVED], 0);
}

void
hs_passage_set_awaits_read (HsPassage *self, gboolean awaits_read)
{
  self->facts.awaits_read = awaits_read;
}

void
hs_passage_read (HsPassage *self, gint64 time)
{
  if (self->facts.read != 0)
    return;
  self->facts.read = time;
  g_signal_emit (self, signals[MOVED], 0);
}

/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The card with one message's way; see hs-message-way.h. Which message it is, others say. */
#include "hs-message-way.h"

#include "hs-entry-words.h"
#include "hs-way-track.h"

#include <glib/gi18n.h>

#define QUOTE_CHARACTERS 24
#define N_STOPS_MAX 5

struct _HsMessageWay
{
  GtkWidget parent_instance;

  /* Template */
  GtkLabel *quote;
  HsWayTrack *track;

  /* Owned */
  HsPassage *passage;          /* (nullable) */
  HsTcpWatch *watch;           /* (nullable) */
  GSignalGroup *passage_signals, *watch_signals;

  /* State */
  gboolean shown;
};

G_DEFINE_FINAL_TYPE (HsMessageWay, hs_message_way, GTK_TYPE_WIDGET)

enum { SHOW_BYTES, N_SIGNALS };

static guint signals[N_SIGNALS];

/* ---- Times ---- */

static char *
format_after (gint64 us)
{
  us = MAX (us, 0);
  if (us < 10000)
    return g_strdup_printf (_("+%.2f ms"), (double) us / 1000.0);
  return us < G_USEC_PER_SEC ? g_strdup_printf (_("+%.0f ms"), (double) us / 1000.0) : g_strdup_printf (_("+%.1f s"), (double) us / 1e6);
}

static const char *
describe_moment (const HsTcpMoment *moment)
{
  if (moment->time == 0)
    return "";
  if (moment->known == HS_TCP_INFERRED)
    return _("inferred: it must have happened by then");
  return moment->exact ? _("observed: the kernel’s own time") : _("observed: seen when we looked, so no later than this");
}

/* What the session saw for itself, where the kernel's view tells nothing (a Unix socket). */
static void
complete (HsTcpMoment *moment, gint64 time, gboolean exact)
{
  if (moment->time == 0 && time != 0)
    *moment = (HsTcpMoment){ time, HS_TCP_OBSERVED, exact };
}

static HsTcpTransport
transport_of (const HsPassageFacts *facts)
{
  return facts->watch != NULL ? hs_tcp_watch_get_transport (facts->watch) : HS_TCP_TRANSPORT_TCP;
}

typedef struct
{
  const char *name;   /* translated */
  HsTcpMoment moment;
  const char *absent; /* (nullable) what is said while it has not come, instead of that it has not yet */
} Stop;

static void
add_stop (Stop *stops, guint *n, const char *name, HsTcpMoment moment, const char *absent)
{
  stops[(*n)++] = (Stop){ name, moment, absent };
}

static void
add_tcp_stops (const HsPassageFacts *facts, const HsTcpWay *way, Stop *stops, guint *n)
{
  HsTcpMoment acknowledged = way->acknowledged;

  complete (&acknowledged, facts->acknowledged, FALSE);
  add_stop (stops, n, _("On the wire"), way->on_wire, NULL);
  add_stop (stops, n, _("Acknowledged"), acknowledged, NULL);
}

static void
add_udp_stops (const HsPassageFacts *facts, const HsTcpWay *way, Stop *stops, guint *n)
{
  HsTcpMoment bounced = { facts->bounced, HS_TCP_OBSERVED, FALSE };

  add_stop (stops, n, _("Sent"), way->written, NULL);
  add_stop (stops, n, facts->bounced != 0 ? _("Came back") : _("Acknowledged"), bounced, _("never"));
}

static void
add_unix_stops (const HsPassageFacts *facts, const HsTcpWay *way, Stop *stops, guint *n)
{
  add_stop (stops, n, _("In its queue"), way->written, NULL);
}

static void (*const add_transport_stops[]) (const HsPassageFacts *facts, const HsTcpWay *way, Stop *stops, guint *n) = {
  [HS_TCP_TRANSPORT_TCP] = add_tcp_stops,
  [HS_TCP_TRANSPORT_UDP] = add_udp_stops,
  [HS_TCP_TRANSPORT_UNIX] = add_unix_stops,
};

/* A guest of ours says by its read marker how far it has read, if its program has such a thing; on our side of a server the others say it, if they want. */
static guint
gather (const HsPassageFacts *facts, Stop stops[N_STOPS_MAX])
{
  HsTcpWay way = { 0 };
  HsTcpMoment queued;
  guint n = 0;

  if (facts->begin < facts->end && facts->watch != NULL)
    hs_tcp_watch_get_way (facts->watch, facts->begin, facts->end, &way);
  queued = way.queued;
  complete (&queued, way.written.time, way.written.exact);
  complete (&queued, facts->sent, TRUE);
  add_stop (stops, &n, _("Written"), queued, NULL);
  add_transport_stops[transport_of (facts)] (facts, &way, stops, &n);
  if (facts->awaits_accepted)
    add_stop (stops, &n, _("Accepted"), (HsTcpMoment){ facts->accepted, HS_TCP_OBSERVED, FALSE }, NULL);
  if (facts->awaits_accepted || (facts->watch != NULL && hs_tcp_watch_get_role (facts->watch) == HS_TCP_ROLE_LISTENER))
    add_stop (stops, &n, _("Read"), (HsTcpMoment){ facts->read, HS_TCP_OBSERVED, FALSE }, facts->awaits_read ? NULL : _("not told"));
  return n;
}

/* Who has something later has this, too: then it was only not seen. */
static gboolean
is_passed (const Stop *stops, guint i, guint n)
{
  for (guint k = i + 1; k < n && stops[i].absent == NULL; k++)
    if (stops[k].moment.time != 0)
      return TRUE;
  return FALSE;
}

static char *
format_time (const Stop *stops, guint i, gboolean passed)
{
  const HsTcpMoment *moment = &stops[i].moment;

  if (moment->time == 0)
    return g_strdup (stops[i].absent != NULL ? stops[i].absent : passed ? _("not seen") : _("not yet"));
  return i == 0 ? g_strdup (_("0 ms")) : format_after (moment->time - stops[0].moment.time);
}

static void
fill_track (HsMessageWay *self, const HsPassageFacts *facts)
{
  Stop stops[N_STOPS_MAX];
  HsWayStop shown[N_STOPS_MAX];
  char *times[N_STOPS_MAX];
  guint n = gather (facts, stops);

  for (guint i = 0; i < n; i++)
    {
      const HsTcpMoment *moment = &stops[i].moment;
      gboolean passed = moment->time == 0 && is_passed (stops, i, n);

      times[i] = format_time (stops, i, passed);
      shown[i] = (HsWayStop){ stops[i].name, times[i], describe_moment (moment), moment->time != 0 || passed,
                              passed || (moment->time != 0 && moment->known == HS_TCP_INFERRED) };
    }
  hs_way_track_set_stops (self->track, shown, n);
  for (guint i = 0; i < n; i++)
    g_free (times[i]);
}

static char *
format_quote (const HsPassageFacts *facts)
{
  g_autofree char *line = g_strdelimit (g_strdup (facts->redacted ? hs_entry_words_deleted () : facts->text), "\n\r\t", ' ');
  glong len = g_utf8_strlen (line, -1);
  g_autofree char *start = len > QUOTE_CHARACTERS ? g_utf8_substring (line, 0, QUOTE_CHARACTERS) : NULL;
  g_autofree char *bytes = facts->line != NULL ? g_strdup_printf (_("%u B"), (guint) facts->len) : NULL;

  /* Translators: a message's beginning, quoted, and how many bytes it is on the wire */
  if (bytes != NULL)
    return g_strdup_printf (start != NULL ? _("“%s…” · %s") : _("“%s” · %s"), start != NULL ? start : line, bytes);
  return g_strdup_printf (start != NULL ? _("“%s…”") : _("“%s”"), start != NULL ? start : line);
}

static void
update (HsMessageWay *self)
{
  const HsPassageFacts *facts = self->passage != NULL ? hs_passage_get_facts (self->passage) : NULL;
  gboolean mine = facts != NULL && facts->own && self->watch != NULL && facts->watch == self->watch;
  g_autofree char *quote = NULL;

  if (!self->shown)
    return;
  gtk_widget_set_visible (GTK_WIDGET (self), mine);
  if (!mine)
    return;
  quote = format_quote (facts);
  gtk_label_set_label (self->quote, quote);
  fill_track (self, facts);
}

static void
follow (HsMessageWay *self)
{
  g_signal_group_set_target (self->passage_signals, self->shown ? self->passage : NULL);
  g_signal_group_set_target (self->watch_signals, self->shown ? self->watch : NULL);
  update (self);
}

void
hs_message_way_set_passage (HsMessageWay *self, HsPassage *passage)
{
  if (g_set_object (&self->passage, passage))
    follow (self);
}

void
hs_message_way_set_watch (HsMessageWay *self, HsTcpWatch *watch)
{
  if (g_set_object (&self->watch, watch))
    follow (self);
}

void
hs_message_way_set_shown (HsMessageWay *self, gboolean shown)
{
  if (self->shown == shown)
    return;
  self->shown = shown;
  follow (self);
}

static void
on_bytes (HsMessageWay *self)
{
  g_signal_emit (self, signals[SHOW_BYTES], 0);
}

/* ---- Object ---- */

static void
hs_message_way_dispose (GObject *object)
{
  HsMessageWay *self = HS_MESSAGE_WAY (object);
  GtkWidget *child = gtk_widget_get_first_child (GTK_WIDGET (self));

  g_clear_object (&self->passage_signals);
  g_clear_object (&self->watch_signals);
  g_clear_object (&self->passage);
  g_clear_object (&self->watch);
  if (child != NULL)
    gtk_widget_unparent (child);
  G_OBJECT_CLASS (hs_message_way_parent_class)->dispose (object);
}

static void
hs_message_way_class_init (HsMessageWayClass *klass)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  G_OBJECT_CLASS (klass)->dispose = hs_message_way_dispose;
  signals[SHOW_BYTES] = g_signal_new ("show-bytes", HS_TYPE_MESSAGE_WAY, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL, G_TYPE_NONE, 0);
  g_type_ensure (HS_TYPE_WAY_TRACK);
  gtk_widget_class_set_template_from_resource (widget_class, "/io/github/handshakechat/Handshake/ui/hs-message-way.ui");
  gtk_widget_class_bind_template_child (widget_class, HsMessageWay, quote);
  gtk_widget_class_bind_template_child (widget_class, HsMessageWay, track);
  gtk_widget_class_bind_template_callback (widget_class, on_bytes);
}

static void
hs_message_way_init (HsMessageWay *self)
{
  gtk_widget_init_template (GTK_WIDGET (self));
  gtk_widget_set_visible (GTK_WIDGET (self), FALSE);
  self->passage_signals = g_signal_group_new (HS_TYPE_PASSAGE);
  g_signal_group_connect_swapped (self->passage_signals, "moved", G_CALLBACK (update), self);
  self->watch_signals = g_signal_group_new (HS_TYPE_TCP_WATCH);
  g_signal_group_connect_swapped (self->watch_signals, "way-changed", G_CALLBACK (update), self);
}

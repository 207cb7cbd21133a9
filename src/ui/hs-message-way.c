/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The card with one message's way; see hs-message-way.h. Which message it is, others say. */
#include "hs-message-way.h"

#include "hs-way-track.h"

#include <glib/gi18n.h>

#define QUOTE_CHARACTERS 24
#define N_STOPS_MAX 4

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

static guint
gather (const HsPassageFacts *facts, HsTcpMoment moments[N_STOPS_MAX])
{
  HsTcpTransport transport = transport_of (facts);
  HsTcpWay way = { 0 };

  if (facts->line != NULL && facts->watch != NULL)
    hs_tcp_watch_get_way (facts->watch, facts->begin, facts->end, &way);
  moments[0] = way.queued;
  complete (&moments[0], way.written.time, way.written.exact);
  complete (&moments[0], facts->sent, TRUE);
  moments[1] = transport == HS_TCP_TRANSPORT_TCP ? way.on_wire : way.written; /* what the kernel took of these is there, or on its way */
  if (transport == HS_TCP_TRANSPORT_UNIX)
    {
      moments[2] = (HsTcpMoment){ facts->accepted, HS_TCP_OBSERVED, FALSE };
      return facts->awaits_accepted ? 3 : 2;
    }
  moments[2] = transport == HS_TCP_TRANSPORT_UDP ? (HsTcpMoment){ facts->bounced, HS_TCP_OBSERVED, FALSE } : way.acknowledged;
  complete (&moments[2], facts->acknowledged, FALSE);
  moments[3] = (HsTcpMoment){ facts->accepted, HS_TCP_OBSERVED, FALSE };
  return facts->awaits_accepted ? 4 : 3;
}

/* Who has something later has this, too: then it was only not seen. */
static const char *
absent_word (HsTcpTransport transport, const HsTcpMoment *moments, guint i, guint n)
{
  if (transport == HS_TCP_TRANSPORT_UDP && i == 2)
    return _("never");
  for (guint k = i + 1; k < n; k++)
    if (moments[k].time != 0)
      return _("not seen");
  return _("not yet");
}

static void
fill_track (HsMessageWay *self, const HsPassageFacts *facts)
{
  static const char *const names[][N_STOPS_MAX] = {
    [HS_TCP_TRANSPORT_TCP] = { N_("Written"), N_("On the wire"), N_("Acknowledged"), N_("Accepted") },
    [HS_TCP_TRANSPORT_UDP] = { N_("Written"), N_("Sent"), N_("Acknowledged"), NULL },
    [HS_TCP_TRANSPORT_UNIX] = { N_("Written"), N_("In its queue"), N_("Accepted"), NULL },
  };
  HsTcpTransport transport = transport_of (facts);
  HsTcpMoment moments[N_STOPS_MAX];
  HsWayStop stops[N_STOPS_MAX];
  g_autofree char *times[N_STOPS_MAX] = { NULL };
  guint n = gather (facts, moments);

  for (guint i = 0; i < n; i++)
    {
      gboolean reached = moments[i].time != 0;
      const char *absent = absent_word (transport, moments, i, n);
      gboolean passed = !reached && g_str_equal (absent, _("not seen"));

      times[i] = !reached ? g_strdup (absent) : i == 0 ? g_strdup (_("0 ms")) : format_after (moments[i].time - moments[0].time);
      stops[i] = (HsWayStop){ i == 2 && facts->bounced != 0 ? _("Came back") : _(names[transport][i]), times[i], describe_moment (&moments[i]), reached || passed,
                              passed || (reached && moments[i].known == HS_TCP_INFERRED) };
    }
  hs_way_track_set_stops (self->track, stops, n);
  for (guint i = 0; i < n; i++)
    g_clear_pointer (&times[i], g_free);
}

static char *
format_quote (const HsPassageFacts *facts)
{
  g_autofree char *line = g_strdelimit (g_strdup (facts->text), "\n\r\t", ' ');
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

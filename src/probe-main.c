/* SPDX-License-Identifier: GPL-3.0-or-later */
/* handshake-probe: opens one connection, shows what the kernel tells of it step by step, and closes it in the manner asked for. The same tap as the
 * window's, in a terminal. */
#include <locale.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include <glib-unix.h>

#include "hs-config.h"
#include <glib/gi18n.h>

#include "hs-address.h"
#include "hs-dialer.h"
#include "hs-failure.h"
#include "hs-limits.h"
#include "hs-link.h"
#include "hs-probe-options.h"
#include "hs-probe-words.h"
#include "hs-tcp-json.h"

#define QUIET_MS  500  /* after the last word of either side, before we close */
#define LINGER_MS 500  /* what follows our close, where nobody follows it to its end */

/* What the shell is told; they stand in the manual page, too. */
enum
{
  EXIT_GOOD = 0,
  EXIT_USAGE = 1,
  EXIT_NAME = 2,
  EXIT_REFUSED = 3,
  EXIT_NO_ANSWER = 4,
  EXIT_UNREACHABLE = 5,
  EXIT_BROKEN = 6,
  EXIT_OTHER = 7,
};

static const struct { HsFailureKind kind; int status; const char *word; } statuses[] = {
  { HS_FAILURE_NAME, EXIT_NAME, "name" },
  { HS_FAILURE_REFUSED, EXIT_REFUSED, "refused" },
  { HS_FAILURE_NO_ANSWER, EXIT_NO_ANSWER, "no-answer" },
  { HS_FAILURE_UNREACHABLE, EXIT_UNREACHABLE, "unreachable" },
  { HS_FAILURE_CLOSED_EARLY, EXIT_BROKEN, "closed-early" },
  { HS_FAILURE_LOST, EXIT_BROKEN, "lost" },
  { HS_FAILURE_ADDRESS, EXIT_USAGE, "address" },
  { HS_FAILURE_NEEDS_ENCRYPTION, EXIT_USAGE, "needs-encryption" },
};

typedef struct
{
  /* Owned */
  HsProbeOptions options;
  GMainLoop *loop;
  HsPoller *poller;
  HsLink *link;          /* (nullable) */
  HsTcpTap *tap;         /* (nullable) while there is no link */
  HsTcpDiag *diag;       /* (nullable) */
  GCancellable *cancellable;
  guint timer;           /* when to close, or to end */

  /* State */
  gboolean colour;
  gboolean closing;      /* we have begun to close, or nothing is left to close */
  gboolean gone;
  gint64 began;          /* real time, µs */
  guint syns;
  gsize heard;
  int status;
} Probe;

/* ---- Telling ---- */

static const struct { HsTcpEventKind kind; const char *colour; } colours[] = {
  { HS_TCP_EVENT_STATE, "\033[1;34m" }, { HS_TCP_EVENT_SEGMENT, "\033[36m" }, { HS_TCP_EVENT_NOTE, "\033[33m" },
};

static const char *
colour_of (Probe *self, const HsTcpEvent *event)
{
  if (self->colour)
    for (guint i = 0; i < G_N_ELEMENTS (colours); i++)
      if (colours[i].kind == event->kind)
        return colours[i].colour;
  return "";
}

/* "    0.084  ESTABLISHED  observed (TCP_INFO)  tcpi_rtt 84 ms" */
static void
print_text (Probe *self, const HsTcpEvent *event)
{
  const char *colour = colour_of (self, event);
  const char *title = event->kind == HS_TCP_EVENT_STATE || *event->title == '\0' ? event->title : _(event->title);
  const char *arrow = event->kind == HS_TCP_EVENT_SEGMENT || event->kind == HS_TCP_EVENT_DATA ? (event->outgoing ? "→ " : "← ") : "  ";
  gboolean has_detail = event->detail != NULL && *event->detail != '\0';

  g_print ("%9.3f  %s%s%s%s", MAX (event->real_time - self->began, 0) / 1e6, arrow, colour, title, *colour != '\0' ? "\033[0m" : "");
  if (has_detail)
    g_print ("  %s", event->detail);
  if (event->kind != HS_TCP_EVENT_NOTE && event->kind != HS_TCP_EVENT_STEP)
    g_print (event->known == HS_TCP_OBSERVED ? _("  [observed: %s]") : _("  [inferred: %s]"), event->source);
  g_print ("\n");
}

static void
on_event (HsTcpTap *tap, HsTcpEvent *event, gpointer user_data)
{
  Probe *self = user_data;

  if (event->kind == HS_TCP_EVENT_DATA && (event->stage == HS_TCP_STAGE_QUEUED || event->stage == HS_TCP_STAGE_RECORD))
    return;
  if (self->options.json)
    {
      g_autofree char *line = hs_tcp_event_to_json (event);

      g_print ("%s\n", line);
    }
  else
    print_text (self, event);
  fflush (stdout);
}

static void
on_numbers (HsTcpTap *tap, const HsTcpNumbers *numbers, gpointer user_data)
{
  g_autofree char *line = NULL;

  if (!((Probe *) user_data)->options.json)
    return;
  line = hs_tcp_numbers_to_json (numbers);
  g_print ("%s\n", line);
}

static void
on_tally (HsTcpTap *tap, const HsTcpTally *tally, gpointer user_data)
{
  g_autofree char *line = NULL;

  if (!((Probe *) user_data)->options.json)
    return;
  line = hs_tcp_tally_to_json (tally);
  g_print ("%s\n", line);
}

/* ---- The result ---- */

static int
status_of (HsFailureKind kind, const char **word)
{
  for (guint i = 0; i < G_N_ELEMENTS (statuses); i++)
    if (statuses[i].kind == kind)
      {
        *word = statuses[i].word;
        return statuses[i].status;
      }
  *word = "other";
  return EXIT_OTHER;
}

static void
put_member (GString *json, const char *key, const char *text)
{
  g_string_append_printf (json, ",\"%s\":", key);
  hs_tcp_json_append_string (json, text);
}

static void
print_result (Probe *self, const char *word, const HsFailure *failure)
{
  g_autoptr (GString) json = g_string_new (NULL);

  if (!self->options.json)
    return;
  g_string_append_printf (json, "{\"kind\":\"result\",\"status\":%d", self->status);
  if (failure != NULL)
    {
      put_member (json, "failure", word);
      put_member (json, "title", failure->title);
      put_member (json, "sentence", failure->sentence);
    }
  g_print ("%s}\n", json->str);
}

static void
print_hint (const HsFailureHint *hint)
{
  const char *title = hs_probe_words_get_title (hint), *text = hs_probe_words_get_text (hint);

  if (title == NULL)
    return;
  g_printerr ("  • ");
  if (text == NULL)
    g_printerr ("%s", title);
  else if (g_unichar_ispunct (g_utf8_get_char (g_utf8_prev_char (title + strlen (title))))) /* a question */
    g_printerr ("%s %s", title, text);
  else /* Translators: a hint of handshake-probe: its title, then a sentence about it */
    g_printerr (_("%s: %s"), title, text);
  g_printerr (hint->command != NULL ? "\n      %s\n" : "\n", hint->command);
}

static void
print_failure (Probe *self, const HsFailure *failure)
{
  if (self->options.json)
    return;
  g_printerr ("\n%s\n%s\n", failure->title, failure->sentence);
  for (guint i = 0; i < failure->hints->len; i++)
    print_hint (failure->hints->pdata[i]);
}

/* Takes @failure (nullable): it went well. */
static void
set_result (Probe *self, HsFailure *failure)
{
  const char *word = NULL;

  if (failure != NULL)
    {
      self->status = status_of (failure->kind, &word);
      print_failure (self, failure);
    }
  print_result (self, word, failure);
  g_clear_pointer (&failure, hs_failure_free);
}

/* ---- The end ---- */

static void
end (Probe *self)
{
  g_clear_handle_id (&self->timer, g_source_remove);
  g_main_loop_quit (self->loop);
}

static gboolean
on_end_due (gpointer user_data)
{
  ((Probe *) user_data)->timer = 0;
  end (user_data);
  return G_SOURCE_REMOVE;
}

static void
on_gone (HsTcpTap *tap, gpointer user_data)
{
  Probe *self = user_data;

  self->gone = TRUE;
  if (self->link == NULL && self->closing) /* else the dialer has not told yet why it failed */
    end (self);
}

static const HsTcpTapFuncs tap_funcs = { .event = on_event, .numbers = on_numbers, .gone = on_gone, .tally = on_tally };

/* The descriptor is closed: the tap follows what is left. */
static void
follow_orphan (Probe *self)
{
  g_clear_handle_id (&self->timer, g_source_remove);
  if (self->gone || self->tap == NULL)
    end (self);
  else if (!self->options.follow)
    self->timer = g_timeout_add (LINGER_MS, on_end_due, self);
}

/* ---- Closing, in each manner ---- */

static void
close_active (Probe *self)
{
  hs_link_close (self->link, 0);
}

static void
close_half (Probe *self)
{
  hs_link_half_close (self->link); /* and read on until the other side closes */
}

static void
close_reset (Probe *self)
{
  hs_link_reset (self->link);
}

static void
close_wait (Probe *self)
{
}

static void (*const closes[]) (Probe *self) = {
  [HS_PROBE_ACTIVE] = close_active, [HS_PROBE_HALF] = close_half, [HS_PROBE_RESET] = close_reset, [HS_PROBE_WAIT] = close_wait,
};

/* Where nothing is acknowledged, silence is no good news. */
static gboolean
is_unanswered (Probe *self)
{
  return hs_probe_is_datagrams (&self->options) && self->options.send != NULL && self->heard == 0;
}

static gboolean
on_quiet (gpointer user_data)
{
  Probe *self = user_data;

  self->timer = 0;
  if (is_unanswered (self) && self->options.manner != HS_PROBE_WAIT)
    set_result (self, hs_failure_new (HS_FAILURE_NO_ANSWER, self->options.address, NULL));
  self->closing = self->options.manner != HS_PROBE_WAIT;
  closes[self->options.manner] (self);
  return G_SOURCE_REMOVE;
}

static void
wait_for_quiet (Probe *self)
{
  if (self->closing)
    return;
  g_clear_handle_id (&self->timer, g_source_remove);
  self->timer = g_timeout_add (is_unanswered (self) ? HS_DATAGRAM_ANSWER_MS : QUIET_MS, on_quiet, self);
}

/* ---- The link ---- */

/* What the other side wrote must not steer a terminal. */
static char *
escape_controls (const char *data, gsize len)
{
  g_autofree char *valid = g_utf8_make_valid (data, (gssize) len);
  GString *text = g_string_new (NULL);

  for (const char *at = valid; *at != '\0'; at = g_utf8_next_char (at))
    if (g_unichar_iscntrl (g_utf8_get_char (at)))
      g_string_append_printf (text, "\\x%02x", g_utf8_get_char (at));
    else
      g_string_append_unichar (text, g_utf8_get_char (at));
  return g_string_free (text, FALSE);
}

static void
print_heard (Probe *self, const HsLine *line)
{
  g_autofree char *text = escape_controls (line->data, line->len);
  g_autoptr (GString) json = g_string_new ("{\"kind\":\"heard\"");

  if (self->options.json)
    {
      put_member (json, "text", text);
      g_print ("%s}\n", json->str);
    }
  else
    g_print ("             “%s”\n", text);
}

static void
on_line (HsLink *link, HsLineStatus status, const HsLine *line, gpointer user_data)
{
  Probe *self = user_data;

  self->heard += line->len + 1; /* an empty one is heard, too */
  print_heard (self, line);
  wait_for_quiet (self);
}

static void
on_dialect (HsLink *link, HsDialect dialect, gpointer user_data)
{
}

static void
on_silent (HsLink *link, gpointer user_data)
{
}

static void
on_broken (Probe *self, const GError *error)
{
  HsFailure *failure = hs_failure_new (self->heard > 0 ? HS_FAILURE_LOST : HS_FAILURE_CLOSED_EARLY, self->options.address, NULL);

  if (error != NULL)
    {
      g_free (failure->sentence);
      failure->sentence = g_strdup (error->message);
    }
  set_result (self, failure);
}

static void
on_eof (Probe *self)
{
  gboolean expected = self->closing || self->heard > 0 || self->options.manner == HS_PROBE_WAIT;

  if (!expected)
    on_broken (self, NULL);
  self->closing = TRUE;
  g_clear_handle_id (&self->timer, g_source_remove);
  hs_link_close (self->link, 0);
}

static void
on_link_end (HsLink *link, HsLinkEnd how, const GError *error, gpointer user_data)
{
  Probe *self = user_data;

  if (how == HS_LINK_EOF)
    {
      on_eof (self);
      return;
    }
  self->tap = hs_link_steal_tap (link);
  g_clear_pointer (&self->link, hs_link_free);
  if (how != HS_LINK_CLOSED || (error != NULL && !self->closing))
    on_broken (self, error);
  else if (self->status == EXIT_GOOD)
    set_result (self, NULL);
  self->closing = TRUE;
  follow_orphan (self);
}

/* An ICMP message, or send () itself. */
static void
on_bounced (HsLink *link, const HsLinkBounce *bounce, gpointer user_data)
{
  Probe *self = user_data;
  g_autoptr (GError) error = g_error_new_literal (G_IO_ERROR, (gint) g_io_error_from_errno (bounce->error_no), g_strerror (bounce->error_no));

  if (self->closing)
    return;
  self->closing = TRUE;
  g_clear_handle_id (&self->timer, g_source_remove);
  set_result (self, hs_failure_from_error (self->options.address, error, 0, NULL));
  hs_link_close (link, 0);
}

static const HsLinkFuncs link_funcs = { .line = on_line, .dialect = on_dialect, .silent = on_silent, .end = on_link_end, .bounced = on_bounced };

/* A datagram ends where it ends. */
static void
send_line (Probe *self)
{
  g_autofree char *line = g_strconcat (self->options.send, hs_probe_is_datagrams (&self->options) ? NULL : "\r\n", NULL);

  hs_link_send_bytes (self->link, line, strlen (line));
}

static void
take_descriptor (Probe *self, int fd)
{
  if (self->options.address->scheme == HS_SCHEME_UNIX) /* the dialer does not attach these */
    hs_tcp_tap_attach (self->tap, fd, 0);
  self->link = hs_link_new (self->poller, fd, HS_FRAMING_PLAIN, &link_funcs, self);
  hs_link_set_tap (self->link, g_steal_pointer (&self->tap));
  if (self->options.send != NULL)
    send_line (self);
  else if (hs_probe_is_datagrams (&self->options))
    hs_tcp_tap_note (hs_link_get_tap (self->link), N_("Nothing is sent by itself, so nobody is asked (--send)"), NULL, "connect()");
  wait_for_quiet (self);
}

/* ---- Dialling ---- */

static void
on_step (HsDialStep step, gboolean done, const char *detail, gint64 elapsed, gpointer user_data)
{
  Probe *self = user_data;

  if (step == HS_DIAL_SYN && !done)
    self->syns = 1;
  else if (step == HS_DIAL_SYN_AGAIN)
    {
      self->syns = (guint) g_ascii_strtoull (detail, NULL, 10);
      hs_tcp_tap_note (self->tap, N_("SYN sent again"), detail, "TCP_INFO");
    }
}

static void
on_dialled (GObject *source, GAsyncResult *result, gpointer user_data)
{
  Probe *self = user_data;
  g_autoptr (GError) error = NULL;
  int fd = hs_dial_finish (result, &error);

  if (fd >= 0)
    {
      take_descriptor (self, fd);
      return;
    }
  self->closing = TRUE;
  set_result (self, hs_failure_from_error (self->options.address, error, self->syns, NULL));
  if (self->gone || g_cancellable_is_cancelled (self->cancellable))
    end (self);
}

static gboolean
on_interrupt (gpointer user_data)
{
  Probe *self = user_data;

  if (self->link != NULL && !self->closing)
    {
      self->closing = TRUE;
      hs_link_close (self->link, 0);
    }
  else if (self->link == NULL && self->tap != NULL && !self->closing)
    g_cancellable_cancel (self->cancellable);
  else
    end (self);
  return G_SOURCE_CONTINUE;
}

/* ---- Life ---- */

/* What an address asks for is not done in another way: never unencrypted where it says ircs. */
static const struct { HsScheme scheme; HsFailureKind kind; } not_opened[] = {
  { HS_SCHEME_IRCS, HS_FAILURE_NEEDS_ENCRYPTION },
};

static gboolean
refuse (Probe *self)
{
  for (guint i = 0; i < G_N_ELEMENTS (not_opened); i++)
    if (not_opened[i].scheme == self->options.address->scheme)
      {
        set_result (self, hs_failure_new (not_opened[i].kind, self->options.address, NULL));
        return TRUE;
      }
  return FALSE;
}

static void
run (Probe *self)
{
  guint interrupt = g_unix_signal_add (SIGINT, on_interrupt, self);

  self->loop = g_main_loop_new (NULL, FALSE);
  self->poller = hs_poller_new (NULL);
  self->diag = hs_tcp_diag_new ();
  self->cancellable = g_cancellable_new ();
  self->began = g_get_real_time ();
  self->colour = isatty (STDOUT_FILENO) && g_getenv ("NO_COLOR") == NULL;
  self->tap = hs_tcp_tap_new (HS_TCP_ROLE_OPENER, self->diag, &tap_funcs, self);
  hs_tcp_tap_set_shown (self->tap, TRUE);
  if (!refuse (self))
    {
      hs_dial_async (self->options.address, self->tap, on_step, self, self->cancellable, on_dialled, self);
      g_main_loop_run (self->loop);
    }
  g_source_remove (interrupt);
}

static void
clear (Probe *self)
{
  g_clear_handle_id (&self->timer, g_source_remove);
  g_clear_pointer (&self->link, hs_link_free);
  g_clear_pointer (&self->tap, hs_tcp_tap_free);
  g_clear_pointer (&self->poller, hs_poller_free);
  g_clear_pointer (&self->diag, hs_tcp_diag_free);
  g_clear_pointer (&self->loop, g_main_loop_unref);
  g_clear_object (&self->cancellable);
  hs_probe_options_clear (&self->options);
}

int
main (int argc, char *argv[])
{
  Probe self = { 0 };
  g_autoptr (GError) error = NULL;

  setlocale (LC_ALL, "");
  bindtextdomain (GETTEXT_PACKAGE, HS_LOCALE_DIR);
  bind_textdomain_codeset (GETTEXT_PACKAGE, "UTF-8");
  textdomain (GETTEXT_PACKAGE);

  if (!hs_probe_options_parse (&self.options, &argc, &argv, &error))
    {
      g_printerr ("%s\n", error->message);
      self.status = EXIT_USAGE;
    }
  else if (self.options.version)
    g_print ("handshake-probe " HS_VERSION "\n");
  else
    run (&self);
  clear (&self);
  return self.status;
}

/* SPDX-License-Identifier: GPL-3.0-or-later */
/* handshake-probe: opens one connection, shows what the kernel tells of it step by step, and closes it in the manner asked for. The same tap, TLS and
 * rule of trust as the window's, in a terminal; it remembers nobody. */
#include "hs-probe-impl.h"

#include "hs-config.h"

#include <glib-unix.h>
#include <glib/gi18n.h>
#include <locale.h>
#include <unistd.h>

#include "hs-dialer.h"

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
  EXIT_NOT_ENCRYPTED = 8,
  EXIT_NOT_TRUSTED = 9,
};

static const struct { HsFailureKind kind; int status; const char *word; } statuses[] = {
  { HS_FAILURE_NAME, EXIT_NAME, "name" },
  { HS_FAILURE_REFUSED, EXIT_REFUSED, "refused" },
  { HS_FAILURE_NO_ANSWER, EXIT_NO_ANSWER, "no-answer" },
  { HS_FAILURE_UNREACHABLE, EXIT_UNREACHABLE, "unreachable" },
  { HS_FAILURE_CLOSED_EARLY, EXIT_BROKEN, "closed-early" },
  { HS_FAILURE_LOST, EXIT_BROKEN, "lost" },
  { HS_FAILURE_ADDRESS, EXIT_USAGE, "address" },
  { HS_FAILURE_NOT_TLS, EXIT_NOT_ENCRYPTED, "not-tls" },
  { HS_FAILURE_TLS_ONLY, EXIT_NOT_ENCRYPTED, "tls-only" },
  { HS_FAILURE_TLS_REFUSED, EXIT_NOT_ENCRYPTED, "tls-refused" },
  { HS_FAILURE_TLS_SILENT, EXIT_NOT_ENCRYPTED, "tls-silent" },
  { HS_FAILURE_TLS_CUT, EXIT_NOT_ENCRYPTED, "tls-cut" },
  { HS_FAILURE_TLS_BROKEN, EXIT_NOT_ENCRYPTED, "tls-broken" },
  { HS_FAILURE_NOT_INVITED, EXIT_NOT_TRUSTED, "not-invited" },
  { HS_FAILURE_NOT_VERIFIED, EXIT_NOT_TRUSTED, "not-verified" },
};

/* ---- Telling ---- */

static void
on_event (HsTcpTap *tap, HsTcpEvent *event, gpointer user_data)
{
  hs_probe_story_event (&((HsProbe *) user_data)->story, event);
}

static void
on_numbers (HsTcpTap *tap, const HsTcpNumbers *numbers, gpointer user_data)
{
  HsProbe *self = user_data;

  self->full = numbers->snd_wnd < numbers->snd_mss;
  hs_probe_story_numbers (&self->story, numbers);
}

static void
on_tally (HsTcpTap *tap, const HsTcpTally *tally, gpointer user_data)
{
  hs_probe_story_tally (&((HsProbe *) user_data)->story, tally);
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

void
hs_probe_succeed (HsProbe *self)
{
  self->told = TRUE;
  hs_probe_story_result (&self->story, EXIT_GOOD, NULL, NULL);
}

/* Somebody who shows another key than the invite's is worth more words than nobody at all. Takes @failure. */
static void
keep_worst (HsProbe *self, HsFailure *failure)
{
  if (self->worst == NULL || failure->kind == HS_FAILURE_NOT_INVITED)
    {
      g_clear_pointer (&self->worst, hs_failure_free);
      self->worst = failure;
    }
  else
    hs_failure_free (failure);
}

static void
tell_worst (HsProbe *self)
{
  const char *word = NULL;

  self->status = status_of (self->worst->kind, &word);
  hs_probe_story_result (&self->story, self->status, self->worst, word);
}

void
hs_probe_fail (HsProbe *self, HsFailure *failure)
{
  const char *word = NULL;

  self->told = TRUE;
  if (self->n_routes > 1)
    {
      status_of (failure->kind, &word);
      hs_probe_story_route_failed (&self->story, failure, word);
    }
  keep_worst (self, failure);
  if (g_queue_is_empty (&self->routes))
    tell_worst (self);
}

/* ---- The end ---- */

static gboolean on_next (gpointer user_data);

/* Not at once: the tap may be calling. */
static void
end (HsProbe *self)
{
  g_clear_handle_id (&self->timer, g_source_remove);
  if (g_queue_is_empty (&self->routes))
    g_main_loop_quit (self->loop);
  else
    self->timer = g_idle_add (on_next, self);
}

static gboolean
on_end_due (gpointer user_data)
{
  ((HsProbe *) user_data)->timer = 0;
  end (user_data);
  return G_SOURCE_REMOVE;
}

static void
on_gone (HsTcpTap *tap, gpointer user_data)
{
  HsProbe *self = user_data;

  self->gone = TRUE;
  if (self->link == NULL && self->closing) /* else the dialer has not told yet why it failed */
    end (self);
}

static const HsTcpTapFuncs tap_funcs = { .event = on_event, .numbers = on_numbers, .gone = on_gone, .tally = on_tally };

void
hs_probe_follow_orphan (HsProbe *self)
{
  g_clear_handle_id (&self->timer, g_source_remove);
  if (self->gone || self->tap == NULL)
    end (self);
  else if (!self->options.follow)
    self->timer = g_timeout_add (LINGER_MS, on_end_due, self);
}

/* ---- Dialling ---- */

static void
on_step (HsDialStep step, gboolean done, const char *detail, gint64 elapsed, gpointer user_data)
{
  HsProbe *self = user_data;

  if (step == HS_DIAL_NAME && done && !hs_address_is_numeric (self->address))
    self->took.name = elapsed;
  else if (step == HS_DIAL_SYN && done)
    self->took.tcp = elapsed;
  else if (step == HS_DIAL_SYN)
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
  HsProbe *self = user_data;
  g_autoptr (GError) error = NULL;
  int fd = hs_dial_finish (result, &error);

  if (fd >= 0)
    {
      hs_probe_take_descriptor (self, fd);
      return;
    }
  self->closing = TRUE;
  hs_probe_fail (self, hs_failure_from_error (self->address, error, self->syns, NULL));
  if (self->gone || g_cancellable_is_cancelled (self->cancellable))
    end (self);
}

static void
clear_attempt (HsProbe *self)
{
  g_clear_pointer (&self->link, hs_link_free);
  g_clear_pointer (&self->tap, hs_tcp_tap_free);
  g_clear_pointer (&self->address, hs_address_free);
}

static void
dial_next (HsProbe *self)
{
  clear_attempt (self);
  self->closing = self->gone = self->told = FALSE;
  self->syns = 0;
  self->heard = 0;
  self->sent = 0;
  self->full = FALSE;
  self->took = (HsProbeTook){ -1, -1, -1 };
  self->address = g_queue_pop_head (&self->routes);
  self->route++;
  if (self->n_routes > 1 || self->address->token != NULL)
    hs_probe_story_route (&self->story, self->address, self->route, self->n_routes);
  self->tap = hs_tcp_tap_new (HS_TCP_ROLE_OPENER, self->diag, &tap_funcs, self);
  hs_tcp_tap_set_shown (self->tap, TRUE);
  hs_dial_async (self->address, self->tap, on_step, self, self->cancellable, on_dialled, self);
}

static gboolean
on_next (gpointer user_data)
{
  ((HsProbe *) user_data)->timer = 0;
  dial_next (user_data);
  return G_SOURCE_REMOVE;
}

/* The person has seen enough of an invite's addresses. */
static void
give_up_routes (HsProbe *self)
{
  if (g_queue_is_empty (&self->routes))
    return;
  g_queue_clear_full (&self->routes, (GDestroyNotify) hs_address_free);
  if (self->told)
    tell_worst (self);
}

static gboolean
on_interrupt (gpointer user_data)
{
  HsProbe *self = user_data;

  give_up_routes (self);
  if (self->address == NULL) /* nothing was tried */
    self->status = EXIT_OTHER;
  if (self->link != NULL && !self->closing)
    hs_probe_close_now (self);
  else if (self->link == NULL && self->tap != NULL && !self->closing)
    g_cancellable_cancel (self->cancellable);
  else
    end (self);
  return G_SOURCE_CONTINUE;
}

/* ---- Life ---- */

static void
begin (HsProbe *self)
{
  g_autoptr (GPtrArray) routes = hs_address_list_routes (self->options.address);

  for (guint i = 0; i < routes->len; i++)
    g_queue_push_tail (&self->routes, hs_address_copy (routes->pdata[i]));
  self->n_routes = routes->len;
  self->story.began = g_get_real_time ();
  dial_next (self);
}

/* The system's authorities are a large file: a thread may wait for it. */
static void
make_context (GTask *task, gpointer source, gpointer ca_file, GCancellable *cancellable)
{
  g_task_return_pointer (task, hs_tls_context_new_client (NULL, ca_file), (GDestroyNotify) hs_tls_context_unref);
}

static void
on_context (GObject *source, GAsyncResult *result, gpointer user_data)
{
  HsProbe *self = user_data;

  self->tls = g_task_propagate_pointer (G_TASK (result), NULL);
  if (self->options.ca_file == NULL || hs_tls_context_get_n_authorities (self->tls) > 0)
    {
      begin (self);
      return;
    }
  g_printerr (_("No certificate authority can be read from “%s”"), self->options.ca_file);
  g_printerr ("\n");
  self->status = EXIT_USAGE;
  g_main_loop_quit (self->loop);
}

static void
prepare_tls (HsProbe *self)
{
  g_autoptr (GTask) task = g_task_new (NULL, NULL, on_context, self);

  g_task_set_source_tag (task, prepare_tls);
  g_task_set_task_data (task, g_strdup (self->options.ca_file), g_free);
  g_task_run_in_thread (task, make_context);
}

static void
run (HsProbe *self)
{
  guint interrupt = g_unix_signal_add (SIGINT, on_interrupt, self);

  self->loop = g_main_loop_new (NULL, FALSE);
  self->poller = hs_poller_new (NULL);
  self->diag = hs_tcp_diag_new ();
  self->cancellable = g_cancellable_new ();
  self->story.json = self->options.json;
  self->story.tls = self->options.tls;
  self->story.colour = isatty (STDOUT_FILENO) && g_getenv ("NO_COLOR") == NULL;
  if (self->options.tls)
    prepare_tls (self);
  else
    begin (self);
  g_main_loop_run (self->loop);
  g_source_remove (interrupt);
}

static void
clear (HsProbe *self)
{
  g_clear_handle_id (&self->timer, g_source_remove);
  clear_attempt (self);
  g_queue_clear_full (&self->routes, (GDestroyNotify) hs_address_free);
  g_clear_pointer (&self->worst, hs_failure_free);
  g_clear_pointer (&self->tls, hs_tls_context_unref);
  g_clear_pointer (&self->poller, hs_poller_free);
  g_clear_pointer (&self->diag, hs_tcp_diag_free);
  g_clear_pointer (&self->loop, g_main_loop_unref);
  g_clear_object (&self->cancellable);
  hs_probe_options_clear (&self->options);
}

int
main (int argc, char *argv[])
{
  HsProbe self = { 0 };
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

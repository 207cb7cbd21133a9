/* SPDX-License-Identifier: GPL-3.0-or-later */
/* From an address to a connection that stands, step by step, in words. */
#include "hs-connection-impl.h"

#include "hs-config.h"

#include <glib/gi18n-lib.h>
#include <string.h>
#include <unistd.h>

#include "hs-dialer.h"

static const struct { const char *title, *waiting; } steps[N_STEPS] = {
  [STEP_NAME] = { N_("Name"), NULL },
  [STEP_ADDRESS] = { N_("Address"), NULL },
  [STEP_SYN] = { N_("SYN"), N_("The first packet") },
  [STEP_TLS] = { N_("TLS"), N_("Who is there, and keys that nobody else has") },
  [STEP_PROTOCOL] = { N_("Protocol"), N_("What the other side speaks") },
  [STEP_WELCOME] = { N_("Welcome"), N_("The room says hello") },
};

/* ---- Steps ---- */

static void
add_step (HsConnection *self, guint index)
{
  g_autoptr (HsStep) step = hs_step_new (_(steps[index].title));

  if (steps[index].waiting != NULL)
    hs_step_set (step, HS_STEP_WAITING, _(steps[index].waiting), -1);
  g_list_store_append (self->steps, step);
  self->step[index] = step;
}

void
hs_connection_step_running (HsConnection *self, guint index, const char *detail)
{
  if (self->step[index] == NULL)
    return;
  if (hs_step_get_state (self->step[index]) != HS_STEP_RUNNING)
    self->step_began[index] = g_get_monotonic_time ();
  hs_step_set (self->step[index], HS_STEP_RUNNING, detail, -1);
}

void
hs_connection_step_done (HsConnection *self, guint index, const char *detail)
{
  gint64 began = self->step_began[index];

  if (self->step[index] != NULL)
    hs_step_set (self->step[index], HS_STEP_DONE, detail, began != 0 ? g_get_monotonic_time () - began : -1);
}

static int
running_step (HsConnection *self)
{
  for (int i = 0; i < N_STEPS; i++)
    if (self->step[i] != NULL && hs_step_get_state (self->step[i]) == HS_STEP_RUNNING)
      return i;
  return -1;
}

void
hs_connection_step_failed (HsConnection *self, const char *detail)
{
  int i = running_step (self);

  if (i >= 0)
    hs_step_set (self->step[i], HS_STEP_FAILED, detail, g_get_monotonic_time () - self->step_began[i]);
}

/* ---- Dialling ---- */

/* "Sent 4 times: at 0, 1, 3 and 7 seconds" */
static char *
describe_syns (HsConnection *self)
{
  g_autoptr (GString) times = g_string_new ("0");

  for (guint i = 1; i < self->syns && i < G_N_ELEMENTS (self->syn_at); i++)
    g_string_append_printf (times, ", %u", self->syn_at[i]);
  return g_strdup_printf (g_dngettext (GETTEXT_PACKAGE, "Sent %u time: at %s seconds", "Sent %u times: at %s seconds", self->syns),
                          self->syns, times->str);
}

static void
on_name (HsConnection *self, gboolean done, const char *detail)
{
  g_autofree char *text = NULL;

  if (!done)
    {
      hs_connection_step_running (self, STEP_NAME, _("Looking it up…"));
      return;
    }
  if (self->address->host != NULL && hs_address_is_numeric (self->address))
    {
      text = g_strdup (_("It is a number, nothing to look up"));
      self->step_began[STEP_NAME] = 0; /* no time to show either */
    }
  else if (detail != NULL)
    text = g_strdup_printf (_("%s leads to %s"), self->address->host, detail);
  hs_connection_step_done (self, STEP_NAME, text);
}

static void
on_address (HsConnection *self, gboolean done, const char *detail)
{
  if (!done)
    hs_connection_step_running (self, STEP_ADDRESS, detail);
  else
    hs_connection_step_done (self, STEP_ADDRESS, detail);
}

static void
on_syn (HsConnection *self, gboolean done, const char *detail)
{
  if (done || self->step[STEP_SYN] == NULL)
    return;
  self->syns = 1;
  hs_connection_step_running (self, STEP_SYN, _("Sent, waiting for an answer…"));
}

static void
on_syn_again (HsConnection *self, gboolean done, const char *detail)
{
  guint syns = (guint) g_ascii_strtoull (detail, NULL, 10);
  guint second = (guint) ((g_get_monotonic_time () - self->step_began[STEP_SYN]) / G_USEC_PER_SEC);
  g_autofree char *text = NULL;

  for (; self->syns < syns; self->syns++)
    if (self->syns < G_N_ELEMENTS (self->syn_at))
      self->syn_at[self->syns] = second;
  text = describe_syns (self);
  hs_connection_step_running (self, STEP_SYN, text);
}

static void
on_stands (HsConnection *self, gboolean done, const char *detail)
{
  hs_connection_step_done (self, STEP_SYN, _("Answered: the connection stands"));
}

static void (*const dial_steps[]) (HsConnection *self, gboolean done, const char *detail) = {
  [HS_DIAL_NAME] = on_name,
  [HS_DIAL_ADDRESS] = on_address,
  [HS_DIAL_SYN] = on_syn,
  [HS_DIAL_SYN_AGAIN] = on_syn_again,
  [HS_DIAL_STANDS] = on_stands,
};

static void
on_dial_step (HsDialStep step, gboolean done, const char *detail, gint64 elapsed, gpointer user_data)
{
  HsConnection *self = user_data;

  if (hs_connection_is_under_way (self))
    dial_steps[step] (self, done, detail);
}

static void
dial_failed (HsConnection *self, GError *error)
{
  HsFailure *failure = hs_failure_from_error (self->address, error, self->syns, NULL);

  if (hs_connection_try_next (self, failure))
    g_error_free (error);
  else
    hs_connection_fail_open (self, failure, error);
}

static void
on_dialled (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (HsConnection) self = user_data;
  GError *error = NULL;
  int fd = hs_dial_finish (result, &error);

  if (!hs_connection_is_under_way (self)) /* cancelled meanwhile */
    {
      if (fd >= 0)
        close (fd);
      g_clear_error (&error);
      return;
    }
  if (fd < 0)
    dial_failed (self, error);
  else
    hs_connection_take_descriptor (self, fd);
}

static gboolean
has_step (HsConnection *self, guint index)
{
  if (index == STEP_TLS)
    return self->encrypted;
  if (index == STEP_SYN)
    return self->address->scheme != HS_SCHEME_UNIX && !hs_connection_is_datagrams (self);
  return self->address->scheme != HS_SCHEME_UNIX || index != STEP_NAME;
}

void
hs_connection_start (HsConnection *self)
{
  for (guint i = 0; i < N_STEPS; i++)
    if (has_step (self, i))
      add_step (self, i);

  hs_connection_make_tap (self);
  hs_dial_async (self->address, self->tap, on_dial_step, self, self->cancellable, on_dialled, g_object_ref (self));
}

/* ---- Anew ---- */

/* It is closed in good order, and followed to its end, beside the one that comes. */
static void
leave_behind (HsConnection *self)
{
  hs_connection_drop_former (self);
  hs_connection_view_clear (self);
  self->former.watch = self->watch;
  self->watch = hs_connection_make_watch (self);
  self->former.tap = g_steal_pointer (&self->tap);
  self->former.link = g_steal_pointer (&self->link);
  hs_session_set_send (self->session, NULL, NULL);
  if (self->former.link == NULL || hs_link_get_fd (self->former.link) >= 0)
    return;
  self->former.tap = hs_link_steal_tap (self->former.link);
  g_clear_pointer (&self->former.link, hs_link_free);
}

/* Nothing of it is counted on. */
static void
forget_attempt (HsConnection *self)
{
  hs_connection_clear_ticks (self);
  hs_connection_plain_clear (self);
  memset (self->step, 0, sizeof self->step);
  memset (self->step_began, 0, sizeof self->step_began);
  g_list_store_remove_all (self->steps);
  self->syns = self->unstored = 0;
  self->acked = self->queued_end = 0;
  self->acked_at = self->text_sent = 0;
  self->stall_told = self->peer_frames = self->owes_answer = FALSE;
}

void
hs_connection_start_anew (HsConnection *self, const char *before, const char *detail, gboolean failed)
{
  g_autoptr (HsStep) step = hs_step_new (before);

  leave_behind (self);
  forget_attempt (self);
  hs_security_reset (self->security);
  hs_session_restart (self->session);
  hs_step_set (step, failed ? HS_STEP_FAILED : HS_STEP_DONE, detail, -1);
  g_list_store_append (self->steps, step);
  hs_connection_notify_watch (self);
  if (self->former.link != NULL)
    hs_link_close (self->former.link, 0);
}

/* Somebody who shows another key than the invite's is worth more words than nobody at all. */
static void
keep_worst (HsConnection *self, HsFailure *failure)
{
  if (self->route_failure == NULL || failure->kind == HS_FAILURE_NOT_INVITED)
    {
      g_clear_pointer (&self->route_failure, hs_failure_free);
      self->route_failure = failure;
    }
  else
    hs_failure_free (failure);
}

gboolean
hs_connection_try_next (HsConnection *self, HsFailure *failure)
{
  g_autofree char *detail = NULL;

  if (g_queue_is_empty (&self->routes) || !hs_connection_is_under_way (self))
    return FALSE;
  detail = g_strdup (failure->title);
  keep_worst (self, failure);
  g_clear_pointer (&self->address, hs_address_free);
  self->address = g_queue_pop_head (&self->routes);
  hs_connection_start_anew (self, _("Address before"), detail, TRUE);
  hs_connection_decide (self);
  return TRUE;
}

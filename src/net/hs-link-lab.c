/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Experiments on a link, each on a person's wish only: what it does to its own reading and closing, and to its socket's options. */
#include "hs-link-private.h"

#include <glib/gi18n.h>

static void
hold (HsLink *self, gboolean held)
{
  self->held = !!held;
  if (!held)
    hs_poller_mark_again (self->poller, &self->pollee); /* an edge that came meanwhile comes no more */
  hs_link_update_deadline (self);
}

gboolean
hs_link_experiment (HsLink *self, HsTcpLab experiment, gboolean on)
{
  guint bit = HS_TCP_LAB_BIT (experiment);

  if (self->phase != HS_LINK_PHASE_OPEN || self->overflow || self->fd < 0 || self->datagrams || (self->experiments & bit) == (on ? bit : 0))
    return FALSE;
  if (experiment == HS_TCP_LAB_STOP_READING)
    hold (self, on);
  else if (hs_tcp_lab_is_lasting (experiment) && !hs_tcp_lab_set_option (self->fd, experiment, on))
    return FALSE;
  self->experiments = on ? self->experiments | bit : self->experiments & ~bit;
  if (self->tap != NULL && on)
    hs_tcp_tap_note (self->tap, hs_tcp_lab_get_notice (experiment), NULL, hs_tcp_lab_get_source (experiment));
  else if (self->tap != NULL)
    hs_tcp_tap_note (self->tap, N_("Lab: ended"), NULL, hs_tcp_lab_get_source (experiment));

  if (experiment == HS_TCP_LAB_HALF_CLOSE)
    hs_link_half_close (self);
  else if (experiment == HS_TCP_LAB_RESET)
    hs_link_reset (self);
  return TRUE;
}

guint
hs_link_get_experiments (HsLink *self)
{
  return self->experiments;
}

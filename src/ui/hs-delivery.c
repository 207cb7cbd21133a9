/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "hs-delivery.h"

#include <glib/gi18n.h>

static const struct
{
  const char *icon, *words, *style;
} marks[] = {
  [HS_SENT_NONE] = { NULL, NULL, NULL },
  [HS_SENT_PENDING] = { "hs-pending-symbolic", N_("Waiting to be sent"), NULL },
  [HS_SENT_WRITTEN] = { "hs-pending-symbolic", N_("Written, not yet acknowledged"), NULL },
  [HS_SENT_ACKNOWLEDGED] = { "hs-acknowledged-symbolic", N_("Acknowledged by TCP"), NULL },
  [HS_SENT_ACCEPTED] = { "hs-accepted-symbolic", N_("Accepted by the server"), NULL },
  [HS_SENT_READ] = { "hs-accepted-symbolic", N_("Read"), "accent" },
  [HS_SENT_FAILED] = { "hs-failed-symbolic", N_("Not delivered"), "error" },
  [HS_SENT_SENT] = { "hs-sent-symbolic", N_("Sent: UDP does not say whether it arrives"), NULL },
  [HS_SENT_HANDED] = { "hs-acknowledged-symbolic", N_("In the other program’s queue"), NULL },
  [HS_SENT_UNCONFIRMED] = { "hs-unconfirmed-symbolic", N_("Not confirmed"), "warning" },
};

const char *
hs_delivery_get_icon (HsSent delivery)
{
  return delivery < G_N_ELEMENTS (marks) ? marks[delivery].icon : NULL;
}

const char *
hs_delivery_get_words (HsSent delivery)
{
  return delivery < G_N_ELEMENTS (marks) && marks[delivery].words != NULL ? _(marks[delivery].words) : "";
}

const char *
hs_delivery_get_class (HsSent delivery)
{
  return delivery < G_N_ELEMENTS (marks) ? marks[delivery].style : NULL;
}

gboolean
hs_delivery_is_in_doubt (HsSent delivery)
{
  return delivery == HS_SENT_FAILED || delivery == HS_SENT_UNCONFIRMED;
}

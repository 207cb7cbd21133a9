/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Registration and capabilities (IRCv3 capability negotiation 302): what we ask for, what was granted. */
#include "hs-session-impl.h"

#include <string.h>

#include "hs-name.h"

#define SASL "sasl" /* its value lists the mechanisms */

/* Asked for where offered; the server may refuse any. Of what it offers no more is kept than these: a list need never end. */
static const struct { const char *name; guint bit; } wanted[] = {
  { "message-tags", HS_CAP_TAGS },
  { "server-time", HS_CAP_TIME },
  { "echo-message", HS_CAP_ECHO },
  { "batch", HS_CAP_BATCH },
  { "labeled-response", HS_CAP_LABEL },
  { "multi-prefix", HS_CAP_MULTI_PREFIX },
  { "extended-join", HS_CAP_EXTENDED_JOIN },
  { "setname", HS_CAP_SETNAME },
  { "away-notify", HS_CAP_AWAY },
  { "chghost", HS_CAP_CHGHOST }, /* else whoever gets another host seems to go and come back */
  { SASL, HS_CAP_SASL },
  { "draft/channel-rename", HS_CAP_CHANNEL_RENAME },
  { "draft/chathistory", HS_CAP_CHATHISTORY },
  { "draft/multiline", HS_CAP_MULTILINE },
  { "draft/message-redaction", HS_CAP_REDACTION },
  { "draft/read-marker", HS_CAP_READ_MARKER },
  { "handshakechat.github.io/resume", HS_CAP_RESUME },
  { "handshakechat.github.io/half-close", HS_CAP_HALF_CLOSE },
  { HS_VIEW_CAP, HS_CAP_VIEW },
};

#define OURS_PREFIX "handshakechat.github.io/" /* vendor capabilities: only our servers have them */
#define TLS_OFFER OURS_PREFIX "tls"
#define STS "sts" /* IRCv3 sts */

void
hs_session_forget_caps (HsSession *self)
{
  self->caps = 0;
  self->cap_sent = FALSE;
  self->cap_ending = FALSE;
  g_clear_pointer (&self->sasl, hs_session_sasl_free);
  hs_session_set_account (self, NULL);
  self->nick_ascii = FALSE;
  self->nick_short = FALSE;
  self->nick_attempt = 0;
  self->offered = 0;
  self->listed = FALSE;
  self->tls_offered = FALSE;
  g_clear_pointer (&self->sts, g_free);
  /* What holds until ISUPPORT says otherwise (RFC 2811). */
  g_strlcpy (self->prefix_modes, "ov", sizeof self->prefix_modes);
  g_strlcpy (self->prefix_chars, "@+", sizeof self->prefix_chars);
  g_strlcpy (self->chanmodes[0], "beI", sizeof self->chanmodes[0]);
  g_strlcpy (self->chanmodes[1], "k", sizeof self->chanmodes[1]);
  g_strlcpy (self->chanmodes[2], "l", sizeof self->chanmodes[2]);
  g_strlcpy (self->chantypes, "#&", sizeof self->chantypes);
}

void
hs_session_offer_irc (HsSession *self)
{
  if (self->cap_sent)
    return;
  self->cap_sent = TRUE;
  hs_session_put (self, "CAP", "LS", "302", NULL);
}

/* PASS before NICK and USER (RFC 2812 3.1.1). */
void
hs_session_register (HsSession *self, const char *pass)
{
  const char *password = hs_session_sasl_choose_pass (self);

  hs_session_offer_irc (self);
  if (pass == NULL)
    pass = password;
  if (pass != NULL)
    hs_session_put (self, "PASS", pass, NULL);
  hs_session_put (self, "NICK", self->nick, NULL);
  hs_session_put (self, "USER", "handshake", "0", "*", *self->shown_name != '\0' ? self->shown_name : self->nick, NULL);
}

/* All is asked for and said that has to be before we are in. */
void
hs_session_end_caps (HsSession *self)
{
  if (self->cap_ending || self->registered)
    return;
  self->cap_ending = TRUE;
  hs_session_put_resume (self);
  hs_session_put (self, "CAP", "END", NULL);
}

static void
end_negotiation (HsSession *self)
{
  if (!hs_session_sasl_begin (self))
    hs_session_end_caps (self);
}

static void
request (HsSession *self)
{
  g_autoptr (GString) list = g_string_new (NULL);
  guint asked = self->offered & ~self->caps & ~(hs_session_sasl_is_wanted (self) ? 0 : HS_CAP_SASL);

  for (guint i = 0; i < G_N_ELEMENTS (wanted); i++)
    if (asked & wanted[i].bit)
      g_string_append_printf (list, "%s%s", list->len > 0 ? " " : "", wanted[i].name);
  if (list->len > 0)
    hs_session_put (self, "CAP", "REQ", list->str, NULL);
  else
    end_negotiation (self);
}

static void
offer (HsSession *self, const char *list)
{
  g_auto (GStrv) words = g_strsplit (list, " ", -1);

  for (guint w = 0; words[w] != NULL; w++)
    {
      gsize len = strcspn (words[w], "=");

      if (g_str_has_prefix (words[w], OURS_PREFIX))
        hs_session_set_ours (self);
      self->tls_offered |= strlen (TLS_OFFER) == len && memcmp (words[w], TLS_OFFER, len) == 0;
      if (g_str_has_prefix (words[w], STS "="))
        {
          g_free (self->sts);
          self->sts = g_strdup (words[w] + strlen (STS "="));
        }
      if (len == strlen (SASL) && memcmp (words[w], SASL, len) == 0)
        hs_session_sasl_offered (self, words[w][len] == '=' ? words[w] + len + 1 : NULL);
      for (guint i = 0; i < G_N_ELEMENTS (wanted); i++)
        if (strlen (wanted[i].name) == len && memcmp (words[w], wanted[i].name, len) == 0
            && (wanted[i].bit != HS_CAP_MULTILINE || hs_session_set_multiline (self, words[w] + len + (words[w][len] == '='))))
          self->offered |= wanted[i].bit;
    }
}

/* What was not offered is not taken: what belongs to it (the limits of multiline) is not known. */
static void
set_caps (HsSession *self, const char *list, gboolean granted)
{
  g_auto (GStrv) words = g_strsplit (list, " ", -1);

  for (guint w = 0; words[w] != NULL; w++)
    {
      const char *name = words[w] + (words[w][0] == '-');
      gboolean on = granted && words[w][0] != '-';

      for (guint i = 0; i < G_N_ELEMENTS (wanted); i++)
        if (strcmp (name, wanted[i].name) == 0)
          self->caps = on ? self->caps | (wanted[i].bit & self->offered) : self->caps & ~wanted[i].bit;
    }
}

/* Does whoever carries the lines go another way? Asked once. */
static gboolean
tell_listed (HsSession *self)
{
  gboolean leaves = FALSE;

  if (self->listed)
    return FALSE;
  self->listed = TRUE;
  g_signal_emit_by_name (self, "capabilities-listed", self->tls_offered, self->sts, &leaves);
  return leaves;
}

void
hs_session_miss_caps (HsSession *self)
{
  if (self->state == HS_SESSION_CONNECTING)
    tell_listed (self);
}

static void
on_ls (HsSession *self, const char *list, gboolean more)
{
  offer (self, list);
  if (!more && !tell_listed (self))
    request (self);
}

static void
on_ack (HsSession *self, const char *list, gboolean more)
{
  set_caps (self, list, TRUE);
  if (!more)
    end_negotiation (self);
}

static void
on_nak (HsSession *self, const char *list, gboolean more)
{
  end_negotiation (self);
}

static void
on_new (HsSession *self, const char *list, gboolean more)
{
  offer (self, list);
  request (self);
}

static void
on_del (HsSession *self, const char *list, gboolean more)
{
  guint before = self->caps;

  set_caps (self, list, FALSE);
  if ((before & ~self->caps & HS_CAP_SASL) != 0)
    hs_session_sasl_withdrawn (self);
}

static const struct
{
  const char *subcommand;
  void (*func) (HsSession *self, const char *list, gboolean more);
} subcommands[] = {
  { "LS", on_ls },
  { "ACK", on_ack },
  { "NAK", on_nak },
  { "NEW", on_new },
  { "DEL", on_del },
};

/* CAP <nick or *> <subcommand> [*] :<list> */
void
hs_session_on_cap (HsSession *self, const HsEvent *event)
{
  gboolean more = event->message->n_params > 3 && strcmp (HS_PARAM (event, 2), "*") == 0;
  const char *list = HS_PARAM (event, event->message->n_params - 1);

  for (guint i = 0; i < G_N_ELEMENTS (subcommands); i++)
    if (g_ascii_strcasecmp (HS_PARAM (event, 1), subcommands[i].subcommand) == 0)
      subcommands[i].func (self, list, more);
}

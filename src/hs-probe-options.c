/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The command line of handshake-probe; see hs-probe-options.h. */
#include "hs-probe-options.h"

#include "hs-config.h"

#include <glib/gi18n.h>
#include <string.h>

#include "hs-limits.h"

static const struct { const char *name; gboolean stream; } manners[] = {
  [HS_PROBE_ACTIVE] = { "active", FALSE },
  [HS_PROBE_HALF] = { "half", TRUE },
  [HS_PROBE_RESET] = { "reset", TRUE },
  [HS_PROBE_WAIT] = { "wait", FALSE },
};

static gboolean
find_manner (HsProbeOptions *self, const char *name, GError **error)
{
  for (guint i = 0; i < G_N_ELEMENTS (manners); i++)
    if (name == NULL || g_str_equal (manners[i].name, name))
      {
        self->manner = (HsProbeManner) i;
        return TRUE;
      }
  g_set_error (error, G_OPTION_ERROR, G_OPTION_ERROR_BAD_VALUE, _("--close knows active, half, reset and wait, not “%s”"), name);
  return FALSE;
}

gboolean
hs_probe_is_datagrams (const HsProbeOptions *self)
{
  return self->address->scheme == HS_SCHEME_UDP;
}

/* What UDP has not is not promised. */
static gboolean
check_datagrams (HsProbeOptions *self, GError **error)
{
  if (!hs_probe_is_datagrams (self))
    return TRUE;
  if (manners[self->manner].stream)
    {
      g_set_error (error, G_OPTION_ERROR, G_OPTION_ERROR_BAD_VALUE, _("UDP has no close: --close %s cannot be had with udp://"),
                   manners[self->manner].name);
      return FALSE;
    }
  if (self->send != NULL && strlen (self->send) > HS_DATAGRAM_MAX)
    {
      g_set_error (error, G_OPTION_ERROR, G_OPTION_ERROR_BAD_VALUE, _("One datagram carries at most %u bytes, and this has %u"), HS_DATAGRAM_MAX,
                   (guint) strlen (self->send));
      return FALSE;
    }
  return TRUE;
}

/* What an address asks for is not done in another way: ircs:// and invites are never opened unencrypted. */
static gboolean
check_encryption (HsProbeOptions *self, GError **error)
{
  self->tls |= self->address->scheme == HS_SCHEME_IRCS;
  if (self->tls && hs_probe_is_datagrams (self))
    g_set_error_literal (error, G_OPTION_ERROR, G_OPTION_ERROR_BAD_VALUE,
                         _("Datagrams cannot be encrypted here: --tls needs the stream that TCP makes"));
  else if (!self->tls && self->ca_file != NULL)
    g_set_error_literal (error, G_OPTION_ERROR, G_OPTION_ERROR_BAD_VALUE, _("--ca-file is about encrypted connections: it goes with --tls or ircs://"));
  else
    return TRUE;
  return FALSE;
}

gboolean
hs_probe_options_parse (HsProbeOptions *self, int *argc, char ***argv, GError **error)
{
  g_autofree char *manner = NULL;
  const GOptionEntry entries[] = {
    { "json", 0, 0, G_OPTION_ARG_NONE, &self->json, N_("Print each fact as a line of JSON"), NULL },
    { "send", 0, 0, G_OPTION_ARG_STRING, &self->send, N_("Send this line once the connection stands; to udp:// as one datagram, without a line end"),
      "TEXT" },
    { "tls", 0, 0, G_OPTION_ARG_NONE, &self->tls, N_("Encrypt from the first byte; ircs:// and invites do so by themselves"), NULL },
    { "ca-file", 0, 0, G_OPTION_ARG_FILENAME, &self->ca_file, N_("Trust the certificate authorities in this file (PEM), not the system’s"), "FILE" },
    { "close", 0, 0, G_OPTION_ARG_STRING, &manner, N_("How to close: active, half, reset, or wait for the other side"), "MANNER" },
    { "follow", 0, 0, G_OPTION_ARG_NONE, &self->follow, N_("Follow the socket until nothing of it is left (TIME-WAIT: a minute)"), NULL },
    { "version", 0, 0, G_OPTION_ARG_NONE, &self->version, N_("Tell the version and end"), NULL },
    { NULL },
  };
  g_autoptr (GOptionContext) context = g_option_context_new (_("ADDRESS – see a TCP connection open, work and close"));

  g_option_context_add_main_entries (context, entries, GETTEXT_PACKAGE);
  if (!g_option_context_parse (context, argc, argv, error))
    return FALSE;
  if (self->version)
    return TRUE;
  if (*argc != 2)
    {
      /* Translators: of handshake-probe, with no address or with several */
      g_set_error_literal (error, G_OPTION_ERROR, G_OPTION_ERROR_FAILED, _("One address is needed: handshake-probe ADDRESS"));
      return FALSE;
    }
  if (!find_manner (self, manner, error))
    return FALSE;
  self->address = hs_address_parse ((*argv)[1], error);
  return self->address != NULL && check_encryption (self, error) && check_datagrams (self, error);
}

void
hs_probe_options_clear (HsProbeOptions *self)
{
  g_clear_pointer (&self->address, hs_address_free);
  g_clear_pointer (&self->ca_file, g_free);
  g_clear_pointer (&self->send, g_free);
}

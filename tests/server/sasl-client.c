/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A client that logs in by libgsasl, for the tests of what lies behind AUTHENTICATE. */
#include "sasl-client.h"

#include <string.h>

static int
answer (Gsasl *gsasl, Gsasl_session *session, Gsasl_property property)
{
  const Client *client = gsasl_callback_hook_get (gsasl);
  const char *value = property == GSASL_AUTHID ? client->name : property == GSASL_PASSWORD ? client->password :
                      property == GSASL_CB_TLS_EXPORTER ? client->binding : property == GSASL_AUTHZID ? client->authzid : NULL;

  if (value == NULL)
    return GSASL_NO_CALLBACK;
  gsasl_property_set (session, property, value);
  return GSASL_OK;
}

char *
client_take_challenge (Guest *guest)
{
  GString *text = g_string_new (NULL);
  g_auto (GStrv) lines = g_strsplit (guest->out->str, "\r\n", -1);

  for (guint i = 0; lines[i] != NULL; i++)
    if (g_str_has_prefix (lines[i], "AUTHENTICATE ") && strcmp (lines[i], "AUTHENTICATE +") != 0)
      {
        g_assert_cmpuint (strlen (lines[i]), <=, strlen ("AUTHENTICATE ") + 400);
        g_string_append (text, lines[i] + strlen ("AUTHENTICATE "));
      }
  guest_forget (guest);
  return g_string_free (text, FALSE);
}

void
client_say (Guest *guest, const char *text)
{
  gsize left = strlen (text), part;

  do
    {
      g_autofree char *line = NULL;

      part = MIN (left, 400);
      line = part > 0 ? g_strdup_printf ("AUTHENTICATE %.*s", (int) part, text) : g_strdup ("AUTHENTICATE +");
      guest_says (guest, line);
      text += part;
      left -= part;
    }
  while (part == 400);
}

Gsasl_session *
client_begin (const Client *client, Gsasl **gsasl)
{
  Gsasl_session *session = NULL;

  g_assert_cmpint (gsasl_init (gsasl), ==, GSASL_OK);
  gsasl_callback_hook_set (*gsasl, (gpointer) client);
  gsasl_callback_set (*gsasl, answer);
  g_assert_cmpint (gsasl_client_start (*gsasl, client->mechanism, &session), ==, GSASL_OK);
  return session;
}

void
client_log_in (Guest *guest, const Client *client)
{
  g_autofree char *line = g_strdup_printf ("AUTHENTICATE %s", client->mechanism);
  Gsasl *gsasl = NULL;
  Gsasl_session *session = client_begin (client, &gsasl);

  guest_says (guest, line);
  while (guest_saw (guest, "AUTHENTICATE ") && !guest_saw (guest, " 90"))
    {
      g_autofree char *challenge = client_take_challenge (guest);
      char *words = NULL;

      gsasl_step64 (session, challenge, &words);
      client_say (guest, words != NULL ? words : "");
      gsasl_free (words);
      stage_work (guest->stage);
    }
  gsasl_finish (session);
  gsasl_done (gsasl);
}

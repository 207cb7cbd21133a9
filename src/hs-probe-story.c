/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What handshake-probe prints; see hs-probe-story.h. What is found out while the connection lives goes to the output, why it failed to the errors. */
#include "hs-probe-story.h"

#include "hs-config.h"

#include <glib/gi18n.h>
#include <stdio.h>
#include <string.h>

#include "hs-fingerprint.h"
#include "hs-probe-words.h"
#include "hs-tcp-json.h"
#include "hs-tls-problems.h"

/* ---- JSON ---- */

static void
put_member (GString *json, const char *key, const char *text)
{
  g_string_append_printf (json, ",\"%s\":", key);
  hs_tcp_json_append_string (json, text);
}

static void
put_boolean (GString *json, const char *key, gboolean value)
{
  g_string_append_printf (json, ",\"%s\":%s", key, value ? "true" : "false");
}

/* Takes @json, which is not closed yet. */
static void
print_json (GString *json)
{
  g_print ("%s}\n", json->str);
  fflush (stdout);
  g_string_free (json, TRUE);
}

static void
put_failure (GString *json, const HsFailure *failure, const char *word)
{
  put_member (json, "failure", word);
  put_member (json, "title", failure->title);
  put_member (json, "sentence", failure->sentence);
}

/* ---- Text ---- */

/* Beside the lines that have a time. */
static void G_GNUC_PRINTF (1, 2)
print_beside (const char *format, ...)
{
  g_autofree char *text = NULL;
  va_list args;

  va_start (args, format);
  text = g_strdup_vprintf (format, args);
  va_end (args);
  g_print ("             %s\n", text);
}

static const struct { HsTcpEventKind kind; const char *colour; } colours[] = {
  { HS_TCP_EVENT_STATE, "\033[1;34m" }, { HS_TCP_EVENT_SEGMENT, "\033[36m" }, { HS_TCP_EVENT_NOTE, "\033[33m" },
};

static const char *
colour_of (HsProbeStory *self, const HsTcpEvent *event)
{
  if (self->colour)
    for (guint i = 0; i < G_N_ELEMENTS (colours); i++)
      if (colours[i].kind == event->kind)
        return colours[i].colour;
  return "";
}

/* "    0.084  ESTABLISHED  observed (TCP_INFO)  tcpi_rtt 84 ms" */
static void
print_text (HsProbeStory *self, const HsTcpEvent *event)
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

/* ---- The kernel's view ---- */

void
hs_probe_story_event (HsProbeStory *self, const HsTcpEvent *event)
{
  if (event->kind == HS_TCP_EVENT_DATA && (event->stage == HS_TCP_STAGE_QUEUED || event->stage == HS_TCP_STAGE_RECORD))
    return;
  if (self->json)
    {
      g_autofree char *line = hs_tcp_event_to_json (event);

      g_print ("%s\n", line);
    }
  else
    print_text (self, event);
  fflush (stdout);
}

void
hs_probe_story_numbers (HsProbeStory *self, const HsTcpNumbers *numbers)
{
  g_autofree char *line = NULL;

  if (!self->json)
    return;
  line = hs_tcp_numbers_to_json (numbers);
  g_print ("%s\n", line);
}

void
hs_probe_story_tally (HsProbeStory *self, const HsTcpTally *tally)
{
  g_autofree char *line = NULL;

  if (!self->json)
    return;
  line = hs_tcp_tally_to_json (tally);
  g_print ("%s\n", line);
}

/* ---- What was heard ---- */

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

void
hs_probe_story_heard (HsProbeStory *self, const HsLine *line)
{
  g_autofree char *text = escape_controls (line->data, line->len);
  GString *json = NULL;

  if (!self->json)
    {
      print_beside ("“%s”", text);
      return;
    }
  json = g_string_new ("{\"kind\":\"heard\"");
  put_member (json, "text", text);
  print_json (json);
}

/* ---- How long it took ---- */

static void
print_took_json (const HsProbeTook *took)
{
  const struct { const char *key; gint64 us; } steps[] = { { "name-us", took->name }, { "tcp-us", took->tcp }, { "tls-us", took->tls } };
  GString *json = g_string_new ("{\"kind\":\"took\"");

  for (guint i = 0; i < G_N_ELEMENTS (steps); i++)
    if (steps[i].us >= 0)
      g_string_append_printf (json, ",\"%s\":%" G_GINT64_FORMAT, steps[i].key, steps[i].us);
  print_json (json);
}

void
hs_probe_story_took (HsProbeStory *self, const HsProbeTook *took)
{
  const struct { const char *words; gint64 us; } steps[] = {
    /* Translators: to look a name up: "Took: name 3 ms · TCP 84 ms · TLS 171 ms" */
    { C_("took", "name"), took->name }, { "TCP", took->tcp }, { "TLS", took->tls },
  };
  g_autoptr (GString) text = g_string_new (NULL);

  if (self->json)
    {
      print_took_json (took);
      return;
    }
  for (guint i = 0; i < G_N_ELEMENTS (steps); i++)
    if (steps[i].us >= 0)
      g_string_append_printf (text, "%s%s %.1f ms", text->len > 0 ? " · " : "", steps[i].words, steps[i].us / 1e3);
  if (text->len > 0)
    print_beside (_("Took: %s"), text->str);
}

/* ---- An invite's addresses ---- */

void
hs_probe_story_route (HsProbeStory *self, const HsAddress *address, guint number, guint n)
{
  HsAddress bare = { .host = address->host, .port = address->port, .port_given = TRUE };
  g_autofree char *place = hs_address_to_string (&bare);
  GString *json = NULL;

  if (!self->json)
    {
      print_beside (_("Address %u of %u of the invite: %s"), number, n, place);
      if (address->token != NULL && number == 1)
        print_beside ("%s", _("Its one-time token is not sent, and so not used up."));
      return;
    }
  json = g_string_new ("{\"kind\":\"route\"");
  put_member (json, "address", place);
  g_string_append_printf (json, ",\"number\":%u,\"of\":%u", number, n);
  print_json (json);
}

void
hs_probe_story_route_failed (HsProbeStory *self, const HsFailure *failure, const char *word)
{
  GString *json = NULL;

  if (!self->json)
    {
      print_beside ("%s", failure->title);
      return;
    }
  json = g_string_new ("{\"kind\":\"route-failed\"");
  put_failure (json, failure, word);
  print_json (json);
}

/* ---- TLS ---- */

static const struct { HsTlsProblems problem; const char *word; } problem_words[] = {
  { HS_TLS_WRONG_HOST, "wrong-host" }, { HS_TLS_EXPIRED, "expired" }, { HS_TLS_NOT_YET_VALID, "not-yet-valid" }, { HS_TLS_REVOKED, "revoked" },
  { HS_TLS_WEAK, "weak" }, { HS_TLS_BAD, "bad" }, { HS_TLS_UNKNOWN_AUTHORITY, "unknown-authority" },
};

static const struct { HsTrust trust; const char *word, *sentence; } trusts[] = {
  { HS_TRUST_VERIFIED, "verified", NULL },
  { HS_TRUST_INVITED, "invited", N_("The key is the one in the invite: this is the server that you are invited to.") },
  { HS_TRUST_NOT_INVITED, "not-invited", N_("The key is not the one in the invite.") },
  { HS_TRUST_FIRST_SEEN, "first-seen", N_("So nobody vouches for the key: compare its number with the one that the host’s window shows.") },
  { HS_TRUST_NOT_VERIFIED, "not-verified", NULL }, /* the failure says it */
};

static gsize
find_trust (HsTrust trust)
{
  gsize i = 0;

  while (i < G_N_ELEMENTS (trusts) - 1 && trusts[i].trust != trust)
    i++;
  return i;
}

static void
print_tls_json (const HsAddress *address, const HsTlsFacts *facts, HsTrust trust)
{
  GString *json = g_string_new ("{\"kind\":\"tls\"");
  g_autofree char *key = facts->has_peer ? hs_fingerprint_to_text (&facts->peer) : NULL;
  char number[HS_FINGERPRINT_NUMBER_SIZE];
  gboolean more = FALSE;

  put_member (json, "version", facts->version);
  put_member (json, "cipher", facts->cipher);
  if (facts->alpn)
    put_member (json, "alpn", "irc");
  if (key != NULL)
    {
      hs_fingerprint_to_number (&facts->peer, number);
      put_member (json, "key", key);
      put_member (json, "number", number);
    }
  if (address->key != NULL)
    put_member (json, "invited-key", address->key);
  put_boolean (json, "verified", facts->has_peer && facts->problems == 0);
  g_string_append (json, ",\"problems\":[");
  for (guint i = 0; i < G_N_ELEMENTS (problem_words); i++)
    if (facts->problems & problem_words[i].problem)
      {
        g_string_append_printf (json, "%s\"%s\"", more ? "," : "", problem_words[i].word);
        more = TRUE;
      }
  g_string_append_c (json, ']');
  put_member (json, "trust", trusts[find_trust (trust)].word);
  print_json (json);
}

static void
print_certificate (const HsAddress *address, const HsTlsFacts *facts)
{
  g_autofree char *name = hs_address_dup_server_name (address);
  g_autofree char *problems = hs_tls_problems_dup_words (facts->problems);
  g_auto (GStrv) sentences = problems != NULL ? g_strsplit (problems, "\n", -1) : NULL;

  if (!facts->has_peer)
    print_beside ("%s", _("It showed no certificate."));
  else if (sentences == NULL)
    print_beside (_("Certificate: CA-verified for “%s”"), name != NULL ? name : address->path);
  else
    print_beside ("%s", _("Certificate: not CA-verified"));
  for (guint i = 0; sentences != NULL && sentences[i] != NULL; i++)
    print_beside ("  %s", sentences[i]);
}

void
hs_probe_story_tls (HsProbeStory *self, const HsAddress *address, const HsTlsFacts *facts, HsTrust trust)
{
  const char *sentence = trusts[find_trust (trust)].sentence;
  char number[HS_FINGERPRINT_NUMBER_SIZE];

  if (self->json)
    {
      print_tls_json (address, facts, trust);
      return;
    }
  print_beside (_("Encrypted from here on: %s, %s. What is counted below is ciphertext."), facts->version, facts->cipher);
  if (facts->has_peer)
    {
      g_autofree char *key = hs_fingerprint_to_text (&facts->peer);

      hs_fingerprint_to_number (&facts->peer, number);
      print_beside (_("Number of its key: %s (%s)"), number, key);
    }
  print_certificate (address, facts);
  if (facts->alpn)
    print_beside ("%s", _("Both sides agreed on “irc” (ALPN)."));
  if (sentence != NULL)
    print_beside ("%s", _(sentence));
  fflush (stdout);
}

/* ---- The result ---- */

static void
print_hint (const HsFailureHint *hint, gboolean tls)
{
  const char *title = hs_probe_words_get_title (hint, tls), *text = hs_probe_words_get_text (hint, tls);

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
print_failure (HsProbeStory *self, const HsFailure *failure)
{
  g_printerr ("\n%s\n%s\n", failure->title, failure->sentence);
  for (guint i = 0; i < failure->hints->len; i++)
    print_hint (failure->hints->pdata[i], self->tls);
}

void
hs_probe_story_result (HsProbeStory *self, int status, const HsFailure *failure, const char *word)
{
  GString *json = NULL;

  if (self->json)
    {
      json = g_string_new ("{\"kind\":\"result\"");
      g_string_append_printf (json, ",\"status\":%d", status);
      if (failure != NULL)
        put_failure (json, failure, word);
      print_json (json);
    }
  else if (failure != NULL)
    print_failure (self, failure);
}

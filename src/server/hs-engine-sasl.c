/* SPDX-License-Identifier: GPL-3.0-or-later */
/* AUTHENTICATE (IRCv3 sasl-3.1 and 3.2): the lines around SASL. The mechanisms themselves are libgsasl's. */
#include "hs-engine-accounts-private.h"

#include <string.h>

#include "hs-secret.h"

typedef struct _Mechanism Mechanism;

/* One that is being carried out. */
struct _HsLogin
{
  HsEngine *engine;
  HsPeer *peer;
  const Mechanism *mechanism;
  Gsasl_session *session;
  GString *in;                /* what of this step's text has come */
  HsServerAccount *account;   /* (nullable) borrowed: whose it would be */
  HsServerAccount *verifier;  /* (nullable) that account's, or one that nobody can prove to know */
  gboolean room;              /* it is the password that all need */
  gboolean proven;            /* all is said; the guest's last, empty answer is waited for */
  HsDerivation *deriving;     /* (nullable) borrowed: what is awaited; only to be compared */
};

struct _Mechanism
{
  const char *name;
  HsSaslMechanisms bit;
  gboolean (*is_usable) (HsEngine *engine, HsPeer *peer);
  /* libgsasl is content with what was said. */
  void (*judge) (HsLogin *login);
};

/* ---- The outcome ---- */

void
hs_login_free (HsLogin *self)
{
  if (self == NULL)
    return;
  if (self->session != NULL)
    gsasl_finish (self->session);
  hs_secret_free_string (self->in);
  g_clear_pointer (&self->verifier, hs_server_account_free);
  g_free (self);
}

static void
end (HsLogin *self)
{
  g_clear_pointer (&self->peer->extra->login, hs_login_free);
}

static void
fail (HsEngine *self, HsPeer *peer)
{
  hs_engine_reply (self, peer, HS_ERR_SASLFAIL, "SASL authentication failed", NULL);
}

/* @guessed: it is worth trying again with another password. */
static void
end_failed (HsLogin *self, gboolean guessed)
{
  HsEngine *engine = self->engine;
  HsPeer *peer = self->peer;

  if (guessed)
    hs_engine_note_guess (engine, peer, FALSE);
  end (self);
  fail (engine, peer);
}

static void
end_proven (HsLogin *self)
{
  HsEngine *engine = self->engine;
  HsPeer *peer = self->peer;
  HsServerAccount *account = self->account;

  if (account != NULL && hs_engine_find_account (engine, account->name) != account) /* given up meanwhile */
    {
      end_failed (self, FALSE);
      return;
    }
  if (account != NULL && self->verifier != NULL && hs_server_account_equal (self->verifier, account))
    account->locked = FALSE; /* a password opens it: in an older store that may have been unknown */
  peer->admitted |= self->room;
  end (self);
  if (account != NULL)
    hs_engine_log_in (engine, peer, account);
  hs_engine_reply (engine, peer, HS_RPL_SASLSUCCESS, "SASL authentication successful", NULL);
}

void
hs_engine_abort_login (HsEngine *self, HsPeer *peer)
{
  if (peer->extra == NULL || peer->extra->login == NULL)
    return;
  end (peer->extra->login);
  hs_engine_reply (self, peer, HS_ERR_SASLABORTED, "SASL authentication aborted", NULL);
}

/* ---- PLAIN: the password is checked against the same verifier as SCRAM's ---- */

static gboolean
still_may_guess (HsEngine *engine, HsDerivation *derivation)
{
  HsPeer *peer = derivation->ask.peer;
  HsLogin *login = peer->extra->login;

  if (login == NULL || login->deriving != derivation)
    return FALSE;
  if (!hs_engine_must_wait_to_guess (engine, peer, "AUTHENTICATE"))
    return TRUE;
  end_failed (login, FALSE);
  return FALSE;
}

static void
on_derived (HsEngine *engine, HsDerivation *derivation)
{
  HsLogin *login = derivation->ask.peer->extra->login;

  if (login == NULL || login->deriving != derivation) /* given up meanwhile, and perhaps begun anew */
    return;
  if (hs_server_account_equal (derivation->made, login->verifier) && login->account != NULL)
    end_proven (login);
  else
    end_failed (login, TRUE);
}

static gboolean
is_for_itself (const HsLogin *self, const char *name)
{
  const char *other = gsasl_property_fast (self->session, GSASL_AUTHZID);

  return other == NULL || *other == '\0' || hs_name_equal (other, name);
}

static void
find_verifier (HsLogin *self, const char *name)
{
  self->account = hs_engine_find_account (self->engine, name);
  self->verifier = self->account != NULL ? hs_server_account_copy (self->account) : hs_engine_make_decoy (self->engine, name);
}

static void
judge_plain (HsLogin *self)
{
  const char *name = gsasl_property_fast (self->session, GSASL_AUTHID);
  const char *password = gsasl_property_fast (self->session, GSASL_PASSWORD);
  HsEngine *engine = self->engine;
  HsPeer *peer = self->peer;
  HsDerivation *derivation;

  if (name == NULL || password == NULL || strlen (password) > HS_PASSWORD_MAX_BYTES || !is_for_itself (self, name))
    {
      end_failed (self, FALSE);
      return;
    }
  find_verifier (self, name);
  self->deriving = derivation = hs_derivation_new (name, password, self->verifier->salt, self->verifier->iterations);
  derivation->is_wanted = still_may_guess;
  derivation->derived = on_derived;
  if (hs_engine_derive (engine, peer, derivation))
    return;
  hs_engine_reply (engine, peer, HS_RPL_TRYAGAIN, "AUTHENTICATE", "Please wait a while and try again.", NULL);
  end_failed (self, FALSE);
}

/* ---- SCRAM ---- */

static void
judge_scram (HsLogin *self)
{
  const char *name = gsasl_property_fast (self->session, GSASL_AUTHID);

  if ((self->account != NULL || self->room) && is_for_itself (self, name))
    self->proven = TRUE;
  else
    end_failed (self, TRUE);
}

static void
set_base64 (Gsasl_session *session, Gsasl_property property, GBytes *bytes)
{
  gsize len;
  gconstpointer data = g_bytes_get_data (bytes, &len);
  g_autofree char *text = g_base64_encode (data, len);

  gsasl_property_set (session, property, text);
}

static int
answer_verifier (HsLogin *self, Gsasl_property property)
{
  const char *name = gsasl_property_fast (self->session, GSASL_AUTHID);
  char number[16];

  if (self->verifier == NULL && name != NULL)
    {
      self->room = strcmp (name, HS_ROOM_ACCOUNT) == 0 && hs_engine_has_password (self->engine);
      if (self->room)
        self->verifier = hs_server_account_copy (self->engine->accounts->common);
      else
        find_verifier (self, name);
    }
  if (self->verifier == NULL)
    return GSASL_NO_CALLBACK;
  g_snprintf (number, sizeof number, "%u", self->verifier->iterations);
  if (property == GSASL_SCRAM_ITER)
    gsasl_property_set (self->session, property, number);
  else if (property == GSASL_SCRAM_SALT)
    set_base64 (self->session, property, self->verifier->salt);
  else
    set_base64 (self->session, property, property == GSASL_SCRAM_STOREDKEY ? self->verifier->stored_key : self->verifier->server_key);
  return GSASL_OK;
}

/* RFC 9266. */
static int
answer_binding (HsLogin *self, Gsasl_property property)
{
  const HsEngineFuncs *funcs = self->engine->funcs;
  g_autoptr (GBytes) binding = funcs->dup_channel_binding != NULL ? funcs->dup_channel_binding (self->peer, self->engine->user_data) : NULL;

  if (binding == NULL)
    return GSASL_NO_CALLBACK;
  set_base64 (self->session, property, binding);
  return GSASL_OK;
}

/* ---- EXTERNAL: the key was proven to be the guest's by the handshake ---- */

static void
judge_external (HsLogin *self)
{
  const HsFingerprint *key = hs_peer_get_key (self->peer);

  self->account = key != NULL ? hs_engine_find_account_by_key (self->engine, key) : NULL;
  if (self->account != NULL && is_for_itself (self, self->account->name))
    end_proven (self);
  else
    end_failed (self, FALSE); /* a key cannot be guessed */
}

/* PLAIN's and EXTERNAL's are judged when libgsasl has read them. */
static int
answer_yes (HsLogin *self, Gsasl_property property)
{
  return GSASL_OK;
}

static const struct
{
  Gsasl_property property;
  int (*answer) (HsLogin *self, Gsasl_property property);
} answers[] = {
  { GSASL_SCRAM_ITER, answer_verifier },
  { GSASL_SCRAM_SALT, answer_verifier },
  { GSASL_SCRAM_STOREDKEY, answer_verifier },
  { GSASL_SCRAM_SERVERKEY, answer_verifier },
  { GSASL_CB_TLS_EXPORTER, answer_binding },
  { GSASL_VALIDATE_SIMPLE, answer_yes },
  { GSASL_VALIDATE_EXTERNAL, answer_yes },
};

static int
on_question (Gsasl *gsasl, Gsasl_session *session, Gsasl_property property)
{
  HsLogin *login = gsasl_session_hook_get (session);

  for (guint i = 0; login != NULL && i < G_N_ELEMENTS (answers); i++)
    if (answers[i].property == property)
      return answers[i].answer (login, property);
  return GSASL_NO_CALLBACK;
}

/* ---- The mechanisms ---- */

static gboolean
has_key (HsEngine *engine, HsPeer *peer)
{
  return hs_peer_get_key (peer) != NULL;
}

static gboolean
is_encrypted (HsEngine *engine, HsPeer *peer)
{
  return peer->encrypted;
}

static gboolean
is_bound (HsEngine *engine, HsPeer *peer)
{
  g_autoptr (GBytes) binding = NULL;

  if (peer->encrypted && engine->funcs->dup_channel_binding != NULL)
    binding = engine->funcs->dup_channel_binding (peer, engine->user_data);
  return binding != NULL;
}

static gboolean
is_anybody (HsEngine *engine, HsPeer *peer)
{
  return TRUE;
}

/* The better first: some clients take the first they know. */
static const Mechanism mechanisms[] = {
  { "EXTERNAL", HS_SASL_EXTERNAL, has_key, judge_external },
  { "SCRAM-SHA-256-PLUS", HS_SASL_SCRAM_SHA_256_PLUS, is_bound, judge_scram },
  { "SCRAM-SHA-256", HS_SASL_SCRAM_SHA_256, is_anybody, judge_scram },
  { "PLAIN", HS_SASL_PLAIN, is_encrypted, judge_plain },
};

static const Mechanism *
find_mechanism (HsEngine *self, HsPeer *peer, const char *name)
{
  for (guint i = 0; i < G_N_ELEMENTS (mechanisms); i++)
    if (g_ascii_strcasecmp (mechanisms[i].name, name) == 0)
      return (self->config->sasl & mechanisms[i].bit) != 0 && mechanisms[i].is_usable (self, peer) ? &mechanisms[i] : NULL;
  return NULL;
}

char *
hs_engine_list_mechanisms (HsEngine *self, HsPeer *peer)
{
  GString *list = g_string_new (NULL);

  for (guint i = 0; i < G_N_ELEMENTS (mechanisms); i++)
    if (find_mechanism (self, peer, mechanisms[i].name) != NULL)
      g_string_append_printf (list, "%s%s", list->len > 0 ? "," : "", mechanisms[i].name);
  return g_string_free (list, FALSE);
}

/* ---- Lines ---- */

static void
send_chunk (HsEngine *self, HsPeer *peer, const char *text, gsize len)
{
  g_autofree char *line = g_strdup_printf ("AUTHENTICATE %.*s\r\n", (int) len, text);

  hs_engine_send_text (self, peer, line, strlen (line));
}

/* In chunks; one that is shorter than the others, or "+", ends it. */
static void
send_words (HsEngine *self, HsPeer *peer, const char *data, gsize len)
{
  g_autofree char *text = g_base64_encode ((const guchar *) data, len);
  gsize left = strlen (text), part;
  const char *p = text;

  do
    {
      part = MIN (left, HS_SASL_CHUNK);
      send_chunk (self, peer, part > 0 ? p : "+", MAX (part, 1));
      p += part;
      left -= part;
    }
  while (part == HS_SASL_CHUNK);
}

static void
begin (HsEngine *self, HsPeer *peer, const char *name)
{
  const Mechanism *mechanism = find_mechanism (self, peer, name);
  HsLogin *login;

  if (mechanism == NULL)
    {
      g_autofree char *list = hs_engine_list_mechanisms (self, peer);

      hs_engine_reply (self, peer, HS_RPL_SASLMECHS, *list != '\0' ? list : "*", "are available SASL mechanisms", NULL);
      fail (self, peer);
      return;
    }
  if (self->accounts->gsasl == NULL && gsasl_init (&self->accounts->gsasl) == GSASL_OK)
    gsasl_callback_set (self->accounts->gsasl, on_question);
  login = g_new0 (HsLogin, 1);
  login->engine = self;
  login->peer = peer;
  login->mechanism = mechanism;
  login->in = g_string_new (NULL);
  hs_peer_get_extra (peer)->login = login;
  if (self->accounts->gsasl == NULL || gsasl_server_start (self->accounts->gsasl, mechanism->name, &login->session) != GSASL_OK)
    {
      end_failed (login, FALSE);
      return;
    }
  gsasl_session_hook_set (login->session, login);
  send_chunk (self, peer, "+", 1);
}

/* A client that could bind to the connection, and was told that the server cannot, has somebody in between; and only with PLUS there is a
 * binding (RFC 5802 6). libgsasl asks neither. */
static gboolean
is_downgraded (const HsLogin *self, const char *data, gsize len)
{
  if (self->mechanism->bit != HS_SASL_SCRAM_SHA_256 || self->verifier != NULL || len == 0)
    return FALSE;
  return data[0] == 'p' || (data[0] == 'y' && find_mechanism (self->engine, self->peer, "SCRAM-SHA-256-PLUS") != NULL);
}

/* A password for a room that needs none (any more) opens nothing, and whoever has it saved is not to wait for it. */
static gboolean
is_guess (const HsLogin *self)
{
  const char *name = gsasl_property_fast (self->session, GSASL_AUTHID);

  return self->verifier != NULL && (self->room || name == NULL || strcmp (name, HS_ROOM_ACCOUNT) != 0);
}

static void
step (HsLogin *self, const char *data, gsize len)
{
  char *answer = NULL;
  size_t answer_len = 0;
  int result;

  if (self->proven) /* to what was said last there is nothing to say */
    {
      if (len == 0)
        end_proven (self);
      else
        end_failed (self, FALSE);
      return;
    }
  if (is_downgraded (self, data, len))
    {
      end_failed (self, FALSE);
      return;
    }
  result = gsasl_step (self->session, data, len, &answer, &answer_len);
  if (result != GSASL_OK && (result != GSASL_NEEDS_MORE || answer_len == 0)) /* none of ours asks without a word */
    end_failed (self, is_guess (self));
  else
    {
      HsEngine *engine = self->engine;
      HsPeer *peer = self->peer;

      if (result == GSASL_OK)
        self->mechanism->judge (self);
      if (peer->extra->login != NULL && peer->extra->login->deriving == NULL && answer_len > 0)
        send_words (engine, peer, answer, answer_len);
    }
  gsasl_free (answer);
}

/* FALSE: it is no base64. */
static gboolean
decode (const GString *text, char **data, size_t *len)
{
  return gsasl_base64_from (text->str, text->len, data, len) == GSASL_OK;
}

static void
take_words (HsLogin *self, const char *words)
{
  gsize len = strlen (words);
  char *data = NULL;
  size_t data_len = 0;

  if (strcmp (words, "+") != 0)
    g_string_append_len (self->in, words, (gssize) len);
  if (self->in->len > HS_SASL_MAX)
    {
      HsEngine *engine = self->engine;
      HsPeer *peer = self->peer;

      end (self);
      hs_engine_reply (engine, peer, HS_ERR_SASLTOOLONG, "SASL message too long", NULL);
      return;
    }
  if (len == HS_SASL_CHUNK)
    return;
  if (self->in->len > 0 && !decode (self->in, &data, &data_len))
    {
      end_failed (self, FALSE);
      return;
    }
  explicit_bzero (self->in->str, self->in->len);
  g_string_truncate (self->in, 0);
  if (hs_engine_must_wait_to_guess (self->engine, self->peer, "AUTHENTICATE"))
    end_failed (self, FALSE);
  else
    step (self, data != NULL ? data : "", data_len);
  if (data != NULL)
    {
      explicit_bzero (data, data_len);
      gsasl_free (data);
    }
}

/* Who does not wait for the answer, and could do so again and again, has guessed all the same: the work is done. */
static void
give_up (HsLogin *self)
{
  if (self->deriving != NULL)
    hs_engine_note_guess (self->engine, self->peer, FALSE);
  end (self);
}

void
hs_command_authenticate (HsEngine *self, HsPeer *peer, const HsIrcMessage *message)
{
  const char *words = message->params[0];
  HsLogin *login = peer->extra != NULL ? peer->extra->login : NULL;

  if (strcmp (words, "*") == 0)
    {
      if (login != NULL)
        give_up (login);
      hs_engine_reply (self, peer, HS_ERR_SASLABORTED, "SASL authentication aborted", NULL);
    }
  else if (strlen (words) > HS_SASL_CHUNK)
    {
      if (login != NULL)
        give_up (login);
      hs_engine_reply (self, peer, HS_ERR_SASLTOOLONG, "SASL message too long", NULL);
    }
  else if (login != NULL && login->deriving != NULL)
    hs_engine_reply (self, peer, HS_ERR_SASLALREADY, "A password is being checked: wait for the answer", NULL);
  else if (login != NULL)
    take_words (login, words);
  else if (hs_peer_get_account (peer) != NULL && !peer->speaks_302)
    hs_engine_reply (self, peer, HS_ERR_SASLALREADY, "You have already authenticated using SASL", NULL); /* sasl-3.1 */
  else
    begin (self, peer, words);
}

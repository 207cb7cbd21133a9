/* SPDX-License-Identifier: GPL-3.0-or-later */
/* AUTHENTICATE (IRCv3 sasl-3.1 and 3.2): the lines around a proof. First the password that everybody needs to come in (as the reserved user "room":
 * success is 903 without 900), then one's own account. Which proof is good enough for whom, hs-login-rule.h says. */
#include "hs-session-impl.h"

#include "hs-config.h"

#include <glib/gi18n-lib.h>
#include <string.h>

#include "hs-limits.h"
#include "hs-login-rule.h"
#include "hs-numerics.h"
#include "hs-secret.h"

struct _HsSessionSasl
{
  /* What the connection said */
  char *account, *password, *room_password; /* (nullable) */
  GBytes *binding;                          /* (nullable) */
  gboolean encrypted, known, shows_key;

  /* What the server offers */
  gboolean offers;   /* the capability, with or without a list */
  gboolean listed;   /* ... with one: kinds is all there is */
  guint kinds;       /* bits of HsProofKind */

  /* The one under way */
  HsLoginClaim claim;
  guint tried;               /* bits of HsProofKind, of this claim */
  HsProof *proof;            /* (nullable) */
  GCancellable *cancellable; /* (nullable) a step runs */
  GString *in;               /* what of the server's words has come */
  gboolean invited;          /* it took the mechanism: "AUTHENTICATE +" */
  gboolean succeeded;        /* 903 came while we still looked at what was before it */

  /* What came of it */
  gboolean running, done;
  gboolean pass_sent;        /* the room's password went by PASS */
  gboolean opened;           /* ... or was proven */
  gboolean wrong;            /* ... or refused */
  gboolean logged_in;        /* 900 */
  char *words;               /* (nullable) the server's own about what follows: to wait, ... */
  char *room_words;          /* (nullable) those about the room's password */
};

static void next_claim (HsSession *self);

/* ---- Life ---- */

void
hs_session_sasl_free (HsSessionSasl *self)
{
  if (self == NULL)
    return;
  if (self->cancellable != NULL)
    g_cancellable_cancel (self->cancellable);
  g_clear_object (&self->cancellable);
  g_clear_pointer (&self->proof, hs_proof_unref);
  hs_secret_free (self->password);
  hs_secret_free (self->room_password);
  g_clear_pointer (&self->binding, g_bytes_unref);
  hs_secret_free_string (self->in);
  g_free (self->account);
  g_free (self->words);
  g_free (self->room_words);
  g_free (self);
}

void
hs_session_set_login (HsSession *self, const HsSessionLogin *login)
{
  HsSessionSasl *sasl = g_new0 (HsSessionSasl, 1);

  sasl->account = g_strdup (login->account);
  sasl->password = g_strdup (login->password);
  sasl->room_password = g_strdup (login->room_password);
  sasl->binding = login->binding != NULL ? g_bytes_ref (login->binding) : NULL;
  sasl->encrypted = login->encrypted;
  sasl->known = login->known;
  sasl->shows_key = login->shows_key;
  sasl->in = g_string_new (NULL);
  if (self->sasl != NULL) /* what the server said before we knew whether to answer */
    {
      sasl->offers = self->sasl->offers;
      sasl->listed = self->sasl->listed;
      sasl->kinds = self->sasl->kinds;
    }
  hs_session_sasl_free (self->sasl);
  self->sasl = sasl;
}

static HsSessionSasl *
need (HsSession *self)
{
  if (self->sasl == NULL)
    hs_session_set_login (self, &(HsSessionLogin) { 0 });
  return self->sasl;
}

/* ---- What the server offers ---- */

static void
note_list (HsSessionSasl *self, const char *list)
{
  g_auto (GStrv) names = g_strsplit (list, ",", -1);

  self->listed = TRUE;
  self->kinds = 0;
  for (guint i = 0; names[i] != NULL; i++)
    {
      HsProofKind kind;

      if (hs_proof_kind_from_name (names[i], strlen (names[i]), &kind))
        self->kinds |= 1u << kind;
    }
}

void
hs_session_sasl_offered (HsSession *self, const char *list)
{
  HsSessionSasl *sasl = need (self);

  sasl->offers = TRUE;
  sasl->listed = FALSE;
  sasl->kinds = (1u << HS_N_PROOFS) - 1; /* sasl-3.1 has no list: they are tried */
  if (list != NULL)
    note_list (sasl, list);
}

gboolean
hs_session_sasl_is_wanted (HsSession *self)
{
  const HsSessionSasl *sasl = self->sasl;

  return sasl != NULL && (sasl->account != NULL || sasl->room_password != NULL || sasl->shows_key);
}

/* ---- Which proof is good enough ---- */

static HsLoginQuestion
make_question (HsSession *self)
{
  const HsSessionSasl *sasl = self->sasl;

  return (HsLoginQuestion) {
    .has_room_password = sasl->room_password != NULL,
    .has_account = sasl->account != NULL,
    .has_password = sasl->password != NULL,
    .has_binding = sasl->binding != NULL,
    .shows_key = sasl->shows_key,
    .encrypted = sasl->encrypted,
    .known = sasl->known,
    .ours = self->ours,
    .offers = sasl->offers,
    .kinds = sasl->kinds,
  };
}

const char *
hs_session_sasl_choose_pass (HsSession *self)
{
  HsSessionSasl *sasl = self->sasl;
  HsLoginQuestion question;

  if (sasl == NULL)
    return NULL;
  question = make_question (self);
  if (!hs_login_may_say_room_password (&question))
    return NULL;
  sasl->pass_sent = TRUE;
  return sasl->room_password;
}

/* ---- What it came to ---- */

static void
fail (HsSession *self, HsLoginProblem problem, const char *words)
{
  HsSessionSasl *sasl = self->sasl;
  g_autofree char *copy = g_strdup (words);

  sasl->running = FALSE;
  sasl->done = TRUE;
  g_clear_pointer (&sasl->proof, hs_proof_unref);
  if (self->registered)
    hs_session_tell (self, NULL, copy);
  else
    g_signal_emit_by_name (self, "login-failed", (int) problem, copy);
}

void
hs_session_sasl_tell_withheld (HsSession *self)
{
  const HsSessionSasl *sasl = self->sasl;
  HsLoginQuestion question;

  if (sasl == NULL)
    return;
  question = make_question (self);
  if (sasl->room_password != NULL && !sasl->pass_sent && !sasl->opened && !sasl->wrong)
    hs_session_tell (self, NULL, hs_login_get_withheld_words (&question));
  if (sasl->account != NULL && !sasl->logged_in)
    hs_session_tell (self, NULL, _("You are not logged in to your account: this server offers no way."));
}

static void
on_password_wanted (HsSession *self, const HsEvent *event)
{
  HsSessionSasl *sasl = need (self);
  HsLoginQuestion question = make_question (self);
  HsLoginProblem problem;
  const char *words;

  if (self->registered)
    {
      hs_session_on_other_numeric (self, event);
      return;
    }
  if ((sasl->words != NULL && !sasl->wrong) || sasl->room_words != NULL)
    {
      fail (self, HS_LOGIN_WAIT, sasl->words != NULL ? sasl->words : sasl->room_words);
      return;
    }
  problem = hs_login_judge_door (&question, sasl->pass_sent || sasl->wrong, &words);
  fail (self, problem, words);
}

/* ---- Out ---- */

/* In chunks; one that is shorter than the others, or "+", ends it. */
static void
put_words (HsSession *self, GBytes *words)
{
  gsize len;
  const guchar *data = g_bytes_get_data (words, &len);
  g_autofree char *text = len > 0 ? g_base64_encode (data, len) : g_strdup ("");
  gsize left = strlen (text), part;
  const char *p = text;

  do
    {
      g_autofree char *chunk = g_strndup (p, part = MIN (left, HS_SASL_CHUNK));

      hs_session_put (self, "AUTHENTICATE", part > 0 ? chunk : "+", NULL);
      explicit_bzero (chunk, part);
      p += part;
      left -= part;
    }
  while (part == HS_SASL_CHUNK);
  explicit_bzero (text, strlen (text));
}

/* What was begun is broken off. */
static void
abort_proof (HsSession *self, HsLoginProblem problem, const char *words)
{
  hs_session_put (self, "AUTHENTICATE", "*", NULL);
  fail (self, problem, words);
}

static gboolean
begin_proof (HsSession *self, HsLoginClaim claim)
{
  HsSessionSasl *sasl = self->sasl;
  HsLoginQuestion question = make_question (self);
  HsProofKind kind;

  if (!hs_login_choose_proof (&question, claim, sasl->tried, &kind))
    return FALSE;
  sasl->running = TRUE;
  sasl->claim = claim;
  sasl->tried |= 1u << kind;
  sasl->invited = sasl->succeeded = FALSE;
  g_string_truncate (sasl->in, 0);
  g_clear_pointer (&sasl->proof, hs_proof_unref);
  sasl->proof = claim == HS_LOGIN_CLAIM_ROOM ? hs_proof_new (kind, HS_ROOM_ACCOUNT, sasl->room_password, sasl->binding)
                                             : hs_proof_new (kind, sasl->account, sasl->password, sasl->binding);
  hs_session_put (self, "AUTHENTICATE", hs_proof_kind_get_name (kind), NULL);
  return TRUE;
}

/* ---- One claim after the other ---- */

static void
finish (HsSession *self)
{
  self->sasl->running = FALSE;
  self->sasl->done = TRUE;
  g_clear_pointer (&self->sasl->proof, hs_proof_unref);
  if (!self->registered)
    hs_session_end_caps (self);
}

/* An account was named, and there is no way to log in that keeps its password: better outside than in under no name. */
static void
miss_account (HsSession *self)
{
  HsLoginQuestion question = make_question (self);
  const char *words;
  HsLoginProblem problem = hs_login_judge_missed (&question, &words);

  fail (self, problem, words);
}

static void
next_claim (HsSession *self)
{
  HsSessionSasl *sasl = self->sasl;

  sasl->running = FALSE;
  sasl->tried = 0;
  /* After a wrong one the server takes no other for a moment: an account that nobody named is not asked for then. */
  if (sasl->claim == HS_LOGIN_CLAIM_ROOM && !sasl->logged_in && !(sasl->wrong && sasl->account == NULL) && begin_proof (self, HS_LOGIN_CLAIM_ACCOUNT))
    return;
  if (sasl->claim == HS_LOGIN_CLAIM_ROOM && sasl->account != NULL && !sasl->logged_in)
    miss_account (self);
  else
    finish (self);
}

gboolean
hs_session_sasl_begin (HsSession *self)
{
  HsSessionSasl *sasl = self->sasl;

  if (sasl == NULL || sasl->running)
    return sasl != NULL;
  /* Accounts may come back while we are there (IRCv3 cap-notify). */
  if (self->registered && (sasl->account == NULL || sasl->logged_in))
    return FALSE;
  if (sasl->done && !self->registered)
    return TRUE;
  if ((self->caps & HS_CAP_SASL) == 0)
    sasl->offers = FALSE;
  sasl->tried = 0;
  if ((!sasl->pass_sent && !self->registered && begin_proof (self, HS_LOGIN_CLAIM_ROOM)) || begin_proof (self, HS_LOGIN_CLAIM_ACCOUNT))
    return TRUE;
  if (sasl->account == NULL || self->registered)
    return FALSE;
  miss_account (self);
  return TRUE;
}

void
hs_session_sasl_withdrawn (HsSession *self)
{
  HsSessionSasl *sasl = self->sasl;

  if (sasl == NULL)
    return;
  sasl->offers = FALSE;
  if (sasl->running)
    fail (self, HS_LOGIN_NOT_OFFERED, _("It no longer offers a way to log in."));
}

/* ---- In ---- */

static void
succeed (HsSession *self)
{
  HsSessionSasl *sasl = self->sasl;

  if (!hs_proof_is_complete (sasl->proof)) /* "welcome" from somebody who has not shown to know the password */
    {
      fail (self, HS_LOGIN_IMPOSTOR, _("The server says that the password is right, and has not shown that it knows it itself. It may not be who it says."));
      return;
    }
  sasl->opened |= sasl->claim == HS_LOGIN_CLAIM_ROOM;
  next_claim (self);
}

static HsLoginProblem
problem_of (const GError *error)
{
  return g_error_matches (error, HS_PROOF_ERROR, HS_PROOF_ERROR_PASSWORD) ? HS_LOGIN_ACCOUNT_WRONG : HS_LOGIN_IMPOSTOR;
}

typedef struct
{
  HsSession *session; /* owned */
  HsProof *proof;     /* owned */
} Step;

static void
on_step (GObject *source, GAsyncResult *result, gpointer user_data)
{
  Step *step = user_data;
  HsSession *self = step->session;
  HsSessionSasl *sasl = self->sasl;
  g_autoptr (HsProof) proof = step->proof;
  g_autoptr (HsSession) hold G_GNUC_UNUSED = self;
  g_autoptr (GError) error = NULL;
  g_autoptr (GBytes) answer = hs_proof_step_finish (proof, result, &error);

  g_free (step);
  if (sasl == NULL || sasl->proof != proof || !sasl->running) /* given up meanwhile */
    return;
  g_clear_object (&sasl->cancellable);
  if (answer == NULL)
    abort_proof (self, problem_of (error), error->message);
  else if (sasl->succeeded)
    succeed (self);
  else
    put_words (self, answer);
}

static void
take_step (HsSession *self, const char *data, gsize len)
{
  HsSessionSasl *sasl = self->sasl;
  Step *step = g_new (Step, 1);

  step->session = g_object_ref (self);
  step->proof = hs_proof_ref (sasl->proof);
  sasl->cancellable = g_cancellable_new ();
  hs_proof_step_async (sasl->proof, data, len, sasl->cancellable, on_step, step);
}

static gboolean
is_base64 (const char *text, gsize len)
{
  gsize words = strspn (text, "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/");

  return len % 4 == 0 && len - words <= 2 && strspn (text + words, "=") == len - words;
}

static void
on_authenticate (HsSession *self, const HsEvent *event)
{
  HsSessionSasl *sasl = self->sasl;
  const char *words = HS_PARAM (event, 0);
  gsize len = strlen (words), decoded_len = 0;
  g_autofree guchar *decoded = NULL;

  if (sasl == NULL || !sasl->running)
    return;
  if (strcmp (words, "+") != 0)
    g_string_append (sasl->in, words);
  if (len > HS_SASL_CHUNK || sasl->in->len > HS_SASL_MAX || sasl->cancellable != NULL)
    {
      abort_proof (self, HS_LOGIN_IMPOSTOR, _("The server’s answer about the password makes no sense."));
      return;
    }
  if (len == HS_SASL_CHUNK)
    return;
  if (!is_base64 (sasl->in->str, sasl->in->len))
    {
      abort_proof (self, HS_LOGIN_IMPOSTOR, _("The server’s answer about the password makes no sense."));
      return;
    }
  sasl->invited = TRUE;
  decoded = g_base64_decode (sasl->in->str, &decoded_len);
  g_string_truncate (sasl->in, 0);
  take_step (self, (const char *) decoded, decoded_len);
}

static void
on_success (HsSession *self, const HsEvent *event)
{
  HsSessionSasl *sasl = self->sasl;

  if (sasl == NULL || !sasl->running)
    return;
  sasl->succeeded = TRUE;
  if (sasl->cancellable == NULL)
    succeed (self);
}

/* 900 <nick> <source> <account> :words. The door's password makes nobody somebody. */
static void
on_logged_in (HsSession *self, const HsEvent *event)
{
  HsSessionSasl *sasl = need (self);

  if (!sasl->running || sasl->claim == HS_LOGIN_CLAIM_ACCOUNT)
    sasl->logged_in = TRUE;
  hs_session_set_account (self, HS_PARAM (event, 2));
}

gboolean
hs_session_sasl_is_encrypted (HsSession *self)
{
  return self->sasl != NULL && self->sasl->encrypted;
}

static void
on_logged_out (HsSession *self, const HsEvent *event)
{
  need (self)->logged_in = FALSE;
  hs_session_set_account (self, NULL);
}

static void
on_mechanisms (HsSession *self, const HsEvent *event)
{
  if (self->sasl != NULL && self->sasl->running)
    note_list (self->sasl, HS_PARAM (event, 1));
}

/* Refused, whatever was claimed. */
static void
on_refused (HsSession *self, const HsEvent *event)
{
  HsSessionSasl *sasl = self->sasl;
  g_autofree char *said = hs_session_clean_text (HS_PARAM (event, event->message->n_params - 1));

  if (sasl == NULL || !sasl->running)
    return;
  if (!sasl->invited && begin_proof (self, sasl->claim)) /* it does not know this mechanism */
    return;
  if (sasl->claim == HS_LOGIN_CLAIM_ROOM)
    {
      sasl->wrong = TRUE; /* or none is needed any more: at the door it is told */
      sasl->room_words = g_steal_pointer (&sasl->words);
      next_claim (self);
    }
  else if (sasl->account == NULL) /* our key is nobody's here */
    finish (self);
  else if (sasl->words != NULL)
    fail (self, HS_LOGIN_WAIT, sasl->words);
  else if (strcmp (event->message->command, HS_ERR_SASLFAIL) != 0)
    fail (self, HS_LOGIN_ACCOUNT_WRONG, said);
  else if (!sasl->invited)
    miss_account (self);
  else
    fail (self, HS_LOGIN_ACCOUNT_WRONG, sasl->password != NULL ? _("The account or its password was not the right one.")
                                                               : _("This account is not yours by your key: it needs its password."));
}

/* 907: it takes us for logged in already. */
static void
on_already (HsSession *self, const HsEvent *event)
{
  if (self->sasl != NULL && self->sasl->running)
    next_claim (self);
}

/* 263 and FAIL, whose reason the numeric after it does not tell: the window is told the reason. */
gboolean
hs_session_sasl_note_words (HsSession *self, const char *command, const char *code, const char *words)
{
  static const char needed[] = "ACCOUNT_REQUIRED";
  HsSessionSasl *sasl = self->sasl;

  if (self->registered || sasl == NULL)
    return FALSE;
  if (g_str_has_prefix (code, needed))
    {
      fail (self, HS_LOGIN_ACCOUNT_NEEDED, words);
      return TRUE;
    }
  if (strcmp (command, "AUTHENTICATE") != 0 && strcmp (command, "PASS") != 0)
    return FALSE;
  g_free (sasl->words);
  sasl->words = g_strdup (words);
  return TRUE;
}

static void
on_try_again (HsSession *self, const HsEvent *event)
{
  g_autofree char *words = hs_session_clean_text (HS_PARAM (event, event->message->n_params - 1));

  if (!hs_session_account_must_wait (self, HS_PARAM (event, 1)) && !hs_session_sasl_note_words (self, HS_PARAM (event, 1), "", words))
    hs_session_on_other_numeric (self, event);
}

const HsEventRow hs_session_sasl_rows[] = {
  { "AUTHENTICATE", on_authenticate, 1 },
  { HS_RPL_TRYAGAIN, on_try_again, 2 },
  { HS_ERR_PASSWDMISMATCH, on_password_wanted, 1 },
  { HS_RPL_LOGGEDIN, on_logged_in, 3 },
  { HS_RPL_LOGGEDOUT, on_logged_out, 1 },
  { HS_ERR_NICKLOCKED, on_refused, 1 },
  { HS_RPL_SASLSUCCESS, on_success, 0 },
  { HS_ERR_SASLFAIL, on_refused, 1 },
  { HS_ERR_SASLTOOLONG, on_refused, 1 },
  { HS_ERR_SASLABORTED, on_refused, 1 },
  { HS_ERR_SASLALREADY, on_already, 0 },
  { HS_RPL_SASLMECHS, on_mechanisms, 2 },
  { NULL, NULL, 0 },
};

/* SPDX-License-Identifier: GPL-3.0-or-later */
/* One proof of who we are, our side of a SASL mechanism. */
#include "hs-proof.h"

#include "hs-config.h"

#include <glib/gi18n-lib.h>
#include <gsasl.h>
#include <string.h>

#include "hs-limits.h"
#include "hs-secret.h"

struct _HsProof
{
  gatomicrefcount refs;
  HsProofKind kind;
  char *name, *password; /* (nullable) */
  char *binding;         /* (nullable) base64 */
  Gsasl *gsasl;          /* (nullable) from the first step on */
  Gsasl_session *session;
  gboolean weak;         /* the password was kept back */
  gint complete;         /* atomic */
};

G_DEFINE_QUARK (hs-proof-error-quark, hs_proof_error)

static const char *const names[HS_N_PROOFS] = {
  [HS_PROOF_KEY] = "EXTERNAL",
  [HS_PROOF_SCRAM_PLUS] = "SCRAM-SHA-256-PLUS",
  [HS_PROOF_SCRAM] = "SCRAM-SHA-256",
  [HS_PROOF_PLAIN] = "PLAIN",
};

const char *
hs_proof_kind_get_name (HsProofKind kind)
{
  return names[kind];
}

gboolean
hs_proof_kind_from_name (const char *name, gsize len, HsProofKind *kind)
{
  for (guint i = 0; i < HS_N_PROOFS; i++)
    if (strlen (names[i]) == len && g_ascii_strncasecmp (names[i], name, len) == 0)
      {
        *kind = i;
        return TRUE;
      }
  return FALSE;
}

/* ---- What libgsasl asks for ---- */

/* The salt and the number are the server's: it may be anybody's. */
static int
answer_password (HsProof *self, Gsasl_property property)
{
  const char *iterations = gsasl_property_fast (self->session, GSASL_SCRAM_ITER);
  guint64 n = iterations != NULL ? g_ascii_strtoull (iterations, NULL, 10) : 0;

  if (self->password == NULL)
    return GSASL_NO_PASSWORD;
  self->weak = self->kind != HS_PROOF_PLAIN && (n < HS_KDF_ITERATIONS || n > HS_KDF_ITERATIONS_MAX);
  if (self->weak)
    return GSASL_NO_PASSWORD;
  return gsasl_property_set (self->session, property, self->password);
}

static int
answer_name (HsProof *self, Gsasl_property property)
{
  return self->name != NULL ? gsasl_property_set (self->session, property, self->name) : GSASL_NO_AUTHID;
}

/* Of a key's several accounts which one; else we are who we say. */
static int
answer_authzid (HsProof *self, Gsasl_property property)
{
  if (self->kind != HS_PROOF_KEY)
    return GSASL_NO_AUTHZID;
  return gsasl_property_set (self->session, property, self->name != NULL ? self->name : "");
}

static int
answer_binding (HsProof *self, Gsasl_property property)
{
  return self->binding != NULL ? gsasl_property_set (self->session, property, self->binding) : GSASL_NO_CB_TLS_EXPORTER;
}

static const struct
{
  Gsasl_property property;
  int (*answer) (HsProof *self, Gsasl_property property);
} answers[] = {
  { GSASL_AUTHID, answer_name },
  { GSASL_AUTHZID, answer_authzid },
  { GSASL_PASSWORD, answer_password },
  { GSASL_CB_TLS_EXPORTER, answer_binding },
};

static int
on_question (Gsasl *gsasl, Gsasl_session *session, Gsasl_property property)
{
  HsProof *self = gsasl_session_hook_get (session);

  for (guint i = 0; i < G_N_ELEMENTS (answers); i++)
    if (answers[i].property == property)
      return answers[i].answer (self, property);
  return GSASL_NO_CALLBACK;
}

/* ---- One step ---- */

/* RFC 5802 2.2. Asked before the server is: libgsasl itself finds out late, and forgets to free the salt then. */
static int
prepare (HsProof *self)
{
  char *prepared = NULL;
  int result;

  if (self->password == NULL || self->kind == HS_PROOF_KEY || self->kind == HS_PROOF_PLAIN)
    return GSASL_OK;
  result = gsasl_saslprep (self->password, 0, &prepared, NULL);
  hs_secret_erase (prepared);
  gsasl_free (prepared);
  return result == GSASL_OK ? GSASL_OK : GSASL_SASLPREP_ERROR;
}

static int
begin (HsProof *self)
{
  int result = prepare (self);

  if (result != GSASL_OK)
    return result;
  if (self->gsasl == NULL)
    {
      result = gsasl_init (&self->gsasl);
      if (result != GSASL_OK)
        return result;
      gsasl_callback_set (self->gsasl, on_question);
    }
  if (self->session != NULL)
    return GSASL_OK;
  result = gsasl_client_start (self->gsasl, names[self->kind], &self->session);
  if (result == GSASL_OK)
    gsasl_session_hook_set (self->session, self);
  return result;
}

static const struct
{
  int result;
  HsProofError code;
} refusals[] = {
  { GSASL_AUTHENTICATION_ERROR, HS_PROOF_ERROR_IMPOSTOR },
  { GSASL_SASLPREP_ERROR, HS_PROOF_ERROR_PASSWORD },
};

static const char *const words[] = {
  [HS_PROOF_ERROR_WEAK] = N_("The server asks for a proof that is too easy to guess the password from, or that takes too long. It got none."),
  [HS_PROOF_ERROR_IMPOSTOR] = N_("The server does not know this password itself. It is not who it says, or the password is another there."),
  [HS_PROOF_ERROR_MALFORMED] = N_("The server’s answer about the password makes no sense."),
  [HS_PROOF_ERROR_PASSWORD] = N_("This password holds characters that no password may."),
};

static GError *
make_error (HsProof *self, int result)
{
  HsProofError code = HS_PROOF_ERROR_MALFORMED;

  for (guint i = 0; i < G_N_ELEMENTS (refusals); i++)
    if (refusals[i].result == result)
      code = refusals[i].code;
  if (self->weak)
    code = HS_PROOF_ERROR_WEAK;
  return g_error_new_literal (HS_PROOF_ERROR, (gint) code, _(words[code]));
}

static void
step (GTask *task, gpointer source, gpointer data, GCancellable *cancellable)
{
  HsProof *self = ((gpointer *) data)[0];
  GBytes *heard = ((gpointer *) data)[1];
  gsize len = 0, answer_len = 0;
  const char *bytes = g_bytes_get_data (heard, &len);
  char *answer = NULL;
  int result = begin (self);

  if (result == GSASL_OK)
    result = gsasl_step (self->session, bytes != NULL ? bytes : "", len, &answer, &answer_len);
  if (result == GSASL_OK)
    g_atomic_int_set (&self->complete, TRUE);
  if (result == GSASL_OK || result == GSASL_NEEDS_MORE)
    g_task_return_pointer (task, g_bytes_new (answer, answer_len), (GDestroyNotify) g_bytes_unref);
  else
    g_task_return_error (task, make_error (self, result));
  if (answer != NULL)
    explicit_bzero (answer, answer_len);
  gsasl_free (answer);
}

static void
free_step (gpointer data)
{
  hs_proof_unref (((gpointer *) data)[0]);
  g_bytes_unref (((gpointer *) data)[1]);
  g_free (data);
}

void
hs_proof_step_async (HsProof *self, const char *data, gsize len, GCancellable *cancellable, GAsyncReadyCallback callback, gpointer user_data)
{
  g_autoptr (GTask) task = g_task_new (NULL, cancellable, callback, user_data);
  gpointer *work = g_new (gpointer, 2);

  work[0] = hs_proof_ref (self);
  work[1] = g_bytes_new (data, len);
  g_task_set_source_tag (task, hs_proof_step_async);
  g_task_set_task_data (task, work, free_step);
  g_task_run_in_thread (task, step);
}

GBytes *
hs_proof_step_finish (HsProof *self, GAsyncResult *result, GError **error)
{
  return g_task_propagate_pointer (G_TASK (result), error);
}

/* ---- Life ---- */

HsProof *
hs_proof_new (HsProofKind kind, const char *name, const char *password, GBytes *binding)
{
  HsProof *self = g_new0 (HsProof, 1);

  g_atomic_ref_count_init (&self->refs);
  self->kind = kind;
  self->name = g_strdup (name);
  self->password = g_strdup (password);
  if (binding != NULL && kind == HS_PROOF_SCRAM_PLUS) /* libgsasl takes SCRAM without binding where one is there for a mistake */
    self->binding = g_base64_encode (g_bytes_get_data (binding, NULL), g_bytes_get_size (binding));
  return self;
}

HsProof *
hs_proof_ref (HsProof *self)
{
  g_atomic_ref_count_inc (&self->refs);
  return self;
}

void
hs_proof_unref (HsProof *self)
{
  if (!g_atomic_ref_count_dec (&self->refs))
    return;
  if (self->session != NULL)
    gsasl_finish (self->session);
  if (self->gsasl != NULL)
    gsasl_done (self->gsasl);
  hs_secret_free (self->password);
  g_free (self->binding);
  g_free (self->name);
  g_free (self);
}

gboolean
hs_proof_is_complete (HsProof *self)
{
  return g_atomic_int_get (&self->complete);
}

HsProofKind
hs_proof_get_kind (HsProof *self)
{
  return self->kind;
}

/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A person's own key, and what all encrypted connections of our side share. */
#include "hs-own-key-private.h"

struct _HsOwnKey
{
  GObject parent_instance;

  /* Owned */
  char *directory, *trust_file; /* (nullable) */
  HsTlsContext *contexts[2];    /* (nullable) not made yet; with the key hidden, and shown */
};

G_DEFINE_FINAL_TYPE (HsOwnKey, hs_own_key, G_TYPE_OBJECT)

static void
hs_own_key_finalize (GObject *object)
{
  HsOwnKey *self = HS_OWN_KEY (object);

  for (gsize i = 0; i < G_N_ELEMENTS (self->contexts); i++)
    g_clear_pointer (&self->contexts[i], hs_tls_context_unref);
  g_free (self->directory);
  g_free (self->trust_file);
  G_OBJECT_CLASS (hs_own_key_parent_class)->finalize (object);
}

static void
hs_own_key_class_init (HsOwnKeyClass *klass)
{
  G_OBJECT_CLASS (klass)->finalize = hs_own_key_finalize;
}

static void
hs_own_key_init (HsOwnKey *self)
{
}

HsOwnKey *
hs_own_key_new (const char *directory, const char *trust_file)
{
  HsOwnKey *self = g_object_new (HS_TYPE_OWN_KEY, NULL);

  self->directory = g_strdup (directory);
  self->trust_file = g_strdup (trust_file);
  return self;
}

/* ---- On a thread of its own: paths are never changed, nothing else is touched ---- */

static HsIdentity *
load (HsOwnKey *self)
{
  g_autoptr (GError) error = NULL;
  HsIdentity *identity = hs_identity_load_or_create (self->directory, g_get_real_time () / G_USEC_PER_SEC, &error);

  if (identity == NULL)
    g_message ("No key of one’s own: %s", error->message);
  return identity;
}

static void
make_context (GTask *task, gpointer source, gpointer shown, GCancellable *cancellable)
{
  HsOwnKey *self = source;
  g_autoptr (HsIdentity) identity = GPOINTER_TO_INT (shown) && self->directory != NULL ? load (self) : NULL;

  g_task_return_pointer (task, hs_tls_context_new_client (identity, self->trust_file), (GDestroyNotify) hs_tls_context_unref);
}

/* ---- On the caller's ---- */

void
hs_own_key_get_context_async (HsOwnKey *self, gboolean shown, GCancellable *cancellable, GAsyncReadyCallback callback, gpointer user_data)
{
  g_autoptr (GTask) task = g_task_new (self, cancellable, callback, user_data);

  shown = shown != FALSE;
  g_task_set_source_tag (task, hs_own_key_get_context_async);
  g_task_set_task_data (task, GINT_TO_POINTER (shown), NULL);
  if (self->contexts[shown] != NULL)
    g_task_return_pointer (task, hs_tls_context_ref (self->contexts[shown]), (GDestroyNotify) hs_tls_context_unref);
  else
    g_task_run_in_thread (task, make_context);
}

/* Of two that were asked for at once the first one stays: what it remembers of servers serves all. */
HsTlsContext *
hs_own_key_get_context_finish (HsOwnKey *self, GAsyncResult *result, GError **error)
{
  int shown = GPOINTER_TO_INT (g_task_get_task_data (G_TASK (result)));
  g_autoptr (HsTlsContext) made = g_task_propagate_pointer (G_TASK (result), error);

  if (made == NULL)
    return NULL;
  if (self->contexts[shown] == NULL)
    self->contexts[shown] = hs_tls_context_ref (made);
  return hs_tls_context_ref (self->contexts[shown]);
}

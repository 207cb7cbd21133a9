/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Passwords in the desktop's keyring. The calls of SecretService are used and not those of secret_password_*, which in a sandbox would write a
 * file of their own. */
#include "hs-keyring.h"

#include <libsecret/secret.h>

#include "hs-limits.h"
#include "hs-secret.h"

struct _HsKeyring
{
  GObject parent_instance;

  /* Owned */
  char *profile;
};

G_DEFINE_FINAL_TYPE (HsKeyring, hs_keyring, G_TYPE_OBJECT)

static const SecretSchema schema = {
  "io.github.handshakechat.Handshake.Password", SECRET_SCHEMA_NONE,
  {
    { "profile", SECRET_SCHEMA_ATTRIBUTE_STRING },
    { "server", SECRET_SCHEMA_ATTRIBUTE_STRING },
    { "key", SECRET_SCHEMA_ATTRIBUTE_STRING },
    { "account", SECRET_SCHEMA_ATTRIBUTE_STRING },
    { NULL, 0 },
  },
};

static void
hs_keyring_finalize (GObject *object)
{
  g_free (HS_KEYRING (object)->profile);
  G_OBJECT_CLASS (hs_keyring_parent_class)->finalize (object);
}

static void
hs_keyring_class_init (HsKeyringClass *klass)
{
  G_OBJECT_CLASS (klass)->finalize = hs_keyring_finalize;
}

static void
hs_keyring_init (HsKeyring *self)
{
}

HsKeyring *
hs_keyring_new (const char *profile)
{
  HsKeyring *self = g_object_new (HS_TYPE_KEYRING, NULL);

  self->profile = g_strdup (profile != NULL ? profile : "");
  return self;
}

/* @server, @key (nullable). (transfer full) */
static GHashTable *
make_attributes (HsKeyring *self, const char *server, const char *key, const char *account)
{
  return secret_attributes_build (&schema, "profile", self->profile, "account", account != NULL ? account : HS_ROOM_ACCOUNT,
                                  server != NULL ? "server" : "key", server != NULL ? server : key, server != NULL && key != NULL ? "key" : NULL, key, NULL);
}

/* ---- Find: at this server, else by its key ---- */

static void on_found (GObject *source, GAsyncResult *result, gpointer data);

static void
look_up (GTask *task, GHashTable *attributes)
{
  secret_service_lookup (NULL, &schema, attributes, g_task_get_cancellable (task), on_found, task);
}

static void
on_found (GObject *source, GAsyncResult *result, gpointer data)
{
  g_autoptr (GTask) task = data;
  GError *error = NULL;
  SecretValue *value = secret_service_lookup_finish (NULL, result, &error);
  const char *text = value != NULL ? secret_value_get_text (value) : NULL;
  GHashTable *by_key = g_task_get_task_data (task);

  if (error != NULL)
    g_task_return_error (task, error);
  else if (text == NULL && by_key != NULL)
    {
      g_autoptr (GHashTable) attributes = g_hash_table_ref (by_key);

      g_task_set_task_data (task, NULL, NULL);
      look_up (g_steal_pointer (&task), attributes);
    }
  else
    g_task_return_pointer (task, g_strdup (text), (GDestroyNotify) hs_secret_free);
  g_clear_pointer (&value, secret_value_unref);
}

void
hs_keyring_find_async (HsKeyring *self, const HsKeyringPlace *place, GCancellable *cancellable, GAsyncReadyCallback callback, gpointer user_data)
{
  GTask *task = g_task_new (self, cancellable, callback, user_data);
  g_autoptr (GHashTable) attributes = make_attributes (self, place->server, NULL, place->account);

  g_task_set_source_tag (task, hs_keyring_find_async);
  if (place->key != NULL)
    g_task_set_task_data (task, make_attributes (self, NULL, place->key, place->account), (GDestroyNotify) g_hash_table_unref);
  look_up (task, attributes);
}

char *
hs_keyring_find_finish (HsKeyring *self, GAsyncResult *result, GError **error)
{
  return g_task_propagate_pointer (G_TASK (result), error);
}

/* ---- Save: what was at this server is replaced, whatever key it had ---- */

typedef struct
{
  GHashTable *attributes;
  char *title;
  SecretValue *value;
} Saving;

static void
saving_free (gpointer data)
{
  Saving *self = data;

  g_hash_table_unref (self->attributes);
  g_free (self->title);
  secret_value_unref (self->value);
  g_free (self);
}

static void
on_saved (GObject *source, GAsyncResult *result, gpointer data)
{
  g_autoptr (GTask) task = data;
  GError *error = NULL;

  if (secret_service_store_finish (NULL, result, &error))
    g_task_return_boolean (task, TRUE);
  else
    g_task_return_error (task, error);
}

static void
on_cleared_to_save (GObject *source, GAsyncResult *result, gpointer data)
{
  g_autoptr (GTask) task = data;
  Saving *saving = g_task_get_task_data (task);
  GCancellable *cancellable = g_task_get_cancellable (task);
  GError *error = NULL;

  secret_service_clear_finish (NULL, result, &error);
  if (error != NULL)
    g_task_return_error (task, error);
  else
    secret_service_store (NULL, &schema, saving->attributes, SECRET_COLLECTION_DEFAULT, saving->title, saving->value, cancellable, on_saved,
                          g_steal_pointer (&task));
}

void
hs_keyring_save_async (HsKeyring *self, const HsKeyringPlace *place, const char *title, const char *password, GCancellable *cancellable,
                       GAsyncReadyCallback callback, gpointer user_data)
{
  GTask *task = g_task_new (self, cancellable, callback, user_data);
  g_autoptr (GHashTable) former = make_attributes (self, place->server, NULL, place->account);
  Saving *saving = g_new (Saving, 1);

  saving->attributes = make_attributes (self, place->server, place->key, place->account);
  saving->title = g_strdup (title);
  saving->value = secret_value_new (password, -1, "text/plain");
  g_task_set_source_tag (task, hs_keyring_save_async);
  g_task_set_task_data (task, saving, saving_free);
  secret_service_clear (NULL, &schema, former, cancellable, on_cleared_to_save, task);
}

gboolean
hs_keyring_save_finish (HsKeyring *self, GAsyncResult *result, GError **error)
{
  return g_task_propagate_boolean (G_TASK (result), error);
}

/* ---- Forget ---- */

static void
on_forgotten (GObject *source, GAsyncResult *result, gpointer data)
{
  g_autoptr (GTask) task = data;
  GError *error = NULL;
  gboolean was_there = secret_service_clear_finish (NULL, result, &error);

  if (error != NULL)
    g_task_return_error (task, error);
  else
    g_task_return_boolean (task, was_there);
}

void
hs_keyring_forget_async (HsKeyring *self, const HsKeyringPlace *place, GCancellable *cancellable, GAsyncReadyCallback callback, gpointer user_data)
{
  GTask *task = g_task_new (self, cancellable, callback, user_data);
  g_autoptr (GHashTable) attributes = make_attributes (self, place->server, NULL, place->account);

  g_task_set_source_tag (task, hs_keyring_forget_async);
  secret_service_clear (NULL, &schema, attributes, cancellable, on_forgotten, task);
}

void
hs_keyring_forget_all_async (HsKeyring *self, const char *key, GCancellable *cancellable, GAsyncReadyCallback callback, gpointer user_data)
{
  GTask *task = g_task_new (self, cancellable, callback, user_data);
  g_autoptr (GHashTable) attributes = secret_attributes_build (&schema, "profile", self->profile, key != NULL ? "key" : NULL, key, NULL);

  g_task_set_source_tag (task, hs_keyring_forget_all_async);
  secret_service_clear (NULL, &schema, attributes, cancellable, on_forgotten, task);
}

gboolean
hs_keyring_forget_finish (HsKeyring *self, GAsyncResult *result, GError **error)
{
  return g_task_propagate_boolean (G_TASK (result), error);
}

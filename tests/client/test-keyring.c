/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Passwords kept, found, replaced and forgotten in a keyring of the test's own; and where there is none. */
#include "hs-keyring.h"

#include <libsecret/secret.h>

#include "client-stage.h"
#include "keyring-stage.h"

typedef struct
{
  gboolean done, good;
  char *password; /* (nullable) */
  GError *error;
} Answer;

static void
on_found (GObject *source, GAsyncResult *result, gpointer data)
{
  Answer *answer = data;

  answer->password = hs_keyring_find_finish (HS_KEYRING (source), result, &answer->error);
  answer->done = TRUE;
}

static void
on_saved (GObject *source, GAsyncResult *result, gpointer data)
{
  Answer *answer = data;

  answer->good = hs_keyring_save_finish (HS_KEYRING (source), result, &answer->error);
  answer->done = TRUE;
}

static void
on_forgotten (GObject *source, GAsyncResult *result, gpointer data)
{
  Answer *answer = data;

  answer->good = hs_keyring_forget_finish (HS_KEYRING (source), result, &answer->error);
  answer->done = TRUE;
}

static void
expect_found (HsKeyring *keyring, const char *server, const char *key, const char *account, const char *expected)
{
  const HsKeyringPlace place = { server, key, account };
  Answer answer = { 0 };

  hs_keyring_find_async (keyring, &place, NULL, on_found, &answer);
  stage_wait_until (answer.done);
  g_assert_no_error (answer.error);
  g_assert_cmpstr (answer.password, ==, expected);
  g_free (answer.password);
}

static void
save (HsKeyring *keyring, const char *server, const char *key, const char *account, const char *password)
{
  const HsKeyringPlace place = { server, key, account };
  Answer answer = { 0 };

  hs_keyring_save_async (keyring, &place, "Handshake", password, NULL, on_saved, &answer);
  stage_wait_until (answer.done);
  g_assert_no_error (answer.error);
  g_assert_true (answer.good);
}

static gboolean
forget (HsKeyring *keyring, const char *server, const char *account)
{
  const HsKeyringPlace place = { server, NULL, account };
  Answer answer = { 0 };

  hs_keyring_forget_async (keyring, &place, NULL, on_forgotten, &answer);
  stage_wait_until (answer.done);
  g_assert_no_error (answer.error);
  return answer.good;
}

#define A "address:a.example:6697"
#define B "address:192.168.1.5:8000"
#define KEY "sha256:AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"

static void
expect_kept (KeyringStage *stage, const char *expected)
{
  g_autofree char *kept = keyring_stage_describe (stage);

  g_assert_cmpstr (kept, ==, expected);
}

static void
test_kept (void)
{
  KeyringStage *stage = keyring_stage_new (TRUE);
  g_autoptr (HsKeyring) keyring = hs_keyring_new (NULL), other = hs_keyring_new ("other");

  expect_found (keyring, A, NULL, "ana", NULL);
  save (keyring, A, NULL, "ana", "opens é 芝麻");
  save (keyring, A, NULL, NULL, "sesame");
  save (keyring, B, KEY, NULL, "simsim");
  expect_kept (stage, "Handshake: ana at " A " of “” → opens é 芝麻\nHandshake: room at " B " " KEY " of “” → simsim\nHandshake: room at " A " of “” → sesame\n");
  expect_found (keyring, A, NULL, "ana", "opens é 芝麻");
  expect_found (keyring, A, NULL, NULL, "sesame");
  expect_found (keyring, A, NULL, "bo", NULL);
  expect_found (other, A, NULL, "ana", NULL); /* another person on this computer */

  /* A server that has moved is known by its key. */
  expect_found (keyring, "address:10.0.0.1:8000", KEY, NULL, "simsim");
  expect_found (keyring, "address:10.0.0.1:8000", NULL, NULL, NULL);

  /* One at a place, whatever key it had. */
  save (keyring, B, NULL, NULL, "new");
  g_assert_cmpuint (keyring_stage_get_n_items (stage), ==, 3);
  expect_found (keyring, B, KEY, NULL, "new");

  g_assert_true (forget (keyring, A, "ana"));
  g_assert_false (forget (keyring, A, "ana"));
  expect_found (keyring, A, NULL, "ana", NULL);
  expect_found (keyring, A, NULL, NULL, "sesame");
  secret_service_disconnect ();
  keyring_stage_free (stage);
}

static gboolean
forget_all (HsKeyring *keyring, const char *key)
{
  Answer answer = { 0 };

  hs_keyring_forget_all_async (keyring, key, NULL, on_forgotten, &answer);
  stage_wait_until (answer.done);
  g_assert_no_error (answer.error);
  return answer.good;
}

/* All of a server, all of a person; never another person's. */
static void
test_forget_all (void)
{
  KeyringStage *stage = keyring_stage_new (TRUE);
  g_autoptr (HsKeyring) keyring = hs_keyring_new (NULL), other = hs_keyring_new ("other");

  save (keyring, A, KEY, "ana", "one");
  save (keyring, A, KEY, NULL, "two");
  save (keyring, B, NULL, NULL, "three");
  save (other, A, KEY, "ana", "four");
  g_assert_true (forget_all (keyring, KEY));
  expect_kept (stage, "Handshake: ana at " A " " KEY " of “other” → four\nHandshake: room at " B " of “” → three\n");
  save (keyring, A, KEY, NULL, "two");
  g_assert_true (forget_all (keyring, NULL));
  g_assert_false (forget_all (keyring, NULL));
  expect_kept (stage, "Handshake: ana at " A " " KEY " of “other” → four\n");
  secret_service_disconnect ();
  keyring_stage_free (stage);
}

/* Nobody unlocks it: as if nothing were kept. */
static void
test_locked (void)
{
  KeyringStage *stage = keyring_stage_new (TRUE);
  g_autoptr (HsKeyring) keyring = hs_keyring_new (NULL);

  save (keyring, A, NULL, "ana", "opens");
  keyring_stage_set_locked (stage, TRUE);
  expect_found (keyring, A, NULL, "ana", NULL);
  secret_service_disconnect ();
  keyring_stage_free (stage);
}

static void
expect_errors (void)
{
  g_autoptr (HsKeyring) keyring = hs_keyring_new (NULL);
  const HsKeyringPlace place = { A, KEY, "ana" };
  Answer found = { 0 }, saved = { 0 }, forgotten = { 0 };

  hs_keyring_find_async (keyring, &place, NULL, on_found, &found);
  hs_keyring_save_async (keyring, &place, "Handshake", "opens", NULL, on_saved, &saved);
  hs_keyring_forget_async (keyring, &place, NULL, on_forgotten, &forgotten);
  stage_wait_until (found.done && saved.done && forgotten.done);
  g_assert_nonnull (found.error);
  g_assert_null (found.password);
  g_assert_nonnull (saved.error);
  g_assert_nonnull (forgotten.error);
  g_assert_null (strstr (saved.error->message, "opens"));
  g_clear_error (&found.error);
  g_clear_error (&saved.error);
  g_clear_error (&forgotten.error);
}

static void
test_no_service (void)
{
  KeyringStage *stage = keyring_stage_new (FALSE);

  expect_errors ();
  secret_service_disconnect ();
  keyring_stage_free (stage);
}

static void
test_no_bus (void)
{
  g_setenv ("DBUS_SESSION_BUS_ADDRESS", "unix:path=/nonexistent", TRUE);
  expect_errors ();
  secret_service_disconnect ();
}

static void
test_cancelled (void)
{
  KeyringStage *stage = keyring_stage_new (TRUE);
  g_autoptr (HsKeyring) keyring = hs_keyring_new (NULL);
  g_autoptr (GCancellable) cancellable = g_cancellable_new ();
  const HsKeyringPlace place = { A, NULL, "ana" };
  Answer found = { 0 };

  hs_keyring_find_async (keyring, &place, cancellable, on_found, &found);
  g_cancellable_cancel (cancellable);
  stage_wait_until (found.done);
  g_assert_error (found.error, G_IO_ERROR, G_IO_ERROR_CANCELLED);
  g_clear_error (&found.error);
  secret_service_disconnect ();
  keyring_stage_free (stage);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/client/keyring/no-bus", test_no_bus);
  g_test_add_func ("/client/keyring/kept", test_kept);
  g_test_add_func ("/client/keyring/forget-all", test_forget_all);
  g_test_add_func ("/client/keyring/locked", test_locked);
  g_test_add_func ("/client/keyring/cancelled", test_cancelled);
  g_test_add_func ("/client/keyring/no-service", test_no_service);
  return g_test_run ();
}

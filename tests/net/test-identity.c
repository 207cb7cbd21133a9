/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Keys and certificates on disk: made once, kept, renewed under the same key; what is wrong with them is told in words. */
#include "hs-identity.h"

#include <glib/gstdio.h>
#include <gnutls/x509.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define NOW  G_GINT64_CONSTANT (1800000000) /* 2027 */
#define YEAR (G_GINT64_CONSTANT (365) * 24 * 60 * 60)

typedef struct
{
  char *directory, *key, *certificate;
} Place;

static void
place_init (Place *self)
{
  g_autofree char *top = g_dir_make_tmp ("identity-XXXXXX", NULL);

  self->directory = g_build_filename (top, "a", "b", NULL);
  self->key = g_build_filename (self->directory, "key.pem", NULL);
  self->certificate = g_build_filename (self->directory, "certificate.pem", NULL);
}

static void
place_clear (Place *self)
{
  g_autofree char *a = g_path_get_dirname (self->directory);
  g_autofree char *top = g_path_get_dirname (a);

  g_unlink (self->key);
  g_unlink (self->certificate);
  g_assert_true (g_rmdir (self->directory) == 0 || !g_file_test (self->directory, G_FILE_TEST_EXISTS)); /* nothing else was left there */
  g_rmdir (a);
  g_rmdir (top);
  g_free (self->directory);
  g_free (self->key);
  g_free (self->certificate);
}

static guint
mode_of (const char *path)
{
  struct stat info;

  g_assert_cmpint (stat (path, &info), ==, 0);
  return info.st_mode & 0777;
}

static HsIdentity *
load (Place *place, gint64 now)
{
  g_autoptr (GError) error = NULL;
  HsIdentity *self = hs_identity_load_or_create (place->directory, now, &error);

  g_assert_no_error (error);
  return self;
}

static char *
contents_of (const char *path)
{
  char *text = NULL;

  g_assert_true (g_file_get_contents (path, &text, NULL, NULL));
  return text;
}

static void
test_created (void)
{
  Place place;
  g_autoptr (HsIdentity) first = NULL;
  g_autoptr (HsIdentity) second = NULL;
  g_autofree char *before = NULL;
  g_autofree char *after = NULL;
  mode_t old = umask (0);

  place_init (&place);
  first = load (&place, NOW);
  umask (old);
  g_assert_cmpuint (mode_of (place.directory), ==, 0700);
  g_assert_cmpuint (mode_of (place.key), ==, 0600);
  g_assert_cmpuint (mode_of (place.certificate), ==, 0600);
  g_assert_true (hs_identity_is_self_signed (first));
  g_assert_null (hs_identity_get_warning (first));

  /* The same certificate too: some programs pin that. */
  before = contents_of (place.certificate);
  second = load (&place, NOW + 7 * YEAR);
  after = contents_of (place.certificate);
  g_assert_true (hs_fingerprint_equal (hs_identity_get_fingerprint (first), hs_identity_get_fingerprint (second)));
  g_assert_cmpstr (before, ==, after);
  place_clear (&place);
}

/* ---- Renewal ---- */

static void
remove_certificate (Place *place)
{
  g_unlink (place->certificate);
}

static void
damage_certificate (Place *place)
{
  g_file_set_contents (place->certificate, "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n", -1, NULL);
}

static void
swap_certificate (Place *place)
{
  Place other;
  g_autoptr (HsIdentity) identity = NULL;
  g_autofree char *text = NULL;

  place_init (&other);
  identity = load (&other, NOW);
  text = contents_of (other.certificate);
  g_file_set_contents (place->certificate, text, -1, NULL);
  place_clear (&other);
}

static void
do_nothing (Place *place)
{
}

static const struct
{
  const char *what;
  void (*happens) (Place *place);
  gint64 later;
  gboolean renewed;
} renewals[] = {
  { "nothing happened", do_nothing, 0, FALSE },
  { "the clock went back", do_nothing, -30 * YEAR, FALSE },
  { "years left", do_nothing, 79 * YEAR / 10, FALSE },
  { "it nears its end", do_nothing, 81 * YEAR / 10, TRUE },
  { "it has expired", do_nothing, 11 * YEAR, TRUE },
  { "it is gone", remove_certificate, 0, TRUE },
  { "it is damaged", damage_certificate, 0, TRUE },
  { "it is another key's", swap_certificate, 0, TRUE },
};

static void
test_renewed (void)
{
  for (gsize i = 0; i < G_N_ELEMENTS (renewals); i++)
    {
      Place place;
      g_autoptr (HsIdentity) first = NULL;
      g_autoptr (HsIdentity) second = NULL;
      g_autofree char *before = NULL;
      g_autofree char *after = NULL;
      gint64 now = NOW + renewals[i].later;

      g_test_message ("%s", renewals[i].what);
      place_init (&place);
      first = load (&place, NOW);
      before = contents_of (place.certificate);
      renewals[i].happens (&place);
      second = load (&place, now);
      after = contents_of (place.certificate);
      g_assert_true (hs_fingerprint_equal (hs_identity_get_fingerprint (first), hs_identity_get_fingerprint (second)));
      g_assert_cmpint (strcmp (before, after) != 0, ==, renewals[i].renewed);
      g_assert_cmpint (hs_identity_get_expiry (second), >, now + 2 * YEAR - 1);
      place_clear (&place);
    }
}

/* A host whose clock begins in 1970 makes a certificate that holds for guests of today. */
static void
test_host_without_clock (void)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (HsIdentity) identity = hs_identity_new (1000, &error);
  g_autoptr (GBytes) der = NULL;
  gnutls_x509_crt_t certificate = NULL;
  gnutls_datum_t datum;
  gsize len = 0;

  g_assert_no_error (error);
  der = hs_identity_dup_certificate (identity);
  datum.data = (guint8 *) g_bytes_get_data (der, &len);
  datum.size = (unsigned int) len;
  gnutls_x509_crt_init (&certificate);
  g_assert_cmpint (gnutls_x509_crt_import (certificate, &datum, GNUTLS_X509_FMT_DER), ==, 0);
  g_assert_cmpint (gnutls_x509_crt_get_activation_time (certificate), <, NOW - 20 * YEAR);
  g_assert_cmpint (gnutls_x509_crt_get_expiration_time (certificate), >, NOW + 5 * YEAR);
  g_assert_cmpint (gnutls_x509_crt_get_expiration_time (certificate), <, G_MAXINT32); /* a 32-bit time_t */
  gnutls_x509_crt_deinit (certificate);
}

/* ---- What is wrong with a key of our own ---- */

/* Made for this test; it opens nothing. */
#define RSA_1024 \
  "-----BEGIN PRIVATE KEY-----\n" \
  "MIICdwIBADANBgkqhkiG9w0BAQEFAASCAmEwggJdAgEAAoGBAKHjSPilJFlEjZ9A\n" \
  "0DGC8J4GiaWSb4xw1bvDQlrO6mnS9ReOMGONW8f63jZtCrhyfXgtMdhphRTbqER8\n" \
  "WPuc2LQWOjmIHA0n7M2ag7ByAK7/INIAk6gKBVD0T04+ESm13nd9CcN5hns+P/Dd\n" \
  "WdQnQRD4dU6lqQQC3kzQn3Kudh6RAgMBAAECgYEAnDgCEL77xpDawVUAEucyXqwc\n" \
  "ZARdVH8GIXyZKZwGpTwHe0Wg+FBOwzoY+RhcggUpgrDKKvYYkDovtHbyP0vp6MV/\n" \
  "HWejNfEZnJDVPgUCTHKLE4XRVRCVXeQPmvlBCCAmYSSO+GkJ+trbALoy5zDZ38ea\n" \
  "7+/a7rfwg9HkkOvvxAkCQQDRuqo3i5819EVIv9hbWVE7Wk2j9lT/xitsdrB9XRRa\n" \
  "roq3Y52H44ZYoNXmL1jH/VeCyHXNBf+/SDa7c5AEPryTAkEAxZqUiqZQeZQnKKvL\n" \
  "vcJ5Nuiyle4RtOHESQIH1GSC7/SFKDlcIS6egq6owpOZ84c92H+ulR8mB0ZoU8BF\n" \
  "h6LSywJADVg9QG+H39z9E5XxZE6Ylpg2XHpuCiBH3wzmSfPEOcjlVqnl+iGGCNmj\n" \
  "ApR8p6z9BntO047QKRGlOeQug7aiNQJBAKtOQj4cxqFPxc7leGCOqqTmgIOn+uOz\n" \
  "4YVlZEJFzJmXgqSHbY46qyIhpp3gddOASCZbMo+GjGI8MI+CnQRkLJcCQCm10iqB\n" \
  "IHuK3917nlHHUwLLGMsHooQAukiUsr8/vHyEtUALnRQtrlI34Yzy4q0+HcVYH/Mk\n" \
  "cKRs6f78Jf2E3A0=\n" \
  "-----END PRIVATE KEY-----\n"

static void
test_bad_key (void)
{
  static const struct
  {
    const char *what;
    const char *text; /* (nullable) a real one */
    guint mode;
    HsTlsError code;
  } rows[] = {
    { "readable by the group", NULL, 0640, HS_TLS_ERROR_EXPOSED },
    { "readable by all", NULL, 0604, HS_TLS_ERROR_EXPOSED },
    { "writable by others", NULL, 0602, HS_TLS_ERROR_EXPOSED },
    { "empty", "", 0600, HS_TLS_ERROR_NOT_A_KEY },
    { "no key", "hello\n", 0600, HS_TLS_ERROR_NOT_A_KEY },
    { "cut off", "-----BEGIN PRIVATE KEY-----\nMIGH", 0600, HS_TLS_ERROR_NOT_A_KEY },
    { "RSA of 1024 bits", RSA_1024, 0600, HS_TLS_ERROR_WEAK },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      Place place;
      g_autoptr (HsIdentity) identity = NULL;
      g_autoptr (GError) error = NULL;
      g_autofree char *before = NULL;
      g_autofree char *after = NULL;

      g_test_message ("%s", rows[i].what);
      place_init (&place);
      hs_identity_unref (load (&place, NOW));
      if (rows[i].text != NULL)
        g_file_set_contents (place.key, rows[i].text, -1, NULL);
      g_assert_cmpint (chmod (place.key, rows[i].mode), ==, 0);
      before = contents_of (place.key);
      identity = hs_identity_load_or_create (place.directory, NOW, &error);
      g_assert_null (identity);
      g_assert_error (error, HS_TLS_ERROR, (int) rows[i].code);
      g_assert_nonnull (strstr (error->message, "key.pem"));
      /* A key is never replaced. */
      after = contents_of (place.key);
      g_assert_cmpstr (before, ==, after);
      place_clear (&place);
    }
}

static void
test_unreadable (void)
{
  Place place;
  g_autoptr (GError) error = NULL;
  g_autoptr (GError) other = NULL;
  g_autofree char *big = g_strnfill (300 * 1024, 'x');

  place_init (&place);
  hs_identity_unref (load (&place, NOW));
  g_unlink (place.key);
  g_mkdir (place.key, 0700);
  g_assert_null (hs_identity_load_or_create (place.directory, NOW, &error));
  g_assert_error (error, HS_TLS_ERROR, HS_TLS_ERROR_UNREADABLE);
  g_rmdir (place.key);

  g_file_set_contents (place.key, big, -1, NULL);
  chmod (place.key, 0600);
  g_assert_null (hs_identity_load_or_create (place.directory, NOW, &other));
  g_assert_error (other, HS_TLS_ERROR, HS_TLS_ERROR_UNREADABLE);
  place_clear (&place);
}

static void
test_no_folder (void)
{
  g_autoptr (GError) error = NULL;

  g_assert_null (hs_identity_load_or_create ("/dev/null/identity", NOW, &error));
  g_assert_error (error, HS_TLS_ERROR, HS_TLS_ERROR_UNWRITABLE);
}

/* Several at once on an empty folder: one key for all. */
static gpointer
load_in_thread (gpointer data)
{
  return load (data, NOW);
}

static void
test_at_once (void)
{
  Place place;
  GThread *threads[8];
  HsIdentity *identities[8];

  place_init (&place);
  for (guint i = 0; i < G_N_ELEMENTS (threads); i++)
    threads[i] = g_thread_new (NULL, load_in_thread, &place);
  for (guint i = 0; i < G_N_ELEMENTS (threads); i++)
    identities[i] = g_thread_join (threads[i]);
  for (guint i = 1; i < G_N_ELEMENTS (threads); i++)
    {
      g_assert_true (hs_fingerprint_equal (hs_identity_get_fingerprint (identities[0]), hs_identity_get_fingerprint (identities[i])));
      hs_identity_unref (identities[i]);
    }
  hs_identity_unref (identities[0]);
  place_clear (&place);
}

/* ---- Somebody else's ---- */

static void
test_configured (void)
{
  Place place, other;
  g_autoptr (HsIdentity) identity = NULL;
  g_autoptr (HsIdentity) exposed = NULL;
  g_autoptr (HsIdentity) expired = NULL;
  g_autoptr (GError) error = NULL;

  place_init (&place);
  place_init (&other);
  hs_identity_unref (load (&place, NOW));
  hs_identity_unref (load (&other, NOW));

  identity = hs_identity_load (place.certificate, place.key, NOW, &error);
  g_assert_no_error (error);
  g_assert_null (hs_identity_get_warning (identity));
  g_assert_true (hs_identity_is_self_signed (identity));

  g_assert_null (hs_identity_load (other.certificate, place.key, NOW, &error));
  g_assert_error (error, HS_TLS_ERROR, HS_TLS_ERROR_MISMATCH);
  g_clear_error (&error);
  g_assert_null (hs_identity_load (place.key, place.key, NOW, &error));
  g_assert_error (error, HS_TLS_ERROR, HS_TLS_ERROR_NOT_A_CERTIFICATE);
  g_clear_error (&error);
  g_assert_null (hs_identity_load (place.certificate, place.certificate, NOW, &error));
  g_assert_error (error, HS_TLS_ERROR, HS_TLS_ERROR_NOT_A_KEY);
  g_clear_error (&error);
  g_assert_null (hs_identity_load (place.certificate, "/nonexistent/key", NOW, &error));
  g_assert_error (error, HS_TLS_ERROR, HS_TLS_ERROR_UNREADABLE);
  g_clear_error (&error);

  expired = hs_identity_load (place.certificate, place.key, NOW + 20 * YEAR, &error);
  g_assert_no_error (error);
  g_assert_nonnull (hs_identity_get_warning (expired));
  chmod (place.key, 0644);
  exposed = hs_identity_load (place.certificate, place.key, NOW, &error);
  g_assert_no_error (error);
  g_assert_nonnull (strstr (hs_identity_get_warning (exposed), "key.pem"));
  place_clear (&place);
  place_clear (&other);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/net/identity/created", test_created);
  g_test_add_func ("/net/identity/renewed", test_renewed);
  g_test_add_func ("/net/identity/host-without-clock", test_host_without_clock);
  g_test_add_func ("/net/identity/bad-key", test_bad_key);
  g_test_add_func ("/net/identity/unreadable", test_unreadable);
  g_test_add_func ("/net/identity/no-folder", test_no_folder);
  g_test_add_func ("/net/identity/at-once", test_at_once);
  g_test_add_func ("/net/identity/configured", test_configured);
  return g_test_run ();
}

/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A key and its certificate: made, kept, read, and checked before anything relies on them. */
#include "hs-config.h"

#include "hs-identity-private.h"

#include <errno.h>
#include <glib/gi18n-lib.h>
#include <gnutls/abstract.h>
#include <gnutls/crypto.h>
#include <string.h>
#include <sys/stat.h>

#include "hs-limits.h"

#define KEY_FILE         "key.pem"
#define CERTIFICATE_FILE "certificate.pem"
#define SECONDS_PER_DAY  (G_GINT64_CONSTANT (24) * 60 * 60)

/* What a certificate of our own says of time must hold for guests whose clock is wrong, and for a host whose clock is (a board without a
 * battery begins in 1970). It is valid from long ago, for years to come, and a host's clock from before this program was
 * written is not believed. Not for ever: 2038 ends what a 32-bit time_t can say, and beyond it some programs take it for expired.
 * Nothing is lost by so long a time: what is trusted is the key. */
#define VALID_FROM  G_GINT64_CONSTANT (946684800)  /* 2000-01-01 */
#define CLOCK_FLOOR G_GINT64_CONSTANT (1735689600) /* 2025-01-01 */

struct _HsIdentity
{
  gatomicrefcount refs;
  gnutls_x509_privkey_t key;
  gnutls_x509_crt_t *chain; /* (array length=n_chain) allocated by GnuTLS's allocator */
  guint n_chain;
  HsFingerprint fingerprint;
  gboolean self_signed;
  char *warning; /* (nullable) */
};

static HsIdentity *
identity_alloc (void)
{
  HsIdentity *self = g_new0 (HsIdentity, 1);

  g_atomic_ref_count_init (&self->refs);
  return self;
}

static void
clear_chain (HsIdentity *self)
{
  for (guint i = 0; i < self->n_chain; i++)
    gnutls_x509_crt_deinit (self->chain[i]);
  gnutls_free (self->chain);
  self->chain = NULL;
  self->n_chain = 0;
}

/* ---- Reading ---- */

static gboolean
fail (GError **error, HsTlsError code, const char *sentence, const char *path)
{
  g_autofree char *shown = path != NULL ? g_filename_display_name (path) : NULL;

  if (shown != NULL)
    g_set_error (error, HS_TLS_ERROR, (int) code, "%s: %s", shown, sentence);
  else
    g_set_error_literal (error, HS_TLS_ERROR, (int) code, sentence);
  return FALSE;
}

/* The rule by which GnuTLS calls a key at least medium: RSA from 2048 bits, P-256 and its like. */
static gboolean
is_strong (gnutls_x509_privkey_t key)
{
  unsigned int bits = 0;
  int algorithm = gnutls_x509_privkey_get_pk_algorithm2 (key, &bits);

  return algorithm >= 0 && gnutls_pk_bits_to_sec_param ((gnutls_pk_algorithm_t) algorithm, bits) >= GNUTLS_SEC_PARAM_MEDIUM;
}

static gboolean
import_key (HsIdentity *self, GBytes *pem, const char *path, GError **error)
{
  gsize len = 0;
  gconstpointer data = g_bytes_get_data (pem, &len);
  gnutls_datum_t datum = { (guint8 *) data, (unsigned int) len };
  int status = 0;

  gnutls_x509_privkey_init (&self->key);
  status = gnutls_x509_privkey_import2 (self->key, &datum, GNUTLS_X509_FMT_PEM, NULL, 0);
  if (status == GNUTLS_E_DECRYPTION_FAILED)
    return fail (error, HS_TLS_ERROR_NOT_A_KEY, _("The key is locked with a password. A server needs one that is not."), path);
  if (status < 0)
    return fail (error, HS_TLS_ERROR_NOT_A_KEY, _("This is not a private key (in PEM form)."), path);
  if (!is_strong (self->key))
    return fail (error, HS_TLS_ERROR_WEAK, _("The key is too weak. RSA keys need 2048 bits or more."), path);
  return TRUE;
}

/* Of the key that the certificate shows. */
static gboolean
note_fingerprint (HsIdentity *self)
{
  gnutls_pubkey_t public_key = NULL;
  gnutls_datum_t der = { NULL, 0 };
  gboolean good = FALSE;

  gnutls_pubkey_init (&public_key);
  good = gnutls_pubkey_import_x509 (public_key, self->chain[0], 0) == 0 && gnutls_pubkey_export2 (public_key, GNUTLS_X509_FMT_DER, &der) == 0;
  if (good)
    hs_fingerprint_init_from_spki (&self->fingerprint, der.data, der.size);
  gnutls_free (der.data);
  gnutls_pubkey_deinit (public_key);
  return good;
}

static gboolean
belong_together (HsIdentity *self)
{
  guint8 of_key[32], of_certificate[32];
  size_t n_key = sizeof of_key, n_certificate = sizeof of_certificate;

  return gnutls_x509_privkey_get_key_id (self->key, GNUTLS_KEYID_USE_SHA256, of_key, &n_key) == 0
         && gnutls_x509_crt_get_key_id (self->chain[0], GNUTLS_KEYID_USE_SHA256, of_certificate, &n_certificate) == 0
         && n_key == n_certificate && memcmp (of_key, of_certificate, n_key) == 0;
}

/* With a chain: the certificate of the key first, as GnuTLS sorts them. */
static gboolean
import_chain (HsIdentity *self, GBytes *pem, const char *path, GError **error)
{
  gsize len = 0;
  gconstpointer data = g_bytes_get_data (pem, &len);
  gnutls_datum_t datum = { (guint8 *) data, (unsigned int) len };

  if (gnutls_x509_crt_list_import2 (&self->chain, &self->n_chain, &datum, GNUTLS_X509_FMT_PEM, GNUTLS_X509_CRT_LIST_SORT) < 0)
    {
      self->chain = NULL;
      self->n_chain = 0;
    }
  if (self->n_chain == 0)
    return fail (error, HS_TLS_ERROR_NOT_A_CERTIFICATE, _("This is not a certificate (in PEM form)."), path);
  if (!belong_together (self))
    return fail (error, HS_TLS_ERROR_MISMATCH, _("The certificate was made for another key."), path);
  return note_fingerprint (self) || fail (error, HS_TLS_ERROR_NOT_A_CERTIFICATE, _("The certificate’s key cannot be read."), path);
}

/* ---- Making ---- */

static gboolean
make_key (HsIdentity *self)
{
  return gnutls_x509_privkey_init (&self->key) == 0
         && gnutls_x509_privkey_generate (self->key, GNUTLS_PK_ECDSA, GNUTLS_CURVE_TO_BITS (GNUTLS_ECC_CURVE_SECP256R1), 0) == 0;
}

static gboolean
fill_certificate (gnutls_x509_crt_t certificate, gnutls_x509_privkey_t key, gint64 now)
{
  gint64 expiry = MAX (now, CLOCK_FLOOR) + HS_CERTIFICATE_YEARS * 365 * SECONDS_PER_DAY;
  guint8 serial[16], key_id[20];
  size_t n = sizeof key_id;

  if (gnutls_rnd (GNUTLS_RND_NONCE, serial, sizeof serial) < 0)
    return FALSE;
  serial[0] = (serial[0] & 0x7f) | 0x40; /* RFC 5280 4.1.2.2: positive, and always as long */
  return gnutls_x509_crt_set_version (certificate, 3) == 0
         && gnutls_x509_crt_set_serial (certificate, serial, sizeof serial) == 0
         && gnutls_x509_crt_set_dn (certificate, "CN=Handshake", NULL) == 0
         && gnutls_x509_crt_set_activation_time (certificate, (time_t) VALID_FROM) == 0
         && gnutls_x509_crt_set_expiration_time (certificate, (time_t) expiry) == 0
         && gnutls_x509_crt_set_key (certificate, key) == 0
         && gnutls_x509_crt_get_key_id (certificate, 0, key_id, &n) == 0
         && gnutls_x509_crt_set_subject_key_id (certificate, key_id, n) == 0
         && gnutls_x509_crt_set_basic_constraints (certificate, 0, -1) == 0
         && gnutls_x509_crt_set_key_usage (certificate, GNUTLS_KEY_DIGITAL_SIGNATURE) == 0
         && gnutls_x509_crt_set_key_purpose_oid (certificate, GNUTLS_KP_TLS_WWW_SERVER, 0) == 0
         && gnutls_x509_crt_set_key_purpose_oid (certificate, GNUTLS_KP_TLS_WWW_CLIENT, 0) == 0
         && gnutls_x509_crt_sign2 (certificate, certificate, key, GNUTLS_DIG_SHA256, 0) == 0;
}

static gboolean
make_certificate (HsIdentity *self, gint64 now)
{
  clear_chain (self);
  self->chain = gnutls_malloc (sizeof *self->chain);
  if (gnutls_x509_crt_init (&self->chain[0]) < 0)
    return FALSE;
  self->n_chain = 1;
  self->self_signed = TRUE;
  return fill_certificate (self->chain[0], self->key, now) && note_fingerprint (self);
}

static gboolean
fail_to_make (GError **error)
{
  return fail (error, HS_TLS_ERROR_NOT_A_KEY, _("No key could be made."), NULL);
}

HsIdentity *
hs_identity_new (gint64 now, GError **error)
{
  g_autoptr (HsIdentity) self = identity_alloc ();

  if (make_key (self) && make_certificate (self, now))
    return g_steal_pointer (&self);
  fail_to_make (error);
  return NULL;
}

/* ---- Our own, in a directory ---- */

static gboolean
write_key (HsIdentity *self, const char *path, GError **error)
{
  gnutls_datum_t pem = { NULL, 0 };
  gboolean good = FALSE;

  if (gnutls_x509_privkey_export2_pkcs8 (self->key, GNUTLS_X509_FMT_PEM, NULL, GNUTLS_PKCS_PLAIN, &pem) < 0)
    return fail_to_make (error);
  good = hs_identity_write_file (path, pem.data, pem.size, TRUE, error);
  gnutls_memset (pem.data, 0, pem.size);
  gnutls_free (pem.data);
  return good;
}

static gboolean
write_certificate (HsIdentity *self, const char *path, GError **error)
{
  gnutls_datum_t pem = { NULL, 0 };
  gboolean good = FALSE;

  if (gnutls_x509_crt_export2 (self->chain[0], GNUTLS_X509_FMT_PEM, &pem) < 0)
    return fail_to_make (error);
  good = hs_identity_write_file (path, pem.data, pem.size, FALSE, error);
  gnutls_free (pem.data);
  return good;
}

static gboolean
make_key_file (const char *directory, const char *path, GError **error)
{
  g_autoptr (HsIdentity) fresh = identity_alloc ();

  if (g_mkdir_with_parents (directory, 0700) < 0)
    {
      g_autofree char *shown = g_filename_display_name (directory);

      g_set_error (error, HS_TLS_ERROR, HS_TLS_ERROR_UNWRITABLE, _("The folder “%s” cannot be made: %s"), shown, g_strerror (errno));
      return FALSE;
    }
  return make_key (fresh) ? write_key (fresh, path, error) : fail_to_make (error);
}

static gboolean
read_own_key (HsIdentity *self, const char *path, GError **error)
{
  guint mode = 0;
  g_autoptr (GBytes) pem = hs_identity_read_file (path, &mode, error);

  if (pem == NULL)
    return FALSE;
  if (mode & (S_IRWXG | S_IRWXO))
    return fail (error, HS_TLS_ERROR_EXPOSED,
                 _("Others on this computer can read this private key. Make it readable for you alone (chmod 600); if somebody else may have read it already, remove it, and a new one is made."), path);
  return import_key (self, pem, path, error);
}

/* A certificate that is of no use is made anew: it holds nothing that the key does not. */
static gboolean
read_own_certificate (HsIdentity *self, const char *path, gint64 now)
{
  g_autoptr (GBytes) pem = hs_identity_read_file (path, NULL, NULL);

  if (pem == NULL || !import_chain (self, pem, path, NULL))
    return FALSE;
  self->self_signed = TRUE;
  return hs_identity_get_expiry (self) - MAX (now, CLOCK_FLOOR) > HS_CERTIFICATE_RENEW_DAYS * SECONDS_PER_DAY;
}

HsIdentity *
hs_identity_load_or_create (const char *directory, gint64 now, GError **error)
{
  g_autoptr (HsIdentity) self = identity_alloc ();
  g_autofree char *key_path = g_build_filename (directory, KEY_FILE, NULL);
  g_autofree char *certificate_path = g_build_filename (directory, CERTIFICATE_FILE, NULL);
  g_autoptr (GError) local = NULL;

  if (!g_file_test (key_path, G_FILE_TEST_EXISTS) && !make_key_file (directory, key_path, error))
    return NULL;
  if (!read_own_key (self, key_path, error))
    return NULL;
  if (read_own_certificate (self, certificate_path, now))
    return g_steal_pointer (&self);
  if (!make_certificate (self, now))
    {
      fail_to_make (error);
      return NULL;
    }
  /* Where it cannot be kept it is made anew each time: the key is what counts. */
  if (!write_certificate (self, certificate_path, &local))
    self->warning = g_strdup (local->message);
  return g_steal_pointer (&self);
}

/* ---- Somebody else's ---- */

static gboolean
is_self_signed (HsIdentity *self)
{
  return self->n_chain == 1 && gnutls_x509_crt_check_issuer (self->chain[0], self->chain[0]) == 1;
}

static void
note_warnings (HsIdentity *self, const char *certificate_path, const char *key_path, guint mode, gint64 now)
{
  g_autofree char *certificate = g_filename_display_name (certificate_path);
  g_autofree char *key = g_filename_display_name (key_path);

  if (mode & S_IROTH)
    self->warning = g_strdup_printf (_("Everybody on this computer can read the private key “%s”."), key);
  else if (hs_identity_get_expiry (self) <= now)
    self->warning = g_strdup_printf (_("The certificate “%s” has expired: programs that check it will not connect."), certificate);
}

HsIdentity *
hs_identity_load (const char *certificate_path, const char *key_path, gint64 now, GError **error)
{
  g_autoptr (HsIdentity) self = identity_alloc ();
  guint mode = 0;
  g_autoptr (GBytes) key = hs_identity_read_file (key_path, &mode, error);
  g_autoptr (GBytes) certificate = key != NULL ? hs_identity_read_file (certificate_path, NULL, error) : NULL;

  if (certificate == NULL || !import_key (self, key, key_path, error) || !import_chain (self, certificate, certificate_path, error))
    return NULL;
  self->self_signed = is_self_signed (self);
  note_warnings (self, certificate_path, key_path, mode, now);
  return g_steal_pointer (&self);
}

/* ---- Facts ---- */

HsIdentity *
hs_identity_ref (HsIdentity *self)
{
  g_atomic_ref_count_inc (&self->refs);
  return self;
}

void
hs_identity_unref (HsIdentity *self)
{
  if (!g_atomic_ref_count_dec (&self->refs))
    return;
  clear_chain (self);
  if (self->key != NULL)
    gnutls_x509_privkey_deinit (self->key);
  g_free (self->warning);
  g_free (self);
}

const HsFingerprint *
hs_identity_get_fingerprint (HsIdentity *self)
{
  return &self->fingerprint;
}

gboolean
hs_identity_is_self_signed (HsIdentity *self)
{
  return self->self_signed;
}

gboolean
hs_identity_is_vouched_for (HsIdentity *self, const char *host, const char *trust_file)
{
  gnutls_typed_vdata_st wanted[] = {
    { .type = GNUTLS_DT_DNS_HOSTNAME, .data = (unsigned char *) host },
    { .type = GNUTLS_DT_KEY_PURPOSE_OID, .data = (unsigned char *) GNUTLS_KP_TLS_WWW_SERVER },
  };
  gnutls_x509_trust_list_t trusted = NULL;
  unsigned int status = 0;
  int n, result;

  if (gnutls_x509_trust_list_init (&trusted, 0) < 0)
    return FALSE;
  n = trust_file != NULL ? gnutls_x509_trust_list_add_trust_file (trusted, trust_file, NULL, GNUTLS_X509_FMT_PEM, 0, 0)
                         : gnutls_x509_trust_list_add_system_trust (trusted, 0, 0);
  result = n > 0 ? gnutls_x509_trust_list_verify_crt2 (trusted, self->chain, self->n_chain, wanted, G_N_ELEMENTS (wanted), 0, &status, NULL) : -1;
  gnutls_x509_trust_list_deinit (trusted, 1);
  return result == 0 && status == 0;
}

gint64
hs_identity_get_expiry (HsIdentity *self)
{
  return gnutls_x509_crt_get_expiration_time (self->chain[0]);
}

const char *
hs_identity_get_warning (HsIdentity *self)
{
  return self->warning;
}

GBytes *
hs_identity_dup_certificate (HsIdentity *self)
{
  gnutls_datum_t der = { NULL, 0 };
  GBytes *bytes = NULL;

  if (gnutls_x509_crt_export2 (self->chain[0], GNUTLS_X509_FMT_DER, &der) < 0)
    return NULL;
  bytes = g_bytes_new (der.data, der.size);
  gnutls_free (der.data);
  return bytes;
}

gnutls_x509_privkey_t
hs_identity_get_key (HsIdentity *self)
{
  return self->key;
}

gnutls_x509_crt_t *
hs_identity_get_chain (HsIdentity *self, guint *n)
{
  *n = self->n_chain;
  return self->chain;
}

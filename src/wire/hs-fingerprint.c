/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A public key's fingerprint as bytes, as text, and as the number that people compare. */
#include "hs-fingerprint.h"

#include <string.h>

#include "hs-base64url.h"

#define PREFIX       "sha256:"
#define N_BITS       66
#define N_DIGITS     20
#define GROUP_DIGITS 5

void
hs_fingerprint_init_from_spki (HsFingerprint *self, const guint8 *der, gsize len)
{
  g_autoptr (GChecksum) checksum = g_checksum_new (G_CHECKSUM_SHA256);
  gsize n = sizeof self->bytes;

  g_checksum_update (checksum, der, (gssize) len);
  g_checksum_get_digest (checksum, self->bytes, &n);
}

gboolean
hs_fingerprint_init_from_text (HsFingerprint *self, const char *text)
{
  return g_str_has_prefix (text, PREFIX) && hs_base64url_decode (text + strlen (PREFIX), self->bytes, sizeof self->bytes);
}

char *
hs_fingerprint_to_text (const HsFingerprint *self)
{
  g_autofree char *encoded = hs_base64url_encode (self->bytes, sizeof self->bytes);

  return g_strconcat (PREFIX, encoded, NULL);
}

/* @bits: less than 8. */
static void
shift_right (guint8 *value, gsize len, guint bits)
{
  guint carry = 0;

  for (gsize i = 0; i < len; i++)
    {
      guint both = carry << 8 | value[i];

      carry = value[i];
      value[i] = (guint8) (both >> bits);
    }
}

/* Divides by ten and gives the remainder. */
static guint
take_digit (guint8 *value, gsize len)
{
  guint rest = 0;

  for (gsize i = 0; i < len; i++)
    {
      guint both = rest << 8 | value[i];

      value[i] = (guint8) (both / 10);
      rest = both % 10;
    }
  return rest;
}

void
hs_fingerprint_to_number (const HsFingerprint *self, char number[HS_FINGERPRINT_NUMBER_SIZE])
{
  guint8 value[(N_BITS + 7) / 8]; /* highest byte first */
  char digits[N_DIGITS];
  char *out = number;

  memcpy (value, self->bytes, sizeof value);
  shift_right (value, sizeof value, 8 * sizeof value - N_BITS);
  for (guint i = N_DIGITS; i > 0; i--)
    digits[i - 1] = (char) ('0' + take_digit (value, sizeof value));
  for (guint i = 0; i < N_DIGITS; i++)
    {
      if (i > 0 && i % GROUP_DIGITS == 0)
        *out++ = ' ';
      *out++ = digits[i];
    }
  *out = '\0';
}

gboolean
hs_fingerprint_equal (const HsFingerprint *a, const HsFingerprint *b)
{
  volatile guint8 differs = 0;

  for (gsize i = 0; i < sizeof a->bytes; i++)
    differs |= a->bytes[i] ^ b->bytes[i];
  return differs == 0;
}

gboolean
hs_fingerprint_read (HsFingerprint *self, const char *text)
{
  guint n = 0;

  if (hs_fingerprint_init_from_text (self, text))
    return TRUE;
  for (; *text != '\0' && n < 2 * sizeof self->bytes; text++)
    {
      if (*text == ':')
        continue;
      if (!g_ascii_isxdigit (*text))
        return FALSE;
      self->bytes[n / 2] = (guint8) ((n % 2 == 0 ? 0 : self->bytes[n / 2] << 4) | g_ascii_xdigit_value (*text));
      n++;
    }
  return *text == '\0' && n == 2 * sizeof self->bytes;
}

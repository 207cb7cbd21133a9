/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Fingerprints: known values, one way to write each, and a number that follows from 66 bits and no more. */
#include "hs-fingerprint.h"

#include <string.h>

#define FF7 "\xff\xff\xff\xff\xff\xff\xff"
#define ZERO8 "\0\0\0\0\0\0\0\0"

/* Reckoned apart, with Python's hashlib and integers. */
static const struct
{
  const char *what;
  const char *bytes; /* those that are not zero */
  gsize len;
  const char *text;
  const char *number;
} known[] = {
  { "all zero", "", 0, "sha256:AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA", "00000 00000 00000 00000" },
  { "all one", FF7 FF7 FF7 FF7 "\xff\xff\xff\xff", 32, "sha256:__________________________________________8", "73786 97629 48382 06463" },
  { "the last bit that counts", ZERO8 "\x40", 9, "sha256:AAAAAAAAAABAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA", "00000 00000 00000 00001" },
  { "the first that does not", ZERO8 "\x3f\xff", 10, "sha256:AAAAAAAAAAA__wAAAAAAAAAAAAAAAAAAAAAAAAAAAAA", "00000 00000 00000 00000" },
  { "the highest bit", "\x80", 1, "sha256:gAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA", "36893 48814 74191 03232" },
};

static void
test_known (void)
{
  for (gsize i = 0; i < G_N_ELEMENTS (known); i++)
    {
      HsFingerprint fingerprint = { { 0 } }, back;
      char number[HS_FINGERPRINT_NUMBER_SIZE];
      g_autofree char *text = NULL;

      g_test_message ("%s", known[i].what);
      memcpy (fingerprint.bytes, known[i].bytes, known[i].len);
      text = hs_fingerprint_to_text (&fingerprint);
      g_assert_cmpstr (text, ==, known[i].text);
      hs_fingerprint_to_number (&fingerprint, number);
      g_assert_cmpstr (number, ==, known[i].number);
      g_assert_true (hs_fingerprint_init_from_text (&back, text));
      g_assert_true (hs_fingerprint_equal (&back, &fingerprint));
    }
}

static void
test_spki (void)
{
  HsFingerprint fingerprint;
  char number[HS_FINGERPRINT_NUMBER_SIZE];
  g_autofree char *text = NULL;

  hs_fingerprint_init_from_spki (&fingerprint, (const guint8 *) "abc", 3);
  text = hs_fingerprint_to_text (&fingerprint);
  g_assert_cmpstr (text, ==, "sha256:ungWv48Bz-pBQUDeXa4iI7ADYaOWF3qctBD_YfIAFa0");
  hs_fingerprint_to_number (&fingerprint, number);
  g_assert_cmpstr (number, ==, "53746 05800 10148 00297");
}

static const char *const bad_texts[] = {
  "",
  "sha256:",
  "ungWv48Bz-pBQUDeXa4iI7ADYaOWF3qctBD_YfIAFa0",
  "SHA256:ungWv48Bz-pBQUDeXa4iI7ADYaOWF3qctBD_YfIAFa0",
  "sha256:ungWv48Bz-pBQUDeXa4iI7ADYaOWF3qctBD_YfIAFa0=",
  "sha256:ungWv48Bz+pBQUDeXa4iI7ADYaOWF3qctBD/YfIAFa0",
  "sha256:ungWv48Bz-pBQUDeXa4iI7ADYaOWF3qctBD_YfIAFa1",
  "sha256:ungWv48Bz-pBQUDeXa4iI7ADYaOWF3qctBD_YfIAFa",
  "sha256: ungWv48Bz-pBQUDeXa4iI7ADYaOWF3qctBD_YfIAFa0",
};

static void
test_bad_text (void)
{
  for (gsize i = 0; i < G_N_ELEMENTS (bad_texts); i++)
    {
      HsFingerprint fingerprint;

      g_test_message ("%s", bad_texts[i]);
      g_assert_false (hs_fingerprint_init_from_text (&fingerprint, bad_texts[i]));
    }
}

/* As other programs write it. */
static void
test_read (void)
{
  static const char hex[] = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad";
  HsFingerprint expected, fingerprint;
  g_autofree char *upper = g_ascii_strup (hex, -1), *longer = g_strconcat (hex, "0", NULL);
  g_autoptr (GString) colons = g_string_new (NULL);

  hs_fingerprint_init_from_spki (&expected, (const guint8 *) "abc", 3);
  for (guint i = 0; hex[i] != '\0'; i += 2)
    g_string_append_printf (colons, "%s%.2s", i > 0 ? ":" : "", hex + i);
  const char *const good[] = { hex, upper, colons->str, "sha256:ungWv48Bz-pBQUDeXa4iI7ADYaOWF3qctBD_YfIAFa0" };

  for (guint i = 0; i < G_N_ELEMENTS (good); i++)
    {
      g_test_message ("%s", good[i]);
      g_assert_true (hs_fingerprint_read (&fingerprint, good[i]));
      g_assert_true (hs_fingerprint_equal (&fingerprint, &expected));
    }
  g_assert_false (hs_fingerprint_read (&fingerprint, longer));
  g_assert_false (hs_fingerprint_read (&fingerprint, hex + 1));
  for (gsize i = 0; i < G_N_ELEMENTS (bad_texts); i++)
    g_assert_false (hs_fingerprint_read (&fingerprint, bad_texts[i]));
}

/* Every one of the 256 bits counts for equality, the first 66 for the number. */
static void
test_bits (void)
{
  HsFingerprint zero = { { 0 } };

  for (guint bit = 0; bit < 256; bit++)
    {
      HsFingerprint one = { { 0 } };
      char number[HS_FINGERPRINT_NUMBER_SIZE];

      one.bytes[bit / 8] = (guint8) (0x80 >> bit % 8);
      g_assert_false (hs_fingerprint_equal (&zero, &one));
      hs_fingerprint_to_number (&one, number);
      g_assert_cmpint (strcmp (number, "00000 00000 00000 00000") != 0, ==, bit < 66);
    }
  g_assert_true (hs_fingerprint_equal (&zero, &zero));
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/wire/fingerprint/known", test_known);
  g_test_add_func ("/wire/fingerprint/spki", test_spki);
  g_test_add_func ("/wire/fingerprint/bad-text", test_bad_text);
  g_test_add_func ("/wire/fingerprint/read", test_read);
  g_test_add_func ("/wire/fingerprint/bits", test_bits);
  return g_test_run ();
}
